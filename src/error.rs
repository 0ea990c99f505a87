//! What went wrong, as a sentence for the person at the keyboard.

use std::io::{self, ErrorKind};

use crate::{
    model::{Filling, Sentence, Zone, ZoneError, key},
    taxonomy::{self, Lang},
};

/// A job that could not be done: what, where, why, and what to do next. Exit code 2.
///
/// Its text is safe to show; URLs in it are cut unless the user asked for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(pub Box<Sentence>);

/// The result of a job that can fail with a sentence.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error by its key in the phrase files; fill its placeholders with [`Error::with`].
    pub fn new(key: key::SentenceKey) -> Self {
        Sentence::new(key).into()
    }

    /// That a sum leaves 64 bits.
    pub fn overflow() -> Self {
        Error::new(key::error::OVERFLOW)
    }

    /// Fills a placeholder of the sentence.
    #[must_use]
    pub fn with(mut self, placeholder: &'static str, value: impl ToString) -> Self {
        self.0.values.push((placeholder, Filling::Text(value.to_string())));
        self
    }

    /// Fills a placeholder with a whole number.
    #[must_use]
    pub fn with_number(self, placeholder: &'static str, number: u64) -> Self {
        self.0.with_number(placeholder, number).into()
    }

    /// Fills a placeholder with a list.
    #[must_use]
    pub fn with_list(self, placeholder: &'static str, items: impl IntoIterator<Item: ToString>) -> Self {
        self.0.with_list(placeholder, items).into()
    }

    /// Fills a placeholder with a sentence.
    #[must_use]
    pub fn with_sentence(mut self, placeholder: &'static str, sentence: Sentence) -> Self {
        self.0.values.push((placeholder, Filling::Sentence(sentence)));
        self
    }

    /// Fills the placeholder `cause` with why the system refused something: in words of the user's language where that is
    /// common, else in the system's own.
    #[must_use]
    pub fn because(self, cause: &io::Error) -> Self {
        let Some(code) = cause.raw_os_error() else { return self.with("cause", cause) };
        let key = match cause.kind() {
            ErrorKind::NotFound => key::cause::NOT_FOUND,
            ErrorKind::PermissionDenied => key::cause::DENIED,
            ErrorKind::IsADirectory => key::cause::FOLDER,
            ErrorKind::NotADirectory => key::cause::NO_FOLDER,
            ErrorKind::StorageFull => key::cause::FULL,
            ErrorKind::ReadOnlyFilesystem => key::cause::READ_ONLY,
            _ => return self.with("cause", cause),
        };
        self.with_sentence("cause", Sentence::new(key).with("code", code))
    }

    /// The sentence in a language.
    pub fn text(&self, lang: Lang) -> String {
        lang.say(&self.0)
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text(Lang::default()))
    }
}

impl std::error::Error for Error {}

impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        std::io::Error::other(error)
    }
}

impl From<Sentence> for Error {
    fn from(sentence: Sentence) -> Self {
        Error(Box::new(sentence))
    }
}

impl From<ZoneError> for Error {
    fn from(error: ZoneError) -> Self {
        let zones = Zone::names();
        let place = |zone: &&str| zone.rsplit('/').next().is_some_and(|place| place.eq_ignore_ascii_case(&error.0));
        let offset = || {
            format!("+{}", error.0).parse().ok().or_else(|| Zone::abbreviated(&error.0)).as_ref().map(Zone::to_string)
        };
        let name = || taxonomy::nearest(&error.0, zones.clone()).first().map(|name| (*name).to_owned());
        let near = zones.clone().find(place).map(str::to_owned).or_else(offset).or_else(name);
        Error::new(key::error::ZONE_FORM).with_sentence("nearest", taxonomy::did_you_mean(near)).with("value", error.0)
    }
}
