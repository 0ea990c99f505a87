//! Bringing inputs together. Only here are inputs read a second time: where they overlap, and where an edge of a period
//! lies inside of five minutes.

use std::collections::BTreeMap;

use super::{
    Dictionary, Label, Naming, OverlapPolicy, Settings, Table,
    canonical::stop_channel,
    copies, coverage, frame,
    grain::{self, Grain},
    mails,
    overlap::{
        geometry::{self, Strand},
        judge::judge,
        merge::{Strands, merge},
    },
    precision,
    whose::{name_channels, relabel, settle_channels, tell_channels},
};
use crate::{
    error::{Error, Result},
    input::{CellRuns, Reading, Source},
    model::{Catalog, Cell, CellColumns, Channel, CoverageBasis, Origin, Precision, Sentence, Timestamp, Zone, key},
};

/// Brings all inputs together.
///
/// # Errors
/// Where it is not clear whether overlapping files are of one channel, where a label is not clear,
/// where an overlap cannot be read again, where a sum leaves 64 bits, where the filter fits nothing or leaves no channel.
pub fn build(reading: Reading, settings: Settings) -> Result<Table> {
    reading.must_count()?;
    let Settings { rules, policy, filter, cuts, by_row, believed } = settings;
    let grain = Grain::new(cuts, by_row);
    let Reading { mut sources, mut catalog, options, skipped } = reading;
    let mut notes = settle_channels(&mut sources, catalog.get_mut(), &rules)?;
    let mut naming = name_channels(&sources, catalog.get_mut(), &rules)?;
    copies::drop_identical(&mut sources, &mut notes)?;

    let mut strands = geometry::strands(&sources, catalog.get_mut(), &naming.label_of);
    if policy == OverlapPolicy::Auto {
        let all = Strands { all: &strands, sources: &sources, catalog: &catalog, naming: &naming, options: &options };
        let adopted = judge(all, &rules, &mut notes)?;
        if !adopted.is_empty() {
            // Rows that name no channel turned out to be of a named one.
            for (source, label) in adopted {
                relabel(&mut sources[source], catalog.get_mut(), &naming.channels[label as usize])?;
            }
            naming = name_channels(&sources, catalog.get_mut(), &rules)?;
            strands = geometry::strands(&sources, catalog.get_mut(), &naming.label_of);
        }
    }
    tell_channels(&mut sources, catalog.get_mut(), &naming);
    let mut told = mails::settle(&mut sources, &strands, catalog.get_mut(), &naming.label_of, believed, &grain)?;
    let stretches = geometry::stretches(&strands, &grain.cuts, policy, &options.zone);
    // Every table of the channel with a row there takes part, so the stretch alone decides.
    let merged = |known: &Catalog, cell: &Cell| {
        geometry::holds(&stretches, naming.label_of[known.kind(cell.kind).channel as usize], cell.start)
    };
    let divided = grain::divide(&mut sources, &grain, merged, &catalog, &options)?;
    let (mut cells, mut more) = {
        let known = catalog.lock();
        once_read(&mut sources, (!stretches.is_empty()).then_some(|cell: &Cell| merged(&known, cell)))?
    };
    more.extend(divided);
    let again = Strands { all: &strands, sources: &sources, catalog: &catalog, naming: &naming, options: &options };
    for stretch in &stretches {
        more.extend(merge(stretch, policy != OverlapPolicy::Sum, &grain, again)?);
    }
    insert(&mut cells, more, &grain.cuts);
    // Every sum over the table is at most one of these, so none can wrap.
    let total = cells.errors.iter().try_fold(0_u64, |sum, errors| sum.checked_add(*errors));
    let mailed = told.iter().try_fold(0_u64, |sum, told| sum.checked_add(told.errors));
    if [total, mailed].into_iter().any(|sum| sum.is_none_or(|sum| i64::try_from(sum).is_err())) {
        return Err(Error::overflow());
    }
    let catalog = catalog.into_inner();
    let names = Dictionary::new(&catalog, &naming);
    let kept = |label: Label| filter.keeps_channel(&names.called[label as usize]);
    notes.extend(geometry::notes(&strands, policy, &sources, &naming.labels, &options.zone, kept));

    let label = |channel: &Channel| catalog.channels.get_index_of(channel).map(|index| naming.label_of[index]);
    if let Some(now) = believed {
        believe_until(&mut sources, &strands, now);
        notes.extend(options.exported_at.and_then(|at| disbelieved(at, &strands, now, &options.zone)));
    }
    let mut stops = stops(&sources, &naming, label);
    let evidence = coverage::evidence(&cells, &told, &names);
    let mut known = coverage::known(&sources, &strands, &names.channels, &evidence, label);
    sources.iter_mut().for_each(tell_reach);
    let any = !known.is_empty();
    known.retain(|known| filter.keeps_channel(names.called(&known.channel)));
    let name = |strand: &Strand| names.channels[strand.label as usize].as_deref();
    let unnamed = strands.iter().filter(|strand| strand.origin == Origin::Export && name(strand).is_none());
    if filter.keeps_channel(&[]) {
        notes.extend(rules.without(unnamed.clone().map(|strand| &*sources[strand.source].report.path)));
    }
    let unnamed = unnamed.map(|strand| strand.span).collect();
    let exported = strands.iter().any(|strand| strand.origin == Origin::Export);
    let mailed = !told.is_empty();
    if let Some(kept) = filter.kinds(&names)? {
        if any && known.is_empty() {
            return Err(Error::new(key::error::FILTER_ALL_CHANNELS).with_list("filter", filter.shown()));
        }
        cells.retain(|cell| kept[cell.kind.0 as usize]);
        told.retain(|told| kept[told.kind.0 as usize]);
        stops.retain(|(channel, _)| filter.keeps_channel(names.called(channel)));
    }
    Ok(Table {
        cells: frame::packed(cells).map_err(|cause| Error::new(key::error::FRAME).with("cause", cause))?,
        unnamed,
        inputs: sources.into_iter().map(|source| source.report).collect(),
        skipped,
        known,
        told,
        coarse: precision::coarse(&strands, Precision::Hour..=Precision::Day),
        minutes: precision::coarse(&strands, Precision::Minute..=Precision::FiveMinutes),
        finest: strands.iter().map(|strand| strand.precision).min(),
        exported,
        mailed,
        stops,
        notes,
        input_zone: options.zone,
        filter,
        names,
    })
}

