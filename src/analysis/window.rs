//! Windows: the calendar of a zone, cut into equal sizes.

use std::str::FromStr;

use chrono::{Datelike, Days, Months, NaiveDate, Timelike};

use super::WeekStart;
use crate::{
    error::{Error, Result},
    model::{Precision, Timestamp, Zone, key},
};

/// More windows than this are no picture of anything.
const MOST_WINDOWS: usize = 10_000;
/// `auto` takes the smallest size that gives at most so many.
const AUTO_WINDOWS: usize = 200;

/// Size of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WindowSize {
    FiveMinutes,
    QuarterHour,
    HalfHour,
    Hour,
    Day,
    Week,
    Month,
}

impl WindowSize {
    /// All sizes, from small to large.
    pub const ALL: [WindowSize; 7] = [
        WindowSize::FiveMinutes,
        WindowSize::QuarterHour,
        WindowSize::HalfHour,
        WindowSize::Hour,
        WindowSize::Day,
        WindowSize::Week,
        WindowSize::Month,
    ];

    /// The name used in options and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            WindowSize::FiveMinutes => "5m",
            WindowSize::QuarterHour => "15m",
            WindowSize::HalfHour => "30m",
            WindowSize::Hour => "hour",
            WindowSize::Day => "day",
            WindowSize::Week => "week",
            WindowSize::Month => "month",
        }
    }

    /// Usual length in minutes.
    fn minutes(self) -> i64 {
        match self {
            WindowSize::FiveMinutes => 5,
            WindowSize::QuarterHour => 15,
            WindowSize::HalfHour => 30,
            WindowSize::Hour => 60,
            WindowSize::Day => 1440,
            WindowSize::Week => 7 * 1440,
            WindowSize::Month => 28 * 1440,
        }
    }

    /// Usual length in milliseconds.
    fn millis(self) -> i64 {
        self.minutes() * 60_000
    }

    /// The smallest size that times of a precision can be put into.
    pub fn smallest(precision: Precision) -> WindowSize {
        match precision {
            Precision::Second | Precision::Minute | Precision::FiveMinutes => WindowSize::FiveMinutes,
            Precision::Hour => WindowSize::Hour,
            Precision::Day => WindowSize::Day,
        }
    }

    /// The smallest size, at least `least`, that shows a stretch of time in at most 200 windows.
    pub fn auto(start: i64, end: i64, least: WindowSize, zone: &Zone, week_start: WeekStart) -> WindowSize {
        let few = |size: &WindowSize| {
            // Counting windows one by one is for the sizes that come close.
            (end - start) / size.millis() < 2 * AUTO_WINDOWS as i64
                && windows(start, end, *size, zone, week_start).is_ok_and(|found| found.len() <= AUTO_WINDOWS)
        };
        WindowSize::ALL.into_iter().filter(|size| *size >= least).find(few).unwrap_or(WindowSize::Month)
    }
}

/// The name of the size that a text may mean: that of the same length. `1h`, `60 min`, `daily`
pub fn near_size(text: &str) -> Option<&'static str> {
    let text = text.to_lowercase();
    let unit = text.trim_start_matches(|c: char| !c.is_alphabetic());
    let minutes = match unit.chars().next()? {
        'm' if !unit.starts_with("mo") => 1,
        'h' => 60,
        'd' => 1440,
        'w' => 7 * 1440,
        'm' => 28 * 1440,
        _ => return None,
    };
    let count = text[..text.len() - unit.len()].trim();
    let minutes = if count.is_empty() { minutes } else { count.parse::<i64>().ok()?.checked_mul(minutes)? };
    WindowSize::ALL.into_iter().find(|size| size.minutes() == minutes).map(WindowSize::name)
}

impl FromStr for WindowSize {
    type Err = ();

    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        WindowSize::ALL.into_iter().find(|size| size.name() == text).ok_or(())
    }
}

