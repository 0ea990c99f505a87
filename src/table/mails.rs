//! Mails beside exports: both tell the same errors, and the same mail may come twice.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{
    Cells, Dictionary, Label, Table,
    grain::{Grain, Grains},
    overlap::geometry::Strand,
};
use crate::{
    error::Result,
    input::{Entry, Part, RowsIn, Source},
    model::{Catalog, Cell, Extent, KindId, Origin, Sentence, Span, Timestamp, key},
};

/// What mails of one channel tell of one moment, reason and detail.
type Key = (Label, i64, u32, u32);

/// An entry of a mail, and where it is from.
struct Found {
    source: usize,
    part: usize,
    entry: Entry,
    step: i64,
    covered: Option<i64>,
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
    /// Up to when, in milliseconds, an export of the channel speaks that does so for that moment.
    pub covered: Option<i64>,
}

/// Leaves in the parts of mails only what counts: where an export of the channel covers the time, it wins; and mails that
/// tell the same moment, reason and detail are copies of one, of which the one with the most errors counts.
///
/// Gives everything that mails told.
pub fn settle(
    sources: &mut [Source],
    strands: &[Strand],
    catalog: &Catalog,
    label_of: &[Label],
    believed: Option<Timestamp>,
    grain: &Grain,
) -> Result<Vec<Told>> {
    if !strands.iter().any(|strand| strand.origin == Origin::Mail) {
        return Ok(Vec::new());
    }
    let covered = coverage(sources, strands, believed, |kind| label_of[catalog.kind(kind).channel as usize]);
    let mut by_key: BTreeMap<Key, Vec<Found>> = BTreeMap::new();
    for (source, read) in sources.iter().enumerate() {
        for (part, table) in read.parts.iter().enumerate().filter(|(_, table)| table.origin == Origin::Mail) {
            let step = table.precision.map_or(1, |precision| precision.millis());
            let RowsIn::Held(entries) = &table.rows_in else { continue };
            // One by one: two mails of one file that tell the same are two copies of one.
            for &entry in entries {
                let (at, kind) = (entry.at, catalog.kind(entry.kind));
                let label = label_of[kind.channel as usize];
                // A moment of the mail's precision is a stretch of time.
                let last = at - at.rem_euclid(step) + step - 1;
                let inside = |stretch: &(i64, i64)| last >= stretch.0 && at <= stretch.1;
                let stretches = covered.get(&label).into_iter().flatten();
                let covered = stretches.filter(|stretch| inside(stretch)).map(|(_, until)| *until).max();
                let found = Found { source, part, entry, step, covered };
                by_key.entry((label, at, kind.reason, kind.detail)).or_default().push(found);
            }
        }
    }
    let mut kept: BTreeMap<(usize, usize), Vec<Entry>> = BTreeMap::new();
    let mut told = Vec::new();
    for ((label, at, ..), mut copies) in by_key {
        // Of equal ones the one that names its host; then by name, so that the order of the inputs changes nothing.
        copies.sort_by_key(|found| {
            let host = catalog.kind(found.entry.kind).host.map(|host| catalog.hosts[host as usize].clone());
            (Reverse(found.entry.errors), Reverse(host), sources[found.source].report.path.clone())
        });
        let Some(first) = copies.into_iter().next() else { continue };
        let (kind, errors, covered) = (first.entry.kind, first.entry.errors, first.covered);
        told.push(Told { label, at: Timestamp(at), step: first.step, kind, errors, covered });
        if covered.is_none() {
            kept.entry((first.source, first.part)).or_default().push(first.entry);
        }
    }
    for (source, read) in sources.iter_mut().enumerate() {
        for (part, table) in read.parts.iter_mut().enumerate().filter(|(_, table)| table.origin == Origin::Mail) {
            let mut grains = Grains::new(grain);
            for entry in kept.remove(&(source, part)).unwrap_or_default() {
                grains.add(&entry, entry.kind)?;
            }
            table.cells = grains.finish()?.into_iter().collect();
        }
    }
    Ok(told)
}

