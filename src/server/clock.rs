//! When something happened, as access logs write it.

use chrono::{NaiveDate, NaiveDateTime};

use crate::model::{Timestamp, Zone};

/// A time of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub at: Timestamp,
    /// Whether the log itself says in which zone it is.
    pub zoned: bool,
}

/// That of CLF, of ISO 8601, and what Apache's `%{…}t` is mostly made to be.
const FORMS: [&str; 5] = [
    "%d/%b/%Y:%H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%d/%b/%Y %H:%M:%S%.f",
    "%Y/%m/%d %H:%M:%S%.f",
];

/// Reads a time with or without brackets, or an epoch in seconds, milli-, micro- or nanoseconds; `zone` is that of times
/// without one. None outside the years 2011 to 2100.
pub fn read(text: &str, zone: &Zone) -> Option<Moment> {
    let text = text.strip_prefix('[').map_or(text, |inner| inner.strip_suffix(']').unwrap_or(inner));
    let moment = epoch(text).or_else(|| written(text, zone))?;
    moment.at.is_plausible().then_some(moment)
}

fn written(text: &str, zone: &Zone) -> Option<Moment> {
    common(text.as_bytes()).or_else(|| in_any_form(text, zone))
}

/// The one of nearly all lines, `27/Nov/2026:14:18:30 +0000`, read in a tenth of the time.
fn common(text: &[u8]) -> Option<Moment> {
    let [d, e, b'/', month @ .., b' ', sign, h, i, m, n] = text else { return None };
    let [j, k, l, b'/', y, z, a, c, b':', rest @ ..] = month else { return None };
    let [o, p, b':', q, r, b':', s, t] = rest else { return None };
    let number = |digits: &[&u8]| {
        digits.iter().try_fold(0, |all, digit| digit.is_ascii_digit().then(|| all * 10 + i64::from(**digit - b'0')))
    };
    let month = match &[*j, *k, *l] {
        b"Jan" => 1,
        b"Feb" => 2,
        b"Mar" => 3,
        b"Apr" => 4,
        b"May" => 5,
        b"Jun" => 6,
        b"Jul" => 7,
        b"Aug" => 8,
        b"Sep" => 9,
        b"Oct" => 10,
        b"Nov" => 11,
        b"Dec" => 12,
        _ => return None,
    };
    let day = NaiveDate::from_ymd_opt(number(&[y, z, a, c])? as i32, month, number(&[d, e])? as u32)?;
    let (hour, minute, second) = (number(&[o, p])?, number(&[q, r])?, number(&[s, t])?);
    let (hours, minutes) = (number(&[h, i])?, number(&[m, n])?);
    if hour > 23 || minute > 59 || second > 59 || hours > 14 || minutes > 59 {
        return None;
    }
    let offset = match sign {
        b'+' => hours * 60 + minutes,
        b'-' => -(hours * 60 + minutes),
        _ => return None,
    };
    let seconds = i64::from(day.to_epoch_days()) * 86_400 + hour * 3600 + (minute - offset) * 60 + second;
    Some(Moment { at: Timestamp(seconds * 1000), zoned: true })
}

fn in_any_form(text: &str, zone: &Zone) -> Option<Moment> {
    let (local, rest) = FORMS.iter().find_map(|form| NaiveDateTime::parse_and_remainder(text, form).ok())?;
    let stated = match rest.trim_start() {
        "" => return Some(Moment { at: zone.instant(local)?, zoned: false }),
        "Z" | "z" | "UTC" => Zone::utc(),
        offset if offset.starts_with(['+', '-']) => offset.parse().ok()?,
        _ => return None,
    };
    Some(Moment { at: stated.instant(local)?, zoned: true })
}

fn epoch(text: &str) -> Option<Moment> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    let millis = match whole.len() {
        9 | 10 => {
            let digits = fraction.bytes().map(|digit| i64::from(digit - b'0')).chain(std::iter::repeat(0));
            number * 1000 + digits.take(3).fold(0, |all, digit| all * 10 + digit)
        }
        13 => number,
        16 => number / 1000,
        19 => number / 1_000_000,
        _ => return None,
    };
    Some(Moment { at: Timestamp(millis), zoned: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_instant_in_every_form() {
        // date -u -d '2026-11-27 14:18:30' +%s
        let at = Timestamp(1_795_789_110_000);
        for (text, zoned) in [
            ("27/Nov/2026:14:18:30 +0000", true),
            ("[27/Nov/2026:23:18:30 +0900]", true),
            ("[27/Nov/2026:14:18:30.000]", false),
            ("2026-11-27T14:18:30Z", true),
            ("2026-11-27T23:18:30.000+09:00", true),
            ("2026-11-27 14:18:30", false),
            ("1795789110", true),
            ("1795789110.000", true),
            ("1795789110000", true),
            ("1795789110000000", true),
            ("1795789110000000000", true),
        ] {
            assert_eq!(read(text, &Zone::utc()), Some(Moment { at, zoned }), "{text}");
        }
        // The short way and the long one agree, also where there is no such day.
        for text in [
            "28/Feb/2026:23:59:59 -0330",
            "29/Feb/2028:00:00:00 +1400",
            "29/Feb/2026:00:00:00 +0000",
            "31/Dec/2026:23:59:59 +0545",
            "01/Jan/2027:24:00:00 +0000",
            "1a/Jan/2027:10:00:00 +0000",
        ] {
            assert_eq!(common(text.as_bytes()), in_any_form(text, &Zone::utc()), "{text}");
        }
        let tokyo = read("[27/Nov/2026:23:18:30.061]", &Zone::tokyo());
        assert_eq!(tokyo, Some(Moment { at: Timestamp(1_795_789_110_061), zoned: false }));
        assert_eq!(read("1795789116.1265502", &Zone::utc()).unwrap().at, Timestamp(1_795_789_116_126));
        for text in ["", "-", "27/Nov/2026", "31/Feb/2026:14:18:30 +0000", "27/Nov/1999:14:18:30 +0000", "12345", "１"]
        {
            assert_eq!(read(text, &Zone::utc()), None, "{text}");
        }
    }
}
