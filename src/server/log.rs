//! What is kept of access logs: counts, and nothing of what a line says.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::LazyLock,
};

use super::{
    format::Recognised,
    request::{Answer, By, Request, SLOW, Unreadable, Verdict},
};
use crate::model::{CELL_MILLIS, CellStart, Sentence, Span, Timestamp, Zone, key};

/// A log is held against LINE's errors as it is, moved by up to 14 hours where it states no zone, and from there by up to a
/// day to see what chance would match. The rest is for clocks that are off. In milliseconds.
const FURTHEST_MOVED: i64 = 40 * 3_600_000;

/// How often there was what, in order. A cell has few of each, and a year has a hundred thousand cells: maps would take far more
/// memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts<K>(Vec<(K, u32)>);

impl<K> Default for Counts<K> {
    fn default() -> Self {
        Counts(Vec::new())
    }
}

impl<K: Ord + Copy> Counts<K> {
    pub fn add(&mut self, what: K, count: u32) {
        match self.0.binary_search_by(|(known, _)| known.cmp(&what)) {
            Ok(at) => self.0[at].1 += count,
            Err(at) => self.0.insert(at, (what, count)),
        }
    }

    pub fn merge(&mut self, other: &Counts<K>) {
        other.iter().for_each(|(what, count)| self.add(what, count));
    }

    pub fn get(&self, what: K) -> u64 {
        self.0.binary_search_by(|(known, _)| known.cmp(&what)).map_or(0, |at| u64::from(self.0[at].1))
    }

    /// In order.
    pub fn iter(&self) -> impl Iterator<Item = (K, u32)> {
        self.0.iter().copied()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn sum(&self) -> u64 {
        self.0.iter().map(|(_, count)| u64::from(*count)).sum()
    }
}

/// How long requests took: counts of lengths, each 4 % longer than the one before, so that a quantile is within 2 %.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Durations {
    bins: Counts<u16>,
    /// In milliseconds.
    longest: u32,
}

const GROWTH: f64 = 1.04;

/// The length to which a duration belongs; most are short, and known beforehand.
fn bin(millis: u32) -> u16 {
    fn computed(millis: u32) -> u16 {
        (f64::from(millis.max(1)).ln() / GROWTH.ln()).floor() as u16
    }
    static SHORT: LazyLock<Vec<u16>> = LazyLock::new(|| (0..4096).map(computed).collect());
    SHORT.get(millis as usize).copied().unwrap_or_else(|| computed(millis))
}

impl Durations {
    pub(super) fn add(&mut self, millis: u32) {
        self.bins.add(bin(millis), 1);
        self.longest = self.longest.max(millis);
    }

    pub fn merge(&mut self, other: &Durations) {
        self.bins.merge(&other.bins);
        self.longest = self.longest.max(other.longest);
    }

    /// The longest, in milliseconds; none where nothing was measured.
    pub fn longest(&self) -> Option<u32> {
        (!self.bins.is_empty()).then_some(self.longest)
    }

    /// The length within which a share of the requests (0 to 1) was done, in milliseconds: the nearest rank.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let rank = ((share * self.bins.sum() as f64).ceil() as u64).max(1);
        let mut before = 0;
        let bin = self.bins.iter().find(|(_, count)| {
            before += u64::from(*count);
            before >= rank
        });
        bin.map(|(bin, _)| GROWTH.powf(f64::from(bin) + 0.5).min(f64::from(self.longest)))
    }

    /// The median of those that took at least so long, in milliseconds.
    pub fn median_from(&self, least: u32) -> Option<f64> {
        let bins = self.bins.iter().filter(|(of, _)| *of >= bin(least)).collect();
        Durations { bins: Counts(bins), longest: self.longest }.quantile(0.5)
    }
}

/// Requests of one second that LINE got no good answer to, or none in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Failed {
    /// Since the start of the five minutes.
    pub second: u16,
    pub verdict: Verdict,
    /// As the log has it, also of those that came too late.
    pub status: Option<u16>,
    pub by: By,
}

/// LINE's requests that began within five minutes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    pub verdicts: Counts<Verdict>,
    pub statuses: Counts<Option<u16>>,
    pub failed: Counts<Failed>,
    pub durations: Durations,
    /// Those that were aborted or took longer than LINE waits.
    pub slow: u32,
    /// Those that are neither, as far as a line without a duration tells.
    pub untimed: u32,
    /// Lines about then that may be further ones, and can't be read.
    pub unreadable: u32,
    /// Those by their user agent that are of another path, and got no good answer.
    pub astray: u32,
    /// The requests of each second, where an edge of a period divides these minutes.
    pub seconds: Option<Box<BTreeMap<u16, Cell>>>,
}

impl Cell {
    /// One without requests, of which parts will be asked for.
    pub fn divided() -> Cell {
        Cell { seconds: Some(Box::default()), ..Cell::default() }
    }

