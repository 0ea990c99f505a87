//! Errors by weekday and hour of the local clock.

use chrono::Timelike;

use super::{Analysis, Calendar, Heatmap, WeekStart};
use crate::{
    model::{CELL_MILLIS, CellStart, Precision, Timestamp, Zone},
    table::Table,
};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The heatmap of a period. Its `hours` are empty where the times do not tell the hour.
pub fn heatmap(table: &Table, (start, end): (i64, i64), zone: &Zone, week_start: WeekStart) -> Heatmap {
    let mut rows = DAYS.to_vec();
    if week_start == WeekStart::Sunday {
        rows.rotate_right(1);
    }
    if table.precision_in(start, end, |_| true) == Precision::Day {
        return Heatmap { rows, hours: Vec::new() };
    }
    let mut hours = vec![vec![0; 24]; 7];
    let mut current: Option<CellStart> = None;
    let mut at = (0, 0);
    for cell in table.cells().between(start, end).iter() {
        if current != Some(cell.start) {
            current = Some(cell.start);
            let local = zone.local(cell.start.timestamp());
            at = (week_start.days_before(local) as usize, local.hour() as usize);
        }
        hours[at.0][at.1] += cell.errors;
    }
    Heatmap { rows, hours }
}

/// Shorter periods have one or two of each weekday, which is no habit.
const HABIT: i64 = 28 * 24 * 3_600_000;

/// The heatmap of a period without its incidents: when it fails out of habit. None for periods under four weeks.
pub fn usual_hours(analysis: &Analysis) -> Option<Heatmap> {
    let Calendar { zone, week_start, .. } = analysis.calendar;
    let mut usual = analysis.heatmap.clone();
    let period = analysis.period.bounds();
    if usual.hours.is_empty() || period.end - period.start < HABIT {
        return None;
    }
    for incident in &analysis.incidents {
        let cells = (incident.cells_start.millis()..).step_by(CELL_MILLIS as usize);
        for (at, errors) in incident.classes.iter().flat_map(|of| cells.clone().zip(&of.inside)) {
            let local = zone.local(Timestamp(at));
            let hour = &mut usual.hours[week_start.days_before(local) as usize][local.hour() as usize];
            *hour = hour.saturating_sub(*errors);
        }
    }
    Some(usual)
}
