//! What a reader of the page needs to choose dates and reasons: sums by window that the lists do not hold.

use super::{HourSum, Slices, sums::Sums};
use crate::model::Kind;

/// Larger tables are not embedded in any page.
const MOST_SUMS: usize = 500_000;

/// The sums of so many windows; `reasons` has the dictionary's number of each reason in the order of
/// [`super::ByReason`], `channels` and `hosts` those of the lists.
pub fn slices(
    in_windows: &Sums<'_>,
    windows: usize,
    hours: Vec<HourSum>,
    reasons: &[Option<u32>],
    channels: &[u32],
    hosts: &[u32],
) -> Slices {
    let series = |group: fn(&Kind) -> Option<u32>, rows: &[u32]| -> Vec<Vec<Vec<u64>>> {
        if rows.len() * reasons.len() * windows > MOST_SUMS {
            return Vec::new();
        }
        let sums = in_windows.series(windows, |_, kind| Some((group(kind)?, kind.reason)));
        let of = |row: u32, reason: Option<u32>| {
            reason.and_then(|reason| sums.get(&(row, reason)).cloned()).unwrap_or_else(|| vec![0; windows])
        };
        rows.iter().map(|row| reasons.iter().map(|reason| of(*row, *reason)).collect()).collect()
    };
    Slices { hours, by_channel: series(|kind| Some(kind.channel), channels), by_host: series(|kind| kind.host, hosts) }
}
