//! Cutting an input at line ends into chunks that all cores read at once.

use std::{
    collections::BTreeMap,
    io::{self, Read, Seek, SeekFrom},
    ops::Range,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc,
    },
    thread,
};

use super::{
    beginning::{Opening, begun},
    place::{OpenFile, Place, spooled},
    rows::LONGEST_LINE,
};

/// Large enough that starting one costs nothing, small enough for the cache and for two to balance.
const CHUNK: usize = 1 << 18;
/// Results wait for the ones before them; so many may wait before the threads ahead pause.
const MOST_WAITING: u64 = 256;

/// The text of an input, which can be read more than once.
pub enum Text {
    /// As it lies on disk, so that any part of it can be read at once.
    File { place: Place, len: u64 },
    /// Unpacked or decoded on the way.
    Stream(Stream),
}

impl Text {
    /// The text from its start.
    ///
    /// # Errors
    /// Where it cannot be opened.
    pub fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        self.from(0)
    }

    /// The text from an offset on.
    ///
    /// # Errors
    /// Where it cannot be opened, or unpacked up to there.
    pub fn from(&self, offset: u64) -> io::Result<Box<dyn Read + Send>> {
        match self {
            Text::File { place, .. } => seeked(place.open()?, offset),
            Text::Stream(stream) => stream.from(offset),
        }
    }
}

/// What can only be read from its start on.
pub struct Stream {
    open: Arc<Opening>,
    /// How often reading began in its midst, and the unpacked text once that was too often.
    midst: Mutex<(u32, Option<OpenFile>)>,
}

/// Tables in another order of columns and overlaps are few, and unpacking up to them costs no room on the disk. A file
/// of many tables would be unpacked again for each.
const UNPACKED_AGAIN: u32 = 8;

impl Stream {
    pub fn new(open: impl Fn() -> io::Result<Box<dyn Read + Send>> + Send + Sync + 'static) -> Stream {
        Stream { open: Arc::new(open), midst: Mutex::default() }
    }

    fn from(&self, offset: u64) -> io::Result<Box<dyn Read + Send>> {
        if offset > 0 {
            let mut midst = lock(&self.midst);
            midst.0 = midst.0.saturating_add(1);
            if midst.0 > UNPACKED_AGAIN {
                let unpacked = match midst.1.take() {
                    Some(unpacked) => unpacked,
                    None => spooled(&mut (self.open)()?)?,
                };
                midst.1 = Some(unpacked.clone());
                return seeked(unpacked, offset);
            }
        }
        let mut stream = begun(&self.open)?;
        io::copy(&mut (&mut stream).take(offset), &mut io::sink())?;
        Ok(stream)
    }
}

fn seeked(mut file: OpenFile, offset: u64) -> io::Result<Box<dyn Read + Send>> {
    file.seek(SeekFrom::Start(offset))?;
    Ok(Box::new(file))
}

/// Whole lines of a text, each with its line end.
pub struct Chunk<'a> {
    /// Offset of the first byte in the text.
    pub offset: u64,
    pub lines: &'a [u8],
    /// The last line has no end in the text, which ends there: the end was added.
    pub open: bool,
}

/// Whether to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    On,
    Stop,
}

/// How to read a text.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Offsets of the bytes to read; both ends must be starts of lines.
    pub range: Range<u64>,
    pub line_end: u8,
    pub threads: usize,
}

/// Results in the order of their chunks, whichever is ready first.
struct InOrder<R, C> {
    next: u64,
    waiting: BTreeMap<u64, R>,
    collect: C,
}

