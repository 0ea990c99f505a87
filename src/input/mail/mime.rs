//! From a mail to its texts.
//!
//! mail-parser reads the fields of the heads (addresses, parameters). Taking the parts apart is done here: mail-parser
//! searches the rest of the mail again for every part whose boundary never comes, so that a hostile mail of 50 MB would keep
//! it busy for days. Here each level of nesting is looked through once.

use mail_parser::{Message, MessageParser, MimeHeaders};

use super::{
    Hindrance,
    lines::{self, Line},
    mailbox::field_name,
    page,
    transfer::{Transfer, Undone, undone},
    words,
};

/// Parts within parts; mails of people have up to six.
const DEEPEST: usize = 16;
/// All parts of a mail together.
const MOST_PARTS: usize = 2_000;
/// A notification's text has a few KiB; of a longer one only the beginning is read.
const LONGEST_TEXT: usize = 1 << 20;
/// All texts of a mail together.
const MOST_TEXT: usize = 2 << 20;
/// Of a longer field only the beginning is read.
const LONGEST_FIELD: usize = 4 << 10;

/// What is read of a mail, as it was written: nothing in it is safe to show yet.
#[derive(Debug, Default)]
pub struct Letter {
    pub subject: String,
    /// The `Date` field.
    pub date: Option<String>,
    /// The address in the `From` field.
    pub from: Option<String>,
    pub message_id: Option<String>,
    /// The texts, one behind the other.
    pub bodies: Vec<Body>,
    /// Mails that are attached to this one.
    pub attached: Vec<Letter>,
    /// What kept parts of it from being read.
    pub hindrance: Option<Hindrance>,
}

/// One text in the versions in which the mail has it (plain, HTML), at least one.
pub type Body = Vec<Version>;

/// A text.
#[derive(Clone, Debug, Default)]
pub struct Version {
    pub lines: Vec<Line>,
    /// What kept it from being read whole.
    pub hindrance: Option<Hindrance>,
}

/// Takes a mail apart. Never fails: what cannot be read is noted as a hindrance.
pub fn letter(bytes: &[u8]) -> Letter {
    letter_within(bytes, true, 0, &mut Budget { parts: MOST_PARTS, text: MOST_TEXT })
}

/// What may still be read of a mail.
struct Budget {
    parts: usize,
    /// Bytes.
    text: usize,
}

/// A mail, or what stands in its place in a part; `closed` unless it was cut off at the end.
fn letter_within(bytes: &[u8], closed: bool, depth: usize, budget: &mut Budget) -> Letter {
    let blank = bytes.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let head = Head::read(&bytes[blank..]);
    let message = head.parse();
    let mut letter = Letter {
        subject: head.bytes("subject").map(|field| words::text(field).trim().to_owned()).unwrap_or_default(),
        date: head.raw("date"),
        from: message.as_ref().and_then(|message| Some(message.from()?.first()?.address()?.to_owned())),
        message_id: message.as_ref().and_then(Message::message_id).map(str::to_owned),
        ..Letter::default()
    };
    letter.bodies = entity(&head, message.as_ref(), closed, depth, budget, &mut letter);
    letter
}

