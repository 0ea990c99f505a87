//! One picture to paste into a chat: the headline, the totals, the timeline, the top details and the
//! heatmap. Type is large enough to be read when the picture is shown 800 pixels wide.

use super::{
    canvas::{Anchor, Canvas, Frame, draw},
    change, details, heatmap, measure,
    scene::Scene,
    svg::Svg,
    theme::{INCIDENT_MARK, MUTED, POSTER, TEXT, TILE, Type},
    timeline,
};
use crate::model::Sentence;

const WIDTH: f64 = 1200.0;
const MARGIN: f64 = 44.0;
const INNER: f64 = WIDTH - 2.0 * MARGIN;
/// Space between two parts.
const GAP: f64 = 34.0;

const HEADLINE: Type = Type::bold(34.0);
const FIGURE: Type = Type::bold(44.0);
const TILE_HEIGHT: f64 = 128.0;
const TILE_GAP: f64 = 16.0;
const PLOT_HEIGHT: f64 = 250.0;
/// More details than this would push the heatmap below the fold of a chat.
const MOST_DETAILS: usize = 6;
const NOTES: usize = 3;

/// Places of the parts from top to bottom.
struct Layout {
    headline: Vec<String>,
    notes: Vec<String>,
    tiles: f64,
    timeline: Frame,
    details: Frame,
    heatmap: Frame,
    footer: f64,
    height: f64,
}

fn layout(scene: &Scene, top: usize) -> Layout {
    let headline = measure::wrap(&scene.analysis.headline, HEADLINE, INNER, 3);
    let notes: Vec<String> = scene
        .analysis
        .notes
        .iter()
        .take(NOTES)
        .flat_map(|note| measure::wrap(&note.text, POSTER.small, INNER - 24.0, 2))
        .collect();
    let mut y = MARGIN + POSTER.body.leading() + 6.0 + headline.len() as f64 * HEADLINE.leading() + 14.0;
    let tiles = y;
    y += TILE_HEIGHT + GAP;
    let title = POSTER.title.leading() + 6.0;
    let timeline = Frame { x: MARGIN, y: y + title, w: INNER, h: timeline::height(scene, INNER, &POSTER, PLOT_HEIGHT) };
    y = timeline.bottom() + GAP - 8.0 + title;
    let hours = shows_hours(scene);
    let details_width = if hours { INNER * 0.55 } else { INNER };
    let height = match scene.analysis.by_detail.len() {
        0 => -title - GAP + 8.0,
        _ => details::height(scene, &POSTER, top).max(if hours { 330.0 } else { 0.0 }),
    };
    let details = Frame { x: MARGIN, y, w: details_width, h: height };
    let heatmap =
        Frame { x: details.right() + 44.0, y, w: (INNER - details_width - 44.0).max(0.0), h: height.min(400.0) };
    let footer = y + height + 22.0;
    let lines = 1.0 + notes.len() as f64;
    Layout {
        headline,
        notes,
        tiles,
        timeline,
        details,
        heatmap,
        footer,
        height: (footer + lines * POSTER.small.leading() + MARGIN - 16.0).ceil(),
    }
}

/// The overview with at most `top` details.
pub fn overview(scene: &Scene, top: usize) -> Svg {
    let top = top.min(MOST_DETAILS);
    let layout = layout(scene, top);
    let alt = format!("{} {}", heading(scene), scene.analysis.headline);
    draw((WIDTH, layout.height), &alt, &[], |canvas| {
        canvas.fitted(&heading(scene), (MARGIN, MARGIN + POSTER.body.size), POSTER.body, MUTED, Anchor::Start, INNER);
        let first = MARGIN + POSTER.body.leading() + 6.0 + HEADLINE.size;
        for (i, line) in layout.headline.iter().enumerate() {
            canvas.text(line, (MARGIN, first + i as f64 * HEADLINE.leading()), HEADLINE, TEXT, Anchor::Start);
        }
        tiles(canvas, scene, layout.tiles);
        section(canvas, layout.timeline, &timeline::title(scene));
        timeline::panel(canvas, layout.timeline, scene, &POSTER);
        if !scene.analysis.by_detail.is_empty() {
            section(canvas, layout.details, scene.phrase("chart.details"));
            details::panel(canvas, layout.details, scene, &POSTER, top);
        }
        if shows_hours(scene) {
            section(canvas, layout.heatmap, scene.phrase("chart.heatmap"));
            heatmap::panel(canvas, layout.heatmap, scene, &POSTER);
        }
        footer(canvas, scene, &layout);
    })
}

fn shows_hours(scene: &Scene) -> bool {
    heatmap::known(scene) && scene.analysis.totals.errors > 0 && !scene.analysis.by_detail.is_empty()
}

/// Whose errors, and when.
fn heading(scene: &Scene) -> String {
    let channels = &scene.analysis.channels;
    let whose = match channels.as_slice() {
        [] => scene.phrase("chart.errors_of_nobody").to_owned(),
        [channel] => scene.say(
            Sentence::new("chart.errors_of_channel").with("channel", measure::shorten(channel, POSTER.body, 420.0)),
        ),
        _ => scene.say(Sentence::new("chart.errors_of_channels").with("count", scene.number(channels.len() as u64))),
    };
    let heading = scene.say(Sentence::new("chart.heading").with("whose", whose).with("period", scene.period()));
    scene.filtered(heading)
}

fn section(canvas: &Canvas, frame: Frame, title: &str) {
    canvas.fitted(title, (frame.x, frame.y - 14.0), POSTER.title, TEXT, Anchor::Start, frame.w);
}

