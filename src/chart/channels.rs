//! The channels side by side, on one scale.

use super::{
    Chart, axes,
    canvas::{Anchor, Canvas, Frame},
    change, columns, measure, page,
    scale::CountAxis,
    scene::Scene,
    stack,
    theme::{CHANNEL, GRID, MUTED, PAGE, Sizes, TEXT, Type},
    timeline,
};
use crate::{analysis::ChannelRow, model::Sentence};

const ACROSS: usize = 3;
const GAP: f64 = 30.0;
const PLOT_HEIGHT: f64 = 72.0;
/// Room above a plot for the count of its highest column.
const HEADROOM: f64 = 26.0;

/// At most `top` channels as a picture of its own.
pub fn channels(scene: &Scene, top: usize) -> Chart {
    let title = scene.phrase("chart.channels").to_owned();
    let rows = shown(scene, top);
    let mut alt = scene.listed(
        &title,
        rows.iter().map(|row| {
            let name = scene.channel_name(row.channel.as_deref());
            let count = scene
                .say(Sentence::new("chart.named_count").with("name", name).with("errors", scene.number(row.errors)));
            match row.previous_errors {
                Some(previous) => scene.say(
                    Sentence::new("chart.with_previous").with("count", count).with("previous", scene.number(previous)),
                ),
                None => count,
            }
        }),
    );
    if let Some(more) = further(scene, top) {
        alt = format!("{alt} {more}");
    }
    let lines = rows.len().div_ceil(ACROSS).max(1) as f64;
    let height = lines * tile_height(&PAGE) + PAGE.small.leading() + 4.0;
    page::draft(scene, "channels", title, alt, height).finish(|canvas, frame| panel(canvas, frame, scene, &PAGE, top))
}

fn shown<'a>(scene: &Scene<'a>, top: usize) -> &'a [ChannelRow] {
    let all = &scene.analysis.by_channel;
    &all[..all.len().min(top)]
}

fn further(scene: &Scene, top: usize) -> Option<String> {
    let rest = scene.analysis.by_channel.get(top..).unwrap_or_default();
    let errors = rest.iter().fold(0_u64, |sum, row| sum.saturating_add(row.errors));
    let key = if rest.len() == 1 { "chart.one_more_channel" } else { "chart.more_channels" };
    (!rest.is_empty()).then(|| {
        scene
            .say(Sentence::new(key).with("count", scene.number(rest.len() as u64)).with("errors", scene.figure(errors)))
    })
}

fn tile_height(sizes: &Sizes) -> f64 {
    sizes.body.leading() * 2.0 + HEADROOM + PLOT_HEIGHT + 2.0 * sizes.small.leading() + 18.0
}

fn panel(canvas: &Canvas, frame: Frame, scene: &Scene, sizes: &Sizes, top: usize) {
    let rows = shown(scene, top);
    if rows.is_empty() {
        page::instead(canvas, frame, scene.phrase("chart.no_errors"), sizes.body);
        return;
    }
    let w = (frame.w - GAP * (ACROSS - 1) as f64) / ACROSS as f64;
    let highest = rows.iter().flat_map(|row| &row.by_window).copied().max().unwrap_or(0);
    let axis = CountAxis::new(highest, 2);
    for (i, row) in rows.iter().enumerate() {
        let (column, line) = ((i % ACROSS) as f64, (i / ACROSS) as f64);
        let tile =
            Frame { x: frame.x + column * (w + GAP), y: frame.y + line * tile_height(sizes), w, h: tile_height(sizes) };
        self::tile(canvas, tile, scene, sizes, row, &axis);
    }
    let scale = scene.say(Sentence::new("chart.one_scale").with("title", timeline::title(scene)));
    let notes = [Some(scale), further(scene, top)].into_iter().flatten().collect::<Vec<_>>().join(" ");
    canvas.fitted(&notes, (frame.x, frame.bottom() - 4.0), sizes.small, MUTED, Anchor::Start, frame.w);
}

fn tile(canvas: &Canvas, tile: Frame, scene: &Scene, sizes: &Sizes, row: &ChannelRow, axis: &CountAxis) {
    let first = tile.y + sizes.body.size;
    canvas.fitted(
        scene.channel_name(row.channel.as_deref()),
        (tile.x, first),
        sizes.strong,
        TEXT,
        Anchor::Start,
        tile.w,
    );
    let second = first + sizes.body.leading();
    let count = scene.figure(row.errors);
    canvas.text(&count, (tile.x, second), sizes.strong, TEXT, Anchor::Start);
    let share = scene.lang.percent(row.share);
    canvas.text(
        &share,
        (tile.x + measure::width(&count, sizes.strong) + 8.0, second),
        sizes.body,
        MUTED,
        Anchor::Start,
    );
    if let Some(difference) = row.change {
        change::draw(canvas, scene, difference, (tile.right(), second), sizes.body);
    }
    let gutter = axes::gutter(scene, axis, sizes);
    let plot = Frame { x: tile.x + gutter, y: second + HEADROOM, w: tile.w - gutter, h: PLOT_HEIGHT };
    canvas.line((plot.x, plot.bottom()), (plot.right(), plot.bottom()), GRID, 1.0);
    axes::counts(canvas, plot, axis, scene, sizes);
    let stack = stack::single(CHANNEL, &row.by_window, (plot.w * 1.2) as usize);
    columns::draw(canvas, plot, axis, &stack);
    if let Some((i, column)) = stack.highest().filter(|(_, column)| column.errors > 0) {
        let place = columns::above(plot, axis, columns::band(plot, &stack), i, column);
        columns::label_above(
            canvas,
            plot,
            &scene.figure(column.errors),
            place,
            Type { bold: true, ..sizes.small },
            TEXT,
        );
    }
    axes::windows(canvas, plot, scene, sizes);
}
