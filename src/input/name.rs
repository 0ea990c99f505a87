//! What the name of a file tells: the time that it covers, that it should be an export, that it is half a download.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use super::ReadOptions;
use crate::model::{Coverage, CoverageBasis, Precision, Sentence, key};

/// The coverage of a file by its name, unless the user said when it was exported.
///
/// One date is the day of the export, up to whose start the file is surely complete; two dates are a
/// first and a last day, and a third is the day of the export; a week or a month in ISO 8601 stands for all its days. Days are those of the user's zone, who
/// named the file; of rows without a time of day, which stay days of theirs, those of the rows.
pub fn coverage(file_name: &str, precision: Option<Precision>, options: &ReadOptions) -> Coverage {
    let zone = if precision == Some(Precision::Day) { options.zone } else { options.day_zone };
    let day = named_day(file_name);
    let (until, by) = match (options.exported_at, day) {
        (Some(at), _) => (Some(at), CoverageBasis::ExportedAt),
        (None, Some(day)) => (Some(zone.day_start(day)), CoverageBasis::FileName),
        (None, None) => (None, CoverageBasis::LastRow),
    };
    // The option may well tell at what time of that day it was.
    let named = day.filter(|day| options.exported_at.is_some_and(|at| at >= zone.day_end(*day)));
    Coverage { from: None, until, by, named: named.map(|day| zone.day_start(day)) }
}

/// The first day that the name of a file does not promise.
pub fn named_day(name: &str) -> Option<NaiveDate> {
    let mut dates = Vec::new();
    let numbers = numbers(name);
    let mut i = 0;
    while i < numbers.len() {
        let (next, used) = match &numbers[i..] {
            [a, b, c, ..]
                if a.digits == 4 && b.digits.max(c.digits) <= 2 && a.joiner.is_some() && a.joiner == b.joiner =>
            {
                (day(a.value, b.value, c.value), 3)
            }
            [a, ..] if a.digits == 8 => (day(a.value / 10_000, a.value / 100 % 100, a.value % 100), 1),
            _ => (None, 1),
        };
        dates.extend(next);
        i += if next.is_some() { used } else { 1 };
    }
    // The same day twice is one day, and no first and last day.
    dates.sort_unstable();
    dates.dedup();
    match dates[..] {
        [day] => Some(day),
        [_, last] => last.checked_add_days(Days::new(1)),
        [.., export] => Some(export),
        _ => week(name).or_else(|| month(&numbers)),
    }
}

fn day(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day).filter(|day| (2011..=2100).contains(&day.year()))
}

/// `2026-W46` and the like: the Monday after.
fn week(name: &str) -> Option<NaiveDate> {
    let upper = name.to_uppercase();
    upper.match_indices('W').find_map(|(at, _)| {
        let week: String = upper[at + 1..].chars().take_while(char::is_ascii_digit).collect();
        let before = upper[..at].trim_end_matches(['-', '_']);
        let year = before.get(before.len().checked_sub(4)?..)?;
        let monday = NaiveDate::from_isoywd_opt(
            year.parse().ok()?,
            week.parse().ok().filter(|_| week.len() == 2)?,
            Weekday::Mon,
        )?;
        monday.checked_add_days(Days::new(7)).filter(|day| (2011..=2101).contains(&day.year()))
    })
}

/// `2026-11`: the first of the next month.
fn month(numbers: &[Number]) -> Option<NaiveDate> {
    numbers.windows(2).find_map(|pair| {
        let [a, b] = pair else { return None };
        (a.digits == 4 && b.digits == 2 && a.joiner.is_some())
            .then(|| day(a.value, b.value, 1))
            .flatten()?
            .checked_add_months(Months::new(1))
    })
}

/// A run of digits in a name.
struct Number {
    /// Nothing sensible where there are more digits than a date has.
    value: u32,
    digits: usize,
    /// The one character between it and the next number, if that may stand in a date.
    joiner: Option<char>,
}

fn numbers(name: &str) -> Vec<Number> {
    let mut found = Vec::new();
    let mut rest = name;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        rest = &rest[start..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, behind) = rest.split_at(digits);
        let next = behind.strip_prefix(['-', '_', '.']).filter(|next| next.starts_with(|c: char| c.is_ascii_digit()));
        let joiner = next.and_then(|_| behind.chars().next());
        found.push(Number { value: number.parse().unwrap_or(0), digits, joiner });
        rest = behind;
    }
    found
}

/// Endings of exports as they are downloaded, and as people save them again.
const ENDINGS: [&str; 7] = ["tsv", "csv", "txt", "xlsx", "xls", "ods", "numbers"];
/// Endings of what is packed, also in ways that errstat does not read, and of a download that has not come to its end.
const AROUND: [&str; 11] = ["gz", "zst", "zip", "bz2", "xz", "7z", "lz4", "br", "rar", "part", "crdownload"];

/// Whether a file that was skipped, by its path and the reason, calls itself an export: by its ending, packed or not, or
/// by a date; a sheet beside others does so by its rows.
pub fn is_expected(path: &str, why: &Sentence) -> bool {
    if is_known(why) {
        return false;
    }
    if [key::other::PARTIAL, key::other::COLUMN_MISSING].contains(&why.key) {
        return true;
    }
    is_named_as_one(path.rsplit('/').next().unwrap_or(path))
}

