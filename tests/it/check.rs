//! `errstat check`: every kind of rule at its border, and nothing that passes because nothing was known.

use serde_json::Value;

use crate::program::{AS_OF, Call, Folder, Outcome, text};

/// Two weeks of one channel. 2026-W46 has 40 errors, 2026-W47 60: 30 of status 502, 20 of 500, 10 timeouts.
const EXPORT: &str = "\
Time\tReason\tDetail\tCount
2026-11-09 10:00:00\terror_status_code\t502\t20
2026-11-11 10:00:00\trequest_timeout\tRequest timeout\t20
2026-11-16 10:10:00\terror_status_code\t502\t10
2026-11-18 10:10:00\terror_status_code\t502\t20
2026-11-18 11:10:00\terror_status_code\t500\t20
2026-11-20 10:10:00\trequest_timeout\tRequest timeout\t10
";

fn folder(config: &str) -> Folder {
    let folder = Folder::with("errors-2026-11-23.tsv", EXPORT);
    folder.file("errstat.toml", config);
    folder
}

fn call(folder: &Folder, line: &str) -> Call {
    let as_of = if line.contains("--as-of") { String::new() } else { format!(" --as-of {AS_OF}") };
    let inputs = if line.contains(".tsv") { "" } else { " errors-2026-11-23.tsv" };
    folder.errstat(&format!("check{inputs} {line}{as_of}"))
}

fn judged(folder: &Folder, line: &str) -> (i32, Value) {
    let outcome = call(folder, &format!("{line} --format json")).run();
    let verdict: Value = serde_json::from_slice(&outcome.stdout)
        .unwrap_or_else(|error| panic!("{error}\n{}\n{}", outcome.text(), outcome.stderr));
    let code = outcome.code.expect("an exit code");
    assert_eq!(verdict["exit_code"], code);
    (code, verdict)
}

