//! Reading one input from its first byte to its last.

use std::{
    io::{self, Read},
    ops::Range,
    sync::{Arc, Mutex},
};

use super::{
    ReadOptions, Watcher,
    cells::{CellRuns, CellSink, Overflow},
    chunks::{Chunk, Flow, Plan, Stream, Text, each_chunk},
    coverage::coverage,
    encoding,
    find::unreadable,
    layout::{self, Layout, Recognition},
    mail,
    post::{self, Stop},
    rows::{RowReader, Tally},
    split::{lines, split_lines},
    stored::Stored,
    time::TimeForm,
    workbook,
};
use crate::{
    error::{Error, Result},
    model::{
        Catalog, Cell, Channel, Extent, Origin, Precision, Reject, Sentence, SkippedLine, SourceKind, SourceReport,
        Span, TooVaried,
    },
};

/// How much of an input is looked at to recognise it.
const HEAD: usize = 256 * 1024;
/// How much of each further table, which has a heading: there may be thousands.
const FURTHER_HEAD: usize = 4 * 1024;
/// So many lines of it are enough.
const FURTHER_LINES: usize = 16;

/// A table within an input: the rows below one heading.
pub struct Part {
    /// The input, and the line where the part begins if it is not the first. Safe to show.
    pub name: String,
    pub origin: Origin,
    /// Sorted by time and kind.
    pub cells: Vec<Cell>,
    pub span: Option<Span>,
    /// `None` without rows.
    pub precision: Option<Precision>,
    pub rows: u64,
    pub rows_in: RowsIn,
}

/// Where the rows of a part are found again.
pub enum RowsIn {
    /// In lines of the source's text.
    Lines {
        layout: Arc<Layout>,
        /// Bytes of the rows in the text; they end there or at the next heading.
        range: Range<u64>,
        /// Where rows of which time stand: start of a chunk, first and last row in it.
        index: Vec<(u64, Span)>,
    },
    /// In mails or an archive.
    Stored(Arc<dyn Stored>),
}

/// An input that was read, and what is needed to read parts of it again.
pub struct Source {
    pub report: SourceReport,
    pub parts: Vec<Part>,
    /// None of an archive.
    pub text: Option<Text>,
    pub lines: u64,
    /// The channel that rows without one were given.
    pub label: Option<Channel>,
    /// What mails told of redelivery.
    pub stops: Vec<Stop>,
    /// Of an archive: what each of its exports tells of the time that it speaks for.
    pub extents: Vec<(String, Extent)>,
}

/// What an input turned out to be.
pub enum Outcome {
    Read(Box<Source>),
    /// Not an export, and why.
    Other(Sentence),
}

/// What goes wrong inside: an error of the disk, or one that has its sentence already.
pub enum Fault {
    Io(io::Error),
    Told(Error),
    TooVaried(TooVaried),
    Overflow,
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Fault::Io(error)
    }
}

impl From<TooVaried> for Fault {
    fn from(error: TooVaried) -> Self {
        Fault::TooVaried(error)
    }
}

impl From<Overflow> for Fault {
    fn from(_: Overflow) -> Self {
        Fault::Overflow
    }
}

impl Fault {
    /// The sentence for the user.
    pub fn told(self, path: &str) -> Error {
        match self {
            Fault::Io(cause) => unreadable(path, &cause),
            Fault::Told(error) => error,
            Fault::TooVaried(TooVaried { column, example }) => Error::new("error.too_varied")
                .with("path", path)
                .with("column", column)
                .with("example", example)
                .with("limit", crate::model::VARIETY_LIMIT),
            Fault::Overflow => Error::new("error.overflow"),
        }
    }
}

/// A stretch of rows of one table within a chunk.
struct Piece {
    offset: u64,
    /// It starts below a repeated heading.
    opens: bool,
    tally: Tally,
    cells: Vec<Cell>,
}

/// What a chunk gave.
struct Read1 {
    pieces: Vec<Piece>,
    bytes: u64,
    /// Offset of a heading with other columns, where reading starts anew.
    anew: Option<u64>,
}

