//! Rows that do not stand in lines of text: where they are found again.

use std::{
    hash::{BuildHasher, RandomState},
    io,
    ops::Range,
    sync::Arc,
};

use hashbrown::HashTable;
use parking_lot::Mutex;

use super::{fault::unreadable, place::Place, text::Text};
use crate::{
    archive::{Archive, EachRow, ParquetFile, Partition, Reader, read_csv},
    error::Result,
    model::{Catalog, Channel, KindId, Origin, Precision, Row, Timestamp},
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

impl Entry {
    /// That of a row, whose kind is this.
    pub fn of(row: &Row, kind: KindId) -> Entry {
        Entry { at: row.time.0, kind, errors: row.errors, rows: row.rows, end: row.end.0 }
    }
}

/// Where rows are stored. Days are told as those of the options' zone.
pub enum Store {
    Archive(Archive),
    File { place: Place, shown: String, reader: Reader<'static> },
    Csv { text: Text, delimiter: u8, shown: String, reader: Reader<'static> },
}

impl Store {
    pub fn each(
        &self,
        channel: Option<&Channel>,
        range: Option<&Range<Timestamp>>,
        each: &mut EachRow<'_>,
    ) -> Result<()> {
        match self {
            Store::File { place, shown, reader } => {
                let mut file = place.open().map_err(|error| unreadable(shown, &error))?;
                ParquetFile::read(&mut file, shown)?.each(*reader, &mut |row| {
                    if range.is_none_or(|range| range.contains(&row.time)) { each(row) } else { Ok(()) }
                })
            }
            Store::Csv { text, delimiter, shown, reader } => {
                let text = text.open().map_err(|error| unreadable(shown, &error))?;
                read_csv(text, *delimiter, shown, reader.privacy, reader.zone, &mut |row| {
                    if range.is_none_or(|range| range.contains(&row.time)) { each(row) } else { Ok(()) }
                })
            }
            Store::Archive(archive) => {
                // Of another engine's files only the rows say which channel they are of.
                let may_be = |part: &&Partition| channel.is_none_or(|channel| part.may_be_of(channel));
                let mut partitions = archive.partitions(range).filter(may_be);
                partitions.try_for_each(|partition| archive.rows(partition, range, each))
            }
        }
    }
}

/// The rows of one channel, one precision and one kind of source.
pub struct Archived {
    pub store: Arc<Store>,
    pub channel: Channel,
    pub precision: Precision,
    pub origin: Origin,
}

impl Archived {
    /// Gives the rows of a stretch (milliseconds, end exclusive) in any order; their kinds are of the catalog.
    pub fn each(&self, stretch: &Range<i64>, catalog: &Mutex<Catalog>, mut row: impl FnMut(Entry)) -> Result<()> {
        let range = Timestamp(stretch.start)..Timestamp(stretch.end);
        let mut kinds = Kinds::default();
        self.store.each(Some(&self.channel), Some(&range), &mut |stored| {
            if (stored.precision, stored.origin) == (self.precision, self.origin)
                && self.channel.is_same(&stored.channel)
            {
                row(Entry::of(stored, kinds.kind(stored, catalog).map_err(|fault| unreadable("", &fault))?));
            }
            Ok(())
        })
    }
}

/// The kinds of the rows so far; asking the catalog each time would take longer than reading the row.
#[derive(Default)]
pub struct Kinds {
    /// A row of each kind.
    known: HashTable<(Row, KindId)>,
    hasher: RandomState,
}

impl Kinds {
    /// The kind of a row.
    pub fn kind(&mut self, row: &Row, catalog: &Mutex<Catalog>) -> io::Result<KindId> {
        let hash = |row: &Row| self.hasher.hash_one((&row.channel, row.origin, &row.reason, &row.detail, &row.host));
        let same = |(known, _): &(Row, KindId)| {
            known.detail == row.detail
                && known.reason == row.reason
                && known.host == row.host
                && known.channel == row.channel
                && known.origin == row.origin
        };
        if let Some((_, kind)) = self.known.find(hash(row), same) {
            return Ok(*kind);
        }
        let mut catalog = catalog.lock();
        let kind = catalog.intern(&row.channel, &row.reason, &row.detail, row.host.as_ref(), row.origin)?;
        self.known.insert_unique(hash(row), (row.clone(), kind), |(row, _)| hash(row));
        Ok(kind)
    }
}
