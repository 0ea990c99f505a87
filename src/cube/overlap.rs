//! Where inputs of one channel meet in time, and whether they are of one channel at all.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Mutex,
};

use super::{
    ChannelRules, Label, Naming, OverlapPolicy, cell_floor, stretch,
    suggest::{self, Unclear},
};
use crate::{
    error::{Error, Result},
    input::{ReadOptions, Source, identical},
    model::{CELL_MILLIS, Catalog, CellStart, Filling, Origin, Precision, Sentence, Span, Timestamp, Zone},
};

/// At least this share of the errors must be the same for two inputs to be of one channel …
const SAME_SHARE: f64 = 0.95;
/// … and there must be this many to judge by; fewer are enough where all are the same to the second.
const ENOUGH_ERRORS: u64 = 20;
/// So many pairs that are not alike are looked at in the hope that other inputs settle them.
const MOST_UNLIKE: usize = 1_000;
/// A command that names more files than these is not read by anybody.
const MOST_FILES_SETTLED: usize = 20;
/// More pairs of inputs of one channel than these are told in one sentence.
const MOST_PAIRS_TOLD: usize = 3;

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

/// A stretch of time in which rows of several strands of one channel stand.
#[derive(Clone, Debug)]
pub struct Stretch {
    pub label: Label,
    /// Whole cells, end exclusive.
    pub start: CellStart,
    pub end: CellStart,
    /// The coarsest of the strands' precisions: rows are compared at it.
    pub precision: Precision,
    /// Indices of the strands.
    pub strands: Vec<usize>,
    /// Whether keys are merged; if not, everything is added.
    pub merged: bool,
}

impl Stretch {
    pub fn holds(&self, cell: CellStart) -> bool {
        (self.start..self.end).contains(&cell)
    }
}

/// Marks inputs that repeat another byte for byte, and drops their rows.
///
/// # Errors
/// Where one cannot be read again.
pub fn drop_identical(sources: &mut [Source], notes: &mut Vec<Sentence>) -> Result<()> {
    // What two copies have in common at first sight, and the inputs that have it.
    let mut alike: HashMap<_, Vec<usize>> = HashMap::new();
    // In the order of their names, so that the order of the arguments changes nothing.
    let mut order: Vec<usize> = (0..sources.len()).collect();
    order.sort_by(|a, b| sources[*a].report.path.cmp(&sources[*b].report.path));
    for i in order {
        let Source { report, lines, label, .. } = &sources[i];
        let Some(span) = report.span else { continue };
        let first_of =
            alike.entry((report.rows, report.errors, *lines, span.first.0, span.last.0, label.clone())).or_default();
        let mut same = None;
        for &other in first_of.iter() {
            if identical(&sources[other], &sources[i])? {
                same = Some(other);
                break;
            }
        }
        match same {
            Some(other) => {
                let original = sources[other].report.path.clone();
                notes.push(
                    Sentence::new("note.same_file").with("path", &sources[i].report.path).with("other", &original),
                );
                sources[i].report.same_as = Some(original);
                sources[i].parts.clear();
            }
            None => first_of.push(i),
        }
    }
    Ok(())
}

