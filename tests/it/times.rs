//! Times: the forms of domain.md, one form for a whole column, and honesty about what is not known.

use crate::program::{Folder, Summary, text};

/// A table of request timeouts, one error each, at these times.
fn at<T: AsRef<str>>(times: impl IntoIterator<Item = T>) -> String {
    let rows = times.into_iter().map(|time| format!("{}\trequest_timeout\tRequest timeout\t1\n", time.as_ref()));
    "Time\tReason\tDetail\tCount\n".to_owned() + &rows.collect::<String>()
}

fn read(content: &str, options: &str) -> Summary {
    Folder::with("w.tsv", content).summary(&format!("w.tsv {options}"))
}

fn first(summary: &Summary) -> &str {
    text(&summary["data_span"], "first")
}

#[test]
fn every_form_means_the_same_moment() {
    // 1623870753 is 2021-06-17T04:12:33+09:00 by `date -d`.
    for (time, seconds) in [
        ("2021-06-17 04:12:33", true),
        ("2021/06/17 4:12", false),
        ("2021/6/17 4:12:33", true),
        ("2021-06-17T04:12:33+09:00", true),
        ("2021-06-17T04:12:33+0900", true),
        ("2021-06-16T19:12:33Z", true),
        ("2021-06-16T15:12:33-04:00", true),
        ("2021-06-17T04:12:33.250", true),
        ("1623870753", true),
        ("1623870753000", true),
        ("2021年6月17日 4:12", false),
        ("2021年06月17日 04:12:33", true),
    ] {
        let summary = read(&at([time]), "");
        let expected = if seconds { "2021-06-17T04:12:33+09:00" } else { "2021-06-17T04:12:00+09:00" };
        assert_eq!((first(&summary), summary.errors()), (expected, 1), "{time}");
    }
}

#[test]
fn a_moment_is_shown_in_the_zone_of_the_report() {
    // Python: datetime(2021, 6, 17, 4, 12, 33, tzinfo=ZoneInfo("Asia/Tokyo")).astimezone(ZoneInfo(zone))
    for (zone, expected) in [
        ("UTC", "2021-06-16T19:12:33+00:00"),
        ("Europe/Berlin", "2021-06-16T21:12:33+02:00"),
        ("America/New_York", "2021-06-16T15:12:33-04:00"),
        ("Asia/Kathmandu", "2021-06-17T00:57:33+05:45"),
        ("+12:45", "2021-06-17T07:57:33+12:45"),
    ] {
        let summary = read(&at(["2021-06-17 04:12:33"]), &format!("--timezone {zone}"));
        assert_eq!((first(&summary), &summary["timezone"]), (expected, &zone.into()));
    }
}

#[test]
fn offsets_west_of_greenwich_are_zones_too() {
    for option in ["--timezone -03:30", "--timezone=-03:30"] {
        assert_eq!(first(&read(&at(["2021-06-17 04:12:33"]), option)), "2021-06-16T15:42:33-03:30", "{option}");
    }
    assert_eq!(first(&read(&at(["2021-06-16 15:42:33"]), "--input-timezone -03:30")), "2021-06-17T04:12:33+09:00");
}

#[test]
fn an_unknown_zone_is_refused_by_name() {
    for option in ["--timezone", "--input-timezone"] {
        let sentence = Folder::with("w.tsv", at(["2021-06-17 04:12:33"]))
            .errstat(&format!("summary w.tsv {option} Asia/Tokio"))
            .refused();
        assert!(sentence.contains("Asia/Tokio") && sentence.contains("+09:00"), "{sentence}");
    }
}

#[test]
fn the_inputs_may_be_of_another_zone() {
    for (zone, time) in
        [("UTC", "2021-06-16 19:12:33"), ("Europe/Berlin", "2021-06-16 21:12:33"), ("+05:30", "2021-06-17 00:42:33")]
    {
        assert_eq!(
            first(&read(&at([time]), &format!("--input-timezone {zone}"))),
            "2021-06-17T04:12:33+09:00",
            "{zone}"
        );
    }
    // An offset in the file says more than the option.
    assert_eq!(first(&read(&at(["2021-06-17T04:12:33+09:00"]), "--input-timezone UTC")), "2021-06-17T04:12:33+09:00");
}

