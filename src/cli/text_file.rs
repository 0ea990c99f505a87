//! Texts that are no inputs: the configuration, an accepted state.

use std::{fs::File, io::Read, path::Path};

use crate::{
    error::{Error, Result},
    model::{key, shown},
};

/// More is neither; read without a limit, `/dev/zero` would fill the memory.
const LARGEST: u64 = 16 << 20;

/// The text of a file; `unreadable` is the sentence for one that cannot be read.
pub fn read(path: &Path, unreadable: key::SentenceKey) -> Result<String> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    if bytes.len() as u64 > LARGEST {
        return Err(Error::new(key::error::TEXT_TOO_LARGE).with("path", shown(path)).with("limit", "16 MiB"));
    }
    read.map_err(|cause| Error::new(unreadable).with("path", shown(path)).because(&cause))?;
    String::from_utf8(bytes).map_err(|_| Error::new(key::error::TEXT_NOT_UTF8).with("path", shown(path)))
}
