//! Rows.
//!
//! # To the reader
//!
//! This is where the time goes, and the only place in errstat that is written for speed. The plan:
//!
//! - Bytes are searched once, for delimiters and line ends together. Nothing is decoded to find them: in
//!   every encoding that comes here (UTF-16 and ISO-2022-JP are turned into UTF-8 before) they are never
//!   part of another character.
//! - A line with as many cells as the heading, none of which starts with a quote, is *plain*. A plain line
//!   costs a time ([`TimeReader`] compares it with the one before), a count (digits), and a look-up of
//!   the bytes of all the other used cells together, which give the [`KindId`]. Reason, detail, channel
//!   and URL are decoded, canonicalised and made safe to show only when their bytes are met for the first
//!   time. So a row makes no allocation.
//! - Whatever is not plain, or plain and somehow wrong, goes to [`RowReader::slow`], which decides anew
//!   from the line alone: blank, heading, total, row or reject. The fast path never rejects anything,
//!   which is why there is one place only that says why a row was not counted.
//!
//! When you change this: a line must mean the same on both paths. The fast path may give up whenever it
//! likes; it must never accept what the slow path would reject or read otherwise.
//!
//! Where it forgives and where not: CRLF, LF and CR end a line; a row may have more cells than the
//! heading only if they are empty, and fewer only if no used column is missing; a row is a line, always,
//! also inside quotes, which departs from RFC 4180 so that one broken quote cannot swallow the rest.

use std::{borrow::Cow, sync::Mutex};

use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

use super::{
    Role, RowSink, headings,
    layout::Layout,
    layout::is_heading,
    split::QuotedSplitter,
    time::{Steps, TimeReader},
};
use crate::{
    model::{Catalog, Channel, KindId, Origin, Privacy, Reject, SkippedLine, Span, Timestamp, TooVaried, Why, Zone},
    taxonomy,
};

/// Longer lines are rejects.
pub const LONGEST_LINE: usize = 1 << 20;
/// Longer details are rejects.
const LONGEST_DETAIL: usize = 4096;
/// Examples of rejects and of skipped lines that are kept for each input.
pub const EXAMPLES: usize = 20;
/// Length of the text of a reject, in characters.
const EXCERPT: usize = 200;
/// More cells than this are counted but not looked at on the fast path.
const MOST_CELLS: usize = 32;
/// The look-up of raw cells is emptied when it holds so many: it is a cache, the catalog is the truth.
const MOST_RAW_KINDS: usize = 1 << 16;

/// What came of a stretch of lines. Line numbers are relative to its start, from 1.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub lines: u64,
    pub rows: u64,
    pub accepted: u64,
    pub rejected: u64,
    /// Sum of the counts; `None` once it left 64 bits.
    pub errors: Option<u64>,
    pub span: Option<Span>,
    pub steps: Steps,
    pub rejects: Vec<Reject>,
    pub skipped: Vec<SkippedLine>,
    pub skipped_lines: u64,
}

impl Tally {
    pub fn new() -> Self {
        Tally { errors: Some(0), ..Tally::default() }
    }

    /// Adds what follows these lines.
    pub fn append(&mut self, next: Tally) {
        let Tally { lines, rows, accepted, rejected, errors, span, steps, rejects, skipped, skipped_lines } = next;
        let base = self.lines;
        self.lines += lines;
        self.rows += rows;
        self.accepted += accepted;
        self.rejected += rejected;
        self.errors = self.errors.zip(errors).and_then(|(a, b)| a.checked_add(b));
        self.span = Span::join(self.span, span);
        self.steps.add(&steps);
        let room = EXAMPLES.saturating_sub(self.rejects.len());
        self.rejects.extend(rejects.into_iter().take(room).map(|reject| Reject { line: base + reject.line, ..reject }));
        let room = EXAMPLES.saturating_sub(self.skipped.len());
        self.skipped.extend(skipped.into_iter().take(room).map(|line| SkippedLine { line: base + line.line, ..line }));
        self.skipped_lines += skipped_lines;
    }
}

/// Where a repeated heading ends the table that is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Break {
    /// Byte offset in the chunk at which the heading's line starts.
    pub offset: usize,
    /// The heading names the same columns in the same places, so that reading can go on.
    pub same: bool,
}

