//! What was not read, and time that no export covers: nothing passes by it, and every output tells of it.

use serde_json::{Value, json};

use crate::{
    notice::mail,
    program::{AS_OF, Folder, Outcome, Summary, text},
    sources::zip,
};

const HEADING: &str = "Time\tReason\tDetail\tErrors\n";

/// An export; each row is `day time count`, of status 502.
fn export(rows: &[&str]) -> String {
    let row = |row: &&str| {
        let [day, time, count] = row.split(' ').collect::<Vec<_>>()[..] else { panic!("{row}") };
        format!("{day} {time}\terror_status_code\t502\t{count}\n")
    };
    HEADING.to_owned() + &rows.iter().map(row).collect::<String>()
}

/// An error a day at noon, from a day of November to another.
fn daily(days: std::ops::RangeInclusive<u32>) -> String {
    let rows: Vec<String> = days.map(|day| format!("2026-11-{day:02} 12:00:00 1")).collect();
    export(&rows.iter().map(String::as_str).collect::<Vec<_>>())
}

fn judged(folder: &Folder, line: &str) -> (i32, Value) {
    let as_of = if line.contains("--as-of") { String::new() } else { format!(" --as-of {AS_OF}") };
    let outcome: Outcome = folder.errstat(&format!("check {line}{as_of} --format json")).run();
    let verdict: Value = serde_json::from_slice(&outcome.stdout)
        .unwrap_or_else(|error| panic!("{error}\n{}\n{}", outcome.text(), outcome.stderr));
    assert_eq!(verdict["exit_code"], outcome.code.expect("an exit code"));
    (outcome.code.unwrap_or(-1), verdict)
}

fn problems(verdict: &Value) -> Vec<&str> {
    verdict["problems"].as_array().expect("problems").iter().map(|problem| problem.as_str().expect("text")).collect()
}

/// What is not known beside a rule that is broken in any case.
fn remarks(verdict: &Value) -> String {
    assert_eq!(verdict["problems"], json!([]), "{verdict}");
    let notes = verdict["notes"].as_array().expect("notes").iter().filter(|note| note["code"] == "not-known");
    notes.map(|note| text(note, "text")).collect::<Vec<_>>().join("\n")
}

fn rules(folder: &Folder, rules: &str) {
    folder.file("errstat.toml", format!("[check]\nperiod = \"last-week\"\n{rules}"));
}

/// The week before 23 November with five errors, downloaded on that day.
fn week() -> Folder {
    let folder =
        Folder::with("exports/shop-2026-11-23.tsv", export(&["2026-11-10 10:00:00 2", "2026-11-17 10:00:00 5"]));
    rules(&folder, "max_errors = 5\n");
    folder
}

// Files that should have been exports.

const LOGIN: &str = "<!DOCTYPE html>\n<html><body><form>Log in <input type=\"password\"></form></body></html>\n";

#[test]
fn a_file_that_calls_itself_an_export_and_is_none_is_no_pass() {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice();
    for (name, content, what) in [
        ("news-2026-11-23.tsv", LOGIN.as_bytes(), "log in"),
        ("news.html-2026-11-23", LOGIN.as_bytes(), "log in"),
        ("news.csv", b"<html><p>503</p></html>", "web page"),
        ("news.txt", b"", "empty"),
        ("news.tsv", png, "picture"),
        ("news.tsv", b"a note about Monday\n", "columns"),
    ] {
        let folder = week();
        folder.file(&format!("exports/{name}"), content);
        let (code, verdict) = judged(&folder, "exports");
        let said = problems(&verdict).join("\n");
        assert!(code == 2 && said.contains(name) && said.contains(what), "{code} {name}: {said}");
        let strict = folder.errstat("summary exports --strict").refused();
        assert!(strict.contains(name) && strict.contains(what), "{strict}");
        let added = folder.errstat("archive add --archive ar exports --channel shop").refused();
        assert!(added.contains(name) && added.contains(what), "{added}");
        assert!(!folder.path("ar").exists());
        // There may be more errors in it, but not fewer in the others.
        rules(&folder, "max_errors = 4\n");
        let (code, verdict) = judged(&folder, "exports");
        assert!(code == 1 && remarks(&verdict).contains(name), "{code} {verdict}");
    }
}

#[test]
fn a_zip_file_that_calls_itself_an_export_and_holds_none_is_no_pass() {
    let page: (&str, &[u8]) = ("index.html", b"<html><title>Log in</title><form></form></html>");
    let notes: (&str, &[u8]) = ("notes.md", b"Nothing to see here.\n");
    let (good, week_47) = (export(&["2026-11-17 10:00:00 5"]), "exports/2026-11-20");
    let numbers: [(&str, &[u8]); 2] = [("Index/Document.iwa", b"x"), ("preview.jpg", b"x")];
    for (name, members, told) in [
        (".zip", &[page][..], Some("log in")),
        (".zip", &[page, notes], Some("none of the files")),
        (".xlsx", &[("xl/workbook.xml", b"<workbook/>")], Some("columns")),
        (".numbers", &numbers, Some(".xlsx")),
        ("/shop.numbers", &numbers, Some(".xlsx")),
        ("/shop.tsv.zip", &[notes], Some("columns")),
        // One that is read, or a name that promises nothing.
        (".zip", &[notes, ("data", good.as_bytes())], None),
        ("/pictures.zip", &[page, notes], None),
    ] {
        let (folder, name) = (week(), format!("{week_47}{name}"));
        folder.file(&name, zip(members));
        let (code, verdict) = judged(&folder, "exports");
        let problems = problems(&verdict);
        match told {
            Some(told) => {
                assert!(code == 2 && problems.len() == 1, "{name}: {verdict}");
                assert!(problems[0].contains(&format!("{name}: ")) && problems[0].contains(told), "{problems:?}");
            }
            None => assert_eq!((code, problems), (0, vec![]), "{name}"),
        }
    }
}

#[test]
fn a_download_that_breaks_off_in_its_headings_is_no_week_without_errors() {
    for (heading, is_cut) in [
        ("Date\tStart\tEnd\tReason\tDetail\tErr", true),
        ("Date\tStart\tEnd\tReason\tDetail\t", true),
        ("Date\tStart\tEnd\tReason\tDetail", true),
        ("日付\t開始\t終了\t原因\t詳細\tエラ", true),
        ("Time detected\tReason for error\tDetail for error\tError coun", true),
        // Spreadsheets leave out the end of the last line.
        ("Date\tStart\tEnd\tReason\tDetail\tErrors", false),
        ("Time detected\tReason for error\tDetail for error", false),
        ("Date\tStart\tEnd\tReason\tDetail\n", false),
    ] {
        let folder = Folder::with("exports/shop-2026-11-16.tsv", export(&["2026-11-10 10:00:00 2"]));
        folder.file("exports/shop-2026-11-23.tsv", heading);
        rules(&folder, "max_errors = 5\nmax_age = \"8d\"\n");
        assert_eq!(judged(&folder, "exports").0, if is_cut { 2 } else { 0 }, "{heading}");
        if is_cut {
            let told = folder.errstat("summary exports/shop-2026-11-23.tsv").refused();
            assert!(told.contains("download isn't finished"), "{told}");
        }
    }
}

