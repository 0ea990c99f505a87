//! Incidents in words, and what comes at the same time of many days.

use crate::{
    analysis::{Analysis, Class, ClassErrors, DayKind, Incident, MadeOf, Maintenance, Mark, Pattern, State},
    model::{Sentence, key},
    taxonomy::{Lang, status},
};

use super::{
    Clock,
    words::{LONGEST_NAME, counted, shortened, what},
};

/// An incident that begins so long after a deployment may come of it.
const SOON: i64 = 15 * 60_000;

/// So many details are named in what an incident is made of.
const NAMED: usize = 3;

/// The incidents of a period.
#[derive(Clone, Debug)]
pub struct Events<'a> {
    /// Those that get a picture, the worst first: at most `top`.
    pub shown: Vec<Event<'a>>,
    /// The others, in a table only.
    pub listed: Vec<Event<'a>>,
    /// Where errors are no incident: that there is none, or why that is not known.
    pub none: Option<String>,
    /// What comes at the same time of days or weeks and is no incident, a sentence each.
    pub patterns: Vec<String>,
    /// How long those took that ended: `Time to recover: median 35 min, longest 3 h 10 min.` None of a single one.
    pub recovery: Option<String>,
}

/// An incident in words.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    pub incident: &'a Incident,
    /// `Wed 18 Nov, 19:41 – 20:52`.
    pub when: String,
    /// `1 h 11 min`.
    pub lasted: String,
    /// `838 errors (692 × 502, 56 × 503, 54 × 504, 36 × Request timeout)`.
    pub made_of: String,
    /// What leads it: `502/503/504`, or the detail.
    pub what: String,
    /// Errors of what leads it, in the period.
    pub leading: u64,
    /// The same in all, where a part of them lies outside of the period.
    pub in_all: Option<u64>,
    /// Its failure classes, the leading one first.
    pub parts: Vec<Part<'a>>,
    /// Cut to the length of a name in a sentence.
    pub channel: Option<String>,
    /// `ongoing`, `end unknown`; none where it is over.
    pub state: Option<&'static str>,
    /// `It began 12 minutes after “release 3.4”.`
    pub meanwhile: Option<String>,
    /// All of it to copy, with the zone.
    pub sentence: String,
    /// What the server's own access logs show of it; none without a log.
    pub log: Option<String>,
}

impl Event<'_> {
    /// What is to be said beside what it is made of.
    pub fn remarks(&self) -> impl Iterator<Item = &str> {
        self.meanwhile.iter().chain(&self.log).map(String::as_str)
    }
}

/// What fails together in an incident, most often for one cause.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    /// `502/503/504`, or its only detail.
    pub name: String,
    /// The reason, for its colour.
    pub reason: String,
    pub errors: u64,
    /// Errors of each five minutes from the incident's `cells_start` on.
    pub cells: &'a [u64],
}

impl<'a> Events<'a> {
    pub(super) fn of(analysis: &'a Analysis, clock: Clock, top: usize) -> Events<'a> {
        let lang = clock.lang;
        let mut shown: Vec<Event<'a>> =
            analysis.incidents.iter().map(|incident| Event::of(incident, analysis, clock)).collect();
        let listed = shown.split_off(shown.len().min(top));
        let none = match () {
            () if !shown.is_empty() || analysis.totals.errors == 0 => None,
            () if analysis.heatmap.hours.is_empty() => Some(key::story::NOT_JUDGED),
            () => (analysis.state != State::Unknown).then_some(key::story::NO_INCIDENT),
        };
        let none = none.map(|key| lang.phrase(key).to_owned());
        // What ended before the period is no news in it.
        let told = analysis.patterns.iter().filter(|of| !of.ended || of.last_seen >= analysis.period.start);
        let patterns = told.map(|of| pattern(lang, of)).collect();
        Events { shown, listed, none, patterns, recovery: recovery(analysis, &clock) }
    }

    /// Whether there is anything to say of them.
    pub fn are_told(&self) -> bool {
        !self.shown.is_empty() || self.none.is_some() || !self.patterns.is_empty()
    }

    /// All of them, the worst first.
    pub fn all(&self) -> impl Iterator<Item = &Event<'a>> {
        self.shown.iter().chain(&self.listed)
    }

    /// The one to speak of first: one that goes on comes before what was worse.
    pub fn first(&self) -> Option<&Event<'a>> {
        self.all().find(|event| event.incident.is_ongoing()).or(self.shown.first())
    }
}

