//! What would be an incident if it did not come at the same time of most days.

use schemars::JsonSchema;
use serde::Serialize;

use super::{
    class::Class,
    clock::{Clock, DAY, HOUR, Place},
    stretch::{LEAST_ERRORS, Stretch},
    usual::{Series, Usual},
};

/// A busy hour, beside habits: so many times the middle level of the day, and so many errors an hour more.
const BUSY: (f64, f64) = (4.0, 8.0);
/// A cell with less than this of the errors of its day's pattern is noise beside it.
const LEAST_SHARE: u64 = 24;

/// What came on fewer days than this is no habit.
const LEAST_DAYS: usize = 3;
/// What has not come for so many days at the end of the data has stopped.
const STOPPED: u32 = 7;

/// Errors that come at the same time of most days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Pattern {
    /// Null where the input names none.
    pub channel: Option<String>,
    pub class: Class,
    /// Local times of the day such as `03:00`: from about when to about when (`24:00` at most), in steps of five minutes.
    pub start: String,
    pub end: String,
    pub days: DayKind,
    /// On how many days it happened, and with how many errors in all.
    pub happened: u64,
    pub errors: u64,
}

/// The days that a pattern is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    EveryDay,
    Weekdays,
    Weekends,
}

/// The patterns of a series in the order of the day; what is an incident is none.
pub fn patterns(
    series: &Series,
    clock: &Clock,
    usual: &Usual,
    found: &[Stretch],
    (channel, class): (&Option<String>, Class),
) -> Vec<Pattern> {
    let pattern = |(from, to): (u32, u32)| {
        let inside = clock.places(series).filter(|(place, ..)| (from..to).contains(&place.slot));
        let is_usual = |cell: u32| !found.iter().any(|found| found.contains(cell));
        let cells: Vec<(Place, u64)> =
            inside.filter(|(_, cell, _)| is_usual(*cell)).map(|(place, _, errors)| (place, errors)).collect();
        let days: Vec<&[(Place, u64)]> = cells.chunk_by(|a, b| a.0.day == b.0.day).collect();
        let total = |day: &[(Place, u64)]| day.iter().map(|(_, errors)| errors).sum::<u64>();
        let typical = median(days.iter().map(|day| total(day)))?;
        let happened: Vec<&[(Place, u64)]> = days.into_iter().filter(|day| total(day) >= typical.div_ceil(2)).collect();
        let edge = |at: fn(&mut dyn DoubleEndedIterator<Item = u32>) -> Option<u32>| {
            let of_day = |day: &&[(Place, u64)]| {
                let least = total(day) / LEAST_SHARE;
                at(&mut day.iter().filter(|(_, errors)| *errors > least).map(|(place, _)| place.slot))
            };
            median(happened.iter().filter_map(of_day).map(u64::from))
        };
        let habit = typical >= LEAST_ERRORS && happened.len() >= LEAST_DAYS;
        let last = happened.last().filter(|_| habit)?[0].0.day;
        (last + STOPPED >= clock.place(clock.end - 1).day).then_some(())?;
        let time = |slot: u64| format!("{:02}:{:02}", slot / u64::from(HOUR), slot % u64::from(HOUR) * 5);
        Some(Pattern {
            channel: channel.clone(),
            class,
            start: time(edge(|slots| slots.next())?),
            end: time(edge(|slots| slots.next_back())? + 1),
            days: kind(&happened, clock),
            happened: happened.len() as u64,
            errors: happened.iter().map(|day| total(day)).sum(),
        })
    };
    times(usual).into_iter().filter_map(pattern).collect()
}

/// The times of the day that have a habit or a busy hour on any kind of day, as cells of the day; those less than an hour
/// apart as one.
fn times(usual: &Usual) -> Vec<(u32, u32)> {
    let mut marked = [false; DAY as usize];
    for (levels, habits) in usual.levels.chunks(DAY as usize).zip(usual.habits.chunks(DAY as usize)) {
        let mut sorted = levels.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let busy = BUSY.0 * sorted[DAY as usize / 2] + BUSY.1 / f64::from(HOUR);
        (0..DAY as usize).for_each(|slot| marked[slot] |= habits[slot] || levels[slot] > busy);
    }
    let mut times: Vec<(u32, u32)> = Vec::new();
    for slot in (0..DAY).filter(|slot| marked[*slot as usize]) {
        match times.last_mut() {
            Some(open) if slot <= open.1 + HOUR => open.1 = slot + 1,
            _ => times.push((slot, slot + 1)),
        }
    }
    times
}

fn median(values: impl Iterator<Item = u64>) -> Option<u64> {
    let mut values: Vec<u64> = values.collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

/// On which days of those that a series has it happened: on weekdays, on weekends, or as often on both.
fn kind(happened: &[&[(Place, u64)]], clock: &Clock) -> DayKind {
    let (first, last) = (clock.place(clock.first), clock.place(clock.end - 1));
    let on = |weekend: bool| {
        let all = (first.day..=last.day).filter(|day| Place::midnight(*day).weekend == weekend).count();
        let these = happened.iter().filter(|day| day[0].0.weekend == weekend).count();
        these * 2 >= all.max(1)
    };
    match (on(false), on(true)) {
        (true, false) => DayKind::Weekdays,
        (false, true) => DayKind::Weekends,
        _ => DayKind::EveryDay,
    }
}
