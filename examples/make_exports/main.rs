//! Writes the made-up exports and the access log of `data/`, and exports of any size for benchmarks.
//!
//! LINE documents the columns of its "Download TSV file" (Date, Start, End, Reason, Detail, Errors) and the vocabulary,
//! but publishes no row. So the rows are invented, and the story behind them is in `data/README.md`. Nothing is drawn from
//! a clock, a network or floating-point numbers, so every machine writes the same bytes.
//!
//! ```text
//! cargo run --example make_exports                                              # writes data/ and the test's export again
//! cargo run --release --example make_exports -- --rows 10000000 --out big.tsv   # about 709 MB
//! ```

mod access_log;

use std::{
    collections::BTreeMap,
    error::Error,
    fs::{self, File},
    io::{self, BufWriter, Write},
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, TimeDelta, Timelike};
use clap::Parser;

/// Writes the made-up exports of data/ and of a test, or with --rows one large export for benchmarks.
#[derive(Parser)]
struct Options {
    /// Write one export of this many rows instead of the samples
    #[arg(long, requires = "out")]
    rows: Option<u64>,
    /// The export that --rows writes; without --rows the project's folder
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Weeks that --rows covers, up to 2026-11-22
    #[arg(long, requires = "rows", default_value_t = 12)]
    weeks: u32,
    /// Days that --rows covers instead of --weeks
    #[arg(long, requires = "rows", conflicts_with = "weeks")]
    span_days: Option<u32>,
    /// Another number gives another export of the same kind
    #[arg(long, default_value_t = SEED)]
    seed: u64,
}

/// The seed of the sample.
pub const SEED: u64 = 20_261_123;

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let mut random = Random(options.seed);
    match options.rows {
        None => write_samples(&options.out.unwrap_or_default(), &mut random)?,
        Some(rows) => {
            let days = options.span_days.unwrap_or(options.weeks.saturating_mul(7));
            let out = options.out.unwrap_or_default();
            write_large(&out, rows, u64::from(days), &mut random)
                .map_err(|error| format!("{}: {error}", out.display()))?;
        }
    }
    Ok(())
}

