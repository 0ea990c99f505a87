//! What is usual on a channel at each time of the day, and how much it scatters.

use super::clock::{ByTime, Clock, DAY, HOUR, Place};

/// Fewer errors are no outage worth a name.
pub const LEAST_ERRORS: u64 = 10;
/// The quieter days that set the level, of all: an outage may fill up to six days of ten and not raise it.
const QUIET: f64 = 0.4;
/// The calmer days that tell the scatter, of all: more than [`QUIET`], for a variance needs more values than a mean.
const CALM: f64 = 0.5;
/// Days chosen for being calm scatter less than all: so much by trial on noise of known dispersion.
const CHOSEN: f64 = 1.5;
/// Scatter beyond this comes of outages in calm days, and would hide others.
const MOST_SCATTER: f64 = 30.0;
/// So many whole days make a profile of the hours of the day, ...
const PROFILE_DAYS: usize = 5;
/// ... and so many weekdays or weekends one of their own.
const KIND_DAYS: usize = 4;
/// Hours of a day that must be known for it to be whole: a file begins with its first error, not at midnight.
const WHOLE: usize = 20;
/// With less than two days nothing is known of what is usual.
const COMPARABLE_HOURS: usize = 48;
/// However quiet a class is, less than an error a day is not told from none.
const LEAST_PER_HOUR: f64 = 1.0 / 24.0;
/// Where too little is known, an error an hour is taken for usual.
const UNKNOWN_PER_HOUR: f64 = 1.0;
/// A habit comes up to so many cells early or late ...
const JITTER: u32 = 3;
/// ... and stands out from its own day and from usual ones: so many times the level, and so many errors more.
const HABIT: (f64, f64) = (4.0, 3.0);
/// Of errors at random moments so many times a day would be habits, at most: bursts that come often come at any time.
const BY_CHANCE: f64 = 0.05;

/// Errors of one class on one channel by cell, in the order of time, zeros left out.
pub type Series = [(u32, u64)];

#[derive(Debug)]
pub struct Usual {
    /// Errors in a cell.
    pub levels: ByTime<f64>,
    /// Which of them are habits: what comes at the same time of most days, such as a nightly batch.
    pub habits: ByTime<bool>,
    /// Variance over mean.
    pub dispersion: f64,
    /// Whether there is anything to compare with.
    pub comparable: bool,
}

impl Usual {
    pub fn of(series: &Series, clock: &Clock) -> Usual {
        let all = Days::of(series, clock, |_, _| false);
        if all.whole.len() < PROFILE_DAYS {
            return Usual::of_few(&all);
        }
        let kinds = all.kinds();
        let stands_out = all.stands_out(&kinds);
        let habits = all.habits(series, clock, &kinds, &stands_out);
        // The rest is judged without them: a batch of ten minutes is no hour of errors.
        let habitual =
            |place: Place, errors: u64| habits[place.time()].is_some() && errors as f64 > stands_out[all.index(place)];
        let rest = habits.iter().any(Option::is_some).then(|| Days::of(series, clock, habitual));
        let rest = rest.as_ref().unwrap_or(&all);
        let by_hour: Vec<[f64; 24]> = kinds.iter().map(|days| rest.levels(days)).collect();
        let level = |time: usize| {
            let (kind, hour) = (time / DAY as usize, time % DAY as usize / HOUR as usize);
            habits[time].unwrap_or(0.0).max(by_hour[kind][hour] / f64::from(HOUR))
        };
        let mut usual = Usual {
            levels: std::array::from_fn(level),
            habits: habits.map(|habit| habit.is_some()),
            dispersion: 1.0,
            comparable: true,
        };
        usual.dispersion = usual.scatter(series, clock, rest, &rest.calm(&kinds));
        usual
    }

