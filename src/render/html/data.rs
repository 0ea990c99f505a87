//! The sums that the page's script adds up again for a choice of dates and reasons.
//!
//! They stand in the page as JSON. A list of sums is written as its numbers in the order of time,
//! where `-n` stands for `n` zeros: `[3,-2,1]` is 3, 0, 0, 1.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    analysis::{Analysis, HourSum, Slices},
    chart::ReasonInks,
    model::{LocalTime, disarmed, key},
    taxonomy::Lang,
};

use super::{reasons, words::key};

/// More steps than this cannot be told apart on a screen, so neighbouring windows are added up.
const MOST_STEPS: usize = 2_000;
/// How many windows may be added up in a step: hours and days that start with a window stay whole.
const STEPS: [usize; 10] = [1, 2, 3, 4, 6, 12, 24, 48, 96, 288];
/// What the sums may weigh, in bytes of JSON; the page as a whole shall stay under 400 KB.
const HEAVIEST: usize = 120_000;
/// Fields of the heatmap.
const FIELDS: usize = 7 * 24;

/// Channels and hosts that are listed; more would be a page of their own.
pub(super) const PLACES_LISTED: usize = 200;

/// Sentences and formats that the script needs.
pub(super) const WORDS: [key::SentenceKey; 22] = [
    key::format::WEEKDAYS,
    key::format::MONTHS,
    key::format::DAY,
    key::format::SHORT_DAY,
    key::format::MONTH,
    key::format::MOMENT,
    key::story::RANGE,
    key::page::ERRORS,
    key::page::PARTIAL,
    key::interactive::ERRORS_CHOSEN,
    key::interactive::OF_TOTAL,
    key::interactive::CHOICE,
    key::interactive::CHOICE_WITHOUT,
    key::interactive::CURSOR,
    key::interactive::TIMELINE,
    key::interactive::STRIP,
    key::interactive::PREVIOUS,
    key::interactive::SORT,
    key::interactive::OPEN,
    key::interactive::COPY,
    key::interactive::COPIED,
    key::interactive::LIST,
];

