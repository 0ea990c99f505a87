//! What is drawn how, and how much of it there is.

use super::{
    canvas::{Anchor, Canvas, Frame, Slot},
    marks, measure,
    scene::Scene,
    stack::Layer,
    theme::{AXIS, Ink, MUTED, TEXT},
};
use crate::model::SentenceKey;

/// Space between two entries.
const GAP: f64 = 14.0;

/// One entry.
pub struct Entry {
    pub ink: Ink,
    pub sign: Sign,
    pub name: String,
    /// Stands before the name; may be empty.
    pub count: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    Area,
    /// What may be, in the way of the plot: pale, with its edge on top.
    Pale,
    Line,
    Hatch,
}

impl Entry {
    /// A layer of a stack.
    pub fn layer(scene: &Scene, layer: &Layer) -> Entry {
        let count = scene.figure(layer.errors());
        Entry { ink: layer.ink, sign: Sign::Area, name: layer.name.clone(), count }
    }

    /// One without a count.
    pub fn plain(ink: Ink, sign: Sign, name: &str) -> Entry {
        Entry { ink, sign, name: name.to_owned(), count: String::new() }
    }

    /// Time of which something is not known.
    pub fn hatched(scene: &Scene, key: SentenceKey) -> Entry {
        Entry::plain(AXIS, Sign::Hatch, scene.phrase(key))
    }
}

/// How opaque is what may be, beside what is.
const PALE: f64 = 0.35;

/// An area that may be as high as this.
pub fn pale(canvas: &Canvas, frame: Frame, ink: Ink) {
    canvas.faded_rect(frame, ink, PALE);
    canvas.rect(Frame { h: 1.5, ..frame }, ink);
}

/// Draws the unit and the entries in rows; gives the height.
pub fn legend(canvas: &Canvas, slot: Slot, scene: &Scene, unit: &str, entries: &[Entry]) -> f64 {
    let (body, strong) = (scene.look.body, scene.look.strong);
    let (leading, swatch) = (body.leading() + 2.0, body.size * 0.87);
    let (mut x, mut y) = (0.0, 0.0);
    if !unit.is_empty() {
        x = GAP + canvas.fitted(unit, (slot.x, slot.y + body.size), body, MUTED, Anchor::Left, slot.w);
    }
    for Entry { ink, sign, name, count } in entries {
        let count_room = if count.is_empty() { 0.0 } else { measure::width(count, strong) * 1.1 + 5.0 };
        let taken = swatch + 6.0 + count_room;
        let w = taken + (measure::width(name, body) + 1.0).min(slot.w - taken);
        if x > 0.0 && x + w > slot.w {
            (x, y) = (0.0, y + leading);
        }
        let (left, baseline) = (slot.x + x, slot.y + y + body.size);
        let middle = baseline - body.size * 0.36;
        let square = Frame { x: left, y: middle - swatch / 2.0, w: swatch, h: swatch };
        match sign {
            Sign::Line => canvas.line((left, middle), (left + swatch, middle), *ink, 2.5),
            Sign::Hatch => marks::hatch(canvas, square),
            Sign::Area => canvas.rect(square, *ink),
            Sign::Pale => pale(canvas, square, *ink),
        }
        // The count stands first: digits are about as wide in every font, so that the gap stays about the same.
        canvas.text(count, (left + swatch + 6.0, baseline), strong, TEXT, Anchor::Left);
        canvas.fitted(name, (left + taken, baseline), body, TEXT, Anchor::Left, w - taken);
        x += w + GAP;
    }
    if x > 0.0 { y + leading } else { 0.0 }
}
