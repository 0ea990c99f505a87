//! What failed: each reason and detail on each channel.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::{look::Cell, sheet::Sheet};
use crate::{
    analysis::DetailRow,
    model::key,
    render::grid::Grid,
    story::{Compared, Story, Trend, detail_name},
};

pub fn sheet(story: &Story<'_>) -> Result<Worksheet, XlsxError> {
    let (mut sheet, lang) = (Sheet::new(story, key::workbook::FAILED)?, story.lang());
    let rows = story.analysis.finer.by_channel_and_detail.iter();
    let rows = rows.map(|(channel, row)| (channel.as_deref(), row, trend(story, row)));
    let table = Grid::of(rows)
        .column(sheet.t(key::page::REASON), |(_, row, _)| Cell::name(&row.reason))
        .column(sheet.t(key::page::DETAIL), |(_, row, _)| Cell::name(detail_name(lang, &row.reason, &row.detail)))
        .column(sheet.t(key::page::CHANNEL), |(channel, ..)| sheet.channel(*channel))
        .column(sheet.t(key::page::ERRORS), |(_, row, _)| Cell::Count(row.errors))
        .column(sheet.t(key::page::SHARE), |(_, row, _)| Cell::Share(row.share))
        .column(sheet.t(key::page::BEFORE), |(_, row, _)| Cell::of(row.previous_errors, Cell::Count))
        .column(sheet.t(key::page::CHANGE_TITLE), |(_, row, trend)| {
            Cell::of(row.change, |change| Cell::Change(change, *trend))
        })
        .column(sheet.t(key::workbook::CHANGE_PERCENT), |(_, row, trend)| {
            Cell::of(row.change_pct, |percent| Cell::ChangePercent(percent, *trend))
        })
        .column(sheet.zoned(key::workbook::FIRST_SEEN), |(_, row, _)| Cell::of(row.first_seen, |at| sheet.moment(at)))
        .column(sheet.zoned(key::workbook::LAST_SEEN), |(_, row, _)| Cell::of(row.last_seen, |at| sheet.moment(at)))
        .column(sheet.t(key::workbook::REMARK), |(_, row, _)| {
            let stopped = (row.has_stopped(), key::workbook::STOPPED);
            sheet.marks(&[(row.new, key::page::NEW), (!row.known, key::page::UNKNOWN), stopped], std::iter::empty())
        });
    sheet.list(&table)?;
    sheet.finish()
}

fn trend(story: &Story<'_>, row: &DetailRow) -> Trend {
    Compared::detail(story.analysis, row, story.lang()).change.map_or(Trend::Same, |change| change.trend)
}
