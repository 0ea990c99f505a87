//! Sources: files, folders, globs, standard input, packed or not; what is no export is named.

use std::io::Write;

use crate::program::{Folder, text};

/// 24 rows of one error, ten minutes apart, on the hours from 0 to 4 of a day.
fn day(date: &str) -> String {
    let rows =
        (0..24).map(|i| format!("{date} {:02}:{:02}:00\trequest_timeout\tRequest timeout\t1\n", i / 6, i % 6 * 10));
    "Time\tReason\tDetail\tCount\n".to_owned() + &rows.collect::<String>()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// A zip file with these members, as they are named.
pub fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut packer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        packer
            .start_file(
                *name,
                zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated),
            )
            .unwrap();
        packer.write_all(bytes).unwrap();
    }
    packer.finish().unwrap().into_inner()
}

fn paths(summary: &crate::program::Summary) -> Vec<&str> {
    summary.list("inputs").iter().map(|input| text(input, "path")).collect()
}

#[test]
fn several_files_at_once() {
    let folder = Folder::with("a.tsv", day("2026-11-16"));
    folder.file("b.tsv", day("2026-11-17"));
    let summary = folder.summary("a.tsv b.tsv");
    assert_eq!((summary.errors(), paths(&summary)), (48, vec!["a.tsv", "b.tsv"]));
}

#[test]
fn a_folder_is_searched_with_the_folders_in_it() {
    let folder = Folder::with("exports/a.tsv", day("2026-11-16"));
    folder.file("exports/2026/deep/b.txt", day("2026-11-17")).file("exports/c", day("2026-11-18"));
    let summary = folder.summary("exports");
    assert_eq!(summary.errors(), 72);
    assert_eq!(summary.list("inputs").len(), 3);
}

#[test]
fn what_is_no_export_in_a_folder_is_named_and_skipped() {
    let folder = Folder::with("exports/a.tsv", day("2026-11-16"));
    folder
        .file("exports/readme.md", "# Our exports\n\nDownloaded every Monday.\n")
        .file("exports/logo.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01")
        .file("exports/empty.tsv", "")
        .file("exports/people.csv", "Name,City\nAnna,Berlin\n");
    let summary = folder.summary("exports");
    assert_eq!(summary.errors(), 24);
    let notes: String = summary.list("notes").iter().map(|note| text(note, "text")).collect::<Vec<_>>().join("\n");
    for name in ["readme.md", "logo.png", "empty.tsv", "people.csv"] {
        assert!(notes.contains(name), "{name} is missing in: {notes}");
    }
    assert_eq!(paths(&summary), ["exports/a.tsv"]);
}

/// Notes that list the columns of an export, as a reader of LINE's page would write them down.
const NOTES: &str = "# Webhook errors\n\nThe file has these columns:\n\ndate,start,end,reason,detail,errors\n\nDownload it, every \
                     week, and look, before lunch, at what it says.\n\nreason, detail, time\n\nis what older files have, in this order.\n";

#[test]
fn notes_that_mention_columns_stop_no_folder() {
    let folder = Folder::with("in/w.tsv", day("2026-11-16"));
    folder.file("in/notes.md", NOTES);
    let told = folder.errstat("summary in").done();
    assert!(told.text().contains("in/notes.md: it mentions columns"), "{}", told.text());
    assert_eq!(folder.summary("in").errors(), folder.summary("in/w.tsv").errors());
    // Somebody who names it, or gives it the name of an export, means it.
    for (name, call) in
        [("in/notes.md", "summary in/notes.md"), ("x/notes-2026-11-23", "summary x"), ("y/n.csv", "summary y")]
    {
        folder.file(name, NOTES);
        assert!(!folder.errstat(call).refused().is_empty(), "{call}");
    }
    // An export without an ending is one, with and without rows.
    folder.file("z/monday", day("2026-11-16")).file("z/tuesday", "Date\tStart\tEnd\tReason\tDetail\tErrors\n");
    assert_eq!(paths(&folder.summary("z")), ["z/monday", "z/tuesday"]);
}

#[test]
fn the_same_file_asked_for_by_name_is_refused() {
    let folder = Folder::with("exports/a.tsv", day("2026-11-16"));
    folder.file("exports/readme.md", "# Our exports\n\nDownloaded every Monday.\n");
    assert!(folder.errstat("summary exports/a.tsv exports/readme.md").refused().contains("readme.md"));
    assert!(folder.errstat("summary exports exports/readme.md").refused().contains("readme.md"));
}

