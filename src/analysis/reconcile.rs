//! Mails against exports: what was mailed and is not in the exports, and the reverse.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Asked, Bounds, Note};
use crate::{
    model::{KindId, Origin, Sentence, SourceKind, SourceReport, Timestamp, Zone, key},
    table::{Label, Table},
    taxonomy::{self, Lang},
};

/// Mails against exports, by channel and day. Serialised, it is the output of `errstat reconcile --format json`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Reconciliation {
    #[schemars(extend("const" = Reconciliation::SCHEMA))]
    pub schema: &'static str,
    pub errstat: &'static str,
    #[schemars(with = "String")]
    pub timezone: Zone,
    /// What was asked for by `--only` (`detail=404`) and `--exclude` (`detail!=404`); empty where everything counts.
    pub filter: Vec<String>,
    pub totals: DaySums,
    /// Days on which a channel has an error, by channel and day.
    pub days: Vec<Day>,
    /// Why there is nothing to compare, and what to do: `no-exports` or `no-mails`.
    pub notes: Vec<Note>,
}

/// Errors as mails and as exports tell them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DaySums {
    /// What mails told, each notification once.
    pub mailed: u64,
    /// What exports hold; what a mail told of counts on the day of the mail.
    pub exported: u64,
    /// Mailed, and not in the exports: by status, or none, and five minutes.
    pub only_mailed: u64,
    /// Of these, those for whose five minutes an export speaks: it should have them.
    pub missing: u64,
    /// Exported, and not mailed, counted in the same way. Mails are sent now and then, so this is no fault.
    pub only_exported: u64,
}

/// One day of one channel.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Day {
    pub channel: Option<String>,
    #[schemars(with = "String")]
    pub date: NaiveDate,
    #[serde(flatten)]
    pub sums: DaySums,
}

impl Reconciliation {
    /// Name and version of the JSON.
    pub const SCHEMA: &'static str = "errstat/reconcile/1";
}

/// A group of errors that LINE mails about lasts so long, in milliseconds.
const GROUP: i64 = 300_000;

/// Errors that are one group: those of a channel with one status, or with none.
type Key = (Label, Option<u16>);

/// A group that a mail told of, and what of it the exports hold.
struct Mailed {
    at: i64,
    step: i64,
    errors: u64,
    covered: bool,
    found: u64,
}

/// Errors of an export from the first to the last moment (milliseconds), and what of them no mail told.
struct Exported {
    first: i64,
    last: i64,
    left: u64,
}

/// Compares what mails told with what exports hold, over a period.
///
/// LINE mails about groups of five minutes by status, and errors without one are a single group, so nothing finer is
/// compared: a mail may tell of an error of its status that lies up to five minutes from its time, on either side, since
/// LINE does not say which end of the group that is. What was found counts on the day of the mail, also where the group
/// goes on after midnight.
pub fn reconcile(table: &Table, asked: &Asked, lang: Lang) -> Reconciliation {
    let zone = asked.calendar.zone;
    let Bounds { start, end, .. } = asked.bounds;
    let mut days: BTreeMap<(Label, NaiveDate), DaySums> = BTreeMap::new();
    let mut day = |(label, _): Key, at: i64, sums: DaySums| {
        if (start..end).contains(&at) {
            days.entry((label, zone.day(Timestamp(at)))).or_default().add(sums);
        }
    };
    for (key, (mut mailed, mut exported)) in groups(table) {
        find(&mut mailed, &mut exported);
        for Mailed { at, errors, covered, found, .. } in mailed {
            let only_mailed = errors - found;
            let missing = if covered { only_mailed } else { 0 };
            day(key, at, DaySums { mailed: errors, exported: found, only_mailed, missing, only_exported: 0 });
        }
        for Exported { first, left, .. } in exported.into_iter().filter(|exported| exported.left > 0) {
            day(key, first, DaySums { exported: left, only_exported: left, ..DaySums::default() });
        }
    }
    let mut totals = DaySums::default();
    days.values().for_each(|sums| totals.add(*sums));
    Reconciliation {
        schema: Reconciliation::SCHEMA,
        errstat: env!("CARGO_PKG_VERSION"),
        timezone: zone,
        filter: table.filter.shown(),
        totals,
        days: days
            .into_iter()
            .map(|((label, date), sums)| Day { channel: table.names.channels[label as usize].clone(), date, sums })
            .collect(),
        notes: nothing_to_compare(table).iter().map(|note| Note::of(note, lang)).collect(),
    }
}

