//! The outputs themselves: names and types of fields, files, and that none is ever half there.

use std::{collections::BTreeMap, fs, process::Command};

use serde_json::{Value, json};

use crate::program::{Folder, PROGRAM, Summary, text};

/// The week of the contract's example, 2026-W47, with its sums, and the week before: 170 errors against 217.
fn two_weeks() -> String {
    let mut rows = vec!["Time\tReason\tDetail\tCount\tChannel name\tURL".to_owned()];
    let mut row = |time: &str, reason: &str, detail: &str, count: u32, url: &str| {
        rows.push(format!("2026-11-{time}\t{reason}\t{detail}\t{count}\tshop\t{url}"))
    };
    row("09 00:03:10", "error_status_code", "502", 12, "");
    row("10 08:00:01", "request_timeout", "Request timeout", 205, "");
    // 117 errors of status 502 within 35 minutes, at most 31 in five.
    for (minute, count) in [(0, 10), (5, 20), (10, 31), (15, 20), (20, 16), (25, 10), (30, 10)] {
        row(&format!("18 20:{minute:02}:30"), "error_status_code", "502", count, "");
    }
    row("19 03:10:00", "request_timeout", "Request timeout", 45, "");
    row("20 03:10:00", "could_not_connect", "Unknown host", 5, "https://bot.example.com/callback");
    row("22 23:58:00", "brand_new", "something", 3, "");
    rows.push("2026-11-19 00:00:00\terror_status_code\t502\tmany\tshop\t".to_owned());
    rows.join("\n") + "\n"
}

fn week(line: &str) -> Summary {
    let folder = Folder::with("w47.tsv", two_weeks());
    folder.summary(&format!("w47.tsv --period 2026-W47 {line}"))
}

/// The type of each field, as the contract's example shows it; `?` marks what may be null.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "whole",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

fn assert_fields(object: &Value, fields: &[(&str, &str)]) {
    let found = object.as_object().unwrap_or_else(|| panic!("no object: {object}"));
    let names: Vec<&str> = found.keys().map(String::as_str).collect();
    let mut expected: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    expected.sort_unstable();
    assert_eq!(names, expected, "fields of {object}");
    for (name, wanted) in fields {
        let found = kind(&object[*name]);
        let fits = wanted.strip_suffix('?').map_or(*wanted == found, |wanted| {
            found == "null" || found == wanted || (wanted == "number" && found == "whole")
        });
        assert!(fits || (*wanted == "number" && found == "whole"), "{name} is {found}, not {wanted}: {object}");
    }
}

