//! The value axis: round ticks, and counts short enough for a picture.

use crate::{model::Sentence, taxonomy::Lang};

/// An axis of counts from 0 to a round number.
#[derive(Clone, Debug, PartialEq)]
pub struct CountAxis {
    /// From 0 upwards, evenly spaced, 1, 2 or 5 times a power of ten apart.
    pub ticks: Vec<u64>,
    /// The last tick, at least 1.
    pub top: u64,
}

impl CountAxis {
    /// The axis for counts up to `max`, with at most `steps` steps. Counts are whole, so the ticks are.
    pub fn new(max: u64, steps: u64) -> CountAxis {
        let steps = u128::from(steps.max(1));
        let max = u128::from(max.max(1));
        let step = (0..)
            .flat_map(|power| [1, 2, 5].map(|digit| digit * 10_u128.pow(power)))
            .find(|step| max.div_ceil(*step) <= steps)
            .unwrap_or(max);
        // The largest counts have no round number above them in 64 bits.
        let ticks: Vec<u64> = (0..=max.div_ceil(step)).map(|n| u64::try_from(n * step).unwrap_or(u64::MAX)).collect();
        CountAxis { top: ticks.last().copied().unwrap_or(1), ticks }
    }

    /// Where a count lies between 0 (the axis's start) and 1 (its top).
    pub fn place(&self, count: u64) -> f64 {
        count as f64 / self.top as f64
    }
}

/// Counts from here on are shown rounded.
const EXACT_BELOW: u64 = 10_000_000;

/// A count for a picture: exact below ten million, else with three digits and the language's word
/// for the power of ten.
pub fn figure(lang: Lang, count: u64) -> String {
    if count < EXACT_BELOW { lang.number(count) } else { compact(lang, count) }
}

/// A count in little room: exact below ten thousand, else rounded to three digits.
pub fn compact(lang: Lang, count: u64) -> String {
    if count < 10_000 {
        return lang.number(count);
    }
    let units = lang.phrase("chart.units");
    let unit = units
        .split_whitespace()
        .filter_map(|unit| unit.split_once(':'))
        .filter_map(|(power, name)| Some((power.parse::<i32>().ok()?, name)))
        .rfind(|(power, _)| count as f64 >= 10_f64.powi(*power) * 0.9995);
    let Some((power, name)) = unit else { return lang.number(count) };
    let value = count as f64 / 10_f64.powi(power);
    let number = match value {
        _ if value >= 99.95 => lang.number(value.round() as u64),
        _ if value >= 9.995 => trimmed(format!("{value:.1}")),
        _ => trimmed(format!("{value:.2}")),
    };
    lang.say(&Sentence::new("chart.rounded").with("number", number).with("unit", name))
}

fn trimmed(number: String) -> String {
    number.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A difference with its sign: `+105`, `−47`, `±0`.
pub fn difference(lang: Lang, change: i64) -> String {
    let sign = match change {
        0 => "±",
        1.. => "+",
        _ => "−",
    };
    format!("{sign}{}", figure(lang, change.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_whole_and_reach_the_largest_count() {
        assert_eq!(CountAxis::new(96, 5).ticks, [0, 20, 40, 60, 80, 100]);
        assert_eq!(CountAxis::new(1, 5).ticks, [0, 1]);
        assert_eq!(CountAxis::new(0, 5).ticks, [0, 1]);
        assert_eq!(CountAxis::new(3, 5).ticks, [0, 1, 2, 3]);
        assert_eq!(CountAxis::new(101, 4).ticks, [0, 50, 100, 150]);
        assert_eq!(CountAxis::new(1_000_000_000_000_000, 2).top, 1_000_000_000_000_000);
        assert_eq!(CountAxis::new(u64::MAX, 4).top, u64::MAX);
    }

    #[test]
    fn large_counts_are_rounded_to_three_digits() {
        let shown = |count| figure(Lang::En, count);
        assert_eq!(shown(9_999_999), "9,999,999");
        assert_eq!(shown(12_340_000), "12.3 M");
        assert_eq!(shown(999_999_999), "1 bn");
        assert_eq!(shown(1_000_000_000_000_000), "1,000 tn");
        assert_eq!(compact(Lang::En, 9_999), "9,999");
        assert_eq!(compact(Lang::En, 12_345), "12.3 k");
        assert_eq!(compact(Lang::En, 345_678), "346 k");
        assert_eq!(compact(Lang::En, 1_250_000), "1.25 M");
    }

    #[test]
    fn differences_carry_their_sign() {
        assert_eq!(difference(Lang::En, 105), "+105");
        assert_eq!(difference(Lang::En, -1_047), "−1,047");
        assert_eq!(difference(Lang::En, 0), "±0");
        assert_eq!(difference(Lang::En, i64::MIN), "−9,223,372 tn");
    }
}