/// The cells of all exports but for those of the stretches that are read again, sorted; and those of mails.
fn once_read(sources: &mut [Source], again: Option<impl Fn(&Cell) -> bool>) -> Result<(CellColumns, Vec<Cell>)> {
    let mut runs = CellRuns::default();
    let mut mailed = Vec::new();
    for part in sources.iter_mut().flat_map(|source| &mut source.parts) {
        let mut cells = std::mem::take(&mut part.cells);
        if part.origin == Origin::Mail {
            // An edge may divide them already.
            mailed.append(&mut cells.split_off(0));
            continue;
        }
        if let Some(again) = &again {
            cells.retain(|cell| !again(cell));
        }
        runs.append(cells)?;
    }
    Ok((runs.finish()?, mailed))
}

/// Puts cells among sorted ones, which stay where they are as long as none comes before them: there are many. A cell that
/// a cut divides stands there twice.
fn insert(cells: &mut CellColumns, mut more: Vec<Cell>, cuts: &[Timestamp]) {
    let place = |cell: &Cell| (cell.start, cuts.partition_point(|cut| *cut <= cell.span().first), cell.kind);
    more.sort_unstable_by_key(place);
    // The first that comes before one that is there, and all from it on, stand anew.
    let Some(first) = more.first() else { return };
    let mut from = cells.start.partition_point(|start| *start < first.start.0);
    while from < cells.len() && place(&cells.get(from)) <= place(first) {
        from += 1;
    }
    let mut behind = cells.split_off(from);
    behind.append(&mut more);
    // Stable, for it finds the runs that are sorted already.
    behind.sort_by_key(place);
    cells.extend(&behind);
}

