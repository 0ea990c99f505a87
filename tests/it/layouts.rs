//! Layouts: columns are recognised, never assumed, and what is not clear is refused.

use std::io::Write;

use crate::program::{Folder, Summary};

/// Five errors in two rows, as `time reason detail count`.
const CELLS: [[&str; 4]; 2] = [
    ["2026-11-16 04:12:33", "could_not_connect", "Connection timeout", "2"],
    ["2026-11-16 04:13:00", "error_status_code", "502", "3"],
];
const HEADINGS: [&str; 4] = ["Time detected", "Reason for error", "Detail for error", "Error count"];

/// The table with the columns in an order of the test's.
fn table(order: [usize; 4], delimiter: &str, line_end: &str) -> String {
    [HEADINGS, CELLS[0], CELLS[1]].map(|row| order.map(|i| row[i]).join(delimiter) + line_end).concat()
}

fn rows() -> String {
    table([0, 1, 2, 3], "\t", "\n").split_once('\n').unwrap().1.to_owned()
}

fn assert_five(summary: &Summary, what: &str) {
    assert_eq!(summary.balance(), [[2, 2, 0]], "{what}");
    assert_eq!(
        summary.details(),
        [("error_status_code", "502", 3), ("could_not_connect", "Connection timeout", 2)],
        "{what}"
    );
}

fn read(content: impl AsRef<[u8]>) -> Summary {
    Folder::with("w.tsv", content).summary("w.tsv")
}

#[test]
fn delimiters_and_line_ends_are_recognised() {
    for (delimiter, name, kind) in [("\t", "tab", "tsv"), (",", "comma", "csv"), (";", "semicolon", "csv")] {
        for line_end in ["\n", "\r\n", "\r"] {
            let content = table([0, 1, 2, 3], delimiter, line_end);
            for content in [content.as_str(), content.trim_end()] {
                let summary = read(content);
                assert_five(&summary, &format!("{name} {line_end:?}"));
                assert_eq!(
                    (&summary["inputs"][0]["delimiter"], &summary["inputs"][0]["kind"]),
                    (&name.into(), &kind.into())
                );
            }
        }
    }
}

#[test]
fn a_heading_with_a_line_end_of_its_own_swallows_no_row() {
    let gzip = |text: &str| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(text.as_bytes()).unwrap();
        gzip.finish().unwrap()
    };
    for line_end in ["\n", "\r\n"] {
        let (heading, rows) = (HEADINGS.join("\t"), rows().replace('\n', line_end));
        for above in ["", "Error statistics\r", "Error statistics\r\n"] {
            let content = format!("{above}{heading}\r{rows}");
            let utf16: Vec<u8> =
                "\u{feff}".encode_utf16().chain(content.encode_utf16()).flat_map(u16::to_le_bytes).collect();
            let folder = Folder::with("w.tsv", &content);
            folder.file("w.tsv.gz", gzip(&content)).file("utf16.tsv", utf16);
            for input in ["w.tsv", "w.tsv.gz", "utf16.tsv"] {
                assert_five(&folder.summary(input), &format!("{input} {content:?}"));
            }
            assert_five(&folder.errstat("summary -").stdin(content.as_str()).summary(), &format!("- {content:?}"));
        }
        // So it is between the tables of files that were put together, where line 4 is the second heading.
        let later = rows.replace("11-16", "11-17");
        let summary = read(format!("{heading}\r{rows}{heading}\r{later}2026-11-17\toops\n"));
        assert_eq!((summary.balance(), summary.errors()), (vec![[5, 4, 1]], 10));
        assert_eq!(summary["rejects"]["examples"][0]["line"], 7);
    }
}

#[test]
fn columns_may_stand_in_any_order() {
    for order in [[3, 2, 1, 0], [1, 0, 3, 2], [2, 3, 0, 1], [0, 3, 1, 2]] {
        let summary = read(table(order, "\t", "\n"));
        assert_five(&summary, &format!("{order:?}"));
        assert_eq!(
            summary["inputs"][0]["columns"],
            serde_json::json!({"time": "Time detected", "reason": "Reason for error", "detail": "Detail for error", "count": "Error count"})
        );
    }
}

#[test]
fn columns_that_mean_nothing_here_are_left_alone() {
    let content: String = table([0, 1, 2, 3], "\t", "\n")
        .lines()
        .enumerate()
        .map(|(i, line)| format!("{}\t{line}\tnote {i}\n", if i == 0 { "#" } else { "x" }))
        .collect();
    assert_five(&read(content), "extra columns");
}

