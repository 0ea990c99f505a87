//! The text of an input, which can be read more than once and from any offset on.

use std::{
    io::{self, Read, Seek, SeekFrom},
    sync::{
        Arc, LazyLock, Mutex, PoisonError,
        mpsc::{Sender, channel},
    },
    thread,
};

use super::place::{OpenFile, Place, spooled};

pub type Stream = Box<dyn Read + Send>;

#[derive(Clone)]
pub enum Text {
    /// As it lies on disk.
    File { place: Place, len: u64 },
    /// Unpacked or decoded on the way, and so only from its start on.
    Stream(Arc<Streamed>),
}

impl Text {
    /// A text that is unpacked or decoded whenever it is opened.
    pub fn stream(open: impl Fn() -> io::Result<Stream> + Send + Sync + 'static) -> Text {
        Text::Stream(Arc::new(Streamed { open: Arc::new(open), midst: Mutex::default() }))
    }

    /// The text from its start.
    pub fn open(&self) -> io::Result<Stream> {
        self.from(0)
    }

    /// The text from an offset on.
    pub fn from(&self, offset: u64) -> io::Result<Stream> {
        match self {
            Text::File { place, .. } => seeked(place.open()?, offset),
            Text::Stream(stream) => stream.from(offset),
        }
    }

    /// The first bytes from an offset on, at most so many.
    pub fn head(&self, offset: u64, most: usize) -> io::Result<Vec<u8>> {
        let mut head = Vec::new();
        self.from(offset)?.take(most as u64).read_to_end(&mut head)?;
        Ok(head)
    }
}

type Opening = dyn Fn() -> io::Result<Stream> + Send + Sync;

pub struct Streamed {
    open: Arc<Opening>,
    /// How often reading began in its midst, and the unpacked text once that was too often.
    midst: Mutex<(u32, Option<OpenFile>)>,
}

/// Tables in another order of columns and overlaps are few, and unpacking up to them costs no room on the disk. A file
/// of many tables would be unpacked again for each.
const UNPACKED_AGAIN: u32 = 8;

impl Streamed {
    fn from(&self, offset: u64) -> io::Result<Stream> {
        if offset > 0 {
            let mut midst = self.midst.lock().unwrap_or_else(PoisonError::into_inner);
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

fn seeked(mut file: OpenFile, offset: u64) -> io::Result<Stream> {
    file.seek(SeekFrom::Start(offset))?;
    Ok(Box::new(file))
}

/// How much of a stream is read when it is opened; small files end before.
const BEGINNING: u64 = 1 << 18;

/// Opens a stream and reads its beginning on a thread of its own.
///
/// Unpacking takes some ten KiB of room. What is kept of each file that was read would be laid into the room that the
/// file before it gave back, and the next file would find none of that size: ten thousand small files would leave as many
/// holes. The allocator keeps the room of each thread apart.
fn begun(open: &Arc<Opening>) -> io::Result<Stream> {
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
    begun.unwrap_or_else(|| begin(&**open))
}

fn begin(open: &Opening) -> io::Result<Stream> {
    let mut rest = open()?;
    let mut first = Vec::new();
    let ended = (&mut rest).take(BEGINNING).read_to_end(&mut first)? < BEGINNING as usize;
    let first = io::Cursor::new(first);
    Ok(if ended { Box::new(first) } else { Box::new(first.chain(rest)) })
}

const NAME: &str = "unpack";

type Task = Box<dyn FnOnce() + Send>;

static WORKER: LazyLock<Mutex<Sender<Task>>> = LazyLock::new(|| {
    let (send, tasks) = channel::<Task>();
    // A thread that does not start closes the channel, and so does one that a damaged file ends.
    let _ = thread::Builder::new().name(NAME.into()).spawn(move || tasks.into_iter().for_each(|task| task()));
    Mutex::new(send)
});
