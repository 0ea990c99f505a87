//! The dataframe in which the cells stand.

use polars::prelude::{
    BooleanChunked, Column, DataFrame, IntoColumn, NewChunkedArray, PolarsResult, UInt32Chunked, UInt64Chunked,
};

use super::Table;
use crate::{
    model::{CellColumns, CellStart, KindId, Span, Timestamp},
    taxonomy,
};

/// The cells as a frame: `start` (u32, number of the cell since 1970-01-01T00:00:00Z), `kind` (u32, index into
/// [`super::Dictionary::kinds`]), `errors` (u64), `rows` (u32), `first` and `last` (u32, milliseconds from the cell's start to
/// the start of its first row and to the latest end of one).
pub(super) fn packed(cells: CellColumns) -> PolarsResult<DataFrame> {
    let CellColumns { start, kind, errors, rows, first, last: _, end } = cells;
    // Taken over as they are: `Column::new` copies.
    DataFrame::new(
        start.len(),
        vec![
            UInt32Chunked::from_vec("start".into(), start).into_column(),
            UInt32Chunked::from_vec("kind".into(), kind).into_column(),
            UInt64Chunked::from_vec("errors".into(), errors).into_column(),
            UInt32Chunked::from_vec("rows".into(), rows).into_column(),
            UInt32Chunked::from_vec("first".into(), first).into_column(),
            UInt32Chunked::from_vec("last".into(), end).into_column(),
        ],
    )
}

/// The sum of one kind in five minutes, or in the part of them before or behind an edge of a period, or of a row where
/// [`super::Settings::by_row`] wants that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellSum {
    pub start: CellStart,
    pub kind: KindId,
    pub errors: u64,
    pub rows: u32,
    /// Start of the first row and latest end of one.
    pub span: Span,
}

/// Rows of the frame, in the order of time.
#[derive(Clone, Copy)]
pub struct Cells<'a> {
    start: &'a [u32],
    kind: &'a [u32],
    errors: &'a [u64],
    rows: &'a [u32],
    first: &'a [u32],
    last: &'a [u32],
}

impl<'a> Cells<'a> {
    pub(super) fn of(frame: &'a DataFrame) -> Cells<'a> {
        let narrow = |name: &str| frame.column(name).and_then(|column| column.u32()?.cont_slice());
        let wide = |name: &str| frame.column(name).and_then(|column| column.u64()?.cont_slice());
        let there = "a table has these columns, each in one piece";
        Cells {
            start: narrow("start").expect(there),
            kind: narrow("kind").expect(there),
            errors: wide("errors").expect(there),
            rows: narrow("rows").expect(there),
            first: narrow("first").expect(there),
            last: narrow("last").expect(there),
        }
    }

    pub fn len(self) -> usize {
        self.start.len()
    }

    pub fn is_empty(self) -> bool {
        self.start.is_empty()
    }

    #[inline]
    pub fn iter(self) -> impl Iterator<Item = CellSum> + use<'a> {
        let times = self.start.iter().zip(self.first).zip(self.last);
        let sums = self.kind.iter().zip(self.errors).zip(self.rows);
        times.zip(sums).map(|(((start, first), last), ((kind, errors), rows))| {
            let start = CellStart(*start);
            let at = |offset: u32| Timestamp(start.timestamp().0 + i64::from(offset));
            let span = Span { first: at(*first), last: at(*last) };
            CellSum { start, kind: KindId(*kind), errors: *errors, rows: *rows, span }
        })
    }

    /// The cells of a stretch of time: start inclusive, end exclusive, in milliseconds since 1970-01-01T00:00:00Z. An
    /// instant inside of five minutes must be one that the table was cut at.
    pub fn between(self, start: i64, end: i64) -> Cells<'a> {
        let before = |moment: i64| {
            let five_minutes = Timestamp(moment).cell().0;
            let cells = self.start.partition_point(|start| *start < five_minutes);
            let inside = self.range(cells..self.len()).iter().take_while(|cell| cell.span.first.0 < moment);
            cells + inside.count()
        };
        let (from, to) = (before(start), before(end));
        self.range(from..to.max(from))
    }

    fn range(self, range: std::ops::Range<usize>) -> Cells<'a> {
        Cells {
            start: &self.start[range.clone()],
            kind: &self.kind[range.clone()],
            errors: &self.errors[range.clone()],
            rows: &self.rows[range.clone()],
            first: &self.first[range.clone()],
            last: &self.last[range],
        }
    }
}

