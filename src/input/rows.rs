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
//! 3. **Slow.** Whatever is not plain, or plain and somehow wrong, or of a kind that was never met: decided anew from
//!    the line alone, into blank, heading, total, row or reject. Only here is a reject made and a kind named, which is
//!    why one place says why a row was not counted, and why no row but the first of its kind allocates, is decoded,
//!    or made safe to show.
//!
//! Bytes are searched, not characters: in every encoding that comes here (UTF-16 and ISO-2022-JP are turned into UTF-8
//! before) delimiters and line ends are never part of another character.
//!
//! When you change this:
//! - A line must mean the same on all three ways. The first two may give up whenever they like; they must never accept
//!   what the slow one would reject or read otherwise. The test at the end of this file holds them against each other.
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
mod told;

use std::{borrow::Cow, io, ops::Range};

use bytes::{Places, digits};
use kinds::RawKinds;
use outline::{Minute, Outline};
use parking_lot::Mutex;
use told::told;

use super::{
    Role, RowSink,
    count::count,
    headings,
    layout::{Layout, When, begins_with_digit, is_heading, tells_of_errors},
    split::{QuotedSplitter, lines, split_lines},
    time::{Steps, TimeForm, TimeReader, WithinMinute},
};
use crate::{
    model::{
        Catalog, Channel, KindId, Origin, Privacy, Reject, SkippedLine, Span, Timestamp, TooVaried, Why, Zone, key,
    },
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

/// What came of a stretch of lines. Line numbers are relative to its start, from 1.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub lines: u64,
    pub rows: u64,
    pub accepted: u64,
    pub rejected: u64,
    /// Sum of the counts; `None` once it left 64 bits.
    pub errors: Option<u64>,
    /// First and last start of a row.
    pub span: Option<Span>,
    /// Latest end of a row.
    pub end: Option<Timestamp>,
    pub steps: Steps,
    pub rejects: Vec<Reject>,
    pub skipped: Vec<SkippedLine>,
    pub skipped_lines: u64,
    /// So many of the last lines have one cell each that neither begins as a row does nor tells of errors: rejects, unless
    /// a heading follows, of which they are the titles then.
    pub titles: u64,
}

impl Tally {
    pub fn new() -> Self {
        Tally { errors: Some(0), ..Tally::default() }
    }

    /// Adds accepted rows.
    #[inline]
    fn add(&mut self, rows: u64, errors: Option<u64>, span: Span, end: Timestamp) {
        self.rows += rows;
        self.accepted += rows;
        self.errors = self.errors.zip(errors).and_then(|(a, b)| a.checked_add(b));
        self.span = Span::join(self.span, Some(span));
        self.end = self.end.max(Some(end));
        self.titles = 0;
    }

    /// Adds what follows these lines.
    pub fn append(&mut self, next: Tally) {
        let Tally {
            lines,
            rows,
            accepted,
            rejected,
            errors,
            span,
            end,
            steps,
            rejects,
            skipped,
            skipped_lines,
            titles,
        } = next;
        let base = self.lines;
        self.titles = if titles == lines { self.titles + titles } else { titles };
        self.lines += lines;
        self.rows += rows;
        self.accepted += accepted;
        self.rejected += rejected;
        self.errors = self.errors.zip(errors).and_then(|(a, b)| a.checked_add(b));
        self.span = Span::join(self.span, span);
        self.end = self.end.max(end);
        self.steps.add(&steps);
        let room = EXAMPLES.saturating_sub(self.rejects.len());
        self.rejects.extend(rejects.into_iter().take(room).map(|reject| Reject { line: base + reject.line, ..reject }));
        let room = EXAMPLES.saturating_sub(self.skipped.len());
        self.skipped.extend(skipped.into_iter().take(room).map(|line| SkippedLine { line: base + line.line, ..line }));
        self.skipped_lines += skipped_lines;
    }

