//! Which time the inputs of each channel speak for, and what of it is not known.
//!
//! An export does not say from when on it speaks: its first row is only the first error. So two exports of a quiet
//! channel leave time between them in which neither has a row, and mostly nothing is missing. [`gaps`] says when
//! something is.

use std::collections::{BTreeMap, BTreeSet};

use super::{Dictionary, Label, Told, overlap::geometry::Strand};
use crate::{
    input::Source,
    model::{CellColumns, Channel, Extent, Origin, SourceKind, SourceReport, Span, Timestamp, Zone},
};

const DAY: i64 = 86_400_000;

/// A download this much later than usual is one of which the one before is missing: a week's that comes after two.
const LATE: f64 = 1.75;

/// Shorter silences than this are not kept: no gap is judged by them.
const SILENCE: i64 = DAY / 2;

/// What is known of the time of one channel.
#[derive(Clone, Debug)]
pub struct Known {
    pub channel: Option<String>,
    /// Where rows of it are counted in the table; none for a channel of which no input has a row.
    pub label: Option<Label>,
    /// What its inputs tell of the time that they speak for, and which input that is.
    pub extents: Vec<(usize, Extent)>,
    /// Stretches between exports that none of them speaks for, in milliseconds since 1970-01-01T00:00:00Z, the end
    /// exclusive.
    pub gaps: Vec<(i64, i64)>,
    /// Only mails tell of it. LINE doesn't mail about every error, so they are complete up to no moment.
    pub mails_only: bool,
}

impl Known {
    /// That of a channel which has rows.
    pub fn of(known: &[Known], label: Label) -> Option<&Known> {
        known.iter().find(|known| known.label == Some(label))
    }

    /// Up to when the inputs are known to be complete.
    pub fn until(&self) -> Option<Timestamp> {
        self.extents.iter().filter_map(|(_, extent)| extent.until).max()
    }

    /// Up to when the names of the inputs say that they are complete, where `--exported-at` says more of each.
    pub fn named(&self, inputs: &[SourceReport]) -> Option<Timestamp> {
        let told = |(source, extent): &(usize, Extent)| inputs[*source].coverage.named.or(extent.until);
        let named = self.extents.iter().filter_map(told).max()?;
        (named < self.until()?).then_some(named)
    }

    /// The first and the last row of all inputs.
    pub fn span(&self) -> Option<Span> {
        self.extents.iter().fold(None, |span, (_, extent)| Span::join(span, extent.rows))
    }

    /// The first row; none where an export without one came before, which reaches back nobody knows how far.
    pub fn begin(&self) -> Option<Timestamp> {
        let first = self.span()?.first;
        let is_before = |extent: &Extent| extent.rows.is_none() && extent.until.is_some_and(|until| until <= first);
        (!self.extents.iter().any(|(_, extent)| is_before(extent))).then_some(first)
    }

    /// The first row, where it lies behind the end of a stretch of time, of which nothing is known then.
    pub fn begins_behind(&self, end: i64) -> Option<Timestamp> {
        self.begin().filter(|first| first.0 >= end)
    }

    /// Whether the inputs begin on a later day than a moment is of: on its first day there may well have been no error
    /// before the first row.
    pub fn begins_after(&self, start: i64, zone: &Zone) -> bool {
        self.begin().is_some_and(|first| zone.day_start(zone.day(first)).0 > start)
    }

    /// Up to when the inputs speak for sure, and whether the one that does is known to be complete up to there: then
    /// what comes behind it is missing, else nobody knows.
    pub fn end(&self) -> Option<(Timestamp, bool)> {
        self.extents.iter().filter_map(|(_, extent)| extent.dated_end()).max()
    }

    /// Whether something of a stretch of time is missing or unknown.
    pub fn lacks(&self, start: i64, end: i64, zone: &Zone) -> bool {
        let ends = || self.end().is_none_or(|(at, _)| at.0 < end);
        self.begins_after(start, zone) || ends() || !self.missing(start, end).is_empty()
    }

    /// How far the inputs are known to reach: to where they are complete, or at least to the last row.
    pub fn reach(&self) -> Option<Timestamp> {
        self.until().max(self.span().map(|span| span.last))
    }

    /// Whether the inputs speak for the time just before an instant.
    pub fn reaches(&self, end: Timestamp) -> bool {
        self.extents.iter().any(|(_, extent)| extent.reaches(end))
    }

    /// The stretches of a stretch of time of which it is known that no input speaks for them.
    pub fn missing(&self, start: i64, end: i64) -> Vec<(i64, i64)> {
        let dated = self.end().is_some_and(|(_, dated)| dated);
        let known_end = self.reach().filter(|_| dated).map(|reach| (reach.0, i64::MAX));
        let cut = |(from, until): &(i64, i64)| ((*from).max(start), (*until).min(end));
        self.gaps.iter().chain(&known_end).map(cut).filter(|(from, until)| from < until).collect()
    }
}