#[test]
fn a_time_that_the_clock_skipped_is_a_reject() {
    // Berlin went from 02:00 to 03:00 on 2021-03-28.
    let summary = read(
        &at(["2021-03-28 01:59:59", "2021-03-28 02:30:00", "2021-03-28 03:00:00"]),
        "--input-timezone Europe/Berlin --timezone Europe/Berlin",
    );
    assert_eq!(summary.balance(), [[3, 2, 1]]);
    assert_eq!(summary.rejects()[0].0, 3);
}

#[test]
fn a_format_of_ones_own_is_read() {
    for (time, format) in [
        ("17.06.2021 04h12", "%d.%m.%Y %Hh%M"),
        ("Jun 17, 2021 4:12 AM", "%b %d, %Y %I:%M %p"),
        ("20210617041200", "%Y%m%d%H%M%S"),
    ] {
        let folder = Folder::with("w.tsv", at([time, "nonsense"]));
        let summary = folder.errstat("summary w.tsv --time-format").arg(format).summary();
        assert_eq!((first(&summary), summary.balance()), ("2021-06-17T04:12:00+09:00", vec![[2, 1, 1]]), "{format}");
    }
    let sentence = Folder::with("w.tsv", at(["17.06.2021"])).errstat("summary w.tsv --time-format %H:%M").refused();
    assert!(sentence.contains("%H:%M"), "{sentence}");
}

#[test]
fn one_row_decides_between_day_month_and_month_day() {
    for (times, expected) in [
        (["05/06/2021 04:12", "17/06/2021 04:12"], "2021-06-05T04:12:00+09:00"),
        (["05/06/2021 04:12", "06/17/2021 04:12"], "2021-05-06T04:12:00+09:00"),
        (["5.6.2021 4:12", "17.6.2021 4:12"], "2021-06-05T04:12:00+09:00"),
        (["05-06-2021 04:12:00", "06-17-2021 04:12:00"], "2021-05-06T04:12:00+09:00"),
    ] {
        let summary = read(&at(times), "");
        assert_eq!((first(&summary), summary.balance()), (expected, vec![[2, 2, 0]]), "{times:?}");
    }
}

#[test]
fn if_no_row_decides_the_option_must() {
    let folder = Folder::with("w.tsv", at(["05/06/2021 04:12", "06/07/2021 04:12"]));
    let sentence = folder.errstat("summary w.tsv").refused();
    assert!(sentence.contains("w.tsv") && sentence.contains("--time-format"), "{sentence}");
    let first_by =
        |format: &str| first(&folder.errstat("summary w.tsv --time-format").arg(format).summary()).to_owned();
    assert_eq!(first_by("%d/%m/%Y %H:%M"), "2021-06-05T04:12:00+09:00");
    assert_eq!(first_by("%m/%d/%Y %H:%M"), "2021-05-06T04:12:00+09:00");
}

/// The patterns that a message offers for `--time-format`.
fn offered(message: &str) -> Vec<String> {
    message.split("--time-format '").skip(1).filter_map(|rest| Some(rest.split_once('\'')?.0.to_owned())).collect()
}

