//! From a file to its mails.
//!
//! A mailbox ("mbox") is mails one behind the other. Each begins with a line `From sender date`, before which an
//! empty line stands, and lines of a mail that look so are escaped with `>` (RFC 4155 and its relatives).
//! mail-parser's own iterator takes any line that begins with `From ` for such a line and holds lines and mails of any length.

use std::io;

/// A longer mail is not loaded; no notification comes near it.
pub const LONGEST_MAIL: usize = 64 << 20;

/// A longer line begins no mail.
const LONGEST_FROM_LINE: usize = 1024;

/// How many lines of a head are looked at.
const HEAD_LINES: usize = 400;

/// What a mail file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailFile {
    /// One mail, as in .eml files and Maildir folders.
    Message,
    /// Any number of mails.
    Mbox,
}

/// The fields by which a mail is known, in lower case. One of the first five must be there.
const KNOWN_FIELDS: [&str; 22] = [
    "from",
    "subject",
    "date",
    "message-id",
    "received",
    "to",
    "cc",
    "bcc",
    "sender",
    "reply-to",
    "return-path",
    "delivered-to",
    "x-original-to",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "dkim-signature",
    "authentication-results",
    "in-reply-to",
    "references",
    "list-id",
    "arc-seal",
];
const TELLING_FIELDS: &[&str] = KNOWN_FIELDS.split_at(5).0;

/// What a file is, by its content alone; nothing if it is no mail. `head` is its beginning, of which 256 KiB are plenty.
pub fn recognise(head: &[u8]) -> Option<MailFile> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let mut lines = head.split(|b| *b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)).take(HEAD_LINES);
    let first = lines.by_ref().find(|line| !line.trim_ascii().is_empty())?;
    let mailbox = first.starts_with(b"From ");
    let first = if mailbox { lines.next()? } else { first };
    // A field's continuation cannot come first; `>From ` is how some programs keep an older `From ` line.
    field_name(first).or_else(|| (mailbox && first.starts_with(b">From ")).then(String::new))?;
    let mut seen: Vec<String> = Vec::new();
    for line in std::iter::once(first).chain(lines) {
        if line.trim_ascii().is_empty() {
            break;
        }
        match field_name(line) {
            Some(name) if KNOWN_FIELDS.contains(&name.as_str()) && !seen.contains(&name) => seen.push(name),
            Some(_) => {}
            None if line.starts_with(b" ") || line.starts_with(b"\t") || line.starts_with(b">") => {}
            // Anything else ends the fields of a mail.
            None => break,
        }
    }
    let telling = seen.iter().any(|name| TELLING_FIELDS.contains(&name.as_str()));
    match (mailbox, telling && seen.len() >= 2) {
        (_, false) => None,
        (true, true) => Some(MailFile::Mbox),
        (false, true) => Some(MailFile::Message),
    }
}