/// What the script reads.
#[derive(Serialize)]
struct Sums {
    size: &'static str,
    /// Windows added up in each step.
    windows_per_step: usize,
    /// Local start of each step, and the end of the last one: `2026-11-16` or `2026-11-16T04:00`.
    keys: Vec<String>,
    /// Steps that the period cuts.
    partial: Vec<usize>,
    reasons: Vec<ReasonSums>,
    /// Index in `reasons` and sums of each detail of the tables. Null: it cannot follow.
    details: Vec<Option<(Option<usize>, Runs)>>,
    /// Index in `details` by class of status codes.
    classes: BTreeMap<String, Vec<usize>>,
    /// By reason: sums by step and field of the heatmap, row by row. Null: it cannot follow.
    heat: Option<Vec<Runs>>,
    /// By channel and reason. Null: the table cannot follow.
    channels: Option<Vec<Vec<Runs>>>,
    hosts: Option<Vec<Vec<Runs>>>,
    previous: Runs,
    /// Start and end of each incident in steps.
    incidents: Vec<(f64, f64)>,
    words: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
struct ReasonSums {
    /// What tables and address know it by.
    name: String,
    class: String,
    fill: String,
    sums: Runs,
}

/// The largest whole number that JavaScript counts exactly.
const MOST_EXACT: u64 = (1 << 53) - 1;

/// Numbers with the zeros shortened.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Runs(Vec<i64>);

impl Runs {
    fn new(values: impl IntoIterator<Item = u64>) -> Self {
        let mut runs: Vec<i64> = Vec::new();
        for value in values {
            match (value, runs.last_mut()) {
                (0, Some(last)) if *last < 0 => *last -= 1,
                (0, _) => runs.push(-1),
                (value, _) => runs.push(i64::try_from(value).unwrap_or(i64::MAX)),
            }
        }
        Runs(runs)
    }
}

/// JSON in which nothing can end the script element or start another: `<`, `>` and `&` are escaped.
pub(super) fn embedded(analysis: &Analysis, lang: Lang, slices: Option<&Slices>, inks: &ReasonInks<'_>) -> String {
    let count = analysis.windows.buckets.len();
    let mut steps = STEPS.into_iter().filter(|step| count / step <= MOST_STEPS).peekable();
    loop {
        let step = steps.next().unwrap_or(count.max(1));
        let json = serde_json::to_string(&sums(analysis, lang, slices, inks, step)).unwrap_or_default();
        if json.len() <= HEAVIEST || steps.peek().is_none() {
            return escape(&json);
        }
    }
}

fn escape(json: &str) -> String {
    disarmed(json, "\\u0023").replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e")
}

fn sums(analysis: &Analysis, lang: Lang, slices: Option<&Slices>, inks: &ReasonInks<'_>, step: usize) -> Sums {
    let buckets = &analysis.windows.buckets;
    let names = buckets.first().map(|bucket| bucket.by_reason.0.as_slice()).unwrap_or_default();
    let of_reason = |reason: usize| -> Vec<u64> {
        buckets.iter().map(|bucket| bucket.by_reason.0.get(reason).map_or(0, |(_, errors)| *errors)).collect()
    };
    let occurring: Vec<usize> = (0..names.len()).filter(|&i| of_reason(i).iter().any(|errors| *errors > 0)).collect();
    let place = |name: &str| analysis.by_reason.iter().position(|row| row.reason == name).unwrap_or(usize::MAX);
    let position = |name: &str| occurring.iter().position(|&i| names[i].0 == name);
    let listed = &analysis.by_detail[..analysis.by_detail.len().min(reasons::DRAWN + reasons::LISTED)];
    let mut classes: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, status) in listed.iter().enumerate().filter_map(|(index, row)| Some((index, row.status?))) {
        classes.entry(format!("{}xx", status / 100)).or_default().push(index);
    }
    // Status classes of details that are not listed could not be added up.
    let all = listed.len() == analysis.by_detail.len() && listed.iter().all(|row| row.by_window.len() == buckets.len());
    let classes = if all { classes } else { BTreeMap::new() };
    let by_place = |sums: &[Vec<Vec<u64>>], rows: usize| {
        let complete = rows > 0 && sums.len() == rows && sums.iter().flatten().all(|of| of.len() == buckets.len());
        complete.then(|| {
            let place = |by_reason: &Vec<Vec<u64>>| {
                occurring.iter().map(|&i| stepped(by_reason.get(i).map_or(&[], Vec::as_slice), step)).collect()
            };
            sums.iter().take(PLACES_LISTED).map(place).collect()
        })
    };
    Sums {
        size: analysis.windows.size,
        windows_per_step: step,
        // A browser adds up whole numbers exactly only so far; beyond that the page offers no choice.
        keys: if analysis.totals.errors <= MOST_EXACT { keys(analysis, step) } else { Vec::new() },
        partial: buckets
            .chunks(step)
            .enumerate()
            .filter(|(_, c)| c.iter().any(|b| b.partial))
            .map(|(i, _)| i)
            .collect(),
        reasons: occurring
            .iter()
            .map(|&i| {
                let ink = inks.ink(&names[i].0);
                ReasonSums {
                    name: key(&names[i].0, place(&names[i].0)),
                    class: format!("f-{}", ink.name),
                    fill: ink.hex(),
                    sums: stepped(&of_reason(i), step),
                }
            })
            .collect(),
        details: listed
            .iter()
            .map(|row| {
                let known = row.by_window.len() == buckets.len();
                known.then(|| (position(&row.reason), stepped(&row.by_window, step)))
            })
            .collect(),
        classes,
        heat: heat(analysis, slices, &occurring, step),
        channels: slices.and_then(|slices| by_place(&slices.by_channel, analysis.by_channel.len())),
        hosts: slices.and_then(|slices| by_place(&slices.by_host, analysis.by_host.len())),
        previous: stepped(&analysis.windows.previous, step),
        incidents: analysis
            .incidents
            .iter()
            .filter_map(|incident| {
                Some((at(analysis, incident.bounds().0, step)?, at(analysis, incident.bounds().1, step)?))
            })
            .collect(),
        words: words(lang),
    }
}

fn stepped(values: &[u64], step: usize) -> Runs {
    Runs::new(values.chunks(step).map(|chunk| chunk.iter().fold(0, |sum: u64, n| sum.saturating_add(*n))))
}

/// Local times as the calendar shows them; where a clock set back shows some again, these carry their offset, so that each
/// names one window.
fn keys(analysis: &Analysis, step: usize) -> Vec<String> {
    let buckets = &analysis.windows.buckets;
    let length = if matches!(analysis.windows.size, "day" | "week" | "month") { 10 } else { 16 };
    let times = buckets.iter().step_by(step).map(|bucket| bucket.start).chain(buckets.last().map(|bucket| bucket.end));
    let mut latest = None;
    let key = |time: LocalTime| {
        let text = time.to_string();
        let again = latest >= Some(time.naive_local());
        latest = latest.max(Some(time.naive_local()));
        text[..length].to_owned() + if again { &text[19..] } else { "" }
    };
    times.map(key).collect()
}

/// An instant as a number of steps since the first window's start; none outside the windows.
fn at(analysis: &Analysis, millis: i64, step: usize) -> Option<f64> {
    let buckets = &analysis.windows.buckets;
    let (first, last) = (buckets.first()?.start.millis(), buckets.last()?.end.millis());
    let millis = millis.clamp(first, last);
    let index = buckets.partition_point(|bucket| bucket.bounds().1 <= millis).min(buckets.len() - 1);
    let (start, end) = buckets[index].bounds();
    let within = (millis - start) as f64 / (end - start).max(1) as f64;
    Some(((index as f64 + within) / step as f64 * 1000.0).round() / 1000.0)
}

