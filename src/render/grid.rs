//! Tables that are put together a column at a time: what stands under a heading is said beside it.

/// A row for each entry, of cells `C` under headings `H`.
pub(super) struct Grid<T, H, C> {
    pub headings: Vec<H>,
    pub rows: Vec<Vec<C>>,
    entries: Vec<T>,
}

impl<T, H, C> Grid<T, H, C> {
    /// Rows without a column.
    pub fn of(entries: impl IntoIterator<Item = T>) -> Grid<T, H, C> {
        let entries: Vec<T> = entries.into_iter().collect();
        Grid { headings: Vec::new(), rows: entries.iter().map(|_| Vec::new()).collect(), entries }
    }

    /// Adds a column.
    pub fn column(mut self, heading: H, cell: impl Fn(&T) -> C) -> Grid<T, H, C> {
        self.headings.push(heading);
        self.rows.iter_mut().zip(&self.entries).for_each(|(row, entry)| row.push(cell(entry)));
        self
    }
}
