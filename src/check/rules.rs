//! What is demanded of a period.

use std::str::FromStr;

use crate::{
    analysis::WindowSize,
    error::Error,
    model::{Sentence, key},
    table::Key,
};

/// Fewer errors than this in the period before are too few to measure an increase from, unless the user says otherwise.
pub const MIN_PREVIOUS: u64 = 20;

/// All demands, in the order in which they were written.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    pub rules: Vec<Rule>,
    /// What it means that the inputs of a channel do not reach the end of the period, or that one of them is missing.
    pub incomplete: Level,
}

/// One demand on the errors that meet all conditions.
#[derive(Clone, Debug)]
pub struct Rule {
    /// As the user calls it; safe to show.
    pub name: Option<String>,
    /// Which errors it is about: those that meet every condition, of which each is about another key.
    pub conditions: Vec<Condition>,
    pub demand: Demand,
    /// The windows of which no single one may break the rule; none where the period as a whole may not.
    pub per: Option<WindowSize>,
    pub level: Level,
}

/// What must hold. A value equal to its limit holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// A limit for the errors of the period, or of each of its windows.
    Count(Limit),
    /// At most so many incidents that touch the period.
    Incidents(u64),
    /// At most so many rejected rows in all inputs.
    Rejected(u64),
    /// No detail that was never there before the period.
    NoNewDetails,
    /// No detail that LINE's published list does not have.
    NoUnknownDetails,
    /// At most this part of LINE's webhooks failed, by the access logs.
    ErrorRate(Percent),
    /// At most this part of LINE's requests in the access logs was slow.
    Slow(Percent),
    /// The inputs of each channel reach to within so many milliseconds of the moment of the report.
    Age(i64),
}

/// A limit for a number of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// At most so many errors.
    Errors(u64),
    /// At most this part of all errors.
    Share(Percent),
    /// At most so much more than before, where fewer than `least` errors before count as `least`.
    Increase { most: Percent, least: u64 },
}

impl Demand {
    /// The key of the configuration.
    pub fn key(self) -> &'static str {
        self.names().0
    }

    /// The key of the configuration, and what a rule is called that has no name of its own.
    pub fn names(self) -> (&'static str, key::SentenceKey) {
        match self {
            Demand::Count(Limit::Errors(_)) => ("max_errors", key::check_name::MAX_ERRORS),
            Demand::Count(Limit::Share(_)) => ("max_share", key::check_name::MAX_SHARE),
            Demand::Count(Limit::Increase { .. }) => ("max_increase", key::check_name::MAX_INCREASE),
            Demand::Incidents(_) => ("max_incidents", key::check_name::MAX_INCIDENTS),
            Demand::Rejected(_) => ("max_rejected", key::check_name::MAX_REJECTED),
            Demand::NoNewDetails => ("new_details", key::check_name::NEW_DETAILS),
            Demand::NoUnknownDetails => ("unknown_details", key::check_name::UNKNOWN_DETAILS),
            Demand::ErrorRate(_) => ("max_error_rate", key::check_name::MAX_ERROR_RATE),
            Demand::Slow(_) => ("max_slow", key::check_name::MAX_SLOW),
            Demand::Age(_) => ("max_age", key::check_name::MAX_AGE),
        }
    }
}

/// What a broken rule means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    #[default]
    Fail,
    Warn,
}

/// A text that something must be; `*` stands for any text, and case does not matter.
#[derive(Clone, Debug)]
pub struct Condition {
    pub key: Key,
    /// Safe to show.
    pub pattern: String,
    /// The byte of the configuration at which it stands.
    pub at: usize,
}

/// What is asked of a key.
pub fn asked(conditions: &[Condition], key: Key) -> Option<&Condition> {
    conditions.iter().find(|condition| condition.key == key)
}

/// What is wrong, and the byte of the configuration at which it stands; none where it is not the configuration's fault.
#[derive(Clone, Debug)]
pub struct Misplaced {
    pub at: Option<usize>,
    /// With a place, `{path}`, `{line}` and `{column}` are left to the caller.
    pub error: Error,
}

impl Misplaced {
    pub fn new(at: usize, error: impl Into<Error>) -> Misplaced {
        Misplaced { at: Some(at), error: error.into() }
    }

    /// What is wrong with the value of a key.
    pub fn value(key: &str, at: usize, cause: Sentence) -> Misplaced {
        Misplaced::new(at, Error::new(key::error::CONFIG_VALUE).with("key", key).with_sentence("cause", cause))
    }
}

impl From<Error> for Misplaced {
    fn from(error: Error) -> Self {
        Misplaced { at: None, error }
    }
}

/// A percentage, in millionths of a percent, so that comparisons are exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(u64);

impl Percent {
    /// Digits behind the point.
    const DIGITS: u32 = 6;
    const SCALE: u128 = 10_u128.pow(Percent::DIGITS);

    /// The largest whole number that is at most this much more than a base.
    pub fn more_than(self, base: u64) -> u64 {
        let whole = 100 * Percent::SCALE;
        u64::try_from(u128::from(base) * (whole + u128::from(self.0)) / whole).unwrap_or(u64::MAX)
    }

    /// Whether it is at most all of a whole.
    pub fn is_share(&self) -> bool {
        u128::from(self.0) <= 100 * Percent::SCALE
    }

    /// Whether a part of a whole is at most this share of it. Nothing is a share of nothing.
    pub fn holds(self, part: u64, whole: u64) -> bool {
        u128::from(part) * 100 * Percent::SCALE <= u128::from(self.0) * u128::from(whole)
    }

    /// The number in front of the sign.
    pub fn value(self) -> f64 {
        self.0 as f64 / Percent::SCALE as f64
    }
}

impl std::fmt::Display for Percent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.value())
    }
}

impl FromStr for Percent {
    type Err = ();

    /// Reads `50%` or `12.5 %`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let number = text.trim().strip_suffix('%').ok_or(())?.trim_end();
        let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(part) || whole.len() > 9 || part.len() > Percent::DIGITS as usize {
            return Err(());
        }
        let part: u64 = format!("{part:0<6}").parse().map_err(|_| ())?;
        whole.parse::<u64>().map_err(|_| ()).map(|whole| Percent(whole * Percent::SCALE as u64 + part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_exact() {
        let percent = |text: &str| text.parse::<Percent>().unwrap();
        assert_eq!(percent("50%").more_than(20), 30);
        assert_eq!(percent("50 %").more_than(21), 31, "31.5 holds 31");
        assert_eq!(percent("0%").more_than(7), 7);
        assert_eq!(percent("12.5%").to_string(), "12.5");
        assert!(percent("33.333333%").holds(1, 4) && !percent("33.333333%").holds(1, 3));
        assert!(percent("20%").holds(1, 5) && !percent("20%").holds(2, 9));
        assert!(percent("0%").holds(0, 0), "nothing is a share of nothing");
        for wrong in ["50", "", "%", "-5%", "5.%", ".5%", "1.2345678%", "many%", "1e3%", "12345678901%"] {
            assert!(wrong.parse::<Percent>().is_err(), "{wrong}");
        }
    }
}
