//! Everything that is computed, on polars frames: period, windows, breakdown, comparison, heatmap, incidents.

mod breakdown;
mod count;
mod coverage;
mod headline;
mod heatmap;
mod incident;
mod inventory;
mod options;
mod period;
mod reconcile;
mod result;
mod series;
mod slices;
mod window;

use std::{cmp::Reverse, collections::BTreeMap};

pub use count::{Counted, cells_in, count, likes};
pub use inventory::{ArchivedChannel, ArchivedSource, Gap, Inventory, Stretch, inventory};
pub use options::{AsOf, Options};
pub use period::{Calendar, PeriodSpec, Resolved, WeekStart};
pub use reconcile::{Day, Reconciliation, Sums, reconcile};
pub use result::*;
pub use window::WindowSize;

use breakdown::{Compared, Context, side};
use polars::prelude::{PolarsError, PolarsResult};
use series::by_window;

use crate::{
    cube::{Bucketed, Cube, Known, frame, roll_up},
    error::{Error, Result},
    model::{Cell, Precision, Sentence, SourceReport, Span, Timestamp, Zone},
    taxonomy::{self, Lang},
};

/// Computes everything that is told about a period.
///
/// # Errors
/// An impossible period, too many windows, an input that cannot be read again where a period cuts a cell.
pub fn analyse(cube: &mut Cube, options: &Options) -> Result<Analysis> {
    let mut notes: Vec<Sentence> = cube.notes.clone();
    let precision = cube.precision();
    // Times without a time of day are days of the inputs' zone, and stay so.
    let zone = if precision == Precision::Day && !options.zone.same_clock(&cube.input_zone()) {
        notes.push(Sentence::new("note.day_zone").with("zone", cube.input_zone()).with("asked", options.zone));
        cube.input_zone()
    } else {
        options.zone
    };
    if precision >= Precision::Hour {
        let key = if precision == Precision::Day { "note.day_precision" } else { "note.hour_precision" };
        notes.push(Sentence::new(key));
    }
    let data = cube.reports().filter_map(|report| report.span).reduce(Span::union);
    let as_of = match options.as_of {
        AsOf::At(at) => at,
        // Ends are exclusive: the second of the last row is in.
        AsOf::Data => data.map_or(options.generated_at, |span| Timestamp((span.last.0 / 1000 + 1) * 1000)),
    };
    cube.believe_until(as_of.max(options.now));
    let calendar = Calendar { zone, week_start: options.week_start, as_of, data };
    let Resolved { bounds, previous, unfinished } = options.period.resolve(&calendar)?;
    let shown = cube.span_of_channels().or(data);
    // Days before the data are unknown, not free of errors.
    let known_from = shown.map(|span| zone.day_start(zone.day(span.first)).0);
    let comparable = |previous: &Bounds| known_from.is_none_or(|from| from < previous.end || from >= bounds.end);
    let (previous, unknown) = match previous.filter(|_| options.compare) {
        Some(previous) if !comparable(&previous) => (None, Some(previous)),
        previous => (previous, None),
    };
    if let (Some(unknown), Some(span)) = (unknown, shown) {
        notes.push(
            Sentence::new("note.nothing_to_compare")
                .with_moment("first", zone.local(span.first))
                .with("period", unknown.label),
        );
    }
    // Rows of the future are counted one by one; no other report needs to know them from the rest of their cells.
    let future = data.is_some_and(|data| data.last > as_of && as_of >= options.now).then_some(as_of.0 + 1);
    let edges = [Some(&bounds), previous.as_ref()].into_iter().flatten().flat_map(|bounds| [bounds.start, bounds.end]);
    cube.cut(&edges.chain(future).map(Timestamp).collect::<Vec<_>>())?;
    notes.extend(cube.notes_of_mails(cells_in(cube, bounds.start, bounds.end), bounds.start..bounds.end));
    let size = window_size(options, &bounds, precision, &zone, &mut notes);
    let found = incident::incidents(cube, Timestamp(bounds.start).cell().0);
    let known = cube.known();
    let frames = Frames {
        cube,
        zone,
        bounds: &bounds,
        previous: previous.as_ref(),
        unfinished: unfinished.is_some(),
        shown,
        size,
        week_start: options.week_start,
        found: &found,
        known: &known,
    };
    let mut analysis = frames.analysis(&calendar, precision, options)?;
    analysis.know(&known, as_of);
    if let Some(now) = unfinished {
        // What is not compared is not said to be.
        let compared = previous.as_ref().filter(|_| !analysis.partly_unknown);
        notes.push(coverage::unfinished(&bounds, compared, now, &zone));
    }
    let end = cube.reports().filter_map(|report| report.end).max();
    analysis.data_span =
        data.map(|span| DataSpan { first: zone.time(span.first), last: zone.time(end.unwrap_or(span.last)) });
    coverage::tell(&mut analysis, &frames, data, as_of, options.max_age, future, &mut notes);
    notes.dedup();
    analysis.sentences = notes;
    analysis.reached = analysis.unreached().is_none();
    analysis.known = known;
    analysis.speak(options.lang);
    Ok(analysis)
}

