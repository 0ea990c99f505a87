//! The two scales of the charts: counts upwards, time to the right.
//!
//! Ticks of counts are 1, 2 or 5 times a power of ten apart (P. S. Heckbert, "Nice Numbers for Graph Labels", Graphics
//! Gems, 1990). Ticks of time stand at the calendar's own steps, the finest whose labels do not touch, as those of
//! d3-scale's `scaleTime` do (<https://d3js.org/d3-scale/time>).

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, TimeDelta, Timelike};

use super::{measure, theme::Type};
use crate::{
    analysis::WeekStart,
    model::{Sentence, key},
    taxonomy::Lang,
};

/// Counts from 0 to a round number.
#[derive(Clone, Debug, PartialEq)]
pub struct CountScale {
    /// From 0 upwards, evenly spaced.
    pub ticks: Vec<u64>,
    /// The last tick, at least 1.
    pub top: u64,
}

impl CountScale {
    /// The scale for counts up to `max`, with at most `steps` steps. Counts are whole, so the ticks are.
    pub fn new(max: u64, steps: u64) -> CountScale {
        let steps = u128::from(steps.max(1));
        let max = u128::from(max.max(1));
        let step = (0..)
            .flat_map(|power| [1, 2, 5].map(|digit| digit * 10_u128.pow(power)))
            .find(|step| max.div_ceil(*step) <= steps)
            .unwrap_or(max);
        // The largest counts have no round number above them in 64 bits.
        let ticks: Vec<u64> = (0..=max.div_ceil(step)).map(|n| u64::try_from(n * step).unwrap_or(u64::MAX)).collect();
        CountScale { top: ticks.last().copied().unwrap_or(1), ticks }
    }

    /// Where a count lies between 0 (the start) and 1 (the top).
    pub fn place(&self, count: u64) -> f64 {
        count as f64 / self.top as f64
    }
}

/// Durations in seconds, from 0 or on a logarithmic scale.
#[derive(Clone, Debug, PartialEq)]
pub struct DurationScale {
    /// In seconds, from the bottom to the top.
    pub ticks: Vec<f64>,
    pub logarithmic: bool,
}

impl DurationScale {
    /// The scale for durations from `shortest` to `longest` beside a limit, in seconds. It is logarithmic where the limit,
    /// or everything else, would lie in the lowest part of one from 0.
    pub fn new(shortest: f64, longest: f64, limit: f64) -> DurationScale {
        // Above the limit is room for its label.
        let top = longest.max(limit * 1.2);
        if (limit / 4.0..=limit * 3.0).contains(&longest) {
            let millis = CountScale::new((top * 1000.0).ceil() as u64, 5);
            return DurationScale {
                ticks: millis.ticks.iter().map(|n| *n as f64 / 1000.0).collect(),
                logarithmic: false,
            };
        }
        let powers = shortest.max(0.001).log10().floor() as i32..=top.log10().ceil() as i32;
        DurationScale { ticks: powers.map(|power| 10_f64.powi(power)).collect(), logarithmic: true }
    }

    /// Where a duration lies between 0 (the bottom) and 1 (the top).
    pub fn place(&self, seconds: f64) -> f64 {
        let (Some(bottom), Some(top)) = (self.ticks.first(), self.ticks.last()) else { return 0.0 };
        let share = match self.logarithmic {
            true => (seconds.max(*bottom) / bottom).ln() / (top / bottom).ln(),
            false => seconds / top,
        };
        share.clamp(0.0, 1.0)
    }
}

/// A label under a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tick {
    /// Index of the window.
    pub window: usize,
    pub label: String,
    /// A second line: the weekday of a day, or the day or month in which a row of ticks begins.
    pub below: Option<String>,
    /// The label belongs to the window as a whole, not to its start.
    pub whole: bool,
}

/// How far ticks are apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Minutes(u32),
    /// Days by weekday and date.
    Days,
    /// Days by number, the months below.
    DayNumbers,
    Weeks,
    Months(u32),
}

