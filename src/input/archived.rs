//! An archive, or a Parquet file in its schema, as an input: a source for each channel.

use std::{
    collections::BTreeMap,
    hash::{BuildHasher, RandomState},
    ops::Range,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use hashbrown::HashTable;

use super::{
    CellRuns, CellSink, ReadOptions, RowsIn, Watcher,
    allowance::Allowance,
    fault::{Fault, unreadable},
    place::Place,
    source::{Part, Source, Stop},
    stored::{Entry, Held, Stored},
};
use crate::{
    archive::{Archive, EachRow, read_parquet},
    error::Result,
    model::{
        Catalog, Channel, Columns, CoverageBasis, KindId, Origin, Precision, Privacy, Row, SourceKind, SourceReport,
        Span, Timestamp, Zone,
    },
};

/// What an archive calls the mails that tell of no error: LINE stopped redelivering.
pub const REDELIVERY_STOPPED: &str = "redelivery_stopped";

/// Rows are joined to cells whenever so many cells wait.
const RUN: usize = 200_000;

/// Where rows are stored.
enum Store {
    Archive(Archive),
    File { place: Place, shown: String },
}

impl Store {
    fn each(
        &self,
        channel: Option<&Channel>,
        range: Option<&Range<Timestamp>>,
        privacy: Privacy,
        each: &mut EachRow<'_>,
    ) -> Result<()> {
        match self {
            Store::File { place, shown } => {
                let mut file = place.open().map_err(|error| unreadable(shown, &error))?;
                read_parquet(&mut file, shown, privacy, &mut |row| {
                    if range.is_none_or(|range| range.contains(&row.time)) { each(row) } else { Ok(()) }
                })
            }
            Store::Archive(archive) => {
                for partition in archive.partitions(range) {
                    // Of another engine's files only the rows say which channel they are of.
                    let other =
                        archive.sources().is_some() && channel.is_some_and(|channel| *channel != partition.channel);
                    if !other {
                        archive.rows(partition, range, each)?;
                    }
                }
                Ok(())
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
    privacy: Privacy,
    /// Of the inputs' times.
    zone: Zone,
}

/// Start and end of a row. A day is a civil date, which is stored as one of the console's zone and read as one of the
/// inputs'.
fn moment(row: &Row, zone: &Zone) -> (Timestamp, Timestamp) {
    match row.precision {
        Precision::Day => {
            let start = day_start(row.time, zone);
            (start, Timestamp(start.0 + row.end.0 - row.time.0))
        }
        _ => (row.time, row.end),
    }
}

fn day_start(stored: Timestamp, zone: &Zone) -> Timestamp {
    zone.day_start(Zone::console().day(stored))
}

impl Stored for Strand {
    fn each(&self, stretch: &Range<i64>, catalog: &Mutex<Catalog>, row: &mut dyn FnMut(Entry)) -> Result<()> {
        let range = Timestamp(stretch.start)..Timestamp(stretch.end);
        let mut kinds = Kinds::default();
        // The day is stored as one of another zone.
        let wider = if self.precision == Precision::Day { Precision::Day.millis() } else { 0 };
        let stored_in = Timestamp(range.start.0.saturating_sub(wider))..Timestamp(range.end.0.saturating_add(wider));
        self.store.each(Some(&self.channel), Some(&stored_in), self.privacy, &mut |stored| {
            if (&stored.channel, stored.precision, stored.origin) == (&self.channel, self.precision, self.origin) {
                let (at, end) = moment(stored, &self.zone);
                if range.contains(&at) {
                    let kind = kinds.kind(stored, catalog).map_err(|fault| fault.told(""))?;
                    row(Entry { at: at.0, kind, errors: stored.errors, rows: stored.rows, end: end.0 });
                }
            }
            Ok(())
        })
    }
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
        let kind = catalog.lock().unwrap_or_else(PoisonError::into_inner).intern(
            &row.channel,
            &row.reason,
            &row.detail,
            row.host.as_ref(),
            row.origin,
        )?;
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
}

/// Reads an archive's folder.
///
/// # Errors
/// Where it is damaged, of a later errstat, or in another schema.
pub fn folder(
    path: &Path,
    shown: &str,
    allowance: &Allowance,
    catalog: &Mutex<Catalog>,
    options: &ReadOptions,
    watcher: &dyn Watcher,
) -> Result<Vec<Source>> {
    let archive = Archive::open(path, options.privacy)?;
    sources(Store::Archive(archive), SourceKind::Archive, shown, allowance, catalog, options, watcher)
}

/// Reads a Parquet file in the archive's schema.
///
/// # Errors
/// Where it is damaged or in another schema.
pub fn file(
    place: &Place,
    shown: &str,
    allowance: &Allowance,
    catalog: &Mutex<Catalog>,
    options: &ReadOptions,
    watcher: &dyn Watcher,
) -> Result<Vec<Source>> {
    let store = Store::File { place: place.clone(), shown: shown.to_owned() };
    sources(store, SourceKind::Parquet, shown, allowance, catalog, options, watcher)
}

fn sources(
    store: Store,
    kind: SourceKind,
    shown: &str,
    allowance: &Allowance,
    catalog: &Mutex<Catalog>,
    options: &ReadOptions,
    watcher: &dyn Watcher,
) -> Result<Vec<Source>> {
    let mut channels: BTreeMap<Channel, OfChannel> = BTreeMap::new();
    let mut kinds = Kinds::default();
    let mut count = 0_u64;
    store.each(None, None, options.privacy, &mut |row| {
        count += 1;
        if count.is_multiple_of(1 << 16) {
            watcher.bytes(1 << 20);
            // Reading has its own bounds for each file.
            allowance.plain(1 << 20).map_err(|too_much| too_much.told(shown))?;
        }
        if !channels.contains_key(&row.channel) {
            channels.insert(row.channel.clone(), OfChannel::default());
        }
        let Some(of_channel) = channels.get_mut(&row.channel) else { return Ok(()) };
        of_channel.take(row, &options.zone, &mut kinds, catalog).map_err(|fault| fault.told(shown))
    })?;
    if let Store::Archive(archive) = &store {
        // A channel without an error is known too.
        for name in archive.sources().unwrap_or_default().iter().flat_map(|known| &known.channels) {
            channels.entry(name.clone()).or_default();
        }
    }
    let store = Arc::new(store);
    let alone = channels.len() == 1;
    channels
        .into_iter()
        .map(|(channel, of_channel)| of_channel.source(&store, channel, kind, shown, alone, options))
        .collect()
}

impl OfChannel {
    fn take(
        &mut self,
        row: &Row,
        zone: &Zone,
        kinds: &mut Kinds,
        catalog: &Mutex<Catalog>,
    ) -> std::result::Result<(), Fault> {
        if row.origin == Origin::Mail && row.reason == REDELIVERY_STOPPED && row.errors == 0 {
            self.stops.push(Stop { at: row.time, channel: row.channel.clone() });
            return Ok(());
        }
        let kind = kinds.kind(row, catalog)?;
        let growing = self.strands.entry((row.precision, row.origin)).or_default();
        let (at, end) = moment(row, zone);
        growing.span = Span::join(growing.span, Some(Span { first: at, last: at }));
        growing.end = growing.end.max(Some(end));
        growing.rows += row.rows;
        growing.errors = growing.errors.checked_add(row.errors).ok_or(Fault::Overflow)?;
        if row.origin == Origin::Mail {
            growing.held.push(Entry { at: at.0, kind, errors: row.errors, rows: row.rows, end: end.0 });
        }
        growing.sink.add(at.0, end.0, kind, row.errors, row.rows.max(1));
        growing.waiting += 1;
        if growing.waiting >= RUN {
            growing.waiting = 0;
            growing.runs.push(growing.sink.finish()?)?;
        }
        Ok(())
    }

    fn source(
        self,
        store: &Arc<Store>,
        channel: Channel,
        kind: SourceKind,
        shown: &str,
        alone: bool,
        options: &ReadOptions,
    ) -> Result<Source> {
        let path = match channel.stored() {
            Some(channel) if !alone => format!("{shown} ({channel})"),
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
            growing.runs.push(last).map_err(overflow)?;
            growing.held.sort_unstable();
            let rows_in: Arc<dyn Stored> = match origin {
                Origin::Mail => Arc::new(Held(growing.held)),
                Origin::Export => Arc::new(Strand {
                    store: Arc::clone(store),
                    channel: channel.clone(),
                    precision,
                    origin,
                    privacy: options.privacy,
                    zone: options.zone,
                }),
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
                let Some(mut extent) = known.extent([&channel]) else { continue };
                if known.precision == Some(Precision::Day) {
                    let day = |at| day_start(at, &options.zone);
                    extent.rows = extent.rows.map(|rows| Span { first: day(rows.first), last: day(rows.last) });
                }
                report.coverage.until = report.coverage.until.max(extent.until);
                extents.push((known.id.clone(), extent));
            }
            if report.coverage.until.is_some() {
                report.coverage.by = CoverageBasis::Archive;
            }
        }
        let label = Some(channel).filter(|channel| parts.is_empty() && !channel.is_unknown());
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
