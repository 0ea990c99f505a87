//! Incidents: stretches of time with improbably many errors.
//!
//! The question for each cell is how often so many errors come by chance on this channel, for this reason.
//! Webhook errors are not a Poisson process: they come in bursts and follow the day, and their variance is
//! several times their mean. So the counts are taken as negative binomial with the mean μ and the variance
//! φμ of the channel's own data (φ is the dispersion of a quasi-Poisson model: McCullagh & Nelder,
//! *Generalized Linear Models*, 2nd ed. 1989, §6.2; for the choice between the two variance functions see
//! Ver Hoef & Boveng, "Quasi-Poisson vs. negative binomial regression", *Ecology* 88 (2007) 2766–2772).
//! Both numbers come from counts whose top tenth of hours is pulled in to the 90th percentile (winsorised: Tukey,
//! "The future of data analysis", *Ann. Math. Statist.* 33 (1962) 1–67), so that an outage does not hide
//! itself by raising the level that it is measured against.
//!
//! Two scales are judged: five minutes for bursts, an hour for outages that drip. A plain Poisson on the
//! median misses the second kind and cries wolf on ordinary noise.

use std::collections::{BTreeMap, BTreeSet};

use statrs::distribution::{DiscreteCDF, NegativeBinomial, Poisson};

use crate::{
    model::{CELL_MILLIS, Kind, Origin, Precision},
    table::{Label, Table},
};

/// A cell is improbable if chance gives so many errors less often than this: about once in ten years of
/// five-minute cells.
const IMPROBABLE: f64 = 1e-6;
/// What a standard normal exceeds with that probability.
const IMPROBABLE_QUANTILE: f64 = 4.753_424_308_822_9;
/// A Poisson's tail is summed in as many steps as its mean's root: a single wrong count, say an id, took minutes.
const SUMMED_UP_TO: f64 = 1e9;
/// The share of the hours, those with the most errors, that do not set the level.
const WINSORISED: f64 = 0.10;
/// However quiet a channel is, one error an hour is no incident's measure.
const LEAST_PER_HOUR: f64 = 1.0;
/// Cells so far apart at most still belong to one incident (fewer than three lie between them).
const JOINING_GAP: u32 = 3;
/// Fewer errors in all are not worth a name.
const LEAST_ERRORS: u64 = 10;
/// Five-minute cells in an hour.
const HOUR: u32 = 12;
/// Cells of a week: so much time before the period has a level of its own.
const HISTORY: u32 = 7 * 24 * HOUR;
/// Less history than this says little about what is usual.
pub const LEAST_HISTORY_DAYS: i64 = 3;

/// An incident in cells; `start` inclusive, `end` exclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub label: Label,
    /// Reasons that were improbable in it.
    pub reasons: Vec<u32>,
    pub start: u32,
    pub end: u32,
    pub errors: u64,
    pub peak_errors: u64,
    pub peak_at: u32,
    /// The dominant reason and its dominant detail, as indices of the catalog.
    pub reason: u32,
    pub detail: u32,
    /// Exact times of its first and last row.
    pub first: i64,
    pub last: i64,
    /// Errors of each cell from `start` on.
    pub cells: Vec<u64>,
}

/// The 90th percentile of the counts of `hours` hours, of which `counts` has those that are not zero: no
/// hour with more sets the level.
fn cap(counts: &[u64], hours: u64) -> u64 {
    let mut sorted = counts.to_vec();
    sorted.sort_unstable();
    let zeros = hours.saturating_sub(sorted.len() as u64);
    let rank = (hours as f64 * (1.0 - WINSORISED)).ceil() as u64;
    match rank.checked_sub(zeros) {
        None | Some(0) => 0,
        Some(i) => usize::try_from(i - 1).ok().and_then(|i| sorted.get(i).or(sorted.last())).copied().unwrap_or(0),
    }
}

/// The smallest count that is improbable at one scale, from the winsorised counts that are not zero, the
/// number of all cells, and the level below which none is taken to be.
fn limit(counts: impl Iterator<Item = f64> + Clone, cells: u64, least_mean: f64) -> u64 {
    let n = cells.max(1) as f64;
    let mean = counts.clone().sum::<f64>() / n;
    let (seen, squares) =
        counts.fold((0.0, 0.0), |(seen, squares), count| (seen + 1.0, squares + (count - mean).powi(2)));
    let variance = (squares + (n - seen) * mean * mean) / (n - 1.0).max(1.0);
    let dispersion = if mean > 0.0 { (variance / mean).max(1.0) } else { 1.0 };
    improbable_from(mean.max(least_mean), dispersion)
}

