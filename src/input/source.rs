//! An input before and after it is read.

use std::{ops::Range, sync::Arc};

use super::{
    layout::Layout,
    stored::{Archived, Entry},
    text::Text,
    workbook::Sheet,
};
use crate::{
    error::Result,
    model::{CellColumns, Channel, Extent, Origin, Precision, Row, Sentence, SourceReport, Span},
};

/// What is known of a text before it is read.
#[derive(Clone, Debug)]
pub struct Input {
    /// As the user knows it, safe to show: `file.tsv`, `file.zip/member`, `file.xlsx/sheet`.
    pub path: String,
    /// The name of the file, or of the member of a zip file; of a pipe there is none.
    pub name: String,
    /// The user named it, and did not only name what it is in: then it must be an export.
    pub explicit: bool,
    /// `gzip`, `zstd`, `zip`, or nothing.
    pub packing: Option<&'static str>,
    /// The path of the zip file of which it is a member.
    pub zip: Option<String>,
    /// The path of the workbook of which it is a sheet, and the sheet.
    pub book: Option<String>,
    pub sheet: Option<Sheet>,
    /// A download that has not finished.
    pub partial: bool,
}

/// A text that was read, or why it is no export.
pub type Outcome = Result<std::result::Result<Source, Sentence>>;

/// An input that was read, and what is needed to read parts of it again.
pub struct Source {
    pub report: SourceReport,
    pub parts: Vec<Part>,
    /// None of an archive.
    pub text: Option<Text>,
    pub lines: u64,
    /// The channel that rows without one were given.
    pub label: Option<Channel>,
    /// When LINE gave up sending failed webhooks again, as mails told.
    pub stops: Vec<Row>,
    /// Of an archive: what each of its exports tells of the time that it speaks for.
    pub extents: Vec<(String, Extent)>,
}

/// A table within an input: the rows below one heading.
pub struct Part {
    /// The input, and the line where the part begins if it is not the first. Safe to show.
    pub name: String,
    pub origin: Origin,
    /// Sorted by time and kind.
    pub cells: CellColumns,
    pub span: Option<Span>,
    /// `None` without rows.
    pub precision: Option<Precision>,
    pub rows: u64,
    pub rows_in: RowsIn,
}

/// Where the rows of a part are found again.
pub enum RowsIn {
    /// In lines of the source's text.
    Lines {
        layout: Arc<Layout>,
        /// Bytes of the rows in the text; they end there or at the next heading.
        range: Range<u64>,
        /// Where rows of which time stand: start of a chunk, first and last row in it.
        index: Vec<(u64, Span)>,
    },
    /// In mails, which are few: here they are, sorted by time.
    Held(Vec<Entry>),
    Archived(Archived),
}
