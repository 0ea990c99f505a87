//! Changing an archive: adding sources, taking one back, building everything anew.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs::File,
    path::Path,
    sync::Arc,
    time::Duration,
};

use super::{
    addition::Addition,
    disk::{Disk, open},
    fact::{Fact, Kinds, add, summed},
    lock::{self, Holder, Lock, NoLock},
    manifest::{FOLDER, LOCK, LiveFile, Manifest, PACKS, PackFile, Part, Source, SourceRecord, sha256},
    merge::merged,
    pack,
    partition::{Month, file_path},
    read::ParquetFile,
    state::{self, ForeignFile, Listing},
    store::live_bytes,
    transaction::{self, Transaction, shown, unwritten},
    write::parquet,
};
use crate::{
    error::{Error, Result},
    model::{Channel, Privacy, Span, Timestamp, visible},
};

/// How an archive is changed.
#[derive(Clone, Copy, Debug)]
pub struct WriteOptions {
    /// How long another writer, or readers, are waited for.
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
    /// Parquet files that were written or taken away.
    pub files: usize,
    /// Errors in the archive before and after.
    pub errors: (u64, u64),
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

/// A channel and a month.
pub(super) type Place = (Channel, Month);

impl Writer {
    /// Opens an archive for changing it; makes one where the folder is empty or not there yet. What the last writer
    /// left unfinished is finished.
    ///
    /// A folder in the archive's schema that another engine wrote is taken over by the first change: its rows become a
    /// source, and its files make way.
    ///
    /// # Errors
    /// Where another process is writing, the folder holds something else, the archive is damaged or of a later errstat,
    /// or nothing can be written there.
    pub fn open(folder: &Path, options: WriteOptions) -> Result<Writer> {
        Writer::on(Disk::new(folder), options)
    }

    pub(super) fn on(disk: Disk, options: WriteOptions) -> Result<Writer> {
        std::fs::create_dir_all(disk.root()).map_err(|error| unwritten(&disk, "", &error))?;
        if !disk.exists(FOLDER) {
            fit(&disk)?;
        }
        disk.create_folders(FOLDER).map_err(|error| unwritten(&disk, FOLDER, &error))?;
        let lock =
            lock::writer(&disk.path(LOCK), options.wait, &Holder::here(options.now)).map_err(|error| match error {
                NoLock::Held(holder) => held(&disk, holder),
                NoLock::Io(error) => unwritten(&disk, LOCK, &error),
            })?;
        // A format that is not known is not tidied up either.
        state::load(&disk)?;
        transaction::recover(&disk, options.wait)?;
        let (manifest, foreign) = match state::load(&disk)? {
            Some(state) => (state.manifest, Vec::new()),
            None => (Manifest::default(), fit(&disk)?),
        };
        Ok(Writer { disk: Arc::new(disk), manifest, options, foreign, _lock: lock })
    }

    /// What was added so far.
    pub fn sources(&self) -> Vec<Source> {
        self.manifest.sources.iter().map(SourceRecord::source).collect()
    }

    /// Begins to add sources.
    ///
    /// # Errors
    /// Where nothing can be written, or another engine's dataset that is to be taken over cannot be read.
    pub fn addition(&mut self) -> Result<Addition<'_>> {
        Addition::begin(self)
    }

    /// Takes a source back: what it alone told is gone. `which` is the beginning of an id that no other one shares, or a
    /// name that no other one has.
    ///
    /// # Errors
    /// Where there is no such source or several, or rows of the others cannot be read.
    pub fn remove(&mut self, which: &str) -> Result<Change> {
        let index = self.find(which)?;
        let before = self.errors()?;
        let mut manifest = self.manifest.clone();
        let gone = manifest.sources.remove(index);
        let mut change = Transaction::begin(&self.disk)?;
        if let Some(name) = &gone.pack {
            self.repack(&mut change, &mut manifest, name)?;
        }
        let places: BTreeSet<Place> = gone.parts.iter().map(|part| (part.channel.clone(), part.month)).collect();
        // The rows of the others still lie where they were: the change is not decided yet.
        let others: Vec<&SourceRecord> =
            self.manifest.sources.iter().enumerate().filter(|(i, _)| *i != index).map(|(_, source)| source).collect();
        let mut files = 0;
        let mut rows = RowsOf::new(&self.disk, &others);
        for place in places {
            let facts = rows.place(&place)?;
            files += usize::from(put(&mut change, &mut manifest, &place, &facts)?);
        }
        change.commit(&manifest, self.options.wait)?;
        self.manifest = manifest;
        let errors = (before, self.errors()?);
        Ok(Change { sources: vec![gone.source()], files, errors, ..Change::default() })
    }