    /// The same of a few days, which have no profile: that of the hours before and after too, or of all hours.
    fn of_few(days: &Days) -> Usual {
        let mut hours: Vec<f64> = days.sums.iter().flatten().flatten().map(|sum| f64::from(*sum)).collect();
        let comparable = hours.len() >= COMPARABLE_HOURS;
        let half = quantile(&mut hours, CALM);
        let quiet = mean(hours.iter().copied().filter(|sum| *sum <= half));
        let level = |hour: usize| {
            let near = [hour + 23, hour, hour + 1].map(|hour| hour % 24);
            let of_day = |day: &[Option<f32>; 24]| -> Vec<f64> {
                near.iter().filter_map(|hour| day[*hour]).map(f64::from).collect()
            };
            let by_day = || days.sums.iter().map(of_day).filter(|sums| !sums.is_empty());
            // Hour by hour and day by day: of three days two may have the outage, or of six days four a part of it.
            let mut means: Vec<f64> = by_day().map(|sums| mean(sums.into_iter())).collect();
            let near = quantile(&mut by_day().flatten().collect::<Vec<f64>>(), QUIET).min(quantile(&mut means, QUIET));
            if comparable { near.max(quiet) } else { quiet }.max(UNKNOWN_PER_HOUR)
        };
        // Of a single day, even the quieter half may be the outage.
        let by_hour: [f64; 24] = if hours.len() < 24 { [UNKNOWN_PER_HOUR; 24] } else { std::array::from_fn(level) };
        let calm = days.sums.iter().flat_map(|day| day.iter().zip(&by_hour));
        let calm = calm.filter_map(|(sum, level)| Some((f64::from((*sum)?), level)));
        let calm = calm.filter(|(sum, level)| *sum <= HABIT.0 * **level + HABIT.1);
        let (squares, expected) =
            calm.fold((0.0, 0.0), |(squares, all), (sum, level)| (squares + (sum - level).powi(2), all + level));
        Usual {
            levels: std::array::from_fn(|time| by_hour[time % DAY as usize / HOUR as usize] / f64::from(HOUR)),
            habits: [false; 2 * DAY as usize],
            dispersion: (squares / expected.max(1.0)).clamp(1.0, MOST_SCATTER),
            comparable,
        }
    }

    pub fn level(&self, place: Place) -> f64 {
        self.levels[place.time()]
    }

    /// Errors that are usual between two cells, the end exclusive.
    pub fn expected(&self, clock: &Clock, start: u32, end: u32) -> f64 {
        (start..end).map(|cell| self.level(clock.place(cell))).sum()
    }

    /// Variance over mean of the calm days, by cell or by hour, whichever is more: bursts show in one, busy hours in the
    /// other. Hours with a habit are left out: that it comes early or late is no scatter.
    fn scatter(&self, series: &Series, clock: &Clock, days: &Days, calm: &[bool]) -> f64 {
        // By hour of weekdays and of weekends: the level and the sum of its squares, none where a habit is.
        let hours: Vec<Option<(f64, f64)>> = self
            .levels
            .chunks(HOUR as usize)
            .zip(self.habits.chunks(HOUR as usize))
            .map(|(levels, habits)| {
                let level = (levels.iter().sum(), levels.iter().map(|level| level * level).sum());
                (!habits.contains(&true)).then_some(level)
            })
            .collect();
        let (mut expected, mut by_cell, mut by_hour) = (0.0, 0.0, 0.0);
        for (day, sums) in days.sums.iter().enumerate().filter(|(day, _)| calm[*day]) {
            let midnight = Place::midnight(days.first + day as u32).time() / HOUR as usize;
            for (sum, hour) in sums.iter().zip(&hours[midnight..]) {
                let (Some(sum), Some((level, squares))) = (*sum, hour) else { continue };
                expected += level;
                by_hour += (f64::from(sum) - level).powi(2);
                by_cell += squares;
            }
        }
        for (place, _, errors) in clock.places(series) {
            if calm[days.index(place)] && hours[place.time() / HOUR as usize].is_some() {
                let (level, errors) = (self.level(place), errors as f64);
                by_cell += (errors - level).powi(2) - level * level;
            }
        }
        (CHOSEN * f64::max(by_cell, by_hour) / expected.max(1.0)).clamp(1.0, MOST_SCATTER)
    }
}

/// The days that weekdays are like, and those that weekends are like, as [`Days::sums`] has them.
type Kinds = [Vec<usize>; 2];

/// The errors of each hour of each day.
struct Days {
    first: u32,
    /// None where nothing is known of the hour.
    sums: Vec<[Option<f32>; 24]>,
    /// Those of which enough hours are known.
    whole: Vec<usize>,
}

