//! A file of notification mails as an input.

use std::{
    collections::BTreeMap,
    io::BufReader,
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    CellSink, Overflow, ReadOptions, Watcher,
    chunks::Text,
    find::unreadable,
    mail::{self, Content, Mail, MailFile, MailOptions, Notice},
    rows::EXAMPLES,
    source::{Fault, Outcome, Part, Source},
    stored::{Entry, Held},
};
use crate::{
    error::{Error, Result},
    model::{
        Catalog, Channel, Columns, Origin, Precision, Reject, Sentence, SkippedLine, SourceKind, SourceReport, Span,
        Timestamp, Why,
    },
};

/// LINE gave up sending failed webhooks of a channel again, as a mail told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stop {
    pub at: Timestamp,
    pub channel: Channel,
}

/// Reads every mail of a file. A file without a notification is no input.
///
/// # Errors
/// Where it cannot be read.
pub fn read(
    path: &str,
    kind: MailFile,
    packing: Option<&'static str>,
    text: Text,
    catalog: &Mutex<Catalog>,
    options: &ReadOptions,
    watcher: &dyn Watcher,
) -> Result<Outcome> {
    let io = |error: std::io::Error| unreadable(path, &error);
    let mail_options = MailOptions { zone: options.zone, privacy: options.privacy };
    let mut box_ = Opened { entries: Vec::new(), stops: Vec::new(), report: report(path, packing), other: None };
    for mail in mail::mails(kind, BufReader::with_capacity(1 << 17, text.open().map_err(io)?), mail_options) {
        let mail = mail.map_err(io)?;
        box_.take(mail, catalog, options, watcher).map_err(|fault| fault.told(path))?;
    }
    let Opened { mut entries, stops, mut report, other } = box_;
    if entries.is_empty() && stops.is_empty() && report.rejected == 0 {
        return Ok(Outcome::Other(other.unwrap_or_else(|| Sentence::new("mails.other"))));
    }
    {
        let catalog = catalog.lock().unwrap_or_else(PoisonError::into_inner);
        entries = once(entries, &catalog);
    }
    report.span = entries
        .first()
        .zip(entries.last())
        .map(|((_, first), (_, last))| Span { first: Timestamp(first.at), last: Timestamp(last.at) });
    report.end = report.span.map(|span| span.last);
    // A mail's precision is its own, whatever else is in the file.
    let mut by_precision: BTreeMap<Precision, Vec<Entry>> = BTreeMap::new();
    for (precision, entry) in entries {
        by_precision.entry(precision).or_default().push(entry);
    }
    let parts: Vec<Part> = by_precision
        .into_iter()
        .map(|(precision, entries)| part(path, precision, entries))
        .collect::<std::result::Result<_, Overflow>>()
        .map_err(|overflow| Fault::from(overflow).told(path))?;
    let source = Source { report, parts, text: Some(text), lines: 0, label: None, stops, extents: Vec::new() };
    Ok(Outcome::Read(Box::new(source)))
}

/// What mails of one precision told, in the order of time.
fn part(path: &str, precision: Precision, entries: Vec<Entry>) -> std::result::Result<Part, Overflow> {
    let mut sink = CellSink::default();
    for entry in &entries {
        sink.add(entry.at, entry.end, entry.kind, entry.errors, entry.rows);
    }
    let span = entries.first().zip(entries.last());
    Ok(Part {
        name: path.to_owned(),
        origin: Origin::Mail,
        cells: sink.finish()?,
        span: span.map(|(first, last)| Span { first: Timestamp(first.at), last: Timestamp(last.at) }),
        precision: Some(precision),
        rows: entries.iter().map(|entry| entry.rows).sum(),
        rows_in: super::RowsIn::Stored(Arc::new(Held(entries))),
    })
}

