//! The legend of the timeline: what is drawn how, and how much of it there is.

use super::{
    canvas::{Anchor, Canvas, Frame},
    marks, measure, previous,
    scene::Scene,
    stack::Stack,
    theme::{AXIS, Ink, PREVIOUS, PREVIOUS_BAR, Sizes, TEXT},
};
use crate::model::Sentence;

const SWATCH: f64 = 13.0;
const SWATCH_GAP: f64 = 7.0;
const ENTRY_GAP: f64 = 12.0;
const NAME_ROOM: f64 = 300.0;

/// The entries with their places relative to the legend, and the height of all their rows.
pub struct Legend {
    entries: Vec<(Entry, (f64, f64))>,
    pub height: f64,
}

struct Entry {
    ink: Ink,
    sign: Sign,
    name: String,
    count: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Area,
    Line,
    Hatch,
}

impl Legend {
    /// The legend of a stack and of the previous period, in rows of at most `width`.
    pub fn new(scene: &Scene, stack: &Stack, width: f64, sizes: &Sizes) -> Legend {
        let leading = sizes.body.leading() + 2.0;
        let (mut x, mut y) = (0.0, 0.0);
        let entries: Vec<_> = entries(scene, stack)
            .into_iter()
            .map(|entry| {
                let name = measure::width(&entry.name, sizes.body).min(NAME_ROOM);
                let w = SWATCH + 2.0 * SWATCH_GAP + measure::width(&entry.count, sizes.strong) + name;
                if x > 0.0 && x + w > width {
                    (x, y) = (0.0, y + leading);
                }
                let place = (x, y);
                x += w + ENTRY_GAP;
                (entry, place)
            })
            .collect();
        Legend { height: if entries.is_empty() { 0.0 } else { y + leading }, entries }
    }

    /// Draws the legend below and to the right of a point.
    pub fn draw(&self, canvas: &Canvas, (left, top): (f64, f64), sizes: &Sizes) {
        for (entry, (x, y)) in &self.entries {
            draw_entry(canvas, entry, (left + x, top + y + sizes.body.size), sizes);
        }
    }
}

fn entries(scene: &Scene, stack: &Stack) -> Vec<Entry> {
    let mut entries: Vec<Entry> = stack
        .layers
        .iter()
        .map(|layer| Entry {
            ink: layer.ink,
            sign: Sign::Area,
            name: layer.name.clone(),
            count: scene.figure(layer.errors),
        })
        .collect();
    if let (Some(errors), Some(previous)) = (scene.analysis.totals.previous_errors, &scene.analysis.period.previous) {
        let name = scene.say(Sentence::new("chart.previous").with("label", &previous.label));
        let (ink, sign) = if previous::crowded(stack) { (PREVIOUS_BAR, Sign::Area) } else { (PREVIOUS, Sign::Line) };
        entries.push(Entry { ink, sign, name, count: scene.figure(errors) });
    }
    if !scene.analysis.unknown.is_empty() {
        let name = scene.phrase("chart.unknown").to_owned();
        entries.push(Entry { ink: AXIS, sign: Sign::Hatch, name, count: String::new() });
    }
    entries
}

fn draw_entry(canvas: &Canvas, entry: &Entry, (x, baseline): (f64, f64), sizes: &Sizes) {
    let middle = baseline - sizes.body.size * 0.36;
    match entry.sign {
        Sign::Line => canvas.line((x, middle), (x + SWATCH, middle), entry.ink, 2.5),
        Sign::Hatch => marks::hatch(canvas, Frame { x, y: middle - SWATCH / 2.0, w: SWATCH, h: SWATCH }),
        Sign::Area => canvas.rect(Frame { x, y: middle - SWATCH / 2.0, w: SWATCH, h: SWATCH }, entry.ink),
    }
    // The count stands first: digits are about as wide in every font, so that the gap stays small.
    let x = x + SWATCH + SWATCH_GAP;
    canvas.text(&entry.count, (x, baseline), sizes.strong, TEXT, Anchor::Start);
    let x = x + measure::width(&entry.count, sizes.strong) + SWATCH_GAP - 2.0;
    canvas.fitted(&entry.name, (x, baseline), sizes.body, TEXT, Anchor::Start, NAME_ROOM);
}
