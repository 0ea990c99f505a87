//! The sample in data/: counted here with plain string handling, and by the program.

use std::{collections::BTreeMap, fs, path::PathBuf};

use chrono::{Datelike, NaiveDate, NaiveDateTime};

use crate::program::{Folder, Summary, text};

const PLAIN: &str = "webhook-errors.tsv";
const EXCEL: &str = "webhook-errors-excel-ja.txt";
const LOG: &str = "access.log.gz";

fn data(name: &str) -> Vec<u8> {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "data", name].iter().collect();
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn folder() -> Folder {
    let folder = Folder::new();
    for name in [PLAIN, EXCEL, LOG, "errstat.toml"] {
        folder.file(&format!("data/{name}"), data(name));
    }
    folder
}

/// A row: the errors of up to a minute.
struct Row {
    /// `2026-11-18 19:41:04`, as the file has date and time.
    start: String,
    end: String,
    reason: String,
    /// Without its URL.
    detail: String,
    host: Option<String>,
    errors: u64,
}

/// The rows of an export in the documented columns: Date, Start, End, Reason, Detail, Errors.
fn rows() -> Vec<Row> {
    let text = String::from_utf8(data(PLAIN)).unwrap();
    let rows = text.lines().skip(1).map(|line| {
        let [date, start, end, reason, detail, errors]: [&str; 6] =
            line.split('\t').collect::<Vec<_>>().try_into().expect("six columns");
        // No group of the sample goes on after midnight.
        assert!(start <= end, "{line}");
        let (detail, url) = match detail.split_once(": ") {
            Some((detail, url)) => (detail, Some(url)),
            None => (detail, None),
        };
        Row {
            start: format!("{date} {start}"),
            end: format!("{date} {end}"),
            reason: reason.to_owned(),
            detail: detail.to_owned(),
            host: url.map(|url| url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/")),
            errors: errors.parse().unwrap(),
        }
    });
    rows.collect()
}

/// The same moment as the outputs have it.
fn shown(moment: &str) -> String {
    format!("{}+09:00", moment.replace(' ', "T"))
}

/// The counts summed by a key.
fn sums<K: Ord>(key: impl Fn(&Row) -> Option<K>) -> BTreeMap<K, u64> {
    let mut sums = BTreeMap::new();
    for row in rows() {
        if let Some(key) = key(&row) {
            *sums.entry(key).or_insert(0) += row.errors;
        }
    }
    sums
}

fn listed<const N: usize>(summary: &Summary, list: &str, fields: [&str; N]) -> BTreeMap<[String; N], u64> {
    summary
        .list(list)
        .iter()
        .map(|row| (fields.map(|field| text(row, field).to_owned()), row["errors"].as_u64().unwrap()))
        .collect()
}

#[test]
fn the_sample_is_as_its_readme_says() {
    // data/README.md: 1,618 rows, 2,904 errors.
    assert_eq!((rows().len(), rows().iter().map(|row| row.errors).sum::<u64>()), (1618, 2904));
    let summary = folder().summary(&format!("data/{PLAIN}"));
    assert_eq!(
        (summary.balance(), summary.errors(), &summary["totals"]["rows"]),
        (vec![[1618, 1618, 0]], 2904, &1618.into())
    );
}

#[test]
fn every_list_agrees_with_a_count_by_hand() {
    let summary = folder().summary(&format!("data/{PLAIN} --window day"));
    assert_eq!(
        listed(&summary, "by_detail", ["reason", "detail"]),
        sums(|row| Some([row.reason.clone(), row.detail.clone()]))
    );
    assert_eq!(listed(&summary, "by_host", ["host"]), sums(|row| row.host.clone().map(|host| [host])));
    let reasons: BTreeMap<_, _> =
        listed(&summary, "by_reason", ["reason"]).into_iter().filter(|(_, errors)| *errors > 0).collect();
    assert_eq!(reasons, sums(|row| Some([row.reason.clone()])));
    let classes = sums(|row| (row.reason == "error_status_code").then(|| [format!("{}xx", &row.detail[..1])]));
    assert_eq!(listed(&summary, "by_status_class", ["class"]), classes);
    for row in summary.list("by_detail") {
        let all = rows();
        let of_it: Vec<&Row> =
            all.iter().filter(|r| r.reason == text(row, "reason") && r.detail == text(row, "detail")).collect();
        let first = of_it.iter().map(|r| shown(&r.start)).min().unwrap();
        let last = of_it.iter().map(|r| shown(&r.end)).max().unwrap();
        assert_eq!((text(row, "first_seen"), text(row, "last_seen")), (first.as_str(), last.as_str()));
    }
}

#[test]
fn every_row_is_a_group_of_at_most_a_minute() {
    let time = |moment: &str| NaiveDateTime::parse_from_str(moment, "%Y-%m-%d %H:%M:%S").unwrap();
    let mut begun: BTreeMap<Option<String>, NaiveDateTime> = BTreeMap::new();
    for row in rows() {
        let (start, end) = (time(&row.start), time(&row.end));
        assert!((end - start).num_seconds() < 60 && (start == end || row.errors > 1), "{} {}", row.start, row.detail);
        // Errors of one status are one group for a minute, and those without a status too, whatever their reason.
        let status = (row.reason == "error_status_code").then(|| row.detail.clone());
        if let Some(before) = begun.insert(status, start) {
            assert!((start - before).num_seconds() >= 60, "{} {}", row.start, row.detail);
        }
    }
}

#[test]
fn every_day_hour_and_field_of_the_heatmap_agrees() {
    let folder = folder();
    let by_start = |size: &str, digits: usize| -> BTreeMap<String, u64> {
        let summary = folder.summary(&format!("data/{PLAIN} --window {size}"));
        summary
            .windows()
            .into_iter()
            .filter(|(_, errors)| *errors > 0)
            .map(|(start, errors)| (start[..digits].replace('T', " "), errors))
            .collect()
    };
    assert_eq!(by_start("day", 10), sums(|row| Some(row.start[..10].to_owned())));
    assert_eq!(by_start("hour", 13), sums(|row| Some(row.start[..13].to_owned())));
    assert_eq!(by_start("month", 7), sums(|row| Some(row.start[..7].to_owned())));
    let days = folder.summary(&format!("data/{PLAIN} --window day"));
    assert_eq!(days.windows().len(), 84, "12 weeks, quiet days included");
    let field = |row: &Row| {
        let day: NaiveDate = row.start[..10].parse().unwrap();
        (day.weekday().num_days_from_monday() as usize, row.start[11..13].parse::<usize>().unwrap())
    };
    let expected = sums(|row| Some(field(row)));
    for weekday in 0..7 {
        for hour in 0..24 {
            let seen = days["heatmap"]["hours"][weekday][hour].as_u64().unwrap();
            assert_eq!(seen, expected.get(&(weekday, hour)).copied().unwrap_or(0), "{weekday} {hour}");
        }
    }
}

#[test]
fn the_excel_twin_says_the_same() {
    let folder = folder();
    let (plain, excel) = (folder.summary(&format!("data/{PLAIN}")), folder.summary(&format!("data/{EXCEL}")));
    for field in [
        "period",
        "data_span",
        "totals",
        "by_reason",
        "by_detail",
        "by_channel",
        "by_host",
        "by_status_class",
        "windows",
        "heatmap",
        "incidents",
        "rejects",
    ] {
        assert_eq!(plain[field], excel[field], "{field}");
    }
    assert_eq!(
        (&excel["inputs"][0]["encoding"], &plain["inputs"][0]["encoding"]),
        (&"UTF-16LE".into(), &"UTF-8".into())
    );
    assert_eq!(
        excel["inputs"][0]["columns"],
        serde_json::json!({
            "date": "日付", "start": "開始", "end": "終了", "reason": "原因", "detail": "詳細", "count": "エラー"
        })
    );
}

/// The week of 9 November in the columns that exports had before LINE documented theirs, one row for each second.
const FOUR_COLUMNS: &[u8] = include_bytes!("four-columns.tsv");

#[test]
fn the_older_four_columns_tell_the_same_week() {
    let folder = folder();
    folder.file("four-columns.tsv", FOUR_COLUMNS);
    let (four, documented) = (
        folder.summary("four-columns.tsv --window day"),
        folder.summary(&format!("data/{PLAIN} --period 2026-W46 --window day --compare none")),
    );
    // 137 errors by `awk -F '\t' '{ n += $4 } END { print n }'`.
    assert_eq!((four.errors(), documented.errors()), (137, 137));
    assert_eq!(four["inputs"][0]["columns"]["time"], "Time detected");
    for fields in [["reason", "detail"], ["reason", "reason"]] {
        assert_eq!(listed(&four, "by_detail", fields), listed(&documented, "by_detail", fields));
    }
    assert_eq!(four.windows(), documented.windows());
}

#[test]
fn both_together_count_once() {
    let summary = folder().summary(&format!("data/{PLAIN} data/{EXCEL}"));
    assert_eq!((summary.errors(), &summary["totals"]["rows"]), (2904, &(2 * 1618).into()));
    assert_eq!(folder().summary("data").errors(), 2904);
}

#[test]
fn the_last_week_against_the_week_before() {
    let between = |from: &str, to: &str| {
        rows().iter().filter(|row| (from..=to).contains(&&row.start[..10])).map(|row| row.errors).sum::<u64>()
    };
    let (last, before) = (between("2026-11-16", "2026-11-22"), between("2026-11-09", "2026-11-15"));
    let summary = folder().summary(&format!("data/{PLAIN} --period last-week"));
    assert_eq!((summary.errors(), summary["totals"]["previous_errors"].as_u64()), (last, Some(before)));
    let percent = (last as f64 - before as f64) / before as f64 * 100.0;
    assert!((summary["totals"]["change_pct"].as_f64().unwrap() - percent).abs() < 0.005);
}

#[test]
fn the_story_is_found() {
    // By awk over the file, for each detail the errors and the first and last row, e.g. of the evening
    // `awk -F'\t' '$1 == "2026-11-18" && $2 >= "19:35" && $2 < "20:55" { n[$5] += $6 } END { for (k in n) print k, n[k] }'`.
    let summary = folder().summary(&format!("data/{PLAIN}"));
    let moment = |incident: &serde_json::Value, field: &str| text(incident, field)[5..19].replace('T', " ");
    let told = |incident: &serde_json::Value| -> (String, String, u64, Vec<(String, u64)>) {
        let made_of = incident["made_of"].as_array().expect("what it is made of");
        for made in made_of {
            let of_it = |row: &&Row| {
                shown(&row.start).as_str() >= text(made, "first_seen")
                    && shown(&row.end).as_str() <= text(made, "last_seen")
                    && row.detail == text(made, "detail")
            };
            let errors: u64 = rows().iter().filter(of_it).map(|row| row.errors).sum();
            assert_eq!(made["errors"], errors, "{made}");
        }
        let named = |made: &serde_json::Value| (text(made, "detail").to_owned(), made["errors"].as_u64().unwrap());
        let made_of = made_of.iter().map(named).collect();
        (moment(incident, "start"), moment(incident, "end"), incident["errors"].as_u64().unwrap(), made_of)
    };
    let story = |start: &str, end: &str, made_of: &[(&str, u64)]| {
        let made_of: Vec<(String, u64)> =
            made_of.iter().map(|(detail, errors)| ((*detail).to_owned(), *errors)).collect();
        (start.to_owned(), end.to_owned(), made_of.iter().map(|(_, errors)| errors).sum(), made_of)
    };
    assert_eq!(
        summary.list("incidents").iter().map(told).collect::<Vec<_>>(),
        [
            // 802 statuses, and the timeouts of the evening.
            story(
                "11-18 19:41:04",
                "11-18 20:47:21",
                &[("502", 692), ("503", 56), ("504", 54), ("Request timeout", 36)]
            ),
            story(
                "11-02 13:10:32",
                "11-02 17:24:33",
                // Three of “No SSL/TLS record” come behind it.
                &[("Unknown host", 266), ("DNS Query timeout", 43)]
            ),
            story("10-14 02:01:26", "10-14 07:19:37", &[("TLS handshake failure", 122)]),
            story("09-10 14:17:49", "09-10 17:27:37", &[("500", 30)]),
            story("09-28 10:46:24", "09-29 10:40:29", &[("403", 30)]),
        ]
    );
    assert_eq!(summary["patterns"], serde_json::json!([]));
    let unknown: Vec<&str> =
        summary.list("by_detail").iter().filter(|row| row["known"] == false).map(|row| text(row, "detail")).collect();
    assert_eq!(unknown, ["Response header too large"]);
}

#[test]
fn the_first_commands_of_a_new_user() {
    let folder = folder();
    let table = folder.errstat(&format!("summary data/{PLAIN}")).done();
    for word in ["2,904", "Request timeout", "502", "TLS handshake failure"] {
        assert!(table.text().contains(word), "{word} is missing in:\n{}", table.text());
    }
    assert!(!table.text().contains('\u{1b}'), "no colours where there is no terminal");
    folder.errstat(&format!("report data/{PLAIN} --access-log data/{LOG} -o out")).done();
    let files = folder.list();
    for name in ["out/report.html", "out/overview.png", "out/summary.json"] {
        assert!(files.iter().any(|file| file == name), "{name} is missing among {files:?}");
    }
    for end in [".svg", ".png"] {
        assert!(files.iter().any(|file| file.starts_with("out/charts/") && file.ends_with(end)), "{files:?}");
    }
    for output in files.iter().filter(|file| file.starts_with("out/") && !file.ends_with(".png")) {
        assert!(!folder.text(output).contains("made-up-secret"), "{output}");
    }
    let shown = folder.errstat(&format!("inspect data/{PLAIN} data/{EXCEL}")).done().text();
    for word in ["UTF-8", "UTF-16LE", "Start", "開始", "1,618"] {
        assert!(shown.contains(word), "{word} is missing in:\n{shown}");
    }
}

#[test]
fn the_sample_configuration_is_valid() {
    let summary = folder().summary(&format!("data/{PLAIN} --config data/errstat.toml"));
    assert_eq!((summary.errors(), &summary["timezone"]), (2904, &"Asia/Tokyo".into()));
}
