//! Columns of reasons, as tables of time windows have them.

use crate::analysis::{Analysis, Bucket};

/// Reasons that get a column of their own.
const COLUMNS: usize = 6;

/// Columns of reasons, the most frequent first; where there are many, the last one is what the others come to.
pub(super) struct Columns<'a> {
    pub names: Vec<&'a str>,
    pub others: bool,
    analysis: &'a Analysis,
}

impl<'a> Columns<'a> {
    pub fn new(analysis: &'a Analysis) -> Columns<'a> {
        let failing = || analysis.by_reason.iter().filter(|row| row.errors > 0);
        Columns {
            names: failing().take(COLUMNS).map(|row| &*row.reason).collect(),
            others: failing().count() > COLUMNS,
            analysis,
        }
    }

    /// Errors of each column, from those of each reason in the order of [`Analysis::by_reason`].
    pub fn of(&self, by_reason: &[u64]) -> Vec<u64> {
        let (named, rest) = by_reason.split_at(self.names.len().min(by_reason.len()));
        let others = self.others.then(|| rest.iter().fold(0, |sum: u64, errors| sum.saturating_add(*errors)));
        named.iter().copied().chain(others).collect()
    }

    /// Errors of each column in a window.
    pub fn of_window(&self, bucket: &Bucket) -> Vec<u64> {
        let of_reason =
            |reason: &str| bucket.by_reason.0.iter().find(|(name, _)| name == reason).map_or(0, |(_, errors)| *errors);
        let errors = self.analysis.by_reason.iter().map(|row| of_reason(&row.reason));
        self.of(&errors.collect::<Vec<_>>())
    }
}
