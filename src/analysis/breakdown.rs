//! Sums of a period by reason, detail, channel and host, beside those of the period before.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};

use super::{
    Bounds, ChannelRow, DetailRow, HostRow, ReasonRow, StatusClassRow,
    sums::{By, Group, Sums},
};
use crate::{
    error::Result,
    model::{Timestamp, Zone},
    table::{CellSum, Dictionary},
    taxonomy,
};

/// Where a cell lies relative to the period and to the one before it; the order is that of time.
pub mod side {
    pub const EARLIER: usize = 0;
    pub const PREVIOUS: usize = 1;
    pub const BETWEEN: usize = 2;
    pub const PERIOD: usize = 3;
    pub const LATER: usize = 4;
}

/// On which side of a period a cell lies.
pub fn side_of(cell: &CellSum, bounds: &Bounds, previous: Option<&Bounds>) -> usize {
    let at = cell.span.first.0;
    match previous {
        _ if at >= bounds.end => side::LATER,
        _ if at >= bounds.start => side::PERIOD,
        Some(previous) if at >= previous.end => side::BETWEEN,
        Some(previous) if at >= previous.start => side::PREVIOUS,
        _ => side::EARLIER,
    }
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
        // Every sum over a table fits 63 bits, so differences fit 64.
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

/// A line of a breakdown: what it is of, and its sums.
struct Line {
    keys: Vec<Option<u32>>,
    compared: Compared,
    rows: u64,
    previous_rows: u64,
    earlier_rows: u64,
    first: Option<i64>,
    last: Option<i64>,
}

impl Line {
    fn of(group: Group, compares: bool) -> Line {
        let within = |sides: RangeInclusive<usize>| group.sums.iter().filter(move |sum| sides.contains(&sum.bucket));
        let period = || within(side::PERIOD..=side::PERIOD);
        let previous = || within(side::PREVIOUS..=side::PREVIOUS);
        Line {
            compared: Compared {
                errors: period().map(|sum| sum.errors).sum(),
                previous: compares.then(|| previous().map(|sum| sum.errors).sum()),
            },
            rows: period().map(|sum| sum.rows).sum(),
            previous_rows: previous().map(|sum| sum.rows).sum(),
            earlier_rows: within(side::EARLIER..=side::BETWEEN).map(|sum| sum.rows).sum(),
            first: period().map(|sum| sum.first).min(),
            last: period().map(|sum| sum.last).max(),
            keys: group.keys,
        }
    }
}

/// The breakdowns of a period.
pub struct Breakdown<'a> {
    pub names: &'a Dictionary,
    pub zone: Zone,
    /// By [`side`].
    pub sides: Sums<'a>,
    /// The errors of the period and, where it is compared, of the one before.
    pub total: Compared,
    /// Of each channel, whether its inputs hold anything before the period.
    pub has_history: Vec<bool>,
}

