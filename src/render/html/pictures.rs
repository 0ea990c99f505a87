//! Where each chart stands in the page.

use crate::chart::Chart;

/// The charts, handed out by name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pictures<'a> {
    all: &'a [Chart],
}

/// Charts that have their own place in the page, or none in it: the overview is for chats.
const PLACED: [&str; 7] = ["timeline", "reasons", "details", "heatmap", "channels", "incident", "overview"];

impl<'a> Pictures<'a> {
    pub fn new(all: &'a [Chart]) -> Self {
        Pictures { all }
    }

    /// The chart of this name.
    pub fn get(&self, name: &str) -> Option<&'a Chart> {
        self.all.iter().find(|chart| chart.name == name)
    }

    /// The chart of an incident, counted from 1.
    pub fn incident(&self, number: &usize) -> Option<&'a Chart> {
        self.all.iter().find(|chart| chart.name == "incident" && chart.number == Some(*number))
    }

    /// Charts that the page has no place for.
    pub fn others(&self) -> Vec<&'a Chart> {
        self.all.iter().filter(|chart| !PLACED.contains(&chart.name)).collect()
    }
}
