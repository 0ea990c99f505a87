//! Each reason in this period and in the one before.

use super::{
    canvas::{Anchor, Canvas, Frame, Slot},
    change, measure,
    page::{self, Chart, Draft},
    scene::Scene,
    theme::{AXIS, MUTED, PAGE, PREVIOUS_BAR, Sizes, TEXT},
};
use crate::{
    analysis::ReasonRow,
    model::{Sentence, key},
};

const ROW: f64 = 50.0;
const NOW: f64 = 18.0;
const BEFORE: f64 = 10.0;

/// The reasons as a picture of its own.
pub fn reasons(scene: &Scene) -> Chart {
    let title = scene.phrase(key::chart::REASONS).to_owned();
    let rows = &scene.analysis.by_reason;
    let items = rows.iter().map(|row| scene.counted(&row.reason, row.errors, row.previous_errors));
    let alt = scene.listed(&title, items);
    Draft::new(scene, "reasons", title, alt).finish(|canvas, slot| panel(canvas, slot, scene, &PAGE))
}

fn panel(canvas: &Canvas, slot: Slot, scene: &Scene, sizes: &Sizes) -> f64 {
    let rows = &scene.analysis.by_reason;
    let frame = slot.frame(rows.len().max(1) as f64 * ROW + sizes.small.leading() + 8.0);
    if rows.is_empty() {
        page::instead(canvas, frame, scene.phrase(key::chart::NO_ERRORS), sizes.body);
        return frame.bottom();
    }
    let widest = |width: &dyn Fn(&ReasonRow) -> f64| rows.iter().map(width).fold(0.0, f64::max);
    let names = widest(&|row| measure::width(&row.reason, sizes.strong)).min(frame.w * 0.3);
    let counts =
        widest(&|row| measure::width(&scene.figure(row.errors.max(row.previous_errors.unwrap_or(0))), sizes.strong))
            + 8.0;
    let changes = widest(&|row| row.change.map_or(0.0, |change| change::width(scene, change, sizes.body) + 14.0));
    let percents = widest(&|row| measure::width(&percent(scene, row), sizes.body)) + 16.0;
    let bars = Frame { x: frame.x + names + 16.0, w: frame.w - names - 16.0 - counts - changes - percents, ..frame };
    let largest = rows.iter().map(|row| row.errors.max(row.previous_errors.unwrap_or(0))).max().unwrap_or(0).max(1);
    let length = |errors: u64| if errors == 0 { 0.0 } else { (bars.w * (errors as f64 / largest as f64)).max(2.0) };
    for (i, row) in rows.iter().enumerate() {
        let top = frame.y + i as f64 * ROW + (ROW - NOW - BEFORE - 3.0) / 2.0;
        let baseline = top + NOW / 2.0 + sizes.body.size * 0.36;
        canvas.fitted(&row.reason, (frame.x, baseline), sizes.strong, TEXT, Anchor::Start, names);
        let now = length(row.errors);
        canvas.rect(Frame { x: bars.x, y: top, w: now, h: NOW }, scene.ink(&row.reason));
        canvas.text(&scene.figure(row.errors), (bars.x + now + 8.0, baseline), sizes.strong, TEXT, Anchor::Start);
        if let Some(previous) = row.previous_errors {
            let before = length(previous);
            let y = top + NOW + 3.0;
            canvas.rect(Frame { x: bars.x, y, w: before, h: BEFORE }, PREVIOUS_BAR);
            let at = (bars.x + before + 8.0, y + BEFORE / 2.0 + sizes.small.size * 0.36);
            canvas.text(&scene.figure(previous), at, sizes.small, MUTED, Anchor::Start);
        }
        if let Some(difference) = row.change {
            change::draw(canvas, scene, difference, (frame.right() - percents, baseline), sizes.body);
            canvas.text(&percent(scene, row), (frame.right(), baseline), sizes.body, MUTED, Anchor::End);
        }
    }
    let below = frame.y + rows.len() as f64 * ROW;
    canvas.line((bars.x, frame.y), (bars.x, below), AXIS, 1.0);
    if let Some(previous) = &scene.analysis.period.previous {
        let baseline = below + 8.0 + sizes.small.size;
        canvas.rect(Frame { x: bars.x, y: baseline - BEFORE, w: 22.0, h: BEFORE }, PREVIOUS_BAR);
        let key = scene.say(Sentence::new(key::chart::PREVIOUS).with("label", &previous.label));
        canvas.fitted(&key, (bars.x + 30.0, baseline), sizes.small, MUTED, Anchor::Start, bars.w);
    }
    frame.bottom()
}

/// The change in percent; nothing where there is none, or where it says nothing.
fn percent(scene: &Scene, row: &ReasonRow) -> String {
    row.change_pct
        .filter(|percent| percent.abs() < 10_000.0)
        .map(|percent| scene.lang.change(percent))
        .unwrap_or_default()
}
