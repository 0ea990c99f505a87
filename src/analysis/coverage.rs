//! What is known and what is not: notes about coverage, history and anything else a reader must see.
//!
//! An export holds only errors, so its last row is not the end of its data. Where the end is known (the
//! file name, `--exported-at`), it is used; where it is not, that is said, and taken neither for a good
//! week nor for a stale file.

use std::collections::BTreeSet;

use super::{Analysis, Asked, Bounds, Calendar, Incident, Maintenance, Options, Silent, incident, sums};
use crate::{
    input::is_expected,
    model::{CELL_MILLIS, CoverageBasis, Precision, Sentence, Span, Timestamp, Zone, in_days, key, skipped_note},
    table::{Known, Table},
};

/// Notes which say that the inputs do not reach the period.
pub const UNREACHED: [key::SentenceKey; 12] = [
    key::note::NO_ROWS_CHANNEL,
    key::note::PERIOD_AHEAD,
    key::note::STALE,
    key::note::STALE_CHANNEL,
    key::note::PERIOD_NOT_COVERED,
    key::note::PERIOD_NOT_COVERED_CHANNEL,
    key::note::PERIOD_UNKNOWN,
    key::note::PERIOD_UNKNOWN_CHANNEL,
    key::note::PERIOD_BEFORE_DATA,
    key::note::PERIOD_BEFORE_DATA_CHANNEL,
    key::note::MAILS_ONLY,
    key::note::MAILS_ONLY_CHANNEL,
];

/// Those after which nothing is to be said of the period, however much of it is missing.
pub(super) const UNTOLD: [key::SentenceKey; 7] = [
    key::note::PERIOD_AHEAD,
    key::note::STALE,
    key::note::STALE_CHANNEL,
    key::note::PERIOD_BEFORE_DATA,
    key::note::PERIOD_BEFORE_DATA_CHANNEL,
    key::note::MAILS_ONLY,
    key::note::MAILS_ONLY_CHANNEL,
];

/// Notes on a time of `--exported-at` that cannot be true: they say to correct it.
pub const DISBELIEVED: [key::SentenceKey; 2] = [key::note::EXPORTED_AT_AHEAD, key::note::EXPORTED_AT_EARLY];

/// Notes which say that `--exported-at` says more than the names of inputs.
pub const NAMED_EARLIER: Keys = [key::note::NAMED_EARLIER, key::note::NAMED_EARLIER_CHANNEL];

/// Notes which say that no export speaks for a part of the period, or of the one before.
pub const GAPS: Keys = [key::note::GAP, key::note::GAP_CHANNEL];

/// Silence this long behind an incident, on a channel that is usually not silent, may be a suspended webhook.
const SUSPICIOUS_SILENCE: i64 = 24 * 3_600_000;
/// So many skipped files are named one by one.
const NAMED_FILES: usize = 10;

/// The key of a note about all there is, and of the one that names its channels.
type Keys = [key::SentenceKey; 2];

/// Tells of channels together where the same is to be told of each, by their names if they have to be told apart.
fn of_channels<'a>(told: impl IntoIterator<Item = (&'a Known, Keys, Sentence)>, apart: bool) -> Vec<Sentence> {
    let mut together: Vec<(Sentence, Vec<Option<&str>>)> = Vec::new();
    for (known, keys, sentence) in told {
        let channel = known.channel.as_deref();
        let sentence = Sentence { key: keys[usize::from(apart)], ..sentence };
        let alike = |(other, channels): &&mut (Sentence, Vec<Option<&str>>)| {
            *other == sentence && channel.is_some() && !channels.contains(&None)
        };
        match together.iter_mut().find(alike) {
            Some((_, channels)) => channels.push(channel),
            None => together.push((sentence, vec![channel])),
        }
    }
    let named = |(sentence, channels): (Sentence, Vec<Option<&str>>)| {
        if apart { sentence.with_sentence("channel", of_names(&channels)) } else { sentence }
    };
    together.into_iter().map(named).collect()
}

/// Channels in a sentence: `channels news, shop`; those without a name are never among others.
fn of_names(channels: &[Option<&str>]) -> Sentence {
    let names: Vec<&str> = channels.iter().copied().flatten().collect();
    let key = match names.len() {
        0 => key::story::NO_CHANNEL,
        1 => key::reach::CHANNEL,
        _ => key::reach::CHANNELS,
    };
    Sentence::new(key).with_list("channel", names)
}

