//! The server's own access logs, as `inspect` shows them. The recordings in `server/` are explained in
//! `src/server/tests.rs`.

use std::fmt::Write as _;

use crate::program::Folder;

const NGINX: &str = include_str!("server/nginx.log");
const HAPROXY: &str = include_str!("server/haproxy.log");
const CADDY: &str = include_str!("server/caddy.log");
const UVICORN: &str = include_str!("server/uvicorn.log");

const SECRET: &str = "s3cret9f2b";

/// The value of a field of `inspect`, its lines joined.
fn field(text: &str, name: &str) -> String {
    let lines = text.lines().skip_while(|line| !line.trim_start().starts_with(name));
    let mut lines = lines.map(str::to_owned);
    let first = lines.next().unwrap_or_else(|| panic!("no {name} in\n{text}"));
    let rest = lines.take_while(|line| line.starts_with("     "));
    let value = first.trim_start().strip_prefix(name).unwrap().to_owned() + "\n" + &rest.collect::<Vec<_>>().join("\n");
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_log_is_recognised_and_says_what_it_can_answer() {
    let folder = Folder::new();
    folder.file("access.log", NGINX);
    let text = folder.errstat("inspect access.log --timezone UTC").done().text();
    assert_eq!(field(&text, "Format"), "combined (nginx, Apache, gunicorn, morgan)");
    assert!(field(&text, "Evidence").starts_with("16 of the first 16 lines have this format"), "{text}");
    assert_eq!(field(&text, "Lines"), "16, of which 15 are requests of LINE");
    // 4 × 499; 2 × 200 at once and 2 × 200 after 4 s, which this log can't tell apart; the others by their status.
    assert_eq!(
        field(&text, "Requests of LINE"),
        "2xx, in time or too late: 4 aborted, or longer than LINE waits: 4 status 400: 1 status 500: 2 status 502: 4"
    );
    let cannot = field(&text, "Can't answer");
    assert!(
        cannot.contains("no durations") && cannot.ends_with("errstat explain access-log prints the lines."),
        "{cannot}"
    );
    let format = r#"log_format t '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" rl=$request_length rt=$request_time urt=$upstream_response_time us=$upstream_status';"#;
    let text = folder.errstat("inspect access.log --log-format").arg(format).done().text();
    assert!(!text.contains("Can't answer"), "{text}");
    assert!(field(&text, "Requests of LINE").starts_with("2xx in time: 2 aborted, or longer than LINE waits: 6"));
    assert!(field(&text, "Duration").ends_with("the longest 4.03 s"), "{text}");
    // Of 13 durations, in microseconds, the seventh is 2,901.
    folder.file("apache.log", include_str!("server/apache.log"));
    let format = r#"LogFormat "%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\" D=%D X=%X" t"#;
    let text = folder.errstat("inspect apache.log --log-format").arg(format).done().text();
    assert!(field(&text, "Duration").starts_with("half within 0.003 s, "), "{text}");
}

#[test]
fn a_log_without_user_agent_and_zone_asks_for_both() {
    let folder = Folder::new();
    folder.file("haproxy.log", HAPROXY);
    let text = folder.errstat("inspect haproxy.log").done().text();
    let cannot = field(&text, "Can't answer");
    assert!(cannot.contains("--webhook-path") && cannot.contains("as UTC. Add --log-timezone"), "{cannot}");
    let line = "inspect haproxy.log --webhook-path /down/x --log-timezone Asia/Tokyo --timezone UTC";
    let text = folder.errstat(line).done().text();
    assert_eq!(field(&text, "Lines"), "13, of which 2 are requests of LINE");
    assert_eq!(field(&text, "Requests of LINE"), "aborted, or longer than LINE waits: 2");
    // 14:18 in Tokyo.
    assert!(field(&text, "Span").contains("05:18"), "{text}");
    let ja = folder.errstat("inspect haproxy.log --lang ja").done().text();
    assert!(ja.contains("アクセスログ") && ja.contains("わからないこと"), "{ja}");
}

#[test]
fn what_cannot_be_used_is_refused_with_what_to_add() {
    let folder = Folder::new();
    folder.file("uvicorn.log", UVICORN).file("caddy.log", CADDY).file("notes.txt", "nothing\n");
    folder.file("ltsv.log", "time:2026-11-27T14:18:30Z\tmethod:POST\turi:/cb\tua:LineBotWebhook/2.0\n");
    for (line, said) in [
        ("inspect ltsv.log", "the access log has no status (LTSV). Add the status"),
        ("inspect uvicorn.log", "the access log has no times (uvicorn). Add the time"),
        ("inspect caddy.log --log-format combined", "don't have the format of --log-format"),
        (
            "inspect caddy.log --log-format combind",
            "--log-format: errstat doesn't know this format. Did you mean combined?",
        ),
        ("inspect caddy.log --log-format $request", "--log-format: This format has no time. Add $time_iso8601"),
        ("inspect caddy.log --webhook-path cb?x", "--webhook-path: Write the path"),
        ("inspect notes.txt", "notes.txt"),
    ] {
        let sentence = folder.errstat(line).refused();
        assert!(sentence.contains(said), "{line}: {sentence}");
    }
}

#[test]
fn a_folder_may_hold_logs_and_exports() {
    let folder = Folder::new();
    folder.file("all/caddy.log", CADDY).file("all/uvicorn.log", UVICORN).file("all/notes.txt", "nothing\n");
    let text = folder.errstat("inspect all").done().text();
    assert_eq!(field(&text, "Lines"), "12, of which 12 are requests of LINE");
    assert!(text.contains("all/uvicorn.log: the access log has no times"), "{text}");
    assert!(text.contains("all/notes.txt"), "{text}");
    folder.file("all/week.tsv", "Time\tReason\tDetail\tCount\n2026-11-16 10:00\terror_status_code\t502\t3\n");
    let text = folder.errstat("inspect all").done().text();
    assert_eq!(field(&text, "Errors"), "3");
    assert!(text.contains("Caddy, JSON") && !text.contains("skipped all/caddy.log"), "{text}");
}

#[test]
fn a_log_that_is_packed_or_cut_is_read_or_refused() {
    let folder = Folder::new();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut packed, NGINX.repeat(2000).as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    folder.file("a.log.gz", &packed[..]).file("cut.log.gz", &packed[..packed.len() / 2]);
    let text = folder.errstat("inspect a.log.gz").done().text();
    assert_eq!(field(&text, "Kind"), "access log, packed with gzip");
    assert_eq!(field(&text, "Lines"), "32,000, of which 30,000 are requests of LINE");
    assert!(folder.errstat("inspect cut.log.gz").refused().contains("cut.log.gz: "));
}

#[test]
fn a_log_comes_through_a_pipe() {
    let folder = Folder::with("access.log", NGINX);
    let piped = folder.errstat("inspect -").stdin(NGINX).done().text();
    assert_eq!(piped, folder.errstat("inspect access.log").done().text().replacen("access.log", "-", 1));
    // What is no log is read as an export, though it was looked at before.
    let rows = "Time\tReason\tDetail\tCount\n2026-11-16 10:00\terror_status_code\t502\t3\n";
    assert_eq!(field(&folder.errstat("inspect -").stdin(rows).done().text(), "Errors"), "3");
    #[cfg(unix)]
    {
        use std::process::Command;
        let script = format!("{} inspect <(cat access.log)", crate::program::PROGRAM);
        let output = Command::new("bash").args(["-c", &script]).current_dir(folder.path("")).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(field(&text, "Lines"), "16, of which 15 are requests of LINE");
    }
}

#[test]
fn a_log_among_the_inputs_is_told_where_it_belongs() {
    let folder = Folder::new();
    folder.file("access.log", NGINX).file("logs/a.log", CADDY).file("logs/b.log", HAPROXY);
    folder.file("w.tsv", "Time\tReason\tDetail\tCount\n2026-11-16 10:00\terror_status_code\t502\t3\n");
    for (line, command) in [
        ("access.log", "errstat summary EXPORT.tsv --access-log access.log"),
        ("summary access.log", "errstat summary EXPORT.tsv --access-log access.log"),
        ("summary w.tsv access.log --window day", "errstat summary w.tsv --window day --access-log access.log"),
        ("report logs -o out/", "errstat report EXPORT.tsv -o out/ --access-log logs"),
        ("check access.log", "errstat check EXPORT.tsv --access-log access.log"),
        ("convert w.tsv access.log -o a.csv", "errstat summary w.tsv --access-log access.log"),
        ("summary -", "errstat summary EXPORT.tsv --access-log -"),
    ] {
        let outcome = folder.errstat(line).stdin(NGINX).run();
        let said = outcome.stderr.clone() + &outcome.text();
        assert_eq!(outcome.code, Some(2), "{line}: {said}");
        assert!(said.contains("this is an access log") && said.contains(command), "{line}: {said}");
    }
    // Beside exports in a folder it is skipped with the option to add, and without a word where it is given there.
    folder.file("all/week.tsv", "Time\tReason\tDetail\tCount\n2026-11-16 10:00\terror_status_code\t502\t3\n");
    folder.file("all/access-2026-11-16.log", NGINX).file("all/notes.txt", "nothing\n");
    let told = |line: &str| folder.errstat(line).done().text().split_whitespace().collect::<Vec<_>>().join(" ");
    let add = "Compare it with --access-log all/access-2026-11-16.log";
    let text = told("summary all");
    assert!(text.contains(add) && text.contains("skipped all/notes.txt"), "{text}");
    let text = told("summary all --access-log all");
    assert!(!text.contains("--access-log all/") && text.contains("skipped all/notes.txt"), "{text}");
    // The date in its name makes it no export that is missing.
    folder.file("errstat.toml", "[check]\nmax_errors = 5\n");
    let code = |inputs: &str| folder.errstat(&format!("check {inputs} --exported-at 2026-11-16T11:00")).run().code;
    assert_eq!((code("all/week.tsv"), code("all")), (Some(0), Some(2)), "notes.txt");
    std::fs::remove_file(folder.path("all/notes.txt")).unwrap();
    assert_eq!(code("all"), Some(0));
    // A text that is neither stays what it is.
    folder.file("notes.txt", "nothing\n");
    assert!(!folder.errstat("summary notes.txt").refused().contains("access log"));
}

/// A line of each format with the secret in every field that is somebody's own.
fn lines_with_secrets() -> String {
    let mut text = String::new();
    for (agent, status) in [("LineBotWebhook/2.0", "200"), ("LineBotWebhook/2.0", "x"), ("Mozilla/5.0", "404")] {
        let at = "27/Nov/2026:14:18:30 +0000";
        let (path, s) = (format!("/{SECRET}/cb?token={SECRET}"), SECRET);
        writeln!(text, "{s} {s} {s} [{at}] \"POST {path} HTTP/1.1\" {status} {s} \"{s}\" \"{agent} {s}\" {s}").unwrap();
        writeln!(text, "{s} - {s} \"{agent}\" cut {s}").unwrap();
        writeln!(
            text,
            r#"{{"{s}":"{s}","ts":1795789110.5,"status":{status},"duration":0.1,"request":{{"remote_ip":"{s}","method":"POST","host":"{s}","uri":"{path}","headers":{{"User-Agent":["{agent} {s}"],"X-Line-Signature":["{s}"]}}}}}}"#
        )
        .unwrap();
        writeln!(text, "time:[{at}]\tua:{agent} {s}\tmethod:POST\turi:{path}\tstatus:{status}\thost:{s}\t{s}:{s}")
            .unwrap();
    }
    text
}

#[test]
fn nothing_of_a_line_is_shown() {
    let folder = Folder::new();
    folder.file("logs/access.log", lines_with_secrets());
    for options in [
        "",
        "--lang ja",
        "--for-issue",
        "--show-urls",
        "--webhook-path /cb",
        "--log-format combined",
        "--log-format caddy",
    ] {
        for input in ["logs/access.log", "logs"] {
            let outcome = folder.errstat(&format!("inspect {input} {options}")).run();
            let (out, err) = (outcome.text(), &outcome.stderr);
            assert!(!out.contains(SECRET) && !err.contains(SECRET), "{options}\n{out}\n{err}");
            assert!(out.contains("1 MiB") || out.contains("line") || out.contains("行"), "{options}\n{out}\n{err}");
        }
    }
}
