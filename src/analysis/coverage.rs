//! What is known and what is not: notes about coverage, history and anything else a reader must see.
//!
//! An export holds only errors, so its last row is not the end of its data. Where the end is known (the
//! file name, `--exported-at`), it is used; where it is not, that is said, and taken neither for a good
//! week nor for a stale file.

use super::{Analysis, Bounds, Frames, first_of, incident};
use crate::{
    cube::{Cube, Label},
    model::{Sentence, Span, Timestamp, Zone},
};

/// Notes which say that the inputs do not reach the period.
pub const UNREACHED: [&str; 7] = [
    "note.stale",
    "note.stale_channel",
    "note.period_not_covered",
    "note.period_not_covered_channel",
    "note.period_unknown",
    "note.period_unknown_channel",
    "note.period_before_data",
];

/// Silence this long behind an incident, on a channel that is usually not silent, may be a suspended webhook.
const SUSPICIOUS_SILENCE: i64 = 24 * 3_600_000;
/// So many skipped files are named one by one.
const NAMED_FILES: usize = 10;

/// Up to when a channel's inputs are known to be complete.
pub fn known_until(cube: &Cube, label: Label) -> Option<Timestamp> {
    let known = |source: usize| cube.report(source).coverage.until;
    cube.sources_of(label).chain(cube.silent_sources(label)).filter_map(known).max()
}

/// The last row of a channel in all inputs.
pub fn last_row(cube: &Cube, label: Label) -> Option<Timestamp> {
    cube.spans_of(label).map(|span| span.last).max()
}

/// How far the inputs of a channel are known to reach: to where they are complete, or at least to the last row.
pub fn reach(cube: &Cube, label: Label) -> Option<Timestamp> {
    known_until(cube, label).max(last_row(cube, label))
}

/// Adds every note that the numbers call for.
pub(super) fn tell(
    analysis: &mut Analysis,
    frames: &Frames<'_>,
    data: Option<Span>,
    as_of: Timestamp,
    max_age: Option<i64>,
    future: Option<i64>,
    notes: &mut Vec<Sentence>,
) {
    let cube = frames.cube;
    if let Some(max_age) = max_age {
        stale(frames, as_of, max_age, notes);
    }
    files(cube, notes);
    let (Some(data), Some(shown)) = (data, frames.shown) else {
        notes.push(Sentence::new("note.no_rows"));
        return;
    };
    period(frames, (data, shown), as_of, notes);
    comparison(frames, shown, notes);
    vocabulary(analysis, notes);
    if (shown.last.0 - shown.first.0) < incident::LEAST_HISTORY_DAYS * 86_400_000 {
        notes.push(Sentence::new("note.little_history").with("days", incident::LEAST_HISTORY_DAYS));
    }
    if let Some(future) = future {
        let later =
            cube.cells().iter().filter(|cell| first_of(cell) >= future).map(|cell| u64::from(cell.rows)).sum::<u64>();
        if later > 0 {
            notes.push(
                Sentence::new("note.rows_after_report")
                    .with_number("rows", later)
                    .with_moment("as_of", frames.zone.local(as_of)),
            );
        }
    }
    silence(frames, as_of, notes);
    redelivery(analysis, notes);
}

/// That a period is not over, and what it is compared with then.
pub(super) fn unfinished(bounds: &Bounds, previous: Option<&Bounds>, now: Timestamp, zone: &Zone) -> Sentence {
    let note = match previous {
        Some(previous) => Sentence::new("note.period_unfinished")
            .with_moment("previous_start", zone.local(Timestamp(previous.start)))
            .with_moment("previous_end", zone.local(Timestamp(previous.end))),
        None => Sentence::new("note.period_unfinished_alone"),
    };
    note.with_moment("end", zone.local(Timestamp(bounds.end))).with_moment("now", zone.local(now))
}

/// When LINE last stopped redelivering; the list has all.
fn redelivery(analysis: &Analysis, notes: &mut Vec<Sentence>) {
    let Some(last) = analysis.redelivery_stopped.last() else { return };
    let Ok(at) = chrono::DateTime::parse_from_rfc3339(&last.at) else { return };
    let key = if last.channel.is_some() { "note.redelivery_stopped_channel" } else { "note.redelivery_stopped" };
    notes.push(
        Sentence::new(key)
            .with_moment("at", at)
            .with("channel", last.channel.clone().unwrap_or_default())
            .with_number("count", analysis.redelivery_stopped.len() as u64),
    );
}

fn files(cube: &Cube, notes: &mut Vec<Sentence>) {
    for (path, why) in cube.skipped.iter().take(NAMED_FILES) {
        notes.push(Sentence::new("note.skipped_file").with("path", path).with_sentence("why", why.clone()));
    }
    if cube.skipped.len() > NAMED_FILES {
        notes.push(Sentence::new("note.skipped_files").with("count", cube.skipped.len() - NAMED_FILES));
    }
    for report in cube.reports() {
        if report.partial {
            notes.push(Sentence::new("note.partial_download").with("path", &report.path));
        }
        if report.rejected > 0 {
            notes.push(
                Sentence::new("note.rejects")
                    .with("path", &report.path)
                    .with_number("count", report.rejected)
                    .with_number("rows", report.rows),
            );
        }
    }
}

