//! How far the clock of a log is from LINE's.

use std::collections::BTreeMap;

use super::{
    judgement::{ABOVE_CHANCE, LEAST_ERRORS, MATCHED},
    matching::{Failures, Seen, TOLERANCE, Wanted, pairs},
    request::Verdict,
};

/// A clock that is set at all is within so many milliseconds.
const FURTHEST: i64 = 600_000;
/// Finer than this nothing is told: LINE's rows and the log's lines are both of whole seconds and of different ends of a
/// request.
const STEP: i64 = 10_000;
/// A log without a zone may be in any: offsets in use are multiples of a quarter of an hour, from −12 h to +14 h.
const ZONE_STEP: i64 = 900_000;
const ZONES: std::ops::RangeInclusive<i64> = -14 * 4..=14 * 4;
/// Offsets that match nearly as much as the best one are as good.
const NEARLY: f64 = 0.95;
/// More rows than these, spread over all of the time, tell nothing new.
pub const ENOUGH: usize = 2_000;
/// Hours by which the log is moved to see what chance would match at an offset.
const MOVED: [i64; 10] = [-19, -11, -7, -5, -3, 3, 5, 7, 11, 19];

/// The milliseconds that are to be added to a log's times so that they are LINE's: 0 where they fit as they are, none where
/// nothing tells. `wanted` is in the order of time; `zoned` is whether the log's zone is known.
pub fn offset(wanted: &[Wanted], failures: &Failures, zoned: bool) -> Option<i64> {
    let mut sample: BTreeMap<Option<Verdict>, Vec<&Wanted>> = BTreeMap::new();
    wanted.iter().for_each(|wanted| sample.entry(wanted.verdict).or_default().push(wanted));
    let errors: u64 = sample.values().flatten().map(|wanted| wanted.errors).sum();
    let score = |moved: i64, tolerance: i64| -> u64 {
        let of = |(verdict, wanted): (&Option<Verdict>, &Vec<&Wanted>)| {
            let mut matched = 0;
            let seen: &[Seen] = verdict.and_then(|of| failures.get(&of)).map_or(&[], Vec::as_slice);
            pairs(wanted, seen, moved, tolerance, |_| true, |_, _, count| matched += count);
            matched
        };
        sample.iter().map(of).sum()
    };
    let zones: Vec<i64> = if zoned { vec![0] } else { ZONES.map(|quarter| quarter * ZONE_STEP).collect() };
    // The zone that matches most, and of equals the nearest.
    let zone = zones.into_iter().max_by_key(|zone| (score(*zone, TOLERANCE), -zone.abs()))?;
    let around = (-FURTHEST / STEP..=FURTHEST / STEP).map(|step| zone + step * STEP);
    let scores: Vec<(i64, u64)> = around.map(|moved| (moved, score(moved, STEP))).collect();
    let (best, most) = scores.iter().copied().max_by_key(|(moved, score)| (*score, -moved.abs()))?;
    let chance = MOVED.into_iter().map(|hours| score(best + hours * 3_600_000, STEP)).max().unwrap_or(0);
    let told = errors >= LEAST_ERRORS && most as f64 >= MATCHED * errors as f64;
    if !told || (most as f64) < ABOVE_CHANCE * chance as f64 {
        return None;
    }
    let good = |score: u64| score as f64 >= NEARLY * most as f64;
    // What the matching allows for is no offset.
    if let Some(fits) = [0, zone].into_iter().find(|moved| good(score(*moved, TOLERANCE))) {
        return Some(fits);
    }
    // The middle of those around the best one.
    let at = scores.iter().position(|(moved, _)| *moved == best)?;
    let before = scores[..at].iter().rev().take_while(|(_, score)| good(*score)).count();
    let behind = scores[at..].iter().take_while(|(_, score)| good(*score)).count();
    let (first, last) = (scores[at - before].0, scores[at + behind - 1].0);
    // One that is further off would fit better still.
    let is_inside = first > zone - FURTHEST && last < zone + FURTHEST;
    is_inside.then_some((first + last) / 2)
}
