//! The numbers behind the timeline and the heatmap, as tables.

use crate::{
    analysis::{Analysis, Bucket},
    chart::{heat_level, weekday},
    taxonomy::Lang,
};

use super::words::{key, shortened};

/// Windows that are listed, those without errors apart; more than `--window auto` makes would bury
/// the page.
const LISTED: usize = 400;

/// Errors by window and reason.
pub(super) struct WindowTable<'a> {
    /// Name and key of each reason that occurs.
    pub reasons: Vec<(String, String)>,
    /// Where the windows have these reasons.
    places: Vec<usize>,
    /// The windows with errors, and where each stands among all.
    pub rows: Vec<(usize, &'a Bucket)>,
    /// There are too many to list.
    pub left_out: bool,
    /// Some of them are cut.
    pub partial: bool,
}

impl<'a> WindowTable<'a> {
    pub fn new(analysis: &'a Analysis) -> Self {
        let buckets = &analysis.windows.buckets;
        let names = buckets.first().map(|bucket| bucket.by_reason.0.as_slice()).unwrap_or_default();
        let occurs = |name: &str| analysis.by_reason.iter().any(|row| row.reason == name && row.errors > 0);
        let place = |name: &str| analysis.by_reason.iter().position(|row| row.reason == name).unwrap_or(usize::MAX);
        let places: Vec<usize> = (0..names.len()).filter(|&i| occurs(&names[i].0)).collect();
        let mut rows: Vec<(usize, &Bucket)> =
            buckets.iter().enumerate().filter(|(_, bucket)| bucket.errors > 0).collect();
        let left_out = rows.len() > LISTED;
        if left_out {
            rows.clear();
        }
        let reasons = places.iter().map(|&i| (shortened(&names[i].0), key(&names[i].0, place(&names[i].0)))).collect();
        WindowTable { reasons, places, rows, left_out, partial: buckets.iter().any(|bucket| bucket.partial) }
    }

    /// A window's errors of each reason.
    pub fn by_reason<'b>(&'b self, bucket: &'b Bucket) -> impl Iterator<Item = u64> + 'b {
        self.places.iter().map(|&i| bucket.by_reason.0.get(i).map_or(0, |(_, errors)| *errors))
    }
}

/// Errors by weekday and hour.
pub(super) struct HeatTable<'a> {
    pub rows: Vec<(&'a str, &'a [u64])>,
    largest: u64,
}

impl<'a> HeatTable<'a> {
    /// None where the inputs do not tell the hour, or where there is nothing to tell.
    pub fn new(analysis: &'a Analysis, lang: Lang) -> Option<Self> {
        let heatmap = &analysis.heatmap;
        let largest = heatmap.hours.iter().flatten().copied().max().filter(|largest| *largest > 0)?;
        let rows = heatmap.rows.iter().zip(&heatmap.hours).map(|(row, hours)| (weekday(lang, row), hours.as_slice()));
        Some(HeatTable { rows: rows.collect(), largest })
    }

    /// The shade of a count, as in the picture.
    pub fn level(&self, errors: &u64) -> usize {
        heat_level(*errors, self.largest)
    }
}
