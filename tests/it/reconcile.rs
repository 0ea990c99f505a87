//! Mails against exports: can this week's export be trusted?

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    notice::mail,
    program::{AS_OF, Folder},
};

/// One channel, four days: as mailed; too few; too many; nothing mailed. And mails of days without an export, and of a
/// channel without one.
fn inputs() -> Folder {
    let folder = Folder::new();
    folder.file(
        "shop-2026-11-20.tsv",
        "Time\tReason\tDetail\tCount\n\
         2026-11-16 10:00:00\terror_status_code\t502\t7\n\
         2026-11-17 10:00:00\terror_status_code\t502\t2\n\
         2026-11-17 10:00:00\terror_status_code\t500\t40\n\
         2026-11-18 10:00:00\terror_status_code\t502\t9\n\
         2026-11-18 11:00:00\terror_status_code\t502\t1\n\
         2026-11-19 10:00:00\terror_status_code\t503\t11\n",
    );
    folder
        .file("m/equal.eml", mail("shop", "2026-11-16 10:00:00", "502", 7))
        .file("m/equal-copy.eml", mail("shop", "2026-11-16 10:00:00", "502", 7).replace("09:00:00", "09:00:05"))
        .file("m/missing.eml", mail("shop", "2026-11-17 10:00:00", "502", 5))
        .file("m/part.eml", mail("shop", "2026-11-18 10:00:00", "502", 6))
        .file("m/before.eml", mail("shop", "2026-11-14 10:00:00", "502", 64))
        .file("m/after.eml", mail("shop", "2026-11-20 00:00:00", "504", 16))
        .file("m/other.eml", mail("newsletter", "2026-11-17 10:00:00", "502", 32));
    folder
}

const LABEL: &str = "--channel shop=shop*";

/// Mailed, exported, only mailed, missing, only exported: of each channel and day, by hand.
fn expected() -> BTreeMap<(&'static str, &'static str), [u64; 5]> {
    BTreeMap::from([
        (("newsletter", "2026-11-17"), [32, 0, 32, 0, 0]),
        (("shop", "2026-11-14"), [64, 0, 64, 0, 0]),
        (("shop", "2026-11-16"), [7, 7, 0, 0, 0]),
        // Of status 502 5 were mailed and 2 exported; of 500 none and 40.
        (("shop", "2026-11-17"), [5, 42, 3, 3, 40]),
        (("shop", "2026-11-18"), [6, 10, 0, 0, 4]),
        (("shop", "2026-11-19"), [0, 11, 0, 0, 11]),
        (("shop", "2026-11-20"), [16, 0, 16, 0, 0]),
    ])
}

const FIELDS: [&str; 5] = ["mailed", "exported", "only_mailed", "missing", "only_exported"];

fn sums(object: &Value) -> [u64; 5] {
    FIELDS.map(|field| object[field].as_u64().unwrap_or_else(|| panic!("no {field} in {object}")))
}

fn reconcile(folder: &Folder, line: &str) -> Value {
    let outcome = folder.errstat(&format!("reconcile {line} --format json --as-of {AS_OF}")).done();
    serde_json::from_slice(&outcome.stdout).expect("JSON")
}

fn days(found: &Value) -> BTreeMap<(&str, &str), [u64; 5]> {
    let days = found["days"].as_array().expect("days").iter();
    days.map(|day| ((day["channel"].as_str().expect("a channel"), day["date"].as_str().expect("a date")), sums(day)))
        .collect()
}

#[test]
fn each_day_says_what_is_missing_and_what_was_not_mailed() {
    let folder = inputs();
    let found = reconcile(&folder, &format!("shop-2026-11-20.tsv m {LABEL}"));
    assert_eq!(days(&found), expected());
    let totals = expected().into_values().reduce(|a, b| std::array::from_fn(|i| a[i] + b[i])).expect("days");
    assert_eq!(sums(&found["totals"]), totals);
    assert_eq!(totals, [130, 70, 115, 3, 55]);
    assert_eq!((&found["schema"], &found["timezone"]), (&json!("errstat/reconcile/1"), &json!("Asia/Tokyo")));
}

