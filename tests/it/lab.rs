//! A bot on this machine: an application, the server in front of it, and a client that waits as long as LINE does.

use std::{
    fs,
    io::{self, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream, UdpSocket},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use chrono::{DateTime, FixedOffset, Utc};

use crate::program::PATIENCE;

/// LINE waits so long.
const LIMIT: Duration = Duration::from_secs(2);

/// A port on which nobody listens: as good as free, until somebody else asks for one.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port").port()
}

/// Starts an application that does what a path says, and gives its port. It ends with the tests.
pub fn application() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            thread::spawn(move || answer(connection));
        }
    });
    port
}

fn answer(mut connection: TcpStream) -> io::Result<()> {
    let request = whole_request(&mut connection)?;
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    let (seconds, status) = match path.as_str() {
        "/two" => (2.4, "200 OK"),
        "/slow" => (4.0, "200 OK"),
        "/500" => (0.0, "500 Internal Server Error"),
        // The connection ends without an answer.
        "/reset" => return Ok(()),
        _ => (0.0, "200 OK"),
    };
    thread::sleep(Duration::from_secs_f64(seconds));
    write!(connection, "HTTP/1.1 {status}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK")
}

/// Reads a request with its body; gives its head.
fn whole_request(connection: &mut TcpStream) -> io::Result<String> {
    let (mut read, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Ok(head.to_owned());
            }
        }
        match connection.read(&mut piece)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => read.extend(&piece[..count]),
        }
    }
}

/// A server in front of the application; it is killed with its end.
pub struct Server {
    process: Child,
    messages: PathBuf,
}

impl Server {
    /// Starts a server that says what it does in a file, and waits until it answers on its ports.
    pub fn start(command: &mut Command, messages: &Path, ports: &[u16]) -> Server {
        let file = fs::File::create(messages).expect("a file");
        command.stdin(Stdio::null()).stdout(file.try_clone().expect("a file")).stderr(file);
        let process = command.spawn().expect("a server");
        let mut server = Server { process, messages: messages.to_owned() };
        let began = Instant::now();
        for port in ports {
            while TcpStream::connect(("127.0.0.1", *port)).is_err() {
                let ended = server.process.try_wait().expect("a process");
                assert!(ended.is_none() && began.elapsed() < PATIENCE, "{ended:?}: {}", server.messages());
                thread::sleep(Duration::from_millis(20));
            }
        }
        server
    }

    pub fn messages(&self) -> String {
        fs::read_to_string(&self.messages).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Writes what comes as syslog to a file, and gives the port.
pub fn syslog(file: &Path) -> u16 {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let port = socket.local_addr().expect("an address").port();
    let mut file = fs::File::create(file).expect("a file");
    thread::spawn(move || {
        let mut message = [0; 65_536];
        while let Ok(length) = socket.recv(&mut message) {
            let _ = file.write_all(&[message[..length].trim_ascii_end(), b"\n"].concat());
        }
    });
    port
}

/// What LINE would count of a request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seen {
    Ok,
    Error(&'static str, String),
}

/// Sends a webhook as LINE does, and gives what came of it, and when that was known.
fn webhook(port: u16, path: &str) -> (Seen, DateTime<Utc>) {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let seen = match TcpStream::connect_timeout(&address, LIMIT) {
        Ok(connection) => sent(connection, port, path),
        Err(_) => Seen::Error("could_not_connect", "Connection failed".into()),
    };
    (seen, Utc::now())
}

fn sent(mut connection: TcpStream, port: u16, path: &str) -> Seen {
    let deadline = Instant::now() + LIMIT;
    let body = format!(r#"{{"destination":"U{}","events":[]}}"#, "0".repeat(32));
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\nUser-Agent: LineBotWebhook/2.0\r\nContent-Type: application/json; \
         charset=utf-8\r\nx-line-signature: s1gnature\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    let mut written = connection.write_all((head + &body).as_bytes());
    while written.is_ok() {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Seen::Error("request_timeout", "Request timeout".into());
        }
        written = connection.set_read_timeout(Some(left));
        match connection.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => answer.extend(&piece[..count]),
            Err(error) if [io::ErrorKind::WouldBlock, io::ErrorKind::TimedOut].contains(&error.kind()) => {}
            Err(_) => break,
        }
        // "HTTP/1.1 200": what stands behind it takes no more time.
        if answer.len() >= 12 {
            return match String::from_utf8_lossy(&answer[9..12]).as_ref() {
                "200" => Seen::Ok,
                status => Seen::Error("error_status_code", status.to_owned()),
            };
        }
    }
    Seen::Error("unclassified", "Session closed unexpectedly".into())
}

/// Sends webhooks to all of these, so many to each, all at once; what came of them, in the order in which it did.
pub fn webhooks(to: &[(u16, &str)], each: usize) -> Vec<(Seen, DateTime<Utc>)> {
    let mut seen: Vec<_> = thread::scope(|scope| {
        let all = to.iter().flat_map(|to| std::iter::repeat_n(to, each));
        let sent: Vec<_> = all.map(|(port, path)| scope.spawn(move || webhook(*port, path))).collect();
        sent.into_iter().map(|sent| sent.join().expect("an outcome")).collect()
    });
    seen.sort_by_key(|(_, at)| *at);
    seen
}

/// LINE's side in its documented layout: a row for each minute's errors of one reason and detail, in Japan's time.
pub fn export(seen: &[(Seen, DateTime<Utc>)]) -> String {
    let japan = FixedOffset::east_opt(9 * 3600).expect("an offset");
    let mut rows: Vec<(&Seen, DateTime<Utc>, DateTime<Utc>, u32)> = Vec::new();
    for (what, at) in seen.iter().filter(|(what, _)| *what != Seen::Ok) {
        let row = rows.iter_mut().find(|(kind, first, ..)| *kind == what && (*at - *first).num_seconds() < 60);
        match row {
            Some((_, _, last, errors)) => (*last, *errors) = (*at, *errors + 1),
            None => rows.push((what, *at, *at, 1)),
        }
    }
    let row = |(what, first, last, errors): &(&Seen, DateTime<Utc>, DateTime<Utc>, u32)| {
        let Seen::Error(reason, detail) = what else { return String::new() };
        let (first, last) = (first.with_timezone(&japan), last.with_timezone(&japan));
        let (date, start, end) = (first.format("%Y-%m-%d"), first.format("%H:%M:%S"), last.format("%H:%M:%S"));
        format!("{date}\t{start}\t{end}\t{reason}\t{detail}\t{errors}\n")
    };
    "Date\tStart\tEnd\tReason\tDetail\tErrors\n".to_owned() + &rows.iter().map(row).collect::<String>()
}