/// The texts of a part; mails attached in it go to the letter.
fn entity(
    head: &Head<'_>,
    message: Option<&Message<'_>>,
    closed: bool,
    depth: usize,
    budget: &mut Budget,
    letter: &mut Letter,
) -> Vec<Body> {
    if depth > DEEPEST || budget.parts == 0 {
        letter.hindrance.get_or_insert(Hindrance::TooManyParts);
        return Vec::new();
    }
    budget.parts -= 1;
    let content_type = message.and_then(|message| message.content_type());
    let (main, sub) = content_type.map_or(("text", Some("plain")), |found| (found.ctype(), found.subtype()));
    let sub = sub.unwrap_or_default();
    if main.eq_ignore_ascii_case("multipart")
        && let Some(boundary) = content_type.and_then(|found| found.attribute("boundary"))
        && let Some(parts) = parts(head.body, boundary.trim_end().as_bytes())
    {
        let alternative = sub.eq_ignore_ascii_case("alternative");
        let mut bodies = Vec::new();
        let mut versions = Vec::new();
        for (bytes, part_closed) in parts {
            let part = Head::read(bytes);
            let parsed = part.parse();
            let digest = sub.eq_ignore_ascii_case("digest") && !part.has("content-type");
            let found = if digest {
                attached(bytes, closed && part_closed, depth, budget, letter);
                Vec::new()
            } else {
                entity(&part, parsed.as_ref(), closed && part_closed, depth + 1, budget, letter)
            };
            match alternative {
                true => versions.extend(one_version(found)),
                false => bodies.extend(found),
            }
            if letter.hindrance == Some(Hindrance::TooManyParts) {
                break;
            }
        }
        if !versions.is_empty() {
            bodies.push(versions);
        }
        return bodies;
    }
    let encoding = head.raw("content-transfer-encoding").unwrap_or_default();
    if main.eq_ignore_ascii_case("message") && ["rfc822", "global"].contains(&sub.to_ascii_lowercase().as_str()) {
        let (bytes, _) = Transfer::named(&encoding).undo(head.body);
        attached(&bytes, closed, depth, budget, letter);
        return Vec::new();
    }
    let html = sub.eq_ignore_ascii_case("html") || sub.eq_ignore_ascii_case("xhtml+xml");
    // A mail whose boundary never comes is read as the text it looks like.
    if !main.eq_ignore_ascii_case("text") && !main.eq_ignore_ascii_case("multipart") || head.body.is_empty() {
        return Vec::new();
    }
    // Quoted-printable makes up to three bytes of one, and breaks its lines.
    let too_long = head.body.len() > 4 * LONGEST_TEXT;
    let body = &head.body[..head.body.len().min(4 * LONGEST_TEXT)];
    let limit = LONGEST_TEXT.min(budget.text);
    let charset = content_type.and_then(|found| found.attribute("charset")).unwrap_or_default();
    let Undone { text, bytes, cut } = undone(body, &encoding, charset, limit);
    budget.text -= bytes.min(limit);
    let hindrance = match () {
        () if too_long || bytes > limit => Some(Hindrance::TextTooLong),
        () if cut || !closed => Some(Hindrance::CutShort),
        () => None,
    };
    let parameter = |name| content_type.and_then(|found| found.attribute(name)).unwrap_or_default();
    let lines = if html {
        page::lines(&text)
    } else {
        let flowed = parameter("format").eq_ignore_ascii_case("flowed");
        lines::plain(&text, flowed.then(|| parameter("delsp").eq_ignore_ascii_case("yes")))
    };
    vec![vec![Version { lines, hindrance }]]
}

/// Reads a mail within the mail.
fn attached(bytes: &[u8], closed: bool, depth: usize, budget: &mut Budget, letter: &mut Letter) {
    let inner = letter_within(bytes, closed, depth + 1, budget);
    if inner.hindrance == Some(Hindrance::TooManyParts) {
        letter.hindrance.get_or_insert(Hindrance::TooManyParts);
    }
    letter.attached.push(inner);
}

/// Several texts within one version of an alternative belong together.
fn one_version(bodies: Vec<Body>) -> Vec<Version> {
    let deepest = bodies.iter().map(Vec::len).max().unwrap_or(0);
    (0..deepest).map(|at| version(&bodies, at)).collect()
}

/// All texts in their version of that number, or else their last one.
pub fn version(bodies: &[Body], at: usize) -> Version {
    let mut whole = Version::default();
    for one in bodies.iter().filter_map(|body| body.get(at).or(body.last())) {
        whole.lines.extend_from_slice(&one.lines);
        // Where a text was cut off, nothing shows where its last line ends.
        if one.hindrance.is_none() {
            whole.lines.push(Line::blank());
        }
        whole.hindrance = whole.hindrance.or(one.hindrance);
    }
    whole
}

