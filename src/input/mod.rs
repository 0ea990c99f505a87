//! Reading exports: from arguments to cells, a report per input, and the way back to single rows.
//!
//! [`read`] goes one way. It finds the files (`find`), looks what is in each and unpacks it (`open`), recognises each text
//! as mails or as a table (`recognise`), and sums its rows into cells of five minutes (`post`, `table`), on all cores and
//! in memory that does not grow with the number of rows. Every row is accepted or rejected, with the line and the reason.

mod allowance;
mod archived;
mod cells;
mod chunks;
mod count;
mod encoding;
mod exact;
mod fault;
mod find;
mod format;
mod headings;
mod layout;
mod mail;
mod name;
mod open;
mod options;
mod other;
mod piped;
mod place;
mod post;
mod recognise;
mod rows;
mod shape;
mod source;
mod split;
mod stored;
mod table;
mod text;
mod time;
mod workbook;
mod zipped;

use std::sync::Arc;

use parking_lot::Mutex;
use rayon::prelude::*;

use allowance::Allowance;
pub use cells::{CellRuns, CellSink, RowSink};
pub use exact::{exact_rows, identical};
pub use fault::unreadable;
use find::Located;
pub use name::{is_expected, named_day};
pub use open::Found;
use open::Opened;
pub use options::{ColumnName, Pass, ReadOptions, Role, Unwatched, Watcher, is_time_format};
use recognise::Kind;
pub use shape::{beginnings, file_shape, shaped, shapes};
pub use source::Input;
use source::Outcome;
pub use source::{Part, RowsIn, Source};
pub use stored::Entry;
pub use text::Text;

use crate::{
    error::{Error, Result},
    model::{Catalog, CoverageBasis, Sentence, SourceKind, SourceReport, key},
};

/// Everything that was read.
pub struct Reading {
    pub sources: Vec<Source>,
    pub catalog: Mutex<Catalog>,
    pub options: ReadOptions,
    /// Files of folders that are no exports.
    pub skipped: Vec<Skipped>,
}

impl Reading {
    /// How each input was read.
    pub fn reports(&self) -> impl Iterator<Item = &SourceReport> + Clone {
        self.sources.iter().map(|source| &source.report)
    }

    /// Sees to it that the counts of every table are known: where a column of whole numbers may be the count and nothing
    /// says so, counting rows instead would be a wrong number without a word.
    pub fn must_count(&self) -> Result<()> {
        let doubtful = self.sources.iter().find_map(|source| Some((source, source.report.doubtful_count.as_ref()?)));
        doubtful.map_or(Ok(()), |(source, (column, number))| {
            Err(Error::new(key::error::COUNT_UNCLEAR)
                .with("path", &source.report.path)
                .with("column", column)
                .with("number", number))
        })
    }
}