/// Reads the lines of a text in chunks: `worker` makes the state of a thread, `work` turns a chunk into a
/// result, `collect` gets the results in the order of the chunks and says when to stop.
///
/// # Errors
/// What reading, `work` or `collect` met first.
pub fn each_chunk<W, R: Send, E: From<io::Error> + Send>(
    text: &Text,
    plan: &Plan,
    worker: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, Chunk<'_>) -> Result<R, E> + Sync,
    mut collect: impl FnMut(R) -> Result<Flow, E> + Send,
) -> Result<(), E> {
    let mut stream = None;
    match text {
        Text::File { place, len } if plan.range.end.min(*len).saturating_sub(plan.range.start) <= CHUNK as u64 => {
            let mut file = Lines { file: place.open()?, len: *len, line_end: plan.line_end, buffer: Vec::new() };
            let end = plan.range.end.min(*len);
            let lines = file.chunk(plan.range.start..end, plan.range.start)?;
            if !lines.lines.is_empty() {
                collect(work(&mut worker(), lines)?)?;
            }
            return Ok(());
        }
        Text::File { .. } => {}
        Text::Stream(unpacked) => {
            let mut rest = unpacked.from(plan.range.start)?;
            let wanted = plan.range.end.saturating_sub(plan.range.start).min(CHUNK as u64);
            let mut first = Vec::new();
            (&mut rest).take(wanted).read_to_end(&mut first)?;
            if first.len() == CHUNK {
                stream = Some(io::Cursor::new(first).chain(rest));
            } else {
                let open = first.last().is_some_and(|last| *last != plan.line_end);
                if open {
                    first.push(plan.line_end);
                }
                if !first.is_empty() {
                    collect(work(&mut worker(), Chunk { offset: plan.range.start, lines: &first, open })?)?;
                }
                return Ok(());
            }
        }
    }

    let order = Mutex::new(InOrder { next: 0, waiting: BTreeMap::new(), collect });
    let turn = Condvar::new();
    let stop = AtomicBool::new(false);
    let failure: Mutex<Option<E>> = Mutex::new(None);
    let give_up = |error: E| {
        lock(&failure).get_or_insert(error);
        stop.store(true, Ordering::Release);
    };
    let fail = |error: E| {
        give_up(error);
        // Nobody is between asking whether to stop and waiting for a turn that never comes.
        drop(lock(&order));
        turn.notify_all();
    };
    // Hands a result in; says whether to go on.
    let deliver = |index: u64, result: R| {
        let mut order = lock(&order);
        while index > order.next + MOST_WAITING && !stop.load(Ordering::Acquire) {
            order = turn.wait(order).unwrap_or_else(PoisonError::into_inner);
        }
        order.waiting.insert(index, result);
        loop {
            let next = order.next;
            let Some(result) = order.waiting.remove(&next) else { break };
            if stop.load(Ordering::Acquire) {
                break;
            }
            match (order.collect)(result) {
                Ok(Flow::On) => order.next += 1,
                Ok(Flow::Stop) => {
                    stop.store(true, Ordering::Release);
                }
                Err(error) => give_up(error),
            }
        }
        turn.notify_all();
    };

    match text {
        Text::File { place, len } => {
            let claimed = AtomicU64::new(0);
            let end = plan.range.end.min(*len);
            let run = || {
                let mut lines = match place.open() {
                    Ok(file) => Lines { file, len: *len, line_end: plan.line_end, buffer: Vec::new() },
                    Err(error) => return fail(error.into()),
                };
                let mut state = worker();
                while !stop.load(Ordering::Acquire) {
                    let index = claimed.fetch_add(1, Ordering::Relaxed);
                    let start = plan.range.start + index * CHUNK as u64;
                    if start >= end {
                        break;
                    }
                    let done = lines.chunk(start..end.min(start + CHUNK as u64), plan.range.start).map_err(E::from);
                    match done.and_then(|chunk| work(&mut state, chunk)) {
                        Ok(result) => deliver(index, result),
                        Err(error) => fail(error),
                    }
                }
            };
            thread::scope(|scope| {
                for _ in 1..plan.threads {
                    scope.spawn(run);
                }
                run();
            });
        }
        Text::Stream(_) => {
            let (send, receive) = mpsc::sync_channel::<(u64, Block)>(plan.threads + 1);
            let receive = Mutex::new(receive);
            let run = || {
                let mut state = worker();
                loop {
                    // The lock is held while waiting: whoever has it gets the next block.
                    let Ok((index, Block { offset, lines, open })) = lock(&receive).recv() else { break };
                    if stop.load(Ordering::Acquire) {
                        continue;
                    }
                    match work(&mut state, Chunk { offset, lines: &lines, open }) {
                        Ok(result) => deliver(index, result),
                        Err(error) => fail(error),
                    }
                }
            };
            thread::scope(|scope| {
                for _ in 0..plan.threads {
                    scope.spawn(run);
                }
                let mut index = 0;
                let sent = stream.map_or(Ok(()), |stream| {
                    blocks(stream, plan, |block| {
                        index += 1;
                        !stop.load(Ordering::Acquire) && send.send((index - 1, block)).is_ok()
                    })
                });
                drop(send);
                if let Err(error) = sent {
                    fail(error.into());
                }
            });
        }
    }
    match failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads parts of a file that start and end with lines.
struct Lines {
    file: OpenFile,
    len: u64,
    line_end: u8,
    /// Its length only grows, so that no byte is cleared twice; what was read is its first part.
    buffer: Vec<u8>,
}

impl Lines {
    /// The lines that start in a range. A line that is too long is cut, which makes it a reject.
    fn chunk(&mut self, range: Range<u64>, first: u64) -> io::Result<Chunk<'_>> {
        // One byte before tells whether a line starts exactly here.
        let from = if range.start > first { range.start - 1 } else { range.start };
        let mut filled = self.fill(0, from, range.end)?;
        let mut start = 0;
        if range.start > first {
            match memchr::memchr(self.line_end, &self.buffer[..filled]) {
                Some(at) => start = at + 1,
                None => return Ok(Chunk { offset: range.end, lines: &[], open: false }),
            }
        }
        if start >= filled {
            return Ok(Chunk { offset: range.end, lines: &[], open: false });
        }
        // The last line ends behind the range.
        let mut at = range.end;
        let tail = memchr::memrchr(self.line_end, &self.buffer[start..filled]).map_or(start, |end| start + end + 1);
        let mut step = 4 * 1024;
        let mut open = false;
        while self.buffer[filled - 1] != self.line_end {
            if at >= self.len || filled - tail > LONGEST_LINE {
                self.hold(filled + 1);
                self.buffer[filled] = self.line_end;
                filled += 1;
                open = at >= self.len;
                break;
            }
            let more = self.fill(filled, at, (at + step).min(self.len))?;
            at += more as u64;
            step = (2 * step).min(CHUNK as u64);
            let found = memchr::memchr(self.line_end, &self.buffer[filled..filled + more]);
            filled += found.map_or(more, |end| end + 1);
        }
        Ok(Chunk { offset: from + start as u64, lines: &self.buffer[start..filled], open })
    }

    /// Reads a range of the file into the buffer from an index on, and gives its length.
    fn fill(&mut self, index: usize, from: u64, to: u64) -> io::Result<usize> {
        let more = usize::try_from(to - from).map_err(io::Error::other)?;
        self.hold(index + more);
        self.file.seek(SeekFrom::Start(from))?;
        match self.file.read_exact(&mut self.buffer[index..index + more]) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(io::Error::new(error.kind(), "the file became shorter while it was read"))
            }
            read => read.map(|()| more),
        }
    }

    fn hold(&mut self, len: usize) {
        if self.buffer.len() < len {
            self.buffer.resize(len, 0);
        }
    }
}

