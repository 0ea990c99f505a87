//! All or nothing: how an archive gets from one state to the next.
//!
//! 1. Every new file is written to the staging folder and synced. A failure or a kill here leaves what was.
//! 2. The journal, a list of the moves to make, is renamed into place. From this instant on the change is done: whoever
//!    opens the archive takes a staged file for the one it will become.
//! 3. The files are moved, each over the one it replaces, the superfluous ones go, and last the journal.
//!
//! Where step 3 is cut short the next writer finishes it first.

use std::{
    collections::{BTreeSet, HashMap},
    io,
    path::Path,
    sync::Arc,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{
    disk::{Disk, read},
    lock::{self, NoLock},
    manifest::{
        COPY, FOLDER, JOURNAL, MANIFEST, Manifest, PACKS, READERS, STAGING, Unusable, is_live_path, is_pack_name, seal,
        sha256, unseal,
    },
};
use crate::{
    error::{Error, Result},
    model::visible,
};

const JOURNAL_STAGED: &str = "_errstat/staging/journal.part";

/// What is still to be done after the change was decided.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Journal {
    pub moves: Vec<Move>,
    pub removes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Move {
    pub from: String,
    pub to: String,
    pub sha256: String,
}

impl Journal {
    /// Whether it touches nothing but the archive's own files.
    fn is_sane(&self) -> bool {
        let staged = |path: &str| {
            path.strip_prefix(STAGING)
                .and_then(|rest| rest.strip_prefix('/'))
                .and_then(|name| name.strip_suffix(".part"))
                .is_some_and(|stem| !stem.is_empty() && stem.bytes().all(|b| b.is_ascii_digit()))
        };
        let target = |path: &str| path == MANIFEST || path == COPY || is_live_path(path) || is_pack_path(path);
        self.moves.iter().all(|step| staged(&step.from) && target(&step.to))
            && self.removes.iter().all(|path| is_live_path(path) || is_pack_path(path) || is_foreign_path(path))
    }

    /// Where the content of each file lies that is not in its place yet.
    pub fn staged(&self, disk: &Disk) -> HashMap<String, String> {
        let waiting = self.moves.iter().filter(|step| disk.exists(&step.from));
        waiting.map(|step| (step.to.clone(), step.from.clone())).collect()
    }
}

fn is_pack_path(path: &str) -> bool {
    path.strip_prefix(PACKS).and_then(|rest| rest.strip_prefix('/')).is_some_and(is_pack_name)
}

/// A file of another engine's dataset, which taking it over replaces.
fn is_foreign_path(path: &str) -> bool {
    let safe = |name: &str| !matches!(name, "" | "." | "..") && !name.contains(['\\', ':', '\0']);
    path.split('/').all(safe)
        && !path.starts_with("_errstat")
        && (path.ends_with(".parquet") || path.ends_with(".crc") || path == "_SUCCESS")
}

/// The journal of a change that was decided and not finished.
///
/// # Errors
/// Where it is damaged or of a later errstat.
pub fn journal(disk: &Disk) -> std::result::Result<Option<Journal>, Unusable> {
    let bytes = match read(&disk.path(JOURNAL)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(_) => return Err(Unusable::Damaged),
    };
    let journal: Journal = unseal(&bytes)?;
    if journal.is_sane() { Ok(Some(journal)) } else { Err(Unusable::Damaged) }
}

/// A change in the making.
pub struct Transaction {
    disk: Arc<Disk>,
    journal: Journal,
    next: usize,
    /// From here on the staging folder holds files of the archive.
    decided: bool,
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if !self.decided {
            // What is left over otherwise goes with the next change.
            let _ = clean(&self.disk);
        }
    }
}

impl Transaction {
    /// Begins with an empty staging folder.
    ///
    /// # Errors
    /// Where the folder cannot be made.
    pub fn begin(disk: &Arc<Disk>) -> Result<Transaction> {
        let made = disk.create_folders(PACKS).and_then(|()| disk.create_folders(STAGING)).and_then(|()| clean(disk));
        made.map_err(|error| unwritten(disk, STAGING, &error))?;
        Ok(Transaction { disk: Arc::clone(disk), journal: Journal::default(), next: 0, decided: false })
    }

    /// A name in the staging folder that is not taken yet.
    pub fn staging_name(&mut self) -> String {
        self.next += 1;
        format!("{STAGING}/{}.part", self.next)
    }

