//! gzip, zstd and zip, recognised by their first bytes.

use std::{
    io::{self, BufReader, Read},
    sync::Arc,
};

use flate2::bufread::MultiGzDecoder;

use super::{
    allowance::{Allowance, Meter},
    chunks::{Stream, Text},
    place::Place,
    zipped,
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
pub(super) enum Packing {
    Gzip,
    Zstd,
    Zip,
}

pub(super) fn packing(head: &[u8]) -> Option<Packing> {
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
        Some(Packing::Zip) => return zipped::members(&place, allowance),
        Some(kind) => {
            let name = if kind == Packing::Gzip { "gzip" } else { "zstd" };
            let open = move || decoder(Box::new(place.open()?), kind);
            (Some(name), metered(open, allowance))
        }
    };
    Ok(vec![Unpacked { member: None, packing, text: Some(text) }])
}

pub(super) fn metered(
    open: impl Fn() -> io::Result<Box<dyn Read + Send>> + Send + Sync + 'static,
    allowance: &Arc<Allowance>,
) -> Text {
    let meter = Meter::new(allowance);
    Text::Stream(Stream::new(move || Ok(Box::new(meter.metered(open()?)))))
}

pub(super) fn decoder(packed: Box<dyn Read + Send>, kind: Packing) -> io::Result<Box<dyn Read + Send>> {
    let packed = BufReader::with_capacity(1 << 17, packed);
    Ok(match kind {
        Packing::Gzip => Box::new(MultiGzDecoder::new(packed)),
        Packing::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(packed)?),
        Packing::Zip => return Err(io::Error::new(io::ErrorKind::Unsupported, "a zip file inside a packed file")),
    })
}

pub(super) fn read_full(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
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
