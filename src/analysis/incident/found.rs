//! Stretches of several classes brought together, and measured.

use std::{cmp::Reverse, collections::BTreeMap, ops::Range};

use super::{
    class::{Channel, Class, ClassErrors},
    clock::HOUR,
    stretch::{Stretch, USUAL_PAUSE, between},
    usual::quantile,
};
use crate::{
    analysis::{Incident, MadeOf},
    model::{CELL_MILLIS, CellStart, Span, Timestamp, Zone},
    table::{CellSum, Known, Table},
};

/// A class that begins to fail within so many cells of the leading one, a quarter of an hour, and ends no later than as
/// many behind it, is of its incident. One that goes on for longer is not: onset, end, and since when it is quiet are those
/// of the leading class, and would be said while errors of the incident go on.
const TOGETHER: u32 = 3;
/// So is one of which the leading class holds so much ...
const HELD: (u32, u32) = (9, 10);
/// ... unless it fails more than so many times as much, as the core of an outage does: a sharp outage in what lasts for days
/// has an onset of its own.
const STANDS_OUT: u128 = 6;
/// A detail leads, and so tells onset and end, if it has so much of the errors of its class: what is rarer came before or
/// stayed behind.
const LEADING: u64 = 20;

/// So many quiet cells end an incident, where the data reach so far ...
const QUIET: i64 = 3 * CELL_MILLIS;
/// ... and so many of its own usual pauses: what fails every night has then left out two nights.
const PAUSES: i64 = 2;
/// So long must the time behind an incident be known for it to be over: what is not usual there is another incident.
const OVER: i64 = 3_600_000;

/// Stretches of classes that are one incident, the leading one first; and whether there is anything to compare with.
type Group = Vec<(Class, Stretch, bool)>;

/// What the incidents of a channel are measured by, as they are known at a moment; times are told in the zone.
pub struct Measure<'a> {
    pub table: &'a Table,
    pub zone: &'a Zone,
    /// In milliseconds since 1970-01-01T00:00:00Z.
    pub period: &'a Range<i64>,
    pub now: Timestamp,
    /// Of each kind.
    pub classes: &'a [Option<Class>],
    pub channel: &'a Channel,
    /// How exact its times are, in milliseconds.
    pub step: i64,
}

