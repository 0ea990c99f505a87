//! Sums of a table's errors: by any bucket of time, and by what they are.
//!
//! A year full of errors is millions of cells, but few windows and few kinds. So the cells, which stand in the order of
//! time, are rolled up in one pass, and polars groups what is left: grouping the cells themselves would take several
//! times as long as reading the file.

use std::collections::BTreeMap;

use polars::prelude::{Column, DataFrame, GroupsIndicator, PolarsResult};

use crate::{
    error::{Error, Result},
    model::{Kind, KindId, key},
    table::{CellSum, Cells, Dictionary, Label, Table},
};

/// Errors of one kind in one bucket of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sum {
    /// Whatever buckets are counted by.
    pub bucket: usize,
    pub kind: KindId,
    pub errors: u64,
    pub rows: u64,
    /// Start of the first row and latest end of one, in milliseconds since 1970-01-01T00:00:00Z.
    pub first: i64,
    pub last: i64,
}

/// Sums by bucket and kind, in the order of the buckets.
pub struct Sums<'a> {
    names: &'a Dictionary,
    all: Vec<Sum>,
}

/// What errors can be grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Channel,
    Reason,
    Detail,
    Host,
}

/// Sums that have the same keys.
pub struct Group {
    /// Numbers of the dictionary, in the order of the keys that were asked for; none where an error has no host.
    pub keys: Vec<Option<u32>>,
    /// At least one.
    pub sums: Vec<Sum>,
}

impl<'a> Sums<'a> {
    /// Sums cells by a bucket that does not fall as they go on; cells without one are left out.
    pub fn new(names: &'a Dictionary, cells: Cells<'_>, mut bucket: impl FnMut(&CellSum) -> Option<usize>) -> Sums<'a> {
        let sum = |cell: CellSum| {
            let (first, last) = (cell.span.first.0, cell.span.last.0);
            let rows = u64::from(cell.rows);
            Some(Sum { bucket: bucket(&cell)?, kind: cell.kind, errors: cell.errors, rows, first, last })
        };
        Sums { names, all: rolled_up(names, cells.iter().filter_map(sum)) }
    }

    /// The same sums, all in one bucket.
    pub fn together(&self, bucket: usize) -> Sums<'a> {
        let sums = self.all.iter().map(|sum| Sum { bucket, ..*sum });
        Sums { names: self.names, all: rolled_up(self.names, sums) }
    }

    /// Takes over the sums of other buckets.
    pub fn join(&mut self, other: Sums<'a>) {
        self.all.extend(other.all);
    }

    /// Every sum.
    pub fn all(&self) -> &[Sum] {
        &self.all
    }

    /// The sums by what they are of. polars finds the groups; it has no sums of them without its planner, which is three
    /// times as much code as all the rest of it.
    ///
    /// # Errors
    /// Never for columns of equal length; polars asks.
    pub fn by(&self, keys: &[By]) -> Result<Vec<Group>> {
        self.grouped(keys).map_err(|cause| Error::new(key::error::FRAME).with("cause", cause))
    }

    fn grouped(&self, keys: &[By]) -> PolarsResult<Vec<Group>> {
        let kind = |sum: &Sum| self.names.kinds[sum.kind.0 as usize];
        let column = |key: &By| {
            let value = |kind: Kind| match key {
                By::Channel => Some(kind.channel),
                By::Reason => Some(kind.reason),
                By::Detail => Some(kind.detail),
                By::Host => kind.host,
            };
            let values: Vec<Option<u32>> = self.all.iter().map(|sum| value(kind(sum))).collect();
            Column::new(format!("{key:?}").into(), values)
        };
        let columns: Vec<Column> = keys.iter().map(column).collect();
        let frame = DataFrame::new(self.all.len(), columns.clone())?;
        // So few rows are not worth waking the threads of polars.
        let grouped = frame.group_by_with_series(columns, false, false)?;
        let mut groups: Vec<Group> = Vec::new();
        for group in grouped.get_groups().iter() {
            let rows: Vec<usize> = match group {
                GroupsIndicator::Idx((_, rows)) => rows.iter().map(|row| *row as usize).collect(),
                GroupsIndicator::Slice([first, len]) => (first as usize..(first + len) as usize).collect(),
            };
            let keys = frame.columns().iter().map(|column| Ok(column.u32()?.get(rows[0])));
            let keys = keys.collect::<PolarsResult<Vec<Option<u32>>>>()?;
            groups.push(Group { keys, sums: rows.into_iter().map(|row| self.all[row]).collect() });
        }
        Ok(groups)
    }

    /// Errors of each of so many buckets for whatever a kind is grouped by; kinds without a group are left out.
    ///
    /// Each of the sums is added where it belongs: there is nothing to look for, as a frame's group-by would.
    pub fn series<G: Ord>(&self, buckets: usize, group: impl Fn(KindId, &Kind) -> Option<G>) -> BTreeMap<G, Vec<u64>> {
        let of_kind: Vec<Option<G>> =
            (0..).map(KindId).zip(&self.names.kinds).map(|(id, kind)| group(id, kind)).collect();
        let mut groups: Vec<&G> = of_kind.iter().flatten().collect();
        groups.sort_unstable();
        groups.dedup();
        // Per kind rather than per sum, of which there are many more.
        let place: Vec<Option<usize>> =
            of_kind.iter().map(|group| groups.binary_search(&group.as_ref()?).ok()).collect();
        let mut series: Vec<Vec<u64>> = vec![Vec::new(); groups.len()];
        for sum in &self.all {
            let Some(group) = place[sum.kind.0 as usize] else { continue };
            series[group].resize(buckets, 0);
            if let Some(errors) = series[group].get_mut(sum.bucket) {
                *errors += sum.errors;
            }
        }
        let named = of_kind.into_iter().zip(place).filter_map(|(group, place)| {
            let series = std::mem::take(&mut series[place?]);
            group.filter(|_| !series.is_empty()).map(|group| (group, series))
        });
        named.collect()
    }
}

