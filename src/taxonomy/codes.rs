//! The list of codes, `codes.toml`, and questions to it.

use std::{ops::RangeInclusive, sync::LazyLock};

use serde::Deserialize;

/// The reason whose details are HTTP status codes.
pub const ERROR_STATUS_CODE: &str = "error_status_code";

/// The codes of all reasons that LINE has published, in the order of its documents.
pub static REASONS: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| CODES.reasons.iter().map(|r| r.code.as_str()).collect());

/// What a three-digit number must be to count as an HTTP status (RFC 9110, section 15).
const STATUSES: RangeInclusive<u16> = 100..=599;

/// The classes of statuses, which are also the keys of their texts.
pub(super) const STATUS_CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

pub(super) static CODES: LazyLock<Codes> =
    LazyLock::new(|| toml::from_str(include_str!("codes.toml")).expect("codes.toml is a list of reasons and statuses"));

/// `codes.toml` as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Codes {
    #[serde(rename = "reason")]
    pub reasons: Vec<Reason>,
    http: Http,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Http {
    status: Vec<Status>,
}

/// One of LINE's reasons. Its code is also the key of its texts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reason {
    pub code: String,
    #[serde(default, rename = "detail")]
    pub details: Vec<Detail>,
}

/// A detail of a reason, spelled as LINE spells it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Detail {
    pub name: String,
    /// Key of its texts.
    pub key: String,
    /// LINE's older documents do not have it.
    #[serde(default)]
    pub newer: bool,
    /// Whatever follows its colon is the webhook URL.
    #[serde(default)]
    pub any_url: bool,
}

/// An HTTP status code.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Status {
    pub code: u16,
    /// Its name in IANA's registry.
    pub name: Option<String>,
    /// Names that it had there before.
    #[serde(default)]
    pub former: Vec<String>,
    /// What a code outside the registry is called, and by whom.
    pub unofficial: Option<String>,
    /// Key of its texts, where it has its own: the code.
    pub key: Option<String>,
}

impl Codes {
    /// The reason of this code.
    pub fn reason(&'static self, code: &str) -> Option<&'static Reason> {
        self.reasons.iter().find(|reason| reason.code == code)
    }

    /// The statuses that have a name, from 100 up.
    pub fn statuses(&'static self) -> &'static [Status] {
        &self.http.status
    }

    /// The named status of this number.
    pub fn status(&'static self, code: u16) -> Option<&'static Status> {
        self.http.status.iter().find(|status| status.code == code)
    }
}

impl Status {
    /// The names under which it can be met.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.name.iter().chain(&self.former).map(String::as_str)
    }
}

impl Reason {
    /// Whether its details are HTTP statuses.
    pub fn has_statuses(&self) -> bool {
        self.code == ERROR_STATUS_CODE
    }

    /// The detail of this name.
    pub fn detail(&'static self, name: &str) -> Option<&'static Detail> {
        self.details.iter().find(|detail| detail.name == name)
    }
}

/// The details that LINE has published for a reason, in the order of its documents; for
/// `error_status_code` the statuses with advice of their own, from 100 up.
pub fn details(reason: &str) -> Vec<&'static str> {
    if reason == ERROR_STATUS_CODE {
        return CODES.statuses().iter().filter_map(|status| status.key.as_deref()).collect();
    }
    let listed = CODES.reason(reason).map_or(&[][..], |reason| &reason.details);
    listed.iter().map(|detail| detail.name.as_str()).collect()
}

/// Whether LINE's published list has this reason with this detail, both in canonical form.
///
/// A known reason without a detail is known, and under `error_status_code` every status from 100 to 599 is.
pub fn is_known(reason: &str, detail: &str) -> bool {
    let Some(known) = CODES.reason(reason) else {
        return false;
    };
    detail.is_empty() || known.detail(detail).is_some() || status(reason, detail).is_some()
}

/// The HTTP status that a detail in canonical form is; `None` under any reason but `error_status_code`.
pub fn status(reason: &str, detail: &str) -> Option<u16> {
    if reason == ERROR_STATUS_CODE { status_number(detail) } else { None }
}

/// A text of exactly three digits that is an HTTP status.
pub(super) fn status_number(text: &str) -> Option<u16> {
    let three_digits = text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|code| three_digits && STATUSES.contains(code))
}

/// The name of a status in IANA's registry; `None` for one that is not registered.
pub fn status_name(status: u16) -> Option<&'static str> {
    CODES.status(status)?.name.as_deref()
}