impl Measure<'_> {
    /// The incidents of the channel in the order of time, from the stretches of its classes and whether there is anything
    /// to compare them with.
    pub fn incidents(&self, of: Group) -> Vec<Incident> {
        let groups = together(of);
        let mut incidents: Vec<Incident> = (0..groups.len()).map(|i| self.incident(&groups, i)).collect();
        incidents.sort_by_key(|incident| (incident.cells_start, incident.start));
        let last_end = incidents.iter().map(|incident| incident.cell_bounds().1).max().unwrap_or(0);
        for incident in incidents.iter_mut().filter(|incident| incident.cell_bounds().1 == last_end) {
            let reach = self.reach().0;
            let known = reach > last_end && self.known().is_some_and(|known| known.missing(last_end, reach).is_empty());
            incident.usual_after = known.then(|| most_in_an_hour(self.channel, Timestamp(last_end).cell().0));
        }
        incidents
    }

    /// From when to when the rows of a class are that begin in a cell with errors; a row that tells five minutes or an hour
    /// stands for all of it.
    pub fn rows(&self, class: Class, cell: u32) -> Span {
        let whole = Span { first: CellStart(cell).timestamp(), last: CellStart(cell + 1).timestamp() };
        if self.step >= CELL_MILLIS {
            return whole;
        }
        let is_of_class = |sum: &CellSum| {
            let kind = sum.kind.0 as usize;
            self.classes[kind] == Some(class) && self.table.names.kinds[kind].channel == self.channel.label
        };
        let cells = self.table.cells().between(whole.first.0, whole.last.min(self.now).0);
        cells.iter().filter(is_of_class).map(|sum| sum.span).reduce(Span::union).unwrap_or(whole)
    }

    fn known(&self) -> Option<&Known> {
        Known::of(&self.table.known, self.channel.label)
    }

    /// Up to when anything is known of the channel.
    fn reach(&self) -> Timestamp {
        self.known().and_then(Known::reach).map_or(Timestamp(i64::MIN), |reach| reach.min(self.now))
    }

    /// From when to when the details are that lead a class, of its cells.
    fn leading_details<'a>(&self, cells: impl Iterator<Item = &'a CellSum>) -> Option<Span> {
        let mut of_detail: BTreeMap<(u32, u32), (u64, Span)> = BTreeMap::new();
        for cell in cells {
            let kind = self.table.names.kinds[cell.kind.0 as usize];
            let (errors, span) = of_detail.entry((kind.reason, kind.detail)).or_insert((0, cell.span));
            (*errors, *span) = (*errors + cell.errors, span.union(cell.span));
        }
        let least = of_detail.values().map(|(errors, _)| errors).sum::<u64>().div_ceil(LEADING);
        of_detail.into_values().filter(|(errors, _)| *errors >= least).map(|(_, span)| span).reduce(Span::union)
    }

    /// An incident of several with its numbers: from its onset to its end the errors of the leading class, and of each other
    /// while that or itself was failing; without those of another incident.
    fn incident(&self, groups: &[Group], of: usize) -> Incident {
        let (table, group) = (self.table, &groups[of]);
        let time = |millis: i64| self.zone.time(Timestamp(millis));
        let (leading_class, leading, comparable) = group[0];
        let mut failing: BTreeMap<Class, (u32, u32)> = BTreeMap::new();
        for (class, stretch, _) in group {
            let of_class = failing.entry(*class).or_insert((leading.start, leading.end));
            *of_class = (of_class.0.min(stretch.start), of_class.1.max(stretch.end));
        }
        let start = failing.values().map(|of| of.0).min().unwrap_or(leading.start);
        let end = failing.values().map(|of| of.1).max().unwrap_or(leading.end);
        let bounds = [start, end].map(|cell| i64::from(cell) * CELL_MILLIS);
        let others = groups.iter().enumerate().filter(|(i, _)| *i != of).flat_map(|(_, group)| group);
        let others: Vec<_> = others.filter(|(_, other, _)| other.start < end && other.end > start).collect();
        let is_of_another =
            |of: Class, cell: u32| others.iter().any(|(class, other, _)| *class == of && other.contains(cell));
        let of_group = |cell: CellSum| {
            let is_of_channel = table.names.kinds[cell.kind.0 as usize].channel == self.channel.label;
            let class = self.classes[cell.kind.0 as usize].filter(|_| is_of_channel && cell.errors > 0)?;
            let (start, end) = failing.get(&class)?;
            let counts = (*start..*end).contains(&cell.start.0) && !is_of_another(class, cell.start.0);
            counts.then_some((class, cell))
        };
        let mut cells: Vec<(Class, CellSum)> =
            table.cells().between(bounds[0], bounds[1]).iter().filter_map(of_group).collect();
        let inside =
            self.leading_details(cells.iter().filter(|(class, _)| *class == leading_class).map(|(_, cell)| cell));
        let inside = inside.unwrap_or(Span { first: Timestamp(bounds[0]), last: Timestamp(bounds[1]) });
        let counts = |span: Span| span.first <= inside.last && span.last >= inside.first;
        cells.retain(|(class, cell)| *class != leading_class || counts(cell.span));
        let mut of_class: BTreeMap<Class, [Vec<u64>; 2]> = BTreeMap::new();
        let mut made_of: BTreeMap<(u32, u32), (u64, u64, Span)> = BTreeMap::new();
        for (class, cell) in cells {
            let kind = table.names.kinds[cell.kind.0 as usize];
            let in_period = if self.period.contains(&cell.span.first.0) { cell.errors } else { 0 };
            let of_class = of_class.entry(class).or_insert_with(|| [(); 2].map(|()| vec![0; (end - start) as usize]));
            let at = (cell.start.0 - start) as usize;
            of_class[0][at] += cell.errors;
            of_class[1][at] += in_period;
            let (errors, inside, span) = made_of.entry((kind.reason, kind.detail)).or_insert((0, 0, cell.span));
            (*errors, *inside, *span) = (*errors + cell.errors, *inside + in_period, span.union(cell.span));
        }
        let sums = |(class, [cells, inside]): (Class, [Vec<u64>; 2])| ClassErrors {
            class,
            errors: cells.iter().sum(),
            cells,
            inside,
        };
        let mut classes: Vec<ClassErrors> = of_class.into_iter().map(sums).collect();
        classes.sort_by_key(|of| (of.class != leading_class, Reverse(of.errors)));
        let mut silent_since = made_of.values().map(|(.., span)| span.last.0).max().unwrap_or(inside.last.0);
        let made = |((reason, detail), (errors, inside, span)): ((u32, u32), (u64, u64, Span))| MadeOf {
            reason: table.names.reasons[reason as usize].clone(),
            detail: table.names.details[detail as usize].clone(),
            errors,
            inside,
            first_seen: self.zone.time(span.first),
            last_seen: self.zone.time(span.last),
        };
        let mut made_of: Vec<MadeOf> = made_of.into_iter().map(made).collect();
        made_of.sort_by(|a, b| (b.errors, &a.reason, &a.detail).cmp(&(a.errors, &b.reason, &b.detail)));
        let of_leading = || made_of.iter().filter(|made| Class::of(&made.reason, &made.detail) == leading_class);
        let (first, mut last) = (inside.first.0, inside.last.0);
        // A row that tells five minutes or an hour stands for all of it.
        if self.step >= CELL_MILLIS {
            last += self.step;
            silent_since += self.step;
        }
        let (known, reach) = (self.known(), self.reach());
        // A row counts where it begins, so one that the end of the coverage lies in is known. It is not behind its own end,
        // nor behind the last one of the channel.
        let begins = known.and_then(Known::span).map_or(last, |rows| rows.last.0.min(last));
        let pauses = PAUSES * usual_pause(&classes, self.step);
        let ongoing = match reach.0 - bounds[1] < QUIET.max(pauses) {
            false => Some(false),
            // Up to a moment that rows lie behind, all is known.
            true => {
                let reaches_beyond = known.and_then(Known::until).is_some_and(|until| until.0 > begins);
                (reach == self.now || reaches_beyond).then_some(true)
            }
        };
        let quiet = bounds[1] + OVER.max(pauses);
        let over = ongoing == Some(false)
            && reach.0 >= quiet
            && known.is_some_and(|known| known.missing(bounds[1], quiet).is_empty());
        let leading = of_leading().next().unwrap_or(&made_of[0]);
        let cells = ClassErrors::sums(&classes);
        let begin = |at: usize| bounds[0] + at as i64 * CELL_MILLIS;
        // Another class may go on behind the end.
        let named = |(at, _): &(usize, &u64)| begin(*at) <= inside.last.0 && begin(*at + 1) > inside.first.0;
        // The first of equal ones.
        let peak = cells.iter().enumerate().filter(named).max_by_key(|(at, errors)| (**errors, Reverse(*at)));
        let (peak, peak_errors) = peak.map_or((0, 0), |(at, errors)| (at, *errors));
        Incident {
            channel: table.names.channels[self.channel.label as usize].clone(),
            start: time(first),
            end: time(last),
            minutes: ((last - first).max(1) as u64).div_ceil(60_000),
            errors: cells.iter().sum(),
            peak_errors,
            peak_at: time(begin(peak).max(first)),
            reason: leading.reason.clone(),
            detail: leading.detail.clone(),
            ongoing,
            quiet_since: (ongoing == Some(false)).then(|| time(silent_since)),
            log: None,
            made_of,
            class: leading_class,
            classes,
            cells_start: time(bounds[0]),
            usual_after: None,
            over,
            comparable,
        }
    }
}

