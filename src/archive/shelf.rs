//! The rows of sources: written in groups by channel and month, and read month by month.

use std::collections::{BTreeMap, HashMap};

use super::{
    disk::{Disk, shown},
    fact::{Fact, Kinds, merged, summed},
    manifest::{PACKS, Part, Source, content},
    packs,
    partition::{Month, Place},
    read::{FILE_BYTES, ParquetFile, Reader},
    write::{Encoder, GROUP},
};
use crate::{
    error::{Error, Result},
    model::{Channel, key},
};

/// A source with more groups than that is kept open, as long as all that are open have no more bytes than that.
const FEW: usize = 8;
const OPEN_BYTES: usize = 256 << 20;

/// The file of a source in the making.
#[derive(Default)]
pub struct SourceFile {
    encoder: Option<Encoder>,
    groups: u64,
    parts: Vec<Part>,
}

impl SourceFile {
    /// Adds some rows.
    pub fn write(&mut self, facts: Vec<Fact>) -> Result<()> {
        let mut places: BTreeMap<(Channel, Month), Vec<Fact>> = BTreeMap::new();
        for fact in summed(facts)? {
            places.entry((fact.kind.channel.clone(), fact.month())).or_default().push(fact);
        }
        for ((channel, month), facts) in places {
            for group in facts.chunks(GROUP) {
                let encoder = match &mut self.encoder {
                    Some(encoder) => encoder,
                    none => none.insert(Encoder::new()?),
                };
                encoder.group(group)?;
                let [first, last] = [group.first(), group.last()].map(|fact| fact.map(|fact| fact.time));
                let (channel, at) = (channel.clone(), self.groups);
                self.parts.push(Part { channel, month, at, bytes: None, rows: None, first, last });
                self.groups += 1;
            }
        }
        Ok(())
    }

    /// Its bytes, none where there are no rows, and where which rows lie in it. `name` is the source's, for the sentence
    /// that it is too large to be read again.
    pub fn finish(self, name: &str) -> Result<(Option<Vec<u8>>, Vec<Part>)> {
        let bytes = self.encoder.map(Encoder::finish).transpose()?;
        if bytes.as_ref().is_some_and(|bytes| bytes.len() as u64 > FILE_BYTES) {
            return Err(Error::new(key::archive::TOO_LARGE).with("path", name));
        }
        Ok((bytes, self.parts))
    }
}

/// Sources by the months of which they have rows.
pub struct Shelf<'a> {
    disk: &'a Disk,
    reader: Reader<'static>,
    by_month: BTreeMap<Place, Vec<(&'a Source, Vec<&'a Part>)>>,
    open: HashMap<&'a str, ParquetFile>,
    kinds: Kinds,
}

impl<'a> Shelf<'a> {
    pub fn new(disk: &'a Disk, sources: impl IntoIterator<Item = &'a Source>, reader: Reader<'static>) -> Shelf<'a> {
        let mut by_month: BTreeMap<Place, Vec<(&Source, Vec<&Part>)>> = BTreeMap::new();
        for source in sources {
            for part in &source.parts {
                let here = by_month.entry((part.channel.identity(), part.month)).or_default();
                match here.last_mut() {
                    Some((last, parts)) if std::ptr::eq(*last, source) => parts.push(part),
                    _ => here.push((source, vec![part])),
                }
            }
        }
        Shelf { disk, reader, by_month, open: HashMap::new(), kinds: Kinds::default() }
    }

    /// Every month of every channel.
    pub fn months(&self) -> Vec<Place> {
        self.by_month.keys().cloned().collect()
    }

    /// What the sources make of a month together.
    pub fn merged(&mut self, month: &Place) -> Result<Vec<Fact>> {
        merged(self.each(month)?)
    }

    /// What each source tells of a month.
    pub fn each(&mut self, month: &Place) -> Result<Vec<Vec<Fact>>> {
        let parts = self.by_month.get(month).cloned().unwrap_or_default();
        parts.into_iter().map(|(source, parts)| self.rows(source, &parts)).collect()
    }

    /// Some rows of a source, summed.
    pub fn rows(&mut self, source: &'a Source, parts: &[&Part]) -> Result<Vec<Fact>> {
        let broken = || Error::new(key::archive::SOURCE_DAMAGED).with("id", &source.id).with("name", &source.name);
        let mut facts = Vec::new();
        if let Some(pack) = &source.pack {
            let pack = self.disk.path(&format!("{PACKS}/{pack}"));
            for part in parts {
                packs::rows(&pack, part, &mut self.kinds, &mut facts).map_err(|_| broken())?;
            }
            return summed(facts);
        }
        if !self.open.contains_key(&*source.id) {
            let (path, sha256) = source.file().ok_or_else(broken)?;
            let bytes = content(self.disk, &path, sha256).map_err(|_| broken())?;
            let file = ParquetFile::from_bytes(bytes, &shown(&self.disk.path(&path)))?;
            if self.open.values().map(ParquetFile::length).sum::<usize>() > OPEN_BYTES {
                self.open.clear();
            }
            self.open.insert(&source.id, file);
        }
        if let Some(file) = self.open.get(&*source.id) {
            for part in parts {
                file.group(part.at, self.reader, &mut |row| {
                    facts.push(self.kinds.fact(row));
                    Ok(())
                })?;
            }
        }
        if source.parts.len() <= FEW {
            self.open.remove(&*source.id);
        }
        summed(facts)
    }
}
