//! Cells, the unit of counting, and the catalog of what is counted.

use std::{collections::HashMap, hash::Hash};

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

/// A list without repetition whose entries are found by value.
#[derive(Clone, Debug)]
struct Names<T> {
    list: Vec<T>,
    index: HashMap<T, u32>,
}

impl<T> Default for Names<T> {
    fn default() -> Self {
        Names { list: Vec::new(), index: HashMap::new() }
    }
}

impl<T: Clone + Eq + Hash> Names<T> {
    fn intern(&mut self, value: T) -> u32 {
        if let Some(&id) = self.index.get(&value) {
            return id;
        }
        let id = u32::try_from(self.list.len()).expect("fewer than four billion names");
        self.list.push(value.clone());
        self.index.insert(value, id);
        id
    }
}

/// A column that holds too many different values to be what it was taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooVaried {
    /// `reason`, `detail`, `host` or `channel`.
    pub column: &'static str,
    /// One of the values, safe to show.
    pub example: String,
}

/// Every name met so far, each once. All texts in it are safe to show.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    channels: Names<Channel>,
    reasons: Names<String>,
    details: Names<String>,
    hosts: Names<HostLabel>,
    kinds: Names<Kind>,
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
            channel: self.channels.intern(channel.clone()),
            reason: self.reasons.intern(reason.to_owned()),
            detail: self.details.intern(detail.to_owned()),
            host: host.map(|host| self.hosts.intern(host.clone())),
            origin,
        };
        let channel = channel.name.as_deref().or(channel.id.as_deref()).unwrap_or_default();
        let columns = [
            ("channel", self.channels.list.len(), channel),
            ("reason", self.reasons.list.len(), reason),
            ("detail", self.details.list.len(), detail),
            ("host", self.hosts.list.len(), host.map_or("", |host| &host.0)),
        ];
        if let Some((column, _, example)) = columns.into_iter().find(|(_, names, _)| *names > VARIETY_LIMIT) {
            return Err(TooVaried { column, example: example.chars().take(80).collect() });
        }
        Ok(KindId(self.kinds.intern(kind)))
    }

    /// The index of a channel, made if it is new.
    pub fn channel(&mut self, channel: &Channel) -> u32 {
        self.channels.intern(channel.clone())
    }

    /// The index of a channel that was met.
    pub fn find(&self, channel: &Channel) -> Option<u32> {
        self.channels.index.get(channel).copied()
    }

    /// The same kind under another channel.
    pub fn with_channel(&mut self, kind: KindId, channel: u32) -> KindId {
        let kind = Kind { channel, ..self.kind(kind) };
        KindId(self.kinds.intern(kind))
    }

    /// The parts of a kind.
    pub fn kind(&self, id: KindId) -> Kind {
        self.kinds.list[id.0 as usize]
    }

    /// All kinds, in the order of their ids.
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds.list
    }

    /// All channels, in the order of their indices.
    pub fn channels(&self) -> &[Channel] {
        &self.channels.list
    }

    /// All reasons, in the order of their indices.
    pub fn reasons(&self) -> &[String] {
        &self.reasons.list
    }

    /// All details, in the order of their indices.
    pub fn details(&self) -> &[String] {
        &self.details.list
    }

    /// All hosts, in the order of their indices.
    pub fn hosts(&self) -> &[HostLabel] {
        &self.hosts.list
    }
}
