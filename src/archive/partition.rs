//! Where rows lie: a folder for each channel and, in it, one for each month.

use std::fmt;

use chrono::{Datelike, Months, NaiveDate, NaiveTime};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::model::{Channel, Timestamp, hex};

/// The one file of a month that errstat writes.
const FILE_NAME: &str = "errors.parquet";

/// What every reader of hive partitions takes for "no value".
const NO_CHANNEL: &str = "__HIVE_DEFAULT_PARTITION__";

/// Longest encoded channel, so that the folder's name stays under the 255 bytes that file systems allow.
const LONGEST: usize = 200;

/// Everything but `a-z 0-9 . _ -` is written as `%XX`. Capitals are too, so that `Shop` and `shop` are two folders on
/// file systems that take them for the same; readers of hive partitions decode both.
const ENCODED: &AsciiSet = &{
    let mut set = CONTROLS.add(b' ');
    let mut byte = b'!';
    while byte < 0x7f {
        if !(byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-')) {
            set = set.add(byte);
        }
        byte += 1;
    }
    set
};

/// One text for a channel, another for every other: the one that shows it, or where that text stands for another channel
/// (`shop (2024)` may be a name, or a name and an id), with 64 bits of its SHA-256.
pub fn channel_text(channel: &Channel) -> Option<String> {
    let text = channel.stored()?;
    if Channel::from_stored(&text) == *channel {
        return Some(text);
    }
    let part = |part: &Option<String>| part.clone().unwrap_or_default();
    let digest = Sha256::digest(format!("{}\0{}", part(&channel.id), part(&channel.name)));
    Some(format!("{text}~{}", hex(&digest[..8])))
}

/// The name of a channel's folder: legal everywhere, and different for different channels.
///
/// A name that is too long to be written whole ends in `~` and 128 bits of its SHA-256.
fn channel_folder(channel: Option<&str>) -> String {
    let Some(channel) = channel else { return format!("channel={NO_CHANNEL}") };
    let mut name = utf8_percent_encode(channel, ENCODED).to_string();
    // Windows drops a dot at the end of a name.
    if name.ends_with('.') {
        name.replace_range(name.len() - 1.., "%2E");
    }
    if name.is_empty() || name.len() > LONGEST {
        // A cut in the middle of `%XX` would not be decodable.
        let cut = (0..=3).map(|back| LONGEST.saturating_sub(40 + back)).find(|cut| {
            let tail = &name.as_bytes()[cut.saturating_sub(2).min(name.len())..(*cut).min(name.len())];
            !tail.contains(&b'%')
        });
        name.truncate(cut.unwrap_or(0));
        name.push('~');
        name.push_str(&hex(&Sha256::digest(channel.as_bytes())[..16]));
    }
    format!("channel={name}")
}

/// The channel that a hive folder stands for, as other engines encode it; `None` where the folder is no such.
pub fn channel_of_folder(folder: &str) -> Option<Option<String>> {
    let value = folder.strip_prefix("channel=")?;
    if value == NO_CHANNEL {
        return Some(None);
    }
    Some(Some(percent_decode_str(value).decode_utf8_lossy().into_owned()))
}

/// A calendar month in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month(NaiveDate);

impl Month {
    /// The month that an instant falls into.
    pub fn of(time: Timestamp) -> Month {
        let day = time.utc().date_naive();
        Month(day.with_day(1).unwrap_or(day))
    }

    /// Its first instant.
    pub fn start(self) -> Timestamp {
        Timestamp::from(self.0.and_time(NaiveTime::MIN).and_utc())
    }

    /// The first instant of the next month.
    pub fn end(self) -> Timestamp {
        Month(self.0.checked_add_months(Months::new(1)).unwrap_or(self.0)).start()
    }

    /// The month that a hive folder such as `month=2026-11` stands for.
    pub fn of_folder(folder: &str) -> Option<Month> {
        Month::named(folder.strip_prefix("month=")?)
    }

    fn named(text: &str) -> Option<Month> {
        let month = Month(NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok()?);
        (month.to_string() == text && (2010..=2101).contains(&month.0.year())).then_some(month)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m"))
    }
}

impl TryFrom<String> for Month {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Month, &'static str> {
        Month::named(&text).ok_or("no month")
    }
}

impl From<Month> for String {
    fn from(month: Month) -> String {
        month.to_string()
    }
}

/// A month of a channel, by its identity.
pub type Place = (Channel, Month);

/// The path of a month's file below the archive's folder.
pub fn file_path(channel: &Channel, month: Month) -> String {
    format!("{}/month={month}/{FILE_NAME}", channel_folder(channel_text(channel).as_deref()))
}

