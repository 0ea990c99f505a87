//! The table: all inputs in cells of five minutes, each error counted once, as a polars frame.
//!
//! Exports are snapshots of one log, and overlap. Rows of one file are always added, and so are files
//! whose times do not meet; where files of one channel meet, that stretch is read a second time, row by row, and for
//! each exact key the larger of the files' sums is kept. [`build()`] does that, and nothing else reads anything again:
//! a [`Table`] is a value.

mod build;
mod canonical;
mod channels;
mod copies;
mod coverage;
mod dictionary;
mod filter;
mod frame;
mod grain;
mod mails;
mod overlap;
mod pattern;
mod precision;
mod settings;
mod suggest;
mod whose;

pub use build::build;
pub use canonical::{Canonical, whose};
pub use channels::{ChannelRules, Label, Naming, NamingLayer, folder, naming};
pub use coverage::{Evidence, Known, gaps};
pub use dictionary::Dictionary;
pub use filter::{Filter, Term};
pub use frame::{CellSum, Cells};
pub use mails::Told;
pub use pattern::{Attributes, Key, any_fits, fits, host_fits, status_fits};
pub use settings::{OverlapPolicy, Settings};

use polars::prelude::DataFrame;

use crate::model::{Precision, Sentence, SourceReport, Span, Timestamp, Zone};

/// All errors of all inputs, each once.
#[derive(Clone, Debug)]
pub struct Table {
    /// See `frame::packed`; sorted by time.
    cells: DataFrame,
    pub names: Dictionary,
    /// How each input was read.
    pub inputs: Vec<SourceReport>,
    /// Files of folders that are no exports: path, and why.
    pub skipped: Vec<(String, Sentence)>,
    /// What is known of the time of each channel.
    pub known: Vec<Known>,
    /// First and last row of each export that names no channel.
    pub unnamed: Vec<Span>,
    /// Everything that mails told, also where an export wins, in no particular order.
    pub told: Vec<Told>,
    /// Where rows tell no more than the hour or the day.
    coarse: Vec<precision::Coarse>,
    /// The same of minutes.
    minutes: Vec<precision::Coarse>,
    /// How finely the finest of the inputs tells the time; none where there is no row.
    pub finest: Option<Precision>,
    /// Whether exports, and whether mails, hold any error, also one that the filter leaves out.
    pub exported: bool,
    pub mailed: bool,
    /// When LINE stopped redelivering, as mails told: the channel and the moment, in the order of time, each once.
    pub stops: Vec<(Option<String>, Timestamp)>,
    /// What is left out.
    pub filter: Filter,
    /// What was decided about the inputs, for the reader to see.
    pub notes: Vec<Sentence>,
    /// The zone of the inputs' times.
    pub input_zone: Zone,
}

impl Table {
    /// The cells, in the order of time.
    pub fn cells(&self) -> Cells<'_> {
        Cells::of(&self.cells)
    }

    /// First and last row of the channels that the filter lets through, whatever else it leaves out: in their exports, or in
    /// the mails of those that have none.
    pub fn span_of_channels(&self) -> Option<Span> {
        self.known.iter().fold(None, |span, known| Span::join(span, known.span()))
    }
}
