//! What a report says, in the order in which it is read: each thing once, worst first, in one language.
//!
//! [`Story::of`] makes it from an [`Analysis`], and every output for people is written from it: page, terminal, Markdown,
//! mail, chat and the overview. Those place and shorten, and compute nothing.

mod access_log;
mod advice;
mod compared;
mod event;
mod failed;
mod headline;
mod inputs;
mod notes;
mod standing;
mod strip;
mod times;
mod words;

use crate::{
    analysis::{Analysis, Note, State, Told, filter_heading},
    model::{SentenceKey, Timestamp, Zone, key},
    taxonomy::Lang,
};

pub use access_log::{AccessLog, quantiles, share};
pub use advice::{Advice, Advised};
pub use compared::{Change, Compared, Trend};
pub use event::{Event, Events, Part};
pub use failed::{DetailLine, Failed, ReasonLine, more_details};
pub use inputs::{delimiter, kind};
pub use strip::{Strip, StripBar};
pub use times::Clock;
pub use words::{counted, cut, detail_name, shortened, what, whole_letters};

/// What is told of a period.
#[derive(Clone, Debug)]
pub struct Story<'a> {
    pub analysis: &'a Analysis,
    pub clock: Clock,
    /// Lists in texts and pictures have at most so many entries.
    pub top: usize,
    /// Whose errors, and when: channel, name of the period, its days, zone.
    pub scope: Vec<String>,
    /// What the report is limited to: `Filter: detail=404`.
    pub filter: Option<String>,
    /// At most two sentences and 140 characters.
    pub headline: String,
    /// The state in a word or two, as a badge shows it: `over`.
    pub state: &'static str,
    /// Whether it is over, and how that is known.
    pub standing: Option<String>,
    /// The total, marked where it is known to be too low or too high: `≥ 1,054`.
    pub total: String,
    /// The total beside the period before.
    pub compared: Compared,
    /// The like periods before and this one; none where the inputs hold none.
    pub strip: Option<Strip>,
    pub events: Events<'a>,
    /// What the server's own access logs say; none without a log.
    pub log: Option<AccessLog>,
    /// What to do first, one for each incident or lasting cause.
    pub advice: Advice,
    pub failed: Failed<'a>,
    /// Numbers of this report are wrong or unknown because of these.
    pub grave: Vec<Note>,
    pub warnings: Vec<Note>,
    /// How the inputs were understood.
    pub infos: Vec<Note>,
    /// What the numbers are, and are not.
    pub caveat: &'static str,
}

impl<'a> Story<'a> {
    /// Tells an analysis in a language; `log_zones` are those in which the reader's servers write their logs.
    pub fn of(analysis: &'a Analysis, lang: Lang, top: usize, log_zones: &[Zone]) -> Story<'a> {
        let clock = Clock::new(lang, analysis);
        let top = top.max(1);
        let events = Events::of(analysis, clock, top);
        let [mut grave, warnings, infos] = notes::by_level(analysis, lang);
        // That there are no rows is the headline.
        grave.retain(|note| note.code != key::note::NO_ROWS.code());
        Story {
            scope: words::scope(analysis, &clock, None),
            filter: filter_heading(lang, &analysis.filter),
            headline: headline::headline(analysis, &clock, &events),
            state: standing::name(analysis, lang),
            standing: standing::sentence(analysis, &clock),
            total: notes::marked(analysis, lang),
            compared: Compared::total(analysis, lang),
            strip: Strip::of(analysis, lang),
            advice: Advice::of(analysis, &clock, &events, log_zones),
            log: AccessLog::of(analysis, &clock, &events),
            failed: Failed::of(analysis, lang, top),
            events,
            grave,
            warnings,
            infos,
            caveat: lang.phrase(match &analysis.server_log {
                Some(log) if log.rate.is_some() => key::page::CAVEAT_LOG,
                _ => key::page::CAVEAT,
            }),
            analysis,
            clock,
            top,
        }
    }

    /// The state that the colour of the badge shows.
    pub fn colour(&self) -> State {
        if standing::is_doubtful(self.analysis) { State::Unknown } else { self.analysis.state }
    }

    /// The state as the subject of a mail has it.
    pub fn mark(&self) -> SentenceKey {
        match self.analysis.state {
            _ if standing::is_without_spikes(self.analysis) => key::mail::NO_SPIKES,
            State::Ongoing => key::mail::ONGOING,
            State::Over => key::mail::OVER,
            State::More => key::mail::MORE,
            State::New => key::mail::NEW,
            State::Usual | State::Quiet if standing::is_doubtful(self.analysis) => key::mail::UNKNOWN,
            State::Usual | State::Quiet => key::mail::OK,
            State::Unknown if self.analysis.totals.rows == 0 && self.analysis.told == Told::TooLittle => {
                key::mail::NO_DATA
            }
            State::Unknown => key::mail::UNKNOWN,
        }
    }

    /// The language it is told in.
    pub fn lang(&self) -> Lang {
        self.clock.lang
    }

    /// The scope of a part of the period, from one instant to another in milliseconds since 1970-01-01T00:00:00Z.
    pub fn scope_of(&self, (start, end): (i64, i64)) -> Vec<String> {
        let time = |at| self.analysis.timezone.time(Timestamp(at));
        words::scope(self.analysis, &self.clock, Some((time(start), time(end))))
    }

    /// What hatched time is called: where one of several channels is not covered, the others may well be.
    pub fn unseen(&self) -> SentenceKey {
        if self.analysis.by_channel.len() > 1 { key::chart::PARTLY } else { key::chart::UNKNOWN }
    }

    /// All notes, those that weigh most first.
    pub fn notes(&self) -> impl Iterator<Item = Note> {
        notes::by_level(self.analysis, self.lang()).into_iter().flatten()
    }
}
