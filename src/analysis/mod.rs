//! Everything that is computed, on polars frames: period, windows, breakdown, comparison, heatmap, incidents.

mod asked;
mod breakdown;
mod comparison;
mod count;
mod coverage;
mod finer;
mod history;
mod hours;
mod incident;
mod inventory;
mod level;
mod options;
mod period;
mod plan;
mod reconcile;
mod respelled;
mod result;
mod state;
mod sums;
mod window;

use std::{collections::BTreeMap, panic::resume_unwind, thread};

pub use asked::Asked;
pub use comparison::Comparison;
pub use count::{Likes, count, windows_of};
pub use coverage::{DISBELIEVED, NAMED_EARLIER};
pub use history::median;
pub use incident::{Class, ClassErrors, DayKind, Pattern};
pub use inventory::{ArchivedChannel, ArchivedSource, Gap, Inventory, Stretch, inventory};
pub use level::{Bound, Level};

use level::{bound, is_unread};
pub use options::{AsOf, Options};
pub use period::{Calendar, PeriodSpec, WeekStart};
pub use plan::{Event, Maintenance, Mark, Planned, maintenance_in};
pub use reconcile::{Day, DaySums, Reconciliation, reconcile};
pub use respelled::respelled;
pub use result::*;
pub use state::{SUSPENSIONS, State};
pub use sums::{By, Group, Sum, Sums};
pub use window::{WindowSize, near_size};

use breakdown::{Breakdown, Compared, side};
use sums::numbered;

use crate::{
    error::Result,
    model::{CELL_MILLIS, CellStart, Precision, Reject, Sentence, SourceReport, Timestamp, Zone, key},
    table::{CellSum, Dictionary, Known, Label, Table},
    taxonomy::{self, Lang},
};

/// Computes everything that is told about a period; `asked` is the one that the table was cut at.
pub fn analyse(table: &Table, asked: &Asked, options: &Options) -> Result<Analysis> {
    let Asked { calendar, bounds, unfinished, .. } = asked;
    let mut notes = table.notes.clone();
    let precision = table.precision_in(bounds.start, bounds.end, |_| true);
    let zone = calendar.zone;
    if zone != options.zone {
        notes.push(Sentence::new(key::note::DAY_ZONE).with("zone", zone).with("asked", options.zone));
    }
    if precision >= Precision::Hour {
        let key = if precision == Precision::Day { key::note::DAY_PRECISION } else { key::note::HOUR_PRECISION };
        notes.push(Sentence::new(key));
    }
    // Days before the data are unknown, not free of errors.
    let shown = table.span_of_channels().or(calendar.data);
    let known_from = shown.map(|span| zone.day_start(zone.day(span.first)).0);
    let comparable = |previous: &Bounds| known_from.is_some_and(|from| from < previous.end);
    let (previous, unknown): (Option<&Bounds>, _) = match &asked.previous {
        Some(previous) if !comparable(previous) => (None, Some(previous)),
        previous => (previous.as_ref(), None),
    };
    // Of a period before the data another note tells that they begin later.
    if let (Some(unknown), Some(span)) = (unknown, shown.filter(|_| known_from.is_some_and(|from| from < bounds.end))) {
        notes.push(
            Sentence::new(key::note::NOTHING_TO_COMPARE)
                .with_moment("first", zone.local(span.first))
                .with("period", &unknown.label),
        );
    }
    let cells = table.cells().between(bounds.start, bounds.end);
    notes.extend(table.notes_of_mails(cells, bounds.start..bounds.end));
    let size = window_size(options, bounds, precision, &zone, &mut notes);
    // What counts is judged: a period that goes on behind the moment of the report has the rows behind it too.
    let now = match options.as_of {
        AsOf::At(at) if bounds.end <= at.0 => at,
        AsOf::At(_) | AsOf::Data => CellStart(u32::MAX).timestamp(),
    };
    // Each takes about as long as the other.
    let (judged, computed) = thread::scope(|scope| {
        let judged = scope.spawn(|| incident::judge(table, &zone, &(bounds.start..bounds.end), now));
        let computed = computed(table, asked, previous, size, options);
        (judged.join().unwrap_or_else(|panic| resume_unwind(panic)), computed)
    });
    let ((found, patterns), mut analysis) = (judged, computed?);
    // The end of an incident is its last row, or what is behind the five minutes or the hour that this tells.
    let touches = |incident: &&Incident| {
        let (start, end) = incident.bounds();
        let behind = end + i64::from(incident::step(table, table.names.label(&incident.channel)) < CELL_MILLIS);
        start < bounds.end && behind > bounds.start
    };
    analysis.incidents = found.iter().filter(touches).cloned().collect();
    analysis.incidents.sort_by(|a, b| (b.errors, a.bounds(), &a.channel).cmp(&(a.errors, b.bounds(), &b.channel)));
    analysis.patterns = patterns;
    analysis.usual_hours = hours::usual_hours(&analysis);
    analysis.know(table, asked);
    if let Some(now) = *unfinished {
        // What is not compared is not said to be.
        let compared = previous.filter(|_| !analysis.partly_unknown);
        notes.push(coverage::unfinished(bounds, compared, now, &zone));
    }
    let told = coverage::Told { table, asked, analysis: &analysis, incidents: &found, options };
    coverage::tell(&told, &mut notes);
    notes.dedup();
    let unjudged = [key::note::LITTLE_HISTORY, key::note::NOTHING_TO_JUDGE_BY, key::note::NEW_UNKNOWN_CHANNEL];
    let judged = !notes.iter().any(|note| unjudged.contains(&note.key)) && !head_unknown(&table.known, asked);
    analysis.notes = notes;
    analysis.told = analysis.how_much_is_told(table, asked);
    analysis.history = history::history(table, asked);
    // A filter may well leave nothing.
    if analysis.is_whole_channels() {
        analysis.silent = history::silent(table, asked);
    }
    let apart = table.known.len() > 1;
    let silent = analysis.silent.iter().map(|silent| coverage::silent(silent, apart));
    analysis.notes.extend(silent);
    analysis.state = State::of(&analysis, judged);
    Ok(analysis)
}

