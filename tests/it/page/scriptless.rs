//! Pages whose scripts do not run, by the reader's will or by a server's: everything is there, only nothing moves.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
};

use super::{Fixed, Numbers, Report, appearance};
use crate::browser::Tab;

/// A server on this machine that answers every request with a page and a header; it ends with the tests.
struct Server {
    address: String,
    /// The paths that were asked for.
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn new(page: String, header: &'static str) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}/report.html", listener.local_addr().expect("an address"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let paths = Arc::clone(&asked);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let lines =
                    BufReader::new(&connection).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
                // Chromium opens connections ahead that it may never use.
                let Some(request) = lines.collect::<Vec<_>>().first().cloned() else { continue };
                let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
                paths.lock().expect("the list").push(path);
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n{header}\r\n\
                     Content-Length: {}\r\nConnection: close\r\n\r\n",
                    page.len()
                );
                // Whoever went away wants no answer.
                let _ =
                    (&connection).write_all(head.as_bytes()).and_then(|()| (&connection).write_all(page.as_bytes()));
            }
        });
        Server { address, asked }
    }

    fn assert_only_asked_for_the_page(&self) {
        assert_eq!(*self.asked.lock().expect("the list"), ["/report.html"]);
    }
}

/// Everything that the report has to say is there and can be seen or unfolded; what only scripts move is not.
fn assert_complete(tab: &Tab, report: &Report) {
    assert_eq!(Numbers::shown(tab), report.numbers(|_| true).without_bars());
    assert_eq!(Fixed::shown(tab), report.fixed());
    let missing: Vec<String> = tab.ask(
        "['#total', 'h1', '.strip svg', '.incident .sentence', '.incident .picture svg', '#advice ol li',
          '#advice a[href^=\"https://developers.line.biz/\"]', '#picture-timeline svg', '#reasons', '.caveat', '#hosts',
          '#inputs', '#reproduce .command']
            .filter(selector => {
                const element = document.querySelector(selector);
                const box = element?.getBoundingClientRect();
                return !element?.checkVisibility() || box.width < 10 || box.height < 6;
            })",
    );
    assert_eq!(missing, [""; 0]);
    let folded: Vec<bool> = tab.ask(
        "['#windows'].map(selector => {
            const details = document.querySelector(selector).closest('details');
            return !details || details.querySelector('summary').checkVisibility();
        })",
    );
    assert_eq!(folded, [true], "what is folded has something to unfold it by");
    let idle: Vec<String> = tab.ask(
        "[...document.querySelectorAll('button, input, select, #drawing, .choice, #tip')]
            .filter(element => element.checkVisibility()).map(element => element.outerHTML)",
    );
    assert_eq!(idle, [""; 0], "nothing that only a script could move");
    let pictures: Vec<(f64, f64)> = tab.ask(
        "[...document.querySelectorAll('svg.errstat-chart')].map(picture => {
            const box = picture.getBoundingClientRect();
            return [box.width, box.height];
        })",
    );
    assert!(
        // The strip, the incident, the timeline.
        pictures.len() == 3 && pictures.iter().all(|(width, height)| *width > 300.0 && *height > 100.0),
        "{pictures:?}"
    );
}

#[test]
fn with_scripts_switched_off_everything_is_there() {
    let report = Report::of_sample();
    let Some(tab) = Tab::new().map(Tab::without_scripts) else { return };
    tab.go(&report.address());
    assert_complete(&tab, &report);
    super::assert_quiet(&tab, &report.address());
}

#[test]
fn unfolding_needs_no_script() {
    let report = Report::of_sample();
    let Some(tab) = Tab::new().map(Tab::without_scripts) else { return };
    tab.go(&report.address());
    let seen = || tab.ask::<bool>("document.getElementById('windows').checkVisibility()");
    assert!(!seen());
    tab.click("#numbers details:has(#windows) summary");
    assert!(seen());
}

#[test]
fn a_server_that_forbids_scripts_shows_everything() {
    let report = Report::of_sample();
    let server = Server::new(report.html(), "Content-Security-Policy: script-src 'none'");
    let Some(tab) = Tab::at(&server.address) else { return };
    assert_complete(&tab, &report);
    // The browser may say that it ran no script, and nothing else.
    for complaint in tab.complaints() {
        assert!(complaint.contains("Content Security Policy") && complaint.contains("script"), "{complaint}");
    }
    server.assert_only_asked_for_the_page();
}

#[test]
fn a_server_without_rules_serves_the_page_alive() {
    let report = Report::of_sample();
    let server = Server::new(report.html(), "Cache-Control: no-store");
    let Some(tab) = Tab::at(&server.address) else { return };
    tab.settle();
    super::toggle(&tab, "request_timeout");
    assert_eq!(Numbers::shown(&tab), report.numbers(|row| row.reason != "request_timeout"));
    assert_eq!(tab.complaints(), [""; 0]);
    server.assert_only_asked_for_the_page();
}

/// What Jenkins sends with the files of a build, see
/// <https://www.jenkins.io/doc/book/security/configuring-content-security-policy/>.
const JENKINS: &str = "Content-Security-Policy: sandbox; default-src 'none'; img-src 'self'; style-src 'self';";

#[test]
fn a_server_that_forbids_styles_too_leaves_text_and_charts_readable() {
    let report = Report::of_sample();
    let server = Server::new(report.html(), JENKINS);
    let Some(tab) = Tab::at(&server.address) else { return };
    let margin: String = tab.ask("getComputedStyle(document.body).marginTop");
    assert_eq!(margin, "8px", "the page's own style does not apply");
    assert_complete(&tab, &report);
    // The charts bring their own colours.
    let fills: Vec<String> = tab.ask(
        "[...document.querySelectorAll('#picture-timeline rect')].map(rect => getComputedStyle(rect).fill)
            .filter((fill, i, all) => all.indexOf(fill) === i)",
    );
    assert!(fills.len() >= 5, "the surface and four reasons: {fills:?}");
    appearance::assert_contrast(&tab, "Jenkins");
    for complaint in tab.complaints() {
        let named = ["Content Security Policy", "sandboxed"].iter().any(|words| complaint.contains(words));
        assert!(named, "{complaint}");
    }
    server.assert_only_asked_for_the_page();
}
