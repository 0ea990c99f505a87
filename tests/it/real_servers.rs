//! Real servers on this machine, with the lines of `errstat explain access-log` in their configuration: what errstat says
//! of each request is what the client saw and the application did.

use std::{collections::BTreeMap, fs, ops::Range, path::Path, process::Command, thread, time::Duration};

use serde_json::{Value, json};

use crate::{
    lab::{Seen, Server, application, export, free_port, syslog, webhooks},
    program::{Folder, PATIENCE},
    tools::{self, Tool},
};

/// So many requests of each kind: enough for a sentence.
const EACH: usize = 12;
/// A port that needs nobody's leave to be closed.
const CLOSED: u16 = 1;

/// The lines that errstat prints for a server, by their place, with its log in another folder.
fn printed(folder: &Folder, server: &str) -> BTreeMap<String, String> {
    let text = folder.errstat(&format!("explain access-log {server}")).done().text();
    let mut parts: BTreeMap<String, String> = BTreeMap::new();
    let mut place = None;
    for line in text.lines() {
        match (line.strip_prefix("    "), line.strip_prefix("  In ").and_then(|line| line.strip_suffix(':'))) {
            (_, Some(named)) => place = Some(named.to_owned()),
            (Some(code), _) => {
                parts.entry(place.clone().unwrap_or_default()).or_default().push_str(&format!("{code}\n"));
            }
            // What comes behind is for the shell.
            _ if line.starts_with("  Then") => place = Some("shell".into()),
            _ => {}
        }
    }
    let log = parts["shell"].lines().find_map(|line| line.strip_prefix("errstat inspect ")).expect("a log").to_owned();
    let own = folder.path("access.log").to_string_lossy().into_owned();
    parts.values_mut().for_each(|lines| *lines = lines.replace(&log, &own));
    parts
}

struct Bot {
    folder: Folder,
    server: Server,
    /// Where LINE sends its webhooks, and those of `/down` if they go elsewhere.
    port: u16,
    down: u16,
}

impl Bot {
    fn nginx(program: &Path) -> Bot {
        let (folder, app, port) = (Folder::new(), application(), free_port());
        let lines = printed(&folder, "nginx");
        let (http, server) = (&lines["http { }"], &lines["server { } or http { }"]);
        let own: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {kind};"))
            .concat();
        let configuration = format!(
            "daemon off; master_process off; pid nginx.pid; error_log stderr info;\n\
             events {{ }}\n\
             http {{ {own}\n{http}\
             server {{ listen 127.0.0.1:{port}; access_log present.log;\n{server}\
             location /down {{ proxy_pass http://127.0.0.1:{CLOSED}; }}\n\
             location /ign {{ rewrite ^ /slow break; proxy_ignore_client_abort on; proxy_pass http://127.0.0.1:{app}; }}\n\
             location /none {{ return 403; }}\n\
             location / {{ proxy_pass http://127.0.0.1:{app}; }} }} }}\n"
        );
        folder.file("server.conf", configuration);
        let mut command = Command::new(program);
        command.arg("-p").arg(folder.path("")).arg("-c").arg(folder.path("server.conf"));
        let server = Server::start(&mut command, &folder.path("messages"), &[port]);
        Bot { folder, server, port, down: port }
    }

    fn haproxy(program: &Path) -> Bot {
        let (folder, app, port, down) = (Folder::new(), application(), free_port(), free_port());
        let lines = &printed(&folder, "haproxy")["frontend"];
        let (log, of_down) = (syslog(&folder.path("access.log")), syslog(&folder.path("down.log")));
        folder.file(
            "server.conf",
            format!(
                "defaults\n mode http\n timeout connect 2s\n timeout client 30s\n timeout server 30s\n\
                 frontend bot\n log 127.0.0.1:{log} local0\n bind 127.0.0.1:{port}\n{lines} http-request deny \
                 deny_status 403 if {{ path /none }}\n default_backend app\n\
                 frontend bot_down\n log 127.0.0.1:{of_down} local0\n bind 127.0.0.1:{down}\n{lines} default_backend \
                 down\n\
                 backend app\n server a 127.0.0.1:{app}\n\
                 backend down\n server d 127.0.0.1:{CLOSED}\n"
            ),
        );
        let mut command = Command::new(program);
        command.arg("-db").arg("-f").arg(folder.path("server.conf"));
        let server = Server::start(&mut command, &folder.path("messages"), &[port, down]);
        Bot { folder, server, port, down }
    }

