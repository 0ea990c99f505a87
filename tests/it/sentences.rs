//! Sentences that are said where they are true, and nowhere else.

use serde_json::Value;

use crate::program::{Folder, Summary, text};

const HEADING: &str = "Time\tReason\tDetail\tCount\n";

fn row(time: &str, detail: &str, errors: u32) -> String {
    format!("{time}\terror_status_code\t{detail}\t{errors}\n")
}

/// A file of rows.
fn file(name: &str, rows: &[(&str, &str, u32)]) -> Folder {
    Folder::with(
        name,
        HEADING.to_owned() + &rows.iter().map(|(time, detail, n)| row(time, detail, *n)).collect::<String>(),
    )
}

fn told(summary: &Summary, code: &str) -> bool {
    summary.notes().contains(&code)
}

/// The headline, as the terminal tells it, on one line.
fn headline(folder: &Folder, line: &str) -> String {
    folder
        .errstat(&format!("summary {line} --color never"))
        .done()
        .text()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn mail(time: &str, count: u32) -> String {
    format!(
        "From: LINE <no-reply@line.me>\nDate: Mon, 23 Nov 2026 09:00:00 +0900\n\
         Subject: Messaging API: Your bot server returned no response or an error - shop\n\n\
         Channel ID: 1650000001\nChannel name: shop\nReason for error: error_status_code\nDetail for error: 502\n\
         Error count: {count}\nTime detected: {time}\n"
    )
}

#[test]
fn nothing_is_new_only_where_the_inputs_hold_nothing_before() {
    let rows = [("2026-11-10 12:00:00", "500", 1), ("2026-11-17 12:00:00", "502", 2)];
    let folder = file("w.tsv", &rows);
    for filter in ["", "--only detail=502"] {
        let summary = folder.summary(&format!("w.tsv --period last-week {filter}"));
        assert!(!told(&summary, "new-unknown"), "{filter}: {:?}", summary.notes());
        let new = summary.list("by_detail").iter().find(|row| row["detail"] == "502").unwrap();
        assert_eq!(new["new"], true, "{filter}");
    }
    // The history of another channel is none of this one's.
    let folder = Folder::new();
    folder.file("shop.tsv", HEADING.to_owned() + &row("2026-11-10 12:00:00", "500", 1));
    folder.file("news.tsv", HEADING.to_owned() + &row("2026-11-17 12:00:00", "502", 2));
    let line = "shop.tsv news.tsv --channel shop=shop* --channel news=news* --period last-week";
    assert!(!told(&folder.summary(line), "new-unknown"));
    let news = folder.summary(&format!("{line} --only channel=news"));
    assert!(told(&news, "new-unknown") && told(&news, "nothing-to-compare"), "{:?}", news.notes());
    assert_eq!((&news["by_detail"][0]["new"], &news["totals"]["previous_errors"]), (&Value::Bool(false), &Value::Null));
    // Nor is it where there is nothing at all.
    let week = file("w.tsv", &[("2026-11-16 12:00:00", "500", 1), rows[1]]);
    for filter in ["", "--only detail=502"] {
        let summary = week.summary(&format!("w.tsv --period last-week {filter}"));
        assert!(told(&summary, "new-unknown"), "{filter}: {:?}", summary.notes());
        assert!(summary.list("by_detail").iter().all(|row| row["new"] == false), "{filter}: {:?}", summary.details());
        assert_eq!(summary["totals"]["change_pct"], Value::Null);
    }
}

/// An error every six hours for twelve weeks: 28 in a week, 4 in a day.
#[test]
fn what_is_usual_in_a_part_of_a_week_is_not_said_of_a_week() {
    let days = (1..=30).map(|day| (9, day)).chain((1..=31).map(|day| (10, day))).chain((1..=23).map(|day| (11, day)));
    let row = |(month, day, hour): (u32, u32, u32)| {
        format!("2026-{month:02}-{day:02} {hour:02}:00:00\trequest_timeout\tRequest timeout\n")
    };
    let rows = days.flat_map(|(month, day)| [0, 6, 12, 18].map(|hour| row((month, day, hour))));
    let text = "Time\tReason\tDetail\n".to_owned() + &rows.collect::<String>();
    let folder = Folder::with("shop-2026-11-24.tsv", text);
    let said = |period: &str| {
        let line = format!("summary shop-2026-11-24.tsv --period {period} --as-of 2026-11-24T00:00");
        folder.errstat(&line).done().text()
    };
    let whole = said("2026-W47");
    assert!(whole.contains("like a usual week (28)") && whole.contains("Usual: 28 a week"), "{whole}");
    for period in ["2026-W48", "this-week"] {
        let part = said(period);
        let told = ["like a usual comparable part (4)", "Usual: 4 a comparable part"].map(|text| part.contains(text));
        assert_eq!(told, [true; 2], "{period}: {part}");
    }
    assert!(said("2026-11-23").contains("like a usual day (4)"));
}

#[test]
fn mails_are_counted_in_the_period_alone() {
    let folder = Folder::new();
    folder.file("m/1.eml", mail("2026-11-10 12:00:00", 26)).file("m/2.eml", mail("2026-11-17 12:00:00", 8));
    let note = |line: &str| folder.summary(line).note("from-mails").to_owned();
    assert!(note("m").starts_with("34 errors of this period come from notification mails only"), "{}", note("m"));
    assert!(
        note("m --period last-week").starts_with("8 errors of this period come"),
        "{}",
        note("m --period last-week")
    );
    for line in ["m --period 2026-W45", "m --period last-week --only detail=500"] {
        assert!(!told(&folder.summary(line), "from-mails"), "{line}");
    }
    // One error is one.
    folder.file("m/3.eml", mail("2026-11-04 12:00:00", 1));
    let one = note("m --period 2026-W45");
    assert!(one.starts_with("1 error of this period comes"), "{one}");
    // So it is with mails that an export covers.
    folder.file("shop-2026-11-23.tsv", HEADING.to_owned() + &row("2026-11-16 00:00:00", "500", 1));
    let both = "m shop-2026-11-23.tsv --channel shop";
    assert_eq!(
        folder.summary(both).note("mails-covered"),
        "1 notification of mails doesn't count, because an export covers the same time."
    );
    assert!(!told(&folder.summary(&format!("{both} --period 2026-W46")), "mails-covered"));
}

#[test]
fn how_far_inputs_reach_is_said_only_where_it_is_known() {
    // The period is the week from 16 November; the last row is of the 10th.
    let folder = file("w.tsv", &[("2026-11-03 12:00:00", "500", 1), ("2026-11-10 12:00:00", "500", 1)]);
    let undated = folder.summary("w.tsv --period last-week");
    assert!(
        undated.note("period-unknown").contains("10 Nov") && undated.note("period-unknown").contains("--exported-at")
    );
    let dated = folder.summary("w.tsv --period last-week --exported-at 2026-11-12T08:00");
    assert!(dated.note("period-not-covered").starts_with("The inputs reach only to Thu 12 Nov 2026, 08:00"));
    for (summary, other) in [(&undated, "period-not-covered"), (&dated, "period-unknown")] {
        assert!(!told(summary, other) && !told(summary, "coverage-unknown"), "{:?}", summary.notes());
    }
    let covered = folder.summary("w.tsv --period last-week --exported-at 2026-11-23T00:00");
    for code in ["period-not-covered", "period-unknown", "coverage-unknown"] {
        assert!(!told(&covered, code), "{code}");
    }
    // Stale as far as anybody knows, or known to be.
    let stale = |line: &str| folder.summary(&format!("w.tsv --max-age 8d {line}")).note("stale").to_owned();
    assert!(stale("").contains("the last known row is of Tue 10 Nov 2026, 12:00, 12.9 days"), "{}", stale(""));
    let dated = stale("--exported-at 2026-11-12T08:00");
    assert!(dated.contains("the inputs reach only to Thu 12 Nov 2026, 08:00, 11 days"), "{dated}");
    assert!(!told(&folder.summary("w.tsv --max-age 13d"), "stale"));
    // A period that ends with the last row has no rest to wonder about.
    assert!(!told(&folder.summary("w.tsv --period this-week --as-of data"), "coverage-unknown"));
    assert!(told(&folder.summary("w.tsv --period this-week --as-of 2026-11-11"), "coverage-unknown"));
}

#[test]
fn an_incident_goes_on_only_where_the_data_are_known_to_reach_its_end() {
    // An error a day for two weeks, then twelve in each of the last five minutes, up to 21:59.
    let mut rows: Vec<(String, u32)> = (1..=14).map(|day| (format!("2026-11-{day:02} 12:00:00"), 1)).collect();
    rows.extend((55..60).map(|minute| (format!("2026-11-14 21:{minute}:00"), 12)));
    let rows: Vec<(&str, &str, u32)> = rows.iter().map(|(time, errors)| (&**time, "502", *errors)).collect();
    let folder = file("w.tsv", &rows);
    let asked = |line: &str| {
        let (text, summary) = (headline(&folder, line), folder.summary(line));
        assert_eq!(summary.list("incidents").len(), 1, "{line}");
        (summary["incidents"][0]["ongoing"].clone(), text)
    };
    // Three weeks later nobody knows, and nobody says that it went on.
    let (ongoing, text) = asked("w.tsv --as-of 2026-12-05T09:00");
    assert_eq!(ongoing, Value::Null);
    assert!(
        text.contains("end unknown") && text.contains("can't tell whether it is over") && !text.contains("ONGOING"),
        "{text}"
    );
    // Exported at its last minute, it was going on; an hour later it was over.
    let (ongoing, text) = asked("w.tsv --exported-at 2026-11-14T22:00 --as-of 2026-11-14T22:05");
    assert!(
        ongoing == true && text.starts_with("ONGOING ") && text.contains("Ongoing since Sat 14 Nov 21:55"),
        "{text}"
    );
    let (ongoing, text) = asked("w.tsv --exported-at 2026-11-14T23:00 --as-of 2026-11-14T23:05");
    assert!(ongoing == false && !text.contains("ngoing") && !text.contains("end unknown"), "{text}");
}

#[test]
fn a_named_week_that_is_not_over_is_said_to_be_so() {
    // 10 errors at noon of each day from Monday the 16th to Wednesday the 25th.
    let days: Vec<String> = (16..=25).map(|day| format!("2026-11-{day} 12:00:00")).collect();
    let rows: Vec<(&str, &str, u32)> = days.iter().map(|time| (&**time, "500", 10)).collect();
    let folder = file("w.tsv", &rows);
    let line = "w.tsv --period 2026-W48 --as-of 2026-11-25T13:00";
    let summary = folder.summary(line);
    // Monday to Wednesday noon against Monday to Wednesday noon.
    assert_eq!([&summary["totals"]["errors"], &summary["totals"]["previous_errors"]], [30, 30]);
    assert_eq!(summary["period"]["end"], "2026-11-30T00:00:00+09:00");
    let note = summary.note("period-unfinished");
    assert!(note.contains("Mon 30 Nov 2026, 00:00") && note.contains("Wed 18 Nov 2026, 13:00"), "{note}");
    let text = headline(&folder, line);
    assert!(text.contains("30 errors so far, after 30 in the same part of the week before."), "{text}");
    // Where its last half day is missing, nothing is compared, nor said to be.
    let missing = folder.summary(&format!("{line} --exported-at 2026-11-25T00:00"));
    assert!(told(&missing, "not-compared") && told(&missing, "period-unfinished-alone"), "{:?}", missing.notes());
    assert!(!told(&missing, "period-unfinished"));
    // A week that has not begun is compared with nothing; one that is over, whole.
    let coming = folder.summary("w.tsv --period 2026-W49 --as-of 2026-11-25T13:00");
    assert_eq!(coming["totals"]["previous_errors"], Value::Null);
    assert!(told(&coming, "period-unfinished-alone"));
    let over = folder.summary("w.tsv --period 2026-W47 --as-of 2026-11-25T13:00");
    assert!(!told(&over, "period-unfinished") && !told(&over, "period-unfinished-alone"));
    assert!(!headline(&folder, "w.tsv --period 2026-W47 --as-of 2026-11-25T13:00").contains("so far"));
}

#[test]
fn rows_after_the_report_are_counted_one_by_one() {
    // One row before the moment of the report and three after it, all within the same five minutes.
    let times = ["2099-01-01 00:01:00", "2099-01-01 00:02:01", "2099-01-01 00:03:00", "2099-01-01 00:04:00"];
    let rows = times.map(|time| (time, "500", 1));
    let folder = file("w.tsv", &rows);
    let note = |as_of: &str| folder.summary(&format!("w.tsv --as-of {as_of}")).note("rows-after-report").to_owned();
    assert!(note("2099-01-01T00:02:00").starts_with("3 rows are later than"), "{}", note("2099-01-01T00:02:00"));
    assert!(note("2099-01-01T00:03:30").starts_with("1 row is later than"), "{}", note("2099-01-01T00:03:30"));
    assert!(!told(&folder.summary("w.tsv --as-of 2099-01-01T00:04:00"), "rows-after-report"));
    // A report of the past may well have rows after it.
    assert!(!told(
        &file("w.tsv", &[("2026-11-20 12:00:00", "500", 1)]).summary("w.tsv --as-of 2026-11-19"),
        "rows-after-report"
    ));
}

#[test]
fn a_comparison_ends_at_the_same_wall_time_even_where_the_clock_skips_it() {
    // Berlin has no 02:00 to 03:00 on 2026-03-29: 2 errors before the gap, 100 after it, and 3 on the day after.
    let rows = [
        ("2026-03-29T00:30:00+01:00", "500", 2),
        ("2026-03-29T12:00:00+02:00", "500", 100),
        ("2026-03-30T01:00:00+02:00", "500", 3),
    ];
    let folder = file("w.tsv", &rows);
    let totals = |line: &str| {
        let totals = folder.summary(&format!("w.tsv --timezone Europe/Berlin {line}"))["totals"].clone();
        [totals["errors"].clone(), totals["previous_errors"].clone()]
    };
    assert_eq!(totals("--period today --as-of 2026-03-30T02:30"), [3, 2]);
    // The skipped time is the moment after the gap, 03:00, and not the beginning of the day.
    let skipped = folder.summary("w.tsv --timezone Europe/Berlin --period today --as-of 2026-03-29T02:30");
    assert_eq!((skipped.errors(), &skipped["period"]["end"]), (2, &"2026-03-29T03:00:00+02:00".into()));
}

#[test]
fn no_window_lies_before_its_period() {
    // Lord Howe Island goes from 02:00 to 02:30 on 2026-10-04.
    let folder = file("w.tsv", &[("2026-10-04T02:50:00+11:00", "500", 4), ("2026-10-04T03:10:00+11:00", "500", 2)]);
    let period = "--timezone Australia/Lord_Howe --period 2026-10-04T02:45..2026-10-04T04:00 --window hour";
    let summary = folder.summary(&format!("w.tsv {period}"));
    assert_eq!(summary.windows(), [("2026-10-04T02:30:00+11:00", 4), ("2026-10-04T03:00:00+11:00", 2)]);
}

#[test]
fn channels_of_which_the_same_is_known_are_told_of_together() {
    let folder = Folder::new();
    let rows = HEADING.to_owned() + &row("2026-11-03 12:00:00", "500", 1) + &row("2026-11-05 12:00:00", "500", 1);
    for name in ["shop-2026-11-08", "news-2026-11-08", "club-2026-11-09"] {
        folder.file(&format!("{name}.tsv"), &rows);
    }
    folder.file(
        "errstat.toml",
        "channel = [\"shop=shop-*\", \"news=news-*\", \"club=club-*\"]\n[check]\nmax_age = \"8d\"\n",
    );
    let files = "shop-2026-11-08.tsv news-2026-11-08.tsv club-2026-11-09.tsv";
    let line = format!("{files} --period last-week --max-age 8d");
    let summary = folder.summary(&line);
    for code in ["period-not-covered-channel", "stale-channel"] {
        let notes: Vec<&str> =
            summary.list("notes").iter().filter(|note| note["code"] == code).map(|note| text(note, "text")).collect();
        assert_eq!(notes.len(), 2, "{notes:?}");
        assert!(notes.iter().any(|note| note.contains("channel club ") && note.contains("9 Nov")), "{notes:?}");
        assert!(notes.iter().any(|note| note.contains("channels news, shop ") && note.contains("8 Nov")), "{notes:?}");
    }
    // So they are where they are judged.
    let text = folder.errstat(&format!("check {files} --as-of 2026-11-23T09:00")).run().text();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("The inputs of channels news, shop are stale"), "{text}");
}

