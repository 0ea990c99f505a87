//! errstat.toml: options that need not be typed again. A key becomes the argument of the same name, read by the same
//! definition as the command line, which wins.

use std::{ffi::OsString, fs, io, path::Path};

use clap::{Arg, ArgAction, ArgMatches, Args, Command, parser::ValueSource};
use sha2::{Digest, Sha256};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};
use unicode_normalization::UnicodeNormalization;

use super::{
    options::{AccessLogs, ChannelRule, Shared},
    text_file, usage,
};
use crate::{
    check::{Configuration, Misplaced, Rules},
    error::{Error, Result},
    model::{Privacy, Sentence, hex, key, shown},
    taxonomy::{self, Lang},
};

/// Options that write or reveal something: a configuration from a pull request must do neither.
const COMMAND_LINE_ONLY: [&str; 15] = [
    "subject",
    "inputs",
    "access_log",
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

/// Options of the command line that `[check]` can have too; there they go before the others.
const OF_CHECK: [&str; 2] = ["max_age", "period"];

/// A configuration file that can be read.
pub struct ConfigFile {
    /// Its path, safe to show.
    pub shown: String,
    pub text: String,
}

impl ConfigFile {
    /// The file that is looked for where none is named.
    pub const DEFAULT: &str = "errstat.toml";

    /// Reads the file that was asked for, or the one in the working folder if there is one.
    pub fn find(asked: Option<&Path>) -> Result<Option<ConfigFile>> {
        let path = asked.unwrap_or(Path::new(ConfigFile::DEFAULT));
        if asked.is_none() {
            match fs::metadata(path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                // A pipe that nobody named may let wait forever.
                Ok(there) if !there.is_file() => {
                    let error = Error::new(key::error::CONFIG_UNREADABLE).with("path", shown(path));
                    return Err(error.with_sentence("cause", Sentence::new(key::cause::NO_FILE)));
                }
                _ => {}
            }
        }
        if let Some(missing) =
            asked.filter(|path| fs::metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound))
        {
            return Err(Error::new(key::error::CONFIG_MISSING).with("path", shown(missing)));
        }
        let text = text_file::read(path, key::error::CONFIG_UNREADABLE)?;
        Ok(Some(ConfigFile { shown: shown(path), text }))
    }

    /// The error with its place in the file, line and column from 1.
    pub fn refuse(&self, Misplaced { at, error }: Misplaced) -> Error {
        let Some(at) = at else { return error };
        let before = &self.text[..self.text.floor_char_boundary(at)];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        error.with("path", &self.shown).with("line", line).with("column", column)
    }
}

/// The language that a command line asks for, or else the configuration.
pub fn language(line: &[OsString], config: Option<&Config<'_>>) -> Lang {
    let asked = usage::value_of("--lang", line).and_then(|code| Lang::of_code(&code));
    asked.or_else(|| Lang::of_code(&text(config?.table.get("lang")?.get_ref())?)).unwrap_or_default()
}

/// A configuration.
pub struct Config<'a> {
    pub file: &'a ConfigFile,
    table: DeTable<'a>,
}