#[test]
fn other_files_of_the_folder_are_none_of_its_business() {
    let folder = week();
    for (name, content) in [
        ("README.md", "# Exports\n"),
        ("notes", "Monday\n"),
        ("settings.json", "{}"),
        ("index.html", LOGIN),
        (".hidden.tsv", LOGIN),
    ] {
        folder.file(&format!("exports/{name}"), content);
    }
    // Outputs of errstat are known to be none.
    folder.file("exports/rejects.csv", "file,line,why,text\n");
    folder.errstat("report exports -o exports/weekly-2026-11-16.html --quiet --as-of 2026-11-23").done();
    assert_eq!(judged(&folder, "exports").0, 0);
    folder.errstat("summary exports --strict").done();
    folder.errstat("archive add --archive ar exports --channel shop").done();
}

// Rows that could not be read.

#[test]
fn rejected_rows_are_allowed_or_nothing_passes() {
    let folder = Folder::with(
        "w-2026-11-23.tsv",
        export(&[
            "2026-11-09 10:00:00 2",
            "2026-11-17 10:00:00 5",
            "2026-11-18 10:00:00 many",
            "2026-11-19 10:00:00 1",
        ]),
    );
    // One of four rows; six errors of the week could be read.
    for (written, code) in [
        ("max_errors = 6\n", 2),
        ("max_errors = 6\nmax_rejected = 1\n", 0),
        ("max_errors = 6\nmax_rejected = 0\n", 1),
        ("max_rejected = 1\n", 0),
        ("max_rejected = 0\n", 1),
        ("max_errors = 5\n", 1),
        ("max_errors = 5\nmax_rejected = 1\n", 1),
        // More errors in the week before would mend this: 6 after 2.
        ("max_increase = \"100%\"\nmin_previous = 2\n", 2),
        ("max_increase = \"200%\"\nmin_previous = 2\n", 2),
        ("max_increase = \"200%\"\nmin_previous = 2\nmax_rejected = 1\n", 0),
        ("max_increase = \"100%\"\nmin_previous = 2\nmax_rejected = 1\n", 1),
    ] {
        rules(&folder, written);
        let (found, verdict) = judged(&folder, "w-2026-11-23.tsv");
        assert_eq!(found, code, "{written}{verdict}");
        let said = if code == 1 { remarks(&verdict) } else { problems(&verdict).join("\n") };
        let told = said.contains("w-2026-11-23.tsv:4") && said.contains("max_rejected = 1");
        assert_eq!(told, !written.contains("max_rejected"), "{written}{said}");
    }
}

// Time that is not covered.

#[test]
fn the_download_of_the_week_is_missing() {
    // Downloaded at 9 o'clock on Monday the 16th; that morning had an error.
    let folder =
        Folder::with("exports/shop-2026-11-16.tsv", export(&["2026-11-10 10:00:00 2", "2026-11-16 08:10:00 1"]));
    rules(&folder, "max_errors = 5\nmax_age = \"8d\"\n");
    let (code, verdict) = judged(&folder, "exports");
    assert_eq!((code, problems(&verdict).len()), (2, 1), "{verdict}");
    assert!(problems(&verdict)[0].contains("2026-W47"), "{verdict}");
    rules(&folder, "max_errors = 0\n");
    assert_eq!(judged(&folder, "exports").0, 1, "one error is too many already");
    rules(&folder, "max_errors = 5\nincomplete = \"warn\"\n");
    let (code, verdict) = judged(&folder, "exports");
    assert_eq!(
        (code, text(&verdict["rules"][1], "rule"), text(&verdict["rules"][1], "status")),
        (0, "incomplete", "warned")
    );
    // With the download, though there was no error since: it is an export with a heading only.
    folder.file("exports/shop-2026-11-23.tsv", HEADING);
    for written in ["max_errors = 5\nmax_age = \"8d\"\n", "max_errors = 5\nincomplete = \"fail\"\n"] {
        rules(&folder, written);
        assert_eq!(judged(&folder, "exports").0, 0, "{written}");
    }
    // Or it has the same rows as the one before.
    let same = folder.text("exports/shop-2026-11-16.tsv");
    folder.file("exports/shop-2026-11-23.tsv", same);
    assert_eq!(judged(&folder, "exports").0, 0);
    folder.file("errstat.toml", "[check]\nmax_errors = 5\nincomplete = \"ignore\"\n");
    assert!(folder.errstat("check exports").refused().contains("errstat.toml:3:14"));
}

#[test]
fn an_export_without_a_date_covers_what_is_said_of_it() {
    let folder = Folder::with("exports/shop.tsv", export(&["2026-11-10 10:00:00 2", "2026-11-20 10:00:00 1"]));
    rules(&folder, "max_errors = 5\n");
    let (code, verdict) = judged(&folder, "exports");
    let said = problems(&verdict).join("\n");
    assert_eq!(code, 2);
    for part in ["exports/shop.tsv", "exports/shop-2026-11-23.tsv", "--exported-at 2026-11-23T00:00"] {
        assert!(said.contains(part), "no {part} in {said}");
    }
    assert_eq!(judged(&folder, "exports --exported-at 2026-11-23T00:00").0, 0);
    assert_eq!(judged(&folder, "exports --exported-at 2026-11-22T23:59").0, 2);
    folder.file("named/shop-2026-11-23.tsv", folder.text("exports/shop.tsv"));
    assert_eq!(judged(&folder, "named").0, 0);
    // A row behind the end of the week, in the same export, or in one that may begin with it.
    folder
        .file("later/shop.tsv", folder.text("exports/shop.tsv") + &export(&["2026-11-23 01:00:00 1"])[HEADING.len()..]);
    assert_eq!(judged(&folder, "later").0, 0);
    folder.file("exports/later.tsv", export(&["2026-11-23 01:00:00 1"]));
    assert_eq!(judged(&folder, "exports").0, 2);
    // An archive knows what it was told.
    folder.errstat("archive add --archive old exports/shop.tsv --channel shop").done();
    assert_eq!(judged(&folder, "old").0, 2);
    folder.errstat("archive add --archive old named --channel shop").done();
    assert_eq!(judged(&folder, "old").0, 0);
}

