//! What failed: reasons, under each its details, cut in one place.

use crate::{
    analysis::{Analysis, DetailRow, ReasonRow},
    model::{Sentence, SentenceKey, key},
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

impl DetailLine<'_> {
    /// What is special about it, by the keys of the words for new ones and for those that LINE's list does not have.
    pub fn marks(&self, lang: Lang, [new, unlisted]: [SentenceKey; 2]) -> Vec<&'static str> {
        let marks = [(self.row.new, new), (!self.row.known, unlisted)];
        marks.into_iter().filter(|(so, _)| *so).map(|(_, key)| lang.phrase(key)).collect()
    }
}

impl<'a> Failed<'a> {
    pub(super) fn of(analysis: &'a Analysis, lang: Lang, top: usize) -> Failed<'a> {
        let failed: Vec<&DetailRow> = analysis.by_detail.iter().filter(|row| row.errors > 0).collect();
        let shown = &failed[..failed.len().min(top)];
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
        let stopped = analysis.by_detail.iter().filter(|row| row.has_stopped());
        Failed {
            reasons: analysis.by_reason.iter().filter(|row| row.errors > 0).map(reason).collect(),
            more: more_details(analysis, lang, top),
            stopped: stopped
                .map(|row| (detail_name(lang, &row.reason, &row.detail), row.previous_errors.unwrap_or(0)))
                .collect(),
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

/// How many details there are beyond the first, and how many errors they have, in words.
pub fn more_details(analysis: &Analysis, lang: Lang, first: usize) -> Option<String> {
    let hidden: Vec<u64> =
        analysis.by_detail.iter().map(|row| row.errors).filter(|&errors| errors > 0).skip(first).collect();
    let key = if hidden.len() == 1 { key::story::MORE_DETAILS_ONE } else { key::story::MORE_DETAILS };
    let errors = hidden.iter().copied().fold(0, u64::saturating_add);
    let more = Sentence::new(key).with_number("number", hidden.len() as u64).with_number("errors", errors);
    (!hidden.is_empty()).then(|| lang.say(&more))
}