    /// Writes every Parquet file anew from the rows of the sources.
    ///
    /// # Errors
    /// Where rows of a source are damaged: the sentence names it.
    pub fn rebuild(&mut self) -> Result<Change> {
        if !self.foreign.is_empty() {
            return self.addition()?.commit();
        }
        let before = self.errors()?;
        let mut manifest = Manifest { files: Vec::new(), ..self.manifest.clone() };
        let mut change = Transaction::begin(&self.disk)?;
        let sources: Vec<&SourceRecord> = self.manifest.sources.iter().collect();
        let mut rows = RowsOf::new(&self.disk, &sources);
        let places: Vec<Place> = rows.places();
        let mut files = 0;
        for place in places {
            let facts = rows.place(&place)?;
            files += usize::from(put(&mut change, &mut manifest, &place, &facts)?);
        }
        let kept: BTreeSet<&str> = manifest.files.iter().map(|file| file.path.as_str()).collect();
        for file in self.manifest.files.iter().filter(|file| !kept.contains(file.path.as_str())) {
            change.remove(&file.path);
        }
        change.commit(&manifest, self.options.wait)?;
        self.manifest = manifest;
        Ok(Change { files, errors: (before, self.errors()?), ..Change::default() })
    }

    pub(super) fn errors(&self) -> Result<u64> {
        self.manifest.files.iter().try_fold(0, |sum, file| add(sum, file.errors))
    }

    /// Where a source stands among [`Writer::sources`].
    ///
    /// # Errors
    /// Where there is no such source or several.
    pub fn find(&self, which: &str) -> Result<usize> {
        let sources = &self.manifest.sources;
        let all = |fits: &dyn Fn(&SourceRecord) -> bool| -> Vec<usize> {
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
            [] => Err(Error::new("archive.source_unknown_id").with("which", visible(which))),
            _ => {
                let ids: Vec<&str> = found.iter().map(|i| sources[*i].id.as_str()).collect();
                Err(Error::new("archive.source_ambiguous").with("which", visible(which)).with("ids", ids.join(", ")))
            }
        }
    }

    /// Leaves out of a pack what no source of the manifest has in it any more.
    pub(super) fn repack(&self, change: &mut Transaction, manifest: &mut Manifest, name: &str) -> Result<()> {
        let path = format!("{PACKS}/{name}");
        let users: Vec<usize> = (0..manifest.sources.len())
            .filter(|index| manifest.sources[*index].pack.as_deref() == Some(name))
            .collect();
        if !users.is_empty() && !self.is_sound(name) {
            // A copy would have a new SHA-256, under which nobody would find the damage any more.
            return Ok(());
        }
        manifest.packs.retain(|pack| pack.name != name);
        change.remove(&path);
        if users.is_empty() {
            return Ok(());
        }
        let disk = &*self.disk;
        let unread = |error| Error::new("error.unreadable").with("path", shown(&disk.path(&path))).with("cause", error);
        let mut old = open(&disk.path(&path)).map_err(unread)?;
        let staged = change.staging_name();
        let unwritten = |error| unwritten(disk, &staged, &error);
        let mut new = disk.create(&staged).map_err(unwritten)?;
        let mut at = 0;
        for index in users.iter().copied() {
            for part in &mut manifest.sources[index].parts {
                let frame = frame(&mut old, part).map_err(unread)?;
                disk.append(&mut new, &frame).map_err(unwritten)?;
                part.at = at;
                at += part.bytes;
            }
        }
        let (bytes, sha256) = pack::digest(&mut new).map_err(unwritten)?;
        let renamed = pack_name(&sha256);
        for index in users {
            manifest.sources[index].pack = Some(renamed.clone());
        }
        change.staged(staged, &format!("{PACKS}/{renamed}"), sha256.clone());
        manifest.packs.push(PackFile { name: renamed, bytes, sha256 });
        Ok(())
    }

    /// Whether a pack is what was written.
    pub(super) fn is_sound(&self, name: &str) -> bool {
        let Some(pack) = self.manifest.packs.iter().find(|pack| pack.name == name) else { return false };
        let there = open(&self.disk.path(&format!("{PACKS}/{name}"))).and_then(|mut file| pack::digest(&mut file));
        there.is_ok_and(|(bytes, sha256)| (bytes, sha256.as_str()) == (pack.bytes, pack.sha256.as_str()))
    }

    /// What the archive holds of a place now.
    pub(super) fn live(&self, place: &Place) -> Result<Vec<Fact>> {
        let there = self.manifest.files.iter().find(|file| (&file.channel, &file.month) == (&place.0, &place.1));
        let Some(file) = there else { return Ok(Vec::new()) };
        let path = self.disk.path(&file.path);
        let parquet = ParquetFile::from_bytes(live_bytes(&path, &file.sha256)?, &shown(&path))?;
        let mut kinds = Kinds::default();
        let mut facts = Vec::new();
        // What is in there passed the gate when it was added.
        parquet.each(None, Privacy { show_urls: true }, &mut |row| {
            facts.push(kinds.fact(row));
            Ok(())
        })?;
        Ok(facts)
    }
}

