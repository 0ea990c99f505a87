//! What is shown of a line that was not counted: its cells, each as far as a counted one would be.

use std::borrow::Cow;

use super::super::{Role, layout::Layout, split::QuotedSplitter};
use crate::{model::Privacy, taxonomy};

/// Stands for an address of which no host can be told.
const WITHHELD: &str = "…";

/// Of a longer line only the beginning is looked at, in bytes.
const MOST: usize = 6400;

/// A line of a table, at most `limit` characters of it; addresses end at their host, also those that only their column
/// gives away.
pub fn told(line: &[u8], layout: &Layout, privacy: Privacy, limit: usize) -> String {
    let whole = layout.decoded(&line[..line.len().min(MOST)]);
    if privacy.show_urls || line.len() > MOST {
        return privacy.excerpt(&whole, limit);
    }
    let (cells, unquoted) = cells(line, layout);
    let cells: Vec<Cow<'_, str>> = cells.iter().map(|cell| layout.decoded(cell)).collect();
    let safe: Vec<Cow<'_, str>> = (0..cells.len()).map(|column| cell(&cells, column, layout, privacy)).collect();
    if safe == cells {
        return privacy.excerpt(&whole, limit);
    }
    let delimiter = char::from(layout.delimiter);
    let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
    let joined: Vec<String> = safe
        .into_iter()
        .map(|cell| if unquoted && cell.contains([delimiter, '"']) { quoted(&cell) } else { cell.into_owned() })
        .collect();
    privacy.excerpt(&joined.join(&delimiter.to_string()), limit)
}

/// The cells of a line, and whether their quotes were taken off: not where one is left open.
fn cells(line: &[u8], layout: &Layout) -> (Vec<Vec<u8>>, bool) {
    let mut splitter = QuotedSplitter::new(layout.delimiter);
    if line.contains(&b'"')
        && let Ok(cells) = splitter.split(line)
    {
        return (cells.map(<[u8]>::to_vec).collect(), true);
    }
    (line.split(|b| *b == layout.delimiter).map(<[u8]>::to_vec).collect(), false)
}

/// A cell without what a counted row would not show of it.
fn cell<'a>(cells: &'a [Cow<'_, str>], column: usize, layout: &Layout, privacy: Privacy) -> Cow<'a, str> {
    let text: &str = &cells[column];
    // In a row with other cells than its heading says, an address may stand in any of them.
    let shifted = cells.len() != layout.usual && layout.column(Role::Url).is_some();
    if layout.column(Role::Url) == Some(column) || shifted && is_like_path(text) {
        return if text.trim().is_empty() { Cow::Borrowed(text) } else { Cow::Owned(host(text, privacy)) };
    }
    // Most cells have no colon but that of a time, and need not be held against every detail.
    if !text.contains([':', '：']) || text.starts_with(|c: char| c.is_ascii_digit()) && !text.contains(['/', '／']) {
        return Cow::Owned(privacy.text(text));
    }
    let reason = layout.column(Role::Reason).and_then(|reason| cells.get(reason));
    let reasons = [reason.map_or("", |reason| reason), "could_not_connect"];
    let split = reasons.into_iter().map(|reason| taxonomy::canonical(reason, text)).find(|found| found.url.is_some());
    match split {
        Some(found) => Cow::Owned(format!("{}: {}", found.detail, host(found.url.unwrap_or_default(), privacy))),
        None => Cow::Owned(privacy.text(text)),
    }
}

fn host(url: &str, privacy: Privacy) -> String {
    privacy.host(url).map_or_else(|| WITHHELD.to_owned(), |host| host.0)
}

/// A word with a slash that is no date.
fn is_like_path(text: &str) -> bool {
    let text = text.trim();
    text.contains(['/', '\\', '?', '#'])
        && !text.contains(char::is_whitespace)
        && text.chars().any(|c| c.is_alphabetic())
}
