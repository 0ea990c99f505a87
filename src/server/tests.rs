//! Logs of real servers: `tests/it/server/` holds what they wrote while a client that hangs up after 2 s, as LINE does,
//! asked for paths whose truth is known. What the client saw stands beside the path.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write,
    path::Path,
};

use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;

use super::{
    format::{Remembered, recognise},
    request::{Answer, By, Unreadable, Verdict},
    *,
};
use crate::model::{CellStart, Span, Timestamp, Zone};

const NGINX: &str = include_str!("../../tests/it/server/nginx.log");
const APACHE: &str = include_str!("../../tests/it/server/apache.log");
const HAPROXY: &str = include_str!("../../tests/it/server/haproxy.log");
const CADDY: &str = include_str!("../../tests/it/server/caddy.log");
const GUNICORN: &str = include_str!("../../tests/it/server/gunicorn.log");
const MORGAN: &str = include_str!("../../tests/it/server/morgan.log");
const UVICORN: &str = include_str!("../../tests/it/server/uvicorn.log");

/// As they stand in the recordings' configurations.
const NGINX_FORMAT: &str = r#"log_format t '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" rl=$request_length rt=$request_time urt=$upstream_response_time us=$upstream_status';"#;
const APACHE_FORMAT: &str = r#"LogFormat "%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\" D=%D X=%X" t"#;

fn asked(path: Option<&str>) -> Asked {
    Asked { path: path.map(str::to_owned), zone: Zone::utc() }
}

fn recognised(log: &str, format: Option<&str>) -> Recognised {
    let format = format.map(|format| Format::parse(format).unwrap());
    recognise(log.as_bytes(), format.as_ref(), &asked(None)).unwrap().expect("an access log")
}

/// What a log tells of requests to each path: verdicts and who answered, in the order of its lines.
fn told(log: &str, format: Option<&str>, of_agent: bool) -> BTreeMap<String, Vec<(Verdict, By)>> {
    let lines = recognised(log, format).lines;
    let mut told: BTreeMap<String, Vec<(Verdict, By)>> = BTreeMap::new();
    for line in log.lines() {
        let target = line.split("POST ").nth(1).and_then(|rest| rest.split(' ').next());
        let uri = line.split("\"uri\":\"").nth(1).and_then(|rest| rest.split('"').next());
        let Some(target) = uri.or(target) else { continue };
        let target = target.trim_start_matches("https://localhost:18445");
        let path = target.trim_end_matches("?h2");
        let asked = asked((!of_agent).then_some(path));
        let read = lines.iter().find_map(|lines| lines.read(line.as_bytes(), &asked, &mut Remembered::default()));
        let request = read.expect("a request").0.finish().unwrap().expect("one of LINE's");
        told.entry(path.to_owned()).or_default().push((request.verdict(), request.by));
    }
    told
}

fn expected(paths: &[(&str, &[(Verdict, By)])]) -> BTreeMap<String, Vec<(Verdict, By)>> {
    paths.iter().map(|(path, told)| ((*path).to_owned(), told.to_vec())).collect()
}

use By::{Application, Proxy, Unknown};
use Verdict::{Ok as Good, OkOrSlow, Status, Timeout};

#[test]
fn nginx_with_its_format_tells_everything() {
    let good = (Good, Application);
    // A request in plain HTTP to the port of TLS was refused by nginx itself.
    let ok = [good, good, (Status(400), Proxy)];
    assert_eq!(
        told(NGINX, Some(NGINX_FORMAT), true),
        expected(&[
            ("/ok", &ok),
            ("/two", &[(Timeout, Unknown); 2]),
            ("/slow", &[(Timeout, Unknown); 2]),
            // `proxy_ignore_client_abort on`: 200, four seconds after the client was gone.
            ("/ign", &[(Timeout, Application); 2]),
            ("/500", &[(Status(500), Application); 2]),
            // nginx writes 502 for an upstream that is not there.
            ("/reset", &[(Status(502), Unknown); 2]),
            ("/down/x", &[(Status(502), Unknown); 2]),
        ])
    );
}