#[test]
fn one_error_and_none_are_told_as_such() {
    let time = "2026-11-17 12:00:00";
    let line = "w.tsv --period last-week --exported-at 2026-11-23T09:00";
    for (errors, told) in [(1, "1 error. It was 502 Bad Gateway."), (2, "2 errors. All are 502 Bad Gateway.")] {
        let text = headline(&file("w.tsv", &[(time, "502", errors)]), line);
        assert!(text.contains(told), "{text}");
    }
    // Whether 0 is the number of errors, nobody knows.
    let nothing = file("w.tsv", &[]);
    nothing.errstat(&format!("report {line} -o out")).done();
    let page = nothing.text("out/report.html");
    assert!(page.contains("id=\"total\">–<"), "{page}");
}

#[test]
fn a_number_behind_a_name_from_right_to_left_stays_there() {
    let rows: Vec<(String, &str, u32)> =
        (0..30).map(|minute| (format!("2026-11-17 12:{minute:02}:00"), "503", 9)).collect();
    let rows: Vec<(&str, &str, u32)> = rows.iter().map(|(time, detail, errors)| (&**time, *detail, *errors)).collect();
    let folder = file("w.tsv", &rows);
    folder.file("other.tsv", HEADING.to_owned() + &row("2026-11-20 12:00:00", "500", 1));
    let line = "w.tsv other.tsv --channel متجر=w.tsv --channel shop=other.tsv --exported-at 2026-11-23T09:00";
    let text = headline(&folder, line);
    // Without the mark behind it, the number would stand before the name.
    for told in ["most on متجر\u{200e}. ", " on متجر\u{200e}: 270 × 503"] {
        assert!(text.contains(told), "{told}: {text}");
    }
    assert!(!text.contains("shop\u{200e}"), "{text}");
}

