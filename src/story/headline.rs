//! The headline: how bad, on which bot, what happened. At most two sentences and 140 characters.

use std::collections::BTreeSet;

use chrono::Timelike;
use unicode_width::UnicodeWidthChar;

use crate::{
    analysis::{Analysis, Period, Told},
    model::{Sentence, SentenceKey, Timestamp, key},
};

use super::{
    Clock, Events,
    notes::with_total,
    words::{self, first_end, shortened, what},
};

/// So many characters are read at a glance.
const LONGEST: usize = 140;
/// Of fewer usual errors than this nobody says times.
const LEAST_USUAL: u64 = 5;
/// A detail with a smaller share than this does not say what failed.
const LEADING: f64 = 0.2;
/// Names are shortened to these lengths, one after the other, until the headline fits.
const NAMES: [usize; 3] = [40, 20, 10];

/// What a period is called in a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Day,
    Week,
    Month,
    Other,
    /// As much of a day, week or month as has passed of this one.
    Part,
}

impl Unit {
    pub fn of(period: &Period) -> Unit {
        let days = (period.end.date_naive() - period.start.date_naive()).num_days();
        let whole = period.start.time().num_seconds_from_midnight() == 0 && period.end.time() == period.start.time();
        match days {
            1 if whole => Unit::Day,
            7 if whole => Unit::Week,
            28..=31 if whole && !period.label.contains("..") => Unit::Month,
            _ => Unit::Other,
        }
    }

    /// Of the like periods before it: the same part of a week isn't a week.
    pub fn of_likes(period: &Period) -> Unit {
        if period.in_part { Unit::Part } else { Unit::of(period) }
    }

    pub fn word(self) -> SentenceKey {
        match self {
            Unit::Day => key::unit::DAY,
            Unit::Week => key::unit::WEEK,
            Unit::Month => key::unit::MONTH,
            Unit::Other => key::unit::OTHER,
            Unit::Part => key::unit::PART,
        }
    }
}

/// The headline of an analysis.
pub(super) fn headline(analysis: &Analysis, clock: &Clock, events: &Events<'_>) -> String {
    let between = clock.lang.between();
    let told = |longest: usize, compares: bool| {
        let sentences =
            [Some(how_bad(analysis, clock, longest, compares)), what_happened(analysis, clock, events, longest)];
        sentences.into_iter().flatten().collect::<Vec<_>>().join(between)
    };
    // Thai's marks stand on the letter before them.
    let fits = |text: &String| text.chars().filter(|c| c.width() != Some(0)).count() <= LONGEST;
    let tries = [true, false].into_iter().flat_map(|compares| NAMES.map(|longest| told(longest, compares)));
    let told = tries.into_iter().find(fits).unwrap_or_else(|| how_bad(analysis, clock, NAMES[2], false));
    // A name that is cut ends a sentence as it is.
    told.replace("….", "…").replace("…\u{200e}.", "…\u{200e}")
}