#[test]
fn nginx_without_it_cannot_tell_what_was_slow() {
    let found = recognised(NGINX, None);
    assert_eq!(
        (found.lines[0].format.name.as_str(), found.fitting, found.looked_at, found.more),
        ("combined", 16, 16, true)
    );
    assert_eq!(found.answers, [Answer::Agent, Answer::Zone].into());
    let told = told(NGINX, None, true);
    // Of a client that hung up nginx has a status of its own; of one that is ignored it has not.
    assert_eq!(told["/two"], [(Timeout, Unknown); 2]);
    assert_eq!(told["/ign"], [(OkOrSlow, Unknown); 2]);
}

#[test]
fn apache_says_200_of_what_the_client_did_not_wait_for() {
    assert_eq!(
        told(APACHE, Some(APACHE_FORMAT), true),
        expected(&[
            ("/ok", &[(Good, Unknown); 2]),
            ("/two", &[(Timeout, Unknown); 2]),
            ("/slow", &[(Timeout, Unknown); 2]),
            ("/500", &[(Status(500), Unknown); 2]),
            // Over HTTP/2 Apache wrote two lines for one request.
            ("/reset", &[(Status(502), Unknown), (Status(502), Unknown), (Status(500), Unknown)]),
            ("/down/x", &[(Status(503), Unknown); 2]),
        ])
    );
    assert_eq!(told(APACHE, None, true)["/slow"], [(OkOrSlow, Unknown); 2]);
}

#[test]
fn haproxys_time_decides_before_its_status() {
    let found = recognised(HAPROXY, None);
    assert_eq!((found.lines[0].format.name.as_str(), found.fitting, found.looked_at), ("haproxy", 11, 13));
    assert_eq!(found.answers, [Answer::Duration, Answer::Start, Answer::Hop, Answer::Gateway].into());
    let slow = [(Timeout, Unknown), (Timeout, Application)];
    assert_eq!(
        told(HAPROXY, None, false),
        expected(&[
            ("/ok", &[(Good, Application); 2]),
            ("/500", &[(Status(500), Application); 2]),
            ("/reset", &[(Status(502), Proxy)]),
            ("/two", &slow),
            ("/slow", &slow),
            // Over HTTP/1.1 HAProxy tried for 3 s and wrote 503 for nobody.
            ("/down/x", &[(Timeout, Unknown), (Timeout, Proxy)]),
        ])
    );
}

#[test]
fn caddys_status_0_or_499_is_a_client_that_hung_up() {
    assert_eq!(recognised(CADDY, None).lines[0].format.name, "caddy");
    let expected = expected(&[
        ("/ok", &[(Good, Unknown); 2]),
        ("/two", &[(Timeout, Unknown); 2]),
        ("/slow", &[(Timeout, Unknown); 2]),
        ("/500", &[(Status(500), Unknown); 2]),
        ("/reset", &[(Status(502), Unknown); 2]),
        ("/down/x", &[(Status(502), Unknown); 2]),
    ]);
    assert_eq!(told(CADDY, None, true), expected);
    // Since June 2026 Caddy says 499, also of a client that was gone before LINE's limit.
    let newer = CADDY.replace("\"status\":0", "\"status\":499");
    assert_eq!(told(&newer, None, true), expected);
    let early = newer.replace("\"duration\":1.9", "\"duration\":0.9");
    assert_eq!(told(&early, None, true), expected);
}

#[test]
fn application_servers_write_combined_and_know_less() {
    let slow = |log| told(log, None, true)["/slow"].clone();
    assert_eq!(slow(GUNICORN), [(OkOrSlow, Unknown)]);
    let combined: String =
        MORGAN.lines().filter(|line| line.starts_with("127")).map(|line| format!("{line}\n")).collect();
    assert_eq!(slow(&combined), [(Timeout, Unknown)]);
}

#[test]
fn a_log_without_time_or_status_is_told_what_it_lacks() {
    let json = |fields: &str| format!("{{\"method\":\"POST\",\"path\":\"/cb\",{fields}}}\n").repeat(3);
    let (time, status) = ("\"time\":\"2026-11-27T14:18:30Z\"", "\"status\":200");
    for (log, lacks) in [
        (UVICORN.to_owned(), key::server::NO_TIME),
        (json(status), key::server::NO_TIME),
        (json(time), key::server::NO_STATUS),
        ("time:2026-11-27T14:18:30Z\tmethod:POST\turi:/cb\tua:LineBotWebhook/2.0\n".into(), key::server::NO_STATUS),
        (NGINX.replace("27/Nov/2026:14:18", "-:-:-"), key::server::NO_TIME),
    ] {
        assert_eq!(recognise(log.as_bytes(), None, &asked(None)).unwrap_err().key, lacks, "{log}");
    }
    // What an application notes of itself is no request.
    let notes = "{\"time\":\"2026-11-27T14:18:30Z\",\"level\":\"info\",\"msg\":\"ready\"}\n";
    assert!(recognise(notes.as_bytes(), None, &asked(None)).unwrap().is_none());
}

