//! Incidents: outages are found, quiet noise is not one.

use serde_json::{Value, json};

use crate::program::{AS_OF, Folder, Summary, text};

/// A made-up log of four weeks, from Monday 2026-10-26 to Sunday 2026-11-22, in cells of five minutes.
struct Log(String);

const CELLS: u32 = 28 * 288;

impl Log {
    fn new() -> Log {
        Log("Time\tChannel\tReason\tDetail\tCount\n".into())
    }

    /// So many errors in each of the cells.
    fn add(mut self, cells: impl IntoIterator<Item = u32>, what: [&str; 3], errors: u32) -> Log {
        let start = chrono::NaiveDate::from_ymd_opt(2026, 10, 26).unwrap().and_hms_opt(0, 0, 7).unwrap();
        for cell in cells {
            let time = start + chrono::TimeDelta::minutes(5 * i64::from(cell));
            self.0 += &format!("{time}\t{}\t{errors}\n", what.join("\t"));
        }
        self
    }

    /// A request timeout every two hours, for all the weeks.
    fn with_trickle(self) -> Log {
        self.add((0..CELLS).step_by(24), ["shop", "request_timeout", "Request timeout"], 1)
    }

    fn summary(&self, options: &str) -> Summary {
        Folder::with("w.tsv", &self.0).summary(&format!("w.tsv {options}"))
    }
}

/// The cell of a time on Wednesday 18 November.
const fn wednesday(hour: u32, minute: u32) -> u32 {
    23 * 288 + hour * 12 + minute / 5
}

const REFUSED: [&str; 3] = ["shop", "could_not_connect", "Connection failed"];

#[test]
fn eight_hours_at_four_errors_per_five_minutes() {
    let summary = Log::new().with_trickle().add(wednesday(10, 0)..wednesday(18, 0), REFUSED, 4).summary("");
    assert_eq!(summary.list("incidents").len(), 1, "{}", summary["incidents"]);
    let incident = &summary["incidents"][0];
    assert_eq!(
        (text(incident, "start"), text(incident, "end")),
        ("2026-11-18T10:00:07+09:00", "2026-11-18T17:55:07+09:00")
    );
    assert_eq!(
        (&incident["minutes"], &incident["errors"], &incident["peak_errors"]),
        (&json!(475), &json!(384), &json!(4))
    );
    assert_eq!([&incident["channel"], &incident["reason"], &incident["detail"]], REFUSED.map(Value::from).each_ref());
    assert_eq!(incident["ongoing"], false);
}

#[test]
fn eight_hours_of_more_of_what_is_usual() {
    // The same as the trickle's reason: 4 more in each cell, 5 where the trickle is.
    let summary = Log::new()
        .with_trickle()
        .add(wednesday(10, 0)..wednesday(18, 0), ["shop", "request_timeout", "Request timeout"], 4)
        .summary("");
    let incidents = summary.list("incidents");
    assert_eq!(incidents.len(), 1, "{incidents:?}");
    assert_eq!(
        (text(&incidents[0], "start"), text(&incidents[0], "end")),
        ("2026-11-18T10:00:07+09:00", "2026-11-18T17:55:07+09:00")
    );
    // 96 cells of 4, and the four of the trickle, at 10, 12, 14 and 16 o'clock.
    assert_eq!((&incidents[0]["errors"], &incidents[0]["peak_errors"]), (&json!(388), &json!(5)));
}

#[test]
fn an_outage_that_fills_the_whole_period() {
    let log = Log::new().with_trickle().add(wednesday(0, 0)..wednesday(24, 0), REFUSED, 4);
    for period in ["2026-11-18", "2026-11-18T08:00..2026-11-18T16:00"] {
        let summary = log.summary(&format!("--period {period}"));
        assert_eq!(summary.list("incidents").len(), 1, "{period}: the baseline is all data, not the period");
        assert_eq!(summary["incidents"][0]["detail"], "Connection failed");
    }
    assert_eq!(log.summary("--period 2026-11-01..2026-11-10").list("incidents").len(), 0);
}

#[test]
fn a_burst_of_fifteen_minutes() {
    let summary = Log::new()
        .with_trickle()
        .add(wednesday(19, 40)..wednesday(19, 55), REFUSED, 30)
        .add([wednesday(19, 45)], REFUSED, 9)
        .summary("");
    let incident = &summary["incidents"][0];
    assert_eq!(summary.list("incidents").len(), 1);
    assert_eq!(
        (text(incident, "start"), text(incident, "end"), &incident["minutes"]),
        ("2026-11-18T19:40:07+09:00", "2026-11-18T19:50:07+09:00", &json!(10))
    );
    assert_eq!(
        (&incident["errors"], &incident["peak_errors"], text(incident, "peak_at")),
        (&json!(99), &json!(39), "2026-11-18T19:45:00+09:00")
    );
}

#[test]
fn a_steady_trickle_is_no_incident() {
    assert_eq!(Log::new().with_trickle().summary("").list("incidents").len(), 0);
    // Nor are nine errors at once: it takes ten.
    assert_eq!(Log::new().with_trickle().add([wednesday(10, 0)], REFUSED, 9).summary("").list("incidents").len(), 0);
    assert_eq!(Log::new().with_trickle().add([wednesday(10, 0)], REFUSED, 10).summary("").list("incidents").len(), 1);
}

