//! From arguments to files: files, folders, globs, standard input.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use glob::{MatchOptions, Pattern};
use parking_lot::Mutex;
use walkdir::{DirEntry, WalkDir};

use super::{
    ReadOptions, Skipped,
    allowance::{Allowance, TooMuch},
    fault::unreadable,
    place::{OpenFile, Place, spooled},
};
use crate::{
    archive,
    error::{Error, Result},
    model::{Sentence, composed, key},
    taxonomy,
};

/// So many files are read at once, and so many members of one zip file: some 10 KiB are kept of each. An archive holds
/// any number.
pub const MOST_FILES: usize = 100_000;
/// Names that are so many slips of the keyboard apart may well be meant for each other.
const MOST_SLIPS: usize = 2;
/// In a folder of millions nobody waits for a suggestion.
const MOST_NEIGHBOURS: usize = 10_000;

/// A file to be read.
#[derive(Debug)]
pub struct Located {
    pub place: Place,
    /// As the user knows it, safe to show.
    pub shown: String,
    /// Named by the user, not met in a folder: then it must be an export.
    pub explicit: bool,
    /// A folder that is an archive, or another engine's dataset in its schema.
    pub archive: bool,
}

/// The files behind the arguments, each once, those of a folder or a glob in the order of their names; and what
/// was met in folders and cannot be reached, with the reason. Fails where a file is not there, a folder cannot be searched,
/// a glob has no match; where there are more files than are read at once, or more comes through a pipe than may be read.
pub fn find(
    arguments: &[String],
    options: &ReadOptions,
    allowance: &Arc<Allowance>,
) -> Result<(Vec<Located>, Vec<Skipped>)> {
    let (seen, files, skipped) = (HashSet::new(), Vec::new(), Vec::new());
    let mut search = Search { options, allowance, seen, files, skipped };
    arguments.iter().try_for_each(|argument| search.argument(argument))?;
    Ok((search.files, search.skipped))
}

struct Search<'a> {
    options: &'a ReadOptions,
    allowance: &'a Arc<Allowance>,
    seen: HashSet<PathBuf>,
    files: Vec<Located>,
    skipped: Vec<Skipped>,
}

