//! The books: what was added, and which files the archive consists of.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    disk::{Disk, read, shown},
    partition::{Month, is_file_path},
};
use crate::{
    error::{Error, Result},
    model::{Channel, Extent, Origin, Precision, Span, Timestamp, Zone, hex, key},
};

/// The folder of the books. Readers of hive partitions pass over names that begin with `_`.
pub const FOLDER: &str = "_errstat";
pub const MANIFEST: &str = "_errstat/manifest.json";
/// The same once more, for the day on which a byte of the first is damaged.
pub const COPY: &str = "_errstat/manifest.copy.json";
pub const LOCK: &str = "_errstat/lock";
pub const SOURCES: &str = "_errstat/sources";
/// Where versions 1 and 2 kept the rows of sources.
pub const PACKS: &str = "_errstat/packs";
/// Where a change writes its files, before it is made.
pub const NEW: &str = "_errstat/new";

/// The version of the whole format: folders, columns and books.
pub const VERSION: u64 = 3;

/// Largest manifest that is read.
const LARGEST: u64 = 1 << 30;

/// Everything that is known of an archive.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Of the format in which it was written; 0 where nothing was yet.
    #[serde(default)]
    pub version: u64,
    /// In the order in which they were added.
    pub sources: Vec<Source>,
    /// In the order of channel and month.
    pub files: Vec<MonthFile>,
    /// What the last change takes away. A file that is still there with another content is not errstat's any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leaving: Vec<Leaving>,
}

/// A Parquet file of a channel and a month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MonthFile {
    pub path: String,
    pub channel: Channel,
    pub month: Month,
    pub sha256: String,
    pub errors: u64,
    pub first: Timestamp,
    pub last: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Leaving {
    pub path: String,
    pub sha256: String,
}

/// What was added once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Short and unique; the same content under the same channel and zone has the same.
    pub id: String,
    /// The file's name when it was added, without its folders. Safe to show.
    pub name: String,
    /// Of the content, in hexadecimal digits.
    pub sha256: String,
    pub added: Timestamp,
    /// Accepted rows of the source.
    pub rows: u64,
    pub errors: u64,
    /// First and last row; none where there are none.
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    /// The coarsest of its rows.
    pub precision: Option<Precision>,
    /// Of its times, if some are known to the hour or the day only; version 2 did not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
    /// Sorted; empty where it names none.
    pub channels: Vec<Channel>,
    /// `export` or `mail`, or both where another engine's dataset was taken over.
    pub origins: Vec<String>,
    /// The instant up to which (exclusive) it is known to be complete.
    pub covered_until: Option<Timestamp>,
    /// Up to where earlier downloads with the same bytes were complete: each of them shows that none is missing.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) also_until: BTreeSet<Timestamp>,
    /// The SHA-256 of the file that holds its rows; none where it has no rows.
    #[serde(default)]
    pub(super) file: Option<String>,
    /// In versions 1 and 2 the name of that file, which has those of others too: half of its SHA-256.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) pack: Option<String>,
    pub(super) parts: Vec<Part>,
}

/// Some rows of a source, all of one channel and month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    pub channel: Channel,
    pub month: Month,
    /// Which group of rows of the file it is; in a pack, at which byte it begins.
    pub at: u64,
    /// In a pack, how many bytes and rows it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// First and last row; version 1 did not tell.
    #[serde(default)]
    pub first: Option<Timestamp>,
    #[serde(default)]
    pub last: Option<Timestamp>,
}

impl Source {
    /// First and last row; none where there are none.
    pub fn span(&self) -> Option<Span> {
        self.first.zip(self.last).map(|(first, last)| Span { first, last })
    }