/// The smallest k with P(X ≥ k) < 10⁻⁶ where X has the mean `mean` and the variance `dispersion · mean`.
fn improbable_from(mean: f64, dispersion: f64) -> u64 {
    let tail: Box<dyn Fn(u64) -> f64> = if dispersion <= 1.0 + 1e-9 {
        if mean > SUMMED_UP_TO {
            return normal_improbable_from(mean);
        }
        match Poisson::new(mean) {
            Ok(poisson) => Box::new(move |k| poisson.sf(k - 1)),
            Err(_) => return u64::MAX,
        }
    } else {
        // Number of failures before the r-th success: mean r(1−p)/p, variance mean/p.
        match NegativeBinomial::new(mean / (dispersion - 1.0), 1.0 / dispersion) {
            Ok(binomial) => Box::new(move |k| binomial.sf(k - 1)),
            Err(_) => return u64::MAX,
        }
    };
    // The tail falls with k: double until below, then halve the stretch between.
    let mut high = 1;
    while tail(high) >= IMPROBABLE {
        high *= 2;
        if high > 1 << 60 {
            return u64::MAX;
        }
    }
    let mut low = high / 2;
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        if tail(middle) < IMPROBABLE { high = middle } else { low = middle }
    }
    high
}

/// The same of a large mean and the dispersion 1: the normal quantile, corrected for the Poisson's skewness (Cornish &
/// Fisher, "Moments and cumulants in the specification of distributions", *Rev. Inst. Int. Stat.* 5 (1938) 307–320).
fn normal_improbable_from(mean: f64) -> u64 {
    (mean + IMPROBABLE_QUANTILE * mean.sqrt() + (IMPROBABLE_QUANTILE.powi(2) - 1.0) / 6.0).ceil() as u64
}

/// Errors of one reason on one channel by five-minute cell, in the order of time, zeros left out.
type Series = Vec<(u32, u64)>;

/// The incidents of all channels, in the order of time.
///
/// `period` is the cell in which the period begins: where there is a week before it, the level of that time
/// counts too, so that an outage which fills the period cannot raise the level that it is measured against.
pub fn incidents(table: &Table, period: u32) -> Vec<Found> {
    if table.precision() > Precision::Hour {
        return Vec::new();
    }
    let five_minutes = table.precision() <= Precision::FiveMinutes;
    let mut raw: Vec<(Label, u32, u32, u32)> = Vec::new();
    for (label, reasons) in series(table) {
        let first = reasons.values().map(|list| list[0].0).min().unwrap_or(0);
        let last = reasons.values().map(|list| list[list.len() - 1].0).max().unwrap_or(0);
        for (reason, list) in reasons {
            let stretches = improbable(&list, first, last, period, five_minutes);
            raw.extend(stretches.into_iter().map(|(start, end)| (label, start, end, reason)));
        }
    }
    raw.sort_unstable();
    let mut joined: Vec<Found> = Vec::new();
    for (label, start, end, reason) in raw {
        match joined.last_mut() {
            Some(open) if open.label == label && start < open.end => {
                open.end = open.end.max(end);
                if !open.reasons.contains(&reason) {
                    open.reasons.push(reason);
                }
            }
            _ => joined.push(Found {
                label,
                reasons: vec![reason],
                start,
                end,
                errors: 0,
                peak_errors: 0,
                peak_at: start,
                reason,
                detail: 0,
                first: i64::MAX,
                last: i64::MIN,
                cells: Vec::new(),
            }),
        }
    }
    let mut found: Vec<Found> = joined
        .into_iter()
        .map(|incident| measured(incident, table))
        .filter(|incident| incident.errors >= LEAST_ERRORS)
        .collect();
    found.sort_by_key(|incident| (incident.start, incident.label));
    found
}

