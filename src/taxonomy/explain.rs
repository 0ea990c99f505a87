//! Finding what a user asks for in the vocabulary, and what may have been meant.

use std::borrow::Cow;

use super::{
    ERROR_STATUS_CODE, REASONS, Spelling, canonical,
    canonical::{folded, known_reason, letters},
    codes::{CODES, STATUS_CLASSES},
    details, is_known,
};
use crate::model::{Sentence, key};

/// More suggestions than this are no help.
const SUGGESTIONS: usize = 3;

/// Below this likeness (1 is the same) a suggestion is noise: it admits two slips in a word of seven letters.
const LIKE: f64 = 0.7;

/// One thing that can be explained, in canonical form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    pub reason: &'static str,
    /// A detail, a status, or a class of statuses such as `5xx`; `None` for the reason itself.
    pub detail: Option<Cow<'static, str>>,
}

impl Topic {
    fn reason(reason: &'static str) -> Self {
        Topic { reason, detail: None }
    }

    fn detail(reason: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Topic { reason, detail: Some(detail.into()) }
    }
}

/// A question that the vocabulary has no answer to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// What was not found, as the user wrote it: not yet safe to show.
    pub word: String,
    /// What may have been meant, the likeliest first; at most three, perhaps none.
    pub nearest: Vec<&'static str>,
}

/// Everything that has an explanation: each reason and its details, in the order of LINE's documents;
/// the statuses from 100 up, then their classes.
pub fn entries() -> impl Iterator<Item = Topic> {
    REASONS.iter().flat_map(|&reason| {
        let classes = if reason == ERROR_STATUS_CODE { &STATUS_CLASSES[..] } else { &[] };
        let below = details(reason).into_iter().chain(classes.iter().copied());
        std::iter::once(Topic::reason(reason)).chain(below.map(move |detail| Topic::detail(reason, detail)))
    })
}

/// What the arguments of `errstat explain` ask for: nothing (everything), a reason, a reason and a detail,
/// or a detail alone; in any case, with or without quotes around several words, with or without a URL behind it.
pub fn resolve<S: AsRef<str>>(arguments: &[S]) -> Result<Vec<Topic>, Unknown> {
    let words: Vec<&str> = arguments.iter().flat_map(|argument| argument.as_ref().split_whitespace()).collect();
    if words.is_empty() {
        return Ok(entries().collect());
    }
    let question = words.join(" ");
    if let Some(reason) = known_reason(&question) {
        return Ok(vec![Topic::reason(reason)]);
    }
    let found: Vec<Topic> = REASONS.iter().filter_map(|reason| entry_of(reason, &question)).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let split = (1..words.len()).find_map(|at| Some((known_reason(&words[..at].join(" "))?, words[at..].join(" "))));
    match split {
        Some((reason, detail)) => match entry_of(reason, &detail) {
            Some(entry) => Ok(vec![entry]),
            None => Err(Unknown { nearest: nearest(&detail, names(reason)), word: detail }),
        },
        None => {
            let all = REASONS.iter().flat_map(|&reason| std::iter::once(reason).chain(names(reason)));
            let english = SPOKEN.iter().fold(question.clone(), |text, (words, english)| {
                words.split(' ').fold(text, |text, word| text.replace(word, english))
            });
            Err(Unknown { nearest: nearest(&english, all), word: question })
        }
    }
}

/// What people ask for in the languages of LINE's markets, whose names for it stay English.
const SPOKEN: [(&str, &str); 4] = [
    ("タイムアウト 逾時 超時 หมดเวลา", "timeout"),
    ("証明書 憑證 ใบรับรอง", "TLS handshake failure"),
    ("接続 連線 การเชื่อมต่อ", "Connection failed"),
    ("ホスト 主機 โฮสต์", "host"),
];

/// The entry of a reason that a text means.
fn entry_of(reason: &'static str, text: &str) -> Option<Topic> {
    let Spelling { detail, .. } = canonical(reason, text);
    if is_known(reason, &detail) {
        return Some(Topic::detail(reason, detail.into_owned()));
    }
    if reason != ERROR_STATUS_CODE {
        return None;
    }
    let is_it = |name: &str| folded(name).eq(folded(text));
    let class = STATUS_CLASSES.into_iter().find(|class| is_it(class));
    let named = || {
        let status = CODES.statuses().iter().find(|status| status.names().any(is_it))?;
        Some(status.code.to_string())
    };
    class.map(Cow::Borrowed).or_else(|| named().map(Cow::Owned)).map(|detail| Topic::detail(reason, detail))
}

