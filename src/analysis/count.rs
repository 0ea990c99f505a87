//! Counting the errors of chosen kinds, for those who judge them.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta};

use super::{
    Bounds, Calendar,
    sums::{Sums, numbered},
    window::{WindowSize, calendar_windows},
};
use crate::{
    model::{KindId, Timestamp, Zone},
    table::Table,
};

/// A window with its start and end, and its errors.
pub type Counted = ((i64, i64), u64);

/// Errors of a period by window, the empty ones included, with the windows' starts and ends in milliseconds since
/// 1970-01-01T00:00:00Z; without a size, the period is the one window. `kinds` says of each kind of the table's
/// dictionary whether it counts; all do without it.
///
/// Windows are those of the calendar; errors outside the period do not count in those that it cuts. The period must be
/// one that the table was cut at, or one of whole days.
pub fn count(
    table: &Table,
    bounds: &Bounds,
    size: Option<WindowSize>,
    calendar: &Calendar,
    kinds: Option<&[bool]>,
) -> Vec<Counted> {
    let windows: Vec<(i64, i64)> = match size {
        Some(size) => calendar_windows(bounds.start, bounds.end, size, &calendar.zone, calendar.week_start).collect(),
        None => vec![(bounds.start, bounds.end)],
    };
    let sums = Sums::new(&table.names, table.cells().between(bounds.start, bounds.end), numbered(&windows));
    let counts = |kind: KindId| kinds.is_none_or(|kinds| kinds[kind.0 as usize]);
    let mut errors = sums.series(windows.len(), |kind, _| counts(kind).then_some(()));
    let errors = errors.remove(&()).unwrap_or_else(|| vec![0; windows.len()]);
    windows.into_iter().zip(errors).collect()
}

/// For each window of a period the errors of its like in the period before: the one at the same place in the calendar,
/// which is the same day of the month where months are compared, else the day as many days before as the periods lie
/// apart; and the same time of day. None where the period before has no such window: the 31st, an hour that was skipped.
/// Weeks are counted from the start of the period.
pub fn likes(
    windows: &[Counted],
    size: WindowSize,
    bounds: &Bounds,
    before: &[Counted],
    previous: &Bounds,
    zone: &Zone,
) -> Vec<Option<u64>> {
    if size == WindowSize::Week {
        return (0..windows.len()).map(|i| before.get(i).map(|(_, errors)| *errors)).collect();
    }
    let back = Back::between(zone, bounds, previous);
    let place = |at: i64| {
        let local = zone.local(Timestamp(at)).naive_local();
        // Where midnight is skipped a day begins at one.
        if size >= WindowSize::Day { local.date().and_time(chrono::NaiveTime::MIN) } else { local }
    };
    let mut there: HashMap<NaiveDateTime, Vec<u64>> = HashMap::new();
    for ((start, _), errors) in before {
        there.entry(place(*start)).or_default().push(*errors);
    }
    let mut seen: HashMap<NaiveDateTime, usize> = HashMap::new();
    windows
        .iter()
        .map(|((start, _), _)| {
            let place = place(*start);
            // An hour that a clock repeats is there twice, here or there.
            let times = seen.entry(place).or_default();
            let found = there.get(&back.from(place)?)?;
            *times += 1;
            found.get(*times - 1).or(found.first()).copied()
        })
        .collect()
}

/// Months since the year 0.
pub(super) fn months_of(day: NaiveDate) -> i32 {
    day.year() * 12 + day.month0() as i32
}

/// How a place in the calendar of a period leads to that of the period before.
enum Back {
    Months(i32),
    By(TimeDelta),
}

impl Back {
    fn between(zone: &Zone, bounds: &Bounds, previous: &Bounds) -> Back {
        let [start, before] = [bounds.start, previous.start].map(|at| zone.local(Timestamp(at)).naive_local());
        let months = months_of(start.date()) - months_of(before.date());
        if start.day() == 1 && before.day() == 1 && months > 0 && start.time() == before.time() {
            return Back::Months(months);
        }
        let apart = start - before;
        let days = TimeDelta::days((apart + TimeDelta::hours(12)).num_days());
        // Periods of hours are as long by the clock on the wall as by any other, but for a change of summer time.
        let off = (apart - days).abs();
        Back::By(if days > TimeDelta::zero() && off <= TimeDelta::hours(2) { days } else { apart })
    }

