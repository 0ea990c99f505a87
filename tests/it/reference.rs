//! The rules of counting once more, by brute force and in another language: `tests/reference/` (Python, standard
//! library) judges scenarios row by row and holds the program against it.
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

#[test]
fn every_scenario_counts_as_the_reference_does() {
    let count = env::var("ERRSTAT_SCENARIOS").unwrap_or_else(|_| SCENARIOS.to_owned());
    let Some(python) = tools::PYTHON.get() else { return };
    let output = Command::new(python)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference"))
        .args(["-B", "run.py", PROGRAM, "0", &count])
        .stdin(Stdio::null())
        .output()
        .expect("python");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    // `N scenarios, 0 wrong, M s`: the fixed ones are among them.
    let tried: Option<usize> = told.trim_end().lines().last().and_then(|line| line.split(' ').next()?.parse().ok());
    assert!(tried > count.parse().ok(), "{told}");
    eprint!("{told}");
}
