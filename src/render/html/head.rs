//! The top of the page: headline, badges, and the few numbers a manager reads.

use crate::{
    analysis::{Analysis, Bucket, filter_heading},
    model::{LocalTime, Sentence, key},
    render::wording::{counted, in_incidents},
    story::Story,
    taxonomy::Lang,
};

use super::words::{Words, isolated};

/// More channels than this are counted, not named, beside the headline.
pub(super) const NAMED_CHANNELS: usize = 4;

/// Characters of a headline that is set smaller.
const LONG_HEADLINE: usize = 110;

/// What stands above the sections.
pub(super) struct Head<'a> {
    /// Of the browser's tab.
    pub title: String,
    pub period: String,
    /// What the report is limited to.
    pub filter: Option<String>,
    /// How many more channels there are.
    pub more_channels: Option<String>,
    pub headline: String,
    /// It needs smaller type.
    pub long_headline: bool,
    pub badges: Vec<Badge>,
    pub rows: String,
    /// The window with the most errors.
    pub busiest: Option<&'a Bucket>,
    /// How many errors the incidents hold.
    pub in_incidents: String,
    /// The last error's time.
    pub last: Option<LocalTime>,
    /// When the report was made, to the minute even where the inputs tell days only.
    pub generated: String,
}

/// A word or two that must be seen at once.
#[derive(Clone, Debug)]
pub(super) struct Badge {
    /// `bad`, `warn`, `new`, `good` or `plain`.
    pub class: &'static str,
    pub text: String,
    /// The section that says more.
    pub section: &'static str,
}

impl<'a> Head<'a> {
    pub fn new(story: &'a Story<'a>, w: Words) -> Self {
        let analysis = story.analysis;
        let (lang, totals) = (w.clock.lang, &analysis.totals);
        let period = w.clock.period(analysis.period.start, analysis.period.end);
        let title = Sentence::new(key::page::TITLE).with_number("number", totals.errors).with("period", &period);
        let more = analysis.channels.len().saturating_sub(NAMED_CHANNELS) as u64;
        let busiest = analysis.windows.buckets.iter().rev().max_by_key(|bucket| bucket.errors);
        Head {
            title: lang.say(&title),
            period,
            filter: filter_heading(lang, &analysis.filter),
            more_channels: (more > 0)
                .then(|| counted(lang, key::page::MORE_CHANNELS_ONE, key::page::MORE_CHANNELS, more)),
            headline: isolated(&story.headline),
            long_headline: story.headline.chars().count() > LONG_HEADLINE,
            badges: badges(analysis, lang),
            rows: counted(lang, key::page::ROWS_ONE, key::page::ROWS, totals.rows),
            busiest: busiest.filter(|bucket| bucket.errors > 0),
            in_incidents: in_incidents(lang, analysis, key::page::NO_INCIDENT_SHORT),
            last: analysis.by_detail.iter().filter_map(|row| row.last_seen).max(),
            generated: lang.moment(*analysis.generated_at),
        }
    }
}

fn badges(analysis: &Analysis, lang: Lang) -> Vec<Badge> {
    let badge = |class, section, one, many, number: usize| {
        (number > 0).then(|| Badge { class, section, text: counted(lang, one, many, number as u64) })
    };
    let ongoing = analysis.incidents.iter().filter(|incident| incident.is_ongoing()).count();
    let over = analysis.incidents.len() - ongoing;
    let new = analysis.by_detail.iter().filter(|row| row.new && row.errors > 0).count();
    let unknown = analysis.by_detail.iter().filter(|row| !row.known && row.errors > 0).count();
    let mut badges: Vec<Badge> = [
        badge("bad", "incidents", key::page::BADGE_ONGOING_ONE, key::page::BADGE_ONGOING, ongoing),
        badge("warn", "incidents", key::page::BADGE_INCIDENTS_ONE, key::page::BADGE_INCIDENTS, over),
        badge("new", "failed", key::page::BADGE_NEW_ONE, key::page::BADGE_NEW, new),
        badge("plain", "failed", key::page::BADGE_UNKNOWN_ONE, key::page::BADGE_UNKNOWN, unknown),
        badge(
            "plain",
            "quality",
            key::page::BADGE_REJECTS_ONE,
            key::page::BADGE_REJECTS,
            usize::try_from(analysis.rejects.count).unwrap_or(usize::MAX),
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    if analysis.incidents.is_empty() {
        let text = lang.phrase(key::page::BADGE_NO_INCIDENT).to_owned();
        badges.insert(0, Badge { class: "plain", section: "incidents", text });
    }
    badges
}
