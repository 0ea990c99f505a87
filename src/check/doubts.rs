//! What is not known of the period that is judged, and what that does to a verdict.

use super::Case;
use crate::{
    analysis::{AsOf, Bounds, NAMED_EARLIER, PeriodSpec},
    input::{is_expected, named_day},
    model::{CoverageBasis, Extent, Sentence, SourceKind, SourceReport, Timestamp, key},
    table::Known,
};

/// So many skipped files are named one by one.
const NAMED_FILES: usize = 10;

/// What is not known of a period.
#[derive(Debug, Default)]
pub struct Doubts {
    /// Nothing at all is known.
    pub nothing: Vec<Sentence>,
    /// Time of the period that the inputs of a channel do not speak for: there may be more errors in it.
    pub time: Vec<Sentence>,
    /// Rows and files that could not be read: there may be errors in them, of the period or of any time before.
    pub unread: Vec<Sentence>,
}

/// What data that are missing could do to a broken rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mending {
    /// It stays broken, however many errors are added.
    Never,
    /// It may hold if there were more errors before the period.
    Before,
    /// It may hold if there were more errors of other kinds in the period.
    Within,
}

impl Doubts {
    /// Whether a broken rule is broken whatever is missing.
    pub fn leave_broken(&self, mending: Mending) -> bool {
        match mending {
            Mending::Never => true,
            Mending::Before => self.unread.is_empty(),
            Mending::Within => self.unread.is_empty() && self.time.is_empty(),
        }
    }
}

/// What is not known of the period of an analysis. `rejected` is whether rejected rows are a doubt, for want of a rule
/// about them.
pub fn doubts(case: Case<'_>, rejected: bool) -> Doubts {
    let Some(data) = case.analysis.calendar.data else {
        return Doubts { nothing: vec![Sentence::new(key::check_problem::NO_ROWS)], ..Doubts::default() };
    };
    let mut unread = skipped(&case.table.skipped);
    unread.extend(case.unread_rows().filter(|_| rejected));
    unread.extend(case.table.inputs.iter().filter_map(SourceReport::partial_note));
    let bounds = case.analysis.period.bounds();
    let empty = (bounds.start >= bounds.end)
        .then(|| Sentence::new(key::check_problem::EMPTY_PERIOD).with("period", &bounds.label));
    let nothing: Vec<Sentence> = empty.into_iter().collect();
    let mut time = if nothing.is_empty() { case.unknown_time(case.judged_end(data.last)) } else { Vec::new() };
    // What one option says of all inputs is not known of those whose names say less.
    time.extend(case.analysis.notes.iter().filter(|note| NAMED_EARLIER.contains(&note.key)).cloned());
    let unmatched = case.analysis.notes.iter().filter(|note| note.key == key::note::CHANNEL_UNMATCHED);
    time.extend(unmatched.map(|note| Sentence { key: key::check_problem::CHANNEL_UNMATCHED, ..note.clone() }));
    Doubts { time, unread, nothing }
}

/// The files that were skipped and should not have been.
fn skipped(files: &[(String, Sentence)]) -> Vec<Sentence> {
    let expected: Vec<&(String, Sentence)> = files.iter().filter(|(path, why)| is_expected(path, why)).collect();
    let told = |(path, why): &&(String, Sentence)| {
        Sentence::new(key::check_problem::SKIPPED).with("path", path).with_sentence("why", why.clone())
    };
    let more = expected.len().saturating_sub(NAMED_FILES);
    let more = (more > 0).then(|| Sentence::new(key::check_problem::SKIPPED_MORE).with_number("count", more as u64));
    expected.iter().take(NAMED_FILES).map(told).chain(more).collect()
}

