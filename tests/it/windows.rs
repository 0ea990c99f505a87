//! Windows: counts against arithmetic of the tests' own, in several zones and sizes.

use serde_json::Value;

use crate::program::{Folder, Summary, text};

/// One error every five minutes from the start of a UTC day, for so many days.
fn every_five_minutes(first: [i32; 3], days: u32) -> String {
    let start = chrono::NaiveDate::from_ymd_opt(first[0], first[1] as u32, first[2] as u32)
        .unwrap()
        .and_hms_opt(0, 0, 0)
        .unwrap();
    let rows = (0..days * 288).map(|i| {
        format!(
            "{}Z\trequest_timeout\tRequest timeout\t1\n",
            (start + chrono::TimeDelta::minutes(5 * i64::from(i))).format("%Y-%m-%dT%H:%M:%S")
        )
    });
    "Time\tReason\tDetail\tCount\n".to_owned() + &rows.collect::<String>()
}

/// Every reading must hold this: the windows, the heatmap and the lists add up to the total.
fn assert_sums(summary: &Summary) {
    let total = summary.errors();
    let sum = |list: &[Value]| list.iter().map(|row| row["errors"].as_u64().unwrap()).sum::<u64>();
    assert_eq!(sum(summary["windows"]["buckets"].as_array().unwrap()), total, "windows");
    for field in ["by_reason", "by_detail", "by_channel"] {
        assert_eq!(sum(summary.list(field)), total, "{field}");
    }
    let hours = summary["heatmap"]["hours"].as_array().unwrap();
    assert_eq!(
        hours.iter().flat_map(|row| row.as_array().unwrap()).map(|n| n.as_u64().unwrap()).sum::<u64>(),
        total,
        "heatmap"
    );
    for bucket in summary["windows"]["buckets"].as_array().unwrap() {
        assert_eq!(
            bucket["by_reason"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum::<u64>(),
            bucket["errors"].as_u64().unwrap()
        );
    }
    // Each window ends where the next begins.
    for pair in summary["windows"]["buckets"].as_array().unwrap().windows(2) {
        assert_eq!(pair[0]["end"], pair[1]["start"]);
    }
}

#[test]
fn days_have_as_many_hours_as_the_clock_gives_them() {
    // Transitions by Python's zoneinfo. A day of 24 hours has 288 errors, 12 for each hour.
    for (zone, first, day, start, hours) in [
        ("Europe/Berlin", [2026, 3, 27], "2026-03-29", "2026-03-29T00:00:00+01:00", 23.0),
        ("Europe/Berlin", [2026, 10, 23], "2026-10-25", "2026-10-25T00:00:00+02:00", 25.0),
        ("America/New_York", [2026, 3, 6], "2026-03-08", "2026-03-08T00:00:00-05:00", 23.0),
        ("America/New_York", [2026, 10, 30], "2026-11-01", "2026-11-01T00:00:00-04:00", 25.0),
        ("Australia/Lord_Howe", [2026, 4, 3], "2026-04-05", "2026-04-05T00:00:00+11:00", 24.5),
        ("Australia/Lord_Howe", [2026, 10, 2], "2026-10-04", "2026-10-04T00:00:00+10:30", 23.5),
        ("America/St_Johns", [2026, 10, 30], "2026-11-01", "2026-11-01T00:00:00-02:30", 25.0),
        // Cairo's clock skips midnight: its 24th of April begins at 01:00.
        ("Africa/Cairo", [2026, 4, 22], "2026-04-24", "2026-04-24T01:00:00+03:00", 23.0),
        ("Asia/Kolkata", [2026, 3, 27], "2026-03-29", "2026-03-29T00:00:00+05:30", 24.0),
        ("Asia/Kathmandu", [2026, 3, 27], "2026-03-29", "2026-03-29T00:00:00+05:45", 24.0),
        ("Asia/Tokyo", [2026, 3, 27], "2026-03-29", "2026-03-29T00:00:00+09:00", 24.0),
        ("UTC", [2026, 3, 27], "2026-03-29", "2026-03-29T00:00:00+00:00", 24.0),
        ("-03:30", [2026, 3, 27], "2026-03-29", "2026-03-29T00:00:00-03:30", 24.0),
    ] {
        let folder = Folder::with("w.tsv", every_five_minutes(first, 6));
        let summary = folder.summary(&format!("w.tsv --timezone={zone} --window day --period {day}"));
        let expected = (hours * 12.0) as u64;
        assert_eq!(summary.windows(), [(start, expected)], "{zone}");
        assert_eq!(summary.errors(), expected, "{zone}");
        assert_sums(&summary);
        // All the days of the file, in windows of every size.
        for size in ["5m", "15m", "30m", "hour", "day", "week", "month"] {
            let summary = folder.summary(&format!("w.tsv --timezone={zone} --window {size}"));
            assert_eq!((summary.errors(), &summary["windows"]["size"]), (6 * 288, &size.into()), "{zone} {size}");
            assert_sums(&summary);
        }
    }
}

#[test]
fn hours_are_hours_of_the_local_clock() {
    // Kolkata is at +05:30: its hours begin at half past in UTC. 12 errors each, but for the first and the last, of which
    // the data has half.
    let summary = Folder::with("w.tsv", every_five_minutes([2026, 3, 27], 1))
        .summary("w.tsv --timezone Asia/Kolkata --window hour");
    let filled: Vec<(&str, u64)> = summary.windows().into_iter().filter(|(_, errors)| *errors > 0).collect();
    assert_eq!(filled.len(), 25);
    assert_eq!(filled[0], ("2026-03-27T05:00:00+05:30", 6));
    assert_eq!(filled[1], ("2026-03-27T06:00:00+05:30", 12));
    assert_eq!(filled[24], ("2026-03-28T05:00:00+05:30", 6));
    // The period is both days, so the empty hours are there: 48.
    assert_eq!(summary.windows().len(), 48);
    assert!(filled[1..24].iter().all(|(_, errors)| *errors == 12));
}

#[test]
fn the_repeated_hour_is_two_windows() {
    // 2026-10-25 in Berlin: 02:00 to 03:00 happens at +02:00 and again at +01:00.
    let summary = Folder::with("w.tsv", every_five_minutes([2026, 10, 24], 3))
        .summary("w.tsv --timezone Europe/Berlin --window hour --period 2026-10-25");
    let windows = summary.windows();
    assert_eq!(windows.len(), 25);
    assert_eq!(windows[2..4], [("2026-10-25T02:00:00+02:00", 12), ("2026-10-25T02:00:00+01:00", 12)]);
    // In the heatmap they are one hour of the clock: Sunday, 2 o'clock, 24 errors.
    assert_eq!(summary["heatmap"]["hours"][6][2], 24);
}

#[test]
fn windows_without_errors_are_there_with_zero() {
    let rows = "Time\tReason\n2026-11-16 04:12:33\trequest_timeout\n2026-11-20 23:59:59\trequest_timeout\n";
    let folder = Folder::with("w.tsv", rows);
    let days: Vec<u64> = folder.summary("w.tsv --window day").windows().iter().map(|(_, errors)| *errors).collect();
    assert_eq!(days, [1, 0, 0, 0, 1]);
    let hours = folder.summary("w.tsv --window hour");
    assert_eq!(hours.windows().len(), 120);
    assert_eq!(hours.windows()[4], ("2026-11-16T04:00:00+09:00", 1));
    assert_eq!(hours.windows()[119], ("2026-11-20T23:00:00+09:00", 1));
    assert_eq!(folder.summary("w.tsv --window 5m").windows().len(), 1440);
    for bucket in hours["windows"]["buckets"].as_array().unwrap() {
        assert_eq!(bucket["by_reason"].as_object().unwrap().len(), 4);
    }
}

#[test]
fn weeks_begin_on_monday_or_on_sunday() {
    // 2026-11-16 is a Monday (`date -d`). Two rows: Sunday the 15th and Saturday the 21st.
    let folder = Folder::with(
        "w.tsv",
        "Time\tReason\n2026-11-15 12:00:00\trequest_timeout\n2026-11-21 12:00:00\trequest_timeout\n",
    );
    assert_eq!(
        folder.summary("w.tsv --window week").windows(),
        [("2026-11-09T00:00:00+09:00", 1), ("2026-11-16T00:00:00+09:00", 1)]
    );
    let sunday = folder.summary("w.tsv --window week --week-start sun");
    assert_eq!(sunday.windows(), [("2026-11-15T00:00:00+09:00", 2)]);
    assert_eq!(sunday["heatmap"]["rows"], serde_json::json!(["sun", "mon", "tue", "wed", "thu", "fri", "sat"]));
    assert_eq!((&sunday["heatmap"]["hours"][0][12], &sunday["heatmap"]["hours"][6][12]), (&1.into(), &1.into()));
    let monday = folder.summary("w.tsv");
    assert_eq!(monday["heatmap"]["rows"], serde_json::json!(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]));
    assert_eq!((&monday["heatmap"]["hours"][6][12], &monday["heatmap"]["hours"][5][12]), (&1.into(), &1.into()));
}

