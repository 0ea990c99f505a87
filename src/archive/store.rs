//! Reading an archive.

use std::{ops::Range, path::Path};

use super::{
    disk::{Disk, shown},
    foreign::{self, ForeignFile, Listing},
    manifest::{self, Manifest, MonthFile, Source, content},
    read::{EachRow, ParquetFile, Reader},
    shelf::Shelf,
};
use crate::{
    error::{Error, Result},
    model::{Channel, Precision, Privacy, Row, Timestamp, Zone, key},
};

const DAY: i64 = 86_400_000;

/// An archive, or another engine's dataset in its schema, opened for reading. What is read is of the state in which it
/// was opened, whatever a writer does meanwhile; where that takes away what is still to be read, an error says so
/// (`archive.changed`).
pub struct Archive {
    disk: Disk,
    privacy: Privacy,
    zone: Zone,
    /// `None` where the dataset is another engine's.
    pub(super) books: Option<Manifest>,
    partitions: Vec<Partition>,
}

/// The rows of one channel and one month; of another engine's dataset, those of one file.
#[derive(Clone, Debug, PartialEq)]
pub enum Partition {
    Month(MonthFile),
    Foreign(ForeignFile),
}

impl Archive {
    /// Opens a folder for which [`super::is_archive`] holds. Days are told as those of the zone that all sources agree
    /// on, or else of the console's.
    pub fn open(folder: &Path, privacy: Privacy) -> Result<Archive> {
        let disk = Disk::new(folder);
        let books = manifest::load(&disk)?.map(|books| books.manifest);
        let partitions = match &books {
            Some(manifest) => manifest.files.iter().cloned().map(Partition::Month).collect(),
            None => foreign(folder, &disk, privacy)?,
        };
        let own = books.as_ref().and_then(Manifest::zone).unwrap_or(Zone::console());
        Ok(Archive { disk, privacy, zone: Zone::console(), books, partitions }.in_zone(own))
    }

    /// The same with its days told as those of another zone.
    #[must_use]
    pub fn in_zone(mut self, zone: Zone) -> Archive {
        let sources = self.books.iter_mut().flat_map(|books| &mut books.sources);
        sources.for_each(|source| source.move_days(&self.zone, &zone));
        Archive { zone, ..self }
    }

    /// The zone of the hours and days in it; `None` where there are none. An error where its sources do not agree, or do
    /// not tell it.
    pub fn own_zone(&self) -> Option<std::result::Result<Zone, ()>> {
        let books = self.books.as_ref()?;
        let coarse = books.sources.iter().any(|source| source.precision >= Some(Precision::Hour));
        coarse.then(|| books.zone().ok_or(()))
    }

    /// What was added, in that order; `None` where the dataset is another engine's, which keeps no books.
    pub fn sources(&self) -> Option<&[Source]> {
        self.books.as_ref().map(|books| books.sources.as_slice())
    }

    /// The partitions that can hold rows of a stretch of time (end exclusive), by channel and month.
    pub fn partitions(&self, range: Option<&Range<Timestamp>>) -> impl Iterator<Item = &Partition> {
        self.partitions.iter().filter(move |partition| range.is_none_or(|range| partition.meets(range)))
    }

    /// Hands out the rows of a partition in a stretch of time (end exclusive). Those of errstat's own archives come by
    /// time. Memory is needed for the file as it lies on the disk and for some thousand rows.
    pub fn rows(&self, partition: &Partition, range: Option<&Range<Timestamp>>, each: &mut EachRow<'_>) -> Result<()> {
        let reader = Reader { folder: None, privacy: self.privacy, zone: self.zone };
        let shown = |path: &str| self.privacy.path(&self.disk.path(path).to_string_lossy());
        let mut inside =
            |row: &Row| if range.is_none_or(|range| range.contains(&row.time)) { each(row) } else { Ok(()) };
        let month = match partition {
            Partition::Foreign(file) => {
                let reader = Reader { folder: file.folder.as_deref(), ..reader };
                return ParquetFile::open(&self.disk.path(&file.path), &shown(&file.path))?.each(reader, &mut inside);
            }
            Partition::Month(month) => month,
        };
        if let Ok(bytes) = content(&self.disk, &month.path, &month.sha256) {
            return ParquetFile::from_bytes(bytes, &shown(&month.path))?.each(reader, &mut inside);
        }
        // A writer has moved on, or it is damaged: the sources tell the same.
        let sources = self.sources().unwrap_or_default();
        let merged = Shelf::new(&self.disk, sources, reader).merged(&(month.channel.identity(), month.month));
        // Who takes over an archive of an earlier version writes the same sources anew.
        let files =
            |all: &[Source]| all.iter().map(|source| (source.id.clone(), source.pack.clone())).collect::<Vec<_>>();
        let merged = merged.map_err(|error| match manifest::load(&self.disk) {
            Ok(Some(now)) if files(&now.manifest.sources) != files(sources) => {
                Error::new(key::archive::CHANGED).with("path", shown(""))
            }
            _ => error,
        })?;
        let own = merged.iter().filter(|fact| fact.kind.channel == month.channel);
        own.map(|fact| fact.to_row()).try_for_each(|row| inside(&row))
    }
}

impl Partition {
    /// Whether it can hold rows of a channel, whatever that is called: of another engine's files only the rows say.
    pub fn may_be_of(&self, channel: &Channel) -> bool {
        if let Partition::Month(month) = self { month.channel.is_same(channel) } else { true }
    }

    fn meets(&self, range: &Range<Timestamp>) -> bool {
        let (first, end) = match self {
            Partition::Month(month) => (month.first.0, month.last.0 + 1),
            Partition::Foreign(ForeignFile { month: Some(month), .. }) => (month.start().0, month.end().0),
            Partition::Foreign(_) => return true,
        };
        // Days are told as those of another zone.
        first.saturating_sub(DAY) < range.end.0 && end.saturating_add(DAY) > range.start.0
    }
}

fn foreign(folder: &Path, disk: &Disk, privacy: Privacy) -> Result<Vec<Partition>> {
    let Listing { parquet, other } = foreign::listing(folder)?;
    if let Some(other) = other {
        let path = privacy.path(&disk.path(&other).to_string_lossy());
        return Err(Error::new(key::archive::NOT_ONE).with("path", shown(folder)).with("file", path));
    }
    if parquet.is_empty() {
        return Err(Error::new(key::archive::EMPTY).with("path", shown(folder)));
    }
    Ok(parquet.into_iter().map(Partition::Foreign).collect())
}