impl Search<'_> {
    fn argument(&mut self, argument: &str) -> Result<()> {
        if argument == "-" {
            return self.standard_input();
        }
        let path = Path::new(argument);
        if self.is_apart(path) {
            return Err(Error::new(key::archive_error::ITSELF).with("path", self.options.privacy.path(argument)));
        }
        match fs::metadata(path) {
            // A pipe that the shell made of a command.
            Ok(meta) if !meta.is_file() && !meta.is_dir() => {
                let shown = self.options.privacy.path(argument);
                let mut pipe = fs::File::open(path).map_err(|error| unreadable(&shown, &error))?;
                self.spool(&mut pipe, shown)
            }
            Ok(_) => self.met(path.to_owned(), true),
            Err(error) if error.kind() == io::ErrorKind::NotFound && argument.contains(['*', '?', '[']) => {
                self.glob(argument)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let near = neighbour(path).map(|near| self.options.privacy.path(&near.to_string_lossy()));
                // A status or a reason instead of a file.
                let topic = || {
                    taxonomy::resolve(&[argument])
                        .is_ok()
                        .then(|| format!("errstat explain {}", self.options.privacy.text(argument)))
                };
                Err(Error::new(key::error::FILE_MISSING)
                    .with("path", self.options.privacy.path(argument))
                    .with_sentence("nearest", taxonomy::did_you_mean(near.or_else(topic))))
            }
            Err(error) => Err(unreadable(&self.options.privacy.path(argument), &error)),
        }
    }

    /// An archive, a folder, a file, or what is none of them.
    fn met(&mut self, path: PathBuf, explicit: bool) -> Result<()> {
        if !path.is_dir() {
            return if path.is_file() { self.add(path, explicit, false) } else { self.no_file(&path) };
        }
        if archive::is_archive(&path) { self.add(path, true, true) } else { self.folder(&path) }
    }

    fn folder(&mut self, folder: &Path) -> Result<()> {
        let shown = self.options.privacy.path(&folder.to_string_lossy());
        let mut any = false;
        let mut walk = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
        while let Some(entry) = walk.next() {
            let entry = match entry {
                Ok(entry) => entry,
                // A dangling link, a loop, a folder of somebody else: no export, and no reason to give up the others.
                Err(error) if error.depth() > 0 => {
                    let path = error.path().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
                    self.skip(&path, key::other::UNREACHABLE)?;
                    continue;
                }
                Err(error) => {
                    return Err(Error::new(key::error::FOLDER_UNREADABLE)
                        .with("path", shown)
                        .with("cause", self.options.privacy.path(&error.to_string())));
                }
            };
            let (within, is_dir) = (entry.depth() > 0, entry.file_type().is_dir());
            let name = entry.file_name().to_string_lossy();
            let hidden = within && (name.starts_with('.') || is_lock(&name));
            let is_archive = within && is_dir && archive::is_archive(entry.path());
            if is_dir && (hidden || is_archive || self.is_apart(entry.path())) {
                walk.skip_current_dir();
            }
            if hidden || is_dir && (!is_archive || self.is_apart(entry.path())) {
                continue;
            }
            any = true;
            self.met(entry.into_path(), false)?;
        }
        if any { Ok(()) } else { Err(Error::new(key::error::FOLDER_EMPTY).with("path", shown)) }
    }

    fn glob(&mut self, pattern: &str) -> Result<()> {
        let shown = self.options.privacy.path(pattern);
        // Names are matched as they are shown: glob's own walk passes over those that are not UTF-8.
        let (fixed, varying) = parted(pattern);
        let parts: Vec<Pattern> = varying
            .iter()
            .map(|part| Pattern::new(&composed(part)))
            .collect::<std::result::Result<_, _>>()
            .map_err(|error| Error::new(key::error::GLOB_WRONG).with("pattern", &shown).with("cause", error.msg))?;
        let deep = varying.iter().position(|part| part == "**").unwrap_or(usize::MAX);
        let name = |entry: &DirEntry| composed(&entry.file_name().to_string_lossy()).into_owned();
        let root = if fixed.as_os_str().is_empty() { Path::new(".") } else { &*fixed };
        let walk = WalkDir::new(root)
            .min_depth(1)
            .max_depth(if deep == usize::MAX { parts.len() } else { usize::MAX })
            .follow_links(true)
            .sort_by_file_name()
            .into_iter()
            .filter_entry(|entry| match entry.depth() {
                0 => true,
                depth => depth > deep || parts.get(depth - 1).is_some_and(|part| part.matches(&name(entry))),
            });
        let whole = Pattern::new(&composed(&varying.join("/"))).unwrap_or_default();
        let options = MatchOptions { require_literal_separator: true, ..MatchOptions::new() };
        let mut any = false;
        for entry in walk {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) if error.depth() > 0 => {
                    any = true;
                    self.skip(&error.path().unwrap_or(root).to_string_lossy(), key::other::UNREACHABLE)?;
                    continue;
                }
                Err(_) => break,
            };
            if is_lock(&entry.file_name().to_string_lossy()) {
                continue;
            }
            let below = entry.path().strip_prefix(root).unwrap_or(entry.path());
            let parts: Vec<Cow<'_, str>> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
            if whole.matches_with(&composed(&parts.join("/")), options) {
                any = true;
                self.met(fixed.join(below), false)?;
            }
        }
        if any { Ok(()) } else { Err(Error::new(key::error::GLOB_EMPTY).with("pattern", shown)) }
    }

    /// Pipes are read more than once (overlaps, repeated headings), so standard input is kept on disk meanwhile.
    fn standard_input(&mut self) -> Result<()> {
        if self.files.iter().any(|file| matches!(file.place, Place::Spool(_)) && file.shown == "-") {
            return Ok(());
        }
        self.spool(&mut io::stdin().lock(), "-".into())
    }

    /// What comes through a pipe can be read once: it is kept for who asks again.
    fn spool(&mut self, input: &mut impl Read, shown: String) -> Result<()> {
        static KEPT: Mutex<BTreeMap<String, OpenFile>> = Mutex::new(BTreeMap::new());
        let mut kept = KEPT.lock();
        let failed = |error: io::Error| match shown.as_str() {
            "-" if !error.get_ref().is_some_and(|cause| cause.is::<TooMuch>() || cause.is::<Error>()) => {
                Error::new(key::error::STDIN).because(&error)
            }
            path => unreadable(path, &error),
        };
        let file = match kept.get(&shown) {
            Some(file) => file.clone(),
            None => spooled(&mut self.allowance.piped(input)).map_err(failed)?,
        };
        kept.insert(shown.clone(), file.clone());
        let place = Place::Spool(file);
        self.files.push(Located { place, shown, explicit: true, archive: false });
        Ok(())
    }

    /// Whether a path is the folder that is no input, or lies in it.
    fn is_apart(&self, path: &Path) -> bool {
        let Some(apart) = &self.options.apart_from else { return false };
        fs::canonicalize(path).is_ok_and(|path| path.starts_with(apart))
    }

    fn add(&mut self, path: PathBuf, explicit: bool, archive: bool) -> Result<()> {
        let identity = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        if self.seen.insert(identity) {
            let shown = self.options.privacy.path(&path.to_string_lossy());
            self.files.push(Located { place: Place::Path(path), shown, explicit, archive });
            return self.not_too_many();
        }
        let known = self.files.iter_mut().find(|file| matches!(&file.place, Place::Path(known) if *known == path));
        if let Some(known) = known.filter(|_| explicit) {
            known.explicit = true;
        }
        Ok(())
    }

    /// Leaves out a pipe, a socket or a device that nobody named: opening it may wait forever.
    fn no_file(&mut self, path: &Path) -> Result<()> {
        self.skip(&path.to_string_lossy(), if path.exists() { key::other::NO_FILE } else { key::other::UNREACHABLE })
    }

    fn skip(&mut self, path: &str, why: key::SentenceKey) -> Result<()> {
        self.skipped.push((self.options.privacy.path(path), Sentence::new(why)));
        self.not_too_many()
    }

    /// Looks while files are found: a folder of millions is not searched to its end.
    fn not_too_many(&self) -> Result<()> {
        if self.files.len() + self.skipped.len() <= MOST_FILES {
            return Ok(());
        }
        let shown = self.files.last().map(|file| file.shown.as_str()).unwrap_or_default();
        Err(Error::new(key::error::TOO_MANY_FILES).with("path", shown).with_number("limit", MOST_FILES as u64))
    }
}

