//! The channels side by side, on one scale.

use super::{
    canvas::{Anchor, Canvas, Slot},
    change, measure,
    page::{self, Chart, Draft},
    plot::{self, Plot},
    scales::CountScale,
    scene::Scene,
    stack,
    theme::{CHANNEL, GRID, MUTED, PAGE, Sizes, TEXT},
    timeline,
};
use crate::{
    analysis::ChannelRow,
    model::{Sentence, key},
};

const ACROSS: usize = 3;
const GAP: f64 = 30.0;
const PLOT_HEIGHT: f64 = 72.0;
/// Room above a plot for the count of its highest column.
const HEADROOM: f64 = 26.0;

/// At most `top` channels as a picture of its own.
pub fn channels(scene: &Scene, top: usize) -> Chart {
    let title = scene.phrase(key::chart::CHANNELS).to_owned();
    let items = scene.analysis.by_channel.iter().take(top);
    let items =
        items.map(|row| scene.counted(scene.channel_name(row.channel.as_deref()), row.errors, row.previous_errors));
    let alt = [Some(scene.listed(&title, items)), further(scene, top)];
    let alt = alt.into_iter().flatten().collect::<Vec<_>>().join(" ");
    Draft::new(scene, "channels", title, alt).finish(|canvas, slot| panel(canvas, slot, scene, &PAGE, top))
}

fn further(scene: &Scene, top: usize) -> Option<String> {
    let rest = scene.analysis.by_channel.get(top..).unwrap_or_default();
    scene.more(rest.iter().map(|row| row.errors), key::chart::ONE_MORE_CHANNEL, key::chart::MORE_CHANNELS)
}

fn panel(canvas: &Canvas, slot: Slot, scene: &Scene, sizes: &Sizes, top: usize) -> f64 {
    let all = &scene.analysis.by_channel;
    let rows = &all[..all.len().min(top)];
    let tile_height = sizes.body.leading() * 2.0 + HEADROOM + PLOT_HEIGHT + 2.0 * sizes.small.leading() + 18.0;
    let lines = rows.len().div_ceil(ACROSS).max(1) as f64;
    let frame = slot.frame(lines * tile_height + sizes.small.leading() + 4.0);
    if rows.is_empty() {
        page::instead(canvas, frame, scene.phrase(key::chart::NO_ERRORS), sizes.body);
        return frame.bottom();
    }
    let w = (slot.w - GAP * (ACROSS - 1) as f64) / ACROSS as f64;
    let highest = rows.iter().flat_map(|row| &row.by_window).copied().max().unwrap_or(0);
    let counts = CountScale::new(highest, 2);
    for (i, row) in rows.iter().enumerate() {
        let (column, line) = ((i % ACROSS) as f64, (i / ACROSS) as f64);
        let place = Slot { x: slot.x + column * (w + GAP), y: slot.y + line * tile_height, w };
        tile(canvas, place, scene, sizes, row, &counts);
    }
    let scale = scene.say(Sentence::new(key::chart::ONE_SCALE).with("title", timeline::title(scene)));
    let notes = [Some(scale), further(scene, top)].into_iter().flatten().collect::<Vec<_>>().join(" ");
    canvas.fitted(&notes, (slot.x, frame.bottom() - 4.0), sizes.small, MUTED, Anchor::Start, slot.w);
    frame.bottom()
}

fn tile(canvas: &Canvas, tile: Slot, scene: &Scene, sizes: &Sizes, row: &ChannelRow, counts: &CountScale) {
    let first = tile.y + sizes.body.size;
    let name = scene.channel_name(row.channel.as_deref());
    canvas.fitted(name, (tile.x, first), sizes.strong, TEXT, Anchor::Start, tile.w);
    let second = first + sizes.body.leading();
    let count = scene.figure(row.errors);
    canvas.text(&count, (tile.x, second), sizes.strong, TEXT, Anchor::Start);
    let share = scene.lang.percent(row.share);
    let behind = tile.x + measure::width(&count, sizes.strong) + 8.0;
    canvas.text(&share, (behind, second), sizes.body, MUTED, Anchor::Start);
    if let Some(difference) = row.change {
        change::draw(canvas, scene, difference, (tile.right(), second), sizes.body);
    }
    let slot = Slot { y: second + HEADROOM, ..tile };
    let frame = plot::frame(slot, PLOT_HEIGHT, counts, scene, sizes);
    let plot = Plot::new(scene, sizes, frame, counts, stack::single(CHANNEL, &row.by_window, frame.w));
    canvas.line((frame.x, frame.bottom()), (frame.right(), frame.bottom()), GRID, 1.0);
    plot.draw_counts(canvas);
    plot.draw_columns(canvas);
    if let Some(highest) = plot.stack.highest().filter(|(_, column)| column.errors > 0) {
        plot.label(canvas, highest, &scene.figure(highest.1.errors), TEXT);
    }
    plot.draw_windows(canvas);
}