/// Whether a path is that of a month's file, so that nothing else is ever touched for it.
pub fn is_file_path(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let [channel, month, file] = parts[..] else { return false };
    channel_of_folder(channel).is_some()
        && channel.bytes().all(|b| b.is_ascii_alphanumeric() || b"=._-%~".contains(&b))
        && Month::of_folder(month).is_some()
        && file == FILE_NAME
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_pair_has_a_text_of_its_own() {
        let pair = |id: &str, name: &str| {
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            Channel { id: some(id), name: some(name) }
        };
        let text = |id, name| channel_text(&pair(id, name)).unwrap_or_default();
        assert_eq!(text("", "shop"), "shop");
        assert_eq!(text("1234567890", ""), "1234567890");
        assert_eq!(text("1234567890", "shop"), "shop (1234567890)");
        // printf '\0shop (2024)' | sha256sum, printf '\0001234567890' | sha256sum
        assert_eq!(text("", "shop (2024)"), "shop (2024)~e9b9eff7f0a83244");
        assert_eq!(text("", "1234567890"), "1234567890~518ded7b0703b883");
        assert_eq!(text("2024", "shop"), "shop (2024)");
        assert_eq!(channel_text(&Channel::default()), None);
    }

    #[test]
    fn every_channel_has_a_legal_folder_of_its_own() {
        let long = "x".repeat(300);
        let longer = "x".repeat(301);
        let emoji = "🛒".repeat(100);
        let mixed = format!("{}é{}", "a".repeat(156), "b".repeat(200));
        let names = [
            None,
            Some(""),
            Some(" "),
            Some("shop"),
            Some("Shop"),
            Some("SHOP"),
            Some("../x"),
            Some(".."),
            Some("."),
            Some("/etc/passwd"),
            Some("C:\\x"),
            Some("CON"),
            Some("con"),
            Some("nul"),
            Some("nul."),
            Some("end "),
            Some("end"),
            Some("end."),
            Some("end.."),
            Some("a=b"),
            Some("a%62"),
            Some("%"),
            Some("~"),
            Some("a\0b"),
            Some("a\nb"),
            Some("🛒 shop"),
            Some("ショップ"),
            Some("é"),
            Some("e\u{301}"),
            Some("__HIVE_DEFAULT_PARTITION__"),
            Some("null"),
            Some(&long),
            Some(&longer),
            Some(&emoji),
            Some(&mixed),
        ];
        let folders: Vec<String> = names.iter().map(|name| channel_folder(*name)).collect();
        // Also apart where the file system does not tell capitals from small letters.
        let apart: HashSet<String> = folders.iter().map(|folder| folder.to_ascii_lowercase()).collect();
        assert_eq!(apart.len(), names.len());
        for (name, folder) in names.iter().zip(&folders) {
            let value = folder.strip_prefix("channel=").unwrap();
            assert!(folder.len() <= 255 && !value.is_empty(), "{folder}");
            assert!(value.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-%~".contains(&b)), "{folder}");
            assert!(!value.ends_with('.'), "{folder}");
            if !value.contains('~') {
                assert_eq!(channel_of_folder(folder), Some(name.map(str::to_owned)), "{folder}");
            }
        }
        assert_eq!(channel_folder(Some("shop-01.eu")), "channel=shop-01.eu");
    }

    #[test]
    fn months_are_utc() {
        // 2026-11-30T23:59:59.999Z and the instant after.
        assert_eq!(Month::of(Timestamp(1_796_083_199_999)).to_string(), "2026-11");
        let december = Month::named("2026-12").unwrap();
        assert_eq!(december.start(), Timestamp(1_796_083_200_000));
        assert_eq!(december.end(), Month::named("2027-01").unwrap().start());
        for wrong in ["2026-13", "2026-00", "26-11", "2026-1", "2026-11-01", "", "-", "９９９９-11"] {
            assert_eq!(Month::named(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn no_path_leads_out() {
        for path in [
            "../x/month=2026-11/errors.parquet",
            "channel=../month=2026-11/errors.parquet/..",
            "channel=a/month=2026-11/other.parquet",
            "channel=a/month=../errors.parquet",
            "channel=a\\..\\..\\b/month=2026-11/errors.parquet",
            "/etc/passwd",
            "channel=a/month=2026-11/../errors.parquet",
        ] {
            assert!(!is_file_path(path), "{path}");
        }
        assert!(is_file_path(&file_path(&Channel::from_stored("../Shop"), Month::named("2026-11").unwrap())));
    }
}
