//! Columns over a count axis: stacked bars, or outlines where they are many.

use super::{
    canvas::{Anchor, Canvas, Frame},
    measure,
    scale::CountAxis,
    stack::{Column, Stack},
    theme::{AXIS, Ink, SURFACE, Type},
};

/// Columns thinner than this are drawn as one outline per layer.
const BAR_LEAST: f64 = 3.0;
/// From here on columns and their gaps are whole pixels.
const BAR_SHARP: f64 = 8.0;
const BAR_MOST: f64 = 96.0;
/// The least height of a column that is not empty: one error beside a million is still seen.
const HEIGHT_LEAST: f64 = 1.5;

/// The width of a column with its gap.
pub fn band(plot: Frame, stack: &Stack) -> f64 {
    plot.w / stack.columns.len().max(1) as f64
}

/// Where a count lies.
pub fn height_of(plot: Frame, axis: &CountAxis, errors: u64) -> f64 {
    plot.bottom() - plot.h * axis.place(errors)
}

/// Top of a column or of a part of it.
pub fn top_of(plot: Frame, axis: &CountAxis, errors: u64) -> f64 {
    let y = height_of(plot, axis, errors);
    if errors > 0 { y.min(plot.bottom() - HEIGHT_LEAST) } else { y }
}

/// The columns and the line they stand on.
pub fn draw(canvas: &Canvas, plot: Frame, axis: &CountAxis, stack: &Stack) {
    let band = band(plot, stack);
    if band >= BAR_LEAST {
        bars(canvas, plot, axis, stack, band);
    } else {
        outlines(canvas, plot, axis, stack, band);
    }
    canvas.line((plot.x, plot.bottom()), (plot.right(), plot.bottom()), AXIS, 1.0);
}

fn bars(canvas: &Canvas, plot: Frame, axis: &CountAxis, stack: &Stack, band: f64) {
    let sharp = band >= BAR_SHARP;
    let width = if sharp { (band * 0.78).min(BAR_MOST).floor() } else { band - 0.6 };
    for (i, column) in stack.columns.iter().enumerate() {
        let x = plot.x + (i as f64 + 0.5) * band - width / 2.0;
        let x = if sharp { x.round() } else { x };
        let opacity = if column.partial { 0.5 } else { 1.0 };
        let mut below = 0_u64;
        for (layer, &errors) in stack.layers.iter().zip(&column.layers) {
            if errors == 0 {
                continue;
            }
            let bottom = if below == 0 { plot.bottom() } else { top_of(plot, axis, below) };
            below = below.saturating_add(errors);
            let top = top_of(plot, axis, below);
            // A line of the page's colour keeps neighbours apart without relying on hue.
            let gap = if bottom < plot.bottom() && bottom - top > 3.0 { 1.0 } else { 0.0 };
            canvas.faded_rect(Frame { x, y: top, w: width, h: bottom - gap - top }, layer.ink, opacity);
        }
    }
}

/// Many thin columns: one area per layer, the highest sum first, the lower ones painted over it.
fn outlines(canvas: &Canvas, plot: Frame, axis: &CountAxis, stack: &Stack, band: f64) {
    for (i, layer) in stack.layers.iter().enumerate().rev() {
        let sum = |column: &Column| column.layers[..=i].iter().fold(0_u64, |sum, errors| sum.saturating_add(*errors));
        let mut points = vec![(plot.x, plot.bottom())];
        let mut y = plot.bottom();
        for (at, column) in stack.columns.iter().enumerate() {
            let top = top_of(plot, axis, sum(column));
            if top != y {
                let x = plot.x + at as f64 * band;
                points.extend([(x, y), (x, top)]);
                y = top;
            }
        }
        points.extend([(plot.right(), y), (plot.right(), plot.bottom())]);
        if points.len() > 3 {
            canvas.polygon(&points, layer.ink);
        }
    }
}

/// A label above a column, inside the plot's width and readable over lines.
pub fn label_above(canvas: &Canvas, plot: Frame, text: &str, (x, y): (f64, f64), style: Type, ink: Ink) {
    let half = measure::width(text, style) / 2.0;
    let x = x.min(plot.right() - half).max(plot.x + half);
    let back = Frame { x: x - half - 1.0, y: y - style.size * 0.85, w: half * 2.0 + 2.0, h: style.size };
    canvas.faded_rect(back, SURFACE, 0.85);
    canvas.text(text, (x, y), style, ink, Anchor::Middle);
}

/// The place of the label above a column: its middle, and the baseline.
pub fn above(plot: Frame, axis: &CountAxis, band: f64, i: usize, column: &Column) -> (f64, f64) {
    (plot.x + (i as f64 + 0.5) * band, top_of(plot, axis, column.errors) - 6.0)
}
