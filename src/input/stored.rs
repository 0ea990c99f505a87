//! Rows that do not stand in lines of text: those of mails and of archives.

use std::{ops::Range, sync::Mutex};

use crate::{
    error::Result,
    model::{Catalog, KindId},
};

/// The rows of one exact time and kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub at: i64,
    pub kind: KindId,
    pub errors: u64,
    pub rows: u64,
    /// The latest end of these rows, as `at`.
    pub end: i64,
}

/// Something that keeps rows and can give those of a stretch of time again.
pub trait Stored: Send + Sync {
    /// Gives the rows of a stretch (milliseconds, end exclusive) in any order; their kinds are of the catalog.
    fn each(&self, stretch: &Range<i64>, catalog: &Mutex<Catalog>, row: &mut dyn FnMut(Entry)) -> Result<()>;
}

/// Rows held in memory, sorted by time.
#[derive(Clone, Debug, Default)]
pub struct Held(pub Vec<Entry>);

impl Stored for Held {
    fn each(&self, stretch: &Range<i64>, _catalog: &Mutex<Catalog>, row: &mut dyn FnMut(Entry)) -> Result<()> {
        let from = self.0.partition_point(|entry| entry.at < stretch.start);
        let to = self.0.partition_point(|entry| entry.at < stretch.end);
        self.0[from..to.max(from)].iter().copied().for_each(row);
        Ok(())
    }
}
