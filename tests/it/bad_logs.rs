//! Access logs that are none, or of something else: a sentence and exit code 2, or what is right and no more.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};

use crate::program::Folder;

/// LINE's errors, and a log that goes with them.
fn folder() -> Folder {
    let folder = Folder::new();
    let rows = "2026-11-16\t19:00:00\t19:00:50\terror_status_code\t502\t12\n";
    folder.file("w.tsv", format!("Date\tStart\tEnd\tReason\tDetail\tErrors\n{rows}"));
    folder
}

fn line(minute: usize, agent: &str) -> String {
    let (hour, minute) = (9 + minute / 60, minute % 60);
    format!(
        "192.0.2.1 - - [16/Nov/2026:{hour:02}:{minute:02}:00 +0000] \"POST /cb HTTP/1.1\" 200 2 \"-\" \"{agent}\"\n"
    )
}

fn log(agent: &str) -> String {
    (0..120).map(|minute| line(minute, agent)).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).expect("memory");
    gzip.finish().expect("memory")
}

#[test]
fn what_cannot_be_used_is_refused_with_a_sentence() {
    let folder = folder();
    let noise: Vec<u8> = (0..200_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let whole = gzip(log("LineBotWebhook/2.0").repeat(200).as_bytes());
    let cdn = r#"{"EdgeStartTimestamp":"2026-11-16T10:00:00Z","EdgeResponseStatus":200,"ClientRequestMethod":"GET","ClientRequestURI":"/","ClientRequestUserAgent":"Mozilla/5.0"}"#;
    folder
        .file("other-bot.log", log("TelegramBot"))
        .file("cdn.json", format!("{cdn}\n").repeat(50))
        .file("noise.log", &noise)
        .file("noise.log.gz", gzip(&noise))
        .file("zeros.log", vec![0; 1 << 20])
        .file("cut.log.gz", &whole[..whole.len() / 2])
        .file("empty.log", "")
        .file("blank.log", "\n\n\n")
        .file(
            "folder/error.log",
            "2026/11/16 10:00:00 [error] 1#1: *1 connect() failed, request: \"POST /cb HTTP/1.1\"\n",
        )
        .file("folder/syslog", "Nov 16 10:00:00 host cron[1]: (root) CMD (true)\n".repeat(9))
        .file("folder/noise.bin", &noise)
        .file("page.html", "<!doctype html><title>Login</title>")
        .file("one-line.log", "x".repeat(3 << 20));
    for (name, said) in [
        ("other-bot.log", "no request of LINE"),
        ("cdn.json", "no request of LINE"),
        ("noise.log", "doesn't recognise an access log"),
        ("noise.log.gz", "doesn't recognise an access log"),
        ("zeros.log", "doesn't recognise an access log"),
        ("cut.log.gz", "cut.log.gz: "),
        ("empty.log", "empty"),
        ("blank.log", "doesn't recognise an access log"),
        ("folder", "found no access log"),
        ("page.html", "doesn't recognise an access log"),
        ("one-line.log", "doesn't recognise an access log"),
    ] {
        for command in ["summary w.tsv --quiet", "report w.tsv -o out/"] {
            let sentence = folder.errstat(&format!("{command} --access-log {name}")).refused();
            assert!(sentence.contains(said), "{name}: {sentence}");
        }
        // What can't be judged is no success either.
        let outcome = folder.errstat(&format!("check w.tsv --access-log {name}")).run();
        assert_eq!(outcome.code, Some(2), "{name}: {}", outcome.text());
        let ja = folder.errstat(&format!("summary w.tsv --lang ja --access-log {name}")).refused();
        assert!(ja.contains('。') && ja.contains(name), "{name}: {ja}");
    }
    assert!(!folder.path("out").exists(), "a report of what was refused");
}

#[test]
fn hostile_lines_cost_themselves_only() {
    let folder = folder();
    let good = log("LineBotWebhook/2.0");
    let hostile = [
        "\u{1b}[2J\u{1b}]0;owned\u{7}\u{202e}".to_owned(),
        format!("192.0.2.1 - - [16/Nov/2026:10:00:00 +0000] \"{}\" 200 2 \"-\" \"x\"", "\\\"".repeat(40_000)),
        format!("{{\"a\":{}", "[".repeat(100_000)),
        "LineBotWebhook/2.0".repeat(20_000),
        format!(
            "192.0.2.1 - - [99/Nov/2026:99:99:99 +9999] \"POST / HTTP/1.1\" 99999999999 2 \"-\" \"LineBotWebhook/2.0\" {}",
            "9".repeat(400)
        ),
        "\0".repeat(5000),
        "x".repeat(4 << 20),
    ];
    folder.file("access.log", format!("{good}{}\n{good}", hostile.join("\n")));
    let outcome = folder.errstat("inspect access.log").done();
    let text = outcome.text();
    // The second half is of the same minutes: what one file has twice was there twice.
    assert!(text.contains("of which 240 are requests of LINE"), "{text}");
    assert!(text.contains("longer than 1 MiB") && !text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text}");
    let summary = folder.summary("w.tsv --access-log access.log");
    assert_eq!(summary["server_log"]["requests"], 240);
    assert!(summary.notes().contains(&"log-unreadable"), "{:?}", summary.notes());
}

#[test]
fn a_file_may_change_its_format() {
    let folder = folder();
    let caddy = |minute: i64| {
        let ts = 1_794_819_600 + 7200 + minute * 60;
        format!(
            "{{\"ts\":{ts}.5,\"status\":502,\"duration\":0.01,\"request\":{{\"method\":\"POST\",\"uri\":\"/\",\"headers\":{{\"User-Agent\":[\"LineBotWebhook/2.0\"]}}}}}}\n"
        )
    };
    // So often that both are among the first lines.
    let log: String = (0..60).map(|minute| line(minute, "LineBotWebhook/2.0")).chain((0..30).map(caddy)).collect();
    folder.file("access.log", log);
    let summary = folder.summary("w.tsv --access-log access.log");
    assert_eq!(summary["server_log"]["requests"], 90);
    let text = folder.errstat("inspect access.log").done().text();
    assert!(text.contains("combined") && text.contains("and Caddy, JSON"), "{text}");
}
