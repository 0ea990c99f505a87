//! The time windows, with the errors of each reason and what is usual.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::{chart, look::Cell, sheet::Sheet};
use crate::{
    analysis::Bucket,
    model::{LocalTime, key},
    render::{columns::Columns, grid::Grid},
    story::Story,
};

/// Rows of a table that is seen whole.
const SHORT: u32 = 14;

pub fn sheet(story: &Story<'_>) -> Result<Worksheet, XlsxError> {
    let (mut sheet, analysis) = (Sheet::new(story, key::workbook::WINDOWS)?, story.analysis);
    let columns = Columns::new(analysis);
    let usual = analysis.finer.usual.iter().copied().chain(std::iter::repeat(None));
    let windows = analysis.windows.buckets.iter().zip(usual);
    let windows = windows.map(|(bucket, usual)| Window {
        errors: columns.of_window(bucket),
        unknown: analysis.unknown.iter().any(|(from, until)| *from < bucket.bounds().1 && *until > bucket.bounds().0),
        bucket,
        usual,
    });
    let time = |at: LocalTime| match analysis.windows.size {
        "month" => Cell::Month(at),
        "day" | "week" => Cell::Day(at),
        _ => Cell::Moment(at),
    };
    let mut table = Grid::of(windows)
        .column(sheet.zoned(key::page::START), |window| time(window.bucket.start))
        .column(sheet.t(key::page::ERRORS), |window| window.count(window.bucket.errors));
    let names = columns.names.iter().map(|name| Cell::name(*name));
    for (at, name) in names.chain(columns.others.then(|| sheet.t(key::page::OTHERS))).enumerate() {
        table = table.column(name, |window| window.count(window.errors[at]));
    }
    table = table.column(sheet.t(key::workbook::USUAL), |window| Cell::of(window.usual, Cell::Count));
    if analysis.server_log.is_some() {
        let rate = |window: &Window<'_>| Cell::of(window.bucket.log.rate.as_ref(), |rate| Cell::Share(rate.high));
        table = table
            .column(sheet.t(key::workbook::REQUESTS), |window| Cell::of(window.bucket.log.requests, Cell::Count))
            .column(sheet.t(key::workbook::SLOW), |window| Cell::of(window.bucket.log.slow, Cell::Count))
            .column(sheet.t(key::workbook::RATE), rate);
    }
    table = table.column(sheet.t(key::workbook::REMARK), |Window { bucket, unknown, .. }| {
        let (start, end) = bucket.bounds();
        let events = analysis.events.iter().filter(|event| (start..end).contains(&event.at.millis()));
        let planned = analysis.maintenance.iter().filter(|told| told.bounds().0 < end && told.bounds().1 > start);
        let names = events.map(|event| &*event.name).chain(planned.map(|planned| &*planned.name));
        sheet.marks(&[(*unknown, story.unseen()), (bucket.partial, key::page::PARTIAL)], names)
    });
    let (_, last) = sheet.list(&table)?;
    if let Some(chart) = chart::windows(story) {
        // Below a short table, so that both are seen and print well. Beside a long one it would make the print too small to
        // read; the summary prints it.
        let right = table.headings.len() as u16;
        let (row, column) = if last <= SHORT { (last + 2, 0) } else { (1, right) };
        sheet.sheet.insert_chart_with_offset(row, column, &chart, 16, 0)?;
        if last > SHORT {
            sheet.sheet.set_print_area(0, 0, last, right - 1)?;
        }
    }
    sheet.finish()
}

/// A time window.
struct Window<'a> {
    bucket: &'a Bucket,
    /// Of each column of reasons.
    errors: Vec<u64>,
    usual: Option<u64>,
    /// Data of it are missing.
    unknown: bool,
}

impl Window<'_> {
    fn count(&self, errors: u64) -> Cell {
        if self.unknown { Cell::AtLeast(errors) } else { Cell::Count(errors) }
    }
}
