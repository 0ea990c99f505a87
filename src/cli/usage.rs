//! What is wrong with a command line, in the chosen language, and what to type instead.

use std::{ffi::OsString, path::Path};

use chrono::{NaiveDate, Utc};
use clap::{
    Arg, Command,
    error::{ContextKind, ContextValue, ErrorKind},
};

use super::screen;
use crate::{
    check::Rules,
    error::Error,
    model::{Filling, Privacy, Sentence, key},
    taxonomy::{self, Lang, nearest},
};

/// Options of other programs, the option of errstat's that does their work, and how to write it; `{}` is the value.
const INSTEAD: [(&str, &str, &str); 19] = [
    ("date", "period", "--period 2026-11-16"),
    ("days", "period", "--period 7d"),
    ("json", "format", "--format json"),
    ("json", "output", "-o out.json"),
    ("csv", "format", "--format csv"),
    ("markdown", "format", "--format markdown"),
    ("markdown", "output", "-o out.md"),
    ("html", "output", "-o out.html"),
    ("png", "output", "-o out.png"),
    ("out", "output", "-o out"),
    ("status", "only", "--only status={}"),
    ("host", "only", "--only host={}"),
    ("filter", "only", "--only {}"),
    ("tz", "timezone", "--timezone {}"),
    ("zone", "timezone", "--timezone {}"),
    ("language", "lang", "--lang {}"),
    ("limit", "top", "--top {}"),
    ("access-log", "log-format", "errstat inspect {}"),
    ("v", "quiet", "errstat --version"),
];

/// Options of other programs for the first and the last day of a period.
const ENDS: [[&str; 3]; 2] = [["since", "from", "start"], ["until", "to", "end"]];

/// What `errstat` itself understands before a command.
const OWN: [&str; 5] = ["help", "-h", "--help", "-V", "--version"];

/// The value of an option of a command line, also where the line cannot be read whole.
pub fn value_of(option: &str, arguments: &[OsString]) -> Option<String> {
    let mut words = arguments.iter().skip(1).map(|word| word.to_string_lossy()).take_while(|word| word != "--");
    loop {
        match words.next()?.strip_prefix(option) {
            Some("") => return words.next().map(String::from),
            Some(rest) if rest.starts_with('=') => return Some(rest[1..].to_owned()),
            _ => {}
        }
    }
}

/// The command line with the command that it leaves out: inputs alone are summed up.
pub fn completed(mut arguments: Vec<OsString>, program: &Command) -> Vec<OsString> {
    let is_command = |word: &str| program.find_subcommand(word).is_some() || OWN.contains(&word);
    let Some(first) = arguments.get(1).map(|word| word.to_string_lossy().into_owned()) else { return arguments };
    if is_command(&first) {
        return arguments;
    }
    let is_input =
        |word: &str| word == "-" || word.contains(['.', '/', '\\', '*', '?', '[']) || Path::new(word).exists();
    let options_first = || first.starts_with('-') && !arguments.iter().any(|word| is_command(&word.to_string_lossy()));
    if is_input(&first) || options_first() {
        arguments.insert(1, "summary".into());
    }
    arguments
}

/// What is wrong, and where to read more; none where clap says it best, with the whole help.
pub fn sentence(error: &clap::Error, arguments: &[OsString], program: &Command, lang: Lang) -> Option<String> {
    let (path, command) = asked(arguments, program);
    let wrong = wrong(error, arguments, (&path, command), program)?;
    let what = lang.say(&wrong);
    // An example at its end says enough.
    let is_example = |value: &Filling| matches!(value, Filling::Sentence(inner) if inner.key == key::usage::EXAMPLE);
    if wrong.values.iter().any(|(_, value)| is_example(value)) {
        return Some(what);
    }
    let help = Sentence::new(key::usage::HELP).with("command", format!("{} --help", path.join(" ")));
    Some(what + &lang.say(&help))
}

/// The command of a command line, and its name behind those above it.
fn asked<'a>(arguments: &[OsString], program: &'a Command) -> (Vec<&'a str>, &'a Command) {
    let (mut path, mut command) = (vec!["errstat"], program);
    for word in arguments.iter().skip(1) {
        let Some(found) = command.find_subcommand(word) else { break };
        path.push(found.get_name());
        command = found;
    }
    (path, command)
}

