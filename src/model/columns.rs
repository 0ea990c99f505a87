//! Cells by column, as a dataframe takes them over without copying.

use super::{Cell, CellStart, KindId};

/// Many cells: each field is a column, and all columns are equally long.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CellColumns {
    /// See [`Cell::start`], in five minutes since 1970-01-01T00:00:00Z.
    pub start: Vec<u32>,
    pub kind: Vec<u32>,
    pub errors: Vec<u64>,
    pub rows: Vec<u32>,
    /// The offsets of [`Cell`].
    pub first: Vec<u32>,
    pub last: Vec<u32>,
    pub end: Vec<u32>,
}

impl CellColumns {
    pub fn len(&self) -> usize {
        self.start.len()
    }

    pub fn is_empty(&self) -> bool {
        self.start.is_empty()
    }

    /// The cell at a place that is there.
    #[inline]
    pub fn get(&self, at: usize) -> Cell {
        Cell {
            start: CellStart(self.start[at]),
            kind: KindId(self.kind[at]),
            errors: self.errors[at],
            rows: self.rows[at],
            first_offset: self.first[at],
            last_offset: self.last[at],
            end_offset: self.end[at],
        }
    }

    #[inline]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Cell> + ExactSizeIterator + '_ {
        (0..self.len()).map(|at| self.get(at))
    }

    pub fn extend(&mut self, cells: &[Cell]) {
        self.start.extend(cells.iter().map(|cell| cell.start.0));
        self.kind.extend(cells.iter().map(|cell| cell.kind.0));
        self.errors.extend(cells.iter().map(|cell| cell.errors));
        self.rows.extend(cells.iter().map(|cell| cell.rows));
        self.first.extend(cells.iter().map(|cell| cell.first_offset));
        self.last.extend(cells.iter().map(|cell| cell.last_offset));
        self.end.extend(cells.iter().map(|cell| cell.end_offset));
    }

    /// Takes out the cells from a place on.
    pub fn split_off(&mut self, at: usize) -> Vec<Cell> {
        let cells = (at..self.len()).map(|at| self.get(at)).collect();
        let CellColumns { start, kind, errors, rows, first, last, end } = self;
        [start, kind, rows, first, last, end].into_iter().for_each(|column| column.truncate(at));
        errors.truncate(at);
        cells
    }

    /// Keeps some cells in their order.
    pub fn retain(&mut self, keep: impl FnMut(&Cell) -> bool) {
        *self = self.iter().filter(keep).collect();
    }
}

impl FromIterator<Cell> for CellColumns {
    fn from_iter<T: IntoIterator<Item = Cell>>(cells: T) -> CellColumns {
        let mut columns = CellColumns::default();
        cells.into_iter().for_each(|cell| columns.extend(&[cell]));
        columns
    }
}
