//! Errors by window, for whatever a kind is grouped by.

use std::collections::BTreeMap;

use crate::{
    cube::{Bucketed, Cube},
    model::Kind,
};

/// The errors of each group in each of so many windows; the buckets of `sums` are numbers of windows. Kinds without a
/// group are left out.
///
/// The sums are few already, one for each window and kind, and each is added where it belongs: there is nothing to look
/// for, as a frame's group-by would.
pub fn by_window<G: Ord>(
    cube: &Cube,
    sums: &[Bucketed],
    windows: usize,
    group: impl Fn(&Kind) -> Option<G>,
) -> BTreeMap<G, Vec<u64>> {
    let catalog = cube.catalog();
    let of_kind: Vec<Option<G>> = catalog.kinds().iter().map(group).collect();
    let mut groups: Vec<&G> = of_kind.iter().flatten().collect();
    groups.sort_unstable();
    groups.dedup();
    // Per kind rather than per sum, of which there are many more.
    let place: Vec<Option<usize>> = of_kind.iter().map(|group| groups.binary_search(&group.as_ref()?).ok()).collect();
    let mut series: Vec<Vec<u64>> = groups.iter().map(|_| Vec::new()).collect();
    for sum in sums {
        let (Some(group), Ok(window)) = (place[sum.kind.0 as usize], usize::try_from(sum.bucket)) else { continue };
        let series = &mut series[group];
        if series.is_empty() {
            series.resize(windows, 0);
        }
        if let Some(errors) = series.get_mut(window) {
            *errors += sum.errors;
        }
    }
    drop(groups);
    let mut named: BTreeMap<G, Vec<u64>> = BTreeMap::new();
    for (group, place) in of_kind.into_iter().zip(place) {
        if let (Some(group), Some(place)) = (group, place)
            && !series[place].is_empty()
        {
            named.insert(group, std::mem::take(&mut series[place]));
        }
    }
    named
}