    /// What began from one moment on and before another one, in milliseconds since the start of the five minutes; none where
    /// that isn't known. Lines that can't be read may be of any moment.
    pub fn part(&self, span: &Range<i64>) -> Option<Cell> {
        let mut seconds = (**self.seconds.as_ref()?).clone();
        seconds.retain(|second, _| span.contains(&(i64::from(*second) * 1000)));
        let mut part = Cell { unreadable: self.unreadable, ..Cell::default() };
        seconds.values().for_each(|cell| part.merge(cell));
        Some(Cell { seconds: Some(Box::new(seconds)), ..part })
    }

    pub fn add(&mut self, request: &Request) {
        let second = (request.start.0.rem_euclid(CELL_MILLIS) / 1000) as u16;
        if let Some(seconds) = &mut self.seconds {
            seconds.entry(second).or_default().add(request);
        }
        let verdict = request.verdict();
        let failed = !matches!(verdict, Verdict::Ok | Verdict::OkOrSlow);
        if request.astray {
            self.astray += u32::from(failed);
            return;
        }
        self.verdicts.add(verdict, 1);
        self.statuses.add(request.status, 1);
        if let Some(duration) = request.duration {
            self.durations.add(duration);
        }
        self.slow += u32::from(request.aborted || request.duration.is_some_and(|duration| duration >= SLOW));
        self.untimed += u32::from(!request.aborted && request.duration.is_none());
        if failed {
            let failed = Failed { second, verdict, status: request.status, by: request.by };
            self.failed.add(failed, 1);
        }
    }

    pub fn merge(&mut self, other: &Cell) {
        self.verdicts.merge(&other.verdicts);
        self.statuses.merge(&other.statuses);
        self.failed.merge(&other.failed);
        self.durations.merge(&other.durations);
        self.slow += other.slow;
        self.untimed += other.untimed;
        self.unreadable += other.unreadable;
        self.astray += other.astray;
        if let Some((seconds, others)) = self.seconds.as_mut().zip(other.seconds.as_ref()) {
            others.iter().for_each(|(second, cell)| seconds.entry(*second).or_default().merge(cell));
        }
    }

    pub fn requests(&self) -> u64 {
        self.verdicts.sum()
    }
}

/// A file, and how it was understood.
#[derive(Clone, Debug)]
pub struct LogFile {
    /// Safe to show.
    pub path: String,
    pub packing: Option<&'static str>,
    pub recognised: Recognised,
    pub lines: u64,
    /// Whether LINE's requests can be told from others.
    pub told: bool,
    /// LINE's; those that are in another file too are among them.
    pub requests: u64,
    pub span: Option<Span>,
    pub unreadable: u64,
    /// The first of them: line and reason.
    pub examples: Vec<(u64, Unreadable)>,
}

/// A time in which a server wrote nothing, though others did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// What the names of its files have in common, safe to show.
    pub server: String,
    pub span: Span,
}

/// Server's access logs, each request of LINE's once.
#[derive(Clone, Debug, Default)]
pub struct ServerLog {
    pub files: Vec<LogFile>,
    pub cells: BTreeMap<CellStart, Cell>,
    /// When all the logs were written, in order: lines of any kind less than five minutes apart.
    pub alive: Vec<Span>,
    /// When some were not.
    pub stopped: Vec<Stopped>,
    /// That of times that state none.
    pub zone: Option<Zone>,
    /// Requests that were in more than one file.
    pub repeated: u64,
    /// Files of folders that are no access logs: path, and why.
    pub skipped: Vec<(String, Sentence)>,
}

/// A log without any line for so long is silent: nothing is said of that time. In milliseconds.
pub const SILENCE: i64 = 5 * 60 * 1000;

impl ServerLog {
    /// Why there is no request of LINE, where there is none; `webhook` is the path of the webhook URL.
    pub fn no_requests(&self, webhook: Option<&str>) -> Option<Sentence> {
        let file = self.files.first().filter(|_| self.total().requests() == 0)?;
        let key = match webhook {
            _ if !file.told => key::server_unusable::NO_AGENT,
            None => key::server_unusable::NO_REQUESTS,
            Some(_) => key::server_unusable::NO_REQUESTS_PATH,
        };
        Some(Sentence::new(key).with("path", &file.path).with("webhook", webhook.unwrap_or_default()))
    }

    /// All requests together.
    pub fn total(&self) -> Cell {
        self.cells.values().fold(Cell::default(), |mut all, cell| {
            all.merge(cell);
            all
        })
    }

    /// Forgets requests that began in some stretches of time (milliseconds, end exclusive).
    pub fn leave_out(&mut self, stretches: &[(i64, i64)]) {
        self.cells.retain(|start, cell| {
            let at = start.timestamp().0;
            for (from, until) in stretches.iter().filter(|(from, until)| *from < at + CELL_MILLIS && at < *until) {
                let (Some(mut before), Some(after)) =
                    (cell.part(&(0..from - at)), cell.part(&(until - at..CELL_MILLIS)))
                else {
                    return false;
                };
                before.merge(&after);
                before.unreadable = cell.unreadable;
                *cell = before;
            }
            true
        });
    }

