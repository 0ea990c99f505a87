//! One incident in steps of five minutes, stacked by what failed.

use super::{
    canvas::{Anchor, Canvas, Frame, Slot},
    legend::{Entry, legend},
    measure,
    page::Chart,
    plot::{self, Plot},
    scales::CountScale,
    scene::Scene,
    stack::{Layer, Stack},
    theme::{INCIDENT_MARK, MUTED, OTHERS, STATUS_2, STATUS_3},
};
use crate::{
    model::{CELL_MILLIS, LocalTime, Sentence, Timestamp, key},
    story::Event,
};

/// Height of the plot as a part of a timeline's.
const HEIGHT: f64 = 0.5;
/// Others at the same time have a lane each; more would be a second drawing.
const LANES: usize = 3;
/// A browser's own font may be so much wider.
const SLACK: f64 = 1.2;
/// One or two columns say no more than a sentence beside them.
const LEAST_CELLS: usize = 3;

/// The incident at an index of those that are shown; none if there is none.
pub fn incident(scene: &Scene, index: usize) -> Option<Chart> {
    let event = scene.story.events.shown.get(index)?;
    let incident = event.incident;
    let number = index + 1;
    let title = scene.say(Sentence::new(key::chart::INCIDENT).with("number", number).with("when", &event.when));
    let subtitle =
        [event.channel.as_deref(), event.state, Some(&event.lasted), Some(&event.made_of), event.meanwhile.as_deref()];
    let subtitle = subtitle.into_iter().flatten().collect::<Vec<_>>().join(scene.lang.dot());
    let alt = Sentence::new(key::chart::INCIDENT_ALT)
        .with("title", &title)
        .with("subtitle", &subtitle)
        .with_number("errors", incident.peak_errors)
        .with("when", scene.story.clock.moment_after(incident.start, incident.peak_at));
    let picture = |canvas: &Canvas, slot: Slot| (panel(canvas, slot, scene, event), Vec::new());
    Some(Chart::drawn(scene, ("incident", Some(number)), (title, &subtitle), scene.say(alt), picture))
}

/// The same, unless a text beside it says it all.
pub fn beside_text(scene: &Scene, index: usize) -> Option<Chart> {
    let cells = scene.story.events.shown.get(index)?.parts.first().map_or(0, |part| part.cells.len());
    incident(scene, index).filter(|_| cells >= LEAST_CELLS)
}

