//! Rejects: every row is accepted or rejected, and a reject says file, line, why and text.

use crate::program::{Folder, Summary, text};

const HEADING: &str = "Time\tReason\tDetail\tCount\n";
const GOOD: &str = "2026-11-16 04:12:33\trequest_timeout\tRequest timeout\t1\n";

/// One bad row between two good ones: it is on line 3.
fn around(bad: &str) -> String {
    format!("{HEADING}{GOOD}{bad}\n{GOOD}")
}

fn assert_rejected(bad: &str, word: &str) {
    let summary = Folder::with("w.tsv", around(bad)).summary("w.tsv");
    let shown: String = bad.chars().take(80).collect();
    assert_eq!((summary.balance(), summary.errors()), (vec![[3, 2, 1]], 2), "{shown}");
    assert_eq!(summary["rejects"]["count"], 1, "{shown}");
    let (line, why) = summary.rejects()[0];
    assert_eq!(line, 3, "{shown}");
    assert!(why.contains(word), "{shown}: {why}");
    assert_eq!(summary["rejects"]["examples"][0]["path"], "w.tsv", "{shown}");
}

#[test]
fn too_few_cells() {
    assert_rejected("2026-11-16 04:12:34\trequest_timeout", "few");
    assert_rejected("2026-11-16 04:12:34", "few");
}

#[test]
fn time_missing_unreadable_impossible_or_out_of_range() {
    assert_rejected("\trequest_timeout\tRequest timeout\t1", "time");
    assert_rejected("soon\trequest_timeout\tRequest timeout\t1", "time");
    assert_rejected("2026-11-31 04:12:34\trequest_timeout\tRequest timeout\t1", "time");
    assert_rejected("1999-11-16 04:12:34\trequest_timeout\tRequest timeout\t1", "time");
}

#[test]
fn reason_missing() {
    assert_rejected("2026-11-16 04:12:34\t\tRequest timeout\t1", "reason");
    assert_rejected("2026-11-16 04:12:34\t \u{3000}\tRequest timeout\t1", "reason");
}

#[test]
fn count_missing_not_a_whole_number_or_too_large() {
    for count in
        ["", " ", "-1", "+-1", "1.5", "1e-3", "1,23", "many", "0x10", "99999999999999999999", "18446744073709551616"]
    {
        assert_rejected(&format!("2026-11-16 04:12:34\trequest_timeout\tRequest timeout\t{count}"), "count");
    }
}

#[test]
fn a_count_of_zero_is_a_count() {
    let summary =
        Folder::with("w.tsv", around("2026-11-16 04:12:34\trequest_timeout\tRequest timeout\t0")).summary("w.tsv");
    assert_eq!((summary.balance(), summary.errors()), (vec![[3, 3, 0]], 2));
}

#[test]
fn an_empty_detail_is_accepted_as_empty() {
    let summary = Folder::with("w.tsv", around("2026-11-16 04:12:34\tunclassified\t\t3")).summary("w.tsv");
    assert_eq!(summary.balance(), [[3, 3, 0]]);
    assert_eq!(summary.details()[0], ("unclassified", "", 3));
}

#[test]
fn a_detail_over_4_kib() {
    assert_rejected(&format!("2026-11-16 04:12:34\tunclassified\t{}\t1", "x".repeat(4097)), "detail");
    let longest = Folder::with("w.tsv", around(&format!("2026-11-16 04:12:34\tunclassified\t{}\t1", "x".repeat(4096))))
        .summary("w.tsv");
    assert_eq!(longest.balance(), [[3, 3, 0]]);
}

#[test]
fn a_broken_quote_spoils_its_own_line() {
    assert_rejected("2026-11-16 04:12:34\trequest_timeout\t\"Request timeout\t1", "quote");
    assert_rejected("\"2026-11-16 04:12:34\trequest_timeout\tRequest timeout\t1", "quote");
    // In a comma-separated file, every line has quotes.
    let line = "\"2026-11-16 04:12:33\",\"request_timeout\",\"Request timeout\",\"1\"\r\n";
    let broken = "\"2026-11-16 04:12:33\",\"request_timeout\",\"Request\r\n";
    let rest = "timeout\",\"1\"\r\n";
    let summary = Folder::with("w.csv", ["Time,Reason,Detail,Count\r\n", line, broken, rest, line, line].concat())
        .summary("w.csv");
    // The row broken over two lines is two rows, both rejected: a row is a line, always.
    assert_eq!((summary.balance(), summary.errors()), (vec![[5, 3, 2]], 3));
    assert_eq!(summary.rejects().iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 4]);
}

