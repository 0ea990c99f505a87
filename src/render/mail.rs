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
    analysis::Analysis,
    chart::Chart,
    error::{Error, Result},
    taxonomy::Lang,
};

use super::terminal::{self, TerminalView};

/// Cells of a line of the plain text. RFC 5322 advises at most 78; quoted in an answer, a line grows by some.
const PLAIN_WIDTH: usize = 72;
/// Incidents that the HTML tells of; each may have a picture.
const INCIDENTS: usize = 3;

/// What a mail needs beside the numbers.
#[derive(Clone, Debug)]
pub struct MailView<'a> {
    pub lang: Lang,
    /// How many entries the lists of the text have at most.
    pub top: usize,
    pub from: &'a Address,
    pub to: &'a [Address],
    /// What stands in the subject after the state; the period and the channel if none.
    pub subject: Option<&'a Subject>,
    /// The charts that [`pictured`] asks for, drawn. Others are left out; those that are missing are not shown.
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

/// Whether a mail shows the chart: the timeline, the heatmap and those of the worst incidents.
pub fn pictured(analysis: &Analysis, chart: &Chart) -> bool {
    match (chart.name, chart.number) {
        ("timeline" | "heatmap", _) => true,
        ("incident", Some(number)) => number <= analysis.worst_incidents(INCIDENTS).len(),
        _ => false,
    }
}

/// The message as it goes over the wire: ASCII, lines of at most 998 bytes that end in CRLF.
///
/// # Errors
/// Without an addressee, and where the message could not be put together.
pub fn mail(analysis: &Analysis, view: &MailView<'_>) -> Result<Vec<u8>> {
    if view.to.is_empty() {
        return Err(Error::new("error_mail.no_addressee"));
    }
    let text = TerminalView { lang: view.lang, top: view.top, width: PLAIN_WIDTH, color: false, unicode: true };
    let plain = format!("{}\n{}\n", terminal::summary(analysis, &text), view.lang.phrase("mail.attached"));
    let subject = subject::subject(analysis, view.lang, view.subject);
    message::assemble(analysis, view, &subject, plain)
}

#[cfg(test)]
mod tests;
