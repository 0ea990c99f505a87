//! A two-state automaton that is either usual or failing.
//!
//! It goes through the cells in the state that explains them best, where every change of state has a cost: Kleinberg,
//! "Bursty and hierarchical structure in streams", *KDD* 2002, 91–101, with two states. What a state explains is the
//! quasi-likelihood of counts whose variance is φ times their mean (McCullagh & Nelder, *Generalized Linear Models*, 2nd ed.
//! 1989, §9.2): being failing at the level λ rather than usual at μ gains (k ln(λ/μ) − (λ − μ))/φ in a cell of k errors. The
//! best way (Viterbi) then needs a single number, how far failing is behind usual, kept between the two costs: the
//! cumulative sum of Page, "Continuous inspection schemes", *Biometrika* 41 (1954) 100–115. Cells without errors lose alike
//! and are passed at once.

use super::{
    clock::{ByTime, Clock, DAY, HOUR, Place},
    usual::{Series, Usual},
};

/// Leaving an incident costs little against entering it: quiet that lasts ends it.
const LEAVE: f64 = 1.0;

/// What counts as failing: so many times the usual, and so many errors an hour more, whichever is more.
#[derive(Clone, Copy, Debug)]
pub struct Failing {
    pub times: f64,
    pub more: f64,
}

/// What one of the levels gains by an error and loses by a cell, at one time of the day.
#[derive(Clone, Copy, Debug, Default)]
struct Rate {
    error: f64,
    cell: f64,
}

/// An automaton whose failing state has one or two levels, of which each cell takes the better.
pub struct Automaton<'a> {
    clock: &'a Clock,
    rates: ByTime<[Rate; 2]>,
    /// Cells from each one on, of its day, that lose the same.
    alike: ByTime<u32>,
    enter: f64,
}

impl<'a> Automaton<'a> {
    /// `enter` is the cost of becoming failing.
    pub fn new(usual: &Usual, clock: &'a Clock, levels: [Failing; 2], enter: f64) -> Automaton<'a> {
        let rate = |usual_level: f64, failing: Failing| {
            let level = (usual_level * failing.times).max(usual_level + failing.more / f64::from(HOUR));
            Rate {
                error: (level / usual_level).ln() / usual.dispersion,
                cell: (level - usual_level) / usual.dispersion,
            }
        };
        let rates = usual.levels.map(|level| levels.map(|failing| rate(level, failing)));
        let mut alike = [1; 2 * DAY as usize];
        for time in (1..alike.len()).rev().filter(|time| time % DAY as usize != 0) {
            if usual.levels[time] == usual.levels[time - 1] {
                alike[time - 1] = alike[time] + 1;
            }
        }
        Automaton { clock, rates, alike, enter }
    }

    /// Where it is failing, as cells with the end exclusive; `masked` cells count neither way.
    pub fn failing(&self, series: &Series, masked: &[(u32, u32)]) -> Vec<(u32, u32)> {
        let mut ways = Ways::new(self.enter);
        let (mut at, mut cells) = (self.clock.first, series);
        for (start, end) in masked.iter().copied().chain([(self.clock.end, self.clock.end)]) {
            let (before, rest) = cells.split_at(cells.partition_point(|(cell, _)| *cell < start));
            for (place, cell, errors) in self.clock.places(before) {
                self.quiet(at, cell, &mut ways);
                ways.step(cell, self.gain(place.time(), errors));
                at = cell + 1;
            }
            self.quiet(at, start, &mut ways);
            at = end;
            cells = &rest[rest.partition_point(|(cell, _)| *cell < end)..];
        }
        ways.best(self.clock.end)
    }

    /// What being failing gains between two cells.
    pub fn gained(&self, cells: &Series, start: u32, end: u32) -> f64 {
        let quiet: f64 = (start..end).map(|cell| self.gain(self.clock.place(cell).time(), 0)).sum();
        let more = |(place, _, errors): (Place, u32, u64)| self.gain(place.time(), errors) - self.gain(place.time(), 0);
        quiet + self.clock.places(cells).map(more).sum::<f64>()
    }

    #[inline]
    fn gain(&self, time: usize, errors: u64) -> f64 {
        let [weak, strong] = self.rates[time];
        let errors = errors as f64;
        (errors * weak.error - weak.cell).max(errors * strong.error - strong.cell)
    }

    /// Passes cells without errors. Where usual is the best way there is nothing to pass.
    fn quiet(&self, mut at: u32, end: u32, ways: &mut Ways) {
        while at < end && ways.behind < ways.enter {
            let time = self.clock.place(at).time();
            let cells = self.alike[time].min(end - at);
            ways.step(at, self.gain(time, 0) * f64::from(cells));
            at += cells;
        }
    }
}

/// The best ways into the two states, each as the stretches in which it was failing.
struct Ways {
    enter: f64,
    /// What the best way into failing costs more than that into usual.
    behind: f64,
    /// Where the way into failing became failing, and what is behind it.
    since: (u32, Option<usize>),
    /// The last stretch of the way into usual.
    usual: Option<usize>,
    /// Stretches, each with the one before it.
    stretches: Vec<(u32, u32, Option<usize>)>,
}

impl Ways {
    fn new(enter: f64) -> Ways {
        Ways { enter, behind: enter, since: (0, None), usual: None, stretches: Vec::new() }
    }

    /// Takes over cells from `at` on in which being failing gains so much.
    #[inline]
    fn step(&mut self, at: u32, gain: f64) {
        if self.behind < -LEAVE {
            // The best way into usual comes from failing.
            self.behind = -LEAVE;
            let (start, before) = self.since;
            match self.usual.map(|last| &mut self.stretches[last]) {
                Some(last) if (last.0, last.2) == (start, before) => last.1 = at,
                _ => {
                    self.usual = Some(self.stretches.len());
                    self.stretches.push((start, at, before));
                }
            }
        }
        if self.behind >= self.enter {
            // The best way into failing comes from usual.
            (self.behind, self.since) = (self.enter, (at, self.usual));
        }
        self.behind -= gain;
    }

    /// The stretches of the better way, in the order of time.
    fn best(self, end: u32) -> Vec<(u32, u32)> {
        let (mut found, mut last) = (Vec::new(), self.usual);
        if self.behind < 0.0 {
            found.push((self.since.0, end));
            last = self.since.1;
        }
        while let Some((start, end, before)) = last.map(|last| self.stretches[last]) {
            found.push((start, end));
            last = before;
        }
        found.reverse();
        found
    }
}
