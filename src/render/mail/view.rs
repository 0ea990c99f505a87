//! What a mail is made of beside the numbers.

use crate::chart::Chart;

use super::{address::Address, subject::Subject};

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
