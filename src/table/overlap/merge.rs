//! Merging the rows of overlapping inputs, exact key by exact key.

use std::{cmp::Ordering, collections::BTreeMap, ops::Range};

use parking_lot::Mutex;

use super::geometry::{Strand, Stretch, step};
use crate::{
    error::{Error, Result},
    input::{Entry, ReadOptions, Source, exact_rows},
    model::{
        CELL_MILLIS, Catalog, Cell, HostLabel, Kind, KindId, Precision, Span, Timestamp, Zone,
        merge::{Mergeable, folded, merged},
    },
    table::{
        Naming,
        grain::{Grain, Grains, MOST_ROWS},
    },
};

/// Strands, and what their rows are read from again.
#[derive(Clone, Copy)]
pub struct Strands<'a> {
    pub all: &'a [Strand],
    pub sources: &'a [Source],
    pub catalog: &'a Mutex<Catalog>,
    pub naming: &'a Naming,
    pub options: &'a ReadOptions,
}

impl<'a> Strands<'a> {
    /// The input of a strand.
    pub fn source(self, strand: usize) -> &'a Source {
        &self.sources[self.all[strand].source]
    }

    /// What a strand's table is called.
    pub fn name(self, strand: usize) -> &'a str {
        &self.source(strand).parts[self.all[strand].part].name
    }
}

/// What is counted once: a step of time, a reason, a detail. The host is an attribute.
type Key = (i64, u32, u32);

/// The rows under one key.
type ByStrand = BTreeMap<usize, Vec<Entry>>;

/// A row of a strand, in a step of time.
#[derive(Clone, Copy, Debug)]
struct Told<'a> {
    step: i64,
    host: Option<&'a HostLabel>,
    row: Entry,
}

impl Mergeable for Told<'_> {
    fn key_order(&self, other: &Self) -> Ordering {
        self.step.cmp(&other.step)
    }

    fn content_order(&self, other: &Self) -> Ordering {
        let content = |told: &Self| (told.row.at, told.host.cloned(), told.row.errors);
        content(self).cmp(&content(other))
    }

    fn errors(&self) -> u64 {
        self.row.errors
    }

    fn is_hosted(&self) -> bool {
        self.host.is_some()
    }

    fn join(&mut self, other: &Self, _alike: bool) -> Option<()> {
        self.row.rows = self.row.rows.checked_add(other.row.rows)?;
        // The latest of the ends of one group counts; a coarser row is none.
        if self.row.at == other.row.at {
            self.row.end = self.row.end.max(other.row.end);
        }
        Some(())
    }
}

/// The cells of a stretch at some grain; `once` is whether each error counts once, or everything is added.
///
/// For each key the larger sum counts, with its hosts and exact times. Strands of one precision are compared
/// at that precision; what they make together is then compared, step by step, with what the strands of the next
/// coarser one make, and so on. Of equal ones the finer counts, then the one that names more hosts. Rows are those of
/// all strands.
pub fn merge(stretch: &Stretch, once: bool, grain: &Grain, strands: Strands<'_>) -> Result<Vec<Cell>> {
    let mut cells = Vec::new();
    for slice in slices(stretch, strands) {
        let keys = keyed(stretch, &slice, strands)?;
        let mut grains = Grains::new(grain);
        let known = strands.catalog.lock();
        // Under whichever name of its channel a row counts, it is of one kind.
        let mut kinds: BTreeMap<_, KindId> = BTreeMap::new();
        let mut of_channel = |kind: KindId| {
            let Kind { reason, detail, host, origin, .. } = known.kind(kind);
            *kinds.entry((reason, detail, host, origin)).or_insert(kind)
        };
        for (_, by_strand) in keys {
            let exact = if once {
                counted(by_strand, strands.all, &known, &strands.options.zone).ok_or_else(Error::overflow)?
            } else {
                by_strand.into_values().flatten().collect()
            };
            for row in exact {
                grains.add(&row, of_channel(row.kind))?;
            }
        }
        cells.append(&mut grains.finish()?);
    }
    Ok(cells)
}

