//! How a count differs from the one before: a triangle and a signed number.

use std::cmp::Ordering;

use super::{
    canvas::{Anchor, Canvas},
    figures, measure,
    scene::Scene,
    theme::{BETTER, Ink, MUTED, Type, WORSE},
};

/// More errors are worse.
fn ink(change: i64) -> Ink {
    match change.cmp(&0) {
        Ordering::Greater => WORSE,
        Ordering::Less => BETTER,
        Ordering::Equal => MUTED,
    }
}

/// Width of a change with its triangle.
pub fn width(scene: &Scene, change: i64, style: Type) -> f64 {
    measure::width(&figures::difference(scene.lang, change), style) + style.size
}

/// Draws a change that ends at `right`. The triangle says up or down without colour.
pub fn draw(canvas: &Canvas, scene: &Scene, change: i64, (right, baseline): (f64, f64), style: Type) {
    let text = figures::difference(scene.lang, change);
    let ink = ink(change);
    canvas.text(&text, (right, baseline), style, ink, Anchor::End);
    if change != 0 {
        let size = style.size * 0.6;
        let left = right - measure::width(&text, style) - style.size * 0.8;
        canvas.triangle((left, baseline - style.size * 0.06), size, change > 0, ink);
    }
}