#[test]
fn a_week_with_a_change_of_the_clock_has_an_hour_less() {
    // Berlin, Monday 2026-03-23 to Sunday the 29th: 167 hours of 12 errors.
    let summary = Folder::with("w.tsv", every_five_minutes([2026, 3, 20], 14))
        .summary("w.tsv --timezone Europe/Berlin --period 2026-W13 --window week");
    assert_eq!(summary.windows(), [("2026-03-23T00:00:00+01:00", 167 * 12)]);
    assert_eq!(text(&summary["windows"]["buckets"][0], "end"), "2026-03-30T00:00:00+02:00");
}

#[test]
fn months_are_those_of_the_calendar() {
    // One error on each day of 2028, a leap year.
    let start = chrono::NaiveDate::from_ymd_opt(2028, 1, 1).unwrap();
    let rows: String =
        (0..366).map(|i| format!("{} 12:00:00\trequest_timeout\n", start + chrono::Days::new(i))).collect();
    let summary =
        Folder::with("w.tsv", format!("Time\tReason\n{rows}")).summary("w.tsv --window month --as-of 2030-01-01");
    let months: Vec<u64> = summary.windows().iter().map(|(_, errors)| *errors).collect();
    assert_eq!(months, [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]);
    assert_eq!(summary.windows()[1].0, "2028-02-01T00:00:00+09:00");
}