impl Case<'_> {
    /// The rows that could not be read, with the first of them.
    fn unread_rows(self) -> Option<Sentence> {
        let rejects = &self.analysis.rejects;
        let first = rejects.examples.first();
        // The count is the doubt, not the example.
        (rejects.count > 0).then(|| {
            Sentence::new(key::check_problem::REJECTED)
                .with_number("count", rejects.count)
                .with_number("rows", self.table.inputs.iter().map(|report| report.rows).sum())
                .with("path", first.map_or("", |first| &first.path))
                .with("line", first.map_or(1, |first| first.line))
                .with("why", first.map_or("", |first| &first.why))
                .with("allowed", rejects.count)
        })
    }

    /// The end of what is judged: of the period, or the moment of the check where it is not over. A period that is made
    /// of the data ends with the last row.
    fn judged_end(self, last: Timestamp) -> Timestamp {
        let (bounds, as_of) = (&self.analysis.period.bounds(), self.analysis.calendar.as_of);
        let of_data = self.options.period == PeriodSpec::All || self.options.as_of == AsOf::Data;
        let end = bounds.end.min(as_of.0).min(if of_data { last.0 + 1 } else { i64::MAX });
        Timestamp(end.max(bounds.start + 1))
    }

    /// What the inputs of each channel leave open.
    fn unknown_time(self, end: Timestamp) -> Vec<Sentence> {
        let (bounds, zone) = (&self.analysis.period.bounds(), &self.analysis.calendar.zone);
        let mut found: Vec<Sentence> = Vec::new();
        // Channels that were downloaded together are told of together.
        let mut together: Vec<(Option<Timestamp>, Vec<&Known>)> = Vec::new();
        for known in &self.table.known {
            if let Some(first) = known.begins_behind(bounds.end) {
                found.push(
                    Sentence::new(key::check_problem::BEFORE_DATA)
                        .with_sentence("channel", self.of_channels(&[known]))
                        .with("period", &bounds.label)
                        .with_moment("first", zone.local(first)),
                );
            } else if !known.reaches(end) {
                let until = known.until().and(known.reach());
                match together.iter_mut().find(|(at, _)| at.is_some() && *at == until) {
                    Some((_, channels)) => channels.push(known),
                    None => together.push((until, vec![known])),
                }
            }
            let gaps = known.gaps.iter().filter(|(from, until)| {
                let calm = *from <= bounds.start && *until - bounds.start <= calm_beginning(bounds);
                *from < end.0 && *until > bounds.start && !calm
            });
            found.extend(gaps.map(|(from, until)| {
                Sentence::new(key::check_problem::GAP)
                    .with_sentence("channel", self.of_channels(&[known]))
                    .with_moment("from", zone.local(Timestamp(*from)))
                    .with_moment("until", zone.local(Timestamp(*until)))
            }));
        }
        let unreached = together.into_iter().map(|(until, channels)| {
            let last = channels[0].span().map(|span| span.last);
            let key = match until {
                Some(until) if until.0 <= bounds.start => key::check_problem::NOT_REACHED,
                Some(_) => key::check_problem::NOT_COVERED,
                None if last.is_none() => key::check_problem::NOT_KNOWN_EMPTY,
                None => key::check_problem::NOT_KNOWN,
            };
            Sentence::new(key)
                .with_sentence("channel", self.of_channels(&channels))
                .with("period", &bounds.label)
                .with_moment("until", zone.local(until.or(last).unwrap_or(end)))
                .with_sentence("fix", self.fix(channels[0], end))
        });
        found.extend(unreached);
        found
    }

    /// ` of channel shop`, where there are others.
    pub(super) fn of_channels(self, channels: &[&Known]) -> Sentence {
        let names: Vec<&str> = channels.iter().filter_map(|known| known.channel.as_deref()).collect();
        let alone = self.table.known.len() < 2 || names.is_empty();
        let key = match names.len() {
            _ if alone => key::error_nearest::NONE,
            1 => key::check::OF_CHANNEL,
            _ => key::check::OF_CHANNELS,
        };
        Sentence::new(key).with_list("channel", names)
    }

    /// Whether the names of some inputs say how far they reach: `--exported-at` would be told of these too.
    fn by_name(self) -> bool {
        self.table.inputs.iter().any(|report| report.coverage.by == CoverageBasis::FileName)
    }

    /// What to do about a channel whose inputs do not reach an instant.
    fn fix(self, known: &Known, end: Timestamp) -> Sentence {
        let zone = &self.analysis.calendar.zone;
        let local = zone.local(end);
        // Mails are complete up to no moment.
        let by_end = |(source, extent): &&(usize, Extent)| (extent.dated_end(), &self.table.inputs[*source].path);
        let newest = known.extents.iter().max_by_key(by_end).filter(|_| !known.mails_only);
        let Some((source, extent)) = newest else { return Sentence::new(key::check_fix::DOWNLOAD) };
        let report = &self.table.inputs[*source];
        // A name has a day only, and speaks for the time up to its beginning.
        let day = zone.day(end);
        let says = |path: &String| named_day(path.rsplit('/').next().unwrap_or(path)) == Some(day);
        let name = dated(report, day).filter(|name| zone.day_start(day) == end && says(name));
        let is_dated = named_day(report.path.rsplit('/').next().unwrap_or_default()) == Some(day);
        let (key, name) = match (report.kind, extent.until, name.filter(|_| !is_dated)) {
            (SourceKind::Archive, ..) => (key::check_fix::ARCHIVE, None),
            (_, None, Some(name)) if self.by_name() => (key::check_fix::RENAME_ONLY, Some(name)),
            (_, None, Some(name)) => (key::check_fix::RENAME, Some(name)),
            (_, None, None) => (key::check_fix::EXPORTED_AT, None),
            (_, Some(until), _) if zone.day(until) == day => (key::check_fix::EXPORTED_AT, None),
            (_, Some(_), _) => (key::check_fix::DOWNLOAD, None),
        };
        Sentence::new(key)
            .with("path", &report.path)
            .with("name", name.unwrap_or_default())
            .with_moment("moment", local)
            .with("option", local.format(if end.0 % 60_000 == 0 { "%Y-%m-%dT%H:%M" } else { "%Y-%m-%dT%H:%M:%S" }))
    }
}

/// How long a period may go without an error at its beginning, in milliseconds. A gap before it ends, as far as is known,
/// with the first row behind it, and an export begins somewhere before its first row.
fn calm_beginning(bounds: &Bounds) -> i64 {
    ((bounds.end - bounds.start) / 7).min(86_400_000)
}

/// The path of a file with a day in its name; none where it has no name of its own.
fn dated(report: &SourceReport, day: chrono::NaiveDate) -> Option<String> {
    if report.path == "-" || report.packing == Some("zip") {
        return None;
    }
    let (folder, name) = match report.path.rsplit_once('/') {
        Some((folder, name)) => (format!("{folder}/"), name),
        None => (String::new(), report.path.as_str()),
    };
    let (stem, ending) = name.split_once('.').map_or((name, String::new()), |(stem, rest)| (stem, format!(".{rest}")));
    Some(format!("{folder}{stem}-{day}{ending}"))
}