#[test]
fn the_fields_and_their_types_are_the_contract() {
    let summary = week("");
    assert_fields(
        &summary.json,
        &[
            ("schema", "text"),
            ("errstat", "text"),
            ("state", "text"),
            ("headline", "text"),
            ("filter", "list"),
            ("generated_at", "text"),
            ("timezone", "text"),
            ("channels", "list"),
            ("period", "object"),
            ("data_span", "object"),
            ("totals", "object"),
            ("by_reason", "list"),
            ("by_detail", "list"),
            ("by_channel", "list"),
            ("by_host", "list"),
            ("by_status_class", "list"),
            ("windows", "object"),
            ("heatmap", "object"),
            ("incidents", "list"),
            ("patterns", "list"),
            ("history", "object"),
            ("redelivery_stopped", "list"),
            ("server_log", "object?"),
            ("inputs", "list"),
            ("rejects", "object"),
            ("notes", "list"),
        ],
    );
    let compared =
        [("errors", "whole"), ("previous_errors", "whole?"), ("change", "whole?"), ("change_pct", "number?")];
    let with = |more: &[(&'static str, &'static str)]| [&compared[..], more].concat();
    assert_fields(&summary["period"], &[("start", "text"), ("end", "text"), ("label", "text")]);
    assert_fields(&summary["data_span"], &[("first", "text"), ("last", "text")]);
    assert_fields(&summary["totals"], &with(&[("rows", "whole")]));
    let every = |list: &str, fields: &[(&str, &str)]| {
        assert!(!summary.list(list).is_empty(), "{list} is empty");
        summary.list(list).iter().for_each(|entry| assert_fields(entry, fields));
    };
    every("by_reason", &with(&[("reason", "text"), ("share", "number")]));
    every("by_channel", &with(&[("channel", "text?"), ("share", "number")]));
    every(
        "by_detail",
        &with(&[
            ("reason", "text"),
            ("detail", "text"),
            ("status", "whole?"),
            ("known", "bool"),
            ("share", "number"),
            ("first_seen", "text?"),
            ("last_seen", "text?"),
            ("new", "bool"),
        ]),
    );
    assert_fields(&summary["history"], &[("periods", "list"), ("median", "whole?"), ("usual", "list?")]);
    every("by_host", &[("host", "text"), ("errors", "whole")]);
    every("by_status_class", &[("class", "text"), ("errors", "whole")]);
    every(
        "incidents",
        &[
            ("channel", "text?"),
            ("start", "text"),
            ("end", "text"),
            ("minutes", "whole"),
            ("errors", "whole"),
            ("peak_errors", "whole"),
            ("peak_at", "text"),
            ("reason", "text"),
            ("detail", "text"),
            ("ongoing", "bool?"),
            ("made_of", "list"),
            ("quiet_since", "text?"),
            ("log", "object?"),
        ],
    );
    every(
        "inputs",
        &[
            ("path", "text"),
            ("channel", "text"),
            ("kind", "text"),
            ("encoding", "text"),
            ("delimiter", "text"),
            ("columns", "object"),
            ("rows", "whole"),
            ("accepted", "whole"),
            ("rejected", "whole"),
            ("errors", "whole"),
            ("first", "text?"),
            ("last", "text?"),
            ("precision", "text?"),
            ("coverage", "object"),
        ],
    );
    assert_fields(&summary["inputs"][0]["coverage"], &[("from", "text?"), ("until", "text?"), ("by", "text")]);
    every("notes", &[("code", "text"), ("level", "text"), ("text", "text")]);
    assert_fields(&summary["windows"], &[("size", "text"), ("buckets", "list")]);
    for bucket in summary["windows"]["buckets"].as_array().expect("windows") {
        assert_fields(
            bucket,
            &[
                ("start", "text"),
                ("end", "text"),
                ("errors", "whole"),
                ("partial", "bool"),
                ("by_reason", "object"),
                ("requests", "whole?"),
                ("slow", "whole?"),
            ],
        );
        let five = ["could_not_connect", "request_timeout", "error_status_code", "unclassified", "brand_new"];
        assert_fields(&bucket["by_reason"], &five.map(|reason| (reason, "whole")));
    }
    assert_fields(&summary["heatmap"], &[("rows", "list"), ("hours", "list")]);
    assert_fields(&summary["rejects"], &[("count", "whole"), ("examples", "list")]);
    assert_fields(
        &summary["rejects"]["examples"][0],
        &[("path", "text"), ("line", "whole"), ("why", "text"), ("text", "text")],
    );
}

