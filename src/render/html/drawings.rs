//! Drawings without axes and letters, of the size of a word.

use crate::{
    chart::{LEAST_TOP, ReasonInks, theme::Ink},
    story::Event,
};

/// Width and height; more bars cannot be told apart.
pub(super) const SPARK: (usize, usize) = (120, 24);
const BARS: usize = 60;

/// The `d` of a path that draws values as bars from left to right, in a box of 120 × 24.
///
/// More values than fit are added up in equal groups, so every error is in the picture.
pub(super) fn spark(values: &[u64]) -> String {
    let groups: Vec<u64> = grouped(values, BARS, |group| group.iter().fold(0, |sum: u64, n| sum.saturating_add(*n)));
    bars(&groups, &[], groups.iter().copied().max().unwrap_or(0).max(LEAST_TOP), SPARK)
}

/// Bars of values that stand on others; `most` fills the height.
fn bars(values: &[u64], below: &[u64], most: u64, (width, height): (usize, usize)) -> String {
    let step = width as f64 / values.len().max(1) as f64;
    let scale = |value: u64| value as f64 / most.max(1) as f64 * height as f64;
    let bar = |(at, &value): (usize, &u64)| {
        // One error beside a million must still be seen.
        let tall = short(scale(value).max(1.5));
        let foot = short(height as f64 - scale(below.get(at).copied().unwrap_or(0)));
        format!("M{} {foot}v-{tall}h{}v{tall}z", short(at as f64 * step), short((step * 0.8).min(width as f64 / 10.0)))
    };
    values.iter().enumerate().filter(|(_, value)| **value > 0).map(bar).collect()
}

/// What at most `most` groups of neighbours come to.
fn grouped(values: &[u64], most: usize, of: impl Fn(&[u64]) -> u64) -> Vec<u64> {
    values.chunks(values.len().div_ceil(most).max(1)).map(of).collect()
}

/// One digit after the point, none where it is zero.
fn short(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// An incident's errors in steps of five minutes, stacked by failure class: an ink and a path for each layer.
///
/// Of more steps than fit the highest of neighbours is drawn, so that all incidents have one scale; `most` of them fills
/// the height.
pub(super) fn course(event: &Event<'_>, inks: &ReasonInks<'_>, most: &u64) -> Vec<(Ink, String)> {
    let highest = |cells: &[u64]| grouped(cells, BARS, |group| group.iter().copied().max().unwrap_or(0));
    let mut below: Vec<u64> = Vec::new();
    let mut drawn = Vec::new();
    for part in &event.parts {
        let values = highest(part.cells);
        below.resize(values.len(), 0);
        drawn.push((inks.ink(&part.reason), bars(&values, &below, *most, SPARK)));
        below.iter_mut().zip(&values).for_each(|(below, value)| *below = below.saturating_add(*value));
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_in_some_bar() {
        let sum = |group: &[u64]| group.iter().sum();
        assert_eq!(grouped(&[1, 2, 3, 4, 5], 2, sum), [6, 9]);
        assert_eq!(grouped(&[1, 2], 60, sum), [1, 2]);
        assert!(grouped(&[], 60, sum).is_empty());
    }

    #[test]
    fn the_largest_fills_the_height_and_zero_draws_nothing() {
        // Two values in 20 × 10: steps of 10, bars of at most 2; half of the largest is half as tall.
        assert_eq!(bars(&[4, 2], &[], 4, (20, 10)), "M0 10v-10h2v10zM10 10v-5h2v5z");
        assert_eq!(bars(&[0, 2], &[1, 2], 4, (20, 10)), "M10 5v-5h2v5z");
        assert_eq!(spark(&[0, 0]), "");
    }
}
