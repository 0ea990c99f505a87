//! A request as a line of an access log tells it, and what LINE saw of it.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::clock::{self, Moment};
use crate::model::{Timestamp, Zone};

/// LINE waits so long for an answer, in milliseconds.
pub const LIMIT: u32 = 2_000;
/// LINE's clock can start before the server's: nginx logged 1.88 to 1.97 s of requests that a client gave up after 2 s.
const HEAD_START: u32 = 300;
/// From here on LINE had stopped waiting, or was about to.
pub const SLOW: u32 = LIMIT - HEAD_START;

/// What LINE's requests call themselves; 1.0 until about 2020.
pub const AGENT: &str = "LineBotWebhook/";

/// What a value of a line is: `formats.toml` says which stands where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    Start,
    End,
    Time,
    Status,
    DurationS,
    DurationMs,
    DurationUs,
    DurationNs,
    DurationWholeS,
    PartS,
    UpstreamS,
    Upstream,
    Target,
    Answered,
    Request,
    Method,
    Path,
    Agent,
    Details,
    Addr,
    Other,
}

/// Who made an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum By {
    #[default]
    Unknown,
    /// What wrote the log, without an answer of what is behind it.
    Proxy,
    Application,
}

/// One of LINE's requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// When it began; when it ended, where the log has no duration and is written then.
    pub start: Timestamp,
    /// In milliseconds.
    pub duration: Option<u32>,
    pub status: Option<u16>,
    /// Whether the log says that LINE hung up.
    pub aborted: bool,
    pub by: By,
    /// Whether it is LINE's by its user agent, and of another path than the webhook's.
    pub astray: bool,
    /// What the line says of the time.
    pub written: Timestamp,
}

/// What LINE saw of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    Ok,
    /// A good status of a log without durations: it may have come too late.
    OkOrSlow,
    Timeout,
    Status(u16),
}

impl Verdict {
    /// As summary.json has it.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Ok => "ok",
            Verdict::OkOrSlow => "ok_or_slow",
            Verdict::Timeout => "timeout",
            Verdict::Status(_) => "status",
        }
    }
}

impl Request {
    /// Time decides first and status second: a 503 that took 3 s is a timeout, since LINE was gone when it came.
    pub fn verdict(&self) -> Verdict {
        match (self.status, self.duration) {
            _ if self.aborted => Verdict::Timeout,
            (_, Some(duration)) if duration >= SLOW => Verdict::Timeout,
            (Some(200..=299), Some(_)) => Verdict::Ok,
            (Some(200..=299), None) => Verdict::OkOrSlow,
            (Some(status), _) => Verdict::Status(status),
            (None, _) => Verdict::Timeout,
        }
    }
}

/// What the reader of lines was told.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The path of the webhook, without its query.
    pub path: Option<String>,
    /// Of times that state none.
    pub zone: Zone,
}

impl Default for Asked {
    fn default() -> Self {
        Asked { path: None, zone: Zone::utc() }
    }
}

/// Why one of LINE's lines does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    TooLong,
    /// It is cut, or in a format that the file's first lines are not in.
    Form,
    Time,
    Status,
}

/// What a log can answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// Who sent a request.
    Agent,
    Duration,
    /// When a request began.
    Start,
    Zone,
    /// Who answered.
    Hop,
    /// Who answered with 502 or 504.
    Gateway,
}

impl Answer {
    /// As summary.json has it.
    pub fn name(self) -> &'static str {
        match self {
            Answer::Agent => "agent",
            Answer::Duration => "duration",
            Answer::Start => "start",
            Answer::Zone => "zone",
            Answer::Hop => "hop",
            Answer::Gateway => "gateway",
        }
    }
}

/// A request while its line is read: of two values for one field the first is taken.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    start: Option<Moment>,
    end: Option<Moment>,
    time: Option<Moment>,
    status: Option<Option<u16>>,
    /// In seconds.
    duration: Option<f64>,
    whole: Option<f64>,
    parts: Option<f64>,
    behind: Option<f64>,
    /// The status of what is behind, and whether it is surely its own.
    upstream: Option<(Option<u16>, bool)>,
    answered: Option<bool>,
    left: bool,
    post: Option<bool>,
    /// None where nobody asked for a path.
    on_path: Option<bool>,
    of_line: Option<bool>,
}

