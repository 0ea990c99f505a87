//! Counts short enough for a picture.

use crate::{
    model::{Sentence, key},
    taxonomy::Lang,
};

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
    let units = lang.phrase(key::chart::UNITS);
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
    lang.say(&Sentence::new(key::chart::ROUNDED).with("number", number).with("unit", name))
}

fn trimmed(number: String) -> String {
    number.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
