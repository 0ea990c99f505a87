//! Exports that the tests of the page read, and the sums that they compute from them, with plain string handling.

use std::{collections::BTreeMap, fs, path::PathBuf};

use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};

use super::{Fixed, Numbers};

/// One row of an export.
#[derive(Clone)]
pub struct Row {
    pub time: NaiveDateTime,
    pub reason: String,
    /// Without the URL behind it.
    pub detail: String,
    pub host: Option<String>,
    pub channel: Option<String>,
    pub errors: u64,
}

/// The rows of an export in LINE's documented columns (each counts at its start), or of one with the columns time, reason,
/// detail, count and perhaps channel.
pub fn rows(export: &str) -> Vec<Row> {
    let documented = export.starts_with("Date\tStart\tEnd\t");
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        let (time, rest) = if documented {
            (format!("{} {}", cells[0], cells[1]), &cells[3..])
        } else {
            (cells[0].to_owned(), &cells[1..])
        };
        let (detail, url) = rest[1].split_once(": ").map_or((rest[1], None), |(detail, url)| (detail, Some(url)));
        Row {
            time: moment(&time),
            reason: rest[0].to_owned(),
            detail: detail.to_owned(),
            host: url.map(|url| url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/")),
            channel: rest.get(3).map(|name| (*name).to_owned()),
            errors: rest[2].parse().expect("a count"),
        }
    };
    export.lines().skip(1).map(row).collect()
}

/// A moment as the exports have it.
pub fn moment(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").expect("a moment")
}

/// The sample of `data/`.
pub fn sample() -> String {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "data", "webhook-errors.tsv"].iter().collect();
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Rows at steps that share no factor with an hour, a day or a week, over so many days up to 2026-11-22.
pub fn steady(days: u64, rows: u64, channels: &[&str]) -> String {
    let failures = [
        ("request_timeout", "Request timeout"),
        ("error_status_code", "502"),
        ("could_not_connect", "Connection timeout: https://bot.example.com/callback"),
        ("error_status_code", "404"),
        ("request_timeout", "Request timeout"),
        ("could_not_connect", "TLS handshake failure: https://hooks.example.com/callback"),
        ("unclassified", "Session closed unexpectedly"),
    ];
    let first = date(2026, 11, 22).and_hms_opt(0, 0, 0).expect("midnight") - Days::new(days - 1);
    let seconds = days * 86_400;
    let mut export = String::from("Time\tReason\tDetail\tCount\tChannel name\n");
    let mut times: Vec<u64> = (0..rows).map(|i| i * 7_919_003 % seconds).collect();
    times.sort_unstable();
    for (i, second) in (0..rows).zip(times) {
        let time = first + TimeDelta::seconds(i64::try_from(second).expect("seconds of years"));
        let (reason, detail) = failures[(i * i + i / 5) as usize % failures.len()];
        let channel = channels[(i / 3) as usize % channels.len()];
        export += &format!("{time}\t{reason}\t{detail}\t{}\t{channel}\n", 1 + i % 4);
    }
    export
}

pub fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a date")
}

/// Sums of a list, in the order of what they are of.
fn summed<K: Ord>(errors: impl IntoIterator<Item = (K, u64)>) -> BTreeMap<K, u64> {
    errors.into_iter().fold(BTreeMap::new(), |mut sums, (key, errors)| {
        *sums.entry(key).or_insert(0) += errors;
        sums
    })
}

/// The number of the window that a row lies in.
fn window_of(row: &Row, start: NaiveDateTime, window: TimeDelta) -> i64 {
    (row.time - start).num_seconds() / window.num_seconds()
}

impl Numbers {
    /// What a page must show of these rows, in windows of a length counted from a start.
    pub fn of<'a>(
        rows: impl Iterator<Item = &'a Row> + Clone,
        channels: bool,
        (start, window): (NaiveDateTime, TimeDelta),
    ) -> Numbers {
        let bars = summed(rows.clone().map(|row| ((window_of(row, start, window), row.reason.clone()), row.errors)));
        let of_channel = || rows.clone().filter(|_| channels).filter_map(|row| Some((row.channel.clone()?, row)));
        let matrix = summed(of_channel().map(|(channel, row)| ((channel, row.reason.clone()), row.errors)));
        let details = summed(rows.clone().map(|row| ((row.reason.clone(), row.detail.clone()), row.errors)));
        Numbers {
            bars: bars.into_iter().map(|((window, reason), errors)| (window, reason, errors)).collect(),
            reasons: summed(rows.clone().map(|row| (row.reason.clone(), row.errors))).into_iter().collect(),
            details: details.into_iter().map(|((reason, detail), errors)| (reason, detail, errors)).collect(),
            channels: summed(of_channel().map(|(channel, row)| (channel, row.errors))).into_iter().collect(),
            matrix: matrix.into_iter().map(|((channel, reason), errors)| (channel, reason, errors)).collect(),
        }
    }
}

impl Fixed {
    pub fn of(rows: &[Row], start: NaiveDateTime, window: TimeDelta) -> Fixed {
        let windows = summed(rows.iter().map(|row| ((window_of(row, start, window), row.reason.clone()), row.errors)));
        let hosts = rows.iter().filter_map(|row| Some((row.host.clone()?, row.errors)));
        Fixed {
            total: rows.iter().map(|row| row.errors).sum(),
            windows: windows.into_iter().map(|((_, reason), errors)| (reason, errors)).collect(),
            hosts: summed(hosts).into_iter().collect(),
        }
    }
}
