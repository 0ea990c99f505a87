//! One picture to paste into a chat: the state and the headline, what is usual and what to do first, the timeline, the
//! top causes and the channels. Type is large enough to be read when the picture is shown 800 pixels wide.

use super::{
    canvas::{Anchor, Canvas, Frame, Slot, draw},
    channels, measure,
    ranking::{Drawn, Row, ranking},
    scene::Scene,
    strip,
    svg::Svg,
    theme::{self, Ink, MUTED, ON_BADGE, POSTER, TEXT, TILE, Type, WORSE},
    timeline,
};
use crate::{
    model::{Sentence, key},
    story::{DetailLine, Event, ReasonLine, cut, more_details},
};

const HEADLINE: Type = Type::bold(34.0);
/// Space between two parts, and between two columns.
const GAP: f64 = 30.0;
const GUTTER: f64 = 44.0;
/// More causes or channels than this would push what to do first below the fold of a chat.
const MOST: usize = 6;
const MOST_EVENTS: usize = 4;
/// No text of the program has so many lines here; those of files are shortened before.
const LINES: usize = 12;

/// The overview.
pub fn overview(scene: &Scene) -> Svg {
    let all = Slot { x: POSTER.margin, y: POSTER.margin, w: POSTER.inner() };
    let half = |y: f64, right: bool| {
        let w = (all.w - GUTTER) / 2.0;
        Slot { x: if right { all.right() - w } else { all.x }, y, w }
    };
    let several = scene.analysis.by_channel.len() > 1;
    let failed = scene.analysis.totals.errors > 0;
    let (svg, height) = draw(POSTER.width, |canvas| {
        let mut y = head(canvas, all, scene);
        let left = scene.story.strip.as_ref().map(|strip| {
            let slot = section(canvas, half(y + GAP, false), scene.phrase(key::chart::STRIP));
            strip::panel(canvas, slot, scene, strip)
        });
        let right =
            first_step(canvas, if left.is_some() { half(y + GAP, true) } else { Slot { y: y + GAP, ..all } }, scene);
        y = left.unwrap_or(y).max(right.unwrap_or(y));
        let slot = section(canvas, Slot { y: y + GAP, ..all }, timeline::title(scene));
        (y, ..) = timeline::panel(canvas, slot, scene);
        if failed {
            let beside = match several {
                true => Some(key::chart::CHANNELS),
                false => lists_events(scene).then_some(key::chart::INCIDENTS),
            };
            let slot = if beside.is_some() { half(y + GAP, false) } else { Slot { y: y + GAP, ..all } };
            let causes = causes(canvas, section(canvas, slot, scene.phrase(key::chart::FAILED)), scene);
            let beside = beside.map(|title| {
                let slot = section(canvas, half(y + GAP, true), scene.phrase(title));
                match several {
                    true => channels::panel(canvas, slot, scene, scene.story.top.min(MOST)),
                    false => events(canvas, slot, scene),
                }
            });
            y = beside.unwrap_or(causes).max(causes);
        }
        footer(canvas, Slot { y: y + GAP, ..all }, scene)
    });
    let (story, log) = (scene.story, scene.story.log.as_ref().map(|log| log.line.clone()));
    let said = [Some(story.headline.as_str()), story.standing.as_deref(), log.as_deref()];
    let said: Vec<&str> = said.into_iter().flatten().collect();
    svg.close(
        story.lang(),
        (POSTER.width, height),
        &[scene.scope(), said.join(scene.lang.between())].join(scene.lang.dot()),
        &[],
    )
}

/// Whether the incidents have a part of their own.
fn lists_events(scene: &Scene) -> bool {
    scene.analysis.by_channel.len() < 2 && scene.story.events.all().next().is_some()
}

/// Whose errors and when, state, headline, standing, the error rate, and the notes that make a number doubtful; gives the lower edge.
fn head(canvas: &Canvas, slot: Slot, scene: &Scene) -> f64 {
    let story = scene.story;
    let name = story.state.to_uppercase();
    let badge = Frame { w: measure::width(&name, POSTER.strong) + 24.0, ..slot.frame(POSTER.strong.leading() + 8.0) };
    canvas.rect(badge, theme::state(story.colour()));
    let baseline = slot.y + POSTER.strong.size + 6.0;
    canvas.text(&name, (slot.x + badge.w / 2.0, baseline), POSTER.strong, ON_BADGE, Anchor::Center);
    let scope = Slot { x: badge.right() + 16.0, w: slot.right() - badge.right() - 16.0, y: slot.y + 6.0 };
    let y = paragraph(canvas, scope, &scene.scope(), POSTER.body, MUTED).max(badge.bottom());
    let mut y = paragraph(canvas, Slot { y: y + 16.0, ..slot }, &story.headline, HEADLINE, TEXT);
    if let Some(standing) = &story.standing {
        y = paragraph(canvas, Slot { y: y + 4.0, ..slot }, standing, Type::plain(22.0), TEXT);
    }
    // Where the incidents stand below, each has its own sentence.
    let log = story.log.as_ref().map(|log| if lists_events(scene) { log.rate.clone() } else { log.line.clone() });
    if let Some(log) = log {
        y = paragraph(canvas, Slot { y: y + 4.0, ..slot }, &log, Type::plain(22.0), TEXT);
    }
    for note in &story.grave {
        let inside = Slot { x: slot.x + 18.0, y: y + 14.0, w: slot.w - 18.0 };
        y = paragraph(canvas, inside, &note.text, POSTER.strong, WORSE);
        canvas.rect(Frame { x: slot.x, y: inside.y, w: 6.0, h: y - inside.y }, WORSE);
    }
    y
}

