//! Reading a stretch of time a second time, row by row instead of cell by cell.

use std::{
    collections::HashMap,
    io::Read,
    ops::{ControlFlow, Range},
};

use parking_lot::Mutex;

use super::{
    ReadOptions, RowSink,
    chunks::{Chunk, Plan, each_chunk},
    fault::unreadable,
    rows::{RowReader, Tally},
    source::{Part, RowsIn, Source},
    stored::Entry,
    text::Stream,
};
use crate::{
    error::{Error, Result},
    model::{Catalog, KindId, Span},
};

/// Gathers rows of a stretch of time.
struct Exact {
    stretch: Range<i64>,
    rows: HashMap<(i64, KindId), Entry>,
    /// A sum left 64 bits.
    overflow: bool,
}

impl Exact {
    fn add(&mut self, new: Entry) {
        let sum = self.rows.entry((new.at, new.kind)).or_insert(Entry { errors: 0, rows: 0, ..new });
        sum.rows = sum.rows.saturating_add(new.rows);
        sum.end = sum.end.max(new.end);
        let (errors, carry) = sum.errors.overflowing_add(new.errors);
        sum.errors = errors;
        self.overflow |= carry;
    }
}

impl RowSink for Exact {
    fn row(&mut self, at: i64, end: i64, kind: KindId, errors: u64) {
        if self.stretch.contains(&at) {
            self.add(Entry { at, kind, errors, rows: 1, end });
        }
    }
}

/// The rows of a part in a stretch of time (milliseconds, end exclusive), those of one instant and kind added up, by time
/// and kind. Only the chunks that hold such rows are read; a packed text is unpacked up to them.
pub fn exact_rows(
    source: &Source,
    part: &Part,
    stretch: Range<i64>,
    catalog: &Mutex<Catalog>,
    options: &ReadOptions,
) -> Result<Vec<Entry>> {
    let path = &source.report.path;
    let nothing = || Exact { stretch: stretch.clone(), rows: HashMap::new(), overflow: false };
    let mut all = nothing();
    match (&part.rows_in, &source.text) {
        (RowsIn::Held(entries), _) => {
            entries.iter().filter(|entry| stretch.contains(&entry.at)).for_each(|entry| all.add(*entry));
        }
        (RowsIn::Archived(archived), _) => archived.each(&stretch, catalog, |entry| all.add(entry))?,
        (RowsIn::Lines { layout, range, index }, Some(text)) => {
            let Some(range) = bytes(range, index, &stretch) else { return Ok(Vec::new()) };
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
                    Ok((found, if ended { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }))
                },
                |(found, flow)| {
                    all.overflow |= found.overflow;
                    found.rows.into_values().for_each(|entry| all.add(entry));
                    Ok(flow)
                },
            );
            read.map_err(|fault| unreadable(path, &fault))?;
        }
        (RowsIn::Lines { .. }, None) => {}
    }
    if all.overflow {
        return Err(Error::overflow());
    }
    let mut rows: Vec<Entry> = all.rows.into_values().collect();
    if let Some(label) = &source.label {
        let mut known = HashMap::new();
        let mut catalog = catalog.lock();
        for Entry { kind, .. } in &mut rows {
            *kind = *known.entry(*kind).or_insert_with(|| catalog.labelled(*kind, label));
        }
    }
    rows.sort_unstable();
    Ok(rows)
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
