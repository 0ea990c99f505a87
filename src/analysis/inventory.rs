//! What an archive holds, and what no export in it covers.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::Sums;
use crate::{
    archive::Archive,
    error::{Error, Result},
    model::{CELL_MILLIS, Catalog, CellStart, Channel, Extent, LocalTime, Origin, Span, Timestamp, Zone},
    table::{self, Evidence, Table},
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

#[derive(Default)]
struct Growing {
    months: BTreeSet<crate::archive::Month>,
    span: Option<Span>,
    /// The cells in which there is a row.
    cells: BTreeSet<CellStart>,
}

impl Growing {
    fn join(&mut self, other: Growing) {
        self.months.extend(other.months);
        self.span = Span::join(self.span, other.span);
        self.cells.extend(other.cells);
    }
}

/// What to call each stored channel.
fn labels(stored: &BTreeMap<Channel, Growing>) -> BTreeMap<Channel, Option<String>> {
    let mut catalog = Catalog::default();
    let indices: Vec<u32> = stored.keys().map(|channel| catalog.channel(channel)).collect();
    let mut last: BTreeMap<u32, i64> = BTreeMap::new();
    for (index, growing) in indices.iter().zip(stored.values()) {
        let Some(span) = growing.span else { continue };
        last.entry(*index).and_modify(|last| *last = span.last.0.max(*last)).or_insert(span.last.0);
    }
    let naming = table::naming(&catalog, |channel| last.get(&channel).copied());
    let label = |index: &u32| naming.labels[naming.label_of[*index as usize] as usize].clone();
    stored.keys().cloned().zip(indices.iter().map(label)).collect()
}

/// What the exports and the mails of a channel tell.
#[derive(Default)]
struct Errors {
    exported: u64,
    mailed: u64,
    mails: Vec<(i64, u64)>,
}

/// The errors of each channel, as every command counts them.
fn counted(table: &Table) -> Result<BTreeMap<Option<String>, Errors>> {
    let mut found: BTreeMap<Option<String>, Errors> = BTreeMap::new();
    let (names, sums) = (&table.names, Sums::new(&table.names, table.cells(), |_| Some(0)));
    for sum in sums.all() {
        let kind = names.kinds[sum.kind.0 as usize];
        if kind.origin == Origin::Export {
            found.entry(names.channels[kind.channel as usize].clone()).or_default().exported += sum.errors;
        }
    }
    for told in &table.told {
        let errors = found.entry(names.channels[told.label as usize].clone()).or_default();
        errors.mails.push((told.at.0, told.errors));
        errors.mailed = errors.mailed.checked_add(told.errors).ok_or_else(|| Error::new("error.overflow"))?;
    }
    Ok(found)
}

/// Takes stock of an archive, whose errors are in the table, if it has any; `shown` is what to call it.
///
/// # Errors
/// Where it cannot be read, or a sum leaves 64 bits.
pub fn inventory(archive: &Archive, table: Option<&Table>, shown: String, zone: &Zone) -> Result<Inventory> {
    let time = |at: Timestamp| zone.time(at);
    let mut channels: BTreeMap<Channel, Growing> = BTreeMap::new();
    for partition in archive.partitions(None) {
        archive.rows(partition, None, &mut |row| {
            let growing = channels.entry(row.channel.clone()).or_default();
            growing.months.insert(crate::archive::Month::of(row.time));
            growing.span = Span::join(growing.span, Some(Span { first: row.time, last: row.time }));
            growing.cells.insert(row.time.cell());
            Ok(())
        })?;
    }
    let sources = archive.sources().unwrap_or_default();
    for name in sources.iter().flat_map(|source| &source.channels) {
        channels.entry(name.clone()).or_default();
    }
    // A channel may be stored as more than one pair: with its id and without, or before and after it was renamed.
    let mut by_label: BTreeMap<Option<String>, (Vec<Channel>, Growing)> = BTreeMap::new();
    let label = labels(&channels);
    for (channel, growing) in channels {
        let (stored, all) = by_label.entry(label.get(&channel).cloned().flatten()).or_default();
        stored.push(channel);
        all.join(growing);
    }
    let mut counted = table.map(counted).transpose()?.unwrap_or_default();
    let channels = by_label.into_iter().map(|(channel, (stored, growing))| {
        let extents: Vec<Extent> = sources.iter().filter_map(|source| source.extent(&stored)).collect();
        let rows: Vec<i64> = growing.cells.iter().map(|cell| cell.timestamp().0).collect();
        let silences: Vec<(i64, i64)> = rows.windows(2).map(|pair| (pair[0] + CELL_MILLIS, pair[1])).collect();
        let Errors { exported, mailed, mails } = counted.remove(&channel).unwrap_or_default();
        let gaps = table::gaps(&extents, &Evidence { silences, mailed: mails.iter().map(|(at, _)| *at).collect() });
        let covered = covered(&extents, &gaps);
        let gap = |&(from, until): &(i64, i64)| {
            let inside = mails.iter().filter(|(at, _)| (from..until).contains(at));
            Gap { from: time(Timestamp(from)), until: time(Timestamp(until)), mailed: inside.map(|(_, n)| n).sum() }
        };
        ArchivedChannel {
            exported,
            mailed,
            months: growing.months.len() as u64,
            first: growing.span.map(|span| time(span.first)),
            last: growing.span.map(|span| time(span.last)),
            gaps: gaps.iter().map(gap).collect(),
            covered: covered
                .iter()
                .map(|(from, until)| Stretch { from: time(Timestamp(*from)), until: time(Timestamp(*until)) })
                .collect(),
            channel,
        }
    });
    Ok(Inventory {
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
                added: time(source.added),
                channels: source.channels.iter().filter_map(Channel::stored).collect(),
                rows: source.rows,
                errors: source.errors,
                first: source.span.map(|span| time(span.first)),
                last: source.span.map(|span| time(span.last)),
                complete_until: source.coverage.until.map(time),
            })
            .collect(),
    })
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