/// The fields of a mail or a part, and what follows them.
struct Head<'a> {
    /// The wanted fields, shortened.
    fields: Vec<u8>,
    names: Vec<(String, std::ops::Range<usize>)>,
    body: &'a [u8],
}

impl<'a> Head<'a> {
    fn read(bytes: &'a [u8]) -> Head<'a> {
        const WANTED: [&str; 6] =
            ["subject", "from", "date", "message-id", "content-type", "content-transfer-encoding"];
        let mut head = Head { fields: Vec::new(), names: Vec::new(), body: &[] };
        let mut at = 0;
        // Whether the line belongs to a wanted field.
        let mut open = false;
        while at < bytes.len() {
            let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end + 1);
            let line = &bytes[at..end];
            at = end;
            let text = line.trim_ascii();
            if text.is_empty() {
                head.body = &bytes[at..];
                break;
            }
            if line[0] == b' ' || line[0] == b'\t' {
                if open {
                    head.put(b" ", text);
                }
                continue;
            }
            open = false;
            // The first of several fields of one name is the one that programs show.
            if let Some(name) = field_name(line)
                && WANTED.contains(&name.as_str())
                && !head.has(&name)
            {
                let start = head.fields.len();
                head.names.push((name, start..start));
                head.put(b"", text);
                open = true;
            }
        }
        head.finish();
        head
    }

    /// Adds a line to the last field.
    fn put(&mut self, indent: &[u8], text: &[u8]) {
        let Some((_, range)) = self.names.last_mut() else { return };
        let room = LONGEST_FIELD.saturating_sub(self.fields.len() - range.start);
        let text = &text[..text.len().min(room)];
        // NUL and a lone carriage return have no place in a field.
        let clean = text.iter().map(|b| if matches!(b, 0 | b'\r') { b' ' } else { *b });
        if range.end > range.start {
            self.fields.extend_from_slice(b"\r\n");
        }
        self.fields.extend_from_slice(indent);
        self.fields.extend(clean);
        range.end = self.fields.len();
    }

    /// Ends every field with a line end.
    fn finish(&mut self) {
        let mut whole = Vec::with_capacity(self.fields.len() + 16);
        for (_, range) in &mut self.names {
            let start = whole.len();
            whole.extend_from_slice(&self.fields[range.clone()]);
            *range = start..whole.len();
            whole.extend_from_slice(b"\r\n");
        }
        whole.extend_from_slice(b"\r\n");
        self.fields = whole;
    }

    fn has(&self, name: &str) -> bool {
        self.names.iter().any(|(known, _)| known == name)
    }

