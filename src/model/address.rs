//! Addresses in a text, whatever their dress, cut to what may be shown of them: scheme, host and port.
//!
//! A webhook URL in an export may be broken in any way: that is what `Invalid URL syntax` says. So an address is
//! recognised by what is left of its form, not by its correctness: slashes behind a scheme, two slashes, user info, a
//! host-like word with a path, a query or a fragment behind it. Full-width, percent-encoded and escaped characters
//! count as what they stand for, and invisible ones do not count. Where this errs it shows too little.

use super::visible::is_invisible;

/// How much of a text may be an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Suspicion {
    /// Text of unknown origin: also words such as `bot.example.com/…`.
    Any,
    /// A path of a file, in which `exports.d/w46.tsv` is no host with a secret.
    Path,
}

/// A character as it is judged, and where it stands in the text.
#[derive(Clone, Copy, Debug)]
struct Glyph {
    plain: char,
    from: usize,
    to: usize,
}

/// The text with each address cut to scheme, host and port; what cannot be shown of one is `…`.
pub(super) fn cut(text: &str, suspicion: Suspicion) -> String {
    if text.bytes().all(|b| b.is_ascii_alphanumeric() || b" _-.,()\t".contains(&b)) {
        return text.to_owned();
    }
    // What stood beside what was cut may look like an address once it is gone.
    let mut shown = once(text, suspicion);
    for _ in 0..ROUNDS {
        let again = once(&shown, suspicion);
        if again == shown {
            break;
        }
        shown = again;
    }
    shown
}

/// More rounds than any text needs.
const ROUNDS: usize = 8;

fn once(text: &str, suspicion: Suspicion) -> String {
    let glyphs = glyphs(text);
    let mut cutter = Cutter { text, glyphs: &glyphs, suspicion, out: String::with_capacity(text.len()), done: 0 };
    cutter.run();
    cutter.out.push_str(&text[cutter.done..]);
    cutter.out
}

/// The characters as they are judged, without those that cannot be seen.
pub(super) fn plain(text: &str) -> String {
    glyphs(text).iter().map(|glyph| glyph.plain).collect()
}

/// Scheme, if there is one, and host of what is an address as a whole, in lower case.
pub(super) fn host(url: &str) -> Option<String> {
    let url = plain(url).replace('\\', "/");
    let (scheme, rest) = match url.split_once(':') {
        Some((scheme, rest)) if rest.starts_with("//") && is_scheme(scheme) => (Some(scheme), rest),
        // Where no host can be told, nothing of a malformed address is shown.
        _ if url.contains("://") => return None,
        _ => (None, url.as_str()),
    };
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let front = &rest[..rest.find(|c: char| is_space(c) || "/?#\"<>".contains(c)).unwrap_or(rest.len())];
    let chars: Vec<char> = front.rsplit('@').next().unwrap_or(front).chars().collect();
    let (name, port) = host_and_port(&chars);
    let whole = name > 0 && port == chars.len();
    let name: String = chars[..port].iter().collect::<String>().to_lowercase();
    match scheme {
        _ if !whole => None,
        Some(scheme) => Some(format!("{}://{name}", scheme.to_ascii_lowercase())),
        None => (name.contains('.') || name.starts_with("localhost") || name.starts_with('[')).then_some(name),
    }
}

struct Cutter<'a> {
    text: &'a str,
    glyphs: &'a [Glyph],
    suspicion: Suspicion,
    out: String,
    /// What of the text is in `out` or left out.
    done: usize,
}

