//! From a file to its mails.
//!
//! A mailbox ("mbox") is mails one behind the other. Each begins with a line `From sender date`, before which an
//! empty line stands, and lines of a mail that look so are escaped with `>` (RFC 4155 and its relatives). Some programs
//! write no such date or no empty line: the fields of a mail below a `From ` line are enough. Where mails were put together
//! without such lines (`cat *.eml`), fields behind the parts of a mail, or in its base64, begin the next one; behind a text
//! they part it as those of forwarded mails do.
//! mail-parser's own iterator takes any line that begins with `From ` for such a line and holds lines and mails of any length.

use std::{
    collections::VecDeque,
    io::{self, BufRead, Read},
};

use memchr::memmem;

/// A longer mail is no notification: only its beginning is read.
const LONGEST_MAIL: usize = 256 << 10;

/// How many lines of a head are looked at, and how many bytes of one within a file.
const HEAD_LINES: usize = 400;
const LONGEST_HEAD: usize = 64 << 10;

/// What a mail file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailFile {
    /// One mail, as in .eml files and Maildir folders.
    Message,
    /// Any number of mails.
    Mbox,
}

/// The fields by which a mail is known, one of which must be there, and others that speak for one.
const TELLING_FIELDS: [&str; 5] = ["from", "subject", "date", "message-id", "received"];
const OTHER_FIELDS: &str = "to cc bcc sender reply-to return-path delivered-to x-original-to mime-version content-type \
                            content-transfer-encoding dkim-signature authentication-results in-reply-to references list-id arc-seal";

/// What a file is, by its content alone; nothing if it is no mail. `head` is its beginning, of which 256 KiB are plenty.
pub fn recognise(head: &[u8]) -> Option<MailFile> {
    let (kind, telling, others) = fields(head)?;
    (telling > 0 && telling + others > 1).then_some(kind)
}

/// What the fields at the start of a file begin, and how many of them are telling and how many others are known.
fn fields(head: &[u8]) -> Option<(MailFile, usize, usize)> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let mut lines =
        head.split(|b| *b == b'\n').take(HEAD_LINES).skip_while(|line| line.trim_ascii().is_empty()).peekable();
    let mailbox = lines.next_if(|line| line.starts_with(b"From ")).is_some();
    // A field's continuation cannot come first; `>From ` is how some programs keep an older `From ` line.
    let first = lines.peek()?;
    field_name(first).or_else(|| (mailbox && first.starts_with(b">From ")).then(String::new))?;
    let mut seen: Vec<String> = Vec::new();
    // `From: 2026-11-10` is a title of a table.
    let is_title = |line: &[u8]| {
        let value = line.get(5..).unwrap_or_default().trim_ascii();
        line.to_ascii_lowercase().starts_with(b"from:")
            && value.first().is_some_and(u8::is_ascii_digit)
            && !value.contains(&b'@')
    };
    for line in lines.take_while(|line| is_of_head(line)).filter(|line| !is_title(line)) {
        seen.extend(field_name(line).filter(|name| !seen.contains(name)));
    }
    let telling = seen.iter().filter(|name| TELLING_FIELDS.contains(&name.as_str())).count();
    let others = seen.iter().filter(|name| OTHER_FIELDS.split(' ').any(|known| known == name.as_str())).count();
    Some((if mailbox { MailFile::Mbox } else { MailFile::Message }, telling, others))
}

/// Whether a line is a field or goes on with one. Anything else ends the head of a mail.
fn is_of_head(line: &[u8]) -> bool {
    !line.trim_ascii().is_empty() && (b" \t>".contains(&line[0]) || field_name(line).is_some())
}

/// The name of the field that a line begins, in lower case.
fn field_name(line: &[u8]) -> Option<String> {
    // RFC 5322 allows any length; no field that matters here has a longer name.
    let colon = line.iter().take(80).position(|b| *b == b':')?;
    let name = line[..colon].trim_ascii_end();
    (!name.is_empty() && name.iter().all(u8::is_ascii_graphic))
        .then(|| String::from_utf8_lossy(name).to_ascii_lowercase())
}

