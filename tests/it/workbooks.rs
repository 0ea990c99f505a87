//! Spreadsheets as input. The workbooks are written by openpyxl, xlwt and odfpy.

use std::{
    io::{Cursor, Write},
    process::{Command, Stdio},
};

use serde_json::json;

use crate::{
    program::{Folder, PROGRAM, ended, text},
    tools,
};

const KINDS: [&str; 3] = ["xlsx", "xls", "ods"];

/// A folder in which a script has written workbooks.
fn written(script: &str) -> Option<Folder> {
    let folder = Folder::new();
    let script = format!("{}\n{script}", include_str!("workbooks.py"));
    let mut python = Command::new(tools::WORKBOOKS.get()?);
    let output = python.args(["-c", &script]).current_dir(folder.path("")).output().expect("python");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(folder)
}

/// The same workbook as each kind: `w.xlsx`, `w.xls`, `w.ods`.
fn each_kind(sheets: &str) -> Option<Folder> {
    written(&format!("for ending, write in ALL.items():\n    write('w.' + ending, {sheets})"))
}

/// Two weeks, each in a sheet: a title above, headings in Japanese and in English, a line of totals, notes, and a sum by
/// reason. 3 + 14 + 1234 = 1251 errors in one, 5 + 20 = 25 in the other.
const WEEKS: &str = r#"{
    'Notes': [['Please do not touch'], [None, 'Thank you']],
    '47週': [
        ['Webhookエラー'], [], ['発生日時', 'エラーの原因', 'エラーの詳細', 'エラー件数'],
        [moment(2026, 11, 16, 4, 12, 33), 'could_not_connect', 'Connection\ntimeout', 3],
        [moment(2026, 11, 17, 0, 0, 1), 'error_status_code', 502, 14],
        [moment(2026, 11, 17, 9, 30, 5), 'error_status_code', '503', 1234],
        ['合計', None, None, 1251]],
    'Week 46': [
        ['Detail', 'Count', 'Time', 'Reason'],
        [502.0, 5.0, '2026-11-09 04:12:33', 'error_status_code'],
        ['Request timeout', 20, '2026-11-10 00:00:00', 'request_timeout']],
    'Sums': [['Reason', 'Count'], ['error_status_code', 1253]],
}"#;

#[test]
fn every_sheet_with_a_table_is_read_as_its_text_would_be() {
    let Some(folder) = each_kind(WEEKS) else { return };
    for kind in KINDS {
        let summary = folder.summary(&format!("w.{kind}"));
        assert_eq!(summary.balance(), [[3, 3, 0], [2, 2, 0]], "{kind}");
        assert_eq!(summary.errors(), 1276, "{kind}");
        assert_eq!(
            summary.details(),
            [
                ("error_status_code", "503", 1234),
                ("request_timeout", "Request timeout", 20),
                ("error_status_code", "502", 19),
                ("could_not_connect", "Connection timeout", 3),
            ],
            "{kind}"
        );
        let inputs = summary.list("inputs");
        assert_eq!(text(&inputs[0], "path"), format!("w.{kind}/47週"));
        assert_eq!(text(&inputs[1], "path"), format!("w.{kind}/Week 46"));
        assert_eq!(text(&inputs[0], "first"), "2026-11-16T04:12:33+09:00", "{kind}");
        assert_eq!(text(&inputs[0], "last"), "2026-11-17T09:30:05+09:00", "{kind}");
        for input in inputs {
            assert_eq!(
                (text(input, "kind"), &input["encoding"], &input["delimiter"]),
                (kind, &json!(null), &json!(null))
            );
        }
        assert_eq!(inputs[0]["columns"]["count"], "エラー件数");
        assert!(!summary.notes().contains(&"skipped-file"), "{kind}: {:?}", summary.notes());
    }
}

