//! `--only` and `--exclude` choose errors, and every output says that they did.

use serde_json::json;

use crate::program::{AS_OF, Folder};

/// Five kinds of errors of two channels in one week, one of them with a host.
fn folder() -> Folder {
    let rows = [
        "2026-11-16 10:00:00\terror_status_code\t502\t3\tshop\t",
        "2026-11-16 11:00:00\terror_status_code\t404\t5\tshop\t",
        "2026-11-17 10:00:00\trequest_timeout\tRequest timeout\t7\tshop\t",
        "2026-11-17 11:00:00\terror_status_code\t503\t11\tnews\t",
        "2026-11-18 10:00:00\terror_status_code\t404\t13\tnews\t",
        "2026-11-18 11:00:00\tcould_not_connect\tConnection timeout\t17\tnews\thttps://bot.example.com/callback",
    ];
    let text = format!("Time\tReason\tDetail\tCount\tChannel name\tURL\n{}\n", rows.join("\n"));
    Folder::with("w-2026-11-23.tsv", text)
}

#[test]
fn errors_are_chosen_by_each_key() {
    let folder = folder();
    for (options, errors) in [
        ("", 3 + 5 + 7 + 11 + 13 + 17),
        ("--only detail=404", 5 + 13),
        ("--only status=5xx", 3 + 11),
        ("--only status=50*", 3 + 11),
        ("--only status=503", 11),
        ("--only channel=shop", 3 + 5 + 7),
        ("--only channel=SH*", 3 + 5 + 7),
        ("--only reason=request_timeout", 7),
        ("--only reason=REQUEST_TIMEOUT", 7),
        ("--only reason=request_timeout --only reason=could_not_connect", 7 + 17),
        ("--only detail=Connection*", 17),
        ("--only detail=404 --period 2026-11-16..2026-11-17", 5),
        ("--only host=bot.example.com", 17),
        ("--only host=https://*", 17),
        // Values of one key are alternatives …
        ("--only detail=404 --only status=5xx", 0),
        ("--only detail=404 --only detail=503", 5 + 13 + 11),
        ("--only channel=shop --only channel=news", 3 + 5 + 7 + 11 + 13 + 17),
        // … and different keys must all hold.
        ("--only channel=shop --only detail=404", 5),
        ("--only channel=news --only status=5xx --only status=404", 11 + 13),
        ("--exclude detail=404", 3 + 7 + 11 + 17),
        ("--exclude channel=news", 3 + 5 + 7),
        ("--exclude channel=news --exclude detail=404", 3 + 7),
        ("--only status=5xx --exclude channel=news", 3),
        ("--exclude host=bot.example.com", 3 + 5 + 7 + 11 + 13),
        ("--exclude detail=*", 0),
    ] {
        assert_eq!(folder.summary(&format!("w-2026-11-23.tsv {options}")).errors(), errors, "{options}");
    }
    let spaced = folder.errstat("summary w-2026-11-23.tsv --only").arg("detail=connection TIMEOUT").summary();
    assert_eq!(spaced.errors(), 17);
}

#[test]
fn the_command_line_goes_before_the_configuration_and_both_speak_of_themselves() {
    let folder = folder();
    folder.file("errstat.toml", "only = [\"detail=404\", \"detail=503\"]\nexclude = \"channel=shop\"\n");
    let summary = folder.summary("w-2026-11-23.tsv");
    assert_eq!((summary.errors(), &summary["filter"]), (24, &json!(["detail=404", "detail=503", "channel!=shop"])));
    let summary = folder.summary("w-2026-11-23.tsv --only status=5xx");
    assert_eq!((summary.errors(), &summary["filter"]), (11, &json!(["status=5xx", "channel!=shop"])));
    folder.file("errstat.toml", "");
    assert_eq!(folder.summary("w-2026-11-23.tsv")["filter"], json!([]));
}

