//! A team that downloads its bots' errors every week: what the report of the week before says.

use serde_json::{Value, json};

use crate::program::{Folder, Summary, text};

const HEADING: &str = "Date\tStart\tEnd\tReason\tDetail\tErrors\n";
const WEEK: &str = "--period 2026-W47 --as-of 2026-11-23T09:30";

/// So many timeouts on each day from the first one on, an even time apart.
fn days(first: &str, errors: &[u32]) -> String {
    let first: chrono::NaiveDate = first.parse().expect("a day");
    let of_day = |(day, errors): (u64, &u32)| {
        let row = |minute: u32| {
            let (day, time) = (first + chrono::Days::new(day), format!("{:02}:{:02}:07", minute / 60, minute % 60));
            format!("{day}\t{time}\t{time}\trequest_timeout\tRequest timeout\t1\n")
        };
        (0..*errors).map(|number| row(number * 1440 / errors)).collect::<String>()
    };
    HEADING.to_owned() + &(0..).zip(errors).map(of_day).collect::<String>()
}

fn folder(files: &[(&str, String)]) -> Folder {
    let folder = Folder::new();
    for (name, text) in files {
        folder.file(name, text);
    }
    folder
}

fn headline(summary: &Summary) -> &str {
    summary["headline"].as_str().expect("a headline")
}

#[test]
fn a_bot_whose_weeks_vary_falls_silent_too() {
    let told = |weeks: [[u32; 7]; 6]| {
        let weeks = weeks.concat();
        let folder = folder(&[("shop-2026-11-23.tsv", days("2026-10-05", &weeks))]);
        let line = format!("shop-2026-11-23.tsv --channel shop {WEEK}");
        folder.errstat(&format!("report {line} -o w.eml --mail-from a@b.example --mail-to c@d.example")).done();
        let mail = folder.text("w.eml");
        let subject = mail.lines().find(|line| line.starts_with("Subject: ")).expect("a subject").to_owned();
        (subject, folder.summary(&line))
    };
    // 8 and 16 errors a day: 56 and 112 a week, in the middle 84 and 28 from it, so 3 × 1.4826 × 28 = 125 more are usual.
    let (subject, summary) = told([8, 16, 8, 16, 8, 16].map(|errors| [errors; 7]));
    assert_eq!(subject, "Subject: [UNKNOWN] No errors on shop. A usual week has 84");
    assert!(summary.note("quiet-unusual").contains("usual ones have 1 to 209"), "{}", summary.note("quiet-unusual"));
    // Not for the first time; and of four errors a week that come by chance there are none once a year.
    for weeks in [[8, 16, 0, 16, 8, 16].map(|errors| [errors; 7]), [[0, 3, 0, 0, 1, 0, 0]; 6]] {
        let (subject, summary) = told(weeks);
        assert!(subject.starts_with("Subject: [OK] No errors on shop."), "{subject}");
        assert!(!summary.notes().contains(&"quiet-unusual"), "{:?}", summary.notes());
    }
}

#[test]
fn nothing_is_new_where_no_row_lies_before() {
    let folder = Folder::new();
    for day in ["2026-11-02", "2026-11-09", "2026-11-16"] {
        folder.file(&format!("shop-{day}.tsv"), HEADING);
    }
    folder.file("shop-2026-11-23.tsv", days("2026-11-18", &[3]));
    let summary = folder.summary(&format!(". --channel shop {WEEK}"));
    assert_eq!((&summary["by_detail"][0]["new"], &summary["state"]), (&json!(false), &json!("unknown")));
    assert!(summary.notes().contains(&"new-unknown"));
    folder.file("errstat.toml", "[check]\nperiod = \"last-week\"\nnew_details = \"fail\"\n");
    let judged = folder.errstat("check shop-*.tsv --channel shop --as-of 2026-11-23T09:30 --format json").run();
    let verdict: Value = serde_json::from_slice(&judged.stdout).expect("JSON");
    assert_eq!((judged.code, text(&verdict["rules"][0], "status")), (Some(2), "not_judged"), "{verdict}");
}

