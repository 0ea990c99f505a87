//! An export of some weeks for the benches: rows in the order of time, a few kinds.

use std::io::{BufWriter, Write};

use chrono::{DateTime, TimeDelta};
use tempfile::NamedTempFile;

const KINDS: [(&str, &str); 5] = [
    ("request_timeout", "Request timeout"),
    ("error_status_code", "502"),
    ("could_not_connect", "Connection timeout: https://bot.example.com/callback"),
    ("could_not_connect", "TLS handshake failure: https://bot.example.com/callback"),
    ("unclassified", "Session closed unexpectedly"),
];

/// The columns that LINE documents.
pub const DOCUMENTED: &[&str] = &["Date", "Start", "End", "Reason", "Detail", "Errors"];

/// How an export is written.
#[derive(Clone, Copy)]
pub struct Form {
    /// Around each cell.
    pub quote: &'static str,
    /// Headings, in their order; of Date, Start, End, Time, Reason, Detail and Errors.
    pub columns: &'static [&'static str],
    /// What is in a column Time, for strftime.
    pub time: &'static str,
    /// Seconds from the first row to the last.
    pub span: u64,
}

impl Default for Form {
    /// As it is downloaded, over twelve weeks.
    fn default() -> Self {
        Form { quote: "", columns: DOCUMENTED, time: "%Y-%m-%d %H:%M:%S", span: 7_257_600 }
    }
}

/// Writes an export of so many rows.
pub fn write(rows: u64, form: Form) -> NamedTempFile {
    let mut file = NamedTempFile::with_suffix(".tsv").expect("a temporary file");
    let mut out = BufWriter::new(&mut file);
    let mut line = |cells: &[&str]| {
        let cells: Vec<String> = cells.iter().map(|cell| format!("{0}{cell}{0}", form.quote)).collect();
        writeln!(out, "{}", cells.join("\t")).expect("room on the disk");
    };
    line(form.columns);
    let start = DateTime::UNIX_EPOCH + TimeDelta::days(20_700);
    for row in 0..rows {
        let at = start + TimeDelta::seconds(i64::try_from(row * form.span / rows).expect("some weeks"));
        let errors = row % 9 + 1;
        // A multiplicative hash spreads the kinds without a pattern.
        let (reason, detail) = KINDS[(row.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as usize % KINDS.len()];
        let cell = |column: &&str| match *column {
            "Date" => at.format("%Y-%m-%d").to_string(),
            "Start" => at.format("%H:%M:%S").to_string(),
            "End" => (at + TimeDelta::seconds(errors as i64 - 1)).format("%H:%M:%S").to_string(),
            "Time" => at.format(form.time).to_string(),
            "Reason" => reason.to_owned(),
            "Detail" => detail.to_owned(),
            _ => errors.to_string(),
        };
        let cells: Vec<String> = form.columns.iter().map(cell).collect();
        line(&cells.iter().map(String::as_str).collect::<Vec<_>>());
    }
    drop(out);
    file
}
