//! gzip, zstd and zip, recognised by their first bytes.

use std::{
    io::{self, BufReader, PipeReader, Read, Seek, SeekFrom},
    sync::Arc,
    thread::JoinHandle,
};

use flate2::bufread::MultiGzDecoder;
use zip::ZipArchive;

use super::{
    MOST_FILES,
    allowance::{Allowance, Meter},
    chunks::{Stream, Text},
    place::{OpenFile, Place},
};

/// The text of a file, or of one member of a zip file.
pub struct Unpacked {
    /// Name of the zip member.
    pub member: Option<String>,
    /// `gzip`, `zstd`, `zip`, or nothing.
    pub packing: Option<&'static str>,
    /// Nothing where it is packed in a way that errstat does not follow: a zip file in a zip file.
    pub text: Option<Text>,
}

/// What keeps a file from being unpacked.
#[derive(Debug)]
pub enum Fault {
    Io(io::Error),
    /// A spreadsheet's own format, which is a zip file of XML.
    Workbook,
    TooManyMembers,
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Fault::Io(error)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Packing {
    Gzip,
    Zstd,
    Zip,
}

fn packing(head: &[u8]) -> Option<Packing> {
    match head {
        [0x1f, 0x8b, ..] => Some(Packing::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Packing::Zstd),
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Packing::Zip),
        _ => None,
    }
}

/// The texts in a file: one, or one for each member of a zip file.
///
/// # Errors
/// Where the file cannot be opened or is longer than may be read, where a zip file is damaged or has too many members, or
/// it is a spreadsheet's own format.
pub fn unpack(place: &Place, allowance: &Arc<Allowance>) -> Result<Vec<Unpacked>, Fault> {
    let mut file = place.open()?;
    let mut head = [0; 4];
    let read = read_full(&mut file, &mut head)?;
    let (place, len) = (place.clone(), file.len());
    let packing = packing(&head[..read]);
    match packing {
        None => allowance.plain(len).map_err(io::Error::other)?,
        Some(_) => allowance.packed(len),
    }
    let (packing, text) = match packing {
        None => (None, Text::File { place, len }),
        Some(Packing::Zip) => return members(&place, allowance),
        Some(kind) => {
            let name = if kind == Packing::Gzip { "gzip" } else { "zstd" };
            let open = move || decoder(Box::new(place.open()?), kind);
            (Some(name), metered(open, allowance))
        }
    };
    Ok(vec![Unpacked { member: None, packing, text: Some(text) }])
}

fn metered(
    open: impl Fn() -> io::Result<Box<dyn Read + Send>> + Send + Sync + 'static,
    allowance: &Arc<Allowance>,
) -> Text {
    let meter = Meter::new(allowance);
    Text::Stream(Stream::new(move || Ok(Box::new(meter.metered(open()?)))))
}

fn decoder(packed: Box<dyn Read + Send>, kind: Packing) -> io::Result<Box<dyn Read + Send>> {
    let packed = BufReader::with_capacity(1 << 17, packed);
    Ok(match kind {
        Packing::Gzip => Box::new(MultiGzDecoder::new(packed)),
        Packing::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(packed)?),
        Packing::Zip => return Err(io::Error::new(io::ErrorKind::Unsupported, "a zip file inside a packed file")),
    })
}

/// A zip file's list of members is read once; the members share it.
type Members = ZipArchive<Buffered>;

fn members(place: &Place, allowance: &Arc<Allowance>) -> Result<Vec<Unpacked>, Fault> {
    let archive = Arc::new(Members::new(Buffered::new(place.open()?)).map_err(io::Error::from)?);
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
    if names.iter().any(|name| name == "[Content_Types].xml" || name == "content.xml") {
        return Err(Fault::Workbook);
    }
    // What macOS packs beside every file is about that file, and no file of its own.
    let shadow =
        |name: &str| name.split('/').any(|part| part.starts_with("._") || matches!(part, "__MACOSX" | ".DS_Store"));
    let wanted: Vec<(usize, String)> =
        names.into_iter().enumerate().filter(|(_, name)| !name.ends_with('/') && !shadow(name)).collect();
    // All heads first: what is kept of each member would fall into the room that unpacking the one before it gave back,
    // and the next would find none of that size.
    let mut heads = Members::clone(&archive);
    let mut packings = Vec::with_capacity(wanted.len());
    for (index, _) in &wanted {
        let mut head = [0; 4];
        let read = read_full(&mut heads.by_index(*index).map_err(io::Error::from)?, &mut head)?;
        packings.push(packing(&head[..read]));
    }
    let mut found = Vec::with_capacity(wanted.len());
    for ((index, name), inner) in wanted.into_iter().zip(packings) {
        if inner == Some(Packing::Zip) {
            found.push(Unpacked { member: Some(name), packing: Some("zip"), text: None });
            continue;
        }
        let archive = Arc::clone(&archive);
        let open = move || {
            let stream = member(&archive, index)?;
            match inner {
                Some(kind) => decoder(stream, kind),
                None => Ok(stream),
            }
        };
        found.push(Unpacked { member: Some(name), packing: Some("zip"), text: Some(metered(open, allowance)) });
    }
    Ok(found)
}

/// A file whose clones share nothing that is buffered: the zip reader seeks before it reads.
struct Buffered(BufReader<OpenFile>);

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

/// One member of a zip file, unpacked.
fn member(archive: &Members, index: usize) -> io::Result<Box<dyn Read + Send>> {
    let mut archive = archive.clone();
    let mut small = Vec::new();
    // What it says of its size need not be true.
    if archive.by_index(index)?.size() <= SMALL {
        archive.by_index(index)?.take(SMALL + 1).read_to_end(&mut small)?;
        if small.len() as u64 <= SMALL {
            return Ok(Box::new(io::Cursor::new(small)));
        }
    }
    let (pipe, mut end) = io::pipe()?;
    let unpacking = std::thread::Builder::new().name("unzip".into()).spawn(move || {
        let mut member = archive.by_index(index)?;
        io::copy(&mut member, &mut end).map(|_| ())
    })?;
    Ok(Box::new(Member { pipe, unpacking: Some(unpacking) }))
}

/// Unpacks a member on a thread of its own: the zip reader lends its members and cannot give them away.
struct Member {
    pipe: PipeReader,
    unpacking: Option<JoinHandle<io::Result<()>>>,
}

impl Read for Member {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.pipe.read(buffer)?;
        if n == 0
            && !buffer.is_empty()
            && let Some(unpacking) = self.unpacking.take()
        {
            // The end of the pipe may be the end of the member or of the reader's luck.
            unpacking.join().unwrap_or_else(|_| Err(io::Error::other("the zip file is damaged")))?;
        }
        Ok(n)
    }
}

fn read_full(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
