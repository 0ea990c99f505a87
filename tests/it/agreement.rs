//! Every format tells the same numbers: page, Markdown, terminal, CSV, JSON and the pictures' alternatives, and all of them
//! those that this test adds up itself.

use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*};
use serde_json::Value;

use crate::program::Folder;

/// Reason, detail, and what people call it.
const KINDS: [(&str, &str, &str); 8] = [
    ("could_not_connect", "Connection timeout", "Connection timeout"),
    ("could_not_connect", "Unknown host", "Unknown host"),
    ("request_timeout", "Request timeout", "Request timeout"),
    ("error_status_code", "500", "500 Internal Server Error"),
    ("error_status_code", "502", "502 Bad Gateway"),
    ("error_status_code", "403", "403 Forbidden"),
    ("unclassified", "Session closed unexpectedly", "Session closed unexpectedly"),
    ("brand_new_reason", "something else", "something else"),
];
const CHANNELS: [&str; 3] = ["shop", "news", "お知らせ"];
/// The day of the first row is one of so many before 23 November, so that some weeks are before the last.
const DAYS: u64 = 28;

/// Day, minute of the day, kind, channel, errors.
type Row = (u64, u64, usize, usize, u64);

fn written(rows: &[Row]) -> String {
    let first = chrono::NaiveDate::from_ymd_opt(2026, 10, 26).unwrap();
    let mut rows = rows.to_vec();
    rows.sort_unstable();
    let line = |&(day, minute, kind, channel, errors): &Row| {
        let (time, (reason, detail, _)) = (format!("{:02}:{:02}:07", minute / 60, minute % 60), KINDS[kind]);
        let day = first + chrono::Days::new(day);
        format!("{day}\t{time}\t{time}\t{reason}\t{detail}\t{errors}\t{}\n", CHANNELS[channel])
    };
    let heading = "Date\tStart\tEnd\tReason\tDetail\tErrors\tChannel name\n".to_owned();
    rows.iter().fold(heading, |text, row| text + &line(row))
}

/// Errors of the last week and of the one before, by something that a row has.
fn sums<K: Ord>(rows: &[Row], key: impl Fn(&Row) -> K) -> BTreeMap<K, (u64, u64)> {
    let mut sums = BTreeMap::new();
    for row in rows {
        let sum: &mut (u64, u64) = sums.entry(key(row)).or_default();
        match row.0 {
            21..28 => sum.0 += row.4,
            14..21 => sum.1 += row.4,
            _ => {}
        }
    }
    sums.retain(|_, sum| sum.0 > 0);
    sums
}

/// A text without its marks, and the numbers in it without the commas that group them.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for sign in text.chars() {
        match sign {
            '<' => inside = true,
            '>' => inside = false,
            '`' | '*' | ',' | '\u{200e}' | '\u{2068}' | '\u{2069}' => {}
            sign if !inside => out.push(sign),
            _ => {}
        }
    }
    out.trim().trim_start_matches('–').trim().to_owned()
}

/// The same without white space: lines are broken behind dashes too.
fn words(text: &str) -> String {
    plain(text).split_whitespace().collect()
}

/// The rows of the tables of a page, of Markdown and of the terminal, as cells.
fn rows_of_page(page: &str) -> Vec<Vec<String>> {
    let row = |row: &str| {
        let cells = row.split("</t").flat_map(|cell| cell.split("<t").nth(1)).map(|cell| plain(&format!("<{cell}")));
        cells.collect()
    };
    page.split("<tr").skip(1).map(|text| row(text.split("</tr>").next().unwrap_or_default())).collect()
}

fn rows_of_markdown(text: &str) -> Vec<Vec<String>> {
    let rows = text.lines().filter_map(|line| line.strip_prefix("| "));
    rows.map(|row| row.trim_end_matches('|').split(" | ").map(plain).collect()).collect()
}

fn rows_of_terminal(text: &str) -> Vec<Vec<String>> {
    let cells =
        |line: &str| line.trim().split("  ").map(str::trim).filter(|cell| !cell.is_empty()).map(plain).collect();
    text.lines().map(cells).collect()
}