#[test]
fn the_contracts_example_comes_out_as_it_stands_there() {
    let summary = week("--window day --as-of 2026-11-23T09:00:00+09:00");
    assert_eq!(summary["schema"], "errstat/summary/2");
    assert_eq!(summary["generated_at"], "2026-11-23T09:00:00+09:00", "SOURCE_DATE_EPOCH");
    assert_eq!(summary["timezone"], "Asia/Tokyo");
    assert_eq!(summary["channels"], json!(["shop"]));
    assert_eq!(
        summary["period"],
        json!({"start": "2026-11-16T00:00:00+09:00", "end": "2026-11-23T00:00:00+09:00", "label": "2026-W47"})
    );
    assert_eq!(
        summary["data_span"],
        json!({"first": "2026-11-09T00:03:10+09:00", "last": "2026-11-22T23:58:00+09:00"})
    );
    // -47 / 217 = -21.658…; (117 - 12) / 12 = 8.75; 117 / 170 = 0.688…
    assert_eq!(
        summary["totals"],
        json!({"errors": 170, "rows": 10, "previous_errors": 217, "change": -47, "change_pct": -21.66})
    );
    assert_eq!(
        summary["by_reason"][0],
        json!({"reason": "error_status_code", "errors": 117, "share": 0.688, "previous_errors": 12, "change": 105, "change_pct": 875.0})
    );
    assert_eq!(
        summary["by_detail"][0],
        json!({"reason": "error_status_code", "detail": "502", "status": 502, "known": true, "errors": 117, "share": 0.688, "previous_errors": 12, "change": 105, "change_pct": 875.0,
            "first_seen": "2026-11-18T20:00:30+09:00", "last_seen": "2026-11-18T20:30:30+09:00", "new": false})
    );
    assert_eq!(
        summary["by_channel"],
        json!([{"channel": "shop", "errors": 170, "share": 1.0, "previous_errors": 217, "change": -47, "change_pct": -21.66}])
    );
    assert_eq!(summary["by_host"], json!([{"host": "https://bot.example.com", "errors": 5}]));
    assert_eq!(summary["by_status_class"], json!([{"class": "5xx", "errors": 117}]));
    assert_eq!(summary["windows"]["size"], "day");
    assert_eq!(summary["heatmap"]["rows"], json!(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]));
    let hours = summary["heatmap"]["hours"].as_array().expect("hours");
    assert_eq!(hours.iter().map(|row| row.as_array().expect("a row").len()).collect::<Vec<_>>(), [24; 7]);
    assert_eq!(
        (&hours[2][20], &hours[3][3], &hours[6][23]),
        (&json!(117), &json!(45), &json!(3)),
        "Wednesday 20, Thursday 3, Sunday 23"
    );
    assert_eq!(
        summary["incidents"][0],
        json!({"channel": "shop", "start": "2026-11-18T20:00:30+09:00", "end": "2026-11-18T20:30:30+09:00", "minutes": 30, "errors": 117, "peak_errors": 31,
            "peak_at": "2026-11-18T20:10:00+09:00", "reason": "error_status_code", "detail": "502", "ongoing": false, "log": null,
            "made_of": [{"reason": "error_status_code", "detail": "502", "errors": 117, "first_seen": "2026-11-18T20:00:30+09:00", "last_seen": "2026-11-18T20:30:30+09:00"}],
            "quiet_since": "2026-11-18T20:30:30+09:00"})
    );
    let input = &summary["inputs"][0];
    assert_eq!(
        (
            text(input, "path"),
            text(input, "kind"),
            text(input, "encoding"),
            text(input, "delimiter"),
            text(input, "precision")
        ),
        ("w47.tsv", "tsv", "UTF-8", "tab", "second")
    );
    assert_eq!((&input["columns"]["time"], &input["columns"]["count"]), (&json!("Time"), &json!("Count")));
    assert_eq!(
        (&input["rows"], &input["accepted"], &input["rejected"], &input["errors"]),
        (&json!(13), &json!(12), &json!(1), &json!(387))
    );
    assert_eq!((&input["first"], &input["last"]), (&summary["data_span"]["first"], &summary["data_span"]["last"]));
    assert_eq!(summary["rejects"]["count"], 1);
    assert_eq!(summary.rejects(), [(14, "count is not a whole number")]);
    assert_eq!(summary["rejects"]["examples"][0]["path"], "w47.tsv");
}

#[test]
fn null_stands_where_there_is_nothing_to_tell() {
    let folder = Folder::with("a.tsv", "Time\tReason\tDetail\n2026-11-16 10:00:00\trequest_timeout\tRequest timeout\n");
    let summary = folder.summary("a.tsv");
    assert_eq!(summary["channels"], json!([]));
    assert_eq!(summary["by_channel"][0]["channel"], Value::Null);
    assert_eq!(summary["by_detail"][0]["status"], Value::Null);
    assert_eq!(summary["totals"]["change_pct"], Value::Null, "a period of everything has none before");
    assert_eq!(summary["inputs"][0]["coverage"], json!({"from": null, "until": null, "by": "last row"}));
    // Nothing before, and something now: no percentage says how much more that is.
    let new = week("");
    let unknown = new.list("by_reason").iter().find(|row| row["reason"] == "brand_new").expect("the reason");
    assert_eq!(
        (&unknown["previous_errors"], &unknown["change"], &unknown["change_pct"]),
        (&json!(0), &json!(3), &Value::Null)
    );
    assert_eq!(week("--compare none")["totals"]["change_pct"], Value::Null);
    folder.file("empty.tsv", "Time\tReason\tDetail\tCount\n");
    let none = folder.summary("empty.tsv");
    assert_eq!(
        (none.errors(), none["inputs"][0]["first"].clone(), none["inputs"][0]["last"].clone()),
        (0, Value::Null, Value::Null)
    );
}

#[test]
fn lists_are_sorted_by_errors_then_by_name() {
    let mut rows = String::from("Time\tReason\tDetail\tCount\tChannel name\tURL\n");
    for (detail, count, channel) in
        [("503", 2, "b"), ("500", 2, "a"), ("404", 9, "d"), ("302", 2, "c"), ("502", 11, "e")]
    {
        rows += &format!(
            "2026-11-16 10:00:00\terror_status_code\t{detail}\t{count}\t{channel}\thttps://{channel}.example/\n"
        );
    }
    let summary = Folder::with("a.tsv", rows).summary("a.tsv");
    let names =
        |list: &str, field: &str| summary.list(list).iter().map(|row| text(row, field).to_owned()).collect::<Vec<_>>();
    assert_eq!(names("by_detail", "detail"), ["502", "404", "302", "500", "503"]);
    assert_eq!(names("by_channel", "channel"), ["e", "d", "a", "b", "c"]);
    assert_eq!(
        names("by_host", "host"),
        ["https://e.example", "https://d.example", "https://a.example", "https://b.example", "https://c.example"]
    );
    // 5xx: 11 + 2 + 2.
    assert_eq!(
        summary["by_status_class"],
        json!([{"class": "5xx", "errors": 15}, {"class": "4xx", "errors": 9}, {"class": "3xx", "errors": 2}])
    );
}

