//! `errstat convert`: the canonical rows of inputs in one file.

use std::path::PathBuf;

use clap::Args;

use super::{
    Stop, load,
    options::{Reading, Shared, Showing},
    output::{self, shown, unmade},
    screen,
};
use crate::{
    archive::Collected,
    error::Result,
    model::{Row, Sentence, Timestamp, key},
    table::Canonical,
    taxonomy,
};

/// Write the rows of inputs as Parquet or CSV, in the archive's schema
///
/// Adds up the rows of one input that have the same time, channel, reason and detail. Of several inputs the larger sum counts,
/// as in an archive. docs/scale.md shows how a cluster merges the files of many exports.
#[derive(Args, Debug)]
pub struct Arguments {
    /// The file to write; .csv is CSV, anything else Parquet
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
    load::apart(&shared, &[&output])?;
    shared.keep_urls = Some(keep_urls);
    let canonical = Canonical::new(load::inputs(&shared)?, &load::channel_rules(&shared))?;
    let mut collected = Collected::default();
    for source in 0..canonical.reports().count() {
        collected.source()?;
        canonical.rows(source, &mut |row| collected.row(row))?;
    }
    let csv = output.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    let (rows, bytes) = if csv {
        let rows = collected.rows()?;
        (rows.len() as u64, as_csv(&rows)?)
    } else {
        collected.parquet()?
    };
    output::write(&output, &bytes)?;
    screen::tell_left_out(&canonical, &shared.showing);
    if !shared.showing.quiet {
        let written = Sentence::new(key::convert::WRITTEN).with("path", shown(&output)).with_number("rows", rows);
        screen::tell(&shared.lang().say(&written));
    }
    Ok(())
}

fn as_csv(rows: &[Row]) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let heading = [
        "time",
        "end",
        "precision",
        "channel_id",
        "channel",
        "reason",
        "detail",
        "status",
        "host",
        "errors",
        "rows",
        "source",
    ];
    let moment = |at: Timestamp| at.utc().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
    writer.write_record(heading).map_err(unmade)?;
    for row in rows {
        let status = taxonomy::status(&row.reason, &row.detail).map(|status| status.to_string());
        let record = [
            moment(row.time),
            moment(row.end),
            row.precision.name().to_owned(),
            row.channel.id.clone().unwrap_or_default(),
            row.channel.name.clone().unwrap_or_default(),
            row.reason.clone(),
            row.detail.clone(),
            status.unwrap_or_default(),
            row.host.as_ref().map(|host| host.0.clone()).unwrap_or_default(),
            row.errors.to_string(),
            row.rows.to_string(),
            row.origin.name().to_owned(),
        ];
        writer.write_record(record.map(|cell| crate::model::spreadsheet_safe(&cell))).map_err(unmade)?;
    }
    writer.into_inner().map_err(unmade)
}
