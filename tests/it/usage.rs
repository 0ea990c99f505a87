//! What errstat says about a mistaken command line, and what it suggests to type instead.

use std::io::Write;

use crate::program::Folder;

const EXPORT: &str = "Time\tReason\tDetail\tCount\n2026-11-16 04:12:33\trequest_timeout\tRequest timeout\t3\n";

fn folder() -> Folder {
    Folder::with("webhook-errors.tsv", EXPORT)
}

fn refused(line: &str) -> String {
    folder().errstat(line).refused()
}

#[test]
fn inputs_alone_are_summed_up() {
    let folder = folder();
    let summary = folder.errstat("summary webhook-errors.tsv --as-of 2026-11-23").done().text();
    for line in [
        "webhook-errors.tsv --as-of 2026-11-23",
        "--as-of 2026-11-23 webhook-errors.tsv",
        "web*.tsv --as-of 2026-11-23",
    ] {
        assert_eq!(folder.errstat(line).done().text(), summary, "{line}");
    }
    assert!(folder.errstat("-").stdin(EXPORT).done().text().contains("3 errors"));
    // A word that is neither a command nor a file is taken for a command.
    let sentence = folder.errstat("sumary").refused();
    assert!(sentence.contains("“sumary”") && sentence.contains("Did you mean summary?"), "{sentence}");
}

#[test]
fn options_of_other_programs_are_translated() {
    for (line, option, instead) in [
        ("summary webhook-errors.tsv --since 2026-11-16", "--since", "--period 2026-11-16..20"),
        (
            "summary webhook-errors.tsv --since=2026-11-16 --until 2026-11-18",
            "--since",
            "--period 2026-11-16..2026-11-18?",
        ),
        ("summary webhook-errors.tsv --from 2026-11-16", "--from", "--period"),
        ("webhook-errors.tsv --json", "--json", "--format json"),
        ("report webhook-errors.tsv -o out --json", "--json", "-o out.json"),
        ("summary webhook-errors.tsv --status 5xx", "--status", "--only status=5xx"),
        ("summary webhook-errors.tsv --tz=Asia/Taipei", "--tz", "--timezone Asia/Taipei"),
        ("inspect --access-log x.log", "--access-log", "errstat inspect x.log"),
        ("-v", "-v", "errstat --version"),
        // Rules stand in the configuration.
        ("check webhook-errors.tsv --max-errors 5", "--max-errors", "`[check] max_errors = …` (errstat.toml)"),
        // A slip of the keyboard.
        ("summary webhook-errors.tsv --perod last-week", "--perod", "--period"),
    ] {
        let sentence = refused(line);
        assert!(
            sentence.contains(option) && sentence.contains(&format!("Did you mean {instead}")),
            "{line}: {sentence}"
        );
        assert!(sentence.contains(" --help"), "{line}: {sentence}");
    }
}

#[test]
fn a_summary_as_a_file_is_a_report() {
    for (format, ending) in [("html", "html"), ("xlsx", "xlsx"), ("pdf", "html"), ("PNG", "png")] {
        for line in [
            format!("webhook-errors.tsv --top 3 --format {format}"),
            format!("summary --format={format} webhook-errors.tsv --top 3"),
        ] {
            let command = format!("errstat report webhook-errors.tsv --top 3 -o out.{ending}");
            let sentence = refused(&line);
            assert!(sentence.contains(&command), "{line}: {sentence}");
        }
    }
    assert!(refused("version").contains("Did you mean errstat --version?"));
}

#[test]
fn an_option_before_its_command_is_told_where_it_belongs() {
    for command in ["summary", "report", "check"] {
        let sentence = refused(&format!("--lang en {command} webhook-errors.tsv"));
        assert!(sentence.contains(&format!("errstat {command} --lang")), "{sentence}");
        assert!(!sentence.contains("isn't an option"), "{sentence}");
    }
    let sentence = refused("--lang ja summary webhook-errors.tsv");
    assert!(sentence.contains("コマンドの後") && sentence.contains("errstat summary --lang"), "{sentence}");
    // An option that the command has not either is none.
    assert!(refused("--langs ja explain 502").contains("--langs isn't an option"));
}