impl<'a> Event<'a> {
    fn of(incident: &'a Incident, analysis: &Analysis, clock: Clock) -> Event<'a> {
        let lang = clock.lang;
        let when = clock.stretch(incident.start, incident.end);
        let mut made_of = made_of(lang, incident);
        if incident.start < analysis.period.start || incident.end > analysis.period.end {
            // Beside a smaller number of the period.
            made_of = lang.say(&Sentence::new(key::story::IN_ALL).with("made_of", made_of));
        }
        let channel = incident.channel.as_deref().map(|name| shortened(name, LONGEST_NAME));
        let state = match incident.ongoing {
            Some(true) => Some(lang.phrase(key::state::ONGOING)),
            None => Some(lang.phrase(key::story::END_UNKNOWN)),
            Some(false) => None,
        };
        let parts = parts(lang, incident);
        let (what, in_all) = match parts.first() {
            Some(leads) => (leads.name.clone(), leads.errors),
            None => (what(lang, &incident.reason, &incident.detail), incident.errors),
        };
        let leading = incident.classes.first().map_or(incident.errors, |of| of.inside.iter().sum());
        let sentence = Sentence::new(match (&channel, state) {
            (None, None) => key::story::EVENT,
            (Some(_), None) => key::story::EVENT_CHANNEL,
            (None, Some(_)) => key::story::EVENT_STATE,
            (Some(_), Some(_)) => key::story::EVENT_CHANNEL_STATE,
        });
        let sentence = sentence
            .with("when", &when)
            .with("zone", analysis.timezone)
            .with("channel", channel.as_deref().unwrap_or_default())
            .with("state", state.unwrap_or_default())
            .with("made_of", &made_of)
            .with_number("peak", incident.peak_errors)
            .with("peak_at", clock.moment_after(incident.start, incident.peak_at));
        let meanwhile = meanwhile(lang, incident, analysis);
        let space = lang.between();
        Event {
            lasted: clock.duration(incident.minutes),
            // A name that is cut ends a sentence as it is.
            sentence: [Some(lang.say(&sentence).replace("….", "…")), meanwhile.clone()]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(space),
            meanwhile,
            log: incident.log.as_ref().map(|finding| lang.say(&finding.sentence)),
            when,
            made_of,
            what,
            leading,
            in_all: (leading < in_all).then_some(in_all),
            parts,
            channel,
            state,
            incident,
        }
    }
}

/// What people did when an incident began.
fn meanwhile(lang: Lang, incident: &Incident, analysis: &Analysis) -> Option<String> {
    let start = incident.start.millis();
    let before = |mark: &&Mark| (0..=SOON).contains(&(start - mark.at.millis()));
    if let Some(mark) = analysis.events.iter().rev().find(before) {
        let minutes = (start - mark.at.millis()) / 60_000;
        let key = if minutes == 0 { key::story::JUST_AFTER } else { key::story::AFTER };
        let after = Sentence::new(key).with_number("minutes", minutes as u64);
        return Some(lang.say(&after.with("name", shortened(&mark.name, LONGEST_NAME))));
    }
    let within = |maintenance: &&Maintenance| {
        let (from, until) = maintenance.bounds();
        (from..until).contains(&start)
    };
    let maintenance = analysis.maintenance.iter().find(within)?;
    Some(lang.say(&Sentence::new(key::story::DURING).with("name", shortened(&maintenance.name, LONGEST_NAME))))
}

/// What comes at the same time of days or weeks, and until when: `Every Monday at about 04:00–04:10: …`.
fn pattern(lang: Lang, pattern: &Pattern) -> String {
    let channel = pattern.channel.as_deref().map(|name| shortened(name, LONGEST_NAME));
    let sentence = Sentence::new(match (&channel, pattern.ended) {
        (None, false) => key::story::PATTERN,
        (Some(_), false) => key::story::PATTERN_CHANNEL,
        (None, true) => key::story::PATTERN_ENDED,
        (Some(_), true) => key::story::PATTERN_CHANNEL_ENDED,
    });
    let days = lang.phrase(match pattern.days {
        DayKind::EveryDay => key::story::EVERY_DAY,
        DayKind::Weekdays => key::story::WEEKDAYS,
        DayKind::Weekends => key::story::WEEKENDS,
        DayKind::Monday => key::story::MONDAYS,
        DayKind::Tuesday => key::story::TUESDAYS,
        DayKind::Wednesday => key::story::WEDNESDAYS,
        DayKind::Thursday => key::story::THURSDAYS,
        DayKind::Friday => key::story::FRIDAYS,
        DayKind::Saturday => key::story::SATURDAYS,
        DayKind::Sunday => key::story::SUNDAYS,
    });
    let sentence = sentence
        .with("days", days)
        .with("start", &pattern.start)
        .with("end", &pattern.end)
        .with("until", lang.short_day(pattern.last_seen.date_naive()))
        .with("channel", channel.unwrap_or_default())
        .with("class", class(lang, pattern.class))
        .with_number("each", (pattern.errors + pattern.happened / 2) / pattern.happened.max(1))
        .with_number("happened", pattern.happened);
    lang.say(&sentence)
}

/// What a failure class is called.
fn class(lang: Lang, class: Class) -> &'static str {
    lang.phrase(match class {
        Class::ServerErrors => key::story::CLASS_5XX,
        Class::ClientErrors => key::story::CLASS_4XX,
        Class::OtherStatuses => key::story::CLASS_OTHER,
        Class::Timeouts => key::story::CLASS_TIMEOUT,
        Class::ConnectionErrors => key::story::CLASS_CONNECTION,
        Class::Unclassified => key::story::CLASS_UNCLASSIFIED,
    })
}

