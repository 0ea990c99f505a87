//! Spreadsheets as input: each sheet becomes a text of lines with tabs, which then goes the way of every other text.
//!
//! A workbook may be anybody's file: what it says of its sizes is checked before anything is held in memory, and a panic of
//! a reader ends as a sentence.

mod bounds;
mod ods;
mod sheet;
mod xls;
mod xlsx;

use std::{
    io::{self, BufRead, BufReader, Read},
    sync::Arc,
};

use calamine::{Data, SheetType};

use super::{
    allowance::Allowance,
    format::Format,
    piped::piped,
    place::OpenFile,
    text::Stream,
    zipped::{self, Archive},
};
use crate::{
    archive::caught,
    model::{Sentence, SourceKind, key},
};
use sheet::SheetText;

/// Opens the file of a workbook, unpacked if it was packed.
pub type OpenBook = dyn Fn() -> io::Result<OpenFile> + Send + Sync;

/// A sheet of a workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    pub kind: SourceKind,
    pub name: String,
}

/// The names of those sheets that hold cells, and no chart.
fn with_cells(sheets: &[calamine::Sheet]) -> Vec<String> {
    let cells = sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    cells.map(|sheet| sheet.name.clone()).collect()
}

/// Why a workbook cannot be read.
#[derive(Debug)]
pub enum Fault {
    Io(io::Error),
    Encrypted,
    /// A mail that Outlook saved (`.msg`).
    Mail,
    /// A document of an office program, but no workbook that is read here.
    Document,
    /// It unpacks to more, or says that it has more cells, than any program writes.
    Large,
    /// errstat wrote it.
    Own,
    Damaged(String),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Fault::Io(error)
    }
}

impl Fault {
    fn damaged(cause: impl ToString) -> Fault {
        Fault::Damaged(cause.to_string())
    }

    /// The sentence for the user, unless it is for the disk to say.
    fn told(self) -> io::Result<Sentence> {
        Ok(match self {
            Fault::Io(error) => return Err(error),
            Fault::Encrypted => Sentence::new(key::other::WORKBOOK_ENCRYPTED),
            Fault::Mail => Sentence::new(key::other::OUTLOOK_MAIL),
            Fault::Document => Sentence::new(key::other::DOCUMENT),
            Fault::Large => Sentence::new(key::other::WORKBOOK_LARGE),
            Fault::Own => Sentence::new(key::other::OWN_OUTPUT),
            Fault::Damaged(cause) => Sentence::new(key::other::WORKBOOK_DAMAGED).with("cause", cause),
        })
    }
}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> Self {
        let cause = match fault {
            Fault::Io(error) => return error,
            Fault::Damaged(cause) => cause,
            _ => "the workbook changed".to_owned(),
        };
        io::Error::new(io::ErrorKind::InvalidData, cause)
    }
}

/// Does what a damaged workbook may make a reader panic at.
fn safely<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    caught(work).unwrap_or_else(|| Err(Fault::damaged("its parts do not fit together")))
}

/// The sheets of a file, or why they cannot be read; nothing if it is no document of an office program.
pub fn sheets(
    open: &OpenBook,
    format: Format,
    allowance: &Arc<Allowance>,
) -> io::Result<Option<Result<Vec<Sheet>, Sentence>>> {
    match safely(|| find(open, format, allowance)) {
        Ok(sheets) => Ok(sheets.map(Ok)),
        Err(fault) => fault.told().map(|why| Some(Err(why))),
    }
}

