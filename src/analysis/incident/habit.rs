//! What comes back at the same time of other days or weeks is a habit and no incident, whenever it began or ended.
//!
//! What most days have is already part of [`usual`](super::usual) and does not stand out. Here is the rest: a job of every
//! Monday, and one of every night that began or ended in the middle of the data. A stretch is a habit if the same time of
//! several days or weeks around it is alike.

use super::{
    clock::{Clock, DAY, HOUR, Place},
    stretch::{Stretch, between},
    usual::{Series, Usual},
};

/// A habit comes early or late by so many cells at most: an hour, as a server's clock without summer time does.
const EARLY: u32 = HOUR;

/// How a habit comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rhythm {
    Daily,
    Weekly,
}

impl Rhythm {
    fn days(self) -> i32 {
        if self == Rhythm::Daily { 1 } else { 7 }
    }

    /// So many days or weeks before and behind a stretch are looked at, ...
    fn around(self) -> i32 {
        if self == Rhythm::Daily { 7 } else { 6 }
    }

    /// ... and so many of them at least are alike.
    pub fn least(self) -> usize {
        if self == Rhythm::Daily { 5 } else { 3 }
    }

    /// What has not come back for more days has ended.
    pub fn ended(self) -> u32 {
        if self == Rhythm::Daily { 7 } else { 14 }
    }

    /// What lasts longer comes back by chance: an outage of a week has the same hours of each day.
    fn longest(self) -> u32 {
        if self == Rhythm::Daily { 3 * HOUR } else { DAY }
    }
}

/// What is at least so much of a stretch is like it: an outage far above a habit is none.
const ALIKE: f64 = 1.0 / 3.0;

/// The stretches that are incidents, and those that are habits, each in the order of time.
pub fn apart(
    found: Vec<Stretch>,
    series: &Series,
    clock: &Clock,
    usual: &Usual,
) -> (Vec<Stretch>, Vec<(Rhythm, Stretch)>) {
    let (mut incidents, mut habits) = (Vec::new(), Vec::new());
    // Errors beyond the usual, without those of another habit.
    let excess = |start: u32, end: u32| {
        let is_habit = |place: Place| usual.habits[place.time()];
        let cells = clock.places(between(series, start.max(clock.first), end.min(clock.end)));
        let errors: u64 = cells.filter(|(place, ..)| !is_habit(*place)).map(|(.., errors)| errors).sum();
        let places = (start..end).map(|cell| clock.place(cell)).filter(|place| !is_habit(*place));
        errors as f64 - places.map(|place| usual.level(place)).sum::<f64>()
    };
    for stretch in found {
        let least = ALIKE * (stretch.errors as f64 - usual.expected(clock, stretch.start, stretch.end));
        let comes_back = |rhythm: Rhythm| {
            let around = rhythm.around();
            let is_alike = |times: i32| {
                let start = clock.on_another_day(stretch.start, times * rhythm.days())?;
                Some(times == 0 || excess(start.saturating_sub(EARLY), start + stretch.cells() + EARLY) >= least)
            };
            let known: Vec<bool> = (-around..=around).filter_map(is_alike).collect();
            let first = known.iter().position(|alike| *alike).unwrap_or(0);
            let last = known.iter().rposition(|alike| *alike).unwrap_or(0);
            let count = known.iter().filter(|alike| **alike).count();
            // The stretch is one of them.
            stretch.cells() <= rhythm.longest() && count > rhythm.least() && count * 2 > last - first
        };
        match [Rhythm::Daily, Rhythm::Weekly].into_iter().find(|rhythm| comes_back(*rhythm)) {
            Some(rhythm) => habits.push((rhythm, stretch)),
            None => incidents.push(stretch),
        }
    }
    (incidents, habits)
}
