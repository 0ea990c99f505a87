//! Moments in mails: `Date` fields, the item "Time detected", and the dates that mail programs write into forwarded text.

use chrono::{DateTime, NaiveDateTime};
use encoding_rs::UTF_8;
use unicode_normalization::UnicodeNormalization;

use super::Hindrance;
use crate::{
    input::time::{TimeCell, TimeForm, TimeReader},
    model::{Precision, Timestamp, Why, Zone, key},
};

/// A longer text is no time.
const LONGEST: usize = 120;

/// The instant of a `Date` field; none where it is no date, or not between the years 2011 and 2100.
pub fn sent(date: Option<&str>, zone: Zone) -> Option<Timestamp> {
    let date = date.filter(|date| date.len() <= LONGEST)?;
    let found = mail_parser::DateTime::parse_rfc822(date).filter(mail_parser::DateTime::is_valid);
    // mail-parser takes any day from 1 to 31.
    match found.map(|found| DateTime::parse_from_rfc3339(&found.to_rfc3339())) {
        Some(time) => in_range(Timestamp::from(time.ok()?)).ok(),
        None => read(date, None, zone).ok().map(|(at, _)| at),
    }
}

/// A written time, in the zone where it carries no offset of its own. The note is what stood in brackets beside the
/// item's name, which may be the offset.
pub fn read(text: &str, note: Option<&str>, zone: Zone) -> Result<(Timestamp, Precision), Hindrance> {
    if text.len() > LONGEST {
        return Err(key::mails::TIME_UNREADABLE);
    }
    let text: String = text.nfkc().collect();
    let text = text.trim_matches(|c: char| c.is_whitespace() || "`*_\"'".contains(c));
    if text.is_empty() {
        return Err(key::mails::TIME_MISSING);
    }
    // An offset in brackets may stand at the end.
    let bracketed = text.strip_suffix(')').and_then(|text| text.rsplit_once('('));
    let bracketed = bracketed.and_then(|(before, inner)| Some((before.trim_end(), offset(inner)?)));
    let text = without_weekday(bracketed.as_ref().map_or(text, |(before, _)| before));
    let noted = || offset(&note?.nfkc().collect::<String>());
    let offset = bracketed.map(|(_, offset)| offset).or_else(noted);
    let text = match (offset, last_offset(&text)) {
        (_, Some((base, own))) => format!("{base} {own}"),
        (Some(offset), None) => format!("{text} {offset}"),
        (None, None) => text,
    };
    match TimeForm::of(&text, true) {
        Some(form) => by_form(&text, form, zone),
        None => in_words(&text, zone),
    }
}

/// Reads a time in one of the forms that exports have, too.
fn by_form(text: &str, form: TimeForm, zone: Zone) -> Result<(Timestamp, Precision), Hindrance> {
    let form = match form.is_open() {
        true => form.decided_by(TimeCell::Whole(text)).ok_or(key::mails::TIME_AMBIGUOUS)?,
        false => form,
    };
    let at = TimeReader::new(&form, zone, UTF_8, None).read(text.as_bytes()).map_err(|why| match why {
        Why::TimeImpossible => key::mails::TIME_IMPOSSIBLE,
        Why::TimeOutOfRange => key::mails::TIME_OUT_OF_RANGE,
        Why::TimeMissing => key::mails::TIME_MISSING,
        _ => key::mails::TIME_UNREADABLE,
    })?;
    Ok((Timestamp(at), form.precision()))
}

/// Dates with the month as a word, as mail programs write them: `Monday, November 16, 2026 at 4:12 AM`. Commas and `at`
/// are left out.
const DATES: [&str; 4] = ["%A %d %B %Y", "%A %B %d %Y", "%d %B %Y", "%B %d %Y"];
const CLOCKS: [(&str, Precision); 4] = [
    ("%H:%M:%S", Precision::Second),
    ("%I:%M:%S %p", Precision::Second),
    ("%H:%M", Precision::Minute),
    ("%I:%M %p", Precision::Minute),
];

