//! An archive, or a Parquet or CSV file in its schema, as an input: a source for each channel.

use std::{collections::BTreeMap, io, path::Path, sync::Arc};

use parking_lot::Mutex;

use super::{
    CellRuns, CellSink, Pass, ReadOptions, RowsIn,
    allowance::Allowance,
    encoding,
    fault::unreadable,
    name::coverage,
    place::Place,
    source::{Input, Part, Source},
    stored::{Archived, Entry, Kinds, Store},
    text::Text,
};
use crate::{
    archive::{Archive, Reader, csv_delimiter},
    error::{Error, Result},
    model::{
        Catalog, Channel, Columns, CoverageBasis, Origin, Precision, Row, SourceKind, SourceReport, Span, Timestamp,
        Zone, key,
    },
};

/// Rows are joined to cells whenever so many cells wait.
const RUN: usize = 200_000;

/// How often an archive is read from its beginning because a source was taken away meanwhile.
const TRIES: usize = 5;

/// Rows of one precision and kind of source on their way into cells.
#[derive(Default)]
struct Growing {
    sink: CellSink,
    runs: CellRuns,
    waiting: usize,
    span: Option<Span>,
    end: Option<Timestamp>,
    rows: u64,
    errors: u64,
    /// Mails are few, and each may be a copy of another.
    held: Vec<Entry>,
}

/// What is stored of one channel.
#[derive(Default)]
struct OfChannel {
    strands: BTreeMap<(Precision, Origin), Growing>,
    stops: Vec<Row>,
    /// Its names, each with the time of its last row; none where it has no rows.
    names: BTreeMap<Channel, Option<Timestamp>>,
}

/// The zone of the hours and days in some inputs: that of archives that agree on one; `None` where an input is something
/// else.
pub fn own_zone<'a>(archives: impl Iterator<Item = Option<&'a Archive>>) -> Option<Zone> {
    let archives: Vec<&Archive> = archives.collect::<Option<_>>()?;
    let mut zones = archives.into_iter().filter_map(Archive::own_zone);
    let first = zones.next()?.ok()?;
    zones.all(|zone| zone.is_ok_and(|zone| zone.same_clock(&first))).then_some(first)
}

/// Reads an archive's folder.
pub fn folder(
    mut archive: Archive,
    path: &Path,
    shown: &str,
    allowance: &Allowance,
    pass: &Pass<'_>,
) -> Result<Vec<Source>> {
    let mut tries = 1..TRIES;
    loop {
        let store = Store::Archive(archive.in_zone(pass.options.zone));
        match sources(store, SourceKind::Archive, (shown, ""), allowance, pass) {
            Err(error) if error.0.key == key::archive::CHANGED && tries.next().is_some() => {
                archive = Archive::open(path, pass.options.privacy)?;
            }
            done => return done,
        }
    }
}

/// Reads a Parquet file in the archive's schema.
pub fn file(place: &Place, shown: &str, allowance: &Allowance, pass: &Pass<'_>) -> Result<Vec<Source>> {
    let reader = Reader { folder: None, privacy: pass.options.privacy, zone: pass.options.zone };
    let store = Store::File { place: place.clone(), shown: shown.to_owned(), reader };
    let name = shown.rsplit('/').next().unwrap_or(shown);
    sources(store, SourceKind::Parquet, (shown, name), allowance, pass)
}

/// So much of a text tells whether it is the archive's rows as CSV.
const HEAD: usize = 4096;

/// The archive's rows as CSV, decoded, and what parts their columns; none where a text is something else.
pub fn as_csv(text: &Text, options: &ReadOptions) -> io::Result<Option<(Text, u8)>> {
    let head = text.head(0, HEAD)?;
    let found = encoding::recognise(&head, options.encoding).encoding;
    let Some(delimiter) = csv_delimiter(&found.decode(&head).0) else { return Ok(None) };
    let raw = text.clone();
    // What claims to be UTF-8 and isn't is refused.
    let text = match found == encoding_rs::UTF_8 {
        true => raw,
        false => Text::stream(move || Ok(Box::new(encoding::transcoded(raw.open()?, found)))),
    };
    Ok(Some((text, delimiter)))
}

/// Reads such a text; it has no source where it has no row.
pub fn csv(
    (text, delimiter): (Text, u8),
    input: &Input,
    allowance: &Allowance,
    pass: &Pass<'_>,
) -> Result<Vec<Source>> {
    let reader = Reader { folder: None, privacy: pass.options.privacy, zone: pass.options.zone };
    let store = Store::Csv { text, delimiter, shown: input.path.clone(), reader };
    let kind = input.sheet.as_ref().map_or(SourceKind::Csv, |sheet| sheet.kind);
    sources(store, kind, (&input.path, &input.name), allowance, pass)
}