/// 5000 errors without a reason, or with times in Thai words, beside 3 that are read; and sums, which list no errors: by
/// reason and detail, and by day.
#[test]
fn a_sheet_that_lists_errors_is_not_left_out_without_a_word() {
    for unread in [
        "[['Date', 'Start', 'End', 'Detail', 'Errors'], ['2026-11-20', '01:02:03', '01:02:04', '502', 5000]]",
        "[['When', 'Reason', 'Detail', 'Errors'], ['16 พ.ย. 2569 04:12:33', 'error_status_code', '502', 5000]]",
        "[['Wann', 'Grund'], ['16 พ.ย. 2569 04:12:33', 'error_status_code']]",
    ] {
        let sheets = format!(
            "{{'Oct': [['Date', 'Start', 'End', 'Reason', 'Detail', 'Errors'],
                ['2026-10-16', '04:12:33', '04:12:59', 'error_status_code', '502', 3]], 'Nov': {unread},
              'Sums': [['Reason', 'Detail', 'Count'], ['error_status_code', 502, 3], ['Total', None, 3]],
              'Days': [['Date', 'Count'], ['2026-10-16', 3]]}}"
        );
        let Some(folder) = each_kind(&sheets) else { return };
        folder.file("rules.toml", "[check]\nperiod = \"all\"\nmax_errors = 100\n");
        for kind in KINDS {
            let summary = folder.summary(&format!("w.{kind}"));
            assert_eq!(summary.errors(), 3, "{kind}: {unread}");
            let skipped: Vec<_> = summary.notes().into_iter().filter(|code| code.starts_with("skipped")).collect();
            assert_eq!(skipped, ["skipped-file"], "{kind}: {unread}");
            let check = format!("check w.{kind} --config rules.toml --exported-at 2026-10-17");
            let check = folder.errstat(&check).run();
            assert_eq!(check.code, Some(2), "{kind}: {unread}");
            assert!(check.text().contains(&format!("w.{kind}/Nov")), "{}", check.text());
        }
    }
}

/// 30 errors by an export and, of the same channel and minute, 30 by a mail: 30. A table of the console would have 60.
#[test]
fn what_convert_wrote_is_known_in_a_workbook() {
    let Some(folder) = each_kind(
        r"{'rows': [['time', 'end', 'precision', 'channel_id', 'channel', 'reason', 'detail', 'status', 'host', 'errors', 'rows', 'source'],
            ['2026-11-15T19:12:33Z', '2026-11-15T19:12:59Z', 'second', 1650000001, 'shop', 'error_status_code', 502, 502, None, 30, 1, 'export'],
            ['2026-11-15T19:10:00Z', '2026-11-15T19:15:00Z', '5m', 1650000001, 'shop', 'error_status_code', '502', 502, None, 30, 1, 'mail']]}",
    ) else {
        return;
    };
    for kind in KINDS {
        let summary = folder.summary(&format!("w.{kind}"));
        assert_eq!(summary.errors(), 30, "{kind}");
        assert_eq!(text(&summary["inputs"][0], "kind"), kind);
    }
}

/// LINE's columns in Japanese. A date and a time of day in cells of their own kind; midnight, a second before it and a group
/// that ends on the next day; times that are shown with the day on which the program begins to count. 3 + 14 + 1234 + 1 errors.
#[test]
fn dates_and_times_in_cells_of_their_own_are_the_moments() {
    let Some(folder) = each_kind(
        r"{'TSV': [['日付', '開始', '終了', '原因', '詳細', 'エラー'],
            [date(2026, 11, 16), time(4, 12, 33), time(4, 13, 20), 'request_timeout', 'Request timeout', 3],
            [date(2026, 11, 17), time(0, 0, 0), time(0, 0, 59), 'error_status_code', 502, 14],
            [date(2026, 11, 17), moment(1899, 12, 31, 9, 30, 5), moment(1899, 12, 31, 9, 30, 5), 'error_status_code', '503', 1234],
            [moment(2026, 11, 18), time(23, 59, 59), time(0, 0, 10), 'error_status_code', 502.0, 1]]}",
    ) else {
        return;
    };
    for kind in KINDS {
        let summary = folder.summary(&format!("w.{kind} --window hour"));
        assert_eq!((summary.balance(), summary.errors()), (vec![[4, 4, 0]], 1252), "{kind}: {:?}", summary.rejects());
        let hours: Vec<_> = summary.windows().into_iter().filter(|(_, errors)| *errors > 0).collect();
        assert_eq!(
            hours,
            [
                ("2026-11-16T04:00:00+09:00", 3),
                ("2026-11-17T00:00:00+09:00", 14),
                ("2026-11-17T09:00:00+09:00", 1234),
                ("2026-11-18T23:00:00+09:00", 1),
            ],
            "{kind}"
        );
        let input = &summary["inputs"][0];
        assert_eq!(text(input, "first"), "2026-11-16T04:12:33+09:00", "{kind}");
        assert_eq!(text(input, "last"), "2026-11-19T00:00:10+09:00", "{kind}");
        assert_eq!(summary.details()[1], ("error_status_code", "502", 15), "{kind}");
    }
}

