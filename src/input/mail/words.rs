//! Encoded words in the fields of a mail: `=?utf-8?B?44GK5bqX?=` (RFC 2047).
//!
//! Programs cut long texts into words without looking whether a character is cut, so the bytes of words that follow each
//! other in one charset are joined before they are decoded. Crates decode each word by itself.

use super::transfer::{base64, decoded, quoted_printable};

/// The text of a field's bytes, with its encoded words decoded.
pub fn text(bytes: &[u8]) -> String {
    let field = decoded(bytes, "");
    let mut out = String::new();
    let mut run = Run::default();
    let mut rest = field.as_str();
    while let Some(start) = rest.find("=?") {
        let (before, word) = rest.split_at(start);
        match Word::read(word) {
            Some(word) => {
                // White space between encoded words is none.
                if !before.trim().is_empty() || run.charset.is_empty() {
                    run.end(&mut out);
                    out.push_str(before);
                }
                rest = word.rest;
                run.add(&word, &mut out);
            }
            None => {
                run.end(&mut out);
                out.push_str(&rest[..start + 2]);
                rest = &rest[start + 2..];
            }
        }
    }
    run.end(&mut out);
    out.push_str(rest);
    out
}

struct Word<'a> {
    charset: String,
    base64: bool,
    text: &'a str,
    /// What follows.
    rest: &'a str,
}

impl<'a> Word<'a> {
    fn read(field: &'a str) -> Option<Word<'a>> {
        let (charset, rest) = field.strip_prefix("=?")?.split_once('?')?;
        let (encoding, rest) = rest.split_once('?')?;
        let charset = charset.split('*').next().unwrap_or_default().to_lowercase();
        let base64 = match encoding {
            "B" | "b" => true,
            "Q" | "q" => false,
            _ => return None,
        };
        if charset.is_empty() || charset.len() > 40 || charset.contains(char::is_whitespace) {
            return None;
        }
        // The last one may have lost its end.
        let (text, rest) = rest.split_once("?=").unwrap_or((rest.trim_end_matches('?'), ""));
        Some(Word { charset, base64, text, rest })
    }
}

/// Words of one charset that follow each other.
#[derive(Default)]
struct Run {
    charset: String,
    bytes: Vec<u8>,
    /// Base64 that may go on in the next word.
    open: String,
}

impl Run {
    fn add(&mut self, word: &Word<'_>, out: &mut String) {
        if word.charset != self.charset {
            self.end(out);
            self.charset.clone_from(&word.charset);
        }
        if word.base64 {
            // A word of whole groups is complete; another one was cut in the middle of a group.
            if self.open.len().is_multiple_of(4) || self.open.ends_with('=') {
                self.close();
            }
            self.open.extend(word.text.chars().filter(|c| !c.is_whitespace()));
        } else {
            self.close();
            self.bytes.extend(quoted_printable(word.text.replace('_', " ").as_bytes()));
        }
    }

    fn close(&mut self) {
        let (bytes, _) = base64(std::mem::take(&mut self.open).as_bytes());
        self.bytes.extend(bytes);
    }

    fn end(&mut self, out: &mut String) {
        self.close();
        let charset = std::mem::take(&mut self.charset);
        out.push_str(&decoded(&std::mem::take(&mut self.bytes), &charset));
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn words_are_decoded_and_joined() {
        // お店 is E3 81 8A E5 BA 97.
        for (field, expected) in [
            ("plain", "plain"),
            ("a =?utf-8?B?44GK5bqX?= b", "a お店 b"),
            ("=?UTF-8?Q?=E3=81=8A=E5=BA=97_b?=", "お店 b"),
            ("=?utf-8*ja?q?=E3=81=8A=E5=BA=97?=", "お店"),
            // Cut within a character, as bytes and as base64 of one stream.
            ("=?utf-8?Q?=E3=81=8A=E5?=  =?utf-8?Q?=BA=97?=", "お店"),
            ("=?utf-8?B?44GK5Q==?= =?UTF-8?B?upc=?=", "お店"),
            ("=?utf-8?B?44GK5b?= =?utf-8?B?qX?=", "お店"),
            ("=?utf-8?B?44GK5Q==?= =?utf-8?Q?=BA=97?=", "お店"),
            // Without white space between, without an end.
            ("=?utf-8?B?44GK?==?utf-8?B?5bqX?=", "お店"),
            ("x =?utf-8?B?44GK5bqX", "x お店"),
            // Two charsets: 8A is no whole character of the second.
            ("=?utf-8?B?44GK?= =?iso-2022-jp?B?GyRCRTkbKEI=?=", "お店"),
            // No words.
            ("a =?= b =?x?y", "a =?= b =?x?y"),
            ("=?utf-8?z?x?=", "=?utf-8?z?x?="),
        ] {
            assert_eq!(text(field.as_bytes()), expected, "{field}");
        }
        assert_eq!(text(&encoding_rs::ISO_2022_JP.encode("転送").0), "転送");
    }
}
