//! Instants and the five-minute grid they are counted on.

use std::{fmt, ops::Deref};

use chrono::{DateTime, FixedOffset, Utc};

/// Length of a cell in milliseconds.
///
/// Every UTC offset in use is a multiple of 15 minutes, so hours, days, weeks and months of any
/// time zone are exact sums of cells of five minutes, while bursts stay visible.
pub const CELL_MILLIS: i64 = 5 * 60 * 1000;

/// An instant: milliseconds since 1970-01-01T00:00:00Z. Leap seconds are not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The instant in UTC, for showing and for calendar arithmetic.
    ///
    /// # Panics
    /// Never for instants that errstat makes: input accepts the years 2011 to 2100 only.
    pub fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).expect("an instant between the years 2011 and 2100")
    }

    /// Whether it lies in the years that exports and mails can be of: LINE began in 2011.
    pub fn is_plausible(self) -> bool {
        // 2011-01-01T00:00:00Z and 2101-01-01T00:00:00Z.
        (1_293_840_000_000..4_133_980_800_000).contains(&self.0)
    }

    /// The cell that the instant falls into.
    pub fn cell(self) -> CellStart {
        CellStart(u32::try_from(self.0.div_euclid(CELL_MILLIS)).unwrap_or(0))
    }
}

impl<Tz: chrono::TimeZone> From<DateTime<Tz>> for Timestamp {
    fn from(time: DateTime<Tz>) -> Self {
        Timestamp(time.timestamp_millis())
    }
}

/// An instant as the clock of a zone shows it. Written, it is RFC 3339 to the second (`2026-11-16T00:00:00+09:00`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LocalTime(pub DateTime<FixedOffset>);

impl LocalTime {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn millis(self) -> i64 {
        self.0.timestamp_millis()
    }
}

impl Deref for LocalTime {
    type Target = DateTime<FixedOffset>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(chrono::SecondsFormat::Secs, false))
    }
}

impl serde::Serialize for LocalTime {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl schemars::JsonSchema for LocalTime {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        String::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(generator)
    }
}

/// The start of a five-minute cell: the number of such cells since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellStart(pub u32);

impl CellStart {
    /// The first instant of the cell.
    pub fn timestamp(self) -> Timestamp {
        Timestamp(i64::from(self.0) * CELL_MILLIS)
    }
}

/// The first and the last instant of something, both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub first: Timestamp,
    pub last: Timestamp,
}

impl Span {
    /// The smallest span that holds both.
    pub fn union(self, other: Span) -> Span {
        Span { first: self.first.min(other.first), last: self.last.max(other.last) }
    }

    /// `None` stands for "nothing yet".
    pub fn join(a: Option<Span>, b: Option<Span>) -> Option<Span> {
        match (a, b) {
            (Some(a), Some(b)) => Some(a.union(b)),
            (a, b) => a.or(b),
        }
    }
}
/// A length of time in milliseconds as days, to the tenth, with no more digits than it has: `8`, `1.5`.
pub fn in_days(millis: i64) -> String {
    ((millis as f64 / 8_640_000.0).round() / 10.0).to_string()
}
