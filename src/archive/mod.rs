//! The archive: exports and mails of years, each error counted once, in Parquet files that other tools read.
//!
//! An archive is a folder. `_errstat/sources/` keeps the rows of everything that was added, each source in a file that
//! never changes; `channel=…/month=2026-11/errors.parquet`, the rows of one channel and one month (UTC), are derived
//! from them: per exact key (time, precision, channel, reason, detail, kind of source) the larger of the sources' sums
//! (`model::merge`). So the archive depends on what was added and on nothing else.
//!
//! - [`Writer`] adds sources, takes one back, builds everything anew. The manifest names every file with its SHA-256,
//!   and its renaming is the change (`change`).
//! - [`Archive`] reads partition by partition, whether errstat wrote the dataset or another engine did. A month that is
//!   not what the manifest says, because a writer is at work, was killed, or the file is damaged, is merged from the sources.
//! - [`verify`] says whether every byte is what was written.
//! - [`Collected`] brings sources together in one file; [`ParquetFile`] and [`read_csv`] are for single files in the same
//!   schema.
//!
//! What is read may be anybody's file: sizes are checked before anything is unpacked (`pages`), every row is checked,
//! and a panic of the decoder ends as a sentence (`caught`).

mod addition;
mod caught;
mod change;
mod collected;
mod columns;
mod csv;
mod disk;
mod fact;
mod foreign;
mod lock;
mod manifest;
mod packs;
mod pages;
mod partition;
mod read;
mod shelf;
mod store;
#[cfg(test)]
mod tests;
mod verify;
mod write;
mod writer;

pub use addition::{Addition, NewSource};
pub(crate) use caught::caught;
pub use caught::is_caught;
pub use collected::Collected;
pub use csv::{csv_delimiter, read_csv, to_csv};
pub use foreign::is_archive;
pub use manifest::Source;
pub use read::{EachRow, ParquetFile, Reader};
pub use store::{Archive, Partition};
pub use verify::{Finding, verify};
pub use writer::{Change, WriteOptions, Writer};
