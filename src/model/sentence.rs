//! A sentence before it has a language.

/// Key of a sentence in the phrase files, and the values of its `{placeholders}`.
///
/// The values come from files and command lines, so they must be safe to show already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    pub key: &'static str,
    pub values: Vec<(&'static str, Filling)>,
}

/// What fills a placeholder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filling {
    Text(String),
    /// A sentence within the sentence, in the same language.
    Sentence(Sentence),
}

impl From<Sentence> for Filling {
    fn from(sentence: Sentence) -> Self {
        Filling::Sentence(sentence)
    }
}

impl Sentence {
    /// A sentence whose placeholders are still to be filled by [`Sentence::with`].
    pub fn new(key: &'static str) -> Self {
        Sentence { key, values: Vec::new() }
    }

    /// Fills a placeholder.
    #[must_use]
    pub fn with(mut self, placeholder: &'static str, value: impl ToString) -> Self {
        self.values.push((placeholder, Filling::Text(value.to_string())));
        self
    }

    /// Fills a placeholder with a sentence.
    #[must_use]
    pub fn with_sentence(mut self, placeholder: &'static str, sentence: Sentence) -> Self {
        self.values.push((placeholder, sentence.into()));
        self
    }
}
