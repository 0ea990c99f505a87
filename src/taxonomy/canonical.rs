//! One spelling for each reason and detail, whatever a file makes of it.

use std::borrow::Cow;

use crate::model::Privacy;

use super::codes::{CODES, Detail, ERROR_STATUS_CODE, status_number};

/// A reason and a detail in the spelling under which they are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelling<'a> {
    pub reason: Cow<'a, str>,
    pub detail: Cow<'a, str>,
    /// The webhook URL that followed the detail. It is whole, so it may hold secrets.
    pub url: Option<&'a str>,
}

/// The canonical form of a reason and a detail as they stand in a file.
///
/// Known ones are recognised whatever their case, white space and width of letters, reasons also without
/// or with other separators. Unknown ones keep their own name, but for white space around it.
/// A webhook URL behind a colon is split off the detail.
pub fn canonical<'a>(reason: &'a str, detail: &'a str) -> Spelling<'a> {
    let reason = trimmed(reason);
    let reason = known_reason(reason).map_or(Cow::Borrowed(reason), Cow::Borrowed);
    let (detail, url) = split(&reason, trimmed(detail));
    Spelling { reason, detail, url }
}

/// The text without white space and marks that nobody sees around it: spaces without width, marks of direction and of byte
/// order, soft hyphens.
fn trimmed(text: &str) -> &str {
    let unseen = |c| matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    text.trim_matches(|c: char| c.is_whitespace() || unseen(c))
}

/// The detail and the URL behind it.
fn split<'a>(reason: &str, text: &'a str) -> (Cow<'a, str>, Option<&'a str>) {
    if let Some(known) = known_detail(reason, text) {
        return (known.into_name(), None);
    }
    for (before, after) in colons(text) {
        let known = known_detail(reason, before);
        match known {
            Some(known) if after.is_empty() => return (known.into_name(), None),
            Some(known) if known.takes_any_url() || starts_like_url(after) || is_url_without_scheme(after) => {
                return (known.into_name(), Some(after));
            }
            None if !before.is_empty() && is_url(after) => return (Cow::Borrowed(before), Some(after)),
            _ => {}
        }
    }
    (Cow::Borrowed(text), None)
}

/// What stands before and behind each colon, trimmed.
fn colons(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.match_indices([':', '：']).map(|(at, colon)| (text[..at].trim(), text[at + colon.len()..].trim()))
}

/// The canonical code of a reason, if it is one.
pub(super) fn known_reason(text: &str) -> Option<&'static str> {
    CODES.reasons.iter().map(|reason| reason.code.as_str()).find(|code| letters(code).eq(letters(text)))
}

/// A detail that is known under its reason.
pub(super) enum Known {
    Listed(&'static Detail),
    Status(u16),
}

impl Known {
    pub(super) fn into_name(self) -> Cow<'static, str> {
        match self {
            Known::Listed(detail) => Cow::Borrowed(&detail.name),
            Known::Status(code) => Cow::Owned(code.to_string()),
        }
    }

    fn takes_any_url(&self) -> bool {
        matches!(self, Known::Listed(detail) if detail.any_url)
    }
}

/// The known detail that a text without URL is, under a reason in canonical form.
pub(super) fn known_detail(reason: &str, text: &str) -> Option<Known> {
    let listed = CODES.reason(reason)?.details.iter().find(|detail| folded(&detail.name).eq(folded(text)));
    match listed {
        Some(detail) => Some(Known::Listed(detail)),
        None if reason == ERROR_STATUS_CODE => status_in(text).map(Known::Status),
        None => None,
    }
}

/// The status that a text states as `502`, `502.0`, `5.02E+02`, `(502)`, `HTTP 502`, `HTTP/1.1 502 Bad Gateway`, `502 Bad
/// Gateway` or `status code: 502`.
fn status_in(text: &str) -> Option<u16> {
    let text: String = text.chars().map(narrow).collect();
    let text = unwrapped(text.trim());
    let rest = without_labels(text);
    let end = rest.find(|c: char| !(c.is_ascii_digit() || ".eE+".contains(c))).unwrap_or(rest.len());
    let code = status_number(&whole_number(&rest[..end])?)?;
    let name = unwrapped(rest[end..].trim_matches(|c: char| c.is_whitespace() || ":-–".contains(c)));
    let is_own_name =
        || CODES.status(code).is_some_and(|status| status.names().any(|own| folded(own).eq(folded(name))));
    // In a status line of HTTP any phrase may follow (RFC 9112, section 4).
    let is_phrase = || starts_status_line(text) && !name.contains(|c: char| c.is_ascii_digit());
    (name.is_empty() || is_own_name() || is_phrase()).then_some(code)
}

/// The text without a pair of brackets or quotes around it.
fn unwrapped(text: &str) -> &str {
    let inner = [('(', ')'), ('[', ']'), ('<', '>'), ('"', '"'), ('\'', '\''), ('「', '」')]
        .into_iter()
        .find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close));
    inner.map_or(text, str::trim)
}