#[test]
fn quoted_cells_are_read_as_spreadsheets_write_them() {
    let quoted = |delimiter: &str| {
        let quote = |cell: &str| format!("\"{cell}\"");
        [HEADINGS, CELLS[0], CELLS[1]].map(|row| row.map(quote).join(delimiter) + "\r\n").concat()
    };
    for delimiter in ["\t", ",", ";"] {
        assert_five(&read(quoted(delimiter)), delimiter);
    }
    let summary = read(
        "Time,Reason,Detail,Count\n2026-11-16 04:12:33,unclassified,\"a, \"\"b\"\", and c\",2\n2026-11-16 04:12:34,unclassified,\"a, \"\"b\"\", and c\",\"3\"\n",
    );
    assert_eq!(summary.details(), [("unclassified", "a, \"b\", and c", 5)]);
}

#[test]
fn a_quote_inside_a_plain_cell_is_text() {
    let summary = read(
        "Time\tReason\tDetail\n2026-11-16 04:12:33\tunclassified\tthe 5\" screen\n2026-11-16 04:12:34\tunclassified\tother\n",
    );
    assert_eq!(summary.balance(), [[2, 2, 0]]);
    assert!(summary.details().iter().any(|(_, detail, _)| *detail == "the 5\" screen"), "{:?}", summary.details());
}

#[test]
fn titles_and_blank_lines_above_and_totals_below_are_no_rows() {
    let body = table([0, 1, 2, 3], "\t", "\n");
    for content in [
        format!("Webhook errors of shop\n\n{body}"),
        format!("Webhook errors of shop\t\t\t\nFrom 2026-11-16 to 2026-11-22\n\n\n{body}\n\n"),
        format!("{body}Total\t\t\t5\n"),
        format!("{body}\n合計\t\t\t5\n\n"),
        format!("\n{body}\t\t\t\nTotal:\t\t\t5"),
        format!("エラー統計\r\n\r\n{body}"),
    ] {
        assert_five(&read(&content), &content);
    }
}

#[test]
fn skipped_lines_are_listed_by_inspect() {
    let content = format!("Webhook errors of shop\n\n{}Total\t\t\t5\n", table([0, 1, 2, 3], "\t", "\n"));
    let shown = Folder::with("w.tsv", content).errstat("inspect w.tsv").done().text();
    assert!(shown.contains("Webhook errors of shop"), "{shown}");
    assert!(shown.contains("Total"), "{shown}");
}

#[test]
fn every_heading_of_the_consoles_languages_is_known() {
    let times = [
        "time",
        "timestamp",
        "date",
        "datetime",
        "time detected",
        "detected at",
        "occurred at",
        "日時",
        "発生日時",
        "検知日時",
        "検出日時",
        "時刻",
        "発生時刻",
        "日付",
    ];
    let reasons = ["reason", "reason for error", "error reason", "cause", "原因", "エラーの原因", "エラー原因"];
    let details = ["detail", "details", "detail for error", "error detail", "詳細", "エラーの詳細", "エラー詳細"];
    let counts =
        ["count", "error count", "errors", "number of errors", "件数", "回数", "エラー件数", "エラー数", "発生回数"];
    for i in 0..times.len() {
        let headings = [times[i], reasons[i % reasons.len()], details[i % details.len()], counts[i % counts.len()]];
        let summary = read(headings.join("\t") + "\n" + &rows());
        assert_five(&summary, &headings.join(" "));
        assert_eq!(summary["inputs"][0]["columns"]["count"], headings[3]);
    }
}

#[test]
fn headings_are_known_in_any_dress() {
    for headings in [
        ["TIME_DETECTED", "reason-for-error", "Detail  for  Error", "ERROR COUNT"],
        ["[Time]", "(Reason)", "Detail:", "*Count*"],
        ["Ｔｉｍｅ　ｄｅｔｅｃｔｅｄ", "Ｒｅａｓｏｎ", "ＤＥＴＡＩＬ", "Ｃｏｕｎｔ"],
        [" timeDetected ", "ErrorReason", "error_detail", "error-count"],
        ["「発生日時」", "エラーの原因：", "【エラーの詳細】", "エラー 件数"],
    ] {
        assert_five(&read(headings.join("\t") + "\n" + &rows()), &headings.join(" "));
    }
}

#[test]
fn channels_and_urls_have_columns_of_their_own() {
    for (id, name, url) in [
        ("Channel ID", "Channel name", "Webhook URL"),
        ("チャネルID", "チャネル名", "URL"),
        ("チャンネルＩＤ", "チャンネル名", "url"),
    ] {
        let content = format!(
            "Time\t{id}\t{name}\tReason\t{url}\n2026-11-16 04:12:33\t0012345678\tshop\trequest_timeout\thttps://bot.example.com/cb?token=s3cret\n"
        );
        let summary = read(content);
        assert_eq!(summary["channels"], serde_json::json!(["shop"]), "{id}");
        assert_eq!(summary["by_host"], serde_json::json!([{"host": "https://bot.example.com", "errors": 1}]), "{url}");
    }
    // Without a name, the id stands for it, with its zeros.
    let summary = read("Time\tChannel ID\tReason\n2026-11-16 04:12:33\t0012345678\trequest_timeout\n");
    assert_eq!(summary["channels"], serde_json::json!(["0012345678"]));
}

