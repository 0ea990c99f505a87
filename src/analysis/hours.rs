//! Errors by weekday and hour of the local clock.

use std::collections::BTreeMap;

use chrono::Timelike;

use super::{Bounds, Heatmap, HourSum, Incident, WeekStart, sums::numbered};
use crate::{
    model::{CELL_MILLIS, CellStart, Precision, Timestamp, Zone},
    table::{Cells, Dictionary},
};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The errors of some cells by window, reason, weekday and hour; `reasons` has the dictionary's number of each reason in
/// the order of [`super::ByReason`].
pub fn hours(
    names: &Dictionary,
    cells: Cells<'_>,
    windows: &[(i64, i64)],
    reasons: &[Option<u32>],
    zone: &Zone,
    week_start: WeekStart,
) -> Vec<HourSum> {
    let reason_of = |reason: u32| reasons.iter().position(|known| *known == Some(reason));
    let place: Vec<Option<usize>> = names.kinds.iter().map(|kind| reason_of(kind.reason)).collect();
    let mut window_of = numbered(windows);
    let mut sums: BTreeMap<(usize, usize, usize, usize), u64> = BTreeMap::new();
    let mut current: Option<CellStart> = None;
    let mut at = (0, 0);
    // Cells are added up while they stay in one hour of one window: there are many to each.
    let mut open = vec![0_u64; reasons.len()];
    let mut open_at = (0, (0, 0));
    let mut close = |open: &mut Vec<u64>, (window, (row, hour)): (usize, (usize, usize))| {
        for (reason, errors) in open.iter_mut().enumerate().filter(|(_, errors)| **errors > 0) {
            *sums.entry((window, reason, row, hour)).or_default() += std::mem::take(errors);
        }
    };
    for cell in cells.iter() {
        if current != Some(cell.start) {
            current = Some(cell.start);
            let local = zone.local(cell.start.timestamp());
            at = (week_start.days_before(local) as usize, local.hour() as usize);
        }
        let place_now = (window_of(&cell).unwrap_or(0), at);
        if open_at != place_now {
            close(&mut open, open_at);
            open_at = place_now;
        }
        if let Some(reason) = place[cell.kind.0 as usize] {
            open[reason] += cell.errors;
        }
    }
    close(&mut open, open_at);
    let sum = |((window, reason, row, hour), errors)| HourSum { window, reason, row, hour, errors };
    sums.into_iter().map(sum).collect()
}

/// The heatmap of a period's sums by hour. Its `hours` are empty where the times do not tell the hour.
pub fn heatmap(hours: &[HourSum], week_start: WeekStart, precision: Precision) -> Heatmap {
    let mut rows = DAYS.to_vec();
    if week_start == WeekStart::Sunday {
        rows.rotate_right(1);
    }
    if precision == Precision::Day {
        return Heatmap { rows, hours: Vec::new() };
    }
    let mut matrix = vec![vec![0; 24]; 7];
    for sum in hours {
        matrix[sum.row][sum.hour] += sum.errors;
    }
    Heatmap { rows, hours: matrix }
}

/// Shorter periods have one or two of each weekday, which is no habit.
const HABIT: i64 = 28 * 24 * 3_600_000;

/// The heatmap of a period without its incidents: when it fails out of habit. None for periods under four weeks.
pub fn usual_hours(
    heatmap: &Heatmap,
    incidents: &[Incident],
    bounds: &Bounds,
    zone: &Zone,
    week_start: WeekStart,
) -> Option<Heatmap> {
    let mut usual = heatmap.clone();
    if usual.hours.is_empty() || bounds.end - bounds.start < HABIT {
        return None;
    }
    for incident in incidents {
        for (at, errors) in (incident.start.millis()..).step_by(CELL_MILLIS as usize).zip(&incident.cells) {
            if (bounds.start..bounds.end).contains(&at) {
                let local = zone.local(Timestamp(at));
                let hour = &mut usual.hours[week_start.days_before(local) as usize][local.hour() as usize];
                *hour = hour.saturating_sub(*errors);
            }
        }
    }
    Some(usual)
}
