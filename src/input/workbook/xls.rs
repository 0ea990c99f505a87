//! `.xls`: records in a file system of its own within the file (Compound File Binary).

use std::io::{self, BufReader, Cursor, Read, Write};

use calamine::{Reader, Xls};
use cfb::CompoundFile;

use super::{Fault, sheet::SheetText, shown, with_cells};
use crate::input::place::OpenFile;

/// The reader holds the cells of all sheets, and empty ones between them: so many at most.
const CELLS: u64 = 8_000_000;
/// It holds the file as well.
const LONGEST: u64 = 512 << 20;

/// Records of [MS-XLS], section 2.4.
mod record {
    pub const FORMULA: u16 = 0x0006;
    pub const END: u16 = 0x000A;
    pub const ENCRYPTED: u16 = 0x002F;
    pub const SHEET: u16 = 0x0085;
    pub const NUMBERS: u16 = 0x00BD;
    pub const DIMENSIONS: u16 = 0x0200;
    pub const BEGIN: u16 = 0x0809;
    /// A number, a text, a truth or an error, and their older forms.
    pub const CELLS: [u16; 8] = [FORMULA, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x0207, 0x027E];
    /// Means nothing to anybody.
    pub const NOTHING: u16 = 0xFFFF;
}

/// The streams that hold the cells, of newer and of older programs.
const NAMES: [&str; 2] = ["/Workbook", "/Book"];

/// A stream that every mail of Outlook's has ([MS-OXMSG], section 2).
const MAIL: &str = "/__properties_version1.0";

/// The names of the sheets that hold cells; nothing if the file is a document of another program. Fails where the
/// workbook is damaged, encrypted, or says that it has more cells than can be held.
pub fn sheets(file: OpenFile) -> Result<Option<Vec<String>>, Fault> {
    let Ok(container) = CompoundFile::open(BufReader::new(file.clone())) else { return Ok(None) };
    if container.is_stream("/EncryptedPackage") {
        return Err(Fault::Encrypted);
    }
    if container.is_stream(MAIL) {
        return Err(Fault::Mail);
    }
    if !NAMES.iter().any(|name| container.is_stream(name)) {
        return Ok(None);
    }
    Ok(Some(with_cells(open(file)?.sheets_metadata())))
}

/// Writes the cells of a sheet.
pub fn write(file: OpenFile, name: &str, text: &mut SheetText<impl Write>) -> Result<(), Fault> {
    let mut book = open(file)?;
    let since_1904 = book.has_1904_epoch();
    let range = book.worksheet_range(name).map_err(Fault::damaged)?;
    drop(book);
    let (first_row, first_column) = range.start().unwrap_or_default();
    for (row, column, value) in range.used_cells() {
        let place = |first: u32, at: usize| u32::try_from(at).map_or(u32::MAX, |at| first.saturating_add(at));
        text.cell(place(first_row, row), place(first_column, column), &shown(value, since_1904))?;
    }
    Ok(())
}

/// Opens a copy of what holds the cells. The reader follows whatever the file says of its own parts, in circles too, and
/// makes room for as many cells as the file says that it has.
fn open(file: OpenFile) -> Result<Xls<Cursor<Vec<u8>>>, Fault> {
    if file.len() > LONGEST {
        return Err(Fault::Large);
    }
    let mut container = CompoundFile::open(BufReader::new(file)).map_err(Fault::damaged)?;
    let name = NAMES.iter().find(|name| container.is_stream(name)).ok_or(Fault::Document)?;
    let mut records = Vec::new();
    container
        .open_stream(name)
        .and_then(|stream| stream.take(LONGEST).read_to_end(&mut records))
        .map_err(Fault::damaged)?;
    make_plausible(&mut records)?;
    let copied = || -> io::Result<Vec<u8>> {
        let mut copy = CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new()))?;
        copy.create_stream(name)?.write_all(&records)?;
        copy.flush()?;
        Ok(copy.into_inner().into_inner())
    };
    let copy = copied().map_err(Fault::damaged)?;
    drop(records);
    Xls::new(Cursor::new(copy)).map_err(Fault::damaged)
}

/// Checks how many cells the sheets span, and takes out what they only say of it.
fn make_plausible(records: &mut [u8]) -> Result<(), Fault> {
    let mut starts = Vec::new();
    each_record(records, 0, |kind, data| {
        match kind {
            record::ENCRYPTED => return Err(Fault::Encrypted),
            record::SHEET => starts.extend(data.first_chunk().map(|at| u32::from_le_bytes(*at) as usize)),
            _ => {}
        }
        Ok((kind, kind != record::END))
    })?;
    let (mut spanned, mut seen) = (0_u64, 0);
    for start in starts {
        let (mut rows, mut columns, mut depth) = (0, 0, 0_u32);
        each_record(records, start, |kind, data| {
            seen += data.len() + 4;
            let number =
                |at: usize| data.get(at..at + 2).map_or(0, |two| u64::from(u16::from_le_bytes([two[0], two[1]])));
            match kind {
                record::BEGIN => depth += 1,
                record::END => depth = depth.saturating_sub(1),
                record::NUMBERS => {
                    rows = rows.max(number(0) + 1);
                    columns = columns.max(number(data.len().saturating_sub(2)) + 1);
                }
                kind if record::CELLS.contains(&kind) => {
                    rows = rows.max(number(0) + 1);
                    columns = columns.max(number(2) + 1);
                }
                _ => {}
            }
            let kept = if kind == record::DIMENSIONS { record::NOTHING } else { kind };
            Ok((kept, kind != record::END || depth > 0))
        })?;
        spanned += rows * columns;
        // Sheets that lie in each other are read again and again.
        if spanned > CELLS || seen > 2 * records.len() {
            return Err(Fault::Large);
        }
    }
    Ok(())
}

/// Hands on the kind and the data of each record; `see` gives the kind that it shall have, and whether to go on.
fn each_record(
    records: &mut [u8],
    start: usize,
    mut see: impl FnMut(u16, &[u8]) -> Result<(u16, bool), Fault>,
) -> Result<(), Fault> {
    let mut at = start;
    while let Some([a, b, c, d]) = records.get(at..).and_then(|rest| rest.first_chunk()).copied() {
        let end = at + 4 + usize::from(u16::from_le_bytes([c, d]));
        let Some(data) = records.get(at + 4..end) else { break };
        let (kind, on) = see(u16::from_le_bytes([a, b]), data)?;
        records[at..at + 2].copy_from_slice(&kind.to_le_bytes());
        if !on {
            break;
        }
        at = end;
    }
    Ok(())
}