/// That a channel has no errors where it usually has some.
pub(super) fn silent(silent: &Silent, apart: bool) -> Sentence {
    let key = if apart { key::note::QUIET_UNUSUAL_CHANNEL } else { key::note::QUIET_UNUSUAL };
    let (least, most) = silent.usual;
    let note = Sentence::new(key).with_sentence("channel", of_names(&[silent.channel.as_deref()]));
    note.with_number("least", least).with_number("most", most)
}

/// What the notes are about.
pub(super) struct Told<'a> {
    pub table: &'a Table,
    pub asked: &'a Asked,
    pub analysis: &'a Analysis,
    /// Of all data, in the order of time.
    pub incidents: &'a [Incident],
    pub options: &'a Options,
}

/// Adds every note that the numbers call for.
pub(super) fn tell(told: &Told<'_>, notes: &mut Vec<Sentence>) {
    let Told { table, asked, analysis, options, .. } = *told;
    if let Some(max_age) = options.max_age {
        stale(told, max_age, notes);
    }
    files(table, notes);
    if asked.calendar.data.is_none() {
        notes.push(Sentence::new(key::note::NO_ROWS));
        redelivery(analysis, notes);
        return;
    }
    let nothing = table.known.iter().filter(|known| known.reach().is_none());
    let keys = [key::note::NO_ROWS, key::note::NO_ROWS_CHANNEL];
    notes.extend(of_channels(
        nothing.map(|known| (known, keys, Sentence::new(keys[0]).with_sentence("fix", fix(table)))),
        true,
    ));
    // Of channels without a row exports may well tell until when.
    let shown = table.span_of_channels();
    period(told, shown, notes);
    gaps(told, notes);
    edges(told, notes);
    if let Some(shown) = shown {
        comparison(told, shown, notes);
    }
    vocabulary(analysis, notes);
    let reported = |incident: &&Incident| {
        let (start, end) = incident.cell_bounds();
        start < asked.bounds.end && end > asked.bounds.start
    };
    if told.incidents.iter().filter(reported).any(|incident| !incident.comparable) {
        notes.push(Sentence::new(key::note::NOTHING_TO_JUDGE_BY));
    } else if shown.is_some_and(|span| span.last.0 - span.first.0 < incident::LEAST_HISTORY_DAYS * 86_400_000) {
        notes.push(Sentence::new(key::note::LITTLE_HISTORY).with("days", incident::LEAST_HISTORY_DAYS));
    }
    if let Some(future) = asked.future {
        let later = table.cells().between(future, i64::from(u32::MAX) * CELL_MILLIS);
        let rows: u64 = later.iter().map(|cell| u64::from(cell.rows)).sum();
        if rows > 0 {
            notes.push(
                Sentence::new(key::note::ROWS_AFTER_REPORT)
                    .with_number("rows", rows)
                    .with_moment("as_of", asked.calendar.zone.local(asked.calendar.as_of)),
            );
        }
    }
    silence(told, notes);
    redelivery(analysis, notes);
    if !analysis.maintenance.is_empty() {
        maintenance(table, analysis, notes);
    }
}

/// How many errors of the period began while somebody worked on the server.
fn maintenance(table: &Table, analysis: &Analysis, notes: &mut Vec<Sentence>) {
    let period = analysis.period.bounds();
    let mut found = [key::note::MAINTENANCE_ERRORS, key::note::MAINTENANCE_PARTLY].map(|key| (key, 0, BTreeSet::new()));
    for cell in table.cells().between(period.start, period.end).iter() {
        let began = table.beginning(&cell);
        let within = |told: &&Maintenance| told.bounds().0 <= began.start && began.end <= told.bounds().1;
        let beside = |told: &&Maintenance| told.bounds().0 < began.end && began.start < told.bounds().1;
        let is_within = analysis.maintenance.iter().any(|told| within(&told));
        let (_, errors, names) = &mut found[usize::from(!is_within)];
        let told = analysis.maintenance.iter().filter(|told| if is_within { within(told) } else { beside(told) });
        let told: Vec<&str> = told.map(|told| &*told.name).collect();
        *errors += if told.is_empty() { 0 } else { cell.errors };
        names.extend(told);
    }
    for (key, errors, names) in found.into_iter().filter(|(.., names)| !names.is_empty()) {
        notes.push(Sentence::new(key).with_list("names", names).with_number("errors", errors));
    }
}

/// That a period is not over, and what it is compared with then.
pub(super) fn unfinished(bounds: &Bounds, previous: Option<&Bounds>, now: Timestamp, zone: &Zone) -> Sentence {
    let note = match previous {
        Some(previous) => Sentence::new(key::note::PERIOD_UNFINISHED)
            .with_moment("previous_start", zone.local(Timestamp(previous.start)))
            .with_moment("previous_end", zone.local(Timestamp(previous.end))),
        None => Sentence::new(key::note::PERIOD_UNFINISHED_ALONE),
    };
    note.with_moment("end", zone.local(Timestamp(bounds.end))).with_moment("now", zone.local(now))
}

