//! Transfer encodings and charsets, undone.
//!
//! What is damaged in one place is read around it, and a text that does not tell anything in the encoding and the charset
//! that it claims is tried in others.

use std::borrow::Cow;

use ::base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use encoding_rs::Encoding;

use super::names;
use crate::taxonomy;

/// A transfer encoding.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Transfer {
    Plain,
    Base64,
    QuotedPrintable,
}

impl Transfer {
    pub fn named(name: &str) -> Transfer {
        let word = name.split([';', '(']).next().unwrap_or_default().trim().to_ascii_lowercase();
        match word.as_str() {
            "base64" => Transfer::Base64,
            "quoted-printable" => Transfer::QuotedPrintable,
            _ => Transfer::Plain,
        }
    }

    /// The bytes without it, and whether they end in the middle.
    pub fn undo(self, body: &[u8]) -> (Cow<'_, [u8]>, bool) {
        match self {
            Transfer::Plain => (body.into(), false),
            Transfer::QuotedPrintable => (quoted_printable(body).into(), false),
            Transfer::Base64 => {
                let (bytes, cut) = base64(body);
                (bytes.into(), cut)
            }
        }
    }

    /// Whether a text may be in it, whatever it claims.
    fn is_plausible(self, body: &[u8]) -> bool {
        let beginning = &body[..body.len().min(1 << 10)];
        match self {
            Transfer::Plain => true,
            Transfer::Base64 => {
                let digits = beginning.iter().filter(|b| !b.is_ascii_whitespace());
                digits.clone().count() > 16 && digits.clone().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(b))
            }
            Transfer::QuotedPrintable => memchr::memchr(b'=', body).is_some(),
        }
    }
}

/// The text of a part.
pub(super) struct Undone {
    pub text: String,
    /// So many there were.
    pub bytes: usize,
    /// They end in the middle.
    pub cut: bool,
}

/// The text of a part's body in the encoding and the charset that it claims, or in another one if only so it tells
/// something.
pub(super) fn undone(body: &[u8], encoding: &str, charset: &str, limit: usize) -> Undone {
    let claimed = Transfer::named(encoding);
    let read = |transfer: Transfer| {
        let (bytes, cut) = transfer.undo(body);
        Undone { text: decoded(&bytes[..bytes.len().min(limit)], charset), bytes: bytes.len(), cut }
    };
    let own = read(claimed);
    let escaped = has_escaped_letters(body);
    if is_telling(&own.text) && !(escaped && claimed == Transfer::Plain) {
        return own;
    }
    let mut others = [Transfer::Plain, Transfer::Base64, Transfer::QuotedPrintable];
    if escaped {
        others.reverse();
    }
    let plausible = others.into_iter().filter(|other| *other != claimed && other.is_plausible(body));
    plausible.map(read).find(|other| is_telling(&other.text)).unwrap_or(own)
}

/// Whether letters beyond ASCII are escaped as quoted-printable does it: `=E3=81=8A`.
fn has_escaped_letters(body: &[u8]) -> bool {
    let hex = |bytes: &[u8]| std::str::from_utf8(bytes).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok());
    body.is_ascii()
        && body.windows(6).any(|six| {
            let lead = six[0] == b'=' && hex(&six[1..3]).is_some_and(|byte| byte >= 0xc2);
            lead && six[3] == b'=' && hex(&six[4..6]).is_some_and(|byte| (0x80..0xc0).contains(&byte))
        })
}

/// Whether a text may be of a notification: it has an item's name or a reason's code.
fn is_telling(text: &str) -> bool {
    let beginning = text.char_indices().nth(1 << 16).map_or(text, |(end, _)| &text[..end]);
    let lower = beginning.to_lowercase();
    taxonomy::REASONS.iter().any(|code| lower.contains(code)) || names::is_in(beginning)
}

