//! The incidents in the timeline, and the time of which nothing is known.

use super::{
    canvas::{Anchor, Canvas, Frame},
    measure,
    scene::Scene,
    theme::{AXIS, INCIDENT, INCIDENT_MARK, Sizes},
};
use crate::model::{Sentence, key};

/// Height of a mark above the plot.
const MARK: f64 = 6.0;

/// Distance between two lines of a hatching.
const HATCH: f64 = 8.0;

/// The room that the marks and their labels take above a plot.
pub fn room(scene: &Scene, sizes: &Sizes) -> f64 {
    if scene.analysis.incidents.is_empty() { 4.0 } else { sizes.small.leading() + MARK + 10.0 }
}

/// Where an instant lies in the plot: within its window, by its share of the window's length.
fn place(scene: &Scene, plot: Frame, millis: i64) -> f64 {
    let buckets = &scene.analysis.windows.buckets;
    let after = buckets.partition_point(|bucket| bucket.bounds().0 <= millis);
    let share = match after.checked_sub(1).map(|window| (window, buckets[window].bounds())) {
        None => 0.0,
        Some((window, (start, end))) => {
            let within = millis.saturating_sub(start) as f64 / end.saturating_sub(start).max(1) as f64;
            (window as f64 + within.min(1.0)) / buckets.len() as f64
        }
    };
    plot.x + plot.w * share
}

/// Left edge and width of an incident, wide enough to be seen.
fn stretch(scene: &Scene, plot: Frame, bounds: (i64, i64)) -> (f64, f64) {
    let (left, right) = (place(scene, plot, bounds.0), place(scene, plot, bounds.1));
    let w = (right - left).max(4.0);
    (left.min(plot.right() - w), w)
}

/// Shades the stretches of the incidents, behind the columns.
pub fn shade(canvas: &Canvas, plot: Frame, scene: &Scene) {
    for incident in &scene.analysis.incidents {
        let (x, w) = stretch(scene, plot, incident.bounds());
        canvas.rect(Frame { x, w, ..plot }, INCIDENT);
    }
}

/// Hatches a frame, so that it can be told from one that is empty.
pub fn hatch(canvas: &Canvas, frame: Frame) {
    // A line rises as far as it goes to the right; what of it lies in the frame is drawn.
    let reach = frame.w + frame.h;
    let mut from = HATCH / 2.0;
    while from < reach {
        let start = (from - frame.h).max(0.0);
        let end = from.min(frame.w);
        let at = |x: f64| (frame.x + x, frame.y + from - x);
        canvas.line(at(start), at(end), AXIS, 1.0);
        from += HATCH;
    }
}

/// Hatches the stretches for which inputs are missing.
pub fn hatch_unknown(canvas: &Canvas, plot: Frame, scene: &Scene) {
    let mut drawn = i64::MIN;
    for &(from, until) in &scene.analysis.unknown {
        // Those of several channels may overlap.
        if until > drawn {
            let (x, w) = stretch(scene, plot, (from.max(drawn), until));
            hatch(canvas, Frame { x, w, ..plot });
            drawn = until;
        }
    }
}

/// Marks above the plot, and the details of the largest incidents where they have room.
pub fn mark(canvas: &Canvas, plot: Frame, scene: &Scene, sizes: &Sizes) {
    if scene.analysis.incidents.is_empty() {
        return;
    }
    let y = plot.y - sizes.small.leading() - 4.0 - MARK;
    let mut taken: Vec<(f64, f64)> = Vec::new();
    for incident in &scene.analysis.incidents {
        let (x, w) = stretch(scene, plot, incident.bounds());
        canvas.rect(Frame { x, y, w, h: MARK }, INCIDENT_MARK);
        let name = measure::shorten(scene.detail_code(&incident.detail), sizes.small, 220.0);
        let label = scene.say(
            Sentence::new(key::chart::NAMED_COUNT).with("name", name).with("errors", scene.figure(incident.errors)),
        );
        let room = measure::width(&label, sizes.small);
        let left = (x + w / 2.0 - room / 2.0).clamp(plot.x, (plot.right() - room).max(plot.x));
        if taken.iter().all(|&(start, end)| left > end + 12.0 || left + room + 12.0 < start) {
            canvas.text(&label, (left, y - 6.0), sizes.small, INCIDENT_MARK, Anchor::Start);
            taken.push((left, left + room));
        }
    }
}
