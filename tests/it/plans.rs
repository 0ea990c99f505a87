//! What people did meanwhile: events and maintenance.
//!
//! The file has a timeout at half past every hour (Japanese time) from 9 to 22 November 2026, and on Wednesday the 18th a 503 in
//! each minute from 02:00 to 02:59: in that week 168 and 60 errors.

use serde_json::json;

use crate::program::{Folder, text};

fn folder() -> Folder {
    let mut rows = "Time\tReason\tDetail\n".to_owned();
    for day in 9..=22 {
        for hour in 0..24 {
            rows += &format!("2026-11-{day:02} {hour:02}:30:00\trequest_timeout\tRequest timeout\n");
        }
    }
    for minute in 0..60 {
        rows += &format!("2026-11-18 02:{minute:02}:10\terror_status_code\t503\n");
    }
    Folder::with("w.tsv", rows)
}

const WEEK: &str = "w.tsv --period 2026-W47 --exported-at 2026-11-23T08:00";

#[test]
fn an_incident_that_follows_a_deployment_names_it() {
    let folder = folder();
    let said = |event: &str| folder.errstat(&format!("summary {WEEK} --full")).arg("--event").arg(event).done().text();
    let after = said("2026-11-18T01:48=release 3.4");
    assert!(after.contains("It began 12 minutes after “release 3.4”."), "{after}");
    assert!(said("2026-11-18T02:00=release 3.4").contains("It began less than a minute after “release 3.4”."));
    for format in ["line", "markdown", "slack", "teams", "discord", "line-flex"] {
        let line = format!("summary {WEEK} --format {format}");
        let text = folder.errstat(&line).arg("--event").arg("2026-11-18T01:48=release 3.4").done().text();
        assert!(text.contains("It began 12 minutes after “release 3.4”"), "{format}: {text}");
    }
    // In another zone: 17:45 UTC is 02:45 in Japan, after the onset; 16:50 is 01:50.
    assert!(said("2026-11-17T16:50:00Z=release").contains("10 minutes after “release”"));
    for other in ["2026-11-18T01:44=long before", "2026-11-18T02:01=behind", "2026-11-17T17:45:00Z=behind"] {
        assert!(!said(other).contains("It began"), "{other}");
    }
    // The latest of several.
    folder.file(
        "errstat.toml",
        "[[event]]\nat = 2026-11-18T01:50:00\nname = \"config\"\n[[event]]\nat = \"2026-11-18T01:46\"\nname = \"release\"\n",
    );
    let both = folder.errstat(&format!("summary {WEEK} --full")).done().text();
    assert!(both.contains("It began 10 minutes after “config”."), "{both}");
    let events = folder.summary(WEEK)["events"].clone();
    assert_eq!(
        events,
        json!([
            {"at": "2026-11-18T01:46:00+09:00", "name": "release"},
            {"at": "2026-11-18T01:50:00+09:00", "name": "config"}
        ])
    );
}

#[test]
fn errors_of_maintenance_are_shown_and_not_judged() {
    let folder = folder();
    let summary = folder.summary(&format!("{WEEK} --maintenance 2026-11-18T02:00..2026-11-18T02:30=database"));
    assert_eq!(summary["totals"]["errors"], 228, "a summary counts everything");
    // 30 of each minute; the timeout of 02:30 comes when the work is over.
    assert_eq!(summary.note("maintenance-errors"), "30 errors began during maintenance: database.");
    assert_eq!(text(&summary["maintenance"][0], "end"), "2026-11-18T02:30:00+09:00");
    let sentence =
        folder.errstat(&format!("summary {WEEK} --full --maintenance 2026-11-18T01:55..2026-11-18T03:00=db"));
    assert!(sentence.done().text().contains("It began during the maintenance “db”."));
    let judged = |most: u64, until: &str| {
        folder.file(
            "errstat.toml",
            format!(
                "[[maintenance]]\nfrom = \"2026-11-18T02:00\"\nuntil = \"{until}\"\nname = \"database\"\n[check]\nmax_errors = {most}\n"
            ),
        );
        let run = folder.errstat(&format!("check {WEEK}")).run();
        assert!(run.text().contains("of maintenance in 2026-W47: database."), "{}", run.text());
        run.code
    };
    // 228 without the 60 of that hour and its timeout; without the first half hour 30 of them.
    assert_eq!((judged(167, "2026-11-18T03:00"), judged(166, "2026-11-18T03:00")), (Some(0), Some(1)));
    assert_eq!((judged(198, "2026-11-18T02:30"), judged(197, "2026-11-18T02:30")), (Some(0), Some(1)));
}

