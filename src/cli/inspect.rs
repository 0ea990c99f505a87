//! `errstat inspect`: how a file was understood.

use clap::Args;

use super::{
    Stop, load,
    options::{Logs, Reading, Selection, Shared, Showing, parsed},
    screen,
};
use crate::{
    error::{Error, Result},
    input,
    model::{Sentence, SentenceKey, SourceReport, Zone, for_log, key, skipped_note},
    render::terminal,
    server::{self, Finds},
    table::whose,
};

/// Show how errstat read each file: encoding, columns, times, rejects
///
/// Shows each decision and its evidence. Reads every row and changes nothing. To ask about a file in public, add
/// --for-issue. For your server's access logs, it shows what they can and can't answer.
#[derive(Args, Debug)]
pub struct Arguments {
    #[command(flatten)]
    reading: Reading,

    #[command(flatten)]
    logs: Logs,

    /// Time zone of access logs whose times have none [default: UTC]
    #[arg(
        long,
        value_name = "ZONE",
        value_parser = parsed::<Zone>,
        allow_hyphen_values = true,
        hide_short_help = true,
        help_heading = "Access logs"
    )]
    log_timezone: Option<Zone>,

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

/// Why an access log that is recognised can't be used.
const LACKING: [SentenceKey; 2] = [key::server::NO_TIME, key::server::NO_STATUS];

pub fn run(arguments: Arguments) -> std::result::Result<(), Stop> {
    let Arguments { reading, logs, log_timezone, timezone, for_issue, showing } = arguments;
    let mut shared =
        Shared { reading, showing, selection: Selection { timezone, ..Selection::default() }, ..Shared::default() };
    let options = logs.options(log_timezone);
    let found = access_logs(&mut shared, &options)?;
    let log_paths: Vec<String> = found.logs.iter().map(|log| log.path.clone()).collect();
    let mut text = String::new();
    if !found.logs.is_empty() {
        let mut log = server::read(found.logs, &options, shared.read_options().threads)?;
        if for_issue {
            log.files.iter_mut().for_each(|file| file.path = input::file_shape(&file.path));
        }
        text = terminal::server_log(&log, &shared.zone(), log_timezone.as_ref(), &screen::view(&shared));
        let why = log.no_requests(logs.webhook_path.as_deref());
        // Without a user agent that is among what the log can't answer.
        if let Some(why) = why.filter(|why| why.key != key::server_unusable::NO_AGENT) {
            text.push_str(&noted(&why, &shared));
        }
    }
    if shared.reading.inputs.is_empty() {
        return screen::print(text.as_bytes());
    }
    let read = load::read(&shared);
    let first = if for_issue { first_lines(&shared) } else { String::new() };
    let told = |error: Error| {
        if !for_issue {
            return error;
        }
        // Of a file that is not understood this is all that can be told.
        screen::tell_plainly(&first);
        input::shaped(*error.0).into()
    };
    let mut reading = match read {
        // A folder of nothing but logs.
        Err(error) if error.0.key == key::error::NO_EXPORTS && !log_paths.is_empty() => {
            let others = found.others.into_iter().map(|(path, _, why)| (path, why));
            for (path, why) in others {
                let path = if for_issue { input::file_shape(&path) } else { path };
                text.push_str(&noted(&skipped_note(&(path, why)), &shared));
            }
            return screen::print(text.as_bytes());
        }
        read => read.map_err(told)?,
    };
    reading.skipped.retain(|(path, _)| !log_paths.contains(path));
    for (path, why) in &mut reading.skipped {
        let lacking = |(other, _, why): &&(_, _, Sentence)| other == path && LACKING.contains(&why.key);
        *why = found.others.iter().find(lacking).map_or_else(|| why.clone(), |(_, _, why)| why.clone());
    }
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
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&terminal::inspect(&reports, &zone, &screen::view(&shared)));
    text.push_str(&first);
    for note in notes.into_iter().chain(reading.skipped.iter().map(skipped_note)) {
        text.push_str(&noted(&note, &shared));
    }
    screen::print(text.as_bytes())
}

fn noted(note: &Sentence, shared: &Shared) -> String {
    for_log(&shared.lang().say(note)) + "\n"
}

/// Takes access logs out of the inputs: an input in which there is something else too stays there.
fn access_logs(shared: &mut Shared, options: &server::Options) -> Result<Finds> {
    let reading = shared.read_options();
    let (mut all, mut rest) = (Finds::default(), Vec::new());
    for input in std::mem::take(&mut shared.reading.inputs) {
        // What is wrong with a path is told by those who read exports.
        let found = server::find(std::slice::from_ref(&input), options, &reading).unwrap_or_default();
        let told = |(_, explicit, why): &&(String, bool, Sentence)| {
            *explicit && (options.format.is_some() || LACKING.contains(&why.key))
        };
        if let Some((path, _, why)) = found.others.iter().find(told) {
            return Err(Error::new(key::server::NOT_A_LOG).with("path", path).with_sentence("why", why.clone()));
        }
        if found.logs.is_empty() || !found.others.is_empty() {
            rest.push(input);
        }
        all.logs.extend(found.logs);
        all.others.extend(found.others);
    }
    shared.reading.inputs = rest;
    Ok(all)
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