    /// What its downloads tell of the time of a channel, which it may call by any of some names; nothing where it is of others, or
    /// of mails only.
    pub fn extents<'a>(&self, names: impl IntoIterator<Item = &'a Channel>) -> Vec<Extent> {
        let spans = self.spans();
        let mails = !self.origins.is_empty() && self.origins.iter().all(|origin| origin == Origin::Mail.name());
        let speaks_for = |name: &Channel| match name.is_unknown() {
            false => self.channels.contains(name),
            true => self.channels.is_empty() || spans.contains_key(name),
        };
        let names: Vec<&Channel> = names.into_iter().filter(|name| speaks_for(name)).collect();
        let rows = names.iter().filter_map(|name| spans.get(name)).copied().reduce(Span::union);
        let step = self.precision.map_or(1000, Precision::millis);
        if mails || names.is_empty() {
            return Vec::new();
        }
        let untils = std::iter::once(self.covered_until).chain(self.also_until.iter().copied().map(Some));
        untils.map(|until| Extent { rows, step, until }).collect()
    }

    /// First and last row of each channel; of version 1, of all of them together.
    fn spans(&self) -> BTreeMap<&Channel, Span> {
        let mut spans: BTreeMap<&Channel, Span> = BTreeMap::new();
        for part in &self.parts {
            let own = part.first.zip(part.last).map(|(first, last)| Span { first, last });
            let Some(own) = own.or(self.span()) else { continue };
            spans.entry(&part.channel).and_modify(|span| *span = span.union(own)).or_insert(own);
        }
        spans
    }

    /// Tells its days, if it has only them, as those of another zone.
    pub(super) fn move_days(&mut self, from: &Zone, to: &Zone) {
        if self.precision == Some(Precision::Day) {
            let parts = self.parts.iter_mut().flat_map(|part| [&mut part.first, &mut part.last]);
            for at in parts.chain([&mut self.first, &mut self.last]).flatten() {
                *at = to.day_start(from.day(*at));
            }
        }
    }

    /// The path of the file that holds its rows, and the SHA-256 of it or the beginning of that; none where it has none.
    pub(super) fn file(&self) -> Option<(String, &str)> {
        match (&self.pack, &self.file) {
            (Some(pack), _) => Some((format!("{PACKS}/{pack}"), pack.trim_end_matches(".pack"))),
            (None, Some(sha256)) => Some((source_path(&self.id), sha256)),
            (None, None) => None,
        }
    }
}

/// The path of the file that holds the rows of a source. It is Parquet, and not called so: patterns such as
/// `DIR/*/*/*.parquet`, by which other tools read the months, pass it over.
pub fn source_path(id: &str) -> String {
    format!("{SOURCES}/{id}.rows")
}

