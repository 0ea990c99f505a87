//! Periods and the ones before them, with ends and sums worked out by hand.
//!
//! The file has a row at half past every hour (Japanese time) from 2026-09-01 to 2026-11-22, a Sunday, with the count
//! 1 in September, 2 in October, 3 until 15 November and 5 in the last week: 24, 48, 72 and 120 errors a day.

use serde_json::{Value, json};

use crate::program::{AS_OF, Folder, Summary, text};

fn autumn() -> Folder {
    let first = chrono::NaiveDate::from_ymd_opt(2026, 9, 1).unwrap();
    let mut rows = "Time\tReason\tDetail\tCount\n".to_owned();
    for i in 0..30 + 31 + 22 {
        let day = first + chrono::Days::new(i);
        let count = match i {
            0..30 => 1,
            30..61 => 2,
            61..76 => 3,
            _ => 5,
        };
        rows.extend((0..24).map(|hour| format!("{day} {hour:02}:30:00\trequest_timeout\tRequest timeout\t{count}\n")));
    }
    Folder::with("autumn.tsv", rows)
}

fn totals(summary: &Summary) -> [Value; 4] {
    ["errors", "previous_errors", "change", "change_pct"].map(|field| summary["totals"][field].clone())
}

#[test]
fn periods_have_their_ends_and_are_compared_with_the_ones_before() {
    let folder = autumn();
    let midnight = |day: &str| format!("{day}T00:00:00+09:00");
    for (period, start, end, errors, previous, percent) in [
        ("yesterday", "2026-11-22", "2026-11-23", 120, 120, 0.0),
        ("last-week", "2026-11-16", "2026-11-23", 840, 504, 66.67),
        ("7d", "2026-11-16", "2026-11-23", 840, 504, 66.67),
        ("2026-W46", "2026-11-09", "2026-11-16", 504, 504, 0.0),
        ("2026-W40", "2026-09-28", "2026-10-05", 3 * 24 + 4 * 48, 168, 57.14),
        ("last-month", "2026-10-01", "2026-11-01", 1488, 720, 106.67),
        ("2026-10", "2026-10-01", "2026-11-01", 1488, 720, 106.67),
        // It goes on to Monday 9 o'clock: so do 22 days and nine hours of October.
        ("2026-11", "2026-11-01", "2026-12-01", 1080 + 840, 22 * 48 + 9 * 2, 78.77),
        // 24 to 31 October, 15 days and 7 days; before them 24 to 30 September and 23 days of October.
        ("30d", "2026-10-24", "2026-11-23", 384 + 1080 + 840, 168 + 1104, 81.13),
        ("2026-11-16", "2026-11-16", "2026-11-17", 120, 72, 66.67),
        ("2026-11-14..2026-11-17", "2026-11-14", "2026-11-18", 384, 288, 33.33),
    ] {
        let summary = folder.summary(&format!("autumn.tsv --period {period}"));
        assert_eq!(
            (text(&summary["period"], "start"), text(&summary["period"], "end")),
            (&*midnight(start), &*midnight(end)),
            "{period}"
        );
        assert_eq!(
            totals(&summary),
            [json!(errors), json!(previous), json!(errors - previous), json!(percent)],
            "{period}"
        );
        for list in ["by_reason", "by_detail", "by_channel"] {
            let row = &summary[list][0];
            assert_eq!(
                [&row["errors"], &row["previous_errors"], &row["change"]],
                [&json!(errors), &json!(previous), &json!(errors - previous)],
                "{period} {list}"
            );
        }
    }
}

