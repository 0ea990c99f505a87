//! Where strands of one channel meet, and where a moment cuts one of their steps, as stretches of whole cells.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use strum::IntoEnumIterator;

use crate::{
    input::Source,
    model::{CELL_MILLIS, Catalog, CellStart, Origin, Precision, Sentence, Span, Timestamp, Zone, key},
    table::{Label, OverlapPolicy},
};

/// The rows of one channel in one table of one input.
#[derive(Clone, Debug)]
pub struct Strand {
    pub source: usize,
    pub part: usize,
    pub label: Label,
    pub span: Span,
    pub precision: Precision,
    pub origin: Origin,
}

/// A stretch of time whose rows are read a second time.
#[derive(Clone, Debug)]
pub struct Stretch {
    pub label: Label,
    /// Whole cells, end exclusive.
    pub start: CellStart,
    pub end: CellStart,
    /// The coarsest of the strands' precisions: rows are compared at it.
    pub precision: Precision,
    /// Indices of the strands with rows there.
    pub strands: Vec<usize>,
}

impl Stretch {
    fn meets(&self, span: Span) -> bool {
        span.last >= self.start.timestamp() && span.first < self.end.timestamp()
    }
}

/// The strands of all inputs.
pub fn strands(sources: &[Source], catalog: &Catalog, label_of: &[Label]) -> Vec<Strand> {
    let mut found = Vec::new();
    let one_label = label_of.iter().all(|label| *label == label_of[0]);
    for (source, read) in sources.iter().enumerate() {
        for (part, table) in read.parts.iter().enumerate() {
            let (Some(span), Some(precision)) = (table.span, table.precision) else { continue };
            let mut spans: BTreeMap<Label, Span> = BTreeMap::new();
            if one_label {
                spans.insert(label_of[0], span);
            } else {
                for cell in table.cells.iter() {
                    let label = label_of[catalog.kind(cell.kind).channel as usize];
                    spans
                        .entry(label)
                        .and_modify(|span| *span = span.union(cell.span()))
                        .or_insert_with(|| cell.span());
                }
            }
            found.extend(spans.into_iter().map(|(label, span)| Strand {
                source,
                part,
                label,
                span,
                precision,
                origin: table.origin,
            }));
        }
    }
    found
}

/// The step that an instant falls into: the start of the step on the wall clock of the inputs' zone, as an instant, so
/// that an hour which the clock shows twice is two; of days the number of the civil day.
pub fn step(at: Timestamp, precision: Precision, zone: &Zone) -> i64 {
    let length = precision.millis();
    // Offsets are whole quarters of an hour.
    if length <= CELL_MILLIS {
        return at.0 - at.0.rem_euclid(length);
    }
    let east = match zone.fixed_seconds() {
        Some(east) => i64::from(east) * 1000,
        None => i64::from(zone.local(at).offset().local_minus_utc()) * 1000,
    };
    match precision {
        Precision::Day => (at.0 + east).div_euclid(length),
        _ => at.0 - (at.0 + east).rem_euclid(length),
    }
}

/// Where two spans meet when both are seen at the coarser precision: from the first to the last instant.
fn meeting(a: &Strand, b: &Strand, zone: &Zone) -> Option<Span> {
    let precision = a.precision.max(b.precision);
    let first = a.span.first.max(b.span.first);
    let last = a.span.last.min(b.span.last);
    if first <= last {
        return Some(Span { first, last });
    }
    // Not at the same instant, but perhaps in the same step.
    (step(first, precision, zone) == step(last, precision, zone)).then_some(Span { first: last, last: first })
}

/// The strands of exports in the order of their first row. Mails are settled on their own.
fn in_order(strands: &[Strand]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..strands.len()).filter(|i| strands[*i].origin == Origin::Export).collect();
    order.sort_by_key(|i| strands[*i].span.first);
    order
}

/// Pairs of strands that meet, in the order of their start. One after the other: of many strands at one moment there
/// are more pairs than memory has room for.
pub fn pairs<'a>(
    strands: &'a [Strand],
    sources: &'a [Source],
    zone: &'a Zone,
    wanted: impl Fn(&Strand, &Strand) -> bool + 'a,
) -> impl Iterator<Item = (usize, usize, Span)> + 'a {
    let mut order = in_order(strands);
    // By name where they begin together, so that the order of the arguments changes nothing.
    order.sort_by_key(|i| (strands[*i].span.first, &sources[strands[*i].source].report.path, strands[*i].part));
    let mut order = order.into_iter();
    let mut open: Vec<usize> = Vec::new();
    let mut candidates: Vec<(usize, usize)> = Vec::new();
    std::iter::from_fn(move || {
        loop {
            while let Some((j, i)) = candidates.pop() {
                if wanted(&strands[i], &strands[j])
                    && let Some(span) = meeting(&strands[j], &strands[i], zone)
                {
                    return Some((j, i, span));
                }
            }
            let i = order.next()?;
            // A day is the coarsest step there is.
            open.retain(|j| strands[*j].span.last.0 + Precision::Day.millis() >= strands[i].span.first.0);
            candidates.extend(open.iter().rev().map(|j| (*j, i)));
            open.push(i);
        }
    })
}

/// Where strands of one channel meet: stretches that together hold every meeting of two, each at the coarser precision
/// of those two.
///
/// What a strand shares with all those before it that have one precision is what it shares with the one of them that
/// reaches furthest, so a handful of comparisons does for each strand, however many meet.
fn meetings(strands: &[Strand], zone: &Zone) -> Vec<Stretch> {
    let mut furthest: HashMap<(Label, Precision), usize> = HashMap::new();
    let mut found = Vec::new();
    for i in in_order(strands) {
        let strand = &strands[i];
        for precision in Precision::iter() {
            if let Some(&j) = furthest.get(&(strand.label, precision))
                && let Some(span) = meeting(&strands[j], strand, zone)
            {
                found.push(widened(strand.label, span, strand.precision.max(precision), zone));
            }
        }
        let open = furthest.entry((strand.label, strand.precision)).or_insert(i);
        if strands[*open].span.last < strand.span.last {
            *open = i;
        }
    }
    found
}

