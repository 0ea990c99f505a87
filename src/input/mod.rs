//! Reading exports: from arguments to cells, a report per input, and the way back to single rows.
//!
//! [`read`] finds the files, unpacks and decodes them, recognises their columns and the form of their
//! times, and sums their rows into cells of five minutes, on all cores and in memory that does not grow
//! with the number of rows. Every row is accepted or rejected, with the line and the reason.

mod allowance;
mod archived;
mod beginning;
mod cells;
mod chunks;
mod count;
mod coverage;
mod encoding;
mod exact;
mod expected;
mod find;
mod headings;
mod layout;
mod mail;
mod options;
mod other;
mod partial;
mod piped;
mod place;
mod post;
mod rows;
mod shape;
mod source;
mod split;
mod stored;
mod time;
mod unpack;
mod workbook;
mod zipped;

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use allowance::Allowance;
pub use archived::REDELIVERY_STOPPED;
pub use cells::{CellRuns, CellSink, Overflow, RowSink};
pub use chunks::Text;
pub use exact::{ExactRows, Sums, exact_rows, identical};
pub use expected::is_expected;
pub use options::{ColumnName, ReadOptions, Role, Unwatched, Watcher};
pub use post::Stop;
pub use shape::{beginnings, file_shape, shaped, shapes};
pub use source::{Fault, Part, RowsIn, Source};
pub use stored::{Entry, Held, Stored};

use crate::{
    error::{Error, Result},
    model::{Catalog, CoverageBasis, Sentence},
};
use find::{Located, unreadable};
use partial::is_partial;
use place::Place;
use source::Outcome;
use unpack::Unpacked;
use workbook::Sheet;

/// Everything that was read.
pub struct Reading {
    pub sources: Vec<Source>,
    pub catalog: Mutex<Catalog>,
    pub options: ReadOptions,
    /// Files of folders that are no exports: path, and why.
    pub skipped: Vec<(String, Sentence)>,
}

impl Reading {
    /// Sees to it that the counts of every table are known.
    ///
    /// # Errors
    /// Where a column of whole numbers may be the count and nothing says so: counting rows instead would be a wrong
    /// number without a word.
    pub fn must_count(&self) -> Result<()> {
        let doubtful = self.sources.iter().find_map(|source| Some((source, source.report.doubtful_count.as_ref()?)));
        doubtful.map_or(Ok(()), |(source, (column, number))| {
            Err(Error::new("error.count_unclear")
                .with("path", &source.report.path)
                .with("column", column)
                .with("number", number))
        })
    }
}

/// So many files are read at once, and so many members of one zip file: some 10 KiB are kept of each. An archive holds
/// any number.
const MOST_FILES: usize = 100_000;

/// Texts at least this long are read by all threads together, shorter ones by one thread each.
const LARGE: u64 = 4 << 20;

/// Reads files, folders, globs and `-`.
///
/// # Errors
/// An input that is missing, unreadable, ambiguous or no export; a folder without any.
pub fn read(arguments: &[String], options: ReadOptions, watcher: &dyn Watcher) -> Result<Reading> {
    let allowance = Arc::new(Allowance::new(options.max_bytes));
    let (located, mut skipped) = find::find(arguments, options.privacy, options.apart_from.as_deref(), &allowance)?;
    let catalog = Mutex::new(Catalog::default());
    let mut jobs: Vec<Option<Job>> = Vec::new();
    let mut sources = Vec::new();
    for file in &located {
        if let (true, Place::Path(path)) = (file.archive, &file.place) {
            sources.extend(archived::folder(path, &file.shown, &allowance, &catalog, &options, watcher)?);
            continue;
        }
        if parquet(file)? {
            sources.extend(archived::file(&file.place, &file.shown, &allowance, &catalog, &options, watcher)?);
            continue;
        }
        jobs.extend(open(file, &options, &allowance, &mut skipped)?.into_iter().map(Some));
    }
    let outcomes = read_all(jobs, &catalog, &options, watcher);
    for (job, outcome) in of_workbooks(outcomes) {
        match outcome? {
            Outcome::Read(source) => sources.push(*source),
            Outcome::Other(why) if job.explicit => return Err(not_an_export(&job.shown, &why)),
            Outcome::Other(why) => skipped.push((job.shown, why)),
        }
    }
    if sources.is_empty() {
        let (path, why) = skipped
            .first()
            .cloned()
            .unwrap_or_else(|| (options.privacy.path(&arguments.join(" ")), Sentence::new("other.empty")));
        return Err(Error::new("error.no_exports")
            .with("count", skipped.len())
            .with("path", path)
            .with_sentence("why", why));
    }
    Ok(Reading { sources, catalog, options, skipped })
}