/// When LINE last stopped redelivering; the list has all.
fn redelivery(analysis: &Analysis, notes: &mut Vec<Sentence>) {
    let Some(last) = analysis.redelivery_stopped.last() else { return };
    let key =
        if last.channel.is_some() { key::note::REDELIVERY_STOPPED_CHANNEL } else { key::note::REDELIVERY_STOPPED };
    notes.push(
        Sentence::new(key)
            .with_moment("at", last.at.0)
            .with("channel", last.channel.clone().unwrap_or_default())
            .with_number("count", analysis.redelivery_stopped.len() as u64),
    );
}

fn files(table: &Table, notes: &mut Vec<Sentence>) {
    let mut skipped: Vec<&(String, Sentence)> = table.skipped.iter().collect();
    skipped.sort_by_key(|(path, why)| !is_expected(path, why));
    notes.extend(skipped.into_iter().take(NAMED_FILES).map(skipped_note));
    if table.skipped.len() > NAMED_FILES {
        notes.push(
            Sentence::new(key::note::SKIPPED_FILES).with_number("count", (table.skipped.len() - NAMED_FILES) as u64),
        );
    }
    for report in &table.inputs {
        notes.extend(report.partial_note().into_iter().chain(report.rejects_note()));
    }
}

/// Whether the inputs of each channel reach close enough to the moment of the report.
fn stale(told: &Told<'_>, max_age: i64, notes: &mut Vec<Sentence>) {
    let (zone, now) = (&told.asked.calendar.zone, told.options.age_from(told.asked.calendar.as_of));
    let old = told.table.known.iter().filter_map(|known| {
        let reach = known.reach().filter(|reach| now.0 - reach.0 > max_age)?;
        let complete = known.end().is_some_and(|(_, dated)| dated);
        let until = Sentence::new(if complete { key::reach::COMPLETE_UNTIL } else { key::reach::LAST_ROW });
        let keys = [key::note::STALE, key::note::STALE_CHANNEL];
        let sentence = Sentence::new(keys[0])
            .with_sentence("until", until.with_moment("at", zone.local(reach)))
            .with("age", in_days(now.0 - reach.0))
            .with("limit", in_days(max_age));
        Some((known, keys, sentence))
    });
    let alone = told.table.known.iter().all(|known| known.channel.is_none());
    notes.extend(of_channels(old, !alone));
}

/// Up to when the inputs are to tell of the period. One that is made of the data reaches as far as any channel is known to.
pub(super) fn end_of_told(all: &[Known], asked: &Asked) -> i64 {
    let until = all.iter().filter_map(Known::until).max().filter(|_| asked.is_of_data());
    asked.bounds.end.min(until.map_or(asked.calendar.as_of.0, |until| until.0))
}

/// What to do about inputs of which nobody knows how far they reach.
fn fix(table: &Table) -> Sentence {
    // An option that cannot be true has a note of its own, which says what to do.
    let told_of = |note: &Sentence| DISBELIEVED.contains(&note.key);
    Sentence::new(match () {
        () if table.notes.iter().any(told_of) => key::error_nearest::NONE,
        // The option would be told of these too.
        () if table.inputs.iter().any(|report| report.coverage.by == CoverageBasis::FileName) => key::fix::NAME,
        () => key::fix::EXPORTED_AT,
    })
}

