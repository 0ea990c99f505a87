//! How finely an input tells the time.

use serde::{Deserialize, Serialize};

/// The finest step that an input's times show. Ordered from fine to coarse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    Second,
    Minute,
    #[serde(rename = "5m")]
    FiveMinutes,
    Hour,
    Day,
}

impl Precision {
    /// From fine to coarse.
    pub const ALL: [Precision; 5] =
        [Precision::Second, Precision::Minute, Precision::FiveMinutes, Precision::Hour, Precision::Day];

    /// Length of a step in milliseconds.
    pub fn millis(self) -> i64 {
        match self {
            Precision::Second => 1_000,
            Precision::Minute => 60_000,
            Precision::FiveMinutes => 300_000,
            Precision::Hour => 3_600_000,
            Precision::Day => 86_400_000,
        }
    }

    /// The name used in JSON and in text.
    pub fn name(self) -> &'static str {
        match self {
            Precision::Second => "second",
            Precision::Minute => "minute",
            Precision::FiveMinutes => "5m",
            Precision::Hour => "hour",
            Precision::Day => "day",
        }
    }
}
