//! From what is usual to the stretches that are not.

use super::{
    automaton::{Automaton, Failing},
    clock::{Clock, HOUR},
    usual::{Series, Usual},
};

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
/// Fewer errors are not worth a name ...
pub const LEAST_ERRORS: u64 = 10;
/// ... nor is less than so many times what is usual.
const LEAST_TIMES: f64 = 2.0;
/// So many calm cells part two outages ...
const CALM: u32 = HOUR / 2;
/// ... if an outage as dense as those beside them would leave them empty less often than this.
const BY_CHANCE: f64 = 1e-5;

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

fn errors(cells: &Series) -> u64 {
    cells.iter().map(|(_, errors)| errors).sum()
}

/// The stretches of a series that are incidents, in the order of time.
pub fn stretches(series: &Series, clock: &Clock, usual: &Usual) -> Vec<Stretch> {
    let enter = ENTER * f64::from(clock.cells().max(2)).ln();
    let judged = Judged { series, clock, usual };
    let automaton = |levels| Automaton::new(usual, clock, levels, enter);
    // Where nothing is known of what is usual, only what is much is an outage.
    let weak = automaton(if usual.comparable { [WEAK, STRONG] } else { [STRONG; 2] });
    let outages = weak.failing(series, &[]);
    let cores = if outages.is_empty() { Vec::new() } else { automaton([STRONG; 2]).failing(series, &[]) };
    let parts = outages.into_iter().flat_map(|(start, end)| judged.around_cores(&weak, enter, &cores, start, end));
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

    /// The parts of an outage: its cores, what lies between two and is no pause, and what is before or behind them only if
    /// that were an incident without them.
    fn around_cores(
        &self,
        weak: &Automaton,
        enter: f64,
        cores: &[(u32, u32)],
        start: u32,
        end: u32,
    ) -> Vec<(u32, u32)> {
        let cores = &cores[cores.partition_point(|core| core.1 <= start)..cores.partition_point(|core| core.0 < end)];
        let gained = |from: u32, to: u32| weak.gained(between(self.series, from, to), from, to);
        let (Some(first), Some(last)) = (cores.first(), cores.last()) else { return vec![(start, end)] };
        let mut parts = cores.to_vec();
        parts.dedup_by(|next, open| {
            let goes_on = gained(open.1, next.0) > -PAUSE * enter;
            open.1 = if goes_on { next.1 } else { open.1 };
            goes_on
        });
        let at = parts.len() - 1;
        parts[0].0 = if gained(start, first.0) >= enter { start } else { first.0 };
        parts[at].1 = if gained(last.1, end) >= enter { end } else { last.1 };
        parts
    }

    /// The stretches that calm gaps part.
    fn apart(&self, start: u32, end: u32) -> Vec<Stretch> {
        let cells = between(self.series, start, end);
        // Of all errors, half are in cells of at least so many.
        let mut counts: Vec<u64> = cells.iter().map(|(_, errors)| *errors).collect();
        counts.sort_unstable();
        let (all, mut below) = (errors(cells), 0);
        let typical = counts.into_iter().find(|count| {
            below += count;
            below >= all.div_ceil(2)
        });
        let typical = typical.unwrap_or(0) as f64;
        let is_hot = |(cell, errors): &(u32, u64)| {
            let level = self.usual.level(self.clock.place(*cell));
            (*errors as f64 >= level + (typical - level) / 2.0).then_some(*cell)
        };
        let hot: Vec<u32> = cells.iter().filter_map(is_hot).collect();
        let calm = |from: u32, to: u32| {
            let expected = self.usual.expected(self.clock, from, to);
            let scatter = 3.0 * (self.usual.dispersion * expected).sqrt();
            errors(between(cells, from, to)) as f64 <= expected + scatter + (typical / 2.0).max(1.0)
        };
        let gaps = hot.windows(2).filter(|pair| parts_them(&hot, pair[0], pair[1]) && calm(pair[0] + 1, pair[1]));
        let mut edges = vec![start];
        edges.extend(gaps.flatten());
        edges.push(end);
        let part = |edges: &[u32]| {
            let (from, to) = (edges[0], edges[1]);
            self.stretch(from, if to == end { end } else { to + 1 })
        };
        edges.chunks(2).filter_map(part).collect()
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
        let density = |of: &Stretch| of.errors as f64 / f64::from(of.cells());
        let least = density(open).min(density(next)) / 2.0;
        let cells = between(self.series, open.end, next.start);
        let failing = cells.iter().filter(|(_, errors)| *errors as f64 >= least).count() as u32;
        gap - habitual < CALM && (habitual == 0 || failing * FAILING.1 >= gap * FAILING.0)
    }
}

/// Whether the cells between two hot ones are a pause of what is around them, as far as the pause is long, and of all of it.
fn parts_them(hot: &[u32], before: u32, after: u32) -> bool {
    let (first, last, gap) = (hot[0], hot[hot.len() - 1], after - before - 1);
    if gap < CALM {
        return false;
    }
    let (from, to) = ((before + 1).saturating_sub(gap).max(first), (after + gap - 1).min(last));
    let near = hot.partition_point(|hot| *hot <= to) - hot.partition_point(|hot| *hot < from);
    let share = |hot: usize, cells: u32| hot as f64 / f64::from(cells);
    let density = share(near, before - from + 1 + to - after + 1).min(share(hot.len(), last - first + 1 - gap));
    (1.0 - density).powi(gap as i32) < BY_CHANCE
}
