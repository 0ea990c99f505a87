//! Names with their errors and changes, a row each, and beside them a bar or the course of time.

use super::{
    canvas::{Anchor, Canvas, Frame, Slot},
    figures::compact,
    measure,
    plot::Plot,
    scales::CountScale,
    scene::Scene,
    stack::Stack,
    theme::{self, CHANNEL, GRID, Ink, MUTED, TEXT},
};
use crate::story::Change;

/// Space between two columns.
const GAP: f64 = 16.0;
/// What is drawn has at least this part of the width: bars, and columns.
const LEAST: [f64; 2] = [0.15, 0.3];

/// One row.
pub struct Row<'a> {
    pub name: &'a str,
    /// In small type under the name; may be empty.
    pub under: String,
    pub errors: u64,
    /// There may be more.
    pub at_least: bool,
    pub change: Option<Change>,
    pub drawn: Drawn<'a>,
}

/// What stands beside the numbers.
pub enum Drawn<'a> {
    /// A bar whose length is compared with those of the others.
    Bar(Ink),
    /// Errors of each window, up to a count that the highest of them does not exceed; the highest is labelled.
    Columns(&'a [u64], u64),
}

/// Draws the rows; gives the lower edge.
pub fn ranking(canvas: &Canvas, slot: Slot, scene: &Scene, rows: &[Row<'_>]) -> f64 {
    let look = scene.look;
    let widest = |width: &dyn Fn(&Row<'_>) -> f64| rows.iter().map(width).fold(0.0, f64::max);
    let count = |row: &Row<'_>| format!("{}{}", if row.at_least { "≥ " } else { "" }, scene.figure(row.errors));
    let counts = GAP + widest(&|row| measure::width(&count(row), look.strong));
    let changes =
        widest(&|row| row.change.as_ref().map_or(0.0, |change| GAP + measure::width(&change.text, look.body)));
    let names = widest(&|row| measure::width(row.name, look.strong).max(measure::width(&row.under, look.small)));
    let least = LEAST[usize::from(rows.iter().any(|row| matches!(row.drawn, Drawn::Columns(..))))];
    let names = names.min(slot.w * (1.0 - least) - counts - changes - GAP);
    let right = slot.x + names + counts;
    let x = right + changes + GAP;
    let largest = rows.iter().map(|row| row.errors).max().unwrap_or(0).max(1);
    let height = look.body.leading() + look.small.leading() + 8.0;
    for (i, row) in rows.iter().enumerate() {
        let y = slot.y + i as f64 * height;
        let baseline = if row.under.is_empty() { y + height / 2.0 + look.body.size * 0.36 } else { y + look.body.size };
        if row.under.is_empty() && measure::width(row.name, look.strong) > names {
            canvas.paragraph(Slot { y, w: names, ..slot }, row.name, look.strong, TEXT, 2);
        } else {
            canvas.fitted(row.name, (slot.x, baseline), look.strong, TEXT, Anchor::Left, names);
        }
        let below = (slot.x, baseline + look.small.leading());
        canvas.fitted(&row.under, below, look.small, MUTED, Anchor::Left, names);
        canvas.text(&count(row), (right, baseline), look.strong, TEXT, Anchor::Right);
        if let Some(change) = &row.change {
            let ink = theme::trend(change.trend);
            canvas.text(&change.text, (right + changes, baseline), look.body, ink, Anchor::Right);
        }
        let frame = Frame { x, y, w: slot.right() - x, h: height };
        match row.drawn {
            Drawn::Bar(ink) => {
                let w = (frame.w * row.errors as f64 / largest as f64).max(2.0);
                canvas.rect(Frame { y: baseline - look.body.size * 0.86, w, h: look.body.size, ..frame }, ink);
            }
            Drawn::Columns(errors, top) => columns(canvas, frame, scene, errors, top),
        }
    }
    slot.y + rows.len() as f64 * height
}

fn columns(canvas: &Canvas, frame: Frame, scene: &Scene, errors: &[u64], top: u64) {
    let label = scene.look.small.size + 2.0;
    let frame = Frame { y: frame.y + label, h: frame.h - label - 6.0, ..frame };
    canvas.line((frame.x, frame.bottom()), (frame.right(), frame.bottom()), GRID, 1.0);
    let plot =
        Plot { scene, frame, counts: &CountScale::new(top, 100), stack: Stack::single(CHANNEL, errors, frame.w) };
    plot.draw_columns(canvas);
    if let Some(highest) = plot.stack.highest() {
        plot.label(canvas, highest, &compact(scene.lang, highest.1.errors), MUTED);
    }
}