/// Reads the rows of a table, chunk by chunk, on one thread.
pub struct RowReader<'a> {
    layout: &'a Layout,
    privacy: Privacy,
    catalog: &'a Mutex<Catalog>,
    time: TimeReader<'a>,
    time_column: usize,
    count_column: Option<usize>,
    /// First and last of the columns that make a kind, if nothing else lies between them.
    kind_columns: Option<(usize, usize)>,
    kinds: RawKinds,
    splitter: QuotedSplitter,
    all_rejects: bool,
    key: Vec<u8>,
}

/// Raw cells met so far and what they mean.
#[derive(Default)]
struct RawKinds {
    hasher: DefaultHashBuilder,
    table: HashTable<(Box<[u8]>, KindId)>,
}

impl RawKinds {
    #[inline]
    fn get(&self, raw: &[u8]) -> Option<KindId> {
        self.table.find(self.hasher.hash_one(raw), |(known, _)| **known == *raw).map(|(_, kind)| *kind)
    }

    fn put(&mut self, raw: &[u8], kind: KindId) {
        if self.table.len() >= MOST_RAW_KINDS {
            self.table.clear();
        }
        let hasher = &self.hasher;
        self.table.insert_unique(hasher.hash_one(raw), (raw.into(), kind), |(known, _)| hasher.hash_one(&**known));
    }
}

/// What a line is.
enum Verdict {
    Row,
    Blank,
    Total,
    Heading { same: bool },
    Reject(Why),
}

impl<'a> RowReader<'a> {
    pub fn new(
        layout: &'a Layout,
        zone: Zone,
        privacy: Privacy,
        catalog: &'a Mutex<Catalog>,
        all_rejects: bool,
    ) -> Self {
        let mut used: Vec<usize> = [Role::Reason, Role::Detail, Role::ChannelId, Role::ChannelName, Role::Url]
            .into_iter()
            .filter_map(|role| layout.column(role))
            .collect();
        used.sort_unstable();
        let neighbours = used.windows(2).all(|pair| pair[1] == pair[0] + 1);
        RowReader {
            time: TimeReader::new(&layout.time, zone, layout.encoding),
            time_column: layout.column(Role::Time).unwrap_or(0),
            count_column: layout.column(Role::Count),
            kind_columns: used
                .first()
                .copied()
                .zip(used.last().copied())
                .filter(|_| neighbours && layout.width <= MOST_CELLS),
            kinds: RawKinds::default(),
            splitter: QuotedSplitter::new(layout.delimiter),
            key: Vec::new(),
            layout,
            privacy,
            catalog,
            all_rejects,
        }
    }

    /// Reads whole lines; the last must end with the line end too. Rows go to the sink. Stops at a heading,
    /// which is then not counted among the lines.
    ///
    /// # Errors
    /// When a column holds too many different values.
    pub fn read(
        &mut self,
        bytes: &[u8],
        tally: &mut Tally,
        sink: &mut impl RowSink,
    ) -> Result<Option<Break>, TooVaried> {
        let (delimiter, line_end) = (self.layout.delimiter, self.layout.line_end);
        let mut ends = [0_usize; MOST_CELLS];
        let mut cells = 0;
        let mut start = 0;
        self.time.steps = Steps::default();
        let mut stopped = None;
        for at in memchr::memchr2_iter(delimiter, line_end, bytes) {
            if bytes[at] == delimiter {
                if cells < MOST_CELLS {
                    ends[cells] = at;
                }
                cells += 1;
                continue;
            }
            let stop = if at > start && bytes[at - 1] == b'\r' { at - 1 } else { at };
            if cells < MOST_CELLS {
                ends[cells] = stop;
            }
            if cells + 1 == self.layout.width
                && self.fast(bytes, start, &ends[..(cells + 1).min(MOST_CELLS)], tally, sink)
            {
                tally.lines += 1;
            } else if let Some((within, same)) = self.slow(&bytes[start..stop], tally, sink)? {
                stopped = Some(Break { offset: start + within, same });
                break;
            }
            start = at + 1;
            cells = 0;
        }
        tally.steps.add(&self.time.steps);
        Ok(stopped)
    }