    /// A heading follows: what looked like its titles is no row.
    pub fn forgive_titles(&mut self) {
        let titles = std::mem::take(&mut self.titles);
        self.rows -= titles;
        self.rejected -= titles;
        self.skipped_lines += titles;
        let lines = self.lines - titles + 1..=self.lines;
        for reject in self.rejects.extract_if(.., |reject| lines.contains(&reject.line)) {
            self.skipped.push(SkippedLine { line: reject.line, what: key::inspect::LINE_TITLE, text: reject.text });
        }
        self.skipped.truncate(EXAMPLES);
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

/// A line that the slow way decides on.
#[derive(Clone, Copy)]
struct Line<'l> {
    bytes: &'l [u8],
    /// The text ends within it: nobody knows whether all of it is there.
    open: bool,
}

/// Cells of a line, without the quotes around them.
type Split<'l> = [Cow<'l, [u8]>];

/// What a line is that is no row.
enum Other {
    Blank,
    Total,
    Heading {
        same: bool,
    },
    /// A row, and from a byte on a heading: files were put together of which the first had no end at its last line.
    Joined {
        at: usize,
    },
    Reject(Why),
    /// A row that cannot be taken, and with it the whole table.
    Halt(Halt),
}

impl From<Why> for Other {
    fn from(why: Why) -> Self {
        Other::Reject(why)
    }
}

impl From<Halt> for Other {
    fn from(halt: Halt) -> Self {
        Other::Halt(halt)
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

    /// Decides what a line is and counts it so; the offset of a heading is that in the line.
    #[cold]
    fn slow(&mut self, line: Line<'_>, tally: &mut Tally, sink: &mut impl RowSink) -> Stopped {
        let Line { bytes, open } = line;
        let other_end = self.layout.other_line_end();
        // Where lines end in a carriage return, the rest of a CRLF is at the start of the next.
        let mut start = usize::from(other_end == b'\n' && bytes.starts_with(b"\n"));
        // The other line end ends a line too; files that were put together have both.
        let searched = if bytes.len() <= LONGEST_LINE { &bytes[start..] } else { &[] };
        let first = start;
        for end in memchr::memchr_iter(other_end, searched).map(|at| first + at).chain([bytes.len()]) {
            let line = Line { bytes: &bytes[start..end], open: open && end == bytes.len() };
            if let Some(Break { offset, same }) = self.slow_line(line, tally, sink)? {
                return Ok(Some(Break { offset: start + offset, same }));
            }
            start = end + 1;
        }
        Ok(None)
    }

    fn slow_line(&mut self, line: Line<'_>, tally: &mut Tally, sink: &mut impl RowSink) -> Stopped {
        let bytes = line.bytes;
        let titles = std::mem::take(&mut tally.titles);
        let (layout, privacy) = (self.layout, self.privacy);
        let text = |limit| told(bytes, layout, privacy, limit);
        match self.judge(line) {
            Ok(row) => row.count(tally, sink),
            Err(Other::Halt(halt)) => return Err(halt),
            Err(Other::Heading { same }) => {
                tally.titles = titles;
                return Ok(Some(Break { offset: 0, same }));
            }
            Err(Other::Joined { at }) => {
                // The byte order mark of the second file.
                let before = bytes[..at].strip_suffix("\u{feff}".as_bytes()).unwrap_or(&bytes[..at]);
                if self.slow_line(Line { bytes: before, open: line.open }, tally, sink)?.is_none() {
                    // The heading counts as the line. What stands in it is no title of its own.
                    tally.lines -= 1;
                    tally.titles = 0;
                }
                let same = bytes[at..].trim_ascii_end() == self.layout.heading_line_bytes;
                return Ok(Some(Break { offset: at, same }));
            }
            Err(Other::Blank) => tally.skipped_lines += 1,
            Err(Other::Total) => {
                tally.skipped_lines += 1;
                if tally.skipped.len() < EXAMPLES {
                    tally.skipped.push(SkippedLine {
                        line: tally.lines + 1,
                        what: key::inspect::LINE_TOTAL,
                        text: text(80),
                    });
                }
            }
            Err(Other::Reject(why)) => {
                tally.rows += 1;
                tally.rejected += 1;
                let one_cell = why == key::reject::TOO_FEW_CELLS && memchr::memchr(layout.delimiter, bytes).is_none();
                let decoded = || layout.decoded(bytes);
                if one_cell && !begins_with_digit(&decoded()) && !tells_of_errors(&decoded()) {
                    tally.titles = titles + 1;
                }
                if self.all_rejects || tally.rejects.len() < EXAMPLES {
                    tally.rejects.push(Reject { line: tally.lines + 1, why, text: text(EXCERPT) });
                }
            }
        }
        tally.lines += 1;
        Ok(None)
    }

    fn judge(&mut self, line: Line<'_>) -> Result<Row, Other> {
        let Line { bytes, open } = line;
        let delimiter = self.layout.delimiter;
        // Of a longer line only the beginning is here, so it is not known to be blank.
        if bytes.len() > LONGEST_LINE {
            return Err(key::reject::LINE_TOO_LONG.into());
        }
        if bytes.iter().all(|b| b.is_ascii_whitespace() || *b == delimiter) {
            return Err(Other::Blank);
        }
        let cells: Vec<Cow<'_, [u8]>> = if memchr::memchr(b'"', bytes).is_some() {
            let cells =
                self.splitter.split(bytes).map_err(|_| cut_off(line, delimiter, key::reject::QUOTE_NOT_CLOSED))?;
            cells.map(|cell| Cow::Owned(cell.to_vec())).collect()
        } else {
            bytes.split(|b| *b == delimiter).map(Cow::Borrowed).collect()
        };
        self.row(&cells, open).map_err(|other| match other {
            Other::Reject(why) => self.no_row(line, &cells, why),
            other => other,
        })
    }