/// What tells whether something is missing between exports of a channel, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The times without a row of the channel, in any exports: each from a row to the next, in their order. Short ones
    /// may be left out.
    pub silences: Vec<(i64, i64)>,
    /// The moments of errors that only mails tell.
    pub mailed: Vec<i64>,
}

/// The stretches between exports of one channel that none of them speaks for, in the order of time.
///
/// A download reaches back at least as far as any other is seen to, and to the one before it where it comes at its
/// usual time. Time between the end of an export and the first row of the next is a gap only if the next one cannot be
/// expected to reach back so far: it is late (the dates of three exports tell what is usual) and reaches less far; or the
/// channel is silent for twice as long as it ever was in at least as much time that is known; or mails tell of errors
/// then, which the next export would have.
pub fn gaps(extents: &[Extent], evidence: &Evidence) -> Vec<(i64, i64)> {
    let mut exports: Vec<(i64, i64, bool)> = extents
        .iter()
        .filter_map(|extent| Some((extent.start()?.0, extent.end()?.0, extent.until.is_some())))
        .collect();
    exports.sort_unstable();
    let seen_back = exports.iter().map(|(first, end, _)| end - first).max().unwrap_or(0);
    let usual = usual_step(extents);

    let mut between: Vec<Between> = Vec::new();
    let mut reach: Option<(i64, bool)> = None;
    let mut spoken_for = 0;
    for (first, end, dated) in exports {
        match reach {
            Some((before, known)) if first > before => {
                spoken_for += end - first;
                between.push(Between { from: before, until: first, next_end: end, dated: known && dated });
            }
            Some((before, _)) => spoken_for += (end - before).max(0),
            None => spoken_for += end - first,
        }
        reach = reach.max(Some((end, dated)));
    }
    let longest = longest_known_silence(&evidence.silences, &between);
    let expected_back = seen_back.max(usual.unwrap_or(0));
    let gap = |between: &Between| {
        let &Between { from, until, next_end, dated } = between;
        let step = next_end - from;
        let beyond = step > seen_back + DAY;
        let unusually_silent = || until - from <= spoken_for && until - from > 2 * longest.max(SILENCE);
        let mailed = || evidence.mailed.iter().any(|at| (from..until).contains(at));
        match usual.filter(|_| dated) {
            Some(usual) if step as f64 > usual as f64 * LATE && beyond => {
                Some((from, until.min(next_end - expected_back)))
            }
            Some(usual) if step as f64 > usual as f64 * LATE && unusually_silent() => Some((from, until)),
            None if beyond && unusually_silent() => Some((from, until)),
            _ => mailed().then_some((from, until)),
        }
    };
    between.iter().filter_map(gap).filter(|(from, until)| from < until).collect()
}

/// Time between the end of an export and the first row of the next.
struct Between {
    from: i64,
    until: i64,
    next_end: i64,
    /// Both ends of the exports are known.
    dated: bool,
}

/// The time from one dated export to the next that is usual, of at least three: the lower median.
fn usual_step(extents: &[Extent]) -> Option<i64> {
    let mut ends: Vec<i64> = extents.iter().filter_map(|extent| Some(extent.until?.0)).collect();
    ends.sort_unstable();
    let mut steps: Vec<i64> = ends.windows(2).map(|pair| pair[1] - pair[0]).filter(|step| *step > SILENCE).collect();
    steps.sort_unstable();
    if steps.len() < 2 { None } else { Some(steps[(steps.len() - 1) / 2]) }
}

/// The longest time without a row that exports speak for.
fn longest_known_silence(silences: &[(i64, i64)], between: &[Between]) -> i64 {
    let known = |(start, end): &(i64, i64)| {
        let inside = between.iter().filter(|b| b.from < *end && b.until > *start);
        let (last, longest) = inside.fold((*start, 0), |(at, longest), b| (b.until, longest.max(b.from - at)));
        longest.max(end - last)
    };
    silences.iter().map(known).max().unwrap_or(0)
}

/// What tells whether something is missing, of each channel.
pub(super) fn evidence(cells: &CellColumns, told: &[Told], names: &Dictionary) -> Vec<Evidence> {
    let mut found = vec![Evidence::default(); names.channels.len()];
    let mut last: Vec<Option<i64>> = vec![None; names.channels.len()];
    for cell in cells.iter() {
        let (label, span) = (names.kinds[cell.kind.0 as usize].channel as usize, cell.span());
        if let Some(last) = last[label].filter(|last| span.first.0 - last > SILENCE) {
            found[label].silences.push((last, span.first.0));
        }
        last[label] = last[label].max(Some(span.last.0));
    }
    for told in told.iter().filter(|told| told.covered.is_none()) {
        found[told.label as usize].mailed.push(told.at.0);
    }
    found
}

