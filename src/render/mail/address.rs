//! Addresses of the command line, checked before they become headers.

use std::str::FromStr;

use crate::{
    error::{Error, Result},
    model::{Privacy, key},
};

/// The longest excerpt of what was typed that an error shows, in characters.
const EXCERPT: usize = 80;

/// A mail address, with or without a name: `a@b.example` or `Name <a@b.example>`.
///
/// The address is a dot-string and a domain as RFC 5321 (4.1.2) has them, in ASCII. Quoted local parts and IP
/// addresses, which the RFC allows too, are refused: nobody's team has one, and they could hide a second address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    name: Option<String>,
    address: String,
}

impl Address {
    /// The name before the address.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The address alone, such as `a@b.example`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What follows the `@`.
    pub fn domain(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl FromStr for Address {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let refused = |key| Error::new(key).with("value", Privacy::default().excerpt(text, EXCERPT));
        if !is_one_line(text) {
            return Err(refused(key::error_mail::ADDRESS_CONTROL));
        }
        let text = text.trim();
        let (name, address) = match text.strip_suffix('>').map(|text| text.rsplit_once('<')) {
            Some(Some((name, address))) => (unquoted(name.trim()), address.trim()),
            Some(None) => return Err(refused(key::error_mail::ADDRESS)),
            None => (String::new(), text),
        };
        if !address.is_ascii() {
            return Err(refused(key::error_mail::ADDRESS_ASCII));
        }
        let valid = address.rsplit_once('@').is_some_and(|(local, domain)| is_local_part(local) && is_domain(domain));
        if !valid {
            return Err(refused(key::error_mail::ADDRESS));
        }
        Ok(Address { name: Some(name).filter(|name| !name.is_empty()), address: address.to_owned() })
    }
}

/// Whether a text can stand in a header: nothing in it ends a line, controls a terminal or turns the text around.
pub(super) fn is_one_line(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
}

/// A name without the quotes that it may be typed in; `\"` in them is a quote.
fn unquoted(name: &str) -> String {
    match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(inner) => inner.replace("\\\"", "\"").replace("\\\\", "\\"),
        None => name.to_owned(),
    }
}

/// A dot-string of at most 64 bytes. A leading hyphen is legal, but would be an option to a `sendmail` that gets the
/// address on its command line.
fn is_local_part(local: &str) -> bool {
    let is_atom = |atom: &str| {
        !atom.is_empty() && atom.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
    };
    local.len() <= 64 && !local.starts_with('-') && local.split('.').all(is_atom)
}

/// A host name of at most 253 bytes; one without a dot, such as `localhost`, is one too.
fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    domain.len() <= 253 && domain.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_with_and_without_a_name() {
        for (text, name, address) in [
            ("team@shop.example", None, "team@shop.example"),
            (" root@localhost ", None, "root@localhost"),
            ("<a.b+c@xn--eckwd4c7c.example>", None, "a.b+c@xn--eckwd4c7c.example"),
            ("Team <team@shop.example>", Some("Team"), "team@shop.example"),
            ("\"Doe, \\\"J\\\"\" <j@b.example>", Some("Doe, \"J\""), "j@b.example"),
            ("運用チーム <ops@shop.example>", Some("運用チーム"), "ops@shop.example"),
        ] {
            let read: Address = text.parse().unwrap();
            assert_eq!((read.name(), read.address()), (name, address), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_with_its_reason() {
        for (text, key) in [
            ("", key::error_mail::ADDRESS),
            ("team", key::error_mail::ADDRESS),
            ("@b.example", key::error_mail::ADDRESS),
            ("a@", key::error_mail::ADDRESS),
            ("a b@c.example", key::error_mail::ADDRESS),
            ("a@b.example, c@d.example", key::error_mail::ADDRESS),
            ("a@b.example>", key::error_mail::ADDRESS),
            ("a..b@c.example", key::error_mail::ADDRESS),
            ("a@-b.example", key::error_mail::ADDRESS),
            ("a@b..example", key::error_mail::ADDRESS),
            ("a@b_c.example", key::error_mail::ADDRESS),
            ("-oQ/tmp@b.example", key::error_mail::ADDRESS),
            ("a@b.example\r\nBcc: c@d.example", key::error_mail::ADDRESS_CONTROL),
            ("Team\nBcc: c@d.example <a@b.example>", key::error_mail::ADDRESS_CONTROL),
            ("Team\u{202e} <a@b.example>", key::error_mail::ADDRESS_CONTROL),
            ("チーム@b.example", key::error_mail::ADDRESS_ASCII),
            ("a@日本.example", key::error_mail::ADDRESS_ASCII),
        ] {
            assert_eq!(text.parse::<Address>().unwrap_err().0.key, key, "{text}");
        }
        assert!(format!("{}@b.example", "a".repeat(65)).parse::<Address>().is_err());
        assert!(format!("a@{}", "b.".repeat(200) + "c").parse::<Address>().is_err());
    }

    #[test]
    fn an_error_shows_what_was_typed_without_acting_on_a_terminal() {
        let error = format!("a\x1b[31m{}", "b".repeat(500)).parse::<Address>().unwrap_err().to_string();
        assert!(error.contains("a␛[31mbbb") && !error.contains('\x1b') && error.len() < 400, "{error}");
    }
}
