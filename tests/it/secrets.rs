//! One secret in each form that a broken webhook URL has, in each field, in each kind of file: it is in no output.

use flate2::{Compression, write::GzEncoder};

use crate::program::{Folder, Outcome};

const SECRET: &str = "s3cret9f2b";

/// What is left of a webhook URL, with `!` for the secret.
const FORMS: [&str; 34] = [
    "bot.example.com/callback/!",
    "https:/h.example/!",
    "https:/h/!",
    "https:h.example/!",
    "htps//h/!",
    "htps//h.example/!",
    "//h/!",
    "user:!@h/x",
    "user:!@h.example",
    "!@h.example/x",
    "u:p/!@h.example/x",
    "h:8443/!",
    "h:8443?!",
    "bot.example.com:port/!",
    "bot.example.com?token=!",
    "h?token=!",
    "bot.example.com#!",
    "https：／／h／!",
    "ｂｏｔ．ｅｘａｍｐｌｅ．ｃｏｍ／!",
    "203.0.113.5:8080/!",
    "203.0.113.5/!",
    "[2001:db8::1]:8443/!",
    "[::1]/!",
    "localhost/!",
    "localhost:3000/!",
    "例え.jp/!",
    "xn--r8jz45g.jp/!",
    "ht\u{200b}tps:\u{ad}/\u{2060}/h/!",
    "bot\u{feff}.example.com/!",
    "https:\\h.example\\!",
    "bot.example.com\\!",
    "bot.example.com%2Fcallback%2F!",
    "https%3A%2F%2Fh%2F!",
    "https:\\/\\/h\\/!",
];

/// The forms as they stand in a sentence.
const DRESSES: [(&str, &str); 6] =
    [("", ""), ("<", ">"), ("(", ")"), ("「", "」"), ("接続先", "に失敗"), ("url=", ",")];

/// Each form in each field, in rows that are counted and in rows that are not.
fn export(delimiter: char) -> String {
    let mut lines = vec![
        format!("Exported from {}", form(0)),
        ["Time", "Reason", "Detail", "Count", "Channel name", "URL", &format!("seen at {}", form(0))].join("\t"),
    ];
    for at in 0..FORMS.len() {
        let (url, time) = (form(at), format!("2026-11-16 10:{at:02}"));
        let (open, close) = DRESSES[at % DRESSES.len()];
        for cells in [
            [&format!("{time}:01"), "could_not_connect", &format!("Invalid URL syntax: {url}"), "1", "shop", ""],
            [&format!("{time}:02"), "could_not_connect", &format!("Connection failed: {url}"), "1", "shop", ""],
            [&format!("{time}:03"), "could_not_connect", "Unknown host", "1", "shop", &url],
            [&format!("{time}:04"), "could_not_connect", &format!("Brand new {open}{url}{close}"), "1", "shop", ""],
            [&format!("{time}:05"), &format!("because of {url}"), "502", "1", "shop", ""],
            [&format!("{time}:06"), "error_status_code", "502", "1", &format!("bot {at} {url}"), ""],
            // What is no row for its time, its count, its reason, or its cells.
            [&format!("on {url}"), "could_not_connect", "Unknown host", "1", "shop", ""],
            [&format!("{time}:07"), "could_not_connect", &format!("Invalid URL syntax: {url}"), "many", "shop", ""],
            [&format!("{time}:08"), "could_not_connect", &format!("「{url}」"), "-1", "shop", ""],
            [&format!("{time}:09"), "error_status_code", "502", &url, "shop", ""],
            [&format!("{time}:10"), "could_not_connect", "Unknown host", "many", "shop", &url],
            [&format!("{time}:11"), "could_not_connect", "Unknown host", "many", &format!("bot {url}"), ""],
            [&format!("{time}:12"), "", &format!("Invalid URL syntax: {url}"), "1", "shop", &url],
            ["", "could_not_connect", &format!("Connection failed: {url}"), "1", "shop", &url],
        ] {
            lines.push(cells.join("\t") + "\tx");
        }
        // Too few cells, too many, an open quote, a total, one text alone.
        lines.push(format!("{time}:13\tcould_not_connect: {url}"));
        lines.push(format!("{time}:14\tcould_not_connect\tx\tConnection failed: {url}\t1\tshop\t\tx\ty\tz {url}"));
        lines.push(format!("{time}:15\tcould_not_connect\t\"Invalid URL syntax: {url}\t1\tshop\t\tx"));
        lines.push(format!("Total of {url}\t\t\t82\t\t\t"));
        lines.push(format!("see {open}{url}{close}"));
    }
    (lines.join("\n") + "\n").replace('\t', &delimiter.to_string())
}

