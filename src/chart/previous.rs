//! The previous period in the timeline: a line over the columns, or an area behind them.

use super::{
    canvas::Canvas,
    plot::Plot,
    scene::Scene,
    stack::Stack,
    theme::{PREVIOUS, PREVIOUS_BAR, SURFACE},
};

/// Whether a line over so many columns would hide them; the previous period is then an area.
pub fn crowded(stack: &Stack) -> bool {
    stack.columns.len() > 250
}

/// Draws what belongs behind the columns.
pub fn behind(canvas: &Canvas, plot: &Plot, scene: &Scene) {
    let mut outline = outline(plot, scene);
    if let (true, Some(first), Some(last)) = (crowded(&plot.stack), outline.first().copied(), outline.last().copied()) {
        outline.extend([(last.0, plot.frame.bottom()), (first.0, plot.frame.bottom())]);
        canvas.polygon(&outline, PREVIOUS_BAR);
    }
}

/// Draws what belongs over the columns, where there were errors only: along the axis the line would hide the lowest
/// columns.
pub fn over(canvas: &Canvas, plot: &Plot, scene: &Scene) {
    if crowded(&plot.stack) {
        return;
    }
    let outline = outline(plot, scene);
    let on_axis = |pair: &[(f64, f64)]| pair.iter().all(|(_, y)| *y > plot.frame.bottom() - 2.0);
    let pairs: Vec<&[(f64, f64)]> = outline.windows(2).collect();
    let strokes: Vec<Vec<(f64, f64)>> = pairs
        .split(|pair| on_axis(pair))
        .filter(|pairs| !pairs.is_empty())
        .map(|pairs| std::iter::once(pairs[0][0]).chain(pairs.iter().map(|pair| pair[1])).collect())
        .collect();
    let wide = plot.band() >= 8.0;
    if wide {
        strokes.iter().for_each(|stroke| canvas.path(stroke, SURFACE, 4.0));
    }
    strokes.iter().for_each(|stroke| canvas.path(stroke, PREVIOUS, if wide { 2.0 } else { 1.0 }));
}

/// The outline of the previous period's windows, laid over this one's in their order; empty where it has no errors.
/// Where windows share a column, it is as high as the highest of them.
fn outline(plot: &Plot, scene: &Scene) -> Vec<(f64, f64)> {
    let (windows, band) = (&scene.analysis.windows, plot.band());
    let known = &windows.previous[..windows.previous.len().min(windows.buckets.len())];
    let mut points: Vec<(f64, f64)> = Vec::new();
    if known.iter().all(|errors| *errors == 0) {
        return points;
    }
    for (i, pool) in known.chunks(plot.stack.pooled).enumerate() {
        let y = plot.y(pool.iter().copied().max().unwrap_or(0));
        let (left, right) = (plot.frame.x + i as f64 * band, plot.frame.x + (i + 1) as f64 * band);
        match points.last_mut() {
            Some(last) if last.1 == y => last.0 = right,
            _ => points.extend([(left, y), (right, y)]),
        }
    }
    points
}