#[test]
fn periods_that_end_now_are_compared_with_the_same_elapsed_part() {
    let folder = autumn();
    for (as_of, period, start, errors, previous) in [
        (AS_OF, "today", "2026-11-23T00:00:00+09:00", 0, 45),
        (AS_OF, "24h", "2026-11-22T09:00:00+09:00", 75, 120),
        (AS_OF, "this-week", "2026-11-23T00:00:00+09:00", 0, 45),
        (AS_OF, "this-month", "2026-11-01T00:00:00+09:00", 1920, 22 * 48 + 9 * 2),
        // Wednesday noon: two and a half days. What came after it does not count.
        ("2026-11-18T12:00:00+09:00", "this-week", "2026-11-16T00:00:00+09:00", 60 * 5, 60 * 3),
        ("2026-11-18T12:00:00+09:00", "today", "2026-11-18T00:00:00+09:00", 60, 60),
        ("2026-11-18T12:00:00+09:00", "24h", "2026-11-17T12:00:00+09:00", 120, 120),
        ("2026-11-18T03:00:00Z", "today", "2026-11-18T00:00:00+09:00", 60, 60),
    ] {
        let summary = folder.summary(&format!("autumn.tsv --period {period} --as-of {as_of}"));
        assert_eq!(totals(&summary)[..2], [json!(errors), json!(previous)], "{period} as of {as_of}");
        assert_eq!(text(&summary["period"], "start"), start, "{period} as of {as_of}");
    }
}

#[test]
fn relative_periods_may_follow_the_data() {
    let folder = autumn();
    // The last row is on Sunday 22 November.
    assert_eq!(totals(&folder.summary("autumn.tsv --period this-week --as-of data"))[..2], [json!(840), json!(504)]);
    assert_eq!(totals(&folder.summary("autumn.tsv --period last-week --as-of data"))[..2], [json!(504), json!(504)]);
}

#[test]
fn weeks_may_begin_on_sunday() {
    // As of Monday the 23rd, the last week from Sunday is the 15th to the 21st.
    let summary = autumn().summary("autumn.tsv --period last-week --week-start sun");
    assert_eq!(text(&summary["period"], "start"), "2026-11-15T00:00:00+09:00");
    assert_eq!(totals(&summary)[..2], [json!(72 + 6 * 120), json!(504)]);
}

#[test]
fn ends_are_those_of_the_zone() {
    // Monday 00:00 UTC is 09:00 in Japan: 15 rows of the 16th, six days, and none of the 23rd. Before it, 159 rows of 3 and 9 of 5.
    let summary = autumn().summary("autumn.tsv --period last-week --timezone UTC");
    assert_eq!(
        (text(&summary["period"], "start"), text(&summary["period"], "end")),
        ("2026-11-16T00:00:00+00:00", "2026-11-23T00:00:00+00:00")
    );
    assert_eq!(totals(&summary)[..2], [json!(159 * 5), json!(159 * 3 + 9 * 5)]);
}

#[test]
fn a_stretch_from_minute_to_minute() {
    // 22:30 to 05:30, eight rows of 5; before it 14:30 to 21:30.
    let summary = autumn().summary("autumn.tsv --period 2026-11-16T22:00..2026-11-17T06:00");
    assert_eq!(totals(&summary), [json!(40), json!(40), json!(0), json!(0.0)]);
    assert_eq!(
        (text(&summary["period"], "start"), text(&summary["period"], "end")),
        ("2026-11-16T22:00:00+09:00", "2026-11-17T06:00:00+09:00")
    );
    // The end is not in it, the start is.
    let summary = autumn().summary("autumn.tsv --period 2026-11-16T21:30..2026-11-16T22:30");
    assert_eq!(summary.errors(), 5);
}

#[test]
fn all_runs_from_the_first_rows_day_to_the_last_rows_day() {
    let summary = autumn().summary("autumn.tsv");
    assert_eq!(
        (text(&summary["period"], "start"), text(&summary["period"], "end")),
        ("2026-09-01T00:00:00+09:00", "2026-11-23T00:00:00+09:00")
    );
    assert_eq!(totals(&summary), [json!(720 + 1488 + 1920), Value::Null, Value::Null, Value::Null]);
}

#[test]
fn comparison_can_be_off() {
    let summary = autumn().summary("autumn.tsv --period last-week --compare none");
    assert_eq!(totals(&summary), [json!(840), Value::Null, Value::Null, Value::Null]);
    assert_eq!(summary["by_detail"][0]["previous_errors"], Value::Null);
}

