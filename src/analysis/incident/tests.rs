//! Labelled scenarios of our own making: what a person would mark, and what not.

use std::collections::BTreeMap;

use super::{
    clock::{Clock, DAY, HOUR},
    habit,
    stretch::{Stretch, stretches},
    usual::Usual,
};
use crate::model::{CellStart, Span};

/// Deterministic noise: SplitMix64 (Steele, Lea & Flood 2014).
struct Noise(u64);

impl Noise {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From `from` up to and without `to`.
    fn among(&mut self, from: u32, to: u32) -> u32 {
        from + (self.uniform() * f64::from(to - from)) as u32
    }

    fn between(&mut self, from: f64, to: f64) -> f64 {
        from + self.uniform() * (to - from)
    }

    /// Knuth's method, for small means.
    fn poisson(&mut self, mean: f64) -> u64 {
        let (limit, mut product, mut k) = ((-mean).exp(), 1.0, 0);
        loop {
            product *= self.uniform();
            if product <= limit {
                return k;
            }
            k += 1;
        }
    }

    /// Bursts of `burst` errors on average (geometric), so that the variance is about 2·burst − 1 times the mean.
    fn bursty(&mut self, mean: f64, burst: f64) -> u64 {
        let one = |noise: &mut Noise| 1 + (noise.uniform().ln() / (1.0 - 1.0 / burst).ln()) as u64;
        (0..self.poisson(mean / burst)).map(|_| if burst > 1.0 { one(self) } else { 1 }).sum()
    }
}

/// The errors of one class by cell, from a Monday's midnight on, and the outages in it.
struct Scenario {
    kind: &'static str,
    days: u32,
    noise: Noise,
    cells: BTreeMap<u32, u64>,
    outages: Vec<(u32, u32)>,
    /// Where the file begins and ends, if not with its days.
    file: Option<(u32, u32)>,
}

/// 2026-08-31, a Monday.
const MONDAY: u32 = 20_696 * DAY;

impl Scenario {
    fn new(kind: &'static str, days: u32, seed: u64) -> Scenario {
        let salt = kind.bytes().fold(seed, |salt, byte| salt.wrapping_mul(31).wrapping_add(u64::from(byte)));
        Scenario { kind, days, noise: Noise(salt), cells: BTreeMap::new(), outages: Vec::new(), file: None }
    }

    fn add(&mut self, cell: u32, errors: u64) {
        if errors > 0 && cell < self.days * DAY {
            *self.cells.entry(cell).or_default() += errors;
        }
    }

    /// Background with the rhythm of a shop: hardly any at night, most at noon and in the evening.
    fn background(mut self, per_hour: f64, burst: f64, rhythm: f64) -> Self {
        for cell in 0..self.days * DAY {
            let hour = f64::from(cell % DAY) / f64::from(HOUR);
            let wave = 1.0 + rhythm * ((hour - 15.0) / 24.0 * std::f64::consts::TAU).cos();
            let errors = self.noise.bursty(per_hour / 12.0 * wave, burst);
            self.add(cell, errors);
        }
        self
    }

    /// Errors in a stretch, without a label.
    fn errors(&mut self, from: u32, to: u32, per_hour: f64) {
        for cell in from..to {
            let errors = self.noise.poisson(per_hour / 12.0);
            self.add(cell, errors);
        }
    }

    /// An outage, from its first error to its last.
    fn outage(&mut self, from: u32, to: u32, per_hour: f64) {
        let to = to.min(self.days * DAY);
        let errors: Vec<(u32, u64)> =
            (from..to).map(|cell| (cell, self.noise.poisson(per_hour / 12.0))).filter(|(_, n)| *n > 0).collect();
        errors.iter().for_each(|(cell, n)| self.add(*cell, *n));
        self.label(errors[0].0, errors[errors.len() - 1].0 + 1);
    }

    fn label(&mut self, from: u32, to: u32) {
        self.outages.push((from, to));
    }

    fn found(&self) -> Vec<Stretch> {
        let cells: Vec<(u32, u64)> = self.cells.iter().map(|(cell, errors)| (cell + MONDAY, *errors)).collect();
        let (from, to) = self.file.unwrap_or((0, self.days * DAY));
        let clock = Clock::new(MONDAY + from, MONDAY + to, Vec::new(), true, |_| 0);
        let usual = Usual::of(&cells, &clock);
        let whole = |cell: u32| Span { first: CellStart(cell).timestamp(), last: CellStart(cell + 1).timestamp() };
        let shifted = |found: Stretch| Stretch { start: found.start - MONDAY, end: found.end - MONDAY, ..found };
        let found = stretches(&cells, &clock, &usual, &whole);
        habit::apart(found, &cells, &clock, &usual).0.into_iter().map(shifted).collect()
    }
}

