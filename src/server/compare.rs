//! LINE's errors and the server's logs side by side.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use indexmap::IndexSet;

use super::{
    judgement::{Around, Said, judge, wanted},
    log::{Cell, Durations, LogFile, SILENCE, ServerLog, Stopped},
    matching::{self, Alive, TOLERANCE, Tally, Wanted},
    offset,
    rate::{self, Counts, Place},
    request::{Answer, Verdict},
    stopped,
};
use crate::{
    analysis::{
        AccessLogFile, Analysis, Bucket, Class, ErrorRate, Incident, LogFinding, LogMatch, LogSpan, RequestDurations,
        ServerLogReport, SlowRequests, StatusRequests, VerdictRequests, WindowLog,
    },
    model::{CELL_MILLIS, Kind, LocalTime, Origin, Precision, Sentence, Span, Timestamp, Zone, key},
    table::{CellSum, Table},
    taxonomy::{self, Lang},
};

/// What the user says of the logs beside their lines.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    pub place: Option<Place>,
    /// The zone of times without one, and whether the user says it.
    pub zone: Zone,
    pub zone_said: bool,
    pub lang: Lang,
}

/// Cells of a day and of an hour: where the usual number of requests is looked for.
const DAY: i64 = 288;
const HOUR: i64 = 12;
/// The same hour of so many days before and after; else so many hours before and after.
const DAYS: i64 = 7;
const HOURS: i64 = 3;

/// A rate of less than this part of the period says what it is of.
const MOST_OF: f64 = 0.9;

/// A mail tells the errors of five minutes, in milliseconds.
const MAILED: i64 = 300_000;

/// Adds to an analysis of a table what logs say of the same time.
pub fn compare(table: &Table, log: &ServerLog, terms: &Terms, analysis: &mut Analysis) {
    let zoned = log.is_zoned() || terms.zone_said;
    // What would fit the logs without a zone does not fit those that have one.
    let mixed = !zoned && log.files.iter().any(|file| file.recognised.answers.contains(&Answer::Zone));
    let side = Side::new(table, log, analysis, zoned, mixed);
    let groups = Groups::of(&side);
    let Groups { wanted, sets, cells, .. } = &groups;
    let tallies = matching::tallies(wanted, sets, cells.len(), &side.failures, &side.alive);
    let in_time = side.offset.map_or(zoned, |offset| offset == 0 || side.moved != 0);
    let findings: Vec<(u64, LogFinding)> = tallies
        .iter()
        .zip(&groups.cells)
        .map(|(tally, (said, cells))| {
            let sentence = judge(*said, tally, &side.around(cells), in_time);
            (tally.errors, finding(tally, sentence, terms.lang))
        })
        .collect();
    let (of_details, of_incidents) = findings.split_at(groups.details.len());
    let matches = groups.details.iter().zip(of_details).map(|((reason, detail), (errors, finding))| LogMatch {
        reason: table.names.reasons[*reason as usize].clone(),
        detail: table.names.details[*detail as usize].clone(),
        errors: *errors,
        finding: finding.clone(),
    });
    let mut matches: Vec<LogMatch> = matches.collect();
    matches.sort_by(|a, b| b.errors.cmp(&a.errors).then_with(|| (&a.reason, &a.detail).cmp(&(&b.reason, &b.detail))));
    let report = side.report(log, terms, matches);
    let notes = side.notes(log, terms, &report);
    let windows: Vec<WindowLog> =
        analysis.windows.buckets.iter().map(|bucket| side.window(bucket, terms.place)).collect();
    for (bucket, log) in analysis.windows.buckets.iter_mut().zip(windows) {
        bucket.log = log;
    }
    for (incident, (_, finding)) in analysis.incidents.iter_mut().zip(of_incidents) {
        incident.log = Some(finding.clone());
    }
    analysis.server_log = Some(report);
    analysis.notes.extend(notes);
}

fn finding(tally: &Tally, sentence: Sentence, lang: Lang) -> LogFinding {
    LogFinding {
        code: sentence.key.code(),
        text: lang.say(&sentence),
        matched: tally.matched,
        chance: tally.chance.map(|share| (share * tally.errors as f64).round() as u64),
        sentence,
    }
}

