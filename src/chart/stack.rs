//! The windows as columns of stacked reasons.

use std::collections::HashMap;

use super::{
    scene::Scene,
    theme::{Ink, OTHERS},
};
use crate::analysis::Bucket;

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

/// Stacks the windows in at most `room` columns. Where they are more, a column shows the highest of
/// its windows: sums would need another unit, and means would hide what the chart is for.
pub fn stack(scene: &Scene, room: usize) -> Stack {
    let reasons: Vec<(&str, u64)> = scene.reasons().into_iter().filter(|(_, errors)| *errors > 0).collect();
    let mut layers: Vec<Layer> = Vec::new();
    let mut layer_of: HashMap<&str, usize> = HashMap::new();
    let (further, named): (Vec<_>, Vec<_>) = reasons.into_iter().partition(|(reason, _)| scene.ink(reason) == OTHERS);
    for (reason, errors) in named {
        layer_of.insert(reason, layers.len());
        layers.push(Layer { ink: scene.ink(reason), name: reason.to_owned(), errors });
    }
    if let [(only, errors)] = further[..] {
        layer_of.insert(only, layers.len());
        layers.push(Layer { ink: OTHERS, name: only.to_owned(), errors });
    } else if !further.is_empty() {
        let errors = further.iter().fold(0_u64, |sum, (_, errors)| sum.saturating_add(*errors));
        layer_of.extend(further.iter().map(|(reason, _)| (*reason, layers.len())));
        layers.push(Layer { ink: OTHERS, name: scene.phrase("chart.other_reasons").to_owned(), errors });
    }
    let buckets = &scene.analysis.windows.buckets;
    let pooled = buckets.len().div_ceil(room.max(1)).max(1);
    let columns = buckets
        .chunks(pooled)
        .enumerate()
        .filter_map(|(i, windows)| {
            let (at, highest) = windows.iter().enumerate().rev().max_by_key(|(_, bucket)| bucket.errors)?;
            Some(column(highest, i * pooled + at, &layer_of, layers.len()))
        })
        .collect();
    Stack { layers, columns, pooled }
}

fn column(bucket: &Bucket, window: usize, layer_of: &HashMap<&str, usize>, layers: usize) -> Column {
    let mut stacked = vec![0_u64; layers];
    for (reason, errors) in &bucket.by_reason.0 {
        if let Some(&layer) = layer_of.get(reason.as_str()) {
            stacked[layer] = stacked[layer].saturating_add(*errors);
        }
    }
    Column { window, layers: stacked, errors: bucket.errors, partial: bucket.partial }
}

/// Counts of one kind in at most `room` columns.
pub fn single(ink: Ink, counts: &[u64], room: usize) -> Stack {
    let pooled = counts.len().div_ceil(room.max(1)).max(1);
    let columns = counts
        .chunks(pooled)
        .enumerate()
        .filter_map(|(i, counts)| {
            let (at, &errors) = counts.iter().enumerate().rev().max_by_key(|(_, errors)| **errors)?;
            Some(Column { window: i * pooled + at, layers: vec![errors], errors, partial: false })
        })
        .collect();
    let errors = counts.iter().fold(0_u64, |sum, errors| sum.saturating_add(*errors));
    Stack { layers: vec![Layer { ink, name: String::new(), errors }], columns, pooled }
}

impl Stack {
    /// The highest column, the first of equal ones.
    pub fn highest(&self) -> Option<(usize, &Column)> {
        self.columns.iter().enumerate().rev().max_by_key(|(_, column)| column.errors)
    }
}
