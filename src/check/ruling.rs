//! What came of a rule, before it has a language.

use super::{DetailErrors, Level, Measure, Outcome, Status, Unit, WindowErrors, doubts::Mending};
use crate::{
    analysis::WindowSize,
    model::{Sentence, key},
    taxonomy::{self, Lang},
};

/// What came of a rule, before it has a language.
#[derive(Clone, Debug)]
pub struct Ruling {
    pub name: Sentence,
    pub rule: &'static str,
    pub level: Level,
    pub status: Status,
    pub per: Option<WindowSize>,
    pub actual: Option<Measure>,
    pub limit: Option<Measure>,
    pub text: Sentence,
    pub windows: Vec<WindowErrors>,
    pub details: Vec<DetailErrors>,
    pub advice: Option<Sentence>,
    /// About errors, of which there may be more than are known; else about the inputs themselves.
    pub of_errors: bool,
    /// Why this keeps everything from being judged.
    pub problem: Option<Sentence>,
    /// Why nothing may pass though the other rules can be judged.
    pub open: Option<Sentence>,
    /// What data that are missing could do to it where it is broken.
    pub mending: Mending,
}

/// A rule that could not be judged, and why. Its name and level are still to be filled in.
pub fn unjudged(why: Sentence) -> Ruling {
    Ruling {
        name: Sentence::new(key::check_name::OWN),
        rule: "",
        level: Level::Fail,
        status: Status::NotJudged,
        per: None,
        actual: None,
        limit: None,
        text: why,
        windows: Vec::new(),
        details: Vec::new(),
        advice: None,
        of_errors: true,
        problem: None,
        open: None,
        mending: Mending::Never,
    }
}

impl Ruling {
    /// Whether a number keeps to its limit, at a level that only says what it means if it does not.
    pub fn on(holds: bool, (actual, limit): (Measure, Measure), level: Level, text: Sentence) -> Ruling {
        let status = match (holds, level) {
            (true, _) => Status::Passed,
            (false, Level::Warn) => Status::Warned,
            (false, Level::Fail) => Status::Failed,
        };
        Ruling { level, status, actual: Some(actual), limit: Some(limit), ..unjudged(text) }
    }

    /// As [`Ruling::on`], for at most so many of something.
    pub fn at_most(limit: u64, count: u64, unit: Unit, level: Level, text: Sentence) -> Ruling {
        Ruling::on(count <= limit, (Measure::whole(count, unit), Measure::whole(limit, unit)), level, text)
    }

    pub fn is_broken(&self) -> bool {
        matches!(self.status, Status::Failed | Status::Warned)
    }

    /// The ruling in a language.
    pub fn outcome(self, lang: Lang) -> Outcome {
        let advice = match &self.advice {
            Some(advice) => Some(lang.say(advice)),
            None => self.details.first().and_then(|detail| first_step(lang, detail)),
        };
        Outcome {
            advice: advice.filter(|_| self.is_broken()),
            name: lang.say(&self.name),
            rule: self.rule,
            level: self.level,
            status: self.status,
            per: self.per.map_or("period", WindowSize::name),
            actual: self.actual,
            limit: self.limit,
            text: lang.say(&self.text),
            windows: self.windows,
            details: self.details,
        }
    }
}

/// What to look at first about a detail.
fn first_step(lang: Lang, detail: &DetailErrors) -> Option<String> {
    let known = taxonomy::explanation(lang, &detail.reason, Some(&detail.detail))?;
    let step = known.first.first()?;
    // Without the signs that mark commands: every output has its own.
    Some(lang.say(&Sentence::new(key::check::ADVICE).with("title", &known.title).with("step", step.replace('`', ""))))
}