#[test]
fn lines_are_counted_as_an_editor_does() {
    // Title, blank, heading, good, bad (5), blank, bad (7), totals.
    for end in ["\n", "\r\n", "\r"] {
        let lines = [
            "My errors",
            "",
            HEADING.trim_end(),
            GOOD.trim_end(),
            "x\ty\tz\t1",
            "",
            "2026-11-16 04:12:33\t\t\t1",
            GOOD.trim_end(),
            "Total\t\t\t3",
        ];
        let summary = Folder::with("w.tsv", lines.join(end)).summary("w.tsv");
        assert_eq!(summary.rejects().iter().map(|(line, _)| *line).collect::<Vec<_>>(), [5, 7], "{end:?}");
        assert_eq!(summary.balance(), [[4, 2, 2]], "{end:?}");
    }
}

#[test]
fn lines_stay_right_far_down_a_long_file() {
    // 40,000 rows; every 10,000th is bad. The heading is line 1, so row i is line i + 2.
    let rows: String =
        (0..40_000).map(|i| if i % 10_000 == 9_999 { "bad\trequest_timeout\tx\t1\n" } else { GOOD }).collect();
    for threads in [1, 2] {
        let summary = Folder::with("w.tsv", format!("{HEADING}{rows}")).summary(&format!("w.tsv --threads {threads}"));
        assert_eq!(summary.balance(), [[40_000, 39_996, 4]]);
        assert_eq!(
            summary.rejects().iter().map(|(line, _)| *line).collect::<Vec<_>>(),
            [10_001, 20_001, 30_001, 40_001]
        );
    }
}

/// A file with 30 bad rows between 30 good ones: the i-th bad one is on line 2 i + 3 (i from 0).
fn thirty() -> Folder {
    Folder::with(
        "w.tsv",
        HEADING.to_owned() + &format!("{GOOD}2026-11-16 04:12:34\trequest_timeout\tRequest timeout\tnone\n").repeat(30),
    )
}

#[test]
fn the_first_twenty_are_examples_and_all_are_counted() {
    let summary = thirty().summary("w.tsv");
    assert_eq!((summary.balance(), &summary["rejects"]["count"]), (vec![[60, 30, 30]], &30.into()));
    assert_eq!(
        summary.rejects().iter().map(|(line, _)| *line).collect::<Vec<_>>(),
        (0..20).map(|i| 2 * i + 3).collect::<Vec<_>>()
    );
}

#[test]
fn the_list_of_rejects_has_them_all() {
    let folder = thirty();
    folder.errstat("summary w.tsv --rejects rejects.csv").done();
    let list = folder.text("rejects.csv");
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines.len(), 31, "{list}");
    for (i, line) in lines[1..].iter().enumerate() {
        assert!(line.starts_with(&format!("w.tsv,{},", 2 * i + 3)), "{line}");
        assert!(line.contains("count") && line.contains("none"), "{line}");
    }
    assert_eq!(folder.list(), ["rejects.csv", "w.tsv"]);
}

#[test]
fn a_list_without_rejects_says_so_by_having_none() {
    let folder = Folder::with("w.tsv", format!("{HEADING}{GOOD}"));
    folder.file("rejects.csv", "of last week\n");
    folder.errstat("summary w.tsv --rejects rejects.csv").done();
    assert!(folder.text("rejects.csv").lines().count() <= 1, "{}", folder.text("rejects.csv"));
}

#[test]
fn a_list_of_rejects_is_no_export() {
    let folder = thirty();
    folder.errstat("summary w.tsv --rejects rejects.csv").done();
    let summary = folder.summary(".");
    assert_eq!(summary.list("inputs").len(), 1);
    assert!(
        summary.list("notes").iter().any(|note| text(note, "text").contains("rejects.csv")),
        "{:?}",
        summary.notes()
    );
}

#[test]
fn strict_allows_none() {
    for command in ["summary w.tsv", "report w.tsv -o out"] {
        let folder = thirty();
        let sentence = folder.errstat(&format!("{command} --strict")).refused();
        assert!(sentence.contains("w.tsv:3") && sentence.contains("30"), "{sentence}");
        assert_eq!(folder.list(), ["w.tsv"]);
    }
    Folder::with("w.tsv", format!("{HEADING}{GOOD}")).errstat("summary w.tsv --strict").done();
}

