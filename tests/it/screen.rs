//! What stands on a terminal, and what goes into a pipe.

use std::process::{Command, Stdio};

use unicode_width::UnicodeWidthStr;

use crate::{
    program::{AS_OF, Folder, PROGRAM, ended},
    tools,
};

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/webhook-errors.tsv");
const WEEK: &str = "--period 2026-W47 --exported-at 2026-11-23T09:00 --channel shop";

/// Lines that a command prints on a terminal with so many columns; none where no terminal can be had.
fn on_terminal(folder: &Folder, line: &str, columns: usize) -> Option<Vec<String>> {
    on_terminal_in(folder, "Asia/Tokyo", line, columns)
}

/// The same on a machine in a zone, which remembers in the folder what it has said.
fn on_terminal_in(folder: &Folder, zone: &str, line: &str, columns: usize) -> Option<Vec<String>> {
    let script = tools::SCRIPT.get()?;
    let command = format!("stty cols {columns} rows 24; '{PROGRAM}' {line} --color never --as-of {AS_OF}");
    let mut call = Command::new(script);
    call.args(["-qec", &command, "/dev/null"])
        .current_dir(folder.path(""))
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", zone)
        .env("XDG_STATE_HOME", folder.path("state"));
    let child = call.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a terminal");
    let output = ended(child);
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stdout));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    Some(text.lines().map(|line| line.trim_end().to_owned()).collect())
}

#[test]
fn a_terminal_shows_what_fits_and_says_how_to_see_all() {
    let folder = Folder::new();
    for lang in ["en", "ja", "th", "zh-Hant"] {
        let call = format!("summary {SAMPLE} {WEEK} --lang {lang}");
        let Some(lines) = on_terminal(&folder, &call, 80) else { return };
        let text = lines.join("\n");
        // One line is left for the next command.
        assert!(lines.len() < 24, "{text}");
        assert!(lines.iter().all(|line| line.width() <= 80), "{text}");
        // As README of the sample tells the evening; 692 of the week are 502s.
        for part in ["991", "shop", "502 Bad Gateway", "692", "69.8", "--full"] {
            assert!(text.contains(part), "{part} is missing:\n{text}");
        }
        let heading = match lang {
            "en" => "\nFiles\n",
            "ja" => "\nファイル\n",
            "th" => "\nไฟล์\n",
            _ => "\n檔案\n",
        };
        assert!(!text.contains(heading), "{text}");
        let full = on_terminal(&folder, &format!("{call} --full"), 80).unwrap().join("\n");
        let piped = folder.errstat(&call).env("COLUMNS", "80").done().text().to_owned();
        for all in [&full, &piped] {
            assert!(all.contains(heading) && !all.contains("--full") && all.lines().count() > 40, "{all}");
        }
    }
}

/// The commands of both READMEs that are followed by what they show, with that: the layout, letter by letter. What the
/// numbers are is held against counts by hand in `sample.rs`.
#[test]
fn the_readmes_show_what_the_program_shows() {
    const READMES: [(&str, &str); 2] =
        [("README.md", include_str!("../../README.md")), ("README.ja.md", include_str!("../../README.ja.md"))];
    // The commands name the sample as it is in the project's folder.
    let folder = Folder::new();
    folder.file("data/webhook-errors.tsv", std::fs::read(SAMPLE).expect("the sample"));
    for (name, readme) in READMES {
        let (before, behind) = readme.split_once("\n```text\n").expect("a block of text");
        let (block, _) = behind.split_once("\n```\n").expect("its end");
        let call = before.rsplit("`errstat ").next().and_then(|call| call.split('`').next()).expect("a command");
        let Some(lines) = on_terminal(&folder, call, 80) else { return };
        assert_eq!(block, lines.join("\n").trim_end(), "{name}: {call}");
    }
}

/// The zone of the report is said where it isn't the machine's, once, and never where somebody chose one.
#[test]
fn the_zone_is_said_once() {
    let folder = Folder::new();
    let called = |zone: &str, options: &str| {
        let call = format!("summary {SAMPLE} {WEEK} {options}");
        Some(on_terminal_in(&folder, zone, &call, 80)?.join("\n"))
    };
    for (zone, options, said) in [
        ("Asia/Tokyo", "", false),
        ("Europe/Berlin", "--timezone Asia/Taipei", false),
        ("Europe/Berlin", "--quiet", false),
        ("Europe/Berlin", "", true),
        ("Europe/Berlin", "", false),
    ] {
        let Some(text) = called(zone, options) else { return };
        assert_eq!(text.contains("timezone = \"Europe/Berlin\""), said, "{zone} {options}:\n{text}");
        assert!(!text.contains("Europe/Berlin ·"), "{text}");
    }
    // Where nothing can be remembered nothing is said, and nothing fails.
    let folder = Folder::new();
    folder.file("state", "");
    let text = on_terminal_in(&folder, "Europe/Berlin", &format!("summary {SAMPLE} {WEEK}"), 80).unwrap().join("\n");
    assert!(!text.contains("Europe/Berlin") && text.contains("991"), "{text}");
}

#[test]
fn lines_fit_terminals_of_any_width() {
    let folder = Folder::new();
    let long = "長い名前".repeat(250);
    let head = "Channel name\tDate\tStart\tEnd\tReason\tDetail\tErrors\n";
    let rows = ["ร้านค้า", "가게", "متجر", &long]
        .map(|name| format!("{name}\t2026-11-18\t12:00:00\t12:00:10\tunclassified\t{name}\t20\n"));
    folder.file("names.tsv", head.to_owned() + &rows.concat()).file("none.tsv", head);
    for input in ["names.tsv", "none.tsv"] {
        for (columns, full) in [(40, ""), (80, ""), (120, ""), (80, "--full")] {
            let Some(lines) = on_terminal(&folder, &format!("summary {input} {full}"), columns) else { return };
            assert!(lines.iter().all(|line| line.width() <= columns), "{}", lines.join("\n"));
            assert!(columns < 80 || !full.is_empty() || lines.len() < 24, "{}", lines.join("\n"));
        }
    }
}

#[test]
fn a_few_lines_are_for_any_chat() {
    let folder = Folder::new();
    let row = |channel: &str, errors: u64| {
        format!("{channel}\t2026-11-18\t12:00:00\t12:00:10\terror_status_code\t502\t{errors}\n")
    };
    let head = "Channel name\tDate\tStart\tEnd\tReason\tDetail\tErrors\n";
    folder.file("w.tsv", head.to_owned() + &row("@everyone", 30) + &row("*shop*", 10));
    let text = folder.errstat(&format!("summary w.tsv --format line --as-of {AS_OF}")).done().text().to_owned();
    // 30 and 10 of 40; of what came behind 12:00 nobody knows.
    assert!(text.contains("@\u{2060}everyone: ≥ 30 errors (75.0 %)"), "{text}");
    assert!(text.contains("∗shop∗: ≥ 10 errors (25.0 %)"), "{text}");
    assert!(!text.contains(['*', '`', '<', '|']) && !text.contains("@everyone"), "{text}");
}
