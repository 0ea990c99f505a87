//! The axes of a plot: counts at the left, times below.

use chrono::{DateTime, FixedOffset};

use super::{
    calendar::{self, Labels},
    canvas::{Anchor, Canvas, Frame},
    columns::height_of,
    measure,
    scale::{CountAxis, compact},
    scene::Scene,
    theme::{AXIS, GRID, MUTED, Sizes},
};

/// The width that labels of counts take at the left of a plot.
pub fn gutter(scene: &Scene, axis: &CountAxis, sizes: &Sizes) -> f64 {
    let widest =
        axis.ticks.iter().map(|tick| measure::width(&compact(scene.lang, *tick), sizes.small)).fold(0.0, f64::max);
    (widest + 10.0).ceil()
}

/// Grid lines, and counts at the left of a plot.
pub fn counts(canvas: &Canvas, plot: Frame, axis: &CountAxis, scene: &Scene, sizes: &Sizes) {
    for &tick in &axis.ticks {
        let y = height_of(plot, axis, tick);
        if tick > 0 {
            canvas.line((plot.x, y), (plot.right(), y), GRID, 1.0);
        }
        let label = compact(scene.lang, tick);
        canvas.text(&label, (plot.x - 8.0, y + sizes.small.size * 0.35), sizes.small, MUTED, Anchor::End);
    }
}

/// Labels under a plot of the analysis's windows.
pub fn windows(canvas: &Canvas, plot: Frame, scene: &Scene, sizes: &Sizes) {
    let buckets = &scene.analysis.windows.buckets;
    let starts: Vec<_> = buckets.iter().map(|bucket| scene.local(bucket.bounds().0)).collect();
    let window = buckets.iter().map(|bucket| (bucket.bounds().1 - bucket.bounds().0) / 60_000).min().unwrap_or(0);
    let labels = Labels { lang: scene.lang, style: sizes.small, week_start: scene.week_start(), window };
    times(canvas, plot, &starts, labels);
}

/// Labels under a plot whose windows start at the given local times.
pub fn times(canvas: &Canvas, plot: Frame, starts: &[DateTime<FixedOffset>], labels: Labels) {
    let style = labels.style;
    let band = plot.w / starts.len().max(1) as f64;
    let first_line = plot.bottom() + 8.0 + style.size;
    for tick in calendar::ticks(starts, band, labels) {
        let left = plot.x + tick.window as f64 * band;
        let x = if tick.whole { left + band / 2.0 } else { left };
        if !tick.whole {
            canvas.line((left, plot.bottom()), (left, plot.bottom() + 5.0), AXIS, 1.0);
        }
        // A label at the very end would leave the picture.
        let half = measure::width(&tick.label, style) / 2.0;
        let x = x.min(plot.right() - half).max(plot.x + if tick.whole { half } else { 0.0 });
        canvas.text(&tick.label, (x, first_line), style, MUTED, Anchor::Middle);
        if let Some(below) = &tick.below {
            let half = measure::width(below, style) / 2.0;
            let x = if tick.whole && starts.len() > 1 && below.chars().count() < 6 { x } else { x.max(plot.x + half) };
            canvas.text(
                below,
                (x.min(plot.right() - half), first_line + style.leading()),
                style,
                MUTED,
                Anchor::Middle,
            );
        }
    }
}
