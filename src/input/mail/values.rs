//! The value behind an item's name: how far it reaches, and whether it is of the form that its item has.

use unicode_normalization::UnicodeNormalization;

use super::{
    moment,
    names::{BULLETS, Token},
    text::{EDGE, without_edges},
    words::NoticeItem,
};
use crate::{
    model::{Why, Zone, key},
    taxonomy,
};

/// No value is longer; what is longer is read so far, to say that it is.
const LONGEST: usize = 8 << 10;
/// A longer text is no count.
const LONGEST_COUNT: usize = 120;
/// No value is wrapped into more lines.
const MOST_LINES: usize = 8;
/// Programs wrap at 65 to 78 characters: a line to which the next word would have given so many may have been wrapped.
const NARROWEST: usize = 64;
/// A longer line was not.
const WIDEST: usize = 100;

/// What is known beside the text.
#[derive(Clone, Copy, Debug)]
pub struct Hints<'a> {
    /// The channel's name, as the subject has it.
    pub channel: Option<&'a str>,
    /// The zone of times without an offset.
    pub zone: Zone,
}

/// How well a value fits its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// It cannot be the value of this item.
    Wrong,
    Empty,
    /// It may be, as any text may.
    Fits,
    /// It is of the form that no other text has.
    Sure,
}

/// A value. Not safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    pub text: String,
    pub fit: Fit,
    /// Where the lines on which it stands end.
    pub end: usize,
    /// Something else than the end of the line ends it.
    pub shared: bool,
}

/// The value of a name that ends before `limit`, where the next name or the text ends.
pub fn value(text: &str, token: &Token, limit: usize, hints: &Hints<'_>) -> Value {
    let limit = text.floor_char_boundary(limit.min(token.value + LONGEST));
    let Some(start) = start(&text[..limit], token.value) else {
        // `Time detected (2026-11-18)`
        let note = token.note.clone().filter(|note| fit(token, note, hints).1 == Fit::Sure);
        let fit = if note.is_some() { Fit::Sure } else { Fit::Empty };
        return Value { text: note.unwrap_or_default(), fit, end: token.value, shared: false };
    };
    let lined = |least: usize| {
        let (line, end, shared) = line(text, start, limit, least);
        let (text, fit) = fit(token, if shared { without_joiner(&line) } else { &line }, hints);
        Value { text, fit, end, shared }
    };
    let value = lined(1);
    // Others are as they are to be in one line.
    let grows = matches!(token.name, NoticeItem::Detail | NoticeItem::Time);
    let alone = || text[value.end..limit].trim().is_empty();
    if value.shared || value.fit == Fit::Sure && !grows || alone() {
        return value;
    }
    // What is understood with the next line only, or better with it, was wrapped.
    let longer = lined(2);
    let better = longer.fit == Fit::Sure && (value.fit < Fit::Sure || longer.text.len() > value.text.len());
    if better { longer } else { value }
}

/// Where the value begins.
fn start(text: &str, from: usize) -> Option<usize> {
    let space = |c: char| c == EDGE || c.is_whitespace() && c != '\n' && c != '\t';
    let mut rest = text[from..].trim_start_matches(space);
    if let Some(cell) = rest.strip_prefix('\t') {
        // A cell of its own for the colon.
        let sign = |cell: &str| !cell.is_empty() && cell.chars().all(|c| ":：=|-–".contains(c) || space(c));
        let second = cell.split_once('\t').filter(|(first, _)| sign(first));
        rest = second.map_or(cell, |(_, second)| second).trim_start_matches(space);
    } else if rest.starts_with('\n') {
        let value = rest.trim_start_matches(|c| space(c) || c == '\n');
        if rest[..rest.len() - value.len()].matches('\n').count() > 2 {
            return None;
        }
        // A value such as `-` is no bullet.
        let unmarked = value.trim_start_matches(|c| BULLETS.contains(c) && !"\"'“`([（「【".contains(c));
        rest = if unmarked.starts_with([' ', '\u{3000}']) { unmarked.trim_start() } else { value };
    }
    (!rest.is_empty() && !rest.starts_with(['\n', '\t'])).then_some(text.len() - rest.len())
}

