//! errstat.toml: options that need not be typed again. The command line wins.

use std::{fs, io, path::Path, str::FromStr};

use sha2::{Digest, Sha256};
use toml::de::{DeTable, DeValue};

use super::{
    options::Shared,
    positions::Positions,
    text_file::{self, NoText},
};
use crate::{
    check::{Configuration, Position, Rules},
    error::{Error, Result},
    model::{Filling, Privacy, Sentence, hex},
    taxonomy::nearest,
};

/// Options that write or reveal something: a configuration from a pull request must do neither.
const COMMAND_LINE_ONLY: [&str; 14] = [
    "subject",
    "inputs",
    "input",
    "output",
    "rejects",
    "report",
    "baseline",
    "update_baseline",
    "init",
    "show_urls",
    "keep_urls",
    "mail_from",
    "mail_to",
    "config",
];

const KEYS: [&str; 26] = [
    "as_of",
    "channel",
    "check",
    "color",
    "columns",
    "compare",
    "encoding",
    "exclude",
    "exported_at",
    "input_timezone",
    "lang",
    "mail_from_domain",
    "max_age",
    "max_bytes",
    "no_progress",
    "only",
    "overlap",
    "period",
    "quiet",
    "strict",
    "threads",
    "time_format",
    "timezone",
    "top",
    "week_start",
    "window",
];

/// Options of errstat 0.1 that are values of `only` now.
const REPLACED: [&str; 2] = ["reason", "detail"];

/// A configuration file.
pub struct Config {
    /// As it may be shown.
    shown: String,
    text: String,
    positions: Positions,
}

impl Config {
    /// The file that is looked for where none is named.
    pub const DEFAULT: &str = "errstat.toml";

