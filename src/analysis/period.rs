//! Which stretch of time is reported, and which one it is compared with.

use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, FixedOffset, Months, NaiveDate, NaiveDateTime, TimeDelta, Weekday};

use super::{Bounds, respelled::respelled};
use crate::{
    error::{Error, Result},
    model::{Sentence, Span, Timestamp, Zone, key},
    taxonomy,
};

/// A period as the user names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeriodSpec {
    /// From the first row's day to the last row's day.
    All,
    Today,
    Yesterday,
    /// The 24 hours that end at the moment of the report.
    LastHours(u32),
    ThisWeek,
    LastWeek,
    ThisMonth,
    LastMonth,
    /// So many whole days before the day of the report.
    LastDays(u32),
    /// The ISO 8601 week that begins on this Monday.
    Week(NaiveDate),
    /// The month that begins on this day.
    Month(NaiveDate),
    /// From a day to a day, both included.
    Days(NaiveDate, NaiveDate),
    /// From a minute to a minute, the latter excluded.
    Moments(NaiveDateTime, NaiveDateTime),
}

/// The day on which a week begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WeekStart {
    #[default]
    Monday,
    Sunday,
}

impl WeekStart {
    /// How many days of its week are before a day.
    pub fn days_before(self, day: impl Datelike) -> u32 {
        match self {
            WeekStart::Monday => day.weekday().num_days_from_monday(),
            WeekStart::Sunday => day.weekday().num_days_from_sunday(),
        }
    }

    /// The first day of the week of a day.
    pub fn first_day(self, day: NaiveDate) -> NaiveDate {
        day - Days::new(u64::from(self.days_before(day)))
    }
}

impl FromStr for PeriodSpec {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        parse(text).ok_or_else(|| why_not(text).with("period", text))
    }
}

/// The periods that have names.
const NAMES: [&str; 7] = ["all", "today", "yesterday", "this-week", "last-week", "this-month", "last-month"];

/// What people call them in the languages of LINE's markets.
const SPOKEN: [(&str, &str); 7] = [
    ("今日 本日 今天 วันนี้", "today"),
    ("昨日 昨天 เมื่อวาน", "yesterday"),
    ("今週 本週 這週 สัปดาห์นี้", "this-week"),
    ("先週 前週 上週 สัปดาห์ที่แล้ว", "last-week"),
    ("今月 本月 這個月 เดือนนี้", "this-month"),
    ("先月 前月 上月 上個月 เดือนที่แล้ว", "last-month"),
    ("全期間 すべて 全部 ทั้งหมด", "all"),
];

/// What is wrong with a text that is no period.
fn why_not(text: &str) -> Error {
    let digits = |text: &str, n: usize| text.len() == n && text.bytes().all(|b| b.is_ascii_digit());
    let (year, rest) = text.split_once('-').unwrap_or((text, ""));
    if digits(year, 4) && rest.strip_prefix(['W', 'w']).is_some_and(|week| digits(week, 2)) {
        // The 28th of December is always in the last week of its year.
        let last = year.parse().ok().and_then(|year| NaiveDate::from_ymd_opt(year, 12, 28));
        return Error::new(key::error::PERIOD_WEEK)
            .with("year", year)
            .with("weeks", last.map_or(52, |day| day.iso_week().week()));
    }
    if digits(year, 4) && digits(rest, 2) && !(1..=12).contains(&rest.parse().unwrap_or(0)) {
        return Error::new(key::error::PERIOD_MONTH);
    }
    let no_day = |text: &&str| {
        let parts: Vec<&str> = text.split('-').collect();
        matches!(parts[..], [year, month, day] if digits(year, 4) && digits(month, 2) && digits(day, 2))
            && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_err()
    };
    match text.split("..").find(no_day) {
        Some(day) => Error::new(key::error::PERIOD_DAY).with("day", day),
        None => Error::new(key::error::PERIOD_FORM).with_sentence("nearest", near(text, &NAMES)),
    }
}

/// The question whether one of some names was meant, or a period in another spelling.
pub(super) fn near(text: &str, names: &[&str]) -> Sentence {
    let spoken = SPOKEN.iter().find(|(words, name)| names.contains(name) && words.split(' ').any(|word| word == text));
    let spoken = spoken.map(|(_, name)| *name);
    let name = spoken.or_else(|| taxonomy::nearest(text, names.iter().copied()).first().copied()).map(str::to_owned);
    taxonomy::did_you_mean(name.or_else(|| respelled(text).filter(|near| parse(near).is_some())))
}

