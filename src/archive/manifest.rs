//! The bookkeeping: what was added, and which files the archive consists of.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use super::partition::{FILE_NAME, Month, channel_of_folder};
use crate::model::{Channel, Coverage, CoverageBasis, Extent, Origin, Precision, Span, Timestamp, hex};

/// The folder of the bookkeeping. Readers of hive partitions pass over names that begin with `_`.
pub const FOLDER: &str = "_errstat";
pub const MANIFEST: &str = "_errstat/manifest.json";
/// The same once more, for the day on which a byte of the first is damaged.
pub const COPY: &str = "_errstat/manifest.copy.json";
pub const JOURNAL: &str = "_errstat/journal.json";
pub const LOCK: &str = "_errstat/lock";
pub const READERS: &str = "_errstat/readers";
pub const PACKS: &str = "_errstat/packs";
pub const STAGING: &str = "_errstat/staging";

/// The version of the whole format: folders, columns and bookkeeping.
pub const VERSION: u64 = 2;

/// Everything that is known of an archive.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// In the order in which they were added.
    pub sources: Vec<SourceRecord>,
    /// In the order of channel and month.
    pub files: Vec<LiveFile>,
    pub packs: Vec<PackFile>,
}

/// A Parquet file of the archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LiveFile {
    pub path: String,
    pub channel: Channel,
    pub month: Month,
    pub bytes: u64,
    pub sha256: String,
    pub rows: u64,
    pub errors: u64,
    /// Milliseconds since 1970, as all times here.
    pub first: i64,
    pub last: i64,
}

/// A file that holds the rows of sources.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackFile {
    pub name: String,
    pub bytes: u64,
    pub sha256: String,
}

/// A source as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourceRecord {
    pub id: String,
    pub name: String,
    pub sha256: String,
    pub added: i64,
    pub rows: u64,
    pub errors: u64,
    pub first: Option<i64>,
    pub last: Option<i64>,
    pub precision: Option<String>,
    pub channels: Vec<Channel>,
    pub origins: Vec<String>,
    pub covered_from: Option<i64>,
    pub covered_until: Option<i64>,
    pub covered_by: String,
    /// Name of the file that holds its rows; none where it has no rows.
    pub pack: Option<String>,
    pub parts: Vec<Part>,
}

/// Some rows of a source, all of one partition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    pub channel: Channel,
    pub month: Month,
    /// Where they begin in the file, and how many bytes they take there.
    pub at: u64,
    pub bytes: u64,
    pub rows: u64,
    /// First and last row; version 1 did not tell.
    #[serde(default)]
    pub first: Option<i64>,
    #[serde(default)]
    pub last: Option<i64>,
}

/// What was added once.
#[derive(Clone, Debug, PartialEq)]
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
    pub span: Option<Span>,
    /// First and last row of each channel; of a source that version 1 knew, of all of them together.
    pub spans: BTreeMap<Channel, Span>,
    /// The coarsest of its rows.
    pub precision: Option<Precision>,
    /// Sorted; empty where it names none.
    pub channels: Vec<Channel>,
    /// `export` or `mail`, or both where another engine's dataset was taken over.
    pub origins: Vec<String>,
    pub coverage: Coverage,
}

impl Source {
    /// What it tells of the time of a channel, which it may call by any of some names; nothing where it is of others, or
    /// of mails only.
    pub fn extent<'a>(&self, names: impl IntoIterator<Item = &'a Channel>) -> Option<Extent> {
        let mails = !self.origins.is_empty() && self.origins.iter().all(|origin| origin == Origin::Mail.name());
        let speaks_for = |name: &Channel| match name.is_unknown() {
            false => self.channels.contains(name),
            true => self.channels.is_empty() || self.spans.contains_key(name),
        };
        let names: Vec<&Channel> = names.into_iter().filter(|name| speaks_for(name)).collect();
        let rows = names.iter().filter_map(|name| self.spans.get(name)).copied().reduce(Span::union);
        let step = self.precision.map_or(1000, Precision::millis);
        (!mails && !names.is_empty()).then_some(Extent { rows, step, until: self.coverage.until })
    }
}

impl SourceRecord {
    /// The source, to tell of.
    pub fn source(&self) -> Source {
        let span =
            self.first.zip(self.last).map(|(first, last)| Span { first: Timestamp(first), last: Timestamp(last) });
        let coverage = Coverage {
            from: self.covered_from.map(Timestamp),
            until: self.covered_until.map(Timestamp),
            by: basis(&self.covered_by),
        };
        Source {
            id: self.id.clone(),
            name: self.name.clone(),
            sha256: self.sha256.clone(),
            added: Timestamp(self.added),
            rows: self.rows,
            errors: self.errors,
            span,
            spans: self.spans(span),
            precision: self.precision.as_ref().and_then(|name| super::read::precision(name.as_bytes())),
            channels: self.channels.clone(),
            origins: self.origins.clone(),
            coverage,
        }
    }

    fn spans(&self, whole: Option<Span>) -> BTreeMap<Channel, Span> {
        let mut spans: BTreeMap<Channel, Span> = BTreeMap::new();
        for part in &self.parts {
            let own = part.first.zip(part.last);
            let own = own.map(|(first, last)| Span { first: Timestamp(first), last: Timestamp(last) }).or(whole);
            let Some(own) = own else { continue };
            spans.entry(part.channel.clone()).and_modify(|span| *span = span.union(own)).or_insert(own);
        }
        spans
    }

