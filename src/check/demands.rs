//! Each demand, held against the numbers.

use std::collections::BTreeMap;

use super::{
    Case, Condition, Demand, DetailErrors, Level, Limit, Measure, Misplaced, Rule, Status, Unit, WindowErrors,
    doubts::Mending,
    matching::{Matching, matching},
    rules::asked,
    ruling::{Ruling, unjudged},
    traffic,
};
use crate::{
    analysis::{self, Bounds, By, Comparison, DetailRow, Group, Incident, Likes, Sums, WindowSize},
    error::Error,
    model::{Precision, Sentence, Timestamp, in_days, key},
    table::{CellSum, Key, Known, any_fits},
    taxonomy,
};

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
    pub fn rule(self, rule: &Rule) -> Result<Ruling, Misplaced> {
        let ruling = match matching(&rule.conditions, self.table)? {
            Matching::Unnamed(why) => unjudged(why),
            Matching::Kinds(_) if self.hosts_unknown(rule)? => unjudged(Sentence::new(key::check_unjudged::NO_HOSTS)),
            Matching::Kinds(kinds) => match rule.demand {
                Demand::Count(limit) => self.counted(rule, limit, &kinds)?,
                Demand::Incidents(most) => self.incidents(most),
                Demand::Rejected(most) => self.rejected(most),
                Demand::NoNewDetails => self.new_details(rule.level),
                Demand::NoUnknownDetails => {
                    let unknown = self.details(|row| !row.known);
                    none_of(unknown, rule.level, key::check::UNKNOWN_NONE, key::check::UNKNOWN_SOME)
                }
                Demand::ErrorRate(most) => traffic::error_rate(self.analysis, most),
                Demand::Slow(most) => traffic::slow(self.analysis, most),
                Demand::Age(most) => self.age(most),
            },
        };
        let per = if ruling.status == Status::NotJudged { rule.per } else { ruling.per };
        let (name, rule, level) = (name(rule), rule.demand.key(), rule.level);
        Ok(Ruling { name, rule, level, per, ..ruling })
    }

    /// Whether a rule asks for a host, and the errors of the period that it could be about name none.
    fn hosts_unknown(self, rule: &Rule) -> Result<bool, Misplaced> {
        if asked(&rule.conditions, Key::Host).is_none() {
            return Ok(false);
        }
        let others = rule.conditions.iter().filter(|condition| condition.key != Key::Host).cloned();
        let Matching::Kinds(kinds) = matching(&others.collect::<Vec<_>>(), self.table)? else { return Ok(false) };
        let bounds = self.analysis.period.bounds();
        let cells = self.table.cells().between(bounds.start, bounds.end);
        let of_kinds = cells.iter().filter(|cell| kinds[cell.kind.0 as usize]);
        let mut about = of_kinds.map(|cell| self.table.names.kinds[cell.kind.0 as usize].host).peekable();
        Ok(about.peek().is_some() && about.all(|host| host.is_none()))
    }

    /// Counts of errors, by window.
    fn counted(self, rule: &Rule, limit: Limit, kinds: &[bool]) -> Result<Ruling, Error> {
        let previous = match (limit, &self.analysis.period.previous) {
            (Limit::Increase { .. }, _) if self.options.compare == Comparison::Nothing => {
                return Err(Error::new(key::check_error::NO_COMPARISON));
            }
            (Limit::Increase { .. }, None) => return Ok(self.nothing_to_compare()),
            (Limit::Increase { .. }, Some(previous)) => match self.is_missing(&rule.conditions, previous) {
                Some(why) => return Ok(unjudged(why)),
                None => Some(previous),
            },
            (Limit::Errors(_) | Limit::Share(_), _) => None,
        };
        let is_share = matches!(limit, Limit::Share(_));
        let is_meant = |cell: &CellSum| is_share || kinds[cell.kind.0 as usize];
        let precision_in = |bounds: &Bounds| self.table.precision_in(bounds.start, bounds.end, is_meant);
        let precision =
            precision_in(&self.analysis.period.bounds()).max(previous.map_or_else(Precision::default, precision_in));
        let Some(size) = rule.per.filter(|size| *size < WindowSize::smallest(precision)) else {
            return self.counted_in(rule, limit, kinds, previous);
        };
        // What the rows that tell more break alone is broken.
        let finer = self.table.finer_than(if size < WindowSize::Hour { Precision::Hour } else { Precision::Day });
        let ruling = Case { table: &finer, ..self }.counted_in(rule, limit, kinds, previous)?;
        let is_broken = matches!(limit, Limit::Errors(_)) && ruling.is_broken();
        let why = Sentence::new(key::check_unjudged::PRECISION).with("precision", precision.name());
        Ok(if is_broken { ruling } else { unjudged(why) })
    }

    /// The same of rows whose times are exact enough.
    fn counted_in(self, rule: &Rule, limit: Limit, kinds: &[bool], previous: Option<&Bounds>) -> Result<Ruling, Error> {
        let size = rule.per;
        let windows = self.windows(size, kinds, previous);
        let held: Vec<Held> = windows.iter().map(|window| held(limit, window)).collect();
        // Of equal ones the first, so that nothing depends on chance.
        let worst = windows.iter().zip(&held).rev().max_by(|(_, a), (_, b)| a.excess.total_cmp(&b.excess));
        let Some((window, worst)) = worst else { return Ok(self.nothing_to_compare()) };
        let breaking: Vec<&Window> =
            windows.iter().zip(&held).filter(|(_, held)| !held.holds).map(|(window, _)| window).collect();
        let zone = &self.analysis.calendar.zone;
        let key = match size {
            None => worst.of_period,
            Some(_) if breaking.is_empty() => worst.of_windows.0,
            Some(_) => worst.of_windows.1,
        };
        let text = Sentence { key, ..worst.values.clone() }
            .with("label", previous.map(|bounds| bounds.label.clone()).unwrap_or_default())
            .with_number("errors", window.errors)
            .with_number("breaking", breaking.len() as u64)
            .with_number("windows", windows.len() as u64)
            .with_moment("start", zone.local(Timestamp(window.bounds.0)));
        let mut ruling = Ruling::on(breaking.is_empty(), worst.measures.clone(), rule.level, text);
        ruling.per = rule.per;
        ruling.mending = worst.mending;
        if !breaking.is_empty() {
            let stretches: Vec<(i64, i64)> = breaking.iter().map(|window| window.bounds).collect();
            ruling.details = self.leading(kinds, &stretches)?;
        }
        if size.is_some() {
            let time = |at: i64| zone.time(Timestamp(at));
            let told = |window: &&Window| WindowErrors {
                start: time(window.bounds.0),
                end: time(window.bounds.1),
                errors: window.errors,
            };
            ruling.windows = breaking.iter().map(told).collect();
        }
        Ok(ruling)
    }

    /// What the inputs of a channel that a rule may be about lack of a stretch of time: they begin behind it or in it, or
    /// leave a gap.
    fn is_missing(self, conditions: &[Condition], bounds: &Bounds) -> Option<Sentence> {
        let meant = |known: &&Known| match asked(conditions, Key::Channel) {
            Some(condition) => any_fits(&condition.pattern, self.table.names.called(&known.channel)),
            None => true,
        };
        let zone = &self.analysis.calendar.zone;
        let lacks = |known: &&Known| known.lacks(bounds.start, bounds.end, zone);
        let known = self.table.known.iter().filter(meant).find(lacks)?;
        Some(match known.begins_behind(bounds.end) {
            Some(first) => Sentence::new(key::check_problem::BEFORE_DATA)
                .with_sentence("channel", self.of_channels(&[known]))
                .with("period", &bounds.label)
                .with_moment("first", zone.local(first)),
            None => Sentence::new(key::check_unjudged::PREVIOUS_MISSING).with("label", &bounds.label),
        })
    }

    /// The windows of the period, or all of it as one; with errors of the like ones of a period that it is compared with.
    fn windows(self, size: Option<WindowSize>, kinds: &[bool], compared: Option<&Bounds>) -> Vec<Window> {
        let (bounds, calendar) = (&self.analysis.period.bounds(), &self.analysis.calendar);
        let count = |bounds: &Bounds, windows: &[_], kinds| analysis::count(self.table, bounds, windows, kinds);
        let windows = analysis::windows_of(bounds, size, calendar);
        let (windows, previous): (_, Vec<Option<u64>>) = match (compared, size) {
            (None, _) => (windows.clone(), vec![None; windows.len()]),
            (Some(previous), None) => {
                let before = count(previous, &[(previous.start, previous.end)], Some(kinds));
                (windows, before.into_iter().map(Some).collect())
            }
            (Some(previous), Some(size)) => {
                let likes = Likes::of(size, bounds, previous, calendar);
                let windows = likes.divide(&windows);
                let before = likes.errors(self.table, &windows, Some(kinds));
                (windows, before)
            }
        };
        let counted = count(bounds, &windows, Some(kinds)).into_iter().zip(count(bounds, &windows, None));
        let windows = windows.into_iter().zip(counted).zip(previous);
        windows.map(|((bounds, (errors, all)), previous)| Window { bounds, errors, all, previous }).collect()
    }

    /// The details of some kinds in some stretches of time, in their order; most errors first.
    fn leading(self, kinds: &[bool], stretches: &[(i64, i64)]) -> Result<Vec<DetailErrors>, Error> {
        let (names, bounds) = (&self.table.names, self.analysis.period.bounds());
        let inside = |cell: &CellSum| {
            let at = cell.span.first.0;
            let next = stretches.partition_point(|(_, end)| *end <= at);
            kinds[cell.kind.0 as usize] && stretches.get(next).is_some_and(|(start, _)| *start <= at)
        };
        let cells = self.table.cells().between(bounds.start, bounds.end);
        let sums = Sums::new(names, cells, |cell| inside(cell).then_some(0));
        let detail = |group: Group| DetailErrors {
            reason: names.reasons[group.keys[0].unwrap_or(0) as usize].clone(),
            detail: names.details[group.keys[1].unwrap_or(0) as usize].clone(),
            errors: group.sums.iter().map(|sum| sum.errors).sum(),
        };
        Ok(most_first(sums.by(&[By::Reason, By::Detail])?.into_iter().map(detail).collect()))
    }

    pub fn incidents(self, most: u64) -> Ruling {
        let incidents = &self.analysis.incidents;
        let count = incidents.len() as u64;
        let text = Sentence::new(key::check::INCIDENTS).with_number("count", count).with_number("limit", most);
        let mut ruling = Ruling::at_most(most, count, Unit::Incidents, Level::Fail, text);
        if ruling.is_broken() {
            let mut sums: BTreeMap<(&str, &str), u64> = BTreeMap::new();
            for part in incidents.iter().flat_map(|incident| &incident.made_of) {
                *sums.entry((&part.reason, &part.detail)).or_default() += part.errors;
            }
            let named = |((reason, detail), errors): ((&str, &str), u64)| DetailErrors {
                reason: reason.to_owned(),
                detail: detail.to_owned(),
                errors,
            };
            ruling.details = most_first(sums.into_iter().map(named).collect());
            let told = |incident: &Incident| WindowErrors {
                start: incident.start,
                end: incident.end,
                errors: incident.errors,
            };
            ruling.windows = incidents.iter().map(told).collect();
            return ruling;
        }
        let bounds = self.analysis.period.bounds();
        match self.table.precision_in(bounds.start, bounds.end, |_| true) {
            Precision::Day => unjudged(Sentence::new(key::check_unjudged::NO_INCIDENTS)),
            _ => ruling,
        }
    }

    fn rejected(self, most: u64) -> Ruling {
        let count = self.analysis.rejects.count;
        let text = Sentence::new(key::check::REJECTED).with_number("count", count).with_number("limit", most);
        let advice = self.analysis.rejects.examples.first().map(|reject| {
            Sentence::new(key::check::REJECTED_ADVICE)
                .with("path", &reject.path)
                .with("line", reject.line)
                .with("why", &reject.why)
        });
        Ruling { advice, of_errors: false, ..Ruling::at_most(most, count, Unit::Rows, Level::Fail, text) }
    }

    pub fn details(self, chosen: impl Fn(&&DetailRow) -> bool) -> Vec<DetailErrors> {
        let rows = self.analysis.by_detail.iter().filter(|row| row.errors > 0).filter(chosen);
        rows.map(|row| DetailErrors { reason: row.reason.clone(), detail: row.detail.clone(), errors: row.errors })
            .collect()
    }

    fn new_details(self, level: Level) -> Ruling {
        let unknown = [key::note::NEW_UNKNOWN, key::note::NEW_UNKNOWN_CHANNEL];
        if let Some(unknown) = self.analysis.notes.iter().find(|note| unknown.contains(&note.key)) {
            return unjudged(unknown.clone());
        }
        let ruling = none_of(self.details(|row| row.new), level, key::check::NEW_NONE, key::check::NEW_SOME);
        Ruling { mending: Mending::Before, ..ruling }
    }

    /// Whether the inputs of every channel reach close enough to the moment of the report.
    pub fn age(self, most: i64) -> Ruling {
        let calendar = &self.analysis.calendar;
        let named = |ruling: Ruling| {
            let name = Sentence::new(key::check_name::MAX_AGE);
            Ruling { name, rule: Demand::Age(most).key(), of_errors: false, ..ruling }
        };
        let unknown: Vec<&Known> = self.table.known.iter().filter(|known| known.reach().is_none()).collect();
        let why = Sentence::new(key::check_unjudged::NO_ROWS).with_sentence("channel", self.of_channels(&unknown));
        let Some(reach) = self.table.known.iter().filter_map(Known::reach).min() else {
            return named(unjudged(why));
        };
        let now = self.options.age_from(calendar.as_of);
        let age = (now.0 - reach.0).max(0);
        let holds = age <= most;
        if holds && !unknown.is_empty() {
            return named(Ruling { open: Some(why.clone()), ..unjudged(why) });
        }
        let oldest: Vec<&Known> = self.table.known.iter().filter(|known| known.reach() == Some(reach)).collect();
        // No date makes mails reach further.
        let reaches = |known: &&Known| known.end().is_some_and(|(_, dated)| dated) || !holds && known.mails_only;
        let complete = oldest.iter().all(reaches);
        let key = match (holds, complete) {
            (true, true) => key::check::FRESH,
            (true, false) => key::check::FRESH_AT_LEAST,
            (false, true) => key::check::STALE,
            (false, false) => key::check::STALE_UNKNOWN,
        };
        let hours = |millis: i64| Measure::of((millis as f64 / 360_000.0).round() / 10.0, Unit::Hours);
        let text = Sentence::new(key)
            .with_moment("until", calendar.zone.local(reach.min(now)))
            .with("age", in_days(age))
            .with("limit", in_days(most))
            .with_sentence("channel", self.of_channels(&oldest));
        let mut ruling = named(Ruling::on(holds, (hours(age), hours(most)), Level::Fail, text.clone()));
        if !holds {
            // What is stale proves nothing, neither good nor bad.
            ruling.status = Status::NotJudged;
            ruling.text = Sentence::new(key::check::TOO_OLD).with("age", in_days(age)).with("limit", in_days(most));
            ruling.problem = Some(text);
        }
        ruling
    }
}

