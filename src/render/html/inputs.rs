//! How far the numbers can be trusted: how each input was read.

use crate::{
    analysis::Input,
    model::{Sentence, key},
};

use super::words::Words;

impl Words {
    /// Kind, encoding and delimiter of an input.
    pub fn form(&self, input: &Input) -> String {
        let (Some(encoding), Some(delimiter)) = (input.encoding, input.delimiter) else { return input.kind.to_owned() };
        let delimiter = match delimiter {
            "tab" => self.t(key::page::DELIMITER_TAB),
            "comma" => self.t(key::page::DELIMITER_COMMA),
            "semicolon" => self.t(key::page::DELIMITER_SEMICOLON),
            other => other,
        };
        let form = Sentence::new(key::page::INPUT_FORM).with("kind", input.kind).with("encoding", encoding);
        self.clock.lang.say(&form.with("delimiter", delimiter))
    }

    /// To when an input is complete, as far as is known.
    pub fn coverage(&self, input: &Input) -> String {
        let Some(until) = &input.coverage.until else { return self.t(key::page::COVERAGE_UNKNOWN).to_owned() };
        let sentence = match input.coverage.by {
            "--exported-at" => Sentence::new(key::page::COVERAGE_BY_OPTION),
            "file name" => Sentence::new(key::page::COVERAGE_BY_NAME),
            "archive" => Sentence::new(key::page::COVERAGE_BY_ARCHIVE),
            _ => Sentence::new(key::page::COVERAGE_UNTIL),
        };
        self.clock.lang.say(&sentence.with("until", self.clock.moment(*until)))
    }

    /// How exact an input's times are.
    pub fn precision(&self, name: &'static str) -> &'static str {
        match name {
            "second" => self.t(key::page::PRECISION_SECOND),
            "minute" => self.t(key::page::PRECISION_MINUTE),
            "5m" => self.t(key::page::PRECISION_FIVE_MINUTES),
            "hour" => self.t(key::page::PRECISION_HOUR),
            "day" => self.t(key::page::PRECISION_DAY),
            other => other,
        }
    }
}
