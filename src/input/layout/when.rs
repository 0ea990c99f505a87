//! Which columns tell when the errors of a row happened.

use crate::input::time::TimeCell;

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
}