#[test]
fn products_have_their_own_keys() {
    let time = "2026-11-27T14:18:30.500Z";
    for (name, line, by) in [
        (
            "traefik-json",
            format!(
                r#"{{"StartUTC":"{time}","DownstreamStatus":499,"OriginStatus":0,"Duration":1950000000,"RequestMethod":"POST","RequestPath":"/cb","request_User-Agent":"LineBotWebhook/2.0"}}"#
            ),
            Unknown,
        ),
        (
            "gcp",
            format!(
                r#"{{"timestamp":"{time}","jsonPayload":{{"statusDetails":"client_disconnected_before_any_response"}},"httpRequest":{{"requestMethod":"POST","requestUrl":"https://h.example/cb","latency":"1.95s","userAgent":"LineBotWebhook/2.0"}}}}"#
            ),
            Unknown,
        ),
        (
            "cloudflare",
            r#"{"EdgeStartTimestamp":"2026-11-27T14:18:30.500Z","EdgeEndTimestamp":"2026-11-27T14:18:32.450Z","EdgeResponseStatus":522,"OriginResponseStatus":0,"OriginResponseDurationMs":0,"ClientRequestMethod":"POST","ClientRequestURI":"/cb","ClientRequestUserAgent":"LineBotWebhook/2.0"}"#.to_owned(),
            Proxy,
        ),
        (
            "cloudflare",
            format!(
                r#"{{"EdgeStartTimestamp":"{time}","EdgeResponseStatus":522,"OriginResponseStatus":0,"OriginResponseDurationMs":1950,"ClientRequestMethod":"POST","ClientRequestURI":"/cb","ClientRequestUserAgent":"LineBotWebhook/2.0"}}"#
            ),
            Proxy,
        ),
        (
            "pino",
            r#"{"time":1795789112450,"req":{"method":"POST","url":"/cb","headers":{"user-agent":"LineBotWebhook/2.0"}},"res":{"statusCode":null},"responseTime":1950,"msg":"request aborted"}"#.to_owned(),
            Unknown,
        ),
        (
            "pino",
            r#"{"time":1795789112450,"req":{"method":"POST","url":"/cb","headers":{"user-agent":"LineBotWebhook/2.0"}},"res":{"statusCode":200},"responseTime":1950}"#.to_owned(),
            Unknown,
        ),
        (
            "json",
            r#"{"time_local":"27/Nov/2026:14:18:32 +0000","msec":"1795789112.450","request":"POST /cb HTTP/1.1","status":"200","request_time":"1.950","upstream_status":"502, 200","http_user_agent":"LineBotWebhook/2.0"}"#.to_owned(),
            Application,
        ),
        (
            "ltsv",
            format!("time:{time}\tstatus:503\treqtime_microsec:1950000\tmethod:POST\turi:/cb\tua:LineBotWebhook/2.0"),
            Unknown,
        ),
        (
            "alb",
            r#"https 2026-11-27T14:18:32.450000Z app/lb/1 203.0.113.9:4711 10.0.0.1:80 0.000 -1 -1 460 - 63 0 "POST https://h.example:443/cb HTTP/1.1" "LineBotWebhook/2.0" ECDHE TLSv1.2 arn:x "Root=1" "h.example" "arn:y" 0 2026-11-27T14:18:30.500000Z "forward" "-" "-" "10.0.0.1:80" "-" "-" "-""#.to_owned(),
            Unknown,
        ),
        (
            "traefik",
            r#"203.0.113.9 - - [27/Nov/2026:14:18:30 +0000] "POST /cb HTTP/2.0" 499 21 "-" "LineBotWebhook/2.0" 12 "bot@docker" "http://10.0.0.1:80" 1950ms"#.to_owned(),
            Unknown,
        ),
        (
            "nginx-times",
            r#"203.0.113.9 - - [27/Nov/2026:14:18:32 +0000] "POST /cb HTTP/1.1" 200 2 "-" "LineBotWebhook/2.0" rt=1.950 uct="0.000" uht="1.950" urt="1.950""#.to_owned(),
            Application,
        ),
        (
            "nginx-times",
            r#"203.0.113.9 - - [27/Nov/2026:14:18:32 +0000] "POST /cb HTTP/1.1" 502 2 "-" "LineBotWebhook/2.0"rt="1.950" uct="-" uht="-" urt="1.950""#.to_owned(),
            Proxy,
        ),
        (
            "nginx-times",
            r#"203.0.113.9 - - [27/Nov/2026:14:18:32 +0000] "POST /cb HTTP/1.1" 200 2 "-" "LineBotWebhook/2.0" "198.51.100.7" rt=1.950 uct="0.000" uht="1.950" urt="1.950" cache="-""#.to_owned(),
            Application,
        ),
        (
            "ingress-nginx",
            r#"203.0.113.9 - - [27/Nov/2026:14:18:32 +0000] "POST /cb HTTP/1.1" 200 2 "-" "LineBotWebhook/2.0" 512 1.950 [default-bot-80] [] 10.0.0.1:80, 10.0.0.2:80 0, 2 0.000, 1.950 502, 200 8e1b0c"#.to_owned(),
            Application,
        ),
    ] {
        let found = recognised(&line, None);
        assert_eq!(found.lines[0].format.name, name, "{line}");
        let request = found.lines[0].read(line.as_bytes(), &asked(None), &mut Remembered::default()).unwrap().0.finish().unwrap().unwrap();
        assert_eq!((request.verdict(), request.by, request.duration), (Timeout, by, Some(1950)), "{name}");
        let to_the_second = ["traefik", "ltsv", "nginx-times", "ingress-nginx"].contains(&name);
        let started = if to_the_second { request.start.0 / 1000 * 1000 } else { request.start.0 };
        let expected = if to_the_second { 1_795_789_110_000 } else { 1_795_789_110_500 };
        assert_eq!(started, expected, "{name}");
    }
}