impl Days {
    fn of(series: &Series, clock: &Clock, left_out: impl Fn(Place, u64) -> bool) -> Days {
        let first = clock.place(clock.first).day;
        let mut sums = vec![[None; 24]; (clock.place(clock.end - 1).day - first) as usize + 1];
        let mut cell = clock.first;
        while cell < clock.end {
            let place = clock.place(cell);
            if clock.knows(cell) {
                sums[(place.day - first) as usize][(place.slot / HOUR) as usize] = Some(0.0);
            }
            cell += HOUR - place.slot % HOUR;
        }
        for (place, _, errors) in clock.places(series) {
            if let Some(sum) = &mut sums[(place.day - first) as usize][(place.slot / HOUR) as usize]
                && !left_out(place, errors)
            {
                *sum += errors as f32;
            }
        }
        let whole = (0..sums.len()).filter(|day| sums[*day].iter().flatten().count() >= WHOLE).collect();
        Days { first, sums, whole }
    }

    fn index(&self, place: Place) -> usize {
        (place.day - self.first) as usize
    }

    /// The whole days; few weekdays or weekends are like all of them.
    fn kinds(&self) -> Kinds {
        let (weekends, weekdays): (Vec<usize>, _) = self.whole.iter().partition(|day| self.is_weekend(**day));
        [weekdays, weekends].map(|kind| if kind.len() < KIND_DAYS { self.whole.clone() } else { kind })
    }

    fn is_weekend(&self, day: usize) -> bool {
        Place::midnight(self.first + day as u32).weekend
    }

    /// The days of each kind and their errors, each day once.
    fn of_their_kind<'a>(&'a self, kinds: &'a Kinds) -> impl Iterator<Item = (&'a [usize], Vec<(usize, f64)>)> {
        kinds.iter().zip([false, true]).map(|(days, weekend)| {
            let totals = days.iter().copied().zip(self.totals(days));
            (&days[..], totals.filter(|(day, _)| self.is_weekend(*day) == weekend).collect())
        })
    }

    fn totals(&self, days: &[usize]) -> Vec<f64> {
        days.iter().map(|day| self.sums[*day].iter().flatten().map(|sum| f64::from(*sum)).sum()).collect()
    }

    /// Means of the hours of the quieter days.
    fn means(&self, days: &[usize]) -> [f64; 24] {
        let totals = self.totals(days);
        let quiet = quantile(&mut totals.clone(), QUIET);
        let kept: Vec<usize> =
            days.iter().zip(totals).filter(|(_, total)| *total <= quiet).map(|(day, _)| *day).collect();
        std::array::from_fn(|hour| mean(kept.iter().filter_map(|day| self.sums[*day][hour]).map(f64::from)))
    }

    /// What a cell of each day has at least if it stands out; of days that are not whole, nothing does.
    fn stands_out(&self, kinds: &Kinds) -> Vec<f64> {
        let mut least = vec![f64::INFINITY; self.sums.len()];
        for (days, totals) in self.of_their_kind(kinds) {
            let usual = quantile(&mut self.means(days), 0.5) / f64::from(HOUR);
            for (day, total) in totals {
                least[day] = HABIT.0 * usual.max(total / f64::from(DAY)) + HABIT.1;
            }
        }
        least
    }

    /// What is usual in each hour.
    fn levels(&self, days: &[usize]) -> [f64; 24] {
        let means = self.means(days);
        // The quieter days have less than is usual: their profile, raised to the busiest of them.
        let scale = quantile(&mut self.totals(days), QUIET) / means.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        std::array::from_fn(|hour| {
            let smooth = (means[(hour + 23) % 24] + 2.0 * means[hour] + means[(hour + 1) % 24]) / 4.0;
            let mut same: Vec<f64> = days.iter().filter_map(|day| self.sums[*day][hour]).map(f64::from).collect();
            (smooth * scale.clamp(1.0, 2.0)).max(quantile(&mut same, QUIET)).max(LEAST_PER_HOUR)
        })
    }

    /// Which days are calm.
    fn calm(&self, kinds: &Kinds) -> Vec<bool> {
        let mut calm = vec![false; self.sums.len()];
        for (days, totals) in self.of_their_kind(kinds) {
            let [quiet, half] = [QUIET, CALM].map(|part| quantile(&mut self.totals(days), part));
            // Of few days, half may have a part of the outage.
            let most = half.min(HABIT.0 * quiet + LEAST_ERRORS as f64);
            totals.into_iter().for_each(|(day, total)| calm[day] = total <= most);
        }
        calm
    }

    /// What comes near each time on so many days that it cannot be the outage: what the quieter days have at most.
    fn habits(&self, series: &Series, clock: &Clock, kinds: &Kinds, stands_out: &[f64]) -> ByTime<Option<f64>> {
        // The most near each time, for each day on which it stands out.
        let mut near: Vec<Vec<(u32, f64)>> = vec![Vec::new(); 2 * DAY as usize];
        for (place, _, errors) in clock.places(series) {
            let errors = errors as f64;
            if errors <= stands_out[self.index(place)] {
                continue;
            }
            let of_all = |kind: usize| kinds[kind].len() == self.whole.len();
            for kind in (0..2).filter(|kind| of_all(*kind) || (*kind == 1) == place.weekend) {
                for slot in place.slot.saturating_sub(JITTER)..(place.slot + JITTER + 1).min(DAY) {
                    let near = &mut near[kind * DAY as usize + slot as usize];
                    match near.last_mut() {
                        Some((day, most)) if *day == place.day => *most = most.max(errors),
                        _ => near.push((place.day, errors)),
                    }
                }
            }
        }
        let share = |kind: usize| {
            let times = &near[kind * DAY as usize..][..DAY as usize];
            times.iter().map(Vec::len).sum::<usize>() as f64 / (kinds[kind].len() * times.len()).max(1) as f64
        };
        let shares = [share(0), share(1)];
        std::array::from_fn(|time| {
            let (days, near) = (kinds[time / DAY as usize].len(), &near[time]);
            let tries = f64::from(DAY / (2 * JITTER + 1));
            if tries * at_least(near.len(), days, shares[time / DAY as usize]) > BY_CHANCE {
                return None;
            }
            let rank = (days.saturating_sub(1) as f64 * QUIET) as usize;
            let rank = rank.checked_sub(days - near.len())?;
            let mut most: Vec<f64> = near.iter().map(|(_, most)| *most).collect();
            most.sort_unstable_by(f64::total_cmp);
            most.get(rank).copied()
        })
    }
}