fn form(at: usize) -> String {
    FORMS[at].replace('!', SECRET)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    std::io::Write::write_all(&mut gzip, bytes).expect("memory");
    gzip.finish().expect("memory")
}

/// The formats of a command, from its own help.
fn formats(folder: &Folder, command: &str) -> Vec<String> {
    let help = folder.errstat(&format!("{command} --help")).done().text();
    let behind = help.split("--format").nth(1).and_then(|text| text.split("[possible values: ").nth(1));
    let list = behind.and_then(|text| text.split(']').next()).expect("a list of formats");
    list.split(", ").map(str::to_owned).collect()
}

/// Every output of one input: name and text.
fn outputs(folder: &Folder, input: &str, piped: Option<&[u8]>) -> Vec<(String, String)> {
    outputs_beside(folder, input, piped, "")
}

/// As [`outputs`], with the options of access logs where there are such.
fn outputs_beside(folder: &Folder, input: &str, piped: Option<&[u8]>, log: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut run = |line: &str| {
        let line =
            &match line.starts_with("summary {}") || line.starts_with("check {}") || line.starts_with("report {}") {
                true => format!("{line}{log}"),
                false => line.to_owned(),
            };
        let call = folder.errstat(&line.replace("{}", input));
        let outcome: Outcome =
            piped.map_or_else(|| call, |bytes| folder.errstat(&line.replace("{}", "-")).stdin(bytes)).run();
        assert!(matches!(outcome.code, Some(0..=2)), "{line}: {:?}\n{}", outcome.code, outcome.stderr);
        found.push((format!("{line}, stderr"), outcome.stderr.clone()));
        found.push((line.clone(), outcome.text()));
    };
    for format in formats(folder, "summary") {
        run(&format!("summary {{}} --format {format} --color never --top 1000"));
    }
    for format in formats(folder, "check") {
        run(&format!("check {{}} --format {format} --config rules.toml --top 1000"));
    }
    for by in ["detail", "channel", "window"] {
        run(&format!("summary {{}} --format csv --by {by}"));
    }
    run("inspect {} --top 1000");
    run("inspect {} --top 1000 --lang ja");
    run("inspect {} --top 1000 --for-issue");
    run("summary {} --strict");
    run(
        "report {} -o out/ -o page.html -o text.md -o numbers.json -o mail.eml -o all.png -o book.xlsx --mail-from a@b.example --mail-to c@d.example --rejects rejected.csv",
    );
    run("convert {} -o rows.csv");
    run("convert {} -o rows.parquet");
    run("archive add {} --archive ar");
    run("archive info --archive ar");
    run("archive info --archive ar --format json");
    run("summary ar --format json");
    run("summary rows.parquet --format json");
    for name in folder.list() {
        let name = name.as_str();
        if name == input || name == "rules.toml" || name.starts_with("logs/") {
            continue;
        }
        found.push((name.to_owned(), String::from_utf8_lossy(&folder.bytes(name)).into_owned()));
        if name.ends_with(".xlsx") {
            let mut parts = zip::ZipArchive::new(std::io::Cursor::new(folder.bytes(name))).expect("a workbook");
            for at in 0..parts.len() {
                let text = std::io::read_to_string(parts.by_index(at).expect("a part")).expect("XML");
                found.push((format!("{name}, part {at}"), text));
            }
        }
        if name.ends_with(".eml") {
            let mail = mail_parser::MessageParser::default().parse(&folder.bytes(name)).map(|mail| {
                let parts = mail.parts.iter().map(|part| String::from_utf8_lossy(part.contents()).into_owned());
                parts.collect::<String>()
            });
            found.push((format!("{name}, decoded"), mail.expect("a mail")));
        }
    }
    found
}

fn assert_no_secret(outputs: &[(String, String)]) {
    let leak = |(name, text): &(String, String)| {
        let at = text.to_lowercase().find(SECRET)?;
        let before: Vec<char> = text.to_lowercase()[..at].chars().rev().take(60).collect();
        Some(format!("{name}: …{}!", before.into_iter().rev().collect::<String>()))
    };
    let leaks: Vec<String> = outputs.iter().filter_map(leak).collect();
    assert!(leaks.is_empty(), "the secret stands in\n{}", leaks.join("\n"));
}