#[test]
fn two_ids_with_one_name_are_two_channels() {
    let summary = read(
        "Time\tChannel ID\tChannel name\tReason\n2026-11-16 04:12:33\t11\tshop\trequest_timeout\n2026-11-16 04:12:33\t22\tshop\trequest_timeout\n",
    );
    assert_eq!(summary["channels"], serde_json::json!(["shop (11)", "shop (22)"]));
}

#[test]
fn without_a_count_column_each_row_counts_one() {
    let summary = read(
        "Time\tReason\tDetail\n2026-11-16 04:12:33\trequest_timeout\tRequest timeout\n2026-11-16 04:12:33\trequest_timeout\tRequest timeout\n",
    );
    assert_eq!((summary.errors(), summary.balance()), (2, vec![[2, 2, 0]]));
}

#[test]
fn without_headings_columns_are_recognised_by_what_is_in_them() {
    for delimiter in ["\t", ","] {
        for order in [[0, 1, 2, 3], [1, 2, 0, 3], [3, 2, 1, 0]] {
            let content = table(order, delimiter, "\n").split_once('\n').unwrap().1.to_owned();
            assert_five(&read(content), &format!("{order:?}"));
        }
    }
    // In capitals, as the webhook-test endpoint spells them.
    let summary = read("2026-11-16 04:12:33\tCOULD_NOT_CONNECT\tUnknown host\t7\n");
    assert_eq!(summary.details(), [("could_not_connect", "Unknown host", 7)]);
}

#[test]
fn two_whole_number_columns_without_headings_are_refused() {
    let content = "2026-11-16 04:12:33\trequest_timeout\tRequest timeout\t2\t17\n2026-11-16 04:12:34\trequest_timeout\tRequest timeout\t3\t4\n";
    let folder = Folder::with("w.tsv", content);
    let sentence = folder.errstat("summary w.tsv").refused();
    assert!(sentence.contains("w.tsv") && sentence.contains("--columns count="), "{sentence}");
    assert_eq!(folder.summary("w.tsv --columns count=4").errors(), 5);
    assert_eq!(folder.summary("w.tsv --columns count=5").errors(), 21);
}

#[test]
fn ambiguous_headings_are_refused_with_the_candidates_and_the_option() {
    let content = "Timestamp\tOccurred at\tReason\n2026-11-16 04:12:33\t2026-11-17 04:12:33\trequest_timeout\n2026-11-16 04:12:34\t2026-11-17 04:12:34\trequest_timeout\n";
    let folder = Folder::with("w.tsv", content);
    let sentence = folder.errstat("summary w.tsv").refused();
    for word in ["w.tsv", "Timestamp", "Occurred at", "--columns time="] {
        assert!(sentence.contains(word), "{word} is missing in: {sentence}");
    }
    let first = |summary: Summary| summary["data_span"]["first"].as_str().unwrap().to_owned();
    assert_eq!(first(folder.summary("w.tsv --columns time=1")), "2026-11-16T04:12:33+09:00");
    assert_eq!(
        first(folder.errstat("summary w.tsv --columns").arg("time=Occurred at").summary()),
        "2026-11-17T04:12:33+09:00"
    );
}

#[test]
fn two_count_columns_are_refused() {
    let folder = Folder::with("w.tsv", "Time\tReason\tCount\tErrors\n2026-11-16 04:12:33\trequest_timeout\t2\t3\n");
    let sentence = folder.errstat("summary w.tsv").refused();
    for word in ["Count", "Errors", "--columns count="] {
        assert!(sentence.contains(word), "{word} is missing in: {sentence}");
    }
    assert_eq!(folder.summary("w.tsv --columns count=Errors").errors(), 3);
}

#[test]
fn unusual_headings_are_named_with_columns() {
    let folder = Folder::with(
        "w.tsv",
        "Wann\tWarum\tWas\tWie oft\n2026-11-16 04:12:33\tweird\tstrange\t2\n2026-11-16 04:12:34\tweird\tstrange\t3\n",
    );
    let sentence = folder.errstat("summary w.tsv").refused();
    assert!(sentence.contains("--columns"), "{sentence}");
    for columns in [
        "time=Wann,reason=Warum,detail=Was,count=Wie oft",
        "time=1,reason=2,detail=3,count=4",
        "time=wann,reason=2,detail=Was,count=4",
    ] {
        let summary = folder.errstat("summary w.tsv --columns").arg(columns).summary();
        assert_eq!(summary.details(), [("weird", "strange", 5)], "{columns}");
    }
}