    /// Reads the file that was asked for, or the one in the working folder if there is one.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn find(asked: Option<&Path>) -> Result<Option<Config>> {
        let path = asked.unwrap_or(Path::new(Config::DEFAULT));
        let shown = Privacy::default().path(&path.to_string_lossy());
        // A pipe that nobody named may let wait forever.
        let unasked = asked.is_none() && fs::metadata(path).is_ok_and(|there| !there.is_file());
        let read = if unasked {
            Err(NoText::Unreadable(io::Error::other("not a regular file")))
        } else {
            text_file::read(path)
        };
        match read {
            Ok(text) => Ok(Some(Config { shown, positions: Positions::of(&text), text })),
            Err(NoText::Unreadable(error)) if asked.is_none() && error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(NoText::Unreadable(error)) => {
                Err(Error::new("error.config_unreadable").with("path", shown).with("cause", error))
            }
            Err(NoText::TooLarge) => {
                Err(Error::new("error.text_too_large").with("path", shown).with("limit", text_file::LIMIT))
            }
        }
    }

    /// Its path, safe to show.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// The code of the language that it asks for, if it can be read so far.
    pub fn lang(&self) -> Option<String> {
        text(self.table().ok()?.get_ref().get("lang")?.get_ref()).ok()
    }

    /// The whole text of the file.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it has a `[check]` table, or may have: it cannot be read.
    pub fn has_rules(&self) -> bool {
        self.table().map_or(true, |table| table.get_ref().contains_key("check"))
    }

    /// What a verdict tells of it.
    pub fn told(&self) -> Configuration {
        let sha256 = hex(&Sha256::digest(self.text.as_bytes()));
        Configuration { path: self.shown.clone(), sha256 }
    }

    /// The rules of its `[check]` table.
    ///
    /// # Errors
    /// An unknown key, a wrong value, a rule without a limit; with line and column.
    pub fn rules(&self) -> Result<Rules> {
        let table = self.table()?;
        match table.get_ref().get("check").map(|check| (check.span().start, check.get_ref())) {
            None => Ok(Rules::default()),
            Some((_, DeValue::Table(check))) => {
                Rules::read(check, &|at| self.position(at), &|error, at| self.refuse(error, at))
            }
            Some((at, _)) => Err(self.refuse(
                Error::new("error.config_value")
                    .with("key", "check")
                    .with_sentence("cause", Sentence::new("check_error.rule_form")),
                at,
            )),
        }
    }

    /// Fills what the command line leaves open from the options of the `[check]` table, which go before the others.
    ///
    /// # Errors
    /// A wrong value; with line and column.
    pub fn fill_check(&self, shared: &mut Shared) -> Result<()> {
        let table = self.table()?;
        if let Some(DeValue::Table(check)) = table.get_ref().get("check").map(|check| check.get_ref()) {
            for key in ["max_age", "period"] {
                if let Some(value) = check.get(key) {
                    self.set(shared, key, value)?;
                }
            }
        }
        Ok(())
    }

    /// Fills what the command line leaves open.
    ///
    /// # Errors
    /// An unknown key, a wrong value; with line and column.
    pub fn fill(&self, shared: &mut Shared) -> Result<()> {
        for (key, value) in self.table()?.get_ref() {
            let name = key.get_ref().as_ref();
            let at = key.span().start;
            if COMMAND_LINE_ONLY.contains(&name) {
                return Err(self.refuse(Error::new("error.config_command_line").with("key", name), at));
            }
            if REPLACED.contains(&name) {
                return Err(self.refuse(replaced(name, value.get_ref()), at));
            }
            if !KEYS.contains(&name) && Rules::has_key(name) {
                let key = if name == "rule" { "error.config_rule" } else { "error.config_of_check" };
                return Err(self.refuse(Error::new(key).with("key", name), at));
            }
            if !KEYS.contains(&name) {
                let near = nearest(name, KEYS).join(", ");
                let near = Sentence::new(if near.is_empty() { "error_nearest.none" } else { "error_nearest.one" })
                    .with("nearest", near);
                return Err(self.refuse(
                    Error::new("error.config_key")
                        .with("key", Privacy::default().text(name))
                        .with_sentence("nearest", near),
                    at,
                ));
            }
            self.set(shared, name, value)?;
        }
        Ok(())
    }

    fn set(&self, shared: &mut Shared, key: &str, value: &toml::Spanned<DeValue<'_>>) -> Result<()> {
        set(shared, key, value.get_ref()).map_err(|why| {
            let error = Error::new("error.config_value").with("key", key).with_sentence("cause", safe(why));
            self.refuse(error, value.span().start)
        })
    }

    fn table(&self) -> Result<toml::Spanned<DeTable<'_>>> {
        DeTable::parse(&self.text).map_err(|error| {
            let span = error.span().unwrap_or_default();
            let cause = Privacy::default().text(error.message());
            let told = match self.text.get(span.clone()) {
                Some(key) if error.message() == "duplicate key" => {
                    Error::new("error.config_twice").with("key", Privacy::default().text(key.trim_matches('"')))
                }
                _ => Error::new("error.config_wrong").with("cause", cause),
            };
            self.refuse(told, span.start)
        })
    }

    fn position(&self, at: usize) -> Position {
        self.positions.position(&self.text, at)
    }

    /// The error with its place in the file.
    fn refuse(&self, error: Error, at: usize) -> Error {
        let Position { line, column } = self.position(at);
        error.with("path", &self.shown).with("line", line).with("column", column)
    }
}

