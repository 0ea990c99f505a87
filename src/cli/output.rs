//! Writing files: beside their place and then renamed, so that a failure leaves the old file or none.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

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
    /// Beside the place, or beside what a symbolic link there points to.
    Beside(NamedTempFile, PathBuf),
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
            Ok(_) => temporary(fs::canonicalize(place).map_err(failed)?).map_err(failed)?,
            Err(_) => temporary(place.to_owned()).map_err(failed)?,
        };
        Ok(PendingFile { place: place.to_owned(), content })
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// Where the disk is full or the place cannot be written.
    pub fn keep(self) -> Result<()> {
        let put = |content: Content| match content {
            Content::Direct(mut file) => file.flush(),
            Content::Beside(mut file, target) => {
                file.flush()?;
                file.as_file().sync_all()?;
                permit(file.path(), &target)?;
                file.persist(&target).map(|_| ()).map_err(|error| error.error)
            }
        };
        put(self.content).map_err(|error| unwritten(&self.place, &error))
    }
}

fn temporary(target: PathBuf) -> io::Result<Content> {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = tempfile::Builder::new().prefix(".errstat-").tempfile_in(folder)?;
    Ok(Content::Beside(file, target))
}

/// Temporary files are private; the finished one is as readable as the file it replaces, or as any new file.
#[cfg(unix)]
fn permit(file: &Path, place: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = match fs::metadata(place) {
        Ok(old) => old.permissions().mode() & 0o777,
        Err(_) => 0o644,
    };
    fs::set_permissions(file, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn permit(_file: &Path, _place: &Path) -> io::Result<()> {
    Ok(())
}

impl Write for PendingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.content {
            Content::Beside(file, _) => file.write(bytes),
            Content::Direct(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.content {
            Content::Beside(file, _) => file.flush(),
            Content::Direct(file) => file.flush(),
        }
    }
}

/// Writes a whole file.
///
/// # Errors
/// Where it cannot be written; the old one, if any, is then still there.
pub fn write(place: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = PendingFile::beside(place)?;
    file.write_all(bytes).map_err(|error| unwritten(place, &error))?;
    file.keep()
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
    Privacy::default().text(&path.to_string_lossy())
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
