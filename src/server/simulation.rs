//! Both sides made up, so that the truth is known.

use super::{
    judgement::{Around, Said, judge},
    matching::{Alive, Failures, Seen, Tally, Wanted, tallies},
    offset::offset,
    request::{By, Verdict},
};
use crate::model::{Span, Timestamp};

const MINUTE: i64 = 60_000;
const DAY: i64 = 1440 * MINUTE;
const START: i64 = 20_784 * DAY;

/// Numbers that are the same in every run (Knuth's MMIX generator).
struct Chance(u64);

impl Chance {
    /// From 0 to below a limit.
    fn below(&mut self, limit: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((i128::from(self.0 >> 11) * i128::from(limit)) >> 53) as i64
    }

    /// So many moments within a stretch, to the second.
    fn moments(&mut self, count: usize, from: i64, length: i64) -> Vec<i64> {
        (0..count).map(|_| from + self.below(length / 1000) * 1000).collect()
    }

    /// The same with up to 20 s between the two sides.
    fn seen_late(&mut self, moments: &[i64]) -> Vec<i64> {
        moments.iter().map(|at| at + self.below(20) * 1000).collect()
    }
}

/// LINE's side: rows of an error each.
fn wanted(moments: &[i64], verdict: Verdict) -> Vec<Wanted> {
    let mut moments = moments.to_vec();
    moments.sort_unstable();
    let row = |at| Wanted { first: at, last: at, errors: 1, verdict: Some(verdict), set: 0 };
    moments.into_iter().map(row).collect()
}

fn seen(mut moments: Vec<i64>, verdict: Verdict) -> Failures {
    moments.sort_unstable();
    let seen = |at| Seen { at, requests: 1, status: None, by: By::Unknown };
    [(verdict, moments.into_iter().map(seen).collect())].into()
}

/// A week in which the log was always written.
fn tally(wanted: &[Wanted], failures: &Failures) -> Tally {
    let week = Span { first: Timestamp(START - MINUTE), last: Timestamp(START + 7 * DAY) };
    tallies(wanted, &[vec![0]], 1, failures, &Alive::of(&[week], 0)).remove(0)
}

fn code(said: Said, tally: &Tally) -> String {
    judge(said, tally, &Around::default(), true).key.code()
}

#[test]
fn an_outage_matches_and_chance_does_not() {
    let bad = Verdict::Status(502);
    for seed in 0..50 {
        let mut chance = Chance(seed);
        let errors = chance.moments(600, START + 3 * DAY, 60 * MINUTE);
        let requests = [chance.seen_late(&errors), chance.moments(7, START, 7 * DAY)].concat();
        let tally = tally(&wanted(&errors, bad), &seen(requests, bad));
        assert_eq!((tally.errors, tally.matched), (600, 600), "{seed}");
        assert!(tally.chance.unwrap() <= 0.03, "{seed}: {:?}", tally.chance);
        assert_eq!(code(Said::Status, &tally), "same-status");
    }
}

#[test]
fn unrelated_timeouts_of_a_busy_bot_are_no_match() {
    let mut shares = Vec::new();
    for seed in 0..50 {
        let mut chance = Chance(seed);
        // From hardly any to one a minute and more.
        let slow = [50, 1_000, 4_000, 10_000, 40_000][seed as usize % 5];
        let errors = chance.moments(300, START, 7 * DAY);
        let requests = chance.moments(slow, START, 7 * DAY);
        let tally = tally(&wanted(&errors, Verdict::Timeout), &seen(requests, Verdict::Timeout));
        assert_eq!(code(Said::Timeout, &tally), "undecided", "{seed}: {tally:?}");
        shares.push((tally.share(), tally.chance.unwrap()));
    }
    // With one slow request a minute nine of ten are matched, and by chance just as many.
    let (share, by_chance) = shares[3];
    assert!((0.8..0.95).contains(&share) && by_chance >= share - 0.02, "{share} {by_chance}");
}

#[test]
fn scattered_timeouts_that_are_the_same_requests_match_where_few_others_are() {
    for seed in 0..50 {
        let mut chance = Chance(seed);
        let errors = chance.moments(300, START, 7 * DAY);
        let requests = [chance.seen_late(&errors), chance.moments(300, START, 7 * DAY)].concat();
        let tally = tally(&wanted(&errors, Verdict::Timeout), &seen(requests, Verdict::Timeout));
        assert_eq!(tally.matched, 300);
        assert!(tally.chance.unwrap() < 0.25, "{seed}: {:?}", tally.chance);
        assert_eq!(code(Said::Timeout, &tally), "aborted");
    }
}

#[test]
fn a_clock_that_is_off_is_told() {
    for seed in 0..8 {
        let mut chance = Chance(seed);
        let errors = chance.moments(200, START, 7 * DAY);
        let noise = chance.moments(500, START, 7 * DAY);
        let wanted = wanted(&errors, Verdict::Timeout);
        for (off, zoned, expected) in
            [(0, true, 0), (90_000, true, -90_000), (-150_000, true, 150_000), (9 * 3_600_000, false, -9 * 3_600_000)]
        {
            let late: Vec<i64> = chance.seen_late(&errors).iter().map(|at| at + off).collect();
            let failures = seen([late, noise.clone()].concat(), Verdict::Timeout);
            let told = offset(&wanted, &failures, zoned).unwrap();
            assert!((told - expected).abs() <= 20_000, "{seed}: {told} for {off}");
            if off == 0 {
                assert_eq!(told, 0);
                continue;
            }
            let tally = tally(&wanted, &failures);
            assert!(tally.share() < 0.3, "hidden: {tally:?}");
            assert_eq!(code(Said::Timeout, &tally), "undecided");
        }
        // Further off than a clock that is set at all: where it would fit isn't known.
        let late: Vec<i64> = chance.seen_late(&errors).iter().map(|at| at + 590_000).collect();
        assert_eq!(offset(&wanted, &seen([late, noise].concat(), Verdict::Timeout), true), None, "{seed}");
    }
}

#[test]
fn nothing_is_told_of_a_clock_from_unrelated_requests() {
    for seed in 0..8 {
        let mut chance = Chance(seed);
        let errors = wanted(&chance.moments(200, START, 7 * DAY), Verdict::Timeout);
        for slow in [500, 10_000, 40_000] {
            let failures = seen(chance.moments(slow, START, 7 * DAY), Verdict::Timeout);
            for zoned in [true, false] {
                assert_eq!(offset(&errors, &failures, zoned), None, "{seed} {slow} {zoned}");
            }
        }
    }
}
