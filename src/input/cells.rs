//! From rows to cells of five minutes.

use crate::{
    error::{Error, Result},
    model::{CELL_MILLIS, Cell, CellColumns, CellStart, KindId},
};

/// Where rows go.
pub trait RowSink {
    /// A row: first and last instant in milliseconds since 1970-01-01T00:00:00Z, kind, number of errors.
    fn row(&mut self, at: i64, end: i64, kind: KindId, errors: u64);
}

/// Sums rows into cells.
///
/// Rows of an export stand in the order of time, so one five-minute cell is open at a time, with a
/// slot per kind; it is written out when the time leaves it. Rows in any other order give the same
/// cells, only in more pieces, which [`CellSink::finish`] joins.
#[derive(Debug, Default)]
pub struct CellSink {
    /// Start of the open cell in milliseconds since 1970-01-01T00:00:00Z.
    begin: i64,
    touched: Vec<u32>,
    open: Vec<Open>,
    cells: Vec<Cell>,
    overflow: bool,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    errors: u64,
    rows: u32,
    first: u32,
    last: u32,
    end: u32,
}

const CLOSED: Open = Open { errors: 0, rows: 0, first: u32::MAX, last: 0, end: 0 };

impl RowSink for CellSink {
    #[inline]
    fn row(&mut self, at: i64, end: i64, kind: KindId, errors: u64) {
        self.add(at, end, kind, errors, 1);
    }
}

impl CellSink {
    /// Adds the sums of some rows that begin at one instant and are of one kind: their latest end, less than a day behind
    /// it, and how many they are, at least one.
    #[inline(always)]
    pub fn add(&mut self, at: i64, end: i64, kind: KindId, errors: u64, rows: u64) {
        let mut offset = at - self.begin;
        if !(0..CELL_MILLIS).contains(&offset) {
            offset = self.enter(at);
        }
        let slot = kind.0 as usize;
        if slot >= self.open.len() {
            self.grow(slot);
        }
        let open = &mut self.open[slot];
        if open.rows == 0 {
            self.touched.push(kind.0);
        }
        let behind = end - at;
        let offset = offset as u32;
        open.first = open.first.min(offset);
        open.last = open.last.max(offset);
        open.end = open.end.max(offset + behind as u32);
        let (sum, carry) = open.errors.overflowing_add(errors);
        open.errors = sum;
        // A row is 64 bits nowhere but in archives, which add up rows of years.
        let (count, too_many) = open.rows.overflowing_add(rows as u32);
        open.rows = count;
        self.overflow |= carry | too_many | (rows > u64::from(u32::MAX));
    }

    /// Opens the cell of a time, and gives how far into it the time is.
    #[cold]
    #[inline(never)]
    fn enter(&mut self, at: i64) -> i64 {
        self.close();
        self.begin = at - at.rem_euclid(CELL_MILLIS);
        at - self.begin
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, slot: usize) {
        self.open.resize(slot + 1, CLOSED);
    }

    /// Writes out the open cell.
    fn close(&mut self) {
        self.touched.sort_unstable();
        // Input accepts the years 2011 to 2100 only, so this is positive and small.
        let start = CellStart((self.begin / CELL_MILLIS) as u32);
        for kind in self.touched.drain(..) {
            let Open { errors, rows, first, last, end } = std::mem::replace(&mut self.open[kind as usize], CLOSED);
            self.cells.push(Cell {
                start,
                kind: KindId(kind),
                errors,
                rows,
                first_offset: first,
                last_offset: last,
                end_offset: end,
            });
        }
    }

    /// The cells so far, sorted by time and kind, each pair once; the sink is then empty.
    pub fn finish(&mut self) -> Result<Vec<Cell>> {
        self.close();
        let mut cells = std::mem::take(&mut self.cells);
        if self.overflow {
            return Err(Error::overflow());
        }
        join(&mut cells)?;
        cells.shrink_to_fit();
        Ok(cells)
    }
}

/// Sorts by time and kind and adds up what has both in common.
fn join(cells: &mut Vec<Cell>) -> Result<()> {
    if cells.is_sorted_by(|a, b| a.key() < b.key()) {
        return Ok(());
    }
    // Stable, for it finds the runs that are sorted already.
    cells.sort_by_key(Cell::key);
    let mut overflow = false;
    cells.dedup_by(|next, kept| {
        let same = next.key() == kept.key();
        if same {
            match kept.plus(next) {
                Some(sum) => *kept = sum,
                None => overflow = true,
            }
        }
        same
    });
    if overflow { Err(Error::overflow()) } else { Ok(()) }
}

/// Joins the cells of many chunks without ever holding much more than the result.
///
/// Chunks of a file in the order of time follow each other and share at most the cell where one was cut; they are
/// appended as they come, while others are still being read. Chunks in any other order wait.
#[derive(Debug, Default)]
pub struct CellRuns {
    /// Sorted by time and kind, each pair once.
    joined: CellColumns,
    waiting: Vec<Cell>,
    overflow: bool,
}

/// Below this, waiting cells are not worth joining (32 bytes each).
const FIRST_LIMIT: usize = 3_000_000;

