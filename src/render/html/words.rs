//! Words and numbers as the templates ask for them.

use std::fmt::Display;

use crate::{
    model::{LocalTime, Sentence, key},
    render::{counts::Counts, wording},
    story::Clock,
    taxonomy::sign,
};

/// The longest text from a file that the page shows; the whole text is in summary.json.
const LONGEST: usize = 240;

/// Phrases, numbers and times in the page's language: `w.t(key::page::ERRORS)`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    pub clock: Clock,
}

impl Words {
    /// A phrase without placeholders.
    pub fn t(&self, key: key::SentenceKey) -> &'static str {
        self.clock.lang.phrase(key)
    }

    /// A phrase with one placeholder, `value`.
    pub fn with(&self, key: key::SentenceKey, value: impl Display) -> String {
        self.clock.lang.say(&Sentence::new(key).with("value", isolated(&value.to_string())))
    }

    /// A number with its thousands grouped.
    pub fn n(&self, number: &u64) -> String {
        self.clock.lang.number(*number)
    }

    pub fn percent(&self, share: &f64) -> String {
        self.clock.lang.percent(*share)
    }

    /// The width of the bar for a share, in percent.
    pub fn width(&self, share: &f64) -> String {
        format!("{:.1}", (share * 100.0).clamp(0.0, 100.0))
    }

    /// A change and its percentage, where there is something to compare with.
    pub fn change(&self, counts: &Counts) -> Option<String> {
        let lang = self.clock.lang;
        let change = counts.change?;
        let amount = format!("{}{}", sign(change), lang.number(change.unsigned_abs()));
        let Some(percent) = counts.change_pct else { return Some(amount) };
        let percent = lang.change(percent).replace('-', "−");
        Some(lang.say(&Sentence::new(key::page::CHANGE).with("change", amount).with("percent", percent)))
    }

    /// The class that colours a change: more errors are worse.
    pub fn trend(&self, counts: &Counts) -> &'static str {
        match counts.change {
            Some(1..) => "worse",
            Some(..=-1) => "better",
            _ => "same",
        }
    }

    /// Text of any length, cut to what a table can show.
    pub fn short(&self, text: &str) -> String {
        shortened(text)
    }

    pub fn moment(&self, at: &LocalTime) -> String {
        self.clock.moment(*at)
    }

    /// From the first to the last of two moments.
    pub fn range(&self, first: &LocalTime, last: &LocalTime) -> String {
        let (from, to) = (self.moment(first), self.moment(last));
        self.clock.lang.say(&Sentence::new(key::story::RANGE).with("from", from).with("to", to))
    }
}

/// Text of any length, cut to what a table can show.
pub(super) fn shortened(text: &str) -> String {
    wording::shortened(text, LONGEST)
}

/// What a reason is known by in the page's data and address: its name, made short but kept apart
/// from others of the same beginning by its place among them.
pub(super) fn key(reason: &str, place: usize) -> String {
    match reason.char_indices().nth(LONGEST) {
        Some(_) => format!("{}…{place}", reason.chars().take(LONGEST / 2).collect::<String>()),
        None => reason.to_owned(),
    }
}

/// Text that may be written from right to left, made ready to stand inside a sentence: Unicode's
/// isolates (UAX #9) keep it from turning round what stands beside it.
pub(super) fn isolated(text: &str) -> String {
    let right_to_left = |c: char| matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}');
    if text.contains(right_to_left) { format!("\u{2068}{text}\u{2069}") } else { text.to_owned() }
}
