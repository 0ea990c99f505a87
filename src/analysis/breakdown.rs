//! Sums by reason, detail, channel and host, on polars frames.

use std::{collections::BTreeMap, ops::RangeInclusive};

use polars::prelude::{DataFrame, PolarsResult};

use super::{ChannelRow, DetailRow, HostRow, ReasonRow, StatusClassRow};
use crate::{
    cube::{self, Cube},
    model::{Timestamp, Zone},
    taxonomy,
};

/// Where a cell lies relative to the period and to the one before it; the order is that of time.
pub mod side {
    pub const EARLIER: i64 = 0;
    pub const PREVIOUS: i64 = 1;
    pub const BETWEEN: i64 = 2;
    pub const PERIOD: i64 = 3;
    pub const LATER: i64 = 4;
}

/// Errors of the period against those of the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Compared {
    pub errors: u64,
    pub previous: Option<u64>,
}

impl Compared {
    /// Errors minus previous errors.
    pub fn change(&self) -> Option<i64> {
        // Every sum over a cube fits 63 bits, so differences fit 64.
        self.previous.map(|previous| self.errors as i64 - previous as i64)
    }

    /// The change in percent of the previous errors, two digits; none where there were none.
    pub fn change_pct(&self) -> Option<f64> {
        let previous = self.previous.filter(|previous| *previous > 0)?;
        Some(rounded(self.change()? as f64 / previous as f64 * 100.0, 2))
    }
}

/// Rounded to some digits behind the point.
pub fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    let rounded = (value * scale).round() / scale;
    // No negative zero in any output.
    if rounded == 0.0 { 0.0 } else { rounded }
}

/// The share of a sum in a total, three digits; 0 where there is nothing.
pub fn share(errors: u64, total: u64) -> f64 {
    if total == 0 { 0.0 } else { rounded(errors as f64 / total as f64, 3) }
}

/// What the rows below are made with.
pub struct Context<'a> {
    pub cube: &'a Cube,
    pub zone: Zone,
    /// Sums by [`side`] and kind.
    pub sides: DataFrame,
    pub compared: bool,
    /// Whether the inputs hold anything before the period.
    pub has_history: bool,
    pub total: u64,
}

/// The columns of the frame.
struct Sides {
    side: Vec<i64>,
    errors: Vec<u64>,
    rows: Vec<u64>,
    first: Vec<i64>,
    last: Vec<i64>,
}

impl Sides {
    fn sums(&self, group: cube::Group) -> Group {
        let within =
            |sides: RangeInclusive<i64>| group.rows.iter().copied().filter(move |row| sides.contains(&self.side[*row]));
        let sum = |column: &[u64], sides| within(sides).map(|row| column[row]).sum();
        let (period, previous) = (side::PERIOD..=side::PERIOD, side::PREVIOUS..=side::PREVIOUS);
        Group {
            errors: sum(&self.errors, period.clone()),
            rows: sum(&self.rows, period.clone()),
            previous: sum(&self.errors, previous.clone()),
            previous_rows: sum(&self.rows, previous),
            earlier_rows: sum(&self.rows, side::EARLIER..=side::BETWEEN),
            first: within(period.clone()).map(|row| self.first[row]).min(),
            last: within(period).map(|row| self.last[row]).max(),
            keys: group.keys,
        }
    }
}

/// A group of a breakdown: its keys and its sums.
struct Group {
    keys: Vec<Option<u32>>,
    errors: u64,
    rows: u64,
    previous: u64,
    previous_rows: u64,
    earlier_rows: u64,
    first: Option<i64>,
    last: Option<i64>,
}