#[test]
fn names_that_are_a_slip_away_are_suggested() {
    let folder = folder();
    folder.file("exports/w47.tsv", EXPORT);
    for (missing, near) in [
        ("webhook-error.tsv", "Did you mean webhook-errors.tsv?"),
        ("exports/w74.tsv", "Did you mean exports/w47.tsv?"),
    ] {
        let sentence = folder.errstat(&format!("summary {missing}")).refused();
        assert!(sentence.contains(near), "{sentence}");
    }
    assert!(!folder.errstat("summary something-else.csv").refused().contains("Did you mean"));
    for (zone, near) in [("Taipei", "Asia/Taipei"), ("Asia/Taipeh", "Asia/Taipei"), ("berlin", "Europe/Berlin")] {
        let sentence = folder.errstat(&format!("summary webhook-errors.tsv --timezone {zone}")).refused();
        assert!(sentence.contains(&format!("Did you mean {near}?")), "{sentence}");
    }
}

#[test]
fn values_that_mean_one_of_the_known_are_told_which() {
    for (value, near) in [
        ("--window 1h", "hour"),
        ("--window 24h", "day"),
        ("--window 60m", "hour"),
        ("--window daily", "day"),
        ("--window Monthly", "month"),
        ("--period 2026/11/16", "2026-11-16"),
        ("--period ２０２６年１１月", "2026-11"),
        ("--period lastweek", "last-week"),
        ("--period 先週", "last-week"),
        ("--period เมื่อวาน", "yesterday"),
        ("--only 502", "status=502"),
        ("--exclude 5xx", "status=5xx"),
        ("--only Request_Timeout", "reason=request_timeout"),
        ("--compare prev", "previous"),
        ("--compare 2026/11/9", "2026-11-09"),
        ("--as-of 2026/11/23", "2026-11-23"),
        ("--exported-at 2026/11/23_9:00", "2026-11-23T09:00"),
        ("--max-age 8days", "8d"),
        ("--max-age 1w", "7d"),
        ("--timezone JST", "+09:00"),
        ("--timezone 9", "+09:00"),
    ] {
        let sentence = refused(&format!("summary webhook-errors.tsv {value}"));
        assert!(sentence.contains(&format!("Did you mean {near}?")), "{value}: {sentence}");
    }
    // Which month or which length is meant nobody knows.
    for value in ["--window 10m", "--window x", "--period 11/12/2026", "--as-of noon", "--max-age 8"] {
        let sentence = refused(&format!("summary webhook-errors.tsv {value}"));
        assert!(!sentence.contains("Did you mean"), "{value}: {sentence}");
    }
    for (line, near) in [
        ("explain access-lgo", "access-log"),
        ("explain access log", "access-log"),
        ("explain nginx", "access-log nginx"),
        ("explain 証明書", "TLS handshake failure"),
        ("webhook-errors.tsv 502", "errstat explain 502"),
        ("archive ad webhook-errors.tsv", "add"),
    ] {
        let sentence = refused(line);
        assert!(sentence.contains(&format!("Did you mean {near}?")), "{line}: {sentence}");
    }
    let told = |line: &str| refused(line).split_once("Did you mean ").map(|(_, rest)| rest.to_owned());
    assert!(told("explain タイムアウト").is_some() && told("explain タイムアウト") == told("explain timeout"));
    let period = told("summary webhook-errors.tsv --period 2026-11-16..").unwrap_or_default();
    assert!(period.starts_with("2026-11-16..20"), "{period}");
    // The code of a country for that of its language.
    let folder = folder();
    let japanese = folder.errstat("summary webhook-errors.tsv --lang ja").done().text();
    assert_eq!(folder.errstat("summary webhook-errors.tsv --lang jp").done().text(), japanese);
}

#[test]
fn what_is_missing_or_elsewhere_is_shown_as_a_command() {
    let export = "webhook-errors.tsv";
    for (line, command) in [
        (format!("{export} -o out"), format!("errstat report {export} -o out")),
        (format!("check {export} --output out.html"), format!("errstat report {export} --output out.html")),
        (format!("report {export}"), format!("errstat report {export} --output DIR")),
        (format!("summary --for-issue {export}"), format!("errstat inspect --for-issue {export}")),
        (format!("--top 3 summary {export}"), format!("errstat summary --top 3 {export}")),
        ("archive info".to_owned(), "errstat archive info --archive DIR".to_owned()),
        ("archive info history".to_owned(), "errstat archive info --archive history".to_owned()),
        (format!("archive add {export}"), format!("errstat archive add {export} --archive DIR")),
    ] {
        let sentence = refused(&line);
        assert!(sentence.trim_end().ends_with(&format!("Write, for example: {command}")), "{line}: {sentence}");
    }
    // No command has both options, and what is to be explained is no file.
    for line in ["report webhook-errors.tsv --format json -o out", "explain 502 -o out"] {
        let sentence = refused(line);
        assert!(sentence.contains("These commands have it: ") && !sentence.contains("Write"), "{line}: {sentence}");
    }
}

