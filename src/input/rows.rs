//! Rows.
//!
//! # To the reader
//!
//! This is where the time goes, and the only place in errstat that is written for speed: ten million rows must not take
//! much longer than counting their lines. A row of an export is some sixty bytes, and a processor that foresees every
//! branch has read them in forty cycles; a branch that it does not foresee costs twenty more. So what is saved here is
//! less work than surprise. The ends of all lines of some 32 KiB are found first ([`Places`]), so that no row waits for the
//! one before it and the processor reads several at once. Then there are three ways to read a line, and each may hand it on
//! to the next:
//!
//! 1. **Outlined** ([`Outline`], most rows of most exports). Columns stand as LINE documents them: date, start, end, reason,
//!    detail, errors; or as one time, reason, detail, count. Date and start are compared with the minute of the row before,
//!    so that two digits remain to be read, and where they end is known; of another minute of the same day, hour and minute
//!    are read. The end is eight bytes that are read as one word.
//!    The count is read from the line's end backwards. What is left is the *kind*: the bytes of reason and detail (and
//!    channel and URL, where they stand beside them) together, which [`RawKinds`] knows if it has met them. No delimiter
//!    within them is searched: bytes that are equal have the same ones.
//! 2. **Plain.** Any order of columns, any form of time, also columns that mean nothing: delimiters are searched, and each
//!    cell is looked at. A plain line has as many cells as the heading, none of which
//!    starts with a quote.
//! 3. **Slow** (`slow`). Whatever is not plain, or plain and somehow wrong, or of a kind that was never met: decided anew from
//!    the line alone, into blank, heading, total, row or reject. Only here is a reject made and a kind named, which is
//!    why one place says why a row was not counted, and why no row but the first of its kind allocates, is decoded,
//!    or made safe to show.
//!
//! Bytes are searched, not characters: in every encoding that comes here (UTF-16 and ISO-2022-JP are turned into UTF-8
//! before) delimiters and line ends are never part of another character.
//!
//! When you change this:
//! - A line must mean the same on all three ways. The first two may give up whenever they like; they must never accept
//!   what the slow one would reject or read otherwise. A test in `tests` holds them against each other.
//! - What a quoted cell holds may not enter what the first way compares with ([`TimeReader::minute`], the keys of
//!   [`RawKinds`]) if a delimiter or a quote is in it: it would be found again where it means something else.
//! - A time once read counts as a step of its column, so read it last, when nothing can go wrong any more.
//! - Measure with `cargo bench --bench reading` and `benches/peers/run`; `docs/performance.md` says where the time went.
//!
//! Where it forgives and where not: CRLF, LF and CR end a line; a row may have more cells than the
//! heading only if they are empty, and fewer only if no used column is missing (and, where other rows have them, if
//! LINE's own words stand where they should); a row is a line, always,
//! also inside quotes, which departs from RFC 4180 so that one broken quote cannot swallow the rest.

mod bytes;
mod kinds;
mod outline;
mod slow;
mod tally;
#[cfg(test)]
mod tests;
mod told;

use std::{io, ops::Range};

use bytes::{Places, digits};
use kinds::RawKinds;
use outline::{Minute, Outline};
use parking_lot::Mutex;
use slow::Line;
pub use tally::Tally;

use super::{
    Role, RowSink,
    layout::{Layout, When},
    split::{QuotedSplitter, lines, split_lines},
    time::{TimeForm, TimeReader, WithinMinute},
};
use crate::model::{Catalog, KindId, Privacy, Span, Timestamp, TooVaried, Zone};

/// Longer lines are rejects.
pub const LONGEST_LINE: usize = 1 << 20;
/// Examples of rejects and of skipped lines that are kept for each input.
pub const EXAMPLES: usize = 20;
/// More cells than this are counted but not looked at on the fast path.
const MOST_CELLS: usize = 32;

/// Where a repeated heading ends the table that is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Break {
    /// Byte offset in the chunk at which the heading's line starts.
    pub offset: usize,
    /// The heading names the same columns in the same places, so that reading can go on.
    pub same: bool,
}

/// Where reading stopped, if not at the end.
type Stopped = Result<Option<Break>, Halt>;

/// Why a table cannot be read on.
#[derive(Debug, PartialEq, Eq)]
pub enum Halt {
    TooVaried(TooVaried),
    NotUtf8,
}

/// The text is not in UTF-8, as its first lines, which are ASCII, let assume.
#[derive(Debug, thiserror::Error)]
#[error("not in UTF-8")]
pub struct NotUtf8;

