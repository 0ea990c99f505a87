//! `errstat convert`: the canonical rows of inputs in one file.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{
    Stop, load,
    options::{AccessLogs, Reading, Shared, Showing},
    output::{self, shown},
    screen,
};
use crate::{
    archive::{Collected, to_csv},
    error::Error,
    input::Source,
    model::{Origin, Sentence, key},
    table::Canonical,
};

/// Write the rows of inputs as Parquet or CSV, in the archive's schema
///
/// Adds up the rows of one input that have the same time, channel, reason and detail. Of several inputs the larger sum counts,
/// as in an archive. docs/scale.md shows how a cluster merges the files of many exports.
#[derive(Args, Debug)]
pub struct Arguments {
    /// The file to write: .csv, or Parquet with .parquet or without an ending
    #[arg(short, long, value_name = "FILE", required = true)]
    output: PathBuf,

    /// Keep whole webhook URLs, which may contain secrets
    #[arg(long)]
    keep_urls: bool,

    #[command(flatten)]
    reading: Reading,

    #[command(flatten)]
    showing: Showing,
}

pub fn run(arguments: Arguments) -> std::result::Result<(), Stop> {
    let Arguments { output, keep_urls, reading, showing } = arguments;
    let mut shared = Shared { reading, showing, ..Shared::default() };
    load::apart(&shared, &AccessLogs::default(), &[&output])?;
    let ending = output.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let csv = match ending.as_deref() {
        Some("csv") => true,
        Some("parquet") | None => false,
        Some(ending) => {
            let why = Error::new(key::error::CONVERT_ENDING).with("path", shown(&output));
            return Err(why.with("ending", shown(Path::new(&format!(".{ending}")))).into());
        }
    };
    shared.keep_urls = Some(keep_urls);
    let reading = load::inputs(&shared)?;
    load::whole(&reading)?;
    let canonical = Canonical::new(reading, &load::channel_rules(&shared))?;
    let mut collected = Collected::default();
    for source in 0..canonical.reading.reports().count() {
        collected.source()?;
        canonical.rows(source, &mut |row| collected.row(row))?;
    }
    let (rows, bytes) = if csv {
        let rows = collected.rows()?;
        (rows.len() as u64, to_csv(&rows)?)
    } else {
        collected.parquet()?
    };
    output::write(&output, &bytes)?;
    screen::tell_left_out(&canonical, &shared.showing);
    let sources = canonical.reading.sources.iter().filter(|source| !source.parts.is_empty());
    let is_export = |source: &&Source| source.parts.iter().any(|part| part.origin == Origin::Export);
    if !shared.showing.quiet && sources.clone().count() > 1 && sources.clone().any(|source| is_export(&source)) {
        screen::tell(&shared.lang().say(&Sentence::new(key::convert::ENDS_LOST)));
    }
    if !shared.showing.quiet {
        let written = Sentence::new(key::convert::WRITTEN).with("path", shown(&output)).with_number("rows", rows);
        screen::tell(&shared.lang().say(&written));
    }
    Ok(())
}
