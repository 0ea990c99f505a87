//! What failed: each reason and detail on each channel.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::{look::Cell, sheet::Sheet};
use crate::{
    analysis::DetailRow,
    model::{LocalTime, key},
    story::{Compared, Story, Trend, detail_name},
};

pub fn sheet(story: &Story<'_>) -> Result<Worksheet, XlsxError> {
    let mut sheet = Sheet::new(story, key::workbook::FAILED)?;
    let phrases = [
        key::page::REASON,
        key::page::DETAIL,
        key::page::CHANNEL,
        key::page::ERRORS,
        key::page::SHARE,
        key::page::BEFORE,
        key::page::CHANGE_TITLE,
        key::workbook::CHANGE_PERCENT,
    ];
    let mut titles: Vec<Cell> = phrases.map(|key| sheet.t(key)).into();
    titles.extend([key::workbook::FIRST_SEEN, key::workbook::LAST_SEEN].map(|key| sheet.zoned(key)));
    titles.push(sheet.t(key::workbook::REMARK));
    let rows = story.analysis.finer.by_channel_and_detail.iter();
    let rows: Vec<Vec<Cell>> = rows.map(|(channel, detail)| row(&sheet, channel.as_deref(), detail)).collect();
    sheet.list(&titles, &rows)?;
    sheet.finish()
}

fn row(sheet: &Sheet<'_>, channel: Option<&str>, row: &DetailRow) -> Vec<Cell> {
    let (story, lang) = (sheet.story, sheet.lang());
    let compared = Compared::detail(story.analysis, row, lang);
    let trend = compared.change.map_or(Trend::Same, |change| change.trend);
    let moment = |at: Option<LocalTime>| Cell::of(at, |at| sheet.moment(at));
    let marks =
        [(row.new, key::page::NEW), (!row.known, key::page::UNKNOWN), (row.has_stopped(), key::workbook::STOPPED)];
    let marks: Vec<&str> = marks.iter().filter(|(so, _)| *so).map(|(_, key)| lang.phrase(*key)).collect();
    vec![
        Cell::name(&row.reason),
        Cell::name(detail_name(lang, &row.reason, &row.detail)),
        sheet.channel(channel),
        Cell::Count(row.errors),
        Cell::Share(row.share),
        Cell::of(row.previous_errors, Cell::Count),
        Cell::of(row.change, |change| Cell::Change(change, trend)),
        Cell::of(row.change_pct, |percent| Cell::ChangePercent(percent, trend)),
        moment(row.first_seen),
        moment(row.last_seen),
        Cell::Mark(lang.list(marks)),
    ]
}
