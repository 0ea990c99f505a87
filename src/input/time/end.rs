//! When a row's group of errors ends.
//!
//! The end of a row is a time of day beside the start of it. It is of the same day, or of the next one where it is before
//! the start: the two are compared as finely as the end is written.

use chrono::{NaiveDateTime, TimeDelta};

use super::{
    TimeCell, TimeReader,
    reader::{hour_and_minute, seconds},
    written,
    written::Clock,
};
use crate::model::{Timestamp, Why, key};

const DAY: i64 = 86_400_000;
const HALF: i64 = DAY / 2;

impl TimeReader<'_> {
    /// The last instant of a row that starts at `start`, both in milliseconds since 1970-01-01T00:00:00Z. A row without
    /// an end ends when it starts.
    pub fn end(&self, start: i64, cell: &[u8]) -> Result<i64, Why> {
        if let (Some(ahead), Some((minute, second))) = (self.ahead, seconds(cell))
            && !self.form.has_halves()
            && let Some(([], hour, minute)) = hour_and_minute(minute)
        {
            let end = (i64::from(hour) * 60 + i64::from(minute)) * 60 + i64::from(second);
            return Ok(on_clock(start, ahead, 1_000 * end, 1_000));
        }
        let text = self.encoding.decode_without_bom_handling(cell).0;
        let text = text.trim();
        if text.is_empty() {
            return Ok(start);
        }
        if let Some(clock) = super::time_of_day_millis(text) {
            let written = written::time_of_day(text);
            let step = match written.map(|time| time.clock) {
                Some(Clock::Minutes) => 60_000,
                Some(Clock::Fraction) => 1,
                _ => 1_000,
            };
            if let Some(east) = written.and_then(|time| time.offset) {
                return Ok(on_clock(start, 1_000 * i64::from(east), clock, step));
            }
            // The wall clock of a start that carries its own offset is not known here.
            if self.form.has_offset() {
                return Ok(start);
            }
            // Behind starts with AM or PM an end without either is of whichever half comes first.
            let bare = self.form.has_halves() && !written.is_some_and(|time| time.dress.half_days);
            if bare && clock < HALF + DAY / 24 {
                let ends = [0, HALF].map(|half| self.at_clock(start, clock % HALF + half, step));
                return Ok(ends[0].min(ends[1]));
            }
            return Ok(self.at_clock(start, clock, step));
        }
        // A whole time, in the form of the starts; the minute or second in which the row starts is as good as its start.
        let step = match written::date(text).map(|written| written.time.clock) {
            Some(Clock::Minutes) => 60_000,
            _ => 1_000,
        };
        let (end, _) = self.form.read(TimeCell::Whole(text), &self.zone).map_err(|_| key::reject::END_UNREADABLE)?;
        match end.0 - start {
            0..=DAY => Ok(end.0),
            behind if behind < 0 && behind > -step => Ok(start),
            _ => Err(key::reject::END_IMPOSSIBLE),
        }
    }

    /// The first moment from the start on at which clocks show a time of day.
    fn at_clock(&self, start: i64, clock: i64, step: i64) -> i64 {
        if let Some(ahead) = self.ahead {
            return on_clock(start, ahead, clock, step);
        }
        let local = self.zone.local(Timestamp(start)).naive_local();
        let begun = local.and_utc().timestamp_millis().rem_euclid(DAY);
        let midnight = local - TimeDelta::milliseconds(begun);
        let on_day = |day: i64| {
            let wall: NaiveDateTime = midnight + TimeDelta::milliseconds(day * DAY + clock);
            // Of two equal wall clocks the later one can be the end of what began before the change.
            self.zone.last_instant(wall).map(|at| at.0)
        };
        let floor = start.div_euclid(step) * step;
        [0, 1].into_iter().filter_map(on_day).find(|end| *end >= floor).map_or(start, |end| end.max(start))
    }
}

/// The first moment from the start on at which clocks that are `ahead` of UTC show a time of day, which is written in
/// whole steps; all in milliseconds.
fn on_clock(start: i64, ahead: i64, clock: i64, step: i64) -> i64 {
    let within = start.rem_euclid(step);
    let begun = (start - within + ahead).rem_euclid(DAY);
    (start - within + (clock - begun).rem_euclid(DAY)).max(start)
}