/// A mail as it stands in its file.
#[derive(Debug)]
pub(super) struct Raw {
    /// The line on which it begins, from 1.
    pub line: u64,
    pub bytes: Vec<u8>,
    /// It is longer than [`LONGEST_MAIL`], and only its beginning is here.
    pub cut: bool,
}

impl Raw {
    fn at(line: u64) -> Raw {
        Raw { line, bytes: Vec::new(), cut: false }
    }

    /// Adds a line, or as much of it as has room.
    fn add(&mut self, line: &[u8]) {
        let room = LONGEST_MAIL - self.bytes.len();
        self.cut |= line.len() > room;
        self.bytes.extend_from_slice(&line[..line.len().min(room)]);
    }
}

/// A line, or a piece of a longer one.
struct Line {
    number: u64,
    bytes: Vec<u8>,
    /// It begins here.
    starts: bool,
}

/// The mails of a file, read one by one.
pub(super) struct Mailbox<R> {
    kind: MailFile,
    reader: R,
    /// Number of the line that is read next, from 1, and whether its start is.
    line: u64,
    line_start: bool,
    /// Lines that were looked at before their turn.
    ahead: VecDeque<Line>,
    /// The mail that is being read.
    open: Option<Raw>,
    body: Body,
}

/// What the mail that is being read has below its fields.
enum Body {
    /// These are not over.
    Unknown,
    /// A text, or parts that this line closes.
    Within(Vec<u8>),
    /// Only another mail has fields here: its parts are closed, or it is base64.
    Over,
}

impl Body {
    fn below(head: &[u8]) -> Body {
        let lower = head.to_ascii_lowercase();
        if let Some(at) = memmem::find(&lower, b"boundary=") {
            let value = &head[at + b"boundary=".len()..];
            let (value, ends): (_, &[u8]) =
                value.strip_prefix(b"\"").map_or((value, b"; \t\r\n"), |value| (value, b"\"\r\n"));
            let boundary = value.split(|b| ends.contains(b)).next().unwrap_or_default();
            return Body::Within([b"--", boundary, b"--"].concat());
        }
        let base64 =
            |line: &[u8]| line.starts_with(b"content-transfer-encoding:") && memmem::find(line, b"base64").is_some();
        if lower.split(|b| *b == b'\n').any(base64) { Body::Over } else { Body::Within(Vec::new()) }
    }
}

impl<R: BufRead> Mailbox<R> {
    pub fn new(kind: MailFile, reader: R) -> Self {
        let open = (kind == MailFile::Message).then(|| Raw::at(1));
        Mailbox { kind, reader, line: 1, line_start: true, ahead: VecDeque::new(), open, body: Body::Unknown }
    }

    fn next_line(&mut self) -> io::Result<Option<Line>> {
        let (mut bytes, number, starts) = (Vec::new(), self.line, self.line_start);
        // Of a longer line every piece is read alone.
        let read = self.reader.by_ref().take(LONGEST_MAIL as u64).read_until(b'\n', &mut bytes)?;
        self.line_start = bytes.ends_with(b"\n");
        self.line += u64::from(self.line_start);
        Ok((read > 0).then_some(Line { number, bytes, starts }))
    }

    /// Whether a mail begins with this line: several telling fields stand here, perhaps below a `From ` line.
    fn is_head(&mut self, line: &Line) -> io::Result<bool> {
        let mut head = line.bytes.clone();
        let mut at = 0;
        while head.len() < LONGEST_HEAD {
            if at == self.ahead.len() {
                let Some(next) = self.next_line()? else { break };
                self.ahead.push_back(next);
            }
            if !is_of_head(&self.ahead[at].bytes) {
                break;
            }
            head.extend_from_slice(&self.ahead[at].bytes);
            at += 1;
        }
        Ok(fields(&head).is_some_and(|(_, telling, _)| telling > 1))
    }