#[test]
fn a_number_that_a_heading_contradicts_is_refused() {
    let foreign =
        "Date\tStart\tEnd\tReason\tDetail\tFehler\n2026-11-16\t04:12:33\t04:12:59\terror_status_code\t502\t3\n";
    let folder = Folder::with("a.tsv", foreign);
    assert_eq!(folder.summary("a.tsv --columns count=6").errors(), 3);
    // In another file the same number is the status, in a third one it is beside the count.
    for other in ["Errors\tDate\tStart\tEnd\tReason\tDetail\n4\t", "Errors\tDate\tStart\tEnd\tReason\tStatus\n4\t"] {
        let other = other.to_owned() + "2026-11-17\t04:12:33\t04:12:59\terror_status_code\t502\n";
        folder.file("b.tsv", &other).file("c.tsv", foreign.to_owned() + &other);
        for files in ["a.tsv b.tsv", "c.tsv"] {
            let sentence = folder.errstat(&format!("summary {files} --columns count=6")).refused();
            assert!(sentence.contains("column 6") && sentence.contains("Errors | Date"), "{sentence}");
        }
        assert_eq!(folder.summary("b.tsv --columns count=Errors").errors(), 4);
    }
    // A whole time may stand under “Date”.
    let folder = Folder::with("w.tsv", "Date\tReason\n2026-11-17 04:12:33\trequest_timeout\n");
    assert_eq!(folder.summary("w.tsv --columns time=1").errors(), 1);
}

#[test]
fn columns_that_are_not_there_are_refused() {
    let folder = Folder::with("w.tsv", table([0, 1, 2, 3], "\t", "\n"));
    for (columns, word) in [
        ("count=Anzahl", "Anzahl"),
        ("count=9", "9"),
        ("count=0", "0"),
        ("colour=1", "colour"),
        ("time", "time"),
        ("time=1,reason=1", "Time detected"),
    ] {
        let sentence = folder.errstat(&format!("summary w.tsv --columns {columns}")).refused();
        assert!(sentence.contains(word), "{columns}: {sentence}");
    }
}

#[test]
fn whole_numbers_under_an_unknown_heading_are_refused_until_the_user_says_what_they_are() {
    // Were `Hits` the count, 2 would be a wrong number without a word.
    let folder = Folder::with(
        "w.tsv",
        "Time\tReason\tHits\n2026-11-16 04:12:33\trequest_timeout\t20\n2026-11-16 04:12:34\trequest_timeout\t30\n",
    );
    for line in [
        "summary w.tsv",
        "report w.tsv -o out",
        "archive add w.tsv --archive ar --channel shop",
        "convert w.tsv -o w.csv",
    ] {
        let sentence = folder.errstat(line).refused();
        for word in ["w.tsv", "Hits", "--columns count=3", "--columns count=none"] {
            assert!(sentence.contains(word), "{word} is missing in: {sentence}");
        }
    }
    assert_eq!(folder.summary("w.tsv --columns count=Hits").errors(), 50);
    assert_eq!(folder.summary("w.tsv --columns count=3").errors(), 50);
    assert_eq!(folder.summary("w.tsv --columns count=none").errors(), 2);
    // How the file was understood is still told.
    assert!(folder.errstat("inspect w.tsv").run().code == Some(0));
    // However they are written and in whatever order, beside a cell that is none, and under a heading that was lost.
    for (heading, numbers) in [
        ("Hits", ["1", "2", "3"]),
        ("Hits", ["20", "n/a", "30"]),
        ("Hits", ["2.0", "1,234", "7"]),
        ("", ["20", "30", "20"]),
    ] {
        let row = |n: &str| format!("2026-11-16 04:12:33\t{n}\trequest_timeout\n");
        let text = format!("Time\t{heading}\tReason\n{}", numbers.map(row).concat());
        let sentence = Folder::with("w.tsv", text).errstat("summary w.tsv").refused();
        assert!(sentence.contains("--columns count=2"), "{heading:?} {numbers:?}: {sentence}");
    }
    // A column of row numbers as dataframes write it has no heading.
    let indexed = "\tTime\tReason\n0\t2026-11-16 04:12:33\trequest_timeout\n1\t2026-11-16 04:12:34\trequest_timeout\n";
    assert_eq!(Folder::with("w.tsv", indexed).summary("w.tsv").errors(), 2);
}

/// 24 rows of one error, ten minutes apart, from 00:00 of a day.
fn day(date: &str) -> String {
    (0..24)
        .map(|i| format!("{date} {:02}:{:02}:00\trequest_timeout\tRequest timeout\t1\n", i / 6, i % 6 * 10))
        .collect()
}

