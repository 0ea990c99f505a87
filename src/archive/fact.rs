//! Rows in the form in which they are sorted and merged: what repeats is kept once.

use std::{cmp::Ordering, collections::HashSet, rc::Rc};

use super::partition::Month;
use crate::{
    error::{Error, Result},
    model::{
        Channel, HostLabel, Origin, Row, Timestamp,
        merge::{self, Mergeable},
    },
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

impl Mergeable for Fact {
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
        self.kind.host.cmp(&other.kind.host).then(self.errors.cmp(&other.errors))
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
        // A group was still open at one download, and one may have been cut: the latest of their ends counts.
        self.end = self.end.max(other.end);
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
    merge::merged(sources).ok_or_else(Error::overflow)
}

/// The sum, if it has at most 63 bits.
pub fn add(a: u64, b: u64) -> Result<u64> {
    a.checked_add(b).filter(|sum| i64::try_from(*sum).is_ok()).ok_or_else(Error::overflow)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::Precision;

    fn row(second: i64, detail: &str, host: Option<&str>, errors: u64, rows: u64) -> Row {
        Row {
            time: Timestamp(1_790_000_000_000 + second * 1000),
            end: Timestamp(1_790_000_000_000 + second * 1000 + 999),
            precision: Precision::Second,
            channel: Channel::from_stored("shop"),
            reason: "error_status_code".into(),
            detail: detail.into(),
            host: host.map(|host| HostLabel(host.into())),
            origin: Origin::Export,
            errors,
            rows,
        }
    }

    fn source(rows: &[Row]) -> Vec<Fact> {
        let mut kinds = Kinds::default();
        summed(rows.iter().map(|row| kinds.fact(row)).collect()).unwrap()
    }

    fn told(facts: &[Fact]) -> Vec<(i64, Precision, Origin, u64, u64)> {
        let second = |fact: &Fact| (fact.time.0 - 1_790_000_000_000) / 1000;
        let told = |fact: &Fact| (second(fact), fact.kind.precision, fact.kind.origin, fact.errors, fact.rows);
        facts.iter().map(told).collect()
    }

    /// Host, errors and rows of the entries of the only key.
    fn entries(lists: Vec<Vec<Fact>>) -> Vec<(Option<String>, u64, u64)> {
        let host = |fact: &Fact| fact.kind.host.as_ref().map(|host| host.0.clone());
        merge::merged(lists).unwrap().iter().map(|fact| (host(fact), fact.errors, fact.rows)).collect()
    }

    fn host(name: &str) -> Option<String> {
        Some(name.to_owned())
    }

    #[test]
    fn the_sum_over_hosts_is_what_is_compared_and_rows_are_added() {
        let two_hosts = source(&[row(0, "502", Some("a"), 2, 2), row(0, "502", Some("b"), 3, 1)]);
        let one_host = source(&[row(0, "502", Some("b"), 4, 4)]);
        let expected = [(host("a"), 2, 6), (host("b"), 3, 1)];
        assert_eq!(entries(vec![one_host.clone(), two_hosts.clone()]), expected);
        assert_eq!(entries(vec![two_hosts.clone(), one_host]), expected);
        // Told twice alike.
        assert_eq!(entries(vec![two_hosts.clone(), two_hosts]), [(host("a"), 2, 4), (host("b"), 3, 2)]);
    }

    #[test]
    fn an_empty_host_yields_to_a_named_one_of_equal_errors() {
        let named = source(&[row(0, "502", Some("a"), 4, 1)]);
        let unnamed = source(&[row(0, "502", None, 4, 4)]);
        assert_eq!(entries(vec![unnamed.clone(), named.clone()]), [(host("a"), 4, 5)]);
        let more = source(&[row(0, "502", None, 5, 1)]);
        assert_eq!(entries(vec![named, more, unnamed]), [(None, 5, 6)]);
    }

    #[test]
    fn precisions_and_kinds_of_source_stay_side_by_side() {
        let second = row(0, "502", None, 4, 1);
        let day = Row { precision: Precision::Day, ..second.clone() };
        let mail = Row { origin: Origin::Mail, ..second.clone() };
        let lists = [&second, &day, &mail].map(|row| source(std::slice::from_ref(row))).to_vec();
        let side_by_side = [
            (0, Precision::Second, Origin::Export, 4, 1),
            (0, Precision::Second, Origin::Mail, 4, 1),
            (0, Precision::Day, Origin::Export, 4, 1),
        ];
        assert_eq!(told(&merge::merged(lists).unwrap()), side_by_side);
    }

    #[test]
    fn a_source_adds_its_own_rows() {
        let own = source(&[row(0, "502", None, 4, 1), row(0, "502", None, 3, 1)]);
        assert_eq!(told(&own), [(0, Precision::Second, Origin::Export, 7, 2)]);
        let whole = row(0, "502", None, u64::MAX / 2, 1);
        let mut kinds = Kinds::default();
        assert!(summed(vec![kinds.fact(&whole), kinds.fact(&whole)]).is_err());
    }

    #[test]
    fn an_id_is_one_channel_whatever_it_is_called() {
        let called = |name: &str, errors| {
            let channel = Channel { id: Some("1234567890".into()), name: Some(name.into()) };
            Row { channel, ..row(0, "502", None, errors, 1) }
        };
        let renamed = source(&[called("shop", 3), called("store", 4)]);
        let told = |lists| entries(lists).into_iter().map(|(_, errors, rows)| (errors, rows)).collect::<Vec<_>>();
        // Of one source both count, of two the larger.
        assert_eq!(told(vec![renamed.clone()]), [(3, 1), (4, 1)]);
        assert_eq!(told(vec![source(&[called("shop", 3)]), source(&[called("store", 4)])]), [(4, 2)]);
        assert_eq!(told(vec![source(&[called("shop", 6)]), renamed]), [(3, 2), (4, 1)]);
    }

    proptest! {
        /// Slices of one log, cut at its times, in any order and repeated, are the log.
        #[test]
        fn slices_of_a_log_are_the_log(
            log in prop::collection::vec((0_i64..50, 0_usize..3, 0_usize..3, 1_u64..9), 1..200),
            cuts in prop::collection::vec((0_i64..50, 1_i64..50), 0..12),
            order in any::<prop::sample::Index>(),
        ) {
            let (details, hosts) = (["502", "503", ""], [None, Some("https://a"), Some("https://b")]);
            let log: Vec<Row> =
                log.into_iter().map(|(at, detail, host, errors)| row(at, details[detail], hosts[host], errors, 0)).collect();
            let slice = |from: i64, until: i64| -> Vec<Fact> {
                let start = 1_790_000_000_000;
                let inside = |row: &&Row| (from..until).contains(&((row.time.0 - start) / 1000));
                source(&log.iter().filter(inside).cloned().collect::<Vec<_>>())
            };
            let mut slices: Vec<Vec<Fact>> = cuts.iter().map(|(from, length)| slice(*from, from + length)).collect();
            slices.push(slice(0, 20));
            slices.push(slice(13, 50));
            let by = order.index(slices.len());
            slices.rotate_left(by);
            slices.extend(slices.clone().into_iter().rev().step_by(2));
            prop_assert_eq!(merge::merged(slices).unwrap(), source(&log));
        }

        /// Whatever the sources say, their order does not matter, nor what is merged first; and no row is lost.
        #[test]
        fn order_does_not_matter(
            sources in prop::collection::vec(
                prop::collection::vec((0_i64..3, 0_usize..2, 0_usize..3, 0_u64..4, 1_u64..3), 0..12), 1..7),
        ) {
            let hosts = [None, Some("https://a"), Some("https://b")];
            let lists: Vec<Vec<Fact>> = sources
                .iter()
                .map(|rows| {
                    let rows: Vec<Row> = rows
                        .iter()
                        .map(|(at, detail, host, errors, rows)| row(*at, ["502", "503"][*detail], hosts[*host], *errors, *rows))
                        .collect();
                    source(&rows)
                })
                .collect();
            let whole = merge::merged(lists.clone()).unwrap();
            let reversed: Vec<Vec<Fact>> = lists.iter().rev().cloned().collect();
            prop_assert_eq!(&merge::merged(reversed).unwrap(), &whole);
            let mut stepwise = Vec::new();
            for list in &lists {
                stepwise = merge::merged(vec![stepwise, list.clone()]).unwrap();
            }
            prop_assert_eq!(&stepwise, &whole);
            let rows: u64 = sources.iter().flatten().map(|(.., rows)| rows).sum();
            prop_assert_eq!(whole.iter().map(|fact| fact.rows).sum::<u64>(), rows);
        }
    }
}
