//! Bad input: a sentence and exit code 2, nothing half-written, and never a panic.

use std::{io::Read, process::Stdio};

use crate::program::{Folder, ended, program};

const GOOD: &str = "Time\tReason\tDetail\tCount\n2026-11-16 04:12:33\trequest_timeout\tRequest timeout\t1\n";

/// Every command that reads inputs.
const COMMANDS: [&str; 3] = ["summary", "inspect", "report -o out"];

/// Each command refuses the file with the words, and writes nothing.
fn assert_refused(name: &str, content: &[u8], words: &[&str]) {
    for command in COMMANDS {
        let folder = Folder::with(name, content);
        let sentence = folder.errstat(&format!("{command} {name}")).refused();
        for word in words {
            assert!(sentence.contains(word), "{command}: {word} is missing in: {sentence}");
        }
        assert_eq!(folder.list(), [name], "{command}");
        assert_eq!(folder.leftovers(), [""; 0], "{command}");
    }
}

#[test]
fn a_missing_file() {
    for command in COMMANDS {
        let folder = Folder::new();
        for name in ["missing.tsv", "no/such/folder/*.tsv", "missing/"] {
            let sentence = folder.errstat(&format!("{command} {name}")).refused();
            assert!(sentence.contains(name), "{sentence}");
        }
        assert_eq!(folder.list(), [""; 0]);
    }
}

#[test]
fn one_missing_file_among_good_ones() {
    let folder = Folder::with("good.tsv", GOOD);
    assert!(folder.errstat("summary good.tsv missing.tsv").refused().contains("missing.tsv"));
}

