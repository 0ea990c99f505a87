//! Bars and curves out of characters.

/// Eighths of a cell, from the left and from below.
const ACROSS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
const UP: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const UP_ASCII: [char; 3] = ['.', ':', '#'];

/// A bar for a share between 0 and 1 of a width. What is not nothing is seen.
pub(super) fn bar(share: f64, width: usize, unicode: bool) -> String {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    let steps = if unicode { ACROSS.len() } else { 1 };
    let length = (share * (width * steps) as f64).round() as usize;
    let length = if share > 0.0 { length.max(1) } else { 0 };
    let (whole, rest) = (length / steps, length % steps);
    let full = if unicode { '█' } else { '#' };
    let mut bar: String = std::iter::repeat_n(full, whole).collect();
    if rest > 0 {
        bar.push(ACROSS[rest - 1]);
    }
    bar
}

/// How many neighbouring values a column holds so that all of them fit the width: a number that divides the day, as
/// long as it will do.
pub(super) fn values_per_column(values: usize, width: usize) -> usize {
    let needed = values.div_ceil(width.max(1)).max(1);
    [1, 2, 3, 4, 6, 8, 12, 24].into_iter().find(|&n| n >= needed).unwrap_or(needed.div_ceil(24) * 24)
}

/// A curve one line high. Nothing is a blank, and what is not nothing is seen.
pub(super) fn sparkline(values: &[u64], unicode: bool) -> String {
    let mut rows = skyline(values, 1, unicode);
    rows.pop().unwrap_or_default()
}

/// Columns several lines high, the top line first.
pub(super) fn skyline(values: &[u64], height: usize, unicode: bool) -> Vec<String> {
    let levels: &[char] = if unicode { &UP } else { &UP_ASCII };
    let steps = levels.len() as u128;
    let highest = values.iter().copied().max().unwrap_or(0).max(1);
    let row = |row: usize| {
        let below = row as u128 * steps;
        let cell = |&value: &u64| {
            let exact = u128::from(value) * height as u128 * steps;
            let level = if value == 0 { 0 } else { (exact / u128::from(highest)).max(1) };
            match level.saturating_sub(below) {
                0 => ' ',
                over => levels[(over.min(steps) - 1) as usize],
            }
        };
        values.iter().map(cell).collect::<String>()
    };
    (0..height).rev().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_share() {
        assert_eq!(bar(1.0, 4, true), "████");
        assert_eq!(bar(0.5, 4, true), "██");
        assert_eq!(bar(0.53125, 4, true), "██▏", "17 of 32 eighths");
        assert_eq!(bar(0.0001, 4, true), "▏");
        assert_eq!(bar(0.0, 4, true), "");
        assert_eq!(bar(0.5, 4, false), "##");
        assert_eq!(bar(f64::NAN, 4, true), "");
        assert_eq!(bar(7.0, 4, true), "████");
    }

    #[test]
    fn columns_are_as_high_as_their_value() {
        assert_eq!(sparkline(&[0, 1, 500, 1_000], true), " ▁▄█");
        assert_eq!(skyline(&[16, 12, 8, 1, 0], 2, true), ["█▄   ", "███▁ "]);
        assert_eq!(sparkline(&[u64::MAX, 1, 0], true), "█▁ ");
        assert_eq!(sparkline(&[3, 2, 1, 0], false), "#:. ");
        assert_eq!(sparkline(&[], true), "");
        assert_eq!(sparkline(&[0, 0], true), "  ");
    }

    #[test]
    fn hours_are_put_together_by_parts_of_a_day() {
        assert_eq!(values_per_column(168, 70), 3);
        assert_eq!(values_per_column(168, 168), 1);
        assert_eq!(values_per_column(7, 70), 1);
        assert_eq!(values_per_column(10_000, 70), 144);
        assert_eq!(values_per_column(0, 0), 1);
    }
}