#[test]
fn patterns_find_their_files() {
    let folder = Folder::with("a.tsv", day("2026-11-16"));
    // Excel's, of a workbook that is open.
    folder.file("~$b.tsv", "mario").file("sub/~$d.tsv", "mario");
    folder.file("b.tsv", day("2026-11-17")).file("c.csv", day("2026-11-18")).file("sub/d.tsv", day("2026-11-19"));
    for (pattern, errors) in [("*.tsv", 48), ("[bc].*", 48), ("?.tsv", 48), ("**/*.tsv", 72), ("sub/*", 24)] {
        assert_eq!(folder.summary(pattern).errors(), errors, "{pattern}");
    }
    for inputs in [".", "*", "sub"] {
        assert!(!folder.summary(inputs).notes().contains(&"skipped-file"), "{inputs}");
    }
}

#[test]
fn a_name_with_brackets_is_a_name_first() {
    let folder = Folder::with("errors [1].tsv", day("2026-11-16"));
    assert_eq!(folder.errstat("summary").arg("errors [1].tsv").summary().errors(), 24);
}

#[test]
fn names_in_any_script_and_with_spaces() {
    let folder = Folder::with("エラー 統計 (1).tsv", day("2026-11-16"));
    let summary = folder.errstat("summary").arg("エラー 統計 (1).tsv").summary();
    assert_eq!((summary.errors(), paths(&summary)), (24, vec!["エラー 統計 (1).tsv"]));
}

#[test]
fn standard_input_is_read() {
    let folder = Folder::new();
    let summary = folder.errstat("summary -").stdin(day("2026-11-16")).summary();
    assert_eq!((summary.errors(), paths(&summary)), (24, vec!["-"]));
    for packed in [
        gzip(day("2026-11-16").as_bytes()),
        zstd::bulk::compress(day("2026-11-16").as_bytes(), 3).unwrap(),
        zip(&[("a.tsv", day("2026-11-16").as_bytes())]),
    ] {
        assert_eq!(folder.errstat("summary -").stdin(packed).summary().errors(), 24);
    }
    let unicode: Vec<u8> = day("2026-11-16").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(folder.errstat("summary -").stdin(unicode).summary().errors(), 24);
    assert_eq!(folder.leftovers(), [""; 0]);
}

#[test]
fn standard_input_overlaps_like_a_file() {
    let folder = Folder::with("a.tsv", day("2026-11-16"));
    assert_eq!(folder.errstat("summary a.tsv -").stdin(day("2026-11-16")).summary().errors(), 24);
    assert_eq!(folder.errstat("summary - a.tsv").stdin(day("2026-11-17")).summary().errors(), 48);
    // 20 of the 24 rows, with other line ends: no copy of the file, but a part of its log.
    let part: String = day("2026-11-16").lines().take(21).map(|line| format!("{line}\r\n")).collect();
    assert_eq!(folder.errstat("summary a.tsv -").stdin(part).summary().errors(), 24);
    assert_eq!(folder.leftovers(), [""; 0]);
}

#[test]
fn empty_standard_input_is_refused() {
    let folder = Folder::new();
    assert!(folder.errstat("summary -").stdin("").refused().contains("empty"));
    assert_eq!(folder.leftovers(), [""; 0]);
}

#[test]
fn packed_files_are_recognised_by_content() {
    let plain = day("2026-11-16");
    for (name, bytes) in [
        ("a.tsv.gz", gzip(plain.as_bytes())),
        ("a.tsv", gzip(plain.as_bytes())),
        ("a.tsv.zst", zstd::bulk::compress(plain.as_bytes(), 3).unwrap()),
        ("a.zip", zip(&[("w.tsv", plain.as_bytes())])),
        ("a.tsv.gz", plain.clone().into_bytes()),
    ] {
        let summary = Folder::with(name, bytes).summary(name);
        assert_eq!((summary.errors(), summary.balance()), (24, vec![[24, 24, 0]]), "{name}");
    }
}

#[test]
fn joined_gzip_and_zstd_files_are_read_to_their_end() {
    // `cat a.gz b.gz` is a valid gzip file (RFC 1952, 2.2), and likewise for zstd (RFC 8878, 3.1). The second part begins with a heading.
    let (a, b) = (day("2026-11-16"), day("2026-11-17"));
    let joined = [gzip(a.as_bytes()), gzip(b.as_bytes())].concat();
    assert_eq!(Folder::with("w.gz", joined).summary("w.gz").errors(), 48);
    let joined = [&a, &b].map(|part| zstd::bulk::compress(part.as_bytes(), 3).unwrap()).concat();
    assert_eq!(Folder::with("w.zst", joined).summary("w.zst").errors(), 48);
}