/// The commands that have an option.
fn holders<'a>(option: &str, program: &'a Command) -> Vec<Vec<&'a str>> {
    let has = |command: &Command| {
        let names = |argument: &Arg| {
            let long = argument.get_long().map(|long| format!("--{long}"));
            long.is_some_and(|long| long == option)
                || argument.get_short().is_some_and(|short| format!("-{short}") == option)
        };
        command.get_arguments().filter(|argument| !argument.is_hide_set()).any(names)
    };
    let below = |command: &'a Command| {
        let own = has(command).then(Vec::new);
        let inner = holders(option, command);
        own.into_iter().chain(inner).map(|path| [vec![command.get_name()], path].concat())
    };
    program.get_subcommands().flat_map(below).collect()
}

/// A command line to be typed instead.
fn example(words: impl IntoIterator<Item = OsString>) -> Sentence {
    Sentence::new(key::usage::EXAMPLE).with("command", screen::command_line(words, Privacy::default()))
}

/// The first of some command lines that can be read.
fn readable(lines: impl IntoIterator<Item = Vec<OsString>>, program: &Command) -> Sentence {
    let reads = |line: &Vec<OsString>| program.clone().try_get_matches_from(line).is_ok();
    lines.into_iter().find(reads).map_or_else(|| Sentence::new(key::error_nearest::NONE), example)
}

/// An option that other commands have.
fn elsewhere(
    option: &str,
    arguments: &[OsString],
    (path, command): (&[&str], &Command),
    program: &Command,
) -> Option<Sentence> {
    // What one command takes for a word, another takes for a file.
    let takes_files = command.get_arguments().any(|argument| argument.get_id() == "inputs");
    let holders = holders(option, program);
    let line = |holder: &Vec<&str>| {
        let words = ["errstat"].iter().chain(holder).map(OsString::from);
        words.chain(arguments.iter().skip(path.len()).cloned()).collect()
    };
    let sentence = Sentence::new(key::usage::OPTION_ELSEWHERE)
        .with("option", Privacy::default().text(option))
        .with("asked", path.join(" "))
        .with_list("known", holders.iter().map(|path| path.join(" ")))
        .with_sentence("example", readable(holders.iter().filter(|_| takes_files).map(line), program));
    (!holders.is_empty()).then_some(sentence)
}

/// A word too many; it may be the value of an option that is missing.
fn superfluous(word: &str, arguments: &[OsString], command: &Command, program: &Command) -> Sentence {
    let required = command.get_arguments().filter(|argument| argument.is_required_set());
    let lines = required.filter_map(|argument| argument.get_long()).map(|long| {
        let named = |argument: &OsString| {
            let option = (argument == word).then(|| OsString::from(format!("--{long}")));
            option.into_iter().chain([argument.clone()])
        };
        arguments.iter().flat_map(named).collect()
    });
    Sentence::new(key::usage::SUPERFLUOUS)
        .with("value", Privacy::default().text(word))
        .with_sentence("example", readable(lines, program))
}

/// Arguments that are missing, as clap writes them: `--output <DIR|FILE>`.
fn missing(missing: &[String], arguments: &[OsString]) -> Sentence {
    if missing.iter().any(|argument| argument.contains("<INPUT>")) {
        return Sentence::new(key::usage::INPUT_MISSING);
    }
    let plain: Vec<String> = missing.iter().map(|argument| argument.replace(['<', '>'], "")).collect();
    let first = plain.iter().filter_map(|argument| argument.split('|').next());
    let words = first.flat_map(|argument| argument.split(' ')).map(OsString::from);
    Sentence::new(key::usage::MISSING)
        .with_list("arguments", &plain)
        .with_sentence("example", example(arguments.iter().cloned().chain(words)))
}

