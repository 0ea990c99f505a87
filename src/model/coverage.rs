//! Coverage: the stretch of time that an input speaks for, which its rows do not tell.

use strum::IntoStaticStr;

use super::{Span, Timestamp};

/// What is known about the stretch of time that an input speaks for.
///
/// An export holds errors only, so its last row is not the end of its data: a healthy channel would
/// look stale, and an old download healthy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Known only where an earlier input reaches it.
    pub from: Option<Timestamp>,
    /// The instant up to which (exclusive) the input is known to be complete; `None` where all that
    /// is known is "at least to the last row".
    pub until: Option<Timestamp>,
    pub by: CoverageBasis,
    /// Where the user says that it was exported after the day that its name tells: the beginning of that day.
    pub named: Option<Timestamp>,
}

/// How the end of a coverage is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum CoverageBasis {
    /// The user said when it was exported.
    #[strum(serialize = "--exported-at")]
    ExportedAt,
    /// The file name has a date.
    #[strum(serialize = "file name")]
    FileName,
    /// `archive add` has recorded it.
    Archive,
    /// Nothing says more than the last row.
    #[default]
    #[strum(serialize = "last row")]
    LastRow,
}

impl CoverageBasis {
    /// The name used in JSON and in text.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// What one export tells of the time that it speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// First and last row; none where it has none.
    pub rows: Option<Span>,
    /// How long a moment of its rows lasts, in milliseconds.
    pub step: i64,
    /// The instant up to which (exclusive) it is known to be complete.
    pub until: Option<Timestamp>,
}

impl Extent {
    /// The instant up to which (exclusive) it speaks for sure; none without rows and without a known end.
    pub fn end(&self) -> Option<Timestamp> {
        self.rows.map(|rows| Timestamp(rows.last.0 + self.step)).max(self.until)
    }

    /// The same, and whether it is known to be complete up to there: of those that end together, one that is comes last.
    pub fn dated_end(&self) -> Option<(Timestamp, bool)> {
        Some((self.end()?, self.until.is_some()))
    }

    /// The first instant that it speaks for surely: how far it reaches back before its first row, nobody knows.
    pub fn start(&self) -> Option<Timestamp> {
        self.rows.map(|rows| rows.first).or(self.until)
    }

    /// Whether it speaks for the time just before an instant: it is known to be complete up to there, or has rows on
    /// both sides.
    pub fn reaches(&self, end: Timestamp) -> bool {
        // Rows are known to the second.
        let between = |rows: Span| rows.first < end && end.0 <= rows.last.0 + 1000;
        self.until.is_some_and(|until| until >= end) || self.rows.is_some_and(between)
    }
}
