//! LINE: a Flex Message in the body that the Messaging API's broadcast endpoint takes; push takes the same and `to`.
//!
//! LINE looks for no markup in the texts of a Flex Message. Texts must not be empty.

use serde_json::{Value, json};

use super::{Card, Part, Row, within};
use crate::{
    chart::{
        strip_ink,
        theme::{self, Ink},
    },
    model::key,
    render::line,
    story::{Strip, StripBar},
    taxonomy::{Piece, pieces},
};

/// <https://developers.line.biz/en/reference/messaging-api/#flex-message>, in UTF-16 units.
const LONGEST_ALT_TEXT: usize = 1_500;

/// Height of the strip in pixels.
const STRIP: f64 = 56.0;

pub(super) fn message(card: &Card<'_>) -> Value {
    let white = theme::ON_BADGE.hex();
    let header = json!([
        {"type": "text", "text": card.state, "weight": "bold", "size": "sm", "color": white},
        {"type": "text", "text": card.headline, "weight": "bold", "size": "md", "color": white, "wrap": true},
    ]);
    let mut body = vec![text(&card.scope, "xs", theme::MUTED)];
    body.extend(card.said.iter().map(|said| text(said, "sm", theme::TEXT)));
    body.extend(card.grave.iter().map(|said| text(&format!("⚠️ {said}"), "sm", theme::WORSE)));
    body.extend(card.story.strip.iter().map(|shown| strip(card, shown)));
    body.extend(card.parts.iter().map(part));
    let small: Vec<Value> = card.small.iter().map(|small| text(small, "xxs", theme::MUTED)).collect();
    let block = |contents: Value| json!({"type": "box", "layout": "vertical", "spacing": "md", "paddingAll": "20px", "contents": contents});
    let bubble = json!({
        "type": "bubble",
        "size": "giga",
        "header": block(header),
        "body": block(body.into()),
        "footer": block(small.into()),
        "styles": {"header": {"backgroundColor": card.ink.hex()}, "footer": {"separator": true}},
    });
    let alt = within(line::line(card.story).trim_end(), LONGEST_ALT_TEXT);
    json!({"messages": [{"type": "flex", "altText": alt, "contents": bubble}]})
}

fn part(part: &Part) -> Value {
    let mut contents = vec![json!({"type": "text", "text": part.title, "weight": "bold", "size": "sm"})];
    contents.extend(part.rows.iter().map(row));
    contents.extend(part.items.iter().map(|item| {
        let span = |piece| match piece {
            Piece::Text(text) => json!({"type": "span", "text": text}),
            Piece::Code(code) => json!({"type": "span", "text": code, "weight": "bold"}),
        };
        let spans: Vec<Value> = pieces(item).map(span).collect();
        json!({"type": "text", "size": "sm", "wrap": true, "color": theme::TEXT.hex(), "contents": spans})
    }));
    contents.extend(part.more.iter().map(|more| text(more, "xs", theme::MUTED)));
    json!({"type": "box", "layout": "vertical", "spacing": "sm", "margin": "lg", "contents": contents})
}

/// Name, note and errors over a bar.
fn row(row: &Row) -> Value {
    let mut words = vec![json!({"type": "text", "text": row.name, "size": "sm", "flex": 5, "wrap": true})];
    let mut end = |said: &str, size, flex: u8, ink| {
        let mut said = text(said, size, ink);
        said["flex"] = flex.into();
        said["align"] = "end".into();
        words.push(said);
    };
    if !row.note.is_empty() {
        end(&row.note, "xs", 3, theme::MUTED);
    }
    end(&row.errors, "sm", 2, theme::TEXT);
    let percent = format!("{}%", ((row.share * 100.0).round() as u32).max(1));
    let bar = json!({"type": "box", "layout": "vertical", "contents": [], "width": percent, "height": "5px", "backgroundColor": row.ink.hex()});
    let track = json!({"type": "box", "layout": "vertical", "contents": [bar], "height": "5px", "backgroundColor": theme::GRID.hex()});
    let words = json!({"type": "box", "layout": "horizontal", "spacing": "sm", "contents": words});
    json!({"type": "box", "layout": "vertical", "spacing": "xs", "contents": [words, track]})
}

/// The like periods and this one, with a line at what is usual.
fn strip(card: &Card<'_>, strip: &Strip) -> Value {
    let highest = strip.bars.iter().map(|bar| bar.errors).chain(strip.median).max().unwrap_or(0).max(1);
    // What there is, is seen.
    let height = |errors: u64| format!("{}px", (STRIP * errors as f64 / highest as f64).round().max(1.0));
    let ink = |bar: &StripBar| strip_ink(card.story, bar).hex();
    let bar = |bar: &StripBar| {
        let (height, ink) = (height(bar.errors), ink(bar));
        let errors =
            json!({"type": "box", "layout": "vertical", "contents": [], "height": height, "backgroundColor": ink});
        // Errors of a period of which data are missing stand on a pale ground.
        let ground = json!({
            "type": "box", "layout": "vertical", "justifyContent": "flex-end", "height": format!("{STRIP}px"),
            "backgroundColor": theme::GRID.hex(), "contents": if bar.errors > 0 { vec![errors.clone()] } else { Vec::new() },
        });
        if bar.covered { errors } else { ground }
    };
    let usual = strip.median.map(|median| {
        json!({
            "type": "box", "layout": "vertical", "contents": [], "position": "absolute", "offsetBottom": height(median),
            "offsetStart": "0px", "offsetEnd": "0px", "height": "1px", "backgroundColor": theme::PREVIOUS.hex(),
        })
    });
    let bars: Vec<Value> = strip.bars.iter().map(bar).chain(usual).collect();
    let bars = json!({
        "type": "box", "layout": "horizontal", "spacing": "xs", "alignItems": "flex-end", "height": format!("{STRIP}px"),
        "contents": bars,
    });
    let lang = card.story.lang();
    let missing = lang.phrase(key::chart::PARTLY);
    let missing = strip.bars.iter().any(|bar| !bar.covered).then(|| format!("▒ {missing}"));
    let legend: Vec<String> = [strip.current.clone(), strip.median.map_or("", |_| "— ").to_owned() + &strip.caption]
        .into_iter()
        .chain(missing)
        .collect();
    let sign = strip.bars.last().map(|bar| json!({"type": "span", "text": "■ ", "color": ink(bar)}));
    let words = json!({"type": "span", "text": legend.join(lang.dot())});
    let spans: Vec<Value> = sign.into_iter().chain([words]).collect();
    let legend = json!({"type": "text", "size": "xs", "color": theme::MUTED.hex(), "wrap": true, "contents": spans});
    json!({"type": "box", "layout": "vertical", "spacing": "sm", "margin": "lg", "contents": [bars, legend]})
}

fn text(text: &str, size: &str, ink: Ink) -> Value {
    json!({"type": "text", "text": text, "size": size, "color": ink.hex(), "wrap": true})
}
