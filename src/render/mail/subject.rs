//! The subject: the state first, so that a list of mails shows it and a filter can sort by it.

use std::str::FromStr;

use crate::{
    analysis::filter_heading,
    error::{Error, Result},
    model::{Sentence, key},
    story::Story,
    taxonomy::Lang,
};

use super::address::is_one_line;

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

/// The whole subject: the state and the headline, such as `[OVER] 991 errors on shop, 7 times a usual week`; `own` replaces
/// what follows the number. A filter is named at the end, the first part of it.
pub(super) fn subject(story: &Story<'_>, own: Option<&Subject>) -> String {
    let (analysis, lang) = (story.analysis, story.lang());
    let key = if own.is_some() { key::mail::SUBJECT_OWN } else { key::mail::SUBJECT };
    let subject = Sentence::new(key)
        .with("state", lang.phrase(story.mark()))
        .with("errors", &story.total)
        .with("text", own.map_or(story.headline.trim_end_matches(['.', '。']), |own| &own.0));
    let first = analysis.filter.first().map(|first| first.chars().take(LONGEST_FILTER).collect());
    let more = (analysis.filter.len() > 1).then(|| "…".to_owned());
    let filter: Vec<String> = first.into_iter().chain(more).collect();
    let subject = match filter_heading(lang, &filter) {
        Some(filter) => {
            Sentence::new(key::mail::SUBJECT_FILTERED).with_sentence("subject", subject).with("filter", filter)
        }
        None => subject,
    };
    one_line(&plain(lang, lang.say(&subject)))
}

/// The signs of sentences in ASCII where the language is written so. Names stay as they are.
fn plain(lang: Lang, text: String) -> String {
    const PLAIN: [(&str, &str); 8] =
        [("×", "x"), ("–", "-"), ("−", "-"), ("…", "..."), ("≥", ">="), ("≤", "<="), ("≈", "~"), ("±", "+-")];
    match lang.language().ascii_subject {
        true => PLAIN.iter().fold(text, |text, (sign, plain)| text.replace(sign, plain)),
        false => text,
    }
}

/// Names of channels come from files, where they have been made visible; this does not rely on it.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if is_one_line(c.encode_utf8(&mut [0; 4])) { c } else { ' ' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Analysis, State, Told};
    use crate::render::sample::{nothing, week};

    fn of(analysis: &Analysis, lang: Lang, own: Option<&Subject>) -> String {
        subject(&Story::of(analysis, lang, 10, &[]), own)
    }

    fn english(analysis: &Analysis) -> String {
        of(analysis, Lang::En, None)
    }

    #[test]
    fn the_state_comes_first_then_the_headline_in_ascii() {
        let mut week = week();
        for (state, tag) in [
            (State::Ongoing, "[ONGOING] 170 "),
            (State::Over, "[OVER] 170 "),
            (State::More, "[MORE] 170 "),
            (State::New, "[NEW] 170 "),
            (State::Usual, "[NO SPIKES] 170 "),
            (State::Unknown, "[UNKNOWN] 170 "),
        ] {
            week.state = state;
            let subject = english(&week);
            assert!(subject.starts_with(tag) && subject.is_ascii() && !subject.ends_with('.'), "{subject}");
        }
        (week.state, week.history.usual) = (State::Usual, Some((0, 200)));
        assert!(english(&week).starts_with("[OK] "), "{}", english(&week));
        week.state = State::Unknown;
        assert!(of(&week, Lang::Ja, None).starts_with("[UNKNOWN] shopの"), "{}", of(&week, Lang::Ja, None));
    }

    #[test]
    fn no_rows_are_not_ok() {
        let mut nothing = nothing();
        (nothing.state, nothing.told, nothing.totals.rows) = (State::Unknown, Told::TooLittle, 0);
        assert!(english(&nothing).starts_with("[NO DATA] "), "{}", english(&nothing));
        nothing.state = State::Quiet;
        assert!(english(&nothing).starts_with("[OK] "), "{}", english(&nothing));
    }

    #[test]
    fn a_filter_stands_at_the_end_in_the_brackets_of_the_language() {
        let mut week = week();
        week.filter = vec!["status=5xx".to_owned(), "channel=shop".to_owned()];
        assert!(english(&week).ends_with(" (Filter: status=5xx, ...)"), "{}", english(&week));
        let chinese = of(&week, Lang::ZhHant, None);
        assert!(chinese.ends_with("（篩選：status=5xx、…）"), "{chinese}");
    }

    #[test]
    fn an_own_text_keeps_state_and_number() {
        let mut week = week();
        week.state = State::Over;
        let own: Subject = " Monday, 週報 ".parse().unwrap();
        assert_eq!(of(&week, Lang::En, Some(&own)), "[OVER] 170 Monday, 週報");
        assert_eq!("a\nBcc: b".parse::<Subject>().unwrap_err().0.key, key::error_mail::SUBJECT_LINES);
        assert_eq!("  ".parse::<Subject>().unwrap_err().0.key, key::error_mail::SUBJECT_EMPTY);
    }

    #[test]
    fn a_name_cannot_begin_another_header() {
        let mut week = week();
        let name = format!("x\r\nBcc: evil@d.example{}", "y".repeat(5_000));
        week.channels = vec![name.clone()];
        week.by_channel[0].channel = Some(name);
        let subject = english(&week);
        assert!(subject.contains("x  Bcc: ev") && subject.chars().count() < 200, "{subject}");
    }
}