/// How alike the strands of a stretch are where they meet: over the keys of the steps from the first to the
/// last instant of `meeting`, the sums of the smaller and of the larger values.
pub fn likeness(stretch: &Stretch, meeting: Span, strands: Strands<'_>) -> Result<(u64, u64)> {
    let step_of = |at: Timestamp| step(at, stretch.precision, &strands.options.zone);
    let steps = step_of(meeting.first)..=step_of(meeting.last);
    let (mut smaller, mut larger) = (0_u64, 0_u64);
    for slice in slices(stretch, strands) {
        for (key, by_strand) in keyed(stretch, &slice, strands)? {
            if !steps.contains(&key.0) {
                continue;
            }
            let rows_of = |strand: &usize| by_strand.get(strand).into_iter().flatten();
            let sum_of = |strand| rows_of(strand).try_fold(0_u64, |sum, row| sum.checked_add(row.errors));
            let sums = stretch.strands.iter().map(sum_of).collect::<Option<Vec<u64>>>().ok_or_else(Error::overflow)?;
            smaller = smaller.checked_add(sums.iter().min().copied().unwrap_or(0)).ok_or_else(Error::overflow)?;
            larger = larger.checked_add(sums.iter().max().copied().unwrap_or(0)).ok_or_else(Error::overflow)?;
        }
    }
    Ok((smaller, larger))
}

/// Cuts a stretch at whole steps so that a slice holds a bounded number of rows.
fn slices(stretch: &Stretch, strands: Strands<'_>) -> Vec<Range<i64>> {
    let (start, end) = (stretch.start.timestamp().0, stretch.end.timestamp().0);
    let members = || stretch.strands.iter().map(|i| (&strands.all[*i], strands.source(*i)));
    let rows: u64 = members().map(|(strand, source)| source.parts[strand.part].rows).sum();
    // Rows are taken to be spread evenly over the files; a slice is a bound on memory, not a promise.
    let total: i64 = members().map(|(strand, _)| strand.span.last.0 - strand.span.first.0 + 1).sum();
    let wanted = (rows as f64 * ((end - start) as f64 * stretch.strands.len() as f64 / total.max(1) as f64).min(1.0)
        / MOST_ROWS as f64)
        .ceil()
        .max(1.0);
    let length = ((end - start) as f64 / wanted).ceil() as i64;
    let length = length.max(CELL_MILLIS).max(stretch.precision.millis());
    let step_of = |at: i64| step(Timestamp(at), stretch.precision, &strands.options.zone);
    let mut cuts = vec![start];
    let mut at = start;
    while at + length < end {
        // The first instant of the cell in which the step of that moment begins.
        let mut next = (at + length).div_euclid(CELL_MILLIS) * CELL_MILLIS;
        while next > at && step_of(next - 1) == step_of(next) {
            next -= CELL_MILLIS;
        }
        if next <= at {
            break;
        }
        cuts.push(next);
        at = next;
    }
    cuts.push(end);
    cuts.windows(2).map(|pair| pair[0]..pair[1]).collect()
}

/// The rows of a slice by key and strand.
fn keyed(stretch: &Stretch, slice: &Range<i64>, strands: Strands<'_>) -> Result<BTreeMap<Key, ByStrand>> {
    let Strands { catalog, naming, options, .. } = strands;
    let mut keys: BTreeMap<Key, ByStrand> = BTreeMap::new();
    for &index in &stretch.strands {
        let (strand, source) = (&strands.all[index], strands.source(index));
        let exact = exact_rows(source, &source.parts[strand.part], slice.clone(), catalog, options)?;
        let known = catalog.lock();
        for row in exact {
            let kind = known.kind(row.kind);
            if naming.label_of[kind.channel as usize] == strand.label {
                let key = (step(Timestamp(row.at), stretch.precision, &options.zone), kind.reason, kind.detail);
                keys.entry(key).or_default().entry(index).or_default().push(row);
            }
        }
    }
    Ok(keys)
}

/// The rows that count under one key, with the number of rows of all strands; `None` where that leaves its bits.
fn counted(by_strand: ByStrand, strands: &[Strand], catalog: &Catalog, zone: &Zone) -> Option<Vec<Entry>> {
    let host = |row: &Entry| catalog.kind(row.kind).host.map(|host| &catalog.hosts[host as usize]);
    let mut by_precision: BTreeMap<Precision, Vec<Vec<Told<'_>>>> = BTreeMap::new();
    for (strand, rows) in by_strand {
        let told = rows.into_iter().map(|row| Told { step: row.at, host: host(&row), row }).collect();
        by_precision.entry(strands[strand].precision).or_default().push(told);
    }
    // From fine to coarse.
    let mut sum: Vec<Told<'_>> = Vec::new();
    for (precision, mut lists) in by_precision {
        lists.push(sum);
        for list in &mut lists {
            list.iter_mut().for_each(|told| told.step = step(Timestamp(told.row.at), precision, zone));
            list.sort_by(|a, b| a.key_order(b).then_with(|| a.content_order(b)));
        }
        let finer = lists.pop()?;
        sum = folded(finer, merged(lists)?)?;
    }
    Some(sum.into_iter().map(|told| told.row).collect())
}
