//! The shop's access log of the incident's week: nginx's `combined` with its times, as `data/README.md` tells it.

use std::io::{self, Write};

use chrono::{NaiveDateTime, TimeDelta, Timelike};
use flate2::{Compression, write::GzEncoder};

use super::{HOURS, Moment, Random, day_traffic, minute};

/// The week from midnight to midnight, on the server's clock as on LINE's.
const FIRST: &str = "2026-11-16 00:00";
const LAST: &str = "2026-11-23 00:00";

/// LINE's webhooks in an hour of full traffic.
const WEBHOOKS: u64 = 160;
/// An answer that LINE still waits for takes at most so many milliseconds.
const SLOWEST_IN_TIME: u64 = 1_850;
/// People's visits to the shop's pages in an hour of full traffic.
const VISITS: u64 = 14;

/// The evening: an offer goes to everybody at 19:30, at 19:41 the application falls, from 20:18 its machines come back one
/// after the other, and at 20:52 all are there.
const OFFER: &str = "2026-11-18 19:30";
const DOWN: &str = "2026-11-18 19:41";
const RETURNING: &str = "2026-11-18 20:18";
const BACK: &str = "2026-11-18 20:52";

const WEBHOOK: &str = "POST /callback?key=made-up-secret HTTP/1.1";
const LINE: &str = "LineBotWebhook/2.0";

const BROWSERS: [&str; 4] = [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0",
];

/// What a visit asks for, how many bytes it gets, and whether the application answers.
const PAGES: [(&str, u64, bool); 5] = [
    ("/", 5_214, true),
    ("/static/shop.css", 8_120, false),
    ("/static/shop.js", 30_482, false),
    ("/menu", 9_377, true),
    ("/favicon.ico", 1_150, false),
];

/// What nobody invited asks for.
const SCANS: [&str; 4] = ["/wp-login.php", "/.env", "/.git/config", "/admin/"];

/// Who or what answered, and after how many milliseconds.
#[derive(Clone, Copy)]
enum Answer {
    Application(u64),
    /// nginx, from a file.
    File,
    /// nginx, because nobody took the connection.
    Refused(u64),
    /// Nobody: the client went away.
    Nobody(u64),
}

struct Log<'a> {
    /// The second in which each line was written, and the line.
    lines: Vec<(NaiveDateTime, String)>,
    random: &'a mut Random,
}

/// The lines of a week in which all this happened, packed as a rotated log is.
pub fn packed(moments: &[Moment], random: &mut Random) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let mut log = Log { lines: Vec::new(), random };
    let (first, last) = (minute(FIRST)?, minute(LAST)?);
    for moment in moments.iter().filter(|moment| (first..last).contains(&moment.time)) {
        for _ in 0..moment.count {
            log.failed(moment);
        }
    }
    let evening =
        Evening { offer: minute(OFFER)?, down: minute(DOWN)?, returning: minute(RETURNING)?, back: minute(BACK)? };
    let mut time = first;
    while time < last {
        log.second(time, &evening);
        time += TimeDelta::seconds(1);
    }
    // nginx writes a line when its request ends.
    log.lines.sort_by_key(|(time, _)| *time);
    pack(&log.lines).map_err(Into::into)
}

fn pack(lines: &[(NaiveDateTime, String)]) -> io::Result<Vec<u8>> {
    // The header of a packed file gets no time and no name, so the bytes are the same on every machine.
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    lines.iter().try_for_each(|(_, line)| packed.write_all(line.as_bytes()))?;
    packed.finish()
}

struct Evening {
    offer: NaiveDateTime,
    down: NaiveDateTime,
    returning: NaiveDateTime,
    back: NaiveDateTime,
}

impl Evening {
    /// How much of the application answers, in percent.
    fn share_up(&self, time: NaiveDateTime) -> u64 {
        let (since, all) = ((time - self.returning).num_seconds(), (self.back - self.returning).num_seconds());
        match () {
            () if time < self.down || time >= self.back => 100,
            () if since < 0 => 0,
            () => (since * 100 / all).unsigned_abs(),
        }
    }

    /// Whether the offer brings customers and the application can't keep up with them.
    fn is_crowded(&self, time: NaiveDateTime) -> bool {
        (self.offer..self.down).contains(&time)
    }
}