#[test]
fn a_window_that_the_period_cuts_is_partial_and_has_its_calendars_start() {
    let folder = Folder::with("w.tsv", every_five_minutes([2026, 10, 1], 52));
    let summary =
        folder.summary("w.tsv --timezone UTC --period 2026-11-04..2026-11-17 --window week --as-of 2026-12-01");
    let buckets = summary["windows"]["buckets"].as_array().unwrap();
    let seen: Vec<(&str, u64, bool)> = buckets
        .iter()
        .map(|b| (&text(b, "start")[..10], b["errors"].as_u64().unwrap(), b["partial"].as_bool().unwrap()))
        .collect();
    // Wednesday to Sunday is 5 days, then a week, then Monday and Tuesday.
    assert_eq!(seen, [("2026-11-02", 5 * 288, true), ("2026-11-09", 7 * 288, false), ("2026-11-16", 2 * 288, true)]);
}

#[test]
fn a_window_that_the_moment_of_the_report_cuts_is_partial() {
    let folder = Folder::with("w.tsv", every_five_minutes([2026, 11, 16], 3));
    for (options, expected) in [
        ("--as-of 2026-11-18T12:00:00Z", vec![false, false, true]),
        ("--as-of 2026-11-18T12:00:00Z --period this-week", vec![false, false, true]),
        ("--as-of 2026-11-19T00:00:00Z", vec![false, false, false]),
    ] {
        let summary = folder.summary(&format!("w.tsv --timezone UTC --window day {options}"));
        let partial: Vec<bool> =
            summary["windows"]["buckets"].as_array().unwrap().iter().map(|b| b["partial"].as_bool().unwrap()).collect();
        assert_eq!(partial, expected, "{options}");
        assert_eq!(text(&summary["windows"]["buckets"][2], "start"), "2026-11-18T00:00:00+00:00");
        assert_eq!(text(&summary["windows"]["buckets"][2], "end"), "2026-11-19T00:00:00+00:00");
    }
    // Half of the last day is before the moment of the report; in a relative period the rest does not count. Ends are
    // exclusive, so noon itself is out.
    assert_eq!(
        folder.summary("w.tsv --timezone UTC --period this-week --as-of 2026-11-18T12:00:00Z").errors(),
        2 * 288 + 144
    );
}