#[test]
fn a_period_is_labelled_by_its_name() {
    let folder = autumn();
    for (period, label) in [
        ("last-week", "2026-W47"),
        ("2026-W47", "2026-W47"),
        ("2026-11", "2026-11"),
        ("last-month", "2026-10"),
        ("2026-11-16", "2026-11-16"),
    ] {
        assert_eq!(folder.summary(&format!("autumn.tsv --period {period}"))["period"]["label"], label, "{period}");
    }
}

#[test]
fn impossible_periods_are_refused() {
    let folder = autumn();
    for period in [
        "last-year",
        "2026-W54",
        "2026-13",
        "2026-02-30",
        "0d",
        "2026-11-22..2026-11-16",
        "2026-11-16..",
        "2026-11-16T10:00..2026-11-16T10:00",
        "16/11/2026",
        "99999999d",
    ] {
        let sentence = folder.errstat(&format!("summary autumn.tsv --period {period}")).refused();
        assert!(sentence.contains("period") || sentence.contains(period), "{period}: {sentence}");
    }
    let moment = "2026-11-16T10:00..2026-11-16T10:00";
    let sentence = folder.errstat(&format!("summary autumn.tsv --period {moment}")).refused();
    assert!(sentence.contains("has no length"), "{sentence}");
    // 02:30 does not exist in Berlin on 2026-03-29.
    folder.errstat("summary autumn.tsv --timezone Europe/Berlin --period 2026-03-29T02:30..2026-03-29T05:00").refused();
}

/// An old detail until 18 November, a new one from the 19th, one that stopped on the 10th.
fn changing() -> Folder {
    let mut rows = "Time\tReason\tDetail\n".to_owned();
    for day in 1..=22 {
        rows += &format!("2026-11-{day:02} 12:00:01\trequest_timeout\tRequest timeout\n");
        if day >= 19 {
            rows += &format!("2026-11-{day:02} 13:00:01\terror_status_code\t502\n");
        }
        if day <= 10 {
            rows += &format!("2026-11-{day:02} 14:00:01\tcould_not_connect\tUnknown host\n");
        }
    }
    Folder::with("w.tsv", rows)
}

#[test]
fn what_is_new_and_what_stopped() {
    let summary = changing().summary("w.tsv --period last-week");
    let row = |detail: &str| summary.list("by_detail").iter().find(|row| row["detail"] == detail);
    let new = row("502").unwrap();
    assert_eq!(
        (&new["errors"], &new["previous_errors"], &new["new"], &new["change_pct"]),
        (&json!(4), &json!(0), &json!(true), &Value::Null)
    );
    assert_eq!(
        (text(new, "first_seen"), text(new, "last_seen")),
        ("2026-11-19T13:00:01+09:00", "2026-11-22T13:00:01+09:00")
    );
    let old = row("Request timeout").unwrap();
    assert_eq!(
        (&old["errors"], &old["previous_errors"], &old["new"], &old["change_pct"]),
        (&json!(7), &json!(7), &json!(false), &json!(0.0))
    );
    // First seen refers to the period.
    assert_eq!(text(old, "first_seen"), "2026-11-16T12:00:01+09:00");
    let stopped = row("Unknown host").expect("a detail that stopped is told");
    assert_eq!(
        (&stopped["errors"], &stopped["previous_errors"], &stopped["change"], &stopped["change_pct"]),
        (&json!(0), &json!(2), &json!(-2), &json!(-100.0))
    );
    // Compared with nothing, nothing stopped.
    let alone = changing().summary("w.tsv --period last-week --compare none");
    assert!(alone.list("by_detail").iter().all(|row| row["errors"] != 0), "{:?}", alone.details());
}

