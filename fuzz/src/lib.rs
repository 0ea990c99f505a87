//! The modules of errstat that the fuzz targets look into, without those that need polars.
//!
//! They are errstat's own files, but as modules of this crate: so everything in them can be reached, and what builds
//! for minutes is left out. `summary` is the target that links errstat itself.

#![allow(dead_code, unused_imports, reason = "of some modules only a part is used here")]

#[path = "../../src/error.rs"]
pub mod error;
#[path = "../../src/model/mod.rs"]
pub mod model;
#[path = "../../src/taxonomy/mod.rs"]
pub mod taxonomy;

#[path = "../../src/input"]
pub mod input {
    pub mod cells;
    mod count;
    pub mod encoding;
    pub mod headings;
    pub mod layout;
    pub mod mail;
    mod options;
    mod other;
    pub mod rows;
    mod split;
    pub mod time;

    pub use cells::RowSink;
    pub use options::{ColumnName, ReadOptions, Role};
}

#[path = "../../src/table"]
pub mod table {
    mod channels;
    mod dictionary;
    mod filter;
    mod pattern;
    mod settings;

    pub use channels::{ChannelRules, Label, Naming, NamingLayer};
    pub use dictionary::Dictionary;
    pub use filter::{Filter, Term};
    pub use pattern::{Attributes, Key, fits, host_fits, status_fits};
    pub use settings::{OverlapPolicy, Settings};
}

#[path = "../../src/analysis"]
pub mod analysis {
    mod options;
    mod period;
    mod result;
    mod window;

    pub use options::{AsOf, Options};
    pub use period::{Calendar, PeriodSpec, WeekStart};
    pub use result::*;
    pub use window::WindowSize;
}

#[path = "../../src/check"]
pub mod check {
    mod read;
    mod rules;
    mod verdict;

    pub use rules::{Condition, Conditions, Demand, Level, Limit, MIN_PREVIOUS, Misplaced, Percent, Rule, Rules};
    pub use verdict::Configuration;
}

#[path = "../../src/cli"]
pub mod cli {
    pub mod config;
    pub mod options;
    mod text_file;
    mod usage;
}
