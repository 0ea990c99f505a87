//! Reading the cells of a time column, one after the other.

use chrono::Timelike;
use encoding_rs::Encoding;

use super::{Steps, TimeCell, TimeForm, in_range};
use crate::model::{Timestamp, Why, Zone};

/// Times of one minute.
#[derive(Clone, Copy, Debug)]
pub struct WithinMinute {
    /// The minute's first instant in milliseconds since 1970-01-01T00:00:00Z.
    pub at: i64,
    /// All seconds together, bit by bit.
    seen: u8,
    /// Greater than the last one where there is none.
    least: u8,
    most: u8,
}

impl WithinMinute {
    /// The instant of a cell with these seconds, less than sixty, in milliseconds since 1970-01-01T00:00:00Z.
    #[inline(always)]
    pub fn second(&mut self, second: u8) -> i64 {
        self.seen |= second;
        self.least = self.least.min(second);
        self.most = self.most.max(second);
        self.instant(second)
    }

    fn instant(&self, second: u8) -> i64 {
        self.at + i64::from(second) * 1000
    }
}

/// Reads the times of rows, one after the other.
///
/// Rows of an export stand close together, so that all but the seconds of a cell mostly repeat: the text before the
/// seconds is compared with the last one. Where it is another, the day mostly repeats. Only a cell of another day, or
/// of a form that does not end in seconds, is taken apart as a date.
///
/// Where date and time of day stand apart, the text is that of both cells with the delimiter between them, as they stand
/// in the line.
#[derive(Clone, Debug)]
pub struct TimeReader<'a> {
    pub(super) form: &'a TimeForm,
    pub(super) zone: Zone,
    pub(super) encoding: &'static Encoding,
    /// The delimiter between date and time of day, where they stand in two cells.
    joint: Option<u8>,
    /// What stands before the seconds of a cell is a whole minute.
    bare_clock: bool,
    /// Milliseconds that the wall clocks of rows are ahead of UTC, where that never changes.
    pub ahead: Option<i64>,
    /// Text of the last cell before its seconds, and the instant that it means. Empty where there is none.
    minute: Known,
    /// Text of the last cell before its hour, and the instant that it means. Empty where there is none, and where days
    /// may have other lengths than 24 hours.
    day: Known,
    /// The last cell that does not end in seconds.
    cell: Known,
    pub steps: Steps,
}

/// A text and the instant that it means.
#[derive(Clone, Debug, Default)]
struct Known {
    text: Vec<u8>,
    at: i64,
}

impl Known {
    fn set(&mut self, text: &[u8], at: i64) {
        self.text.clear();
        self.text.extend_from_slice(text);
        self.at = at;
    }

    fn is(&self, text: &[u8]) -> bool {
        !self.text.is_empty() && self.text == text
    }
}

impl<'a> TimeReader<'a> {
    /// A reader of times of this form; `joint` is the delimiter between date and time of day, where these stand in two
    /// cells.
    pub fn new(form: &'a TimeForm, zone: Zone, encoding: &'static Encoding, joint: Option<u8>) -> Self {
        let (minute, day, cell) = (Known::default(), Known::default(), Known::default());
        let bare_clock = form.has_bare_clock();
        // A time that carries its own offset has another wall clock than the zone's.
        let ahead = zone.fixed_seconds().filter(|_| bare_clock).map(|seconds| i64::from(seconds) * 1000);
        TimeReader { form, zone, encoding, joint, bare_clock, ahead, minute, day, cell, steps: Steps::default() }
    }

    /// Begins to count steps anew: the next cell counts with all that it shows.
    pub fn begin(&mut self) {
        self.minute.text.clear();
        self.cell.text.clear();
        self.steps = Steps::default();
    }

    /// Text of the last cell before its seconds, which were two digits and its end; empty where nothing is known.
    /// There is nothing in it that could end a line, no quote, and of delimiters none but the one between date and time
    /// of day.
    #[inline]
    pub fn minute(&self) -> &[u8] {
        &self.minute.text
    }

    /// Times in that minute.
    #[inline]
    pub fn within_minute(&self) -> WithinMinute {
        WithinMinute { at: self.minute.at, seen: 0, least: u8::MAX, most: 0 }
    }

    /// Remembers the steps of times in that minute, and gives the least and the greatest of them, if there are any.
    #[inline]
    pub fn seen(&mut self, times: &WithinMinute) -> Option<(i64, i64)> {
        // The minute itself was seen when it was entered.
        self.steps.second |= times.seen != 0;
        (times.least <= times.most).then(|| (times.instant(times.least), times.instant(times.most)))
    }

