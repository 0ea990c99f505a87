//! Mails against exports: what was mailed and is not in the exports, and the reverse.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Bounds, Calendar, PeriodSpec};
use crate::{
    cube::{Cube, Label},
    error::Result,
    model::{Origin, Precision, Timestamp},
};

/// Mails against exports, by channel and day. Serialised, it is the output of `errstat reconcile --format json`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Reconciliation {
    #[schemars(extend("const" = Reconciliation::SCHEMA))]
    pub schema: &'static str,
    pub errstat: &'static str,
    pub timezone: String,
    /// What was asked for by `--only` (`detail=404`) and `--exclude` (`detail!=404`); empty where everything counts.
    pub filter: Vec<String>,
    pub totals: Sums,
    /// Days on which a channel has an error, by channel and day.
    pub days: Vec<Day>,
}

/// Errors as mails and as exports tell them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Sums {
    /// What mails told, each notification once.
    pub mailed: u64,
    /// What exports hold.
    pub exported: u64,
    /// Mailed, and not in the exports: by reason and detail of a day, how much more was mailed than exported.
    pub only_mailed: u64,
    /// Of these, those of moments for which an export speaks: it should have them.
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
    pub sums: Sums,
}

impl Reconciliation {
    /// Name and version of the JSON.
    pub const SCHEMA: &'static str = "errstat/reconcile/1";
}

/// Errors of one reason and detail of a day.
#[derive(Clone, Copy, Debug, Default)]
struct Both {
    mailed: u64,
    /// Of these, at moments for which an export speaks.
    covered: u64,
    exported: u64,
}

/// Compares what mails told with what exports hold, over a period.
///
/// # Errors
/// An impossible period, an input that cannot be read again where the period cuts a cell.
pub fn reconcile(cube: &mut Cube, period: &PeriodSpec, calendar: &Calendar) -> Result<Reconciliation> {
    let zone = if cube.precision() == Precision::Day { cube.input_zone() } else { calendar.zone };
    let calendar = Calendar {
        zone,
        data: cube.reports().filter_map(|report| report.span).reduce(crate::model::Span::union),
        ..*calendar
    };
    let Bounds { start, end, .. } = period.resolve(&calendar)?.bounds;
    cube.cut(&[Timestamp(start), Timestamp(end)])?;
    let mut by_day: BTreeMap<(Label, NaiveDate), BTreeMap<(u32, u32), Both>> = BTreeMap::new();
    for told in cube.told().iter().filter(|told| (start..end).contains(&told.at.0)) {
        let both =
            by_day.entry((told.label, zone.day(told.at))).or_default().entry((told.reason, told.detail)).or_default();
        both.mailed += told.errors;
        both.covered += if told.covered { told.errors } else { 0 };
    }
    {
        let catalog = cube.catalog();
        for cell in super::cells_in(cube, start, end) {
            let kind = catalog.kind(cell.kind);
            if kind.origin == Origin::Export {
                let label = cube.label_of()[kind.channel as usize];
                let day = by_day.entry((label, zone.day(cell.span().first))).or_default();
                day.entry((kind.reason, kind.detail)).or_default().exported += cell.errors;
            }
        }
    }
    let mut totals = Sums::default();
    let mut days: Vec<Day> = Vec::new();
    for ((label, date), keys) in by_day {
        let mut sums = Sums::default();
        for both in keys.into_values() {
            let only_mailed = both.mailed.saturating_sub(both.exported);
            sums.mailed += both.mailed;
            sums.exported += both.exported;
            sums.only_mailed += only_mailed;
            // What no export speaks for is missing from none.
            sums.missing += both.covered.saturating_sub(both.exported);
            sums.only_exported += both.exported.saturating_sub(both.mailed);
        }
        totals.mailed += sums.mailed;
        totals.exported += sums.exported;
        totals.only_mailed += sums.only_mailed;
        totals.missing += sums.missing;
        totals.only_exported += sums.only_exported;
        days.push(Day { channel: cube.labels()[label as usize].clone(), date, sums });
    }
    Ok(Reconciliation {
        schema: Reconciliation::SCHEMA,
        errstat: env!("CARGO_PKG_VERSION"),
        timezone: zone.to_string(),
        filter: cube.filter().shown(),
        totals,
        days,
    })
}
