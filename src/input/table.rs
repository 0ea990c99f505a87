//! Reading the tables of a text from its first row to its last.

use std::{
    io,
    ops::{ControlFlow, Range},
    sync::Arc,
};

use super::{
    Pass,
    cells::{CellRuns, CellSink},
    chunks::{Chunk, Plan, each_chunk},
    fault::unreadable,
    layout::Layout,
    name::coverage,
    recognise::{self, below_ascii, further},
    rows::{NotUtf8, RowReader, Tally},
    source::{Input, Part, RowsIn, Source},
    split::split_lines,
    text::Text,
    time::TimeForm,
};
use crate::{
    error::{Error, Result},
    model::{Cell, Origin, Reject, Sentence, SkippedLine, SourceKind, SourceReport, Span, key},
};

/// Reads all tables of a text. Fails where it cannot be read, where columns or dates of a later table are ambiguous, and
/// where every row is a reject.
pub fn read(input: &Input, text: Text, mut table: recognise::Table, pass: &Pass<'_>) -> Result<Source> {
    let path = &input.path;
    let mut tables = Tables::new(path, &text, pass, table.is_ascii);
    let mut layout = tables.read(table.clone());
    if layout.as_ref().is_err_and(|fault| fault.get_ref().is_some_and(|inner| inner.is::<NotUtf8>())) {
        table.encoding = below_ascii(&text).map_err(|fault| unreadable(path, &fault))?;
        table.layout.encoding = table.encoding.encoding;
        let told = tables.whole.lines - tables.whole.titles;
        tables = Tables { told, ..Tables::new(path, &text, pass, false) };
        layout = tables.read(table.clone());
    }
    let (layout, encoding) = (layout.map_err(|fault| unreadable(path, &fault))?, table.encoding);
    let Tables { whole, parts, .. } = tables;
    if whole.accepted == 0 && whole.rows > 0 {
        return Err(only_rejects(path, whole.rows, &whole.rejects));
    }
    let doubtful_count = parts.iter().find_map(|part| part.layout.doubtful_count.clone());
    let parts: Vec<Part> = parts.into_iter().map(Growing::finish).collect::<Result<_>>()?;
    let kind = match &input.sheet {
        Some(sheet) => sheet.kind,
        None if layout.delimiter == b'\t' => SourceKind::Tsv,
        None => SourceKind::Csv,
    };
    let read_as = Sentence::new(encoding.evidence).with("encoding", encoding.encoding.name());
    let precision = (whole.accepted > 0).then(|| whole.steps.precision(&layout.time));
    // The text of a sheet was written by nobody.
    let is_file = input.sheet.is_none();
    let report = SourceReport {
        sheet: input.sheet.as_ref().map(|sheet| pass.options.privacy.text(&sheet.name)),
        packing: input.packing,
        encoding: is_file.then(|| encoding.encoding.name()),
        delimiter: is_file.then(|| layout.delimiter_name()),
        doubtful_count,
        heading_line: layout.heading_line,
        time_form: (whole.accepted > 0).then(|| layout.time.describe()),
        evidence: is_file.then_some(read_as).into_iter().chain(layout.evidence.iter().cloned()).collect(),
        rows: whole.rows,
        accepted: whole.accepted,
        rejected: whole.rejected,
        errors: whole.errors.ok_or_else(Error::overflow)?,
        span: whole.span,
        end: whole.end,
        precision,
        coverage: coverage(&input.name, precision, pass.options),
        rejects: whole.rejects,
        skipped: whole.skipped,
        skipped_lines: whole.skipped_lines,
        ..SourceReport::of_no_table(path, kind, layout.names.clone())
    };
    let (lines, stops, extents) = (whole.lines, Vec::new(), Vec::new());
    Ok(Source { report, parts, text: Some(text), lines, label: None, stops, extents })
}

/// Says that nothing in a file could be read.
pub fn only_rejects(path: &str, rows: u64, rejects: &[Reject]) -> Error {
    let first = rejects.first();
    Error::new(key::error::ONLY_REJECTS)
        .with("path", path)
        .with_number("rows", rows)
        .with("line", first.map_or(1, |reject| reject.line))
        .with_sentence("why", Sentence::new(first.map_or(key::reject::TIME_MISSING, |reject| reject.why)))
        .with("text", first.map_or("", |reject| &reject.text))
}