#[test]
fn a_busy_channel_is_not_one_long_incident() {
    // 20 to 29 errors in every cell, in a fixed order.
    let mut log = Log::new();
    for extra in 0..10 {
        log = log.add(
            (0..CELLS).filter(|cell| cell * 7 % 10 == extra),
            ["shop", "request_timeout", "Request timeout"],
            20 + extra,
        );
    }
    assert_eq!(log.summary("").list("incidents").len(), 0);
}

#[test]
fn an_incident_that_touches_the_end_of_the_coverage_goes_on() {
    let log = Log::new().with_trickle().add(CELLS - 12..CELLS, REFUSED, 10);
    let summary = log.summary("--exported-at 2026-11-23T00:00");
    assert_eq!(summary.list("incidents").len(), 1);
    assert_eq!(summary["incidents"][0]["ongoing"], true);
    // Exported half a day later, it had ended.
    assert_eq!(
        log.summary("--exported-at 2026-11-23T12:00 --as-of 2026-11-23T13:00")["incidents"][0]["ongoing"],
        false
    );
}

#[test]
fn an_incident_whose_last_row_the_end_of_the_coverage_lies_in_goes_on() {
    // Rows of ninety 502s up to midnight of 2026-11-22, to the second, to five minutes and to the hour.
    let ongoing = |name: &str, heading: &str, times: &[String]| {
        let rows = times.iter().map(|time| format!("{time}\terror_status_code\t502\t90\n")).collect::<String>();
        let summary = Folder::with(name, format!("{heading}\tReason\tDetail\tErrors\n{rows}"))
            .summary(&format!("{name} --as-of 2026-11-23T09:00"));
        assert_eq!(summary.list("incidents").len(), 1, "{times:?}");
        (summary["incidents"][0]["ongoing"].clone(), text(&summary["inputs"][0]["coverage"], "by").to_owned())
    };
    let minutes = (50..59).map(|minute| format!("2026-11-22\t23:{minute}:10\t23:{minute}:59"));
    let to_seconds = |last: &str| {
        let rows: Vec<String> = minutes.clone().chain([last.to_owned()]).collect();
        ["shop-2026-11-23.tsv", "shop.tsv"].map(|name| ongoing(name, "Date\tStart\tEnd", &rows))
    };
    let (known, unknown) = ((json!(true), "file name".to_owned()), (Value::Null, "last row".to_owned()));
    for end in ["23:59:59", "00:00:00", "00:00:05"] {
        let last = format!("2026-11-22\t23:59:10\t{end}");
        assert_eq!(to_seconds(&last), [known.clone(), unknown.clone()], "{end}");
    }
    // A row that begins behind the end shows that the name is wrong.
    assert_eq!(to_seconds("2026-11-23\t00:00:01\t00:00:05"), [unknown.clone(), unknown]);
    let fives = (0..12).map(|i| format!("2026-11-22 23:{:02}", 5 * i)).collect::<Vec<_>>();
    let hours = (10..24).map(|hour| format!("2026-11-22 {hour}:00")).collect::<Vec<_>>();
    for times in [fives, hours] {
        assert_eq!(ongoing("shop-2026-11-23.tsv", "Time", &times), known);
    }
}

/// 502 and 503 from 10 to 11 o'clock, 25 in each cell, and refused connections, 10 in each.
fn beside(from: u32, to: u32) -> Summary {
    Log::new()
        .with_trickle()
        .add(wednesday(10, 0)..wednesday(11, 0), ["shop", "error_status_code", "502"], 20)
        .add(wednesday(10, 0)..wednesday(11, 0), ["shop", "error_status_code", "503"], 5)
        .add(from..to, REFUSED, 10)
        .summary("--exported-at 2026-11-23T00:00")
}

#[test]
fn classes_that_begin_to_fail_together_are_one_incident_of_the_leading_one() {
    // A quarter of an hour later, and as much longer; and ten minutes that lie in it.
    for (from, to, refused, quiet_since) in [
        // Errors of it go on behind its end.
        (wednesday(10, 15), wednesday(11, 15), 120, "11:10:07"),
        (wednesday(10, 0), wednesday(10, 10), 20, "10:55:07"),
    ] {
        let summary = beside(from, to);
        assert_eq!(summary.list("incidents").len(), 1, "{}", summary["incidents"]);
        let incident = &summary["incidents"][0];
        // Onset and end are those of the statuses, of which there are more: 12 cells of 25.
        assert_eq!(
            (text(incident, "start"), text(incident, "end"), text(incident, "detail")),
            ("2026-11-18T10:00:07+09:00", "2026-11-18T10:55:07+09:00", "502")
        );
        let made_of: Vec<(&str, u64)> = (0..3)
            .map(|i| (text(&incident["made_of"][i], "detail"), incident["made_of"][i]["errors"].as_u64().unwrap()))
            .collect();
        let mut expected = [("502", 240), ("503", 60), ("Connection failed", refused)];
        expected.sort_by_key(|(_, errors)| std::cmp::Reverse(*errors));
        assert_eq!((made_of, &incident["errors"]), (expected.to_vec(), &json!(300 + refused)));
        // In each cell of both, 35; the first of them.
        assert_eq!(&incident["peak_errors"], &json!(35));
        assert_eq!(text(incident, "quiet_since"), format!("2026-11-18T{quiet_since}+09:00"));
    }
}

