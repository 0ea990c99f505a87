//! Mails that were forwarded as text: the fields that mail programs write above such a mail part it from what stands before.

use super::{
    text::without_edges,
    words::{WORDS, normal},
};

/// A stretch of a text that is one mail.
pub struct Section<'a> {
    /// What the fields above it say; none for the mail's own stretch, which is the first.
    pub fields: Option<Fields>,
    pub lines: &'a [String],
}

/// The fields that were written above a forwarded mail.
pub struct Fields {
    pub subject: String,
    pub date: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Subject,
    Date,
    Other,
}

/// A subject of this many bytes or more may go on in the next line.
const WRAPPED: usize = 55;

/// Parts a text at the fields of forwarded mails. There is at least one section.
pub fn sections(lines: &[String]) -> Vec<Section<'_>> {
    let mut sections = Vec::new();
    let (mut fields, mut start, mut at) = (None, 0, 0);
    while at < lines.len() {
        let (end, found) = run(lines, at);
        if found.is_some() {
            sections.push(Section { fields: std::mem::replace(&mut fields, found), lines: &lines[start..at] });
            start = end;
        }
        at = end.max(at + 1);
    }
    sections.push(Section { fields, lines: &lines[start..] });
    sections
}

/// Where the fields that begin here end, and what they say if they are those of a mail: a subject and another one.
fn run(lines: &[String], start: usize) -> (usize, Option<Fields>) {
    let mut found: Vec<(Field, String)> = Vec::new();
    let mut at = start;
    while let Some(line) = lines.get(at) {
        let blank = line.trim().is_empty();
        match (field(line), found.last_mut()) {
            (Some(next), _) => found.push(next),
            // Paragraphs of HTML have a blank line between them.
            (None, Some(_)) if blank && lines.get(at + 1).is_some_and(|next| field(next).is_some()) => {}
            // A row of a table is no part of it.
            (None, Some((Field::Subject, subject))) if !blank && subject.len() >= WRAPPED && !line.contains('\t') => {
                subject.extend([" ", without_edges(line).trim()]);
            }
            _ => break,
        }
        at += 1;
    }
    let value = |wanted: Field| found.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.clone());
    let fields = value(Field::Subject).map(|subject| Fields { subject, date: value(Field::Date) });
    (at, fields.filter(|_| found.len() > 1))
}

/// The field that a line is.
fn field(line: &str) -> Option<(Field, String)> {
    let line = without_edges(line);
    // No name is longer than 30 bytes.
    let (name, value) = line.split_once([':', '：']).filter(|(name, _)| name.len() <= 40)?;
    let name = normal(name);
    let words = &WORDS.forwarded;
    let names = [(Field::Subject, &words.subject), (Field::Date, &words.date), (Field::Other, &words.other)];
    let (field, _) = names.into_iter().find(|(_, names)| names.contains(&name))?;
    Some((field, value.trim().trim_start_matches('*').trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::mail::text::plain;

    /// The fields as `subject @ date`, and the text below them.
    fn told(plain_text: &str) -> Vec<(String, String)> {
        sections(&plain(plain_text))
            .into_iter()
            .map(|section| {
                let date = |fields: &Fields| fields.date.clone().unwrap_or_else(|| "?".into());
                let fields = section.fields.map(|fields| format!("{} @ {}", fields.subject, date(&fields)));
                (fields.unwrap_or_default(), section.lines.join("\n").trim().to_owned())
            })
            .collect()
    }

    #[test]
    fn forwarded_mails_are_sections() {
        let text = "please look\n\n---------- Forwarded message ---------\nFrom: LINE <a@b>\nDate: Mon, 16 Nov 2026 at \
                    04:12\nSubject: one\nTo: <c@d>\n\nbody\n-----元のメッセージ-----\n> 差出人: LINE\n> 送信日時: \
                    2026年11月16日 4:12\n> 宛先: x\n> 件名: two\n>\n> text";
        let found = told(text);
        assert_eq!(found[0].1, "please look\n\n---------- Forwarded message ---------");
        assert_eq!(found[1].0, "one @ Mon, 16 Nov 2026 at 04:12");
        assert_eq!(found[1].1, "body\n-----元のメッセージ-----");
        assert_eq!(found[2], ("two @ 2026年11月16日 4:12".into(), "text".into()));
    }

    #[test]
    fn a_long_subject_goes_on_and_bold_names_are_names() {
        let found = told(
            "*From:* LINE\n*Subject:* Messaging API: Your bot server returned no response or an error -\nshop\n\nx",
        );
        let subject = "Messaging API: Your bot server returned no response or an error - shop";
        assert_eq!(found[1], (format!("{subject} @ ?"), "x".into()));
        let found = told(&format!("From: LINE\nSubject: {subject}\n| Channel ID | Error count |\n| 1 | 2 |"));
        assert_eq!(found[1], (format!("{subject} @ ?"), "Channel ID\tError count\n1\t2".into()));
    }

    #[test]
    fn a_lone_field_is_text() {
        let text = "Subject: only\n\nFrom: only\nx";
        assert_eq!(told("Subject: only\nx"), [(String::new(), "Subject: only\nx".into())]);
        assert_eq!(told(text).len(), 2, "a blank line may stand between fields");
        assert_eq!(told("From: a\nTo: b\nx"), [(String::new(), "From: a\nTo: b\nx".into())]);
    }
}