/// Sets one option, unless the command line did.
fn set(shared: &mut Shared, key: &str, value: &DeValue<'_>) -> Result<()> {
    let Shared { reading, selection, showing, .. } = shared;
    match key {
        "as_of" => one(&mut selection.as_of, value),
        "channel" => many(&mut reading.configured_channel, value),
        "color" => choice(&mut showing.color, value),
        "columns" => one(&mut reading.columns, value),
        "compare" => choice(&mut selection.compare, value),
        "encoding" => one(&mut reading.encoding, value),
        "exclude" => many(&mut selection.exclude, value),
        "exported_at" => one(&mut reading.exported_at, value),
        "input_timezone" => one(&mut reading.input_timezone, value),
        "lang" => one(&mut showing.lang, value),
        "mail_from_domain" => names(&mut reading.mail_from_domain, value),
        "max_age" => one(&mut selection.max_age, value),
        "max_bytes" => one(&mut reading.max_bytes, value),
        "no_progress" => flag(&mut showing.no_progress, value),
        "only" => many(&mut selection.only, value),
        "overlap" => choice(&mut reading.overlap, value),
        "period" => one(&mut selection.period, value),
        "quiet" => flag(&mut showing.quiet, value),
        "strict" => flag(&mut reading.strict, value),
        "threads" => one(&mut reading.threads, value),
        "time_format" => one(&mut reading.time_format, value),
        "timezone" => one(&mut selection.timezone, value),
        "top" => one(&mut selection.top, value),
        "week_start" => choice(&mut selection.week_start, value),
        "window" => one(&mut selection.window, value),
        // The rules of `errstat check` are its own affair.
        _ => Ok(()),
    }
}

/// The same filter in its new spelling.
fn replaced(key: &str, value: &DeValue<'_>) -> Error {
    let mut values = Vec::new();
    let readable = names(&mut values, value).is_ok() && !values.is_empty();
    let values = if readable { values } else { vec!["…".to_owned()] };
    let terms = values.iter().map(|value| toml::Value::String(format!("{key}={value}")).to_string());
    let spelling = Privacy::default().text(&format!("only = [{}]", terms.collect::<Vec<_>>().join(", ")));
    Error::new("error.config_replaced").with("key", key).with("spelling", spelling)
}

/// A text, or a number or a date written without quotes.
fn text(value: &DeValue<'_>) -> Result<String> {
    match value {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Integer(number) => Ok(number.to_string()),
        DeValue::Datetime(time) => Ok(time.to_string()),
        _ => Err(Error::new("error.config_text")),
    }
}

fn one<T: FromStr<Err: Into<Error>>>(slot: &mut Option<T>, value: &DeValue<'_>) -> Result<()> {
    let read = text(value)?.parse().map_err(Into::into)?;
    slot.get_or_insert(read);
    Ok(())
}

fn many<T: FromStr<Err: Into<Error>>>(slot: &mut Vec<T>, value: &DeValue<'_>) -> Result<()> {
    let read = match value {
        DeValue::Array(items) => {
            items.iter().map(|item| text(item.get_ref())?.parse().map_err(Into::into)).collect::<Result<Vec<T>>>()?
        }
        value => vec![text(value)?.parse().map_err(Into::into)?],
    };
    if slot.is_empty() {
        *slot = read;
    }
    Ok(())
}

fn names(slot: &mut Vec<String>, value: &DeValue<'_>) -> Result<()> {
    let read = match value {
        DeValue::Array(items) => items.iter().map(|item| text(item.get_ref())).collect::<Result<Vec<_>>>()?,
        value => vec![text(value)?],
    };
    if slot.is_empty() {
        *slot = read;
    }
    Ok(())
}

fn choice<T: clap::ValueEnum>(slot: &mut Option<T>, value: &DeValue<'_>) -> Result<()> {
    let wanted = text(value)?;
    let known =
        T::value_variants().iter().filter_map(|variant| Some(variant.to_possible_value()?.get_name().to_owned()));
    let read = T::from_str(&wanted, false).map_err(|_| {
        Error::new("error.config_choice").with("value", &wanted).with("known", known.collect::<Vec<_>>().join(", "))
    })?;
    slot.get_or_insert(read);
    Ok(())
}

fn flag(slot: &mut bool, value: &DeValue<'_>) -> Result<()> {
    match value {
        DeValue::Boolean(on) => {
            *slot |= on;
            Ok(())
        }
        _ => Err(Error::new("error.config_flag")),
    }
}

/// The sentence with nothing of the file in it that may not be shown.
pub fn safe(error: Error) -> Sentence {
    let mut sentence = *error.0;
    for (_, filling) in &mut sentence.values {
        if let Filling::Text(text) = filling {
            *text = Privacy::default().text(text);
        }
    }
    sentence
}