    /// Counts a plain line; says no to any other.
    #[inline]
    fn fast(&mut self, bytes: &[u8], start: usize, ends: &[usize], tally: &mut Tally, sink: &mut impl RowSink) -> bool {
        let Some((first, last)) = self.kind_columns else { return false };
        if ends.len() != self.layout.width || ends[ends.len() - 1] - start > LONGEST_LINE {
            return false;
        }
        let cell_start = |column: usize| if column == 0 { start } else { ends[column - 1] + 1 };
        let quoted = (0..ends.len()).any(|column| bytes[cell_start(column)] == b'"');
        if quoted {
            return false;
        }
        // Look-ups first: a time once read counts as a step of the column.
        let Some(kind) = self.kinds.get(&bytes[cell_start(first)..ends[last]]) else { return false };
        let errors = match self.count_column {
            None => 1,
            Some(column) => match digits(&bytes[cell_start(column)..ends[column]]) {
                Some(count) => count,
                None => return false,
            },
        };
        let Ok(at) = self.time.read(&bytes[cell_start(self.time_column)..ends[self.time_column]]) else { return false };
        accept(at, kind, errors, tally, sink);
        true
    }

    /// Decides what a line is and counts it so. Gives, for a heading, where in the line it starts and whether
    /// it is the same as before.
    #[cold]
    fn slow(
        &mut self,
        line: &[u8],
        tally: &mut Tally,
        sink: &mut impl RowSink,
    ) -> Result<Option<(usize, bool)>, TooVaried> {
        let mut start = 0;
        // A carriage return alone ends a line too; files that were put together have such.
        if self.layout.line_end == b'\n' && line.len() <= LONGEST_LINE {
            for at in memchr::memchr_iter(b'\r', line) {
                if let Some(same) = self.slow_line(&line[start..at], tally, sink)? {
                    return Ok(Some((start, same)));
                }
                start = at + 1;
            }
        }
        Ok(self.slow_line(&line[start..], tally, sink)?.map(|same| (start, same)))
    }

    fn slow_line(
        &mut self,
        line: &[u8],
        tally: &mut Tally,
        sink: &mut impl RowSink,
    ) -> Result<Option<bool>, TooVaried> {
        let verdict = self.judge(line, tally, sink)?;
        if let Verdict::Heading { same } = verdict {
            self.forgive_titles(tally);
            return Ok(Some(same));
        }
        tally.lines += 1;
        let text = |limit| {
            self.privacy.excerpt(
                &self.layout.encoding.decode_without_bom_handling(&line[..line.len().min(4 * EXCERPT * 8)]).0,
                limit,
            )
        };
        match verdict {
            Verdict::Row | Verdict::Heading { .. } => {}
            Verdict::Blank => tally.skipped_lines += 1,
            Verdict::Total => {
                tally.skipped_lines += 1;
                if tally.skipped.len() < EXAMPLES {
                    tally.skipped.push(SkippedLine { line: tally.lines, what: "total", text: text(80) });
                }
            }
            Verdict::Reject(why) => {
                tally.rows += 1;
                tally.rejected += 1;
                if self.all_rejects || tally.rejects.len() < EXAMPLES {
                    tally.rejects.push(Reject { line: tally.lines, why, text: text(EXCERPT) });
                }
            }
        }
        Ok(None)
    }

    /// Lines of one cell just above a heading were its title, not rows.
    fn forgive_titles(&self, tally: &mut Tally) {
        let delimiter = char::from(self.layout.delimiter);
        let mut line = tally.lines;
        while let Some(reject) = tally
            .rejects
            .pop_if(|reject| reject.line == line && reject.why == Why::TooFewCells && !reject.text.contains(delimiter))
        {
            tally.rows -= 1;
            tally.rejected -= 1;
            tally.skipped_lines += 1;
            tally.skipped.push(SkippedLine { line: reject.line, what: "title", text: reject.text });
            line -= 1;
        }
    }