/// One cell for date and time: a number does not tell midnight from a whole day, the other rows do.
#[test]
fn midnight_in_a_column_of_moments_is_a_moment() {
    let Some(folder) = each_kind(
        r"{'a': [['Time', 'Reason', 'Detail', 'Errors'],
            [moment(2026, 11, 16, 4, 12, 33), 'request_timeout', 'Request timeout', 3],
            [moment(2026, 11, 17), 'request_timeout', 'Request timeout', 4]]}",
    ) else {
        return;
    };
    for kind in KINDS {
        let summary = folder.summary(&format!("w.{kind}"));
        assert_eq!((summary.balance(), summary.errors()), (vec![[2, 2, 0]], 7), "{kind}: {:?}", summary.rejects());
        assert_eq!(text(&summary["inputs"][0], "last"), "2026-11-17T00:00:00+09:00", "{kind}");
        assert_eq!(text(&summary["inputs"][0], "precision"), "second", "{kind}");
    }
}

#[test]
fn a_reject_is_found_by_sheet_and_row() {
    let Some(folder) = each_kind(
        r"{'Week': [['A title'], [], ['Time', 'Reason', 'Detail', 'Count'],
            [moment(2026, 11, 16, 4, 12, 33), 'request_timeout', 'Request timeout', 3],
            [], [],
            [moment(2026, 11, 16, 4, 12, 34), 'request_timeout', 'Request timeout', 'many'],
            [moment(2026, 11, 16, 4, 12, 35), 'request_timeout', 'Request timeout', None],
            ['yesterday', 'request_timeout', 'Request timeout', 1]]}",
    ) else {
        return;
    };
    for kind in KINDS {
        let summary = folder.summary(&format!("w.{kind}"));
        assert_eq!((summary.balance(), summary.errors()), (vec![[4, 1, 3]], 3), "{kind}");
        assert_eq!(
            summary.rejects(),
            [(7, "count is not a whole number"), (8, "count is missing"), (9, "time is not readable")],
            "{kind}"
        );
        assert_eq!(summary["rejects"]["examples"][0]["path"], format!("w.{kind}/Week"));
        let sentence = folder.errstat(&format!("summary w.{kind} --strict")).refused();
        assert!(sentence.contains(&format!("w.{kind}/Week:7")), "{sentence}");
    }
}

#[test]
fn dates_that_count_from_1904_are_the_same_dates() {
    let Some(folder) = written(
        "rows = [['Time', 'Reason'], [moment(2026, 11, 16, 4, 12, 33), 'request_timeout']]\n\
         xlsx('mac.xlsx', {'a': rows}, since_1904=True)\nxls('mac.xls', {'a': rows}, since_1904=True)\n\
         xlsx('hidden.xlsx', {'b': [], 'a': rows}, hidden=['a'])\n",
    ) else {
        return;
    };
    for name in ["mac.xlsx", "mac.xls", "hidden.xlsx"] {
        let summary = folder.summary(name);
        assert_eq!(text(&summary["inputs"][0], "first"), "2026-11-16T04:12:33+09:00", "{name}");
    }
}

