//! Lines in which each value has its place, after the string that the server's configuration has for them.

use std::collections::HashMap;

use serde::Deserialize;

use super::request::Field;

/// A format as values and what stands between them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "String")]
pub struct Pattern {
    before: Vec<u8>,
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug)]
struct Piece {
    field: Field,
    quoted: bool,
    is_time: bool,
    /// Blanks that are surely in it.
    blanks: usize,
    /// The text between this value and the next; after the last one that of the line's end.
    after: Vec<u8>,
}

/// What of a line stands behind so many pieces.
#[derive(Clone, Copy)]
pub struct Behind<'a> {
    pieces: usize,
    pub text: &'a [u8],
}

/// One of `formats.toml`.
impl From<String> for Pattern {
    fn from(format: String) -> Pattern {
        Pattern::nginx(&format, &Names::new())
    }
}

/// Names of values, and what they are.
pub type Names = HashMap<String, Field>;

impl Pattern {
    /// nginx's `log_format`: `$name` and `${name}`; `$_name` is the field of this name.
    pub fn nginx(format: &str, names: &Names) -> Pattern {
        let mut pattern = Pattern::default();
        let mut parts = format.split('$');
        pattern.literal(parts.next().unwrap_or_default());
        for part in parts {
            let braced = part.strip_prefix('{').and_then(|part| part.split_once('}'));
            let end = part.find(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_').unwrap_or(part.len());
            let (name, literal) = braced.unwrap_or_else(|| part.split_at(end));
            let own = || Field::named(name.strip_prefix('_')?);
            pattern.value(own().or_else(|| names.get(name).copied()).unwrap_or(Field::Other));
            pattern.literal(literal);
        }
        pattern
    }

    /// Apache's `LogFormat`: `%h`, `%>s`, `%{User-Agent}i`, `%{%Y-%m-%d}t`.
    pub fn apache(format: &str, names: &Names) -> Pattern {
        let mut pattern = Pattern::default();
        let mut rest = format;
        while let Some((literal, directive)) = rest.split_once('%') {
            pattern.literal(literal);
            if let Some(behind) = directive.strip_prefix('%') {
                pattern.literal("%");
                rest = behind;
                continue;
            }
            let directive = directive.trim_start_matches(|sign: char| sign.is_ascii_digit() || "!,<>".contains(sign));
            let (argument, letter) = match directive.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
                Some((argument, behind)) => (Some(argument), behind),
                None => (None, directive),
            };
            // `%^FB` and its like have three letters.
            let long = if letter.starts_with('^') { 3 } else { 1 };
            let end = letter.char_indices().nth(long).map_or(letter.len(), |(at, _)| at);
            let (letter, behind) = letter.split_at(end);
            match argument {
                Some(form) if letter == "t" => pattern.time(form),
                Some(name) => {
                    let name = format!("{{{}}}{letter}", name.to_lowercase());
                    pattern.value(names.get(&name).copied().unwrap_or(Field::Other));
                }
                None => pattern.value(names.get(letter).copied().unwrap_or(Field::Other)),
            }
            rest = behind;
        }
        pattern.literal(rest);
        pattern
    }

    /// A time of Apache's, which may be made of several: `%{%Y-%m-%dT%H:%M:%S}t.%{msec_frac}t%{%z}t` is one value.
    fn time(&mut self, form: &str) {
        let field = if form.starts_with("end:") { Field::End } else { Field::Start };
        let blanks = |text: &[u8]| memchr::memchr_iter(b' ', text).count();
        match self.pieces.last_mut() {
            Some(last) if last.field == field && last.after.len() <= 1 => {
                last.blanks += blanks(&last.after);
                last.after.clear();
            }
            _ => self.value(field),
        }
        if let Some(last) = self.pieces.last_mut() {
            last.blanks += blanks(form.as_bytes());
        }
    }

    fn value(&mut self, field: Field) {
        // Where one value ends and the next begins without anything between, nobody can tell: they are the next one.
        self.pieces.pop_if(|last| last.after.is_empty());
        let before = self.pieces.last().map_or(&self.before, |last| &last.after);
        let quoted = before.ends_with(b"\"");
        let is_time = matches!(field, Field::Start | Field::End | Field::Time);
        self.pieces.push(Piece { field, quoted, is_time, blanks: 0, after: Vec::new() });
    }

    fn literal(&mut self, text: &str) {
        self.pieces.last_mut().map_or(&mut self.before, |last| &mut last.after).extend(text.bytes());
    }

