//! What the user can say about the analysis.

use super::{Comparison, Event, PeriodSpec, Planned, WeekStart, WindowSize};
use crate::{
    model::{Timestamp, Zone},
    taxonomy::Lang,
};

/// What the user can say about the analysis.
#[derive(Clone, Debug)]
pub struct Options {
    pub zone: Zone,
    pub period: PeriodSpec,
    pub as_of: AsOf,
    /// `None` chooses a size that fits the period.
    pub window: Option<WindowSize>,
    pub week_start: WeekStart,
    /// What the period is compared with.
    pub compare: Comparison,
    pub lang: Lang,
    pub generated_at: Timestamp,
    /// The moment at which this runs: no input can cover what comes later.
    pub now: Timestamp,
    /// Older data than this, in milliseconds before the moment of the report, or now where that is the end of the data, are said to be stale.
    pub max_age: Option<i64>,
    /// What happened, for the reader to see beside the errors.
    pub marks: Vec<Event>,
    pub maintenance: Vec<Planned>,
    /// Whether to compute [`Analysis::finer`](super::Analysis::finer), which few outputs need.
    pub finer: bool,
}

impl Options {
    /// The moment from which the age of the data is measured: as old as they may be, they end with themselves.
    pub fn age_from(&self, as_of: Timestamp) -> Timestamp {
        if self.as_of == AsOf::Data { self.now } else { as_of }
    }
}

impl Default for Options {
    /// Everything in the inputs, in the console's zone, as of now.
    fn default() -> Self {
        let now = Timestamp::from(chrono::Utc::now());
        Options {
            zone: Zone::tokyo(),
            period: PeriodSpec::All,
            as_of: AsOf::At(now),
            window: None,
            week_start: WeekStart::Monday,
            compare: Comparison::Previous,
            lang: Lang::default(),
            generated_at: now,
            now,
            max_age: None,
            marks: Vec::new(),
            maintenance: Vec::new(),
            finer: false,
        }
    }
}

/// What relative periods are relative to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsOf {
    /// The last row of the inputs.
    Data,
    /// A moment.
    At(Timestamp),
}
