//! What must hold for every input. Each case is large and runs the program once or a few times.

use std::{collections::BTreeMap, fmt::Write, ops::Range};

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::Value;

use crate::program::{Folder, Summary};

/// Midnight of Monday, 16 November 2026, in Japan, in seconds since 1970 (`date -d … +%s`).
const MONDAY: i64 = 1_794_754_800;
const DAY: i64 = 86_400;

const KINDS: [(&str, &str); 9] = [
    ("could_not_connect", "Connection timeout"),
    ("could_not_connect", "Unknown host"),
    ("request_timeout", "Request timeout"),
    ("error_status_code", "500"),
    ("error_status_code", "502"),
    ("error_status_code", "403"),
    ("unclassified", "Session closed unexpectedly"),
    ("brand_new_reason", "something else"),
    ("unclassified", ""),
];

const BROKEN: [&str; 12] = [
    "2026-11-16\t10:00:00\t10:00:30\terror_status_code",
    "2026-13-16\t10:00:00\t10:00:30\terror_status_code\t502\t1\tshop",
    "2026-11-31\t10:00:00\t10:00:30\terror_status_code\t502\t1\tshop",
    "soon\t10:00:00\t10:00:30\terror_status_code\t502\t1\tshop",
    "2026-11-16\tsoon\t10:00:30\terror_status_code\t502\t1\tshop",
    "2026-11-16\t24:00:00\t10:00:30\terror_status_code\t502\t1\tshop",
    "2026-11-16\t10:00:00\tlater\terror_status_code\t502\t1\tshop",
    "2026-11-16\t10:00:00\t10:00:30\t\t502\t1\tshop",
    "2026-11-16\t10:00:00\t10:00:30\terror_status_code\t502\tmany\tshop",
    "2026-11-16\t10:00:00\t10:00:30\terror_status_code\t502\t-1\tshop",
    "2026-11-16\t10:00:00\t10:00:30\terror_status_code\t502\t1.5\tshop",
    "2026-11-16\t10:00:00\t10:00:30\terror_status_code\t502\t99999999999999999999\tshop",
];

const CHANNELS: [&str; 3] = ["shop", "news", "お知らせ"];

/// A row of a log: its first second since [`MONDAY`] and how many follow, what failed, how often, and on which channel.
#[derive(Clone, Copy, Debug)]
struct Row {
    at: i64,
    length: i64,
    kind: usize,
    count: u64,
    channel: usize,
}

fn row(days: i64, step: i64) -> impl Strategy<Value = Row> {
    (0..days * DAY / step, 0..60_i64, 0..KINDS.len(), 0..40_u64, 0..CHANNELS.len())
        .prop_map(move |(at, length, kind, count, channel)| Row { at: at * step, length, kind, count, channel })
}

fn log(days: i64, step: i64, size: Range<usize>) -> impl Strategy<Value = Vec<Row>> {
    vec(row(days, step), size).prop_map(|mut log| {
        log.sort_by_key(|row| row.at);
        log
    })
}

/// The wall clock in Japan, written in one of four ways.
fn written(at: i64, step: i64) -> String {
    let local = chrono::DateTime::from_timestamp(MONDAY + at + 9 * 3_600, 0).expect("a time of this century");
    let form = match step {
        DAY => "%Y-%m-%d",
        1 => "%Y-%m-%d %H:%M:%S",
        _ => "%Y-%m-%d %H:%M",
    };
    local.format(form).to_string()
}

/// A row to the second is written as LINE documents it, any other with its time in one cell.
fn line(row: &Row, step: i64) -> String {
    let time = match step {
        1 => {
            let (start, end) = (written(row.at, 1).replace(' ', "\t"), written(row.at + row.length, 1));
            format!("{start}\t{}", &end[11..])
        }
        step => written(row.at, step),
    };
    let (reason, detail) = KINDS[row.kind];
    format!("{time}\t{reason}\t{detail}\t{}\t{}", row.count, CHANNELS[row.channel])
}

fn export(step: i64, lines: impl IntoIterator<Item = String>) -> String {
    let time = if step == 1 { "Date\tStart\tEnd" } else { "Time" };
    let heading = format!("{time}\tReason\tDetail\tErrors\tChannel name\n");
    lines.into_iter().fold(heading, |text, line| text + &line + "\n")
}

