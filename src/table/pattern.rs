//! What the name of something must be: the one grammar of filters and of check's rules.

use strum::{EnumIter, EnumString, IntoStaticStr, VariantNames};

use crate::{model::Privacy, taxonomy};

/// What can be asked of an error, in the order in which it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, EnumIter, EnumString, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum Key {
    Channel,
    Reason,
    Detail,
    /// `502`, `5xx` or `50*`.
    Status,
    /// With or without its scheme.
    Host,
}

/// What an error is.
#[derive(Clone, Copy, Debug)]
pub struct Attributes<'a> {
    /// What its channel is called, then all that it is and was called; empty where its input names none.
    pub channel: &'a [String],
    pub reason: &'a str,
    pub detail: &'a str,
    pub host: Option<&'a str>,
}

impl Key {
    /// The name used on the command line and in errstat.toml.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// What a user writes, as a pattern that is safe to show. Of a URL the scheme and the host are left; in them `*` still
    /// stands for any text.
    pub fn pattern(self, raw: &str) -> String {
        let privacy = Privacy::default();
        match (self, raw.trim().split_once("://")) {
            (Key::Host, Some((scheme, rest))) if scheme.bytes().all(|b| b.is_ascii_alphabetic() || b == b'*') => {
                let host = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
                let host = host.rsplit('@').next().unwrap_or(host);
                format!("{scheme}://{}", privacy.text(host))
            }
            // As every output writes a status: `502 Bad Gateway`.
            (Key::Detail, _) => privacy.text(&taxonomy::canonical(taxonomy::ERROR_STATUS_CODE, raw).detail),
            _ => privacy.text(raw.trim()),
        }
    }

    /// Whether an error is what is wanted.
    pub fn fits(self, wanted: &str, error: &Attributes<'_>) -> bool {
        match self {
            Key::Channel => any_fits(wanted, error.channel),
            Key::Reason => fits(&canonical_reason(wanted), error.reason),
            Key::Detail => fits(wanted, error.detail),
            Key::Status => {
                taxonomy::status(error.reason, error.detail).is_some_and(|status| status_fits(wanted, status))
            }
            Key::Host => error.host.is_some_and(|host| host_fits(wanted, host)),
        }
    }
}

/// The code of a reason, however it is spelled.
pub fn canonical_reason(wanted: &str) -> String {
    taxonomy::canonical(wanted, "").reason.into_owned()
}

/// Whether a name is what is wanted: whole, whatever its case; `*` stands for any text.
pub fn fits(wanted: &str, value: &str) -> bool {
    let options = glob::MatchOptions { case_sensitive: false, ..glob::MatchOptions::default() };
    // Only `*` is special; brackets and question marks stand in names.
    let escaped: Vec<String> = wanted.split('*').map(glob::Pattern::escape).collect();
    glob::Pattern::new(&escaped.join("*")).is_ok_and(|pattern| pattern.matches_with(value, options))
        || wanted.eq_ignore_ascii_case(value)
}

/// Whether one of the names of a channel is what is wanted.
pub fn any_fits(wanted: &str, names: &[String]) -> bool {
    names.iter().any(|name| fits(wanted, name))
}

/// Whether a status is what is wanted, by its number or its class.
pub fn status_fits(wanted: &str, status: u16) -> bool {
    fits(wanted, &status.to_string()) || taxonomy::status_class(status).is_some_and(|class| fits(wanted, class))
}

/// Whether a host is what is wanted. It is known with its scheme, but may be asked for without.
pub fn host_fits(wanted: &str, host: &str) -> bool {
    fits(wanted, host) || host.split_once("://").is_some_and(|(_, name)| fits(wanted, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_whole_without_case_and_with_stars() {
        assert!(fits("request timeout", "Request timeout"));
        assert!(fits("Connection failed (received GOAWAY)", "Connection failed (received GOAWAY)"));
        assert!(fits("5*", "502") && fits("*", ""));
        assert!(!fits("Connection", "Connection failed") && !fits("5?2", "502"));
    }

    #[test]
    fn patterns_keep_their_stars_and_no_secret() {
        for (raw, pattern) in [
            ("https://*", "https://*"),
            (" https://*.example.com/callback?token=S3CRET ", "https://*.example.com"),
            ("https://user:S3CRET@bot.example.com", "https://bot.example.com"),
            ("bot.example.com", "bot.example.com"),
            ("*.example.com", "*.example.com"),
        ] {
            assert_eq!(Key::Host.pattern(raw), pattern, "{raw}");
        }
        assert_eq!(Key::Detail.pattern(" 502 Bad Gateway"), "502");
        assert_eq!(Key::Detail.pattern("TLS handshake *"), "TLS handshake *");
        assert!(!Key::Detail.pattern("Connection timeout: https://h.example/S3CRET").contains("S3CRET"));
    }

    #[test]
    fn a_status_fits_by_number_and_class_and_a_host_without_its_scheme() {
        let error = Attributes {
            channel: &[],
            reason: "error_status_code",
            detail: "502",
            host: Some("https://bot.example.com"),
        };
        for wanted in ["502", "5xx", "5XX", "50*"] {
            assert!(Key::Status.fits(wanted, &error), "{wanted}");
        }
        assert!(!Key::Status.fits("4xx", &error));
        assert!(!Key::Status.fits("5xx", &Attributes { reason: "unclassified", ..error }), "no status code");
        assert!(Key::Host.fits("bot.example.com", &error) && Key::Host.fits("https://*.example.com", &error));
        assert!(!Key::Channel.fits("*", &error), "the input names no channel");
        assert!(Key::Reason.fits("ERROR_STATUS_CODE", &error));
    }
}