impl Context<'_> {
    fn groups(&self, keys: &[&str]) -> PolarsResult<Vec<Group>> {
        let numbers = |name: &str| -> PolarsResult<Vec<u64>> {
            Ok(self.sides.column(name)?.u64()?.into_no_null_iter().collect())
        };
        let times = |name: &str| -> PolarsResult<Vec<i64>> {
            Ok(self.sides.column(name)?.i64()?.into_no_null_iter().collect())
        };
        let all = Sides {
            side: times("bucket")?,
            errors: numbers("errors")?,
            rows: numbers("rows")?,
            first: times("first")?,
            last: times("last")?,
        };
        let groups = cube::groups(&self.sides, keys)?.into_iter().map(|group| all.sums(group));
        // What neither the period nor the one before has is no line of the report.
        Ok(groups.filter(|group| group.rows > 0 || self.compared && group.previous_rows > 0).collect())
    }

    fn compared(&self, group: &Group) -> Compared {
        Compared { errors: group.errors, previous: self.compared.then_some(group.previous) }
    }

    /// By reason.
    pub fn reasons(&self) -> PolarsResult<Vec<ReasonRow>> {
        let catalog = self.cube.catalog();
        let mut rows: Vec<ReasonRow> = self
            .groups(&["reason"])?
            .into_iter()
            .map(|group| {
                let compared = self.compared(&group);
                ReasonRow {
                    reason: catalog.reasons()[group.keys[0].unwrap_or(0) as usize].clone(),
                    errors: group.errors,
                    share: share(group.errors, self.total),
                    previous_errors: compared.previous,
                    change: compared.change(),
                    change_pct: compared.change_pct(),
                }
            })
            .collect();
        rows.sort_by(|a, b| b.errors.cmp(&a.errors).then_with(|| a.reason.cmp(&b.reason)));
        Ok(rows)
    }

    /// By detail; `windows` has the errors of each reason and detail by window.
    pub fn details(
        &self,
        mut windows: BTreeMap<(u32, u32), Vec<u64>>,
        window_count: usize,
    ) -> PolarsResult<Vec<DetailRow>> {
        let catalog = self.cube.catalog();
        let time = |millis: Option<i64>| millis.map(|millis| self.zone.time(Timestamp(millis)));
        let mut rows: Vec<DetailRow> = self
            .groups(&["reason", "detail"])?
            .into_iter()
            .map(|group| {
                let key = (group.keys[0].unwrap_or(0), group.keys[1].unwrap_or(0));
                let (reason, detail) =
                    (catalog.reasons()[key.0 as usize].clone(), catalog.details()[key.1 as usize].clone());
                let compared = self.compared(&group);
                DetailRow {
                    status: taxonomy::status(&reason, &detail),
                    known: taxonomy::is_known(&reason, &detail),
                    errors: group.errors,
                    share: share(group.errors, self.total),
                    previous_errors: compared.previous,
                    change: compared.change(),
                    change_pct: compared.change_pct(),
                    first_seen: time(group.first),
                    last_seen: time(group.last),
                    new: self.has_history && group.rows > 0 && group.earlier_rows == 0,
                    by_window: windows.remove(&key).unwrap_or_else(|| vec![0; window_count]),
                    reason,
                    detail,
                }
            })
            .collect();
        rows.sort_by(|a, b| b.errors.cmp(&a.errors).then_with(|| (&a.reason, &a.detail).cmp(&(&b.reason, &b.detail))));
        Ok(rows)
    }

    /// By channel, each with its label; `windows` has the errors of each label by window.
    pub fn channels(
        &self,
        mut windows: BTreeMap<u32, Vec<u64>>,
        window_count: usize,
    ) -> PolarsResult<Vec<(u32, ChannelRow)>> {
        let mut rows: Vec<(u32, ChannelRow)> = self
            .groups(&["channel"])?
            .into_iter()
            .filter_map(|group| {
                let label = group.keys[0]?;
                let compared = self.compared(&group);
                let row = ChannelRow {
                    channel: self.cube.labels()[label as usize].clone(),
                    errors: group.errors,
                    share: share(group.errors, self.total),
                    previous_errors: compared.previous,
                    change: compared.change(),
                    change_pct: compared.change_pct(),
                    by_window: windows.remove(&label).unwrap_or_else(|| vec![0; window_count]),
                };
                Some((label, row))
            })
            .collect();
        rows.sort_by(|(_, a), (_, b)| b.errors.cmp(&a.errors).then_with(|| a.channel.cmp(&b.channel)));
        Ok(rows)
    }

    /// By webhook host, where the inputs name it, each with its index in the catalog.
    pub fn hosts(&self) -> PolarsResult<Vec<(u32, HostRow)>> {
        let catalog = self.cube.catalog();
        let named = self.groups(&["host"])?.into_iter().filter(|group| group.rows > 0);
        let mut rows: Vec<(u32, HostRow)> = named
            .filter_map(|group| {
                let index = group.keys[0]?;
                Some((index, HostRow { host: catalog.hosts()[index as usize].0.clone(), errors: group.errors }))
            })
            .collect();
        rows.sort_by(|(_, a), (_, b)| b.errors.cmp(&a.errors).then_with(|| a.host.cmp(&b.host)));
        Ok(rows)
    }
}

/// By class of HTTP status, from the rows by detail.
pub fn status_classes(details: &[DetailRow]) -> Vec<StatusClassRow> {
    let mut classes: BTreeMap<&'static str, u64> = BTreeMap::new();
    for row in details.iter().filter(|row| row.errors > 0) {
        if let Some(class) = row.status.and_then(taxonomy::status_class) {
            *classes.entry(class).or_default() += row.errors;
        }
    }
    let mut rows: Vec<StatusClassRow> =
        classes.into_iter().map(|(class, errors)| StatusClassRow { class: class.to_owned(), errors }).collect();
    rows.sort_by(|a, b| b.errors.cmp(&a.errors).then_with(|| a.class.cmp(&b.class)));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_those_of_the_contract() {
        let change = |errors, previous| {
            let compared = Compared { errors, previous };
            (compared.change(), compared.change_pct())
        };
        assert_eq!(change(170, Some(217)), (Some(-47), Some(-21.66)));
        assert_eq!(change(117, Some(12)), (Some(105), Some(875.0)));
        assert_eq!(change(5, Some(0)), (Some(5), None));
        assert_eq!(change(5, None), (None, None));
        assert_eq!(share(117, 170), 0.688);
        assert_eq!(share(0, 0), 0.0);
    }
}
