//! Notification mails: from the bytes of a mail or a mailbox to what they tell.
//!
//! The way of a mail: `mailbox` cuts a mailbox into mails, `letter` has mail-parser take a mail apart into texts, which
//! `encoded` decodes, `text` makes lines of them, `sections` finds the mails that were forwarded within a text, `items` makes one text of a mail's
//! lines and its tables, `names` finds the names of LINE's items there and `values` what stands behind them, `reading`
//! decides which names are items, and `notice` makes notices of them. The words of all languages stand in `words.toml`.
//!
//! LINE documents the names of the items, not their layout, so names are looked for and layouts are not assumed.
//! A mail is read whole or it is [`Content::Unreadable`]; a half-understood one never becomes a number.
//! A mail proves nothing about its sender. What is read here can be written by anybody.

mod encoded;
mod items;
mod letter;
mod mailbox;
mod moment;
mod names;
mod notice;
mod reading;
mod sections;
mod subject;
mod text;
mod values;
mod words;

use std::io;

pub use mailbox::{MailFile, recognise};

use crate::model::{Privacy, Row, Sentence, Why, Zone, key};

/// One mail of a file. All texts are safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The line on which the mail begins in its file, from 1; in a mailbox that is its `From ` line.
    pub line: u64,
    /// The domain of its own `From` address, in lower case; of a forwarded mail, that is who forwarded it. Anybody can
    /// write anything there.
    pub from_domain: Option<String>,
    /// Shortened.
    pub subject: String,
    pub content: Content,
}

/// What a mail is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// What one or more of LINE's notices tell; at least one row, and each once. A count that a mail lacks is 1. The time is
    /// when the errors were detected, or else when the mail was sent.
    Notices(Vec<Row>),
    /// No notification of LINE's, and why that is said.
    Other(Sentence),
    /// It looks like a notification, but cannot be read whole.
    Unreadable {
        why: Why,
        /// What could not be read, or the subject; shortened.
        text: String,
    },
}

/// How mails are to be read.
#[derive(Clone, Copy, Debug)]
pub struct MailOptions {
    /// The zone of times that carry no offset of their own: the console's, unless the user says otherwise.
    pub zone: Zone,
    pub privacy: Privacy,
}

/// Reads the mails of a file one after the other. A mailbox is never held whole: memory is bounded by the longest mail
/// that is one. Nothing that stands in a mail is an error.
pub fn mails<R: io::BufRead>(
    kind: MailFile,
    reader: R,
    options: MailOptions,
) -> impl Iterator<Item = io::Result<Mail>> {
    mailbox::Mailbox::new(kind, reader).map(move |raw| {
        let raw = raw?;
        let mut mail = read(&raw.bytes, raw.line, options);
        // Only its beginning was read: it tells no numbers, and if it looks like a notification, that is said.
        if raw.cut && !matches!(mail.content, Content::Other(_)) {
            mail.content = Content::Unreadable { why: key::mails::MAIL_TOO_LONG, text: mail.subject.clone() };
        }
        Ok(mail)
    })
}

/// Reads one mail, which begins on a line of its file.
pub fn read(bytes: &[u8], line: u64, options: MailOptions) -> Mail {
    let letter = letter::letter(bytes);
    Mail {
        line,
        from_domain: letter.from.as_deref().and_then(|address| domain(address, options.privacy)),
        subject: options.privacy.excerpt(letter.subject.trim(), notice::EXCERPT),
        content: notice::content(&letter, options),
    }
}

fn domain(address: &str, privacy: Privacy) -> Option<String> {
    let (_, domain) = address.trim().rsplit_once('@')?;
    let domain = domain.trim_end_matches('.').to_lowercase();
    (!domain.is_empty()).then(|| privacy.excerpt(&domain, notice::EXCERPT))
}

#[cfg(test)]
mod tests;
