//! From what is usual to the stretches that are not.

use super::{
    automaton::{Automaton, Failing},
    clock::{Clock, HOUR},
    usual::{LEAST_ERRORS, Series, Usual, quantile},
};
use crate::model::{CELL_MILLIS, Span};

/// Entering costs so many times the logarithm of the number of cells: a year has more chances of a false alarm than a week.
/// By trial; 2.5 marks noise, 4.5 misses drips.
const ENTER: f64 = 3.5;
/// An outage: twice the usual, or eight errors an hour more.
const WEAK: Failing = Failing { times: 2.0, more: 8.0 };
/// Its core, which says where it begins and ends: noise around it is not part of it.
const STRONG: Failing = Failing { times: 6.0, more: 60.0 };
/// What lies between two cores is a pause if it is so much of an entry less likely in an outage than without one.
const PAUSE: f64 = 0.25;
/// A lasting one may be as weak as a job that fails once an hour.
const LASTING: Failing = Failing { times: 2.0, more: 1.0 };
/// It has errors in one of so many of its hours, or is no single one.
const STEADY: u32 = 3;
/// Where a habit comes in an outage, at least so many of its cells have the errors of the outage too.
const FAILING: (u32, u32) = (3, 4);
/// Less than so many times what is usual is no outage either.
const LEAST_TIMES: f64 = 2.0;
/// Such a calm time parts two outages, in cells ...
const CALM: u32 = HOUR / 2;
/// ... if an outage as dense as they are would have such a pause less often than this ...
const BY_CHANCE: f64 = 1e-5;
/// ... in so many cells of it: more of them have more chances.
const MANY: f64 = 100.0;
/// What is usual scatters by up to so many times the root of its variance.
const SCATTER: f64 = 3.0;
/// So many of the pauses of an incident are no longer than the usual one.
pub const USUAL_PAUSE: f64 = 0.9;

/// Cells from `start` to `end`, the end exclusive, both with errors at their edges, and the errors in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub start: u32,
    pub end: u32,
    pub errors: u64,
}

impl Stretch {
    pub fn cells(&self) -> u32 {
        self.end - self.start
    }

    pub fn contains(&self, cell: u32) -> bool {
        (self.start..self.end).contains(&cell)
    }
}

/// The whole hours of a stretch, for rows that stand at the start of theirs.
pub fn of_hours(stretch: Stretch) -> Stretch {
    Stretch { start: stretch.start / HOUR * HOUR, end: stretch.end.next_multiple_of(HOUR), ..stretch }
}

/// The part of a series between two cells, the end exclusive.
pub fn between(series: &Series, start: u32, end: u32) -> &Series {
    let before = |end: u32| series.partition_point(|(cell, _)| *cell < end);
    &series[before(start)..before(end).max(before(start))]
}

/// Of all errors, half are in cells of at least so many.
fn typical(cells: &Series) -> f64 {
    let mut counts: Vec<u64> = cells.iter().map(|(_, errors)| *errors).collect();
    counts.sort_unstable();
    let (half, mut below) = (errors(cells).div_ceil(2), 0);
    let typical = counts.into_iter().find(|count| {
        below += count;
        below >= half
    });
    typical.unwrap_or(0) as f64
}

/// The cell that an outage reaches of one that it has reached and another: this, if it comes at its pace.
fn next_at(pace: u32) -> impl Fn(u32, &(u32, u64)) -> u32 {
    move |reached, (cell, _)| if cell.abs_diff(reached) <= pace { *cell } else { reached }
}

fn errors(cells: &Series) -> u64 {
    cells.iter().map(|(_, errors)| errors).sum()
}

/// The stretches of a series that are incidents, in the order of time. `rows` tells from when to when the rows of a cell are.
pub fn stretches(series: &Series, clock: &Clock, usual: &Usual, rows: &dyn Fn(u32) -> Span) -> Vec<Stretch> {
    let enter = ENTER * f64::from(clock.cells().max(2)).ln();
    let automaton = |levels| Automaton::new(usual, clock, levels, enter);
    // Where nothing is known of what is usual, only what is much is an outage.
    let weak = automaton(if usual.comparable { [WEAK, STRONG] } else { [STRONG; 2] });
    let judged = Judged { series, clock, usual, rows, weak, enter };
    let outages = judged.weak.failing(series, &[]);
    let cores = if outages.is_empty() { Vec::new() } else { automaton([STRONG; 2]).failing(series, &[]) };
    let parts = outages.into_iter().flat_map(|(start, end)| judged.around_cores(&cores, start, end));
    let mut found: Vec<Stretch> =
        parts.flat_map(|(start, end)| judged.apart(start, end)).filter(|part| judged.is_large(part)).collect();
    if usual.comparable {
        // What has a core is as long as its core says; the rest may be the busier hours of what lasts.
        let has_core = |found: &&Stretch| cores.iter().any(|core| core.0 < found.end && core.1 > found.start);
        let masked: Vec<(u32, u32)> = found.iter().filter(has_core).map(|found| (found.start, found.end)).collect();
        let lasting = automaton([LASTING; 2]).failing(series, &masked);
        let lasting = lasting.into_iter().filter_map(|(start, end)| judged.stretch(start, end));
        found.extend(lasting.filter(|found| judged.is_steady(found)));
        found = judged.joined(found);
    }
    found
}

