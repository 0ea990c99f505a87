//! What the machine, the folder or the environment holds breaks nothing, and makes nothing wait.

use std::{fs, process::Command};

use flate2::{Compression, write::GzEncoder};
use serde_json::Value;

use crate::program::Folder;

const GOOD: &str = "Time\tReason\tDetail\tCount\n2026-11-16 10:00:00\terror_status_code\t502\t3\n";

fn pipe(folder: &Folder, name: &str) {
    let made = Command::new("mkfifo").arg(folder.path(name)).status().expect("mkfifo");
    assert!(made.success());
}

#[test]
fn variables_of_linked_crates_are_ignored() {
    let folder = Folder::with("w.tsv", GOOD);
    folder.errstat("archive add w.tsv --archive ar --channel shop").done();
    let expected = folder.errstat("summary w.tsv ar --overlap max --format json").done();
    for (name, value) in [
        ("POLARS_MAX_THREADS", "0"),
        ("POLARS_MAX_THREADS", "5000"),
        ("POLARS_MAX_THREADS", "x"),
        ("POLARS_VERBOSE", "1"),
        ("RUST_MIN_STACK", "1"),
        ("RUST_MIN_STACK", "18446744073709551615"),
        ("RAYON_NUM_THREADS", "5000"),
        ("RAYON_RS_NUM_CPUS", "5000"),
        ("PARQUET_DO_VERBOSE", "1"),
    ] {
        let outcome = folder.errstat("summary w.tsv ar --overlap max --format json").env(name, value).done();
        assert_eq!(outcome.text(), expected.text(), "{name}={value}");
        assert_eq!(outcome.stderr, expected.stderr, "{name}={value}");
        folder.errstat("report w.tsv -o out").env(name, value).done();
    }
}

#[test]
fn a_pipe_that_nobody_named_is_not_opened() {
    let folder = Folder::with("in/w.tsv", GOOD);
    pipe(&folder, "in/p.tsv");
    std::os::unix::fs::symlink("/dev/zero", folder.path("in/zero.tsv")).expect("a link");
    let socket = std::os::unix::net::UnixListener::bind(folder.path("in/s.tsv")).expect("a socket");
    for input in ["in", "in/*", "in/*.tsv", "i*"] {
        let summary = folder.summary(input);
        assert_eq!(summary.errors(), 3, "{input}");
        for name in ["in/p.tsv", "in/zero.tsv", "in/s.tsv"] {
            let said =
                summary.list("notes").iter().any(|note| note["text"].as_str().is_some_and(|it| it.contains(name)));
            assert!(said, "{input}: {name} is left out without a word: {:?}", summary.notes());
        }
    }
    drop(socket);
    // With nothing else there, it is said too.
    pipe(&folder, "p.tsv");
    let refused = folder.errstat("summary p.ts*").refused();
    assert!(refused.contains("p.tsv"), "{refused}");
}

#[test]
fn a_pipe_that_is_named_is_read() {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    std::io::Write::write_all(&mut gzip, GOOD.as_bytes()).expect("memory");
    let units: Vec<u8> = GOOD.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for content in [GOOD.as_bytes().to_vec(), gzip.finish().expect("memory"), [&b"\xff\xfe"[..], &units].concat()] {
        let folder = Folder::new();
        pipe(&folder, "p.tsv");
        let place = folder.path("p.tsv");
        let writer = std::thread::spawn(move || fs::write(place, content));
        assert_eq!(folder.summary("p.tsv").errors(), 3);
        writer.join().expect("a thread").expect("a reader");
    }
}

#[test]
fn a_pipe_within_an_archive_is_damage() {
    let folder = Folder::with("w.tsv", GOOD);
    folder.errstat("archive add w.tsv --archive ar --channel shop").done();
    for name in folder.list().into_iter().filter(|name| name.starts_with("ar/")) {
        let bytes = folder.bytes(&name);
        fs::remove_file(folder.path(&name)).expect("a file");
        pipe(&folder, &name);
        for line in ["summary ar", "archive info --archive ar", "archive verify --archive ar"] {
            let outcome = folder.errstat(line).run();
            assert!(outcome.code.is_some(), "{line} waits for {name}");
        }
        fs::remove_file(folder.path(&name)).expect("a pipe");
        folder.file(&name, bytes);
    }
    assert_eq!(folder.summary("ar").errors(), 3);
}