#[test]
fn an_archive_of_both_says_the_same() {
    let folder = inputs();
    folder.errstat("archive add --archive ar m").done();
    folder.errstat(&format!("archive add --archive ar shop-2026-11-20.tsv {LABEL}")).done();
    assert_eq!(days(&reconcile(&folder, "ar")), expected());
    assert_eq!(sums(&reconcile(&folder, "ar")["totals"]), [130, 70, 115, 3, 55]);
    // Mails in a folder beside exports in an archive.
    folder.errstat(&format!("archive add --archive exports shop-2026-11-20.tsv {LABEL}")).done();
    assert_eq!(days(&reconcile(&folder, "exports m")), expected());
}

#[test]
fn a_period_and_a_channel_choose() {
    let folder = inputs();
    let all = format!("shop-2026-11-20.tsv m {LABEL}");
    let found = reconcile(&folder, &format!("{all} --period 2026-11-17..2026-11-18"));
    assert_eq!(sums(&found["totals"]), [32 + 5 + 6, 42 + 10, 32 + 3, 3, 40 + 4]);
    folder.errstat(&format!("archive add --archive ar {all}")).done();
    let found = reconcile(&folder, "ar --only channel=newsletter");
    assert_eq!(days(&found), BTreeMap::from([(("newsletter", "2026-11-17"), [32, 0, 32, 0, 0])]));
    // What is at 10:00 in Japan is at 01:00 in UTC, on the same day; midnight is on the day before.
    let found = reconcile(&folder, "ar --timezone UTC");
    assert_eq!(days(&found)[&("shop", "2026-11-19")], [16, 11, 16, 0, 11]);
}

#[test]
fn the_table_says_it_in_a_sentence() {
    let folder = inputs();
    let table =
        |line: &str| folder.errstat(&format!("reconcile {line} --as-of {AS_OF}")).env("COLUMNS", "120").done().text();
    let text = table(&format!("shop-2026-11-20.tsv m {LABEL}"));
    assert!(text.contains("3 mailed errors are missing from exports"), "{text}");
    let row = text
        .lines()
        .find(|line| line.contains("17 Nov 2026") && line.contains("shop"))
        .unwrap_or_else(|| panic!("{text}"));
    let numbers: Vec<&str> = row.split_whitespace().rev().take(5).collect();
    assert_eq!(numbers, ["40", "3", "3", "42", "5"]);
    // Nothing is missing.
    let text = table(&format!("shop-2026-11-20.tsv m/equal.eml m/part.eml {LABEL}"));
    assert!(text.contains("The exports contain every mailed error (13 in all)"), "{text}");
    // Only of times for which no export speaks.
    let text = table(&format!("shop-2026-11-20.tsv m/equal.eml m/before.eml {LABEL}"));
    assert!(text.contains("64 mailed errors are of other times"), "{text}");
    assert!(table("shop-2026-11-20.tsv --channel shop").contains("no notification mails"));
}

/// A mail of shop as LINE words it, of any reason.
fn of_reason(time: &str, reason: &str, detail: &str, count: u32) -> String {
    mail("shop", time, detail, count).replace("error_status_code", reason)
}

#[test]
fn groups_of_five_minutes_by_status_are_compared() {
    let folder = Folder::with(
        "shop-2026-11-20.tsv",
        "Time\tReason\tDetail\tCount\n\
         2026-11-16 10:00:03\terror_status_code\t502\t4\n\
         2026-11-16 10:04:59\terror_status_code\t502\t3\n\
         2026-11-16 10:04:59\terror_status_code\t503\t9\n\
         2026-11-16 10:30:00\terror_status_code\t502\t8\n",
    );
    folder.file("m/1.eml", mail("shop", "2026-11-16 10:00:00", "502", 7));
    // Half an hour later there is no mail; of another status there is none at all.
    let found = reconcile(&folder, &format!("shop-2026-11-20.tsv m {LABEL}"));
    assert_eq!(sums(&found["totals"]), [7, 24, 0, 0, 17]);
    // The errors of another group, or of another status, are not those that the mail tells of.
    folder.file("m/1.eml", mail("shop", "2026-11-16 10:20:00", "502", 7));
    let found = reconcile(&folder, &format!("shop-2026-11-20.tsv m {LABEL}"));
    assert_eq!(sums(&found["totals"]), [7, 24, 7, 7, 24]);
}

