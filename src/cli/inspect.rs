//! `errstat inspect`: how a file was understood.

use clap::Args;

use super::{
    Stop, load,
    options::{Reading, Selection, Shared, Showing, parsed},
    screen,
};
use crate::{
    model::{SourceReport, Zone},
    render::terminal,
};

/// How each file was understood: encoding, columns, times, rejects
///
/// Shows what was decided and from which evidence. Reads every row, and changes nothing.
#[derive(Args, Debug)]
pub struct Arguments {
    #[command(flatten)]
    reading: Reading,

    /// Zone of the times shown: IANA name or offset [default: Asia/Tokyo]
    #[arg(long, value_name = "ZONE", value_parser = parsed::<Zone>, allow_hyphen_values = true)]
    timezone: Option<Zone>,

    #[command(flatten)]
    showing: Showing,
}

pub fn run(arguments: Arguments) -> Result<(), Stop> {
    let Arguments { reading, timezone, showing } = arguments;
    let mut shared =
        Shared { reading, showing, selection: Selection { timezone, ..Selection::default() }, ..Shared::default() };
    let reading = load::read(&mut shared)?;
    let reports: Vec<SourceReport> = reading.sources.into_iter().map(|source| source.report).collect();
    let zone = shared.zone();
    let mut text = terminal::inspect(&reports, &zone, &screen::view(&shared));
    for (path, why) in &reading.skipped {
        let note =
            crate::model::Sentence::new("note.skipped_file").with("path", path).with("why", shared.lang().say(why));
        text.push_str(&crate::model::for_log(&shared.lang().say(&note)));
        text.push('\n');
    }
    screen::print(text.as_bytes())
}
