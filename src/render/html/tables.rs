//! The numbers behind the drawings, as tables.

use crate::{
    analysis::{Analysis, Bucket, DetailRow, Heatmap},
    chart::{heat_level, strongest, weekday},
    taxonomy::Lang,
};

use super::words::Words;
use crate::render::columns::Columns;

/// Windows with errors, details, places, inputs and rejects that are listed; more would bury the page.
pub(super) const LISTED: usize = 400;
/// The windows with errors, each with the errors of each column; none where they are too many to list.
pub(super) fn windows<'a>(columns: &Columns<'_>, analysis: &'a Analysis) -> Vec<(&'a Bucket, Vec<u64>)> {
    let windows: Vec<&Bucket> = analysis.windows.buckets.iter().filter(|bucket| bucket.errors > 0).collect();
    if windows.len() > LISTED {
        return Vec::new();
    }
    windows.into_iter().map(|bucket| (bucket, columns.of_window(bucket))).collect()
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
