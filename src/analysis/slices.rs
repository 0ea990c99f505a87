//! What a reader of the page needs to choose dates and reasons: sums by window that the lists do not hold.

use std::collections::BTreeMap;

use chrono::{Datelike, Timelike};

use super::{Frames, HourSum, Slices, WeekStart, first_of, series::by_window};
use crate::{
    cube::Bucketed,
    model::{CellStart, Kind},
};

/// Larger tables are not embedded in any page.
const MOST_SUMS: usize = 500_000;

impl Frames<'_> {
    /// The sums of the period's windows; `reasons` has the catalog's index of each reason in the order of
    /// [`super::ByReason`], `channels` and `hosts` those of the lists.
    pub(super) fn slices(
        &self,
        windows: &[(i64, i64)],
        in_windows: &[Bucketed],
        reasons: &[Option<u32>],
        channels: &[u32],
        hosts: &[u32],
    ) -> Slices {
        let label = |kind: &Kind| Some(self.cube.label_of()[kind.channel as usize]);
        let series = |group: &dyn Fn(&Kind) -> Option<u32>, rows: &[u32]| -> Vec<Vec<Vec<u64>>> {
            if rows.len() * reasons.len() * windows.len() > MOST_SUMS {
                return Vec::new();
            }
            let pair = |kind: &Kind| Some((group(kind)?, kind.reason));
            let sums = by_window(self.cube, in_windows, windows.len(), pair);
            let of = |row: u32, reason: Option<u32>| {
                reason.and_then(|reason| sums.get(&(row, reason)).cloned()).unwrap_or_else(|| vec![0; windows.len()])
            };
            rows.iter().map(|row| reasons.iter().map(|reason| of(*row, *reason)).collect()).collect()
        };
        Slices {
            hours: self.hours(windows, reasons),
            by_channel: series(&label, channels),
            by_host: series(&|kind| kind.host, hosts),
        }
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