#[test]
fn concatenated_files_are_read_under_the_overlap_rules() {
    let heading = HEADINGS.join("\t") + "\n";
    // Two days, one after the other: added.
    let summary = read([&heading, &day("2026-11-16"), &heading, &day("2026-11-17")].map(String::as_str).concat());
    assert_eq!(summary.errors(), 48);
    assert_eq!(summary.balance().iter().map(|[rows, ..]| rows).sum::<u64>(), 48);
    assert_eq!(summary["rejects"]["count"], 0);
    // The same day twice: counted once.
    let summary = read([&heading, &day("2026-11-16"), &heading, &day("2026-11-16")].map(String::as_str).concat());
    assert_eq!(summary.errors(), 24);
}

#[test]
fn a_repeated_heading_with_another_order_is_followed() {
    let other: String = day("2026-11-17")
        .lines()
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            format!("{}\t{}\t{}\t{}\n", cells[3], cells[2], cells[0], cells[1])
        })
        .collect();
    let summary = read(format!(
        "{}\n{}Error count\tDetail for error\tTime detected\tReason for error\n{other}",
        HEADINGS.join("\t"),
        day("2026-11-16")
    ));
    assert_eq!(summary.details(), [("request_timeout", "Request timeout", 48)]);
    assert_eq!(summary["rejects"]["count"], 0);
}

#[test]
fn a_heading_with_more_columns_in_front_is_followed() {
    let more = "Time\tReason\tDetail\tErrors\n2026-11-16 04:12:33\terror_status_code\t502\t3\n\
        Channel name\tTime\tReason\tDetail\tErrors\nshop\t2026-11-17 04:12:33\terror_status_code\t502\t4\n";
    let summary = read(more);
    assert_eq!((summary.errors(), summary.balance()), (7, vec![[2, 2, 0]]));
    let apart = "Start\tEnd\tReason\tDetail\tURL\n\
        2026-11-16 04:12:33\t2026-11-16 04:12:33\tcould_not_connect\tConnection timeout\t\n\
        Date\tStart\tEnd\tReason\tDetail\tURL\n2026-11-17\t04:12:33\t04:12:59\terror_status_code\t502\t\n";
    let details = [("could_not_connect", "Connection timeout", 1), ("error_status_code", "502", 1)];
    assert_eq!(read(apart).details(), details);
    // A row whose last cell is empty, and whose line has no end.
    let row = "2026-11-16 04:12:33\t2026-11-16 04:12:33\tserver_busy\tfull\t";
    let glued = format!(
        "Start\tEnd\tReason\tDetail\tURL\n{row}Start\tEnd\tReason\tDetail\tURL\n{}\n",
        row.replace("-16", "-17")
    );
    assert_eq!(read(glued).details(), [("server_busy", "full", 2)]);
}

#[test]
fn rows_above_a_better_heading_are_no_titles() {
    let row = |minute: u32| format!("2026-11-16 10:{minute:02}:00\tunclassified\tSession closed unexpectedly");
    let better = format!("Time\tReason\tDetail\tCount\n{}\t5\n", row(30));
    // Without a count each row is one error.
    for before in ["Time\tReason\tDetail\n", "A title\n\nTime\tReason\tDetail\n", ""] {
        let summary = read(format!("{before}{}\n{}\n{better}", row(1), row(2)));
        assert_eq!(summary.errors(), 1 + 1 + 5, "{before:?}");
        assert_eq!(summary["rejects"]["count"], 0, "{before:?}");
    }
}

#[test]
fn what_stands_above_a_heading_about_the_export_is_no_row() {
    for above in [
        "Filter\terror_status_code\t2026-11-16..2026-11-22",
        "Period: 2026-11-16\terror_status_code",
        "request_timeout\tno answer within 2,000 ms",
        "Channel ID\tReason\n1234567890\tall",
        "Time\tChannel\n2026-11-23 10:00\tshop",
    ] {
        let summary = read(format!("{above}\n\n{}\n{}", HEADINGS.join("\t"), day("2026-11-16")));
        assert_eq!(summary.details(), [("request_timeout", "Request timeout", 24)], "{above}");
        assert_eq!(summary["rejects"]["count"], 0, "{above}");
    }
}

#[test]
fn one_week_in_two_layouts_counts_once() {
    let folder = Folder::with("a.tsv", HEADINGS.join("\t") + "\n" + &day("2026-11-16"));
    let moved: String = day("2026-11-16")
        .lines()
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            format!("{},{},{},{}\r\n", cells[3], cells[1], cells[2], cells[0].replace('-', "/"))
        })
        .collect();
    folder.file("b.csv", format!("件数,原因,詳細,日時\r\n{moved}"));
    let summary = folder.summary("a.tsv b.csv");
    assert_eq!(summary.errors(), 24);
    assert_eq!(summary["totals"]["rows"], 48, "rows are counted before overlaps are merged");
}