fn sum<'a>(list: impl IntoIterator<Item = &'a Value>) -> u64 {
    list.into_iter().map(|entry| entry["errors"].as_u64().expect("errors")).sum()
}

/// Every way of breaking the total down adds up to the total.
fn assert_adds_up(summary: &Summary) {
    let total = summary.errors();
    for list in ["by_reason", "by_detail", "by_channel"] {
        assert_eq!(sum(summary.list(list)), total, "{list}");
    }
    let buckets = summary["windows"]["buckets"].as_array().expect("windows");
    assert_eq!(sum(buckets), total, "windows");
    for bucket in buckets {
        let by_reason = bucket["by_reason"].as_object().expect("by_reason").values();
        assert_eq!(
            by_reason.map(|errors| errors.as_u64().expect("errors")).sum::<u64>(),
            bucket["errors"].as_u64().expect("errors")
        );
    }
    let hours = summary["heatmap"]["hours"].as_array().expect("hours");
    if !hours.is_empty() {
        let cells = hours.iter().flat_map(|row| row.as_array().expect("24 hours"));
        assert_eq!(cells.map(|errors| errors.as_u64().expect("errors")).sum::<u64>(), total, "heatmap");
    }
    for row in ["by_reason", "by_detail", "by_channel"].into_iter().flat_map(|list| summary.list(list)) {
        let (share, errors) = (row["share"].as_f64().expect("share"), row["errors"].as_u64().expect("errors"));
        // Three digits, as in the contract's example.
        assert!((share - errors as f64 / total.max(1) as f64).abs() < 0.000_51, "{row} of {total}");
    }
}

/// Reason and detail → errors.
fn by_detail(summary: &Summary) -> BTreeMap<(String, String), u64> {
    let rows = summary.details().into_iter();
    rows.filter(|(.., errors)| *errors > 0)
        .map(|(reason, detail, errors)| ((reason.to_owned(), detail.to_owned()), errors))
        .collect()
}

fn counted<'a>(log: impl IntoIterator<Item = &'a Row>) -> BTreeMap<(String, String), u64> {
    let mut sums = BTreeMap::new();
    for row in log.into_iter().filter(|row| row.count > 0) {
        let (reason, detail) = KINDS[row.kind];
        *sums.entry((reason.to_owned(), detail.to_owned())).or_default() += row.count;
    }
    sums
}

/// The summary without what the order of the files may change: the lists that tell of the files.
fn without_order(mut summary: Summary) -> Value {
    let by_path = |list: &mut Value| {
        list.as_array_mut().expect("a list").sort_by_key(|entry| (entry["path"].to_string(), entry["line"].as_u64()))
    };
    by_path(&mut summary.json["inputs"]);
    by_path(&mut summary.json["rejects"]["examples"]);
    summary.json
}