fn heat(analysis: &Analysis, slices: Option<&Slices>, occurring: &[usize], step: usize) -> Option<Vec<Runs>> {
    let hours = &slices?.hours;
    if analysis.heatmap.hours.is_empty() {
        return None;
    }
    let steps = analysis.windows.buckets.len().div_ceil(step);
    let mut sums = vec![vec![0_u64; steps * FIELDS]; occurring.len()];
    for HourSum { window, reason, row, hour, errors } in hours {
        let reason = occurring.iter().position(|occurring| occurring == reason)?;
        let field = sums[reason].get_mut(window / step * FIELDS + row * 24 + hour)?;
        *field = field.saturating_add(*errors);
    }
    Some(sums.into_iter().map(Runs::new).collect())
}

fn words(lang: Lang) -> BTreeMap<&'static str, String> {
    // The script fills the number into what the language makes of one.
    let pattern = |shown: String, number: &str| shown.replacen(number, "{number}", 1);
    WORDS
        .into_iter()
        .map(|key| (key.name(), lang.phrase(key).to_owned()))
        .chain([("percent", pattern(lang.percent(0.5), "50.0"))])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LocalTime;

    #[test]
    fn zeros_are_shortened_and_nothing_else() {
        assert_eq!(Runs::new([3, 0, 0, 1]).0, [3, -2, 1]);
        assert_eq!(Runs::new([0, 0]).0, [-2]);
        assert!(Runs::new([]).0.is_empty());
        assert_eq!(stepped(&[1, 2, 3, 0, 0], 2).0, [3, 3, -1]);
    }

    #[test]
    fn windows_of_a_clock_set_back_have_keys_of_their_own() {
        let mut analysis = crate::render::sample::week();
        let hours = ["01T01:00:00+01:00", "01T02:00:00+02:00", "01T02:00:00+01:00", "01T03:00:00+01:00"];
        analysis.windows.size = "hour";
        analysis.windows.buckets.truncate(3);
        for (bucket, pair) in analysis.windows.buckets.iter_mut().zip(hours.windows(2)) {
            let at = |time: &str| LocalTime(format!("2026-11-{time}").parse().unwrap());
            (bucket.start, bucket.end) = (at(pair[0]), at(pair[1]));
        }
        let keys = keys(&analysis, 1);
        assert_eq!(keys, ["2026-11-01T01:00", "2026-11-01T02:00", "2026-11-01T02:00+01:00", "2026-11-01T03:00"]);
        let halves = ["02:00:00+02:00", "02:30:00+02:00", "02:00:00+01:00", "02:30:00+01:00", "03:00:00+01:00"];
        let at = |time: &str| LocalTime(format!("2026-10-25T{time}").parse().unwrap());
        let mut bucket = analysis.windows.buckets[0].clone();
        let of_half = |pair: &[&str]| {
            (bucket.start, bucket.end) = (at(pair[0]), at(pair[1]));
            bucket.clone()
        };
        analysis.windows.buckets = halves.windows(2).map(of_half).collect();
        let distinct: std::collections::BTreeSet<String> = super::keys(&analysis, 1).into_iter().collect();
        assert_eq!(distinct.len(), 5, "{distinct:?}");
    }

    #[test]
    fn an_instant_is_found_among_the_steps() {
        let mut analysis = crate::render::sample::week();
        for (day, bucket) in (0..).zip(&mut analysis.windows.buckets) {
            let at = |hours: i64| crate::model::Zone::console().time(crate::model::Timestamp(hours));
            (bucket.start, bucket.end) = (at(day * 24), at((day + 1) * 24));
        }
        assert_eq!(at(&analysis, 36, 1), Some(1.5));
        assert_eq!(at(&analysis, 36, 2), Some(0.75));
        assert_eq!(at(&analysis, 7 * 24, 1), Some(7.0));
        assert_eq!(at(&analysis, -5, 1), Some(0.0));
    }

    #[test]
    fn the_heatmap_follows_where_its_hours_are_known_by_window() {
        let mut analysis = crate::render::sample::week();
        analysis.heatmap.rows = vec!["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        analysis.heatmap.hours = vec![vec![0; 24]; 7];
        analysis.windows.buckets.truncate(1);
        assert_eq!(heat(&analysis, None, &[1], 1), None);
        // Three timeouts in one window, on Monday at 2: the third of 168 fields.
        let hours = vec![HourSum { window: 0, reason: 1, row: 0, hour: 2, errors: 3 }];
        let slices = Slices { hours, ..Slices::default() };
        assert_eq!(heat(&analysis, Some(&slices), &[1], 1).unwrap()[0].0, [-2, 3, -165]);
    }

    #[test]
    fn no_element_can_be_ended_by_the_data() {
        assert_eq!(escape("</script>&"), "\\u003c/script\\u003e\\u0026");
    }
}