#[test]
fn numbers_of_rows_are_no_counts() {
    let row = |i: u32| format!("{}\t2026-11-16 04:12:{:02}\trequest_timeout\tRequest timeout\n", 1000 + i, i % 60);
    let rows: String = (0..30).map(row).collect();
    // Without headings, and under headings in a language that nobody told us: each row counts 1.
    for headings in ["", "เลข\tเวลา\tสาเหตุ\tรายละเอียด\n"] {
        let summary = Folder::with("w.tsv", format!("{headings}{rows}")).summary("w.tsv");
        assert_eq!(summary.errors(), 30, "{headings}");
    }
}

#[test]
fn a_bare_column_of_numbers_is_the_count_however_they_are_written_and_whatever_their_order() {
    // Three rows of a detail that nobody knows, so that only numbers and text tell the columns apart.
    let rows = |counts: [&str; 3]| -> String {
        let row = |(i, count): (usize, &str)| {
            format!("2026-11-16\t04:1{i}:00\t04:1{i}:09\terror_status_code\tbrand new\t{count}\n")
        };
        counts.into_iter().enumerate().map(row).collect()
    };
    for counts in [["1", "2", "3"], ["2.0", "2.0", "2.0"], ["2.0000000E+00", "2.0000000E+00", "2.0000000E+00"]] {
        let summary = read(rows(counts));
        assert_eq!(summary.details(), [("error_status_code", "brand new", 6)], "{counts:?}");
    }
}

/// LINE's documented headings, in English and Japanese.
const DOCUMENTED: [[&str; 6]; 2] =
    [["Date", "Start", "End", "Reason", "Detail", "Errors"], ["日付", "開始", "終了", "原因", "詳細", "エラー"]];

/// Three groups: 17 errors from 04:12:33 to 04:13:20, 3 across midnight, 5 in one second.
const GROUPS: [[&str; 6]; 3] = [
    ["2026-11-16", "04:12:33", "04:13:20", "error_status_code", "502", "17"],
    ["2026-11-16", "23:59:50", "00:00:10", "request_timeout", "Request timeout", "3"],
    ["2026-11-17", "19:00:00", "19:00:00", "could_not_connect", "Connection timeout: https://bot.example.com/cb", "5"],
];

fn documented(headings: Option<&[&str; 6]>, order: &[usize], delimiter: &str) -> String {
    let line = |cells: &[&str; 6]| order.iter().map(|i| cells[*i]).collect::<Vec<_>>().join(delimiter) + "\n";
    headings.map(line).unwrap_or_default() + &GROUPS.iter().map(line).collect::<String>()
}

fn assert_documented(summary: &Summary, context: &str) {
    assert_eq!((summary.errors(), summary.balance()), (25, vec![[3, 3, 0]]), "{context}");
    let last_seen = |detail: &str| {
        let row = summary.list("by_detail").iter().find(|row| row["detail"] == detail).expect(detail);
        (row["first_seen"].as_str().unwrap().to_owned(), row["last_seen"].as_str().unwrap().to_owned())
    };
    let tokyo = |time: &str| format!("2026-11-{time}+09:00");
    assert_eq!(last_seen("502"), (tokyo("16T04:12:33"), tokyo("16T04:13:20")), "{context}");
    assert_eq!(last_seen("Request timeout"), (tokyo("16T23:59:50"), tokyo("17T00:00:10")), "{context}");
    assert_eq!(last_seen("Connection timeout"), (tokyo("17T19:00:00"), tokyo("17T19:00:00")), "{context}");
    assert_eq!(summary["inputs"][0]["precision"], "second", "{context}");
    assert_eq!(summary["by_host"][0]["host"], "https://bot.example.com", "{context}");
    // A row counts at its start: 17 and 3 on the 16th, 5 on the 17th.
    let days: Vec<u64> =
        summary["windows"]["buckets"].as_array().unwrap().iter().map(|day| day["errors"].as_u64().unwrap()).collect();
    assert_eq!(days, [20, 5], "{context}");
}

#[test]
fn the_documented_layout_is_read_under_its_headings_in_any_order() {
    for headings in &DOCUMENTED {
        for (order, delimiter) in [
            ([0, 1, 2, 3, 4, 5], "\t"),
            ([5, 4, 3, 2, 1, 0], "\t"),
            ([3, 4, 0, 5, 2, 1], ","),
            ([1, 0, 3, 2, 5, 4], ";"),
        ] {
            let content = documented(Some(headings), &order, delimiter);
            let summary = Folder::with("w.tsv", &content).summary("w.tsv --window day");
            assert_documented(&summary, &content);
            assert_eq!(summary["inputs"][0]["columns"]["end"], headings[2]);
        }
    }
}

