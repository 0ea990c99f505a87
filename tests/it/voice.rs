//! Words: no text has the phrases of `voice/en.txt` and `voice/ja.txt`, which say in a riddle what can be said plainly.

use std::{fs, path::Path};

use crate::program::Folder;

/// The phrases of a list.
fn phrases(list: &str) -> impl Iterator<Item = String> {
    list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(plain)
}

/// The words of a text on one line, in small letters.
fn plain(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A page without its blocks of what errstat prints.
fn without_output(page: &str) -> String {
    let mut printed = false;
    let kept = page.lines().filter(|line| {
        let opens = line.starts_with("```text") || line.starts_with("```console");
        printed = opens || printed && !line.starts_with("```");
        !printed
    });
    kept.collect::<Vec<_>>().join("\n")
}

/// The files of a folder with an ending, by their path from the project's folder: without lines of comments, and without
/// what errstat prints.
fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found: Vec<(String, String)> = fs::read_dir(root.join(folder))
        .unwrap()
        .map(|entry| format!("{folder}{}", entry.unwrap().file_name().to_string_lossy()))
        .filter(|path| path.ends_with(ending))
        .map(|path| (path.clone(), fs::read_to_string(root.join(path)).unwrap()))
        .collect();
    if ending != ".toml" {
        found.iter_mut().for_each(|(_, page)| *page = without_output(page));
    } else {
        for (_, text) in &mut found {
            *text = text.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n");
        }
    }
    assert!(!found.is_empty(), "{folder}");
    found
}

fn has_none(texts: &[(String, String)], list: &str) {
    let mut found = Vec::new();
    for (name, text) in texts {
        let text = plain(text);
        for phrase in phrases(list) {
            let whole = |at: usize| !text[..at].ends_with(|c: char| c.is_ascii_alphabetic());
            for (at, _) in text.match_indices(&phrase).filter(|(at, _)| whole(*at) || !phrase.is_ascii()) {
                let around: String = text[..at].chars().rev().take(40).collect::<Vec<_>>().into_iter().rev().collect();
                found.push(format!("{name}: “{phrase}” behind “{around}”"));
            }
        }
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn english_is_plain() {
    let mut texts = files("src/taxonomy/en/", ".toml");
    texts.extend(files("docs/", ".md").into_iter().filter(|(name, _)| !name.ends_with(".ja.md")));
    texts.extend(files("", ".md").into_iter().filter(|(name, _)| ["README.md", "CONTRIBUTING.md"].contains(&&**name)));
    let folder = Folder::new();
    for command in
        ["", "report", "summary", "check", "inspect", "convert", "reconcile", "explain", "man", "completions"]
            .into_iter()
            .map(str::to_owned)
            .chain(["", " add", " info", " verify", " remove", " rebuild"].map(|inner| format!("archive{inner}")))
    {
        let help = folder.errstat(&format!("{command} --help")).done().text();
        texts.push((format!("errstat {command} --help"), help));
    }
    has_none(&texts, include_str!("voice/en.txt"));
}

#[test]
fn japanese_is_plain() {
    let mut texts = files("src/taxonomy/ja/", ".toml");
    texts.extend(files("", ".ja.md"));
    texts.extend(files("docs/", ".ja.md"));
    for (_, text) in &mut texts {
        // LINE's own word for a reply token.
        *text = text.replace("応答トークン", "");
    }
    has_none(&texts, include_str!("voice/ja.txt"));
}

/// Round brackets are wide where they stand in Japanese, and labels of LINE's pages have square ones.
#[test]
fn japanese_brackets_are_wide() {
    let japanese = |c: Option<char>| {
        c.is_some_and(|c| ('\u{3040}'..='\u{30ff}').contains(&c) || ('\u{4e00}'..='\u{9fff}').contains(&c))
    };
    for (name, text) in
        files("src/taxonomy/ja/", ".toml").into_iter().chain(files("", ".ja.md")).chain(files("docs/", ".ja.md"))
    {
        // What stands between backticks is code.
        let outside = |line: &str| line.split('`').step_by(2).collect::<Vec<_>>().join("\u{fffc}");
        let prose = text.lines().map(outside).collect::<Vec<_>>().join("\n");
        for (at, _) in prose.match_indices('(') {
            let beside = [prose[..at].chars().next_back(), prose[at + 1..].chars().next()];
            assert!(
                !beside.into_iter().any(japanese),
                "{name}: {}",
                prose[..at].lines().next_back().unwrap_or_default()
            );
        }
    }
}