/// Exit code and status of the one rule of a configuration over last week.
fn one(rules: &str) -> (i32, String) {
    let folder = folder(&format!("[check]\nperiod = \"last-week\"\n{rules}"));
    let (code, verdict) = judged(&folder, "");
    let rules = verdict["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 1, "{verdict}");
    (code, text(&rules[0], "status").to_owned())
}

#[track_caller]
fn border(holds: &str, breaks: &str) {
    assert_eq!(one(holds), (0, "passed".to_owned()), "{holds}");
    assert_eq!(one(breaks), (1, "failed".to_owned()), "{breaks}");
}

#[test]
fn a_limit_of_errors_holds_what_is_equal_to_it() {
    border("max_errors = 60", "max_errors = 59");
}

#[test]
fn an_increase_is_measured_from_the_period_before() {
    // 40 × 1.5 = 60.
    border("max_increase = \"50%\"", "max_increase = \"49.999%\"");
}

#[test]
fn few_errors_before_count_as_min_previous() {
    // 60 × 1 = 60, and 59 × 1 = 59.
    border("max_increase = \"0%\"\nmin_previous = 60", "max_increase = \"0%\"\nmin_previous = 59");
    let story = |count: u32, code: i32| {
        let folder = Folder::with(
            "w-2026-11-23.tsv",
            format!(
                "Time\tReason\tCount\n2026-11-09 10:00:00\tunclassified\t3\n2026-11-17 10:00:00\tunclassified\t{count}\n"
            ),
        );
        folder.file("errstat.toml", "[check]\nperiod = \"last-week\"\nmax_increase = \"50%\"\nmin_previous = 20\n");
        assert_eq!(judged(&folder, "w-2026-11-23.tsv").0, code, "3 → {count}");
    };
    story(5, 0);
    story(30, 0);
    story(31, 1);
    story(5000, 1);
}

#[test]
fn rules_count_what_meets_all_their_conditions() {
    let rule = |conditions: &str, most: u32| format!("[[check.rule]]\n{conditions}\nmax_errors = {most}\n");
    for (conditions, errors) in [
        ("reason = \"error_status_code\"", 50),
        ("reason = \"ERROR_STATUS_CODE\"", 50),
        ("reason = \"error*\"", 50),
        ("detail = \"502\"", 30),
        ("detail = 502", 30),
        ("detail = \"request TIMEOUT\"", 10),
        ("status = \"5xx\"", 50),
        ("status = 500", 20),
        ("status = \"50*\"", 50),
        ("reason = \"error_status_code\"\nstatus = \"502\"", 30),
        ("detail = \"*\"", 60),
    ] {
        border(&rule(conditions, errors), &rule(conditions, errors - 1));
    }
}

#[test]
fn hosts_and_channels_are_conditions() {
    let folder = Folder::with(
        "w-2026-11-23.tsv",
        "Time\tReason\tCount\tURL\tChannel name\n\
         2026-11-17 10:00:00\tunclassified\t3\thttps://a.example.com/x\tshop\n\
         2026-11-17 11:00:00\tunclassified\t4\thttps://b.example.com/x\tnews\n",
    );
    for (condition, errors) in [
        ("host = \"https://a.example.com\"", 3),
        ("host = \"b.example.com\"", 4),
        ("host = \"*.example.com\"", 7),
        ("channel = \"shop\"", 3),
        ("channel = \"N*\"", 4),
    ] {
        for (most, code) in [(errors, 0), (errors - 1, 1)] {
            folder.file(
                "errstat.toml",
                format!("[check]\nperiod = \"last-week\"\n[[check.rule]]\n{condition}\nmax_errors = {most}\n"),
            );
            assert_eq!(judged(&folder, "w-2026-11-23.tsv").0, code, "{condition} {most}");
        }
    }
}

#[test]
fn a_rule_about_a_channel_holds_by_its_id_and_its_former_names() {
    let folder = Folder::with(
        "w-2026-11-23.tsv",
        "Time\tReason\tCount\tChannel ID\tChannel name\n\
         2026-11-05 10:00:00\tunclassified\t1\t1234567890\tshop\n\
         2026-11-10 10:00:00\tunclassified\t4\t1234567890\tshop\n\
         2026-11-17 10:00:00\tunclassified\t6\t1234567890\tstore\n\
         2026-11-17 11:00:00\tunclassified\t9\t1234567891\tnews\n",
    );
    for channel in ["store", "shop", "1234567890"] {
        for (limit, code) in [
            ("max_errors = 6", 0),
            ("max_errors = 5", 1),
            ("max_increase = \"50%\"\nmin_previous = 1", 0),
            ("max_increase = \"49%\"\nmin_previous = 1", 1),
        ] {
            let rule = format!("[[check.rule]]\nchannel = \"{channel}\"\n{limit}\n");
            folder.file("errstat.toml", format!("[check]\nperiod = \"last-week\"\nincomplete = \"warn\"\n{rule}"));
            let (found, verdict) = judged(&folder, "w-2026-11-23.tsv");
            assert_eq!(found, code, "{channel} {limit}\n{verdict}");
        }
    }
}

#[test]
fn a_share_is_of_all_errors_of_the_period() {
    // 30 of 60.
    let rule = |share: &str| format!("[[check.rule]]\ndetail = \"502\"\nmax_share = \"{share}\"\n");
    border(&rule("50%"), &rule("49.99%"));
}

#[test]
fn no_single_window_may_break_a_rule() {
    // Days: 10, 40 and 10 errors; the worst hour has 20.
    let rule = |per: &str, most: u32| format!("[[check.rule]]\nmax_errors = {most}\nper = \"{per}\"\n");
    for (per, worst) in [("day", 40), ("hour", 20), ("week", 60), ("period", 60)] {
        border(&rule(per, worst), &rule(per, worst - 1));
    }
    let folder =
        folder("[check]\nperiod = \"last-week\"\n[[check.rule]]\nstatus = \"502\"\nmax_errors = 9\nper = \"day\"\n");
    let (_, verdict) = judged(&folder, "");
    let rule = &verdict["rules"][0];
    let windows: Vec<(&str, u64)> =
        rule["windows"].as_array().unwrap().iter().map(|w| (text(w, "start"), w["errors"].as_u64().unwrap())).collect();
    assert_eq!(windows, [("2026-11-16T00:00:00+09:00", 10), ("2026-11-18T00:00:00+09:00", 20)]);
    assert_eq!((&rule["actual"]["value"], &rule["limit"]["value"]), (&20.into(), &9.into()));
    assert_eq!(text(rule, "name"), "502: max_errors per day");
    assert_eq!(rule["details"][0], serde_json::json!({"reason": "error_status_code", "detail": "502", "errors": 30}));
}

#[test]
fn shares_and_increases_are_judged_by_window_too() {
    // Of the 40 errors of Wednesday 20 are of status 500: half. Elsewhere it is none.
    let share = |most: &str| format!("[[check.rule]]\nstatus = \"500\"\nmax_share = \"{most}\"\nper = \"day\"\n");
    border(&share("50%"), &share("49%"));
    // Monday had 20 errors, now 10; Wednesday 20, now 40; Friday none, now 10.
    let more = |most: &str| format!("[[check.rule]]\nmax_increase = \"{most}\"\nmin_previous = 10\nper = \"day\"\n");
    border(&more("100%"), &more("99%"));
}

#[test]
fn incidents_are_counted() {
    // A fortnight with an error an hour, and one burst of 50 in five minutes.
    let mut export = "Time\tReason\tDetail\tCount\n".to_owned();
    for day in 9..=22 {
        for hour in 0..24 {
            export += &format!(
                "2026-11-{day:02} {hour:02}:{:02}:00\trequest_timeout\tRequest timeout\t1\n",
                (hour * 7 + day) % 60
            );
        }
    }
    export += "2026-11-18 12:01:00\terror_status_code\t502\t30\n2026-11-18 12:02:00\terror_status_code\t503\t20\n";
    let folder = Folder::with("w-2026-11-23.tsv", export);
    for (most, code) in [(1, 0), (0, 1)] {
        folder.file("errstat.toml", format!("[check]\nperiod = \"last-week\"\nmax_incidents = {most}\n"));
        let (found, verdict) = judged(&folder, "w-2026-11-23.tsv");
        assert_eq!((found, &verdict["rules"][0]["actual"]["value"]), (code, &1.into()), "{verdict}");
        if code == 1 {
            // Each detail has its own errors, not those of the whole incident.
            let details = verdict["rules"][0]["details"].as_array().unwrap().iter();
            let told: Vec<_> = details.map(|row| (text(row, "detail"), row["errors"].as_u64().unwrap())).collect();
            assert_eq!(told[..2], [("502", 30), ("503", 20)], "{verdict}");
        }
    }
}

#[test]
fn a_status_with_its_name_is_that_status() {
    // Every output writes it so. 2026-W47 has 30.
    let rule = |most: u32| format!("[[check.rule]]\ndetail = \"502 Bad Gateway\"\nmax_errors = {most}\n");
    border(&rule(30), &rule(29));
    let folder = folder("");
    let call = folder.errstat("summary errors-2026-11-23.tsv --period 2026-W47");
    let summary = call.arg("--only").arg("detail=502 Bad Gateway").summary();
    assert_eq!(summary.errors(), 30);
}

#[test]
fn new_and_unknown_details_fail_warn_or_are_ignored() {
    // 500 is new in 2026-W47.
    assert_eq!(one("new_details = \"fail\""), (1, "failed".to_owned()));
    assert_eq!(one("new_details = \"warn\""), (0, "warned".to_owned()));
    let folder = folder("[check]\nperiod = \"last-week\"\nnew_details = \"ignore\"\nmax_errors = 60\n");
    assert_eq!(judged(&folder, "").1["rules"].as_array().unwrap().len(), 1);
    assert_eq!(one("unknown_details = \"fail\""), (0, "passed".to_owned()));
    folder.file("w-2026-11-23.tsv", format!("{EXPORT}2026-11-20 10:10:00\tunclassified\tBrand new\t1\n"));
    for (stance, code, status) in [("fail", 1, "failed"), ("warn", 0, "warned")] {
        folder.file("errstat.toml", format!("[check]\nperiod = \"last-week\"\nunknown_details = \"{stance}\"\n"));
        let (found, verdict) = judged(&folder, "w-2026-11-23.tsv");
        assert_eq!((found, text(&verdict["rules"][0], "status")), (code, status));
        assert_eq!(verdict["rules"][0]["details"][0]["detail"], "Brand new");
    }
}

#[test]
fn a_rule_of_level_warn_does_not_fail() {
    assert_eq!(one("[[check.rule]]\nmax_errors = 0\nlevel = \"warn\"\n"), (0, "warned".to_owned()));
}

#[test]
fn the_age_of_the_data_is_that_of_their_coverage() {
    // The name says that the file reaches to the start of 23 November.
    let folder = folder("[check]\nmax_age = \"8d\"\nmax_errors = 100\n");
    assert_eq!(judged(&folder, "--as-of 2026-12-01T00:00:00+09:00").0, 0);
    let (code, verdict) = judged(&folder, "--as-of 2026-12-01T00:00:01+09:00");
    assert_eq!((code, text(&verdict["rules"][0], "status")), (2, "not_judged"));
    assert!(verdict["problems"][0].as_str().unwrap().contains("stale"), "{verdict}");
    // Without a date in the name it reaches at least to its last row, 20 November 10:10.
    folder.file("w.tsv", EXPORT);
    let (code, verdict) = judged(&folder, "w.tsv --as-of 2026-11-28T10:10:00+09:00");
    assert_eq!(code, 0);
    assert!(text(&verdict["rules"][0], "text").contains("may reach further"), "{verdict}");
    assert_eq!(judged(&folder, "w.tsv --as-of 2026-11-28T10:10:01+09:00").0, 2);
    // The command line goes before the file.
    assert_eq!(judged(&folder, "w.tsv --as-of 2026-11-28T10:10:01+09:00 --max-age 9d").0, 0);
    // Data that are themselves what the report is of are as old as they are.
    folder.file("old.tsv", EXPORT.replace("2026", "2024"));
    for (days, code) in [("8", 2), ("40000", 0)] {
        assert_eq!(judged(&folder, &format!("old.tsv --as-of data --max-age {days}d")).0, code, "{days}");
    }
    assert_eq!(judged(&folder, "old.tsv --as-of 2024-11-21 --max-age 8d").0, 0);
    let summary = folder.summary("old.tsv --as-of data --max-age 8d");
    assert!(summary.notes().contains(&"stale"), "{:?}", summary.notes());
}

#[test]
fn stale_goes_before_broken() {
    let folder = folder("[check]\nmax_age = \"1d\"\nmax_errors = 0\n");
    let (code, verdict) = judged(&folder, "--as-of 2026-12-24");
    assert_eq!((code, &verdict["result"]), (2, &"not_judged".into()));
    assert_eq!(text(&verdict["rules"][1], "status"), "failed", "what is broken is told all the same");
}

#[test]
fn nothing_passes_because_nothing_was_known() {
    let folder = folder("[check]\nperiod = \"last-week\"\nmax_errors = 1000\n");
    folder.file("empty.tsv", "Time\tReason\tDetail\tCount\n");
    assert_eq!(judged(&folder, "empty.tsv").0, 2, "no rows at all");
    assert_eq!(judged(&folder, "missing.tsv").0, 2);
    folder.file("old-2026-11-10.tsv", "Time\tReason\n2026-11-01 10:00:00\tunclassified\n");
    assert_eq!(judged(&folder, "old-2026-11-10.tsv").0, 2, "it does not reach the period");
    folder.file("old-2026-11-23.tsv", "Time\tReason\n2026-11-01 10:00:00\tunclassified\n");
    assert_eq!(judged(&folder, "old-2026-11-23.tsv").0, 0, "it does, and there was no error");
    folder.file("later.tsv", "Time\tReason\n2026-11-23 01:00:00\tunclassified\n");
    assert_eq!(judged(&folder, "later.tsv").0, 2, "it begins after the period");
}

#[test]
fn a_comparison_with_nothing_is_a_warning_and_alone_no_verdict() {
    let folder = folder("[check]\nmax_increase = \"50%\"\nmax_errors = 100\n");
    let (code, verdict) = judged(&folder, "--period all");
    assert_eq!(code, 0);
    assert_eq!(text(&verdict["rules"][0], "status"), "not_judged");
    folder.file("errstat.toml", "[check]\nmax_increase = \"50%\"\n");
    assert_eq!(judged(&folder, "--period all").0, 2);
    assert_eq!(judged(&folder, "--period last-week").0, 0);
    assert_eq!(judged(&folder, "--period last-week --compare none").0, 2);
    assert_eq!(judged(&folder, "--period 2026-W46").0, 2, "nothing is known of the week before");
}

/// A channel to which errstat.toml gives files has some, or its data are missing.
#[test]
fn nothing_passes_where_no_file_is_of_a_channel() {
    let folder = Folder::with("shop-2026-11-23.tsv", EXPORT);
    folder.file("all-2026-11-23.tsv", "Time\tReason\tChannel name\n2026-11-12 10:00:00\tunclassified\tnews\n");
    let shop = "shop-2026-11-23.tsv";
    for (patterns, incomplete, inputs, code) in [
        ("\"shop=shop-*\"", "fail", shop, 0),
        ("\"shop=shop-*\", \"news=news-*\"", "fail", shop, 2),
        ("\"shop=shop-*\", \"news=news-*\"", "warn", shop, 0),
        // It has files of another pattern, or rows that name it.
        ("\"shop=shop-*\", \"shop=old-*\"", "fail", shop, 0),
        ("\"shop=shop-*\", \"news=news-*\"", "fail", "shop-2026-11-23.tsv all-2026-11-23.tsv", 0),
    ] {
        let rules = format!("period = \"last-week\"\nmax_errors = 60\nincomplete = \"{incomplete}\"");
        folder.file("errstat.toml", format!("channel = [{patterns}]\n[check]\n{rules}\n"));
        let (found, verdict) = judged(&folder, inputs);
        assert_eq!(found, code, "{patterns}\n{verdict}");
        let told =
            verdict["problems"].to_string().contains("Channel news has no files, because no file matches news-*.");
        assert_eq!(told, code == 2, "{verdict}");
    }
}

/// Who checks the folder of one bot misses no file of another one's.
#[test]
fn files_are_missed_in_the_folders_that_are_read() {
    let folder = Folder::with("exports/shop/2026-11-23.tsv", EXPORT);
    let patterns = "channel = [\"shop=exports/shop/*\", \"news=exports/news/*\"]";
    folder.file("errstat.toml", format!("{patterns}\n[check]\nperiod = \"last-week\"\nmax_errors = 60\n"));
    let here = folder.path("").to_string_lossy().into_owned();
    for (inputs, code) in [
        ("exports/shop", 0),
        ("./exports/shop/", 0),
        ("exports/shop/2026-11-23.tsv", 0),
        ("exports", 2),
        ("./exports", 2),
        (".", 2),
        ("exports/*/*.tsv", 2),
        (&*format!("{}/exports", here.trim_end_matches('/')), 2),
    ] {
        let outcome = folder.errstat(&format!("check {inputs} --as-of 2026-11-23T09:00")).run();
        assert_eq!(outcome.code, Some(code), "{inputs}\n{}\n{}", outcome.text(), outcome.stderr);
    }
}

/// The age of the inputs and their skipped rows say nothing of the errors.
#[test]
fn rules_about_the_inputs_are_no_verdict_on_the_errors() {
    let folder = folder("");
    folder.file("news-2026-11-23.tsv", "Time\tReason\tCount\n2026-11-18 10:00:00\tunclassified\t9000\n");
    folder.file("torn-2026-11-23.tsv", "Time\tReason\tCount\n2026-11-18 10:00:00\tunclassified\t9000\nx\ty\tz\n");
    for (rules, input, code) in [
        ("max_increase = \"50%\"\nmax_age = \"8d\"", "news", 2),
        ("max_increase = \"50%\"\nmax_rejected = 0", "news", 2),
        ("max_errors = 9000\nmax_increase = \"50%\"\nmax_age = \"8d\"", "news", 0),
        // What is broken stays broken.
        ("max_increase = \"50%\"\nmax_rejected = 0", "torn", 1),
        // Nobody asks about the errors.
        ("max_age = \"8d\"\nmax_rejected = 0", "news", 0),
    ] {
        folder.file("errstat.toml", format!("[check]\nperiod = \"last-week\"\n{rules}\n"));
        let (found, verdict) = judged(&folder, &format!("{input}-2026-11-23.tsv"));
        assert_eq!(found, code, "{rules}\n{verdict}");
    }
}

#[test]
fn rules_about_what_the_inputs_do_not_tell_are_not_judged() {
    let hosts = Folder::with(
        "w-2026-11-23.tsv",
        "Time\tReason\tCount\tURL\n2026-11-10 10:00:00\tunclassified\t3\thttps://a.example.com/x\n2026-11-17 10:00:00\tunclassified\t3\t\n",
    );
    hosts.file(
        "errstat.toml",
        "[check]\nperiod = \"last-week\"\nmax_errors = 9\n[[check.rule]]\nhost = \"a.example.com\"\nmax_errors = 0\n",
    );
    let (code, verdict) = judged(&hosts, "w-2026-11-23.tsv");
    assert_eq!((code, text(&verdict["rules"][1], "status")), (0, "not_judged"), "this week's error names no host");
    let folder = folder("[check]\nmax_errors = 100\n[[check.rule]]\nchannel = \"shop\"\nmax_errors = 0\n");
    let (code, verdict) = judged(&folder, "--channel shap");
    assert_eq!((code, text(&verdict["rules"][1], "status")), (0, "not_judged"));
    assert!(text(&verdict["rules"][1], "text").contains("shap"), "{verdict}");
    folder.file(
        "days-2026-11-23.tsv",
        "Date\tReason\n2026-11-16\tunclassified\n2026-11-17\tunclassified\n2026-11-18\tunclassified\n",
    );
    folder.file(
        "errstat.toml",
        "[check]\nmax_errors = 9\nmax_incidents = 0\n[[check.rule]]\nmax_errors = 0\nper = \"hour\"\n",
    );
    let (code, verdict) = judged(&folder, "days-2026-11-23.tsv");
    let statuses: Vec<&str> = verdict["rules"].as_array().unwrap().iter().map(|rule| text(rule, "status")).collect();
    assert_eq!((code, statuses), (0, vec!["passed", "not_judged", "not_judged"]));
}

#[test]
fn without_rules_nothing_is_judged() {
    for config in ["", "[check]\n", "[check]\nnew_details = \"ignore\"\n", "timezone = \"UTC\"\n"] {
        assert!(call(&folder(config), "").refused().contains("--init"), "{config}");
    }
}

#[test]
fn mistakes_in_the_rules_are_told_with_their_place() {
    for (config, place, words) in [
        ("[check]\nmax_eror = 5\n", "errstat.toml:2:1", &["max_eror", "max_errors"][..]),
        ("[check]\nmax_errors = \"5\"\n", "errstat.toml:2:14", &["whole number"]),
        ("[check]\nmax_errors = 5\ntimezone = \"UTC\"\n", "errstat.toml:3:1", &["timezone", "above the line [check]"]),
        (
            "[check]\nmax_errors = 5\n[[check.event]]\nat = \"2026-11-18\"\nname = \"x\"\n",
            "errstat.toml:3:9",
            &["event", "above"],
        ),
        ("[check]\nmax_errors = -5\n", "errstat.toml:2:14", &["whole number"]),
        ("[check]\nmax_errors = 5.5\n", "errstat.toml:2:14", &["whole number"]),
        ("[check]\nmax_increase = 50\n", "errstat.toml:2:16", &["percentage"]),
        ("[check]\nmax_increase = \"50\"\n", "errstat.toml:2:16", &["percentage"]),
        ("[check]\nmax_age = \"8\"\n", "errstat.toml:2:11", &["8d"]),
        ("[check]\nperiod = \"lastweek\"\n", "errstat.toml:2:10", &["last-week"]),
        ("[check]\nnew_details = true\n", "errstat.toml:2:15", &["true", "fail", "warn", "ignore"]),
        ("[check]\nnew_details = 0\n", "errstat.toml:2:15", &["“0”", "fail", "warn", "ignore"]),
        ("[check]\nnew_details = \"error\"\n", "errstat.toml:2:15", &["fail", "warn", "ignore"]),
        ("check = 5\n", "errstat.toml:1:9", &["check"]),
        ("[check]\nrule = 5\n", "errstat.toml:2:8", &["[[check.rule]]"]),
        ("[check]\n[[check.rule]]\nreason = \"request_timeout\"\n", "errstat.toml:2:1", &["max_errors"]),
        ("[[check.rule]]\nmax_errors = 1\nmax_share = \"1%\"\n", "errstat.toml:1:1", &["more than one limit"]),
        ("[[check.rule]]\nmax_errors = 1\nper = \"minute\"\n", "errstat.toml:3:7", &["hour"]),
        ("[[check.rule]]\nmax_errors = 1\nlevel = \"error\"\n", "errstat.toml:3:9", &["warn"]),
        ("[[check.rule]]\nmax_errors = 1\nresaon = \"request_timeout\"\n", "errstat.toml:3:1", &["reason"]),
        ("[[check.rule]]\nmax_errors = 1\nreason = \"request_timeot\"\n", "errstat.toml:3:10", &["request_timeout"]),
        ("[[check.rule]]\nmax_errors = 1\nreason = \"quux\"\n", "errstat.toml:3:10", &["quux"]),
        (
            "[[check.rule]]\nmax_errors = 1\ndetail = \"TLS handshake failur\"\n",
            "errstat.toml:3:10",
            &["TLS handshake failure"],
        ),
        (
            "[[check.rule]]\nmax_errors = 1\nreason = \"request_timeout\"\ndetail = \"TLS handshake failure\"\n",
            "errstat.toml:4:10",
            &["could_not_connect"],
        ),
        ("[[check.rule]]\nmax_errors = 1\nstatus = \"6xx\"\n", "errstat.toml:3:10", &["5xx"]),
        (
            "[[check.rule]]\nmax_errors = 1\nreason = \"unclassified\"\nstatus = \"502\"\n",
            "errstat.toml:4:10",
            &["error_status_code"],
        ),
        (
            "[[check.rule]]\nmax_errors = 1\nstatus = \"5xx\"\ndetail = \"Unknown host\"\n",
            "errstat.toml:4:10",
            &["Unknown host", "5xx"],
        ),
        ("[[check.rule]]\nmax_errors = 1\nstatus = \"502\"\ndetail = \"503\"\n", "errstat.toml:4:10", &["502", "503"]),
        ("[[check.rule]]\nmax_errors = 1\nstatus = \"5xx\"\ndetail = \"404\"\n", "errstat.toml:4:10", &["404"]),
        ("[[check.rule]]\nstatus = \"5xx\"\nmax_share = \"100.5%\"\n", "errstat.toml:3:13", &["100 %"]),
        ("[check]\nmax_slow = \"101%\"\n", "errstat.toml:2:12", &["100 %"]),
        ("[check]\nmax_errors = 5\nmin_previous = 5\n", "errstat.toml:3:16", &["max_increase"]),
        ("[[check.rule]]\nmax_errors = 5\nmin_previous = 5\n", "errstat.toml:3:16", &["max_increase"]),
        (
            "compare = \"none\"\n[check]\nperiod = \"last-week\"\nmax_errors = 99\nmax_increase = \"50%\"\n",
            "",
            &["max_increase", "compare"],
        ),
        ("[check]\nmax_errors = 5\n[checks]\n", "errstat.toml:3:2", &["check"]),
        ("[check\n", "errstat.toml:1:", &[]),
    ] {
        let said = call(&folder(config), "").refused();
        assert!(said.contains(place), "{config}{place} in {said}");
        assert!(words.iter().all(|word| said.contains(word)), "{config}{words:?} in {said}");
    }
}

#[test]
fn all_is_a_share_and_a_rule_may_use_the_min_previous_of_all() {
    assert_eq!(one("[[check.rule]]\nmax_share = \"100%\"\n"), (0, "passed".to_owned()));
    // 60 × 1 = 60.
    assert_eq!(one("min_previous = 60\n[[check.rule]]\nmax_increase = \"0%\"\n"), (0, "passed".to_owned()));
}

#[test]
fn a_status_and_a_detail_may_be_those_of_one_error() {
    // 502 and 599 were never there, and may come.
    for (status, detail) in [("5xx", "502 Bad Gateway"), ("50*", "5*"), ("599", "*")] {
        let rule = format!("[[check.rule]]\nstatus = \"{status}\"\ndetail = \"{detail}\"\nmax_errors = 1000\n");
        assert_eq!(one(&rule), (0, "passed".to_owned()), "{rule}");
    }
}

#[test]
fn a_detail_like_nothing_known_may_still_come() {
    assert_eq!(
        one("[[check.rule]]\ndetail = \"Quantum entanglement lost\"\nmax_errors = 0\n"),
        (0, "passed".to_owned())
    );
}

fn accept(folder: &Folder, line: &str) -> Outcome {
    call(folder, &format!("{line} --baseline accepted.json --update-baseline")).done()
}

#[test]
fn a_baseline_fails_what_is_worse_or_new_and_nothing_else() {
    let folder = Folder::with("errors-2026-11-23.tsv", EXPORT);
    accept(&folder, "--period last-week");
    let code = |line: &str| judged(&folder, &format!("{line} --baseline accepted.json"));
    assert_eq!(code("--period last-week").0, 0, "equal holds");
    assert_eq!(code("--period 2026-W46").0, 1, "20 timeouts where 10 were accepted");
    folder.file("w-2026-11-23.tsv", EXPORT.replace("502\t20\n2026-11-18 11", "502\t21\n2026-11-18 11"));
    let (worse, verdict) = code("w-2026-11-23.tsv --period last-week");
    let failed: Vec<&str> = verdict["rules"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|rule| rule["status"] == "failed")
        .map(|rule| text(rule, "rule"))
        .collect();
    assert_eq!((worse, failed), (1, vec!["baseline_errors", "baseline_details"]));
    folder.file(
        "w-2026-11-23.tsv",
        EXPORT.replace("2026-11-18 11:10:00\terror_status_code\t500", "2026-11-18 11:10:00\terror_status_code\t504"),
    );
    let (new, verdict) = code("w-2026-11-23.tsv --period last-week");
    assert_eq!((new, &verdict["rules"][2]["details"][0]["detail"]), (1, &"504".into()));
}

#[test]
fn a_baseline_of_something_else_is_refused() {
    let folder = Folder::with("errors-2026-11-23.tsv", EXPORT);
    accept(&folder, "--period last-week --channel shop");
    for (line, word) in [
        ("--period last-week --channel news", "channels"),
        ("--period last-week", "channels"),
        ("--period 2026-11 --channel shop", "period"),
        ("--period yesterday --channel shop", "period"),
        ("--period last-week --channel shop --timezone UTC", "zone"),
    ] {
        let said = call(&folder, &format!("{line} --baseline accepted.json")).refused();
        assert!(said.contains("accepted.json") && said.contains(word), "{line}: {said}");
    }
    for (text, word) in
        [("", "errstat/summary/2"), ("{}", "schema"), ("{\"schema\": \"errstat/summary/1\"}", "errstat/summary/1")]
    {
        folder.file("other.json", text);
        let said = call(&folder, "--period last-week --baseline other.json").refused();
        assert!(said.contains("other.json") && said.contains(word), "{said}");
    }
    assert!(call(&folder, "--baseline nowhere.json").refused().contains("nowhere.json"));
    // A month is a month, whatever its length.
    folder.file(
        "m-2026-04-01.tsv",
        "Time\tReason\n2026-02-10 10:00:00\tunclassified\n2026-03-31 10:00:00\tunclassified\n",
    );
    accept(&folder, "m-2026-04-01.tsv --period 2026-02");
    assert_eq!(judged(&folder, "m-2026-04-01.tsv --period 2026-03 --baseline accepted.json").0, 0);
}

#[test]
fn what_cannot_be_judged_is_not_accepted() {
    let folder = Folder::with("errors-2026-11-23.tsv", EXPORT);
    let outcome =
        call(&folder, "--period last-week --max-age 1d --as-of 2026-12-24 --baseline a.json --update-baseline").run();
    assert_eq!(outcome.code, Some(2));
    assert!(!folder.path("a.json").exists());
}

#[test]
fn the_verdict_depends_on_nothing_but_inputs_rules_and_options() {
    let folder = Folder::new();
    let (first, second) = EXPORT.split_at(EXPORT.find("2026-11-16").unwrap());
    folder.file("a.tsv", first).file("b-2026-11-23.tsv", format!("Time\tReason\tDetail\tCount\n{second}"));
    folder.file("errstat.toml", "[check]\nperiod = \"last-week\"\nmax_errors = 59\nmax_increase = \"50%\"\nnew_details = \"warn\"\n[[check.rule]]\nmax_errors = 20\nper = \"day\"\n");
    let run = |inputs: &str, variables: &[(&str, &str)]| {
        let call = call(&folder, &format!("{inputs} --format json"));
        let outcome = variables.iter().fold(call, |call, (name, value)| call.env(name, value)).run();
        assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
        outcome.text()
    };
    let first = run("a.tsv b-2026-11-23.tsv", &[]);
    for zone in ["UTC", "America/New_York", "Pacific/Kiritimati"] {
        assert_eq!(run("a.tsv b-2026-11-23.tsv", &[("TZ", zone)]), first);
    }
    assert_eq!(run("a.tsv b-2026-11-23.tsv", &[("LANG", "ja_JP.UTF-8"), ("LC_ALL", "ja_JP.UTF-8")]), first);
    assert_eq!(run("a.tsv b-2026-11-23.tsv --threads 1", &[]), first);
    assert_eq!(run("a.tsv b-2026-11-23.tsv --threads 7", &[]), first);
    assert_eq!(run("b-2026-11-23.tsv a.tsv", &[]), first);
}

#[test]
fn junit_is_read_by_an_xml_parser() {
    let folder = folder(
        "[check]\nperiod = \"last-week\"\nmax_errors = 59\nmax_increase = \"50%\"\nnew_details = \"warn\"\n[[check.rule]]\nname = \"<&\\\" ]]> name\"\nchannel = \"nobody\"\nmax_errors = 1\n",
    );
    let outcome = call(&folder, "--report junit=check.xml --report markdown=check.md --report json=check.json --report github=check.log --report text=check.txt").run();
    assert_eq!(outcome.code, Some(1));
    let xml = folder.text("check.xml");
    let document = roxmltree::Document::parse(&xml).unwrap();
    let root = document.root_element();
    let suite = root.first_element_child().unwrap();
    let counts = ["tests", "failures", "errors", "skipped"].map(|name| suite.attribute(name).unwrap().to_owned());
    assert_eq!((root.tag_name().name(), counts), ("testsuites", ["4", "1", "0", "1"].map(str::to_owned)));
    let cases: Vec<(&str, Option<&str>)> = document
        .descendants()
        .filter(|node| node.has_tag_name("testcase"))
        .map(|case| (case.attribute("name").unwrap(), case.first_element_child().map(|child| child.tag_name().name())))
        .collect();
    assert_eq!(
        cases,
        [
            ("Errors in the period", Some("failure")),
            ("Increase over the period before", Some("system-out")),
            ("New details", Some("system-out")),
            ("<&\" ]]> name", Some("skipped")),
        ]
    );
    let failure = document.descendants().find(|node| node.has_tag_name("failure")).unwrap();
    assert!(failure.attribute("message").unwrap().contains("60") && failure.text().unwrap().contains("502"));
    for (file, words) in
        [("check.md", "**failed**"), ("check.log", "::error title="), ("check.txt", "Failed: 1 of 4 rules fails.")]
    {
        assert!(folder.text(file).contains(words), "{file}: {}", folder.text(file));
    }
    assert_eq!(serde_json::from_str::<Value>(&folder.text("check.json")).unwrap()["exit_code"], 1);
}

/// What junit-10.xsd of Jenkins' xUnit plugin allows: element, required attributes, other attributes, children.
const JENKINS: [(&str, &str, &str, &str); 9] = [
    ("testsuites", "", "name time tests failures errors", "testsuite"),
    (
        "testsuite",
        "name tests failures errors",
        "group time skipped timestamp hostname id package file log url",
        "testsuite properties testcase system-out system-err",
    ),
    ("properties", "", "", "property"),
    ("property", "name value", "", ""),
    ("testcase", "name", "time classname group", "skipped error failure system-out system-err"),
    ("skipped", "", "type message", ""),
    ("error", "", "type message", ""),
    ("failure", "", "type message", ""),
    ("system-out", "", "", ""),
];

/// The names of the cases, once the XML is valid by Jenkins' schema.
fn valid_for_jenkins(xml: &str) -> Vec<(String, String)> {
    let document = roxmltree::Document::parse(xml).unwrap();
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        let name = node.tag_name().name();
        let (_, required, other, children) = JENKINS.iter().find(|element| element.0 == name).expect(name);
        for attribute in required.split_whitespace() {
            assert!(node.has_attribute(attribute), "{name} without {attribute}\n{xml}");
        }
        for attribute in node.attributes() {
            let known = required.split_whitespace().chain(other.split_whitespace()).any(|one| one == attribute.name());
            assert!(known, "{name} with {}\n{xml}", attribute.name());
        }
        for child in node.children().filter(roxmltree::Node::is_element) {
            let child = child.tag_name().name();
            assert!(children.split_whitespace().any(|one| one == child), "{child} in {name}\n{xml}");
        }
        if ["testsuites", "testsuite", "testcase"].contains(&name) {
            let time = node.attribute("time").expect("a time");
            assert!(time.parse::<f64>().is_ok() && time.bytes().all(|c| c.is_ascii_digit() || c == b'.'), "{time}");
        }
        if name == "testsuite" {
            let timestamp = node.attribute("timestamp").expect("a timestamp");
            chrono::DateTime::parse_from_rfc3339(timestamp).expect("a time with its zone");
        }
    }
    let cases = document.descendants().filter(|node| node.has_tag_name("testcase"));
    let named =
        |case: roxmltree::Node<'_, '_>| ["classname", "name"].map(|name| case.attribute(name).unwrap().to_owned());
    cases.map(named).map(|[class, name]| (class, name)).collect()
}

