//! Text that comes from a file or a command line, made safe to show.
//!
//! Webhook URLs carry secrets in user info, path and query, and any text may carry control
//! characters, workflow commands or formulas. [`Privacy`] is the one gate: what has passed it may
//! be kept, drawn and printed.

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
        if self.show_urls { visible(raw) } else { visible(&cut_urls(raw)) }
    }

    /// The text as [`Privacy::text`] gives it, at most `limit` characters long.
    pub fn excerpt(self, raw: &str, limit: usize) -> String {
        // A character of the result needs at most one of the input, but for URLs, which only shrink.
        let bound = raw.char_indices().nth(limit.saturating_mul(8)).map_or(raw.len(), |(at, _)| at);
        shorten(&self.text(&raw[..bound]), limit, bound < raw.len())
    }

    /// What to call the host of a webhook URL; the URL may lack its scheme.
    pub fn host(self, url: &str) -> Option<HostLabel> {
        let url = url.trim();
        if url.is_empty() {
            return None;
        }
        if self.show_urls {
            return Some(HostLabel(visible(url)));
        }
        // Where no host can be told, nothing of a malformed address is shown.
        let label = match url.split_once("://") {
            Some((scheme, rest)) if is_scheme(scheme) => {
                format!("{}://{}", scheme.to_ascii_lowercase(), host_name(authority(rest).0)?)
            }
            Some(_) => return None,
            None => host_name(authority(url.strip_prefix("//").unwrap_or(url)).0)
                .filter(|host| host.contains('.') || host.starts_with("localhost"))?,
        };
        Some(HostLabel(visible(&label)))
    }
}

/// Cuts each URL in a text to scheme and host, also those without a scheme and those in percent-encoding.
fn cut_urls(text: &str) -> String {
    let text = cut_encoded(text);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(slashes) = rest.find(['/', '\\']) {
        let after = rest[slashes..].trim_start_matches(['/', '\\']);
        let count = rest.len() - slashes - after.len();
        let before = &rest[..slashes];
        let schemeless =
            before.is_empty() || before.ends_with(|c: char| c.is_whitespace() || "\"'(<[=,;「".contains(c));
        let scheme =
            before.strip_suffix(':').is_some_and(|before| before.ends_with(|c: char| c.is_ascii_alphanumeric()));
        if count < 2 || !(scheme || schemeless) {
            out.push_str(&rest[..slashes + count]);
            rest = after;
            continue;
        }
        let (host, tail) = authority(after);
        out.push_str(before);
        out.push_str("//");
        out.push_str(host);
        rest = without_pieces(tail);
    }
    out.push_str(rest);
    cut_bare(&out)
}

/// What follows a URL that was broken by white space: words that still look like a part of it are left out.
fn without_pieces(tail: &str) -> &str {
    let mut tail = tail;
    while let Some(next) = tail.strip_prefix(' ') {
        let word = next.split_whitespace().next().unwrap_or_default();
        let piece = word.contains(['?', '=', '&']) && !word.contains("://");
        if !piece || !next.starts_with(word) {
            break;
        }
        tail = &next[word.len()..];
    }
    tail
}

/// `https%3A%2F%2Fhost%2Fpath` becomes `https%3A%2F%2Fhost`.
fn cut_encoded(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    while let Some(at) = lower[from..].find("%3a%2f%2f").map(|at| from + at + "%3a%2f%2f".len()) {
        let end = lower[at..].find(|c: char| is_space(c) || "\"'<>".contains(c)).map_or(text.len(), |end| at + end);
        let host = lower[at..end].find(|c: char| c.is_control() || "%/?#&".contains(c)).map_or(end, |stop| at + stop);
        let encoded_user = lower[at..end].contains("%40") || lower[at..end].contains('@');
        out.push_str(&text[from..if encoded_user { at } else { host }]);
        from = end;
    }
    out.push_str(&text[from..]);
    out
}

