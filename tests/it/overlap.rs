//! Exports are snapshots of one log: what repeats counts once, what does not is added, and what cannot be
//! told apart is refused.

use std::io::Write;

use serde_json::json;

use crate::{
    notice::mail,
    program::{Folder, Summary, text},
};

/// An export whose rows are given as `time reason-and-detail count`, with `|` between the cells.
fn export(rows: &[&str]) -> String {
    table("Time\tReason\tDetail\tCount", rows)
}

/// An export with a heading of its own.
fn table(heading: &str, rows: &[&str]) -> String {
    let lines = rows.iter().map(|row| row.replace('|', "\t") + "\n");
    format!("{heading}\n{}", lines.collect::<String>())
}

/// One row of status 502 in each minute of an hour from the given one on.
fn minutes(hour: &str, minutes: std::ops::Range<u32>, count: u32) -> Vec<String> {
    minutes.map(|minute| format!("2026-11-16 {hour}:{minute:02}|error_status_code|502|{count}")).collect()
}

fn export_of(rows: impl IntoIterator<Item = String>) -> String {
    let rows: Vec<String> = rows.into_iter().collect();
    export(&rows.iter().map(String::as_str).collect::<Vec<_>>())
}

fn gzip(text: &str) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text.as_bytes()).expect("memory");
    packed.finish().expect("memory")
}

/// Name and errors of each channel.
fn channels(summary: &Summary) -> Vec<(Option<&str>, u64)> {
    summary
        .list("by_channel")
        .iter()
        .map(|row| (row["channel"].as_str(), row["errors"].as_u64().expect("errors")))
        .collect()
}

/// The refusal names both files and both options that settle it.
fn assert_asks_for_the_channel(sentence: &str, files: [&str; 2]) {
    for part in [files[0], files[1], "--channel", "--overlap"] {
        assert!(sentence.contains(part), "no {part} in: {sentence}");
    }
}

// One file, whole files.

#[test]
fn rows_inside_one_file_are_always_added() {
    let same = "2026-11-16 10:00:00|error_status_code|502|3";
    let folder = Folder::with("a.tsv", export(&[same, same, same]));
    let summary = folder.summary("a.tsv");
    assert_eq!(summary.errors(), 9);
    assert_eq!(summary["totals"]["rows"], 3);
}

#[test]
fn a_file_under_two_names_counts_once_however_small() {
    let week = export(&[
        "2026-11-16 10:00:00|error_status_code|502|3",
        "2026-11-16 11:00:00|request_timeout|Request timeout|2",
    ]);
    let folder = Folder::with("w47.tsv", &week);
    folder.file("w47 (1).tsv", &week).file("below/w47.tsv.gz", gzip(&week));
    let twice = folder.errstat("summary w47.tsv").arg("w47 (1).tsv").summary();
    assert_eq!(twice.errors(), 5);
    assert_eq!(twice.balance(), [[2, 2, 0], [2, 2, 0]], "both are told");
    assert!(twice.list("notes").iter().any(|note| text(note, "text").contains("w47 (1).tsv")), "{:?}", twice.notes());
    // Packed or not, and whatever is said of overlaps: identical files are one file anyway.
    for inputs in
        [".", "--overlap sum .", "--overlap max .", ". below", "w47.tsv .", "w47.tsv below/w47.tsv.gz", "*.tsv below"]
    {
        assert_eq!(folder.summary(inputs).errors(), 5, "{inputs}");
    }
    // One path, however it is written, is one input.
    let once = folder.summary("w47.tsv w47.tsv ./w47.tsv below/../w47.tsv");
    assert_eq!((once.errors(), once.balance()), (5, vec![[2, 2, 0]]));
}

#[test]
fn files_of_disjoint_times_are_added_without_a_question() {
    let folder = Folder::with(
        "a.tsv",
        export(&["2026-11-16 10:00:00|error_status_code|502|3", "2026-11-16 10:00:29|error_status_code|502|4"]),
    );
    folder.file(
        "b.tsv",
        export(&["2026-11-16 10:00:31|error_status_code|502|5", "2026-11-17 10:00:29|error_status_code|502|6"]),
    );
    // 3 + 4 + 5 + 6, though both have errors in one and the same minute.
    assert_eq!(folder.summary("a.tsv b.tsv").errors(), 18);
    assert_eq!(folder.summary("a.tsv b.tsv --channel shop").errors(), 18);
}

// Overlaps of one channel.

