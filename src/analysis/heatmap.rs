//! Errors by weekday and hour of the local clock.

use chrono::{Datelike, Timelike};
use polars::prelude::{Column, DataFrame, PolarsResult};

use super::{Heatmap, WeekStart};
use crate::{
    cube::groups,
    model::{Cell, CellStart, Precision, Zone},
};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The heatmap of some cells. Its `hours` are empty where the times do not tell the hour.
///
/// # Errors
/// Never for columns of equal length; polars asks.
pub fn heatmap<'a>(
    cells: impl Iterator<Item = &'a Cell>,
    zone: &Zone,
    week_start: WeekStart,
    precision: Precision,
) -> PolarsResult<Heatmap> {
    let sunday_first = week_start == WeekStart::Sunday;
    let mut rows = DAYS.to_vec();
    if sunday_first {
        rows.rotate_right(1);
    }
    if precision == Precision::Day {
        return Ok(Heatmap { rows, hours: Vec::new() });
    }
    let (mut weekdays, mut hours, mut errors) = (Vec::<u32>::new(), Vec::<u32>::new(), Vec::<u64>::new());
    let mut current: Option<CellStart> = None;
    for cell in cells {
        if current != Some(cell.start) {
            current = Some(cell.start);
            let local = zone.local(cell.start.timestamp());
            let weekday = if sunday_first {
                local.weekday().num_days_from_sunday()
            } else {
                local.weekday().num_days_from_monday()
            };
            // One row for each hour met in a row, not for each cell.
            if weekdays.last() != Some(&weekday) || hours.last() != Some(&local.hour()) {
                weekdays.push(weekday);
                hours.push(local.hour());
                errors.push(0);
            }
        }
        if let Some(sum) = errors.last_mut() {
            *sum += cell.errors;
        }
    }
    let frame = DataFrame::new(
        errors.len(),
        vec![
            Column::new("weekday".into(), weekdays),
            Column::new("hour".into(), hours),
            Column::new("errors".into(), errors),
        ],
    )?;
    let mut matrix = vec![vec![0; 24]; 7];
    let errors = frame.column("errors")?.u64()?;
    for group in groups(&frame, &["weekday", "hour"])? {
        if let [Some(weekday), Some(hour)] = group.keys[..] {
            let sums = group.rows.iter().filter_map(|row| errors.get(*row));
            matrix[weekday as usize][hour as usize] = sums.sum();
        }
    }
    Ok(Heatmap { rows, hours: matrix })
}