impl CellRuns {
    /// Adds sorted cells. Fails when a sum is known to have left 64 bits; [`CellRuns::finish`] says for certain.
    pub fn push(&mut self, run: &[Cell]) -> Result<()> {
        let border = self.joined.start.last().copied();
        let follows = self.waiting.is_empty() && run.first().is_none_or(|first| border <= Some(first.start.0));
        if follows {
            // They share no more than one five minutes with those before them.
            let shared = run.partition_point(|cell| Some(cell.start.0) == border);
            let seam = self.joined.start.partition_point(|start| Some(*start) < border);
            let mut seam = if shared > 0 { self.joined.split_off(seam) } else { Vec::new() };
            seam.extend_from_slice(&run[..shared]);
            self.overflow |= join(&mut seam).is_err();
            self.joined.extend(&seam);
            self.joined.extend(&run[shared..]);
            return Ok(());
        }
        self.waiting.extend_from_slice(run);
        // Early, so that memory follows the variety of the cells and not the number of rows.
        if self.waiting.len() > FIRST_LIMIT.max(self.joined.len()) { self.settle() } else { Ok(()) }
    }

    /// The same from columns.
    pub fn append(&mut self, mut run: CellColumns) -> Result<()> {
        if self.joined.is_empty() && self.waiting.is_empty() {
            self.joined = run;
            return Ok(());
        }
        self.push(&run.split_off(0))
    }

    /// Joins what waits.
    fn settle(&mut self) -> Result<()> {
        let mut cells: Vec<Cell> = std::mem::take(&mut self.joined).iter().collect();
        cells.append(&mut self.waiting);
        join(&mut cells)?;
        self.joined.extend(&cells);
        Ok(())
    }

    /// All cells, sorted by time and kind, each pair once.
    pub fn finish(mut self) -> Result<CellColumns> {
        if !self.waiting.is_empty() {
            self.settle()?;
        }
        if self.overflow { Err(Error::overflow()) } else { Ok(self.joined) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(start: u32, kind: u32, errors: u64) -> Cell {
        Cell {
            start: CellStart(start),
            kind: KindId(kind),
            errors,
            rows: 1,
            first_offset: 0,
            last_offset: 0,
            end_offset: 0,
        }
    }

    #[test]
    fn rows_in_any_order_give_the_same_cells() {
        let rows = [(CELL_MILLIS, 1, 2), (CELL_MILLIS + 5, 0, 3), (3 * CELL_MILLIS, 1, 4), (CELL_MILLIS + 9, 1, 5)];
        let gather = |order: &[usize]| {
            let mut sink = CellSink::default();
            order.iter().for_each(|&i| sink.row(rows[i].0, rows[i].0 + 7, KindId(rows[i].1), rows[i].2));
            sink.finish().unwrap()
        };
        let cells = gather(&[0, 1, 2, 3]);
        assert_eq!(
            cells
                .iter()
                .map(|c| (c.start.0, c.kind.0, c.errors, c.rows, c.first_offset, c.last_offset, c.end_offset))
                .collect::<Vec<_>>(),
            [(1, 0, 3, 1, 5, 5, 12), (1, 1, 7, 2, 0, 9, 16), (3, 1, 4, 1, 0, 0, 7)]
        );
        assert_eq!(gather(&[3, 2, 1, 0]), cells);
        assert_eq!(gather(&[2, 0, 3, 1]), cells);
    }

    #[test]
    fn runs_are_joined_where_they_touch_and_where_they_overlap() {
        let mut runs = CellRuns::default();
        runs.push(&[cell(5, 0, 1), cell(6, 0, 1)]).unwrap();
        runs.push(&[cell(1, 0, 1), cell(5, 0, 2), cell(5, 1, 4)]).unwrap();
        runs.push(&[cell(2, 0, 8)]).unwrap();
        let sums: Vec<_> = runs.finish().unwrap().iter().map(|c| (c.start.0, c.kind.0, c.errors)).collect();
        assert_eq!(sums, [(1, 0, 1), (2, 0, 8), (5, 0, 3), (5, 1, 4), (6, 0, 1)]);
    }

    #[test]
    fn runs_in_any_order_give_the_same_cells() {
        let runs: Vec<Vec<Cell>> =
            (0..7_u32).map(|i| (0..5).map(|k| cell(3 * i + k / 2, k % 2, u64::from(i + k + 1))).collect()).collect();
        let gather = |order: &[usize]| {
            let mut all = CellRuns::default();
            order.iter().for_each(|&i| all.push(&runs[i]).unwrap());
            all.finish().unwrap()
        };
        let in_order = gather(&[0, 1, 2, 3, 4, 5, 6]);
        assert!(in_order.iter().is_sorted_by(|a, b| a.key() < b.key()));
        assert_eq!(
            in_order.iter().map(|c| c.errors).sum::<u64>(),
            runs.iter().flatten().map(|c| c.errors).sum::<u64>()
        );
        for order in [&[6, 5, 4, 3, 2, 1, 0], &[3, 0, 6, 1, 5, 2, 4], &[1, 0, 2, 3, 6, 5, 4]] {
            assert_eq!(gather(order), in_order);
        }
    }

    #[test]
    fn a_sum_beyond_64_bits_is_an_error() {
        let mut sink = CellSink::default();
        sink.row(0, 0, KindId(0), u64::MAX);
        sink.row(0, 0, KindId(0), 1);
        assert_eq!(sink.finish(), Err(Error::overflow()));
        let mut runs = CellRuns::default();
        runs.push(&[cell(1, 0, u64::MAX)]).unwrap();
        runs.push(&[cell(1, 0, 1)]).unwrap();
        assert_eq!(runs.finish(), Err(Error::overflow()));
    }
}
