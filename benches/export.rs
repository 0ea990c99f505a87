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

/// How an export is written.
#[derive(Clone, Copy)]
pub struct Form {
    /// Around each cell.
    pub quote: &'static str,
    /// Headings, in their order; of Time, Reason, Detail and Count.
    pub columns: [&'static str; 4],
    /// Of the times, for strftime.
    pub time: &'static str,
    /// Seconds from the first row to the last.
    pub span: u64,
}

impl Default for Form {
    /// As it is downloaded, over twelve weeks.
    fn default() -> Self {
        Form { quote: "", columns: ["Time", "Reason", "Detail", "Count"], time: "%Y-%m-%d %H:%M:%S", span: 7_257_600 }
    }
}

/// Writes an export of so many rows.
pub fn write(rows: u64, form: Form) -> NamedTempFile {
    let mut file = NamedTempFile::with_suffix(".tsv").expect("a temporary file");
    let mut out = BufWriter::new(&mut file);
    let mut line = |cells: [&str; 4]| {
        let cells = cells.map(|cell| format!("{0}{cell}{0}", form.quote));
        writeln!(out, "{}", cells.join("\t")).expect("room on the disk");
    };
    line(form.columns);
    let start = DateTime::UNIX_EPOCH + TimeDelta::days(20_700);
    for row in 0..rows {
        let at = start + TimeDelta::seconds(i64::try_from(row * form.span / rows).expect("some weeks"));
        let (time, count) = (at.format(form.time).to_string(), (row % 9 + 1).to_string());
        // A multiplicative hash spreads the kinds without a pattern.
        let (reason, detail) = KINDS[(row.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as usize % KINDS.len()];
        line(form.columns.map(|column| match column {
            "Time" => &*time,
            "Reason" => reason,
            "Detail" => detail,
            _ => &*count,
        }));
    }
    drop(out);
    file
}
