//! Each demand, held against the numbers.

use std::collections::BTreeMap;

use super::{
    Case, Conditions, Demand, DetailErrors, Level, Limit, Measure, Misplaced, Outcome, Per, Rule, Status, Unit,
    Unjudgeable, WindowErrors,
    doubts::Mending,
    matching::{Matching, matching},
};
use crate::{
    analysis::{self, Bounds, DetailRow, WindowSize},
    cube::{Known, fits},
    error::Error,
    model::{Precision, Sentence, Timestamp},
    taxonomy::{self, Lang},
};

/// What came of a rule, before it has a language.
#[derive(Clone, Debug)]
pub struct Ruling {
    pub name: Naming,
    pub rule: &'static str,
    pub level: Level,
    pub status: Status,
    pub per: Per,
    pub actual: Option<Measure>,
    pub limit: Option<Measure>,
    pub text: Sentence,
    pub windows: Vec<WindowErrors>,
    pub details: Vec<DetailErrors>,
    pub advice: Option<Sentence>,
    /// Why this keeps everything from being judged.
    pub problem: Option<Sentence>,
    /// What data that are missing could do to it where it is broken.
    pub mending: Mending,
}

/// What a rule is called.
#[derive(Clone, Debug)]
pub enum Naming {
    Own(String),
    Phrase(Sentence),
}

/// A rule that could not be judged, and why. Its name and level are still to be filled in.
pub fn unjudged(why: Sentence) -> Ruling {
    Ruling {
        name: Naming::Own(String::new()),
        rule: "",
        level: Level::Fail,
        status: Status::NotJudged,
        per: Per::Period,
        actual: None,
        limit: None,
        text: why,
        windows: Vec::new(),
        details: Vec::new(),
        advice: None,
        problem: None,
        mending: Mending::Never,
    }
}

/// A number against its limit.
pub struct Found {
    pub holds: bool,
    pub actual: Measure,
    pub limit: Measure,
    pub text: Sentence,
}

pub fn measure(value: u64, unit: Unit) -> Measure {
    Measure { value: value as f64, unit }
}

impl Ruling {
    /// A ruling on a number.
    pub fn on(found: Found, level: Level) -> Ruling {
        Ruling {
            level,
            status: status(found.holds, level),
            actual: Some(found.actual),
            limit: Some(found.limit),
            ..unjudged(found.text)
        }
    }

    /// The ruling in a language.
    pub fn outcome(self, lang: Lang) -> Outcome {
        let advice = match (self.status, self.advice) {
            (Status::Failed | Status::Warned, Some(advice)) => Some(lang.say(&advice)),
            (Status::Failed | Status::Warned, None) => self.details.first().and_then(|detail| first_step(lang, detail)),
            _ => None,
        };
        Outcome {
            name: match self.name {
                Naming::Own(name) => name,
                Naming::Phrase(sentence) => lang.say(&sentence),
            },
            rule: self.rule,
            level: self.level,
            status: self.status,
            per: self.per.name(),
            actual: self.actual,
            limit: self.limit,
            text: lang.say(&self.text),
            windows: self.windows,
            details: self.details,
            advice,
        }
    }
}

fn status(holds: bool, level: Level) -> Status {
    match (holds, level) {
        (true, _) => Status::Passed,
        (false, Level::Warn) => Status::Warned,
        (false, Level::Fail) => Status::Failed,
    }
}

/// What to look at first about a detail.
fn first_step(lang: Lang, detail: &DetailErrors) -> Option<String> {
    let known = taxonomy::explanation(lang, &detail.reason, Some(&detail.detail))?;
    let step = known.first.first()?;
    // Without the signs that mark commands: every output has its own.
    Some(lang.say(&Sentence::new("check.advice").with("title", &known.title).with("step", step.replace('`', ""))))
}

/// The errors of a window, and what is allowed in it.
struct Window {
    bounds: (i64, i64),
    errors: u64,
    /// All errors of the window, whatever they are about.
    all: u64,
    /// Errors of the like window before; none where there is none.
    previous: Option<u64>,
}

