//! One picture to paste into a chat: the headline, the totals, the timeline, the top details and the
//! heatmap. Type is large enough to be read when the picture is shown 800 pixels wide.

use super::{
    canvas::{Anchor, Canvas, Frame, Slot, draw},
    change, details, heatmap, measure,
    scene::Scene,
    svg::Svg,
    theme::{INCIDENT_MARK, MUTED, POSTER, TEXT, TILE, Type},
    timeline,
};
use crate::model::{Sentence, key};

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

/// The overview with at most `top` details.
pub fn overview(scene: &Scene, top: usize) -> Svg {
    let heading = heading(scene);
    let (svg, height) = draw(WIDTH, |canvas| {
        canvas.fitted(&heading, (MARGIN, MARGIN + POSTER.body.size), POSTER.body, MUTED, Anchor::Start, INNER);
        let mut y = MARGIN + POSTER.body.leading() + 6.0;
        for line in measure::wrap(&scene.story.headline, HEADLINE, INNER, 3) {
            canvas.text(&line, (MARGIN, y + HEADLINE.size), HEADLINE, TEXT, Anchor::Start);
            y += HEADLINE.leading();
        }
        y += 14.0;
        tiles(canvas, scene, y);
        y += TILE_HEIGHT + GAP;
        let slot = section(canvas, Slot { x: MARGIN, y, w: INNER }, &timeline::title(scene));
        (y, ..) = timeline::panel(canvas, slot, scene, &POSTER, PLOT_HEIGHT);
        if !scene.analysis.by_detail.is_empty() {
            y = causes(canvas, Slot { x: MARGIN, y: y + GAP - 8.0, w: INNER }, scene, top.min(MOST_DETAILS));
        }
        footer(canvas, scene, y + 22.0)
    });
    svg.close((WIDTH, height), &format!("{heading} {}", scene.story.headline), &[])
}

/// The details, and beside them the hours where they are known; gives their lower edge.
fn causes(canvas: &Canvas, slot: Slot, scene: &Scene, top: usize) -> f64 {
    let hours = heatmap::known(scene) && scene.analysis.totals.errors > 0;
    let w = if hours { INNER * 0.55 } else { INNER };
    let details = section(canvas, Slot { w, ..slot }, scene.phrase(key::chart::DETAILS));
    let bottom = details::panel(canvas, details, scene, &POSTER, top);
    if !hours {
        return bottom;
    }
    let height = (bottom - details.y).max(330.0);
    let beside = Slot { x: slot.x + w + 44.0, w: (INNER - w - 44.0).max(0.0), ..slot };
    let beside = section(canvas, beside, scene.phrase(key::chart::HEATMAP));
    heatmap::panel(canvas, beside.frame(height.min(400.0)), scene, &POSTER);
    details.y + height
}

/// Writes the title of a part; gives the place below it.
fn section(canvas: &Canvas, slot: Slot, title: &str) -> Slot {
    let y = slot.y + POSTER.title.leading() + 6.0;
    canvas.fitted(title, (slot.x, y - 14.0), POSTER.title, TEXT, Anchor::Start, slot.w);
    Slot { y, ..slot }
}

/// Whose errors, and when.
fn heading(scene: &Scene) -> String {
    let channels = &scene.analysis.channels;
    let whose = match channels.as_slice() {
        [] => scene.phrase(key::chart::ERRORS_OF_NOBODY).to_owned(),
        [channel] => scene.say(
            Sentence::new(key::chart::ERRORS_OF_CHANNEL).with("channel", measure::shorten(channel, POSTER.body, 420.0)),
        ),
        _ => {
            scene.say(Sentence::new(key::chart::ERRORS_OF_CHANNELS).with("count", scene.number(channels.len() as u64)))
        }
    };
    let heading = scene.say(Sentence::new(key::chart::HEADING).with("whose", whose).with("period", scene.period()));
    scene.filtered(heading)
}

/// A figure, and what it means.
type Tile = (String, String);

