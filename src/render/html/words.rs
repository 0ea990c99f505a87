//! Words and numbers as the templates ask for them.

use crate::{model::Sentence, taxonomy::Lang};

/// The longest text from a file that the page shows; the whole text is in summary.json.
const LONGEST: usize = 240;

/// The page's phrases, under the last part of their key: `w.t("page.errors")`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    lang: Lang,
}

impl Words {
    pub fn new(lang: Lang) -> Self {
        Words { lang }
    }

    /// A phrase without placeholders.
    pub fn t(&self, key: &'static str) -> &str {
        self.lang.phrase(key)
    }

    /// A phrase with one placeholder, `value`.
    pub fn with(&self, key: &'static str, value: impl AsRef<str>) -> String {
        self.lang.say(&Sentence::new(key).with("value", isolated(value.as_ref())))
    }

    /// A number with its thousands grouped.
    pub fn n(&self, number: &u64) -> String {
        self.lang.number(*number)
    }
}

/// Text of any length, cut to what a table can show.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some(_) => text.chars().take(LONGEST - 1).chain(['…']).collect(),
        None => text.to_owned(),
    }
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

/// A change and its percentage, where there is something to compare with.
pub(super) fn change(lang: Lang, change: Option<i64>, percent: Option<f64>) -> Option<String> {
    let change = change?;
    let sign = match change {
        0 => "±",
        1.. => "+",
        _ => "−",
    };
    let amount = format!("{sign}{}", lang.number(change.unsigned_abs()));
    Some(match percent {
        Some(percent) => {
            let sentence = Sentence::new("page.change")
                .with("change", amount)
                .with("percent", lang.change(percent).replace('-', "−"));
            lang.say(&sentence)
        }
        None => amount,
    })
}

/// The class that colours a change: more errors are worse.
pub(super) fn trend(change: Option<i64>) -> &'static str {
    match change {
        Some(1..) => "worse",
        Some(..=-1) => "better",
        _ => "same",
    }
}
