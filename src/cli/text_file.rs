//! Texts that are no inputs: the configuration, an accepted state.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

/// More is neither; read without a limit, `/dev/zero` would fill the memory.
const LARGEST: u64 = 16 << 20;
/// The same as it is told.
pub const LIMIT: &str = "16 MiB";

/// Why there is no text.
pub enum NoText {
    /// It is larger than [`LIMIT`].
    TooLarge,
    Unreadable(io::Error),
}

/// The text of a file of at most [`LIMIT`].
pub fn read(path: &Path) -> Result<String, NoText> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| {
        let mut bytes = Vec::new();
        file.take(LARGEST + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    });
    let bytes = read.map_err(NoText::Unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(NoText::TooLarge);
    }
    bytes.as_slice().read_to_string(&mut text).map_err(NoText::Unreadable)?;
    Ok(text)
}
