//! How much may be read: what is packed, or comes through a pipe, can be made to have no end.

use std::{
    io::{self, Read},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::{error::Error, model::key};

/// What may come out of packed files and pipes where nobody says how much: more than anybody's exports.
const UNASKED: u64 = 16 << 30;
/// So many times its own size may come out of a packed file beyond that. Exports pack to a tenth or a fiftieth; gzip's
/// most is a thousandth.
const UNPACKED: u64 = 100;

/// The bytes that may be read of all inputs together, and those that were.
#[derive(Debug)]
pub struct Allowance {
    /// What the user allows: of all inputs, packed or not.
    asked: Option<u64>,
    limit: AtomicU64,
    read: AtomicU64,
}

impl Allowance {
    /// What the user allows, or else no limit but for what is packed or comes through a pipe.
    pub fn new(asked: Option<u64>) -> Allowance {
        Allowance { asked, limit: AtomicU64::new(asked.unwrap_or(UNASKED)), read: AtomicU64::new(0) }
    }

    /// So many bytes of a plain file are going to be read.
    pub fn plain(&self, bytes: u64) -> Result<(), TooMuch> {
        if self.asked.is_some() { self.take(bytes) } else { Ok(()) }
    }

    /// A packed file of this size is going to be unpacked.
    pub fn packed(&self, size: u64) {
        if self.asked.is_none() {
            self.limit.fetch_add(size.saturating_mul(UNPACKED), Ordering::Relaxed);
        }
    }

    fn take(&self, bytes: u64) -> Result<(), TooMuch> {
        let read = self.read.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        let limit = self.limit.load(Ordering::Relaxed);
        if read > limit { Err(TooMuch { limit, asked: self.asked.is_some() }) } else { Ok(()) }
    }

    /// A pipe that ends with an error where more comes through than may be read.
    pub fn piped(&self, pipe: impl Read) -> impl Read {
        // What is spooled is read, and counted, as a file.
        Meter::new(&Arc::new(Allowance::new(self.asked))).metered(pipe)
    }
}

/// Counts what is read of one text; a part that is read again counts once.
#[derive(Debug)]
pub struct Meter {
    allowance: Arc<Allowance>,
    furthest: AtomicU64,
}

impl Meter {
    pub fn new(allowance: &Arc<Allowance>) -> Arc<Meter> {
        Arc::new(Meter { allowance: Arc::clone(allowance), furthest: AtomicU64::new(0) })
    }

    /// The text from its start, counted.
    pub fn metered<R: Read>(self: &Arc<Meter>, text: R) -> Metered<R> {
        Metered { text, at: 0, meter: Arc::clone(self) }
    }
}

/// A text that is counted while it is read.
pub struct Metered<R> {
    text: R,
    at: u64,
    meter: Arc<Meter>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.text.read(buffer)?;
        self.at += read as u64;
        let before = self.meter.furthest.fetch_max(self.at, Ordering::Relaxed);
        self.meter.allowance.take(self.at.saturating_sub(before)).map_err(io::Error::other)?;
        Ok(read)
    }
}

/// More than may be read.
#[derive(Debug, thiserror::Error)]
#[error("more than {}", amount(*limit))]
pub struct TooMuch {
    limit: u64,
    asked: bool,
}

impl TooMuch {
    /// The sentence for the user.
    pub fn told(&self, shown: &str) -> Error {
        let key = if self.asked { key::error::MAX_BYTES } else { key::error::ENDLESS };
        Error::new(key).with("path", shown).with("limit", amount(self.limit))
    }
}

/// A number of bytes in the largest unit that says it exactly; large odd ones are cut.
fn amount(bytes: u64) -> String {
    let units =
        [("GiB", 1 << 30), ("GB", 1_000_000_000), ("MiB", 1 << 20), ("MB", 1_000_000), ("KiB", 1 << 10), ("kB", 1000)];
    match units.into_iter().find(|(_, unit)| bytes >= *unit && bytes.is_multiple_of(*unit)) {
        Some((name, unit)) => format!("{} {name}", bytes / unit),
        None if bytes > UNASKED => format!("{} GiB", bytes >> 30),
        None => format!("{bytes} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_again_counts_once_and_everything_counts_together() {
        let allowance = Arc::new(Allowance::new(Some(10)));
        let (one, other) = (Meter::new(&allowance), Meter::new(&allowance));
        for _ in 0..3 {
            io::copy(&mut one.metered(&b"123456"[..]), &mut io::sink()).unwrap();
        }
        io::copy(&mut other.metered(&b"1234"[..]), &mut io::sink()).unwrap();
        assert!(allowance.plain(0).is_ok() && allowance.plain(1).is_err());
        let error = io::copy(&mut other.metered(&b"12345"[..]), &mut io::sink()).unwrap_err();
        assert!(error.get_ref().is_some_and(|error| error.is::<TooMuch>()));
    }

    #[test]
    fn without_a_word_plain_files_have_no_limit_and_packed_ones_a_wide_one() {
        let allowance = Arc::new(Allowance::new(None));
        assert!(allowance.plain(u64::MAX).is_ok());
        allowance.packed(1 << 30);
        assert!(allowance.take(116 << 30).is_ok());
        assert_eq!(allowance.take(1).unwrap_err().to_string(), "more than 116 GiB");
    }

    #[test]
    fn amounts_are_told_as_they_were_asked_for() {
        let told = [
            (500_000_000, "500 MB"),
            (2 << 30, "2 GiB"),
            (1_000_000_000, "1 GB"),
            (1001, "1001 B"),
            (1 << 10, "1 KiB"),
        ];
        for (bytes, text) in told {
            assert_eq!(amount(bytes), text);
        }
    }
}