#[test]
fn the_same_advice_is_given_once() {
    let rows: String = (10..20)
        .flat_map(|day| {
            ["Request timeout", "Slow answer"].map(|detail| {
                format!("2026-11-{day} {day}:{}:00\trequest_timeout\t{detail}\t1\n", if detail < "S" { 10 } else { 50 })
            })
        })
        .collect();
    let folder = Folder::with("w.tsv", HEADING.to_owned() + &rows);
    let text = folder.errstat("summary w.tsv --full").done().text();
    assert_eq!(text.matches("store the event durably").count(), 1, "{text}");
    assert!(!text.contains("No advice"), "{text}");
}

#[test]
fn an_incident_across_the_edge_has_no_more_errors_than_the_period() {
    // One a day for three weeks; five a minute from Sunday 23:30 to Monday 00:29, so 150 before midnight and 150 behind it.
    let mut rows: Vec<(String, u32)> = (1..=22).map(|day| (format!("2026-11-{day:02} 12:00:00"), 1)).collect();
    rows.extend((30..60).map(|minute| (format!("2026-11-15 23:{minute}:00"), 5)));
    rows.extend((0..30).map(|minute| (format!("2026-11-16 00:{minute:02}:00"), 5)));
    let rows: Vec<(&str, &str, u32)> = rows.iter().map(|(time, errors)| (&**time, "502", *errors)).collect();
    let folder = file("w-2026-11-23.tsv", &rows);
    let said = |period: &str| {
        let summary = folder.summary(&format!("w-2026-11-23.tsv --period {period}"));
        (summary.errors(), summary["headline"].as_str().unwrap().to_owned())
    };
    let (errors, headline) = said("2026-W47");
    assert!(errors == 157 && headline.contains(": 150 × 502 Bad Gateway (300 in all)."), "{errors}: {headline}");
    assert!(said("2026-11").1.contains(": 300 × 502 Bad Gateway."), "{}", said("2026-11").1);
    // Edges inside of five minutes: 27 minutes before midnight and 12 behind it; the last two minutes; three of one five.
    for (period, errors) in
        [("15T23:33..2026-11-16T00:12", 195), ("16T00:28..2026-11-16T12:00", 10), ("16T00:11..2026-11-16T00:14", 15)]
    {
        let (all, headline) = said(&format!("2026-11-{period}"));
        assert_eq!(all, errors, "{period}");
        assert!(headline.contains(&format!(": {errors} × 502 Bad Gateway (300 in all).")), "{period}: {headline}");
    }
    // What is usual at an hour has nothing of it: of the four weeks there remain the errors at noon.
    folder.errstat("report w-2026-11-23.tsv --period 2026-11-15T23:33..2026-12-14T00:00 -o out/").done();
    assert!(folder.text("out/charts/heatmap.svg").contains("Most: 1 (Mon 12:00)."));
}