    fn judge(&mut self, line: &[u8], tally: &mut Tally, sink: &mut impl RowSink) -> Result<Verdict, TooVaried> {
        let blank = |b: &u8| b.is_ascii_whitespace() || *b == self.layout.delimiter;
        if line.iter().all(blank) {
            return Ok(Verdict::Blank);
        }
        if line.len() > LONGEST_LINE {
            return Ok(Verdict::Reject(Why::LineTooLong));
        }
        let cells: Vec<Cow<'_, [u8]>> = if memchr::memchr(b'"', line).is_some() {
            match self.splitter.split(line) {
                Ok(cells) => cells.map(|cell| Cow::Owned(cell.to_vec())).collect(),
                Err(_) => return Ok(Verdict::Reject(Why::QuoteNotClosed)),
            }
        } else {
            line.split(|b| *b == self.layout.delimiter).map(Cow::Borrowed).collect()
        };
        match self.row(&cells)? {
            Ok((at, kind, errors)) => {
                accept(at, kind, errors, tally, sink);
                Ok(Verdict::Row)
            }
            Err(why) => Ok(self.no_row(&cells, why)),
        }
    }

    /// A line that is no good row: a heading, a total, or a reject.
    fn no_row(&self, cells: &[Cow<'_, [u8]>], why: Why) -> Verdict {
        // Headings and totals are short; a damaged row need not be decoded whole to see that it is none.
        if cells.len() > 4 * self.layout.width.max(8) {
            return Verdict::Reject(why);
        }
        let texts: Vec<Cow<'_, str>> = cells
            .iter()
            .map(|cell| self.layout.encoding.decode_without_bom_handling(&cell[..cell.len().min(400)]).0)
            .collect();
        if is_heading(&texts) {
            let normal: Vec<String> = texts.iter().map(|cell| headings::normal(cell)).collect();
            return Verdict::Heading { same: self.layout.heading.as_ref() == Some(&normal) };
        }
        let no_time = matches!(why, Why::TimeMissing | Why::TimeUnreadable | Why::TooFewCells);
        let first = texts.iter().find(|cell| !cell.trim().is_empty());
        if no_time && first.is_some_and(|cell| headings::is_total(cell)) {
            Verdict::Total
        } else {
            Verdict::Reject(why)
        }
    }

    fn row(&mut self, cells: &[Cow<'_, [u8]>]) -> Result<Result<(i64, KindId, u64), Why>, TooVaried> {
        let layout = self.layout;
        if cells.len() < layout.needed {
            return Ok(Err(Why::TooFewCells));
        }
        if cells.len() > layout.width && cells[layout.width..].iter().any(|cell| !cell.trim_ascii().is_empty()) {
            return Ok(Err(Why::TooManyCells));
        }
        let at = match self.time.read(&cells[self.time_column]) {
            Ok(at) => at,
            Err(why) => return Ok(Err(why)),
        };
        let cell = |role: Role| layout.column(role).map_or(&[][..], |column| &*cells[column]);
        if layout.encoding.decode_without_bom_handling(cell(Role::Reason)).0.trim().is_empty() {
            return Ok(Err(Why::ReasonMissing));
        }
        if cell(Role::Detail).len() > LONGEST_DETAIL {
            return Ok(Err(Why::DetailTooLong));
        }
        let errors = match self.count_column.map(|column| count(&cells[column])) {
            None => 1,
            Some(Ok(count)) => count,
            Some(Err(why)) => return Ok(Err(why)),
        };
        let kind = self.kind(cells)?;
        Ok(Ok((at, kind, errors)))
    }

    /// The kind of a row, remembered under its raw cells.
    fn kind(&mut self, cells: &[Cow<'_, [u8]>]) -> Result<KindId, TooVaried> {
        self.key.clear();
        let plain = cells.iter().all(|cell| !cell.contains(&self.layout.delimiter) && cell.first() != Some(&b'"'));
        match self.kind_columns {
            // As the fast path will find it: the bytes of neighbouring cells with their delimiters.
            Some((first, last)) if plain => {
                for (i, cell) in cells[first..=last].iter().enumerate() {
                    if i > 0 {
                        self.key.push(self.layout.delimiter);
                    }
                    self.key.extend_from_slice(cell);
                }
            }
            _ => {
                // Line ends never stand in a cell, so nothing else looks like this.
                for role in [Role::Reason, Role::Detail, Role::ChannelId, Role::ChannelName, Role::Url] {
                    self.key.push(b'\n');
                    if let Some(column) = self.layout.column(role) {
                        self.key.extend_from_slice(&cells[column]);
                    }
                }
            }
        }
        if let Some(kind) = self.kinds.get(&self.key) {
            return Ok(kind);
        }
        let kind = self.intern(cells)?;
        self.kinds.put(&self.key, kind);
        Ok(kind)
    }

    fn intern(&self, cells: &[Cow<'_, [u8]>]) -> Result<KindId, TooVaried> {
        let text = |role: Role| {
            self.layout
                .column(role)
                .map_or(Cow::Borrowed(""), |column| self.layout.encoding.decode_without_bom_handling(&cells[column]).0)
        };
        let (reason, detail, url) = (text(Role::Reason), text(Role::Detail), text(Role::Url));
        let canonical = taxonomy::canonical(&reason, &detail);
        let host = match canonical.url {
            Some(url) => self.privacy.host(url),
            None => self.privacy.host(&url),
        };
        let named = |role: Role| {
            let text = text(role);
            (!text.trim().is_empty()).then(|| self.privacy.text(text.trim()))
        };
        let channel = Channel { id: named(Role::ChannelId), name: named(Role::ChannelName) };
        let (reason, detail) = (self.privacy.text(&canonical.reason), self.privacy.text(&canonical.detail));
        let mut catalog = self.catalog.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        catalog.intern(&channel, &reason, &detail, host.as_ref(), Origin::Export)
    }
}

#[inline]
fn accept(at: i64, kind: KindId, errors: u64, tally: &mut Tally, sink: &mut impl RowSink) {
    tally.rows += 1;
    tally.accepted += 1;
    tally.errors = tally.errors.and_then(|sum| sum.checked_add(errors));
    let at_time = Timestamp(at);
    match &mut tally.span {
        Some(span) => {
            span.first = span.first.min(at_time);
            span.last = span.last.max(at_time);
        }
        none => *none = Some(Span { first: at_time, last: at_time }),
    }
    sink.row(at, kind, errors);
}

/// A count of at most 18 digits and nothing else, which cannot overflow.
#[inline]
fn digits(cell: &[u8]) -> Option<u64> {
    if cell.is_empty() || cell.len() > 18 {
        return None;
    }
    cell.iter().try_fold(0_u64, |sum, b| b.is_ascii_digit().then(|| sum * 10 + u64::from(b - b'0')))
}

/// A count with white space around it, or the reason why it is none. At most 2⁶³ − 1.
fn count(cell: &[u8]) -> Result<u64, Why> {
    let cell = cell.trim_ascii();
    if cell.is_empty() {
        return Err(Why::CountMissing);
    }
    if !cell.iter().all(u8::is_ascii_digit) {
        return Err(Why::CountNotWhole);
    }
    let digits = &cell[cell.iter().position(|b| *b != b'0').unwrap_or(cell.len() - 1)..];
    let sum = digits.iter().try_fold(0_u64, |sum, b| sum.checked_mul(10)?.checked_add(u64::from(b - b'0')));
    sum.filter(|sum| i64::try_from(*sum).is_ok()).ok_or(Why::CountTooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_whole_numbers_of_63_bits() {
        assert_eq!(count(b" 12 "), Ok(12));
        assert_eq!(count(b"0"), Ok(0));
        assert_eq!(count(b"0000000000000000000000007"), Ok(7));
        assert_eq!(count(b"9223372036854775807"), Ok(9_223_372_036_854_775_807));
        assert_eq!(count(b"9223372036854775808"), Err(Why::CountTooLarge));
        assert_eq!(count(b""), Err(Why::CountMissing));
        for text in ["-1", "1.0", "1,000", "1e3", "x", "1 2"] {
            assert_eq!(count(text.as_bytes()), Err(Why::CountNotWhole), "{text}");
        }
        assert_eq!(digits(b"12"), Some(12));
        assert_eq!(digits(b" 12"), None);
    }
}