/// The line that begins here, put together again where it was wrapped, at least so many lines, if none is blank; where it
/// ends, and whether something else than its end ends it.
fn line(text: &str, start: usize, limit: usize, least: usize) -> (String, usize, bool) {
    let mut whole = String::new();
    let mut at = start;
    for number in 1..=MOST_LINES {
        let end = text[at..limit].find(['\n', '\t']).map_or(limit, |end| at + end);
        let piece = without_edges(&text[at..end]);
        let piece = piece.trim();
        let before = text[..end].chars().rev().take(2 * WIDEST).take_while(|c| *c != '\n');
        // Characters of more than two bytes are as wide as two.
        let width: usize = before.map(|c| if c.len_utf8() > 2 { 2 } else { 1 }).sum();
        join(&mut whole, piece, width >= NARROWEST / 2);
        if end == limit {
            return (whole, end, limit < text.len());
        }
        let next = text[end + 1..limit].split('\n').next().unwrap_or_default();
        let first = next.split_whitespace().next().unwrap_or_default();
        // Before the next name stands its bullet, or its number.
        let number_only = next.trim().strip_suffix(['.', ')']).is_some_and(|digits| digits.parse::<u8>().is_ok());
        let nothing = number_only || next.chars().all(|c| c.is_whitespace() || BULLETS.contains(c));
        let full = width + 1 + first.chars().count() > NARROWEST && width <= WIDEST;
        let wrapped = full || number < least || next.starts_with(' ') || piece.ends_with([':', '：']);
        // A URL goes on with what a URL has, and is the last of its value.
        let goes_on = !ends_in_url(&whole)
            || first.starts_with(['/', '?', '&', '=', '#', '.', '%'])
            || whole.ends_with(['/', '=', '&', '?']);
        let cell = text.as_bytes()[end] == b'\t' || next.contains('\t');
        if nothing || !wrapped || !goes_on || cell {
            return (whole, end, false);
        }
        at = end + 1;
    }
    (whole, at, false)
}

fn ends_in_url(text: &str) -> bool {
    text.split_whitespace().next_back().is_some_and(|word| word.contains("://"))
}

/// Adds a piece of a line that was wrapped, where `brim` says that it was perhaps cut at the edge of the page.
fn join(whole: &mut String, piece: &str, brim: bool) {
    let wide = |c: Option<char>| c.is_some_and(|c| !c.is_ascii() && c.is_alphanumeric());
    // URLs and words with hyphens are cut without a space, and so is Japanese.
    let tight = whole.is_empty()
        || ends_in_url(whole)
        || whole.ends_with(['/', '_'])
        || whole.ends_with('-') && !whole.ends_with(" -")
        || brim && wide(whole.chars().next_back()) && wide(piece.chars().next());
    whole.extend([if tight { "" } else { " " }, piece]);
}

/// The value without what parts it from the next item on its line: a comma, a slash, the next item's bullet or bracket.
fn without_joiner(value: &str) -> &str {
    let mut trimmed = value.trim_end();
    while let Some((before, last)) = trimmed.rsplit_once(char::is_whitespace)
        && last.chars().all(|c| BULLETS.contains(c) || "/／,;".contains(c))
    {
        trimmed = before.trim_end();
    }
    let trimmed = trimmed.trim_end_matches(['【', '［', '「', '『', '（', '(', '■', '◆', '●', '・', '※']);
    let trimmed = trimmed.strip_suffix([',', ';', '、', '，', '；', '。']).unwrap_or(trimmed);
    // A bracket that closes what the value opened is its own.
    let opens = trimmed.matches(['(', '（']).count();
    let inner = trimmed.strip_suffix([')', '）']).filter(|_| trimmed.matches([')', '）']).count() > opens);
    inner.unwrap_or(trimmed).trim_end()
}

