//! Curves out of characters.

/// Eighths of a cell, from below.
const UP: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// How many neighbouring values a column holds so that all of them fit the width: a number that divides the day, as
/// long as it will do.
pub(super) fn values_per_column(values: usize, width: usize) -> usize {
    let needed = values.div_ceil(width.max(1)).max(1);
    [1, 2, 3, 4, 6, 8, 12, 24].into_iter().find(|&n| n >= needed).unwrap_or(needed.div_ceil(24) * 24)
}

/// A curve one line high, as high as `highest` if that is more than its own peak. Nothing is a base line, and what is
/// not nothing is seen.
pub(super) fn sparkline(values: &[u64], highest: u64) -> String {
    let line = skyline(values, 1, highest).pop().unwrap_or_default();
    line.replace(' ', "_")
}

/// Columns several lines high, the top line first.
pub(super) fn skyline(values: &[u64], height: usize, highest: u64) -> Vec<String> {
    let steps = UP.len() as u128;
    let highest = values.iter().copied().max().unwrap_or(0).max(highest).max(1);
    let row = |row: usize| {
        let below = row as u128 * steps;
        let cell = |&value: &u64| {
            let exact = u128::from(value) * height as u128 * steps;
            let level = if value == 0 { 0 } else { (exact / u128::from(highest)).max(1) };
            match level.saturating_sub(below) {
                0 => ' ',
                over => UP[(over.min(steps) - 1) as usize],
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
    fn columns_are_as_high_as_their_value() {
        assert_eq!(sparkline(&[0, 1, 500, 1_000], 0), "_▁▄█");
        assert_eq!(sparkline(&[0, 1, 500, 1_000], 2_000), "_▁▂▄");
        assert_eq!(skyline(&[16, 12, 8, 1, 0], 2, 0), ["█▄   ", "███▁ "]);
        assert_eq!(sparkline(&[u64::MAX, 1, 0], 0), "█▁_");
        assert_eq!(sparkline(&[], 0), "");
        assert_eq!(sparkline(&[0, 0], 0), "__");
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