    /// From the first line to the last.
    pub fn span(&self) -> Option<Span> {
        Some(Span { first: self.alive.first()?.first, last: self.alive.last()?.last })
    }

    /// The time of LINE's errors that are held against the log, also where it is moved.
    pub fn reach(&self) -> Option<Span> {
        let Span { first, last } = self.span()?;
        Some(Span { first: Timestamp(first.0 - FURTHEST_MOVED), last: Timestamp(last.0 + FURTHEST_MOVED) })
    }

    /// What all files can answer.
    pub fn answers(&self) -> BTreeSet<Answer> {
        let answers = self.files.iter().map(|file| file.recognised.answers.clone());
        answers.reduce(|all, of| &all & &of).unwrap_or_default()
    }

    /// Whether all times state their zone.
    pub fn is_zoned(&self) -> bool {
        self.answers().contains(&Answer::Zone)
    }

    /// The titles of the files' formats, those of most files first.
    pub fn formats(&self) -> Vec<String> {
        let mut files: BTreeMap<&str, usize> = BTreeMap::new();
        let titles = self.files.iter().flat_map(|file| &file.recognised.lines).map(|lines| lines.format.title.as_str());
        titles.for_each(|title| *files.entry(title).or_default() += 1);
        let mut titles: Vec<(&str, usize)> = files.into_iter().collect();
        titles.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        titles.into_iter().map(|(title, _)| title.to_owned()).collect()
    }

    /// The times between first and last line in which nothing was written. Where a clock was set back, the lines of two hours
    /// that state no zone are read as those of the first, and tell of no silence in the second.
    pub fn silent(&self) -> Vec<Span> {
        let gap = |pair: &[Span]| Span { first: pair[0].last, last: pair[1].first };
        let zone = self.zone.filter(|_| !self.is_zoned());
        let shown_twice = |at: i64| zone.is_some_and(|zone| zone.shows_twice(zone.time(Timestamp(at))));
        let is_second = |gap: &Span| shown_twice(gap.first.0 + SILENCE) && shown_twice(gap.last.0 - SILENCE);
        self.alive.windows(2).map(gap).filter(|gap| !is_second(gap)).collect()
    }
}

/// Times in order, those together that are less than [`SILENCE`] apart.
pub fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by_key(|span| (span.first, span.last));
    let mut all: Vec<Span> = Vec::new();
    for span in spans {
        match all.last_mut() {
            Some(last) if span.first.0 - last.last.0 < SILENCE => *last = last.union(span),
            _ => all.push(span),
        }
    }
    all
}

/// One moment.
pub fn instant(at: Timestamp) -> Span {
    Span { first: at, last: at }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_within_two_percent() {
        let mut durations = Durations::default();
        (1..=1000).for_each(|millis| durations.add(millis * 3));
        for (share, exact) in [(0.5, 1500.0), (0.95, 2850.0), (0.99, 2970.0)] {
            let told = durations.quantile(share).unwrap();
            assert!((told / exact - 1.0).abs() < 0.021, "{share}: {told}");
        }
        assert_eq!((durations.longest(), Durations::default().quantile(0.5)), (Some(3000), None));
    }

    #[test]
    fn durations_of_any_length_are_few_counts() {
        let mut durations = Durations::default();
        (0..32).for_each(|bit| durations.add(u32::MAX >> bit));
        (0..100_000).for_each(|millis| durations.add(millis));
        // ln(2³²) ÷ ln(1.04) = 565.5
        assert_eq!(durations.bins.iter().last().unwrap().0, 565);
        assert!(durations.bins.iter().count() <= 566);
    }

    #[test]
    fn five_minutes_without_a_line_are_silent() {
        let span = |first, last| Span { first: Timestamp(first), last: Timestamp(last) };
        let log = ServerLog {
            alive: joined(vec![span(900_000, 950_000), span(0, 100), span(50, 300_000), span(599_999, 600_000)]),
            ..ServerLog::default()
        };
        assert_eq!(log.alive, [span(0, 600_000), span(900_000, 950_000)]);
        assert_eq!(log.silent(), [span(600_000, 900_000)]);
        assert_eq!(log.span(), Some(span(0, 950_000)));
    }

    #[test]
    fn the_second_of_two_hours_that_look_alike_is_no_silence() {
        // 2026-10-25T01:00:00Z, 03:00 in Berlin, where the clock is set back to 02:00.
        let (back, hour) = (1_792_890_000_000, 3_600_000);
        let span = |first: i64, last: i64| Span { first: Timestamp(back + first), last: Timestamp(back + last) };
        let alive = vec![span(-5 * hour, -1000), span(hour, 2 * hour), span(3 * hour, 4 * hour)];
        let silent = |zone: &str| {
            let zone = Some(zone.parse().unwrap());
            ServerLog { alive: alive.clone(), zone, ..ServerLog::default() }.silent()
        };
        assert_eq!(silent("Europe/Berlin"), [span(2 * hour, 3 * hour)]);
        assert_eq!(silent("Europe/Moscow"), [span(-1000, hour), span(2 * hour, 3 * hour)]);
    }
}