#[test]
fn two_weeks_that_overlap_by_days_count_each_day_once() {
    let folder = Folder::new();
    folder.file(
        "a.tsv",
        export(&[
            "2026-11-16 10:00:00|error_status_code|502|3",
            "2026-11-17 10:00:00|error_status_code|502|4",
            "2026-11-18 10:00:07|request_timeout|Request timeout|5",
        ]),
    );
    folder.file(
        "b.tsv",
        export(&[
            "2026-11-17 10:00:00|error_status_code|502|4",
            "2026-11-18 10:00:07|request_timeout|Request timeout|5",
            "2026-11-19 10:00:00|error_status_code|503|6",
        ]),
    );
    let summary = folder.summary("a.tsv b.tsv --channel shop --window day");
    // 3 + 4 + 5 + 6; adding the files would give 27.
    assert_eq!(summary.errors(), 18);
    assert_eq!(
        summary.windows(),
        [
            ("2026-11-16T00:00:00+09:00", 3),
            ("2026-11-17T00:00:00+09:00", 4),
            ("2026-11-18T00:00:00+09:00", 5),
            ("2026-11-19T00:00:00+09:00", 6)
        ]
    );
    assert_eq!(
        summary.details(),
        [("error_status_code", "502", 7), ("error_status_code", "503", 6), ("request_timeout", "Request timeout", 5)]
    );
    assert_eq!(channels(&summary), [(Some("shop"), 18)]);
}

#[test]
fn a_row_that_only_one_file_has_in_the_overlap_is_kept() {
    let folder = Folder::new();
    folder.file(
        "a.tsv",
        export(&[
            "2026-11-16 10:00:00|error_status_code|502|3",
            "2026-11-16 10:02:00|error_status_code|503|7",
            "2026-11-16 10:10:00|error_status_code|502|1",
        ]),
    );
    folder.file(
        "b.tsv",
        export(&[
            "2026-11-16 10:00:00|error_status_code|502|3",
            "2026-11-16 10:03:00|error_status_code|504|9",
            "2026-11-16 10:10:00|error_status_code|502|1",
        ]),
    );
    // 3 + 7 + 9 + 1.
    assert_eq!(folder.summary("a.tsv b.tsv --channel shop").errors(), 20);
}

#[test]
fn the_larger_sum_of_a_key_counts_not_the_larger_row() {
    let folder = Folder::new();
    let ends = ["2026-11-16 09:00:00|error_status_code|500|1", "2026-11-16 11:00:00|error_status_code|500|1"];
    let row = |count: u32| format!("2026-11-16 10:00:00|error_status_code|502|{count}");
    folder.file("a.tsv", export(&[ends[0], &row(4), &row(4), &row(4), ends[1]]));
    folder.file("b.tsv", export(&[ends[0], &row(10), ends[1]]));
    // 4 + 4 + 4 = 12 is more than 10; and the two rows at the ends.
    assert_eq!(folder.summary("a.tsv b.tsv --channel shop").errors(), 14);
}

#[test]
fn a_cut_in_the_middle_of_a_minute_loses_nothing() {
    let folder = Folder::new();
    // Downloaded within the minute 10:00, when it had 3 of its 8 errors; the second has the whole minute.
    folder.file(
        "a.tsv",
        export(&[
            "2026-11-16 09:58|error_status_code|502|1",
            "2026-11-16 09:59|error_status_code|502|2",
            "2026-11-16 10:00|error_status_code|502|3",
        ]),
    );
    folder.file(
        "b.tsv",
        export(&[
            "2026-11-16 09:59|error_status_code|502|2",
            "2026-11-16 10:00|error_status_code|502|8",
            "2026-11-16 10:01|error_status_code|502|4",
        ]),
    );
    // 1 + 2 + 8 + 4.
    assert_eq!(folder.summary("a.tsv b.tsv --channel shop").errors(), 15);
    // The last minute of one is the first of the other.
    folder.file(
        "c.tsv",
        export(&["2026-11-16 10:00|error_status_code|502|8", "2026-11-16 10:01|error_status_code|502|4"]),
    );
    assert_eq!(folder.summary("a.tsv c.tsv --channel shop").errors(), 15);
}

// Precisions.