struct Judged<'a> {
    series: &'a Series,
    clock: &'a Clock,
    usual: &'a Usual,
    rows: &'a dyn Fn(u32) -> Span,
    weak: Automaton<'a>,
    enter: f64,
}

impl Judged<'_> {
    fn stretch(&self, start: u32, end: u32) -> Option<Stretch> {
        let cells = between(self.series, start, end);
        Some(Stretch { start: cells.first()?.0, end: cells.last()?.0 + 1, errors: errors(cells) })
    }

    fn is_large(&self, found: &Stretch) -> bool {
        let expected = self.usual.expected(self.clock, found.start, found.end);
        found.errors >= LEAST_ERRORS && found.errors as f64 >= LEAST_TIMES * expected
    }

    /// What being failing gains between two cells.
    fn gained(&self, start: u32, end: u32) -> f64 {
        self.weak.gained(between(self.series, start, end), start, end)
    }

    /// Errors between two cells that are usual, and by how much they scatter.
    fn usual(&self, start: u32, end: u32) -> (f64, f64) {
        let expected = self.usual.expected(self.clock, start, end);
        (expected, SCATTER * (self.usual.dispersion * expected).sqrt())
    }

    /// The parts of an outage: its cores, what lies between two and is no pause, and what is before or behind them if that
    /// were an incident without them, or goes on at their pace.
    fn around_cores(&self, cores: &[(u32, u32)], start: u32, end: u32) -> Vec<(u32, u32)> {
        let cores = &cores[cores.partition_point(|core| core.1 <= start)..cores.partition_point(|core| core.0 < end)];
        let mut parts = cores.to_vec();
        parts.dedup_by(|next, open| {
            let goes_on = self.gained(open.1, next.0) > -PAUSE * self.enter;
            open.1 = if goes_on { next.1 } else { open.1 };
            goes_on
        });
        let Some(first) = parts.first_mut() else { return vec![(start, end)] };
        let is_incident = self.gained(start, first.0) >= self.enter;
        first.0 = if is_incident { start } else { self.at_its_pace(*first, start) };
        let last = parts.len() - 1;
        let last = &mut parts[last];
        let is_incident = self.gained(last.1, end) >= self.enter;
        last.1 = if is_incident { end } else { self.at_its_pace(*last, end) + 1 };
        parts
    }

    /// Where an outage begins or ends, on the way from its core to a cell: as long as hot cells come at its pace.
    fn at_its_pace(&self, (start, end): (u32, u32), to: u32) -> u32 {
        let core = between(self.series, start, end);
        let mut steps: Vec<f64> = core.windows(2).map(|pair| f64::from(pair[1].0 - pair[0].0)).collect();
        let (pace, typical) = (quantile(&mut steps, USUAL_PAUSE).max(1.0) as u32, typical(core));
        let hot = |from, to| between(self.series, from, to).iter().filter(|cell| self.is_hot(cell, typical));
        if to <= start {
            hot(to, start).rev().fold(start, next_at(pace))
        } else {
            hot(end, to).fold(end - 1, next_at(pace))
        }
    }

    /// The stretches that calm gaps part.
    fn apart(&self, start: u32, end: u32) -> Vec<Stretch> {
        let cells = between(self.series, start, end);
        let mut hot = Vec::new();
        self.hot(cells, &mut hot);
        // What has more than is usual beside a hot cell is of the outage too: it fills a part of that.
        let is_more = |(cell, errors): &&(u32, u64)| {
            let (expected, scatter) = self.usual(*cell, cell + 1);
            *errors as f64 > expected + scatter
        };
        let mut edges = vec![start];
        for (at, pair) in hot.windows(2).enumerate() {
            let [(before, more), (after, less)] = [pair[0], pair[1]];
            if after - before < CALM {
                continue;
            }
            let gap = between(cells, before + 1, after);
            let from = gap.iter().take_while(is_more).fold(before, next_at(1));
            let to = gap.iter().rev().take_while(is_more).fold(after, next_at(1));
            if to <= from || !self.is_half_hour(from, to) {
                continue;
            }
            let (expected, scatter) = self.usual(from + 1, to);
            let most = expected + scatter + (more.min(less) / 2.0).max(1.0);
            if errors(between(gap, from + 1, to)) as f64 <= most && parts_them(&hot, at) {
                edges.extend([from + 1, to]);
            }
        }
        edges.push(end);
        edges.chunks(2).filter_map(|part| self.stretch(part[0], part[1])).collect()
    }

    /// The hot cells of an outage in the order of time, and what such a cell typically has. Of the rest, what were an incident
    /// by itself has its own: a weaker outage beside a stronger one.
    fn hot(&self, cells: &Series, found: &mut Vec<(u32, f64)>) {
        let typical = typical(cells);
        for run in cells.chunk_by(|a, b| self.is_hot(a, typical) == self.is_hot(b, typical)) {
            if self.is_hot(&run[0], typical) {
                found.extend(run.iter().map(|(cell, _)| (*cell, typical)));
            } else if run.len() < cells.len() && self.gained(run[0].0, run[run.len() - 1].0 + 1) >= self.enter {
                self.hot(run, found);
            }
        }
    }

    /// Whether a cell is more like an outage of which one typically has so many errors than like what is usual.
    fn is_hot(&self, (cell, errors): &(u32, u64), typical: f64) -> bool {
        let level = self.usual.level(self.clock.place(*cell));
        *errors as f64 >= level + (typical - level) / 2.0
    }

    /// Whether there is half an hour between two cells with errors, to the row.
    fn is_half_hour(&self, before: u32, after: u32) -> bool {
        let gap = after - before - 1;
        // With one cell less between them, parts of these two make up for it or not.
        let to_the_row = || (self.rows)(after).first.0 - (self.rows)(before).last.0 >= i64::from(CALM) * CELL_MILLIS;
        gap >= CALM || gap + 1 == CALM && to_the_row()
    }

    /// Whether what lasts has errors all along.
    fn is_steady(&self, found: &Stretch) -> bool {
        let hour = |cell: u32| (cell - found.start) / HOUR;
        let hours = between(self.series, found.start, found.end).chunk_by(|a, b| hour(a.0) == hour(b.0)).count() as u32;
        hours * STEADY >= found.cells().div_ceil(HOUR)
    }

    /// Overlapping stretches as one, those that are large, and of these as one what no calm half hour parts.
    fn joined(&self, found: Vec<Stretch>) -> Vec<Stretch> {
        let mut large = self.as_one(found, |open, next| next.start < open.end);
        large.retain(|found| self.is_large(found));
        self.as_one(large, |open, next| self.goes_on(open, next))
    }

    fn as_one(&self, mut found: Vec<Stretch>, are_one: impl Fn(&Stretch, &Stretch) -> bool) -> Vec<Stretch> {
        found.sort_unstable_by_key(|found| found.start);
        found.dedup_by(|next, open| {
            let are_one = are_one(open, next);
            if are_one {
                open.end = open.end.max(next.end);
                open.errors = errors(between(self.series, open.start, open.end));
            }
            are_one
        });
        found
    }

    /// Whether there is no calm half hour between two stretches: it is shorter, or a habit comes then, and in most cells of
    /// it there is at least half of what the weaker of them has.
    fn goes_on(&self, open: &Stretch, next: &Stretch) -> bool {
        let is_habit = |cell: &u32| self.usual.habits[self.clock.place(*cell).time()];
        let (gap, habitual) = (next.start - open.end, (open.end..next.start).filter(is_habit).count() as u32);
        if habitual == 0 {
            return !self.is_half_hour(open.end - 1, next.start);
        }
        let density = |of: &Stretch| of.errors as f64 / f64::from(of.cells());
        let least = density(open).min(density(next)) / 2.0;
        let cells = between(self.series, open.end, next.start);
        let failing = cells.iter().filter(|(_, errors)| *errors as f64 >= least).count() as u32;
        gap - habitual < CALM && failing * FAILING.1 >= gap * FAILING.0
    }
}