/// The sources of a store, which is shown as its path and has the name of a file.
fn sources(
    store: Store,
    kind: SourceKind,
    (shown, file_name): (&str, &str),
    allowance: &Allowance,
    pass: &Pass<'_>,
) -> Result<Vec<Source>> {
    let mut channels: BTreeMap<Channel, OfChannel> = BTreeMap::new();
    // Rows of one channel come in runs.
    let mut last: Option<(Channel, Channel)> = None;
    let mut kinds = Kinds::default();
    let mut count = 0_u64;
    store.each(None, None, &mut |row| {
        count += 1;
        if count.is_multiple_of(1 << 16) {
            pass.watcher.bytes(1 << 20);
            // Reading has its own bounds for each file.
            allowance.plain(1 << 20).map_err(|too_much| too_much.told(shown))?;
        }
        if last.as_ref().is_none_or(|(name, _)| *name != row.channel) {
            last = Some((row.channel.clone(), row.channel.identity()));
        }
        let Some(identity) = last.as_ref().map(|(_, identity)| identity) else { return Ok(()) };
        if !channels.contains_key(identity) {
            channels.insert(identity.clone(), OfChannel::default());
        }
        let Some(of_channel) = channels.get_mut(identity) else { return Ok(()) };
        of_channel.take(row, &mut kinds, pass.catalog).map_err(|fault| unreadable(shown, &fault))
    })?;
    if let Store::Archive(archive) = &store {
        // A channel without an error is known too.
        for name in archive.sources().unwrap_or_default().iter().flat_map(|known| &known.channels) {
            channels.entry(name.identity()).or_default().names.entry(name.clone()).or_default();
        }
    }
    // That of an export without a row has none.
    let is_empty = channels.is_empty() && matches!(store, Store::File { .. });
    if is_empty {
        channels.insert(Channel::default(), OfChannel::default());
    }
    let store = Arc::new(store);
    let alone = channels.len() == 1;
    let source = |(channel, found): (Channel, OfChannel)| -> Result<Source> {
        let mut source = found.source(&store, &channel, kind, shown, alone)?;
        // Mails are complete up to no moment, and an archive has the ends of its own sources.
        let exported = is_empty || source.parts.iter().any(|part| part.origin == Origin::Export);
        let report = &mut source.report;
        if exported && !matches!(&*store, Store::Archive(archive) if archive.sources().is_some()) {
            report.coverage = coverage(file_name, report.precision, pass.options);
        }
        Ok(source)
    };
    channels.into_iter().map(source).collect()
}

impl OfChannel {
    fn take(&mut self, row: &Row, kinds: &mut Kinds, catalog: &Mutex<Catalog>) -> io::Result<()> {
        match self.names.get_mut(&row.channel) {
            Some(last) => *last = (*last).max(Some(row.time)),
            None => _ = self.names.insert(row.channel.clone(), Some(row.time)),
        }
        if row.is_stop() {
            self.stops.push(row.clone());
            return Ok(());
        }
        let entry = Entry::of(row, kinds.kind(row, catalog)?);
        let growing = self.strands.entry((row.precision, row.origin)).or_default();
        growing.span = Span::join(growing.span, Some(Span { first: row.time, last: row.time }));
        growing.end = growing.end.max(Some(row.end));
        growing.rows += row.rows;
        growing.errors = growing.errors.checked_add(row.errors).ok_or_else(Error::overflow)?;
        if row.origin == Origin::Mail {
            growing.held.push(entry);
        }
        growing.sink.add(entry.at, entry.end, entry.kind, row.errors, row.rows.max(1));
        growing.waiting += 1;
        if growing.waiting >= RUN {
            growing.waiting = 0;
            growing.runs.push(&growing.sink.finish()?)?;
        }
        Ok(())
    }

    fn source(
        self,
        store: &Arc<Store>,
        channel: &Channel,
        kind: SourceKind,
        shown: &str,
        alone: bool,
    ) -> Result<Source> {
        let name = self.names.iter().max_by_key(|(_, last)| **last).map(|(name, _)| name.clone());
        let path = match name.as_ref().and_then(Channel::stored) {
            Some(name) if !alone => format!("{shown} ({name})"),
            _ => shown.to_owned(),
        };
        let mut report = report(&path, kind);
        let mut parts = Vec::new();
        for ((precision, origin), mut growing) in self.strands {
            report.rows += growing.rows;
            report.errors = report.errors.checked_add(growing.errors).ok_or_else(Error::overflow)?;
            report.span = Span::join(report.span, growing.span);
            report.end = report.end.max(growing.end);
            report.precision = report.precision.max(Some(precision));
            growing.runs.push(&growing.sink.finish()?)?;
            growing.held.sort_unstable();
            let rows_in = match origin {
                Origin::Mail => RowsIn::Held(growing.held),
                Origin::Export => {
                    let (store, channel) = (Arc::clone(store), channel.clone());
                    RowsIn::Archived(Archived { store, channel, precision, origin })
                }
            };
            parts.push(Part {
                name: path.clone(),
                origin,
                cells: growing.runs.finish()?,
                span: growing.span,
                precision: Some(precision),
                rows: growing.rows,
                rows_in,
            });
        }
        report.accepted = report.rows;
        let mut extents = Vec::new();
        if let Store::Archive(archive) = &**store {
            for known in archive.sources().unwrap_or_default() {
                for (download, extent) in known.extents(self.names.keys()).into_iter().enumerate() {
                    report.coverage.until = report.coverage.until.max(extent.until);
                    extents.push((format!("{}/{download}", known.id), extent));
                }
            }
            if report.coverage.until.is_some() {
                report.coverage.by = CoverageBasis::Archive;
            }
        }
        let label = name.filter(|name| parts.is_empty() && !name.is_unknown());
        Ok(Source { report, parts, text: None, lines: 0, label, stops: self.stops, extents })
    }
}

fn report(path: &str, kind: SourceKind) -> SourceReport {
    let columns = Columns {
        time: Some("time".into()),
        end: Some("end".into()),
        reason: "reason".into(),
        detail: Some("detail".into()),
        count: Some("errors".into()),
        channel_id: Some("channel_id".into()),
        channel_name: Some("channel".into()),
        url: Some("host".into()),
        ..Columns::default()
    };
    SourceReport::of_no_table(path, kind, columns)
}
