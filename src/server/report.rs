//! What the logs say in all, and what the reader must know of them.

use std::collections::BTreeMap;

use super::{
    log::{LogFile, SILENCE, ServerLog, Stopped},
    rate::Place,
    request::Answer,
    side::{Side, durations},
    stopped,
};
use crate::{
    analysis::{
        AccessLogFile, Analysis, ErrorRate, LogMatch, LogSpan, ServerLogReport, StatusRequests, VerdictRequests,
    },
    model::{CELL_MILLIS, LocalTime, Sentence, Span, Timestamp, Zone, key},
    taxonomy::Lang,
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

/// A rate of less than this part of the period says what it is of.
const MOST_OF: f64 = 0.9;

impl Side<'_> {
    pub fn report(&self, log: &ServerLog, terms: &Terms, matches: Vec<LogMatch>) -> ServerLogReport {
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
    pub fn notes(&self, log: &ServerLog, terms: &Terms, report: &ServerLogReport) -> Vec<Sentence> {
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
