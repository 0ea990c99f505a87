//! A plot: columns of stacked counts between a scale of counts and one of time.

use chrono::{DateTime, FixedOffset};

use super::{
    canvas::{Anchor, Canvas, Frame, Slot},
    figures::compact,
    measure,
    scales::{self, CountScale, TickStyle},
    scene::Scene,
    stack::{Column, Stack},
    theme::{AXIS, GRID, Ink, MUTED, SURFACE, TEXT, Type},
};
use crate::model::{Sentence, key};

/// From here on columns and their gaps are whole pixels.
const BAR_SHARP: f64 = 8.0;
const BAR_MOST: f64 = 96.0;
/// The least height of a column that is not empty: one error beside a million is still seen.
const HEIGHT_LEAST: f64 = 1.5;

/// How wide a column is with such a band for it and its gap.
pub fn column_width(band: f64) -> f64 {
    if band >= BAR_SHARP { (band * 0.78).min(BAR_MOST).floor() } else { band - 0.6 }
}

/// Where the columns stand, and what they are measured by.
pub struct Plot<'a> {
    pub scene: &'a Scene<'a>,
    pub frame: Frame,
    pub counts: &'a CountScale,
    pub stack: Stack,
}

/// The plot's part of a slot: what the labels of the counts leave.
pub fn frame(slot: Slot, height: f64, counts: &CountScale, scene: &Scene) -> Frame {
    let labels = counts.ticks.iter().map(|tick| measure::width(&compact(scene.lang, *tick), scene.look.small));
    beside(slot, height, labels.fold(0.0, f64::max))
}

/// What labels of such a width leave.
pub fn beside(slot: Slot, height: f64, labels: f64) -> Frame {
    let gutter = (labels + 10.0).ceil();
    Frame { x: slot.x + gutter, y: slot.y, w: slot.w - gutter, h: height }
}

/// Grid lines with their labels at the left; a place is between 0 (the bottom) and 1 (the top).
pub fn draw_scale(canvas: &Canvas, plot: Frame, style: Type, ticks: impl IntoIterator<Item = (f64, String)>) {
    for (place, label) in ticks {
        let y = plot.bottom() - plot.h * place;
        if place > 0.0 {
            canvas.line((plot.x, y), (plot.right(), y), GRID, 1.0);
        }
        canvas.text(&label, (plot.x - 8.0, y + style.size * 0.35), style, MUTED, Anchor::Right);
    }
}

/// What must be said of a drawing, below it; gives the lower edge.
pub fn notes(canvas: &Canvas, slot: Slot, bottom: f64, scene: &Scene, notes: impl IntoIterator<Item = String>) -> f64 {
    let below = |y, note: String| canvas.paragraph(Slot { y, ..slot }, &note, scene.look.small, MUTED, 3);
    notes.into_iter().fold(bottom + 4.0, below) - 4.0
}

/// A label above a point, inside the plot's width and readable over lines.
pub fn label(canvas: &Canvas, plot: Frame, (x, top): (f64, f64), text: &str, style: Type, ink: Ink) {
    let half = measure::width(text, style) / 2.0;
    // Clear of the counts of the scale, in a wider font too.
    let (x, y) = (x.min(plot.right() - half).max(plot.x + half * 1.12 + 5.0), top - 6.0);
    let back = Frame { x: x - half - 1.0, y: y - style.size * 0.85, w: half * 2.0 + 2.0, h: style.size };
    canvas.faded_rect(back, SURFACE, 0.85);
    canvas.text(text, (x, y), style, ink, Anchor::Center);
}

/// Labels below, for windows of so many minutes that start at the given local times; gives their lower edge.
pub fn draw_times(canvas: &Canvas, plot: Frame, scene: &Scene, starts: &[DateTime<FixedOffset>], window: i64) -> f64 {
    let style = scene.look.small;
    let labels = TickStyle { lang: scene.lang, style, week_start: scene.analysis.calendar.week_start, window };
    let band = plot.w / starts.len().max(1) as f64;
    let first_line = plot.bottom() + 8.0 + style.size;
    let ticks = scales::ticks(starts, band, labels);
    let lines = if ticks.iter().any(|tick| tick.below.is_some()) { 2.0 } else { 1.0 };
    for tick in ticks {
        let left = plot.x + tick.window as f64 * band;
        let x = if tick.whole { left + band / 2.0 } else { left };
        if !tick.whole {
            canvas.line((left, plot.bottom()), (left, plot.bottom() + 5.0), AXIS, 1.0);
        }
        // A label at the very end would leave the picture.
        let half = measure::width(&tick.label, style) / 2.0;
        let x = x.min(plot.right() - half).max(plot.x + if tick.whole { half } else { 0.0 });
        canvas.text(&tick.label, (x, first_line), style, MUTED, Anchor::Center);
        if let Some(below) = &tick.below {
            let second = first_line + style.leading();
            match tick.whole && starts.len() > 1 && below.chars().count() < 6 {
                true => canvas.text(below, (x, second), style, MUTED, Anchor::Center),
                false => {
                    let left = (x - half).min(plot.right() - measure::width(below, style));
                    canvas.text(below, (left, second), style, MUTED, Anchor::Left);
                }
            }
        }
    }
    plot.bottom() + 8.0 + style.leading() * lines
}