/// The bytes behind base64, and whether it ends in the middle. What is no digit of it is passed over.
pub(super) fn base64(text: &[u8]) -> (Vec<u8>, bool) {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let mut cut = false;
    // Texts that were joined have padding in the middle.
    for stretch in text.split(|b| *b == b'=') {
        let mut digits: Vec<u8> =
            stretch.iter().filter(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/')).copied().collect();
        if digits.is_empty() {
            continue;
        }
        cut = digits.len() % 4 == 1;
        digits.truncate(digits.len() - usize::from(cut));
        bytes.extend(LENIENT.decode(&digits).unwrap_or_default());
    }
    let padded = text.contains(&b'=');
    let length = text.iter().filter(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/')).count();
    (bytes, cut || !padded && length % 4 != 0)
}

/// The bytes behind quoted-printable; what is not written as its rules say stands for itself.
pub(super) fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(sign) = memchr::memchr(b'=', &text[at..]).map(|sign| at + sign) {
        bytes.extend_from_slice(&text[at..sign]);
        let rest = &text[sign + 1..];
        let hex = rest.get(..2).and_then(|hex| std::str::from_utf8(hex).ok()).filter(|hex| !hex.starts_with('+'));
        let blanks = rest.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
        at = sign + 1;
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            bytes.push(byte);
            at += 2;
        } else if rest.get(blanks).is_none_or(|b| *b == b'\n') {
            // The line goes on in the next one.
            at = (at + blanks + 1).min(text.len());
        } else {
            bytes.push(b'=');
        }
    }
    bytes.extend_from_slice(&text[at..]);
    bytes
}

/// The text of bytes that claim to be in a charset, or claim nothing, or the wrong thing.
pub(super) fn decoded(bytes: &[u8], label: &str) -> String {
    use encoding_rs::{EUC_JP, ISO_2022_JP, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
    let claimed = encoding(label);
    let escapes = [b"\x1b$B".as_slice(), b"\x1b$@", b"\x1b(J", b"\x1b(I"];
    let escaped = escapes.iter().any(|escape| memchr::memmem::find(bytes, escape).is_some());
    let is = |known: &[&'static Encoding]| claimed.is_none_or(|claimed| known.contains(&claimed));
    let first = if escaped && is(&[UTF_8, WINDOWS_1252]) {
        // Japanese programs write ISO-2022-JP without saying so, and it is valid ASCII.
        ISO_2022_JP
    } else if is(&[UTF_16BE, UTF_16LE]) && !bytes.contains(&0) {
        // A text that was saved anew.
        UTF_8
    } else {
        claimed.unwrap_or(UTF_8)
    };
    let (text, _, damaged) = first.decode(bytes);
    // Every text is valid in it, and what is valid UTF-8 is hardly anything else.
    let doubtful = first == WINDOWS_1252 && !bytes.is_ascii();
    if !damaged && !doubtful {
        return text.into_owned();
    }
    let others = [UTF_8, ISO_2022_JP, SHIFT_JIS, EUC_JP].into_iter().filter(|other| *other != first);
    let strict = |other: &'static Encoding| {
        let text = other.decode_without_bom_handling_and_without_replacement(bytes)?;
        // Text in the encodings of the West is often valid in those of Japan, too; it has no Japanese names.
        let sure = other == UTF_8 || is_telling(&text) && !is_ascii_but_for_noise(&text);
        (sure || claimed.is_none()).then_some(text)
    };
    others.filter_map(strict).next().unwrap_or(text).into_owned()
}

/// Whether a text has hardly a letter beyond ASCII.
fn is_ascii_but_for_noise(text: &str) -> bool {
    let wide = |c: &char| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}');
    text.chars().filter(wide).count() < 4
}

/// The encoding of a name, also of names that mails use and the WHATWG's list lacks.
fn encoding(label: &str) -> Option<&'static Encoding> {
    let label = label.trim().trim_matches(['"', '\'']);
    let lower = label.to_ascii_lowercase();
    // What browsers must not decode is known by no other name either.
    let known = Encoding::for_label_no_replacement(label.as_bytes());
    known.or(match lower.as_str() {
        "cp932" | "ms932" | "windows-932" | "x-ms-cp932" | "shift-jis" | "x-sjis-jp" => Some(encoding_rs::SHIFT_JIS),
        "iso-2022-jp-1" | "iso-2022-jp-2" | "iso-2022-jp-3" | "iso-2022-jp-ms" | "cp50220" | "cp50221" | "cp50222" => {
            Some(encoding_rs::ISO_2022_JP)
        }
        "eucjp" | "eucjp-ms" | "eucjp-win" | "cp51932" => Some(encoding_rs::EUC_JP),
        _ => None,
    })
}
