//! Cutting a text at line ends into chunks that all cores read at once.

use std::{
    collections::BTreeMap,
    io::{self, Read, Seek, SeekFrom},
    ops::{ControlFlow, Range},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
};

use parking_lot::{Condvar, Mutex};

use super::{
    place::OpenFile,
    rows::LONGEST_LINE,
    text::{Stream, Text},
};

/// Large enough that starting one costs nothing, small enough for the cache and for two to balance.
const CHUNK: usize = 1 << 18;
/// Results wait for the ones before them; so many may wait before the threads ahead pause.
const MOST_WAITING: u64 = 256;

/// Whole lines of a text, each with its line end.
pub struct Chunk<'a> {
    /// Offset of the first byte in the text.
    pub offset: u64,
    pub lines: &'a [u8],
    /// The last line has no end in the text, which ends there: the end was added.
    pub open: bool,
}

/// How to read a text.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Offsets of the bytes to read; both ends must be starts of lines.
    pub range: Range<u64>,
    pub line_end: u8,
    pub threads: usize,
}

/// Results in the order of their chunks, whichever is ready first, and the first error.
struct InOrder<R, C> {
    next: u64,
    waiting: BTreeMap<u64, R>,
    collect: C,
    failure: Option<io::Error>,
}

/// Reads the lines of a text in chunks: `worker` makes the state of a thread, `work` turns a chunk into a
/// result, `collect` gets the results in the order of the chunks and says when to stop. Fails with what reading, `work` or
/// `collect` met first.
pub fn each_chunk<W, R: Send>(
    text: &Text,
    plan: &Plan,
    worker: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, Chunk<'_>) -> io::Result<R> + Sync,
    collect: impl FnMut(R) -> io::Result<ControlFlow<()>> + Send,
) -> io::Result<()> {
    let (cutter, short) = match text {
        Text::File { len, .. } => (None, plan.range.end.min(*len).saturating_sub(plan.range.start) <= CHUNK as u64),
        Text::Stream(_) => {
            let cutter = Cutter::new(text, plan)?;
            let ended = cutter.ended;
            (Some(Mutex::new(cutter)), ended)
        }
    };
    let threads = if short { 1 } else { plan.threads };
    let order = Mutex::new(InOrder { next: 0, waiting: BTreeMap::new(), collect, failure: None });
    let turn = Condvar::new();
    let stop = AtomicBool::new(false);
    let deliver = |index: u64, result: R| {
        let too_far = |order: &mut InOrder<R, _>| index > order.next + MOST_WAITING && !stop.load(Ordering::Acquire);
        let mut order = order.lock();
        turn.wait_while(&mut order, too_far);
        order.waiting.insert(index, result);
        while !stop.load(Ordering::Acquire) {
            let next = order.next;
            let Some(result) = order.waiting.remove(&next) else { break };
            order.next += 1;
            let flow = (order.collect)(result);
            stop.store(flow.as_ref().map_or(true, ControlFlow::is_break), Ordering::Release);
            order.failure = flow.err();
        }
        turn.notify_all();
    };
    let fail = |error| {
        let mut order = order.lock();
        order.failure.get_or_insert(error);
        stop.store(true, Ordering::Release);
        turn.notify_all();
    };
    let claimed = AtomicU64::new(0);
    let run = || {
        let (mut state, mut buffer) = (worker(), Vec::new());
        let mut part = match text {
            Text::File { place, len } => match place.open() {
                Ok(file) => Some(Part { file, len: *len, plan }),
                Err(error) => return fail(error),
            },
            Text::Stream(_) => None,
        };
        while !stop.load(Ordering::Acquire) {
            let cut = match (&mut part, &cutter) {
                // A third of the time is the kernel's copying, which threads do side by side.
                (Some(part), _) => part.cut(claimed.fetch_add(1, Ordering::Relaxed), &mut buffer),
                // Whoever has nothing to do cuts the next one: unpacking is one after the other.
                (None, Some(cutter)) => cutter.lock().cut(&mut buffer),
                (None, None) => break,
            };
            let done = match cut {
                Ok(None) => break,
                Ok(Some(Cut { index, offset, lines, open })) => {
                    work(&mut state, Chunk { offset, lines: &buffer[lines], open }).map(|result| (index, result))
                }
                Err(error) => Err(error),
            };
            match done {
                Ok((index, result)) => deliver(index, result),
                Err(error) => fail(error),
            }
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(run);
        }
        run();
    });
    order.into_inner().failure.map_or(Ok(()), Err)
}

/// Cuts a stream at line ends, one chunk after the other.
struct Cutter {
    text: io::Take<Stream>,
    line_end: u8,
    /// Offset of the next chunk, and how many were cut before it.
    offset: u64,
    index: u64,
    /// What was read of the next chunk.
    rest: Vec<u8>,
    /// There is nothing more behind the rest.
    ended: bool,
}

/// A chunk in a buffer.
struct Cut {
    index: u64,
    offset: u64,
    lines: Range<usize>,
    open: bool,
}

/// Reads any part of a file that starts and ends with lines.
struct Part<'a> {
    file: OpenFile,
    len: u64,
    plan: &'a Plan,
}

