//! Text from files, so that Markdown reads nothing in it.

use crate::model::disarmed;

/// The longest name, in characters; summary.json has the whole.
const LONGEST: usize = 120;
/// The longest sentence of a note, in characters.
const LONGEST_SENTENCE: usize = 1_200;

/// A name from a file as a code span that also fits a table's cell. `<` and the backtick have no escape there and
/// are shown by signs that look like them.
pub(super) fn code(text: &str) -> String {
    let mut span = String::new();
    for c in text.chars().take(LONGEST) {
        match c {
            '|' => span.push_str("\\|"),
            '`' => span.push('ˋ'),
            '<' => span.push('‹'),
            '\n' | '\r' | '\t' => span.push(' '),
            c => span.push(c),
        }
    }
    let left_out = if text.chars().nth(LONGEST).is_some() { "…" } else { "" };
    if span.trim().is_empty() { String::new() } else { format!("`{}{left_out}`", disarmed(&span, "# ")) }
}

/// Text with every sign escaped that means something to Markdown.
pub(super) fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in inert(&text.chars().take(LONGEST_SENTENCE).collect::<String>()).chars() {
        let starts_list = match c {
            '-' | '+' => out.is_empty(),
            '.' | ')' => !out.is_empty() && out.bytes().all(|b| b.is_ascii_digit()),
            _ => false,
        };
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '|' | '~' | '$' | '!' | '^' | '=' => out.extend(['\\', c]),
            c if starts_list => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

/// Text in which programs find no links, mentions, references or emoji, which no escape stops: a character without width
/// breaks them.
pub(in crate::render) fn inert(text: &str) -> String {
    const WORD_JOINER: char = '\u{2060}';
    let mut out = String::with_capacity(text.len() + 16);
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            '@' | '#' => out.extend([c, WORD_JOINER]),
            '/' if out.ends_with(':') => out.extend([c, WORD_JOINER]),
            '.' if ends_with_www(&out) => out.extend([WORD_JOINER, c]),
            ':' if characters.peek().is_some_and(char::is_ascii_alphabetic) => out.extend([c, WORD_JOINER]),
            c => out.push(c),
        }
    }
    out
}

fn ends_with_www(text: &str) -> bool {
    text.len().checked_sub(3).and_then(|at| text.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case("www"))
}