#[test]
fn what_an_incident_has_before_the_period_is_not_taken_from_what_lasts_in_it() {
    // Timeouts six times a day, and with the outage of 502 from Sunday 22:00 to Monday 00:04: 120 before the week, 5 in it.
    let mut rows: Vec<(String, &str, u32)> = (2..=22)
        .flat_map(|day| [1, 4, 8, 12, 16, 20].map(|hour| (day, hour)))
        .map(|(day, hour)| (format!("2026-11-{day:02} {hour:02}:31:00"), "Request timeout", 1))
        .collect();
    let minutes = (22 * 60..24 * 60).map(|minute| (15, minute)).chain((0..5).map(|minute| (16, minute)));
    for (day, minute) in minutes {
        let time = format!("2026-11-{day} {:02}:{:02}:05", minute / 60, minute % 60);
        rows.extend([(time.clone(), "502", 3), (time, "Request timeout", 1)]);
    }
    let reason = |detail: &str| if detail == "502" { "error_status_code" } else { "request_timeout" };
    let rows = rows.iter().map(|(time, detail, errors)| format!("{time}\t{}\t{detail}\t{errors}\n", reason(detail)));
    let folder = Folder::with("w-2026-11-23.tsv", HEADING.to_owned() + &rows.collect::<String>());
    let text = folder.errstat("summary w-2026-11-23.tsv --period 2026-W47 --full").done().text();
    assert!(text.contains("store the event durably"), "{text}");
}

