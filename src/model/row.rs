//! The canonical row: what an export, a mail and the archive say about one moment of one channel.

use strum::{EnumString, IntoStaticStr};

use super::{Channel, HostLabel, Precision, Timestamp};

/// The errors of one exact key: a step of time, a channel, a reason, a detail and the kind of source. The host is an
/// attribute, no part of the key. All texts are safe to show.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row {
    /// The moment; the start of the step for times coarser than a second.
    pub time: Timestamp,
    /// When the last of the rows ended: at `time` where their source tells no end; less than a day later.
    pub end: Timestamp,
    /// How finely `time` tells the time.
    pub precision: Precision,
    /// Unknown where nothing names it.
    pub channel: Channel,
    /// The reason code; an unknown one as it was written.
    pub reason: String,
    /// May be empty.
    pub detail: String,
    /// Scheme and host of the webhook URL, where one is known; the whole URL where the user asked for it.
    pub host: Option<HostLabel>,
    pub origin: Origin,
    pub errors: u64,
    /// How many rows of the source these errors are summed from.
    pub rows: u64,
}

/// The reason of a row without errors that tells what a mail did: LINE stopped sending failed webhooks again.
pub const REDELIVERY_STOPPED: &str = "redelivery_stopped";

impl Row {
    /// Whether it tells that LINE stopped sending failed webhooks again.
    pub fn is_stop(&self) -> bool {
        self.origin == Origin::Mail && self.reason == REDELIVERY_STOPPED && self.errors == 0
    }
}

/// The kind of source a row is from. Mails and exports of one channel tell the same errors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, EnumString, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum Origin {
    /// A table downloaded from the console.
    #[default]
    Export,
    /// A notification mail.
    Mail,
}

impl Origin {
    /// The name used in the archive and in text.
    pub fn name(self) -> &'static str {
        self.into()
    }
}