/// news was downloaded on the 9th, shop nobody knows when; the week that is judged begins on the 16th.
#[test]
fn one_option_for_all_inputs_does_not_pass_for_what_their_names_say_less_of() {
    let folder = Folder::with("in/shop.tsv", export(&["2026-11-17 10:00:00 3"]));
    folder.file("in/news-2026-11-09.tsv", export(&["2026-11-03 10:00:00 3"]));
    folder.file(
        "errstat.toml",
        "channel = [\"shop=shop*\", \"news=news*\"]\n[check]\nperiod = \"last-week\"\nmax_errors = 50\n",
    );
    // The advice is nothing that would speak for news too.
    let (code, verdict) = judged(&folder, "in");
    let said = problems(&verdict).join("\n");
    assert!(code == 2 && said.contains("shop-2026-11-23.tsv") && !said.contains("--exported-at"), "{said}");
    let (code, verdict) = judged(&folder, "in --exported-at 2026-11-23T09:00");
    let said = problems(&verdict).join("\n");
    assert!(code == 2 && said.contains("channel news") && said.contains("--exported-at"), "{said}");
    let noted = folder.summary("in --period last-week --exported-at 2026-11-23T09:00");
    assert!(noted.note("named-earlier-channel").contains("9 Nov"), "{}", noted["notes"]);
    // A time of the day in the name is no more, and one file of a channel may say what the others don't.
    for more in ["in/news-2026-11-23.tsv", "in/news.tsv"] {
        folder.file(more, export(&["2026-11-03 10:00:00 3"]));
        assert_eq!(judged(&folder, "in --exported-at 2026-11-23T09:00").0, 0, "{more}");
        std::fs::remove_file(folder.path(more)).unwrap();
    }
    // A period that the names speak for.
    let before = folder.summary("in --period 2026-W45 --exported-at 2026-11-23T09:00");
    assert!(!before.notes().contains(&"named-earlier-channel"), "{}", before["notes"]);
}

#[test]
fn nothing_is_judged_beyond_the_data_or_the_moment_of_the_check() {
    let folder = Folder::with("shop.tsv", export(&["2026-11-10 10:00:00 2", "2026-11-24 10:00:00 1"]));
    folder.file("errstat.toml", "[check]\nmax_errors = 5\n");
    assert_eq!(judged(&folder, "shop.tsv").0, 0, "all of it");
    assert_eq!(judged(&folder, "shop.tsv --period this-week --as-of data").0, 0);
    let this_week = |file: &str, as_of: &str| judged(&folder, &format!("{file} --period this-week --as-of {as_of}"));
    assert_eq!(this_week("shop.tsv", "2026-11-25T09:00").0, 2);
    folder.file("shop-2026-11-25.tsv", folder.text("shop.tsv"));
    assert_eq!(this_week("shop-2026-11-25.tsv", "2026-11-25T00:00").0, 0);
    // A name has a day only, and the file is complete to its beginning.
    let (code, verdict) = this_week("shop-2026-11-25.tsv", "2026-11-25T09:00");
    assert!(code == 2 && problems(&verdict)[0].contains("--exported-at 2026-11-25T09:00"), "{verdict}");
    assert_eq!(this_week("shop-2026-11-25.tsv --exported-at 2026-11-25T09:00", "2026-11-25T09:00").0, 0);
    // The week is not over; what is judged is.
    assert_eq!(judged(&folder, "shop-2026-11-25.tsv --period 2026-W48 --as-of 2026-11-25").0, 0);
    assert_eq!(judged(&folder, "shop-2026-11-25.tsv --period 2026-W48 --as-of 2026-11-30").0, 2);
}

#[test]
fn every_channel_must_be_covered() {
    let folder = Folder::with("exports/shop-2026-11-23.tsv", export(&["2026-11-17 10:00:00 5"]));
    folder.file("exports/news-2026-11-01.tsv", export(&["2026-10-20 10:00:00 1"]));
    let channels = "channel = [\"shop=shop-*\", \"news=news-*\"]\n";
    for period in ["period = \"last-week\"\n", ""] {
        for rule in ["[[check.rule]]\nchannel = \"news\"\nmax_errors = 0\n", "max_errors = 9\n"] {
            folder.file("errstat.toml", format!("{channels}[check]\n{period}{rule}"));
            let (code, verdict) = judged(&folder, "exports");
            let expected = if period.is_empty() && rule.contains("news") { 1 } else { 2 };
            assert_eq!(code, expected, "{period}{rule}{verdict}");
            let said = if code == 1 { remarks(&verdict) } else { problems(&verdict).join("\n") };
            assert!(said.contains("news") && !said.contains("shop"), "{said}");
        }
    }
    // Its download of this Monday has no row.
    folder.file("exports/news-2026-11-23.tsv", HEADING);
    folder.file(
        "errstat.toml",
        format!("{channels}[check]\nperiod = \"last-week\"\n[[check.rule]]\nchannel = \"news\"\nmax_errors = 0\n"),
    );
    assert_eq!(judged(&folder, "exports").0, 0);
}

#[test]
fn a_channel_that_never_had_an_error_is_known_by_its_exports() {
    let folder = Folder::with("shop-2026-11-23.tsv", export(&["2026-11-17 10:00:00 5"]));
    folder.file("news-2026-11-16.tsv", HEADING);
    folder.errstat("archive add --archive ar shop-2026-11-23.tsv --channel shop").done();
    folder.errstat("archive add --archive ar news-2026-11-16.tsv --channel news").done();
    rules(&folder, "[[check.rule]]\nchannel = \"news\"\nmax_errors = 0\n");
    let (code, verdict) = judged(&folder, "ar");
    assert!(code == 2 && problems(&verdict).join("").contains("news"), "{verdict}");
    folder.file("news-2026-11-23.tsv", format!("{HEADING}\n"));
    folder.errstat("archive add --archive ar news-2026-11-23.tsv --channel news").done();
    let (code, verdict) = judged(&folder, "ar");
    assert_eq!((code, text(&verdict["rules"][0], "status")), (0, "passed"), "{verdict}");
}

#[test]
fn a_channel_or_a_host_that_nothing_names_is_told_with_the_nearest_name() {
    let folder = Folder::with(
        "w-2026-11-23.tsv",
        "Time\tReason\tCount\tURL\tChannel name\n2026-11-17 10:00:00\tunclassified\t3\thttps://bot.example.com/x\tshop\n",
    );
    for (condition, nearest) in
        [("channel = \"shpo\"", "shop"), ("host = \"https://bto.example.com\"", "bot.example.com")]
    {
        rules(&folder, &format!("max_errors = 3\n[[check.rule]]\n{condition}\nmax_errors = 0\n"));
        let (code, verdict) = judged(&folder, "w-2026-11-23.tsv");
        assert_eq!((code, text(&verdict["rules"][1], "status")), (0, "not_judged"), "{verdict}");
        assert!(text(&verdict["rules"][1], "text").contains(nearest), "{verdict}");
        let github = folder.errstat(&format!("check w-2026-11-23.tsv --as-of {AS_OF} --format github")).done().text();
        assert!(github.lines().any(|line| line.starts_with("::warning ") && line.contains(nearest)), "{github}");
    }
}