#[test]
fn each_period_has_its_own_maintenance() {
    let rows = "Time\tReason\tDetail\tCount\n2026-11-03 10:00:00\terror_status_code\t502\t1\n\
        2026-11-11 10:00:00\terror_status_code\t502\t400\n2026-11-18 10:00:00\terror_status_code\t502\t60\n";
    let folder = Folder::with("w-2026-11-23.tsv", rows);
    let maintenance = |day: &str, name: &str| {
        format!("[[maintenance]]\nfrom = \"{day}T09:00\"\nuntil = \"{day}T11:00\"\nname = \"{name}\"\n")
    };
    let planned = maintenance("2026-11-11", "move") + &maintenance("2026-11-17", "database");
    folder.file("errstat.toml", planned + "[check]\nmax_errors = 100\nmax_increase = \"50%\"\n");
    let run = folder.errstat("check w-2026-11-23.tsv --period 2026-W47 --as-of 2026-11-23T09:00").run();
    let text = run.text().split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "60 after 0 in 2026-W46",
        "errstat leaves out 0 errors of maintenance in 2026-W47: database.",
        "errstat leaves out 400 errors of maintenance in 2026-W46: move.",
    ] {
        assert!(text.contains(said), "{text}");
    }
}

#[test]
fn a_baseline_with_errors_of_maintenance_is_refused() {
    let folder = folder();
    folder.file(
        "errstat.toml",
        "[[maintenance]]\nfrom = 2026-11-18T02:00:00\nuntil = 2026-11-18T03:00:00\nname = \"database\"\n",
    );
    let judged = |line: &str| folder.errstat(&format!("check {WEEK} --baseline accepted.json {line}"));
    folder.file("accepted.json", folder.errstat(&format!("summary {WEEK} --format json")).done().stdout);
    let refused = judged("").refused();
    assert!(refused.contains("accepted.json") && refused.contains("maintenance"), "{refused}");
    judged("--update-baseline").done();
    judged("").done();
    // A week without maintenance is the same for both.
    let other = WEEK.replace("W47", "W46");
    folder.file("accepted.json", folder.errstat(&format!("summary {other} --format json")).done().stdout);
    judged("").done();
}

#[test]
fn what_is_no_event_is_refused_with_an_example() {
    let folder = folder();
    for (line, wanted) in [
        ("--event 2026-11-18", "isn't a valid event"),
        ("--event 2026-11-18T01:00=", "isn't a valid event"),
        ("--event noon=release", "isn't a valid event"),
        ("--maintenance 2026-11-18T01:00=db", "isn't a valid maintenance"),
        ("--maintenance 2026-11-18T01:00..2026-11-18T01:00=db", "isn't a valid maintenance"),
    ] {
        let run = folder.errstat(&format!("summary w.tsv {line}")).run();
        assert_eq!(run.code, Some(2), "{line}");
        assert!(run.stderr.contains(wanted) && run.stderr.contains("2026-11-18T"), "{line}: {}", run.stderr);
    }
    for (text, place) in [
        ("[[event]]\nat = \"2026-11-18T01:00\"\n", "errstat.toml:1"),
        ("[[maintenance]]\nat = \"2026-11-18T01:00\"\nname = \"x\"\n", "errstat.toml:1"),
        ("event = \"2026-11-18\"\n", "errstat.toml:1"),
    ] {
        folder.file("errstat.toml", text);
        let run = folder.errstat("summary w.tsv").run();
        assert_eq!(run.code, Some(2), "{text}");
        assert!(run.stderr.contains(place), "{text}: {}", run.stderr);
    }
}

#[test]
fn maintenance_is_at_the_clock_of_the_report() {
    // Days only: the report is of the inputs' zone, whatever zone is asked for.
    let folder = Folder::with("days.tsv", "Date\tReason\tDetail\tErrors\n2026-11-17\terror_status_code\t502\t5\n");
    let plans = "--maintenance 2026-11-17T00:00..2026-11-18T00:00=db --event 2026-11-17T10:00:00+09:00=deploy --event 2026-11-17T11:00=again";
    let line = format!("days.tsv --timezone America/New_York --period 2026-11-17 {plans}");
    let summary = folder.summary(&line);
    let told = &summary["maintenance"][0];
    assert_eq!((text(told, "start"), text(told, "end")), ("2026-11-17T00:00:00+09:00", "2026-11-18T00:00:00+09:00"));
    let events: Vec<&str> = summary.list("events").iter().map(|event| text(event, "at")).collect();
    assert_eq!(events, ["2026-11-17T10:00:00+09:00", "2026-11-17T11:00:00+09:00"]);
    assert_eq!(summary.note("maintenance-errors"), "5 errors began during maintenance: db.");
}
