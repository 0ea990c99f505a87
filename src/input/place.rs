//! Where bytes lie that are read more than once, and by several at the same time.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::PathBuf,
    sync::Arc,
};

use crate::{
    error::Error,
    model::{Privacy, key},
};

/// A file with a name, or one without.
#[derive(Clone, Debug)]
pub enum Place {
    /// It is opened whenever it is read: thousands of files cannot be open at once.
    Path(PathBuf),
    /// What came through a pipe. The file has no name, so nothing of it is left however the program ends.
    Spool(OpenFile),
}

impl Place {
    /// The file, from its start.
    pub fn open(&self) -> io::Result<OpenFile> {
        match self {
            Place::Path(path) => OpenFile::new(File::open(path)?),
            Place::Spool(file) => Ok(OpenFile { at: 0, ..file.clone() }),
        }
    }
}

/// An open file with a position of its own: a clone shares the file and not the position.
#[derive(Clone, Debug)]
pub struct OpenFile {
    file: Arc<File>,
    at: u64,
    len: u64,
}

impl OpenFile {
    fn new(file: File) -> io::Result<OpenFile> {
        let len = file.metadata()?.len();
        Ok(OpenFile { file: Arc::new(file), at: 0, len })
    }

    /// Its length when it was opened.
    pub fn len(&self) -> u64 {
        self.len
    }

    #[cfg(unix)]
    fn read_at(&self, buffer: &mut [u8]) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(&*self.file, buffer, self.at)
    }

    #[cfg(windows)]
    fn read_at(&self, buffer: &mut [u8]) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(&*self.file, buffer, self.at)
    }
}

impl Read for OpenFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.read_at(buffer)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for OpenFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let moved = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.len.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = moved.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// That temporary files cannot be made or written: the folder is missing, forbidden or full.
fn no_scratch(cause: io::Error) -> io::Error {
    // The cause of a failed creation names the folder too; the system's own words are enough.
    let cause = cause.raw_os_error().map_or(cause, io::Error::from_raw_os_error);
    let folder = Privacy::default().path(&std::env::temp_dir().to_string_lossy());
    Error::new(key::error::SCRATCH).with("path", folder).because(&cause).into()
}

/// Keeps a stream on disk, to be read again.
pub fn spooled(stream: &mut impl Read) -> io::Result<OpenFile> {
    let mut file = tempfile::tempfile().map_err(no_scratch)?;
    let mut buffer = vec![0; 1 << 18];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return OpenFile::new(file),
            Ok(read) => file.write_all(&buffer[..read]).map_err(no_scratch)?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reader_has_its_own_position() {
        let mut one = spooled(&mut &b"0123456789"[..]).unwrap();
        let mut other = one.clone();
        let mut text = String::new();
        one.seek(SeekFrom::Start(7)).unwrap();
        assert_eq!((one.seek(SeekFrom::Current(-1)).unwrap(), one.len()), (6, 10));
        other.by_ref().take(3).read_to_string(&mut text).unwrap();
        one.read_to_string(&mut text).unwrap();
        assert_eq!(text, "0126789");
        assert!(other.seek(SeekFrom::End(-11)).is_err());
        let mut again = Place::Spool(one).open().unwrap();
        assert_eq!(io::read_to_string(&mut again).unwrap(), "0123456789");
    }
}