#[test]
fn rejects_are_told_without_asking() {
    let outcome = thirty().errstat("summary w.tsv").done();
    assert!((outcome.text() + &outcome.stderr).contains("30"), "{}", outcome.text());
    let shown = thirty().errstat("inspect w.tsv").done().text();
    assert!(shown.contains("30") && shown.contains("60"), "{shown}");
}

#[test]
fn the_text_is_shortened_and_control_characters_are_visible() {
    let summary =
        Folder::with("w.tsv", around(&format!("\u{1b}[31mred\u{7}\trequest_timeout\t{}\t1", "long ".repeat(2000))))
            .summary("w.tsv");
    let shown = text(&summary["rejects"]["examples"][0], "text");
    assert!(!shown.chars().any(char::is_control), "{shown}");
    assert!(shown.contains("[31mred") && shown.chars().count() < 1000, "{shown}");
}

#[test]
fn sums_beyond_64_bits_are_an_error_and_never_wrap() {
    let rows = |n: usize| {
        HEADING.to_owned() + &"2026-11-16 04:12:33\trequest_timeout\tRequest timeout\t9000000000000000000\n".repeat(n)
    };
    assert_eq!(Folder::with("w.tsv", rows(1)).summary("w.tsv").errors(), 9_000_000_000_000_000_000);
    for n in [2, 3, 5] {
        let outcome = Folder::with("w.tsv", rows(n)).errstat("summary w.tsv --format json").run();
        match outcome.code {
            Some(0) => {
                let summary =
                    Summary { json: serde_json::from_slice(&outcome.stdout).unwrap(), stderr: outcome.stderr };
                assert_eq!(u128::from(summary.errors()), 9_000_000_000_000_000_000 * n as u128);
            }
            code => assert_eq!(code, Some(2), "{n}: {}", outcome.stderr),
        }
    }
    assert_eq!(Folder::with("w.tsv", rows(3)).errstat("summary w.tsv").run().code, Some(2));
}

#[test]
fn too_varied_a_column_is_refused_with_its_name_and_an_example() {
    let rows: String = (0..10_001).map(|i| format!("2026-11-16 04:12:33\tunclassified\ttrace-{i}\t1\n")).collect();
    let sentence = Folder::with("w.tsv", format!("{HEADING}{rows}")).errstat("summary w.tsv").refused();
    assert!(sentence.contains("w.tsv") && sentence.contains("detail") && sentence.contains("trace-"), "{sentence}");
    let rows: String = (0..10_000).map(|i| format!("2026-11-16 04:12:33\tunclassified\ttrace-{i}\t1\n")).collect();
    assert_eq!(Folder::with("w.tsv", format!("{HEADING}{rows}")).summary("w.tsv").errors(), 10_000);
}

#[test]
fn a_row_in_which_the_file_ends_is_said_to_be_cut_off() {
    let heading = "Time\tReason\tDetail\tCount\n";
    let row = "2026-11-16 04:12:33\trequest_timeout\tRequest timeout\t12\n";
    // Every place within the last row but behind its last cell has begun.
    for end in 1..row.len() - 3 {
        let folder = Folder::with("w.tsv", format!("{heading}{row}{}", &row[..end]));
        let summary = folder.summary("w.tsv");
        assert_eq!((summary.balance(), summary.errors()), (vec![[2, 1, 1]], 12), "{end}");
        let [(3, why)] = summary.rejects()[..] else { panic!("{:?}", summary.rejects()) };
        assert_eq!(why, "the file ends in the middle of this row. Download it again", "{end}");
    }
    // With an end it is damaged in another way, and a whole row needs no end.
    for (last, balance, why) in [
        ("2026-11-16 04:12:34\trequest_timeout\n", [2, 1, 1], Some("too few cells")),
        ("Made by somebody", [2, 1, 1], Some("too few cells")),
        ("2026-11-16 04:12:34\trequest_timeout\tRequest timeout\t1", [2, 2, 0], None),
    ] {
        let summary = Folder::with("w.tsv", format!("{heading}{row}{last}")).summary("w.tsv");
        assert_eq!((summary.balance(), summary.rejects().first().map(|(_, why)| *why)), (vec![balance], why), "{last}");
    }
}

