//! A sentence before it has a language.

/// Key of a sentence in the phrase files, and the values of its `{placeholders}`.
///
/// The values come from files and command lines, so they must be safe to show already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    pub key: &'static str,
    pub values: Vec<(&'static str, String)>,
}

impl Sentence {
    /// A sentence whose placeholders are still to be filled by [`Sentence::with`].
    pub fn new(key: &'static str) -> Self {
        Sentence { key, values: Vec::new() }
    }

    /// Fills a placeholder.
    #[must_use]
    pub fn with(mut self, placeholder: &'static str, value: impl ToString) -> Self {
        self.values.push((placeholder, value.to_string()));
        self
    }
}
