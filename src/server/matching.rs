//! Which of LINE's errors a log shows: requests of the same verdict at the same time, one to one, and how many of them
//! chance would match.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, binary_heap::PeekMut},
};

use rayon::prelude::*;

use super::{
    log::Cell,
    request::{By, Verdict},
};
use crate::model::{CELL_MILLIS, CellStart, Span};

/// LINE's clock, the server's, and the length of a request between them: so far apart may the two tell of one request. In
/// milliseconds.
pub const TOLERANCE: i64 = 60_000;
/// What chance would match is seen where the log is moved by up to so many hours, both ways: within a day every hour has
/// had its turn.
const HOURS_MOVED: i64 = 24;
const HOUR: i64 = 3_600_000;
/// A clock that is off by up to ten minutes hides what the log has: steps of twice the tolerance leave nothing between.
const CLOCK_STEPS: i64 = 5;
/// A moved log of which fewer of the errors' times are known tells nothing.
const LEAST_KNOWN: f64 = 0.5;

/// Errors of one of LINE's rows, to be found in a log.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Milliseconds since 1970-01-01T00:00:00Z: start of the first row and end of the last.
    pub first: i64,
    pub last: i64,
    pub errors: u64,
    /// That of its requests; none where no log can show any.
    pub verdict: Option<Verdict>,
    /// The number of a set of groups: what is judged together.
    pub set: u32,
}

/// Requests of one second that got no good answer.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    pub at: i64,
    pub requests: u64,
    pub status: Option<u16>,
    pub by: By,
}

/// The failed requests of a log by verdict, in the order of time.
pub type Failures = BTreeMap<Verdict, Vec<Seen>>;

/// The failed requests of a log that is moved by some milliseconds.
pub fn failures(cells: &BTreeMap<CellStart, Cell>, moved: i64) -> Failures {
    let mut failures = Failures::new();
    for (start, cell) in cells {
        for (failed, requests) in cell.failed.iter() {
            let at = start.timestamp().0 + i64::from(failed.second) * 1000 + moved;
            let seen = Seen { at, requests: u64::from(requests), status: failed.status, by: failed.by };
            failures.entry(failed.verdict).or_default().push(seen);
        }
    }
    // Within five minutes they are in the order of seconds already.
    failures
}

/// The five minutes in which lines of any kind were written, as ranges of cells.
#[derive(Clone, Debug, Default)]
pub struct Alive(Vec<(i64, i64)>);

impl Alive {
    /// Whole cells within spans; both ends may be as uncertain as a request's time.
    pub fn of(spans: &[Span], moved: i64) -> Alive {
        let range = |span: &Span| {
            let first = (span.first.0 + moved - TOLERANCE).div_euclid(CELL_MILLIS) + 1;
            let end = (span.last.0 + moved + TOLERANCE).div_euclid(CELL_MILLIS);
            (first < end).then_some((first, end))
        };
        Alive(spans.iter().filter_map(range).collect())
    }

    /// Whether a cell is none before the first of them, and none behind the last.
    pub fn within(&self, cell: i64) -> bool {
        self.0.first().zip(self.0.last()).is_some_and(|(first, last)| (first.0..last.1).contains(&cell))
    }

    pub fn has(&self, cell: i64) -> bool {
        let after = self.0.partition_point(|(first, _)| *first <= cell);
        after > 0 && cell < self.0[after - 1].1
    }
}

/// Matches each error that `takes` part with a request, one to one. Each request goes to the error whose time ends first, which
/// finds the largest number of pairs. `wanted` is in the order of `first`, `seen` in that of `at`.
pub fn pairs(
    wanted: &[&Wanted],
    seen: &[Seen],
    moved: i64,
    tolerance: i64,
    takes: impl Fn(&Wanted) -> bool,
    mut paired: impl FnMut(&Wanted, &Seen, u64),
) {
    let Some(begin) = wanted.first().map(|wanted| wanted.first - tolerance - moved) else { return };
    let (mut open, mut next) = (BinaryHeap::new(), 0);
    for seen in &seen[seen.partition_point(|seen| seen.at < begin)..] {
        let at = seen.at + moved;
        while let Some(wanted) = wanted.get(next).filter(|wanted| wanted.first - tolerance <= at) {
            if at <= wanted.last + tolerance && takes(wanted) {
                open.push((Reverse(wanted.last + tolerance), Reverse(next), wanted.errors));
            }
            next += 1;
        }
        let mut requests = seen.requests;
        while requests > 0
            && let Some(mut first) = open.peek_mut()
        {
            let (Reverse(deadline), Reverse(which), errors) = *first;
            let count = if deadline < at { 0 } else { errors.min(requests) };
            if count > 0 {
                paired(wanted[which], seen, count);
                requests -= count;
            }
            if count > 0 && count < errors {
                first.2 -= count;
            } else {
                PeekMut::pop(first);
            }
        }
        if open.is_empty() && next == wanted.len() {
            break;
        }
    }
}

