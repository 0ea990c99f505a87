//! What an archive holds, and what no export in it covers.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    archive::{Archive, Source},
    model::{Channel, Extent, LocalTime, Origin, Span, Timestamp, Zone},
    table::{Known, Table, Told},
};

/// Serialised, it is the output of `errstat archive info --format json`. Times are RFC 3339 in `timezone`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Inventory {
    pub schema: &'static str,
    pub archive: String,
    #[schemars(with = "String")]
    pub timezone: Zone,
    /// Whether errstat keeps books on it; if not, another engine wrote it, and `sources` is empty.
    pub managed: bool,
    pub channels: Vec<ArchivedChannel>,
    /// In the order in which they were added.
    pub sources: Vec<ArchivedSource>,
}

/// One channel of the archive.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ArchivedChannel {
    pub channel: Option<String>,
    /// Errors of exports, each once, and of mails, each notification once; both may tell the same ones.
    pub exported: u64,
    pub mailed: u64,
    pub months: u64,
    pub first: Option<LocalTime>,
    pub last: Option<LocalTime>,
    /// Stretches that exports speak for, end exclusive.
    pub covered: Vec<Stretch>,
    /// What lies between them, for which no export speaks, as far as is known (the rule: `table::gaps`).
    pub gaps: Vec<Gap>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Stretch {
    pub from: LocalTime,
    pub until: LocalTime,
}

/// A stretch between exports, and what mails tell of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Gap {
    pub from: LocalTime,
    pub until: LocalTime,
    pub mailed: u64,
}

/// Something that was added.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ArchivedSource {
    pub id: String,
    pub name: String,
    pub sha256: String,
    pub added: LocalTime,
    pub channels: Vec<String>,
    pub rows: u64,
    pub errors: u64,
    pub first: Option<LocalTime>,
    pub last: Option<LocalTime>,
    pub complete_until: Option<LocalTime>,
}

/// What an archive holds of a channel.
#[derive(Default)]
struct Held<'a> {
    exported: u64,
    mails: Vec<&'a Told>,
    span: Option<Span>,
    /// Year and month, in UTC.
    months: BTreeSet<(i32, u32)>,
    known: Option<&'a Known>,
}

impl Held<'_> {
    fn meets(&mut self, span: Span) {
        self.span = Span::join(self.span, Some(span));
        self.months.extend([span.first, span.last].map(|at| (at.utc().year(), at.utc().month())));
    }
}

/// What is held of each channel, by name.
fn held(table: &Table) -> BTreeMap<&Option<String>, Held<'_>> {
    let names = &table.names;
    let mut found: BTreeMap<&Option<String>, Held<'_>> = BTreeMap::new();
    for known in &table.known {
        found.entry(&known.channel).or_default().known = Some(known);
    }
    for cell in table.cells().iter() {
        let kind = names.kinds[cell.kind.0 as usize];
        let held = found.entry(&names.channels[kind.channel as usize]).or_default();
        held.meets(cell.span);
        if kind.origin == Origin::Export {
            held.exported += cell.errors;
        }
    }
    for told in &table.told {
        let held = found.entry(&names.channels[told.label as usize]).or_default();
        held.meets(Span { first: told.at, last: told.at });
        held.mails.push(told);
    }
    found
}

/// Takes stock of an archive, whose errors are in the table, if it has any; `shown` is what to call it.
pub fn inventory(archive: &Archive, table: Option<&Table>, shown: String, zone: &Zone) -> Inventory {
    let time = |at: i64| zone.time(Timestamp(at));
    let sources = archive.sources().unwrap_or_default();
    let any_export = sources.is_empty() || sources.iter().any(has_exports);
    let mut held = table.map(held).unwrap_or_default();
    // An archive without a row is no input, but has channels.
    let silent: Vec<Option<String>> = match table {
        Some(_) => Vec::new(),
        None => sources.iter().flat_map(|source| &source.channels).map(Channel::stored).collect(),
    };
    for channel in &silent {
        held.entry(channel).or_default();
    }
    let channels = held.into_iter().map(|(channel, Held { exported, mails, span, months, known })| {
        let known = known.filter(|known| any_export && !known.mails_only);
        let extents: Vec<Extent> = known.iter().flat_map(|known| &known.extents).map(|(_, extent)| *extent).collect();
        let gaps = known.map(|known| &known.gaps[..]).unwrap_or_default();
        let mailed_in = |from: i64, until: i64| {
            let inside = mails.iter().filter(|told| (from..until).contains(&told.at.0));
            inside.map(|told| told.errors).sum()
        };
        ArchivedChannel {
            channel: channel.clone(),
            exported,
            mailed: mails.iter().map(|told| told.errors).sum(),
            months: months.len() as u64,
            first: span.map(|span| zone.time(span.first)),
            last: span.map(|span| zone.time(span.last)),
            covered: covered(&extents, gaps)
                .into_iter()
                .map(|(from, until)| Stretch { from: time(from), until: time(until) })
                .collect(),
            gaps: gaps
                .iter()
                .map(|&(from, until)| Gap { from: time(from), until: time(until), mailed: mailed_in(from, until) })
                .collect(),
        }
    });
    Inventory {
        schema: "errstat/archive/1",
        archive: shown,
        timezone: *zone,
        managed: archive.sources().is_some(),
        channels: channels.collect(),
        sources: sources
            .iter()
            .map(|source| ArchivedSource {
                id: source.id.clone(),
                name: source.name.clone(),
                sha256: source.sha256.clone(),
                added: zone.time(source.added),
                channels: source.channels.iter().filter_map(Channel::stored).collect(),
                rows: source.rows,
                errors: source.errors,
                first: source.first.map(|at| zone.time(at)),
                last: source.last.map(|at| zone.time(at)),
                complete_until: source.covered_until.map(|at| zone.time(at)),
            })
            .collect(),
    }
}

fn has_exports(source: &Source) -> bool {
    source.origins.is_empty() || source.origins.iter().any(|origin| origin == Origin::Export.name())
}

/// From the first to the last moment that exports speak for, without the gaps.
fn covered(extents: &[Extent], gaps: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let (Some(first), Some(last)) =
        (extents.iter().filter_map(Extent::start).min(), extents.iter().filter_map(Extent::end).max())
    else {
        return Vec::new();
    };
    let starts = std::iter::once(first.0).chain(gaps.iter().map(|(_, until)| *until));
    let ends = gaps.iter().map(|(from, _)| *from).chain([last.0]);
    starts.zip(ends).collect()
}
