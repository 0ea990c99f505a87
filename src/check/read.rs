//! Rules from the tables of a configuration.

use strum::IntoEnumIterator;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{Condition, Demand, Level, Limit, MIN_PREVIOUS, Misplaced, Percent, Rule, Rules};
use crate::{
    analysis::WindowSize,
    error::Error,
    model::{Privacy, Sentence, key},
    table::Key,
    taxonomy,
};

const KEYS: [&str; 13] = [
    "period",
    "incomplete",
    "max_errors",
    "max_increase",
    "min_previous",
    "max_incidents",
    "max_error_rate",
    "max_slow",
    "max_rejected",
    "new_details",
    "unknown_details",
    "max_age",
    "rule",
];

const RULE_KEYS: [&str; 12] = [
    "name",
    "reason",
    "detail",
    "status",
    "host",
    "channel",
    "max_errors",
    "max_share",
    "max_increase",
    "min_previous",
    "per",
    "level",
];

type Result<T> = std::result::Result<T, Misplaced>;

const LEVELS: [(&str, Level); 2] = [("fail", Level::Fail), ("warn", Level::Warn)];

const SIZES: [(&str, Option<WindowSize>); 4] = [
    ("period", None),
    ("week", Some(WindowSize::Week)),
    ("day", Some(WindowSize::Day)),
    ("hour", Some(WindowSize::Hour)),
];

const STANCES: [(&str, Option<Level>); 3] =
    [("fail", Some(Level::Fail)), ("warn", Some(Level::Warn)), ("ignore", None)];

impl Rules {
    /// Whether the `[check]` table has such a key.
    pub fn has_key(key: &str) -> bool {
        KEYS.contains(&key)
    }

    /// The rules of a configuration's `[check]` table.
    ///
    /// # Errors
    /// An unknown key, a value of the wrong kind, a rule that demands nothing or two things.
    pub fn read(table: &DeTable<'_>) -> Result<Rules> {
        known_keys(table, &KEYS)?;
        let least = whole(table, "min_previous")?.unwrap_or(MIN_PREVIOUS);
        let mut found =
            Rules { rules: Vec::new(), incomplete: one_of(table, "incomplete", &LEVELS)?.unwrap_or_default() };
        // In the order of the text.
        let mut keys: Vec<&Spanned<_>> = table.keys().collect();
        keys.sort_by_key(|key| key.span().start);
        for key in keys {
            let key: &str = key.get_ref().as_ref();
            let stance = || one_of(table, key, &STANCES).map(Option::flatten);
            let demanded = match key {
                "max_errors" => whole(table, key)?.map(|most| (Demand::Count(Limit::Errors(most)), Level::Fail)),
                "max_increase" => {
                    percent(table, key)?.map(|most| (Demand::Count(Limit::Increase { most, least }), Level::Fail))
                }
                "max_incidents" => whole(table, key)?.map(|most| (Demand::Incidents(most), Level::Fail)),
                "max_error_rate" => share(table, key)?.map(|most| (Demand::ErrorRate(most), Level::Fail)),
                "max_slow" => share(table, key)?.map(|most| (Demand::Slow(most), Level::Fail)),
                "max_rejected" => whole(table, key)?.map(|most| (Demand::Rejected(most), Level::Fail)),
                "new_details" => stance()?.map(|level| (Demand::NoNewDetails, level)),
                "unknown_details" => stance()?.map(|level| (Demand::NoUnknownDetails, level)),
                "rule" => {
                    found.rules.extend(list(table, key, least)?);
                    None
                }
                // `period` and `max_age` are options of the command line too, and read with those.
                _ => None,
            };
            found.rules.extend(demanded.map(|(demand, level)| Rule {
                name: None,
                conditions: Vec::new(),
                demand,
                per: None,
                level,
            }));
        }
        increased(table, &found.rules)?;
        Ok(found)
    }
}

/// The tables `[[check.rule]]`.
fn list(table: &DeTable<'_>, key: &str, least: u64) -> Result<Vec<Rule>> {
    let Some(value) = table.get(key) else { return Ok(Vec::new()) };
    let wrong = |at| Misplaced::value(key, at, Sentence::new(key::check_error::RULE_FORM));
    let DeValue::Array(items) = value.get_ref() else { return Err(wrong(value.span().start)) };
    let rule = |item: &Spanned<DeValue<'_>>| match item.get_ref() {
        DeValue::Table(table) => rule(table, item.span().start, least),
        _ => Err(wrong(item.span().start)),
    };
    items.iter().map(rule).collect()
}

