//! The server's own access logs: LINE says how often it got no good answer, and these say what the server did meanwhile.
//!
//! [`find`] looks which files are access logs and in which format (`format`, `pattern`, `keyed`, and the list of formats,
//! `formats.toml`). [`read`] goes through them (`scan`), takes LINE's requests (`request`) and keeps counts of five minutes
//! (`log`), each request once where files overlap (`rotated`). Addresses, paths, queries and headers are never kept.
//!
//! [`compare`] puts them beside LINE's errors (`side`): what matches and what chance would match (`matching`), how far the
//! clocks are apart (`offset`), how many of all webhooks failed (`rate`), what may be said of it (`judgement`), and what is
//! told in all (`report`).

mod clock;
mod compare;
mod format;
mod judgement;
mod keyed;
mod log;
mod matching;
mod offset;
mod pattern;
mod rate;
mod report;
mod request;
mod rotated;
mod scan;
mod setup;
mod side;
#[cfg(test)]
mod simulation;
mod stopped;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

use memchr::memmem::Finder;
use rayon::prelude::*;

pub use compare::compare;
pub use format::{Format, Lines, Recognised};
pub use log::{Cell, Counts, Durations, Failed, LogFile, ServerLog, Stopped};
pub use rate::Place;
pub use report::{Terms, gap, other_time, part};
pub use request::{AGENT, Answer, Asked, By, LIMIT, Request, SLOW, Unreadable, Verdict};
use scan::{Buckets, LineReader, Scanned};
pub use setup::{Part, Setup, setups};
pub use side::durations;
use stopped::Server;

use crate::{
    error::Result,
    input::{self, ReadOptions, Text, unreadable},
    model::{Sentence, Timestamp, key},
};

/// What the user says about access logs.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Of every file; recognised where nobody says it.
    pub format: Option<Arc<Format>>,
    pub asked: Asked,
    /// Edges of periods: of the five minutes that they divide, each second is counted.
    pub cuts: Vec<Timestamp>,
}

/// An access log that is not read yet.
pub struct Found {
    /// Safe to show.
    pub path: String,
    pub packing: Option<&'static str>,
    pub recognised: Recognised,
    text: Text,
}

/// What is among some inputs.
#[derive(Default)]
pub struct Finds {
    pub logs: Vec<Found>,
    /// What is none: path, whether the user named it, and why.
    pub others: Vec<(String, bool, Sentence)>,
}

/// So much of a file is looked at.
const HEAD: usize = 128 << 10;

/// Looks which of the files, folders and globs are access logs.
pub fn find(arguments: &[String], options: &Options, reading: &ReadOptions) -> Result<Finds> {
    let (texts, skipped) = input::texts(arguments, reading)?;
    let mut finds = Finds::default();
    finds.others.extend(skipped.into_iter().map(|(path, why)| (path, false, why)));
    for (input, text) in texts {
        let recognised = match &text {
            Ok(text) => {
                let head = text.head(0, HEAD).map_err(|error| unreadable(&input.path, &error))?;
                let none = || {
                    Sentence::new(match options.format {
                        _ if head.is_empty() => key::other::EMPTY,
                        Some(_) => key::server::OTHER_FORMAT,
                        None => key::server::OTHER,
                    })
                };
                format::recognise(&head, options.format.as_ref(), &options.asked)
                    .and_then(|found| found.ok_or_else(none))
            }
            Err(why) => Err(why.clone()),
        };
        match (recognised, text) {
            (Ok(recognised), Ok(text)) => {
                finds.logs.push(Found { path: input.path, packing: input.packing, recognised, text });
            }
            (Err(why), _) | (_, Err(why)) => finds.others.push((input.path, input.explicit, why)),
        }
    }
    Ok(finds)
}

