//! Characters that cannot be seen, made visible.

/// The text with control characters and characters that reorder or hide text replaced by visible ones.
///
/// C0 controls become Unicode's control pictures, everything else `\u{…}`.
pub fn visible(text: &str) -> String {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\0'..='\x1f' => out.push(char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}')),
            '\x7f' => out.push('\u{2421}'),
            c if is_invisible(c) => {
                out.push_str(&c.escape_unicode().to_string());
            }
            c => out.push(c),
        }
    }
    out
}

/// Letters of scripts that are written from right to left.
pub fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// A mark of direction (UAX #9) for what follows a text in a sentence: behind letters from right to left a number would
/// stand before them.
pub fn mark_behind(text: &str) -> Option<char> {
    const LEFT_TO_RIGHT: char = '\u{200e}';
    let last = text.chars().rfind(|c| c.is_alphabetic() || *c == LEFT_TO_RIGHT);
    last.is_some_and(is_right_to_left).then_some(LEFT_TO_RIGHT)
}

/// Characters that cannot be seen, or that reorder what stands beside them: controls of the upper range, marks of
/// direction, joiners, fillers, selectors of variations, tags, blanks that are no white space.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{2800}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}