/// Whether a text begins as the first line of an HTTP response does: `HTTP/1.1 `.
fn starts_status_line(text: &str) -> bool {
    text.get(..5).is_some_and(|begin| begin.eq_ignore_ascii_case("http/"))
}

/// What follows the words that programs put before a status.
fn without_labels(text: &str) -> &str {
    let mut rest = text;
    loop {
        let word = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        if !["http", "status", "code", "error"].iter().any(|label| rest[..word].eq_ignore_ascii_case(label)) {
            return rest;
        }
        let version = rest[word..].strip_prefix('/').filter(|_| rest[..word].eq_ignore_ascii_case("http"));
        let behind = match version {
            Some(version) => version.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.'),
            None => &rest[word..],
        };
        rest = behind.trim_start_matches(|c: char| c.is_whitespace() || ":=_-".contains(c));
    }
}

/// The digits of a whole number that may be written as dataframes and spreadsheets do: `502`, `502.0`, `5.02E+02`.
fn whole_number(text: &str) -> Option<String> {
    let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: usize = exponent.trim_start_matches('+').parse().ok().filter(|exponent| *exponent < 3)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let fraction = format!("{fraction:0<exponent$}");
    let (raised, rest) = fraction.split_at_checked(exponent)?;
    rest.bytes().all(|b| b == b'0').then(|| whole.to_owned() + raised)
}

/// A whole URL with a scheme.
fn is_url(text: &str) -> bool {
    starts_like_url(text) && !text.contains(char::is_whitespace)
}

/// A scheme and something behind it; damaged addresses have white space too.
fn starts_like_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
        && !rest.is_empty()
}

/// What a webhook URL looks like that has lost its scheme. A word is none: it is news.
fn is_url_without_scheme(text: &str) -> bool {
    let host = text.trim_start_matches('/').split(['/', '?', '#', ':']).next().unwrap_or("");
    let is_host = host.contains('.') && !host.starts_with('.') && !host.ends_with('.') || host == "localhost";
    (is_host || Privacy::default().conceals(text)) && !text.contains(char::is_whitespace)
}

/// The text without what does not tell known values apart: case, white space, width of letters.
pub(super) fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(narrow).filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase)
}

/// The same without what separates the words of a code.
pub(super) fn letters(text: &str) -> impl Iterator<Item = char> {
    folded(text).filter(|c| !['_', '-'].contains(c))
}

/// The ASCII character of a full-width one (U+FF01 to U+FF5E, and the ideographic space).
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        c => c,
    }
}

