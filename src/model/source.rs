//! What is told about each input.

use serde::Serialize;
use strum::IntoStaticStr;

use super::{Coverage, Precision, Reject, Sentence, SentenceKey, Span, Timestamp, key};

/// What an input is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum SourceKind {
    /// A table with tabs between its cells.
    #[default]
    Tsv,
    /// A table with commas or semicolons between its cells.
    Csv,
    /// A sheet of an Excel workbook.
    Xlsx,
    /// A sheet of a workbook of Excel until 2003.
    Xls,
    /// A sheet of an OpenDocument spreadsheet.
    Ods,
    /// A mail or a mailbox.
    Mail,
    /// A channel of an archive.
    Archive,
    /// A Parquet file in the archive's schema.
    Parquet,
}

impl SourceKind {
    /// The name used in JSON and in text.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// The columns that were recognised: the heading, or `column 3` where there is none. Safe to show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Columns {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    pub reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl Columns {
    /// The column in which a row's time begins.
    pub fn begin(&self) -> &str {
        [&self.date, &self.start, &self.time].into_iter().flatten().next().map_or("", String::as_str)
    }

    /// Each column that was recognised: the key of its role's name, and its heading.
    pub fn named(&self) -> impl Iterator<Item = (key::SentenceKey, &str)> {
        let all = [
            (key::column::DATE, self.date.as_ref()),
            (key::column::START, self.start.as_ref()),
            (key::column::END, self.end.as_ref()),
            (key::column::TIME, self.time.as_ref()),
            (key::column::REASON, Some(&self.reason)),
            (key::column::DETAIL, self.detail.as_ref()),
            (key::column::COUNT, self.count.as_ref()),
            (key::column::CHANNEL_ID, self.channel_id.as_ref()),
            (key::column::CHANNEL_NAME, self.channel_name.as_ref()),
            (key::column::URL, self.url.as_ref()),
        ];
        all.into_iter().filter_map(|(role, heading)| Some((role, heading?.as_str())))
    }
}

/// A line that is not a row: a title, a repeated heading, a total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedLine {
    /// Line number in the file after unpacking, from 1.
    pub line: u64,
    /// Words for what it is.
    pub what: SentenceKey,
    /// Shortened, safe to show.
    pub text: String,
}

/// How one input was understood and what came of it. `accepted + rejected = rows`.
#[derive(Clone, Debug, Default)]
pub struct SourceReport {
    /// As given on the command line; members of a zip file as `file.zip/member`, sheets as `file.xlsx/sheet`. Safe to show.
    pub path: String,
    /// The sheet of a workbook. Safe to show.
    pub sheet: Option<String>,
    pub kind: SourceKind,
    /// The channels that its rows are of, or that it was said to be of; empty where nothing names one, and before that is
    /// settled. Safe to show.
    pub channels: Vec<String>,
    /// `gzip`, `zstd`, `zip`, or nothing.
    pub packing: Option<&'static str>,
    /// WHATWG name; none where that is not one for the whole input (mails) or no text (an archive).
    pub encoding: Option<&'static str>,
    /// `tab`, `comma` or `semicolon`, of a table.
    pub delimiter: Option<&'static str>,
    pub columns: Columns,
    /// A column of whole numbers that may be the count, though nothing says so: its title, safe to show, and its number
    /// from 1. Nothing is counted then.
    pub doubtful_count: Option<(String, usize)>,
    /// Line of the heading, from 1; none where the columns were recognised by their content.
    pub heading_line: Option<u64>,
    /// The form of the times, such as `YYYY-MM-DD hh:mm:ss`.
    pub time_form: Option<String>,
    /// Sentences that say from what each decision was made. Safe to show.
    pub evidence: Vec<Sentence>,
    pub rows: u64,
    pub accepted: u64,
    pub rejected: u64,
    /// Sum of the counts of the accepted rows, before overlaps are merged.
    pub errors: u64,
    /// Starts of the first and of the last row.
    pub span: Option<Span>,
    /// The latest end of a row.
    pub end: Option<Timestamp>,
    /// `None` where there are no rows.
    pub precision: Option<Precision>,
    pub coverage: Coverage,
    /// The first rejects.
    pub rejects: Vec<Reject>,
    /// The first lines that are no rows.
    pub skipped: Vec<SkippedLine>,
    /// How many lines are no rows, blank ones included.
    pub skipped_lines: u64,
    /// A download that a browser has not finished, by its name.
    pub partial: bool,
    /// The input that this one repeats byte for byte; its rows then count once.
    pub same_as: Option<String>,
}

impl SourceReport {
    /// First and last row of some inputs.
    pub fn span_of<'a>(reports: impl IntoIterator<Item = &'a SourceReport>) -> Option<Span> {
        reports.into_iter().filter_map(|report| report.span).reduce(Span::union)
    }

    /// The coarsest precision of those of some inputs that have rows.
    pub fn precision_of<'a>(reports: impl IntoIterator<Item = &'a SourceReport>) -> Precision {
        reports.into_iter().filter_map(|report| report.precision).max().unwrap_or(Precision::Second)
    }

    /// The path of the file, which for a sheet is that of its workbook.
    pub fn file(&self) -> &str {
        let sheet = self.sheet.as_deref().and_then(|sheet| self.path.strip_suffix(sheet)?.strip_suffix('/'));
        sheet.unwrap_or(&self.path)
    }

    /// That more of it was to come; none where it is whole.
    pub fn partial_note(&self) -> Option<Sentence> {
        self.partial.then(|| Sentence::new(key::note::PARTIAL_DOWNLOAD).with("path", &self.path))
    }

    /// How many rows of it were rejected; none where none were.
    pub fn rejects_note(&self) -> Option<Sentence> {
        let note = Sentence::new(key::note::REJECTS).with("path", &self.path);
        (self.rejected > 0).then(|| note.with_number("count", self.rejected).with_number("rows", self.rows))
    }

    /// The report of an input that is no table, before anything of it is read; `columns` are what stands for them.
    pub fn of_no_table(path: &str, kind: SourceKind, columns: Columns) -> Self {
        SourceReport { path: path.to_owned(), kind, columns, ..SourceReport::default() }
    }
}

/// That a file was left out, and why.
pub fn skipped_note((path, why): &(String, Sentence)) -> Sentence {
    Sentence::new(key::note::SKIPPED_FILE).with("path", path).with_sentence("why", why.clone())
}