/// How long it takes until an incident ends.
fn recovery(analysis: &Analysis, clock: &Clock) -> Option<String> {
    let ended = analysis.incidents.iter().filter(|incident| incident.ongoing == Some(false));
    let mut minutes: Vec<u64> = ended.map(|incident| incident.minutes).collect();
    minutes.sort_unstable();
    let (&longest, [_, ..]) = minutes.split_last()? else { return None };
    // Of an even number, the lower of the two in the middle: one that happened.
    let median = minutes[(minutes.len() - 1) / 2];
    let sentence = Sentence::new(key::story::RECOVERY).with("median", clock.duration(median));
    Some(clock.lang.say(&sentence.with("longest", clock.duration(longest))))
}

/// How many errors of what: `838 errors (692 × 502, …)`; of a single detail `839 × 502 Bad Gateway`.
fn made_of(lang: Lang, incident: &Incident) -> String {
    let part = |errors: u64, name: &str| {
        let part = Sentence::new(key::story::TIMES_WHAT).with_number("number", errors);
        lang.say(&part.with("what", shortened(name, LONGEST_NAME)))
    };
    if let [only] = &incident.made_of[..] {
        return part(only.errors, &what(lang, &only.reason, &only.detail));
    }
    let (named, rest) = incident.made_of.split_at(incident.made_of.len().min(NAMED + 1));
    let mut parts: Vec<String> = named.iter().map(|made| part(made.errors, &short(lang, made))).collect();
    if !rest.is_empty() {
        let errors = rest.iter().map(|part| part.errors).sum();
        parts.push(lang.say(&Sentence::new(key::story::TIMES_OTHERS).with_number("number", errors)));
    }
    let errors = counted(lang, key::story::ERRORS_ONE, key::story::ERRORS, incident.errors);
    lang.say(&Sentence::new(key::story::MADE_OF).with("errors", errors).with_list("list", parts))
}

/// The classes of an incident, the leading one first.
fn parts(lang: Lang, incident: &Incident) -> Vec<Part<'_>> {
    let part = |of: &'_ ClassErrors| {
        let of_class = || incident.made_of.iter().filter(|made| Class::of(&made.reason, &made.detail) == of.class);
        let mut names: Vec<String> = match of_class().collect::<Vec<_>>()[..] {
            [only] => vec![what(lang, &only.reason, &only.detail)],
            _ => of_class().take(NAMED).map(|made| short(lang, made)).collect(),
        };
        names.sort_unstable_by_key(|name| name.parse::<u16>().ok());
        // Names are whole; `/…` stands for those that do not fit.
        while names.len() > 1 && names.join("/").chars().count() > LONGEST_NAME - 2 {
            names.pop();
        }
        names.extend((of_class().count() > names.len()).then(|| "…".to_owned()));
        let reason = of_class().next()?.reason.clone();
        Some((shortened(&names.join("/"), LONGEST_NAME), reason))
    };
    let named = incident.classes.iter().filter_map(|of| Some((of, part(of)?)));
    named.map(|(of, (name, reason))| Part { name, reason, errors: of.errors, cells: &of.cells }).collect()
}

/// A status without its name; anything else as it is.
fn short(lang: Lang, made: &MadeOf) -> String {
    match status(&made.reason, &made.detail) {
        Some(status) => status.to_string(),
        None => what(lang, &made.reason, &made.detail),
    }
}