/// Reads an input whole.
///
/// # Errors
/// Where it cannot be read, where columns or dates are ambiguous, where every row is a reject.
pub fn read(
    path: &str,
    file_name: &str,
    packing: Option<&'static str>,
    raw: Text,
    catalog: &Mutex<Catalog>,
    options: &ReadOptions,
    watcher: &dyn Watcher,
) -> Result<Outcome> {
    let io = |error: io::Error| unreadable(path, &error);
    let beginning = head(&raw, 0, HEAD).map_err(io)?;
    if let Some(kind) = mail::recognise(&beginning) {
        return post::read(path, kind, packing, raw, catalog, options, watcher);
    }
    if is_outlook_mail(&raw, &beginning, file_name).map_err(io)? {
        return Ok(Outcome::Other(Sentence::new("other.outlook_mail")));
    }
    let known;
    let recognised = encoding::recognise(&beginning, options.encoding);
    let (text, cells_encoding, mark) = if encoding::needs_transcoding(recognised.encoding) {
        let open = move || -> io::Result<Box<dyn Read + Send>> {
            Ok(Box::new(encoding::transcoded(raw.open()?, recognised.encoding)))
        };
        let text = Text::Stream(Stream::new(open));
        let beginning = head(&text, 0, HEAD).map_err(io)?;
        // A mail that a text editor has saved again.
        if let Some(kind) = mail::recognise(&beginning) {
            return post::read(path, kind, packing, text, catalog, options, watcher);
        }
        known = Some(beginning);
        (text, encoding_rs::UTF_8, 0)
    } else {
        known = Some(beginning).filter(|_| recognised.mark == 0);
        (raw, recognised.encoding, recognised.mark as u64)
    };

    let (mut start, mut known) = (mark, known);
    let mut whole = Tally::new();
    let mut parts: Vec<PartBuilder> = Vec::new();
    let mut first_layout: Option<Arc<Layout>> = None;
    let mut doubtful_count = None;
    loop {
        let head = match known.take() {
            Some(head) => head,
            None if first_layout.is_none() => head(&text, start, HEAD).map_err(io)?,
            None => further_head(&text, start).map_err(io)?,
        };
        let mut layout = match layout::recognise(&head, cells_encoding, path, options)? {
            Recognition::Table(layout) => *layout,
            Recognition::Other(why) if first_layout.is_none() => return Ok(Outcome::Other(why)),
            Recognition::Other(_) => break,
        };
        let plan = Plan {
            range: start + preamble_bytes(&head, &layout)..u64::MAX,
            line_end: layout.line_end,
            threads: options.threads,
        };
        if layout.time.is_open() {
            layout.time = settle_order(&text, &plan, &layout).map_err(|fault| fault.told(path))?.ok_or_else(|| {
                let [day_first, month_first] = layout.time.patterns_of_orders().unwrap_or_default();
                Error::new("error.date_order")
                    .with("path", path)
                    .with("column", layout.names.begin())
                    .with("form", layout.time.describe())
                    .with("day_first", day_first)
                    .with("month_first", month_first)
            })?;
        }
        doubtful_count = doubtful_count.or_else(|| layout.doubtful_count.take());
        let layout = Arc::new(layout);
        let mut preamble = Tally {
            lines: layout.preamble,
            skipped: layout.skipped.clone(),
            skipped_lines: layout.skipped.len() as u64,
            ..Tally::new()
        };
        if let (Some(line), true) = (layout.heading_line, first_layout.is_some()) {
            preamble.skipped_lines += 1;
            preamble.skipped.push(SkippedLine { line, what: "heading", text: String::new() });
        }
        whole.append(preamble);
        let name = if parts.is_empty() { path.to_owned() } else { later_part(path, whole.lines) };
        parts.push(PartBuilder::new(name, layout.clone(), plan.range.start));
        first_layout.get_or_insert_with(|| layout.clone());
        match rows(&text, &plan, &layout, path, catalog, options, watcher, &mut whole, &mut parts)
            .map_err(|fault| fault.told(path))?
        {
            Some(anew) => start = anew,
            None => break,
        }
    }
    let Some(layout) = first_layout else { return Ok(Outcome::Other(Sentence::new("other.empty"))) };
    if whole.accepted == 0 && whole.rows > 0 {
        return Err(only_rejects(path, &whole));
    }
    let errors = whole.errors.ok_or_else(|| Fault::Overflow.told(path))?;
    let parts: Vec<Part> = parts
        .into_iter()
        .map(PartBuilder::finish)
        .collect::<std::result::Result<_, Overflow>>()
        .map_err(|overflow| Fault::from(overflow).told(path))?;
    let mut evidence = vec![Sentence::new(recognised.evidence).with("encoding", recognised.encoding.name())];
    evidence.extend(layout.evidence.iter().cloned());
    let precision = (whole.accepted > 0).then(|| whole.steps.precision(&layout.time));
    let report = SourceReport {
        path: path.to_owned(),
        sheet: None,
        kind: if layout.delimiter == b'\t' { SourceKind::Tsv } else { SourceKind::Csv },
        channels: Vec::new(),
        packing,
        encoding: Some(recognised.encoding.name()),
        delimiter: Some(layout.delimiter_name()),
        columns: layout.names.clone(),
        doubtful_count,
        heading_line: layout.heading_line,
        time_form: (whole.accepted > 0).then(|| layout.time.describe()),
        evidence,
        rows: whole.rows,
        accepted: whole.accepted,
        rejected: whole.rejected,
        errors,
        span: whole.span,
        end: whole.end,
        precision,
        coverage: coverage(file_name, precision, options),
        rejects: whole.rejects,
        skipped: whole.skipped,
        skipped_lines: whole.skipped_lines,
        partial: false,
        same_as: None,
    };
    let source = Source {
        report,
        parts,
        text: Some(text),
        lines: whole.lines,
        label: None,
        stops: Vec::new(),
        extents: Vec::new(),
    };
    Ok(Outcome::Read(Box::new(source)))
}

