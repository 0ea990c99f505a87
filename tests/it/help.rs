//! What `--help` says.

use crate::program::Folder;

/// Rows of a terminal as most people have it.
const SCREEN: usize = 40;

#[test]
fn the_help_fits_a_screen() {
    let folder = Folder::new();
    let commands = [
        "--help",
        "-h",
        "report -h",
        "summary -h",
        "check -h",
        "inspect -h",
        "archive -h",
        "archive add -h",
        "convert -h",
        "reconcile -h",
        "explain -h",
    ];
    for line in commands {
        let help = folder.errstat(line).env("COLUMNS", "80").done().text();
        assert!(
            help.lines().count() <= SCREEN && help.lines().all(|line| line.chars().count() <= 80),
            "{line}\n{help}"
        );
        assert!(line != "--help" || help.matches("  errstat ").count() >= 2, "examples: {help}");
    }
}

/// What is rarely wanted is left out of the short help only.
#[test]
fn the_long_help_tells_every_option() {
    let long = Folder::new().errstat("summary --help").done().text();
    for option in ["--columns", "--encoding", "--time-format", "--exported-at", "--max-bytes", "--threads", "2GiB"] {
        assert!(long.contains(option), "{option}: {long}");
    }
}

#[test]
fn the_manual_has_a_text_for_every_option_and_a_page_for_every_command() {
    let folder = Folder::new();
    for command in ["summary", "report", "check", "archive add", "archive-verify"] {
        let page = folder.errstat(&format!("man {command}")).done().text();
        let mut lines = page.lines();
        while let Some(line) = lines.next() {
            if line == ".TP" {
                let (option, told) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
                assert!(!told.is_empty(), "{command}: {option}");
            }
        }
    }
}
