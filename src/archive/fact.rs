//! Rows in the form in which they are sorted and compared: what repeats is kept once.

use std::{cmp::Ordering, collections::HashSet, hash::Hash, rc::Rc};

use super::partition::Month;
use crate::{
    error::{Error, Result},
    model::{Channel, HostLabel, Origin, Precision, Row, Timestamp},
};

/// Everything of a row but its time and its numbers. The order is that of rows at one time, the host last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind {
    pub channel: Channel,
    pub precision: Precision,
    pub reason: String,
    pub detail: String,
    pub origin: Origin,
    pub host: Option<HostLabel>,
}

impl Kind {
    fn key(&self) -> (&Channel, Precision, &str, &str, Origin) {
        (&self.channel, self.precision, &self.reason, &self.detail, self.origin)
    }
}

/// A row: 40 bytes, and its kind shared with all rows of that kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    pub time: Timestamp,
    pub end: Timestamp,
    pub kind: Rc<Kind>,
    pub errors: u64,
    pub rows: u64,
}

impl Fact {
    /// The order in which rows are stored: channel, time, then kind.
    pub fn order(&self, other: &Fact) -> Ordering {
        if Rc::ptr_eq(&self.kind, &other.kind) {
            return self.time.cmp(&other.time);
        }
        self.kind
            .channel
            .cmp(&other.kind.channel)
            .then_with(|| self.time.cmp(&other.time))
            .then_with(|| self.kind.cmp(&other.kind))
    }

    /// The order of exact keys: as [`Fact::order`], without the host.
    pub fn key_order(&self, other: &Fact) -> Ordering {
        if Rc::ptr_eq(&self.kind, &other.kind) {
            return self.time.cmp(&other.time);
        }
        self.kind
            .channel
            .cmp(&other.kind.channel)
            .then_with(|| self.time.cmp(&other.time))
            .then_with(|| self.kind.key().cmp(&other.kind.key()))
    }

    /// The fact as a row.
    pub fn to_row(&self) -> Row {
        Row {
            time: self.time,
            end: self.end,
            precision: self.kind.precision,
            channel: self.kind.channel.clone(),
            reason: self.kind.reason.clone(),
            detail: self.kind.detail.clone(),
            host: self.kind.host.clone(),
            origin: self.kind.origin,
            errors: self.errors,
            rows: self.rows,
        }
    }

    /// The month whose partition holds it.
    pub fn month(&self) -> Month {
        Month::of(self.time)
    }
}

/// Every kind met so far, each once.
#[derive(Debug, Default)]
pub struct Kinds {
    known: HashSet<Rc<Kind>>,
    /// Rows of one kind come in runs.
    last: Option<Rc<Kind>>,
}

impl Kinds {
    /// The row as a fact.
    pub fn fact(&mut self, row: &Row) -> Fact {
        let kind = match &self.last {
            Some(last) if same(last, row) => Rc::clone(last),
            _ => self.intern(Kind {
                channel: row.channel.clone(),
                precision: row.precision,
                reason: row.reason.clone(),
                detail: row.detail.clone(),
                origin: row.origin,
                host: row.host.clone(),
            }),
        };
        Fact { time: row.time, end: row.end, kind, errors: row.errors, rows: row.rows }
    }

    fn intern(&mut self, kind: Kind) -> Rc<Kind> {
        let kind = match self.known.get(&kind) {
            Some(known) => Rc::clone(known),
            None => {
                let kind = Rc::new(kind);
                self.known.insert(Rc::clone(&kind));
                kind
            }
        };
        self.last = Some(Rc::clone(&kind));
        kind
    }
}

fn same(kind: &Kind, row: &Row) -> bool {
    kind.detail == row.detail
        && kind.reason == row.reason
        && kind.host == row.host
        && kind.channel == row.channel
        && kind.precision == row.precision
        && kind.origin == row.origin
}

/// Sorts the rows of one source and adds up those that differ in nothing but their numbers.
///
/// # Errors
/// Where a sum leaves 63 bits, which is what a column of the archive holds.
pub fn summed(mut facts: Vec<Fact>) -> Result<Vec<Fact>> {
    facts.sort_unstable_by(Fact::order);
    let mut sums: Vec<Fact> = Vec::with_capacity(facts.len());
    for fact in facts {
        match sums.last_mut() {
            Some(last) if last.order(&fact).is_eq() => {
                last.errors = add(last.errors, fact.errors)?;
                last.rows = add(last.rows, fact.rows)?;
                last.end = last.end.max(fact.end);
            }
            _ => sums.push(fact),
        }
    }
    for fact in &sums {
        add(fact.errors, 0)?;
        add(fact.rows, 0)?;
    }
    Ok(sums)
}

/// The sum, if a signed column holds it.
///
/// # Errors
/// Where it leaves 63 bits.
pub fn add(a: u64, b: u64) -> Result<u64> {
    a.checked_add(b).filter(|sum| i64::try_from(*sum).is_ok()).ok_or_else(|| Error::new("error.overflow"))
}
