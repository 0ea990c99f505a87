//! The cube: all inputs in cells of five minutes, each error counted once.
//!
//! Exports are snapshots of one log, and overlap. Rows of one file are always added, and so are files
//! whose times do not meet; where files of one channel meet, `overlap` reads that stretch a second
//! time, row by row, and keeps for each exact key the larger of the files' sums.

mod assign;
mod canonical;
mod channels;
mod filter;
mod frame;
mod known;
mod mails;
mod overlap;
mod pattern;
mod policy;
mod stretch;
mod suggest;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
};

pub use canonical::{Canonical, whose};
pub use channels::{ChannelRules, Label, Naming, NamingLayer, naming};
pub use filter::{Filter, Term};
pub use frame::{Bucketed, Group, frame, groups, roll_up};
pub use known::{Evidence, Known, gaps};
pub use mails::Told;
pub use pattern::{Attributes, Key, attributes, fits, host_fits, status_fits};
pub use policy::OverlapPolicy;

use crate::{
    error::{Error, Result},
    input::{CellRuns, ReadOptions, Reading, Source, Stop},
    model::{
        Catalog, Cell, CellStart, Channel, Coverage, CoverageBasis, KindId, Origin, Precision, Sentence, SourceReport,
        Span, Timestamp, Zone,
    },
};
use overlap::Strand;

/// All errors of all inputs, each once.
pub struct Cube {
    catalog: std::sync::Mutex<Catalog>,
    /// Channel labels in the order of their names; `None` stands for rows that name none.
    labels: Vec<Option<String>>,
    /// Label of each channel of the catalog.
    label_of: Vec<Label>,
    /// Sorted by time and kind. A cell that a cut divides stands there twice.
    cells: Vec<Cell>,
    sources: Vec<Source>,
    strands: Vec<Strand>,
    options: ReadOptions,
    policy: OverlapPolicy,
    told: Vec<Told>,
    stops: Vec<(Option<String>, Timestamp)>,
    filter: Filter,
    /// Of each label, before anything is left out.
    evidence: Vec<Evidence>,
    /// What was decided about the inputs, for the reader to see.
    pub notes: Vec<Sentence>,
    /// Files of folders that are no exports: path, and why.
    pub skipped: Vec<(String, Sentence)>,
}

impl Cube {
    /// Brings all inputs together.
    ///
    /// # Errors
    /// Where it is not clear whether overlapping files are of one channel, where a label is not clear,
    /// where an overlap cannot be read again, where a sum leaves 64 bits.
    pub fn build(reading: Reading, rules: &ChannelRules, policy: OverlapPolicy) -> Result<Cube> {
        reading.must_count()?;
        let Reading { mut sources, catalog, options, skipped } = reading;
        let mut notes = rules.unmatched(sources.iter().map(|source| source.report.file()));
        let mut catalog = catalog.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        for source in &mut sources {
            assign::label_source(source, &mut catalog, rules)?;
            for stop in source.stops.iter().filter(|stop| !stop.channel.is_unknown()) {
                catalog.channel(&stop.channel);
            }
        }
        if let Some(channel) = mails::only_channel(&sources, &catalog) {
            assign::adopt(&mut sources, &mut catalog, &channel, &mut notes)?;
        }
        let mut naming = assign::name_channels(&sources, &catalog, rules)?;
        let catalog = std::sync::Mutex::new(catalog);
        overlap::drop_identical(&mut sources, &mut notes)?;

        let mut strands = overlap::strands(&sources, &catalog, &naming.label_of);
        if policy == OverlapPolicy::Auto {
            let adopted = overlap::judge(&strands, &sources, &naming, &catalog, rules, &options, &mut notes)?;
            if !adopted.is_empty() {
                // Rows that name no channel turned out to be of a named one.
                let mut known = catalog.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                for (source, label) in adopted {
                    assign::relabel(&mut sources[source], &mut known, &naming.channels[label as usize])?;
                }
                naming = assign::name_channels(&sources, &known, rules)?;
                drop(known);
                strands = overlap::strands(&sources, &catalog, &naming.label_of);
            }
        }
        let Naming { labels, label_of, .. } = naming;
        let told = mails::settle(&mut sources, &strands, &catalog, &label_of, options.believed)?;
        let stretches = overlap::stretches(&strands, policy, &options.zone);
        let mut runs = CellRuns::default();
        for source in &mut sources {
            for table in &mut source.parts {
                let mut cells = std::mem::take(&mut table.cells);
                let known = catalog.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                // Every table of the channel with a row there takes part, so the stretch alone decides.
                let merged = |cell: &Cell| {
                    let label = label_of[known.kind(cell.kind).channel as usize];
                    let next = stretches.partition_point(|s| (s.label, s.end) <= (label, cell.start));
                    stretches.get(next).is_some_and(|s| s.label == label && s.holds(cell.start))
                };
                if !stretches.is_empty() && table.origin == Origin::Export {
                    cells.retain(|cell| !merged(cell));
                }
                drop(known);
                runs.push(cells).map_err(|_| Error::new("error.overflow"))?;
            }
        }
        let mut cube = Cube {
            catalog,
            labels,
            label_of,
            cells: Vec::new(),
            sources,
            strands,
            options,
            policy,
            told,
            stops: Vec::new(),
            filter: Filter::default(),
            evidence: Vec::new(),
            notes,
            skipped,
        };
        for stretch in &stretches {
            runs.push(cube.merge(stretch, &[])?).map_err(|_| Error::new("error.overflow"))?;
        }
        cube.cells = runs.finish().map_err(|_| Error::new("error.overflow"))?;
        // Every sum over the cube is at most this one, so none can wrap.
        let total = cube.cells.iter().try_fold(0_u64, |sum, cell| sum.checked_add(cell.errors));
        if total.is_none_or(|total| i64::try_from(total).is_err()) {
            return Err(Error::new("error.overflow"));
        }
        cube.stops = cube.stops_of_sources();
        cube.tell_channels();
        cube.evidence = cube.evidence();
        for note in overlap::notes(&stretches, &cube.strands, &cube.sources, &cube.labels, &cube.options.zone) {
            cube.notes.push(note);
        }
        Ok(cube)
    }