#[test]
fn seconds_and_minutes_are_compared_by_the_minute() {
    let folder = Folder::new();
    folder.file(
        "seconds.tsv",
        export(&[
            "2026-11-16 10:00:05|error_status_code|502|1",
            "2026-11-16 10:00:45|error_status_code|502|2",
            "2026-11-16 10:01:10|error_status_code|502|4",
            "2026-11-16 10:02:30|request_timeout|Request timeout|1",
        ]),
    );
    folder.file(
        "minutes.tsv",
        export(&[
            "2026-11-16 10:00|error_status_code|502|3",
            "2026-11-16 10:01|error_status_code|502|4",
            "2026-11-16 10:02|request_timeout|Request timeout|1",
            "2026-11-16 10:03|request_timeout|Request timeout|9",
        ]),
    );
    let summary = folder.summary("seconds.tsv minutes.tsv --channel shop");
    // 3 + 4 + 1 + 9.
    assert_eq!(summary.errors(), 17);
    assert_eq!(
        summary.list("inputs").iter().map(|input| &input["precision"]).collect::<Vec<_>>(),
        ["second", "minute"]
    );
}

#[test]
fn seconds_and_days_are_compared_by_the_day_of_the_inputs_zone() {
    let folder = Folder::new();
    folder.file(
        "seconds.tsv",
        export(&[
            "2026-11-15 12:00:01|error_status_code|502|5",
            "2026-11-16 00:00:01|error_status_code|502|1",
            "2026-11-16 23:59:59|error_status_code|502|2",
            "2026-11-17 08:00:00|request_timeout|Request timeout|4",
        ]),
    );
    folder.file(
        "days.tsv",
        export(&[
            "2026-11-16|error_status_code|502|3",
            "2026-11-17|request_timeout|Request timeout|6",
            "2026-11-18|error_status_code|500|7",
        ]),
    );
    let summary = folder.summary("seconds.tsv days.tsv --channel shop --window day");
    // 5 on the 15th; 1 + 2 = 3 on the 16th; the larger of 4 and 6 on the 17th; 7 on the 18th.
    assert_eq!(summary.windows().iter().map(|(_, errors)| *errors).collect::<Vec<_>>(), [5, 3, 6, 7]);
}

#[test]
fn a_day_that_begins_where_seconds_end_is_the_same_day() {
    let folder = Folder::new();
    folder.file(
        "seconds.tsv",
        export(&["2026-11-16 18:00:00|error_status_code|502|2", "2026-11-16 19:30:10|error_status_code|502|3"]),
    );
    // Its one row stands for the whole 16th, though its instant, midnight, is before all of the other's.
    folder.file("day.tsv", export(&["2026-11-16|error_status_code|502|5"]));
    assert_eq!(folder.summary("seconds.tsv day.tsv --channel shop").errors(), 5);
}

#[test]
fn two_halves_keep_their_sum_when_a_coarser_file_stands_beside_them() {
    let folder = Folder::new();
    folder.file("morning.tsv", export(&["2026-11-16 09:10:05|error_status_code|502|10"]));
    folder.file("evening.tsv", export(&["2026-11-16 18:20:07|error_status_code|502|20"]));
    // Downloaded at noon: the day had its first 10 errors.
    folder.file("day.tsv", export(&["2026-11-16|error_status_code|502|10"]));
    assert_eq!(folder.summary("morning.tsv evening.tsv --channel shop").errors(), 30);
    // Disjoint files are added, whoever else is there: a third snapshot of a log cannot make it smaller.
    assert_eq!(folder.summary("morning.tsv evening.tsv day.tsv --channel shop").errors(), 30);
}

// Hosts.

#[test]
fn an_empty_host_matches_any() {
    let folder = Folder::new();
    folder.file(
        "with.tsv",
        table(
            "Time\tReason\tDetail\tCount\tURL",
            &[
                "2026-11-16 10:00:00|could_not_connect|Connection timeout|3|https://a.example/x",
                "2026-11-16 10:00:00|could_not_connect|Connection timeout|4|https://b.example/x",
                "2026-11-16 10:05:00|error_status_code|502|2|https://a.example/x",
            ],
        ),
    );
    folder.file(
        "without.tsv",
        export(&[
            "2026-11-16 10:00:00|could_not_connect|Connection timeout|7",
            "2026-11-16 10:05:00|error_status_code|502|2",
        ]),
    );
    for line in ["with.tsv without.tsv --channel shop", "without.tsv with.tsv --channel shop"] {
        let summary = folder.summary(line);
        // 3 + 4 + 2: the 7 without a host are the 3 and 4 of two hosts.
        assert_eq!(summary.errors(), 9);
        assert_eq!(
            summary["by_host"],
            json!([{"host": "https://a.example", "errors": 5}, {"host": "https://b.example", "errors": 4}])
        );
    }
}

// Files that name no channel.