/// The windows that hold the instants from `start` to `end` (exclusive), as starts and ends in
/// milliseconds since 1970-01-01T00:00:00Z. The first may start earlier and the last end later: they are
/// those of the calendar, where days have 23 and 25 hours too.
///
/// # Errors
/// Where there would be more than 10,000.
pub fn windows(start: i64, end: i64, size: WindowSize, zone: &Zone, week_start: WeekStart) -> Result<Vec<(i64, i64)>> {
    let mut found = Vec::new();
    for window in calendar_windows(start, end, size, zone, week_start) {
        found.push(window);
        if found.len() > MOST_WINDOWS {
            let fits = |s: &WindowSize| *s > size && (end - start) / s.millis() < MOST_WINDOWS as i64;
            let coarser = WindowSize::ALL.into_iter().find(fits).unwrap_or(WindowSize::Month);
            return Err(Error::new(key::error::TOO_MANY_WINDOWS)
                .with("size", size.name())
                .with_number("limit", MOST_WINDOWS as u64)
                .with("coarser", coarser.name()));
        }
    }
    Ok(found)
}

/// The same, however many.
pub fn calendar_windows(
    start: i64,
    end: i64,
    size: WindowSize,
    zone: &Zone,
    week_start: WeekStart,
) -> impl Iterator<Item = (i64, i64)> {
    let mut at = floor(start, size, zone, week_start);
    std::iter::from_fn(move || {
        let start = at;
        at = next(start, size, zone);
        (start < end).then_some((start, at))
    })
}

/// Start of the window that holds an instant.
fn floor(at: i64, size: WindowSize, zone: &Zone, week_start: WeekStart) -> i64 {
    let local = zone.local(Timestamp(at));
    let day = local.date_naive();
    let mut start = match size {
        WindowSize::Day => zone.day_start(day).0,
        WindowSize::Week => zone.day_start(week_start.first_day(day)).0,
        WindowSize::Month => zone.day_start(day.with_day(1).unwrap_or(day)).0,
        small => {
            let minutes = i64::from(local.minute()) % small.minutes();
            at - minutes * 60_000 - i64::from(local.second()) * 1000 - at.rem_euclid(1000)
        }
    };
    // Where the clock was moved since then, by half an hour say, that window ended when it was.
    loop {
        match next(start, size, zone) {
            end if end <= at => start = end,
            _ => return start,
        }
    }
}

