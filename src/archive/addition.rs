//! Adding sources to an archive, and building it anew.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    change::Draft,
    disk::{Disk, parent, read, shown},
    fact::{Fact, Kinds, add, merged, summed},
    manifest::{MonthFile, Source, content, file_name, sha256, source_path},
    partition::{Place, channel_text},
    read::{ParquetFile, Reader, possible},
    shelf::{Shelf, SourceFile},
    writer::{Change, Writer, derive, put, take_over_packs},
};
use crate::{
    error::{Error, Result},
    model::{Channel, Precision, Row, Sentence, Timestamp, Zone, key},
};

/// Rows of a source that are held before they are encoded: some 30 MB.
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
    /// In which its days and hours are steps.
    pub zone: Option<Zone>,
    /// The instant up to which (exclusive) it is known to be complete.
    pub covered_until: Option<Timestamp>,
}

/// Sources on their way into an archive. Nothing changes before [`Addition::commit`].
pub struct Addition<'a> {
    writer: &'a mut Writer,
    draft: Draft,
    current: Option<Current>,
    new: Vec<Source>,
    /// Sources that are there already, as they were given now.
    known: Vec<Source>,
}

/// The source whose rows are coming in.
struct Current {
    source: Source,
    file: SourceFile,
    held: Vec<Fact>,
    kinds: Kinds,
    channels: BTreeSet<Channel>,
    origins: BTreeSet<&'static str>,
}

impl Writer {
    /// Begins to add sources. An error where nothing can be written, or another engine's dataset that is to be taken
    /// over cannot be read.
    pub fn addition(&mut self) -> Result<Addition<'_>> {
        let draft = Draft::begin(&self.disk, &self.manifest)?;
        let mut addition = Addition { writer: self, draft, current: None, new: Vec::new(), known: Vec::new() };
        if !addition.writer.foreign.is_empty() {
            addition.take_over()?;
        }
        Ok(addition)
    }

    /// Writes every month anew from the rows of the sources. Where those of one are damaged the sentence names it.
    pub fn rebuild(&mut self) -> Result<Change> {
        if !self.foreign.is_empty() {
            return self.addition()?.commit();
        }
        let mut draft = Draft::begin(&self.disk, &self.manifest)?;
        take_over_packs(&self.disk, &mut draft)?;
        let files = derive(&self.disk, &mut draft, None)?;
        self.commit(draft, Change { files, ..Change::default() })
    }
}