/// Writes a text; gives the lower edge.
fn paragraph(canvas: &Canvas, slot: Slot, text: &str, style: Type, ink: Ink) -> f64 {
    canvas.paragraph(slot, text, style, ink, LINES)
}

/// Writes the title of a part; gives the place below it.
fn section(canvas: &Canvas, slot: Slot, title: &str) -> Slot {
    canvas.fitted(title, (slot.x, slot.y + POSTER.title.size), POSTER.title, TEXT, Anchor::Left, slot.w);
    Slot { y: slot.y + POSTER.title.leading() + 8.0, ..slot }
}

/// What to do about the worst: its title, the first step and the times in logs, and for what there is no advice; gives the
/// lower edge.
fn first_step(canvas: &Canvas, slot: Slot, scene: &Scene) -> Option<f64> {
    let (blocks, unadvised) = (&scene.story.advice.blocks, &scene.story.advice.unadvised);
    let mut texts = vec![(scene.phrase(key::chart::DO_FIRST).to_owned(), POSTER.title, TEXT)];
    if let Some(advised) = blocks.first() {
        texts.push((advised.title.clone(), POSTER.strong, TEXT));
        texts.extend(advised.steps().next().map(|step| (step.replace('`', ""), POSTER.body, TEXT)));
        texts.extend(advised.in_logs.clone().map(|times| (times, POSTER.small, MUTED)));
    }
    texts.extend(unadvised.clone().map(|unadvised| (unadvised, POSTER.small, MUTED)));
    let (x, w) = (slot.x + 22.0, slot.w - 44.0);
    // The tile lies behind its text, so the text is measured first.
    let lines = |(text, style, _): &(String, Type, Ink)| measure::wrap(text, *style, w, LINES).len() as f64;
    let height: f64 = texts.iter().map(|text| lines(text) * text.1.leading() + 6.0).sum();
    if texts.len() == 1 {
        return None;
    }
    let tile = slot.frame(height + 34.0);
    canvas.rect(tile, TILE);
    let mut y = slot.y + 18.0;
    for (text, style, ink) in texts {
        y = paragraph(canvas, Slot { x, y, w }, &text, style, ink) + 6.0;
    }
    Some(tile.bottom())
}

/// The top causes with their errors and changes; gives the lower edge.
fn causes(canvas: &Canvas, slot: Slot, scene: &Scene) -> f64 {
    let failed = scene.story.failed.details();
    let shown = &failed[..failed.len().min(MOST)];
    let under = |(reason, detail): &(&ReasonLine<'_>, &DetailLine<'_>)| {
        let marks = detail.marks(scene.lang, [key::chart::NEW, key::chart::UNLISTED]);
        [reason.row.reason.as_str()].into_iter().chain(marks).collect::<Vec<_>>().join(scene.lang.dot())
    };
    let rows: Vec<Row<'_>> = shown
        .iter()
        .map(|of| Row {
            name: &of.1.name,
            under: under(of),
            errors: of.1.row.errors,
            at_least: false,
            change: of.1.compared.change.clone(),
            drawn: Drawn::Bar(scene.ink(&of.0.row.reason)),
        })
        .collect();
    let y = ranking(canvas, slot, scene, &rows);
    let more = more_details(scene.analysis, scene.lang, shown.len()).unwrap_or_default();
    paragraph(canvas, Slot { y, ..slot }, &more, POSTER.small, MUTED)
}

/// The worst incidents in words; gives the lower edge.
fn events(canvas: &Canvas, slot: Slot, scene: &Scene) -> f64 {
    let events: Vec<&Event<'_>> = scene.story.events.all().collect();
    let (shown, more) = cut(scene.lang, &events, MOST_EVENTS);
    let mut y = slot.y;
    for event in shown {
        let head = [Some(&*event.when), event.channel.as_deref(), Some(&event.lasted), event.state];
        let head = head.into_iter().flatten().collect::<Vec<_>>().join(scene.lang.dot());
        y = paragraph(canvas, Slot { y, ..slot }, &head, POSTER.strong, TEXT);
        y = paragraph(canvas, Slot { y, ..slot }, &event.made_of, POSTER.body, TEXT);
        for remark in event.remarks() {
            y = paragraph(canvas, Slot { y, ..slot }, remark, POSTER.body, MUTED);
        }
        y += 10.0;
    }
    more.map_or(y, |more| paragraph(canvas, Slot { y, ..slot }, &more, POSTER.small, MUTED))
}

/// The small print; gives the height of the picture.
fn footer(canvas: &Canvas, slot: Slot, scene: &Scene) -> f64 {
    let version = scene.say(Sentence::new(key::chart::VERSION).with("version", scene.analysis.errstat));
    canvas.text(&version, (slot.right(), slot.y + POSTER.small.size), POSTER.small, MUTED, Anchor::Right);
    let w = slot.w - measure::width(&version, POSTER.small) - 24.0;
    let y = paragraph(canvas, Slot { w, ..slot }, scene.phrase(key::chart::WHAT_COUNTS), POSTER.small, MUTED);
    (y + POSTER.margin - 12.0).ceil()
}