fn panel(canvas: &Canvas, slot: Slot, scene: &Scene, event: &Event<'_>) -> f64 {
    let (look, incident) = (scene.look, event.incident);
    // All on one scale, so that they can be compared.
    let highest = scene.story.events.shown.iter().map(|event| event.incident.highest()).max().unwrap_or(0);
    let counts = CountScale::new(highest, 3);
    let layers = layers(scene, event);
    let entries: Vec<Entry> = layers.iter().map(|layer| Entry::layer(scene, layer)).collect();
    let y = slot.y + legend(canvas, slot, scene, scene.phrase(key::chart::PER_5M), &entries);
    let others: Vec<&Event<'_>> = scene.story.events.all().filter(|other| beside(event, other)).take(LANES).collect();
    let lane = look.small.size + 10.0;
    let slot = Slot { y: y + others.len() as f64 * lane + 2.0 * look.small.leading() + 6.0, ..slot };
    let frame = plot::frame(slot, look.plot * HEIGHT, &counts, scene);
    let cells = layers.first().map_or(0, |layer| layer.counts.len());
    let stack = Stack::new(layers, &vec![false; cells], frame.w);
    let plot = Plot { scene, frame, counts: &counts, stack };
    plot.draw_counts(canvas);
    plot.draw_columns(canvas);
    let first = incident.cells_start.millis();
    let start = |cell: usize| scene.analysis.timezone.time(Timestamp(first + cell as i64 * CELL_MILLIS));
    let starts: Vec<_> = (0..cells).map(|cell| *start(cell)).collect();
    let bottom = plot::draw_times(canvas, frame, scene, &starts, CELL_MILLIS / 60_000);
    plot.label_peak(canvas, |cell| scene.story.clock.moment_after(incident.start, start(cell)));
    let place = |at: LocalTime| {
        let share = (at.millis() - first) as f64 / (cells.max(1) as i64 * CELL_MILLIS) as f64;
        frame.x + frame.w * share.clamp(0.0, 1.0)
    };
    let shown = first..first + cells as i64 * CELL_MILLIS;
    for event in scene.analysis.events.iter().filter(|event| shown.contains(&event.at.millis())) {
        canvas.line((place(event.at), frame.y), (place(event.at), frame.bottom()), MUTED, 1.0);
    }
    for (lanes, other) in (0..).zip(others) {
        let (left, right) = (place(other.incident.start), place(other.incident.end));
        let baseline = y + f64::from(lanes) * lane + look.small.size;
        let elsewhere = other.channel.as_deref().filter(|_| other.incident.channel != incident.channel);
        let label =
            [Some(&*scene.leading(other)), elsewhere].into_iter().flatten().collect::<Vec<_>>().join(scene.lang.dot());
        let label = measure::shorten(&label, look.small, frame.w);
        let fits = left + measure::width(&label, look.small) * SLACK < frame.right();
        let (x, anchor) = if fits { (left, Anchor::Left) } else { (frame.right(), Anchor::Right) };
        canvas.text(&label, (x, baseline), look.small, MUTED, anchor);
        canvas.line((left, baseline + 4.0), (right.max(left + 2.0), baseline + 4.0), MUTED, 2.0);
    }
    bounds(canvas, scene, event, frame, (place(incident.start), place(incident.end)));
    let (note, above) = (plot.pooled().unwrap_or_default(), look.small.leading() - look.small.size);
    canvas.paragraph(Slot { y: bottom + above, w: slot.w / SLACK, ..slot }, &note, look.small, MUTED, 2) - above
}

/// Whether another incident comes at the same time.
fn beside(event: &Event<'_>, other: &Event<'_>) -> bool {
    let (a, b) = (event.incident, other.incident);
    !std::ptr::eq(a, b) && a.start <= b.end && b.start <= a.end
}

/// The failure classes as layers. Those of one reason, such as 5xx and 4xx, have shades of its colour.
fn layers(scene: &Scene, event: &Event<'_>) -> Vec<Layer> {
    let mut layers: Vec<Layer> = Vec::new();
    for part in &event.parts {
        let inks = [scene.ink(&part.reason), STATUS_2, STATUS_3];
        let ink = inks.into_iter().find(|ink| layers.iter().all(|layer| layer.ink != *ink)).unwrap_or(OTHERS);
        layers.push(Layer { ink, name: part.name.clone(), counts: part.cells.to_vec() });
    }
    layers
}

/// Marks onset and end, with their times where these have room.
fn bounds(canvas: &Canvas, scene: &Scene, event: &Event<'_>, plot: Frame, (left, right): (f64, f64)) {
    let (small, clock, incident) = (scene.look.small, scene.story.clock, event.incident);
    let top = plot.y - small.leading() - 4.0;
    let baseline = top - 4.0;
    let ongoing = incident.is_ongoing();
    let start = incident.start.format("%H:%M").to_string();
    let end = if ongoing {
        event.state.unwrap_or_default().to_owned()
    } else {
        clock.moment_after(incident.start, incident.end)
    };
    let room = measure::width(&start, small) + measure::width(&end, small) + 12.0;
    canvas.line((left, top), (left, plot.bottom()), INCIDENT_MARK, 1.0);
    if !ongoing {
        canvas.line((right, top), (right, plot.bottom()), INCIDENT_MARK, 1.0);
    }
    canvas.line((left, top), (right, top), INCIDENT_MARK, 2.0);
    if room <= right - left {
        canvas.text(&start, (left, baseline), small, INCIDENT_MARK, Anchor::Left);
        canvas.text(&end, (right, baseline), small, INCIDENT_MARK, Anchor::Right);
    }
}
