//! Rows that could not be counted.

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
    Mail(&'static str),
}

impl Why {
    /// The sentence's key in the phrase files (`reject.…`).
    pub fn key(self) -> &'static str {
        match self {
            Why::TooFewCells => "reject.too_few_cells",
            Why::TooManyCells => "reject.too_many_cells",
            Why::QuoteNotClosed => "reject.quote_not_closed",
            Why::TimeMissing => "reject.time_missing",
            Why::TimeUnreadable => "reject.time_unreadable",
            Why::TimeImpossible => "reject.time_impossible",
            Why::TimeOutOfRange => "reject.time_out_of_range",
            Why::EndUnreadable => "reject.end_unreadable",
            Why::EndImpossible => "reject.end_impossible",
            Why::ReasonMissing => "reject.reason_missing",
            Why::CountMissing => "reject.count_missing",
            Why::CountNotWhole => "reject.count_not_whole",
            Why::CountTooLarge => "reject.count_too_large",
            Why::DetailTooLong => "reject.detail_too_long",
            Why::LineTooLong => "reject.line_too_long",
            Why::CutOff => "reject.cut_off",
            Why::Mail(key) => key,
        }
    }
}
