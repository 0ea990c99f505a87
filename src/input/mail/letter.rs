//! From a mail to its texts: mail-parser takes it apart, and what mail programs spoil is read around here.

use mail_parser::{HeaderName, Message, MessageParser, MimeHeaders, PartType};
use memchr::memmem;

use super::{
    encoded::{field_text, undone},
    mailbox::{Mailbox, recognise},
    text::{page, plain},
};
use crate::model::{Why, key};

/// All parts of a mail together.
const MOST_PARTS: usize = 2_000;
/// mail-parser searches the rest of the mail for every boundary and every encoded word without an end, so a mail that could
/// make it do so more often than this is not taken apart.
const MOST_SEARCHES: usize = 500;
/// Of such a mail no more is looked at.
const LONGEST_HEAD: usize = 16 << 10;
/// Mails within mails.
const DEEPEST: usize = 16;

/// What is read of a mail, as it was written: nothing in it is safe to show yet.
#[derive(Debug, Default)]
pub struct Letter {
    pub subject: String,
    /// The `Date` field.
    pub date: Option<String>,
    /// The address in the `From` field.
    pub from: Option<String>,
    /// Its texts, one behind the other: as the first of alternatives have them, and as the last do, which is HTML.
    pub versions: [Version; 2],
    /// Mails that are attached to this one.
    pub attached: Vec<Letter>,
    /// What kept parts of it from being read.
    pub hindrance: Option<Why>,
}

/// A text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Version {
    /// Lines as [`super::text`] writes them.
    pub lines: Vec<String>,
    /// What kept it from being read whole.
    pub hindrance: Option<Why>,
}

/// Takes a mail apart. Never fails: what cannot be read is noted as a hindrance.
pub fn letter(bytes: &[u8]) -> Letter {
    // mail-parser loses its place behind a mail whose only part is a mail, so it sees them as parts of another kind.
    let mut bytes = bytes.to_vec();
    for (kind, other) in [(b"message/rfc822", b"message/rfc82x"), (b"message/global", b"message/globax")] {
        for at in 0..bytes.len().saturating_sub(kind.len() - 1) {
            if bytes[at..at + kind.len()].eq_ignore_ascii_case(kind) {
                bytes[at..at + kind.len()].copy_from_slice(other);
            }
        }
    }
    letter_within(&bytes, true, 0)
}

/// A mail, or one within a mail; `closed` unless it was cut off at the end.
fn letter_within(bytes: &[u8], closed: bool, depth: usize) -> Letter {
    if depth > DEEPEST {
        return Letter { hindrance: Some(key::mails::TOO_MANY_PARTS), ..Letter::default() };
    }
    // mail-parser wants an end of line behind a field, also where nothing else follows.
    let bare = ["\n\n", "\n\r\n"].iter().all(|blank| memmem::find(bytes, blank.as_bytes()).is_none());
    let bytes = &[bytes.trim_ascii_start(), if bare { b"\n" } else { b"" }].concat();
    // Anything else is a text to it, such as the date, which is read by more forms here.
    let parser = MessageParser::new().header_address(HeaderName::From).header_content_type(HeaderName::ContentType);
    let kinds = bytes.windows(12).filter(|bytes| bytes.eq_ignore_ascii_case(b"content-type")).count();
    let costly = kinds.max(memmem::find_iter(bytes, b"=?").count()) > MOST_SEARCHES;
    let beginning = &bytes[..bytes.len().min(LONGEST_HEAD)];
    let message = if costly { parser.parse_headers(beginning) } else { parser.parse(bytes) };
    let mut letter = message.map(|message| letter_of(&message, closed, depth)).unwrap_or_default();
    letter.hindrance = letter.hindrance.or(costly.then_some(key::mails::TOO_MANY_PARTS));
    letter
}

fn letter_of(message: &Message<'_>, closed: bool, depth: usize) -> Letter {
    // The first of several fields of one name is the one that programs show.
    let field = |name| message.headers().iter().find(|header| header.name == name);
    let text = |name| field(name).and_then(|header| header.value.as_text());
    let from = field(HeaderName::From).and_then(|from| from.value.as_address()?.first()?.address());
    let subject = field(HeaderName::Subject)
        .and_then(|header| message.raw_message.get(header.offset_start as usize..header.offset_end as usize));
    let charset = message.content_type().and_then(|kind| kind.attribute("charset")).unwrap_or_default();
    let mut letter = Letter {
        subject: field_text(subject.unwrap_or_default(), charset),
        date: text(HeaderName::Date).map(|date| date.split_whitespace().collect::<Vec<_>>().join(" ")),
        from: from.map(str::to_owned),
        ..Letter::default()
    };
    if message.parts.len() > MOST_PARTS {
        letter.hindrance = Some(key::mails::TOO_MANY_PARTS);
    } else if !message.parts.is_empty() {
        letter.versions = Parts { message, closed, depth, letter: &mut letter }.versions(0);
    }
    letter
}

/// The parts of a mail, of which attached mails go to the letter.
struct Parts<'a> {
    message: &'a Message<'a>,
    closed: bool,
    depth: usize,
    letter: &'a mut Letter,
}