/// What of a text is the value of an item, and how well it fits.
fn fit(token: &Token, text: &str, hints: &Hints<'_>) -> (String, Fit) {
    let (whole, text) = (text.trim(), bare(text));
    let as_is = |fit| (text.to_owned(), fit);
    if text.is_empty() {
        return as_is(Fit::Empty);
    }
    if is_none(text) {
        return as_is(Fit::Fits);
    }
    let word = text.split_whitespace().next().unwrap_or_default();
    let one_word = word.len() == text.len();
    match token.name {
        NoticeItem::ChannelId => {
            let plain: String = word.nfkc().collect();
            let digits: String = plain.chars().take_while(char::is_ascii_digit).collect();
            match plain[digits.len()..].starts_with(|c: char| c.is_alphanumeric() || "_-:/.".contains(c)) {
                false if !digits.is_empty() => (digits, Fit::Sure),
                _ => as_is(if one_word { Fit::Fits } else { Fit::Wrong }),
            }
        }
        // Quotes may be the name's own.
        NoticeItem::ChannelName => match hints.channel {
            Some(known) if squeezed(known) == squeezed(whole) => (known.to_owned(), Fit::Sure),
            _ => (whole.to_owned(), Fit::Fits),
        },
        NoticeItem::Channel => as_is(if name_and_id(text).1.is_some() { Fit::Sure } else { Fit::Fits }),
        NoticeItem::Reason => {
            if reason_and_detail(text).is_some() || is_reason(text) {
                return as_is(Fit::Sure);
            }
            let code = word.trim_end_matches([',', '.', ';', ':', '、', '。']);
            if is_reason(code) {
                return (code.to_owned(), Fit::Sure);
            }
            let words = text.split_whitespace().count();
            as_is(if one_word || words <= 4 && token.mark != ' ' { Fit::Fits } else { Fit::Wrong })
        }
        NoticeItem::Detail if reason_and_detail(text).is_some() || is_code(text) => as_is(Fit::Sure),
        NoticeItem::Detail => {
            // Behind a known one may stand a sentence of something else.
            let sentence = |rest: &str| {
                let wide = |c: char| !c.is_ascii() && c.is_alphabetic();
                rest.starts_with(wide) || rest.starts_with(char::is_uppercase) && rest.split_whitespace().count() > 1
            };
            match prefix(text, 6, sentence, |text| is_detail(without_own_brackets(text))) {
                // A page of documentation is no detail.
                (_, Fit::Wrong) if token.strong || !text.starts_with("http") => as_is(Fit::Fits),
                found => found,
            }
        }
        NoticeItem::Count => prefix(text, 5, |_| true, |text| count(text).is_ok()),
        NoticeItem::Time => {
            // What is left behind is no part of a time that was not understood.
            let prose = |rest: &str| {
                !rest.split_whitespace().take(2).any(|word| {
                    let word = word.to_lowercase();
                    word.contains(char::is_numeric) || ["am", "pm", "a.m.", "p.m."].contains(&word.as_str())
                }) || rest.starts_with(['-', '–', '~', '〜', '～'])
            };
            prefix(text, 12, prose, |text| moment::read(text, token.note.as_deref(), hints.zone).is_ok())
        }
        NoticeItem::Url => {
            let url = word.trim_matches(['<', '>', '`', '"', ',', ';']);
            let plausible = url.contains("://") || url.contains('.') && url.contains('/');
            (url.to_owned(), if plausible { Fit::Sure } else { Fit::Wrong })
        }
    }
}

/// The longest beginning of some words that is right, without the full stop behind it.
fn prefix(text: &str, words: usize, may_be_left: impl Fn(&str) -> bool, right: impl Fn(&str) -> bool) -> (String, Fit) {
    let ends = text.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(at, _)| at).take(words);
    let mut ends: Vec<usize> = ends.collect();
    if text.split_whitespace().count() <= words {
        ends.push(text.len());
    }
    for end in ends.into_iter().rev() {
        let (head, rest) = (text[..end].trim_end(), text[end..].trim_start());
        let bare_head = head.trim_end_matches(['.', ',', ';', '。', '、', '!', '|', '/']);
        let unbracketed = bare_head.trim_end_matches([')', '）']).trim_end_matches(['.', '。']);
        let mut heads = vec![head, bare_head, unbracketed];
        heads.dedup();
        let found = heads.into_iter().find(|head| (rest.is_empty() || may_be_left(rest)) && right(head));
        if let Some(head) = found {
            return (head.to_owned(), Fit::Sure);
        }
    }
    (text.to_owned(), Fit::Wrong)
}

/// Whether a text is a detail of LINE's list, or a status, perhaps with a URL behind it.
fn is_detail(text: &str) -> bool {
    taxonomy::REASONS.iter().any(|reason| {
        let canonical = taxonomy::canonical(reason, text);
        !canonical.detail.is_empty() && taxonomy::is_known(reason, &canonical.detail)
    })
}

/// Whether a text is one of LINE's codes, letter by letter: `Request timeout` is a detail.
pub fn is_code(text: &str) -> bool {
    taxonomy::REASONS.iter().any(|code| code.eq_ignore_ascii_case(text))
}

/// Whether a text is one of LINE's codes, perhaps with other marks between its words.
pub fn is_reason(text: &str) -> bool {
    taxonomy::REASONS.contains(&&*taxonomy::canonical(text, "").reason)
}

/// Splits `could_not_connect - (…)` where it is the value of one item.
pub fn reason_and_detail(value: &str) -> Option<(&str, &str)> {
    let (reason, rest) = code(value)?;
    let detail = behind(rest)?;
    (!detail.is_empty()).then_some((reason, detail))
}