/// The class of a status, such as `5xx`; `None` for a number that is not a status.
pub fn status_class(status: u16) -> Option<&'static str> {
    if STATUSES.contains(&status) { STATUS_CLASSES.get(usize::from(status / 100) - 1).copied() } else { None }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// What LINE's documents listed when this was written. More may have been added since: that is data.
    const DOCUMENTED: [(&str, &[&str]); 4] = [
        (
            "could_not_connect",
            &[
                "Connection failed",
                "Connection failed (received GOAWAY)",
                "Connection failed (session closed)",
                "Connection timeout",
                "DNS Query timeout",
                "Invalid URL syntax",
                "Session protocol negotiation failure",
                "No SSL/TLS record",
                "TLS handshake failure",
                "Unknown host",
            ],
        ),
        ("request_timeout", &["Request timeout"]),
        ("error_status_code", &["404", "500", "502"]),
        (
            "unclassified",
            &["Session closed unexpectedly", "Stream closed unexpectedly", "Unclassified webhook dispatch error"],
        ),
    ];

    #[test]
    fn what_line_documents_is_listed_in_its_order() {
        for (reason, documented) in DOCUMENTED {
            let listed = details(reason);
            let in_order: Vec<&str> = listed.into_iter().filter(|detail| documented.contains(detail)).collect();
            assert_eq!(in_order, documented, "{reason}");
        }
        let in_order: Vec<&str> = REASONS.iter().copied().filter(|r| DOCUMENTED.iter().any(|(d, _)| d == r)).collect();
        assert_eq!(in_order, DOCUMENTED.map(|(reason, _)| reason));
        assert!(details("brand_new").is_empty());
    }

    #[test]
    fn a_status_is_listed_once_in_order_and_named() {
        let codes: Vec<u16> = CODES.statuses().iter().map(|s| s.code).collect();
        assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
        for status in CODES.statuses() {
            assert!(STATUSES.contains(&status.code), "{status:?}");
            assert!(status.name.is_some() != status.unofficial.is_some(), "{status:?}");
            assert!(status.key.as_ref().is_none_or(|key| *key == status.code.to_string()), "{status:?}");
        }
    }

    #[test]
    fn no_two_details_share_a_key_or_a_name_within_a_reason() {
        let mut keys = HashSet::new();
        for reason in &CODES.reasons {
            let mut names = HashSet::new();
            assert!(keys.insert(reason.code.as_str()), "{}", reason.code);
            for detail in &reason.details {
                let shared_with_its_reason = detail.key == reason.code && reason.details.len() == 1;
                assert!(shared_with_its_reason || keys.insert(detail.key.as_str()), "{}", detail.key);
                assert!(names.insert(detail.name.to_lowercase()), "{}", detail.name);
            }
        }
    }

    #[test]
    fn known_is_what_line_has_published() {
        for (reason, detail, known) in [
            ("could_not_connect", "Unknown host", true),
            ("could_not_connect", "", true),
            ("could_not_connect", "Request timeout", false),
            ("could_not_connect", "502", false),
            ("error_status_code", "502", true),
            ("error_status_code", "599", true),
            ("error_status_code", "100", true),
            ("error_status_code", "600", false),
            ("error_status_code", "099", false),
            ("error_status_code", "+50", false),
            ("error_status_code", "", true),
            ("brand_new", "", false),
            ("brand_new", "Unknown host", false),
        ] {
            assert_eq!(is_known(reason, detail), known, "{reason}, {detail}");
        }
    }

    #[test]
    fn a_status_is_a_number_only_under_its_reason() {
        assert_eq!(status("error_status_code", "502"), Some(502));
        assert_eq!(status("error_status_code", "50"), None);
        assert_eq!(status("unclassified", "502"), None);
    }

    #[test]
    fn statuses_have_the_registrys_names_and_a_class() {
        assert_eq!(status_name(502), Some("Bad Gateway"));
        assert_eq!(status_name(413), Some("Content Too Large"));
        assert_eq!(status_name(522), None);
        assert_eq!(status_class(502), Some("5xx"));
        assert_eq!(status_class(100), Some("1xx"));
        assert_eq!(status_class(99), None);
        assert_eq!(status_class(600), None);
    }
}
