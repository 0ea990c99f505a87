//! Moments as the user writes them, and what was done at them: `--event` and `--maintenance`.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use crate::{
    error::{Error, Result},
    model::{Privacy, SentenceKey, Timestamp, Zone, key},
};

/// A moment, in a zone that is known only later.
#[derive(Clone, Copy, Debug)]
pub enum Moment {
    At(Timestamp),
    Local(NaiveDateTime),
}

impl Moment {
    pub fn parse(text: &str) -> Option<Moment> {
        if let Ok(at) = chrono::DateTime::parse_from_rfc3339(text) {
            return Some(Moment::At(at.into()));
        }
        if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            return Some(Moment::Local(day.and_time(NaiveTime::MIN)));
        }
        let forms = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"];
        forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()).map(Moment::Local)
    }

    /// The instant in a zone; a time that the clock skips is the moment after.
    pub fn in_zone(self, zone: &Zone) -> Timestamp {
        match self {
            Moment::At(at) => at,
            Moment::Local(local) => zone.moment(local),
        }
    }
}

/// A moment and the name of what happened then.
pub type Event = (Moment, String);

/// From when to when, and the name of what was done.
pub type Planned = ([Moment; 2], String);

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