#[test]
fn the_documented_layout_is_recognised_by_its_content() {
    for order in [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [3, 4, 0, 5, 2, 1]] {
        let content = documented(None, &order, "\t");
        assert_documented(&Folder::with("w.tsv", &content).summary("w.tsv --window day"), &content);
    }
    // Headings that nobody told us, but for the column of the date.
    let foreign = documented(Some(&["Date", "Von", "Bis", "Grund", "Einzelheit", "Errors"]), &[0, 1, 2, 3, 4, 5], "\t");
    assert_documented(&Folder::with("w.tsv", &foreign).summary("w.tsv --window day"), &foreign);
}

#[test]
fn the_columns_of_the_documented_layout_can_be_named() {
    let content = documented(Some(&["A", "B", "C", "D", "E", "F"]), &[0, 1, 2, 3, 4, 5], "\t");
    let folder = Folder::with("w.tsv", &content);
    let by_number = folder.summary("w.tsv --window day --columns date=1,start=2,end=3,reason=4,detail=5,count=6");
    assert_documented(&by_number, "by number");
    let by_name = folder.summary("w.tsv --window day --columns date=A,start=B,end=C,reason=D,detail=E,count=F");
    assert_documented(&by_name, "by name");
}

#[test]
fn a_date_beside_one_time_of_day_is_a_time() {
    let content = "日付\t時刻\t原因\t詳細\tエラー\n2026/11/16\t4:12\trequest_timeout\tRequest timeout\t3\n\
                   2026/11/16\t午後4:12\trequest_timeout\tRequest timeout\t4\n";
    let summary = Folder::with("w.tsv", content.replace("午後4:12", "16:12")).summary("w.tsv");
    assert_eq!(summary.errors(), 7);
    assert_eq!(summary["data_span"]["first"], "2026-11-16T04:12:00+09:00");
    assert_eq!(summary["data_span"]["last"], "2026-11-16T16:12:00+09:00");
    // Spreadsheets write a time of day as one of the first day that they know.
    let excel = "Date\tStart\tEnd\tReason\tErrors\n2026-11-16\t1899-12-30 04:12:33\t1899-12-30 04:13:20\trequest_timeout\t3\n\
                 2026-11-16\t1899-12-30 04:14:33\t1899-12-30 04:14:40\trequest_timeout\t4\n";
    let summary = Folder::with("w.tsv", excel).summary("w.tsv");
    assert_eq!((summary.errors(), summary.balance()), (7, vec![[2, 2, 0]]));
    assert_eq!(summary["data_span"]["last"], "2026-11-16T04:14:40+09:00");
    // A time of day without any date is refused, naming what is missing.
    let sentence = Folder::with("w.tsv", "Start\tReason\tErrors\n04:12:33\trequest_timeout\t3\n")
        .errstat("summary w.tsv")
        .refused();
    assert!(sentence.contains("date"), "{sentence}");
}

#[test]
fn an_end_that_cannot_be_is_a_reject() {
    for (end, why) in [("soon", "end is not a time"), ("2026-11-14 04:12:33", "end lies before")] {
        let content = documented(Some(&DOCUMENTED[0]), &[0, 1, 2, 3, 4, 5], "\t").replacen("04:13:20", end, 1);
        let summary = Folder::with("w.tsv", &content).summary("w.tsv");
        assert_eq!((summary.balance(), summary.errors()), (vec![[3, 2, 1]], 8), "{end}");
        assert!(summary.rejects()[0].1.contains(why), "{:?}", summary.rejects());
    }
    // Without an end the errors of a row ended when they began.
    let content = documented(Some(&DOCUMENTED[0]), &[0, 1, 2, 3, 4, 5], "\t").replacen("04:13:20", "", 1);
    assert_eq!(Folder::with("w.tsv", &content).summary("w.tsv").errors(), 25);
}

