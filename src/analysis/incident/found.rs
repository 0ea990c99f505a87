//! Stretches of several classes brought together, and measured.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{
    class::{self, Channel, Class},
    clock::HOUR,
    stretch::{Stretch, between},
};
use crate::{
    model::CELL_MILLIS,
    table::{Label, Table},
};

/// A class that begins to fail within so many cells of the leading one, a quarter of an hour, and ends no later than as
/// many behind it, is of its incident ...
const TOGETHER: u32 = 3;
/// ... and so are two of which one holds so much of the other, and fails no less than it.
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
    /// The most errors of its channel in an hour from its end on; none where another incident follows.
    pub most_after: Option<u64>,
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

/// Stretches of classes that are one incident, the leading one first; and whether there is anything to compare with.
type Group = Vec<(Class, Stretch, bool)>;

/// The incidents of a channel in the order of time, from the stretches of its classes.
pub fn found(table: &Table, classes: &[Option<Class>], channel: &Channel, of: Group) -> Vec<Found> {
    let groups = together(of);
    let mut found: Vec<Found> =
        (0..groups.len()).map(|i| measured(table, classes, channel.label, (&groups, i))).collect();
    found.sort_by_key(|found| (found.start, found.first));
    let last_end = found.iter().map(|found| found.end).max();
    for found in found.iter_mut().filter(|found| Some(found.end) == last_end) {
        found.most_after = Some(most_in_an_hour(channel, found.end));
    }
    found
}

/// Groups of stretches, each with the leading one first.
fn together(mut of: Group) -> Vec<Group> {
    of.sort_by_key(|(class, stretch, _)| (Reverse(stretch.errors), stretch.start, *class));
    let mut groups: Vec<Group> = Vec::new();
    for one in of {
        let is_one = |leading: &Stretch| {
            let both = leading.end.min(one.1.end).saturating_sub(leading.start.max(one.1.start));
            let together = leading.start.abs_diff(one.1.start) <= TOGETHER && one.1.end <= leading.end + TOGETHER;
            let (inner, outer) = if one.1.cells() <= leading.cells() { (&one.1, leading) } else { (leading, &one.1) };
            let as_much = outer.errors * u64::from(inner.cells()) >= inner.errors * u64::from(outer.cells());
            both > 0 && (together || as_much && both * HELD.1 >= inner.cells() * HELD.0)
        };
        match groups.iter_mut().find(|group| is_one(&group[0].1)) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups
}

/// An incident of several with its numbers: the errors of each class while the leading class or itself was failing, without
/// those of another incident.
fn measured(table: &Table, classes: &[Option<Class>], label: Label, (groups, of): (&[Group], usize)) -> Found {
    let group = &groups[of];
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
    let others = groups.iter().enumerate().filter(|(i, _)| *i != of).flat_map(|(_, group)| group);
    let others: Vec<_> = others.filter(|(_, other, _)| other.start < end && other.end > start).collect();
    let is_of_another =
        |of: Class, cell: u32| others.iter().any(|(class, other, _)| *class == of && other.contains(cell));
    for cell in table.cells().between(bounds[0], bounds[1]).iter().filter(|cell| cell.errors > 0) {
        let kind = table.names.kinds[cell.kind.0 as usize];
        let Some(class) = classes[cell.kind.0 as usize].filter(|_| kind.channel == label) else { continue };
        let of = failing.get(&class).filter(|(start, end)| (*start..*end).contains(&cell.start.0));
        let (Some(_), Some(cells)) = (of, of_class.get_mut(&class)) else { continue };
        if is_of_another(class, cell.start.0) {
            continue;
        }
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
    let step = class::step(table, label);
    if step >= CELL_MILLIS {
        last += step;
    }
    Found { label, start, end, classes, first, last, made_of, most_after: None, comparable }
}

/// The most errors of a channel in any hour from a cell on.
fn most_in_an_hour(channel: &Channel, start: u32) -> u64 {
    let mut cells: BTreeMap<u32, u64> = BTreeMap::new();
    for (cell, errors) in channel.classes.values().flat_map(|series| between(series, start, channel.clock.end)) {
        *cells.entry(*cell).or_default() += errors;
    }
    let hour = |from: &u32| cells.range(from..&(from + HOUR)).map(|(_, errors)| errors).sum();
    cells.keys().map(hour).max().unwrap_or(0)
}
