//! Zip files: their members, and how each is unpacked.

use std::{
    io::{self, BufReader, Read, Seek, SeekFrom},
    sync::Arc,
};

use zip::{ZipArchive, result::ZipError};

use super::{
    MOST_FILES,
    allowance::Allowance,
    piped::piped,
    place::OpenFile,
    unpack::{Fault, HEAD, Packing, Unpacked, decoder, in_packed, metered, packing, read_full},
    workbook,
};
use crate::model::Sentence;

/// A zip file's list of members is read once; the members share it.
pub(super) type Archive = ZipArchive<Buffered>;

/// Reads the list of members.
///
/// # Errors
/// Where the file is no zip file, or damaged.
pub(super) fn archive(file: OpenFile) -> io::Result<Archive> {
    Ok(Archive::new(Buffered::new(file))?)
}

/// The texts in a zip file, one for each member, or for each sheet of a member that is a workbook.
///
/// # Errors
/// As [`super::unpack::unpack`].
pub(super) fn members(archive: Archive, allowance: &Arc<Allowance>) -> Result<Vec<Unpacked>, Fault> {
    if archive.len() > MOST_FILES {
        return Err(Fault::TooManyMembers);
    }
    // The zip reader tells members apart by name, so one of two with the same name would be lost without a word.
    if archive.has_duplicate_names() {
        return Err(Fault::Io(io::Error::new(
            io::ErrorKind::InvalidData,
            "several members of the zip file have the same name; unpack it first",
        )));
    }
    let name = |index| match archive.name_for_index(index) {
        Some(Ok(name)) => name.into_owned(),
        // A name in no known encoding.
        Some(Err(_)) | None => format!("member {}", index + 1),
    };
    let names: Vec<String> = (0..archive.len()).map(name).collect();
    // What macOS packs beside every file is about that file, and no file of its own.
    let shadow =
        |name: &str| name.split('/').any(|part| part.starts_with("._") || matches!(part, "__MACOSX" | ".DS_Store"));
    let wanted: Vec<(usize, String)> =
        names.into_iter().enumerate().filter(|(_, name)| !name.ends_with('/') && !shadow(name)).collect();
    // All heads first: what is kept of each member would be laid into the room that unpacking the one before it gave back.
    let mut heads = archive.clone();
    let mut packings = Vec::with_capacity(wanted.len());
    for (index, _) in &wanted {
        let mut head = [0; HEAD];
        let mut member = heads.by_index(*index).map_err(|error| match error {
            ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Fault::Locked,
            error => Fault::Io(error.into()),
        })?;
        let read = read_full(&mut member, &mut head)?;
        packings.push((packing(&head[..read]), workbook::may_be(&head[..read])));
    }
    let archive = Arc::new(archive);
    let mut found = Vec::with_capacity(wanted.len());
    for ((index, name), (inner, may_be_workbook)) in wanted.into_iter().zip(packings) {
        let archive = Arc::clone(&archive);
        let open = move || {
            let stream = member(&archive, index)?;
            match inner {
                Some(kind @ (Packing::Gzip | Packing::Zstd)) => decoder(stream, kind),
                Some(Packing::Zip) | None => Ok(stream),
            }
        };
        let text = metered(open, allowance);
        if !may_be_workbook {
            found.push(Unpacked { member: Some(name), packing: Some("zip"), sheet: None, text: Ok(text) });
            continue;
        }
        let texts = in_packed(text, "zip", allowance)?;
        found.extend(texts.into_iter().map(|unpacked| {
            let followed = unpacked.sheet.is_some() || inner != Some(Packing::Zip) || unpacked.text.is_err();
            let text = if followed { unpacked.text } else { Err(Sentence::new("other.zip_in_zip")) };
            Unpacked { member: Some(name.clone()), text, ..unpacked }
        }));
    }
    Ok(found)
}

/// A file whose clones share nothing that is buffered: the zip reader seeks before it reads.
pub(super) struct Buffered(BufReader<OpenFile>);

impl Buffered {
    fn new(file: OpenFile) -> Buffered {
        Buffered(BufReader::new(file))
    }
}

impl Clone for Buffered {
    fn clone(&self) -> Buffered {
        Buffered::new(self.0.get_ref().clone())
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

/// One member of a zip file, unpacked: on a thread of its own where it is large, since the zip reader lends its members and
/// cannot give them away.
pub(super) fn member(archive: &Archive, index: usize) -> io::Result<Box<dyn Read + Send>> {
    let mut archive = archive.clone();
    let mut small = Vec::new();
    // What it says of its size need not be true.
    if archive.by_index(index)?.size() <= SMALL {
        archive.by_index(index)?.take(SMALL + 1).read_to_end(&mut small)?;
        if small.len() as u64 <= SMALL {
            return Ok(Box::new(io::Cursor::new(small)));
        }
    }
    piped("unzip", move |mut end| io::copy(&mut archive.by_index(index)?, &mut end).map(|_| ()))
}
