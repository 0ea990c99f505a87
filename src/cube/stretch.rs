//! Merging the rows of overlapping inputs, exact key by exact key.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
    sync::Mutex,
};

use super::{
    Label, labelled,
    overlap::{Strand, Stretch, step},
};
use crate::{
    error::{Error, Result},
    input::{CellSink, ExactRows, Overflow, ReadOptions, Source, exact_rows},
    model::{CELL_MILLIS, Catalog, Cell, KindId, Timestamp, Zone},
};

/// How many rows may be held at once; a longer stretch is merged in slices.
const MOST_ROWS: u64 = 1_000_000;

/// What is counted once: a step of time, a reason, a detail. The host is an attribute.
type Key = (i64, u32, u32);

/// The rows of one strand under one key.
#[derive(Clone, Debug, Default)]
struct Rows {
    errors: u64,
    rows: u64,
    exact: Vec<(i64, KindId, u64, u64)>,
}

/// The cells of a stretch, each error counted once. With a cut, every cell lies wholly before it or from it on.
///
/// For each key the strand with the most errors counts, with its hosts and exact times; of equal ones the
/// finest, then the one that names more hosts. Rows are those of all strands.
///
/// # Errors
/// Where an input cannot be read again, or a sum leaves 64 bits.
pub fn merge(
    stretch: &Stretch,
    cut: Option<Timestamp>,
    strands: &[Strand],
    sources: &[Source],
    catalog: &Mutex<Catalog>,
    label_of: &[Label],
    options: &ReadOptions,
) -> Result<Vec<Cell>> {
    let mut cells = Vec::new();
    for slice in slices(stretch, strands, sources, &options.zone) {
        let keys = keyed(stretch, &slice, strands, sources, catalog, label_of, options)?;
        let (mut before, mut after) = (CellSink::default(), CellSink::default());
        let known = catalog.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for (_, by_strand) in keys {
            let exact = if stretch.merged {
                winner(by_strand, strands, &known)
            } else {
                by_strand.into_values().flat_map(|rows| rows.exact).collect()
            };
            for (at, kind, errors, rows) in exact {
                let sink = if cut.is_some_and(|cut| at >= cut.0) { &mut after } else { &mut before };
                sink.add(at, kind, errors, rows);
            }
        }
        let overflow = |_: Overflow| Error::new("error.overflow");
        cells.append(&mut before.finish().map_err(overflow)?);
        cells.append(&mut after.finish().map_err(overflow)?);
    }
    Ok(cells)
}

/// How alike the strands of a stretch are: over its keys, the sums of the smaller and of the larger values.
///
/// # Errors
/// Where an input cannot be read again.
pub fn likeness(
    stretch: &Stretch,
    strands: &[Strand],
    sources: &[Source],
    catalog: &Mutex<Catalog>,
    label_of: &[Label],
    options: &ReadOptions,
) -> Result<(u64, u64)> {
    let (mut smaller, mut larger) = (0_u64, 0_u64);
    let overflow = || Error::new("error.overflow");
    for slice in slices(stretch, strands, sources, &options.zone) {
        for (_, by_strand) in keyed(stretch, &slice, strands, sources, catalog, label_of, options)? {
            let sums: Vec<u64> =
                stretch.strands.iter().map(|i| by_strand.get(i).map_or(0, |rows| rows.errors)).collect();
            smaller = smaller.checked_add(sums.iter().copied().min().unwrap_or(0)).ok_or_else(overflow)?;
            larger = larger.checked_add(sums.iter().copied().max().unwrap_or(0)).ok_or_else(overflow)?;
        }
    }
    Ok((smaller, larger))
}

