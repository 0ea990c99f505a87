//! `errstat inspect`: how a file was understood.

use clap::Args;

use super::{
    Stop, load,
    options::{Reading, Selection, Shared, Showing, parsed},
    screen,
};
use crate::{
    error::Error,
    input,
    model::{Sentence, SourceReport, Zone, for_log, key, skipped_note},
    render::terminal,
    table::whose,
};

/// Show how errstat read each file: encoding, columns, times, rejects
///
/// Shows each decision and its evidence. Reads every row and changes nothing. To ask about a file in public, add
/// --for-issue.
#[derive(Args, Debug)]
pub struct Arguments {
    #[command(flatten)]
    reading: Reading,

    /// Time zone of the times shown: IANA name or offset [default: Asia/Tokyo]
    #[arg(long, value_name = "ZONE", value_parser = parsed::<Zone>, allow_hyphen_values = true)]
    timezone: Option<Zone>,

    /// Show shapes instead of texts, to paste in public
    ///
    /// Letters become a, digits 9. Headings, reasons and details that LINE documents stay.
    #[arg(long, conflicts_with = "show_urls")]
    for_issue: bool,

    #[command(flatten)]
    showing: Showing,
}

pub fn run(arguments: Arguments) -> Result<(), Stop> {
    let Arguments { reading, timezone, for_issue, showing } = arguments;
    let shared =
        Shared { reading, showing, selection: Selection { timezone, ..Selection::default() }, ..Shared::default() };
    let read = load::inputs(&shared);
    let first = if for_issue { first_lines(&shared) } else { String::new() };
    let told = |error: Error| {
        if !for_issue {
            return error;
        }
        // Of a file that is not understood this is all that can be told.
        screen::tell_plainly(&first);
        input::shaped(*error.0).into()
    };
    let mut reading = read.map_err(told)?;
    let mut notes = whose(&mut reading, &load::channel_rules(&shared)).map_err(told)?;
    if for_issue {
        notes = notes.into_iter().map(input::shaped).collect();
        for source in &mut reading.sources {
            source.report = input::shapes(source.report.clone());
        }
        for (path, why) in &mut reading.skipped {
            (*path, *why) = (input::file_shape(path), input::shaped(why.clone()));
        }
    }
    let reports: Vec<SourceReport> = reading.sources.into_iter().map(|source| source.report).collect();
    let zone = shared.zone();
    let mut text = terminal::inspect(&reports, &zone, &screen::view(&shared));
    text.push_str(&first);
    for note in notes.into_iter().chain(reading.skipped.iter().map(skipped_note)) {
        text.push_str(&for_log(&shared.lang().say(&note)));
        text.push('\n');
    }
    screen::print(text.as_bytes())
}

/// The shapes of the files' first lines.
fn first_lines(shared: &Shared) -> String {
    let mut text = String::new();
    for (path, lines) in input::beginnings(&shared.reading.inputs, &shared.read_options()) {
        let title = Sentence::new(key::inspect::FIRST_LINES).with("path", path);
        let lines = lines.iter().map(|line| format!("  {line}"));
        for line in std::iter::once(shared.lang().say(&title)).chain(lines) {
            text.push_str(&for_log(&line));
            text.push('\n');
        }
    }
    text
}
