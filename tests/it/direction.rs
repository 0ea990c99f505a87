//! The folders of `src/` in the order of CONTRIBUTING: each imports only from those before it, and no files import each
//! other in a circle.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// From the leaves to the program.
const ORDER: [&str; 13] = [
    "model", "taxonomy", "error", "archive", "input", "table", "analysis", "server", "check", "story", "chart",
    "render", "cli",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of sources").flatten() {
        let path = entry.path();
        match path.extension() {
            _ if path.is_dir() => sources(&path, found),
            Some(ending) if ending == "rs" => found.push(path),
            _ => {}
        }
    }
}

/// The module that a file holds: `src/table/overlap/mod.rs` is `["table", "overlap"]`.
fn module(path: &Path) -> Vec<String> {
    let inside = path.strip_prefix(concat!(env!("CARGO_MANIFEST_DIR"), "/src")).expect("a source");
    let mut parts: Vec<String> = inside.with_extension("").iter().map(|part| part.to_string_lossy().into()).collect();
    parts.pop_if(|last| last == "mod");
    parts
}

/// The paths of a tree of imports: `a::{b, c::D}` is `a::b` and `a::c::D`.
fn paths(tree: &str, before: &[String], found: &mut Vec<Vec<String>>) {
    let (mut depth, mut start) = (0, 0);
    let mut branches = Vec::new();
    for (i, sign) in tree.char_indices() {
        match sign {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => branches.push(&tree[std::mem::replace(&mut start, i + 1)..i]),
            _ => {}
        }
    }
    branches.push(&tree[start..]);
    for branch in branches.into_iter().map(str::trim).filter(|branch| !branch.is_empty()) {
        let (path, inner) = match branch.split_once('{') {
            Some((path, inner)) => (path, inner.strip_suffix('}')),
            None => (branch, None),
        };
        let parts = path.split("::").map(|part| part.split_whitespace().next().unwrap_or("").to_owned());
        let whole: Vec<String> = before.iter().cloned().chain(parts.filter(|part| !part.is_empty())).collect();
        match inner {
            Some(inner) => paths(inner, &whole, found),
            None => found.push(whole),
        }
    }
}

/// What a file imports, as whole paths from the crate's root; tests below the code do not count.
fn imports(path: &Path) -> Vec<Vec<String>> {
    let text = fs::read_to_string(path).expect("a source");
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = lines.join("\n");
    let own = module(path);
    let mut found = Vec::new();
    let mut trees: Vec<String> = Vec::new();
    for (i, _) in code.match_indices("use ") {
        let begins = code[..i].chars().next_back().is_none_or(|before| before.is_whitespace());
        let tree: String = code[i + 4..].chars().take_while(|sign| *sign != ';').collect();
        if begins && ["crate::", "super::", "self::"].iter().any(|root| tree.starts_with(root)) {
            trees.push(tree);
        }
    }
    // Paths in the code itself end where a name does.
    for (i, _) in code.match_indices("crate::").chain(code.match_indices("super::")) {
        trees.push(code[i..].chars().take_while(|sign| sign.is_alphanumeric() || "_:".contains(*sign)).collect());
    }
    for tree in trees {
        let mut of_tree = Vec::new();
        paths(&tree, &[], &mut of_tree);
        for path in of_tree {
            let supers = path.iter().take_while(|part| *part == "super").count();
            let root = match path.first().map(String::as_str) {
                Some("crate") => Vec::new(),
                _ => own[..own.len().saturating_sub(supers)].to_vec(),
            };
            let rest = path.into_iter().skip_while(|part| ["crate", "self", "super"].contains(&part.as_str()));
            found.push(root.into_iter().chain(rest).collect());
        }
    }
    found
}

#[test]
fn folders_import_from_those_before_them_only() {
    let mut files = Vec::new();
    sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut files);
    let place = |name: &str| ORDER.iter().position(|known| *known == name);
    let mut wrong = Vec::new();
    for file in &files {
        let own = module(file);
        let Some(folder) = own.first().filter(|folder| !["lib", "main"].contains(&folder.as_str())) else { continue };
        let here = place(folder).unwrap_or_else(|| panic!("{folder} has no place in the order"));
        for import in imports(file) {
            if let Some(there) = import.first().and_then(|name| place(name))
                && there > here
            {
                wrong.push(format!("{} imports {}", file.display(), import.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "against the direction:\n{}", wrong.join("\n"));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let mut files = Vec::new();
    sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut files);
    let modules: BTreeSet<Vec<String>> = files.iter().map(|file| module(file)).collect();
    let mut graph: BTreeMap<Vec<String>, BTreeSet<Vec<String>>> = BTreeMap::new();
    for file in &files {
        let own = module(file);
        for import in imports(file) {
            // The file that holds what is imported. What a module gathers for others is found in it, and that it names its
            // own files is no import.
            let held = (1..=import.len()).rev().map(|n| import[..n].to_vec()).find(|path| modules.contains(path));
            if let Some(held) = held.filter(|held| !own.starts_with(held) && !held.starts_with(&own)) {
                graph.entry(own.clone()).or_default().insert(held);
            }
        }
    }
    // Whatever imports nothing that is left goes, until nothing goes any more: a circle stays.
    loop {
        let left: BTreeSet<Vec<String>> = graph.keys().cloned().collect();
        graph.values_mut().for_each(|imports| imports.retain(|import| left.contains(import)));
        let before = graph.len();
        graph.retain(|_, imports| !imports.is_empty());
        if graph.len() == before {
            break;
        }
    }
    let circle: Vec<String> = graph.keys().map(|path| path.join("::")).collect();
    assert!(circle.is_empty(), "these files, or some of them, import each other in a circle: {}", circle.join(", "));
}
