//! The program: arguments in, exit code out.

use std::{env, process::ExitCode};

/// What the beginnings of variables' names are that steer linked crates or threads, and never errstat: with
/// `POLARS_MAX_THREADS=0` polars panics, with `RUST_MIN_STACK=1` no thread starts.
const FOREIGN: [&str; 6] = ["MATMUL_", "PARQUET_", "POLARS_", "RAYON_", "RUST_MIN_STACK", "TOKIO_"];

fn main() -> ExitCode {
    forget_foreign_variables();
    say_nothing_of_caught_panics();
    errstat::cli::main(env::args_os())
}

/// What a damaged file makes of a linked crate ends as a sentence, and needs no other word. That is for the program to
/// say: the library leaves the hook of the process, which may be another program's, alone.
fn say_nothing_of_caught_panics() {
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !errstat::archive::is_caught() {
            told(panic);
        }
    }));
}

/// Makes sure that nobody's settings for other programs decide how this one runs.
fn forget_foreign_variables() {
    let foreign = |name: &std::ffi::OsString| {
        let name = name.as_encoded_bytes().to_ascii_uppercase();
        FOREIGN.iter().any(|beginning| name.starts_with(beginning.as_bytes()))
    };
    let names: Vec<_> = env::vars_os().map(|(name, _)| name).filter(foreign).collect();
    for name in names {
        // SAFETY: another thread that reads the environment meanwhile would be undefined behaviour. This is the first
        // thing that the program does, so there is none; linked crates start theirs when they are used.
        unsafe { env::remove_var(name) };
    }
}