impl Draft {
    /// Takes a value in.
    pub fn set(&mut self, field: Field, value: &[u8], asked: &Asked) {
        let moment = || clock::read(value, &asked.zone);
        match field {
            Field::Start => self.start = self.start.or_else(moment),
            // `$msec` beside `$time_local` is the finer one.
            Field::End => self.end = self.end.filter(|end| end.at.0 % 1000 != 0).or_else(moment).or(self.end),
            Field::Time => self.time = self.time.or_else(moment),
            Field::Status => self.status = self.status.or_else(|| status(value)),
            Field::DurationS | Field::DurationNs | Field::DurationUs | Field::DurationMs => {
                self.duration = self.duration.or_else(|| seconds(value, unit(field)));
            }
            // Whether 1 is 1.0 or 1.9 s, nobody knows.
            Field::DurationWholeS => {
                let sure =
                    |whole: &f64| (*whole + 1.0) * 1000.0 <= f64::from(SLOW) || *whole * 1000.0 >= f64::from(SLOW);
                self.whole = self.whole.or_else(|| seconds(value, 1.0).filter(sure));
            }
            Field::PartS => self.parts = Some(self.parts.unwrap_or(0.0) + seconds(value, 1.0).unwrap_or(f64::NAN)),
            Field::UpstreamS => {
                let sum = elements(value).filter_map(|part| seconds(part, 1.0)).reduce(|sum, part| sum + part);
                self.behind = self.behind.or(sum);
            }
            Field::Upstream | Field::Target => {
                // JSON of nginx has an empty text where nothing behind it was asked.
                let last = || elements(value).last().map_or(Some(None), status);
                self.upstream = self.upstream.or_else(|| Some((last()?, field == Field::Target)));
            }
            Field::Answered => {
                let last = || elements(value).last().map(|part| seconds(part, 1.0).is_some());
                self.answered = self.answered.or_else(last);
            }
            Field::Request => {
                let mut words = value.split(|byte| *byte == b' ');
                self.method(words.next().unwrap_or_default());
                self.path(words.next().unwrap_or_default(), asked);
            }
            Field::Method => self.method(value),
            Field::Path => self.path(value, asked),
            Field::Agent if value.is_empty() || value == b"-" => {}
            // HAProxy writes all the headers that it captures.
            Field::Agent => {
                let mut headers = value.split(|byte| *byte == b'|');
                self.of_line = self.of_line.or_else(|| Some(headers.any(|it| it.starts_with(AGENT.as_bytes()))));
            }
            Field::Details => {
                self.left |= value.starts_with(b"client_disconnected");
                self.answered = Some(value == b"response_sent_by_backend");
            }
            Field::Addr | Field::Other => {}
        }
    }

    fn method(&mut self, method: &[u8]) {
        self.post = self.post.or(Some(method == b"POST"));
    }

