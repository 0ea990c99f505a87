//! Tells the program from which commit it is built, for `--version`.

use std::{env, fs, path::Path, process::Command};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let root = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
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