/// Both sides, on LINE's clock.
struct Side<'a> {
    table: &'a Table,
    log: &'a ServerLog,
    analysis: &'a Analysis,
    /// The logs' cells, by number.
    cells: BTreeMap<i64, &'a Cell>,
    failures: matching::Failures,
    alive: Alive,
    /// The cells of the period that LINE's data are known to speak for: from the first error to where they reach. An export
    /// holds nothing but errors, so time without one says little of what is covered.
    told: std::ops::RangeInclusive<i64>,
    offset: Option<i64>,
    /// By how much the logs' times are moved, in milliseconds.
    moved: i64,
    has_durations: bool,
}

impl<'a> Side<'a> {
    fn new(table: &'a Table, log: &'a ServerLog, analysis: &'a Analysis, zoned: bool, mixed: bool) -> Side<'a> {
        let bounds = analysis.period.bounds();
        let cell = |at: i64| at.div_euclid(CELL_MILLIS);
        let reach = table.known.iter().filter_map(|known| known.reach()).max().map_or(i64::MIN, |reach| reach.0);
        let first = analysis.calendar.data.map_or(i64::MAX, |data| data.first.0);
        let with_requests = log.files.iter().filter(|file| file.requests > 0);
        let mut side = Side {
            table,
            log,
            analysis,
            cells: BTreeMap::new(),
            failures: matching::failures(&log.cells, 0),
            alive: Alive::default(),
            told: cell(bounds.start.max(first))..=cell((bounds.end - 1).min(reach)),
            offset: None,
            moved: 0,
            has_durations: with_requests
                .map(|file| file.recognised.answers.contains(&Answer::Duration))
                .fold(None, |all: Option<bool>, has| Some(all.unwrap_or(true) && has))
                .unwrap_or(false),
        };
        let all = || side.errors(bounds.start, bounds.end).map(|(sum, kind)| side.wanted(&sum, kind, 0));
        let visible = || all().filter(|wanted| wanted.verdict.is_some());
        let step = visible().count().div_ceil(offset::ENOUGH).max(1);
        let sample = in_order(visible().step_by(step).collect());
        side.offset = offset::offset(&sample, &side.failures, zoned).filter(|_| !mixed);
        side.moved = side.offset.filter(|_| !zoned).unwrap_or(0);
        if side.moved != 0 {
            side.failures = matching::failures(&log.cells, side.moved);
        }
        side.alive = Alive::of(&log.alive, side.moved);
        let cells_moved = (side.moved as f64 / CELL_MILLIS as f64).round() as i64;
        side.cells = log.cells.iter().map(|(start, cell)| (i64::from(start.0) + cells_moved, cell)).collect();
        side
    }

    /// LINE's errors from one instant to another, with what they are.
    fn errors(&self, start: i64, end: i64) -> impl Iterator<Item = (CellSum, &'a Kind)> + use<'a> {
        let table = self.table;
        table.cells().between(start, end).iter().map(|sum| (sum, &table.names.kinds[sum.kind.0 as usize]))
    }

    fn said(&self, kind: &Kind) -> (Said, Option<u16>) {
        let (reason, detail) = self.names(kind);
        match reason {
            taxonomy::ERROR_STATUS_CODE => match taxonomy::status(reason, detail) {
                Some(status) => (Said::Status, Some(status)),
                None => (Said::Other, None),
            },
            "request_timeout" => (Said::Timeout, None),
            "could_not_connect" => (Said::NoConnection, None),
            _ => (Said::Other, None),
        }
    }

    fn names(&self, kind: &Kind) -> (&'a str, &'a str) {
        let names = &self.table.names;
        (&names.reasons[kind.reason as usize], &names.details[kind.detail as usize])
    }

    fn wanted(&self, sum: &CellSum, kind: &Kind, set: u32) -> Wanted {
        let (said, status) = self.said(kind);
        let verdict = wanted(said, status);
        let Span { first, last } = sum.span;
        let ending = if kind.origin == Origin::Mail { last.0 + MAILED } else { self.table.ending(sum) };
        Wanted { first: first.0, last: ending - 1, errors: sum.errors, verdict, set }
    }

    /// Whether LINE's data are known to tell of five minutes.
    fn is_told(&self, cell: i64) -> bool {
        let at = cell * CELL_MILLIS;
        let missing = |(from, until): &(i64, i64)| *from < at + CELL_MILLIS && at < *until;
        self.told.contains(&cell) && !self.analysis.unknown.iter().any(missing)
    }

    /// What the logs have in some five minutes in which they were written.
    fn around(&self, cells: &BTreeSet<i64>) -> Around {
        let alive = || cells.iter().copied().filter(|at| self.alive.has(*at));
        let mut around = Around { usual: alive().map(|at| self.usual(at, cells)).sum(), ..Around::default() };
        for cell in alive().filter_map(|at| self.cells.get(&at)) {
            let of = |verdict: Verdict| cell.verdicts.get(verdict);
            let (all, unsure) = (cell.requests(), of(Verdict::OkOrSlow));
            around.requests += all;
            around.unsure += unsure;
            around.unclear += u64::from(cell.unreadable + cell.astray);
            around.failed += all - unsure - of(Verdict::Ok);
            around.durations.merge(&cell.durations);
        }
        around
    }

    /// The median of LINE's requests in the same five minutes of the days around, or else in those of the hours around.
    fn usual(&self, at: i64, but: &BTreeSet<i64>) -> Option<f64> {
        let requests = |step: i64, reach: i64| {
            let around = (1..=reach).flat_map(|steps| [at - steps * step, at + steps * step]);
            let known = around.filter(|cell| self.alive.has(*cell) && !but.contains(cell));
            let mut counts: Vec<u64> =
                known.map(|cell| self.cells.get(&cell).map_or(0, |cell| cell.requests())).collect();
            counts.sort_unstable();
            let upper = counts.get(counts.len() / 2)?;
            Some((counts[(counts.len() - 1) / 2] + upper) as f64 / 2.0)
        };
        requests(DAY, DAYS).or_else(|| requests(HOUR, HOURS))
    }

    /// How many of the webhooks failed from one instant to another, from the logs' first line to the last or of all of that
    /// time; none with a filter, which leaves errors out.
    fn rate(&self, (start, end): (i64, i64), place: Option<Place>, of_all: bool) -> Option<ErrorRate> {
        let (mut counts, inside) = (Counts::default(), self.numbers((start, end)));
        let known = self.errors(start, end).map(|(sum, kind)| (i64::from(sum.start.0), sum.errors, kind));
        for (cell, errors, kind) in known.filter(|(cell, ..)| self.is_told(*cell)) {
            match self.said(kind).0 {
                _ if !inside.contains(&cell) || !self.alive.has(cell) => {
                    if !of_all && !self.alive.within(cell) {
                        continue;
                    }
                    counts.unlogged += errors;
                }
                Said::NoConnection => counts.unconnected += errors,
                Said::Other => counts.unknown += errors,
                Said::Status | Said::Timeout => {}
            }
            counts.errors += errors;
        }
        for (at, cell) in self.parts((start, end)).filter(|(at, _)| self.alive.has(*at)) {
            match self.is_told(at) {
                true => counts.requests += cell.requests(),
                // How many of these failed, nobody knows.
                false if of_all => counts.untold += cell.requests(),
                false => continue,
            }
            counts.unreadable += u64::from(cell.unreadable);
        }
        rate::rate(counts, place).filter(|_| self.analysis.filter.is_empty())
    }

    /// LINE's errors of the period at whose times the logs have no line, and those of them that are timeouts.
    fn unlogged(&self) -> (u64, u64) {
        let bounds = self.analysis.period.bounds();
        let span = self.log.span();
        let outside = |sum: &CellSum| {
            let (first, last) = (sum.span.first.0 - self.moved, sum.span.last.0 - self.moved);
            span.is_none_or(|span| last < span.first.0 - TOLERANCE || span.last.0 + TOLERANCE < first)
        };
        let all = self.errors(bounds.start, bounds.end).filter(|(sum, _)| {
            let cell = i64::from(sum.start.0);
            self.is_told(cell) && !self.alive.has(cell) && (self.alive.within(cell) || outside(sum))
        });
        all.fold((0, 0), |(all, timeouts), (sum, kind)| {
            (all + sum.errors, timeouts + if self.said(kind).0 == Said::Timeout { sum.errors } else { 0 })
        })
    }

    /// How many of LINE's requests of the period were too slow, as far as the logs tell.
    fn slow(&self, total: &Cell) -> Option<SlowRequests> {
        let (requests, slow) = (total.requests(), u64::from(total.slow));
        let unknown = u64::from(total.unreadable) + self.unlogged().1;
        (self.has_durations && requests > 0).then(|| SlowRequests {
            requests,
            slow,
            slow_most: slow + u64::from(total.untimed) + unknown,
            requests_most: requests + unknown,
        })
    }

    /// LINE's requests of a window, within the period.
    fn window(&self, bucket: &Bucket, place: Option<Place>) -> WindowLog {
        let (period, (start, end)) = (self.analysis.period.bounds(), bucket.bounds());
        let inside = (start.max(period.start), end.min(period.end));
        if !self.numbers(inside).any(|cell| self.alive.has(cell)) {
            return WindowLog::default();
        }
        let total = self.total(inside);
        WindowLog {
            requests: Some(total.requests()),
            slow: self.has_durations.then(|| u64::from(total.slow)),
            rate: self.rate(inside, place, false),
            duration: durations(&total.durations),
        }
    }

    /// LINE's requests from one instant to another.
    fn total(&self, inside: (i64, i64)) -> Cell {
        let mut total = Cell::default();
        self.parts(inside).for_each(|(_, cell)| total.merge(&cell));
        total
    }

    /// The numbers of the five minutes from one instant to another: all that are wholly inside, and those at its ends of which
    /// the requests are known that are.
    fn numbers(&self, (start, end): (i64, i64)) -> std::ops::Range<i64> {
        let is_whole = |at: i64| self.cells.get(&at).is_some_and(|cell| cell.seconds.is_none());
        let inside = |instant: i64| instant.rem_euclid(CELL_MILLIS) > 0 && is_whole(instant.div_euclid(CELL_MILLIS));
        let first = start.div_euclid(CELL_MILLIS) + i64::from(inside(start));
        let after = (end + CELL_MILLIS - 1).div_euclid(CELL_MILLIS) - i64::from(inside(end));
        first..after.max(first)
    }

    /// What the logs have in these minutes from one instant to another.
    fn parts(&self, (start, end): (i64, i64)) -> impl Iterator<Item = (i64, Cow<'a, Cell>)> {
        self.cells.range(self.numbers((start, end))).filter_map(move |(at, cell)| {
            let inside = start - at * CELL_MILLIS..end - at * CELL_MILLIS;
            let is_whole = inside.start <= 0 && CELL_MILLIS <= inside.end;
            Some((*at, if is_whole { Cow::Borrowed(*cell) } else { Cow::Owned(cell.part(&inside)?) }))
        })
    }
}

impl Side<'_> {
    fn report(&self, log: &ServerLog, terms: &Terms, matches: Vec<LogMatch>) -> ServerLogReport {
        let period = self.analysis.period.bounds();
        let inside = (period.start, period.end);
        let total = self.total(inside);
        let requests = total.requests();
        let mut by_verdict: BTreeMap<&str, u64> = BTreeMap::new();
        for (verdict, count) in total.verdicts.iter() {
            *by_verdict.entry(verdict.name()).or_default() += u64::from(count);
        }
        let span = |span: Span| self.span(span);
        let mut report = ServerLogReport {
            files: log.files.iter().map(file).collect(),
            format: log.formats(),
            answers: log.answers().into_iter().map(Answer::name).collect(),
            span: log.span().map(span),
            zone: (!log.is_zoned()).then(|| terms.zone.to_string()),
            offset_seconds: self.offset.map(|offset| offset / 1000),
            requests,
            by_status: most_first(total.statuses.iter().map(|(status, count)| (status, u64::from(count))))
                .map(|(status, requests)| StatusRequests { status, requests })
                .collect(),
            by_verdict: most_first(by_verdict)
                .map(|(verdict, requests)| VerdictRequests { verdict, requests })
                .collect(),
            duration: durations(&total.durations),
            slow: (self.has_durations && requests > 0).then(|| f64::from(total.slow) / requests as f64),
            slow_requests: self.slow(&total),
            rate: self.rate(inside, terms.place, false),
            rate_span: self.rate_span(log),
            rate_of_all: self.rate(inside, terms.place, true),
            unlogged: self.unlogged().0,
            matches,
            silent: log.silent().into_iter().map(span).collect(),
        };
        if part(&report, self.analysis).is_some() {
            // How many webhooks came in the rest of the period, nobody knows.
            report.rate_of_all = report.rate_of_all.map(|rate| ErrorRate { low: None, attempts_high: None, ..rate });
        }
        report
    }

    /// The part of the period that both tell of, from the first time to the last, where that lacks a good part of it.
    fn rate_span(&self, log: &ServerLog) -> Option<LogSpan> {
        let (period, of_log) = (judged(self.analysis), self.span(log.span()?));
        let at = |cell: i64| self.analysis.timezone.time(Timestamp(cell * CELL_MILLIS));
        let mut told = (*self.told.start()..=*self.told.end()).filter(|cell| self.is_told(*cell));
        let (first, last) = (told.clone().next()?, told.next_back()?);
        let both = LogSpan {
            start: period.start.max(of_log.start).max(at(first)),
            end: period.end.min(of_log.end).min(at(last + 1)),
        };
        let millis = |span: &LogSpan| span.end.millis() - span.start.millis();
        (millis(&both) > 0 && millis(&both) as f64 <= MOST_OF * millis(&period) as f64).then_some(both)
    }

    /// On LINE's clock, in the zone of the report.
    fn span(&self, span: Span) -> LogSpan {
        let time = |at: Timestamp| self.analysis.timezone.time(Timestamp(at.0 + self.moved));
        LogSpan { start: time(span.first), end: time(span.last) }
    }

    /// What the reader must know of the logs.
    fn notes(&self, log: &ServerLog, terms: &Terms, report: &ServerLogReport) -> Vec<Sentence> {
        let mut notes = Vec::new();
        if let Some(other) = other_time(report, self.analysis) {
            return vec![other];
        }
        let bounds = self.analysis.period.bounds();
        let reaches = |span: &Span| span.first.0 + self.moved < bounds.end && bounds.start <= span.last.0 + self.moved;
        match self.offset {
            None if !log.is_zoned() && !terms.zone_said => {
                notes.push(Sentence::new(key::note::LOG_ZONE_UNKNOWN).with("zone", terms.zone));
            }
            Some(offset) if offset != 0 => {
                let applied = self.moved != 0;
                let key = if applied { key::note::LOG_CLOCK_APPLIED } else { key::note::LOG_CLOCK };
                let note = Sentence::new(key).with_sentence("offset", signed(offset / 1000));
                notes.push(note.with_sentence("is_zone", zone_of(offset / 1000, log, terms)));
            }
            _ => {}
        }
        for (server, stopped) in by_server(&log.stopped) {
            let inside: Vec<&Span> = stopped.into_iter().filter(|span| reaches(span)).collect();
            if let Some(longest) = inside.iter().max_by_key(|span| span.last.0 - span.first.0) {
                let LogSpan { start, end } = self.span(**longest);
                let note = Sentence::new(key::note::LOG_STOPPED).with("path", server);
                let note = note.with_moment("first", *start).with_moment("last", *end);
                notes.push(note.with_number("count", inside.len() as u64));
            }
        }
        let unreadable: u64 = report.files.iter().map(|file| file.unreadable).sum();
        if unreadable > 0 {
            notes.push(Sentence::new(key::note::LOG_UNREADABLE).with_number("count", unreadable));
        }
        if report.unlogged > 0 {
            notes.push(Sentence::new(key::note::LOG_UNLOGGED).with_number("count", report.unlogged));
        }
        if report.rate.is_some() {
            notes.push(Sentence::new(key::note::LOG_RATE));
        }
        notes
    }
}

/// Which part of the period the logs cover, from their first line to the last, where it is some and not all of it.
pub fn part(report: &ServerLogReport, analysis: &Analysis) -> Option<LogSpan> {
    let (span, period) = (report.span?, judged(analysis));
    let covered = LogSpan { start: span.start.max(period.start), end: span.end.min(period.end) };
    let lacks = |from: LocalTime, until: LocalTime| until.millis() - from.millis() >= SILENCE;
    let is_part = lacks(period.start, covered.start) || lacks(covered.end, period.end);
    (is_part && other_time(report, analysis).is_none()).then_some(covered)
}

/// A time without any line for so long is none of a quiet night: what LINE sent then is missing, as behind a log that ends
/// early. In milliseconds.
const MISSING: i64 = 24 * 3_600_000;

/// The first such time of the period; maintenance is left out.
pub fn gap(report: &ServerLogReport, analysis: &Analysis) -> Option<LogSpan> {
    let span =
        |first: LocalTime, last: LocalTime| Span { first: Timestamp(first.millis()), last: Timestamp(last.millis()) };
    let period = judged(analysis);
    let silent = report.silent.iter().map(|it| span(it.start.max(period.start), it.end.min(period.end)));
    let maintenance = analysis.maintenance.iter().map(|it| span(it.start, it.end));
    let mut gaps = stopped::without(silent.collect(), maintenance).into_iter();
    let gap = gaps.find(|gap| gap.last.0 - gap.first.0 >= MISSING)?;
    Some(LogSpan { start: analysis.timezone.time(gap.first), end: analysis.timezone.time(gap.last) })
}

/// That the logs cover nothing of the period.
pub fn other_time(report: &ServerLogReport, analysis: &Analysis) -> Option<Sentence> {
    let (LogSpan { start, end }, period) = (report.span?, judged(analysis));
    let other = Sentence::new(key::note::LOG_OTHER_TIME).with_moment("first", *start).with_moment("last", *end);
    (end < period.start || period.end <= start).then_some(other)
}

/// The period; one that goes on, to the moment of the report.
fn judged(analysis: &Analysis) -> LogSpan {
    let period = &analysis.period;
    LogSpan { start: period.start, end: period.end.min(analysis.timezone.time(analysis.calendar.as_of)) }
}

/// Quantiles of durations, in seconds; none where nothing was measured.
pub fn durations(of: &Durations) -> Option<RequestDurations> {
    // The mean of a bin has more digits than are known.
    let seconds = |share: f64| of.quantile(share).map_or(0.0, f64::round) / 1000.0;
    let max = f64::from(of.longest()?) / 1000.0;
    Some(RequestDurations { p50: seconds(0.5), p95: seconds(0.95), p99: seconds(0.99), max })
}

fn by_server(stopped: &[Stopped]) -> BTreeMap<&str, Vec<&Span>> {
    let mut spans: BTreeMap<&str, Vec<&Span>> = BTreeMap::new();
    stopped.iter().for_each(|it| spans.entry(&it.server).or_default().push(&it.span));
    spans
}

/// Seconds with their sign, in the largest unit of which they are whole.
fn signed(seconds: i64) -> Sentence {
    let (key, unit) = match seconds {
        _ if seconds % 3600 == 0 => (key::note::LOG_CLOCK_HOURS, 3600),
        _ if seconds % 60 == 0 => (key::note::LOG_CLOCK_MINUTES, 60),
        _ => (key::note::LOG_CLOCK_SECONDS, 1),
    };
    let sign = if seconds < 0 { "−" } else { "+" };
    Sentence::new(key).with("count", format!("{sign}{}", seconds.unsigned_abs() / unit))
}

/// The zone in which times without one would fit, where a clock that is right may be in it.
fn zone_of(offset: i64, log: &ServerLog, terms: &Terms) -> Sentence {
    let read = log.span().map_or(0, |span| i64::from(terms.zone.local(span.first).offset().local_minus_utc()));
    let east = read - offset;
    if east % 900 != 0 || east.abs() > 14 * 3600 {
        return Sentence::new(key::error_nearest::NONE);
    }
    let (sign, minutes) = (if east < 0 { '-' } else { '+' }, east.abs() / 60);
    Sentence::new(key::note::LOG_CLOCK_ZONE).with("zone", format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60))
}

