//! Moments as people write them.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::{Timestamp, Zone};

/// A moment, in a zone that is known only later.
#[derive(Clone, Copy, Debug)]
pub enum Moment {
    At(Timestamp),
    Local(NaiveDateTime),
}

impl Moment {
    /// Reads a date, a date and a time, or RFC 3339; none where it is none of them.
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