#[test]
fn a_bot_whose_data_begin_behind_the_week_is_unknown_in_it_and_no_other() {
    // 3 errors a day on news in the four weeks before; the first of café on the Monday of the download.
    let folder = folder(&[
        ("news-2026-11-23.tsv", days("2026-10-26", &[3; 28])),
        ("café-2026-11-23.tsv", days("2026-11-23", &[1])),
    ]);
    folder.file("errstat.toml", "channel = [\"news=news-*\", \"café=café-*\"]\n[check]\nmax_errors = 99\n");
    let summary = folder.summary(&format!("*.tsv {WEEK}"));
    assert_eq!(summary["state"], "unknown");
    assert_eq!(headline(&summary), "≥ 21 errors on 2 channels, all on news. All are Request timeout.");
    let note = summary.note("period-before-data-channel");
    assert!(note.contains("of channel café begin with Mon 23 Nov 2026, 00:00"), "{note}");
    let judged = folder.errstat(&format!("check *.tsv {WEEK} --format json")).run();
    let verdict: Value = serde_json::from_slice(&judged.stdout).expect("JSON");
    assert_eq!((judged.code, verdict["notes"].to_string().contains("before-data")), (Some(2), false), "{verdict}");
    // What is usual on news does not depend on it.
    assert_eq!(summary["history"]["median"], 21);
    let news = folder.summary(&format!("*.tsv {WEEK} --only channel=news"));
    assert_eq!((&news["state"], &news["history"]["median"]), (&json!("usual"), &json!(21)));
    assert!(!news.notes().iter().any(|code| code.starts_with("period-before-data")), "{:?}", news.notes());
    let café = folder.summary(&format!("*.tsv {WEEK} --only channel=café"));
    assert_eq!(headline(&café), "No data for this week: the data begin Mon 23 Nov 00:00.");
}

#[test]
fn a_gap_is_told_of_the_bot_that_has_it() {
    // The download of café on Monday the 16th is missing; that of the 25th reaches back to the 18th.
    let folder = folder(&[
        ("news-2026-11-25.tsv", days("2026-11-01", &[9; 24])),
        ("café-2026-11-02.tsv", days("2026-11-01", &[3])),
        ("café-2026-11-09.tsv", days("2026-11-02", &[3; 7])),
        ("café-2026-11-25.tsv", days("2026-11-18", &[3; 7])),
    ]);
    let line = "*.tsv --channel news=news-* --period 2026-W47 --as-of 2026-11-25T09:30";
    let said = |options: &str| headline(&folder.summary(&format!("{line} {options}"))).to_owned();
    // Nine times 7, and three times 5.
    assert_eq!(
        said("--channel café=café-*"),
        "≥ 78 errors on 2 channels, most on news: no export of café covers Mon 16 Nov 00:00 – Wed 18 Nov 00:00. \
         All are Request timeout."
    );
    assert_eq!(
        said("--channel café=café-* --only channel=café"),
        "≥ 15 errors on café: no export covers Mon 16 Nov 00:00 – Wed 18 Nov 00:00. All are Request timeout."
    );
}

#[test]
fn all_bots_are_counted_where_one_has_all_errors() {
    // The last error of café is of more than a week before.
    let folder = folder(&[
        ("shop-2026-11-23.tsv", days("2026-10-26", &[3; 28])),
        ("café-2026-11-23.tsv", days("2026-10-26", &[1])),
    ]);
    let summary = folder.summary(&format!("*.tsv --channel shop=shop-* --channel café=café-* {WEEK}"));
    assert!(headline(&summary).starts_with("21 errors on 2 channels, all on shop"), "{}", headline(&summary));
}