    fn parse(&self) -> Option<Message<'_>> {
        MessageParser::new().with_mime_headers().with_minimal_headers().with_message_ids().parse_headers(&self.fields)
    }

    /// The value of a field, as it was written; line ends have white space behind them.
    fn bytes(&self, name: &str) -> Option<&[u8]> {
        let (_, range) = self.names.iter().find(|(known, _)| known == name)?;
        let field = &self.fields[range.clone()];
        Some(&field[memchr::memchr(b':', field)? + 1..])
    }

    /// The value of a field on one line, as it was written.
    fn raw(&self, name: &str) -> Option<String> {
        let value = String::from_utf8_lossy(self.bytes(name)?);
        Some(value.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

/// The parts between the boundary's lines, and whether the boundary comes once more behind each; nothing where it never
/// comes.
fn parts<'a>(body: &'a [u8], boundary: &[u8]) -> Option<Vec<(&'a [u8], bool)>> {
    if boundary.is_empty() {
        return None;
    }
    let mut found = Vec::new();
    let mut start = None;
    let mut at = 0;
    while at < body.len() {
        let end = memchr::memchr(b'\n', &body[at..]).map_or(body.len(), |end| at + end + 1);
        let line = body[at..end].trim_ascii_end();
        if let Some(rest) = line.strip_prefix(b"--").and_then(|line| line.strip_prefix(boundary))
            && (rest.is_empty() || rest == b"--")
        {
            if let Some(start) = start {
                found.push((&body[start..at], true));
            }
            start = Some(end);
            if rest == b"--" {
                return Some(found);
            }
        }
        at = end;
    }
    let start = start?;
    if !body[start..].trim_ascii().is_empty() {
        found.push((&body[start..], false));
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        let letter = letter(bytes);
        lines::text(&version(&letter.bodies, 0).lines).trim().to_owned()
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
        assert_eq!(text(b"A: b\nContent-Transfer-Encoding: Base64\n\nYT1i\nYyA=\n"), "a=bc");
        assert_eq!(text(b"A: b\nContent-Transfer-Encoding: 8bit\n\na=3Db\n"), "a=3Db");
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
        assert_eq!(letter.message_id.as_deref(), Some("1@x"));
        let raw = [b"Subject: ".as_slice(), &encoding_rs::ISO_2022_JP.encode("転送").0, b"\n\n"].concat();
        assert_eq!(super::letter(&raw).subject, "転送");
    }

    #[test]
    fn alternatives_are_versions_and_mixed_parts_follow_each_other() {
        let mail = b"Content-Type: multipart/mixed; boundary=\"m\"\n\npreamble\n--m\nContent-Type: multipart/alternative; \
                     boundary=a\n\n--a\n\nplain\n--a\nContent-Type: text/html\n\n<p>rich</p>\n--a--\n--m\nContent-Type: \
                     image/png\n\nx\n--m\nContent-Type: text/plain\n\nfooter\n--m--\nepilogue";
        let letter = letter(mail);
        let told: Vec<String> = (0..2)
            .map(|at| lines::text(&version(&letter.bodies, at).lines).split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(told, ["plain footer", "rich footer"]);
        assert!(letter.bodies.iter().flatten().all(|version| version.hindrance.is_none()));
    }

    #[test]
    fn an_attached_mail_is_a_mail_of_its_own() {
        let mail =
            b"Subject: Fwd: x\nContent-Type: multipart/mixed; boundary=m\n\n--m\n\nsee below\n--m\nContent-Type: \
                     message/rfc822\n\nSubject: inner\nDate: d\n\ntext\n--m--\n";
        let letter = letter(mail);
        assert_eq!((letter.subject.as_str(), letter.attached[0].subject.as_str()), ("Fwd: x", "inner"));
        assert_eq!(lines::text(&version(&letter.attached[0].bodies, 0).lines).trim(), "text");
    }

    #[test]
    fn what_is_cut_off_or_nested_too_deep_is_noted() {
        let cut = letter(b"Content-Type: multipart/mixed; boundary=m\n\n--m\n\nwhole\n--m\n\ncut o");
        let hindrances: Vec<_> = cut.bodies.iter().map(|body| body[0].hindrance).collect();
        assert_eq!(hindrances, [None, Some(Hindrance::CutShort)]);

        let nested: String =
            (0..1_000).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n")).collect();
        assert_eq!(letter(nested.as_bytes()).hindrance, Some(Hindrance::TooManyParts));
        let mails = "Content-Type: message/rfc822\n\n".repeat(1_000);
        assert_eq!(letter(mails.as_bytes()).hindrance, Some(Hindrance::TooManyParts));
        let many = format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\nx\n".repeat(5_000));
        assert_eq!(letter(many.as_bytes()).hindrance, Some(Hindrance::TooManyParts));
    }

    #[test]
    fn a_boundary_that_never_comes_leaves_a_text() {
        assert_eq!(text(b"Content-Type: multipart/mixed; boundary=never\n\nas it is"), "as it is");
        assert_eq!(text(b"Content-Type: multipart/mixed\n\nas it is"), "as it is");
    }
}