impl Parts<'_> {
    /// The versions of a part's text.
    fn versions(&mut self, part: u32) -> [Version; 2] {
        let message = self.message;
        let Some(own) = message.part(part) else { return Default::default() };
        let raw = &message.raw_message;
        let (start, end) = (own.raw_body_offset() as usize, own.raw_end_offset() as usize);
        let body = raw.get(start..end.min(raw.len())).unwrap_or_default();
        // A part of a multipart is whole only if the boundary comes behind it.
        let closed = end < raw.len() || self.closed && part == 0;
        let kind = own.content_type();
        let sub = kind.and_then(|kind| kind.subtype()).unwrap_or_default();
        match (kind.map_or("text", |kind| kind.ctype()), &own.body) {
            (_, PartType::Multipart(parts)) => {
                let inner = parts.iter().map(|part| self.versions(*part));
                let mut inner: Vec<[Version; 2]> = inner.filter(|[first, _]| *first != Version::default()).collect();
                if sub == "alternative"
                    && let (Some([first, _]), Some([_, last])) = (inner.first().cloned(), inner.pop())
                {
                    return [first, last];
                }
                let mut whole = <[Version; 2]>::default();
                for one in inner {
                    whole.iter_mut().zip(one).for_each(|(whole, one)| whole.add(one));
                }
                whole
            }
            (_, PartType::Message(inner)) => {
                self.attach(letter_of(inner, closed, self.depth + 1));
                Default::default()
            }
            ("message", found) if sub == "rfc82x" || sub == "globax" => {
                let bytes = if let PartType::Binary(bytes) = found { bytes } else { body };
                self.attach(letter_within(bytes, closed, self.depth + 1));
                Default::default()
            }
            // A multipart without its boundary is read as the text that it looks like.
            ("text" | "multipart", _) => {
                let charset = kind.and_then(|kind| kind.attribute("charset")).unwrap_or_default();
                let (text, cut) = undone(body, own.content_transfer_encoding().unwrap_or_default(), charset);
                if text.trim().is_empty() {
                    return Default::default();
                }
                let lines = if sub.contains("html") { page(&text) } else { plain(&text) };
                let version = Version { lines, hindrance: (cut || !closed).then_some(key::mails::CUT_SHORT) };
                [version.clone(), version]
            }
            // Mail programs attach saved mails as files of any kind.
            (_, PartType::Binary(bytes)) => {
                for raw in recognise(bytes).into_iter().flat_map(|kind| Mailbox::new(kind, &**bytes)).flatten() {
                    self.attach(letter_within(&raw.bytes, closed, self.depth + 1));
                }
                Default::default()
            }
            _ => Default::default(),
        }
    }

    fn attach(&mut self, inner: Letter) {
        let hindrance = inner.hindrance.filter(|why| *why == key::mails::TOO_MANY_PARTS);
        self.letter.hindrance = self.letter.hindrance.or(hindrance);
        self.letter.attached.push(inner);
    }
}

impl Version {
    /// Another text behind this one.
    fn add(&mut self, other: Version) {
        self.lines.extend(other.lines);
        // Where a text was cut off, nothing shows where its last line ends.
        self.lines.extend(other.hindrance.is_none().then(String::new));
        self.hindrance = self.hindrance.or(other.hindrance);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        letter(bytes).versions[0].lines.join("\n").trim().to_owned()
    }

    #[test]
    fn texts_are_decoded_whatever_their_encoding() {
        let japanese = "エラーの原因: request_timeout";
        let [sjis, jis, euc] = [encoding_rs::SHIFT_JIS, encoding_rs::ISO_2022_JP, encoding_rs::EUC_JP]
            .map(|encoding| encoding.encode(japanese).0.into_owned());
        for (charset, bytes) in [
            ("utf-8", japanese.as_bytes()),
            ("Shift_JIS", &sjis),
            ("cp932", &sjis),
            ("ISO-2022-JP", &jis),
            ("\"iso-2022-jp\"", &jis),
            ("cp50221", &jis),
            ("EUC-JP", &euc),
            ("eucJP-ms", &euc),
            // Wrong, unknown or missing ones.
            ("us-ascii", &jis),
            ("us-ascii", &sjis),
            ("iso-8859-1", &euc),
            ("utf-8", &sjis),
            ("x-unknown", &sjis),
            ("x-unknown", japanese.as_bytes()),
            ("iso-8859-1", japanese.as_bytes()),
        ] {
            let mail =
                [format!("Subject: x\nContent-Type: text/plain; charset={charset}\n\n").as_bytes(), bytes].concat();
            assert_eq!(text(&mail), japanese, "{charset}");
        }
        assert_eq!(text(&[b"Subject: x\n\n".as_slice(), &sjis].concat()), japanese);
        assert_eq!(text(b"Subject: x\nContent-Type: text/plain; charset=iso-8859-1\n\ncaf\xe9"), "café");
    }