fn parse(text: &str) -> Option<PeriodSpec> {
    Some(match text {
        "all" => PeriodSpec::All,
        "today" => PeriodSpec::Today,
        "yesterday" => PeriodSpec::Yesterday,
        "this-week" => PeriodSpec::ThisWeek,
        "last-week" => PeriodSpec::LastWeek,
        "this-month" => PeriodSpec::ThisMonth,
        "last-month" => PeriodSpec::LastMonth,
        _ => match text.split_once("..") {
            Some((first, last)) => match (day(first), day(last)) {
                (Some(first), Some(last)) => PeriodSpec::Days(first, last),
                _ => PeriodSpec::Moments(moment(first)?, moment(last)?),
            },
            None => single(text)?,
        },
    })
}

fn single(text: &str) -> Option<PeriodSpec> {
    let count = |unit: char| text.strip_suffix(unit)?.parse().ok().filter(|n| (1..=4000).contains(n));
    if let Some(days) = count('d') {
        return Some(PeriodSpec::LastDays(days));
    }
    if let Some(hours) = count('h') {
        return Some(PeriodSpec::LastHours(hours));
    }
    if let Some(day) = day(text) {
        return Some(PeriodSpec::Days(day, day));
    }
    let (year, rest) = text.split_once('-')?;
    let year: i32 = year.parse().ok().filter(|year| (2000..=2100).contains(year))?;
    match rest.strip_prefix(['W', 'w']) {
        Some(week) if week.len() == 2 => {
            NaiveDate::from_isoywd_opt(year, week.parse().ok()?, Weekday::Mon).map(PeriodSpec::Week)
        }
        None if rest.len() == 2 => NaiveDate::from_ymd_opt(year, rest.parse().ok()?, 1).map(PeriodSpec::Month),
        _ => None,
    }
}

fn day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .filter(|day| text.len() == 10 && (2000..=2100).contains(&day.year()))
}

fn moment(text: &str) -> Option<NaiveDateTime> {
    ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
}

/// What a period is resolved against.
#[derive(Clone, Copy, Debug)]
pub struct Calendar {
    pub zone: Zone,
    pub week_start: WeekStart,
    /// What "last week" is relative to.
    pub as_of: Timestamp,
    /// First and last row of the inputs.
    pub data: Option<Span>,
}

impl Default for Calendar {
    fn default() -> Self {
        Calendar { zone: Zone::tokyo(), week_start: WeekStart::default(), as_of: Timestamp(0), data: None }
    }
}

/// So many like periods before a period are its history: a quarter of a year in weeks.
pub const LIKES: u32 = 12;

/// A period with its ends, and those before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    pub bounds: Bounds,
    /// The like periods before it, at most [`LIKES`], the latest first; none for a period that is made of the data.
    pub before: Vec<Bounds>,
    /// Where the period is not over: up to when it has run. Those of `before` are then the same part of theirs.
    pub unfinished: Option<Timestamp>,
}

impl PeriodSpec {
    /// Whether it ends with the moment of the report, though the day, week or month goes on.
    pub(super) fn is_so_far(&self) -> bool {
        matches!(self, PeriodSpec::Today | PeriodSpec::ThisWeek | PeriodSpec::ThisMonth)
    }

