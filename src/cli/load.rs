//! From options to an analysis: what `report` and `summary` have in common.

use std::{ffi::OsString, path::Path};

use chrono::{DateTime, Utc};

use super::{
    config::ConfigFile,
    options::{AccessLogs, Shared, Showing},
    output,
    progress::Watch,
    screen,
};
use crate::{
    analysis::{self, Analysis, Asked},
    error::{Error, Result},
    input::{self, ReadOptions, Reading},
    model::{Filling, Sentence, SourceReport, Timestamp, key},
    server::{self, ServerLog},
    table::{self, ChannelRules, OverlapPolicy, Settings, Table},
};

/// Makes sure that what is going to be written, the list of rejects included, destroys nothing.
pub fn apart(shared: &Shared, access: &AccessLogs, outputs: &[&Path]) -> Result<()> {
    let outputs: Vec<&Path> = outputs.iter().copied().chain(shared.reading.rejects.as_deref()).collect();
    let config = shared.showing.config.as_deref().unwrap_or(Path::new(ConfigFile::DEFAULT));
    let inputs: Vec<&String> = shared.reading.inputs.iter().chain(&access.access_log).collect();
    // An earlier report may lie in a folder of exports, and be written anew.
    let is_read = |place: &Path| {
        let path = place.to_string_lossy().into_owned();
        let read = input::read(std::slice::from_ref(&path), shared.read_options(), &input::Unwatched);
        let options = access.logs.options(shared.selection.log_timezone);
        !read.is_err_and(|error| is_no_export(&error)) || is_access_log(&path, &options, &shared.read_options())
    };
    output::apart(&outputs, &inputs, config, is_read)
}

fn is_no_export(error: &Error) -> bool {
    [key::error::NOT_AN_EXPORT, key::error::NO_EXPORTS].contains(&error.0.key)
}

/// Reads the inputs; an access log among them is an error that says where it belongs, and one in a folder of exports is
/// skipped as such.
pub fn inputs(shared: &Shared) -> Result<Reading> {
    let mut reading = read(shared).map_err(|error| of_access_log(error, shared))?;
    for (path, why) in reading.skipped.iter_mut().take(MOST_ASKED) {
        // Only what was read and is text without a table; a pipe, for one, is never opened.
        let may_be_one = [key::other::NO_COLUMNS, key::other::OTHER_COLUMNS, key::other::PROSE].contains(&why.key);
        if may_be_one && is_access_log(path, &server::Options::default(), &shared.read_options()) {
            *why = Sentence::new(key::other::ACCESS_LOG).with("path", &*path);
        }
    }
    Ok(reading)
}

/// More skipped files than are ever named are not asked whether they are access logs.
const MOST_ASKED: usize = 50;

fn is_access_log(path: &String, options: &server::Options, reading: &ReadOptions) -> bool {
    let found = server::find(std::slice::from_ref(path), options, reading);
    found.is_ok_and(|found| !found.logs.is_empty())
}

/// Reads the inputs; with `--strict`, a rejected row and an export that was skipped are errors.
pub fn read(shared: &Shared) -> Result<Reading> {
    apart(shared, &AccessLogs::default(), &[])?;
    let watch = Watch::new(shared)?;
    let reading = input::read(&shared.reading.inputs, shared.read_options(), &watch);
    // The list of rejects is of most use where the reading failed.
    watch.finish()?;
    let reading = reading?;
    if shared.reading.strict {
        whole(&reading)?;
        strict(reading.sources.iter().map(|source| &source.report))?;
    }
    Ok(reading)
}

