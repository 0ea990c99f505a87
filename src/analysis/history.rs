//! What is usual: the like periods before, and the band in which their errors lie.
//!
//! The middle is the median and the width the median absolute deviation, of which an outage in one of the periods moves
//! neither (Hampel, "The influence curve and its role in robust estimation", *J. Amer. Statist. Assoc.* 69 (1974) 383–393).

use super::{Asked, Bounds, Calendar, History, LikePeriod, Silent, WindowSize, count::Likes};
use crate::{
    model::Timestamp,
    table::{Known, Table},
};

/// Fewer covered periods than this do not tell what is usual.
const LEAST_PERIODS: usize = 3;
/// How many standard deviations from the middle are still usual.
const WIDTH: f64 = 3.0;
/// What makes the median absolute deviation of normal noise its standard deviation.
const NORMAL: f64 = 1.4826;

/// The like periods before the one asked for, from the first that the inputs have something of, and what is usual in them.
pub fn history(table: &Table, asked: &Asked) -> History {
    let zone = &asked.calendar.zone;
    let Some(known_from) = known_from(table, asked) else { return History::default() };
    let period = |bounds: &Bounds| LikePeriod {
        label: bounds.label.clone(),
        errors: table.cells().between(bounds.start, bounds.end).iter().map(|cell| cell.errors).sum(),
        covered: is_covered(table, asked, bounds),
        start: zone.time(Timestamp(bounds.start)),
    };
    let reached = asked.before.iter().filter(|bounds| bounds.end > known_from);
    let mut periods: Vec<LikePeriod> = reached.map(period).collect();
    periods.reverse();
    let counts: Vec<u64> = periods.iter().filter(|period| period.covered).map(|period| period.errors).collect();
    History { median: median(counts.clone()), usual: band(&counts), periods }
}

/// The first day of the inputs, which may well have begun without an error.
pub fn known_from(table: &Table, asked: &Asked) -> Option<i64> {
    let zone = &asked.calendar.zone;
    let span = table.span_of_channels().or(asked.calendar.data)?;
    Some(zone.day_start(zone.day(span.first)).0)
}

/// Whether nothing of a like period is unknown of the channels that count in the period; where of none anything is known
/// there, of all.
fn is_covered(table: &Table, asked: &Asked, like: &Bounds) -> bool {
    let reaches = |known: &Known| known.reach().is_some_and(|reach| reach.0 >= asked.bounds.start);
    let counts = |known: &&Known| reaches(known) && known.begins_behind(asked.bounds.end).is_none();
    let none = !table.known.iter().any(|known| counts(&known));
    let mut counted = table.known.iter().filter(|known| none || counts(known));
    !counted.any(|known| known.lacks(like.start, like.end, &asked.calendar.zone))
}

/// Of so many errors that come by chance there are none once in 150 periods: e⁻⁵. Of fewer, none is nothing to tell.
const NEVER_NONE: u64 = 5;

/// The channels that have no error in the period, which is known of them, for the first time: every like period that is known
/// had some.
pub fn silent(table: &Table, asked: &Asked) -> Vec<Silent> {
    let Asked { bounds, before, calendar: Calendar { zone, as_of, .. }, .. } = asked;
    let silent = |known: &Known| {
        let label = known.label?;
        let errors = |like: &Bounds| -> u64 {
            let cells = table.cells().between(like.start, like.end).iter();
            cells.filter(|cell| table.names.kinds[cell.kind.0 as usize].channel == label).map(|cell| cell.errors).sum()
        };
        if known.lacks(bounds.start, bounds.end.min(as_of.0), zone) || errors(bounds) > 0 {
            return None;
        }
        let covered = before.iter().filter(|like| !known.lacks(like.start, like.end, zone));
        let counts: Vec<u64> = covered.map(errors).collect();
        // Numbers that vary much have a band from none on.
        let (least, most) = band(&counts).filter(|_| !counts.contains(&0))?;
        let median = median(counts).filter(|median| *median >= NEVER_NONE)?;
        Some(Silent { channel: known.channel.clone(), median, usual: (least.max(1), most) })
    };
    table.known.iter().filter_map(silent).collect()
}

/// For each window of the period the median of its likes in the covered like periods; none with fewer than three of them.
pub fn usual(table: &Table, asked: &Asked, windows: &[(i64, i64)], size: WindowSize) -> Vec<Option<u64>> {
    let Asked { calendar, bounds, .. } = asked;
    let of_period = |before: &Bounds| Likes::of(size, bounds, before, calendar).errors(table, windows, None);
    let covered = asked.before.iter().filter(|before| is_covered(table, asked, before));
    let likes: Vec<Vec<Option<u64>>> = covered.map(of_period).collect();
    let usual = |window: usize| {
        let counts: Vec<u64> = likes.iter().filter_map(|likes| likes[window]).collect();
        median(counts.clone()).filter(|_| counts.len() >= LEAST_PERIODS)
    };
    (0..windows.len()).map(usual).collect()
}

/// The middle one; of two the mean, rounded up; none of none.
pub fn median(mut counts: Vec<u64>) -> Option<u64> {
    counts.sort_unstable();
    let upper = *counts.get(counts.len() / 2)?;
    Some(if counts.len() % 2 == 1 { upper } else { (counts[counts.len() / 2 - 1] + upper).div_ceil(2) })
}

/// From how many to how many errors are usual; none where there is too little to tell.
fn band(counts: &[u64]) -> Option<(u64, u64)> {
    let middle = median(counts.to_vec()).filter(|_| counts.len() >= LEAST_PERIODS)?;
    let deviation = median(counts.iter().map(|count| count.abs_diff(middle)).collect())?;
    // Never narrower than the noise of counting.
    let width = (WIDTH * (NORMAL * deviation as f64).max((middle as f64).sqrt()).max(1.0)).round() as u64;
    Some((middle.saturating_sub(width), middle.saturating_add(width)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_is_where_most_periods_are() {
        // Sorted 87, 100, 145, 160, 454: the middle is 145, the deviations 0, 15, 45, 58, 309 have the middle 45,
        // and 3 × 1.4826 × 45 = 200.15.
        assert_eq!(band(&[145, 454, 87, 160, 100]), Some((0, 345)));
        assert_eq!(median(vec![145, 454, 87, 160, 100]), Some(145));
        // No deviation, but counting has one: 3 × √100.
        assert_eq!(band(&[100; 8]), Some((70, 130)));
        assert_eq!(band(&[0, 0, 0]), Some((0, 3)));
        assert_eq!(band(&[100, 100]), None, "two periods tell little");
        assert_eq!((median(vec![1, 3]), median(Vec::new())), (Some(2), None));
    }
}
