//! How finely rows tell the time: a table holds those of inputs that tell it more finely and less.

use std::{
    borrow::Cow,
    ops::{Range, RangeInclusive},
};

use super::{
    CellSum, Label, Table,
    overlap::geometry::{Strand, step},
};
use crate::model::{Origin, Precision, Span, Timestamp};

/// The longest day, and some.
const TWO_DAYS: i64 = 2 * 86_400_000;

/// Where an export's rows of a channel tell the time less finely than to the second.
#[derive(Clone, Debug)]
pub struct Coarse {
    label: Label,
    precision: Precision,
    /// The first and the last of them.
    span: Span,
}

/// Those of some precisions, in the order of the channels.
pub(super) fn coarse(strands: &[Strand], precisions: RangeInclusive<Precision>) -> Vec<Coarse> {
    let of_exports = strands.iter().filter(|strand| strand.origin == Origin::Export);
    let coarse = of_exports.filter(|strand| precisions.contains(&strand.precision));
    let mut found: Vec<Coarse> =
        coarse.map(|&Strand { label, precision, span, .. }| Coarse { label, precision, span }).collect();
    found.sort_by_key(|coarse| coarse.label);
    found
}

impl Table {
    /// Whether the rows of a cell may tell no more than the hour or the day: then they stand where it begins. Any finer
    /// precision is that of seconds.
    pub fn precision_of(&self, cell: &CellSum) -> Precision {
        // Every zone's hours begin at a quarter of one. What ends within its step is told to the second.
        let Span { first, last } = cell.span;
        match first.0 % 900_000 == 0 && (last.0 - first.0) % Precision::Hour.millis() == 0 {
            true => self.coarsest(&self.coarse, cell),
            false => Precision::Second,
        }
    }

    fn coarsest(&self, known: &[Coarse], cell: &CellSum) -> Precision {
        let (at, label) = (cell.span.first, self.names.kinds[cell.kind.0 as usize].channel);
        let of_channel = &known[known.partition_point(|coarse| coarse.label < label)..];
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

    /// The first moment at which no row of a cell can have ended any more, as far as the inputs tell, as above.
    pub fn ending(&self, cell: &CellSum) -> i64 {
        let step = self.coarsest(&self.minutes, cell).millis();
        self.beginning(cell).end.max(cell.span.last.0 + step)
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