/// A reason's code at the start of a text, and what follows it.
pub fn code(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    // News have their detail in brackets, too.
    let new = word.contains('_') && rest.trim_start().starts_with('-') && rest.contains('(');
    (is_code(word) || new).then_some((word, rest))
}

/// The detail behind a reason's code: in brackets, with or without a hyphen before; empty where nothing follows; none
/// where other text does.
pub fn behind(rest: &str) -> Option<&str> {
    let rest = rest.trim();
    let rest = rest.strip_prefix(['-', '–', '—', ':', '：']).unwrap_or(rest).trim();
    if rest.is_empty() {
        return Some("");
    }
    let inner = rest.strip_prefix(['(', '（'])?;
    Some(inner.strip_suffix([')', '）']).unwrap_or(inner).trim())
}

/// The name and the id of `shop (1650000001)`, `1650000001` and `shop`.
pub fn name_and_id(text: &str) -> (Option<&str>, Option<&str>) {
    let text = text.trim();
    let is_id = |text: &str| text.len() >= 6 && text.bytes().all(|b| b.is_ascii_digit());
    if is_id(text) {
        return (None, Some(text));
    }
    let split = [('(', ')'), ('（', '）'), ('[', ']')].into_iter().find_map(|(open, close)| {
        let (name, id) = text.strip_suffix(close)?.rsplit_once(open)?;
        let id = id.trim().trim_start_matches(|c: char| !c.is_ascii_digit());
        is_id(id).then_some((name.trim(), id))
    });
    match split {
        Some((name, id)) => (Some(name).filter(|name| !name.is_empty()), Some(id)),
        None => (Some(text), None),
    }
}

/// A count as people write it: as exports have them, and with a word behind it.
pub fn count(text: &str) -> Result<u64, Why> {
    if text.len() > LONGEST_COUNT {
        return Err(key::reject::COUNT_NOT_WHOLE);
    }
    let text = text.nfkc().collect::<String>().replace('’', "'").to_lowercase();
    let text = bare(&text);
    let units = ["errors", "error", "times", "time", "件", "回"];
    let digits = units.iter().find_map(|unit| text.strip_suffix(unit)).unwrap_or(text);
    // `1.000` is a thousand to some, and no program makes decimals of a mail's counts.
    if digits.contains('.') {
        return Err(key::reject::COUNT_NOT_WHOLE);
    }
    // Of `件` alone nothing is missing but a number.
    crate::input::count::count(digits).map_err(|why| match why {
        key::reject::COUNT_MISSING => key::reject::COUNT_NOT_WHOLE,
        why => why,
    })
}

/// Whether a value says that there is none.
pub fn is_none(value: &str) -> bool {
    ["", "-", "–", "—", "ー", "―", "－", "n/a", "none", "なし", "無し"].contains(&value.trim().to_lowercase().as_str())
}

/// The value without the marks that make it code or bold.
pub fn bare(value: &str) -> &str {
    value.trim().trim_matches(['`', '"', '*', '“', '”']).trim()
}

/// `(Connection failed: …)` as `Connection failed: …`.
pub fn without_own_brackets(detail: &str) -> &str {
    let detail = bare(detail);
    match detail.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) if !inner.contains(['(', ')']) => inner.trim(),
        _ => detail,
    }
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_whole_numbers_in_any_dress() {
        for (text, expected) in [
            ("1", 1),
            ("0", 0),
            (" 12 ", 12),
            ("1,234", 1_234),
            ("1 234 567", 1_234_567),
            ("１２３", 123),
            ("１，２３４件", 1_234),
            ("12 errors", 12),
            ("3回", 3),
            ("`7`", 7),
            ("9223372036854775807", 9_223_372_036_854_775_807),
        ] {
            assert_eq!(count(text), Ok(expected), "{text}");
        }
        for text in ["x", "-1", "1.5", "90.000", "1.000", "3.0 errors", "1,23", "12,34,567", "1234,567", ",123", "many"]
        {
            assert_eq!(count(text), Err(key::reject::COUNT_NOT_WHOLE), "{text}");
        }
        assert_eq!(count("9223372036854775808"), Err(key::reject::COUNT_TOO_LARGE));
    }

    #[test]
    fn a_channel_may_be_name_and_id_in_one() {
        assert_eq!(name_and_id("shop (1650000001)"), (Some("shop"), Some("1650000001")));
        assert_eq!(name_and_id("お店（ID: 1650000001）"), (Some("お店"), Some("1650000001")));
        assert_eq!(name_and_id("1650000001"), (None, Some("1650000001")));
        assert_eq!(name_and_id("shop (2)"), (Some("shop (2)"), None));
    }
}