/// The largest count first; equal ones by name.
fn most_first<T: Ord>(counts: impl IntoIterator<Item = (T, u64)>) -> impl Iterator<Item = (T, u64)> {
    let mut counts: Vec<(T, u64)> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counts.into_iter()
}

fn file(file: &LogFile) -> AccessLogFile {
    let LogFile { path, lines, requests, unreadable, .. } = file;
    AccessLogFile { path: path.clone(), lines: *lines, requests: *requests, unreadable: *unreadable }
}

fn in_order(mut wanted: Vec<Wanted>) -> Vec<Wanted> {
    wanted.sort_by_key(|wanted| wanted.first);
    wanted
}

/// What is judged together: the errors of each reason and detail, and the leading class of each incident.
#[derive(Default)]
struct Groups {
    wanted: Vec<Wanted>,
    /// The groups of each set.
    sets: Vec<Vec<usize>>,
    /// Numbers of the dictionary.
    details: Vec<(u32, u32)>,
    /// What LINE says of the errors of each group, and their five minutes; the details first, then the incidents.
    cells: Vec<(Said, BTreeSet<i64>)>,
}

impl Groups {
    fn of(side: &Side<'_>) -> Groups {
        let mut groups = Groups::default();
        let period = side.analysis.period.bounds();
        let errors = || side.errors(period.start, period.end);
        let details: BTreeSet<(u32, u32)> = errors().map(|(_, kind)| (kind.reason, kind.detail)).collect();
        groups.details = details.into_iter().collect();
        let incidents = &side.analysis.incidents;
        groups.cells = vec![(Said::Other, BTreeSet::new()); groups.details.len() + incidents.len()];
        let kinds = &side.table.names.kinds;
        let of_kind: Vec<Vec<usize>> = kinds.iter().map(|kind| incidents_of(kind, side)).collect();
        let mut sets = IndexSet::new();
        for (sum, kind) in errors() {
            let detail = groups.details.binary_search(&(kind.reason, kind.detail)).unwrap_or_default();
            let span = sum.span;
            let touched = of_kind[sum.kind.0 as usize].iter().filter(|of| {
                let (start, end) = incidents[**of].bounds();
                span.first.0 <= end && start <= span.last.0
            });
            let numbers: Vec<usize> =
                std::iter::once(detail).chain(touched.map(|of| groups.details.len() + of)).collect();
            // What only its hour or its day is known of, no log decides.
            let is_coarse = side.table.precision_of(&sum) >= Precision::Hour;
            let said = if is_coarse { Said::Other } else { side.said(kind).0 };
            for number in &numbers {
                let (known, cells) = &mut groups.cells[*number];
                *known = if cells.is_empty() || *known == said { said } else { Said::Other };
                cells.insert(i64::from(sum.start.0));
            }
            let set = sets.get_index_of(&numbers).unwrap_or_else(|| sets.insert_full(numbers).0);
            groups.wanted.push(side.wanted(&sum, kind, set as u32));
        }
        groups.wanted = in_order(groups.wanted);
        groups.sets = sets.into_iter().collect();
        groups
    }
}

/// The incidents whose leading class a kind of error is of.
fn incidents_of(kind: &Kind, side: &Side<'_>) -> Vec<usize> {
    let (reason, detail) = side.names(kind);
    let channel = &side.table.names.channels[kind.channel as usize];
    let class = Class::of(reason, detail);
    let is_of = |incident: &Incident| incident.channel == *channel && incident.class == class;
    (0..side.analysis.incidents.len()).filter(|of| is_of(&side.analysis.incidents[*of])).collect()
}