/// Two files that share the minutes 10:00 to 10:19, in each of which the first has 5 errors. The second has
/// `missing` fewer in the first of them, and `offset` minutes of its own.
fn twins(missing: u32) -> Folder {
    let folder = Folder::new();
    folder.file("a.tsv", export_of(minutes("09", 0..10, 1).into_iter().chain(minutes("10", 0..20, 5))));
    let first = minutes("10", 0..1, 5 - missing);
    folder.file("b.tsv", export_of(first.into_iter().chain(minutes("10", 1..20, 5)).chain(minutes("11", 0..10, 1))));
    folder
}

#[test]
fn files_that_agree_where_they_overlap_are_one_channel_and_that_is_said() {
    // 100 errors in the overlap, and 10 in each file outside of it.
    let summary = twins(0).summary("a.tsv b.tsv");
    assert_eq!(summary.errors(), 120);
    assert_eq!(summary["channels"], json!([]));
    assert_eq!(channels(&summary), [(None, 120)]);
    let said = summary
        .list("notes")
        .iter()
        .filter_map(|note| note["text"].as_str())
        .any(|text| text.contains("a.tsv") && text.contains("b.tsv"));
    assert!(said, "{:?}", summary["notes"]);
}

#[test]
fn five_percent_of_difference_are_forgiven_and_six_are_not() {
    // In the first minute one file has 5 errors and the other 5 - missing: 97 of 100 are the same.
    let summary = twins(3).summary("a.tsv b.tsv");
    assert_eq!(summary.errors(), 120, "the larger counts");
    let differ = |smaller: u32| {
        let folder = Folder::new();
        let (from, to) = (minutes("10", 0..1, 1), minutes("10", 2..3, 1));
        // Beside two minutes with one error each, which both have: 98 against smaller - 2.
        folder.file("a.tsv", export_of(from.iter().cloned().chain(minutes("10", 1..2, 98)).chain(to.clone())));
        folder.file("b.tsv", export_of(from.into_iter().chain(minutes("10", 1..2, smaller - 2)).chain(to)));
        folder
    };
    assert_eq!(differ(95).summary("a.tsv b.tsv").errors(), 100);
    assert_asks_for_the_channel(&differ(94).errstat("summary a.tsv b.tsv").refused(), ["a.tsv", "b.tsv"]);
}

#[test]
fn fewer_than_twenty_errors_are_too_few_to_judge_by() {
    let pair = |count: u32| {
        let folder = Folder::new();
        let shared = minutes("10", 0..2, 1).into_iter().chain(minutes("10", 2..3, count - 2));
        folder.file("a.tsv", export_of(minutes("09", 0..1, 7).into_iter().chain(shared.clone())));
        folder.file("b.tsv", export_of(shared.chain(minutes("11", 0..1, 8))));
        folder
    };
    // 20 shared, 7 before, 8 after.
    assert_eq!(pair(20).summary("a.tsv b.tsv").errors(), 35);
    let folder = pair(19);
    assert_asks_for_the_channel(&folder.errstat("summary a.tsv b.tsv").refused(), ["a.tsv", "b.tsv"]);
    assert_asks_for_the_channel(&folder.errstat("report a.tsv b.tsv -o out").refused(), ["a.tsv", "b.tsv"]);
    assert_eq!(folder.list(), ["a.tsv", "b.tsv"], "and nothing is written");
}

#[test]
fn only_the_overlapping_stretch_is_judged() {
    let folder = Folder::new();
    // The second begins at 10:03; what the first has at 10:01 is outside the stretch that both tell of.
    folder.file("a.tsv", export_of(minutes("10", 1..2, 50).into_iter().chain(minutes("10", 3..13, 3))));
    folder.file("b.tsv", export_of(minutes("10", 3..13, 3).into_iter().chain(minutes("10", 14..15, 40))));
    // 50 before, 30 shared, 40 after.
    assert_eq!(folder.summary("a.tsv b.tsv").errors(), 120);
}

#[test]
fn different_files_are_settled_by_the_options() {
    let folder = Folder::new();
    folder.file("a.tsv", export_of(minutes("10", 0..20, 5)));
    folder.file("b.tsv", export_of(minutes("10", 0..10, 2).into_iter().chain(minutes("10", 10..21, 6))));
    assert_asks_for_the_channel(&folder.errstat("summary a.tsv b.tsv").refused(), ["a.tsv", "b.tsv"]);
    assert_asks_for_the_channel(&folder.errstat("summary a.tsv b.tsv --overlap auto").refused(), ["a.tsv", "b.tsv"]);
    // The larger of each minute: 10 × 5 + 10 × 6 + 6.
    assert_eq!(folder.summary("a.tsv b.tsv --overlap max").errors(), 116);
    assert_eq!(folder.summary("a.tsv b.tsv --channel shop").errors(), 116, "one name for both: one channel");
    // 20 × 5 + 10 × 2 + 11 × 6.
    assert_eq!(folder.summary("a.tsv b.tsv --overlap sum").errors(), 186);
    let two = folder.summary("a.tsv b.tsv --channel one=a.tsv --channel two=b.tsv");
    assert_eq!(channels(&two), [(Some("one"), 100), (Some("two"), 86)]);
}

