//! How things stand: the one word that a reader needs first.

use schemars::JsonSchema;
use serde::Serialize;

use super::Analysis;
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

/// With less data than this, an outage that fills them all looks usual ...
const LONG: i64 = 14 * 86_400_000;
/// ... so more errors an hour than an outage has at least are not called so.
const MOST_PER_HOUR: f64 = 8.0;

impl State {
    /// The state of a period; `judged` says whether the data are long enough to tell what is unusual in them.
    pub(super) fn of(analysis: &Analysis, judged: bool) -> State {
        let errors = analysis.totals.errors;
        let usual = analysis.history.usual;
        match () {
            () if analysis.incidents.iter().any(|incident| incident.ongoing == Some(true)) => State::Ongoing,
            () if !analysis.reached || analysis.tail_unknown || analysis.data_span.is_none() => State::Unknown,
            // Silence may be a suspended webhook.
            () if analysis.notes.iter().any(|note| SUSPENSIONS.contains(&note.key)) => State::Unknown,
            () if analysis.incidents.iter().any(|incident| !incident.over) => State::Unknown,
            () if !analysis.incidents.is_empty() => State::Over,
            () if usual.is_some_and(|(_, most)| errors > most) => State::More,
            () if analysis.by_detail.iter().any(|row| row.new && row.errors > 0) => State::New,
            () if errors == 0 => State::Quiet,
            () if usual.is_some() || judged && is_low_or_long(analysis) => State::Usual,
            () => State::Unknown,
        }
    }
}

fn is_low_or_long(analysis: &Analysis) -> bool {
    let span = analysis.data_span.as_ref().map_or(0, |span| span.last.millis() - span.first.millis());
    let hours = (analysis.period.end.millis() - analysis.period.start.millis()).max(1) as f64 / 3_600_000.0;
    span >= LONG || analysis.totals.errors as f64 / hours <= MOST_PER_HOUR
}