/// A text to be read.
struct Job {
    shown: String,
    file_name: String,
    explicit: bool,
    /// The workbook of which it is a sheet.
    book: Option<String>,
    /// A download that has not finished.
    partial: bool,
    unpacked: Option<Unpacked>,
}

/// Whether a file is Parquet, by its first bytes.
fn parquet(file: &Located) -> Result<bool> {
    let mut head = [0; 4];
    let read = file.place.open().and_then(|mut file| std::io::Read::read(&mut file, &mut head));
    Ok(read.map_err(|error| unreadable(&file.shown, &error))? == 4 && head == *b"PAR1")
}

fn open(
    file: &Located,
    options: &ReadOptions,
    allowance: &Arc<Allowance>,
    skipped: &mut Vec<(String, Sentence)>,
) -> Result<Vec<Job>> {
    let unpacked = match unpack::unpack(&file.place, allowance) {
        Ok(unpacked) => unpacked,
        Err(unpack::Fault::TooManyMembers) => {
            return Err(Error::new("error.too_many_members").with("path", &file.shown).with("limit", MOST_FILES));
        }
        Err(unpack::Fault::Locked) => return Err(Error::new("error.zip_locked").with("path", &file.shown)),
        Err(unpack::Fault::Io(error)) => return Err(unreadable(&file.shown, &error)),
    };
    if unpacked.is_empty() {
        let why = Sentence::new("other.empty");
        if file.explicit {
            return Err(not_an_export(&file.shown, &why));
        }
        skipped.push((file.shown.clone(), why));
    }
    // One member, or the sheets of one workbook, are what the user named; of several, some may be something else.
    let alone = unpacked.windows(2).all(|pair| pair[0].sheet.is_some() && pair[0].member == pair[1].member);
    let job = |unpacked: Unpacked| {
        let member = unpacked.member.as_deref().map(|name| options.privacy.path(name));
        let base = match &file.place {
            Place::Path(path) => path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            Place::Spool(_) => String::new(),
        };
        let file_name = match &unpacked.member {
            Some(member) => member.rsplit('/').next().unwrap_or(member).to_owned(),
            None => base,
        };
        let whole = match member {
            Some(member) => format!("{}/{member}", file.shown),
            None => file.shown.clone(),
        };
        let (shown, book) = match &unpacked.sheet {
            Some(sheet) => (format!("{whole}/{}", options.privacy.text(&sheet.name)), Some(whole)),
            None => (whole, None),
        };
        let partial = is_partial(&file.shown) || unpacked.member.as_deref().is_some_and(is_partial);
        Job { shown, file_name, explicit: file.explicit && alone, book, partial, unpacked: Some(unpacked) }
    };
    Ok(unpacked.into_iter().map(job).collect())
}

