//! The names that a table's numbers stand for.

use super::{Attributes, Label, Naming};
use crate::model::{Catalog, HostLabel, Kind};

/// What the numbers of a table stand for. All texts are safe to show.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    /// In the order of their names; `None` stands for rows that name none.
    pub channels: Vec<Option<String>>,
    /// What each of them is and was called: as above first, then its ids and all of its names. Empty for rows that name none.
    pub called: Vec<Vec<String>>,
    pub reasons: Vec<String>,
    pub details: Vec<String>,
    pub hosts: Vec<HostLabel>,
    /// The kinds of errors, as indices into the lists above.
    pub kinds: Vec<Kind>,
}

impl Dictionary {
    pub(super) fn new(catalog: &Catalog, naming: &Naming) -> Dictionary {
        let kind = |kind: &Kind| Kind { channel: naming.label_of[kind.channel as usize], ..*kind };
        let mut called: Vec<Vec<String>> = naming.labels.iter().map(|label| label.iter().cloned().collect()).collect();
        for (channel, label) in catalog.channels.iter().zip(&naming.label_of) {
            called[*label as usize].extend(channel.id.iter().chain(&channel.name).cloned());
        }
        Dictionary {
            channels: naming.labels.clone(),
            called,
            reasons: catalog.reasons.iter().cloned().collect(),
            details: catalog.details.iter().cloned().collect(),
            hosts: catalog.hosts.iter().cloned().collect(),
            kinds: catalog.kinds.iter().map(kind).collect(),
        }
    }

    /// The label of a channel of the table.
    pub fn label(&self, channel: &Option<String>) -> Label {
        self.channels.iter().position(|name| name == channel).unwrap_or(0) as Label
    }

    /// What a channel is and was called.
    pub fn called<'a>(&'a self, channel: &'a Option<String>) -> &'a [String] {
        let known = self.channels.iter().position(|name| name == channel);
        known.map_or(channel.as_slice(), |label| &self.called[label])
    }

    /// What the errors of a kind are.
    pub fn attributes(&self, kind: &Kind) -> Attributes<'_> {
        Attributes {
            channel: &self.called[kind.channel as usize],
            reason: &self.reasons[kind.reason as usize],
            detail: &self.details[kind.detail as usize],
            host: kind.host.map(|host| self.hosts[host as usize].0.as_str()),
        }
    }
}