#[test]
fn nobody_knows_the_age_of_a_channel_without_rows_and_dates() {
    let folder = Folder::with("exports/shop-2026-11-23.tsv", daily(1..=22));
    folder.file("exports/news.tsv", HEADING);
    for incomplete in ["fail", "warn"] {
        folder.file(
            "errstat.toml",
            format!(
                "channel = [\"shop=*shop-*\", \"news=*news*\"]\n[check]\nperiod = \"last-week\"\nmax_errors = 7\n\
                 max_age = \"8d\"\nincomplete = \"{incomplete}\"\n"
            ),
        );
        let (code, verdict) = judged(&folder, "exports");
        let age = verdict["rules"].as_array().expect("rules").iter().find(|rule| rule["rule"] == "max_age");
        assert_eq!((code, text(age.expect("max_age"), "status")), (2, "not_judged"), "{incomplete}");
        let told = verdict.to_string();
        assert!(told.contains("The inputs of channel news have no rows") && !told.contains("The last row"), "{told}");
    }
    // What is old is old all the same.
    assert!(judged(&folder, "exports --as-of 2026-12-02").1["problems"].to_string().contains("shop are stale"));
}

#[test]
fn a_channel_of_mails_alone_is_known_up_to_its_last_mail() {
    let folder = Folder::with("exports/shop-2026-11-23.tsv", daily(1..=22));
    folder.file("exports/m.eml", mail("news", "2026-11-10 10:00:00", "502", 9));
    let config = |rules: &str| {
        let head = "channel = [\"shop=shop-*\"]\n[check]\nperiod = \"last-week\"\n";
        folder.file("errstat.toml", format!("{head}{rules}"));
    };
    for rule in ["[[check.rule]]\nchannel = \"news\"\nmax_errors = 0\n", "max_errors = 7\n"] {
        config(rule);
        let (code, verdict) = judged(&folder, "exports");
        let said = problems(&verdict).join("\n");
        assert!(code == 2 && said.contains("channel news is of Tue 10 Nov 2026, 10:00"), "{verdict}");
        // No name of the mail's file would help.
        assert!(said.contains("Download the newest export") && !said.contains("rename"), "{said}");
    }
    config("max_age = \"8d\"\nmax_errors = 7\n");
    assert!(problems(&judged(&folder, "exports").1)[0].contains("channel news are stale"));
    for period in ["--period last-week", ""] {
        let summary = folder.summary(&format!("exports {period}"));
        assert_eq!(summary["state"], "unknown", "{period}");
        let note = summary.note("mails-only-channel");
        assert!(note.contains("news") && note.contains("Tue 10 Nov 2026, 10:00"), "{note}");
    }
    // Of the other one everything is known, and the export of the one settles it.
    config("[[check.rule]]\nchannel = \"shop\"\nmax_errors = 7\n");
    folder.file("exports/news-2026-11-23.tsv", daily(10..=10));
    folder.file("errstat.toml", folder.text("errstat.toml").replace("shop-*\"", "shop-*\", \"news=news-*\""));
    assert_eq!(judged(&folder, "exports").0, 0);
}

#[test]
fn mails_alone_are_complete_up_to_no_moment() {
    let folder = Folder::with("m.eml", mail("shop", "2026-11-18 10:00:00", "502", 9));
    rules(&folder, "max_errors = 9\n");
    for dated in ["", " --exported-at 2026-11-23T09:00"] {
        let (code, verdict) = judged(&folder, &format!("m.eml{dated}"));
        let said = problems(&verdict).join("\n");
        assert!(code == 2 && said.contains("Download the newest export") && !said.contains("--exported-at"), "{said}");
    }
}

#[test]
fn a_download_without_an_error_does_not_begin_with_its_end() {
    let folder = Folder::with("exports/shop-2026-11-23.tsv", daily(1..=22));
    folder.file("exports/news-2026-11-23.tsv", HEADING);
    let channels = "channel = [\"shop=shop-*\", \"news=news-*\"]\n[check]\nperiod = \"last-week\"\n";
    folder.file("errstat.toml", format!("{channels}max_errors = 7\n"));
    assert_eq!(judged(&folder, "exports").0, 0);
}

#[test]
fn nothing_of_a_period_without_length_is_judged() {
    let folder = Folder::with("shop-2026-11-23.tsv", daily(1..=22));
    folder.file("errstat.toml", "[check]\nperiod = \"this-week\"\nmax_errors = 0\n");
    let (code, verdict) = judged(&folder, "shop-2026-11-23.tsv --as-of 2026-11-23T00:00");
    assert_eq!((code, problems(&verdict).len()), (2, 1), "{verdict}");
    assert!(problems(&verdict)[0].contains("no length yet"), "{verdict}");
}

// What is compared with the time before the data.

#[test]
fn a_period_before_that_the_data_begin_in_is_not_judged() {
    // 7 errors after 4 of Thursday to Sunday: 75 % more.
    for (first, code, status) in [(12, 2, "not_judged"), (9, 0, "passed")] {
        let folder = Folder::with("shop-2026-11-23.tsv", daily(first..=22));
        rules(&folder, "max_increase = \"50%\"\nmin_previous = 1\n");
        let (found, verdict) = judged(&folder, "shop-2026-11-23.tsv");
        assert_eq!((found, text(&verdict["rules"][0], "status")), (code, status), "{verdict}");
        let summary = folder.summary("shop-2026-11-23.tsv --period last-week");
        assert_eq!(summary["totals"]["change"].is_null(), code == 2);
    }
}

