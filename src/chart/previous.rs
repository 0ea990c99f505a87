//! The previous period in the timeline: a line over the columns, or an area behind them.

use super::{
    canvas::{Canvas, Frame},
    columns,
    scale::CountAxis,
    scene::Scene,
    stack::Stack,
    theme::{PREVIOUS, PREVIOUS_BAR, SURFACE},
};

/// Whether a line over so many columns would hide them; the previous period is then an area.
pub fn crowded(stack: &Stack) -> bool {
    stack.columns.len() > 250
}

/// Draws what belongs behind the columns.
pub fn behind(canvas: &Canvas, plot: Frame, axis: &CountAxis, scene: &Scene, stack: &Stack) {
    if crowded(stack) {
        area(canvas, plot, axis, scene, stack);
    }
}

/// Draws what belongs over the columns.
pub fn over(canvas: &Canvas, plot: Frame, axis: &CountAxis, scene: &Scene, stack: &Stack) {
    if !crowded(stack) {
        line(canvas, plot, axis, scene, stack);
    }
}

/// The outline of the previous period's windows, laid over this one's in their order; empty where
/// it has no errors. Where windows share a column, it is as high as the highest of them.
fn outline(plot: Frame, axis: &CountAxis, scene: &Scene, stack: &Stack) -> Vec<(f64, f64)> {
    let (windows, band) = (&scene.analysis.windows, columns::band(plot, stack));
    let known = &windows.previous[..windows.previous.len().min(windows.buckets.len())];
    let mut points: Vec<(f64, f64)> = Vec::new();
    if known.iter().all(|errors| *errors == 0) {
        return points;
    }
    for (i, pool) in known.chunks(stack.pooled).enumerate() {
        let y = columns::height_of(plot, axis, pool.iter().copied().max().unwrap_or(0));
        let (left, right) = (plot.x + i as f64 * band, plot.x + (i + 1) as f64 * band);
        match points.last_mut() {
            Some(last) if last.1 == y => last.0 = right,
            _ => points.extend([(left, y), (right, y)]),
        }
    }
    points
}

/// Drawn where there were errors only: along the axis the line would hide the lowest columns.
fn line(canvas: &Canvas, plot: Frame, axis: &CountAxis, scene: &Scene, stack: &Stack) {
    let outline = outline(plot, axis, scene, stack);
    let on_axis = |pair: &[(f64, f64)]| pair.iter().all(|(_, y)| *y > plot.bottom() - 2.0);
    let mut strokes: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
    for pair in outline.windows(2) {
        match strokes.last_mut() {
            Some(stroke) if !on_axis(pair) => {
                if stroke.is_empty() {
                    stroke.push(pair[0]);
                }
                stroke.push(pair[1]);
            }
            Some(stroke) if stroke.is_empty() => {}
            _ => strokes.push(Vec::new()),
        }
    }
    strokes.retain(|stroke| !stroke.is_empty());
    let band = columns::band(plot, stack);
    if band >= 8.0 {
        strokes.iter().for_each(|stroke| canvas.path(stroke, SURFACE, 4.0));
    }
    strokes.iter().for_each(|stroke| canvas.path(stroke, PREVIOUS, if band >= 8.0 { 2.0 } else { 1.0 }));
}

fn area(canvas: &Canvas, plot: Frame, axis: &CountAxis, scene: &Scene, stack: &Stack) {
    let mut outline = outline(plot, axis, scene, stack);
    if let (Some(first), Some(last)) = (outline.first().copied(), outline.last().copied()) {
        outline.extend([(last.0, plot.bottom()), (first.0, plot.bottom())]);
        canvas.polygon(&outline, PREVIOUS_BAR);
    }
}