impl Analysis {
    /// Takes over what is known to be missing. A change in a time, or against one, of which a part is missing or nobody
    /// knows whether it is, is none.
    fn know(&mut self, table: &Table, asked: &Asked) {
        let known = &table.known;
        let Asked { calendar: Calendar { as_of, zone, .. }, bounds, .. } = asked;
        let previous = self.period.previous.clone();
        let inside = |known: &Known| known.missing(bounds.start, bounds.end.min(as_of.0));
        let lacks = |known: &&Known| {
            let before = previous.as_ref().is_some_and(|previous| known.lacks(previous.start, previous.end, zone));
            before || !inside(known).is_empty() || tail_unknown(table, known, asked).is_some()
        };
        let incomplete: Vec<&Known> = known.iter().filter(lacks).collect();
        self.partly_unknown = self.totals.change.is_some() && !incomplete.is_empty();
        self.unknown = known.iter().flat_map(inside).collect();
        self.unknown.sort_unstable();
        let longest = self.unknown.iter().copied().max_by_key(|(from, until)| until - from);
        self.gap = longest.map(|gap| {
            let (lacking, others): (Vec<&Known>, _) = known.iter().partition(|known| inside(known).contains(&gap));
            (lacking[0].channel.clone().filter(|_| !others.is_empty()), gap)
        });
        let first = table.span_of_channels().map(|span| span.first).filter(|first| first.0 >= bounds.end);
        let begin = |known: &Known| Some((known.channel.clone(), known.begins_behind(bounds.end)?));
        let begins = first.map(|first| (None, first)).or_else(|| known.iter().find_map(begin));
        self.begins = begins.map(|(channel, first)| (channel, self.timezone.time(first)));
        let end = |known: &Known| Some((known.channel.clone(), self.timezone.time(known.reach()?.min(*as_of))));
        self.ends = known.iter().filter_map(end).collect();
        let told = |known: &Known| known.reach().is_some_and(|reach| reach.0 >= bounds.start);
        self.tail_unknown = known.iter().any(|known| told(known) && tail_unknown(table, known, asked).is_some());
        for row in &mut self.by_channel {
            let lacks = |known: &Known| !inside(known).is_empty() || tail_unknown(table, known, asked).is_some();
            row.at_least = known.iter().any(|known| known.channel == row.channel && lacks(known));
        }
        if !self.partly_unknown {
            return;
        }
        (self.totals.change, self.totals.change_pct) = (None, None);
        self.by_reason.iter_mut().for_each(|row| (row.change, row.change_pct) = (None, None));
        self.by_detail.iter_mut().for_each(|row| (row.change, row.change_pct) = (None, None));
        // What the inputs begin behind is not even partly known.
        let begins_behind = |known: &Known| previous.as_ref().is_some_and(|of| known.begins_after(of.end - 1, zone));
        for known in incomplete {
            let before = |errors: Option<u64>| errors.filter(|_| !begins_behind(known));
            for row in self.by_channel.iter_mut().filter(|row| row.channel == known.channel) {
                (row.previous_errors, row.change, row.change_pct) = (before(row.previous_errors), None, None);
            }
            let details = self.finer.by_channel_and_detail.iter_mut();
            for (_, row) in details.filter(|(channel, _)| *channel == known.channel) {
                (row.previous_errors, row.change, row.change_pct) = (before(row.previous_errors), None, None);
            }
        }
    }

