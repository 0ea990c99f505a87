//! Mails beside exports: both tell the same errors, and the same mail may come twice.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    Label,
    assign::{Own, labelled, own},
    overlap::Strand,
};
use crate::{
    error::{Error, Result},
    input::{CellSink, Entry, Held, RowsIn, Source},
    model::{Catalog, Channel, Extent, KindId, Origin, Sentence, Span, Timestamp},
};

/// What mails of one channel tell of one moment, reason and detail.
type Key = (Label, i64, u32, u32);

/// An entry of a mail, and where it is from.
struct Found {
    source: usize,
    part: usize,
    entry: Entry,
    step: i64,
    covered: bool,
}

/// What mails told of one moment, reason and detail of a channel, each notification once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    pub label: Label,
    pub at: Timestamp,
    /// How finely the mail tells that, in milliseconds.
    pub step: i64,
    pub kind: KindId,
    pub errors: u64,
    /// An export of the channel speaks for that moment.
    pub covered: bool,
}

/// The one channel that mails are of, where exports name none: those are taken to be of it.
pub fn only_channel(sources: &[Source], catalog: &Catalog) -> Option<Channel> {
    let channels = |origin: Origin| -> BTreeSet<&Channel> {
        let parts = sources.iter().flat_map(|source| &source.parts).filter(move |part| part.origin == origin);
        let kinds: BTreeSet<KindId> = parts.flat_map(|part| &part.cells).map(|cell| cell.kind).collect();
        kinds.into_iter().map(|kind| &catalog.channels()[catalog.kind(kind).channel as usize]).collect()
    };
    let Own::One(channel) = own(channels(Origin::Mail).into_iter().filter(|channel| !channel.is_unknown())) else {
        return None;
    };
    let exports = channels(Origin::Export);
    let unnamed = exports.len() == 1 && exports.iter().all(|channel| channel.is_unknown());
    unnamed.then_some(channel)
}

/// Leaves in the parts of mails only what counts: where an export of the channel covers the time, it wins; and mails that
/// tell the same moment, reason and detail are copies of one, of which the one with the most errors counts.
///
/// Gives everything that mails told.
///
/// # Errors
/// Where rows cannot be read again, or a sum leaves 64 bits.
pub fn settle(
    sources: &mut [Source],
    strands: &[Strand],
    catalog: &Mutex<Catalog>,
    label_of: &[Label],
    believed: Option<Timestamp>,
) -> Result<Vec<Told>> {
    if !strands.iter().any(|strand| strand.origin == Origin::Mail) {
        return Ok(Vec::new());
    }
    let covered = coverage(sources, strands, believed);
    let mut by_key: BTreeMap<Key, Vec<Found>> = BTreeMap::new();
    for (source, read) in sources.iter().enumerate() {
        for (part, table) in read.parts.iter().enumerate().filter(|(_, table)| table.origin == Origin::Mail) {
            let step = table.precision.map_or(1, |precision| precision.millis());
            let RowsIn::Stored(stored) = &table.rows_in else { continue };
            // One by one: two mails of one file that tell the same are two copies of one.
            let mut entries = Vec::new();
            stored.each(&(i64::MIN..i64::MAX), catalog, &mut |entry| entries.push(entry))?;
            for entry in entries {
                let Entry { at, kind, .. } = entry;
                let mut known = catalog.lock().unwrap_or_else(PoisonError::into_inner);
                let kind = match &read.label {
                    Some(label) => labelled(&mut known, kind, label),
                    None => kind,
                };
                let parts = known.kind(kind);
                drop(known);
                let label = label_of[parts.channel as usize];
                // A moment of the mail's precision is a stretch of time.
                let last = at - at.rem_euclid(step) + step - 1;
                let inside = |stretch: &(i64, i64)| last >= stretch.0 && at <= stretch.1;
                let covered = covered.get(&label).is_some_and(|stretches| stretches.iter().any(inside));
                by_key.entry((label, at, parts.reason, parts.detail)).or_default().push(Found {
                    source,
                    part,
                    entry,
                    step,
                    covered,
                });
            }
        }
    }
    let mut kept: BTreeMap<(usize, usize), Vec<Entry>> = BTreeMap::new();
    let mut told = Vec::new();
    {
        let known = catalog.lock().unwrap_or_else(PoisonError::into_inner);
        for ((label, at, ..), mut copies) in by_key {
            // Of equal ones the one that names its host; then by name, so that the order of the inputs changes nothing.
            copies.sort_by_key(|found| {
                let host = known.kind(found.entry.kind).host.map(|host| known.hosts()[host as usize].clone());
                (Reverse(found.entry.errors), Reverse(host), sources[found.source].report.path.clone())
            });
            let Some(first) = copies.into_iter().next() else { continue };
            let (kind, errors, covered) = (first.entry.kind, first.entry.errors, first.covered);
            told.push(Told { label, at: Timestamp(at), step: first.step, kind, errors, covered });
            if !covered {
                kept.entry((first.source, first.part)).or_default().push(first.entry);
            }
        }
    }
    for (source, read) in sources.iter_mut().enumerate() {
        for (part, table) in read.parts.iter_mut().enumerate().filter(|(_, table)| table.origin == Origin::Mail) {
            let mut entries = kept.remove(&(source, part)).unwrap_or_default();
            entries.sort_unstable();
            let mut sink = CellSink::default();
            for entry in &entries {
                sink.add(entry.at, entry.end, entry.kind, entry.errors, entry.rows);
            }
            table.cells = sink.finish().map_err(|_| Error::new("error.overflow"))?;
            table.rows_in = RowsIn::Stored(Arc::new(Held(entries)));
        }
    }
    Ok(told)
}

