//! Instants and windows in words.

use chrono::{DateTime, FixedOffset, TimeDelta};

use crate::{
    analysis::{Analysis, Bucket, Period},
    model::Sentence,
    taxonomy::Lang,
};

/// Says times in a language, in the zone that the analysis has written them in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    pub lang: Lang,
    /// The inputs tell days only, so a time of day would be invented.
    pub whole_days: bool,
}

impl Clock {
    pub fn new(lang: Lang, analysis: &Analysis) -> Self {
        let mut precisions = analysis.inputs.iter().filter_map(|input| input.precision).peekable();
        Clock { lang, whole_days: precisions.peek().is_some() && precisions.all(|precision| precision == "day") }
    }

    /// For times that have a time of day.
    pub fn of(lang: Lang) -> Self {
        Clock { lang, whole_days: false }
    }

    /// A moment to the minute. A text that is no time is shown as it is.
    pub fn moment(&self, time: &str) -> String {
        match parse(time) {
            Some(at) if self.whole_days => self.lang.day(at.date_naive()),
            Some(at) => self.lang.moment(at),
            None => time.to_owned(),
        }
    }

    /// A moment that is told after another; the day does not stand twice.
    pub fn moment_after(&self, before: &str, time: &str) -> String {
        match (parse(before), parse(time)) {
            (Some(before), Some(at)) if !self.whole_days && before.date_naive() == at.date_naive() => {
                at.format("%H:%M").to_string()
            }
            _ => self.moment(time),
        }
    }

    /// A stretch from `start` to `end`; the day stands once where both are on it.
    pub fn stretch(&self, start: &str, end: &str) -> String {
        let (Some(from), Some(to)) = (parse(start), parse(end)) else {
            return format!("{start} – {end}");
        };
        let ends_day = midnight(to) && from.date_naive().succ_opt() == Some(to.date_naive());
        let end = match from.date_naive() == to.date_naive() {
            _ if ends_day => "24:00".to_owned(),
            true => to.format("%H:%M").to_string(),
            false => self.lang.moment(to),
        };
        self.range(&self.lang.moment(from), &end)
    }

    /// The reported period: whole days as days, the last one included.
    pub fn period(&self, period: &Period) -> String {
        match (parse(&period.start), parse(&period.end)) {
            (Some(from), Some(to)) if midnight(from) && midnight(to) => {
                self.days(from, to - TimeDelta::milliseconds(1))
            }
            _ => self.stretch(&period.start, &period.end),
        }
    }

    /// A window of the given size, named so that it is found in a calendar.
    pub fn window(&self, size: &str, bucket: &Bucket) -> String {
        let (Some(from), Some(to)) = (parse(&bucket.start), parse(&bucket.end)) else {
            return bucket.start.clone();
        };
        match size {
            "month" => self.lang.month(from.date_naive()),
            "week" => self.days(from, to - TimeDelta::milliseconds(1)),
            "day" => self.lang.day(from.date_naive()),
            _ => self.stretch(&bucket.start, &bucket.end),
        }
    }

    /// A stretch of whole days, the last one included.
    pub fn days_of(&self, start: &str, end: &str) -> String {
        match (parse(start), parse(end)) {
            (Some(from), Some(to)) => self.days(from, to - TimeDelta::milliseconds(1)),
            _ => start.to_owned(),
        }
    }

    /// How long something lasted.
    pub fn duration(&self, minutes: u64) -> String {
        let (days, hours, rest) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
        let sentence = match (days, hours) {
            (0, 0) => Sentence::new("page.duration_minutes").with("minutes", rest),
            (0, _) => Sentence::new("page.duration_hours").with("hours", hours).with("minutes", rest),
            _ => Sentence::new("page.duration_days").with("days", self.lang.number(days)).with("hours", hours),
        };
        self.lang.say(&sentence)
    }

    fn days(&self, first: DateTime<FixedOffset>, last: DateTime<FixedOffset>) -> String {
        let (first, last) = (first.date_naive(), last.date_naive());
        if first == last { self.lang.day(first) } else { self.range(&self.lang.day(first), &self.lang.day(last)) }
    }

    fn range(&self, from: &str, to: &str) -> String {
        self.lang.say(&Sentence::new("page.range").with("from", from).with("to", to))
    }
}

/// RFC 3339, as an analysis writes its times.
pub(super) fn parse(time: &str) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(time).ok()
}

fn midnight(at: DateTime<FixedOffset>) -> bool {
    at.time() == chrono::NaiveTime::MIN
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOCK: Clock = Clock { lang: Lang::En, whole_days: false };

    #[test]
    fn stretches_name_a_day_once() {
        let at = |time: &str| format!("2026-11-{time}:00+09:00");
        assert_eq!(CLOCK.stretch(&at("18T20:10"), &at("18T20:45")), "Wed 18 Nov 2026, 20:10 – 20:45");
        assert_eq!(CLOCK.stretch(&at("18T23:00"), &at("19T00:00")), "Wed 18 Nov 2026, 23:00 – 24:00");
        assert_eq!(CLOCK.stretch(&at("18T23:50"), &at("19T00:05")), "Wed 18 Nov 2026, 23:50 – Thu 19 Nov 2026, 00:05");
        assert_eq!(CLOCK.moment("nonsense"), "nonsense");
        assert_eq!(CLOCK.moment_after(&at("18T20:10"), &at("18T20:45")), "20:45");
        assert_eq!(CLOCK.moment_after(&at("18T20:10"), &at("19T00:05")), "Thu 19 Nov 2026, 00:05");
    }

    #[test]
    fn durations_have_two_parts_at_most() {
        assert_eq!(CLOCK.duration(35), "35 min");
        assert_eq!(CLOCK.duration(200), "3 h 20 min");
        assert_eq!(CLOCK.duration(1440 * 2 + 61), "2 d 1 h");
    }
}