/// What is said where mails or exports are not there. What a filter leaves out is there.
fn nothing_to_compare(table: &Table) -> Option<Sentence> {
    let is_export =
        |report: &SourceReport| !matches!(report.kind, SourceKind::Mail | SourceKind::Archive | SourceKind::Parquet);
    match (table.exported || table.inputs.iter().any(is_export), table.mailed) {
        (false, _) => Some(Sentence::new(key::reconcile::NO_EXPORTS)),
        (true, false) => Some(Sentence::new(key::reconcile::NO_MAILS)),
        (true, true) => None,
    }
}

/// What mails told and exports hold of each key, in the order of time.
fn groups(table: &Table) -> BTreeMap<Key, (Vec<Mailed>, Vec<Exported>)> {
    let names = &table.names;
    let status = |kind: KindId| {
        let error = names.attributes(&names.kinds[kind.0 as usize]);
        taxonomy::status(error.reason, error.detail)
    };
    let mut groups: BTreeMap<Key, (Vec<Mailed>, Vec<Exported>)> = BTreeMap::new();
    for told in &table.told {
        let (at, step, errors) = (told.at.0, told.step, told.errors);
        // A download may cut the group.
        let covered = told.covered.is_some_and(|until| until >= last_of_group(at, step));
        let mailed = Mailed { at, step, errors, covered, found: 0 };
        groups.entry((told.label, status(told.kind))).or_default().0.push(mailed);
    }
    for cell in table.cells().iter() {
        let kind = names.kinds[cell.kind.0 as usize];
        if kind.origin == Origin::Export {
            let (first, last) = (cell.span.first.0, table.ending(&cell) - 1000);
            let exported = Exported { first, last, left: cell.errors };
            groups.entry((kind.channel, status(cell.kind))).or_default().1.push(exported);
        }
    }
    for (mailed, exported) in groups.values_mut() {
        mailed.sort_by_key(|mail| (mail.at + mail.step, mail.at));
        exported.sort_by_key(|exported| (exported.first, exported.last));
    }
    groups
}

/// The last moment that may be of a mail's group.
fn last_of_group(at: i64, step: i64) -> i64 {
    at + step - 1001 + GROUP
}

/// Finds the errors of the mails in the exports, each once: as many as can be. Where a mail stands at the beginning of its
/// group and not all are found, it may stand at its end too.
fn find(mailed: &mut [Mailed], exported: &mut [Exported]) {
    let told: Vec<u64> = exported.iter().map(|exported| exported.left).collect();
    assign(mailed, exported, 0);
    if mailed.iter().any(|mail| mail.found < mail.errors) {
        mailed.iter_mut().for_each(|mail| mail.found = 0);
        exported.iter_mut().zip(told).for_each(|(exported, left)| exported.left = left);
        assign(mailed, exported, GROUP);
    }
}

/// Gives each mail in the order of time what lies up to a group's length behind it, and up to `before` milliseconds before
/// it; what ends first goes first, because later mails can't have it. That finds the most that any assignment does, since
/// the times of mails are in the same order as those up to which they look (Glover, "Maximum matching in a convex bipartite
/// graph", *Naval Res. Logist. Quart.* 14 (1967) 313–316).
fn assign(mailed: &mut [Mailed], exported: &mut [Exported], before: i64) {
    let longest = exported.iter().map(|exported| exported.last - exported.first).max().unwrap_or(0);
    for mail in mailed {
        let (from, last) = (mail.at - before, last_of_group(mail.at, mail.step));
        let next = exported.partition_point(|exported| exported.first < from - longest);
        let behind = exported[next..].iter_mut().take_while(|exported| exported.first <= last);
        let mut near: Vec<&mut Exported> = behind.filter(|of| of.last >= from && of.left > 0).collect();
        near.sort_by_key(|of| of.last);
        for exported in near {
            let taken = exported.left.min(mail.errors - mail.found);
            mail.found += taken;
            exported.left -= taken;
        }
    }
}