#[test]
fn a_new_channel_is_not_judged_by_the_history_of_another() {
    // One error a day on shop since the 1st; on news, 30 of status 500 on the Monday of this week alone.
    let folder = Folder::with("exports/shop-2026-11-23.tsv", daily(1..=22));
    let news = |day: &str| format!("{HEADING}{day} 10:00:00\terror_status_code\t500\t30\n");
    folder.file("exports/news-2026-11-23.tsv", news("2026-11-16"));
    let channels = "channel = [\"shop=shop-*\", \"news=news-*\"]\n[check]\nperiod = \"last-week\"\n";
    let rule = |rule: &str| {
        folder.file("errstat.toml", format!("{channels}{rule}"));
        let (code, verdict) = judged(&folder, "exports");
        (code, text(&verdict["rules"][0], "status").to_owned())
    };
    let not_judged = (2, "not_judged".to_owned());
    assert_eq!(rule("[[check.rule]]\nchannel = \"news\"\nmax_increase = \"10%\"\n"), not_judged);
    assert_eq!(rule("max_increase = \"10%\"\n"), not_judged);
    assert_eq!(rule("new_details = \"fail\"\n"), not_judged);
    let passed = (0, "passed".to_owned());
    assert_eq!(rule("[[check.rule]]\nchannel = \"shop\"\nmax_increase = \"10%\"\nmin_previous = 1\n"), passed);

    let channel = |summary: &Summary, name: &str| {
        let rows = summary.list("by_channel");
        let row = rows.iter().find(|row| row["channel"] == name).unwrap_or_else(|| panic!("no {name}"));
        ["errors", "previous_errors", "change"].map(|field| row[field].clone())
    };
    let new = |summary: &Summary| {
        summary.list("by_detail").iter().find(|row| row["detail"] == "500").expect("a detail")["new"].clone()
    };
    let summary = folder.summary("exports --period last-week");
    assert_eq!(channel(&summary, "news"), [json!(30), json!(null), json!(null)]);
    assert_eq!(channel(&summary, "shop"), [json!(7), json!(7), json!(0)]);
    assert_eq!((new(&summary), &summary["totals"]["change"]), (json!(false), &json!(null)));
    for code in ["new-unknown-channel", "comparison-partly-covered-channel"] {
        let note = summary.note(code);
        assert!(note.contains("news") && !note.contains("shop"), "{note}");
    }
    // With a download of the week before, which had no error, it is known to be new.
    folder.file("exports/news-2026-11-16.tsv", HEADING);
    let summary = folder.summary("exports --period last-week");
    assert_eq!((new(&summary), &summary["totals"]["change"]), (json!(true), &json!(30)));
    assert!(!summary.notes().iter().any(|code| code.ends_with("-channel")), "{:?}", summary.notes());
    assert_eq!(rule("[[check.rule]]\nchannel = \"news\"\nmax_increase = \"10%\"\n"), (1, "failed".to_owned()));
}

#[test]
fn nothing_is_compared_with_a_period_of_which_nothing_is_known() {
    let change = |days: std::ops::RangeInclusive<u32>, name: &str, period: &str| {
        let folder = Folder::with(name, daily(days));
        let summary = folder.summary(&format!("{name} --period {period}"));
        ["previous_errors", "change", "change_pct"].map(|field| summary["totals"][field].clone())
    };
    let unknown = [json!(7), json!(null), json!(null)];
    // Nobody knows whether the download is of the 16th or of today; the last row of the second is of Wednesday.
    assert_eq!(change(1..=15, "shop.tsv", "last-week"), unknown);
    assert_eq!(change(1..=18, "shop.tsv", "last-week"), unknown);
    assert_eq!(change(1..=15, "shop-2026-11-23.tsv", "last-week"), [json!(7), json!(-7), json!(-100.0)]);
    // The data begin later.
    assert_eq!(change(9..=22, "shop-2026-11-23.tsv", "2026-W44"), [json!(null), json!(null), json!(null)]);
}

#[test]
fn a_period_that_begins_before_the_data_is_said_to() {
    let folder = Folder::with("shop-2026-11-23.tsv", daily(5..=22));
    // W45 is from Monday the 2nd on, of which errors are known from Thursday on.
    let summary = folder.summary("shop-2026-11-23.tsv --period 2026-W45");
    assert_eq!((summary.errors(), &summary["state"]), (4, &json!("unknown")));
    assert!(summary.note("period-partly-before-data").contains("Thu 5 Nov 2026"));
    for period in ["2026-W46", "2026-W44", "2026-11-05..2026-11-08", "all"] {
        let summary = folder.summary(&format!("shop-2026-11-23.tsv --period {period}"));
        assert!(!summary.notes().contains(&"period-partly-before-data"), "{period}");
    }
}

#[test]
fn a_channel_that_is_cut_off_is_told_in_all_the_data() {
    let folder = Folder::with("exports/shop-2026-11-23.tsv", daily(1..=22));
    folder.file("exports/news-2026-11-09.tsv", daily(1..=8));
    let channels = "--channel shop=shop-* --channel news=news-*";
    let summary = folder.summary(&format!("exports {channels}"));
    let note = summary.note("period-not-covered-channel");
    assert!(note.contains("news") && note.contains("Mon 9 Nov 2026, 00:00") && !note.contains("shop"), "{note}");
    assert_eq!(summary["state"], "unknown");
    // As far as both are known there is nothing to tell, nor of one alone, whose last row is the end of the data.
    for inputs in ["exports --only channel=news", "exports/news-2026-11-09.tsv"] {
        let summary = folder.summary(&format!("{inputs} {channels} --period 2026-11-01..2026-11-08"));
        assert!(!summary.notes().iter().any(|code| code.starts_with("period-not-covered")), "{inputs}");
    }
    assert!(
        !folder.summary(&format!("exports/news-2026-11-09.tsv {channels}")).notes().contains(&"period-not-covered")
    );
}

// Gaps between exports.

/// Weekly downloads of a busy and of a quiet bot on Mondays at 9 o'clock; `missing` are files that were forgotten. The
/// busy one has an error a day, the quiet one an error on the 4th and on the 19th.
fn downloads(missing: &[&str]) -> Folder {
    let folder = Folder::new();
    folder.file(
        "errstat.toml",
        "channel = [\"busy=busy-*\", \"quiet=quiet-*\"]\n[check]\nperiod = \"last-week\"\nmax_errors = 9\n",
    );
    for (monday, days) in [(2, 1..=1), (9, 2..=8), (16, 9..=15), (23, 16..=22)] {
        let quiet: Vec<String> = days
            .clone()
            .filter(|day| [4, 19].contains(day))
            .map(|day| format!("2026-11-{day:02} 12:00:00 1"))
            .collect();
        let quiet: Vec<&str> = quiet.iter().map(String::as_str).collect();
        for (bot, text) in [("busy", daily(days)), ("quiet", export(&quiet))] {
            let name = format!("{bot}-2026-11-{monday:02}.tsv");
            if !missing.contains(&name.as_str()) {
                folder.file(&format!("exports/{name}"), text);
            }
        }
    }
    folder
}

