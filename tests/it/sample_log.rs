//! The access log of the sample: counted with gzip and awk, held against the export, and counted by the program.

use std::{collections::BTreeMap, process::Command};

use serde_json::{Value, json};

use crate::program::{AS_OF, Folder};

#[path = "../../examples/make_exports/main.rs"]
#[allow(dead_code, reason = "the generator is a program of its own")]
mod make_exports;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data");
const WEEK: &str = "--period 2026-W47 --exported-at 2026-11-23T09:00";

/// What awk prints about the log's lines of LINE. A line has its time as `$4`, its status as `$9`, and its seconds as
/// `rt`.
fn awk(program: &str) -> Vec<Vec<String>> {
    let time = "rt = substr($(NF - 3), 4); split(substr($4, 2), at, \":\"); time = at[2] \":\" at[3] \":\" at[4]";
    let script = format!("gzip -dc '{FOLDER}/access.log.gz' | awk '/LineBotWebhook/ {{ {time} }} {program}' | sort -n");
    let output = Command::new("sh").args(["-c", &script]).output().expect("a shell");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(|line| line.split(' ').map(str::to_owned).collect()).collect()
}

/// The export's rows of the week: start, end, reason, detail without its URL, errors.
fn rows() -> Vec<(String, String, String, String, u64)> {
    let text = std::fs::read_to_string(format!("{FOLDER}/webhook-errors.tsv")).expect("the sample");
    let rows = text.lines().filter(|line| ("2026-11-16".."2026-11-23").contains(&&line[..10]));
    rows.map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        let [date, start, end, reason, detail, errors] = cells.try_into().expect("six columns");
        let moment = |time: &str| format!("{}/Nov/2026:{time}", &date[8..]);
        let detail = detail.split(": ").next().unwrap_or_default().to_owned();
        (moment(start), moment(end), reason.to_owned(), detail, errors.parse().expect("a count"))
    })
    .collect()
}

#[test]
fn the_generator_writes_the_sample() {
    let folder = Folder::new();
    for name in ["data/.keep", "tests/it/.keep"] {
        folder.file(name, "");
    }
    make_exports::write_samples(&folder.path(""), &mut make_exports::Random(make_exports::SEED)).expect("the sample");
    for name in [
        "data/access.log.gz",
        "data/webhook-errors.tsv",
        "data/webhook-errors-excel-ja.txt",
        "tests/it/four-columns.tsv",
    ] {
        let kept = std::fs::read(format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))).expect(name);
        assert!(kept == std::fs::read(folder.path(name)).expect(name), "{name} is not what the generator writes");
    }
}

#[test]
fn every_error_that_a_server_can_see_has_its_line() {
    let lines = awk("/LineBotWebhook/ { print substr($4, 2), $9, rt }");
    let within = |start: &str, end: &str, status: &str| {
        let is_in = |line: &&Vec<String>| line[1] == status && (start..=end).contains(&&*line[0]);
        lines.iter().filter(is_in).count() as u64
    };
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    for (start, end, reason, detail, errors) in rows() {
        match &*reason {
            // A group is all errors of its status between its first and its last.
            "error_status_code" => {
                assert_eq!(within(&start, &end, &detail), errors, "{start} {detail}");
                *seen.entry(detail).or_default() += errors;
            }
            // One without a status may hold other errors too, and begins with the one that it is named after.
            "request_timeout" => {
                assert!(within(&start, &start, "499") > 0 && within(&start, &end, "499") <= errors, "{start}");
            }
            _ => assert_eq!(within(&start, &start, "499"), 0, "{start} {detail}"),
        }
    }
    for line in &lines {
        let seconds: f64 = line[2].parse().unwrap();
        match &*line[1] {
            "499" => assert!((1.9..2.0).contains(&seconds), "{line:?}"),
            "504" => assert!((1.0..1.1).contains(&seconds), "{line:?}"),
            _ => assert!(seconds < 1.9, "{line:?}"),
        }
    }
    for (status, errors) in seen {
        assert_eq!(lines.iter().filter(|line| line[1] == status).count() as u64, errors, "{status}");
    }
}

