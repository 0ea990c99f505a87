//! How long answers took, beside the time that LINE waits.

use super::{
    canvas::{Anchor, Canvas, Frame, Slot},
    legend::{Entry, Sign, legend},
    marks, measure,
    page::Chart,
    plot,
    scales::DurationScale,
    scene::Scene,
    theme::{AXIS, HEAT, INCIDENT_MARK, Ink, REQUEST_TIMEOUT, SURFACE},
    timeline::window_name,
    webhooks::{each, frame, without_log},
};
use crate::{
    analysis::RequestDurations,
    model::{Sentence, key},
    server::LIMIT,
};

/// Height of the plot as a part of a timeline's.
const HEIGHT: f64 = 0.8;

/// In seconds.
const LINE_WAITS: f64 = LIMIT as f64 / 1000.0;

/// A quantile: its name, ink, thickness and value in seconds.
type Quantile = (key::SentenceKey, Ink, f64, fn(&RequestDurations) -> f64);

/// From the one on top to the one below, which is drawn last.
const QUANTILES: [Quantile; 3] = [
    (key::chart::P99, REQUEST_TIMEOUT, 2.0, |took| took.p99),
    (key::chart::P95, HEAT[5], 2.0, |took| took.p95),
    (key::chart::P50, HEAT[7], 3.0, |took| took.p50),
];

/// The picture; none where the logs have no durations.
pub fn latency(scene: &Scene) -> Option<Chart> {
    let windows = windows(scene);
    let shortest = windows.iter().map(|(_, took)| took.p50).fold(f64::INFINITY, f64::min);
    let longest = windows.iter().map(|(_, took)| took.p99).fold(0.0, f64::max);
    (!windows.is_empty()).then(|| {
        let scale = DurationScale::new(shortest, longest, LINE_WAITS);
        let title = scene.phrase(key::chart::LATENCY).to_owned();
        let alt = alt(scene, &windows);
        Chart::new(scene, "latency", title, alt, |canvas, slot| panel(canvas, slot, scene, &windows, &scale))
    })
}

/// The windows in which something was measured.
fn windows<'a>(scene: &Scene<'a>) -> Vec<(usize, &'a RequestDurations)> {
    let buckets = scene.windows.iter().enumerate();
    buckets.filter_map(|(at, bucket)| Some((at, bucket.log.duration.as_ref()?))).collect()
}

fn alt(scene: &Scene, windows: &[(usize, &RequestDurations)]) -> String {
    let all = Sentence::new(key::chart::LATENCY_ALT).with("title", scene.phrase(key::chart::LATENCY));
    let mut sentences = vec![scene.say(all.with("scope", scene.scope()))];
    sentences.extend(scene.story.log.as_ref().and_then(|log| log.duration.clone()));
    if let Some((window, took)) = windows.iter().rev().max_by(|a, b| a.1.p99.total_cmp(&b.1.p99)) {
        let most = Sentence::new(key::chart::LATENCY_MOST_ALT).with("p99", format!("{:.2}", took.p99));
        sentences.push(scene.say(most.with("when", window_name(scene, *window))));
    }
    let above = windows.iter().filter(|(_, took)| took.p99 >= LINE_WAITS).count() as u64;
    sentences.push(scene.say(Sentence::new(key::chart::LATENCY_ABOVE_ALT).with_number("count", above)));
    sentences.join(scene.lang.between())
}

fn panel(
    canvas: &Canvas,
    slot: Slot,
    scene: &Scene,
    windows: &[(usize, &RequestDurations)],
    scale: &DurationScale,
) -> f64 {
    let look = scene.look;
    let silent = marks::seen(scene, frame(slot, 0.0, scene), without_log(scene));
    let entries = QUANTILES.iter().map(|(name, ink, ..)| Entry::plain(*ink, Sign::Line, scene.phrase(*name)));
    let no_log = (!silent.is_empty()).then(|| Entry::hatched(scene, key::chart::NO_LOG));
    let entries: Vec<Entry> = entries.chain(no_log).collect();
    let kind = if scale.logarithmic { key::chart::LOGARITHMIC } else { key::chart::LINEAR };
    let unit = scene.say(Sentence::new(kind).with("each", scene.phrase(each(scene))));
    let y = slot.y + legend(canvas, slot, scene, &unit, &entries) + 12.0;
    let frame = frame(Slot { y: y.round(), ..slot }, (look.plot * HEIGHT).round(), scene);
    marks::plans(canvas, frame, scene);
    marks::shade(canvas, frame, scene);
    let label = |seconds: f64| {
        let short = seconds > 0.0 && seconds < 0.1;
        let (key, number) = if short { (key::chart::MILLIS, seconds * 1000.0) } else { (key::chart::SECONDS, seconds) };
        scene.say(Sentence::new(key).with("number", (number * 100.0).round() / 100.0))
    };
    let ticks = scale.ticks.iter().map(|seconds| (scale.place(*seconds), label(*seconds)));
    plot::draw_scale(canvas, frame, look.small, ticks);
    marks::hatch_seen(canvas, frame, &silent);
    let band = frame.w / scene.windows.len().max(1) as f64;
    let y = |seconds: f64| frame.bottom() - frame.h * scale.place(seconds);
    let limit = y(LINE_WAITS);
    canvas.line((frame.x, limit), (frame.right(), limit), INCIDENT_MARK, 1.5);
    for (_, ink, width, value) in QUANTILES {
        // A step for each window; where one is missing the line ends.
        for run in windows.chunk_by(|a, b| b.0 == a.0 + 1) {
            let edge = |window: usize| frame.x + window as f64 * band;
            let step = |(window, took): &(usize, &RequestDurations)| {
                let y = y(value(took));
                [(edge(*window), y), (edge(window + 1), y)]
            };
            canvas.path(&run.iter().flat_map(step).collect::<Vec<_>>(), ink, width);
        }
    }
    canvas.line((frame.x, frame.bottom()), (frame.right(), frame.bottom()), AXIS, 1.0);
    let waits = scene.say(Sentence::new(key::chart::LINE_WAITS).with("seconds", LINE_WAITS));
    let w = measure::width(&waits, look.small) + 6.0;
    let back = Frame { x: frame.right() - w, y: limit - look.small.leading(), w, h: look.small.leading() - 2.0 };
    canvas.faded_rect(back, SURFACE, 0.85);
    canvas.text(&waits, (frame.right() - 3.0, limit - 5.0), look.small, INCIDENT_MARK, Anchor::Right);
    let bottom = plot::draw_windows(canvas, frame, scene);
    let few = scene.windows.iter().any(|bucket| bucket.log.requests.is_some_and(|n| 0 < n && n < 100));
    plot::notes(canvas, slot, bottom, scene, few.then(|| scene.phrase(key::chart::FEW_FOR_P99).to_owned()))
}
