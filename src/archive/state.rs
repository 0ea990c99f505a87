//! What a folder is, seen from outside: an archive of errstat's, a dataset of another engine's, or something else.

use std::{collections::HashMap, fs, io, path::Path};

use super::{
    disk::Disk,
    manifest::{COPY, JOURNAL, MANIFEST, Manifest, PACKS, Unusable, unseal},
    partition::{Month, channel_of_folder},
    read::ParquetFile,
    transaction::{journal, shown, unusable_file},
};
use crate::error::{Error, Result};

/// Largest file of the bookkeeping that is read.
const BOOKKEEPING_BYTES: u64 = 1 << 30;

/// An archive with bookkeeping.
#[derive(Debug, Default)]
pub struct State {
    pub manifest: Manifest,
    /// Files whose content still lies elsewhere, because the last writer was cut short.
    pub staged: HashMap<String, String>,
    /// Files that are superfluous and not gone yet, for the same reason.
    pub leaving: Vec<String>,
    /// One of the two manifests is damaged.
    pub copy_damaged: Option<&'static str>,
}

impl State {
    /// Where the content of a file lies now.
    pub fn place<'a>(&'a self, path: &'a str) -> &'a str {
        self.staged.get(path).map_or(path, String::as_str)
    }
}

/// The bookkeeping of a folder; `None` where it has none.
///
/// # Errors
/// Where it is damaged, or of a later errstat.
pub fn load(disk: &Disk) -> Result<Option<State>> {
    let there = [MANIFEST, COPY, JOURNAL].into_iter().any(|path| disk.exists(path));
    if !there {
        // Somebody took the manifests away: what is left must not be taken for an empty archive.
        let packs = disk.names(PACKS).unwrap_or_default();
        if packs.is_empty() {
            return Ok(None);
        }
        return Err(unusable_file(Unusable::Damaged, &disk.path(MANIFEST)));
    }
    let journal = journal(disk).map_err(|unusable| unusable_file(unusable, &disk.path(JOURNAL)))?;
    let journal = journal.unwrap_or_default();
    let staged = journal.staged(disk);
    let read = |name: &str| -> std::result::Result<Manifest, Unusable> {
        let path = disk.path(staged.get(name).map_or(name, String::as_str));
        let sized = fs::metadata(&path).is_ok_and(|file| file.is_file() && file.len() <= BOOKKEEPING_BYTES);
        let bytes = if sized { fs::read(&path).map_err(|_| Unusable::Damaged)? } else { Vec::new() };
        unseal(&bytes)
            .and_then(|manifest: Manifest| if manifest.is_sane() { Ok(manifest) } else { Err(Unusable::Damaged) })
            .map(Manifest::without_folders)
    };
    let (first, copy) = (read(MANIFEST), read(COPY));
    let (manifest, copy_damaged) = match (first, copy) {
        (Ok(first), Ok(copy)) if first == copy => (first, None),
        (Ok(first), _) => (first, Some(COPY)),
        (Err(_), Ok(copy)) => (copy, Some(MANIFEST)),
        (Err(unusable), Err(_)) => return Err(unusable_file(unusable, &disk.path(MANIFEST))),
    };
    Ok(Some(State { manifest, staged, leaving: journal.removes, copy_damaged }))
}

/// A Parquet file of a dataset that another engine wrote.
#[derive(Clone, Debug, PartialEq)]
pub struct ForeignFile {
    /// Below the folder, names parted by `/`.
    pub path: String,
    /// What its folder says; none where no folder names a channel.
    pub channel: Option<Option<String>>,
    pub month: Option<Month>,
}

/// The files of a folder that is not managed.
#[derive(Debug, Default, PartialEq)]
pub struct Listing {
    pub parquet: Vec<ForeignFile>,
    /// The first file that is none, if there is one.
    pub other: Option<String>,
}

/// Names that begin with `_` or `.` do not count in the world of hive partitions; and a file system has a folder for
/// what is found by repairing it.
pub fn is_passed_over(name: &str) -> bool {
    name.starts_with(['_', '.']) || name == "lost+found"
}

/// Looks through a folder, as far as the first file that is no Parquet file.
///
/// # Errors
/// Where a folder cannot be searched, or where a link stands in the way: its end might lie anywhere.
pub fn listing(root: &Path) -> Result<Listing> {
    let mut listing = Listing::default();
    let walk = walkdir::WalkDir::new(root)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !is_passed_over(&entry.file_name().to_string_lossy()));
    for entry in walk {
        let entry = entry.map_err(|error| {
            let cause = error.into_io_error().unwrap_or_else(|| io::Error::from(io::ErrorKind::Other));
            Error::new("error.folder_unreadable").with("path", shown(root)).with("cause", cause)
        })?;
        if entry.depth() == 0 || entry.file_type().is_dir() {
            continue;
        }
        let names: Vec<String> = entry
            .path()
            .strip_prefix(root)
            .unwrap_or(entry.path())
            .components()
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect();
        let path = names.join("/");
        if !entry.file_type().is_file() || !path.ends_with(".parquet") {
            listing.other = Some(path);
            break;
        }
        let folders = &names[..names.len() - 1];
        listing.parquet.push(ForeignFile {
            channel: folders.iter().find_map(|name| channel_of_folder(name)),
            month: folders.iter().find_map(|name| Month::of_folder(name)),
            path,
        });
    }
    Ok(listing)
}

/// Whether a folder is an archive: one with errstat's bookkeeping, or one that holds nothing but Parquet files in the
/// archive's schema.
pub fn is_archive(path: &Path) -> bool {
    if !path.is_dir() {
        return false;
    }
    let disk = Disk::new(path);
    if [MANIFEST, COPY, JOURNAL].into_iter().any(|name| disk.exists(name)) {
        return true;
    }
    match listing(path) {
        Ok(Listing { parquet, other: None }) => {
            parquet.first().is_some_and(|file| ParquetFile::open(&disk.path(&file.path), &file.path).is_ok())
        }
        _ => false,
    }
}