#[test]
fn a_rule_on_a_misspelt_status_is_refused_with_the_status_that_is_meant() {
    for (condition, status) in [
        ("detail = \"502 Bad Gatway\"", "502"),
        ("detail = \"internal sever error\"", "500"),
        ("status = \"Bad Gateway\"", "502"),
    ] {
        let folder = folder();
        folder.file("errstat.toml", format!("[[check.rule]]\n{condition}\nmax_errors = 5\n"));
        let sentence = folder.errstat("check webhook-errors.tsv").refused();
        assert!(sentence.contains("errstat.toml:2:"), "{sentence}");
        assert!(sentence.contains(&format!("Did you mean {status}?")), "{sentence}");
    }
}

#[test]
fn periods_that_do_not_exist_are_told_why() {
    for (period, why) in [
        // 2026 begins on a Thursday, so it has 53 weeks; 2025 has 52.
        ("2026-W60", "2026 has weeks W01 to W53"),
        ("2025-W53", "2025 has weeks W01 to W52"),
        ("2026-13", "months are 01 to 12"),
        ("2026-02-30", "2026-02-30 doesn't exist"),
        ("2026-11-01..2026-11-31", "2026-11-31 doesn't exist"),
        ("week", "isn't a valid period. Did you mean this-week? Write all, today"),
    ] {
        let sentence = refused(&format!("summary webhook-errors.tsv --period {period}"));
        assert!(sentence.contains(why), "{period}: {sentence}");
    }
}

#[test]
fn mistakes_of_usage_are_told_in_the_chosen_language() {
    let japanese = |text: &str| text.chars().any(|c| ('\u{3040}'..='\u{30ff}').contains(&c));
    let mistakes = [
        "summary webhook-errors.tsv --since 2026-11-16",
        "summary webhook-errors.tsv --period 2026-W60",
        "summary webhook-errors.tsv --format yaml",
        "summary webhook-errors.tsv --format",
        "summary webhook-errors.tsv --period",
        "summary webhook-errors.tsv --quiet=yes",
        "summary webhook-errors.tsv --top many",
        "summary",
        "sumary",
        "explain a b c",
        "report webhook-errors.tsv",
        "report webhook-errors.tsv -o out --scale 9",
        "report webhook-errors.tsv -o weekly.eml",
        "report webhook-errors.tsv -o weekly.eml --mail-from nobody --mail-to a@example.com",
        "report webhook-errors.tsv -o weekly.eml --mail-from a@example.com",
        "report webhook-errors.tsv -o out.pdf",
        "archive add webhook-errors.tsv",
        "archive add webhook-errors.tsv --archive a --wait soon",
        "check webhook-errors.tsv --init --report junit=x.xml",
        "summary webhook-errors.tsv --top 3 --top 4",
        "completions tcsh",
    ];
    let (plain, configured) = (folder(), folder());
    configured.file("errstat.toml", "lang = \"ja\"\n");
    for line in mistakes {
        let english = plain.errstat(line).refused();
        assert!(!japanese(&english) && english.starts_with("errstat: "), "{line}: {english}");
        let told = plain.errstat(line).arg("--lang").arg("ja").refused();
        // Not every command has a language of its own; it is asked for all the same.
        assert!(japanese(&told), "{line}: {told}");
        assert!(japanese(&configured.errstat(line).refused()), "{line}: {}", configured.errstat(line).refused());
    }
    assert!(japanese(&configured.errstat("summary missing.tsv").refused()));
    // A broken configuration takes no language away.
    let broken = folder();
    broken.file("errstat.toml", "lang = \"ja\"\nnonsense = 1\n");
    assert!(japanese(&broken.errstat("summary webhook-errors.tsv").refused()));
}

