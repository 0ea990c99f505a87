//! How things stand: the badge, and the sentence that says whether it is over.

use crate::{
    analysis::{Analysis, DISBELIEVED, Incident, SUSPENSIONS, State, Told},
    model::{Filling, Sentence, key},
    taxonomy::Lang,
};

use super::{
    Clock,
    words::{self, LONGEST_NAME},
};

/// Whether no more is known than that nothing stood out: no like periods say what is usual.
pub(super) fn is_without_spikes(analysis: &Analysis) -> bool {
    analysis.state == State::Usual && analysis.history.usual.is_none()
}

/// Whether a state that looks good is none: nobody knows what is usual, or a channel that usually has errors has none.
pub(super) fn is_doubtful(analysis: &Analysis) -> bool {
    is_without_spikes(analysis) || matches!(analysis.state, State::Usual | State::Quiet) && !analysis.silent.is_empty()
}

/// The state in a word or two. Without a usual number to compare with, "as usual" says no more than that nothing stood out.
pub(super) fn name(analysis: &Analysis, lang: Lang) -> &'static str {
    lang.phrase(match analysis.state {
        _ if is_without_spikes(analysis) => key::state::NO_SPIKES,
        State::Ongoing => key::state::ONGOING,
        State::Over => key::state::OVER,
        State::More => key::state::MORE,
        State::New => key::state::NEW,
        State::Usual => key::state::USUAL,
        State::Quiet => key::state::QUIET,
        State::Unknown => key::state::UNKNOWN,
    })
}

/// Whether the incident that decides the state is over, and how that is known; where there was none, why the state is unknown.
pub(super) fn sentence(analysis: &Analysis, clock: &Clock) -> Option<String> {
    let lang = clock.lang;
    let last = |wanted: fn(&&Incident) -> bool| analysis.incidents.iter().filter(wanted).max_by_key(|one| one.end);
    // What goes on comes first, then what nobody knows the end of.
    let Some(told) = last(|one| one.is_ongoing()).or_else(|| last(|one| !one.over)).or_else(|| last(|_| true)) else {
        let reached = analysis.told != Told::TooLittle && analysis.totals.errors > 0;
        let suspended = analysis.notes.iter().any(|note| SUSPENSIONS.contains(&note.key));
        let too_little = analysis.state == State::Unknown && reached && !suspended;
        return too_little.then(|| lang.phrase(key::standing::TOO_LITTLE).to_owned());
    };
    // One bot's silence says nothing of another's.
    let silent = |note: &Sentence| {
        let whose = note.values.iter().find(|(name, _)| *name == "channel").map(|(_, value)| value);
        SUSPENSIONS.contains(&note.key)
            && whose.is_none_or(|name| *name == Filling::Text(told.channel.clone().unwrap_or_default()))
    };
    let key = match (told.ongoing, told.over, told.usual_after) {
        (Some(true), ..) => key::standing::ONGOING,
        _ if analysis.notes.iter().any(silent) => key::standing::SILENT,
        (_, true, Some(0)) => key::standing::OVER_QUIET,
        (_, true, Some(_)) => key::standing::OVER,
        (_, true, None) => key::standing::OVER_THEN,
        (Some(false), false, _) => key::standing::EARLY,
        _ if analysis.notes.iter().any(|note| DISBELIEVED.contains(&note.key)) => key::standing::UNKNOWN_CORRECTED,
        _ => key::standing::UNKNOWN,
    };
    let open = [key::standing::ONGOING, key::standing::UNKNOWN, key::standing::UNKNOWN_CORRECTED].contains(&key);
    let at = if open { words::data_end(analysis, told.channel.as_deref()) } else { None };
    let on = match &told.channel {
        Some(channel) if analysis.channels.len() > 1 => words::on(lang, channel, LONGEST_NAME),
        _ => String::new(),
    };
    let sentence =
        Sentence::new(key).with("at", clock.moment(at.or(told.quiet_since).unwrap_or(told.end))).with("on", on);
    Some(lang.say(&sentence.with_number("most", told.usual_after.unwrap_or(0))))
}
