//! A sentence before it has a language.

use chrono::{DateTime, FixedOffset};

use super::SentenceKey;

/// The key of a sentence in the phrase files, and the values of its `{placeholders}`.
///
/// The values come from files and command lines, so they must be safe to show already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    pub key: SentenceKey,
    pub values: Vec<(&'static str, Filling)>,
}

/// What fills a placeholder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filling {
    Text(String),
    /// Texts with the language's comma between them.
    List(Vec<String>),
    /// Texts of which one is meant: the last stands behind the language's word for or.
    OneOf(Vec<String>),
    /// A sentence within the sentence, in the same language.
    Sentence(Sentence),
    /// A number with what limits it: `at least 12`.
    Limited(Sentence),
    /// A whole number, grouped as the language does.
    Number(u64),
    /// A moment, to the minute, with the offset of the zone it is told in.
    Moment(DateTime<FixedOffset>),
}

impl Sentence {
    /// A sentence whose placeholders are still to be filled by [`Sentence::with`].
    pub fn new(key: SentenceKey) -> Self {
        Sentence { key, values: Vec::new() }
    }

    fn filled(mut self, placeholder: &'static str, filling: Filling) -> Self {
        self.values.push((placeholder, filling));
        self
    }

    /// Fills a placeholder.
    #[must_use]
    pub fn with(self, placeholder: &'static str, value: impl ToString) -> Self {
        self.filled(placeholder, Filling::Text(value.to_string()))
    }

    /// Fills a placeholder with a list.
    #[must_use]
    pub fn with_list(self, placeholder: &'static str, items: impl IntoIterator<Item: ToString>) -> Self {
        self.filled(placeholder, Filling::List(items.into_iter().map(|item| item.to_string()).collect()))
    }

    /// Fills a placeholder with texts of which one is meant.
    #[must_use]
    pub fn with_one_of(self, placeholder: &'static str, items: impl IntoIterator<Item: ToString>) -> Self {
        self.filled(placeholder, Filling::OneOf(items.into_iter().map(|item| item.to_string()).collect()))
    }

    /// Fills a placeholder with a whole number.
    #[must_use]
    pub fn with_number(self, placeholder: &'static str, number: u64) -> Self {
        self.filled(placeholder, Filling::Number(number))
    }

    /// Fills a placeholder with a moment.
    #[must_use]
    pub fn with_moment(self, placeholder: &'static str, at: DateTime<FixedOffset>) -> Self {
        self.filled(placeholder, Filling::Moment(at))
    }

    /// Fills a placeholder with a number that a sentence limits.
    #[must_use]
    pub fn with_limited(self, placeholder: &'static str, number: Sentence) -> Self {
        self.filled(placeholder, Filling::Limited(number))
    }

    /// Fills a placeholder with a sentence.
    #[must_use]
    pub fn with_sentence(self, placeholder: &'static str, sentence: Sentence) -> Self {
        self.filled(placeholder, Filling::Sentence(sentence))
    }
}