    /// The instant of a row in milliseconds since 1970-01-01T00:00:00Z, from its cells as they stand in the line.
    pub fn read(&mut self, raw: &[u8]) -> Result<i64, Why> {
        match seconds(raw) {
            Some((minute, second)) if self.minute.is(minute) => {
                self.steps.second |= second != 0;
                Ok(self.minute.at + i64::from(second) * 1000)
            }
            Some(_) if self.bare_clock => match self.in_day(raw) {
                Some(at) => Ok(at),
                None => self.parse(raw),
            },
            _ if self.cell.is(raw) => Ok(self.cell.at),
            _ => self.parse(raw),
        }
    }

    /// The same from two cells that may hold anything, delimiters too.
    pub fn read_apart(&mut self, date: &[u8], clock: &[u8]) -> Result<i64, Why> {
        let Some(joint) = self.joint else { return self.read(date) };
        if date.contains(&joint) || clock.contains(&joint) {
            return self.understand(date, Some(clock));
        }
        self.read(&[date, &[joint], clock].concat())
    }

    /// The instant of a cell that is of the same day as one before; nothing where that is not plain to see.
    pub fn in_day(&mut self, raw: &[u8]) -> Option<i64> {
        let (minute, second) = seconds(raw)?;
        let (_, hour, minutes) = hour_and_minute(minute).filter(|(day, ..)| self.day.is(day))?;
        let start = self.day.at + (i64::from(hour) * 60 + i64::from(minutes)) * 60_000;
        let at = start + i64::from(second) * 1000;
        in_range(Timestamp(at)).ok()?;
        self.steps.see(at, hour.into(), minutes.into(), second != 0);
        self.minute.set(minute, start);
        Some(at)
    }

    /// Takes cells apart.
    fn understand(&mut self, date: &[u8], clock: Option<&[u8]>) -> Result<i64, Why> {
        let text = |bytes| self.encoding.decode_without_bom_handling(bytes).0;
        let read = match clock {
            Some(clock) => self.form.read(TimeCell::Apart { date: &text(date), clock: &text(clock) }, &self.zone),
            None => self.form.read(TimeCell::Whole(&text(date)), &self.zone),
        };
        let (at, local) = read?;
        self.steps.see(at.0, local.hour(), local.minute(), local.second() != 0 || local.nanosecond() != 0);
        Ok(at.0)
    }

    #[cold]
    fn parse(&mut self, raw: &[u8]) -> Result<i64, Why> {
        let (date, clock) = match self.joint.and_then(|joint| memchr::memchr(joint, raw)) {
            Some(at) => (&raw[..at], Some(&raw[at + 1..])),
            None => (raw, None),
        };
        let at = self.understand(date, clock)?;
        // A cell in quotes may hold what ends a cell elsewhere.
        let strange = |cell: &[u8]| cell.iter().any(|b| b.is_ascii_control() || b"\",;".contains(b));
        if strange(date) || clock.is_some_and(strange) {
            return Ok(at);
        }
        match seconds(raw).filter(|_| self.bare_clock) {
            Some((minute, second)) => {
                let start = at - i64::from(second) * 1000;
                self.minute.set(minute, start);
                if let Some((day, hour, minutes)) =
                    hour_and_minute(minute).filter(|_| self.zone.fixed_seconds().is_some())
                {
                    self.day.set(day, start - (i64::from(hour) * 60 + i64::from(minutes)) * 60_000);
                }
            }
            None => self.cell.set(raw, at),
        }
        Ok(at)
    }
}

/// A cell that ends in hour, minute and second: the text before the seconds with its colon, and the seconds.
pub(super) fn seconds(cell: &[u8]) -> Option<(&[u8], u8)> {
    match cell {
        [minute @ .., tens @ b'0'..=b'5', ones @ b'0'..=b'9']
            if matches!(minute, [.., b':', b'0'..=b'5', b'0'..=b'9', b':']) =>
        {
            Some((minute, (tens - b'0') * 10 + (ones - b'0')))
        }
        _ => None,
    }
}

/// The text before the seconds of a cell: what stands before the hour, the hour and the minute.
pub(super) fn hour_and_minute(minute: &[u8]) -> Option<(&[u8], u8, u8)> {
    let &[ref hour @ .., b':', m @ b'0'..=b'5', mm @ b'0'..=b'9', b':'] = minute else { return None };
    let (day, hour) = match hour {
        [day @ .., h @ b'0'..=b'9', hh @ b'0'..=b'9'] => (day, (h - b'0') * 10 + (hh - b'0')),
        [day @ .., h @ b'0'..=b'9'] => (day, h - b'0'),
        _ => return None,
    };
    (hour < 24).then_some((day, hour, (m - b'0') * 10 + (mm - b'0')))
}