#[test]
fn of_formats_that_fit_alike_that_is_taken_which_understands_more() {
    // Caddy has `ts` and `status` too.
    let line = r#"{"ts":1795789112.450,"status":200,"request_time":1.950,"request":"POST /cb HTTP/1.1","http_user_agent":"LineBotWebhook/2.0"}"#;
    assert_eq!(recognised(line, None).lines[0].format.name, "json");
}

#[test]
fn a_log_may_be_wrapped_and_change_its_format() {
    let wrapped = format!("web_1  | {}", GUNICORN.replace('\n', "\nweb_1  | "));
    assert_eq!(recognised(&wrapped, None).fitting, 2);
    let mixed = GUNICORN.to_owned() + CADDY + MORGAN;
    let found = recognised(&mixed, None);
    let names: Vec<&str> = found.lines.iter().map(|lines| lines.format.name.as_str()).collect();
    assert_eq!((names, found.fitting), (vec!["caddy", "combined"], 16));
    for text in ["", "\n", "Date\tStart\tEnd\n2026-11-27\t1\t2\n", "{\"status\":200}\n", "a b c d \"e\" 200 1\n"] {
        assert!(recognise(text.as_bytes(), None, &asked(None)).unwrap().is_none(), "{text}");
    }
}

/// A folder that is gone when the test ends.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn gzipped(path: &Path, text: &[u8]) {
    let mut packed = GzEncoder::new(fs::File::create(path).unwrap(), Compression::fast());
    packed.write_all(text).unwrap();
    packed.finish().unwrap();
}

fn read_in(folder: &Path, options: &Options) -> ServerLog {
    let reading = ReadOptions::default();
    let found = find(&[folder.to_string_lossy().into_owned()], options, &reading).unwrap();
    let mut log = read(found.logs, options, 2).unwrap();
    log.skipped = found.others.into_iter().map(|(path, _, why)| (path, why)).collect();
    log
}

fn line(second: i64, path: &str, status: u16, agent: &str) -> String {
    let at = Timestamp(1_795_789_110_000 + second * 1000).utc().format("%d/%b/%Y:%H:%M:%S %z");
    format!("2001:db8::1 - - [{at}] \"POST {path} HTTP/1.1\" {status} 2 \"-\" \"{agent}\"\n")
}

