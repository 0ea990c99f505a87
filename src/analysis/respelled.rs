//! What may be meant by a day, a moment or a period that is not spelled as errstat reads it.

use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization;

/// The text as errstat reads it, if its numbers make a day, a moment, a period or an age: `2026/11/16`, `16.11.2026`,
/// `２０２６年１１月`, `8 days`. Of a day and a month that may be either, none.
pub fn respelled(text: &str) -> Option<String> {
    let text: String = text.nfkc().flat_map(char::to_lowercase).collect();
    let mut numbers: Vec<u32> = Vec::new();
    for digits in text.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty()) {
        match digits.len() {
            8 => numbers.extend([&digits[..4], &digits[4..6], &digits[6..]].map(|part| part.parse().unwrap_or(0))),
            _ => numbers.push(digits.parse().ok()?),
        }
    }
    let behind =
        text.trim_start_matches(|c: char| !c.is_ascii_digit()).trim_start_matches(|c: char| !c.is_alphabetic());
    let of_week = |text: &str| text.contains(['w', '週']);
    Some(match numbers[..] {
        [count] => match behind.chars().next()? {
            'd' | '日' => format!("{count}d"),
            'h' | '時' => format!("{count}h"),
            'w' | '週' => format!("{}d", 7 * count),
            'm' | 'か' | 'ヶ' => format!("{}d", 30 * count),
            _ => return None,
        },
        [year, week] if of_week(&text) => format!("{year}-W{week:02}"),
        [first, second] => format!("{}-{:02}", first.max(second), first.min(second)),
        [a, b, c] => day(a, b, c)?.to_string(),
        [a, b, c, d, e, f] if d.max(f) > 99 => format!("{}..{}", day(a, b, c)?, day(d, e, f)?),
        [a, b, c, hour, minute] => format!("{}T{hour:02}:{minute:02}", day(a, b, c)?),
        [a, b, c, hour, minute, second] => format!("{}T{hour:02}:{minute:02}:{second:02}", day(a, b, c)?),
        [a, b, c, h, m, d, e, f, i, n] => {
            format!("{}T{h:02}:{m:02}..{}T{i:02}:{n:02}", day(a, b, c)?, day(d, e, f)?)
        }
        _ => return None,
    })
}

/// The day of a year in front or behind; the other two decide which of them is the month, or none does.
fn day(a: u32, b: u32, c: u32) -> Option<NaiveDate> {
    let of = |year: u32, month, day| NaiveDate::from_ymd_opt(year.try_into().ok()?, month, day);
    if a > 99 { of(a, b, c) } else { of(c, a, b).xor(of(c, b, a)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_meant_is_what_the_numbers_say() {
        for (text, meant) in [
            ("2026/11/16", "2026-11-16"),
            ("2026-11-6", "2026-11-06"),
            ("２０２６年１１月１６日", "2026-11-16"),
            ("20261116", "2026-11-16"),
            ("16.11.2026", "2026-11-16"),
            ("11/16/2026", "2026-11-16"),
            ("2026/11", "2026-11"),
            ("11/2026", "2026-11"),
            ("2026W47", "2026-W47"),
            ("2026年第47週", "2026-W47"),
            ("8 days", "8d"),
            ("last 2 weeks", "14d"),
            ("７日間", "7d"),
            ("2026-11-16 to 2026-11-22", "2026-11-16..2026-11-22"),
            ("20261116-20261122", "2026-11-16..2026-11-22"),
            ("2026/11/16 9:05", "2026-11-16T09:05"),
            ("2026/11/16 9:05〜2026/11/17 6:00", "2026-11-16T09:05..2026-11-17T06:00"),
        ] {
            assert_eq!(respelled(text).as_deref(), Some(meant), "{text}");
        }
        for text in ["", "8", "week", "w47", "11/12/2026", "16.11.26.1", "99999999999", "2026-02-30"] {
            assert_eq!(respelled(text), None, "{text}");
        }
    }
}
