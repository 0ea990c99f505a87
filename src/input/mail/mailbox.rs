//! From a file to its mails.
//!
//! A mailbox ("mbox") is mails one behind the other. Each begins with a line `From sender date`, before which an
//! empty line stands, and lines of a mail that look so are escaped with `>` (RFC 4155 and its relatives).
//! mail-parser's own iterator takes any line that begins with `From ` for such a line and holds lines and mails of any length.

use std::io::{self, BufRead, Read};

/// A longer mail is no notification: only its beginning is read.
const LONGEST_MAIL: usize = 256 << 10;

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

/// The fields by which a mail is known, one of which must be there, and others that speak for one.
const TELLING_FIELDS: [&str; 5] = ["from", "subject", "date", "message-id", "received"];
const OTHER_FIELDS: &str = "to cc bcc sender reply-to return-path delivered-to x-original-to mime-version content-type \
                            content-transfer-encoding dkim-signature authentication-results in-reply-to references list-id arc-seal";

/// What a file is, by its content alone; nothing if it is no mail. `head` is its beginning, of which 256 KiB are plenty.
pub fn recognise(head: &[u8]) -> Option<MailFile> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let mut lines =
        head.split(|b| *b == b'\n').take(HEAD_LINES).skip_while(|line| line.trim_ascii().is_empty()).peekable();
    let mailbox = lines.next_if(|line| line.starts_with(b"From ")).is_some();
    // A field's continuation cannot come first; `>From ` is how some programs keep an older `From ` line.
    let first = lines.peek()?;
    field_name(first).or_else(|| (mailbox && first.starts_with(b">From ")).then(String::new))?;
    let mut seen: Vec<String> = Vec::new();
    // Anything but fields and what continues them ends the head of a mail.
    for line in lines.take_while(|line| !line.trim_ascii().is_empty()) {
        match field_name(line) {
            Some(name) if seen.contains(&name) => {}
            Some(name) => seen.push(name),
            None if line.starts_with(b" ") || line.starts_with(b"\t") || line.starts_with(b">") => {}
            None => break,
        }
    }
    let telling = seen.iter().filter(|name| TELLING_FIELDS.contains(&name.as_str())).count();
    let others = seen.iter().filter(|name| OTHER_FIELDS.split(' ').any(|known| known == name.as_str())).count();
    match telling > 0 && telling + others > 1 {
        false => None,
        true if mailbox => Some(MailFile::Mbox),
        true => Some(MailFile::Message),
    }
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

/// The mails of a file, read one by one.
pub(super) struct Mailbox<R> {
    kind: MailFile,
    reader: R,
    /// Number of the line that is read next, from 1.
    line: u64,
    /// The mail that is being read.
    open: Option<Raw>,
}

impl<R: BufRead> Mailbox<R> {
    pub fn new(kind: MailFile, reader: R) -> Self {
        Mailbox { kind, reader, line: 1, open: (kind == MailFile::Message).then(|| Raw::at(1)) }
    }

    fn read(&mut self) -> io::Result<Option<Raw>> {
        let mut line = Vec::new();
        // Whether the next bytes begin a line, and whether that may begin a mail.
        let (mut line_start, mut after_blank) = (true, self.line == 1);
        loop {
            line.clear();
            // Of a longer line every piece is read alone.
            if self.reader.by_ref().take(LONGEST_MAIL as u64).read_until(b'\n', &mut line)? == 0 {
                return Ok(self.open.take());
            }
            let (here, starts) = (self.line, line_start);
            line_start = line.ends_with(b"\n");
            self.line += u64::from(line_start);
            let first = here == 1 && is_from(&line);
            if self.kind == MailFile::Mbox && starts && after_blank && (first || is_dated_from(&line)) {
                if let Some(complete) = self.open.replace(Raw::at(here)) {
                    return Ok(Some(complete));
                }
                after_blank = false;
                continue;
            }
            // Above the first mail are blank lines only.
            after_blank = self.open.is_none() || starts && line.trim_ascii().is_empty();
            if let Some(open) = &mut self.open {
                open.add(if self.kind == MailFile::Mbox && starts { unescaped(&line) } else { &line });
            }
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
