//! Errors by window, channel and detail: what a reader's choice in the page is added up from.

use std::collections::{BTreeMap, HashMap};

use super::{ChannelRow, DetailRow, Fact, sums::Sums};
use crate::table::Dictionary;

/// The facts of a period in the order of time; none where the page could not hold them.
pub fn facts(names: &Dictionary, in_windows: &Sums<'_>, channels: &[ChannelRow], details: &[DetailRow]) -> Vec<Fact> {
    let channels: HashMap<Option<&str>, usize> =
        channels.iter().enumerate().map(|(at, row)| (row.channel.as_deref(), at)).collect();
    let details: HashMap<(&str, &str), usize> =
        details.iter().enumerate().map(|(at, row)| ((&*row.reason, &*row.detail), at)).collect();
    let rows = names.kinds.iter().map(|kind| {
        let channel = channels.get(&names.channels[kind.channel as usize].as_deref())?;
        let detail = (&*names.reasons[kind.reason as usize], &*names.details[kind.detail as usize]);
        Some((*channel, *details.get(&detail)?))
    });
    let rows: Vec<Option<(usize, usize)>> = rows.collect();
    let mut facts: BTreeMap<(usize, usize, usize), u64> = BTreeMap::new();
    for sum in in_windows.all() {
        if let Some((channel, detail)) = rows[sum.kind.0 as usize] {
            *facts.entry((sum.bucket, channel, detail)).or_default() += sum.errors;
        }
    }
    facts.into_iter().map(|((window, channel, detail), errors)| Fact { window, channel, detail, errors }).collect()
}
