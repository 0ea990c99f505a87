//! What the page's script adds up for a choice of dates, channel and reasons; it stands in the page as JSON.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    analysis::{Analysis, Bucket, Fact, ReasonRow},
    chart::{LEAST_TOP, ReasonInks, unit},
    model::{LocalTime, disarmed, key},
    taxonomy::Lang,
};

use super::words::address;

/// More steps than this cannot be told apart on a screen, so neighbouring windows are added up.
const MOST_STEPS: usize = 2_000;
/// How many windows may be added up in a step: hours and days that start with a window stay whole.
const STEPS: [usize; 10] = [1, 2, 3, 4, 6, 12, 24, 48, 96, 288];
/// What it may weigh, in bytes; the page as a whole shall stay under 400 KB.
const HEAVIEST: usize = 150_000;
/// The largest whole number that JavaScript counts exactly.
const MOST_EXACT: u64 = (1 << 53) - 1;

/// Sentences and formats that the script needs.
pub(super) const WORDS: [key::SentenceKey; 23] = [
    key::format::WEEKDAYS,
    key::format::MONTHS,
    key::format::DAY,
    key::format::SHORT_DAY,
    key::format::MONTH,
    key::format::MOMENT,
    key::format::SHORT_MOMENT,
    key::story::RANGE,
    key::story::COMMA,
    key::story::DOT,
    key::chart::PEAK,
    key::chart::POOLED,
    key::page::ERRORS,
    key::page::PARTIAL,
    key::interactive::CHOICE,
    key::interactive::WITHOUT,
    key::interactive::CURSOR,
    key::interactive::TOGETHER,
    key::interactive::TIMELINE,
    key::interactive::FINER,
    key::interactive::SORT,
    key::interactive::COPY,
    key::interactive::COPIED,
];