impl Analysis {
    /// Takes over what is known to be missing. A change in a time, or against one, of which a part is missing is none.
    fn know(&mut self, known: &[Known], as_of: Timestamp) {
        let bounds = &self.period.bounds();
        let inside = |known: &Known| known.missing(bounds.start, bounds.end.min(as_of.0));
        let before = |known: &Known| match &self.period.previous {
            Some(previous) => known.missing(previous.start, previous.end),
            None => Vec::new(),
        };
        let incomplete: Vec<&Known> =
            known.iter().filter(|known| !inside(known).is_empty() || !before(known).is_empty()).collect();
        self.partly_unknown = self.totals.change.is_some() && !incomplete.is_empty();
        self.unknown = known.iter().flat_map(inside).collect();
        self.unknown.sort_unstable();
        if !self.partly_unknown {
            return;
        }
        (self.totals.change, self.totals.change_pct) = (None, None);
        self.by_reason.iter_mut().for_each(|row| (row.change, row.change_pct) = (None, None));
        self.by_detail.iter_mut().for_each(|row| (row.change, row.change_pct) = (None, None));
        for row in &mut self.by_channel {
            if incomplete.iter().any(|known| known.channel == row.channel) {
                (row.change, row.change_pct) = (None, None);
            }
        }
    }

    /// Puts the notes and the headline into a language.
    pub fn speak(&mut self, lang: Lang) {
        let note = |sentence: &Sentence| Note { code: code(sentence.key), text: lang.say(sentence) };
        self.notes = self.sentences.iter().map(note).collect();
        self.headline = headline::headline(self, self.unreached(), lang);
    }

    /// The note which says that the inputs do not reach the period. No errors are no good news where a part is missing.
    fn unreached(&self) -> Option<&Sentence> {
        let incomplete = self.totals.errors == 0 && !self.unknown.is_empty();
        let says_so = |note: &&Sentence| {
            coverage::UNREACHED.contains(&note.key) || incomplete && coverage::GAPS.contains(&note.key)
        };
        self.sentences.iter().find(says_so)
    }
}

/// What an output is limited to by the terms of a filter, where there are any: `Filter: detail=404`.
pub fn filter_heading(lang: Lang, terms: &[String]) -> Option<String> {
    (!terms.is_empty()).then(|| lang.say(&Sentence::new("filter.heading").with("terms", terms.join(", "))))
}

/// The code of a note: its key in the phrase files, in the spelling of the contract.
fn code(key: &'static str) -> String {
    key.trim_start_matches("note.").replace('_', "-")
}

fn window_size(
    options: &Options,
    bounds: &Bounds,
    precision: Precision,
    zone: &Zone,
    notes: &mut Vec<Sentence>,
) -> WindowSize {
    let least = WindowSize::smallest(precision);
    match options.window {
        Some(size) if size >= least => size,
        Some(size) => {
            notes.push(
                Sentence::new("note.window_too_fine")
                    .with("size", size.name())
                    .with("precision", precision.name())
                    .with("used", least.name()),
            );
            least
        }
        None => WindowSize::auto(bounds.start, bounds.end, least, zone, options.week_start),
    }
}