#[test]
fn files_that_were_joined_without_a_line_end_lose_no_row() {
    let whole = documented(Some(&DOCUMENTED[0]), &[0, 1, 2, 3, 4, 5], "\t");
    let japanese = documented(Some(&DOCUMENTED[1]), &[0, 1, 2, 3, 4, 5], "\t").replace("2026-11", "2026-10");
    let older = HEADINGS.join("\t") + "\n2026-09-16 04:12:33\trequest_timeout\tRequest timeout\t9\n";
    let cut = whole.trim_end();
    for (second, errors, rows) in [
        // The same file again counts once.
        (whole.clone(), 25, 6),
        (format!("\u{feff}{whole}"), 25, 6),
        (japanese, 50, 6),
        (older, 34, 4),
    ] {
        let content = format!("{cut}{second}");
        let folder = Folder::with("w.tsv", &content);
        let summary = folder.summary("w.tsv --overlap max");
        assert_eq!(summary.errors(), errors, "{content}");
        assert_eq!(summary.balance(), [[rows, rows, 0]], "{content}");
    }
    // In quotes too.
    let quoted = |text: &str| {
        let line = |line: &str| line.split('\t').map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(",");
        text.lines().map(line).collect::<Vec<_>>().join("\n")
    };
    let content = quoted(&whole) + &quoted(&whole) + "\n";
    let summary = Folder::with("w.csv", &content).summary("w.csv --overlap max");
    assert_eq!((summary.errors(), summary.balance()), (25, vec![[6, 6, 0]]), "{content}");
}

#[test]
fn each_of_several_joined_files_has_its_own_form_of_times() {
    let iso = "2026-11-16\t04:12:33\t04:12:59\terror_status_code\t502\t2\n";
    let spreadsheet: String = (1..=3)
        .map(|i| format!("2026/11/17\t{i}:12:33 PM\t{i}:12:59 PM\trequest_timeout\tRequest timeout\t5\n"))
        .collect();
    let [english, japanese] = DOCUMENTED.map(|headings| headings.join("\t"));
    for (one, other) in [(&english, &english), (&english, &japanese)] {
        for tables in [[format!("{one}\n{iso}"), format!("{other}\n{spreadsheet}")], {
            [format!("{one}\n{spreadsheet}"), format!("{other}\n{iso}")]
        }] {
            for text in [tables.concat(), format!("{}{}", tables[0].trim_end(), tables[1])] {
                let summary = read(&text);
                assert_eq!(summary.balance(), [[4, 4, 0]], "{text}");
                // 2 + 3 × 5.
                assert_eq!(summary.errors(), 17, "{text}");
            }
        }
    }
}

#[test]
fn counts_and_statuses_are_read_as_tools_retype_them() {
    let content = "Date\tStart\tEnd\tReason\tDetail\tErrors\n\
                   2026-11-16\t04:12:33\t04:12:40\terror_status_code\t502.0\t3.0\n\
                   2026-11-16\t04:13:33\t04:13:40\terror_status_code\t5.02E+02\t1,234\n\
                   2026-11-16\t04:14:33\t04:14:40\terror_status_code\t(502)\t１，２３４\n\
                   2026-11-16\t04:15:33\t04:15:40\terror_status_code\tHTTP/1.1 502 Bad Gateway\t1\n\
                   2026-11-16\t04:16:33\t04:16:40\terror_status_code\tstatus code 502\t\"2,000\"\n";
    let folder = Folder::with("w.tsv", content);
    let summary = folder.summary("w.tsv");
    assert_eq!(summary.details(), [("error_status_code", "502", 4472)]);
    assert_eq!(folder.summary("w.tsv --only status=5xx").errors(), 4472);
}

#[test]
fn the_column_with_more_reason_codes_is_the_reason() {
    // The detail stands first, and the first row's detail reads like a reason.
    let content = "2026-11-16 04:12:33\tRequest timeout\trequest_timeout\t3\n\
                   2026-11-16 04:12:34\t502\terror_status_code\t4\n\
                   2026-11-16 04:12:35\tTLS handshake failure\tcould_not_connect\t5\n";
    let summary = Folder::with("w.tsv", content).summary("w.tsv");
    assert_eq!(
        summary.details(),
        [
            ("could_not_connect", "TLS handshake failure", 5),
            ("error_status_code", "502", 4),
            ("request_timeout", "Request timeout", 3)
        ]
    );
}

#[test]
fn a_column_that_may_hold_counts_is_asked_for() {
    for number in ["90000件", "90000,0", "90.123", "12 errors"] {
        let text = format!("Time;Reason;Detail;Anzahl\n2026-11-16 04:12:33;request_timeout;Request timeout;{number}\n");
        let message = Folder::with("w.csv", text).errstat("summary w.csv").refused();
        assert!(message.contains("--columns count=4"), "{number}: {message}");
    }
}

#[test]
fn titles_called_from_and_to_make_no_mail_of_a_table() {
    let text = "From: 2026-11-10\nTo: 2026-11-16\nDate\tStart\tEnd\tReason\tDetail\tErrors\n\
                2026-11-16\t04:12:33\t04:12:33\trequest_timeout\tRequest timeout\t7\n";
    let summary = Folder::with("w.tsv", text).summary("w.tsv");
    assert_eq!((summary.errors(), crate::program::text(&summary["inputs"][0], "kind")), (7, "tsv"));
}
