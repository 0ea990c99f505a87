//! The rows of each source, kept so that a mistaken one can be taken back.
//!
//! A pack is a row of Zstandard frames. Each frame holds rows of one source and one partition, a line of JSON for each
//! (`[time, precision, reason, detail, source kind, host, errors, rows, end]`, older ones without the end), so that `zstd -dc` and `jq` read it, too.

use std::{
    borrow::Cow,
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    disk::Disk,
    fact::{Fact, Kinds},
    manifest::Part,
    read::precision,
};
use crate::model::{HostLabel, Origin, Row, Timestamp, hex};

/// Longest line: eight texts of the longest kind, each character escaped.
const LINE: u64 = 2 << 20;

#[derive(Serialize, Deserialize)]
struct Line<'a>(
    i64,
    #[serde(borrow)] Cow<'a, str>,
    #[serde(borrow)] Cow<'a, str>,
    #[serde(borrow)] Cow<'a, str>,
    #[serde(borrow)] Cow<'a, str>,
    #[serde(borrow)] Option<Cow<'a, str>>,
    u64,
    u64,
    #[serde(default)] Option<i64>,
);

/// Appends rows of one partition as a frame.
///
/// # Errors
/// Where it cannot be written.
pub fn append(disk: &Disk, file: &mut File, at: u64, facts: &[Fact]) -> io::Result<Option<Part>> {
    let Some(first) = facts.first() else { return Ok(None) };
    let mut frame = zstd::Encoder::new(Vec::new(), 3)?;
    frame.include_checksum(true)?;
    let mut line = Vec::new();
    for fact in facts {
        let kind = &fact.kind;
        line.clear();
        let content = Line(
            fact.time.0,
            kind.precision.name().into(),
            Cow::Borrowed(&kind.reason),
            Cow::Borrowed(&kind.detail),
            kind.origin.name().into(),
            kind.host.as_ref().map(|host| Cow::Borrowed(host.0.as_str())),
            fact.errors,
            fact.rows,
            Some(fact.end.0),
        );
        serde_json::to_writer(&mut line, &content).map_err(io::Error::other)?;
        line.push(b'\n');
        frame.write_all(&line)?;
    }
    let frame = frame.finish()?;
    disk.append(file, &frame)?;
    Ok(Some(Part {
        channel: first.kind.channel.clone(),
        month: first.month(),
        at,
        bytes: frame.len() as u64,
        rows: facts.len() as u64,
        first: facts.iter().map(|fact| fact.time.0).min(),
        last: facts.iter().map(|fact| fact.time.0).max(),
    }))
}

/// The rows of a frame.
///
/// # Errors
/// Where the frame is damaged or cannot be read.
pub fn rows(file: &mut File, part: &Part, kinds: &mut Kinds, into: &mut Vec<Fact>) -> io::Result<()> {
    let broken = || io::Error::from(io::ErrorKind::InvalidData);
    file.seek(SeekFrom::Start(part.at))?;
    let mut lines = BufReader::new(zstd::Decoder::new(file.take(part.bytes))?);
    let mut line = Vec::new();
    let mut seen = 0;
    let mut row = Row {
        time: Timestamp(0),
        end: Timestamp(0),
        precision: crate::model::Precision::Second,
        channel: part.channel.clone(),
        reason: String::new(),
        detail: String::new(),
        host: None,
        origin: Origin::Export,
        errors: 0,
        rows: 0,
    };
    loop {
        line.clear();
        if lines.by_ref().take(LINE).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let Line(time, step, reason, detail, origin, host, errors, rows, end) =
            serde_json::from_slice(&line).map_err(io::Error::other)?;
        row.time = Timestamp(time);
        row.end = Timestamp(end.unwrap_or(time));
        row.precision = precision(step.as_bytes()).ok_or_else(broken)?;
        reason.as_ref().clone_into(&mut row.reason);
        detail.as_ref().clone_into(&mut row.detail);
        row.origin = [Origin::Export, Origin::Mail].into_iter().find(|o| o.name() == origin).ok_or_else(broken)?;
        row.host = host.map(|host| HostLabel(host.into_owned()));
        (row.errors, row.rows) = (errors, rows);
        if super::read::possible(&row).is_err() || super::partition::Month::of(row.time) != part.month {
            return Err(broken());
        }
        seen += 1;
        into.push(kinds.fact(&row));
    }
    if seen == part.rows { Ok(()) } else { Err(broken()) }
}

/// The length and the SHA-256 of a file.
///
/// # Errors
/// Where it cannot be read.
pub fn digest(file: &mut File) -> io::Result<(u64, String)> {
    file.rewind()?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    let mut length = 0;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok((length, hex(&hash.finalize()))),
            Ok(n) => {
                hash.update(&buffer[..n]);
                length += n as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