    /// The ends of the period and of those of the same kind before it.
    ///
    /// # Errors
    /// Where a period ends before it starts.
    pub fn resolve(&self, calendar: &Calendar) -> Result<Resolved> {
        let Calendar { zone, week_start, as_of, data } = *calendar;
        let today = zone.day(as_of);
        let monday = week_start.first_day(today);
        // A report of the past may hold later rows; the period has then run up to them.
        let now = data.map_or(as_of, |data| as_of.max(Timestamp((data.last.0 / 1000 + 1) * 1000)));
        let running = |bounds: &Bounds| Some(now).filter(|now| now.0 < bounds.end);
        // Of the calendar: `back` gives the first day of the n-th such period before it, and of the one behind it as -1.
        let of_calendar = |back: &dyn Fn(i64) -> NaiveDate, so_far: bool| {
            let whole = |n: i64| bounds_of_days(&zone, back(n), back(n - 1) - Days::new(1));
            let bounds = if so_far { bounds_to(&zone, zone.day_start(back(0)), as_of) } else { whole(0) };
            let unfinished = running(&bounds);
            let before = (1..=i64::from(LIKES)).map(|n| {
                let whole = whole(n);
                let Some(until) = unfinished.or(so_far.then_some(as_of)) else { return whole };
                // The moment at the same place in it: as many days after its first and the same time of day.
                let local = zone.local(until).naive_local();
                let like = zone.moment((back(n) + (local.date() - back(0))).and_time(local.time()));
                bounds_to(&zone, Timestamp(whole.start), Timestamp(like.0.min(whole.end)))
            });
            let begun = unfinished.is_none_or(|now| now.0 > bounds.start);
            Resolved { before: before.filter(|_| begun).collect(), bounds, unfinished }
        };
        let days_before = |day: NaiveDate, n: i64| day - TimeDelta::days(n);
        let of_days = |first: NaiveDate, last: NaiveDate| {
            let length = (last - first).num_days() + 1;
            of_calendar(&|n| days_before(first, length * n), false)
        };
        let months_before = |day: NaiveDate, n: i64| {
            let months = Months::new(n.unsigned_abs() as u32);
            if n < 0 { day.checked_add_months(months) } else { day.checked_sub_months(months) }.unwrap_or(day)
        };
        let this_month = today.with_day(1).unwrap_or(today);
        // As long a period that ends at a moment, of which so much has run.
        let lasting = |start: Timestamp, length: i64, run: i64| {
            let before = (1..=i64::from(LIKES)).map(|n| Timestamp(start.0 - n * length));
            before.map(|start| bounds_to(&zone, start, Timestamp(start.0 + run))).collect()
        };
        Ok(match *self {
            PeriodSpec::All => {
                let (first, last) = data.map_or((today, today), |span| (zone.day(span.first), zone.day(span.last)));
                Resolved { bounds: bounds_of_days(&zone, first, last), before: Vec::new(), unfinished: None }
            }
            PeriodSpec::Today => of_calendar(&|n| days_before(today, n), true),
            PeriodSpec::Yesterday => of_days(days_before(today, 1), days_before(today, 1)),
            PeriodSpec::LastHours(hours) => {
                let length = i64::from(hours) * 3_600_000;
                let start = Timestamp(as_of.0 - length);
                let bounds = bounds_to(&zone, start, as_of);
                Resolved { bounds, before: lasting(start, length, length), unfinished: None }
            }
            PeriodSpec::ThisWeek => of_calendar(&|n| days_before(monday, 7 * n), true),
            PeriodSpec::LastWeek => of_days(days_before(monday, 7), days_before(monday, 1)),
            PeriodSpec::ThisMonth => of_calendar(&|n| months_before(this_month, n), true),
            PeriodSpec::LastMonth => of_calendar(&|n| months_before(this_month, n + 1), false),
            PeriodSpec::LastDays(n) => of_days(days_before(today, n.into()), days_before(today, 1)),
            PeriodSpec::Week(monday) => of_days(monday, monday + Days::new(6)),
            PeriodSpec::Month(first) => of_calendar(&|n| months_before(first, n), false),
            PeriodSpec::Days(first, last) if last < first => return Err(backwards(first, last)),
            PeriodSpec::Days(first, last) => of_days(first, last),
            PeriodSpec::Moments(first, last) => {
                let instant = |local: NaiveDateTime| {
                    zone.instant(local).ok_or_else(|| {
                        Error::new(key::error::PERIOD_NO_SUCH_TIME).with("time", local).with("zone", zone)
                    })
                };
                let (start, end) = (instant(first)?, instant(last)?);
                if first == last {
                    return Err(Error::new(key::error::PERIOD_NO_LENGTH).with("start", first).with("end", last));
                }
                if end <= start {
                    return Err(backwards(first, last));
                }
                let bounds = bounds_to(&zone, start, end);
                let unfinished = running(&bounds);
                // As long as the period has run by now, from as long before it as it will be.
                let run = unfinished.unwrap_or(end).0 - start.0;
                let before = if run > 0 { lasting(start, end.0 - start.0, run) } else { Vec::new() };
                Resolved { bounds, before, unfinished }
            }
        })
    }
}

fn backwards(first: impl ToString, last: impl ToString) -> Error {
    Error::new(key::error::PERIOD_BACKWARDS).with("start", first).with("end", last)
}

fn bounds_of_days(zone: &Zone, first: NaiveDate, last: NaiveDate) -> Bounds {
    Bounds { start: zone.day_start(first).0, end: zone.day_end(last).0, label: day_label(first, last) }
}

/// The shortest name of these days that `--period` understands.
fn day_label(first: NaiveDate, last: NaiveDate) -> String {
    let length = (last - first).num_days() + 1;
    if length == 1 {
        return first.to_string();
    }
    if length == 7 && first.weekday() == Weekday::Mon {
        let week = first.iso_week();
        return format!("{}-W{:02}", week.year(), week.week());
    }
    if first.day() == 1 && Some(last + Days::new(1)) == first.checked_add_months(Months::new(1)) {
        return first.format("%Y-%m").to_string();
    }
    format!("{first}..{last}")
}

