//! Reading a stretch of time a second time, row by row instead of cell by cell.

use std::{
    collections::HashMap,
    io::Read,
    ops::{ControlFlow, Range},
    sync::Mutex,
};

use super::{
    ReadOptions, RowSink,
    chunks::{Chunk, Plan, each_chunk},
    fault::{Fault, unreadable},
    rows::{RowReader, Tally},
    source::{Part, RowsIn, Source},
    stored::Entry,
    text::Stream,
};
use crate::{
    error::Result,
    model::{Catalog, KindId, Span},
};

/// Errors and rows for each exact time (milliseconds since 1970-01-01T00:00:00Z) and kind.
pub type ExactRows = HashMap<(i64, KindId), Sums>;

/// What the rows of one time and kind add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub errors: u64,
    pub rows: u64,
    /// Latest end of a row, in milliseconds since 1970-01-01T00:00:00Z.
    pub end: i64,
}

/// Gathers rows of a stretch of time.
struct Exact {
    stretch: Range<i64>,
    rows: ExactRows,
    /// A sum left 64 bits.
    overflow: bool,
}

impl Exact {
    fn add(&mut self, key: (i64, KindId), new: Sums) {
        let Sums { errors, rows, end } = self.rows.entry(key).or_default();
        *rows = rows.saturating_add(new.rows);
        *end = new.end.max(*end);
        let (sum, carry) = errors.overflowing_add(new.errors);
        *errors = sum;
        self.overflow |= carry;
    }
}

impl RowSink for Exact {
    fn row(&mut self, at: i64, end: i64, kind: KindId, errors: u64) {
        if self.stretch.contains(&at) {
            self.add((at, kind), Sums { errors, rows: 1, end });
        }
    }
}

/// The rows of a part in a stretch of time (milliseconds, end exclusive). Only the chunks that hold
/// such rows are read; a packed text is unpacked up to them.
pub fn exact_rows(
    source: &Source,
    part: &Part,
    stretch: Range<i64>,
    catalog: &Mutex<Catalog>,
    options: &ReadOptions,
) -> Result<ExactRows> {
    let path = &source.report.path;
    let nothing = || Exact { stretch: stretch.clone(), rows: ExactRows::new(), overflow: false };
    let mut all = nothing();
    match (&part.rows_in, &source.text) {
        (RowsIn::Stored(stored), _) => stored.each(&stretch, catalog, &mut |entry: Entry| {
            all.add((entry.at, entry.kind), Sums { errors: entry.errors, rows: entry.rows, end: entry.end });
        })?,
        (RowsIn::Lines { layout, range, index }, Some(text)) => {
            let Some(range) = bytes(range, index, &stretch) else { return Ok(all.rows) };
            let plan = Plan { range, line_end: layout.line_end, threads: options.threads };
            let read = each_chunk(
                text,
                &plan,
                || RowReader::new(layout, options.zone, options.privacy, catalog, false),
                |reader, chunk: Chunk<'_>| {
                    let mut found = nothing();
                    reader.open = chunk.open;
                    // A heading begins the next part.
                    let ended = reader.read(chunk.lines, &mut Tally::new(), &mut found)?.is_some();
                    Ok::<_, Fault>((found, if ended { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }))
                },
                |(found, flow)| {
                    all.overflow |= found.overflow;
                    found.rows.into_iter().for_each(|(key, sums)| all.add(key, sums));
                    Ok(flow)
                },
            );
            read.map_err(|fault| fault.told(path))?;
        }
        (RowsIn::Lines { .. }, None) => {}
    }
    if all.overflow { Err(Fault::Overflow.told(path)) } else { Ok(all.rows) }
}

/// The bytes that hold the rows of a stretch of time; nothing where there are none.
fn bytes(range: &Range<u64>, index: &[(u64, Span)], stretch: &Range<i64>) -> Option<Range<u64>> {
    let inside = |(_, span): &&(u64, Span)| span.last.0 >= stretch.start && span.first.0 < stretch.end;
    let first = index.iter().position(|chunk| inside(&chunk))?;
    let last = index.iter().rposition(|chunk| inside(&chunk))?;
    Some(index[first].0..index.get(last + 1).map_or(range.end, |(offset, _)| *offset))
}

/// Whether two inputs are the same byte for byte, once unpacked and decoded.
pub fn identical(a: &Source, b: &Source) -> Result<bool> {
    let (Some(left), Some(right)) = (&a.text, &b.text) else { return Ok(false) };
    let told = |source: &Source, error| unreadable(&source.report.path, &error);
    let mut left = left.open().map_err(|error| told(a, error))?;
    let mut right = right.open().map_err(|error| told(b, error))?;
    let next = |stream: &mut Stream, source| {
        let mut piece = Vec::new();
        let read = stream.take(1 << 20).read_to_end(&mut piece);
        read.map(|_| piece).map_err(|error| told(source, error))
    };
    loop {
        let (one, other) = (next(&mut left, a)?, next(&mut right, b)?);
        if one != other || one.is_empty() {
            return Ok(one == other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    #[test]
    fn only_the_chunks_that_hold_a_stretch_of_time_are_read() {
        let span = |first, last| Span { first: Timestamp(first), last: Timestamp(last) };
        // Behind a heading of 40 bytes; the third chunk goes back in time.
        let index = [(40, span(0, 9)), (1040, span(10, 19)), (2040, span(5, 12)), (3040, span(20, 29))];
        let read = |stretch: Range<i64>| bytes(&(40..u64::MAX), &index, &stretch);
        assert_eq!(read(0..5), Some(40..1040));
        assert_eq!(read(13..20), Some(1040..2040));
        assert_eq!(read(5..6), Some(40..3040));
        assert_eq!(read(25..99), Some(3040..u64::MAX));
        assert_eq!(read(30..99), None);
    }
}
