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
        // Why the system refused is said in the language too.
        for refused in ["check webhook-errors.tsv --baseline missing.json", "summary . --config errstat.toml/x"] {
            let sentence = folder.errstat(&format!("{refused} --lang {code}")).refused();
            assert!(!sentence.contains("os error") && sentence.contains(['2', '0']), "{sentence}");
        }
        folder.errstat(&format!("report {week} -o {code}.html --lang {code}")).done();
        said("report.html", &untagged(&folder.text(&format!("{code}.html"))));
    }
}

/// What the mails of a file are besides notifications that count.
#[test]
fn other_mails_have_a_name_in_each_language() {
    let mail = |from: &str, subject: &str, text: &str| {
        format!(
            "From x Thu Nov 19 09:00:00 2026\nFrom: {from}\nDate: Thu, 19 Nov 2026 09:00:00 +0900\nSubject: {subject}\n\n{text}\n\n"
        )
    };
    let id = "Channel ID: 1650000001\nChannel name: s\nTime detected: 2026-11-18 10:00:00";
    let counted = "Reason for error: error_status_code\nDetail for error: 502\nError count: 9\n";
    let folder = Folder::with(
        "box",
        mail("a@b.example", "s", "x")
            + &mail("no-reply@line.me", "Messaging API: Webhook redelivery stopped - s", id)
            + &mail(
                "x@elsewhere.example",
                "Messaging API: Your bot server returned no response or an error - s",
                &(counted.to_owned() + id),
            ),
    );
    let kinds = ["other mail", "redelivery stopped", "mail from another sender"];
    for lang in Lang::ALL {
        let line = format!("inspect box --mail-from-domain line.me --lang {}", lang.code());
        let text = folder.errstat(&line).done().text();
        assert!(kinds.iter().all(|kind| text.contains(kind) == (lang == Lang::default())), "{text}");
    }
}

/// Signs between the parts of a sentence are those of its language.
#[test]
fn chinese_has_chinese_signs_and_no_blanks_between_its_words() {
    let folder = folder();
    folder.file(
        "rules.toml",
        "[[check.rule]]\nreason = \"request_timeout\"\nhost = \"*\"\nmax_errors = 1\n\
         [[check.rule]]\nstatus = \"5xx\"\nmax_errors = 1\nper = \"day\"\n",
    );
    let week = "webhook-errors.tsv --period 2026-W47 --as-of 2026-11-23 --access-log access.log.gz --lang zh-Hant";
    let check = folder.errstat(&format!("check {week} --config rules.toml")).run().text();
    assert!(check.contains("request_timeout｜*：max_errors"), "{check}");
    assert!(check.contains("5xx：max_errors（per = day）"), "{check}");
    let ending = folder.errstat("report webhook-errors.tsv -o x.foo --lang zh-Hant").refused();
    assert!(ending.contains(".html、.eml、.md"), "{ending}");
    let setups = folder.errstat("explain access-log --lang zh-Hant").done().text();
    assert!(setups.contains("在 server { } 或 http { } 裡："), "{setups}");
    let all = [
        folder.errstat(&format!("summary {week} --full")).run().text(),
        folder.errstat("inspect webhook-errors.tsv access.log.gz --lang zh-Hant").done().text(),
        folder.errstat("explain --lang zh-Hant").done().text(),
        folder.errstat(&format!("summary {week} --format markdown --only status=5xx")).run().text(),
        folder.errstat(&format!("summary {week} --format line")).run().text(),
        setups,
        check,
    ];
    let han = |c: char| ('\u{3001}'..='\u{9fff}').contains(&c) || ('\u{ff01}'..='\u{ff5e}').contains(&c);
    for line in all.iter().flat_map(|text| text.lines()) {
        let signs: Vec<char> = line.chars().collect();
        let wrong = signs.windows(3).find(|beside| match **beside {
            [before, ' ', after] => han(after) && after != '｜' && (han(before) || ",:;".contains(before)),
            [before, ',' | ':' | ';' | '(' | ')', _] => han(before),
            _ => false,
        });
        assert!(wrong.is_none(), "{wrong:?} in {line}");
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
