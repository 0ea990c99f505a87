//! Zip files: their list of members, and how each is unpacked.

use std::{
    io::{self, BufReader, Read, Seek, SeekFrom},
    sync::Arc,
};

use parking_lot::Mutex;
use zip::ZipArchive;

use super::{piped::piped, place::OpenFile, text::Stream};

/// A zip file's list of members is read once; the members share it.
pub type Archive = ZipArchive<Buffered>;

/// Reads the list of members.
pub fn archive(file: OpenFile) -> io::Result<Archive> {
    Ok(Archive::new(Buffered(BufReader::new(file)))?)
}

/// A file whose clones share nothing that is buffered: the zip reader seeks before it reads.
pub struct Buffered(BufReader<OpenFile>);

impl Clone for Buffered {
    fn clone(&self) -> Buffered {
        Buffered(BufReader::new(self.0.get_ref().clone()))
    }
}

impl Read for Buffered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Seek for Buffered {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

/// A member is unpacked at once if it is no larger.
const SMALL: u64 = 1 << 20;

/// The small member that was unpacked last: what is looked at is read next.
#[derive(Default)]
pub struct Last(Mutex<Option<(usize, Arc<[u8]>)>>);

/// One member of a zip file, unpacked: on a thread of its own where it is large, since the zip reader lends its members and
/// cannot give them away.
pub fn member(archive: &Archive, index: usize, last: &Last) -> io::Result<Stream> {
    let mut last = last.0.lock();
    if let Some((_, bytes)) = last.as_ref().filter(|(known, _)| *known == index) {
        return Ok(Box::new(io::Cursor::new(Arc::clone(bytes))));
    }
    let mut archive = archive.clone();
    let member = archive.by_index(index)?;
    let said = member.size();
    if let Some(bytes) = small(member, said)? {
        let (_, bytes) = last.insert((index, bytes));
        return Ok(Box::new(io::Cursor::new(Arc::clone(bytes))));
    }
    drop(last);
    piped("unzip", move |mut end| io::copy(&mut archive.by_index(index)?, &mut end).map(|_| ()))
}

/// The bytes of a member that is small, whatever it says of its size.
fn small(member: impl Read, said: u64) -> io::Result<Option<Arc<[u8]>>> {
    if said > SMALL {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    member.take(SMALL + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= SMALL).then(|| bytes.into()))
}