/// What was read of a text so far.
struct Tables<'a> {
    path: &'a str,
    text: &'a Text,
    pass: &'a Pass<'a>,
    assumes_utf8: bool,
    /// The rejects of so many lines were told already.
    told: u64,
    whole: Tally,
    parts: Vec<Growing>,
}

/// A part while it grows.
struct Growing {
    name: String,
    layout: Arc<Layout>,
    range: Range<u64>,
    tally: Tally,
    runs: CellRuns,
    index: Vec<(u64, Span)>,
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
struct Pieces {
    pieces: Vec<Piece>,
    bytes: u64,
    /// Offset of a heading with other columns, where reading starts anew.
    anew: Option<u64>,
}

impl<'a> Tables<'a> {
    fn new(path: &'a str, text: &'a Text, pass: &'a Pass<'a>, assumes_utf8: bool) -> Tables<'a> {
        Tables { path, text, pass, assumes_utf8, told: 0, whole: Tally::new(), parts: Vec::new() }
    }

    /// Reads one table after the other, and gives the layout of the first.
    fn read(&mut self, table: recognise::Table) -> io::Result<Arc<Layout>> {
        let (mut start, mut layout) = (table.start, *table.layout);
        let mut first = None;
        loop {
            let range = start + layout.rows_at..u64::MAX;
            let plan = Plan { range, line_end: layout.line_end, threads: self.pass.options.threads };
            if layout.time.is_open() {
                layout.time = self.order_of_dates(&plan, &layout)?;
            }
            let mut preamble = Tally {
                lines: layout.preamble,
                skipped: layout.skipped.clone(),
                skipped_lines: layout.skipped.len() as u64,
                ..Tally::new()
            };
            if let (Some(line), true) = (layout.heading_line.filter(|line| *line <= layout.preamble), first.is_some()) {
                preamble.skip_heading(line);
            }
            self.whole.append(preamble);
            let shared = Arc::new(layout);
            self.begin(&shared, plan.range.start, self.whole.lines);
            let anew = self.rows(&plan, &shared)?;
            first.get_or_insert_with(|| Arc::clone(&shared));
            let Some(at) = anew else { return Ok(first.unwrap_or(shared)) };
            let read = further(self.text, at, &shared, self.path, self.pass.options)?;
            layout = read.map_err(|why| {
                let place = format!("{}:{}", self.path, self.whole.lines + 1);
                Error::new(key::error::NOT_AN_EXPORT).with("path", place).with_sentence("why", why)
            })?;
            start = at;
        }
    }

    /// Begins a part, whose heading is in a line of the text.
    fn begin(&mut self, layout: &Arc<Layout>, start: u64, line: u64) {
        let name = if self.parts.is_empty() { self.path.to_owned() } else { format!("{}:{line}", self.path) };
        let (layout, range) = (Arc::clone(layout), start..u64::MAX);
        self.parts.push(Growing {
            name,
            layout,
            range,
            tally: Tally::new(),
            runs: CellRuns::default(),
            index: Vec::new(),
        });
    }