#[test]
fn errors_without_a_status_are_one_group() {
    let folder = Folder::with(
        "shop-2026-11-20.tsv",
        "Time\tReason\tDetail\tCount\n\
         2026-11-16 10:00:03\tcould_not_connect\tConnection timeout\t4\n\
         2026-11-16 10:01:10\trequest_timeout\tRequest timeout\t3\n\
         2026-11-16 10:02:10\tunclassified\tStream closed unexpectedly\t2\n\
         2026-11-16 10:03:10\terror_status_code\t502\t1\n",
    );
    folder.file("m/1.eml", of_reason("2026-11-16 10:00:00", "request_timeout", "Request timeout", 9));
    let found = reconcile(&folder, &format!("shop-2026-11-20.tsv m {LABEL}"));
    assert_eq!(sums(&found["totals"]), [9, 10, 0, 0, 1]);
}

#[test]
fn a_group_goes_on_after_midnight() {
    let folder = Folder::with(
        "shop-2026-11-20.tsv",
        "Time\tReason\tDetail\tCount\n\
         2026-11-16 23:58:30\terror_status_code\t502\t4\n\
         2026-11-17 00:01:00\terror_status_code\t502\t6\n",
    );
    folder.file("m/1.eml", mail("shop", "2026-11-16 23:58:00", "502", 10));
    for period in ["all", "2026-11-16"] {
        let found = reconcile(&folder, &format!("shop-2026-11-20.tsv m {LABEL} --period {period}"));
        assert_eq!(days(&found), BTreeMap::from([(("shop", "2026-11-16"), [10, 10, 0, 0, 0])]), "{period}");
    }
    let found = reconcile(&folder, &format!("shop-2026-11-20.tsv m {LABEL} --period 2026-11-17"));
    assert_eq!(days(&found), BTreeMap::new());
}

#[test]
fn what_lies_behind_a_download_is_not_missing_in_it() {
    // The mail tells of 10:00:00 to 10:04:59.
    let told = |exported_at: &str| {
        let folder = Folder::with(
            "shop.tsv",
            "Time\tReason\tDetail\tCount\n2026-11-10 09:00:00\terror_status_code\t502\t2\n\
             2026-11-16 10:00:00\terror_status_code\t502\t1\n",
        );
        folder.file("m/1.eml", mail("shop", "2026-11-16 10:00:00", "502", 41));
        let found = reconcile(&folder, &format!("shop.tsv m {LABEL} --exported-at 2026-11-16T{exported_at}"));
        days(&found)[&("shop", "2026-11-16")]
    };
    assert_eq!(told("10:02:00"), [41, 1, 40, 0, 0]);
    assert_eq!(told("10:04:59"), [41, 1, 40, 0, 0]);
    assert_eq!(told("10:05:00"), [41, 1, 40, 40, 0]);
}

#[test]
fn days_without_mails_are_left_out_of_the_table() {
    let folder = inputs();
    let line = format!("reconcile shop-2026-11-20.tsv m {LABEL} --as-of {AS_OF}");
    let text = folder.errstat(&line).env("COLUMNS", "120").done().text();
    assert!(text.contains("18 Nov 2026") && !text.contains("19 Nov 2026"), "{text}");
}

#[test]
fn without_exports_or_mails_there_is_nothing_to_compare() {
    let folder = inputs();
    for (inputs, code, fix) in
        [("m", "no-exports", "Download TSV file"), ("shop-2026-11-20.tsv --channel shop", "no-mails", "Add the mails")]
    {
        let text = folder.errstat(&format!("reconcile {inputs} --as-of {AS_OF}")).env("COLUMNS", "400").done().text();
        assert!(text.contains("nothing to compare") && text.contains(fix), "{text}");
        let found = reconcile(&folder, inputs);
        let note = &found["notes"][0];
        assert_eq!(note["code"], code);
        assert!(note["text"].as_str().is_some_and(|text| text.contains(fix)), "{note}");
    }
    assert_eq!(reconcile(&folder, &format!("shop-2026-11-20.tsv m {LABEL}"))["notes"], json!([]));
}

