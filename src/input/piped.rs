//! What can only be written, such as a member of a zip file or a sheet of a workbook, as something to read.

use std::{
    io::{self, PipeReader, PipeWriter, Read},
    thread::JoinHandle,
};

/// Reads what `write` writes on a thread of its own. The thread ends when nobody reads any more.
pub fn piped(
    thread: &str,
    write: impl FnOnce(PipeWriter) -> io::Result<()> + Send + 'static,
) -> io::Result<Box<dyn Read + Send>> {
    let (pipe, end) = io::pipe()?;
    let writing = std::thread::Builder::new().name(thread.into()).spawn(move || write(end))?;
    Ok(Box::new(Piped { pipe, writing: Some(writing) }))
}

struct Piped {
    pipe: PipeReader,
    writing: Option<JoinHandle<io::Result<()>>>,
}

impl Read for Piped {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.pipe.read(buffer)?;
        if n == 0
            && !buffer.is_empty()
            && let Some(writing) = self.writing.take()
        {
            // The end of the pipe may be the end of the text or of the writer's luck.
            writing.join().unwrap_or_else(|_| Err(io::Error::other("the file is damaged")))?;
        }
        Ok(n)
    }
}