#[test]
fn a_peak_lies_between_start_and_end_and_silence_begins_behind_all() {
    let refused = |log: Log, from: u32, errors: u32| log.add(from..from + 1, REFUSED, errors);
    let log =
        Log::new().with_trickle().add(wednesday(10, 0)..wednesday(10, 20), ["shop", "error_status_code", "502"], 50);
    let log =
        (0..6).zip([15, 15, 5, 5, 5, 100]).fold(log, |log, (at, errors)| refused(log, wednesday(10, 5 * at), errors));
    let folder = Folder::with("w-2026-11-23.tsv", &log.0);
    let summary = folder.summary("w-2026-11-23.tsv --period 2026-W47");
    let incident = &summary["incidents"][0];
    assert_eq!((summary.list("incidents").len(), &incident["errors"]), (1, &json!(200 + 145)));
    assert_eq!(
        (text(incident, "start"), text(incident, "end"), text(incident, "quiet_since")),
        ("2026-11-18T10:00:07+09:00", "2026-11-18T10:15:07+09:00", "2026-11-18T10:25:07+09:00")
    );
    // 50 and 15, twice; the first of them begins with the incident.
    assert_eq!((&incident["peak_errors"], text(incident, "peak_at")), (&json!(65), "2026-11-18T10:00:07+09:00"));
    let told = folder.errstat(&format!("summary w-2026-11-23.tsv --period 2026-W47 --as-of {AS_OF}")).done().text();
    assert!(told.contains("since Wed 18 Nov 2026, 10:25"), "{told}");
}

#[test]
fn classes_that_overlap_in_part_stay_two_incidents() {
    let summary = beside(wednesday(10, 30), wednesday(11, 30));
    let found: Vec<(&str, &str, &Value)> = summary
        .list("incidents")
        .iter()
        .map(|incident| (text(incident, "start"), text(incident, "end"), &incident["errors"]))
        .collect();
    assert_eq!(
        found,
        [
            ("2026-11-18T10:00:07+09:00", "2026-11-18T10:55:07+09:00", &json!(300)),
            ("2026-11-18T10:30:07+09:00", "2026-11-18T11:25:07+09:00", &json!(120))
        ]
    );
}

/// Start, end and errors of each incident.
fn ranges(summary: &Summary) -> Vec<(&str, &str, u64)> {
    let range = |incident| (text(incident, "start"), text(incident, "end"), incident["errors"].as_u64().unwrap());
    summary.list("incidents").iter().map(range).collect()
}

#[test]
fn a_kind_within_a_longer_one_is_of_its_incident_unless_it_stands_out() {
    // Ten hours of five 502s in each cell, 600; and 20 minutes of refused connections, six times as much or a little more.
    let beside = |refused| {
        let log =
            Log::new().with_trickle().add(wednesday(10, 0)..wednesday(20, 0), ["shop", "error_status_code", "502"], 5);
        log.add(wednesday(14, 0)..wednesday(14, 20), REFUSED, refused).summary("")
    };
    let long = ("2026-11-18T10:00:07+09:00", "2026-11-18T19:55:07+09:00");
    assert_eq!(ranges(&beside(30)), [(long.0, long.1, 720)]);
    let short = ("2026-11-18T14:00:07+09:00", "2026-11-18T14:15:07+09:00", 124);
    assert_eq!(ranges(&beside(31)), [(long.0, long.1, 600), short]);
}

#[test]
fn a_kind_that_goes_on_after_the_main_one_is_an_incident_of_its_own() {
    // 20 minutes of 45 502s in each cell; refused connections, ten in each, begin with them and end 15 or 20 minutes later.
    let beside = |end| {
        let log = Log::new().with_trickle().add(
            wednesday(20, 0)..wednesday(20, 20),
            ["shop", "error_status_code", "502"],
            45,
        );
        log.add(wednesday(20, 0)..end, REFUSED, 10).summary("")
    };
    let statuses = ("2026-11-18T20:00:07+09:00", "2026-11-18T20:15:07+09:00");
    assert_eq!(ranges(&beside(wednesday(20, 35))), [(statuses.0, statuses.1, 250)]);
    let refused = ("2026-11-18T20:00:07+09:00", "2026-11-18T20:35:07+09:00", 80);
    assert_eq!(ranges(&beside(wednesday(20, 40))), [(statuses.0, statuses.1, 180), refused]);
}