/// Whether a skipped file is known to be no export: errstat wrote it, or it is an access log or a mail that does not count.
pub fn is_known(why: &Sentence) -> bool {
    [key::other::OWN_OUTPUT, key::other::MAIL_SENDER, key::other::ACCESS_LOG].contains(&why.key)
}

/// Whether the name of a file has an export's ending, packed or not, or a date; a packed file without an ending of its own
/// may hold anything.
pub fn is_named_as_one(name: &str) -> bool {
    let bare = name.matches('.').count() == 1 && ["gz", "zst", "zip"].iter().any(|packed| name.ends_with(packed));
    bare || names_export(name)
}

/// Whether the name of a file has an export's ending, packed or not, or a date.
pub fn names_export(name: &str) -> bool {
    let mut parts = name.rsplit('.').map(str::to_lowercase);
    let mut ending = parts.next().unwrap_or_default();
    let has_ending = name.contains('.');
    while AROUND.contains(&ending.as_str()) {
        let Some(inner) = parts.next() else { break };
        ending = inner;
    }
    has_ending && ENDINGS.contains(&ending.as_str()) || named_day(name).is_some()
}

/// What browsers add to the name until all of it is there.
const UNFINISHED: [&str; 6] = ["part", "crdownload", "partial", "opdownload", "download", "tmp"];

/// Whether a path is that of half a download: `shop.tsv.crdownload`, or a file in the folder that Safari calls
/// `shop.tsv.download`. A name that is nothing but such an ending to a word may be anything.
pub fn is_partial(path: &str) -> bool {
    let partial = |name: &str| {
        let Some((real, ending)) = name.rsplit_once('.') else { return false };
        let ending = ending.to_lowercase();
        let sure = real.contains('.') || ["crdownload", "part", "opdownload"].contains(&&*ending);
        sure && UNFINISHED.contains(&&*ending)
    };
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let folder = folders.rsplit('/').next().unwrap_or("");
    partial(name) || folder.to_lowercase().ends_with(".download") && partial(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_where_the_user_is_unless_the_rows_are_days_themselves() {
        let options = ReadOptions { day_zone: "Asia/Taipei".parse().unwrap(), ..ReadOptions::default() };
        let until = |precision| coverage("shop-2026-11-23.tsv", Some(precision), &options).until.unwrap().utc();
        // Midnight is at 16:00 UTC in Taipei (+08:00) and at 15:00 in Japan (+09:00).
        assert_eq!(until(Precision::Second).to_rfc3339(), "2026-11-22T16:00:00+00:00");
        assert_eq!(until(Precision::Day).to_rfc3339(), "2026-11-22T15:00:00+00:00");
    }

    #[test]
    fn names_promise_days() {
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        for (name, expected) in [
            ("errors-2026-11-23.tsv", "2026-11-23"),
            ("errors_20261123.tsv.gz", "2026-11-23"),
            ("2026-11-16_2026-11-22.tsv", "2026-11-23"),
            ("20261116-20261122.tsv", "2026-11-23"),
            ("shop-20261123 (2026-11-23).tsv", "2026-11-23"),
            ("shop_2026-11-16_2026-11-22 (2026-11-23).tsv", "2026-11-23"),
            ("errors-2026-W47.tsv", "2026-11-23"),
            ("errors-2026W47.tsv", "2026-11-23"),
            ("errors-2026-11.tsv", "2026-12-01"),
        ] {
            assert_eq!(named_day(name), day(expected), "{name}");
        }
        for name in [
            "errors.tsv",
            "w46.tsv",
            "1653912345.tsv",
            "20269923.tsv",
            "v1.2.3.tsv",
            "2026.tsv",
            "WW.tsv",
            "errors (1).tsv",
            "日本W4.tsv",
        ] {
            assert_eq!(named_day(name), None, "{name}");
        }
    }

    #[test]
    fn endings_and_dates_promise_an_export() {
        let expected = |path: &str| is_expected(path, &Sentence::new(key::other::PAGE));
        for path in [
            "exports/shop-2026-11-23.tsv",
            "shop.TSV",
            "a.csv.gz",
            "a.tsv.zst",
            "week.xlsx",
            "shop.tsv.crdownload",
            "shop.zip",
            "all.zip/shop.txt",
            "shop-2026-11-23",
            "20261123",
            "errors-2026-W47.html",
        ] {
            assert!(expected(path), "{path}");
        }
        for path in ["README.md", "notes", "errstat.toml", "summary.json", "logo.png", "backup.tar.gz", "txt", "a.b/x"]
        {
            assert!(!expected(path), "{path}");
        }
        assert!(is_expected("Unconfirmed 123.crdownload", &Sentence::new(key::other::PARTIAL)));
        for own in [key::other::OWN_OUTPUT, key::other::MAIL_SENDER] {
            assert!(!is_expected("rejects.tsv", &Sentence::new(own)));
        }
    }

    #[test]
    fn browsers_have_names_for_half_a_download() {
        for path in [
            "w.tsv.crdownload",
            "in/w.tsv.part",
            "Unconfirmed 123456.crdownload",
            "w.tsv.CRDOWNLOAD",
            "w.tsv.download/w.tsv",
            "/a/b/w.tsv.tmp",
            "w.tsv.partial",
            "a.part",
        ] {
            assert!(is_partial(path), "{path}");
        }
        for path in ["w.tsv", "part", "w.part1.tsv", "weekly.download/w.tsv", "scratch.tmp", "-", "", "a.tmp/w.tsv"] {
            assert!(!is_partial(path), "{path}");
        }
    }
}
