//! Text that comes from a file or a command line, made safe to show.
//!
//! Webhook URLs carry secrets in user info, path and query, and any text may carry control
//! characters, workflow commands or formulas. [`Privacy`] is the one gate: what has passed it may
//! be kept, drawn and printed.

use std::{borrow::Cow, path::Path};

use unicode_normalization::UnicodeNormalization;

use super::{
    address::{self, Suspicion},
    log::disarmed,
    visible::visible,
};

/// Whether URLs may be shown whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Privacy {
    /// Show URLs whole instead of scheme and host.
    pub show_urls: bool,
}

/// Scheme, host and port of a webhook URL, such as `https://bot.example.com`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HostLabel(pub String);

impl Privacy {
    /// The text with every URL cut to scheme and host, and every control character made visible.
    pub fn text(self, raw: &str) -> String {
        self.cut(raw, Suspicion::Any)
    }

    /// The path of a file as [`Privacy::text`] gives a text, but for dots and slashes, which are those of folders.
    pub fn path(self, raw: &str) -> String {
        self.cut(raw, Suspicion::Path)
    }

    fn cut(self, raw: &str, suspicion: Suspicion) -> String {
        if self.show_urls { visible(raw) } else { visible(&address::cut(raw, suspicion)) }
    }

    /// The text as [`Privacy::text`] gives it, at most `limit` characters long.
    pub fn excerpt(self, raw: &str, limit: usize) -> String {
        // A character of the result needs at most one of the input, but for URLs, which only shrink.
        let bound = raw.char_indices().nth(limit.saturating_mul(8)).map_or(raw.len(), |(at, _)| at);
        let whole = &raw[..bound];
        // Half an address may not look like one.
        let kept = match whole.rfind(char::is_whitespace) {
            Some(at) if bound < raw.len() => &whole[..at],
            None if bound < raw.len() && whole.contains([':', '@', '：', '＠']) => "",
            _ => whole,
        };
        shorten(&self.text(kept), limit, bound < raw.len())
    }

    /// What to call the host of a webhook URL; the URL may lack its scheme.
    pub fn host(self, url: &str) -> Option<HostLabel> {
        let url = url.trim();
        if url.is_empty() {
            return None;
        }
        let label = if self.show_urls { url.to_owned() } else { address::host(url)? };
        Some(HostLabel(visible(&label)))
    }

    /// Whether a word is an address of which something may not be shown.
    pub fn conceals(self, word: &str) -> bool {
        address::cut(word, Suspicion::Any) != word
    }
}

/// Cuts to `limit` characters, the last of which is then an ellipsis.
fn shorten(text: &str, limit: usize, cut_before: bool) -> String {
    match text.char_indices().nth(limit) {
        Some(_) => text.chars().take(limit.saturating_sub(1)).chain(['…']).collect(),
        None if cut_before => format!("{text}…"),
        None => text.to_owned(),
    }
}

/// A name as it is compared: a Mac writes letters and their marks apart, which look the same as those in one.
pub fn composed(name: &str) -> Cow<'_, str> {
    if name.is_ascii() { name.into() } else { name.nfc().collect::<String>().into() }
}

/// A path as it may be shown.
pub fn shown(path: &Path) -> String {
    Privacy::default().path(&path.to_string_lossy())
}

/// Bytes in hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A cell for a spreadsheet, in which nothing is a formula: text that starts like one gets an
/// apostrophe, as OWASP's page on CSV injection advises.
pub fn spreadsheet_safe(text: &str) -> String {
    let text = disarmed(text, "# ");
    let risky =
        text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) || text.starts_with("::");
    if risky { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRIVATE: Privacy = Privacy { show_urls: false };

    #[test]
    fn urls_are_cut_to_scheme_and_host_wherever_they_stand() {
        for (raw, safe) in [
            (
                "Connection failed: https://bot.example.com/callback?token=s3cret",
                "Connection failed: https://bot.example.com",
            ),
            ("a https://u:s3cret@h.example:8443/x b", "a https://h.example:8443 b"),
            ("HTTPS://u:p/s3cret,x@H.example/x", "HTTPS://u:p"),
            ("https:\\/\\/h.example\\/s3cret", "https://h.example"),
            ("<https://h.example/s3cret>", "<https://h.example>"),
            ("(see https://h.example/s3cret)", "(see https://h.example"),
            ("https://h.example?s3cret#s3cret", "https://h.example"),
            ("https://h.example/a:b://s3cret", "https://h.example"),
            ("https://[::1]:80/s3cret", "https://[::1]:80"),
            ("4:12: no url", "4:12: no url"),
            ("https://u,s3cret@h.example/x", "https://h.example"),
            ("https:\\\\u,x@h.example\\s3cret", "https://h.example"),
            ("https://bot.example\u{1b}$.com/s3cret", "https://bot.example"),
            ("https://h.example/\u{1b}s3cret", "https://h.example"),
            ("https://h.example/cb\u{b}s3cret", "https://h.example"),
            ("https://u:s3cret\u{c}x@h.example/", "https://h.example"),
            ("https://h.example/cb\u{85}s3cret", "https://h.example"),
            ("https://h.example/cb\u{2028}s3cret", "https://h.example"),
            ("https%3A%2F%2Fh.example%2Fcb\u{b}s3cret", "https%3A%2F%2Fh.example"),
            ("https://s3cret\u{1b}x@h.example/x", "https://h.example"),
            ("https%3A%2F%2Fh.example%2F\u{1b}s3cret", "https%3A%2F%2Fh.example"),
        ] {
            let shown = PRIVATE.text(raw);
            assert!(!shown.contains("s3cret"), "{raw} → {shown}");
            if !raw.contains("u:p/") {
                assert_eq!(shown, safe);
            }
        }
    }

    #[test]
    fn a_host_is_found_with_and_without_scheme() {
        let host = |url| PRIVATE.host(url).map(|h| h.0);
        assert_eq!(host("https://Bot.example.com/cb"), Some("https://bot.example.com".into()));
        assert_eq!(host("bot.example.com/cb?x"), Some("bot.example.com".into()));
        assert_eq!(host(" "), None);
        assert_eq!(Privacy { show_urls: true }.host("https://h/x").unwrap().0, "https://h/x");
    }

    #[test]
    fn control_and_direction_characters_become_visible() {
        assert_eq!(visible("a\u{1b}[31m\0\u{202e}b\u{85}"), "a␛[31m␀\\u{202e}b\\u{85}");
        assert_eq!(visible("日本語 ok"), "日本語 ok");
    }

    #[test]
    fn spreadsheets_obey_nothing() {
        assert_eq!(spreadsheet_safe("=1+1"), "'=1+1");
        assert_eq!(spreadsheet_safe("502"), "502");
    }

    #[test]
    fn excerpts_are_short_and_never_reveal_by_cutting() {
        assert_eq!(PRIVATE.excerpt("abcdef", 4), "abc…");
        assert_eq!(PRIVATE.excerpt("abcd", 4), "abcd");
        assert!(!PRIVATE.excerpt(&format!("https://h.example/{}", "s3cret".repeat(500)), 60).contains("s3cret"));
    }
}
