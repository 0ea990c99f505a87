//! Whose rows are: settled for each input, over all of its rows, before anything is merged.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    channels::{ChannelRules, Label, Naming, naming},
    suggest,
};
use crate::{
    error::{Error, Result},
    input::{RowsIn, Source},
    model::{Catalog, Cell, Channel, KindId, Origin, Sentence, SourceKind, key},
};

/// Settles whose the rows of each input are, as far as each tells by itself and the user says, and gives what is to be
/// said about it.
///
/// # Errors
/// Where it is not clear which channel an input is of.
pub fn settle_channels(sources: &mut [Source], catalog: &mut Catalog, rules: &ChannelRules) -> Result<Vec<Sentence>> {
    for source in sources.iter_mut() {
        label_source(source, catalog, rules)?;
        for stop in source.stops.iter().filter(|stop| !stop.channel.is_unknown()) {
            catalog.channel(&stop.channel);
        }
    }
    // No pattern names what is archived or comes through a pipe.
    let is_file = |source: &Source| source.report.kind != SourceKind::Archive && source.report.path != "-";
    let mut notes = match sources.iter().any(is_file) {
        true => rules.unmatched(sources.iter().map(|source| source.report.file()), catalog),
        false => Vec::new(),
    };
    if let Some(channel) = only_channel(sources, catalog) {
        adopt(sources, catalog, &channel, &mut notes)?;
    }
    Ok(notes)
}

/// Gives the rows of an input that name no channel the channel that they are of.
///
/// Blank cells of an input that names one channel are that channel's. Rows of an input that names none are those of
/// the channel that the user says; so are, by a pattern, the blank ones of an input that names several, which are of
/// no known channel otherwise. A pattern with an id also completes the one name that an input gives.
fn label_source(source: &mut Source, catalog: &mut Catalog, rules: &ChannelRules) -> Result<()> {
    if let Some(label) = &source.label {
        // An archive's channel without a row.
        catalog.channel(label);
        return Ok(());
    }
    let kinds: BTreeSet<KindId> = kinds_of(source, catalog);
    let channels: BTreeSet<u32> = kinds.iter().map(|kind| catalog.kind(*kind).channel).collect();
    let (unknown, named): (Vec<&Channel>, Vec<&Channel>) =
        channels.iter().map(|channel| &catalog.channels[*channel as usize]).partition(|channel| channel.is_unknown());
    let path = source.report.file();
    let label = match own(named) {
        Own::Nobody => match (rules.of_unnamed(path), kinds.is_empty()) {
            // An input without rows is nobody's rather than an error.
            (Err(_), true) => None,
            (label, _) => label?,
        },
        Own::One(own) => {
            let completed = match rules.by_pattern(path)? {
                Some(Channel { id: Some(id), name }) if own.id.is_none() && (name.is_none() || name == own.name) => {
                    Some(Channel { id: Some(id), name: own.name.clone() })
                }
                _ => None,
            };
            completed.or_else(|| (!unknown.is_empty()).then_some(own))
        }
        Own::Several if unknown.is_empty() => None,
        Own::Several => rules.by_pattern(path)?,
    };
    match label {
        Some(label) => relabel(source, catalog, &label),
        None => Ok(()),
    }
}

/// The channels that rows name.
pub enum Own {
    Nobody,
    /// One, under whatever names.
    One(Channel),
    Several,
}

/// How many channels these are, brought together.
pub fn own<'a>(named: impl IntoIterator<Item = &'a Channel>) -> Own {
    let mut catalog = Catalog::default();
    for channel in named {
        catalog.channel(channel);
    }
    let Naming { mut channels, .. } = naming(&catalog, |_| None);
    match channels.len() {
        0 => Own::Nobody,
        1 => channels.pop().map_or(Own::Nobody, Own::One),
        _ => Own::Several,
    }
}

/// The kinds of errors that an input has.
pub fn kinds_of(source: &Source, catalog: &Catalog) -> BTreeSet<KindId> {
    let mut seen = vec![false; catalog.kinds.len()];
    for kind in source.parts.iter().flat_map(|part| &part.cells.kind) {
        seen[*kind as usize] = true;
    }
    (0..).map(KindId).zip(seen).filter_map(|(kind, seen)| seen.then_some(kind)).collect()
}

/// The one channel that mails are of, where exports name none: those are taken to be of it.
fn only_channel(sources: &[Source], catalog: &Catalog) -> Option<Channel> {
    let channels = |origin: Origin| -> BTreeSet<&Channel> {
        let parts = sources.iter().flat_map(|source| &source.parts).filter(move |part| part.origin == origin);
        let kinds: BTreeSet<KindId> = parts.flat_map(|part| &part.cells.kind).map(|kind| KindId(*kind)).collect();
        kinds.into_iter().map(|kind| &catalog.channels[catalog.kind(kind).channel as usize]).collect()
    };
    let Own::One(channel) = own(channels(Origin::Mail).into_iter().filter(|channel| !channel.is_unknown())) else {
        return None;
    };
    let exports = channels(Origin::Export);
    let unnamed = exports.len() == 1 && exports.iter().all(|channel| channel.is_unknown());
    unnamed.then_some(channel)
}