#[test]
fn a_rotated_set_is_one_log_and_each_request_counts_once() {
    let folder = folder();
    // One request in 10 seconds for 2 hours; each tenth is a 500.
    let lines: Vec<String> =
        (0..720).map(|at| line(at * 10, "/cb", if at % 10 == 0 { 500 } else { 200 }, "LineBotWebhook/2.0")).collect();
    let write = |name: &str, lines: &[String]| fs::write(folder.path().join(name), lines.concat()).unwrap();
    gzipped(&folder.path().join("access.log.2.gz"), lines[..300].concat().as_bytes());
    write("access.log.1", &lines[300..500]);
    write("access.log", &lines[500..]);
    // Somebody kept a copy, and one of a file that was being written.
    write("kept.log", &lines[250..600]);
    write("access.log.1.old", &lines[300..417]);
    write("notes.txt", &["Nothing to see here.\n".to_owned()]);
    let log = read_in(folder.path(), &Options::default());
    let total = log.total();
    assert_eq!((log.files.len(), total.requests(), log.repeated), (5, 720, 350 + 117));
    assert_eq!(total.verdicts.iter().collect::<Vec<_>>(), [(OkOrSlow, 648), (Status(500), 72)]);
    assert_eq!(log.skipped.len(), 1);
    assert_eq!(log.span(), Some(Span { first: Timestamp(1_795_789_110_000), last: Timestamp(1_795_796_300_000) }));
    assert!(log.silent().is_empty());
}

#[test]
fn logs_of_several_servers_are_added_up() {
    let folder = folder();
    for server in ["web1", "web2"] {
        fs::create_dir(folder.path().join(server)).unwrap();
        for (name, seconds) in [("access.log.1", 0..3600), ("access.log", 3600..7200)] {
            let lines: String = seconds
                .step_by(10)
                .map(|second| line(second, &format!("/{server}"), 200, "LineBotWebhook/2.0"))
                .collect();
            fs::write(folder.path().join(server).join(name), lines).unwrap();
        }
    }
    let log = read_in(folder.path(), &Options::default());
    assert_eq!((log.total().requests(), log.repeated), (1440, 0));
}

