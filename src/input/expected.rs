//! Files that should have been exports: what is skipped of them is missing somewhere.

use super::coverage::covered_before;
use crate::model::Sentence;

/// Endings of exports as they are downloaded, and as people save them again.
const ENDINGS: [&str; 6] = ["tsv", "csv", "txt", "xlsx", "xls", "ods"];
/// Endings of what is packed, and of a download that has not come to its end.
const AROUND: [&str; 5] = ["gz", "zst", "zip", "part", "crdownload"];

/// Whether a file that was skipped, by its path and the reason, calls itself an export: by its ending, packed or not, or
/// by a date. What errstat wrote itself, and mails that do not count, are known to be none.
pub fn is_expected(path: &str, why: &Sentence) -> bool {
    if ["other.own_output", "other.mail_sender"].contains(&why.key) {
        return false;
    }
    if why.key == "other.partial" {
        return true;
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    let mut parts = name.rsplit('.').map(str::to_lowercase);
    let mut ending = parts.next().unwrap_or_default();
    let has_ending = name.contains('.');
    while AROUND.contains(&ending.as_str()) {
        let Some(inner) = parts.next() else { break };
        ending = inner;
    }
    // A packed file without an ending of its own may hold anything.
    let bare = name.matches('.').count() == 1 && ["gz", "zst", "zip"].iter().any(|packed| name.ends_with(packed));
    has_ending && ENDINGS.contains(&ending.as_str()) || bare || covered_before(name).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_and_dates_promise_an_export() {
        let expected = |path: &str| is_expected(path, &Sentence::new("other.page"));
        for path in [
            "exports/shop-2026-11-23.tsv",
            "shop.TSV",
            "a.csv.gz",
            "a.tsv.zst",
            "week.xlsx",
            "shop.tsv.crdownload",
            "shop.zip",
            "all.zip/shop.txt",
            "shop-2026-11-23",
            "20261123",
            "errors-2026-W47.html",
        ] {
            assert!(expected(path), "{path}");
        }
        for path in ["README.md", "notes", "errstat.toml", "summary.json", "logo.png", "backup.tar.gz", "txt", "a.b/x"]
        {
            assert!(!expected(path), "{path}");
        }
        assert!(is_expected("Unconfirmed 123.crdownload", &Sentence::new("other.partial")));
        for own in ["other.own_output", "other.mail_sender"] {
            assert!(!is_expected("rejects.tsv", &Sentence::new(own)));
        }
    }
}
