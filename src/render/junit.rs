//! JUnit's XML: one test case for each rule, as Jenkins and GitLab read it.

use std::{collections::HashMap, time::Duration};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::verdict::{configuration, said, title};
use crate::{
    check::{Judgement, Outcome, Status, Verdict},
    model::{disarmed, key},
    story::Clock,
    taxonomy::Lang,
};

/// The verdict as a JUnit report. A broken rule is a failure; a rule that only warns passes, with its text as output; a
/// rule that could not be judged is skipped; what keeps everything from being judged is an error, and what is not known
/// beside a broken rule is skipped.
///
/// It is valid by the schema of Jenkins' xUnit plugin (junit-10.xsd), and a rule keeps its name from run to run. Judging
/// takes no time that would tell anything, so each `time` is 0.
pub fn junit(verdict: &Verdict, lang: Lang, top: usize) -> std::result::Result<String, quick_junit::SerializeError> {
    let mut report = Report::new("errstat check");
    let mut suite = TestSuite::new(verdict.period.as_ref().map_or("errstat", |period| period.label.as_str()));
    for line in configuration(verdict, lang) {
        suite.add_property(quick_junit::Property::new("errstat", line.as_str()));
    }
    suite.set_timestamp(*verdict.generated_at);
    suite.add_test_cases(verdict.rules.iter().map(|outcome| case(outcome, Clock::of(lang, verdict.timezone), top)));
    if verdict.result == Judgement::NotJudged {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(title(verdict, lang)).set_type("not_judged").set_description(verdict.problems.join("\n"));
        suite.add_test_case(about_all(lang.phrase(key::check::PROBLEMS), status));
    }
    let doubts: Vec<&str> = verdict.not_known().map(|note| note.text.as_str()).collect();
    if !doubts.is_empty() {
        let mut status = TestCaseStatus::skipped();
        status.set_message(doubts.join("\n"));
        suite.add_test_case(about_all(lang.phrase(key::check::DOUBTS), status));
    }
    finish(&mut suite);
    report.add_test_suite(suite).set_time(Duration::ZERO);
    // The schema knows no skipped tests of all suites together; the first tag is theirs.
    let skipped = format!(" skipped=\"{}\"", report.test_suites.iter().map(|suite| suite.skipped).sum::<usize>());
    Ok(obeyed_by_no_log(&report.to_string()?.replacen(&skipped, "", 1)))
}

/// Gives each case its time, and cases of one name different ones.
fn finish(suite: &mut TestSuite) {
    suite.set_time(Duration::ZERO);
    let mut seen: HashMap<_, u32> = HashMap::new();
    for case in &mut suite.test_cases {
        case.set_time(Duration::ZERO);
        let times = seen.entry((case.classname.clone(), case.name.clone())).or_default();
        *times += 1;
        if *times > 1 {
            case.name = format!("{} ({times})", case.name.as_str()).into();
        }
    }
}

/// The XML, in which character references stand where a build's log would see a command.
fn obeyed_by_no_log(xml: &str) -> String {
    let safe = |line: &str| {
        let line = disarmed(line, "&#35;");
        let text = line.trim_start();
        let indent = &line[..line.len() - text.len()];
        text.strip_prefix("::").map_or_else(|| line.clone(), |rest| format!("{indent}&#58;:{rest}"))
    };
    xml.lines().map(|line| safe(line) + "\n").collect()
}

/// A case that is about no single rule.
fn about_all(name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname("errstat.check");
    case
}

fn case(outcome: &Outcome, clock: Clock, top: usize) -> TestCase {
    let mut status = match outcome.status {
        Status::Passed | Status::Warned => TestCaseStatus::success(),
        Status::NotJudged => TestCaseStatus::skipped(),
        Status::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
    };
    let mut out = None;
    let body = || said(outcome, outcome.advice.as_deref(), (clock, top), str::to_owned).join("\n");
    match outcome.status {
        Status::Passed => out = Some(outcome.text.clone()),
        Status::Warned => out = Some(clock.lang.lead(clock.lang.phrase(key::check::WARNED)) + &body()),
        Status::NotJudged => _ = status.set_message(outcome.text.as_str()),
        Status::Failed => {
            status.set_message(outcome.text.as_str()).set_type(outcome.rule).set_description(body());
        }
    }
    let mut case = TestCase::new(outcome.name.as_str(), status);
    case.set_classname(format!("errstat.{}", outcome.rule));
    if let Some(out) = out {
        case.set_system_out(out);
    }
    case
}
