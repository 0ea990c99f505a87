//! Incidents as they are told.

use std::cmp::Reverse;

use super::{Found, class, found::Made, usual::quantile};
use crate::{
    analysis::{Asked, Incident, MadeOf},
    model::{CELL_MILLIS, CellStart, Timestamp, Zone},
    table::{Known, Table},
};

/// So many quiet cells end an incident, where the data reach so far ...
const QUIET: i64 = 3 * CELL_MILLIS;
/// ... and so many of its own pauses, of which most are no longer than the usual one.
const PAUSES: i64 = 3;
const USUAL_PAUSE: f64 = 0.9;
/// So long must the time behind an incident be known for it to be over: what is not usual there is another incident.
const OVER: i64 = 3_600_000;

/// The incidents with a row in the period, whole, as they are known at a moment; the worst first, then by time and channel.
pub fn told(table: &Table, found: &[Found], asked: &Asked, now: Timestamp) -> Vec<Incident> {
    // The end of an incident is its last row, or what is behind the five minutes or the hour that this tells.
    let behind = |found: &Found| found.last + i64::from(class::step(table, found.label) < CELL_MILLIS);
    let touching = |found: &&Found| found.first < asked.bounds.end && behind(found) > asked.bounds.start;
    let incident = |found| incident(table, found, &asked.calendar.zone, now);
    let mut incidents: Vec<Incident> = found.iter().filter(touching).map(incident).collect();
    incidents
        .sort_by(|a, b| (Reverse(a.errors), a.bounds(), &a.channel).cmp(&(Reverse(b.errors), b.bounds(), &b.channel)));
    incidents
}

fn incident(table: &Table, found: &Found, zone: &Zone, now: Timestamp) -> Incident {
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
    let (peak, peak_errors) = found.peak();
    let end = found.bounds().1;
    let reach = known.and_then(Known::reach).map_or(Timestamp(i64::MIN), |reach| reach.min(now)).0;
    let pauses = PAUSES * usual_pause(found, class::step(table, found.label));
    let ongoing = match reach - end < QUIET.max(pauses) {
        false => Some(false),
        // Up to a moment that rows lie behind, all is known.
        true => {
            (reach == now.0 || known.and_then(Known::until).is_some_and(|until| until.0 > found.last)).then_some(true)
        }
    };
    let quiet = end + OVER.max(pauses);
    let over =
        ongoing == Some(false) && reach >= quiet && known.is_some_and(|known| known.missing(end, quiet).is_empty());
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
        usual_after: found.most_after.filter(|_| reach > end),
        over,
    }
}

/// The time from one cell with errors to the next that most of an incident's are no longer than, without what its rows do
/// not tell; in milliseconds.
fn usual_pause(found: &Found, step: i64) -> i64 {
    let has_errors = |cell: &usize| found.classes.iter().any(|of| of.cells[*cell] > 0);
    let cells: Vec<usize> = (0..(found.end - found.start) as usize).filter(has_errors).collect();
    let mut pauses: Vec<f64> = cells.windows(2).map(|pair| (pair[1] - pair[0]) as f64).collect();
    let pause = quantile(&mut pauses, USUAL_PAUSE) as i64 * CELL_MILLIS;
    (pause - (step - CELL_MILLIS).max(0)).max(0)
}