#[test]
fn the_same_requests_in_two_formats_count_once() {
    let folder = folder();
    let json = |second: i64| {
        let at = Timestamp(1_795_789_110_000 + second * 1000).utc().to_rfc3339();
        let rest =
            r#""status":200,"request_time":2.4,"request":"POST /cb HTTP/1.1","http_user_agent":"LineBotWebhook/2.0""#;
        format!(r#"{{"time_iso8601":"{at}",{rest}}}"#) + "\n"
    };
    let seconds = || (0..720).map(|nth| nth * 10 + nth * nth % 7);
    let write = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
    write("access.log", seconds().map(|second| line(second, "/cb", 200, "LineBotWebhook/2.0")).collect());
    // The better log was added half an hour later, and its requests took 2.4 s.
    write("errstat.log", seconds().filter(|second| *second > 1800).map(json).collect());
    let log = read_in(folder.path(), &Options::default());
    assert!((718..=722).contains(&log.total().requests()), "{}", log.total().requests());
    assert!(log.total().verdicts.get(Timeout) >= 530);
    // Two servers that take turns.
    write("errstat.log", seconds().map(|second| json(second + 5)).collect());
    assert_eq!(read_in(folder.path(), &Options::default()).total().requests(), 1440);
}

#[test]
fn a_log_of_all_times_takes_no_more_memory_than_one_of_years() {
    let minutes = scan::MOST_CELLS as i64 + 1000;
    let text: String =
        (0..minutes).map(|nth| format!("{} 200 POST / LineBotWebhook/2.0\n", 1_400_000_000 + nth * 300)).collect();
    let format = "$msec $status $request_method $uri $http_user_agent";
    let (lines, needle) = (recognised(&text[..2000], Some(format)).lines, Finder::new("LineBotWebhook"));
    let text = Text::stream(move || Ok(Box::new(std::io::Cursor::new(text.clone()))));
    let found = scan::scan(&text, &LineReader { lines, needle, asked: asked(None), divided: BTreeSet::new() }).unwrap();
    assert_eq!((found.buckets.len(), found.unreadable), (scan::MOST_CELLS, 1000));
}

#[test]
fn other_peoples_lines_are_the_heartbeat() {
    let folder = folder();
    let mut text = String::new();
    for second in (0..7200).filter(|second| !(1000..1300).contains(second) && !(3000..3290).contains(second)) {
        text += &line(second, "/shop", 200, "Mozilla/5.0 (LineBotWebhook/2.0)");
    }
    text += &line(7200, "/cb", 503, "LineBotWebhook/2.0");
    fs::write(folder.path().join("a.log"), text).unwrap();
    let log = read_in(folder.path(), &Options::default());
    assert_eq!((log.files[0].lines, log.files[0].requests, log.files[0].unreadable), (6611, 1, 0));
    let at = |second: i64| Timestamp(1_795_789_110_000 + second * 1000);
    // From the last line before to the first one behind; 291 seconds are no silence.
    assert_eq!(log.silent(), [Span { first: at(999), last: at(1300) }]);
    let failed: Vec<_> =
        log.cells.iter().flat_map(|(cell, at)| at.failed.iter().map(move |each| (*cell, each))).collect();
    // 7200 s later it is 16:18:30, three and a half minutes into its cell.
    let expected = Failed { second: 210, verdict: Status(503), status: Some(503), by: Unknown };
    assert_eq!(failed, [(CellStart(5_985_987), (expected, 1))]);
}

/// When the lines of a log were written.
fn written(text: &str) -> Vec<Span> {
    let (lines, needle) = (recognised(GUNICORN, None).lines, Finder::new("LineBotWebhook"));
    let text = text.as_bytes().to_vec();
    let text = Text::stream(move || Ok(Box::new(std::io::Cursor::new(text.clone()))));
    scan::scan(&text, &LineReader { lines, needle, asked: asked(None), divided: BTreeSet::new() }).unwrap().alive
}

#[test]
fn only_lines_that_are_read_make_a_silence() {
    let at = |second: i64| Timestamp(1_795_789_110_000 + second * 1000);
    let all = [Span { first: at(0), last: at(86_370) }];
    let webhook = |second: i64| line(second, "/cb", 200, "LineBotWebhook/2.0");
    let day: Vec<String> = (0..2880).map(|half_minute| webhook(half_minute * 30)).collect();
    assert_eq!(written(&day.concat()), all);
    // The newest file first, as `cat access.log*` has it.
    assert_eq!(written(&[day[1440..].concat(), day[..1440].concat()].concat()), all);
    let noise = "  at Object.<anonymous> (/app/bot.js:1:1)\n".repeat(50);
    assert_eq!(written(&[noise.clone(), day.concat(), noise.clone()].concat()), all);
    let parts = day.chunks(480).map(|part| part.concat()).collect::<Vec<_>>();
    assert_eq!(written(&parts.join(&noise)), all);
    // Apache's lines tell when a request began, and three clients wait for ten minutes each: their lines come late.
    let mut lines: Vec<(i64, String)> = (0..2880).map(|nth| (nth * 30, webhook(nth * 30))).collect();
    for client in 0..3 {
        let began = (0..142).map(|nth| client * 200 + nth * 603);
        lines.extend(began.map(|began| (began + 600, line(began, "/events", 200, "Mozilla/5.0"))));
    }
    lines.sort();
    let text: String = lines.into_iter().map(|(_, line)| line).collect();
    assert_eq!(written(&text), all);
    // A true silence stays one.
    let lines =
        text.split_inclusive('\n').filter(|line| !(11..13).any(|hour| line.contains(&format!("28/Nov/2026:{hour}:"))));
    assert_eq!(written(&lines.collect::<String>()).len(), 2);
}

#[test]
fn a_format_may_change_behind_the_first_lines() {
    let folder = folder();
    let json = |second: i64| {
        let at = Timestamp(1_795_789_110_000 + second * 1000).utc().to_rfc3339();
        format!(
            r#"{{"time_iso8601":"{at}","status":502,"request":"POST /cb HTTP/1.1","http_user_agent":"LineBotWebhook/2.0"}}"#
        ) + "\n"
    };
    let before: String = (0..300).map(|nth| line(nth * 30, "/cb", 200, "LineBotWebhook/2.0")).collect();
    fs::write(folder.path().join("a.log"), before + &(300..600).map(|nth| json(nth * 30)).collect::<String>()).unwrap();
    let log = read_in(folder.path(), &Options::default());
    let statuses = log.total().statuses.iter().collect::<Vec<_>>();
    assert_eq!((log.files[0].unreadable, statuses), (0, vec![(Some(200), 300), (Some(502), 300)]));
    assert_eq!((log.formats().len(), log.silent()), (2, vec![]));
    // What the user says of the format holds from where it begins.
    fs::write(folder.path().join("a.log"), "Loading\n".repeat(300) + &line(0, "/cb", 200, "LineBotWebhook/2.0"))
        .unwrap();
    let options = Options { format: Some(Format::parse("combined").unwrap()), ..Options::default() };
    assert_eq!(read_in(folder.path(), &options).total().requests(), 1);
}

#[test]
fn what_may_be_lines_request_is_counted_apart() {
    let folder = folder();
    let cut = "\"LineBotWebhook/2.0\" cut\n";
    let cb = line(0, "/cb", 200, "LineBotWebhook/2.0");
    let other = |status| line(1, "/other", status, "LineBotWebhook/2.0");
    fs::write(folder.path().join("a.log"), [&cb, cut, &other(404), &other(200), cut].concat()).unwrap();
    let options = Options { asked: asked(Some("/cb")), ..Options::default() };
    let total = read_in(folder.path(), &options).total();
    // Another bot's request that was answered well is none that LINE could miss.
    assert_eq!((total.requests(), total.unreadable, total.astray, total.untimed), (1, 2, 1, 1));
}

#[test]
fn unreadable_lines_have_a_place_and_a_reason_and_nothing_more() {
    let folder = folder();
    let good = line(0, "/cb", 200, "LineBotWebhook/2.0");
    let long = line(1, &format!("/{}", "x".repeat(2 << 20)), 200, "LineBotWebhook/2.0");
    let longer = format!("{}\n", "y".repeat(9 << 20));
    let text =
        [&good, "\"LineBotWebhook/2.0\" cut\n", &long, &good, &longer, &good, "\0\u{1}LineBotWebhook\n"].concat();
    fs::write(folder.path().join("a.log"), text + good.trim_end()).unwrap();
    let log =
        read_in(folder.path(), &Options { format: Some(Format::parse("combined").unwrap()), ..Options::default() });
    let file = &log.files[0];
    assert_eq!((file.lines, file.requests, file.unreadable), (8, 4, 4));
    let mut examples = file.examples.clone();
    examples.sort_by_key(|(line, _)| *line);
    let form = Unreadable::Form;
    assert_eq!(examples, [(2, form), (3, Unreadable::TooLong), (5, Unreadable::TooLong), (7, form)]);
}

#[test]
fn a_line_without_end_takes_no_memory() {
    let reader = LineReader {
        lines: recognised(GUNICORN, None).lines,
        needle: Finder::new("LineBotWebhook"),
        asked: asked(None),
        divided: BTreeSet::new(),
    };
    let endless = Text::stream(|| Ok(Box::new(std::io::Read::take(std::io::repeat(b'x'), 1 << 30))));
    let found = scan::scan(&endless, &reader).unwrap();
    assert_eq!((found.lines, found.unreadable, found.examples), (1, 1, vec![(1, Unreadable::TooLong)]));
}

/// What is kept of an hour with so many requests of LINE a second, one of them a 500, and eight times as many in the first
/// five minutes; each is of another address, path and agent.
fn kept(each: i64) -> Scanned {
    let mut text = "\"LineBotWebhook/2.0\" cut\n".repeat(1000);
    for second in 0..3600 {
        for nth in 0..each * if second < 300 { 8 } else { 1 } {
            let (own, status) = (second * 1000 + nth, if nth == 0 { 500 } else { 200 });
            // The hour begins at 14:20.
            let line = line(90 + second, &format!("/{own}"), status, &format!("LineBotWebhook/2.0 {own}"));
            text += &line.replace("db8::1", &format!("db8:{own:x}::1"));
        }
    }
    let text = Text::stream(move || Ok(Box::new(std::io::Cursor::new(text.clone()))));
    let lines = recognised(GUNICORN, None).lines;
    let reader =
        LineReader { lines, needle: Finder::new("LineBotWebhook"), asked: asked(None), divided: BTreeSet::new() };
    scan::scan(&text, &reader).unwrap()
}

#[test]
fn what_is_kept_depends_on_the_time_and_not_on_the_lines() {
    let (some, more) = (kept(10), kept(20));
    let counts = |found: &Scanned| -> Vec<[usize; 3]> {
        let cells = found.buckets.values().map(|bucket| &bucket.cell);
        cells
            .map(|cell| [cell.verdicts.iter().count(), cell.statuses.iter().count(), cell.failed.iter().count()])
            .collect()
    };
    // Each second has a 500, and 200 is all else.
    assert_eq!((counts(&some), counts(&more)), (vec![[2, 2, 300]; 12], vec![[2, 2, 300]; 12]));
    for (found, lines) in [(&some, 300 * 80 + 3300 * 10), (&more, 300 * 160 + 3300 * 20)] {
        assert_eq!(found.buckets.values().map(|bucket| bucket.cell.requests()).sum::<u64>(), lines);
        let single: Vec<usize> =
            found.buckets.values().filter_map(|bucket| Some(bucket.singles.as_ref()?.lines.len())).collect();
        assert_eq!(single.len(), 2 * scan::EDGE);
        assert!(single.iter().all(|lines| (1..=scan::MOST_SINGLE).contains(lines)), "{single:?}");
        assert_eq!((found.unreadable, found.examples.len()), (1000, scan::EXAMPLES));
    }
}

#[test]
fn without_user_agent_the_path_tells_or_nothing() {
    let folder = folder();
    fs::write(folder.path().join("ha.log"), HAPROXY).unwrap();
    let log = read_in(folder.path(), &Options::default());
    assert_eq!((log.files[0].told, log.files[0].requests, log.files[0].lines), (false, 0, 13));
    let options = Options { asked: Asked { path: Some("/ok".into()), zone: Zone::tokyo() }, ..Options::default() };
    let log = read_in(folder.path(), &options);
    assert_eq!((log.files[0].told, log.total().verdicts.iter().collect::<Vec<_>>()), (true, vec![(Good, 2)]));
    // 14:18 in Tokyo is 05:18 UTC.
    assert_eq!(log.span().unwrap().first.utc().to_rfc3339(), "2026-11-27T05:18:34.060+00:00");
}

#[test]
fn a_format_of_the_users_own_has_a_time_and_a_status() {
    for (format, key) in [
        ("$request $status", key::server::FORMAT_NO_TIME),
        ("[$time_local] $request", key::server::FORMAT_NO_STATUS),
        ("%h %s", key::server::FORMAT_NO_TIME),
        ("%h %t", key::server::FORMAT_NO_STATUS),
        ("combind", key::server::FORMAT_UNKNOWN),
    ] {
        assert_eq!(Format::parse(format).unwrap_err().0.key, key, "{format}");
    }
    let json = r#"'{"t":"$time_iso8601","s":$status,"r":"$request","ua":"$http_user_agent","d":$request_time}'"#;
    let line = r#"{"t":"2026-11-27T14:18:30+00:00","s":200,"r":"POST / HTTP/1.1","ua":"LineBotWebhook/2.0","d":0.004}"#;
    assert_eq!(recognised(line, Some(json)).answers.len(), 4);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), at in 0usize..2000) {
        let mut log = [NGINX, HAPROXY, CADDY].concat().into_bytes();
        let at = at.min(log.len());
        log.splice(at..(at + bytes.len() / 2).min(log.len()), bytes.iter().copied());
        for log in [&log, &bytes] {
            let _ = recognise(log, None, &asked(Some("/ok")));
            let lines = recognised(NGINX, Some(NGINX_FORMAT)).lines;
            let text = log.clone();
            let text = Text::stream(move || Ok(Box::new(std::io::Cursor::new(text.clone()))));
            let reader = LineReader { lines, needle: Finder::new("LineBotWebhook"), asked: asked(None), divided: BTreeSet::new() };
            let found = scan::scan(&text, &reader).unwrap();
            prop_assert!(found.lines <= log.len() as u64);
        }
        let format = String::from_utf8_lossy(&bytes);
        let _ = Format::parse(&format);
        for format in [format!("${format}"), format!("$status $msec {format}"), format!("%s %t {format}")] {
            if let Ok(format) = Format::parse(&format) {
                let _ = recognise(&log, Some(&format), &asked(None));
            }
        }
    }
}
