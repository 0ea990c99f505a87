//! Adding sources to an archive.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{Seek, SeekFrom},
};

use super::{
    disk::open,
    fact::{Fact, Kinds, add, summed},
    manifest::{PACKS, PackFile, Part, SourceRecord, file_name, sha256},
    merge::merged,
    pack,
    partition::channel_text,
    read::{ParquetFile, possible},
    state::ForeignFile,
    transaction::{Transaction, shown, unwritten},
    writer::{Change, Place, Writer, pack_name, put},
};
use crate::{
    error::{Error, Result},
    model::{Channel, Coverage, CoverageBasis, Precision, Row, Sentence, Timestamp},
};

/// Rows of a source that are held before they are written down: some 30 MB.
const HELD: usize = 1 << 19;

/// Hexadecimal digits of a source's id.
const ID_DIGITS: usize = 12;

/// A source before its rows.
#[derive(Clone, Debug)]
pub struct NewSource {
    /// As the user knows it; safe to show. Only the name of the file is kept: folders tell of the machine.
    pub name: String,
    /// Of its content, in hexadecimal digits.
    pub sha256: String,
    /// The channels it speaks for, also those without a row.
    pub channels: Vec<Channel>,
    pub coverage: Coverage,
}

/// Sources on their way into an archive. Nothing changes before [`Addition::commit`].
pub struct Addition<'a> {
    writer: &'a mut Writer,
    /// Closed before the change is thrown away, which takes its file away.
    pack: Option<Pack>,
    change: Transaction,
    current: Option<Current>,
    new: Vec<SourceRecord>,
    /// Sources that are there already, with what is known of their coverage now.
    known: Vec<(String, Coverage)>,
}

/// The file to which the rows of the new sources are written.
struct Pack {
    staged: String,
    file: File,
    length: u64,
}

/// The source whose rows are coming in.
struct Current {
    about: NewSource,
    start: u64,
    parts: Vec<Part>,
    held: Vec<Fact>,
    kinds: Kinds,
    rows: u64,
    errors: u64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    precision: Option<Precision>,
    channels: BTreeSet<Channel>,
    origins: BTreeSet<&'static str>,
}

