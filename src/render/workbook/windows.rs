//! The time windows, with the errors of each reason and what is usual.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::{chart, look::Cell, sheet::Sheet};
use crate::{
    analysis::Bucket,
    model::{LocalTime, key},
    render::columns::Columns,
    story::Story,
};

/// Rows of a table that is seen whole.
const SHORT: u32 = 14;

pub fn sheet(story: &Story<'_>) -> Result<Worksheet, XlsxError> {
    let analysis = story.analysis;
    let mut sheet = Sheet::new(story, key::workbook::WINDOWS)?;
    let columns = Columns::new(analysis);
    let mut titles = vec![sheet.zoned(key::page::START), sheet.t(key::page::ERRORS)];
    titles.extend(columns.names.iter().map(|name| Cell::name(*name)));
    titles.extend(columns.others.then(|| sheet.t(key::page::OTHERS)));
    titles.push(sheet.t(key::workbook::USUAL));
    if analysis.server_log.is_some() {
        titles.extend([key::workbook::REQUESTS, key::workbook::SLOW, key::workbook::RATE].map(|key| sheet.t(key)));
    }
    titles.push(sheet.t(key::workbook::REMARK));
    let usual = analysis.finer.usual.iter().copied().chain(std::iter::repeat(None));
    let rows: Vec<Vec<Cell>> = analysis
        .windows
        .buckets
        .iter()
        .zip(usual)
        .map(|(bucket, usual)| row(&sheet, &columns, bucket, usual))
        .collect();
    let (_, last) = sheet.list(&titles, &rows)?;
    if let Some(chart) = chart::windows(story) {
        // Below a short table, so that both are seen and print well. Beside a long one it would make the print too small to
        // read; the summary prints it.
        let right = titles.len() as u16;
        let (row, column) = if last <= SHORT { (last + 2, 0) } else { (1, right) };
        sheet.sheet.insert_chart_with_offset(row, column, &chart, 16, 0)?;
        if last > SHORT {
            sheet.sheet.set_print_area(0, 0, last, right - 1)?;
        }
    }
    sheet.finish()
}

fn row(sheet: &Sheet<'_>, columns: &Columns<'_>, bucket: &Bucket, usual: Option<u64>) -> Vec<Cell> {
    let analysis = sheet.story.analysis;
    let (start, end) = bucket.bounds();
    let unknown = analysis.unknown.iter().any(|(from, until)| *from < end && *until > start);
    let count = |errors| if unknown { Cell::AtLeast(errors) } else { Cell::Count(errors) };
    let time = |at: LocalTime| match analysis.windows.size {
        "month" => Cell::Month(at),
        "day" | "week" => Cell::Day(at),
        _ => Cell::Moment(at),
    };
    let mut cells = vec![time(bucket.start), count(bucket.errors)];
    cells.extend(columns.of_window(bucket).into_iter().map(count));
    cells.push(Cell::of(usual, Cell::Count));
    if analysis.server_log.is_some() {
        cells.extend([bucket.log.requests, bucket.log.slow].map(|requests| Cell::of(requests, Cell::Count)));
        cells.push(Cell::of(bucket.log.rate.as_ref(), |rate| Cell::Share(rate.high)));
    }
    let marks = [(unknown, key::page::MISSING), (bucket.partial, key::page::PARTIAL)];
    let marks = marks.iter().filter(|(so, _)| *so).map(|(_, key)| sheet.lang().phrase(*key));
    let events = analysis.events.iter().filter(|event| (start..end).contains(&event.at.millis()));
    let planned = analysis.maintenance.iter().filter(|planned| planned.bounds().0 < end && planned.bounds().1 > start);
    let names = events.map(|event| &*event.name).chain(planned.map(|planned| &*planned.name));
    cells.push(Cell::Mark(sheet.lang().list(marks.chain(names))));
    cells
}