/// The name of the field that a line begins, in lower case.
pub(super) fn field_name(line: &[u8]) -> Option<String> {
    // RFC 5322 allows any length; no field that matters here has a longer name.
    let colon = line.iter().take(80).position(|b| *b == b':')?;
    let name = line[..colon].trim_ascii_end();
    let fits = |b: &u8| b.is_ascii_graphic();
    (!name.is_empty() && name.iter().all(fits)).then(|| String::from_utf8_lossy(name).to_ascii_lowercase())
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

/// The mails of a file, read one by one.
pub(super) struct Mailbox<R> {
    kind: MailFile,
    reader: R,
    limit: usize,
    /// Number of the line that is read next, from 1.
    line: u64,
    /// The mail whose `From ` line was read.
    open: Option<Raw>,
    done: bool,
}

/// A line, or a piece of one that is longer than [`LONGEST_FROM_LINE`].
struct Piece {
    bytes: Vec<u8>,
    ends_line: bool,
}

impl<R: io::BufRead> Mailbox<R> {
    pub fn new(kind: MailFile, reader: R) -> Self {
        Mailbox { kind, reader, limit: LONGEST_MAIL, line: 1, open: None, done: false }
    }

    #[cfg(test)]
    pub fn with_limit(self, limit: usize) -> Self {
        Mailbox { limit, ..self }
    }

    /// The only mail of a file.
    fn single(&mut self) -> io::Result<Raw> {
        let mut raw = Raw { line: 1, bytes: Vec::new(), cut: false };
        loop {
            let available = match self.reader.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                available => available?,
            };
            let taken = available.len();
            if taken == 0 {
                return Ok(raw);
            }
            let room = self.limit - raw.bytes.len();
            raw.bytes.extend_from_slice(&available[..taken.min(room)]);
            raw.cut |= taken > room;
            self.reader.consume(taken);
            if raw.cut {
                return Ok(raw);
            }
        }
    }

    fn piece(&mut self) -> io::Result<Option<Piece>> {
        let mut bytes = Vec::new();
        loop {
            let available = match self.reader.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                available => available?,
            };
            if available.is_empty() {
                return Ok((!bytes.is_empty()).then_some(Piece { bytes, ends_line: true }));
            }
            let available = &available[..available.len().min(LONGEST_FROM_LINE - bytes.len())];
            let end = memchr::memchr(b'\n', available).map(|at| at + 1);
            let taken = end.unwrap_or(available.len());
            bytes.extend_from_slice(&available[..taken]);
            self.reader.consume(taken);
            if end.is_some() || bytes.len() >= LONGEST_FROM_LINE {
                return Ok(Some(Piece { bytes, ends_line: end.is_some() }));
            }
        }
    }

    /// The next mail of a mailbox.
    fn next_of_many(&mut self) -> io::Result<Option<Raw>> {
        let mut line_start = true;
        let mut after_blank = self.line == 1;
        while let Some(piece) = self.piece()? {
            let here = self.line;
            self.line += u64::from(piece.ends_line);
            let whole = line_start && piece.ends_line;
            line_start = piece.ends_line;
            let begins = whole && after_blank && (here == 1 && is_from(&piece.bytes) || is_dated_from(&piece.bytes));
            after_blank = whole && piece.bytes.trim_ascii().is_empty();
            if begins {
                let next = Raw { line: here, bytes: Vec::new(), cut: false };
                if let Some(complete) = self.open.replace(next) {
                    return Ok(Some(complete));
                }
                continue;
            }
            // Blank lines above the first mail.
            let Some(open) = &mut self.open else {
                after_blank = true;
                continue;
            };
            let content = if whole { unescaped(&piece.bytes) } else { &piece.bytes };
            if open.bytes.len() + content.len() > self.limit {
                open.cut = true;
            }
            if !open.cut {
                open.bytes.extend_from_slice(content);
            }
        }
        Ok(self.open.take())
    }
}

impl<R: io::BufRead> Iterator for Mailbox<R> {
    type Item = io::Result<Raw>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let next = match self.kind {
            MailFile::Message => {
                self.done = true;
                self.single().map(Some)
            }
            MailFile::Mbox => self.next_of_many(),
        };
        self.done |= !matches!(next, Ok(Some(_)));
        next.transpose()
    }
}

fn is_from(line: &[u8]) -> bool {
    line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).starts_with(b"From ")
}

/// `From sender Mon Nov 16 04:12:33 2026`, with or without an offset.
fn is_dated_from(line: &[u8]) -> bool {
    if !is_from(line) {
        return false;
    }
    let Ok(line) = std::str::from_utf8(line) else { return false };
    let words: Vec<&str> = line.split_whitespace().collect();
    let weekday = |word: &str| ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].contains(&word);
    let month = |word: &str| {
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"].contains(&word)
    };
    words.windows(4).any(|four| weekday(four[0]) && month(four[1]) && four[3].contains(':'))
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

    #[test]
    fn a_mail_beyond_the_limit_is_cut_and_the_next_one_is_whole() {
        let text = format!(
            "From a Mon Nov 16 04:12:33 2026\nSubject: 1\n\n{}\n\nFrom b Mon Nov 16 04:12:33 2026\nSubject: 2\n\n",
            "x".repeat(10_000)
        );
        let mails: Vec<Raw> = Mailbox::new(MailFile::Mbox, io::BufReader::with_capacity(7, text.as_bytes()))
            .with_limit(5_000)
            .map(Result::unwrap)
            .collect();
        let told: Vec<_> = mails.iter().map(|raw| (raw.line, raw.cut, raw.bytes.len() <= 5_000)).collect();
        assert_eq!(told, [(1, true, true), (6, false, true)]);
        assert_eq!(mails[1].bytes, b"Subject: 2\n\n");
        let single = Mailbox::new(MailFile::Message, text.as_bytes()).with_limit(5_000).next().unwrap().unwrap();
        assert!(single.cut && single.bytes.len() == 5_000);
    }
}
