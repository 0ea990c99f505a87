//! What the server's own access logs say.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::{look::Cell, sheet::Sheet};
use crate::{
    analysis::ServerLogReport,
    model::key,
    render::grid::Grid,
    story::{Story, detail_name},
};

pub fn sheet(story: &Story<'_>, log: &ServerLogReport) -> Result<Worksheet, XlsxError> {
    let (mut sheet, lang) = (Sheet::new(story, key::workbook::SERVER_LOG)?, story.lang());
    if let Some(told) = &story.log {
        let lines = std::iter::once(&told.rate).chain(&told.worst).chain(&told.lines);
        lines.cloned().for_each(|line| sheet.say(line));
        sheet.row += 1;
    }
    let matches = Grid::of(&log.matches)
        .column(sheet.t(key::page::DETAIL), |found| Cell::name(detail_name(lang, &found.reason, &found.detail)))
        .column(sheet.t(key::page::REASON), |found| Cell::name(&found.reason))
        .column(sheet.t(key::server_page::COUNTED), |found| Cell::Count(found.errors))
        .column(sheet.t(key::server_page::SHOWN), |found| Cell::Count(found.finding.matched))
        .column(sheet.t(key::server_page::CHANCE), |found| Cell::of(found.finding.chance, Cell::Count))
        .column(sheet.t(key::server_page::SAYS), |found| Cell::text(lang.say(&found.finding.sentence)));
    sheet.table(&matches)?;
    sheet.say(lang.phrase(key::server_page::NOTE));
    sheet.row += 1;
    let status = |status: Option<u16>| status.map(|status| status.to_string());
    let none = || lang.phrase(key::workbook::NO_STATUS).to_owned();
    let statuses = Grid::of(&log.by_status)
        .column(sheet.t(key::workbook::STATUS), |of| Cell::name(status(of.status).unwrap_or_else(none)))
        .column(sheet.t(key::workbook::REQUESTS), |of| Cell::Count(of.requests));
    sheet.table(&statuses)?;
    if !log.silent.is_empty() {
        let silent = Grid::of(&log.silent)
            .column(sheet.zoned(key::workbook::SILENT_FROM), |span| Cell::Moment(span.start))
            .column(sheet.zoned(key::workbook::SILENT_UNTIL), |span| Cell::Moment(span.end));
        sheet.table(&silent)?;
    }
    let files = Grid::of(&log.files)
        .column(sheet.t(key::page::FILE), |file| Cell::name(&file.path))
        .column(sheet.t(key::server::LINES), |file| Cell::Count(file.lines))
        .column(sheet.t(key::workbook::REQUESTS), |file| Cell::Count(file.requests));
    sheet.table(&files)?;
    sheet.finish()
}