#[test]
fn csv_has_the_fields_of_by_detail_and_is_complete() {
    let folder =
        Folder::with("w47.tsv", two_weeks() + "2026-11-21 10:00:00\tunclassified\t\"a, \"\"b\"\"; c\"\t1\tshop\t\n");
    let line = "summary w47.tsv --period 2026-W47 --top 1 --as-of 2026-11-23T09:00:00+09:00";
    let csv = folder.errstat(&format!("{line} --format csv")).done();
    let json = folder.errstat(line).summary();
    let mut reader = csv::Reader::from_reader(csv.stdout.as_slice());
    let heading: Vec<String> = reader.headers().expect("a heading").iter().map(str::to_owned).collect();
    assert_eq!(
        heading,
        [
            "reason",
            "detail",
            "status",
            "known",
            "errors",
            "share",
            "previous_errors",
            "change",
            "change_pct",
            "first_seen",
            "last_seen",
            "new"
        ]
    );
    let records: Vec<BTreeMap<String, String>> = reader.deserialize().map(|record| record.expect("a record")).collect();
    assert_eq!(records.len(), 5);
    assert!(records.iter().any(|record| record["detail"] == "a, \"b\"; c"));
    for (record, row) in records.iter().zip(json.list("by_detail")) {
        for field in &heading {
            let same = match &row[field.as_str()] {
                Value::Null => record[field].is_empty(),
                Value::String(text) => *text == record[field],
                Value::Number(number) => record[field].parse::<f64>().ok() == number.as_f64(),
                Value::Bool(yes) => record[field].parse() == Ok(*yes),
                other => panic!("{field} is {other}"),
            };
            assert!(same, "{field}: {} is not {}", record[field], row[field.as_str()]);
        }
    }
}

/// The lines of a CSV as the texts of their cells, the heading first.
fn records(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
    reader.records().map(|record| record.expect("a record").iter().map(str::to_owned).collect()).collect()
}

#[test]
fn csv_is_split_by_channel_where_it_is_asked_for() {
    let rows = "Time\tReason\tDetail\tCount\tChannel name\n\
        2026-11-09 10:00:00\terror_status_code\t502\t4\tshop\n\
        2026-11-16 10:00:00\terror_status_code\t502\t7\tshop\n\
        2026-11-16 11:00:00\trequest_timeout\tRequest timeout\t2\tshop\n\
        2026-11-18 10:00:00\terror_status_code\t502\t5\t=news\n";
    let folder = Folder::with("w-2026-11-23.tsv", rows);
    let line = "summary w-2026-11-23.tsv --period 2026-W47 --window day --as-of 2026-11-23T09:00 --format csv";
    let csv = |by: &str| records(&folder.errstat(&format!("{line} --by {by}")).done().stdout);
    let details = csv("detail");
    assert_eq!(details[0][..6], ["channel", "reason", "detail", "status", "known", "errors"]);
    // 7 after 4 on shop; nothing is known before of the other channel, whose name is no formula. 502 is not new on either.
    let numbers = |row: &[String]| [0, 2, 5, 7, 8, 12].map(|at| row[at].clone());
    assert_eq!(numbers(&details[1]), ["shop", "502", "7", "4", "3", "false"]);
    assert_eq!(numbers(&details[2]), ["'=news", "502", "5", "", "", "false"]);
    assert_eq!(numbers(&details[3]), ["shop", "Request timeout", "2", "0", "2", "true"]);
    assert_eq!(details.len(), 4);
    let channels = csv("channel");
    assert_eq!(channels[0], ["channel", "errors", "share", "previous_errors", "change", "change_pct"]);
    // 9 of 14 after 4: +125 %.
    assert_eq!(channels[1], ["shop", "9", "0.643", "4", "5", "125.0"]);
    assert_eq!(channels[2], ["'=news", "5", "0.357", "", "", ""]);
    let windows = csv("window");
    let heading = ["start", "end", "partial", "channel", "errors"];
    let reasons = ["could_not_connect", "request_timeout", "error_status_code", "unclassified"];
    assert_eq!(windows[0], [&heading[..], &reasons].concat());
    assert_eq!(windows.len(), 1 + 7 * 2, "each day on each channel");
    assert_eq!(windows[1][2..], ["false", "shop", "9", "0", "2", "7", "0"]);
    assert_eq!(windows[2][2..], ["false", "'=news", "0", "0", "0", "0", "0"]);
    assert_eq!(windows[6][..5], ["2026-11-18T00:00:00+09:00", "2026-11-19T00:00:00+09:00", "false", "'=news", "5"]);
    // None of them is read as an export.
    for by in ["detail", "channel", "window"] {
        folder.file("own.csv", folder.errstat(&format!("{line} --by {by} --bom")).done().stdout);
        let why = folder.errstat("summary own.csv").refused();
        assert!(why.contains("this is an output of errstat"), "{by}: {why}");
    }
}