/// For each channel the stretches that its exports speak for, in milliseconds, both ends included. What an input promises
/// of a time that is still to come is not believed.
fn coverage(sources: &[Source], strands: &[Strand], believed: Option<Timestamp>) -> BTreeMap<Label, Vec<(i64, i64)>> {
    let mut covered: BTreeMap<Label, Vec<(i64, i64)>> = BTreeMap::new();
    // An archive keeps the rows of each name of a channel apart.
    let mut archived: BTreeMap<(Label, &str), Extent> = BTreeMap::new();
    let promised = |until: Option<Timestamp>| until.filter(|until| believed.is_none_or(|now| *until <= now));
    for strand in strands.iter().filter(|strand| strand.origin == Origin::Export) {
        let source = &sources[strand.source];
        if source.extents.is_empty() {
            // A step is covered to its end.
            let last = strand.span.last.0 + strand.precision.millis() - 1;
            let until = promised(source.report.coverage.until).map_or(last, |until| last.max(until.0 - 1));
            covered.entry(strand.label).or_default().push((strand.span.first.0, until));
        }
        for (id, extent) in &source.extents {
            let known = archived.entry((strand.label, id)).or_insert(*extent);
            known.rows = Span::join(known.rows, extent.rows);
        }
    }
    for ((label, _), extent) in archived {
        let extent = Extent { until: promised(extent.until), ..extent };
        let stretch = extent.rows.zip(extent.end()).map(|(rows, end)| (rows.first.0, end.0 - 1));
        covered.entry(label).or_default().extend(stretch);
    }
    covered
}

/// What is said where mails name their channel and lie in the time of exports that name none: nobody knows whether they
/// tell of the same errors.
pub fn beside_unnamed(told: &[Told], strands: &[Strand], labels: &[Option<String>]) -> Option<Sentence> {
    let unnamed = |label: Label| labels[label as usize].is_none();
    let spans: Vec<Span> = strands
        .iter()
        .filter(|strand| strand.origin == Origin::Export && unnamed(strand.label))
        .map(|strand| strand.span)
        .collect();
    let within = |at: Timestamp| spans.iter().any(|span| span.first <= at && at <= span.last);
    let errors: u64 = told.iter().filter(|told| !unnamed(told.label) && within(told.at)).map(|told| told.errors).sum();
    (errors > 0).then(|| Sentence::new("note.mails_beside_unnamed").with_number("errors", errors))
}

/// What is said of mails: how much they tell that no export does, and that their senders prove nothing.
pub fn notes(cells: &[crate::model::Cell], told: &[Told], catalog: &Catalog) -> Vec<Sentence> {
    // Per kind rather than per cell: there are few of the former, and mostly none is of a mail.
    let mailed: Vec<bool> = catalog.kinds().iter().map(|kind| kind.origin == Origin::Mail).collect();
    let mails = cells.iter().filter(|cell| mailed[cell.kind.0 as usize]);
    let errors: u64 = if mailed.contains(&true) { mails.map(|cell| cell.errors).sum() } else { 0 };
    let mut notes = Vec::new();
    if errors > 0 {
        notes.push(Sentence::new("note.from_mails").with_number("errors", errors));
    }
    let covered = told.iter().filter(|told| told.covered).count();
    if covered > 0 {
        notes.push(Sentence::new("note.mails_covered").with_number("count", covered as u64));
    }
    notes
}