#[test]
fn of_two_bots_with_equally_many_errors_the_incident_names_its_own() {
    // 503 every other hour of the working days on one, 5 × 12 in the week; an outage of as many on the other.
    let steady: String = ["02", "03", "04", "05", "06", "09", "10", "11", "12", "13", "16", "17", "18", "19", "20"]
        .iter()
        .flat_map(|day| (0..12).map(move |hour| row(&format!("2026-11-{day} {:02}:00:00", 2 * hour + 1), "503", 1)))
        .collect();
    let outage: String = (0..6).map(|minute| row(&format!("2026-11-18 10:0{minute}:00"), "502", 10)).collect();
    for (name, other) in [("a", "b"), ("b", "a")] {
        let folder =
            Folder::with(&format!("{name}.tsv"), HEADING.to_owned() + &row("2026-11-02 12:00:00", "500", 1) + &outage);
        folder.file(&format!("{other}.tsv"), HEADING.to_owned() + &steady);
        let line = "a.tsv b.tsv --channel a=a.tsv --channel b=b.tsv --period 2026-W47 --exported-at 2026-11-23T09:00";
        let summary = folder.summary(line);
        let headline = summary["headline"].as_str().unwrap();
        assert!(
            headline.starts_with("120 errors on 2 channels") && headline.contains(&format!(" on {name}: 60 × 502")),
            "{headline}"
        );
    }
}
