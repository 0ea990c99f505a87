//! errstat.toml: options that need not be typed again, and nothing that writes or reveals.

use crate::program::Folder;

/// Two errors in one night: on two days in Japan, on one in UTC.
fn folder(config: &str) -> Folder {
    let folder = Folder::with(
        "w.tsv",
        "Time\tReason\tDetail\n2026-11-16 23:00:00\trequest_timeout\tRequest timeout\n2026-11-17 01:00:00\terror_status_code\t502\n",
    );
    folder.file("errstat.toml", config);
    folder
}

#[test]
fn options_stand_in_the_file() {
    let folder =
        folder("timezone = \"UTC\"\nwindow = \"day\"\nweek_start = \"sun\"\nonly = [\"reason=request_timeout\"]\n");
    let summary = folder.summary("w.tsv");
    assert_eq!(
        (&summary["timezone"], &summary["windows"]["size"], &summary["heatmap"]["rows"][0]),
        (&"UTC".into(), &"day".into(), &"sun".into())
    );
    assert_eq!(summary.errors(), 1);
}

#[test]
fn the_command_line_wins() {
    let folder = folder(
        "timezone = \"UTC\"\nwindow = \"day\"\nperiod = \"2026-11-17\"\nonly = [\"reason=request_timeout\"]\nas_of = \"2026-11-01\"\n",
    );
    let summary = folder
        .summary("w.tsv --timezone Asia/Kolkata --window hour --period 2026-11-16 --only reason=error_status_code");
    assert_eq!(
        (&summary["timezone"], &summary["windows"]["size"], &summary["period"]["label"]),
        (&"Asia/Kolkata".into(), &"hour".into(), &"2026-11-16".into())
    );
    assert_eq!(summary.details(), [("error_status_code", "502", 1)]);
}

#[test]
fn another_file_can_be_named() {
    let folder = folder("timezone = \"UTC\"\n");
    folder.file("elsewhere/weekly.toml", "timezone = \"Europe/Berlin\"\n");
    assert_eq!(folder.summary("w.tsv --config elsewhere/weekly.toml")["timezone"], "Europe/Berlin");
    assert!(folder.errstat("summary w.tsv --config missing.toml").refused().contains("missing.toml"));
}

#[test]
fn every_option_for_reading_can_stand_there() {
    let folder = folder(concat!(
        "columns = \"time=1,reason=2,detail=3\"\ntime_format = \"%Y-%m-%d %H:%M:%S\"\ninput_timezone = \"UTC\"\nencoding = \"utf-8\"\nexported_at = \"2026-11-20T00:00\"\n",
        "channel = [\"shop\"]\noverlap = \"max\"\nstrict = true\nthreads = 1\ntop = 3\ncompare = \"none\"\nlang = \"en\"\ncolor = \"never\"\nquiet = true\nno_progress = true\n",
        "as_of = \"2026-11-23T09:00:00+09:00\"\nonly = \"detail=502\"\nexclude = [\"status=4xx\"]\n"
    ));
    let summary = folder.summary("w.tsv");
    assert_eq!(summary["channels"], serde_json::json!(["shop"]));
    assert_eq!(summary.errors(), 1);
    assert_eq!(summary["data_span"]["first"], "2026-11-17T08:00:00+09:00");
    assert_eq!(summary["inputs"][0]["coverage"]["by"], "--exported-at");
}

#[test]
fn an_unknown_key_is_refused_with_its_place_and_the_nearest() {
    let sentence = folder("# weekly\ntop = 5\n  timezon = \"UTC\"\n").errstat("summary w.tsv").refused();
    for word in ["errstat.toml:3:3", "timezon", "timezone"] {
        assert!(sentence.contains(word), "{word} is missing in: {sentence}");
    }
    let sentence = folder("week-start = \"sun\"\n").errstat("summary w.tsv").refused();
    assert!(sentence.contains("errstat.toml:1:1") && sentence.contains("week_start"), "{sentence}");
}

#[test]
fn a_wrong_value_is_refused_with_its_place() {
    for (config, place, word) in [
        ("timezone = \"Asia/Tokio\"\n", "errstat.toml:1:", "Asia/Tokio"),
        ("\ntop = \"many\"\n", "errstat.toml:2:", "many"),
        ("window = \"7m\"\n", "errstat.toml:1:", "7m"),
        ("week_start = \"tue\"\n", "errstat.toml:1:", "tue"),
        ("strict = \"yes\"\n", "errstat.toml:1:", "true or false"),
        ("period = \"last-year\"\n", "errstat.toml:1:", "last-year"),
        ("timezone = UTC\n", "errstat.toml:1:", ""),
        ("timezone = \"UTC\"\ntimezone = \"UTC\"\n", "errstat.toml:2:", ""),
        ("[timezone]\nname = \"UTC\"\n", "errstat.toml:1:", ""),
    ] {
        let sentence = folder(config).errstat("summary w.tsv").refused();
        assert!(sentence.contains(place) && sentence.contains(word), "{config}: {sentence}");
    }
}

