//! The like periods before and this one, with what is usual.

use super::{
    canvas::{Anchor, Canvas, Frame, Slot},
    figures::compact,
    legend::{Entry, Sign, legend, pale},
    marks, measure,
    page::Chart,
    scales::CountScale,
    scene::Scene,
    theme::{self, AXIS, CHANNEL, MUTED, PREVIOUS, PREVIOUS_BAR, SURFACE, TEXT, Type, USUAL},
};
use crate::{
    model::{Sentence, key},
    story::{Story, Strip, StripBar, Trend},
};

/// Its height as a part of a timeline's.
const HEIGHT: f64 = 0.6;
/// Width of a bar as a part of its room, and at most, in pixels.
const BAR: f64 = 0.7;
const WIDEST: f64 = 72.0;

/// The strip as a picture of its own; none where the inputs hold no period before.
pub fn strip(scene: &Scene) -> Option<Chart> {
    let strip = scene.story.strip.as_ref()?;
    let title = scene.phrase(key::chart::STRIP).to_owned();
    let bars = strip.bars.iter().map(|bar| {
        let counted = scene.counted(&bar.label, bar.errors);
        if bar.covered { counted } else { scene.not_covered(counted) }
    });
    let alt = format!("{} {}", scene.listed(&title, bars), strip.caption);
    Some(Chart::new(scene, "strip", title, alt, |canvas, slot| panel(canvas, slot, scene, strip)))
}

/// Draws the strip; gives its lower edge.
pub fn panel(canvas: &Canvas, slot: Slot, scene: &Scene, strip: &Strip) -> f64 {
    let look = scene.look;
    let label = Type { bold: true, ..look.small };
    let mut top = slot.y + legend(canvas, slot, scene, "", &entries(scene, strip)) + look.small.leading() + 4.0;
    if strip.median.is_none() {
        for line in measure::wrap(&strip.caption, look.small, slot.w, 3) {
            canvas.text(&line, (slot.x, top), look.small, MUTED, Anchor::Left);
            top += look.small.leading();
        }
    }
    let plot = Slot { y: top.round(), ..slot }.frame((look.plot * HEIGHT).round());
    let highest = strip.bars.iter().map(|bar| bar.errors).chain(strip.usual.map(|(_, most)| most)).max().unwrap_or(0);
    let counts = CountScale::new(highest, 100);
    let y = |errors: u64| plot.bottom() - plot.h * counts.place(errors);
    if let Some((least, most)) = strip.usual {
        canvas.rect(Frame { y: y(most), h: y(least) - y(most), ..plot }, USUAL);
    }
    let band = plot.w / strip.bars.len().max(1) as f64;
    let centre = |i: usize| plot.x + (i as f64 + 0.5) * band;
    for (i, bar) in strip.bars.iter().enumerate() {
        let w = (band * BAR).min(WIDEST).round();
        let column = Frame { x: (centre(i) - w / 2.0).round(), w, ..plot };
        if !bar.covered {
            marks::hatch(canvas, column);
        }
        let h = if bar.errors == 0 { 0.0 } else { (plot.bottom() - y(bar.errors)).max(1.5) };
        let drawn = Frame { y: plot.bottom() - h, h, ..column };
        // What is not all of it may be higher.
        if bar.covered { canvas.rect(drawn, ink(scene.story, bar)) } else { pale(canvas, drawn, ink(scene.story, bar)) }
    }
    if let Some(median) = strip.median {
        canvas.line((plot.x, y(median)), (plot.right(), y(median)), PREVIOUS, 1.5);
    }
    canvas.line((plot.x, plot.bottom()), (plot.right(), plot.bottom()), AXIS, 1.0);
    let below = plot.bottom() + 6.0 + look.small.size;
    let every = (1..).find(|n| {
        let widest = strip.bars.iter().map(|bar| measure::width(&bar.label, label)).fold(0.0, f64::max);
        widest + 8.0 <= band * *n as f64 || *n >= strip.bars.len()
    });
    for (i, bar) in strip.bars.iter().enumerate() {
        let (style, ink) = if bar.current { (label, TEXT) } else { (look.small, MUTED) };
        // Counted from the current one, which always has its label.
        if (strip.bars.len() - 1 - i).is_multiple_of(every.unwrap_or(1)) {
            let half = measure::width(&bar.label, style) / 2.0;
            let x = centre(i).min(slot.right() - half).max(slot.x + half);
            canvas.text(&bar.label, (x, below), style, ink, Anchor::Center);
        }
        let count = if bar.current { scene.story.total.clone() } else { compact(scene.lang, bar.errors) };
        // Above lower neighbours there is room for more digits.
        let beside = [i.checked_sub(1), Some(i + 1)].into_iter().flatten().filter_map(|at| strip.bars.get(at));
        let stands_out = beside.map(|other| y(other.errors) - y(bar.errors)).all(|lower| lower > look.small.leading());
        let room = if stands_out { 2.0 * band } else { band - 5.0 };
        if bar.current || measure::width(&count, look.small) <= room {
            let half = measure::width(&count, style) / 2.0;
            let x = centre(i).min(slot.right() - half);
            // Above the line where the bar ends just below it.
            let line = strip.median.map_or(f64::INFINITY, y);
            let above =
                if y(bar.errors) - line < look.small.size + 5.0 { y(bar.errors).min(line) } else { y(bar.errors) };
            if !bar.covered {
                let back =
                    Frame { x: x - half - 2.0, y: above - 5.0 - style.size, w: 2.0 * half + 4.0, h: style.size * 1.2 };
                canvas.rect(back, SURFACE);
            }
            canvas.text(&count, (x, above - 5.0), style, ink, Anchor::Center);
        }
    }
    below + look.small.size * 0.4
}

/// The reported period has the colour of what it means; those before have none.
pub(crate) fn ink(story: &Story<'_>, bar: &StripBar) -> theme::Ink {
    match story.compared.change.as_ref().map(|change| change.trend) {
        _ if !bar.current => PREVIOUS_BAR,
        None | Some(Trend::Same) => CHANNEL,
        Some(trend) => theme::trend(trend),
    }
}

fn entries(scene: &Scene, strip: &Strip) -> Vec<Entry> {
    let median = strip.median.map(|_| Entry::plain(PREVIOUS, Sign::Line, &strip.caption));
    let usual = strip.usual.map(|(least, most)| {
        let name = Sentence::new(key::chart::USUAL).with_number("least", least).with_number("most", most);
        Entry::plain(USUAL, Sign::Area, &scene.say(name))
    });
    let unknown = strip.bars.iter().any(|bar| !bar.covered).then(|| Entry::hatched(scene, key::chart::PARTLY));
    median.into_iter().chain(usual).chain(unknown).collect()
}
