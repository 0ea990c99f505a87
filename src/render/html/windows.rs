//! The numbers behind the timeline and the heatmap, as tables.

use chrono::{Datelike, Timelike};

use crate::analysis::{Analysis, HourSum};

use super::{
    times::Clock,
    words::{key, shortened},
};

/// Windows that are listed, those without errors apart; more than `--window auto` makes would bury
/// the page.
const LISTED: usize = 400;

/// Names of the heatmap's rows.
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Errors by window and reason.
#[derive(Clone, Debug)]
pub(super) struct WindowTable {
    /// Name and key of each reason that occurs.
    pub reasons: Vec<(String, String)>,
    pub rows: Vec<WindowRow>,
    /// There are too many to list.
    pub left_out: bool,
    pub partial: bool,
}

/// One window.
#[derive(Clone, Debug)]
pub(super) struct WindowRow {
    pub index: usize,
    pub when: String,
    pub partial: bool,
    pub errors: String,
    pub by_reason: Vec<String>,
}

impl WindowTable {
    pub fn new(analysis: &Analysis, clock: &Clock) -> Self {
        let lang = clock.lang;
        let buckets = &analysis.windows.buckets;
        let names = buckets.first().map(|bucket| bucket.by_reason.0.as_slice()).unwrap_or_default();
        let occurs = |name: &str| analysis.by_reason.iter().any(|row| row.reason == name && row.errors > 0);
        let place = |name: &str| analysis.by_reason.iter().position(|row| row.reason == name).unwrap_or(usize::MAX);
        let columns: Vec<usize> = (0..names.len()).filter(|&i| occurs(&names[i].0)).collect();
        let with_errors = || buckets.iter().enumerate().filter(|(_, bucket)| bucket.errors > 0);
        let left_out = with_errors().count() > LISTED;
        WindowTable {
            reasons: columns.iter().map(|&i| (shortened(&names[i].0), key(&names[i].0, place(&names[i].0)))).collect(),
            rows: with_errors()
                .take(if left_out { 0 } else { LISTED })
                .map(|(index, bucket)| WindowRow {
                    index,
                    when: clock.window(analysis.windows.size, bucket),
                    partial: bucket.partial,
                    errors: lang.number(bucket.errors),
                    by_reason: columns
                        .iter()
                        .map(|&i| lang.number(bucket.by_reason.0.get(i).map_or(0, |(_, errors)| *errors)))
                        .collect(),
                })
                .collect(),
            left_out,
            partial: buckets.iter().any(|bucket| bucket.partial),
        }
    }
}

/// The heatmap's fields of each window, where a window is never longer than the hour it lies in.
pub(super) fn hours_of_windows(analysis: &Analysis) -> Option<Vec<HourSum>> {
    if !matches!(analysis.windows.size, "5m" | "15m" | "30m" | "hour") {
        return None;
    }
    let mut hours = Vec::new();
    for (window, bucket) in analysis.windows.buckets.iter().enumerate() {
        let start = bucket.start;
        let day = WEEKDAYS[start.weekday().num_days_from_monday() as usize];
        let row = analysis.heatmap.rows.iter().position(|row| *row == day)?;
        let sums = bucket.by_reason.0.iter().enumerate().filter(|(_, (_, errors))| *errors > 0);
        hours.extend(sums.map(|(reason, (_, errors))| HourSum {
            window,
            reason,
            row,
            hour: start.hour() as usize,
            errors: *errors,
        }));
    }
    Some(hours)
}

/// Errors by weekday and hour.
#[derive(Clone, Debug)]
pub(super) struct HeatTable {
    pub rows: Vec<(String, Vec<HeatCell>)>,
}

/// One hour of a weekday.
#[derive(Clone, Debug)]
pub(super) struct HeatCell {
    pub errors: String,
    /// 0 for none, then 1 to 7.
    pub level: u8,
}

impl HeatTable {
    /// None where the inputs do not tell the hour, or where there is nothing to tell.
    pub fn new(analysis: &Analysis, clock: &Clock) -> Option<Self> {
        let heatmap = &analysis.heatmap;
        let largest = heatmap.hours.iter().flatten().copied().max().filter(|largest| *largest > 0)?;
        let rows = heatmap.rows.iter().zip(&heatmap.hours).map(|(row, hours)| {
            let cells = hours
                .iter()
                .map(|&errors| HeatCell { errors: clock.lang.number(errors), level: level(errors, largest) });
            (weekday(clock, row), cells.collect())
        });
        Some(HeatTable { rows: rows.collect() })
    }
}

/// The step of the colour scale: square-root steps, so that a burst does not hide the rest.
pub(super) fn level(errors: u64, largest: u64) -> u8 {
    if errors == 0 || largest == 0 {
        return 0;
    }
    ((errors as f64 / largest as f64).sqrt() * 7.0).ceil().clamp(1.0, 7.0) as u8
}

/// The weekday's name in the page's language.
pub(super) fn weekday(clock: &Clock, row: &str) -> String {
    match WEEKDAYS.iter().position(|name| *name == row) {
        Some(day) => clock.lang.weekday(day as u32).to_owned(),
        None => row.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::level;

    #[test]
    fn one_error_is_seen_and_the_largest_is_darkest() {
        assert_eq!(level(0, 100), 0);
        assert_eq!(level(1, 100), 1);
        // The square root of a quarter is a half: half of seven steps, rounded up.
        assert_eq!(level(25, 100), 4);
        assert_eq!(level(100, 100), 7);
        assert_eq!(level(0, 0), 0);
    }
}