/// How likely it is at most that so many of all have what each has with some probability (Chernoff's bound; Hoeffding,
/// "Probability inequalities for sums of bounded random variables", *JASA* 58 (1963) 13–30, theorem 1).
fn at_least(count: usize, all: usize, probability: f64) -> f64 {
    let found = count as f64 / all.max(1) as f64;
    if found <= probability {
        return 1.0;
    }
    let part = |found: f64, probability: f64| if found > 0.0 { found * (found / probability).ln() } else { 0.0 };
    (-(all as f64) * (part(found, probability) + part(1.0 - found, 1.0 - probability))).exp()
}

/// The largest of the lower part of some values, whose order changes; 0 of none.
pub fn quantile(values: &mut [f64], part: f64) -> f64 {
    let rank = (values.len().saturating_sub(1) as f64 * part) as usize;
    if values.is_empty() { 0.0 } else { *values.select_nth_unstable_by(rank, f64::total_cmp).1 }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    if count > 0.0 { sum / count } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bursts_at_random_moments_are_no_habit() {
        // A day of 1 in 2 has 5 of 7 often, and 3 in 100 hardly ever: e^(−7 · (5/7 · ln(10/7) + 2/7 · ln(4/7))) = 0.5145.
        assert!((at_least(5, 7, 0.5) - 0.5145).abs() < 1e-3, "{}", at_least(5, 7, 0.5));
        assert_eq!((at_least(3, 7, 0.5), at_least(0, 0, 0.5)), (1.0, 1.0));
        assert!(at_least(7, 7, 0.03) < 1e-10);
        // Four weeks of 40 bursts a day, about one in each hour and more: at any time of the day on most days.
        let mut random = 1_u64;
        let mut cells: Vec<(u32, u64)> = Vec::new();
        for day in 0..28 {
            for _ in 0..40 {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                cells.push((day * DAY + (random >> 33) as u32 % DAY, 20));
            }
        }
        cells.sort_unstable();
        cells.dedup_by_key(|(cell, _)| *cell);
        let clock = Clock::new(0, 28 * DAY, Vec::new(), true, |_| 0);
        let habits = |cells: &Series| Usual::of(cells, &clock).habits.iter().filter(|habit| **habit).count();
        assert_eq!(habits(&cells), 0);
        // A batch of each night is one beside a few of them.
        let mut few: Vec<(u32, u64)> = cells.iter().copied().step_by(10).collect();
        few.retain(|(cell, _)| cell % DAY != 36);
        few.extend((0..28).map(|day| (day * DAY + 36, 30)));
        few.sort_unstable();
        assert_eq!(habits(&few), 2 * (2 * JITTER as usize + 1));
    }
}