impl Addition<'_> {
    /// Begins a source. The rows that follow are its own, until the next one begins.
    pub fn source(&mut self, about: NewSource) -> Result<()> {
        self.finish_source()?;
        self.current = Some(Current {
            source: Source {
                name: file_name(&about.name),
                sha256: about.sha256,
                added: self.writer.options.now,
                zone: about.zone,
                covered_until: about.covered_until,
                ..Source::default()
            },
            file: SourceFile::default(),
            held: Vec::new(),
            kinds: Kinds::default(),
            channels: about.channels.into_iter().collect(),
            origins: BTreeSet::new(),
        });
        Ok(())
    }

    /// A row of the source that was begun last. In any order; rows of one key are added up. An error where the archive
    /// cannot hold it.
    pub fn row(&mut self, row: &Row) -> Result<()> {
        let Some(current) = &mut self.current else { return Err(Error::new(key::archive::NO_SOURCE)) };
        possible(row).map_err(|why| {
            let name = &current.source.name;
            Error::new(key::archive::ROW_REFUSED).with("name", name).with_sentence("why", Sentence::new(why))
        })?;
        current.take(row)
    }

    /// Brings everything into the archive at once.
    ///
    /// Months of which nothing new is told are not written again; without news nothing is written at all. Where something
    /// fails the archive is as before; where, all being decided, files cannot be moved, the next command moves them.
    pub fn commit(mut self) -> Result<Change> {
        self.finish_source()?;
        let Addition { writer, mut draft, mut new, known, .. } = self;
        let old = &writer.manifest.sources;
        let relabelled = new.iter().filter(|new| new.rows > 0).filter_map(|new| {
            let other = old.iter().find(|old| old.sha256 == new.sha256 && old.id != new.id);
            other.map(|old| (new.clone(), old.clone()))
        });
        let relabelled = relabelled.collect();
        // A damaged source is replaced. Its months must not count it twice.
        let ids: BTreeSet<&str> = new.iter().map(|new| &*new.id).collect();
        let replaced = draft.manifest.sources.extract_if(.., |old| ids.contains(&*old.id));
        let replaced = replaced.flat_map(|old| old.parts).map(|part| (part.channel.identity(), part.month)).collect();
        let mut again: BTreeMap<&str, Vec<&Source>> = BTreeMap::new();
        known.iter().for_each(|source| again.entry(&source.id).or_default().push(source));
        for source in draft.manifest.sources.iter_mut().chain(&mut new) {
            for again in again.get(&*source.id).into_iter().flatten() {
                source.also_until.extend(source.covered_until.into_iter().chain(again.covered_until));
                source.covered_until = source.also_until.pop_last();
                source.zone = source.zone.or(again.zone);
            }
        }
        let all = draft.manifest.sources.iter().chain(&new);
        let known: Vec<Source> = all.filter(|source| again.contains_key(&*source.id)).cloned().collect();
        let is_old = writer.manifest.is_old();
        if new.is_empty() && !is_old && draft.manifest.sources == *old && writer.foreign.is_empty() {
            return Ok(Change { known, ..Change::default() });
        }
        let files = match is_old {
            true => {
                take_over_packs(&writer.disk, &mut draft)?;
                draft.manifest.sources.extend_from_slice(&new);
                derive(&writer.disk, &mut draft, None)?
            }
            false => {
                let files = add_to_months(&writer.disk, &mut draft, &new, &replaced)?;
                draft.manifest.sources.extend_from_slice(&new);
                files
            }
        };
        for file in &writer.foreign {
            let folder = parent(&file.path);
            let name = file.path.rsplit('/').next().unwrap_or_default();
            let crc = format!("{folder}/.{name}.crc");
            for path in [&*file.path, crc.trim_start_matches('/'), "_SUCCESS", "._SUCCESS.crc"] {
                draft.take_away(path);
            }
        }
        writer.commit(draft, Change { sources: new, known, relabelled, files })
    }

    fn finish_source(&mut self) -> Result<()> {
        let Some(current) = self.current.take() else { return Ok(()) };
        let (mut source, bytes) = current.finish()?;
        let Writer { manifest, disk, .. } = &*self.writer;
        let sound = |there: &Source| match there.file() {
            Some((path, sha256)) => content(disk, &path, sha256).is_ok(),
            None => there.parts.is_empty(),
        };
        let there = manifest.sources.iter().find(|there| there.id == source.id);
        if there.is_some_and(sound) || self.new.iter().any(|new| new.id == source.id) {
            self.known.push(source);
            return Ok(());
        }
        if let Some(bytes) = bytes {
            source.file = Some(self.draft.write(&source_path(&source.id), &bytes)?);
        }
        self.new.push(source);
        Ok(())
    }

    /// Makes a source of the rows of another engine's dataset.
    fn take_over(&mut self) -> Result<()> {
        let disk = std::sync::Arc::clone(&self.writer.disk);
        let privacy = self.writer.options.privacy;
        let files = self.writer.foreign.clone();
        let mut digests = String::new();
        for file in &files {
            let path = disk.path(&file.path);
            let bytes = read(&path);
            let unread = |error| Error::new(key::error::UNREADABLE).with("path", shown(&path)).because(&error);
            digests += &sha256(&bytes.map_err(unread)?);
        }
        self.source(NewSource {
            name: privacy.path(&disk.root().to_string_lossy()),
            sha256: sha256(digests.as_bytes()),
            channels: Vec::new(),
            zone: None,
            covered_until: None,
        })?;
        for file in &files {
            let path = disk.path(&file.path);
            let parquet = ParquetFile::open(&path, &privacy.path(&path.to_string_lossy()))?;
            let folder = file.folder.as_deref();
            parquet.each(Reader { folder, privacy, ..Reader::as_stored() }, &mut |row| self.row(row))?;
        }
        Ok(())
    }
}