/// The time from one cell with errors to the next that most of an incident's are no longer than, without what its rows do
/// not tell; in milliseconds.
fn usual_pause(classes: &[ClassErrors], step: i64) -> i64 {
    let cells =
        ClassErrors::sums(classes).into_iter().enumerate().filter(|(_, errors)| *errors > 0).map(|(cell, _)| cell);
    let cells: Vec<usize> = cells.collect();
    let mut pauses: Vec<f64> = cells.windows(2).map(|pair| (pair[1] - pair[0]) as f64).collect();
    let pause = quantile(&mut pauses, USUAL_PAUSE) as i64 * CELL_MILLIS;
    (pause - (step - CELL_MILLIS).max(0)).max(0)
}

/// Groups of stretches, each with the leading one first.
fn together(mut of: Group) -> Vec<Group> {
    of.sort_by_key(|(class, stretch, _)| (Reverse(stretch.errors), stretch.start, *class));
    let mut groups: Vec<Group> = Vec::new();
    for one in of {
        let is_one = |leading: &Stretch| {
            let both = leading.end.min(one.1.end).saturating_sub(leading.start.max(one.1.start));
            let together = leading.start.abs_diff(one.1.start) <= TOGETHER && one.1.end <= leading.end + TOGETHER;
            let much = |of: &Stretch, beside: &Stretch| u128::from(of.errors) * u128::from(beside.cells());
            let stands_out = much(&one.1, leading) > STANDS_OUT * much(leading, &one.1);
            both > 0 && (together || !stands_out && both * HELD.1 >= one.1.cells() * HELD.0)
        };
        match groups.iter_mut().find(|group| is_one(&group[0].1)) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups
}

/// The most errors of a channel in any hour from a cell on.
fn most_in_an_hour(channel: &Channel, start: u32) -> u64 {
    let mut cells: BTreeMap<u32, u64> = BTreeMap::new();
    for (cell, errors) in channel.classes.values().flat_map(|series| between(series, start, channel.clock.end)) {
        *cells.entry(*cell).or_default() += errors;
    }
    let hour = |from: &u32| cells.range(from..&(from + HOUR)).map(|(_, errors)| errors).sum();
    cells.keys().map(hour).max().unwrap_or(0)
}
