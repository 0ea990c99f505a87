//! The subject: the state first, so that a list of mails tells it and a filter can sort by it.

use std::str::FromStr;

use crate::{
    analysis::{Analysis, filter_heading},
    error::{Error, Result},
    model::{Sentence, key},
    render::{counts::Counts, wording::counted},
    taxonomy::Lang,
};

use super::address::is_one_line;

/// The longest name of a channel in a subject, in characters.
const LONGEST_NAME: usize = 60;

/// The longest part of a filter in a subject, in characters.
const LONGEST_FILTER: usize = 40;

/// Text for a subject: one line, not empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject(String);

impl FromStr for Subject {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        match (text.is_empty(), is_one_line(text)) {
            (true, _) => Err(Error::new(key::error_mail::SUBJECT_EMPTY)),
            (false, false) => Err(Error::new(key::error_mail::SUBJECT_LINES)),
            (false, true) => Ok(Subject(text.to_owned())),
        }
    }
}

/// How things stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Ok,
    Incident,
    /// The inputs do not reach the whole period, so nothing is known about its end.
    NoCurrentData,
}

impl State {
    /// The states that hold: an incident is one whether or not the rest of the period is known.
    pub fn of(analysis: &Analysis) -> Vec<State> {
        let mut states = Vec::new();
        states.extend((!analysis.incidents.is_empty()).then_some(State::Incident));
        states.extend((!analysis.reached).then_some(State::NoCurrentData));
        if states.is_empty() { vec![State::Ok] } else { states }
    }

    /// A colour on which white letters have a contrast of at least 4.5 to 1.
    pub fn colour(self) -> &'static str {
        match self {
            State::Ok => "#0b6b5c",
            State::Incident => "#a82a1f",
            State::NoCurrentData => "#8a5300",
        }
    }

    /// Its name in a language.
    pub fn name(self, lang: Lang) -> &'static str {
        lang.phrase(match self {
            State::Ok => key::mail::OK,
            State::Incident => key::mail::INCIDENT,
            State::NoCurrentData => key::mail::NO_CURRENT_DATA,
        })
    }
}

/// The whole subject, such as `[INCIDENT] 170 (-22 %) webhook errors of shop, 2026-W47`; `own` replaces what follows
/// the number. A filter is named at the end, the first part of it.
///
/// A change is left out where the period is not known to its end: the errors so far against a whole period before
/// would look like a good week.
pub(super) fn subject(analysis: &Analysis, lang: Lang, own: Option<&Subject>) -> String {
    let tags = State::of(analysis).into_iter().map(|state| format!("[{}]", state.name(lang))).collect::<Vec<_>>();
    let totals = &analysis.totals;
    let compared = Counts::from(totals).short_change(lang).filter(|_| analysis.reached);
    let key = match (&compared, analysis.reached || totals.errors > 0) {
        (Some(_), _) => key::mail::SUBJECT_COMPARED,
        (None, true) => key::mail::SUBJECT,
        (None, false) => key::mail::SUBJECT_UNKNOWN,
    };
    let subject = Sentence::new(key)
        .with("state", tags.join(" "))
        .with("errors", lang.number(totals.errors))
        // A hyphen and no minus: so the subject of an English mail is plain ASCII, which any filter can match.
        .with("change", compared.unwrap_or_default().replace('−', "-").replace("±0", "+0"))
        .with("text", own.map_or_else(|| about(analysis, lang), |own| own.0.clone()));
    let filter = analysis.filter.first().map(|first| {
        let more = if analysis.filter.len() > 1 { ", ..." } else { "" };
        let first: String = first.chars().take(LONGEST_FILTER).collect();
        format!(" ({})", filter_heading(lang, &[first + more]).unwrap_or_default())
    });
    one_line(&(lang.say(&subject) + &filter.unwrap_or_default()))
}

/// What the mail is about: channel and period.
fn about(analysis: &Analysis, lang: Lang) -> String {
    let channel = match &analysis.channels[..] {
        [] => None,
        [name] => Some(name.chars().take(LONGEST_NAME).collect()),
        several => Some(counted(lang, key::mail::CHANNELS, key::mail::CHANNELS, several.len() as u64)),
    };
    let key = match (&channel, analysis.totals.errors) {
        (None, 1) => key::mail::ABOUT_ONE,
        (None, _) => key::mail::ABOUT,
        (Some(_), 1) => key::mail::ABOUT_ONE_CHANNEL,
        (Some(_), _) => key::mail::ABOUT_CHANNEL,
    };
    let about = Sentence::new(key).with("period", &analysis.period.label);
    lang.say(&about.with("channel", channel.unwrap_or_default()))
}

/// Names of channels come from files, where they have been made visible; this does not rely on it.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if is_one_line(c.encode_utf8(&mut [0; 4])) { c } else { ' ' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{nothing, week};

    fn english(analysis: &Analysis) -> String {
        subject(analysis, Lang::En, None)
    }

    #[test]
    fn the_state_comes_first_then_number_and_change() {
        // 170 after 217: 47 fewer, 21.66 % of 217.
        assert_eq!(english(&week()), "[INCIDENT] 170 (-22 %) webhook errors of shop, 2026-W47");
        let mut calm = week();
        calm.incidents.clear();
        calm.totals.errors = 1;
        calm.totals.change = None;
        assert_eq!(english(&calm), "[OK] 1 webhook error of shop, 2026-W47");
        calm.channels = vec!["a".into(), "b".into()];
        assert_eq!(english(&calm), "[OK] 1 webhook error of 2 channels, 2026-W47");
        assert_eq!(english(&nothing()), "[OK] 0 webhook errors, 2026-W47");
    }

    #[test]
    fn a_period_without_current_data_is_neither_good_nor_compared() {
        let mut unreached = nothing();
        unreached.reached = false;
        unreached.totals.change = Some(-217);
        assert_eq!(english(&unreached), "[NO CURRENT DATA] webhook errors, 2026-W47");
        let mut unreached = week();
        unreached.reached = false;
        assert_eq!(english(&unreached), "[INCIDENT] [NO CURRENT DATA] 170 webhook errors of shop, 2026-W47");
    }

    #[test]
    fn an_own_text_keeps_the_state() {
        let own: Subject = " Monday, 週報 ".parse().unwrap();
        assert_eq!(subject(&week(), Lang::En, Some(&own)), "[INCIDENT] 170 (-22 %) Monday, 週報");
        assert_eq!("a\nBcc: b".parse::<Subject>().unwrap_err().0.key, key::error_mail::SUBJECT_LINES);
        assert_eq!("  ".parse::<Subject>().unwrap_err().0.key, key::error_mail::SUBJECT_EMPTY);
    }

    #[test]
    fn a_name_cannot_begin_another_header() {
        let mut week = week();
        week.channels = vec![format!("x\r\nBcc: evil@d.example{}", "y".repeat(5_000))];
        let subject = english(&week);
        assert!(subject.contains("x  Bcc: evil@d.example") && subject.chars().count() < 150, "{subject}");
    }
}
