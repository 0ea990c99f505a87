//! How finely an input tells the time.

use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoStaticStr};

/// The finest step that an input's times show. Ordered from fine to coarse.
#[derive(EnumIter, EnumString, IntoStaticStr, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    #[default]
    Second,
    Minute,
    #[serde(rename = "5m")]
    #[strum(serialize = "5m")]
    FiveMinutes,
    Hour,
    Day,
}

impl Precision {
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
        self.into()
    }
}