#[test]
fn the_beginning_of_a_word_of_lines_at_the_end_of_a_file_is_no_news() {
    let heading = |order: [usize; 4]| order.map(|i| ["Time", "Reason", "Detail", "Count"][i]).join("\t");
    for (order, cells, taken) in [
        ([0, 3, 2, 1], ["2026-11-16 04:12:33", "error_statu", "502", "3"], [2, 1, 1]),
        ([0, 3, 1, 2], ["2026-11-16 04:12:33", "could_not_connect", "TLS handsh", "3"], [2, 1, 1]),
        ([0, 3, 1, 2], ["2026-11-16 04:12:33", "error_status_code", "50", "3"], [2, 1, 1]),
        // Whole words, and news.
        ([0, 3, 1, 2], ["2026-11-16 04:12:33", "could_not_connect", "Connection failed", "3"], [2, 2, 0]),
        ([0, 3, 1, 2], ["2026-11-16 04:12:33", "could_not_connect", "Brand new", "3"], [2, 2, 0]),
        ([0, 3, 2, 1], ["2026-11-16 04:12:33", "rate_limited", "502", "3"], [2, 2, 0]),
    ] {
        let whole = order.map(|i| ["2026-11-16 04:12:00", "request_timeout", "Request timeout", "1"][i]).join("\t");
        let last = order.map(|i| cells[i]).join("\t");
        let text = format!("{}\n{whole}\n{last}", heading(order));
        let summary = Folder::with("w.tsv", &text).summary("w.tsv");
        assert_eq!(summary.balance(), [taken], "{last}");
        if taken[2] > 0 {
            assert!(summary.rejects()[0].1.starts_with("the file ends"), "{last}");
        }
        // With its end it is whole, and so is a name that nobody knows.
        assert_eq!(Folder::with("w.tsv", text + "\n").summary("w.tsv").balance(), [[2, 2, 0]], "{last}");
    }
}

#[test]
fn a_count_that_is_followed_by_other_columns_is_not_counted_where_they_are_cut_off() {
    let row = "2026-11-16 04:12:33\trequest_timeout\tRequest timeout\t123\tnote\n";
    let table = |end: usize| format!("Time\tReason\tDetail\tCount\tNote\n{row}{row}{}", &row[..end]);
    for text in [table(row.len() - 7), table(row.len() - 8)] {
        for bytes in [text.clone().into_bytes(), text.encode_utf16().flat_map(u16::to_le_bytes).collect()] {
            let folder = Folder::with("w.tsv", &bytes);
            folder.file("w.tsv.zst", zstd::bulk::compress(&bytes, 3).unwrap());
            for summary in [
                folder.summary("w.tsv"),
                folder.summary("w.tsv.zst"),
                folder.errstat("summary -").stdin(bytes.clone()).summary(),
            ] {
                assert_eq!((summary.balance(), summary.errors()), (vec![[3, 2, 1]], 246));
                assert!(summary.rejects()[0].1.starts_with("the file ends"), "{:?}", summary.rejects());
            }
        }
    }
    // Read a second time, for an overlap, it is no row either: 2 × 123 and the one that the other file has.
    let folder = Folder::with("w.tsv", table(row.len() - 7));
    folder.file("v.tsv", format!("Time\tReason\tDetail\tCount\tNote\n{row}{}", row.replace(":33", ":34")));
    assert_eq!(folder.summary("w.tsv v.tsv --overlap max").errors(), 369);
}

const DOCUMENTED: &str = "Date\tStart\tEnd\tReason\tDetail\tErrors\n";

fn documented(day: u32, errors: u32) -> String {
    format!("2026-11-{day}\t04:12:33\t04:12:33\terror_status_code\t502\t{errors}\n")
}

/// Rows, accepted and rejected of one file, and the errors.
fn read(content: &str) -> ([u64; 3], u64) {
    let summary = Folder::with("w.tsv", content).summary("w.tsv");
    (summary.balance()[0], summary.errors())
}

#[test]
fn rows_that_were_cut_above_a_repeated_heading_are_no_titles() {
    let cut = "2026-11-17\t05:12:33\t05:12:40\terror_status_code\n2026-11-17\t06:12:33\t06:1\n";
    let text = [DOCUMENTED, &documented(16, 1), cut, DOCUMENTED, &documented(18, 1)].concat();
    assert_eq!(read(&text), ([4, 2, 2], 2));
    // A title is one cell that tells of no error.
    let text = [DOCUMENTED, &documented(16, 1), "Week 47\n", DOCUMENTED, &documented(18, 1)].concat();
    assert_eq!(read(&text), ([2, 2, 0], 2));
}