/// Whether the inputs of each channel reach close enough to the moment of the report.
fn stale(frames: &Frames<'_>, as_of: Timestamp, max_age: i64, notes: &mut Vec<Sentence>) {
    let (cube, zone) = (frames.cube, &frames.zone);
    let days = |millis: i64| format!("{:.1}", millis as f64 / 86_400_000.0);
    for label in (0..cube.labels().len() as Label).filter(|label| cube.has_coverage(*label)) {
        let Some(reach) = reach(cube, label).filter(|reach| as_of.0 - reach.0 > max_age) else { continue };
        let known = known_until(cube, label).is_some_and(|until| until >= reach);
        let until = Sentence::new(if known { "reach.complete_until" } else { "reach.last_row" });
        let channel = cube.labels()[label as usize].clone().unwrap_or_default();
        let key = if channel.is_empty() { "note.stale" } else { "note.stale_channel" };
        notes.push(
            Sentence::new(key)
                .with_sentence("until", until.with_moment("at", zone.local(reach)))
                .with("age", days(as_of.0 - reach.0))
                .with("limit", days(max_age))
                .with("channel", channel),
        );
    }
}

/// Whether the inputs reach the period.
fn period(frames: &Frames<'_>, (data, shown): (Span, Span), as_of: Timestamp, notes: &mut Vec<Sentence>) {
    let (cube, zone, bounds) = (frames.cube, &frames.zone, frames.bounds);
    // A period that is made of the data reaches as far as the data do.
    let made_of_data =
        zone.day_start(zone.day(data.first)).0 == bounds.start && zone.day_end(zone.day(data.last)).0 == bounds.end;
    if made_of_data {
        return;
    }
    let end = bounds.end.min(as_of.0);
    let labels: Vec<Label> = (0..cube.labels().len() as Label)
        .filter(|label| last_row(cube, *label).is_some() && cube.has_coverage(*label))
        .collect();
    for label in &labels {
        let Some(last) = last_row(cube, *label) else { continue };
        let [known, unknown, none] = match &cube.labels()[*label as usize] {
            Some(_) if labels.len() > 1 => {
                ["note.period_not_covered_channel", "note.coverage_unknown_channel", "note.period_unknown_channel"]
            }
            _ => ["note.period_not_covered", "note.coverage_unknown", "note.period_unknown"],
        };
        let channel = cube.labels()[*label as usize].clone().unwrap_or_default();
        match known_until(cube, *label) {
            Some(until) if until.0 >= end || last.0 >= end => {}
            Some(until) => notes
                .push(Sentence::new(known).with_moment("until", zone.local(until.max(last))).with("channel", channel)),
            // Rows are known to the second.
            None if last.0 + 1000 >= end => {}
            None if last.0 < bounds.start => {
                notes.push(Sentence::new(none).with_moment("last", zone.local(last)).with("channel", channel))
            }
            None => notes.push(Sentence::new(unknown).with_moment("last", zone.local(last)).with("channel", channel)),
        }
    }
    if shown.first.0 >= bounds.end {
        notes.push(Sentence::new("note.period_before_data").with_moment("first", zone.local(shown.first)));
    }
}

fn comparison(frames: &Frames<'_>, shown: Span, notes: &mut Vec<Sentence>) {
    if !frames.has_history() && !frames.cells_in(frames.bounds.start, frames.bounds.end).is_empty() {
        notes.push(Sentence::new("note.new_unknown"));
    }
    if let Some(previous) = frames.previous {
        // The first day may well have begun without an error; a day without any is another matter.
        let first_day = frames.zone.day_start(frames.zone.day(shown.first)).0;
        if first_day > previous.start && first_day < previous.end {
            notes.push(
                Sentence::new("note.comparison_partly_covered")
                    .with_moment("first", frames.zone.local(shown.first))
                    .with("period", &previous.label),
            );
        }
    }
}

fn vocabulary(analysis: &Analysis, notes: &mut Vec<Sentence>) {
    let unknown: Vec<&super::DetailRow> =
        analysis.by_detail.iter().filter(|row| !row.known && row.errors > 0).collect();
    if let Some(first) = unknown.first() {
        let errors: u64 = unknown.iter().map(|row| row.errors).sum();
        let example: String = if first.detail.is_empty() { first.reason.clone() } else { first.detail.clone() };
        notes.push(
            Sentence::new(if unknown.len() == 1 { "note.unknown_detail" } else { "note.unknown_details" })
                .with_number("count", unknown.len() as u64)
                .with_number("errors", errors)
                .with("example", example.chars().take(80).collect::<String>()),
        );
    }
}

/// The Platform may suspend a webhook that fails for long: silence after an outbreak need not be a recovery.
fn silence(frames: &Frames<'_>, as_of: Timestamp, notes: &mut Vec<Sentence>) {
    let cube = frames.cube;
    for found in frames.found {
        let Some(last) = last_row(cube, found.label) else { continue };
        let Some(until) = known_until(cube, found.label) else { continue };
        let until = until.min(as_of);
        let quiet = until.0 - last.0;
        let at_its_end = last.0 < found.bounds().1 + 3_600_000 && last.0 >= found.bounds().0;
        // A channel that often has no error for a day is silent again, that is all.
        let first = cube.spans_of(found.label).map(|span| span.first).min().unwrap_or(last);
        let usual = cube.longest_silence_before(found.label, found.start);
        if at_its_end && quiet >= SUSPICIOUS_SILENCE && found.start > first.cell().0 && quiet > 2 * usual {
            let channel = cube.labels()[found.label as usize].clone().unwrap_or_default();
            let key = if channel.is_empty() { "note.possible_suspension" } else { "note.possible_suspension_channel" };
            notes.push(Sentence::new(key).with_moment("last", frames.zone.local(last)).with("channel", channel));
        }
    }
}
