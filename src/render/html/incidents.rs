//! Incidents: each with its drawing and one sentence to paste into a chat.

use crate::{
    analysis::{Analysis, Incident, RedeliveryStopped},
    model::Sentence,
};

use super::{
    PageView,
    palette::{Fill, Palette},
    sparkline,
    times::Clock,
    words::{isolated, shortened},
};

/// Width and height of an incident's drawing in pixels.
const WIDTH: usize = 600;
const HEIGHT: usize = 72;
/// Bars of it; longer incidents add neighbouring cells up.
const BARS: usize = 150;

/// The section's content, the worst incidents first.
#[derive(Clone, Debug)]
pub(super) struct Incidents {
    /// The worst ones.
    pub shown: Vec<Shown>,
    pub others: Vec<Shown>,
    /// When LINE stopped redelivering, as mails told.
    pub stops: Vec<Stop>,
}

/// LINE stopped redelivering.
#[derive(Clone, Debug)]
pub(super) struct Stop {
    pub at: String,
    pub when: String,
    pub channel: Option<String>,
}

/// One incident.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    /// From 1, in the order of the analysis: the chart's number.
    pub number: usize,
    pub when: String,
    pub start: String,
    pub ongoing: bool,
    pub channel: Option<String>,
    pub reason: String,
    pub detail: String,
    pub errors: String,
    pub duration: String,
    pub peak: String,
    pub peak_at: String,
    pub sentence: String,
    pub bars: String,
    pub bars_alt: String,
    pub fill: Fill,
}

impl Incidents {
    pub fn new(analysis: &Analysis, view: &PageView<'_>, clock: &Clock, palette: &Palette) -> Self {
        let all = analysis.incidents.iter().enumerate();
        let mut large: Vec<Shown> = all.map(|(i, incident)| shown(i, incident, analysis, clock, palette)).collect();
        let small = large.split_off(analysis.worst_incidents(view.top.max(1)).len());
        let stop = |stop: &RedeliveryStopped| Stop {
            at: stop.at.to_string(),
            when: clock.moment(stop.at),
            channel: stop.channel.as_deref().map(shortened),
        };
        Incidents { shown: large, others: small, stops: analysis.redelivery_stopped.iter().map(stop).collect() }
    }
}

fn shown(index: usize, incident: &Incident, analysis: &Analysis, clock: &Clock, palette: &Palette) -> Shown {
    let lang = clock.lang;
    let detail = shortened(&incident.detail);
    let size = incident.cells.len().div_ceil(BARS).max(1) * 5;
    Shown {
        number: index + 1,
        when: clock.stretch(incident.start, incident.end),
        start: incident.start.to_string(),
        ongoing: incident.is_ongoing(),
        channel: incident.channel.as_deref().map(shortened),
        reason: shortened(&incident.reason),
        errors: lang.number(incident.errors),
        duration: clock.duration(incident.minutes),
        peak: lang.number(incident.peak_errors),
        peak_at: clock.moment_after(incident.start, incident.peak_at),
        sentence: sentence(incident, &detail, analysis, clock),
        detail,
        bars: sparkline::bars_in(&incident.cells, WIDTH, HEIGHT, BARS),
        bars_alt: lang.say(
            &Sentence::new("page.incident_bars")
                .with("minutes", size)
                .with("peak", lang.number(incident.peak_errors))
                .with("at", clock.moment(incident.peak_at)),
        ),
        fill: palette.reason(&incident.reason),
    }
}

fn sentence(incident: &Incident, detail: &str, analysis: &Analysis, clock: &Clock) -> String {
    let lang = clock.lang;
    let key = match (incident.is_ongoing(), incident.channel.is_some()) {
        (false, false) => "page.incident_sentence",
        (false, true) => "page.incident_sentence_channel",
        (true, false) => "page.incident_sentence_ongoing",
        (true, true) => "page.incident_sentence_ongoing_channel",
    };
    let (first, last) = (incident.first_seen, incident.last_seen);
    let reason = shortened(&incident.reason);
    let what = if detail.is_empty() { reason } else { format!("{reason} {detail}") };
    lang.say(
        &Sentence::new(key)
            .with("errors", lang.number(incident.errors))
            .with("what", isolated(&what))
            .with("channel", isolated(&incident.channel.as_deref().map(shortened).unwrap_or_default()))
            .with("first", clock.moment(first))
            .with("last", clock.moment_after(first, last))
            .with("peak", lang.number(incident.peak_errors))
            .with("peak_at", clock.moment_after(first, incident.peak_at))
            .with("zone", analysis.timezone),
    )
}