    /// Reads rows until the end or a heading with other columns, whose offset is then given.
    fn rows(&mut self, plan: &Plan, layout: &Arc<Layout>) -> io::Result<Option<u64>> {
        let Pass { options, catalog, watcher } = *self.pass;
        let all_rejects = watcher.wants_all_rejects();
        let mut anew = None;
        // Rejects that may still turn out to be the titles of a heading.
        let mut held: Vec<Reject> = Vec::new();
        let (pass, path, told, assumes_utf8) = (self.pass, self.path, self.told, self.assumes_utf8);
        let tell_one = |reject: Reject| if reject.line > told { pass.reject(path, &reject) } else { Ok(()) };
        let tell = |held: &mut Vec<Reject>| held.drain(..).try_for_each(tell_one);
        each_chunk(
            self.text,
            plan,
            || {
                let mut reader = RowReader::new(layout, options.zone, options.privacy, catalog, all_rejects);
                reader.assumes_utf8 = assumes_utf8;
                (reader, CellSink::default())
            },
            |(reader, sink), chunk| read_chunk(reader, sink, &chunk),
            |read: Pieces| {
                watcher.bytes(read.bytes);
                for Piece { offset, opens, tally, cells } in read.pieces {
                    if opens {
                        held.clear();
                        self.whole.forgive_titles();
                        self.begin(layout, offset, self.whole.lines + 1);
                    }
                    let others = tally.lines - tally.titles;
                    if others > 0 {
                        tell(&mut held)?;
                    }
                    for reject in &tally.rejects {
                        let told = Reject { line: self.whole.lines + reject.line, ..reject.clone() };
                        let is_title = tally.titles > 0 && reject.line > others;
                        if is_title { held.push(told) } else { tell_one(told)? }
                    }
                    if let Some(part) = self.parts.last_mut() {
                        part.add(offset, &tally, cells)?;
                    }
                    self.whole.append(tally);
                }
                anew = read.anew;
                if anew.is_some() {
                    held.clear();
                    self.whole.forgive_titles();
                }
                Ok(if anew.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
            },
        )?;
        tell(&mut held)?;
        Ok(anew)
    }

    /// The form of times whose order of day and month the first lines leave open: the first cell that tells them apart
    /// decides, in the whole table if need be. Another table has a form of its own.
    fn order_of_dates(&self, plan: &Plan, layout: &Layout) -> io::Result<TimeForm> {
        let mut decided = None;
        each_chunk(
            self.text,
            plan,
            || (),
            |(), chunk| {
                for line in chunk.lines.split(|b| matches!(b, b'\n' | b'\r')) {
                    let line = layout.decoded(&line[..line.len().min(10_000)]);
                    let rows = split_lines([&line], layout.delimiter);
                    let Some(row) = rows.first() else { continue };
                    let form = layout.when.of(row).and_then(|cell| layout.time.decided_by(cell));
                    if form.is_some() || layout.is_other_heading(row) {
                        return Ok(ControlFlow::Break(form));
                    }
                }
                Ok(ControlFlow::Continue(()))
            },
            |read| {
                let ControlFlow::Break(form) = read else { return Ok(ControlFlow::Continue(())) };
                decided = form;
                Ok(ControlFlow::Break(()))
            },
        )?;
        let [day_first, month_first] = layout.time.patterns_of_orders().unwrap_or_default();
        decided.ok_or_else(|| {
            Error::new(key::error::DATE_ORDER)
                .with("path", self.path)
                .with("column", layout.names.begin())
                .with("form", layout.time.describe())
                .with("day_first", day_first)
                .with("month_first", month_first)
                .into()
        })
    }
}

fn read_chunk(reader: &mut RowReader<'_>, sink: &mut CellSink, chunk: &Chunk<'_>) -> io::Result<Pieces> {
    reader.open = chunk.open;
    let mut read = Pieces { pieces: Vec::new(), bytes: chunk.lines.len() as u64, anew: None };
    let (mut lines, mut offset, mut opens) = (chunk.lines, chunk.offset, false);
    loop {
        let mut tally = Tally::new();
        if opens {
            tally.lines = 1;
            tally.skip_heading(1);
        }
        let stopped = reader.read(lines, &mut tally, sink)?;
        read.pieces.push(Piece { offset, opens, tally, cells: sink.finish()? });
        let Some(at) = stopped else { return Ok(read) };
        let heading = &lines[at.offset..];
        let mut behind = memchr::memchr2(b'\n', b'\r', heading).map_or(heading.len(), |i| i + 1);
        if heading[..behind].ends_with(b"\r") && heading.get(behind) == Some(&b'\n') {
            behind += 1;
        }
        // What follows it, which may be written in another form, may lie in the next chunk.
        if !at.same || behind == heading.len() || reader.begins_in_other_form(&heading[behind..]) {
            read.anew = Some(offset + at.offset as u64);
            return Ok(read);
        }
        offset += (at.offset + behind) as u64;
        lines = &heading[behind..];
        opens = true;
    }
}

impl Tally {
    fn skip_heading(&mut self, line: u64) {
        self.skipped_lines += 1;
        self.skipped.push(SkippedLine { line, what: key::inspect::LINE_HEADING, text: String::new() });
    }
}

impl Growing {
    fn add(&mut self, offset: u64, tally: &Tally, cells: Vec<Cell>) -> Result<()> {
        self.tally.accepted += tally.accepted;
        self.tally.span = Span::join(self.tally.span, tally.span);
        self.tally.steps.add(&tally.steps);
        self.index.extend(tally.span.map(|span| (offset, span)));
        self.runs.push(&cells)
    }

    fn finish(self) -> Result<Part> {
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