/// What can be asked for under a reason: its details, and the names of statuses.
fn names(reason: &'static str) -> impl Iterator<Item = &'static str> {
    let statuses = if reason == ERROR_STATUS_CODE { CODES.statuses() } else { &[] };
    details(reason).into_iter().chain(statuses.iter().filter_map(|status| status.name.as_deref()))
}

/// The names that are most like a word or a question, the likeliest first: at most three, perhaps none.
pub fn nearest<'a>(word: &str, among: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    // Names are far shorter, and likeness takes time of the square of the length.
    let word: String = word.chars().take(100).collect();
    let mut rated: Vec<(f64, &str)> = Vec::new();
    for name in among {
        let likeness = likeness(&word, name);
        if likeness >= LIKE && rated.iter().all(|(_, other)| plain(other) != plain(name)) {
            rated.push((likeness, name));
        }
    }
    rated.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    rated.into_iter().take(SUGGESTIONS).map(|(_, name)| name).collect()
}

/// The status whose name is most like a text: `502 Bad Gatway`.
pub fn near_status(text: &str) -> Option<u16> {
    let text = text.trim_start_matches(|c: char| !c.is_alphabetic());
    let mut named = CODES.statuses().iter().filter_map(|status| Some((status.code, status.name.as_deref()?)));
    let near = nearest(text, named.clone().map(|(_, name)| name)).first().copied()?;
    named.find(|(_, name)| *name == near).map(|(code, _)| code)
}

/// The question whether one of some names was meant; nothing where there is none.
pub fn did_you_mean(names: impl IntoIterator<Item: ToString>) -> Sentence {
    let mut names = names.into_iter().peekable();
    let key = if names.peek().is_some() { key::error_nearest::ONE } else { key::error_nearest::NONE };
    Sentence::new(key).with_one_of("nearest", names)
}

/// The question whether one of the names was meant that are most like a word; nothing where none is like it.
pub fn suggestion<'a>(word: &str, among: impl IntoIterator<Item = &'a str>) -> Sentence {
    did_you_mean(nearest(word, among))
}

/// How like a question is to a name, between 0 and 1: by slips of the keyboard over the whole, or because
/// each of its words is like some word of the name, or because the name contains it. What matches only
/// in part counts a tenth less.
///
/// Slips are counted by Damerau–Levenshtein distance: letters added, lost, changed or swapped with the next.
fn likeness(question: &str, name: &str) -> f64 {
    const IN_PART: f64 = 0.9;
    let (wanted, whole) = (plain(question), plain(name));
    let over_all = strsim::normalized_damerau_levenshtein(&wanted, &whole);
    let names_words = words(name);
    let is_part = match wanted.chars().count() {
        // Few letters are part of nearly every name, but few names begin with them.
        0 | 1 => return over_all,
        2 => whole.starts_with(&wanted),
        3 => names_words.iter().any(|word| word.starts_with(&wanted)),
        _ => whole.contains(&wanted),
    };
    let contained = if is_part { 1.0 } else { 0.0 };
    let best = |word: &String| {
        names_words.iter().map(|other| strsim::normalized_damerau_levenshtein(word, other)).fold(0.0, f64::max)
    };
    let asked = words(question);
    let by_word = asked.iter().map(best).sum::<f64>() / asked.len().max(1) as f64;
    over_all.max(IN_PART * by_word.max(contained))
}