#[test]
fn a_workbook_is_known_by_its_content_however_it_comes() {
    let Some(folder) = each_kind(WEEKS) else { return };
    for kind in KINDS {
        let bytes = folder.bytes(&format!("w.{kind}"));
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("inner/book", zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
        let zip = zip.finish().unwrap().into_inner();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(&bytes).unwrap();
        let here = Folder::with("in/book.tsv", &bytes);
        here.file("book.gz", gzip.finish().unwrap()).file("book.zst", zstd::bulk::compress(&bytes, 3).unwrap());
        here.file("book.zip", zip);
        for (line, path) in [
            ("in/book.tsv", "in/book.tsv/47週"),
            ("in", "in/book.tsv/47週"),
            ("in/*", "in/book.tsv/47週"),
            ("book.gz", "book.gz/47週"),
            ("book.zst", "book.zst/47週"),
            ("book.zip", "book.zip/inner/book/47週"),
        ] {
            let summary = here.summary(line);
            assert_eq!(summary.errors(), 1276, "{kind} {line}");
            assert_eq!(text(&summary["inputs"][0], "path"), path, "{kind} {line}");
        }
        let piped = here.errstat("summary -").stdin(bytes).summary();
        assert_eq!((piped.errors(), text(&piped["inputs"][0], "path")), (1276, "-/47週"), "{kind}");
    }
}

#[test]
fn what_is_read_twice_counts_once() {
    let Some(folder) = each_kind(WEEKS) else { return };
    for kind in KINDS {
        // The newer download repeats the week and has one row more.
        folder.file(
            "w.tsv",
            "Time\tReason\tDetail\tCount\n\
             2026-11-16 04:12:33\tcould_not_connect\tConnection timeout\t3\n\
             2026-11-17 00:00:01\terror_status_code\t502\t14\n\
             2026-11-17 09:30:05\terror_status_code\t503\t1234\n\
             2026-11-18 09:30:05\terror_status_code\t503\t2\n",
        );
        let summary = folder.summary(&format!("w.{kind} w.tsv"));
        assert_eq!(summary.errors(), 1278, "{kind}");
        folder.errstat(&format!("convert w.{kind} -o {kind}.parquet")).done();
        folder.errstat(&format!("archive add w.{kind} --archive {kind} --channel shop")).done();
        folder.errstat(&format!("archive add w.tsv --archive {kind} --channel shop")).done();
        assert_eq!(folder.summary(&format!("{kind}.parquet")).errors(), 1276, "{kind}");
        assert_eq!(folder.summary(kind).errors(), 1278, "{kind}");
    }
}

#[test]
fn the_name_of_the_workbook_is_that_of_its_sheets() {
    let Some(folder) = each_kind(WEEKS) else { return };
    for kind in KINDS {
        folder.file(&format!("shop-2026-11-23.{kind}"), folder.bytes(&format!("w.{kind}")));
        let summary = folder.summary(&format!("shop-2026-11-23.{kind} --channel shop=shop-*.{kind}"));
        assert_eq!(summary["channels"], json!(["shop"]), "{kind}");
        assert_eq!(summary["inputs"][1]["coverage"]["until"], "2026-11-23T00:00:00+09:00", "{kind}");
    }
}

#[test]
fn a_workbook_without_a_table_is_refused_and_in_a_folder_skipped() {
    let Some(folder) = each_kind("{'Notes': [['Hello'], ['How are you?', 1]], 'Empty': []}") else { return };
    for kind in KINDS {
        let sentence = folder.errstat(&format!("summary w.{kind}")).refused();
        assert!(sentence.contains(&format!("w.{kind}: none of its sheets (Notes | Empty)")), "{sentence}");
    }
    folder.file("w.tsv", "Time\tReason\n2026-11-16 04:12:33\trequest_timeout\n");
    let summary = folder.summary(".");
    assert_eq!(summary.errors(), 1);
    assert_eq!(summary.notes().iter().filter(|code| **code == "skipped-file").count(), 3);
    // A sum by reason alone says what is missing in it.
    let sums = "xlsx('sums.xlsx', {'Sums': [['Reason', 'Count'], ['request_timeout', 3]]})";
    let Some(folder) = written(sums) else { return };
    let sentence = folder.errstat("summary sums.xlsx").refused();
    assert!(sentence.contains("sums.xlsx/Sums") && sentence.contains("--columns time="), "{sentence}");
}

#[test]
fn a_sheet_that_reads_like_a_mail_is_no_mail() {
    let Some(folder) = each_kind(
        r#"{'Mail': [[line] for line in [
            'From: LINE <no-reply@line.me>', 'Date: Thu, 19 Nov 2026 09:00:00 +0900', 'Subject: Your bot server', None,
            'Channel name: shop', 'Reason for error: error_status_code', 'Detail for error: 502', 'Error count: 3',
            'Time detected: 2026-11-17 10:00:00']]}"#,
    ) else {
        return;
    };
    for kind in KINDS {
        let sentence = folder.errstat(&format!("summary w.{kind}")).refused();
        assert!(sentence.contains("none of its sheets (Mail)"), "{kind}: {sentence}");
    }
}

