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

/// Writes an export of so many rows over twelve weeks, each cell between `quote`s.
pub fn write(rows: u64, quote: &str) -> NamedTempFile {
    let mut file = NamedTempFile::with_suffix(".tsv").expect("a temporary file");
    let mut out = BufWriter::new(&mut file);
    let q = quote;
    writeln!(out, "{q}Time{q}\t{q}Reason{q}\t{q}Detail{q}\t{q}Count{q}").expect("room on the disk");
    let start = DateTime::UNIX_EPOCH + TimeDelta::days(20_700);
    for row in 0..rows {
        let at = start + TimeDelta::seconds(i64::try_from(row * 7_257_600 / rows).expect("twelve weeks"));
        // A multiplicative hash spreads the kinds without a pattern.
        let (reason, detail) = KINDS[(row.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as usize % KINDS.len()];
        writeln!(
            out,
            "{q}{}{q}\t{q}{reason}{q}\t{q}{detail}{q}\t{q}{}{q}",
            at.format("%Y-%m-%d %H:%M:%S"),
            row % 9 + 1
        )
        .expect("room on the disk");
    }
    drop(out);
    file
}