fn cases(count: u32) -> ProptestConfig {
    ProptestConfig { cases: count, max_shrink_iters: 120, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn every_row_is_accepted_or_rejected_and_every_breakdown_adds_up(
        log in log(30, 1, 1..600),
        broken in vec((any::<prop::sample::Index>(), select(&BROKEN[..])), 0..60),
        window in select(vec!["auto", "5m", "15m", "30m", "hour", "day", "week", "month"]),
        zone in select(vec!["Asia/Tokyo", "UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "-03:30"]),
        week_start in select(vec!["mon", "sun"]),
    ) {
        let mut lines: Vec<String> = log.iter().map(|row| line(row, 1)).collect();
        for (at, text) in &broken {
            lines.insert(at.index(lines.len() + 1), (*text).to_owned());
        }
        // A broken line above all others may be a title; a good one tells the columns.
        lines.insert(0, line(&log[0], 1));
        let folder = Folder::with("a.tsv", export(1, lines));
        let summary = folder.summary(&format!("a.tsv --window {window} --timezone={zone} --week-start {week_start}"));
        let (accepted, rejected) = (log.len() as u64 + 1, broken.len() as u64);
        prop_assert_eq!(summary.balance(), [[accepted + rejected, accepted, rejected]]);
        prop_assert_eq!(summary["totals"]["rows"].as_u64(), Some(accepted));
        prop_assert_eq!(summary["rejects"]["count"].as_u64(), Some(rejected));
        prop_assert_eq!(by_detail(&summary), counted(log.iter().chain(&log[..1])));
        prop_assert_eq!(summary.list("inputs")[0]["errors"].as_u64(), Some(summary.errors()));
        assert_adds_up(&summary);
    }

    #[test]
    fn a_period_holds_the_rows_between_its_ends_to_the_second(
        log in log(3, 1, 1..500),
        ends in vec(0..3 * 1_440_i64, 2),
        crowded in any::<bool>(),
    ) {
        let (from, to) = (ends[0].min(ends[1]), ends[0].max(ends[1]) + 1);
        // Many rows in few cells, so that the ends cut some.
        let log: Vec<Row> = log.into_iter().map(|row| if crowded { Row { at: from * 60 - 400 + row.at % 800, ..row } } else { row }).collect();
        let folder = Folder::with("a.tsv", export(1, log.iter().map(|row| line(row, 1))));
        let moment = |minute: i64| written(minute * 60, 60).replace(' ', "T");
        let summary = folder.summary(&format!("a.tsv --compare none --period {}..{}", moment(from), moment(to)));
        let inside = |row: &&Row| (from * 60..to * 60).contains(&row.at);
        prop_assert_eq!(by_detail(&summary), counted(log.iter().filter(inside)));
        prop_assert_eq!(summary["totals"]["rows"].as_u64(), Some(log.iter().filter(inside).count() as u64));
        assert_adds_up(&summary);
    }

    #[test]
    fn order_of_files_and_number_of_threads_change_nothing(
        log in log(20, 1, 50..600),
        cuts in vec((0..20 * DAY, DAY / 24..9 * DAY), 2..6),
        order in vec(any::<u32>(), 6),
        threads in 1..9,
    ) {
        let folder = Folder::new();
        let mut names: Vec<(u32, String)> = Vec::new();
        for (i, (from, length)) in cuts.iter().enumerate() {
            let name = format!("{i}.tsv");
            folder.file(&name, export(1, log.iter().filter(|row| (*from..from + length).contains(&row.at)).map(|row| line(row, 1))));
            names.push((order[i], name));
        }
        let list = |names: &[(u32, String)]| names.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(" ");
        let one = folder.summary(&format!("{} --threads 1", list(&names)));
        names.sort();
        let other = folder.summary(&format!("{} --threads {threads}", list(&names)));
        assert_adds_up(&one);
        prop_assert_eq!(without_order(one), without_order(other));
    }

    #[test]
    fn overlapping_slices_of_a_log_give_the_counts_of_the_log(
        step in select(vec![1, 60, 300, 3_600, DAY]),
        rows in vec(row(20, 1), 1..800),
        cuts in vec((0..20 * DAY, DAY / 4..12 * DAY), 1..7),
    ) {
        let floor = |at: i64| at / step * step;
        let mut log: Vec<Row> = rows.into_iter().map(|row| Row { at: floor(row.at), channel: 0, ..row }).collect();
        log.sort_by_key(|row| row.at);
        let folder = Folder::new();
        let mut held = vec![false; log.len()];
        // Cut at whole steps, so that no key is divided.
        for (i, (from, length)) in cuts.iter().enumerate() {
            let slice = floor(*from)..floor(from + length);
            let rows = log.iter().enumerate().filter(|(_, row)| slice.contains(&row.at));
            let lines: Vec<String> = rows.map(|(n, row)| { held[n] = true; line(row, step).rsplit_once('\t').expect("cells").0.to_owned() }).collect();
            folder.file(&format!("{i}.tsv"), export(step, lines).replace("\tChannel name", ""));
        }
        let summary = folder.summary(". --channel shop");
        let held: Vec<&Row> = log.iter().zip(&held).filter(|(_, held)| **held).map(|(row, _)| row).collect();
        prop_assert_eq!(by_detail(&summary), counted(held.iter().copied()));
        let end = |row: &&Row| row.at + if step == 1 { row.length } else { 0 };
        let last = held.iter().map(end).max().map(|at| written(at, 1).replace(' ', "T") + "+09:00");
        prop_assert_eq!(summary["data_span"]["last"].as_str().map(str::to_owned), last);
        assert_adds_up(&summary);
    }

    #[test]
    fn slices_of_different_precision_give_the_counts_of_the_log(
        log in log(10, 1, 1..500),
        slices in vec((0..10_i64, 1..8_i64, select(vec![1, 60, DAY])), 1..6),
    ) {
        let log: Vec<Row> = log.into_iter().map(|row| Row { channel: 0, ..row }).collect();
        let folder = Folder::new();
        let mut held = [false; 20];
        // Cut at whole days, the coarsest of the precisions.
        for (i, (from, length, step)) in slices.iter().enumerate() {
            let days = *from..from + length;
            days.clone().for_each(|day| held[day as usize] = true);
            let rows = log.iter().filter(|row| days.contains(&(row.at / DAY)));
            folder.file(&format!("{i}.tsv"), export(*step, rows.map(|row| line(row, *step))));
        }
        let summary = folder.summary(". --window day");
        prop_assert_eq!(by_detail(&summary), counted(log.iter().filter(|row| held[(row.at / DAY) as usize])));
        assert_adds_up(&summary);
    }
}

/// Pieces of files that were taken apart.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let cells = select(vec![
        "Time",
        "Date",
        "Start",
        "End",
        "開始",
        "終了",
        "エラー",
        "10:00:00",
        "4:12",
        "Reason",
        "Detail",
        "Count",
        "日時",
        "原因",
        "詳細",
        "件数",
        "Channel ID",
        "URL",
        "2026-11-16 10:00:00",
        "2026/11/16 4:12",
        "16/11/2026",
        "11/12/2026 10:00",
        "1794787200",
        "1794787200000",
        "2026年11月16日 4:12",
        "2026-11-16T10:00:00Z",
        "0000-00-00",
        "9999-99-99 99:99:99",
        "error_status_code",
        "could_not_connect",
        "REQUEST_TIMEOUT",
        "502",
        "Connection failed: https://h.example/x",
        "18446744073709551615",
        "9223372036854775807",
        "-1",
        "0",
        "1",
        "１２",
        "",
        "\"",
        "\"\"",
        "\"a\tb\"",
        "Total",
        "合計",
        "::error::",
        "=1+1",
    ]);
    let bytes = select(vec![
        &b"\t"[..],
        b"\t",
        b"\t",
        b"\n",
        b"\n",
        b"\r\n",
        b"\r",
        b",",
        b";",
        b"\0",
        b"\xff\xfe",
        b"\xfe\xff",
        b"\xef\xbb\xbf",
        b"\x1f\x8b\x08\0",
        b"\x28\xb5\x2f\xfd",
        b"PK\x03\x04",
        b"PK\x05\x06",
        b"\x1b$B",
        b"\x93\xfa\x8e\x9e",
        b"\x80",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\x1b[31m",
        b"From a@b\n",
        b"PAR1",
    ]);
    prop_oneof![
        6 => cells.prop_map(|cell| cell.as_bytes().to_vec()),
        6 => bytes.prop_map(<[u8]>::to_vec),
        1 => vec(any::<u8>(), 0..40),
        1 => Just(b"Time\tReason\tDetail\tCount\n".to_vec()),
        1 => Just(b"2026-11-16 10:00:00\terror_status_code\t502\t3\n".to_vec()),
    ]
}

/// A whole export, as it is or packed or in another encoding, of which some bytes are changed.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let lines = vec((any::<u16>(), 0..KINDS.len()), 0..12);
    (lines, 0..7_usize, vec((any::<prop::sample::Index>(), any::<u8>()), 0..8), any::<prop::sample::Index>()).prop_map(
        |(lines, form, changes, end)| {
            let mut text = String::from("日時\t原因\t詳細\t件数\n");
            for (at, kind) in lines {
                let (reason, detail) = KINDS[kind];
                let _ = writeln!(text, "{}\t{reason}\t{detail}\t{}", written(i64::from(at), 1), at % 9);
            }
            let mut bytes = packed(&text, form);
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if form % 2 == 1 {
                bytes.truncate(end.index(bytes.len()));
            }
            bytes
        },
    )
}

