//! From the bytes of a mail to text: transfer encodings, charsets and encoded words.
//!
//! mail-parser decodes each encoded word by itself and fields in UTF-8 only; programs cut characters between two words, and
//! write fields in the charset of the text. It also reads no quoted-printable in which a sign was left unescaped.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP};
use mail_parser::{
    decoders::{base64::base64_decode, charsets::map::charset_decoder},
    parsers::MessageStream,
};
use memchr::memmem;

use super::names;
use crate::taxonomy;

/// A text with more characters that are none in its charset is in another one.
const MOST_DAMAGED: usize = 3;
/// A text with fewer Japanese letters is not thought to be Japanese against what it claims.
const LEAST_JAPANESE: usize = 4;

/// The text of a body in the transfer encoding that it claims, or in another one if only so it tells something; and
/// whether it ends in the middle.
pub fn undone(body: &[u8], encoding: &str, charset: &str) -> (String, bool) {
    let read = |encoding: &str| {
        let (bytes, cut): (Cow<'_, [u8]>, bool) = match encoding {
            "base64" => {
                let (bytes, cut) = base64(body);
                (bytes.into(), cut)
            }
            "quoted-printable" => (quoted_printable(body).into(), false),
            _ => (body.into(), false),
        };
        (decoded(&bytes, charset), cut)
    };
    let claimed = encoding.split([';', '(']).next().unwrap_or_default().trim().to_ascii_lowercase();
    // Letters beyond ASCII that nobody said were escaped: `=E3=81=8A`.
    let escaped = |six: &[u8]| six[0] == b'=' && six[3] == b'=' && six[1] > b'B' && b"89AB".contains(&six[4]);
    let quoted = body.is_ascii() && body.windows(6).any(escaped);
    let tried = [if quoted { "quoted-printable" } else { &claimed }, &claimed, "", "base64"];
    tried.into_iter().map(read).find(|(text, _)| is_telling(text)).unwrap_or_else(|| read(&claimed))
}

/// The bytes behind base64, of which other characters are no part, and whether they end in the middle.
fn base64(text: &[u8]) -> (Vec<u8>, bool) {
    let digit = |b: &u8| b.is_ascii_alphanumeric() || b"+/=".contains(b);
    let digits: Vec<u8> = text.iter().copied().filter(digit).collect();
    (base64_decode(&digits).unwrap_or_default(), !digits.len().is_multiple_of(4))
}

/// The bytes behind quoted-printable. A `=` that escapes nothing stands for itself: who adds a footer to a mail does not
/// escape it.
fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut escaped = Vec::with_capacity(text.len());
    for (at, byte) in text.iter().enumerate() {
        escaped.push(*byte);
        let rest = &text[at + 1..];
        let hex = rest.iter().take(2).filter(|byte| byte.is_ascii_hexdigit()).count() == 2;
        let ends_line = || rest.iter().find(|byte| !b" \t\r".contains(byte)).is_none_or(|byte| *byte == b'\n');
        if *byte == b'=' && !hex && !ends_line() {
            escaped.extend(b"3D");
        }
    }
    MessageStream::new(&escaped).decode_quoted_printable_mime(b"").1.into_owned()
}

/// Whether a text may be of a notification: it has an item's name or a reason's code.
fn is_telling(text: &str) -> bool {
    let lower = text.to_lowercase();
    taxonomy::REASONS.iter().any(|code| lower.contains(code)) || names::is_in(text)
}

/// The text of bytes in the charset that they claim, or in the one that they are in.
fn decoded(bytes: &[u8], charset: &str) -> String {
    let charset = charset.trim().trim_matches(['"', '\'']).to_ascii_lowercase();
    let charset = match charset.as_str() {
        "cp932" | "windows-932" | "x-ms-cp932" => "shift_jis",
        "cp874" => "windows-874",
        "eucjp" | "eucjp-ms" | "eucjp-win" | "cp51932" => "euc-jp",
        other => other,
    };
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding.decode(bytes).0.into_owned();
    }
    // Programs that convert a mail forget its label, and what is valid UTF-8 is hardly anything else.
    if !bytes.is_ascii()
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return text.to_owned();
    }
    // Japanese programs write ISO-2022-JP without saying so, and it is valid ASCII.
    if [b"\x1b$B", b"\x1b$@", b"\x1b(J", b"\x1b(I"].iter().any(|escape| memmem::find(bytes, *escape).is_some()) {
        return ISO_2022_JP.decode(bytes).0.into_owned();
    }
    let known = charset_decoder(charset.as_bytes()).filter(|_| !charset.contains("16") || bytes.contains(&0));
    let own = known.map_or_else(|| String::from_utf8_lossy(bytes).into_owned(), |decode| decode(bytes));
    // Every text is valid in the label that many programs put on all their mails, which is also that of ASCII.
    let any = Encoding::for_label(charset.as_bytes()) == Some(encoding_rs::WINDOWS_1252);
    // A few damaged characters are damaged; a text in another encoding is whole in that one.
    let claims = known.is_some() || charset.starts_with("utf");
    if bytes.is_ascii() || claims && !any && own.matches('\u{fffd}').count() <= MOST_DAMAGED {
        return own;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    let guess = detector.guess(Some(b"jp"), Utf8Detection::Allow);
    // Every text is whole in the encodings of one byte a letter.
    let whole = guess.decode_without_bom_handling_and_without_replacement(bytes);
    let japanese = |c: &char| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}');
    let sure = |text: &str| {
        !claims || !guess.is_single_byte() && (!any || text.chars().filter(japanese).count() >= LEAST_JAPANESE)
    };
    whole.filter(|text| sure(text)).map_or(own, Cow::into_owned)
}

