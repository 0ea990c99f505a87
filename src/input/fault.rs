//! What goes wrong while an input is read, on its way to a sentence: an error of the disk, or one that holds what is to be
//! said.

use std::io;

use super::allowance::TooMuch;
use crate::{
    error::Error,
    model::{TooVaried, VARIETY_LIMIT, key},
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
            .with("limit", VARIETY_LIMIT)
    } else {
        Error::new(key::error::UNREADABLE).with("path", path).with("cause", cause)
    }
}