/// The errors of exports by channel and reason.
fn series(table: &Table) -> BTreeMap<Label, BTreeMap<u32, Series>> {
    let kinds = &table.names.kinds;
    // Per kind rather than per cell: cells come in millions.
    let distinct: Vec<(Label, u32)> =
        kinds.iter().map(|kind| (kind.channel, kind.reason)).collect::<BTreeSet<_>>().into_iter().collect();
    // A mail is sent now and then: its times say nothing of how errors are spread.
    let index = |kind: &Kind| {
        let place = distinct.binary_search(&(kind.channel, kind.reason)).ok();
        place.filter(|_| kind.origin == Origin::Export)
    };
    let index: Vec<Option<usize>> = kinds.iter().map(index).collect();
    let mut lists: Vec<Series> = vec![Vec::new(); distinct.len()];
    for cell in table.cells().iter() {
        let Some(place) = index[cell.kind.0 as usize] else { continue };
        match lists[place].last_mut() {
            Some((start, errors)) if *start == cell.start.0 => *errors += cell.errors,
            _ => lists[place].push((cell.start.0, cell.errors)),
        }
    }
    let mut series: BTreeMap<Label, BTreeMap<u32, Series>> = BTreeMap::new();
    for ((channel, reason), list) in distinct.into_iter().zip(lists).filter(|(_, list)| !list.is_empty()) {
        series.entry(channel).or_default().insert(reason, list);
    }
    series
}

/// Errors of one hour: its number, their sum, and the first and (exclusive) last cell with any.
struct Hour {
    number: u32,
    errors: u64,
    start: u32,
    end: u32,
}

/// The hours of a series, those without errors left out.
fn hours(series: &[(u32, u64)]) -> Vec<Hour> {
    let mut hours: Vec<Hour> = Vec::new();
    for (start, errors) in series.iter().filter(|(_, errors)| *errors > 0) {
        match hours.last_mut() {
            Some(hour) if hour.number == start / HOUR => {
                hour.errors += errors;
                hour.end = start + 1;
            }
            _ => hours.push(Hour { number: start / HOUR, errors: *errors, start: *start, end: start + 1 }),
        }
    }
    hours
}

/// The smallest improbable counts in five minutes and in an hour, for a series from one cell to another.
fn limits(series: &[(u32, u64)], first: u32, last: u32) -> (u64, u64) {
    let hours = hours(series);
    let all_hours = u64::from(last / HOUR - first / HOUR) + 1;
    let counts: Vec<u64> = hours.iter().map(|hour| hour.errors).collect();
    let cap = cap(&counts, all_hours);
    // Whole hours are pulled in, not single cells: most cells of a quiet channel are empty, and cutting the
    // tenth with errors would cut the very bursts that make its noise.
    let share = |start: u32| {
        let hour = hours.partition_point(|hour| hour.number < start / HOUR);
        hours.get(hour).map_or(1.0, |hour| (cap as f64 / hour.errors as f64).min(1.0))
    };
    let winsorised: Vec<f64> =
        series.iter().filter(|(_, errors)| *errors > 0).map(|(start, errors)| *errors as f64 * share(*start)).collect();
    (
        limit(winsorised.iter().copied(), u64::from(last - first) + 1, LEAST_PER_HOUR / f64::from(HOUR)),
        limit(counts.iter().map(|count| (*count).min(cap) as f64), all_hours, LEAST_PER_HOUR),
    )
}

/// The stretches of a series in which cells are improbable, as cells with end exclusive.
fn improbable(series: &[(u32, u64)], first: u32, last: u32, period: u32, five_minutes: bool) -> Vec<(u32, u32)> {
    let (mut in_cell, mut in_hour) = limits(series, first, last);
    if period >= first + HISTORY && period <= last {
        let before = limits(&series[..series.partition_point(|(start, _)| *start < period)], first, period - 1);
        (in_cell, in_hour) = (in_cell.min(before.0), in_hour.min(before.1));
    }
    let mut cells: Vec<(u32, u32)> = Vec::new();
    if five_minutes {
        cells.extend(series.iter().filter(|(_, errors)| *errors >= in_cell).map(|(start, _)| (*start, start + 1)));
    }
    // From the hour's first cell with an error to its last.
    cells.extend(hours(series).iter().filter(|hour| hour.errors >= in_hour).map(|hour| (hour.start, hour.end)));
    cells.sort_unstable();
    let mut joined: Vec<(u32, u32)> = Vec::new();
    for (start, end) in cells {
        match joined.last_mut() {
            Some(open) if start < open.1 + JOINING_GAP => open.1 = open.1.max(end),
            _ => joined.push((start, end)),
        }
    }
    joined
}

