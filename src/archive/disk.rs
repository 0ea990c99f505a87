//! Every change that errstat makes in an archive's folder, one small step at a time.
//!
//! Nothing is ever written through a symbolic link, so nothing lands outside of the folder. Before each step a hook is
//! asked; tests use it to pull the plug.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use crate::{
    error::Error,
    model::{key, visible},
};

/// More files than that are synced with everything else that waits for their disk.
#[cfg(target_os = "linux")]
const MANY: usize = 64;

/// The folder of an archive. Paths below it are parted by `/`.
pub struct Disk {
    root: PathBuf,
    before_step: Box<dyn Fn() -> io::Result<()> + Send + Sync>,
}

impl Disk {
    pub fn new(root: &Path) -> Disk {
        Disk::with_hook(root, Box::new(|| Ok(())))
    }

    /// As [`Disk::new`]; the hook is called before each step and can refuse it.
    pub fn with_hook(root: &Path, before_step: Box<dyn Fn() -> io::Result<()> + Send + Sync>) -> Disk {
        Disk { root: root.to_owned(), before_step }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn path(&self, below: &str) -> PathBuf {
        below.split('/').filter(|name| !name.is_empty()).fold(self.root.clone(), |path, name| path.join(name))
    }

    pub fn exists(&self, below: &str) -> bool {
        fs::symlink_metadata(self.path(below)).is_ok()
    }

    /// Makes a folder and those above it, and sees to it that none of them is a link.
    pub fn create_folders(&self, below: &str) -> io::Result<()> {
        let mut path = self.root.clone();
        for name in below.split('/').filter(|name| !name.is_empty()) {
            path.push(name);
            match fs::symlink_metadata(&path) {
                Ok(there) if there.is_dir() => {}
                Ok(_) => return Err(io::Error::new(io::ErrorKind::NotADirectory, path.to_string_lossy())),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    (self.before_step)()?;
                    fs::create_dir(&path)?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// A new file with these bytes, which are not yet safe on the disk.
    pub fn write_new(&self, below: &str, bytes: &[u8]) -> io::Result<()> {
        (self.before_step)()?;
        let mut file = OpenOptions::new().write(true).create_new(true).open(self.path(below))?;
        // In two pieces, so that tests can stop between them.
        let (front, back) = bytes.split_at(bytes.len() / 2);
        for piece in [front, back] {
            (self.before_step)()?;
            file.write_all(piece)?;
        }
        Ok(())
    }

    /// Waits until the content of files and the names in folders are safe on the disk.
    pub fn sync<'a>(&self, below: impl IntoIterator<Item = &'a str>) -> io::Result<()> {
        (self.before_step)()?;
        // Unit tests check what is written, not that it outlives a power cut.
        if cfg!(test) {
            return Ok(());
        }
        let paths: Vec<&str> = below.into_iter().collect();
        // Ten thousand small files one by one take a disk half a minute.
        #[cfg(target_os = "linux")]
        if paths.len() > MANY {
            return Ok(rustix::fs::syncfs(File::open(&self.root)?)?);
        }
        paths.into_iter().try_for_each(|below| sync(&self.path(below)))
    }

    /// Gives a file its place; what was there is replaced.
    pub fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        (self.before_step)()?;
        fs::rename(self.path(from), self.path(to))
    }

    /// Takes a file away, if it is there.
    pub fn remove(&self, below: &str) -> io::Result<()> {
        (self.before_step)()?;
        match fs::remove_file(self.path(below)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Takes a folder away, if it is empty. It is only tidying: one that stays is no harm.
    pub fn remove_empty_folder(&self, below: &str) {
        if (self.before_step)().is_ok() {
            let _ = fs::remove_dir(self.path(below));
        }
    }

    /// The names in a folder, sorted; none where it is not there, or a link.
    pub fn names(&self, below: &str) -> io::Result<Vec<String>> {
        if !fs::symlink_metadata(self.path(below)).is_ok_and(|there| there.is_dir()) {
            return Ok(Vec::new());
        }
        let entries = fs::read_dir(self.path(below))?;
        let mut names: Vec<String> =
            entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect::<io::Result<_>>()?;
        names.sort();
        Ok(names)
    }

    /// That something below could not be written.
    pub fn unwritten(&self, below: &str, error: &io::Error) -> Error {
        Error::new(key::archive::UNWRITTEN).with("path", shown(&self.path(below))).because(error)
    }
}

/// The folder that a path lies in.
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A path for messages.
pub fn shown(path: &Path) -> String {
    visible(&path.to_string_lossy())
}

/// Opens a file to read it. What is no file, such as a pipe without a writer, may let wait forever.
pub fn open(path: &Path) -> io::Result<File> {
    if fs::metadata(path)?.is_file() { File::open(path) } else { Err(io::Error::other("not a regular file")) }
}

/// The bytes of a file, opened as by [`open`].
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn sync(path: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be synced, and renaming is as lasting as the system makes it.
    if cfg!(not(unix)) && path.is_dir() {
        return Ok(());
    }
    // Windows syncs only what is open for writing; Unix opens folders only for reading.
    OpenOptions::new().read(true).write(cfg!(not(unix))).open(path)?.sync_all()
}
