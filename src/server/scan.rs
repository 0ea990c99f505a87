//! Through a file: most lines are other people's, so LINE's are searched for and only those are read. When anything was
//! written at all is found by halves, from the times of a block's first and last line.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::BuildHasher,
    io::{self, Read},
    sync::LazyLock,
};

use hashbrown::DefaultHashBuilder;
use memchr::{memchr, memchr_iter, memmem::Finder, memrchr};
use rayon::prelude::*;

use super::{
    format::{Lines, Remembered},
    log::{Cell, SILENCE, instant, joined},
    request::{Asked, Request, Unreadable},
};
use crate::{
    input::Text,
    model::{CELL_MILLIS, CellStart, Span, Timestamp},
};

/// So much of a file is looked through at once.
const BLOCK: usize = 3 << 20;
/// A longer line is no request.
const LONGEST: usize = 1 << 20;
/// So many unreadable lines of a file are told.
pub const EXAMPLES: usize = 20;
/// A longer line tells no format.
const STRANGE: usize = 16 << 10;
/// Around a line that can't be read, so many others are asked for the time.
const TRIES: usize = 16;
/// So many lines before a silence are asked whether it is one.
const DOUBTED: usize = 100;
/// Where a block seems to have so many silences, asking around each of them takes longer than reading all lines.
const MANY: usize = 64;

/// How the lines of a file are read.
#[derive(Clone, Debug)]
pub struct LineReader {
    pub lines: Vec<Lines>,
    /// A text that every line of LINE's has.
    pub needle: Finder<'static>,
    pub asked: Asked,
    /// Five minutes that are divided.
    pub divided: BTreeSet<CellStart>,
}

impl LineReader {
    /// `last` is what was remembered of each format.
    fn request(&self, line: &[u8], last: &mut [Remembered]) -> Result<Option<Request>, Unreadable> {
        if line.len() > LONGEST {
            // It is told with the others of its length.
            return Ok(None);
        }
        let mut formats = self.lines.iter().zip(last);
        let read = formats.find_map(|(lines, last)| lines.read(line, &self.asked, last));
        read.ok_or(Unreadable::Form)?.0.finish()
    }

    fn time(&self, line: &[u8]) -> Option<Timestamp> {
        let line = &line[..line.len().min(LONGEST)];
        let mut last = Remembered::default();
        self.lines.iter().find_map(|lines| Some(lines.read(line, &self.asked, &mut last)?.0.moment()?.at))
    }
}

/// The same line has the same hash in all files.
static HASHES: LazyLock<DefaultHashBuilder> = LazyLock::new(DefaultHashBuilder::default);

/// LINE's requests of five minutes in one file.
#[derive(Clone, Debug, Default)]
pub struct Bucket {
    pub cell: Cell,
    /// The sum of the hashes of its lines.
    pub digest: u64,
    /// The sum of the hashes of second and status of the lines that were written in these minutes.
    pub written: u64,
    /// Its requests, where a file begins or ends: another one may have the rest.
    pub singles: Option<Singles>,
}

impl Bucket {
    pub fn add(&mut self, hash: u64, request: Request) {
        self.cell.add(&request);
        self.digest = self.digest.wrapping_add(hash);
        if let Some(singles) = &mut self.singles {
            singles.push(hash, request);
        }
    }

    /// Whether both hold the same lines.
    pub fn is_like(&self, other: &Bucket) -> bool {
        self.digest == other.digest && self.cell == other.cell
    }

    /// Takes in what another place has of these minutes.
    pub fn merge(&mut self, other: Bucket) {
        self.cell.merge(&other.cell);
        self.digest = self.digest.wrapping_add(other.digest);
        self.written = self.written.wrapping_add(other.written);
        self.singles = self.singles.take().zip(other.singles).map(|(mut singles, others)| {
            singles.lines.extend(others.lines);
            singles.thin(others.zeros);
            singles
        });
    }
}

/// Requests one by one, with the hashes of their lines.
#[derive(Clone, Debug, Default)]
pub struct Singles {
    pub lines: Vec<(u64, Request)>,
    /// Where there are too many, only those whose hash ends in so many zeros are kept: the same ones of every file.
    pub zeros: u32,
}

/// At 50 requests a second all are kept. Of more, some thousands tell what two files have in common.
pub const MOST_SINGLE: usize = 1 << 14;

impl Singles {
    fn push(&mut self, hash: u64, request: Request) {
        if hash.trailing_zeros() >= self.zeros {
            self.lines.push((hash, request));
            if self.lines.len() > MOST_SINGLE {
                self.thin(self.zeros + 1);
            }
        }
    }