fn wrong(
    error: &clap::Error,
    arguments: &[OsString],
    (path, command): (&[&str], &Command),
    program: &Command,
) -> Option<Sentence> {
    let text = |kind| texts(error, kind);
    let safe = |text: &str| Privacy::default().text(text);
    let first = |kind| text(kind).into_iter().next().unwrap_or_default();
    // `--period <PERIOD>`
    let option = first(ContextKind::InvalidArg);
    let option = option.split_whitespace().next().unwrap_or_default();
    let value = first(ContextKind::InvalidValue);
    let known = text(ContextKind::ValidValue);
    Some(match error.kind() {
        ErrorKind::UnknownArgument if option.starts_with('-') => {
            if let Some(behind) = behind_command(option, arguments, command) {
                let first = Sentence::new(key::usage::OPTION_FIRST).with("option", safe(option));
                return Some(first.with_sentence("example", example(behind)));
            }
            let meant = instead(option, arguments, command);
            if let (None, Some(elsewhere)) = (&meant, elsewhere(option, arguments, (path, command), program)) {
                return Some(elsewhere);
            }
            let meant = meant.or_else(|| text(ContextKind::SuggestedArg).first().cloned());
            Sentence::new(key::usage::OPTION).with("option", safe(option)).with_sentence("nearest", did_you_mean(meant))
        }
        ErrorKind::UnknownArgument => superfluous(option, arguments, command, program),
        ErrorKind::InvalidSubcommand => {
            let commands: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
            let word = first(ContextKind::InvalidSubcommand);
            let meant = nearest(&word, commands.iter().copied()).first().map(|name| (*name).to_owned());
            let meant = if word == "version" { Some("errstat --version".to_owned()) } else { meant };
            Sentence::new(key::usage::COMMAND)
                .with("value", safe(&word))
                .with_list("known", &commands)
                .with_sentence("nearest", did_you_mean(meant))
        }
        ErrorKind::InvalidValue if value.is_empty() && known.is_empty() => {
            Sentence::new(key::usage::VALUE_MISSING).with("option", option)
        }
        ErrorKind::InvalidValue if value.is_empty() => {
            Sentence::new(key::usage::VALUE_MISSING_OF).with("option", option).with_list("known", known)
        }
        ErrorKind::InvalidValue => {
            let near = did_you_mean(text(ContextKind::SuggestedValue).into_iter().next());
            Sentence::new(key::usage::VALUE)
                .with("option", option)
                .with("value", safe(&value))
                .with_list("known", known)
                .with_sentence("nearest", as_report(option, &value, arguments, program).unwrap_or(near))
        }
        ErrorKind::ValueValidation => {
            let why = std::error::Error::source(error)?;
            match why.downcast_ref::<Error>() {
                Some(why) => {
                    let mut why = shown(why);
                    if let Some(period) = to_today(&value) {
                        why.values.retain(|(name, _)| *name != "nearest");
                        why = why.with_sentence("nearest", did_you_mean(Some(period)));
                    }
                    Sentence::new(key::usage::INVALID).with("option", option).with_sentence("why", why)
                }
                None => Sentence::new(key::usage::UNREADABLE).with("option", option).with("value", safe(&value)),
            }
        }
        ErrorKind::MissingRequiredArgument => missing(&text(ContextKind::InvalidArg), arguments),
        ErrorKind::ArgumentConflict => {
            let others = text(ContextKind::PriorArg);
            let others: Vec<&str> = others.iter().filter_map(|other| other.split_whitespace().next()).collect();
            match others.is_empty() || others == [option] {
                true => Sentence::new(key::usage::TWICE).with("option", option),
                false => Sentence::new(key::usage::CONFLICT).with("option", option).with_list("other", others),
            }
        }
        ErrorKind::TooManyValues => {
            Sentence::new(key::usage::NO_VALUE).with("option", option).with("value", safe(&value))
        }
        ErrorKind::InvalidUtf8 => Sentence::new(key::usage::NOT_UTF8),
        _ => return None,
    })
}

/// What people ask a summary for that is a file of a report, and its ending. A browser prints a page as PDF.
const FILES: [(&str, &str); 7] = [
    ("html", "html"),
    ("pdf", "html"),
    ("xlsx", "xlsx"),
    ("excel", "xlsx"),
    ("png", "png"),
    ("eml", "eml"),
    ("md", "md"),
];