/// Channel, start and end of the gaps that `archive info` lists.
fn gaps_of_archive(folder: &Folder) -> Vec<(String, String, String)> {
    folder.errstat("archive add --archive ar exports").done();
    let info = folder.errstat("archive info --archive ar --format json").done().text();
    let info: Value = serde_json::from_str(&info).expect("JSON");
    let gaps = |channel: &Value| -> Vec<(String, String, String)> {
        let gap = |gap: &Value| {
            [&channel["channel"], &gap["from"], &gap["until"]].map(|v| v.as_str().unwrap_or("").to_owned())
        };
        channel["gaps"].as_array().expect("gaps").iter().map(gap).map(|[a, b, c]| (a, b, c)).collect()
    };
    info["channels"].as_array().expect("channels").iter().flat_map(gaps).collect()
}

#[test]
fn weeks_without_an_error_are_no_gap() {
    let folder = downloads(&[]);
    let summary = folder.summary("exports --period last-week");
    assert!(!summary.notes().iter().any(|code| code.starts_with("gap")), "{:?}", summary.notes());
    // Eight errors after seven.
    assert_eq!(summary["totals"]["change"], 1);
    assert_eq!(judged(&folder, "exports").0, 0);
    assert_eq!(gaps_of_archive(&folder), []);
    assert_eq!(judged(&folder, "ar").0, 0);
}

#[test]
fn a_download_that_was_forgotten_is_a_gap_everywhere() {
    let folder = downloads(&["busy-2026-11-16.tsv"]);
    // The week before last; what is compared with it is nothing.
    let summary = folder.summary("exports --period last-week");
    let note = summary.note("gap-before-channel");
    assert!(note.contains("busy") && note.contains("9 Nov 2026, 00:00") && note.contains("16 Nov 2026"), "{note}");
    let of = |field: &str| summary["totals"][field].clone();
    assert_eq!(
        [of("errors"), of("previous_errors"), of("change"), of("change_pct")],
        [json!(8), json!(0), json!(null), json!(null)]
    );
    assert!(summary.notes().contains(&"not-compared"));
    let channel = |name: &str| {
        let rows = summary.list("by_channel");
        rows.iter().find(|row| row["channel"] == name).unwrap_or_else(|| panic!("no {name}"))["change"].clone()
    };
    assert_eq!([channel("busy"), channel("quiet")], [json!(null), json!(1)]);
    assert!(
        !folder
            .errstat(&format!("summary exports --period last-week --as-of {AS_OF}"))
            .done()
            .text()
            .contains("from 0")
    );
    assert_eq!(judged(&folder, "exports").0, 0, "the week that is judged is covered");
    // Nor is it judged.
    rules_of_downloads(&folder, "max_errors = 9\nmax_increase = \"0%\"\nmin_previous = 1\n");
    let (code, verdict) = judged(&folder, "exports");
    assert_eq!((code, text(&verdict["rules"][1], "status")), (0, "not_judged"), "{verdict}");
    rules_of_downloads(&folder, "[[check.rule]]\nchannel = \"quiet\"\nmax_increase = \"0%\"\nmin_previous = 1\n");
    assert_eq!(judged(&folder, "exports").0, 0, "of the other bot the week before is known: one error, at most one");

    // The gap is in the week that is judged.
    rules_of_downloads(&folder, "max_errors = 9\n");
    let week = "--period 2026-W46";
    let (code, verdict) = judged(&folder, &format!("exports {week}"));
    assert!(code == 2 && problems(&verdict).join("").contains("busy"), "{verdict}");
    assert_eq!(folder.summary(&format!("exports {week}"))["totals"]["change"], json!(null));
    folder.errstat(&format!("report exports {week} -o out --as-of {AS_OF} --quiet")).done();
    let page = folder.text("out/report.html");
    assert!(page.contains("Hatched") && page.contains("fill=\"url(#hatch)\""), "the page's timeline is hatched");

    let gap = ("busy".to_owned(), "2026-11-09T00:00:00+09:00".to_owned(), "2026-11-16T00:00:00+09:00".to_owned());
    assert_eq!(gaps_of_archive(&folder), [gap]);
    assert_eq!(judged(&folder, &format!("ar {week}")).0, 2);
    assert_eq!(folder.summary("ar --period last-week").note("gap-before-channel"), note);
}

#[test]
fn a_gap_before_the_week_that_is_judged_ends_somewhere_before_its_first_row() {
    // Hourly errors up to Monday the 9th and again from Monday the 16th at 05:00, from Tuesday at 05:00; a week is missing.
    let hourly = |from: u32, until: u32| -> Vec<String> {
        (from..until).map(|hour| format!("2026-11-{:02} {:02}:30:00 1", 1 + hour / 24, hour % 24)).collect()
    };
    let folder = Folder::new();
    rules(&folder, "max_errors = 999\n");
    let file = |name: &str, hours: Vec<String>| {
        folder.file(name, export(&hours.iter().map(String::as_str).collect::<Vec<_>>()));
    };
    file("shop-2026-11-09.tsv", hourly(24, 8 * 24));
    for (first, code) in [(15 * 24 + 5, 0), (16 * 24 + 5, 2)] {
        file("shop-2026-11-23.tsv", hourly(first, 22 * 24));
        let (found, verdict) = judged(&folder, "shop-2026-11-09.tsv shop-2026-11-23.tsv");
        assert_eq!(found, code, "{verdict}");
    }
}

#[test]
fn no_errors_are_no_news_where_no_export_speaks_for_the_period() {
    let folder = downloads(&["busy-2026-11-16.tsv"]);
    let week = "exports --only channel=busy --period 2026-W46";
    for (lang, good, stopped) in
        [("en", "No errors", "No longer seen"), ("ja", "エラーはありません。", "発生しなくなった")]
    {
        let text = folder.errstat(&format!("summary {week} --as-of {AS_OF} --lang {lang}")).done().text();
        assert!(!text.contains(good) && !text.contains(stopped), "{text}");
    }
    let text = folder.errstat(&format!("summary {week} --as-of {AS_OF} --format markdown")).done().text();
    assert!(text.contains("No data for this week: no export covers it.") && !text.contains("No errors"), "{text}");
}

fn rules_of_downloads(folder: &Folder, rules: &str) {
    folder.file(
        "errstat.toml",
        format!("channel = [\"busy=busy-*\", \"quiet=quiet-*\"]\n[check]\nperiod = \"last-week\"\n{rules}"),
    );
}

// Windows that the period before has not.