    /// The cells, sorted by time and kind.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// Every name in the cube.
    pub fn catalog(&self) -> std::sync::MutexGuard<'_, Catalog> {
        self.catalog.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Channel labels in the order of their names; `None` stands for rows that name none.
    pub fn labels(&self) -> &[Option<String>] {
        &self.labels
    }

    /// Label of each channel of the catalog.
    pub fn label_of(&self) -> &[Label] {
        &self.label_of
    }

    /// How each input was read.
    pub fn reports(&self) -> impl Iterator<Item = &SourceReport> {
        self.sources.iter().map(|source| &source.report)
    }

    /// Corrects coverage that cannot be true: nothing covers what is still to come at `now`, and an input covers its own
    /// rows, which then tell how far it reaches.
    pub fn believe_until(&mut self, now: Timestamp) {
        for source in &mut self.sources {
            let Coverage { until, by, .. } = &mut source.report.coverage;
            if until.is_some_and(|until| until > now) {
                (*until, *by) = (None, CoverageBasis::LastRow);
            }
            if let (Some(reach), Some(span)) = (&mut *until, source.report.span)
                && *reach < span.last
            {
                (*reach, *by) = (span.last, CoverageBasis::LastRow);
            }
            for (_, extent) in &mut source.extents {
                extent.until = extent.until.filter(|until| *until <= now);
            }
        }
        // Where an earlier input of the channel reaches the first row of the next, there is no gap between them.
        let mut order: Vec<&Strand> = self.strands.iter().collect();
        order.sort_by_key(|strand| (strand.label, strand.span.first));
        let mut from: BTreeMap<usize, Timestamp> = BTreeMap::new();
        for of_channel in order.chunk_by(|a, b| a.label == b.label) {
            let mut reach: Option<Timestamp> = None;
            // Inputs that begin with the same row say nothing about each other's beginning.
            for together in of_channel.chunk_by(|a, b| a.span.first == b.span.first) {
                for strand in together.iter().filter(|strand| reach.is_some_and(|reach| reach >= strand.span.first)) {
                    let first = from.entry(strand.source).or_insert(strand.span.first);
                    *first = strand.span.first.min(*first);
                }
                let own =
                    |s: &&Strand| s.span.last.max(self.sources[s.source].report.coverage.until.unwrap_or(s.span.last));
                reach = reach.max(together.iter().map(own).max());
            }
        }
        for (source, first) in from {
            self.sources[source].report.coverage.from = Some(first);
        }
    }

    /// How many inputs there are.
    pub fn source_count(&self) -> usize {
        self.sources.len()
    }