#[test]
fn junit_is_valid_for_jenkins_and_follows_a_rule_by_its_name() {
    let names = |limit: u32, inputs: &str| {
        let rule = format!("[[check.rule]]\nstatus = \"5xx\"\nmax_errors = {limit}\nper = \"day\"\n");
        let rules = format!("[check]\nperiod = \"last-week\"\nmax_errors = {limit}\n{rule}{rule}");
        let folder = folder(&rules);
        call(&folder, &format!("{inputs} --report junit=check.xml")).run();
        valid_for_jenkins(&folder.text("check.xml"))
    };
    let strict = names(1, "");
    assert_eq!(strict, names(1_000_000, ""));
    assert_eq!(strict.iter().collect::<std::collections::BTreeSet<_>>().len(), 3, "{strict:?}");
    assert_eq!(strict[1].1, "5xx: max_errors per day");
    assert_eq!(names(1, "missing.tsv").len(), 1);
}

#[test]
fn what_cannot_be_read_is_an_error_in_every_report() {
    let folder = folder("[check]\nmax_errors = 5\n");
    let outcome = call(&folder, "missing.tsv --report junit=check.xml --report json=check.json").run();
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("missing.tsv") && outcome.text().is_empty());
    let xml = folder.text("check.xml");
    let document = roxmltree::Document::parse(&xml).unwrap();
    assert_eq!(document.root_element().attribute("errors"), Some("1"));
    assert!(
        serde_json::from_str::<Value>(&folder.text("check.json")).unwrap()["problems"][0]
            .as_str()
            .unwrap()
            .contains("missing.tsv")
    );
}