/// A file of Microsoft's older programs with one stream.
fn container(stream: &str, content: &[u8]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    file.create_stream(stream).unwrap().write_all(content).unwrap();
    file.flush().unwrap();
    file.into_inner().into_inner()
}

/// A record of an `.xls` file: kind, length, data.
fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &u16::try_from(data.len()).unwrap().to_le_bytes(), data].concat()
}

fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const ODS: &str = "application/vnd.oasis.opendocument.spreadsheet";

#[test]
fn a_password_is_said() {
    let manifest =
        "<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>";
    let begin = record(0x0809, &[0, 6, 5, 0, 0, 0, 0, 0]);
    for (name, bytes) in [
        ("w.xlsx", container("/EncryptedPackage", &[7; 5000])),
        ("w.xls", container("/Workbook", &[begin, record(0x002f, &[1, 0, 1, 0]), vec![9; 5000]].concat())),
        ("w.ods", zipped(&[("mimetype", ODS), ("META-INF/manifest.xml", manifest), ("content.xml", "garbage")])),
    ] {
        let sentence = Folder::with(name, bytes).errstat(&format!("summary {name}")).refused();
        assert!(sentence.contains(name) && sentence.contains("without the password"), "{sentence}");
    }
}

#[test]
fn other_documents_are_no_workbooks() {
    for (name, bytes) in [
        ("w.docx", zipped(&[("[Content_Types].xml", "<a/>"), ("word/document.xml", "<a/>")])),
        ("w.xlsb", zipped(&[("[Content_Types].xml", "<a/>"), ("xl/workbook.bin", "")])),
        ("w.odt", zipped(&[("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", "<a/>")])),
    ] {
        let sentence = Folder::with(name, bytes).errstat(&format!("summary {name}")).refused();
        assert!(sentence.contains(name) && sentence.contains("not a spreadsheet"), "{sentence}");
    }
    let sentence = Folder::with("w.doc", container("/WordDocument", &[1; 5000])).errstat("summary w.doc").refused();
    assert!(sentence.contains("w.doc"), "{sentence}");
}