#[test]
fn a_csv_for_excel_begins_with_the_mark_that_it_knows_utf_8_by() {
    let folder = Folder::with("w47.tsv", two_weeks());
    let csv = |line: &str| folder.errstat(&format!("summary w47.tsv --format csv {line}")).done().stdout;
    assert_eq!(csv("--bom"), [&b"\xef\xbb\xbf"[..], &csv("")].concat());
    for line in ["--bom", "--by window --format json"] {
        let why = folder.errstat(&format!("summary w47.tsv {line}")).refused();
        assert!(why.contains("is for CSV. Add --format csv."), "{why}");
    }
}

#[test]
fn what_is_no_terminal_gets_no_codes() {
    let folder = Folder::with("w47.tsv", two_weeks());
    for (name, value) in [("NO_COLOR", "1"), ("TERM", "xterm-256color")] {
        for line in ["summary w47.tsv", "inspect w47.tsv", "explain 502", "report w47.tsv -o out", "--help"] {
            let outcome = folder.errstat(line).env(name, value).done();
            assert!(!outcome.stdout.contains(&0x1b), "{}", outcome.shown);
            assert!(!outcome.stderr.contains('\u{1b}'), "{}", outcome.shown);
        }
    }
}

#[test]
fn results_go_to_standard_output_and_messages_to_standard_error() {
    let folder = Folder::with("w47.tsv", two_weeks());
    for format in ["table", "json", "csv", "markdown", "line"] {
        let outcome = folder.errstat(&format!("summary w47.tsv --format {format} --quiet")).done();
        assert!(!outcome.stdout.is_empty() && outcome.stderr.is_empty(), "{format}: {}", outcome.stderr);
    }
    assert_eq!(folder.errstat("report w47.tsv -o out").done().text(), "");
}

#[test]
fn the_total_never_stands_alone() {
    let folder = Folder::with("w47.tsv", two_weeks());
    folder.errstat("report w47.tsv -o page.html -o text.md").done();
    let outputs = [
        folder.errstat("summary w47.tsv").done().text(),
        folder.errstat("summary w47.tsv --format markdown").done().text(),
        folder.text("page.html"),
        folder.text("text.md"),
    ];
    for output in outputs {
        let words = output.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in ["delivery attempts", "Redelivery can count the same event again", "may have processed", "no total"]
        {
            assert!(words.contains(part), "no “{part}” in {words}");
        }
    }
}

#[test]
fn top_shortens_text_and_not_json() {
    let rows: String =
        (0..30).map(|i| format!("2026-11-16 10:00:00\terror_status_code\t{}\t{}\n", 500 + i, 100 - i)).collect();
    let folder = Folder::with("a.tsv", format!("Time\tReason\tDetail\tCount\n{rows}"));
    assert_eq!(folder.summary("a.tsv --top 3").list("by_detail").len(), 30);
    let listed = |line: &str| {
        let text = folder.errstat(line).done().text();
        (500..530)
            .filter(|code| {
                text.lines().any(|line| line.trim_start().trim_start_matches("| `").starts_with(&code.to_string()))
            })
            .count()
    };
    assert_eq!(listed("summary a.tsv --top 3"), 3);
    assert_eq!(listed("summary a.tsv"), 10, "ten, if nothing is said");
}

// The report's files.