#[test]
fn a_folder_without_exports() {
    for command in COMMANDS {
        let folder = Folder::with("folder/readme.txt", "Nothing to see here.\n");
        folder.file("folder/deeper/picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
        let sentence = folder.errstat(&format!("{command} folder")).refused();
        assert!(sentence.contains("folder"), "{sentence}");
        std::fs::create_dir(folder.path("empty")).unwrap();
        let sentence = folder.errstat(&format!("{command} empty")).refused();
        assert!(sentence.contains("empty"), "{sentence}");
    }
}

#[test]
fn an_empty_file() {
    assert_refused("w.tsv", b"", &["w.tsv", "empty"]);
    for blank in [&b"\n"[..], b"\r\n\r\n", b"\xef\xbb\xbf", b"\xff\xfe", b" \t \n"] {
        assert_refused("w.tsv", blank, &["w.tsv"]);
    }
}

#[test]
fn binary_files() {
    let noise: Vec<u8> = (0_u32..50_000).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    assert_refused("w.tsv", &noise, &["w.tsv"]);
    assert_refused("w.tsv", &[0; 10_000], &["w.tsv"]);
    assert_refused("w.tsv", &[0xff; 10_000], &["w.tsv"]);
    assert_refused("program", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0", &["program"]);
}

#[test]
fn prose() {
    assert_refused("w.txt", b"Dear all,\n\nthe webhook failed last night, for a reason that nobody knows; see the details below.\n\nYours\n", &["w.txt"]);
    assert_refused("w.txt", "拝啓\n\n昨夜、ウェブフックが失敗しました。原因は不明です。\n".as_bytes(), &["w.txt"]);
    assert_refused(
        "w.html",
        b"<!DOCTYPE html><html><body><table><tr><td>Time</td><td>Reason</td></tr></table></body></html>\n",
        &["w.html"],
    );
    assert_refused("w.json", b"{\"time\": \"2026-11-16 04:12:33\", \"reason\": \"request_timeout\"}\n", &["w.json"]);
}

#[test]
fn no_recognisable_column() {
    assert_refused("w.csv", b"Name,City\nAnna,Berlin\nBen,Paris\n", &["w.csv"]);
    // A time and no reason: the headings are shown, and the option that helps.
    assert_refused("w.tsv", b"Time\tWhat\n2026-11-16 04:12:33\tx\n2026-11-16 04:12:34\ty\n", &["w.tsv", "--columns"]);
    assert_refused("w.tsv", b"When\tReason\nsoon\trequest_timeout\nlater\trequest_timeout\n", &["w.tsv", "--columns"]);
}

#[test]
fn reason_codes_as_titles_of_columns() {
    for table in [
        "Date,error_status_code,request_timeout\n2026-11-16,300,1\n2026-11-17,400,0\n2026-11-18,500,3\n",
        "Date,error_status_code\n2026-11-16,300\n",
        "\"Time\",\"error_status_code\",\"request_timeout\"\n2026-11-16 04:12:00,300,1\n2026-11-16 04:13:00,400,0\n",
        "日付,Request timeout\n2026-11-16,300\n2026-11-17,400\n",
        "Date,could_not_connect,error_status_code,request_timeout\n2026-11-16,0,300,1\n2026-11-17,3,400,0\n",
        "Time,Errors,request_timeout\n2026-11-16 04:12:00,300,1\n",
    ] {
        assert_refused("pivot.csv", table.as_bytes(), &["pivot.csv", "the titles of its columns are reason codes"]);
        Folder::with("pivot.csv", table).errstat("summary pivot.csv --columns count=3").refused();
    }
}

#[test]
fn a_list_that_mentions_a_code() {
    let list = "date,category,title\n2026-11-16,billing,foo\n2026-11-17,billing,bar\n2026-11-18,request_timeout,baz\n";
    assert_refused("tickets.csv", list.as_bytes(), &["tickets.csv", "category"]);
    // Half of them, and titles in a language that nobody told us.
    let table = "Zeit,Grund\n2026-11-16 04:12:33,server_busy\n2026-11-16 04:12:34,request_timeout\n";
    assert_eq!(Folder::with("w.csv", table).summary("w.csv").errors(), 2);
}

#[test]
fn only_rejects() {
    let rows = "Time\tReason\tDetail\tCount\n2026-11-16 04:12:33\trequest_timeout\tRequest timeout\tmany\n2026-11-16 04:12:34\t\tRequest timeout\t1\n";
    assert_refused("w.tsv", rows.as_bytes(), &["w.tsv", ":2", "count", "many"]);
}

#[test]
fn a_damaged_workbook_is_named_as_such() {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for name in ["[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, b"<xml/>").unwrap();
    }
    assert_refused("w.xlsx", &zip.finish().unwrap().into_inner(), &["w.xlsx", "the workbook is damaged"]);
    assert_refused("w.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0\0\0\0\0\0", &["w.xls"]);
}

#[test]
fn damaged_archives() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut gzip, GOOD.repeat(1000).as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let zstd = zstd::bulk::compress(GOOD.repeat(1000).as_bytes(), 3).unwrap();
    let damaged = [
        ("w.tsv.gz", &gzip[..gzip.len() / 2]),
        ("w.gz", &gzip[..12]),
        ("w.tsv.zst", &zstd[..zstd.len() - 9]),
        ("w.zip", b"PK\x03\x04\x14\0\0\0\x08\0"),
    ];
    let folder = Folder::with("all/good.tsv", GOOD);
    folder.file("errstat.toml", "[check]\nmax_errors = 9\n");
    for (name, bytes) in damaged {
        assert_refused(name, bytes, &[name, "damaged", "Download or copy it again"]);
        folder.file(&format!("all/{name}"), bytes);
    }
    // Of a folder the others are read, each that isn't is told, and nothing passes.
    let summary = folder.summary("all");
    assert_eq!(summary.errors(), 1);
    let told = folder.errstat("inspect all").done();
    let told = told.text() + &told.stderr;
    let verdict = folder.errstat("check all --exported-at 2026-11-18").run();
    assert_eq!(verdict.code, Some(2), "{}", verdict.text());
    for (name, _) in damaged {
        let sentence = format!("errstat skipped all/{name}: it is cut off or damaged");
        assert!(told.contains(&sentence), "{name}: {told}");
    }
    std::fs::remove_file(folder.path("all/good.tsv")).unwrap();
    assert!(folder.errstat("summary all").refused().contains("No export found in 4 files"));
}

#[test]
fn a_header_without_rows_is_of_the_time_that_its_name_tells() {
    let heading = "Date\tStart\tEnd\tReason\tDetail\tErrors\n";
    let folder = Folder::with("webhook-errors-20261118.tsv", heading);
    folder.file("w.tsv", heading);
    // Complete to the beginning of the 18th, so the 17th is the last day that it covers.
    let summary = folder.summary("webhook-errors-20261118.tsv");
    assert_eq!(summary["period"]["start"], "2026-11-17T00:00:00+09:00");
    assert_eq!(summary["period"]["end"], "2026-11-18T00:00:00+09:00");
    assert_eq!(folder.summary("w.tsv --exported-at 2026-11-20T12:00")["period"]["start"], "2026-11-20T00:00:00+09:00");
    let known = folder.errstat("inspect webhook-errors-20261118.tsv").done().text();
    assert!(known.contains("Complete until Wed 18 Nov 2026, 00:00"), "{known}");
    let unknown = folder.errstat("inspect w.tsv").done().text();
    assert!(unknown.contains("Unknown: the file has no rows") && unknown.contains("--exported-at"), "{unknown}");
}

#[test]
fn columns_of_another_table_are_named_with_the_option_that_says_what_they_are() {
    for (table, columns, option) in [
        ("id,name,amount\n1,a,3\n", "id (1), name (2), amount (3)", "--columns time=1,reason=2,detail=3"),
        ("when;\"why, then\"\n1;a\n", "when (1), why, then (2)", "--columns time=1,reason=2"),
        ("Quand\tPourquoi\tQuoi\tCombien\n", "Quand (1)", "--columns time=1,reason=2,detail=3,count=4"),
    ] {
        assert_refused("other.csv", table.as_bytes(), &[columns, option]);
    }
    // Prose has commas too.
    let told = Folder::with("w.txt", "Dear all,\nthis, and that, and more.\n").errstat("summary w.txt").refused();
    assert!(told.contains("no columns") && !told.contains("Dear"), "{told}");
}

#[test]
fn a_header_without_rows_is_a_week_without_errors() {
    for heading in [
        "Time\tReason\tDetail\tCount\n",
        "Time detected\tReason for error\tDetail for error",
        "発生日時,エラーの原因,エラーの詳細,エラー件数\r\n",
        "Title\n\nTime\tReason\n\n",
    ] {
        let folder = Folder::with("w.tsv", heading);
        let summary = folder.summary("w.tsv");
        assert_eq!((summary.errors(), summary.balance()), (0, vec![[0, 0, 0]]), "{heading}");
        assert_eq!(summary["data_span"], serde_json::Value::Null);
        assert_eq!(summary["inputs"][0]["first"], serde_json::Value::Null);
        assert!(!summary.notes().is_empty(), "zero errors are said to be so");
        let table = folder.errstat("summary w.tsv").done().text();
        assert!(table.to_lowercase().contains("no error"), "{table}");
        folder.errstat("inspect w.tsv").done();
        folder.errstat("report w.tsv -o out").done();
        assert!(folder.list().iter().any(|name| name == "out/report.html"));
    }
}

#[test]
fn an_output_place_that_cannot_be_written() {
    let folder = Folder::with("w.tsv", GOOD);
    folder.file("occupied", "a file where a folder is wanted");
    for (output, word) in [
        ("occupied", "occupied"),
        ("occupied/below", "occupied"),
        ("occupied/page.html", "occupied"),
        ("nowhere/page.html", "nowhere"),
    ] {
        let outcome = folder.errstat(&format!("report w.tsv -o {output}")).run();
        // A missing folder above a file may be made; anything else is refused.
        if output.starts_with("nowhere") && outcome.code == Some(0) {
            assert!(folder.path(output).exists());
            continue;
        }
        assert_eq!(outcome.code, Some(2), "{output}");
        assert!(outcome.stderr.contains(word), "{}", outcome.stderr);
    }
    assert!(folder.errstat("summary w.tsv --rejects occupied/rejects.csv").refused().contains("occupied"));
    std::fs::create_dir(folder.path("folder.html")).unwrap();
    assert!(folder.errstat("report w.tsv -o folder.html").refused().contains("folder.html"));
    assert_eq!(folder.text("occupied"), "a file where a folder is wanted");
    assert!(!folder.list().iter().any(|name| name.contains(".errstat-")), "{:?}", folder.list());
}

#[test]
fn an_output_that_no_format_is_named_by() {
    let folder = Folder::with("w.tsv", GOOD);
    let sentence = folder.errstat("summary w.tsv --format yaml").refused();
    assert!(sentence.contains("yaml") && sentence.contains("json"), "{sentence}");
}

#[test]
fn mistakes_of_usage() {
    let folder = Folder::with("w.tsv", GOOD);
    for (line, word) in [
        ("summary", "at least one input"),
        ("sumary w.tsv", "summary"),
        ("summary w.tsv --perid all", "--period"),
        ("summary w.tsv --window 7m", "7m"),
        ("summary w.tsv --overlap perhaps", "perhaps"),
        ("summary w.tsv --top many", "many"),
        ("summary w.tsv --threads 0", "0"),
        ("summary w.tsv --exported-at sometime", "sometime"),
        ("summary w.tsv --as-of sometime", "sometime"),
        ("summary w.tsv --lang tlh", "tlh"),
        ("report w.tsv", "--output"),
    ] {
        let sentence = folder.errstat(line).refused();
        assert!(sentence.contains(word), "{line}: {sentence}");
    }
}

#[test]
fn filters_that_match_nothing_name_what_there_is() {
    let folder = Folder::with("w.tsv", GOOD);
    for (filter, named) in [
        ("--only reason=request_timeouts", "Did you mean request_timeout?"),
        ("--only detail=Reqest*", "Reqest*"),
        ("--exclude detail=Requst timeout", "Did you mean Request timeout"),
        ("--only status=600", "5xx"),
        ("--only host=bot.example.com", "names a host"),
        ("--only channel=shop", "--channel"),
        ("--only details=404", "Did you mean detail?"),
        ("--only 404", "KEY=VALUE"),
    ] {
        let (option, value) = filter.split_once(' ').expect("an option and its value");
        let sentence = folder.errstat(&format!("summary w.tsv {option}")).arg(value).refused();
        assert!(sentence.contains(named), "{filter}: {sentence}");
    }
}

/// Enough rows that a table of them does not fit into a pipe's buffer (64 KiB).
fn many_details() -> String {
    let rows = (0..5000).map(|i| format!("2026-11-16 04:12:33\tunclassified\tdetail number {i}\t1\n"));
    "Time\tReason\tDetail\tCount\n".to_owned() + &rows.collect::<String>()
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let folder = Folder::with("w.tsv", many_details());
    for arguments in [
        &["summary", "w.tsv", "--format", "json"][..],
        &["summary", "w.tsv", "--format", "csv"],
        &["summary", "w.tsv", "--top", "5000"],
        &["explain"],
    ] {
        let mut child = program()
            .args(arguments)
            .current_dir(folder.path(""))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // One byte is read, as `head` would, and the rest refused.
        let mut stdout = child.stdout.take().unwrap();
        let _ = stdout.read(&mut [0; 1]).unwrap();
        drop(stdout);
        let output = ended(child);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {stderr}");
        assert!(!stderr.contains("pipe") && !stderr.contains("panicked"), "{stderr}");
    }
}
