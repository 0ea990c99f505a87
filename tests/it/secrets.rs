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
    let mut found: Vec<(String, String)> = Vec::new();
    let mut run = |line: &str| {
        let call = folder.errstat(&line.replace("{}", input));
        let outcome: Outcome =
            piped.map_or_else(|| call, |bytes| folder.errstat(&line.replace("{}", "-")).stdin(bytes)).run();
        assert!(matches!(outcome.code, Some(0..=2)), "{line}: {:?}\n{}", outcome.code, outcome.stderr);
        found.push((format!("{line}, stderr"), outcome.stderr.clone()));
        found.push((line.to_owned(), outcome.text()));
    };
    for format in formats(folder, "summary") {
        run(&format!("summary {{}} --format {format} --color never --top 1000"));
    }
    for format in formats(folder, "check") {
        run(&format!("check {{}} --format {format} --config rules.toml --top 1000"));
    }
    run("inspect {} --top 1000");
    run("inspect {} --top 1000 --lang ja");
    run("inspect {} --top 1000 --for-issue");
    run("summary {} --strict");
    run(
        "report {} -o out/ -o page.html -o text.md -o numbers.json -o mail.eml -o all.png --mail-from a@b.example --mail-to c@d.example --rejects rejected.csv",
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
        if name == input || name == "rules.toml" {
            continue;
        }
        found.push((name.to_owned(), String::from_utf8_lossy(&folder.bytes(name)).into_owned()));
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
