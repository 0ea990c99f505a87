//! The numbers behind the drawings, as tables.

use crate::{
    analysis::{Analysis, Bucket, DetailRow, Heatmap},
    chart::{heat_level, strongest, weekday},
    taxonomy::Lang,
};

use super::words::Words;

/// Windows with errors, details, places, inputs and rejects that are listed; more would bury the page.
pub(super) const LISTED: usize = 400;
/// Reasons that get a column of their own.
const COLUMNS: usize = 6;

/// Columns of reasons, the most frequent first; where there are many, the last one is what the others come to.
pub(super) struct Columns<'a> {
    pub names: Vec<&'a str>,
    pub others: bool,
}

impl<'a> Columns<'a> {
    pub fn new(analysis: &'a Analysis) -> Columns<'a> {
        let failing = || analysis.by_reason.iter().filter(|row| row.errors > 0);
        Columns {
            names: failing().take(COLUMNS).map(|row| &*row.reason).collect(),
            others: failing().count() > COLUMNS,
        }
    }

    /// Errors of each column, from those of each reason in the order of [`Analysis::by_reason`].
    pub fn of(&self, by_reason: &[u64]) -> Vec<u64> {
        let (named, rest) = by_reason.split_at(self.names.len().min(by_reason.len()));
        let others = self.others.then(|| rest.iter().fold(0, |sum: u64, errors| sum.saturating_add(*errors)));
        named.iter().copied().chain(others).collect()
    }

    /// The windows with errors, each with the errors of each column; none where they are too many to list.
    pub fn windows(&self, analysis: &'a Analysis) -> Vec<(&'a Bucket, Vec<u64>)> {
        let windows: Vec<&Bucket> = analysis.windows.buckets.iter().filter(|bucket| bucket.errors > 0).collect();
        if windows.len() > LISTED {
            return Vec::new();
        }
        let of_reason = |bucket: &Bucket, reason: &str| {
            bucket.by_reason.0.iter().find(|(name, _)| name == reason).map_or(0, |(_, errors)| *errors)
        };
        let row = |bucket: &'a Bucket| {
            let errors = analysis.by_reason.iter().map(|row| of_reason(bucket, &row.reason));
            (bucket, self.of(&errors.collect::<Vec<_>>()))
        };
        windows.into_iter().map(row).collect()
    }
}

/// The details that the table of what failed leaves out, the most frequent first.
pub(super) fn rare(analysis: &Analysis, top: usize) -> Vec<&DetailRow> {
    analysis.by_detail.iter().filter(|row| row.errors > 0).skip(top).take(LISTED).collect()
}

/// Errors by weekday and hour, each with its shade.
pub(super) struct HeatTable<'a> {
    pub rows: Vec<(&'a str, Vec<(u64, usize)>)>,
}

impl<'a> HeatTable<'a> {
    /// None where there is nothing to see.
    pub fn new(analysis: &Analysis, lang: Lang) -> Option<Self> {
        let Heatmap { rows, hours } = analysis.usual_hours.as_ref()?;
        let most = Some(strongest(hours)).filter(|most| *most > 0)?;
        let row = |(row, hours): (&&'static str, &Vec<u64>)| {
            (weekday(lang, row), hours.iter().map(|errors| (*errors, heat_level(*errors, most))).collect())
        };
        Some(HeatTable { rows: rows.iter().zip(hours).map(row).collect() })
    }
}

impl Words {
    /// Errors of each window of a reason.
    pub fn by_window(&self, analysis: &Analysis, reason: &str) -> Vec<u64> {
        let of = |bucket: &Bucket| bucket.by_reason.0.iter().find(|(name, _)| name == reason).map_or(0, |(_, n)| *n);
        analysis.windows.buckets.iter().map(of).collect()
    }
}
