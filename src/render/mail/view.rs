//! What a mail is made of beside the numbers.

use crate::{analysis::Analysis, chart::Chart};

use super::{address::Address, subject::Subject};

/// Incidents that the HTML tells of; each may have a picture.
pub(super) const INCIDENTS: usize = 3;

/// What a mail needs beside the numbers.
#[derive(Clone, Debug)]
pub struct MailView<'a> {
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
