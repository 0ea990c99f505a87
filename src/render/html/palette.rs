//! The colours of the small drawings that the page makes itself: the inks of the charts.
//!
//! They stand in the drawings as attributes, so that they are there even where a server forbids
//! the page's style; by the class, the style turns them dark.

use crate::{
    analysis::Analysis,
    chart::theme::{self, Ink},
};

/// A fill: its class in the style, and its colour on a light page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fill {
    pub class: String,
    pub colour: String,
}

impl From<Ink> for Fill {
    fn from(ink: Ink) -> Self {
        Fill { class: format!("f-{}", ink.name), colour: format!("#{:06X}", ink.light) }
    }
}

/// The fill of each reason, the same as in the charts.
#[derive(Clone, Debug)]
pub(super) struct Palette {
    /// Reasons that LINE has not published, by name: the charts give them their inks in this order.
    unknown: Vec<String>,
}

impl Palette {
    pub fn new(analysis: &Analysis) -> Self {
        let reasons = analysis.by_reason.iter().map(|row| &row.reason);
        let mut unknown: Vec<String> = reasons
            .chain(analysis.incidents.iter().map(|incident| &incident.reason))
            .filter(|reason| theme::known_reason(reason).is_none())
            .cloned()
            .collect();
        unknown.sort_unstable();
        unknown.dedup();
        Palette { unknown }
    }

    pub fn reason(&self, reason: &str) -> Fill {
        theme::known_reason(reason)
            .unwrap_or_else(|| {
                let known = self.unknown.binary_search_by(|unknown| unknown.as_str().cmp(reason));
                theme::unknown_reason(known.unwrap_or(usize::MAX))
            })
            .into()
    }

    /// Channels and hosts.
    pub fn place() -> Fill {
        theme::CHANNEL.into()
    }
}
