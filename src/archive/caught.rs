//! Running a reader that may panic on hostile input.

use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
};

thread_local! {
    static CAUGHT: Cell<bool> = const { Cell::new(false) };
}

/// The result of the work, or `None` where it panicked. The work must not touch anything that lives on after a panic.
pub(crate) fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    let before = CAUGHT.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    CAUGHT.set(before);
    result.ok()
}

/// Whether a panic of this thread would end as a sentence. What a panic writes is up to the process' hook, which belongs
/// to the program and not to this library: a program that shows no word of such panics asks here.
pub fn is_caught() -> bool {
    CAUGHT.get()
}