#[test]
fn an_outage_and_another_kind_that_only_lasts_longer_stay_two() {
    let outage = || {
        Log::new().with_trickle().add(wednesday(19, 40)..wednesday(20, 10), ["shop", "error_status_code", "502"], 150)
    };
    // Two refused connections an hour for two weeks, 14 × 24 × 2, hold the half hour.
    let drip = outage().add((14 * 288..CELLS).step_by(12), REFUSED, 2).summary("--exported-at 2026-11-23T08:00");
    assert_eq!(
        ranges(&drip),
        [
            ("2026-11-18T19:40:07+09:00", "2026-11-18T20:05:07+09:00", 900),
            ("2026-11-09T00:00:07+09:00", "2026-11-22T23:00:07+09:00", 672)
        ]
    );
    // Refused connections that begin with it, and go on for seven hours: 88 cells of 5.
    let tail = outage().add(wednesday(19, 40)..wednesday(27, 0), REFUSED, 5).summary("");
    assert_eq!(
        ranges(&tail),
        [
            ("2026-11-18T19:40:07+09:00", "2026-11-18T20:05:07+09:00", 900),
            ("2026-11-18T19:40:07+09:00", "2026-11-19T02:55:07+09:00", 440)
        ]
    );
}

#[test]
fn an_incident_goes_on_until_it_is_silent_for_longer_than_it_usually_is() {
    // Three refused connections every two hours, the last at 22:00:07 on Sunday: two pauses of two hours end it.
    let log = Log::new().with_trickle().add((14 * 288..CELLS).step_by(24), REFUSED, 3);
    let ongoing = |exported: &str| {
        let summary = log.summary(&format!("--exported-at {exported} --as-of 2026-11-23T12:00"));
        assert_eq!(ranges(&summary), [("2026-11-09T00:00:07+09:00", "2026-11-22T22:00:07+09:00", 504)]);
        summary["incidents"][0]["ongoing"].clone()
    };
    assert_eq!(ongoing("2026-11-22T23:36"), true);
    assert_eq!(ongoing("2026-11-23T02:00"), true);
    assert_eq!(ongoing("2026-11-23T02:06"), false);
}

#[test]
fn the_most_errors_since_an_incident_are_those_of_any_hour() {
    // Three at 14:55 and three at 15:00: six in an hour, though three in each by the clock.
    let log = Log::new().with_trickle().add(wednesday(10, 0)..wednesday(11, 0), REFUSED, 20).add(
        [wednesday(14, 55), wednesday(15, 0)],
        ["shop", "request_timeout", "Request timeout"],
        3,
    );
    let said = |log: Log| {
        let folder = Folder::with("w.tsv", log.0);
        folder.errstat("summary w.tsv --period 2026-11-18 --exported-at 2026-11-23T08:00 --color never").done().text()
    };
    let first = said(log);
    assert!(first.contains("at most 6 errors an hour"), "{first}");
}

#[test]
fn rows_after_the_report_are_not_known_to_it() {
    // An outage from 22:00 to 04:00, 5 in each cell, told of at 02:00.
    let outage = Log::new().with_trickle().add(wednesday(22, 0)..wednesday(28, 0), REFUSED, 5);
    let summary = outage.summary("--as-of 2026-11-19T02:00 --period 24h");
    assert_eq!(ranges(&summary), [("2026-11-18T22:00:07+09:00", "2026-11-19T01:55:07+09:00", 240)]);
    assert_eq!(summary["incidents"][0]["ongoing"], true);
    // The next day, all of it is known.
    let summary = outage.summary("--as-of 2026-11-20T02:00 --period 2026-11-18");
    assert_eq!(ranges(&summary), [("2026-11-18T22:00:07+09:00", "2026-11-19T03:55:07+09:00", 360)]);
    assert_eq!(summary["incidents"][0]["ongoing"], false);
}

#[test]
fn rows_that_count_are_judged() {
    // A named week, and all the data, have the rows behind the moment of the report too: 28 days of a trickle, and an outage.
    let outage = Log::new().with_trickle().add(wednesday(10, 0)..wednesday(11, 0), REFUSED, 5);
    for (period, incidents) in [("2026-W47", 1), ("all", 1), ("this-week", 0)] {
        let summary = outage.summary(&format!("--as-of 2026-11-17T09:00 --period {period}"));
        assert_eq!(summary.list("incidents").len(), incidents, "{period}");
    }
}

#[test]
fn an_incident_is_of_a_period_that_has_a_row_of_it() {
    // The last row is that of 11:55:07.
    let log = Log::new().with_trickle().add(wednesday(10, 0)..wednesday(12, 0), REFUSED, 5);
    let incidents = |from: &str| log.summary(&format!("--period {from}..2026-11-18T18:00")).list("incidents").len();
    assert_eq!((incidents("2026-11-18T11:55"), incidents("2026-11-18T11:56")), (1, 0));
}

#[test]
fn hours_of_one_channel_do_not_lengthen_the_incidents_of_another() {
    let shop = Log::new().with_trickle().add(wednesday(19, 40)..wednesday(20, 50), REFUSED, 50);
    let folder = Folder::with("shop.tsv", shop.0);
    let days = (1..=28).map(|day| format!("2026-11-{day:02} 09:00\tfaq\trequest_timeout\tRequest timeout\t2\n"));
    folder.file("faq.tsv", format!("Time\tChannel\tReason\tDetail\tCount\n{}", days.collect::<String>()));
    let summary = folder.summary("shop.tsv faq.tsv");
    assert_eq!(ranges(&summary), [("2026-11-18T19:40:07+09:00", "2026-11-18T20:45:07+09:00", 700)]);
}

