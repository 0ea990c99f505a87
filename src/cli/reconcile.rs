//! `errstat reconcile`: can this week's export be trusted?

use clap::Args;

use super::{
    Stop, load,
    options::{Format, Shared},
    output::unmade,
    screen,
};
use crate::{
    analysis,
    render::{json, terminal},
};

/// Compare notification mails with exports
///
/// Lists errors that only the mails or only the exports have, by channel and day. Give the mails and the exports, or an
/// archive that has both.
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

pub fn run(arguments: Arguments) -> Result<(), Stop> {
    if arguments.schema {
        return screen::print_schema::<analysis::Reconciliation>();
    }
    let shared = &arguments.shared;
    let options = load::options(shared);
    let (table, asked) = load::table(shared, &options)?;
    let found = analysis::reconcile(&table, &asked, options.lang);
    let text = match arguments.format {
        Format::Table => terminal::reconcile(&found, &screen::view(shared)),
        Format::Json => json::json(&found).map_err(unmade)?,
    };
    screen::print(text.as_bytes())
}
