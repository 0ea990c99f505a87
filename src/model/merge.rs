//! The one rule by which sources become one truth: for each key the larger of their sums counts.
//!
//! Exports are snapshots of one log, so two that tell of the same key tell of the same errors; the later one may know
//! of more. The larger of two is commutative and associative, so the order of sources never matters, and a result can
//! be merged on. Rows of exports are added: they say how much was read.

use std::cmp::Ordering;

/// What one source tells of a key. What is no part of the key, such as the host, may divide it into several entries.
pub trait Mergeable: Clone {
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
pub fn merged<E: Mergeable>(mut lists: Vec<Vec<E>>) -> Option<Vec<E>> {
    // Pairs of pairs, so that thousands of small sources (mails) cost no more than their rows.
    while lists.len() > 1 {
        let mut next = Vec::with_capacity(lists.len().div_ceil(2));
        let mut rest = lists.into_iter();
        while let Some(one) = rest.next() {
            next.push(match rest.next() {
                Some(other) => side_by_side(one, other, larger)?,
                None => one,
            });
        }
        lists = next;
    }
    Some(lists.pop().unwrap_or_default())
}

/// What finer sources make together and what coarser ones do, both sorted by one key: of each key that with more errors,
/// and of equal ones the finer. `None` where rows leave 63 bits.
pub fn folded<E: Mergeable>(finer: Vec<E>, coarser: Vec<E>) -> Option<Vec<E>> {
    side_by_side(finer, coarser, |finer, coarser| {
        let (winner, loser) = if errors(coarser) > errors(finer) { (coarser, finer) } else { (finer, coarser) };
        loser.iter().try_for_each(|entry| winner[0].join(entry, false))?;
        Some(winner)
    })
}

type Pick<E> = for<'a> fn(&'a mut [E], &'a mut [E]) -> Option<&'a mut [E]>;

fn side_by_side<E: Mergeable>(mut one: Vec<E>, mut other: Vec<E>, pick: Pick<E>) -> Option<Vec<E>> {
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
            Ordering::Equal => result.extend_from_slice(pick(first_key(&mut one), first_key(&mut other))?),
        }
    }
}

/// Takes the entries of the first key off the list.
fn first_key<'a, E: Mergeable>(list: &mut &'a mut [E]) -> &'a mut [E] {
    let length = list.iter().take_while(|entry| entry.key_order(&list[0]).is_eq()).count();
    list.split_off_mut(..length).unwrap_or_default()
}

fn errors<E: Mergeable>(entries: &[E]) -> u128 {
    entries.iter().map(|entry| u128::from(entry.errors())).sum()
}

/// Of what two sources tell of one key, that with more errors, then that which names hosts for more of them; the content
/// decides the rest. The rows of both are joined: entry by entry where they tell the same, else at the first.
fn larger<'a, E: Mergeable>(one: &'a mut [E], other: &'a mut [E]) -> Option<&'a mut [E]> {
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