/// From fine to coarse.
fn steps() -> impl Iterator<Item = Step> {
    let times = [5, 10, 15, 30, 60, 120, 180, 360, 720].map(Step::Minutes);
    let dates = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600].map(Step::Months);
    times.into_iter().chain([Step::Days, Step::DayNumbers, Step::Weeks]).chain(dates)
}

/// Space between two labels.
const GAP: f64 = 14.0;

/// What labels depend on besides the windows' starts.
#[derive(Clone, Copy, Debug)]
pub struct TickStyle {
    pub lang: Lang,
    pub style: Type,
    pub week_start: WeekStart,
    /// Length of the shortest window in minutes, so that clocks set back do not count.
    pub window: i64,
}

impl Step {
    /// The usual length of a stretch in minutes; of months the longest.
    fn length(self) -> i64 {
        match self {
            Step::Minutes(n) => i64::from(n),
            Step::Days | Step::DayNumbers => 1440,
            Step::Weeks => 7 * 1440,
            Step::Months(n) => i64::from(n) * 31 * 1440,
        }
    }

    /// Equal for all instants of one stretch of the step's length; different for neighbouring ones.
    fn stretch(self, at: &DateTime<FixedOffset>, week_start: WeekStart) -> (i32, u32) {
        let day = at.num_days_from_ce();
        let months = at.year() * 12 + at.month0() as i32;
        match self {
            Step::Minutes(n) => (day, (at.hour() * 60 + at.minute()) / n),
            Step::Days | Step::DayNumbers => (day, 0),
            Step::Weeks => (week_start.first_day(at.date_naive()).num_days_from_ce(), 0),
            Step::Months(n) => (months.div_euclid(n as i32), 0),
        }
    }

    /// Whether the instant is the start of its stretch.
    fn begins(self, at: &DateTime<FixedOffset>, week_start: WeekStart) -> bool {
        self.stretch(at, week_start) != self.stretch(&(*at - TimeDelta::minutes(1)), week_start)
    }

    fn label(self, at: &DateTime<FixedOffset>, lang: Lang) -> String {
        let day = at.date_naive();
        match self {
            Step::Minutes(_) => at.format("%H:%M").to_string(),
            Step::Days | Step::Weeks => lang.short_day(day),
            Step::DayNumbers => lang.say(&Sentence::new(key::chart::DAY_NUMBER).with("day", at.day())),
            Step::Months(n) if n < 12 => lang.month(day),
            Step::Months(_) => lang.year(day),
        }
    }

    /// What the second line says, and whether it is said for each tick or only where it changes.
    fn below(self, at: &DateTime<FixedOffset>, lang: Lang) -> Option<(String, bool)> {
        let day = at.date_naive();
        match self {
            Step::Minutes(_) => Some((weekday_and_day(lang, day), false)),
            Step::Days => Some((lang.weekday(day.weekday()).to_owned(), true)),
            Step::DayNumbers => Some((lang.month(day), false)),
            Step::Weeks | Step::Months(_) => None,
        }
    }
}

/// `Mon 16 Nov`.
pub fn weekday_and_day(lang: Lang, day: NaiveDate) -> String {
    let weekday = lang.weekday(day.weekday());
    lang.say(&Sentence::new(key::chart::WEEKDAY_AND_DAY).with("weekday", weekday).with("day", lang.short_day(day)))
}

/// Ticks for windows that start at the given local times, each `band` pixels wide: the finest step
/// whose labels do not touch.
pub fn ticks(starts: &[DateTime<FixedOffset>], band: f64, labels: TickStyle) -> Vec<Tick> {
    let Some(first) = starts.first() else { return Vec::new() };
    let candidates = steps().filter_map(|step| candidate(starts, band, labels, step));
    candidates.into_iter().find(|ticks| !ticks.is_empty()).unwrap_or_else(|| {
        let below = Some(weekday_and_day(labels.lang, first.date_naive()));
        vec![Tick { window: 0, label: first.format("%H:%M").to_string(), below, whole: false }]
    })
}

