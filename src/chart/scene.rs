//! What every chart needs besides the analysis: language, local time, the inks of the reasons, and
//! words that several charts say.

use chrono::{DateTime, FixedOffset};

use super::{
    figures, scales,
    theme::{self, Ink},
};
use crate::{
    analysis::{Analysis, filter_heading},
    model::{Sentence, Timestamp, Zone, key},
    story::Story,
    taxonomy::{self, Lang},
};

/// An analysis, ready to be drawn.
pub struct Scene<'a> {
    pub story: &'a Story<'a>,
    pub analysis: &'a Analysis,
    pub lang: Lang,
    zone: Zone,
    inks: ReasonInks<'a>,
}

/// The inks of an analysis's reasons, the same in every chart of it.
#[derive(Clone, Debug)]
pub struct ReasonInks<'a> {
    /// The reasons that are not in LINE's published list, by name.
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
        unknown.sort_unstable();
        unknown.dedup();
        ReasonInks { unknown }
    }

    pub fn ink(&self, reason: &str) -> Ink {
        theme::known_reason(reason)
            .unwrap_or_else(|| theme::unknown_reason(self.unknown.binary_search(&reason).unwrap_or(usize::MAX)))
    }
}

impl<'a> Scene<'a> {
    pub fn new(story: &'a Story<'a>) -> Scene<'a> {
        let analysis = story.analysis;
        Scene { story, analysis, lang: story.lang(), zone: analysis.timezone, inks: ReasonInks::new(analysis) }
    }

    /// The ink of a reason: the same in every chart of the analysis.
    pub fn ink(&self, reason: &str) -> Ink {
        self.inks.ink(reason)
    }

    /// Local time of an instant in milliseconds since 1970-01-01T00:00:00Z.
    pub fn local(&self, millis: i64) -> DateTime<FixedOffset> {
        // The years that errstat reads, so that no instant is beyond the calendar.
        self.zone.local(Timestamp(millis.clamp(0, 4_200_000_000_000)))
    }

    /// The time of day, with the day if the stretch of time that it lies in is longer than one.
    pub fn time_within(&self, at: DateTime<FixedOffset>, bounds: (i64, i64)) -> String {
        let time = at.format("%H:%M").to_string();
        if bounds.1 - bounds.0 <= 24 * 3_600_000 {
            return time;
        }
        let day = scales::weekday_and_day(self.lang, at.date_naive());
        self.say(Sentence::new(key::chart::DAY_AND_TIME).with("day", day).with("time", time))
    }

    /// A subtitle or heading behind the name of the filter, where there is one: what is cut off is then something else.
    pub fn filtered(&self, text: String) -> String {
        match filter_heading(self.lang, &self.analysis.filter) {
            Some(filter) => format!("{filter} · {text}"),
            None => text,
        }
    }

    pub fn say(&self, sentence: Sentence) -> String {
        self.lang.say(&sentence)
    }

    pub fn phrase(&self, key: key::SentenceKey) -> &str {
        self.lang.phrase(key)
    }

    /// Texts as a list.
    pub fn list(&self, texts: impl IntoIterator<Item = String>) -> String {
        texts
            .into_iter()
            .reduce(|list, item| self.say(Sentence::new(key::chart::LIST).with("list", list).with("item", item)))
            .unwrap_or_default()
    }

    /// A name and its errors in words, with those of the previous period where they are known.
    pub fn counted(&self, name: &str, errors: u64, previous: Option<u64>) -> String {
        let counted = Sentence::new(key::chart::NAMED_COUNT).with("name", name).with("errors", self.number(errors));
        let counted = self.say(counted);
        match previous {
            Some(previous) => self.say(
                Sentence::new(key::chart::WITH_PREVIOUS).with("count", counted).with("previous", self.number(previous)),
            ),
            None => counted,
        }
    }

    /// Says how many entries of a list are not shown, by their errors, with a sentence for one and one for more.
    pub fn more(
        &self,
        rest: impl ExactSizeIterator<Item = u64>,
        one: key::SentenceKey,
        many: key::SentenceKey,
    ) -> Option<String> {
        let count = rest.len();
        let errors = self.figure(rest.fold(0, u64::saturating_add));
        let sentence = Sentence::new(if count == 1 { one } else { many });
        (count > 0).then(|| self.say(sentence.with("count", self.number(count as u64)).with("errors", errors)))
    }

    /// A text alternative that is a list: title, period, and the items, or that there are none.
    pub fn listed(&self, title: &str, items: impl IntoIterator<Item = String>) -> String {
        let list = Some(self.list(items)).filter(|list| !list.is_empty());
        let list = list.unwrap_or_else(|| self.phrase(key::chart::NO_ERRORS).to_owned());
        self.say(
            Sentence::new(key::chart::LIST_ALT).with("title", title).with("period", self.period()).with("list", list),
        )
    }

    /// Whether anything is compared.
    pub fn compared(&self) -> bool {
        self.analysis.totals.previous_errors.is_some()
    }

    /// A detail's name, with the name of its status (`502 Bad Gateway`); words for an empty one.
    pub fn detail_name(&self, reason: &str, detail: &str) -> String {
        match taxonomy::status(reason, detail).and_then(taxonomy::status_name) {
            Some(name) => self.say(Sentence::new(key::chart::STATUS).with("code", detail).with("name", name)),
            None => self.detail_code(detail).to_owned(),
        }
    }

    /// A detail as it stands, for little room; words for an empty one.
    pub fn detail_code<'b>(&'b self, detail: &'b str) -> &'b str {
        if detail.is_empty() { self.phrase(key::chart::NO_DETAIL) } else { detail }
    }

    /// A channel's name; words for rows that name none.
    pub fn channel_name<'b>(&'b self, channel: Option<&'b str>) -> &'b str {
        channel.unwrap_or_else(|| self.phrase(key::chart::NO_CHANNEL))
    }

    /// The period in words: its first and last day, or its first and last minute.
    pub fn period(&self) -> String {
        let bounds = &self.analysis.period.bounds();
        let (start, end) = (self.local(bounds.start), self.local(bounds.end));
        let midnight = |at: &DateTime<FixedOffset>| at.time() == chrono::NaiveTime::MIN;
        let (first, last) = if midnight(&start) && midnight(&end) && bounds.end > bounds.start {
            (self.lang.day(start.date_naive()), self.lang.day(self.local(bounds.end - 1).date_naive()))
        } else if start.date_naive() == end.date_naive() && start != end {
            (self.lang.moment(start), end.format("%H:%M").to_string())
        } else {
            (self.lang.moment(start), self.lang.moment(end))
        };
        if first == last {
            return self
                .say(Sentence::new(key::chart::ONE_DAY).with("day", first).with("zone", self.analysis.timezone));
        }
        self.say(
            Sentence::new(key::chart::PERIOD)
                .with("first", first)
                .with("last", last)
                .with("zone", self.analysis.timezone),
        )
    }

    /// Errors of each reason over the whole period, in the order in which the windows have them.
    pub fn reasons(&self) -> Vec<(&'a str, u64)> {
        let buckets = &self.analysis.windows.buckets;
        let reasons = buckets.first().map(|bucket| bucket.by_reason.0.as_slice()).unwrap_or_default();
        let sum = |at: usize| buckets.iter().filter_map(move |bucket| Some(bucket.by_reason.0.get(at)?.1));
        let sums = reasons.iter().enumerate();
        sums.map(|(at, (reason, _))| (reason.as_str(), sum(at).fold(0, u64::saturating_add))).collect()
    }

    pub fn number(&self, count: u64) -> String {
        self.lang.number(count)
    }

    pub fn figure(&self, count: u64) -> String {
        figures::figure(self.lang, count)
    }
}
