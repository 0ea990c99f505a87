//! What people did meanwhile. No input tells of it; the user does.

use schemars::JsonSchema;
use serde::Serialize;

use super::Bounds;
use crate::model::{LocalTime, Moment};

/// A moment and the name of what happened then, in a zone that is known only later.
pub type Event = (Moment, String);

/// From when to when, and the name of what was done, likewise.
pub type Planned = ([Moment; 2], String);

/// A moment after which something may fail, such as a deployment.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Mark {
    pub at: LocalTime,
    pub name: String,
}

/// A stretch in which errors are expected; end exclusive.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Maintenance {
    pub start: LocalTime,
    pub end: LocalTime,
    pub name: String,
}

impl Maintenance {
    /// Start and end in milliseconds since 1970-01-01T00:00:00Z.
    pub fn bounds(&self) -> (i64, i64) {
        (self.start.millis(), self.end.millis())
    }
}

/// What happened in a period, in the order of time.
pub fn marks_in(bounds: &Bounds, marks: &[Mark]) -> Vec<Mark> {
    let mut found: Vec<Mark> =
        marks.iter().filter(|mark| (bounds.start..bounds.end).contains(&mark.at.millis())).cloned().collect();
    found.sort_by(|a, b| (a.at.millis(), &a.name).cmp(&(b.at.millis(), &b.name)));
    found
}

/// What touches a period, in the order of time.
pub fn maintenance_in(bounds: &Bounds, all: &[Maintenance]) -> Vec<Maintenance> {
    let touches = |maintenance: &&Maintenance| {
        let (start, end) = maintenance.bounds();
        start < bounds.end && end > bounds.start
    };
    let mut found: Vec<Maintenance> = all.iter().filter(touches).cloned().collect();
    found.sort_by(|a, b| (a.bounds(), &a.name).cmp(&(b.bounds(), &b.name)));
    found
}