/// A cell of a day.
const fn at(day: u32, hour: u32, minute: u32) -> u32 {
    day * DAY + hour * HOUR + minute / 5
}

/// Of each kind; they differ in length, rates and noise.
const SEEDS: u64 = 30;

fn scenarios() -> Vec<Scenario> {
    let mut all = Vec::new();
    for seed in 0..SEEDS {
        let mut make = |kind: &'static str, days: u32, build: &dyn Fn(Scenario) -> Scenario| {
            all.push(build(Scenario::new(kind, days, seed)));
        };
        let variant = (seed % 10) as usize;
        let long = [10, 14, 21, 28, 56, 84, 28, 28, 14, 120][variant];
        let rate = [0.1, 0.3, 0.6, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 0.0][variant];
        let background = |s: Scenario| s.background(rate, 1.0 + rate.min(2.0) / 2.0, 0.8);

        // Outages.
        make("a full outage of one to five hours", long, &|s| {
            let mut s = background(s);
            let from = s.noise.among(DAY, (long - 1) * DAY);
            let (length, per_hour) = (s.noise.among(12, 60), s.noise.between(60.0, 600.0) + 20.0 * rate);
            s.outage(from, from + length, per_hour);
            s
        });
        make("a burst of a quarter of an hour", long, &|s| {
            let mut s = background(s);
            let from = s.noise.among(DAY, (long - 1) * DAY);
            let per_hour = s.noise.between(200.0, 600.0) + 20.0 * rate;
            s.outage(from, from + 3, per_hour);
            s
        });
        make("seventeen hours of a week's file", 7, &|s| {
            let mut s = background(s);
            let from = s.noise.among(DAY, 6 * DAY);
            s.outage(from, from + 17 * HOUR, 40.0 + 8.0 * rate);
            s
        });
        make("ten days of twenty-eight", 28, &|s| {
            let mut s = background(s);
            let from = s.noise.among(5 * DAY, 18 * DAY);
            s.outage(from, from + 10 * DAY, 30.0 + 6.0 * rate);
            s
        });
        make("new in two weeks, from Friday to Sunday", 14, &|mut s| {
            let (from, to) = (at(11, s.noise.among(8, 18), 0), at(13, s.noise.among(18, 24), 0));
            let per_hour = s.noise.between(15.0, 40.0);
            s.outage(from, to, per_hour);
            s
        });
        make("nothing but the outage", 28, &|mut s| {
            let from = s.noise.among(DAY, 26 * DAY);
            let (length, per_hour) = (s.noise.among(6, 20 * 12), s.noise.between(30.0, 300.0));
            s.outage(from, from + length, per_hour);
            let (first, end) = s.outages[0];
            s.file = Some((first, end));
            s
        });
        make("three times the usual for eight hours", 28, &|s| {
            let usual = 40.0 + 20.0 * rate;
            let mut s = s.background(usual, 1.5, 0.3);
            let from = at(s.noise.among(7, 24), 9, 0);
            s.outage(from, from + 8 * HOUR, 2.0 * usual * 1.2);
            s
        });
        make("a job that fails every hour from the middle on", long.max(14), &|s| {
            let mut s = s.background(rate.min(1.0) / 4.0, 1.0, 0.5);
            let (from, each) = (long.max(14) * DAY / 2 + s.noise.among(0, 24) * HOUR, 1 + seed % 10 / 3);
            for cell in (from..long.max(14) * DAY).step_by(HOUR as usize) {
                s.add(cell, each);
            }
            s.label(from, (long.max(14) * DAY - 1) / HOUR * HOUR + 1);
            s
        });
        make("a drip of a day", long, &|s| {
            let mut s = s.background(rate / 4.0, 1.0, 0.8);
            let from = s.noise.among(2 * DAY, (long - 2) * DAY);
            let length = s.noise.among(12, 26);
            s.outage(from, from + length * HOUR, 4.0 + 2.0 * rate);
            s
        });
        make("a ramp up and down", long, &|s| {
            let mut s = background(s);
            let from = s.noise.among(DAY, (long - 1) * DAY);
            let top = s.noise.between(100.0, 400.0) + 20.0 * rate;
            for cell in 0..48 {
                let share = 1.0 - (f64::from(cell) - 23.5).abs() / 24.0;
                s.errors(from + cell, from + cell + 1, top * share);
            }
            s.label(from, from + 48);
            s
        });
        make("two outages with a calm half hour between", long, &|s| {
            let mut s = s.background(rate / 2.0, 1.0, 0.8);
            let from = s.noise.among(DAY, (long - 1) * DAY);
            let (a, b) = (s.noise.among(4, 20), s.noise.among(4, 20));
            for cell in from + a..from + a + 7 {
                s.cells.remove(&cell);
            }
            s.outage(from, from + a, 120.0 + 20.0 * rate);
            s.outage(from + a + 7, from + a + 7 + b, 120.0 + 20.0 * rate);
            s
        });
        make("three outages hours apart", long, &|s| {
            let mut s = background(s);
            let from = s.noise.among(DAY, (long - 1) * DAY);
            for i in 0..3 {
                s.outage(from + i * 30, from + i * 30 + 8, 150.0 + 30.0 * rate);
            }
            s
        });
        make("short history with an outage", 2 + variant as u32 % 3, &|s| {
            let mut s = s.background(rate / 2.0, 1.0, 0.6);
            let from = s.noise.among(DAY / 2, (s.days - 1) * DAY + DAY / 2);
            s.outage(from, from + 18, 120.0 + 10.0 * rate);
            s
        });
        make("ten times the usual for twenty minutes, busy", long, &|s| {
            let usual = 50.0 + 20.0 * rate;
            let mut s = s.background(usual, 1.3, 0.5);
            let from = at(s.noise.among(3, long - 2), s.noise.among(8, 20), 0);
            s.outage(from, from + 4, 10.0 * usual);
            s
        });
        make("an outage beside a nightly batch", 28, &|s| {
            let mut s = background(s);
            batch(&mut s, 28, 3, 30.0);
            let from = at(s.noise.among(7, 25), s.noise.among(6, 22), 0);
            s.outage(from, from + 20, 150.0 + 10.0 * rate);
            s
        });
        make("a nightly batch that fails five times as often once", 28, &|s| {
            let mut s = s.background(rate / 2.0, 1.0, 0.5);
            batch(&mut s, 28, 3, 30.0);
            let night = at(s.noise.among(10, 25), 3, 0);
            s.outage(night, night + 6, 500.0);
            s
        });
        make("an outage with the nightly batch in it", 28, &|s| {
            let mut s = s.background(rate / 2.0, 1.0, 0.5);
            batch(&mut s, 28, 3, 30.0);
            let (night, per_hour) = (s.noise.among(10, 25), s.noise.between(120.0, 240.0));
            let (early, late) = (s.noise.among(0, 8), s.noise.among(0, 8));
            s.outage(at(night, 2, 0) + early, at(night, 4, 0) + late, per_hour);
            s
        });
        make("an outage that goes on at the end", long, &|s| {
            let mut s = background(s);
            let length = s.noise.among(3, 100);
            s.outage(long * DAY - length, long * DAY, 100.0 + 10.0 * rate);
            s
        });
        make("an outage on the first day", long, &|s| {
            let mut s = background(s);
            let from = s.noise.among(0, DAY / 2);
            s.outage(from, from + 30, 100.0 + 10.0 * rate);
            s
        });
        make("an outage of a weekend", long.max(14), &|s| {
            let mut s = background(s);
            let from = at(5 + 7 * s.noise.among(0, long.max(14) / 7), 0, 0);
            let length = s.noise.among(20, 44) * HOUR;
            s.outage(from, from + length, 25.0 + 8.0 * rate);
            s
        });
        make("two outages of one class on two days", long, &|s| {
            let mut s = background(s);
            let day = s.noise.among(1, long - 2);
            s.outage(at(day, 9, 0), at(day, 11, 0), 90.0 + 10.0 * rate);
            s.outage(at(day + 1, 9, 0), at(day + 1, 12, 0), 90.0 + 10.0 * rate);
            s
        });
        make("five outages in a noisy month", 28, &|s| {
            let mut s = s.background(2.0 * rate, 2.5, 0.5);
            for week in 0..5 {
                let from = at(2 + 5 * week, s.noise.among(0, 20), 0);
                let length = s.noise.among(6, 40);
                s.outage(from, from + length, 250.0 + 60.0 * rate);
            }
            s
        });
        make("an outage in a year", 365, &|s| {
            let mut s = s.background(rate, 1.5, 0.8);
            let from = s.noise.among(DAY, 360 * DAY);
            s.outage(from, from + 24, 80.0 + 20.0 * rate);
            s
        });
        make("a deploy that fails for ten minutes", long, &|s| {
            let mut s = s.background(rate.min(1.0) / 2.0, 1.0, 0.8);
            let from = s.noise.among(DAY, (long - 1) * DAY);
            s.add(from, 14 + seed % 10);
            s.add(from + 1, 8);
            s.label(from, from + 2);
            s
        });

        make("an outage of a week, less at night", long.max(28), &|s| {
            let mut s = s.background(rate / 4.0, 1.0, 0.8);
            let (from, days) = (s.noise.among(8 * DAY, (long.max(28) - 12) * DAY), s.noise.among(5, 10));
            let per_hour = 12.0 + 4.0 * rate;
            for hour in 0..days * 24 {
                let wave = 1.0 + 0.7 * ((f64::from(hour) - 12.0) / 24.0 * std::f64::consts::TAU).cos();
                s.errors(from + hour * HOUR, from + (hour + 1) * HOUR, per_hour * wave);
            }
            s.label(from, from + days * DAY);
            s
        });
        make("an outage beside a weekly job", 56, &|s| {
            let mut s = s.background(rate / 2.0, 1.0, 0.5);
            weekly(&mut s, 0..8, 4, 50.0);
            let from = at(s.noise.among(7, 49), s.noise.among(6, 22), 0);
            s.outage(from, from + 20, 150.0 + 10.0 * rate);
            s
        });
        make("a weekly job that fails ten times as often once", 56, &|s| {
            let mut s = s.background(rate / 4.0, 1.0, 0.5);
            weekly(&mut s, 0..8, 4, 40.0);
            let monday = at(7 * s.noise.among(2, 7), 4, 0);
            s.outage(monday, monday + 8, 600.0);
            s
        });

        // And what is none.
        make("a weekly job", long.max(28), &|s| {
            let mut s = background(s);
            let (hour, errors) = (s.noise.among(0, 24), s.noise.between(20.0, 200.0) + 10.0 * rate);
            weekly(&mut s, 0..long.max(28) / 7, hour, errors);
            s
        });
        make("a weekly job that begins or ends halfway", 84, &|s| {
            let mut s = s.background(rate / 2.0, 1.0, 0.5);
            weekly(&mut s, if seed % 2 == 0 { 0..6 } else { 6..12 }, 4, 60.0);
            s
        });
        make("a nightly batch that ends halfway", 84, &|s| {
            let mut s = s.background(rate / 2.0, 1.0, 0.5);
            batch(&mut s, 36, 3, 40.0);
            s
        });
        make("a nightly batch", 28, &|s| {
            let mut s = background(s);
            batch(&mut s, 28, 3, 30.0);
            s
        });
        make("a lunch peak on weekdays", [7, 14, 28, 56, 10][variant % 5], &|s| {
            let mut s = background(s);
            let peak = 20.0 + 10.0 * rate;
            for day in (0..s.days).filter(|day| day % 7 < 5) {
                let busy = s.noise.between(0.8, 1.2);
                s.errors(at(day, 12, 0), at(day, 13, 0), peak * busy);
            }
            s
        });
        make("a lunch peak on weekdays, ten days from a Friday on", 14, &|s| {
            let mut s = s.background(rate.min(1.0), 1.0, 0.5);
            for day in (4..14).filter(|day| day % 7 < 5) {
                s.errors(at(day, 12, 0), at(day, 13, 0), 60.0 + 10.0 * rate);
            }
            s.cells.retain(|cell, _| *cell >= 4 * DAY);
            s.file = Some((4 * DAY, 14 * DAY));
            s
        });
        make("a job that fails every hour since ever", long, &|mut s| {
            for cell in (0..long * DAY).step_by(HOUR as usize) {
                s.add(cell, 1 + seed % 10 / 2);
            }
            s
        });
        make("a job that fails every quarter of an hour since ever", long, &|s| {
            let mut s = background(s);
            for cell in (0..long * DAY).step_by(3) {
                s.add(cell, 1 + seed % 10 / 3);
            }
            s
        });
        make("deploys of six to nine errors", long, &|s| {
            let mut s = s.background(rate.min(1.0) / 4.0, 1.0, 0.5);
            for day in (0..s.days).step_by(3) {
                let (cell, errors) = (at(day, s.noise.among(9, 18), 0), u64::from(s.noise.among(6, 10)));
                s.cells.retain(|other, _| other.abs_diff(cell) > HOUR);
                s.add(cell, errors);
            }
            s
        });
        make("over-dispersed noise", long, &|s| s.background(1.0 + 3.0 * rate, 2.0 + variant as f64 / 5.0, 0.6));
        make("noise of a very busy channel", long, &|s| s.background(240.0 + 60.0 * rate, 1.5, 0.5));
        make("weekdays only", 28, &|mut s| {
            for day in (0..28).filter(|day| day % 7 < 5) {
                s.errors(at(day, 9, 0), at(day, 18, 0), 3.0 + 5.0 * rate);
            }
            s
        });
        make("a short history", 1 + variant as u32 % 4, &|s| s.background(0.5 + rate, 1.2, 0.8));
        make("hardly any errors", long, &|s| s.background(0.05 + rate / 10.0, 1.5, 0.8));
        make("a holiday with half the traffic", 28, &|s| {
            let mut s = s.background(4.0 + 6.0 * rate, 1.3, 0.8);
            s.cells.retain(|cell, _| cell / DAY != 16 || cell % 2 == 0);
            s
        });
        make("traffic that grows by half", 84, &|s| {
            let mut s = s.background(2.0 + 4.0 * rate, 1.3, 0.7);
            for day in 0..84 {
                let more = (2.0 + 4.0 * rate) * f64::from(day) / 168.0;
                s.errors(at(day, 6, 0), at(day, 22, 0), more);
            }
            s
        });
        make("an evening peak every day, and days that differ", 28, &|s| {
            let mut s = s.background(1.0 + rate, 1.3, 0.6);
            for day in 0..28 {
                let busy = s.noise.between(0.6, 1.4);
                s.errors(at(day, 19, 0), at(day, 22, 0), (6.0 + 4.0 * rate) * busy);
            }
            s
        });
    }
    all
}

