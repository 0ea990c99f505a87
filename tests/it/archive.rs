//! Years of exports and mails in one folder, each error counted once: whatever the order, whatever is repeated, and
//! whatever happens on the way.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    hash::{DefaultHasher, Hasher},
    io::Write as _,
    ops::Range,
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Value, json};

use crate::{
    notice::mail,
    program::{AS_OF, Folder, Outcome, PATIENCE, PROGRAM, Summary, ended, program, text},
    tools::DUCKDB,
};

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/webhook-errors.tsv");

/// An export whose rows are given as `time|reason|detail|count`.
fn export(rows: &[&str]) -> String {
    table("Time\tReason\tDetail\tCount", rows)
}

/// An export with a heading of its own.
fn table(heading: &str, rows: &[&str]) -> String {
    rows.iter().fold(format!("{heading}\n"), |table, row| table + &row.replace('|', "\t") + "\n")
}

fn add(folder: &Folder, line: &str) -> Outcome {
    folder.errstat(&format!("archive add --archive ar {line}")).done()
}

fn sound(folder: &Folder, archive: &str) -> Outcome {
    folder.errstat(&format!("archive verify --archive {archive}")).done()
}

fn info(folder: &Folder) -> Value {
    let outcome = folder.errstat("archive info --archive ar --format json").done();
    serde_json::from_slice(&outcome.stdout).expect("JSON")
}

