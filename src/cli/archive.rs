//! `errstat archive`: years of exports and mails, counted once.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use chrono::Utc;
use clap::{Args, Subcommand};

use super::{
    Stop, load,
    options::{Format, Reading, Selection, Shared, Showing, parsed},
    output::shown,
    screen,
};
use crate::{
    analysis::{self, Inventory},
    archive::{self, Archive, Change, NewSource, WriteOptions, Writer},
    error::{Error, Result},
    model::{Privacy, Sentence, Timestamp, Zone, for_log, key},
    render::{json, terminal},
    table::Canonical,
};

/// Keep years of history, with each error counted once
#[derive(Args, Debug)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "there is one of it in a run of the program")]
enum Command {
    /// Add exports and mails; adding a file again changes nothing
    Add(Add),
    /// List what you added, when, and the times that no export covers
    Info(Info),
    /// Check every byte; exit code 1 if anything is damaged
    Verify(Verify),
    /// Remove sources that you added by mistake
    Remove(Remove),
    /// Write all Parquet files again from the added rows
    Rebuild(There),
}

#[derive(Args, Debug)]
struct Add {
    #[command(flatten)]
    place: Place,

    /// Keep whole webhook URLs, which may contain secrets
    #[arg(long)]
    keep_urls: bool,

    #[command(flatten)]
    wait: Wait,

    /// Time zone of days in file names: IANA name or offset [default: Asia/Tokyo]
    #[arg(long, value_name = "ZONE", value_parser = parsed::<Zone>, allow_hyphen_values = true)]
    timezone: Option<Zone>,

    #[command(flatten)]
    reading: Reading,

    #[command(flatten)]
    showing: Showing,
}

#[derive(Args, Debug)]
struct Info {
    #[command(flatten)]
    place: Place,

    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,

    /// Time zone of the times shown: IANA name or offset [default: Asia/Tokyo]
    #[arg(long, value_name = "ZONE", value_parser = parsed::<Zone>, allow_hyphen_values = true)]
    timezone: Option<Zone>,

    #[command(flatten)]
    showing: Showing,
}

#[derive(Args, Debug)]
struct Verify {
    #[command(flatten)]
    place: Place,

    #[command(flatten)]
    showing: Showing,
}

#[derive(Args, Debug)]
struct Remove {
    #[command(flatten)]
    there: There,

    /// Id or name of a source, from errstat archive info
    #[arg(required = true, value_name = "SOURCE")]
    sources: Vec<String>,
}

/// An archive that must be there, to be changed.
#[derive(Args, Debug)]
struct There {
    #[command(flatten)]
    place: Place,

    #[command(flatten)]
    wait: Wait,

    #[command(flatten)]
    showing: Showing,
}

#[derive(Args, Debug)]
struct Place {
    /// The archive's folder
    #[arg(long, value_name = "DIR")]
    archive: PathBuf,
}

#[derive(Args, Debug)]
struct Wait {
    /// Seconds to wait while another errstat is writing
    #[arg(long, value_name = "SECONDS", default_value = "60")]
    wait: u32,
}

pub fn run(arguments: Arguments) -> std::result::Result<(), Stop> {
    match arguments.command {
        Command::Add(command) => add(command),
        Command::Info(command) => info(command),
        Command::Verify(command) => verify(&command),
        Command::Remove(Remove { there, sources }) => {
            let before = counted(&there.place.archive, &there.showing);
            let mut writer = there.writer()?;
            // All or none of them.
            for source in &sources {
                writer.find(source)?;
            }
            for source in &sources {
                tell(&writer.remove(source)?, key::archiving::REMOVED, &there.place.archive, &there.showing);
            }
            tell_errors(before, &there.place.archive, &there.showing);
            Ok(())
        }
        Command::Rebuild(there) => {
            let before = counted(&there.place.archive, &there.showing);
            tell(&there.writer()?.rebuild()?, key::archiving::REBUILT, &there.place.archive, &there.showing);
            tell_errors(before, &there.place.archive, &there.showing);
            Ok(())
        }
    }
}

fn must_be(folder: &Path) -> Result<()> {
    if archive::is_archive(folder) { Ok(()) } else { Err(Error::new(key::archive::EMPTY).with("path", shown(folder))) }
}

fn now() -> Timestamp {
    Timestamp(Utc::now().timestamp() * 1000)
}

impl There {
    fn writer(&self) -> Result<Writer> {
        must_be(&self.place.archive)?;
        self.wait.writer(&self.place, Privacy::default())
    }
}

impl Wait {
    fn writer(&self, place: &Place, privacy: Privacy) -> Result<Writer> {
        let wait = Duration::from_secs(u64::from(self.wait));
        Writer::open(&place.archive, WriteOptions { wait, now: now(), privacy })
    }
}