impl<'a> Addition<'a> {
    pub(super) fn begin(writer: &'a mut Writer) -> Result<Addition<'a>> {
        let change = Transaction::begin(&writer.disk)?;
        let mut addition = Addition { writer, change, pack: None, current: None, new: Vec::new(), known: Vec::new() };
        if !addition.writer.foreign.is_empty() {
            addition.take_over()?;
        }
        Ok(addition)
    }

    /// Begins a source. The rows that follow are its own, until the next one begins.
    ///
    /// # Errors
    /// Where the rows of the one before cannot be written.
    pub fn source(&mut self, about: NewSource) -> Result<()> {
        self.finish_source()?;
        let start = self.pack.as_ref().map_or(0, |pack| pack.length);
        let name = file_name(&about.name);
        self.current = Some(Current::new(NewSource { name, ..about }, start));
        Ok(())
    }

    /// A row of the source that was begun last. In any order; rows of one key are added up.
    ///
    /// # Errors
    /// Where the archive cannot hold the row, where it cannot be written, where no source was begun.
    pub fn row(&mut self, row: &Row) -> Result<()> {
        let Some(current) = &mut self.current else { return Err(Error::new("archive.no_source")) };
        if let Err(why) = possible(row) {
            return Err(Error::new("archive.row_refused")
                .with("name", &current.about.name)
                .with_sentence("why", Sentence::new(why)));
        }
        current.take(row)?;
        if current.held.len() >= HELD { self.write_rows() } else { Ok(()) }
    }

    /// Brings everything into the archive at once.
    ///
    /// Partitions of which nothing new is told are not written again; without news nothing is written at all.
    ///
    /// # Errors
    /// Where a Parquet file that is to be replaced is damaged, where the disk is full, where readers do not let go: then
    /// the archive is as before. Where, all being decided, files cannot be moved: then the next command moves them.
    pub fn commit(mut self) -> Result<Change> {
        self.finish_source()?;
        let before = self.writer.errors()?;
        let mut manifest = self.writer.manifest.clone();
        let known_ids: BTreeSet<&str> = self.known.iter().map(|(id, _)| id.as_str()).collect();
        for (id, coverage) in &self.known {
            manifest.sources.iter_mut().chain(&mut self.new).filter(|source| source.id == *id).for_each(|source| {
                source.cover(*coverage);
            });
        }
        let known = manifest.sources.iter().filter(|source| known_ids.contains(source.id.as_str()));
        let known: Vec<_> = known.map(SourceRecord::source).collect();
        if self.new.is_empty() && manifest == self.writer.manifest && self.writer.foreign.is_empty() {
            return Ok(Change { known, errors: (before, before), ..Change::default() });
        }

        let mut relabelled = Vec::new();
        for new in &self.new {
            let other = self.writer.manifest.sources.iter().find(|old| old.sha256 == new.sha256 && old.id != new.id);
            relabelled.extend(other.map(|old| (new.source(), old.source())));
        }
        let mut by_place: BTreeMap<Place, Vec<(usize, &Part)>> = BTreeMap::new();
        for (index, source) in self.new.iter().enumerate() {
            for part in &source.parts {
                by_place.entry((part.channel.clone(), part.month)).or_default().push((index, part));
            }
        }
        let mut files = 0;
        for (place, parts) in &by_place {
            let there = self.writer.live(place)?;
            let mut lists = vec![there.clone()];
            let Some(pack) = &mut self.pack else { continue };
            let mut kinds = Kinds::default();
            for parts in parts.chunk_by(|a, b| a.0 == b.0) {
                let mut facts = Vec::new();
                for (_, part) in parts {
                    pack::rows(&mut pack.file, part, &mut kinds, &mut facts)
                        .map_err(|error| unwritten(&self.writer.disk, &pack.staged, &error))?;
                }
                lists.push(summed(facts)?);
            }
            let facts = merged(lists)?;
            if facts != there {
                files += usize::from(put(&mut self.change, &mut manifest, place, &facts)?);
            }
        }
        drop(by_place);
        self.keep_rows(&mut manifest)?;
        for file in &self.writer.foreign {
            make_way(&mut self.change, file);
        }
        let sources = self.new.iter().map(SourceRecord::source).collect();
        manifest.sources.append(&mut self.new);
        self.change.commit(&manifest, self.writer.options.wait)?;
        self.writer.manifest = manifest;
        self.writer.foreign.clear();
        let errors = (before, self.writer.errors()?);
        Ok(Change { sources, known, relabelled, files, errors })
    }

    /// Gives the rows of the new sources their place, and takes damaged ones of the same sources away.
    fn keep_rows(&mut self, manifest: &mut super::manifest::Manifest) -> Result<()> {
        let again: Vec<SourceRecord> =
            manifest.sources.extract_if(.., |old| self.new.iter().any(|new| new.id == old.id)).collect();
        for name in again.iter().filter_map(|source| source.pack.as_deref()) {
            self.writer.repack(&mut self.change, manifest, name)?;
        }
        let Some(mut pack) = self.pack.take().filter(|pack| pack.length > 0) else { return Ok(()) };
        let disk = &self.writer.disk;
        let failed = |error| unwritten(disk, &pack.staged, &error);
        let (bytes, sha256) = pack::digest(&mut pack.file).map_err(failed)?;
        let name = pack_name(&sha256);
        for source in self.new.iter_mut().filter(|source| !source.parts.is_empty()) {
            source.pack = Some(name.clone());
        }
        self.change.staged(pack.staged, &format!("{PACKS}/{name}"), sha256.clone());
        manifest.packs.retain(|old| old.name != name);
        manifest.packs.push(PackFile { name, bytes, sha256 });
        Ok(())
    }

    /// Writes down what is held of the current source.
    fn write_rows(&mut self) -> Result<()> {
        let Some(current) = &mut self.current else { return Ok(()) };
        let facts = summed(std::mem::take(&mut current.held))?;
        if facts.is_empty() {
            return Ok(());
        }
        let disk = &self.writer.disk;
        let pack = match &mut self.pack {
            Some(pack) => pack,
            none => {
                let staged = self.change.staging_name();
                let file = disk.create(&staged).map_err(|error| unwritten(disk, &staged, &error))?;
                none.insert(Pack { staged, file, length: 0 })
            }
        };
        let failed = |error| unwritten(disk, &pack.staged, &error);
        pack.file.seek(SeekFrom::Start(pack.length)).map_err(failed)?;
        let same_place = |a: &Fact, b: &Fact| a.month() == b.month() && a.kind.channel == b.kind.channel;
        for facts in facts.chunk_by(same_place) {
            if let Some(part) = pack::append(disk, &mut pack.file, pack.length, facts).map_err(failed)? {
                pack.length += part.bytes;
                current.parts.push(part);
            }
        }
        Ok(())
    }

    fn finish_source(&mut self) -> Result<()> {
        self.write_rows()?;
        let Some(current) = self.current.take() else { return Ok(()) };
        let (start, coverage) = (current.start, current.about.coverage);
        let record = current.record(self.writer.options.now);
        let there = self.writer.manifest.sources.iter().find(|source| source.id == record.id);
        let sound = there.is_some_and(|there| there.pack.as_deref().is_none_or(|pack| self.writer.is_sound(pack)));
        if sound || self.new.iter().any(|new| new.id == record.id) {
            // Its rows are not needed twice.
            if let Some(pack) = &mut self.pack {
                let failed = |error| unwritten(&self.writer.disk, &pack.staged, &error);
                pack.file.set_len(start).map_err(failed)?;
                pack.length = start;
            }
            self.known.push((record.id, coverage));
        } else {
            self.new.push(record);
        }
        Ok(())
    }

    /// Makes a source of the rows of another engine's dataset.
    fn take_over(&mut self) -> Result<()> {
        let disk = std::sync::Arc::clone(&self.writer.disk);
        let privacy = self.writer.options.privacy;
        let mut digests = String::new();
        let files = self.writer.foreign.clone();
        for file in &files {
            let path = disk.path(&file.path);
            let unread = |error| Error::new("error.unreadable").with("path", shown(&path)).with("cause", error);
            let (_, digest) = pack::digest(&mut open(&path).map_err(unread)?).map_err(unread)?;
            digests.push_str(&digest);
        }
        self.source(NewSource {
            name: privacy.path(&disk.root().to_string_lossy()),
            sha256: sha256(digests.as_bytes()),
            channels: Vec::new(),
            coverage: Coverage { from: None, until: None, by: CoverageBasis::LastRow },
        })?;
        for file in &files {
            let path = disk.path(&file.path);
            let parquet = ParquetFile::open(&path, &privacy.path(&path.to_string_lossy()))?;
            parquet.each(file.channel.clone().flatten().as_deref(), privacy, &mut |row| self.row(row))?;
        }
        Ok(())
    }
}

/// What another engine wrote goes, with what it left beside it.
fn make_way(change: &mut Transaction, file: &ForeignFile) {
    let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
    let beside = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    change.remove(&file.path);
    change.remove(&beside(&format!(".{name}.crc")));
    change.remove("_SUCCESS");
    change.remove("._SUCCESS.crc");
}

impl Current {
    fn new(about: NewSource, start: u64) -> Current {
        let channels = about.channels.iter().cloned().collect();
        Current {
            about,
            start,
            parts: Vec::new(),
            held: Vec::new(),
            kinds: Kinds::default(),
            rows: 0,
            errors: 0,
            first: None,
            last: None,
            precision: None,
            channels,
            origins: BTreeSet::new(),
        }
    }