/// Rows that are counted: six of each form.
const ACCEPTED: u64 = 6 * FORMS.len() as u64;

fn folder() -> Folder {
    let folder = Folder::new();
    folder.file(
        "rules.toml",
        "[check]\nmax_errors = 0\nmax_incidents = 0\nnew_details = \"fail\"\nunknown_details = \"fail\"\n",
    );
    folder
}

/// What is not shown must have been there: the rows are counted and the hosts told.
fn assert_looked_at(outputs: &[(String, String)]) {
    let json =
        &outputs.iter().find(|(name, _)| name == "summary {} --format json --color never --top 1000").expect("JSON").1;
    let summary: serde_json::Value = serde_json::from_str(json).expect("JSON");
    assert_eq!(summary["totals"]["errors"], ACCEPTED);
    assert!(summary["rejects"]["count"].as_u64() >= Some(8 * FORMS.len() as u64));
    for host in ["bot.example.com", "h:8443", "203.0.113.5:8080", "localhost:3000"] {
        assert!(json.contains(host), "{host}");
    }
}

#[test]
fn of_a_plain_file() {
    let folder = folder();
    folder.file("w.tsv", export('\t'));
    let outputs = outputs(&folder, "w.tsv", None);
    assert_no_secret(&outputs);
    assert_looked_at(&outputs);
}

#[test]
fn of_a_packed_file() {
    let folder = folder();
    folder.file("w.tsv.gz", gzip(export('\t').as_bytes()));
    let outputs = outputs(&folder, "w.tsv.gz", None);
    assert_no_secret(&outputs);
    assert_looked_at(&outputs);
}

#[test]
fn of_a_file_in_utf16() {
    let folder = folder();
    let units = export('\t').encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    folder.file("w.txt", [&b"\xff\xfe"[..], &units].concat());
    let outputs = outputs(&folder, "w.txt", None);
    assert_no_secret(&outputs);
    assert_looked_at(&outputs);
}

#[test]
fn of_a_pipe() {
    let folder = folder();
    let outputs = outputs(&folder, "-", Some(export('\t').as_bytes()));
    assert_no_secret(&outputs);
    assert_looked_at(&outputs);
}

#[test]
fn of_a_file_with_semicolons() {
    let folder = folder();
    folder.file("w.csv", export(';'));
    let outputs = outputs(&folder, "w.csv", None);
    assert_no_secret(&outputs);
    assert_looked_at(&outputs);
}

