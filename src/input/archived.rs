//! An archive, or a Parquet or CSV file in its schema, as an input: a source for each channel.

use std::{
    collections::BTreeMap,
    hash::{BuildHasher, RandomState},
    ops::Range,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use hashbrown::HashTable;

use super::{
    CellRuns, CellSink, Pass, ReadOptions, RowsIn,
    allowance::Allowance,
    fault::{Fault, unreadable},
    name::coverage,
    place::Place,
    source::{Input, Part, Source, Stop},
    stored::{Entry, Held, Stored},
    text::Text,
};
use crate::{
    archive::{Archive, EachRow, Partition, csv_heading, read_csv, read_parquet},
    error::Result,
    model::{
        Catalog, Channel, Columns, CoverageBasis, KindId, Origin, Precision, Row, SourceKind, SourceReport, Span,
        Timestamp, Zone, key,
    },
};

/// What an archive calls the mails that tell of no error: LINE stopped redelivering.
pub const REDELIVERY_STOPPED: &str = "redelivery_stopped";

/// Rows are joined to cells whenever so many cells wait.
const RUN: usize = 200_000;

/// How often an archive is read from its beginning because a source was taken away meanwhile.
const TRIES: usize = 5;

/// Where rows are stored. Days are told as those of the options' zone.
enum Store {
    Archive(Archive),
    File { place: Place, shown: String, options: ReadOptions },
    Csv { text: Text, shown: String, options: ReadOptions },
}

impl Store {
    fn each(&self, channel: Option<&Channel>, range: Option<&Range<Timestamp>>, each: &mut EachRow<'_>) -> Result<()> {
        match self {
            Store::File { place, shown, options } => {
                let mut file = place.open().map_err(|error| unreadable(shown, &error))?;
                read_parquet(&mut file, shown, options.privacy, options.zone, &mut |row| {
                    if range.is_none_or(|range| range.contains(&row.time)) { each(row) } else { Ok(()) }
                })
            }
            Store::Csv { text, shown, options } => {
                let text = text.open().map_err(|error| unreadable(shown, &error))?;
                read_csv(text, shown, options.privacy, options.zone, &mut |row| {
                    if range.is_none_or(|range| range.contains(&row.time)) { each(row) } else { Ok(()) }
                })
            }
            Store::Archive(archive) => {
                // Of another engine's files only the rows say which channel they are of.
                let may_be = |part: &&Partition| channel.is_none_or(|channel| part.may_be_of(channel));
                let mut partitions = archive.partitions(range).filter(may_be);
                partitions.try_for_each(|partition| archive.rows(partition, range, each))
            }
        }
    }
}

/// The rows of one channel, one precision and one kind of source.
struct Strand {
    store: Arc<Store>,
    channel: Channel,
    precision: Precision,
    origin: Origin,
}

impl Stored for Strand {
    fn each(&self, stretch: &Range<i64>, catalog: &Mutex<Catalog>, row: &mut dyn FnMut(Entry)) -> Result<()> {
        let range = Timestamp(stretch.start)..Timestamp(stretch.end);
        let mut kinds = Kinds::default();
        self.store.each(Some(&self.channel), Some(&range), &mut |stored| {
            if (stored.precision, stored.origin) == (self.precision, self.origin)
                && self.channel.is_same(&stored.channel)
            {
                row(entry(stored, kinds.kind(stored, catalog).map_err(|fault| fault.told(""))?));
            }
            Ok(())
        })
    }
}

fn entry(row: &Row, kind: KindId) -> Entry {
    Entry { at: row.time.0, kind, errors: row.errors, rows: row.rows, end: row.end.0 }
}

/// The kinds of the rows so far; asking the catalog each time would take longer than reading the row.
#[derive(Default)]
struct Kinds {
    /// A row of each kind.
    known: HashTable<(Row, KindId)>,
    hasher: RandomState,
}

impl Kinds {
    fn kind(&mut self, row: &Row, catalog: &Mutex<Catalog>) -> std::result::Result<KindId, Fault> {
        let hash = |row: &Row| self.hasher.hash_one((&row.channel, row.origin, &row.reason, &row.detail, &row.host));
        let same = |(known, _): &(Row, KindId)| {
            known.detail == row.detail
                && known.reason == row.reason
                && known.host == row.host
                && known.channel == row.channel
                && known.origin == row.origin
        };
        if let Some((_, kind)) = self.known.find(hash(row), same) {
            return Ok(*kind);
        }
        let mut catalog = catalog.lock().unwrap_or_else(PoisonError::into_inner);
        let kind = catalog.intern(&row.channel, &row.reason, &row.detail, row.host.as_ref(), row.origin)?;
        self.known.insert_unique(hash(row), (row.clone(), kind), |(row, _)| hash(row));
        Ok(kind)
    }
}

/// Rows of one strand on their way into cells.
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
    stops: Vec<Stop>,
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
        match sources(store, SourceKind::Archive, shown, allowance, pass) {
            Err(error) if error.0.key == key::archive::CHANGED && tries.next().is_some() => {
                archive = Archive::open(path, pass.options.privacy)?;
            }
            done => return done,
        }
    }
}

