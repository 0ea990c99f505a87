//! Time forms: a column of cells reads like each cell alone, and means what chrono reads and writes.

#![no_main]

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};
use encoding_rs::UTF_8;
use errstat_fuzz::{
    input::{
        is_time_format,
        time::{Steps, TimeCell, TimeForm, TimeReader},
    },
    model::{Timestamp, Zone},
};
use libfuzzer_sys::fuzz_target;

/// One is chosen by the first byte, `0` to `7`.
const ZONES: [&str; 8] = [
    "+09:00",
    "Asia/Tokyo",
    "UTC",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "-12:00",
];

/// How forms are described, and how chrono writes them.
const PATTERNS: [(&str, &str); 14] = [
    ("YYYY-MM-DD hh:mm:ss", "%Y-%m-%d %H:%M:%S"),
    ("YYYY/MM/DD hh:mm:ss", "%Y/%-m/%-d %-H:%M:%S"),
    ("YYYY.MM.DD hh:mm:ss", "%Y.%m.%d %H:%M:%S"),
    ("YYYY-MM-DDThh:mm:ss", "%Y-%m-%dT%H:%M:%S"),
    ("YYYY-MM-DDThh:mm:ss±hh:mm", "%Y-%m-%dT%H:%M:%S%:z"),
    ("YYYY-MM-DD hh:mm±hh:mm", "%Y-%m-%d %H:%M%:z"),
    ("YYYY/MM/DD hh:mm", "%Y/%-m/%-d %-H:%M"),
    ("YYYY年M月D日 hh:mm", "%Y年%-m月%-d日 %H:%M"),
    ("YYYY年M月D日 hh:mm:ss", "%Y年%-m月%-d日 %-H時%M分%S秒"),
    ("DD/MM/YYYY hh:mm:ss", "%d/%m/%Y %H:%M:%S"),
    ("MM/DD/YYYY hh:mm AM/PM", "%m/%d/%Y %I:%M %p"),
    ("DD.MM.YYYY hh:mm", "%d.%m.%Y %H:%M"),
    ("YYYY-MM-DD", "%Y-%m-%d"),
    ("YYYY年M月D日", "%Y年%-m月%-d日"),
];

/// 2011 to 2100, in which all times must be.
const YEARS: std::ops::Range<i64> = 1_293_840_000_000..4_133_980_800_000;

fuzz_target!(|data: &[u8]| {
    let Some((choice, text)) = data.split_first() else { return };
    let zone: Zone = ZONES[usize::from(choice & 7)].parse().expect("a zone");
    let lines: Vec<&[u8]> = text.split(|b| *b == b'\n').collect();
    let cells: Vec<_> = lines.iter().map(|line| String::from_utf8_lossy(line)).collect();
    for epoch in [false, true] {
        if let Some(form) = TimeForm::of_cells(cells.iter().map(|cell| TimeCell::Whole(cell)), epoch) {
            form.describe();
            let decided =
                form.is_open().then(|| cells.iter().find_map(|cell| form.decided_by(TimeCell::Whole(cell)))).flatten();
            assert!(decided.as_ref().is_none_or(|form| !form.is_open()));
            column(&decided.unwrap_or(form), zone, &lines);
        }
    }
    // Or the first line is a pattern of the user's.
    let pattern = cells[0].to_string();
    if is_time_format(&pattern) {
        column(&TimeForm::Pattern(pattern), zone, &lines[1..]);
    }
    if let Some(seconds) = text.first_chunk() {
        written_by_chrono(u32::from_le_bytes(*seconds), zone);
    }
});

/// Reads all cells with one reader, and each with its own.
fn column(form: &TimeForm, zone: Zone, cells: &[&[u8]]) {
    let mut one = TimeReader::new(form, zone, UTF_8, None);
    let mut steps = Steps::default();
    for cell in cells {
        let mut own = TimeReader::new(form, zone, UTF_8, None);
        let read = own.read(cell);
        assert_eq!(one.read(cell), read, "{form:?} {:?}", String::from_utf8_lossy(cell));
        steps.add(&own.steps);
        if let Ok(at) = read {
            assert!(YEARS.contains(&at));
            let chrono = std::str::from_utf8(cell).ok().and_then(|cell| by_chrono(form, cell.trim(), zone));
            assert!(chrono.is_none_or(|chrono| chrono == at), "{form:?} {:?}", String::from_utf8_lossy(cell));
        }
    }
    let mut seen = Steps::default();
    seen.add(&one.steps);
    assert_eq!(format!("{seen:?}"), format!("{steps:?}"));
    steps.precision(form);
}

/// The pattern of chrono that a form is.
fn pattern(form: &TimeForm) -> Option<&'static str> {
    let form = form.describe();
    PATTERNS.into_iter().find(|(description, _)| *description == form).map(|(_, pattern)| pattern)
}

/// What chrono reads; nothing where it reads nothing or does not know the form.
fn by_chrono(form: &TimeForm, cell: &str, zone: Zone) -> Option<i64> {
    let pattern = pattern(form)?;
    if pattern.ends_with("%:z") {
        return DateTime::parse_from_str(cell, pattern).ok().map(|time| time.timestamp_millis());
    }
    let local = match pattern.contains("%M") {
        true => NaiveDateTime::parse_from_str(cell, pattern).ok()?,
        false => NaiveDate::parse_from_str(cell, pattern).ok()?.and_time(NaiveTime::MIN),
    };
    zone.instant(local).map(|at| at.0)
}

/// An instant that chrono writes is read as what it writes of it.
fn written_by_chrono(seconds: u32, zone: Zone) {
    let at = Timestamp(i64::from(seconds) * 1000);
    if !YEARS.contains(&at.0) {
        return;
    }
    let local = zone.local(at);
    for (description, pattern) in PATTERNS {
        let cell = local.format(pattern).to_string();
        let form = TimeForm::of(&cell, true).unwrap_or_else(|| panic!("{cell} has no form"));
        let form = if form.is_open() { form.decided_by(TimeCell::Whole(&cell)) } else { Some(form) };
        // A day up to the 12th says nothing of its place.
        let Some(form) = form else { continue };
        assert_eq!(form.describe(), description);
        let read = TimeReader::new(&form, zone, UTF_8, None).read(cell.as_bytes());
        // The first and the last day may lie outside of the years with their beginning only.
        if let Some(expected) = by_chrono(&form, &cell, zone).filter(|at| YEARS.contains(at)) {
            assert_eq!(read, Ok(expected), "{cell}");
        }
    }
    let cell = seconds.to_string();
    if let Some(form) = TimeForm::of(&cell, true) {
        assert_eq!(TimeReader::new(&form, zone, UTF_8, None).read(cell.as_bytes()), Ok(at.0));
    }
}