impl DaySums {
    fn add(&mut self, other: DaySums) {
        self.mailed += other.mailed;
        self.exported += other.exported;
        self.only_mailed += other.only_mailed;
        self.missing += other.missing;
        self.only_exported += other.only_exported;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found of each mail, and what is left of each export; times in seconds.
    fn told(mailed: &[(i64, u64)], exported: &[(i64, u64)]) -> (Vec<u64>, Vec<u64>) {
        let mail = |&(at, errors): &(i64, u64)| Mailed { at: at * 1000, step: 1000, errors, covered: true, found: 0 };
        let row = |&(at, left): &(i64, u64)| Exported { first: at * 1000, last: at * 1000, left };
        let mut mailed: Vec<Mailed> = mailed.iter().map(mail).collect();
        let mut exported: Vec<Exported> = exported.iter().map(row).collect();
        find(&mut mailed, &mut exported);
        (mailed.iter().map(|mail| mail.found).collect(), exported.iter().map(|row| row.left).collect())
    }

    #[test]
    fn a_mail_tells_of_five_minutes() {
        // 299 seconds after it, 300 are another group; and as many before it.
        assert_eq!(told(&[(1000, 7)], &[(1000, 3), (1299, 4), (1300, 9)]), (vec![7], vec![0, 0, 9]));
        assert_eq!(told(&[(1000, 7)], &[(1300, 9)]), (vec![0], vec![9]));
        assert_eq!(told(&[(1000, 7)], &[(699, 9)]), (vec![0], vec![9]));
        assert_eq!(told(&[(1000, 7)], &[(700, 9)]), (vec![7], vec![2]));
    }

    #[test]
    fn each_error_is_found_once_and_no_mail_takes_what_another_one_tells() {
        assert_eq!(told(&[(0, 5), (300, 7)], &[(10, 5), (310, 7)]), (vec![5, 7], vec![0, 0]));
        assert_eq!(told(&[(0, 5), (300, 7)], &[(10, 3), (310, 7)]), (vec![3, 7], vec![0, 0]));
        assert_eq!(told(&[(300, 7), (400, 5)], &[(310, 7)]), (vec![7, 0], vec![0]));
    }

    #[test]
    fn as_much_is_found_as_can_be() {
        // Five minutes of an export are one cell, from its first to its last row: of the second of them 1 belongs to the first
        // mail and 5 to the second, of the third 1 to the second and 5 to the last.
        let cells = [(0, 0, 1), (31, 300, 6), (61, 61, 5), (331, 600, 6)];
        let mail = |&(at, errors): &(i64, u64)| Mailed { at: at * 1000, step: 1000, errors, covered: true, found: 0 };
        let cell = |&(first, last, left): &(i64, i64, u64)| Exported { first: first * 1000, last: last * 1000, left };
        let mut mailed: Vec<Mailed> = [(0, 7), (300, 6), (600, 5)].iter().map(mail).collect();
        let mut exported: Vec<Exported> = cells.iter().map(cell).collect();
        find(&mut mailed, &mut exported);
        assert_eq!(mailed.iter().map(|mail| mail.found).collect::<Vec<_>>(), [7, 6, 5]);
        assert!(exported.iter().all(|cell| cell.left == 0));
        // Mails that stand at the end of their groups.
        assert_eq!(told(&[(300, 5), (600, 5)], &[(10, 5), (310, 5)]), (vec![5, 5], vec![0, 0]));
    }
}