/// Lines of a stream: a [`Chunk`] of its own.
struct Block {
    offset: u64,
    lines: Vec<u8>,
    open: bool,
}

/// Cuts a stream that stands at the start of the range into blocks of whole lines and hands each on with its
/// offset, until there is no more or nobody wants more. A line that is too long is cut, which makes it a reject.
fn blocks(stream: impl Read, plan: &Plan, mut hand_on: impl FnMut(Block) -> bool) -> io::Result<()> {
    let mut stream = stream.take(plan.range.end.saturating_sub(plan.range.start));
    let mut offset = plan.range.start;
    let mut rest: Vec<u8> = Vec::new();
    loop {
        // The first block may be the only one: room for a whole one would be taken thousands of times for as many members
        // of a zip file.
        let mut block = if offset == plan.range.start { Vec::new() } else { Vec::with_capacity(rest.len() + CHUNK) };
        block.append(&mut rest);
        let before = block.len();
        (&mut stream).take(CHUNK as u64).read_to_end(&mut block)?;
        let ended = block.len() == before;
        if ended && block.is_empty() {
            return Ok(());
        }
        match memchr::memrchr(plan.line_end, &block) {
            Some(end) => {
                rest.extend_from_slice(&block[end + 1..]);
                block.truncate(end + 1);
            }
            None if ended => {
                block.push(plan.line_end);
                hand_on(Block { offset, lines: block, open: true });
                return Ok(());
            }
            None if block.len() <= LONGEST_LINE => {
                rest = block;
                continue;
            }
            None => {
                let whole = block.len() as u64 + skip_line(&mut stream, plan.line_end, &mut rest)?;
                block.truncate(LONGEST_LINE + 1);
                block.push(plan.line_end);
                if !hand_on(Block { offset, lines: block, open: false }) {
                    return Ok(());
                }
                offset += whole;
                continue;
            }
        }
        let len = block.len() as u64;
        if !hand_on(Block { offset, lines: block, open: false }) || ended {
            return Ok(());
        }
        offset += len;
    }
}

