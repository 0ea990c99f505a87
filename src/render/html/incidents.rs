//! Incidents: each with its chart and one sentence to paste into a chat.

use crate::{
    analysis::{Analysis, Incident},
    chart::{ReasonInks, theme::Ink},
    model::{Sentence, key},
};

use super::words::{Words, isolated, shortened};

/// One incident.
pub(super) struct ShownIncident<'a> {
    /// From 1, in the order of the analysis: the chart's number.
    pub number: usize,
    pub incident: &'a Incident,
    pub ink: Ink,
    pub sentence: String,
}

/// All incidents, the worst first.
pub(super) fn incidents<'a>(analysis: &'a Analysis, w: Words, inks: &ReasonInks<'_>) -> Vec<ShownIncident<'a>> {
    let shown = |(number, incident): (usize, &'a Incident)| ShownIncident {
        number,
        incident,
        ink: inks.ink(&incident.reason),
        sentence: sentence(incident, analysis, w),
    };
    (1..).zip(&analysis.incidents).map(shown).collect()
}

fn sentence(incident: &Incident, analysis: &Analysis, w: Words) -> String {
    let sentence = match (incident.is_ongoing(), incident.channel.is_some()) {
        (false, false) => Sentence::new(key::page::INCIDENT_SENTENCE),
        (false, true) => Sentence::new(key::page::INCIDENT_SENTENCE_CHANNEL),
        (true, false) => Sentence::new(key::page::INCIDENT_SENTENCE_ONGOING),
        (true, true) => Sentence::new(key::page::INCIDENT_SENTENCE_ONGOING_CHANNEL),
    };
    let (first, last) = (incident.first_seen, incident.last_seen);
    let reason = shortened(&incident.reason);
    let what = match incident.detail.as_str() {
        "" => reason,
        detail => format!("{reason} {}", shortened(detail)),
    };
    w.clock.lang.say(
        &sentence
            .with_number("errors", incident.errors)
            .with("what", isolated(&what))
            .with("channel", isolated(&shortened(incident.channel.as_deref().unwrap_or_default())))
            .with("first", w.moment(&first))
            .with("last", w.clock.moment_after(first, last))
            .with_number("peak", incident.peak_errors)
            .with("peak_at", w.clock.moment_after(first, incident.peak_at))
            .with("zone", analysis.timezone),
    )
}
