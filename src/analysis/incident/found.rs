//! Stretches of several classes brought together, and measured.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{
    class::{Channel, Class},
    clock::HOUR,
    stretch::{Stretch, between},
};
use crate::{
    model::{CELL_MILLIS, Precision},
    table::{Label, Table},
};

/// Classes that begin to fail within so many cells, a quarter of an hour, are one incident ...
const TOGETHER: u32 = 3;
/// ... and so are those of which one holds so much of the other.
const HELD: (u32, u32) = (9, 10);
/// A detail leads, and so tells onset and end, if it has so much of the errors of its class: what is rarer came before or
/// stayed behind.
const LEADING: u64 = 20;

/// An incident.
#[derive(Clone, Debug)]
pub struct Found {
    pub label: Label,
    /// Its first cell and the one behind its last, of all classes.
    pub start: u32,
    pub end: u32,
    /// Its classes, the leading one first: the one with the most errors.
    pub classes: Vec<ClassErrors>,
    /// Start of the first row and end of the last one of the leading details, in milliseconds since 1970-01-01T00:00:00Z.
    pub first: i64,
    pub last: i64,
    /// What it consists of, the most first.
    pub made_of: Vec<Made>,
    /// Up to where the channel had no other incident behind it: a cell.
    pub alone_until: u32,
    /// The most errors in an hour from its end to there.
    pub most_after: u64,
    /// Whether the data hold anything to compare it with.
    pub comparable: bool,
}

/// Errors of one class, and of each five minutes from the first cell of the incident on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassErrors {
    pub class: Class,
    pub errors: u64,
    pub cells: Vec<u64>,
}

/// Errors of one reason and detail, as indices of the dictionary, with the exact times of the first and last row.
#[derive(Clone, Copy, Debug)]
pub struct Made {
    pub class: Class,
    pub reason: u32,
    pub detail: u32,
    pub errors: u64,
    pub first: i64,
    pub last: i64,
}

impl Found {
    /// First cell's start and last cell's end in milliseconds since 1970-01-01T00:00:00Z.
    pub fn bounds(&self) -> (i64, i64) {
        (i64::from(self.start) * CELL_MILLIS, i64::from(self.end) * CELL_MILLIS)
    }

    pub fn errors(&self) -> u64 {
        self.classes.iter().map(|of| of.errors).sum()
    }

    /// The cell with the most errors, and how many; the first of equal ones.
    pub fn peak(&self) -> (u32, u64) {
        let errors = |cell: u32| self.classes.iter().map(|of| of.cells[(cell - self.start) as usize]).sum::<u64>();
        let cells = (self.start..self.end).map(|cell| (cell, errors(cell)));
        cells.max_by_key(|(cell, errors)| (*errors, Reverse(*cell))).unwrap_or((self.start, 0))
    }
}

/// The incidents of a channel in the order of time, from the stretches of its classes.
pub fn found(
    table: &Table,
    classes: &[Option<Class>],
    channel: &Channel,
    of: Vec<(Class, Stretch, bool)>,
) -> Vec<Found> {
    let mut found: Vec<Found> =
        together(of).into_iter().map(|group| measured(table, classes, channel.label, &group)).collect();
    found.sort_by_key(|found| (found.start, found.first));
    let ends: Vec<(u32, u32)> = found.iter().map(|found| (found.start, found.end)).collect();
    for i in 0..found.len() {
        let end = ends[i].1;
        let others = ends.iter().enumerate().filter(|(j, other)| *j != i && other.1 > end);
        let found = &mut found[i];
        found.alone_until = others.map(|(_, other)| other.0).min().unwrap_or(channel.clock.end).max(end);
        found.most_after = most_in_an_hour(channel, end, found.alone_until);
    }
    found
}