#[test]
fn a_period_is_compared_with_the_one_that_is_asked_for() {
    // 1 to 10 November have a "Unknown host" each, 19 to 22 a 502, and every day a timeout.
    let folder = changing();
    let previous = |line: &str| folder.summary(&format!("w.tsv {line}"))["totals"]["previous_errors"].clone();
    assert_eq!(previous("--period 2026-11-20 --compare week-before"), 1);
    assert_eq!(previous("--period 2026-11-16..2026-11-18 --compare 2026-11-02..2026-11-04"), 6);
    assert_eq!(previous("--period 2026-11-16..2026-11-18 --compare previous"), 3);
    let told = folder.errstat("summary w.tsv --period 2026-11-16..2026-11-18 --compare 2026-11-02..2026-11-04").done();
    assert!(told.text().contains("3 errors, 6 in the period compared with (2 Nov – 4 Nov)."), "{}", told.text());
    for (line, wanted) in [
        ("--period 2026-11-16 --compare 2026-11-20", "must end before 2026-11-16 begins"),
        ("--period 2026-11-16 --compare 2026-W46", "don't have the same length"),
        ("--period 2026-11-16 --compare last", "isn't a valid comparison"),
    ] {
        let refused = folder.errstat(&format!("summary w.tsv {line}")).run();
        assert_eq!(refused.code, Some(2), "{line}");
        assert!(refused.stderr.contains(wanted), "{line}: {}", refused.stderr);
    }
    // A rule about an increase is held against it too.
    folder.file("errstat.toml", "compare = \"week-before\"\n[check]\nmax_increase = \"0%\"\nmin_previous = 1\n");
    let check = |period: &str| {
        folder.errstat(&format!("check w.tsv --exported-at 2026-11-23T08:00 --period {period}")).run().code
    };
    assert_eq!(check("2026-11-18"), Some(0), "1 error after 1 on 11 November");
    assert_eq!(check("2026-11-20"), Some(1), "2 errors after 1 on 13 November");
}

#[test]
fn a_period_that_the_export_does_not_reach_is_no_good_week() {
    // Exported on Wednesday noon; the week goes on to Sunday.
    let folder = Folder::with(
        "w.tsv",
        "Time\tReason\n2026-11-10 12:00:01\trequest_timeout\n2026-11-16 12:00:01\trequest_timeout\n",
    );
    let summary = folder.summary("w.tsv --period last-week --exported-at 2026-11-18T12:00");
    assert!(summary.note("period-not-covered").contains("18 Nov"), "{:?}", summary.notes());
    // Exported on Monday, all of it is covered.
    let summary = folder.summary("w.tsv --period last-week --exported-at 2026-11-23T08:00");
    assert!(!summary.notes().contains(&"period-not-covered"), "{:?}", summary.notes());
}

#[test]
fn a_comparison_with_days_before_the_data_says_so() {
    // The data begin on Wednesday 11 November: of the week before, two days are missing.
    let rows: String = (11..=22).map(|day| format!("2026-11-{day} 12:00:01\trequest_timeout\n")).collect();
    let summary = Folder::with("w.tsv", format!("Time\tReason\n{rows}")).summary("w.tsv --period last-week");
    assert_eq!(totals(&summary)[..2], [json!(7), json!(5)]);
    assert!(
        summary.list("notes").iter().any(|note| text(note, "text").contains("only a part")),
        "{:?}",
        summary.notes()
    );
}

#[test]
fn days_before_the_data_are_unknown_and_not_free_of_errors() {
    // The week before the first row: nobody knows whether it had errors.
    let rows: String = (16..=22).map(|day| format!("2026-11-{day} 12:00:01\trequest_timeout\n")).collect();
    let folder = Folder::with("w.tsv", format!("Time\tReason\n{rows}"));
    let table = folder.errstat(&format!("summary w.tsv --period last-week --as-of {AS_OF}")).done().text();
    assert!(!table.contains("None were counted") && !table.contains("none in 2026-W46"), "{table}");
    assert!(table.contains("no data of 2026-W46"), "{table}");
}

#[test]
fn a_period_without_errors_is_zero_and_not_an_error() {
    let summary = autumn().summary("autumn.tsv --period 2026-01");
    assert_eq!(summary.errors(), 0);
    assert!(!summary.notes().is_empty());
    assert_eq!(autumn().summary("autumn.tsv --period 2027-01 --as-of 2027-02-01").errors(), 0);
}

