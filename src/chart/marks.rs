//! The incidents in the timeline, and the time of which nothing is known.

use super::{
    canvas::{Anchor, Canvas, Frame},
    measure,
    plot::column_width,
    scene::Scene,
    theme::{AXIS, GRID, INCIDENT, INCIDENT_MARK, MUTED},
};

/// Height of a mark above the plot, and with the gap above it.
const MARK: f64 = 6.0;
const LANE: f64 = 9.0;
/// More lanes than this would be a second drawing; the last one takes what is left.
const LANES: usize = 4;
/// Distance between two lines of a hatching.
const HATCH: f64 = 8.0;

/// Where an instant lies in the plot: within its window, by its share of the window's length.
fn place(scene: &Scene, plot: Frame, millis: i64) -> f64 {
    let buckets = scene.windows;
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

/// The same on the column of a window instead of the room for it, so that an incident of a day is seen at the column of its
/// week.
fn on_column(scene: &Scene, plot: Frame, millis: i64) -> f64 {
    let band = plot.w / scene.windows.len().max(1) as f64;
    let within = (place(scene, plot, millis) - plot.x) / band;
    let (window, width) = (within.floor(), column_width(band));
    plot.x + window * band + (band - width) / 2.0 + (within - window) * width
}

/// Left edge and width of an incident, wide enough to be seen.
fn incident(scene: &Scene, plot: Frame, (from, until): (i64, i64)) -> (f64, f64) {
    // Its end belongs to the window before.
    wide_enough(plot, on_column(scene, plot, from), on_column(scene, plot, until - 1))
}

/// Left edge and width of a stretch, wide enough to be seen.
fn stretch(scene: &Scene, plot: Frame, (from, until): (i64, i64)) -> (f64, f64) {
    wide_enough(plot, place(scene, plot, from), place(scene, plot, until))
}

fn wide_enough(plot: Frame, left: f64, right: f64) -> (f64, f64) {
    let w = (right - left).max(4.0);
    (left.min(plot.right() - w), w)
}

/// Shades the stretches of the incidents, behind the columns.
pub fn shade(canvas: &Canvas, plot: Frame, scene: &Scene) {
    let bounds = scene.analysis.incidents.iter().map(|incident| incident.bounds());
    for bounds in bounds.filter(|bounds| scene.shows(*bounds)) {
        let (x, w) = incident(scene, plot, bounds);
        canvas.rect(Frame { x, w, ..plot }, INCIDENT);
    }
}

/// Shades maintenance behind the columns, and draws a line for each event.
pub fn plans(canvas: &Canvas, plot: Frame, scene: &Scene) {
    let bounds = scene.analysis.maintenance.iter().map(|maintenance| maintenance.bounds());
    for bounds in bounds.filter(|bounds| scene.shows(*bounds)) {
        let (x, w) = stretch(scene, plot, bounds);
        canvas.rect(Frame { x, w, ..plot }, GRID);
    }
    let instants = scene.analysis.events.iter().map(|event| event.at.millis());
    for at in instants.filter(|at| scene.shows((*at, at + 1))) {
        let x = place(scene, plot, at);
        canvas.line((x, plot.y), (x, plot.bottom()), MUTED, 1.0);
    }
}

/// Writes the names of events and maintenance above the plot where they have room; gives the lower edge.
pub fn names(canvas: &Canvas, plot: Frame, scene: &Scene) -> f64 {
    let (small, analysis) = (scene.look.small, scene.analysis);
    let events = analysis.events.iter().map(|event| (event.at.millis(), &event.name));
    let mut all: Vec<_> =
        analysis.maintenance.iter().map(|told| (told.start.millis(), &told.name)).chain(events).collect();
    all.sort_unstable();
    let mut free_from = plot.x;
    for (at, name) in &all {
        let name = measure::shorten(name, small, plot.w / 4.0);
        let room = measure::width(&name, small);
        let left = place(scene, plot, *at).min(plot.right() - room);
        if left >= free_from {
            canvas.text(&name, (left, plot.y + small.size), small, MUTED, Anchor::Left);
            free_from = left + room + 12.0;
        }
    }
    if all.is_empty() { plot.y } else { plot.y + small.leading() }
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
    for &(from, until) in &scene.unseen {
        // Those of several channels may overlap.
        if until > drawn {
            let (x, w) = stretch(scene, plot, (from.max(drawn), until));
            hatch(canvas, Frame { x, w, ..plot });
            drawn = until;
        }
    }
}

/// Of stretches that are seen at all the longest are hatched: more would be a drawing of their own.
const HATCHED: usize = 60;

/// Left and right edges of stretches that can be seen: at least two pixels wide, and those as one between which a column has
/// no room.
pub fn seen(scene: &Scene, plot: Frame, mut stretches: Vec<(i64, i64)>) -> Vec<(f64, f64)> {
    stretches.sort_unstable();
    let mut seen: Vec<(f64, f64)> = Vec::new();
    for (from, until) in stretches {
        let (left, right) = (place(scene, plot, from), place(scene, plot, until));
        match seen.last_mut() {
            Some(last) if left - last.1 < 1.0 => last.1 = last.1.max(right),
            _ => seen.push((left, right)),
        }
    }
    seen.retain(|(left, right)| right - left >= 2.0);
    seen.sort_by(|a, b| (b.1 - b.0).total_cmp(&(a.1 - a.0)));
    seen.truncate(HATCHED);
    seen
}

/// Hatches what is seen.
pub fn hatch_seen(canvas: &Canvas, plot: Frame, seen: &[(f64, f64)]) {
    seen.iter().for_each(|(left, right)| hatch(canvas, Frame { x: *left, w: right - left, ..plot }));
}

/// Draws a mark above the plot for each incident, those at the same time in lanes, with what failed where that has room;
/// gives the upper edge of the plot.
pub fn mark(canvas: &Canvas, plot: Frame, scene: &Scene) -> f64 {
    let events: Vec<_> = scene.story.events.all().collect();
    if events.is_empty() {
        return plot.y + 4.0;
    }
    let small = scene.look.small;
    // The worst ones first, so that they get the first lane and a label.
    let mut lanes: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut taken: Vec<(f64, f64)> = Vec::new();
    let free = |taken: &[(f64, f64)], (left, right): (f64, f64)| taken.iter().all(|(l, r)| left > *r || right < *l);
    for event in events {
        let (x, w) = incident(scene, plot, event.incident.bounds());
        let lane =
            lanes.iter().position(|lane| free(lane, (x + 0.5, x + w - 0.5))).unwrap_or(lanes.len()).min(LANES - 1);
        if lane == lanes.len() {
            lanes.push(Vec::new());
        }
        lanes[lane].push((x, x + w));
        let y = plot.y + small.leading() + lane as f64 * LANE;
        canvas.rect(Frame { x, y, w, h: MARK }, INCIDENT_MARK);
        let label = measure::shorten(&scene.leading(event), small, plot.w / 2.0);
        let room = measure::width(&label, small);
        let left = (x + w / 2.0 - room / 2.0).clamp(plot.x, (plot.right() - room).max(plot.x));
        if free(&taken, (left - 12.0, left + room + 12.0)) {
            canvas.text(&label, (left, plot.y + small.size), small, INCIDENT_MARK, Anchor::Left);
            taken.push((left, left + room));
        }
    }
    plot.y + small.leading() + lanes.len() as f64 * LANE + 4.0
}