#[test]
fn configuration_and_baseline_have_a_limit() {
    let folder = Folder::with("w.tsv", GOOD);
    for line in
        ["summary w.tsv --config /dev/zero", "check w.tsv --config /dev/zero", "check w.tsv --baseline /dev/zero"]
    {
        let refused = folder.errstat(line).refused();
        assert!(refused.contains("/dev/zero") && refused.contains("16 MiB"), "{line}: {refused}");
    }
    // 16 MiB of comment are allowed, a byte more is not.
    let comment = |bytes: usize| format!("#{}\n", " ".repeat(bytes - 2));
    folder.file("errstat.toml", comment(16 << 20));
    assert_eq!(folder.summary("w.tsv").errors(), 3);
    folder.file("errstat.toml", comment((16 << 20) + 1));
    assert!(folder.errstat("summary w.tsv").refused().contains("errstat.toml"));
    // One that nobody named and that is no file is not waited for.
    fs::remove_file(folder.path("errstat.toml")).expect("a file");
    pipe(&folder, "errstat.toml");
    assert!(folder.errstat("summary w.tsv").refused().contains("errstat.toml"));
}

/// How the time grows with them is a bench (`cargo bench --bench summary many`).
#[test]
fn tens_of_thousands_of_rules_are_each_judged() {
    let folder = Folder::with("w.tsv", GOOD);
    let tables = |n: usize| "[[check.rule]]\nreason = \"error_status_code\"\nmax_errors = 5\n".repeat(n);
    let one_line = |n: usize| format!("rule = [{}]\n", "{reason = \"error_status_code\", max_errors = 5}, ".repeat(n));
    for rules in [tables(32_000), one_line(32_000)] {
        folder.file("rules.toml", format!("[check]\n{rules}"));
        let outcome = folder.errstat("check w.tsv --config rules.toml --format json --as-of 2026-11-17").run();
        let verdict: Value = serde_json::from_slice(&outcome.stdout).unwrap_or_else(|_| panic!("{}", outcome.stderr));
        let judged = verdict["rules"].as_array().expect("rules").iter();
        assert_eq!(judged.filter(|rule| rule["actual"]["value"] == 3).count(), 32_000);
    }
}

#[test]
fn no_link_leads_out_of_an_output_folder() {
    use std::os::unix::fs::symlink;
    for inside in ["report.html", "overview.png", "summary.json", "charts/timeline.svg", "charts"] {
        let folder = Folder::with("w.tsv", GOOD);
        folder.file("precious/kept", "kept").file("out/charts/x", "x");
        let place = folder.path(format!("out/{inside}"));
        let target = if inside == "charts" {
            fs::remove_dir_all(&place).expect("a folder");
            folder.path("precious")
        } else {
            folder.path("precious/kept")
        };
        symlink(target, &place).expect("a link");
        let refused = folder.errstat("report w.tsv -o out").refused();
        assert!(refused.contains(inside), "{refused}");
        assert_eq!(folder.text("precious/kept"), "kept", "{inside}");
        assert!(!folder.list().iter().any(|name| name.starts_with("precious/") && name != "precious/kept"), "{inside}");
    }
    // The folder and the file that are named may be links: the user chose them.
    let folder = Folder::with("w.tsv", GOOD);
    folder.file("real/x", "").file("page", "old");
    symlink(folder.path("real"), folder.path("out")).expect("a link");
    symlink(folder.path("page"), folder.path("page.html")).expect("a link");
    folder.errstat("report w.tsv -o out -o page.html").done();
    assert!(folder.text("real/report.html").contains("<html"));
    assert!(folder.text("page").contains("<html"));
    assert!(folder.path("page.html").is_symlink());
}

#[test]
fn a_pipe_inside_an_output_folder_is_not_waited_for() {
    let folder = Folder::with("w.tsv", GOOD);
    folder.file("out/x", "");
    pipe(&folder, "out/report.html");
    assert!(folder.errstat("report w.tsv -o out").refused().contains("report.html"));
}

#[test]
fn an_archive_keeps_the_names_of_files_and_no_folders() {
    let folder = Folder::with("secret-client/w46.tsv", GOOD);
    let whole = folder.path("secret-client/w46.tsv");
    folder.errstat("archive add --archive ar --channel shop").arg(&whole).done();
    for name in folder.list().into_iter().filter(|name| name.starts_with("ar/")) {
        assert!(!String::from_utf8_lossy(&folder.bytes(&name)).contains("secret-client"), "{name}");
    }
    let info = folder.errstat("archive info --archive ar --format json").done();
    let info: serde_json::Value = serde_json::from_slice(&info.stdout).expect("JSON");
    assert_eq!(info["sources"][0]["name"], "w46.tsv");
    folder.errstat("archive remove --archive ar w46.tsv").done();
}
