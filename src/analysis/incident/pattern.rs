//! What would be an incident if it did not come at the same time of days or weeks.

use schemars::JsonSchema;
use serde::Serialize;

use super::{
    class::Class,
    clock::{Clock, DAY, HOUR, Place},
    habit::Rhythm,
    stretch::Stretch,
    usual::{LEAST_ERRORS, Series, Usual},
};
use crate::{
    analysis::history::median,
    model::{CellStart, LocalTime, Zone},
};

/// A busy hour, beside habits: so many times the middle level of the day, and so many errors an hour more.
const BUSY: (f64, f64) = (4.0, 8.0);
/// A cell with less than this of the errors of its day's pattern is noise beside it.
const LEAST_SHARE: u64 = 24;

/// What came on fewer days than this is no habit.
const LEAST_DAYS: usize = 3;

/// Errors that come at the same time of days or weeks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Pattern {
    /// Null where the input names none.
    pub channel: Option<String>,
    pub class: Class,
    /// Local times of the day such as `03:00`: from about when to about when, in steps of five minutes.
    pub start: String,
    pub end: String,
    pub days: DayKind,
    /// How often it happened, once a day, and with how many errors in all.
    pub happened: u64,
    pub errors: u64,
    /// The five minutes in which it began the last time.
    pub last_seen: LocalTime,
    /// It has not come back when it should have: for a week, or for two where it comes once a week.
    pub ended: bool,
}

/// The days that a pattern is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    EveryDay,
    Weekdays,
    Weekends,
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

const WEEK: [DayKind; 7] = [
    DayKind::Monday,
    DayKind::Tuesday,
    DayKind::Wednesday,
    DayKind::Thursday,
    DayKind::Friday,
    DayKind::Saturday,
    DayKind::Sunday,
];

/// What a pattern is of: the errors of a class, in the time of a channel.
pub struct Of<'a> {
    pub series: &'a Series,
    pub clock: &'a Clock,
    pub usual: &'a Usual,
    pub channel: &'a Option<String>,
    pub class: Class,
    pub zone: &'a Zone,
}

/// One time that it happened.
struct Time {
    /// Where it begins ...
    place: Place,
    cell: u32,
    /// ... and ends, in cells of its day; it may go on after midnight.
    end: u32,
    errors: u64,
}

impl Of<'_> {
    /// The patterns of a series: what is usual at its time of the day in the order of the day, and then the habits; what is
    /// an incident is none.
    pub fn patterns(&self, incidents: &[Stretch], habits: &[(Rhythm, Stretch)]) -> Vec<Pattern> {
        let is_usual = |cell: u32| !incidents.iter().chain(habits.iter().map(|(_, of)| of)).any(|of| of.contains(cell));
        let usual = times(self.usual).into_iter().filter_map(|time| self.told(Rhythm::Daily, self.at(time, is_usual)?));
        usual.chain(self.of_habits(habits)).collect()
    }

    fn of_habits(&self, habits: &[(Rhythm, Stretch)]) -> impl Iterator<Item = Pattern> {
        let time = |(rhythm, of): &(Rhythm, Stretch)| {
            let place = self.clock.place(of.start);
            let end = place.slot + of.cells();
            (*rhythm, Time { place, cell: of.start, end, errors: of.errors })
        };
        let mut all: Vec<(Rhythm, Time)> = habits.iter().map(time).collect();
        let weekday = |of: &(Rhythm, Time)| if of.0 == Rhythm::Weekly { of.1.place.weekday() } else { 0 };
        all.sort_by_key(|of| (of.0, weekday(of), of.1.place.slot));
        let mut groups: Vec<(Rhythm, Vec<Time>)> = Vec::new();
        let mut last = None;
        for of in all {
            let (key, slot) = ((of.0, weekday(&of)), of.1.place.slot);
            match (last, groups.last_mut()) {
                (Some((before, at)), Some(group)) if before == key && slot <= at + HOUR => group.1.push(of.1),
                _ => groups.push((of.0, vec![of.1])),
            }
            last = Some((key, slot));
        }
        groups.into_iter().filter(|(rhythm, times)| times.len() > rhythm.least()).filter_map(|(rhythm, mut times)| {
            times.sort_by_key(|time| time.cell);
            self.told(rhythm, times)
        })
    }

    /// When something usual happened that comes at a time of the day; none where it is too little to tell.
    fn at(&self, (from, to): (u32, u32), is_usual: impl Fn(u32) -> bool) -> Option<Vec<Time>> {
        let inside = self.clock.places(self.series).filter(|(place, ..)| (from..to).contains(&place.slot));
        let cells: Vec<(Place, u32, u64)> = inside.filter(|(_, cell, _)| is_usual(*cell)).collect();
        let days: Vec<&[(Place, u32, u64)]> = cells.chunk_by(|a, b| a.0.day == b.0.day).collect();
        let total = |day: &[(Place, u32, u64)]| day.iter().map(|(.., errors)| errors).sum::<u64>();
        let typical = median(days.iter().map(|day| total(day)).collect()).filter(|typical| *typical >= LEAST_ERRORS)?;
        let time = |day: &[(Place, u32, u64)]| {
            let errors = total(day);
            let mut loud = day.iter().filter(|(.., cell)| *cell > errors / LEAST_SHARE);
            let (place, cell, _) = *loud.next()?;
            let end = loud.next_back().map_or(place.slot, |(place, ..)| place.slot) + 1;
            (errors >= typical.div_ceil(2)).then_some(Time { place, cell, end, errors })
        };
        Some(days.into_iter().filter_map(time).collect())
    }

    /// The pattern of the times that it happened, in their order.
    fn told(&self, rhythm: Rhythm, times: Vec<Time>) -> Option<Pattern> {
        let last = times.last().filter(|_| times.len() >= LEAST_DAYS)?;
        let edge = |of: fn(&Time) -> u32| median(times.iter().map(|time| u64::from(of(time))).collect());
        let wall = |slot: u64| {
            // A day ends at 24:00.
            let slot = if slot > u64::from(DAY) { slot - u64::from(DAY) } else { slot };
            format!("{:02}:{:02}", slot / u64::from(HOUR), slot % u64::from(HOUR) * 5)
        };
        Some(Pattern {
            channel: self.channel.clone(),
            class: self.class,
            start: wall(edge(|time| time.place.slot)?),
            end: wall(edge(|time| time.end)?),
            days: if rhythm == Rhythm::Weekly { WEEK[last.place.weekday() as usize] } else { kind(&times) },
            happened: times.len() as u64,
            errors: times.iter().map(|time| time.errors).sum(),
            last_seen: self.zone.time(CellStart(last.cell).timestamp()),
            ended: last.place.day + rhythm.ended() < self.clock.place(self.clock.end - 1).day,
        })
    }
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

/// On which days from the first to the last it happened: on weekdays, on weekends, or as often on both.
fn kind(times: &[Time]) -> DayKind {
    let days = times[0].place.day..=times[times.len() - 1].place.day;
    let on = |weekend: bool| {
        let all = days.clone().filter(|day| Place::midnight(*day).weekend == weekend).count();
        let these = times.iter().filter(|time| time.place.weekend == weekend).count();
        these * 2 >= all.max(1)
    };
    match (on(false), on(true)) {
        (true, false) => DayKind::Weekdays,
        (false, true) => DayKind::Weekends,
        _ => DayKind::EveryDay,
    }
}
