//! Both sides of a comparison, on LINE's clock: how many errors and requests there were when.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    judgement::{Around, Said, wanted},
    log::{Cell, Durations, ServerLog},
    matching::{self, Alive, TOLERANCE, Wanted},
    offset,
    rate::{self, Counts, Place},
    request::{Answer, Verdict},
};
use crate::{
    analysis::{Analysis, Bucket, ErrorRate, RequestDurations, SlowRequests, WindowLog},
    model::{CELL_MILLIS, Kind, Origin, Span},
    table::{CellSum, Table},
    taxonomy,
};

/// Cells of a day and of an hour: where the usual number of requests is looked for.
const DAY: i64 = 288;
const HOUR: i64 = 12;
/// The same hour of so many days before and after; else so many hours before and after.
const DAYS: i64 = 7;
const HOURS: i64 = 3;

/// A mail tells the errors of five minutes, in milliseconds.
const MAILED: i64 = 300_000;

/// Both sides, on LINE's clock.
pub struct Side<'a> {
    pub table: &'a Table,
    pub log: &'a ServerLog,
    pub analysis: &'a Analysis,
    /// The logs' cells, by number.
    pub cells: BTreeMap<i64, &'a Cell>,
    pub failures: matching::Failures,
    pub alive: Alive,
    /// The cells of the period that LINE's data are known to speak for: from the first error to where they reach. An export
    /// holds nothing but errors, so time without one says little of what is covered.
    pub told: std::ops::RangeInclusive<i64>,
    pub offset: Option<i64>,
    /// By how much the logs' times are moved, in milliseconds.
    pub moved: i64,
    pub has_durations: bool,
}

impl<'a> Side<'a> {
    pub fn new(table: &'a Table, log: &'a ServerLog, analysis: &'a Analysis, zoned: bool, mixed: bool) -> Side<'a> {
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
    pub fn errors(&self, start: i64, end: i64) -> impl Iterator<Item = (CellSum, &'a Kind)> + use<'a> {
        let table = self.table;
        table.cells().between(start, end).iter().map(|sum| (sum, &table.names.kinds[sum.kind.0 as usize]))
    }

    pub fn said(&self, kind: &Kind) -> (Said, Option<u16>) {
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

    pub fn names(&self, kind: &Kind) -> (&'a str, &'a str) {
        let names = &self.table.names;
        (&names.reasons[kind.reason as usize], &names.details[kind.detail as usize])
    }

    pub fn wanted(&self, sum: &CellSum, kind: &Kind, set: u32) -> Wanted {
        let (said, status) = self.said(kind);
        let verdict = wanted(said, status);
        let Span { first, last } = sum.span;
        let ending = if kind.origin == Origin::Mail { last.0 + MAILED } else { self.table.ending(sum) };
        Wanted { first: first.0, last: ending - 1, errors: sum.errors, verdict, set }
    }

    /// Whether LINE's data are known to tell of five minutes.
    pub fn is_told(&self, cell: i64) -> bool {
        let at = cell * CELL_MILLIS;
        let missing = |(from, until): &(i64, i64)| *from < at + CELL_MILLIS && at < *until;
        self.told.contains(&cell) && !self.analysis.unknown.iter().any(missing)
    }

    /// What the logs have in some five minutes in which they were written.
    pub fn around(&self, cells: &BTreeSet<i64>) -> Around {
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
    pub fn usual(&self, at: i64, but: &BTreeSet<i64>) -> Option<f64> {
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
    pub fn rate(&self, (start, end): (i64, i64), place: Option<Place>, of_all: bool) -> Option<ErrorRate> {
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
    pub fn unlogged(&self) -> (u64, u64) {
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
    pub fn slow(&self, total: &Cell) -> Option<SlowRequests> {
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
    pub fn window(&self, bucket: &Bucket, place: Option<Place>) -> WindowLog {
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
    pub fn total(&self, inside: (i64, i64)) -> Cell {
        let mut total = Cell::default();
        self.parts(inside).for_each(|(_, cell)| total.merge(&cell));
        total
    }

    /// The numbers of the five minutes from one instant to another: all that are wholly inside, and those at its ends of which
    /// the requests are known that are.
    pub fn numbers(&self, (start, end): (i64, i64)) -> std::ops::Range<i64> {
        let is_whole = |at: i64| self.cells.get(&at).is_some_and(|cell| cell.seconds.is_none());
        let inside = |instant: i64| instant.rem_euclid(CELL_MILLIS) > 0 && is_whole(instant.div_euclid(CELL_MILLIS));
        let first = start.div_euclid(CELL_MILLIS) + i64::from(inside(start));
        let after = (end + CELL_MILLIS - 1).div_euclid(CELL_MILLIS) - i64::from(inside(end));
        first..after.max(first)
    }

    /// What the logs have in these minutes from one instant to another.
    pub fn parts(&self, (start, end): (i64, i64)) -> impl Iterator<Item = (i64, Cow<'a, Cell>)> {
        self.cells.range(self.numbers((start, end))).filter_map(move |(at, cell)| {
            let inside = start - at * CELL_MILLIS..end - at * CELL_MILLIS;
            let is_whole = inside.start <= 0 && CELL_MILLIS <= inside.end;
            Some((*at, if is_whole { Cow::Borrowed(*cell) } else { Cow::Owned(cell.part(&inside)?) }))
        })
    }
}

/// Quantiles of durations, in seconds; none where nothing was measured.
pub fn durations(of: &Durations) -> Option<RequestDurations> {
    // The mean of a bin has more digits than are known.
    let seconds = |share: f64| of.quantile(share).map_or(0.0, f64::round) / 1000.0;
    let max = f64::from(of.longest()?) / 1000.0;
    Some(RequestDurations { p50: seconds(0.5), p95: seconds(0.95), p99: seconds(0.99), max })
}

pub fn in_order(mut wanted: Vec<Wanted>) -> Vec<Wanted> {
    wanted.sort_by_key(|wanted| wanted.first);
    wanted
}
