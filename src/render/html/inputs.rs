//! How far the numbers can be trusted: how each input was read.

use crate::{analysis::Input, model::Sentence};

use super::words::Words;

/// Inputs and rejects that are listed; summary.json has all of them.
pub(super) const LISTED: usize = 100;

impl Words {
    /// Kind, encoding and delimiter of an input.
    pub fn form(&self, input: &Input) -> String {
        let (Some(encoding), Some(delimiter)) = (input.encoding, input.delimiter) else { return input.kind.to_owned() };
        let delimiter = match delimiter {
            "tab" => self.t("page.delimiter_tab"),
            "comma" => self.t("page.delimiter_comma"),
            "semicolon" => self.t("page.delimiter_semicolon"),
            other => other,
        };
        let form = Sentence::new("page.input_form").with("kind", input.kind).with("encoding", encoding);
        self.clock.lang.say(&form.with("delimiter", delimiter))
    }

    /// To when an input is complete, as far as is known.
    pub fn coverage(&self, input: &Input) -> String {
        let Some(until) = &input.coverage.until else { return self.t("page.coverage_unknown").to_owned() };
        let sentence = match input.coverage.by {
            "--exported-at" => Sentence::new("page.coverage_by_option"),
            "file name" => Sentence::new("page.coverage_by_name"),
            "archive" => Sentence::new("page.coverage_by_archive"),
            _ => Sentence::new("page.coverage_until"),
        };
        self.clock.lang.say(&sentence.with("until", self.moment(until)))
    }

    /// How exact an input's times are.
    pub fn precision(&self, name: &'static str) -> &'static str {
        match name {
            "second" => self.t("page.precision_second"),
            "minute" => self.t("page.precision_minute"),
            "5m" => self.t("page.precision_five_minutes"),
            "hour" => self.t("page.precision_hour"),
            "day" => self.t("page.precision_day"),
            other => other,
        }
    }
}
