//! What a text is: mails, a table of errors, or no export.

use std::io::{self, Read};

use encoding_rs::Encoding;

use super::{
    ReadOptions, Role,
    encoding::{self, Recognised},
    fault::unreadable,
    format::Format,
    layout::{self, Layout, Recognition},
    mail::{self, MailFile},
    name::is_named_as_one,
    source::Input,
    text::Text,
};
use crate::{
    error::Result,
    model::{Sentence, key},
};

/// How much of a text is looked at to recognise it.
const HEAD: usize = 256 * 1024;
/// How much of each further table, which has a heading: there may be thousands.
const FURTHER_HEAD: usize = 4 * 1024;
/// So many lines of it are enough.
const FURTHER_LINES: usize = 16;

pub enum Kind {
    Mails(MailFile),
    Table(Table),
    /// No export, and why.
    Other(Sentence),
}

/// Lines with cells.
#[derive(Clone)]
pub struct Table {
    /// Of the text before it was decoded.
    pub encoding: Recognised,
    /// Offset of its first line in the text: behind the byte order mark.
    pub start: u64,
    /// The first lines are ASCII, and so may be of another encoding than UTF-8.
    pub is_ascii: bool,
    pub layout: Box<Layout>,
}

/// Says what a text is, and gives it decoded where lines cannot be found in its bytes.
pub fn recognise(raw: Text, input: &Input, options: &ReadOptions) -> Result<(Text, Kind)> {
    let io = |error: io::Error| unreadable(&input.path, &error);
    let mut head = first_lines(&raw, 0, HEAD).map_err(io)?;
    // A sheet is a table, or nothing.
    let mails = |head: &[u8]| mail::recognise(head).filter(|_| input.sheet.is_none());
    if let Some(file) = mails(&head) {
        return Ok((raw, Kind::Mails(file)));
    }
    // One that is whole was recognised when it was opened.
    if Format::of(&head) == Format::Compound && input.name.to_lowercase().ends_with(".msg") {
        return Ok((raw, Kind::Other(Sentence::new(key::other::OUTLOOK_MAIL))));
    }
    let found = encoding::recognise(&head, options.encoding);
    let (mut text, mut encoding, mut start) = (raw, found.encoding, found.mark);
    if encoding::needs_transcoding(encoding) {
        text = Text::stream(move || Ok(Box::new(encoding::transcoded(text.open()?, found.encoding))));
        (encoding, start) = (encoding_rs::UTF_8, 0);
        head = first_lines(&text, 0, HEAD).map_err(io)?;
        // A mail that a text editor has saved again.
        if let Some(file) = mails(&head) {
            return Ok((text, Kind::Mails(file)));
        }
    }
    // What nobody calls an export may mention its columns.
    let surely = input.explicit || input.sheet.is_some() || is_named_as_one(&input.name);
    if !surely && layout::is_prose(&head[start..], encoding, options) {
        return Ok((text, Kind::Other(Sentence::new(key::other::PROSE))));
    }
    let lists_errors = || input.sheet.is_some() && layout::lists_errors(&head[start..], encoding);
    let kind = match layout::recognise(&head[start..], encoding, &input.path, options) {
        Ok(Recognition::Table(layout)) => {
            let is_ascii = found.evidence == key::evidence::ENCODING_UTF8 && head.is_ascii();
            Kind::Table(Table { encoding: found, start: start as u64, is_ascii, layout })
        }
        Err(error) if error.0.key == key::error::COLUMN_MISSING && lists_errors() => {
            Kind::Other(Sentence { key: key::other::COLUMN_MISSING, ..*error.0 })
        }
        // Without known headings the codes are found, and no times beside them.
        Ok(Recognition::Other(why)) if why.key == key::other::OTHER_COLUMNS && lists_errors() => {
            let headings =
                why.values.into_iter().find(|(name, _)| *name == "columns").map(|(_, columns)| ("headings", columns));
            let mut why = Sentence::new(key::other::COLUMN_MISSING).with("role", Role::Time.name());
            why.values.extend(headings);
            Kind::Other(why)
        }
        Ok(Recognition::Other(why)) => Kind::Other(why),
        Err(error) => return Err(error),
    };
    Ok((text, kind))
}

/// The encoding of a text whose first lines are ASCII, from its first lines that are not.
pub fn below_ascii(text: &Text) -> io::Result<Recognised> {
    let (mut stream, mut offset, mut buffer) = (text.open()?, 0, vec![0; HEAD]);
    loop {
        let read = stream.read(&mut buffer)?;
        let ascii = Encoding::ascii_valid_up_to(&buffer[..read]);
        offset += ascii as u64;
        if read == 0 || ascii < read {
            // A letter before it tells a damaged byte from a word.
            return Ok(encoding::recognise(&first_lines(text, offset.saturating_sub(1), HEAD)?, None));
        }
    }
}

/// The layout of a table that begins behind the rows of another one of that layout; why, if it is none of an export.
pub fn further(
    text: &Text,
    start: u64,
    before: &Layout,
    path: &str,
    options: &ReadOptions,
) -> io::Result<std::result::Result<Layout, Sentence>> {
    let mut head = first_lines(text, start, FURTHER_HEAD)?;
    let cut = head.len() + head.len() / 2 > FURTHER_HEAD;
    if cut && memchr::memchr2_iter(b'\n', b'\r', &head).nth(FURTHER_LINES).is_none() {
        head = first_lines(text, start, HEAD)?;
    }
    Ok(match layout::recognise(&head, before.encoding, path, options)? {
        Recognition::Table(layout) => Ok(*layout),
        Recognition::Other(why) => Err(why),
    })
}

/// The first bytes from an offset on, cut behind a line where there is more.
fn first_lines(text: &Text, from: u64, most: usize) -> io::Result<Vec<u8>> {
    let mut head = text.head(from, most)?;
    if head.len() == most
        && let Some(end) = memchr::memrchr2(b'\n', b'\r', &head)
    {
        head.truncate(end + 1);
    }
    Ok(head)
}
