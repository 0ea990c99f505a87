//! Discord: an embed for a webhook. Discord reads Markdown in all of it, so texts are shown by signs that it does not
//! read, and nobody is notified.

use serde_json::{Value, json};

use super::{Card, Part, within};

/// <https://docs.discord.com/developers/resources/message#embed-object-embed-limits>
const LONGEST_TITLE: usize = 256;

pub(super) fn message(card: &Card<'_>) -> Value {
    let said = card.said.iter().cloned().chain(card.grave.iter().map(|text| format!("⚠️ {text}")));
    let strip = card.strip.iter().map(|strip| code(strip));
    let description: Vec<String> = said.chain([format!("-# {}", card.scope)]).chain(strip).collect();
    json!({
        "embeds": [{
            "title": within(&(card.story.lang().lead(&card.state) + &card.headline), LONGEST_TITLE),
            "description": description.join("\n"),
            "color": card.ink.light,
            "fields": card.parts.iter().map(field).collect::<Vec<_>>(),
            "footer": {"text": card.small.join(card.story.lang().between())},
        }],
        "allowed_mentions": {"parse": []},
    })
}

fn field(part: &Part) -> Value {
    let rows = (!part.rows.is_empty()).then(|| code(&part.lines()));
    let items = part.items.iter().map(|item| format!("- {item}"));
    let value: Vec<String> = rows.into_iter().chain(items).chain(part.more.clone()).collect();
    json!({"name": part.title, "value": value.join("\n")})
}

fn code(text: &str) -> String {
    format!("```\n{text}\n```")
}
