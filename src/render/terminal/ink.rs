//! Styles that travel through a table's layout as characters without width.
//!
//! A style is one of Unicode's tag characters before the text and one behind it. They have no width, so measuring,
//! cutting and padding see the text alone; and no text from a file holds them, because [`visible`] has replaced them
//! (see [`crate::model::visible`]). The last step turns them into escape codes, or drops them.
//!
//! [`visible`]: crate::model::visible

use crate::{model::for_log, story::Trend};

/// How a piece of text looks. Colours are the terminal's own sixteen, so that they fit its theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Plain,
    /// What is read first.
    Strong,
    /// What is there if one looks for it.
    Faint,
    Good,
    Bad,
    Notice,
}

/// One style for each tag character from here on.
const FIRST_TAG: char = '\u{e0020}';

/// Of each style in its order.
const CODES: [&str; 6] = ["", "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[1;31m", "\x1b[1;33m"];

const RESET: &str = "\x1b[0m";

impl Ink {
    /// The colour of a change: only news has one.
    pub fn of_trend(trend: Trend) -> Ink {
        match trend {
            Trend::Worse => Ink::Bad,
            Trend::Better => Ink::Good,
            Trend::Same => Ink::Faint,
        }
    }

    /// The text in this style, up to its end or the end of the line.
    pub fn on(self, text: &str) -> String {
        format!("{}{text}{}", self.tag(), Ink::end())
    }

    /// What a style ends with.
    pub fn end() -> char {
        Ink::Plain.tag()
    }

    /// Whether a style begins here.
    pub fn is_tag(c: char) -> bool {
        code(c).is_some()
    }

    fn tag(self) -> char {
        char::from_u32(FIRST_TAG as u32 + self as u32).unwrap_or(FIRST_TAG)
    }
}

/// The escape code that a tag character stands for.
fn code(tag: char) -> Option<&'static str> {
    let at = (tag as u32).checked_sub(FIRST_TAG as u32)?;
    CODES.get(at as usize).copied()
}

/// A finished line as it goes to the terminal or the log: escape codes if there is colour, nothing that a CI runner
/// would obey, no blanks at its end.
pub(super) fn printed(line: &str, color: bool) -> String {
    let plain: String = line.chars().filter(|&c| code(c).is_none()).collect();
    let plain = plain.trim_end();
    let safe = for_log(plain);
    // A line that had to be changed is one to be read with care, not one to be admired.
    if !color || safe != plain {
        return safe;
    }
    let mut out = String::with_capacity(line.len());
    let mut styled = false;
    for c in line.trim_end().chars() {
        match code(c) {
            None => out.push(c),
            Some(code) => {
                if styled {
                    out.push_str(RESET);
                }
                out.push_str(code);
                styled = !code.is_empty();
            }
        }
    }
    if styled {
        out.push_str(RESET);
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    #[test]
    fn a_style_has_no_width_and_becomes_a_code_or_nothing() {
        let line = format!("a {} b  ", Ink::Bad.on("502"));
        assert_eq!(line.width(), "a 502 b  ".len());
        assert_eq!(printed(&line, false), "a 502 b");
        assert_eq!(printed(&line, true), "a \x1b[1;31m502\x1b[0m b");
    }

    #[test]
    fn a_style_whose_end_was_cut_off_ends_with_the_next_one_or_the_line() {
        let cut = Ink::Good.on("x").trim_end_matches(Ink::Plain.tag()).to_owned();
        assert_eq!(printed(&format!("{cut}{}", Ink::Strong.on("y")), true), "\x1b[32mx\x1b[0m\x1b[1my\x1b[0m");
        assert_eq!(printed(&cut, true), "\x1b[32mx\x1b[0m");
    }

    #[test]
    fn no_text_from_a_file_holds_a_style() {
        let forged = crate::model::visible(&Ink::Bad.on("forged"));
        assert_eq!(printed(&forged, true), forged);
    }

    #[test]
    fn a_runner_finds_no_command_behind_a_style() {
        assert_eq!(printed(&Ink::Bad.on("::error::x"), true), ": :error::x");
        assert_eq!(printed(&Ink::Bad.on("a ##[error]x"), true), "a ## [error]x");
    }
}