/// What is known of the time of each channel, in the order of the labels, then the channels without a row: what its exports
/// tell, or its mails where it has no export. `label_of` gives the label of a channel that an input or the user names.
pub(super) fn known(
    sources: &[Source],
    strands: &[Strand],
    labels: &[Option<String>],
    evidence: &[Evidence],
    label_of: impl Fn(&Channel) -> Option<Label>,
) -> Vec<Known> {
    let is_export = |strand: &&Strand| strand.origin == Origin::Export || !sources[strand.source].extents.is_empty();
    let mut exported: BTreeSet<Label> = strands.iter().filter(is_export).map(|strand| strand.label).collect();
    let silent_exports =
        sources.iter().filter(|source| source.report.span.is_none() && source.report.kind != SourceKind::Mail);
    exported.extend(silent_exports.filter_map(|source| label_of(source.label.as_ref()?)));
    let counts = |strand: &&Strand| strand.origin == Origin::Export || !exported.contains(&strand.label);
    let mut of_label: BTreeMap<Label, BTreeMap<Piece<'_>, (usize, Extent)>> = BTreeMap::new();
    for strand in strands.iter().filter(counts) {
        let source = &sources[strand.source];
        let extents = of_label.entry(strand.label).or_default();
        if source.extents.is_empty() {
            let piece = Piece::Rows(strand.source, strand.part);
            extents.insert(piece, (strand.source, extent(source, Some(strand.span))));
        }
        for (id, extent) in &source.extents {
            // An archive keeps the rows of each name of a channel apart.
            let (_, known) = extents.entry(Piece::Archived(id)).or_insert((strand.source, *extent));
            known.rows = Span::join(known.rows, extent.rows);
        }
    }
    let mut labels_of: BTreeMap<&str, BTreeSet<Label>> = BTreeMap::new();
    for strand in strands.iter().filter(counts) {
        labels_of.entry(&sources[strand.source].report.path).or_default().insert(strand.label);
    }
    // Inputs without a row: of a channel that has rows, of another, or of whichever there is.
    let mut silent: BTreeMap<Option<Label>, Vec<(usize, Extent)>> = BTreeMap::new();
    let mut silent_channels: BTreeMap<Option<String>, Vec<(usize, Extent)>> = BTreeMap::new();
    for (index, source) in sources.iter().enumerate() {
        let extents = || match source.extents.is_empty() {
            true => vec![(index, extent(source, source.report.span))],
            false => source.extents.iter().map(|(_, extent)| (index, *extent)).collect(),
        };
        if let Some(path) = &source.report.same_as {
            // A download without news repeats the one before, and yet speaks for longer.
            for label in labels_of.get(path.as_str()).into_iter().flatten() {
                let known = of_label.entry(*label).or_default();
                known.extend(extents().into_iter().map(|(source, extent)| (Piece::Copy(source), (source, extent))));
            }
        } else if source.report.span.is_none() && source.report.kind != SourceKind::Mail {
            match source.label.as_ref().map(|channel| (channel, label_of(channel))) {
                Some((channel, None)) => {
                    let name = channel.name.clone().or_else(|| channel.id.clone());
                    silent_channels.entry(name).or_default().extend(extents());
                }
                Some((_, label)) => silent.entry(label).or_default().extend(extents()),
                None => silent.entry(None).or_default().extend(extents()),
            }
        }
    }
    let unnamed = silent.remove(&None).unwrap_or_default();
    for label in silent.keys().flatten() {
        of_label.entry(*label).or_default();
    }
    let alone = of_label.len() == 1 && labels.len() == 1;
    let ends = |extents: &[(usize, Extent)]| extents.iter().map(|(_, extent)| *extent).collect::<Vec<_>>();
    let mut all: Vec<Known> = Vec::new();
    for (label, extents) in of_label {
        let mut extents: Vec<(usize, Extent)> = extents.into_values().collect();
        extents.extend(silent.remove(&Some(label)).unwrap_or_default());
        if alone {
            // An input without a row that names no channel can be of no other.
            extents.extend(&unnamed);
        }
        let mails_only = !exported.contains(&label) && (!alone || unnamed.is_empty());
        let gaps = if mails_only { Vec::new() } else { gaps(&ends(&extents), &evidence[label as usize]) };
        all.push(Known { channel: labels[label as usize].clone(), label: Some(label), extents, gaps, mails_only });
    }
    for (channel, extents) in silent_channels {
        let gaps = gaps(&ends(&extents), &Evidence::default());
        all.push(Known { channel, label: None, extents, gaps, mails_only: false });
    }
    all
}

