//! How far the numbers can be trusted: inputs, how each was read, rejects.

use crate::{
    analysis::{Analysis, Input},
    model::Sentence,
};

use super::{times::Clock, words::shortened};

/// Inputs and rejects that are listed; summary.json has all of them.
const LISTED: usize = 100;

/// The section's tables.
#[derive(Clone, Debug)]
pub(super) struct Quality {
    pub inputs: Vec<Read>,
    pub more_inputs: usize,
    pub rejects: Vec<Rejected>,
    pub more_rejects: u64,
}

/// How one input was read.
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub path: String,
    pub channel: Option<String>,
    pub form: String,
    /// Meaning and heading of each recognised column.
    pub columns: Vec<(String, String)>,
    pub rows: String,
    pub accepted: String,
    pub rejected: String,
    pub any_rejected: bool,
    pub errors: String,
    pub span: Option<String>,
    pub precision: Option<String>,
    pub coverage: String,
    pub same_as: Option<String>,
}

/// A row that was not counted.
#[derive(Clone, Debug)]
pub(super) struct Rejected {
    pub path: String,
    pub line: String,
    pub why: String,
    pub text: String,
}

impl Quality {
    pub fn new(analysis: &Analysis, clock: &Clock) -> Self {
        let rejects: Vec<Rejected> = analysis
            .rejects
            .examples
            .iter()
            .take(LISTED)
            .map(|reject| Rejected {
                path: shortened(&reject.path),
                line: clock.lang.number(reject.line),
                why: reject.why.clone(),
                text: shortened(&reject.text),
            })
            .collect();
        Quality {
            inputs: analysis.inputs.iter().take(LISTED).map(|input| read(input, clock)).collect(),
            more_inputs: analysis.inputs.len().saturating_sub(LISTED),
            more_rejects: analysis.rejects.count.saturating_sub(rejects.len() as u64),
            rejects,
        }
    }
}

fn read(input: &Input, clock: &Clock) -> Read {
    let lang = clock.lang;
    Read {
        path: shortened(&input.path),
        channel: input.channel.as_deref().map(shortened),
        form: match (input.encoding, input.delimiter) {
            (Some(encoding), Some(name)) => lang.say(
                &Sentence::new("page.input_form")
                    .with("kind", input.kind)
                    .with("encoding", encoding)
                    .with("delimiter", delimiter(name, clock)),
            ),
            _ => input.kind.to_owned(),
        },
        columns: input
            .columns
            .named()
            .map(|(role, heading)| (lang.phrase(role).to_owned(), shortened(heading)))
            .collect(),
        rows: lang.number(input.rows),
        accepted: lang.number(input.accepted),
        rejected: lang.number(input.rejected),
        any_rejected: input.rejected > 0,
        errors: lang.number(input.errors),
        span: match (input.first, input.last) {
            (Some(first), Some(last)) => Some(
                lang.say(&Sentence::new("page.range").with("from", clock.moment(first)).with("to", clock.moment(last))),
            ),
            _ => None,
        },
        precision: input.precision.map(|name| precision(name, clock)),
        coverage: match input.coverage.until {
            Some(until) => {
                let key = match input.coverage.by {
                    "--exported-at" => "page.coverage_by_option",
                    "file name" => "page.coverage_by_name",
                    "archive" => "page.coverage_by_archive",
                    _ => "page.coverage_until",
                };
                lang.say(&Sentence::new(key).with("until", clock.moment(until)))
            }
            None => lang.phrase("page.coverage_unknown").to_owned(),
        },
        same_as: input.same_as.as_deref().map(shortened),
    }
}

fn precision(name: &str, clock: &Clock) -> String {
    let key = match name {
        "second" => "page.precision_second",
        "minute" => "page.precision_minute",
        "5m" => "page.precision_five_minutes",
        "hour" => "page.precision_hour",
        "day" => "page.precision_day",
        other => return other.to_owned(),
    };
    clock.lang.phrase(key).to_owned()
}

fn delimiter<'a>(name: &'a str, clock: &Clock) -> &'a str {
    let key = match name {
        "tab" => "page.delimiter_tab",
        "comma" => "page.delimiter_comma",
        "semicolon" => "page.delimiter_semicolon",
        other => return other,
    };
    clock.lang.phrase(key)
}