    fn path(&mut self, target: &[u8], asked: &Asked) {
        let (None, Some(asked)) = (self.on_path, &asked.path) else { return };
        let target = std::str::from_utf8(target).unwrap_or_default();
        // A request over HTTP/2 may be logged with its whole URL.
        let origin = target.split_once("://").map(|(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
        let path = origin.unwrap_or(target).split(['?', '#']).next();
        self.on_path = Some(path == Some(asked));
    }

    /// When the line was written, or thereabouts.
    pub fn moment(&self) -> Option<Moment> {
        self.end.or(self.time).or(self.start)
    }

    /// Whether it has a status, or says why it has none.
    pub fn has_status(&self) -> bool {
        self.status.is_some() || self.left
    }

    pub fn is_request(&self) -> bool {
        self.post.is_some()
    }

    /// What a log of such lines can answer.
    pub fn answers(&self) -> BTreeSet<Answer> {
        let duration = self.seconds().is_some();
        let hop = self.upstream.is_some() || self.answered.is_some();
        let sure = self.answered.is_some() || self.upstream.is_some_and(|(_, sure)| sure);
        let all = [
            (Answer::Agent, self.of_line.is_some()),
            (Answer::Duration, duration),
            (Answer::Start, self.start.is_some() || self.end.is_some() && duration),
            (Answer::Zone, self.moment().is_some_and(|moment| moment.zoned)),
            (Answer::Hop, hop),
            (Answer::Gateway, hop && sure),
        ];
        all.into_iter().filter(|(_, can)| *can).map(|(answer, _)| answer).collect()
    }

    fn seconds(&self) -> Option<f64> {
        let parts = self.parts.filter(|sum| sum.is_finite());
        let between = || Some((self.end?.at.0 - self.start?.at.0) as f64 / 1000.0);
        // What was not reached took no time, and the request did.
        let unreached = matches!(self.upstream, Some((None, true))).then(between).flatten();
        unreached.or(self.duration).or(self.whole).or(parts).or_else(between).or(self.behind)
    }

    /// The request, if it is one of LINE's: POST, and its user agent or, where there is none, its path. With both it may be
    /// another bot's, or LINE may have another path than the one that was asked for.
    pub fn finish(&self) -> Result<Option<Request>, Unreadable> {
        if self.of_line.or(self.on_path) != Some(true) || self.post != Some(true) {
            return Ok(None);
        }
        if !self.has_status() {
            return Err(Unreadable::Status);
        }
        let written = self.moment().ok_or(Unreadable::Time)?.at;
        let status = self.status.flatten();
        let duration = self.seconds().map(|seconds| (seconds * 1000.0).round() as u32);
        let start = match (self.start, self.end, duration) {
            (Some(start), ..) => start.at,
            (None, Some(end), Some(duration)) => Timestamp(end.at.0 - i64::from(duration)),
            _ => written,
        };
        let aborted = self.left || matches!(status, None | Some(CLIENT_CLOSED | CLIENT_CLOSED_ALB));
        // Nobody answered a request that was given up.
        let by = if aborted { By::Unknown } else { self.by(status) };
        Ok(Some(Request { start, duration, status, aborted, by, astray: self.on_path == Some(false), written }))
    }

    fn by(&self, status: Option<u16>) -> By {
        match (self.answered, self.upstream) {
            (Some(false), _) | (_, Some((None, _))) => By::Proxy,
            (_, Some((upstream, _))) if upstream != status => By::Proxy,
            (Some(true), _) | (_, Some((_, true))) => By::Application,
            // nginx notes its own 502 and 504 as the status of an upstream that did not answer.
            (None, Some((Some(502 | 504), false))) => By::Unknown,
            (None, Some(_)) => By::Application,
            (None, None) => By::Unknown,
        }
    }
}

/// nginx, Traefik, Caddy and Cloudflare: the client hung up.
const CLIENT_CLOSED: u16 = 499;
/// The same of an AWS load balancer.
const CLIENT_CLOSED_ALB: u16 = 460;

/// A status, or that there is none: `-`, `-1` and `0`.
fn status(value: &[u8]) -> Option<Option<u16>> {
    if let [b'1'..=b'5', tens, ones] = value
        && tens.is_ascii_digit()
        && ones.is_ascii_digit()
    {
        return Some(Some(value.iter().fold(0, |all, digit| all * 10 + u16::from(digit - b'0'))));
    }
    match std::str::from_utf8(value).ok()?.trim() {
        "-" | "-1" | "0" | "000" => Some(None),
        digits => digits.parse().ok().filter(|status| (100..=999).contains(status)).map(Some),
    }
}

/// The elements of a list of nginx's: `502, 200` for several servers, `500 : 404` for several groups of them.
fn elements(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| b", ".contains(byte)).filter(|part| !part.is_empty() && *part != b":")
}

/// A length of time in seconds, which may be in quotes; `unit` is that of numbers that state none. None where there was
/// none (`-`, −1).
fn seconds(value: &[u8], unit: f64) -> Option<f64> {
    let value = std::str::from_utf8(value).ok()?.trim_matches('"');
    let units = [("ns", 1e-9), ("µs", 1e-6), ("us", 1e-6), ("ms", 1e-3), ("s", 1.0)];
    let stated = || units.iter().find_map(|(name, unit)| Some((value.strip_suffix(name)?, *unit)));
    let stated = value.ends_with('s').then(stated).flatten();
    let (number, unit) = stated.unwrap_or((value, unit));
    let number: f64 = number.trim().trim_start_matches('+').parse().ok()?;
    (0.0..1e6).contains(&(number * unit)).then_some(number * unit)
}

fn unit(field: Field) -> f64 {
    match field {
        Field::DurationMs => 1e-3,
        Field::DurationUs => 1e-6,
        Field::DurationNs => 1e-9,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[(Field, &str)]) -> Result<Option<Request>, Unreadable> {
        let asked = Asked::default();
        let mut draft = Draft::default();
        for (field, value) in values {
            draft.set(*field, value.as_bytes(), &asked);
        }
        draft.set(Field::End, b"1795789110.000", &asked);
        draft.set(Field::Request, b"POST /cb HTTP/1.1", &asked);
        draft.set(Field::Agent, b"LineBotWebhook/2.0", &asked);
        draft.finish()
    }

    fn request(values: &[(Field, &str)]) -> Request {
        read(values).unwrap().unwrap()
    }

    #[test]
    fn time_decides_before_status() {
        for (status, duration, expected) in [
            ("200", Some("0.012"), Verdict::Ok),
            ("204", None, Verdict::OkOrSlow),
            ("200", Some("1.699"), Verdict::Ok),
            ("200", Some("1.700"), Verdict::Timeout),
            ("503", Some("3.005"), Verdict::Timeout),
            ("503", Some("0.005"), Verdict::Status(503)),
            ("302", None, Verdict::Status(302)),
            ("499", Some("0.3"), Verdict::Timeout),
            ("460", None, Verdict::Timeout),
            ("-1", Some("1.9"), Verdict::Timeout),
            ("-", None, Verdict::Timeout),
            ("0", None, Verdict::Timeout),
        ] {
            let mut values = vec![(Field::Status, status)];
            values.extend(duration.map(|duration| (Field::DurationS, duration)));
            assert_eq!(request(&values).verdict(), expected, "{status} {duration:?}");
        }
        assert_eq!(read(&[]), Err(Unreadable::Status));
        assert_eq!(read(&[(Field::Status, "abc")]), Err(Unreadable::Status));
    }

    #[test]
    fn whole_seconds_around_the_limit_are_not_known() {
        for (value, duration) in [("0", Some(0)), ("1", None), ("2", Some(2000))] {
            let read = request(&[(Field::Status, "200"), (Field::DurationWholeS, value)]);
            assert_eq!(read.duration, duration, "{value}");
        }
        // `%T/%D`
        let both = [(Field::Status, "200"), (Field::DurationWholeS, "2"), (Field::DurationUs, "2400000")];
        assert_eq!(request(&both).duration, Some(2400));
    }

    #[test]
    fn who_answered_is_told_where_the_log_has_it() {
        for (status, upstream, answered, by) in [
            ("200", "502, 200", None, By::Application),
            ("404", "500 : 404", None, By::Application),
            ("503", "-", None, By::Proxy),
            ("499", "200, -", None, By::Unknown),
            ("503", "200, -", None, By::Proxy),
            ("500", "200", None, By::Proxy),
            ("500", "500", None, By::Application),
            ("502", "502", None, By::Unknown),
            ("502", "502", Some("-"), By::Proxy),
            ("502", "502", Some("0.004"), By::Application),
            ("504", "502, 504", Some("0.004, -"), By::Proxy),
        ] {
            let mut values = vec![(Field::Status, status), (Field::Upstream, upstream)];
            values.extend(answered.map(|answered| (Field::Answered, answered)));
            assert_eq!(request(&values).by, by, "{status} {upstream} {answered:?}");
        }
        let alb = |target| request(&[(Field::Status, "502"), (Field::Target, target)]).by;
        assert_eq!((alb("502"), alb("-")), (By::Application, By::Proxy));
    }

    #[test]
    fn a_line_written_at_the_end_began_before() {
        let read = request(&[(Field::Status, "200"), (Field::DurationMs, "250")]);
        assert_eq!((read.start, read.duration), (Timestamp(1_795_789_109_750), Some(250)));
        let parts = [(Field::Status, "200"), (Field::PartS, "0.001"), (Field::PartS, "0.040"), (Field::PartS, "0.002")];
        assert_eq!(request(&parts).duration, Some(43));
        let undispatched = [(Field::Status, "503"), (Field::PartS, "-1"), (Field::Start, "1795789107.500")];
        assert_eq!(request(&undispatched).verdict(), Verdict::Timeout);
        assert_eq!(request(&[(Field::Status, "200"), (Field::DurationS, "0.05s")]).duration, Some(50));
    }

    #[test]
    fn requests_are_lines_by_user_agent_or_path() {
        let asked = Asked { path: Some("/cb".into()), zone: Zone::utc() };
        let counts = |request: &str, agent: &str| {
            let mut draft = Draft::default();
            for (field, value) in [(Field::Time, "1795789110"), (Field::Status, "200"), (Field::Request, request)] {
                draft.set(field, value.as_bytes(), &asked);
            }
            draft.set(Field::Agent, agent.as_bytes(), &asked);
            draft.finish().unwrap().is_some_and(|request| !request.astray)
        };
        for (request, agent, of_line) in [
            ("POST /cb?x=1 HTTP/1.1", "-", true),
            ("POST https://bot.example.com:443/cb HTTP/2.0", "-", true),
            ("POST /cb/more HTTP/1.1", "-", false),
            ("GET /cb HTTP/1.1", "-", false),
            ("POST /cb HTTP/1.1", "LineBotWebhook/2.0", true),
            ("POST /cb HTTP/1.1", "curl LineBotWebhook/2.0", false),
            ("POST /other HTTP/1.1", "LineBotWebhook/1.0", false),
        ] {
            assert_eq!(counts(request, agent), of_line, "{request} {agent}");
        }
    }
}
