//! Rows in the form in which they are sorted and merged: what repeats is kept once.

use std::{cmp::Ordering, collections::HashSet, rc::Rc};

use super::{
    merge::{self, Entry},
    partition::Month,
};
use crate::{
    error::{Error, Result},
    model::{Channel, HostLabel, Origin, Row, Timestamp},
};

/// A row: 40 bytes, and what repeats, which is shared with all rows of that kind: a row without time and numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    pub time: Timestamp,
    pub end: Timestamp,
    pub kind: Rc<Row>,
    pub errors: u64,
    pub rows: u64,
}

impl Entry for Fact {
    fn key_order(&self, other: &Fact) -> Ordering {
        if Rc::ptr_eq(&self.kind, &other.kind) {
            return self.time.cmp(&other.time);
        }
        let (a, b) = (&*self.kind, &*other.kind);
        fn name(row: &Row) -> Option<&str> {
            row.channel.name.as_deref().filter(|_| row.channel.id.is_none())
        }
        (&a.channel.id, name(a))
            .cmp(&(&b.channel.id, name(b)))
            .then_with(|| self.time.cmp(&other.time))
            .then_with(|| a.precision.cmp(&b.precision))
            .then_with(|| a.reason.cmp(&b.reason))
            .then_with(|| a.detail.cmp(&b.detail))
            .then_with(|| a.origin.cmp(&b.origin))
    }

    fn content_order(&self, other: &Fact) -> Ordering {
        let content = |fact: &Fact| (fact.errors, fact.end);
        self.kind.host.cmp(&other.kind.host).then(content(self).cmp(&content(other)))
    }

    fn errors(&self) -> u64 {
        self.errors
    }

    fn is_hosted(&self) -> bool {
        self.kind.host.is_some()
    }

    fn join(&mut self, other: &Fact, alike: bool) -> Option<()> {
        self.rows = match self.kind.origin {
            Origin::Export => self.rows.checked_add(other.rows).filter(|sum| i64::try_from(*sum).is_ok())?,
            // The same notification, sent or filed more than once.
            Origin::Mail => self.rows.max(if alike { other.rows } else { 0 }),
        };
        // Of two names of one moment the first in order is a channel's, whichever source has the larger sum.
        let (own, others) = (&self.kind.channel.name, &other.kind.channel.name);
        if others.is_some() && (own.is_none() || others < own) {
            let channel = Channel { name: others.clone(), ..self.kind.channel.clone() };
            self.kind = Rc::new(Row { channel, ..(*self.kind).clone() });
        }
        Some(())
    }
}

impl Fact {
    /// What divides the rows of one key: a renamed channel's name, and the host.
    fn dividing(&self) -> (&Option<HostLabel>, &Option<String>) {
        (&self.kind.host, &self.kind.channel.name)
    }

    /// The order in which rows are stored: channel, time, then kind.
    fn order(&self, other: &Fact) -> Ordering {
        self.key_order(other).then_with(|| self.dividing().cmp(&other.dividing()))
    }

    /// The fact as a row.
    pub fn to_row(&self) -> Row {
        let Fact { time, end, errors, rows, .. } = *self;
        Row { time, end, errors, rows, ..(*self.kind).clone() }
    }

    /// The month whose partition holds it.
    pub fn month(&self) -> Month {
        Month::of(self.time)
    }
}

/// Every kind met so far, each once.
#[derive(Debug, Default)]
pub struct Kinds {
    known: HashSet<Rc<Row>>,
    /// Rows of one kind come in runs.
    last: Option<Rc<Row>>,
}

impl Kinds {
    /// The row as a fact.
    pub fn fact(&mut self, row: &Row) -> Fact {
        let same = |last: &&Rc<Row>| {
            last.detail == row.detail
                && last.reason == row.reason
                && last.host == row.host
                && last.channel == row.channel
                && (last.precision, last.origin) == (row.precision, row.origin)
        };
        let kind = match self.last.as_ref().filter(same) {
            Some(last) => Rc::clone(last),
            None => self.intern(row.clone()),
        };
        Fact { time: row.time, end: row.end, kind, errors: row.errors, rows: row.rows }
    }

    fn intern(&mut self, row: Row) -> Rc<Row> {
        // A host without a name is no host.
        let host = row.host.filter(|host| !host.0.is_empty());
        let kind = Rc::new(Row { time: Timestamp(0), end: Timestamp(0), errors: 0, rows: 0, host, ..row });
        let kind = self.known.get(&kind).map_or(kind, Rc::clone);
        self.known.insert(Rc::clone(&kind));
        self.last = Some(Rc::clone(&kind));
        kind
    }
}

/// Sorts the rows of one source and adds up those that differ in nothing but their numbers; the latest of their ends
/// counts. Fails where a sum leaves 63 bits, which is what a column of the archive holds.
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
    Ok(sums)
}

/// The larger of some sources that are each [`summed`].
pub fn merged(sources: Vec<Vec<Fact>>) -> Result<Vec<Fact>> {
    merge::merged(sources).ok_or_else(|| Error::new("error.overflow"))
}

/// The sum, if it has at most 63 bits.
pub fn add(a: u64, b: u64) -> Result<u64> {
    a.checked_add(b).filter(|sum| i64::try_from(*sum).is_ok()).ok_or_else(|| Error::new("error.overflow"))
}