impl Case<'_> {
    /// Judges one rule.
    ///
    /// # Errors
    /// Where it can never be broken because what it is about cannot exist.
    pub fn rule(self, rule: &Rule) -> Result<Ruling, Unjudgeable> {
        let ruling = match matching(&rule.conditions, self.cube, &self.analysis.known)? {
            Matching::Unnamed(why) => unjudged(why),
            Matching::Kinds(_) if self.hosts_unknown(rule)? => unjudged(Sentence::new("check_unjudged.no_hosts")),
            Matching::Kinds(kinds) => match rule.demand {
                Demand::Count(limit) => self.counted(rule, limit, &kinds)?,
                Demand::Incidents(most) => self.incidents(most),
                Demand::Rejected(most) => self.rejected(most),
                Demand::NoNewDetails => self.new_details(rule.level),
                Demand::NoUnknownDetails => {
                    let unknown = |row: &&DetailRow| !row.known;
                    self.no_details(self.details(unknown), "check.unknown_none", "check.unknown_some", rule.level)
                }
                Demand::Age(most) => self.age(most),
            },
        };
        Ok(Ruling {
            name: name(rule),
            rule: rule.demand.key(),
            level: rule.level,
            per: if matches!(ruling.status, Status::NotJudged) { rule.per } else { ruling.per },
            mending: mending(rule.demand),
            ..ruling
        })
    }

    /// Whether a rule asks for a host, and the errors of the period that it could be about name none.
    fn hosts_unknown(self, rule: &Rule) -> Result<bool, Misplaced> {
        if rule.conditions.host.is_none() {
            return Ok(false);
        }
        let others = Conditions { host: None, ..rule.conditions.clone() };
        let Matching::Kinds(kinds) = matching(&others, self.cube, &self.analysis.known)? else { return Ok(false) };
        let catalog = self.cube.catalog();
        let bounds = self.analysis.period.bounds();
        let mut about = analysis::cells_in(self.cube, bounds.start, bounds.end)
            .iter()
            .filter(|cell| kinds[cell.kind.0 as usize])
            .map(|cell| catalog.kind(cell.kind).host)
            .peekable();
        Ok(about.peek().is_some() && about.all(|host| host.is_none()))
    }

    /// Counts of errors, by window.
    fn counted(self, rule: &Rule, limit: Limit, kinds: &[bool]) -> Result<Ruling, Error> {
        let period = &self.analysis.period;
        let compared = match limit {
            Limit::Increase { .. } => match &period.previous {
                None => return Ok(self.nothing_to_compare()),
                Some(previous) if self.is_missing(&rule.conditions, previous) => {
                    return Ok(unjudged(
                        Sentence::new("check_unjudged.previous_missing").with("label", &previous.label),
                    ));
                }
                previous => previous.as_ref(),
            },
            Limit::Errors(_) | Limit::Share(_) => None,
        };
        if rule.per != Per::Period && size(rule.per) < WindowSize::smallest(self.cube.precision()) {
            let precision = self.cube.precision().name();
            return Ok(unjudged(Sentence::new("check_unjudged.precision").with("precision", precision)));
        }
        let windows = self.windows(rule.per, kinds, compared)?;
        let breaking: Vec<&Window> = windows.iter().filter(|window| !holds(limit, window)).collect();
        // Of equal ones the first, so that nothing depends on chance.
        let weight = |window: &&Window| excess(limit, window);
        let worst = windows.iter().rev().max_by(|a, b| weight(a).total_cmp(&weight(b)));
        let Some(worst) = worst else { return Ok(self.nothing_to_compare()) };
        let (actual, most) = numbers(limit, worst);
        let text = match rule.per {
            Per::Period => period_text(limit, worst, self.previous_label()),
            Per::Hour | Per::Day | Per::Week => self.window_text(limit, worst, breaking.len(), windows.len()),
        };
        let mut ruling = Ruling::on(Found { holds: breaking.is_empty(), actual, limit: most, text }, rule.level);
        ruling.per = rule.per;
        if !breaking.is_empty() {
            let stretches: Vec<(i64, i64)> = breaking.iter().map(|window| window.bounds).collect();
            ruling.details = self.leading(kinds, &stretches);
            if rule.per != Per::Period {
                let time = |at: i64| self.analysis.calendar.zone.time(Timestamp(at));
                ruling.windows = breaking
                    .iter()
                    .map(|window| WindowErrors {
                        start: time(window.bounds.0),
                        end: time(window.bounds.1),
                        errors: window.errors,
                    })
                    .collect();
            }
        }
        Ok(ruling)
    }

    /// Whether inputs of a channel that a rule may be about are known to be missing in a stretch of time.
    fn is_missing(self, conditions: &Conditions, bounds: &Bounds) -> bool {
        let meant = |known: &&Known| match (&conditions.channel, &known.channel) {
            (Some(condition), Some(channel)) => fits(&condition.pattern, channel),
            (Some(_), None) => false,
            (None, _) => true,
        };
        self.analysis.known.iter().filter(meant).any(|known| !known.missing(bounds.start, bounds.end).is_empty())
    }

    /// The windows of the period; with errors of the like ones of a period that it is compared with.
    fn windows(self, per: Per, kinds: &[bool], compared: Option<&Bounds>) -> Result<Vec<Window>, Error> {
        let (bounds, calendar) = (&self.analysis.period.bounds(), &self.analysis.calendar);
        let size = (per != Per::Period).then(|| size(per));
        let count = |bounds: &Bounds, kinds| analysis::count(self.cube, bounds, size, calendar, kinds);
        let errors = count(bounds, Some(kinds))?;
        let all = count(bounds, None)?;
        let previous: Vec<Option<u64>> = match (compared, size) {
            (None, _) => vec![None; errors.len()],
            (Some(previous), None) => {
                count(previous, Some(kinds))?.into_iter().map(|(_, errors)| Some(errors)).collect()
            }
            (Some(previous), Some(size)) => {
                let before = count(previous, Some(kinds))?;
                analysis::likes(&errors, size, bounds, &before, previous, &calendar.zone)
            }
        };
        let windows = errors.into_iter().zip(all).zip(previous);
        Ok(windows.map(|(((bounds, errors), (_, all)), previous)| Window { bounds, errors, all, previous }).collect())
    }

    fn window_text(self, limit: Limit, worst: &Window, breaking: usize, all: usize) -> Sentence {
        let (key, sentence) = match limit {
            Limit::Share(most) => (
                ["check.windows_share_hold", "check.windows_share"],
                Sentence::new("").with("limit", most).with("share", percentage(worst.errors, worst.all)),
            ),
            Limit::Increase { most, least } => (
                match worst.previous {
                    Some(_) => ["check.windows_increase_hold", "check.windows_increase"],
                    None => ["check.windows_increase_alone_hold", "check.windows_increase_alone"],
                },
                Sentence::new("")
                    .with("percent", most)
                    .with_number("limit", most.more_than(worst.previous.unwrap_or(0).max(least)))
                    .with_number("previous", worst.previous.unwrap_or(least)),
            ),
            Limit::Errors(most) => {
                (["check.windows_errors_hold", "check.windows_errors"], Sentence::new("").with_number("limit", most))
            }
        };
        let zone = &self.analysis.calendar.zone;
        Sentence { key: key[usize::from(breaking > 0)], ..sentence }
            .with_number("breaking", breaking as u64)
            .with_number("windows", all as u64)
            .with_number("errors", worst.errors)
            .with_moment("start", zone.local(Timestamp(worst.bounds.0)))
    }

    fn previous_label(self) -> String {
        self.analysis.period.previous.as_ref().map(|bounds| bounds.label.clone()).unwrap_or_default()
    }

    /// The details of some kinds in some stretches of time, most errors first.
    fn leading(self, kinds: &[bool], stretches: &[(i64, i64)]) -> Vec<DetailErrors> {
        let catalog = self.cube.catalog();
        let bounds = self.analysis.period.bounds();
        let mut sums: BTreeMap<(u32, u32), u64> = BTreeMap::new();
        for (start, end) in stretches {
            for cell in analysis::cells_in(self.cube, (*start).max(bounds.start), (*end).min(bounds.end)) {
                if kinds[cell.kind.0 as usize] {
                    let kind = catalog.kind(cell.kind);
                    *sums.entry((kind.reason, kind.detail)).or_default() += cell.errors;
                }
            }
        }
        let mut found: Vec<DetailErrors> = sums
            .into_iter()
            .map(|((reason, detail), errors)| DetailErrors {
                reason: catalog.reasons()[reason as usize].clone(),
                detail: catalog.details()[detail as usize].clone(),
                errors,
            })
            .collect();
        found.sort_by(|a, b| b.errors.cmp(&a.errors).then_with(|| (&a.reason, &a.detail).cmp(&(&b.reason, &b.detail))));
        found
    }

    pub fn incidents(self, most: u64) -> Ruling {
        if self.cube.precision() >= Precision::Day {
            return unjudged(Sentence::new("check_unjudged.no_incidents"));
        }
        let incidents = &self.analysis.incidents;
        let count = incidents.len() as u64;
        let text = Sentence::new("check.incidents").with_number("count", count).with_number("limit", most);
        let found = Found {
            holds: count <= most,
            actual: measure(count, Unit::Incidents),
            limit: measure(most, Unit::Incidents),
            text,
        };
        let mut ruling = Ruling::on(found, Level::Fail);
        if ruling.status != Status::Passed {
            let mut sums: BTreeMap<(&str, &str), u64> = BTreeMap::new();
            for incident in incidents {
                *sums.entry((&incident.reason, &incident.detail)).or_default() += incident.errors;
            }
            let mut details: Vec<_> = sums
                .into_iter()
                .map(|((reason, detail), errors)| DetailErrors {
                    reason: reason.to_owned(),
                    detail: detail.to_owned(),
                    errors,
                })
                .collect();
            details.sort_by_key(|detail| std::cmp::Reverse(detail.errors));
            ruling.details = details;
            ruling.windows = incidents
                .iter()
                .map(|incident| WindowErrors { start: incident.start, end: incident.end, errors: incident.errors })
                .collect();
        }
        ruling
    }

    fn rejected(self, most: u64) -> Ruling {
        let count = self.analysis.rejects.count;
        let text = Sentence::new("check.rejected").with_number("count", count).with_number("limit", most);
        let found =
            Found { holds: count <= most, actual: measure(count, Unit::Rows), limit: measure(most, Unit::Rows), text };
        let mut ruling = Ruling::on(found, Level::Fail);
        ruling.advice = self.analysis.rejects.examples.first().map(|reject| {
            Sentence::new("check.rejected_advice")
                .with("path", &reject.path)
                .with("line", reject.line)
                .with("why", &reject.why)
        });
        ruling
    }

    fn details(self, chosen: impl Fn(&&DetailRow) -> bool) -> Vec<DetailErrors> {
        let rows = self.analysis.by_detail.iter().filter(|row| row.errors > 0).filter(chosen);
        rows.map(|row| DetailErrors { reason: row.reason.clone(), detail: row.detail.clone(), errors: row.errors })
            .collect()
    }

    fn new_details(self, level: Level) -> Ruling {
        let bounds = self.analysis.period.bounds();
        let history = self.cube.span().is_some_and(|span| span.first.0 < bounds.start);
        if !history && self.analysis.totals.errors > 0 {
            return unjudged(Sentence::new("check_unjudged.no_history"));
        }
        self.no_details(self.details(|row| row.new), "check.new_none", "check.new_some", level)
    }

    /// A ruling that there be no such details.
    pub fn no_details(
        self,
        details: Vec<DetailErrors>,
        none: &'static str,
        some: &'static str,
        level: Level,
    ) -> Ruling {
        let count = details.len() as u64;
        let text = match details.first() {
            None => Sentence::new(none),
            Some(first) => Sentence::new(some).with_number("count", count).with("first", detail_name(first)),
        };
        let found =
            Found { holds: count == 0, actual: measure(count, Unit::Details), limit: measure(0, Unit::Details), text };
        Ruling { details, ..Ruling::on(found, level) }
    }

    /// Whether the inputs of every channel reach close enough to the moment of the report.
    pub fn age(self, most: i64) -> Ruling {
        let calendar = &self.analysis.calendar;
        let hours = |millis: i64| Measure { value: (millis as f64 / 360_000.0).round() / 10.0, unit: Unit::Hours };
        let Some(reach) = self.analysis.known.iter().filter_map(Known::reach).min() else {
            return Ruling {
                name: Naming::Phrase(Sentence::new("check_name.max_age")),
                rule: "max_age",
                ..unjudged(Sentence::new("check_unjudged.no_rows"))
            };
        };
        let age = (calendar.as_of.0 - reach.0).max(0);
        let holds = age <= most;
        let oldest: Vec<&Known> = self.analysis.known.iter().filter(|known| known.reach() == Some(reach)).collect();
        let complete = oldest.iter().all(|known| known.until().is_some_and(|until| until >= reach));
        let key = match (holds, complete) {
            (true, true) => "check.fresh",
            (true, false) => "check.fresh_at_least",
            (false, true) => "check.stale",
            (false, false) => "check.stale_unknown",
        };
        let channel = self.of_channels(&oldest);
        let days = |millis: i64| format!("{:.1}", millis as f64 / 86_400_000.0);
        let text = Sentence::new(key)
            .with_moment("until", calendar.zone.local(reach.min(calendar.as_of)))
            .with("age", days(age))
            .with("limit", days(most))
            .with_sentence("channel", channel);
        let mut ruling =
            Ruling::on(Found { holds, actual: hours(age), limit: hours(most), text: text.clone() }, Level::Fail);
        ruling.name = Naming::Phrase(Sentence::new("check_name.max_age"));
        ruling.rule = "max_age";
        if !holds {
            // What is stale proves nothing, neither good nor bad.
            ruling.status = Status::NotJudged;
            ruling.text = Sentence::new("check.too_old").with("age", days(age)).with("limit", days(most));
            ruling.problem = Some(text);
        }
        ruling
    }
}

