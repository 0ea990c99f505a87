//! Finer numbers than those of the summary: what a reader's choice in the page is added up from, and what fills a workbook.

use std::collections::{BTreeMap, HashMap};

use super::{
    Analysis, Asked, Bucket, ChannelRow, DetailRow, Fact, Week, WindowSize,
    history::known_from,
    sums::{Sums, numbered},
    window::calendar_windows,
};
use crate::{
    model::Timestamp,
    table::{Dictionary, Known, Table},
};

/// The facts of a period in the order of time.
pub fn facts(names: &Dictionary, in_windows: &Sums<'_>, channels: &[ChannelRow], details: &[DetailRow]) -> Vec<Fact> {
    let channels: HashMap<Option<&str>, usize> =
        channels.iter().enumerate().map(|(at, row)| (row.channel.as_deref(), at)).collect();
    let details: HashMap<(&str, &str), usize> =
        details.iter().enumerate().map(|(at, row)| ((&*row.reason, &*row.detail), at)).collect();
    let rows = names.kinds.iter().map(|kind| {
        let channel = channels.get(&names.channels[kind.channel as usize].as_deref())?;
        let detail = (&*names.reasons[kind.reason as usize], &*names.details[kind.detail as usize]);
        Some((*channel, *details.get(&detail)?))
    });
    let rows: Vec<Option<(usize, usize)>> = rows.collect();
    let mut facts: BTreeMap<(usize, usize, usize), u64> = BTreeMap::new();
    for sum in in_windows.all() {
        if let Some((channel, detail)) = rows[sum.kind.0 as usize] {
            *facts.entry((sum.bucket, channel, detail)).or_default() += sum.errors;
        }
    }
    facts.into_iter().map(|((window, channel, detail), errors)| Fact { window, channel, detail, errors }).collect()
}

/// The weeks of the like periods before and of the period.
pub fn weeks(table: &Table, asked: &Asked, channels: &[ChannelRow]) -> Vec<Week> {
    let Asked { calendar, bounds, .. } = asked;
    let known_from = known_from(table, asked).unwrap_or(bounds.start);
    let earliest = asked.before.last().map_or(bounds.start, |before| before.start);
    let start = earliest.max(known_from).min(bounds.start);
    let weeks: Vec<(i64, i64)> =
        calendar_windows(start, bounds.end, WindowSize::Week, &calendar.zone, calendar.week_start).collect();
    let first = weeks.first().map_or(start, |week| week.0);
    let sums = Sums::new(&table.names, table.cells().between(first, bounds.end), numbered(&weeks));
    let series = sums.series(weeks.len(), |_, kind| Some(table.names.channels[kind.channel as usize].as_deref()));
    let end = bounds.end.min(calendar.as_of.0);
    let of_channel = |row: &ChannelRow, week: usize| {
        let (start, until) = weeks[week];
        let errors = series.get(&row.channel.as_deref()).map_or(0, |series| series[week]);
        let of_channel = |known: &&Known| known.channel == row.channel;
        // Where the newest input tells no end, a period in which it has rows counts as known up to its end.
        let lacks = |known: &Known| match until <= bounds.start {
            true => known.lacks(start, until, &calendar.zone),
            false => known.begins_after(start, &calendar.zone) || !known.missing(start, until).is_empty(),
        };
        (errors, until <= end && !table.known.iter().filter(of_channel).any(lacks))
    };
    let week = |at: usize| Week {
        start: calendar.zone.time(Timestamp(weeks[at].0)),
        by_channel: channels.iter().map(|row| of_channel(row, at)).collect(),
    };
    (0..weeks.len()).map(week).collect()
}

impl Analysis {
    /// Errors of each window on each channel by reason, in the order of [`Bucket::by_reason`]; the empty ones are there too.
    pub fn channels_in_windows(&self) -> impl Iterator<Item = (&Bucket, &ChannelRow, Vec<u64>)> {
        let reasons = self.windows.buckets.first().map_or(&[][..], |bucket| &bucket.by_reason.0[..]);
        let place = |row: &DetailRow| reasons.iter().position(|(reason, _)| *reason == row.reason);
        let places: Vec<Option<usize>> = self.by_detail.iter().map(place).collect();
        let mut facts = self.finer.facts.iter().peekable();
        let windows = self.windows.buckets.iter().enumerate();
        let all = windows.flat_map(|window| self.by_channel.iter().enumerate().map(move |channel| (window, channel)));
        all.map(move |((window, bucket), (channel, row))| {
            let mut sums = vec![0; reasons.len()];
            while let Some(fact) = facts.next_if(|fact| (fact.window, fact.channel) == (window, channel)) {
                if let Some(place) = places[fact.detail] {
                    sums[place] += fact.errors;
                }
            }
            (bucket, row, sums)
        })
    }
}
