//! What raw cells mean, once they have been met.

use std::{hash::BuildHasher, ops::Range};

use hashbrown::{DefaultHashBuilder, HashTable};

use super::bytes::{self, WINDOW};
use crate::model::KindId;

/// All is forgotten when so many are known: this is a cache, the catalog is the truth.
const MOST: usize = 1 << 16;
/// Slots of the short way; a power of two.
const SLOTS: usize = 1 << 8;

/// Raw cells met so far and what they mean.
///
/// Exports have few kinds, so most look-ups end on the short way: three words of the bytes and their length choose a
/// slot, and one comparison of all bytes decides. Where kinds share a slot, or somebody has chosen them so that they
/// do, the table with its keyed hash answers.
pub(super) struct RawKinds {
    hasher: DefaultHashBuilder,
    known: Vec<(Box<[u8]>, KindId)>,
    /// Indices into `known` by the hash of all bytes.
    table: HashTable<usize>,
    /// What was last asked for at a slot.
    recent: Box<[Recent]>,
}

#[derive(Clone)]
struct Recent {
    /// The first bytes, then zeros.
    head: [u8; WINDOW],
    len: usize,
    /// Index into `known`.
    index: usize,
    kind: KindId,
}

/// Nothing is as long.
const EMPTY: Recent = Recent { head: [0; WINDOW], len: usize::MAX, index: 0, kind: KindId(0) };

impl Default for RawKinds {
    fn default() -> Self {
        RawKinds {
            hasher: DefaultHashBuilder::default(),
            known: Vec::new(),
            table: HashTable::new(),
            recent: Box::default(),
        }
    }
}

impl RawKinds {
    /// The kind of these bytes of a text, if they were met before. Quicker where more text follows them.
    #[inline(always)]
    pub fn get(&mut self, text: &[u8], raw: Range<usize>) -> Option<KindId> {
        let behind = text.get(raw.start..)?;
        let raw = behind.get(..raw.end.checked_sub(raw.start)?)?;
        let slot = slot(raw);
        if let (Some(recent), Some(head)) = (self.recent.get(slot), behind.first_chunk::<WINDOW>())
            && recent.len == raw.len()
            && bytes::begin_equal(&recent.head, head, raw.len())
            && (raw.len() <= WINDOW || self.known[recent.index].0[WINDOW..] == raw[WINDOW..])
        {
            return Some(recent.kind);
        }
        self.find(raw, slot)
    }

    #[inline(never)]
    fn find(&mut self, raw: &[u8], slot: usize) -> Option<KindId> {
        let index = *self.table.find(self.hasher.hash_one(raw), |index| *self.known[*index].0 == *raw)?;
        let kind = self.known[index].1;
        if self.recent.is_empty() {
            self.recent = vec![EMPTY; SLOTS].into();
        }
        let recent = &mut self.recent[slot];
        *recent = Recent { head: [0; WINDOW], len: raw.len(), index, kind };
        recent.head.iter_mut().zip(raw).for_each(|(head, byte)| *head = *byte);
        Some(kind)
    }

    /// Remembers what is not known yet.
    pub fn put(&mut self, raw: &[u8], kind: KindId) {
        if self.known.len() >= MOST {
            self.known.clear();
            self.table.clear();
            self.recent.fill(EMPTY);
        }
        let (hasher, known) = (&self.hasher, &mut self.known);
        let index = known.len();
        known.push((raw.into(), kind));
        self.table.insert_unique(hasher.hash_one(raw), index, |index| hasher.hash_one(&*known[*index].0));
    }
}

/// A slot for some bytes, from their length and from words at their quarter, their middle and their end. Two odd
/// factors spread them; the quality is no matter of correctness.
#[inline(always)]
fn slot(raw: &[u8]) -> usize {
    let Some(last) = raw.len().checked_sub(8) else { return raw.len() };
    let word = |at: usize| raw[at..].first_chunk().map_or(0, |word| u64::from_le_bytes(*word));
    let mixed = (word(last) ^ word(last / 2).rotate_left(29)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        ^ word(last / 4).wrapping_add(raw.len() as u64).wrapping_mul(0xd6e8_feb8_6659_fd93);
    (mixed >> 56) as usize % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_is_found_and_nothing_else() {
        let mut kinds = RawKinds::default();
        let get = |kinds: &mut RawKinds, raw: &[u8]| {
            let alone = kinds.get(raw, 0..raw.len());
            let within = [b"before", raw, &[b'x'; WINDOW]].concat();
            assert_eq!(kinds.get(&within, 6..6 + raw.len()), alone);
            alone
        };
        // Many share a slot: there are more of them than slots, and all differ outside of the words that choose one.
        let raw = |n: u32| format!("{n:06}{}", "x".repeat(200)).into_bytes();
        for n in 0..3000 {
            assert_eq!(get(&mut kinds, &raw(n)), None);
            kinds.put(&raw(n), KindId(n));
        }
        for n in (0..3000).rev().chain(0..3000) {
            assert_eq!(get(&mut kinds, &raw(n)), Some(KindId(n)));
        }
        assert_eq!(get(&mut kinds, b""), None);
        kinds.put(b"", KindId(1));
        kinds.put(b"short", KindId(2));
        assert_eq!(
            (get(&mut kinds, b""), get(&mut kinds, b"short"), get(&mut kinds, b"shirt")),
            (Some(KindId(1)), Some(KindId(2)), None)
        );
    }

    #[test]
    fn forgetting_loses_no_kind() {
        let mut kinds = RawKinds::default();
        let raw = |n: usize| n.to_le_bytes();
        for n in 0..=MOST {
            kinds.put(&raw(n), KindId(n as u32));
        }
        assert_eq!(kinds.get(&raw(0), 0..8), None);
        assert_eq!(kinds.get(&raw(MOST), 0..8), Some(KindId(MOST as u32)));
    }
}