/// Why the time at which the user says that the inputs were exported cannot be true.
fn disbelieved(at: Timestamp, strands: &[Strand], now: Timestamp, zone: &Zone) -> Option<Sentence> {
    let last = strands.iter().map(|strand| strand.span.last).max().filter(|last| *last > at);
    let (key, other) = match last {
        _ if at > now => (key::note::EXPORTED_AT_AHEAD, now),
        Some(last) => (key::note::EXPORTED_AT_EARLY, last),
        None => return None,
    };
    Some(Sentence::new(key).with_moment("at", zone.local(at)).with_moment("other", zone.local(other)))
}

/// Tells how far an input reaches that has rows behind the end that was told of it. What is known of the time goes by that
/// end: rows of the day of the download shift no week.
fn tell_reach(source: &mut Source) {
    let coverage = &mut source.report.coverage;
    if let (Some(reach), Some(span)) = (&mut coverage.until, source.report.span)
        && *reach < span.last
    {
        (*reach, coverage.by) = (span.last, CoverageBasis::LastRow);
    }
}

/// Corrects coverage that cannot be true: nothing covers what is still to come at `now`.
fn believe_until(sources: &mut [Source], strands: &[Strand], now: Timestamp) {
    for source in sources.iter_mut() {
        let coverage = &mut source.report.coverage;
        if coverage.until.is_some_and(|until| until > now) {
            (coverage.until, coverage.by) = (None, CoverageBasis::LastRow);
        }
        for (_, extent) in &mut source.extents {
            extent.until = extent.until.filter(|until| *until <= now);
        }
    }
    // Where an earlier input of the channel reaches the first row of the next, there is no gap between them.
    let mut order: Vec<&Strand> = strands.iter().collect();
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
            let own = |s: &&Strand| s.span.last.max(sources[s.source].report.coverage.until.unwrap_or(s.span.last));
            reach = reach.max(together.iter().map(own).max());
        }
    }
    for (source, first) in from {
        sources[source].report.coverage.from = Some(first);
    }
}

/// When LINE stopped redelivering, as mails told.
fn stops(
    sources: &[Source],
    naming: &Naming,
    label: impl Fn(&Channel) -> Option<Label>,
) -> Vec<(Option<String>, Timestamp)> {
    let of_source = |source: &Source| {
        let told = source.stops.iter().map(|stop| {
            let channel = stop_channel(source, &stop.channel);
            // A channel without a row has no label.
            (
                label(&channel).map_or_else(
                    || channel.name.clone().or_else(|| channel.id.clone()),
                    |label| naming.labels[label as usize].clone(),
                ),
                stop.time,
            )
        });
        told.collect::<Vec<_>>()
    };
    let mut stops: Vec<(Option<String>, Timestamp)> = sources.iter().flat_map(of_source).collect();
    stops.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
    stops.dedup();
    stops
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CellStart, KindId};

    #[test]
    fn cells_are_put_among_others_in_the_order_of_time() {
        let cell = |start: u32, kind: u32, offset: u32| Cell {
            start: CellStart(start),
            kind: KindId(kind),
            errors: 1,
            rows: 1,
            first_offset: offset,
            last_offset: offset,
            end_offset: offset,
        };
        let cut = Timestamp(CellStart(5).timestamp().0 + 1000);
        let mut cells: CellColumns = [cell(1, 0, 0), cell(3, 1, 0), cell(5, 7, 0), cell(9, 0, 0)].into_iter().collect();
        let more = vec![cell(5, 2, 2000), cell(0, 0, 0), cell(5, 1, 0), cell(5, 2, 0), cell(11, 0, 0)];
        insert(&mut cells, more, &[cut]);
        let places: Vec<_> = cells.iter().map(|cell| (cell.start.0, cell.kind.0, cell.first_offset)).collect();
        let expected = [
            (0, 0, 0),
            (1, 0, 0),
            (3, 1, 0),
            (5, 1, 0),
            (5, 2, 0),
            (5, 7, 0),
            // Behind the cut.
            (5, 2, 2000),
            (9, 0, 0),
            (11, 0, 0),
        ];
        assert_eq!(places, expected);
    }
}
