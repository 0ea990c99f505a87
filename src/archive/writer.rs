//! Changing an archive.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
    time::Duration,
};

use super::{
    change::{self, Draft},
    disk::{Disk, shown},
    fact::{Fact, add},
    foreign::{self, ForeignFile, Listing},
    lock::{Lock, lock},
    manifest::{self, Books, FOLDER, Manifest, MonthFile, PACKS, Source, source_path},
    partition::{Place, file_path},
    read::Reader,
    shelf::{Shelf, SourceFile},
    write::parquet,
};
use crate::{
    error::{Error, Result},
    model::{Channel, Privacy, Timestamp, key, visible},
};

/// How an archive is changed.
#[derive(Clone, Copy, Debug)]
pub struct WriteOptions {
    /// How long another writer is waited for.
    pub wait: Duration,
    /// When it happens.
    pub now: Timestamp,
    /// Only for taking over another engine's dataset, whose texts nobody has looked at yet.
    pub privacy: Privacy,
}

/// What has changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    /// Sources that are new, or gone.
    pub sources: Vec<Source>,
    /// Sources that were there already, with the same content and the same rows.
    pub known: Vec<Source>,
    /// New sources whose content is there under other rows too, such as with another channel or zone: the new and the
    /// old one. One of them is a mistake.
    pub relabelled: Vec<(Source, Source)>,
    /// Parquet files of months that were written or taken away.
    pub files: usize,
}

/// The one writer of an archive.
pub struct Writer {
    pub(super) disk: Arc<Disk>,
    pub(super) manifest: Manifest,
    pub(super) options: WriteOptions,
    /// Another engine's files, which the first change takes over.
    pub(super) foreign: Vec<ForeignFile>,
    _lock: Lock,
}

impl Writer {
    /// Opens an archive for changing it; makes one where the folder is empty or not there yet. What the last writer
    /// left unfinished is finished.
    ///
    /// A folder in the archive's schema that another engine wrote is taken over by the first change: its rows become a
    /// source, and its files make way. Sources of versions 1 and 2 get files of their own.
    ///
    /// An error where another process is writing, the folder holds something else, the archive is damaged or of a later
    /// errstat, or nothing can be written there.
    pub fn open(folder: &Path, options: WriteOptions) -> Result<Writer> {
        Writer::on(Disk::new(folder), options)
    }

    pub(super) fn on(disk: Disk, options: WriteOptions) -> Result<Writer> {
        std::fs::create_dir_all(disk.root()).map_err(|error| disk.unwritten("", &error))?;
        if !disk.exists(FOLDER) {
            fit(&disk)?;
        }
        disk.create_folders(FOLDER).map_err(|error| disk.unwritten(FOLDER, &error))?;
        let lock = lock(&disk, options.wait, options.now)?;
        let (manifest, foreign) = match manifest::load(&disk)? {
            Some(Books { manifest, stale }) => {
                // What an older errstat left is replaced as a whole.
                let stale = stale.map(|(path, _)| path).filter(|_| !manifest.is_old());
                change::recover(&disk, &manifest, stale).map_err(|error| disk.unwritten(FOLDER, &error))?;
                (manifest, Vec::new())
            }
            None => (Manifest::default(), fit(&disk)?),
        };
        Ok(Writer { disk: Arc::new(disk), manifest, options, foreign, _lock: lock })
    }

    /// Takes a source back: what it alone told is gone. `which` is the beginning of an id that no other one shares, or a
    /// name that no other one has.
    pub fn remove(&mut self, which: &str) -> Result<Change> {
        let mut draft = Draft::begin(&self.disk, &self.manifest)?;
        let gone = draft.manifest.sources.remove(self.find(which)?);
        if let Some((path, _)) = gone.file() {
            draft.take_away(&path);
        }
        let months: BTreeSet<Place> = gone.parts.iter().map(|part| (part.channel.identity(), part.month)).collect();
        let all = take_over_packs(&self.disk, &mut draft)?;
        let files = derive(&self.disk, &mut draft, Some(months.into_iter().collect()).filter(|_| !all))?;
        self.commit(draft, Change { sources: vec![gone], files, ..Change::default() })
    }

    /// Where a source stands among those of the manifest. An error where there is no such source or several.
    pub fn find(&self, which: &str) -> Result<usize> {
        let sources = &self.manifest.sources;
        let all = |fits: &dyn Fn(&Source) -> bool| -> Vec<usize> {
            sources.iter().enumerate().filter(|(_, source)| fits(source)).map(|(i, _)| i).collect()
        };
        let mut found = all(&|source| source.id == which);
        if found.is_empty() {
            found = all(&|source| source.name == which);
        }
        if found.is_empty() && which.len() >= 4 {
            found = all(&|source| source.id.starts_with(which));
        }
        match found[..] {
            [one] => Ok(one),
            [] => Err(Error::new(key::archive::SOURCE_UNKNOWN_ID).with("which", visible(which))),
            _ => {
                let ids: Vec<&str> = found.iter().map(|i| sources[*i].id.as_str()).collect();
                Err(Error::new(key::archive::SOURCE_AMBIGUOUS).with("which", visible(which)).with_list("ids", ids))
            }
        }
    }