    /// Keeps those whose hash ends in so many zeros, or in more if there are too many.
    pub fn thin(&mut self, zeros: u32) {
        self.zeros = self.zeros.max(zeros);
        self.lines.retain(|(hash, _)| hash.trailing_zeros() >= self.zeros);
        if self.lines.len() > MOST_SINGLE {
            self.thin(self.zeros + 1);
        }
    }
}

/// LINE's requests by five minutes.
pub type Buckets = BTreeMap<CellStart, Bucket>;

/// Requests of five years and more are no log: what is kept grows with the time that it tells of.
pub const MOST_CELLS: usize = 5 * 366 * 288;

/// Cells at the beginning and the end of a file whose single requests are kept: one that was long under way is told in
/// the next file, and began in the cell before.
pub const EDGE: usize = 2;

/// Forgets the single requests of cells that are none of the first and the last.
fn trim(buckets: &mut Buckets, cells: &[CellStart]) {
    let edges: Vec<CellStart> = buckets.keys().take(EDGE).chain(buckets.keys().rev().take(EDGE)).copied().collect();
    for cell in cells.iter().filter(|cell| !edges.contains(cell)) {
        buckets.entry(*cell).and_modify(|bucket| bucket.singles = None);
    }
}

/// What a file, or a part of one, holds.
#[derive(Clone, Debug, Default)]
pub struct Scanned {
    pub lines: u64,
    pub alive: Vec<Span>,
    pub buckets: Buckets,
    pub unreadable: u64,
    pub examples: Vec<(u64, Unreadable)>,
    /// Some of the last lines in a form that is none of the file's: its format may have changed.
    pub strange: Vec<Vec<u8>>,
}

impl Scanned {
    /// Takes in the part behind it.
    fn append(&mut self, next: Scanned) {
        let room = EXAMPLES.saturating_sub(self.examples.len());
        self.examples.extend(next.examples.into_iter().take(room).map(|(line, why)| (self.lines + line, why)));
        self.lines += next.lines;
        self.unreadable += next.unreadable;
        if !next.strange.is_empty() {
            self.strange = next.strange;
        }
        self.alive.extend(next.alive);
        let edges = self.buckets.keys().take(EDGE).chain(self.buckets.keys().rev().take(EDGE));
        let touched: Vec<CellStart> = edges.chain(next.buckets.keys()).copied().collect();
        for (start, bucket) in next.buckets {
            let there = self.buckets.len();
            match self.buckets.get_mut(&start) {
                Some(known) => known.merge(bucket),
                None if there < MOST_CELLS => drop(self.buckets.insert(start, bucket)),
                None => self.unreadable += bucket.cell.requests(),
            }
        }
        trim(&mut self.buckets, &touched);
    }

    fn refuse(&mut self, line: u64, why: Unreadable) {
        self.unreadable += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push((line, why));
        }
    }
}

/// Looks through a text, on the threads that are there; a block more than those are kept in memory.
pub fn scan(text: &Text, reader: &LineReader) -> io::Result<Scanned> {
    let mut blocks = Blocks { stream: text.open()?, rest: Vec::new(), ended: false };
    let mut all = Scanned::default();
    let mut batch = blocks.batch()?;
    while !batch.is_empty() {
        let look = || batch.par_iter().map(|block| look_through(block, reader)).collect::<Vec<_>>();
        let (parts, next) = rayon::join(look, || blocks.batch());
        parts.into_iter().for_each(|part| all.append(part));
        batch = next?;
    }
    all.alive = joined(all.alive);
    Ok(all)
}

/// Whole lines.
#[derive(Default)]
struct Block {
    bytes: Vec<u8>,
    /// Whether a line before them was longer than a block, and left out.
    dropped: bool,
}

struct Blocks {
    stream: Box<dyn Read + Send>,
    rest: Vec<u8>,
    ended: bool,
}

impl Blocks {
    /// A block for each thread; none at the end.
    fn batch(&mut self) -> io::Result<Vec<Block>> {
        let mut batch = Vec::new();
        while !self.ended && batch.len() < rayon::current_num_threads() {
            batch.push(self.next()?);
        }
        Ok(batch)
    }