/// What a log shows of a group of errors.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Those of times at which the log was written.
    pub errors: u64,
    pub matched: u64,
    /// The largest share, 0 to 1, that the log matches when it is moved by hours; none where it is too short for that.
    pub chance: Option<f64>,
    /// The same when it is moved by minutes.
    pub near: f64,
    /// The matched requests.
    pub by: BTreeMap<By, u64>,
    pub statuses: BTreeMap<Option<u16>, u64>,
}

impl Tally {
    /// The share of the errors that is matched, 0 to 1.
    pub fn share(&self) -> f64 {
        self.matched as f64 / self.errors.max(1) as f64
    }
}

/// Matches all errors, and again with the log moved by hours. `wanted` is in the order of time, `sets` are the groups of each
/// set; the tallies are of the groups from 0 on.
pub fn tallies(
    wanted: &[Wanted],
    sets: &[Vec<usize>],
    groups: usize,
    failures: &Failures,
    alive: &Alive,
) -> Vec<Tally> {
    let mut by_verdict = ByVerdict::new();
    wanted.iter().for_each(|wanted| by_verdict.entry(wanted.verdict).or_default().push(wanted));
    let mut tallies = vec![Tally::default(); groups];
    let found = pass(&by_verdict, sets, failures, alive, 0, |set, seen, count| {
        for group in &sets[set] {
            let tally = &mut tallies[*group];
            *tally.by.entry(seen.by).or_default() += count;
            *tally.statuses.entry(seen.status).or_default() += count;
        }
    });
    let of_groups = |found: Vec<(u64, u64)>| {
        let mut sums = vec![(0, 0); groups];
        for (set, (errors, matched)) in sets.iter().zip(found) {
            set.iter().for_each(|group| sums[*group] = (sums[*group].0 + errors, sums[*group].1 + matched));
        }
        sums
    };
    for (tally, (errors, matched)) in tallies.iter_mut().zip(of_groups(found)) {
        (tally.errors, tally.matched) = (errors, matched);
    }
    let both = |most: i64, step: i64| (1..=most).flat_map(move |steps| [steps * step, -steps * step]);
    let moves: Vec<i64> = both(CLOCK_STEPS, 2 * TOLERANCE).chain(both(HOURS_MOVED, HOUR)).collect();
    let passed = moves.into_par_iter().map(|moved| {
        let found = pass(&by_verdict, sets, failures, alive, moved, |_, _, _| {});
        (moved, of_groups(found))
    });
    for (moved, found) in passed.collect::<Vec<_>>() {
        for (tally, (errors, matched)) in tallies.iter_mut().zip(found) {
            if errors == 0 || (errors as f64) < LEAST_KNOWN * tally.errors as f64 {
                continue;
            }
            let share = matched as f64 / errors as f64;
            match moved.abs() < HOUR {
                true => tally.near = tally.near.max(share),
                false => tally.chance = Some(tally.chance.unwrap_or(0.0).max(share)),
            }
        }
    }
    tallies
}

type ByVerdict<'a> = BTreeMap<Option<Verdict>, Vec<&'a Wanted>>;