/// The incident with its numbers.
fn measured(mut incident: Found, table: &Table) -> Found {
    let names = &table.names;
    let (start, end) = incident.bounds();
    let mut by_reason: BTreeMap<u32, u64> = BTreeMap::new();
    let mut by_detail: BTreeMap<(u32, u32), u64> = BTreeMap::new();
    incident.cells = vec![0; (incident.end - incident.start) as usize];
    for cell in table.cells().between(start, end).iter() {
        let kind = names.kinds[cell.kind.0 as usize];
        if kind.channel != incident.label || !incident.reasons.contains(&kind.reason) || cell.errors == 0 {
            continue;
        }
        incident.cells[(cell.start.0 - incident.start) as usize] += cell.errors;
        *by_reason.entry(kind.reason).or_default() += cell.errors;
        *by_detail.entry((kind.reason, kind.detail)).or_default() += cell.errors;
        incident.first = incident.first.min(cell.span.first.0);
        incident.last = incident.last.max(cell.span.last.0);
    }
    incident.errors = incident.cells.iter().sum();
    // Of equal ones the first by name, so that nothing depends on the order of reading.
    let reason = by_reason
        .iter()
        .max_by_key(|(reason, errors)| (**errors, std::cmp::Reverse(&names.reasons[**reason as usize])));
    incident.reason = reason.map_or(incident.reason, |(reason, _)| *reason);
    let detail = by_detail.iter().filter(|((reason, _), _)| *reason == incident.reason);
    let detail =
        detail.max_by_key(|((_, detail), errors)| (**errors, std::cmp::Reverse(&names.details[*detail as usize])));
    incident.detail = detail.map_or(incident.detail, |((_, detail), _)| *detail);
    let peak = incident.cells.iter().enumerate().max_by_key(|(i, errors)| (**errors, std::cmp::Reverse(*i)));
    if let Some((i, errors)) = peak {
        incident.peak_errors = *errors;
        incident.peak_at = incident.start + i as u32;
    }
    incident
}

impl Found {
    /// Start and end in milliseconds since 1970-01-01T00:00:00Z.
    pub fn bounds(&self) -> (i64, i64) {
        (i64::from(self.start) * CELL_MILLIS, i64::from(self.end) * CELL_MILLIS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            (0..self.poisson(mean / burst)).map(|_| 1 + (self.uniform().ln() / (1.0 - 1.0 / burst).ln()) as u64).sum()
        }
    }

    const WEEK: u32 = 7 * 24 * 12;

    /// Counts of some weeks with a daily cycle.
    fn noisy(weeks: u32, per_hour: f64, burst: f64, seed: u64) -> Series {
        let mut noise = Noise(seed);
        let cycle = |i: u32| 1.0 + 0.6 * (f64::from(i % 288) / 288.0 * std::f64::consts::TAU).sin();
        (0..weeks * WEEK)
            .map(|i| (i, noise.bursty(per_hour / 12.0 * cycle(i), burst)))
            .filter(|(_, n)| *n > 0)
            .collect()
    }

    fn found(series: &Series, weeks: u32) -> Vec<(u32, u32)> {
        let errors = |(start, end): &(u32, u32)| {
            series.iter().filter(|(i, _)| (start..end).contains(&i)).map(|(_, n)| n).sum::<u64>()
        };
        improbable(series, 0, weeks * WEEK - 1, 0, true)
            .into_iter()
            .filter(|stretch| errors(stretch) >= LEAST_ERRORS)
            .collect()
    }

    fn with_outage(mut series: Series, from: u32, cells: u32, errors: u64) -> Series {
        let mut all: BTreeMap<u32, u64> = series.drain(..).collect();
        (from..from + cells).for_each(|i| *all.entry(i).or_default() += errors);
        all.into_iter().collect()
    }

