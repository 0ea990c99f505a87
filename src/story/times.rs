//! Instants and windows in words.

use chrono::{Datelike, TimeDelta};

use crate::{
    analysis::{Analysis, Bucket},
    model::{LocalTime, Sentence, Zone, key},
    taxonomy::Lang,
};

/// Says times in a language, in the zone that the analysis has written them in.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    pub lang: Lang,
    /// That of the times: a minute that its clock shows twice is told with its offset.
    pub zone: Zone,
    /// The inputs tell days only, so a time of day would be invented.
    pub whole_days: bool,
}

impl Clock {
    pub fn new(lang: Lang, analysis: &Analysis) -> Self {
        Clock { lang, zone: analysis.timezone, whole_days: analysis.whole_days }
    }

    /// For times that have a time of day.
    pub fn of(lang: Lang, zone: Zone) -> Self {
        Clock { lang, zone, whole_days: false }
    }

    /// A moment to the minute.
    pub fn moment(&self, at: LocalTime) -> String {
        if self.whole_days { self.lang.day(at.date_naive()) } else { self.minute(at, self.lang.moment(*at)) }
    }

    /// A minute in words, with its offset where the clock shows it twice.
    fn minute(&self, at: LocalTime, words: String) -> String {
        if !self.zone.shows_twice(at) {
            return words;
        }
        self.lang.say(&Sentence::new(key::story::IN_ZONE).with("when", words).with("zone", at.offset()))
    }

    fn time_of_day(&self, at: LocalTime) -> String {
        self.minute(at, at.format("%H:%M").to_string())
    }

    /// A moment that is told after another; the day does not stand twice.
    pub fn moment_after(&self, before: LocalTime, at: LocalTime) -> String {
        match !self.whole_days && before.date_naive() == at.date_naive() {
            true => self.time_of_day(at),
            false => self.moment(at),
        }
    }

    /// A stretch from `start` to `end`; the day stands once where both are on it.
    pub fn stretch(&self, start: LocalTime, end: LocalTime) -> String {
        let whole = |at: LocalTime| self.minute(at, self.lang.moment(*at));
        if minute(start) == minute(end) {
            return whole(start);
        }
        let last = match start.date_naive() == end.date_naive() {
            _ if ends_day(start, end) => "24:00".to_owned(),
            true => self.time_of_day(end),
            false => whole(end),
        };
        self.range(&whole(start), &last)
    }

    /// A moment without its year.
    pub fn short_moment(&self, at: LocalTime) -> String {
        if self.whole_days {
            self.lang.short_day(at.date_naive())
        } else {
            self.minute(at, self.lang.short_moment(*at))
        }
    }

    /// A stretch without years, as short as it gets: `Wed 18 Nov 19:41–20:52`.
    ///
    /// Between two years it has them: else it would read backwards.
    pub fn short_stretch(&self, start: LocalTime, end: LocalTime) -> String {
        let ends_day = ends_day(start, end);
        if start.year() != end.year() && !ends_day {
            return self.stretch(start, end);
        }
        if start.date_naive() != end.date_naive() && !ends_day {
            return self.range(&self.short_moment(start), &self.short_moment(end));
        }
        if self.whole_days || minute(start) == minute(end) {
            return self.short_moment(start);
        }
        let range = Sentence::new(key::format::SHORT_RANGE).with("from", self.short_moment(start));
        self.lang.say(&range.with("to", if ends_day { "24:00".to_owned() } else { self.time_of_day(end) }))
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

/// Whether a stretch ends as its day does.
fn ends_day(start: LocalTime, end: LocalTime) -> bool {
    midnight(end) && start.date_naive().succ_opt() == Some(end.date_naive())
}

fn midnight(at: LocalTime) -> bool {
    at.time() == chrono::NaiveTime::MIN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_that_the_clock_shows_twice_has_its_offset() {
        // In Berlin the clock goes back from 03:00 to 02:00 on Sunday, 25 October 2026: 02:30 is at 00:30 and 01:30 UTC.
        let berlin: Zone = "Europe/Berlin".parse().unwrap();
        let at = |time: &str| {
            let at = chrono::DateTime::parse_from_rfc3339(&format!("2026-10-25T{time}:00Z")).unwrap();
            berlin.time(crate::model::Timestamp(at.timestamp_millis()))
        };
        let clock = Clock::of(Lang::En, berlin);
        assert_eq!(clock.moment(at("00:30")), "Sun 25 Oct 2026, 02:30 (+02:00)");
        assert_eq!(clock.stretch(at("00:30"), at("01:30")), "Sun 25 Oct 2026, 02:30 (+02:00) – 02:30 (+01:00)");
        assert_eq!(clock.short_stretch(at("00:30"), at("02:30")), "Sun 25 Oct 02:30 (+02:00)–03:30");
        assert_eq!(clock.stretch(at("02:30"), at("03:30")), "Sun 25 Oct 2026, 03:30 – 04:30");
        assert_eq!(Clock::of(Lang::Ja, berlin).moment(at("01:30")), "2026年10月25日（日）02:30（+01:00）");
        assert_eq!(Clock::of(Lang::En, Zone::utc()).moment(at("00:30")), "Sun 25 Oct 2026, 02:30");
    }

    #[test]
    fn stretches_name_a_day_once() {
        let clock = Clock::of(Lang::En, Zone::tokyo());
        let at =
            |time: &str| LocalTime(chrono::DateTime::parse_from_rfc3339(&format!("2026-11-{time}:00+09:00")).unwrap());
        assert_eq!(clock.stretch(at("18T20:10"), at("18T20:45")), "Wed 18 Nov 2026, 20:10 – 20:45");
        assert_eq!(clock.stretch(at("18T23:00"), at("19T00:00")), "Wed 18 Nov 2026, 23:00 – 24:00");
        assert_eq!(clock.stretch(at("18T23:50"), at("19T00:05")), "Wed 18 Nov 2026, 23:50 – Thu 19 Nov 2026, 00:05");
        assert_eq!(clock.stretch(at("18T20:10"), at("18T20:10")), "Wed 18 Nov 2026, 20:10");
        assert_eq!(clock.short_stretch(at("18T20:10"), at("18T20:10")), "Wed 18 Nov 20:10");
        assert_eq!(clock.short_stretch(at("18T20:10"), at("18T20:45")), "Wed 18 Nov 20:10–20:45");
        assert_eq!(clock.moment_after(at("18T20:10"), at("18T20:45")), "20:45");
        assert_eq!(clock.moment_after(at("18T20:10"), at("19T00:05")), "Thu 19 Nov 2026, 00:05");
    }

    #[test]
    fn durations_have_two_parts_at_most() {
        let clock = Clock::of(Lang::En, Zone::tokyo());
        assert_eq!(clock.duration(35), "35 min");
        assert_eq!(clock.duration(200), "3 h 20 min");
        assert_eq!(clock.duration(1440 * 2 + 61), "2 d 1 h");
    }
}
