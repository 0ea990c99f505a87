//! How finely rows tell the time: a table holds those of inputs that tell it more finely and less.

use std::{borrow::Cow, ops::Range};

use super::{
    CellSum, Label, Table,
    overlap::geometry::{Strand, step},
};
use crate::model::{Precision, Span, Timestamp};

/// The longest day, and some.
const TWO_DAYS: i64 = 2 * 86_400_000;

/// Where rows of a channel tell no more than the hour or the day.
#[derive(Clone, Debug)]
pub struct Coarse {
    label: Label,
    precision: Precision,
    /// The first and the last of them.
    span: Span,
}

/// In the order of the channels.
pub(super) fn coarse(strands: &[Strand]) -> Vec<Coarse> {
    let coarse = strands.iter().filter(|strand| strand.precision >= Precision::Hour);
    let mut found: Vec<Coarse> =
        coarse.map(|&Strand { label, precision, span, .. }| Coarse { label, precision, span }).collect();
    found.sort_by_key(|coarse| coarse.label);
    found
}

impl Table {
    /// Whether the rows of a cell may tell no more than the hour or the day: then they stand where it begins. Any finer
    /// precision is that of seconds.
    pub fn precision_of(&self, cell: &CellSum) -> Precision {
        let at = cell.span.first;
        // Every zone's hours begin at a quarter of one.
        if self.coarse.is_empty() || at.0 % 900_000 != 0 {
            return Precision::Second;
        }
        let label = self.names.kinds[cell.kind.0 as usize].channel;
        let of_channel = &self.coarse[self.coarse.partition_point(|coarse| coarse.label < label)..];
        let step_of = |at: i64, precision| step(Timestamp(at), precision, &self.input_zone);
        let is_one = |coarse: &&Coarse| {
            (coarse.span.first..=coarse.span.last).contains(&at)
                && step_of(at.0, coarse.precision) != step_of(at.0 - 1, coarse.precision)
        };
        let found = of_channel.iter().take_while(|coarse| coarse.label == label).filter(is_one);
        found.map(|coarse| coarse.precision).max().unwrap_or(Precision::Second)
    }

    /// The time in which the first row of a cell began, as far as it is known, in milliseconds since 1970-01-01T00:00:00Z.
    pub fn beginning(&self, cell: &CellSum) -> Range<i64> {
        let at = cell.span.first;
        match self.precision_of(cell) {
            Precision::Day => at.0..self.input_zone.day_end(self.input_zone.day(at)).0,
            Precision::Hour => at.0..at.0 + Precision::Hour.millis(),
            _ => at.0..at.0 + 1,
        }
    }

    /// The coarsest precision of those rows that may be of a stretch of time.
    pub fn precision_in(&self, start: i64, end: i64, is_meant: impl Fn(&CellSum) -> bool) -> Precision {
        if self.coarse.is_empty() {
            return Precision::Second;
        }
        let cells = self.cells().between(start - TWO_DAYS, end).iter();
        let reaching = cells.filter(|cell| self.beginning(cell).end > start && is_meant(cell));
        reaching.map(|cell| self.precision_of(&cell)).max().unwrap_or(Precision::Second)
    }

    /// The table without the rows that tell the time no more finely than a precision of hours or days.
    pub fn finer_than(&self, precision: Precision) -> Cow<'_, Table> {
        match self.coarse.iter().any(|coarse| coarse.precision >= precision) {
            true => Cow::Owned(self.with(|cell| self.precision_of(cell) < precision)),
            false => Cow::Borrowed(self),
        }
    }
}