/// What to say where an input is no export because it is an access log: the command that compares it.
fn of_access_log(error: Error, shared: &Shared) -> Error {
    if !is_no_export(&error) {
        return error;
    }
    let reading = shared.read_options();
    let is_log = |input: &&String| is_access_log(input, &server::Options::default(), &reading);
    let (logs, exports): (Vec<&String>, Vec<&String>) = shared.reading.inputs.iter().partition(is_log);
    let Some(first) = logs.first() else { return error };
    let is_option = |word: &OsString| logs.iter().any(|log| word == log.as_str());
    let mut words: Vec<OsString> = std::env::args_os().filter(|word| !is_option(word)).collect();
    let compares = |word: &OsString| ["summary", "report", "check"].iter().any(|command| word == command);
    if !words.get(1).is_some_and(compares) {
        words.splice(1.., ["summary".into()].into_iter().chain(exports.iter().map(OsString::from)));
    }
    if exports.is_empty() {
        words.insert(2, "EXPORT.tsv".into());
    }
    words.extend(logs.iter().flat_map(|log| ["--access-log".into(), OsString::from(log)]));
    Error::new(key::server_unusable::INPUT)
        .with("path", shared.privacy().path(first))
        .with("command", screen::command_line(words, shared.privacy()))
}

/// Reads the inputs and computes everything; with `finer`, also what few outputs need.
pub fn analyse(shared: &Shared, access: &AccessLogs, finer: bool) -> Result<Analysis> {
    let options = analysis::Options { finer, ..options(shared) };
    let (table, asked, log) = table_and_log(shared, access, &options)?;
    let mut analysis = analysis::analyse(&table, &asked, &options)?;
    compare(shared, access, log, &table, &mut analysis, &[])?;
    Ok(analysis)
}

/// Reads the access logs, where there are any.
///
/// # Errors
/// What the user names is no access log.
fn access_logs(shared: &Shared, access: &AccessLogs, cuts: Vec<Timestamp>) -> Result<Option<ServerLog>> {
    let Some(first) = access.access_log.first() else { return Ok(None) };
    let options = server::Options { cuts, ..access.logs.options(shared.selection.log_timezone) };
    let reading = shared.read_options();
    let found = server::find(&access.access_log, &options, &reading)?;
    if let Some((path, _, why)) = found.others.iter().find(|(_, explicit, _)| *explicit) {
        return Err(Error::new(key::server::NOT_A_LOG).with("path", path).with_sentence("why", why.clone()));
    }
    if found.logs.is_empty() {
        return Err(Error::new(key::server_unusable::NONE).with("path", shared.privacy().path(first)));
    }
    server::read(found.logs, &options, reading.threads).map(Some)
}

/// Adds to an analysis what the access logs say, where there are any, but for some stretches of time in milliseconds.
///
/// # Errors
/// It can't be told which of a log's requests are LINE's, or it has none.
pub fn compare(
    shared: &Shared,
    access: &AccessLogs,
    log: Option<ServerLog>,
    table: &Table,
    analysis: &mut Analysis,
    left_out: &[(i64, i64)],
) -> Result<()> {
    let Some(mut log) = log else { return Ok(()) };
    // A folder that is given as both needs no note about what the other reading took.
    let is_read = |why: &Filling| {
        let Filling::Sentence(why) = why else { return false };
        let path = |path: &str| why.values.contains(&("path", Filling::Text(path.to_owned())));
        why.key == key::other::ACCESS_LOG && log.files.iter().any(|log| path(&log.path))
    };
    analysis.notes.retain(|note| !note.values.iter().any(|(_, value)| is_read(value)));
    if let Some(why) = log.no_requests(access.logs.webhook_path.as_deref()) {
        return Err(why.into());
    }
    log.leave_out(left_out);
    let zone = shared.selection.log_timezone;
    let terms = server::Terms {
        place: access.log_is,
        zone: access.logs.options(zone).asked.zone,
        zone_said: zone.is_some(),
        lang: shared.lang(),
    };
    server::compare(table, &log, &terms, analysis);
    Ok(())
}

/// Reads the inputs and brings them together for the period of some options.
pub fn table(shared: &Shared, options: &analysis::Options) -> Result<(Table, Asked)> {
    table_and_log(shared, &AccessLogs::default(), options).map(|(table, asked, _)| (table, asked))
}

