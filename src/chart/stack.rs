//! Counts as columns of stacked colours.

use super::{
    scene::Scene,
    theme::{Ink, OTHERS},
};
use crate::model::key;

/// Width of a column with its gap, at least, in pixels.
const THINNEST: f64 = 3.0;

/// One colour of the stack.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    pub ink: Ink,
    pub name: String,
    /// Errors of each window.
    pub counts: Vec<u64>,
}

impl Layer {
    /// Over all windows.
    pub fn errors(&self) -> u64 {
        self.counts.iter().fold(0, |sum, errors| sum.saturating_add(*errors))
    }
}

/// One column: a window, or the highest of several neighbouring ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Index of the window shown.
    pub window: usize,
    /// Errors per layer, from the bottom.
    pub layers: Vec<u64>,
    pub errors: u64,
    pub partial: bool,
}

/// Layers with errors, from the bottom, and the columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Stack {
    pub layers: Vec<Layer>,
    pub columns: Vec<Column>,
    /// How many windows share a column.
    pub pooled: usize,
}

/// The windows, stacked by reason, over a width in pixels.
pub fn by_reason(scene: &Scene, width: f64) -> Stack {
    let buckets = scene.windows;
    let reasons = buckets.first().map(|bucket| bucket.by_reason.0.as_slice()).unwrap_or_default();
    let mut layers: Vec<Layer> = Vec::new();
    for (at, (reason, _)) in reasons.iter().enumerate() {
        let count = |bucket: &crate::analysis::Bucket| bucket.by_reason.0.get(at).map_or(0, |(_, errors)| *errors);
        let counts: Vec<u64> = buckets.iter().map(count).collect();
        let ink = scene.ink(reason);
        match layers.iter_mut().find(|layer| ink == OTHERS && layer.ink == ink) {
            _ if counts.iter().all(|errors| *errors == 0) => {}
            Some(others) => {
                others.name = scene.phrase(key::chart::OTHER_REASONS).to_owned();
                others.counts.iter_mut().zip(counts).for_each(|(sum, errors)| *sum = sum.saturating_add(errors));
            }
            None => layers.push(Layer { ink, name: reason.clone(), counts }),
        }
    }
    let partial: Vec<bool> = buckets.iter().map(|bucket| bucket.partial).collect();
    Stack::new(layers, &partial, width)
}

impl Stack {
    /// Layers over a width in pixels; there is a window for each of `partial`, which says whether it is cut.
    ///
    /// So many neighbours share a column that it can be seen: it shows the highest of them, the first of equal ones. Sums
    /// would need another unit, and means would hide what the chart is for.
    pub fn new(layers: Vec<Layer>, partial: &[bool], width: f64) -> Stack {
        let pooled = partial.len().div_ceil(((width / THINNEST) as usize).max(1)).max(1);
        let column = |window: usize| {
            let counts: Vec<u64> = layers.iter().map(|layer| layer.counts.get(window).copied().unwrap_or(0)).collect();
            let errors = counts.iter().fold(0, |sum: u64, errors| sum.saturating_add(*errors));
            Column { window, layers: counts, errors, partial: partial[window] }
        };
        let windows: Vec<usize> = (0..partial.len()).collect();
        let highest = |group: &[usize]| group.iter().rev().map(|window| column(*window)).max_by_key(|c| c.errors);
        let columns = windows.chunks(pooled).filter_map(highest).collect();
        Stack { layers, columns, pooled }
    }

    /// Counts of one kind over a width in pixels.
    pub fn single(ink: Ink, counts: &[u64], width: f64) -> Stack {
        let layer = Layer { ink, name: String::new(), counts: counts.to_vec() };
        Stack::new(vec![layer], &vec![false; counts.len()], width)
    }

    /// The highest column, the first of equal ones; none where there are no errors.
    pub fn highest(&self) -> Option<(usize, &Column)> {
        let highest = self.columns.iter().enumerate().rev().max_by_key(|(_, column)| column.errors);
        highest.filter(|(_, column)| column.errors > 0)
    }
}