impl From<TooVaried> for Halt {
    fn from(varied: TooVaried) -> Self {
        Halt::TooVaried(varied)
    }
}

impl From<Halt> for io::Error {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::TooVaried(varied) => varied.into(),
            Halt::NotUtf8 => io::Error::other(NotUtf8),
        }
    }
}

/// Reads the rows of a table, chunk by chunk, on one thread.
pub struct RowReader<'a> {
    layout: &'a Layout,
    privacy: Privacy,
    catalog: &'a Mutex<Catalog>,
    zone: Zone,
    time: TimeReader<'a>,
    /// Date and time of day stand apart, and side by side.
    joined: bool,
    /// First and last of the columns that make a kind, if nothing else lies between them.
    kind_columns: Option<(usize, usize)>,
    /// There are columns that mean nothing here.
    has_unused: bool,
    outline: Option<Outline>,
    kinds: RawKinds,
    ends: Places,
    splitter: QuotedSplitter,
    all_rejects: bool,
    key: Vec<u8>,
    time_key: Vec<u8>,
    /// The text ends within the last of the lines that come next: nobody knows whether all of it is there.
    pub open: bool,
    /// That the text is in UTF-8 is not known yet: a row that is not halts the reading.
    pub assumes_utf8: bool,
}

/// The columns that make a kind.
const KIND_ROLES: [Role; 5] = [Role::Reason, Role::Detail, Role::ChannelId, Role::ChannelName, Role::Url];

impl Layout {
    /// The cells that make a kind, which stand apart. Line ends never stand in a cell, so nothing else looks like this.
    fn kind_key<'t>(&self, key: &mut Vec<u8>, cell: impl Fn(usize) -> &'t [u8]) {
        key.clear();
        for role in KIND_ROLES {
            key.push(self.line_end);
            key.extend_from_slice(self.column(role).map_or(&[], &cell));
        }
    }
}

/// Where the cells of a line are.
struct Cells {
    /// Start of the line in its text.
    start: usize,
    count: usize,
    /// Ends of the first cells in the text.
    ends: [usize; MOST_CELLS],
}

impl Cells {
    /// Finds the cells of a line of a text.
    #[inline(always)]
    fn of(text: &[u8], line: Range<usize>, delimiter: u8) -> Cells {
        let mut cells = Cells { start: line.start, count: 0, ends: [0; MOST_CELLS] };
        let delimiters = memchr::memchr_iter(delimiter, &text[line.clone()]).map(|at| line.start + at);
        for end in delimiters.chain([line.end]) {
            if let Some(place) = cells.ends.get_mut(cells.count) {
                *place = end;
            }
            cells.count += 1;
        }
        cells
    }

    fn start(&self, column: usize) -> usize {
        if column == 0 { self.start } else { self.ends[column - 1] + 1 }
    }

    fn range(&self, column: usize) -> Range<usize> {
        self.start(column)..self.ends[column]
    }
}

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Seconds from midnight to an instant on a wall clock that is ahead of UTC, both in milliseconds.
fn seconds_of_day(at: i64, ahead: i64) -> i64 {
    (at + ahead).div_euclid(1000).rem_euclid(DAY)
}

/// Outlined rows of one minute that follow each other: what a tally gets of them all at once.
struct Run {
    minute: Option<Minute>,
    times: WithinMinute,
    /// Seconds from midnight to the minute on the wall clock of the rows.
    clock: i64,
    end: i64,
    rows: u64,
    errors: u128,
}

impl Run {
    /// No row yet, of the minute of the last row.
    #[inline(always)]
    fn new(time: &TimeReader, ahead: i64) -> Run {
        let times = time.within_minute();
        let clock = seconds_of_day(times.at, ahead);
        Run { minute: Minute::of(time.minute()), times, clock, end: i64::MIN, rows: 0, errors: 0 }
    }

    fn count(&self, time: &mut TimeReader, tally: &mut Tally) {
        if let Some((first, last)) = time.seen(&self.times) {
            tally.lines += self.rows;
            let span = Span { first: Timestamp(first), last: Timestamp(last) };
            tally.add(self.rows, u64::try_from(self.errors).ok(), span, Timestamp(self.end));
        }
    }
}