    #[test]
    fn the_limits_are_those_of_the_distributions() {
        // scipy.stats: poisson.sf(4, 1/12) = 3.1e-8 and sf(3, 1/12) = 1.9e-6; poisson.sf(8, 1) = 1.1e-6, sf(9, 1) = 1.1e-7.
        assert_eq!(improbable_from(1.0 / 12.0, 1.0), 5);
        assert_eq!(improbable_from(1.0, 1.0), 10);
        // nbinom.sf(k - 1, 10/3, 1/4) for mean 10 and variance 40 falls below 1e-6 at k = 68, computed by summing its
        // terms: see `a_tail_summed_by_hand`.
        assert_eq!(improbable_from(10.0, 4.0), a_tail_summed_by_hand(10.0, 4.0));
        assert_eq!(improbable_from(0.5, 3.0), a_tail_summed_by_hand(0.5, 3.0));
    }

    /// P(X = 0) = pʳ and P(X = k + 1) = P(X = k) · (k + r)/(k + 1) · (1 − p), summed from the front.
    fn a_tail_summed_by_hand(mean: f64, dispersion: f64) -> u64 {
        let (r, p) = (mean / (dispersion - 1.0), 1.0 / dispersion);
        let mut term = p.powf(r);
        let (mut below, mut k) = (0.0, 0_u64);
        while 1.0 - below >= IMPROBABLE {
            below += term;
            term *= (k as f64 + r) / (k as f64 + 1.0) * (1.0 - p);
            k += 1;
        }
        k
    }

    #[test]
    fn a_large_mean_is_judged_by_the_normal_distribution() {
        for mean in [1e4, 1e6, 1e8] {
            assert!(improbable_from(mean, 1.0).abs_diff(normal_improbable_from(mean)) <= 1, "{mean}");
        }
        // A number in the wrong column: this used to take as many seconds as there are reasons, times five.
        let far = normal_improbable_from((1_u64 << 62) as f64);
        assert_eq!(limits(&[(0, 1 << 62)], 0, 0), (far, far));
    }

    #[test]
    fn an_outage_that_drips_is_found() {
        // 8 hours at 4 errors per 5 minutes over a quiet channel, and over a noisy one.
        for (per_hour, burst) in [(0.5, 1.5), (3.0, 2.0)] {
            let series = with_outage(noisy(4, per_hour, burst, 7), 3 * WEEK + 1000, 96, 4);
            let stretches = found(&series, 4);
            assert!(
                stretches.iter().any(|(a, b)| (3 * WEEK + 980..3 * WEEK + 1020).contains(a)
                    && (3 * WEEK + 1080..3 * WEEK + 1112).contains(b)),
                "{per_hour}: {stretches:?}"
            );
        }
    }

    #[test]
    fn an_outage_that_fills_the_period_is_found_with_little_history() {
        let series = with_outage(noisy(3, 3.0, 2.0, 5), 2 * WEEK, WEEK, 10);
        let errors = |stretches: Vec<(u32, u32)>| stretches.iter().map(|(a, b)| b - a).sum::<u32>();
        assert!(errors(improbable(&series, 0, 3 * WEEK - 1, 2 * WEEK, true)) > WEEK * 9 / 10);
    }

    #[test]
    fn a_burst_of_minutes_is_found() {
        let series = with_outage(noisy(2, 2.0, 2.0, 3), WEEK + 500, 3, 40);
        assert!(found(&series, 2).iter().any(|(a, b)| *a <= WEEK + 500 && *b >= WEEK + 503 && b - a < 30));
    }

    #[test]
    fn noise_gives_at_most_one_false_incident_a_week() {
        // Variance 2·burst − 1 times the mean: 3 to 5.
        for burst in [2.0, 2.5, 3.0] {
            for per_hour in [1.0, 5.0, 30.0, 100.0] {
                for seed in 0..3 {
                    let weeks = 4;
                    let false_ones = found(&noisy(weeks, per_hour, burst, 11 + seed), weeks).len();
                    assert!(
                        false_ones <= weeks as usize,
                        "{false_ones} in {weeks} weeks at {per_hour} an hour, bursts of {burst}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_tenth_of_the_hours_does_not_set_the_level() {
        assert_eq!(cap(&[50; 10], 100), 0);
        assert_eq!(cap(&[50; 11], 100), 50);
        assert_eq!(cap(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 10), 9);
        assert_eq!(cap(&[], 0), 0);
        // Nothing left: one error an hour is the level.
        assert_eq!(limit([0.0; 10].into_iter(), 100, LEAST_PER_HOUR), 10);
    }
}