#[test]
fn two_outages_with_a_calm_half_hour_between_them_stay_two() {
    // From 10:00 to 10:30, and from 11:00 on; the last cells with errors are 10:25 and 11:25.
    let outages = |second| {
        let log = Log::new().with_trickle().add(wednesday(10, 0)..wednesday(10, 30), REFUSED, 20);
        log.add(second..second + 6, REFUSED, 20).summary("").list("incidents").len()
    };
    assert_eq!((outages(wednesday(11, 0)), outages(wednesday(10, 45))), (2, 1));
}

/// Of 18 November, what happens in so many minutes from one on (of the day): a row of so many 502s in each, to its last
/// second; and a timeout at nine of each of the four weeks' days.
fn minutes(outages: &[(u32, u32, u32)]) -> Summary {
    let start = chrono::NaiveDate::from_ymd_opt(2026, 10, 26).unwrap();
    let mut rows: Vec<String> = start
        .iter_days()
        .take(28)
        .map(|day| format!("{day}\t09:00:07\t09:00:07\trequest_timeout\tRequest timeout\t1\n"))
        .collect();
    for (from, length, errors) in outages {
        let row = |at: u32| {
            let (hour, minute) = (at / 60, at % 60);
            format!(
                "2026-11-18\t{hour:02}:{minute:02}:00\t{hour:02}:{minute:02}:59\terror_status_code\t502\t{errors}\n"
            )
        };
        rows.extend((*from..from + length).map(row));
    }
    rows.sort();
    let content = format!("Date\tStart\tEnd\tReason\tDetail\tErrors\n{}", rows.concat());
    Folder::with("w.tsv", content).summary("w.tsv --exported-at 2026-11-23T00:00")
}

/// The incidents in the order of time: the minutes of the day in which the first and the last row are, and the errors.
fn in_minutes(summary: &Summary) -> Vec<(u32, u32, u64)> {
    let minute = |time: &str, seconds: &str| {
        assert_eq!(&time[17..19], seconds, "{time}");
        60 * time[11..13].parse::<u32>().unwrap() + time[14..16].parse::<u32>().unwrap()
    };
    let mut found: Vec<(u32, u32, u64)> =
        ranges(summary).iter().map(|(start, end, errors)| (minute(start, "00"), minute(end, "59"), *errors)).collect();
    found.sort_unstable();
    found
}

#[test]
fn a_calm_half_hour_parts_two_outages_to_the_row() {
    // Two of 30 minutes with 5 errors in each, the first from 20:00 to 20:04: they begin and end anywhere in five minutes.
    for first in 1200..1205 {
        for gap in [30, 31, 34, 36, 41, 58, 61, 89] {
            let second = first + 30 + gap;
            let found = in_minutes(&minutes(&[(first, 30, 5), (second, 30, 5)]));
            let expected = [(first, first + 29, 150), (second, second + 29, 150)];
            assert_eq!(found, expected, "{gap} minutes between");
        }
        let second = first + 30 + 29;
        let found = in_minutes(&minutes(&[(first, 30, 5), (second, 30, 5)]));
        assert_eq!(found, [(first, second + 29, 300)], "29 minutes between");
    }
}

#[test]
fn a_calm_half_hour_parts_a_weak_outage_from_strong_ones() {
    // 20 a minute, then 2, then 20 again: 31 minutes lie between each, and a single error in the middle of the first gap.
    let found = in_minutes(&minutes(&[(602, 20, 20), (638, 1, 1), (653, 60, 2), (744, 20, 20)]));
    assert_eq!(found, [(602, 621, 400), (653, 712, 120), (744, 763, 400)]);
    // Without a calm half hour, it is their tail.
    let found = in_minutes(&minutes(&[(602, 20, 20), (632, 60, 2), (702, 20, 20)]));
    assert_eq!(found, [(602, 721, 920)]);
}

#[test]
fn an_outage_reaches_as_far_as_its_own_pace() {
    // An error in three of four cells, for 25 times 20 minutes from 10:20 on; the same as far apart, ten minutes, at 10:00 and
    // 10:10, and one half an hour before.
    let mut outage = vec![(570, 1, 1), (600, 1, 1), (610, 1, 1)];
    outage.extend((0..25).flat_map(|i| [0, 5, 10].map(|minute| (620 + 20 * i + minute, 1, 1))));
    // The last is at 620 + 24 * 20 + 10.
    assert_eq!(in_minutes(&minutes(&outage)), [(600, 1110, 77)]);
}

#[test]
fn the_same_data_give_the_same_incidents_whatever_the_period() {
    let log = Log::new().with_trickle().add(wednesday(10, 0)..wednesday(18, 0), REFUSED, 4);
    let all = log.summary("")["incidents"].clone();
    for period in ["2026-11-18", "2026-W47", "2026-11", "2026-11-18T17:00..2026-11-18T23:00"] {
        assert_eq!(log.summary(&format!("--period {period}"))["incidents"], all, "{period}");
    }
}

