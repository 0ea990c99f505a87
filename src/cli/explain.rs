//! `errstat explain`: what a reason or a detail means, and what to do.

use clap::Args;

use super::{
    Stop,
    options::{Color, Shared, Showing, lang},
    screen,
};
use crate::{
    error::Error,
    model::{Privacy, key},
    render::terminal,
    taxonomy::{self, Lang},
};

/// Explain a reason or detail: meaning, likely causes, what to do first
///
/// Takes a reason, a detail, both, or an HTTP status such as 502. Without any, explains all of them.
#[derive(Args, Debug)]
pub struct Arguments {
    /// A reason such as request_timeout, a detail such as "TLS handshake failure", a status such as 502
    #[arg(value_name = "REASON [DETAIL]")]
    words: Vec<String>,

    /// Language of the output
    #[arg(long, value_name = "LANG", value_parser = lang)]
    lang: Option<Lang>,

    /// Colours on the screen
    #[arg(long, value_name = "WHEN")]
    color: Option<Color>,
}

pub fn run(arguments: &Arguments) -> Result<(), Stop> {
    let showing = Showing { lang: arguments.lang, color: arguments.color, ..Showing::default() };
    let shared = Shared { showing, ..Shared::default() };
    match taxonomy::resolve(&arguments.words) {
        Ok(entries) => screen::print(terminal::explain(&entries, &screen::view(&shared)).as_bytes()),
        Err(unknown) => {
            let nearest = Some(unknown.nearest.join(", ")).filter(|nearest| !nearest.is_empty());
            Err(Error::new(key::error::EXPLAIN_UNKNOWN)
                .with("word", Privacy::default().text(&unknown.word))
                .with_sentence("nearest", taxonomy::did_you_mean(nearest.as_deref()))
                .into())
        }
    }
}