#[test]
fn a_row_that_is_cut_within_the_line_of_a_heading_is_a_reject_and_listed() {
    let cut = "2026-11-17\t04:12:3";
    let folder = Folder::with("w.tsv", [DOCUMENTED, &documented(16, 1), cut, DOCUMENTED, &documented(18, 1)].concat());
    let summary = folder.summary("w.tsv --rejects rejects.csv");
    assert_eq!((summary.balance(), summary.errors()), (vec![[3, 2, 1]], 2));
    assert_eq!(summary.rejects(), [(3, "too few cells")]);
    assert_eq!(folder.text("rejects.csv").lines().count(), 2, "{}", folder.text("rejects.csv"));
    folder.errstat("summary w.tsv --strict").refused();
    folder.file("errstat.toml", "[check]\nperiod = \"all\"\nmax_errors = 100\n");
    let at = "--exported-at 2026-11-19T12:00 --as-of 2026-11-19T12:00";
    assert_eq!(folder.errstat(&format!("check w.tsv {at}")).run().code, Some(2));
}

#[test]
fn what_begins_as_a_row_above_a_repeated_heading_is_no_title() {
    for row in [
        "2026-11-17|04:12:33|04:12:59|error_status_code|502|300",
        "| 2026-11-17 | 04:12:33 | 04:12:59 | error_status_code | 502 | 300 |",
        "2026-11-17 04:12:33 04:12:59 error_status_code 502 300",
        "2026-11-17",
    ] {
        let text = [DOCUMENTED, &documented(16, 1), row, "\n", DOCUMENTED, &documented(18, 1)].concat();
        assert_eq!(read(&text), ([3, 2, 1], 2), "{row}");
    }
}

#[test]
fn rows_above_the_first_heading_or_row_are_no_titles() {
    // Parted otherwise, two of them.
    let bars = "|2026-11-10|04:12:33|04:12:59|error_status_code|502|900|\n".repeat(2);
    assert_eq!(read(&[&bars, DOCUMENTED, &documented(17, 1)].concat()), ([3, 1, 2], 1));
    // Damaged, in a table without headings.
    let row = |time: &str| format!("{time}\trequest_timeout\tRequest timeout\n");
    let text = [row("2026-11-1004:12:33"), row("2026-11-10 05:12:33"), row("2026-11-10 06:12:33")].concat();
    assert_eq!(read(&text), ([3, 2, 1], 2));
    // With a reason that LINE has not published.
    let text = ["2026-11-10 04:12:33\tserver_busy\tfoo\t3000\n", HEADING, GOOD].concat();
    assert_eq!(read(&text), ([2, 2, 0], 3001));
    // A title with a date where the times are.
    let text = ["2026-11-10\t2026-11-16\t\t\n2026-11-10\t\t\t\n2026-11-10\n", HEADING, GOOD].concat();
    assert_eq!(read(&text), ([1, 1, 0], 1));
}

#[test]
fn what_tells_of_errors_above_a_heading_is_a_row() {
    // A table of another delimiter, a damaged row.
    let other = "Date,Start,End,Reason,Detail,Errors\n2026-11-16,04:12:33,04:12:33,error_status_code,502,90000\n";
    let text = [other, DOCUMENTED, &documented(17, 1)].concat();
    assert_eq!(read(&text), ([2, 1, 1], 1));
    let damaged = "####\t04:12:33\t04:12:33\terror_status_code\t502\t90000\n";
    let text = [damaged, DOCUMENTED, &documented(17, 1)].concat();
    assert_eq!(read(&text), ([2, 1, 1], 1));
    // Titles name dates, and codes.
    let text = ["Export of 2026-11-16\nReason: request_timeout\n", DOCUMENTED, &documented(17, 1)].concat();
    assert_eq!(read(&text), ([1, 1, 0], 1));
}

#[test]
fn a_row_in_the_line_of_the_heading_is_not_passed_over() {
    let glued = DOCUMENTED.trim_end().to_owned() + &documented(16, 90_000);
    Folder::with("w.tsv", glued.clone() + &documented(17, 1)).errstat("summary w.tsv").refused();
    // All line ends became blanks.
    Folder::with("w.tsv", (glued + &documented(17, 1)).replace('\n', " ")).errstat("summary w.tsv").refused();
}