    /// Everything that mails told, also where an export wins, in no particular order.
    pub fn told(&self) -> &[Told] {
        &self.told
    }

    /// What is said of the mails of a period, from its cells and its start (inclusive) and end (exclusive) in
    /// milliseconds since 1970-01-01T00:00:00Z.
    pub fn notes_of_mails(&self, cells: &[Cell], period: std::ops::Range<i64>) -> Vec<Sentence> {
        let told: Vec<Told> = self.told.iter().filter(|told| period.contains(&told.at.0)).copied().collect();
        let mut notes = mails::notes(cells, &told, &self.catalog());
        notes.extend(mails::beside_unnamed(&told, &self.strands, &self.labels));
        notes
    }

    /// When LINE stopped redelivering, as mails told: the channel's label and the moment, in the order of time, each
    /// once.
    pub fn stops(&self) -> &[(Option<String>, Timestamp)] {
        &self.stops
    }

    /// The label of a channel that an input or the user names.
    fn label(&self, channel: &Channel) -> Option<Label> {
        self.catalog().find(channel).map(|index| self.label_of[index as usize])
    }

    /// Writes down which channels each input is of.
    fn tell_channels(&mut self) {
        let mut labels: Vec<BTreeSet<Label>> = self
            .sources
            .iter()
            .map(|source| source.label.iter().filter_map(|channel| self.label(channel)).collect())
            .collect();
        for strand in &self.strands {
            labels[strand.source].insert(strand.label);
        }
        for (source, labels) in self.sources.iter_mut().zip(labels) {
            source.report.channels =
                labels.into_iter().filter_map(|label| self.labels[label as usize].clone()).collect();
        }
        // A copy is of whoever the original is of.
        let known: HashMap<String, Vec<String>> =
            self.reports().map(|report| (report.path.clone(), report.channels.clone())).collect();
        for report in self.sources.iter_mut().map(|source| &mut source.report) {
            if let Some(channels) = report.same_as.as_ref().and_then(|original| known.get(original)) {
                report.channels.clone_from(channels);
            }
        }
    }

    fn stops_of_sources(&self) -> Vec<(Option<String>, Timestamp)> {
        let label = |source: &Source, stop: &Stop| {
            let channel = source.label.as_ref().filter(|_| stop.channel.is_unknown()).unwrap_or(&stop.channel);
            self.label(channel).and_then(|label| self.labels[label as usize].clone())
        };
        let mut stops: Vec<(Option<String>, Timestamp)> = self
            .sources
            .iter()
            .flat_map(|source| source.stops.iter().map(|stop| (label(source, stop), stop.at)).collect::<Vec<_>>())
            .collect();
        stops.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
        stops.dedup();
        stops
    }

    /// How one input was read.
    pub fn report(&self, source: usize) -> &SourceReport {
        &self.sources[source].report
    }

    /// The longest time without an error of a channel before a cell, in milliseconds.
    pub fn longest_silence_before(&self, label: Label, cell: u32) -> i64 {
        let catalog = self.catalog();
        let starts = self
            .cells
            .iter()
            .take_while(|c| c.start.0 <= cell)
            .filter(|c| self.label_of[catalog.kind(c.kind).channel as usize] == label)
            .map(|c| c.start.timestamp().0);
        let (longest, _) = starts
            .fold((0, None), |(longest, last), start| (longest.max(last.map_or(0, |last| start - last)), Some(start)));
        longest
    }

    /// First and last row that are left in the cube.
    pub fn span(&self) -> Option<Span> {
        self.cells.iter().map(Cell::span).reduce(Span::union)
    }

    /// First and last row of the channels that the filter lets through, whatever else it leaves out.
    pub fn span_of_channels(&self) -> Option<Span> {
        let shown = |strand: &&Strand| self.filter.keeps_channel(self.labels[strand.label as usize].as_deref());
        self.strands.iter().filter(shown).map(|strand| strand.span).reduce(Span::union)
    }

    /// The coarsest precision of the inputs that have rows.
    pub fn precision(&self) -> Precision {
        self.reports().filter_map(|report| report.precision).max().unwrap_or(Precision::Second)
    }

    /// The zone of the inputs' times.
    pub fn input_zone(&self) -> Zone {
        self.options.zone
    }