    fn from(&self, place: NaiveDateTime) -> Option<NaiveDateTime> {
        match self {
            Back::By(apart) => place.checked_sub_signed(*apart),
            Back::Months(months) => {
                let there = months_of(place.date()) - months;
                let (year, month) = (there.div_euclid(12), there.rem_euclid(12) as u32 + 1);
                Some(NaiveDate::from_ymd_opt(year, month, place.day())?.and_time(place.time()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::analysis::{PeriodSpec, WeekStart};

    /// The windows of a period and of the one before, where each has its number as errors; and the likes by time.
    fn likes_of(period: &str, size: WindowSize, zone: &str) -> Vec<(String, Option<String>)> {
        let zone: Zone = zone.parse().unwrap();
        let as_of = Timestamp::from(DateTime::parse_from_rfc3339("2026-12-01T12:00:00Z").unwrap());
        let calendar = Calendar { zone, week_start: WeekStart::Monday, as_of, data: None };
        let resolved = period.parse::<PeriodSpec>().unwrap().resolve(&calendar).unwrap();
        let previous = resolved.before[0].clone();
        let windows = |bounds: &Bounds| -> Vec<Counted> {
            calendar_windows(bounds.start, bounds.end, size, &zone, WeekStart::Monday)
                .enumerate()
                .map(|(i, window)| (window, i as u64))
                .collect()
        };
        let (now, before) = (windows(&resolved.bounds), windows(&previous));
        let name = |at: i64| zone.local(Timestamp(at)).format("%m-%dT%H:%M%:z").to_string();
        let found = likes(&now, size, &resolved.bounds, &before, &previous, &zone);
        let like = |errors: Option<u64>| errors.map(|i| name(before[i as usize].0.0));
        now.iter().zip(found).map(|(((start, _), _), errors)| (name(*start), like(errors))).collect()
    }

    fn like(all: &[(String, Option<String>)], of: &str) -> Option<String> {
        all.iter().find(|(start, _)| start == of).unwrap_or_else(|| panic!("{of} in {all:?}")).1.clone()
    }

    #[test]
    fn a_window_is_held_against_the_same_weekday_and_wall_time() {
        // Germany's clocks go forward on Sunday, 29 March, and back on Sunday, 25 October 2026.
        let spring = likes_of("2026-W14", WindowSize::Hour, "Europe/Berlin");
        assert_eq!(spring.len(), 168);
        assert_eq!(like(&spring, "03-30T09:00+02:00").as_deref(), Some("03-23T09:00+01:00"));
        assert_eq!(like(&spring, "04-05T01:00+02:00").as_deref(), Some("03-29T01:00+01:00"));
        assert_eq!(like(&spring, "04-05T02:00+02:00"), None, "the hour was skipped");
        assert_eq!(like(&spring, "04-05T03:00+02:00").as_deref(), Some("03-29T03:00+02:00"));
        let change = likes_of("2026-W13", WindowSize::Hour, "Europe/Berlin");
        assert_eq!(change.len(), 167);
        assert_eq!(like(&change, "03-29T23:00+02:00").as_deref(), Some("03-22T23:00+01:00"));
        let autumn = likes_of("2026-W43", WindowSize::Hour, "Europe/Berlin");
        assert_eq!(autumn.len(), 169);
        assert!(autumn.iter().all(|(_, like)| like.is_some()));
        assert_eq!(like(&autumn, "10-25T02:00+02:00").as_deref(), Some("10-18T02:00+02:00"));
        assert_eq!(like(&autumn, "10-25T02:00+01:00").as_deref(), Some("10-18T02:00+02:00"));
        assert_eq!(like(&autumn, "10-25T23:00+01:00").as_deref(), Some("10-18T23:00+02:00"));
        let after = likes_of("2026-W44", WindowSize::Hour, "Europe/Berlin");
        assert_eq!(like(&after, "11-01T23:00+01:00").as_deref(), Some("10-25T23:00+01:00"));
    }

    #[test]
    fn days_of_months_are_held_against_the_same_day() {
        let march = likes_of("2026-03", WindowSize::Day, "Asia/Tokyo");
        assert_eq!(march.len(), 31);
        assert_eq!(like(&march, "03-28T00:00+09:00").as_deref(), Some("02-28T00:00+09:00"));
        for day in ["29", "30", "31"] {
            assert_eq!(like(&march, &format!("03-{day}T00:00+09:00")), None, "February has no {day}th");
        }
        let january = likes_of("2026-01", WindowSize::Hour, "Asia/Tokyo");
        assert_eq!(like(&january, "01-31T17:00+09:00").as_deref(), Some("12-31T17:00+09:00"));
    }

    #[test]
    fn other_periods_are_held_against_what_lies_as_far_before() {
        let days = likes_of("2026-11-16..2026-11-18", WindowSize::Day, "Asia/Tokyo");
        assert_eq!(like(&days, "11-17T00:00+09:00").as_deref(), Some("11-14T00:00+09:00"));
        let hours = likes_of("2026-11-16T22:00..2026-11-17T06:00", WindowSize::Hour, "Asia/Tokyo");
        assert_eq!(like(&hours, "11-16T23:00+09:00").as_deref(), Some("11-16T15:00+09:00"));
        let weeks = likes_of("2026-11-09..2026-11-22", WindowSize::Week, "Asia/Tokyo");
        assert_eq!(like(&weeks, "11-16T00:00+09:00").as_deref(), Some("11-02T00:00+09:00"));
    }
}