    /// Whether it has a value of one of these kinds.
    pub fn has(&self, fields: &[Field]) -> bool {
        self.pieces.iter().any(|piece| fields.contains(&piece.field))
    }

    /// The first value of a line, and what stands behind it; nothing if the line has another form.
    pub fn begin<'a>(&self, line: &'a [u8]) -> Option<(Field, &'a [u8], Behind<'a>)> {
        let mut text = line.strip_prefix(&self.before[..])?;
        for (number, piece) in self.pieces.iter().enumerate() {
            let (value, behind) = piece.split(text)?;
            if piece.is_wanted() {
                return Some((piece.field, value, Behind { pieces: number + 1, text: behind }));
            }
            text = behind;
        }
        None
    }

    /// Gives the values behind some; says whether the line goes on behind them, or nothing if it has another form.
    pub fn go_on(&self, behind: Behind<'_>, mut set: impl FnMut(Field, &[u8])) -> Option<bool> {
        let mut rest = behind.text;
        for piece in &self.pieces[behind.pieces..] {
            let (value, behind) = piece.split(rest)?;
            if piece.is_wanted() {
                set(piece.field, value);
            }
            rest = behind;
        }
        (rest.is_empty() || rest.starts_with(b" ")).then_some(!rest.is_empty())
    }
}

impl Piece {
    fn is_wanted(&self) -> bool {
        !matches!(self.field, Field::Addr | Field::Other)
    }

    /// The value that a text begins with, and what stands behind it and the text after it.
    fn split<'a>(&self, text: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
        let end = self.end(text)?;
        let value = &text[..end];
        // One that proxies forwarded is a list.
        let is_list = |value: &[u8]| memchr::memchr_iter(b' ', value).all(|at| value[..at].ends_with(b","));
        let fits = self.field != Field::Addr || is_list(value);
        fits.then(|| (value, &text[end + self.after.len()..]))
    }

    /// The length of the value that a text begins with.
    fn end(&self, text: &[u8]) -> Option<usize> {
        // The last one ends with the line, or where operators add what this format does not know.
        let stop = self.after.first().copied().unwrap_or(b' ');
        // A time in brackets has a blank before its zone.
        let mut at = match self.blanks {
            0 if self.is_time && text.starts_with(b"[") => memchr::memchr(b']', text)?,
            0 => 0,
            blanks => memchr::memchr_iter(b' ', text).nth(blanks - 1)? + 1,
        };
        while let Some(step) = first(stop, &text[at..]) {
            at += step;
            if self.ends(&text[..at], &text[at + 1..]) {
                return Some(at);
            }
            at += 1;
        }
        self.after.is_empty().then_some(text.len())
    }

    /// Whether a value ends where the first byte of what stands behind it was found.
    fn ends(&self, value: &[u8], behind: &[u8]) -> bool {
        if self.after.len() > 1 && !behind.starts_with(&self.after[1..]) {
            return false;
        }
        if self.quoted {
            // The quote is of the value itself behind an odd number of backslashes.
            return value.iter().rev().take_while(|sign| **sign == b'\\').count() % 2 == 0;
        }
        // A blank may stand before the zone, and between the elements of a list: `502, 200` and `500 : 404`.
        let behind = &behind[self.after.len().saturating_sub(1)..];
        if self.after.first().is_some_and(|first| *first != b' ') {
            return self.after != b"," || !behind.starts_with(b" ");
        }
        let digits = |digits: &[u8]| digits.len() >= 4 && digits[..4].iter().all(u8::is_ascii_digit);
        let zone = self.is_time && matches!(behind, [b'+' | b'-', rest @ ..] if digits(rest));
        !(zone || value.ends_with(b",") || value.ends_with(b" :") || behind.starts_with(b": "))
    }
}

