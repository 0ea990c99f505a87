//! The details, ranked: bars with their counts, shares and changes beside them.

use super::{
    canvas::{Anchor, Canvas, Frame, Slot},
    change, measure,
    page::{self, Chart, Draft},
    scene::Scene,
    theme::{AXIS, BADGE, MUTED, ON_BADGE, PAGE, PREVIOUS, Sizes, TEXT, Type},
};
use crate::{
    analysis::DetailRow,
    model::{Sentence, key},
};

/// The details as a picture of its own, at most `top` of them.
pub fn details(scene: &Scene, top: usize) -> Chart {
    let title = scene.phrase(key::chart::DETAILS).to_owned();
    let items = scene.analysis.by_detail.iter().take(top).map(|row| {
        let name = Sentence::new(key::chart::REASON_AND_DETAIL)
            .with("reason", &row.reason)
            .with("detail", scene.detail_name(&row.reason, &row.detail));
        scene.counted(&scene.say(name), row.errors, row.previous_errors)
    });
    let alt = [Some(scene.listed(&title, items)), further(scene, top)];
    let alt = alt.into_iter().flatten().collect::<Vec<_>>().join(" ");
    Draft::new(scene, "details", title, alt).finish(|canvas, slot| panel(canvas, slot, scene, &PAGE, top))
}

/// Says how many details are not shown.
fn further(scene: &Scene, top: usize) -> Option<String> {
    let rest = scene.analysis.by_detail.get(top..).unwrap_or_default();
    scene.more(rest.iter().map(|row| row.errors), key::chart::ONE_MORE_DETAIL, key::chart::MORE_DETAILS)
}

/// Draws the ranking of at most `top` details; gives its lower edge.
pub fn panel(canvas: &Canvas, slot: Slot, scene: &Scene, sizes: &Sizes, top: usize) -> f64 {
    let all = &scene.analysis.by_detail;
    let rows = &all[..all.len().min(top)];
    let further = further(scene, top);
    let below = slot.y + rows.len().max(1) as f64 * sizes.row;
    let lines = usize::from(further.is_some() || scene.compared()) as f64;
    let bottom = below + lines * (sizes.small.leading() + 6.0);
    if rows.is_empty() {
        page::instead(canvas, slot.frame(bottom - slot.y), scene.phrase(key::chart::NO_ERRORS), sizes.body);
        return bottom;
    }
    let widest = |width: &dyn Fn(&DetailRow) -> f64| rows.iter().map(width).fold(0.0, f64::max);
    let name_room = widest(&|row| name_width(scene, row, sizes)).min(slot.w * 0.48);
    let counts = widest(&|row| measure::width(&scene.figure(row.errors), sizes.strong)) + 12.0;
    let shares = match sizes.shares {
        true => widest(&|row| measure::width(&scene.lang.percent(row.share), sizes.body)) + 14.0,
        false => 0.0,
    };
    let changes = widest(&|row| row.change.map_or(0.0, |c| change::width(scene, c, sizes.body) + 18.0));
    let bars = Slot {
        x: slot.x + name_room + 14.0,
        w: (slot.w - name_room - 14.0 - counts - shares - changes).max(20.0),
        ..slot
    };
    let largest =
        rows.iter().flat_map(|row| [Some(row.errors), row.previous_errors]).flatten().max().unwrap_or(0).max(1);
    let length = |errors: u64| bars.w * (errors as f64 / largest as f64);
    for (i, row) in rows.iter().enumerate() {
        let top = slot.y + i as f64 * sizes.row;
        let middle = top + sizes.row / 2.0;
        name(canvas, scene, row, (slot.x, top), name_room, sizes);
        let ink = scene.ink(&row.reason);
        let w = if row.errors > 0 { length(row.errors).max(2.0) } else { 0.0 };
        let y = (middle - sizes.bar / 2.0).round();
        let bar = || canvas.rect(Frame { x: bars.x, y, w, h: sizes.bar }, ink);
        let mark = || {
            if let Some(previous) = row.previous_errors.filter(|previous| *previous > 0) {
                let x = bars.x + length(previous);
                canvas.line((x, y - 4.0), (x, y + sizes.bar + 4.0), PREVIOUS, 2.5);
            }
        };
        // The mark stands over the bar, unless it would hide it.
        if w < 6.0 {
            mark();
            bar();
        } else {
            bar();
            mark();
        }
        let baseline = middle + sizes.body.size * 0.36;
        let mut right = bars.right() + counts;
        canvas.text(&scene.figure(row.errors), (right, baseline), sizes.strong, TEXT, Anchor::End);
        right += shares;
        if sizes.shares {
            canvas.text(&scene.lang.percent(row.share), (right, baseline), sizes.body, MUTED, Anchor::End);
        }
        if let Some(difference) = row.change {
            change::draw(canvas, scene, difference, (slot.right(), baseline), sizes.body);
        }
    }
    canvas.line((bars.x, slot.y), (bars.x, below), AXIS, 1.0);
    let baseline = below + 6.0 + sizes.small.size;
    let mut room = slot.w;
    if let Some(previous) = scene.analysis.period.previous.as_ref().filter(|_| scene.compared()) {
        let key = scene.say(Sentence::new(key::chart::MARK_OF_PREVIOUS).with("label", &previous.label));
        let w = measure::width(&key, sizes.small).min(slot.w / 2.0);
        canvas.fitted(&key, (slot.right(), baseline), sizes.small, MUTED, Anchor::End, slot.w / 2.0);
        let x = slot.right() - w - 9.0;
        canvas.line((x, baseline - sizes.small.size * 0.8), (x, baseline + 2.0), PREVIOUS, 2.5);
        room -= w + 30.0;
    }
    if let Some(more) = further {
        canvas.fitted(&more, (slot.x, baseline), sizes.small, MUTED, Anchor::Start, room);
    }
    bottom
}

