//! The slow way: what a line is, decided from the line alone.

use std::borrow::Cow;

use super::{Break, EXAMPLES, Halt, LONGEST_LINE, Row, RowReader, Stopped, Tally, told::told};
use crate::{
    input::{
        Role, RowSink,
        count::count,
        headings,
        layout::{When, begins_with_digit, is_heading, tells_of_errors},
    },
    model::{Channel, KindId, Origin, Reject, SkippedLine, Why, key},
    taxonomy,
};

/// Longer details are rejects.
const LONGEST_DETAIL: usize = 4096;
/// Length of the text of a reject, in characters.
const EXCERPT: usize = 200;

/// A line that the slow way decides on.
#[derive(Clone, Copy)]
pub struct Line<'l> {
    pub bytes: &'l [u8],
    /// The text ends within it: nobody knows whether all of it is there.
    pub open: bool,
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

impl RowReader<'_> {
    /// Decides what a line is and counts it so; the offset of a heading is that in the line.
    #[cold]
    pub fn slow(&mut self, line: Line<'_>, tally: &mut Tally, sink: &mut impl RowSink) -> Stopped {
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