#[test]
fn annotations_are_escaped_and_the_job_has_a_summary() {
    let folder = folder(
        "[check]\nperiod = \"last-week\"\nmax_errors = 59\n[[check.rule]]\nname = \"50%: a,b::c\"\nmax_errors = 60\nlevel = \"warn\"\n[[check.rule]]\nname = \"::error::x ##[error]y\"\nmax_errors = 1\nlevel = \"warn\"\n",
    );
    folder.file("summary.md", "before\n");
    let outcome =
        call(&folder, "--format github").env("GITHUB_STEP_SUMMARY", folder.path("summary.md").to_str().unwrap()).run();
    assert_eq!(outcome.code, Some(1));
    let printed = outcome.text();
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines[0].starts_with("::error title=errstat%3A Errors in the period::Errors: 60, limit: 59."),
        "{}",
        lines[0]
    );
    assert!(lines[1].starts_with("::warning title=errstat%3A %3A%3Aerror%3A%3Ax "), "{}", lines[1]);
    assert!(!outcome.text().contains("##["), "{}", outcome.text());
    let summary = folder.text("summary.md");
    assert!(summary.starts_with("before\n") && summary.contains("## Failed"), "{summary}");
    assert!(!summary.contains("##[") && !summary.lines().any(|line| line.starts_with("::")));
}

