//! How versions 1 and 2 kept the rows of sources: in packs, rows of Zstandard frames. A frame holds rows of one source,
//! channel and month, a line of JSON for each: `[time, precision, reason, detail, kind of source, host, errors, rows,
//! end]`, times in milliseconds; version 1 without the end.

use std::{
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    path::Path,
};

use serde::Deserialize;

use super::{
    disk::open,
    fact::{Fact, Kinds},
    manifest::Part,
    partition::Month,
    read::possible,
};
use crate::model::{HostLabel, Row, Timestamp};

/// Longest line: eight texts of the longest kind, each character escaped.
const LINE: u64 = 2 << 20;

#[derive(Deserialize)]
struct Line(i64, String, String, String, String, Option<String>, u64, u64, #[serde(default)] Option<i64>);

/// The rows of a frame of a pack.
pub fn rows(pack: &Path, part: &Part, kinds: &mut Kinds, into: &mut Vec<Fact>) -> io::Result<()> {
    let broken = || io::Error::from(io::ErrorKind::InvalidData);
    let mut file = open(pack)?;
    file.seek(SeekFrom::Start(part.at))?;
    let mut lines = BufReader::new(zstd::Decoder::new(file.take(part.bytes.unwrap_or(0)))?);
    let (mut line, mut seen) = (Vec::new(), 0);
    while lines.by_ref().take(LINE).read_until(b'\n', &mut line)? > 0 {
        let Line(time, step, reason, detail, kind, host, errors, rows, end) =
            serde_json::from_slice(&line).map_err(io::Error::other)?;
        let row = Row {
            time: Timestamp(time),
            end: Timestamp(end.unwrap_or(time)),
            precision: step.parse().map_err(io::Error::other)?,
            channel: part.channel.clone(),
            reason,
            detail,
            host: host.map(HostLabel),
            origin: kind.parse().map_err(io::Error::other)?,
            errors,
            rows,
        };
        if possible(&row).is_err() || Month::of(row.time) != part.month {
            return Err(broken());
        }
        into.push(kinds.fact(&row));
        line.clear();
        seen += 1;
    }
    if part.rows == Some(seen) { Ok(()) } else { Err(broken()) }
}