pub(super) fn bounds_to(zone: &Zone, start: Timestamp, end: Timestamp) -> Bounds {
    let show = |at: DateTime<FixedOffset>| at.format("%Y-%m-%dT%H:%M").to_string();
    Bounds { start: start.0, end: end.0, label: format!("{}..{}", show(zone.local(start)), show(zone.local(end))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from(DateTime::parse_from_rfc3339(text).unwrap())
    }

    fn calendar(zone: &str, as_of: &str) -> Calendar {
        Calendar { zone: zone.parse().unwrap(), week_start: WeekStart::Monday, as_of: at(as_of), data: None }
    }

    fn resolve(period: &str, calendar: &Calendar) -> [String; 5] {
        let resolved = period.parse::<PeriodSpec>().unwrap().resolve(calendar).unwrap();
        let show = |millis: i64| calendar.zone.time(Timestamp(millis)).to_string();
        let previous = &resolved.before[0];
        [
            resolved.bounds.label,
            show(resolved.bounds.start),
            show(resolved.bounds.end),
            show(previous.start),
            show(previous.end),
        ]
    }

    #[test]
    fn periods_and_the_ones_before_them() {
        // 2026-11-23 is a Monday.
        let tokyo = calendar("Asia/Tokyo", "2026-11-23T09:00:00+09:00");
        let day = |day: &str| format!("{day}T00:00:00+09:00");
        for (period, label, [start, end, previous, previous_end]) in [
            ("last-week", "2026-W47", ["2026-11-16", "2026-11-23", "2026-11-09", "2026-11-16"]),
            ("2026-W46", "2026-W46", ["2026-11-09", "2026-11-16", "2026-11-02", "2026-11-09"]),
            ("2026-10", "2026-10", ["2026-10-01", "2026-11-01", "2026-09-01", "2026-10-01"]),
            ("last-month", "2026-10", ["2026-10-01", "2026-11-01", "2026-09-01", "2026-10-01"]),
            ("7d", "2026-W47", ["2026-11-16", "2026-11-23", "2026-11-09", "2026-11-16"]),
            ("30d", "2026-10-24..2026-11-22", ["2026-10-24", "2026-11-23", "2026-09-24", "2026-10-24"]),
            ("yesterday", "2026-11-22", ["2026-11-22", "2026-11-23", "2026-11-21", "2026-11-22"]),
            (
                "2026-11-16..2026-11-18",
                "2026-11-16..2026-11-18",
                ["2026-11-16", "2026-11-19", "2026-11-13", "2026-11-16"],
            ),
        ] {
            assert_eq!(
                resolve(period, &tokyo),
                [label.to_owned(), day(start), day(end), day(previous), day(previous_end)],
                "{period}"
            );
        }
    }

    #[test]
    fn periods_so_far_are_compared_with_the_same_part() {
        let tokyo = calendar("Asia/Tokyo", "2026-11-25T09:00:00+09:00");
        let [_, start, end, previous, previous_end] = resolve("this-week", &tokyo);
        assert_eq!(
            [&*start, &end, &previous, &previous_end],
            [
                "2026-11-23T00:00:00+09:00",
                "2026-11-25T09:00:00+09:00",
                "2026-11-16T00:00:00+09:00",
                "2026-11-18T09:00:00+09:00"
            ]
        );
        // The 31st has no like in a month of 30 days: all of it then.
        let last_of_march = calendar("Asia/Tokyo", "2026-03-31T09:00:00+09:00");
        assert_eq!(
            resolve("this-month", &last_of_march)[3..],
            ["2026-02-01T00:00:00+09:00", "2026-03-01T00:00:00+09:00"]
        );
    }

    #[test]
    fn the_same_part_ends_at_the_same_wall_time_or_after_the_gap_that_holds_it() {
        let previous = |period: &str, zone: &str, as_of: &str| resolve(period, &calendar(zone, as_of))[3..].to_vec();
        // On 2026-03-29 the clock goes from 02:00 to 03:00 in Berlin.
        assert_eq!(
            previous("today", "Europe/Berlin", "2026-03-30T02:30:00+02:00"),
            ["2026-03-29T00:00:00+01:00", "2026-03-29T03:00:00+02:00"]
        );
        assert_eq!(
            previous("today", "Europe/Berlin", "2026-03-30T03:30:00+02:00"),
            ["2026-03-29T00:00:00+01:00", "2026-03-29T03:30:00+02:00"]
        );
        // On 2026-10-04 it goes from 02:00 to 02:30 on Lord Howe Island.
        assert_eq!(
            previous("this-week", "Australia/Lord_Howe", "2026-10-11T02:10:00+11:00"),
            ["2026-09-28T00:00:00+10:30", "2026-10-04T02:30:00+11:00"]
        );
        // A skipped midnight, in Sao Paulo on 2018-11-04.
        assert_eq!(
            previous("today", "America/Sao_Paulo", "2018-11-05T00:20:00-02:00"),
            ["2018-11-04T01:00:00-02:00", "2018-11-04T01:00:00-02:00"]
        );
    }

    #[test]
    fn a_named_period_that_is_not_over_is_compared_with_the_same_part() {
        let mut tokyo = calendar("Asia/Tokyo", "2026-11-25T09:00:00+09:00");
        let day = |day: &str| format!("{day}T00:00:00+09:00");
        for (period, start, end, previous, previous_end) in [
            ("2026-W48", "2026-11-23", "2026-11-30", "2026-11-16", "2026-11-18T09:00:00+09:00"),
            ("2026-11", "2026-11-01", "2026-12-01", "2026-10-01", "2026-10-25T09:00:00+09:00"),
            ("2026-11-25", "2026-11-25", "2026-11-26", "2026-11-24", "2026-11-24T09:00:00+09:00"),
            ("2026-11-24..2026-11-27", "2026-11-24", "2026-11-28", "2026-11-20", "2026-11-21T09:00:00+09:00"),
        ] {
            let resolved = period.parse::<PeriodSpec>().unwrap().resolve(&tokyo).unwrap();
            assert_eq!(resolved.unfinished, Some(tokyo.as_of), "{period}");
            assert_eq!(
                resolve(period, &tokyo)[1..],
                [day(start), day(end), day(previous), previous_end.to_owned()],
                "{period}"
            );
        }
        // 20 hours, of which 13 have passed.
        assert_eq!(
            resolve("2026-11-24T20:00..2026-11-25T16:00", &tokyo)[3..],
            ["2026-11-24T00:00:00+09:00", "2026-11-24T13:00:00+09:00"]
        );
        // The last hours of March have no like in February, all of which is compared with.
        let march = calendar("Asia/Tokyo", "2026-03-31T09:00:00+09:00");
        assert_eq!(resolve("2026-03", &march)[3..], [day("2026-02-01"), day("2026-03-01")]);
        // What has not begun is compared with nothing; what is over, whole.
        let previous = |period: &str| period.parse::<PeriodSpec>().unwrap().resolve(&tokyo).unwrap();
        assert_eq!((previous("2026-W49").before, previous("2026-W49").unfinished), (Vec::new(), Some(tokyo.as_of)));
        assert_eq!(previous("2026-W47").unfinished, None);
        // Rows behind the moment of the report show how far the period has run.
        tokyo.data = Some(Span { first: at("2026-11-01T00:00:00+09:00"), last: at("2026-12-01T10:00:00+09:00") });
        let whole = "2026-W48".parse::<PeriodSpec>().unwrap().resolve(&tokyo).unwrap();
        assert_eq!((&*whole.before[0].label, whole.unfinished), ("2026-W47", None));
    }

    #[test]
    fn days_of_23_hours_and_weeks_from_sunday() {
        let mut berlin = calendar("Europe/Berlin", "2026-03-30T12:00:00+02:00");
        let [_, start, end, ..] = resolve("yesterday", &berlin);
        assert_eq!([&*start, &end], ["2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00"]);
        berlin.week_start = WeekStart::Sunday;
        assert_eq!(resolve("last-week", &berlin)[..2], ["2026-03-22..2026-03-28", "2026-03-22T00:00:00+01:00"]);
    }

    #[test]
    fn impossible_periods_are_refused() {
        for text in
            ["", "week", "2026-W54", "2026-13", "2026-02-30", "0d", "2026-1", "..", "2026-11-16..", "16/11/2026"]
        {
            assert!(text.parse::<PeriodSpec>().is_err(), "{text}");
        }
        let tokyo = calendar("Asia/Tokyo", "2026-11-23T09:00:00+09:00");
        assert!("2026-11-18..2026-11-16".parse::<PeriodSpec>().unwrap().resolve(&tokyo).is_err());
        assert!("2026-11-18T10:00..2026-11-18T10:00".parse::<PeriodSpec>().unwrap().resolve(&tokyo).is_err());
    }
}