    /// The stretches of the period of which nothing is known, as [`Analysis::unknown`]: those that are missing, the days
    /// before the first row, and what is behind the moment of the report, or behind the last row where that is far from it.
    pub fn unseen(&self) -> Vec<(i64, i64)> {
        let Some(span) = &self.data_span else { return self.unknown.clone() };
        let bounds = self.period.bounds();
        let first = self.timezone.day_start(self.timezone.day(Timestamp(span.first.millis()))).0;
        let last = if self.tail_unknown { span.last.millis() } else { self.calendar.as_of.0 };
        let first = if self.begins.is_some() { bounds.end } else { first };
        let before = (first > bounds.start).then_some((bounds.start, first.min(bounds.end)));
        let after = (bounds.start < last && last < bounds.end).then_some((last, bounds.end));
        before.into_iter().chain(self.unknown.iter().copied()).chain(after).collect()
    }

    /// How much of the period's errors the inputs tell: state, headline and marks follow from it alone.
    fn how_much_is_told(&self, table: &Table, asked: &Asked) -> Told {
        let Asked { bounds, .. } = asked;
        let end = coverage::end_of_told(&table.known, asked);
        // What of the period is known to be missing, of the channel that lacks most.
        let lacks = |known: &Known| {
            let tail = tail_unknown(table, known, asked).map(|from| (from.max(bounds.start), end));
            let missing = known.missing(bounds.start, end).into_iter().chain(tail);
            missing.map(|(from, until)| (until - from).max(0)).sum::<i64>()
        };
        let lacks = table.known.iter().map(lacks).max().unwrap_or(0);
        let [rows, rejected] = [|of: &SourceReport| of.rows, |of: &SourceReport| of.rejected]
            .map(|count| table.inputs.iter().map(count).sum::<u64>());
        let none = self.notes.iter().any(|note| coverage::UNTOLD.contains(&note.key) || is_unread(note));
        let (at_least, _) = self.limits();
        match () {
            () if none || lacks as f64 > NOTABLE * run(asked) || rejected as f64 > NOTABLE * rows as f64 => {
                Told::TooLittle
            }
            // No errors are no good news where a part is missing.
            () if at_least && self.totals.errors == 0 => Told::TooLittle,
            () if at_least => Told::AtLeast,
            () => Told::All,
        }
    }

    /// Whether nothing is filtered but whole channels.
    pub fn is_whole_channels(&self) -> bool {
        self.filter.iter().all(|term| term.starts_with("channel"))
    }

