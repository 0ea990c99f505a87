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
pub mod outlook;
mod reading;
mod sections;
mod subject;
mod text;
mod values;
mod words;

use std::io;

pub use mailbox::{MailFile, recognise};

use crate::model::{Channel, HostLabel, Precision, Privacy, Sentence, Timestamp, Zone, key};

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
    /// One or more of LINE's notices; at least one.
    Notices(Vec<Notice>),
    /// No notification of LINE's, and why that is said.
    Other(Sentence),
    /// It looks like a notification, but cannot be read whole.
    Unreadable {
        why: Hindrance,
        /// What could not be read, or the subject; shortened.
        text: String,
    },
}

/// What a notification tells.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Notice {
    Errors(Notified),
    /// LINE gave up sending failed webhooks again. The time is when that was detected, or else when the mail was sent.
    RedeliveryStopped {
        channel: Channel,
        time: Timestamp,
    },
}

/// Errors of one reason and detail that a mail tells of. All texts are safe to show.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Notified {
    pub channel: Channel,
    /// The reason code; an unknown one as it was written.
    pub reason: String,
    /// May be empty.
    pub detail: String,
    pub host: Option<HostLabel>,
    /// 1 where the mail tells none.
    pub count: u64,
    /// When the error was detected, or else when the mail was sent; the start of the step for times coarser than a
    /// second.
    pub time: Timestamp,
    pub precision: Precision,
}

/// Why a mail that looks like a notification was not read: the sentence of `mails.toml`.
pub type Hindrance = key::SentenceKey;

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
