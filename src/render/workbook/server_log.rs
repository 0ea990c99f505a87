//! What the server's own access logs say.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::{look::Cell, sheet::Sheet};
use crate::{
    analysis::{LogSpan, ServerLogReport},
    model::key,
    story::{Story, detail_name},
};

pub fn sheet(story: &Story<'_>, log: &ServerLogReport) -> Result<Worksheet, XlsxError> {
    let lang = story.lang();
    let mut sheet = Sheet::new(story, key::workbook::SERVER_LOG)?;
    if let Some(told) = &story.log {
        let lines = std::iter::once(&told.rate).chain(&told.worst).chain(&told.lines);
        lines.cloned().for_each(|line| sheet.say(line));
        sheet.row += 1;
    }
    let titles = [
        key::page::DETAIL,
        key::page::REASON,
        key::server_page::COUNTED,
        key::server_page::SHOWN,
        key::server_page::CHANCE,
        key::server_page::SAYS,
    ];
    let titles = titles.map(|key| sheet.t(key));
    let matches = log.matches.iter().map(|found| {
        vec![
            Cell::name(detail_name(lang, &found.reason, &found.detail)),
            Cell::name(&found.reason),
            Cell::Count(found.errors),
            Cell::Count(found.finding.matched),
            Cell::of(found.finding.chance, Cell::Count),
            Cell::text(lang.say(&found.finding.sentence)),
        ]
    });
    sheet.table(&titles, &matches.collect::<Vec<_>>())?;
    sheet.say(lang.phrase(key::server_page::NOTE));
    sheet.row += 1;
    let titles = [key::workbook::STATUS, key::workbook::REQUESTS].map(|key| sheet.t(key));
    let statuses = log.by_status.iter().map(|of| {
        let status =
            of.status.map_or_else(|| lang.phrase(key::workbook::NO_STATUS).to_owned(), |status| status.to_string());
        vec![Cell::name(status), Cell::Count(of.requests)]
    });
    let statuses: Vec<Vec<Cell>> = statuses.collect();
    sheet.table(&titles, &statuses)?;
    if !log.silent.is_empty() {
        let titles = [sheet.zoned(key::workbook::SILENT_FROM), sheet.zoned(key::workbook::SILENT_UNTIL)];
        let silent = |span: &LogSpan| vec![Cell::Moment(span.start), Cell::Moment(span.end)];
        sheet.table(&titles, &log.silent.iter().map(silent).collect::<Vec<_>>())?;
    }
    let titles = [key::page::FILE, key::server::LINES, key::workbook::REQUESTS].map(|key| sheet.t(key));
    let files = log.files.iter();
    let files = files.map(|file| vec![Cell::name(&file.path), Cell::Count(file.lines), Cell::Count(file.requests)]);
    sheet.table(&titles, &files.collect::<Vec<_>>())?;
    sheet.finish()
}