impl Cutter<'_> {
    fn run(&mut self) {
        let mut at = 0;
        // Where the word begins, where its last part behind a slash does, and its first slash.
        let (mut word, mut part, mut slash) = (0, 0, None);
        while at < self.glyphs.len() {
            let next = match self.plain(at) {
                c if is_space(c) => {
                    at += 1;
                    (word, part, slash) = (at, at, None);
                    continue;
                }
                '/' | '\\' => self.slashes(at, word, part),
                ':' => self.colon(at, word),
                '@' => self.user(at, word),
                '?' => self.query(at, word, part, slash),
                '#' | ';' if self.is_host(part, at) && self.continues(at + 1) => Some(self.path(word, at)),
                _ => None,
            };
            match next {
                Some(next) => {
                    at = next;
                    (word, part, slash) = (at, at, None);
                }
                None => {
                    if is_slash(self.plain(at)) {
                        slash = slash.or(Some(at));
                        part = at + 1;
                    }
                    at += 1;
                }
            }
        }
    }

    fn plain(&self, at: usize) -> char {
        self.glyphs.get(at).map_or(' ', |glyph| glyph.plain)
    }

    fn chars(&self, from: usize, to: usize) -> Vec<char> {
        self.glyphs[from..to].iter().map(|glyph| glyph.plain).collect()
    }

    /// Whether an address goes on here.
    fn continues(&self, at: usize) -> bool {
        !is_space(self.plain(at))
    }

    /// Slashes: those of a scheme, or those behind a host.
    fn slashes(&mut self, at: usize, word: usize, part: usize) -> Option<usize> {
        let end = (at..self.glyphs.len()).find(|i| !is_slash(self.plain(*i))).unwrap_or(self.glyphs.len());
        let scheme = self.scheme(word, at);
        let count = end - at;
        let behind_host = self.suspicion == Suspicion::Any && self.is_host(part, at) && !self.is_list(part, at);
        if scheme.is_none() && behind_host {
            return Some(self.path(word, at));
        }
        if scheme.is_some() || count > 1 && (self.suspicion == Suspicion::Any || self.begins_word(word, at)) {
            // `https:// h/…` is an address too, `a // b` is none.
            let gap = if scheme.is_some() { self.spaces(end) } else { 0 };
            return self.continues(end + gap).then(|| self.authority(at, end + gap, count != 2));
        }
        None
    }

    /// Whether nothing but an opening bracket or quotation mark is before a place in its word.
    fn begins_word(&self, word: usize, at: usize) -> bool {
        at == word || "\"'(<[=,;「".contains(self.plain(at - 1))
    }

    fn spaces(&self, at: usize) -> usize {
        (at..self.glyphs.len()).take_while(|i| self.plain(*i) == ' ').count()
    }

    /// Where the scheme begins whose colon is just before a place: at least two letters, so that it is no drive.
    fn scheme(&self, word: usize, at: usize) -> Option<usize> {
        let colon = at.checked_sub(1).filter(|colon| *colon >= word && self.plain(*colon) == ':')?;
        let begin = (word..colon).rev().take_while(|i| self.plain(*i).is_ascii_alphanumeric()).last()?;
        (colon - begin > 1).then_some(begin)
    }

    /// `https:h/…`: the slashes are lost.
    fn colon(&mut self, at: usize, word: usize) -> Option<usize> {
        let begin = self.scheme(word, at + 1)?;
        let name: String = self.chars(begin, at).iter().map(char::to_ascii_lowercase).collect();
        let of_web = matches!(name.as_str(), "ws" | "wss") || name.starts_with("ht") && name.ends_with(['p', 's']);
        let lost = of_web && self.continues(at + 1) && !is_slash(self.plain(at + 1));
        lost.then(|| self.authority(at + 1, at + 1, true))
    }

    /// `user:secret@host`, `secret@host/…`; `name@host` alone is an address of a mailbox.
    fn user(&mut self, at: usize, word: usize) -> Option<usize> {
        let named = self.chars(word, at).contains(&':');
        let host = (at + 1..self.glyphs.len()).find(|i| !is_host_char(self.plain(*i))).unwrap_or(self.glyphs.len());
        let followed = matches!(self.plain(host), '/' | '\\' | '?' | '#');
        (named || followed).then(|| {
            self.keep_until(word);
            self.shown_host(at + 1, false)
        })
    }

    /// A query: behind a host, or one that says what it is.
    fn query(&mut self, at: usize, word: usize, part: usize, slash: Option<usize>) -> Option<usize> {
        let end = self.end(at);
        let told = self.chars(at, end).iter().any(|c| matches!(c, '=' | '&'));
        let behind_host = self.suspicion == Suspicion::Any && self.is_host(part, at) && self.continues(at + 1);
        (told || behind_host).then(|| self.path(word, slash.unwrap_or(at)))
    }

    /// Leaves out what stands behind a host, from a place to the end of the address. Gives where it ends.
    fn path(&mut self, word: usize, at: usize) -> usize {
        let port = self.junk_port(word, at);
        self.keep_until(port.unwrap_or(at));
        self.leave_out(at)
    }

    /// `host:secret/…`: what stands in the place of a port and is none.
    fn junk_port(&self, word: usize, at: usize) -> Option<usize> {
        let colon = (word..at).rev().find(|i| self.plain(*i) == ':')?;
        let junk = !(colon + 1..at).all(|i| self.plain(i).is_ascii_digit());
        let before = self.chars(word, colon);
        let begin = before.iter().rposition(|c| !is_host_char(*c) || *c == ':').map_or(0, |i| i + 1);
        (junk && is_host_name(&before[begin..])).then_some(colon)
    }

    /// Shows scheme and host of an address whose slashes begin at `slashes` and whose host may begin at `from`.
    fn authority(&mut self, slashes: usize, from: usize, doubtful: bool) -> usize {
        self.keep_until(slashes);
        // Slashes of every form are shown in one; encoded ones as they are.
        let encoded = |glyph: &Glyph| self.text[glyph.from..].starts_with(['%', '％']) || glyph.to - glyph.from > 3;
        if !self.glyphs[slashes..from].iter().any(encoded) {
            self.out.push_str("//");
        } else {
            self.keep_until(from);
        }
        self.shown_host(from, doubtful)
    }

    /// Shows the host that begins behind the user info at a place, and leaves out the rest of the address; a doubtful
    /// one only if it looks like one.
    fn shown_host(&mut self, from: usize, doubtful: bool) -> usize {
        let end = self.end(from);
        let slash = (from..end).find(|i| "/\\?#".contains(self.plain(*i))).unwrap_or(end);
        let host = (from..slash).rev().find(|i| self.plain(*i) == '@').map_or(from, |at| at + 1);
        let chars = self.chars(host, slash);
        let (name, port) = host_and_port(&chars);
        // A password may hold a slash; then what stands before it is no host.
        let user = port < chars.len() && chars[port] == ':' && self.chars(slash, end).contains(&'@');
        if name == 0 || user || doubtful && !is_host_name(&chars[..port]) {
            self.out.push('…');
        } else {
            let (first, last) = (self.glyphs[host].from, self.glyphs[host + port - 1].to);
            self.out.push_str(&self.text[first..last]);
        }
        self.leave_out(from)
    }

    fn keep_until(&mut self, at: usize) {
        let until = self.glyphs.get(at).map_or(self.text.len(), |glyph| glyph.from).max(self.done);
        self.out.push_str(&self.text[self.done..until]);
        self.done = until;
    }

    /// Leaves out the address that goes on at a place, also pieces of it behind white space. Gives where it ends.
    fn leave_out(&mut self, at: usize) -> usize {
        let mut end = self.end(at);
        while self.plain(end) == ' ' && end + 1 < self.glyphs.len() && self.continues(end + 1) {
            let next = (end + 1..self.glyphs.len()).find(|i| is_space(self.plain(*i))).unwrap_or(self.glyphs.len());
            let piece: String = self.chars(end + 1, next).into_iter().collect();
            if !piece.contains(['?', '=', '&', '/', '\\']) || piece.contains("://") {
                break;
            }
            end = next;
        }
        self.done = self.glyphs.get(end).map_or(self.text.len(), |glyph| glyph.from).max(self.done);
        end
    }

    /// Where the address ends that goes on at a place.
    fn end(&self, at: usize) -> usize {
        let ends = |i: &usize| match self.plain(*i) {
            c if is_space(c) => true,
            // Behind a quotation mark within an address it goes on.
            '"' | '<' | '>' | '`' => !self.plain(i + 1).is_alphanumeric(),
            '「' | '」' => true,
            _ => false,
        };
        (at..self.glyphs.len()).find(ends).unwrap_or(self.glyphs.len())
    }

    /// Whether the word before a place ends with a host.
    fn is_host(&self, part: usize, at: usize) -> bool {
        let mut chars = self.chars(part, at);
        while chars.last().is_some_and(|c| ")]}>\"'」』".contains(*c)) && !chars.contains(&'[') {
            chars.pop();
        }
        let begin = chars.iter().rposition(|c| !is_host_char(*c) && !"[]".contains(*c)).map_or(0, |i| i + 1);
        is_host_name(&chars[begin..])
    }

    /// `code:502/503` is no port with a path.
    fn is_list(&self, part: usize, at: usize) -> bool {
        let chars = self.chars(part, at);
        let tail = self.chars(at + 1, self.end(at + 1));
        !chars.contains(&'.') && (1..=3).contains(&tail.len()) && tail.iter().all(char::is_ascii_digit)
    }
}