    /// A line that is no good row: a heading, a total, or a reject.
    fn no_row(&self, line: Line<'_>, cells: &Split<'_>, why: Why) -> Other {
        let reject = || Other::Reject(cut_off(line, self.layout.delimiter, why));
        // Headings and totals are short; a damaged row need not be decoded whole to see that it is none.
        if cells.len() > 4 * self.layout.width.max(8) {
            return reject();
        }
        let texts: Vec<Cow<'_, str>> =
            cells.iter().map(|cell| self.layout.decoded(&cell[..cell.len().min(400)])).collect();
        let is_blank = |cell: &[u8]| self.layout.decoded(cell).trim().is_empty();
        if texts.iter().all(|cell| cell.trim().is_empty()) && cells.iter().all(|cell| is_blank(cell)) {
            return Other::Blank;
        }
        if let Some(at) = self.joined_heading(line.bytes, &texts) {
            return Other::Joined { at };
        }
        if is_heading(&texts) {
            return Other::Heading { same: !self.layout.is_other_heading(&texts) };
        }
        let no_time =
            matches!(why, key::reject::TIME_MISSING | key::reject::TIME_UNREADABLE | key::reject::TOO_FEW_CELLS);
        let mut filled = texts.iter().filter(|cell| !cell.trim().is_empty());
        let is_total = no_time && filled.next().is_some_and(|cell| headings::is_total(cell));
        // A channel may be called so; behind the label of a total stand numbers.
        if is_total && filled.all(|cell| begins_with_digit(cell) || !cell.contains(char::is_alphabetic)) {
            Other::Total
        } else {
            reject()
        }
    }