/// For each set the errors of times at which the moved log was written, and how many of them it matches.
fn pass(
    by_verdict: &ByVerdict<'_>,
    sets: &[Vec<usize>],
    failures: &Failures,
    alive: &Alive,
    moved: i64,
    mut paired: impl FnMut(usize, &Seen, u64),
) -> Vec<(u64, u64)> {
    let mut found = vec![(0, 0); sets.len()];
    let cell = |wanted: &Wanted| (wanted.first - moved).div_euclid(CELL_MILLIS);
    for (verdict, all) in by_verdict {
        let mut ranges = alive.0.iter().peekable();
        for wanted in all {
            let cell = cell(wanted);
            while ranges.next_if(|(_, end)| *end <= cell).is_some() {}
            if ranges.peek().is_some_and(|(first, _)| *first <= cell) {
                found[wanted.set as usize].0 += wanted.errors;
            }
        }
        let seen = verdict.and_then(|verdict| failures.get(&verdict)).map_or(&[][..], Vec::as_slice);
        pairs(
            all,
            seen,
            moved,
            TOLERANCE,
            |wanted| alive.has(cell(wanted)),
            |wanted, seen, count| {
                found[wanted.set as usize].1 += count;
                paired(wanted.set as usize, seen, count);
            },
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    fn wanted(first: i64, last: i64, errors: u64) -> Wanted {
        Wanted { first, last, errors, verdict: Some(Verdict::Timeout), set: 0 }
    }

    fn seen(at: i64, requests: u64) -> Seen {
        Seen { at, requests, status: None, by: By::Unknown }
    }

    fn count(wanted: &[Wanted], of: &[Seen], moved: i64) -> u64 {
        let mut matched = 0;
        pairs(&wanted.iter().collect::<Vec<_>>(), of, moved, 60_000, |_| true, |_, _, count| matched += count);
        matched
    }

    #[test]
    fn one_request_is_one_error_and_the_earliest_deadline_comes_first() {
        // The wide one could take the request that only the narrow one can have.
        let two = [wanted(0, 400_000, 1), wanted(10_000, 10_000, 1)];
        assert_eq!(count(&two, &[seen(20_000, 1), seen(300_000, 1)], 0), 2);
        assert_eq!(count(&two, &[seen(20_000, 1)], 0), 1);
        // 60 s before and after, and no further.
        let one = [wanted(100_000, 160_000, 9)];
        assert_eq!(count(&one, &[seen(39_999, 1), seen(40_000, 2), seen(220_000, 3), seen(220_001, 1)], 0), 5);
        assert_eq!(count(&one, &[seen(100_000, 20)], 0), 9);
        assert_eq!(count(&one, &[seen(3_700_000, 20)], -3_600_000), 9);
        assert_eq!(count(&[], &[seen(0, 1)], 0) + count(&one, &[], 0), 0);
    }

    #[test]
    fn cells_are_alive_as_a_whole() {
        let span = |first, last| Span { first: Timestamp(first), last: Timestamp(last) };
        // From 40 s after the start of cell 1 to 40 s before the end of cell 3; then too little of cell 6.
        let alive = Alive::of(&[span(340_000, 1_160_000), span(1_900_000, 1_950_000)], 0);
        let has: Vec<i64> = (-1..9).filter(|cell| alive.has(*cell)).collect();
        assert_eq!(has, [1, 2, 3]);
    }

    #[test]
    fn what_chance_matches_is_seen_where_the_log_is_moved() {
        let alive = Alive(vec![(0, 1000)]);
        // Two errors; requests at one of them, and an hour later at both.
        let errors = [wanted(18_000_000, 18_000_000, 1), wanted(19_000_000, 19_000_000, 1)];
        let of = [seen(18_000_000, 1), seen(21_600_000, 1), seen(22_600_000, 1)];
        let tally = &tallies(&errors, &[vec![0]], 1, &[(Verdict::Timeout, of.to_vec())].into(), &alive)[0];
        assert_eq!((tally.errors, tally.matched, tally.chance), (2, 1, Some(1.0)));
        // Where the log is silent nothing is said.
        let silent = tallies(&errors, &[vec![0]], 1, &Failures::new(), &Alive(vec![(63, 100)]));
        assert_eq!((silent[0].errors, silent[0].matched, silent[0].chance), (1, 0, Some(0.0)));
        let short = tallies(&errors, &[vec![0]], 1, &Failures::new(), &Alive(vec![(60, 64)]));
        assert_eq!((short[0].errors, short[0].chance), (2, None));
        // A clock that is 400 s fast: within 480 ± 60 s.
        let late = [seen(18_400_000, 1), seen(19_400_000, 1)];
        let tally = &tallies(&errors, &[vec![0]], 1, &[(Verdict::Timeout, late.to_vec())].into(), &alive)[0];
        assert_eq!((tally.matched, tally.near, tally.chance), (0, 1.0, Some(0.0)));
    }
}