#[test]
fn a_channel_that_is_called_total_has_rows() {
    let row = |date: &str, errors| format!("Total Fitness\t{date}\trequest_timeout\tRequest timeout\t{errors}\n");
    let heading = "Channel name\tTime\tReason\tDetail\tErrors\n";
    let text = [heading, &row("2026-11-16 04:12:33", 1), &row("####", 90_000)].concat();
    assert_eq!(read(&text), ([2, 1, 1], 1));
    let text = [heading, &row("2026-11-16 04:12:33", 1), "Total\t\t\t\t1\n"].concat();
    assert_eq!(read(&text), ([1, 1, 0], 1));
    // With a reason that LINE has not published.
    let row = |date: &str| row(date, 1).replace("request_timeout\tRequest timeout", "server_busy\tx");
    assert_eq!(read(&[heading, &row("2026-11-16 04:12:33"), &row("2026-11-16 0412:33")].concat()), ([2, 1, 1], 1));
}

#[test]
fn totals_and_subtotals_of_the_consoles_languages_are_no_rows() {
    for label in [
        "Total",
        "2026-11-16 Total",
        "Grand Total",
        "合計",
        "2026/11/16 集計",
        "総計",
        "總計",
        "2026/11/16 小計",
        "합계",
        "รวม",
    ] {
        for cells in ["\t\t\t\t\t3", "\t\t\t\t\t\"1,003\"", "\t3 件"] {
            let text = [DOCUMENTED, &documented(16, 3), label, cells, "\n"].concat();
            assert_eq!(read(&text), ([1, 1, 0], 3), "{label}{cells}");
        }
    }
}

#[test]
fn the_subtotal_of_a_day_is_no_reason() {
    let subtotal = |label: &str| format!("2026-11-16\t04:12:33\t04:12:33\t{label}\t\t3\n");
    for label in ["合計", "Total", "error_status_code 合計"] {
        assert_eq!(read(&[DOCUMENTED, &documented(16, 3), &subtotal(label)].concat()), ([1, 1, 0], 3), "{label}");
    }
    // What LINE may add one day.
    assert_eq!(read(&[DOCUMENTED, &documented(16, 3), &subtotal("total_failure")].concat()), ([2, 2, 0], 6));
}

#[test]
fn blank_rows_are_no_rows_in_quotes_and_however_blank() {
    for blank in ["\"\"\t\"\"\t\"\"\t\"\"\t\"\"\t\"\"", "\" \"\t\t", "\u{3000}\t\u{a0}\t\t\t\t", "\u{3000}"] {
        let text = [DOCUMENTED, &documented(16, 3), blank, "\n", &documented(17, 3)].concat();
        assert_eq!(read(&text), ([2, 2, 0], 6), "{blank:?}");
    }
}

#[test]
fn thousands_that_may_be_decimals_are_no_count() {
    assert_rejected("2026-11-16 04:12:34\trequest_timeout\tRequest timeout\t90.000", "count");
}

#[test]
fn marks_that_nobody_sees_are_no_part_of_a_detail() {
    let text = [DOCUMENTED, &documented(16, 1), &documented(16, 2).replace("502", "\u{200b}502\u{feff}")].concat();
    let summary = Folder::with("w.tsv", text).summary("w.tsv");
    assert_eq!(summary.details(), [("error_status_code", "502", 3)]);
}

#[test]
fn where_a_chunk_ends_changes_nothing() {
    // Rows are read by chunks of 256 KiB. The first ends with a heading, of which the table has another form of times, or
    // with its title.
    let row = documented(16, 1);
    let other = "16/11/2026\t05:12:33\t05:12:33\terror_status_code\t503\t7\n17/11/2026\t05:12:33\t05:12:33\terror_status_code\t503\t7\n";
    for title in ["", "Week "] {
        let last = if title.is_empty() { DOCUMENTED } else { title };
        let rows = (256 * 1024 - last.len()) / row.len() - 1;
        let gap = 256 * 1024 - last.len() - rows * row.len();
        let end = match title {
            "" => format!("{}\n{DOCUMENTED}", &" ".repeat(gap - 1)),
            title => format!("{title}{}\n{DOCUMENTED}", "4".repeat(gap - 1)),
        };
        let (balance, errors) = read(&[DOCUMENTED, &row.repeat(rows), &end, other].concat());
        assert_eq!((balance, errors), ([rows as u64 + 2, rows as u64 + 2, 0], rows as u64 + 14), "{title}");
    }
}
