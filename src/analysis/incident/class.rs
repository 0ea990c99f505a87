//! Failure classes, and the errors of each channel by class.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::clock::{Clock, DAY};
use crate::{
    model::{CELL_MILLIS, CellStart, Kind, Origin, Precision, Timestamp, Zone},
    table::{Dictionary, Known, Label, Table},
    taxonomy,
};

/// A silence of the channel of so many cells, a week, says nothing of what is usual ...
const SILENCE: u32 = 7 * DAY;
/// ... if so many days have errors: a busy channel is not silent for a week, its exports or its statistics are missing.
const DAYS_WITH_ERRORS: usize = 14;

/// What fails together has one cause more often than not, whatever its detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub enum Class {
    #[serde(rename = "5xx")]
    ServerErrors,
    #[serde(rename = "4xx")]
    ClientErrors,
    /// Statuses that are neither.
    #[serde(rename = "other_status")]
    OtherStatuses,
    #[serde(rename = "request_timeout")]
    Timeouts,
    #[serde(rename = "could_not_connect")]
    ConnectionErrors,
    /// And reasons that LINE has not published.
    #[serde(rename = "unclassified")]
    Unclassified,
}

impl Class {
    /// The class of a reason and a detail in canonical form.
    pub fn of(reason: &str, detail: &str) -> Class {
        match (reason, taxonomy::status(reason, detail).map(|status| status / 100)) {
            (_, Some(5)) => Class::ServerErrors,
            (_, Some(4)) => Class::ClientErrors,
            (taxonomy::ERROR_STATUS_CODE, _) => Class::OtherStatuses,
            ("request_timeout", _) => Class::Timeouts,
            ("could_not_connect", _) => Class::ConnectionErrors,
            _ => Class::Unclassified,
        }
    }

    /// The class of each kind; none of what mails tell: their times say nothing of how errors are spread.
    pub fn of_kinds(names: &Dictionary) -> Vec<Option<Class>> {
        let class = |kind: &Kind| {
            let error = names.attributes(kind);
            (kind.origin == Origin::Export).then(|| Class::of(error.reason, error.detail))
        };
        names.kinds.iter().map(class).collect()
    }
}

/// Errors of one class, and of each five minutes from the first cell of the incident on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassErrors {
    pub class: Class,
    pub errors: u64,
    pub cells: Vec<u64>,
    /// As `cells`, of the period alone, whose edges may lie inside of five minutes.
    pub inside: Vec<u64>,
}

impl ClassErrors {
    /// Errors of each five minutes, of all classes.
    pub fn sums(classes: &[ClassErrors]) -> Vec<u64> {
        let cells = classes.iter().map(|of| of.cells.len()).max().unwrap_or(0);
        let errors =
            |cell| classes.iter().filter_map(|of| of.cells.get(cell)).fold(0, |a: u64, b| a.saturating_add(*b));
        (0..cells).map(errors).collect()
    }
}

/// The errors of one channel.
pub struct Channel {
    pub label: Label,
    pub clock: Clock,
    /// Errors by cell, in the order of time, zeros left out.
    pub classes: BTreeMap<Class, Vec<(u32, u64)>>,
}