fn find(open: &OpenBook, format: Format, allowance: &Arc<Allowance>) -> Result<Option<Vec<Sheet>>, Fault> {
    let (kind, names) = if format == Format::Compound {
        let Some(names) = xls::sheets(open()?)? else { return Ok(None) };
        (SourceKind::Xls, names)
    } else {
        let archive = zipped::archive(open()?)?;
        let Some(kind) = of_zip(&archive)? else { return Ok(None) };
        bounds::check(&archive, allowance)?;
        if is_own(&archive) {
            return Err(Fault::Own);
        }
        if kind == SourceKind::Xlsx {
            (kind, xlsx::sheets(open()?)?)
        } else if ods::is_encrypted(part(&archive, "META-INF/manifest.xml")?)? {
            return Err(Fault::Encrypted);
        } else {
            (kind, ods::sheets(part(&archive, CONTENT)?)?)
        }
    };
    Ok(Some(names.into_iter().map(|name| Sheet { kind, name }).collect()))
}

/// The part of an `.ods` file that holds the cells.
const CONTENT: &str = "content.xml";

/// Which kind of workbook a zip file is; nothing if no office program made it.
fn of_zip(archive: &Archive) -> Result<Option<SourceKind>, Fault> {
    let has = |name: &str| archive.index_for_name(name).is_some();
    let (kind, is_workbook) = if has("mimetype") && (has(CONTENT) || has("encrypted-package")) {
        let mut archive = archive.clone();
        let kind = archive.by_name("mimetype").map_err(io::Error::from);
        let kind = kind.and_then(|kind| io::read_to_string(kind.take(100))).unwrap_or_default();
        (SourceKind::Ods, kind.starts_with("application/vnd.oasis.opendocument.spreadsheet"))
    } else if has("[Content_Types].xml") {
        let sheets = archive.file_names().any(|name| name.is_ok_and(|name| name.starts_with("xl/")));
        (SourceKind::Xlsx, sheets && !has("xl/workbook.bin"))
    } else if has("Index/Document.iwa") {
        // Numbers, Pages and Keynote.
        return Err(Fault::Document);
    } else {
        return Ok(None);
    };
    if is_workbook { Ok(Some(kind)) } else { Err(Fault::Document) }
}

/// Whether errstat wrote a workbook, also one that was saved again: its author stays.
fn is_own(archive: &Archive) -> bool {
    let properties = part(archive, "docProps/core.xml").and_then(|part| Ok(io::read_to_string(part.take(1 << 16))?));
    properties.is_ok_and(|properties| properties.contains("<dc:creator>errstat "))
}

/// A part of a workbook, unpacked on its way.
fn part(archive: &Archive, name: &'static str) -> Result<impl BufRead + use<>, Fault> {
    let index = archive.index_for_name(name).ok_or_else(|| Fault::damaged(format!("{name} is missing")))?;
    Ok(BufReader::new(zipped::member(archive, index, &zipped::Last::default())?))
}

/// A sheet's text.
pub fn text(open: &OpenBook, sheet: &Sheet) -> io::Result<Stream> {
    // Here and not on the thread: what unpacks the workbook may be what waits for the sheet.
    let (file, sheet) = (open()?, sheet.clone());
    piped("sheet", move |end| {
        let written = safely(move || {
            let mut text = SheetText::new(io::BufWriter::new(end))?;
            match sheet.kind {
                SourceKind::Xlsx => xlsx::write(file, &sheet.name, &mut text)?,
                SourceKind::Ods => {
                    ods::write(part(&zipped::archive(file)?, CONTENT)?, &sheet.name, &mut text)?;
                }
                _ => xls::write(file, &sheet.name, &mut text)?,
            }
            Ok(text.end()?)
        });
        Ok(written?)
    })
}

/// What a cell holds, as text.
fn shown(value: &Data, since_1904: bool) -> String {
    match value {
        Data::Empty => String::new(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => sheet::number(*number),
        Data::String(text) => text.clone(),
        Data::Bool(truth) => truth.to_string().to_uppercase(),
        Data::DateTime(at) => sheet::moment(at.as_f64(), since_1904, at.is_duration()),
        Data::DateTimeIso(text) => sheet::iso_moment(text),
        Data::DurationIso(text) => sheet::iso_duration(text),
        Data::Error(error) => error.to_string(),
    }
}
