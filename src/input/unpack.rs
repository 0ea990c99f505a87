//! gzip, zstd and zip, recognised by their first bytes.

use std::{
    io::{self, BufReader, Read},
    sync::Arc,
};

use flate2::bufread::MultiGzDecoder;

use super::{
    allowance::{Allowance, Meter},
    chunks::{Stream, Text},
    place::{Place, spooled},
    workbook::{self, OpenBook, Sheet},
    zipped,
};
use crate::model::Sentence;

/// The text of a file, of one member of a zip file, or of one sheet of a workbook.
pub struct Unpacked {
    /// Name of the zip member.
    pub member: Option<String>,
    /// `gzip`, `zstd`, `zip`, or nothing.
    pub packing: Option<&'static str>,
    pub sheet: Option<Sheet>,
    /// Or why there is none: a zip file in a zip file, a workbook with a password.
    pub text: Result<Text, Sentence>,
}

/// What keeps a file from being unpacked.
#[derive(Debug)]
pub enum Fault {
    Io(io::Error),
    TooManyMembers,
    /// A member is protected with a password.
    Locked,
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Fault::Io(error)
    }
}

/// So many of the first bytes show how a file is packed.
pub(super) const HEAD: usize = 8;

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

/// The texts in a file: one, or one for each member of a zip file and each sheet of a workbook.
///
/// # Errors
/// Where the file cannot be opened or is longer than may be read, where a zip file is damaged or has too many members.
pub fn unpack(place: &Place, allowance: &Arc<Allowance>) -> Result<Vec<Unpacked>, Fault> {
    let mut file = place.open()?;
    let mut head = [0; HEAD];
    let read = read_full(&mut file, &mut head)?;
    let (place, len) = (place.clone(), file.len());
    let head = &head[..read];
    let kind = packing(head);
    match kind {
        None => allowance.plain(len).map_err(io::Error::other)?,
        Some(_) => allowance.packed(len),
    }
    if workbook::may_be(head) {
        let place = place.clone();
        if let Some(sheets) = in_workbook(Arc::new(move || place.open()), None, allowance)? {
            return Ok(sheets);
        }
    }
    match kind {
        None => Ok(vec![Unpacked { member: None, packing: None, sheet: None, text: Ok(Text::File { place, len }) }]),
        Some(Packing::Zip) => zipped::members(zipped::archive(file)?, allowance),
        Some(kind) => {
            let name = if kind == Packing::Gzip { "gzip" } else { "zstd" };
            let text = metered(move || decoder(Box::new(place.open()?), kind), allowance);
            Ok(in_packed(text, name, allowance)?)
        }
    }
}

/// What was packed: a text, or a workbook of several.
///
/// # Errors
/// Where it cannot be unpacked.
pub(super) fn in_packed(text: Text, packing: &'static str, allowance: &Arc<Allowance>) -> io::Result<Vec<Unpacked>> {
    let mut head = [0; HEAD];
    let read = read_full(&mut text.open()?, &mut head)?;
    if !workbook::may_be(&head[..read]) {
        return Ok(vec![Unpacked { member: None, packing: Some(packing), sheet: None, text: Ok(text) }]);
    }
    // Its parts are not in the order in which they are read, so it is unpacked to the disk whenever it is opened.
    let text = Arc::new(text);
    let book = Arc::clone(&text);
    let sheets = in_workbook(Arc::new(move || spooled(&mut book.open()?)), Some(packing), allowance)?;
    let unknown = || Err(Sentence::new("other.binary"));
    let alone = || {
        let text = Arc::into_inner(text).map_or_else(unknown, Ok);
        vec![Unpacked { member: None, packing: Some(packing), sheet: None, text }]
    };
    Ok(sheets.unwrap_or_else(alone))
}

/// The sheets of a workbook; nothing if it is none.
fn in_workbook(
    open: Arc<OpenBook>,
    packing: Option<&'static str>,
    allowance: &Arc<Allowance>,
) -> io::Result<Option<Vec<Unpacked>>> {
    let Some(found) = workbook::sheets(&*open, allowance)? else { return Ok(None) };
    let unpacked = |sheet: Option<Sheet>, text| Unpacked { member: None, packing, sheet, text };
    let of_sheet = |sheet: Sheet| {
        let (open, read) = (Arc::clone(&open), sheet.clone());
        unpacked(Some(sheet), Ok(Text::Stream(Stream::new(move || workbook::text(&*open, &read)))))
    };
    Ok(Some(match found {
        Ok(sheets) => sheets.into_iter().map(of_sheet).collect(),
        Err(why) => vec![unpacked(None, Err(why))],
    }))
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