/// The ticks of one step, if they have room.
fn candidate(starts: &[DateTime<FixedOffset>], band: f64, labels: TickStyle, step: Step) -> Option<Vec<Tick>> {
    let TickStyle { lang, style, week_start, window } = labels;
    // A step finer than the windows would name each by its start, as if it were that short.
    if step.length() < window {
        return None;
    }
    let stretches: Vec<_> = starts.iter().map(|at| step.stretch(at, week_start)).collect();
    let windows: Vec<usize> = (0..starts.len())
        .filter(|&i| if i == 0 { step.begins(&starts[0], week_start) } else { stretches[i] != stretches[i - 1] })
        .collect();
    let widest = windows.iter().map(|&i| measure::width(&step.label(&starts[i], lang), style)).fold(0.0, f64::max);
    let closest = windows.windows(2).map(|pair| pair[1] - pair[0]).min().unwrap_or(usize::MAX);
    if closest as f64 * band < widest + GAP {
        return None;
    }
    let whole = windows.len() == starts.len();
    let mut ticks: Vec<Tick> = Vec::with_capacity(windows.len());
    let mut said: Option<String> = None;
    for window in windows {
        let below = step.below(&starts[window], lang).and_then(|(text, always)| {
            let new = always || said.as_ref() != Some(&text);
            said = Some(text.clone());
            new.then_some(text)
        });
        ticks.push(Tick { window, label: step.label(&starts[window], lang), below, whole });
    }
    drop_crowded(&mut ticks, band, style);
    Some(ticks)
}