    fn next(&mut self) -> io::Result<Block> {
        let mut block = Block { bytes: std::mem::take(&mut self.rest), dropped: false };
        loop {
            let wanted = BLOCK.saturating_sub(block.bytes.len());
            block.bytes.reserve(wanted);
            let read = (&mut self.stream).take(wanted as u64).read_to_end(&mut block.bytes)?;
            self.ended = read < wanted;
            let last = memrchr(b'\n', &block.bytes).map(|end| end + 1);
            if last.is_none() && !self.ended {
                block.dropped = true;
                block.bytes.clear();
                continue;
            }
            if !self.ended {
                self.rest = block.bytes.split_off(last.unwrap_or(0));
            }
            if block.dropped {
                let end = memchr(b'\n', &block.bytes).map_or(block.bytes.len(), |end| end + 1);
                block.bytes.drain(..end);
            }
            return Ok(block);
        }
    }
}

fn look_through(block: &Block, reader: &LineReader) -> Scanned {
    let mut found = Scanned::default();
    if block.dropped {
        found.lines = 1;
        found.refuse(1, Unreadable::TooLong);
    }
    let bytes = &block.bytes[..];
    let mut last: Vec<Remembered> = reader.lines.iter().map(|_| Remembered::default()).collect();
    let mut at_hand: Option<(CellStart, Bucket)> = None;
    let mut at = 0;
    while let Some(hit) = reader.needle.find(&bytes[at..]) {
        let start = memrchr(b'\n', &bytes[..at + hit]).map_or(0, |end| end + 1);
        let end = memchr(b'\n', &bytes[at + hit..]).map_or(bytes.len(), |end| at + hit + end);
        let line = &bytes[start..end];
        let new = |start: &CellStart| Bucket {
            cell: if reader.divided.contains(start) { Cell::divided() } else { Cell::default() },
            singles: Some(Singles::default()),
            ..Bucket::default()
        };
        match reader.request(line, &mut last) {
            Ok(Some(request)) => {
                let hash = HASHES.hash_one(line.strip_suffix(b"\r").unwrap_or(line));
                let cell = request.start.cell();
                // Most lines are of the five minutes of the line before.
                if at_hand.as_ref().is_none_or(|(known, _)| *known != cell) {
                    found.buckets.extend(at_hand.take());
                    at_hand = Some((cell, found.buckets.remove(&cell).unwrap_or_else(|| new(&cell))));
                }
                let written = HASHES.hash_one((request.written.0.div_euclid(1000), request.status));
                if let Some((known, bucket)) = &mut at_hand {
                    bucket.add(hash, request);
                    let of_line = match request.written.cell() {
                        cell if cell == *known => bucket,
                        cell => found.buckets.entry(cell).or_insert_with_key(new),
                    };
                    of_line.written = of_line.written.wrapping_add(written);
                }
            }
            Ok(None) => {}
            Err(why) => {
                let near = last_timed(&bytes[..start], TRIES, &|line| reader.time(line));
                if let Some((_, at)) =
                    near.or_else(|| timed(bytes, end + 1, bytes.len(), TRIES, &|line| reader.time(line)))
                {
                    let bucket = match &mut at_hand {
                        Some((known, bucket)) if *known == at.cell() => bucket,
                        _ => found.buckets.entry(at.cell()).or_insert_with_key(new),
                    };
                    bucket.cell.unreadable += 1;
                }
                if why == Unreadable::Form && found.strange.len() < EXAMPLES && line.len() <= STRANGE {
                    found.strange.push(line.to_vec());
                }
                let told = found.examples.len() < EXAMPLES;
                let before = if told { memchr_iter(b'\n', &bytes[..start]).count() as u64 } else { 0 };
                found.refuse(found.lines + before + 1, why);
            }
        }
        at = (end + 1).min(bytes.len());
    }
    found.buckets.extend(at_hand);
    found.lines += memchr_iter(b'\n', bytes).count() as u64 + u64::from(!bytes.is_empty() && !bytes.ends_with(b"\n"));
    // A line that is too long fills at least one of these halves.
    if bytes.chunks(LONGEST / 2).any(|half| memchr(b'\n', half).is_none()) {
        let before = u64::from(block.dropped);
        for (line, number) in bytes.split(|byte| *byte == b'\n').zip(before + 1..) {
            if line.len() > LONGEST {
                found.refuse(number, Unreadable::TooLong);
            }
        }
    }
    let cells: Vec<CellStart> = found.buckets.keys().copied().collect();
    trim(&mut found.buckets, &cells);
    found.alive = alive(bytes, &found.buckets, &|line| reader.time(line));
    found
}

/// A line by its place, and its time.
type Timed = (usize, Timestamp);

/// How a line's time is read.
type Time<'t> = &'t dyn Fn(&[u8]) -> Option<Timestamp>;

