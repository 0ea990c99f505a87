//! What goes wrong while an input is read, on its way to a sentence.

use std::io;

use super::{allowance::TooMuch, cells::Overflow, place::NoScratch};
use crate::{
    error::Error,
    model::{TooVaried, VARIETY_LIMIT, key},
};

/// An error of the disk, or one that has its sentence already.
pub enum Fault {
    Io(io::Error),
    Told(Error),
    TooVaried(TooVaried),
    Overflow,
}

/// The result of a job whose errors get their sentence when the path is known.
pub type Attempt<T> = std::result::Result<T, Fault>;

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Fault::Io(error)
    }
}

impl From<TooVaried> for Fault {
    fn from(error: TooVaried) -> Self {
        Fault::TooVaried(error)
    }
}

impl From<Overflow> for Fault {
    fn from(_: Overflow) -> Self {
        Fault::Overflow
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Fault::Told(error)
    }
}

impl Fault {
    /// The sentence for the user; `path` is safe to show.
    pub fn told(self, path: &str) -> Error {
        match self {
            Fault::Io(cause) => unreadable(path, &cause),
            Fault::Told(error) => error,
            Fault::TooVaried(TooVaried { column, example }) => Error::new(key::error::TOO_VARIED)
                .with("path", path)
                .with("column", column)
                .with("example", example)
                .with("limit", VARIETY_LIMIT),
            Fault::Overflow => Error::new(key::error::OVERFLOW),
        }
    }
}

/// A file that is there and cannot be read, or not to its end.
pub fn unreadable(path: &str, cause: &io::Error) -> Error {
    let inner = cause.get_ref();
    if let Some(too_much) = inner.and_then(|cause| cause.downcast_ref::<TooMuch>()) {
        too_much.told(path)
    } else if let Some(no_scratch) = inner.and_then(|cause| cause.downcast_ref::<NoScratch>()) {
        no_scratch.told()
    } else {
        Error::new(key::error::UNREADABLE).with("path", path).with("cause", cause)
    }
}