impl Part<'_> {
    /// Puts the lines that start in a chunk's place into a buffer, which only grows, so that no byte is cleared twice. A
    /// line that is too long is cut, which makes it a reject.
    fn cut(&mut self, index: u64, buffer: &mut Vec<u8>) -> io::Result<Option<Cut>> {
        let (line_end, end) = (self.plan.line_end, self.plan.range.end.min(self.len));
        let start = self.plan.range.start + index * CHUNK as u64;
        if start >= end {
            return Ok(None);
        }
        // One byte before tells whether a line starts exactly here.
        let from = if index > 0 { start - 1 } else { start };
        let mut at = end.min(start + CHUNK as u64);
        let mut filled = self.fill(buffer, 0, from..at)?;
        let first = match index {
            0 => 0,
            _ => memchr::memchr(line_end, &buffer[..filled]).map_or(filled, |end| end + 1),
        };
        let tail = memchr::memrchr(line_end, &buffer[first..filled]).map_or(first, |end| first + end + 1);
        let (mut step, mut open) = (4 * 1024, false);
        // The last line ends behind the place.
        while first < filled && buffer[filled - 1] != line_end {
            if at >= self.len || filled - tail > LONGEST_LINE {
                hold(buffer, filled + 1);
                buffer[filled] = line_end;
                filled += 1;
                open = at >= self.len;
                break;
            }
            let more = self.fill(buffer, filled, at..(at + step).min(self.len))?;
            at += more as u64;
            step = (2 * step).min(CHUNK as u64);
            filled += memchr::memchr(line_end, &buffer[filled..filled + more]).map_or(more, |end| end + 1);
        }
        Ok(Some(Cut { index, offset: from + first as u64, lines: first..filled, open }))
    }

    /// Reads a range of the file into the buffer from an index on, and gives its length.
    fn fill(&mut self, buffer: &mut Vec<u8>, index: usize, range: Range<u64>) -> io::Result<usize> {
        let more = usize::try_from(range.end - range.start).map_err(io::Error::other)?;
        hold(buffer, index + more);
        self.file.seek(SeekFrom::Start(range.start))?;
        match self.file.read_exact(&mut buffer[index..index + more]) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(io::Error::new(error.kind(), "the file became shorter while it was read"))
            }
            read => read.map(|()| more),
        }
    }
}

impl Cutter {
    fn new(text: &Text, plan: &Plan) -> io::Result<Cutter> {
        let Range { start, end } = plan.range;
        let text = text.from(start)?.take(end.saturating_sub(start));
        let mut cutter =
            Cutter { text, line_end: plan.line_end, offset: start, index: 0, rest: Vec::new(), ended: false };
        // Read before anybody asks, to see whether there is more than one chunk.
        cutter.read()?;
        Ok(cutter)
    }

    /// Reads a chunk's length more.
    fn read(&mut self) -> io::Result<()> {
        self.ended = self.text.by_ref().take(CHUNK as u64).read_to_end(&mut self.rest)? < CHUNK;
        Ok(())
    }

    /// Puts the next chunk into a buffer. A line that is too long is cut, which makes it a reject.
    fn cut(&mut self, buffer: &mut Vec<u8>) -> io::Result<Option<Cut>> {
        let len = loop {
            match memchr::memrchr(self.line_end, &self.rest) {
                _ if self.ended => break self.rest.len(),
                Some(end) => break end + 1,
                None if self.rest.len() > LONGEST_LINE => break LONGEST_LINE + 1,
                None => self.read()?,
            }
        };
        if len == 0 {
            return Ok(None);
        }
        // They change places, so that both keep their room.
        std::mem::swap(buffer, &mut self.rest);
        self.rest.clear();
        self.rest.extend_from_slice(&buffer[len..]);
        buffer.truncate(len);
        let lacks_end = !buffer.ends_with(&[self.line_end]);
        let open = lacks_end && self.ended;
        let mut whole = len as u64;
        if lacks_end {
            buffer.push(self.line_end);
            whole += self.skip_line()?;
        }
        let cut = Cut { index: self.index, offset: self.offset, lines: 0..buffer.len(), open };
        self.index += 1;
        self.offset += whole;
        Ok(Some(cut))
    }

    /// Passes over the rest of a line, and gives how many bytes that is.
    fn skip_line(&mut self) -> io::Result<u64> {
        let mut skipped = 0;
        loop {
            if let Some(end) = memchr::memchr(self.line_end, &self.rest) {
                self.rest.drain(..=end);
                return Ok(skipped + end as u64 + 1);
            }
            skipped += self.rest.len() as u64;
            self.rest.clear();
            if self.ended {
                return Ok(skipped);
            }
            self.read()?;
        }
    }
}

fn hold(buffer: &mut Vec<u8>, len: usize) {
    if buffer.len() < len {
        buffer.resize(len, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::place::Place;
    use std::{io::Write, sync::Arc};

    /// Reads a text both ways, with several numbers of threads, and gives its lines.
    fn lines(bytes: &[u8], range: Range<u64>) -> Vec<u8> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let shared: Arc<[u8]> = bytes.into();
        let texts = [
            Text::File { place: Place::Path(file.path().into()), len: bytes.len() as u64 },
            Text::stream(move || Ok(Box::new(io::Cursor::new(shared.clone())))),
        ];
        let mut outcomes = Vec::new();
        for text in &texts {
            for threads in [1, 2, 5] {
                let plan = Plan { range: range.clone(), line_end: b'\n', threads };
                let mut all = Vec::new();
                each_chunk(
                    text,
                    &plan,
                    || (),
                    |(), chunk| Ok(chunk.lines.to_vec()),
                    |lines| {
                        all.extend(lines);
                        Ok(ControlFlow::Continue(()))
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
            Text::stream(move || Ok(Box::new(io::Cursor::new(shared.clone())))),
        ] {
            let mut all = Vec::new();
            let plan = Plan { range: 0..u64::MAX, line_end: b'\n', threads: 2 };
            each_chunk(
                &text,
                &plan,
                || (),
                |(), c| Ok(c.lines.to_vec()),
                |l| {
                    all.extend(l);
                    Ok(ControlFlow::Continue(()))
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