#[test]
fn every_pair_of_several_files_must_agree() {
    let folder = twins(0);
    folder.file(
        "c.tsv",
        export_of(minutes("10", 0..20, 5).into_iter().chain(minutes("11", 0..10, 1)).chain(minutes("12", 0..5, 2))),
    );
    // 120 as above, and 5 × 2 that only the third has.
    assert_eq!(folder.summary("a.tsv b.tsv c.tsv").errors(), 130);
    // Of another channel: it overlaps the second only, and differs there.
    folder.file("d.tsv", export_of(minutes("11", 0..30, 3)));
    let sentence = folder.errstat("summary a.tsv b.tsv c.tsv d.tsv").refused();
    assert!(sentence.contains("d.tsv"), "{sentence}");
    assert_asks_for_the_channel(&sentence, ["tsv", "d.tsv"]);
}

#[test]
fn three_snapshots_of_one_channel_count_once() {
    let folder = Folder::new();
    folder.file("a.tsv", export_of(minutes("10", 0..30, 1)));
    folder.file("b.tsv", export_of(minutes("10", 10..40, 1)));
    folder.file("c.tsv", export_of(minutes("10", 20..50, 1)));
    // The minutes 10:00 to 10:49; minutes 20 to 29 stand in all three.
    let summary = folder.summary("a.tsv b.tsv c.tsv --channel shop");
    assert_eq!(summary.errors(), 50);
    assert_eq!(summary["totals"]["rows"], 90, "rows are counted before overlaps are merged");
}

#[test]
fn rows_of_a_period_are_counted_before_overlaps_are_merged() {
    let folder = Folder::new();
    folder.file("a.tsv", export_of(minutes("10", 0..30, 1)));
    folder.file("b.tsv", export_of(minutes("10", 10..40, 2)));
    let summary = folder.summary("a.tsv b.tsv --channel shop --period 2026-11-16T10:05..2026-11-16T10:20");
    // Minutes 5 to 19 of the first, 10 to 19 of the second.
    assert_eq!(summary["totals"]["rows"], 25);
    // 5 × 1, then 10 × 2.
    assert_eq!(summary.errors(), 25);
}

// Channels.

const WITH_CHANNEL: &str = "Time\tReason\tDetail\tCount\tChannel name";

#[test]
fn channels_are_kept_apart_and_each_is_merged_by_itself() {
    let folder = Folder::new();
    folder.file(
        "a.tsv",
        table(
            WITH_CHANNEL,
            &[
                "2026-11-16 10:00:00|error_status_code|502|3|shop",
                "2026-11-16 10:00:00|error_status_code|502|4|news",
                "2026-11-16 10:09:00|error_status_code|502|1|shop",
            ],
        ),
    );
    folder.file(
        "b.tsv",
        table(
            WITH_CHANNEL,
            &[
                "2026-11-16 10:00:00|error_status_code|502|3|shop",
                "2026-11-16 10:09:00|error_status_code|502|2|shop",
                "2026-11-16 10:09:00|error_status_code|502|5|club",
            ],
        ),
    );
    let summary = folder.summary("a.tsv b.tsv");
    // shop: 3, and the larger of 1 and 2.
    assert_eq!(channels(&summary), [(Some("club"), 5), (Some("shop"), 5), (Some("news"), 4)]);
    assert_eq!(summary["channels"].as_array().expect("a list").len(), 3);
    assert_eq!(summary.errors(), 14);
}

#[test]
fn a_channel_option_labels_input_that_names_none_and_hides_nothing() {
    let folder = Folder::with("plain.tsv", export(&["2026-11-16 10:00:00|error_status_code|502|7"]));
    folder.file(
        "named.tsv",
        table(
            WITH_CHANNEL,
            &["2026-11-16 12:00:00|error_status_code|502|3|shop", "2026-11-16 12:00:00|error_status_code|502|4|news"],
        ),
    );
    let summary = folder.summary("plain.tsv named.tsv --channel shop");
    assert_eq!(channels(&summary), [(Some("shop"), 7 + 3), (Some("news"), 4)]);
    assert_eq!(summary["filter"], json!([]));
    assert_eq!(folder.summary("named.tsv --channel shop").errors(), 3 + 4);
    assert_eq!(folder.summary("plain.tsv")["channels"], json!([]));
}