/// Whether a name is that of the file which Excel keeps beside a workbook while it is open.
fn is_lock(name: &str) -> bool {
    name.starts_with("~$")
}

/// The folder in which a glob searches, and the parts of the glob below it.
fn parted(pattern: &str) -> (PathBuf, Vec<String>) {
    let mut parts = Path::new(pattern).components().map(|part| part.as_os_str().to_string_lossy().into_owned());
    let mut fixed = PathBuf::new();
    let varying: Vec<String> = parts
        .by_ref()
        .skip_while(|part| {
            let is_fixed = !part.contains(['*', '?', '[']);
            if is_fixed {
                fixed.push(part);
            }
            is_fixed
        })
        .collect();
    (fixed, varying)
}

/// The file or folder beside one that is not there whose name is most like its name, if only a slip or two away.
fn neighbour(missing: &Path) -> Option<PathBuf> {
    let name = missing.file_name()?.to_string_lossy().into_owned();
    let folder = missing.parent().filter(|folder| !folder.as_os_str().is_empty());
    let beside = fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?.take(MOST_NEIGHBOURS).flatten();
    let near = beside.filter_map(|entry| {
        let other = entry.file_name();
        let slips = strsim::damerau_levenshtein(&name, &other.to_string_lossy());
        (slips <= MOST_SLIPS).then_some((slips, other))
    });
    near.min().map(|(_, other)| folder.map_or_else(|| PathBuf::from(&other), |folder| folder.join(&other)))
}