    #[test]
    fn transfer_encodings_are_undone() {
        assert_eq!(text(b"A: b\nContent-Transfer-Encoding: quoted-printable\n\na=3Db=\nc =E3=82=A8\n"), "a=bc エ");
        assert_eq!(
            text(b"A: b\nContent-Transfer-Encoding: quoted-printable\n\n=E3=82=A8\n=== ?a=b= \nc=\n"),
            "エ\n=== ?a=bc"
        );
        assert_eq!(text(b"A: b\nContent-Transfer-Encoding: Base64\n\nYT1i\nYyA=\n"), "a=bc");
        assert_eq!(text(b"A: b\nContent-Transfer-Encoding: 8bit\n\na=3Db\n"), "a=3Db");
    }

    #[test]
    fn a_subject_without_encoded_words_is_in_the_charset_of_the_text() {
        for (charset, encoding, name) in [
            ("big5", encoding_rs::BIG5, "商店"),
            ("EUC-JP", encoding_rs::EUC_JP, "お店です"),
            ("cp932", encoding_rs::SHIFT_JIS, "お店です"),
            ("tis-620", encoding_rs::WINDOWS_874, "ร้าน"),
            ("us-ascii", encoding_rs::ISO_2022_JP, "お店"),
            ("big5", encoding_rs::UTF_8, "お店"),
        ] {
            let head = format!("From: a@b\nSubject: Webhook - {name}\nContent-Type: text/plain; charset={charset}\n\n");
            assert_eq!(letter(&encoding.encode(&head).0).subject, format!("Webhook - {name}"), "{charset}");
        }
    }

    #[test]
    fn subjects_dates_and_senders_are_read_from_the_first_field_of_their_name() {
        let letter = letter(
            b"Received: x\nSUBJECT: =?ISO-2022-JP?B?GyRCJSIbKEI=?=\n =?utf-8?q?=E3=82=A4_b?=\nSubject: two\nFrom: \"a@x.example\" \
              <B@Mail.Example.COM>\nDate: Mon, 16 Nov 2026\n 04:12:33 +0900\nMessage-ID: <1@x>\n\n",
        );
        assert_eq!(letter.subject, "アイ b");
        assert_eq!(letter.from.as_deref(), Some("B@Mail.Example.COM"));
        assert_eq!(letter.date.as_deref(), Some("Mon, 16 Nov 2026 04:12:33 +0900"));
    }

    #[test]
    fn alternatives_are_versions_and_mixed_parts_follow_each_other() {
        let mail = b"Content-Type: multipart/mixed; boundary=\"m\"\n\npreamble\n--m\nContent-Type: multipart/alternative; \
                     boundary=a\n\n--a\n\nplain\n--a\nContent-Type: text/html\n\n<p>rich</p>\n--a--\n--m\nContent-Type: \
                     image/png\n\nx\n--m\nContent-Type: text/plain\n\nfooter\n--m--\nepilogue";
        let letter = letter(mail);
        let told = letter.versions.each_ref().map(|version| version.lines.join(" ").trim().replace("  ", " "));
        assert_eq!(told, ["plain footer", "rich footer"]);
        assert!(letter.versions.iter().all(|version| version.hindrance.is_none()));
    }

    #[test]
    fn an_attached_mail_is_a_mail_of_its_own() {
        let mail =
            b"Subject: Fwd: x\nContent-Type: multipart/mixed; boundary=m\n\n--m\n\nsee below\n--m\nContent-Type: \
                     message/rfc822\n\nSubject: inner\nDate: d\n\ntext\n--m--\n";
        let letter = letter(mail);
        assert_eq!((letter.subject.as_str(), letter.attached[0].subject.as_str()), ("Fwd: x", "inner"));
        assert_eq!(letter.attached[0].versions[0].lines.join("\n").trim(), "text");
    }

    #[test]
    fn what_is_cut_off_or_nested_too_deep_is_noted() {
        let cut = letter(b"Content-Type: multipart/mixed; boundary=m\n\n--m\n\nwhole\n--m\n\ncut o");
        assert_eq!(cut.versions[0].lines, ["whole", "", "cut o"]);
        assert_eq!(cut.versions[0].hindrance, Some(key::mails::CUT_SHORT));

        let nested: String =
            (0..1_000).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n")).collect();
        assert_eq!(letter(nested.as_bytes()).hindrance, Some(key::mails::TOO_MANY_PARTS));
        let mails = "Content-Type: message/rfc822\n\n".repeat(20);
        assert_eq!(letter(mails.as_bytes()).hindrance, Some(key::mails::TOO_MANY_PARTS));
        let mails = "Content-Type: message/rfc822\n\n".repeat(1_000);
        assert_eq!(letter(mails.as_bytes()).hindrance, Some(key::mails::TOO_MANY_PARTS));
        let many = format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\nx\n".repeat(5_000));
        assert_eq!(letter(many.as_bytes()).hindrance, Some(key::mails::TOO_MANY_PARTS));
    }

    #[test]
    fn a_boundary_that_never_comes_leaves_a_text() {
        assert_eq!(text(b"Content-Type: multipart/mixed; boundary=never\n\nas it is"), "as it is");
        assert_eq!(text(b"Content-Type: multipart/mixed\n\nas it is"), "as it is");
    }
}