/// Whether a text is no text but a mail that Outlook saved.
fn is_outlook_mail(raw: &Text, beginning: &[u8], file_name: &str) -> io::Result<bool> {
    if !workbook::is_old(beginning) {
        return Ok(false);
    }
    if mail::outlook::names_mail(beginning) || file_name.to_lowercase().ends_with(".msg") {
        return Ok(true);
    }
    // Attachments may stand before the directory.
    let Some(directory) = mail::outlook::directory(beginning) else { return Ok(false) };
    let mut sector = Vec::new();
    raw.from(directory)?.take(FURTHER_HEAD as u64).read_to_end(&mut sector)?;
    Ok(mail::outlook::names_mail(&sector))
}

fn later_part(path: &str, line: u64) -> String {
    format!("{path}:{line}")
}

fn only_rejects(path: &str, whole: &Tally) -> Error {
    let first: Option<&Reject> = whole.rejects.first();
    Error::new("error.only_rejects")
        .with("path", path)
        .with("rows", whole.rows)
        .with("line", first.map_or(1, |reject| reject.line))
        .with_sentence("why", Sentence::new(first.map_or("reject.time_missing", |reject| reject.why.key())))
        .with("text", first.map_or("", |reject| &reject.text))
}

/// Reads rows until the end or a heading with other columns, whose offset is then given.
#[expect(clippy::too_many_arguments, reason = "the state of one reading, used in this place only")]
fn rows(
    text: &Text,
    plan: &Plan,
    layout: &Arc<Layout>,
    path: &str,
    catalog: &Mutex<Catalog>,
    options: &ReadOptions,
    watcher: &dyn Watcher,
    whole: &mut Tally,
    parts: &mut Vec<PartBuilder>,
) -> std::result::Result<Option<u64>, Fault> {
    let all_rejects = watcher.wants_all_rejects();
    let mut anew = None;
    each_chunk(
        text,
        plan,
        || (RowReader::new(layout, options.zone, options.privacy, catalog, all_rejects), CellSink::default()),
        |(reader, sink), chunk| read_chunk(reader, sink, &chunk),
        |read: Read1| {
            watcher.bytes(read.bytes);
            for piece in read.pieces {
                for reject in &piece.tally.rejects {
                    let reject = Reject { line: whole.lines + reject.line, ..reject.clone() };
                    watcher
                        .reject(path, &reject)
                        .map_err(|cause| Fault::Told(Error::new("error.rejects_unwritten").with("cause", cause)))?;
                }
                if piece.opens {
                    parts.push(PartBuilder::new(later_part(path, whole.lines + 1), layout.clone(), piece.offset));
                }
                if let Some(part) = parts.last_mut() {
                    part.add(piece.offset, &piece.tally, piece.cells)?;
                }
                whole.append(piece.tally);
            }
            anew = read.anew;
            Ok(if anew.is_some() { Flow::Stop } else { Flow::On })
        },
    )?;
    Ok(anew)
}

