//! Cells, the unit of counting, and the catalog of what is counted.

use std::hash::Hash;

use indexmap::{Equivalent, IndexSet};
use serde::{Deserialize, Serialize};

use super::{CellStart, HostLabel, Origin, Span, Timestamp};

/// More distinct details, hosts or channels than this are a mistaken column, not a vocabulary.
pub const VARIETY_LIMIT: usize = 10_000;

/// A channel as one input names it. Both texts are safe to show.
///
/// It is stored as a pair; what was stored as one text is read by [`Channel::from_stored`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct Channel {
    pub id: Option<String>,
    pub name: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Stored {
    Text(Option<String>),
    Pair { id: Option<String>, name: Option<String> },
}

impl From<Stored> for Channel {
    fn from(stored: Stored) -> Channel {
        match stored {
            Stored::Text(text) => text.as_deref().map(Channel::from_stored).unwrap_or_default(),
            Stored::Pair { id, name } => Channel { id, name },
        }
    }
}

impl Channel {
    /// One text that tells the channel whatever else is there: `name (id)`, or what is known of the two.
    pub fn stored(&self) -> Option<String> {
        match (&self.name, &self.id) {
            (Some(name), Some(id)) => Some(format!("{name} ({id})")),
            (name, id) => name.clone().or_else(|| id.clone()),
        }
    }

    /// The channel of a stored text. Ids are numbers, of ten digits today.
    pub fn from_stored(text: &str) -> Channel {
        Channel::told(text, |digits| digits >= 4)
    }

    /// The channel that a user means: ten digits are an id, and `name (id)` is both.
    pub fn given(text: &str) -> Channel {
        Channel::told(text, |digits| digits == 10)
    }

    fn told(text: &str, is_length: impl Fn(usize) -> bool) -> Channel {
        let is_id = |id: &str| is_length(id.len()) && id.bytes().all(|b| b.is_ascii_digit());
        let both = text.strip_suffix(')').and_then(|text| text.rsplit_once(" (")).filter(|(_, id)| is_id(id));
        match both {
            Some((name, id)) => Channel { id: Some(id.to_owned()), name: Some(name.to_owned()) },
            None if is_id(text) => Channel { id: Some(text.to_owned()), name: None },
            None => Channel { id: None, name: Some(text.to_owned()) },
        }
    }

    /// What makes the channel: its id, whatever it is called; its name where no id is known.
    #[must_use]
    pub fn identity(&self) -> Channel {
        Channel { id: self.id.clone(), name: self.name.clone().filter(|_| self.id.is_none()) }
    }

    /// Whether both have one identity.
    pub fn is_same(&self, other: &Channel) -> bool {
        self.id == other.id && (self.id.is_some() || self.name == other.name)
    }

    /// Whether the input says nothing of the channel.
    pub fn is_unknown(&self) -> bool {
        self.id.is_none() && self.name.is_none()
    }
}

/// What is counted apart: indices into the lists of a [`Catalog`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Kind {
    pub channel: u32,
    pub reason: u32,
    pub detail: u32,
    /// `None` where the input names no URL.
    pub host: Option<u32>,
    pub origin: Origin,
}

/// Index of a [`Kind`] in its [`Catalog`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KindId(pub u32);

/// The errors of one kind in one five-minute cell: those of the rows that begin in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    pub start: CellStart,
    pub kind: KindId,
    pub errors: u64,
    pub rows: u32,
    /// Milliseconds from the cell's start to the start of its first row, less than five minutes.
    pub first_offset: u32,
    /// Milliseconds from the cell's start to the start of its last row, less than five minutes.
    pub last_offset: u32,
    /// Milliseconds from the cell's start to the latest end of a row, up to a day more than five minutes.
    pub end_offset: u32,
}

impl Cell {
    /// Sorting by this key sorts by time, then by kind.
    pub fn key(&self) -> u64 {
        u64::from(self.start.0) << 32 | u64::from(self.kind.0)
    }