/// A ruling that there be no such details.
pub fn none_of(details: Vec<DetailErrors>, level: Level, none: key::SentenceKey, some: key::SentenceKey) -> Ruling {
    let count = details.len() as u64;
    let text = match details.first() {
        None => Sentence::new(none),
        Some(first) => Sentence::new(some).with_number("count", count).with("first", detail_name(first)),
    };
    Ruling { details, ..Ruling::at_most(0, count, Unit::Details, level, text) }
}

/// Details by their errors; equal ones by their names.
fn most_first(mut details: Vec<DetailErrors>) -> Vec<DetailErrors> {
    details.sort_by(|a, b| b.errors.cmp(&a.errors).then_with(|| (&a.reason, &a.detail).cmp(&(&b.reason, &b.detail))));
    details
}

/// A window held against a limit.
struct Held {
    holds: bool,
    /// How bad it is, to find the worst.
    excess: f64,
    /// What was found and what is allowed.
    measures: (Measure, Measure),
    mending: Mending,
    /// The sentence where the window is the whole period, and those of many windows that all hold, or not.
    of_period: key::SentenceKey,
    of_windows: (key::SentenceKey, key::SentenceKey),
    /// What the sentences tell besides counts.
    values: Sentence,
}

fn held(limit: Limit, window: &Window) -> Held {
    let errors = window.errors;
    match limit {
        Limit::Errors(most) => Held {
            holds: errors <= most,
            excess: errors as f64,
            measures: (Measure::whole(errors, Unit::Errors), Measure::whole(most, Unit::Errors)),
            mending: Mending::Never,
            of_period: key::check::ERRORS,
            of_windows: (key::check::WINDOWS_ERRORS_HOLD, key::check::WINDOWS_ERRORS),
            values: Sentence::new(key::check::ERRORS).with_number("limit", most),
        },
        Limit::Share(most) => {
            let share = if window.all == 0 { 0.0 } else { errors as f64 / window.all as f64 };
            let percent = |value: f64| Measure::of(value, Unit::Percent);
            Held {
                holds: most.holds(errors, window.all),
                excess: share,
                measures: (percent((share * 100.0 * 100.0).round() / 100.0), percent(most.value())),
                mending: Mending::Within,
                of_period: key::check::SHARE,
                of_windows: (key::check::WINDOWS_SHARE_HOLD, key::check::WINDOWS_SHARE),
                values: Sentence::new(key::check::SHARE)
                    .with("limit", most)
                    .with("share", format!("{:.2}", share * 100.0))
                    .with_number("all", window.all),
            }
        }
        Limit::Increase { most, least } => {
            let before = window.previous.unwrap_or(0);
            let allowed = most.more_than(before.max(least));
            Held {
                holds: errors <= allowed,
                excess: errors as f64 - allowed as f64,
                measures: (Measure::whole(errors, Unit::Errors), Measure::whole(allowed, Unit::Errors)),
                mending: Mending::Before,
                of_period: if before < least { key::check::INCREASE_LEAST } else { key::check::INCREASE },
                of_windows: match window.previous {
                    Some(_) => (key::check::WINDOWS_INCREASE_HOLD, key::check::WINDOWS_INCREASE),
                    None => (key::check::WINDOWS_INCREASE_ALONE_HOLD, key::check::WINDOWS_INCREASE_ALONE),
                },
                values: Sentence::new(key::check::INCREASE)
                    .with("percent", most)
                    .with_number("limit", allowed)
                    .with_number("previous", window.previous.unwrap_or(least))
                    .with_number("least", least),
            }
        }
    }
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

/// The name that the user gave, or one made from the conditions. Servers follow a rule by its name, so the limit is no part
/// of it.
fn name(rule: &Rule) -> Sentence {
    let own = |name: &str| Sentence::new(key::check_name::OWN).with("name", name);
    if let Some(name) = &rule.name {
        return own(name);
    }
    if rule.conditions.is_empty() && rule.per.is_none() {
        return Sentence::new(rule.demand.names().1);
    }
    // In the words of errstat.toml.
    let demand = own(rule.demand.key());
    let demand = match rule.per {
        Some(size) => Sentence::new(key::check_name::PER).with_sentence("demand", demand).with("size", size.name()),
        None => demand,
    };
    let conditions = rule.conditions.iter().map(|condition| own(&condition.pattern)).reduce(|first, second| {
        Sentence::new(key::check_name::BOTH).with_sentence("first", first).with_sentence("second", second)
    });
    match conditions {
        Some(about) => {
            Sentence::new(key::check_name::ABOUT).with_sentence("conditions", about).with_sentence("demand", demand)
        }
        None => demand,
    }
}
