//! `errstat summary`: the numbers.

use clap::{Args, ValueEnum};

use super::{Stop, load, options::Shared, output::unmade, screen};
use crate::render::{
    csv,
    json::{self, Summary},
    markdown, terminal,
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

    /// Print the JSON Schema of --format json
    #[arg(long, exclusive = true)]
    schema: bool,

    #[command(flatten)]
    shared: Shared,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Table,
    Json,
    Csv,
    Markdown,
}

pub fn run(arguments: Arguments) -> Result<(), Stop> {
    if arguments.schema {
        return screen::print_schema::<Summary<'_>>();
    }
    let analysis = load::analyse(&arguments.shared, false)?;
    let shared = &arguments.shared;
    let story = shared.story(&analysis, shared.lang());
    let bytes = match arguments.format {
        Format::Table => terminal::summary(&story, &screen::view(shared)).into_bytes(),
        Format::Json => json::summary(&story).map_err(unmade)?.into_bytes(),
        Format::Csv => csv::csv(&analysis).map_err(unmade)?,
        Format::Markdown => markdown::markdown(&story).into_bytes(),
    };
    screen::print(&bytes)
}