#[test]
fn a_folder_gets_the_page_the_pictures_and_the_numbers() {
    let folder = Folder::with("w47.tsv", two_weeks());
    folder.errstat("report w47.tsv --period 2026-W47 --as-of 2026-11-23T09:00 -o new/out").done();
    let files = folder.list();
    for name in ["report.html", "overview.png", "summary.json", "charts/timeline.svg", "charts/strip.svg"] {
        assert!(files.contains(&format!("new/out/{name}")), "no {name} in {files:?}");
    }
    for name in files.iter().filter(|name| name.starts_with("new/")) {
        let name = name.strip_prefix("new/out/").expect("in the folder");
        let known = ["report.html", "overview.png", "summary.json"].contains(&name) || name.starts_with("charts/");
        assert!(known, "{name}");
        if let Some(stem) = name.strip_suffix(".svg") {
            assert!(files.contains(&format!("new/out/{stem}.png")), "{stem} as PNG");
        }
    }
    let summary = folder.errstat("summary w47.tsv --period 2026-W47 --as-of 2026-11-23T09:00 --format json").done();
    assert_eq!(folder.text("new/out/summary.json"), summary.text(), "one and the same");
}

/// Width and height in a PNG's header.
fn size(png: &[u8]) -> (u32, u32) {
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    assert_eq!(&png[12..16], b"IHDR");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().expect("four bytes"));
    (number(16), number(20))
}

#[test]
fn the_overview_is_1200_points_wide_times_the_scale() {
    let folder = Folder::with("w47.tsv", two_weeks());
    folder.errstat("report w47.tsv -o out").done();
    assert_eq!(size(&folder.bytes("out/overview.png")).0, 2400);
    folder.errstat("report w47.tsv -o one.png --scale 1").done();
    let (width, height) = size(&folder.bytes("one.png"));
    assert_eq!((width, height * 2), (1200, size(&folder.bytes("out/overview.png")).1));
}

#[test]
fn a_name_with_an_ending_is_one_file() {
    let folder = Folder::with("w47.tsv", two_weeks());
    folder.errstat("report w47.tsv -o one.html -o one.json -o one.md -o one.png -o folder.tsv.d/").done();
    let files: Vec<String> = folder.list().into_iter().filter(|name| !name.contains('/')).collect();
    assert_eq!(files, ["one.html", "one.json", "one.md", "one.png", "w47.tsv"]);
    assert!(folder.path("folder.tsv.d/report.html").is_file(), "a slash makes it a folder");
    assert!(folder.text("one.html").starts_with("<!"));
    assert!(folder.text("one.html").contains("<svg"), "the charts are in the page");
    assert_eq!(serde_json::from_str::<Value>(&folder.text("one.json")).expect("JSON")["totals"]["errors"], 387);
}

#[test]
fn charts_of_an_earlier_report_go_and_other_files_stay() {
    let folder = Folder::with("w47.tsv", two_weeks());
    folder.file("quiet.tsv", "Time\tReason\tDetail\tCount\n2026-11-16 10:00:00\trequest_timeout\tRequest timeout\t1\n");
    for foreign in
        ["out/readme.txt", "out/charts/mine.svg", "out/charts/incident-plan.png", "out/charts/deeper/incident-1.svg"]
    {
        folder.file(foreign, "mine");
    }
    folder.errstat("report w47.tsv -o out").done();
    let incidents = || {
        folder
            .list()
            .iter()
            .filter(|name| name.starts_with("out/charts/incident-") && !name.ends_with("plan.png"))
            .count()
    };
    assert!(incidents() > 0, "{:?}", folder.list());
    folder.errstat("report quiet.tsv -o out").done();
    assert_eq!(incidents(), 0, "{:?}", folder.list());
    for foreign in
        ["out/readme.txt", "out/charts/mine.svg", "out/charts/incident-plan.png", "out/charts/deeper/incident-1.svg"]
    {
        assert_eq!(folder.text(foreign), "mine");
    }
}

// The same again.

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let run = |zone: &str| {
        let folder = Folder::with("w47.tsv", two_weeks());
        folder.file(
            "in/b.tsv",
            "Time\tReason\tDetail\tCount\n2026-11-01 10:00:00\trequest_timeout\tRequest timeout\t1\n",
        );
        let line = "in w47.tsv --channel shop --as-of 2026-11-23T09:00:00+09:00 --period 2026-W47";
        folder
            .errstat(&format!(
                "report {line} -o out -o one.html -o one.md -o one.png -o one.xlsx --rejects rejects.csv"
            ))
            .env("TZ", zone)
            .done();
        for format in ["table", "json", "csv", "markdown", "line"] {
            let outcome = folder.errstat(&format!("summary {line} --format {format}")).env("TZ", zone).done();
            folder.file(&format!("printed.{format}"), outcome.stdout);
        }
        folder.list().into_iter().map(|name| (name.clone(), folder.bytes(&name))).collect::<BTreeMap<_, _>>()
    };
    let (one, other) = (run("UTC"), run("America/Los_Angeles"));
    assert!(one.len() > 15, "{:?}", one.keys());
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    for (name, bytes) in &one {
        assert!(bytes == &other[name], "{name} differs");
    }
}