/// Leaves out second lines that would run into the next one.
fn drop_crowded(ticks: &mut [Tick], band: f64, style: Type) {
    let mut limit = f64::INFINITY;
    for tick in ticks.iter_mut().rev() {
        let x = tick.window as f64 * band;
        if let Some(below) = &tick.below {
            if x + measure::width(below, style) + GAP / 2.0 > limit && !tick.whole {
                tick.below = None;
            } else {
                limit = x;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Timestamp, Zone};

    fn labels(minutes: i64) -> TickStyle {
        TickStyle { lang: Lang::En, style: Type::plain(15.0), week_start: WeekStart::Monday, window: minutes }
    }

    /// `count` windows of `minutes` from a local time.
    fn windows(zone: &str, start: &str, minutes: i64, count: i64) -> Vec<DateTime<FixedOffset>> {
        let zone: Zone = zone.parse().unwrap();
        let start = zone.instant(start.parse().unwrap()).unwrap().0;
        (0..count).map(|i| zone.local(Timestamp(start + i * minutes * 60_000))).collect()
    }

    fn shown(ticks: &[Tick]) -> Vec<(usize, &str, &str)> {
        ticks.iter().map(|tick| (tick.window, tick.label.as_str(), tick.below.as_deref().unwrap_or(""))).collect()
    }

    #[test]
    fn ticks_are_round_whole_and_reach_the_largest_count() {
        assert_eq!(CountScale::new(96, 5).ticks, [0, 20, 40, 60, 80, 100]);
        assert_eq!(CountScale::new(1, 5).ticks, [0, 1]);
        assert_eq!(CountScale::new(0, 5).ticks, [0, 1]);
        assert_eq!(CountScale::new(3, 5).ticks, [0, 1, 2, 3]);
        assert_eq!(CountScale::new(101, 4).ticks, [0, 50, 100, 150]);
        assert_eq!(CountScale::new(1_000_000_000_000_000, 2).top, 1_000_000_000_000_000);
        assert_eq!(CountScale::new(u64::MAX, 4).top, u64::MAX);
    }

    #[test]
    fn durations_have_a_scale_on_which_the_limit_is_seen() {
        let scale = DurationScale::new(0.02, 3.1, 2.0);
        assert_eq!((&scale.ticks[..], scale.logarithmic), (&[0.0, 1.0, 2.0, 3.0, 4.0][..], false));
        assert_eq!([scale.place(2.0), scale.place(0.0), scale.place(9.0)], [0.5, 0.0, 1.0]);
        // 2 s of 60 s would be a thirtieth of the height.
        let scale = DurationScale::new(0.02, 60.0, 2.0);
        assert_eq!((&scale.ticks[..], scale.logarithmic), (&[0.01, 0.1, 1.0, 10.0, 100.0][..], true));
        assert!((scale.place(1.0) - 0.5).abs() < 1e-9 && scale.place(0.0) == 0.0);
        assert_eq!(DurationScale::new(0.0, 0.03, 2.0).ticks, [0.001, 0.01, 0.1, 1.0, 10.0]);
    }

    #[test]
    fn a_week_of_days_names_each_day() {
        let ticks = ticks(&windows("Asia/Tokyo", "2026-11-16T00:00:00", 1440, 7), 100.0, labels(1440));
        assert_eq!(shown(&ticks)[0], (0, "16 Nov", "Mon"));
        assert_eq!(shown(&ticks)[6], (6, "22 Nov", "Sun"));
        assert!(ticks.iter().all(|tick| tick.whole));
    }

    #[test]
    fn a_month_of_days_has_numbers_and_the_month_below_where_it_begins() {
        let ticks = ticks(&windows("Asia/Tokyo", "2026-11-16T00:00:00", 1440, 30), 36.0, labels(1440));
        assert_eq!(shown(&ticks)[..2], [(0, "16", "Nov 2026"), (1, "17", "")]);
        assert_eq!(shown(&ticks)[15], (15, "1", "Dec 2026"));
    }

    #[test]
    fn a_year_of_days_is_labelled_by_months_and_weeks_by_months_too() {
        let days = windows("Asia/Tokyo", "2026-01-01T00:00:00", 1440, 365);
        assert_eq!(shown(&ticks(&days, 3.2, labels(1440)))[..2], [(0, "Jan 2026", ""), (31, "Feb 2026", "")]);
        let weeks = windows("Asia/Tokyo", "2026-01-05T00:00:00", 7 * 1440, 52);
        let ticks = ticks(&weeks, 25.0, labels(7 * 1440));
        assert_eq!(shown(&ticks)[0], (4, "Feb 2026", ""));
    }

    #[test]
    fn hours_of_two_days_name_the_day_once() {
        let ticks = ticks(&windows("Asia/Tokyo", "2026-11-16T22:00:00", 60, 48), 22.0, labels(60));
        assert_eq!(shown(&ticks)[..3], [(2, "00:00", "Tue 17 Nov"), (5, "03:00", ""), (8, "06:00", "")]);
    }

    #[test]
    fn local_hours_stay_round_when_the_clocks_change() {
        // Berlin's clocks went from 02:00 to 03:00 on 2026-03-29.
        let ticks = ticks(&windows("Europe/Berlin", "2026-03-29T00:00:00", 60, 23), 30.0, labels(60));
        let names: Vec<_> = ticks.iter().map(|tick| tick.label.as_str()).collect();
        assert_eq!(names, ["00:00", "03:00", "06:00", "09:00", "12:00", "15:00", "18:00", "21:00"]);
        assert_eq!(ticks[1].window, 2);
    }

    #[test]
    fn weeks_begin_on_the_chosen_day() {
        let starts = windows("Asia/Tokyo", "2026-11-16T00:00:00", 1440, 60);
        let sunday = TickStyle { week_start: WeekStart::Sunday, ..labels(1440) };
        assert_eq!(shown(&ticks(&starts, 16.0, sunday))[0], (6, "22 Nov", ""));
        assert_eq!(shown(&ticks(&starts, 16.0, labels(1440)))[0], (0, "16 Nov", ""));
    }

    #[test]
    fn labels_never_touch_whatever_the_windows() {
        for (minutes, count) in [
            (5, 1),
            (5, 12),
            (5, 288),
            (15, 2_000),
            (60, 168),
            (60, 2_000),
            (1440, 2),
            (1440, 40),
            (1440, 3_650),
            (10_080, 520),
        ] {
            let band = 900.0 / count as f64;
            let starts = windows("Asia/Tokyo", "2026-11-16T21:00:00", minutes, count);
            let ticks = ticks(&starts, band, labels(minutes));
            assert!(!ticks.is_empty(), "{minutes} {count}");
            for pair in ticks.windows(2) {
                let room = (pair[1].window - pair[0].window) as f64 * band;
                assert!(room >= measure::width(&pair[0].label, labels(5).style), "{minutes} {count} {pair:?}");
            }
        }
        assert_eq!(ticks(&[], 10.0, labels(5)), []);
    }
}