/// Adds what new sources tell to the months of which they have rows; `anew` are those that are not to be built on. Gives
/// the number of files that are written.
fn add_to_months(disk: &Disk, draft: &mut Draft, new: &[Source], anew: &BTreeSet<Place>) -> Result<usize> {
    let sources = draft.manifest.sources.clone();
    let mut old = Shelf::new(disk, &sources, Reader::as_stored());
    let mut new = Shelf::new(disk, new, Reader::as_stored());
    let mut files = 0;
    for month in new.months() {
        // The larger of larger ones is the largest: what is there need not be merged again, if it is what was written.
        let there = draft.months.get(&month).map(Vec::as_slice).unwrap_or_default();
        let there = live(disk, there).filter(|_| !anew.contains(&month));
        let mended = there.is_none();
        let there = there.map_or_else(|| old.merged(&month), Ok)?;
        let mut lists = new.each(&month)?;
        lists.push(there.clone());
        let facts = merged(lists)?;
        if mended || facts != there {
            files += put(draft, &month, &facts, mended)?;
        }
    }
    Ok(files)
}

/// What the files of a month hold; `None` where one is not as it was written.
fn live(disk: &Disk, files: &[MonthFile]) -> Option<Vec<Fact>> {
    let mut kinds = Kinds::default();
    let mut facts = Vec::new();
    for file in files {
        let bytes = content(disk, &file.path, &file.sha256).ok()?;
        let parquet = ParquetFile::from_bytes(bytes, &file.path).ok()?;
        let mut each = |row: &Row| {
            facts.push(kinds.fact(row));
            Ok(())
        };
        parquet.each(Reader::as_stored(), &mut each).ok()?;
    }
    summed(facts).ok()
}

impl Current {
    fn take(&mut self, row: &Row) -> Result<()> {
        let source = &mut self.source;
        source.rows = add(source.rows, row.rows)?;
        source.errors = add(source.errors, row.errors)?;
        source.first = source.first.into_iter().chain([row.time]).min();
        source.last = source.last.max(Some(row.time));
        source.precision = source.precision.max(Some(row.precision));
        if !row.channel.is_unknown() && !self.channels.contains(&row.channel) {
            self.channels.insert(row.channel.clone());
        }
        self.origins.insert(row.origin.name());
        self.held.push(self.kinds.fact(row));
        if self.held.len() >= HELD {
            self.file.write(std::mem::take(&mut self.held))?;
        }
        Ok(())
    }

    /// The source, and the bytes of its file if it has rows.
    fn finish(mut self) -> Result<(Source, Option<Vec<u8>>)> {
        self.file.write(self.held)?;
        let (bytes, parts) = self.file.finish(&self.source.name)?;
        let mut source = Source {
            channels: self.channels.into_iter().collect(),
            origins: self.origins.into_iter().map(str::to_owned).collect(),
            parts,
            ..self.source
        };
        source.zone = source.zone.filter(|_| source.precision >= Some(Precision::Hour));
        // What a wrong label, zone or column would change, in whatever order the rows came.
        let mut channels: Vec<String> = source.channels.iter().filter_map(channel_text).collect();
        channels.sort_unstable();
        let [first, last] = [source.first, source.last].map(|at| at.map(|at| at.0));
        let is_other = |zone: &Zone| source.precision == Some(Precision::Day) && !zone.same_clock(&Zone::console());
        let zone = source.zone.filter(is_other);
        // The downloads of a quiet bot have the same bytes, and each speaks for a time of its own.
        let empty_until = source.covered_until.filter(|_| source.rows == 0);
        let told = format!(
            "{} {:?} {:?} {:?} {:?} {:?} {} {}{}{}",
            source.sha256,
            channels,
            source.origins,
            source.precision.map(|precision| precision.name().to_owned()),
            first,
            last,
            source.rows,
            source.errors,
            zone.map(|zone| format!(" {zone}")).unwrap_or_default(),
            empty_until.map(|until| format!(" {}", until.0)).unwrap_or_default()
        );
        source.id = sha256(told.as_bytes())[..ID_DIGITS].to_owned();
        Ok((source, bytes))
    }
}
