//! `errstat summary`: the numbers.

use std::io::{self, IsTerminal};

use clap::{Args, ValueEnum};

use super::{
    Stop, load,
    options::{AccessLogs, Shared},
    output::unmade,
    screen,
};
use crate::render::{
    chat::Product,
    csv,
    json::{self, Summary},
    line, markdown, openmetrics, terminal,
};

/// Print the numbers: what failed, since when, what to do first
///
/// Reads the TSV files that you downloaded from the LINE Developers Console. errstat FILE does the same. For pictures and a
/// page, use errstat report.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,

    /// Print everything on a terminal too: all tables, the curve, files, notes
    #[arg(long)]
    full: bool,

    /// Print the JSON Schema of --format json
    #[arg(long, exclusive = true)]
    schema: bool,

    #[command(flatten)]
    shared: Shared,

    #[command(flatten)]
    access: AccessLogs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Table,
    Json,
    Csv,
    Markdown,
    Line,
    Slack,
    Teams,
    Discord,
    LineFlex,
    Openmetrics,
}

pub fn run(arguments: Arguments) -> Result<(), Stop> {
    if arguments.schema {
        return screen::print_schema::<Summary<'_>>();
    }
    let analysis = load::analyse(&arguments.shared, &arguments.access, false)?;
    let shared = &arguments.shared;
    let story = shared.story(&analysis, shared.lang());
    let bytes = match arguments.format {
        Format::Table if !arguments.full && io::stdout().is_terminal() => {
            terminal::answer(&story, &screen::view(shared)).into_bytes()
        }
        Format::Table => terminal::summary(&story, &screen::view(shared)).into_bytes(),
        Format::Json => json::summary(&story).map_err(unmade)?.into_bytes(),
        Format::Csv => csv::csv(&analysis).map_err(unmade)?,
        Format::Markdown => markdown::markdown(&story).into_bytes(),
        Format::Line => line::line(&story).into_bytes(),
        Format::Slack => Product::Slack.message(&story).into_bytes(),
        Format::Teams => Product::Teams.message(&story).into_bytes(),
        Format::Discord => Product::Discord.message(&story).into_bytes(),
        Format::LineFlex => Product::LineFlex.message(&story).into_bytes(),
        Format::Openmetrics => openmetrics::openmetrics(&story).into_bytes(),
    };
    screen::print(&bytes)
}