/// Lengths of the host at the start of some characters, and of host and port.
fn host_and_port(chars: &[char]) -> (usize, usize) {
    let name = match chars.first() {
        Some('[') => chars
            .iter()
            .position(|c| *c == ']')
            .filter(|end| chars[1..*end].iter().all(|c| c.is_ascii_alphanumeric() || ":.%-_".contains(*c)))
            .map_or(0, |end| end + 1),
        _ => chars.iter().position(|c| !is_host_char(*c) || *c == ':').unwrap_or(chars.len()),
    };
    let digits = chars.get(name + 1..).unwrap_or_default().iter().take_while(|c| c.is_ascii_digit()).count();
    let port = chars.get(name) == Some(&':') && digits > 0 && !chars.get(name + 1 + digits).is_some_and(is_word_char);
    (name, if port { name + 1 + digits } else { name })
}

/// Whether a word is surely a host: a name with a top-level domain, `localhost`, an address, or a name with a port.
fn is_host_name(chars: &[char]) -> bool {
    let word: String = chars.iter().collect();
    if word.contains('[') || word.contains("::") {
        let inner = word.rsplit('[').next().and_then(|rest| rest.split(']').next()).unwrap_or_default();
        return inner.contains(':')
            && inner.contains(|c: char| c.is_ascii_hexdigit())
            && inner.chars().all(|c| c.is_ascii_hexdigit() || ":.".contains(c));
    }
    let parts: Vec<&str> = word.split(':').collect();
    let named = parts.iter().any(|part| {
        let part = part.trim_end_matches('.');
        let labels: Vec<&str> = part.split('.').collect();
        let whole = labels.iter().all(|label| !label.is_empty());
        let number = |label: &&str| label.len() < 4 && label.bytes().all(|b| b.is_ascii_digit());
        let domain = labels.len() > 1 && labels.last().is_some_and(|last| last.chars().any(char::is_alphabetic));
        let address = labels.len() == 4 && labels.iter().all(number);
        labels.last().is_some_and(|last| last.eq_ignore_ascii_case("localhost")) || whole && (domain || address)
    });
    let port = |text: &str| (2..=5).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let with_port = matches!(parts[..], [.., name, digits] if port(digits) && name.starts_with(char::is_alphabetic));
    // Eight groups of an IPv6 address.
    let groups = parts.len() == 8 && word.chars().all(|c| c.is_ascii_hexdigit() || c == ':');
    named || with_port || groups
}