#[test]
fn what_comes_every_night_or_every_working_day_is_a_pattern_and_no_incident() {
    // 15 at 03:00 and at 03:05, every night; 25 an hour of weekdays at noon, in five cells.
    let nights = (0..28).flat_map(|day| [day * 288 + 36, day * 288 + 37]);
    let noons = (0..28).filter(|day| day % 7 < 5).flat_map(|day| (0..5).map(move |i| day * 288 + 144 + 2 * i));
    let summary = Log::new()
        .with_trickle()
        .add(nights, ["shop", "request_timeout", "Request timeout"], 15)
        .add(noons, REFUSED, 5);
    let summary = summary.summary("");
    assert_eq!(summary["incidents"], json!([]));
    // The trickle's timeout of 04:00 is outside; 28 nights of 30, and 20 working days of 25.
    assert_eq!(
        summary["patterns"],
        json!([
            {"channel": "shop", "class": "request_timeout", "start": "03:00", "end": "03:10", "days": "every_day", "happened": 28, "errors": 840,
             "last_seen": "2026-11-22T03:00:00+09:00", "ended": false},
            {"channel": "shop", "class": "could_not_connect", "start": "12:00", "end": "12:45", "days": "weekdays", "happened": 20, "errors": 500,
             "last_seen": "2026-11-20T12:00:00+09:00", "ended": false}
        ])
    );
}

#[test]
fn a_batch_that_stopped_is_told_with_its_last_day() {
    // Of 28 nights the first 22, 20 or 10: then six, eight or 18 days without. The tenth is 4 November.
    let nights = |count: u32| (0..count).flat_map(|day| [day * 288 + 36, day * 288 + 37]);
    let log = |count| Log::new().with_trickle().add(nights(count), ["shop", "request_timeout", "Request timeout"], 15);
    for (count, ended) in [(22, false), (20, true), (10, true)] {
        let summary = log(count).summary("");
        assert_eq!((summary.list("incidents").len(), summary.list("patterns").len()), (0, 1), "{count}");
        assert_eq!(summary["patterns"][0]["happened"], count);
        assert_eq!(summary["patterns"][0]["ended"], ended);
    }
    let folder = Folder::with("w.tsv", &log(10).0);
    let told =
        |period: &str| folder.errstat(&format!("summary w.tsv --format markdown --period {period}")).done().text();
    let sentence = "on shop, until 4 Nov: ";
    assert!(told("2026-11").contains(sentence), "{}", told("2026-11"));
    assert!(!told("2026-W47").contains("Every day"), "what ended before the period is no news in it");
}

/// 40 at 04:00 and 04:05 of so many Mondays, from 26 October on.
fn mondays(weeks: impl IntoIterator<Item = u32>) -> Log {
    let cells = weeks.into_iter().flat_map(|week| [week * 7 * 288 + 48, week * 7 * 288 + 49]);
    Log::new().with_trickle().add(cells, REFUSED, 20)
}

#[test]
fn what_comes_every_monday_is_a_pattern_and_no_incident() {
    let summary = mondays(0..4).summary("");
    assert_eq!(summary["incidents"], json!([]));
    assert_eq!(
        summary["patterns"],
        json!([{"channel": "shop", "class": "could_not_connect", "start": "04:00", "end": "04:10", "days": "monday",
                "happened": 4, "errors": 160, "last_seen": "2026-11-16T04:00:00+09:00", "ended": false}])
    );
    // Three are too few to be a habit.
    let summary = mondays(1..4).summary("");
    assert_eq!((summary.list("incidents").len(), summary.list("patterns").len()), (3, 0));
}

#[test]
fn an_outage_far_above_a_habit_of_its_hour_is_found() {
    // On 9 November, 10 cells of 40 more from 04:00 on: 440 instead of 40.
    let monday = 14 * 288 + 48;
    let summary = mondays(0..4).add(monday..monday + 10, REFUSED, 40).summary("");
    assert_eq!(ranges(&summary), [("2026-11-09T04:00:07+09:00", "2026-11-09T04:45:07+09:00", 440)]);
}

#[test]
fn ten_days_show_what_every_weekday_has() {
    // From Friday 13 November on: an error every twelve hours, and five in each cell at noon of six working days.
    let noons = [18, 21, 22, 23, 24, 25].into_iter().flat_map(|day| day * 288 + 144..day * 288 + 156);
    let log = Log::new().add((18 * 288..CELLS).step_by(144), ["shop", "error_status_code", "500"], 1);
    let summary = log.add(noons, REFUSED, 5).summary("");
    assert_eq!(summary["incidents"], json!([]));
    let pattern = &summary["patterns"][0];
    assert_eq!((text(pattern, "days"), &pattern["happened"], &pattern["errors"]), ("weekdays", &json!(6), &json!(360)));
}