#[test]
fn a_name_on_the_command_line_leaves_the_patterns_of_the_configuration_alone() {
    let folder = Folder::new();
    let row = |count: u32| export(&[&format!("2026-11-16 10:00:00|error_status_code|502|{count}")]);
    folder.file("shop-w47.tsv", row(1)).file("news-w47.tsv", row(2)).file("club-w47.tsv", row(4));
    folder.file("errstat.toml", "channel = [\"shop=shop-*\", \"news=news-*\", \"rest\"]\n");
    let of = |line: &str| {
        let mut found: Vec<(String, u64)> =
            channels(&folder.summary(line)).into_iter().map(|(name, n)| (name.unwrap_or("").to_owned(), n)).collect();
        found.sort();
        found
    };
    let named = |list: [(&str, u64); 3]| list.map(|(name, errors)| (name.to_owned(), errors)).to_vec();
    assert_eq!(of("."), named([("news", 2), ("rest", 4), ("shop", 1)]));
    // A name is for the file that no pattern names, whoever gave the patterns; it goes before the configured name.
    assert_eq!(of(". --channel club"), named([("club", 4), ("news", 2), ("shop", 1)]));
    // A pattern on the command line goes before those of the configuration.
    assert_eq!(of(". --channel paper=news-*"), named([("paper", 2), ("rest", 4), ("shop", 1)]));
}

#[test]
fn a_pattern_is_matched_against_the_name_or_with_a_slash_against_the_path() {
    let folder = Folder::new();
    let row = |count: u32| export(&[&format!("2026-11-16 10:00:00|error_status_code|502|{count}")]);
    folder.file("in/shop-w47.tsv", row(1)).file("in/news-w47.tsv", row(2)).file("old/shop-w46.tsv", row(4));
    let by_name = folder.summary("in old --channel shop=shop-* --channel news=news-*");
    // The same second in two files of one channel counts once: the larger.
    assert_eq!(channels(&by_name), [(Some("shop"), 4), (Some("news"), 2)]);
    let by_path = folder.summary("in old --channel new=in/* --channel old=old/*");
    assert_eq!(channels(&by_path), [(Some("old"), 4), (Some("new"), 2)]);
}

#[test]
fn the_name_is_the_channel_and_the_id_where_there_is_no_name() {
    let heading = "Time\tReason\tDetail\tCount\tChannel ID\tChannel name";
    let folder = Folder::with(
        "a.tsv",
        table(
            heading,
            &[
                "2026-11-16 10:00:00|error_status_code|502|1|1650000001|news",
                "2026-11-16 10:00:00|error_status_code|502|2|1650000002|shop",
                "2026-11-16 10:00:00|error_status_code|502|4|1650000003|shop",
                "2026-11-16 10:00:00|error_status_code|502|8|0650000004|",
            ],
        ),
    );
    let expected =
        [(Some("0650000004"), 8), (Some("shop (1650000003)"), 4), (Some("shop (1650000002)"), 2), (Some("news"), 1)];
    assert_eq!(channels(&folder.summary("a.tsv")), expected);
}

// Streams.

#[test]
fn a_repeated_heading_in_a_stream_begins_another_source() {
    let first = export_of(minutes("10", 0..30, 1));
    let second = export_of(minutes("10", 10..40, 1));
    let folder = Folder::with("both.tsv", first.clone() + &second);
    let summary = folder.summary("both.tsv --channel shop");
    // The minutes 10:00 to 10:39.
    assert_eq!(summary.errors(), 40);
    assert_eq!(summary.balance(), [[60, 60, 0]], "a repeated heading is no row");
    assert_eq!(folder.summary("both.tsv").errors(), 40, "20 of 20 errors agree, so it is one channel without saying");
    assert_eq!(folder.summary("both.tsv --overlap sum").errors(), 60);
    let rows = second.split_once('\n').expect("a heading").1;
    folder.file("one.tsv", first.clone() + rows);
    assert_eq!(folder.summary("one.tsv --channel shop").errors(), 60, "without the heading it is one file, and added");
    folder.file("different.tsv", first + &export_of(minutes("10", 0..30, 7)));
    let sentence = folder.errstat("summary different.tsv").refused();
    assert_asks_for_the_channel(&sentence, ["different.tsv", "different.tsv"]);
}