    fn read(&mut self) -> io::Result<Option<Raw>> {
        // Whether the line before is blank, and whether it is a field.
        let (mut after_blank, mut after_field) = (self.line == 1, false);
        loop {
            let next = match self.ahead.pop_front() {
                None => self.next_line()?,
                next => next,
            };
            let Some(line) = next else { return Ok(self.open.take()) };
            let Line { number, bytes, starts } = &line;
            let mailbox = self.kind == MailFile::Mbox && *starts;
            let from = *starts && is_from(bytes);
            let sure = mailbox && from && after_blank && (*number == 1 || is_dated_from(bytes));
            let over = *starts && matches!(self.body, Body::Over);
            let field = is_of_head(bytes);
            let likely = from && (mailbox || over) || over && field && !after_field;
            if sure || self.open.is_some() && likely && self.is_head(&line)? {
                let mut begun = Raw::at(*number);
                begun.add(if from { b"" } else { bytes });
                self.body = Body::Unknown;
                if let Some(complete) = self.open.replace(begun) {
                    return Ok(Some(complete));
                }
                (after_blank, after_field) = (false, false);
                continue;
            }
            let blank = *starts && bytes.trim_ascii().is_empty();
            // Above the first mail are blank lines only.
            (after_blank, after_field) = (self.open.is_none() || blank, field);
            let Some(open) = &mut self.open else { continue };
            match &self.body {
                Body::Unknown if blank && !open.bytes.trim_ascii().is_empty() => self.body = Body::below(&open.bytes),
                Body::Within(closing) if !closing.is_empty() && bytes.trim_ascii_end() == *closing => {
                    self.body = Body::Over
                }
                _ => {}
            }
            open.add(if mailbox { unescaped(bytes) } else { bytes });
        }
    }
}

impl<R: BufRead> Iterator for Mailbox<R> {
    type Item = io::Result<Raw>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

fn is_from(line: &[u8]) -> bool {
    line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).starts_with(b"From ")
}

/// `From sender Mon Nov 16 04:12:33 2026`, with or without an offset.
fn is_dated_from(line: &[u8]) -> bool {
    let Some(line) = std::str::from_utf8(line).ok().filter(|line| is_from(line.as_bytes()) && line.len() <= 1024)
    else {
        return false;
    };
    let words: Vec<&str> = line.split_whitespace().collect();
    let one_of = |names: &str, word: &str| word.len() == 3 && names.split(' ').any(|name| name == word);
    words.windows(4).any(|four| {
        one_of("Mon Tue Wed Thu Fri Sat Sun", four[0])
            && one_of("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", four[1])
            && four[3].contains(':')
    })
}

