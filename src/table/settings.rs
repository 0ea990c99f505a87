//! What the user can say about how inputs are brought together.

use super::{ChannelRules, Filter};
use crate::model::{Span, Timestamp};

/// What the user can say about inputs that meet in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OverlapPolicy {
    /// Merge what is of one channel; inputs that name no channel are compared, and refused if unclear.
    #[default]
    Auto,
    /// All inputs that name no channel are of one channel.
    Max,
    /// Nothing is a repetition: add everything.
    Sum,
}

/// How inputs are brought together.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub rules: ChannelRules,
    pub policy: OverlapPolicy,
    /// What is kept.
    pub filter: Filter,
    /// Moments that no cell reaches across: the edges of periods.
    pub cuts: Vec<Timestamp>,
    /// From the first to the last instant, in whole cells, at which each row is a cell of its own, or all rows of one kind
    /// that begin at one instant: what access logs are held against.
    pub by_row: Option<Span>,
    /// Nothing speaks for what comes later, whatever it says of itself; without it everything is believed.
    pub believed: Option<Timestamp>,
}
