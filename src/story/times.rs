//! Instants and windows in words.

use chrono::TimeDelta;

use crate::{
    analysis::{Analysis, Bucket},
    model::{LocalTime, Sentence, key},
    taxonomy::Lang,
};

/// Says times in a language, in the zone that the analysis has written them in.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
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

    /// A moment to the minute.
    pub fn moment(&self, at: LocalTime) -> String {
        if self.whole_days { self.lang.day(at.date_naive()) } else { self.lang.moment(*at) }
    }

    /// A moment that is told after another; the day does not stand twice.
    pub fn moment_after(&self, before: LocalTime, at: LocalTime) -> String {
        match !self.whole_days && before.date_naive() == at.date_naive() {
            true => at.format("%H:%M").to_string(),
            false => self.moment(at),
        }
    }

    /// A stretch from `start` to `end`; the day stands once where both are on it.
    pub fn stretch(&self, start: LocalTime, end: LocalTime) -> String {
        let ends_day = midnight(end) && start.date_naive().succ_opt() == Some(end.date_naive());
        if minute(start) == minute(end) {
            return self.lang.moment(*start);
        }
        let end = match start.date_naive() == end.date_naive() {
            _ if ends_day => "24:00".to_owned(),
            true => end.format("%H:%M").to_string(),
            false => self.lang.moment(*end),
        };
        self.range(&self.lang.moment(*start), &end)
    }

    /// A moment without its year.
    pub fn short_moment(&self, at: LocalTime) -> String {
        if self.whole_days { self.lang.short_day(at.date_naive()) } else { self.lang.short_moment(*at) }
    }

    /// A stretch without years, as short as it gets: `Wed 18 Nov 19:41–20:52`.
    pub fn short_stretch(&self, start: LocalTime, end: LocalTime) -> String {
        if start.date_naive() != end.date_naive() {
            return self.range(&self.short_moment(start), &self.short_moment(end));
        }
        if self.whole_days || minute(start) == minute(end) {
            return self.short_moment(start);
        }
        let range = Sentence::new(key::format::SHORT_RANGE).with("from", self.short_moment(start));
        self.lang.say(&range.with("to", end.format("%H:%M")))
    }

    /// A reported period, from start to end: whole days as days, the last one included.
    pub fn period(&self, start: LocalTime, end: LocalTime) -> String {
        if midnight(start) && midnight(end) { self.days(start, end) } else { self.stretch(start, end) }
    }

    /// A period without years, as short as it gets.
    pub fn short_period(&self, start: LocalTime, end: LocalTime) -> String {
        if !(midnight(start) && midnight(end)) {
            return self.short_stretch(start, end);
        }
        let [first, last] =
            [start, LocalTime(*end - TimeDelta::milliseconds(1))].map(|at| self.lang.short_day(at.date_naive()));
        if first == last { first } else { self.range(&first, &last) }
    }

    /// A window of the given size, named so that it is found in a calendar.
    pub fn window(&self, size: &str, bucket: &Bucket) -> String {
        match size {
            "month" => self.lang.month(bucket.start.date_naive()),
            "week" => self.days(bucket.start, bucket.end),
            "day" => self.lang.day(bucket.start.date_naive()),
            _ => self.stretch(bucket.start, bucket.end),
        }
    }

    /// A stretch of whole days, the last one included.
    pub fn days(&self, start: LocalTime, end: LocalTime) -> String {
        let (first, last) = (start.date_naive(), (*end - TimeDelta::milliseconds(1)).date_naive());
        if first == last { self.lang.day(first) } else { self.range(&self.lang.day(first), &self.lang.day(last)) }
    }

    /// How long something lasted.
    pub fn duration(&self, minutes: u64) -> String {
        let (days, hours, rest) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
        let sentence = match (days, hours) {
            (0, 0) => Sentence::new(key::story::DURATION_MINUTES).with("minutes", rest),
            (0, _) => Sentence::new(key::story::DURATION_HOURS).with("hours", hours).with("minutes", rest),
            _ => Sentence::new(key::story::DURATION_DAYS).with("days", self.lang.number(days)).with("hours", hours),
        };
        self.lang.say(&sentence)
    }

    fn range(&self, from: &str, to: &str) -> String {
        self.lang.say(&Sentence::new(key::story::RANGE).with("from", from).with("to", to))
    }
}

fn minute(at: LocalTime) -> i64 {
    at.millis().div_euclid(60_000)
}

fn midnight(at: LocalTime) -> bool {
    at.time() == chrono::NaiveTime::MIN
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOCK: Clock = Clock { lang: Lang::En, whole_days: false };

    #[test]
    fn stretches_name_a_day_once() {
        let at =
            |time: &str| LocalTime(chrono::DateTime::parse_from_rfc3339(&format!("2026-11-{time}:00+09:00")).unwrap());
        assert_eq!(CLOCK.stretch(at("18T20:10"), at("18T20:45")), "Wed 18 Nov 2026, 20:10 – 20:45");
        assert_eq!(CLOCK.stretch(at("18T23:00"), at("19T00:00")), "Wed 18 Nov 2026, 23:00 – 24:00");
        assert_eq!(CLOCK.stretch(at("18T23:50"), at("19T00:05")), "Wed 18 Nov 2026, 23:50 – Thu 19 Nov 2026, 00:05");
        assert_eq!(CLOCK.stretch(at("18T20:10"), at("18T20:10")), "Wed 18 Nov 2026, 20:10");
        assert_eq!(CLOCK.short_stretch(at("18T20:10"), at("18T20:10")), "Wed 18 Nov 20:10");
        assert_eq!(CLOCK.short_stretch(at("18T20:10"), at("18T20:45")), "Wed 18 Nov 20:10–20:45");
        assert_eq!(CLOCK.moment_after(at("18T20:10"), at("18T20:45")), "20:45");
        assert_eq!(CLOCK.moment_after(at("18T20:10"), at("19T00:05")), "Thu 19 Nov 2026, 00:05");
    }

    #[test]
    fn durations_have_two_parts_at_most() {
        assert_eq!(CLOCK.duration(35), "35 min");
        assert_eq!(CLOCK.duration(200), "3 h 20 min");
        assert_eq!(CLOCK.duration(1440 * 2 + 61), "2 d 1 h");
    }
}