    fn take(&mut self, row: &Row) -> Result<()> {
        self.rows = add(self.rows, row.rows)?;
        self.errors = add(self.errors, row.errors)?;
        self.first = self.first.into_iter().chain([row.time]).min();
        self.last = self.last.max(Some(row.time));
        self.precision = self.precision.max(Some(row.precision));
        if !row.channel.is_unknown() && !self.channels.contains(&row.channel) {
            self.channels.insert(row.channel.clone());
        }
        self.origins.insert(row.origin.name());
        // A host without a name is no host.
        match &row.host {
            Some(host) if host.0.is_empty() => self.held.push(self.kinds.fact(&Row { host: None, ..row.clone() })),
            _ => self.held.push(self.kinds.fact(row)),
        }
        Ok(())
    }

    fn record(self, now: Timestamp) -> SourceRecord {
        let mut record = SourceRecord {
            id: String::new(),
            name: self.about.name,
            sha256: self.about.sha256,
            added: now.0,
            rows: self.rows,
            errors: self.errors,
            first: self.first.map(|time| time.0),
            last: self.last.map(|time| time.0),
            precision: self.precision.map(|precision| precision.name().to_owned()),
            channels: self.channels.into_iter().collect(),
            origins: self.origins.into_iter().map(str::to_owned).collect(),
            covered_from: self.about.coverage.from.map(|from| from.0),
            covered_until: self.about.coverage.until.map(|until| until.0),
            covered_by: self.about.coverage.by.name().to_owned(),
            pack: None,
            parts: self.parts,
        };
        // What a wrong label, zone or column would change, in whatever order the rows came.
        let mut channels: Vec<String> = record.channels.iter().filter_map(channel_text).collect();
        channels.sort_unstable();
        let told = format!(
            "{} {:?} {:?} {:?} {:?} {:?} {} {}",
            record.sha256,
            channels,
            record.origins,
            record.precision,
            record.first,
            record.last,
            record.rows,
            record.errors
        );
        record.id = sha256(told.as_bytes())[..ID_DIGITS].to_owned();
        record
    }
}