fn is_scheme(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

fn is_slash(c: char) -> bool {
    matches!(c, '/' | '\\')
}

fn is_word_char(c: &char) -> bool {
    c.is_alphanumeric() || *c == '_'
}

fn is_host_char(c: char) -> bool {
    c.is_alphanumeric() || "-_.:".contains(c)
}

/// White space that ends an address. Other characters that count as such do not: made visible, they would stand before
/// the rest of the secret. The pictures of those that do are what [`super::visible`] makes of them.
fn is_space(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '␉' | '␊' | '␍')
        || c.is_whitespace() && !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}')
}

/// The characters of a text as they are judged.
fn glyphs(text: &str) -> Vec<Glyph> {
    let mut glyphs: Vec<Glyph> = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let from = at;
        let (plain, length) = match c {
            '%' | '％' => encoded(&text[at..]).unwrap_or(('%', c.len_utf8())),
            '\\' => match escaped(&text[at..]) {
                Some(Escape::Hidden(length)) => {
                    at += length;
                    continue;
                }
                Some(Escape::Of(plain, length)) => (plain, length),
                None => ('\\', 1),
            },
            '。' if is_dot(&text[..at], &text[at + c.len_utf8()..]) => ('.', c.len_utf8()),
            c if is_unseen(c) => {
                at += c.len_utf8();
                continue;
            }
            c => (narrow(c), c.len_utf8()),
        };
        at += length;
        glyphs.push(Glyph { plain, from, to: at });
    }
    glyphs
}

