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

/// The windows of the calendar in a period, the empty ones included, in milliseconds since 1970-01-01T00:00:00Z; without a
/// size, the period is the one window.
pub fn windows_of(bounds: &Bounds, size: Option<WindowSize>, calendar: &Calendar) -> Vec<(i64, i64)> {
    match size {
        Some(size) => calendar_windows(bounds.start, bounds.end, size, &calendar.zone, calendar.week_start).collect(),
        None => vec![(bounds.start, bounds.end)],
    }
}

/// Errors of a period by window. `kinds` says of each kind of the table's dictionary whether it counts; all do without it.
///
/// Errors outside the period do not count in windows that it cuts. The period must be one that the table was cut at, or one
/// of whole days.
pub fn count(table: &Table, bounds: &Bounds, windows: &[(i64, i64)], kinds: Option<&[bool]>) -> Vec<u64> {
    let sums = Sums::new(&table.names, table.cells().between(bounds.start, bounds.end), numbered(windows));
    let counts = |kind: KindId| kinds.is_none_or(|kinds| kinds[kind.0 as usize]);
    let mut errors = sums.series(windows.len(), |kind, _| counts(kind).then_some(()));
    errors.remove(&()).unwrap_or_else(|| vec![0; windows.len()])
}

/// Which part of the period before is like which part of a period: the one at the same place in the calendar, which is the
/// same day of the month where months are compared, else the day as many days before as the periods lie apart; and the same
/// time of day.
///
/// A week or a month is its days, so that of one that a period cuts the same days are compared.
pub struct Likes<'a> {
    previous: &'a Bounds,
    before: Vec<(i64, i64)>,
    /// The parts of the period, and of each the number of its like in `before`: none where there is none (the 31st, an hour
    /// that was skipped).
    parts: Vec<((i64, i64), Option<usize>)>,
}