/// Reads access logs, on so many threads.
pub fn read(mut logs: Vec<Found>, options: &Options, threads: usize) -> Result<ServerLog> {
    let asked = &options.asked;
    let scan = |found: &mut Found| {
        // Also where the first lines have no user agent: further ones may.
        let path = asked.path.as_deref().filter(|_| !found.recognised.answers.contains(&Answer::Agent));
        let needle = Finder::new(path.unwrap_or(AGENT.trim_end_matches('/'))).into_owned();
        let divided = options.cuts.iter().map(|cut| cut.cell()).collect();
        let mut reader = LineReader { lines: found.recognised.lines.clone(), needle, asked: asked.clone(), divided };
        loop {
            let scanned = scan::scan(&found.text, &reader).map_err(|error| unreadable(&found.path, &error))?;
            // The server may have got another format since the file's first lines.
            let more = match options.format {
                Some(_) => None,
                None => format::recognise(&scanned.strange.join(&b'\n'), None, asked).ok().flatten(),
            };
            let Some(more) = more.filter(|_| reader.lines.len() < format::MOST_FORMATS) else { return Ok(scanned) };
            found.recognised.answers = &found.recognised.answers & &more.answers;
            reader.lines.extend(more.lines);
            found.recognised.lines.clone_from(&reader.lines);
        }
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let mut all = || logs.par_iter_mut().map(scan).collect::<Result<Vec<Scanned>>>();
    let scanned = match pool {
        Ok(pool) => pool.install(all),
        Err(_) => all(),
    }?;
    Ok(together(logs, scanned, asked))
}

fn together(logs: Vec<Found>, scanned: Vec<Scanned>, asked: &Asked) -> ServerLog {
    let mut log = ServerLog { zone: Some(asked.zone), ..ServerLog::default() };
    let path_known = asked.path.is_some();
    let mut by_stem: BTreeMap<String, Vec<(Server, Buckets)>> = BTreeMap::new();
    for (found, scanned) in logs.into_iter().zip(scanned) {
        let Found { path, packing, mut recognised, .. } = found;
        let span = scanned.alive.first().zip(scanned.alive.last()).map(|(first, last)| first.union(*last));
        let requests = scanned.buckets.values().map(|bucket| bucket.cell.requests()).sum();
        if requests > 0 && !path_known {
            recognised.answers.insert(Answer::Agent);
        }
        let name = rotated::stem(&path);
        let of_stem = by_stem.entry(name.clone()).or_default();
        let at =
            of_stem.iter().position(|(_, known)| !rotated::differ(known, &scanned.buckets)).unwrap_or(of_stem.len());
        if at == of_stem.len() {
            let name = if at == 0 { name } else { path.clone() };
            of_stem.push((Server { name, ..Server::default() }, Buckets::new()));
        }
        let (server, buckets) = &mut of_stem[at];
        log.repeated += rotated::add(buckets, scanned.buckets);
        server.alive.extend_from_slice(&scanned.alive);
        server.lines += scanned.lines;
        server.answers = server.answers.max(recognised.answers.len());
        server.formats.extend(recognised.lines.iter().map(|lines| lines.format.title.clone()));
        log.alive.extend(scanned.alive);
        let told = path_known || recognised.answers.contains(&Answer::Agent);
        let Scanned { lines, unreadable, examples, .. } = scanned;
        log.files.push(LogFile { path, packing, recognised, lines, told, requests, span, unreadable, examples });
    }
    let mut servers: Vec<(Server, Buckets)> = Vec::new();
    for (server, buckets) in by_stem.into_values().flatten() {
        match servers.iter_mut().find(|(_, known)| rotated::is_same(known, &buckets)) {
            Some((same, known)) => {
                log.repeated += rotated::add(known, buckets);
                same.alive.extend(server.alive);
                same.lines = same.lines.max(server.lines);
            }
            None => servers.push((server, buckets)),
        }
    }
    let mut logs = std::mem::take(&mut servers);
    // What understands more of the same requests comes first.
    logs.sort_by_key(|(server, _)| std::cmp::Reverse(server.answers));
    for (server, buckets) in logs {
        let is_twin = |other: &Server, known: &Buckets| {
            other.formats.is_disjoint(&server.formats) && rotated::is_twin(known, &buckets)
        };
        match servers.iter_mut().find(|(other, known)| is_twin(other, known)) {
            Some((twin, known)) => {
                for (start, bucket) in buckets {
                    let known = known.entry(start).or_default();
                    let (one, other) = (known.cell.requests(), bucket.cell.requests());
                    // Where one of them begins or ends, the other has all of these minutes.
                    if known.written != bucket.written && one < other {
                        *known = bucket;
                    }
                    log.repeated += one.min(other);
                }
                twin.alive.extend(server.alive);
            }
            None => servers.push((server, buckets)),
        }
    }
    // A log without any request of LINE tells that the machine lives, and nothing else.
    servers.retain(|(_, buckets)| !buckets.is_empty());
    let mut logs = Vec::new();
    for (server, buckets) in servers {
        logs.push(Server { cells: buckets.keys().copied().collect(), ..server });
        for (start, bucket) in buckets {
            match log.cells.entry(start) {
                Entry::Vacant(place) => drop(place.insert(bucket.cell)),
                Entry::Occupied(mut known) => known.get_mut().merge(&bucket.cell),
            }
        }
    }
    log.stopped = stopped::stopped(logs);
    log.alive = stopped::without(log::joined(log.alive), log.stopped.iter().map(|it| it.span));
    log
}