/// Where a text has a byte first. Values are so short that asking for the vectors of a machine takes longer than eight
/// bytes at once, of which one is the byte where their difference from it borrows.
fn first(byte: u8, text: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let (eights, rest) = text.as_chunks::<8>();
    for (number, eight) in eights.iter().enumerate() {
        let differs = u64::from_le_bytes(*eight) ^ (ONES * u64::from(byte));
        let found = differs.wrapping_sub(ONES) & !differs & (ONES << 7);
        if found != 0 {
            return Some(number * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    Some(eights.len() * 8 + rest.iter().position(|it| *it == byte)?)
}

/// The format string in a piece of configuration: whole (`log_format main '…' '…';`, `LogFormat "…" main`), in quotes, or
/// alone. Whether it is one of Apache's stands beside it.
pub fn configured(text: &str) -> (String, bool) {
    // Apache's directives may be written in any case, and go on behind a backslash at the end of a line.
    let text = text.replace("\\\r\n", " ").replace("\\\n", " ");
    let text = text.trim().trim_end_matches(';').trim_end();
    let directive =
        |name: &str| text.get(..name.len()).filter(|it| it.eq_ignore_ascii_case(name)).map(|_| &text[name.len()..]);
    let (nginx, apache) = (text.strip_prefix("log_format"), directive("LogFormat"));
    let quote =
        text.chars().next().filter(|sign| ['\'', '"'].contains(sign) && text.len() > 1 && text.ends_with(*sign));
    let body = nginx.or(apache).unwrap_or(text);
    let mut format = match quote {
        None if nginx.or(apache).is_none() => text.to_owned(),
        // A Combined format begins with a quote of its own only where a value does.
        Some('"') if !text.contains("\\\"") && text[1..text.len() - 1].contains('"') => text.to_owned(),
        _ => strings(body, if apache.is_some() { 1 } else { usize::MAX }),
    };
    let is_apache = apache.is_some() || !format.contains('$');
    for (escaped, sign) in [("\\\"", "\""), ("\\'", "'"), ("\\t", "\t")] {
        format = format.replace(escaped, sign);
    }
    (format, is_apache)
}

/// The first strings in quotes, joined; what is escaped in them stays escaped.
fn strings(text: &str, most: usize) -> String {
    let (mut found, mut rest) = (String::new(), text);
    for _ in 0..most {
        let Some(start) = rest.find(['\'', '"']) else { break };
        let quote = &rest[start..=start];
        let inner = &rest[start + 1..];
        let is_end = |at: &usize| !inner[..*at].ends_with('\\');
        let end = inner.match_indices(quote).map(|(at, _)| at).find(is_end).unwrap_or(inner.len());
        found.push_str(&inner[..end]);
        rest = inner.get(end + 1..).unwrap_or_default();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[(&str, Field)]) -> Names {
        names.iter().map(|(name, field)| ((*name).to_owned(), *field)).collect()
    }

    fn values(pattern: &Pattern, line: &str) -> Option<(Vec<String>, bool)> {
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let (_, first, behind) = pattern.begin(line.as_bytes())?;
        let mut values = vec![text(first)];
        let more = pattern.go_on(behind, |_, value| values.push(text(value)))?;
        Some((values, more))
    }

    #[test]
    fn a_log_format_gives_its_values() {
        let names = names(&[
            ("request", Field::Request),
            ("status", Field::Status),
            ("upstream_status", Field::Upstream),
            ("request_time", Field::DurationS),
            ("time_local", Field::End),
            ("http_user_agent", Field::Agent),
        ]);
        let pattern = Pattern::nginx(
            "$remote_addr [$time_local] \"$request\" $status $upstream_status ${request_time}s \"$http_user_agent\"",
            &names,
        );
        let read = |line: &str| values(&pattern, line);
        let line = |upstream: &str, agent: &str| {
            format!("::1 [27/Nov/2026:14:18:30 +0000] \"POST / HTTP/1.1\" 200 {upstream} 0.5s \"{agent}\"")
        };
        for upstream in ["200", "-", "502, 200", "500 : 404", "502, 502 : 200, -"] {
            for agent in ["LineBotWebhook/2.0", "a \\\" b", "a \\x22 b", "\\\\", ""] {
                let all = ["27/Nov/2026:14:18:30 +0000", "POST / HTTP/1.1", "200", upstream, "0.5", agent];
                let expected = all.map(str::to_owned).to_vec();
                assert_eq!(read(&line(upstream, agent)), Some((expected, false)), "{upstream} {agent}");
            }
        }
        assert!(read(&(line("-", "a") + " more")).unwrap().1);
        for line in ["", "x", "::1 [27/Nov/2026:14:18:30 +0000] \"POST / HTT", &(line("-", "a") + "x")] {
            assert_eq!(read(line), None, "{line}");
        }
    }

    #[test]
    fn a_blank_between_time_and_zone_ends_no_time() {
        let pattern = Pattern::nginx("$_end $_status", &Names::new());
        let (read, _) = values(&pattern, "27/Nov/2026:14:18:30 +0000 200").unwrap();
        assert_eq!(read, ["27/Nov/2026:14:18:30 +0000", "200"]);
    }

    #[test]
    fn blanks_and_commas_within_a_value_end_none() {
        let read = |pattern: &Pattern, line: &str| values(pattern, line).unwrap().0;
        let pattern = Pattern::nginx("$_end,$_status,$_upstream,$_agent", &Names::new());
        for upstream in ["502, 200", "200", "-"] {
            let expected = ["2026-11-27T14:18:30+00:00", "200", upstream, "LineBotWebhook/2.0"];
            assert_eq!(read(&pattern, &expected.join(",")), expected);
        }
        let pattern = Pattern::nginx("$_addr - $user [$_end] $_status", &Names::new());
        for address in ["203.0.113.9", "203.0.113.9, 10.0.0.1, 10.0.0.2"] {
            let line = format!("{address} - - [27/Nov/2026:14:18:30 +0000] 200");
            assert_eq!(read(&pattern, &line), ["27/Nov/2026:14:18:30 +0000", "200"]);
        }
        assert!(values(&pattern, "203.0.113.9 10.0.0.1 - - [27/Nov/2026:14:18:30 +0000] 200").is_none());
        let names = names(&[("s", Field::Status)]);
        for format in ["%{%Y-%m-%d %H:%M:%S}t %h %s", "%{%Y-%m-%d}t %{%H:%M:%S}t %h %s"] {
            let line = "2026-11-27 14:18:30 192.0.2.1 200";
            assert_eq!(read(&Pattern::apache(format, &names), line), ["2026-11-27 14:18:30", "200"], "{format}");
        }
    }

    #[test]
    fn apaches_directives_have_modifiers_and_arguments() {
        let names = names(&[
            ("t", Field::Start),
            ("s", Field::Status),
            ("D", Field::DurationUs),
            ("r", Field::Request),
            ("{user-agent}i", Field::Agent),
        ]);
        let format = "%h %l %u %t \"%r\" %>s %b %{ms}T %^FB \"%!200,304{User-Agent}i\" %D 100%%";
        let pattern = Pattern::apache(format, &names);
        let line =
            "1.2.3.4 - - [27/Nov/2026:14:18:32 +0000] \"POST /ok HTTP/1.1\" 200 2 3 4 \"LineBotWebhook/2.0\" 2900 100%";
        let expected = ["[27/Nov/2026:14:18:32 +0000]", "POST /ok HTTP/1.1", "200", "LineBotWebhook/2.0", "2900"];
        assert_eq!(values(&pattern, line).unwrap(), (expected.map(str::to_owned).to_vec(), false));
        let pattern = Pattern::apache("%{%Y-%m-%dT%H:%M:%S}t.%{msec_frac}t%{%z}t %s", &names);
        let (read, _) = values(&pattern, "2026-11-27T14:18:30.061+0000 200").unwrap();
        assert_eq!(read, ["2026-11-27T14:18:30.061+0000", "200"]);
    }

    #[test]
    fn a_format_is_found_in_its_configuration() {
        let nginx = "log_format t escape=default '$remote_addr [$time_local] '\n    '\"$request\" $status';";
        assert_eq!(configured(nginx), ("$remote_addr [$time_local] \"$request\" $status".into(), false));
        let apache = r#"LogFormat "%h %t \"%r\" %>s" common"#;
        assert_eq!(configured(apache), ("%h %t \"%r\" %>s".into(), true));
        assert_eq!(configured(r#""%h %t \"%r\" %>s""#), ("%h %t \"%r\" %>s".into(), true));
        let apache = "logformat \"%h %t \\\n  \\\"%r\\\" %>s\" common";
        assert_eq!(configured(apache), ("%h %t    \"%r\" %>s".into(), true));
        let nginx = r#"log_format l "time:$msec\tst:$status\t\"$request\"";"#;
        assert_eq!(configured(nginx), ("time:$msec\tst:$status\t\"$request\"".into(), false));
        assert_eq!(configured("'$msec $status'"), ("$msec $status".into(), false));
        assert_eq!(configured("\"$request\" \"$status\""), ("\"$request\" \"$status\"".into(), false));
        assert_eq!(configured("%h %t"), ("%h %t".into(), true));
        for text in ["", "'", "\"", "log_format", "LogFormat \"", "'é"] {
            configured(text);
        }
    }
}