/// The name of a file without its folders; of a member of a zip file or a sheet of a workbook, with that file's name.
pub fn file_name(path: &str) -> String {
    // A channel of an archive is told behind it.
    let folders = path.strip_suffix(')').and_then(|rest| rest.find(" (")).map_or(path, |end| &path[..end]);
    let mut names = folders.rsplit(['/', '\\']).filter(|name| !name.is_empty());
    let last = names.next().unwrap_or_default();
    let holds_others = |name: &&str| {
        let name = name.to_ascii_lowercase();
        [".zip", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"].iter().any(|ending| name.ends_with(ending))
    };
    let holder = names.find(holds_others).map(|holder| format!("{holder}/"));
    format!("{}{last}{}", holder.unwrap_or_default(), &path[folders.len()..])
}

/// The hexadecimal digits of a SHA-256.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

impl Manifest {
    /// Its bytes: a line with the version and the SHA-256 of what follows, then that.
    pub fn seal(&self) -> Vec<u8> {
        let body = serde_json::to_vec(self).unwrap_or_default();
        [head(VERSION, &sha256(&body)).into_bytes(), body].concat()
    }

    /// The manifest of such bytes, or why it cannot be used: the key of a sentence.
    fn unseal(bytes: &[u8]) -> std::result::Result<Manifest, key::SentenceKey> {
        let end = bytes.iter().take(200).position(|byte| *byte == b'\n').ok_or(DAMAGED)?;
        let (line, body) = bytes.split_at(end + 1);
        #[derive(Deserialize)]
        struct Head {
            errstat_archive: u64,
        }
        let told: Head = serde_json::from_slice(line).map_err(|_| DAMAGED)?;
        if told.errstat_archive > VERSION {
            return Err(key::archive::NEWER);
        }
        // Byte for byte: a flipped one is found wherever it is.
        if told.errstat_archive == 0 || line != head(told.errstat_archive, &sha256(body)).as_bytes() {
            return Err(DAMAGED);
        }
        let manifest: Manifest = serde_json::from_slice(body).map_err(|_| DAMAGED)?;
        // Versions 1 and 2 tell it in the first line only.
        let within = if told.errstat_archive < 3 { 0 } else { told.errstat_archive };
        if manifest.version != within || !manifest.is_sane() {
            return Err(DAMAGED);
        }
        Ok(Manifest { version: told.errstat_archive, ..manifest })
    }

    /// As it is written now: errstat once kept the folders of files.
    fn without_folders(mut self) -> Manifest {
        for source in &mut self.sources {
            source.name = file_name(&source.name);
        }
        self
    }

    /// Whether every path in it stays where errstat's files belong.
    fn is_sane(&self) -> bool {
        let is_id = |id: &str| (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_hexdigit());
        self.files.iter().all(|file| is_file_path(&file.path))
            && self.sources.iter().all(|source| is_id(&source.id))
            && self.leaving.iter().all(|file| may_leave(&file.path))
            && self.sources.iter().filter_map(|source| source.pack.as_deref()).all(is_pack_name)
    }

    /// Whether it is of a version that kept the rows of sources in packs.
    pub fn is_old(&self) -> bool {
        (1..VERSION).contains(&self.version)
    }

    /// Every file but the manifests, with the SHA-256 of its content or the beginning of it.
    pub fn paths(&self) -> BTreeMap<String, &str> {
        let months = self.files.iter().map(|file| (file.path.clone(), file.sha256.as_str()));
        months.chain(self.sources.iter().filter_map(Source::file)).collect()
    }

    /// The zone of the hours and days of all sources that have any, if they agree; `None` where they do not, or one does
    /// not tell it, or none has any.
    pub fn zone(&self) -> Option<Zone> {
        let mut coarse = self.sources.iter().filter(|source| source.precision >= Some(Precision::Hour));
        let first = coarse.next()?.zone?;
        coarse.all(|source| source.zone.is_some_and(|zone| zone.same_clock(&first))).then_some(first)
    }
}

const DAMAGED: key::SentenceKey = key::archive::BOOKKEEPING_DAMAGED;

fn head(version: u64, sha256: &str) -> String {
    format!("{{\"errstat_archive\":{version},\"sha256\":\"{sha256}\"}}\n")
}

/// The books of a folder.
#[derive(Debug, Default)]
pub struct Books {
    pub manifest: Manifest,
    /// The one of the two manifests that is not as it should be, and whether it is damaged: a change that was broken off
    /// leaves the copy of the state before it.
    pub stale: Option<(&'static str, bool)>,
}

/// Reads the books; `None` where there are none. An error where both manifests are damaged, or of a later errstat.
pub fn load(disk: &Disk) -> Result<Option<Books>> {
    let told = |unusable| Error::new(unusable).with("path", shown(&disk.path(MANIFEST)));
    if ![MANIFEST, COPY].into_iter().any(|path| disk.exists(path)) {
        // Somebody took the manifests away: what is left must not be taken for an empty archive.
        let left = |folder: &str| disk.names(folder).is_ok_and(|names| !names.is_empty());
        return if left(SOURCES) || left(PACKS) { Err(told(DAMAGED)) } else { Ok(None) };
    }
    let parse = |name: &str| {
        let path = disk.path(name);
        let sized = fs::metadata(&path).is_ok_and(|file| file.is_file() && file.len() <= LARGEST);
        let bytes = if sized { fs::read(&path).map_err(|_| DAMAGED)? } else { Vec::new() };
        Manifest::unseal(&bytes)
    };
    let (manifest, stale) = match (parse(MANIFEST), parse(COPY)) {
        (Ok(first), Ok(copy)) if first == copy => (first, None),
        (Ok(first), copy) => {
            let unfinished = copy.is_ok() || parse(&beside(COPY)).is_ok();
            (first, Some((COPY, !unfinished)))
        }
        (Err(_), Ok(copy)) => (copy, Some((MANIFEST, true))),
        (Err(unusable), Err(_)) => return Err(told(unusable)),
    };
    Ok(Some(Books { manifest: manifest.without_folders(), stale }))
}

fn is_pack_name(name: &str) -> bool {
    name.strip_suffix(".pack").is_some_and(|stem| stem.len() == 32 && stem.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Whether a change may take such a file away: one of errstat's own that are not for ever, or one of another engine's
/// dataset, which taking it over replaces.
fn may_leave(path: &str) -> bool {
    let safe = |name: &str| !matches!(name, "" | "." | "..") && !name.contains(['\\', ':', '\0']);
    let ours = path.starts_with("_errstat/") && ![MANIFEST, COPY, LOCK].contains(&path);
    let theirs =
        !path.starts_with("_errstat") && (path.ends_with(".parquet") || path.ends_with(".crc") || path == "_SUCCESS");
    path.split('/').all(safe) && (ours || theirs)
}

/// Where a change writes what a file will hold.
pub fn beside(path: &str) -> String {
    // No name of errstat's has the sign.
    format!("{NEW}/{}", path.replace('/', "!"))
}

/// Whether bytes have this SHA-256, or one that begins so.
pub fn is_wanted(bytes: &[u8], wanted: &str) -> bool {
    sha256(bytes).starts_with(wanted)
}

/// The bytes of a file of the archive, in its place or, where the last change was broken off, still beside; an error
/// where neither is what was written.
pub fn content(disk: &Disk, path: &str, wanted: &str) -> io::Result<Vec<u8>> {
    let mut fault = io::Error::from(io::ErrorKind::NotFound);
    // It may be moved meanwhile.
    for place in [path, &beside(path), path] {
        match read(&disk.path(place)) {
            Ok(bytes) if is_wanted(&bytes, wanted) => return Ok(bytes),
            Ok(_) => fault = io::ErrorKind::InvalidData.into(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => fault = error,
        }
    }
    Err(fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_byte_of_the_books_is_found() {
        let manifest = Manifest { version: VERSION, ..Manifest::default() };
        let sealed = manifest.seal();
        assert_eq!(Manifest::unseal(&sealed), Ok(manifest));
        for at in 0..sealed.len() {
            for bit in 0..8 {
                let mut bytes = sealed.clone();
                bytes[at] ^= 1 << bit;
                assert!(Manifest::unseal(&bytes).is_err(), "byte {at} bit {bit}");
            }
        }
        assert_eq!(Manifest::unseal(&sealed[..sealed.len() - 1]), Err(DAMAGED));
        assert_eq!(Manifest::unseal(b""), Err(DAMAGED));
    }

    #[test]
    fn sources_are_known_by_the_names_of_their_files() {
        for (path, name) in [
            ("w46.tsv", "w46.tsv"),
            ("/home/anna/exports/w46.tsv", "w46.tsv"),
            ("C:\\Users\\anna\\w46.tsv", "w46.tsv"),
            ("/home/anna/w46.ZIP/in/w46.tsv", "w46.ZIP/w46.tsv"),
            ("/home/anna/w46.xlsx/Sheet1", "w46.xlsx/Sheet1"),
            ("/home/anna/archive/ (shop/a)", "archive (shop/a)"),
            ("w46 (1).tsv", "w46 (1).tsv"),
            ("-", "-"),
            ("", ""),
        ] {
            assert_eq!(file_name(path), name, "{path}");
            assert_eq!(file_name(name), name, "{path}: once is enough");
        }
    }

    #[test]
    fn a_newer_version_is_refused_whatever_follows() {
        assert_eq!(Manifest::unseal(b"{\"errstat_archive\":4,\"x\":1}\nanything"), Err(key::archive::NEWER));
    }
}
