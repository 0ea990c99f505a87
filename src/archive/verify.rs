//! Whether an archive is what was written: every byte, and nothing besides.

use std::{collections::HashSet, io, path::Path};

use super::{
    disk::{Disk, read, shown},
    foreign::{below, listing, unsearchable},
    manifest::{self, Books, COPY, FOLDER, LOCK, MANIFEST, Manifest, NEW, beside, is_wanted, sha256},
    partition::is_file_path,
};
use crate::{
    error::{Error, Result},
    model::{Sentence, key, visible},
};

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Below the archive's folder. Safe to show.
    pub path: String,
    /// What is wrong.
    pub what: Sentence,
    /// What to do about it.
    pub todo: Sentence,
    /// A change was broken off. That is no damage: the archive is as before it or as after it, and the next one tidies up.
    pub harmless: bool,
}

fn finding(path: &str, what: key::SentenceKey, todo: key::SentenceKey) -> Finding {
    let harmless = todo == key::archive::TODO_FINISH;
    Finding { path: visible(path), what: Sentence::new(what), todo: Sentence::new(todo), harmless }
}

/// Everything that is wrong with an archive; nothing where it is sound. An error where it cannot be looked at: it is no
/// archive of errstat's, of a later errstat, or unreadable.
pub fn verify(folder: &Path) -> Result<Vec<Finding>> {
    // Where a writer is at work, what was found may be true no more.
    loop {
        let disk = Disk::new(folder);
        let state = || manifest::load(&disk).ok().flatten().map(|books| books.manifest);
        let before = state();
        let findings = once(folder, &disk)?;
        if before == state() {
            return Ok(findings);
        }
    }
}

fn once(folder: &Path, disk: &Disk) -> Result<Vec<Finding>> {
    let Books { manifest, stale } = match manifest::load(disk) {
        Ok(Some(books)) => books,
        // The very first change was broken off.
        Ok(None) if disk.exists(FOLDER) && listing(folder)?.parquet.is_empty() => Books::default(),
        Ok(None) => return Err(Error::new(key::archive::UNMANAGED).with("path", shown(folder))),
        // Without books nothing else can be judged.
        Err(error) if error.0.key == key::archive::BOOKKEEPING_DAMAGED => {
            return Ok(vec![finding(MANIFEST, key::archive::FOUND_DAMAGED, key::archive::TODO_BACKUP)]);
        }
        Err(error) => return Err(error),
    };
    let mut findings = Vec::new();
    findings.extend(stale.map(|(path, damaged)| match damaged {
        true => finding(path, key::archive::FOUND_DAMAGED, key::archive::TODO_REBUILD),
        false => finding(path, key::archive::FOUND_UNFINISHED, key::archive::TODO_FINISH),
    }));
    let known = known(disk, &manifest, &mut findings);
    others(folder, &known, &manifest, &mut findings)?;
    findings.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(findings)
}

/// Checks every file that should be there. Gives the paths that belong.
fn known(disk: &Disk, manifest: &Manifest, findings: &mut Vec<Finding>) -> HashSet<String> {
    let mut known: HashSet<String> = [MANIFEST, COPY, LOCK].into_iter().map(str::to_owned).collect();
    if manifest.is_old() {
        // The readers' lock of those versions, which was always there.
        known.insert("_errstat/readers".to_owned());
    }
    for (path, wanted) in manifest.paths() {
        // What a source tells is in the months, too; what they lose is in the sources.
        let todo = if is_file_path(&path) { key::archive::TODO_REBUILD } else { key::archive::TODO_ADD_AGAIN };
        let holds = |path: &str| read(&disk.path(path)).map(|bytes| is_wanted(&bytes, wanted));
        let (what, todo) = match holds(&path) {
            Ok(true) => (None, todo),
            _ if holds(&beside(&path)).is_ok_and(|is| is) => {
                (Some(key::archive::FOUND_UNFINISHED), key::archive::TODO_FINISH)
            }
            // A writer has just moved it.
            _ if holds(&path).is_ok_and(|is| is) => (None, todo),
            Ok(false) => (Some(key::archive::FOUND_DAMAGED), todo),
            Err(error) if error.kind() == io::ErrorKind::NotFound => (Some(key::archive::FOUND_MISSING), todo),
            Err(_) => (Some(key::archive::FOUND_UNREADABLE), todo),
        };
        findings.extend(what.map(|what| finding(&path, what, todo)));
        known.insert(path);
    }
    known
}

/// Everything that does not belong.
fn others(folder: &Path, known: &HashSet<String>, manifest: &Manifest, findings: &mut Vec<Finding>) -> Result<()> {
    let repaired = |entry: &walkdir::DirEntry| entry.depth() == 1 && entry.file_name() == "lost+found";
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().filter_entry(|entry| !repaired(entry)) {
        let entry = entry.map_err(|error| unsearchable(folder, error))?;
        let path = below(folder, &entry);
        if entry.file_type().is_dir() || known.contains(&path) && entry.file_type().is_file() {
            continue;
        }
        let leaving = manifest.leaving.iter().find(|leaving| leaving.path == path);
        let left =
            leaving.is_some_and(|leaving| read(entry.path()).is_ok_and(|bytes| sha256(&bytes) == leaving.sha256));
        let old = path == "_errstat/journal.json" || path.starts_with("_errstat/staging/");
        findings.push(match left || manifest.is_old() && old || path.starts_with(&format!("{NEW}/")) {
            true => finding(&path, key::archive::FOUND_LEFTOVER, key::archive::TODO_FINISH),
            false => finding(&path, key::archive::FOUND_FOREIGN, key::archive::TODO_FOREIGN),
        });
    }
    Ok(())
}
