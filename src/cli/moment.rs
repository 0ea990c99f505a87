//! What was done, and when: `--event` and `--maintenance`.

use crate::{
    analysis::{Event, Planned},
    error::{Error, Result},
    model::{Moment, Privacy, SentenceKey, Zone, key},
};

/// Reads `AT=NAME`.
pub fn event(text: &str) -> Result<Event> {
    let event = || {
        let (at, name) = text.split_once('=')?;
        Some((Moment::parse(at.trim())?, named(name)?))
    };
    event().ok_or_else(|| refused(key::error::EVENT_FORM, text))
}

/// Reads `FROM..UNTIL=NAME`.
pub fn maintenance(text: &str) -> Result<Planned> {
    let maintenance = || {
        let (times, name) = text.split_once('=')?;
        let (from, until) = times.split_once("..")?;
        let (from, until) = (Moment::parse(from.trim())?, Moment::parse(until.trim())?);
        let [first, last] = [from, until].map(|at| at.in_zone(&Zone::console()));
        Some(([from, until], named(name).filter(|_| first < last)?))
    };
    maintenance().ok_or_else(|| refused(key::error::MAINTENANCE_FORM, text))
}

/// Safe to show; none where there is nothing.
fn named(text: &str) -> Option<String> {
    let name = Privacy::default().text(text.trim());
    (!name.is_empty()).then_some(name)
}

fn refused(key: SentenceKey, text: &str) -> Error {
    Error::new(key).with("value", Privacy::default().text(text))
}
