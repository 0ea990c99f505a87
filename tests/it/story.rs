//! What is said of a period: what is usual, how things stand, and a headline that nobody has to cut.
//!
//! The files have a row at half past every hour (Japanese time) but for what a test adds; sums are worked out by hand.

use serde_json::{Value, json};

use crate::program::Folder;

const HEADINGS: &str = "Date\tStart\tEnd\tReason\tDetail\tErrors\n";

fn day(number: u64) -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(2026, 9, 1).unwrap() + chrono::Days::new(number)
}

/// Rows from 2026-09-01 to 2026-11-22, a Sunday: so many errors at half past every hour, by the number of the day.
fn hourly(errors: impl Fn(u64) -> u64) -> String {
    let row = |i: u64, hour: u64| {
        let errors = errors(i);
        format!("{}\t{hour:02}:30:00\t{hour:02}:30:00\trequest_timeout\tRequest timeout\t{errors}\n", day(i))
    };
    (0..83).flat_map(|i| (0..24).map(move |hour| (i, hour))).map(|(i, hour)| row(i, hour)).collect()
}

#[test]
fn what_is_usual_is_the_median_of_the_like_periods_before() {
    // 1 an hour in September, 2 in October, 3 until 15 November, then 5.
    let rows = hourly(|i| match i {
        0..30 => 1,
        30..61 => 2,
        61..76 => 3,
        _ => 5,
    });
    let folder = Folder::with("w.tsv", HEADINGS.to_owned() + &rows);
    let summary = folder.summary("w.tsv --period 2026-W47 --exported-at 2026-11-23T09:00");
    let history = &summary["history"];
    // The data begin on Tuesday, 1 September, so the week of 31 August is not whole.
    let weeks = [144, 168, 168, 168, 3 * 24 + 4 * 48, 336, 336, 336, 6 * 48 + 72, 504, 504];
    let found: Vec<(Value, Value, Value)> = history["periods"]
        .as_array()
        .unwrap()
        .iter()
        .map(|period| (period["label"].clone(), period["errors"].clone(), period["covered"].clone()))
        .collect();
    let expected = weeks.iter().enumerate();
    let expected: Vec<_> =
        expected.map(|(i, errors)| (json!(format!("2026-W{}", 36 + i)), json!(errors), json!(i > 0))).collect();
    assert_eq!(found, expected);
    // Of the ten covered ones the middle is 336; the deviations 0, 0, 0, 24, 72, 168, 168, 168, 168, 168 have the middle
    // 120, and 3 × 1.4826 × 120 = 533.7.
    assert_eq!((&history["median"], &history["usual"]), (&json!(336), &json!([0, 870])));
}

#[test]
fn a_month_has_months_before_it_and_all_has_nothing() {
    let folder = Folder::with("w.tsv", HEADINGS.to_owned() + &hourly(|_| 1));
    let summary = folder.summary("w.tsv --period 2026-11");
    // By 23 November, 9 o'clock, as much of each month before has passed.
    let errors = |period: &Value| (period["errors"].clone(), period["covered"].clone());
    let periods: Vec<_> = summary["history"]["periods"].as_array().unwrap().iter().map(errors).collect();
    let same_part = 22 * 24 + 9;
    assert_eq!(periods, [(json!(same_part), json!(true)), (json!(same_part), json!(true))]);
    assert_eq!(summary["history"]["usual"], Value::Null, "two months are too few");
    assert_eq!(folder.summary("w.tsv")["history"], json!({"periods": [], "median": null, "usual": null}));
}

/// Rows of an evening: so many errors a minute of a detail, from 20:00 on.
fn evening(day: &str, minutes: u64, errors: u64, reason: &str, detail: &str) -> String {
    let row = |minute: u64| {
        let time = format!("{:02}:{:02}:10", 20 + minute / 60, minute % 60);
        format!("{day}\t{time}\t{time}\t{reason}\t{detail}\t{errors}\n")
    };
    (0..minutes).map(row).collect()
}