fn in_words(text: &str, zone: Zone) -> Result<(Timestamp, Precision), Hindrance> {
    if let Ok(time) = DateTime::parse_from_rfc2822(text) {
        return Ok((in_range(Timestamp::from(time))?, Precision::Second));
    }
    let text = text.replace(',', " ");
    let mut words: Vec<&str> = text.split_whitespace().filter(|word| *word != "at").collect();
    // `GMT+9` and the like come last.
    let own = words.last().and_then(|word| offset(word)).map(|offset| offset.parse());
    words.truncate(words.len() - usize::from(own.is_some()));
    let zone = own.unwrap_or(Ok(zone)).map_err(|_| key::mails::TIME_UNREADABLE)?;
    let text = words.join(" ");
    let forms = DATES.iter().flat_map(|date| CLOCKS.map(|(clock, precision)| (format!("{date} {clock}"), precision)));
    let found = forms
        .chain([("%A %B %d %H:%M:%S %Y".to_owned(), Precision::Second)])
        .find_map(|(form, precision)| Some((NaiveDateTime::parse_from_str(&text, &form).ok()?, precision)));
    let (local, precision) = found.ok_or(key::mails::TIME_UNREADABLE)?;
    let at = zone.instant(local).ok_or(key::mails::TIME_IMPOSSIBLE)?;
    Ok((in_range(at)?, precision))
}

/// `2026年11月16日月曜日 4:12` without 月曜日, `2026-11-16 (Mon) 04:12` without (Mon).
fn without_weekday(text: &str) -> String {
    const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let mut text = text.to_owned();
    if let Some(at) = text.find("曜日")
        && let Some(day) = text[..at].chars().last()
        && "月火水木金土日".contains(day)
    {
        text.replace_range(at - day.len_utf8()..at + "曜日".len(), "");
        text = text.replace("()", "").replace("日,", "日");
    }
    if let Some((before, rest)) = text.split_once('(')
        && let Some((inner, after)) = rest.split_once(')')
        && NAMES.iter().any(|name| inner.to_lowercase().starts_with(name))
    {
        text = format!("{} {}", before.trim_end(), after.trim_start()).trim().to_owned();
    }
    text
}

/// An offset in any of its spellings, in the one that every reader of times knows.
fn offset(text: &str) -> Option<String> {
    let text = text.trim().trim_matches(['(', ')']).trim();
    match text.to_lowercase().as_str() {
        "jst" | "日本時間" | "日本標準時" | "asia/tokyo" | "japan standard time" => {
            return Some("+09:00".into());
        }
        "utc" | "gmt" | "z" => return Some("+00:00".into()),
        _ => {}
    }
    // Zone knows `UTC+9`, `+09:00` and `+0900`, and also IANA's names, which are not meant here.
    let digits = text.strip_prefix("UTC").or(text.strip_prefix("GMT")).unwrap_or(text).replace('\u{2212}', "-");
    let zone: Zone = digits.starts_with(['+', '-']).then(|| digits.replace(' ', "").parse().ok())??;
    let seconds = zone.fixed_seconds()?;
    let sign = if seconds < 0 { '-' } else { '+' };
    Some(format!("{sign}{:02}:{:02}", seconds.abs() / 3600, seconds.abs() / 60 % 60))
}

/// Splits the offset off that is the last word behind a time of day.
fn last_offset(text: &str) -> Option<(&str, String)> {
    let (before, word) = text.rsplit_once(char::is_whitespace)?;
    let own = offset(word)?;
    before.contains(':').then_some((before.trim_end(), own))
}

/// The years in which LINE's bots send errors.
fn in_range(at: Timestamp) -> Result<Timestamp, Hindrance> {
    if at.is_plausible() { Ok(at) } else { Err(key::mails::TIME_OUT_OF_RANGE) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Result<String, Hindrance> {
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
            ("soon", key::mails::TIME_UNREADABLE),
            ("06/07/2026 04:12", key::mails::TIME_AMBIGUOUS),
            ("2026-02-30 04:12:33", key::mails::TIME_IMPOSSIBLE),
            ("1999-02-28 04:12:33", key::mails::TIME_OUT_OF_RANGE),
            ("2026-11-16 04:12:33 - 04:17:33", key::mails::TIME_UNREADABLE),
            ("Sun, 16 Nov 2026 04:12:33 +0900", key::mails::TIME_UNREADABLE),
        ] {
            assert_eq!(told(text), Err(why), "{text}");
        }
        assert_eq!(told("17/06/2026 04:12:00").as_deref(), Ok("2026-06-17T04:12:00+09:00"));
        assert_eq!(told("06/17/2026 04:12:00").as_deref(), Ok("2026-06-17T04:12:00+09:00"));
        assert_eq!(told(&"1".repeat(500)), Err(key::mails::TIME_UNREADABLE));
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
        ] {
            assert_eq!(told(date).as_deref(), Some("2026-11-16T04:12:33+09:00"), "{date}");
        }
        for date in
            ["", "x", "Mon, 31 Feb 2026 04:12:33 +0900", "Mon, 16 Nov 1970 04:12:33 +0900", "99 Nov 99999999999"]
        {
            assert_eq!(told(date), None, "{date}");
        }
    }
}
