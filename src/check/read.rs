//! Rules from the tables of a configuration.

use std::str::FromStr;

use toml::de::{DeTable, DeValue};

use super::{Condition, Conditions, Demand, Level, Limit, MIN_PREVIOUS, Per, Percent, Position, Rule, Rules};
use crate::{
    cube::Key,
    error::{Error, Result},
    model::{Privacy, Sentence},
    taxonomy::nearest,
};

const KEYS: [&str; 11] = [
    "period",
    "incomplete",
    "max_errors",
    "max_increase",
    "min_previous",
    "max_incidents",
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

/// A place in the text, and what is wrong there.
type Wrong = (usize, Error);

type Entry<'a> = toml::Spanned<DeValue<'a>>;

impl Rules {
    /// Whether the `[check]` table has such a key.
    pub fn has_key(key: &str) -> bool {
        KEYS.contains(&key)
    }

    /// The rules of a configuration's `[check]` table.
    ///
    /// `position` tells where a byte of the text stands, `refuse` adds that place to what is wrong.
    ///
    /// # Errors
    /// An unknown key, a value of the wrong kind, a rule that demands nothing or two things.
    pub fn read(
        table: &DeTable<'_>,
        position: &dyn Fn(usize) -> Position,
        refuse: &dyn Fn(Error, usize) -> Error,
    ) -> Result<Rules> {
        rules(table, position).map_err(|(at, error)| refuse(error, at))
    }
}

fn rules(table: &DeTable<'_>, position: &dyn Fn(usize) -> Position) -> std::result::Result<Rules, Wrong> {
    known_keys(table, &KEYS)?;
    let mut found = Rules::default();
    let least = match table.get("min_previous") {
        Some(value) => whole("min_previous", value)?,
        None => MIN_PREVIOUS,
    };
    // In the order of the text.
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    for (key, value) in entries {
        let key: &str = key.get_ref().as_ref();
        let (demand, level) = match key {
            "max_errors" => (Demand::Count(Limit::Errors(whole("max_errors", value)?)), Level::Fail),
            "max_increase" => {
                let most = percent("max_increase", value)?;
                (Demand::Count(Limit::Increase { most, least }), Level::Fail)
            }
            "max_incidents" => (Demand::Incidents(whole("max_incidents", value)?), Level::Fail),
            "max_rejected" => (Demand::Rejected(whole("max_rejected", value)?), Level::Fail),
            "new_details" => match stance("new_details", value)? {
                Some(level) => (Demand::NoNewDetails, level),
                None => continue,
            },
            "unknown_details" => match stance("unknown_details", value)? {
                Some(level) => (Demand::NoUnknownDetails, level),
                None => continue,
            },
            "incomplete" => {
                found.incomplete = level("incomplete", value)?;
                continue;
            }
            "rule" => {
                found.rules.extend(list(value, least, position)?);
                continue;
            }
            // `period` and `max_age` are options of the command line too, and read with those.
            _ => continue,
        };
        let conditions = Conditions::default();
        found.rules.push(Rule { name: None, conditions, demand, per: Per::Period, level });
    }
    Ok(found)
}

/// The tables `[[check.rule]]`.
fn list(value: &Entry<'_>, least: u64, position: &dyn Fn(usize) -> Position) -> std::result::Result<Vec<Rule>, Wrong> {
    let wrong = |value: &Entry<'_>| (value.span().start, in_key("rule", Error::new("check_error.rule_form")));
    let DeValue::Array(items) = value.get_ref() else { return Err(wrong(value)) };
    items
        .iter()
        .map(|item| match item.get_ref() {
            DeValue::Table(table) => rule(table, item.span().start, least, position),
            _ => Err(wrong(item)),
        })
        .collect()
}

fn rule(
    table: &DeTable<'_>,
    start: usize,
    least: u64,
    position: &dyn Fn(usize) -> Position,
) -> std::result::Result<Rule, Wrong> {
    known_keys(table, &RULE_KEYS)?;
    let condition = |key: Key| {
        table.get(key.name()).map(|value| {
            let pattern = text(key.name(), value)?;
            if pattern.trim().is_empty() {
                return Err((value.span().start, in_key(key.name(), Error::new("check_error.empty"))));
            }
            Ok(Condition { pattern: key.pattern(&pattern), at: position(value.span().start) })
        })
    };
    let least = match table.get("min_previous") {
        Some(value) => whole("min_previous", value)?,
        None => least,
    };
    let limits = [
        table.get("max_errors").map(|value| whole("max_errors", value).map(Limit::Errors)),
        table.get("max_share").map(|value| percent("max_share", value).map(Limit::Share)),
        table
            .get("max_increase")
            .map(|value| percent("max_increase", value).map(|most| Limit::Increase { most, least })),
    ];
    let limits = limits.into_iter().flatten().collect::<std::result::Result<Vec<_>, _>>()?;
    let demand = match limits[..] {
        [limit] => Demand::Count(limit),
        [] => return Err((start, in_key("rule", Error::new("check_error.no_limit")))),
        _ => return Err((start, in_key("rule", Error::new("check_error.two_limits")))),
    };
    let name = table.get("name").map(|value| text("name", value)).transpose()?;
    Ok(Rule {
        name: name.map(|name| Privacy::default().text(name.trim())).filter(|name| !name.is_empty()),
        conditions: Conditions {
            reason: condition(Key::Reason).transpose()?,
            detail: condition(Key::Detail).transpose()?,
            status: condition(Key::Status).transpose()?,
            host: condition(Key::Host).transpose()?,
            channel: condition(Key::Channel).transpose()?,
        },
        demand,
        per: table
            .get("per")
            .map(|value| one_of("per", value, &Per::ALL.map(|per| (per.name(), per))))
            .transpose()?
            .unwrap_or_default(),
        level: table.get("level").map(|value| level("level", value)).transpose()?.unwrap_or_default(),
    })
}

fn known_keys(table: &DeTable<'_>, known: &[&'static str]) -> std::result::Result<(), Wrong> {
    let unknown =
        table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())).min_by_key(|key| key.span().start);
    let Some(key) = unknown else { return Ok(()) };
    let near = nearest(key.get_ref(), known.iter().copied()).join(", ");
    let near =
        Sentence::new(if near.is_empty() { "error_nearest.none" } else { "error_nearest.one" }).with("nearest", near);
    let error = Error::new("check_error.unknown_key")
        .with("key", Privacy::default().text(key.get_ref()))
        .with("known", known.join(", "))
        .with_sentence("nearest", near);
    Err((key.span().start, error))
}