/// Whether the inputs reach the period.
fn period(told: &Told<'_>, shown: Option<Span>, notes: &mut Vec<Sentence>) {
    let (zone, bounds) = (&told.asked.calendar.zone, &told.asked.bounds);
    let all = &told.table.known;
    let now = told.asked.calendar.as_of;
    if bounds.start >= now.0 && !told.asked.is_of_data() {
        let ahead = Sentence::new(key::note::PERIOD_AHEAD).with_moment("start", zone.local(Timestamp(bounds.start)));
        notes.push(ahead.with_moment("now", zone.local(now)));
        return;
    }
    let of_data = told.asked.is_of_data();
    if of_data && all.iter().all(|known| known.until().is_none()) {
        return;
    }
    let end = end_of_told(all, told.asked);
    let named = all.iter().filter_map(|known| {
        let named = known.named(&told.table.inputs).filter(|named| named.0 < end)?;
        Some((known, NAMED_EARLIER, Sentence::new(NAMED_EARLIER[0]).with_moment("named", zone.local(named))))
    });
    notes.extend(of_channels(named, all.len() > 1));
    let fix = fix(told.table);
    let unreached = all.iter().filter_map(|known| {
        let not_covered = [key::note::PERIOD_NOT_COVERED, key::note::PERIOD_NOT_COVERED_CHANNEL];
        let unknown = [key::note::COVERAGE_UNKNOWN, key::note::COVERAGE_UNKNOWN_CHANNEL];
        let nothing = [key::note::PERIOD_UNKNOWN, key::note::PERIOD_UNKNOWN_CHANNEL];
        let (keys, at, name) = match (known.until(), known.span().map(|span| span.last)) {
            (Some(until), last) if until.0 >= end || last.is_some_and(|last| last.0 >= end) => return None,
            (Some(until), last) => (not_covered, last.map_or(until, |last| last.max(until)), "until"),
            // Rows are known to the second.
            (None, Some(last)) if last.0 + 1000 >= end => return None,
            (None, Some(last)) if known.mails_only => {
                ([key::note::MAILS_ONLY, key::note::MAILS_ONLY_CHANNEL], last, "last")
            }
            (None, Some(_)) if of_data => return None,
            (None, Some(last)) if last.0 < bounds.start => (nothing, last, "last"),
            (None, Some(last)) => (unknown, last, "last"),
            (None, None) => return None,
        };
        Some((known, keys, Sentence::new(keys[0]).with_moment(name, zone.local(at)).with_sentence("fix", fix.clone())))
    });
    notes.extend(of_channels(unreached, all.len() > 1));
    let Some(shown) = shown else { return };
    let first = zone.local(shown.first);
    if shown.first.0 >= bounds.end {
        notes.push(Sentence::new(key::note::PERIOD_BEFORE_DATA).with_moment("first", first));
        return;
    }
    let keys = [key::note::PERIOD_BEFORE_DATA_CHANNEL; 2];
    let behind = all.iter().filter_map(|known| Some((known, known.begins_behind(bounds.end)?)));
    notes.extend(of_channels(
        behind.map(|(known, first)| (known, keys, Sentence::new(keys[0]).with_moment("first", zone.local(first)))),
        true,
    ));
    if all.iter().all(|known| known.begins_after(bounds.start, zone)) {
        notes.push(Sentence::new(key::note::PERIOD_PARTLY_BEFORE_DATA).with_moment("first", first));
    }
}

/// What lies in the period or in the one before, and no export speaks for it; and that nothing is compared then.
fn gaps(told: &Told<'_>, notes: &mut Vec<Sentence>) {
    let Told { asked, analysis, .. } = told;
    let (zone, previous, all) = (&asked.calendar.zone, analysis.period.previous.as_ref(), &told.table.known);
    let touches = |(from, until): &(i64, i64), bounds: &Bounds| *from < bounds.end && *until > bounds.start;
    let touching =
        |gap: &&(i64, i64)| touches(gap, &asked.bounds) || previous.is_some_and(|previous| touches(gap, previous));
    let sentence = |gap: &(i64, i64)| {
        // What is missing before the period makes no number of it wrong.
        let keys =
            if touches(gap, &asked.bounds) { GAPS } else { [key::note::GAP_BEFORE, key::note::GAP_BEFORE_CHANNEL] };
        let sentence = Sentence::new(keys[0]).with_moment("from", zone.local(Timestamp(gap.0)));
        (keys, sentence.with_moment("until", zone.local(Timestamp(gap.1))))
    };
    let missing = all.iter().flat_map(|known| {
        let told = known.gaps.iter().filter(touching).map(sentence);
        told.map(move |(keys, sentence)| (known, keys, sentence)).collect::<Vec<_>>()
    });
    notes.extend(of_channels(missing, all.len() > 1));
    if analysis.partly_unknown
        && let Some(previous) = previous
    {
        notes.push(
            Sentence::new(key::note::NOT_COMPARED)
                .with_sentence("period", named(&asked.bounds, zone))
                .with_sentence("previous", named(previous, zone)),
        );
    }
}

/// A period in a sentence: its name, or its ends where they have times of day.
fn named(bounds: &Bounds, zone: &Zone) -> Sentence {
    if !bounds.label.contains('T') {
        return Sentence::new(key::reach::PERIOD).with("period", &bounds.label);
    }
    let [from, to] = [bounds.start, bounds.end].map(|at| zone.local(Timestamp(at)));
    Sentence::new(key::story::RANGE).with_moment("from", from).with_moment("to", to)
}