/// `>From ` was `From ` before it was put into the mailbox, `>>From ` was `>From `.
fn unescaped(line: &[u8]) -> &[u8] {
    let quotes = line.iter().take_while(|b| **b == b'>').count();
    if quotes > 0 && line[quotes..].starts_with(b"From ") { &line[1..] } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &str = "From: a@example.com\r\nSubject: x\r\n\r\nbody\r\n";

    fn mailbox(text: &str) -> Vec<(u64, String)> {
        Mailbox::new(MailFile::Mbox, text.as_bytes())
            .map(|raw| raw.map(|raw| (raw.line, String::from_utf8(raw.bytes).unwrap())).unwrap())
            .collect()
    }

    #[test]
    fn mails_and_mailboxes_are_recognised_by_their_content() {
        for (head, expected) in [
            (FIELDS, Some(MailFile::Message)),
            ("\u{feff}\n\nFrom: a@example.com\nDate: x\n", Some(MailFile::Message)),
            ("Received: from x\n\tby y\nX-Other: 1\nDate: x\n", Some(MailFile::Message)),
            ("From a@example.com Mon Nov 16 04:12:33 2026\nFrom: a\nTo: b\n\n", Some(MailFile::Mbox)),
            ("From - Mon Nov 16 04:12:33 2026\n>From x\nSubject: a\nTo: b\n\n", Some(MailFile::Mbox)),
            ("", None),
            ("\n\n", None),
            ("From here on\nall is prose\n", None),
            ("Time\tReason\tDetail\tCount\n2026-11-16 04:12:33\trequest_timeout\t\t1\n", None),
            ("Date: 1\nnothing else\n", None),
            ("To: b\nCc: c\n\n", None),
            (" From: a\nSubject: b\n", None),
            ("name: errstat\nversion: 1\n", None),
        ] {
            assert_eq!(recognise(head.as_bytes()), expected, "{head}");
        }
        assert_eq!(recognise(&[b"X-Long: ".as_slice(), &vec![b'x'; 1 << 20]].concat()), None);
    }

    #[test]
    fn a_mailbox_is_cut_at_dated_from_lines_behind_an_empty_line() {
        let text = "From a Mon Nov 16 04:12:33 2026\nSubject: 1\n\nFrom here on\n>From b\n>>From c\nFrom x Mon Nov 16 \
                    04:12:33 2026\n\nFrom the team\n\nFrom b Tue Nov 17 04:12:33 2026 +0900\r\nSubject: 2\r\n\r\nx\r\n";
        let found = mailbox(text);
        assert_eq!(
            found,
            [
                (
                    1,
                    "Subject: 1\n\nFrom here on\nFrom b\n>From c\nFrom x Mon Nov 16 04:12:33 2026\n\nFrom the \
                     team\n\n"
                        .to_owned()
                ),
                (11, "Subject: 2\r\n\r\nx\r\n".to_owned()),
            ]
        );
    }

    #[test]
    fn the_first_from_line_needs_no_date_and_nothing_is_lost_at_the_end() {
        assert_eq!(mailbox("From x\nSubject: 1\n\nlast"), [(1, "Subject: 1\n\nlast".to_owned())]);
        assert_eq!(mailbox(""), []);
        assert_eq!(mailbox("From x"), [(1, String::new())]);
    }

    /// The lines on which mails begin.
    fn begins(kind: MailFile, text: &str) -> Vec<u64> {
        Mailbox::new(kind, text.as_bytes()).map(|raw| raw.unwrap().line).collect()
    }

    #[test]
    fn the_fields_of_a_mail_below_a_from_line_are_enough() {
        for from in ["a", "a Mon Nov 16 04:12:33 2026", "a 2026-11-16 04:12:33", "2026年11月16日"] {
            for end in ["\n", "\r\n"] {
                let text = format!("From {from}\nSubject: 1\nDate: x\n\ntext\n").repeat(3).replace('\n', end);
                assert_eq!(begins(MailFile::Mbox, &text), [1, 6, 11], "{text}");
            }
        }
        let prose = "From a\nSubject: 1\nDate: x\n\nFrom here on\nSubject: all\n\nFrom b\n\nSubject: 2\nDate: y\n";
        assert_eq!(begins(MailFile::Mbox, prose), [1]);
    }

    #[test]
    fn mails_put_together_are_parted_behind_what_ends() {
        let parts = "Subject: 1\nDate: x\nContent-Type: multipart/mixed;\n boundary=\"a b\"\n\n--a b\nContent-Type: \
                     message/rfc822\n\nSubject: inner\nDate: x\n\ntext\n--a b--\n";
        let base64 = "Date: x\nSubject: 2\nContent-Transfer-Encoding: base64\n\neA==\n";
        let together = format!("{parts}{base64}\n{base64}From a\n{parts}");
        assert_eq!(begins(MailFile::Message, &together), [1, 14, 20, 25]);
        assert_eq!(begins(MailFile::Mbox, &format!("From a\n{together}")), [1, 15, 21, 26]);
        // Behind a text they are those of a forwarded mail.
        assert_eq!(begins(MailFile::Message, "Subject: 1\nDate: x\n\ntext\n\nSubject: 2\nDate: y\n\n"), [1]);
    }

    #[test]
    fn a_mail_beyond_the_limit_is_cut_and_the_next_one_is_whole() {
        let text = format!(
            "From a Mon Nov 16 04:12:33 2026\nSubject: 1\n\n{}\n\nFrom b Mon Nov 16 04:12:33 2026\nSubject: 2\n\n",
            "x".repeat(3 * LONGEST_MAIL)
        );
        let mails: Vec<Raw> = Mailbox::new(MailFile::Mbox, io::BufReader::with_capacity(7, text.as_bytes()))
            .map(Result::unwrap)
            .collect();
        let told: Vec<_> = mails.iter().map(|raw| (raw.line, raw.cut, raw.bytes.len() <= LONGEST_MAIL)).collect();
        assert_eq!(told, [(1, true, true), (6, false, true)]);
        assert_eq!(mails[1].bytes, b"Subject: 2\n\n");
        let single: Vec<Raw> = Mailbox::new(MailFile::Message, text.as_bytes()).map(Result::unwrap).collect();
        assert!(single.len() == 1 && single[0].cut && single[0].bytes.len() == LONGEST_MAIL);
    }
}
