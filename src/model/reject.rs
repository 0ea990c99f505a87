//! Rows that could not be counted.

use super::key;

/// A row that was not counted, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Line number in the file after unpacking, from 1.
    pub line: u64,
    pub why: Why,
    /// The line, shortened, with control characters made visible and URLs cut to scheme and host.
    pub text: String,
}

/// Why a row was not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    TooFewCells,
    TooManyCells,
    QuoteNotClosed,
    TimeMissing,
    TimeUnreadable,
    TimeImpossible,
    TimeOutOfRange,
    EndUnreadable,
    EndImpossible,
    ReasonMissing,
    CountMissing,
    CountNotWhole,
    CountTooLarge,
    DetailTooLong,
    LineTooLong,
    /// The text ends within it.
    CutOff,
    /// A mail that looks like a notification; the key of the sentence that says why it cannot be read whole.
    Mail(key::SentenceKey),
}

impl Why {
    /// The sentence's key in the phrase files (`reject.…`).
    pub fn key(self) -> key::SentenceKey {
        match self {
            Why::TooFewCells => key::reject::TOO_FEW_CELLS,
            Why::TooManyCells => key::reject::TOO_MANY_CELLS,
            Why::QuoteNotClosed => key::reject::QUOTE_NOT_CLOSED,
            Why::TimeMissing => key::reject::TIME_MISSING,
            Why::TimeUnreadable => key::reject::TIME_UNREADABLE,
            Why::TimeImpossible => key::reject::TIME_IMPOSSIBLE,
            Why::TimeOutOfRange => key::reject::TIME_OUT_OF_RANGE,
            Why::EndUnreadable => key::reject::END_UNREADABLE,
            Why::EndImpossible => key::reject::END_IMPOSSIBLE,
            Why::ReasonMissing => key::reject::REASON_MISSING,
            Why::CountMissing => key::reject::COUNT_MISSING,
            Why::CountNotWhole => key::reject::COUNT_NOT_WHOLE,
            Why::CountTooLarge => key::reject::COUNT_TOO_LARGE,
            Why::DetailTooLong => key::reject::DETAIL_TOO_LONG,
            Why::LineTooLong => key::reject::LINE_TOO_LONG,
            Why::CutOff => key::reject::CUT_OFF,
            Why::Mail(key) => key,
        }
    }
}
