//! When something happened, as access logs write it.

use std::cell::RefCell;

use chrono::NaiveDateTime;

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
pub fn read(text: &[u8], zone: &Zone) -> Option<Moment> {
    let text = text.strip_prefix(b"[").map_or(text, |inner| inner.strip_suffix(b"]").unwrap_or(inner));
    let is_epoch = text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    let moment = if is_epoch { epoch(text) } else { written(text, *zone) }?;
    moment.at.is_plausible().then_some(moment)
}

/// A minute as a log writes it.
struct Minute {
    /// What stands before the seconds, and what behind them and their fraction.
    before: Vec<u8>,
    behind: Vec<u8>,
    zone: Zone,
    start: Moment,
}

thread_local! {
    /// Lines that follow each other are mostly of the same minute, and reading it takes ten times as long.
    static LAST: RefCell<Option<Minute>> = const { RefCell::new(None) };
}

fn written(text: &[u8], zone: Zone) -> Option<Moment> {
    let known = |minute: &Minute| {
        let (millis, behind) = seconds(text.strip_prefix(&minute.before[..])?)?;
        let at = Timestamp(minute.start.at.0 + millis);
        (behind == minute.behind && zone == minute.zone).then_some(Moment { at, ..minute.start })
    };
    LAST.with_borrow_mut(|last| {
        last.as_ref().and_then(known).or_else(|| {
            let moment = in_any_form(std::str::from_utf8(text).ok()?, &zone)?;
            // `:18:30`, and no `:14:18:` before it.
            let is_end = |part: &[u8]| part[0] == b':' && part[3] == b':' && part.get(6) != Some(&b':');
            let at = text.windows(7).position(is_end).or_else(|| text.len().checked_sub(6));
            *last = at.and_then(|at| {
                let (millis, behind) = seconds(&text[at + 4..])?;
                let start = Moment { at: Timestamp(moment.at.0 - millis), ..moment };
                Some(Minute { before: text[..at + 4].to_vec(), behind: behind.to_vec(), zone, start })
            });
            Some(moment)
        })
    })
}

/// Seconds with or without a fraction, in milliseconds, and what stands behind them.
fn seconds(text: &[u8]) -> Option<(i64, &[u8])> {
    let [tens @ b'0'..=b'5', ones @ b'0'..=b'9', rest @ ..] = text else { return None };
    let millis = (i64::from(tens - b'0') * 10 + i64::from(ones - b'0')) * 1000;
    let Some(fraction) = rest.strip_prefix(b".") else { return Some((millis, rest)) };
    let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (digits > 0).then(|| (millis + thousandths(&fraction[..digits]), &fraction[digits..]))
}

/// The digits of a fraction, as thousandths.
fn thousandths(digits: &[u8]) -> i64 {
    let digits = digits.iter().map(|digit| i64::from(digit - b'0')).chain(std::iter::repeat(0));
    digits.take(3).fold(0, |all, digit| all * 10 + digit)
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

/// Digits and dots.
fn epoch(text: &[u8]) -> Option<Moment> {
    let text = std::str::from_utf8(text).ok()?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let number: i64 = whole.parse().ok()?;
    let millis = match whole.len() {
        9 | 10 if !fraction.contains('.') => number * 1000 + thousandths(fraction.as_bytes()),
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
            assert_eq!(read(text.as_bytes(), &Zone::utc()), Some(Moment { at, zoned }), "{text}");
        }
        let tokyo = read(b"[27/Nov/2026:23:18:30.061]", &Zone::tokyo());
        assert_eq!(tokyo, Some(Moment { at: Timestamp(1_795_789_110_061), zoned: false }));
        assert_eq!(read(b"1795789116.1265502", &Zone::utc()).unwrap().at, Timestamp(1_795_789_116_126));
        for text in ["", "-", "27/Nov/2026", "31/Feb/2026:14:18:30 +0000", "27/Nov/1999:14:18:30 +0000", "12345", "１"]
        {
            assert_eq!(read(text.as_bytes(), &Zone::utc()), None, "{text}");
        }
    }

    #[test]
    fn a_minute_that_is_known_is_read_alike() {
        let zones = [Zone::utc(), Zone::tokyo()];
        for before in ["27/Nov/2026:14:18:", "27/Nov/2026:14:19:", "2026-11-27T14:18:", "2026/11/27 14:18:"] {
            for behind in ["", " +0000", " -0330", "Z", "+09:00", " x"] {
                for seconds in ["30", "59", "00.5", "07.123456789", "60", "3", "30.", "3a", "61"] {
                    let text = format!("{before}{seconds}{behind}");
                    for zone in &zones {
                        let told = read(text.as_bytes(), zone);
                        assert_eq!(told, in_any_form(&text, zone), "{text}");
                        assert_eq!(read(text.as_bytes(), zone), told, "{text}, once more");
                    }
                }
            }
        }
    }
}