    /// Makes a change; what is told of it is given back.
    pub(super) fn commit(&mut self, draft: Draft, change: Change) -> Result<Change> {
        self.manifest = draft.commit()?;
        self.foreign.clear();
        Ok(change)
    }
}

/// Gives sources of versions 1 and 2 files of their own. Tells whether it is such an archive: then every month is to be
/// written anew, because its rows are counted otherwise now.
pub(super) fn take_over_packs(disk: &Disk, draft: &mut Draft) -> Result<bool> {
    if !draft.manifest.is_old() {
        return Ok(false);
    }
    for index in 0..draft.manifest.sources.len() {
        let source = draft.manifest.sources[index].clone();
        if source.pack.is_none() {
            continue;
        }
        let mut shelf = Shelf::new(disk, [&source], Reader::as_stored());
        let mut file = SourceFile::default();
        for part in &source.parts {
            file.write(shelf.rows(&source, &[part])?)?;
        }
        let (bytes, parts) = file.finish(&source.name)?;
        let file = bytes.map(|bytes| draft.write(&source_path(&source.id), &bytes)).transpose()?;
        draft.manifest.sources[index] = Source { pack: None, parts, file, ..source };
    }
    ["_errstat/readers", "_errstat/journal.json"].iter().for_each(|path| draft.take_away(path));
    for (folder, ending) in [(PACKS, ".pack"), ("_errstat/staging", "")] {
        let names = disk.names(folder).unwrap_or_default().into_iter().filter(|name| name.ends_with(ending));
        names.for_each(|name| draft.take_away(&format!("{folder}/{name}")));
    }
    Ok(true)
}

/// Writes months anew as the draft's sources tell them: some, or all. Gives the number of files that are written or will
/// go.
pub(super) fn derive(disk: &Disk, draft: &mut Draft, months: Option<Vec<Place>>) -> Result<usize> {
    let gone = if months.is_none() { std::mem::take(&mut draft.months) } else { BTreeMap::new() };
    let sources = std::mem::take(&mut draft.manifest.sources);
    let mut shelf = Shelf::new(disk, &sources, Reader::as_stored());
    let mut files = 0;
    for month in months.unwrap_or_else(|| shelf.months()) {
        files += put(draft, &month, &shelf.merged(&month)?, true)?;
    }
    draft.manifest.sources = sources;
    gone.values().flatten().for_each(|file| draft.take_away(&file.path));
    Ok(files)
}

/// Gives a month of a channel its new content: a file for each name that the channel has there. Gives the number of
/// files that are written or will go; one that stays the same is written only if `anyway`.
pub(super) fn put(draft: &mut Draft, month: &Place, facts: &[Fact], anyway: bool) -> Result<usize> {
    let mut by_channel: BTreeMap<&Channel, Vec<Fact>> = BTreeMap::new();
    for fact in facts {
        by_channel.entry(&fact.kind.channel).or_default().push(fact.clone());
    }
    let old = draft.months.remove(month).unwrap_or_default();
    let (mut files, mut new) = (0, Vec::new());
    for gone in old.iter().filter(|file| !by_channel.contains_key(&file.channel)) {
        draft.take_away(&gone.path);
        files += 1;
    }
    for (channel, facts) in by_channel {
        let (Some(first), Some(last)) = (facts.first(), facts.last()) else { continue };
        let bytes = parquet(&facts)?;
        let file = MonthFile {
            path: file_path(channel, month.1),
            channel: channel.clone(),
            month: month.1,
            sha256: manifest::sha256(&bytes),
            errors: facts.iter().try_fold(0, |sum, fact| add(sum, fact.errors))?,
            first: first.time,
            last: last.time,
        };
        if anyway || !old.contains(&file) {
            draft.write(&file.path, &bytes)?;
            files += 1;
        }
        new.push(file);
    }
    if !new.is_empty() {
        draft.months.insert(month.clone(), new);
    }
    Ok(files)
}

/// Whether a folder without books can become an archive; the files of another engine's dataset if it is one.
fn fit(disk: &Disk) -> Result<Vec<ForeignFile>> {
    let Listing { parquet, other } = foreign::listing(disk.root())?;
    match other {
        Some(other) => Err(Error::new(key::archive::NOT_ONE)
            .with("path", shown(disk.root()))
            .with("file", visible(&disk.path(&other).to_string_lossy()))),
        None => Ok(parquet),
    }
}