// Nothing half there.

#[test]
fn an_output_that_cannot_be_written_leaves_nothing_behind() {
    let folder = Folder::with("w47.tsv", two_weeks());
    folder
        .file("plain", "a file")
        .file("page.html/inside.txt", "a folder")
        .file("taken/overview.png/inside.txt", "a folder");
    let before = folder.list();
    for place in ["plain/out", "plain/one.html", "plain/one.png", "page.html", "plain"] {
        let sentence = folder.errstat(&format!("report w47.tsv -o {place}")).refused();
        assert!(sentence.contains("plain") || sentence.contains("page.html"), "{place} is not named: {sentence}");
        assert_eq!(folder.list(), before, "{place}");
    }
    for place in ["plain/rejects.csv", "page.html"] {
        folder.errstat(&format!("summary w47.tsv --rejects {place}")).refused();
        assert_eq!(folder.list(), before, "{place}");
    }
    let sentence = folder.errstat("report w47.tsv -o taken").refused();
    assert!(sentence.contains("overview.png"), "{sentence}");
    let hidden: Vec<String> = folder.list().into_iter().filter(|name| name.contains("/.")).collect();
    assert_eq!(hidden, Vec::<String>::new(), "nothing unfinished");
}

#[test]
fn a_failed_report_leaves_the_old_one() {
    let folder = Folder::with("w47.tsv", two_weeks());
    folder
        .file("old/report.html", "old")
        .file("old.html", "old")
        .file("old.json", "old")
        .file("prose.txt", "Dear all,\nno export.\n");
    let before = folder.list();
    for input in ["missing.tsv", "prose.txt", "w47.tsv --period nonsense", "w47.tsv --strict"] {
        for place in ["old", "old.html", "old.json", "new", "new/page.html"] {
            folder.errstat(&format!("report {input} -o {place}")).refused();
        }
    }
    assert_eq!(folder.list(), before);
    assert_eq!(
        (folder.text("old/report.html"), folder.text("old.html"), folder.text("old.json")),
        ("old".into(), "old".into(), "old".into())
    );
}

/// Files of more than 8 KiB cannot be written: what a full disk does, on any machine with a POSIX shell.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_old_file_or_none() {
    let folder = Folder::with("w47.tsv", two_weeks());
    folder.file("old.html", "old").file("old.png", "old");
    let before = folder.list();
    for (ignored, place) in [
        ("trap '' XFSZ; ", "old.html"),
        ("trap '' XFSZ; ", "old.png"),
        ("trap '' XFSZ; ", "new.html"),
        ("", "old.html"),
    ] {
        let output = Command::new("sh")
            .args([
                "-c",
                &format!("{ignored}ulimit -f 8; exec \"$@\""),
                "sh",
                PROGRAM,
                "report",
                "w47.tsv",
                "-o",
                place,
            ])
            .current_dir(folder.path(""))
            .output()
            .expect("a shell");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        if ignored.is_empty() {
            // The limit's signal kills it at once: what it was writing may lie there, under another name.
            assert!(!output.status.success());
            for unfinished in folder.list().into_iter().filter(|name| !before.contains(name)) {
                assert!(unfinished.starts_with('.'), "{unfinished}");
                fs::remove_file(folder.path(&unfinished)).expect("a file");
            }
        } else {
            assert_eq!(output.status.code(), Some(2), "{stderr}");
            assert!(stderr.contains(place), "{stderr}");
        }
        assert_eq!(folder.list(), before, "{place}");
        assert_eq!((folder.text("old.html"), folder.text("old.png")), ("old".into(), "old".into()));
    }
}

#[test]
fn an_offset_west_of_greenwich_is_a_zone() {
    let folder = Folder::with("w47.tsv", two_weeks());
    let summary = folder.summary("w47.tsv --timezone -03:30");
    // 2026-11-22T23:58:00+09:00 is 14:58 UTC.
    assert_eq!(summary["data_span"]["last"], "2026-11-22T11:28:00-03:30");
    assert_eq!(folder.summary("w47.tsv --input-timezone -03:30")["data_span"]["last"], "2026-11-23T12:28:00+09:00");
}

