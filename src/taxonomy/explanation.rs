//! What a code means and what to do about it: `vocabulary.toml` of each language.

use std::collections::HashMap;

use serde::Deserialize;

use super::{
    Lang,
    codes::{CODES, STATUS_CLASSES, status, status_class},
};

/// What a reason, a detail or a status means, and what an administrator can do about it.
///
/// In the texts, what stands between backticks is a command or another literal; see [`pieces`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The code as LINE writes it; a status with its name: `502 Bad Gateway`.
    pub title: String,
    pub meaning: &'static str,
    /// Likely causes, the likeliest first.
    pub causes: &'static [String],
    /// What to look at first, in this order.
    pub first: &'static [String],
    /// LINE's documentation.
    pub link: &'static str,
    /// Pages that the advice comes from.
    pub sources: &'static [String],
    /// LINE's older documents do not have this detail.
    pub newer: bool,
}

impl Explanation {
    /// Whether the same is to be done.
    pub fn is_like(&self, other: &Explanation) -> bool {
        self.first == other.first
    }
}

/// The texts of one key.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Texts {
    meaning: String,
    causes: Vec<String>,
    first: Vec<String>,
    /// Where it is missing, the reason's holds.
    link: Option<String>,
    /// The English vocabulary has them for all languages.
    #[serde(default)]
    sources: Vec<String>,
}

pub(super) type Vocabulary = HashMap<String, Texts>;

/// What is known of a reason and a detail, both in canonical form.
///
/// A detail that is not listed has the explanation of its class, such as `5xx`, or of its reason.
/// `None` for a reason that LINE has not published.
pub fn explanation(lang: Lang, reason: &str, detail: Option<&str>) -> Option<Explanation> {
    let vocabulary = lang.vocabulary();
    let reason = CODES.reason(reason)?;
    let of_reason = vocabulary.get(&reason.code)?;
    let named = detail.unwrap_or_default();
    let listed = reason.detail(named);
    // The most specific key first.
    let (title, keys): (String, [Option<&str>; 2]) = if let Some(listed) = listed {
        (listed.name.clone(), [Some(&listed.key), None])
    } else if let Some(code) = status(&reason.code, named) {
        let known = CODES.status(code);
        let name = known.and_then(|status| status.name.as_ref().or(status.unofficial.as_ref()));
        let title = name.map_or_else(|| code.to_string(), |name| format!("{code} {name}"));
        (title, [known.and_then(|status| status.key.as_deref()), status_class(code)])
    } else if reason.has_statuses() && STATUS_CLASSES.contains(&named) {
        (named.to_owned(), [Some(named), None])
    } else {
        (reason.code.clone(), [None, None])
    };
    let key = keys.into_iter().flatten().find(|key| vocabulary.contains_key(*key)).unwrap_or(&reason.code);
    let texts = &vocabulary[key];
    Some(Explanation {
        title,
        meaning: &texts.meaning,
        causes: &texts.causes,
        first: &texts.first,
        link: texts.link.as_deref().or(of_reason.link.as_deref()).unwrap_or_default(),
        sources: &Lang::default().vocabulary()[key].sources,
        newer: listed.is_some_and(|detail| detail.newer),
    })
}

/// A part of an explanation's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Text(&'a str),
    /// A command or another literal, to be set as code and never translated.
    Code(&'a str),
}