/// The row that begins with a name and then has the number.
fn assert_row(rows: &[Vec<String>], name: &str, errors: u64, format: &str) -> Vec<String> {
    let fits = |row: &&Vec<String>| {
        // The only detail of a reason may have the reason's name before it, and a mark may be behind a name.
        let is_of = |first: &String| {
            first == name || first.starts_with(&format!("{name} ")) || first.ends_with(&format!(": {name}"))
        };
        row.first().is_some_and(is_of) && row.get(1) == Some(&errors.to_string())
    };
    let row = rows.iter().find(fits);
    row.unwrap_or_else(|| panic!("{format} has no row of {name} with {errors}: {rows:#?}")).clone()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_format_tells_the_same_numbers(
        trickle in vec((0..DAYS, 0..1440_u64, 0..KINDS.len(), 0..CHANNELS.len(), 1..4_u64), 1..120),
        bursts in vec((14..DAYS, 0..1300_u64, 0..KINDS.len(), 0..CHANNELS.len(), 1..60_u64, 5..90_u64), 0..4),
    ) {
        let burst = |&(day, from, kind, channel, errors, minutes): &(u64, u64, usize, usize, u64, u64)| {
            (from..from + minutes).map(move |minute| (day, minute, kind, channel, errors))
        };
        // The data of every channel begin before both weeks, so that all of them are compared.
        let trickle = (0..CHANNELS.len()).map(|channel| (0, 0, 2, channel, 1)).chain(trickle);
        let rows: Vec<Row> = trickle.chain(bursts.iter().flat_map(burst)).collect();
        let folder = Folder::with("w.tsv", written(&rows));
        let line = "w.tsv --period last-week --exported-at 2026-11-23T09:00 --top 100";
        folder.errstat(&format!("report {line} -o out/ -o out.md --scale 0.5")).done();
        let json: Value = serde_json::from_str(&folder.text("out/summary.json")).unwrap();
        let page = rows_of_page(&folder.text("out/report.html"));
        let markdown = rows_of_markdown(&folder.text("out.md"));
        let terminal = folder.errstat(&format!("summary {line}")).done().text();
        let table = rows_of_terminal(&terminal);
        let chat = folder.errstat(&format!("summary {line} --format line")).done().text();
        let csv = folder.errstat(&format!("summary {line} --format csv")).done().text();
        let csv: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
        let place = |name: &str| csv[0].iter().position(|heading| *heading == name).unwrap();

        let total: u64 = rows.iter().filter(|row| row.0 >= 21).map(|row| row.4).sum();
        prop_assert_eq!(&json["totals"]["errors"], total);
        let headline = json["headline"].as_str().unwrap();
        for text in [&folder.text("out/report.html"), &folder.text("out.md"), &terminal, &chat] {
            prop_assert!(words(text).contains(&words(headline)), "{headline}: {text}");
        }
        let alternative = folder.text("out/charts/timeline.svg");
        let alternative = plain(alternative.split("aria-label=\"").nth(1).unwrap().split('"').next().unwrap());
        prop_assert!(total == 0 || alternative.contains(&format!("Errors in all: {total}.")), "{alternative}");

        for (kind, (errors, before)) in sums(&rows, |row| row.2) {
            let (reason, detail, name) = KINDS[kind];
            let of = json["by_detail"].as_array().unwrap().iter().find(|row| row["detail"] == detail).unwrap();
            prop_assert_eq!((&of["errors"], &of["previous_errors"]), (&errors.into(), &before.into()));
            let of_csv = csv.iter().find(|row| row[place("detail")] == detail).unwrap();
            prop_assert_eq!(of_csv[place("errors")], errors.to_string());
            prop_assert_eq!(of_csv[place("previous_errors")], before.to_string());
            prop_assert_eq!(of_csv[place("reason")], reason);
            // Name, errors, share, errors before, change.
            let [in_page, in_markdown, in_table] =
                [(&page, "page"), (&markdown, "Markdown"), (&table, "terminal")].map(|(rows, format)| {
                    assert_row(rows, name, errors, format)
                });
            prop_assert_eq!(&in_page[1..5], &in_markdown[1..5]);
            prop_assert_eq!(&in_page[1..5], &in_table[1..5]);
            prop_assert_eq!(&in_page[3], &before.to_string());
        }
        for (reason, (errors, _)) in sums(&rows, |row| KINDS[row.2].0) {
            prop_assert!(alternative.contains(&format!("{reason}: {errors}")), "{reason} {errors}: {alternative}");
            prop_assert_eq!(assert_row(&page, reason, errors, "page").len() > 1, true);
        }
        let channels = sums(&rows, |row| CHANNELS[row.3]);
        for (channel, (errors, _)) in &channels {
            let of = json["by_channel"].as_array().unwrap().iter().find(|row| row["channel"] == **channel).unwrap();
            prop_assert_eq!(&of["errors"], *errors);
            if channels.len() > 1 {
                for (rows, format) in [(&page, "page"), (&markdown, "Markdown"), (&table, "terminal")] {
                    assert_row(rows, channel, *errors, format);
                }
                prop_assert!(plain(&chat).contains(&errors.to_string()), "{chat}");
            }
        }
        for incident in json["incidents"].as_array().unwrap() {
            let made: u64 = incident["made_of"].as_array().unwrap().iter().map(|of| of["errors"].as_u64().unwrap()).sum();
            prop_assert_eq!(&incident["errors"], made);
            let first = &incident["made_of"][0];
            let part = format!("{} × ", first["errors"]);
            for text in [&folder.text("out/report.html"), &folder.text("out.md"), &terminal, &chat] {
                prop_assert!(words(text).contains(&words(&part)), "{part}: {text}");
            }
        }
    }
}