/// Reads every job; the results are in the order of the jobs.
fn read_all(
    mut jobs: Vec<Option<Job>>,
    catalog: &Mutex<Catalog>,
    options: &ReadOptions,
    watcher: &dyn Watcher,
) -> Vec<(Job, Result<Outcome>)> {
    let small =
        |job: &Job| matches!(job.unpacked, Some(Unpacked { text: Ok(Text::File { len, .. }), .. }) if len < LARGE);
    let many = jobs.iter().flatten().filter(|job| small(job)).count() > 1;
    let mut outcomes: Vec<Option<(Job, Result<Outcome>)>> = jobs.iter().map(|_| None).collect();
    // A list of all rejects keeps the order of the files, so then they are read one after the other.
    if many && options.threads > 1 && !watcher.wants_all_rejects() {
        let single = ReadOptions { threads: 1, ..options.clone() };
        let queue: Vec<(usize, Mutex<Option<Job>>)> = jobs
            .iter_mut()
            .enumerate()
            .filter(|(_, job)| job.as_ref().is_some_and(small))
            .map(|(i, job)| (i, Mutex::new(job.take())))
            .collect();
        let next = AtomicUsize::new(0);
        let done = Mutex::new(&mut outcomes);
        let run = || {
            while let Some((i, job)) = queue.get(next.fetch_add(1, Ordering::Relaxed)) {
                if let Some(job) = job.lock().unwrap_or_else(PoisonError::into_inner).take() {
                    let outcome = read_one(job, catalog, &single, watcher);
                    done.lock().unwrap_or_else(PoisonError::into_inner)[*i] = Some(outcome);
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..options.threads {
                scope.spawn(run);
            }
            run();
        });
    }
    for (job, outcome) in jobs.into_iter().zip(&mut outcomes) {
        if let Some(job) = job {
            *outcome = Some(read_one(job, catalog, options, watcher));
        }
    }
    outcomes.into_iter().flatten().collect()
}

fn read_one(
    mut job: Job,
    catalog: &Mutex<Catalog>,
    options: &ReadOptions,
    watcher: &dyn Watcher,
) -> (Job, Result<Outcome>) {
    let outcome = match job.unpacked.take() {
        Some(Unpacked { text: Err(why), .. }) => Ok(Outcome::Other(why)),
        Some(Unpacked { packing, sheet, text: Ok(text), .. }) => {
            let outcome = source::read(&job.shown, &job.file_name, packing, text, catalog, options, watcher);
            outcome.map(|outcome| of_sheet(outcome, sheet, options))
        }
        None => Ok(Outcome::Other(Sentence::new("other.empty"))),
    };
    let outcome = outcome.map(|outcome| if job.partial { of_partial(outcome) } else { outcome });
    (job, outcome)
}

/// Says of what was read that more was to come: it is complete up to no moment, whatever its name says.
fn of_partial(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Read(mut source) => {
            source.report.partial = true;
            source.report.coverage.until = None;
            source.report.coverage.by = CoverageBasis::LastRow;
            source.report.evidence.push(Sentence::new("evidence.partial"));
            Outcome::Read(source)
        }
        Outcome::Other(_) => Outcome::Other(Sentence::new("other.partial")),
    }
}

/// Says of what was read that it was a sheet: the text that it was read from is nobody's.
fn of_sheet(outcome: Outcome, sheet: Option<Sheet>, options: &ReadOptions) -> Outcome {
    match (outcome, sheet) {
        (Outcome::Read(mut source), Some(sheet)) => {
            let report = &mut source.report;
            (report.kind, report.encoding, report.delimiter) = (sheet.kind, None, None);
            report.sheet = Some(options.privacy.text(&sheet.name));
            // The first is about the encoding.
            report.evidence.drain(..1);
            Outcome::Read(source)
        }
        (other, _) => other,
    }
}

/// A workbook is read where one of its sheets is: the others hold notes, sums, drawings. Where none is, they say why
/// together.
fn of_workbooks(outcomes: Vec<(Job, Result<Outcome>)>) -> Vec<(Job, Result<Outcome>)> {
    let mut settled = Vec::with_capacity(outcomes.len());
    let mut outcomes = outcomes.into_iter().peekable();
    while let Some(first) = outcomes.next() {
        let Some(book) = first.0.book.clone() else {
            settled.push(first);
            continue;
        };
        let mut sheets = vec![first];
        while let Some(next) = outcomes.next_if(|(job, _)| job.book.as_ref() == Some(&book)) {
            sheets.push(next);
        }
        // A sum by reason has no times, and so no column for them.
        let is_table = |(_, outcome): &(Job, Result<Outcome>)| match outcome {
            Ok(Outcome::Read(_)) => true,
            Ok(Outcome::Other(_)) => false,
            Err(error) => error.0.key != "error.column_missing",
        };
        if sheets.iter().any(is_table) {
            settled.extend(sheets.into_iter().filter(is_table));
            continue;
        }
        let names: Vec<&str> = sheets.iter().filter_map(|(job, _)| job.shown.strip_prefix(&*book)?.get(1..)).collect();
        let why = Sentence::new("other.workbook_no_table").with("sheets", names.join(" | "));
        let missing = sheets.iter().position(|(_, outcome)| outcome.is_err());
        let (mut job, outcome) = sheets.swap_remove(missing.unwrap_or(0));
        if missing.is_none() {
            job.shown = book;
        }
        settled.push((job, outcome.map(|_| Outcome::Other(why))));
    }
    settled
}

fn not_an_export(path: &str, why: &Sentence) -> Error {
    Error::new("error.not_an_export").with("path", path).with_sentence("why", why.clone())
}
