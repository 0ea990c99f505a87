//! Lines of which everything is known but the seconds and the count.

use std::ops::Range;

use super::digits;

/// The outline of most exports: a time, then cells that together make the kind, then a count or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outline {
    delimiter: u8,
    has_count: bool,
}

/// A line that fits.
pub(super) struct Outlined {
    pub second: u8,
    /// Bytes of the cells that make the kind. Whether they are as many as they must be is not known here.
    pub kind: Range<usize>,
    pub errors: u64,
}

impl Outline {
    /// The outline of a table with these columns; none where they stand otherwise.
    pub fn new(
        delimiter: u8,
        (time, kind, count): (usize, (usize, usize), Option<usize>),
        width: usize,
    ) -> Option<Outline> {
        let rest = kind.1 + 1..width;
        let fits = time == 0 && kind.0 == 1 && (rest.is_empty() || rest.len() == 1 && count == Some(kind.1 + 1));
        fits.then_some(Outline { delimiter, has_count: count.is_some() })
    }

    /// Reads a line of `text` if its time is `minute` and two digits, and its count another few. Nothing is in
    /// quotes then, but perhaps within the kind.
    #[inline(always)]
    pub fn read(self, text: &[u8], line: Range<usize>, minute: &Minute) -> Option<Outlined> {
        let behind = text.get(line.start..)?;
        if !minute.begins(behind) {
            return None;
        }
        // None of these bytes ends a line, so all of them are of this one.
        let &[tens @ b'0'..=b'5', ones @ b'0'..=b'9', delimiter] = behind.get(minute.len..)?.first_chunk()? else {
            return None;
        };
        if delimiter != self.delimiter {
            return None;
        }
        let stop = if text[line.end - 1] == b'\r' { line.end - 1 } else { line.end };
        let cells = line.start + minute.len + 3..stop;
        let (kind, errors) = if self.has_count { self.count(text, cells)? } else { (cells, 1) };
        Some(Outlined { second: (tens - b'0') * 10 + (ones - b'0'), kind, errors })
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

/// A text of at most 32 bytes that is compared without looking how long it is: as its first sixteen bytes and its last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Minute {
    len: usize,
    first: u128,
    last: u128,
    /// The bytes that count in both, if there are fewer.
    mask: u128,
}

impl Minute {
    /// None of an empty text, and of a longer one.
    pub fn of(text: &[u8]) -> Option<Minute> {
        let len = text.len();
        let mut padded = [0; 32];
        padded.get_mut(..len).filter(|_| len > 0)?.copy_from_slice(text);
        let mask = if len < 16 { (1 << (8 * len)) - 1 } else { u128::MAX };
        let (first, last) = (word(&padded, 0), word(&padded, len.saturating_sub(16)));
        Some(Minute { len, first, last, mask })
    }

    /// Whether a text begins with this one and goes on behind it, for at least 32 bytes in all.
    #[inline(always)]
    fn begins(&self, text: &[u8]) -> bool {
        let Some(text) = text.first_chunk::<32>() else { return false };
        let differs = (word(text, 0) ^ self.first) | (word(text, self.len.saturating_sub(16)) ^ self.last);
        differs & self.mask == 0
    }
}

#[inline(always)]
fn word(text: &[u8; 32], at: usize) -> u128 {
    text[at.min(16)..].first_chunk().map_or(0, |word| u128::from_le_bytes(*word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_is_told_from_every_other_text() {
        let text: Vec<u8> = (0..40).map(|i| b'a' + i % 26).collect();
        for len in 1..=32 {
            let minute = Minute::of(&text[..len]).unwrap();
            assert!(minute.begins(&text), "{len}");
            for other in 0..len {
                let mut text = text.clone();
                text[other] ^= 1;
                assert!(!minute.begins(&text), "{len} {other}");
            }
            let mut text = text.clone();
            text[len] ^= 1;
            assert!(minute.begins(&text), "{len}");
            assert!(!minute.begins(&text[..31]));
        }
        assert!(Minute::of(b"").is_none());
        assert!(Minute::of(&text[..33]).is_none());
    }
}
