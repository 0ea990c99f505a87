//! The beginning of what is unpacked, read on a thread of its own.
//!
//! Unpacking takes some ten KiB of room. What is kept of each file that was read would be laid into the room that the
//! file before it gave back, and the next file would find none of that size: ten thousand small files would leave as many
//! holes. The allocator keeps the room of each thread apart.

use std::{
    io::{self, Read},
    sync::{
        Arc, LazyLock, Mutex, PoisonError,
        mpsc::{Sender, channel},
    },
    thread,
};

/// Opens a stream at its start.
pub type Opening = dyn Fn() -> io::Result<Box<dyn Read + Send>> + Send + Sync;

/// A stream, opened: its first bytes, and the rest where they are not all.
type Begun = io::Result<(Vec<u8>, Option<Box<dyn Read + Send>>)>;

/// How much is read; small files end before.
const BEGINNING: u64 = 1 << 18;

/// Opens a stream and reads its beginning.
///
/// # Errors
/// Where it cannot be opened or read.
pub fn begun(open: &Arc<Opening>) -> io::Result<Box<dyn Read + Send>> {
    // What is decoded may be unpacked first: a task of a task.
    if thread::current().name() == Some(NAME) {
        return open();
    }
    let (send, receive) = channel();
    let there = Arc::clone(open);
    let task = move || drop(send.send(begin(&*there)));
    let sent = WORKER.lock().unwrap_or_else(PoisonError::into_inner).send(Box::new(task));
    let begun = sent.ok().and_then(|()| receive.recv().ok());
    // Where there is no such thread, it works on this one.
    let (first, rest) = begun.unwrap_or_else(|| begin(&**open))?;
    let first = io::Cursor::new(first);
    Ok(match rest {
        Some(rest) => Box::new(first.chain(rest)),
        None => Box::new(first),
    })
}

fn begin(open: &Opening) -> Begun {
    let mut stream = open()?;
    let mut first = Vec::new();
    let ended = (&mut stream).take(BEGINNING).read_to_end(&mut first)? < BEGINNING as usize;
    Ok((first, (!ended).then_some(stream)))
}

const NAME: &str = "unpack";

type Task = Box<dyn FnOnce() + Send>;

static WORKER: LazyLock<Mutex<Sender<Task>>> = LazyLock::new(|| {
    let (send, tasks) = channel::<Task>();
    // A thread that does not start closes the channel, and so does one that a damaged file ends.
    let _ = thread::Builder::new().name(NAME.into()).spawn(move || tasks.into_iter().for_each(|task| task()));
    Mutex::new(send)
});