impl<'a> Config<'a> {
    pub fn parse(file: &'a ConfigFile) -> Result<Config<'a>> {
        match DeTable::parse(&file.text) {
            Ok(table) => Ok(Config { file, table: table.into_inner() }),
            Err(error) => {
                let span = error.span().unwrap_or_default();
                let told = match file.text.get(span.clone()) {
                    Some(key) if error.message() == "duplicate key" => {
                        Error::new(key::error::CONFIG_TWICE).with("key", Privacy::default().text(key.trim_matches('"')))
                    }
                    _ => not_toml(&file.text, span.start, error.message()),
                };
                Err(file.refuse(Misplaced::new(span.start, told)))
            }
        }
    }

    /// Whether it has a `[check]` table.
    pub fn has_rules(&self) -> bool {
        self.table.contains_key("check")
    }

    /// What a verdict tells of it.
    pub fn told(&self) -> Configuration {
        let sha256 = hex(&Sha256::digest(self.file.text.as_bytes()));
        Configuration { path: self.file.shown.clone(), sha256 }
    }

    /// The rules of its `[check]` table.
    pub fn rules(&self) -> Result<Rules> {
        match self.table.get("check").map(|check| (check.span().start, check.get_ref())) {
            None => Ok(Rules::default()),
            Some((_, DeValue::Table(check))) => {
                let options = options();
                for (key, value) in check {
                    let hides = ["only", "exclude"].contains(&key.get_ref().as_ref());
                    if !hides
                        && !Rules::has_key(key.get_ref())
                        && option(&options, key.get_ref(), value.get_ref()).is_ok()
                    {
                        let error = Error::new(key::error::CONFIG_ABOVE_CHECK).with("key", key.get_ref());
                        return Err(self.file.refuse(Misplaced::new(key.span().start, error)));
                    }
                }
                Rules::read(check).map_err(|wrong| self.file.refuse(wrong))
            }
            Some((at, _)) => {
                Err(self.file.refuse(Misplaced::value("check", at, Sentence::new(key::check_error::RULE_FORM))))
            }
        }
    }

    /// The arguments of the file that a command has and that its command line leaves open.
    ///
    /// # Errors
    /// An unknown key, or a value that clap refuses, whether the command has the option or not; with line and column.
    pub fn arguments(&self, command: &Command, given: &ArgMatches) -> Result<Vec<OsString>> {
        let options =
            options().no_binary_name(true).disable_help_flag(true).mut_arg("inputs", |inputs| inputs.required(false));
        let check = match self.table.get("check").map(Spanned::get_ref) {
            Some(DeValue::Table(check)) if command.get_name() == "check" => Some(check),
            _ => None,
        };
        let first = OF_CHECK.iter().filter_map(|key| check?.get_key_value(*key));
        let mut set: Vec<&str> = Vec::new();
        let mut arguments = Vec::new();
        for (key, value) in first.chain(self.table.iter().filter(|(key, _)| key.get_ref() != "check")) {
            let words = option(&options, key.get_ref(), value.get_ref())
                .map_err(|error| Misplaced::new(key.span().start, error))
                .and_then(|option| words(&options, option, value))
                .map_err(|wrong| self.file.refuse(wrong))?;
            let key: &str = key.get_ref();
            let has = command.get_arguments().any(|argument| argument.get_id() == key);
            let open = || given.value_source(key) != Some(ValueSource::CommandLine) && !set.contains(&key);
            // The channels of the file are for those files of which the command line says nothing.
            if has && (key == CHANNEL || open()) {
                set.push(key);
                arguments.extend(words.into_iter().map(OsString::from));
            }
        }
        Ok(arguments)
    }
}

/// What is wrong with a line that is not TOML, and how to write it.
fn not_toml(text: &str, at: usize, cause: &str) -> Error {
    let begin = text[..text.floor_char_boundary(at)].rfind('\n').map_or(0, |end| end + 1);
    let line = text[begin..].lines().next().unwrap_or_default().split(" #").next().unwrap_or_default().trim();
    let (key, value) = line.split_once(['=', ':', '＝', '：']).unwrap_or((line, ""));
    let key = key.trim();
    let is_key = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_key && value.trim().is_empty() {
        return Error::new(key::error::CONFIG_NO_VALUE).with("key", key);
    }
    let value = value.trim_matches(|c: char| c.is_whitespace() || "\"'“”「」,".contains(c));
    let number = value.nfkc().filter(|c| *c != ',').collect::<String>().parse::<u64>();
    let value = match (value.to_lowercase().as_str(), number) {
        ("true" | "yes" | "on", _) => "true".to_owned(),
        ("false" | "no" | "off", _) => "false".to_owned(),
        (_, Ok(number)) => number.to_string(),
        _ if value.contains('\\') => format!("'{value}'"),
        _ => format!("\"{value}\""),
    };
    let written = format!("{key} = {value}");
    let near = Some(&written).filter(|written| is_key && *written != line && DeTable::parse(written).is_ok());
    Error::new(key::error::CONFIG_WRONG)
        .with("cause", Privacy::default().text(cause))
        .with_sentence("nearest", taxonomy::did_you_mean(near.map(|near| Privacy::default().text(near))))
}

/// All options that commands share.
fn options() -> Command {
    AccessLogs::augment_args(Shared::augment_args(Command::new(ConfigFile::DEFAULT)))
}

const CHANNEL: &str = "channel";

/// The option that a key of the file is.
fn option<'a>(options: &'a Command, key: &str, value: &DeValue<'_>) -> Result<&'a Arg> {
    if COMMAND_LINE_ONLY.contains(&key) {
        return Err(Error::new(key::error::CONFIG_COMMAND_LINE).with("key", key));
    }
    match options.get_arguments().find(|option| option.get_id() == key) {
        // Options of errstat 0.1 that are values of `only` now.
        Some(option) if option.is_hide_set() => Err(replaced(key, value)),
        Some(option) => Ok(option),
        None if key == "rule" => Err(Error::new(key::error::CONFIG_RULE).with("key", key)),
        None if Rules::has_key(key) => Err(Error::new(key::error::CONFIG_OF_CHECK).with("key", key)),
        None => {
            let known = options.get_arguments().filter(|option| !option.is_hide_set());
            let known = known.map(|option| option.get_id().as_str()).filter(|known| !COMMAND_LINE_ONLY.contains(known));
            Err(Error::new(key::error::CONFIG_KEY)
                .with("key", Privacy::default().text(key))
                .with_sentence("nearest", taxonomy::suggestion(key, known.chain(["check"]))))
        }
    }
}

/// An option of the file as words of a command line.
fn words(options: &Command, option: &Arg, value: &Spanned<DeValue<'_>>) -> std::result::Result<Vec<String>, Misplaced> {
    let key = option.get_id().as_str();
    let refused = |why| Misplaced::value(key, value.span().start, why);
    let name = format!("--{}", option.get_long().unwrap_or(key));
    let words = match (option.get_action(), value.get_ref()) {
        (ArgAction::SetTrue, DeValue::Boolean(on)) => on.then_some(name).into_iter().collect(),
        (ArgAction::SetTrue, _) => return Err(refused(Sentence::new(key::error::CONFIG_FLAG))),
        (action, value) => {
            let several = matches!(action, ArgAction::Append);
            let wanted = match key {
                "event" => key::error::EVENT_TABLE,
                "maintenance" => key::error::MAINTENANCE_TABLE,
                _ => key::error::CONFIG_TEXT,
            };
            let values = texts(value, several).ok_or_else(|| refused(Sentence::new(wanted)))?;
            let mark = if key == CHANNEL { ChannelRule::CONFIGURED } else { "" };
            values.into_iter().map(|text| format!("{name}={mark}{text}")).collect::<Vec<_>>()
        }
    };
    options.clone().try_get_matches_from(&words).map_err(|error| refused(usage::cause(&error)))?;
    Ok(words)
}

/// A filter of errstat 0.1 in its new spelling.
fn replaced(key: &str, value: &DeValue<'_>) -> Error {
    let values = texts(value, true).filter(|values| !values.is_empty()).unwrap_or_else(|| vec!["…".to_owned()]);
    let terms = values.iter().map(|value| toml::Value::String(format!("{key}={value}")).to_string());
    let spelling = Privacy::default().text(&format!("only = [{}]", terms.collect::<Vec<_>>().join(", ")));
    Error::new(key::error::CONFIG_REPLACED).with("key", key).with("spelling", spelling)
}

/// A text, or a number or a date written without quotes; where several may be, also a list of such.
fn texts(value: &DeValue<'_>, several: bool) -> Option<Vec<String>> {
    match value {
        DeValue::Array(items) if several => items.iter().map(|item| text(item.get_ref())).collect(),
        value => Some(vec![text(value)?]),
    }
}

fn text(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::Table(table) => {
            let text = |key| text(table.get(key).filter(|value| !value.get_ref().is_table())?.get_ref());
            match (table.len(), text("at"), text("from"), text("until")) {
                (2, Some(at), _, _) => Some(format!("{at}={}", text("name")?)),
                (3, _, Some(from), Some(until)) => Some(format!("{from}..{until}={}", text("name")?)),
                _ => None,
            }
        }
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Datetime(time) => Some(time.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever adds an option decides here whether a configuration from a pull request may set it.
    #[test]
    fn what_may_stand_in_the_file() {
        let options = options();
        let is_taken = |key: &str| option(&options, key, &DeValue::Boolean(true)).is_ok();
        let keys: Vec<&str> = options.get_arguments().map(|option| option.get_id().as_str()).collect();
        let (mut taken, mut refused): (Vec<&str>, Vec<&str>) = keys.into_iter().partition(|key| is_taken(key));
        taken.sort_unstable();
        refused.sort_unstable();
        assert_eq!(
            taken.join(" "),
            "as_of channel color columns compare encoding event exclude exported_at input_timezone lang log_format log_is log_timezone mail_from_domain \
             maintenance max_age max_bytes no_progress only overlap period quiet strict threads time_format timezone top webhook_path week_start window"
        );
        assert_eq!(refused.join(" "), "access_log config detail inputs reason rejects show_urls");
    }

    #[test]
    fn lines_and_columns_are_counted_from_one_and_in_characters() {
        let file = ConfigFile { shown: "errstat.toml".to_owned(), text: "a = 1\nä = 2\n日本".to_owned() };
        let place =
            |at| file.refuse(Misplaced::new(at, Error::new(key::error::CONFIG_WRONG).with("cause", ""))).to_string();
        for (at, line, column) in [(0, 1, 1), (4, 1, 5), (6, 2, 1), (8, 2, 2), (16, 3, 2), (99, 3, 3)] {
            assert!(place(at).starts_with(&format!("errstat.toml:{line}:{column}: ")), "{at}");
        }
    }
}
