//! How things stand: the one word that a reader needs first.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Analysis, Told};
use crate::model::{SentenceKey, key};

/// How things stand at the end of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// An incident goes on where the data end.
    Ongoing,
    /// There was an incident, and since then no more than usual.
    Over,
    /// More errors than the usual band of [`History`](super::History) has, and no incident explains them.
    More,
    /// A detail that was never there before.
    New,
    /// No more errors than usual.
    Usual,
    /// No errors, in a period that the inputs cover.
    Quiet,
    /// The inputs do not tell: no rows, not covered, stale, an incident of which the end is not known, or nothing to
    /// judge by.
    Unknown,
}

/// Notes which say that LINE may have suspended a webhook.
pub const SUSPENSIONS: [SentenceKey; 2] = [key::note::POSSIBLE_SUSPENSION, key::note::POSSIBLE_SUSPENSION_CHANNEL];

/// With less than two weeks, from the first row to the last, an outage that fills them all looks usual.
const LONG: i64 = 13 * 86_400_000;

impl State {
    pub const ALL: [State; 7] =
        [State::Ongoing, State::Over, State::More, State::New, State::Usual, State::Quiet, State::Unknown];

    /// The state of a period; `judged` says whether the data are long enough to tell what is unusual in them.
    pub(super) fn of(analysis: &Analysis, judged: bool) -> State {
        let errors = analysis.totals.errors;
        let usual = analysis.history.usual;
        let span = analysis.data_span.as_ref().map_or(0, |span| span.last.millis() - span.first.millis());
        // What was usual was so without a channel that begins in the period.
        let young = analysis.notes.iter().any(|note| note.key == key::note::NEW_UNKNOWN_CHANNEL);
        match () {
            () if analysis.incidents.iter().any(|incident| incident.ongoing == Some(true)) => State::Ongoing,
            () if analysis.told == Told::TooLittle || analysis.data_span.is_none() => State::Unknown,
            // Silence may be a suspended webhook.
            () if analysis.notes.iter().any(|note| SUSPENSIONS.contains(&note.key)) => State::Unknown,
            () if analysis.incidents.iter().any(|incident| !incident.over) => State::Unknown,
            () if !analysis.incidents.is_empty() => State::Over,
            () if usual.is_some_and(|(_, most)| errors > most) => {
                if young {
                    State::Unknown
                } else {
                    State::More
                }
            }
            () if analysis.by_detail.iter().any(|row| row.new && row.errors > 0) => State::New,
            () if errors == 0 => State::Quiet,
            () if usual.is_some() || judged && span >= LONG => State::Usual,
            () => State::Unknown,
        }
    }
}