    /// Whether rows or files could not be read, which may hold errors of any time.
    pub fn is_unread(&self) -> bool {
        self.notes.iter().any(|note| is_unread(note) || note.key == key::note::REJECTS)
    }

    /// Whether there may be more errors than are counted, and whether there may be fewer.
    pub fn limits(&self) -> (bool, bool) {
        let is = |wanted: Bound| self.notes.iter().any(|note| bound(note) == Some(wanted));
        (self.tail_unknown || is(Bound::AtLeast), is(Bound::AtMost))
    }
}

/// A larger part of the period, or of the rows, may hold errors that change what is to be said of it.
const NOTABLE: f64 = 0.1;

/// Silence that is not longer than this, or than twice the longest of a channel, is no sign that rows are missing.
const HALF_A_DAY: i64 = 12 * 3_600_000;

/// How long the period has run.
fn run(asked: &Asked) -> f64 {
    (asked.bounds.end.min(asked.calendar.as_of.0) - asked.bounds.start).max(0) as f64
}

/// From when on nothing is known of a channel whose newest input says nothing of how far it reaches, where its last row is
/// far from the period's end. A period that is made of the data ends with the last row of all.
fn tail_unknown(table: &Table, known: &Known, asked: &Asked) -> Option<i64> {
    let Asked { bounds, calendar, .. } = asked;
    let last = known.reach().filter(|_| known.end().is_some_and(|(_, dated)| !dated))?;
    let is_last = || Some(last) >= calendar.data.map(|data| data.last);
    let tail = bounds.end.min(calendar.as_of.0) - last.0;
    let longest = || known.label.map_or(0, |label| sums::longest_silence(table, label, last.0));
    let far = tail as f64 > NOTABLE * run(asked) || tail > 2 * HALF_A_DAY && tail > 2 * longest();
    (far && (!asked.is_of_data() || is_last())).then_some(last.0)
}

/// Whether all inputs begin far behind the period's beginning.
fn head_unknown(known: &[Known], asked: &Asked) -> bool {
    let far = asked.bounds.start + (NOTABLE * run(asked)) as i64;
    !known.is_empty() && known.iter().all(|known| known.begins_after(far, &asked.calendar.zone))
}

/// What an output is limited to by the terms of a filter, where there are any: `Filter: detail=404`.
pub fn filter_heading(lang: Lang, terms: &[String]) -> Option<String> {
    (!terms.is_empty()).then(|| lang.say(&Sentence::new(key::filter::HEADING).with_list("terms", terms)))
}

fn window_size(
    options: &Options,
    bounds: &Bounds,
    precision: Precision,
    zone: &Zone,
    notes: &mut Vec<Sentence>,
) -> WindowSize {
    let least = WindowSize::smallest(precision);
    match options.window {
        Some(size) if size >= least => size,
        Some(size) => {
            notes.push(
                Sentence::new(key::note::WINDOW_TOO_FINE)
                    .with("size", size.name())
                    .with("precision", precision.name())
                    .with("used", least.name()),
            );
            least
        }
        None => WindowSize::auto(bounds.start, bounds.end, least, zone, options.week_start),
    }
}

