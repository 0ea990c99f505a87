//! What a folder without books is, seen from outside: a dataset of another engine's, or something else.

use std::{io, path::Path};

use super::{
    disk::{Disk, shown},
    manifest::{COPY, MANIFEST},
    partition::{Month, channel_of_folder},
    read::ParquetFile,
};
use crate::{
    error::{Error, Result},
    model::key,
};

/// A Parquet file of a dataset that another engine wrote.
#[derive(Clone, Debug, PartialEq)]
pub struct ForeignFile {
    /// Below the folder, names parted by `/`.
    pub path: String,
    /// What its folder calls the channel, if one does.
    pub folder: Option<String>,
    pub month: Option<Month>,
}

/// The files of a folder.
#[derive(Debug, Default, PartialEq)]
pub struct Listing {
    pub parquet: Vec<ForeignFile>,
    /// The first file that is none, if there is one.
    pub other: Option<String>,
}

/// Names that begin with `_` or `.` do not count in the world of hive partitions; and a file system has a folder for
/// what is found by repairing it.
fn is_passed_over(name: &str) -> bool {
    name.starts_with(['_', '.']) || name == "lost+found"
}

/// Looks through a folder, as far as the first file that is no Parquet file, or a link: its end might lie anywhere.
pub fn listing(root: &Path) -> Result<Listing> {
    let mut listing = Listing::default();
    let walk = walkdir::WalkDir::new(root)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !is_passed_over(&entry.file_name().to_string_lossy()));
    for entry in walk {
        let entry = entry.map_err(|error| unsearchable(root, error))?;
        if entry.depth() == 0 || entry.file_type().is_dir() {
            continue;
        }
        let path = below(root, &entry);
        if !entry.file_type().is_file() || !path.ends_with(".parquet") {
            listing.other = Some(path);
            break;
        }
        listing.parquet.push(ForeignFile {
            folder: path.split('/').find_map(channel_of_folder).flatten(),
            month: path.split('/').find_map(Month::of_folder),
            path,
        });
    }
    Ok(listing)
}

/// The path of an entry below a folder, its names parted by `/`.
pub fn below(root: &Path, entry: &walkdir::DirEntry) -> String {
    let below = entry.path().strip_prefix(root).unwrap_or(entry.path());
    below.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

pub fn unsearchable(root: &Path, error: walkdir::Error) -> Error {
    let cause = error.into_io_error().unwrap_or_else(|| io::Error::from(io::ErrorKind::Other));
    Error::new(key::error::FOLDER_UNREADABLE).with("path", shown(root)).because(&cause)
}

/// Whether a folder is an archive: one with errstat's books, or one that holds nothing but Parquet files in the
/// archive's schema.
pub fn is_archive(path: &Path) -> bool {
    if !path.is_dir() {
        return false;
    }
    let disk = Disk::new(path);
    if [MANIFEST, COPY].into_iter().any(|name| disk.exists(name)) {
        return true;
    }
    match listing(path) {
        Ok(Listing { parquet, other: None }) => {
            parquet.first().is_some_and(|file| ParquetFile::open(&disk.path(&file.path), &file.path).is_ok())
        }
        _ => false,
    }
}