/// The strands of all inputs.
pub fn strands(sources: &[Source], catalog: &Mutex<Catalog>, label_of: &[Label]) -> Vec<Strand> {
    let catalog = catalog.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut found = Vec::new();
    let one_label = label_of.iter().all(|label| *label == label_of[0]);
    for (source, read) in sources.iter().enumerate() {
        for (part, table) in read.parts.iter().enumerate() {
            let (Some(span), Some(precision)) = (table.span, table.precision) else { continue };
            let mut spans: BTreeMap<Label, Span> = BTreeMap::new();
            if one_label {
                spans.insert(label_of[0], span);
            } else {
                for cell in &table.cells {
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
fn pairs<'a>(
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
        for precision in Precision::ALL {
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

/// Settles, for inputs that name no channel, which of them are of one, and of which that others name.
///
/// Each is compared with every input that it meets in time, also those that name a channel. Alike ones belong
/// together, and so do those that are alike to a third. Gives the inputs that turned out to belong to a named channel.
///
/// # Errors
/// Where two are too different to be of one channel or too small to tell, and nothing else settles it; where one is alike
/// to two channels.
pub fn judge(
    strands: &[Strand],
    sources: &[Source],
    naming: &Naming,
    catalog: &Mutex<Catalog>,
    rules: &ChannelRules,
    options: &ReadOptions,
    notes: &mut Vec<Sentence>,
) -> Result<Vec<(usize, Label)>> {
    let unnamed = |strand: &Strand| naming.labels[strand.label as usize].is_none();
    if !strands.iter().any(unnamed) {
        return Ok(Vec::new());
    }
    // Two tables of one file may be of two bots, but what stands in one table is of one table.
    let unclear = |a: &Strand, b: &Strand| (unnamed(a) || unnamed(b)) && (a.source, a.part) != (b.source, b.part);
    // Strands that name a channel belong together from the start.
    let mut first_of: HashMap<Label, usize> = HashMap::new();
    let mut groups = Groups::new(strands.len());
    for (i, strand) in strands.iter().enumerate().filter(|(_, strand)| !unnamed(strand)) {
        groups.join(i, *first_of.entry(strand.label).or_insert(i));
    }
    let mut alike: Vec<([String; 2], f64)> = Vec::new();
    let mut unlike: Vec<Unlike> = Vec::new();
    for (a, b, span) in pairs(strands, sources, &options.zone, unclear) {
        if groups.same(a, b) {
            continue;
        }
        let stretch = around(strands, &[a, b], span, &options.zone);
        let (smaller, larger) =
            stretch::likeness(&stretch, span, strands, sources, catalog, &naming.label_of, options)?;
        let share = if larger == 0 { 0.0 } else { smaller as f64 / larger as f64 };
        let same = smaller == larger && larger > 0 && stretch.precision == Precision::Second;
        if same || larger >= ENOUGH_ERRORS && share >= SAME_SHARE {
            groups.join(a, b);
            alike.push(([a, b].map(|i| name(strands, sources, i).to_owned()), share));
        } else {
            unlike.push(Unlike { strands: [a, b], span, errors: larger, share });
            if unlike.len() >= MOST_UNLIKE {
                break;
            }
        }
    }
    let mut labels: HashMap<usize, BTreeSet<Label>> = HashMap::new();
    for (label, strand) in &first_of {
        labels.entry(groups.root(*strand)).or_default().insert(*label);
    }
    let mut adopted: BTreeMap<usize, BTreeSet<Label>> = BTreeMap::new();
    for (i, strand) in strands.iter().enumerate().filter(|(_, strand)| unnamed(strand)) {
        if let Some(labels) = labels.get(&groups.root(i)) {
            adopted.entry(strand.source).or_default().extend(labels);
        }
    }
    for (source, labels) in &adopted {
        if let [first, _, ..] = labels.iter().collect::<Vec<_>>()[..] {
            let path = sources[*source].report.file();
            let names: Vec<&str> =
                labels.iter().filter_map(|label| naming.labels[*label as usize].as_deref()).collect();
            let option = suggest::of(&naming.channels[*first as usize], path);
            return Err(Error::new("error.channel_alike_two")
                .with("path", path)
                .with("channels", names.join(" | "))
                .with("command", format!("{} {option}", rules.command_of(&[path]))));
        }
    }
    // Whoever belongs to a channel is no longer unclear.
    let settled = |i: usize| !unnamed(&strands[i]) || adopted.contains_key(&strands[i].source);
    let open: Vec<&Unlike> = unlike
        .iter()
        .filter(|pair| {
            let [a, b] = pair.strands;
            !(groups.same(a, b) || settled(a) && settled(b))
        })
        .collect();
    if let Some(pair) = open.first() {
        return Err(pair.refusal(&open, strands, sources, naming, rules, &options.zone));
    }
    notes.extend(one_channel(&alike));
    let adopted = adopted.into_iter();
    Ok(adopted.filter_map(|(source, labels)| Some((source, labels.into_iter().next()?))).collect())
}

/// Two strands that meet and are not alike.
struct Unlike {
    strands: [usize; 2],
    span: Span,
    /// Over the keys where they meet, the sum of the larger values, and which part of it the smaller ones are.
    errors: u64,
    share: f64,
}

impl Unlike {
    /// Why errstat does not go on, with the commands that settle it; `open` holds all pairs that are to be settled.
    fn refusal(
        &self,
        open: &[&Unlike],
        strands: &[Strand],
        sources: &[Source],
        naming: &Naming,
        rules: &ChannelRules,
        zone: &Zone,
    ) -> Error {
        let [first, second] = self.strands.map(|i| name(strands, sources, i));
        let unclear = |i: usize| {
            let label = strands[i].label as usize;
            let channel = naming.labels[label].as_ref().map(|_| &naming.channels[label]);
            Unclear { path: sources[strands[i].source].report.file(), channel }
        };
        let [a, b] = self.strands.map(unclear);
        let command = rules.command_of(&if a.path == b.path { vec![a.path] } else { vec![a.path, b.path] });
        // All files at once, so that one command is enough.
        let mut all: Vec<Unclear<'_>> = Vec::new();
        let mut place = |i: usize| {
            let unclear = unclear(i);
            let there = all.iter().position(|known| known.path == unclear.path && known.channel == unclear.channel);
            there.unwrap_or_else(|| {
                all.push(unclear);
                all.len() - 1
            })
        };
        let mut apart: Vec<(usize, usize)> =
            open.iter().map(|pair| (place(pair.strands[0]), place(pair.strands[1]))).collect();
        if all.len() > MOST_FILES_SETTLED {
            (all, apart) = (vec![a, b], vec![(0, 1)]);
        }
        let few = self.errors < ENOUGH_ERRORS;
        Error::new(if few { "error.overlap_small" } else { "error.overlap_unclear" })
            .with("first", first)
            .with("second", second)
            .with("errors", self.errors)
            .with("share", format!("{:.0}", self.share * 100.0))
            .filled("start", Filling::Moment(zone.local(self.span.first)))
            .filled("end", Filling::Moment(zone.local(self.span.last)))
            .with("one", format!("{command} {}", suggest::one(a, b)))
            .with("two", format!("{command} {}", suggest::different(&all, &apart)))
    }
}

/// What a strand's table is called.
fn name<'a>(strands: &[Strand], sources: &'a [Source], strand: usize) -> &'a str {
    &sources[strands[strand].source].parts[strands[strand].part].name
}

/// What belongs together: a forest in which each tree is a group (Galler and Fischer, "An improved equivalence
/// algorithm", CACM 1964).
struct Groups {
    above: Vec<usize>,
}

impl Groups {
    fn new(count: usize) -> Groups {
        Groups { above: (0..count).collect() }
    }

    fn root(&mut self, mut i: usize) -> usize {
        while self.above[i] != i {
            self.above[i] = self.above[self.above[i]];
            i = self.above[i];
        }
        i
    }

    fn same(&mut self, a: usize, b: usize) -> bool {
        self.root(a) == self.root(b)
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.above[a] = b;
    }
}

/// What is said of inputs that turned out to be of one channel: of each pair, or of many pairs together.
fn one_channel(alike: &[([String; 2], f64)]) -> Vec<Sentence> {
    let percent = |share: f64| format!("{:.0}", share * 100.0);
    if alike.len() <= MOST_PAIRS_TOLD {
        let told = |([first, second], share): &([String; 2], f64)| {
            Sentence::new("note.one_channel").with("first", first).with("second", second).with("share", percent(*share))
        };
        return alike.iter().map(told).collect();
    }
    let inputs: HashSet<&String> = alike.iter().flat_map(|(names, _)| names).collect();
    let least = alike.iter().map(|(_, share)| *share).fold(1.0, f64::min);
    vec![Sentence::new("note.one_channel_of_many").with("count", inputs.len()).with("share", percent(least))]
}

/// The stretches in which strands of one channel meet, as whole cells; they do not touch each other.
pub fn stretches(strands: &[Strand], policy: OverlapPolicy, zone: &Zone) -> Vec<Stretch> {
    if policy == OverlapPolicy::Sum {
        return Vec::new();
    }
    let mut found = meetings(strands, zone);
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

/// The stretch of whole cells and whole steps around the meeting of some strands.
fn around(strands: &[Strand], members: &[usize], span: Span, zone: &Zone) -> Stretch {
    let precision = members.iter().map(|i| strands[*i].precision).max().unwrap_or(Precision::Second);
    Stretch { strands: members.to_vec(), ..widened(strands[members[0]].label, span, precision, zone) }
}

fn widened(label: Label, span: Span, precision: Precision, zone: &Zone) -> Stretch {
    let (first, last) = match precision {
        Precision::Day => (zone.day_start(zone.day(span.first)), Timestamp(zone.day_end(zone.day(span.last)).0 - 1)),
        Precision::Hour => {
            let whole = |at: Timestamp| {
                at.0 - (at.0 + i64::from(zone.local(at).offset().local_minus_utc()) * 1000)
                    .rem_euclid(precision.millis())
            };
            (Timestamp(whole(span.first)), Timestamp(whole(span.last) + precision.millis() - 1))
        }
        _ => (span.first, span.last),
    };
    Stretch {
        label,
        start: cell_floor(first.0),
        end: CellStart(cell_floor(last.0).0 + 1),
        precision,
        strands: Vec::new(),
        merged: true,
    }
}

/// Whole steps of each channel around one cell, with all strands that have rows there, merged as in the stretches: what
/// counts in a part of a step is decided in the step.
pub fn all_around(strands: &[Strand], cell: CellStart, policy: OverlapPolicy, zone: &Zone) -> Vec<Stretch> {
    let (start, end) = (cell.timestamp(), Timestamp(cell.timestamp().0 + CELL_MILLIS - 1));
    let around = |label, precision| widened(label, Span { first: start, last: end }, precision, zone);
    let meets = |strand: &Strand, stretch: &Stretch| {
        strand.span.last >= stretch.start.timestamp() && strand.span.first < stretch.end.timestamp()
    };
    let mut coarsest: BTreeMap<(Label, Origin), Precision> = BTreeMap::new();
    for strand in strands {
        let merged = policy != OverlapPolicy::Sum && strand.origin == Origin::Export;
        let precision = if merged { strand.precision } else { Precision::Second };
        if meets(strand, &around(strand.label, precision)) {
            let known = coarsest.entry((strand.label, strand.origin)).or_insert(precision);
            *known = precision.max(*known);
        }
    }
    let stretch = |((label, origin), precision): ((Label, Origin), Precision)| {
        let stretch = around(label, precision);
        let here = |strand: &Strand| (strand.label, strand.origin) == (label, origin) && meets(strand, &stretch);
        let members = (0..strands.len()).filter(|i| here(&strands[*i])).collect();
        Stretch { merged: policy != OverlapPolicy::Sum && origin == Origin::Export, strands: members, ..stretch }
    };
    coarsest.into_iter().map(stretch).collect()
}

/// One sentence for each channel whose inputs overlap.
pub fn notes(
    stretches: &[Stretch],
    strands: &[Strand],
    sources: &[Source],
    labels: &[Option<String>],
    zone: &Zone,
) -> Vec<Sentence> {
    let mut by_label: BTreeMap<Label, Vec<&Stretch>> = BTreeMap::new();
    for stretch in stretches.iter().filter(|stretch| stretch.strands.len() > 1) {
        by_label.entry(stretch.label).or_default().push(stretch);
    }
    by_label
        .into_iter()
        .map(|(label, stretches)| {
            let mut files: Vec<&str> = stretches
                .iter()
                .flat_map(|s| &s.strands)
                .map(|i| sources[strands[*i].source].parts[strands[*i].part].name.as_str())
                .collect();
            files.sort_unstable();
            files.dedup();
            let start = stretches.iter().map(|s| s.start).min().unwrap_or(CellStart(0));
            let end = stretches.iter().map(|s| s.end).max().unwrap_or(CellStart(0));
            let sentence = match &labels[label as usize] {
                Some(channel) => Sentence::new("note.overlap_channel").with("channel", channel),
                None => Sentence::new("note.overlap"),
            };
            sentence
                .with("count", files.len())
                .with_moment("start", zone.local(start.timestamp()))
                .with_moment("end", zone.local(Timestamp(end.timestamp().0 - 1)))
        })
        .collect()
}
