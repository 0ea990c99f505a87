//! Writing files: nameless beside their place, named and renamed once they are whole. A failure leaves the old file or
//! none, and whatever ends the program leaves nothing else: the system takes away a file that never got a name.

use std::{
    fs::{self, File},
    io::{self, Seek, Write},
    path::{Path, PathBuf},
};

use tempfile::{Builder, TempPath};

use crate::{
    error::{Error, Result},
    model::key,
};

pub use crate::model::shown;

/// A file that takes its place only once it is whole.
pub struct PendingFile {
    /// As the user named it.
    place: PathBuf,
    file: File,
    /// Where a file without a name gets one: the place, or what a symbolic link there points to. None for pipes and
    /// devices, which cannot be replaced, only written to.
    target: Option<PathBuf>,
}

impl PendingFile {
    /// Opens a file beside its place.
    pub fn beside(place: &Path) -> Result<PendingFile> {
        let open = || {
            let target = match fs::metadata(place) {
                Ok(there) if !there.is_file() => return Ok((File::options().write(true).open(place)?, None)),
                Ok(_) => fs::canonicalize(place)?,
                Err(_) => place.to_owned(),
            };
            Ok((tempfile::tempfile_in(folder_of(&target))?, Some(target)))
        };
        if place.is_dir() {
            return Err(Error::new(key::error::OUTPUT_IS_FOLDER).with("path", shown(place)));
        }
        let (file, target) = open().map_err(|error| unwritten(place, &error))?;
        Ok(PendingFile { place: place.to_owned(), file, target })
    }

    /// A file with all of its bytes, which the disk holds.
    fn filled(place: &Path, bytes: &[u8]) -> Result<PendingFile> {
        let mut pending = PendingFile::beside(place)?;
        let written = pending.file.write_all(bytes).and_then(|()| pending.sync());
        written.map_err(|error| unwritten(place, &error))?;
        Ok(pending)
    }

    fn sync(&self) -> io::Result<()> {
        if self.target.is_some() { self.file.sync_all() } else { Ok(()) }
    }

    /// Puts the file in its place.
    pub fn keep(mut self) -> Result<()> {
        let mut put = || {
            let Some(target) = &self.target else { return self.file.flush() };
            permit(&self.file, target)?;
            self.file.sync_all()?;
            named(&mut self.file, target)?.persist(target).map_err(|error| error.error)
        };
        put().map_err(|error| unwritten(&self.place, &error))
    }
}

fn folder_of(target: &Path) -> &Path {
    target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Gives the file a name for the moment before it takes its place.
fn named(file: &mut File, target: &Path) -> io::Result<TempPath> {
    let mut name = Builder::new();
    name.prefix(".errstat-");
    if let Ok(linked) = linked(file, &name, target) {
        return Ok(linked);
    }
    // This system or this disk has no names for files that had none.
    let mut copy = name.tempfile_in(folder_of(target))?;
    file.rewind()?;
    io::copy(file, &mut copy)?;
    permit(copy.as_file(), target)?;
    copy.as_file().sync_all()?;
    Ok(copy.into_temp_path())
}

/// As open(2) says of O_TMPFILE.
#[cfg(target_os = "linux")]
fn linked(file: &File, name: &Builder<'_, '_>, target: &Path) -> io::Result<TempPath> {
    use rustix::fs::{AtFlags, CWD, linkat};
    let open = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(file));
    let link = |path: &Path| Ok(linkat(CWD, &open, CWD, path, AtFlags::SYMLINK_FOLLOW)?);
    Ok(name.make_in(folder_of(target), link)?.into_temp_path())
}

#[cfg(not(target_os = "linux"))]
fn linked(_file: &File, _name: &Builder<'_, '_>, _target: &Path) -> io::Result<TempPath> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Temporary files may be private; the finished one is as readable as the file it replaces, or as any new file.
#[cfg(unix)]
fn permit(file: &File, place: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = match fs::metadata(place) {
        Ok(old) => old.permissions().mode() & 0o777,
        Err(_) => 0o666 & !umask(),
    };
    file.set_permissions(fs::Permissions::from_mode(mode))
}

/// What the user withholds from new files. It can be asked for only by setting it, but Linux also tells it.
#[cfg(unix)]
fn umask() -> u32 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let told = status.lines().find_map(|line| u32::from_str_radix(line.strip_prefix("Umask:")?.trim(), 8).ok());
    told.unwrap_or(0o022)
}