/// What stands under a detail's name.
fn under(scene: &Scene, row: &DetailRow) -> String {
    if row.known {
        row.reason.clone()
    } else {
        scene.say(Sentence::new(key::chart::UNLISTED).with("reason", &row.reason))
    }
}

fn badge(sizes: &Sizes) -> Type {
    Type::bold((sizes.small.size - 2.0).max(10.0))
}

/// Width of the badge of a new detail, with the gap before it.
fn badge_width(scene: &Scene, row: &DetailRow, sizes: &Sizes) -> f64 {
    if row.new { measure::width(scene.phrase(key::chart::NEW), badge(sizes)) + 20.0 } else { 0.0 }
}

fn name_width(scene: &Scene, row: &DetailRow, sizes: &Sizes) -> f64 {
    let name =
        measure::width(&scene.detail_name(&row.reason, &row.detail), sizes.strong) + badge_width(scene, row, sizes);
    name.max(measure::width(&under(scene, row), sizes.small))
}

fn name(canvas: &Canvas, scene: &Scene, row: &DetailRow, (x, top): (f64, f64), room: f64, sizes: &Sizes) {
    let block = sizes.body.size + sizes.small.leading();
    let first = top + (sizes.row - block) / 2.0 + sizes.body.size * 0.86;
    let badge_room = badge_width(scene, row, sizes);
    let name = scene.detail_name(&row.reason, &row.detail);
    let name = canvas.fitted(&name, (x, first), sizes.strong, TEXT, Anchor::Start, room - badge_room);
    if row.new {
        let style = badge(sizes);
        let back = Frame { x: x + name + 8.0, y: first - style.size - 1.0, w: badge_room - 8.0, h: style.size + 5.0 };
        canvas.rect(back, BADGE);
        canvas.text(
            scene.phrase(key::chart::NEW),
            (back.x + back.w / 2.0, first - 0.5),
            style,
            ON_BADGE,
            Anchor::Middle,
        );
    }
    canvas.fitted(&under(scene, row), (x, first + sizes.small.leading()), sizes.small, MUTED, Anchor::Start, room);
}
