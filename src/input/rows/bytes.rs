//! Finding and comparing a few dozen bytes.
//!
//! The calls that do this for any length look at the length first, which for rows is a branch that nobody can foresee.

/// So many bytes are searched at once.
pub(super) const STRIP: usize = 1 << 15;
/// So many bytes are compared whatever the length.
pub(super) const WINDOW: usize = 96;
/// Places that are written without looking whether there are so many.
const AT_ONCE: usize = 2;

/// Where a byte stands in the first [`STRIP`] bytes of a text.
#[derive(Default)]
pub(super) struct Places {
    /// As long as any text so far could need; what was found is its first part.
    places: Vec<u16>,
    len: usize,
}

impl Places {
    /// Finds all places.
    #[inline(always)]
    pub fn find(&mut self, byte: u8, text: &[u8]) {
        let text = &text[..text.len().min(STRIP)];
        if self.places.len() < text.len() + AT_ONCE {
            self.places.resize(text.len() + AT_ONCE, 0);
        }
        self.len = 0;
        let mut start = 0;
        #[cfg(target_arch = "x86_64")]
        for block in text.as_chunks::<64>().0 {
            self.put(start, sse2::places(byte, block));
            start += block.len();
        }
        for at in memchr::memchr_iter(byte, &text[start..]) {
            self.put(start + at, 1);
        }
    }

    /// Adds the places of a block that starts at `start`; a bit for each.
    ///
    /// Rows are about as long as a block, so how many of them end in it is a guess that goes wrong half of the time. Two
    /// places are written whatever it is, of which the next block overwrites what was too much.
    #[inline(always)]
    fn put(&mut self, start: usize, mut found: u64) {
        let count = found.count_ones() as usize;
        let Some(room) = self.places[self.len..].first_chunk_mut::<AT_ONCE>() else { return };
        for place in room {
            *place = (start + found.trailing_zeros() as usize) as u16;
            found &= found.wrapping_sub(1);
        }
        if count > AT_ONCE {
            for place in &mut self.places[self.len + AT_ONCE..self.len + count] {
                *place = (start + found.trailing_zeros() as usize) as u16;
                found &= found.wrapping_sub(1);
            }
        }
        self.len += count;
    }

    /// The places in rising order.
    #[inline(always)]
    pub fn get(&self) -> &[u16] {
        &self.places[..self.len]
    }
}

#[cfg(target_arch = "x86_64")]
mod sse2 {
    use std::arch::x86_64::{_mm_cmpeq_epi8, _mm_movemask_epi8, _mm_set_epi64x, _mm_set1_epi8};

    /// A bit for each place at which a byte stands.
    #[inline(always)]
    pub fn places(byte: u8, block: &[u8; 64]) -> u64 {
        let quarters = block.as_chunks::<16>().0.iter().enumerate();
        quarters.fold(0, |places, (i, quarter)| places | u64::from(places_in_quarter(byte, *quarter)) << (16 * i))
    }

    #[inline(always)]
    fn places_in_quarter(byte: u8, quarter: [u8; 16]) -> u16 {
        let both = u128::from_le_bytes(quarter);
        let (low, high) = (both as i64, (both >> 64) as i64);
        // SAFETY: these instructions take and give values, no pointers; all that they ask for is a processor with
        // SSE2, and every x86-64 has it (the name of this target says so). Measured: a sixth of the time of all reading.
        let found = unsafe { _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_set_epi64x(high, low), _mm_set1_epi8(byte as i8))) };
        found as u16
    }
}

/// Ones, then zeros: a mask for the first `n` bytes begins `n` before the middle.
static MASKS: [u8; 2 * WINDOW] = {
    let mut masks = [0; 2 * WINDOW];
    let mut i = 0;
    while i < WINDOW {
        masks[i] = u8::MAX;
        i += 1;
    }
    masks
};

/// Whether the first bytes of two texts are equal, at most [`WINDOW`] of them; as quick for one as for all.
#[inline(always)]
pub(super) fn begin_equal(a: &[u8; WINDOW], b: &[u8; WINDOW], len: usize) -> bool {
    let Some(mask) = MASKS[WINDOW - len.min(WINDOW)..].first_chunk::<WINDOW>() else { return false };
    a.iter().zip(b).zip(mask).fold(0, |differs, ((a, b), mask)| differs | (a ^ b) & mask) == 0
}

/// A count of at most 18 digits and nothing else, which cannot overflow.
#[inline]
pub(super) fn digits(cell: &[u8]) -> Option<u64> {
    if cell.is_empty() || cell.len() > 18 {
        return None;
    }
    cell.iter().try_fold(0_u64, |sum, b| b.is_ascii_digit().then(|| sum * 10 + u64::from(b - b'0')))
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    proptest! {
        #[test]
        fn every_place_is_found_however_close_they_stand(text in vec(prop::sample::select(&b"\nab"[..]), 0..500)) {
            let mut places = Places::default();
            for byte in [b'\n', b'a', b'c'] {
                places.find(byte, &text);
                let seen: Vec<usize> = places.get().iter().map(|at| usize::from(*at)).collect();
                let plain: Vec<usize> = text.iter().enumerate().filter(|(_, b)| **b == byte).map(|(i, _)| i).collect();
                prop_assert_eq!(seen, plain);
            }
        }

        #[test]
        fn beginnings_are_equal_where_every_byte_is(
            text in vec(0_u8..3, WINDOW),
            other in vec(0_u8..3, WINDOW),
            same in 0..=WINDOW,
            len in 0..=WINDOW + 3,
        ) {
            let (a, mut b) = (*text.first_chunk::<WINDOW>().unwrap(), *other.first_chunk::<WINDOW>().unwrap());
            b[..same].copy_from_slice(&a[..same]);
            let len_within = len.min(WINDOW);
            prop_assert_eq!(begin_equal(&a, &b, len), a[..len_within] == b[..len_within]);
        }
    }

    #[test]
    fn a_strip_full_of_line_ends_has_room() {
        let mut places = Places::default();
        places.find(b'\n', &vec![b'\n'; STRIP + 100]);
        assert!(places.get().iter().map(|at| usize::from(*at)).eq(0..STRIP));
    }
}
