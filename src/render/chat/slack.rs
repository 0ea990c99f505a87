//! Slack: blocks for an incoming webhook or `chat.postMessage`.
//!
//! Texts stand in `rich_text` and `plain_text`, in which Slack looks for no markup, mentions or links; only the text of
//! the notification is markup.

use serde_json::{Value, json};

use super::{Card, Part, within};
use crate::{
    analysis::State,
    render::line,
    taxonomy::{Piece, pieces},
};

/// <https://docs.slack.dev/reference/methods/chat.postMessage/>: more is cut off from 40,000 on, and 4,000 are advised.
const LONGEST_FALLBACK: usize = 4_000;

pub(super) fn message(card: &Card<'_>) -> Value {
    let story = card.story;
    let header = format!("{} {}", disc(story.colour()), card.state);
    let mut blocks = vec![json!({"type": "header", "text": {"type": "plain_text", "text": header, "emoji": true}})];
    let first =
        [vec![styled(&card.headline, "bold")], card.said.iter().map(|text| plain(&format!("\n{text}"))).collect()];
    let grave = card.grave.iter().map(|text| plain(&format!("\n⚠️ {text}")));
    blocks.push(rich(vec![section(first.concat().into_iter().chain(grave).collect())]));
    blocks.push(context([&card.scope]));
    blocks.extend(card.strip.iter().map(|strip| rich(vec![lines(strip)])));
    blocks.extend(card.parts.iter().map(part));
    blocks.push(context(&card.small));
    json!({
        "text": within(&line::line(story), LONGEST_FALLBACK).replace('&', "&amp;"),
        "unfurl_links": false,
        "unfurl_media": false,
        "blocks": blocks,
    })
}

fn part(part: &Part) -> Value {
    let mut elements = vec![section(vec![styled(part.title, "bold")])];
    if !part.rows.is_empty() {
        elements.push(lines(&part.lines()));
    }
    let piece = |piece| match piece {
        Piece::Text(text) => plain(text),
        Piece::Code(code) => styled(code, "code"),
    };
    let items: Vec<Value> = part.items.iter().map(|item| section(pieces(item).map(piece).collect())).collect();
    if !items.is_empty() {
        elements.push(json!({"type": "rich_text_list", "style": "bullet", "elements": items}));
    }
    elements.extend(part.more.iter().map(|more| section(vec![styled(more, "italic")])));
    rich(elements)
}

/// The colour of a state, as Slack has none for text.
fn disc(state: State) -> &'static str {
    match state {
        State::Ongoing | State::More => "🔴",
        State::New => "🟣",
        State::Over => "🔵",
        State::Usual | State::Quiet => "🟢",
        State::Unknown => "🟠",
    }
}

fn rich(elements: Vec<Value>) -> Value {
    json!({"type": "rich_text", "elements": elements})
}

fn section(elements: Vec<Value>) -> Value {
    json!({"type": "rich_text_section", "elements": elements})
}

fn lines(text: &str) -> Value {
    json!({"type": "rich_text_preformatted", "elements": [plain(text)]})
}

fn plain(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

fn styled(text: &str, style: &str) -> Value {
    json!({"type": "text", "text": text, "style": {style: true}})
}

fn context<'a>(texts: impl IntoIterator<Item = &'a String>) -> Value {
    let element = |text: &String| json!({"type": "plain_text", "text": text, "emoji": false});
    json!({"type": "context", "elements": texts.into_iter().map(element).collect::<Vec<_>>()})
}