/// A line of each format of access logs with the secret in each field that is somebody's own, at a time and with a status.
fn log_lines(at: chrono::DateTime<chrono::Utc>, status: &str, agent: &str) -> Vec<(&'static str, String)> {
    let s = SECRET;
    let (clf, iso) = (at.format("%d/%b/%Y:%H:%M:%S +0000"), at.format("%Y-%m-%dT%H:%M:%S.000Z"));
    let ha = at.format("%d/%b/%Y:%H:%M:%S.000");
    let (epoch, millis) = (at.timestamp(), at.timestamp_millis());
    let (path, agent) = (format!("/{s}/cb?token={s}"), format!("{agent} {s}"));
    let url = format!("https://{s}.example{path}");
    let combined = format!(r#"{s} {s} {s} [{clf}] "POST {path} HTTP/1.1" {status} 12 "https://{s}/" "{agent}""#);
    let haproxy = format!("{s}:1 [{ha}] {s}~ {s}/{s} 0/0/0/5/5 {status} 103 {s} {s} ---- 1/1/0/0/0 0/0");
    vec![
        ("own", format!(r#"{combined} "{s}" 0.004"#)),
        ("combined", combined.clone()),
        ("traefik", format!(r#"{combined} 12 "{s}" "http://{s}:80" 4ms"#)),
        ("haproxy", format!(r#"<134>Nov 16 10:00:00 {s} haproxy[1]: {haproxy} "POST {path} HTTP/1.1""#)),
        ("captured", format!(r#"{haproxy} {{{agent}|{s}}} "POST {path} HTTP/1.1""#)),
        (
            "alb",
            format!(
                r#"https {iso} app/{s}/1 {s}:4711 {s}:80 0.000 0.004 0.000 {status} {status} 63 0 "POST {url} HTTP/1.1" "{agent}" {s} {s} arn:{s} "Root={s}" "{s}" "arn:{s}" 0 {iso} "{s}" "{s}" "{s}" "{s}:80" "{s}" "{s}" "{s}""#
            ),
        ),
        (
            "caddy",
            format!(
                r#"{{"level":"{s}","ts":{epoch}.5,"logger":"{s}","request":{{"remote_ip":"{s}","method":"POST","host":"{s}","uri":"{path}","headers":{{"User-Agent":["{agent}"],"X-Line-Signature":["{s}"]}}}},"user_id":"{s}","duration":0.004,"status":{status},"resp_headers":{{"Server":["{s}"],"Upstream-Latency":["{s}"]}}}}"#
            ),
        ),
        (
            "traefik-json",
            format!(
                r#"{{"ClientHost":"{s}","StartUTC":"{iso}","DownstreamStatus":{status},"OriginStatus":{status},"Duration":4000000,"RequestMethod":"POST","RequestPath":"{path}","request_User-Agent":"{agent}","{s}":"{s}"}}"#
            ),
        ),
        (
            "gcp",
            format!(
                r#"{{"timestamp":"{iso}","insertId":"{s}","jsonPayload":{{"statusDetails":"{s}"}},"httpRequest":{{"requestMethod":"POST","requestUrl":"{url}","status":{status},"latency":"0.004s","remoteIp":"{s}","userAgent":"{agent}"}}}}"#
            ),
        ),
        (
            "cloudflare",
            format!(
                r#"{{"ClientIP":"{s}","EdgeStartTimestamp":"{iso}","EdgeResponseStatus":{status},"OriginResponseStatus":{status},"OriginResponseDurationMs":4,"ClientRequestMethod":"POST","ClientRequestURI":"{path}","ClientRequestUserAgent":"{agent}","ClientRequestHost":"{s}"}}"#
            ),
        ),
        (
            "pino",
            format!(
                r#"{{"time":{millis},"pid":"{s}","req":{{"method":"POST","url":"{path}","headers":{{"user-agent":"{agent}","x-line-signature":"{s}"}}}},"res":{{"statusCode":{status}}},"responseTime":4,"msg":"{s}"}}"#
            ),
        ),
        (
            "json",
            format!(
                r#"{{"time_iso8601":"{iso}","msec":"{epoch}.000","status":"{status}","request_time":"0.004","upstream_status":"{s}","upstream_header_time":"{s}","request":"POST {path} HTTP/1.1","http_user_agent":"{agent}","client":"{s}"}}"#
            ),
        ),
        (
            "ltsv",
            format!(
                "start:{iso}\thost:{s}\tstatus:{status}\treqtime_microsec:4000\treq:POST {path} HTTP/1.1\tua:{agent}\t{s}:{s}"
            ),
        ),
    ]
}

/// LINE's errors of a minute, and a log of each format from a day before to an hour after, with the same errors, and with
/// lines of LINE's that are none.
fn beside_logs() -> Folder {
    let folder = folder();
    folder.file(
        "w.tsv",
        "Date\tStart\tEnd\tReason\tDetail\tErrors\n2026-11-16\t19:00:00\t19:00:50\terror_status_code\t502\t12\n",
    );
    let at: chrono::DateTime<chrono::Utc> = "2026-11-16T10:00:00Z".parse().expect("a time");
    let mut logs: std::collections::BTreeMap<&str, String> = std::collections::BTreeMap::new();
    for seconds in (-1560..60).map(|minutes| minutes * 60).chain((0..12).map(|of| of * 4)).chain([3601; 4]) {
        let status = if (0..50).contains(&seconds) && seconds % 4 == 0 && seconds != 48 { "502" } else { "200" };
        let time = at + chrono::Duration::seconds(seconds);
        let mut add = |status: &str, agent: &str, end: &str| {
            for (format, line) in log_lines(time, status, agent) {
                logs.entry(format).or_default().push_str(&(line + end + "\n"));
            }
        };
        match seconds {
            3601 => {
                add("x", "LineBotWebhook/2.0", "");
                add("200", "LineBotWebhook/2.0\" \u{1b}[31m", "}{");
                add("404", "Mozilla/5.0", "");
            }
            _ => add(status, "LineBotWebhook/2.0", ""),
        }
    }
    for (format, text) in logs {
        folder.file(&format!("logs/{format}.log"), text);
    }
    folder
}

#[test]
fn of_access_logs() {
    let folder = beside_logs();
    let outputs = outputs_beside(&folder, "w.tsv", None, " --access-log logs --show-urls");
    assert_no_secret(&outputs);
    let is_json = |name: &str| name.starts_with("summary {} --format json") && !name.ends_with("stderr");
    let json = &outputs.iter().find(|(name, _)| is_json(name)).expect("JSON").1;
    let summary: serde_json::Value = serde_json::from_str(json).expect("JSON");
    let files = summary["server_log"]["files"].as_array().expect("files");
    assert_eq!(files.len(), 13, "{files:?}");
    // HAProxy without captures has no user agent.
    let without = |file: &&serde_json::Value| file["requests"].as_u64() < Some(1600);
    let without: Vec<&str> = files.iter().filter(without).filter_map(|file| file["path"].as_str()).collect();
    assert_eq!(without, ["logs/haproxy.log"]);
    assert!(summary["server_log"]["matches"][0]["matched"].as_u64() >= Some(12), "{}", summary["server_log"]);
}

/// The same of each log alone, as `inspect` shows it and with what else may be said of it.
#[test]
fn of_access_logs_one_by_one() {
    let folder = beside_logs();
    let mut outputs = Vec::new();
    for (format, _) in log_lines(chrono::Utc::now(), "200", "-") {
        for options in ["", "--for-issue", "--log-format haproxy", "--webhook-path /cb"] {
            let outcome = folder.errstat(&format!("inspect logs/{format}.log --top 1000 {options}")).run();
            outputs.push((format!("{format} {options}, stderr"), outcome.stderr.clone()));
            outputs.push((format!("{format} {options}"), outcome.text()));
        }
        let outcome = folder.errstat(&format!("summary logs/{format}.log --rejects {format}.rejects")).run();
        outputs.push((format!("{format} as an input"), outcome.text() + &outcome.stderr));
        let rejects = std::fs::read(folder.path(format!("{format}.rejects"))).unwrap_or_default();
        outputs.push((format!("{format}.rejects"), String::from_utf8_lossy(&rejects).into_owned()));
    }
    assert_no_secret(&outputs);
    let escapes: Vec<&String> =
        outputs.iter().filter(|(_, text)| text.contains('\u{1b}')).map(|(name, _)| name).collect();
    assert!(escapes.is_empty(), "{escapes:?}");
}

#[test]
fn of_mails() {
    let mail = |subject: &str, fields: [&str; 6], at: usize| {
        let names = ["Channel name", "Reason for error", "Detail for error", "Error count", "Time detected", "URL"];
        let lines: String = names.iter().zip(fields).map(|(name, value)| format!("{name}: {value}\n")).collect();
        format!(
            "From: Messaging API <noreply@line.example>\nTo: a@b.example\nSubject: {subject}\nMessage-ID: \
             <{at}@line.example>\nDate: Mon, 16 Nov 2026 10:{at:02}:30 +0900\nMIME-Version: 1.0\nContent-Type: \
             text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nChannel ID: 1650000001\n{lines}"
        )
    };
    let folder = folder();
    for at in 0..FORMS.len() {
        let (url, time) = (form(at), format!("2026-11-16 10:{at:02}:00"));
        let subject = "Messaging API: Your bot server returned no response or an error - shop";
        let invalid = format!("Invalid URL syntax: {url}");
        let (failed, new) = (format!("Connection failed: {url}"), format!("Brand new {url}"));
        let of = |fields: [&str; 6]| mail(subject, fields, at);
        for (kind, text) in [
            of(["shop", "could_not_connect", &invalid, "1", &time, &url]),
            of(["shop", "could_not_connect", &failed, "2", &time, ""]),
            of(["shop", "could_not_connect", &new, "3", &time, ""]),
            of([&format!("shop {url}"), &format!("because of {url}"), "", "4", &time, ""]),
            of(["shop", "could_not_connect", &invalid, &url, &time, ""]),
            of(["shop", "could_not_connect", &invalid, "5", &url, ""]),
            of(["shop", "", &invalid, "6", &time, &url]),
            mail(&format!("{subject} {url}"), ["shop", "could_not_connect", &invalid, "many", &time, &url], at),
        ]
        .into_iter()
        .enumerate()
        {
            folder.file(&format!("in/{at}-{kind}.eml"), text);
        }
    }
    let mut found = Vec::new();
    for line in [
        "summary in --format table --top 1000",
        "summary in --format json",
        "summary in --format csv",
        "summary in --format markdown --top 1000",
        "inspect in --top 1000",
        "inspect in --top 1000 --for-issue",
        "reconcile in",
        "report in -o out -o text.md --rejects rejected.csv",
        "archive add in --archive ar --channel shop",
        "summary ar --format json",
    ] {
        let outcome = folder.errstat(line).run();
        assert!(matches!(outcome.code, Some(0 | 2)), "{line}: {}", outcome.stderr);
        found.extend([(line.to_owned(), outcome.text()), (format!("{line}, stderr"), outcome.stderr)]);
    }
    for name in folder.list().into_iter().filter(|name| !name.starts_with("in/")) {
        found.push((name.clone(), String::from_utf8_lossy(&folder.bytes(&name)).into_owned()));
    }
    assert_no_secret(&found);
    let json = &found.iter().find(|(line, _)| line == "summary in --format json").expect("JSON").1;
    assert!(json.contains("Invalid URL syntax") && json.contains("Connection failed"), "the mails are read: {json}");
}

#[test]
fn of_names_of_files() {
    let folder = Folder::new();
    let row = "Time\tReason\tDetail\tCount\n2026-11-16 10:00:00\terror_status_code\t502\t1\n";
    let names: Vec<String> = ["https:/h.example/!/a.tsv", "https：／／h／!.tsv", "user:!@h/b.tsv", "h?token=!.tsv"]
        .iter()
        .map(|name| name.replace('!', SECRET))
        .collect();
    for name in &names {
        folder.file(name, row);
        let mut found = Vec::new();
        for line in ["summary", "summary --format json", "inspect", "inspect --for-issue", "convert -o rows.csv"] {
            let outcome = folder.errstat(line).arg(name).done();
            found.extend([(line.to_owned(), outcome.text()), (line.to_owned(), outcome.stderr)]);
        }
        assert_no_secret(&found);
    }
}

#[test]
fn dates_and_ordinary_details_stay_readable() {
    let details = [
        "No SSL/TLS record",
        "HTTP/1.1 protocol error",
        "TLS1.2/TLS1.3 mismatch",
        "upstream answered 2026/11/17 04:12:33",
        "closed by nginx/1.25.3",
        "ops@example.com asked",
        "午前/午後",
    ];
    let rows: String =
        details.iter().map(|detail| format!("2026/11/16 10:00:00\tcould_not_connect\t{detail}\t1\n")).collect();
    let rejected = "2026/11/16 10:00:01\tcould_not_connect\tNo SSL/TLS record\tmany\n";
    let folder = Folder::with("w.tsv", format!("Time\tReason\tDetail\tCount\n{rows}{rejected}"));
    let summary = folder.summary("w.tsv");
    let found: Vec<&str> = summary.details().iter().map(|(_, detail, _)| *detail).collect();
    for detail in details {
        assert!(found.contains(&detail), "{detail} in {found:?}");
    }
    assert_eq!(
        summary["rejects"]["examples"][0]["text"],
        "2026/11/16 10:00:01␉could_not_connect␉No SSL/TLS record␉many"
    );
}

#[test]
fn an_issue_gets_shapes() {
    let text = "Time\tReason\tDetail\tErrors\tBot of Anna\n\
                2026-11-16 10:00:00\tcould_not_connect\tUnknown host\t17\tannas-bot\n\
                2026-11-16 10:00:01\tcould_not_connect\tUnknown host\tmany\tannas-bot\n\
                Total of Anna\t\t\t82\t\n";
    let folder = Folder::with("anna/annas-export.tsv", text);
    let shown = folder.errstat("inspect anna/annas-export.tsv --for-issue").done().text();
    // Lines are broken to fit a screen.
    let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in ["aaaaa-aaaaaa.tsv", "9999-99-99 99:99:99␉could_not_connect␉Unknown host␉aaaa␉aaaaa-aaa", "Errors"]
    {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    assert!(!shown.to_lowercase().contains("anna"), "{shown}");
    assert!(shown.contains("Time␉Reason␉Detail␉Errors␉aaa aa aaaa"), "{shown}");
    assert!(shown.contains("9999-99-99 99:99:99␉could_not_connect␉Unknown host␉99␉aaaaa-aaa"), "{shown}");
    // What cannot be read is told in shapes too.
    folder.file("anna/other.tsv", "Wann Anna\tReason\tDetail\nam Montag\tcould_not_connect\tUnknown host\n");
    let refused = folder.errstat("inspect anna/other.tsv --for-issue").refused();
    assert!(!refused.contains("nna") && !refused.contains("Montag") && refused.contains("Reason"), "{refused}");
    assert!(refused.contains("aa aaaaaa␉could_not_connect␉Unknown host"), "{refused}");
    folder.errstat("inspect anna/other.tsv --for-issue --show-urls").refused();
}