/// Whether a cell reads as one of LINE's reason codes.
pub fn is_reason(cell: &str) -> bool {
    // Times, counts and statuses need no second look: no reason starts with a digit.
    let number = cell.trim_start().starts_with(|c: char| c.is_ascii_digit());
    !number && cell.len() < 100 && super::REASONS.contains(&&*canonical(cell, "").reason)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::is_known;
    use super::*;

    fn forms(reason: &str, detail: &str) -> (String, String, Option<String>) {
        let Spelling { reason, detail, url } = canonical(reason, detail);
        (reason.into_owned(), detail.into_owned(), url.map(str::to_owned))
    }

    #[test]
    fn reasons_are_recognised_in_any_dress() {
        for raw in [
            "could_not_connect",
            "COULD_NOT_CONNECT",
            " Could not  connect ",
            "could-not-connect",
            "couldNotConnect",
            "ｃｏｕｌｄ＿ｎｏｔ＿ｃｏｎｎｅｃｔ",
            "\u{3000}could_not_connect\t",
        ] {
            assert_eq!(canonical(raw, "").reason, "could_not_connect", "{raw}");
        }
    }

    #[test]
    fn unknown_reasons_keep_their_name() {
        for (raw, name) in
            [(" Rate limited ", "Rate limited"), ("could_not_connect_2", "could_not_connect_2"), ("", "")]
        {
            assert_eq!(canonical(raw, "").reason, name);
        }
    }

    #[test]
    fn details_are_recognised_under_their_own_reason_only() {
        for (reason, raw, name) in [
            ("could_not_connect", " tls  HANDSHAKE failure", "TLS handshake failure"),
            ("COULD_NOT_CONNECT", "connection failed(received goaway)", "Connection failed (received GOAWAY)"),
            ("could_not_connect", "ＤＮＳ　Query timeout", "DNS Query timeout"),
            ("could_not_connect", "no ssl/tls record", "No SSL/TLS record"),
            ("request_timeout", "request timeout", "Request timeout"),
            ("request_timeout", "connection timeout", "connection timeout"),
            ("brand_new", "connection timeout", "connection timeout"),
            ("could_not_connect", " Brand new ", "Brand new"),
            ("could_not_connect", "", ""),
        ] {
            assert_eq!(canonical(reason, raw).detail, name, "{reason}, {raw}");
        }
    }

    #[test]
    fn urls_are_split_off() {
        for (raw, detail, url) in [
            (
                "Connection timeout: https://bot.example.com/cb?t=1",
                "Connection timeout",
                Some("https://bot.example.com/cb?t=1"),
            ),
            (
                "connection timeout:https://bot.example.com:8443/cb",
                "Connection timeout",
                Some("https://bot.example.com:8443/cb"),
            ),
            ("Connection timeout ： https://bot.example.com", "Connection timeout", Some("https://bot.example.com")),
            (
                "Connection failed (received GOAWAY): https://h.example/x",
                "Connection failed (received GOAWAY)",
                Some("https://h.example/x"),
            ),
            (
                "Connection failed (session closed) :https://h.example",
                "Connection failed (session closed)",
                Some("https://h.example"),
            ),
            ("Unknown host: bot.example.com/callback", "Unknown host", Some("bot.example.com/callback")),
            ("Unknown host: bot.example.com:8443", "Unknown host", Some("bot.example.com:8443")),
            ("Unknown host: localhost", "Unknown host", Some("localhost")),
            ("Connection failed: htps//h/x", "Connection failed", Some("htps//h/x")),
            ("Connection failed: https:/h/x", "Connection failed", Some("https:/h/x")),
            ("Connection failed: u:p@h/x", "Connection failed", Some("u:p@h/x")),
            ("Connection failed: h:8443/x", "Connection failed", Some("h:8443/x")),
            ("Connection failed：https：／／h／x", "Connection failed", Some("https：／／h／x")),
            ("Unknown host:", "Unknown host", None),
            ("Invalid URL syntax: https:/ bot", "Invalid URL syntax", Some("https:/ bot")),
            ("Brand new: https://h.example/x", "Brand new", Some("https://h.example/x")),
            ("Brand new: twice: https://h.example/x", "Brand new: twice", Some("https://h.example/x")),
        ] {
            assert_eq!(
                forms("could_not_connect", raw),
                ("could_not_connect".into(), detail.into(), url.map(str::to_owned))
            );
        }
    }

    #[test]
    fn what_is_not_surely_a_url_stays_part_of_the_name() {
        for raw in [
            "Brand new: h.example/x",
            "Connection failed: reset",
            "Connection failed: reset by peer",
            "https://h.example/x",
            ": https://h.example/x",
            "Brand new: 4:12",
            "Brand new: https://h.example and more",
        ] {
            assert_eq!(forms("could_not_connect", raw), ("could_not_connect".into(), raw.into(), None));
        }
    }

    #[test]
    fn statuses_are_numbers() {
        for raw in [
            "502",
            " 502 ",
            "HTTP 502",
            "http502",
            "502 Bad Gateway",
            "502 bad  gateway",
            "HTTP 502 Bad Gateway",
            "５０２",
            "502.0",
            "502.00",
            "5.02E+02",
            "5.02e2",
            "(502)",
            "[502]",
            "\"502\"",
            "HTTP/1.1 502 Bad Gateway",
            "HTTP/2 502",
            "HTTP/1.1 502",
            "HTTP/1.1 502 Upstream sent no answer",
            "502 Proxy Error",
            "status code 502",
            "Status code: 502",
            "status_code=502",
            "HTTP status code 502",
            "HTTP Error 502: Bad Gateway",
            "502 - Bad Gateway",
            "502 (Bad Gateway)",
            "code:502",
        ] {
            assert_eq!(canonical("error_status_code", raw).detail, "502", "{raw}");
        }
        assert_eq!(canonical("error_status_code", "413 Request Entity Too Large").detail, "413");
        assert_eq!(canonical("error_status_code", "502: https://h.example/x").url, Some("https://h.example/x"));
        for raw in [
            "502 Not Found",
            "502x",
            "5 02",
            "0502",
            "600",
            "-502",
            "502: Not Found",
            "502.5",
            "HTTP",
            "５０",
            "5.025E+02",
            "5E1",
            "status",
            "status quo 502",
        ] {
            assert_eq!(canonical("error_status_code", raw).detail, raw);
        }
        assert_eq!(canonical("unclassified", "502 Bad Gateway").detail, "502 Bad Gateway");
    }

    proptest! {
        #[test]
        fn any_text_has_one_canonical_form(reason in "\\PC*", detail in "(?s).*") {
            let once = forms(&reason, &detail);
            prop_assert_eq!(&forms(&once.0, &once.1).0, &once.0);
        }

        #[test]
        fn known_details_stay_known_in_any_case(upper in any::<bool>(), at in 0..10usize) {
            let name = &super::super::details("could_not_connect")[at];
            let raw = if upper { name.to_uppercase() } else { name.to_lowercase() };
            let found = canonical("could_not_connect", &raw);
            prop_assert!(is_known(&found.reason, &found.detail));
        }
    }
}
