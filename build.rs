//! Tells the program from which commit it is built, for `--version`, and makes a constant of the key of each sentence, so
//! that a misspelt one does not compile.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::Path,
    process::Command,
};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let root = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    // The fuzz targets stand in a folder of their own.
    let taxonomy = ["src/taxonomy", "../src/taxonomy"].map(|path| Path::new(&root).join(path));
    let taxonomy = taxonomy.iter().find(|path| path.is_dir()).expect("a folder of sentences");
    println!("cargo::rerun-if-changed={}", taxonomy.display());
    let target = Path::new(&env::var_os("OUT_DIR").expect("a folder for what is made")).join("keys.rs");
    fs::write(target, constants(taxonomy)).expect("a folder that can be written to");
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

/// The keys of a language's sentences by table; each file is tables of texts, a line for each.
fn keys(folder: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in fs::read_dir(folder).expect("a folder of sentences").flatten() {
        if file.file_name() == "vocabulary.toml" {
            continue;
        }
        let text = fs::read_to_string(file.path()).expect("a file of sentences");
        let mut table = String::new();
        for line in text.lines() {
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                table = name.to_owned();
            } else if let Some((key, _)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) {
                found.entry(table.clone()).or_default().insert(key.to_owned());
            }
        }
    }
    found
}

/// Rust constants of the keys, and their names in the same order.
fn constants(taxonomy: &Path) -> String {
    let english = keys(&taxonomy.join("en"));
    for language in fs::read_dir(taxonomy).expect("a folder of languages").flatten().map(|entry| entry.path()) {
        if language.is_dir() {
            let name = language.display();
            let other = keys(&language);
            for (table, keys) in english.iter().chain(&other) {
                let there = |all: &BTreeMap<String, BTreeSet<String>>, key| {
                    all.get(table).is_some_and(|keys| keys.contains(key))
                };
                for key in keys {
                    assert!(there(&other, key), "{name} has no sentence {table}.{key}, which English has");
                    assert!(there(&english, key), "{name} has a sentence {table}.{key}, which English does not have");
                }
            }
        }
    }
    let (mut constants, mut names, mut count) = (String::new(), String::new(), 0);
    for (table, keys) in &english {
        constants += &format!("pub mod {table} {{\n    use super::SentenceKey;\n");
        for key in keys {
            constants += &format!("    pub const {}: SentenceKey = SentenceKey({count});\n", key.to_uppercase());
            names += &format!("    \"{table}.{key}\",\n");
            count += 1;
        }
        constants += "}\n";
    }
    format!("{constants}\nstatic NAMES: [&str; {count}] = [\n{names}];\n")
}
