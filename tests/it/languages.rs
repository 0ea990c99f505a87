//! Every language says everything, and the same.

use std::{collections::BTreeSet, fs, path::Path};

use errstat::taxonomy::Lang;
use serde_json::Value;

use crate::program::Folder;

/// Words that an English sentence can hardly do without, and that stand in none of LINE's words.
const ENGLISH: [&str; 24] = [
    "the", "is", "isn't", "are", "aren't", "was", "were", "has", "have", "doesn't", "can't", "of", "and", "with",
    "since", "that", "this", "which", "from", "until", "than", "they", "these", "because",
];

/// Names of statuses that are sentences.
const NAMES: [&str; 2] = ["Origin is unreachable", "Web server is down"];

/// What is told in a language's own words, by its name in JSON.
const TEXTS: [&str; 8] = ["headline", "text", "why", "name", "advice", "title", "finding", "sentence"];

const RULES: &str = "[check]\nmax_errors = 5\nmax_increase = \"10%\"\nmax_incidents = 0\nmax_rejected = 0\n\
                     new_details = \"fail\"\nunknown_details = \"warn\"\nmax_age = \"8d\"\n\
                     [[check.rule]]\nreason = \"request_timeout\"\nmax_errors = 1\nper = \"hour\"\n";

/// The sample, with a row that cannot be read, and a mail.
fn folder() -> Folder {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let read = |name: &str| fs::read(data.join(name)).unwrap();
    let folder = Folder::new();
    let mut export = read("webhook-errors.tsv");
    export.extend(b"2026-11-22\t25:61:00\t25:61:30\trequest_timeout\tRequest timeout\t1\n");
    folder.file("webhook-errors.tsv", export);
    folder.file("access.log.gz", read("access.log.gz"));
    folder.file("errstat.toml", RULES);
    folder
}

fn others() -> impl Iterator<Item = Lang> {
    Lang::ALL.into_iter().filter(|lang| *lang != Lang::default())
}

/// A text without its tags, and without what stands in the elements that hold no sentence.
fn untagged(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        out.push_str(before);
        out.push(' ');
        let silent = ["style", "script", "code", "pre"].into_iter().find(|name| tag.starts_with(name));
        let end = silent.map_or_else(|| ">".to_owned(), |name| format!("</{name}>"));
        rest = tag.split_once(&end).map_or("", |(_, after)| after);
    }
    out + rest
}

/// The English words of a text outside of commands, which stand between backticks, and of addresses.
fn english(text: &str) -> BTreeSet<String> {
    let text = NAMES.into_iter().fold(text.to_owned(), |text, name| text.replace(name, ""));
    let outside: String = text.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    let words = outside.split_whitespace().filter(|word| !word.contains("://"));
    let words = words.flat_map(|word| word.split(|c: char| !(c.is_ascii_alphanumeric() || "'’_-./".contains(c))));
    words.filter(|word| ENGLISH.contains(word)).map(str::to_owned).collect()
}

#[test]
fn no_english_is_left_in_any_output() {
    let folder = folder();
    let week = "webhook-errors.tsv --period 2026-W47 --as-of 2026-11-23 --access-log access.log.gz";
    for lang in others() {
        let code = lang.code();
        let said = |name: &str, text: &str| {
            let found = english(text);
            let line = text.lines().find(|line| !english(line).is_empty());
            assert!(found.is_empty(), "{code} {name}: {found:?} in {line:?}");
        };
        for line in [
            format!("summary {week} --full"),
            format!("summary {week} --format markdown"),
            format!("summary {week} --format line"),
            format!("summary {week} --format slack"),
            format!("summary {week} --format teams"),
            format!("summary {week} --format discord"),
            format!("summary {week} --format line-flex"),
            format!("check {week} --format text"),
            format!("check {week} --format markdown"),
            format!("check {week} --format github"),
            "inspect webhook-errors.tsv access.log.gz".to_owned(),
            "explain".to_owned(),
        ] {
            let output = folder.errstat(&format!("{line} --lang {code}")).run();
            said(&line, &output.text());
            said(&line, &output.stderr);
        }
        for mistake in ["summary missing.tsv", "summary --perod 7d", "check webhook-errors.tsv --period lastweek"] {
            said(mistake, &folder.errstat(&format!("{mistake} --lang {code}")).refused());
        }
        folder.errstat(&format!("report {week} -o {code}.html --lang {code}")).done();
        said("report.html", &untagged(&folder.text(&format!("{code}.html"))));
    }
}

/// Empties what is told in words.
fn without_texts(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if TEXTS.contains(&name.as_str()) => text.clear(),
                    value => without_texts(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(without_texts),
        _ => {}
    }
}

#[test]
fn a_language_never_changes_a_number() {
    let folder = folder();
    for command in ["summary", "check"] {
        let said = |lang: Lang| {
            let code = lang.code();
            let line = format!("{command} webhook-errors.tsv --access-log access.log.gz --format json --lang {code}");
            let output = folder.errstat(&format!("{line} --as-of 2026-11-23")).run();
            let mut json: Value = serde_json::from_slice(&output.stdout).expect("JSON");
            without_texts(&mut json);
            (output.code, json)
        };
        let first = said(Lang::default());
        for lang in others() {
            assert_eq!(said(lang), first, "{command} {lang:?}");
        }
    }
}

/// A short README of another language gives the commands of the English one.
#[test]
fn the_readmes_give_the_same_commands() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let blocks = |readme: &str| {
        let text = fs::read_to_string(root.join(readme)).unwrap_or_else(|error| panic!("{readme}: {error}"));
        let blocks = text.split("\n```").skip(1).step_by(2).map(|block| block.trim().to_owned());
        (text.clone(), blocks.collect::<BTreeSet<_>>())
    };
    let (english, commands) = blocks("README.md");
    for code in others().map(Lang::code).filter(|code| *code != "ja") {
        let name = format!("README.{code}.md");
        let (_, theirs) = blocks(&name);
        assert!(theirs.len() > 4 && theirs.is_subset(&commands), "{name}: {:?}", theirs.difference(&commands));
        assert!(english.contains(&name), "README.md does not name {name}");
    }
}
