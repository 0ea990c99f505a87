//! Logs of several servers, of which one stopped while the others went on: what LINE sent there is missing.

use std::collections::BTreeSet;

use super::log::{SILENCE, Stopped, joined};
use crate::model::{CELL_MILLIS, CellStart, Span};

/// The log of one server.
#[derive(Clone, Debug, Default)]
pub struct Server {
    /// What its files' names have in common, safe to show.
    pub name: String,
    /// When lines of any kind were written.
    pub alive: Vec<Span>,
    pub lines: u64,
    /// How many things its log can answer.
    pub answers: usize,
    pub formats: BTreeSet<String>,
    /// Five minutes in which it got requests of LINE.
    pub cells: BTreeSet<CellStart>,
}

/// A server that writes at random writes nothing in a time of which so many lines are usual less than once in a million
/// times: e⁻¹⁴. A server that stands by and writes a line now and then has not stopped.
const MISSED: f64 = 14.0;
/// LINE goes on where another server got its requests in so many of the five minutes.
const REACHED: f64 = 0.5;
/// A server whose log begins so close to the end of another one's took its place, in milliseconds.
const REPLACED: i64 = 3_600_000;

/// When each server wrote nothing though LINE reached another one, from its first line on. A log that begins later than the others is a new server's.
pub fn stopped(servers: Vec<Server>) -> Vec<Stopped> {
    let servers: Vec<Server> = servers
        .into_iter()
        .map(|server| Server { alive: joined(server.alive), ..server })
        .filter(|server| !server.alive.is_empty())
        .collect();
    let mut stopped = Vec::new();
    for (at, server) in servers.iter().enumerate() {
        let others = || servers.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| other);
        let whole = whole(server);
        let usual = server.lines as f64 / (whole.last.0 - whole.first.0).max(SILENCE) as f64;
        let end =
            others().map(|other| self::whole(other).last).max().filter(|_| !others().any(|it| replaces(it, whole)));
        let between = server.alive.windows(2).map(|pair| Span { first: pair[0].last, last: pair[1].first });
        let after = end.filter(|end| *end > whole.last).map(|last| Span { first: whole.last, last });
        for span in between.chain(after) {
            // Where LINE reached no server, its requests are missing everywhere.
            let (first, end) = (span.first.0.div_euclid(CELL_MILLIS) + 1, span.last.0.div_euclid(CELL_MILLIS));
            let goes_on = |other: &Server| {
                let reached = other.cells.iter().filter(|cell| (first..end).contains(&i64::from(cell.0))).count();
                reached as f64 >= REACHED * (end - first) as f64
            };
            let missed = usual * (span.last.0 - span.first.0) as f64;
            if missed >= MISSED && first < end && others().any(goes_on) {
                stopped.push(Stopped { server: server.name.clone(), span });
            }
        }
    }
    stopped.sort_by_key(|it| it.span.first);
    stopped
}

fn whole(server: &Server) -> Span {
    server.alive[0].union(server.alive[server.alive.len() - 1])
}

/// Whether a server began where another one ended, and not together with it. Some live for minutes only.
fn replaces(server: &Server, ended: Span) -> bool {
    let began = whole(server).first.0;
    let together = REPLACED.min((ended.last.0 - ended.first.0) / 4);
    began > ended.first.0 + together && (began - ended.last.0).abs() <= REPLACED
}

/// Some times without others.
pub fn without(spans: Vec<Span>, others: impl IntoIterator<Item = Span>) -> Vec<Span> {
    others.into_iter().fold(spans, |spans, other| {
        let parts = |span: Span| {
            let before = Span { first: span.first, last: span.last.min(other.first) };
            let behind = Span { first: span.first.max(other.last), last: span.last };
            [before, behind].into_iter().filter(|part| part.first <= part.last)
        };
        spans.into_iter().flat_map(parts).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    const HOUR: i64 = 3_600_000;

    fn span(first: i64, last: i64) -> Span {
        Span { first: Timestamp(first * HOUR), last: Timestamp(last * HOUR) }
    }

    fn server(name: &str, alive: &[(i64, i64)], lines: u64) -> Server {
        let cells = alive.iter().flat_map(|(first, last)| first * 12..last * 12).map(|cell| CellStart(cell as u32));
        let (alive, cells) = (alive.iter().map(|(first, last)| span(*first, *last)).collect(), cells.collect());
        Server { name: name.to_owned(), alive, lines, cells, ..Server::default() }
    }

    fn told(servers: &[Server]) -> Vec<(String, Span)> {
        stopped(servers.to_vec()).into_iter().map(|it| (it.server, it.span)).collect()
    }

    #[test]
    fn a_gap_and_an_early_end_are_told_while_others_write() {
        let busy = server("web1", &[(0, 100)], 10_000);
        let gap = server("web2", &[(0, 40), (43, 100)], 10_000);
        let ended = server("web3", &[(0, 60)], 6_000);
        let expected = [("web2".to_owned(), span(40, 43)), ("web3".to_owned(), span(60, 100))];
        assert_eq!(told(&[busy.clone(), gap.clone(), ended.clone()]), expected);
        // Its health checks go on, but LINE reaches nobody.
        let unreached = Server { cells: gap.cells.clone(), ..busy.clone() };
        assert_eq!(told(&[unreached, gap.clone()]), []);
        // Alone, or where nobody writes, it is the silence of all.
        assert_eq!(told(std::slice::from_ref(&gap)), []);
        assert_eq!(told(&[gap.clone(), server("web1", &[(0, 40), (43, 100)], 10_000)]), []);
    }

    #[test]
    fn a_server_that_stands_by_or_was_replaced_has_not_stopped() {
        let busy = server("web1", &[(0, 100)], 10_000);
        // 20 lines in 100 h: in 40 h 8 are usual.
        assert_eq!(told(&[busy.clone(), server("standby", &[(0, 1), (41, 100)], 20)]), []);
        assert_eq!(told(&[server("blue", &[(0, 50)], 5_000), server("green", &[(50, 100)], 5_000)]), []);
        assert_eq!(told(&[busy, server("new", &[(60, 100)], 4_000)]), []);
        // Two at a time, each for 40 minutes.
        let pod = |nth: i64| {
            let (first, last) = (Timestamp(nth * HOUR / 3), Timestamp((nth + 2) * HOUR / 3));
            let cells = (nth * 4..nth * 4 + 8).map(|cell| CellStart(cell as u32)).collect();
            Server { name: nth.to_string(), alive: vec![Span { first, last }], lines: 400, cells, ..Server::default() }
        };
        assert_eq!(told(&(0..12).map(pod).collect::<Vec<_>>()), []);
    }

    #[test]
    fn a_time_is_cut_out_of_others() {
        let cut = without(vec![span(0, 10), span(20, 30)], [span(4, 6), span(25, 40)]);
        assert_eq!(cut, [span(0, 4), span(6, 10), span(20, 25)]);
    }
}
