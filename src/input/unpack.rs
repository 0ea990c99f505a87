//! gzip, zstd and zip, recognised by their first bytes.

use std::{
    fs::File,
    io::{self, BufReader, PipeReader, Read},
    path::{Path, PathBuf},
    thread::JoinHandle,
};

use flate2::bufread::MultiGzDecoder;
use zip::ZipArchive;

use super::chunks::Text;

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
/// Where the file cannot be opened, or a zip file is damaged, or it is a spreadsheet's own format.
pub fn unpack(path: &Path) -> Result<Vec<Unpacked>, Fault> {
    let mut file = File::open(path)?;
    let mut head = [0; 4];
    let read = read_full(&mut file, &mut head)?;
    let meta = file.metadata()?;
    let path = path.to_owned();
    let text = match packing(&head[..read]) {
        // Pipes and devices have no length that could be relied on.
        None if meta.is_file() => Text::File { path, len: meta.len() },
        None => Text::Stream(Box::new(move || Ok(Box::new(File::open(&path)?)))),
        Some(Packing::Zip) => return members(&path),
        Some(kind) => {
            let name = if kind == Packing::Gzip { "gzip" } else { "zstd" };
            let open = move || decoder(Box::new(File::open(&path)?), kind);
            return Ok(vec![Unpacked { member: None, packing: Some(name), text: Some(Text::Stream(Box::new(open))) }]);
        }
    };
    Ok(vec![Unpacked { member: None, packing: None, text: Some(text) }])
}

fn decoder(packed: Box<dyn Read + Send>, kind: Packing) -> io::Result<Box<dyn Read + Send>> {
    let packed = BufReader::with_capacity(1 << 17, packed);
    Ok(match kind {
        Packing::Gzip => Box::new(MultiGzDecoder::new(packed)),
        Packing::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(packed)?),
        Packing::Zip => return Err(io::Error::new(io::ErrorKind::Unsupported, "a zip file inside a packed file")),
    })
}

fn members(path: &Path) -> Result<Vec<Unpacked>, Fault> {
    let archive = archive(path)?;
    if entries(path)?.is_some_and(|told| told != archive.len()) {
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
    let mut found = Vec::new();
    for (index, name) in names.into_iter().enumerate() {
        // What macOS packs beside every file is about that file, and no file of its own.
        let shadow = name.split('/').any(|part| part.starts_with("._") || part == "__MACOSX" || part == ".DS_Store");
        if name.ends_with('/') || shadow {
            continue;
        }
        let mut head = [0; 4];
        let read = read_full(&mut member(path, index)?, &mut head)?;
        let inner = packing(&head[..read]);
        if inner == Some(Packing::Zip) {
            found.push(Unpacked { member: Some(name), packing: Some("zip"), text: None });
            continue;
        }
        let path = path.to_owned();
        let open = move || {
            let stream: Box<dyn Read + Send> = Box::new(member(&path, index)?);
            match inner {
                Some(kind) => decoder(stream, kind),
                None => Ok(stream),
            }
        };
        found.push(Unpacked { member: Some(name), packing: Some("zip"), text: Some(Text::Stream(Box::new(open))) });
    }
    Ok(found)
}

/// How many members a zip file says it has (APPNOTE 4.3.16); nothing where it does not say it in 16 bits. The zip
/// reader tells members apart by name, so one of two with the same name would be lost without a word.
fn entries(path: &Path) -> io::Result<Option<usize>> {
    const LONGEST_END: u64 = 22 + 65_535;
    let mut file = File::open(path)?;
    let len = file.metadata()?.len();
    io::Seek::seek(&mut file, io::SeekFrom::Start(len.saturating_sub(LONGEST_END)))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    let end = memchr::memmem::rfind(&tail, b"PK\x05\x06").and_then(|at| tail.get(at + 10..at + 12));
    Ok(end.map(|told| usize::from(u16::from_le_bytes([told[0], told[1]]))).filter(|told| *told != 0xffff))
}

fn archive(path: &Path) -> io::Result<ZipArchive<BufReader<File>>> {
    ZipArchive::new(BufReader::new(File::open(path)?)).map_err(io::Error::from)
}

/// Unpacks one member of a zip file on a thread of its own: the zip reader lends its members and cannot
/// give them away.
struct Member {
    pipe: PipeReader,
    unpacking: Option<JoinHandle<io::Result<()>>>,
}

fn member(path: &Path, index: usize) -> io::Result<Member> {
    let (pipe, mut end) = io::pipe()?;
    let path: PathBuf = path.to_owned();
    let unpacking = std::thread::Builder::new().name("unzip".into()).spawn(move || {
        let mut archive = archive(&path)?;
        let mut member = archive.by_index(index).map_err(io::Error::from)?;
        io::copy(&mut member, &mut end).map(|_| ())
    })?;
    Ok(Member { pipe, unpacking: Some(unpacking) })
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