/// Characters that tell nothing of an address, and what [`super::visible`] makes of those of the lower range.
fn is_unseen(c: char) -> bool {
    is_invisible(c) || !is_space(c) && (c.is_control() || matches!(c, '\u{2400}'..='\u{2421}'))
}

/// What a character is in ASCII, if it is a form of such.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '∕' | '⁄' | '⧸' | '╱' => '/',
        '﹨' | '∖' | '⧵' => '\\',
        '﹕' | '︓' | '∶' | '꞉' => ':',
        '｡' => '.',
        '﹫' => '@',
        '﹖' => '?',
        '﹟' => '#',
        c => c,
    }
}

/// Whether an ideographic full stop between two texts parts the labels of a host (RFC 3490, section 3.1).
fn is_dot(before: &str, after: &str) -> bool {
    let of_label = |c: Option<char>| c.is_some_and(|c| narrow(c).is_ascii_alphanumeric());
    of_label(before.chars().next_back()) && of_label(after.chars().next())
}

/// Characters that mean something in an address when they are written as an escape.
fn means_something(c: char) -> bool {
    "/\\:@?#.=&".contains(c)
}

/// The character that a percent-encoding, itself perhaps encoded, stands for, and its length.
fn encoded(text: &str) -> Option<(char, usize)> {
    let mut rest = text.strip_prefix(['%', '％'])?;
    loop {
        let hex = rest.get(..2).filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))?;
        let c = char::from(u8::from_str_radix(hex, 16).ok()?);
        rest = &rest[2..];
        if c != '%' {
            return means_something(c).then_some((c, text.len() - rest.len()));
        }
    }
}

enum Escape {
    /// `\u{200b}`, as [`super::visible`] writes what cannot be seen.
    Hidden(usize),
    /// `\u002f` and `\/`, as JSON may write a slash.
    Of(char, usize),
}

