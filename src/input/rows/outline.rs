//! Lines of which everything is known but where they end, the seconds and the count.

use std::ops::Range;

use super::{bytes, digits};

/// The outline of most exports: a time, then cells that together make the kind, then a count or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outline {
    delimiter: u8,
    line_end: u8,
    has_count: bool,
}

/// A line that fits.
pub(super) struct Outlined {
    pub second: u8,
    /// Bytes of the cells that make the kind. Whether they are as many as they must be is not known here.
    pub kind: Range<usize>,
    pub errors: u64,
    /// Start of the next line.
    pub next: usize,
}

impl Outline {
    /// The outline of a table with these columns; none where they stand otherwise.
    pub fn new(
        delimiter: u8,
        line_end: u8,
        (time, kind, count): (usize, (usize, usize), Option<usize>),
        width: usize,
    ) -> Option<Outline> {
        let rest = kind.1 + 1..width;
        let fits = time == 0 && kind.0 == 1 && (rest.is_empty() || rest.len() == 1 && count == Some(kind.1 + 1));
        fits.then_some(Outline { delimiter, line_end, has_count: count.is_some() })
    }

    /// Reads the line at `start` if its time is `minute` and two digits, and its count another few. Nothing is in
    /// quotes then, but perhaps within the kind.
    #[inline(always)]
    pub fn read(self, text: &[u8], start: usize, minute: &[u8]) -> Option<Outlined> {
        let time = start + minute.len();
        if minute.is_empty() || !bytes::equal(text.get(start..time)?, minute) {
            return None;
        }
        let &[tens @ b'0'..=b'5', ones @ b'0'..=b'9', delimiter] = text.get(time..time + 3)? else { return None };
        if delimiter != self.delimiter {
            return None;
        }
        let from = time + 3;
        let end = from + bytes::find(self.line_end, &text[from..])?;
        let stop = if text[end - 1] == b'\r' { end - 1 } else { end };
        let (kind, errors) = if self.has_count { self.count(text, from..stop)? } else { (from..stop, 1) };
        Some(Outlined { second: (tens - b'0') * 10 + (ones - b'0'), kind, errors, next: end + 1 })
    }

    /// What stands before the count, and the count.
    #[inline(always)]
    fn count(self, text: &[u8], range: Range<usize>) -> Option<(Range<usize>, u64)> {
        let cells = text.get(range.clone())?;
        if let &[.., delimiter, ones @ b'0'..=b'9'] = cells
            && delimiter == self.delimiter
        {
            return Some((range.start..range.end - 2, u64::from(ones - b'0')));
        }
        let at = memchr::memrchr(self.delimiter, cells)?;
        Some((range.start..range.start + at, digits(&cells[at + 1..])?))
    }
}