/// The numbers of a period and of the one that it is compared with; without incidents and notes.
fn computed(
    table: &Table,
    asked: &Asked,
    previous: Option<&Bounds>,
    size: WindowSize,
    options: &Options,
) -> Result<Analysis> {
    let Asked { calendar, bounds, .. } = asked;
    let zone = calendar.zone;
    let windows = window::windows(bounds.start, bounds.end, size, &zone, calendar.week_start)?;
    let cells = table.cells().between(bounds.start, bounds.end);
    let in_windows = Sums::new(&table.names, cells, numbered(&windows));
    let mut sides = in_windows.together(side::PERIOD);
    for outside in [0..bounds.start, bounds.end..i64::from(u32::MAX) * CELL_MILLIS] {
        let side = |cell: &CellSum| Some(breakdown::side_of(cell, bounds, previous));
        sides.join(Sums::new(&table.names, table.cells().between(outside.start, outside.end), side));
    }
    let errors_of = |side: usize| sides.all().iter().filter(|sum| sum.bucket == side).map(|sum| sum.errors).sum();
    let total = Compared { errors: errors_of(side::PERIOD), previous: previous.map(|_| errors_of(side::PREVIOUS)) };
    let rows = sides.all().iter().filter(|sum| sum.bucket == side::PERIOD).map(|sum| sum.rows).sum();
    let channels = channels(table, &sides);
    let any = table.span_of_channels().is_some_and(|span| span.first.0 < bounds.start);
    let has_history = |label: usize| {
        let begin = Known::of(&table.known, label as Label).and_then(Known::begin);
        any && begin.is_none_or(|first| first.0 < bounds.start)
    };
    let breakdown = Breakdown {
        names: &table.names,
        zone,
        sides,
        total,
        has_history: (0..table.names.channels.len()).map(has_history).collect(),
    };
    let by_reason = in_windows.series(windows.len(), |_, kind| Some(kind.reason));
    let reasons = reasons(&table.names, &by_reason);
    let by_detail = in_windows.series(windows.len(), |_, kind| Some((kind.reason, kind.detail)));
    let by_detail = breakdown.details(by_detail, windows.len())?;
    let by_channel = in_windows.series(windows.len(), |_, kind| Some(kind.channel));
    let by_reason_rows = breakdown.reasons()?;
    let by_channel = breakdown.channels(by_channel, windows.len(), &by_reason_rows)?;
    let finer = match options.finer {
        false => Finer::default(),
        true => Finer {
            facts: finer::facts(&table.names, &in_windows, &by_channel, &by_detail),
            by_channel_and_detail: breakdown.details_of_channels(&by_detail)?,
            usual: history::usual(table, asked, &windows, size),
            weeks: finer::weeks(table, asked, &by_channel),
        },
    };
    let inside = |at: &Timestamp| asked.is_of_data() || (bounds.start..bounds.end).contains(&at.0);
    let stops = table.stops.iter().filter(|(_, at)| inside(at));
    Ok(Analysis {
        schema: Analysis::SCHEMA,
        errstat: env!("CARGO_PKG_VERSION"),
        state: State::Unknown,
        generated_at: zone.time(options.generated_at),
        timezone: zone,
        channels,
        filter: table.filter.shown(),
        period: Period {
            start: zone.time(Timestamp(bounds.start)),
            end: zone.time(Timestamp(bounds.end)),
            label: bounds.label.clone(),
            previous: previous.cloned(),
            by_name: asked.previous.as_ref() != asked.before.first(),
            unfinished: asked.unfinished.is_some(),
            in_part: asked.in_part(),
        },
        data_span: calendar.data.map(|span| DataSpan {
            first: zone.time(span.first),
            last: zone.time(table.inputs.iter().filter_map(|report| report.end).max().unwrap_or(span.last)),
        }),
        totals: Totals {
            errors: total.errors,
            rows,
            previous_errors: total.previous,
            change: total.change(),
            change_pct: total.change_pct(),
        },
        by_reason: by_reason_rows,
        by_status_class: breakdown::status_classes(&by_detail),
        by_detail,
        by_channel,
        by_host: breakdown.hosts()?,
        windows: Windows { size: size.name(), buckets: buckets(&windows, &reasons, &by_reason, asked) },
        usual_hours: None,
        heatmap: hours::heatmap(table, (bounds.start, bounds.end), &zone, calendar.week_start),
        incidents: Vec::new(),
        history: History::default(),
        patterns: Vec::new(),
        server_log: None,
        events: plan::marks_in(bounds, &asked.marks),
        maintenance: plan::maintenance_in(bounds, &asked.maintenance),
        redelivery_stopped: stops
            .map(|(channel, at)| RedeliveryStopped { channel: channel.clone(), at: zone.time(*at) })
            .collect(),
        inputs: table.inputs.iter().map(|report| input(report, &zone)).collect(),
        rejects: rejects(&table.inputs, options.lang),
        notes: Vec::new(),
        silent: Vec::new(),
        told: Told::All,
        unknown: Vec::new(),
        gap: None,
        begins: None,
        ends: Vec::new(),
        partly_unknown: false,
        tail_unknown: false,
        whole_days: table.finest == Some(Precision::Day),
        calendar: *calendar,
        finer,
    })
}

