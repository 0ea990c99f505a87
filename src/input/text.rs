//! The text of an input, which can be read more than once and from any offset on.

use std::{
    io::{self, Read, Seek, SeekFrom},
    sync::Arc,
};

use parking_lot::Mutex;

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
        Text::Stream(Arc::new(Streamed { open: Box::new(open), midst: Mutex::default() }))
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

pub struct Streamed {
    open: Box<dyn Fn() -> io::Result<Stream> + Send + Sync>,
    /// How often reading began in its midst, and the unpacked text once that was too often.
    midst: Mutex<(u32, Option<OpenFile>)>,
}

/// Tables in another order of columns and overlaps are few, and unpacking up to them costs no room on the disk. A file
/// of many tables would be unpacked again for each.
const UNPACKED_AGAIN: u32 = 8;

impl Streamed {
    fn from(&self, offset: u64) -> io::Result<Stream> {
        if offset > 0 {
            let mut midst = self.midst.lock();
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
        let mut stream = (self.open)()?;
        io::copy(&mut (&mut stream).take(offset), &mut io::sink())?;
        Ok(stream)
    }
}

fn seeked(mut file: OpenFile, offset: u64) -> io::Result<Stream> {
    file.seek(SeekFrom::Start(offset))?;
    Ok(Box::new(file))
}