#[test]
fn new_errors_are_mostly_one_only_if_half_of_them_are() {
    let told = |errors: [u32; 3]| {
        let row = |(detail, errors): (u32, u32)| {
            format!("2026-11-20\t13:00:07\t13:00:07\terror_status_code\t{detail}\t{errors}\n")
        };
        let new: String = [403, 429, 503].into_iter().zip(errors).map(row).collect();
        let folder = folder(&[("shop-2026-11-23.tsv", days("2026-11-09", &[3; 14]) + &new)]);
        headline(&folder.summary(&format!("shop-2026-11-23.tsv {WEEK}"))).to_owned()
    };
    let ends = |said: String, end: &str| assert!(said.ends_with(end), "{said}");
    ends(told([1, 1, 1]), " New errors, such as 1 × 403 Forbidden.");
    ends(told([1, 1, 2]), " New errors, mostly 2 × 503 Service Unavailable.");
}

#[test]
fn nothing_is_said_of_the_time_behind_an_incident_where_a_part_is_missing() {
    // An outage on Tuesday the 3rd, an error on each other day; the download of the 16th may be missing.
    let outage =
        (0..40).map(|minute| format!("2026-11-03\t10:{minute:02}:07\t10:{minute:02}:07\terror_status_code\t502\t20\n"));
    let folder = Folder::new();
    for (monday, day) in [("2026-10-05", 12), ("2026-10-12", 19), ("2026-10-19", 26)] {
        folder.file(&format!("shop-2026-10-{day}.tsv"), days(monday, &[1; 7]));
    }
    folder.file("shop-2026-11-02.tsv", days("2026-10-26", &[1; 7]));
    folder.file("shop-2026-11-09.tsv", days("2026-11-02", &[1; 7]) + &outage.collect::<String>());
    folder.file("shop-2026-11-23.tsv", days("2026-11-16", &[1; 7]));
    let told = || {
        let line = "summary . --period 2026-W45 --as-of 2026-11-23T09:30 --format line";
        folder.errstat(line).done().text()
    };
    assert!(told().contains("Over since Tue 3 Nov 2026, 10:39.\n"), "{}", told());
    folder.file("shop-2026-11-16.tsv", days("2026-11-09", &[1; 7]));
    assert!(told().contains("Over since Tue 3 Nov 2026, 10:39. Since then at most 1 error an hour."), "{}", told());
}

#[test]
fn an_export_without_a_row_is_one_as_parquet_too() {
    let folder =
        folder(&[("shop-2026-11-23.tsv", HEADING.to_owned()), ("news-2026-11-23.tsv", days("2026-10-26", &[3; 28]))]);
    folder.file("errstat.toml", "channel = [\"shop=shop-*\", \"news=news-*\"]\n[check]\nmax_errors = 21\n");
    let told = |file: &str| {
        let alone = folder.summary(&format!("{file} {WEEK}"));
        let beside = folder.errstat(&format!("check {file} news-2026-11-23.tsv {WEEK}")).run();
        (alone["state"].clone(), headline(&alone).to_owned(), alone.errors(), beside.code, beside.text())
    };
    for file in ["shop-2026-11-23.parquet", "shop-2026-11-23.csv"] {
        folder.errstat(&format!("convert shop-2026-11-23.tsv -o {file}")).done();
        assert_eq!(told(file), told("shop-2026-11-23.tsv"), "{file}");
    }
    assert_eq!(told("shop-2026-11-23.parquet").3, Some(0), "nothing is unknown of shop");
}

#[test]
fn patterns_without_a_file_are_told_where_inputs_are_files() {
    let rows = || days("2026-11-09", &[3; 14]);
    let folder = folder(&[("exports/shop/2026-11-23.tsv", rows()), ("exports/news/2026-11-23.tsv", rows())]);
    folder.file("errstat.toml", "channel = [\"shop=exports/shop/*\", \"news=exports/news/*\"]\n");
    folder.errstat("archive add --archive both exports").done();
    folder.errstat("archive add --archive one exports/shop").done();
    let told = |inputs: &str| {
        folder
            .errstat(&format!("summary {inputs} {WEEK}"))
            .stdin(rows())
            .summary()
            .notes()
            .contains(&"channel-unmatched")
    };
    assert_eq!(["exports", "both", "one", "-", "exports/shop", "one exports/shop"].map(told), [false; 6]);
    std::fs::remove_dir_all(folder.path("exports/news")).expect("a folder");
    assert_eq!(["exports", "exports/shop"].map(told), [true, false]);
}
