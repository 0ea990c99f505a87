//! What goes wrong while an input is read, on its way to a sentence: an error of the disk, or one that holds what is to be
//! said.

use std::io;

use super::allowance::TooMuch;
use crate::{
    error::{Error, Result},
    model::{Sentence, TooVaried, VARIETY_LIMIT, key},
};

/// The sentence that a fault is for the user; `path` is safe to show.
pub fn unreadable(path: &str, cause: &io::Error) -> Error {
    let inner = cause.get_ref();
    if let Some(error) = inner.and_then(|inner| inner.downcast_ref::<Error>()) {
        error.clone()
    } else if let Some(too_much) = inner.and_then(|inner| inner.downcast_ref::<TooMuch>()) {
        too_much.told(path)
    } else if let Some(TooVaried { column, example }) = inner.and_then(|inner| inner.downcast_ref()) {
        Error::new(key::error::TOO_VARIED)
            .with("path", path)
            .with("column", column)
            .with("example", example)
            .with_number("limit", VARIETY_LIMIT as u64)
    } else if cause.raw_os_error().is_some() {
        Error::new(key::error::UNREADABLE).with("path", path).because(cause)
    } else {
        Error::new(key::error::DAMAGED).with("path", path).with("cause", cause)
    }
}

/// Why a file is skipped that the user did not name, where it is the file that can't be read. Any other error ends the
/// reading.
pub fn skipped(error: Error) -> Result<Sentence> {
    let key = match error.0.key {
        key::error::UNREADABLE => key::other::UNREADABLE,
        key::error::DAMAGED => key::other::DAMAGED,
        _ => return Err(error),
    };
    Ok(Sentence { key, ..*error.0 })
}
