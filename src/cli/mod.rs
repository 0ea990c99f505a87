//! The command line: one file per command, and no logic that a user of the library would miss.

mod archive;
mod check;
// What errstat.toml says is fuzzed.
#[doc(hidden)]
pub mod config;
mod convert;
mod explain;
mod inspect;
mod load;
mod moment;
#[doc(hidden)]
pub mod options;
mod output;
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
    path::Path,
    process::ExitCode,
};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use self::config::{Config, ConfigFile};
use crate::{
    error::{Error, Result},
    model::{Privacy, Zone, for_log},
};

/// Explains LINE's webhook error statistics: what failed, since when, why, and what to do
#[derive(Debug, Parser)]
#[command(name = "errstat", version = VERSION, long_version = long_version(), max_term_width = 100, arg_required_else_help = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), env!("ERRSTAT_COMMIT"));

/// The version, and that of the rules by which local times are told.
fn long_version() -> String {
    format!("{VERSION}\nTime zones: IANA {}", Zone::database())
}

const EXAMPLES: &str = "\
Examples:
  errstat summary webhook-errors.tsv                      the numbers
  errstat report exports/*.tsv --period last-week -o out  the weekly report
  errstat explain 502                                     what to do about it

Exit codes: 0 done (check: all rules pass), 1 a rule fails, 2 errstat
couldn't do the job.";

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
    let program = Cli::command();
    let arguments = usage::completed(arguments.into_iter().collect(), &program);
    let file = ConfigFile::find(usage::value_of("--config", &arguments).as_deref().map(Path::new));
    let config = match &file {
        Ok(file) => file.as_ref().map(Config::parse).transpose(),
        Err(error) => Err(error.clone()),
    };
    screen::speak(config::language(&arguments, config.as_ref().ok().and_then(Option::as_ref)));
    match run(&program, &arguments, config) {
        Ok(()) | Err(Stop::PipeClosed) => ExitCode::SUCCESS,
        Err(Stop::Broken) => ExitCode::from(1),
        Err(Stop::Told) => ExitCode::from(2),
        Err(Stop::Failed(error)) => {
            screen::fail(&error);
            ExitCode::from(2)
        }
    }
}

fn run(
    program: &clap::Command,
    line: &[OsString],
    config: Result<Option<Config<'_>>>,
) -> std::result::Result<(), Stop> {
    let matches = match program.clone().try_get_matches_from(line) {
        Ok(matches) => matches,
        Err(error) => return refuse(&error, line, program),
    };
    let (mut command, mut given, mut behind) = (program, &matches, 1);
    while let Some((name, inner)) = given.subcommand()
        && let Some(found) = command.find_subcommand(name)
    {
        (command, given, behind) = (found, inner, behind + 1);
    }
    let prints_schema = matches!(given.try_get_one("schema"), Ok(Some(true)));
    let takes_options = command.get_arguments().any(|argument| argument.get_id() == "config") && !prints_schema;
    let config = if takes_options { config } else { Ok(None) };
    let configured = match &config {
        Ok(Some(config)) => config.arguments(command, given),
        Ok(None) => Ok(Vec::new()),
        Err(error) => Err(error.clone()),
    };
    let read = match &configured {
        // The arguments of the file go before those of the user.
        Ok(of_file) if !of_file.is_empty() => {
            program.clone().try_get_matches_from([&line[..behind], of_file, &line[behind..]].concat())
        }
        _ => Ok(matches),
    };
    let cli = match read.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return refuse(&error, line, program),
    };
    let configured = configured.map(drop);
    if !matches!(cli.command, Command::Check(_)) {
        configured.clone()?;
    }
    match cli.command {
        // Whatever is wrong with the configuration is a verdict too.
        Command::Check(command) => check::run(command, config, configured),
        Command::Report(command) => report::run(command, line),
        Command::Summary(command) => summary::run(command),
        Command::Inspect(command) => inspect::run(command),
        Command::Archive(command) => archive::run(command),
        Command::Convert(command) => convert::run(command),
        Command::Reconcile(command) => reconcile::run(command),
        Command::Explain(command) => explain::run(&command),
        Command::Completions(command) => setup::completions(&command, program.clone()),
        Command::Man(command) => setup::man(&command, program.clone()),
    }
}

/// Help is a result, anything else a mistake of usage.
fn refuse(error: &clap::Error, line: &[OsString], program: &clap::Command) -> std::result::Result<(), Stop> {
    if !error.use_stderr() {
        return screen::printed(error.print());
    }
    if let Some(sentence) = usage::sentence(error, line, program, screen::spoken()) {
        screen::tell(&sentence);
        return Err(Stop::Told);
    }
    // It repeats the command line, so it gets no colours: no escape code in it is ours.
    let text = error.render().to_string();
    let safe: Vec<String> = text.lines().map(|line| for_log(&Privacy::default().text(line))).collect();
    // Where standard error is gone, there is nobody to tell.
    let _ = writeln!(io::stderr(), "{}", safe.join("\n"));
    Err(Stop::Told)
}