#[test]
fn every_output_names_the_filter() {
    let folder = folder();
    let with = "w-2026-11-23.tsv --period last-week --only channel=news --exclude detail=404";
    let mail = "--mail-from bot@example.com --mail-to ops@example.com";
    for (lang, word, comma) in
        [("en", "Filter: channel=news, detail!=404", ", "), ("ja", "絞り込み: channel=news、detail!=404", "、")]
    {
        let call = |line: &str| folder.errstat(&format!("{line} --as-of {AS_OF} --lang {lang}")).done();
        let table = call(&format!("summary {with}")).text();
        assert!(table.contains(word), "{table}");
        let markdown = call(&format!("summary {with} --format markdown")).text();
        let escaped = format!("channel\\=news{comma}detail\\!\\=404");
        assert!(markdown.contains(&escaped), "{markdown}");
        let told = call(&format!("report {with} -o out -o out.md -o out.eml {mail}")).stderr;
        assert!(told.contains(word), "{told}");
        assert!(folder.text("out/report.html").contains(word));
        assert!(folder.text("out.md").contains(&escaped));
        assert!(folder.text("out/summary.json").contains("\"detail!=404\""));
        // The pictures have the same words as paths; their text alternative has them as text.
        let svg = folder.text("out/charts/timeline.svg");
        // Without a font for the language they are in English.
        assert!([", ", comma].iter().any(|comma| svg.contains(&format!("channel=news{comma}detail!=404"))), "{svg}");
        let reconciled = call("reconcile w-2026-11-23.tsv --only channel=news --exclude detail=404").text();
        assert!(reconciled.contains(word), "{reconciled}");
        // Without a filter nothing of it is said.
        assert!(!call("summary w-2026-11-23.tsv").text().contains(word.split(':').next().expect("a word")));
    }
}

#[test]
fn a_period_in_which_nothing_passes_the_filter_is_not_said_to_be_free_of_errors() {
    let folder = folder();
    for format in ["table", "markdown"] {
        let line = format!("summary w-2026-11-23.tsv --only detail=418 --as-of {AS_OF} --format {format}");
        let text = folder.errstat(&line).done().text();
        assert!(text.contains("No errors match the filter."), "{text}");
        assert!(!text.contains("No errors."), "{text}");
    }
}

#[test]
fn a_subject_names_the_first_part_of_the_filter() {
    let folder = folder();
    let subject = |filter: &str| {
        let line = format!("report w-2026-11-23.tsv --period last-week {filter} -o m.eml --as-of {AS_OF}");
        folder.errstat(&format!("{line} --mail-from bot@example.com --mail-to ops@example.com")).done();
        let mail = folder.text("m.eml").replace("\r\n ", " ");
        mail.lines().find(|line| line.starts_with("Subject:")).expect("a subject").to_owned()
    };
    assert!(subject("--only detail=404").ends_with("(Filter: detail=404)"), "{}", subject("--only detail=404"));
    let two = subject("--only detail=404 --only channel=news");
    assert!(two.contains("Filter: detail=404, "), "{two}");
    assert!(!subject("").contains("Filter"));
}

#[test]
fn check_refuses_filters_and_names_what_takes_their_place() {
    let folder = folder();
    folder.file("errstat.toml", "[check]\nmax_errors = 100\n");
    let check = |options: &str| folder.errstat(&format!("check w-2026-11-23.tsv --as-of {AS_OF} {options}"));
    check("").done();
    for options in ["--only detail=404", "--exclude channel=news"] {
        let sentence = check(options).refused();
        assert!(sentence.contains("[[check.rule]]"), "{sentence}");
    }
    folder.file("errstat.toml", "only = [\"detail=404\"]\n[check]\nmax_errors = 100\n");
    let sentence = check("").refused();
    assert!(sentence.contains("detail=404") && sentence.contains("[[check.rule]]"), "{sentence}");
    let outcome = check("--format json").run();
    assert_eq!(outcome.code, Some(2), "the reports are written, and say why");
    assert!(outcome.text().contains("detail=404"), "{}", outcome.text());
    folder.file("none/errstat.toml", "");
    assert!(check("--init --config new.toml --only detail=404").refused().contains("[[check.rule]]"));
}

#[test]
fn the_options_of_the_first_version_end_in_the_new_spelling() {
    let folder = folder();
    for (options, spelling) in [
        (vec!["--reason", "request_timeout"], "--only reason=request_timeout"),
        (vec!["--detail=404"], "--only detail=404"),
        (vec!["--detail", "Unknown host"], "--only 'detail=Unknown host'"),
    ] {
        let call = options.iter().fold(folder.errstat("summary w-2026-11-23.tsv"), |call, option| call.arg(option));
        let sentence = call.refused();
        assert!(sentence.contains(spelling), "{sentence}");
    }
    folder.file("errstat.toml", "top = 3\nreason = [\"request_timeout\", \"unclassified\"]\n");
    let sentence = folder.errstat("summary w-2026-11-23.tsv").refused();
    let spelling = "only = [\"reason=request_timeout\", \"reason=unclassified\"]";
    assert!(sentence.contains("errstat.toml:2:1") && sentence.contains(spelling), "{sentence}");
    let help = folder.errstat("summary --help").done().text();
    assert!(help.contains("--only") && !help.contains("--reason"), "{help}");
}