/// What stands for the content of a file; the content itself would fill a message.
fn mark(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

/// The Parquet files below a folder, by path.
fn parquet(folder: &Folder, below: &str) -> BTreeMap<String, u64> {
    let files = folder.list().into_iter().filter(|path| path.starts_with(below) && path.ends_with(".parquet"));
    files.map(|path| (path.strip_prefix(below).expect("below").to_owned(), mark(&folder.bytes(&path)))).collect()
}

/// Every file below a folder, by path.
fn everything(folder: &Folder, below: &str) -> BTreeMap<String, u64> {
    let files = folder.list().into_iter().filter(|path| path.starts_with(below));
    files.map(|path| (path.clone(), mark(&folder.bytes(&path)))).collect()
}

/// Whether a file below a folder has this text in it.
fn any_has(folder: &Folder, below: &str, text: &str) -> bool {
    let mut files = folder.list().into_iter().filter(|path| path.starts_with(below));
    files.any(|path| folder.bytes(&path).windows(text.len()).any(|part| part == text.as_bytes()))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// Starts the program without waiting for it.
fn start(folder: &Folder, line: &str) -> Child {
    program()
        .args(line.split_whitespace())
        .current_dir(folder.path(""))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program")
}

/// What DuckDB says to a query.
fn duckdb(folder: &Folder, query: &str) -> Option<Vec<Vec<Value>>> {
    let script = "import duckdb, json, sys\n\
                  duckdb.execute(\"SET TimeZone = 'Asia/Tokyo'\")\n\
                  print(json.dumps(duckdb.sql(sys.argv[1]).fetchall(), default=str))";
    let python = DUCKDB.get()?;
    let output =
        Command::new(python).args(["-c", script, query]).current_dir(folder.path("")).output().expect("python");
    assert!(output.status.success(), "{query}\n{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn sh(folder: &Folder, script: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new("sh")
        .args(["-c", script, "sh"])
        .args(arguments)
        .current_dir(folder.path(""))
        .output()
        .expect("a shell");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Name and errors of each channel.
fn channels(summary: &Summary) -> BTreeMap<&str, u64> {
    let rows = summary.list("by_channel").iter();
    rows.map(|row| (text(row, "channel"), row["errors"].as_u64().expect("errors"))).collect()
}

// What a user does.

#[test]
fn exports_and_mails_of_a_quarter_are_one_truth() {
    let folder = Folder::new();
    folder
        .file(
            "in/shop-2026-10-12.tsv",
            export(&[
                "2026-10-05 10:00:00|error_status_code|502|3",
                "2026-10-11 10:00:00|request_timeout|Request timeout|4",
            ]),
        )
        .file(
            "in/shop-2026-10-14.tsv",
            export(&[
                "2026-10-11 10:00:00|request_timeout|Request timeout|4",
                "2026-10-13 10:00:00|error_status_code|502|5",
            ]),
        )
        .file("in/mails/1.eml", mail("shop", "2026-10-11 10:00:00", "502", 64))
        .file("in/mails/2.eml", mail("shop", "2026-10-20 10:00:00", "503", 8));
    let outcome = add(&folder, "in --channel shop");
    assert!(outcome.text().is_empty() && outcome.stderr.contains("4 new sources"), "{}", outcome.stderr);
    // 3 + 4 + 5 exported, and 8 of a time for which no export speaks; the 64 are settled by the exports.
    assert_eq!(folder.summary("ar").errors(), 20);
    assert_eq!(folder.errstat("archive verify --archive ar").done().stderr, "");
}

#[test]
fn an_archive_is_an_input_of_every_command() {
    let folder = Folder::with("a.tsv", export(&["2026-11-16 10:00:00|error_status_code|502|30"]));
    folder.file("errstat.toml", "[check]\nmax_errors = 29\n");
    add(&folder, "a.tsv --channel shop");
    let summary = folder.summary("ar");
    assert_eq!(summary.details(), [("error_status_code", "502", 30)]);
    assert_eq!(summary.list("inputs").iter().map(|input| text(input, "kind")).collect::<Vec<_>>(), ["archive"]);
    folder.errstat("report ar -o out").done();
    let told: Value = serde_json::from_str(&folder.text("out/summary.json")).expect("JSON");
    assert_eq!(told["totals"]["errors"], 30);
    assert!(folder.errstat("inspect ar").done().text().contains("ar"));
    let judged = folder.errstat("check ar").arg("--as-of").arg(AS_OF).run();
    assert!(!judged.stderr.contains("panicked"), "{}", judged.stderr);
    assert_eq!(judged.code, Some(1), "30 are more than 29: {}{}", judged.text(), judged.stderr);
    let reconciled = folder.errstat("reconcile ar --format json").done();
    let reconciled: Value = serde_json::from_slice(&reconciled.stdout).expect("JSON");
    assert_eq!(reconciled["totals"]["exported"], 30);
}

/// An export as it was downloaded, as rows of `convert`, and in an archive; the mail is of a time that the export covers.
#[test]
fn rows_in_any_form_reach_as_far_as_the_option_or_their_name_tells() {
    let folder = Folder::new();
    folder.file("x.tsv", export(&["2026-11-03 10:00:00|unclassified||3", "2026-11-17 10:00:00|unclassified||4"]));
    folder.file("m.eml", mail("shop", "2026-11-20T10:00:00+09:00", "502", 7));
    for name in ["x.csv", "x.parquet", "x-2026-11-23.csv", "x-2026-11-23.parquet"] {
        folder.errstat(&format!("convert x.tsv -o {name}")).done();
    }
    let until = "2026-11-23T00:00:00+09:00";
    for (name, option) in [
        ("x.tsv", "--exported-at 2026-11-23"),
        ("x.csv", "--exported-at 2026-11-23"),
        ("x.parquet", "--exported-at 2026-11-23"),
        ("x-2026-11-23.csv", ""),
        ("x-2026-11-23.parquet", ""),
    ] {
        let summary = folder.summary(&format!("{name} m.eml --channel shop --period last-week {option}"));
        assert_eq!((summary.errors(), text(&summary["inputs"][0]["coverage"], "until")), (4, until), "{name}");
        folder.file("errstat.toml", "[check]\nmax_errors = 4\n");
        let line = format!("check {name} --channel shop --period last-week --as-of {AS_OF} {option}");
        assert_eq!(folder.errstat(&line).run().code, Some(0), "{line}");
    }
    // One file of several inputs can't tell where each ends, and says so.
    let joined = |inputs: &str| folder.errstat(&format!("convert {inputs} -o joined.csv")).done().stderr;
    assert!(joined("x.tsv m.eml").contains("hides gaps") && !joined("x.tsv").contains("hides gaps"));
    // Mails are complete up to no moment, in whatever form they are kept.
    folder.errstat("convert m.eml -o m-2026-11-23.csv").done();
    assert_eq!(folder.summary("m-2026-11-23.csv --period last-week")["state"], "unknown");
    // An archive has the ends of its own sources; beside it, the option is about the others.
    folder.file("errstat.toml", "");
    add(&folder, "x.tsv --channel shop");
    for inputs in ["ar", "ar m.eml"] {
        let refused = folder.errstat(&format!("summary {inputs} --exported-at 2026-11-23")).refused();
        assert!(refused.contains("archive add"), "{refused}");
    }
    assert_eq!(folder.summary("ar x-2026-11-23.csv --channel shop --exported-at 2026-11-23").errors(), 7);
}

#[test]
fn an_archive_in_a_searched_folder_is_one_input_and_a_pattern_finds_it() {
    let folder = Folder::with("all/old/a.tsv", export(&["2026-11-16 10:00:00|error_status_code|502|1"]));
    add(&folder, "all/old/a.tsv --channel shop");
    fs::rename(folder.path("ar"), folder.path("all/ar")).expect("a move");
    folder.file("all/b.tsv", table("Time\tReason\tChannel name", &["2026-11-17 10:00:00|unclassified|shop"]));
    fs::remove_dir_all(folder.path("all/old")).expect("a folder");
    for inputs in ["all", "all/*", "all/ar all/b.tsv"] {
        let summary = folder.summary(inputs);
        let paths: Vec<&str> = summary.list("inputs").iter().map(|input| text(input, "path")).collect();
        assert_eq!((summary.errors(), paths), (2, vec!["all/ar", "all/b.tsv"]), "{inputs}");
    }
}

#[test]
fn an_archive_is_added_to_another_one_and_never_to_itself() {
    let folder = Folder::with("a.tsv", export(&["2026-11-16 10:00:00|error_status_code|502|3"]));
    add(&folder, "a.tsv --channel shop");
    let before = everything(&folder, "ar/");
    for itself in ["ar", "./ar", "ar/../ar", "ar/channel=shop/month=2026-11/errors.parquet"] {
        let sentence = folder.errstat(&format!("archive add --archive ar {itself}")).refused();
        assert!(sentence.contains("ar"), "{sentence}");
        assert_eq!(everything(&folder, "ar/"), before, "{itself}");
    }
    folder.errstat("archive add --archive other ar").done();
    assert_eq!(folder.summary("other").details(), [("error_status_code", "502", 3)]);
    assert_eq!(channels(&folder.summary("other")), BTreeMap::from([("shop", 3)]));
}

#[test]
fn a_folder_that_holds_the_archive_is_added_without_it() {
    let folder = Folder::with("all/a.tsv", export(&["2026-11-16 10:00:00|error_status_code|502|3"]));
    for round in 1..=3 {
        let outcome = folder.errstat("archive add --archive all/ar all --channel shop --wait 5").run();
        assert!(!outcome.stderr.contains("another errstat"), "{round}: it waits for itself: {}", outcome.stderr);
        // To leave it out is right, and so is to say that it must not be among the inputs.
        if outcome.code == Some(2) {
            assert!(outcome.stderr.contains("all/ar"), "{round}: {}", outcome.stderr);
        } else {
            assert_eq!(outcome.code, Some(0), "{round}: {}", outcome.stderr);
        }
        assert_eq!(folder.summary("all/ar").errors(), 3, "{round}");
        let told = folder.errstat("archive info --archive all/ar --format json").done().text();
        assert_eq!(told.matches("sha256").count(), 1, "{round}: {told}");
    }
}

// Nothing in between.

/// An archive `old` of three channels and three months, and exports under `new` that overlap it and reach beyond it.
fn two_states() -> (Folder, u64, u64) {
    let folder = Folder::new();
    let row = |channel: &str, month: u32, day: u32, minute: u32, count: u32| {
        format!("2026-{month:02}-{day:02} 12:{minute:02}:07|error_status_code|502|{count}|{channel}")
    };
    let heading = "Time\tReason\tDetail\tCount\tChannel name";
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for channel in ["shop", "news", "お知らせ"] {
        for month in 8..=10 {
            for minute in 0..60 {
                first.push(row(channel, month, 10, minute, 1));
                // What is known, what is larger, and what is new.
                second.push(row(channel, month, 10, minute, if minute < 30 { 1 } else { 2 }));
                second.push(row(channel, month + 1, 20, minute, 3));
            }
        }
    }
    let export = |rows: &[String]| table(heading, &rows.iter().map(String::as_str).collect::<Vec<_>>());
    folder
        .file("first.tsv", export(&first))
        .file("new/a.tsv", export(&second[..700]))
        .file("new/b.tsv", export(&second[600..]));
    folder.errstat("archive add --archive old first.tsv").done();
    // 3 channels × 3 months × 60 minutes: 1 each; then half of them 2, and 3 in each minute of the other days.
    (folder, 540, 270 + 2 * 270 + 3 * 540)
}

#[test]
fn a_kill_at_any_instant_leaves_the_old_or_the_new() {
    let (folder, old, new) = two_states();
    let fresh = |name: &str| copy(&folder.path("old"), &folder.path(name));
    let mut durations = Vec::new();
    for i in 0..5 {
        fresh(&format!("whole{i}"));
        let began = Instant::now();
        assert!(ended(start(&folder, &format!("archive add --archive whole{i} new"))).status.success());
        durations.push(began.elapsed());
    }
    durations.sort();
    let duration = durations[2];
    let expected = parquet(&folder, "whole0/");
    assert_eq!(folder.summary("whole0").errors(), new);
    let (mut killed, mut seen) = (0, [0, 0]);
    for run in 0..200 {
        if killed >= 40 && run >= 48 {
            break;
        }
        fresh("ar");
        let mut adding = start(&folder, "archive add --archive ar new");
        // The fractions of multiples of the golden ratio fill the duration evenly.
        sleep(duration.mul_f64(f64::from(run) * 0.618_033_988_75 % 1.0 * 1.05));
        // SIGKILL; it may have ended by itself.
        let _ = adding.kill();
        killed += u32::from(!ended(adding).status.success());
        let errors = folder.summary("ar").errors();
        assert!(errors == old || errors == new, "run {run}: {errors}, neither {old} nor {new}");
        seen[usize::from(errors == new)] += 1;
        sound(&folder, "ar");
        if run % 4 == 0 {
            folder.errstat("archive add --archive ar new").done();
            assert!(sound(&folder, "ar").text().lines().count() == 1, "nothing is left over");
            assert_eq!(parquet(&folder, "ar/"), expected);
            assert_eq!(folder.summary("ar").errors(), new);
        }
        fs::remove_dir_all(folder.path("ar")).expect("a folder");
    }
    assert!(killed >= 40 && seen[0] > 0, "{killed} were killed; old and new: {seen:?}");
}

#[test]
fn a_kill_of_the_very_first_addition_leaves_nothing_or_everything() {
    let (folder, old, _) = two_states();
    let began = Instant::now();
    folder.errstat("archive add --archive whole first.tsv").done();
    let duration = began.elapsed();
    for run in 0..16 {
        let mut adding = start(&folder, "archive add --archive ar first.tsv");
        sleep(duration.mul_f64(f64::from(run) / 16.0));
        let _ = adding.kill();
        ended(adding);
        if folder.path("ar/_errstat/manifest.json").exists() {
            assert_eq!(folder.summary("ar").errors(), old);
        }
        add(&folder, "first.tsv");
        sound(&folder, "ar");
        assert_eq!(parquet(&folder, "ar/"), parquet(&folder, "whole/"));
        fs::remove_dir_all(folder.path("ar")).expect("a folder");
    }
}

#[test]
#[cfg(unix)]
fn a_disk_that_is_full_leaves_the_archive_as_it_was() {
    let (folder, old, new) = two_states();
    let before = parquet(&folder, "old/");
    // No file may grow beyond so many blocks; what is written further fails as on a full disk.
    let limited = "trap '' XFSZ; ulimit -f $1; shift; exec \"$@\"";
    let mut refusals = 0;
    for blocks in 0..64 {
        copy(&folder.path("old"), &folder.path("ar"));
        let (code, stderr) =
            sh(&folder, limited, &[&blocks.to_string(), PROGRAM, "archive", "add", "--archive", "ar", "new"]);
        if code == Some(0) {
            assert_eq!(folder.summary("ar").errors(), new);
            break;
        }
        assert_eq!(code, Some(2), "{blocks}: {stderr}");
        assert!(stderr.contains("ar") && stderr.contains(' ') && !stderr.contains("panicked"), "{stderr}");
        refusals += 1;
        assert_eq!(parquet(&folder, "ar/"), before, "{blocks}: {stderr}");
        assert_eq!(folder.summary("ar").errors(), old);
        sound(&folder, "ar");
        folder.errstat("archive add --archive ar new").done();
        assert_eq!(folder.summary("ar").errors(), new, "it is only to be repeated");
        fs::remove_dir_all(folder.path("ar")).expect("a folder");
    }
    assert!((3..64).contains(&refusals), "{refusals}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_small_file_system_that_fills_up_leaves_the_archive_as_it_was() {
    let (folder, old, new) = two_states();
    // In a name space of its own, so that nothing has to be taken away again.
    let alone = |script: &str, arguments: &[&str]| {
        let inner: Vec<&str> = ["-rm", "sh", "-c", script, "sh"].iter().chain(arguments).copied().collect();
        sh(&folder, "exec unshare \"$@\"", &inner)
    };
    if alone("mount -t tmpfs none old", &[]).0 != Some(0) {
        // Not allowed here; the test before this one needs no rights.
        return;
    }
    let script = "mkdir small && mount -t tmpfs -o size=$1k none small || exit 9\n\
                  cp -r old/. small || exit 8\n\
                  \"$2\" archive add --archive small new; code=$?\n\
                  \"$2\" archive verify --archive small > verified || exit 7\n\
                  \"$2\" summary small --format json > told || exit 6\n\
                  exit $code";
    let mut codes = Vec::new();
    for kib in (64..400).step_by(24) {
        let (code, stderr) = alone(script, &[&kib.to_string(), PROGRAM]);
        fs::remove_dir(folder.path("small")).expect("an empty folder");
        if code == Some(8) {
            continue;
        }
        let told: Value = serde_json::from_str(&folder.text("told")).expect("JSON");
        let expected = match code {
            Some(0) => new,
            Some(2) => old,
            _ => panic!("{kib} KiB: {code:?} {stderr}"),
        };
        assert_eq!(told["totals"]["errors"], expected, "{kib} KiB: {stderr}");
        codes.push(code);
    }
    assert!(codes.contains(&Some(0)) && codes.contains(&Some(2)), "{codes:?}");
}

#[test]
#[cfg(unix)]
fn a_second_writer_waits_or_says_who_is_writing() {
    let folder = Folder::with("b.tsv", export(&["2026-11-16 10:00:00|error_status_code|502|5"]));
    let mut rows = String::from("Time\tReason\tDetail\tCount\n");
    for i in 0..40_000 {
        let _ = writeln!(
            rows,
            "2026-{:02}-{:02} {:02}:{:02}:{:02}\terror_status_code\t{}\t1",
            1 + i % 10,
            1 + i / 10 % 28,
            i / 280 % 24,
            i % 59,
            i % 57,
            500 + i % 5
        );
    }
    folder.file("a.tsv", rows);
    let mut first = start(&folder, "archive add --archive ar a.tsv --channel shop");
    // Once it has the lock it is stopped, so that it keeps it.
    let (lock, began) = (folder.path("ar/_errstat/lock"), Instant::now());
    while fs::metadata(&lock).map_or(0, |file| file.len()) == 0 {
        assert!(began.elapsed() < PATIENCE, "no lock");
        assert_eq!(first.try_wait().expect("a process"), None, "it was too fast for this test");
    }
    let id = first.id().to_string();
    assert_eq!(sh(&folder, "kill -STOP $1", &[&id]).0, Some(0));
    let sentence = folder.errstat("archive add --archive ar b.tsv --channel shop --wait 0").refused();
    assert!(sentence.contains(&format!("process {id} ")), "{sentence}");
    let mut second = start(&folder, "archive add --archive ar b.tsv --channel shop");
    sleep(Duration::from_millis(150));
    assert_eq!(second.try_wait().expect("a process"), None, "it waits");
    assert_eq!(sh(&folder, "kill -CONT $1", &[&id]).0, Some(0));
    assert!(ended(first).status.success());
    assert!(ended(second).status.success());
    assert_eq!(folder.summary("ar").errors(), 40_005);
    sound(&folder, "ar");
}

#[test]
fn many_writers_and_readers_at_once_come_to_the_same() {
    let folder = Folder::new();
    folder.file("0.tsv", export(&["2026-11-10 10:00:00|error_status_code|502|1"]));
    add(&folder, "0.tsv --channel shop");
    let mut running = Vec::new();
    for i in 1..=6 {
        folder.file(
            &format!("{i}.tsv"),
            export(&[&format!("2026-11-{} 10:00:00|error_status_code|502|{}", 10 + i, 1 << i)]),
        );
        running.push(start(&folder, &format!("archive add --archive ar {i}.tsv --channel shop")));
        // 1, 3, 5 …: every sum of powers of two without 1 is even.
        assert_eq!(folder.summary("ar").errors() % 2, 1);
    }
    for adding in running {
        assert!(ended(adding).status.success());
    }
    assert_eq!(folder.summary("ar").errors(), 127);
    sound(&folder, "ar");
}

// The same truth in any order.

/// Midnight of Monday, 14 September 2026, in Japan, in seconds since 1970 (`date -d … +%s`).
const MONDAY: i64 = 1_789_311_600;
const DAY: i64 = 86_400;

const KINDS: [(&str, &str, &str); 8] = [
    ("could_not_connect", "Connection timeout", "https://bot.example.com"),
    ("could_not_connect", "Unknown host", "https://old.example.com"),
    ("request_timeout", "Request timeout", "https://bot.example.com"),
    ("error_status_code", "500", ""),
    ("error_status_code", "502", "https://bot.example.com"),
    ("unclassified", "Session closed unexpectedly", ""),
    ("brand_new_reason", "something else", ""),
    ("unclassified", "", ""),
];

/// A row of a log: seconds since [`MONDAY`], what failed, and how often.
#[derive(Clone, Copy, Debug)]
struct Row {
    at: i64,
    kind: usize,
    count: u64,
}

fn local(at: i64) -> chrono::NaiveDateTime {
    chrono::DateTime::from_timestamp(MONDAY + at + 9 * 3_600, 0).expect("a time of this century").naive_utc()
}

fn line(row: &Row) -> String {
    let (reason, detail, host) = KINDS[row.kind];
    let url = if host.is_empty() { String::new() } else { format!("{host}/callback?key=1") };
    format!("{}\t{reason}\t{detail}\t{}\t{url}\n", local(row.at).format("%Y-%m-%d %H:%M:%S"), row.count)
}

/// Reason and detail → errors, where there are any.
fn by_detail(summary: &Summary) -> BTreeMap<(String, String), u64> {
    let some = summary.details().into_iter().filter(|(.., errors)| *errors > 0);
    some.map(|(reason, detail, errors)| ((reason.to_owned(), detail.to_owned()), errors)).collect()
}

fn by_day(summary: &Summary) -> BTreeMap<String, u64> {
    summary
        .windows()
        .into_iter()
        .filter(|(_, errors)| *errors > 0)
        .map(|(day, errors)| (day[..10].to_owned(), errors))
        .collect()
}

fn by_host(summary: &Summary) -> BTreeMap<String, u64> {
    summary
        .list("by_host")
        .iter()
        .map(|row| (text(row, "host").to_owned(), row["errors"].as_u64().expect("errors")))
        .filter(|(_, errors)| *errors > 0)
        .collect()
}

fn sums<K: Ord>(log: &[&Row], key: impl Fn(&Row) -> Option<K>) -> BTreeMap<K, u64> {
    let mut sums = BTreeMap::new();
    for row in log.iter().filter(|row| row.count > 0) {
        if let Some(key) = key(row) {
            *sums.entry(key).or_default() += row.count;
        }
    }
    sums
}

fn cases(count: u32) -> ProptestConfig {
    ProptestConfig { cases: count, max_shrink_iters: 60, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(10))]

    #[test]
    fn overlapping_slices_in_any_order_give_the_counts_of_the_log(
        // Some rows in a crowd, so that moments repeat.
        mut log in vec((0..60 * DAY, 0..2_000_i64, any::<bool>(), 0..KINDS.len(), 0..40_u64), 1..400)
            .prop_map(|log| log.into_iter().map(|(far, near, crowded, kind, count)| Row { at: if crowded { near } else { far }, kind, count }).collect::<Vec<_>>()),
        cuts in vec((0..60 * 1_440_i64, 1..50 * 1_440_i64, any::<bool>()), 1..7),
        // Which slices are added, in which order, and where a new command begins.
        orders in vec((any::<prop::sample::Index>(), any::<bool>()), 1..12),
    ) {
        log.sort_by_key(|row| row.at);
        let folder = Folder::new();
        let slices: Vec<Range<i64>> = cuts.iter().map(|(from, length, early)| {
            let from = if *early { *from % 30 } else { *from };
            from * 60..(from + length) * 60
        }).collect();
        for (i, slice) in slices.iter().enumerate() {
            let lines: String = log.iter().filter(|row| slice.contains(&row.at)).map(line).collect();
            folder.file(&format!("{i}.tsv"), format!("Time\tReason\tDetail\tCount\tURL\n{lines}"));
        }
        let mut added = vec![false; slices.len()];
        let mut command = String::new();
        for (which, ends) in &orders {
            let slice = which.index(slices.len());
            // An export without errors is another story.
            if !log.iter().any(|row| slices[slice].contains(&row.at)) {
                continue;
            }
            added[slice] = true;
            let _ = write!(command, " {slice}.tsv");
            if *ends {
                add(&folder, &format!("{command} --channel shop"));
                command.clear();
            }
        }
        if !command.is_empty() {
            add(&folder, &format!("{command} --channel shop"));
        }
        let held: Vec<&Row> = log.iter().filter(|row| slices.iter().zip(&added).any(|(slice, added)| *added && slice.contains(&row.at))).collect();
        let details = sums(&held, |row| Some((KINDS[row.kind].0.to_owned(), KINDS[row.kind].1.to_owned())));
        let days = sums(&held, |row| Some(local(row.at).date().to_string()));
        let hosts = sums(&held, |row| Some(KINDS[row.kind].2.to_owned()).filter(|host| !host.is_empty()));
        prop_assume!(folder.path("ar").exists());
        let before = parquet(&folder, "ar/");
        for round in ["added", "rebuilt"] {
            let summary = folder.summary("ar --window day");
            prop_assert_eq!(&by_detail(&summary), &details, "{}", round);
            prop_assert_eq!(&by_day(&summary), &days, "{}", round);
            prop_assert_eq!(&by_host(&summary), &hosts, "{}", round);
            folder.errstat("archive rebuild --archive ar").done();
            prop_assert_eq!(&parquet(&folder, "ar/"), &before);
        }
        sound(&folder, "ar");
        // Another reader, with the query that docs/archive.md gives.
        if !before.is_empty() {
            let Some(told) = duckdb(&folder, "SELECT channel, reason, detail, CAST(sum(errors) AS BIGINT) FROM read_parquet('ar/*/*/*.parquet', hive_partitioning = false) WHERE source = 'export' GROUP BY ALL HAVING sum(errors) > 0") else { return Ok(()) };
            let told: BTreeMap<_, _> = told.iter().map(|row| ((row[1].as_str().expect("text").to_owned(), row[2].as_str().expect("text").to_owned()), row[3].as_u64().expect("a sum"))).collect();
            prop_assert_eq!(&told, &details);
            let Some(told) = duckdb(&folder, "SELECT strftime(time, '%Y-%m-%d'), CAST(sum(errors) AS BIGINT) FROM read_parquet('ar/**/*.parquet', hive_partitioning = true) GROUP BY ALL HAVING sum(errors) > 0") else { return Ok(()) };
            let told: BTreeMap<_, _> = told.iter().map(|row| (row[0].as_str().expect("text").to_owned(), row[1].as_u64().expect("a sum"))).collect();
            prop_assert_eq!(&told, &days);
        }
    }

    #[test]
    fn slices_of_different_precision_count_as_their_files_do(
        log in vec((0..40 * DAY, 0..KINDS.len(), 1..40_u64), 20..300),
        slices in vec((0..40_i64, 1..20_i64, select(vec!["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"])), 1..6),
        backwards in any::<bool>(),
    ) {
        let folder = Folder::new();
        let mut log: Vec<Row> = log.into_iter().map(|(at, kind, count)| Row { at, kind, count }).collect();
        log.sort_by_key(|row| row.at);
        let mut names = Vec::new();
        for (i, (from, length, form)) in slices.iter().enumerate() {
            let slice = from * DAY..(from + length) * DAY;
            let mut text = String::from("Time\tReason\tDetail\tCount\n");
            for row in log.iter().filter(|row| slice.contains(&row.at)) {
                let (reason, detail, _) = KINDS[row.kind];
                let _ = writeln!(text, "{}\t{reason}\t{detail}\t{}", local(row.at).format(form), row.count);
            }
            // An export without errors is another story.
            if text.lines().count() > 1 {
                folder.file(&format!("{i}.tsv"), text);
                names.push(format!("{i}.tsv"));
            }
        }
        prop_assume!(!names.is_empty());
        let files = folder.summary(&format!("{} --channel shop --window day", names.join(" ")));
        if backwards {
            names.reverse();
        }
        for name in &names {
            add(&folder, &format!("{name} --channel shop"));
        }
        let archive = folder.summary("ar --window day");
        prop_assert_eq!(by_detail(&archive), by_detail(&files));
        prop_assert_eq!(by_day(&archive), by_day(&files));
        // Cut at whole days, so nothing is lost and nothing counts twice, whatever the precisions.
        let held: Vec<&Row> = log.iter().filter(|row| slices.iter().any(|(from, length, _)| (from * DAY..(from + length) * DAY).contains(&row.at))).collect();
        prop_assert_eq!(by_day(&archive), sums(&held, |row| Some(local(row.at).date().to_string())));
    }
}

#[test]
fn the_same_file_twice_changes_no_byte() {
    let folder = Folder::with(
        "a.tsv",
        export(&["2026-10-30 10:00:00|error_status_code|502|3", "2026-11-16 10:00:00|error_status_code|502|4"]),
    );
    add(&folder, "a.tsv --channel shop");
    let before = parquet(&folder, "ar/");
    assert_eq!(
        before.keys().collect::<Vec<_>>(),
        ["channel=shop/month=2026-10/errors.parquet", "channel=shop/month=2026-11/errors.parquet"]
    );
    fs::copy(folder.path("a.tsv"), folder.path("b.tsv")).expect("a copy");
    for again in ["a.tsv", "a.tsv b.tsv", "b.tsv"] {
        add(&folder, &format!("{again} --channel shop"));
        assert_eq!(parquet(&folder, "ar/"), before, "{again}");
        assert_eq!(info(&folder)["sources"].as_array().map(Vec::len), Some(1), "{again}");
    }
    folder.errstat("archive rebuild --archive ar").done();
    assert_eq!(parquet(&folder, "ar/"), before);
}

#[test]
#[cfg(unix)]
fn one_week_touches_only_the_months_it_covers() {
    let folder = Folder::new();
    folder
        .file(
            "a.tsv",
            export(&["2026-09-10 10:00:00|error_status_code|502|3", "2026-10-10 10:00:00|error_status_code|502|4"]),
        )
        .file("b.tsv", export(&["2026-10-20 10:00:00|error_status_code|502|5"]));
    add(&folder, "a.tsv --channel shop");
    let september = folder.path("ar/channel=shop/month=2026-09/errors.parquet");
    let untouched = |path: &Path| {
        use std::os::unix::fs::MetadataExt;
        let file = fs::metadata(path).expect("a file");
        (file.ino(), file.mtime(), file.mtime_nsec())
    };
    let before = untouched(&september);
    add(&folder, "b.tsv --channel shop");
    assert_eq!(untouched(&september), before);
    assert_eq!(folder.summary("ar").errors(), 12);
    // What is damaged in it is not read: the sources tell the same.
    fs::write(&september, "no Parquet").expect("a file");
    assert_eq!(folder.summary("ar").errors(), 12);
}

#[test]
fn months_are_those_of_utc_and_days_those_of_japan() {
    let folder = Folder::with(
        "a.tsv",
        export(&["2026-11-01 08:59:59|error_status_code|502|3", "2026-11-01 09:00:00|error_status_code|502|4"]),
    );
    add(&folder, "a.tsv --channel shop");
    assert_eq!(
        parquet(&folder, "ar/").keys().collect::<Vec<_>>(),
        ["channel=shop/month=2026-10/errors.parquet", "channel=shop/month=2026-11/errors.parquet"]
    );
    assert_eq!(folder.summary("ar --window day").windows(), [("2026-11-01T00:00:00+09:00", 7)]);
    assert_eq!(folder.summary("ar --period 2026-11").errors(), 7);
    let Some(columns) = duckdb(
        &folder,
        "SELECT CAST(time AS VARCHAR), precision, channel, reason, detail, status, host, errors, rows, source FROM 'ar/*/*/*.parquet' ORDER BY time",
    ) else {
        return;
    };
    assert_eq!(
        json!(columns[0]),
        json!(["2026-11-01 08:59:59+09", "second", "shop", "error_status_code", "502", 502, null, 3, 1, "export"])
    );
    assert_eq!(columns.len(), 2);
}

/// An export that names its channels by id and name: time, count, id, name.
fn identified(rows: &[[&str; 4]]) -> String {
    let rows: Vec<String> = rows
        .iter()
        .map(|[time, count, id, name]| format!("{time}|error_status_code|502|{count}|{id}|{name}"))
        .collect();
    table("Time\tReason\tDetail\tCount\tChannel ID\tChannel name", &rows.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn two_channels_of_one_name_stay_two_in_one_command_and_in_two() {
    let folder = Folder::new();
    folder
        .file("a.tsv", identified(&[["2026-11-16 10:00:05", "3", "1001", "shop"]]))
        .file("b.tsv", identified(&[["2026-11-16 10:00:05", "4", "1002", "shop"]]));
    let expected = BTreeMap::from([("shop (1001)", 3), ("shop (1002)", 4)]);
    assert_eq!(channels(&folder.summary("a.tsv b.tsv")), expected);
    add(&folder, "a.tsv b.tsv");
    assert_eq!(channels(&folder.summary("ar")), expected);
    folder.errstat("archive add --archive two a.tsv").done();
    folder.errstat("archive add --archive two b.tsv").done();
    assert_eq!(folder.summary("two").errors(), 7, "no error is lost");
}

#[test]
fn a_channel_that_was_renamed_counts_once_in_one_command_and_in_two() {
    let folder = Folder::new();
    folder.file("a.tsv", identified(&[["2026-11-16 10:00:05", "3", "1001", "shop"]])).file(
        "b.tsv",
        identified(&[["2026-11-16 10:00:05", "3", "1001", "store"], ["2026-11-17 10:00:05", "4", "1001", "store"]]),
    );
    assert_eq!(folder.summary("a.tsv b.tsv").errors(), 7);
    add(&folder, "a.tsv b.tsv");
    assert_eq!(folder.summary("ar").errors(), 7);
    folder.errstat("archive add --archive two a.tsv").done();
    folder.errstat("archive add --archive two b.tsv").done();
    assert_eq!(folder.summary("two").errors(), 7, "no error counts twice");
}

// The same report.

/// The sample as eight weekly exports, each of nine days, named by the day on which they were made.
fn weekly(folder: &Folder) {
    let sample = fs::read_to_string(SAMPLE).expect("the sample");
    let (heading, rows) = sample.split_once('\n').expect("lines");
    let first = chrono::NaiveDate::from_ymd_opt(2026, 9, 28).expect("a Monday");
    for week in 0..8 {
        let (from, until) =
            (first + chrono::Days::new(week * 7 - week.min(1) * 2), first + chrono::Days::new(week * 7 + 7));
        let (from, until) = (from.to_string(), until.to_string());
        let rows: String = rows
            .lines()
            .filter(|row| (&from[..]..&until[..]).contains(&&row[..10]))
            .map(|row| format!("{row}\n"))
            .collect();
        folder.file(&format!("in/shop-{until}.tsv"), format!("{heading}\n{rows}"));
    }
}

const PERIODS: [&str; 11] = [
    "all",
    "last-week",
    "this-week",
    "7d",
    "24h",
    "last-month",
    "2026-11",
    "2026-W43",
    "2026-09-21..2026-10-04",
    "2026-11-18T19:43..2026-11-18T20:01:07",
    "2026-11-20..2026-11-29",
];

#[test]
fn the_summary_of_an_archive_is_that_of_its_exports() {
    let folder = Folder::new();
    weekly(&folder);
    // From the last to the first, in three commands, some twice.
    for files in ["in/shop-2026-11-2*.tsv", "in/shop-2026-11*.tsv", "in/*.tsv"] {
        add(&folder, &format!("{files} --channel shop"));
    }
    for period in PERIODS {
        for more in ["", "--as-of 2026-11-25T12:00:00+09:00", "--as-of data"] {
            let exports = folder.summary(&format!("in --channel shop --period {period} {more}"));
            let archive = folder.summary(&format!("ar --period {period} {more}"));
            for field in [
                "channels",
                "period",
                "data_span",
                "by_reason",
                "by_detail",
                "by_channel",
                "by_host",
                "by_status_class",
                "windows",
                "heatmap",
                "incidents",
            ] {
                assert_eq!(archive[field], exports[field], "{field} of {period} {more}");
            }
            // How many rows there were before the overlaps were merged, only the exports know.
            for total in ["errors", "previous_errors", "change", "change_pct"] {
                assert_eq!(archive["totals"][total], exports["totals"][total], "{total} of {period} {more}");
            }
            let notes = |summary: &Summary| -> Vec<Value> {
                let of_data =
                    |note: &&Value| !["overlap", "overlap-channel", "same-file"].contains(&text(note, "code"));
                summary.list("notes").iter().filter(of_data).cloned().collect()
            };
            assert_eq!(notes(&archive), notes(&exports), "{period} {more}");
        }
    }
}

#[test]
fn what_no_export_reaches_is_not_covered_by_their_archive_either() {
    let folder = Folder::new();
    weekly(&folder);
    add(&folder, "in --channel shop");
    // The last one was made on the 23rd, so it is complete to its start.
    let as_of = "--as-of 2026-12-01T12:00:00+09:00";
    let last = |period: &str| {
        let summary = folder.summary(&format!("ar --window day --period {period} {as_of}"));
        let codes: Vec<String> = summary.notes().into_iter().map(str::to_owned).collect();
        let partial = summary["windows"]["buckets"]
            .as_array()
            .expect("windows")
            .iter()
            .map(|day| day["partial"].as_bool().expect("partial"))
            .collect::<Vec<_>>();
        (codes, partial)
    };
    assert!(!last("2026-11-16..2026-11-22").0.iter().any(|code| code.contains("not-covered")));
    let (codes, partial) = last("2026-11-22..2026-11-24");
    assert!(codes.iter().any(|code| code.contains("not-covered")), "{codes:?}");
    assert!(!partial[0]);
}

#[test]
fn the_charts_of_an_archive_are_those_of_its_exports() {
    let folder = Folder::new();
    weekly(&folder);
    add(&folder, "in --channel shop");
    let draw = |inputs: &str, out: &str| {
        folder.errstat(&format!("report {inputs} --period 2026-11-09..2026-11-22 -o {out} --as-of {AS_OF}")).done();
        let charts = folder.list().into_iter().filter(|path| path.starts_with(out) && path.ends_with(".svg"));
        charts.map(|path| (path[out.len()..].to_owned(), folder.text(&path))).collect::<BTreeMap<_, _>>()
    };
    let (exports, archive) = (draw("in --channel shop", "exports"), draw("ar", "archive"));
    assert!(exports.len() >= 3, "{:?}", exports.keys());
    assert_eq!(exports.keys().collect::<Vec<_>>(), archive.keys().collect::<Vec<_>>());
    for (name, chart) in &exports {
        assert!(archive[name] == *chart, "{name} differs");
    }
}

#[test]
fn coarse_and_fine_exports_of_the_same_days_count_once() {
    let folder = Folder::new();
    folder
        .file(
            "fine.tsv",
            export(&[
                "2026-10-31 23:00:05|error_status_code|502|1",
                "2026-11-01 00:10:07|error_status_code|502|2",
                "2026-11-01 09:10:08|error_status_code|502|4",
                "2026-11-01 12:00:09|request_timeout|Request timeout|8",
            ]),
        )
        .file(
            "days.tsv",
            export(&[
                "2026-10-31|error_status_code|502|1",
                "2026-11-01|error_status_code|502|6",
                "2026-11-01|request_timeout|Request timeout|9",
                "2026-11-02|error_status_code|502|16",
            ]),
        );
    // 31 October: 1; 1 November: 2 + 4 = 6 in both, and 9 rather than 8; 2 November: 16. In UTC the 1st is in two months.
    let expected =
        [("2026-10-31T00:00:00+09:00", 1), ("2026-11-01T00:00:00+09:00", 15), ("2026-11-02T00:00:00+09:00", 16)];
    assert_eq!(folder.summary("fine.tsv days.tsv --channel shop --window day").windows(), expected);
    for order in [["fine.tsv", "days.tsv"], ["days.tsv", "fine.tsv"]] {
        for file in order {
            add(&folder, &format!("{file} --channel shop"));
        }
        assert_eq!(folder.summary("ar --window day").windows(), expected, "{order:?}");
        assert_eq!(folder.summary("ar --period 2026-11-01").errors(), 15);
        assert_eq!(folder.summary("ar fine.tsv --channel shop --window day").windows(), expected, "beside an export");
        fs::remove_dir_all(folder.path("ar")).expect("a folder");
    }
}

// Mistakes.

/// 20 errors by an export, which the mail of the same minute repeats.
#[test]
fn a_change_counts_as_the_summary_does() {
    let folder = Folder::with("a.tsv", export(&["2026-11-18 20:00:10|error_status_code|502|20"]));
    folder.file("m.eml", mail("shop", "2026-11-18 20:00:10", "502", 20));
    let added = add(&folder, "a.tsv m.eml --channel shop --exported-at 2026-11-20").stderr;
    assert!(added.contains("Errors in the archive: 0 before, 20 now."), "{added}");
    let added = add(&folder, "m.eml --channel shop").stderr;
    assert!(added.contains("Errors in the archive: 20 before, 20 now."), "{added}");
    let removed = folder.errstat("archive remove --archive ar a.tsv").done().stderr;
    assert!(removed.contains("Errors in the archive: 20 before, 20 now."), "{removed}");
    let removed = folder.errstat("archive remove --archive ar m.eml").done().stderr;
    assert!(removed.contains("Errors in the archive: 20 before, 0 now."), "{removed}");
}

#[test]
fn a_wrong_label_is_warned_of_and_taken_back() {
    let folder = Folder::new();
    folder
        .file("a.tsv", export(&["2026-11-10 10:00:00|error_status_code|502|1"]))
        .file("b.tsv", export(&["2026-11-16 10:00:00|error_status_code|502|3", "2026-12-01 00:00:00|unclassified||4"]));
    add(&folder, "a.tsv --channel shop");
    let before = (parquet(&folder, "ar/"), folder.summary("ar")["by_detail"].clone());
    add(&folder, "b.tsv --channel news");
    let news = info(&folder)["sources"][1]["id"].as_str().expect("an id").to_owned();
    let right = add(&folder, "b.tsv --channel shop");
    assert!(right.stderr.contains(&format!("remove --archive ar {news}")), "{}", right.stderr);
    assert_eq!(folder.summary("ar --as-of 2026-12-05T00:00:00+09:00").errors(), 15);
    // By its id; the other one of that name by its name, which is then clear.
    let taken = folder.errstat(&format!("archive remove --archive ar {news}")).done();
    assert!(taken.stderr.contains("15") && taken.stderr.contains('8'), "{}", taken.stderr);
    assert_eq!(channels(&folder.summary("ar --as-of 2026-12-05T00:00:00+09:00")), BTreeMap::from([("shop", 8)]));
    assert!(!folder.path("ar/channel=news").exists());
    folder.errstat("archive remove --archive ar b.tsv").done();
    assert_eq!((parquet(&folder, "ar/"), folder.summary("ar")["by_detail"].clone()), before);
    assert_eq!(info(&folder)["sources"].as_array().map(Vec::len), Some(1));
    assert_eq!(sound(&folder, "ar").text().lines().count(), 1);
}

#[test]
fn a_source_that_others_repeat_leaves_what_they_tell() {
    let folder = Folder::new();
    folder
        .file(
            "a.tsv",
            export(&["2026-11-10 10:00:00|error_status_code|502|5", "2026-11-11 10:00:00|error_status_code|502|1"]),
        )
        .file(
            "b.tsv",
            export(&["2026-11-10 10:00:00|error_status_code|502|9", "2026-11-12 10:00:00|error_status_code|502|2"]),
        );
    add(&folder, "a.tsv --channel shop");
    let alone = parquet(&folder, "ar/");
    add(&folder, "b.tsv --channel shop");
    assert_eq!(folder.summary("ar").errors(), 9 + 1 + 2);
    folder.errstat("archive remove --archive ar b.tsv").done();
    assert_eq!(folder.summary("ar").errors(), 5 + 1);
    assert_eq!(parquet(&folder, "ar/"), alone);
}

#[test]
fn a_source_that_is_unknown_or_not_the_only_one_is_refused() {
    let folder = Folder::with("a.tsv", export(&["2026-11-10 10:00:00|error_status_code|502|5"]));
    add(&folder, "a.tsv --channel shop");
    folder.file(
        "a.tsv",
        export(&["2026-11-10 10:00:00|error_status_code|502|5", "2026-11-11 10:00:00|error_status_code|502|6"]),
    );
    add(&folder, "a.tsv --channel shop");
    let before = everything(&folder, "ar/");
    let ids: Vec<String> =
        (0..2).map(|i| info(&folder)["sources"][i]["id"].as_str().expect("an id").to_owned()).collect();
    let sentence = folder.errstat("archive remove --archive ar a.tsv").refused();
    assert!(ids.iter().all(|id| sentence.contains(id.as_str())), "{sentence}");
    let sentence = folder.errstat("archive remove --archive ar c.tsv").refused();
    assert!(sentence.contains("c.tsv") && sentence.contains("archive info"), "{sentence}");
    assert_eq!(everything(&folder, "ar/"), before);
}

#[test]
fn where_there_is_no_archive_only_adding_makes_one() {
    let folder = Folder::new();
    for line in [
        "remove --archive nowhere a.tsv",
        "rebuild --archive nowhere",
        "info --archive nowhere",
        "verify --archive nowhere",
    ] {
        let outcome = folder.errstat(&format!("archive {line}")).run();
        assert_eq!(outcome.code, Some(2), "{line}: {}", outcome.stderr);
        assert!(outcome.stderr.contains("nowhere"), "{line}: {}", outcome.stderr);
        assert!(!folder.path("nowhere").exists(), "{line} made a folder");
    }
}

#[test]
fn a_wrong_zone_is_warned_of_and_taken_back() {
    let folder = Folder::with("a.tsv", export(&["2026-11-10 10:00:00|error_status_code|502|5"]));
    add(&folder, "a.tsv --channel shop --input-timezone UTC");
    let wrong = info(&folder)["sources"][0]["id"].as_str().expect("an id").to_owned();
    let right = add(&folder, "a.tsv --channel shop");
    assert!(right.stderr.contains(&format!("remove --archive ar {wrong}")), "{}", right.stderr);
    // At 10:00 and at 19:00 in Japan.
    assert_eq!(folder.summary("ar").errors(), 10);
    folder.errstat(&format!("archive remove --archive ar {wrong}")).done();
    let summary = folder.summary("ar");
    assert_eq!((summary.errors(), &summary["data_span"]["first"]), (5, &json!("2026-11-10T10:00:00+09:00")));
}

#[test]
fn of_several_sources_to_be_removed_none_goes_where_one_is_unknown() {
    let folder = Folder::with("a.tsv", export(&["2026-11-10 10:00:00|error_status_code|502|5"]));
    add(&folder, "a.tsv --channel shop");
    let before = everything(&folder, "ar/");
    folder.errstat("archive remove --archive ar a.tsv c.tsv").refused();
    assert_eq!(everything(&folder, "ar/"), before);
    folder.file("c.tsv", export(&["2026-11-11 10:00:00|error_status_code|502|6"]));
    add(&folder, "c.tsv --channel shop");
    folder.errstat("archive remove --archive ar a.tsv c.tsv").done();
    assert_eq!(info(&folder)["sources"], json!([]));
    sound(&folder, "ar");
}

#[test]
fn damage_is_found_and_said_how_to_mend() {
    let (folder, old, _) = two_states();
    let live = "old/channel=shop/month=2026-09/errors.parquet";
    let good = parquet(&folder, "old/");
    let verify = |words: [&str; 2]| {
        let outcome = folder.errstat("archive verify --archive old").run();
        assert_eq!(outcome.code, Some(1), "{}{}", outcome.text(), outcome.stderr);
        assert!(words.iter().all(|word| outcome.text().contains(word)), "{words:?} in {}", outcome.text());
    };
    let mended = || {
        folder.errstat("archive rebuild --archive old").done();
        assert_eq!(sound(&folder, "old").text().lines().count(), 1);
        assert_eq!(folder.summary("old").errors(), old);
        assert_eq!(parquet(&folder, "old/"), good);
    };
    for at in [0, 4, 100, folder.bytes(live).len() / 2, folder.bytes(live).len() - 1] {
        let mut bytes = folder.bytes(live);
        bytes[at] ^= 0x10;
        folder.file(live, bytes);
        verify(["channel=shop/month=2026-09/errors.parquet", "archive rebuild"]);
        assert_eq!(folder.summary("old").errors(), old, "the sources are read instead");
        mended();
    }
    fs::remove_file(folder.path(live)).expect("a file");
    verify(["channel=shop/month=2026-09/errors.parquet", "archive rebuild"]);
    assert_eq!(folder.summary("old").errors(), old, "it is not passed over");
    mended();
    for foreign in [
        "channel=x/month=2026-11/foreign.parquet",
        "channel=shop/month=2026-09/part-0.parquet",
        "note.txt",
        "_errstat/sources/mine",
    ] {
        folder.file(&format!("old/{foreign}"), folder.bytes(live));
        verify([foreign, "move it away"]);
        assert_eq!(folder.summary("old").errors(), old, "it is not read");
        fs::remove_file(folder.path(format!("old/{foreign}"))).expect("a file");
        mended();
    }
    for books in ["old/_errstat/manifest.json", "old/_errstat/manifest.copy.json"] {
        fs::write(folder.path(books), "{").expect("a file");
        verify([books.strip_prefix("old/").expect("below"), "archive rebuild"]);
        assert_eq!(folder.summary("old").errors(), old, "the other one does");
        mended();
    }
    // Both: what is left must not be taken for an empty archive.
    copy(&folder.path("old"), &folder.path("lost"));
    for books in ["lost/_errstat/manifest.json", "lost/_errstat/manifest.copy.json"] {
        fs::remove_file(folder.path(books)).expect("a file");
    }
    let outcome = folder.errstat("archive verify --archive lost").run();
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.text().contains("backup"), "{}", outcome.text());
    assert!(folder.errstat("archive add --archive lost new").refused().contains("manifest.json"));
    fs::rename(folder.path("lost/_errstat"), folder.path("away")).expect("a folder");
    folder.errstat("archive rebuild --archive lost").done();
    assert_eq!(folder.summary("lost").errors(), old);
    sound(&folder, "lost");
    assert_eq!(folder.errstat("archive verify --archive nowhere").run().code, Some(2));
    assert_eq!(folder.errstat("archive verify --archive new").run().code, Some(2), "exports are no archive");
}

#[test]
fn damaged_rows_of_a_source_are_mended_by_adding_it_again() {
    let (folder, old, _) = two_states();
    let rows = folder.list().into_iter().find(|path| path.starts_with("old/_errstat/sources/")).expect("a file");
    let mut bytes = folder.bytes(&rows);
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    folder.file(&rows, bytes);
    let outcome = folder.errstat("archive verify --archive old").run();
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.text().contains("add their files again"), "{}", outcome.text());
    assert_eq!(folder.summary("old").errors(), old);
    assert!(folder.errstat("archive rebuild --archive old").refused().contains("first.tsv"));
    let before = parquet(&folder, "old/");
    folder.errstat("archive add --archive old first.tsv").done();
    sound(&folder, "old");
    assert_eq!(parquet(&folder, "old/"), before);
    folder.errstat("archive rebuild --archive old").done();
    assert_eq!(parquet(&folder, "old/"), before);
    assert_eq!(folder.summary("old").errors(), old);
}

#[test]
fn a_newer_format_is_refused_and_not_guessed() {
    let folder = Folder::with("a.tsv", export(&["2026-11-10 10:00:00|error_status_code|502|5"]));
    add(&folder, "a.tsv --channel shop");
    for name in ["ar/_errstat/manifest.json", "ar/_errstat/manifest.copy.json"] {
        let books = folder.text(name);
        assert!(books.starts_with("{\"errstat_archive\":3,"), "{books:.80}");
        folder.file(name, books.replacen("\"errstat_archive\":3,", "\"errstat_archive\":4,", 1));
    }
    let before = everything(&folder, "ar/");
    for line in [
        "summary ar",
        "inspect ar",
        "report ar -o out",
        "archive add --archive ar a.tsv --channel shop",
        "archive info --archive ar",
        "archive verify --archive ar",
        "archive remove --archive ar a.tsv",
        "archive rebuild --archive ar",
    ] {
        let sentence = folder.errstat(line).refused();
        assert!(sentence.contains("newer errstat"), "{line}: {sentence}");
    }
    assert_eq!(everything(&folder, "ar/"), before);
}

#[test]
fn a_folder_with_other_files_does_not_become_an_archive() {
    let folder = Folder::with("home/photo.jpg", "x");
    folder.file("home/below/a.tsv", export(&["2026-11-10 10:00:00|error_status_code|502|5"]));
    let before = everything(&folder, "");
    for line in [
        "add --archive home home/below/a.tsv --channel shop",
        "rebuild --archive home",
        "info --archive home",
        "verify --archive home",
        "remove --archive home a.tsv",
    ] {
        let sentence = folder.errstat(&format!("archive {line}")).refused();
        assert!(sentence.contains("home"), "{sentence}");
        assert_eq!(everything(&folder, ""), before, "{line}");
    }
    folder.errstat("archive add --archive home/photo.jpg home/below/a.tsv --channel shop").refused();
    assert_eq!(everything(&folder, ""), before);
}

#[test]
#[cfg(unix)]
fn nothing_is_written_through_a_link() {
    let folder = Folder::with("a.tsv", export(&["2026-11-10 10:00:00|error_status_code|502|5"]));
    folder.file("b.tsv", export(&["2026-11-11 10:00:00|error_status_code|503|6"])).file("away/keep.txt", "mine");
    add(&folder, "a.tsv --channel shop");
    let before = everything(&folder, "away/");
    for name in ["channel=news", "channel=shop/month=2026-12", "_errstat/new", "_errstat/sources"] {
        copy(&folder.path("ar"), &folder.path("linked"));
        let link = folder.path("linked").join(name);
        let _ = fs::remove_dir_all(&link);
        std::os::unix::fs::symlink(folder.path("away"), &link).expect("a link");
        for channel in ["news", "shop"] {
            let outcome = folder.errstat(&format!("archive add --archive linked b.tsv --channel {channel}")).run();
            assert!(matches!(outcome.code, Some(0 | 2)), "{}", outcome.stderr);
            assert_eq!(everything(&folder, "away/"), before, "{name} {channel}");
        }
        fs::remove_dir_all(folder.path("linked")).expect("a folder");
    }
}

// Names and secrets.

#[test]
fn names_of_channels_come_back_and_nothing_lies_outside() {
    let folder = Folder::new();
    let long = "x".repeat(300);
    let longer = "お".repeat(150);
    let names = [
        "../x",
        "..",
        ".",
        "/etc/passwd",
        "C:\\x",
        "CON",
        "nul.txt",
        "Shop",
        "shop",
        "SHOP",
        "🛒 shop",
        "お知らせ",
        "0042",
        "42",
        "a=b",
        "a%2Fb",
        "a/b",
        "__HIVE_DEFAULT_PARTITION__",
        "null",
        "end.",
        " lead",
        &long,
        &longer,
    ];
    let mut rows = String::from("Time\tReason\tDetail\tCount\tChannel name\n");
    let mut expected = BTreeMap::new();
    for (i, name) in names.iter().enumerate() {
        let _ = writeln!(rows, "2026-11-16 10:00:00\terror_status_code\t502\t{}\t{name}", i + 1);
        expected.insert(name.trim(), i as u64 + 1);
    }
    folder.file("a.tsv", rows);
    let outside = folder.path("").parent().expect("a folder above").to_owned();
    let above = || {
        fs::read_dir(&outside)
            .expect("a folder")
            .filter(|entry| entry.as_ref().expect("an entry").file_name() == "x")
            .count()
    };
    let before = above();
    folder.errstat("archive add --archive deep/er/ar a.tsv").done();
    assert_eq!(channels(&folder.summary("a.tsv")), expected, "so reads the export");
    assert_eq!(channels(&folder.summary("deep/er/ar")), expected);
    assert_eq!(above(), before);
    let list = folder.list();
    assert!(list.iter().all(|path| path == "a.tsv" || path.starts_with("deep/er/ar/")), "{list:?}");
    let folders: Vec<String> = list
        .iter()
        .filter_map(|path| path.strip_prefix("deep/er/ar/channel="))
        .map(|path| path.split('/').next().expect("a name").to_lowercase())
        .collect();
    let mut different = folders.clone();
    different.sort();
    different.dedup();
    assert_eq!(
        (folders.len(), different.len()),
        (names.len(), names.len()),
        "no two are one where capitals do not count"
    );
    for name in &folders {
        assert!(
            name.len() < 250 && !name.contains(['\\', ':', ' ', '*', '?', '"', '<', '>', '|']) && !name.ends_with('.'),
            "{name}"
        );
    }
    sound(&folder, "deep/er/ar");
    let Some(told) = duckdb(
        &folder,
        "SELECT channel, CAST(sum(errors) AS BIGINT) FROM read_parquet('deep/er/ar/*/*/*.parquet', hive_partitioning = false) GROUP BY ALL",
    ) else {
        return;
    };
    let told: BTreeMap<&str, u64> =
        told.iter().map(|row| (row[0].as_str().expect("a name"), row[1].as_u64().expect("a sum"))).collect();
    assert_eq!(told, expected);
    // One of them alone, named by --channel, and shown alone.
    for name in ["../x", "CON", &long, "🛒 shop"] {
        let one = Folder::with("a.tsv", export(&["2026-11-16 10:00:00|error_status_code|502|5"]));
        one.errstat("archive add --archive ar a.tsv --channel").arg(name).done();
        assert_eq!(channels(&one.summary("ar")), BTreeMap::from([(name, 5)]));
        assert!(one.list().iter().all(|path| path == "a.tsv" || path.starts_with("ar/")), "{:?}", one.list());
        assert_eq!(
            folder.errstat("summary deep/er/ar --only").arg(format!("channel={name}")).summary().errors(),
            expected[name],
            "{name}"
        );
    }
}

#[test]
fn webhook_urls_are_kept_as_scheme_and_host() {
    let secret = "S3CRET";
    let url = format!("https://user:{secret}@bot.example.com/{secret}?key={secret}");
    let rows = [
        format!("2026-11-16 10:00:00|could_not_connect|Connection timeout: {url}|5|{url}"),
        format!("2026-11-17 10:00:00|error_status_code|502|6|{url}"),
        format!("2026-11-18 10:00:00|brand_new|see {url} for more|7|"),
    ];
    let folder = Folder::with("a.tsv", table("Time\tReason\tDetail\tCount\tURL", &rows.each_ref().map(String::as_str)));
    folder.file(
        "m.eml",
        mail("shop", "2026-11-20 10:00:00", "502", 8).replace("Error count", &format!("URL: {url}\r\nError count")),
    );
    // Bytes that are written as they are, and what the pages of Parquet files unpack to.
    let holds = |below: &str| {
        let query = format!(
            "SELECT count(*) FROM read_parquet(['{below}/*/*/*.parquet', '{below}/_errstat/sources/*'], hive_partitioning = false) t WHERE CAST(t AS VARCHAR) LIKE '%{secret}%'"
        );
        any_has(&folder, below, secret) || duckdb(&folder, &query).is_some_and(|told| told[0][0] != 0)
    };
    add(&folder, "a.tsv m.eml --channel shop");
    assert!(!holds("ar/"));
    assert_eq!(by_host(&folder.summary("ar"))["https://bot.example.com"], 5 + 6 + 8);
    // To show is not to keep.
    folder.errstat("archive add --archive shown a.tsv m.eml --channel shop --show-urls").done();
    assert!(!holds("shown/"), "--show-urls keeps nothing");
    folder.errstat("archive add --archive whole a.tsv m.eml --channel shop --keep-urls").done();
    assert!(holds("whole/"));
    for line in [
        "summary whole --format json",
        "summary whole",
        "inspect whole",
        "archive info --archive whole",
        "archive verify --archive whole",
    ] {
        let outcome = folder.errstat(line).done();
        assert!(!(outcome.text() + &outcome.stderr).contains(secret), "{line}");
    }
    folder.errstat("report whole -o out").done();
    assert!(!any_has(&folder, "out/", secret));
    assert!(folder.errstat("summary whole --format json --show-urls").done().text().contains(secret));
    // Taken into another archive they are cut again.
    folder.errstat("archive add --archive cut whole").done();
    assert!(!holds("cut/"));
    folder.errstat("convert a.tsv m.eml -o a.csv --channel shop").done();
    assert!(!folder.text("a.csv").contains(secret));
}

// What is asked for.

#[test]
fn a_channel_is_demanded() {
    let folder = Folder::with("a.tsv", export(&["2026-11-16 10:00:00|error_status_code|502|3"]));
    folder
        .file("named.tsv", table("Time\tReason\tChannel name", &["2026-11-16 10:00:00|unclassified|news"]))
        .file("empty.tsv", export(&[]));
    for inputs in ["a.tsv", "named.tsv a.tsv", "empty.tsv", "a.tsv --channel shop=b*"] {
        let sentence = folder.errstat(&format!("archive add --archive ar {inputs}")).refused();
        assert!(sentence.contains("--channel"), "{sentence}");
        assert!(!folder.path("ar").exists(), "{inputs}");
    }
    add(&folder, "named.tsv");
    add(&folder, "named.tsv a.tsv --channel shop=a*");
    assert_eq!(channels(&folder.summary("ar")), BTreeMap::from([("news", 1), ("shop", 3)]));
}

#[test]
fn an_export_without_errors_counts_as_covered() {
    let folder = Folder::new();
    folder
        .file(
            "shop-2026-11-09.tsv",
            export(&["2026-11-02 10:00:00|error_status_code|502|3", "2026-11-08 10:00:00|error_status_code|502|4"]),
        )
        .file("shop-2026-11-22.tsv", export(&[]));
    let uncovered = |inputs: &str| {
        let summary = folder.summary(&format!("{inputs} --period 2026-11-02..2026-11-21"));
        assert_eq!(summary.errors(), 7, "{inputs}");
        summary
            .notes()
            .iter()
            .filter(|code| code.contains("covered") || code.contains("coverage"))
            .map(|code| (*code).to_owned())
            .collect::<Vec<_>>()
    };
    add(&folder, "shop-2026-11-09.tsv --channel shop");
    assert_eq!(uncovered("ar").len(), 1, "only to the 9th");
    add(&folder, "shop-2026-11-22.tsv --channel shop");
    assert_eq!(uncovered("ar"), [""; 0]);
    assert_eq!(info(&folder)["sources"][1]["complete_until"], "2026-11-22T00:00:00+09:00");
    assert_eq!(uncovered("shop-2026-11-09.tsv shop-2026-11-22.tsv --channel shop"), [""; 0], "so say the files");
    // And alone.
    folder.errstat("archive add --archive quiet shop-2026-11-22.tsv --channel shop").done();
    sound(&folder, "quiet");
    assert_eq!(folder.summary("quiet").errors(), 0);
}

#[test]
fn an_addition_that_fails_adds_nothing() {
    let folder = Folder::with("a.tsv", export(&["2026-11-16 10:00:00|error_status_code|502|3"]));
    folder.file("b.tsv", export(&["2026-11-17 10:00:00|error_status_code|502|3", "never|error_status_code|502|3"]));
    folder.errstat("archive add --archive ar a.tsv missing.tsv --channel shop").refused();
    folder.errstat("archive add --archive ar a.tsv b.tsv --channel shop --strict").refused();
    assert!(!folder.path("ar").exists());
    let outcome = add(&folder, "a.tsv b.tsv --channel shop");
    assert!(outcome.stderr.contains("b.tsv") && outcome.stderr.contains('1'), "the reject is told: {}", outcome.stderr);
    assert_eq!(folder.summary("ar").errors(), 6);
}

// The books.

#[test]
fn info_tells_what_was_added_and_what_nothing_covers() {
    let folder = Folder::new();
    folder
        .file(
            "shop-2026-11-03.tsv",
            export(&[
                "2026-11-01 10:00:00|error_status_code|502|3",
                "2026-11-01 10:00:00|error_status_code|502|1",
                "2026-11-02 10:00:00|error_status_code|502|4",
            ]),
        )
        .file("later.tsv", export(&["2026-11-10 10:00:00|error_status_code|502|5"]))
        .file("m/in.eml", mail("shop", "2026-11-02 10:00:00", "502", 64))
        .file("m/gap.eml", mail("shop", "2026-11-05 10:00:00", "502", 16))
        .file("m/gap2.eml", mail("shop", "2026-11-06 10:00:00", "502", 2))
        .file("m/after.eml", mail("shop", "2026-11-12 10:00:00", "502", 32));
    add(&folder, "shop-2026-11-03.tsv --channel shop");
    add(&folder, "later.tsv m --channel shop");
    let info = info(&folder);
    let digest = |name: &str| {
        let output = Command::new("sha256sum").arg(folder.path(name)).output().expect("sha256sum");
        String::from_utf8_lossy(&output.stdout)[..64].to_owned()
    };
    let source = |name: &str| {
        info["sources"]
            .as_array()
            .expect("sources")
            .iter()
            .find(|source| source["name"] == name)
            .unwrap_or_else(|| panic!("no {name}"))
            .clone()
    };
    assert_eq!(info["sources"].as_array().map(Vec::len), Some(6));
    for name in ["shop-2026-11-03.tsv", "later.tsv"] {
        assert_eq!(source(name)["sha256"], digest(name).as_str(), "{name}");
    }
    let first = source("shop-2026-11-03.tsv");
    assert_eq!((&first["rows"], &first["errors"]), (&json!(3), &json!(8)));
    assert_eq!(
        (&first["first"], &first["last"]),
        (&json!("2026-11-01T10:00:00+09:00"), &json!("2026-11-02T10:00:00+09:00"))
    );
    assert_eq!((&first["complete_until"], &first["channels"]), (&json!("2026-11-03T00:00:00+09:00"), &json!(["shop"])));
    let channel = &info["channels"][0];
    assert_eq!(channel["channel"], "shop");
    assert_eq!((&channel["exported"], &channel["mailed"]), (&json!(13), &json!(64 + 16 + 2 + 32)));
    // From the start of the 3rd, to which the first is complete, to the first row of the other: 16 + 2.
    assert_eq!(
        channel["gaps"],
        json!([{"from": "2026-11-03T00:00:00+09:00", "until": "2026-11-10T10:00:00+09:00", "mailed": 18}])
    );
    let table = folder.errstat("archive info --archive ar").done().text();
    for part in ["shop-2026-11-03.tsv", "later.tsv", "18", text(&first, "id")] {
        assert!(table.contains(part), "no {part} in\n{table}");
    }
    // In another zone the same moments.
    let utc = folder.errstat("archive info --archive ar --format json --timezone UTC").done().text();
    assert!(utc.contains("2026-11-02T15:00:00Z") || utc.contains("2026-11-02T15:00:00+00:00"), "{utc}");
}

#[test]
fn mails_stay_behind_exports_and_stopped_redelivery_is_kept() {
    let stopped = "From: LINE <no-reply@line.me>\r\nDate: Wed, 18 Nov 2026 21:00:00 +0900\r\nSubject: Messaging API: Webhook redelivery stopped - shop\r\n\r\n\
                   Channel ID: 1650000004\r\nChannel name: shop\r\nTime detected: 2026-11-18 20:41:00\r\n";
    let folder = Folder::new();
    folder
        .file(
            "shop-2026-11-20.tsv",
            export(&["2026-11-16 10:00:00|error_status_code|500|1", "2026-11-18 10:00:00|error_status_code|502|9"]),
        )
        .file("m/before.eml", mail("shop", "2026-11-15 10:00:00", "502", 2))
        .file("m/within.eml", mail("shop", "2026-11-18 10:00:00", "502", 8))
        .file("m/silent.eml", mail("shop", "2026-11-19 23:59:59", "503", 4))
        .file("m/after.eml", mail("shop", "2026-11-20 00:00:00", "504", 16))
        .file("m/other.eml", mail("newsletter", "2026-11-18 10:00:00", "502", 32))
        .file(
            "copy/after.eml",
            mail("shop", "2026-11-20 00:00:00", "504", 16).replace("09:00:00 +0900", "09:00:07 +0900"),
        )
        .file("m/stopped.eml", stopped);
    // Mails first: the export comes later, and wins all the same.
    let label = "--channel shop=shop-*";
    add(&folder, "m");
    assert_eq!(folder.summary("ar").errors(), 2 + 8 + 4 + 16 + 32);
    add(&folder, "copy");
    add(&folder, &format!("shop-2026-11-20.tsv {label}"));
    let (files, archive) = (folder.summary(&format!("shop-2026-11-20.tsv m copy {label}")), folder.summary("ar"));
    assert_eq!(archive.errors(), 1 + 9 + 2 + 16 + 32);
    for field in ["by_detail", "by_channel", "windows", "redelivery_stopped", "incidents"] {
        assert_eq!(archive[field], files[field], "{field}");
    }
    assert_eq!(archive["redelivery_stopped"], json!([{"channel": "shop", "at": "2026-11-18T20:41:00+09:00"}]));
    for code in ["from-mails", "mails-covered", "redelivery-stopped-channel"] {
        assert_eq!(archive.note(code), files.note(code));
    }
    let Some(told) = duckdb(
        &folder,
        "SELECT source, CAST(sum(errors) AS BIGINT) FROM 'ar/*/*/*.parquet' GROUP BY ALL ORDER BY source",
    ) else {
        return;
    };
    assert_eq!(json!(told), json!([["export", 10], ["mail", 2 + 8 + 4 + 16 + 32]]));
    folder.errstat("archive rebuild --archive ar").done();
    assert_eq!(folder.summary("ar")["redelivery_stopped"], files["redelivery_stopped"]);
}

// One file, and other engines.

#[test]
fn convert_keeps_the_end_of_each_row_in_both_formats() {
    let tsv = "Date\tStart\tEnd\tReason\tDetail\tErrors\n2026-11-17\t23:59:50\t00:00:20\terror_status_code\t502\t7\n";
    let folder = Folder::with("a.tsv", tsv);
    for name in ["a.csv", "a.parquet"] {
        folder.errstat(&format!("convert a.tsv -o {name} --channel shop")).done();
        let span = &folder.summary(name)["data_span"];
        assert_eq!(
            [text(span, "first"), text(span, "last")],
            ["2026-11-17T23:59:50+09:00", "2026-11-18T00:00:20+09:00"],
            "{name}"
        );
    }
    assert!(folder.text("a.csv").contains("2026-11-17T14:59:50Z,2026-11-17T15:00:20Z,"), "{}", folder.text("a.csv"));
}

#[test]
fn what_convert_wrote_counts_as_the_files_do() {
    // 20 and 21 errors to the second; the mail tells the 20 again, the file of days the 20 and 5 more.
    let heading = "Date\tStart\tEnd\tReason\tDetail\tErrors\n";
    let rows = "2026-11-18\t20:00:10\t20:00:50\terror_status_code\t502\t20\n\
                2026-11-18\t20:01:10\t20:01:50\tcould_not_connect\tConnection timeout: https://bot.example.com/x\t21\n\
                2026-11-18\t20:02:10\t20:02:50\t=1+1\t-new\t1\n";
    let folder = Folder::with("a.tsv", format!("{heading}{rows}"));
    folder
        .file("d.tsv", "Date\tReason\tDetail\tErrors\n2026-11-18\terror_status_code\t502\t25\n")
        .file("m.eml", mail("shop", "2026-11-18 20:00:10", "502", 20));
    for (inputs, errors) in [("a.tsv m.eml", 42), ("a.tsv d.tsv", 47), ("a.tsv", 42)] {
        let files = folder.summary(&format!("{inputs} --channel shop"));
        assert_eq!(files.errors(), errors, "{inputs}");
        for name in ["o.csv", "o.parquet"] {
            folder.errstat(&format!("convert {inputs} -o {name} --channel shop")).done();
            let read = folder.summary(name);
            for field in ["totals", "by_detail", "by_host", "by_channel"] {
                assert_eq!(read[field], files[field], "{inputs} {name} {field}");
            }
        }
        // As spreadsheet programs save it again.
        let csv = folder.text("o.csv");
        let lines = |line: fn(&str) -> String| csv.lines().map(|text| line(text) + "\r\n").collect::<String>();
        let utf16 = |text: &str| [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let tabs = lines(|line| line.replace(',', "\t"));
        for (saved, bytes) in [
            ("mark", format!("\u{feff}{}", lines(str::to_owned)).into_bytes()),
            ("quotes", lines(|line| format!("\"{}\"", line.replace(',', "\",\""))).into_bytes()),
            ("semicolons", lines(|line| line.replace(',', ";")).into_bytes()),
            ("tabs", tabs.clone().into_bytes()),
            ("UTF-16", utf16(&tabs)),
            ("blank lines", format!(",,,\r\n{}", lines(|line| format!("{line}\r\n,,,"))).into_bytes()),
            ("another column", lines(|line| format!("a note,{line},,")).into_bytes()),
        ] {
            let read = folder.file("s.csv", bytes).summary("s.csv");
            for field in ["totals", "by_detail", "by_host", "by_channel"] {
                assert_eq!(read[field], files[field], "{inputs} {saved} {field}");
            }
        }
    }
    let sentence =
        folder.file("s.csv", folder.text("o.csv").replace("errors", "count")).errstat("summary s.csv").refused();
    assert!(sentence.contains("s.csv: has no column “errors”"), "{sentence}");
    assert_eq!(folder.summary("o.csv --channel shop").list("by_host")[0]["host"], "https://bot.example.com");
    // Nothing of a file of which a row cannot be counts.
    folder.file("o.csv", folder.text("o.csv").replace(",second,", ",moment,"));
    let sentence = folder.errstat("summary o.csv").refused();
    assert!(sentence.contains("o.csv: row 1") && sentence.contains("second, minute, 5m, hour or day"), "{sentence}");
}

#[test]
fn an_archive_tells_times_as_its_files_do() {
    // One file tells seconds, another dates.
    let folder = Folder::with("a.tsv", export(&["2026-11-19 20:00:00|error_status_code|502|3"]));
    folder.file("d.tsv", "Date\tReason\tDetail\tErrors\n2026-11-10\terror_status_code\t502\t25\n");
    add(&folder, "a.tsv d.tsv --channel shop");
    let headline = |inputs: &str| {
        text(&folder.summary(&format!("{inputs} --period 2026-W47 --as-of 2026-11-25")).json, "headline").to_owned()
    };
    let files = headline("a.tsv d.tsv --channel shop");
    assert!(files.contains("19 Nov 20:00"), "{files}");
    assert_eq!(headline("ar"), files);
}

#[test]
fn convert_has_each_key_once() {
    let folder = Folder::new();
    folder
        .file(
            "a.tsv",
            export(&[
                "2026-11-16 10:00:00|error_status_code|502|3",
                "2026-11-16 10:00:00|error_status_code|502|2",
                "2026-11-17 10:00:00|request_timeout|Request timeout|4",
            ]),
        )
        .file(
            "b.tsv",
            export(&[
                "2026-11-16 10:00:00|error_status_code|502|5",
                "2026-11-17 10:00:00|request_timeout|Request timeout|7",
                "2026-11-18 10:00:00|unclassified||1",
            ]),
        );
    folder.errstat("convert a.tsv b.tsv -o both.parquet --channel shop").done();
    folder.errstat("convert b.tsv a.tsv -o both.csv --channel shop").done();
    // 3 + 2 of the first are as many as the 5 of the second; 7 are more than 4.
    let expected =
        json!([["error_status_code", "502", 5], ["request_timeout", "Request timeout", 7], ["unclassified", "", 1]]);
    let query = |file: &str| {
        let query = format!("SELECT reason, coalesce(detail, ''), errors FROM '{file}' ORDER BY time");
        Some(json!(duckdb(&folder, &query)?))
    };
    let (Some(parquet), Some(csv)) = (query("both.parquet"), query("both.csv")) else { return };
    assert_eq!((&parquet, &csv), (&expected, &expected));
    let summary = folder.summary("both.parquet");
    assert_eq!((summary.errors(), channels(&summary)), (13, BTreeMap::from([("shop", 13)])));
    assert_eq!(text(&summary.list("inputs")[0], "kind"), "parquet");
    // From an archive, too.
    add(&folder, "a.tsv b.tsv --channel shop");
    folder.errstat("convert ar -o out.parquet").done();
    assert_eq!(query("out.parquet"), Some(expected));
    fs::remove_dir_all(folder.path("ar")).expect("a folder");
    // What another engine made is read, and taken over.
    folder
        .file("spark/channel=shop/month=2026-11/part-0000.snappy.parquet", folder.bytes("both.parquet"))
        .file("spark/channel=shop/month=2026-11/.part-0000.snappy.parquet.crc", "x")
        .file("spark/_SUCCESS", "");
    assert_eq!(folder.summary("spark").errors(), 13);
    add(&folder, "spark");
    assert_eq!(folder.summary("ar")["by_detail"], summary["by_detail"]);
    folder.errstat("archive add --archive spark a.tsv --channel shop").done();
    assert_eq!(folder.summary("spark").errors(), 13);
    sound(&folder, "spark");
    assert!(!folder.list().iter().any(|path| path.ends_with("crc") || path.ends_with("_SUCCESS")), "it makes way");
}

#[test]
fn convert_that_cannot_write_says_so_and_leaves_what_was() {
    let folder = Folder::with("a.tsv", export(&["2026-11-16 10:00:00|error_status_code|502|3"]));
    let sentence = folder.errstat("convert a.tsv -o nowhere/a.parquet --channel shop").refused();
    // There is no archive of which to speak.
    assert!(sentence.contains("nowhere/a.parquet") && !sentence.contains("rchive"), "{sentence}");
    folder.file("a.parquet", "mine");
    folder.errstat("convert a.tsv b.tsv -o a.parquet --channel shop").refused();
    assert_eq!(folder.text("a.parquet"), "mine");
    assert_eq!(folder.list(), ["a.parquet", "a.tsv"]);
    // What else keeps rows leaves out no export either.
    folder.file("errors-2026-11-20.tsv.gz", [0x1f, 0x8b, 8, 0, 0]);
    let sentence = folder.errstat("convert . -o a.parquet --channel shop").refused();
    assert!(sentence.contains("errors-2026-11-20.tsv.gz looks like an export, but"), "{sentence}");
    assert_eq!(folder.text("a.parquet"), "mine");
}

#[test]
fn what_duckdb_writes_in_the_schema_is_read() {
    let folder = Folder::new();
    let select = "SELECT TIMESTAMPTZ '2026-11-16 10:00:00+09' + to_seconds(i * 7) AS time, 'second' AS precision, 'shop' AS channel, 'error_status_code' AS reason, \
                  CAST(500 + i % 4 AS VARCHAR) AS detail, CAST(500 + i % 4 AS INTEGER) AS status, CAST(NULL AS VARCHAR) AS host, CAST(i % 5 AS BIGINT) AS errors, \
                  CAST(1 AS BIGINT) AS rows, 'export' AS source FROM range(1000) t(i)";
    for codec in ["snappy", "zstd", "gzip", "uncompressed", "lz4_raw", "brotli"] {
        let copy = format!("COPY ({select}) TO '{codec}.parquet' (FORMAT parquet, CODEC {codec})");
        let Some(_) = duckdb(&folder, &copy) else { return };
        let outcome = folder.errstat(&format!("summary {codec}.parquet --format json --as-of {AS_OF}")).run();
        match codec {
            // 0 + 1 + 2 + 3 + 4 = 10, 200 times.
            "snappy" | "zstd" | "gzip" | "uncompressed" => {
                let told: Value =
                    serde_json::from_slice(&outcome.stdout).unwrap_or_else(|_| panic!("{codec}: {}", outcome.stderr));
                assert_eq!(told["totals"]["errors"], 2_000, "{codec}");
            }
            _ => assert!(
                matches!(outcome.code, Some(0 | 2)) && !outcome.stderr.contains("panicked"),
                "{}",
                outcome.stderr
            ),
        }
    }
}

#[test]
fn a_row_that_cannot_be_is_a_sentence() {
    let folder = Folder::new();
    let script = r#"
import duckdb
base = dict(time="TIMESTAMPTZ '2026-11-16 10:00:00+09'", precision="'second'", channel="'shop'", reason="'error_status_code'",
            detail="'502'", status="CAST(502 AS INTEGER)", host="CAST(NULL AS VARCHAR)", errors="CAST(1 AS BIGINT)",
            rows="CAST(1 AS BIGINT)", source="'export'")
def make(name, **change):
    columns = {column: value for column, value in {**base, **change}.items() if value is not None}
    duckdb.sql(f"COPY (SELECT {', '.join(f'{value} AS {column}' for column, value in columns.items())}) TO '{name}.parquet' (FORMAT parquet)")
make('good')
make('no-status', status=None, host=None)
make('naive', time="TIMESTAMP '2026-11-16 01:00:00'")
make('nanos', time="CAST('2026-11-16 01:00:00' AS TIMESTAMP_NS)")
make('millis', time="CAST('2026-11-16 01:00:00' AS TIMESTAMP_MS)")
make('bad-past', time="TIMESTAMPTZ '1999-01-01 00:00:00+00'")
make('bad-future', time="TIMESTAMPTZ '2199-01-01 00:00:00+00'")
make('bad-infinity', time="TIMESTAMPTZ 'infinity'")
make('bad-null-time', time="CAST(NULL AS TIMESTAMPTZ)")
make('bad-text-time', time="'2026-11-16'")
make('bad-number-time', time="CAST(1794790800 AS BIGINT)")
make('bad-date-time', time="DATE '2026-11-16'")
make('bad-no-time', time=None)
make('bad-no-errors', errors=None)
make('bad-negative', errors="CAST(-1 AS BIGINT)")
make('bad-null-errors', errors="CAST(NULL AS BIGINT)")
make('bad-double', errors="CAST(1.5 AS DOUBLE)")
make('bad-huge', errors="CAST(1 AS HUGEINT)")
make('bad-precision', precision="'month'")
make('bad-source', source="'rumour'")
make('bad-null-reason', reason="CAST(NULL AS VARCHAR)")
make('bad-empty-reason', reason="''")
make('bad-list', detail="['502']")
make('bad-struct', reason="{'a': 'x'}")
make('bad-long', detail="repeat('x', 40000)")
make('bad-bytes', detail=r"'\xFF\xFE'::BLOB")
"#;
    let Some(python) = DUCKDB.get() else { return };
    let output = Command::new(python).args(["-c", script]).current_dir(folder.path("")).output().expect("python");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let names: Vec<String> = folder.list();
    assert_eq!(names.len(), 26);
    for name in names {
        if name.starts_with("bad-") {
            let sentence = folder.errstat(&format!("summary {name}")).refused();
            assert!(sentence.contains(&name), "{sentence}");
        } else {
            let summary = folder.summary(&name);
            assert_eq!(
                (summary.errors(), &summary["data_span"]["first"]),
                (1, &json!("2026-11-16T10:00:00+09:00")),
                "{name}"
            );
        }
    }
}

#[test]
fn damaged_parquet_is_a_sentence_and_never_a_panic() {
    let folder = Folder::new();
    weekly(&folder);
    folder.errstat("convert in -o good.parquet --channel shop").done();
    let (good, total) = (folder.bytes("good.parquet"), folder.summary("good.parquet").errors());
    let try_it = |bytes: &[u8], what: &str| {
        folder.file("bad.parquet", bytes);
        let outcome = folder.errstat("summary bad.parquet --format json").run();
        assert!(matches!(outcome.code, Some(0 | 2)), "{what}: {:?} {}", outcome.code, outcome.stderr);
        assert!(!outcome.stderr.contains("panicked"), "{what}: {}", outcome.stderr);
        if outcome.code == Some(2) {
            assert!(outcome.stderr.contains("bad.parquet"), "{what}: {}", outcome.stderr);
        }
        outcome
    };
    for part in 0..20 {
        let length = good.len() * part / 20;
        let outcome = try_it(&good[..length], &format!("{length} bytes"));
        assert_eq!(outcome.code, Some(2), "{length} of {} bytes: {}", good.len(), outcome.text());
    }
    // Multiplying by a large odd number scatters the places; many of them lie in the footer.
    for round in 0..60_usize {
        let mut bytes = good.clone();
        let scattered = round.wrapping_mul(0x9E37_79B9_7F4A_7C15_u64 as usize) >> 11;
        let at =
            if round % 2 == 0 { scattered % good.len() } else { good.len() - 8 - scattered % 1500.min(good.len() - 8) };
        bytes[at] ^= 1 << (round % 8);
        try_it(&bytes, &format!("byte {at}"));
    }
    for text in
        ["", "PAR1", "PAR1PAR1", "PAR1\u{0}\u{0}\u{0}\u{0}PAR1", "PAR1\u{7f}\u{7f}\u{7f}\u{7f}PAR1", "Time\tReason\n"]
    {
        try_it(text.as_bytes(), text);
    }
    assert_eq!(folder.summary("good.parquet").errors(), total);
    // In an archive it is refused, and the archive stays as it is.
    add(&folder, "good.parquet");
    let before = parquet(&folder, "ar/");
    folder.file("bad.parquet", &good[..good.len() / 2]);
    folder.errstat("archive add --archive ar bad.parquet").refused();
    assert_eq!(parquet(&folder, "ar/"), before);
    sound(&folder, "ar");
}

#[test]
fn standard_input_and_packed_files_are_added() {
    let text = export(&["2026-11-16 10:00:00|error_status_code|502|3"]);
    let folder = Folder::with("a.tsv", &text);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text.as_bytes()).expect("memory");
    folder.file("a.tsv.gz", packed.finish().expect("memory"));
    folder.errstat("archive add --archive ar - --channel shop").stdin(text).done();
    add(&folder, "a.tsv.gz --channel shop");
    add(&folder, "a.tsv --channel shop");
    // One content, however it came.
    assert_eq!(info(&folder)["sources"].as_array().map(Vec::len), Some(1));
    assert_eq!(folder.summary("ar").errors(), 3);
}

/// An archive as errstat 0.1.0 wrote it, by what docs/archive.md says of the format: the rows of each source in a frame
/// of a pack, channels as one text, rows without an end. `files` are those of the months, as JSON.
fn archive_of_0_1_0(folder: &Folder, files: &str) {
    let frame = |lines: &str| zstd::bulk::compress(lines.as_bytes(), 3).expect("memory");
    let digest = |bytes: &[u8]| {
        folder.file("digested", bytes);
        let output = Command::new("sha256sum").arg(folder.path("digested")).output().expect("sha256sum");
        String::from_utf8_lossy(&output.stdout)[..64].to_owned()
    };
    // 2026-11-16 10:00:00 and 11:00:00 in Japan, and the start of that day (`date -d … +%s`).
    let (ten, eleven, day) = (1_794_790_800_000_u64, 1_794_794_400_000_u64, 1_794_754_800_000_u64);
    let first = frame(&format!(
        "[{ten},\"second\",\"error_status_code\",\"502\",\"export\",\"https://bot.example.com\",3,1]\n\
         [{eleven},\"second\",\"error_status_code\",\"502\",\"export\",null,4,2]\n"
    ));
    let second = frame(&format!(
        "[{ten},\"second\",\"error_status_code\",\"502\",\"export\",null,5,1]\n\
         [{day},\"day\",\"request_timeout\",\"Request timeout\",\"export\",null,6,1]\n"
    ));
    let pack = [first.clone(), second.clone()].concat();
    let name = format!("{}.pack", &digest(&pack)[..32]);
    let source = |id: &str, file: &str, at: usize, bytes: usize, precision: &str, rows: u64| {
        json!({
            "id": id, "name": file, "sha256": digest(file.as_bytes()), "added": 1_796_000_000_000_u64, "rows": rows, "errors": 7,
            "first": ten, "last": eleven, "precision": precision, "channels": ["shop (1234567890)"], "origins": ["export"],
            "covered_from": null, "covered_until": null, "covered_by": "last row", "pack": name,
            "parts": [{"channel": "shop (1234567890)", "month": "2026-11", "at": at, "bytes": bytes, "rows": 2}],
        })
    };
    let files: Value = serde_json::from_str(files).expect("JSON");
    let body = json!({
        "sources": [source("0123456789ab", "a.tsv", 0, first.len(), "second", 3),
                    source("ba9876543210", "b.tsv", first.len(), second.len(), "day", 2)],
        "files": files,
        "packs": [{"name": name, "bytes": pack.len(), "sha256": digest(&pack)}],
    })
    .to_string();
    let sealed = format!("{{\"errstat_archive\":1,\"sha256\":\"{}\"}}\n{body}", digest(body.as_bytes()));
    folder
        .file(&format!("ar/_errstat/packs/{name}"), pack)
        .file("ar/_errstat/manifest.json", &sealed)
        .file("ar/_errstat/manifest.copy.json", &sealed)
        .file("ar/_errstat/readers", "");
    fs::remove_file(folder.path("digested")).expect("a file");
}

#[test]
fn an_archive_of_0_1_0_is_read_and_taken_over() {
    // Its month is not what its books say, so what is read is what its sources tell: 5 rather than 3, 4, and a day's 6.
    let month = r#"[{"path": "channel=shop%20%281234567890%29/month=2026-11/errors.parquet", "channel": "shop (1234567890)",
        "month": "2026-11", "bytes": 1, "sha256": "00", "rows": 3, "errors": 15, "first": 1794754800000, "last": 1794794400000}]"#;
    for change in ["add --archive ar c.tsv", "rebuild --archive ar", "remove --archive ar a.tsv"] {
        let folder = Folder::with("c.tsv", identified(&[["2026-11-17 10:00:05", "1", "1234567890", "shop"]]));
        archive_of_0_1_0(&folder, month);
        let summary = folder.summary("ar");
        assert_eq!((summary.errors(), &summary["totals"]["rows"]), (15, &json!(5)));
        assert_eq!(channels(&summary), BTreeMap::from([("shop", 15)]));
        let found = folder.errstat("archive verify --archive ar").run();
        assert!(found.text().contains("errors.parquet") && found.text().contains("rebuild"), "{}", found.text());
        assert!(!found.text().contains("readers"), "{}", found.text());
        folder.errstat(&format!("archive {change}")).done();
        assert_eq!(sound(&folder, "ar").text().lines().count(), 1, "{change}");
        assert!(folder.text("ar/_errstat/manifest.json").starts_with("{\"errstat_archive\":3,"));
        assert!(!folder.list().iter().any(|path| path.contains("packs") || path.contains("readers")), "{change}");
        let (errors, rows) = match &change[..3] {
            "add" => (16, 6),
            "reb" => (15, 5),
            _ => (11, 2),
        };
        let summary = folder.summary("ar --as-of 2026-12-01T00:00:00+09:00");
        assert_eq!((summary.errors(), &summary["totals"]["rows"]), (errors, &json!(rows)), "{change}");
        assert_eq!(info(&folder)["sources"][0]["name"], if &change[..3] == "rem" { "b.tsv" } else { "a.tsv" });
    }
    // A damaged pack: its sources can be added again, or removed, and nothing else.
    let folder = Folder::with("c.tsv", identified(&[["2026-11-17 10:00:05", "1", "1234567890", "shop"]]));
    archive_of_0_1_0(&folder, month);
    let pack = folder.list().into_iter().find(|path| path.ends_with(".pack")).expect("a pack");
    let mut bytes = folder.bytes(&pack);
    let last = bytes.len() - 9;
    bytes[last] ^= 1;
    folder.file(&pack, bytes);
    let before = everything(&folder, "ar/_errstat/packs");
    assert!(folder.errstat("archive add --archive ar c.tsv").refused().contains("ba9876543210"));
    assert_eq!(everything(&folder, "ar/_errstat/packs"), before);
    folder.errstat("archive remove --archive ar b.tsv").done();
    assert_eq!(folder.summary("ar").errors(), 7);
    sound(&folder, "ar");
}

#[test]
fn days_keep_the_zone_of_their_inputs() {
    let folder =
        Folder::with("a.tsv", export(&["2026-11-16|error_status_code|502|3", "2026-11-17|error_status_code|502|4"]));
    folder.file("b.tsv", export(&["2026-11-18|error_status_code|502|5"]));
    add(&folder, "a.tsv --channel shop --input-timezone America/New_York");
    let days = |more: &str| {
        let summary = folder.summary(&format!("ar --window day --timezone America/New_York {more}"));
        summary.windows().into_iter().map(|(day, errors)| (day.to_owned(), errors)).collect::<Vec<_>>()
    };
    let expected = [("2026-11-16T00:00:00-05:00".to_owned(), 3), ("2026-11-17T00:00:00-05:00".to_owned(), 4)];
    assert_eq!(days(""), expected);
    assert_eq!(days("--input-timezone America/New_York"), expected);
    assert_eq!(info(&folder)["sources"][0]["first"], "2026-11-16T14:00:00+09:00");
    assert_eq!(info(&folder)["channels"][0]["first"], "2026-11-16T14:00:00+09:00");
    // Of another zone: they do not agree any more, so the console's holds, or what is given.
    add(&folder, "b.tsv --channel shop --input-timezone UTC");
    let summary = folder.summary("ar --window day");
    let third = ("2026-11-18T00:00:00+09:00", 5);
    assert_eq!(summary.windows(), [("2026-11-16T00:00:00+09:00", 3), ("2026-11-17T00:00:00+09:00", 4), third]);
    assert_eq!(days("--input-timezone America/New_York").len(), 3);
    sound(&folder, "ar");
}

/// The downloads of eight Mondays, each of the week before; only the first and the last have an error.
#[test]
fn weeks_without_errors_are_covered_by_their_empty_downloads() {
    let folder = Folder::new();
    let heading = "Date\tStart\tEnd\tReason\tDetail\tErrors\n";
    let mondays: Vec<chrono::NaiveDate> =
        (0..8).map(|week| chrono::NaiveDate::from_ymd_opt(2026, 9, 7).unwrap() + chrono::Days::new(7 * week)).collect();
    for monday in &mondays {
        let day = *monday - chrono::Days::new(3);
        let row = format!("{day}\t12:00:00\t12:00:20\trequest_timeout\tRequest timeout\t2\n");
        let has_errors = *monday == mondays[0] || *monday == mondays[7];
        folder.file(&format!("e/{monday}.tsv"), heading.to_owned() + if has_errors { &row } else { "" });
    }
    let gaps = || {
        let told = folder.errstat("archive info --archive ar --format json").done().text();
        let info: serde_json::Value = serde_json::from_str(&told).unwrap();
        (info["channels"][0]["gaps"].as_array().unwrap().len(), info["sources"].as_array().unwrap().len())
    };
    add(&folder, "e --channel quiet");
    assert_eq!(gaps(), (0, 8));
    // What is there already changes nothing; a download that is not there leaves a gap.
    add(&folder, "e --channel quiet");
    assert_eq!(gaps(), (0, 8));
    let folder_of_six = Folder::new();
    for monday in mondays.iter().filter(|monday| **monday != mondays[3] && **monday != mondays[4]) {
        folder_of_six.file(&format!("e/{monday}.tsv"), folder.text(&format!("e/{monday}.tsv")));
    }
    add(&folder_of_six, "e --channel quiet");
    let told = folder_of_six.errstat("archive info --archive ar").done().text();
    assert!(told.contains("Mon 21 Sep 2026, 00:00 – Mon 5 Oct 2026, 00:00"), "{told}");
}

/// A week without news repeats the download before it byte for byte. Each of both days shows that no download is missing.
#[test]
fn a_download_that_repeats_the_one_before_leaves_no_gap() {
    // Complete up to days 7, 14, 21 and 28 of October; that of day 21 has the one row of day 14 still.
    let folder = Folder::new();
    for (until, day) in [(7, 3), (14, 12), (21, 12), (28, 25)] {
        let row = format!("2026-10-{day:02} 12:00:00|request_timeout|Request timeout|2");
        folder.file(&format!("e/quiet-2026-10-{until:02}.tsv"), export(&[&row]));
    }
    let period = "--period 2026-10-07..2026-10-27 --as-of 2026-10-28T09:00 --channel quiet";
    let together = folder.summary(&format!("e {period}"));
    // In whatever order, and again.
    for files in ["e/quiet-2026-10-14.tsv e/quiet-2026-10-28.tsv", "e/quiet-2026-10-21.tsv e/quiet-2026-10-07.tsv", "e"]
    {
        add(&folder, &format!("{files} --channel quiet"));
    }
    let told = info(&folder);
    assert_eq!(told["channels"][0]["gaps"], serde_json::json!([]), "{told}");
    assert_eq!(told["sources"].as_array().unwrap().len(), 3, "the same bytes are one source");
    let archived = folder.summary(&format!("ar {period}"));
    for field in ["totals", "state", "windows", "history"] {
        assert_eq!(together[field], archived[field], "{field}");
    }
    assert!(!archived.notes().iter().any(|code| code.starts_with("gap")), "{:?}", archived.notes());
    // Without it one is missing.
    let folder_of_three = Folder::new();
    for until in ["07", "14", "28"] {
        let name = format!("e/quiet-2026-10-{until}.tsv");
        folder_of_three.file(&name, folder.text(&name));
    }
    add(&folder_of_three, "e --channel quiet");
    assert_eq!(info(&folder_of_three)["channels"][0]["gaps"].as_array().unwrap().len(), 1);
}
