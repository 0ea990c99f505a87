//! How much a note weighs.

use schemars::JsonSchema;
use serde::Serialize;

use super::coverage::{GAPS, UNREACHED};
use crate::{
    input::is_expected,
    model::{
        Filling, Sentence,
        key::{self, SentenceKey},
    },
};

/// How much a note weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// How something was understood; harmless.
    Info,
    /// Something to look at; the numbers hold.
    Warning,
    /// A number of this output is wrong or unknown because of it.
    Grave,
}

/// Which way a number is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Errors are missing: it is at least so many.
    AtLeast,
    /// Some count twice: it is at most so many.
    AtMost,
}

/// Rows are missing, or may be; so they are where inputs do not reach the period or leave a gap in it.
const MISSING: [SentenceKey; 3] = [key::note::PARTIAL_DOWNLOAD, key::note::REJECTS, key::note::NO_ROWS];

/// Errors may count twice.
const DOUBLED: [SentenceKey; 1] = [key::note::MAILS_BESIDE_UNNAMED];

const WARNINGS: [SentenceKey; 35] = [
    key::note::NAMED_EARLIER,
    key::note::NAMED_EARLIER_CHANNEL,
    key::note::EXPORTED_AT_AHEAD,
    key::note::EXPORTED_AT_EARLY,
    key::note::QUIET_UNUSUAL,
    key::note::QUIET_UNUSUAL_CHANNEL,
    key::note::COVERAGE_UNKNOWN,
    key::note::COVERAGE_UNKNOWN_CHANNEL,
    key::note::EDGE_IN_DAY,
    key::note::EDGE_IN_HOUR,
    key::note::NOT_COMPARED,
    key::note::GAP_BEFORE,
    key::note::GAP_BEFORE_CHANNEL,
    key::note::COMPARISON_PARTLY_COVERED,
    key::note::COMPARISON_PARTLY_COVERED_CHANNEL,
    key::note::PERIOD_PARTLY_BEFORE_DATA,
    key::note::LITTLE_HISTORY,
    key::note::NOTHING_TO_JUDGE_BY,
    key::note::ROWS_AFTER_REPORT,
    key::note::POSSIBLE_SUSPENSION,
    key::note::POSSIBLE_SUSPENSION_CHANNEL,
    key::note::SKIPPED_FILE,
    key::note::SKIPPED_FILES,
    key::note::CHANNEL_UNMATCHED,
    key::note::CHANNEL_WITHOUT,
    key::note::FROM_MAILS,
    key::note::REDELIVERY_STOPPED,
    key::note::REDELIVERY_STOPPED_CHANNEL,
    key::note::PERIOD_UNFINISHED_ALONE,
    key::note::LOG_OTHER_TIME,
    key::note::LOG_ZONE_UNKNOWN,
    key::note::LOG_CLOCK,
    key::note::LOG_CLOCK_APPLIED,
    key::note::LOG_UNREADABLE,
    key::note::LOG_UNLOGGED,
];

impl Level {
    /// Of a note.
    pub fn of(note: &Sentence) -> Level {
        match bound(note) {
            Some(_) => Level::Grave,
            None if WARNINGS.contains(&note.key) => Level::Warning,
            None => Level::Info,
        }
    }
}

/// Which way the total is wrong because of a note.
pub(super) fn bound(note: &Sentence) -> Option<Bound> {
    let is_missing = || UNREACHED.iter().chain(&GAPS).chain(&MISSING).any(|key| *key == note.key) || is_unread(note);
    if DOUBLED.contains(&note.key) { Some(Bound::AtMost) } else { is_missing().then_some(Bound::AtLeast) }
}

/// Whether it names an input that should be an export and could not be read, or not to its end.
pub(super) fn is_unread(note: &Sentence) -> bool {
    let value = |wanted| note.values.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value);
    match (value("path"), value("why")) {
        (Some(Filling::Text(path)), Some(Filling::Sentence(why))) if note.key == key::note::SKIPPED_FILE => {
            is_expected(path, why)
        }
        _ => note.key == key::note::PARTIAL_DOWNLOAD,
    }
}