#[test]
fn coverage_is_told_of_the_channels_that_are_shown() {
    let folder = folder();
    let row =
        |channel: &str| format!("Time\tReason\tCount\tChannel name\n2026-11-16 10:00:00\tunclassified\t3\t{channel}\n");
    // The second file is known to be complete up to the 18th, the first up to the 23rd.
    folder.file("club-2026-11-18.tsv", row("club")).file("club2-2026-11-23.tsv", row("lamp"));
    let codes = |options: &str| {
        let summary = folder.summary(&format!("club-2026-11-18.tsv club2-2026-11-23.tsv --period last-week {options}"));
        let notes = summary.list("notes").iter().map(|note| note["code"].as_str().expect("a code").to_owned());
        notes.filter(|code| code.starts_with("period-not-covered")).collect::<Vec<_>>()
    };
    assert_eq!(codes(""), ["period-not-covered-channel"]);
    assert!(codes("--only channel=lamp").is_empty());
    assert_eq!(codes("--only channel=club"), ["period-not-covered"]);
    assert_eq!(codes("--exclude channel=lamp"), ["period-not-covered"]);
}

/// The only export of news has no row and is complete up to the 9th; the week that is asked for begins on the 16th.
#[test]
fn a_channel_without_a_row_is_known_as_far_as_its_exports_tell() {
    let folder = Folder::new();
    let heading = "Time\tReason\tDetail\tCount\n";
    folder.file("shop-2026-11-23.tsv", format!("{heading}2026-11-17 10:00:00\terror_status_code\t502\t3\n"));
    folder.file("news-2026-11-09.tsv", heading);
    folder.file("club.tsv", heading);
    folder.file("errstat.toml", "channel = [\"shop=shop*\", \"news=news*\", \"club=club*\"]\n");
    let of = |inputs: &str, options: &str| folder.summary(&format!("{inputs} --period last-week {options}"));
    for (options, state, code) in [
        ("--only channel=news", "unknown", "period-not-covered"),
        ("--only channel=club", "unknown", "no-rows-channel"),
        ("--only channel=news --only channel=shop", "unknown", "period-not-covered-channel"),
        // The week before is known, and had none.
        ("--only channel=news --as-of 2026-11-09", "quiet", ""),
    ] {
        let summary = of("shop-2026-11-23.tsv news-2026-11-09.tsv club.tsv", options);
        assert_eq!(summary["state"], state, "{options}: {}", summary["notes"]);
        assert!(code.is_empty() || summary.notes().contains(&code), "{options}: {}", summary["notes"]);
        let line = format!("summary . --period last-week {options} --format openmetrics");
        let line = if line.contains("--as-of") { line } else { format!("{line} --as-of {AS_OF}") };
        let metrics = folder.errstat(&line).done().text();
        let grave = metrics.lines().find(|line| line.starts_with("errstat_grave_notes")).expect("grave notes");
        assert_eq!(grave == "errstat_grave_notes 0", state == "quiet", "{options}: {grave}");
    }
    assert_eq!(of("shop-2026-11-23.tsv club.tsv", "")["state"], "unknown", "nothing is known of club");
    let metrics = folder.errstat("summary club.tsv --format openmetrics").done().text();
    assert!(metrics.contains("\nerrstat_grave_notes 1\n"), "no input has a row: {metrics}");
}

#[test]
fn a_filter_that_leaves_out_every_channel_is_refused() {
    let folder = folder();
    for exclude in ["--exclude channel=shop --exclude channel=news", "--exclude channel=*"] {
        let refused = folder.errstat(&format!("summary w-2026-11-23.tsv {exclude}")).refused();
        assert!(refused.contains("leaves out every channel"), "{refused}");
    }
    // What leaves out every error leaves the channels.
    assert_eq!(folder.summary("w-2026-11-23.tsv --exclude detail=*").errors(), 0);
}