/// What the script reads.
#[derive(Serialize)]
struct Data<'a> {
    size: &'static str,
    /// Windows in a step.
    step: usize,
    /// Whether the times are exact enough for windows of a smaller size.
    finer: bool,
    total: u64,
    /// Local start of each step, and the end of the last one: `2026-11-16` or `2026-11-16T04:00`.
    keys: Vec<String>,
    /// Steps that the period cuts.
    partial: Vec<usize>,
    /// In steps from the first one's start: what no input covers.
    unknown: Vec<(f64, f64)>,
    /// Start and end of each incident in steps, and its lane.
    incidents: Vec<(f64, f64, usize)>,
    /// Start and end of each event and maintenance in steps, and its name; an event has no length.
    plans: Vec<(f64, f64, &'a str)>,
    reasons: Vec<Reason>,
    /// Index in `reasons` of each detail.
    details: Vec<usize>,
    /// What the top of a small drawing stands for at least.
    least: u64,
    /// How many channels there are.
    channels: usize,
    /// By step: channel, detail and errors, again and again. Empty where there is nothing to choose from.
    facts: Vec<Vec<u64>>,
    words: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
struct Reason {
    /// What the address knows it by.
    name: String,
    class: String,
    fill: String,
}

/// The reasons that occur, in the order in which they are stacked; the script knows them by their place.
pub(super) fn stacked(analysis: &Analysis) -> Vec<&ReasonRow> {
    let names = analysis.windows.buckets.first().map(|bucket| bucket.by_reason.0.as_slice()).unwrap_or_default();
    let row = |name: &str| analysis.by_reason.iter().find(|row| row.reason == name && row.errors > 0);
    names.iter().filter_map(|(name, _)| row(name)).collect()
}

/// JSON in which nothing can end the script element or start another: `<`, `>` and `&` are escaped.
pub(super) fn embedded(analysis: &Analysis, lang: Lang, inks: &ReasonInks<'_>) -> String {
    let windows = analysis.windows.buckets.len();
    let written = |facts: &[Fact], step: usize| {
        serde_json::to_string(&data(analysis, facts, (lang, inks), step)).unwrap_or_default()
    };
    // A browser adds up whole numbers exactly only so far; beyond that there is nothing to choose.
    let steps = STEPS.into_iter().filter(|step| windows / step <= MOST_STEPS && analysis.totals.errors <= MOST_EXACT);
    let fitting = steps.map(|step| written(&analysis.finer.facts, step)).find(|json| json.len() <= HEAVIEST);
    escape(&fitting.unwrap_or_else(|| written(&[], windows.max(1))))
}

fn escape(json: &str) -> String {
    disarmed(json, "\\u0023").replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e")
}

fn data<'a>(analysis: &'a Analysis, facts: &[Fact], (lang, inks): (Lang, &ReasonInks<'_>), step: usize) -> Data<'a> {
    let buckets = &analysis.windows.buckets;
    let reasons = stacked(analysis);
    let place = |name: &str| reasons.iter().position(|row| row.reason == name).unwrap_or(0);
    let mut sums: BTreeMap<(usize, usize, usize), u64> = BTreeMap::new();
    for fact in facts {
        let sum = sums.entry((fact.window / step, fact.channel, fact.detail)).or_default();
        *sum = sum.saturating_add(fact.errors);
    }
    let mut facts = vec![Vec::new(); if sums.is_empty() { 0 } else { buckets.len().div_ceil(step) }];
    for ((step, channel, detail), errors) in sums {
        facts[step].extend([channel as u64, detail as u64, errors]);
    }
    let cut = |chunk: &[Bucket]| chunk.iter().any(|bucket| bucket.partial);
    let stretch = |(start, end): (i64, i64)| Some((at(analysis, start, step)?, at(analysis, end, step)?));
    let mut incidents: Vec<(f64, f64)> =
        analysis.incidents.iter().filter_map(|incident| stretch(incident.bounds())).collect();
    incidents.sort_by(|a, b| a.0.total_cmp(&b.0));
    // Those at the same time stand one below the other.
    let mut lanes: Vec<f64> = Vec::new();
    let mut in_lane = |(start, end): (f64, f64)| {
        let lane = lanes.iter().position(|busy| *busy <= start).unwrap_or(lanes.len());
        lanes.resize(lanes.len().max(lane + 1), end);
        lanes[lane] = end;
        (start, end, lane)
    };
    let events = analysis.events.iter().map(|event| (event.at.millis(), event.at.millis(), &*event.name));
    let maintenance = analysis.maintenance.iter().map(|told| (told.bounds().0, told.bounds().1, &*told.name));
    let mut plans: Vec<(i64, i64, &str)> = events.chain(maintenance).collect();
    plans.sort_unstable();
    Data {
        size: analysis.windows.size,
        finer: finer(analysis),
        total: analysis.totals.errors,
        step,
        keys: if facts.is_empty() { Vec::new() } else { keys(analysis, step) },
        partial: buckets.chunks(step).enumerate().filter(|(_, chunk)| cut(chunk)).map(|(at, _)| at).collect(),
        unknown: analysis.unseen().into_iter().filter_map(stretch).collect(),
        incidents: incidents.into_iter().map(&mut in_lane).collect(),
        plans: plans
            .into_iter()
            .filter_map(|(start, end, name)| stretch((start, end)).map(|(start, end)| (start, end, name)))
            .collect(),
        details: analysis.by_detail.iter().map(|row| place(&row.reason)).filter(|_| !facts.is_empty()).collect(),
        least: LEAST_TOP,
        channels: analysis.by_channel.len(),
        reasons: reasons
            .iter()
            .enumerate()
            .map(|(at, row)| {
                let ink = inks.ink(&row.reason);
                Reason { name: address(&row.reason, at), class: format!("f-{}", ink.name), fill: ink.hex() }
            })
            .collect(),
        facts,
        words: words(analysis, lang),
    }
}

/// Whether errstat would make windows of a smaller size out of the same inputs.
fn finer(analysis: &Analysis) -> bool {
    let coarse = |key| analysis.notes.iter().any(|note| note.key == key);
    match analysis.windows.size {
        "5m" => false,
        "15m" | "30m" | "hour" => !coarse(key::note::HOUR_PRECISION) && !coarse(key::note::DAY_PRECISION),
        _ => !coarse(key::note::DAY_PRECISION),
    }
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

fn words(analysis: &Analysis, lang: Lang) -> BTreeMap<&'static str, String> {
    let said = WORDS.into_iter().map(|word| (word.name(), lang.phrase(word).trim_matches('|').to_owned()));
    // The script fills the number into what the language makes of one.
    let percent = lang.percent(0.5).replacen("50.0", "{number}", 1);
    said.chain([("unit", lang.phrase(unit(analysis.windows.size)).to_owned()), ("percent", percent)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LocalTime;

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
    fn neighbouring_windows_are_added_up() {
        let mut analysis = crate::render::sample::week();
        let fact = |window, detail, errors| Fact { window, channel: 0, detail, errors };
        analysis.finer.facts = vec![fact(0, 1, 3), fact(1, 1, 4), fact(1, 2, 5)];
        let data = data(&analysis, &analysis.finer.facts, (Lang::En, &ReasonInks::new(&analysis)), 2);
        assert_eq!(data.facts, [vec![0, 1, 7, 0, 2, 5], vec![], vec![], vec![]]);
        assert_eq!(data.keys.len(), 5);
    }

    #[test]
    fn no_element_can_be_ended_by_the_data() {
        assert_eq!(escape("</script>&"), "\\u003c/script\\u003e\\u0026");
    }
}
