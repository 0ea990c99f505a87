//! Links within the project: each leads to a file, and to a heading that it has. Those of docs/ stay in docs/, which is a
//! book too, and a book has only its own pages.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Markdown files of a folder and of those in it; `target` and hidden ones but `.github` are left out.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && name != "target" && (!name.starts_with('.') || name == ".github") {
            found.extend(pages(&path));
        } else if name.ends_with(".md") {
            found.push(path);
        }
    }
    found
}

/// The lines of a page outside of blocks of code.
fn prose(page: &str) -> impl Iterator<Item = &str> {
    let mut code = false;
    page.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        !code && !fence
    })
}

/// Where the links of a page lead that name no site.
fn links(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in prose(page) {
        // What stands between backticks is code.
        let text = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
        let inline = text.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
        let named = text.starts_with('[').then(|| text.split_once("]: ").map(|(_, link)| link)).flatten();
        found.extend(inline.chain(named).filter(|link| !link.contains(':')).map(str::to_owned));
    }
    found
}

/// What a page's headings are called in links: <https://github.com/gjtorikian/html-pipeline> makes them, and mdBook alike.
fn anchors(page: &str) -> HashSet<String> {
    let mut found = HashSet::new();
    for line in prose(page) {
        let Some((_, heading)) = line.split_once("# ").filter(|(marks, _)| marks.chars().all(|c| c == '#')) else {
            continue;
        };
        let kept =
            heading.to_lowercase().chars().filter(|c| c.is_alphanumeric() || "-_ ".contains(*c)).collect::<String>();
        let name = kept.trim().replace(' ', "-");
        let again = (1..).map(|number| format!("{name}-{number}"));
        let free = std::iter::once(name.clone()).chain(again).find(|name| !found.contains(name)).unwrap();
        found.insert(free);
    }
    found
}

#[test]
fn every_link_leads_somewhere() {
    let (mut dead, mut followed) = (Vec::new(), 0);
    for page in pages(root()) {
        for link in links(&fs::read_to_string(&page).unwrap()) {
            followed += 1;
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let there = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            let docs = root().join("docs");
            // A book has no lists of folders either.
            let of_book = || there.canonicalize().is_ok_and(|there| there.is_file() && there.starts_with(&docs));
            let inside = !page.starts_with(&docs) || of_book();
            let heads =
                anchor.is_empty() || fs::read_to_string(&there).is_ok_and(|text| anchors(&text).contains(anchor));
            if !there.exists() || !inside || !heads {
                dead.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(followed > 50, "{followed}");
    assert!(dead.is_empty(), "\n{}", dead.join("\n"));
}

#[test]
fn each_page_of_docs_is_in_the_book() {
    let summary = links(&fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap());
    for page in pages(&root().join("docs")) {
        let name = page.file_name().unwrap().to_str().unwrap();
        assert!(name == "SUMMARY.md" || summary.iter().any(|link| link == name), "{name}");
    }
}
