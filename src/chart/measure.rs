//! How wide a text is, and how it is made to fit.
//!
//! Widths are those of the embedded font, without kerning. Characters that it lacks are drawn in
//! fonts that are not known here, and a page may show the drawing in another font altogether, so
//! every width has some slack.

use unicode_width::UnicodeWidthChar;

use super::{fonts::Embedded, theme::Type};
use crate::{story::whole_letters, taxonomy::breaks};

/// A page's own font is rarely more than this much wider than Noto Sans.
const SLACK: f64 = 1.06;
const ELLIPSIS: char = '…';
/// Invisible; makes what stands between it and right-to-left text part of that text.
pub const RIGHT_TO_LEFT_MARK: char = '\u{200f}';

/// The width of a text in pixels, with slack.
pub fn width(text: &str, style: Type) -> f64 {
    text.chars().map(|c| advance(c, style)).sum()
}

fn advance(c: char, style: Type) -> f64 {
    let ems = Embedded::face(style.bold).advance(c).unwrap_or_else(|| match c.width() {
        // Marks stand on the character before them.
        None | Some(0) => 0.0,
        // These letters are joined.
        _ if right_to_left(c) => 0.6,
        Some(1) if matches!(c, '\u{e00}'..='\u{e7f}') => 0.6,
        Some(1) => 0.7,
        // East Asian characters fill a square; emoji are a little wider than that.
        Some(_) if (c as u32) < 0x1F000 => 1.0,
        Some(_) => 1.3,
    });
    ems * style.size * SLACK
}

/// The text if it fits, else its beginning and an ellipsis. Never more than `room` pixels wide, and
/// empty if not even one character fits.
pub fn shorten(text: &str, style: Type, room: f64) -> String {
    // Longer texts are not measured to their end: that they do not fit is clear before.
    let mut used = 0.0;
    let mut fits_with_ellipsis = 0;
    let room_before_ellipsis = room - advance(ELLIPSIS, style);
    for (at, c) in text.char_indices() {
        used += advance(c, style);
        if used > room {
            let kept = whole_letters(text, fits_with_ellipsis).trim_end();
            return match kept.chars().next_back() {
                None => String::new(),
                // Otherwise the ellipsis would stand at the beginning of Arabic and Hebrew.
                Some(last) if right_to_left(last) => format!("{kept}{ELLIPSIS}{RIGHT_TO_LEFT_MARK}"),
                Some(_) => format!("{kept}{ELLIPSIS}"),
            };
        }
        if used <= room_before_ellipsis {
            fits_with_ellipsis = at + c.len_utf8();
        }
    }
    text.to_owned()
}

fn right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

/// The text in at most `lines` lines of at most `room` pixels, the last one shortened if need be. Lines break as
/// in a terminal, in Japanese rather before a word than within one; elsewhere inside a word only if it is wider than a line.
pub fn wrap(text: &str, style: Type, room: f64, lines: usize) -> Vec<String> {
    // A number stays with what it counts.
    let text = text.replace(" × ", "\u{a0}×\u{a0}");
    let mut wrapped: Vec<String> = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if wrapped.len() + 1 >= lines {
            wrapped.push(shorten(rest, style, room));
            break;
        }
        let end = line_end(rest, style, room);
        wrapped.push(rest[..end].trim_end().to_owned());
        rest = rest[end..].trim_start();
    }
    wrapped
}

/// Where the first line of a text ends, in bytes; at least one character after its start.
fn line_end(text: &str, style: Type, room: f64) -> usize {
    // A Japanese word ends in hiragana or before a mark, and begins with something else. Elsewhere a line that is nearly full
    // ends at a mark, or in Thai at a blank, which stands between phrases.
    let hiragana = |c: char| matches!(c, '\u{3041}'..='\u{3096}');
    let far = if text.contains(hiragana) { 0.5 } else { 0.85 };
    let ends = |c: Option<char>| c.is_some_and(|c| hiragana(c) || matches!(c, ' ' | '、' | '，' | '。' | '）'));
    let (mut used, mut start) = (0.0, 0);
    let (mut last_break, mut word_break) = (None, None);
    for end in breaks(text) {
        let (before, after) = (text[..start].chars().next_back(), text[start..].chars().next());
        if start > 0 {
            last_break = Some(start);
            if used > room * far && ends(before) && !ends(after) {
                word_break = last_break;
            }
        }
        for (at, c) in text[start..end].char_indices() {
            used += advance(c, style);
            if used > room && c != ' ' {
                return word_break.or(last_break).unwrap_or((start + at).max(after.map_or(1, char::len_utf8)));
            }
        }
        start = end;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: Type = Type::plain(10.0);

    #[test]
    fn digits_have_the_width_that_the_font_file_states() {
        // Noto Sans: 1,171 units of 2,048 per digit.
        assert!((width("0123456789", BODY) - 100.0 * 1171.0 / 2048.0 * SLACK).abs() < 0.01);
    }

    #[test]
    fn what_does_not_fit_ends_in_an_ellipsis_and_fits() {
        for text in [
            "Session protocol negotiation failure",
            "予約ショップの公式アカウント",
            "ร้านค้าออนไลน์ของเรา",
            "متجر الهدايا الإلكتروني",
            "🍣🍣🍣🍣🍣🍣🍣🍣🍣🍣🍣",
        ] {
            let short = shorten(text, BODY, 60.0);
            assert!(
                short.trim_end_matches(RIGHT_TO_LEFT_MARK).ends_with('…') && width(&short, BODY) <= 60.0,
                "{short}"
            );
        }
        assert_eq!(shorten("502", BODY, 60.0), "502");
        assert_eq!(shorten("502", BODY, 1.0), "");
        assert!(shorten(&"x".repeat(5_000_000), BODY, 60.0).len() < 20);
    }

    #[test]
    fn lines_break_at_spaces_and_the_last_is_shortened() {
        assert_eq!(wrap("one two three", BODY, width("one two", BODY), 9), ["one two", "three"]);
        let cut = wrap("one two three four five", BODY, width("one two…", BODY), 2);
        assert_eq!(cut.len(), 2);
        assert!(cut[1].ends_with('…'));
        assert_eq!(wrap("", BODY, 60.0, 3), Vec::<String>::new());
    }

    #[test]
    fn japanese_breaks_between_characters_but_not_before_a_full_stop() {
        let room = width("予約。", BODY) - 0.1;
        assert_eq!(wrap("予約。店舗", BODY, room, 9), ["予", "約。", "店舗"]);
    }

    #[test]
    fn chinese_fills_its_lines() {
        let room = width("資料。如果應", BODY);
        assert_eq!(wrap("資料。如果應用程式", BODY, room, 9), ["資料。如果應", "用程式"]);
    }

    #[test]
    fn a_word_wider_than_the_line_is_broken() {
        let lines = wrap(&"x".repeat(100), BODY, 60.0, 3);
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|line| width(line, BODY) <= 60.0));
    }
}