#[test]
fn more_annotations_than_a_step_may_have_are_summed_up() {
    let rule = "[[check.rule]]\nmax_errors = 0\n";
    let folder = folder(&format!("[check]\nperiod = \"last-week\"\n{}", rule.repeat(30)));
    let outcome = call(&folder, "--format github").run();
    assert_eq!(outcome.text().lines().filter(|line| line.starts_with("::error ")).count(), 10);
    assert!(outcome.text().contains("21 more"));
}

#[test]
fn a_report_that_cannot_be_written_is_no_pass() {
    let folder = folder("[check]\nmax_errors = 500\n");
    let outcome = call(&folder, "errors-2026-11-23.tsv --report json=errors-2026-11-23.tsv/check.json").run();
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("errors-2026-11-23.tsv") && outcome.text().contains("Passed"));
    assert!(call(&folder, "--report xml=check.xml").refused().contains("junit"));
}

#[test]
fn proposed_rules_hold_for_a_usual_week_and_not_for_an_outage() {
    let folder = Folder::new();
    let weeks = [30, 34, 28, 31, 33, 29, 400, 32];
    let mut export = "Time\tReason\tDetail\tCount\n".to_owned();
    for (week, errors) in weeks.into_iter().enumerate() {
        // Evenly inside of the week, from Monday, 28 September 2026 on.
        let monday = chrono::NaiveDate::from_ymd_opt(2026, 9, 28).unwrap() + chrono::Days::new(7 * week as u64);
        for i in 0..errors {
            let at = monday.and_time(chrono::NaiveTime::MIN)
                + chrono::TimeDelta::minutes(7 * 24 * 60 * (2 * i + 1) / (2 * errors));
            export += &format!("{at}\trequest_timeout\tRequest timeout\t1\n");
        }
    }
    folder.file("w-2026-11-23.tsv", export);
    let said = folder.errstat(&format!("check --init w-2026-11-23.tsv --as-of {AS_OF}")).done();
    assert!(said.stderr.contains("errstat check w-2026-11-23.tsv"), "{}", said.stderr);
    let rules = folder.text("errstat.toml");
    // Twice the median of 32.
    assert!(rules.contains("\nmax_errors = 64\n") && rules.contains("30, 34, 28, 31, 33, 29, 400, 32"), "{rules}");
    assert_eq!(judged(&folder, "w-2026-11-23.tsv").0, 0);
    assert_eq!(judged(&folder, "w-2026-11-23.tsv --as-of 2026-11-16T09:00:00+09:00").0, 1);
    // It is not written over.
    assert!(folder.errstat("check --init w-2026-11-23.tsv").refused().contains("errstat.toml"));
    assert_eq!(folder.text("errstat.toml"), rules);
    // In Japanese too it is a configuration that can be read.
    folder.errstat("check --init w-2026-11-23.tsv --lang ja --config ja.toml").done();
    assert_eq!(judged(&folder, "w-2026-11-23.tsv --config ja.toml").0, 0);
}