fn tiles(canvas: &Canvas, scene: &Scene, y: f64) {
    let none = || (scene.phrase(key::chart::NONE).to_owned(), String::new());
    let tiles = [
        (scene.phrase(key::chart::ERRORS), errors(scene)),
        (scene.phrase(key::chart::WORST), worst(scene).unwrap_or_else(none)),
        (scene.phrase(key::chart::TOP_CAUSE), top_cause(scene).unwrap_or_else(none)),
        (scene.phrase(key::chart::INCIDENTS), incidents(scene)),
    ];
    let w = (INNER - TILE_GAP * (tiles.len() - 1) as f64) / tiles.len() as f64;
    for (i, (label, (figure, note))) in tiles.into_iter().enumerate() {
        let frame = Frame { x: MARGIN + i as f64 * (w + TILE_GAP), y, w, h: TILE_HEIGHT };
        canvas.rect(frame, TILE);
        let (x, room) = (frame.x + 18.0, frame.w - 36.0);
        canvas.fitted(label, (x, y + 28.0), POSTER.small, MUTED, Anchor::Start, room);
        let style = fit(&figure, room);
        canvas.fitted(&figure, (x, y + 78.0), style, TEXT, Anchor::Start, room);
        canvas.fitted(&note, (x, y + 108.0), POSTER.small, MUTED, Anchor::Start, room);
        // The change of the errors stands beside them where it has room.
        if let Some(difference) = scene.analysis.totals.change.filter(|_| i == 0) {
            let taken = measure::width(&figure, style) + change::width(scene, difference, POSTER.strong);
            if taken + 12.0 <= room {
                change::draw(canvas, scene, difference, (frame.right() - 18.0, y + 78.0), POSTER.strong);
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

fn errors(scene: &Scene) -> Tile {
    let totals = &scene.analysis.totals;
    let note = match (totals.previous_errors, totals.change_pct) {
        // Beyond this a percentage says nothing that the two counts do not.
        (Some(previous), Some(percent)) if percent.abs() < 10_000.0 => scene.say(
            Sentence::new(key::chart::AGAINST)
                .with("percent", scene.lang.change(percent))
                .with("errors", scene.figure(previous)),
        ),
        (Some(previous), _) => {
            scene.say(Sentence::new(key::chart::AGAINST_COUNT).with("errors", scene.figure(previous)))
        }
        (None, _) => scene.phrase(key::chart::NOT_COMPARED).to_owned(),
    };
    (scene.figure(totals.errors), note)
}

fn worst(scene: &Scene) -> Option<Tile> {
    let (window, errors) = timeline::worst_window(scene)?;
    let note = Sentence::new(key::chart::WORST_NOTE).with("errors", scene.figure(errors));
    Some((timeline::window_name(scene, window), scene.say(note.with("title", timeline::title(scene)))))
}

fn top_cause(scene: &Scene) -> Option<Tile> {
    let row = scene.analysis.by_detail.first().filter(|row| row.errors > 0)?;
    let note = Sentence::new(key::chart::TOP_CAUSE_NOTE).with("share", scene.lang.percent(row.share));
    Some((scene.detail_name(&row.reason, &row.detail), scene.say(note.with("reason", &row.reason))))
}

fn incidents(scene: &Scene) -> Tile {
    let incidents = &scene.analysis.incidents;
    let note = match (incidents.iter().any(|incident| incident.is_ongoing()), incidents.first()) {
        (true, _) => scene.phrase(key::chart::ONGOING).to_owned(),
        (false, Some(largest)) => scene.say(
            Sentence::new(key::chart::LARGEST_INCIDENT)
                .with("errors", scene.figure(largest.errors))
                .with("minutes", scene.number(largest.minutes)),
        ),
        (false, None) => scene.phrase(key::chart::NO_INCIDENTS).to_owned(),
    };
    (scene.number(incidents.len() as u64), note)
}

/// Notes and small print from a height on; gives the height of the picture.
fn footer(canvas: &Canvas, scene: &Scene, y: f64) -> f64 {
    let mut baseline = y + POSTER.small.size;
    let notes = scene.story.notes().take(NOTES);
    for line in notes.flat_map(|note| measure::wrap(&note.text, POSTER.small, INNER - 24.0, 2)) {
        let bar = Frame { x: MARGIN, y: baseline - POSTER.small.size, w: 5.0, h: POSTER.small.leading() };
        canvas.rect(bar, INCIDENT_MARK);
        canvas.text(&line, (MARGIN + 18.0, baseline), POSTER.small, TEXT, Anchor::Start);
        baseline += POSTER.small.leading();
    }
    let version = scene.say(Sentence::new(key::chart::VERSION).with("version", scene.analysis.errstat));
    let room = INNER - measure::width(&version, POSTER.small) - 24.0;
    canvas.fitted(scene.phrase(key::chart::WHAT_COUNTS), (MARGIN, baseline), POSTER.small, MUTED, Anchor::Start, room);
    canvas.text(&version, (WIDTH - MARGIN, baseline), POSTER.small, MUTED, Anchor::End);
    (baseline - POSTER.small.size + POSTER.small.leading() + MARGIN - 16.0).ceil()
}
