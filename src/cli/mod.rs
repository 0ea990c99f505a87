//! The command line: one file per command, and no logic that a user of the library would miss.

mod archive;
mod check;
mod config;
mod convert;
mod explain;
mod inspect;
mod load;
mod options;
mod output;
mod positions;
mod progress;
mod reconcile;
mod report;
mod screen;
mod setup;
mod summary;
mod text_file;
mod usage;

use std::{
    ffi::OsString,
    io::{self, Write},
    process::ExitCode,
};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::{error::Error, model::for_log};

/// Says what failed, since when, how badly and why, from LINE's webhook error statistics
#[derive(Debug, Parser)]
#[command(name = "errstat", version = concat!(env!("CARGO_PKG_VERSION"), env!("ERRSTAT_COMMIT")), max_term_width = 100, arg_required_else_help = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  errstat summary webhook-errors.tsv                      the numbers
  errstat report exports/*.tsv --period last-week -o out  the weekly report
  errstat explain 502                                     what to do about it

Exit codes: 0 done (check: all rules hold), 1 a rule is broken,
2 the job could not be done.";

#[derive(Debug, Subcommand)]
enum Command {
    Report(report::Arguments),
    Summary(summary::Arguments),
    Check(check::Arguments),
    Inspect(inspect::Arguments),
    Archive(archive::Arguments),
    Convert(convert::Arguments),
    Reconcile(reconcile::Arguments),
    Explain(explain::Arguments),
    Completions(setup::Completions),
    Man(setup::Man),
}

/// What ends a command early.
enum Stop {
    /// Nobody reads what is written: that is no error.
    PipeClosed,
    Failed(Error),
    /// A rule is broken.
    Broken,
    /// It failed, and the user knows why.
    Told,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop::Failed(error)
    }
}

/// Runs the program and says how it ended: 0 done, 1 a rule is broken, 2 the job could not be done.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = usage::completed(arguments.into_iter().collect(), &Cli::command());
    screen::speak(usage::language(&arguments));
    match run(&arguments) {
        Ok(()) | Err(Stop::PipeClosed) => ExitCode::SUCCESS,
        Err(Stop::Broken) => ExitCode::from(1),
        Err(Stop::Told) => ExitCode::from(2),
        Err(Stop::Failed(error)) => {
            screen::fail(&error);
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[OsString]) -> Result<(), Stop> {
    let read = Cli::command().try_get_matches_from(arguments).and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match read {
        Ok(cli) => cli,
        Err(error) => return refuse(&error, arguments),
    };
    match cli.command {
        Command::Report(command) => report::run(command, arguments),
        Command::Summary(command) => summary::run(command),
        Command::Check(command) => check::run(command),
        Command::Inspect(command) => inspect::run(command),
        Command::Archive(command) => archive::run(command),
        Command::Convert(command) => convert::run(command),
        Command::Reconcile(command) => reconcile::run(command),
        Command::Explain(command) => explain::run(&command),
        Command::Completions(command) => setup::completions(&command, Cli::command()),
        Command::Man(command) => setup::man(&command, Cli::command()),
    }
}

/// Help is a result, anything else a mistake of usage.
fn refuse(error: &clap::Error, arguments: &[OsString]) -> Result<(), Stop> {
    if !error.use_stderr() {
        return screen::printed(error.print());
    }
    if let Some(sentence) = usage::sentence(error, arguments, &Cli::command(), screen::spoken()) {
        screen::tell(&sentence);
        return Err(Stop::Told);
    }
    // It repeats the command line, so it gets no colours: no escape code in it is ours.
    let text = error.render().to_string();
    let safe: Vec<String> = text.lines().map(|line| for_log(&crate::model::Privacy::default().text(line))).collect();
    // Where standard error is gone, there is nobody to tell.
    let _ = writeln!(io::stderr(), "{}", safe.join("\n"));
    Err(Stop::Told)
}