/// One tile: a label, a figure, and what it means.
struct Tile {
    label: String,
    figure: String,
    note: String,
    /// Difference from the previous period, shown beside the figure.
    change: Option<i64>,
}

fn tiles(canvas: &Canvas, scene: &Scene, y: f64) {
    let tiles = [errors_tile(scene), worst_tile(scene), cause_tile(scene), incidents_tile(scene)];
    let w = (INNER - TILE_GAP * (tiles.len() - 1) as f64) / tiles.len() as f64;
    for (i, tile) in tiles.into_iter().enumerate() {
        let frame = Frame { x: MARGIN + i as f64 * (w + TILE_GAP), y, w, h: TILE_HEIGHT };
        canvas.rect(frame, TILE);
        let (x, room) = (frame.x + 18.0, frame.w - 36.0);
        canvas.fitted(&tile.label, (x, y + 28.0), POSTER.small, MUTED, Anchor::Start, room);
        let figure = fit(&tile.figure, room);
        canvas.fitted(&tile.figure, (x, y + 78.0), figure, TEXT, Anchor::Start, room);
        canvas.fitted(&tile.note, (x, y + 108.0), POSTER.small, MUTED, Anchor::Start, room);
        let right = frame.right() - 18.0;
        if let Some(difference) = tile.change {
            let style = POSTER.strong;
            if measure::width(&tile.figure, figure) + change::width(scene, difference, style) + 12.0 <= room {
                change::draw(canvas, scene, difference, (right, y + 78.0), style);
            }
        }
    }
}

/// The largest type in which a figure fits.
fn fit(text: &str, room: f64) -> Type {
    [FIGURE.size, 36.0, 30.0, 26.0, 22.0]
        .into_iter()
        .map(Type::bold)
        .find(|style| measure::width(text, *style) <= room)
        .unwrap_or(POSTER.strong)
}

fn errors_tile(scene: &Scene) -> Tile {
    let totals = &scene.analysis.totals;
    let note = match (totals.previous_errors, totals.change_pct) {
        // Beyond this a percentage says nothing that the two counts do not.
        (Some(previous), Some(percent)) if percent.abs() < 10_000.0 => scene.say(
            Sentence::new("chart.against")
                .with("percent", scene.lang.change(percent))
                .with("errors", scene.figure(previous)),
        ),
        (Some(previous), _) => scene.say(Sentence::new("chart.against_count").with("errors", scene.figure(previous))),
        (None, _) => scene.phrase("chart.not_compared").to_owned(),
    };
    Tile {
        label: scene.phrase("chart.errors").to_owned(),
        figure: scene.figure(totals.errors),
        note,
        change: totals.change,
    }
}

fn worst_tile(scene: &Scene) -> Tile {
    let label = scene.phrase("chart.worst").to_owned();
    let none = || scene.phrase("chart.none").to_owned();
    match timeline::worst_window(scene) {
        Some((window, errors)) => {
            let note = Sentence::new("chart.worst_note")
                .with("errors", scene.figure(errors))
                .with("title", timeline::title(scene));
            Tile { label, figure: timeline::window_name(scene, window), note: scene.say(note), change: None }
        }
        None => Tile { label, figure: none(), note: String::new(), change: None },
    }
}

fn cause_tile(scene: &Scene) -> Tile {
    let label = scene.phrase("chart.top_cause").to_owned();
    match scene.analysis.by_detail.first().filter(|row| row.errors > 0) {
        Some(row) => {
            let note = Sentence::new("chart.top_cause_note")
                .with("share", scene.lang.percent(row.share))
                .with("reason", &row.reason);
            Tile { label, figure: scene.detail_name(&row.reason, &row.detail), note: scene.say(note), change: None }
        }
        None => Tile { label, figure: scene.phrase("chart.none").to_owned(), note: String::new(), change: None },
    }
}

fn incidents_tile(scene: &Scene) -> Tile {
    let incidents = &scene.analysis.incidents;
    let label = scene.phrase("chart.incidents").to_owned();
    let figure = scene.number(incidents.len() as u64);
    let note = match (incidents.iter().any(|incident| incident.is_ongoing()), incidents.first()) {
        (true, _) => scene.phrase("chart.ongoing").to_owned(),
        (false, Some(largest)) => scene.say(
            Sentence::new("chart.largest_incident")
                .with("errors", scene.figure(largest.errors))
                .with("minutes", scene.number(largest.minutes)),
        ),
        (false, None) => scene.phrase("chart.no_incidents").to_owned(),
    };
    Tile { label, figure, note, change: None }
}

fn footer(canvas: &Canvas, scene: &Scene, layout: &Layout) {
    let mut baseline = layout.footer + POSTER.small.size;
    for line in &layout.notes {
        canvas.rect(
            Frame { x: MARGIN, y: baseline - POSTER.small.size, w: 5.0, h: POSTER.small.leading() },
            INCIDENT_MARK,
        );
        canvas.text(line, (MARGIN + 18.0, baseline), POSTER.small, TEXT, Anchor::Start);
        baseline += POSTER.small.leading();
    }
    let version = scene.say(Sentence::new("chart.version").with("version", scene.analysis.errstat));
    let room = INNER - measure::width(&version, POSTER.small) - 24.0;
    canvas.fitted(scene.phrase("chart.what_counts"), (MARGIN, baseline), POSTER.small, MUTED, Anchor::Start, room);
    canvas.text(&version, (WIDTH - MARGIN, baseline), POSTER.small, MUTED, Anchor::End);
}