fn add(command: Add) -> std::result::Result<(), Stop> {
    let Add { place, keep_urls, wait, timezone, reading, showing } = command;
    let selection = Selection { timezone, ..Selection::default() };
    let mut shared = Shared { reading, selection, showing, ..Shared::default() };
    shared.keep_urls = Some(keep_urls);
    shared.apart_from = std::fs::canonicalize(&place.archive).ok();
    let read = load::inputs(&shared)?;
    load::whole(&read)?;
    let zone = read.options.zone;
    let canonical = Canonical::new(read, &load::channel_rules(&shared))?;
    // Everything that can be unclear is settled before anything is written.
    let mut sources = Vec::new();
    for (index, report) in canonical.reading.reports().enumerate() {
        let channels = canonical.channels(index)?;
        if channels.is_empty() && report.kind != crate::model::SourceKind::Mail {
            return Err(Error::new(key::archive_error::CHANNEL).with("path", &report.path).into());
        }
        sources.push(NewSource {
            name: report.path.clone(),
            sha256: canonical.sha256(index)?,
            channels,
            zone: Some(zone),
            // Nothing covers what is still to come.
            covered_until: report.coverage.until.filter(|until| *until <= now()),
        });
    }
    let before = counted(&place.archive, &shared.showing);
    let mut writer = wait.writer(&place, shared.read_options().privacy)?;
    let mut addition = writer.addition()?;
    for (index, source) in sources.into_iter().enumerate() {
        addition.source(source)?;
        canonical.rows(index, &mut |row| addition.row(row))?;
    }
    let change = addition.commit()?;
    tell(&change, key::archiving::ADDED, &place.archive, &shared.showing);
    tell_errors(before, &place.archive, &shared.showing);
    screen::tell_left_out(&canonical, &shared.showing);
    Ok(())
}

/// The errors of an archive as every command counts them: none before it is made; `None` where it can't be read, or nobody
/// wants to know.
fn counted(folder: &Path, showing: &Showing) -> Option<u64> {
    if showing.quiet {
        return None;
    }
    let is_empty =
        |folder: &Path| Archive::open(folder, Privacy::default()).is_ok_and(|it| it.partitions(None).next().is_none());
    if !archive::is_archive(folder) || is_empty(folder) {
        return Some(0);
    }
    Some(load::stock(folder, showing).ok()?.cells().iter().map(|sum| sum.errors).sum())
}

/// How many errors an archive had before it changed and has now, on standard error.
fn tell_errors(before: Option<u64>, folder: &Path, showing: &Showing) {
    if let (Some(before), Some(after)) = (before, counted(folder, showing)) {
        let errors = Sentence::new(key::archiving::TOTAL).with_number("before", before).with_number("after", after);
        screen::tell(&showing.lang().say(&errors));
    }
}

/// What has changed, on standard error: standard output is for results.
fn tell(change: &Change, key: key::SentenceKey, archive: &Path, showing: &Showing) {
    if showing.quiet {
        return;
    }
    let lang = showing.lang();
    let sentence = Sentence::new(key)
        .with_number("sources", change.sources.len() as u64)
        .with_number("known", change.known.len() as u64)
        .with_number("files", change.files as u64);
    screen::tell(&lang.say(&sentence));
    for (new, old) in &change.relabelled {
        let note = Sentence::new(key::archiving::RELABELLED)
            .with("name", &new.name)
            .with("id", &new.id)
            .with("old_name", &old.name)
            .with("old_id", &old.id)
            .with("archive", screen::quoted(&shown(archive)));
        screen::tell(&lang.say(&note));
    }
}

fn info(command: Info) -> std::result::Result<(), Stop> {
    let folder = &command.place.archive;
    must_be(folder)?;
    let zone = command.timezone.unwrap_or(Zone::tokyo());
    let archive = Archive::open(folder, Privacy::default())?;
    // An archive without a row is an archive, though no input.
    let rows = archive.partitions(None).next().is_some();
    let table = rows.then(|| load::stock(folder, &command.showing)).transpose()?;
    let found: Inventory = analysis::inventory(&archive, table.as_ref(), shown(folder), &zone);
    let text = match command.format {
        Format::Json => json::json(&found).map_err(|cause| Error::new(key::error::FRAME).with("cause", cause))?,
        Format::Table => {
            let shared = Shared { showing: command.showing, ..Shared::default() };
            terminal::inventory(&found, &screen::view(&shared))
        }
    };
    screen::print(text.as_bytes())
}

fn verify(command: &Verify) -> std::result::Result<(), Stop> {
    let lang = command.showing.lang();
    let folder: &Path = &command.place.archive;
    must_be(folder)?;
    let findings = archive::verify(folder)?;
    let damaged = findings.iter().any(|finding| !finding.harmless);
    let mut text = String::new();
    for finding in &findings {
        let sentence = Sentence::new(key::archiving::FINDING)
            .with("path", &finding.path)
            .with_sentence("what", finding.what.clone())
            .with_sentence("todo", finding.todo.clone());
        text += &(for_log(&lang.say(&sentence)) + "\n");
    }
    let verdict = if damaged { key::archiving::DAMAGED } else { key::archiving::SOUND };
    text += &(lang.say(&Sentence::new(verdict).with("path", shown(folder))) + "\n");
    match screen::print(text.as_bytes()) {
        Ok(()) | Err(Stop::PipeClosed) => {}
        Err(stop) => return Err(stop),
    }
    if damaged { Err(Stop::Broken) } else { Ok(()) }
}