/// A cube seen through a period.
struct Frames<'a> {
    cube: &'a Cube,
    zone: Zone,
    bounds: &'a Bounds,
    previous: Option<&'a Bounds>,
    /// The period is not over.
    unfinished: bool,
    /// First and last row of the channels that are shown, with those that a filter leaves out.
    shown: Option<Span>,
    size: WindowSize,
    week_start: WeekStart,
    /// The incidents of all data, also outside the period.
    found: &'a [incident::Found],
    /// What is known of the time of each channel.
    known: &'a [Known],
}

fn first_of(cell: &Cell) -> i64 {
    cell.span().first.0
}

impl Frames<'_> {
    /// On which side of the period a cell lies.
    fn side(&self, cell: &Cell) -> i64 {
        let at = first_of(cell);
        match self.previous {
            _ if at >= self.bounds.end => side::LATER,
            _ if at >= self.bounds.start => side::PERIOD,
            Some(previous) if at >= previous.end => side::BETWEEN,
            Some(previous) if at >= previous.start => side::PREVIOUS,
            _ => side::EARLIER,
        }
    }

    /// Whether anything is known of the time before the period.
    fn has_history(&self) -> bool {
        self.shown.is_some_and(|shown| shown.first.0 < self.bounds.start)
    }

    /// Cells of a stretch of time.
    fn cells_in(&self, start: i64, end: i64) -> &[Cell] {
        cells_in(self.cube, start, end)
    }

    fn windows(&self, bounds: &Bounds) -> Result<Vec<(i64, i64)>> {
        window::windows(bounds.start, bounds.end, self.size, &self.zone, self.week_start)
    }

    /// The number of the window that each cell falls into, for cells in the order of time.
    fn numbered<'w>(&self, windows: &'w [(i64, i64)]) -> impl FnMut(&Cell) -> Option<i64> + use<'w> {
        let mut current = 0;
        move |cell| {
            let at = first_of(cell);
            while current + 1 < windows.len() && at >= windows[current].1 {
                current += 1;
            }
            i64::try_from(current).ok()
        }
    }

    fn analysis(&self, calendar: &Calendar, precision: Precision, options: &Options) -> Result<Analysis> {
        let windows = self.windows(self.bounds)?;
        let previous_windows = self.previous.map(|previous| self.windows(previous)).transpose()?;
        self.computed(&windows, previous_windows.as_deref(), calendar, precision, options)
            .map_err(|error: PolarsError| Error::new("error.frame").with("cause", error))
    }

    fn computed(
        &self,
        windows: &[(i64, i64)],
        previous_windows: Option<&[(i64, i64)]>,
        calendar: &Calendar,
        precision: Precision,
        options: &Options,
    ) -> PolarsResult<Analysis> {
        let cube = self.cube;
        let sides = roll_up(cube.cells(), |cell| Some(self.side(cell)));
        let on = |side: i64| sides.iter().filter(move |sum| sum.bucket == side);
        let total: u64 = on(side::PERIOD).map(|sum| sum.errors).sum();
        let rows: u64 = on(side::PERIOD).map(|sum| sum.rows).sum();
        let compared =
            Compared { errors: total, previous: self.previous.map(|_| on(side::PREVIOUS).map(|sum| sum.errors).sum()) };
        let context = Context {
            cube,
            zone: self.zone,
            sides: frame(cube, &sides)?,
            compared: self.previous.is_some(),
            has_history: self.has_history(),
            total,
        };
        let period_cells = self.cells_in(self.bounds.start, self.bounds.end);
        let in_windows = roll_up(period_cells, self.numbered(windows));
        let by_detail = by_window(cube, &in_windows, windows.len(), |kind| Some((kind.reason, kind.detail)));
        let label = |channel: u32| cube.label_of()[channel as usize];
        let by_channel = by_window(cube, &in_windows, windows.len(), |kind| Some(label(kind.channel)));
        let by_reason = by_window(cube, &in_windows, windows.len(), |kind| Some(kind.reason));
        let reasons = self.reasons(&by_reason);
        let by_detail = context.details(by_detail, windows.len())?;
        let previous = match (self.previous, previous_windows) {
            (Some(bounds), Some(windows)) => {
                let sums = roll_up(self.cells_in(bounds.start, bounds.end), self.numbered(windows));
                let total = by_window(cube, &sums, windows.len(), |_| Some(())).remove(&());
                total.unwrap_or_else(|| vec![0; windows.len()])
            }
            _ => Vec::new(),
        };
        let (channels, by_channel): (Vec<u32>, Vec<ChannelRow>) =
            context.channels(by_channel, windows.len())?.into_iter().unzip();
        let (hosts, by_host): (Vec<u32>, Vec<HostRow>) = context.hosts()?.into_iter().unzip();
        let slices = if options.slices {
            let numbers: Vec<Option<u32>> = reasons.iter().map(|(_, number)| *number).collect();
            Some(self.slices(windows, &in_windows, &numbers, &channels, &hosts))
        } else {
            None
        };
        let time = |millis: i64| self.zone.time(Timestamp(millis));
        Ok(Analysis {
            schema: Analysis::SCHEMA,
            errstat: env!("CARGO_PKG_VERSION"),
            generated_at: self.zone.time(options.generated_at),
            timezone: self.zone,
            channels: self.channels(&sides),
            filter: cube.filter().shown(),
            period: Period {
                start: time(self.bounds.start),
                end: time(self.bounds.end),
                label: self.bounds.label.clone(),
                previous: self.previous.cloned(),
                unfinished: self.unfinished,
            },
            data_span: None,
            totals: Totals {
                errors: total,
                rows,
                previous_errors: compared.previous,
                change: compared.change(),
                change_pct: compared.change_pct(),
            },
            by_reason: context.reasons()?,
            by_status_class: breakdown::status_classes(&by_detail),
            by_detail,
            by_channel,
            by_host,
            windows: Windows {
                size: self.size.name(),
                buckets: self.buckets(windows, &reasons, &by_reason, calendar.as_of),
                previous,
            },
            heatmap: heatmap::heatmap(period_cells.iter(), &self.zone, self.week_start, precision)?,
            incidents: self.incidents(),
            redelivery_stopped: self.stops(),
            inputs: cube.reports().map(|report| self.input(report)).collect(),
            rejects: self.rejects(options.lang),
            notes: Vec::new(),
            headline: String::new(),
            sentences: Vec::new(),
            reached: true,
            known: Vec::new(),
            unknown: Vec::new(),
            partly_unknown: false,
            calendar: *calendar,
            slices,
        })
    }

    /// Names of the channels that are left in the cube.
    fn channels(&self, sides: &[Bucketed]) -> Vec<String> {
        let mut there = vec![false; self.cube.labels().len()];
        let catalog = self.cube.catalog();
        for sum in sides {
            there[self.cube.label_of()[catalog.kind(sum.kind).channel as usize] as usize] = true;
        }
        self.cube
            .labels()
            .iter()
            .zip(there)
            .filter(|(_, there)| *there)
            .filter_map(|(label, _)| label.clone())
            .collect()
    }

    /// The four reasons always, then each unknown one that the period has, by name; with their indices.
    fn reasons(&self, by_reason: &BTreeMap<u32, Vec<u64>>) -> Vec<(String, Option<u32>)> {
        let catalog = self.cube.catalog();
        let index = |name: &str| catalog.reasons().iter().position(|reason| reason == name).map(|i| i as u32);
        let mut unknown: Vec<(String, Option<u32>)> = by_reason
            .keys()
            .map(|reason| (catalog.reasons()[*reason as usize].clone(), Some(*reason)))
            .filter(|(name, _)| !taxonomy::REASONS.contains(&name.as_str()))
            .collect();
        unknown.sort();
        taxonomy::REASONS.iter().map(|name| ((*name).to_owned(), index(name))).chain(unknown).collect()
    }

    fn buckets(
        &self,
        windows: &[(i64, i64)],
        reasons: &[(String, Option<u32>)],
        by_reason: &BTreeMap<u32, Vec<u64>>,
        as_of: Timestamp,
    ) -> Vec<Bucket> {
        let bucket = |(i, (start, end)): (usize, &(i64, i64))| {
            let errors =
                |reason: Option<u32>| reason.and_then(|reason| by_reason.get(&reason)).map_or(0, |series| series[i]);
            let sums: Vec<(String, u64)> =
                reasons.iter().map(|(name, reason)| (name.clone(), errors(*reason))).collect();
            Bucket {
                start: self.zone.time(Timestamp(*start)),
                end: self.zone.time(Timestamp(*end)),
                errors: sums.iter().map(|(_, errors)| errors).sum(),
                partial: *start < self.bounds.start || *end > self.bounds.end || *end > as_of.0,
                by_reason: ByReason(sums),
            }
        };
        windows.iter().enumerate().map(bucket).collect()
    }

    fn stops(&self) -> Vec<RedeliveryStopped> {
        let inside = |at: &Timestamp| (self.bounds.start..self.bounds.end).contains(&at.0);
        let stops = self.cube.stops().iter().filter(|(_, at)| inside(at));
        stops.map(|(channel, at)| RedeliveryStopped { channel: channel.clone(), at: self.zone.time(*at) }).collect()
    }

    /// Whether an incident touches the end of what is known; none where nothing is known beyond its last row.
    fn ongoing(&self, found: &incident::Found) -> Option<bool> {
        // Three quiet cells end an incident, where the data reach so far.
        let known = coverage::of(self.known, found.label);
        let reach = known.and_then(Known::reach).map_or(i64::MIN, |reach| reach.0);
        match reach - found.bounds().1 < 3 * crate::model::CELL_MILLIS {
            false => Some(false),
            true => known.and_then(Known::until).is_some_and(|until| until.0 > found.last).then_some(true),
        }
    }

    /// The incidents that touch the period, whole; the worst first, then by time and channel.
    fn incidents(&self) -> Vec<Incident> {
        let catalog = self.cube.catalog().clone();
        let mut incidents: Vec<Incident> = self
            .found
            .iter()
            .filter(|found| found.bounds().0 < self.bounds.end && found.bounds().1 > self.bounds.start)
            .map(|found| {
                let (start, end) = found.bounds();
                let ongoing = self.ongoing(found);
                Incident {
                    channel: self.cube.labels()[found.label as usize].clone(),
                    start: self.zone.time(Timestamp(start)),
                    end: self.zone.time(Timestamp(end)),
                    minutes: u64::from(found.end - found.start) * 5,
                    errors: found.errors,
                    peak_errors: found.peak_errors,
                    peak_at: self.zone.time(crate::model::CellStart(found.peak_at).timestamp()),
                    reason: catalog.reasons()[found.reason as usize].clone(),
                    detail: catalog.details()[found.detail as usize].clone(),
                    ongoing,
                    first_seen: self.zone.time(Timestamp(found.first)),
                    last_seen: self.zone.time(Timestamp(found.last)),
                    cells: found.cells.clone(),
                }
            })
            .collect();
        incidents.sort_by(|a, b| {
            (Reverse(a.errors), a.bounds(), &a.channel).cmp(&(Reverse(b.errors), b.bounds(), &b.channel))
        });
        incidents
    }

    fn input(&self, report: &SourceReport) -> Input {
        let time = |at: Option<Timestamp>| at.map(|at| self.zone.time(at));
        Input {
            path: report.path.clone(),
            channel: (!report.channels.is_empty()).then(|| report.channels.join(", ")),
            kind: report.kind.name(),
            encoding: report.encoding,
            delimiter: report.delimiter,
            columns: report.columns.clone(),
            rows: report.rows,
            accepted: report.accepted,
            rejected: report.rejected,
            errors: report.errors,
            first: time(report.span.map(|span| span.first)),
            last: time(report.end),
            precision: report.precision.map(Precision::name),
            coverage: InputCoverage {
                from: time(report.coverage.from),
                until: time(report.coverage.until),
                by: report.coverage.by.name(),
            },
            same_as: report.same_as.clone(),
        }
    }

    fn rejects(&self, lang: Lang) -> Rejects {
        let example = |report: &SourceReport, reject: &crate::model::Reject| RejectExample {
            path: report.path.clone(),
            line: reject.line,
            why: lang.phrase(reject.why.key()).to_owned(),
            text: reject.text.clone(),
        };
        Rejects {
            count: self.cube.reports().map(|report| report.rejected).sum(),
            examples: self
                .cube
                .reports()
                .flat_map(|report| report.rejects.iter().map(move |reject| example(report, reject)))
                .collect(),
        }
    }
}
