//! All or nothing: how an archive gets from one state to the next.
//!
//! 1. Every new file is written and synced in a folder of its own. A failure or a kill here leaves what was.
//! 2. The new manifest is renamed into place. From this instant on the change is made: whoever reads finds a file in its
//!    place, or still beside, or makes it from the sources.
//! 3. The files are moved, each over the one it replaces, and the superfluous ones go. Where this is cut short, the next
//!    writer does it.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::Arc,
};

use super::{
    disk::{Disk, parent, read, shown},
    manifest::{COPY, FOLDER, Leaving, MANIFEST, Manifest, MonthFile, NEW, VERSION, beside, is_wanted, sha256},
    partition::Place,
};
use crate::{
    error::{Error, Result},
    model::key,
};

/// A change in the making.
pub struct Draft {
    disk: Arc<Disk>,
    /// What is to be, but for the files of months.
    pub manifest: Manifest,
    /// Those: one for each name of a channel.
    pub months: BTreeMap<Place, Vec<MonthFile>>,
    /// The paths of the new files.
    written: BTreeSet<String>,
    /// From here on the folder of new files is the archive's.
    made: bool,
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.made {
            // What is left over otherwise goes with the next change.
            let _ = clean(&self.disk);
        }
    }
}

impl Draft {
    pub fn begin(disk: &Arc<Disk>, manifest: &Manifest) -> Result<Draft> {
        let made = disk.create_folders(NEW).and_then(|()| clean(disk));
        made.map_err(|error| disk.unwritten(NEW, &error))?;
        let mut manifest = Manifest { leaving: Vec::new(), ..manifest.clone() };
        let mut months: BTreeMap<_, Vec<MonthFile>> = BTreeMap::new();
        for file in std::mem::take(&mut manifest.files) {
            months.entry((file.channel.identity(), file.month)).or_default().push(file);
        }
        Ok(Draft { disk: Arc::clone(disk), manifest, months, written: BTreeSet::new(), made: false })
    }

    /// Writes what a file will hold; an earlier content of the same file is replaced. Gives the SHA-256.
    pub fn write(&mut self, path: &str, bytes: &[u8]) -> Result<String> {
        let unwritten = |error| self.disk.unwritten(path, &error);
        if !self.written.insert(path.to_owned()) {
            self.disk.remove(&beside(path)).map_err(unwritten)?;
        }
        self.disk.write_new(&beside(path), bytes).map_err(unwritten)?;
        Ok(sha256(bytes))
    }

    /// A file will go as it is now.
    pub fn take_away(&mut self, path: &str) {
        if let Ok(bytes) = read(&self.disk.path(path)) {
            self.manifest.leaving.push(Leaving { path: path.to_owned(), sha256: sha256(&bytes) });
        }
    }

    /// Makes the change. Where something cannot be written nothing has changed; where, it being made, files cannot be
    /// moved, the sentence says so.
    pub fn commit(mut self) -> Result<Manifest> {
        self.manifest.version = VERSION;
        self.manifest.files = std::mem::take(&mut self.months).into_values().flatten().collect();
        // A file that is both new and superfluous is new.
        self.manifest.leaving.retain(|file| !self.written.contains(&file.path));
        let sealed = self.manifest.seal();
        self.write(COPY, &sealed)?;
        self.write(MANIFEST, &sealed)?;
        self.written.remove(MANIFEST);
        let disk = &*Arc::clone(&self.disk);
        let folders: BTreeSet<&str> = self.written.iter().map(|path| parent(path)).collect();
        let staged: Vec<String> = self.written.iter().map(String::as_str).chain([MANIFEST]).map(beside).collect();
        folders
            .iter()
            .try_for_each(|folder| disk.create_folders(folder))
            .and_then(|()| disk.sync(staged.iter().map(String::as_str).chain([NEW, FOLDER])))
            .and_then(|()| disk.rename(&beside(MANIFEST), MANIFEST))
            .map_err(|error| disk.unwritten(MANIFEST, &error))?;
        self.made = true;
        let done = disk.sync([FOLDER]).and_then(|()| finish(disk, &self.written, &self.manifest.leaving));
        done.map_err(|error| Error::new(key::archive::UNFINISHED).with("path", shown(disk.root())).because(&error))?;
        Ok(std::mem::take(&mut self.manifest))
    }
}

/// Finishes what the last writer could not, and throws away what it did not decide. `stale` is the manifest that is not
/// as it should be, if one is.
pub fn recover(disk: &Disk, manifest: &Manifest, stale: Option<&str>) -> io::Result<()> {
    let waiting: BTreeSet<String> = disk.names(NEW)?.into_iter().map(|name| format!("{NEW}/{name}")).collect();
    let decided = |(path, wanted): &(String, &str)| {
        let beside = beside(path);
        waiting.contains(&beside) && read(&disk.path(&beside)).is_ok_and(|bytes| is_wanted(&bytes, wanted))
    };
    let moves = manifest.paths().into_iter().filter(decided).map(|(path, _)| path).collect();
    if let Some(stale) = stale {
        let (beside, sealed) = (beside(stale), manifest.seal());
        if !read(&disk.path(&beside)).is_ok_and(|bytes| bytes == sealed) {
            disk.create_folders(NEW)?;
            disk.remove(&beside)?;
            disk.write_new(&beside, &sealed)?;
            disk.sync([&*beside])?;
        }
        disk.rename(&beside, stale)?;
        disk.sync([FOLDER])?;
    }
    finish(disk, &moves, &manifest.leaving)
}

/// Moves files that lie beside into their places, takes away what is superfluous, and tidies up.
fn finish(disk: &Disk, moves: &BTreeSet<String>, leaving: &[Leaving]) -> io::Result<()> {
    let mut folders: BTreeSet<&str> = BTreeSet::new();
    for path in moves {
        disk.create_folders(parent(path))?;
        disk.rename(&beside(path), path)?;
        folders.insert(parent(path));
    }
    if !moves.is_empty() {
        // A new folder lasts only when the one above it does.
        let above = folders.iter().map(|folder| parent(folder)).chain(["", NEW]);
        disk.sync(folders.iter().copied().chain(above.collect::<BTreeSet<_>>()))?;
    }
    for Leaving { path, sha256: wanted } in leaving {
        // What has another content now is somebody else's.
        if !read(&disk.path(path)).is_ok_and(|bytes| sha256(&bytes) == *wanted) {
            continue;
        }
        // Through a link nothing is removed either.
        disk.create_folders(parent(path))?;
        disk.remove(path)?;
        for folder in [parent(path), parent(parent(path))].into_iter().filter(|folder| !folder.is_empty()) {
            disk.remove_empty_folder(folder);
        }
    }
    clean(disk)
}

/// Throws away what a change has written beside.
fn clean(disk: &Disk) -> io::Result<()> {
    disk.names(NEW)?.iter().try_for_each(|name| disk.remove(&format!("{NEW}/{name}")))
}