    /// Keeps only what the filter lets through.
    ///
    /// # Errors
    /// Where a value of the filter fits nothing that is there or known.
    pub fn keep(&mut self, filter: Filter) -> Result<()> {
        let kept = filter.kinds(&self.catalog(), &self.labels, &self.label_of)?;
        if let Some(kept) = kept {
            self.cells.retain(|cell| kept[cell.kind.0 as usize]);
            self.told.retain(|told| kept[told.kind.0 as usize]);
            self.stops.retain(|(label, _)| filter.keeps_channel(label.as_deref()));
        }
        self.filter = filter;
        Ok(())
    }

    /// What was left of the inputs by [`Cube::keep`].
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Divides the cells that some moments fall into, so that every cell lies wholly before or from each of
    /// them on, and in their order. Those five minutes are read a second time where they must be.
    ///
    /// # Errors
    /// Where an input cannot be read again.
    pub fn cut(&mut self, moments: &[Timestamp]) -> Result<()> {
        let mut by_cell: BTreeMap<CellStart, Vec<Timestamp>> = BTreeMap::new();
        for at in moments.iter().filter(|at| at.cell().timestamp() != **at) {
            by_cell.entry(at.cell()).or_default().push(*at);
        }
        for (start, cuts) in by_cell {
            let cells = self.pieces(start, cuts)?;
            let range = self.range_of(start);
            self.cells.splice(range, cells);
        }
        Ok(())
    }

    /// The cells of a stretch of time, start inclusive and end exclusive, in their order. Of the five minutes that an end
    /// falls into only what lies inside is there; they are read a second time where they must be.
    ///
    /// # Errors
    /// Where an input cannot be read again.
    pub fn within(&self, start: Timestamp, end: Timestamp) -> Result<Cow<'_, [Cell]>> {
        let (first, last) = (start.cell(), end.cell());
        let before = |at: Timestamp| self.cells.partition_point(|cell| cell.start < at.cell());
        let is_cut = |at: Timestamp| {
            let mut cells = self.cells[self.range_of(at.cell())].iter();
            let behind = cells.by_ref().find(|cell| cell.span().last >= at);
            behind.into_iter().chain(cells).all(|cell| cell.span().first >= at)
        };
        if is_cut(start) && is_cut(end) {
            let at = |moment: Timestamp| {
                let inside = self.cells[self.range_of(moment.cell())].iter();
                before(moment) + inside.take_while(|cell| cell.span().last < moment).count()
            };
            return Ok(Cow::Borrowed(&self.cells[at(start)..at(end).max(at(start))]));
        }
        let mut cells = self.pieces(first, vec![start, end])?;
        if first != last {
            cells.extend_from_slice(&self.cells[self.range_of(first).end..self.range_of(last).start]);
            cells.extend(self.pieces(last, vec![end])?);
        }
        cells.retain(|cell| cell.span().first >= start && cell.span().last < end);
        Ok(Cow::Owned(cells))
    }

    /// Where the cells of five minutes stand.
    fn range_of(&self, start: CellStart) -> std::ops::Range<usize> {
        self.cells.partition_point(|cell| cell.start < start)..self.cells.partition_point(|cell| cell.start <= start)
    }

    /// The cells of five minutes, each wholly before or from each of some moments on, and in their order.
    fn pieces(&self, start: CellStart, mut cuts: Vec<Timestamp>) -> Result<Vec<Cell>> {
        cuts.sort_unstable();
        cuts.dedup();
        let before = |at: Timestamp| cuts.partition_point(|cut| *cut <= at);
        let mut cells = self.cells[self.range_of(start)].to_vec();
        if cells.iter().any(|cell| before(cell.span().first) != before(cell.span().last)) {
            let kinds: HashSet<KindId> = cells.iter().map(|cell| cell.kind).collect();
            cells.clear();
            for stretch in overlap::all_around(&self.strands, start, self.policy, &self.options.zone) {
                let pieces = self.merge(&stretch, &cuts)?;
                cells.extend(pieces.into_iter().filter(|cell| cell.start == start && kinds.contains(&cell.kind)));
            }
        }
        cells.sort_unstable_by_key(|cell| (before(cell.span().first), cell.key()));
        Ok(cells)
    }

    fn merge(&self, stretch: &overlap::Stretch, cuts: &[Timestamp]) -> Result<Vec<Cell>> {
        stretch::merge(stretch, cuts, &self.strands, &self.sources, &self.catalog, &self.label_of, &self.options)
    }
}

/// The cell that starts at or before an instant.
pub(crate) fn cell_floor(millis: i64) -> CellStart {
    Timestamp(millis).cell()
}
