//! Which columns tell when the errors of a row happened.

use super::{Role, body::Body};
use crate::input::time::{TimeCell, time_of_day_millis};

/// The columns of a row's beginning and end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    /// The whole time, or the date where the time of day stands apart.
    pub date: usize,
    /// The time of day, where it stands apart.
    pub clock: Option<usize>,
    /// When the errors of the row ended: a time of day, or a whole time.
    pub end: Option<usize>,
}

impl When {
    /// What a row says about its beginning; nothing where it has too few cells.
    pub fn of<S: AsRef<str>>(self, cells: &[S]) -> Option<TimeCell<'_>> {
        let date = cells.get(self.date)?.as_ref();
        Some(match self.clock {
            Some(clock) => TimeCell::Apart { date, clock: cells.get(clock)?.as_ref() },
            None => TimeCell::Whole(date),
        })
    }

    /// How many of a row's columns these are.
    pub fn columns(self) -> usize {
        1 + usize::from(self.clock.is_some()) + usize::from(self.end.is_some())
    }

    /// The roles of these columns. A single whole time is a start where there is an end.
    pub fn roles(self, named_time: bool) -> Vec<(Role, usize)> {
        let alone = self.end.is_none() && (named_time || self.clock.is_none());
        let begin = if alone { Role::Time } else { Role::Start };
        let mut roles = match self.clock {
            Some(clock) => vec![(Role::Date, self.date), (begin, clock)],
            None => vec![(begin, self.date)],
        };
        roles.extend(self.end.map(|end| (Role::End, end)));
        roles
    }
}

/// Which of two columns of times of day is the start: ends follow their starts closely, across midnight too. Of columns
/// that are always equal the first is.
pub(super) fn in_order(body: &Body, one: usize, other: usize) -> (usize, usize) {
    const DAY: i64 = 86_400_000;
    let clock = |row: &[String], index: usize| row.get(index).and_then(|cell| time_of_day_millis(cell));
    let (forward, backward) = body
        .0
        .iter()
        .filter_map(|row| Some(clock(row, other)? - clock(row, one)?))
        .fold((0, 0), |(forward, backward), step| (forward + step.rem_euclid(DAY), backward + (-step).rem_euclid(DAY)));
    if forward <= backward { (one, other) } else { (other, one) }
}