/// Cuts a stretch at whole steps so that a slice holds a bounded number of rows.
fn slices(stretch: &Stretch, strands: &[Strand], sources: &[Source], zone: &Zone) -> Vec<Range<i64>> {
    let (start, end) = (stretch.start.timestamp().0, stretch.end.timestamp().0);
    let rows: u64 = stretch.strands.iter().map(|i| sources[strands[*i].source].parts[strands[*i].part].rows).sum();
    // Rows are taken to be spread evenly over the files; a slice is a bound on memory, not a promise.
    let total: i64 = stretch.strands.iter().map(|i| strands[*i].span.last.0 - strands[*i].span.first.0 + 1).sum();
    let wanted = (rows as f64 * ((end - start) as f64 * stretch.strands.len() as f64 / total.max(1) as f64).min(1.0)
        / MOST_ROWS as f64)
        .ceil()
        .max(1.0);
    let length = ((end - start) as f64 / wanted).ceil() as i64;
    let length = length.max(CELL_MILLIS).max(stretch.precision.millis());
    let mut cuts = vec![start];
    let mut at = start;
    while at + length < end {
        // The first instant of the cell in which the step of that moment begins.
        let mut next = (at + length).div_euclid(CELL_MILLIS) * CELL_MILLIS;
        let step_of = |at: i64| step(Timestamp(at), stretch.precision, zone);
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
fn keyed(
    stretch: &Stretch,
    slice: &Range<i64>,
    strands: &[Strand],
    sources: &[Source],
    catalog: &Mutex<Catalog>,
    label_of: &[Label],
    options: &ReadOptions,
) -> Result<BTreeMap<Key, BTreeMap<usize, Rows>>> {
    let mut keys: BTreeMap<Key, BTreeMap<usize, Rows>> = BTreeMap::new();
    for &index in &stretch.strands {
        let strand = &strands[index];
        let source = &sources[strand.source];
        let exact: ExactRows = exact_rows(source, &source.parts[strand.part], slice.clone(), catalog, options)?;
        let mut known = catalog.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut relabelled: HashMap<KindId, KindId> = HashMap::new();
        for ((at, kind), sums) in exact {
            let kind = match &source.label {
                Some(label) => *relabelled.entry(kind).or_insert_with(|| labelled(&mut known, kind, label)),
                None => kind,
            };
            let parts = known.kind(kind);
            if label_of[parts.channel as usize] != strand.label {
                continue;
            }
            let key = (step(Timestamp(at), stretch.precision, &options.zone), parts.reason, parts.detail);
            let rows = keys.entry(key).or_default().entry(index).or_default();
            rows.errors = rows.errors.checked_add(sums.errors).ok_or_else(|| Error::new("error.overflow"))?;
            rows.rows += sums.rows;
            rows.exact.push((at, kind, sums.errors, sums.rows));
        }
    }
    Ok(keys)
}

/// The rows of the strand that counts, together with the number of rows of all.
fn winner(by_strand: BTreeMap<usize, Rows>, strands: &[Strand], catalog: &Catalog) -> Vec<(i64, KindId, u64, u64)> {
    let all: u64 = by_strand.values().map(|rows| rows.rows).sum();
    let hosted = |rows: &Rows| {
        rows.exact.iter().filter(|(_, kind, ..)| catalog.kind(*kind).host.is_some()).map(|row| row.2).sum::<u64>()
    };
    // The last word has the content, so that the order of the inputs has none.
    let content = |rows: &Rows| {
        let mut rows: Vec<_> = rows
            .exact
            .iter()
            .map(|(at, kind, errors, _)| {
                (*at, catalog.kind(*kind).host.map(|host| catalog.hosts()[host as usize].clone()), *errors)
            })
            .collect();
        rows.sort();
        rows
    };
    let best = by_strand.into_iter().max_by(|(i, a), (j, b)| {
        a.errors
            .cmp(&b.errors)
            .then_with(|| strands[*j].precision.cmp(&strands[*i].precision))
            .then_with(|| hosted(a).cmp(&hosted(b)))
            .then_with(|| {
                if a.exact.len() == 1
                    && b.exact.len() == 1
                    && (a.exact[0].0, a.exact[0].1) == (b.exact[0].0, b.exact[0].1)
                {
                    std::cmp::Ordering::Equal
                } else {
                    content(b).cmp(&content(a))
                }
            })
    });
    let Some((_, best)) = best else { return Vec::new() };
    let mut exact = best.exact;
    exact.sort_unstable();
    if let Some(first) = exact.first_mut() {
        first.3 += all - best.rows;
    }
    exact
}