impl Log<'_> {
    fn below(&mut self, limit: u64) -> u64 {
        self.random.below(limit)
    }

    /// `sent` is the status and the bytes.
    fn line(
        &mut self,
        written: NaiveDateTime,
        who: &str,
        request: &str,
        sent: (u64, u64),
        agent: &str,
        answer: Answer,
    ) {
        let (status, bytes) = sent;
        let seconds = |millis: u64| format!("{}.{:03}", millis / 1_000, millis % 1_000);
        let (all, connected, headed, answered) = match answer {
            Answer::Application(millis) => (seconds(millis), "0.000".to_owned(), seconds(millis), seconds(millis)),
            Answer::File => (seconds(0), "-".to_owned(), "-".to_owned(), "-".to_owned()),
            Answer::Refused(millis) => (seconds(millis), "-".to_owned(), "-".to_owned(), seconds(millis)),
            Answer::Nobody(millis) => (seconds(millis), "0.000".to_owned(), "-".to_owned(), seconds(millis)),
        };
        let time = written.format("%d/%b/%Y:%H:%M:%S +0900");
        let line = format!(
            "{who} - - [{time}] \"{request}\" {status} {bytes} \"-\" \"{agent}\" rt={all} uct=\"{connected}\" uht=\"{headed}\" urt=\"{answered}\"\n"
        );
        self.lines.push((written, line));
    }

    fn webhook(&mut self, written: NaiveDateTime, status: u64, bytes: u64, answer: Answer) {
        let who = format!("198.51.100.{}", 1 + self.below(24));
        self.line(written, &who, WEBHOOK, (status, bytes), LINE, answer);
    }

    /// What the server saw of one of LINE's errors.
    fn failed(&mut self, moment: &Moment) {
        let time = moment.time;
        match (moment.reason, &*moment.detail) {
            ("error_status_code", "502") => {
                let millis = self.below(3);
                self.webhook(time, 502, 157, Answer::Refused(millis));
            }
            // nginx waits a second for a connection.
            ("error_status_code", "504") => {
                let millis = 1_000 + self.below(3);
                self.webhook(time, 504, 167, Answer::Refused(millis));
            }
            ("error_status_code", status) => {
                let millis = if status == "503" { 1 + self.below(5) } else { 40 + self.below(400) };
                self.webhook(time, status.parse().expect("a status"), 21, Answer::Application(millis));
            }
            ("request_timeout", _) => {
                let millis = 1_900 + self.below(100);
                self.webhook(time, 499, 0, Answer::Nobody(millis));
            }
            // The answer went out, and LINE did not get the whole of it.
            ("unclassified", _) => {
                let millis = self.ordinary(time);
                self.webhook(time, 200, 2, Answer::Application(millis));
            }
            // What cannot connect is in no log.
            _ => {}
        }
    }

    /// So long does the application take, in milliseconds: longer at lunch, when everybody orders.
    fn ordinary(&mut self, time: NaiveDateTime) -> u64 {
        let base = 25 + self.below(70) + if self.below(8) == 0 { self.below(250) } else { 0 };
        let lunch = time.hour() == 12;
        let tail = if self.below(6) == 0 { self.below(1_450) } else { 0 };
        let queue = if lunch { 250 + self.below(400) + tail } else { 0 };
        match base + queue {
            millis if millis > SLOWEST_IN_TIME => SLOWEST_IN_TIME - self.below(200),
            millis => millis,
        }
    }

    /// What happens in a second besides LINE's errors.
    fn second(&mut self, time: NaiveDateTime, evening: &Evening) {
        let traffic = HOURS[time.hour() as usize] * day_traffic(time.date());
        let (up, crowded) = (evening.share_up(time), evening.is_crowded(time));
        // In units of 1 / (3,600 s × 100 % × 100 % × 100 %).
        let whole = 3_600 * 100 * 100 * 100;
        let crowd = if crowded { 3 } else { 1 };
        if self.below(whole) < WEBHOOKS * crowd * traffic * up {
            let slower = if crowded { 300 + self.below(900) } else { 0 };
            let millis = slower + self.ordinary(time);
            self.webhook(time, 200, 2, Answer::Application(millis));
        }
        // A load balancer asks every minute.
        if time.second() == 7 {
            let is_up = self.below(100) < up;
            let (sent, answer) =
                if is_up { ((200, 2), Answer::Application(1)) } else { ((502, 157), Answer::Refused(0)) };
            self.line(time, "192.0.2.10", "GET /healthz HTTP/1.1", sent, "health-check/1.0", answer);
        }
        if self.below(whole) < VISITS * traffic * 100 {
            self.visit(time, up);
        }
        if self.below(3_600 * 2) == 0 {
            self.stranger(time);
        }
    }

    /// Somebody looks at the shop's pages.
    fn visit(&mut self, time: NaiveDateTime, up: u64) {
        let who = match self.below(3) {
            0 => format!("2001:db8:{:x}::{:x}", self.below(0x40), 1 + self.below(0xfe)),
            _ => format!("192.0.2.{}", 20 + self.below(230)),
        };
        let agent = BROWSERS[self.below(BROWSERS.len() as u64) as usize];
        let is_up = self.below(100) < up;
        let seen = PAGES.len() as u64 - self.below(3);
        for (at, (path, bytes, dynamic)) in PAGES.into_iter().take(seen as usize).enumerate() {
            let written = time + TimeDelta::seconds(if at < 3 { 0 } else { 9 });
            let millis = 8 + self.below(30);
            let (sent, answer) = match (dynamic, is_up) {
                (false, _) => ((200, bytes), Answer::File),
                (true, true) => ((200, bytes), Answer::Application(millis)),
                (true, false) => ((502, 157), Answer::Refused(0)),
            };
            self.line(written, &who, &format!("GET {path} HTTP/1.1"), sent, agent, answer);
        }
    }

    /// Somebody looks for a way in, or speaks TLS where none is spoken.
    fn stranger(&mut self, time: NaiveDateTime) {
        let who = format!("192.0.2.{}", 250 + self.below(5));
        match self.below(SCANS.len() as u64 + 2) as usize {
            0 => self.line(time, &who, r"\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03", (400, 157), "-", Answer::File),
            // A script without a signature is no webhook of LINE's.
            1 => self.line(time, &who, "POST /callback HTTP/1.1", (401, 12), "curl/8.16.0", Answer::Application(3)),
            scan => self.line(time, &who, &format!("GET {} HTTP/1.1", SCANS[scan - 2]), (404, 153), "-", Answer::File),
        }
    }
}