#[test]
fn every_pattern_that_is_offered_reads_what_the_message_is_about() {
    let documented = |rows: &[(&str, &str)]| {
        let row =
            |(date, start): &(&str, &str)| format!("{date}\t{start}\t{start}\trequest_timeout\tRequest timeout\t1\n");
        "Date\tStart\tEnd\tReason\tDetail\tErrors\n".to_owned() + &rows.iter().map(row).collect::<String>()
    };
    let (june, may) = ("2021-06-05T04:12:00+09:00", "2021-05-06T04:12:00+09:00");
    for (content, rows, first_rows) in [
        (documented(&[("5/6/2021", "4:12"), ("6/7/2021", "23:12:31")]), 2, &[june, may][..]),
        (documented(&[("05.06.2021", "上午 4:12:00")]), 1, &[june, may]),
        (documented(&[("5-6-2564", "04:12:00")]), 1, &[june, may]),
        (documented(&[("20210605", "4:12"), ("20210605", "04:12:31")]), 2, &[june]),
        (at(["05/06/2021 04:12", "06/07/2021 04:12:31.5"]), 2, &[june, may]),
        (at(["5/6/2021, 4:12:00 AM"]), 1, &[june, may]),
        (at(["05-06-2021T04:12:00+09:00"]), 1, &[june, may]),
        (at(["20210605 041200", "20210606 041200"]), 2, &[june]),
    ] {
        let folder = Folder::with("w.tsv", &content);
        let patterns = offered(&folder.errstat("summary w.tsv").refused());
        assert_eq!(patterns.len(), first_rows.len(), "{content}");
        for (pattern, expected) in patterns.iter().zip(first_rows) {
            let summary = folder.errstat("summary w.tsv --time-format").arg(pattern).summary();
            assert_eq!(
                (first(&summary), summary.balance()),
                (*expected, vec![[rows, rows, 0]]),
                "{pattern}: {content}"
            );
        }
    }
}

#[test]
fn the_last_row_of_a_long_file_may_decide() {
    // 57,600 rows on the first three days of every month in turn, 4,800 a month; read as month-day, they would all be
    // in the first three months. The last row, on the 13th of July, decides.
    let times = (0..57_600)
        .map(|i| format!("{:02}/{:02}/2021 04:12", i % 3 + 1, i / 3 % 12 + 1))
        .chain(["13/07/2021 04:12".to_owned()]);
    let summary = read(&at(times), "--window month");
    assert_eq!(summary.balance(), [[57_601, 57_601, 0]]);
    let months: Vec<u64> = summary.windows().iter().map(|(_, errors)| *errors).collect();
    assert_eq!(months, [4800, 4800, 4800, 4800, 4800, 4800, 4801, 4800, 4800, 4800, 4800, 4800]);
}

#[test]
fn a_column_is_read_in_one_form() {
    let times = [
        "2021-06-17 04:12:33",
        "2021-06-17 04:12:34",
        "2021/06/17 04:12:35",
        "1623870753",
        "17 June",
        "2021-06-17 04:12:36",
    ];
    let summary = read(&at(times), "");
    assert_eq!(summary.balance(), [[6, 3, 3]]);
    assert_eq!(summary.rejects().iter().map(|(line, _)| *line).collect::<Vec<_>>(), [4, 5, 6]);
}

#[test]
fn a_row_against_the_decided_order_is_a_reject() {
    let summary = read(&at(["17/06/2021 04:12", "06/17/2021 04:12", "05/06/2021 04:12"]), "");
    assert_eq!(summary.balance(), [[3, 2, 1]]);
    assert_eq!(summary.rejects()[0].0, 3);
    assert_eq!(first(&summary), "2021-06-05T04:12:00+09:00");
}

#[test]
fn impossible_dates_and_clocks_are_rejects() {
    let times = [
        "2021-06-17 04:12:33",
        "2021-02-29 04:12:33",
        "2021-13-01 04:12:33",
        "2021-00-10 04:12:33",
        "2021-06-31 04:12:33",
        "2021-06-17 24:00:01",
        "2021-06-17 04:60:00",
        "2024-02-29 04:12:33",
    ];
    let summary = read(&at(times), "");
    assert_eq!(summary.balance(), [[8, 2, 6]]);
    assert_eq!(summary.rejects().iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 4, 5, 6, 7, 8]);
}

