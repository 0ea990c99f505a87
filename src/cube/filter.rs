//! Keeping only some channels, reasons or details.

use super::Label;
use crate::{
    error::{Error, Result},
    model::{Catalog, Privacy, Sentence},
    taxonomy,
};

/// What to keep; an empty list keeps everything. `*` stands for any text, case does not matter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub channels: Vec<String>,
    pub reasons: Vec<String>,
    pub details: Vec<String>,
}

impl Filter {
    /// Whether each kind of a catalog is kept; nothing if all are.
    ///
    /// # Errors
    /// Where a name fits nothing that is there or known.
    pub fn kinds(&self, catalog: &Catalog, labels: &[Option<String>], label_of: &[Label]) -> Result<Option<Vec<bool>>> {
        if self.channels.is_empty() && self.reasons.is_empty() && self.details.is_empty() {
            return Ok(None);
        }
        for wanted in &self.channels {
            if !labels.iter().flatten().any(|label| fits(wanted, label)) && labels.iter().any(Option::is_some) {
                let there: Vec<&str> = labels.iter().flatten().map(String::as_str).collect();
                return Err(Error::new("error.channel_unknown")
                    .with("channel", wanted)
                    .with("channels", there.join(" | ")));
            }
        }
        let known_reasons = taxonomy::REASONS.iter().copied().chain(catalog.reasons().iter().map(String::as_str));
        for wanted in &self.reasons {
            if !known_reasons.clone().any(|reason| fits(&canonical_reason(wanted), reason)) {
                let known: std::collections::BTreeSet<&str> = known_reasons.collect();
                return Err(Error::new("error.reason_unknown")
                    .with("wanted", Privacy::default().text(wanted))
                    .with("known", known.into_iter().collect::<Vec<_>>().join(" | ")));
            }
        }
        let known_details: Vec<&'static str> =
            taxonomy::REASONS.iter().flat_map(|reason| taxonomy::details(reason)).collect();
        for wanted in &self.details {
            let there = catalog.details().iter().any(|detail| fits(wanted, detail))
                || known_details.iter().any(|detail| fits(wanted, detail));
            if !there && taxonomy::status(taxonomy::ERROR_STATUS_CODE, wanted).is_none() {
                let nearest = taxonomy::nearest(wanted, known_details.iter().copied()).join(", ");
                let nearest =
                    Sentence::new(if nearest.is_empty() { "error_nearest.none" } else { "error_nearest.one" })
                        .with("nearest", nearest);
                return Err(Error::new("error.detail_unknown")
                    .with("wanted", Privacy::default().text(wanted))
                    .with_sentence("nearest", nearest));
            }
        }
        let any = |wanted: &[String], value: &str| wanted.is_empty() || wanted.iter().any(|wanted| fits(wanted, value));
        let reasons: Vec<String> = self.reasons.iter().map(|reason| canonical_reason(reason)).collect();
        let kept = catalog.kinds().iter().map(|kind| {
            let label = labels[label_of[kind.channel as usize] as usize].as_deref();
            (self.channels.is_empty() || label.is_some_and(|label| any(&self.channels, label)))
                && any(&reasons, &catalog.reasons()[kind.reason as usize])
                && any(&self.details, &catalog.details()[kind.detail as usize])
        });
        Ok(Some(kept.collect()))
    }
}

fn canonical_reason(wanted: &str) -> String {
    taxonomy::canonical(wanted, "").reason.into_owned()
}

/// Whether a name is what is wanted: whole, whatever its case; `*` stands for any text.
pub fn fits(wanted: &str, value: &str) -> bool {
    let options = glob::MatchOptions { case_sensitive: false, ..glob::MatchOptions::default() };
    // Only `*` is special; brackets and question marks stand in names.
    let escaped: Vec<String> = wanted.split('*').map(glob::Pattern::escape).collect();
    glob::Pattern::new(&escaped.join("*")).is_ok_and(|pattern| pattern.matches_with(value, options))
        || wanted.eq_ignore_ascii_case(value)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn names_fit_whole_without_case_and_with_stars() {
        assert!(fits("request timeout", "Request timeout"));
        assert!(fits("Connection failed (received GOAWAY)", "Connection failed (received GOAWAY)"));
        assert!(fits("5*", "502") && fits("*", ""));
        assert!(!fits("Connection", "Connection failed") && !fits("5?2", "502"));
    }
}
