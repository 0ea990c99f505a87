//! What every chart needs beside the story: how the picture looks, the inks of the reasons, and words that several charts
//! say.

use std::collections::HashSet;

use super::{
    figures,
    theme::{self, Ink, Look},
};
use crate::{
    analysis::{Analysis, Bucket},
    model::{Sentence, key},
    story::{Event, Story},
    taxonomy::Lang,
};

/// A story, ready to be drawn.
pub struct Scene<'a> {
    pub story: &'a Story<'a>,
    pub analysis: &'a Analysis,
    pub lang: Lang,
    pub look: &'static Look,
    /// The time windows that are drawn, in order: those of the period, or a part of them.
    pub windows: &'a [Bucket],
    inks: ReasonInks<'a>,
    /// What nothing is known of, as [`Analysis::unseen`].
    pub unseen: Vec<(i64, i64)>,
}

/// The inks of an analysis's reasons, the same in every chart of it.
#[derive(Clone, Debug)]
pub struct ReasonInks<'a> {
    /// The most frequent reasons that are not in LINE's published list, by name.
    unknown: Vec<&'a str>,
}

impl<'a> ReasonInks<'a> {
    pub fn new(analysis: &'a Analysis) -> ReasonInks<'a> {
        let mut unknown: Vec<&str> = analysis
            .by_reason
            .iter()
            .map(|row| row.reason.as_str())
            .chain(analysis.incidents.iter().map(|incident| incident.reason.as_str()))
            .filter(|reason| theme::known_reason(reason).is_none())
            .collect();
        let mut seen = HashSet::new();
        unknown.retain(|reason| seen.insert(*reason));
        unknown.truncate(theme::UNKNOWN.len());
        unknown.sort_unstable();
        ReasonInks { unknown }
    }

    pub fn ink(&self, reason: &str) -> Ink {
        let unknown = || self.unknown.binary_search(&reason).map_or(theme::OTHERS, |at| theme::UNKNOWN[at]);
        theme::known_reason(reason).unwrap_or_else(unknown)
    }
}

impl<'a> Scene<'a> {
    pub fn new(story: &'a Story<'a>, look: &'static Look) -> Scene<'a> {
        let analysis = story.analysis;
        let (windows, inks) = (&analysis.windows.buckets[..], ReasonInks::new(analysis));
        Scene { story, analysis, lang: story.lang(), look, windows, inks, unseen: analysis.unseen() }
    }

    /// The same of a part of the windows.
    pub fn within(mut self, windows: std::ops::Range<usize>) -> Scene<'a> {
        self.windows = &self.windows[windows];
        self
    }

    pub fn is_part(&self) -> bool {
        self.windows.len() < self.analysis.windows.buckets.len()
    }

    /// What the windows show of the period, in milliseconds since 1970-01-01T00:00:00Z, end exclusive.
    pub fn bounds(&self) -> (i64, i64) {
        let period = self.analysis.period.bounds();
        let edge = |bucket: Option<&Bucket>| bucket.map_or((period.start, period.end), Bucket::bounds);
        (edge(self.windows.first()).0.max(period.start), edge(self.windows.last()).1.min(period.end))
    }

    /// Whether any of a stretch is in the windows.
    pub fn shows(&self, (from, until): (i64, i64)) -> bool {
        let (start, end) = self.bounds();
        from < end && start < until
    }

    /// The ink of a reason: the same in every chart of the analysis.
    pub fn ink(&self, reason: &str) -> Ink {
        self.inks.ink(reason)
    }

    pub fn say(&self, sentence: Sentence) -> String {
        self.lang.say(&sentence)
    }

    pub fn phrase(&self, key: key::SentenceKey) -> &'static str {
        self.lang.phrase(key)
    }

    /// Whose errors, and when; the filter stands first, since what is cut off is then something else.
    pub fn scope(&self) -> String {
        let time = if self.is_part() { self.story.scope_of(self.bounds()) } else { self.story.scope.clone() };
        self.story.filter.iter().cloned().chain(time).collect::<Vec<_>>().join(self.lang.dot())
    }

    /// A name and its errors in words.
    pub fn counted(&self, name: &str, errors: u64) -> String {
        self.say(Sentence::new(key::chart::NAMED_COUNT).with("name", name).with_number("errors", errors))
    }

    /// A name and its errors, where there may be more.
    pub fn not_covered(&self, counted: String) -> String {
        self.say(Sentence::new(key::chart::NOT_COVERED).with("count", counted))
    }

    /// A text alternative that is a list: title, scope, and the items, or that there are none.
    pub fn listed(&self, title: &str, items: impl IntoIterator<Item = String>) -> String {
        let list = self.lang.list(items);
        let list = if list.is_empty() { self.phrase(key::chart::NO_ERRORS) } else { &list };
        self.say(
            Sentence::new(key::chart::LIST_ALT).with("title", title).with("scope", self.scope()).with("list", list),
        )
    }

    /// A channel's name; words for rows that name none.
    pub fn channel_name<'b>(&'b self, channel: Option<&'b str>) -> &'b str {
        channel.unwrap_or_else(|| self.phrase(key::story::NO_CHANNEL))
    }

    /// What leads an incident: `802 × 502/503/504`.
    pub fn leading(&self, event: &Event<'_>) -> String {
        let leading = Sentence::new(key::story::TIMES_WHAT).with("number", self.figure(event.leading));
        self.say(leading.with("what", &event.what))
    }

    /// A count, rounded where it is very large.
    pub fn figure(&self, count: u64) -> String {
        figures::figure(self.lang, count)
    }
}
