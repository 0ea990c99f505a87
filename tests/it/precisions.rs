//! Inputs that tell the time more finely beside ones that tell dates or hours only.

use serde_json::{Value, json};

use crate::program::{AS_OF, Folder, text};

const DATES: &str = "Date\tReason\tDetail\tErrors\n";

/// Fifty rows of ten errors of status 502 within an hour of 18 November: 500 errors.
fn outage() -> String {
    let rows = (10..60).map(|minute| format!("2026-11-18 10:{minute}:11\terror_status_code\t502\t10\n"));
    format!("Time\tReason\tDetail\tErrors\n{}", rows.collect::<String>())
}

/// Exit code, and the statuses of the rules, of the week from 16 November on.
fn judged(folder: &Folder, rules: &str) -> (i32, Vec<String>) {
    folder.file("errstat.toml", rules);
    let outcome = folder.errstat(&format!("check exports --as-of {AS_OF} --format json")).run();
    let verdict: Value = serde_json::from_slice(&outcome.stdout).expect("a verdict");
    let statuses = verdict["rules"].as_array().expect("rules").iter().map(|rule| text(rule, "status").to_owned());
    (outcome.code.expect("a code"), statuses.collect())
}

#[test]
fn rows_with_dates_only_stop_no_rule_about_others() {
    let hourly = |most| {
        format!(
            "[check]\nperiod = \"last-week\"\nmax_errors = 1000\nmax_incidents = 0\n\
             [[check.rule]]\nmax_errors = {most}\nper = \"hour\"\n"
        )
    };
    let expect = |folder: &Folder, most: u32, code: i32, status: &str, incidents: &str| {
        let (found, mut statuses) = judged(folder, &hourly(most));
        statuses.sort();
        let mut expected = ["passed", status, incidents];
        expected.sort();
        assert_eq!((found, statuses), (code, expected.map(str::to_owned).to_vec()), "{most}");
    };
    let folder = Folder::with("exports/2026-11-23.tsv", outage());
    let rest = |folder: &Folder| {
        expect(folder, 499, 1, "failed", "failed");
        expect(folder, 500, 1, "passed", "failed");
    };
    rest(&folder);
    // Of a year before.
    folder.file("exports/2025-04-01.tsv", format!("{DATES}2025-03-11\trequest_timeout\tRequest timeout\t5\n"));
    rest(&folder);
    let summary = folder.summary(&format!("exports --period 2026-W47 --as-of {AS_OF}"));
    assert_eq!((&summary["windows"]["size"], &summary["heatmap"]["hours"][2][10]), (&json!("hour"), &json!(500)));
    assert!(!summary.notes().contains(&"day-precision"), "{:?}", summary.notes());
    // In the week: what others break is broken, and nothing passes.
    folder.file("exports/2026-11-22.tsv", format!("{DATES}2026-11-17\trequest_timeout\tRequest timeout\t5\n"));
    expect(&folder, 499, 1, "failed", "failed");
    expect(&folder, 500, 1, "not_judged", "failed");
    let summary = folder.summary(&format!("exports --period 2026-W47 --as-of {AS_OF}"));
    assert_eq!((&summary["windows"]["size"], &summary["heatmap"]["hours"]), (&json!("day"), &json!([])));
    assert_eq!(summary["incidents"][0]["errors"], 500);
    assert!(summary.notes().contains(&"day-precision"), "{:?}", summary.notes());
}

#[test]
fn a_channel_with_dates_only_stops_no_rule_about_another() {
    let folder = Folder::with("exports/shop/2026-11-23.tsv", outage());
    folder.file("exports/news/2026-11-23.tsv", format!("{DATES}2026-11-18\trequest_timeout\tRequest timeout\t5\n"));
    for (channel, limit, code, status) in [
        ("shop", "max_errors = 499", 1, "failed"),
        ("shop", "max_errors = 500", 0, "passed"),
        ("news", "max_errors = 1", 0, "not_judged"),
        // All errors are what a share is of.
        ("shop", "max_share = \"99%\"", 0, "not_judged"),
    ] {
        let rules = format!(
            "channel = [\"shop=*/shop/*\", \"news=*/news/*\"]\n[check]\nperiod = \"last-week\"\nmax_errors = 1000\n\
             [[check.rule]]\nchannel = \"{channel}\"\n{limit}\nper = \"hour\"\n"
        );
        let (found, statuses) = judged(&folder, &rules);
        assert!(found == code && statuses.contains(&status.to_owned()), "{channel} {limit}: {found} {statuses:?}");
    }
}

#[test]
fn maintenance_takes_no_day_or_hour_out_of_which_it_is_a_part() {
    let folder = Folder::with(
        "exports/2026-11-23.tsv",
        format!("{DATES}2026-11-18\terror_status_code\t502\t5000\n2026-11-19\trequest_timeout\tRequest timeout\t5\n"),
    );
    for (until, code) in [("18T00:30", 1), ("18T23:59", 1), ("19T00:00", 0), ("19T12:00", 0)] {
        let maintenance = format!("from = \"2026-11-18T00:00\"\nuntil = \"2026-11-{until}\"\nname = \"database\"\n");
        let rules = format!("[check]\nperiod = \"last-week\"\nmax_errors = 10\n[[maintenance]]\n{maintenance}");
        assert_eq!(judged(&folder, &rules).0, code, "{until}");
        let told = folder.errstat(&format!("check exports --as-of {AS_OF}")).run().text();
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        let left_out = if code == 0 { "leaves out 5,000 errors" } else { "leaves out 0 errors" };
        assert!(told.contains(left_out), "{until}: {told}");
        let partly = match until {
            "19T00:00" => None,
            "19T12:00" => Some("5 errors are of a day or an hour that the maintenance covers only in part"),
            _ => Some("5,000 errors are of a day or an hour that the maintenance covers only in part"),
        };
        assert_eq!(partly.map(|partly| told.contains(partly)), partly.map(|_| true), "{until}: {told}");
        assert_eq!(told.contains("only in part"), partly.is_some(), "{until}: {told}");
    }
}

/// A row at midnight that ends half a minute later is no date, also among dates of its channel.
#[test]
fn a_row_that_ends_is_told_to_the_second_at_midnight_too() {
    let exact = "Date\tStart\tEnd\tReason\tDetail\tErrors\n\
                 2026-11-18\t00:00:00\t00:00:30\terror_status_code\t502\t50\n\
                 2026-11-19\t10:20:33\t10:20:40\trequest_timeout\tRequest timeout\t1\n";
    let folder = Folder::with("exports/2026-11-23.tsv", exact);
    folder.file(
        "exports/2026-11-22.tsv",
        format!("{DATES}2026-11-16\tunclassified\tx\t1\n2026-11-20\tunclassified\tx\t1\n"),
    );
    let rules = "channel = [\"shop=exports/*\"]\n[check]\nperiod = \"last-week\"\n[[check.rule]]\nstatus = 502\nmax_errors = 40\nper = \"hour\"\n";
    assert_eq!(judged(&folder, rules), (1, vec!["failed".to_owned()]));
}