#[test]
fn rules_outside_their_table_are_told_where_they_belong() {
    for (config, told) in [
        (
            "max_errors = 5\n",
            "errstat.toml:1:1: “max_errors” is a rule of errstat check. Move it below a line [check].",
        ),
        ("[[rule]]\nmax_errors = 5\n", "Write [[check.rule]] instead of [[rule]]."),
        (
            "[check]\nmax_errors = 5\n[check]\nmax_age = \"8d\"\n",
            "errstat.toml:3:2: “check” appears for the second time.",
        ),
    ] {
        let folder = folder();
        folder.file("errstat.toml", config);
        for command in ["check", "summary"] {
            let sentence = folder.errstat(&format!("{command} webhook-errors.tsv")).refused();
            assert!(sentence.contains(told), "{command} {config}: {sentence}");
        }
    }
}

#[test]
fn other_endings_than_those_it_writes_are_refused() {
    let folder = folder();
    for name in ["out.pdf", "out.xls", "out.tsv", "OUT.PDF"] {
        let sentence = folder.errstat(&format!("report webhook-errors.tsv -o {name}")).refused();
        assert!(sentence.contains(name) && sentence.contains(".html, .eml, .md, .png, .json, .xlsx"), "{sentence}");
        assert_eq!(folder.list(), ["webhook-errors.tsv"]);
    }
    // A folder may be called whatever one likes, if that is said.
    folder.errstat("report webhook-errors.tsv -o 2026.11/ -o plain").done();
    assert!(folder.path("2026.11/report.html").is_file() && folder.path("plain/report.html").is_file());
    folder.errstat("report webhook-errors.tsv -o 2026.11").done();
}

#[test]
fn a_folder_for_temporary_files_that_is_not_there_is_named() {
    let folder = folder();
    let call = || folder.errstat("summary - webhook-errors.tsv").stdin(EXPORT);
    let sentence = call().env("TMPDIR", "/nowhere/at-all").refused();
    assert!(sentence.contains("/nowhere/at-all") && sentence.contains("TMPDIR"), "{sentence}");
    call().done();
}

#[test]
fn a_zip_file_with_a_password_is_to_be_unpacked() {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    zip.start_file("w.tsv", options).unwrap();
    zip.write_all(EXPORT.as_bytes()).unwrap();
    let mut bytes = zip.finish().unwrap().into_inner();
    // The lowest bit of the general purpose flags says that a member is encrypted (APPNOTE.TXT, 4.4.4): behind 6 bytes
    // of a local header and 8 of one in the directory.
    let directory = bytes.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    bytes[6] |= 1;
    bytes[directory + 8] |= 1;
    let sentence = Folder::with("w.zip", bytes).errstat("summary w.zip").refused();
    assert!(sentence.contains("w.zip") && sentence.contains("password. Unpack it"), "{sentence}");
}

#[test]
fn one_is_said_as_one() {
    let folder = folder();
    let added = folder.errstat("archive add webhook-errors.tsv --channel shop --archive a").done().stderr;
    assert!(added.contains("Added 1 new source; 0 were already there. Wrote 1 Parquet file."), "{added}");
    // The same file under another channel: the earlier or this one may be the mistake, and both can be taken back.
    let twice = folder.errstat("archive add webhook-errors.tsv --channel news --archive a").done().stderr;
    assert_eq!(twice.matches("errstat archive remove --archive a ").count(), 2, "{twice}");
}

#[test]
fn rules_that_cannot_be_judged_yet_are_said_to_be_so() {
    let rows: String = (9..=22).map(|day| format!("2026-11-{day:02} 12:00:00\trequest_timeout\n")).collect();
    let init = |name: &str| {
        let folder = Folder::with(name, format!("Time\tReason\n{rows}"));
        folder.errstat(&format!("check --init {name} --as-of 2026-11-23T09:00")).done().stderr
    };
    // The last row is of Sunday noon: nobody knows about the rest of the week, save where the name has a later day.
    let told = init("shop.tsv");
    assert!(told.contains("can't pass yet") && told.contains("rename it to shop-2026-11-23.tsv"), "{told}");
    let told = init("shop-2026-11-23.tsv");
    assert!(told.contains("errstat check shop-2026-11-23.tsv") && !told.contains("can't pass yet"), "{told}");
}
