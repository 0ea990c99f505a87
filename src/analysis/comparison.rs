//! Which period another is compared with.

use std::str::FromStr;

use chrono::{Datelike, NaiveDateTime, TimeDelta};

use super::{
    Bounds,
    count::months_of,
    period::{Calendar, PeriodSpec, Resolved, bounds_to, near},
};
use crate::{
    error::{Error, Result},
    model::{Timestamp, key},
};

/// What a period is compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Comparison {
    /// The period of the same kind before it.
    #[default]
    Previous,
    /// The same days and times a week before.
    WeekBefore,
    Period(PeriodSpec),
    Nothing,
}

/// The comparisons that have names.
const NAMES: [&str; 3] = ["previous", "week-before", "none"];

impl FromStr for Comparison {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Ok(match text {
            "previous" => Comparison::Previous,
            "week-before" => Comparison::WeekBefore,
            "none" => Comparison::Nothing,
            period => Comparison::Period(period.parse().map_err(|error: Error| {
                match error.0.key {
                    key::error::PERIOD_FORM => Error::new(key::error::COMPARE_FORM)
                        .with("value", text)
                        .with_sentence("nearest", near(text, &NAMES)),
                    _ => error,
                }
            })?),
        })
    }
}

impl Comparison {
    /// The period to compare with. Of a period that is not over, it is the same part.
    ///
    /// # Errors
    /// Where it does not end before the period begins, or has another length.
    pub fn bounds(&self, asked: &PeriodSpec, resolved: &Resolved, calendar: &Calendar) -> Result<Option<Bounds>> {
        let zone = &calendar.zone;
        let period = &resolved.bounds;
        let wall = |at: i64| zone.local(Timestamp(at)).naive_local();
        let run_to = resolved.unfinished.map_or(period.end, |now| now.0.max(period.start));
        let unfinished = resolved.unfinished.is_some() || asked.is_so_far();
        let there = match self {
            Comparison::Nothing => return Ok(None),
            Comparison::Previous => return Ok(resolved.before.first().cloned()),
            Comparison::WeekBefore => {
                let back = |at: i64| zone.moment(wall(at) - TimeDelta::weeks(1));
                bounds_to(zone, back(period.start), back(run_to))
            }
            Comparison::Period(spec) => {
                let there = spec.resolve(calendar)?.bounds;
                let run = wall(run_to) - wall(period.start);
                let length = wall(there.end) - wall(there.start);
                match unfinished && length > run {
                    true => bounds_to(zone, Timestamp(there.start), zone.moment(wall(there.start) + run)),
                    false if length == run || months(wall, period).is_some_and(|n| months(wall, &there) == Some(n)) => {
                        there
                    }
                    false => {
                        return Err(Error::new(key::error::COMPARE_LENGTH)
                            .with("period", &period.label)
                            .with("with", there.label));
                    }
                }
            }
        };
        if there.end > period.start {
            return Err(Error::new(key::error::COMPARE_NOT_BEFORE)
                .with("period", &period.label)
                .with("with", there.label));
        }
        Ok(Some(there))
    }
}

/// How many whole months it is; none where it is something else.
fn months(wall: impl Fn(i64) -> NaiveDateTime, bounds: &Bounds) -> Option<i32> {
    let [start, end] = [bounds.start, bounds.end].map(wall);
    let whole = start.day() == 1 && end.day() == 1 && start.time() == end.time();
    whole.then(|| months_of(end.date()) - months_of(start.date()))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn compared(period: &str, with: &str, zone: &str, as_of: &str) -> Result<[String; 2]> {
        let zone = zone.parse().unwrap();
        let as_of = Timestamp::from(DateTime::parse_from_rfc3339(as_of).unwrap());
        let calendar = Calendar { zone, as_of, ..Calendar::default() };
        let period: PeriodSpec = period.parse().unwrap();
        let resolved = period.resolve(&calendar)?;
        let there = with.parse::<Comparison>()?.bounds(&period, &resolved, &calendar)?.unwrap();
        Ok([there.start, there.end].map(|at| zone.time(Timestamp(at)).to_string()))
    }

    /// 2026-11-25 is a Wednesday.
    fn in_tokyo(period: &str, with: &str) -> [String; 2] {
        let [start, end] = compared(period, with, "Asia/Tokyo", "2026-11-25T09:00:00+09:00").unwrap();
        let short = |at: String| at.trim_end_matches(":00+09:00").to_owned();
        [short(start), short(end)]
    }

    #[test]
    fn a_day_is_compared_with_the_same_weekday() {
        assert_eq!(in_tokyo("yesterday", "week-before"), ["2026-11-17T00:00", "2026-11-18T00:00"]);
        assert_eq!(in_tokyo("today", "week-before"), ["2026-11-18T00:00", "2026-11-18T09:00"]);
        assert_eq!(in_tokyo("2026-11-25", "week-before"), ["2026-11-18T00:00", "2026-11-18T09:00"]);
        assert_eq!(
            in_tokyo("2026-11-24T10:30..2026-11-24T12:00", "week-before"),
            ["2026-11-17T10:30", "2026-11-17T12:00"]
        );
        // The clock went back by an hour in between, on 2026-10-25.
        let berlin = compared("2026-10-28", "week-before", "Europe/Berlin", "2026-11-25T09:00:00+01:00").unwrap();
        assert_eq!(berlin, ["2026-10-21T00:00:00+02:00", "2026-10-22T00:00:00+02:00"]);
    }

    #[test]
    fn any_earlier_period_of_the_same_length_will_do() {
        assert_eq!(in_tokyo("2026-W47", "2026-W40"), ["2026-09-28T00:00", "2026-10-05T00:00"]);
        assert_eq!(in_tokyo("2026-10", "2026-02"), ["2026-02-01T00:00", "2026-03-01T00:00"]);
        assert_eq!(in_tokyo("2026-11-18", "2026-11-11"), ["2026-11-11T00:00", "2026-11-12T00:00"]);
        // Of what is not over the same part.
        assert_eq!(in_tokyo("this-week", "2026-W40"), ["2026-09-28T00:00", "2026-09-30T09:00"]);
        assert_eq!(in_tokyo("2026-11", "2026-09"), ["2026-09-01T00:00", "2026-09-25T09:00"]);
        // A week in which the clock went back has an hour more.
        let berlin = compared("2026-W44", "2026-W43", "Europe/Berlin", "2026-11-25T09:00:00+01:00").unwrap();
        assert_eq!(berlin, ["2026-10-19T00:00:00+02:00", "2026-10-26T00:00:00+01:00"]);
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        let refused =
            |period, with| compared(period, with, "Asia/Tokyo", "2026-11-25T09:00:00+09:00").unwrap_err().0.key;
        assert_eq!(refused("2026-W47", "2026-10"), key::error::COMPARE_LENGTH);
        assert_eq!(refused("2026-W47", "2026-11-09"), key::error::COMPARE_LENGTH);
        assert_eq!(refused("this-week", "2026-11-16"), key::error::COMPARE_LENGTH);
        assert_eq!(refused("2026-W46", "2026-W47"), key::error::COMPARE_NOT_BEFORE);
        assert_eq!(refused("2026-W46", "2026-11-10..2026-11-16"), key::error::COMPARE_NOT_BEFORE);
        assert_eq!(refused("2026-10", "week-before"), key::error::COMPARE_NOT_BEFORE);
    }
}