#[test]
fn addresses_are_those_of_documentation() {
    let script = format!("gzip -dc '{FOLDER}/access.log.gz' | cut -d' ' -f1 | sort -u");
    let output = Command::new("sh").args(["-c", &script]).output().expect("a shell");
    let addresses = String::from_utf8(output.stdout).expect("UTF-8");
    let is_made_up =
        |address: &str| ["192.0.2.", "198.51.100.", "2001:db8:"].iter().any(|net| address.starts_with(net));
    assert!(addresses.lines().count() > 100 && addresses.lines().all(is_made_up), "{addresses}");
}

#[test]
fn the_program_counts_what_awk_counts() {
    let folder = Folder::new();
    let call = format!("summary {FOLDER}/webhook-errors.tsv {WEEK} --access-log {FOLDER}/access.log.gz --format json");
    let told: Value = serde_json::from_str(&folder.errstat(&format!("{call} --as-of {AS_OF}")).done().text()).unwrap();
    let log = &told["server_log"];

    let mut statuses = awk("/LineBotWebhook/ { n[$9]++ } END { for (s in n) print n[s], s }");
    statuses.reverse();
    let number = |text: &str| text.parse::<u64>().unwrap();
    let expected: Vec<Value> =
        statuses.iter().map(|row| json!({"status": number(&row[1]), "requests": number(&row[0])})).collect();
    assert_eq!(log["by_status"], json!(expected));
    let requests: u64 = statuses.iter().map(|row| number(&row[0])).sum();
    assert_eq!(log["requests"], requests);
    let lines = number(&awk("END { print NR }")[0][0]);
    assert_eq!(log["files"][0]["lines"], lines);
    // data/README.md: 30,403 lines, 15,111 of them LINE's.
    assert_eq!((lines, requests), (30_403, 15_111));

    let seconds: Vec<f64> = awk("/LineBotWebhook/ { print rt }").iter().map(|row| row[0].parse().unwrap()).collect();
    assert_eq!(log["duration"]["max"], *seconds.last().unwrap());
    for (name, share) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] {
        let exact = seconds[(seconds.len() as f64 * share) as usize];
        let shown = log["duration"][name].as_f64().unwrap();
        // The program keeps durations in steps of 2 %.
        assert!((shown / exact - 1.0).abs() < 0.025, "{name}: {shown} beside {exact}");
    }
    let slow = number(&awk("/LineBotWebhook/ && ($9 == 499 || rt >= 1.7) { n++ } END { print n }")[0][0]);
    assert!((log["slow"].as_f64().unwrap() - slow as f64 / requests as f64).abs() < 1e-12);
    let verdict = |name: &str| {
        let list = log["by_verdict"].as_array().unwrap();
        list.iter().find(|row| row["verdict"] == name).unwrap()["requests"].as_u64().unwrap()
    };
    let failed = number(&awk("/LineBotWebhook/ && $9 >= 500 { n++ } END { print n }")[0][0]);
    assert_eq!((verdict("timeout"), verdict("status"), verdict("ok")), (slow, failed, requests - slow - failed));

    let sum = |reason: Option<&str>| {
        let rows = rows();
        let of_it = rows.iter().filter(|row| reason.is_none_or(|reason| row.2 == reason));
        of_it.map(|row| row.4).sum::<u64>()
    };
    let (errors, attempts) = (sum(None), requests + sum(Some("could_not_connect")));
    let rate = &log["rate"];
    assert_eq!((&rate["errors"], &rate["attempts_low"]), (&json!(errors), &json!(attempts)));
    assert!((rate["high"].as_f64().unwrap() - errors as f64 / attempts as f64).abs() < 1e-12);
    // The story: nginx alone answered the 502s and 504s, the application the 503s.
    let codes: BTreeMap<&str, &str> = log["matches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["detail"].as_str().unwrap(), row["code"].as_str().unwrap()))
        .collect();
    let of = |detail: &str| codes[detail];
    assert_eq!([of("502"), of("504"), of("503"), of("Request timeout")], ["proxy", "proxy", "application", "slow"]);
    assert_eq!(told["incidents"][0]["log"]["code"], "proxy");
}