fn size(per: Per) -> WindowSize {
    match per {
        Per::Hour => WindowSize::Hour,
        Per::Day | Per::Period => WindowSize::Day,
        Per::Week => WindowSize::Week,
    }
}

/// What data that are missing could do to a broken demand.
fn mending(demand: Demand) -> Mending {
    match demand {
        Demand::Count(Limit::Errors(_)) | Demand::Incidents(_) | Demand::Rejected(_) => Mending::Never,
        Demand::NoUnknownDetails | Demand::Age(_) => Mending::Never,
        Demand::Count(Limit::Increase { .. }) | Demand::NoNewDetails => Mending::Before,
        Demand::Count(Limit::Share(_)) => Mending::Within,
    }
}

fn holds(limit: Limit, window: &Window) -> bool {
    match limit {
        Limit::Errors(most) => window.errors <= most,
        Limit::Share(most) => most.holds(window.errors, window.all),
        Limit::Increase { most, least } => window.errors <= most.more_than(window.previous.unwrap_or(0).max(least)),
    }
}

/// How bad a window is, to find the worst.
fn excess(limit: Limit, window: &Window) -> f64 {
    match limit {
        Limit::Errors(_) => window.errors as f64,
        Limit::Share(_) if window.all == 0 => 0.0,
        Limit::Share(_) => window.errors as f64 / window.all as f64,
        Limit::Increase { most, least } => {
            window.errors as f64 - most.more_than(window.previous.unwrap_or(0).max(least)) as f64
        }
    }
}

