//! Whether inputs that name no channel are of one, by what they have in common where they meet.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{
    geometry::{Strand, Stretch, pairs, widened},
    merge::{Strands, likeness},
};
use crate::{
    error::{Error, Result},
    model::{Precision, Sentence, Span, key},
    table::{
        Label,
        channels::ChannelRules,
        suggest::{self, Unclear},
    },
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

/// Settles, for inputs that name no channel, which of them are of one, and of which that others name.
///
/// Each is compared with every input that it meets in time, also those that name a channel. Alike ones belong
/// together, and so do those that are alike to a third. Gives the inputs that turned out to belong to a named channel.
///
/// # Errors
/// Where two are too different to be of one channel or too small to tell, and nothing else settles it; where one is alike
/// to two channels.
pub fn judge(strands: Strands<'_>, rules: &ChannelRules, notes: &mut Vec<Sentence>) -> Result<Vec<(usize, Label)>> {
    let Strands { all, sources, naming, .. } = strands;
    let zone = &strands.options.zone;
    let unnamed = |strand: &Strand| naming.labels[strand.label as usize].is_none();
    if !all.iter().any(unnamed) {
        return Ok(Vec::new());
    }
    // Two tables of one file may be of two bots, but what stands in one table is of one table.
    let unclear = |a: &Strand, b: &Strand| (unnamed(a) || unnamed(b)) && (a.source, a.part) != (b.source, b.part);
    // Strands that name a channel belong together from the start.
    let mut first_of: HashMap<Label, usize> = HashMap::new();
    let mut groups = Groups::new(all.len());
    for (i, strand) in all.iter().enumerate().filter(|(_, strand)| !unnamed(strand)) {
        groups.join(i, *first_of.entry(strand.label).or_insert(i));
    }
    let mut alike: Vec<([String; 2], f64)> = Vec::new();
    let mut unlike: Vec<Unlike> = Vec::new();
    for (a, b, span) in pairs(all, sources, zone, unclear) {
        if groups.same(a, b) {
            continue;
        }
        let precision = all[a].precision.max(all[b].precision);
        let stretch = Stretch { strands: vec![a, b], ..widened(all[a].label, span, precision, zone) };
        let (smaller, larger) = likeness(&stretch, span, strands)?;
        let share = if larger == 0 { 0.0 } else { smaller as f64 / larger as f64 };
        let same = smaller == larger && larger > 0 && stretch.precision == Precision::Second;
        if same || larger >= ENOUGH_ERRORS && share >= SAME_SHARE {
            groups.join(a, b);
            alike.push(([a, b].map(|i| strands.name(i).to_owned()), share));
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
    for (i, strand) in all.iter().enumerate().filter(|(_, strand)| unnamed(strand)) {
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
            return Err(Error::new(key::error::CHANNEL_ALIKE_TWO)
                .with("path", path)
                .with("channels", names.join(" | "))
                .with("command", format!("{} {option}", rules.command_of(&[path]))));
        }
    }
    // Whoever belongs to a channel is no longer unclear.
    let settled = |i: usize| !unnamed(&all[i]) || adopted.contains_key(&all[i].source);
    let open: Vec<&Unlike> = unlike
        .iter()
        .filter(|pair| {
            let [a, b] = pair.strands;
            !(groups.same(a, b) || settled(a) && settled(b))
        })
        .collect();
    if let Some(pair) = open.first() {
        return Err(pair.refusal(&open, strands, rules));
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
    fn refusal(&self, open: &[&Unlike], strands: Strands<'_>, rules: &ChannelRules) -> Error {
        let naming = strands.naming;
        let [first, second] = self.strands.map(|i| strands.name(i));
        let zone = &strands.options.zone;
        let unclear = |i: usize| {
            let label = strands.all[i].label as usize;
            let channel = naming.labels[label].as_ref().map(|_| &naming.channels[label]);
            Unclear { path: strands.source(i).report.file(), channel }
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
        let files: Vec<&str> = strands.sources.iter().map(|source| source.report.file()).collect();
        let few = self.errors < ENOUGH_ERRORS;
        Sentence::new(if few { key::error::OVERLAP_SMALL } else { key::error::OVERLAP_UNCLEAR })
            .with("first", first)
            .with("second", second)
            .with_number("errors", self.errors)
            .with("share", format!("{:.0}", self.share * 100.0))
            .with_moment("start", zone.local(self.span.first))
            .with_moment("end", zone.local(self.span.last))
            .with("one", format!("{command} {}", suggest::one(a, b, &files)))
            .with("two", format!("{command} {}", suggest::different(&all, &apart, &files)))
            .into()
    }
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
            Sentence::new(key::note::ONE_CHANNEL)
                .with("first", first)
                .with("second", second)
                .with("share", percent(*share))
        };
        return alike.iter().map(told).collect();
    }
    let inputs: HashSet<&String> = alike.iter().flat_map(|(names, _)| names).collect();
    let least = alike.iter().map(|(_, share)| *share).fold(1.0, f64::min);
    vec![Sentence::new(key::note::ONE_CHANNEL_OF_MANY).with("count", inputs.len()).with("share", percent(least))]
}
