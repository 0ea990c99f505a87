//! The top of the page: headline, badges, and the few numbers a manager reads.

use crate::{
    analysis::{Analysis, filter_heading},
    model::{LocalTime, Sentence},
    render::wording::counted,
};

use super::{
    PageView,
    times::Clock,
    words::{change, isolated, shortened, trend},
};

/// What stands above the sections.
#[derive(Clone, Debug)]
pub(super) struct Head {
    /// Of the browser's tab.
    pub title: String,
    pub period: String,
    pub period_label: String,
    pub zone: String,
    pub channels: Vec<String>,
    /// What the report is limited to.
    pub filter: Option<String>,
    /// How many more channels there are.
    pub more_channels: Option<String>,
    pub headline: String,
    /// It needs smaller type.
    pub long_headline: bool,
    pub badges: Vec<Badge>,
    pub errors: String,
    pub rows: String,
    pub previous: Option<Compared>,
    pub busiest: Option<Busiest>,
    /// How many errors the incidents hold.
    pub in_incidents: String,
    pub last: Option<Moment>,
    /// From the first to the last row of the inputs.
    pub data_span: Option<String>,
    pub generated: Moment,
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

/// The comparison with the previous period.
#[derive(Clone, Debug)]
pub(super) struct Compared {
    pub errors: String,
    pub change: Option<String>,
    pub trend: &'static str,
    pub label: String,
}

/// The window with the most errors.
#[derive(Clone, Debug)]
pub(super) struct Busiest {
    pub errors: String,
    pub when: String,
}

/// A time for people and for machines.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    pub text: String,
    pub machine: String,
}

impl Moment {
    pub fn new(clock: &Clock, time: LocalTime) -> Self {
        Moment { text: clock.moment(time), machine: time.to_string() }
    }
}

/// More channels than this are counted, not named, beside the headline.
const NAMED_CHANNELS: usize = 4;

/// Characters of a headline that is set smaller.
const LONG_HEADLINE: usize = 110;

impl Head {
    pub fn new(analysis: &Analysis, view: &PageView<'_>, clock: &Clock) -> Self {
        let lang = view.lang;
        let totals = &analysis.totals;
        let period = clock.period(analysis.period.start, analysis.period.end);
        let more = analysis.channels.len().saturating_sub(NAMED_CHANNELS) as u64;
        let busiest = analysis.windows.buckets.iter().rev().max_by_key(|bucket| bucket.errors);
        Head {
            title: lang
                .say(&Sentence::new("page.title").with("number", lang.number(totals.errors)).with("period", &period)),
            period,
            period_label: analysis.period.label.clone(),
            zone: analysis.timezone.to_string(),
            channels: analysis.channels.iter().take(NAMED_CHANNELS).map(|name| shortened(name)).collect(),
            filter: filter_heading(lang, &analysis.filter),
            more_channels: (more > 0).then(|| counted(lang, "page.more_channels_one", "page.more_channels", more)),
            headline: match (analysis.headline.as_str(), totals.errors) {
                ("", 0) => lang.phrase("page.no_errors").to_owned(),
                ("", _) => counted(lang, "page.errors_one", "page.errors_many", totals.errors),
                (headline, _) => isolated(headline),
            },
            long_headline: analysis.headline.chars().count() > LONG_HEADLINE,
            badges: badges(analysis, view),
            errors: lang.number(totals.errors),
            rows: counted(lang, "page.rows_one", "page.rows", totals.rows),
            previous: totals.previous_errors.map(|previous| Compared {
                errors: lang.number(previous),
                change: change(lang, totals.change, totals.change_pct),
                trend: trend(totals.change),
                label: analysis.period.previous.as_ref().map_or(String::new(), |bounds| bounds.label.clone()),
            }),
            busiest: busiest.filter(|bucket| bucket.errors > 0).map(|bucket| Busiest {
                errors: lang.number(bucket.errors),
                when: clock.window(analysis.windows.size, bucket),
            }),
            in_incidents: in_incidents(analysis, view),
            last: analysis.by_detail.iter().filter_map(|row| row.last_seen).max().map(|time| Moment::new(clock, time)),
            data_span: analysis.data_span.as_ref().map(|span| {
                let (first, last) = (clock.moment(span.first), clock.moment(span.last));
                lang.say(&Sentence::new("page.range").with("from", first).with("to", last))
            }),
            generated: Moment::new(&Clock { whole_days: false, ..*clock }, analysis.generated_at),
        }
    }
}

fn in_incidents(analysis: &Analysis, view: &PageView<'_>) -> String {
    if analysis.incidents.is_empty() {
        return view.lang.phrase("page.no_incident_short").to_owned();
    }
    let errors = analysis.incidents.iter().fold(0, |sum: u64, incident| sum.saturating_add(incident.errors));
    counted(view.lang, "page.in_incidents_one", "page.in_incidents", errors)
}

fn badges(analysis: &Analysis, view: &PageView<'_>) -> Vec<Badge> {
    let lang = view.lang;
    let badge = |class, section, one, many, number: usize| {
        (number > 0).then(|| Badge { class, section, text: counted(lang, one, many, number as u64) })
    };
    let ongoing = analysis.incidents.iter().filter(|incident| incident.is_ongoing()).count();
    let over = analysis.incidents.len() - ongoing;
    let new = analysis.by_detail.iter().filter(|row| row.new && row.errors > 0).count();
    let unknown = analysis.by_detail.iter().filter(|row| !row.known && row.errors > 0).count();
    let mut badges: Vec<Badge> = [
        badge("bad", "incidents", "page.badge_ongoing_one", "page.badge_ongoing", ongoing),
        badge("warn", "incidents", "page.badge_incidents_one", "page.badge_incidents", over),
        badge("new", "failed", "page.badge_new_one", "page.badge_new", new),
        badge("plain", "failed", "page.badge_unknown_one", "page.badge_unknown", unknown),
        badge(
            "plain",
            "quality",
            "page.badge_rejects_one",
            "page.badge_rejects",
            usize::try_from(analysis.rejects.count).unwrap_or(usize::MAX),
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    if analysis.incidents.is_empty() {
        let text = lang.phrase("page.badge_no_incident").to_owned();
        badges.insert(0, Badge { class: "plain", section: "incidents", text });
    }
    badges
}
