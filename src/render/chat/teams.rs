//! Microsoft Teams: an Adaptive Card in the envelope that a workflow takes that begins with “When a Teams webhook request
//! is received”.
//!
//! Texts are runs of rich text, in which a card has no Markdown; and without a list of mentions nobody is mentioned.

use serde_json::{Value, json};

use super::{Card, Part, Row, literal};
use crate::{
    analysis::State,
    chart::theme,
    render::line,
    taxonomy::{Piece, pieces},
};

/// The longest bar, in characters.
const BAR: usize = 8;

/// `{{DATE(…)}}` is a date to a card.
pub(super) fn safe(text: &str) -> String {
    literal(text).replace("{{", "{\u{2060}{")
}

pub(super) fn message(card: &Card<'_>) -> Value {
    let badge = vec![run(&card.state, &[("weight", "Bolder"), ("size", "Small")])];
    let headline = vec![run(&card.headline, &[("weight", "Bolder"), ("size", "Medium")])];
    let mut body = vec![json!({
        "type": "Container",
        "style": style(card.story.colour()),
        "bleed": true,
        "items": [text(badge), text(headline)],
    })];
    let faint = |said: &String| text(vec![with(run(said, &[("size", "Small")]), "isSubtle", true)]);
    body.extend(card.said.iter().map(|said| text(vec![run(said, &[])])));
    body.extend(card.grave.iter().map(|said| text(vec![run(&format!("⚠️ {said}"), &[("color", "Attention")])])));
    // The bars, and what they are.
    let strip = card.strip.iter().filter_map(|strip| strip.split_once("  "));
    body.extend(
        strip.map(|(bars, legend)| {
            text(vec![run(bars, &[("fontType", "Monospace")]), run(&format!("  {legend}"), &[])])
        }),
    );
    body.push(faint(&card.scope));
    for part in &card.parts {
        body.extend(self::part(part));
        body.extend(part.more.iter().map(faint));
    }
    let small = card.small.iter().map(faint).enumerate().map(|(at, text)| with(text, "separator", at == 0));
    body.extend(small);
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.5",
                "fallbackText": line::plain(&card.story.headline),
                "msteams": {"width": "Full"},
                "body": body,
            },
        }],
    })
}

fn part(part: &Part) -> Vec<Value> {
    let title = text(vec![run(part.title, &[("weight", "Bolder")])]);
    let piece = |piece: Piece<'_>| match piece {
        Piece::Text(text) => run(text, &[]),
        Piece::Code(code) => run(code, &[("fontType", "Monospace")]),
    };
    let item = |item: &String| text([run("• ", &[])].into_iter().chain(pieces(item).map(piece)).collect());
    let title = with(with(title, "separator", true), "spacing", "Medium");
    [title].into_iter().chain(part.rows.iter().map(row)).chain(part.items.iter().map(item)).collect()
}

/// Bar, errors, name and note.
fn row(row: &Row) -> Value {
    let column = |width: &str, item: Value| json!({"type": "Column", "width": width, "items": [item]});
    let bar = run(&row.bar(BAR), &[("color", colour(row)), ("fontType", "Monospace")]);
    let note = (!row.note.is_empty()).then(|| with(run(&format!("  {}", row.note), &[]), "isSubtle", true));
    let errors = with(text(vec![run(&row.errors, &[])]), "horizontalAlignment", "Right");
    let name = text([run(&row.name, &[])].into_iter().chain(note).collect());
    let columns = [column("84px", text(vec![bar])), column("64px", errors), column("stretch", name)];
    json!({"type": "ColumnSet", "spacing": "Small", "columns": columns})
}

/// The nearest of a card's colours.
fn colour(row: &Row) -> &'static str {
    let of = |reason: &str| theme::known_reason(reason).is_some_and(|ink| ink == row.ink);
    match () {
        () if of("error_status_code") => "Attention",
        () if of("request_timeout") => "Warning",
        () if of("could_not_connect") => "Accent",
        () => "Default",
    }
}

fn style(state: State) -> &'static str {
    match state {
        State::Ongoing | State::More | State::New => "attention",
        State::Over => "accent",
        State::Usual | State::Quiet => "good",
        State::Unknown => "warning",
    }
}

fn text(inlines: Vec<Value>) -> Value {
    json!({"type": "RichTextBlock", "inlines": inlines})
}

fn run(text: &str, looks: &[(&str, &str)]) -> Value {
    let run = json!({"type": "TextRun", "text": text});
    looks.iter().fold(run, |run, (name, value)| with(run, name, *value))
}

fn with(mut element: Value, name: &str, value: impl Into<Value>) -> Value {
    element[name] = value.into();
    element
}
