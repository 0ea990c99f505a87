//! Whose a file is: what it says itself, what the user says, and what its rows have in common with others.

use serde_json::{Value, json};

use crate::program::{AS_OF, Folder, Summary};

/// A table with these columns, whose cells are given with `|` between them.
fn table(heading: &str, rows: &[&str]) -> String {
    let lines = rows.iter().map(|row| row.replace('|', "\t") + "\n");
    format!("{}\n{}", heading.replace('|', "\t"), lines.collect::<String>())
}

const PLAIN: &str = "Time|Reason|Detail|Count";
const NAMED: &str = "Time|Reason|Detail|Count|Channel ID|Channel name";

/// Name and errors of each channel, by name.
fn channels(summary: &Summary) -> Vec<(String, u64)> {
    let mut found: Vec<(String, u64)> = summary
        .list("by_channel")
        .iter()
        .map(|row| (row["channel"].as_str().unwrap_or("").to_owned(), row["errors"].as_u64().expect("errors")))
        .collect();
    found.sort();
    found
}

fn named(list: &[(&str, u64)]) -> Vec<(String, u64)> {
    list.iter().map(|(name, errors)| ((*name).to_owned(), *errors)).collect()
}

/// The channel of each input, by its path.
fn inputs(summary: &Summary) -> Vec<(String, Value)> {
    let mut found: Vec<(String, Value)> = summary
        .list("inputs")
        .iter()
        .map(|input| (input["path"].as_str().expect("a path").to_owned(), input["channel"].clone()))
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

// Names and ids.

#[test]
fn an_id_under_two_names_is_one_channel_with_its_latest_name() {
    let folder = Folder::new();
    folder.file("old.tsv", table(NAMED, &["2026-11-02 10:00:00|error_status_code|502|3|1650000001|shop"]));
    folder.file("new.tsv", table(NAMED, &["2026-11-09 10:00:00|error_status_code|502|4|1650000001|flowers"]));
    // It is renamed in the middle of a third file, whose first row is the old file's too.
    folder.file(
        "both.tsv",
        table(
            NAMED,
            &[
                "2026-11-02 10:00:00|error_status_code|502|3|1650000001|shop",
                "2026-11-10 10:00:00|error_status_code|502|5|1650000001|flowers",
            ],
        ),
    );
    for line in ["old.tsv new.tsv both.tsv", "both.tsv new.tsv old.tsv"] {
        assert_eq!(channels(&folder.summary(line)), named(&[("flowers", 3 + 4 + 5)]), "{line}");
    }
    // By whatever it is or was called.
    for name in ["flowers", "shop", "1650000001", "165*"] {
        assert_eq!(folder.summary(&format!("old.tsv new.tsv both.tsv --only channel={name}")).errors(), 12, "{name}");
    }
    folder.file("other.tsv", table(NAMED, &["2026-11-10 10:00:00|error_status_code|502|7|1650000002|news"]));
    assert_eq!(folder.summary("both.tsv other.tsv --exclude channel=1650000001").errors(), 7);
    assert_eq!(channels(&folder.summary("old.tsv")), named(&[("shop", 3)]));
}

#[test]
fn a_name_alone_is_the_channel_that_bears_it() {
    let folder = Folder::new();
    folder.file("id.tsv", table(NAMED, &["2026-11-02 10:00:00|error_status_code|502|3|1650000001|shop"]));
    folder.file("name.tsv", table(NAMED, &["2026-11-02 10:00:00|error_status_code|502|4||shop"]));
    // One channel and one moment: the larger counts.
    assert_eq!(channels(&folder.summary("id.tsv name.tsv")), named(&[("shop", 4)]));
    folder.file("other.tsv", table(NAMED, &["2026-11-02 10:00:00|error_status_code|502|8|1650000002|shop"]));
    let both = folder.summary("id.tsv other.tsv");
    assert_eq!(channels(&both), named(&[("shop (1650000001)", 3), ("shop (1650000002)", 8)]));
    let sentence = folder.errstat("summary id.tsv name.tsv other.tsv").refused();
    for part in ["name.tsv", "1650000001, 1650000002"] {
        assert!(sentence.contains(part), "{sentence}");
    }
    let command = "errstat summary id.tsv name.tsv other.tsv --channel 1650000001=name.tsv";
    assert!(sentence.trim_end().ends_with(command), "{sentence}");
    let settled = folder.summary(command.strip_prefix("errstat summary ").expect("a command"));
    assert_eq!(channels(&settled), named(&[("shop (1650000001)", 4), ("shop (1650000002)", 8)]));
}

#[test]
fn ten_digits_are_an_id() {
    let folder = Folder::with("plain.tsv", table(PLAIN, &["2026-11-02 10:00:00|error_status_code|502|4"]));
    folder.file("id.tsv", table(NAMED, &["2026-11-02 10:00:00|error_status_code|502|3|1650000001|shop"]));
    assert_eq!(channels(&folder.summary("plain.tsv id.tsv --channel 1650000001")), named(&[("shop", 4)]));
    assert_eq!(channels(&folder.summary("plain.tsv --channel 1650000001")), named(&[("1650000001", 4)]));
    // Other numbers are names.
    assert_eq!(channels(&folder.summary("plain.tsv id.tsv --channel 2026")), named(&[("2026", 4), ("shop", 3)]));
}

#[test]
fn blank_cells_are_those_of_the_one_channel_that_the_file_names() {
    let one = table(
        NAMED,
        &[
            "2026-11-02 10:00:00|error_status_code|502|3|1650000001|shop",
            "2026-11-02 10:00:00|error_status_code|503|4||",
            "2026-11-02 10:00:00|error_status_code|502|5||",
        ],
    );
    let folder = Folder::with("one.tsv", one);
    // Rows of one file are added.
    assert_eq!(channels(&folder.summary("one.tsv")), named(&[("shop", 12)]));
    assert_eq!(channels(&folder.summary("one.tsv --channel news")), named(&[("shop", 12)]), "it names its channel");
    folder.file(
        "several.tsv",
        table(
            NAMED,
            &[
                "2026-11-02 10:00:00|error_status_code|502|1|1650000001|shop",
                "2026-11-02 10:00:00|error_status_code|502|2|1650000002|news",
                "2026-11-02 10:00:00|error_status_code|502|4||",
            ],
        ),
    );
    // Nor does a file conflict with itself, though its rows without a channel are unlike the others.
    assert_eq!(channels(&folder.summary("several.tsv")), named(&[("", 4), ("news", 2), ("shop", 1)]));
    let pattern = folder.summary("several.tsv --channel club=sev*");
    assert_eq!(channels(&pattern), named(&[("club", 4), ("news", 2), ("shop", 1)]));
}

// Likeness.

/// Ten rows of status 502 in as many seconds from a minute on.
fn rows(minutes: std::ops::Range<u32>, count: u32) -> String {
    let row = |minute: u32| format!("2026-11-02 10:{minute:02}:07\terror_status_code\t502\t{count}\n");
    format!("{}\n{}", PLAIN.replace('|', "\t"), minutes.map(row).collect::<String>())
}

#[test]
fn downloads_that_share_one_row_to_the_second_are_one_channel() {
    let folder = Folder::new();
    // A healthy bot: five errors in two weeks. The second download begins with the row that the first ends with.
    let week = |rows: &[&str]| table(PLAIN, rows);
    folder.file(
        "shop-2026-11-09.tsv",
        week(&["2026-11-03 04:12:33|request_timeout|Request timeout|1", "2026-11-08 23:59:58|error_status_code|502|2"]),
    );
    folder.file(
        "shop-2026-11-16.tsv",
        week(&["2026-11-08 23:59:58|error_status_code|502|2", "2026-11-12 04:12:33|request_timeout|Request timeout|2"]),
    );
    let summary = folder.summary("shop-2026-11-09.tsv shop-2026-11-16.tsv");
    assert_eq!(summary.errors(), 1 + 2 + 2);
    assert!(summary.note("one-channel").contains("shop-2026-11-16.tsv"), "{:?}", summary.notes());
    // The same row with another count is not the same, and two errors are too few to forgive it.
    folder.file(
        "other-2026-11-16.tsv",
        week(&["2026-11-08 23:59:58|error_status_code|502|1", "2026-11-12 04:12:33|unclassified||1"]),
    );
    let sentence = folder.errstat("summary shop-2026-11-09.tsv other-2026-11-16.tsv").refused();
    let command = "errstat summary shop-2026-11-09.tsv other-2026-11-16.tsv --channel shop=shop-2026-11-09.tsv --channel other=other-2026-11-16.tsv";
    assert!(sentence.trim_end().ends_with(command), "{sentence}");
    let settled = folder.summary(command.strip_prefix("errstat summary ").expect("a command"));
    assert_eq!(channels(&settled), named(&[("other", 2), ("shop", 3)]));
    // Times to the minute prove less.
    folder.file(
        "a.tsv",
        week(&["2026-11-03 04:12|request_timeout|Request timeout|1", "2026-11-08 23:59|error_status_code|502|2"]),
    );
    folder.file(
        "b.tsv",
        week(&["2026-11-08 23:59|error_status_code|502|2", "2026-11-12 04:13|request_timeout|Request timeout|2"]),
    );
    folder.errstat("summary a.tsv b.tsv").refused();
}

#[test]
fn the_command_of_a_refusal_can_be_pasted_whatever_the_names_are() {
    let folder = Folder::new();
    folder.file("it's [a].tsv", rows(0..20, 3)).file("in/2026-11-09.tsv", rows(0..20, 9));
    let sentence = folder.errstat("summary in").arg("it's [a].tsv").arg("--as-of").arg(AS_OF).refused();
    let commands: Vec<&str> =
        sentence.lines().filter_map(|line| Some(line.split_once("errstat summary ")?.1)).collect();
    assert_eq!(commands.len(), 2, "{sentence}");
    // A shell reads them.
    let run = |arguments: &str| {
        let script = format!("'{}' summary {arguments} --format json", crate::program::PROGRAM);
        let output = std::process::Command::new("sh")
            .args(["-c", &script])
            .current_dir(folder.path(""))
            .output()
            .expect("a shell");
        assert!(output.status.success(), "{script}\n{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<Value>(&output.stdout).expect("JSON")
    };
    let (one, two) = (run(commands[0]), run(commands[1]));
    assert_eq!((&one["totals"]["errors"], one["channels"].as_array().expect("a list").len()), (&json!(180), 1));
    assert_eq!((&two["totals"]["errors"], two["channels"].as_array().expect("a list").len()), (&json!(240), 2));
    assert!(sentence.trim_end().ends_with(commands[1]), "{sentence}");
}

#[test]
fn one_command_settles_all_files() {
    let folder = Folder::new();
    for (bot, count) in [("shop", 3), ("news", 7), ("club", 9)] {
        folder.file(&format!("{bot}-2026-11-09.tsv"), rows(0..20, count));
        folder.file(&format!("{bot}-2026-11-16.tsv"), rows(20..40, count));
    }
    // The weeks of a bot do not meet, and those of two bots are unlike.
    let sentence = folder.errstat("summary .").refused();
    let command = sentence.trim_end().rsplit("errstat summary ").next().expect("a command").to_owned();
    let settled = folder.summary(&command.replace('\'', ""));
    assert_eq!(channels(&settled), named(&[("club", 40 * 9), ("news", 40 * 7), ("shop", 40 * 3)]));
}

#[test]
fn likeness_reaches_from_file_to_file() {
    let folder = Folder::new();
    // Minutes 0 to 29 and 10 to 39 agree, so do 10 to 39 and 30 to 49; the third differs from the first in minute 29 alone.
    folder.file(
        "a.tsv",
        rows(0..29, 1) + "2026-11-02 10:29:07\terror_status_code\t502\t1\n2026-11-02 10:30:00\tunclassified\t\t30\n",
    );
    folder.file("b.tsv", rows(10..30, 1) + rows(30..40, 3).split_once('\n').expect("rows").1);
    folder.file("c.tsv", rows(30..50, 3));
    // a and b meet from 10:10:07 to 10:30:00, where a has 20 and 30 errors and b 20: unlike.
    let sentence = folder.errstat("summary a.tsv b.tsv").refused();
    assert!(sentence.contains("a.tsv") && sentence.contains("b.tsv"), "{sentence}");
    // b and c agree in the minutes 30 to 39, 30 errors.
    assert_eq!(folder.summary("b.tsv c.tsv").errors(), 20 + 10 * 3 + 10 * 3);
    // A fourth that is like a and like b brings all together.
    folder.file("d.tsv", rows(0..30, 1));
    assert_eq!(folder.summary("d.tsv b.tsv").errors(), 30 + 30);
    let all = folder.summary("a.tsv b.tsv c.tsv d.tsv");
    // a is like d in the minutes 0 to 29.
    assert_eq!(all.errors(), 30 + 30 + 20 * 3);
    assert_eq!(folder.summary("d.tsv c.tsv b.tsv a.tsv").errors(), all.errors());
}

#[test]
fn a_file_is_of_the_named_channel_that_it_is_like() {
    let folder = Folder::new();
    let named_rows = |name: &str, count: u32| {
        let rows: Vec<String> = (0..30)
            .map(|minute| format!("2026-11-02 10:{minute:02}:07|error_status_code|502|{count}||{name}"))
            .collect();
        table(NAMED, &rows.iter().map(String::as_str).collect::<Vec<_>>())
    };
    folder.file("shop.tsv", named_rows("shop", 1)).file("news.tsv", named_rows("news", 7));
    // Unlike the one and like the other: the other's.
    folder.file("plain.tsv", rows(0..40, 1));
    let summary = folder.summary("shop.tsv news.tsv plain.tsv");
    assert_eq!(channels(&summary), named(&[("news", 210), ("shop", 40)]));
    assert_eq!(
        inputs(&summary),
        [("news.tsv".into(), json!("news")), ("plain.tsv".into(), json!("shop")), ("shop.tsv".into(), json!("shop"))]
    );
    // Through another file that names none.
    folder.file("later.tsv", rows(30..60, 1));
    assert_eq!(
        channels(&folder.summary("shop.tsv news.tsv plain.tsv later.tsv")),
        named(&[("news", 210), ("shop", 60)])
    );
    // A copy is of whoever the original is of.
    folder.file("zz.tsv", rows(0..40, 1));
    let copied = inputs(&folder.summary("shop.tsv plain.tsv zz.tsv"));
    assert_eq!(copied.last(), Some(&("zz.tsv".into(), json!("shop"))));
    // Unlike the only one that there is, nobody knows either.
    folder.file("other.tsv", rows(0..40, 9));
    let sentence = folder.errstat("summary shop.tsv other.tsv").refused();
    for part in ["shop.tsv", "other.tsv", "--channel", "--overlap"] {
        assert!(sentence.contains(part), "{sentence}");
    }
    // Like two: nobody knows.
    folder.file("twin.tsv", named_rows("twin", 1));
    let sentence = folder.errstat("summary shop.tsv twin.tsv plain.tsv").refused();
    assert!(sentence.contains("shop | twin"), "{sentence}");
    let command = "errstat summary shop.tsv twin.tsv plain.tsv --channel shop=plain.tsv";
    assert!(sentence.trim_end().ends_with(command), "{sentence}");
    let settled = folder.summary(command.strip_prefix("errstat summary ").expect("a command"));
    assert_eq!(channels(&settled), named(&[("shop", 40), ("twin", 30)]));
}

// Which file went to which channel.

#[test]
fn every_output_says_which_file_is_whose() {
    let folder = Folder::new();
    let row = |count: u32| table(PLAIN, &[&format!("2026-11-16 10:00:00|error_status_code|502|{count}")]);
    folder.file("shop-2026-11-23.tsv", row(1)).file("news-2026-11-23.tsv", row(2)).file("club.tsv", table(PLAIN, &[]));
    folder
        .file("errstat.toml", "channel = [\"flowers=shop-*\", \"paper=news-*\", \"circle=club*\", \"gone=gone-*\"]\n");
    let summary = folder.summary(".");
    assert_eq!(
        inputs(&summary),
        [
            ("./club.tsv".into(), json!("circle")),
            ("./news-2026-11-23.tsv".into(), json!("paper")),
            ("./shop-2026-11-23.tsv".into(), json!("flowers"))
        ]
    );
    assert!(summary.note("channel-unmatched").contains("gone-*"), "{:?}", summary.notes());
    let said = |line: &str| folder.errstat(line).done().text();
    let line_of = |text: &str, file: &str| {
        text.lines().find(|line| line.contains(file)).unwrap_or_else(|| panic!("no {file} in\n{text}")).to_owned()
    };
    let as_of = format!("--as-of {AS_OF}");
    for format in ["table", "markdown"] {
        let text = said(&format!("summary . --format {format} {as_of}"));
        assert!(line_of(&text, "shop-2026-11-23.tsv").contains("flowers"), "{text}");
        assert!(line_of(&text, "news-2026-11-23.tsv").contains("paper"), "{text}");
    }
    folder.errstat(&format!("report . -o page.html {as_of}")).done();
    let page = folder.text("page.html");
    let table = page.split_once("id=\"inputs\"").expect("the files").1;
    assert!(table.split("</table>").next().expect("a table").contains("<bdi>flowers</bdi>"));
    let inspected = said("inspect shop-2026-11-23.tsv club.tsv");
    let channels: Vec<&str> =
        inspected.lines().filter(|line| line.trim_start().starts_with("Channel")).map(str::trim_end).collect();
    assert!(channels[0].ends_with("flowers") && channels[1].ends_with("circle"), "{inspected}");
    assert!(inspected.contains("gone-*") && inspected.contains("news-*"), "patterns that match no input: {inspected}");
    let added = folder.errstat("archive add --archive ar shop-2026-11-23.tsv news-2026-11-23.tsv").done().stderr;
    assert!(added.contains("gone-*"), "{added}");
    let info = said("archive info --archive ar");
    let sources = info.split_once("Sources").map_or(info.as_str(), |(_, sources)| sources);
    assert!(line_of(sources, "shop-2026-11-23.tsv").contains("flowers"), "{info}");
    // Nobody names it.
    folder.file("errstat.toml", "");
    assert_eq!(inputs(&folder.summary("club.tsv")), [("club.tsv".into(), Value::Null)]);
    assert!(said("inspect shop-2026-11-23.tsv").contains("--channel"));
}

#[test]
fn a_bot_without_errors_is_known_by_its_file() {
    let folder = Folder::new();
    folder.file("shop-2026-11-23.tsv", table(PLAIN, &["2026-11-16 10:00:00|error_status_code|502|1"]));
    folder.file("news-2026-11-23.tsv", table(PLAIN, &[]));
    let all = "shop-2026-11-23.tsv news-2026-11-23.tsv --channel shop=shop-* --channel news=news-*";
    assert_eq!(folder.summary(&format!("{all} --only channel=news")).errors(), 0);
    let sentence = folder.errstat(&format!("summary {all} --only channel=newz")).refused();
    assert!(sentence.contains("Did you mean news?"), "{sentence}");
}

#[test]
fn proposed_rules_name_the_channels_and_judge_each() {
    let folder = Folder::new();
    // Four whole weeks, Monday 26 October to Sunday 22 November; the errors of each stand in two rows.
    let weeks = |errors: [u32; 4]| {
        let row = |day: &str, errors: u32| format!("{day} 12:00:00|request_timeout|Request timeout|{errors}");
        let days = [("10-26", "11-01"), ("11-02", "11-08"), ("11-09", "11-15"), ("11-16", "11-22")];
        let rows: Vec<String> = days
            .iter()
            .zip(errors)
            .flat_map(|((monday, sunday), errors)| {
                [row(&format!("2026-{monday}"), 1), row(&format!("2026-{sunday}"), errors - 1)]
            })
            .collect();
        table(PLAIN, &rows.iter().map(String::as_str).collect::<Vec<_>>())
    };
    folder.file("shop-2026-11-23.tsv", weeks([10, 20, 30, 40])).file("news-2026-11-23.tsv", weeks([5, 5, 5, 5]));
    folder.errstat(&format!("check --init . --channel shop=shop-* --channel news=news-* --as-of {AS_OF}")).done();
    let proposed = folder.text("errstat.toml");
    assert!(proposed.contains("\nchannel = [\"shop=shop-*\", \"news=news-*\"]\n"), "{proposed}");
    // Twice the median, which of four weeks is the mean of the middle two: 2 × 25 and 2 × 5; no limit is under 10.
    for rule in [
        "[[check.rule]]\nchannel = \"shop\"\nmax_errors = 50\n",
        "[[check.rule]]\nchannel = \"news\"\nmax_errors = 10\n",
    ] {
        assert!(proposed.contains(rule), "{proposed}");
    }
    // The proposal is enough by itself.
    let outcome = folder.errstat(&format!("check . --format json --as-of {AS_OF}")).run();
    let verdict: Value = serde_json::from_slice(&outcome.stdout).expect("JSON");
    let of = |channel: &str| {
        let rules = verdict["rules"].as_array().expect("rules");
        let rule = rules.iter().find(|rule| rule["name"].as_str().is_some_and(|name| name.contains(channel)));
        rule.unwrap_or_else(|| panic!("{verdict}"))["actual"]["value"].clone()
    };
    assert_eq!((of("shop"), of("news")), (json!(40), json!(5)));
    // Of one bot there is nothing to tell apart.
    forget(&folder);
    folder.errstat(&format!("check --init shop-2026-11-23.tsv --channel shop --as-of {AS_OF}")).done();
    let proposed = folder.text("errstat.toml");
    assert!(proposed.contains("\nchannel = [\"shop\"]\n") && !proposed.contains("\nchannel = \"shop\""), "{proposed}");
}

/// Takes the proposal away: `--init` overwrites nothing.
fn forget(folder: &Folder) {
    std::fs::remove_file(folder.path("errstat.toml")).expect("a proposal");
}

// What is said can be pasted, and names match as they look.

#[test]
fn a_command_to_paste_settles_all_files_that_differ_in_their_dates() {
    // Each week's file has an error that the next one's, which begins before it ends, has not.
    let folder = Folder::new();
    for (week, from, until) in [("09", "02", "10"), ("16", "09", "17"), ("23", "16", "22")] {
        let rows = [from, until].map(|day| format!("2026-11-{day} 10:00:00|request_timeout|Request timeout|1"));
        folder.file(&format!("exports/shop-2026-11-{week}.tsv"), table(PLAIN, &[&rows[0], &rows[1]]));
    }
    let call = "report exports -o weekly.eml --mail-from a@b.example --mail-to c@d.example";
    let said = folder.errstat(call).refused();
    let line = said.lines().find_map(|line| line.split_once("one channel: errstat ")).expect("a command").1;
    assert_eq!(line, format!("{call} --channel 'shop=exports/shop-*.tsv'"));
    folder.errstat(&line.replace('\'', "")).done();
    assert!(folder.path("weekly.eml").exists());
}

#[test]
fn the_pattern_of_a_channel_is_a_path_and_no_address() {
    let folder = Folder::new();
    for (name, status) in [("a.tsv", 502), ("b.tsv", 503)] {
        folder.file(name, table(PLAIN, &[&format!("2026-11-16 04:12:33|error_status_code|{status}|3")]));
    }
    let said = folder.errstat("summary a.tsv b.tsv --channel shop=all.zip/exports/shop/*").refused();
    assert!(said.contains("--channel 'shop=all.zip/exports/shop/*' --channel"), "{said}");
}

#[test]
fn names_match_that_look_the_same() {
    // As a Mac writes it: フ and the ring of プ apart.
    let folder = Folder::new();
    folder.file("ショッフ\u{309a}-2026-11-20.tsv", table(PLAIN, &["2026-11-16 04:12:33|error_status_code|502|3"]));
    for line in ["ショップ-*", "."] {
        let summary = folder.summary(&format!("{line} --channel shop=ショップ-*"));
        assert_eq!(channels(&summary), named(&[("shop", 3)]), "{line}");
    }
}
