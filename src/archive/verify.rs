//! Whether an archive is what was written: every byte, and nothing besides.

use std::{collections::HashSet, path::Path, time::Duration};

use super::{
    disk::{Disk, open},
    lock,
    manifest::{COPY, FOLDER, JOURNAL, LOCK, MANIFEST, PACKS, READERS, STAGING},
    pack::digest,
    state::{self, State},
    transaction::{journal, shown},
};
use crate::{
    error::{Error, Result},
    model::Sentence,
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

impl Finding {
    fn new(path: &str, what: &'static str, todo: &'static str) -> Finding {
        Finding {
            path: crate::model::visible(path),
            what: Sentence::new(what),
            todo: Sentence::new(todo),
            harmless: todo == "archive.todo_finish",
        }
    }
}

/// Everything that is wrong with an archive; nothing where it is sound.
///
/// # Errors
/// Where it cannot be looked at: it is no archive of errstat's, of a later errstat, being written, or unreadable.
pub fn verify(folder: &Path) -> Result<Vec<Finding>> {
    let disk = Disk::new(folder);
    let _lock = lock::reader(&disk.path(READERS), Duration::from_secs(30))
        .map_err(|_| Error::new("archive.being_written").with("path", shown(folder)))?;
    let state = match state::load(&disk) {
        Ok(Some(state)) => state,
        // The very first change was broken off.
        Ok(None) if disk.exists(FOLDER) && state::listing(folder)?.parquet.is_empty() => State::default(),
        Ok(None) => return Err(Error::new("archive.unmanaged").with("path", shown(folder))),
        // Without books nothing else can be judged.
        Err(error) if error.0.key == "archive.bookkeeping_damaged" => {
            let path = if journal(&disk).is_err() { JOURNAL } else { MANIFEST };
            return Ok(vec![Finding::new(path, "archive.found_damaged", "archive.todo_backup")]);
        }
        Err(error) => return Err(error),
    };
    let mut findings = Vec::new();
    if let Some(path) = state.copy_damaged {
        findings.push(Finding::new(path, "archive.found_damaged", "archive.todo_rebuild"));
    }
    if matches!(journal(&disk), Ok(Some(_))) {
        findings.push(Finding::new(JOURNAL, "archive.found_unfinished", "archive.todo_finish"));
    }
    let known = known(&disk, &state, &mut findings);
    others(folder, &known, &mut findings)?;
    findings.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(findings)
}

/// Checks every file that should be there. Gives the paths that belong.
fn known(disk: &Disk, state: &State, findings: &mut Vec<Finding>) -> HashSet<String> {
    let live = state.manifest.files.iter().map(|file| (file.path.clone(), file.bytes, &file.sha256, true));
    let packs =
        state.manifest.packs.iter().map(|pack| (format!("{PACKS}/{}", pack.name), pack.bytes, &pack.sha256, false));
    let mut known: HashSet<String> =
        [MANIFEST, COPY, JOURNAL, LOCK, READERS].into_iter().map(|path| path.to_owned()).collect();
    for (path, bytes, sha256, is_live) in live.chain(packs) {
        // What a pack tells is in the Parquet files, too; what they lose is in the packs.
        let todo = if is_live { "archive.todo_rebuild" } else { "archive.todo_add_again" };
        let place = state.place(&path);
        match open(&disk.path(place)).and_then(|mut file| digest(&mut file)) {
            Ok((length, digest)) if length == bytes && digest == *sha256 => {}
            Ok(_) => findings.push(Finding::new(&path, "archive.found_damaged", todo)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                findings.push(Finding::new(&path, "archive.found_missing", todo));
            }
            Err(_) => findings.push(Finding::new(&path, "archive.found_unreadable", todo)),
        }
        known.insert(place.to_owned());
        known.insert(path);
    }
    known.extend(state.staged.values().chain(&state.leaving).cloned());
    known
}

/// Everything that does not belong.
fn others(folder: &Path, known: &HashSet<String>, findings: &mut Vec<Finding>) -> Result<()> {
    let repaired = |entry: &walkdir::DirEntry| entry.depth() == 1 && entry.file_name() == "lost+found";
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().filter_entry(|entry| !repaired(entry)) {
        let entry = entry.map_err(|error| {
            Error::new("error.folder_unreadable")
                .with("path", shown(folder))
                .with("cause", error.io_error().map(ToString::to_string).unwrap_or_default())
        })?;
        if entry.depth() == 0 || entry.file_type().is_dir() {
            continue;
        }
        let below = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        let path = below.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
        let belongs = known.contains(&path) && entry.file_type().is_file();
        if path.starts_with(&format!("{STAGING}/")) && !known.contains(&path) {
            findings.push(Finding::new(&path, "archive.found_leftover", "archive.todo_finish"));
        } else if !belongs {
            findings.push(Finding::new(&path, "archive.found_foreign", "archive.todo_foreign"));
        }
    }
    Ok(())
}
