//! The rules of counting, of `check` and of access logs, once more, by brute force and in another language:
//! `tests/reference/` (Python, standard library) judges scenarios row by row and holds the program against it.
//!
//! `ERRSTAT_SCENARIOS=20000` tries as many random ones; those of CI are always the same.

use std::{
    env,
    path::Path,
    process::{Command, Stdio},
};

use crate::{program::PROGRAM, tools};

/// Random scenarios beside the fixed ones, on two cores in less than two minutes with the optimised program.
const SCENARIOS: &str = "2000";
/// Random sets of rules, on two cores in less than half a minute.
const RULES: &str = "600";
/// Random access logs, on two cores in less than half a minute.
const LOGS: &str = "250";

#[test]
fn every_scenario_counts_as_the_reference_does() {
    let Some((tried, wanted)) = tried("run.py", SCENARIOS) else { return };
    assert!(tried > wanted, "the fixed scenarios are among them");
}

#[test]
fn every_rule_is_judged_as_the_reference_judges_it() {
    let Some((tried, wanted)) = tried("rules.py", RULES) else { return };
    assert_eq!(tried, wanted);
}

#[test]
fn every_access_log_is_told_as_the_reference_tells_it() {
    let Some((tried, wanted)) = tried("logs.py", LOGS) else { return };
    assert_eq!(tried, wanted);
}

/// Runs a script over so many random scenarios, or as many as the environment says; how many it tried, and was to try.
fn tried(script: &str, count: &str) -> Option<(usize, usize)> {
    let count = env::var("ERRSTAT_SCENARIOS").unwrap_or_else(|_| count.to_owned());
    let output = Command::new(tools::PYTHON.get()?)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference"))
        .args(["-B", script, PROGRAM, "0", &count])
        .stdin(Stdio::null())
        .output()
        .expect("python");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    eprint!("{told}");
    // `N scenarios, 0 wrong, M s`
    let tried = told.trim_end().lines().last()?.split(' ').next()?.parse();
    Some((tried.expect("a number"), count.parse().expect("a number")))
}
