//! Moments in mails: `Date` fields, the item "Time detected", and the dates that mail programs write into forwarded text.

use unicode_normalization::UnicodeNormalization;

use crate::{
    input::time::{TimeCell, TimeForm, offset},
    model::{Precision, Timestamp, Why, Zone, key},
};

/// A longer text is no time.
const LONGEST: usize = 120;

/// The instant of a `Date` field; none where it is no date, or not between the years 2011 and 2100.
pub fn sent(date: Option<&str>, zone: Zone) -> Option<Timestamp> {
    let date = date?;
    // A weekday may be one of any language, or a wrong one.
    let behind_weekday = date.split_once(',').map_or("", |(_, rest)| rest);
    [date, behind_weekday].into_iter().find_map(|date| read(date, None, zone).ok()).map(|(at, _)| at)
}

/// A written time, in the zone where it carries no offset of its own: as exports have it, or as mail programs write it.
/// The note is what stood in brackets beside the item's name, which may be the offset.
pub fn read(text: &str, note: Option<&str>, zone: Zone) -> Result<(Timestamp, Precision), Why> {
    if text.len() > LONGEST {
        return Err(key::reject::TIME_UNREADABLE);
    }
    let text: String = text.nfkc().collect();
    let mut text = text.trim_matches(|c: char| c.is_whitespace() || "`*_\"'".contains(c)).to_owned();
    if text.is_empty() {
        return Err(key::mails::TIME_MISSING);
    }
    // What stands beside the time itself is nearer.
    let has_own = TimeForm::of(&text, true).is_some_and(|form| form.has_offset());
    let note = note.filter(|_| !has_own).map(|note| note.nfkc().collect::<String>());
    if let Some(note) = note.filter(|note| offset(note).is_some()) {
        text = format!("{text} {note}");
    }
    let form = match TimeForm::of(&text, true) {
        Some(form) if form.is_open() => form.decided_by(TimeCell::Whole(&text)).ok_or(key::mails::TIME_AMBIGUOUS)?,
        Some(form) => form,
        None => TimeForm::Pattern("%A %B %d %H:%M:%S %Y".to_owned()),
    };
    let (at, _) = form.read(TimeCell::Whole(&text), &zone)?;
    Ok((at, form.precision()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Result<String, Why> {
        read(text, None, Zone::console()).map(|(at, _)| Zone::console().time(at).to_string())
    }

    #[test]
    fn a_time_means_the_same_however_it_is_written() {
        for text in [
            "2026-11-16 04:12:33",
            "2026/11/16 4:12:33",
            "2026-11-16T04:12:33+09:00",
            "2026-11-16 04:12:33 (UTC+9)",
            "2026-11-16 04:12:33 (UTC+09:00)",
            "2026-11-16 04:12:33（JST）",
            "2026-11-16 04:12:33 JST",
            "2026-11-16 04:12:33 UTC+9",
            "2026-11-16 04:12:33 +0900",
            "2026-11-15 19:12:33 UTC",
            "2026-11-15 19:12:33 (UTC)",
            "2026年11月16日 4:12:33",
            "2026年11月16日(月) 4:12:33",
            "2026年11月16日月曜日 4:12:33 JST",
            "2026年11月16日 4時12分33秒(日本時間)",
            "２０２６-１１-１６ ０４：１２：３３",
            "2026-11-16 (Mon) 04:12:33",
            "Mon, 16 Nov 2026 04:12:33 +0900",
            "Mon, 16 Nov 2026 04:12:33 +0900 (JST)",
            "Monday, November 16, 2026 at 4:12:33 AM GMT+9",
            "November 16, 2026 4:12:33 AM",
            "Mon Nov 16 04:12:33 2026",
            "`2026-11-16 04:12:33`",
            "1794769953",
        ] {
            assert_eq!(told(text).as_deref(), Ok("2026-11-16T04:12:33+09:00"), "{text}");
        }
        for text in
            ["2026-11-16 04:12", "Nov 16, 2026, 4:12 AM", "Monday, November 16, 2026 4:12 AM", "16 Nov 2026 4:12"]
        {
            let (at, precision) = read(text, None, Zone::console()).unwrap();
            assert_eq!(
                (Zone::console().time(at).to_string().as_str(), precision),
                ("2026-11-16T04:12:00+09:00", Precision::Minute)
            );
        }
        assert_eq!(read("2026-11-16", None, Zone::console()).unwrap().1, Precision::Day);
    }

    #[test]
    fn the_note_beside_the_name_may_be_the_offset() {
        let utc = Zone::utc();
        let told = |note| read("2026-11-16 04:12:33", note, utc).map(|(at, _)| utc.time(at).to_string()).unwrap();
        assert_eq!(told(Some("UTC+9")), "2026-11-15T19:12:33+00:00");
        assert_eq!(told(Some("+09:00")), "2026-11-15T19:12:33+00:00");
        assert_eq!(told(Some("検知日時")), "2026-11-16T04:12:33+00:00");
        assert_eq!(told(None), "2026-11-16T04:12:33+00:00");
        // What stands beside the time itself is nearer.
        let own = read("2026-11-16 04:12:33 +0000", Some("UTC+9"), utc).unwrap().0;
        assert_eq!(utc.time(own).to_string(), "2026-11-16T04:12:33+00:00");
    }

    #[test]
    fn what_is_no_time_is_told_apart() {
        for (text, why) in [
            ("", key::mails::TIME_MISSING),
            ("soon", key::reject::TIME_UNREADABLE),
            ("06/07/2026 04:12", key::mails::TIME_AMBIGUOUS),
            ("2026-02-30 04:12:33", key::reject::TIME_IMPOSSIBLE),
            ("1999-02-28 04:12:33", key::reject::TIME_OUT_OF_RANGE),
            ("2026-11-16 04:12:33 - 04:17:33", key::reject::TIME_UNREADABLE),
            ("Sun, 16 Nov 2026 04:12:33 +0900", key::reject::TIME_UNREADABLE),
        ] {
            assert_eq!(told(text), Err(why), "{text}");
        }
        assert_eq!(told("17/06/2026 04:12:00").as_deref(), Ok("2026-06-17T04:12:00+09:00"));
        assert_eq!(told("06/17/2026 04:12:00").as_deref(), Ok("2026-06-17T04:12:00+09:00"));
        assert_eq!(told(&"1".repeat(500)), Err(key::reject::TIME_UNREADABLE));
    }

    #[test]
    fn date_fields_are_read_as_programs_write_them() {
        let told = |date: &str| sent(Some(date), Zone::console()).map(|at| Zone::console().time(at).to_string());
        for date in [
            "Mon, 16 Nov 2026 04:12:33 +0900",
            "16 Nov 2026 04:12:33 +0900 (JST)",
            "Mon, 16 Nov 2026 04:12:33 +0900 (日本標準時)",
            "Sun, 15 Nov 2026 19:12:33 GMT",
            "Sun, 15 Nov 2026 19:12:33 -0000",
            "Mon,16 Nov 2026 04:12:33 +0900",
            "2026-11-16 04:12:33",
            "Mon, 16 Nov 2026 04:12:33 JST",
            "Mon, 16 Nov 2026 04:12:33 KST",
            "Mon, 16 Nov 2026 04:12:33 GMT+9",
            "Mon, 16 Nov 2026 04:12:33 GMT+0900 (Japan Standard Time)",
            "Mon, 16 Nov 2026 4:12:33 AM +0900",
            "Lun, 16 Nov 2026 04:12:33 +0900",
        ] {
            assert_eq!(told(date).as_deref(), Some("2026-11-16T04:12:33+09:00"), "{date}");
        }
        for date in [
            "",
            "x",
            "Mon, 31 Feb 2026 04:12:33 +0900",
            "Mon, 16 Nov 1970 04:12:33 +0900",
            "99 Nov 99999999999",
            // Zones that are not known, or are none.
            "Mon, 16 Nov 2026 04:12:33 CET",
            "Mon, 16 Nov 2026 04:12:33 BST",
            "Mon, 16 Nov 2026 04:12:33 +900",
            "Mon, 16 Nov 2026 04:12:33 +2500",
        ] {
            assert_eq!(told(date), None, "{date}");
        }
    }
}
