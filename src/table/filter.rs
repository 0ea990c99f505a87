//! Keeping only some errors: `--only` and `--exclude`.

use std::{collections::BTreeSet, fmt, str::FromStr};

use strum::VariantNames;

use super::{
    Dictionary,
    pattern::{Key, any_fits, canonical_reason, fits, host_fits, status_fits},
};
use crate::{
    error::{Error, Result},
    model::key,
    taxonomy,
};

/// `detail=404`: what an error is asked for, and what it must be. Safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    pub key: Key,
    /// `*` stands for any text, and case does not matter.
    pub pattern: String,
}

impl FromStr for Term {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || {
            let near = taxonomy::did_you_mean(meant(text));
            let wrong = Error::new(key::error::FILTER_FORM).with("value", text).with_list("known", Key::VARIANTS);
            wrong.with_sentence("nearest", near)
        };
        let (key, pattern) = text.split_once('=').ok_or_else(wrong)?;
        let (key, pattern) = (key.trim().to_lowercase(), pattern.trim());
        let Ok(found) = key.parse::<Key>() else {
            return Err(Error::new(key::error::FILTER_KEY)
                .with("key", key.clone())
                .with_list("known", Key::VARIANTS)
                .with_sentence("nearest", taxonomy::suggestion(&key, Key::VARIANTS.iter().copied())));
        };
        if pattern.is_empty() {
            return Err(wrong());
        }
        Ok(Term { key: found, pattern: found.pattern(pattern) })
    }
}

/// The term that a value alone may stand for: `502`, `5xx`, `request_timeout`.
fn meant(text: &str) -> Option<String> {
    let is_class = || text.len() == 3 && text.ends_with("xx");
    if taxonomy::status(taxonomy::ERROR_STATUS_CODE, text).is_some() || is_class() {
        return Some(format!("status={text}"));
    }
    let reason = canonical_reason(text);
    taxonomy::REASONS.contains(&&*reason).then(|| format!("reason={reason}"))
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.key.name(), self.pattern)
    }
}

/// What to keep. An error is kept if for each key of `only` one of its values fits, and nothing of `exclude` does.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub only: Vec<Term>,
    pub exclude: Vec<Term>,
}

impl Filter {
    /// Whether everything is kept.
    pub fn is_empty(&self) -> bool {
        self.only.is_empty() && self.exclude.is_empty()
    }

    /// Every term, as outputs name it: `detail=404`, and `detail!=404` for what is left out. Safe to show.
    pub fn shown(&self) -> Vec<String> {
        let only = self.only.iter().map(Term::to_string);
        only.chain(self.exclude.iter().map(|term| format!("{}!={}", term.key.name(), term.pattern))).collect()
    }

    /// Whether errors of a channel of some names, or of none, can be kept, whatever else they are.
    pub fn keeps_channel(&self, names: &[String]) -> bool {
        let fit = |term: &Term| any_fits(&term.pattern, names);
        let asked: Vec<&Term> = self.only.iter().filter(|term| term.key == Key::Channel).collect();
        (asked.is_empty() || asked.into_iter().any(fit))
            && !self.exclude.iter().filter(|term| term.key == Key::Channel).any(fit)
    }

    /// Whether each kind is kept; nothing if all are.
    ///
    /// # Errors
    /// Where a value fits nothing that is there or known.
    pub fn kinds(&self, names: &Dictionary) -> Result<Option<Vec<bool>>> {
        if self.is_empty() {
            return Ok(None);
        }
        for term in self.only.iter().chain(&self.exclude) {
            term.must_fit_something(names)?;
        }
        let keys: BTreeSet<Key> = self.only.iter().map(|term| term.key).collect();
        let kept = names.kinds.iter().map(|kind| {
            let error = names.attributes(kind);
            let fit = |term: &Term| term.key.fits(&term.pattern, &error);
            keys.iter().all(|key| self.only.iter().any(|term| term.key == *key && fit(term)))
                && !self.exclude.iter().any(fit)
        });
        Ok(Some(kept.collect()))
    }
}

impl Term {
    fn must_fit_something(&self, names: &Dictionary) -> Result<()> {
        let wanted = self.pattern.as_str();
        let known: BTreeSet<&str> = match self.key {
            Key::Channel => names.channels.iter().flatten().map(String::as_str).collect(),
            Key::Reason => taxonomy::REASONS.iter().copied().chain(names.reasons.iter().map(String::as_str)).collect(),
            Key::Detail => {
                let listed = taxonomy::REASONS.iter().flat_map(|reason| taxonomy::details(reason));
                listed.chain(names.details.iter().map(String::as_str)).collect()
            }
            Key::Status => BTreeSet::new(),
            Key::Host => names.hosts.iter().map(|host| host.0.as_str()).collect(),
        };
        let any = |fits: &dyn Fn(&str) -> bool| known.iter().any(|name| fits(name));
        let (there, missing) = match self.key {
            Key::Channel if known.is_empty() => (false, key::error::CHANNELS_UNNAMED),
            Key::Channel => (names.called.iter().any(|names| any_fits(wanted, names)), key::error::CHANNEL_UNKNOWN),
            Key::Reason => (any(&|name| fits(&canonical_reason(wanted), name)), key::error::REASON_UNKNOWN),
            Key::Detail => {
                let status = taxonomy::status(taxonomy::ERROR_STATUS_CODE, wanted).is_some();
                (status || any(&|name| fits(wanted, name)), key::error::DETAIL_UNKNOWN)
            }
            Key::Status => ((100..=599).any(|status| status_fits(wanted, status)), key::error::STATUS_UNKNOWN),
            Key::Host if known.is_empty() => (false, key::error::HOSTS_UNNAMED),
            Key::Host => (any(&|name| host_fits(wanted, name)), key::error::HOST_UNKNOWN),
        };
        if there {
            return Ok(());
        }
        let nearest = taxonomy::suggestion(wanted, known.iter().copied());
        let known = known.into_iter().collect::<Vec<_>>().join(" | ");
        Err(Error::new(missing).with("wanted", wanted).with("known", known).with_sentence("nearest", nearest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_a_key_and_a_value() {
        let term: Term = " Detail = Connection failed (received GOAWAY) ".parse().unwrap();
        assert_eq!(term, Term { key: Key::Detail, pattern: "Connection failed (received GOAWAY)".into() });
        assert_eq!("channel=a=b".parse::<Term>().unwrap().pattern, "a=b", "a name may hold the sign");
        for wrong in ["detail", "detail=", "=404", "", "time=12:00"] {
            assert!(wrong.parse::<Term>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn values_of_a_key_are_alternatives_and_exclusions_go_before() {
        let terms = |list: &[&str]| list.iter().map(|text| text.parse().unwrap()).collect::<Vec<Term>>();
        let filter =
            Filter { only: terms(&["channel=shop", "channel=news*"]), exclude: terms(&["channel=newsletter"]) };
        for (channel, kept) in [
            (&["shop"][..], true),
            (&["news"], true),
            (&["newsletter"], false),
            (&["club"], false),
            // It was renamed.
            (&["store", "1234567890", "shop"], true),
            (&["news", "newsletter"], false),
            (&[], false),
        ] {
            let names: Vec<String> = channel.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(filter.keeps_channel(&names), kept, "{channel:?}");
        }
        assert_eq!(filter.shown(), ["channel=shop", "channel=news*", "channel!=newsletter"]);
        assert!(Filter { only: terms(&["detail=404"]), exclude: Vec::new() }.keeps_channel(&[]));
    }
}
