//! From a file to the texts in it: what is packed is unpacked, and a workbook is its sheets.

use std::{
    io::{self, BufReader, Read},
    path::Path,
    sync::Arc,
};

use flate2::bufread::MultiGzDecoder;
use zip::result::ZipError;

use super::{
    allowance::{Allowance, Meter},
    fault::unreadable,
    find::{Located, MOST_FILES},
    format::{Format, MARK},
    name::is_partial,
    place::{Place, spooled},
    source::Input,
    text::{Stream, Text},
    workbook::{self, OpenBook, Sheet},
    zipped::{self, Archive},
};
use crate::{
    archive,
    error::{Error, Result},
    model::{Privacy, Sentence, key},
};

/// What is in a file.
pub enum Opened<'a> {
    /// An archive, and its folder.
    Archive(Box<archive::Archive>, &'a Path),
    Parquet,
    /// At least one text, or why there is none.
    Texts(Vec<Found>),
}

/// A text to be read, or why there is none.
pub type Found = (Input, std::result::Result<Text, Sentence>);

/// Opens a file, and looks what it is.
pub fn open<'a>(file: &'a Located, privacy: Privacy, allowance: &Arc<Allowance>) -> Result<Opened<'a>> {
    if let (true, Place::Path(path)) = (file.archive, &file.place) {
        return Ok(Opened::Archive(Box::new(archive::Archive::open(path, privacy)?), path));
    }
    let mut texts = Texts { file, privacy, allowance, found: Vec::new() };
    let format = texts.find().map_err(|fault| unreadable(&file.shown, &fault))?;
    Ok(if format == Format::Parquet { Opened::Parquet } else { Opened::Texts(texts.found) })
}

/// The texts of a file while they are looked for.
struct Texts<'a> {
    file: &'a Located,
    privacy: Privacy,
    allowance: &'a Arc<Allowance>,
    found: Vec<Found>,
}