/// The name of a pack with this content.
pub(super) fn pack_name(sha256: &str) -> String {
    format!("{}.pack", &sha256[..32])
}

/// The bytes of a frame.
fn frame(file: &mut File, part: &Part) -> std::io::Result<Vec<u8>> {
    use std::io::{Read, Seek, SeekFrom};
    file.seek(SeekFrom::Start(part.at))?;
    let mut bytes = Vec::new();
    file.take(part.bytes).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == part.bytes { Ok(bytes) } else { Err(std::io::ErrorKind::UnexpectedEof.into()) }
}

/// Whether a folder without bookkeeping can become an archive; the files of another engine's dataset if it is one.
fn fit(disk: &Disk) -> Result<Vec<ForeignFile>> {
    let Listing { parquet, other } = state::listing(disk.root())?;
    match other {
        Some(other) => Err(Error::new("archive.not_one")
            .with("path", shown(disk.root()))
            .with("file", visible(&disk.path(&other).to_string_lossy()))),
        None => Ok(parquet),
    }
}

fn held(disk: &Disk, holder: Option<Holder>) -> Error {
    match holder {
        Some(holder) => Error::new("archive.locked")
            .with("path", shown(disk.root()))
            .with("process", holder.process)
            .with("host", visible(&holder.host))
            .with("since", chrono::DateTime::from_timestamp_millis(holder.since).unwrap_or_default().to_rfc3339()),
        None => Error::new("archive.locked_unknown").with("path", shown(disk.root())),
    }
}

/// Gives a partition its new content. Tells whether that is a change.
pub(super) fn put(change: &mut Transaction, manifest: &mut Manifest, place: &Place, facts: &[Fact]) -> Result<bool> {
    let path = file_path(&place.0, place.1);
    let at = manifest.files.iter().position(|file| file.path == path);
    let (Some(first), Some(last)) = (facts.first(), facts.last()) else {
        if let Some(at) = at {
            manifest.files.remove(at);
            change.remove(&path);
        }
        return Ok(at.is_some());
    };
    let bytes = parquet(facts)?;
    let span = Span { first: first.time, last: last.time };
    let file = LiveFile {
        path: path.clone(),
        channel: place.0.clone(),
        month: place.1,
        bytes: bytes.len() as u64,
        sha256: sha256(&bytes),
        rows: facts.len() as u64,
        errors: facts.iter().try_fold(0, |sum, fact| add(sum, fact.errors))?,
        first: span.first.0,
        last: span.last.0,
    };
    match at {
        Some(at) if manifest.files[at] == file => return Ok(false),
        Some(at) => manifest.files[at] = file,
        None => {
            let key = |file: &LiveFile| (file.channel.clone(), file.month);
            let at = manifest.files.partition_point(|other| key(other) < key(&file));
            manifest.files.insert(at, file);
        }
    }
    change.stage(&path, &bytes)?;
    Ok(true)
}

/// The rows of sources, place by place.
pub(super) struct RowsOf<'a> {
    disk: &'a Disk,
    by_place: BTreeMap<Place, Vec<(&'a SourceRecord, Vec<&'a Part>)>>,
    open: HashMap<&'a str, File>,
}

impl<'a> RowsOf<'a> {
    pub fn new(disk: &'a Disk, sources: &[&'a SourceRecord]) -> RowsOf<'a> {
        let mut by_place: BTreeMap<Place, Vec<(&SourceRecord, Vec<&Part>)>> = BTreeMap::new();
        for source in sources {
            for part in &source.parts {
                let here = by_place.entry((part.channel.clone(), part.month)).or_default();
                match here.last_mut() {
                    Some((last, parts)) if std::ptr::eq(*last, *source) => parts.push(part),
                    _ => here.push((source, vec![part])),
                }
            }
        }
        RowsOf { disk, by_place, open: HashMap::new() }
    }

    pub fn places(&self) -> Vec<Place> {
        self.by_place.keys().cloned().collect()
    }

    /// What the sources make of a place together.
    pub fn place(&mut self, place: &Place) -> Result<Vec<Fact>> {
        let mut kinds = Kinds::default();
        let mut lists = Vec::new();
        for (source, parts) in self.by_place.get(place).map(Vec::as_slice).unwrap_or_default() {
            let Some(pack) = source.pack.as_deref() else { continue };
            let path = format!("{PACKS}/{pack}");
            let broken = |_| Error::new("archive.source_damaged").with("id", &source.id).with("name", &source.name);
            let file = match self.open.entry(pack) {
                std::collections::hash_map::Entry::Occupied(there) => there.into_mut(),
                std::collections::hash_map::Entry::Vacant(free) => {
                    free.insert(open(&self.disk.path(&path)).map_err(broken)?)
                }
            };
            let mut facts = Vec::new();
            for part in parts {
                pack::rows(file, part, &mut kinds, &mut facts).map_err(broken)?;
            }
            lists.push(summed(facts)?);
        }
        merged(lists)
    }
}
