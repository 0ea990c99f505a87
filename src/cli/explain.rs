//! `errstat explain`: what a reason or a detail means, and what to do.

use std::ffi::OsStr;

use clap::{
    Args,
    builder::{PossibleValue, StringValueParser, TypedValueParser},
};

use super::{
    Stop,
    options::{Color, Shared, Showing, lang},
    screen,
};
use crate::{
    error::Error,
    model::{Privacy, key},
    render::terminal,
    server::{Setup, setups},
    taxonomy::{self, Lang},
};

/// Explain a reason or detail: meaning, likely causes, what to do first
///
/// Takes a reason, a detail, both, or an HTTP status such as 502. Without any, explains all of them.
///
/// errstat explain access-log prints the lines that make your server's access log answer everything; add nginx, apache,
/// haproxy or caddy for one server.
#[derive(Args, Debug)]
pub struct Arguments {
    /// A reason such as request_timeout, a detail such as "TLS handshake failure", a status such as 502; or access-log
    #[arg(value_name = "REASON [DETAIL]", value_parser = Word, hide_possible_values = true)]
    words: Vec<String>,

    /// Language of the output
    #[arg(long, value_name = "LANG", value_parser = lang(), ignore_case = true)]
    lang: Option<Lang>,

    /// Colours on the screen
    #[arg(long, value_name = "WHEN")]
    color: Option<Color>,
}

/// Any word; the shell completes what is one word.
#[derive(Clone)]
struct Word;

impl TypedValueParser for Word {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let names = setups().iter().map(|setup| setup.name.as_str());
        Some(Box::new(taxonomy::REASONS.iter().copied().chain([ACCESS_LOG]).chain(names).map(PossibleValue::new)))
    }
}

/// The word that asks for the lines of access logs.
const ACCESS_LOG: &str = "access-log";

pub fn run(arguments: &Arguments) -> Result<(), Stop> {
    let showing = Showing { lang: arguments.lang, color: arguments.color, ..Showing::default() };
    let shared = Shared { showing, ..Shared::default() };
    let view = screen::view(&shared);
    if let Some((_, servers)) = arguments.words.split_first().filter(|(word, _)| word.as_str() == ACCESS_LOG) {
        return screen::print(terminal::setups(asked(servers)?, &view).as_bytes());
    }
    match taxonomy::resolve(&arguments.words) {
        Ok(entries) => screen::print(terminal::explain(&entries, &view).as_bytes()),
        Err(unknown) => {
            let near = match unknown.nearest.as_slice() {
                [] => near_log(&unknown.word).into_iter().collect(),
                near => near.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(),
            };
            Err(Error::new(key::error::EXPLAIN_UNKNOWN)
                .with("word", Privacy::default().text(&unknown.word))
                .with_sentence("nearest", taxonomy::did_you_mean(near))
                .into())
        }
    }
}

/// The words for lines of access logs that a word may mean.
fn near_log(word: &str) -> Option<String> {
    let of_servers = setups().iter().map(|setup| format!("{ACCESS_LOG} {}", setup.name));
    let all: Vec<String> = std::iter::once(ACCESS_LOG.to_owned()).chain(of_servers).collect();
    taxonomy::nearest(word, all.iter().map(String::as_str)).first().map(|near| (*near).to_owned())
}

/// The servers of some names, or all.
fn asked(names: &[String]) -> Result<Vec<&'static Setup>, Error> {
    if names.is_empty() {
        return Ok(setups().iter().collect());
    }
    let known = || setups().iter().map(|setup| setup.name.as_str());
    let found = |name: &String| {
        setups().iter().find(|setup| setup.name.eq_ignore_ascii_case(name)).ok_or_else(|| {
            Error::new(key::server_setup::UNKNOWN)
                .with("value", Privacy::default().text(name))
                .with_sentence("nearest", taxonomy::suggestion(name, known()))
                .with_list("servers", known())
        })
    };
    names.iter().map(found).collect()
}
