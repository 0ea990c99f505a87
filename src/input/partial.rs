//! Downloads that a browser has not finished, by their names.

/// What browsers add to the name until all of it is there.
const ENDINGS: [&str; 6] = ["part", "crdownload", "partial", "opdownload", "download", "tmp"];

/// Whether a path is that of half a download: `shop.tsv.crdownload`, or a file in the folder that Safari calls
/// `shop.tsv.download`. A name that is nothing but such an ending to a word may be anything.
pub fn is_partial(path: &str) -> bool {
    let partial = |name: &str| {
        let Some((real, ending)) = name.rsplit_once('.') else { return false };
        let ending = ending.to_lowercase();
        let sure = real.contains('.') || ["crdownload", "part", "opdownload"].contains(&&*ending);
        sure && ENDINGS.contains(&&*ending)
    };
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let folder = folders.rsplit('/').next().unwrap_or("");
    partial(name) || folder.to_lowercase().ends_with(".download") && partial(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_have_names_for_half_a_download() {
        for path in [
            "w.tsv.crdownload",
            "in/w.tsv.part",
            "Unconfirmed 123456.crdownload",
            "w.tsv.CRDOWNLOAD",
            "w.tsv.download/w.tsv",
            "/a/b/w.tsv.tmp",
            "w.tsv.partial",
            "a.part",
        ] {
            assert!(is_partial(path), "{path}");
        }
        for path in ["w.tsv", "part", "w.part1.tsv", "weekly.download/w.tsv", "scratch.tmp", "-", "", "a.tmp/w.tsv"] {
            assert!(!is_partial(path), "{path}");
        }
    }
}