/// How many errors on which bot, and how many are usual.
fn how_bad(analysis: &Analysis, clock: &Clock, longest: usize, compares: bool) -> String {
    let lang = clock.lang;
    let errors = analysis.totals.errors;
    let with_unit = |key, unit: Unit| {
        let on = on(analysis, clock, longest);
        with_total(Sentence::new(key), analysis).with("on", on).with("unit", lang.phrase(unit.word()))
    };
    let sentence = |key| with_unit(key, Unit::of(&analysis.period));
    let beside_likes = |key| with_unit(key, Unit::of_likes(&analysis.period));
    let Some(end) = first_end(analysis).filter(|_| analysis.data_span.is_some()) else {
        return lang.say(&sentence(key::headline::NO_ROWS));
    };
    if analysis.told == Told::TooLittle {
        let of = |whose: Option<&str>| {
            let of = |name| lang.say(&Sentence::new(key::headline::OF).with("channel", shortened(name, longest)));
            whose.map(of).unwrap_or_default()
        };
        if let Some((whose, first)) = analysis.begins.as_ref().filter(|_| errors == 0) {
            let said = sentence(key::headline::NO_DATA_YET).with("of", of(whose.as_deref()));
            return lang.say(&said.with("at", clock.short_moment(*first)));
        }
        let (whose, end) = end;
        let time = |at: i64| analysis.timezone.time(Timestamp(at));
        let gap = analysis.gap.as_ref().map(|(whose, (from, until))| (whose, time(*from), time(*until)));
        let gap = gap.filter(|(.., until)| *until <= end);
        let missing = analysis.unknown.first().map(|(from, _)| time(*from));
        let ends = end < analysis.period.end.min(time(analysis.calendar.as_of.0));
        let (key, end) = match missing.map_or(end, |missing| missing.min(end)) {
            _ if errors > 0 && gap.is_some() => (key::headline::GAP, end),
            _ if errors > 0 && ends => (key::headline::UP_TO, end),
            // Something of its time could not be read.
            _ if errors > 0 || analysis.is_unread() && end > analysis.period.start => (key::headline::ERRORS, end),
            known if known > analysis.period.start => (key::headline::NONE_SO_FAR, known),
            _ if end > analysis.period.start => (key::headline::NO_DATA_GAP, end),
            _ => (key::headline::NO_DATA, end),
        };
        let said = match gap {
            Some((whose, from, until)) if key == key::headline::GAP => {
                sentence(key).with("of", of(whose.as_deref())).with("when", clock.short_stretch(from, until))
            }
            _ => sentence(key).with("of", of(whose)).with("at", clock.short_moment(end)),
        };
        return lang.say(&said);
    }
    // Of a number that is only a limit no more is said than is so for every number beyond it.
    let (at_least, at_most) = analysis.limits();
    let holds = |least: u64, most: u64| !(at_least && errors <= most || at_most && errors >= least);
    let band = analysis.history.usual.filter(|(least, most)| holds(*least, *most));
    let usual = analysis.history.median;
    let before =
        analysis.totals.previous_errors.filter(|before| analysis.totals.change.is_some() && holds(*before, *before));
    let chosen = analysis.period.previous.as_ref().filter(|_| analysis.period.by_name && compares);
    if let Some((there, before)) = chosen.zip(before) {
        let [start, end] = [there.start, there.end].map(|at| analysis.timezone.time(Timestamp(at)));
        let said = sentence(key::headline::COMPARED).with("there", clock.short_period(start, end));
        return lang.say(&said.with_number("before", before));
    }
    let told = match (usual.zip(band), before) {
        _ if errors == 0 && !analysis.is_whole_channels() => sentence(key::headline::NONE_FILTERED),
        _ if !compares => sentence(if errors == 0 { key::headline::NONE } else { key::headline::ERRORS }),
        (Some((usual, _)), _) if errors == 0 && usual > 0 => {
            beside_likes(key::headline::NONE_USUAL).with_number("usual", usual)
        }
        _ if errors == 0 => sentence(key::headline::NONE),
        (Some((usual, (_, most))), _) if errors > most && usual >= LEAST_USUAL && errors >= 2 * usual => {
            let times = (errors as f64 / usual as f64).round() as u64;
            beside_likes(key::headline::TIMES).with_number("times", times)
        }
        (Some((usual, (least, most))), _) => {
            let covered = || analysis.history.covered();
            // Of what is usual within wide bounds, or of few periods, the middle says little.
            let few = analysis.history.range().is_none() && covered().min() != covered().max();
            let far = few || errors >= LEAST_USUAL && (errors >= 2 * usual || 2 * errors <= usual);
            beside_likes(match errors {
                _ if errors > most => key::headline::MORE,
                _ if errors < least => key::headline::FEWER,
                _ if far => key::headline::WITHIN,
                _ => key::headline::AS_USUAL,
            })
            .with_number("usual", usual)
            .with_number("least", covered().min().unwrap_or(usual))
            .with_number("most", covered().max().unwrap_or(usual))
        }
        (None, Some(before)) => {
            let told = match analysis.period.unfinished {
                true => sentence(key::headline::BEFORE_SO_FAR),
                false => beside_likes(key::headline::BEFORE),
            };
            told.with_number("before", before)
        }
        (None, None) => sentence(key::headline::ERRORS),
    };
    lang.say(&told)
}

