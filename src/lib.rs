//! errstat says what failed, since when, how badly and why, from the webhook error statistics that
//! LINE's Developers Console exports.
//!
//! What failed most in an export:
//!
//! ```
//! use errstat::{analysis, input, table};
//!
//! let exports = [concat!(env!("CARGO_MANIFEST_DIR"), "/data/webhook-errors.tsv").to_owned()];
//! let reading = input::read(&exports, input::ReadOptions::default(), &input::Unwatched)?;
//! let options = analysis::Options::default();
//! let asked = analysis::Asked::of(&reading, &options)?;
//! let table = table::build(reading, table::Settings { cuts: asked.edges(), ..table::Settings::default() })?;
//! let report = analysis::analyse(&table, &asked, &options)?;
//! println!("{}: {} errors", report.by_detail[0].detail, report.by_detail[0].errors);
//! # Ok::<(), errstat::error::Error>(())
//! ```
//!
//! The folders tell the way of the data: [`archive`] keeps rows as Parquet, [`input`] turns files and archives into cells
//! of five minutes, [`table`] brings the cells of all files together so that each error counts once, [`analysis`] computes
//! everything that is told, [`server`] reads the server's own access logs, [`check`] judges by rules, [`story`] says it,
//! [`chart`] draws it and [`render`] writes it. Each imports only from those before it; [`model`] (the types) and
//! [`taxonomy`] (LINE's vocabulary) are used by all, and [`cli`] is the program's command line on top.

pub mod analysis;
pub mod archive;
pub mod chart;
pub mod check;
pub mod cli;
pub mod error;
pub mod input;
pub mod model;
pub mod render;
pub mod server;
pub mod story;
pub mod table;
pub mod taxonomy;