/// What is wrong with the value of a key.
fn in_key(key: &'static str, error: Error) -> Error {
    Error::new("error.config_value").with("key", key).with_sentence("cause", *error.0)
}

fn wrong<T>(key: &'static str, value: &Entry<'_>, form: &'static str) -> std::result::Result<T, Wrong> {
    Err((value.span().start, in_key(key, Error::new(form))))
}

/// A text; a status may be written as a number.
fn text(key: &'static str, value: &Entry<'_>) -> std::result::Result<String, Wrong> {
    match value.get_ref() {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Integer(number) if key == "status" || key == "detail" => Ok(number.to_string()),
        _ => wrong(key, value, "error.config_text"),
    }
}

fn whole(key: &'static str, value: &Entry<'_>) -> std::result::Result<u64, Wrong> {
    let number = match value.get_ref() {
        DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix()).ok(),
        _ => None,
    };
    number.filter(|number| i64::try_from(*number).is_ok()).map_or_else(|| wrong(key, value, "check_error.whole"), Ok)
}

fn percent(key: &'static str, value: &Entry<'_>) -> std::result::Result<Percent, Wrong> {
    let read = match value.get_ref() {
        DeValue::String(text) => Percent::from_str(text).ok(),
        _ => None,
    };
    read.map_or_else(|| wrong(key, value, "check_error.percent"), Ok)
}

/// `fail` or `warn`.
fn level(key: &'static str, value: &Entry<'_>) -> std::result::Result<Level, Wrong> {
    one_of(key, value, &[("fail", Level::Fail), ("warn", Level::Warn)])
}

/// `fail`, `warn` or `ignore`, which is nothing.
fn stance(key: &'static str, value: &Entry<'_>) -> std::result::Result<Option<Level>, Wrong> {
    one_of(key, value, &[("fail", Some(Level::Fail)), ("warn", Some(Level::Warn)), ("ignore", None)])
}

fn one_of<T: Copy>(key: &'static str, value: &Entry<'_>, known: &[(&str, T)]) -> std::result::Result<T, Wrong> {
    let wanted = text(key, value)?;
    known.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        let error = Error::new("error.config_choice")
            .with("value", Privacy::default().text(&wanted))
            .with("known", names.join(", "));
        (value.span().start, in_key(key, error))
    })
}
