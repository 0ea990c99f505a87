//! Drawings of the size of a word.

/// Width and height of a sparkline in pixels, and the most bars in it.
const WIDTH: usize = 120;
const HEIGHT: usize = 24;
const BARS: usize = 60;

/// The `d` of a path that draws values as bars, from left to right, in a box of 120 × 24.
///
/// More values than fit are added up in equal groups, so every error is in the picture.
pub(super) fn bars(values: &[u64]) -> String {
    bars_in(values, WIDTH, HEIGHT)
}

fn bars_in(values: &[u64], width: usize, height: usize) -> String {
    let groups = grouped(values, BARS);
    let largest = groups.iter().copied().max().unwrap_or(0);
    let mut path = String::new();
    if largest == 0 {
        return path;
    }
    let step = width as f64 / groups.len() as f64;
    let bar = (step * 0.8).min(12.0);
    for (i, &value) in groups.iter().enumerate().filter(|(_, value)| **value > 0) {
        // One error beside a million must still be seen.
        let tall = (value as f64 / largest as f64 * height as f64).max(1.5);
        path.push_str(&format!(
            "M{} {height}v-{}h{}v{}z",
            short(i as f64 * step),
            short(tall),
            short(bar),
            short(tall)
        ));
    }
    path
}

/// At most `most` sums over neighbours.
fn grouped(values: &[u64], most: usize) -> Vec<u64> {
    let size = values.len().div_ceil(most).max(1);
    values.chunks(size).map(|chunk| chunk.iter().fold(0, |sum: u64, n| sum.saturating_add(*n))).collect()
}

/// One digit after the point, none where it is zero.
fn short(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_in_some_bar() {
        assert_eq!(grouped(&[1, 2, 3, 4, 5], 2), [6, 9]);
        assert_eq!(grouped(&[1, 2], 60), [1, 2]);
        assert!(grouped(&[], 60).is_empty());
    }

    #[test]
    fn the_largest_fills_the_height_and_zero_draws_nothing() {
        // Two values in 20 × 10: steps of 10, bars of 8; half of the largest is half as tall.
        assert_eq!(bars_in(&[4, 2], 20, 10), "M0 10v-10h8v10zM10 10v-5h8v5z");
        assert_eq!(bars_in(&[0, 4], 20, 10), "M10 10v-10h8v10z");
        assert_eq!(bars(&[0, 0]), "");
    }
}