#[cfg(not(unix))]
fn permit(_file: &File, _place: &Path) -> io::Result<()> {
    Ok(())
}

impl Write for PendingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Writes a whole file. Where that fails, the old one, if any, is still there.
pub fn write(place: &Path, bytes: &[u8]) -> Result<()> {
    write_all([(place, bytes)])
}

/// Writes files that belong together: none takes its place before the disk holds all of them.
pub fn write_all<'a>(files: impl IntoIterator<Item = (&'a Path, &'a [u8])>) -> Result<()> {
    let filled = files.into_iter().map(|(place, bytes)| PendingFile::filled(place, bytes));
    filled.collect::<Result<Vec<_>>>()?.into_iter().try_for_each(PendingFile::keep)
}

/// Makes sure that no file that is going to be written is an input, the configuration, or another output. Inputs are as
/// the user gave them; `is_read` tells whether a file would be read if it were met in a folder.
pub fn apart(outputs: &[&Path], inputs: &[&String], config: &Path, is_read: impl Fn(&Path) -> bool) -> Result<()> {
    for (i, place) in outputs.iter().enumerate() {
        let key = if *place == Path::new("-") {
            key::error::OUTPUT_DASH
        } else if inputs.iter().any(|input| is_input(place, input, &is_read)) {
            key::error::OUTPUT_IS_INPUT
        } else if same(place, config) && place.exists() {
            key::error::OUTPUT_IS_CONFIG
        } else if outputs[..i].iter().any(|other| same(place, other)) {
            key::error::OUTPUT_TWICE
        } else {
            continue;
        };
        return Err(Error::new(key).with("path", shown(place)));
    }
    Ok(())
}

fn is_input(place: &Path, input: &str, is_read: impl Fn(&Path) -> bool) -> bool {
    let matched = || glob::Pattern::new(input).is_ok_and(|pattern| pattern.matches_path(place));
    let whole = |path: &Path| fs::canonicalize(path).ok();
    let inside = || whole(place).zip(whole(Path::new(input))).is_some_and(|(place, folder)| place.starts_with(folder));
    place.is_file() && (same(place, Path::new(input)) || matched() || inside() && is_read(place))
}

/// Whether two places are one. Devices and pipes may be written twice, and folders hold many files.
fn same(a: &Path, b: &Path) -> bool {
    let replaced = |place: &Path| fs::metadata(place).map_or(true, |there| there.is_file());
    let whole = |place: &Path| fs::canonicalize(place).unwrap_or_else(|_| place.to_owned());
    replaced(a) && whole(a) == whole(b)
}

/// Makes sure that in a folder of errstat's making no link leads out of it, and that what is to be replaced is a file:
/// who can write into the folder must not choose where else is written.
pub fn within(folder: &Path, places: impl IntoIterator<Item = impl AsRef<Path>>) -> Result<()> {
    for place in places {
        let place = place.as_ref();
        let refused = |path: &Path| Err(Error::new(key::error::OUTPUT_IS_NO_FILE).with("path", shown(path)));
        let holder = place.parent().filter(|holder| *holder != folder);
        if let Some(holder) = holder.filter(|holder| fs::symlink_metadata(holder).is_ok_and(|there| !there.is_dir())) {
            return refused(holder);
        }
        if fs::symlink_metadata(place).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
            return refused(place);
        }
    }
    Ok(())
}

/// Makes a folder and those above it.
pub fn folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|error| unwritten(path, &error))
}

/// What to say of an output that could not be put together.
pub fn unmade(cause: impl std::fmt::Display) -> Error {
    Error::new(key::error::FRAME).with("cause", cause)
}

fn unwritten(path: &Path, cause: &io::Error) -> Error {
    // Libraries add the name of the temporary file to the cause; the system's own words are enough.
    let cause =
        match cause.raw_os_error().or_else(|| cause.get_ref()?.source()?.downcast_ref::<io::Error>()?.raw_os_error()) {
            Some(code) => io::Error::from_raw_os_error(code),
            None => cause.kind().into(),
        };
    Error::new(key::error::OUTPUT_UNWRITTEN).with("path", shown(path)).because(&cause)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_named_is_copied() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("out.json");
        let mut file = File::options().read(true).write(true).create_new(true).open(&target).unwrap();
        fs::remove_file(&target).unwrap();
        file.write_all(b"{}").unwrap();
        let name = named(&mut file, &target).unwrap();
        name.persist(&target).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"{}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