/// Adds up sums of one bucket and kind; buckets do not fall.
fn rolled_up(names: &Dictionary, sums: impl Iterator<Item = Sum>) -> Vec<Sum> {
    let mut all: Vec<Sum> = Vec::new();
    // Where the current bucket's sum of each kind stands in `all`, if it is at or behind `begin`.
    let mut place = vec![usize::MAX; names.kinds.len()];
    let (mut current, mut begin) = (None, 0);
    for sum in sums {
        if current != Some(sum.bucket) {
            (current, begin) = (Some(sum.bucket), all.len());
        }
        let place = &mut place[sum.kind.0 as usize];
        match all.get_mut(*place) {
            Some(known) if *place >= begin => {
                known.errors += sum.errors;
                known.rows += sum.rows;
                known.first = known.first.min(sum.first);
                known.last = known.last.max(sum.last);
            }
            _ => {
                *place = all.len();
                all.push(sum);
            }
        }
    }
    all
}

/// The number of the window that each cell falls into, for cells in the order of time; windows are starts and ends in
/// milliseconds since 1970-01-01T00:00:00Z.
pub fn numbered(windows: &[(i64, i64)]) -> impl FnMut(&CellSum) -> Option<usize> + use<'_> {
    let mut current = 0;
    move |cell| {
        while current + 1 < windows.len() && cell.span.first.0 >= windows[current].1 {
            current += 1;
        }
        Some(current)
    }
}

/// The longest time without an error of a channel before an instant, from five minutes to five minutes, in milliseconds.
pub fn longest_silence(table: &Table, channel: Label, end: i64) -> i64 {
    let of_channel = |cell: &CellSum| table.names.kinds[cell.kind.0 as usize].channel == channel;
    let starts = table.cells().between(0, end).iter().filter(of_channel).map(|cell| cell.start.timestamp().0);
    let (longest, _) = starts.fold((0, None), |(longest, last), start| {
        (last.map_or(longest, |last: i64| longest.max(start - last)), Some(start))
    });
    longest
}