impl<'a> RowReader<'a> {
    pub fn new(
        layout: &'a Layout,
        zone: Zone,
        privacy: Privacy,
        catalog: &'a Mutex<Catalog>,
        all_rejects: bool,
    ) -> Self {
        let mut used: Vec<usize> = KIND_ROLES.into_iter().filter_map(|role| layout.column(role)).collect();
        used.sort_unstable();
        let neighbours = used.windows(2).all(|pair| pair[1] == pair[0] + 1);
        let when = layout.when;
        let joint = when.clock.map(|_| layout.delimiter);
        let time = TimeReader::new(&layout.time, zone, layout.encoding, joint);
        let count_column = layout.column(Role::Count);
        let kind_columns = used.first().copied().zip(used.last().copied()).filter(|_| neighbours);
        // Ends are read as words only where clocks never change.
        let outlines = when.end.is_none() || time.ahead.is_some();
        RowReader {
            time,
            joined: when.clock == Some(when.date + 1),
            kind_columns,
            has_unused: used.len() + when.columns() + usize::from(count_column.is_some()) < layout.width,
            outline: kind_columns
                .filter(|_| outlines)
                .and_then(|kind| Outline::new(layout.delimiter, when, kind, count_column, layout.width)),
            kinds: RawKinds::default(),
            ends: Places::default(),
            splitter: QuotedSplitter::new(layout.delimiter),
            key: Vec::new(),
            time_key: Vec::new(),
            open: false,
            assumes_utf8: false,
            zone,
            layout,
            privacy,
            catalog,
            all_rejects,
        }
    }

    /// Whether the first of some lines has a time, and one of another form than this table's.
    pub fn begins_in_other_form(&self, bytes: &[u8]) -> bool {
        let Some((line, _)) = lines(bytes).next() else { return false };
        let rows = split_lines([self.layout.decoded(line)], self.layout.delimiter);
        let Some(cell) = rows.first().and_then(|row| self.layout.when.of(row)) else { return false };
        self.layout.time.read(cell, &self.zone).is_err() && TimeForm::of_cells([cell].into_iter(), false).is_some()
    }

    /// Reads whole lines; the last must end with the line end too. Rows go to the sink. Stops at a heading,
    /// which is then not counted among the lines.
    pub fn read(&mut self, bytes: &[u8], tally: &mut Tally, sink: &mut impl RowSink) -> Stopped {
        // The same code twice: most processors can do more at once than the oldest for which this is compiled.
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("popcnt") {
            // SAFETY: the processor has what the function is compiled for, as was just asked. Measured: an eighth of the
            // time of all reading.
            return unsafe { self.read_avx2(bytes, tally, sink) };
        }
        self.read_lines(bytes, tally, sink)
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi1,popcnt")]
    fn read_avx2(&mut self, bytes: &[u8], tally: &mut Tally, sink: &mut impl RowSink) -> Stopped {
        self.read_lines(bytes, tally, sink)
    }

    #[inline(always)]
    fn read_lines(&mut self, bytes: &[u8], tally: &mut Tally, sink: &mut impl RowSink) -> Stopped {
        self.time.begin();
        let ahead = self.time.ahead.unwrap_or(0);
        let mut ends = std::mem::take(&mut self.ends);
        let mut start = 0;
        let mut stopped = None;
        'text: while start < bytes.len() {
            let strip = start;
            ends.find(self.layout.line_end, &bytes[strip..]);
            let mut run = Run::new(&self.time, ahead);
            for end in ends.get() {
                let end = strip + usize::from(*end);
                if !self.outlined(bytes, start..end, &mut run, sink) {
                    run.count(&mut self.time, tally);
                    if self.next_minute(bytes, start..end, ahead, tally, sink).is_none() {
                        stopped = self.other(bytes, start..end, tally, sink)?;
                    }
                    if stopped.is_some() {
                        break 'text;
                    }
                    run = Run::new(&self.time, ahead);
                }
                start = end + 1;
            }
            run.count(&mut self.time, tally);
            if ends.get().is_empty() {
                // A line that is longer than what is searched at once.
                let Some(end) = memchr::memchr(self.layout.line_end, &bytes[start..]) else { break };
                stopped = self.other(bytes, start..start + end, tally, sink)?;
                if stopped.is_some() {
                    break;
                }
                start += end + 1;
            }
        }
        self.ends = ends;
        tally.steps.add(&self.time.steps);
        Ok(stopped)
    }

    /// Takes a line of which everything is known but the seconds and the count into a run; says no to any other.
    #[inline(always)]
    fn outlined(&mut self, text: &[u8], line: Range<usize>, run: &mut Run, sink: &mut impl RowSink) -> bool {
        let (Some(outline), Some(minute)) = (self.outline, &run.minute) else { return false };
        let Some(line) = outline.read(text, line, minute) else { return false };
        let Some(kind) = self.kinds.get(text, line.kind.clone()) else { return false };
        let at = run.times.second(line.second);
        let end = line.end_at(at, run.clock);
        run.rows += 1;
        run.errors += u128::from(line.errors);
        run.end = run.end.max(end);
        sink.row(at, end, kind, line.errors);
        true
    }

