//! The archive: exports and mails of years, each error counted once, in Parquet files that other tools read.
//!
//! An archive is a folder. `channel=…/month=2026-11/errors.parquet` holds the rows of one channel and one month (UTC),
//! and `_errstat/` what errstat must remember: what was added, with its rows, and the SHA-256 of every file.
//!
//! - [`Writer`] adds sources, takes one back, builds everything anew. Per exact key (time, precision, channel, reason,
//!   detail, kind of source) the larger of the sources' sums counts (`merge`), so the archive depends on what was added
//!   and on nothing else. A change is made whole or not at all (`transaction`).
//! - [`Archive`] reads partition by partition, whether errstat wrote the dataset or another engine did.
//! - [`verify`] says whether every byte is what was written.
//! - [`Collected`] brings sources together in one file; [`write_parquet`] and [`read_parquet`] are for single files in the same schema.
//!
//! What is read may be anybody's file: sizes are checked before anything is unpacked (`pages`), every row is checked,
//! and a panic of the decoder ends as a sentence (`quiet`).

mod addition;
mod collected;
mod columns;
mod disk;
mod fact;
mod lock;
mod manifest;
mod merge;
mod pack;
mod pages;
mod partition;
mod quiet;
mod read;
mod state;
mod store;
#[cfg(test)]
mod tests;
mod transaction;
mod verify;
mod write;
mod writer;

pub use addition::{Addition, NewSource};
pub use collected::Collected;
pub use manifest::Source;
pub use partition::Month;
pub(crate) use quiet::quietly;
pub use read::{EachRow, read_parquet};
pub use state::is_archive;
pub use store::{Archive, Partition};
pub use verify::{Finding, verify};
pub use write::write_parquet;
pub use writer::{Change, WriteOptions, Writer};