/// The parts of an explanation's text, without the backticks around its code.
pub fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let alternating = text.split('`').enumerate();
    alternating
        .map(|(at, part)| if at % 2 == 0 { Piece::Text(part) } else { Piece::Code(part) })
        .filter(|piece| !matches!(piece, Piece::Text("")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::{ERROR_STATUS_CODE, REASONS};
    use super::*;

    fn keys() -> BTreeSet<&'static str> {
        let reasons = REASONS.iter().copied();
        let details = CODES.reasons.iter().flat_map(|reason| &reason.details).map(|detail| detail.key.as_str());
        let statuses = CODES.statuses().iter().filter_map(|status| status.key.as_deref());
        reasons.chain(details).chain(statuses).chain(STATUS_CLASSES).collect()
    }

    #[test]
    fn every_code_is_explained_in_every_language() {
        for lang in Lang::ALL {
            for key in keys() {
                let texts = lang.vocabulary().get(key).unwrap_or_else(|| panic!("{lang:?} lacks [{key}]"));
                assert!(!texts.meaning.trim().is_empty(), "{lang:?} [{key}] lacks a meaning");
                assert!(!texts.causes.is_empty(), "{lang:?} [{key}] lacks causes");
                assert!(!texts.first.is_empty(), "{lang:?} [{key}] lacks what to look at first");
                for text in texts.causes.iter().chain(&texts.first).chain([&texts.meaning]) {
                    assert_eq!(text.trim(), text, "{lang:?} [{key}]");
                    assert!(!text.is_empty() && !text.contains('\n'), "{lang:?} [{key}]: {text}");
                    assert_eq!(text.matches('`').count() % 2, 0, "{lang:?} [{key}]: {text}");
                }
            }
            for reason in REASONS.iter() {
                let link = lang.vocabulary()[*reason].link.as_deref().unwrap_or_default();
                assert!(link.starts_with("https://developers.line.biz/"), "{lang:?} [{reason}] lacks a link");
            }
        }
    }

    #[test]
    fn no_vocabulary_explains_what_is_not_a_code() {
        for lang in Lang::ALL {
            let explained: BTreeSet<&str> = lang.vocabulary().keys().map(String::as_str).collect();
            assert_eq!(explained.difference(&keys()).collect::<Vec<_>>(), Vec::<&&str>::new(), "{lang:?}");
        }
    }

    #[test]
    fn every_link_is_one_of_lines_documents_in_the_language_or_in_english() {
        for lang in Lang::ALL {
            let documents = [lang, Lang::En].map(|lang| format!("https://developers.line.biz/{}/docs/", lang.code()));
            for (key, texts) in lang.vocabulary() {
                assert!(
                    texts.link.as_ref().is_none_or(|link| documents.iter().any(|start| link.starts_with(start))),
                    "{lang:?} [{key}]"
                );
            }
        }
    }

    #[test]
    fn every_advice_names_its_sources_in_english_alone() {
        for lang in Lang::ALL {
            for (key, texts) in lang.vocabulary() {
                assert_eq!(texts.sources.is_empty(), lang != Lang::En, "{lang:?} [{key}]");
                assert!(texts.sources.iter().all(|source| source.starts_with("https://")), "{lang:?} [{key}]");
            }
        }
        assert_eq!(
            explanation(Lang::Ja, ERROR_STATUS_CODE, Some("413")).unwrap().sources,
            Lang::En.vocabulary()["413"].sources
        );
    }

    /// A request with a body has its type, as LINE's has; a date would be wrong in every other week.
    #[test]
    fn commands_send_what_line_sends_at_any_time() {
        for (key, texts) in Lang::En.vocabulary() {
            for piece in texts.first.iter().flat_map(|text| pieces(text)) {
                let Piece::Code(code) = piece else { continue };
                let sends = code.contains("curl ") && (code.contains(" -d ") || code.contains(" --data"));
                assert!(!sends || code.contains("-H 'Content-Type: application/json"), "[{key}]: {code}");
                let dated = code.as_bytes().windows(5).any(|five| five.starts_with(b"20") && five.ends_with(b"-"));
                assert!(!dated, "[{key}]: {code}");
            }
        }
    }

    #[test]
    fn lines_own_test_comes_first_where_line_could_not_connect() {
        for detail in std::iter::once(None).chain(super::super::details("could_not_connect").into_iter().map(Some)) {
            let found = explanation(Lang::En, "could_not_connect", detail).unwrap();
            assert!(found.first[0].contains("press Verify"), "{detail:?}: {}", found.first[0]);
        }
    }

    #[test]
    fn every_language_gives_the_same_advice_with_the_same_commands() {
        // A sentence may put its commands in another order.
        let commands = |text: &'static str| {
            let mut commands: Vec<_> = pieces(text).filter(|piece| matches!(piece, Piece::Code(_))).collect();
            commands.sort_by_key(|piece| format!("{piece:?}"));
            commands
        };
        for lang in Lang::ALL {
            for (key, english) in Lang::En.vocabulary() {
                let texts = &lang.vocabulary()[key];
                assert_eq!(texts.link.is_some(), english.link.is_some(), "{lang:?} [{key}]");
                for (here, there) in [(&texts.causes, &english.causes), (&texts.first, &english.first)] {
                    assert_eq!(here.len(), there.len(), "{lang:?} [{key}]");
                    for (here, there) in here.iter().zip(there) {
                        assert_eq!(commands(here), commands(there), "{lang:?} [{key}]");
                    }
                }
            }
        }
    }

    fn title_and_meaning(reason: &str, detail: Option<&str>) -> (String, &'static str) {
        let found = explanation(Lang::En, reason, detail).unwrap();
        (found.title, found.meaning)
    }

    #[test]
    fn an_explanation_falls_back_from_detail_to_class_to_reason() {
        let meaning = |key: &str| Lang::En.vocabulary()[key].meaning.as_str();
        for (reason, detail, title, key) in [
            ("could_not_connect", None, "could_not_connect", "could_not_connect"),
            ("could_not_connect", Some("Unknown host"), "Unknown host", "unknown_host"),
            ("could_not_connect", Some("Brand new"), "could_not_connect", "could_not_connect"),
            ("could_not_connect", Some(""), "could_not_connect", "could_not_connect"),
            ("could_not_connect", Some("502"), "could_not_connect", "could_not_connect"),
            ("could_not_connect", Some("5xx"), "could_not_connect", "could_not_connect"),
            ("request_timeout", Some("Request timeout"), "Request timeout", "request_timeout"),
            (ERROR_STATUS_CODE, Some("502"), "502 Bad Gateway", "502"),
            (ERROR_STATUS_CODE, Some("599"), "599", "5xx"),
            (ERROR_STATUS_CODE, Some("522"), "522 Connection timed out (Cloudflare)", "522"),
            (ERROR_STATUS_CODE, Some("4xx"), "4xx", "4xx"),
            (ERROR_STATUS_CODE, Some("teapot"), ERROR_STATUS_CODE, ERROR_STATUS_CODE),
        ] {
            assert_eq!(title_and_meaning(reason, detail), (title.to_owned(), meaning(key)), "{reason}, {detail:?}");
        }
        let title = |status| title_and_meaning(ERROR_STATUS_CODE, Some(status)).0;
        assert_eq!(title("507"), "507 Insufficient Storage");
        assert_eq!(explanation(Lang::En, "brand_new", None), None);
    }

    #[test]
    fn a_timeout_is_said_to_be_possibly_processed_and_both_limits_are_named() {
        let found = explanation(Lang::En, "request_timeout", None).unwrap();
        for word in ["processed", "2 seconds", "1 second"] {
            assert!(found.meaning.contains(word), "{word}");
        }
    }

    #[test]
    fn newer_details_are_marked() {
        let newer = |detail| explanation(Lang::En, "could_not_connect", Some(detail)).unwrap().newer;
        assert!(newer("No SSL/TLS record"));
        assert!(!newer("TLS handshake failure"));
    }

    #[test]
    fn a_detail_without_link_has_that_of_its_reason() {
        let link = |reason, detail| explanation(Lang::En, reason, detail).unwrap().link;
        assert_eq!(link("unclassified", Some("Stream closed unexpectedly")), link("unclassified", None));
        assert_eq!(link(ERROR_STATUS_CODE, Some("599")), link(ERROR_STATUS_CODE, None));
        assert!(link("could_not_connect", Some("TLS handshake failure")).contains("ssl-tls-spec"));
    }

    #[test]
    fn code_is_what_stands_between_backticks() {
        let found: Vec<_> = pieces("`dig x` first, then `curl y`.").collect();
        assert_eq!(
            found,
            [Piece::Code("dig x"), Piece::Text(" first, then "), Piece::Code("curl y"), Piece::Text(".")]
        );
    }
}
