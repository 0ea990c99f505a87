//! Rows that could not be counted.

use super::SentenceKey;

/// A row that was not counted, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Line number in the file after unpacking, from 1.
    pub line: u64,
    pub why: Why,
    /// The line, shortened, with control characters made visible and URLs cut to scheme and host.
    pub text: String,
}

/// Why a row was not counted, or a mail that looks like a notification not read: the sentence that says so.
pub type Why = SentenceKey;
