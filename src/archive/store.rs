//! Reading an archive.

use std::{
    ops::Range,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    disk::{Disk, read},
    lock::{self, Lock, NoLock},
    manifest::{LiveFile, READERS, Source, sha256},
    partition::Month,
    read::{EachRow, ParquetFile},
    state::{self, ForeignFile, Listing},
    transaction::shown,
};
use crate::{
    error::{Error, Result},
    model::{Channel, Privacy, Span, Timestamp},
};

/// How long a reader waits for a writer that is moving files, which takes an instant.
const PATIENCE: Duration = Duration::from_secs(30);

/// An archive, or another engine's dataset in its schema, opened for reading.
///
/// As long as it is open no writer moves files in it, so what is read is of one state. It can be read by several threads.
#[derive(Debug)]
pub struct Archive {
    root: PathBuf,
    privacy: Privacy,
    sources: Option<Vec<Source>>,
    partitions: Vec<Partition>,
    /// Held, not used.
    _lock: Option<Lock>,
}

/// The rows of one channel and one month; of another engine's dataset, those of one file.
#[derive(Clone, Debug, PartialEq)]
pub struct Partition {
    /// As the books say; of another engine's dataset the rows say more than the folder.
    pub channel: Channel,
    /// What the folder calls the channel, of another engine's dataset.
    folder: Option<String>,
    /// None where another engine's dataset has no folders for months.
    pub month: Option<Month>,
    pub rows: u64,
    /// Known of errstat's own archives.
    pub errors: Option<u64>,
    /// First and last row; known of errstat's own archives.
    pub span: Option<Span>,
    /// Below the archive's folder. Safe to show.
    pub path: String,
    place: PathBuf,
    sha256: Option<String>,
}

impl Archive {
    /// Opens a folder for which [`super::is_archive`] holds.
    ///
    /// # Errors
    /// Where it is no archive, its bookkeeping is damaged or of a later errstat, or a writer does not let go of it.
    pub fn open(folder: &Path, privacy: Privacy) -> Result<Archive> {
        let disk = Disk::new(folder);
        let lock = lock::reader(&disk.path(READERS), PATIENCE).map_err(|error| match error {
            NoLock::Held(_) | NoLock::Io(_) => Error::new("archive.being_written").with("path", shown(folder)),
        })?;
        let (sources, partitions) = match state::load(&disk)? {
            Some(state) => {
                let partition = |file: &LiveFile| Partition::live(file, disk.path(state.place(&file.path)));
                let sources = state.manifest.sources.iter().map(|source| source.source()).collect();
                (Some(sources), state.manifest.files.iter().map(partition).collect())
            }
            None => (None, foreign(folder, &disk, privacy)?),
        };
        Ok(Archive { root: folder.to_owned(), privacy, sources, partitions, _lock: lock })
    }

    /// The folder it was opened from.
    pub fn folder(&self) -> &Path {
        &self.root
    }

    /// What was added, in that order; `None` where the dataset is another engine's, which keeps no books.
    pub fn sources(&self) -> Option<&[Source]> {
        self.sources.as_deref()
    }

    /// The partitions that can hold rows of a stretch of time (end exclusive), by channel and month.
    pub fn partitions(&self, range: Option<&Range<Timestamp>>) -> impl Iterator<Item = &Partition> {
        self.partitions.iter().filter(move |partition| range.is_none_or(|range| partition.meets(range)))
    }

    /// Hands out the rows of a partition in a stretch of time (end exclusive). Those of errstat's own archives come by
    /// time. Memory is needed for the file as it lies on the disk and for some thousand rows.
    ///
    /// # Errors
    /// Where the file is damaged, missing or not as it was written; what `each` says.
    pub fn rows(&self, partition: &Partition, range: Option<&Range<Timestamp>>, each: &mut EachRow<'_>) -> Result<()> {
        let file = partition.open(self.privacy)?;
        let privacy = self.privacy;
        file.each(partition.folder.as_deref(), privacy, &mut |row| {
            if range.is_none_or(|range| range.contains(&row.time)) { each(row) } else { Ok(()) }
        })
    }
}

impl Partition {
    fn live(file: &LiveFile, place: PathBuf) -> Partition {
        Partition {
            channel: file.channel.clone(),
            folder: None,
            month: Some(file.month),
            rows: file.rows,
            errors: Some(file.errors),
            span: Some(Span { first: Timestamp(file.first), last: Timestamp(file.last) }),
            path: file.path.clone(),
            place,
            sha256: Some(file.sha256.clone()),
        }
    }

    fn meets(&self, range: &Range<Timestamp>) -> bool {
        match (self.span, self.month) {
            (Some(span), _) => span.first < range.end && span.last >= range.start,
            (None, Some(month)) => month.start() < range.end && month.end() > range.start,
            (None, None) => true,
        }
    }

    /// The file, if it is what was written.
    fn open(&self, privacy: Privacy) -> Result<ParquetFile> {
        let shown = privacy.path(&self.place.to_string_lossy());
        let Some(wanted) = &self.sha256 else { return ParquetFile::open(&self.place, &shown) };
        let bytes = live_bytes(&self.place, wanted)?;
        ParquetFile::from_bytes(bytes, &shown)
    }
}

/// The bytes of a file of errstat's, if they are those that were written.
///
/// # Errors
/// Where they are not, or the file is missing.
pub fn live_bytes(place: &Path, wanted: &str) -> Result<Vec<u8>> {
    let bytes = read(place)
        .map_err(|error| Error::new("archive.file_unreadable").with("path", shown(place)).with("cause", error))?;
    if sha256(&bytes) == wanted {
        Ok(bytes)
    } else {
        Err(Error::new("archive.file_damaged").with("path", shown(place)))
    }
}

fn foreign(folder: &Path, disk: &Disk, privacy: Privacy) -> Result<Vec<Partition>> {
    let Listing { parquet, other } = state::listing(folder)?;
    if let Some(other) = other {
        let path = privacy.path(&disk.path(&other).to_string_lossy());
        return Err(Error::new("archive.not_one").with("path", shown(folder)).with("file", path));
    }
    if parquet.is_empty() {
        return Err(Error::new("archive.empty").with("path", shown(folder)));
    }
    let partition = |file: ForeignFile| -> Result<Partition> {
        let place = disk.path(&file.path);
        let opened = ParquetFile::open(&place, &privacy.path(&place.to_string_lossy()))?;
        Ok(Partition {
            channel: file.channel.iter().flatten().next().map(|text| Channel::from_stored(text)).unwrap_or_default(),
            folder: file.channel.flatten(),
            month: file.month,
            rows: opened.rows(),
            errors: None,
            span: None,
            path: privacy.path(&file.path),
            place,
            sha256: None,
        })
    };
    parquet.into_iter().map(partition).collect()
}