/// Names of the channels that are left in the table.
fn channels(table: &Table, sums: &Sums<'_>) -> Vec<String> {
    let mut there = vec![false; table.names.channels.len()];
    for sum in sums.all() {
        there[table.names.kinds[sum.kind.0 as usize].channel as usize] = true;
    }
    let there = table.names.channels.iter().zip(there).filter(|(_, there)| *there);
    there.filter_map(|(channel, _)| channel.clone()).collect()
}

/// The four reasons always, then each unknown one that the period has, by name; with their numbers.
fn reasons(names: &Dictionary, by_reason: &BTreeMap<u32, Vec<u64>>) -> Vec<(String, Option<u32>)> {
    let number = |name: &str| names.reasons.iter().position(|reason| reason == name).map(|i| i as u32);
    let mut unknown: Vec<(String, Option<u32>)> = by_reason
        .keys()
        .map(|reason| (names.reasons[*reason as usize].clone(), Some(*reason)))
        .filter(|(name, _)| !taxonomy::REASONS.contains(&name.as_str()))
        .collect();
    unknown.sort();
    taxonomy::REASONS.iter().map(|name| ((*name).to_owned(), number(name))).chain(unknown).collect()
}

fn buckets(
    windows: &[(i64, i64)],
    reasons: &[(String, Option<u32>)],
    by_reason: &BTreeMap<u32, Vec<u64>>,
    asked: &Asked,
) -> Vec<Bucket> {
    let (bounds, zone, as_of) = (&asked.bounds, &asked.calendar.zone, asked.calendar.as_of);
    let bucket = |(i, (start, end)): (usize, &(i64, i64))| {
        let errors =
            |reason: Option<u32>| reason.and_then(|reason| by_reason.get(&reason)).map_or(0, |series| series[i]);
        let sums: Vec<(String, u64)> = reasons.iter().map(|(name, reason)| (name.clone(), errors(*reason))).collect();
        Bucket {
            start: zone.time(Timestamp(*start)),
            end: zone.time(Timestamp(*end)),
            errors: sums.iter().map(|(_, errors)| errors).sum(),
            partial: *start < bounds.start || *end > bounds.end || *end > as_of.0,
            by_reason: ByReason(sums),
            log: WindowLog::default(),
        }
    };
    windows.iter().enumerate().map(bucket).collect()
}

fn input(report: &SourceReport, zone: &Zone) -> Input {
    let time = |at: Option<Timestamp>| at.map(|at| zone.time(at));
    Input {
        path: report.path.clone(),
        channels: report.channels.clone(),
        kind: report.kind.name(),
        encoding: report.encoding,
        delimiter: report.delimiter,
        columns: report.columns.clone(),
        rows: report.rows,
        accepted: report.accepted,
        rejected: report.rejected,
        errors: report.errors,
        first: time(report.span.map(|span| span.first)),
        last: time(report.end),
        precision: report.precision,
        coverage: InputCoverage {
            from: time(report.coverage.from),
            until: time(report.coverage.until),
            by: report.coverage.by.name(),
        },
        same_as: report.same_as.clone(),
    }
}

fn rejects(reports: &[SourceReport], lang: Lang) -> Rejects {
    let example = |report: &SourceReport, reject: &Reject| RejectExample {
        path: report.path.clone(),
        line: reject.line,
        why: lang.phrase(reject.why).to_owned(),
        text: reject.text.clone(),
    };
    let examples =
        |report: &SourceReport| report.rejects.iter().map(|reject| example(report, reject)).collect::<Vec<_>>();
    Rejects {
        count: reports.iter().map(|report| report.rejected).sum(),
        examples: reports.iter().flat_map(examples).collect(),
    }
}