#[test]
fn packed_files_and_standard_input_overlap_like_plain_ones() {
    let first = export_of(minutes("10", 0..30, 1));
    let second = export_of(minutes("10", 10..40, 1));
    let third = export_of(minutes("10", 20..50, 1));
    let folder = Folder::with("a.tsv.gz", gzip(&first));
    folder.file("c.tsv.zst", zstd::encode_all(third.as_bytes(), 1).expect("memory"));
    let summary = folder.errstat("summary a.tsv.gz - c.tsv.zst --channel shop").stdin(second.clone()).summary();
    // The minutes 10:00 to 10:49.
    assert_eq!(summary.errors(), 50);
    let packed = folder.errstat("summary - c.tsv.zst --channel shop").stdin(gzip(&first)).summary();
    // Twice 30 minutes, of which 10:20 to 10:29 stand in both.
    assert_eq!(packed.errors(), 50);
    let refused = folder.errstat("summary - a.tsv.gz").stdin(export_of(minutes("10", 0..30, 3))).refused();
    assert_asks_for_the_channel(&refused, ["-", "a.tsv.gz"]);
    assert_eq!(folder.leftovers(), Vec::<String>::new(), "what stood in for standard input is gone");
}

#[test]
fn an_encoding_makes_no_other_log() {
    let text = export_of(minutes("10", 0..30, 1));
    let folder = Folder::with("a.tsv", &text);
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(text.replace('\n', "\r\n").encode_utf16().flat_map(u16::to_le_bytes)).collect();
    folder.file("excel.txt", utf16);
    assert_eq!(folder.summary("a.tsv excel.txt").errors(), 30);
}

// Order, threads, periods.

#[test]
fn the_order_of_the_files_changes_no_number() {
    let folder = Folder::new();
    folder.file(
        "seconds.tsv",
        export(&[
            "2026-11-16 10:00:05|error_status_code|502|1",
            "2026-11-16 10:00:45|error_status_code|502|2",
            "2026-11-16 10:07:10|error_status_code|502|4",
        ]),
    );
    folder.file(
        "minutes.tsv",
        export(&[
            "2026-11-16 10:00|error_status_code|502|2",
            "2026-11-16 10:01|error_status_code|503|4",
            "2026-11-16 10:07|error_status_code|502|5",
        ]),
    );
    folder.file("days.tsv", export(&["2026-11-16|error_status_code|502|8", "2026-11-17|error_status_code|502|2"]));
    let expected = folder.summary("seconds.tsv minutes.tsv days.tsv --channel shop");
    // 502 on the 16th: the day has 8, seconds 7, minutes 7; 503: 4; 502 on the 17th: 2.
    assert_eq!(expected.errors(), 14);
    for line in
        ["days.tsv minutes.tsv seconds.tsv", "minutes.tsv days.tsv seconds.tsv", "seconds.tsv days.tsv minutes.tsv"]
    {
        for threads in [1, 2, 5] {
            let summary = folder.summary(&format!("{line} --channel shop --threads {threads}"));
            for field in [
                "totals",
                "by_reason",
                "by_detail",
                "by_channel",
                "windows",
                "heatmap",
                "incidents",
                "notes",
                "data_span",
            ] {
                assert_eq!(summary[field], expected[field], "{line} {threads} {field}");
            }
        }
    }
}

#[test]
fn a_period_that_cuts_a_cell_is_exact_with_and_without_overlap() {
    let folder = Folder::new();
    let rows = |from: u32, to: u32, count: u32| {
        export_of((from..to).map(move |second| {
            format!("2026-11-16 22:{:02}:{:02}|error_status_code|502|{count}", second / 60, second % 60)
        }))
    };
    // A row each second: 22:00:00 to 22:03:19, and 22:01:40 to 22:04:59.
    folder.file("a.tsv", rows(0, 200, 1)).file("b.tsv", rows(100, 300, 1));
    let total = |line: &str| {
        let summary = folder.summary(&format!("{line} --channel shop"));
        (summary.errors(), summary["totals"]["rows"].as_u64().expect("rows"))
    };
    // From 22:02 on: seconds 120 to 299, of which 120 to 199 stand in both.
    assert_eq!(total("a.tsv b.tsv --period 2026-11-16T22:02..2026-11-17T06:00"), (180, 260));
    assert_eq!(total("a.tsv b.tsv --period 2026-11-16T20:00..2026-11-16T22:02"), (120, 140));
    assert_eq!(total("a.tsv b.tsv --period 2026-11-16T22:01..2026-11-16T22:04"), (180, 140 + 140));
    assert_eq!(total("a.tsv --period 2026-11-16T22:02..2026-11-17T06:00"), (80, 80));
    let summary = folder.summary("a.tsv b.tsv --channel shop --period 2026-11-16T22:02..2026-11-17T06:00");
    assert_eq!(summary["by_detail"][0]["first_seen"], "2026-11-16T22:02:00+09:00");
    assert_eq!(summary["by_detail"][0]["last_seen"], "2026-11-16T22:04:59+09:00");
    assert_eq!(
        summary["windows"]["buckets"]
            .as_array()
            .expect("windows")
            .iter()
            .map(|w| w["errors"].as_u64().expect("errors"))
            .sum::<u64>(),
        180
    );
}

