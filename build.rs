//! Tells the program from which commit it is built, for `--version`, and makes Rust of the folders of `src/taxonomy`: a
//! language of each, and a constant of the key of each sentence, so that a misspelt one does not compile.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let root = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    // The fuzz targets stand in a folder of their own.
    let taxonomy = ["src/taxonomy", "../src/taxonomy"].map(|path| Path::new(&root).join(path));
    let taxonomy = taxonomy.iter().find(|path| path.is_dir()).expect("a folder of sentences");
    println!("cargo::rerun-if-changed={}", taxonomy.display());
    let languages = languages(taxonomy);
    let made = |name: &str, rust: String| {
        let target = Path::new(&env::var_os("OUT_DIR").expect("a folder for what is made")).join(name);
        fs::write(target, rust).expect("a folder that can be written to");
    };
    let texts: Vec<Texts> = languages.iter().map(|folder| texts(folder)).collect();
    made("keys.rs", constants(&languages, &texts));
    made("languages.rs", variants(&languages, &texts));
    let commit = packaged(Path::new(&root)).or_else(|| checked_out(&root));
    println!("cargo::rustc-env=ERRSTAT_COMMIT={}", commit.map_or(String::new(), |commit| format!(" ({commit})")));
}

/// What `cargo package` wrote beside the sources.
fn packaged(root: &Path) -> Option<String> {
    let text = fs::read_to_string(root.join(".cargo_vcs_info.json")).ok()?;
    let (_, rest) = text.split_once("\"sha1\": \"")?;
    rest.get(..9).map(str::to_owned)
}

/// The commit of the working tree, if that is errstat's own.
fn checked_out(root: &str) -> Option<String> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").current_dir(root).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    // Below another project's repository the sources are nobody's commit.
    if fs::canonicalize(git(&["rev-parse", "--show-toplevel"])?).ok()? != fs::canonicalize(root).ok()? {
        return None;
    }
    for file in ["HEAD", "logs/HEAD"] {
        println!("cargo::rerun-if-changed={}", git(&["rev-parse", "--git-path", file])?);
    }
    git(&["rev-parse", "--short=9", "HEAD"])
}

/// What a language's folder has beside sentences.
const NO_SENTENCES: [&str; 2] = ["language.toml", "vocabulary.toml"];

/// The folders of the languages: English, which others are held against, then by name.
fn languages(taxonomy: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(taxonomy).expect("a folder of languages").flatten().map(|entry| entry.path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort_by_key(|folder| (code(folder) != "en", folder.clone()));
    assert!(folders.first().is_some_and(|first| code(first) == "en"), "src/taxonomy/en is missing");
    folders
}

/// The language's code: the name of its folder.
fn code(folder: &Path) -> &str {
    folder.file_name().and_then(|name| name.to_str()).expect("a folder is named as its language's code")
}

/// The files of a language's sentences.
fn sentences(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of sentences").flatten().map(|entry| entry.path());
    let is_one = |path: &PathBuf| {
        path.extension().is_some_and(|ending| ending == "toml") && !NO_SENTENCES.iter().any(|name| path.ends_with(name))
    };
    let mut files: Vec<PathBuf> = entries.filter(is_one).collect();
    files.sort();
    files
}

/// The type of the languages, their files, and their texts in the order of their keys.
fn variants(languages: &[PathBuf], texts: &[Texts]) -> String {
    let (mut variants, mut all, mut sources) = (String::new(), String::new(), String::new());
    for (at, (folder, texts)) in languages.iter().zip(texts).enumerate() {
        let code = code(folder);
        let name: String = code.split('-').map(|part| part[..1].to_uppercase() + &part[1..]).collect();
        let default = if at == 0 { "    #[default]\n" } else { "" };
        variants += &format!("    /// `{code}`\n{default}    {name},\n");
        all += &format!("Lang::{name}, ");
        let [language, vocabulary] = NO_SENTENCES.map(|name| format!("include_str!({:?})", folder.join(name)));
        let phrases: String =
            texts.values().flat_map(BTreeMap::values).map(|text| format!("            {text},\n")).collect();
        sources += &format!(
            "    Source {{\n        code: {code:?},\n        language: LazyLock::new(|| parsed({language})),\n        \
             vocabulary: LazyLock::new(|| parsed({vocabulary})),\n        \
             phrases: &[\n{phrases}        ],\n    }},\n"
        );
    }
    let count = languages.len();
    format!(
        "/// A language of the outputs: a folder of `src/taxonomy`.\n\
         #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]\npub enum Lang {{\n{variants}}}\n\n\
         impl Lang {{\n    /// Every language, English first.\n    pub const ALL: [Lang; {count}] = [{all}];\n}}\n\n\
         static SOURCES: [Source; {count}] = [\n{sources}];\n"
    )
}

/// A language's texts by table and key.
type Texts = BTreeMap<String, BTreeMap<String, String>>;

/// The sentences of a language. Each file is tables of texts, a line for each, written as in TOML and as in Rust.
fn texts(folder: &Path) -> Texts {
    let mut found = Texts::new();
    for file in sentences(folder) {
        let text = fs::read_to_string(&file).expect("a file of sentences");
        let mut table = String::new();
        for (line, at) in text.lines().zip(1..).filter(|(line, _)| !line.is_empty() && !line.starts_with('#')) {
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                table = name.to_owned();
                continue;
            }
            let one = line.split_once(" = ").filter(|(_, text)| text.starts_with('"') && text.ends_with('"'));
            let (key, text) = one.unwrap_or_else(|| panic!("{}:{at}: no text on one line: {line}", file.display()));
            let before = found.entry(table.clone()).or_default().insert(key.to_owned(), text.to_owned());
            assert!(before.is_none(), "{}:{at}: a second {table}.{key}", file.display());
        }
    }
    found
}

/// Rust constants of the keys, and their names in the same order.
fn constants(languages: &[PathBuf], texts: &[Texts]) -> String {
    let english = &texts[0];
    for (language, other) in languages.iter().zip(texts) {
        let name = language.display();
        for (table, texts) in english.iter().chain(other) {
            let there = |all: &Texts, key| all.get(table).is_some_and(|texts| texts.contains_key(key));
            for key in texts.keys() {
                assert!(there(other, key), "{name} has no sentence {table}.{key}, which English has");
                assert!(there(english, key), "{name} has a sentence {table}.{key}, which English does not have");
            }
        }
    }
    let (mut constants, mut names, mut count) = (String::new(), String::new(), 0);
    for (table, texts) in english {
        constants += &format!("pub mod {table} {{\n    use super::SentenceKey;\n");
        for key in texts.keys() {
            constants += &format!("    pub const {}: SentenceKey = SentenceKey({count});\n", key.to_uppercase());
            names += &format!("    \"{table}.{key}\",\n");
            count += 1;
        }
        constants += "}\n";
    }
    format!("{constants}\nstatic NAMES: [&str; {count}] = [\n{names}];\n")
}
