//! Lines of which everything is known but the seconds, the end and the count.

use std::ops::Range;

use super::{DAY, When, bytes::digits};

/// The outline of most exports: a time in one cell or two, perhaps an end, then cells that together make the kind, then
/// a count or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outline {
    delimiter: u8,
    has_end: bool,
    has_count: bool,
}

/// A line that fits.
pub(super) struct Outlined {
    pub second: u8,
    /// The end, in seconds since midnight; none where the table has none.
    pub end: Option<u32>,
    /// Bytes of the cells that make the kind. Whether they are as many as they must be is not known here.
    pub kind: Range<usize>,
    pub errors: u64,
}

impl Outlined {
    /// The end of a row that begins at an instant, in milliseconds since 1970-01-01T00:00:00Z; its minute begins so many
    /// seconds after midnight.
    #[inline(always)]
    pub fn end_at(&self, at: i64, minute: i64) -> i64 {
        let Some(end) = self.end else { return at };
        let behind = i64::from(end) - minute - i64::from(self.second);
        at + 1000 * if behind < 0 { behind + DAY } else { behind }
    }
}

impl Outline {
    /// The outline of a table with these columns; none where they stand otherwise.
    pub fn new(delimiter: u8, when: When, kind: (usize, usize), count: Option<usize>, width: usize) -> Option<Outline> {
        let starts = when.date == 0 && when.clock.is_none_or(|clock| clock == 1);
        let begun = 1 + usize::from(when.clock.is_some());
        let ended = when.end.is_none_or(|end| end == begun);
        let rest = kind.1 + 1..width;
        let counts = rest.is_empty() || rest.len() == 1 && count == Some(kind.1 + 1);
        let fits = starts && ended && kind.0 == when.columns() && counts;
        fits.then_some(Outline { delimiter, has_end: when.end.is_some(), has_count: count.is_some() })
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
        let mut cells = line.start + minute.len + 3..stop;
        let end = if self.has_end {
            let (clock, [delimiter]) = text.get(cells.start..)?.first_chunk::<9>()?.split_first_chunk::<8>()? else {
                return None;
            };
            if *delimiter != self.delimiter {
                return None;
            }
            cells.start += 9;
            Some(clock_seconds(*clock)?)
        } else {
            None
        };
        let (kind, errors) = if self.has_count { self.count(text, cells)? } else { (cells, 1) };
        Some(Outlined { second: (tens - b'0') * 10 + (ones - b'0'), end, kind, errors })
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

/// `04:12:33` in seconds since midnight. All eight bytes are looked at together: a byte that is no digit, or too large a
/// one, sets the highest bit of its place.
#[inline(always)]
fn clock_seconds(text: [u8; 8]) -> Option<u32> {
    const ZERO: u64 = u64::from_le_bytes(*b"00:00:00");
    // What is added to the greatest digit of a place gives 127: 2 and 9 of hours, 5 and 9 of minutes and seconds.
    const ROOM: u64 = u64::from_le_bytes([0x7d, 0x76, 0x7f, 0x7a, 0x76, 0x7f, 0x7a, 0x76]);
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let digits = u64::from_le_bytes(text) ^ ZERO;
    if (digits | (digits & !HIGH).wrapping_add(ROOM)) & HIGH != 0 {
        return None;
    }
    // Ten times each digit and the next one: at most 99, so no place spills into another.
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let pair = |at: u32| (pairs >> (8 * at)) as u32 & 0xff;
    let hour = pair(0);
    (hour < 24).then(|| (hour * 60 + pair(3)) * 60 + pair(6))
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
    fn every_time_of_day_is_read_and_nothing_else() {
        for second in 0..86_400_u32 {
            let text = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
            let bytes: [u8; 8] = text.as_bytes().try_into().unwrap();
            assert_eq!(clock_seconds(bytes), Some(second), "{text}");
        }
        let sound = *b"19:59:59";
        for (at, byte) in (0..8).flat_map(|at| (0..=u8::MAX).map(move |byte| (at, byte))) {
            let mut text = sound;
            text[at] = byte;
            let greatest = [b'2', b'9', b':', b'5', b'9', b':', b'5', b'9'][at];
            let least = if at == 2 || at == 5 { b':' } else { b'0' };
            // 29 is no hour.
            let fits = (least..=greatest).contains(&byte) && !(at == 0 && byte == b'2');
            assert_eq!(clock_seconds(text).is_some(), fits, "{at} {byte}");
        }
        assert_eq!((clock_seconds(*b"23:00:00"), clock_seconds(*b"24:00:00")), (Some(82_800), None));
    }

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