/// Each notification once, in the order of time: two mails that tell the same channel, time, reason and detail are copies
/// of one, and the one that tells more errors counts, of equal ones the one that names a host and tells the time more
/// exactly.
fn once(mut entries: Vec<(Precision, Entry)>, catalog: &Catalog) -> Vec<(Precision, Entry)> {
    let key = |entry: &Entry| {
        let kind = catalog.kind(entry.kind);
        (entry.at, kind.channel, kind.reason, kind.detail)
    };
    let host = |entry: &Entry| catalog.kind(entry.kind).host.map(|host| &catalog.hosts()[host as usize]);
    entries.sort_by(|(a_step, a), (b_step, b)| {
        key(a)
            .cmp(&key(b))
            .then_with(|| b.errors.cmp(&a.errors))
            .then_with(|| host(b).cmp(&host(a)))
            .then(a_step.cmp(b_step))
    });
    entries.dedup_by(|later, first| key(&later.1) == key(&first.1));
    entries
}

struct Opened {
    entries: Vec<(Precision, Entry)>,
    stops: Vec<Stop>,
    report: SourceReport,
    /// Why the last mail that is none of LINE's is not.
    other: Option<Sentence>,
}

impl Opened {
    fn take(
        &mut self,
        mail: Mail,
        catalog: &Mutex<Catalog>,
        options: &ReadOptions,
        watcher: &dyn Watcher,
    ) -> std::result::Result<(), Fault> {
        let wanted = &options.mail_from_domains;
        let stranger = !wanted.is_empty()
            && !mail
                .from_domain
                .as_ref()
                .is_some_and(|domain| wanted.iter().any(|known| known.eq_ignore_ascii_case(domain)));
        match mail.content {
            Content::Other(why) => {
                self.skip(mail.line, "other mail", mail.subject);
                self.other = Some(why);
            }
            _ if stranger => {
                self.skip(mail.line, "mail from elsewhere", mail.subject);
                self.other =
                    Some(Sentence::new("other.mail_sender").with("domain", mail.from_domain.as_deref().unwrap_or("–")));
            }
            Content::Unreadable { why, text } => {
                self.report.rows += 1;
                self.report.rejected += 1;
                let reject = Reject { line: mail.line, why: Why::Mail(why.key()), text };
                watcher
                    .reject(&self.report.path, &reject)
                    .map_err(|cause| Fault::Told(Error::new("error.rejects_unwritten").with("cause", cause)))?;
                if self.report.rejects.len() < EXAMPLES {
                    self.report.rejects.push(reject);
                }
            }
            Content::Notices(notices) => {
                for notice in notices {
                    self.notice(notice, mail.line, catalog)?;
                }
            }
        }
        Ok(())
    }

    fn notice(&mut self, notice: Notice, line: u64, catalog: &Mutex<Catalog>) -> std::result::Result<(), Fault> {
        match notice {
            Notice::RedeliveryStopped(stopped) => {
                let name = stopped.channel.name.clone().or_else(|| stopped.channel.id.clone()).unwrap_or_default();
                self.stops.push(Stop { at: stopped.time, channel: stopped.channel });
                self.skip(line, "redelivery stopped", name);
            }
            Notice::Errors(told) => {
                let mut catalog = catalog.lock().unwrap_or_else(PoisonError::into_inner);
                let kind =
                    catalog.intern(&told.channel, &told.reason, &told.detail, told.host.as_ref(), Origin::Mail)?;
                self.entries.push((
                    told.precision,
                    Entry { at: told.time.0, kind, errors: told.count, rows: 1, end: told.time.0 },
                ));
                let report = &mut self.report;
                report.rows += 1;
                report.accepted += 1;
                report.errors = report.errors.checked_add(told.count).ok_or(Fault::Overflow)?;
                report.precision = report.precision.max(Some(told.precision));
            }
        }
        Ok(())
    }

    fn skip(&mut self, line: u64, what: &'static str, text: String) {
        self.report.skipped_lines += 1;
        if self.report.skipped.len() < EXAMPLES {
            self.report.skipped.push(SkippedLine { line, what, text });
        }
    }
}

/// A mail tells one moment and nothing of the time around it, so it covers none.
fn report(path: &str, packing: Option<&'static str>) -> SourceReport {
    let columns = Columns {
        time: Some("Time detected".into()),
        reason: "Reason for error".into(),
        detail: Some("Detail for error".into()),
        count: Some("Error count".into()),
        channel_id: Some("Channel ID".into()),
        channel_name: Some("Channel name".into()),
        ..Columns::default()
    };
    SourceReport { packing, ..SourceReport::of_no_table(path, SourceKind::Mail, columns) }
}
