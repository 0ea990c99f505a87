//! What failed: reasons, and under each its details.

use crate::{
    analysis::{Analysis, DetailRow},
    chart::{ReasonInks, theme::Ink},
    model::{LocalTime, key},
    render::{counts::Counts, wording::counted},
    taxonomy::{self, Lang},
};

use super::{
    sparkline,
    words::{key, shortened},
};

/// Details that get a line of the main table with a drawing; the rarer ones get a plain line.
pub(super) const DRAWN: usize = 60;
/// Rare details that are listed at all; a page of all ten thousand would be of no use.
pub(super) const LISTED: usize = 500;

/// The section's tables.
pub(super) struct Failures<'a> {
    pub groups: Vec<ReasonGroup<'a>>,
    /// Details without a drawing, the most frequent first.
    pub rare: Vec<FailureRow<'a>>,
    pub rare_title: String,
    /// Says that summary.json has more.
    pub unlisted: Option<String>,
}

/// A reason and its details.
pub(super) struct ReasonGroup<'a> {
    pub row: FailureRow<'a>,
    pub details: Vec<FailureRow<'a>>,
}

/// A line of the table.
pub(super) struct FailureRow<'a> {
    /// Index in `by_detail` or, of a reason, in `by_reason`.
    pub index: usize,
    /// What the page's data know the reason by.
    pub key: String,
    pub reason: &'a str,
    pub name: String,
    /// What a status code is called.
    pub meaning: Option<&'static str>,
    pub ink: Ink,
    pub counts: Counts,
    pub spark: String,
    pub first: Option<LocalTime>,
    pub last: Option<LocalTime>,
    pub new: bool,
    pub unknown: bool,
    pub stopped: bool,
}

impl<'a> Failures<'a> {
    pub fn new(analysis: &'a Analysis, lang: Lang, inks: &ReasonInks<'_>) -> Self {
        let (drawn, rare) = analysis.by_detail.split_at(analysis.by_detail.len().min(DRAWN));
        let groups = analysis.by_reason.iter().enumerate().map(|(index, reason)| {
            let of_reason = |row: &&DetailRow| row.reason == reason.reason;
            let rows = || analysis.by_detail.iter().filter(of_reason);
            let row = FailureRow {
                index,
                key: key(&reason.reason, index),
                reason: &reason.reason,
                name: shortened(&reason.reason),
                meaning: None,
                ink: inks.ink(&reason.reason),
                counts: reason.into(),
                spark: sparkline::bars(&by_window(analysis, &reason.reason)),
                first: rows().filter_map(|row| row.first_seen).min(),
                last: rows().filter_map(|row| row.last_seen).max(),
                new: false,
                unknown: !taxonomy::REASONS.contains(&reason.reason.as_str()),
                stopped: reason.errors == 0 && reason.change.is_some(),
            };
            let details = drawn.iter().enumerate().filter(|(_, row)| of_reason(row));
            ReasonGroup { row, details: details.map(|(index, row)| detail(index, row, lang, inks)).collect() }
        });
        let unlisted = rare.len().saturating_sub(LISTED) as u64;
        Failures {
            groups: groups.collect(),
            rare: (DRAWN..).zip(rare).take(LISTED).map(|(index, row)| detail(index, row, lang, inks)).collect(),
            rare_title: counted(lang, key::page::RARE_ONE, key::page::RARE, rare.len() as u64),
            unlisted: (unlisted > 0).then(|| counted(lang, key::page::UNLISTED_ONE, key::page::UNLISTED, unlisted)),
        }
    }
}

fn detail<'a>(index: usize, row: &'a DetailRow, lang: Lang, inks: &ReasonInks<'_>) -> FailureRow<'a> {
    FailureRow {
        index,
        key: String::new(),
        reason: &row.reason,
        name: if row.detail.is_empty() { lang.phrase(key::page::NO_DETAIL).to_owned() } else { shortened(&row.detail) },
        meaning: row.status.and_then(taxonomy::status_name),
        ink: inks.ink(&row.reason),
        counts: row.into(),
        spark: if index < DRAWN { sparkline::bars(&row.by_window) } else { String::new() },
        first: row.first_seen,
        last: row.last_seen,
        new: row.new && row.errors > 0,
        // Of an unknown reason every detail is unknown; the reason's own row says so.
        unknown: !row.known && taxonomy::REASONS.contains(&row.reason.as_str()),
        stopped: row.has_stopped(),
    }
}

fn by_window(analysis: &Analysis, reason: &str) -> Vec<u64> {
    let errors_of = |bucket: &crate::analysis::Bucket| {
        bucket.by_reason.0.iter().find(|(name, _)| name == reason).map_or(0, |(_, errors)| *errors)
    };
    analysis.windows.buckets.iter().map(errors_of).collect()
}