#[test]
fn a_line_that_is_not_toml_is_told_how_to_write_it() {
    for (line, said) in [
        ("lang = ja", "Did you mean lang = \"ja\"?"),
        ("lang = “ja”  # Japanese", "Did you mean lang = \"ja\"?"),
        ("lang ＝ \"ja\"", "Did you mean lang = \"ja\"?"),
        ("period: last-week", "Did you mean period = \"last-week\"?"),
        ("period = 2026-W47", "Did you mean period = \"2026-W47\"?"),
        ("strict = Yes", "Did you mean strict = true?"),
        ("top = 1,000", "Did you mean top = 1000?"),
        ("top = 010", "Did you mean top = 10?"),
        ("encoding = \"C:\\Users\"", "Did you mean encoding = 'C:\\Users'?"),
        ("top =", "“top” has no value"),
        ("top", "“top” has no value"),
    ] {
        let sentence = folder(&format!("# Settings\n{line}\n")).errstat("summary w.tsv").refused();
        assert!(sentence.contains("errstat.toml:2:") && sentence.contains(said), "{line}: {sentence}");
    }
    // Nothing is known of such a line but that it is wrong.
    for line in ["[check", "日本語", "columns = {date=\"a\""] {
        let sentence = folder(&format!("{line}\n")).errstat("summary w.tsv").refused();
        assert!(sentence.contains("errstat.toml:1:") && !sentence.contains("Did you mean"), "{line}: {sentence}");
    }
    let folder = folder("");
    folder.file("utf16.toml", b"\xff\xfel\0a\0n\0g\0");
    assert!(folder.errstat("summary w.tsv --config utf16.toml").refused().contains("Save it as UTF-8"));
    assert!(folder.errstat("summary w.tsv --config none.toml").refused().contains("configuration file not found"));
}

#[test]
fn what_writes_or_reveals_is_for_the_command_line_only() {
    for key in [
        "output = \"out\"",
        "rejects = \"rejects.csv\"",
        "show_urls = true",
        "keep_urls = true",
        "mail_to = \"a@example.com\"",
        "mail_from = \"a@example.com\"",
        "inputs = [\"w.tsv\"]",
    ] {
        let folder = folder(&format!("top = 5\n{key}\n"));
        for command in ["summary w.tsv", "report w.tsv -o out", "inspect w.tsv"] {
            let sentence = folder.errstat(command).refused();
            assert!(sentence.contains("errstat.toml:2:1") && sentence.contains("command line"), "{key}: {sentence}");
            assert_eq!(folder.list(), ["errstat.toml", "w.tsv"], "{key}");
        }
    }
}

#[test]
fn a_file_that_is_no_configuration_is_refused() {
    folder("").errstat("summary w.tsv").done();
    let not_text = folder("");
    not_text.file("errstat.toml", [0xff, 0xfe, 0]);
    assert!(not_text.errstat("summary w.tsv").refused().contains("errstat.toml"));
    let is_folder = Folder::with("w.tsv", "Time\tReason\n2026-11-16 23:00:00\trequest_timeout\n");
    is_folder.file("errstat.toml/x", "");
    assert!(is_folder.errstat("summary w.tsv").refused().contains("errstat.toml"));
}

#[test]
fn every_command_that_has_an_option_takes_it_from_the_file() {
    let json = |text: String| serde_json::from_str::<serde_json::Value>(&text).expect("JSON");
    let folder = folder("channel = \"shop\"\ntimezone = \"UTC\"\nlang = \"ja\"\nperiod = \"2026-11-16\"\n");
    let added = folder.errstat("archive add w.tsv --archive a").done().stderr;
    assert!(added.contains("追加"), "{added}");
    let info = json(folder.errstat("archive info --archive a --format json").done().text());
    assert_eq!(info["timezone"], "UTC");
    // What the command line says goes before.
    let info = json(folder.errstat("archive info --archive a --format json --timezone Asia/Taipei").done().text());
    assert_eq!(info["timezone"], "Asia/Taipei");
    // A schema is the same whatever is in the file.
    folder.file("errstat.toml", "nonsense = 1\n");
    folder.errstat("summary --schema").done();
    assert!(folder.errstat("archive info --archive a").refused().contains("errstat.toml:1:1"));
}

#[test]
fn a_configuration_is_read_once() {
    let folder = folder("");
    let call = || folder.errstat("summary w.tsv --config /dev/stdin");
    let told = call().stdin("timezone = \"UTC\"\n").summary();
    assert_eq!(told["timezone"], "UTC");
    assert!(call().stdin("lang = \"ja\"\nnonsense = 1\n").refused().contains("/dev/stdin:2:1"));
}