impl Breakdown<'_> {
    /// The lines of some keys, without those that neither the period nor the one before has.
    fn lines(&self, keys: &[By]) -> Result<Vec<Line>> {
        let compares = self.total.previous.is_some();
        let lines = self.sides.by(keys)?.into_iter().map(|group| Line::of(group, compares));
        Ok(lines.filter(|line| line.rows > 0 || compares && line.previous_rows > 0).collect())
    }

    fn share(&self, compared: &Compared) -> f64 {
        share(compared.errors, self.total.errors)
    }

    /// By reason.
    pub fn reasons(&self) -> Result<Vec<ReasonRow>> {
        let row = |Line { keys, compared, .. }: Line| ReasonRow {
            reason: self.names.reasons[keys[0].unwrap_or(0) as usize].clone(),
            errors: compared.errors,
            share: self.share(&compared),
            previous_errors: compared.previous,
            change: compared.change(),
            change_pct: compared.change_pct(),
        };
        let mut rows: Vec<ReasonRow> = self.lines(&[By::Reason])?.into_iter().map(row).collect();
        rows.sort_by(|a, b| b.errors.cmp(&a.errors).then_with(|| a.reason.cmp(&b.reason)));
        Ok(rows)
    }

    /// By detail; `windows` has the errors of each reason and detail by window.
    pub fn details(&self, mut windows: BTreeMap<(u32, u32), Vec<u64>>, window_count: usize) -> Result<Vec<DetailRow>> {
        let known = self.of_channels_with_history()?;
        let row = |line: Line| {
            let key = (line.keys[0].unwrap_or(0), line.keys[1].unwrap_or(0));
            let by_window = windows.remove(&key).unwrap_or_else(|| vec![0; window_count]);
            let row = self.detail(&line, key);
            let new = row.new && known.as_ref().is_none_or(|known| known.contains(&key));
            DetailRow { by_window, new, ..row }
        };
        let mut rows: Vec<DetailRow> = self.lines(&[By::Reason, By::Detail])?.into_iter().map(row).collect();
        rows.sort_by(|a, b| b.errors.cmp(&a.errors).then_with(|| (&a.reason, &a.detail).cmp(&(&b.reason, &b.detail))));
        Ok(rows)
    }

    /// The reasons and details that channels with a history have in the period; none where all channels have one. What only
    /// others have is not known to be new.
    fn of_channels_with_history(&self) -> Result<Option<BTreeSet<(u32, u32)>>> {
        if self.has_history.iter().all(|has| *has) {
            return Ok(None);
        }
        if !self.has_history.contains(&true) {
            return Ok(Some(BTreeSet::new()));
        }
        let lines = self.lines(&[By::Channel, By::Reason, By::Detail])?.into_iter().filter(|line| line.rows > 0);
        let of_line = |line: Line| {
            let known = line.keys[0].is_some_and(|channel| self.has_history[channel as usize]);
            known.then_some((line.keys[1].unwrap_or(0), line.keys[2].unwrap_or(0)))
        };
        Ok(Some(lines.filter_map(of_line).collect()))
    }

    /// By channel and detail; `details` are those of all channels together, which say what is new.
    pub fn details_of_channels(&self, details: &[DetailRow]) -> Result<Vec<(Option<String>, DetailRow)>> {
        let new: BTreeSet<(&str, &str)> =
            details.iter().filter(|row| row.new).map(|row| (&*row.reason, &*row.detail)).collect();
        let row = |line: Line| {
            let row = self.detail(&line, (line.keys[1].unwrap_or(0), line.keys[2].unwrap_or(0)));
            let has_history = line.keys[0].is_some_and(|channel| self.has_history[channel as usize]);
            let new = has_history && row.errors > 0 && new.contains(&(&*row.reason, &*row.detail));
            (line.keys[0].and_then(|channel| self.names.channels[channel as usize].clone()), DetailRow { new, ..row })
        };
        let lines = self.lines(&[By::Channel, By::Reason, By::Detail])?;
        let mut rows: Vec<(Option<String>, DetailRow)> = lines.into_iter().map(row).collect();
        rows.sort_by(|(channel, a), (other, b)| {
            b.errors.cmp(&a.errors).then_with(|| (&a.reason, &a.detail, channel).cmp(&(&b.reason, &b.detail, other)))
        });
        Ok(rows)
    }

    /// A reason and detail, without its windows.
    fn detail(&self, line: &Line, (reason, detail): (u32, u32)) -> DetailRow {
        let time = |millis: Option<i64>| millis.map(|millis| self.zone.time(Timestamp(millis)));
        let (reason, detail) =
            (self.names.reasons[reason as usize].clone(), self.names.details[detail as usize].clone());
        DetailRow {
            status: taxonomy::status(&reason, &detail),
            known: taxonomy::is_known(&reason, &detail),
            errors: line.compared.errors,
            share: self.share(&line.compared),
            previous_errors: line.compared.previous,
            change: line.compared.change(),
            change_pct: line.compared.change_pct(),
            first_seen: time(line.first),
            last_seen: time(line.last),
            new: line.rows > 0 && line.earlier_rows == 0,
            by_window: Vec::new(),
            reason,
            detail,
        }
    }

    /// By channel; `windows` has the errors of each by window, `reasons` are those of the period.
    pub fn channels(
        &self,
        mut windows: BTreeMap<u32, Vec<u64>>,
        window_count: usize,
        reasons: &[ReasonRow],
    ) -> Result<Vec<ChannelRow>> {
        let mut by_reason: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
        for Line { keys, compared, .. } in self.lines(&[By::Channel, By::Reason])? {
            let (Some(channel), Some(reason)) = (keys[0], keys[1]) else { continue };
            let reason = &self.names.reasons[reason as usize];
            let sums = by_reason.entry(channel).or_insert_with(|| vec![0; reasons.len()]);
            if let Some(place) = reasons.iter().position(|row| row.reason == *reason) {
                sums[place] = compared.errors;
            }
        }
        let row = |Line { keys, compared, .. }: Line| {
            let channel = keys[0]?;
            Some(ChannelRow {
                channel: self.names.channels[channel as usize].clone(),
                errors: compared.errors,
                share: self.share(&compared),
                previous_errors: compared.previous,
                change: compared.change(),
                change_pct: compared.change_pct(),
                at_least: false,
                by_window: windows.remove(&channel).unwrap_or_else(|| vec![0; window_count]),
                by_reason: by_reason.remove(&channel).unwrap_or_else(|| vec![0; reasons.len()]),
            })
        };
        let mut rows: Vec<ChannelRow> = self.lines(&[By::Channel])?.into_iter().filter_map(row).collect();
        rows.sort_by(|a, b| b.errors.cmp(&a.errors).then_with(|| a.channel.cmp(&b.channel)));
        Ok(rows)
    }

    /// By webhook host, where the inputs name it.
    pub fn hosts(&self) -> Result<Vec<HostRow>> {
        let row = |Line { keys, compared, .. }: Line| {
            Some(HostRow { host: self.names.hosts[keys[0]? as usize].0.clone(), errors: compared.errors })
        };
        let named = self.lines(&[By::Host])?.into_iter().filter(|line| line.rows > 0);
        let mut rows: Vec<HostRow> = named.filter_map(row).collect();
        rows.sort_by(|a, b| b.errors.cmp(&a.errors).then_with(|| a.host.cmp(&b.host)));
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