    /// Counts a line that has the outline of the one before it and is of another minute of the same day; says no to any
    /// other.
    fn next_minute(
        &mut self,
        text: &[u8],
        line: Range<usize>,
        ahead: i64,
        tally: &mut Tally,
        sink: &mut impl RowSink,
    ) -> Option<()> {
        let len = self.time.minute().len();
        let time = text.get(line.start..line.start + len + 2)?;
        let line = self.outline?.read(text, line, &Minute::of(&time[..len])?)?;
        let kind = self.kinds.get(text, line.kind.clone())?;
        let at = self.time.in_day(time)?;
        let clock = seconds_of_day(at - i64::from(line.second) * 1000, ahead);
        tally.lines += 1;
        Row { at, end: line.end_at(at, clock), kind, errors: line.errors }.count(tally, sink);
        Some(())
    }

    /// Counts a line that is not [`RowReader::outlined`]; stops at a heading.
    fn other(&mut self, text: &[u8], line: Range<usize>, tally: &mut Tally, sink: &mut impl RowSink) -> Stopped {
        let start = line.start;
        let stop = if text[line.clone()].ends_with(b"\r") { line.end - 1 } else { line.end };
        if self.plain(text, start..stop, tally, sink) {
            tally.lines += 1;
            return Ok(None);
        }
        let open = self.open && line.end + 1 == text.len();
        let heading = self.slow(Line { bytes: &text[start..stop], open }, tally, sink)?;
        Ok(heading.map(|heading| Break { offset: start + heading.offset, ..heading }))
    }

    /// Counts a plain line; says no to any other.
    fn plain(&mut self, text: &[u8], line: Range<usize>, tally: &mut Tally, sink: &mut impl RowSink) -> bool {
        let width = self.layout.width;
        if width > MOST_CELLS || line.len() > LONGEST_LINE {
            return false;
        }
        let cells = Cells::of(text, line.clone(), self.layout.delimiter);
        // The last cell's end is behind its start, but it may be empty at the end of the text.
        if cells.count != width || (0..width).any(|column| text.get(cells.start(column)) == Some(&b'"')) {
            return false;
        }
        // Look-ups first: a time once read counts as a step of the column.
        let kind = match self.kind_columns {
            Some((first, last)) => self.kinds.get(text, cells.start(first)..cells.ends[last]),
            None => {
                self.layout.kind_key(&mut self.key, |column| &text[cells.range(column)]);
                let len = self.key.len();
                self.key.resize(len + bytes::WINDOW, 0);
                self.kinds.get(&self.key, 0..len)
            }
        };
        let Some(kind) = kind else { return false };
        let errors = self.layout.column(Role::Count).map_or(Some(1), |column| digits(&text[cells.range(column)]));
        let Some(errors) = errors else { return false };
        // The other line end ends a line too. Kinds and counts have none, but times may, and cells that mean nothing.
        let When { date, clock, end } = self.layout.when;
        let times = cells.start(date)..cells.ends[clock.unwrap_or(date)];
        let odd = if self.has_unused || self.layout.when.columns() > 1 { line } else { times.clone() };
        if memchr::memchr(self.layout.other_line_end(), &text[odd]).is_some() {
            return false;
        }
        let time = match clock {
            Some(clock) if !self.joined => {
                self.time_key.clear();
                self.time_key.extend_from_slice(&text[cells.range(date)]);
                self.time_key.push(self.layout.delimiter);
                self.time_key.extend_from_slice(&text[cells.range(clock)]);
                &self.time_key
            }
            _ => &text[times],
        };
        let Ok(at) = self.time.read(time) else { return false };
        let Ok(end) = end.map_or(Ok(at), |end| self.time.end(at, &text[cells.range(end)])) else { return false };
        Row { at, end, kind, errors }.count(tally, sink);
        true
    }
}

/// A row: first and last instant in milliseconds since 1970-01-01T00:00:00Z.
struct Row {
    at: i64,
    end: i64,
    kind: KindId,
    errors: u64,
}

impl Row {
    #[inline]
    fn count(self, tally: &mut Tally, sink: &mut impl RowSink) {
        let start = Timestamp(self.at);
        tally.add(1, Some(self.errors), Span { first: start, last: start }, Timestamp(self.end));
        sink.row(self.at, self.end, self.kind, self.errors);
    }
}
