//! errstat.toml: it is taken over or refused with its place, and neither writes nor reveals anything.

#![no_main]

use std::{ffi::OsString, fs, path::PathBuf, sync::LazyLock};

use clap::{Args, Command, FromArgMatches};

use errstat::{
    analysis::{AsOf, Calendar},
    cli::{
        config::{Config, ConfigFile, language},
        options::Shared,
    },
    error::Error,
    model::{Span, Timestamp},
    taxonomy::Lang,
};
use libfuzzer_sys::fuzz_target;

/// 2026-11-23T00:00:00Z.
const NOW: Timestamp = Timestamp(1_795_392_000_000);

/// The file of this process.
static FILE: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("errstat-fuzz-{}.toml", std::process::id())));

fuzz_target!(|data: &[u8]| {
    fs::write(&*FILE, data).expect("the temporary folder can be written");
    let file = match ConfigFile::find(Some(&FILE)) {
        Ok(Some(file)) => file,
        Ok(None) => unreachable!("the file is there"),
        Err(error) => return refused(&error, None),
    };
    let config = match Config::parse(&file) {
        Ok(config) => config,
        Err(error) => return refused(&error, Some(data)),
    };
    let command = Shared::augment_args(Command::new("check").no_binary_name(true))
        .mut_arg("inputs", |inputs| inputs.required(false));
    let read = |arguments: Vec<OsString>| command.clone().try_get_matches_from(arguments).expect("what was looked at");
    let arguments = config.arguments(&command, &read(Vec::new())).unwrap_or_else(|error| {
        refused(&error, Some(data));
        Vec::new()
    });
    let shared = Shared::from_arg_matches(&read(arguments)).expect("what was looked at");
    if let Err(error) = config.rules() {
        refused(&error, Some(data));
    }
    language(&[], Some(&config));
    config.told();

    assert!(shared.reading.inputs.is_empty() && shared.reading.rejects.is_none());
    assert!(!shared.showing.show_urls && shared.keep_urls.is_none());

    // What was taken over can be worked with.
    let options = shared.analysis_options(NOW, NOW);
    shared.read_options();
    shared.channel_rules();
    shared.filter();
    assert!(shared.top() > 0);
    let as_of = match options.as_of {
        AsOf::At(at) => at,
        AsOf::Data => NOW,
    };
    let data = Some(Span { first: Timestamp(NOW.0 - 40 * 86_400_000), last: NOW });
    let calendar = Calendar { zone: options.zone, week_start: options.week_start, as_of, data };
    match options.period.resolve(&calendar) {
        Ok(resolved) => assert!(resolved.bounds.start <= resolved.bounds.end),
        Err(error) => refused(&error, None),
    }
});

/// A refusal is a sentence in every language, and names a place that is in the file.
fn refused(error: &Error, file: Option<&[u8]>) {
    for lang in Lang::ALL {
        assert!(!error.text(lang).is_empty());
    }
    let Some(file) = file else { return };
    let number = |name: &str| -> usize {
        let (_, value) = error.0.values.iter().find(|(placeholder, _)| *placeholder == name).expect("a place");
        match value {
            errstat::model::Filling::Text(text) => text.parse().expect("a number"),
            other => panic!("{other:?}"),
        }
    };
    assert!((1..=1 + file.iter().filter(|b| **b == b'\n').count()).contains(&number("line")));
    assert!((1..=1 + file.len()).contains(&number("column")));
}
