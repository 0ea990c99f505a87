//! `--event` and `--maintenance`: what people did meanwhile.

use super::moment::Moment;
use crate::{
    analysis::{Maintenance, Mark},
    error::{Error, Result},
    model::{LocalTime, Privacy, Zone, key},
};

/// `AT=NAME`.
#[derive(Clone, Debug)]
pub struct EventOption {
    at: Moment,
    name: String,
}

/// `FROM..UNTIL=NAME`.
#[derive(Clone, Debug)]
pub struct MaintenanceOption {
    from: Moment,
    until: Moment,
    name: String,
}

pub fn event(text: &str) -> Result<EventOption> {
    let event = || {
        let (at, name) = text.split_once('=')?;
        Some(EventOption { at: Moment::parse(at.trim())?, name: named(name)? })
    };
    event().ok_or_else(|| Error::new(key::error::EVENT_FORM).with("value", Privacy::default().text(text)))
}

pub fn maintenance(text: &str) -> Result<MaintenanceOption> {
    let maintenance = || {
        let (times, name) = text.split_once('=')?;
        let (from, until) = times.split_once("..")?;
        let [from, until] = [from, until].map(|at| Moment::parse(at.trim()));
        let there = MaintenanceOption { from: from?, until: until?, name: named(name)? };
        let zone = Zone::console();
        (there.from.in_zone(&zone) < there.until.in_zone(&zone)).then_some(there)
    };
    maintenance().ok_or_else(|| Error::new(key::error::MAINTENANCE_FORM).with("value", Privacy::default().text(text)))
}

/// Safe to show; none where there is nothing.
fn named(text: &str) -> Option<String> {
    let name = Privacy::default().text(text.trim());
    (!name.is_empty()).then_some(name)
}

impl EventOption {
    pub fn in_zone(&self, zone: &Zone) -> Mark {
        Mark { at: local(self.at, zone), name: self.name.clone() }
    }
}

impl MaintenanceOption {
    pub fn in_zone(&self, zone: &Zone) -> Maintenance {
        Maintenance { start: local(self.from, zone), end: local(self.until, zone), name: self.name.clone() }
    }
}

fn local(moment: Moment, zone: &Zone) -> LocalTime {
    zone.time(moment.in_zone(zone))
}