/// What a workbook says of its own size takes no memory: the program may have 400 MB of addresses.
#[cfg(target_os = "linux")]
#[test]
fn a_workbook_that_claims_to_be_huge_is_refused() {
    let content = |row: &str| {
        format!("<office:spreadsheet><table:table table:name=\"a\">{row}</table:table></office:spreadsheet>")
    };
    let ods = |content: &str| zipped(&[("mimetype", ODS), ("META-INF/manifest.xml", "<a/>"), ("content.xml", content)]);
    let full = "<table:table-row table:number-rows-repeated=\"1048576\"><table:table-cell office:value=\"1\" table:number-columns-repeated=\"16384\"/></table:table-row>";
    let globals = [
        record(0x0809, &[0, 6, 5, 0, 0, 0, 0, 0]),
        // A sheet of the name `a` that begins behind this.
        record(0x0085, &[12 + 13 + 4, 0, 0, 0, 0, 0, 1, 0, b'a']),
        record(0x000a, &[]),
        record(0x0809, &[0, 6, 16, 0, 0, 0, 0, 0]),
    ];
    let sheet = |records: &[Vec<u8>]| container("/Workbook", &[&globals[..], records].concat().concat());
    let number = |row: u16, column: u16| {
        record(0x0203, &[&row.to_le_bytes()[..], &column.to_le_bytes(), &[0, 0], &1.0_f64.to_le_bytes()].concat())
    };
    let dimensions = record(0x0200, &[[0; 4], [0xff; 4], [0, 0, 0xff, 0xff], [0; 4]].concat()[..14]);
    let rels = "<Relationships><Relationship Id=\"1\" Type=\"/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";
    for (name, bytes) in [
        ("repeated.ods", ods(&content(full))),
        ("open.ods", ods("<office:spreadsheet><table:table table:name=\"a\"><table:table-row>")),
        ("dimensions.xls", sheet(&[dimensions, number(1, 1), record(0x000a, &[])])),
        ("corners.xls", sheet(&[number(0, 0), number(65_535, 255), record(0x000a, &[])])),
        ("strings.xlsx", {
            let strings = "<sst uniqueCount=\"99999999999\"><si><t>a</t></si></sst>";
            let book = "<workbook><sheets/></workbook>";
            let parts = [("[Content_Types].xml", "<a/>"), ("_rels/.rels", rels), ("xl/workbook.xml", book)];
            zipped(&[&parts[..], &[("xl/sharedStrings.xml", strings)]].concat())
        }),
    ] {
        let folder = Folder::with(name, bytes);
        let child = Command::new("sh")
            .args(["-c", "ulimit -v 400000; exec \"$0\" summary \"$1\"", PROGRAM, name])
            .current_dir(folder.path(""))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a shell");
        let output = ended(child);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{name}: {told}");
        assert!(told.contains(name) && !told.contains("panicked"), "{name}: {told}");
    }
}

#[test]
fn no_more_is_unpacked_than_is_allowed() {
    let Some(folder) = each_kind(WEEKS) else { return };
    for kind in ["xlsx", "ods"] {
        let sentence = folder.errstat(&format!("summary w.{kind} --max-bytes 1000")).refused();
        assert!(sentence.contains("--max-bytes"), "{sentence}");
        assert_eq!(folder.summary(&format!("w.{kind} --max-bytes 1MB")).errors(), 1276);
    }
}

#[test]
fn a_workbook_that_is_cut_or_spoiled_ends_in_a_sentence() {
    let Some(folder) = each_kind(WEEKS) else { return };
    for kind in KINDS {
        let whole = folder.bytes(&format!("w.{kind}"));
        let here = Folder::new();
        for part in 1..16 {
            let mut spoiled = whole.clone();
            let at = whole.len() * part / 16;
            spoiled[at..(at + 64).min(whole.len())].fill(0xff);
            here.file(&format!("{part}-cut.{kind}"), &whole[..at]).file(&format!("{part}-spoiled.{kind}"), spoiled);
        }
        for name in here.list() {
            let outcome = here.errstat(&format!("summary {name} --format json")).run();
            assert!(matches!(outcome.code, Some(0 | 2)), "{name}: {:?} {}", outcome.code, outcome.stderr);
            assert!(!outcome.stderr.contains("panicked"), "{name}: {}", outcome.stderr);
            assert!(outcome.code == Some(0) || outcome.stderr.contains(&name), "{name}: {}", outcome.stderr);
        }
    }
}
