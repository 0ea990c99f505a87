//! The polars frame of a cube, at the granularity that an analysis needs.

use polars::prelude::{Column, DataFrame, GroupsIndicator, PolarsResult};

use super::Cube;
use crate::model::{Cell, KindId};

/// Errors of one kind in one bucket of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucketed {
    /// Whatever the caller counts buckets by.
    pub bucket: i64,
    pub kind: KindId,
    pub errors: u64,
    pub rows: u64,
    /// Start of the first row and latest end of one, in milliseconds since 1970-01-01T00:00:00Z.
    pub first: i64,
    pub last: i64,
}

/// Sums cells into buckets. `bucket` must not fall as the cells go on; cells without a bucket are left out.
///
/// A year full of errors is millions of cells, but few buckets: frames are built from the latter.
pub fn roll_up(cells: &[Cell], mut bucket: impl FnMut(&Cell) -> Option<i64>) -> Vec<Bucketed> {
    let mut all: Vec<Bucketed> = Vec::new();
    // Where the current bucket's entry of each kind stands in `all`, if it is at or behind `begin`.
    let mut place: Vec<usize> = Vec::new();
    let (mut current, mut begin) = (None, 0);
    for cell in cells {
        let Some(bucket) = bucket(cell) else { continue };
        if current != Some(bucket) {
            (current, begin) = (Some(bucket), all.len());
        }
        let slot = cell.kind.0 as usize;
        if slot >= place.len() {
            place.resize(slot + 1, usize::MAX);
        }
        let span = cell.span();
        let at = place[slot];
        match all.get_mut(at) {
            Some(entry) if at >= begin => {
                entry.errors += cell.errors;
                entry.rows += u64::from(cell.rows);
                entry.first = entry.first.min(span.first.0);
                entry.last = entry.last.max(cell.end().0);
            }
            _ => {
                place[slot] = all.len();
                all.push(Bucketed {
                    bucket,
                    kind: cell.kind,
                    errors: cell.errors,
                    rows: u64::from(cell.rows),
                    first: span.first.0,
                    last: cell.end().0,
                });
            }
        }
    }
    all
}

/// The frame of sums by bucket and kind: `bucket` (i64), `channel`, `reason`, `detail`, `host` (u32 indices,
/// the channel into [`Cube::labels`], the others into the catalog; host may be null), `errors`, `rows` (u64),
/// `first`, `last` (i64, milliseconds since 1970-01-01T00:00:00Z).
///
/// # Errors
/// Never for columns of equal length; polars asks.
pub fn frame(cube: &Cube, sums: &[Bucketed]) -> PolarsResult<DataFrame> {
    let catalog = cube.catalog();
    let kind = |sum: &Bucketed| catalog.kind(sum.kind);
    let column = |name: &str, value: &dyn Fn(&Bucketed) -> u32| {
        Column::new(name.into(), sums.iter().map(value).collect::<Vec<u32>>())
    };
    DataFrame::new(
        sums.len(),
        vec![
            Column::new("bucket".into(), sums.iter().map(|sum| sum.bucket).collect::<Vec<i64>>()),
            column("channel", &|sum| cube.label_of()[kind(sum).channel as usize]),
            column("reason", &|sum| kind(sum).reason),
            column("detail", &|sum| kind(sum).detail),
            Column::new("host".into(), sums.iter().map(|sum| kind(sum).host).collect::<Vec<Option<u32>>>()),
            Column::new("errors".into(), sums.iter().map(|sum| sum.errors).collect::<Vec<u64>>()),
            Column::new("rows".into(), sums.iter().map(|sum| sum.rows).collect::<Vec<u64>>()),
            Column::new("first".into(), sums.iter().map(|sum| sum.first).collect::<Vec<i64>>()),
            Column::new("last".into(), sums.iter().map(|sum| sum.last).collect::<Vec<i64>>()),
        ],
    )
}

/// Rows of a frame that have the same keys.
pub struct Group {
    /// Their values of the key columns.
    pub keys: Vec<Option<u32>>,
    /// Indices of the rows, at least one.
    pub rows: Vec<usize>,
}

/// The rows of a frame by the values of some columns of u32.
///
/// Sums are made from the indices: polars' own aggregations of groups want its planner, which is three times as much
/// code as all the rest of it.
///
/// # Errors
/// Where there is no such column of u32.
pub fn groups(frame: &DataFrame, keys: &[&str]) -> PolarsResult<Vec<Group>> {
    let grouped = frame.group_by(keys.iter().copied())?;
    let of_rows = grouped.get_groups().iter().map(|group| match group {
        GroupsIndicator::Idx((_, rows)) => rows.iter().map(|row| *row as usize).collect(),
        GroupsIndicator::Slice([first, len]) => (first as usize..(first + len) as usize).collect(),
    });
    let mut groups: Vec<Group> = of_rows.map(|rows| Group { keys: Vec::new(), rows }).collect();
    for key in keys {
        let values = frame.column(key)?.u32()?;
        for group in &mut groups {
            let first = group.rows.first().and_then(|row| values.get(*row));
            group.keys.push(first);
        }
    }
    Ok(groups)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CellStart;

    #[test]
    fn cells_are_summed_by_bucket_and_kind() {
        let cell = |start, kind, errors| Cell {
            start: CellStart(start),
            kind: KindId(kind),
            errors,
            rows: 1,
            first_offset: 7,
            last_offset: 9,
            end_offset: 11,
        };
        let cells = [cell(1, 0, 1), cell(1, 1, 2), cell(2, 0, 4), cell(3, 0, 8), cell(4, 0, 16)];
        // Two cells make a bucket; the last cell is left out.
        let sums = roll_up(&cells, |cell| (cell.start.0 < 4).then(|| i64::from(cell.start.0 / 2)));
        let seen: Vec<_> = sums.iter().map(|s| (s.bucket, s.kind.0, s.errors, s.rows)).collect();
        assert_eq!(seen, [(0, 0, 1, 1), (0, 1, 2, 1), (1, 0, 12, 2)]);
        assert_eq!((sums[2].first, sums[2].last), (2 * 300_000 + 7, 3 * 300_000 + 11));
    }
}
