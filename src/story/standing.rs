//! How things stand: the badge, and the sentence that says whether it is over.

use crate::{
    analysis::{Analysis, Incident, State},
    model::{Sentence, key},
    taxonomy::Lang,
};

use super::Clock;

/// The state in a word or two.
pub(super) fn name(state: State, lang: Lang) -> &'static str {
    lang.phrase(match state {
        State::Ongoing => key::state::ONGOING,
        State::Over => key::state::OVER,
        State::More => key::state::MORE,
        State::New => key::state::NEW,
        State::Usual => key::state::USUAL,
        State::Quiet => key::state::QUIET,
        State::Unknown => key::state::UNKNOWN,
    })
}

/// Whether the last incident is over, and how that is known; none where there was none.
pub(super) fn sentence(analysis: &Analysis, clock: &Clock) -> Option<String> {
    let lang = clock.lang;
    let last = analysis.incidents.iter().max_by_key(|incident| incident.end)?;
    let end = analysis.data_span.as_ref().map_or(last.end, |span| span.last);
    let suspended = [key::note::POSSIBLE_SUSPENSION, key::note::POSSIBLE_SUSPENSION_CHANNEL];
    let at = |key, moment: &str| Sentence::new(key).with("at", moment);
    Some(lang.say(&match last {
        Incident { ongoing: Some(true), .. } => at(key::standing::ONGOING, &clock.moment(end)),
        _ if analysis.notes.iter().any(|note| suspended.contains(&note.key)) => {
            at(key::standing::SILENT, &clock.moment(last.end))
        }
        Incident { over: true, usual_after: Some(0), .. } => at(key::standing::OVER_QUIET, &clock.moment(last.end)),
        Incident { over: true, usual_after: Some(most), .. } => {
            at(key::standing::OVER, &clock.moment(last.end)).with_number("most", *most)
        }
        Incident { usual_after: Some(most), .. } if *most > 0 => {
            at(key::standing::STILL_MORE, &clock.moment(last.end)).with_number("most", *most)
        }
        _ => at(key::standing::UNKNOWN, &clock.moment(end)),
    }))
}