#[test]
fn the_31st_is_held_against_min_previous() {
    // A day of February has 30 errors; the 31st of March has 41, and at most 20 × 2 are allowed.
    let first = "2026-02-01 10:00:00 1";
    let folder = Folder::with("m-2026-04-01.tsv", export(&[first, "2026-02-10 10:00:00 30", "2026-03-31 10:00:00 41"]));
    for (least, code) in [(20, 1), (21, 0)] {
        folder.file(
            "errstat.toml",
            format!("[check]\nperiod = \"2026-03\"\n[[check.rule]]\nmax_increase = \"100%\"\nmin_previous = {least}\nper = \"day\"\n"),
        );
        assert_eq!(judged(&folder, "m-2026-04-01.tsv --as-of 2026-04-01").0, code, "{least}");
    }
    // The 10th of March is held against the 10th of February: 61 after 30, where 60 are allowed.
    for (errors, code) in [(60, 0), (61, 1)] {
        let rows = [first, "2026-02-10 10:00:00 30", &format!("2026-03-10 10:00:00 {errors}")];
        folder.file("m-2026-04-01.tsv", export(&rows));
        folder.file(
            "errstat.toml",
            "[check]\nperiod = \"2026-03\"\n[[check.rule]]\nmax_increase = \"100%\"\nmin_previous = 1\nper = \"day\"\n",
        );
        assert_eq!(judged(&folder, "m-2026-04-01.tsv --as-of 2026-04-01").0, code, "{errors}");
    }
}

#[test]
fn weeks_that_a_period_cuts_are_held_against_as_many_days() {
    // 30 errors a day; what the months cut are 4 days after 4, 5 after 5, and the 31st, after 20 × 1.5 = 30.
    let days = |year: i32, month: u32, last: u32| {
        (1..=last).map(move |day| format!("{year}-{month:02}-{day:02} 12:00:05 30")).collect::<Vec<_>>()
    };
    let rows = [days(2026, 9, 30), days(2026, 10, 31), days(2026, 11, 22)].concat();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let folder = Folder::with("shop-2026-11-23.tsv", export(&rows));
    for (period, increase, code) in [
        ("2026-10", "50%", 0),
        ("2026-10", "49%", 1),
        ("30d", "0%", 0),
        ("2026-11-11..2026-11-13", "0%", 0),
        ("2026-11-01..2026-11-22", "0%", 0),
    ] {
        folder.file(
            "errstat.toml",
            format!("[check]\nperiod = \"{period}\"\n[[check.rule]]\nmax_increase = \"{increase}\"\nper = \"week\"\n"),
        );
        let (found, verdict) = judged(&folder, "shop-2026-11-23.tsv");
        assert_eq!(found, code, "{period} {increase} {verdict}");
        if code == 1 {
            let windows = verdict["rules"][0]["windows"].as_array().expect("windows");
            assert_eq!((windows.len(), text(&windows[0], "start")), (1, "2026-10-31T00:00:00+09:00"));
        }
    }
}

#[test]
fn an_hour_is_held_against_the_same_hour_of_the_wall_clock() {
    // Germany's clock went forward on 29 March.
    let at = |day: &str, time: &str, count: u32| format!("{day} {time} {count}");
    let folder = Folder::new();
    folder.file(
        "errstat.toml",
        "timezone = \"Europe/Berlin\"\n[check]\nperiod = \"2026-W14\"\n[[check.rule]]\nmax_increase = \"0%\"\nmin_previous = 1\nper = \"hour\"\n",
    );
    // Monday 10:30 in Berlin, both weeks: 18:30 in Japan in winter, 17:30 in summer.
    let rows = |time: &str| export(&[&at("2026-03-23", "18:30:00", 7), &at("2026-03-30", time, 7)]);
    folder.file("w-2026-04-06.tsv", rows("17:30:00"));
    assert_eq!(judged(&folder, "w-2026-04-06.tsv --as-of 2026-04-06T12:00").0, 0);
    // An hour later by the wall, though as long after.
    folder.file("w-2026-04-06.tsv", rows("18:30:00"));
    assert_eq!(judged(&folder, "w-2026-04-06.tsv --as-of 2026-04-06T12:00").0, 1);
}

// How it is told.

#[test]
fn what_is_not_known_is_told_once_in_every_format() {
    let folder = Folder::with("exports/shop-2026-11-16.tsv", export(&["2026-11-10 10:00:00 2"]));
    rules(
        &folder,
        "max_errors = 5\nmax_incidents = 1\nunknown_details = \"fail\"\nnew_details = \"fail\"\n[[check.rule]]\nmax_errors = 3\nper = \"day\"\n",
    );
    let line = format!("check exports --as-of {AS_OF}");
    for format in ["text", "markdown", "github", "junit", "json"] {
        let outcome = folder.errstat(&format!("{line} --format {format}")).run();
        assert_eq!(outcome.code, Some(2), "{format}");
        let told = outcome.text().split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(told.matches("so 2026-W47 is unknown").count(), 1, "{format}: {told}");
    }
    // Beside a broken rule it is a remark.
    rules(&folder, "max_errors = 5\n");
    folder.file("exports/shop-2026-11-20.tsv", export(&["2026-11-17 10:00:00 9"]));
    for (format, sign) in
        [("text", "Failed:"), ("github", "::warning "), ("junit", "<skipped"), ("markdown", "### Notes")]
    {
        let outcome = folder.errstat(&format!("{line} --format {format}")).run();
        assert_eq!(outcome.code, Some(1), "{format}");
        let told = outcome.text().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(sign) && told.matches("The rest of 2026-W47").count() == 1, "{format}: {told}");
    }
}

#[test]
fn a_table_is_cut_where_a_period_ends() {
    use errstat::{
        input::{ReadOptions, Unwatched, read},
        model::Timestamp,
        table::{Settings, build},
    };
    let folder =
        Folder::with("w.tsv", export(&["2026-11-17 10:00:01 1", "2026-11-17 10:01:01 2", "2026-11-17 10:02:01 4"]));
    let path = folder.path("w.tsv").to_string_lossy().into_owned();
    let at = |text: &str| chrono::DateTime::parse_from_rfc3339(text).expect("a moment").timestamp_millis();
    // All three stand in one cell of five minutes.
    for (start, end, errors) in [
        ("2026-11-17T10:01:00+09:00", "2026-11-17T10:02:00+09:00", 2),
        ("2026-11-17T10:01:00+09:00", "2026-11-17T11:00:00+09:00", 6),
        ("2026-11-17T09:00:00+09:00", "2026-11-17T10:02:00+09:00", 3),
        ("2026-11-17T09:00:00+09:00", "2026-11-17T11:00:00+09:00", 7),
    ] {
        let reading = read(std::slice::from_ref(&path), ReadOptions::default(), &Unwatched).expect("an export");
        let cuts = vec![Timestamp(at(start)), Timestamp(at(end))];
        let table = build(reading, Settings { cuts, ..Settings::default() }).expect("one file");
        let inside = table.cells().between(at(start), at(end));
        assert_eq!(inside.iter().map(|cell| cell.errors).sum::<u64>(), errors, "{start}..{end}");
    }
}