fn packed(text: &str, form: usize) -> Vec<u8> {
    use std::io::{Cursor, Write};
    match form {
        0 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        1 => encoding_rs::SHIFT_JIS.encode(text).0.into_owned(),
        2 => {
            let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gz.write_all(text.as_bytes()).expect("memory");
            gz.finish().expect("memory")
        }
        3 => zstd::encode_all(text.as_bytes(), 1).expect("memory"),
        4 => {
            let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
            zip.start_file("a.tsv", zip::write::SimpleFileOptions::default()).expect("memory");
            zip.write_all(text.as_bytes()).expect("memory");
            zip.finish().expect("memory").into_inner()
        }
        5 => text.replace('\n', "\r").into_bytes(),
        _ => text.as_bytes().to_vec(),
    }
}

fn assert_ends_well(folder: &Folder, line: &str) {
    let outcome = folder.errstat(line).run();
    assert!(matches!(outcome.code, Some(0 | 2)), "{}: {:?}\n{}", outcome.shown, outcome.code, outcome.stderr);
    assert!(!outcome.stderr.contains("panicked"), "{}\n{}", outcome.shown, outcome.stderr);
    assert!(outcome.code == Some(0) || !outcome.stderr.trim().is_empty(), "{}: no word", outcome.shown);
    if outcome.code == Some(0) && line.contains("json") {
        let json: Value =
            serde_json::from_slice(&outcome.stdout).unwrap_or_else(|error| panic!("{}: {error}", outcome.shown));
        Summary { json, stderr: String::new() }.balance();
    }
}