#[test]
fn each_member_of_a_zip_file_is_an_input() {
    let (a, b) = (day("2026-11-16"), day("2026-11-17"));
    let excel: Vec<u8> =
        [0xfeff].into_iter().chain(day("2026-11-18").encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let folder = Folder::with(
        "all.zip",
        zip(&[
            ("a.tsv", a.as_bytes()),
            ("sub/b.tsv", b.as_bytes()),
            ("excel.txt", &excel),
            ("readme.txt", b"Three days of errors.\n"),
            ("c.tsv.gz", &gzip(day("2026-11-19").as_bytes())),
        ]),
    );
    let summary = folder.summary("all.zip");
    assert_eq!(summary.errors(), 96);
    let paths = paths(&summary);
    assert_eq!(paths.len(), 4);
    assert!(paths.iter().all(|path| path.starts_with("all.zip/")), "{paths:?}");
    assert!(
        summary.list("notes").iter().any(|note| text(note, "text").contains("readme.txt")),
        "{:?}",
        summary.notes()
    );
}

#[test]
fn what_errstat_wrote_is_no_input() {
    let folder = Folder::with("a.tsv", day("2026-11-16"));
    folder.errstat("report a.tsv -o out").done();
    let csv = folder.errstat("summary a.tsv --format csv").done();
    folder.file("details.csv", csv.stdout);
    let summary = folder.summary(".");
    assert_eq!((summary.errors(), paths(&summary).len()), (24, 1), "{:?}", paths(&summary));
    let notes: String = summary.list("notes").iter().map(|note| text(note, "text")).collect::<Vec<_>>().join("\n");
    assert!(notes.contains("details.csv"), "{notes}");
}

#[test]
fn what_errstat_wrote_in_the_midst_of_a_text_ends_no_reading() {
    let own = Folder::with("a.tsv", day("2026-11-16")).errstat("summary a.tsv --format csv").done().text();
    let comma = |date: &str| day(date).replace('\t', ",");
    let folder = Folder::with("all.csv", [comma("2026-11-16"), own, comma("2026-11-17")].concat());
    let line = comma("2026-11-16").lines().count() + 1;
    let sentence = folder.errstat("summary all.csv").refused();
    assert!(sentence.contains(&format!("all.csv:{line}: this is an output of errstat")), "{sentence}");
}

#[test]
fn a_name_with_a_date_says_up_to_when_the_export_reaches() {
    // One date is the day of the download, which may lie within it; two are the first and the last day.
    let folder = Folder::with("webhook-errors_2026-11-16_2026-11-22.tsv", day("2026-11-16"));
    let summary = folder.summary("webhook-errors_2026-11-16_2026-11-22.tsv");
    assert_eq!(
        summary["inputs"][0]["coverage"],
        serde_json::json!({"from": null, "until": "2026-11-23T00:00:00+09:00", "by": "file name"})
    );
    let summary = folder.summary("webhook-errors_2026-11-16_2026-11-22.tsv --exported-at 2026-11-20T12:00");
    assert_eq!(summary["inputs"][0]["coverage"]["until"], "2026-11-20T12:00:00+09:00");
    folder.file("plain.tsv", day("2026-11-16"));
    assert_eq!(folder.summary("plain.tsv")["inputs"][0]["coverage"]["until"], serde_json::Value::Null);
}

const ONE: &str = "Time\tReason\tDetail\tCount\n2026-11-16 04:12:33\trequest_timeout\tRequest timeout\t3\n";
const OTHER: &str = "Time\tReason\tDetail\tCount\n2026-11-17 04:12:33\trequest_timeout\tRequest timeout\t4\n";

#[test]
fn members_in_dotted_folders_are_members() {
    let folder =
        Folder::with("w.zip", zip(&[("./one.tsv", ONE.as_bytes()), ("../.hidden/other.tsv", OTHER.as_bytes())]));
    assert_eq!(folder.summary("w.zip").errors(), 3 + 4);
}

#[test]
fn two_members_of_one_name_are_not_counted_as_one() {
    // The writer refuses equal names, so one is written over another of the same length.
    let bytes = zip(&[("one.tsv", ONE.as_bytes()), ("two.tsv", OTHER.as_bytes())]);
    let mut twice = bytes.clone();
    for at in 0..bytes.len() - 7 {
        if &bytes[at..at + 7] == b"two.tsv" {
            twice[at..at + 7].copy_from_slice(b"one.tsv");
        }
    }
    let sentence = Folder::with("w.zip", twice).errstat("summary w.zip").refused();
    assert!(sentence.contains("same name"), "{sentence}");
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_stop_nothing() {
    let folder = Folder::with("exports/one.tsv", ONE);
    std::os::unix::fs::symlink("/nonexistent", folder.path("exports/dangling.tsv")).unwrap();
    std::os::unix::fs::symlink(folder.path("exports"), folder.path("exports/loop")).unwrap();
    let summary = folder.summary("exports");
    assert_eq!(summary.errors(), 3);
    assert!(summary.note("skipped-file").contains("dangling.tsv") || summary.note("skipped-file").contains("loop"));
    // One that is named is asked for.
    std::os::unix::fs::symlink("itself.tsv", folder.path("itself.tsv")).unwrap();
    for name in ["exports/dangling.tsv", "itself.tsv"] {
        assert!(folder.errstat(&format!("summary {name}")).refused().contains(name), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_that_the_shell_makes_is_read() {
    let folder = Folder::with("one.tsv", ONE);
    let run = assert_cmd::Command::new("bash")
        .arg("-c")
        .arg(format!("{} summary --format csv <(cat one.tsv)", crate::program::PROGRAM))
        .current_dir(folder.path(""))
        .output()
        .unwrap();
    assert!(run.status.success() && String::from_utf8_lossy(&run.stdout).contains("Request timeout"), "{run:?}");
}

#[test]
fn half_a_download_is_said_to_be_one() {
    let rows = "Time\tReason\tDetail\tCount\n2026-11-16 04:12:33\trequest_timeout\tRequest timeout\t12";
    for name in ["shop-2026-11-23.tsv.crdownload", "shop-2026-11-23.tsv.part", "shop-2026-11-23.tsv.download/shop.tsv"]
    {
        let folder = Folder::with(name, rows);
        for line in [name, "."] {
            let summary = folder.summary(line);
            let note = summary.note("partial-download");
            assert!(note.contains(name) && note.contains("Download it again"), "{note}");
            assert_eq!(summary.errors(), 12);
            // Whatever its name says, it is not complete.
            assert_eq!(summary["inputs"][0]["coverage"]["until"], serde_json::json!(null), "{name}");
        }
        assert!(folder.errstat(&format!("inspect {name}")).done().text().contains("unfinished download"), "{name}");
        // Nothing passes on it, and nothing keeps it.
        folder.file("errstat.toml", "[check]\nmax_errors = 1000\n");
        for line in
            ["check --period all", "summary --strict", "archive add --archive a --channel shop", "convert -o c.csv"]
        {
            let outcome = folder.errstat(&format!("{line} {name}")).run();
            let told = format!("{}{}", outcome.text(), outcome.stderr);
            assert_eq!(outcome.code, Some(2), "{line} {name}: {told}");
            assert!(told.contains("unfinished download"), "{line} {name}: {told}");
        }
        folder.errstat(&format!("report {name} -o r.html")).done();
        assert!(folder.text("r.html").contains("unfinished download"), "{name}");
    }
    let folder = Folder::with("w.xlsx.crdownload", b"PK\x03\x04\x14\0\x06\0");
    assert!(folder.errstat("summary w.xlsx.crdownload").refused().contains("w.xlsx.crdownload"));
    assert!(!Folder::with("w.tsv", rows).summary("w.tsv").notes().contains(&"partial-download"));
}

#[cfg(unix)]
#[test]
fn names_that_are_no_utf8_are_found_by_globs() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let folder = Folder::with("shop-2026-11-16.tsv", day("2026-11-15"));
    // エラー in CP932, as zip files of Japanese machines have it.
    let name = OsStr::from_bytes(b"\x83\x47\x83\x89\x81\x5b-2026-11-17.tsv");
    std::fs::write(folder.path(name), day("2026-11-16")).unwrap();
    assert_eq!(folder.errstat("summary --channel s").arg("*.tsv").summary().errors(), 48);
    assert_eq!(folder.errstat("summary --channel s").arg("**/*-1?.tsv").summary().errors(), 48);
    assert_eq!(folder.errstat("summary").arg("[a-z]*.tsv").summary().errors(), 24);
}