#[test]
fn windows_and_heatmap_hold_what_the_total_holds_where_the_period_cuts_a_cell() {
    let folder = Folder::with(
        "a.tsv",
        export(&[
            "2026-11-17 08:57:25|error_status_code|502|33",
            "2026-11-17 08:50:00|unclassified|Session closed unexpectedly|4",
            "2026-11-17 08:54:53|error_status_code|502|37",
        ]),
    );
    // The cell 08:50 has a row of one kind before the period's start and one of another kind behind it.
    let summary = folder.summary("a.tsv --period 2026-11-17T08:52..2026-11-17T12:00 --window hour");
    assert_eq!(summary.errors(), 70);
    assert_eq!(summary.windows()[0], ("2026-11-17T08:00:00+09:00", 70));
    assert_eq!(summary["heatmap"]["hours"][1][8], 70);
}

#[test]
fn what_comes_after_the_moment_of_the_report_never_counts_in_relative_periods() {
    let folder = Folder::with(
        "a.tsv",
        export(&["2026-11-16 22:03:10|error_status_code|502|1", "2026-11-16 22:03:50|error_status_code|502|2"]),
    );
    // 22:03:30 cuts the minute and the cell.
    let summary = folder.summary("a.tsv --period today --as-of 2026-11-16T22:03:30+09:00");
    assert_eq!(summary.errors(), 1);
}

#[test]
fn the_latest_end_of_a_group_counts_from_files_and_from_an_archive() {
    // Two downloads have the group of 19:21; that of the later one ended at 19:22:20, so the mail of 19:22:10 repeats it.
    let row = |end: &str, count: u32| {
        let heading = "Date\tStart\tEnd\tReason\tDetail\tErrors\tChannel name\n";
        format!("{heading}2026-11-18\t19:21:30\t{end}\terror_status_code\t502\t{count}\tshop\n")
    };
    for count in [7, 8] {
        let folder = Folder::with("a.tsv", row("19:22:20", 7));
        folder.file("b.tsv", row("19:21:39", count));
        folder.file("m.eml", mail("shop", "2026-11-18 19:22:10", "502", 7));
        folder.errstat("archive add --archive ar a.tsv b.tsv m.eml").done();
        for inputs in ["a.tsv b.tsv m.eml", "m.eml b.tsv a.tsv", "ar"] {
            let summary = folder.summary(inputs);
            assert_eq!(summary.errors(), u64::from(count), "{inputs}");
            assert_eq!(text(&summary["by_detail"][0], "last_seen"), "2026-11-18T19:22:20+09:00", "{inputs}");
        }
    }
}

#[test]
fn rows_without_errors_end_an_incident_in_any_order() {
    // The bot was renamed; the second minute has a row of no error in both downloads.
    let export = |name: &str, count: u32| {
        let rows = [("15:00:38", count), ("15:01:39", 0)].map(|(at, count)| {
            format!("2026-11-23\t{at}\t{at}\terror_status_code\t500\t{count}\t1650000001\t{name}\n")
        });
        "Date\tStart\tEnd\tReason\tDetail\tErrors\tChannel ID\tChannel name\n".to_owned() + &rows.concat()
    };
    let folder = Folder::with("a.tsv", export("shop-old", 40));
    folder.file("b.tsv", export("shop", 39));
    let end = |inputs: &str| {
        let summary = folder.summary(&format!("{inputs} --as-of 2026-11-24T09:00"));
        assert_eq!(summary.list("incidents").len(), 1, "{inputs}");
        text(&summary["incidents"][0], "end").to_owned()
    };
    folder.errstat("archive add --archive ar a.tsv b.tsv").done();
    assert_eq!(["a.tsv b.tsv", "b.tsv a.tsv", "ar"].map(end), ["2026-11-23T15:01:39+09:00"; 3]);
}