/// The report that a summary in a format of files would be.
fn as_report(option: &str, format: &str, arguments: &[OsString], program: &Command) -> Option<Sentence> {
    let (_, ending) = FILES.iter().find(|(asked, _)| option == "--format" && *asked == format.to_lowercase())?;
    let at = arguments.iter().position(|word| word == "summary")?;
    let joined = format!("--format={format}");
    let mut line: Vec<OsString> = Vec::new();
    for (i, word) in arguments.iter().enumerate() {
        let is_value = i > 0 && arguments[i - 1] == "--format";
        match () {
            () if i == at => line.push("report".into()),
            () if word == "--format" || is_value || *word == *joined => {}
            () => line.push(word.clone()),
        }
    }
    line.extend(["-o".into(), format!("out.{ending}").into()]);
    program.clone().try_get_matches_from(&line).is_ok().then(|| example(line))
}

/// A period without a last day, up to today.
fn to_today(period: &str) -> Option<String> {
    let first = period.strip_suffix("..").filter(|day| day.parse::<NaiveDate>().is_ok())?;
    Some(format!("{first}..{}", Utc::now().date_naive()))
}

/// What is wrong with a value that an option does not take, with nothing in it that may not be shown.
pub fn cause(error: &clap::Error) -> Sentence {
    if let Some(why) = std::error::Error::source(error).and_then(|why| why.downcast_ref::<Error>()) {
        return shown(why);
    }
    let value = texts(error, ContextKind::InvalidValue).concat();
    Sentence::new(key::error::CONFIG_CHOICE)
        .with("value", Privacy::default().text(&value))
        .with_list("known", texts(error, ContextKind::ValidValue))
}

fn shown(why: &Error) -> Sentence {
    let mut sentence = (*why.0).clone();
    for (_, filling) in &mut sentence.values {
        if let Filling::Text(text) = filling {
            *text = Privacy::default().text(text);
        }
    }
    sentence
}

/// What clap adds to an error.
fn texts(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    }
}

fn did_you_mean(what: Option<String>) -> Sentence {
    taxonomy::did_you_mean(what.map(|what| Privacy::default().text(&what)))
}

/// The command line with the command in front, where it follows an option of its own.
fn behind_command(option: &str, arguments: &[OsString], program: &Command) -> Option<Vec<OsString>> {
    let long = option.trim_start_matches('-');
    let at = arguments.iter().skip(1).position(|word| program.find_subcommand(word).is_some())? + 1;
    let found = program.find_subcommand(&arguments[at])?;
    let mut line = arguments.to_vec();
    line[1..=at].rotate_right(1);
    found.get_arguments().any(|argument| argument.get_long() == Some(long)).then_some(line)
}

/// What the command has in place of an option that it has not.
fn instead(option: &str, arguments: &[OsString], command: &Command) -> Option<String> {
    let name = option.trim_start_matches('-');
    let known = |long: &str| command.get_arguments().any(|argument| argument.get_long() == Some(long));
    if ENDS.concat().contains(&name) && known("period") {
        let day = |names: [&str; 3]| names.iter().find_map(|name| value_of(&format!("--{name}"), arguments));
        let [first, last] = ENDS.map(|names| day(names).filter(|day| day.parse::<NaiveDate>().is_ok()));
        let last = last.unwrap_or_else(|| Utc::now().date_naive().to_string());
        return Some(format!("--period {}..{last}", first.as_deref().unwrap_or("YYYY-MM-DD")));
    }
    let rule = name.replace('-', "_");
    if command.get_name() == "check" && Rules::has_key(&rule) {
        return Some(format!("`[check] {rule} = …` (errstat.toml)"));
    }
    let (_, _, form) = INSTEAD.iter().find(|(other, ours, _)| *other == name && known(ours))?;
    let mut words = arguments.iter().map(|word| word.to_string_lossy());
    let value = words.find_map(|word| Some(word.strip_prefix(option)?.strip_prefix('=')?.to_owned()));
    let next = || {
        let mut words = arguments.iter().map(|word| word.to_string_lossy()).skip_while(|word| word != option);
        words.nth(1).filter(|word| !word.starts_with('-')).map(String::from)
    };
    Some(form.replace("{}", &value.or_else(next).unwrap_or_else(|| "…".to_owned())))
}