fn escaped(text: &str) -> Option<Escape> {
    if text.starts_with("\\/") {
        return Some(Escape::Of('/', 2));
    }
    let rest = text.strip_prefix("\\u")?;
    let code = |hex: &str| {
        let digits = !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit());
        digits.then(|| char::from_u32(u32::from_str_radix(hex, 16).ok()?))?
    };
    if let Some((hex, _)) = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        return code(hex).filter(|c| is_invisible(*c)).map(|_| Escape::Hidden(hex.len() + 4));
    }
    code(rest.get(..4)?).filter(|c| means_something(*c)).map(|c| Escape::Of(c, 6))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::visible;

    fn shown(text: &str) -> String {
        visible(&cut(text, Suspicion::Any))
    }

    #[test]
    fn an_address_without_its_form_is_one_too() {
        for (raw, safe) in [
            ("Invalid URL syntax: bot.example.com/callback/S3CRET", "Invalid URL syntax: bot.example.com"),
            ("Invalid URL syntax: https:/h.example/S3CRET", "Invalid URL syntax: https://h.example"),
            ("Invalid URL syntax: https:/h/S3CRET", "Invalid URL syntax: https://…"),
            ("Invalid URL syntax: htps//h/S3CRET", "Invalid URL syntax: htps//h"),
            ("user:S3CRET@h/x", "h"),
            ("at S3CRET@h.example/x, said", "at h.example said"),
            ("h:8443/S3CRET", "h:8443"),
            ("https：／／h／S3CRET", "https：//h"),
            ("ｈｔｔｐｓ：／／ｈ．ｅｘａｍｐｌｅ／Ｓ３ＣＲＥＴ", "ｈｔｔｐｓ：//ｈ．ｅｘａｍｐｌｅ"),
            ("203.0.113.5:8080/S3CRET", "203.0.113.5:8080"),
            ("203.0.113.5/S3CRET", "203.0.113.5"),
            ("localhost/S3CRET", "localhost"),
            ("localhost:3000/S3CRET", "localhost:3000"),
            ("ht\u{200b}tps:\u{ad}//h/S3CRET", "ht\\u{200b}tps:\\u{ad}//h"),
            ("https:\u{200b}/\u{200b}/h/S3CRET", "https:\\u{200b}//h"),
            ("bot\u{2060}.example.com/S3CRET", "bot\\u{2060}.example.com"),
            ("//h/S3CRET", "//h"),
            ("\\\\h\\S3CRET", "//h"),
            ("https:\\h.example\\S3CRET", "https://h.example"),
            ("bot.example.com\\S3CRET", "bot.example.com"),
            ("[2001:db8::1]:8443/S3CRET", "[2001:db8::1]:8443"),
            ("[::1]/S3CRET", "[::1]"),
            ("接続先[::1]/S3CRETに失敗", "接続先[::1]"),
            ("fe80::1/S3CRET", "fe80::1"),
            ("例え.jp/S3CRET", "例え.jp"),
            ("ボット.example:8443/S3CRET", "ボット.example:8443"),
            ("bot。example。com/S3CRET", "bot。example。com"),
            ("xn--r8jz45g.jp/S3CRET", "xn--r8jz45g.jp"),
            ("接続先bot.example.com/S3CRETに失敗", "接続先bot.example.com"),
            ("bot.example.com?S3CRET", "bot.example.com"),
            ("h?token=S3CRET", "h"),
            ("/callback/S3CRET?x=1", ""),
            ("bot.example.com#S3CRET", "bot.example.com"),
            ("bot.example.com;S3CRET", "bot.example.com"),
            ("bot.example.com./S3CRET", "bot.example.com."),
            ("url:bot.example.com//S3CRET", "url:bot.example.com"),
            ("https://bot.example.com//S3CRET", "https://bot.example.com"),
            ("https://bot.example.com/call back/S3CRET", "https://bot.example.com"),
            ("bot.example.com/call back/S3CRET", "bot.example.com"),
            ("https://bot.example.com/、S3CRET", "https://bot.example.com"),
            ("bot.example.com/。S3CRET", "bot.example.com"),
            ("bot.example.com:S3CRET/x", "bot.example.com"),
            ("\"bot.example.com/S3CRET\" failed", "\"bot.example.com\" failed"),
            ("(bot.example.com/S3CRET)", "(bot.example.com"),
            ("<bot.example.com>/S3CRET", "<bot.example.com>"),
            ("'bot.example.com/S3CRET'", "'bot.example.com"),
            ("「bot.example.com/S3CRET」に失敗", "「bot.example.com」に失敗"),
            ("url=bot.example.com/S3CRET", "url=bot.example.com"),
            ("via/bot.example.com/S3CRET", "via/bot.example.com"),
            ("bot.example.com%2Fcb%2FS3CRET", "bot.example.com"),
            ("https%3A%2F%2Fh.example%2FS3CRET", "https%3A%2F%2Fh.example"),
            ("https%253A%252F%252Fh%252FS3CRET", "https%253A%252F%252Fh"),
            ("https:%2F%2Fh%2FS3CRET", "https:%2F%2Fh"),
            ("https\\u003a\\u002f\\u002fh\\u002fS3CRET", "https\\u003a\\u002f\\u002fh"),
            ("https:h.example/S3CRET", "https://h.example"),
            ("https:S3CRET", "https://…"),
            ("https:///S3CRET", "https://…"),
            ("https:\\/\\/h\\/S3CRET", "https://h"),
            ("https:// h.example/S3CRET", "https://h.example"),
            ("https://u:p/S3CRET,x@h.example/x", "https://…"),
            ("https://u:p/x@h.example/S3CRET", "https://…"),
            ("u:p/S3CRET@h.example/x", "h.example"),
            ("https://h.example/a\"S3CRET", "https://h.example"),
        ] {
            assert_eq!(shown(raw), safe, "{raw}");
        }
    }

    #[test]
    fn what_is_no_address_stays_as_it_is() {
        for text in [
            "No SSL/TLS record",
            "TLS1.2/TLS1.3",
            "HTTP/1.1 502 Bad Gateway",
            "HTTP/2",
            "nginx/1.25.3",
            "2026/11/17",
            "2026/11/17 04:12:33",
            "11/17/2026 4:12",
            "2026-11-16T10:00/2026-11-16T11:00",
            "17.11.2026 04:12:33",
            "04:12:33/04:13:33",
            "application/json; charset=utf-8",
            "and/or",
            "午前/午後",
            "10件。再送/停止",
            "status:502/503",
            "status: 502 / 503",
            "a // b",
            "What? No!",
            "????",
            "C# and F#",
            "ops@example.com",
            "bot.example.com",
            "bot.example.com:8443",
            "localhost:3000",
            "C:\\Temp",
            "4:12: no url",
            "50% of 10%",
        ] {
            assert_eq!(shown(text), text);
        }
    }

    #[test]
    fn a_path_keeps_its_folders_but_not_an_address() {
        for path in [
            "exports.d/w46.tsv",
            "w46.zip/a.tsv",
            "../x.y/z.tsv",
            "/srv/my.bot/a.tsv",
            "a//b.tsv",
            "in.d/w4?.tsv",
            "C:/x.y/a.tsv",
        ] {
            assert_eq!(cut(path, Suspicion::Path), path);
        }
        for path in [
            "https:/h.example/S3CRET/a.tsv",
            "https:\\\\h.example\\S3CRET.tsv",
            "//h.example/S3CRET",
            "u:S3CRET@h/x",
            "h/x?token=S3CRET",
        ] {
            assert!(!cut(path, Suspicion::Path).contains("S3CRET"), "{path}");
        }
    }

    proptest! {
        /// An archive cuts what was cut before it was stored.
        #[test]
        fn cutting_twice_is_cutting_once(text in r#"[a-c1./\\:@?#=&;%。、"<>()\[\] \t\u{1}\u{b}\u{200b}…/：2Fhttps]{0,24}"#) {
            let once = shown(&text);
            prop_assert_eq!(shown(&once), once);
        }

        #[test]
        fn any_text_can_be_cut(text in "(?s).*") {
            shown(&text);
            cut(&text, Suspicion::Path);
            host(&text);
        }
    }
}
