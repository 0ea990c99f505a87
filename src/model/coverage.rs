//! Coverage: the stretch of time that an input speaks for, which its rows do not tell.

use super::Timestamp;

/// What is known about the stretch of time that an input speaks for.
///
/// An export holds errors only, so its last row is not the end of its data: a healthy channel would
/// look stale, and an old download healthy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// Known only where an earlier input reaches it.
    pub from: Option<Timestamp>,
    /// The instant up to which (exclusive) the input is known to be complete; `None` where all that
    /// is known is "at least to the last row".
    pub until: Option<Timestamp>,
    pub by: CoverageBasis,
}

/// How the end of a coverage is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoverageBasis {
    /// The user said when it was exported.
    ExportedAt,
    /// The file name has a date.
    FileName,
    /// `archive add` has recorded it.
    Archive,
    /// Nothing says more than the last row.
    LastRow,
}

impl CoverageBasis {
    /// The name used in JSON and in text.
    pub fn name(self) -> &'static str {
        match self {
            CoverageBasis::ExportedAt => "--exported-at",
            CoverageBasis::FileName => "file name",
            CoverageBasis::Archive => "archive",
            CoverageBasis::LastRow => "last row",
        }
    }
}