/// The text as it is compared: without case, white space and separators.
fn plain(text: &str) -> String {
    letters(text).collect()
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Lang, explanation};
    use super::*;

    fn found(arguments: &[&str]) -> Vec<(&'static str, Option<String>)> {
        let entries = resolve(arguments).unwrap_or_else(|unknown| panic!("{unknown:?}"));
        entries.into_iter().map(|entry| (entry.reason, entry.detail.map(Cow::into_owned))).collect()
    }

    #[test]
    fn everything_is_listed_in_the_order_of_the_documents() {
        let all: Vec<Topic> = entries().collect();
        assert_eq!(all[0], Topic::reason("could_not_connect"));
        assert_eq!(all[1], Topic::detail("could_not_connect", "Connection failed"));
        let place = |entry: Topic| all.iter().position(|other| *other == entry);
        let later = [
            Topic::detail("could_not_connect", "Unknown host"),
            Topic::reason("request_timeout"),
            Topic::reason("error_status_code"),
            Topic::detail("error_status_code", "404"),
            Topic::detail("error_status_code", "5xx"),
            Topic::reason("unclassified"),
        ];
        assert!(later.map(place).is_sorted_by(|a, b| a.is_some() && a < b));
        assert_eq!(resolve::<&str>(&[]), Ok(all));
    }

    #[test]
    fn everything_listed_is_found_again_and_explained() {
        for entry in entries() {
            let words: Vec<&str> = std::iter::once(entry.reason).chain(entry.detail.as_deref()).collect();
            assert_eq!(resolve(&words), Ok(vec![entry.clone()]));
            let found = explanation(Lang::En, entry.reason, entry.detail.as_deref()).unwrap();
            assert!(entry.detail.is_none_or(|detail| found.title.starts_with(&*detail)));
        }
    }

    #[test]
    fn a_question_may_be_put_in_many_ways() {
        let tls = ("could_not_connect", Some("TLS handshake failure".to_owned()));
        let bad_gateway = ("error_status_code", Some("502".to_owned()));
        for (arguments, answer) in [
            (&["could_not_connect"][..], ("could_not_connect", None)),
            (&["COULD_NOT_CONNECT"], ("could_not_connect", None)),
            (&["could", "not", "connect"], ("could_not_connect", None)),
            (&["could_not_connect", "TLS handshake failure"], tls.clone()),
            (&["could_not_connect", "tls", "handshake", "failure"], tls.clone()),
            (&["could not connect tls handshake failure"], tls.clone()),
            (&["tls HANDSHAKE failure"], tls.clone()),
            (&["TLS handshake failure: https://bot.example.com/x"], tls),
            (&["502"], bad_gateway.clone()),
            (&["http", "502"], bad_gateway.clone()),
            (&["error_status_code", "502"], bad_gateway.clone()),
            (&["502", "Bad", "Gateway"], bad_gateway.clone()),
            (&["bad gateway"], bad_gateway),
            (&["507"], ("error_status_code", Some("507".into()))),
            (&["error-status-code", "4XX"], ("error_status_code", Some("4xx".into()))),
            (&["payload too large"], ("error_status_code", Some("413".into()))),
            (&["request timeout"], ("request_timeout", None)),
        ] {
            assert_eq!(found(arguments), [answer], "{arguments:?}");
        }
    }

    #[test]
    fn what_is_not_known_is_answered_with_what_may_be_meant() {
        for (arguments, first) in [
            (&["could_not_conect"][..], "could_not_connect"),
            (&["timeout_request"], "request_timeout"),
            (&["TSL handshake failure"], "TLS handshake failure"),
            (&["hanshake"], "TLS handshake failure"),
            (&["dns"], "DNS Query timeout"),
            (&["goaway"], "Connection failed (received GOAWAY)"),
            (&["bad gatway"], "Bad Gateway"),
            (&["could_not_connect", "unknwon host"], "Unknown host"),
        ] {
            let unknown = resolve(arguments).unwrap_err();
            assert!(unknown.nearest.contains(&first), "{unknown:?}");
            assert!(unknown.nearest.len() <= 3);
        }
    }

    #[test]
    fn a_detail_of_another_reason_is_not_suggested() {
        let unknown = resolve(&["request_timeout", "Unknown host"]).unwrap_err();
        assert_eq!(unknown.word, "Unknown host");
        assert!(unknown.nearest.is_empty());
    }

    #[test]
    fn nonsense_has_no_suggestions() {
        for word in ["zzzzzzzz", "?", "💥", "日本語"] {
            assert_eq!(resolve(&[word]).unwrap_err().nearest, Vec::<&str>::new(), "{word}");
        }
    }

    proptest! {
        #[test]
        fn any_question_has_an_answer(words in proptest::collection::vec("(?s).{0,40}", 0..4)) {
            if let Err(unknown) = resolve(&words) {
                prop_assert!(unknown.nearest.len() <= 3);
            }
        }
    }
}
