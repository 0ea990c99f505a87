//! Counts as columns of stacked colours.

use std::collections::HashMap;

use super::{
    scene::Scene,
    theme::{Ink, OTHERS},
};
use crate::model::key;

/// One colour of the stack.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    pub ink: Ink,
    pub name: String,
    /// Over the whole period.
    pub errors: u64,
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

/// The analysis's windows, stacked by reason, over a width in pixels.
pub fn by_reason(scene: &Scene, width: f64) -> Stack {
    let reasons: Vec<(&str, u64)> = scene.reasons().into_iter().filter(|(_, errors)| *errors > 0).collect();
    let mut layers: Vec<Layer> = Vec::new();
    let mut layer_of: HashMap<&str, usize> = HashMap::new();
    let (further, named): (Vec<_>, Vec<_>) = reasons.into_iter().partition(|(reason, _)| scene.ink(reason) == OTHERS);
    for (reason, errors) in named {
        layer_of.insert(reason, layers.len());
        layers.push(Layer { ink: scene.ink(reason), name: reason.to_owned(), errors });
    }
    if !further.is_empty() {
        let name = if let [(only, _)] = further[..] { only } else { scene.phrase(key::chart::OTHER_REASONS) };
        let errors = further.iter().fold(0_u64, |sum, (_, errors)| sum.saturating_add(*errors));
        layer_of.extend(further.iter().map(|(reason, _)| (*reason, layers.len())));
        layers.push(Layer { ink: OTHERS, name: name.to_owned(), errors });
    }
    let buckets = &scene.analysis.windows.buckets;
    let (pooled, highest) = pool(buckets, width, |bucket| bucket.errors);
    let column = |window: usize| {
        let bucket = &buckets[window];
        let mut stacked = vec![0_u64; layers.len()];
        for (reason, errors) in &bucket.by_reason.0 {
            if let Some(&layer) = layer_of.get(reason.as_str()) {
                stacked[layer] = stacked[layer].saturating_add(*errors);
            }
        }
        Column { window, layers: stacked, errors: bucket.errors, partial: bucket.partial }
    };
    let columns = highest.into_iter().map(column).collect();
    Stack { layers, columns, pooled }
}

/// Counts of one kind over a width in pixels.
pub fn single(ink: Ink, counts: &[u64], width: f64) -> Stack {
    let (pooled, highest) = pool(counts, width, |errors| *errors);
    let column = |window| Column { window, layers: vec![counts[window]], errors: counts[window], partial: false };
    let errors = counts.iter().fold(0_u64, |sum, errors| sum.saturating_add(*errors));
    let columns = highest.into_iter().map(column).collect();
    Stack { layers: vec![Layer { ink, name: String::new(), errors }], columns, pooled }
}

/// How many neighbours must share a column so that columns are hardly thinner than a pixel, and the highest of each
/// group, the first of equal ones: sums would need another unit, and means would hide what the chart is for.
fn pool<T>(values: &[T], width: f64, errors: impl Fn(&T) -> u64) -> (usize, Vec<usize>) {
    let pooled = values.len().div_ceil(((width * 1.2) as usize).max(1)).max(1);
    let highest = values.chunks(pooled).enumerate().filter_map(|(i, group)| {
        let at = (0..group.len()).rev().max_by_key(|at| errors(&group[*at]))?;
        Some(i * pooled + at)
    });
    (pooled, highest.collect())
}

impl Stack {
    /// The highest column, the first of equal ones.
    pub fn highest(&self) -> Option<(usize, &Column)> {
        self.columns.iter().enumerate().rev().max_by_key(|(_, column)| column.errors)
    }
}