#[test]
fn times_before_2011_and_after_2100_are_rejects() {
    let times = [
        "2010-12-30 12:00:00",
        "2011-01-02 12:00:00",
        "2100-12-30 12:00:00",
        "2101-01-02 12:00:00",
        "0001-01-01 00:00:00",
        "9999-12-31 23:59:59",
    ];
    let summary = read(&at(times), "--window month");
    assert_eq!(summary.balance(), [[6, 2, 4]]);
    assert_eq!(
        (text(&summary["data_span"], "first"), text(&summary["data_span"], "last")),
        ("2011-01-02T12:00:00+09:00", "2100-12-30T12:00:00+09:00")
    );
    // As epoch times: 1293800400 is 2010-12-31T22:00:00+09:00, 1293930000 is 2011-01-02T10:00:00+09:00 (`date -d`).
    let summary = read(&at(["1293800400", "1293930000", "0000000001", "1623870753"]), "");
    assert_eq!(summary.balance(), [[4, 2, 2]]);
    assert_eq!(first(&summary), "2011-01-02T10:00:00+09:00");
}

#[test]
fn channel_ids_are_no_epoch_times() {
    // A channel id of ten digits beside the time, without headings.
    let rows = "1653912345\t2021-06-17 04:12:33\trequest_timeout\tRequest timeout\n1653912345\t2021-06-17 04:12:34\trequest_timeout\tRequest timeout\n";
    assert_eq!(first(&read(rows, "")), "2021-06-17T04:12:33+09:00");
    // Alone, it is no time either: there is none in the file.
    let rows = "1653912345\trequest_timeout\tRequest timeout\n1653912345\trequest_timeout\tRequest timeout\n";
    let sentence = Folder::with("w.tsv", rows).errstat("summary w.tsv").refused();
    assert!(sentence.contains("--columns"), "{sentence}");
    // Changing ones without a heading are none either: epoch times need a time heading, or the option.
    let rows = "1623870753\trequest_timeout\tRequest timeout\n1623870754\trequest_timeout\tRequest timeout\n";
    Folder::with("w.tsv", rows).errstat("summary w.tsv").refused();
    let folder = Folder::with("w.tsv", rows);
    assert_eq!(first(&folder.summary("w.tsv --columns time=1,reason=2 --time-format %s")), "2021-06-17T04:12:33+09:00");
    // And not under a time heading if the column never changes.
    Folder::with("w.tsv", at(["1653912345"; 3])).errstat("summary w.tsv").refused();
}

#[test]
fn precision_is_measured() {
    let row = |i: u32, step: u32| {
        let seconds = i * step;
        format!(
            "2021-06-{:02} {:02}:{:02}:{:02}",
            1 + seconds / 86_400,
            seconds / 3600 % 24,
            seconds / 60 % 60,
            seconds % 60
        )
    };
    // 300 rows, so many seconds apart (within one month).
    for (step, precision) in
        [(61, "second"), (60, "minute"), (7 * 60, "minute"), (300, "5m"), (900, "5m"), (3600, "hour"), (7200, "hour")]
    {
        let summary = read(&at((0..300).map(|i| row(i, step))), "");
        assert_eq!(summary["inputs"][0]["precision"], precision, "every {step} s");
    }
    let days = read(&at((1..=28).map(|day| format!("2021-06-{day:02}"))), "");
    assert_eq!(days["inputs"][0]["precision"], "day");
    let minutes = read(&at(["2021/06/17 4:12", "2021/06/17 4:13"]), "");
    assert_eq!(minutes["inputs"][0]["precision"], "minute");
}

#[test]
fn days_without_a_clock_stay_the_days_they_are() {
    let content = at(["2021-06-17", "2021-06-17", "2021-06-19"]);
    for zone in ["Asia/Tokyo", "America/New_York", "Pacific/Auckland"] {
        let summary = read(&content, &format!("--timezone {zone} --window day"));
        let days: Vec<(&str, u64)> = summary.windows().iter().map(|(start, errors)| (&start[..10], *errors)).collect();
        assert_eq!(days, [("2021-06-17", 2), ("2021-06-18", 0), ("2021-06-19", 1)], "{zone}");
        assert_eq!(summary["data_span"]["first"].as_str().map(|first| &first[..10]), Some("2021-06-17"), "{zone}");
    }
}

