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
    model::Privacy,
};

/// A file that takes its place only once it is whole.
pub struct PendingFile {
    /// As the user named it.
    place: PathBuf,
    content: Content,
}

enum Content {
    /// Without a name, on the disk of the place or of what a symbolic link there points to.
    Nameless(File, PathBuf),
    /// Pipes and devices cannot be replaced, only written to.
    Direct(File),
}

impl PendingFile {
    /// Opens a file beside its place.
    ///
    /// # Errors
    /// Where the folder cannot be written, or the place is a folder.
    pub fn beside(place: &Path) -> Result<PendingFile> {
        let failed = |error: io::Error| unwritten(place, &error);
        let content = match fs::metadata(place) {
            Ok(there) if there.is_dir() => return Err(Error::new("error.output_is_folder").with("path", shown(place))),
            Ok(there) if !there.is_file() => Content::Direct(File::options().write(true).open(place).map_err(failed)?),
            Ok(_) => nameless(fs::canonicalize(place).map_err(failed)?).map_err(failed)?,
            Err(_) => nameless(place.to_owned()).map_err(failed)?,
        };
        Ok(PendingFile { place: place.to_owned(), content })
    }

    /// Makes sure that the disk holds all of it.
    fn fill(&mut self, bytes: &[u8]) -> Result<()> {
        let filled = self.write_all(bytes).and_then(|()| match &self.content {
            Content::Direct(_) => Ok(()),
            Content::Nameless(file, _) => file.sync_all(),
        });
        filled.map_err(|error| unwritten(&self.place, &error))
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// Where the disk is full or the place cannot be written.
    pub fn keep(self) -> Result<()> {
        let put = |content: Content| match content {
            Content::Direct(mut file) => file.flush(),
            Content::Nameless(mut file, target) => {
                permit(&file, &target)?;
                file.sync_all()?;
                named(&mut file, &target)?.persist(&target).map_err(|error| error.error)
            }
        };
        put(self.content).map_err(|error| unwritten(&self.place, &error))
    }
}

fn nameless(target: PathBuf) -> io::Result<Content> {
    Ok(Content::Nameless(tempfile::tempfile_in(folder_of(&target))?, target))
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
        match &mut self.content {
            Content::Nameless(file, _) | Content::Direct(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.content {
            Content::Nameless(file, _) | Content::Direct(file) => file.flush(),
        }
    }
}

/// Writes a whole file.
///
/// # Errors
/// Where it cannot be written; the old one, if any, is then still there.
pub fn write(place: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = PendingFile::beside(place)?;
    file.fill(bytes)?;
    file.keep()
}

/// Writes files that belong together: none takes its place before the disk holds all of them.
///
/// # Errors
/// Where one cannot be written; the old ones, if any, are then still there.
pub fn write_all(files: &[(PathBuf, Vec<u8>)]) -> Result<()> {
    let filled = |(place, bytes): &(PathBuf, Vec<u8>)| {
        let mut file = PendingFile::beside(place)?;
        file.fill(bytes)?;
        Ok(file)
    };
    let pending: Vec<PendingFile> = files.iter().map(filled).collect::<Result<_>>()?;
    pending.into_iter().try_for_each(PendingFile::keep)
}

/// Makes sure that no file that is going to be written is an input, the configuration, or another output. Inputs are as
/// the user gave them: a file inside a folder is not looked for.
///
/// # Errors
/// Where one is.
pub fn apart(outputs: &[&Path], inputs: &[String], config: &Path) -> Result<()> {
    for (i, place) in outputs.iter().enumerate() {
        let key = if inputs.iter().any(|input| is_input(place, input)) {
            "error.output_is_input"
        } else if same(place, config) && place.exists() {
            "error.output_is_config"
        } else if outputs[..i].iter().any(|other| same(place, other)) {
            "error.output_twice"
        } else {
            continue;
        };
        return Err(Error::new(key).with("path", shown(place)));
    }
    Ok(())
}

fn is_input(place: &Path, input: &str) -> bool {
    let matched = || glob::Pattern::new(input).is_ok_and(|pattern| pattern.matches_path(place));
    place.is_file() && (same(place, Path::new(input)) || matched())
}

/// Whether two places are one. Devices and pipes may be written twice, and folders hold many files.
fn same(a: &Path, b: &Path) -> bool {
    let replaced = |place: &Path| fs::metadata(place).map_or(true, |there| there.is_file());
    let whole = |place: &Path| fs::canonicalize(place).unwrap_or_else(|_| place.to_owned());
    replaced(a) && whole(a) == whole(b)
}

/// Makes sure that in a folder of errstat's making no link leads out of it, and that what is to be replaced is a file:
/// who can write into the folder must not choose where else is written.
///
/// # Errors
/// Where something else is in the place of a file or of the folder that holds it.
pub fn within(folder: &Path, places: impl IntoIterator<Item = impl AsRef<Path>>) -> Result<()> {
    for place in places {
        let place = place.as_ref();
        let refused = |path: &Path| Err(Error::new("error.output_is_no_file").with("path", shown(path)));
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
///
/// # Errors
/// Where it cannot be made.
pub fn folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|error| unwritten(path, &error))
}

/// A path as it may be shown.
pub fn shown(path: &Path) -> String {
    Privacy::default().path(&path.to_string_lossy())
}

fn unwritten(path: &Path, cause: &io::Error) -> Error {
    // Libraries add the name of the temporary file to the cause; the system's own words are enough.
    let cause =
        match cause.raw_os_error().or_else(|| cause.get_ref()?.source()?.downcast_ref::<io::Error>()?.raw_os_error()) {
            Some(code) => io::Error::from_raw_os_error(code).to_string(),
            None => cause.kind().to_string(),
        };
    Error::new("error.output_unwritten").with("path", shown(path)).with("cause", cause)
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