#[test]
fn an_input_is_never_written_over() {
    let row = "Time\tReason\tDetail\tCount\n2026-11-20 04:12:33\trequest_timeout\tRequest timeout\t3\n";
    let folder = Folder::with("w.json", row);
    let sentence = folder.errstat("report w.json -o w.json").refused();
    assert!(sentence.contains("w.json") && folder.text("w.json") == row, "{sentence}");
}

#[test]
fn no_output_takes_the_place_of_an_input_the_rules_or_another_output() {
    let export = "Time\tReason\tDetail\tCount\n2026-11-16 10:00:00\terror_status_code\t502\t9\n";
    let rules = "[check]\nperiod = \"all\"\n[[check.rule]]\nmax_errors = 10\n";
    let folder = Folder::with("w.tsv", export);
    let log = "203.0.113.9 - - [16/Nov/2026:10:00:00 +0900] \"POST /cb HTTP/1.1\" 502 5 \"-\" \"LineBotWebhook/2.0\"\n";
    folder.file("errstat.toml", rules).file("base.json", "{}");
    folder.file("exports/shop/w.tsv", export).file("logs/access.log", log);
    for line in [
        "check exports --report junit=exports/shop/w.tsv",
        "summary exports --rejects ./exports/shop/w.tsv",
        "report exports -o w.html --access-log logs --rejects logs/access.log",
        "check w.tsv --access-log logs/access.log --report markdown=logs/access.log",
        "summary w.tsv --access-log logs --rejects logs/access.log",
        "summary w.tsv --rejects w.tsv",
        "summary *.tsv --rejects w.tsv",
        "inspect w.tsv --rejects ./w.tsv",
        "convert w.tsv --channel shop -o w.tsv",
        "report w.tsv -o w.html --rejects w.tsv",
        "report w.tsv -o w.html --rejects w.html",
        "check w.tsv --report text=w.tsv",
        "check w.tsv --report text=errstat.toml",
        "check w.tsv --rejects errstat.toml",
        "check w.tsv --report junit=a.xml --report text=a.xml",
        "check w.tsv --baseline w.tsv --update-baseline",
        "archive add w.tsv --channel shop --archive archive --rejects w.tsv",
    ] {
        let told = folder.errstat(line).refused();
        assert!(told.contains("another name") || told.contains("same"), "{line}: {told}");
        assert_eq!(
            (folder.text("w.tsv"), folder.text("errstat.toml")),
            (export.to_owned(), rules.to_owned()),
            "{line}"
        );
        assert_eq!((folder.text("exports/shop/w.tsv"), folder.text("logs/access.log")), (export.into(), log.into()));
        assert!(!folder.path("w.html").exists() && !folder.path("a.xml").exists(), "{line}");
    }
    // Earlier reports beside the exports are no inputs.
    for _ in 0..2 {
        folder
            .errstat("report exports -o exports/w.json -o exports/w.md -o exports/w.xlsx --rejects exports/r.csv")
            .done();
        folder
            .errstat(
                "check exports --report markdown=exports/c.md --report env=exports/w.env --report junit=exports/w.xml",
            )
            .done();
    }
    // Devices may be named as often as anybody likes.
    folder.errstat("report w.tsv -o out --rejects /dev/null").done();
}

#[test]
fn outputs_that_belong_together_take_their_places_together() {
    let export = "Time\tReason\tDetail\tCount\n2026-11-16 10:00:00\terror_status_code\t502\t9\n";
    let folder = Folder::with("w.tsv", export);
    folder.file("a.json", "old");
    folder.errstat("report w.tsv -o a.json -o missing/folder/b.html").refused();
    assert_eq!(folder.text("a.json"), "old");
}

#[cfg(unix)]
#[test]
fn new_outputs_obey_the_umask() {
    use std::os::unix::fs::PermissionsExt;
    let export = "Time\tReason\tDetail\tCount\n2026-11-16 10:00:00\terror_status_code\t502\t9\n";
    for (umask, mode) in [("022", 0o644), ("077", 0o600), ("002", 0o664)] {
        let folder = Folder::with("w.tsv", export);
        let line = format!("umask {umask}; exec {} report w.tsv --quiet -o w.json", crate::program::PROGRAM);
        let status = std::process::Command::new("sh").args(["-c", &line]).current_dir(folder.path("")).status();
        assert!(status.expect("a shell").success());
        let permissions = std::fs::metadata(folder.path("w.json")).expect("a file").permissions();
        assert_eq!(permissions.mode() & 0o777, mode, "{umask}");
    }
}