    /// Where in a line a heading begins that stands behind a row: the heading of this table again, or another one whose
    /// first cell is glued to the row's last.
    fn joined_heading(&self, line: &[u8], cells: &[Cow<'_, str>]) -> Option<usize> {
        let own = &self.layout.heading_line_bytes;
        let found = (!own.is_empty()).then(|| memchr::memmem::find(line, own)).flatten();
        // A byte order mark before a heading is no row, nor are columns that another table has in front.
        let is_row = |at: &usize| {
            let text = self.layout.decoded(&line[..*at]);
            let columns = line[..*at].ends_with(&[self.layout.delimiter]) && !text.contains(char::is_numeric);
            !columns && !headings::normal(&text).is_empty()
        };
        if let Some(at) = found.filter(is_row) {
            return Some(at);
        }
        // With quotes the cells are no bytes of the line any more.
        if line.contains(&b'"') {
            return None;
        }
        let mut start = 0;
        for (i, cell) in line.split(|b| *b == self.layout.delimiter).enumerate() {
            let rest = cells.get(i + 1..).filter(|rest| !rest.is_empty())?;
            if headings::role(cells.get(i)?).is_none() && headings::role(&rest[0]).is_some() {
                let suffix = |at: &usize| {
                    let text = self.layout.decoded(&cell[*at..]);
                    let others: Vec<&str> = rest.iter().map(AsRef::as_ref).collect();
                    headings::role(&text).is_some()
                        && !text.contains('\u{fffd}')
                        && is_heading(&[&[&*text], &others[..]].concat())
                };
                return (1..cell.len().min(400)).find(suffix).map(|at| start + at);
            }
            start += cell.len() + 1;
        }
        None
    }

    /// Reads a row; `open` where the text ends within it.
    fn row(&mut self, cells: &Split<'_>, open: bool) -> Result<Row, Other> {
        let layout = self.layout;
        if cells.len() < layout.needed {
            return Err(key::reject::TOO_FEW_CELLS.into());
        }
        if cells.iter().skip(layout.width).any(|cell| !cell.trim_ascii().is_empty()) {
            return Err(key::reject::TOO_MANY_CELLS.into());
        }
        let When { date, clock, end } = layout.when;
        let at = match clock {
            Some(clock) => self.time.read_apart(&cells[date], &cells[clock])?,
            None => self.time.read(&cells[date])?,
        };
        let end = end.map_or(Ok(at), |end| self.time.end(at, &cells[end]))?;
        if self.text(cells, Role::Reason).trim().is_empty() {
            return Err(key::reject::REASON_MISSING.into());
        }
        if layout.column(Role::Detail).is_some_and(|column| cells[column].len() > LONGEST_DETAIL) {
            return Err(key::reject::DETAIL_TOO_LONG.into());
        }
        let errors = layout.column(Role::Count).map_or(Ok(1), |column| count(&layout.decoded(&cells[column])))?;
        if cells.len() < layout.usual && (open || !self.is_known(cells)) || open && self.breaks_off(cells) {
            return Err(key::reject::TOO_FEW_CELLS.into());
        }
        Ok(Row { at, end, kind: self.kind(cells)?, errors })
    }

    /// The cell of a role; empty where there is no such column.
    fn text<'c>(&self, cells: &'c Split<'_>, role: Role) -> Cow<'c, str> {
        self.layout.column(role).map_or(Cow::Borrowed(""), |column| self.layout.decoded(&cells[column]))
    }

    /// Whether the last cell is the beginning of one of LINE's own words, and no word itself.
    fn breaks_off(&self, cells: &Split<'_>) -> bool {
        let begins =
            |words: &[&str], part: &str| words.iter().any(|word| word.len() > part.len() && word.starts_with(part));
        let last = Some(cells.len() - 1);
        let reason = self.text(cells, Role::Reason);
        if self.layout.column(Role::Reason) == last {
            return !taxonomy::REASONS.contains(&reason.trim()) && begins(&taxonomy::REASONS, reason.trim());
        }
        let detail = self.text(cells, Role::Detail);
        let row = taxonomy::canonical(&reason, &detail);
        self.layout.column(Role::Detail) == last
            && !row.detail.is_empty()
            && !taxonomy::is_known(&row.reason, &row.detail)
            && begins(&taxonomy::details(&row.reason), &row.detail)
    }

    /// Whether LINE publishes the reason and the detail of a row. A row that lacks cells at its end may lack a delimiter
    /// further in front instead, and then other cells stand where these are looked for.
    fn is_known(&self, cells: &Split<'_>) -> bool {
        let (reason, detail) = (self.text(cells, Role::Reason), self.text(cells, Role::Detail));
        let canonical = taxonomy::canonical(&reason, &detail);
        taxonomy::is_known(&canonical.reason, &canonical.detail)
    }

    /// The kind of a row, remembered under its raw cells.
    fn kind(&mut self, cells: &Split<'_>) -> Result<KindId, Other> {
        let delimiter = self.layout.delimiter;
        let plain = cells.iter().all(|cell| !cell.contains(&delimiter) && cell.first() != Some(&b'"'));
        match self.kind_columns {
            // As the fast path will find it: the bytes of neighbouring cells with their delimiters.
            Some((first, last)) if plain => self.key = cells[first..=last].join(&delimiter),
            _ => self.layout.kind_key(&mut self.key, |column| &cells[column]),
        }
        if let Some(kind) = self.kinds.get(&self.key, 0..self.key.len()) {
            return Ok(kind);
        }
        // The subtotal of a day has a time.
        if headings::is_total(&self.text(cells, Role::Reason)) {
            return Err(Other::Total);
        }
        let kind = self.intern(cells)?;
        self.kinds.put(&self.key, kind);
        Ok(kind)
    }

    fn intern(&self, cells: &Split<'_>) -> Result<KindId, Halt> {
        if self.assumes_utf8 && cells.iter().any(|cell| std::str::from_utf8(cell).is_err()) {
            return Err(Halt::NotUtf8);
        }
        let text = |role: Role| self.text(cells, role);
        let (reason, detail, url) = (text(Role::Reason), text(Role::Detail), text(Role::Url));
        let canonical = taxonomy::canonical(&reason, &detail);
        let host = self.privacy.host(canonical.url.unwrap_or(&url));
        let named = |role: Role| {
            let text = text(role);
            (!text.trim().is_empty()).then(|| self.privacy.text(text.trim()))
        };
        let channel = Channel { id: named(Role::ChannelId), name: named(Role::ChannelName) };
        let (reason, detail) = (self.privacy.text(&canonical.reason), self.privacy.text(&canonical.detail));
        let mut catalog = self.catalog.lock();
        Ok(catalog.intern(&channel, &reason, &detail, host.as_ref(), Origin::Export)?)
    }
}

/// Why a line is a reject, if the text ends within it: what is missing was never there, unless it is no row at all.
fn cut_off(line: Line<'_>, delimiter: u8, why: Why) -> Why {
    let begins = line.bytes.first().is_some_and(|first| first.is_ascii_digit() || *first == b'"');
    let is_row = begins || memchr::memchr(delimiter, line.bytes).is_some();
    match why {
        key::reject::TOO_FEW_CELLS | key::reject::QUOTE_NOT_CLOSED | key::reject::COUNT_MISSING
            if is_row && line.open =>
        {
            key::reject::CUT_OFF
        }
        why => why,
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

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*, sample::select};

    use super::*;
    use crate::input::{
        ReadOptions,
        layout::{Recognition, recognise},
    };

    const TIMES: [&str; 12] = [
        "2026-11-16 10:00:00",
        "2026-11-16 10:00:01",
        "2026-11-16 10:01:01",
        "2026-11-17 23:59:59",
        "2026-11-31 10:00:00",
        "2026-11-16 10:00:60",
        "2026-11-16\t10:00:00",
        "2026-11-16 10:00",
        "",
        "soon",
        "total",
        "2026-11-16 10:00:00 ",
    ];
    const REASONS: [&str; 7] =
        ["error_status_code", "could_not_connect", "unclassified", "", " ", "新しい", "say \"hi\""];
    const DETAILS: [&str; 7] =
        ["502", "", "Connection timeout: https://bot.example.com/callback?x=1", "a,b", "a\tb", "\u{fffd}\0", "\"x"];
    const COUNTS: [&str; 11] = [
        "1",
        "1",
        "17",
        "0",
        "",
        "-1",
        " 4",
        "x",
        "123456789012345678",
        "9223372036854775808",
        "00000000000000000000002",
    ];
    const OTHERS: [&str; 6] = ["", "shop", "7", "\"q", "a\rb", "502"];

    const DATES: [&str; 5] = ["2026-11-16", "2026-11-17", "2026-11-31", "", "2026-11-16 00:00:00"];
    const CLOCKS: [&str; 10] = [
        "10:00:00",
        "10:00:01",
        "10:01:59",
        "23:59:59",
        "10:00:60",
        "4:12:33",
        "10:00",
        "24:00:00",
        "",
        "10:00:00.250",
    ];

    /// Orders of the columns: time, reason, detail, count, another one, and of the documented layout date, start, end.
    const ORDERS: [&[usize]; 18] = [
        &[0, 1, 2, 3],
        &[0, 1, 2],
        &[0, 1, 2, 3, 4],
        &[0, 4, 1, 2, 3],
        &[1, 2, 0, 3],
        &[3, 0, 2, 1],
        &[0, 1, 3, 2],
        &[4, 0, 1, 2, 3],
        &[2, 3, 1, 4, 0],
        &[0, 1],
        &[0, 3, 1, 2],
        &[5, 6, 7, 1, 2, 3],
        &[5, 6, 7, 1, 2, 4, 3],
        &[5, 6, 7, 1, 2],
        &[5, 6, 1, 2, 3],
        &[1, 2, 5, 3, 6, 7],
        &[7, 6, 5, 4, 3, 2, 1],
        &[4, 5, 6, 7, 1, 2, 3],
    ];

    /// The rows that a sink got.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Rows(Vec<(i64, i64, KindId, u64)>);

    impl RowSink for Rows {
        fn row(&mut self, at: i64, end: i64, kind: KindId, errors: u64) {
            self.0.push((at, end, kind, errors));
        }
    }

    /// A line in some order of columns: each cell as it is or in quotes, some cells more or fewer, some line end.
    fn line() -> impl Strategy<Value = ([(&'static str, bool); 8], i8, &'static str)> {
        let cell = |texts: &'static [&'static str]| (select(texts), prop::bool::weighted(0.1));
        let documented = (cell(&DATES), cell(&CLOCKS), cell(&CLOCKS));
        let cells = (cell(&TIMES), cell(&REASONS), cell(&DETAILS), cell(&COUNTS), cell(&OTHERS), documented);
        let more = prop_oneof![20 => Just(0_i8), 1 => Just(1), 1 => Just(-1), 1 => Just(-4)];
        (
            cells.prop_map(|(a, b, c, d, e, (f, g, h))| [a, b, c, d, e, f, g, h]),
            more,
            select(&["\n", "\n", "\n", "\r\n", "\r\r\n", "\r"][..]),
        )
    }

    fn written(cells: &[(&str, bool); 8], more: i8, end: &str, order: &[usize], delimiter: char) -> String {
        let quoted = |(text, quoted): (&str, bool)| match quoted {
            true => format!("\"{}\"", text.replace('"', "\"\"")),
            false => text.to_owned(),
        };
        let mut cells: Vec<String> = order.iter().map(|column| quoted(cells[*column])).collect();
        if more > 0 {
            cells.push(String::new());
        }
        cells.truncate(cells.len().saturating_sub(usize::from(more.min(0).unsigned_abs())));
        cells.join(&delimiter.to_string()) + end
    }

    /// What was read, in a form that can be compared.
    fn told(tally: &Tally, rows: &Rows, catalog: &Mutex<Catalog>) -> String {
        let catalog = catalog.lock();
        let kinds: Vec<_> = rows
            .0
            .iter()
            .map(|(at, end, kind, errors)| {
                let kind = catalog.kind(*kind);
                let name = (&catalog.reasons[kind.reason as usize], &catalog.details[kind.detail as usize]);
                (
                    (at, end),
                    name,
                    kind.host.map(|host| &catalog.hosts[host as usize]),
                    &catalog.channels[kind.channel as usize],
                    errors,
                )
            })
            .collect();
        format!("{kinds:#?} {tally:#?}")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn every_way_of_reading_a_line_means_the_same(
            order in select(&ORDERS[..]),
            other in select(&["Channel name", "memo", "URL"][..]),
            delimiter in select(&['\t', ',', ';'][..]),
            lines in vec(line(), 1..40),
        ) {
            let headings = ["Time", "Reason", "Detail", "Count", other, "Date", "Start", "End"];
            let mut head = written(&headings.map(|text| (text, false)), 0, "\n", order, delimiter);
            let heading = head.len();
            let sound = [TIMES[0], REASONS[0], DETAILS[0], "1", "", DATES[0], CLOCKS[0], CLOCKS[1]].map(|text| (text, false));
            head += &written(&sound, 0, "\n", order, delimiter);
            let mut text = head[heading..].to_owned();
            for (cells, more, end) in &lines {
                text += &written(cells, *more, end, order, delimiter);
                // Often once more, so that the kind and the minute are known.
                text += &written(cells, *more, end, order, delimiter);
            }
            text += "\n";
            let recognised = recognise(head.as_bytes(), encoding_rs::UTF_8, "x", &ReadOptions::default());
            let Ok(Recognition::Table(layout)) = recognised else { panic!("{head} is no table: {recognised:?}") };
            let catalogs = [Mutex::new(Catalog::default()), Mutex::new(Catalog::default())];
            let reader = |catalog| RowReader::new(&layout, Zone::console(), Privacy::default(), catalog, true);

            let (mut tally, mut rows) = (Tally::new(), Rows::default());
            let stopped = reader(&catalogs[0]).read(text.as_bytes(), &mut tally, &mut rows).unwrap();
            prop_assert_eq!(stopped, None);

            let (mut slow_tally, mut slow_rows) = (Tally::new(), Rows::default());
            let mut slow = reader(&catalogs[1]);
            for line in text.split_terminator('\n') {
                let line = line.strip_suffix('\r').unwrap_or(line);
                // Nothing is remembered but what the line itself says.
                let steps = slow.time.steps;
                let joint = layout.when.clock.map(|_| layout.delimiter);
                slow.time = TimeReader::new(&layout.time, Zone::console(), layout.encoding, joint);
                slow.time.steps = steps;
                slow.kinds = RawKinds::default();
                prop_assert_eq!(slow.slow(Line { bytes: line.as_bytes(), open: false }, &mut slow_tally, &mut slow_rows).unwrap(), None);
            }
            slow_tally.steps.add(&slow.time.steps);
            prop_assert_eq!(told(&tally, &rows, &catalogs[0]), told(&slow_tally, &slow_rows, &catalogs[1]));
        }
    }

    #[test]
    fn a_line_feed_ends_a_line_too_where_carriage_returns_do() {
        let head = "Time,Reason,Count\r2026-11-16 10:00:00,unclassified,1\r";
        let recognised = recognise(head.as_bytes(), encoding_rs::UTF_8, "x", &ReadOptions::default());
        let Ok(Recognition::Table(layout)) = recognised else { panic!("{recognised:?}") };
        assert_eq!(layout.line_end, b'\r');
        let catalog = Mutex::new(Catalog::default());
        let (mut tally, mut rows) = (Tally::new(), Rows::default());
        let text = "2026-11-16 10:00:00,\"unclassified\",2\n2026-11-16 10:00:01,unclassified,3\r\n2026-11-16 \
                    10:00:02,unclassified,4\r\nsoon,unclassified,5\n2026-11-16 10:00:03,unclassified,6\n\r";
        let mut reader = RowReader::new(&layout, Zone::console(), Privacy::default(), &catalog, true);
        assert_eq!(reader.read(text.as_bytes(), &mut tally, &mut rows), Ok(None));
        assert_eq!(rows.0.iter().map(|(.., errors)| *errors).collect::<Vec<_>>(), [2, 3, 4, 6]);
        assert_eq!((tally.rows, tally.accepted, tally.rejects[0].line), (5, 4, 4));
    }

    #[test]
    fn plain_counts_are_digits_only() {
        assert_eq!(digits(b"12"), Some(12));
        for text in [&b" 12"[..], b"", b"1.0", b"1234567890123456789"] {
            assert_eq!(digits(text), None);
        }
    }
}