impl Table {
    /// The same with some of the cells.
    pub(super) fn with(&self, is_kept: impl Fn(&CellSum) -> bool) -> Table {
        let kept: Vec<bool> = self.cells().iter().map(|cell| is_kept(&cell)).collect();
        let mask = BooleanChunked::from_slice("kept".into(), &kept);
        let mut cells = self.cells.filter(&mask).expect("the mask is as long as the frame");
        cells.rechunk_mut();
        Table { cells, ..self.clone() }
    }

    /// The same without what surely began in one of some stretches of time (milliseconds since 1970-01-01T00:00:00Z, end
    /// exclusive), at whose ends it must have been cut.
    pub fn without(&self, stretches: &[(i64, i64)]) -> Table {
        let inside = |cell: &CellSum| {
            let began = self.beginning(cell);
            stretches.iter().any(|(start, end)| *start <= began.start && began.end <= *end)
        };
        self.with(|cell| !inside(cell))
    }

    /// The table with names instead of numbers, a row for each five minutes and kind of error (more than one where a period or
    /// [`super::Settings::by_row`] divides them or several mailboxes tell of them), in the order of time:
    /// `time` (i64, start of the five minutes), `channel` (null where the input names none), `reason`, `detail`, `status`
    /// (u32, null where the detail is none), `host` (null where none is named), `errors` (u64), `rows` (u32), `first` and
    /// `last` (i64, start of the first row and latest end of one). Times are milliseconds since 1970-01-01T00:00:00Z.
    ///
    /// ```
    /// use errstat::{input, table};
    /// use polars::prelude::*;
    ///
    /// let exports = [concat!(env!("CARGO_MANIFEST_DIR"), "/data/webhook-errors.tsv").to_owned()];
    /// let reading = input::read(&exports, input::ReadOptions::default(), &input::Unwatched)?;
    /// let table = table::build(reading, table::Settings::default())?;
    /// let frame = table.frame()?;
    /// // The most errors in five minutes, by reason.
    /// let worst = frame.select(["reason", "errors"])?.group_by(["reason"])?.groups()?;
    /// assert_eq!(worst.height(), 4);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn frame(&self) -> PolarsResult<DataFrame> {
        let names = &self.names;
        let cells = self.cells();
        let kinds = || cells.kind.iter().map(|kind| names.attributes(&names.kinds[*kind as usize]));
        let times = |offsets: &[u32]| -> Vec<i64> {
            let start = |start: &u32| CellStart(*start).timestamp().0;
            cells.start.iter().zip(offsets).map(|(cell, offset)| start(cell) + i64::from(*offset)).collect()
        };
        let status = |reason: &str, detail: &str| taxonomy::status(reason, detail).map(u32::from);
        DataFrame::new(
            cells.len(),
            vec![
                Column::new("time".into(), times(&vec![0; cells.len()])),
                Column::new(
                    "channel".into(),
                    kinds().map(|error| error.channel.first().map(String::as_str)).collect::<Vec<_>>(),
                ),
                Column::new("reason".into(), kinds().map(|error| error.reason).collect::<Vec<_>>()),
                Column::new("detail".into(), kinds().map(|error| error.detail).collect::<Vec<_>>()),
                Column::new(
                    "status".into(),
                    kinds().map(|error| status(error.reason, error.detail)).collect::<Vec<_>>(),
                ),
                Column::new("host".into(), kinds().map(|error| error.host).collect::<Vec<_>>()),
                Column::new("errors".into(), cells.errors),
                Column::new("rows".into(), cells.rows),
                Column::new("first".into(), times(cells.first)),
                Column::new("last".into(), times(cells.last)),
            ],
        )
    }
}