/// Start of the window after the one that starts at `at`, always later.
fn next(at: i64, size: WindowSize, zone: &Zone) -> i64 {
    let local = zone.local(Timestamp(at));
    let day: NaiveDate = local.date_naive();
    let next = match size {
        WindowSize::Day => zone.day_end(day).0,
        WindowSize::Week => zone.day_start(day.checked_add_days(Days::new(7)).unwrap_or(day)).0,
        WindowSize::Month => {
            zone.day_start(day.with_day(1).unwrap_or(day).checked_add_months(Months::new(1)).unwrap_or(day)).0
        }
        small => at + (small.minutes() - i64::from(local.minute()) % small.minutes()) * 60_000,
    };
    // A clock set back repeats a part of the day; windows go on regardless.
    if next > at { next } else { at + size.millis() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis()
    }

    fn hours(start: &str, end: &str, size: WindowSize, zone: &str) -> Vec<f64> {
        let zone = zone.parse().unwrap();
        let found = windows(at(start), at(end), size, &zone, WeekStart::Monday).unwrap();
        assert!(found.windows(2).all(|pair| pair[0].1 == pair[1].0), "no gap, no overlap");
        found.iter().map(|(a, b)| (b - a) as f64 / 3_600_000.0).collect()
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        assert_eq!(
            hours("2026-03-28T00:00:00+01:00", "2026-03-31T00:00:00+02:00", WindowSize::Day, "Europe/Berlin"),
            [24.0, 23.0, 24.0]
        );
        assert_eq!(
            hours("2026-10-24T00:00:00+02:00", "2026-10-27T00:00:00+01:00", WindowSize::Day, "Europe/Berlin"),
            [24.0, 25.0, 24.0]
        );
        assert_eq!(
            hours("2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00", WindowSize::Hour, "Europe/Berlin").len(),
            25
        );
        assert_eq!(
            hours("2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", WindowSize::QuarterHour, "Europe/Berlin")
                .len(),
            92
        );
        // Lord Howe moves its clock by half an hour.
        assert_eq!(
            hours("2026-10-04T00:00:00+10:30", "2026-10-05T00:00:00+11:00", WindowSize::Day, "Australia/Lord_Howe"),
            [23.5]
        );
        assert_eq!(
            hours(
                "2026-10-04T00:00:00+10:30",
                "2026-10-05T00:00:00+11:00",
                WindowSize::HalfHour,
                "Australia/Lord_Howe"
            )
            .len(),
            47
        );
        // Nepal is 5:45 ahead; its hours start at a quarter past those of UTC.
        assert_eq!(at("2026-11-16T00:00:00+05:45") % 3_600_000, 900_000);
        assert_eq!(
            hours("2026-11-16T00:00:00+05:45", "2026-11-17T00:00:00+05:45", WindowSize::Hour, "Asia/Kathmandu"),
            [1.0; 24]
        );
    }

    #[test]
    fn every_window_holds_a_part_of_the_period() {
        // Berlin moves its clock by an hour, Lord Howe by half of one, and Troll by two.
        for (zone, days) in [
            ("Europe/Berlin", ["2026-03-29", "2026-10-25"]),
            ("Australia/Lord_Howe", ["2026-04-05", "2026-10-04"]),
            ("Antarctica/Troll", ["2026-03-29", "2026-10-25"]),
        ] {
            let zone: Zone = zone.parse().unwrap();
            for day in days {
                let midnight = zone.day_start(day.parse().unwrap()).0;
                for size in WindowSize::ALL {
                    for start in (0..8 * 12).map(|n| midnight + n * 300_000 + 1) {
                        let found = windows(start, start + 86_400_000, size, &zone, WeekStart::Monday).unwrap();
                        assert!(found[0].0 <= start && start < found[0].1, "{zone} {day} {size:?} {start}");
                        assert!(found.windows(2).all(|pair| pair[0].1 == pair[1].0), "{zone} {day} {size:?} {start}");
                    }
                }
            }
        }
        // The hour from 02:00 lacks its first half there on that day.
        let lord_howe: Zone = "Australia/Lord_Howe".parse().unwrap();
        assert_eq!(
            windows(
                at("2026-10-04T02:45:00+11:00"),
                at("2026-10-04T04:00:00+11:00"),
                WindowSize::Hour,
                &lord_howe,
                WeekStart::Monday
            )
            .unwrap(),
            [
                (at("2026-10-04T02:30:00+11:00"), at("2026-10-04T03:00:00+11:00")),
                (at("2026-10-04T03:00:00+11:00"), at("2026-10-04T04:00:00+11:00"))
            ]
        );
    }

    #[test]
    fn first_and_last_windows_are_whole_ones() {
        let zone: Zone = "Asia/Tokyo".parse().unwrap();
        let found = windows(
            at("2026-11-18T10:20:00+09:00"),
            at("2026-11-24T00:00:01+09:00"),
            WindowSize::Week,
            &zone,
            WeekStart::Sunday,
        )
        .unwrap();
        assert_eq!(
            found,
            [
                (at("2026-11-15T00:00:00+09:00"), at("2026-11-22T00:00:00+09:00")),
                (at("2026-11-22T00:00:00+09:00"), at("2026-11-29T00:00:00+09:00"))
            ]
        );
        let months = windows(
            at("2026-01-31T00:00:00+09:00"),
            at("2026-03-01T00:00:00+09:00"),
            WindowSize::Month,
            &zone,
            WeekStart::Monday,
        )
        .unwrap();
        assert_eq!(months.iter().map(|(a, b)| (b - a) / 86_400_000).collect::<Vec<_>>(), [31, 28]);
    }

    #[test]
    fn the_size_fits_the_stretch() {
        let days = |n: i64| {
            WindowSize::auto(
                at("2016-11-16T00:00:00+09:00"),
                at("2016-11-16T00:00:00+09:00") + n * 86_400_000,
                WindowSize::FiveMinutes,
                &Zone::console(),
                WeekStart::Monday,
            )
        };
        assert_eq!(
            [days(0), days(1), days(2), days(7), days(30), days(84), days(400), days(3650)].map(WindowSize::name),
            ["5m", "15m", "15m", "hour", "day", "day", "week", "month"]
        );
        assert!(windows(0, 86_400_000 * 40, WindowSize::FiveMinutes, &Zone::console(), WeekStart::Monday).is_err());
    }
}