#[test]
fn what_is_finer_than_the_times_is_not_offered_and_that_is_said() {
    let content = at(std::iter::repeat_n("2021-06-17", 50).chain(["2021-06-18", "2021-06-19"]));
    for window in ["5m", "hour", "auto"] {
        let summary = read(&content, &format!("--window {window}"));
        assert_eq!(summary["windows"]["size"], "day", "{window}");
        assert_eq!(summary["heatmap"]["hours"], serde_json::json!([]));
        assert_eq!(summary["incidents"], serde_json::json!([]));
        assert!(
            summary.list("notes").iter().any(|note| text(note, "text").contains("dates only")),
            "{:?}",
            summary.notes()
        );
    }
}

#[test]
fn unreadable_times_are_refused_with_an_example_and_the_option() {
    let sentence = Folder::with("w.tsv", at(["yesterday at noon", "today"])).errstat("summary w.tsv").refused();
    for word in ["w.tsv", "Time", "yesterday at noon", "--time-format"] {
        assert!(sentence.contains(word), "{word} is missing in: {sentence}");
    }
}

#[test]
fn a_date_that_is_an_instant_of_another_day_is_not_cut_to_its_day() {
    // What Google's scripts write of 16 Nov in Japan, and the like.
    for (date, start) in [
        ("2026-11-15T15:00:00.000Z", "1899-12-30T01:00:00.000Z"),
        ("2026-11-15T15:00:00Z", "10:00:00"),
        ("2026-11-15 15:00:00", "10:00:00"),
    ] {
        let text = format!("Date,Start,End,Reason,Detail,Errors\n{date},{start},{start},error_status_code,502,9\n");
        Folder::with("w.csv", text).errstat("summary w.csv").refused();
    }
    // A midnight is a date.
    let text = "Date,Start,End,Reason,Detail,Errors\n2026-11-16 00:00:00,10:00:00,10:00:00,error_status_code,502,9\n";
    assert_eq!(Folder::with("w.csv", text).summary("w.csv").errors(), 9);
}

#[test]
fn a_zone_in_a_heading_must_be_the_one_of_reading() {
    for heading in ["Time (UTC)", "Timestamp UTC", "日時（UTC）"] {
        let text =
            format!("{heading}\tReason\tDetail\tErrors\n2026-11-16 04:12:33\trequest_timeout\tRequest timeout\t1\n");
        let folder = Folder::with("w.tsv", text);
        let message = folder.errstat("summary w.tsv").refused();
        assert!(message.contains("--input-timezone=+00:00"), "{message}");
        // 04:12:33 UTC is 13:12:33 in Japan.
        let summary = folder.summary("w.tsv --input-timezone=+00:00");
        assert_eq!(summary["data_span"]["first"], "2026-11-16T13:12:33+09:00", "{heading}");
    }
    let text = "Time (JST)\tReason\tDetail\tErrors\n2026-11-16 04:12:33\trequest_timeout\tRequest timeout\t1\n";
    assert_eq!(Folder::with("w.tsv", text).summary("w.tsv").errors(), 1);
}

#[test]
fn another_table_does_not_decide_the_order_of_day_and_month() {
    let text = "Date\tReason\tDetail\tErrors\n05/11/2026\trequest_timeout\tRequest timeout\t1\n\
                Date\tReason\tDetail\tChannel name\tErrors\n11/17/2026\trequest_timeout\tRequest timeout\tshop\t1\n";
    let message = Folder::with("w.tsv", text).errstat("summary w.tsv").refused();
    assert!(message.contains("%d/%m/%Y"), "{message}");
}
