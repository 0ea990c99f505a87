//! What failed: reasons, and under each its details.

use crate::{
    analysis::{Analysis, DetailRow},
    model::LocalTime,
    render::wording::counted,
    taxonomy::{self, Lang},
};

use super::{
    head::Moment,
    palette::{Fill, Palette},
    sparkline,
    times::Clock,
    words::{change, key, shortened, trend},
};

/// Details that get a line of the main table with a drawing; the rarer ones get a plain line.
pub(super) const DRAWN: usize = 60;
/// Rare details that are listed at all; a page of all ten thousand would be of no use.
pub(super) const LISTED: usize = 500;

/// The section's tables.
#[derive(Clone, Debug)]
pub(super) struct Failures {
    pub compared: bool,
    pub groups: Vec<Group>,
    /// Details without a drawing, the most frequent first.
    pub rare: Vec<Row>,
    pub rare_title: String,
    /// Says that summary.json has more.
    pub unlisted: Option<String>,
    pub classes: Vec<Class>,
}

/// A reason and its details.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub row: Row,
    pub details: Vec<Row>,
}

/// A line of the table.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Index in `by_detail` or, of a reason, in `by_reason`.
    pub index: usize,
    /// What the page's data know the reason by.
    pub key: String,
    pub reason: String,
    pub name: String,
    /// What a status code is called.
    pub meaning: Option<&'static str>,
    pub fill: Fill,
    pub number: u64,
    pub errors: String,
    /// In percent, for the bar.
    pub width: String,
    pub share: String,
    pub change: Option<String>,
    pub change_number: i64,
    pub trend: &'static str,
    pub spark: String,
    pub first: Option<Moment>,
    pub last: Option<Moment>,
    pub new: bool,
    pub unknown: bool,
    pub stopped: bool,
}

impl Row {
    /// The reason as a table shows it.
    pub fn short_reason(&self) -> String {
        shortened(&self.reason)
    }
}

/// A class of status codes.
#[derive(Clone, Debug)]
pub(super) struct Class {
    pub name: String,
    pub errors: String,
}

impl Failures {
    pub fn new(analysis: &Analysis, clock: &Clock, palette: &Palette) -> Self {
        let lang = clock.lang;
        let rows: Vec<Row> =
            analysis.by_detail.iter().enumerate().map(|(index, row)| detail_row(index, row, clock, palette)).collect();
        let (drawn, rare) = rows.split_at(rows.len().min(DRAWN));
        let groups = analysis.by_reason.iter().enumerate().map(|(index, reason)| {
            let row = Row {
                index,
                key: key(&reason.reason, index),
                reason: reason.reason.clone(),
                name: shortened(&reason.reason),
                meaning: None,
                fill: palette.reason(&reason.reason),
                number: reason.errors,
                errors: lang.number(reason.errors),
                width: width(reason.share),
                share: lang.percent(reason.share),
                change: change(lang, reason.change, reason.change_pct),
                change_number: reason.change.unwrap_or(0),
                trend: trend(reason.change),
                spark: sparkline::bars(&by_window(analysis, &reason.reason)),
                first: earliest(analysis, &reason.reason, clock),
                last: latest(analysis, &reason.reason, clock),
                new: false,
                unknown: !taxonomy::REASONS.contains(&reason.reason.as_str()),
                stopped: reason.errors == 0 && reason.change.is_some(),
            };
            Group { row, details: drawn.iter().filter(|row| row.reason == reason.reason).cloned().collect() }
        });
        let unlisted = rare.len().saturating_sub(LISTED) as u64;
        Failures {
            compared: analysis.totals.previous_errors.is_some(),
            groups: groups.collect(),
            rare: rare.iter().take(LISTED).cloned().collect(),
            rare_title: counted(lang, "page.rare_one", "page.rare", rare.len() as u64),
            unlisted: (unlisted > 0).then(|| counted(lang, "page.unlisted_one", "page.unlisted", unlisted)),
            classes: analysis
                .by_status_class
                .iter()
                .map(|class| Class { name: class.class.clone(), errors: lang.number(class.errors) })
                .collect(),
        }
    }
}

fn detail_row(index: usize, row: &DetailRow, clock: &Clock, palette: &Palette) -> Row {
    let lang: Lang = clock.lang;
    Row {
        index,
        key: String::new(),
        reason: row.reason.clone(),
        name: if row.detail.is_empty() { lang.phrase("page.no_detail").to_owned() } else { shortened(&row.detail) },
        meaning: row.status.and_then(taxonomy::status_name),
        fill: palette.reason(&row.reason),
        number: row.errors,
        errors: lang.number(row.errors),
        width: width(row.share),
        share: lang.percent(row.share),
        change: change(lang, row.change, row.change_pct),
        change_number: row.change.unwrap_or(0),
        trend: trend(row.change),
        spark: if index < DRAWN { sparkline::bars(&row.by_window) } else { String::new() },
        first: row.first_seen.map(|time| Moment::new(clock, time)),
        last: row.last_seen.map(|time| Moment::new(clock, time)),
        new: row.new && row.errors > 0,
        // Of an unknown reason every detail is unknown; the reason's own row says so.
        unknown: !row.known && taxonomy::REASONS.contains(&row.reason.as_str()),
        stopped: row.has_stopped(),
    }
}

fn width(share: f64) -> String {
    format!("{:.1}", (share * 100.0).clamp(0.0, 100.0))
}

fn by_window(analysis: &Analysis, reason: &str) -> Vec<u64> {
    let errors_of = |bucket: &crate::analysis::Bucket| {
        bucket.by_reason.0.iter().find(|(name, _)| name == reason).map_or(0, |(_, errors)| *errors)
    };
    analysis.windows.buckets.iter().map(errors_of).collect()
}

fn seen(
    analysis: &Analysis,
    reason: &str,
    time: impl Fn(&DetailRow) -> Option<LocalTime>,
) -> impl Iterator<Item = LocalTime> {
    analysis.by_detail.iter().filter(move |row| row.reason == reason).filter_map(time)
}

fn earliest(analysis: &Analysis, reason: &str, clock: &Clock) -> Option<Moment> {
    seen(analysis, reason, |row| row.first_seen).min().map(|time| Moment::new(clock, time))
}

fn latest(analysis: &Analysis, reason: &str, clock: &Clock) -> Option<Moment> {
    seen(analysis, reason, |row| row.last_seen).max().map(|time| Moment::new(clock, time))
}