/// When lines were written, by the times of as few of them as tell. Lines are mostly in the order of time, but some tell when
/// a long request began, and some files were put together backwards: where anything speaks against a silence, all are read.
fn alive(bytes: &[u8], requests: &Buckets, time: Time<'_>) -> Vec<Span> {
    let Some(first) = timed(bytes, 0, bytes.len(), usize::MAX, time) else { return Vec::new() };
    let mut times = vec![first];
    // Of the last lines the latest: the very last one may tell when a long request began.
    let mut end: Vec<Timed> = backwards(bytes, bytes.len(), usize::MAX, time).take(TRIES).collect();
    end.reverse();
    if let Some(last) = end.iter().copied().max_by_key(|(_, at)| *at) {
        between(bytes, first, last, time, &mut times);
    }
    times.append(&mut end);
    let close = |pair: &[Timed]| (pair[1].1.0 - pair[0].1.0).abs() < SILENCE;
    let skipped = times.windows(2).filter(|pair| close(pair)).map(|pair| instant(pair[0].1).union(instant(pair[1].1)));
    let spans = joined(times.iter().map(|(_, at)| instant(*at)).chain(skipped).collect());
    // The latest time up to each line that was read: so much of it is in order.
    let latest = times.iter().scan(Timestamp(i64::MIN), |latest, (_, at)| {
        *latest = (*latest).max(*at);
        Some(*latest)
    });
    let latest: Vec<Timestamp> = latest.collect();
    let disproved = spans.len() > MANY
        || spans.windows(2).any(|pair| {
            let (before, behind) = (pair[0].last, pair[1].first);
            let place = latest.partition_point(|at| *at < behind).checked_sub(1).map_or(0, |at| times[at].0);
            let mut lines = backwards(bytes, place, TRIES, time).take(DOUBTED);
            lines.any(|(_, at)| before < at && at < behind)
        });
    let told = |cell: &CellStart| {
        let (start, end) = (cell.timestamp().0, cell.timestamp().0 + CELL_MILLIS);
        let next = spans.partition_point(|span| span.last.0 < start);
        spans.get(next).is_some_and(|span| span.first.0 < end)
    };
    if !disproved && requests.keys().all(told) {
        return spans;
    }
    let lines = bytes.split(|byte| *byte == b'\n').filter_map(|line| time(line.trim_ascii_end()));
    joined(lines.map(instant).collect())
}

/// Adds the times of lines behind `from` up to `to`; not of those between two lines of about the same time.
fn between(bytes: &[u8], from: Timed, to: Timed, time: Time<'_>, times: &mut Vec<Timed>) {
    if (to.1.0 - from.1.0).abs() < SILENCE {
        times.push(to);
        return;
    }
    let behind = line_end(bytes, from.0);
    let mut until = to.0;
    while behind < until {
        let middle = behind + (until - behind) / 2;
        let start = memrchr(b'\n', &bytes[behind..middle]).map_or(behind, |end| behind + end + 1);
        if let Some(found) = timed(bytes, start, until, usize::MAX, time) {
            between(bytes, from, found, time, times);
            between(bytes, found, to, time, times);
            return;
        }
        until = start;
    }
    times.push(to);
}

/// The first line from a line on that has a time, among so many.
fn timed(bytes: &[u8], from: usize, until: usize, tries: usize, time: Time<'_>) -> Option<Timed> {
    let mut at = from;
    for _ in 0..tries {
        if at >= until {
            return None;
        }
        let end = line_end(bytes, at);
        if let Some(found) = time(bytes[at..end].trim_ascii_end()) {
            return Some((at, found));
        }
        at = end;
    }
    None
}

/// The lines before a place that have a time, the last one first; ends where so many follow each other that have none.
fn backwards<'a>(bytes: &'a [u8], end: usize, tries: usize, time: Time<'a>) -> impl Iterator<Item = Timed> + 'a {
    let before = move |end: usize| last_timed(&bytes[..end], tries, time);
    std::iter::successors(before(end), move |(start, _)| before(*start))
}

/// The last line that has a time, among so many.
fn last_timed(bytes: &[u8], tries: usize, time: Time<'_>) -> Option<Timed> {
    let mut end = bytes.len();
    for _ in 0..tries {
        if end == 0 {
            return None;
        }
        let line = bytes[..end].strip_suffix(b"\n").unwrap_or(&bytes[..end]);
        let start = memrchr(b'\n', line).map_or(0, |at| at + 1);
        if let Some(found) = time(line[start..].trim_ascii_end()) {
            return Some((start, found));
        }
        end = start;
    }
    None
}

/// Where the line behind one begins.
fn line_end(bytes: &[u8], start: usize) -> usize {
    memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |end| start + end + 1)
}