#[test]
fn an_outage_goes_on_while_the_nightly_batch_fails_in_it() {
    // 40 at 03:00 of every night; the outage is of 24 cells of 15, and the trickle has one at 04:00.
    let timeout = ["shop", "request_timeout", "Request timeout"];
    let nights = |slot: u32| (0..28).map(move |day| day * 288 + slot);
    let batch = || Log::new().with_trickle().add(nights(36), timeout, 25).add(nights(37), timeout, 15);
    let summary = batch().add(wednesday(2, 30)..wednesday(4, 30), timeout, 15).summary("");
    assert_eq!(ranges(&summary), [("2026-11-18T02:30:07+09:00", "2026-11-18T04:25:07+09:00", 401)]);
    // Two, of 3 and of 12 cells, that leave the batch to itself.
    let two = batch().add(wednesday(2, 20)..wednesday(2, 35), timeout, 15);
    let summary = two.add(wednesday(3, 25)..wednesday(4, 25), timeout, 15).summary("");
    assert_eq!(
        ranges(&summary),
        [
            ("2026-11-18T03:25:07+09:00", "2026-11-18T04:20:07+09:00", 181),
            ("2026-11-18T02:20:07+09:00", "2026-11-18T02:30:07+09:00", 45)
        ]
    );
}

#[test]
fn nothing_but_the_outage_has_nothing_to_compare_with() {
    let summary = Log::new().add(wednesday(10, 0)..wednesday(12, 0), REFUSED, 20).summary("");
    assert_eq!((summary.list("incidents").len(), &summary["incidents"][0]["errors"]), (1, &json!(480)));
    assert!(summary.notes().iter().any(|note| note.contains("nothing-to-judge-by")), "{:?}", summary.notes());
    let with_history = Log::new().with_trickle().add(wednesday(10, 0)..wednesday(12, 0), REFUSED, 20).summary("");
    assert!(
        !with_history.notes().iter().any(|note| note.contains("nothing-to-judge-by")),
        "{:?}",
        with_history.notes()
    );
}

#[test]
fn each_channel_has_its_own_incidents() {
    let summary = Log::new()
        .with_trickle()
        .add((0..CELLS).step_by(24), ["help desk", "request_timeout", "Request timeout"], 1)
        .add(wednesday(10, 0)..wednesday(11, 0), REFUSED, 20)
        .add(wednesday(10, 0)..wednesday(11, 0), ["help desk", "could_not_connect", "Unknown host"], 20)
        .summary("");
    let channels: Vec<&str> = summary.list("incidents").iter().map(|incident| text(incident, "channel")).collect();
    assert_eq!(channels, ["help desk", "shop"]);
}

#[test]
fn cells_with_less_than_three_between_them_are_one_incident() {
    // 09:55 and 10:10: two quiet cells lie between, and belong to it.
    let summary = Log::new().with_trickle().add([wednesday(9, 55), wednesday(10, 10)], REFUSED, 20).summary("");
    assert_eq!(summary.list("incidents").len(), 1, "{}", summary["incidents"]);
    let incident = &summary["incidents"][0];
    assert_eq!(
        (text(incident, "start"), text(incident, "end"), &incident["errors"]),
        ("2026-11-18T09:55:07+09:00", "2026-11-18T10:10:07+09:00", &json!(40))
    );
}

#[test]
fn little_history_is_said() {
    let short = Folder::with(
        "w.tsv",
        "Time\tReason\n2026-11-16 12:00:01\trequest_timeout\n2026-11-17 12:00:01\trequest_timeout\n",
    )
    .summary("w.tsv");
    assert!(short.list("notes").iter().any(|note| text(note, "text").contains("usual level")), "{:?}", short.notes());
    let long = Log::new().with_trickle().summary("");
    assert!(!long.list("notes").iter().any(|note| text(note, "text").contains("usual level")), "{:?}", long.notes());
}

#[test]
fn silence_after_an_outbreak_may_be_a_suspension() {
    // The outage on Wednesday, and then not one error, on a channel that has one every two hours.
    let log = Log::new().add((0..wednesday(12, 0)).step_by(24), ["shop", "request_timeout", "Request timeout"], 1).add(
        wednesday(8, 0)..wednesday(12, 0),
        REFUSED,
        20,
    );
    let summary = log.summary("--exported-at 2026-11-23T08:00");
    assert!(summary.list("notes").iter().any(|note| text(note, "text").contains("suspended")), "{:?}", summary.notes());
    let alive = Log::new()
        .with_trickle()
        .add(wednesday(8, 0)..wednesday(12, 0), REFUSED, 20)
        .summary("--exported-at 2026-11-23T08:00");
    assert!(!alive.list("notes").iter().any(|note| text(note, "text").contains("suspended")), "{:?}", alive.notes());
}

