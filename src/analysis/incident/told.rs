//! Incidents as they are told.

use std::cmp::Reverse;

use super::{Found, found::Made};
use crate::{
    analysis::{Bounds, Incident, MadeOf},
    model::{CELL_MILLIS, CellStart, Timestamp, Zone},
    table::{Known, Table},
};

/// So many quiet cells end an incident, where the data reach so far.
const QUIET: i64 = 3 * CELL_MILLIS;
/// So long must the time behind an incident be known for it to be over: what is not usual there is another incident.
const OVER: i64 = 3_600_000;

/// The incidents that touch a period, whole; the worst first, then by time and channel.
pub fn told(table: &Table, found: &[Found], bounds: &Bounds, zone: &Zone) -> Vec<Incident> {
    let touching = found.iter().filter(|found| found.bounds().0 < bounds.end && found.bounds().1 > bounds.start);
    let mut incidents: Vec<Incident> = touching.map(|found| incident(table, found, zone)).collect();
    incidents
        .sort_by(|a, b| (Reverse(a.errors), a.bounds(), &a.channel).cmp(&(Reverse(b.errors), b.bounds(), &b.channel)));
    incidents
}

fn incident(table: &Table, found: &Found, zone: &Zone) -> Incident {
    let time = |millis: i64| zone.time(Timestamp(millis));
    let made = |made: &Made| MadeOf {
        reason: table.names.reasons[made.reason as usize].clone(),
        detail: table.names.details[made.detail as usize].clone(),
        errors: made.errors,
        first_seen: time(made.first),
        last_seen: time(made.last),
    };
    let made_of: Vec<MadeOf> = found.made_of.iter().map(made).collect();
    let class = found.classes[0].class;
    let leading = found.made_of.iter().position(|made| made.class == class).unwrap_or(0);
    let (reason, detail) = (made_of[leading].reason.clone(), made_of[leading].detail.clone());
    let known = Known::of(&table.known, found.label);
    let ongoing = ongoing(known, found);
    let (peak, peak_errors) = found.peak();
    let end = found.bounds().1;
    let reach = known.and_then(Known::reach).map_or(i64::MIN, |reach| reach.0);
    let alone_until = CellStart(found.alone_until).timestamp().0;
    let over = ongoing == Some(false)
        && reach >= end + OVER
        && known.is_some_and(|known| known.missing(end, end + OVER).is_empty());
    Incident {
        channel: table.names.channels[found.label as usize].clone(),
        start: time(found.first),
        end: time(found.last),
        minutes: ((found.last - found.first).max(1) as u64).div_ceil(60_000),
        errors: found.errors(),
        peak_errors,
        peak_at: time(CellStart(peak).timestamp().0.max(found.first)),
        reason,
        detail,
        ongoing,
        made_of,
        quiet_since: (ongoing == Some(false)).then(|| time(found.last)),
        log: None,
        class,
        classes: found.classes.clone(),
        cells_start: time(found.bounds().0),
        usual_after: (alone_until > end && reach > end).then_some(found.most_after),
        over,
    }
}

/// Whether an incident touches the end of what is known; none where nothing is known beyond its last row.
fn ongoing(known: Option<&Known>, found: &Found) -> Option<bool> {
    let reach = known.and_then(Known::reach).map_or(i64::MIN, |reach| reach.0);
    match reach - found.bounds().1 < QUIET {
        false => Some(false),
        true => known.and_then(Known::until).is_some_and(|until| until.0 > found.last).then_some(true),
    }
}