/// What speaks for a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Piece<'a> {
    /// The rows of an input's table.
    Rows(usize, usize),
    /// What was added to an archive, by its id.
    Archived(&'a str),
    /// An input that repeats another one.
    Copy(usize),
}

fn extent(source: &Source, rows: Option<Span>) -> Extent {
    let step = source.report.precision.map_or(1000, crate::model::Precision::millis);
    Extent { rows, step, until: source.report.coverage.until }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An export with rows on some days of a month, at noon; complete to the beginning of a day, or nobody knows.
    fn export(days: &[i64], until: Option<i64>) -> Extent {
        let noon = |day: &i64| Timestamp(day * DAY + DAY / 2);
        let rows = days.iter().min().zip(days.iter().max()).map(|(a, b)| Span { first: noon(a), last: noon(b) });
        Extent { rows, step: 1000, until: until.map(|day| Timestamp(day * DAY)) }
    }

    /// The gaps between exports, in days, with the evidence of their own rows.
    fn gaps_of(exports: &[(&[i64], Option<i64>)], mailed: &[i64]) -> Vec<(f64, f64)> {
        let extents: Vec<Extent> = exports.iter().map(|(days, until)| export(days, *until)).collect();
        let mut days: Vec<i64> = exports.iter().flat_map(|(days, _)| days.iter().copied()).collect();
        days.sort_unstable();
        let at = |day: i64| day * DAY + DAY / 2;
        let silences =
            days.windows(2).filter(|pair| pair[0] < pair[1]).map(|pair| (at(pair[0]), at(pair[1]))).collect();
        let evidence = Evidence { silences, mailed: mailed.iter().map(|day| at(*day)).collect() };
        let in_days = |at: i64| at as f64 / DAY as f64;
        gaps(&extents, &evidence).into_iter().map(|(from, until)| (in_days(from), in_days(until))).collect()
    }

    fn days(from: i64, until: i64) -> Vec<i64> {
        (from..until).collect()
    }

    #[test]
    fn weeks_of_a_quiet_channel_leave_no_gap() {
        // One error a week, or none at all.
        assert_eq!(gaps_of(&[(&[3], Some(7)), (&[12], Some(14)), (&[16], Some(21)), (&[], Some(28))], &[]), []);
        assert_eq!(gaps_of(&[(&[1], Some(7)), (&[13], Some(14))], &[]), []);
        // Nobody dated them, and months lie between.
        assert_eq!(gaps_of(&[(&[1], None), (&[40], None), (&[41], None), (&[99], None)], &[]), []);
        // Two downloads of months.
        assert_eq!(gaps_of(&[(&[3], Some(30)), (&[49], Some(60))], &[]), []);
    }

    #[test]
    fn a_download_that_is_missing_among_others_leaves_a_gap() {
        // Downloads after 7, 14 and 28 days: that of day 21 is missing, and the last reaches back a week as usual.
        assert_eq!(gaps_of(&[(&[3], Some(7)), (&[12], Some(14)), (&[25], Some(28))], &[]), [(14.0, 21.0)]);
        // Unless one of them is seen to reach back as far.
        assert_eq!(gaps_of(&[(&[-10, 6], Some(7)), (&[12], Some(14)), (&[25], Some(28))], &[]), []);
        // Its rows reach over the missing week.
        assert_eq!(gaps_of(&[(&[3], Some(7)), (&[12], Some(14)), (&[13, 25], Some(28))], &[]), []);
    }

    #[test]
    fn a_busy_channel_that_is_silent_as_never_before_leaves_a_gap() {
        assert_eq!(gaps_of(&[(&days(0, 7), Some(7)), (&days(14, 21), Some(21))], &[]), [(7.0, 14.5)]);
        // From the last row, a moment of which lasts a second, where nobody dated them.
        let [(from, until)] = gaps_of(&[(&days(0, 7), None), (&days(14, 21), None)], &[])[..] else {
            panic!("one gap")
        };
        assert!((from - 6.5).abs() < 0.001 && until == 14.5, "{from} {until}");
        // Downloaded a week later as usual, and silent since it was repaired.
        assert_eq!(gaps_of(&[(&days(0, 7), Some(7)), (&[13], Some(14))], &[]), []);
        assert_eq!(gaps_of(&[(&days(0, 7), Some(7)), (&days(7, 14), Some(14)), (&[20], Some(21))], &[]), []);
        // Hardly anything is known of what is usual.
        assert_eq!(gaps_of(&[(&[0, 1], Some(2)), (&[14], Some(16))], &[]), []);
    }

    #[test]
    fn mails_tell_of_errors_that_the_next_export_would_have() {
        assert_eq!(gaps_of(&[(&[1], Some(7)), (&[13], Some(14))], &[10]), [(7.0, 13.5)]);
        assert_eq!(gaps_of(&[(&[1], Some(7)), (&[13], Some(14))], &[14]), []);
    }
}