/// A rule, and where its table begins.
fn rule(table: &DeTable<'_>, start: usize, least: u64) -> Result<Rule> {
    known_keys(table, &RULE_KEYS)?;
    let condition = |key: Key| {
        let Some(pattern) = text(table, key.name())? else { return Ok(None) };
        let at = table.get(key.name()).map_or(start, |value| value.span().start);
        match pattern.trim().is_empty() {
            true => Err(Misplaced::value(key.name(), at, Sentence::new(key::check_error::EMPTY))),
            false => Ok(Some(Condition { key, pattern: key.pattern(&pattern), at })),
        }
    };
    let conditions = Key::iter().map(condition).collect::<Result<Vec<_>>>()?;
    let least = whole(table, "min_previous")?.unwrap_or(least);
    let limits = [
        whole(table, "max_errors")?.map(Limit::Errors),
        share(table, "max_share")?.map(Limit::Share),
        percent(table, "max_increase")?.map(|most| Limit::Increase { most, least }),
    ];
    let mut limits = limits.into_iter().flatten();
    let demand = match (limits.next(), limits.next()) {
        (Some(limit), None) => Demand::Count(limit),
        (None, _) => return Err(Misplaced::value("rule", start, Sentence::new(key::check_error::NO_LIMIT))),
        _ => return Err(Misplaced::value("rule", start, Sentence::new(key::check_error::TWO_LIMITS))),
    };
    let name = text(table, "name")?.map(|name| Privacy::default().text(name.trim()));
    let rule = Rule {
        name: name.filter(|name| !name.is_empty()),
        conditions: conditions.into_iter().flatten().collect(),
        demand,
        per: one_of(table, "per", &SIZES)?.flatten(),
        level: one_of(table, "level", &LEVELS)?.unwrap_or_default(),
    };
    increased(table, std::slice::from_ref(&rule))?;
    Ok(rule)
}

fn known_keys(table: &DeTable<'_>, known: &[&'static str]) -> Result<()> {
    let unknown =
        table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())).min_by_key(|key| key.span().start);
    let Some(key) = unknown else { return Ok(()) };
    let error = Error::new(key::check_error::UNKNOWN_KEY)
        .with("key", Privacy::default().text(key.get_ref()))
        .with_list("known", known)
        .with_sentence("nearest", taxonomy::suggestion(key.get_ref(), known.iter().copied()));
    Err(Misplaced::new(key.span().start, error))
}

/// The value of a key, if it is there; `form` is the sentence that says what is wanted.
fn value<T>(
    table: &DeTable<'_>,
    key: &str,
    form: key::SentenceKey,
    read: impl FnOnce(&DeValue<'_>) -> Option<T>,
) -> Result<Option<T>> {
    let Some(value) = table.get(key) else { return Ok(None) };
    let wrong = || Misplaced::value(key, value.span().start, Sentence::new(form));
    read(value.get_ref()).map(Some).ok_or_else(wrong)
}

/// A text; a status may be written as a number.
fn text(table: &DeTable<'_>, key: &str) -> Result<Option<String>> {
    value(table, key, key::error::CONFIG_TEXT, |value| match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) if key == "status" || key == "detail" => Some(number.to_string()),
        _ => None,
    })
}

fn whole(table: &DeTable<'_>, key: &str) -> Result<Option<u64>> {
    value(table, key, key::check_error::WHOLE, |value| {
        let number = value.as_integer()?;
        let number = u64::from_str_radix(number.as_str(), number.radix()).ok();
        number.filter(|number| i64::try_from(*number).is_ok())
    })
}

fn percent(table: &DeTable<'_>, key: &str) -> Result<Option<Percent>> {
    value(table, key, key::check_error::PERCENT, |value| value.as_str()?.parse().ok())
}

/// A part of a whole: nothing is ever above more than all of it.
fn share(table: &DeTable<'_>, key: &str) -> Result<Option<Percent>> {
    value(table, key, key::check_error::SHARE, |value| value.as_str()?.parse().ok().filter(Percent::is_share))
}

/// That `min_previous` is nothing without an increase that it is about.
fn increased(table: &DeTable<'_>, rules: &[Rule]) -> Result<()> {
    let is_increase = |rule: &Rule| matches!(rule.demand, Demand::Count(Limit::Increase { .. }));
    match table.get("min_previous").filter(|_| !rules.iter().any(is_increase)) {
        Some(value) => {
            Err(Misplaced::value("min_previous", value.span().start, Sentence::new(key::check_error::NO_INCREASE)))
        }
        None => Ok(()),
    }
}

fn one_of<T: Copy>(table: &DeTable<'_>, key: &str, known: &[(&str, T)]) -> Result<Option<T>> {
    let plain = |value: &DeValue<'_>| match value {
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Boolean(yes) => Some(yes.to_string()),
        text => text.as_str().map(str::to_owned),
    };
    let Some(wanted) = value(table, key, key::error::CONFIG_TEXT, plain)? else { return Ok(None) };
    if let Some((_, found)) = known.iter().find(|(name, _)| *name == wanted) {
        return Ok(Some(*found));
    }
    let error = Sentence::new(key::error::CONFIG_CHOICE)
        .with("value", Privacy::default().text(&wanted))
        .with_list("known", known.iter().map(|(name, _)| name));
    Err(Misplaced::value(key, table.get(key).map_or(0, |value| value.span().start), error))
}
