//! What a reader of the page needs to choose dates and reasons: sums by window that the lists do not hold.

use std::collections::BTreeMap;

use chrono::{Datelike, Timelike};
use polars::prelude::{DataFrame, IntoLazy, PolarsResult, col};

use super::{Frames, HourSum, Slices, WeekStart, breakdown::by_window, first_of};
use crate::model::CellStart;

/// Larger tables are not embedded in any page.
const MOST_SUMS: usize = 500_000;

impl Frames<'_> {
    /// The sums of the period's windows; `reasons` has the catalog's index of each reason in the order of
    /// [`super::ByReason`], `channels` and `hosts` those of the lists.
    pub(super) fn slices(
        &self,
        windows: &[(i64, i64)],
        in_windows: &DataFrame,
        reasons: &[Option<u32>],
        channels: &[u32],
        hosts: &[u32],
    ) -> PolarsResult<Slices> {
        let series = |column: &'static str, rows: &[u32]| -> PolarsResult<Vec<Vec<Vec<u64>>>> {
            if rows.len() * reasons.len() * windows.len() > MOST_SUMS {
                return Ok(Vec::new());
            }
            let named = in_windows.clone().lazy().filter(col(column).is_not_null()).collect()?;
            let sums: BTreeMap<(u32, u32), Vec<u64>> = by_window(&named, &[column, "reason"], windows.len())?
                .into_iter()
                .map(|(key, sums)| ((key[0], key[1]), sums))
                .collect();
            let of = |row: u32, reason: Option<u32>| {
                reason.and_then(|reason| sums.get(&(row, reason)).cloned()).unwrap_or_else(|| vec![0; windows.len()])
            };
            Ok(rows.iter().map(|row| reasons.iter().map(|reason| of(*row, *reason)).collect()).collect())
        };
        Ok(Slices {
            hours: self.hours(windows, reasons),
            by_channel: series("channel", channels)?,
            by_host: series("host", hosts)?,
        })
    }

    /// Errors by window, reason, weekday and hour.
    fn hours(&self, windows: &[(i64, i64)], reasons: &[Option<u32>]) -> Vec<HourSum> {
        let catalog = self.cube.catalog();
        let place: Vec<Option<usize>> =
            catalog.kinds().iter().map(|kind| reasons.iter().position(|reason| *reason == Some(kind.reason))).collect();
        let mut number = self.numbered(windows);
        let mut sums: BTreeMap<(usize, usize, usize, usize), u64> = BTreeMap::new();
        let mut current: Option<CellStart> = None;
        let (mut row, mut hour) = (0, 0);
        let mut open: Vec<u64> = vec![0; reasons.len()];
        let mut open_at = (0, 0, 0);
        let close = |open: &mut Vec<u64>, (window, row, hour): (usize, usize, usize), sums: &mut BTreeMap<_, u64>| {
            for (reason, errors) in open.iter_mut().enumerate().filter(|(_, errors)| **errors > 0) {
                *sums.entry((window, reason, row, hour)).or_default() += std::mem::take(errors);
            }
        };
        for cell in self.cells_in(self.bounds.start, self.bounds.end) {
            let window = number(cell).and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
            if current != Some(cell.start) {
                current = Some(cell.start);
                let local = self.zone.local(crate::model::Timestamp(first_of(cell)));
                row = match self.week_start {
                    WeekStart::Monday => local.weekday().num_days_from_monday() as usize,
                    WeekStart::Sunday => local.weekday().num_days_from_sunday() as usize,
                };
                hour = local.hour() as usize;
            }
            if open_at != (window, row, hour) {
                close(&mut open, open_at, &mut sums);
                open_at = (window, row, hour);
            }
            if let Some(reason) = place[cell.kind.0 as usize] {
                open[reason] += cell.errors;
            }
        }
        close(&mut open, open_at, &mut sums);
        sums.into_iter()
            .map(|((window, reason, row, hour), errors)| HourSum { window, reason, row, hour, errors })
            .collect()
    }
}