#[test]
fn every_format_shows_the_worst_incidents_first() {
    // Four outages of ten minutes: the second is the largest, the last the next.
    let [first, second, third, last] = [(8, 20, "500"), (11, 90, "501"), (14, 30, "502"), (17, 60, "503")];
    let log =
        [first, second, third, last].into_iter().fold(Log::new().with_trickle(), |log, (hour, errors, status)| {
            log.add(wednesday(hour, 0)..wednesday(hour, 10), ["shop", "error_status_code", status], errors)
        });
    let folder = Folder::with("log.tsv", log.0);
    let details = |summary: &crate::program::Summary| -> Vec<String> {
        summary.list("incidents").iter().map(|incident| text(incident, "detail").to_owned()).collect()
    };
    // JSON has all of them.
    assert_eq!(details(&folder.summary("log.tsv --top 1")), ["501", "503", "502", "500"]);
    let sent = "--mail-from a@example.com --mail-to b@example.com";
    folder
        .errstat(&format!("report log.tsv --top 1 -o out -o out.md -o out.eml {sent} --exported-at 2026-11-23T00:00"))
        .done();
    let pictures: Vec<String> = folder.list().into_iter().filter(|name| name.contains("incident-")).collect();
    assert_eq!(pictures, ["out/charts/incident-1.png", "out/charts/incident-1.svg"]);
    assert!(folder.text("out/charts/incident-1.svg").contains("501"));
    let section = |text: &str, from: &str| {
        let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("no {from} in {text}"));
        rest.lines().take_while(|line| !line.ends_with("Do first")).collect::<Vec<_>>().join("\n")
    };
    let shown = [
        section(&folder.errstat("summary log.tsv --top 1 --color never").done().text(), "\nWhat happened"),
        section(&folder.errstat("summary log.tsv --top 1 --format markdown").done().text(), "# What happened"),
        section(&folder.text("out.md"), "# What happened"),
    ];
    for shown in shown {
        let found = |start: &str| shown.contains(&format!(", {start} – "));
        assert!(found("11:00") && !found("08:00") && !found("14:00") && !found("17:00"), "{shown}");
        assert!(shown.contains("1 of 4 shown"), "{shown}");
    }
    // The page tells the worst first, and lists the others in the same order.
    let page = folder.text("out/report.html");
    let places = ["501", "503", "502", "500"].map(|status| {
        let (_, happened) = page.split_once("id=\"happened\"").expect("what happened");
        happened.find(&format!("{status} ")).unwrap_or_else(|| panic!("{status}"))
    });
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn an_incident_has_the_errors_of_its_class_from_its_onset_to_its_end() {
    // 502 three times a minute for an hour; eight 500, which are less than a twentieth, seven minutes before and four behind.
    let heading = "Time\tChannel\tReason\tDetail\tCount\n".to_owned();
    let days = (1..=7).map(|day| format!("2026-10-{day:02} 12:00:00\tshop\trequest_timeout\tRequest timeout\t1\n"));
    let hour = (28..88).map(|minute| {
        format!("2026-10-06 {}:{:02}:01\tshop\terror_status_code\t502\t3\n", 18 + minute / 60, minute % 60)
    });
    let beside = ["18:20:20", "19:31:46"].map(|at| format!("2026-10-06 {at}\tshop\terror_status_code\t500\t4\n"));
    let rows = heading + &days.chain(hour).chain(beside).collect::<String>();
    let summary = Folder::with("shop-2026-10-08.tsv", rows).summary("shop-2026-10-08.tsv --as-of 2026-10-08T09:00");
    assert_eq!(ranges(&summary), [("2026-10-06T18:28:01+09:00", "2026-10-06T19:27:01+09:00", 180)]);
    let made_of = summary["incidents"][0]["made_of"].as_array().unwrap();
    assert_eq!((made_of.len(), &made_of[0]["errors"]), (1, &json!(180)));
}

#[test]
fn an_outage_hides_no_other_one_of_few_days() {
    // Each row is of a number of errors, so many seconds behind the one before.
    let file = |outages: &[(&str, usize, u64, u32)]| {
        let mut rows = "Time\tReason\tDetail\tCount\n".to_owned();
        for (start, count, seconds, errors) in outages {
            let start: chrono::NaiveDateTime = start.parse().unwrap();
            for at in (0..*count as u64).map(|row| start + std::time::Duration::from_secs(row * seconds)) {
                rows += &format!("{at}\tunclassified\tSession closed unexpectedly\t{errors}\n");
            }
        }
        rows
    };
    let found = |name: &str, outages| {
        let summary =
            Folder::with(name, file(outages)).summary(&format!("{name} --channel shop --as-of 2026-10-20T09:00"));
        let mut found: Vec<u64> = ranges(&summary).into_iter().map(|(.., errors)| errors).collect();
        found.sort_unstable();
        found
    };
    // A day without an error between two of eight hours: 200 rows of 4, and 500 of 4.
    let days = [("2026-10-01T11:47:00", 500, 60, 4), ("2026-10-03T10:50:00", 200, 150, 4)];
    assert_eq!(found("a.tsv", &days), [800, 2000]);
    // Five whole days, of which three have a part of one of two about midnight: 58 rows of 2, and 77 of 3.
    let nights = [("2026-10-02T23:37:00", 58, 60, 2), ("2026-10-06T23:28:00", 77, 60, 3)];
    assert_eq!(found("a.tsv", &nights), [116, 231]);
    assert_eq!(found("a-2026-10-08.tsv", &nights), [116, 231]);
}
