//! `-o weekly.xlsx`: a workbook for Excel, with native tables and charts.
//!
//! Nothing in it runs: cells are numbers, times or texts, never formulas or links, and texts stay texts when somebody edits
//! them. Times are real ones in the report's zone, which the headings name. The same story gives the same bytes.

mod chart;
mod failed;
mod incidents;
mod look;
mod quality;
mod server_log;
mod sheet;
mod summary;
mod weeks;
mod windows;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use crate::{model::key, story::Story};

/// The workbook as the bytes of an `.xlsx` file.
pub fn workbook(story: &Story<'_>) -> Result<Vec<u8>, XlsxError> {
    let written = ExcelDateTime::from_timestamp(story.analysis.generated_at.timestamp())?;
    let properties = DocProperties::new()
        .set_title(story.lang().phrase(key::page::BRAND))
        .set_author(format!("errstat {}", story.analysis.errstat))
        .set_creation_datetime(&written);
    let mut book = Workbook::new();
    book.set_properties(&properties);
    let sheets = [summary::sheet, failed::sheet, windows::sheet, incidents::sheet, weeks::sheet, quality::sheet];
    for sheet in sheets {
        book.push_worksheet(sheet(story)?);
    }
    if let Some(log) = &story.analysis.server_log {
        let log = server_log::sheet(story, log)?;
        let last = book.worksheets().len() - 1;
        book.worksheets_mut().insert(last, log);
    }
    book.save_to_buffer()
}