#[test]
fn the_state_says_how_things_stand() {
    let usual = hourly(|i| 1 + i % 2);
    let outage = |day: &str| evening(day, 40, 5, "error_status_code", "502");
    let file = |rows: &[&str]| Folder::with("w.tsv", HEADINGS.to_owned() + &rows.concat());
    let week = "w.tsv --period 2026-W47 --exported-at 2026-11-23T09:00";
    let quiet_until_now: String = usual.lines().take(71 * 24).map(|line| format!("{line}\n")).collect();
    for (name, folder, line, state) in [
        ("usual", file(&[&usual]), week, "usual"),
        ("over", file(&[&usual, &outage("2026-11-18")]), week, "over"),
        (
            "ongoing",
            file(&[&usual, &outage("2026-11-22").replace("\t20:", "\t23:")]),
            "w.tsv --period 2026-W47 --exported-at 2026-11-22T23:41",
            "ongoing",
        ),
        // Once an hour less one error is no incident; a week of it is more than usual: 168 × 9 more.
        ("more", file(&[&hourly(|i| if i < 76 { 1 + i % 2 } else { 4 })]), week, "more"),
        ("new", file(&[&usual, "2026-11-18\t12:00:00\t12:00:00\terror_status_code\t404\t1\n"]), week, "new"),
        ("quiet", file(&[&quiet_until_now]), week, "quiet"),
        ("the end is not covered", file(&[&quiet_until_now]), "w.tsv --period 2026-W47", "unknown"),
        ("no rows", file(&[]), "w.tsv", "unknown"),
        (
            "nothing to judge by",
            file(&["2026-11-22\t12:00:00\t12:00:00\terror_status_code\t404\t1\n"]),
            "w.tsv",
            "unknown",
        ),
    ] {
        let summary = folder.summary(line);
        assert_eq!(summary["state"], state, "{name}: {}", summary["headline"]);
    }
}

#[test]
fn a_headline_has_at_most_two_sentences_and_140_characters() {
    let usual = hourly(|i| 1 + i % 2);
    let outage = |detail: &str| evening("2026-11-18", 90, 50_000, "error_status_code", detail);
    let long = "x".repeat(5_000);
    let named = |name: &str, rows: &str| -> String { rows.lines().map(|row| format!("{row}\t{name}\n")).collect() };
    let heading = "Date\tStart\tEnd\tReason\tDetail\tErrors\tChannel name\n";
    let everything = [usual.as_str(), &outage("502"), &outage("503"), &outage("504")].concat();
    let folder = Folder::new();
    folder.file("plain.tsv", HEADINGS.to_owned() + &everything);
    folder.file("empty.tsv", HEADINGS);
    folder.file(
        "one.tsv",
        format!("{HEADINGS}2026-11-18\t12:00:00\t12:00:00\tbrand_new_reason\t{}\t1\n", &long[..3_000]),
    );
    folder.file("named.tsv", format!("{heading}{}", named("決済ボットการชำระเงิน", &everything)));
    let bots: String = [&long, "shop", "клуб"].map(|name| named(name, &everything)).concat();
    folder.file("several.tsv", format!("{heading}{bots}"));
    for name in ["plain", "empty", "one", "named", "several"] {
        for options in [
            "",
            "--period 2026-W47",
            "--period 2026-11 --exported-at 2026-11-23",
            "--period 2026-11-18",
            "--period 2027-W01",
        ] {
            for lang in ["en", "ja"] {
                let summary = folder.summary(&format!("{name}.tsv {options} --lang {lang}"));
                let headline = summary["headline"].as_str().unwrap().to_owned();
                assert!(headline.chars().count() <= 140, "{name} {options}: {headline}");
                let ends =
                    if lang == "ja" { headline.matches('。').count() } else { headline.matches(". ").count() + 1 };
                assert!((1..=2).contains(&ends), "{name} {options}: {headline}");
                assert!(headline.ends_with(['.', '。', '…']), "{name} {options}: {headline}");
                assert!(!headline.contains("2026-W"), "{name} {options}: {headline}");
            }
        }
    }
}