/// Reads files, folders, globs and `-`. Fails where an input is missing, unreadable, ambiguous or no export, and where a
/// folder holds none.
pub fn read(arguments: &[String], mut options: ReadOptions, watcher: &dyn Watcher) -> Result<Reading> {
    let allowance = Arc::new(Allowance::new(options.max_bytes));
    let catalog = Mutex::new(Catalog::default());
    let (files, mut skipped) = find::find(arguments, &options, &allowance)?;
    let mut opened: Vec<(&Located, Opened<'_>)> = Vec::new();
    for file in &files {
        match open::open(file, options.privacy, &allowance) {
            Ok(found) => opened.push((file, found)),
            Err(error) if !file.explicit => skipped.push((file.shown.clone(), fault::skipped(error)?)),
            Err(error) => return Err(error),
        }
    }
    if options.zone_unsaid {
        let archives =
            opened.iter().map(|(_, file)| if let Opened::Archive(archive, _) = file { Some(&**archive) } else { None });
        options.zone = archived::own_zone(archives).unwrap_or(options.zone);
    }
    let pass = Pass { options: &options, catalog: &catalog, watcher };
    let (mut sources, mut texts) = (Vec::new(), Vec::new());
    for (file, opened) in opened {
        let found = match opened {
            Opened::Archive(archive, path) => archived::folder(*archive, path, &file.shown, &allowance, &pass)?,
            Opened::Parquet => archived::file(&file.place, &file.shown, &allowance, &pass)?,
            Opened::Texts(found) => {
                for (input, text) in found {
                    // What can't be read says so below.
                    let rows = text.as_ref().ok().and_then(|text| archived::as_csv(text, &options).ok().flatten());
                    let of_channels = rows.map(|rows| archived::csv(rows, &input, &allowance, &pass)).transpose()?;
                    match of_channels.filter(|sources| !sources.is_empty()) {
                        Some(of_channels) => sources.extend(of_channels),
                        None => texts.push((input, text)),
                    }
                }
                continue;
            }
        };
        sources.extend(found);
    }
    for (input, outcome) in of_zips(of_workbooks(read_all(texts, &pass)), &sources) {
        let outcome = match outcome {
            Err(error) if !input.explicit => Err(fault::skipped(error)?),
            outcome => outcome?,
        };
        match outcome {
            Ok(source) => sources.push(source),
            Err(why) if input.explicit => {
                return Err(Error::new(key::error::NOT_AN_EXPORT).with("path", &input.path).with_sentence("why", why));
            }
            Err(why) => skipped.push((input.path, why)),
        }
    }
    if sources.is_empty() {
        let nothing = || (options.privacy.path(&arguments.join(" ")), Sentence::new(key::other::EMPTY));
        let (path, why) = skipped.first().cloned().unwrap_or_else(nothing);
        return Err(Error::new(key::error::NO_EXPORTS)
            .with_number("count", skipped.len() as u64)
            .with("path", path)
            .with_sentence("why", why));
    }
    // One mail that can't be read is none of many, but mails of which none can be read are no input.
    let is_of_rejects =
        |source: &Source| source.report.accepted == 0 && source.report.rejected > 0 && source.stops.is_empty();
    if sources.iter().all(is_of_rejects) {
        let report = &sources[0].report;
        return Err(table::only_rejects(&report.path, report.rows, &report.rejects));
    }
    let by_option = |source: &Source| source.report.coverage.by == CoverageBasis::ExportedAt;
    if options.exported_at.is_some() && !sources.iter().any(by_option) {
        let archive = sources.iter().find(|source| source.report.kind == SourceKind::Archive);
        if let Some(Source { report, .. }) = archive {
            return Err(Error::new(key::error::EXPORTED_AT_ARCHIVE).with("path", &report.path));
        }
    }
    Ok(Reading { sources, catalog, options, skipped })
}

/// A file that is not read: its path, safe to show, and why.
pub type Skipped = (String, Sentence);

/// The texts of files, folders and globs, unpacked, and what holds none.
pub fn texts(arguments: &[String], options: &ReadOptions) -> Result<(Vec<Found>, Vec<Skipped>)> {
    let allowance = Arc::new(Allowance::new(options.max_bytes));
    let (files, mut skipped) = find::find(arguments, options, &allowance)?;
    let mut texts = Vec::new();
    for file in &files {
        match open::open(file, options.privacy, &allowance) {
            Ok(Opened::Texts(found)) => texts.extend(found),
            Ok(Opened::Archive(..) | Opened::Parquet) => {
                skipped.push((file.shown.clone(), Sentence::new(key::server::ARCHIVED)));
            }
            Err(error) if !file.explicit => skipped.push((file.shown.clone(), fault::skipped(error)?)),
            Err(error) => return Err(error),
        }
    }
    Ok((texts, skipped))
}

/// Files at least this long are read by all threads together, shorter ones by one thread each.
const LARGE: u64 = 4 << 20;

/// Reads every text; the results are in the order of the texts.
fn read_all(texts: Vec<Found>, pass: &Pass<'_>) -> Vec<Read> {
    let small = |(_, text): &Found| matches!(text, Ok(Text::File { len, .. }) if *len < LARGE);
    let many = texts.iter().filter(|text| small(text)).count() > 1;
    // A list of all rejects keeps the order of the files, so then they are read one after the other.
    let together = many && pass.options.threads > 1 && !pass.watcher.wants_all_rejects();
    let threads = together.then(|| rayon::ThreadPoolBuilder::new().num_threads(pass.options.threads).build());
    let Some(Ok(threads)) = threads else { return texts.into_iter().map(|text| read_one(text, pass)).collect() };
    let options = ReadOptions { threads: 1, ..pass.options.clone() };
    let single = Pass { options: &options, ..*pass };
    let first = |text: &Found| small(text).then(|| read_one(text.clone(), &single));
    let read: Vec<_> = threads.install(|| texts.par_iter().map(first).collect());
    read.into_iter().zip(texts).map(|(done, text)| done.unwrap_or_else(|| read_one(text, pass))).collect()
}

fn read_one((input, text): Found, pass: &Pass<'_>) -> Read {
    let outcome = text.map_or_else(|why| Ok(Err(why)), |text| read_text(&input, text, pass));
    let outcome = if input.partial { outcome.map(of_partial) } else { outcome };
    (input, outcome)
}

fn read_text(input: &Input, text: Text, pass: &Pass<'_>) -> Outcome {
    let (text, kind) = recognise::recognise(text, input, pass.options)?;
    match kind {
        Kind::Mails(file) => post::read(input, file, text, pass),
        Kind::Table(table) => table::read(input, text, table, pass).map(Ok),
        Kind::Other(why) => Ok(Err(why)),
    }
}

/// Says of what was read that more was to come: it is complete up to no moment, whatever its name says.
fn of_partial(read: std::result::Result<Source, Sentence>) -> std::result::Result<Source, Sentence> {
    let mut source = read.map_err(|_| Sentence::new(key::other::PARTIAL))?;
    source.report.partial = true;
    source.report.coverage.until = None;
    source.report.coverage.by = CoverageBasis::LastRow;
    source.report.evidence.push(Sentence::new(key::evidence::PARTIAL));
    Ok(source)
}

/// A text and what came of it.
type Read = (Input, Outcome);

/// Those of one file, which follow each other, together; each of no such file alone.
fn together(outcomes: Vec<Read>, file: fn(&Input) -> Option<&String>) -> Vec<Vec<Read>> {
    let mut groups: Vec<Vec<Read>> = Vec::new();
    for next in outcomes {
        match groups.last_mut() {
            Some(group) if file(&next.0).is_some() && file(&next.0) == file(&group[0].0) => group.push(next),
            _ => groups.push(vec![next]),
        }
    }
    groups
}

/// A zip file that calls itself an export, and of which nothing is read, is skipped as a whole: none of its members may call
/// itself one. `sources` are those that were read before.
fn of_zips(outcomes: Vec<Read>, sources: &[Source]) -> Vec<Read> {
    let is_settled = |(input, outcome): &Read| match outcome {
        Ok(Err(why)) => name::is_known(why) || is_expected(&input.path, why),
        _ => true,
    };
    let mut settled = Vec::with_capacity(outcomes.len());
    for mut members in together(outcomes, |input| input.zip.as_ref()) {
        let is_whole = |zip: &String| {
            name::names_export(zip.rsplit('/').next().unwrap_or(zip))
                && !members.iter().any(is_settled)
                && !sources.iter().any(|source| source.report.path.starts_with(&format!("{zip}/")))
        };
        if let Some(zip) = members[0].0.zip.clone().filter(is_whole) {
            if members.len() > 1 {
                members.truncate(1);
                members[0].1 = Ok(Err(Sentence::new(key::other::ZIP_NO_EXPORT)));
            }
            members[0].0.path = zip;
        }
        settled.extend(members);
    }
    settled
}

/// A workbook is read where one of its sheets is: the others hold notes, sums, drawings, or are skipped as a file of a
/// folder would be. Where none is read, they say why together.
fn of_workbooks(outcomes: Vec<Read>) -> Vec<Read> {
    // A sum by reason has no times, and so no column for them.
    let is_table = |(_, outcome): &Read| match outcome {
        Ok(read) => read.is_ok(),
        Err(error) => error.0.key != key::error::COLUMN_MISSING,
    };
    let lacks_column = |(_, outcome): &Read| {
        matches!(outcome, Ok(Err(why)) if why.key == key::other::COLUMN_MISSING) || outcome.is_err()
    };
    let mut settled = Vec::with_capacity(outcomes.len());
    for mut sheets in together(outcomes, |input| input.book.as_ref()) {
        let Some(book) = sheets[0].0.book.clone() else {
            settled.extend(sheets);
            continue;
        };
        if sheets.iter().any(is_table) {
            for mut sheet in sheets {
                let is_table = is_table(&sheet);
                sheet.0.explicit &= is_table;
                if is_table || matches!(&sheet.1, Ok(Err(why)) if why.key == key::other::COLUMN_MISSING) {
                    settled.push(sheet);
                }
            }
            continue;
        }
        let names: Vec<&str> =
            sheets.iter().filter_map(|(input, _)| input.path.strip_prefix(&*book)?.get(1..)).collect();
        let why = Sentence::new(key::other::WORKBOOK_NO_TABLE).with("sheets", names.join(" | "));
        let missing = sheets.iter().position(lacks_column);
        let (mut input, mut outcome) = sheets.swap_remove(missing.unwrap_or(0));
        if missing.is_none() {
            input.path = book;
            outcome = Ok(Err(why));
        }
        settled.push((input, outcome));
    }
    settled
}