#[test]
fn a_period_of_an_archive_knows_the_coverage_of_all_months() {
    let folder = Folder::with(
        "shop-2026-11-20.tsv",
        "Time\tReason\tDetail\tCount\n2026-09-01 10:00:00\terror_status_code\t502\t7\n\
         2026-11-19 10:00:00\terror_status_code\t502\t7\n",
    );
    // In October the export holds nothing, and speaks for it.
    folder.file("m/1.eml", mail("shop", "2026-10-10 10:00:00", "502", 5));
    folder.errstat(&format!("archive add --archive ar shop-2026-11-20.tsv {LABEL}")).done();
    folder.errstat("archive add --archive ar m").done();
    for inputs in [format!("shop-2026-11-20.tsv m {LABEL}"), "ar".to_owned()] {
        let found = reconcile(&folder, &format!("{inputs} --period 2026-10"));
        assert_eq!(sums(&found["totals"]), [5, 0, 5, 5, 0], "{inputs}");
    }
}

#[test]
fn stopped_redelivery_is_no_error_and_nothing_at_all_is_no_fault() {
    let folder = Folder::with(
        "s.eml",
        "From: LINE <no-reply@line.me>\r\nDate: Wed, 18 Nov 2026 21:00:00 +0900\r\nSubject: Messaging API: Webhook redelivery stopped - shop\r\n\r\n\
         Channel ID: 1\r\nChannel name: shop\r\nTime detected: 2026-11-18 20:41:00\r\n",
    );
    assert_eq!(sums(&reconcile(&folder, "s.eml")["totals"]), [0; 5]);
    assert_eq!(folder.errstat("reconcile missing.tsv").run().code, Some(2));
}

#[test]
fn a_filter_leaves_mails_out_and_does_not_make_them_missing() {
    let folder = inputs();
    let line = format!("shop-2026-11-20.tsv m {LABEL}");
    for filter in ["--only status=503", "--only status=418"] {
        assert_eq!(reconcile(&folder, &format!("{line} {filter}"))["notes"], json!([]), "{filter}");
    }
    folder.errstat(&format!("archive add --archive ar {line}")).done();
    assert_eq!(reconcile(&folder, "ar --only status=418")["notes"], json!([]));
}

#[test]
fn groups_that_follow_at_once_are_all_found() {
    // 18 errors without a status in 10 minutes, mailed as groups from 09:59:59, 10:04:59 and 10:09:59 on.
    let row = |time: &str, reason: &str, detail: &str, errors: u32| {
        format!("2026-11-18 {time}\t{reason}\t{detail}\t{errors}\n")
    };
    let unknown = |time: &str, errors: u32| row(time, "could_not_connect", "Unknown host", errors);
    let folder = Folder::with(
        "shop-2026-11-20.tsv",
        "Time\tReason\tDetail\tCount\n".to_owned()
            + &unknown("09:59:59", 1)
            + &unknown("10:00:30", 1)
            + &row("10:01:00", "request_timeout", "Request timeout", 5)
            + &unknown("10:04:59", 5)
            + &unknown("10:05:30", 1)
            + &unknown("10:09:59", 5),
    );
    for (time, errors) in [("09:59:59", 7), ("10:04:59", 6), ("10:09:59", 5)] {
        let mail = mail("shop", &format!("2026-11-18 {time}"), "Unknown host", errors);
        let mail = mail.replace("error_status_code", "could_not_connect");
        folder.file(&format!("m/{errors}.eml"), mail);
    }
    let found = reconcile(&folder, &format!("shop-2026-11-20.tsv m {LABEL}"));
    assert_eq!(sums(&found["totals"]), [18, 18, 0, 0, 0]);
}