impl<'a> Likes<'a> {
    /// Those of windows of some size.
    pub fn of(size: WindowSize, bounds: &Bounds, previous: &'a Bounds, calendar: &Calendar) -> Likes<'a> {
        let zone = &calendar.zone;
        let back = Back::between(zone, bounds, previous);
        let part = match () {
            () if size < WindowSize::Day => size,
            () if back.is_of_days() => WindowSize::Day,
            () => WindowSize::FiveMinutes,
        };
        let place = |at: i64| {
            let local = zone.local(Timestamp(at)).naive_local();
            // Where midnight is skipped a day begins at one.
            if part == WindowSize::Day { local.date().and_time(chrono::NaiveTime::MIN) } else { local }
        };
        let before = windows_of(previous, Some(part), calendar);
        let mut there: HashMap<NaiveDateTime, Vec<usize>> = HashMap::new();
        for (number, (start, _)) in before.iter().enumerate() {
            there.entry(place(*start)).or_default().push(number);
        }
        let mut seen: HashMap<NaiveDateTime, usize> = HashMap::new();
        let mut like = |start: i64| {
            let place = place(start);
            // An hour that a clock repeats is there twice, here or there.
            let times = seen.entry(place).or_default();
            let found = there.get(&back.from(place)?)?;
            *times += 1;
            found.get(*times - 1).or(found.first()).copied()
        };
        let parts = windows_of(bounds, Some(part), calendar).into_iter().map(|part| (part, like(part.0))).collect();
        Likes { previous, before, parts }
    }

    /// The parts of a window.
    fn parts(&self, (start, end): (i64, i64)) -> &[((i64, i64), Option<usize>)] {
        let from = self.parts.partition_point(|(part, _)| part.1 <= start);
        &self.parts[from..self.parts.partition_point(|(part, _)| part.0 < end)]
    }

    /// Windows, divided where only a part of one has a like: each then has one, or has none.
    pub fn divide(&self, windows: &[(i64, i64)]) -> Vec<(i64, i64)> {
        let mut divided = Vec::new();
        for window in windows {
            let mut start = window.0;
            for pair in self.parts(*window).windows(2).filter(|pair| pair[0].1.is_some() != pair[1].1.is_some()) {
                divided.push((start, pair[1].0.0));
                start = pair[1].0.0;
            }
            divided.push((start, window.1));
        }
        divided
    }

    /// For each window the errors of its like; none where not all of it has one.
    pub fn errors(&self, table: &Table, windows: &[(i64, i64)], kinds: Option<&[bool]>) -> Vec<Option<u64>> {
        let before = count(table, self.previous, &self.before, kinds);
        let of_window =
            |window: &(i64, i64)| self.parts(*window).iter().map(|(_, like)| like.map(|like| before[like])).sum();
        windows.iter().map(of_window).collect()
    }
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

    /// Whether it leads from days to days.
    fn is_of_days(&self) -> bool {
        match self {
            Back::Months(_) => true,
            Back::By(apart) => *apart == TimeDelta::days(apart.num_days()),
        }
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

    type Stretch = (i64, i64);

    /// The windows of a period, divided, and of each the first moment of its like in the period before.
    fn likes_of(period: &str, size: WindowSize, zone: &str) -> Vec<(String, Option<String>)> {
        let zone: Zone = zone.parse().unwrap();
        let name = |at: i64| zone.local(Timestamp(at)).format("%m-%dT%H:%M%:z").to_string();
        let found = stretches_of(period, size, &zone);
        found.into_iter().map(|(window, like)| (name(window.0), like.map(|like| name(like.0)))).collect()
    }

    /// The same with their ends, as far as they lie in the periods.
    fn stretches_of(period: &str, size: WindowSize, zone: &Zone) -> Vec<(Stretch, Option<Stretch>)> {
        let as_of = Timestamp::from(DateTime::parse_from_rfc3339("2026-12-01T12:00:00Z").unwrap());
        let calendar = Calendar { zone: *zone, week_start: WeekStart::Monday, as_of, data: None };
        let resolved = period.parse::<PeriodSpec>().unwrap().resolve(&calendar).unwrap();
        let (bounds, previous) = (&resolved.bounds, &resolved.before[0]);
        let likes = Likes::of(size, bounds, previous, &calendar);
        let inside = |(start, end): (i64, i64), bounds: &Bounds| (start.max(bounds.start), end.min(bounds.end));
        let like = |window: (i64, i64)| {
            let parts: Option<Vec<usize>> = likes.parts(window).iter().map(|(_, like)| *like).collect();
            let parts = parts?;
            let stretch = (likes.before[parts[0]].0, likes.before[parts[parts.len() - 1]].1);
            Some(inside(stretch, previous))
        };
        let windows = likes.divide(&windows_of(bounds, Some(size), &calendar));
        windows.into_iter().map(|window| (inside(window, bounds), like(window))).collect()
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
        // Days that the periods cut at 22, 14 and 6 o'clock.
        let days = likes_of("2026-11-16T22:00..2026-11-17T06:00", WindowSize::Day, "Asia/Tokyo");
        assert_eq!(like(&days, "11-16T22:00+09:00").as_deref(), Some("11-16T14:00+09:00"));
        assert_eq!(like(&days, "11-17T00:00+09:00").as_deref(), Some("11-16T16:00+09:00"));
    }

    #[test]
    fn a_window_and_its_like_are_of_one_length() {
        let tokyo: Zone = "Asia/Tokyo".parse().unwrap();
        let day = |at: i64| tokyo.local(Timestamp(at)).format("%m-%d").to_string();
        let stretches = |period: &str, size: WindowSize| -> Vec<[String; 4]> {
            let likes = stretches_of(period, size, &tokyo);
            let of = |(here, there): (Stretch, Option<Stretch>)| {
                let there = there.map_or(["-".to_owned(), "-".to_owned()], |(start, end)| [day(start), day(end - 1)]);
                let [from, until] = there;
                [day(here.0), day(here.1 - 1), from, until]
            };
            likes.into_iter().map(of).collect()
        };
        // October 2026 begins on a Thursday, September on a Tuesday and has no 31st.
        let october = [
            ["10-01", "10-04", "09-01", "09-04"],
            ["10-05", "10-11", "09-05", "09-11"],
            ["10-12", "10-18", "09-12", "09-18"],
            ["10-19", "10-25", "09-19", "09-25"],
            ["10-26", "10-30", "09-26", "09-30"],
            ["10-31", "10-31", "-", "-"],
        ];
        assert_eq!(stretches("2026-10", WindowSize::Week), october);
        assert_eq!(stretches("2026-11-11..2026-11-13", WindowSize::Week), [["11-11", "11-13", "11-08", "11-10"]]);
        // 30 days of two months, after 30 days of two others.
        let months = [["10-24", "10-31", "09-24", "10-01"], ["11-01", "11-22", "10-02", "10-23"]];
        assert_eq!(stretches("2026-10-24..2026-11-22", WindowSize::Month), months);
    }
}