#[test]
fn rules_are_proposed_below_settings_that_are_there() {
    let folder = Folder::new();
    let row = |day: u32, hour: u32| {
        format!("2026-11-{day:02}\t{hour:02}:00:00\t{hour:02}:00:20\trequest_timeout\tRequest timeout\t2\n")
    };
    for (name, hour) in [("shop", 10), ("news", 11)] {
        let rows: String = (2..23).map(|day| row(day, hour)).collect();
        folder.file(
            &format!("exports/{name}/2026-11-23.tsv"),
            format!("Date\tStart\tEnd\tReason\tDetail\tErrors\n{rows}"),
        );
    }
    let settings = "# Ours.\nchannel = [\"shop=exports/shop/*\", \"news=exports/news/*\"]\ntimezone = \"Asia/Taipei\"";
    folder.file("errstat.toml", settings);
    folder.errstat(&format!("check --init exports --as-of {AS_OF}")).done();
    let text = folder.text("errstat.toml");
    assert!(text.starts_with(&format!("{settings}\n\n#")), "{text}");
    assert_eq!([text.matches("channel = [").count(), text.matches("timezone =").count()], [1, 1], "{text}");
    // Seven days with two errors each, twice that, for each channel.
    for rule in ["channel = \"news\"\nmax_errors = 28", "channel = \"shop\"\nmax_errors = 28"] {
        assert!(text.contains(rule), "{text}");
    }
    folder.errstat(&format!("check exports --as-of {AS_OF}")).done();
    // Rules are not written twice, and what is no file of settings stays as it is.
    for (name, content) in
        [("errstat.toml", text.as_str()), ("broken.toml", "channel ="), ("notes.toml", "check = 1\n")]
    {
        folder.file(name, content);
        let refused = folder.errstat(&format!("check --init exports --config {name}")).refused();
        assert!(refused.contains(name) && refused.contains("--config"), "{refused}");
        assert_eq!(folder.text(name), content);
    }
    folder.file("narrow.toml", "only = [\"detail=502\"]\n");
    let refused = folder.errstat("check --init exports --config narrow.toml").refused();
    assert!(refused.contains("detail=502"), "{refused}");
}