/// A batch at an hour of each night, ten minutes, early or late by five.
fn batch(s: &mut Scenario, days: u32, hour: u32, errors: f64) {
    for day in 0..days {
        let from = at(day, hour, 0) - 1 + s.noise.among(0, 3);
        for cell in [from, from + 1] {
            let n = s.noise.poisson(errors / 2.0);
            s.add(cell, n);
        }
    }
}

/// A job of ten minutes at an hour of each Monday, early or late by five.
fn weekly(s: &mut Scenario, weeks: std::ops::Range<u32>, hour: u32, errors: f64) {
    for week in weeks {
        let from = at(7 * week, hour, 0) + s.noise.among(0, 3);
        s.errors(from, from + 2, errors * 6.0);
    }
}

/// How much of two stretches is of both.
fn alike((a, b): (u32, u32), found: &Stretch) -> f64 {
    let both = b.min(found.end).saturating_sub(a.max(found.start));
    f64::from(both) / f64::from(b.max(found.end) - a.min(found.start))
}

#[test]
fn the_labelled_scenarios() {
    let (mut labels, mut marks, mut right) = (0, 0, 0);
    let (mut onsets, mut ends) = (Vec::new(), Vec::new());
    let mut wrong: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for scenario in scenarios() {
        let found = scenario.found();
        let mut free = found.clone();
        for outage in &scenario.outages {
            // A mark is right if at least half of it and of the outage is in both; each mark for one outage.
            let best = free.iter().enumerate().max_by(|(_, a), (_, b)| alike(*outage, a).total_cmp(&alike(*outage, b)));
            if let Some((i, mark)) = best.filter(|(_, mark)| alike(*outage, mark) >= 0.5) {
                onsets.push(mark.start.abs_diff(outage.0) * 5);
                ends.push(mark.end.abs_diff(outage.1) * 5);
                right += 1;
                free.remove(i);
            } else {
                wrong.entry(scenario.kind).or_default().0 += 1;
            }
        }
        if !free.is_empty() {
            wrong.entry(scenario.kind).or_default().1 += free.len() as u32;
        }
        labels += scenario.outages.len();
        marks += found.len();
    }
    onsets.sort_unstable();
    ends.sort_unstable();
    let share = |part: usize, of: usize| part as f64 / of as f64;
    let (recall, precision) = (share(right, labels), share(right, marks));
    println!("{right} of {labels} outages found ({recall:.3}), {right} of {marks} marks right ({precision:.3})");
    let exact = |errors: &[u32]| share(errors.iter().filter(|error| **error == 0).count(), errors.len());
    println!(
        "median error: onset {} minutes, end {} minutes; exact: {:.3} and {:.3}; (missed, wrong): {wrong:?}",
        onsets[onsets.len() / 2],
        ends[ends.len() / 2],
        exact(&onsets),
        exact(&ends)
    );
    assert!(recall >= 0.98 && precision >= 0.98);
    assert!(onsets[onsets.len() / 2] <= 5 && ends[ends.len() / 2] <= 5);
}