    fn apache(program: &Path) -> Bot {
        let (folder, app, port) = (Folder::new(), application(), free_port());
        let lines = &printed(&folder, "apache")["<VirtualHost>"];
        let modules: String = ["mpm_event", "authz_core", "proxy", "proxy_http", "alias"]
            .map(|name| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"))
            .concat();
        let root = folder.path("").to_string_lossy().into_owned();
        folder.file(
            "server.conf",
            format!(
                "{modules}ServerRoot {root}\nDefaultRuntimeDir {root}\nPidFile {root}/pid\nErrorLog {root}/error.log\n\
                 Listen 127.0.0.1:{port}\nServerName localhost\nUser www-data\nGroup www-data\n\
                 <VirtualHost 127.0.0.1:{port}>\n{lines}\
                 RedirectMatch 403 ^/none\nProxyPass /none !\n\
                 ProxyPass /down http://127.0.0.1:{CLOSED}/\nProxyPass / http://127.0.0.1:{app}/\n</VirtualHost>\n"
            ),
        );
        let mut command = Command::new(program);
        command.arg("-X").arg("-f").arg(folder.path("server.conf"));
        let server = Server::start(&mut command, &folder.path("messages"), &[port]);
        Bot { folder, server, port, down: port }
    }

    fn caddy(program: &Path) -> Bot {
        let (folder, app, port) = (Folder::new(), application(), free_port());
        let lines = printed(&folder, "caddy");
        let (site, proxy) = (&lines["example.com { }"], &lines["reverse_proxy { }"]);
        folder.file(
            "server.conf",
            format!(
                "{{\n admin off\n auto_https off\n}}\nhttp://localhost:{port} {{\n{site}\
                 handle /none {{\n respond 403\n}}\n\
                 handle /down {{\n reverse_proxy 127.0.0.1:{CLOSED} {{\n{proxy} }}\n}}\n\
                 handle {{\n reverse_proxy 127.0.0.1:{app} {{\n{proxy} }}\n}}\n}}\n"
            ),
        );
        let mut command = Command::new(program);
        command.args(["run", "--adapter", "caddyfile", "--config"]).arg(folder.path("server.conf"));
        command.env("HOME", folder.path(""));
        let server = Server::start(&mut command, &folder.path("messages"), &[port]);
        Bot { folder, server, port, down: port }
    }

    /// Waits until a log has so many of LINE's requests, and gives it: a server may answer before it writes.
    fn log(&self, name: &str, requests: usize) -> String {
        let began = std::time::Instant::now();
        loop {
            let log = fs::read_to_string(self.folder.path(name)).unwrap_or_default();
            if log.lines().filter(|line| line.contains("LineBotWebhook")).count() >= requests {
                return log;
            }
            assert!(began.elapsed() < PATIENCE, "{log}\n{}", self.server.messages());
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// What is reported of LINE's errors beside a log in which requests come all day before and for ten minutes after: the
    /// lines of the server for one that went well, at other times.
    fn report(&self, errors: &str, name: &str, log: &str, moved: impl Fn(&str, i64) -> String) -> Value {
        let well = log.lines().find(|line| line.contains("/ok")).expect("a good request");
        let fill = |minutes: Range<i64>| -> String {
            minutes.step_by(2).map(|minutes| moved(well, minutes * 60) + "\n").collect()
        };
        self.folder.file("errors.tsv", errors).file(name, fill(-26 * 60..0) + log + &fill(2..15));
        let line = format!("report errors.tsv --access-log {name} --log-is edge --period all -o out/");
        self.folder.errstat(&line).done();
        serde_json::from_str(&self.folder.text("out/summary.json")).expect("JSON")
    }
}

/// Detail, errors, matched, chance and code of each match, in the order of details.
fn matches(told: &Value) -> Value {
    let mut all: Vec<Value> = told["server_log"]["matches"].as_array().expect("matches").clone();
    all.sort_by_key(|found| found["detail"].to_string());
    all.iter().map(|found| json!(["detail", "errors", "matched", "chance", "code"].map(|key| &found[key]))).collect()
}

fn text<'a>(told: &'a Value, detail: &str) -> &'a str {
    let all = told["server_log"]["matches"].as_array().expect("matches");
    all.iter().find(|found| found["detail"] == detail).and_then(|found| found["text"].as_str()).expect("a text")
}

/// An epoch in a JSON line, moved by seconds; `unit` is its seconds.
fn epoch_moved(line: &str, key: &str, quoted: bool, unit: f64, seconds: i64) -> String {
    let begin = format!("\"{key}\":{}", if quoted { "\"" } else { "" });
    let (before, rest) = line.split_once(&begin).expect("a time");
    let end = rest.find(|sign: char| !sign.is_ascii_digit() && sign != '.').expect("an end");
    let moved = rest[..end].parse::<f64>().expect("a number") + seconds as f64 * unit;
    let decimals = if quoted { 3 } else { 0 };
    format!("{before}{begin}{moved:.decimals$}{}", &rest[end..])
}

/// How many of what was seen, by reason or status.
fn counted(seen: &[(Seen, chrono::DateTime<chrono::Utc>)]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for (seen, _) in seen {
        let name = match seen {
            Seen::Ok => "ok".to_owned(),
            Seen::Error(_, detail) => detail.clone(),
        };
        *counts.entry(name).or_default() += 1;
    }
    counts
}

fn counts(expected: &[(&str, usize)]) -> BTreeMap<String, usize> {
    expected.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

#[test]
fn nginx_and_line_tell_the_same_story() {
    let Some(program) = tools::NGINX.get() else { return };
    let bot = Bot::nginx(program);
    let paths = ["/ok", "/two", "/slow", "/ign", "/500", "/reset", "/down"].map(|path| (bot.port, path));
    let seen = webhooks(&[&paths[..], &[(CLOSED, "/ok")]].concat(), EACH);
    let expected = [("ok", 12), ("Request timeout", 36), ("500", 12), ("502", 24), ("Connection failed", 12)];
    assert_eq!(counted(&seen), counts(&expected));
    let log = bot.log("access.log", 7 * EACH);
    let told =
        bot.report(&export(&seen), "access.log", &log, |line, seconds| epoch_moved(line, "msec", true, 1.0, seconds));
    assert_eq!(
        matches(&told),
        json!([
            ["500", 12, 12, 0, "application"],
            // Both what was reset and what is down: nginx says 502 by itself.
            ["502", 24, 24, 0, "proxy"],
            ["Connection failed", 12, 0, 0, "undecided"],
            ["Request timeout", 36, 36, 0, "slow"],
        ])
    );
    assert_eq!(
        text(&told, "500"),
        "This log shows the same status for 12 of 12. The proxy passed the application's answer on."
    );
    assert_eq!(text(&told, "502"), "This log shows the same status for 24 of 24. The proxy answered by itself.");
    let slow = text(&told, "Request timeout");
    assert!(slow.starts_with("In this log, 36 of 36 were aborted or took longer than LINE waits. Median: "), "{slow}");
    // 24 hung up after 2 s, and 12 that nginx finished after 4 s.
    let median: f64 = slow.split("Median: ").nth(1).unwrap().trim_end_matches(" s.").parse().unwrap();
    assert!((1.7..4.0).contains(&median), "{slow}");
    let page = bot.folder.text("out/report.html");
    assert!(page.contains(slow) && !page.contains("s1gnature"), "the page");
    let longest = told["server_log"]["duration"]["max"].as_f64().unwrap();
    assert!(longest >= 4.0, "{longest}");
}

#[test]
fn haproxy_and_line_tell_the_same_story() {
    let Some(program) = tools::HAPROXY.get() else { return };
    let bot = Bot::haproxy(program);
    let paths = ["/ok", "/two", "/slow", "/500", "/reset"].map(|path| (bot.port, path));
    let (seen, down) = thread::scope(|scope| {
        let down = scope.spawn(|| webhooks(&[(bot.down, "/ok")], EACH));
        (webhooks(&paths, EACH), down.join().expect("requests"))
    });
    let expected = [("ok", 12), ("Request timeout", 24), ("500", 12), ("502", 12)];
    assert_eq!(counted(&seen), counts(&expected));
    assert_eq!(counted(&down), counts(&[("Request timeout", 12)]));
    let moved = |line: &str, seconds| epoch_moved(line, "end", false, 1000.0, seconds);
    let log = bot.log("access.log", 5 * EACH);
    let well = log.lines().find(|line| line.contains("/ok")).unwrap().to_owned();
    let told = bot.report(&export(&seen), "access.log", &log, moved);
    assert_eq!(
        matches(&told),
        json!(
            [["500", 12, 12, 0, "application"], ["502", 12, 12, 0, "proxy"], ["Request timeout", 24, 24, 0, "slow"],]
        )
    );
    // 200 after 2.4 and 4 s: HAProxy does not notice that the client is gone.
    let slow = text(&told, "Request timeout");
    assert!(slow.starts_with("In this log, 24 of 24 were aborted or took longer than LINE waits."), "{slow}");
    assert!(bot.folder.text("out/report.html").contains(slow), "the page");
    // It tries four times, a second apart, for a backend that is down, and says 503 when LINE is gone.
    let log = well + "\n" + &bot.log("down.log", EACH);
    let told = bot.report(&export(&down), "down.log", &log, moved);
    assert_eq!(matches(&told), json!([["Request timeout", 12, 12, 0, "late-status"]]));
    let late = text(&told, "Request timeout");
    assert!(late.starts_with("This log says 503 after 3.") && late.ends_with("LINE had stopped waiting."), "{late}");
}

/// A log of the printed lines answers everything: who answered too, and also where the server answers by itself.
fn answers_everything(tool: &Tool, start: fn(&Path) -> Bot) {
    let Some(program) = tool.get() else { return };
    let bot = start(program);
    let to = [(bot.port, "/ok"), (bot.port, "/two"), (bot.port, "/500"), (bot.port, "/none"), (bot.down, "/down")];
    let seen = counted(&webhooks(&to, 2));
    assert_eq!(seen["ok"] + seen["Request timeout"] + seen["500"] + seen["403"], if seen.len() == 4 { 10 } else { 8 });
    let requests = if bot.down == bot.port { 10 } else { 8 };
    bot.log("access.log", requests);
    let text = bot.folder.errstat("inspect access.log").done().text();
    assert!(!text.contains("Can't answer"), "{text}");
    assert!(text.contains("Whether the proxy or the application answered.\n"), "{text}");
    assert!(text.contains(&format!("of which {requests} are requests of LINE")), "{text}");
    assert!(
        text.contains("2xx in time: 2") && text.contains("status 500: 2") && text.contains("status 403: 2"),
        "{text}"
    );
    assert!(text.contains("aborted, or longer than LINE waits: 2") && !text.contains("Unreadable"), "{text}");
    assert!(!bot.folder.text("access.log").contains("s1gnature"), "a signature is logged");
    // A log that was there before goes on.
    let present = fs::read_to_string(bot.folder.path("present.log")).unwrap_or(bot.folder.text("access.log"));
    assert_eq!(present.matches("LineBotWebhook").count(), requests);
}

#[test]
fn nginx_with_the_printed_lines_answers_everything() {
    answers_everything(&tools::NGINX, Bot::nginx);
}

#[test]
fn apache_with_the_printed_lines_answers_everything() {
    answers_everything(&tools::APACHE, Bot::apache);
}

#[test]
fn haproxy_with_the_printed_lines_answers_everything() {
    answers_everything(&tools::HAPROXY, Bot::haproxy);
}

#[test]
fn caddy_with_the_printed_lines_answers_everything() {
    answers_everything(&tools::CADDY, Bot::caddy);
}

#[test]
fn lines_are_printed_for_one_server_or_all_in_both_languages() {
    let folder = Folder::new();
    let all = folder.errstat("explain access-log").done().text();
    let ja = folder.errstat("explain access-log --lang ja").done().text();
    for words in ["log_format errstat escape=json", "LogFormat \"start:", "log-format '{", "format filter {"] {
        assert!(all.contains(words) && ja.contains(words), "{words}");
    }
    assert!(ja.contains("次の行を設定すると"), "{ja}");
    let sentence = folder.errstat("explain access-log ngimx").refused();
    assert!(sentence.contains("ngimx") && sentence.contains("Did you mean nginx?"), "{sentence}");
    assert!(folder.errstat("completions bash").done().text().contains("access-log"));
}