/// Skips to behind the next line end and keeps what was read beyond it. Gives how many bytes were skipped.
fn skip_line(stream: &mut impl Read, line_end: u8, rest: &mut Vec<u8>) -> io::Result<u64> {
    let mut skipped = 0;
    let mut piece = Vec::new();
    loop {
        piece.clear();
        let read = stream.by_ref().take(CHUNK as u64).read_to_end(&mut piece)?;
        if let Some(end) = memchr::memchr(line_end, &piece) {
            rest.extend_from_slice(&piece[end + 1..]);
            return Ok(skipped + end as u64 + 1);
        }
        skipped += read as u64;
        if read == 0 {
            return Ok(skipped);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{io::Write, sync::Arc};

    /// Reads a text both ways, with several numbers of threads, and gives its lines.
    fn lines(bytes: &[u8], range: Range<u64>) -> Vec<u8> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let shared: Arc<[u8]> = bytes.into();
        let texts = [
            Text::File { place: Place::Path(file.path().into()), len: bytes.len() as u64 },
            Text::Stream(Stream::new(move || Ok(Box::new(io::Cursor::new(shared.clone()))))),
        ];
        let mut outcomes = Vec::new();
        for text in &texts {
            for threads in [1, 2, 5] {
                let plan = Plan { range: range.clone(), line_end: b'\n', threads };
                let mut all = Vec::new();
                each_chunk::<_, _, io::Error>(
                    text,
                    &plan,
                    || (),
                    |(), chunk| Ok(chunk.lines.to_vec()),
                    |lines| {
                        all.extend(lines);
                        Ok(Flow::On)
                    },
                )
                .unwrap();
                outcomes.push(all);
            }
        }
        outcomes.dedup();
        assert_eq!(outcomes.len(), 1, "all ways of reading agree");
        outcomes.remove(0)
    }

    #[test]
    fn every_line_comes_once_and_in_order() {
        let mut text = Vec::new();
        for i in 0..300_000 {
            writeln!(text, "line {i} {}", "x".repeat(i % 37)).unwrap();
        }
        assert!(text.len() > 5 * CHUNK);
        assert_eq!(lines(&text, 0..u64::MAX), text);
        let second = text.iter().position(|b| *b == b'\n').unwrap() + 1;
        assert_eq!(lines(&text, second as u64..u64::MAX), &text[second..]);
        text.pop();
        let without_end = lines(&text, 0..u64::MAX);
        assert_eq!((&without_end[..text.len()], &without_end[text.len()..]), (&text[..], &b"\n"[..]));
    }

    #[test]
    fn a_line_that_ends_with_a_chunk_is_no_line_twice() {
        let text = format!("{}\n{}\nend\n", "a".repeat(CHUNK - 1), "b".repeat(CHUNK - 2)).into_bytes();
        assert_eq!(lines(&text, 0..u64::MAX), text);
    }

    #[test]
    fn a_line_without_end_is_cut_and_the_rest_is_kept() {
        let mut text = b"first\n".to_vec();
        text.extend(vec![b'z'; 5 * CHUNK]);
        text.extend(b"\nlast\n");
        let read = lines_lengths(&text);
        assert_eq!(read.first(), Some(&5));
        assert!(read[1] > LONGEST_LINE && read.len() == 3, "{read:?}");
        assert_eq!(read.last(), Some(&4));
    }

    fn lines_lengths(bytes: &[u8]) -> Vec<usize> {
        let shared: Arc<[u8]> = bytes.into();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let mut both = Vec::new();
        for text in [
            Text::File { place: Place::Path(file.path().into()), len: bytes.len() as u64 },
            Text::Stream(Stream::new(move || Ok(Box::new(io::Cursor::new(shared.clone()))))),
        ] {
            let mut all = Vec::new();
            let plan = Plan { range: 0..u64::MAX, line_end: b'\n', threads: 2 };
            each_chunk::<_, _, io::Error>(
                &text,
                &plan,
                || (),
                |(), c| Ok(c.lines.to_vec()),
                |l| {
                    all.extend(l);
                    Ok(Flow::On)
                },
            )
            .unwrap();
            let lengths: Vec<usize> = all.split(|b| *b == b'\n').map(|line| line.len().min(LONGEST_LINE + 1)).collect();
            both.push(lengths[..lengths.len() - 1].to_vec());
        }
        assert_eq!(both[0], both[1]);
        both.remove(0)
    }
}