#[test]
fn the_zone_of_the_machine_means_nothing() {
    let folder = Folder::with(
        "w.tsv",
        "Time\tReason\tDetail\n2026-11-16 23:30:00\trequest_timeout\tRequest timeout\n2026-11-17 00:30:00\terror_status_code\t502\n",
    );
    let by_zone = |zone: &str| {
        folder.errstat("summary w.tsv --period 2026-11-16 --as-of 2026-11-20T12:00").env("TZ", zone).summary()
    };
    let tokyo = by_zone("Asia/Tokyo");
    assert_eq!(tokyo.errors(), 1);
    for zone in ["UTC", "America/Los_Angeles", "Pacific/Kiritimati", "nonsense"] {
        assert_eq!(by_zone(zone), tokyo, "{zone}");
    }
}

#[test]
fn auto_takes_the_smallest_size_that_gives_at_most_200_windows() {
    // Days from the first row's to the last row's; windows per day: 288, 96, 48, 24, 1.
    // 1,400 days from Wednesday 2020-01-01 touch 201 weeks, one too many.
    for (days, size) in [
        (1, "15m"),
        (2, "15m"),
        (3, "30m"),
        (4, "30m"),
        (5, "hour"),
        (8, "hour"),
        (9, "day"),
        (200, "day"),
        (201, "week"),
        (1400, "month"),
    ] {
        let first = chrono::NaiveDate::from_ymd_opt(2020, 1, 1).unwrap();
        let last = first + chrono::Days::new(days - 1);
        let rows = format!("Time\tReason\n{first} 01:02:03\trequest_timeout\n{last} 20:07:09\trequest_timeout\n");
        let summary = Folder::with("w.tsv", rows).summary("w.tsv --window auto");
        assert_eq!(summary["windows"]["size"], size, "{days} days");
    }
}

#[test]
fn too_many_windows_are_refused_with_a_coarser_size() {
    // 35 days have 10,080 windows of five minutes, 34 days 9,792.
    let rows = |days: u64| {
        let last = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(days - 1);
        format!("Time\tReason\n2026-01-01 01:02:03\trequest_timeout\n{last} 20:07:09\trequest_timeout\n")
    };
    let sentence = Folder::with("w.tsv", rows(35)).errstat("summary w.tsv --window 5m").refused();
    assert!(sentence.contains("15m"), "{sentence}");
    assert_eq!(Folder::with("w.tsv", rows(34)).summary("w.tsv --window 5m").windows().len(), 9792);
}

#[test]
fn scattered_errors_in_three_zones() {
    let rows = "Time\tReason\tDetail\tCount\n\
        2026-10-24T21:59:59Z\trequest_timeout\tRequest timeout\t1\n\
        2026-10-24T22:00:00Z\trequest_timeout\tRequest timeout\t2\n\
        2026-10-25T00:30:00Z\terror_status_code\t502\t4\n\
        2026-10-25T01:30:00Z\terror_status_code\t502\t8\n\
        2026-10-25T22:59:59Z\tunclassified\tStream closed unexpectedly\t16\n\
        2026-10-25T23:00:00Z\tcould_not_connect\tUnknown host\t32\n";
    let folder = Folder::with("w.tsv", rows);
    // Python: for each row, datetime.fromisoformat(time).astimezone(ZoneInfo(zone)).date(), counts summed.
    for (zone, days) in [
        ("Europe/Berlin", vec![("2026-10-24", 1), ("2026-10-25", 30), ("2026-10-26", 32)]),
        ("Asia/Tokyo", vec![("2026-10-25", 15), ("2026-10-26", 48)]),
        ("America/New_York", vec![("2026-10-24", 15), ("2026-10-25", 48)]),
        ("Asia/Kolkata", vec![("2026-10-25", 15), ("2026-10-26", 48)]),
    ] {
        let summary = folder.summary(&format!("w.tsv --window day --timezone {zone}"));
        let seen: Vec<(&str, u64)> =
            summary.windows().into_iter().map(|(start, errors)| (&start[..10], errors)).collect();
        assert_eq!(seen, days, "{zone}");
        assert_sums(&summary);
    }
}

#[test]
fn first_and_last_seen_are_exact() {
    let rows = "Time\tReason\tDetail\n2026-11-16 04:12:33\terror_status_code\t502\n2026-11-16 04:14:59\terror_status_code\t502\n2026-11-16 04:13:01\trequest_timeout\tRequest timeout\n";
    let summary = Folder::with("w.tsv", rows).summary("w.tsv");
    let row = &summary["by_detail"][0];
    assert_eq!(
        (text(row, "detail"), text(row, "first_seen"), text(row, "last_seen")),
        ("502", "2026-11-16T04:12:33+09:00", "2026-11-16T04:14:59+09:00")
    );
}
