//! Counting the errors of chosen kinds, for those who judge them.

use super::{
    Bounds, Calendar,
    window::{WindowSize, calendar_windows},
};
use crate::{cube::Cube, model::Cell};

/// The cells of a stretch of time: start inclusive, end exclusive, in milliseconds since 1970-01-01T00:00:00Z.
pub fn cells_in(cube: &Cube, start: i64, end: i64) -> &[Cell] {
    let cells = cube.cells();
    let before = |moment: i64| cells.partition_point(|cell| cell.span().first.0 < moment);
    &cells[before(start)..before(end).max(before(start))]
}

/// Errors of a period by window, the empty ones included, with the windows' starts and ends in milliseconds since
/// 1970-01-01T00:00:00Z; without a size, the period is the one window. `kinds` says of each kind of the catalog
/// whether it counts; all do without it.
///
/// Windows are those of the calendar; errors outside the period do not count in those that it cuts. The cube must
/// have been cut at the period's ends, as [`super::analyse`] does.
pub fn count(
    cube: &Cube,
    bounds: &Bounds,
    size: Option<WindowSize>,
    calendar: &Calendar,
    kinds: Option<&[bool]>,
) -> Vec<((i64, i64), u64)> {
    let windows = match size {
        Some(size) => calendar_windows(bounds.start, bounds.end, size, &calendar.zone, calendar.week_start).collect(),
        None => vec![(bounds.start, bounds.end)],
    };
    let mut sums: Vec<((i64, i64), u64)> = windows.into_iter().map(|window| (window, 0)).collect();
    let mut current = 0;
    for cell in cells_in(cube, bounds.start, bounds.end) {
        while current + 1 < sums.len() && cell.span().first.0 >= sums[current].0.1 {
            current += 1;
        }
        if kinds.is_none_or(|kinds| kinds[cell.kind.0 as usize])
            && let Some((_, errors)) = sums.get_mut(current)
        {
            *errors += cell.errors;
        }
    }
    sums
}
