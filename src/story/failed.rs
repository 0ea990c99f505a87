//! What failed: reasons, under each its details, cut in one place.

use crate::{
    analysis::{Analysis, DetailRow, ReasonRow},
    model::{Sentence, key},
    taxonomy::Lang,
};

use super::{Compared, words::detail_name};

/// Reasons with their details, the most frequent first.
#[derive(Clone, Debug)]
pub struct Failed<'a> {
    pub reasons: Vec<ReasonLine<'a>>,
    /// How many details are left out and how many errors they have, in words.
    pub more: Option<String>,
    /// Details that the period before had and this one is known not to, with their errors then.
    pub stopped: Vec<(String, u64)>,
    /// A detail that is shown is not in LINE's list.
    pub unlisted: bool,
}

#[derive(Clone, Debug)]
pub struct ReasonLine<'a> {
    pub row: &'a ReasonRow,
    pub compared: Compared,
    /// At most `top` over all reasons.
    pub details: Vec<DetailLine<'a>>,
}

#[derive(Clone, Debug)]
pub struct DetailLine<'a> {
    pub row: &'a DetailRow,
    /// `502 Bad Gateway`.
    pub name: String,
    pub compared: Compared,
}

impl<'a> Failed<'a> {
    pub(super) fn of(analysis: &'a Analysis, lang: Lang, top: usize) -> Failed<'a> {
        let failed: Vec<&DetailRow> = analysis.by_detail.iter().filter(|row| row.errors > 0).collect();
        let (shown, hidden) = failed.split_at(failed.len().min(top));
        let detail = |row: &&'a DetailRow| DetailLine {
            row,
            name: detail_name(lang, &row.reason, &row.detail),
            compared: Compared::detail(analysis, row, lang),
        };
        let reason = |row: &'a ReasonRow| ReasonLine {
            row,
            compared: Compared::reason(analysis, row, lang),
            details: shown.iter().filter(|detail| detail.reason == row.reason).map(detail).collect(),
        };
        let more = (!hidden.is_empty()).then(|| {
            let key = if hidden.len() == 1 { key::story::MORE_DETAILS_ONE } else { key::story::MORE_DETAILS };
            let errors = hidden.iter().fold(0, |sum: u64, row| sum.saturating_add(row.errors));
            lang.say(&Sentence::new(key).with_number("number", hidden.len() as u64).with_number("errors", errors))
        });
        let stopped = analysis.by_detail.iter().filter(|row| row.has_stopped());
        Failed {
            reasons: analysis.by_reason.iter().filter(|row| row.errors > 0).map(reason).collect(),
            more,
            stopped: stopped
                .map(|row| (detail_name(lang, &row.reason, &row.detail), row.previous_errors.unwrap_or(0)))
                .collect(),
            unlisted: shown.iter().any(|row| !row.known),
        }
    }

    /// The details that are shown, the most frequent first, each with the row of its reason.
    pub fn details(&self) -> Vec<(&ReasonLine<'a>, &DetailLine<'a>)> {
        let mut all: Vec<_> =
            self.reasons.iter().flat_map(|reason| reason.details.iter().map(move |detail| (reason, detail))).collect();
        all.sort_by_key(|(_, detail)| std::cmp::Reverse(detail.row.errors));
        all
    }
}
