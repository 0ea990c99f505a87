//! Reading a stretch of time a second time, row by row instead of cell by cell.

use std::{collections::HashMap, ops::Range, sync::Mutex};

use super::{
    ReadOptions, RowSink,
    chunks::{Chunk, Flow, Plan, each_chunk},
    fault::{Fault, unreadable},
    rows::{RowReader, Tally},
    source::{Part, RowsIn, Source},
    stored::Entry,
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

impl Sums {
    /// Adds rows; says whether the sum left 64 bits.
    fn add(&mut self, errors: u64, rows: u64, end: i64) -> bool {
        self.rows = self.rows.saturating_add(rows);
        self.end = self.end.max(end);
        let (sum, carry) = self.errors.overflowing_add(errors);
        self.errors = sum;
        carry
    }
}

struct ExactSink {
    stretch: Range<i64>,
    rows: ExactRows,
    overflow: bool,
}

impl RowSink for ExactSink {
    fn row(&mut self, at: i64, end: i64, kind: KindId, errors: u64) {
        if self.stretch.contains(&at) {
            self.overflow |= self.rows.entry((at, kind)).or_default().add(errors, 1, end);
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
    let mut all = ExactRows::new();
    let (layout, range, text) = match (&part.rows_in, &source.text) {
        (RowsIn::Lines { layout, range, index }, Some(text)) => match bytes(range, index, &stretch) {
            Some(range) => (layout, range, text),
            None => return Ok(all),
        },
        (RowsIn::Lines { .. }, None) => return Ok(all),
        (RowsIn::Stored(stored), _) => {
            let mut overflow = false;
            stored.each(&stretch, catalog, &mut |entry: Entry| {
                overflow |= all.entry((entry.at, entry.kind)).or_default().add(entry.errors, entry.rows, entry.end);
            })?;
            return if overflow { Err(Fault::Overflow.told(&source.report.path)) } else { Ok(all) };
        }
    };
    let plan = Plan { range, line_end: layout.line_end, threads: options.threads };
    let done = each_chunk(
        text,
        &plan,
        || RowReader::new(layout, options.zone, options.privacy, catalog, false),
        |reader, chunk: Chunk<'_>| {
            let mut sink = ExactSink { stretch: stretch.clone(), rows: ExactRows::new(), overflow: false };
            reader.open = chunk.open;
            // A heading begins the next part.
            let ended = reader.read(chunk.lines, &mut Tally::new(), &mut sink)?.is_some();
            if sink.overflow { Err(Fault::Overflow) } else { Ok((sink.rows, ended)) }
        },
        |(rows, ended)| {
            for (key, sums) in rows {
                if all.entry(key).or_default().add(sums.errors, sums.rows, sums.end) {
                    return Err(Fault::Overflow);
                }
            }
            Ok(if ended { Flow::Stop } else { Flow::On })
        },
    );
    done.map_err(|fault| fault.told(&source.report.path))?;
    Ok(all)
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
    let open = |source: &Source| {
        let opened = source.text.as_ref().map(|text| text.open()).transpose();
        opened.map_err(|error| unreadable(&source.report.path, &error))
    };
    let (Some(mut left), Some(mut right)) = (open(a)?, open(b)?) else { return Ok(false) };
    let (mut one, mut other) = (Vec::new(), Vec::new());
    loop {
        for (stream, piece, source) in [(&mut left, &mut one, a), (&mut right, &mut other, b)] {
            piece.clear();
            std::io::Read::read_to_end(&mut std::io::Read::take(stream, 1 << 20), piece)
                .map_err(|error| unreadable(&source.report.path, &error))?;
        }
        if one != other {
            return Ok(false);
        }
        if one.is_empty() {
            return Ok(true);
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