/// Words such as `bot.example.com/path?token=…`: a host, a path and a query without a scheme.
fn cut_bare(text: &str) -> String {
    if !text.contains('?') {
        return text.to_owned();
    }
    let cut = |word: &str| -> Option<usize> {
        let slash = word.find(['/', '?'])?;
        let host = &word[..slash];
        let named = host.contains('.') && !host.contains(':')
            || host
                .split_once(':')
                .is_some_and(|(host, port)| host.contains('.') && port.bytes().all(|b| b.is_ascii_digit()));
        (word.contains('?') && named && host.chars().any(|c| c.is_ascii_alphabetic())).then_some(slash)
    };
    text.split_inclusive(char::is_whitespace)
        .map(|piece| {
            let word = piece.trim_end();
            match cut(word) {
                Some(end) => format!("{}{}", &word[..end], &piece[word.len()..]),
                None => piece.to_owned(),
            }
        })
        .collect()
}

fn is_scheme(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

/// The host and port, if they can be such.
fn host_name(text: &str) -> Option<String> {
    let fits = |c: char| c.is_alphanumeric() || "-_.:[]".contains(c);
    (!text.is_empty() && text.chars().all(fits)).then(|| text.to_lowercase())
}

/// White space that ends a URL. Other characters that count as such do not: made visible, they would stand before the
/// rest of the secret.
fn is_space(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r') || c.is_whitespace() && !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}')
}

/// The host and port at the start of a text, without user info, and what follows the whole URL.
fn authority(text: &str) -> (&str, &str) {
    let ends_url = |c: char| is_space(c) || matches!(c, '"' | '<' | '>' | '`' | '「' | '」' | '、' | '。');
    let ends_host = |c: char| c.is_control() || "'(),;|".contains(c);
    let url = &text[..text.find(ends_url).unwrap_or(text.len())];
    let authority = &url[..url.find(|c| ends_host(c) || "/?#\\".contains(c)).unwrap_or(url.len())];
    // User info may itself hold any of these characters, so the last `@` of the URL's front part decides.
    let host = match url[authority.len()..]
        .starts_with(ends_host)
        .then(|| url.split(['/', '?', '#', '\\']).next().unwrap_or(url))
    {
        Some(front) if front.contains('@') => front,
        _ => authority,
    };
    let host = host.rsplit('@').next().unwrap_or(host);
    let host = &host[..host.find(ends_host).unwrap_or(host.len())];
    (host, &text[url.len()..])
}

/// The text with control characters and characters that reorder or hide text replaced by visible ones.
///
/// C0 controls become Unicode's control pictures, everything else `\u{…}`.
pub fn visible(text: &str) -> String {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\0'..='\x1f' => out.push(char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}')),
            '\x7f' => out.push('\u{2421}'),
            '\u{80}'..='\u{9f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}'
            | '\u{fffe}'
            | '\u{ffff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}' => {
                out.push_str(&c.escape_unicode().to_string());
            }
            c => out.push(c),
        }
    }
    out
}

/// Cuts to `limit` characters, the last of which is then an ellipsis.
fn shorten(text: &str, limit: usize, cut_before: bool) -> String {
    match text.char_indices().nth(limit) {
        Some(_) => text.chars().take(limit.saturating_sub(1)).chain(['…']).collect(),
        None if cut_before => format!("{text}…"),
        None => text.to_owned(),
    }
}

/// Bytes in hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A line for a terminal or a log, in which nothing is a command to a GitHub runner.
///
/// A runner obeys `::command::` at the start of any line of output and `##[command]` anywhere.
pub fn for_log(line: &str) -> String {
    let line = line.replace("##[", "## [");
    let indent = line.len() - line.trim_start().len();
    if line[indent..].starts_with("::") { format!("{}: :{}", &line[..indent], &line[indent + 2..]) } else { line }
}

/// A cell for a spreadsheet, in which nothing is a formula: text that starts like one gets an
/// apostrophe, as OWASP's page on CSV injection advises.
pub fn spreadsheet_safe(text: &str) -> String {
    let text = text.replace("##[", "## [");
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
    fn logs_and_spreadsheets_obey_nothing() {
        assert_eq!(for_log("  ::error::x"), "  : :error::x");
        assert_eq!(for_log("a ##[error]x"), "a ## [error]x");
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
