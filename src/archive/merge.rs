//! The one rule by which sources become one truth: for each exact key the larger of their sums counts.
//!
//! Exports are snapshots of one log, so two that tell of the same key tell of the same errors; the later one may know
//! of more. The larger of two is commutative, associative and idempotent as long as no two different contents are
//! equal to it, so the order in which sources are added, and how often, never matters.

use std::cmp::Ordering;

use super::fact::{Fact, add};
use crate::error::Result;

/// The larger of the sources, key by key. Each list is sorted and summed as [`super::fact::summed`] leaves it, and so
/// is the result.
///
/// # Errors
/// Where the hosts of one key add up to more than 63 bits.
pub fn merged(mut lists: Vec<Vec<Fact>>) -> Result<Vec<Fact>> {
    // Pairs of pairs, so that thousands of small sources (mails) cost no more than their rows.
    while lists.len() > 1 {
        let mut next = Vec::with_capacity(lists.len().div_ceil(2));
        let mut rest = lists.into_iter();
        while let Some(one) = rest.next() {
            next.push(match rest.next() {
                Some(other) => larger(one, other)?,
                None => one,
            });
        }
        lists = next;
    }
    Ok(lists.pop().unwrap_or_default())
}

fn larger(one: Vec<Fact>, other: Vec<Fact>) -> Result<Vec<Fact>> {
    if one.is_empty() {
        return Ok(other);
    }
    let mut result = Vec::with_capacity(one.len().max(other.len()));
    let (mut one, mut other) = (one.as_slice(), other.as_slice());
    loop {
        let order = match (one.first(), other.first()) {
            (None, None) => return Ok(result),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => a.key_order(b),
        };
        let (a, b) = match order {
            Ordering::Less => (group(&mut one), [].as_slice()),
            Ordering::Greater => ([].as_slice(), group(&mut other)),
            Ordering::Equal => (group(&mut one), group(&mut other)),
        };
        let winner = if b.is_empty() || !a.is_empty() && compare(a, b)?.is_ge() { a } else { b };
        result.extend_from_slice(winner);
    }
}

/// Takes the rows of the first key off the list.
fn group<'a>(list: &mut &'a [Fact]) -> &'a [Fact] {
    let Some(first) = list.first() else { return &[] };
    let length = list.iter().take_while(|fact| fact.key_order(first).is_eq()).count();
    let (group, rest) = list.split_at(length);
    *list = rest;
    group
}

/// Which source's rows of one key count: those with more errors, then those that name hosts for more of them; the
/// content decides the rest.
fn compare(a: &[Fact], b: &[Fact]) -> Result<Ordering> {
    let sum = |facts: &[Fact]| facts.iter().try_fold(0, |sum, fact| add(sum, fact.errors));
    let hosted = |facts: &[Fact]| {
        facts.iter().filter(|fact| fact.kind.host.is_some()).try_fold(0, |sum, fact| add(sum, fact.errors))
    };
    let content = |facts: &[Fact]| -> Vec<_> {
        facts.iter().map(|fact| (fact.kind.host.clone(), fact.errors, fact.rows, fact.end)).collect()
    };
    Ok(sum(a)?.cmp(&sum(b)?).then(hosted(a)?.cmp(&hosted(b)?)).then_with(|| content(b).cmp(&content(a))))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::fact::{Kinds, summed},
        *,
    };
    use crate::model::{Channel, HostLabel, Origin, Precision, Row, Timestamp};

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

    #[test]
    fn the_sum_over_hosts_is_what_is_compared() {
        let two_hosts = source(&[row(0, "502", Some("a"), 2, 2), row(0, "502", Some("b"), 3, 1)]);
        let one_host = source(&[row(0, "502", Some("a"), 4, 1)]);
        assert_eq!(merged(vec![one_host.clone(), two_hosts.clone()]).unwrap(), two_hosts);
        assert_eq!(merged(vec![two_hosts.clone(), one_host]).unwrap(), two_hosts);
    }

    #[test]
    fn an_empty_host_yields_to_a_named_one_of_equal_errors() {
        let named = source(&[row(0, "502", Some("a"), 4, 1)]);
        let unnamed = source(&[row(0, "502", None, 4, 4)]);
        assert_eq!(merged(vec![unnamed.clone(), named.clone()]).unwrap(), named);
        let more = source(&[row(0, "502", None, 5, 1)]);
        assert_eq!(merged(vec![named, more.clone(), unnamed]).unwrap(), more);
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
        assert_eq!(told(&merged(lists).unwrap()), side_by_side);
    }

    #[test]
    fn a_source_adds_its_own_rows() {
        let own = source(&[row(0, "502", None, 4, 1), row(0, "502", None, 3, 1)]);
        assert_eq!(told(&own), [(0, Precision::Second, Origin::Export, 7, 2)]);
        let whole = row(0, "502", None, u64::MAX / 2, 1);
        let mut kinds = Kinds::default();
        assert!(summed(vec![kinds.fact(&whole), kinds.fact(&whole)]).is_err());
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
                log.into_iter().map(|(at, detail, host, errors)| row(at, details[detail], hosts[host], errors, 1)).collect();
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
            prop_assert_eq!(merged(slices).unwrap(), source(&log));
        }

        /// Whatever the sources say, order and repetition do not matter.
        #[test]
        fn neither_order_nor_repetition_matters(
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
            let whole = merged(lists.clone()).unwrap();
            let reversed: Vec<Vec<Fact>> = lists.iter().rev().cloned().collect();
            prop_assert_eq!(&merged(reversed).unwrap(), &whole);
            let mut stepwise = Vec::new();
            for list in lists.iter().chain(&lists) {
                stepwise = merged(vec![stepwise, list.clone()]).unwrap();
            }
            prop_assert_eq!(&stepwise, &whole);
        }
    }
}
