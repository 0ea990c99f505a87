//! Each demand, held against the numbers.

use std::collections::BTreeMap;

use super::{
    Case, Conditions, Demand, DetailErrors, Level, Measure, Outcome, Per, Rule, Status, Unit, WindowErrors,
    matching::{Matching, matching},
};
use crate::{
    analysis::{self, DetailRow, WindowSize},
    cube::Label,
    error::Result,
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
    pub fn rule(self, rule: &Rule) -> Result<Ruling> {
        let ruling = match matching(&rule.conditions, self.cube)? {
            Matching::Unnamed(why) => unjudged(why),
            Matching::Kinds(_) if self.hosts_unknown(rule)? => unjudged(Sentence::new("check_unjudged.no_hosts")),
            Matching::Kinds(kinds) => match rule.demand {
                Demand::Errors(_) | Demand::Share(_) | Demand::Increase { .. } => self.counted(rule, &kinds),
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
            ..ruling
        })
    }

    /// Whether a rule asks for a host, and the errors of the period that it could be about name none.
    fn hosts_unknown(self, rule: &Rule) -> Result<bool> {
        if rule.conditions.host.is_none() {
            return Ok(false);
        }
        let others = Conditions { host: None, ..rule.conditions.clone() };
        let Matching::Kinds(kinds) = matching(&others, self.cube)? else { return Ok(false) };
        let catalog = self.cube.catalog();
        let bounds = &self.analysis.period.bounds;
        let mut about = analysis::cells_in(self.cube, bounds.start, bounds.end)
            .iter()
            .filter(|cell| kinds[cell.kind.0 as usize])
            .map(|cell| catalog.kind(cell.kind).host)
            .peekable();
        Ok(about.peek().is_some() && about.all(|host| host.is_none()))
    }

    /// Counts of errors, by window.
    fn counted(self, rule: &Rule, kinds: &[bool]) -> Ruling {
        let comparing = matches!(rule.demand, Demand::Increase { .. });
        if comparing && self.analysis.period.previous.is_none() {
            return self.nothing_to_compare();
        }
        if rule.per != Per::Period && size(rule.per) < WindowSize::smallest(self.cube.precision()) {
            return unjudged(Sentence::new("check_unjudged.precision").with("precision", self.cube.precision().name()));
        }
        let windows = self.windows(rule.per, kinds, comparing);
        let breaking: Vec<&Window> = windows.iter().filter(|window| !holds(rule.demand, window)).collect();
        // Of equal ones the first, so that nothing depends on chance.
        let weight = |window: &&Window| excess(rule.demand, window);
        let worst = windows.iter().rev().max_by(|a, b| weight(a).total_cmp(&weight(b)));
        let Some(worst) = worst else { return self.nothing_to_compare() };
        let (actual, limit) = numbers(rule.demand, worst);
        let text = match rule.per {
            Per::Period => period_text(rule.demand, worst, self.previous_label()),
            _ => self.window_text(rule.demand, worst, breaking.len(), windows.len()),
        };
        let mut ruling = Ruling::on(Found { holds: breaking.is_empty(), actual, limit, text }, rule.level);
        ruling.per = rule.per;
        if !breaking.is_empty() {
            let stretches: Vec<(i64, i64)> = breaking.iter().map(|window| window.bounds).collect();
            ruling.details = self.leading(kinds, &stretches);
            if rule.per != Per::Period {
                let rfc3339 = |at: i64| self.analysis.calendar.zone.rfc3339(Timestamp(at));
                ruling.windows = breaking
                    .iter()
                    .map(|window| WindowErrors {
                        start: rfc3339(window.bounds.0),
                        end: rfc3339(window.bounds.1),
                        errors: window.errors,
                    })
                    .collect();
            }
        }
        ruling
    }

    fn windows(self, per: Per, kinds: &[bool], comparing: bool) -> Vec<Window> {
        let period = &self.analysis.period;
        let count = |bounds: &analysis::Bounds, kinds: Option<&[bool]>| {
            let size = (per != Per::Period).then(|| size(per));
            analysis::count(self.cube, bounds, size, &self.analysis.calendar, kinds)
        };
        let errors = count(&period.bounds, Some(kinds));
        let all = count(&period.bounds, None);
        let previous: Vec<u64> = match &period.previous {
            Some(previous) if comparing => count(previous, Some(kinds)).into_iter().map(|(_, errors)| errors).collect(),
            _ => Vec::new(),
        };
        let mut windows: Vec<Window> = errors
            .into_iter()
            .zip(all)
            .enumerate()
            .map(|(i, ((bounds, errors), (_, all)))| Window { bounds, errors, all, previous: previous.get(i).copied() })
            .collect();
        if comparing {
            // The 31st has no like in a month of 30 days.
            windows.retain(|window| window.previous.is_some());
        }
        windows
    }

    fn window_text(self, demand: Demand, worst: &Window, breaking: usize, all: usize) -> Sentence {
        let (key, sentence) = match demand {
            Demand::Share(most) => (
                ["check.windows_share_hold", "check.windows_share"],
                Sentence::new("").with("limit", most).with("share", percentage(worst.errors, worst.all)),
            ),
            Demand::Increase { most, least } => (
                ["check.windows_increase_hold", "check.windows_increase"],
                Sentence::new("")
                    .with("percent", most)
                    .with_number("limit", most.more_than(worst.previous.unwrap_or(0).max(least)))
                    .with_number("previous", worst.previous.unwrap_or(0)),
            ),
            demand => (
                ["check.windows_errors_hold", "check.windows_errors"],
                Sentence::new("").with_number("limit", if let Demand::Errors(most) = demand { most } else { 0 }),
            ),
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
        let bounds = &self.analysis.period.bounds;
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
                .map(|incident| WindowErrors {
                    start: incident.start.clone(),
                    end: incident.end.clone(),
                    errors: incident.errors,
                })
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
        let bounds = &self.analysis.period.bounds;
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
        let labels = (0..self.cube.labels().len() as Label).filter(|label| self.cube.has_coverage(*label));
        let reaches = labels.filter_map(|label| Some((label, analysis::reach(self.cube, label)?)));
        let Some((label, reach)) = reaches.min_by_key(|(_, reach)| *reach) else {
            return Ruling {
                name: Naming::Phrase(Sentence::new("check_name.max_age")),
                rule: "max_age",
                ..unjudged(Sentence::new("check_unjudged.no_rows"))
            };
        };
        let age = (calendar.as_of.0 - reach.0).max(0);
        let holds = age <= most;
        let known = analysis::known_until(self.cube, label).is_some_and(|until| until >= reach);
        let key = match (holds, known) {
            (true, true) => "check.fresh",
            (true, false) => "check.fresh_at_least",
            (false, true) => "check.stale",
            (false, false) => "check.stale_unknown",
        };
        let channel = match self.cube.labels().get(label as usize) {
            Some(Some(channel)) if self.cube.labels().len() > 1 => {
                Sentence::new("check.of_channel").with("channel", channel)
            }
            _ => Sentence::new("error_nearest.none"),
        };
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

fn holds(demand: Demand, window: &Window) -> bool {
    match demand {
        Demand::Errors(most) => window.errors <= most,
        Demand::Share(most) => most.holds(window.errors, window.all),
        Demand::Increase { most, least } => window.errors <= most.more_than(window.previous.unwrap_or(0).max(least)),
        _ => true,
    }
}

/// How bad a window is, to find the worst.
fn excess(demand: Demand, window: &Window) -> f64 {
    match demand {
        Demand::Share(_) if window.all == 0 => 0.0,
        Demand::Share(_) => window.errors as f64 / window.all as f64,
        Demand::Increase { most, least } => {
            window.errors as f64 - most.more_than(window.previous.unwrap_or(0).max(least)) as f64
        }
        _ => window.errors as f64,
    }
}

fn numbers(demand: Demand, window: &Window) -> (Measure, Measure) {
    match demand {
        Demand::Share(most) => {
            let share = if window.all == 0 { 0.0 } else { window.errors as f64 / window.all as f64 * 100.0 };
            let rounded = (share * 100.0).round() / 100.0;
            (Measure { value: rounded, unit: Unit::Percent }, Measure { value: most.value(), unit: Unit::Percent })
        }
        Demand::Increase { most, least } => (
            measure(window.errors, Unit::Errors),
            measure(most.more_than(window.previous.unwrap_or(0).max(least)), Unit::Errors),
        ),
        Demand::Errors(most) => (measure(window.errors, Unit::Errors), measure(most, Unit::Errors)),
        _ => (measure(window.errors, Unit::Errors), measure(0, Unit::Errors)),
    }
}

fn period_text(demand: Demand, window: &Window, previous: String) -> Sentence {
    match demand {
        Demand::Share(most) => Sentence::new("check.share")
            .with("share", percentage(window.errors, window.all))
            .with_number("errors", window.errors)
            .with_number("all", window.all)
            .with("limit", most),
        Demand::Increase { most, least } => {
            let before = window.previous.unwrap_or(0);
            Sentence::new(if before < least { "check.increase_least" } else { "check.increase" })
                .with_number("errors", window.errors)
                .with_number("previous", before)
                .with("label", previous)
                .with_number("limit", most.more_than(before.max(least)))
                .with("percent", most)
                .with_number("least", least)
        }
        demand => Sentence::new("check.errors")
            .with_number("errors", window.errors)
            .with_number("limit", if let Demand::Errors(most) = demand { most } else { 0 }),
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
    let limit = match rule.demand {
        Demand::Errors(most) => format!("{} {most}", rule.demand.key()),
        Demand::Share(most) | Demand::Increase { most, .. } => format!("{} {most}%", rule.demand.key()),
        _ => String::new(),
    };
    if conditions.is_empty() && rule.per == Per::Period {
        return Naming::Phrase(Sentence::new(match rule.demand {
            Demand::Errors(_) => "check_name.max_errors",
            Demand::Share(_) => "check_name.max_share",
            Demand::Increase { .. } => "check_name.max_increase",
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
