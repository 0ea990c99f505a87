//! Incidents: what a person would mark, and nothing else.
//!
//! Per channel and failure class, over all data whatever the period:
//! 1. [`usual`]: what is usual at each hour of the day and kind of day, from the quieter part of the days, so that an outage
//!    does not raise the level that it is measured against; and what comes at the same time of most days is usual there.
//!    Webhook errors are not a Poisson process: they come in bursts, and their variance is several times their mean. So it
//!    is taken as φ times the mean (quasi-Poisson; for the choice between the two variance functions see Ver Hoef & Boveng,
//!    "Quasi-Poisson vs. negative binomial regression", *Ecology* 88 (2007) 2766–2772), φ from the calm days.
//! 2. [`automaton`]: a two-state automaton finds where it is not so.
//! 3. [`stretch`]: cores tell onset and end, and calm gaps part what is two.
//! 4. [`habit`]: what comes back at the same time of days or weeks is none.
//! 5. [`found`]: classes that fail together are one incident, with its numbers.
//!
//! What would be one if it did not come back is a [`pattern`]. The time is linear in the cells with errors.

mod automaton;
mod class;
mod clock;
mod found;
mod habit;
mod pattern;
mod stretch;
#[cfg(test)]
mod tests;
mod usual;

use std::ops::Range;

pub use class::{Class, ClassErrors, step};
pub use pattern::{DayKind, Pattern};

use crate::{
    analysis::Incident,
    model::{Precision, Timestamp, Zone},
    table::Table,
};
use found::Measure;
use usual::Usual;

/// Less history than this says little about what is usual.
pub const LEAST_HISTORY_DAYS: i64 = 3;

/// The incidents of all channels in the order of time, and the patterns by channel, by what happened before a moment; days
/// are those of the zone. Rows without a time of day make neither. The period, in milliseconds since
/// 1970-01-01T00:00:00Z, tells only which errors lie inside of it; the table must have been cut at its edges.
pub fn judge(table: &Table, zone: &Zone, period: &Range<i64>, now: Timestamp) -> (Vec<Incident>, Vec<Pattern>) {
    let (mut all, mut patterns) = (Vec::new(), Vec::new());
    let table = &*table.finer_than(Precision::Day);
    let classes = Class::of_kinds(&table.names);
    for channel in class::channels(table, &classes, zone, now) {
        let step = class::step(table, channel.label);
        let measure = Measure { table, zone, period, now, classes: &classes, channel: &channel, step };
        let mut stretches = Vec::new();
        for (class, series) in &channel.classes {
            if series.iter().map(|(_, errors)| errors).sum::<u64>() < usual::LEAST_ERRORS {
                continue;
            }
            let usual = Usual::of(series, &channel.clock);
            let found = stretch::stretches(series, &channel.clock, &usual, &|cell| measure.rows(*class, cell));
            let name = &table.names.channels[channel.label as usize];
            let (found, habits) = habit::apart(found, series, &channel.clock, &usual);
            let of = pattern::Of { series, clock: &channel.clock, usual: &usual, channel: name, class: *class, zone };
            patterns.extend(of.patterns(&found, &habits));
            let whole = |stretch| if step >= Precision::Hour.millis() { stretch::of_hours(stretch) } else { stretch };
            stretches.extend(found.into_iter().map(|stretch| (*class, whole(stretch), usual.comparable)));
        }
        all.extend(measure.incidents(stretches));
    }
    all.sort_by_key(|incident: &Incident| incident.cells_start);
    (all, patterns)
}