/// The same for the windows.
pub fn draw_windows(canvas: &Canvas, plot: Frame, scene: &Scene) -> f64 {
    let buckets = scene.windows;
    let starts: Vec<_> = buckets.iter().map(|bucket| *bucket.start).collect();
    let lengths = buckets.iter().map(|bucket| bucket.bounds().1 - bucket.bounds().0);
    draw_times(canvas, plot, scene, &starts, lengths.min().unwrap_or(0) / 60_000)
}

impl<'a> Plot<'a> {
    /// The width of a column with its gap.
    pub fn band(&self) -> f64 {
        self.frame.w / self.stack.columns.len().max(1) as f64
    }

    /// Where a count lies.
    pub fn y(&self, errors: u64) -> f64 {
        self.frame.bottom() - self.frame.h * self.counts.place(errors)
    }

    /// Top of a column or of a part of it.
    fn top_of(&self, errors: u64) -> f64 {
        let y = self.y(errors);
        if errors > 0 { y.min(self.frame.bottom() - HEIGHT_LEAST) } else { y }
    }

    /// Grid lines, and counts at the left.
    pub fn draw_counts(&self, canvas: &Canvas) {
        let ticks = self.counts.ticks.iter().map(|tick| (self.counts.place(*tick), compact(self.scene.lang, *tick)));
        draw_scale(canvas, self.frame, self.scene.look.small, ticks);
    }

    /// Left edge and width of a column.
    pub fn column(&self, i: usize) -> (f64, f64) {
        let (band, width) = (self.band(), column_width(self.band()));
        let x = self.frame.x + (i as f64 + 0.5) * band - width / 2.0;
        (if band >= BAR_SHARP { x.round() } else { x }, width)
    }

    /// The columns and the line they stand on.
    pub fn draw_columns(&self, canvas: &Canvas) {
        let plot = self.frame;
        for (i, column) in self.stack.columns.iter().enumerate() {
            let (x, width) = self.column(i);
            let opacity = if column.partial { 0.5 } else { 1.0 };
            let mut below = 0_u64;
            for (layer, &errors) in self.stack.layers.iter().zip(&column.layers).filter(|(_, errors)| **errors > 0) {
                let bottom = if below == 0 { plot.bottom() } else { self.top_of(below) };
                below = below.saturating_add(errors);
                let top = self.top_of(below);
                // A line of the page's colour keeps neighbours apart without relying on hue.
                let gap = if bottom < plot.bottom() && bottom - top > 3.0 { 1.0 } else { 0.0 };
                canvas.faded_rect(Frame { x, y: top, w: width, h: bottom - gap - top }, layer.ink, opacity);
            }
        }
        canvas.line((plot.x, plot.bottom()), (plot.right(), plot.bottom()), AXIS, 1.0);
    }

    /// A label above a column.
    pub fn label(&self, canvas: &Canvas, (i, column): (usize, &Column), text: &str, ink: Ink) {
        let at = (self.frame.x + (i as f64 + 0.5) * self.band(), self.top_of(column.errors));
        label(canvas, self.frame, at, text, Type { bold: true, ..self.scene.look.small }, ink);
    }

    /// What must be said where windows share columns.
    pub fn pooled(&self) -> Option<String> {
        let sentence = Sentence::new(key::chart::POOLED).with_number("count", self.stack.pooled as u64);
        (self.stack.pooled > 1).then(|| self.scene.say(sentence))
    }

    /// A label above the highest column with its count and its time.
    pub fn label_peak(&self, canvas: &Canvas, when: impl FnOnce(usize) -> String) {
        let Some(highest) = self.stack.highest() else { return };
        let peak = Sentence::new(key::chart::PEAK).with("errors", self.scene.figure(highest.1.errors));
        self.label(canvas, highest, &self.scene.say(peak.with("when", when(highest.1.window))), TEXT);
    }
}
