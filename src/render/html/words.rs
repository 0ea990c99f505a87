//! Words and numbers as the templates ask for them.

use std::fmt::Display;

use chrono::Datelike;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::{
    analysis::{Analysis, Bucket},
    model::{LocalTime, Sentence, is_right_to_left, key},
    story::{Change, Clock, Compared, Story, Trend, counted, detail_name, shortened, whole_letters},
};

/// The longest text from a file that the page shows; the whole text is in summary.json.
const LONGEST: usize = 120;
/// The widest name in a table of numbers, in columns of a terminal: a Japanese sign has two.
const WIDEST: usize = 64;

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

    /// Errors, marked where there may be more.
    pub fn shown(&self, compared: &Compared) -> String {
        compared.shown(self.clock.lang)
    }

    /// The same, or a dash where nobody knows it.
    pub fn known(&self, number: &Option<u64>) -> String {
        number.map_or_else(|| "–".to_owned(), |number| self.n(&number))
    }

    pub fn percent(&self, share: &f64) -> String {
        self.clock.lang.percent(*share)
    }

    /// The class that colours a change: only news have a colour.
    pub fn trend(&self, change: &Change) -> &'static str {
        match change.trend {
            Trend::Worse => "worse",
            Trend::Better => "better",
            Trend::Same => "same",
        }
    }

    /// Errors of each window of a reason.
    pub fn by_window(&self, analysis: &Analysis, reason: &str) -> Vec<u64> {
        let of = |bucket: &Bucket| bucket.by_reason.0.iter().find(|(name, _)| name == reason).map_or(0, |(_, n)| *n);
        analysis.windows.buckets.iter().map(of).collect()
    }

    /// How many errors, in words.
    pub fn errors(&self, errors: u64) -> String {
        counted(self.clock.lang, key::story::ERRORS_ONE, key::story::ERRORS, errors)
    }

    /// The details that are no longer seen.
    pub fn stopped(&self, story: &Story<'_>) -> String {
        let shown = story.failed.stopped.iter().take(story.top).map(|(name, errors)| {
            let sentence = Sentence::new(key::page::STOPPED_DETAIL).with("name", isolated(&self.short(name)));
            self.clock.lang.say(&sentence.with_number("errors", *errors))
        });
        self.clock.lang.list(shown)
    }

    /// What a detail is called.
    pub fn named(&self, reason: &str, detail: &str) -> String {
        self.short(&detail_name(self.clock.lang, reason, detail))
    }

    /// A channel's name; words where the file names none.
    pub fn channel(&self, name: &Option<String>) -> String {
        name.as_deref().map_or_else(|| self.t(key::story::NO_CHANNEL).to_owned(), |name| self.short(name))
    }

    /// Text of any length, cut to what a table can show.
    pub fn short(&self, text: &str) -> String {
        shortened(text, LONGEST)
    }

    /// A name, cut to what a column beside numbers can show.
    pub fn name(&self, text: &str) -> String {
        let mut width = 0;
        let end = text.char_indices().find(|(_, sign)| {
            width += sign.width().unwrap_or(0);
            width > WIDEST
        });
        end.map_or_else(|| text.to_owned(), |(end, _)| format!("{}…", whole_letters(text, end)))
    }

    /// What a name is cut from.
    pub fn whole(&self, text: &str) -> Option<String> {
        (text.width() > WIDEST).then(|| self.short(text))
    }

    /// A window; the year of hours is that of the period, where it has one.
    pub fn window(&self, analysis: &Analysis, bucket: &Bucket) -> String {
        let [first, last] = [analysis.period.start, analysis.period.end].map(|at| at.year());
        match analysis.windows.size {
            size @ ("day" | "week" | "month") => self.clock.window(size, bucket),
            size if first != last => self.clock.window(size, bucket),
            _ => self.clock.short_stretch(bucket.start, bucket.end),
        }
    }

    /// A path: its parts are names, each with a direction of its own.
    pub fn path(&self, path: &str) -> String {
        shortened(path, LONGEST).split('/').map(isolated).collect::<Vec<_>>().join("/")
    }

    /// From the first to the last of two moments, as short as it gets.
    pub fn seen(&self, first: &LocalTime, last: &LocalTime) -> String {
        let text = self.clock.short_stretch(*first, *last);
        if first == last { self.clock.short_moment(*first) } else { text }
    }
}

/// What a reason is known by in the page's address: its name, made short but kept apart from others of the same beginning
/// by its place among them.
pub(super) fn address(reason: &str, place: usize) -> String {
    match reason.char_indices().nth(LONGEST) {
        Some(_) => format!("{}…{place}", reason.chars().take(LONGEST / 2).collect::<String>()),
        None => reason.to_owned(),
    }
}

/// Text that may be written from right to left, made ready to stand inside a sentence: Unicode's
/// isolates (UAX #9) keep it from turning round what stands beside it.
pub(super) fn isolated(text: &str) -> String {
    if text.contains(is_right_to_left) { format!("\u{2068}{text}\u{2069}") } else { text.to_owned() }
}