#[test]
fn a_period_that_divides_a_day_without_times_says_where_it_counts() {
    let heading = "Date\tReason\tDetail\tErrors\n";
    let rows = "2026-11-15\terror_status_code\t502\t3\n2026-11-17\terror_status_code\t502\t5\n";
    let folder = Folder::with("days.tsv", format!("{heading}{rows}"));
    // From noon of the 16th, a day without errors, to noon of the 17th, all of which counts.
    let summary = folder.summary("days.tsv --period 2026-11-16T12:00..2026-11-17T12:00");
    assert_eq!(summary["totals"]["errors"], 5);
    assert_eq!(summary.notes().iter().filter(|code| **code == "edge-in-day").count(), 1);
    assert!(summary.note("edge-in-day").starts_with("Tue 17 Nov 2026, 12:00"));
    // Whole days divide none, and neither does a moment of a day without errors.
    for period in ["2026-11-16..2026-11-17", "2026-11-16T12:00..2026-11-16T18:00"] {
        let summary = folder.summary(&format!("days.tsv --period {period}"));
        assert!(!summary.notes().contains(&"edge-in-day"), "{period}");
    }
}

/// What is usual: label, errors and whether it is covered of each like week, and their median.
fn usual(summary: &Summary) -> (Vec<(&str, u64, bool)>, &Value) {
    let periods = summary["history"]["periods"].as_array().expect("periods").iter();
    let period = |period| (text(period, "label"), period["errors"].as_u64().unwrap(), period["covered"] == true);
    (periods.map(period).collect(), &summary["history"]["median"])
}

#[test]
fn a_week_in_which_a_channel_is_unknown_is_no_usual_one() {
    // An error a day on news; shop is new on Tuesday of W47, or ended in W45.
    let folder = Folder::with("news-2026-11-23.tsv", daily(1..=22));
    folder.file("shop-2026-11-23.tsv", export(&["2026-11-17 10:00:00 200"]));
    folder.file("old-2026-11-06.tsv", export(&["2026-11-03 10:00:00 3"]));
    let told = |files: &str| {
        let channels = "--channel news=news* --channel shop=shop* --channel old=old*";
        folder.summary(&format!("{files} {channels} --period 2026-W47"))
    };
    let of = |covered| vec![("2026-W44", 1, false), ("2026-W45", 7, covered), ("2026-W46", 7, covered)];
    assert_eq!(usual(&told("news-2026-11-23.tsv")), (of(true), &json!(7)));
    assert_eq!(usual(&told("news-2026-11-23.tsv shop-2026-11-23.tsv")), (of(false), &Value::Null));
    // What ended before the week is not in its total, whatever is unknown of it since then.
    let ended = vec![("2026-W44", 1, false), ("2026-W45", 10, true), ("2026-W46", 7, true)];
    assert_eq!(usual(&told("news-2026-11-23.tsv old-2026-11-06.tsv")), (ended, &json!(9)));
}

#[test]
fn an_old_mail_is_no_beginning_of_the_exports() {
    let folder = Folder::with("shop-2026-11-23.tsv", export(&["2026-11-17 10:00:00 5"]));
    folder.file("m.eml", mail("shop", "2026-10-01 10:00:00", "502", 7));
    let summary = folder.summary("shop-2026-11-23.tsv m.eml --period 2026-W47");
    assert_eq!((summary.errors(), &summary["totals"]["previous_errors"]), (5, &Value::Null));
    assert_eq!(usual(&summary), (Vec::new(), &Value::Null));
    let note = summary.note("period-partly-before-data");
    assert!(note.contains("Tue 17 Nov 2026, 10:00"), "{note}");
    assert!(!summary.notes().contains(&"comparison-partly-covered"), "{:?}", summary.notes());
    // Where there are only mails, they are all that is known.
    let mails =
        folder.file("n.eml", mail("shop", "2026-11-17 10:00:00", "502", 7)).summary("m.eml n.eml --period 2026-W47");
    assert_eq!(mails["totals"]["previous_errors"], 0);
}

#[test]
fn what_ends_together_is_as_known_as_the_dated_one_in_any_order() {
    let days = |count: u32| {
        let row = |day: u32| format!("2026-11-{day:02}\terror_status_code\t502\t{count}\n");
        "Date\tReason\tDetail\tErrors\n".to_owned() + &[2, 3, 9, 10, 11].map(row).concat()
    };
    let folder = Folder::with("a.tsv", days(5));
    folder.file("b-2026-11-12.tsv", days(4));
    rules(&folder, "incomplete = \"warn\"\nmax_increase = \"0%\"\n");
    let weeks = (vec![("2026-W45", 10, true), ("2026-W46", 15, false)], json!(10));
    // The undated one alone ends in the middle of W46 too.
    for files in ["a.tsv b-2026-11-12.tsv", "b-2026-11-12.tsv a.tsv", "a.tsv"] {
        let files = format!("--channel shop {files}");
        let summary = folder.summary(&format!("{files} --period 2026-W47"));
        assert_eq!(summary["totals"]["change"], Value::Null, "{files}");
        let (told, median) = usual(&summary);
        assert_eq!((told, median.clone()), weeks, "{files}");
        // A warning about the data is no rule that was judged.
        let (code, verdict) = judged(&folder, &files);
        assert_eq!((code, problems(&verdict)), (2, vec!["errstat couldn't judge any rule about errors."]), "{verdict}");
        let warned = verdict["rules"].as_array().unwrap().iter().find(|rule| rule["rule"] == "incomplete").unwrap();
        let text = text(warned, "text");
        assert_eq!(text.contains("Download the newest export"), files.contains('b'), "{text}");
    }
}

#[test]
fn a_gap_ends_by_the_dates_of_the_downloads() {
    // Downloaded each Monday in the night, that of the 16th is missing: the one of the 23rd reaches back to seven days
    // before its last row.
    let folder = Folder::new();
    for (day, before, row) in [
        ("2026-11-02", "2026-10-27 10:00:00 5", "2026-11-02 08:10:00 5"),
        ("2026-11-09", "2026-11-04 10:00:00 5", "2026-11-09 02:10:00 5"),
        ("2026-11-23", "2026-11-18 10:00:00 5", "2026-11-23 05:10:00 5"),
        ("2026-11-30", "2026-11-26 10:00:00 5", "2026-11-30 01:10:00 5"),
    ] {
        folder.file(&format!("in/shop-{day}.tsv"), export(&[before, row]));
    }
    folder.errstat("archive add --archive ar --channel shop in").done();
    for inputs in ["--channel shop in", "ar"] {
        let line = format!("{inputs} --as-of 2026-11-30T09:00 --period 2026-11-16..2026-11-29");
        let note = folder.summary(&line);
        let note = note.note("gap");
        assert!(note.contains("Mon 9 Nov 2026, 02:10 to Mon 16 Nov 2026, 05:10"), "{inputs}: {note}");
    }
}
