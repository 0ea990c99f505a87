//! The report as one mail, to be piped into sendmail or msmtp.
//!
//! The parts are nested the way that mail programs handle best: a `multipart/mixed` of the text and the attached
//! page; the text is a `multipart/alternative` of plain text and HTML; the HTML is `multipart/related` with its
//! pictures. Nothing in the message is random: the same inputs give the same bytes.

mod address;
mod body;
mod message;
mod subject;

pub use address::Address;
pub use subject::Subject;

use crate::{
    chart::Chart,
    error::{Error, Result},
    model::key,
    story::Story,
};

use super::terminal::{self, TerminalView};

/// Cells of a line of the plain text. RFC 5322 advises at most 78; quoted in an answer, a line grows by some.
const PLAIN_WIDTH: usize = 72;

/// What a mail needs beside the story.
#[derive(Clone, Debug)]
pub struct MailView<'a> {
    pub from: &'a Address,
    pub to: &'a [Address],
    /// What stands in the subject after the state and the number, in place of the headline.
    pub subject: Option<&'a Subject>,
    /// Those of [`for_mail`](crate::chart::for_mail), drawn.
    pub pictures: &'a [Picture<'a>],
    /// The page that is attached as `report.html`.
    pub page: &'a [u8],
}

/// A chart and the PNG drawn from it.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    pub chart: &'a Chart,
    pub png: &'a [u8],
}

/// The message as it goes over the wire: ASCII, lines of at most 998 bytes that end in CRLF.
pub fn mail(story: &Story<'_>, view: &MailView<'_>) -> Result<Vec<u8>> {
    if view.to.is_empty() {
        return Err(Error::new(key::error_mail::NO_ADDRESSEE));
    }
    let text = TerminalView { lang: story.lang(), top: story.top, width: PLAIN_WIDTH, color: false, unicode: true };
    let plain = format!("{}\n{}\n", terminal::summary(story, &text), story.lang().phrase(key::mail::ATTACHED));
    let subject = subject::subject(story, view.subject);
    message::assemble(story, view, &subject, plain)
}

#[cfg(test)]
mod tests;
