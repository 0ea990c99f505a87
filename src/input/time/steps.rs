//! How finely the times of a column tell the time.

use super::TimeForm;
use crate::model::Precision;

/// So many different times are remembered: more than any precision asks for.
const MOST: usize = 12;

/// What the times of a column have shown of their steps. It depends on the set of the times, not on their order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Steps {
    pub second: bool,
    pub minute: bool,
    pub five_minutes: bool,
    pub hour: bool,
    /// The first different times; no more are looked for once one had seconds.
    times: [i64; MOST],
    count: usize,
}

impl Steps {
    /// Adds what other times have shown.
    pub fn add(&mut self, other: &Steps) {
        self.second |= other.second;
        self.minute |= other.minute;
        self.five_minutes |= other.five_minutes;
        self.hour |= other.hour;
        if self.second {
            (self.times, self.count) = ([0; MOST], 0);
        }
        other.times[..other.count].iter().for_each(|at| self.remember(*at));
    }

    fn remember(&mut self, at: i64) {
        if !self.second && self.count < MOST && !self.times[..self.count].contains(&at) {
            self.times[self.count] = at;
            self.count += 1;
        }
    }

    /// Looks at a time: its instant, and hour and minute of its wall clock; `second` where it is no whole minute.
    pub fn see(&mut self, at: i64, hour: u32, minute: u32, second: bool) {
        self.second |= second;
        self.minute |= !minute.is_multiple_of(5);
        self.five_minutes |= minute != 0;
        // Anything within the day keeps it from being a whole day.
        self.hour |= hour != 0 || minute != 0 || second;
        self.remember(at);
    }

    /// The precision of the column: the step its form can write, or a coarser one if every time sits on
    /// it and there are too many different times for chance. (One time in 60 is a whole minute, one in
    /// 3,600 a whole hour; the numbers below leave less than one in ten million to chance, and more than
    /// that to people who write round times by hand.)
    pub fn precision(&self, form: &TimeForm) -> Precision {
        // A form is known from the first rows, and later ones may write more.
        let shown = match (self.second, self.hour) {
            (true, _) => Precision::Second,
            (false, true) => Precision::Minute,
            (false, false) => Precision::Day,
        };
        let written = form.precision().min(shown);
        let measured = match self {
            Steps { second: true, .. } => Precision::Second,
            Steps { hour: false, count: 3.., .. } => Precision::Day,
            Steps { five_minutes: false, minute: false, count: 8.., .. } => Precision::Hour,
            Steps { minute: false, count: 12.., .. } => Precision::FiveMinutes,
            Steps { count: 4.., .. } => Precision::Minute,
            _ => Precision::Second,
        };
        measured.max(written)
    }
}