impl Texts<'_> {
    fn find(&mut self) -> io::Result<Format> {
        let place = self.file.place.clone();
        let mut file = place.open()?;
        let len = file.len();
        let format = format(&mut file)?;
        match format {
            Format::Parquet => return Ok(format),
            Format::Plain | Format::Compound => self.allowance.plain(len).map_err(io::Error::other)?,
            Format::Gzip | Format::Zstd | Format::Zip => self.allowance.packed(len),
        }
        let book = place.clone();
        let is_book = matches!(format, Format::Zip | Format::Compound)
            && self.workbook(Arc::new(move || book.open()), format, None, None)?;
        match format {
            _ if is_book => {}
            Format::Zip => self.members(zipped::archive(file)?)?,
            Format::Gzip | Format::Zstd => {
                let packing = if format == Format::Gzip { "gzip" } else { "zstd" };
                let text = self.metered(move || decoder(Box::new(place.open()?), format));
                let inner = self::format(&mut text.open()?)?;
                self.packed(text, inner, None, packing)?;
            }
            _ => self.add(None, None, None, Ok(Text::File { place, len })),
        }
        // One member, or the sheets of one workbook, are what the user named; of several, some may be something else.
        let alone = self.found.windows(2).all(|pair| pair[0].0.book.is_some() && pair[0].0.book == pair[1].0.book);
        self.found.iter_mut().for_each(|(input, _)| input.explicit &= alone);
        if self.found.is_empty() {
            self.add(None, None, None, Err(Sentence::new(key::other::EMPTY)));
        }
        Ok(format)
    }

    fn add(
        &mut self,
        member: Option<&str>,
        packing: Option<&'static str>,
        sheet: Option<Sheet>,
        text: std::result::Result<Text, Sentence>,
    ) {
        let Located { place, shown, explicit, .. } = self.file;
        let name = match (member, place) {
            (Some(member), _) => member.rsplit('/').next().unwrap_or(member).to_owned(),
            (None, Place::Path(path)) => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            (None, Place::Spool(_)) => String::new(),
        };
        let whole = member.map_or_else(|| shown.clone(), |member| format!("{shown}/{}", self.privacy.path(member)));
        let (path, book) = match &sheet {
            Some(sheet) => (format!("{whole}/{}", self.privacy.text(&sheet.name)), Some(whole)),
            None => (whole, None),
        };
        let partial = is_partial(shown) || member.is_some_and(is_partial);
        let zip = member.map(|_| shown.clone());
        self.found.push((Input { path, name, explicit: *explicit, packing, zip, book, sheet, partial }, text));
    }

    /// Adds what was packed: a text, or the sheets of a workbook.
    fn packed(&mut self, text: Text, format: Format, member: Option<&str>, packing: &'static str) -> io::Result<()> {
        if !matches!(format, Format::Zip | Format::Compound) {
            self.add(member, Some(packing), None, Ok(text));
            return Ok(());
        }
        // Its parts are not in the order in which they are read, so it is unpacked to the disk whenever it is opened.
        let book = text.clone();
        if self.workbook(Arc::new(move || spooled(&mut book.open()?)), format, member, Some(packing))? {
            return Ok(());
        }
        let followed = packing != "zip" || format != Format::Zip;
        self.add(
            member,
            Some(packing),
            None,
            if followed { Ok(text) } else { Err(Sentence::new(key::other::ZIP_IN_ZIP)) },
        );
        Ok(())
    }

    /// Adds the sheets of a workbook; says no if it is none.
    fn workbook(
        &mut self,
        open: Arc<OpenBook>,
        format: Format,
        member: Option<&str>,
        packing: Option<&'static str>,
    ) -> io::Result<bool> {
        match workbook::sheets(&*open, format, self.allowance)? {
            None => return Ok(false),
            Some(Err(why)) => self.add(member, packing, None, Err(why)),
            Some(Ok(sheets)) => {
                for sheet in sheets {
                    let (open, read) = (Arc::clone(&open), sheet.clone());
                    let text = Text::stream(move || workbook::text(&*open, &read));
                    self.add(member, packing, Some(sheet), Ok(text));
                }
            }
        }
        Ok(true)
    }

    /// Adds the members of a zip file.
    fn members(&mut self, archive: Archive) -> io::Result<()> {
        let shown = &self.file.shown;
        if archive.len() > MOST_FILES {
            let error =
                Error::new(key::error::TOO_MANY_MEMBERS).with("path", shown).with_number("limit", MOST_FILES as u64);
            return Err(error.into());
        }
        // The zip reader tells members apart by name, so one of two with the same name would be lost without a word.
        if archive.has_duplicate_names() {
            let cause = "several members of the zip file have the same name; unpack it first";
            return Err(io::Error::new(io::ErrorKind::InvalidData, cause));
        }
        let name = |index| match archive.name_for_index(index) {
            Some(Ok(name)) => name.into_owned(),
            // A name in no known encoding.
            Some(Err(_)) | None => format!("member {}", index + 1),
        };
        // What macOS packs beside every file is about that file, and no file of its own.
        let shadow =
            |name: &str| name.split('/').any(|part| part.starts_with("._") || matches!(part, "__MACOSX" | ".DS_Store"));
        let members = (0..archive.len()).map(|index| (index, name(index)));
        let members: Vec<(usize, String)> = members.filter(|(_, name)| !name.ends_with('/') && !shadow(name)).collect();
        let mut heads = archive.clone();
        let (archive, last) = (Arc::new(archive), Arc::new(zipped::Last::default()));
        for (index, name) in members {
            let head = heads.by_index(index).map_err(|error| match error {
                ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
                    Error::new(key::error::ZIP_LOCKED).with("path", shown).into()
                }
                error => io::Error::from(error),
            });
            let format = format(&mut head?)?;
            let (archive, last) = (Arc::clone(&archive), Arc::clone(&last));
            let text = self.metered(move || decoder(zipped::member(&archive, index, &last)?, format));
            self.packed(text, format, Some(&name), "zip")?;
        }
        Ok(())
    }

    fn metered(&self, open: impl Fn() -> io::Result<Stream> + Send + Sync + 'static) -> Text {
        let meter = Meter::new(self.allowance);
        Text::stream(move || Ok(Box::new(meter.metered(open()?))))
    }
}

fn format(file: &mut impl Read) -> io::Result<Format> {
    let mut head = Vec::with_capacity(MARK);
    file.take(MARK as u64).read_to_end(&mut head)?;
    Ok(Format::of(&head))
}

/// Unpacks what is in one of the two formats; leaves anything else as it is.
fn decoder(packed: Stream, format: Format) -> io::Result<Stream> {
    let buffered = |packed| BufReader::with_capacity(1 << 17, packed);
    Ok(match format {
        Format::Gzip => Box::new(MultiGzDecoder::new(buffered(packed))),
        Format::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(buffered(packed))?),
        _ => packed,
    })
}