/// Groups of stretches, each with the leading one first.
fn together(mut of: Vec<(Class, Stretch, bool)>) -> Vec<Vec<(Class, Stretch, bool)>> {
    of.sort_by_key(|(class, stretch, _)| (Reverse(stretch.errors), stretch.start, *class));
    let mut groups: Vec<Vec<(Class, Stretch, bool)>> = Vec::new();
    for one in of {
        let is_one = |leading: &Stretch| {
            let both = leading.end.min(one.1.end).saturating_sub(leading.start.max(one.1.start));
            let shorter = (leading.end - leading.start).min(one.1.end - one.1.start);
            let together = leading.start.abs_diff(one.1.start) <= TOGETHER;
            both > 0 && (together || both * HELD.1 >= shorter * HELD.0)
        };
        match groups.iter_mut().find(|group| is_one(&group[0].1)) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups
}

/// An incident with its numbers: the errors of each class while the leading class or itself was failing.
fn measured(table: &Table, classes: &[Option<Class>], label: Label, group: &[(Class, Stretch, bool)]) -> Found {
    let (leading_class, leading, comparable) = group[0];
    let mut failing: BTreeMap<Class, (u32, u32)> = BTreeMap::new();
    for (class, stretch, _) in group {
        let of_class = failing.entry(*class).or_insert((leading.start, leading.end));
        *of_class = (of_class.0.min(stretch.start), of_class.1.max(stretch.end));
    }
    let start = failing.values().map(|of| of.0).min().unwrap_or(leading.start);
    let end = failing.values().map(|of| of.1).max().unwrap_or(leading.end);
    let mut of_class: BTreeMap<Class, Vec<u64>> =
        failing.keys().map(|class| (*class, vec![0; (end - start) as usize])).collect();
    let mut made_of: BTreeMap<(u32, u32), Made> = BTreeMap::new();
    let bounds = [start, end].map(|cell| i64::from(cell) * CELL_MILLIS);
    for cell in table.cells().between(bounds[0], bounds[1]).iter().filter(|cell| cell.errors > 0) {
        let kind = table.names.kinds[cell.kind.0 as usize];
        let Some(class) = classes[cell.kind.0 as usize].filter(|_| kind.channel == label) else { continue };
        let of = failing.get(&class).filter(|(start, end)| (*start..*end).contains(&cell.start.0));
        let (Some(_), Some(cells)) = (of, of_class.get_mut(&class)) else { continue };
        cells[(cell.start.0 - start) as usize] += cell.errors;
        let span = (cell.span.first.0, cell.span.last.0);
        let new = Made { class, reason: kind.reason, detail: kind.detail, errors: 0, first: span.0, last: span.1 };
        let made = made_of.entry((kind.reason, kind.detail)).or_insert(new);
        (made.first, made.last) = (made.first.min(span.0), made.last.max(span.1));
        made.errors += cell.errors;
    }
    let errors = |(class, cells): (Class, Vec<u64>)| ClassErrors { class, errors: cells.iter().sum(), cells };
    let mut classes: Vec<ClassErrors> = of_class.into_iter().map(errors).collect();
    classes.sort_by_key(|of| (of.class != leading_class, Reverse(of.errors)));
    let mut made_of: Vec<Made> = made_of.into_values().collect();
    let name = |made: &Made| (&table.names.reasons[made.reason as usize], &table.names.details[made.detail as usize]);
    made_of.sort_by(|a, b| (Reverse(a.errors), name(a)).cmp(&(Reverse(b.errors), name(b))));
    let leads = |made: &&Made| made.class == leading_class && made.errors * LEADING >= classes[0].errors;
    let first = made_of.iter().filter(leads).map(|made| made.first).min().unwrap_or(bounds[0]);
    let mut last = made_of.iter().filter(leads).map(|made| made.last).max().unwrap_or(bounds[1]);
    // A row that tells five minutes or an hour stands for all of it.
    let precision = table.precision();
    if precision >= Precision::FiveMinutes {
        last += precision.millis();
    }
    Found { label, start, end, classes, first, last, made_of, alone_until: end, most_after: 0, comparable }
}

/// The most errors of a channel in an hour, counted in whole hours from one cell to another.
fn most_in_an_hour(channel: &Channel, start: u32, end: u32) -> u64 {
    let mut hours: BTreeMap<u32, u64> = BTreeMap::new();
    for (cell, errors) in channel.classes.values().flat_map(|series| between(series, start, end)) {
        *hours.entry((cell - start) / HOUR).or_default() += errors;
    }
    hours.into_values().max().unwrap_or(0)
}
