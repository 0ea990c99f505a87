//! The one rule by which sources become one truth: for each key the larger of their sums counts.
//!
//! Exports are snapshots of one log, so two that tell of the same key tell of the same errors; the later one may know
//! of more. The larger of two is commutative and associative, so the order of sources never matters, and a result can
//! be merged on. Rows of exports are added: they say how much was read.

use std::cmp::Ordering;

/// What one source tells of a key. What is no part of the key, such as the host, may divide it into several entries.
pub trait Entry: Clone {
    /// The order of keys.
    fn key_order(&self, other: &Self) -> Ordering;
    /// The order of what is compared where the sums are equal.
    fn content_order(&self, other: &Self) -> Ordering;
    fn errors(&self) -> u64;
    fn is_hosted(&self) -> bool;
    /// Takes over the rows that another source counts, and whatever else is not compared; `alike` where it tells the same
    /// entry. `None` where rows leave 63 bits.
    fn join(&mut self, other: &Self, alike: bool) -> Option<()>;
}

/// The larger of the sources, key by key. Each list is sorted by key, the entries of a key by what divides them, each
/// once; so is the result. `None` where rows leave 63 bits.
pub fn merged<E: Entry>(mut lists: Vec<Vec<E>>) -> Option<Vec<E>> {
    // Pairs of pairs, so that thousands of small sources (mails) cost no more than their rows.
    while lists.len() > 1 {
        let mut next = Vec::with_capacity(lists.len().div_ceil(2));
        let mut rest = lists.into_iter();
        while let Some(one) = rest.next() {
            next.push(match rest.next() {
                Some(other) => side_by_side(one, other)?,
                None => one,
            });
        }
        lists = next;
    }
    Some(lists.pop().unwrap_or_default())
}

fn side_by_side<E: Entry>(mut one: Vec<E>, mut other: Vec<E>) -> Option<Vec<E>> {
    let mut result = Vec::with_capacity(one.len().max(other.len()));
    let (mut one, mut other) = (one.as_mut_slice(), other.as_mut_slice());
    loop {
        let order = match (one.first(), other.first()) {
            (None, None) => return Some(result),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => a.key_order(b),
        };
        match order {
            Ordering::Less => result.extend_from_slice(first_key(&mut one)),
            Ordering::Greater => result.extend_from_slice(first_key(&mut other)),
            Ordering::Equal => result.extend_from_slice(larger(first_key(&mut one), first_key(&mut other))?),
        }
    }
}

/// Takes the entries of the first key off the list.
fn first_key<'a, E: Entry>(list: &mut &'a mut [E]) -> &'a mut [E] {
    let length = list.iter().take_while(|entry| entry.key_order(&list[0]).is_eq()).count();
    list.split_off_mut(..length).unwrap_or_default()
}

/// Of what two sources tell of one key, that with more errors, then that which names hosts for more of them; the content
/// decides the rest. The rows of both are joined: entry by entry where they tell the same, else at the first.
pub fn larger<'a, E: Entry>(one: &'a mut [E], other: &'a mut [E]) -> Option<&'a mut [E]> {
    let errors = |entries: &[E]| entries.iter().map(|entry| u128::from(entry.errors())).sum::<u128>();
    let hosted = |entries: &[E]| -> u128 {
        entries.iter().filter(|entry| entry.is_hosted()).map(|entry| u128::from(entry.errors())).sum()
    };
    let content = |a: &[E], b: &[E]| {
        let differing = a.iter().zip(b).map(|(a, b)| a.content_order(b)).find(|order| order.is_ne());
        differing.unwrap_or_else(|| a.len().cmp(&b.len()))
    };
    let order =
        errors(one).cmp(&errors(other)).then_with(|| hosted(one).cmp(&hosted(other))).then_with(|| content(other, one));
    let (winner, loser) = if order.is_lt() { (other, one) } else { (one, other) };
    for (index, entry) in loser.iter().enumerate() {
        winner[if order.is_eq() { index } else { 0 }].join(entry, order.is_eq())?;
    }
    Some(winner)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::fact::{Fact, Kinds, summed},
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

    /// Host, errors and rows of the entries of the only key.
    fn entries(lists: Vec<Vec<Fact>>) -> Vec<(Option<String>, u64, u64)> {
        let host = |fact: &Fact| fact.kind.host.as_ref().map(|host| host.0.clone());
        merged(lists).unwrap().iter().map(|fact| (host(fact), fact.errors, fact.rows)).collect()
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
            prop_assert_eq!(merged(slices).unwrap(), source(&log));
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
            let whole = merged(lists.clone()).unwrap();
            let reversed: Vec<Vec<Fact>> = lists.iter().rev().cloned().collect();
            prop_assert_eq!(&merged(reversed).unwrap(), &whole);
            let mut stepwise = Vec::new();
            for list in &lists {
                stepwise = merged(vec![stepwise, list.clone()]).unwrap();
            }
            prop_assert_eq!(&stepwise, &whole);
            let rows: u64 = sources.iter().flatten().map(|(.., rows)| rows).sum();
            prop_assert_eq!(whole.iter().map(|fact| fact.rows).sum::<u64>(), rows);
        }
    }
}
