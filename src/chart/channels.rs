//! The channels, a row each: how many errors, how they changed, and when, on a scale of its own.

use super::{
    canvas::{Anchor, Canvas, Frame, Slot},
    figures::compact,
    measure,
    page::{self, Chart, Draft},
    plot::Plot,
    scales::CountScale,
    scene::Scene,
    stack::Stack,
    theme::{self, CHANNEL, GRID, MUTED, TEXT},
    timeline,
};
use crate::{
    analysis::ChannelRow,
    model::{Sentence, key},
    story::{Compared, cut},
};

/// A quiet channel's plot reaches at least to this part of the highest column of all, so that one error does not look
/// like an outage.
const QUIETEST: u64 = 20;
/// The least that the top of a plot stands for.
const LEAST_TOP: u64 = 10;

/// At most `top` channels as a picture of its own.
pub fn channels(scene: &Scene, top: usize) -> Chart {
    let title = scene.phrase(key::chart::CHANNELS).to_owned();
    let (rows, more) = cut(scene.lang, &scene.analysis.by_channel, top);
    let items = rows.iter().map(|row| scene.counted(scene.channel_name(row.channel.as_deref()), row.errors));
    let alt = [Some(scene.listed(&title, items)), more].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let draft = Draft::new(scene, "channels", title, alt);
    draft.finish(scene, |canvas, slot| (panel(canvas, slot, scene, top), Vec::new()))
}

/// Draws at most `top` channels; gives the lower edge.
pub fn panel(canvas: &Canvas, slot: Slot, scene: &Scene, top: usize) -> f64 {
    let look = scene.look;
    let (rows, more) = cut(scene.lang, &scene.analysis.by_channel, top);
    let height = (look.body.size * 3.2).round();
    if rows.is_empty() {
        page::instead(canvas, slot.frame(height), scene.phrase(key::chart::NO_ERRORS), look.body);
        return slot.y + height;
    }
    let highest = rows.iter().flat_map(|row| &row.by_window).copied().max().unwrap_or(0);
    let compared: Vec<Compared> = rows.iter().map(|row| Compared::channel(scene.analysis, row, scene.lang)).collect();
    let widest = |widths: &mut dyn Iterator<Item = f64>| widths.fold(0.0, f64::max);
    let name = |row: &ChannelRow| measure::width(scene.channel_name(row.channel.as_deref()), look.strong);
    let names = widest(&mut rows.iter().map(name)).min(slot.w * 0.42) + 14.0;
    let counts = widest(&mut rows.iter().map(|row| measure::width(&scene.figure(row.errors), look.strong)));
    let change =
        |of: &Compared| of.change.as_ref().map_or(0.0, |change| measure::width(&change.text, look.body) + 12.0);
    let changes = widest(&mut compared.iter().map(change));
    for (i, (row, compared)) in rows.iter().zip(&compared).enumerate() {
        let y = slot.y + i as f64 * height;
        let baseline = y + height - 8.0;
        let channel = scene.channel_name(row.channel.as_deref());
        canvas.fitted(channel, (slot.x, baseline), look.strong, TEXT, Anchor::Start, names - 14.0);
        let right = slot.x + names + counts;
        canvas.text(&scene.figure(row.errors), (right, baseline), look.strong, TEXT, Anchor::End);
        if let Some(change) = &compared.change {
            let ink = theme::trend(change.trend);
            canvas.text(&change.text, (right + changes, baseline), look.body, ink, Anchor::End);
        }
        let x = right + changes + 18.0;
        let frame = Frame { x, y: y + look.small.size, w: slot.right() - x, h: height - look.small.size - 8.0 };
        let counts = own_scale(row, highest);
        canvas.line((frame.x, frame.bottom()), (frame.right(), frame.bottom()), GRID, 1.0);
        let stack = Stack::single(CHANNEL, &row.by_window, frame.w);
        let plot = Plot { scene, frame, counts: &counts, stack };
        plot.draw_columns(canvas);
        if let Some(peak) = plot.stack.highest() {
            plot.label(canvas, peak, &compact(scene.lang, peak.1.errors), MUTED);
        }
    }
    let note = scene.say(Sentence::new(key::chart::OWN_SCALES).with("title", timeline::title(scene)));
    let note = [more, Some(note)].into_iter().flatten().collect::<Vec<_>>().join(". ");
    let mut bottom = slot.y + rows.len() as f64 * height;
    for line in measure::wrap(&note, look.small, slot.w, 2) {
        canvas.text(&line, (slot.x, bottom + look.small.size), look.small, MUTED, Anchor::Start);
        bottom += look.small.leading();
    }
    bottom
}

/// Up to the channel's own highest column.
fn own_scale(row: &ChannelRow, highest: u64) -> CountScale {
    let own = row.by_window.iter().copied().max().unwrap_or(0);
    CountScale::new(own.max(highest / QUIETEST).max(LEAST_TOP), 100)
}
