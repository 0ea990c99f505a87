//! The legend of the timeline: what is drawn how, and how much of it there is.

use super::{
    canvas::{Anchor, Canvas, Frame, Slot},
    marks, measure, previous,
    scene::Scene,
    stack::Stack,
    theme::{AXIS, Ink, PREVIOUS, PREVIOUS_BAR, Sizes, TEXT},
};
use crate::model::{Sentence, key};

const SWATCH: f64 = 13.0;
const SWATCH_GAP: f64 = 7.0;
const KEY_GAP: f64 = 12.0;
const NAME_ROOM: f64 = 300.0;

struct LegendKey {
    ink: Ink,
    sign: Sign,
    name: String,
    count: String,
}

#[derive(Clone, Copy)]
enum Sign {
    Area,
    Line,
    Hatch,
}

/// Draws the legend of a stack and of the previous period, in rows; gives its height.
pub fn legend(canvas: &Canvas, slot: Slot, scene: &Scene, stack: &Stack, sizes: &Sizes) -> f64 {
    let leading = sizes.body.leading() + 2.0;
    let (mut x, mut y) = (0.0, 0.0);
    let keys = keys(scene, stack);
    for key in &keys {
        let name = measure::width(&key.name, sizes.body).min(NAME_ROOM);
        let w = SWATCH + 2.0 * SWATCH_GAP + measure::width(&key.count, sizes.strong) + name;
        if x > 0.0 && x + w > slot.w {
            (x, y) = (0.0, y + leading);
        }
        draw(canvas, key, (slot.x + x, slot.y + y + sizes.body.size), sizes);
        x += w + KEY_GAP;
    }
    if keys.is_empty() { 0.0 } else { y + leading }
}

fn keys(scene: &Scene, stack: &Stack) -> Vec<LegendKey> {
    let of_layer = |layer: &super::stack::Layer| LegendKey {
        ink: layer.ink,
        sign: Sign::Area,
        name: layer.name.clone(),
        count: scene.figure(layer.errors),
    };
    let mut keys: Vec<LegendKey> = stack.layers.iter().map(of_layer).collect();
    if let (Some(errors), Some(previous)) = (scene.analysis.totals.previous_errors, &scene.analysis.period.previous) {
        let name = scene.say(Sentence::new(key::chart::PREVIOUS).with("label", &previous.label));
        let (ink, sign) = if previous::crowded(stack) { (PREVIOUS_BAR, Sign::Area) } else { (PREVIOUS, Sign::Line) };
        keys.push(LegendKey { ink, sign, name, count: scene.figure(errors) });
    }
    if !scene.analysis.unknown.is_empty() {
        let name = scene.phrase(key::chart::UNKNOWN).to_owned();
        keys.push(LegendKey { ink: AXIS, sign: Sign::Hatch, name, count: String::new() });
    }
    keys
}

fn draw(canvas: &Canvas, key: &LegendKey, (x, baseline): (f64, f64), sizes: &Sizes) {
    let middle = baseline - sizes.body.size * 0.36;
    let swatch = Frame { x, y: middle - SWATCH / 2.0, w: SWATCH, h: SWATCH };
    match key.sign {
        Sign::Line => canvas.line((x, middle), (x + SWATCH, middle), key.ink, 2.5),
        Sign::Hatch => marks::hatch(canvas, swatch),
        Sign::Area => canvas.rect(swatch, key.ink),
    }
    // The count stands first: digits are about as wide in every font, so that the gap stays small.
    let x = x + SWATCH + SWATCH_GAP;
    canvas.text(&key.count, (x, baseline), sizes.strong, TEXT, Anchor::Start);
    let x = x + measure::width(&key.count, sizes.strong) + SWATCH_GAP - 2.0;
    canvas.fitted(&key.name, (x, baseline), sizes.body, TEXT, Anchor::Start, NAME_ROOM);
}
