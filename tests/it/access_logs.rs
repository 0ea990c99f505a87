//! LINE's errors beside the server's own log: a story of which the truth is known.
//!
//! One request of LINE every 30 s and a health check every minute, from 15 to 18 November 2026. Of these, on the 17th from
//! 12:00 the proxy answers 40 with 502, from 18:00 the application answers 60 after 2.4 s, and on the 18th from 10:00
//! LINE's TLS handshakes fail, so that 60 are in no log. At 03:00 of each day one fails with 500.

use std::{collections::BTreeSet, fmt::Write as _};

use chrono::{Duration, NaiveDate, NaiveDateTime};
use serde_json::{Value, json};

use crate::program::Folder;

const FORMAT: &str = r#"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $request_time $upstream_status"#;

fn at(day: u32, hour: u32, minute: u32) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2026, 11, day).unwrap().and_hms_opt(hour, minute, 0).unwrap()
}

fn within(time: NaiveDateTime, from: NaiveDateTime, minutes: i64) -> bool {
    (from..from + Duration::minutes(minutes)).contains(&time)
}

/// The log in the zone of Japan, `off` seconds fast; without a zone if there is none.
fn log(off: i64, zone: &str) -> String {
    let mut log = String::new();
    let mut line = |time: NaiveDateTime, rest: &str| {
        let time = (time + Duration::seconds(off)).format("%d/%b/%Y:%H:%M:%S");
        writeln!(log, "192.0.2.1 - - [{time}{zone}] {rest}").unwrap();
    };
    for half_minute in 0..4 * 2880 {
        let time = at(15, 0, 0) + Duration::seconds(half_minute * 30);
        if half_minute % 2 == 0 {
            line(time, r#""GET /health HTTP/1.1" 200 2 "-" "kube-probe/1.30" 0.001 200"#);
        }
        let (seconds, status, upstream) = match time {
            _ if within(time, at(18, 10, 0), 30) => continue,
            _ if within(time, at(17, 12, 0), 20) => (0.002, 502, "-"),
            _ if within(time, at(17, 18, 0), 30) => (2.4, 200, "200"),
            _ if time == at(15, 3, 0) || time == at(16, 3, 0) => (0.05, 500, "500"),
            _ => (0.05, 200, "200"),
        };
        let agent = r#"0 "-" "LineBotWebhook/2.0""#;
        let ended = time + Duration::seconds(seconds as i64);
        line(ended, &format!(r#""POST /cb HTTP/1.1" {status} {agent} {seconds:.3} {upstream}"#));
    }
    log
}

/// LINE's side in its documented layout.
fn export() -> String {
    let mut rows = "Date\tStart\tEnd\tReason\tDetail\tErrors\n".to_owned();
    let mut row = |from: NaiveDateTime, seconds: i64, what: &str, errors: u32| {
        let (start, end) = (from.format("%Y-%m-%d\t%H:%M:%S"), from + Duration::seconds(seconds));
        writeln!(rows, "{start}\t{}\t{what}\t{errors}", end.format("%H:%M:%S")).unwrap();
    };
    (12..=16).for_each(|day| row(at(day, 3, 0), 0, "error_status_code\t500", 1));
    (0..20).for_each(|minute| row(at(17, 12, minute), 30, "error_status_code\t502", 2));
    (0..30).for_each(|minute| row(at(17, 18, minute), 32, "request_timeout\tRequest timeout", 2));
    (0..30).for_each(|minute| row(at(18, 10, minute), 30, "could_not_connect\tTLS handshake failure", 2));
    rows
}

fn story(log: &str) -> Folder {
    let folder = Folder::new();
    folder.file("errors.tsv", export()).file("access.log", log);
    folder
}

fn summary(folder: &Folder, line: &str) -> Value {
    let call = folder.errstat(&format!("summary errors.tsv --format json --access-log access.log {line}"));
    serde_json::from_str(&call.arg("--log-format").arg(FORMAT).done().text()).unwrap()
}

/// What the clock says while the report is written is of no account where `--as-of` says what the report is as of.
#[test]
fn the_logs_are_of_the_period_whatever_the_clock_says() {
    let folder = story(&log(0, " +0900"));
    let call =
        folder.errstat("summary errors.tsv --full --access-log access.log --as-of 2026-11-19 --exported-at 2026-11-19");
    // 24 October 2026, before the period.
    let told = call.env("SOURCE_DATE_EPOCH", "1792800000").arg("--log-format").arg(FORMAT).done().text();
    assert!(told.contains("11,460") && !told.contains("not of this period"), "{told}");
}

#[test]
fn each_incident_is_told_as_it_truly_was() {
    let folder = story(&log(0, " +0900"));
    let told = summary(&folder, "--window hour --log-is edge");
    let log = &told["server_log"];
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let known = |names: &str| names.split(' ').map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(
        names(log),
        known(
            "files format answers span zone offset_seconds requests by_status by_verdict duration slow rate matches silent"
        )
    );
    assert_eq!(names(&log["duration"]), known("p50 p95 p99 max"));
    assert_eq!(names(&log["rate"]), known("low high errors attempts_low attempts_high"));
    assert_eq!(names(&log["matches"][0]), known("reason detail errors matched chance code text"));
    assert_eq!(names(&told["incidents"][0]["log"]), known("code text matched chance"));
    assert_eq!(log["answers"], json!(["agent", "duration", "start", "zone", "hop"]));
    // 4 days of 2,880 without the 60 that never came.
    assert_eq!(log["requests"], 11_460);
    let statuses = json!([
        {"status": 200, "requests": 11_418}, {"status": 502, "requests": 40}, {"status": 500, "requests": 2}
    ]);
    assert_eq!(log["by_status"], statuses);
    let verdicts = json!([
        {"verdict": "ok", "requests": 11_358}, {"verdict": "timeout", "requests": 60}, {"verdict": "status", "requests": 42}
    ]);
    assert_eq!(log["by_verdict"], verdicts);
    assert_eq!((&log["offset_seconds"], &log["zone"], &log["silent"]), (&json!(0), &Value::Null, &json!([])));
    assert!((log["slow"].as_f64().unwrap() - 60.0 / 11_460.0).abs() < 1e-12);
    assert_eq!(log["duration"]["max"], 2.4);
    assert!((log["duration"]["p50"].as_f64().unwrap() - 0.05).abs() < 0.001);
    // From the 15th at 00:00, when the log begins, to 10:30 of the 18th, where the errors end: 82.5 hours of 120, all but 60
    // of them in the log. 3 errors came before.
    let rate = &log["rate"];
    assert_eq!(
        (&rate["errors"], &rate["attempts_low"], &rate["attempts_high"]),
        (&json!(162), &json!(9900), &json!(9900))
    );
    assert!((rate["low"].as_f64().unwrap() - 162.0 / 9900.0).abs() < 1e-12 && rate["low"] == rate["high"]);
    let found: Vec<[&Value; 5]> = log["matches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| ["detail", "errors", "matched", "chance", "code"].map(|key| &found[key]))
        .collect();
    let expected = json!([
        ["TLS handshake failure", 60, 0, 0, "not-in-log"],
        ["Request timeout", 60, 60, 0, "slow"],
        ["502", 40, 40, 0, "proxy"],
        ["500", 2, 2, 2, "undecided"],
    ]);
    assert_eq!(json!(found), expected);
    let of = |class: &str| {
        let incidents = told["incidents"].as_array().unwrap();
        incidents.iter().find(|incident| incident["reason"] == class).unwrap()["log"]["text"].as_str().unwrap()
    };
    let slow = "In this log, 60 of 60 were aborted or took longer than LINE waits. Median: 2.4 s.";
    assert_eq!(of("request_timeout"), slow);
    assert_eq!(of("error_status_code"), "This log shows the same status for 40 of 40. The proxy answered by itself.");
    let missing = "These requests don't appear in this log, which was being written. Places to look: DNS, TLS, CDN, load balancer.";
    assert_eq!(of("could_not_connect"), missing);
    let hour = |start: &str| {
        let buckets = told["windows"]["buckets"].as_array().unwrap();
        let bucket = buckets.iter().find(|bucket| bucket["start"] == format!("2026-11-{start}:00:00+09:00")).unwrap();
        (bucket["requests"].clone(), bucket["slow"].clone())
    };
    // A line is written at the end, 0.05 s after the start: that of 11:00:00 began before, and the 30 min before had none.
    assert_eq!(hour("14T10"), (Value::Null, Value::Null), "before the log");
    assert_eq!(hour("16T10"), (json!(120), json!(0)));
    assert_eq!(hour("18T10"), (json!(61), json!(0)));
    assert_eq!(hour("17T12"), (json!(120), json!(0)));
}

/// The proxy is a CDN's, and the server behind it knows nothing of the 502s.
/// Two rows within five minutes, and two requests just in reach of one of them each; the other two are a second away.
#[test]
fn each_row_is_matched_by_its_own_start_and_end() {
    let mut lines = log(0, " +0900");
    for time in ["21:01:40", "21:01:41", "21:02:59", "21:03:00"] {
        let request = r#""POST /cb HTTP/1.1" 502 0 "-" "LineBotWebhook/2.0" 0.000 -"#;
        writeln!(lines, "192.0.2.1 - - [16/Nov/2026:{time} +0900] {request}").unwrap();
    }
    let rows = "2026-11-16\t21:00:10\t21:00:40\terror_status_code\t502\t2\n\
                2026-11-16\t21:04:00\t21:04:20\terror_status_code\t502\t3\n";
    let folder = story(&lines);
    folder.file("errors.tsv", export() + rows);
    let told = summary(&folder, "--period 2026-11-16");
    let matches = told["server_log"]["matches"].as_array().unwrap();
    let of_502 = matches.iter().find(|row| row["detail"] == "502").unwrap();
    assert_eq!((&of_502["errors"], &of_502["matched"]), (&json!(5), &json!(2)));
}

/// What the log is compared with is finer, and everything else stays as it is: with files that overlap, periods that cut five
/// minutes, mails and an archive too.
#[test]
fn what_the_exports_tell_is_the_same_beside_a_log() {
    let folder = story(&log(0, " +0900"));
    let later = export().lines().skip(20).collect::<Vec<_>>().join("\n");
    folder.file("later.tsv", "Date\tStart\tEnd\tReason\tDetail\tErrors\n".to_owned() + &later + "\n");
    folder.errstat("archive add errors.tsv --archive kept --channel 1234567890").done().text();
    for line in [
        "errors.tsv later.tsv",
        "errors.tsv later.tsv --period 2026-11-17T12:01..2026-11-17T18:07 --window 5m",
        "later.tsv --timezone UTC --window hour",
        "kept --period 2026-11-17",
    ] {
        let told = |more: &str| {
            let call = folder.errstat(&format!("summary {line} --as-of 2026-11-19 --format json {more}"));
            let mut told: Value =
                serde_json::from_str(&call.env("SOURCE_DATE_EPOCH", "1795100000").done().text()).unwrap();
            for of_log in ["server_log", "notes"] {
                told.as_object_mut().unwrap().remove(of_log);
            }
            let of = |told: &mut Value, list: &str, names: &[&str]| {
                let rows = told.pointer_mut(list).unwrap().as_array_mut().unwrap();
                rows.iter_mut()
                    .for_each(|row| row.as_object_mut().unwrap().retain(|name, _| !names.contains(&&**name)));
            };
            of(&mut told, "/windows/buckets", &["requests", "slow"]);
            of(&mut told, "/incidents", &["log", "advice"]);
            told
        };
        assert_eq!(told("--access-log access.log"), told(""), "{line}");
    }
}

/// Another bot's export in minutes makes no row of this one's longer.
#[test]
fn a_row_is_as_exact_as_the_exports_of_its_channel() {
    let folder = story(&log(0, " +0900"));
    let rows =
        (0..20).map(|minute| format!("2026-11-17\t12:{minute:02}:00\t12:{minute:02}:00\terror_status_code\t503\t2\n"));
    let rows = format!(
        "Date\tStart\tEnd\tReason\tDetail\tErrors\n2026-11-17\t11:58:31\t11:58:31\tunclassified\tx\t1\n{}",
        rows.collect::<String>()
    );
    let news =
        "Time\tReason\tDetail\tCount\n2026-11-17 11:03\tunclassified\tx\t1\n2026-11-17 13:08\tunclassified\tx\t1\n";
    folder.file("shop.tsv", rows.replace("503", "502")).file("news.tsv", news);
    let told = |more: &str| {
        let call = folder
            .errstat(&format!("summary shop.tsv --channel shop=shop.tsv --format json --access-log access.log {more}"));
        let told: Value = serde_json::from_slice(&call.arg("--log-format").arg(FORMAT).run().stdout).unwrap();
        told["server_log"]["matches"].as_array().unwrap().iter().find(|row| row["detail"] == "502").cloned()
    };
    assert_eq!(told("news.tsv --channel news=news.tsv --only channel=shop"), told(""));
}

/// The proxy's 40 of 12:00 to 12:20, told by five minutes and by the hour: a row is of all of its step. Of an hour no log
/// decides whether it has the same ones.
#[test]
fn a_row_is_matched_in_all_of_its_step() {
    for (minutes, errors, code) in [(&[0, 5, 10, 15][..], 10, "proxy"), (&[0], 40, "undecided")] {
        let folder = story(&log(0, " +0900"));
        let mut rows = "Time\tReason\tDetail\tCount\n".to_owned();
        for minute in minutes {
            writeln!(rows, "2026-11-17 12:{minute:02}\terror_status_code\t502\t{errors}").unwrap();
        }
        (10..20).for_each(|hour| writeln!(rows, "2026-11-18 {hour}:00\tunclassified\tx\t1").unwrap());
        folder.file("errors.tsv", rows);
        let told = summary(&folder, "");
        let matches = told["server_log"]["matches"].as_array().unwrap();
        let of_502 = matches.iter().find(|row| row["detail"] == "502").unwrap();
        assert_eq!((&of_502["errors"], &of_502["matched"], &of_502["code"]), (&json!(40), &json!(40), &json!(code)));
    }
}

#[test]
fn what_line_got_elsewhere_is_told_as_such() {
    let good = log(0, " +0900")
        .replace("502 0 \"-\" \"LineBotWebhook/2.0\" 0.002 -", "200 0 \"-\" \"LineBotWebhook/2.0\" 0.002 200");
    let told = summary(&story(&good), "");
    let of_502 = |list: &Value| list.as_array().unwrap().iter().find(|it| it["detail"] == "502").unwrap().clone();
    let found = of_502(&told["server_log"]["matches"]);
    assert_eq!(
        ["errors", "matched", "chance", "code"].map(|key| &found[key]),
        [&json!(40), &json!(0), &json!(0), &json!("elsewhere")]
    );
    let text = "What LINE got is not what this log shows. Something in front answered, or this isn't the log of the server that LINE talks to.";
    assert_eq!((&found["text"], &of_502(&told["incidents"])["log"]["text"]), (&json!(text), &json!(text)));
}

#[test]
fn without_the_edge_a_rate_has_no_lower_bound() {
    let folder = story(&log(0, " +0900"));
    let rate = &summary(&folder, "")["server_log"]["rate"];
    assert_eq!(
        (&rate["low"], &rate["attempts_low"], &rate["attempts_high"]),
        (&Value::Null, &json!(9900), &Value::Null)
    );
    assert_eq!(summary(&folder, "--only reason=request_timeout")["server_log"]["rate"], Value::Null);
    let without = folder.summary("errors.tsv");
    assert_eq!((&without["server_log"], &without["incidents"][0]["log"]), (&Value::Null, &Value::Null));
}

#[test]
fn a_clock_that_is_off_is_told_and_put_right_only_where_no_zone_is_stated() {
    let notes = |told: &Value| -> Vec<String> {
        let notes = told["notes"].as_array().unwrap();
        notes.iter().map(|note| note["code"].as_str().unwrap().to_owned()).collect()
    };
    // In the zone of Japan, which the lines do not say.
    let told = summary(&story(&log(0, "")), "");
    assert_eq!(told["server_log"]["offset_seconds"], -9 * 3600);
    assert!(notes(&told).contains(&"log-clock-applied".to_owned()));
    let note = told["notes"].as_array().unwrap().iter().find(|note| note["code"] == "log-clock-applied");
    let note = note.unwrap()["text"].as_str().unwrap();
    assert!(note.contains("added −9 h, which") && note.contains("--log-timezone +09:00."), "{note}");
    assert_eq!(told["server_log"]["span"]["start"], "2026-11-15T00:00:00+09:00");
    assert_eq!(told["server_log"]["matches"][1]["code"], "slow");
    let said = summary(&story(&log(0, "")), "--log-timezone Asia/Tokyo");
    assert_eq!((&said["server_log"]["offset_seconds"], &said["server_log"]["zone"]), (&json!(0), &json!("Asia/Tokyo")));
    // With a zone, and 400 s behind.
    let told = summary(&story(&log(-400, " +0900")), "");
    let offset = told["server_log"]["offset_seconds"].as_i64().unwrap();
    assert!((340..=460).contains(&offset), "{offset}");
    assert!(notes(&told).contains(&"log-clock".to_owned()));
}

#[test]
fn logs_that_say_nothing_are_a_sentence() {
    let folder = story(&log(0, " +0900"));
    let other = log(0, " +0900").replace("Nov/2026", "Nov/2025");
    let foreign = log(0, " +0900").replace("LineBotWebhook/2.0", "curl/8");
    folder
        .file("other.log", other)
        .file("foreign.log", foreign)
        .file("notes.txt", "nothing\n")
        .file("logs/notes.txt", "x");
    folder.file("ha.log", include_str!("server/haproxy.log"));
    for (log, said) in [
        ("foreign.log", "no request of LINE"),
        ("foreign.log --webhook-path /other", "no POST request to /other"),
        ("ha.log", "Add --webhook-path"),
        ("ha.log --webhook-path /other", "no POST request to /other"),
        ("notes.txt", "doesn't recognise an access log"),
        ("logs", "found no access log"),
        ("errors.tsv", "doesn't recognise an access log"),
        ("missing.log", "missing.log"),
    ] {
        let sentence = folder.errstat(&format!("summary errors.tsv --access-log {log}")).refused();
        assert!(sentence.contains(said), "{log}: {sentence}");
    }
    let inspected = folder.errstat("inspect foreign.log").done().text();
    assert!(inspected.contains("foreign.log: the access log has no request of LINE"), "{inspected}");
    let told = folder.summary("errors.tsv --access-log other.log");
    let notes = told["notes"].as_array().unwrap();
    assert!(notes.iter().any(|note| note["code"] == "log-other-time"), "{notes:?}");
    assert_eq!(told["server_log"]["rate"], Value::Null);
}

#[test]
fn a_server_that_stopped_is_told_while_others_go_on() {
    // Two servers take turns. From 13:00 to 15:00 of the 17th the second writes nothing; its last line is of 12:59:30.
    let (mut web1, mut web2) = (String::new(), String::new());
    for line in log(0, " +0900").lines() {
        let is_second = line.contains("Line") && (line.contains(":30 +") || line.contains(":32 +"));
        let stopped = ["17/Nov/2026:13", "17/Nov/2026:14"].iter().any(|hour| line.contains(hour));
        match (is_second, stopped) {
            (false, _) => writeln!(web1, "{line}").unwrap(),
            (true, false) => writeln!(web2, "{line}").unwrap(),
            (true, true) => {}
        }
    }
    let folder = Folder::new();
    folder.file("errors.tsv", export()).file("access.log/web1.log", web1).file("access.log/web2.log", &web2);
    let told = summary(&folder, "--log-is edge");
    let notes = told["notes"].as_array().unwrap();
    let note = notes.iter().find(|note| note["code"] == "log-stopped").unwrap_or_else(|| panic!("{notes:?}"));
    let text = note["text"].as_str().unwrap();
    assert!(text.starts_with("access.log/web2.log has no line from Tue 17 Nov 2026, 12:59 to "), "{text}");
    assert!(text.contains("15:00, while other logs go on."), "{text}");
    // What reached neither is no silence of one: the TLS errors of the 18th are judged as before.
    assert_eq!(
        told["server_log"]["silent"],
        json!([{"start": "2026-11-17T12:59:30+09:00", "end": "2026-11-17T15:00:30+09:00"}])
    );
    let codes: Vec<&Value> = told["server_log"]["matches"].as_array().unwrap().iter().map(|it| &it["code"]).collect();
    assert_eq!(json!(codes), json!(["not-in-log", "slow", "proxy", "undecided"]));
    // 9,900 webhooks up to the end of the errors (see above), without the 24 times five minutes of 10 from 13:00 to 15:00:
    // what is less than a minute from them counts.
    assert_eq!(told["server_log"]["rate"]["attempts_low"], 9900 - 240);
    let shown = folder.errstat("inspect access.log --log-format").arg(FORMAT).done().text();
    let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(shown.contains("only access.log/web2.log; other logs go on"), "{shown}");
}

#[test]
fn every_output_says_it_in_a_line() {
    let folder = story(&log(0, " +0900"));
    let told = |line: &str| {
        let call = folder.errstat(&format!("{line} errors.tsv --access-log access.log"));
        call.arg("--log-format").arg(FORMAT).done().text()
    };
    let rate = "Access log: at most 1.6 % of the webhooks failed (162 of at least 9,900).";
    let slow = "In this log, 60 of 60 were aborted or took longer than LINE waits. Median: 2.4 s.";
    let line = told("summary --format line");
    let ours = line.lines().find(|line| line.starts_with(rate)).unwrap_or_else(|| panic!("{line}"));
    // The timeouts and the TLS errors are as many; the earlier one comes first.
    assert!(ours.contains("Tue 17 Nov") && ours.ends_with(slow), "{ours}");
    let markdown = told("summary --format markdown").replace('\\', "");
    assert!(markdown.contains(rate) && markdown.matches(slow).count() == 1, "{markdown}");
    let steps: Vec<&str> = markdown.lines().filter(|line| line.starts_with("  - ")).collect();
    assert!(steps.iter().any(|step| step.starts_with("  - Answer sooner: store the events")), "{markdown}");
    assert!(steps.iter().any(|step| step.starts_with("  - Look at what stands in front")), "{markdown}");
    let text = told("summary").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(rate) && text.contains(slow), "{text}");
    let ja = told("summary --lang ja");
    assert!(ja.contains("アクセスログ: Webhookの最大1.6") && ja.contains("60件中60件が中断されたか"), "{ja}");
    told("report -o out -o week.eml --mail-from a@b.example --mail-to c@d.example");
    let page = folder.text("out/report.html");
    // The rate at the top and in the section; the sentence of the incident and in the table. The charts' text alternatives
    // say the rate too.
    let alternatives = page.matches("aria-label=\"LINE&apos;s webhooks and errors").count();
    assert_eq!((page.matches(rate).count(), page.matches(slow).count()), (2 + alternatives, 2), "the page");
    assert_eq!(alternatives, 2, "one for wide pages, one for phones");
    assert!(page.matches("LINE waits 2 s").count() == 2, "the page");
    assert_eq!(page.matches("LINE doesn&#39;t document whether it counts each redelivery").count(), 1, "the page");
    assert!(page.contains("takes it from the access logs") && !page.contains("rate can't be computed"));
    assert!(page.contains("id=\"server-log\"") && page.contains("in time: 11,358"), "the page");
    let json: Value = serde_json::from_str(&folder.text("out/summary.json")).unwrap();
    assert_eq!(json["server_log"]["requests"], 11_460);
}

#[test]
fn a_pattern_and_files_packed_in_any_way_are_one_log() {
    let (folder, all) = (Folder::with("errors.tsv", export()), log(0, " +0900"));
    let lines: Vec<&str> = all.split_inclusive('\n').collect();
    let part = |lines: &[&str]| lines.concat().into_bytes();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gz, &part(&lines[5_000..9_000])).unwrap();
    folder.file("l/access.log.2.zst", zstd::bulk::compress(&part(&lines[..5_000]), 1).unwrap());
    folder.file("l/access.log.1.gz", gz.finish().unwrap()).file("l/access.log", part(&lines[9_000..]));
    let call = folder.errstat("summary errors.tsv --format json --access-log l/access.log.* --access-log l/access.log");
    let told = call.arg("--log-is").arg("behind").arg("--log-format").arg(FORMAT).done().text();
    let log = &serde_json::from_str::<Value>(&told).unwrap()["server_log"];
    assert_eq!((&log["requests"], log["files"].as_array().unwrap().len()), (&json!(11_460), 3));
    assert_eq!((&log["rate"]["low"], &log["rate"]["attempts_low"]), (&Value::Null, &json!(9900)));
}

#[test]
fn windows_and_details_have_what_the_log_says() {
    let folder = story(&log(0, " +0900"));
    let call = |line: &str| folder.errstat(&format!("{line} errors.tsv --access-log access.log --log-is edge"));
    let csv = call("summary --format csv").arg("--log-format").arg(FORMAT).done().text();
    let lines: Vec<&str> = csv.lines().collect();
    assert!(lines[0].ends_with(",new,log_errors,log_matched,log_chance,log_code"), "{csv}");
    let of = |detail: &str| lines.iter().find(|line| line.contains(detail)).unwrap_or_else(|| panic!("{csv}"));
    assert!(of(",502,").ends_with(",40,40,0,proxy"), "{csv}");
    assert!(of("TLS handshake failure").ends_with(",60,0,0,not-in-log"), "{csv}");
    let without = folder.errstat("summary errors.tsv --format csv").done().text();
    assert!(without.lines().next().unwrap().ends_with(",new"), "{without}");
    call("report --window hour -o out").arg("--log-format").arg(FORMAT).done();
    let page = folder.text("out/report.html");
    let row = |when: &str| {
        let table = &page[page.find("id=\"windows\"").unwrap()..];
        let row = table.split("<tr>").find(|row| row.contains(when)).unwrap_or_else(|| panic!("{when}"));
        let cells = row.split("<td ").skip(1).map(|cell| cell.split(['>', '<']).nth(1).unwrap().to_owned());
        cells.collect::<Vec<_>>().split_off(4)
    };
    // 40 of 120. 60 took 2.4 s, but the first of them ended at 18:00:02 and so began before 18:00.
    assert_eq!(row("Tue 17 Nov 12:00"), ["120", "0", "33.3 %"]);
    assert_eq!(row("Tue 17 Nov 18:00"), ["120", "59", "50.0 %"]);
    assert_eq!(row("Thu 12 Nov 03:00"), ["–", "–", "–"]);
    for name in ["webhooks", "latency"] {
        assert!(folder.text(&format!("out/charts/{name}.svg")).contains("<svg"), "{name}");
    }
}

#[test]
fn a_lasting_cause_has_the_advice_of_the_log_too() {
    // Answers after 2.4 s, one each hour of each day: no incident.
    let mut errors = "Date\tStart\tEnd\tReason\tDetail\tErrors\n".to_owned();
    let mut lines = String::new();
    for minute in 0..4 * 1440 {
        let time = at(15, 0, 0) + Duration::seconds(minute * 60 + 7);
        // The minute differs from hour to hour, so that the log moved by hours matches nothing.
        let slow = minute % 60 == minute / 60 * 29 % 60;
        let ended = (time + Duration::seconds(2)).format("%d/%b/%Y:%H:%M:%S");
        let took = if slow { "2.400" } else { "0.050" };
        writeln!(
            lines,
            r#"192.0.2.1 - - [{ended} +0900] "POST /cb HTTP/1.1" 200 0 "-" "LineBotWebhook/2.0" {took} 200"#
        )
        .unwrap();
        if slow {
            let (start, end) = (time.format("%Y-%m-%d\t%H:%M:%S"), time.format("%H:%M:%S"));
            writeln!(errors, "{start}\t{end}\trequest_timeout\tRequest timeout\t1").unwrap();
        }
    }
    let folder = Folder::new();
    folder.file("errors.tsv", errors).file("access.log", lines);
    let told = |line: &str| folder.errstat(&format!("summary errors.tsv --format markdown {line}"));
    let with = told("--access-log access.log").arg("--log-format").arg(FORMAT).done().text();
    let advice = "  - Answer sooner: store the events";
    assert!(with.contains(advice), "{with}");
    assert!(!told("").done().text().contains(advice));
}

#[test]
fn rules_hold_by_the_largest_rate_and_break_by_the_smallest() {
    let folder = story(&log(0, " +0900"));
    // 4 days of 2,880, of which 60 reached no log and one began before midnight: 162 of 11,519 are 1.4064 %, and 60 slow
    // ones of 11,459 are 0.5236 %.
    let edge = "--access-log access.log --log-is edge";
    let unknown = "--access-log access.log";
    for (rule, options, code, said) in [
        (
            "max_error_rate = \"1.41%\"",
            unknown,
            0,
            "At most 1.41 % of the webhooks failed (162 errors, at least 11,519",
        ),
        ("max_error_rate = \"1.4%\"", unknown, 2, "Whether it is less isn't known"),
        ("max_error_rate = \"1.4%\"", edge, 1, "At least 1.41 % of the webhooks failed (162 errors, at most 11,519"),
        ("max_error_rate = \"1.4%\"", "", 2, "Add --access-log"),
        ("max_slow = \"0.53%\"", unknown, 0, "0.52 % of LINE's requests"),
        ("max_slow = \"0.52%\"", unknown, 1, "(60 of 11,459), limit: 0.52 %"),
        ("max_slow = \"1%\"", "", 2, "Add --access-log"),
        ("max_slow = \"1%\"\nmax_error_rate = \"1%\"", "", 2, "Slow answers, Error rate: This rule needs"),
        // What is broken stays broken, whatever else is not known.
        ("max_errors = 1\nmax_slow = \"1%\"", "", 1, "Add --access-log"),
        ("max_errors = 1000\nmax_slow = \"1%\"", "", 2, "Errors: 162, limit: 1,000"),
    ] {
        folder.file("errstat.toml", format!("[check]\n{rule}\n"));
        let period = "--period 2026-11-15..2026-11-18 --exported-at 2026-11-19 --as-of 2026-11-19T09:00";
        let mut call = folder.errstat(&format!("check errors.tsv {period} {options}"));
        if !options.is_empty() {
            call = call.arg("--log-format").arg(FORMAT);
        }
        let outcome = call.run();
        let text = outcome.text().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(outcome.code == Some(code) && text.contains(said), "{rule} {options}\n{text}\n{}", outcome.stderr);
    }
    // Combined lines have no durations.
    folder.file("errstat.toml", "[check]\nmax_slow = \"1%\"\n");
    let outcome = folder.errstat("check errors.tsv --access-log access.log --log-format combined").run();
    assert!(outcome.code == Some(2) && outcome.text().contains("don't say how long"), "{}", outcome.text());
    folder.file("errstat.toml", "[check]\nmax_slow = 5\n");
    assert!(folder.errstat("check errors.tsv").refused().contains("must be a percentage"));
}

/// Requests begin a part of a second before each half minute. From 17:31 to 18:02 there are those of 17:31:30 to 18:02:00, 62,
/// of which the last five are slow. Of those from 16:00 to 18:30 maintenance from 16:02 to 18:27 leaves four before it (to
/// 16:02:00), and six behind it, of which all but that of 18:30:00 are slow.
#[test]
fn requests_are_counted_to_the_second_where_edges_divide_five_minutes() {
    let folder = story(&log(0, " +0900"));
    for (period, more, said) in [
        (
            "2026-11-17T17:31..2026-11-17T18:02",
            "",
            "8.06 % of LINE's requests were aborted or took longer than 1.7 s (5 of 62)",
        ),
        (
            "2026-11-17T16:00..2026-11-17T18:30",
            "[[maintenance]]\nname = \"x\"\nfrom = \"2026-11-17T16:02\"\nuntil = \"2026-11-17T18:27\"\n",
            "(5 of 10)",
        ),
    ] {
        folder.file("errstat.toml", format!("[check]\nmax_slow = \"5%\"\n{more}"));
        let call = format!("check errors.tsv --period {period} --exported-at 2026-11-19 --as-of 2026-11-19T09:00");
        let outcome = folder.errstat(&format!("{call} --access-log access.log --log-format")).arg(FORMAT).run();
        let text = outcome.text().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(outcome.code == Some(1) && text.contains(said), "{text}\n{}", outcome.stderr);
    }
}

#[test]
fn a_rule_does_not_pass_by_what_the_log_does_not_have() {
    let lines = log(0, " +0900");
    let within = |from: &str, to: &str| {
        let is_within = |line: &&str| line.split_once('[').is_some_and(|(_, time)| (from..to).contains(&&time[..14]));
        lines.lines().filter(is_within).map(|line| format!("{line}\n")).collect::<String>()
    };
    let without = |hours: &[&str]| {
        let silent = |line: &&str| hours.iter().any(|hour| line.contains(hour));
        lines.lines().filter(|line| !silent(line)).map(|line| format!("{line}\n")).collect::<String>()
    };
    for (lines, rule, said) in [
        // 60 of 162 errors are of the hour without a line; 11,459 − 60 requests are left of the log.
        (
            without(&["18/Nov/2026:10:"]),
            "max_error_rate = \"1.3%\"",
            "1.41 % of the webhooks failed, limit: 1.3 %. Whether it is less isn't known: 60 of 162 errors",
        ),
        // Without the 60 slow answers, which LINE counted as timeouts.
        (
            without(&["17/Nov/2026:18:", "17/Nov/2026:17:59"]),
            "max_slow = \"0.4%\"",
            "Between 0.00 % and 0.53 % of LINE's requests",
        ),
        (
            within("18/Nov/2026:12", "18/Nov/2026:13"),
            "max_error_rate = \"1%\"",
            "only from Wed 18 Nov 2026, 12:00 to Wed 18 Nov 2026, 12:59",
        ),
        (
            within("18/Nov/2026:12", "18/Nov/2026:13"),
            "max_slow = \"1%\"",
            "only from Wed 18 Nov 2026, 12:00 to Wed 18 Nov 2026, 12:59",
        ),
    ] {
        let folder = story(&lines);
        folder.file("errstat.toml", format!("[check]\n{rule}\n"));
        let period = "--period 2026-11-15..2026-11-18 --exported-at 2026-11-19 --as-of 2026-11-19T09:00";
        let call = folder.errstat(&format!("check errors.tsv {period} --access-log access.log --log-is edge"));
        let outcome = call.arg("--log-format").arg(FORMAT).run();
        let text = outcome.text().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(outcome.code == Some(2) && text.contains(said), "{rule}\n{text}\n{}", outcome.stderr);
    }
}

/// A day without a line is missing, as behind a log that ends early. A night is quiet, and what maintenance takes out is missed
/// by nobody.
#[test]
fn slow_answers_are_not_judged_by_a_log_that_lacks_a_day() {
    for (until, options, code, said) in [
        ("17/Nov/2026:00", "", 2, "have a gap from Sun 15 Nov 2026, 23:59 to Tue 17 Nov 2026, 00:00"),
        ("16/Nov/2026:23", "", 0, "of LINE's requests were aborted"),
        ("17/Nov/2026:00", "--maintenance 2026-11-16..2026-11-17=move", 0, "of LINE's requests were aborted"),
        ("16/Nov/2026:00", "--maintenance 2026-11-15..2026-11-19=move", 2, "have no request from LINE in the time"),
    ] {
        let lines = log(0, " +0900");
        let kept =
            |line: &&str| line.split_once('[').is_some_and(|(_, at)| !("16/Nov/2026:00"..until).contains(&&at[..14]));
        let folder = story(&lines.lines().filter(kept).map(|line| format!("{line}\n")).collect::<String>());
        folder.file("errstat.toml", "[check]\nmax_slow = \"1%\"\n");
        let period = "--period 2026-11-15..2026-11-18 --exported-at 2026-11-19 --as-of 2026-11-19T09:00";
        let call = folder.errstat(&format!("check errors.tsv {period} --access-log access.log {options}"));
        let outcome = call.arg("--log-format").arg(FORMAT).run();
        let text = outcome.text().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(outcome.code == Some(code) && text.contains(said), "{until} {options}\n{text}\n{}", outcome.stderr);
    }
}

/// The log of three of four days has 8,639 or 8,640 requests; 60 of the 162 errors are of the fourth: at most 162 of 8,699.
#[test]
fn a_rate_that_the_rest_can_only_lower_passes_and_says_what_it_counts() {
    let three: String =
        log(0, " +0900").lines().filter(|line| !line.contains("[18/")).map(|line| format!("{line}\n")).collect();
    let folder = story(&three);
    folder.file("errstat.toml", "[check]\nmax_error_rate = \"2%\"\n");
    let period = "--period 2026-11-15..2026-11-18 --exported-at 2026-11-19 --as-of 2026-11-19T09:00";
    let call = folder.errstat(&format!("check errors.tsv {period} --access-log access.log"));
    let outcome = call.arg("--log-format").arg(FORMAT).run();
    let text = outcome.text().split_whitespace().collect::<Vec<_>>().join(" ");
    let said = "At most 1.86 % of the webhooks failed (162 errors, 60 of them at times that the access logs don't cover, at least";
    assert!(outcome.code == Some(0) && text.contains(said), "{text}\n{}", outcome.stderr);
}

#[test]
fn logs_of_another_time_cover_no_part_of_the_period() {
    let folder = story(&log(0, " +0900"));
    for rule in ["max_error_rate = \"1%\"", "max_slow = \"1%\""] {
        folder.file("errstat.toml", format!("[check]\n{rule}\n"));
        // Before the logs begin, and after they end.
        for period in ["2026-11-12..2026-11-14", "2026-11-19..2026-11-20"] {
            let call = format!("check errors.tsv --period {period} --exported-at 2026-11-21 --as-of 2026-11-21T09:00");
            let outcome =
                folder.errstat(&format!("{call} --access-log access.log")).arg("--log-format").arg(FORMAT).run();
            let text = outcome.text().split_whitespace().collect::<Vec<_>>().join(" ");
            let said = "The access logs are of Sun 15 Nov 2026, 00:00 to Wed 18 Nov 2026, 23:59, not of this period.";
            assert!(outcome.code == Some(2) && text.contains(said), "{rule} {period}\n{text}");
            for wrong in ["only from", "how long requests took", "At most"] {
                assert!(!text.contains(wrong), "{rule} {period}\n{text}");
            }
        }
    }
}

#[test]
fn nothing_of_a_line_is_shown() {
    let secret = "s3cret9f2b";
    let lines = log(0, " +0900")
        .replace("192.0.2.1 - -", &format!("{secret} - {secret}"))
        .replace("/cb", &format!("/{secret}?{secret}"));
    let folder = story(&lines.replace("0 \"-\" \"LineBot", &format!("0 \"{secret}\" \"LineBot")));
    let options = "errors.tsv --access-log access.log --show-urls";
    for format in ["table", "json", "csv", "markdown", "line"] {
        let call = folder.errstat(&format!("summary {options} --format {format}"));
        let text = call.arg("--log-format").arg(FORMAT).done().text();
        assert!(!text.contains(secret) && text.len() > 20, "{format}");
    }
    let call =
        folder.errstat(&format!("report {options} -o out -o week.eml --mail-from a@b.example --mail-to c@d.example"));
    call.arg("--log-format").arg(FORMAT).done();
    for file in folder.list().iter().filter(|file| file.starts_with("out/") || file.ends_with(".eml")) {
        let found = memchr::memmem::find(&folder.bytes(file), secret.as_bytes());
        assert!(found.is_none(), "{file}");
    }
}