    /// Writes what a file will hold.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn stage(&mut self, to: &str, bytes: &[u8]) -> Result<()> {
        let from = self.staging_name();
        self.disk.write_new(&from, bytes).map_err(|error| unwritten(&self.disk, to, &error))?;
        self.staged(from, to, sha256(bytes));
        Ok(())
    }

    /// A file in the staging folder that is written and synced will be this one.
    pub fn staged(&mut self, from: String, to: &str, sha256: String) {
        self.journal.moves.push(Move { from, to: to.to_owned(), sha256 });
    }

    /// A file will go.
    pub fn remove(&mut self, path: &str) {
        self.journal.removes.push(path.to_owned());
    }

    /// Decides the change, and makes it. `wait` is how long readers are waited for.
    ///
    /// # Errors
    /// Where something cannot be written: then nothing has changed; or where, once decided, files cannot be moved.
    pub fn commit(mut self, manifest: &Manifest, wait: Duration) -> Result<()> {
        let bytes = seal(manifest);
        self.stage(COPY, &bytes)?;
        self.stage(MANIFEST, &bytes)?;
        let disk = &*Arc::clone(&self.disk);
        let targets: BTreeSet<&str> = self.journal.moves.iter().filter_map(|step| parent(&step.to)).collect();
        // A file that is both new and superfluous is new.
        let new: BTreeSet<&str> = self.journal.moves.iter().map(|step| step.to.as_str()).collect();
        self.journal.removes.retain(|path| !new.contains(path.as_str()));
        let prepared = targets
            .iter()
            .try_for_each(|folder| disk.create_folders(folder))
            .and_then(|()| disk.write_new(JOURNAL_STAGED, &seal(&self.journal)))
            .and_then(|()| {
                let staged = self.journal.moves.iter().map(|step| step.from.as_str());
                disk.sync(staged.chain([JOURNAL_STAGED, STAGING, FOLDER]))
            });
        prepared.map_err(|error| unwritten(disk, JOURNAL, &error))?;
        let readers_gone = lock::mover(&disk.path(READERS), wait).map_err(|error| match error {
            NoLock::Held(_) => Error::new("archive.being_read").with("path", shown(disk.root())),
            NoLock::Io(error) => unwritten(disk, READERS, &error),
        })?;
        disk.rename(JOURNAL_STAGED, JOURNAL).map_err(|error| unwritten(disk, JOURNAL, &error))?;
        self.decided = true;
        let done = disk.sync([FOLDER]).and_then(|()| apply(disk, &self.journal));
        drop(readers_gone);
        self.decided = done.is_err();
        done.map_err(|error| Error::new("archive.unfinished").with("path", shown(disk.root())).with("cause", error))
    }
}

/// Finishes a change that was decided. Nothing happens to files that have been moved already.
///
/// # Errors
/// Where a file cannot be moved.
pub fn apply(disk: &Disk, journal: &Journal) -> io::Result<()> {
    let mut folders = BTreeSet::from([STAGING]);
    for step in &journal.moves {
        if disk.exists(&step.from) {
            if let Some(folder) = parent(&step.to) {
                disk.create_folders(folder)?;
                folders.insert(folder);
            }
            disk.rename(&step.from, &step.to)?;
        }
    }
    let mut emptied = BTreeSet::new();
    for path in &journal.removes {
        // Through a link nothing is removed either.
        if let Some(folder) = parent(path).filter(|folder| disk.exists(folder)) {
            disk.create_folders(folder)?;
            emptied.insert(folder);
        }
        disk.remove(path)?;
    }
    // A new folder lasts only when the one above it does.
    let above: BTreeSet<&str> = folders.iter().flat_map(|folder| ancestors(folder)).collect();
    disk.sync(folders.into_iter().chain(above).chain([""]))?;
    for folder in emptied.iter().filter(|folder| **folder != PACKS) {
        disk.remove_empty_folder(folder)?;
        if let Some(above) = parent(folder) {
            disk.remove_empty_folder(above)?;
        }
    }
    disk.remove(JOURNAL)?;
    // Else the journal could come back after the next change has begun to write under the same names.
    disk.sync([FOLDER])
}

/// Finishes what the last writer could not, and throws away what it did not decide.
///
/// # Errors
/// Where the journal is damaged, or a file that it moves is not what it should be; where a file cannot be moved.
pub fn recover(disk: &Disk, wait: Duration) -> Result<()> {
    match journal(disk) {
        Ok(None) => {}
        Ok(Some(journal)) => {
            let whole = |step: &Move| {
                let is = |path: &str| std::fs::read(disk.path(path)).is_ok_and(|bytes| sha256(&bytes) == step.sha256);
                if disk.exists(&step.from) { is(&step.from) } else { is(&step.to) }
            };
            if !journal.moves.iter().all(whole) {
                return Err(Error::new("archive.bookkeeping_damaged").with("path", shown(&disk.path(JOURNAL))));
            }
            let _readers_gone = lock::mover(&disk.path(READERS), wait).map_err(|error| match error {
                NoLock::Held(_) => Error::new("archive.being_read").with("path", shown(disk.root())),
                NoLock::Io(error) => unwritten(disk, READERS, &error),
            })?;
            apply(disk, &journal).map_err(|error| unwritten(disk, JOURNAL, &error))?;
        }
        Err(unusable) => return Err(unusable_file(unusable, &disk.path(JOURNAL))),
    }
    clean(disk).map_err(|error| unwritten(disk, STAGING, &error))
}

/// Empties the staging folder.
fn clean(disk: &Disk) -> io::Result<()> {
    let real = std::fs::symlink_metadata(disk.path(STAGING)).is_ok_and(|there| there.is_dir());
    if !real {
        return Ok(());
    }
    for name in disk.names(STAGING)? {
        disk.remove(&format!("{STAGING}/{name}"))?;
    }
    Ok(())
}

/// The folders above one, without the archive's own.
fn ancestors(folder: &str) -> impl Iterator<Item = &str> {
    folder.match_indices('/').map(|(at, _)| &folder[..at])
}

fn parent(path: &str) -> Option<&str> {
    path.rsplit_once('/').map(|(folder, _)| folder)
}

pub fn unusable_file(unusable: Unusable, path: &Path) -> Error {
    match unusable {
        Unusable::Newer => Error::new("archive.newer").with("path", shown(path)),
        Unusable::Damaged => Error::new("archive.bookkeeping_damaged").with("path", shown(path)),
    }
}

pub fn unwritten(disk: &Disk, below: &str, error: &io::Error) -> Error {
    Error::new("archive.unwritten").with("path", shown(&disk.path(below))).with("cause", error)
}

pub fn shown(path: &Path) -> String {
    visible(&path.to_string_lossy())
}
