//! Where cells are finer than five minutes.

use std::ops::Range;

use parking_lot::Mutex;

use crate::{
    error::{Error, Result},
    input::{CellSink, Entry, ReadOptions, Source, exact_rows},
    model::{CELL_MILLIS, Catalog, Cell, CellStart, KindId, Origin, Span, Timestamp},
};

/// How many rows may be held at once; a longer stretch of time is read in slices.
pub const MOST_ROWS: u64 = 1_000_000;

/// How fine cells are: five minutes, but for this.
pub struct Grain {
    /// Moments inside of five minutes, in order, that no cell reaches across.
    pub cuts: Vec<Timestamp>,
    /// Where each row is a cell of its own.
    by_row: Option<Span>,
}

impl Grain {
    pub fn new(mut cuts: Vec<Timestamp>, by_row: Option<Span>) -> Grain {
        // Every zone's day begins with a cell, so that mostly none is divided.
        cuts.retain(|cut| cut.cell().timestamp() != *cut);
        cuts.sort_unstable();
        cuts.dedup();
        Grain { cuts, by_row }
    }

    fn is_by_row(&self, cell: CellStart) -> bool {
        self.by_row.is_some_and(|span| (span.first.cell()..=span.last.cell()).contains(&cell))
    }
}

/// Puts rows into cells of a grain.
pub struct Grains<'a> {
    grain: &'a Grain,
    /// One before, between and behind the cuts.
    sinks: Vec<CellSink>,
    rows: Vec<Cell>,
}

impl<'a> Grains<'a> {
    pub fn new(grain: &'a Grain) -> Grains<'a> {
        let sinks = (0..=grain.cuts.len()).map(|_| CellSink::default()).collect();
        Grains { grain, sinks, rows: Vec::new() }
    }

    /// Adds the rows of an entry, as ones of this kind.
    pub fn add(&mut self, entry: &Entry, kind: KindId) -> Result<()> {
        if self.grain.is_by_row(Timestamp(entry.at).cell()) {
            self.rows.push(cell(entry, kind)?);
        } else {
            let sink = &mut self.sinks[self.grain.cuts.partition_point(|cut| cut.0 <= entry.at)];
            sink.add(entry.at, entry.end, kind, entry.errors, entry.rows);
        }
        Ok(())
    }

    pub fn finish(self) -> Result<Vec<Cell>> {
        let mut cells = self.rows;
        for mut sink in self.sinks {
            cells.append(&mut sink.finish()?);
        }
        Ok(cells)
    }
}

/// The cell of one entry alone.
fn cell(entry: &Entry, kind: KindId) -> Result<Cell> {
    let start = Timestamp(entry.at).cell();
    let offset = |at: i64| (at - start.timestamp().0) as u32;
    let rows = u32::try_from(entry.rows).map_err(|_| Error::overflow())?;
    let (first, end) = (offset(entry.at), offset(entry.end));
    Ok(Cell { start, kind, errors: entry.errors, rows, first_offset: first, last_offset: first, end_offset: end })
}

/// Divides the cells of exports where each row is one of its own, but for those that are made of rows anyway: takes them
/// out of their inputs, reads these again, and gives what is there.
pub fn divide(
    sources: &mut [Source],
    grain: &Grain,
    is_made: impl Fn(&Catalog, &Cell) -> bool,
    catalog: &Mutex<Catalog>,
    options: &ReadOptions,
) -> Result<Vec<Cell>> {
    let mut found = Vec::new();
    let divides = |known: &Catalog, cell: &Cell| grain.is_by_row(cell.start) && !is_made(known, cell);
    for source in sources.iter_mut().filter(|_| grain.by_row.is_some()) {
        for number in 0..source.parts.len() {
            let part = &source.parts[number];
            if part.origin == Origin::Mail {
                continue;
            }
            let slices = {
                let known = catalog.lock();
                slices(part.cells.iter().filter(|cell| divides(&known, cell)))
            };
            for slice in &slices {
                let rows = exact_rows(source, part, slice.clone(), catalog, options)?;
                let known = catalog.lock();
                let cells = rows.iter().map(|row| cell(row, row.kind));
                for cell in cells {
                    found.extend(Some(cell?).filter(|cell| divides(&known, cell)));
                }
            }
            if !slices.is_empty() {
                let known = catalog.lock();
                source.parts[number].cells.retain(|cell| !divides(&known, cell));
            }
        }
    }
    Ok(found)
}

/// Stretches of time with a bounded number of rows that hold some cells; none where each of these is one row already.
fn slices(cells: impl Iterator<Item = Cell>) -> Vec<Range<i64>> {
    let (mut slices, mut rows, mut several) = (Vec::<Range<i64>>::new(), 0, false);
    for cell in cells {
        let start = cell.start.timestamp().0;
        several |= cell.rows > 1;
        rows += u64::from(cell.rows);
        match slices.last_mut() {
            Some(slice) if rows <= MOST_ROWS || start < slice.end => slice.end = start + CELL_MILLIS,
            _ => {
                slices.push(start..start + CELL_MILLIS);
                rows = u64::from(cell.rows);
            }
        }
    }
    slices.retain(|_| several);
    slices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_hold_whole_cells_and_a_bounded_number_of_rows() {
        let cell = |start: u32, kind: u32, rows: u32| Cell {
            start: CellStart(start),
            kind: KindId(kind),
            errors: 1,
            rows,
            first_offset: 0,
            last_offset: 0,
            end_offset: 0,
        };
        let told = |cells: &[Cell]| -> Vec<(i64, i64)> {
            slices(cells.iter().copied()).into_iter().map(|it| (it.start / CELL_MILLIS, it.end / CELL_MILLIS)).collect()
        };
        let many = [cell(3, 0, 600_000), cell(5, 0, 400_000), cell(5, 1, 1), cell(9, 0, 999_998), cell(9, 1, 5)];
        // Five minutes are never divided, whatever they hold.
        assert_eq!(told(&many), [(3, 6), (9, 10)]);
        // Cells of one row each are what is wanted already.
        assert_eq!(told(&[cell(3, 0, 1), cell(4, 0, 1)]), []);
        assert_eq!(told(&[cell(3, 0, 1), cell(4, 0, 2), cell(7, 0, 1)]), [(3, 8)]);
    }
}
