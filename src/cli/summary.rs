//! `errstat summary`: the numbers.

use std::io::{self, IsTerminal};

use clap::{Args, ValueEnum};

use super::{
    Stop, load,
    options::{AccessLogs, Shared},
    output::unmade,
    screen,
};
use crate::{
    analysis::Analysis,
    error::{self, Error},
    model::key,
    render::{
        chat::Product,
        csv,
        json::{self, Summary},
        line, markdown, openmetrics, terminal,
    },
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

    /// CSV lines per detail, channel or time window, with a column for the channel
    ///
    /// detail: a line for each reason and detail on each channel. channel: a line for each channel. window: a line for each
    /// time window on each channel, with a column for each reason. Without it, a line for each reason and detail.
    #[arg(long, value_name = "WHAT", hide_possible_values = true, hide_short_help = true)]
    by: Option<By>,

    /// Begin the CSV with a byte order mark, so that Excel reads it as UTF-8
    #[arg(long, hide_short_help = true)]
    bom: bool,

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

/// What the lines of a CSV are of, beside the channel.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum By {
    Detail,
    Channel,
    Window,
}

impl Arguments {
    fn csv(&self, analysis: &Analysis) -> error::Result<Vec<u8>> {
        let lines = match self.by {
            None => csv::csv(analysis),
            Some(By::Detail) => csv::by_detail(analysis),
            Some(By::Channel) => csv::by_channel(analysis),
            Some(By::Window) => csv::by_window(analysis),
        };
        let lines = lines.map_err(unmade)?;
        Ok(if self.bom { [csv::MARK, &lines].concat() } else { lines })
    }
}

pub fn run(arguments: Arguments) -> Result<(), Stop> {
    if arguments.schema {
        return screen::print_schema::<Summary<'_>>();
    }
    for (given, option) in [(arguments.by.is_some(), "--by"), (arguments.bom, "--bom")] {
        if given && !matches!(arguments.format, Format::Csv) {
            return Err(Error::new(key::usage::CSV_ONLY).with("option", option).into());
        }
    }
    screen::tell_zone(&arguments.shared);
    let analysis = load::analyse(&arguments.shared, &arguments.access, arguments.by.is_some())?;
    let shared = &arguments.shared;
    let story = shared.story(&analysis, shared.lang());
    let bytes = match arguments.format {
        Format::Table if !arguments.full && io::stdout().is_terminal() => {
            terminal::answer(&story, &screen::view(shared)).into_bytes()
        }
        Format::Table => terminal::summary(&story, &screen::view(shared)).into_bytes(),
        Format::Json => json::summary(&story).map_err(unmade)?.into_bytes(),
        Format::Csv => arguments.csv(&analysis)?,
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