/// The same, with the access logs that it is to be compared with.
pub fn table_and_log(
    shared: &Shared,
    access: &AccessLogs,
    options: &analysis::Options,
) -> Result<(Table, Asked, Option<ServerLog>)> {
    apart(shared, access, &[])?;
    let reading = inputs(shared)?;
    let asked = Asked::of(&reading, options)?;
    let log = access_logs(shared, access, asked.edges())?;
    let settings = Settings {
        rules: channel_rules(shared),
        policy: shared.reading.overlap.unwrap_or(OverlapPolicy::Auto),
        filter: shared.filter(),
        cuts: asked.edges(),
        by_row: log.as_ref().and_then(ServerLog::reach),
        believed: Some(asked.calendar.as_of.max(options.now)),
    };
    Ok((table::build(reading, settings)?, asked, log))
}

/// What an archive holds, counted as every command counts it; a name that several ids bear is a channel of its own.
pub fn stock(archive: &Path, showing: &Showing) -> Result<Table> {
    let mut shared = Shared { showing: showing.clone(), ..Shared::default() };
    shared.reading.inputs = vec![archive.to_string_lossy().into_owned()];
    let reading = inputs(&shared)?;
    let rules = ChannelRules { keep_apart: true, ..ChannelRules::default() };
    let believed = Some(options(&shared).now);
    table::build(reading, Settings { rules, policy: OverlapPolicy::Max, believed, ..Settings::default() })
}

/// What the user says about channels; advice how to go on repeats the command.
pub fn channel_rules(shared: &Shared) -> ChannelRules {
    let command = screen::command_line(std::env::args_os(), shared.privacy());
    let folder = |input: &String| match Path::new(input).is_dir() {
        true => table::folder(&format!("{}/", input.trim_end_matches('/'))).to_owned(),
        false => table::folder(input).to_owned(),
    };
    let folders = shared.reading.inputs.iter().map(folder).collect();
    ChannelRules { command: Some(command), folders, ..shared.channel_rules() }
}

/// What to compute, as of now.
pub fn options(shared: &Shared) -> analysis::Options {
    let now = Timestamp(Utc::now().timestamp() * 1000);
    shared.analysis_options(now, generated_at(now))
}

/// The moment that the outputs tell: SOURCE_DATE_EPOCH (reproducible-builds.org) if it is set, else now.
fn generated_at(now: Timestamp) -> Timestamp {
    let epoch = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|value| value.parse().ok());
    epoch.and_then(|seconds| DateTime::from_timestamp(seconds, 0)).map_or(now, Timestamp::from)
}

/// Makes sure that nothing was skipped that calls itself an export, and that each download has finished.
pub fn whole(reading: &Reading) -> Result<()> {
    if let Some(note) = reading.reports().find_map(SourceReport::partial_note) {
        return Err(note.into());
    }
    match reading.skipped.iter().find(|(path, why)| input::is_expected(path, why)) {
        Some((path, why)) => {
            Err(Error::new(key::error::SKIPPED_EXPORT).with("path", path).with_sentence("why", why.clone()))
        }
        None => Ok(()),
    }
}

fn strict<'a>(reports: impl Iterator<Item = &'a SourceReport>) -> Result<()> {
    let rejecting: Vec<&SourceReport> = reports.filter(|report| report.rejected > 0).collect();
    let Some(first) = rejecting.first() else { return Ok(()) };
    let reject = first.rejects.first();
    Err(Error::new(key::error::STRICT)
        .with_number("count", rejecting.iter().map(|report| report.rejected).sum())
        .with("path", &first.path)
        .with("line", reject.map_or(1, |reject| reject.line))
        .with_sentence("why", Sentence::new(reject.map_or(key::reject::TOO_FEW_CELLS, |reject| reject.why)))
        .with("text", reject.map_or("", |reject| &reject.text)))
}
