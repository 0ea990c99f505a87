//! Reading a file of notification mails.

use std::{
    collections::BTreeMap,
    io::{self, BufReader},
};

use super::{
    Pass,
    cells::CellSink,
    fault::unreadable,
    mail::{self, Content, Mail, MailFile, MailOptions},
    rows::EXAMPLES,
    source::{Input, Outcome, Part, RowsIn, Source},
    stored::Entry,
    text::Text,
};
use crate::{
    error::{Error, Result},
    model::{
        Catalog, Columns, Origin, Precision, Reject, Row, Sentence, SentenceKey, SkippedLine, SourceKind, SourceReport,
        Span, Timestamp, key,
    },
};

/// Reads every mail of a file. A file without a notification is no export, and why is told.
pub fn read(input: &Input, kind: MailFile, text: Text, pass: &Pass<'_>) -> Outcome {
    let columns = Columns {
        time: Some("Time detected".into()),
        reason: "Reason for error".into(),
        detail: Some("Detail for error".into()),
        count: Some("Error count".into()),
        channel_id: Some("Channel ID".into()),
        channel_name: Some("Channel name".into()),
        ..Columns::default()
    };
    // A mail tells one moment and nothing of the time around it, so it covers none.
    let report =
        SourceReport { packing: input.packing, ..SourceReport::of_no_table(&input.path, SourceKind::Mail, columns) };
    let mut mails = Mails { pass, entries: Vec::new(), stops: Vec::new(), report, other: None };
    let parts = mails.read(kind, &text).map_err(|fault| unreadable(&input.path, &fault))?;
    let Mails { stops, report, other, .. } = mails;
    if parts.is_empty() && stops.is_empty() && report.rejected == 0 {
        return Ok(Err(other.unwrap_or_else(|| Sentence::new(key::mails::OTHER))));
    }
    Ok(Ok(Source { report, parts, text: Some(text), lines: 0, label: None, stops, extents: Vec::new() }))
}

/// What mails told of one precision, in the order of time.
fn part(path: &str, precision: Precision, entries: Vec<Entry>) -> Result<Part> {
    let mut sink = CellSink::default();
    for entry in &entries {
        sink.add(entry.at, entry.end, entry.kind, entry.errors, entry.rows);
    }
    Ok(Part {
        name: path.to_owned(),
        origin: Origin::Mail,
        cells: sink.finish()?.into_iter().collect(),
        span: span(&entries),
        precision: Some(precision),
        rows: entries.iter().map(|entry| entry.rows).sum(),
        rows_in: RowsIn::Held(entries),
    })
}

fn span(entries: &[Entry]) -> Option<Span> {
    let (first, last) = (entries.first()?, entries.last()?);
    Some(Span { first: Timestamp(first.at), last: Timestamp(last.at) })
}

/// Each notification once, in the order of time: two mails that tell the same channel, time, reason and detail are copies
/// of one, and the one that tells more errors counts, of equal ones the one that names a host and tells the time more
/// exactly.
fn once(entries: &mut Vec<(Precision, Entry)>, catalog: &Catalog) {
    let key = |entry: &Entry| {
        let kind = catalog.kind(entry.kind);
        (entry.at, kind.channel, kind.reason, kind.detail)
    };
    let host = |entry: &Entry| catalog.kind(entry.kind).host.map(|host| &catalog.hosts[host as usize]);
    entries.sort_by(|(a_step, a), (b_step, b)| {
        key(a)
            .cmp(&key(b))
            .then_with(|| b.errors.cmp(&a.errors))
            .then_with(|| host(b).cmp(&host(a)))
            .then(a_step.cmp(b_step))
    });
    entries.dedup_by(|later, first| key(&later.1) == key(&first.1));
}

/// The mails of a file so far.
struct Mails<'a> {
    pass: &'a Pass<'a>,
    entries: Vec<(Precision, Entry)>,
    stops: Vec<Row>,
    report: SourceReport,
    /// Why the last mail that is none of LINE's is not.
    other: Option<Sentence>,
}

impl Mails<'_> {
    /// Reads all, and gives what they told, a part for each precision: a mail's is its own, whatever else is in the file.
    fn read(&mut self, kind: MailFile, text: &Text) -> io::Result<Vec<Part>> {
        let options = MailOptions { zone: self.pass.options.zone, privacy: self.pass.options.privacy };
        for mail in mail::mails(kind, BufReader::with_capacity(1 << 17, text.open()?), options) {
            self.take(mail?)?;
        }
        once(&mut self.entries, &self.pass.catalog.lock());
        let mut by_precision: BTreeMap<Precision, Vec<Entry>> = BTreeMap::new();
        for (precision, entry) in &self.entries {
            by_precision.entry(*precision).or_default().push(*entry);
        }
        let path = &self.report.path;
        let parts: Vec<Part> = by_precision
            .into_iter()
            .map(|(precision, entries)| part(path, precision, entries))
            .collect::<Result<_>>()?;
        self.report.span = parts.iter().fold(None, |all, part| Span::join(all, part.span));
        self.report.end = self.report.span.map(|span| span.last);
        Ok(parts)
    }

    fn take(&mut self, mail: Mail) -> io::Result<()> {
        let wanted = &self.pass.options.mail_from_domains;
        let from = mail.from_domain.as_deref();
        let stranger =
            !wanted.is_empty() && !wanted.iter().any(|known| from.is_some_and(|from| known.eq_ignore_ascii_case(from)));
        match mail.content {
            Content::Other(why) => {
                self.skip(mail.line, key::inspect::LINE_OTHER_MAIL, mail.subject);
                self.other = Some(why);
            }
            _ if stranger => {
                self.other = Some(Sentence::new(key::other::MAIL_SENDER).with("domain", from.unwrap_or("–")));
                self.skip(mail.line, key::inspect::LINE_OTHER_SENDER, mail.subject);
            }
            Content::Unreadable { why, text } => {
                self.report.rows += 1;
                self.report.rejected += 1;
                let reject = Reject { line: mail.line, why, text };
                self.pass.reject(&self.report.path, &reject)?;
                if self.report.rejects.len() < EXAMPLES {
                    self.report.rejects.push(reject);
                }
            }
            Content::Notices(notices) => {
                notices.into_iter().try_for_each(|row| self.notice(row, mail.line))?;
            }
        }
        Ok(())
    }

    fn notice(&mut self, row: Row, line: u64) -> io::Result<()> {
        if row.is_stop() {
            let name = row.channel.name.clone().or_else(|| row.channel.id.clone()).unwrap_or_default();
            self.skip(line, key::inspect::LINE_STOP, name);
            self.stops.push(row);
            return Ok(());
        }
        let mut catalog = self.pass.catalog.lock();
        let kind = catalog.intern(&row.channel, &row.reason, &row.detail, row.host.as_ref(), row.origin)?;
        self.entries.push((row.precision, Entry::of(&row, kind)));
        let report = &mut self.report;
        report.rows += 1;
        report.accepted += 1;
        report.errors = report.errors.checked_add(row.errors).ok_or_else(Error::overflow)?;
        report.precision = report.precision.max(Some(row.precision));
        Ok(())
    }

    fn skip(&mut self, line: u64, what: SentenceKey, text: String) {
        self.report.skipped_lines += 1;
        if self.report.skipped.len() < EXAMPLES {
            self.report.skipped.push(SkippedLine { line, what, text });
        }
    }
}