/// The text of a field's bytes, in which encoded words such as `=?utf-8?B?44GK5bqX?=` (RFC 2047) are decoded. Whatever else
/// it has is in the charset of the mail.
pub fn field_text(bytes: &[u8], charset: &str) -> String {
    // Where all is ASCII, nothing is in a charset that writes other letters with it.
    let text = decoded(bytes, if bytes.is_ascii() { "" } else { charset });
    let field = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    let mut out = String::new();
    // The words of one charset that follow each other: programs cut characters and groups of base64 between them.
    let mut run: Vec<Word<'_>> = Vec::new();
    let mut rest = field.as_str();
    while let Some(start) = rest.find("=?") {
        let (before, text) = rest.split_at(start);
        let word = Word::read(text);
        // White space between encoded words is none.
        let follows = word.is_some() && !run.is_empty() && before.trim().is_empty();
        if !follows || word.as_ref().is_some_and(|word| !word.charset.eq_ignore_ascii_case(run[0].charset)) {
            out += &joined(&std::mem::take(&mut run));
        }
        out += if follows { "" } else { before };
        rest = match word {
            Some(word) => {
                run.push(word);
                run[run.len() - 1].rest
            }
            None => {
                out += &text[..2];
                &text[2..]
            }
        };
    }
    out += &joined(&run);
    out + rest
}

/// An encoded word.
struct Word<'a> {
    charset: &'a str,
    base64: bool,
    text: &'a str,
    /// What stands behind it.
    rest: &'a str,
}

impl Word<'_> {
    fn read(field: &str) -> Option<Word<'_>> {
        let (charset, rest) = field.strip_prefix("=?")?.split_once('?')?;
        let (encoding, rest) = rest.split_once('?')?;
        // RFC 2231 adds a language.
        let charset = charset.split('*').next().unwrap_or_default();
        let right = (1..=40).contains(&charset.len()) && !charset.contains(char::is_whitespace);
        let base64 = encoding.eq_ignore_ascii_case("b");
        if !right || !base64 && !encoding.eq_ignore_ascii_case("q") {
            return None;
        }
        // The last one may have lost its end.
        let (text, rest) = rest.split_once("?=").unwrap_or((rest.trim_end_matches('?'), ""));
        Some(Word { charset, base64, text, rest })
    }
}

/// The text of words of one charset.
fn joined(words: &[Word<'_>]) -> String {
    let mut bytes = Vec::new();
    // Base64 that goes on in the next word.
    let mut open = String::new();
    for (at, word) in words.iter().enumerate() {
        if !word.base64 {
            bytes.extend(quoted_printable(word.text.replace('_', "=20").as_bytes()));
            continue;
        }
        open.extend(word.text.chars().filter(|c| !c.is_whitespace()));
        // A word of whole groups is complete; another one was cut in the middle of a group.
        let whole = open.len().is_multiple_of(4) || open.ends_with('=');
        if whole || words.get(at + 1).is_none_or(|next| !next.base64) {
            bytes.extend(base64(open.as_bytes()).0);
            open.clear();
        }
    }
    decoded(&bytes, words.first().map_or("", |word| word.charset))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_decoded_and_joined() {
        // お店 is E3 81 8A E5 BA 97.
        for (field, expected) in [
            ("plain", "plain"),
            ("a =?utf-8?B?44GK5bqX?= b", "a お店 b"),
            ("\"=?utf-8?B?44GK5bqX?=\"", "\"お店\""),
            ("=?UTF-8?Q?=E3=81=8A=E5=BA=97_b?=", "お店 b"),
            ("=?UTF-8?Q?two_?=\r\n\t=?UTF-8?Q?words?=", "two words"),
            (" folded\r\n\tand  wide\n", "folded and  wide"),
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
            // Names of Microsoft's for Shift_JIS and JIS.
            ("=?cp932?B?gqiTWA==?= =?cp50220?B?GyRCRTkbKEI=?=", "お店店"),
            // With a mark of the order of bytes, and no byte that is 0.
            ("=?utf-16?B?//5KMJde?=", "お店"),
            // No words.
            ("a =?= b =?x?y", "a =?= b =?x?y"),
            ("=?utf-8?z?x?=", "=?utf-8?z?x?="),
        ] {
            assert_eq!(field_text(field.as_bytes(), ""), expected, "{field}");
        }
        assert_eq!(field_text(&ISO_2022_JP.encode("転送").0, ""), "転送");
    }
}