fn read_chunk(reader: &mut RowReader<'_>, sink: &mut CellSink, chunk: &Chunk<'_>) -> std::result::Result<Read1, Fault> {
    reader.ends_open(chunk.open);
    let mut read = Read1 { pieces: Vec::new(), bytes: chunk.lines.len() as u64, anew: None };
    let mut lines = chunk.lines;
    let mut offset = chunk.offset;
    let mut opens = false;
    loop {
        let mut tally = Tally::new();
        if opens {
            tally.lines = 1;
            tally.skipped_lines = 1;
            tally.skipped.push(SkippedLine { line: 1, what: "heading", text: String::new() });
        }
        let stopped = reader.read(lines, &mut tally, sink)?;
        read.pieces.push(Piece { offset, opens, tally, cells: sink.finish()? });
        match stopped {
            None => return Ok(read),
            Some(at) => {
                let heading = &lines[at.offset..];
                let mut behind = memchr::memchr2(b'\n', b'\r', heading).map_or(heading.len(), |i| i + 1);
                if heading[..behind].ends_with(b"\r") && heading.get(behind) == Some(&b'\n') {
                    behind += 1;
                }
                if !at.same || reader.begins_in_other_form(&heading[behind..]) {
                    read.anew = Some(offset + at.offset as u64);
                    return Ok(read);
                }
                offset += (at.offset + behind) as u64;
                lines = &heading[behind..];
                opens = true;
            }
        }
    }
}

/// The first bytes of a table that is not the first.
fn further_head(text: &Text, from: u64) -> io::Result<Vec<u8>> {
    let short = head(text, from, FURTHER_HEAD)?;
    let cut = short.len() + short.len() / 2 > FURTHER_HEAD;
    let enough = memchr::memchr2_iter(b'\n', b'\r', &short).nth(FURTHER_LINES).is_some();
    if cut && !enough { head(text, from, HEAD) } else { Ok(short) }
}

/// The first bytes from an offset on, cut behind a line where there is more.
fn head(text: &Text, from: u64, most: usize) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    text.from(from)?.take(most as u64).read_to_end(&mut head)?;
    if head.len() == most
        && let Some(end) = memchr::memrchr2(b'\n', b'\r', &head)
    {
        head.truncate(end + 1);
    }
    Ok(head)
}

/// Length of the titles and the heading above the rows.
fn preamble_bytes(head: &[u8], layout: &Layout) -> u64 {
    let count = usize::try_from(layout.preamble).unwrap_or(usize::MAX);
    match count.checked_sub(1) {
        None => 0,
        Some(last) => lines(head).nth(last).map_or(head.len(), |(_, end)| end) as u64,
    }
}

/// Looks for the first cell that tells day and month apart, in the whole text if need be.
fn settle_order(text: &Text, plan: &Plan, layout: &Layout) -> std::result::Result<Option<TimeForm>, Fault> {
    let mut decided = None;
    each_chunk(
        text,
        plan,
        || (),
        |(), chunk| {
            Ok::<_, Fault>(chunk.lines.split(|b| matches!(b, b'\n' | b'\r')).find_map(|line| {
                let line = layout.encoding.decode_without_bom_handling(&line[..line.len().min(10_000)]).0;
                layout.time.decided_by(layout.when.of(split_lines([&line], layout.delimiter).first()?)?)
            }))
        },
        |found| {
            decided = found;
            Ok(if decided.is_some() { Flow::Stop } else { Flow::On })
        },
    )?;
    Ok(decided)
}

/// A part while it grows.
struct PartBuilder {
    name: String,
    layout: Arc<Layout>,
    range: Range<u64>,
    tally: Tally,
    runs: CellRuns,
    index: Vec<(u64, Span)>,
}

impl PartBuilder {
    fn new(name: String, layout: Arc<Layout>, start: u64) -> Self {
        PartBuilder {
            name,
            layout,
            range: start..u64::MAX,
            tally: Tally::new(),
            runs: CellRuns::default(),
            index: Vec::new(),
        }
    }

    fn add(&mut self, offset: u64, tally: &Tally, cells: Vec<Cell>) -> std::result::Result<(), Overflow> {
        self.tally.rows += tally.rows;
        self.tally.accepted += tally.accepted;
        self.tally.span = Span::join(self.tally.span, tally.span);
        self.tally.steps.add(&tally.steps);
        self.index.extend(tally.span.map(|span| (offset, span)));
        self.runs.push(cells)
    }

    fn finish(self) -> std::result::Result<Part, Overflow> {
        Ok(Part {
            precision: (self.tally.accepted > 0).then(|| self.tally.steps.precision(&self.layout.time)),
            name: self.name,
            origin: Origin::Export,
            cells: self.runs.finish()?,
            span: self.tally.span,
            rows: self.tally.accepted,
            rows_in: RowsIn::Lines { layout: self.layout, range: self.range, index: self.index },
        })
    }
}