/// Sebastiano Vigna's splitmix64: a few lines, and the same numbers everywhere.
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit`.
    fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(limit)) >> 64) as u64
    }
}

// ---- The story of data/ ---------------------------------------------------------------------------------------------

const FIRST_DAY: &str = "2026-08-31";
const LAST_DAY: &str = "2026-11-22";

/// Webhook URLs before and after the move of 2 November. The query stands for the secrets that real ones carry.
const OLD_URL: &str = "https://bot.example.com/callback?key=made-up-secret";
const NEW_URL: &str = "https://hooks.example.com/callback?key=made-up-secret";
const MOVED: &str = "2026-11-02 13:10";

/// Something that goes wrong for a while. Errors follow the traffic, because only an event can fail.
struct Trouble {
    from: &'static str,
    until: &'static str,
    reason: &'static str,
    detail: &'static str,
    /// Errors in 1,000 hours of full traffic.
    rate: u64,
    course: Course,
}

/// How strong a trouble is between its start and its end.
#[derive(Clone, Copy)]
enum Course {
    Steady,
    /// From nothing to full strength.
    Rising,
    /// From full strength to nothing.
    Fading,
}
use Course::{Fading, Rising, Steady};

const fn trouble(
    from: &'static str,
    until: &'static str,
    reason: &'static str,
    detail: &'static str,
    rate: u64,
    course: Course,
) -> Trouble {
    Trouble { from, until, reason, detail, rate, course }
}

const START: &str = "2026-08-31 00:00";
const END: &str = "2026-11-23 00:00";

#[rustfmt::skip]
const STORY: &[Trouble] = &[
    // Always: a trickle of events that take the bot too long, and a rare hiccup of everything else.
    trouble(START, END, "request_timeout", "Request timeout", 1_120, Steady),
    trouble(START, END, "error_status_code", "500", 55, Steady),
    trouble(START, END, "could_not_connect", "Connection timeout", 40, Steady),
    trouble(START, END, "could_not_connect", "Connection failed", 18, Steady),
    trouble(START, END, "could_not_connect", "Connection failed (session closed)", 12, Steady),
    trouble(START, END, "unclassified", "Session closed unexpectedly", 22, Steady),
    trouble(START, END, "unclassified", "Stream closed unexpectedly", 9, Steady),
    trouble(START, END, "unclassified", "Unclassified webhook dispatch error", 5, Steady),
    // A release with a bug, mended after an afternoon.
    trouble("2026-09-10 14:05", "2026-09-10 17:40", "error_status_code", "500", 9_000, Steady),
    // A chat tool's vendor still has the old channel secret.
    trouble("2026-09-28 10:00", "2026-09-29 11:30", "error_status_code", "403", 1_900, Steady),
    // The certificate runs out at 02:00; somebody wakes at 07:20.
    trouble("2026-10-14 02:00", "2026-10-14 07:20", "could_not_connect", "TLS handshake failure", 160_000, Steady),
    trouble("2026-10-14 07:20", "2026-10-14 07:31", "could_not_connect", "Session protocol negotiation failure", 60_000, Fading),
    // The webhook moves to a new name before all name servers know it.
    trouble(MOVED, "2026-11-02 15:30", "could_not_connect", "Unknown host", 95_000, Steady),
    trouble("2026-11-02 15:30", "2026-11-02 17:40", "could_not_connect", "Unknown host", 75_000, Fading),
    trouble("2026-11-02 13:40", "2026-11-02 17:55", "could_not_connect", "DNS Query timeout", 28_000, Fading),
    trouble("2026-11-02 17:20", "2026-11-02 18:05", "could_not_connect", "No SSL/TLS record", 9_000, Fading),
    // An evening of 502s: the bot behind the proxy is down, then comes back one machine after the other.
    trouble("2026-11-18 19:35", "2026-11-18 19:43", "request_timeout", "Request timeout", 240_000, Rising),
    trouble("2026-11-18 19:41", "2026-11-18 20:26", "error_status_code", "502", 720_000, Steady),
    trouble("2026-11-18 20:26", "2026-11-18 20:34", "error_status_code", "502", 520_000, Fading),
    trouble("2026-11-18 20:18", "2026-11-18 20:44", "error_status_code", "504", 260_000, Fading),
    trouble("2026-11-18 20:26", "2026-11-18 20:52", "error_status_code", "503", 170_000, Fading),
    trouble("2026-11-18 20:30", "2026-11-18 21:05", "request_timeout", "Request timeout", 70_000, Fading),
];

/// Rows that are too few to leave to chance. The last kind is in no list that LINE has published.
#[rustfmt::skip]
const RARE: &[(&str, &str, &str, u64)] = &[
    ("2026-09-04 11:02:41", "error_status_code", "404", 2),
    ("2026-09-04 11:02:43", "error_status_code", "404", 1),
    ("2026-10-06 16:31:09", "could_not_connect", "Connection failed (received GOAWAY)", 1),
    ("2026-10-22 09:15:27", "error_status_code", "401", 3),
    ("2026-11-12 03:00:04", "could_not_connect", "Connection failed (received GOAWAY)", 2),
    ("2026-11-19 10:47:52", "unclassified", "Response header too large", 2),
    ("2026-11-20 13:20:16", "unclassified", "Response header too large", 1),
    ("2026-11-20 13:20:48", "unclassified", "Response header too large", 1),
];

/// Percent of the full traffic in each hour of the day: asleep, lunch break, evening.
const HOURS: [u64; 24] = [22, 12, 7, 5, 5, 8, 18, 42, 58, 60, 64, 74, 98, 80, 62, 60, 64, 76, 88, 94, 100, 98, 78, 45];

/// Percent of an ordinary day's traffic: the shop is closed on the holidays, and quieter on Sundays.
fn day_traffic(day: NaiveDate) -> u64 {
    match (day.month(), day.day()) {
        (9, 19..=23) => 12,
        (11, 3) => 45,
        _ if day.weekday() == chrono::Weekday::Sun => 80,
        _ => 100,
    }
}

/// Errors of one second.
#[derive(Clone)]
struct Moment {
    time: NaiveDateTime,
    reason: &'static str,
    detail: String,
    count: u64,
}

/// What happens in the story, sorted by time.
fn story(random: &mut Random) -> Result<Vec<Moment>, Box<dyn Error>> {
    let moved = minute(MOVED)?;
    let detail = |time: NaiveDateTime, reason: &str, detail: &str| match reason {
        "could_not_connect" => format!("{detail}: {}", if time < moved { OLD_URL } else { NEW_URL }),
        _ => detail.to_owned(),
    };
    let mut moments = Vec::new();
    for trouble in STORY {
        let (from, until) = (minute(trouble.from)?, minute(trouble.until)?);
        let length = (until - from).num_seconds().unsigned_abs();
        for second in 0..length {
            let time = from + TimeDelta::seconds(second as i64);
            let traffic = HOURS[time.hour() as usize] * day_traffic(time.date());
            let strength = match trouble.course {
                Steady => length,
                Rising => second,
                Fading => length - second,
            };
            // Chance of an error in this second, in units of 1 / (1,000 hours × 100 % × 100 %).
            let chance = trouble.rate * traffic * strength / length;
            if random.below(1_000 * 3_600 * 100 * 100) < chance {
                let count =
                    1 + u64::from(random.below(9) == 0) + u64::from(random.below(30) == 0) * (1 + random.below(4));
                moments.push(Moment {
                    time,
                    reason: trouble.reason,
                    detail: detail(time, trouble.reason, trouble.detail),
                    count,
                });
            }
        }
    }
    for &(time, reason, name, count) in RARE {
        let time = NaiveDateTime::parse_from_str(time, "%Y-%m-%d %H:%M:%S")?;
        moments.push(Moment { time, reason, detail: detail(time, reason, name), count });
    }
    moments.sort_by_key(|moment| moment.time);
    Ok(moments)
}

fn minute(text: &str) -> chrono::ParseResult<NaiveDateTime> {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M")
}

/// One row of LINE's statistics: the errors of up to a minute that LINE takes for the same.
struct Group {
    first: Moment,
    end: NaiveDateTime,
    errors: u64,
}

/// Groups errors as LINE's documentation says: those with the same HTTP status within 60 seconds are one row, and so are all
/// those without a status, whatever their reason and detail. Such a row bears the reason and detail of its first error.
/// (LINE does not say whose it bears.) The groups are in the order of their starts.
fn groups(moments: &[Moment]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut open: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    for moment in moments {
        let status = (moment.reason == "error_status_code").then_some(&*moment.detail);
        let latest = open.get(&status).and_then(|&index| groups.get_mut(index));
        match latest.filter(|group| moment.time - group.first.time < TimeDelta::minutes(1)) {
            Some(group) => {
                group.end = moment.time;
                group.errors += moment.count;
            }
            None => {
                open.insert(status, groups.len());
                groups.push(Group { first: moment.clone(), end: moment.time, errors: moment.count });
            }
        }
    }
    groups
}

/// The days that the export in the older spelling has, as text that sorts like them.
const FOUR_COLUMNS_DAYS: RangeInclusive<&str> = "2026-11-09"..="2026-11-15";

pub fn write_samples(folder: &Path, random: &mut Random) -> Result<(), Box<dyn Error>> {
    let moments = story(random)?;
    let groups = groups(&moments);
    let mut tsv = String::from("Date\tStart\tEnd\tReason\tDetail\tErrors\n");
    let mut excel = String::from("日付\t開始\t終了\t原因\t詳細\tエラー\r\n");
    for Group { first: Moment { time, reason, detail, .. }, end, errors } in &groups {
        let (date, start, end_time) = (time.date(), time.time(), end.time());
        tsv += &format!("{date}\t{start}\t{end_time}\t{reason}\t{detail}\t{errors}\n");
        // Japanese Excel drops the zeros in front of months, days and hours.
        let (date, start, end) = (date.format("%Y/%-m/%-d"), start.format("%-H:%M:%S"), end.format("%-H:%M:%S"));
        excel += &format!("{date}\t{start}\t{end}\t{reason}\t{detail}\t{errors}\r\n");
    }
    let excel: Vec<u8> = format!("\u{feff}{excel}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    // The names of the columns before LINE documented them, known from its mails; one row for each second.
    let mut four = String::from("Time detected\tReason for error\tDetail for error\tError count\n");
    for Moment { time, reason, detail, count } in &moments {
        if FOUR_COLUMNS_DAYS.contains(&&*time.date().to_string()) {
            four += &format!("{time}\t{reason}\t{detail}\t{count}\n");
        }
    }
    let log = access_log::packed(&moments, random)?;
    for (name, bytes) in [
        ("data/access.log.gz", &*log),
        ("data/webhook-errors.tsv", tsv.as_bytes()),
        ("data/webhook-errors-excel-ja.txt", &excel),
        ("tests/it/four-columns.tsv", four.as_bytes()),
    ] {
        let path = folder.join(name);
        fs::write(&path, bytes)
            .map_err(|error| format!("{}: {error}; run this in the project's folder", path.display()))?;
        println!("{}: {} bytes", path.display(), bytes.len());
    }
    let errors: u64 = groups.iter().map(|group| group.errors).sum();
    println!("{} rows, {errors} errors, {FIRST_DAY} to {LAST_DAY}", groups.len());
    Ok(())
}

// ---- Large exports for benchmarks -----------------------------------------------------------------------------------

/// What the rows of a large export say, and how often in 1,000 rows. A row is 71 bytes long on average.
#[rustfmt::skip]
const MIX: &[(u64, &str)] = &[
    (470, "request_timeout\tRequest timeout"),
    (102, "error_status_code\t502"),
    (56, "error_status_code\t500"),
    (34, "error_status_code\t503"),
    (26, "error_status_code\t504"),
    (14, "error_status_code\t403"),
    (8, "error_status_code\t401"),
    (6, "error_status_code\t404"),
    (3, "error_status_code\t429"),
    (1, "error_status_code\t418"),
    (88, "could_not_connect\tConnection timeout: https://bot.example.com/callback"),
    (44, "could_not_connect\tConnection failed: https://bot.example.com/callback"),
    (24, "could_not_connect\tTLS handshake failure: https://bot.example.com/callback"),
    (22, "could_not_connect\tUnknown host: https://hooks.example.com/callback"),
    (18, "could_not_connect\tConnection timeout: https://hooks.example.com/callback"),
    (16, "could_not_connect\tConnection failed (session closed): https://bot.example.com/callback"),
    (12, "could_not_connect\tDNS Query timeout: https://hooks.example.com/callback"),
    (8, "could_not_connect\tSession protocol negotiation failure: https://bot.example.com/callback"),
    (6, "could_not_connect\tConnection failed (received GOAWAY): https://bot.example.com/callback"),
    (4, "could_not_connect\tNo SSL/TLS record: https://bot.example.com/callback"),
    (2, "could_not_connect\tInvalid URL syntax: https://bot.example.com/callback"),
    (20, "unclassified\tSession closed unexpectedly"),
    (10, "unclassified\tStream closed unexpectedly"),
    (5, "unclassified\tUnclassified webhook dispatch error"),
    (1, "unclassified\tResponse header too large"),
];

/// In one hour of this many, most rows say one and the same thing.
const HOURS_PER_OUTAGE: u64 = 97;

/// Writes rows sorted by time whose number follows the traffic of the day. Memory does not grow with the rows.
fn write_large(path: &Path, rows: u64, days: u64, random: &mut Random) -> Result<(), Box<dyn Error>> {
    let last_day: NaiveDate = LAST_DAY.parse()?;
    let day = |n: u64| last_day.checked_sub_days(Days::new(days - 1 - n)).ok_or("the span is too long");
    if days == 0 {
        return Err("the span needs at least one day".into());
    }
    let ballot: Vec<&str> = MIX.iter().flat_map(|&(votes, text)| std::iter::repeat_n(text, votes as usize)).collect();
    let mut weights = Vec::new();
    for n in 0..days {
        let traffic = day_traffic(day(n)?);
        weights.extend(HOURS.iter().map(|hour| hour * traffic * (75 + random.below(51))));
    }
    let whole: u128 = weights.iter().map(|&weight| u128::from(weight)).sum();

    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    file.write_all(b"Date\tStart\tEnd\tReason\tDetail\tErrors\n")?;
    let (mut done, mut weight_so_far) = (0, 0u128);
    for (hour, weight) in weights.into_iter().enumerate() {
        weight_so_far += u128::from(weight);
        let target = (u128::from(rows) * weight_so_far / whole) as u64;
        let hour = hour as u64;
        let outage = (random.below(HOURS_PER_OUTAGE) == 0).then(|| ballot[random.below(ballot.len() as u64) as usize]);
        write_hour(
            &mut file,
            &format!("{}\t", day(hour / 24)?),
            hour % 24 * 3_600,
            target - done,
            outage,
            &ballot,
            random,
        )?;
        done = target;
    }
    file.flush()?;
    println!("{}: {rows} rows, {} bytes, {} to {LAST_DAY}", path.display(), fs::metadata(path)?.len(), day(0)?);
    Ok(())
}

/// The rows of one hour, spread evenly over its seconds.
fn write_hour(
    file: &mut impl Write,
    date: &str,
    hour_start: u64,
    rows: u64,
    outage: Option<&str>,
    ballot: &[&str],
    random: &mut Random,
) -> io::Result<()> {
    let mut line = Vec::with_capacity(160);
    for n in 0..rows {
        let start = hour_start + n * 3_600 / rows;
        let dice = random.next();
        let text = match outage {
            Some(text) if dice & 7 != 0 => text,
            _ => ballot[((u128::from(dice >> 16) * ballot.len() as u128) >> 48) as usize],
        };
        let count = if dice & 0xf00 == 0 { 2 + (dice >> 12 & 0xf) } else { 1 };
        // Several errors are so many moments of the minute; after midnight the clock begins anew.
        let end = (start + (dice >> 24 & 0xf).min(count - 1) * 3) % 86_400;
        line.clear();
        line.extend_from_slice(date.as_bytes());
        line.extend_from_slice(&clock(start));
        line.extend_from_slice(&clock(end));
        line.extend_from_slice(text.as_bytes());
        line.push(b'\t');
        line.extend_from_slice(count.to_string().as_bytes());
        line.push(b'\n');
        file.write_all(&line)?;
    }
    Ok(())
}

/// A second of the day as `hh:mm:ss`, and a tab.
fn clock(second: u64) -> [u8; 9] {
    let digits = |n: u64| [b'0' + (n / 10) as u8, b'0' + (n % 10) as u8];
    let ([a, b], [c, d], [e, f]) = (digits(second / 3_600), digits(second / 60 % 60), digits(second % 60));
    [a, b, b':', c, d, b':', e, f, b'\t']
}
