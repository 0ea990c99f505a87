//! What is asked for, before the inputs are brought together.

use super::{
    AsOf, Bounds, Event, Maintenance, Mark, Options, Planned,
    period::{Calendar, PeriodSpec, Resolved},
};
use crate::{
    error::Result,
    input::Reading,
    model::{Moment, Precision, SourceReport, Timestamp},
};

/// A period, resolved against what the inputs hold before they are brought together.
#[derive(Clone, Debug)]
pub struct Asked {
    pub calendar: Calendar,
    pub bounds: Bounds,
    /// The period that it is compared with.
    pub previous: Option<Bounds>,
    /// The like periods before it, the latest first.
    pub before: Vec<Bounds>,
    /// Where the period is not over: up to when it has run.
    pub unfinished: Option<Timestamp>,
    /// The first millisecond after the moment of the report, where the inputs have rows behind it and it is not past.
    pub future: Option<i64>,
    /// What people did, in the zone of the calendar.
    pub marks: Vec<Mark>,
    pub maintenance: Vec<Maintenance>,
}

impl Asked {
    /// Resolves the period of some options. Times without a time of day are days of the inputs' zone, and stay so.
    pub fn of(reading: &Reading, options: &Options) -> Result<Asked> {
        let data = SourceReport::span_of(reading.reports());
        let by_day = SourceReport::precision_of(reading.reports()) == Precision::Day;
        let zone = if by_day { reading.options.zone } else { options.zone };
        let as_of = match options.as_of {
            AsOf::At(at) => at,
            // Ends are exclusive: the second of the last row is in.
            AsOf::Data => data.map_or(options.generated_at, |span| Timestamp((span.last.0 / 1000 + 1) * 1000)),
        };
        let calendar = Calendar {
            // The name of a zone that shows the same clock is the one that the user wrote.
            zone: if zone.same_clock(&options.zone) { options.zone } else { zone },
            week_start: options.week_start,
            as_of,
            data,
        };
        // Without rows, all of the data is the last day that they are known to cover.
        let reach = reading.reports().filter_map(|report| report.coverage.until).max().filter(|_| data.is_none());
        let last = match (&options.period, reach) {
            (PeriodSpec::All, Some(until)) => Timestamp(until.0 - 1).min(as_of),
            _ => as_of,
        };
        let resolved = options.period.resolve(&Calendar { as_of: last, ..calendar })?;
        let previous = options.compare.bounds(&options.period, &resolved, &calendar)?;
        let Resolved { bounds, before, unfinished } = resolved;
        let future = data.is_some_and(|data| data.last > as_of && as_of >= options.now).then_some(as_of.0 + 1);
        let time = |moment: &Moment| calendar.zone.time(moment.in_zone(&calendar.zone));
        let mark = |(at, name): &Event| Mark { at: time(at), name: name.clone() };
        let planned =
            |([from, until], name): &Planned| Maintenance { start: time(from), end: time(until), name: name.clone() };
        let marks = options.marks.iter().map(mark).collect();
        let maintenance = options.maintenance.iter().map(planned).collect();
        Ok(Asked { calendar, bounds, previous, before, unfinished, future, marks, maintenance })
    }

    /// Whether the period is made of the data: it goes from the day of the first row to that of the last.
    pub fn is_of_data(&self) -> bool {
        let zone = &self.calendar.zone;
        let data = self
            .calendar
            .data
            .map(|data| (zone.day_start(zone.day(data.first)).0, zone.day_end(zone.day(data.last)).0));
        self.before.is_empty() && data.is_none_or(|data| data == (self.bounds.start, self.bounds.end))
    }

    /// Whether the like periods are only as much of theirs as has passed of this one: whole ones follow each other.
    pub fn in_part(&self) -> bool {
        let next = std::iter::once(&self.bounds).chain(&self.before);
        self.before.iter().zip(next).any(|(like, next)| like.end < next.start)
    }

    /// Start and end of each maintenance.
    pub fn maintenance_bounds(&self) -> Vec<(i64, i64)> {
        self.maintenance.iter().map(Maintenance::bounds).collect()
    }

    /// The moments that no cell may reach across.
    pub fn edges(&self) -> Vec<Timestamp> {
        let bounds = std::iter::once(&self.bounds).chain(&self.before).chain(&self.previous);
        let maintenance = self.maintenance_bounds().into_iter().flat_map(|(start, end)| [start, end]);
        let edges = bounds.flat_map(|bounds| [bounds.start, bounds.end]).chain(maintenance).chain(self.future);
        edges.map(Timestamp).collect()
    }
}
