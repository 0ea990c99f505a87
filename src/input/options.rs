//! What the user can say about the inputs.

use std::{fmt::Write, path::PathBuf};

use chrono::{
    NaiveDate, NaiveDateTime,
    format::{Item, StrftimeItems},
};
use encoding_rs::Encoding;
use parking_lot::Mutex;
use strum::{EnumCount, EnumIter, EnumString, IntoStaticStr, VariantNames};

use crate::{
    error::{Error, Result},
    model::{Catalog, Privacy, Reject, SentenceKey, Timestamp, Zone, key},
};

/// What the user says about the inputs; the default leaves everything to recognition.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// The zone of times that carry no offset of their own.
    pub zone: Zone,
    /// Whether nobody said it: then that of an archive's own days takes its place, where nothing but archives is read.
    pub zone_unsaid: bool,
    /// The zone of days in the names of files.
    pub day_zone: Zone,
    /// Which column is which, where the headings do not tell.
    pub columns: Vec<(Role, ColumnName)>,
    /// How times are written, in chrono's notation.
    pub time_format: Option<String>,
    pub encoding: Option<&'static Encoding>,
    /// When the inputs were exported: they are complete up to then.
    pub exported_at: Option<Timestamp>,
    pub privacy: Privacy,
    /// Only mails from these domains count; from all where there are none.
    pub mail_from_domains: Vec<String>,
    /// A folder that is no input, though it may lie in one that is searched; canonical.
    pub apart_from: Option<PathBuf>,
    /// So many bytes may be read, unpacked and of all inputs together; without a limit of the user's, more than enough
    /// may come out of packed files and pipes, and anything out of plain files.
    pub max_bytes: Option<u64>,
    /// At least one.
    pub threads: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        ReadOptions {
            zone: Zone::console(),
            zone_unsaid: false,
            day_zone: Zone::console(),
            columns: Vec::new(),
            time_format: None,
            encoding: None,
            exported_at: None,
            privacy: Privacy::default(),
            mail_from_domains: Vec::new(),
            apart_from: None,
            max_bytes: None,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

/// What a column means, in the order in which it is shown.
#[derive(EnumCount, EnumIter, EnumString, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "snake_case")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// The day of a row, where its time of day stands apart.
    Date,
    /// When the errors of a row began: a time of day beside a date, or a whole time.
    Start,
    /// When the errors of a row ended, as [`Role::Start`].
    End,
    /// The one time of a row: a whole one, or a time of day beside a date.
    Time,
    Reason,
    Detail,
    Count,
    ChannelId,
    #[strum(to_string = "channel", serialize = "channel_name")]
    ChannelName,
    Url,
}

impl Role {
    /// The name used in `--columns`.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// What it is called in a sentence.
    pub fn key(self) -> SentenceKey {
        const KEYS: [SentenceKey; Role::COUNT] = [
            key::column::DATE,
            key::column::START,
            key::column::END,
            key::column::TIME,
            key::column::REASON,
            key::column::DETAIL,
            key::column::COUNT,
            key::column::CHANNEL_ID,
            key::column::CHANNEL_NAME,
            key::column::URL,
        ];
        KEYS[self as usize]
    }

    /// Whether a row's beginning may be read from such a column.
    pub fn tells_time(self) -> bool {
        matches!(self, Role::Date | Role::Start | Role::Time)
    }
}

/// How the user names a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnName {
    /// From 1.
    Number(usize),
    Heading(String),
    /// There is no such column.
    None,
}

/// Who watches the reading: called from several threads.
pub trait Watcher: Sync {
    /// So many more bytes of input were read.
    fn bytes(&self, _count: u64) {}

    /// A row was rejected. Called in the order of the lines of a file. Where the reject cannot be kept, the reading stops.
    fn reject(&self, _path: &str, _reject: &Reject) -> std::io::Result<()> {
        Ok(())
    }

    /// Whether every reject matters, or the first few of each file are enough.
    fn wants_all_rejects(&self) -> bool {
        false
    }
}

/// Watches nothing.
#[derive(Clone, Copy, Debug)]
pub struct Unwatched;

impl Watcher for Unwatched {}

/// What the reading of every input shares.
#[derive(Clone, Copy)]
pub struct Pass<'a> {
    pub options: &'a ReadOptions,
    pub catalog: &'a Mutex<Catalog>,
    pub watcher: &'a dyn Watcher,
}

impl Pass<'_> {
    /// Hands on a rejected row.
    pub fn reject(&self, path: &str, reject: &Reject) -> Result<()> {
        let kept = self.watcher.reject(path, reject);
        kept.map_err(|cause| Error::new(key::error::REJECTS_UNWRITTEN).because(&cause))
    }
}
/// Whether a text is a pattern of strftime that can give a date back to itself.
pub fn is_time_format(text: &str) -> bool {
    let items: Vec<Item<'_>> = StrftimeItems::new(text).collect();
    let example = chrono::DateTime::UNIX_EPOCH + chrono::TimeDelta::days(18_000);
    let whole = |shown: &str| {
        chrono::DateTime::parse_from_str(shown, text).is_ok()
            || NaiveDateTime::parse_from_str(shown, text).is_ok()
            || NaiveDate::parse_from_str(shown, text).is_ok()
    };
    // `%#z` and its like can be read and not written.
    let mut shown = String::new();
    let written = write!(shown, "{}", example.format_with_items(items.iter())).is_ok();
    !items.is_empty() && !items.contains(&Item::Error) && written && whole(&shown)
}
