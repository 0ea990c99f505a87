//! How far the numbers can be trusted: how each input was read.

use crate::{
    analysis::Input,
    model::{Precision, Sentence, key},
    taxonomy::Lang,
};

use super::Clock;

/// The kind of an input by its name; formats have one name in every language.
pub fn kind(lang: Lang, name: &'static str) -> &'static str {
    match name {
        "mail" => lang.phrase(key::inspect::MAIL),
        "archive" => lang.phrase(key::inspect::ARCHIVE),
        format => format,
    }
}

/// What stands between the cells of a table, by its name.
pub fn delimiter(lang: Lang, name: &'static str) -> &'static str {
    match name {
        "tab" => lang.phrase(key::page::DELIMITER_TAB),
        "comma" => lang.phrase(key::page::DELIMITER_COMMA),
        "semicolon" => lang.phrase(key::page::DELIMITER_SEMICOLON),
        other => other,
    }
}

impl Clock {
    /// Kind, encoding and delimiter of an input.
    pub fn form(&self, input: &Input) -> String {
        let kind = kind(self.lang, input.kind);
        let (Some(encoding), Some(by)) = (input.encoding, input.delimiter) else { return kind.to_owned() };
        let form = Sentence::new(key::page::INPUT_FORM).with("kind", kind).with("encoding", encoding);
        self.lang.say(&form.with("delimiter", delimiter(self.lang, by)))
    }

    /// To when an input is complete, as far as is known.
    pub fn coverage(&self, input: &Input) -> String {
        let Some(until) = &input.coverage.until else {
            return input.first.map_or("", |_| self.lang.phrase(key::page::COVERAGE_UNKNOWN)).to_owned();
        };
        let sentence = match input.coverage.by {
            "--exported-at" => Sentence::new(key::page::COVERAGE_BY_OPTION),
            "file name" => Sentence::new(key::page::COVERAGE_BY_NAME),
            "archive" => Sentence::new(key::page::COVERAGE_BY_ARCHIVE),
            _ => Sentence::new(key::page::COVERAGE_UNTIL),
        };
        self.lang.say(&sentence.with("until", self.moment(*until)))
    }

    /// How exact an input's times are.
    pub fn precision(&self, precision: &Precision) -> &'static str {
        self.lang.phrase(match precision {
            Precision::Second => key::page::PRECISION_SECOND,
            Precision::Minute => key::page::PRECISION_MINUTE,
            Precision::FiveMinutes => key::page::PRECISION_FIVE_MINUTES,
            Precision::Hour => key::page::PRECISION_HOUR,
            Precision::Day => key::page::PRECISION_DAY,
        })
    }
}