/// Which bot, where there is a name.
fn on(analysis: &Analysis, clock: &Clock, longest: usize) -> String {
    let lang = clock.lang;
    let failing: Vec<_> = analysis.by_channel.iter().filter(|row| row.errors > 0).collect();
    match (&failing[..], &analysis.channels[..]) {
        (_, []) => String::new(),
        ([], [only]) => words::on(lang, only, longest),
        ([one], [_]) if analysis.by_channel.iter().all(|row| row.channel.is_some()) => {
            one.channel.as_deref().map_or_else(String::new, |name| words::on(lang, name, longest))
        }
        // What is compared is the sum of all.
        ([one], _) => one.channel.as_deref().map_or_else(String::new, |name| {
            let unnamed = analysis.by_channel.iter().filter(|row| row.channel.is_none()).count();
            let number = (analysis.channels.len() + unnamed) as u64;
            let on = Sentence::new(key::headline::ON_ONE).with_number("number", number);
            lang.say(&on.with("channel", shortened(name, longest)))
        }),
        // Rows that name no channel are none to name.
        ([_, _, ..], _) if most_on(analysis).is_none() => {
            lang.say(&Sentence::new(key::headline::ON_EVENLY).with_number("number", failing.len() as u64))
        }
        _ => most_on(analysis).map_or_else(String::new, |most| {
            let on = Sentence::new(key::headline::ON_SEVERAL).with_number("number", failing.len() as u64);
            lang.say(&on.with("channel", shortened(most, longest)))
        }),
    }
}

/// The bot with more errors than any other, which the first sentence names.
fn most_on(analysis: &Analysis) -> Option<&str> {
    let errors = |at: usize| analysis.by_channel.get(at).map_or(0, |row| row.errors);
    let most = analysis.by_channel.first().filter(|_| errors(0) > errors(1))?;
    most.channel.as_deref()
}

/// The worst incident; else what was new, or what most errors were.
fn what_happened(analysis: &Analysis, clock: &Clock, events: &Events<'_>, longest: usize) -> Option<String> {
    let lang = clock.lang;
    if let Some(event) = events.first() {
        let others = events.all().count() > 1;
        let key = match (event.incident.ongoing, others) {
            (Some(true), _) => key::headline::ONGOING,
            (None, _) => key::headline::END_UNKNOWN,
            (Some(false), true) => key::headline::WORST,
            (Some(false), false) => key::headline::INCIDENT,
        };
        let incident = event.incident;
        let all =
            event.in_all.map(|errors| lang.say(&Sentence::new(key::headline::IN_ALL).with_number("number", errors)));
        let named = incident.channel.as_deref() == most_on(analysis);
        let on = event.channel.as_ref().filter(|_| analysis.channels.len() > 1 && !named);
        let on = on.map(|name| words::on(lang, name, longest));
        let sentence = Sentence::new(key)
            .with("all", all.unwrap_or_default().trim_matches('|'))
            .with("on", on.unwrap_or_default())
            .with_number("count", events.all().count() as u64)
            .with("when", clock.short_stretch(event.incident.start, event.incident.end))
            .with("start", clock.short_moment(event.incident.start))
            .with_number("errors", event.leading)
            .with("what", shortened(&event.what, longest));
        return Some(lang.say(&sentence));
    }
    let failed = || analysis.by_detail.iter().filter(|row| row.errors > 0);
    // The first sentence says so where no channel has an error.
    if let Some(silent) = analysis.silent.iter().find(|silent| silent.channel.is_some() && analysis.totals.errors > 0) {
        let key = if analysis.silent.len() > 1 { key::headline::SILENT_SEVERAL } else { key::headline::SILENT };
        let said =
            Sentence::new(key).with("channel", shortened(silent.channel.as_deref().unwrap_or_default(), longest));
        let said = said.with_number("number", analysis.silent.len() as u64).with_number("usual", silent.median);
        return Some(lang.say(&said.with("unit", lang.phrase(Unit::of_likes(&analysis.period).word()))));
    }
    let name = |row: &crate::analysis::DetailRow| shortened(&what(lang, &row.reason, &row.detail), longest);
    if let Some(new) = failed().find(|row| row.new) {
        let more = failed().filter(|row| row.new).map(|row| &row.detail).collect::<BTreeSet<_>>().len() > 1;
        let all: u64 = failed().filter(|row| row.new).map(|row| row.errors).sum();
        let key = match more {
            true if 2 * new.errors < all => key::headline::NEW_SCATTERED,
            true => key::headline::NEW_SEVERAL,
            false => key::headline::NEW,
        };
        return Some(lang.say(&Sentence::new(key).with("what", name(new)).with_number("errors", new.errors)));
    }
    let most = failed().next()?;
    let details = failed().count();
    let key = match details {
        1 => key::headline::ALL,
        _ if most.share < LEADING => key::headline::SCATTERED,
        _ => key::headline::MOSTLY,
    };
    let sentence = Sentence::new(key).with("what", name(most)).with("share", lang.percent(most.share));
    Some(lang.say(&sentence.with_number("number", details as u64).with_number("errors", analysis.totals.errors)))
}