    /// Exact starts of the first and the last row.
    pub fn span(&self) -> Span {
        Span { first: self.at(self.first_offset), last: self.at(self.last_offset) }
    }

    fn at(&self, offset: u32) -> Timestamp {
        Timestamp(self.start.timestamp().0 + i64::from(offset))
    }

    /// Adds a cell of the same start and kind; `None` if a sum leaves its bits.
    pub fn plus(&self, other: &Cell) -> Option<Cell> {
        Some(Cell {
            errors: self.errors.checked_add(other.errors)?,
            rows: self.rows.checked_add(other.rows)?,
            first_offset: self.first_offset.min(other.first_offset),
            last_offset: self.last_offset.max(other.last_offset),
            end_offset: self.end_offset.max(other.end_offset),
            ..*self
        })
    }
}

/// A column that holds too many different values to be what it was taken for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many different values of {column}")]
pub struct TooVaried {
    /// `reason`, `detail`, `host` or `channel`.
    pub column: &'static str,
    /// One of the values, safe to show.
    pub example: String,
}

impl From<TooVaried> for std::io::Error {
    fn from(varied: TooVaried) -> Self {
        std::io::Error::other(varied)
    }
}

/// Every name met so far, each once, in the order in which it was met. All texts in it are safe to show.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    pub channels: IndexSet<Channel>,
    pub reasons: IndexSet<String>,
    pub details: IndexSet<String>,
    pub hosts: IndexSet<HostLabel>,
    pub kinds: IndexSet<Kind>,
}

/// The index of a name, which is put behind the others if it is new.
fn index<T: Eq + Hash, Q>(names: &mut IndexSet<T>, name: &Q) -> u32
where
    Q: Equivalent<T> + Hash + ToOwned<Owned = T> + ?Sized,
{
    let index = names.get_index_of(name).unwrap_or_else(|| names.insert_full(name.to_owned()).0);
    u32::try_from(index).expect("fewer than four billion names")
}

impl Catalog {
    /// The id of a kind, made if it is new.
    ///
    /// # Errors
    /// When a name would be the 10,001st of its column.
    pub fn intern(
        &mut self,
        channel: &Channel,
        reason: &str,
        detail: &str,
        host: Option<&HostLabel>,
        origin: Origin,
    ) -> Result<KindId, TooVaried> {
        let kind = Kind {
            channel: self.channel(channel),
            reason: index(&mut self.reasons, reason),
            detail: index(&mut self.details, detail),
            host: host.map(|host| index(&mut self.hosts, host)),
            origin,
        };
        let channel = channel.name.as_deref().or(channel.id.as_deref()).unwrap_or_default();
        let columns = [
            ("channel", self.channels.len(), channel),
            ("reason", self.reasons.len(), reason),
            ("detail", self.details.len(), detail),
            ("host", self.hosts.len(), host.map_or("", |host| &host.0)),
        ];
        if let Some((column, _, example)) = columns.into_iter().find(|(_, names, _)| *names > VARIETY_LIMIT) {
            return Err(TooVaried { column, example: example.chars().take(80).collect() });
        }
        Ok(KindId(index(&mut self.kinds, &kind)))
    }

    /// The index of a channel, made if it is new.
    pub fn channel(&mut self, channel: &Channel) -> u32 {
        index(&mut self.channels, channel)
    }

    /// The kind under an input's channel, if it names none of its own, or the same name without the id.
    pub fn labelled(&mut self, id: KindId, label: &Channel) -> KindId {
        let kind = self.kind(id);
        let own = &self.channels[kind.channel as usize];
        let completed = own.id.is_none() && own.name == label.name && label.id.is_some();
        if !own.is_unknown() && !completed {
            return id;
        }
        let channel = self.channel(label);
        KindId(index(&mut self.kinds, &Kind { channel, ..kind }))
    }

    /// The parts of a kind.
    pub fn kind(&self, id: KindId) -> Kind {
        self.kinds[id.0 as usize]
    }
}