/// Whether the cells between a hot one and the next are a pause of what is around them: of as much time before and behind as
/// the pause is long, and of three times as much but for such pauses.
fn parts_them(hot: &[(u32, f64)], at: usize) -> bool {
    let [before, after, first, last] = [at, at + 1, 0, hot.len() - 1].map(|at| hot[at].0);
    let gap = after - before - 1;
    let around = |cells: u32| {
        let (from, to) = ((before + 1).saturating_sub(cells).max(first), (after + cells - 1).min(last));
        let near = hot.partition_point(|(hot, _)| *hot < from)..hot.partition_point(|(hot, _)| *hot <= to);
        (&hot[near], before - from + 1 + to - after + 1)
    };
    let (near, cells) = around(gap);
    let (wide, _) = around(3 * gap);
    // A pause counts as the cell behind it.
    let cell = |pair: &[(u32, f64)]| if pair[1].0 - pair[0].0 < CALM { pair[1].0 - pair[0].0 } else { 1 };
    let dense: u32 = 1 + wide.windows(2).map(cell).sum::<u32>();
    let share = |hot: &[(u32, f64)], cells: u32| hot.len() as f64 / f64::from(cells);
    let density = share(near, cells).min(share(wide, dense));
    (1.0 - density).powi(gap as i32) * (hot.len() as f64 / MANY).max(1.0) < BY_CHANCE
}