    /// Takes over what another adding of the same content knew of its coverage.
    pub fn cover(&mut self, coverage: Coverage) {
        if coverage.until.map(|until| until.0) > self.covered_until {
            self.covered_until = coverage.until.map(|until| until.0);
            self.covered_by = coverage.by.name().to_owned();
        }
        let from = coverage.from.map(|from| from.0);
        self.covered_from = self.covered_from.into_iter().chain(from).min();
    }
}

fn basis(name: &str) -> CoverageBasis {
    use CoverageBasis::{Archive, ExportedAt, FileName, LastRow};
    [ExportedAt, FileName, Archive].into_iter().find(|basis| basis.name() == name).unwrap_or(LastRow)
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

/// Why a file of the bookkeeping cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// It was written by a later errstat.
    Newer,
    Damaged,
}

/// The bytes of a file of the bookkeeping: a line with the version and the SHA-256 of what follows, then that.
pub fn seal(content: &impl Serialize) -> Vec<u8> {
    let body = serde_json::to_vec(content).unwrap_or_default();
    let mut bytes = head(VERSION, &sha256(&body)).into_bytes();
    bytes.extend_from_slice(&body);
    bytes
}

fn head(version: u64, sha256: &str) -> String {
    format!("{{\"errstat_archive\":{version},\"sha256\":\"{sha256}\"}}\n")
}

/// The content of a file of the bookkeeping.
pub fn unseal<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Unusable> {
    let end = bytes.iter().take(200).position(|byte| *byte == b'\n').ok_or(Unusable::Damaged)?;
    let (line, body) = bytes.split_at(end + 1);
    #[derive(Deserialize)]
    struct Head {
        errstat_archive: u64,
    }
    let told: Head = serde_json::from_slice(line).map_err(|_| Unusable::Damaged)?;
    if told.errstat_archive > VERSION {
        return Err(Unusable::Newer);
    }
    // Byte for byte: a flipped one is found wherever it is.
    if told.errstat_archive == 0 || line != head(told.errstat_archive, &sha256(body)).as_bytes() {
        return Err(Unusable::Damaged);
    }
    serde_json::from_slice(body).map_err(|_| Unusable::Damaged)
}

/// Whether a path is that of a Parquet file of a managed archive, so that nothing else is ever touched for it.
pub fn is_live_path(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let [channel, month, file] = parts[..] else { return false };
    channel_of_folder(channel).is_some()
        && channel.bytes().all(|b| b.is_ascii_alphanumeric() || b"=._-%~".contains(&b))
        && Month::of_folder(month).is_some_and(|known| known.folder() == month)
        && file == FILE_NAME
}

/// Whether a name is that of a file of sources' rows.
pub fn is_pack_name(name: &str) -> bool {
    name.strip_suffix(".pack").is_some_and(|stem| stem.len() == 32 && stem.bytes().all(|b| b.is_ascii_hexdigit()))
}

impl Manifest {
    /// As it is written now: errstat once kept the folders of files.
    pub fn without_folders(mut self) -> Manifest {
        for source in &mut self.sources {
            source.name = file_name(&source.name);
        }
        self
    }

    /// Whether every path in it stays where errstat's files belong.
    pub fn is_sane(&self) -> bool {
        self.files.iter().all(|file| is_live_path(&file.path))
            && self.packs.iter().all(|pack| is_pack_name(&pack.name))
            && self.sources.iter().filter_map(|source| source.pack.as_deref()).all(is_pack_name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_byte_of_the_bookkeeping_is_found() {
        let sealed = seal(&Manifest::default());
        assert_eq!(unseal::<Manifest>(&sealed), Ok(Manifest::default()));
        for at in 0..sealed.len() {
            for bit in 0..8 {
                let mut bytes = sealed.clone();
                bytes[at] ^= 1 << bit;
                assert!(unseal::<Manifest>(&bytes).is_err(), "byte {at} bit {bit}");
            }
        }
        assert_eq!(unseal::<Manifest>(&sealed[..sealed.len() - 1]), Err(Unusable::Damaged));
        assert_eq!(unseal::<Manifest>(b""), Err(Unusable::Damaged));
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
        assert_eq!(unseal::<Manifest>(b"{\"errstat_archive\":3,\"x\":1}\nanything"), Err(Unusable::Newer));
    }

    #[test]
    fn no_path_leads_out() {
        for path in [
            "../x/month=2026-11/errors.parquet",
            "channel=../month=2026-11/errors.parquet/..",
            "channel=a/month=2026-11/other.parquet",
            "channel=a/month=../errors.parquet",
            "channel=a\\..\\..\\b/month=2026-11/errors.parquet",
            "/etc/passwd",
            "channel=a/month=2026-11/../errors.parquet",
        ] {
            assert!(!is_live_path(path), "{path}");
        }
        assert!(is_live_path(&super::super::partition::file_path(
            &Channel::from_stored("../Shop"),
            "2026-11".parse().unwrap()
        )));
        assert!(!is_pack_name("../../x.pack") && is_pack_name("0123456789abcdef0123456789abcdef.pack"));
    }
}