/// For each channel the stretches that its exports speak for, in milliseconds, both ends included: up to the end of the last
/// group of errors at least. What an input promises of a time that is still to come is not believed.
fn coverage(
    sources: &[Source],
    strands: &[Strand],
    believed: Option<Timestamp>,
    label_of: impl Fn(KindId) -> Label,
) -> BTreeMap<Label, Vec<(i64, i64)>> {
    let mut covered: BTreeMap<Label, Vec<(i64, i64)>> = BTreeMap::new();
    // An archive keeps the rows of each name of a channel apart.
    let mut archived: BTreeMap<(Label, &str), Extent> = BTreeMap::new();
    let promised = |until: Option<Timestamp>| until.filter(|until| believed.is_none_or(|now| *until <= now));
    for strand in strands.iter().filter(|strand| strand.origin == Origin::Export) {
        let source = &sources[strand.source];
        if source.extents.is_empty() {
            let part = &source.parts[strand.part];
            // A step is covered to its end.
            let last = last_end(part, strand.label, strand.span.last, &label_of) + strand.precision.millis() - 1;
            let until = promised(source.report.coverage.until).map_or(last, |until| last.max(until.0 - 1));
            covered.entry(strand.label).or_default().push((strand.span.first.0, until));
        }
        for (id, extent) in &source.extents {
            let known = archived.entry((strand.label, id)).or_insert(*extent);
            known.rows = Span::join(known.rows, extent.rows);
        }
    }
    for ((label, _), extent) in archived {
        let Some(rows) = extent.rows else { continue };
        let of_channel = strands.iter().filter(|strand| strand.label == label && strand.origin == Origin::Export);
        let ends = of_channel.map(|strand| {
            last_end(&sources[strand.source].parts[strand.part], label, rows.last, &label_of) + extent.step - 1
        });
        let promised = promised(extent.until).map(|until| until.0 - 1);
        let until = ends.chain(promised).max().unwrap_or(rows.last.0);
        covered.entry(label).or_default().push((rows.first.0, until));
    }
    covered
}

/// The end of the last group of errors of a channel, of which the start is known; at least that. A group lasts no longer
/// than a minute, so it begins in the cell of the last one or in the one before.
fn last_end(part: &Part, label: Label, last: Timestamp, label_of: &impl Fn(KindId) -> Label) -> i64 {
    let cells = &part.cells;
    let (from, until) = (last.cell().0.saturating_sub(1), last.cell().0);
    let near = cells.start.partition_point(|start| *start < from)..cells.start.partition_point(|start| *start <= until);
    let of_channel =
        near.map(|at| cells.get(at)).filter(|cell| cell.span().last <= last && label_of(cell.kind) == label);
    let end = |cell: Cell| cell.start.timestamp().0 + i64::from(cell.end_offset);
    of_channel.map(end).max().unwrap_or(last.0).max(last.0)
}

impl Table {
    /// What is said of the mails of a period, from its cells and its start (inclusive) and end (exclusive) in
    /// milliseconds since 1970-01-01T00:00:00Z: how much they tell that no export does, that their senders prove nothing,
    /// and where they lie in the time of exports that name no channel, so that nobody knows whether they tell of the same
    /// errors.
    pub fn notes_of_mails(&self, cells: Cells<'_>, period: std::ops::Range<i64>) -> Vec<Sentence> {
        let Dictionary { channels, kinds, .. } = &self.names;
        let mailed = cells.iter().filter(|cell| kinds[cell.kind.0 as usize].origin == Origin::Mail);
        let errors: u64 = if self.told.is_empty() { 0 } else { mailed.map(|cell| cell.errors).sum() };
        let told = || self.told.iter().filter(|told| period.contains(&told.at.0));
        let covered = told().filter(|told| told.covered.is_some()).count() as u64;
        let beside = |told: &&Told| {
            channels[told.label as usize].is_some()
                && self.unnamed.iter().any(|span| span.first <= told.at && told.at <= span.last)
        };
        let beside: u64 = told().filter(beside).map(|told| told.errors).sum();
        let said = [
            (errors > 0).then(|| Sentence::new(key::note::FROM_MAILS).with_number("errors", errors)),
            (covered > 0).then(|| Sentence::new(key::note::MAILS_COVERED).with_number("count", covered)),
            (beside > 0).then(|| Sentence::new(key::note::MAILS_BESIDE_UNNAMED).with_number("errors", beside)),
        ];
        said.into_iter().flatten().collect()
    }
}