fn numbers(limit: Limit, window: &Window) -> (Measure, Measure) {
    match limit {
        Limit::Share(most) => {
            let share = if window.all == 0 { 0.0 } else { window.errors as f64 / window.all as f64 * 100.0 };
            let rounded = (share * 100.0).round() / 100.0;
            (Measure { value: rounded, unit: Unit::Percent }, Measure { value: most.value(), unit: Unit::Percent })
        }
        Limit::Increase { most, least } => (
            measure(window.errors, Unit::Errors),
            measure(most.more_than(window.previous.unwrap_or(0).max(least)), Unit::Errors),
        ),
        Limit::Errors(most) => (measure(window.errors, Unit::Errors), measure(most, Unit::Errors)),
    }
}

fn period_text(limit: Limit, window: &Window, previous: String) -> Sentence {
    match limit {
        Limit::Share(most) => Sentence::new("check.share")
            .with("share", percentage(window.errors, window.all))
            .with_number("errors", window.errors)
            .with_number("all", window.all)
            .with("limit", most),
        Limit::Increase { most, least } => {
            let before = window.previous.unwrap_or(0);
            Sentence::new(if before < least { "check.increase_least" } else { "check.increase" })
                .with_number("errors", window.errors)
                .with_number("previous", before)
                .with("label", previous)
                .with_number("limit", most.more_than(before.max(least)))
                .with("percent", most)
                .with_number("least", least)
        }
        Limit::Errors(most) => {
            Sentence::new("check.errors").with_number("errors", window.errors).with_number("limit", most)
        }
    }
}