/// Reads a Parquet file in the archive's schema.
pub fn file(place: &Place, shown: &str, allowance: &Allowance, pass: &Pass<'_>) -> Result<Vec<Source>> {
    let store = Store::File { place: place.clone(), shown: shown.to_owned(), options: pass.options.clone() };
    sources(store, SourceKind::Parquet, shown, allowance, pass)
}

/// Whether a text is the archive's rows as CSV.
pub fn is_csv(text: &Text) -> std::io::Result<bool> {
    let heading = csv_heading();
    let head = text.head(0, heading.len() + 1)?;
    Ok(head.strip_prefix(heading.as_bytes()).is_some_and(|rest| rest == b"\n" || rest == b"\r"))
}

/// Reads such a text; it has no source where it has no row.
pub fn csv(text: &Text, input: &Input, allowance: &Allowance, pass: &Pass<'_>) -> Result<Vec<Source>> {
    let store = Store::Csv { text: text.clone(), shown: input.path.clone(), options: pass.options.clone() };
    let mut sources = sources(store, SourceKind::Csv, &input.path, allowance, pass)?;
    for report in sources.iter_mut().map(|source| &mut source.report) {
        report.coverage = coverage(&input.name, report.precision, pass.options);
    }
    Ok(sources)
}

fn sources(store: Store, kind: SourceKind, shown: &str, allowance: &Allowance, pass: &Pass<'_>) -> Result<Vec<Source>> {
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
        of_channel.take(row, &mut kinds, pass.catalog).map_err(|fault| fault.told(shown))
    })?;
    if let Store::Archive(archive) = &store {
        // A channel without an error is known too.
        for name in archive.sources().unwrap_or_default().iter().flat_map(|known| &known.channels) {
            channels.entry(name.identity()).or_default().names.entry(name.clone()).or_default();
        }
    }
    let store = Arc::new(store);
    let alone = channels.len() == 1;
    let source = |(channel, found): (Channel, OfChannel)| found.source(&store, &channel, kind, shown, alone);
    channels.into_iter().map(source).collect()
}

impl OfChannel {
    fn take(&mut self, row: &Row, kinds: &mut Kinds, catalog: &Mutex<Catalog>) -> std::result::Result<(), Fault> {
        match self.names.get_mut(&row.channel) {
            Some(last) => *last = (*last).max(Some(row.time)),
            None => _ = self.names.insert(row.channel.clone(), Some(row.time)),
        }
        if row.origin == Origin::Mail && row.reason == REDELIVERY_STOPPED && row.errors == 0 {
            self.stops.push(Stop { at: row.time, channel: row.channel.clone() });
            return Ok(());
        }
        let entry = entry(row, kinds.kind(row, catalog)?);
        let growing = self.strands.entry((row.precision, row.origin)).or_default();
        growing.span = Span::join(growing.span, Some(Span { first: row.time, last: row.time }));
        growing.end = growing.end.max(Some(row.end));
        growing.rows += row.rows;
        growing.errors = growing.errors.checked_add(row.errors).ok_or(Fault::Overflow)?;
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
        let overflow = |_| Fault::Overflow.told(&path);
        let mut report = report(&path, kind);
        let mut parts = Vec::new();
        for ((precision, origin), mut growing) in self.strands {
            report.rows += growing.rows;
            report.errors = report.errors.checked_add(growing.errors).ok_or_else(|| Fault::Overflow.told(&path))?;
            report.span = Span::join(report.span, growing.span);
            report.end = report.end.max(growing.end);
            report.precision = report.precision.max(Some(precision));
            let last = growing.sink.finish().map_err(overflow)?;
            growing.runs.push(&last).map_err(overflow)?;
            growing.held.sort_unstable();
            let rows_in: Arc<dyn Stored> = match origin {
                Origin::Mail => Arc::new(Held(growing.held)),
                Origin::Export => {
                    Arc::new(Strand { store: Arc::clone(store), channel: channel.clone(), precision, origin })
                }
            };
            parts.push(Part {
                name: path.clone(),
                origin,
                cells: growing.runs.finish().map_err(overflow)?,
                span: growing.span,
                precision: Some(precision),
                rows: growing.rows,
                rows_in: RowsIn::Stored(rows_in),
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
