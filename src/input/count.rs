//! Counts, as exports and the tools that save them anew write them.

use unicode_normalization::UnicodeNormalization;

use crate::model::{Why, key};

/// A count with white space around it, or the reason why it is none. At most 2⁶³ − 1.
///
/// Spreadsheets and dataframes write whole numbers as `3.0`, `1,234` or `1.2E+03`, some in full-width digits. What is not
/// surely whole (`1.5`, `1.234`) or not surely one number (`1,23`; `90.000`, which is ninety thousand to many) is none.
pub fn count(text: &str) -> Result<u64, Why> {
    let text = text.trim();
    if text.is_empty() {
        return Err(key::reject::COUNT_MISSING);
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return whole(text, 0);
    }
    let text: String = text.nfkc().collect();
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => {
            (number, exponent.trim_start_matches('+').parse::<usize>().map_err(|_| key::reject::COUNT_NOT_WHOLE)?)
        }
        None => (text.as_str(), 0),
    };
    let (integer, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = ungrouped(integer).ok_or(key::reject::COUNT_NOT_WHOLE)?;
    if fraction == "000" && exponent == 0 && digits == integer && digits.len() <= 3 {
        return Err(key::reject::COUNT_NOT_WHOLE);
    }
    // Digits behind the point that the exponent does not bring before it must be zeros.
    let (raised, rest) = fraction.split_at_checked(exponent.min(fraction.len())).ok_or(key::reject::COUNT_NOT_WHOLE)?;
    if !raised.bytes().all(|b| b.is_ascii_digit()) || !rest.bytes().all(|b| b == b'0') {
        return Err(key::reject::COUNT_NOT_WHOLE);
    }
    whole(&(digits + raised), exponent - raised.len())
}

/// A whole number from its digits and the zeros behind them.
fn whole(digits: &str, zeros: usize) -> Result<u64, Why> {
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Ok(0);
    }
    // 2⁶³ has 19 digits.
    if digits.len().saturating_add(zeros) > 19 {
        return Err(key::reject::COUNT_TOO_LARGE);
    }
    let shown = format!("{digits}{}", "0".repeat(zeros));
    shown.parse::<u64>().ok().filter(|n| i64::try_from(*n).is_ok()).ok_or(key::reject::COUNT_TOO_LARGE)
}

/// The digits of a number whose thousands may be set apart, by the same sign throughout.
fn ungrouped(text: &str) -> Option<String> {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if is_digits(text) {
        return Some(text.to_owned());
    }
    let separator = text.chars().find(|c| matches!(c, ',' | ' ' | '\''))?;
    let mut groups = text.split(separator);
    let first = groups.next().filter(|first| is_digits(first) && first.len() <= 3)?;
    let rest: Vec<&str> = groups.collect();
    rest.iter().all(|group| is_digits(group) && group.len() == 3).then(|| first.to_owned() + &rest.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_whole_numbers_of_63_bits() {
        for (text, expected) in [
            (" 12 ", 12),
            ("0", 0),
            ("0000000000000000000000007", 7),
            ("9223372036854775807", 9_223_372_036_854_775_807),
            ("3.0", 3),
            ("3.", 3),
            ("0.0", 0),
            ("1,234", 1234),
            ("12,345,678", 12_345_678),
            ("1,234.00", 1234),
            ("1 234", 1234),
            ("1\u{a0}234", 1234),
            ("1\u{202f}234", 1234),
            ("１，２３４", 1234),
            ("１７", 17),
            ("5.02E+02", 502),
            ("5.02e2", 502),
            ("1.2E+03", 1200),
            ("1E3", 1000),
        ] {
            assert_eq!(count(text), Ok(expected), "{text}");
        }
        assert_eq!(count(""), Err(key::reject::COUNT_MISSING));
        for text in ["9223372036854775808", "1E30", "1E99999999999", "10,000,000,000,000,000,000"] {
            assert!(matches!(count(text), Err(key::reject::COUNT_TOO_LARGE | key::reject::COUNT_NOT_WHOLE)), "{text}");
        }
        for text in [
            "-1",
            "1.5",
            "1.234",
            "90.000",
            "1.000",
            "1.000.000",
            "1,23",
            "1,2345",
            "1,234 567",
            ",234",
            "1e-3",
            "x",
            "1 2",
            "5.021E+02",
            "E5",
            ".",
        ] {
            assert_eq!(count(text), Err(key::reject::COUNT_NOT_WHOLE), "{text}");
        }
    }
}