#[test]
fn a_short_file_is_said_to_be_too_short() {
    let row = "2026-11-22\t12:00:00\t12:00:00\terror_status_code\t404\t1\n";
    let folder = Folder::with("w.tsv", HEADINGS.to_owned() + row);
    let text = folder.errstat("summary w.tsv --period 2026-11-22 --exported-at 2026-11-23").done().text();
    assert!(text.starts_with("UNKNOWN  1 error"), "{text}");
    assert!(text.lines().nth(2) == Some("Too little data to know whether this is usual."), "{text}");
}

/// One evening has two details of one class, whose names together are longer than a title; the next has a detail that LINE does
/// not list, but its reason has advice.
#[test]
fn names_are_whole_and_what_a_reason_explains_has_advice() {
    let at_eight = |minutes, errors, detail| evening("2026-11-18", minutes, errors, "could_not_connect", detail);
    let rows = [
        hourly(|_| 1),
        at_eight(40, 2, "Unknown host"),
        at_eight(40, 1, "Session protocol negotiation failure"),
        evening("2026-11-19", 40, 2, "could_not_connect", "Connection refused"),
        "2026-11-20\t12:00:00\t12:00:00\tunclassified\tHeader too long\t1\n".to_owned(),
    ];
    let folder = Folder::with("w.tsv", HEADINGS.to_owned() + &rows.concat());
    let text = folder.errstat("summary w.tsv --period 2026-W47 --exported-at 2026-11-23T09:00").done().text();
    assert!(text.contains("- Unknown host/…, Wed 18 Nov"), "{text}");
    assert!(text.contains("- Connection refused, Thu 19 Nov"), "{text}");
    assert!(!text.contains("document “Connection refused”"), "{text}");
}

#[test]
fn an_export_without_rows_says_so_once() {
    let folder = Folder::with("w.tsv", HEADINGS);
    let told = folder.errstat("summary w.tsv --lang en").done().text().to_lowercase();
    assert_eq!(told.matches("no rows").count(), 1, "{told}");
    let notes = folder.summary("w.tsv").notes().iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
    assert!(notes.contains(&"no-rows".to_owned()), "{notes:?}");
}

/// Six causes of 100 errors each, on six evenings: advice for four, and how to ask for the other two.
#[test]
fn advice_that_is_not_shown_is_named() {
    let causes = [
        ("error_status_code", "502"),
        ("error_status_code", "403"),
        ("error_status_code", "404"),
        ("request_timeout", "Request timeout"),
        ("could_not_connect", "Unknown host"),
        ("could_not_connect", "TLS handshake failure"),
    ];
    let evenings: Vec<String> = causes
        .iter()
        .enumerate()
        .map(|(at, (reason, detail))| evening(&format!("2026-11-{}", 16 + at), 60, 100 - at as u64, reason, detail))
        .collect();
    let folder = Folder::with("w.tsv", HEADINGS.to_owned() + &hourly(|_| 1) + &evenings.concat());
    let call = "w.tsv --period 2026-W47 --exported-at 2026-11-23T09:00";
    let told = folder.errstat(&format!("summary {call} --full")).env("COLUMNS", "200").done().text().to_owned();
    let shown = told.matches("More causes and steps: `errstat explain").count();
    assert_eq!(shown, 4, "{told}");
    assert!(
        told.contains("For 2 more causes: `errstat explain 'Unknown host'`, `errstat explain 'TLS handshake failure'`"),
        "{told}"
    );
    folder.errstat(&format!("report {call} -o out.html")).done();
    assert!(folder.text("out.html").contains("For 2 more causes: <code>errstat explain"));
}
