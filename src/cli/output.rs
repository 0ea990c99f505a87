//! Writing files: beside their place and then renamed, so that a failure leaves the old file or none.

use std::{
    fs,
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
    file: NamedTempFile,
    place: PathBuf,
}

impl PendingFile {
    /// Opens a file beside its place.
    ///
    /// # Errors
    /// Where the folder cannot be written, or the place is a folder.
    pub fn beside(place: &Path) -> Result<PendingFile> {
        if place.is_dir() {
            return Err(Error::new("error.output_is_folder").with("path", shown(place)));
        }
        let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = tempfile::Builder::new()
            .prefix(".errstat-")
            .tempfile_in(folder)
            .map_err(|error| unwritten(place, &error))?;
        Ok(PendingFile { file, place: place.to_owned() })
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// Where the disk is full or the place cannot be written.
    pub fn keep(mut self) -> Result<()> {
        let place = self.place;
        self.file.flush().and_then(|()| self.file.as_file().sync_all()).map_err(|error| unwritten(&place, &error))?;
        permit(self.file.path(), &place).map_err(|error| unwritten(&place, &error))?;
        self.file.persist(&place).map_err(|error| unwritten(&place, &error.error))?;
        Ok(())
    }
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
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
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
    Error::new("error.output_unwritten").with("path", shown(path)).with("cause", cause)
}