/// A quiet bot's download of Monday the 23rd: its one error is of the 17th.
#[test]
fn the_day_in_a_name_is_a_day_of_the_zone_of_the_report() {
    let folder = Folder::with("shop-2026-11-23.tsv", "Time\tReason\n2026-11-17 12:00:01\trequest_timeout\n");
    let line = "--period last-week --as-of 2026-11-23T01:00:00Z --max-age 1d";
    for (zone, until) in [
        ("Asia/Taipei", "2026-11-23T00:00:00+08:00"),
        ("Asia/Tokyo", "2026-11-23T00:00:00+09:00"),
        ("Europe/Berlin", "2026-11-23T00:00:00+01:00"),
    ] {
        let summary = folder.summary(&format!("shop-2026-11-23.tsv {line} --timezone {zone}"));
        assert_eq!(summary["inputs"][0]["coverage"]["until"], until, "{zone}");
        let unknown: Vec<&str> = summary.notes().into_iter().filter(|code| code.contains("cover")).collect();
        assert!(unknown.is_empty() && !summary.notes().contains(&"stale"), "{zone}: {:?}", summary.notes());
    }
    // A moment without an offset is one of that zone too: 09:00 in Taipei.
    let told = folder.summary("shop-2026-11-23.tsv --exported-at 2026-11-23T09:00 --timezone Asia/Taipei");
    assert_eq!(told["inputs"][0]["coverage"]["until"], "2026-11-23T09:00:00+08:00");
    // An archive keeps the instant.
    folder.errstat("archive add --archive ar shop-2026-11-23.tsv --channel shop --timezone Asia/Taipei").done();
    assert_eq!(folder.summary("ar")["inputs"][0]["coverage"]["until"], "2026-11-23T01:00:00+09:00");
    folder.file("errstat.toml", "timezone = \"Europe/Berlin\"\n");
    folder.errstat("archive add --archive berlin shop-2026-11-23.tsv --channel shop").done();
    assert_eq!(folder.summary("berlin")["inputs"][0]["coverage"]["until"], "2026-11-23T00:00:00+01:00");
}

#[test]
fn coverage_that_cannot_be_true_is_not_believed() {
    let row = "Time\tReason\tDetail\tCount\n2026-11-20 04:12:33\trequest_timeout\tRequest timeout\t3\n";
    // A month that is not over cannot be covered: the file was downloaded within it.
    let folder = Folder::with("shop-2099-11.tsv", row);
    folder.file("shop-2026-11-18.tsv", row);
    let until = |summary: &crate::program::Summary| summary["inputs"][0]["coverage"]["until"].clone();
    assert_eq!(until(&folder.summary("shop-2099-11.tsv")), serde_json::Value::Null);
    // Nor can a file end before its own rows.
    assert_eq!(until(&folder.summary("shop-2026-11-18.tsv")), "2026-11-20T04:12:33+09:00");
}

#[test]
fn an_input_that_an_earlier_one_reaches_has_no_gap_before_it() {
    let rows = |days: std::ops::RangeInclusive<u32>| {
        let row = |day| format!("2026-11-{day:02} 04:12:33\trequest_timeout\tRequest timeout\t3\n");
        format!("Time\tReason\tDetail\tCount\n{}", days.map(row).collect::<String>())
    };
    let folder = Folder::with("a.tsv", rows(1..=7));
    folder.file("b.tsv", rows(7..=12));
    folder.file("c.tsv", rows(14..=15));
    let summary = folder.summary("a.tsv b.tsv c.tsv --channel shop");
    let from: Vec<&serde_json::Value> = summary.list("inputs").iter().map(|input| &input["coverage"]["from"]).collect();
    assert_eq!(from, [&serde_json::Value::Null, &"2026-11-07T04:12:33+09:00".into(), &serde_json::Value::Null]);
}