/// Which ends of the period divide a day or an hour of which the inputs tell no more: all of it counts where it begins.
fn edges(told: &Told<'_>, notes: &mut Vec<Sentence>) {
    let Told { table, asked, .. } = told;
    for edge in [asked.bounds.start, asked.bounds.end] {
        let key = match table.precision_in(edge, edge, |_| true) {
            Precision::Day => key::note::EDGE_IN_DAY,
            Precision::Hour => key::note::EDGE_IN_HOUR,
            _ => continue,
        };
        notes.push(Sentence::new(key).with_moment("edge", asked.calendar.zone.local(Timestamp(edge))));
    }
}

/// What of the period before, or of all time before, the inputs do not tell because they begin later; of single channels
/// where others begin early enough.
fn comparison(told: &Told<'_>, shown: Span, notes: &mut Vec<Sentence>) {
    let Told { asked: Asked { bounds, calendar: Calendar { zone, .. }, .. }, analysis, table, .. } = told;
    let errors_of =
        |known: &&Known| analysis.by_channel.iter().any(|row| row.errors > 0 && row.channel == known.channel);
    let new = |known: &&Known| known.begin().is_some_and(|first| first.0 >= bounds.start);
    if shown.first.0 < bounds.start {
        let keys = [key::note::NEW_UNKNOWN_CHANNEL; 2];
        let new = table.known.iter().filter(new).filter(errors_of);
        notes.extend(of_channels(new.map(|known| (known, keys, Sentence::new(keys[0]))), true));
    } else if analysis.totals.errors > 0 {
        notes.push(Sentence::new(key::note::NEW_UNKNOWN));
    }
    let Some(previous) = &analysis.period.previous else { return };
    let late: Vec<&Known> = table.known.iter().filter(|known| known.begins_after(previous.start, zone)).collect();
    if late.len() == table.known.len() && !late.is_empty() {
        notes.push(
            Sentence::new(key::note::COMPARISON_PARTLY_COVERED)
                .with_moment("first", zone.local(shown.first))
                .with("period", &previous.label),
        );
        return;
    }
    let keys = [key::note::COMPARISON_PARTLY_COVERED_CHANNEL; 2];
    let sentence = Sentence::new(keys[0]).with("period", &previous.label);
    notes.extend(of_channels(late.into_iter().map(|known| (known, keys, sentence.clone())), true));
}

fn vocabulary(analysis: &Analysis, notes: &mut Vec<Sentence>) {
    let unknown: Vec<&super::DetailRow> =
        analysis.by_detail.iter().filter(|row| !row.known && row.errors > 0).collect();
    if let Some(first) = unknown.first() {
        let errors: u64 = unknown.iter().map(|row| row.errors).sum();
        let example: String = if first.detail.is_empty() { first.reason.clone() } else { first.detail.clone() };
        notes.push(
            Sentence::new(if unknown.len() == 1 { key::note::UNKNOWN_DETAIL } else { key::note::UNKNOWN_DETAILS })
                .with_number("count", unknown.len() as u64)
                .with_number("errors", errors)
                .with("example", example.chars().take(80).collect::<String>()),
        );
    }
}

/// The Platform may suspend a webhook that fails for long: silence after an outbreak need not be a recovery.
fn silence(told: &Told<'_>, notes: &mut Vec<Sentence>) {
    let Told { table, asked, .. } = told;
    for incident in told.incidents {
        let label = table.names.label(&incident.channel);
        let Some(known) = Known::of(&table.known, label) else { continue };
        let (Some(Span { first, last }), Some(until)) = (known.span(), known.until()) else { continue };
        let until = until.min(asked.calendar.as_of);
        let quiet = until.0 - last.0;
        let (start, end) = incident.cell_bounds();
        let at_its_end = last.0 < end + 3_600_000 && last.0 >= start;
        // Silence behind the period is no matter of it.
        let behind = last.0 >= asked.bounds.end;
        if !at_its_end || behind || quiet < SUSPICIOUS_SILENCE || start <= first.cell().timestamp().0 {
            continue;
        }
        // A channel that often has no error for a day is silent again, that is all.
        if quiet > 2 * sums::longest_silence(table, label, start + CELL_MILLIS) {
            let channel = incident.channel.clone().unwrap_or_default();
            let key = if channel.is_empty() {
                key::note::POSSIBLE_SUSPENSION
            } else {
                key::note::POSSIBLE_SUSPENSION_CHANNEL
            };
            let last = asked.calendar.zone.local(last);
            notes.push(Sentence::new(key).with_moment("last", last).with("channel", channel));
        }
    }
}