proptest! {
    #![proptest_config(cases(10))]

    #[test]
    fn any_bytes_end_in_an_answer_or_a_sentence(
        files in vec(prop_oneof![vec(piece(), 0..60).prop_map(|pieces| pieces.concat()), damaged(), vec(any::<u8>(), 0..300)], 12),
    ) {
        let folder = Folder::new();
        for (i, bytes) in files.iter().enumerate() {
            folder.file(&format!("in/{i}"), bytes);
            // One file by itself must be an export; one of a folder may be something else.
            assert_ends_well(&folder, &format!("summary in/{i} --window month --format json"));
        }
        assert_ends_well(&folder, "inspect in");
        assert_ends_well(&folder, "summary in --overlap max --channel x --rejects rejected.csv");
        assert_ends_well(&folder, "report in/0 -o out.html");
        prop_assert_eq!(folder.leftovers(), Vec::<String>::new());
    }
}

#[test]
fn any_command_line_ends_in_an_answer_or_a_sentence() {
    let folder = Folder::with("a.tsv", export(1, [line(&Row { at: 0, length: 0, kind: 0, count: 1, channel: 0 }, 1)]));
    for option in [
        "--period",
        "--as-of",
        "--timezone",
        "--input-timezone",
        "--window",
        "--week-start",
        "--compare",
        "--top",
        "--channel",
        "--only",
        "--exclude",
        "--exported-at",
        "--columns",
        "--time-format",
        "--encoding",
        "--overlap",
        "--lang",
        "--color",
        "--threads",
        "--config",
    ] {
        for value in [
            "",
            "=",
            "*",
            "[",
            "%",
            "%E%Q%",
            "time=",
            "time=0",
            "time=99",
            "a=[",
            "0",
            "-1",
            "99999999999999999999",
            "2026-02-30",
            "9999-12-31",
            "0000-01-01..9999-12-31",
            "日本語",
            "\u{1b}[0m",
            "::error::",
        ] {
            let outcome = folder.errstat("summary a.tsv").arg(format!("{option}={value}")).run();
            assert!(matches!(outcome.code, Some(0 | 2)), "{}\n{}", outcome.shown, outcome.stderr);
            assert!(!outcome.stderr.contains("panicked"), "{}\n{}", outcome.shown, outcome.stderr);
        }
    }
}

#[test]
fn a_large_file_says_the_same_whichever_thread_reads_which_part() {
    // Two midnights in a few megabytes: little to measure the precision by, in many pieces.
    let day = |day: u32| format!("2026-11-{day} 00:00:00\terror_status_code\t502\t1\tshop\n").repeat(40_000);
    let folder = Folder::with("a.tsv", export(60, []) + &day(16) + &day(17));
    let one = folder.summary("a.tsv --threads 1");
    assert_eq!(one.errors(), 80_000);
    for threads in [2, 3, 8, 2, 3, 8] {
        assert_eq!(folder.summary(&format!("a.tsv --threads {threads}")), one, "{threads} threads");
    }
}