#[test]
fn the_rules_file_is_named_with_its_hash() {
    let folder = folder("[check]\nmax_errors = 100\n");
    let (_, verdict) = judged(&folder, "");
    // sha256sum of the line above.
    let sum = "8fa0b20bb05df6578caedb26231157181fc101afa38695ec98ce92b0d8b40011";
    assert_eq!(verdict["configuration"], serde_json::json!({"path": "errstat.toml", "sha256": sum}));
    assert!(call(&folder, "").done().text().contains(sum));
}

#[test]
fn options_that_write_cannot_stand_in_the_file() {
    for key in ["report = \"junit=x.xml\"", "baseline = \"x.json\"", "update_baseline = true", "init = true"] {
        let said = call(&folder(&format!("{key}\n[check]\nmax_errors = 5\n")), "").refused();
        assert!(said.contains("errstat.toml:1:1"), "{said}");
    }
}

/// A name that promises days to come is not believed, with a further date behind it neither.
#[test]
fn no_name_is_proposed_that_would_not_be_believed() {
    let rows = "Date\tStart\tEnd\tReason\tDetail\tErrors\n2026-11-17\t04:12:33\t04:12:59\terror_status_code\t502\t3\n";
    for (name, option, advice) in [
        ("shop.tsv", "", "rename it to shop-2026-11-23.tsv"),
        ("shop-2026-11-17_2027-11-30.tsv", "", "add --exported-at 2026-11-23T00:00"),
        // It has that day already.
        ("shop-2026-11-23.tsv", "exported_at = \"2099-01-01\"\n", "add --exported-at 2026-11-23T00:00"),
    ] {
        let folder = Folder::with(name, rows);
        folder.file("errstat.toml", format!("{option}[check]\nperiod = \"2026-W47\"\nmax_errors = 100\n"));
        let outcome = folder.errstat(&format!("check {name} --as-of 2026-11-23T09:00")).run();
        let text = outcome.text().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(outcome.code == Some(2) && text.contains(advice), "{text}\n{}", outcome.stderr);
        assert_eq!(text.contains("rename it"), advice.starts_with("rename"), "{text}");
    }
}
