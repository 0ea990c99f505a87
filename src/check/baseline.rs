//! An accepted state instead of numbers: a `summary.json` that must not get worse.

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset};
use serde::Deserialize;

use super::{Case, Level, Unit, demands::none_of, ruling::Ruling};
use crate::{
    analysis::{Analysis, DetailRow},
    error::{Error, Result},
    model::{Privacy, Sentence, key},
};

/// The accepted state.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// Safe to show.
    pub path: String,
    accepted: Accepted,
}

/// What of a `summary.json` is compared with.
#[derive(Clone, Debug, Deserialize)]
struct Accepted {
    timezone: String,
    channels: Vec<String>,
    #[serde(default)]
    filter: Vec<String>,
    period: Period,
    totals: Totals,
    by_detail: Vec<Detail>,
    incidents: Vec<serde::de::IgnoredAny>,
    #[serde(default)]
    notes: Vec<Note>,
}

#[derive(Clone, Debug, Deserialize)]
struct Note {
    code: String,
}

#[derive(Clone, Debug, Deserialize)]
struct Period {
    start: DateTime<FixedOffset>,
    end: DateTime<FixedOffset>,
    label: String,
}

#[derive(Clone, Debug, Deserialize)]
struct Totals {
    errors: u64,
}

#[derive(Clone, Debug, Deserialize)]
struct Detail {
    reason: String,
    detail: String,
    errors: u64,
}

impl Baseline {
    /// Reads a `summary.json`; `path` is only told.
    ///
    /// # Errors
    /// Where it is none, or of a version that this program does not know.
    pub fn read(path: String, text: &str) -> Result<Baseline> {
        #[derive(Deserialize)]
        struct Version {
            schema: String,
        }
        let schema = crate::analysis::Analysis::SCHEMA;
        let wrong = |cause: String| {
            Error::new(key::check_error::BASELINE_FORM).with("path", &path).with("schema", schema).with("cause", cause)
        };
        let told = |error: serde_json::Error| wrong(Privacy::default().text(&error.to_string()));
        let version: Version = serde_json::from_str(text).map_err(told)?;
        if version.schema != schema {
            return Err(wrong(Privacy::default().text(&version.schema)));
        }
        let accepted: Accepted = serde_json::from_str(text).map_err(told)?;
        Ok(Baseline { path, accepted })
    }

    /// # Errors
    /// Where it is of another length of period, another zone or other channels, or has errors of maintenance, which are
    /// not judged: such numbers cannot be compared.
    pub fn must_fit(&self, analysis: &Analysis) -> Result<()> {
        if self.accepted.notes.iter().any(|note| note.code == key::note::MAINTENANCE_ERRORS.code()) {
            return Err(Error::new(key::check_error::BASELINE_MAINTENANCE).with("path", &self.path));
        }
        let (accepted, now) = (&self.accepted, &analysis.period);
        let is_month = |label: &str| label.len() == 7 && !label.contains('W');
        let months = is_month(&accepted.period.label) && is_month(&now.label);
        // By the calendar: a day of 23 hours is a day, and a month is a month.
        let length = |start: DateTime<FixedOffset>, end: DateTime<FixedOffset>| end.naive_local() - start.naive_local();
        let same_length = length(accepted.period.start, accepted.period.end) == length(*now.start, *now.end);
        let same = |a: &[String], b: &[String]| BTreeSet::from_iter(a) == BTreeSet::from_iter(b) && a.len() == b.len();
        let list = |names: &[String]| if names.is_empty() { "–".to_owned() } else { names.join(" | ") };
        let zone = analysis.timezone.to_string();
        let (filters, channels) = ([&accepted.filter, &analysis.filter], [&accepted.channels, &analysis.channels]);
        let must_be_same = [
            (key::check_error::ZONE, accepted.timezone == zone, [accepted.timezone.clone(), zone]),
            (key::check_error::PERIOD, same_length || months, [accepted.period.label.clone(), now.label.clone()]),
            (key::check_error::FILTER, same(filters[0], filters[1]), filters.map(|filter| list(filter))),
            (key::check_error::CHANNELS, same(channels[0], channels[1]), channels.map(|names| list(names))),
        ];
        let Some((what, _, [accepted, now])) = must_be_same.into_iter().find(|(_, same, _)| !same) else {
            return Ok(());
        };
        Err(Error::new(key::check_error::BASELINE_DIFFERS)
            .with("path", &self.path)
            .with_sentence("what", Sentence::new(what))
            .with("accepted", Privacy::default().text(&accepted))
            .with("now", now))
    }

    /// What is worse than accepted, and what is new.
    pub fn rulings(&self, case: Case<'_>) -> Vec<Ruling> {
        let accepted = |row: &DetailRow| {
            let same = |known: &&Detail| known.reason == row.reason && known.detail == row.detail;
            self.accepted.by_detail.iter().find(same).map_or(0, |known| known.errors)
        };
        let new = case.details(|row| accepted(row) == 0);
        let grown = case.details(|row| accepted(row) > 0 && row.errors > accepted(row));
        let (errors, limit) = (case.analysis.totals.errors, self.accepted.totals.errors);
        let text = Sentence::new(key::check::ERRORS).with_number("errors", errors).with_number("limit", limit);
        let mut total = Ruling::at_most(limit, errors, Unit::Errors, Level::Fail, text);
        if total.is_broken() {
            total.details = [&grown[..], &new[..]].concat();
            total.details.sort_by_key(|detail| std::cmp::Reverse(detail.errors));
        }
        let incidents = case.incidents(self.accepted.incidents.len() as u64);
        let grown = none_of(grown, Level::Fail, key::check::WORSE_NONE, key::check::WORSE_SOME);
        let new = none_of(new, Level::Fail, key::check::BEYOND_NONE, key::check::BEYOND_SOME);
        let named = |rule, name, ruling| Ruling { name: Sentence::new(name), rule, ..ruling };
        vec![
            named("baseline_errors", key::check_name::BASELINE_ERRORS, total),
            named("baseline_details", key::check_name::BASELINE_DETAILS, grown),
            named("baseline_new", key::check_name::BASELINE_NEW, new),
            named("baseline_incidents", key::check_name::BASELINE_INCIDENTS, incidents),
        ]
    }
}