/// The errors of exports by channel and class up to a moment, in the order of the labels; days are those of the zone.
pub fn channels(table: &Table, classes: &[Option<Class>], zone: &Zone, now: Timestamp) -> Vec<Channel> {
    let kinds = &table.names.kinds;
    // Per kind rather than per cell: cells come in millions.
    let all = kinds.iter().zip(classes).filter_map(|(kind, class)| Some((kind.channel, (*class)?)));
    let all: Vec<(Label, Class)> = all.collect::<BTreeSet<_>>().into_iter().collect();
    let place = |(kind, class): (&Kind, &Option<Class>)| all.binary_search(&(kind.channel, (*class)?)).ok();
    let places: Vec<Option<usize>> = kinds.iter().zip(classes).map(place).collect();
    let mut lists: Vec<Vec<(u32, u64)>> = vec![Vec::new(); all.len()];
    for cell in table.cells().between(0, now.0).iter().filter(|cell| cell.errors > 0) {
        let Some(place) = places[cell.kind.0 as usize] else { continue };
        match lists[place].last_mut() {
            Some((start, errors)) if *start == cell.start.0 => *errors += cell.errors,
            _ => lists[place].push((cell.start.0, cell.errors)),
        }
    }
    let of_hours = all.iter().map(|(label, _)| step(table, *label) >= Precision::Hour.millis());
    lists.iter_mut().zip(of_hours).filter(|(_, of_hours)| *of_hours).for_each(|(list, _)| *list = spread(list));
    let mut channels: BTreeMap<Label, BTreeMap<Class, Vec<(u32, u64)>>> = BTreeMap::new();
    for ((label, class), list) in all.into_iter().zip(lists).filter(|(_, list)| !list.is_empty()) {
        channels.entry(label).or_default().insert(class, list);
    }
    let channel = |(label, classes)| Channel { label, clock: clock(table, label, &classes, (zone, now)), classes };
    channels.into_iter().map(channel).collect()
}

/// Errors of which only the hour is known, evenly over it.
fn spread(list: &[(u32, u64)]) -> Vec<(u32, u64)> {
    let hour = |same: &[(u32, u64)]| {
        let (first, errors) = (same[0].0 / 12 * 12, same.iter().map(|(_, errors)| errors).sum::<u64>());
        (0..12).map(move |i| (first + i, errors / 12 + u64::from(u64::from(i) < errors % 12)))
    };
    let hours = list.chunk_by(|a, b| a.0 / 12 == b.0 / 12).flat_map(hour);
    hours.filter(|(_, errors)| *errors > 0).collect()
}

/// How exact the times of day of a channel's inputs are, in milliseconds.
pub fn step(table: &Table, label: Label) -> i64 {
    let extents = Known::of(&table.known, label).into_iter().flat_map(|known| &known.extents);
    let steps = extents.filter(|(_, extent)| extent.rows.is_some()).map(|(_, extent)| extent.step);
    steps.filter(|step| *step < Precision::Day.millis()).max().unwrap_or(0)
}

/// The time that a channel is judged in: from its first error to the end of what is known, or to the moment of the report.
fn clock(
    table: &Table,
    label: Label,
    classes: &BTreeMap<Class, Vec<(u32, u64)>>,
    (zone, now): (&Zone, Timestamp),
) -> Clock {
    let mut cells: Vec<u32> = classes.values().flatten().map(|(cell, _)| *cell).collect();
    // Stable, for it finds the runs that are sorted already: those of the classes.
    cells.sort();
    let known = Known::of(&table.known, label);
    let until = known.and_then(Known::until).map_or(0, |until| until.min(now).cell().0);
    let (first, end) = (cells[0], cells[cells.len() - 1] + 1);
    let days = cells.chunk_by(|a, b| a / DAY == b / DAY).count();
    let silences = cells.windows(2).filter(|pair| days >= DAYS_WITH_ERRORS && pair[1] - pair[0] > SILENCE);
    let gaps = known.into_iter().flat_map(|known| &known.gaps);
    let gaps = gaps.map(|(from, until)| ((from / CELL_MILLIS) as u32, (until / CELL_MILLIS) as u32));
    let mut unknown: Vec<(u32, u32)> = silences.map(|pair| (pair[0] + 1, pair[1])).chain(gaps).collect();
    unknown.sort_unstable();
    let ahead = |cell: u32| {
        let offset = zone.local(CellStart(cell).timestamp()).offset().local_minus_utc();
        (i64::from(offset) * 1000 / CELL_MILLIS) as i32
    };
    Clock::new(first, end.max(until), unknown, zone.fixed_seconds().is_some(), ahead)
}
