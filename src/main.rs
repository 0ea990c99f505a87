//! The program: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    errstat::cli::main(std::env::args_os())
}