/// A share in percent, two digits, without its sign.
fn percentage(part: u64, whole: u64) -> String {
    let share = if whole == 0 { 0.0 } else { part as f64 / whole as f64 * 100.0 };
    format!("{share:.2}")
}

/// A detail in a sentence: a status with its name, its reason where it has no name of its own.
fn detail_name(detail: &DetailErrors) -> String {
    let status = taxonomy::status(&detail.reason, &detail.detail).and_then(taxonomy::status_name);
    let name = match status {
        Some(status) => format!("{} {status}", detail.detail),
        None if detail.detail.is_empty() => detail.reason.clone(),
        None => detail.detail.clone(),
    };
    let short: String = name.chars().take(80).collect();
    if short.len() < name.len() { format!("{short}…") } else { short }
}

/// The name that the user gave, or one made from the conditions.
fn name(rule: &Rule) -> Naming {
    if let Some(name) = &rule.name {
        return Naming::Own(name.clone());
    }
    let conditions: Vec<&str> = rule.conditions.each().map(|(_, condition)| condition.pattern.as_str()).collect();
    let key = rule.demand.key();
    let limit = match rule.demand {
        Demand::Count(Limit::Errors(most)) | Demand::Incidents(most) | Demand::Rejected(most) => {
            format!("{key} {most}")
        }
        Demand::Count(Limit::Share(most) | Limit::Increase { most, .. }) => format!("{key} {most}%"),
        Demand::NoNewDetails | Demand::NoUnknownDetails | Demand::Age(_) => key.to_owned(),
    };
    if conditions.is_empty() && rule.per == Per::Period {
        return Naming::Phrase(Sentence::new(match rule.demand {
            Demand::Count(Limit::Errors(_)) => "check_name.max_errors",
            Demand::Count(Limit::Share(_)) => "check_name.max_share",
            Demand::Count(Limit::Increase { .. }) => "check_name.max_increase",
            Demand::Incidents(_) => "check_name.max_incidents",
            Demand::Rejected(_) => "check_name.max_rejected",
            Demand::NoNewDetails => "check_name.new_details",
            Demand::NoUnknownDetails => "check_name.unknown_details",
            Demand::Age(_) => "check_name.max_age",
        }));
    }
    let what = if conditions.is_empty() { limit } else { format!("{}: {limit}", conditions.join(" · ")) };
    Naming::Own(match rule.per {
        Per::Period => what,
        per => format!("{what} per {}", per.name()),
    })
}