/// The steps of each channel in which a moment divides five minutes.
fn divided(strands: &[Strand], cut: Timestamp, zone: &Zone) -> Vec<Stretch> {
    let start = cut.cell().timestamp();
    if start == cut {
        return Vec::new();
    }
    let cell = Span { first: start, last: Timestamp(start.0 + CELL_MILLIS - 1) };
    let mut coarsest: BTreeMap<Label, Precision> = BTreeMap::new();
    for strand in strands.iter().filter(|strand| strand.origin == Origin::Export) {
        if widened(strand.label, cell, strand.precision, zone).meets(strand.span) {
            let known = coarsest.entry(strand.label).or_insert(strand.precision);
            *known = strand.precision.max(*known);
        }
    }
    coarsest.into_iter().map(|(label, precision)| widened(label, cell, precision, zone)).collect()
}

/// The stretches in which strands of one channel meet, unless everything is added, and the steps that some moments cut:
/// whole cells and whole steps, for what counts in a part of a step is decided in the step. They do not touch each other.
pub fn stretches(strands: &[Strand], cuts: &[Timestamp], policy: OverlapPolicy, zone: &Zone) -> Vec<Stretch> {
    let mut found = if policy == OverlapPolicy::Sum { Vec::new() } else { meetings(strands, zone) };
    found.extend(cuts.iter().flat_map(|cut| divided(strands, *cut, zone)));
    // Joining two may make a third reach further, where a coarser precision widens it.
    loop {
        found.sort_by_key(|s| (s.label, s.start, s.end));
        let before = found.len();
        let mut joined: Vec<Stretch> = Vec::new();
        for next in found {
            match joined.last_mut() {
                Some(last) if last.label == next.label && next.start < last.end => {
                    let precision = last.precision.max(next.precision);
                    let span = Span {
                        first: last.start.timestamp(),
                        last: Timestamp(last.end.max(next.end).timestamp().0 - 1),
                    };
                    *last = widened(last.label, span, precision, zone);
                }
                _ => joined.push(next),
            }
        }
        found = joined;
        if found.len() == before {
            break;
        }
    }
    // Any strand of the channel with rows in a widened stretch takes part. Stretches of a channel stand in the order of
    // time, so a strand that ended before one of them is in none that follows.
    let mut of_label: HashMap<Label, Vec<usize>> = HashMap::new();
    for i in in_order(strands) {
        of_label.entry(strands[i].label).or_default().push(i);
    }
    for stretch in &mut found {
        let Some(waiting) = of_label.get_mut(&stretch.label) else { continue };
        waiting.retain(|i| strands[*i].span.last >= stretch.start.timestamp());
        let begun = waiting.partition_point(|i| strands[*i].span.first < stretch.end.timestamp());
        stretch.strands = waiting[..begun].to_vec();
        stretch.strands.sort_unstable();
    }
    found
}

/// Whether a channel's cell lies in one of some stretches, which are in the order of channels and time.
pub fn holds(stretches: &[Stretch], label: Label, start: CellStart) -> bool {
    let next = stretches.partition_point(|stretch| (stretch.label, stretch.end) <= (label, start));
    stretches.get(next).is_some_and(|stretch| stretch.label == label && stretch.start <= start)
}

pub fn widened(label: Label, span: Span, precision: Precision, zone: &Zone) -> Stretch {
    let (first, last) = match precision {
        Precision::Day => (zone.day_start(zone.day(span.first)), Timestamp(zone.day_end(zone.day(span.last)).0 - 1)),
        Precision::Hour => {
            let [first, last] = [span.first, span.last].map(|at| step(at, precision, zone));
            (Timestamp(first), Timestamp(last + precision.millis() - 1))
        }
        _ => (span.first, span.last),
    };
    Stretch { label, start: first.cell(), end: CellStart(last.cell().0 + 1), precision, strands: Vec::new() }
}

/// One sentence for each channel that is shown and whose inputs overlap.
pub fn notes(
    strands: &[Strand],
    policy: OverlapPolicy,
    sources: &[Source],
    labels: &[Option<String>],
    zone: &Zone,
    shown: impl Fn(Label) -> bool,
) -> Vec<Sentence> {
    let mut by_label: BTreeMap<Label, Vec<Stretch>> = BTreeMap::new();
    let told = |stretch: &Stretch| stretch.strands.len() > 1 && shown(stretch.label);
    for stretch in stretches(strands, &[], policy, zone).into_iter().filter(told) {
        by_label.entry(stretch.label).or_default().push(stretch);
    }
    by_label
        .into_iter()
        .map(|(label, stretches)| {
            let files: BTreeSet<&str> = stretches
                .iter()
                .flat_map(|s| &s.strands)
                .map(|i| sources[strands[*i].source].parts[strands[*i].part].name.as_str())
                .collect();
            let start = stretches.iter().map(|s| s.start).min().unwrap_or(CellStart(0));
            let end = stretches.iter().map(|s| s.end).max().unwrap_or(CellStart(0));
            let sentence = match &labels[label as usize] {
                Some(channel) => Sentence::new(key::note::OVERLAP_CHANNEL).with("channel", channel),
                None => Sentence::new(key::note::OVERLAP),
            };
            sentence
                .with("count", files.len())
                .with_moment("start", zone.local(start.timestamp()))
                .with_moment("end", zone.local(Timestamp(end.timestamp().0 - 1)))
        })
        .collect()
}
