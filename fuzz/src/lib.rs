//! The modules of errstat that the fuzz targets look into, without those that need polars.
//!
//! They are errstat's own files, but as modules of this crate: so everything in them can be reached, and what builds
//! for minutes is left out. `summary` and `config` are the targets that link errstat itself.

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
    pub use options::{ColumnName, ReadOptions, Role, is_time_format};
}