/// Takes exports that name no channel for those of the one channel that mails are of.
fn adopt(sources: &mut [Source], catalog: &mut Catalog, channel: &Channel, notes: &mut Vec<Sentence>) -> Result<()> {
    let Some(name) = channel.name.as_ref().or(channel.id.as_ref()) else { return Ok(()) };
    for source in sources.iter_mut().filter(|source| source.parts.iter().all(|part| part.origin == Origin::Export)) {
        relabel(source, catalog, channel)?;
    }
    notes.push(Sentence::new(key::note::CHANNEL_OF_MAILS).with("channel", name));
    Ok(())
}

/// Gives the rows of an input a channel, if they name none of their own.
pub fn relabel(source: &mut Source, catalog: &mut Catalog, label: &Channel) -> Result<()> {
    // Known also where there is no row.
    catalog.channel(label);
    source.label = Some(label.clone());
    let mut known: BTreeMap<KindId, KindId> = BTreeMap::new();
    let mut name = |kind: &mut KindId| *kind = *known.entry(*kind).or_insert_with(|| catalog.labelled(*kind, label));
    for part in &mut source.parts {
        let mut cells = part.cells.split_off(0);
        cells.iter_mut().for_each(|cell| name(&mut cell.kind));
        cells.sort_unstable_by_key(Cell::key);
        part.cells.extend(&cells);
        if let RowsIn::Held(entries) = &mut part.rows_in {
            entries.iter_mut().for_each(|entry| name(&mut entry.kind));
        }
    }
    if catalog.channels.len() > crate::model::VARIETY_LIMIT {
        return Err(Error::overflow());
    }
    Ok(())
}

/// Writes down which channels each input is of.
pub fn tell_channels(sources: &mut [Source], catalog: &Catalog, naming: &Naming) {
    for source in sources.iter_mut() {
        let of_rows = kinds_of(source, catalog).into_iter().map(|kind| catalog.kind(kind).channel as usize);
        let silent = source.label.as_ref().and_then(|label| catalog.channels.get_index_of(label));
        let labels: BTreeSet<Label> = of_rows.chain(silent).map(|channel| naming.label_of[channel]).collect();
        source.report.channels = labels.into_iter().filter_map(|label| naming.labels[label as usize].clone()).collect();
    }
    // A copy is of whoever the original is of.
    let known: HashMap<String, Vec<String>> =
        sources.iter().map(|source| (source.report.path.clone(), source.report.channels.clone())).collect();
    for report in sources.iter_mut().map(|source| &mut source.report) {
        if let Some(channels) = report.same_as.as_ref().and_then(|original| known.get(original)) {
            report.channels.clone_from(channels);
        }
    }
}

/// Which channels there are over all inputs, and what to call them.
///
/// # Errors
/// Where an input gives only a name that channels of several ids bear.
pub fn name_channels(sources: &[Source], catalog: &Catalog, rules: &ChannelRules) -> Result<Naming> {
    let mut last_of_kind: Vec<Option<i64>> = vec![None; catalog.kinds.len()];
    for cell in sources.iter().flat_map(|source| &source.parts).flat_map(|part| part.cells.iter()) {
        let last = &mut last_of_kind[cell.kind.0 as usize];
        *last = (*last).max(Some(cell.span().last.0));
    }
    let mut last: Vec<Option<i64>> = vec![None; catalog.channels.len()];
    for (kind, at) in catalog.kinds.iter().zip(last_of_kind) {
        let last = &mut last[kind.channel as usize];
        *last = (*last).max(at);
    }
    let naming = naming(catalog, |channel| last[channel as usize]);
    let used = naming.ambiguous.iter().find(|(channel, _)| last[*channel as usize].is_some());
    let Some((channel, ids)) = used.filter(|_| !rules.keep_apart) else { return Ok(naming) };
    let gives = |source: &&Source| {
        let mut kinds = source.parts.iter().flat_map(|part| &part.cells.kind);
        kinds.any(|kind| catalog.kind(KindId(*kind)).channel == *channel)
    };
    let path = sources.iter().find(gives).map_or("", |source| source.report.file());
    let first = Channel { id: ids.first().cloned(), name: None };
    Err(Error::new(key::error::CHANNEL_NAME_TWICE)
        .with("path", path)
        .with("name", catalog.channels[*channel as usize].name.as_deref().unwrap_or_default())
        .with_list("ids", ids)
        .with("command", format!("{} {}", rules.command_of(&[path]), suggest::of(&first, path))))
}
