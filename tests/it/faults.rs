//! Faults of the machine and of hostile inputs: reading that fails midway, a full disk, nobody who reads the output,
//! signals, and inputs that are made to exhaust memory or time. The right exit code, nothing half-written, no panic.
#![cfg(target_os = "linux")]

use std::{
    fs::{self, File},
    io::Write,
    os::unix::{fs::OpenOptionsExt, process::ExitStatusExt},
    path::Path,
    process::{Child, Command, Output, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use flate2::{Compression, write::GzEncoder};

use crate::program::{Folder, PATIENCE, PROGRAM, ended, program};

const HEADING: &str = "Time\tReason\tDetail\tCount\n";
const GOOD: &str = "2026-11-16 04:12:33\trequest_timeout\tRequest timeout\t1\n";

/// A rule that the export below breaks.
const RULES: &str = "[check]\nperiod = \"all\"\n[[check.rule]]\nmax_errors = 0\n";

/// Every command that reads inputs, with what it writes beside standard output.
const READING: [&str; 12] = [
    "summary {}",
    "summary {} --format json --rejects out.csv",
    "report {} -o out",
    "report {} -o out.html",
    "report {} -o out.png -o out.md -o out.json -o out.xlsx",
    "check {}",
    "inspect {}",
    "convert {} --channel shop -o out.parquet",
    "convert {} --channel shop -o out.csv",
    "archive add {} --channel shop --archive archive",
    "reconcile {} mail.eml",
    "summary mail.eml {}",
];

const MAIL: &str = "From: LINE <no-reply@line.me>\nDate: Thu, 19 Nov 2026 09:00:00 +0900\n\
    Subject: Messaging API: Your bot server returned no response or an error - shop\n\n\
    Channel ID: 1650000000\nChannel name: shop\nReason for error: error_status_code\nDetail for error: 502\n\
    Error count: 3\nTime detected: 2026-11-18 10:00:00\n";

/// An export, a mail, rules that it breaks and such that it keeps, and an archive that holds a week.
fn workplace() -> Folder {
    let folder = Folder::with("w.tsv", HEADING.to_owned() + GOOD);
    folder.file("mail.eml", MAIL).file("errstat.toml", RULES).file("calm.toml", RULES.replace("= 0", "= 1"));
    folder.errstat("archive add w.tsv --channel shop --archive archive").done();
    folder
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).expect("memory");
    gzip.finish().expect("memory")
}

/// Rows with other times and counts, so that they do not pack too well.
fn rows(count: u64) -> String {
    let row = |i: u64| {
        let (second, times) = (i * 7919 % 86_400, i * i * 31 % 997);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        format!("2026-11-16 {hour:02}:{minute:02}:{second:02}\trequest_timeout\tRequest timeout\t{times}\n")
    };
    HEADING.to_owned() + &(0..count).map(row).collect::<String>()
}

/// What lies in a folder, with its content.
fn state(folder: &Folder) -> Vec<(String, Vec<u8>)> {
    folder.list().into_iter().filter(|name| name != "pipe").map(|name| (name.clone(), folder.bytes(&name))).collect()
}

/// The program below a shell that sets limits first.
fn limited(folder: &Folder, limits: &str, line: &str) -> Output {
    let child = Command::new("sh")
        .args(["-c", &format!("{limits}; exec {PROGRAM} {line}")])
        .current_dir(folder.path(""))
        .env("TMPDIR", folder.path(""))
        // Memory that threads reserve and never use counts for `ulimit -v`.
        .env("POLARS_MAX_THREADS", "2")
        .env("MALLOC_ARENA_MAX", "2")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a shell");
    ended(child)
}

fn sentence(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!stderr.contains("panicked") && !stderr.contains("memory allocation"), "{stderr}");
    stderr
}

// Reading that fails.

#[test]
fn reading_that_fails_midway_is_told_and_leaves_everything_as_it_was() {
    let whole = gzip(rows(100_000).as_bytes());
    let damaged = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        bytes
    };
    let folder = workplace();
    folder.file("cut.gz", &whole[..whole.len() / 2]).file("cut-late.gz", &whole[..whole.len() - 1]);
    folder.file("damaged.gz", damaged(whole.len() / 2)).file("damaged-late.gz", damaged(whole.len() - 6));
    let before = state(&folder);
    for input in ["cut.gz", "cut-late.gz", "damaged.gz", "damaged-late.gz", "/proc/self/mem"] {
        for command in READING {
            let sentence = folder.errstat(&command.replace("{}", input)).refused();
            assert!(sentence.contains(input), "{command}: {sentence}");
            // The list of rejects is of most use where the reading failed.
            let _ = fs::remove_file(folder.path("out.csv"));
            assert!(state(&folder) == before, "{command} on {input} left {:?}", folder.list());
            assert_eq!(folder.leftovers(), [""; 0], "{command} on {input}");
        }
    }
}

#[test]
fn standard_input_that_cannot_be_read() {
    let folder = workplace();
    for command in READING {
        let output = limited(&folder, "exec < .", &command.replace("{}", "-"));
        assert_eq!(output.status.code(), Some(2), "{command}: {}", sentence(&output));
        assert!(sentence(&output).contains("directory"), "{command}: {}", sentence(&output));
    }
}

// Output that cannot be written.

/// Every call that writes a result on standard output, and its exit code where all is well.
const PRINTING: [(&str, i32); 26] = [
    ("summary w.tsv", 0),
    ("summary w.tsv --format json", 0),
    ("summary w.tsv --format csv", 0),
    ("summary w.tsv --format markdown", 0),
    ("summary --schema", 0),
    ("check w.tsv", 1),
    ("check w.tsv --config calm.toml", 0),
    ("check w.tsv --format json", 1),
    ("check w.tsv --format junit", 1),
    ("check w.tsv --format github", 1),
    ("check w.tsv --format markdown", 1),
    ("check --schema", 0),
    ("inspect w.tsv", 0),
    ("archive info --archive archive", 0),
    ("archive info --archive archive --format json", 0),
    ("archive verify --archive archive", 0),
    ("reconcile w.tsv mail.eml", 0),
    ("explain", 0),
    ("explain 502", 0),
    ("--help", 0),
    ("help", 0),
    ("summary -h", 0),
    ("--version", 0),
    ("completions bash", 0),
    ("man", 0),
    ("man summary", 0),
];

#[test]
fn a_full_disk_under_standard_output_is_told() {
    let folder = workplace();
    let mut failures = Vec::new();
    for (line, _) in PRINTING {
        let output = limited(&folder, "exec > /dev/full", line);
        let told = sentence(&output);
        if output.status.code() != Some(2) || !told.contains("space") {
            failures.push(format!("{line}: {}: {told}", output.status));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn nobody_who_reads_standard_output_is_no_fault() {
    let folder = workplace();
    let mut failures = Vec::new();
    for (line, code) in PRINTING {
        let mut child = program()
            .args(line.split(' '))
            .current_dir(folder.path(""))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program");
        drop(child.stdout.take());
        let output = ended(child);
        let (status, told) = (output.status, sentence(&output));
        if status.code() != Some(code) || told.contains("pipe") || told.contains("panicked") {
            failures.push(format!("{line}: {status}: {told}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn no_standard_streams_at_all() {
    let folder = workplace();
    for line in ["summary w.tsv", "check w.tsv", "report w.tsv -o out.html", "explain 502", "summary missing.tsv"] {
        let output = limited(&folder, "exec <&- >&- 2>&-", line);
        let code = if line.starts_with("check") { 1 } else { 2 * i32::from(line.contains("missing")) };
        assert_eq!(output.status.code(), Some(code), "{line}");
    }
    assert!(folder.text("out.html").trim_end().ends_with("</html>"), "no message stands in the page");
}

/// A disk on which no file grows beyond some blocks of 512 bytes, as `ulimit -f` makes it.
#[test]
fn a_full_disk_under_the_outputs_leaves_the_old_ones() {
    let details: String = (0..5000).map(|i| GOOD.replace("Request timeout", &format!("detail number {i}"))).collect();
    let folder = workplace();
    folder.file("many.tsv", HEADING.to_owned() + &details + &"bad\trequest_timeout\tx\t1\n".repeat(3000));
    for name in ["out.csv", "out.html", "out.png", "out.md", "out.json", "out.xlsx", "out.parquet", "out/report.html"] {
        folder.file(name, "of last week");
    }
    let before = state(&folder);
    for command in READING.into_iter().filter(|command| command.contains("out") || command.contains("archive")) {
        let line = command.replace("{}", "many.tsv");
        let output = limited(&folder, "trap '' XFSZ; ulimit -f 8", &line);
        assert_eq!(output.status.code(), Some(2), "{line}: {}", sentence(&output));
        let _ = fs::remove_dir_all(folder.path("out/charts"));
        let after = state(&folder);
        let changed: Vec<&String> = after.iter().filter(|file| !before.contains(file)).map(|(name, _)| name).collect();
        // Of several outputs, small ones may be there whole.
        let whole = |name: &&&String| name.ends_with(".json") || name.ends_with(".md");
        assert!(changed.iter().all(|name| whole(&name)), "{line} left {changed:?}");
        for name in changed {
            folder.file(name, "of last week");
        }
    }
    folder.errstat("archive verify --archive archive").done();
}

// Signals.

fn signal(name: &str, process: u32) {
    let sent = Command::new("kill").args(["-s", name, &process.to_string()]).status().expect("kill");
    assert!(sent.success(), "process {process} ended before the signal");
}

/// Writes rows into a pipe until the program has surely read some; the pipe stays open with what is given back.
fn fed(pipe: &Path, reader: &mut Child) -> File {
    const O_NONBLOCK: i32 = 0o4000;
    let begun = Instant::now();
    let pause = |reader: &mut Child| {
        assert!(begun.elapsed() < PATIENCE, "it does not read");
        assert_eq!(reader.try_wait().expect("a state"), None, "it ended while it was fed");
        sleep(Duration::from_millis(1));
    };
    let mut end = loop {
        match File::options().write(true).custom_flags(O_NONBLOCK).open(pipe) {
            Ok(end) => break end,
            Err(_) => pause(reader),
        }
    };
    let rows = HEADING.to_owned() + &GOOD.repeat(10_000);
    let mut rest = rows.as_bytes();
    while !rest.is_empty() {
        match end.write(rest) {
            Ok(written) => rest = &rest[written..],
            Err(_) => pause(reader),
        }
    }
    end
}

/// The program, running, with its temporary files in a folder.
fn started(folder: &Folder, line: &str, scratch: &Folder) -> Child {
    program()
        .args(line.split(' '))
        .current_dir(folder.path(""))
        .env("TMPDIR", scratch.path(""))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program")
}

/// Starts a command on a pipe that goes on and on, sends a signal while it reads, and says what is wrong then.
fn interrupted(folder: &Folder, command: &str, name: &str, number: i32) -> Option<String> {
    let scratch = Folder::new();
    let before = state(folder);
    let pipe = folder.path("pipe");
    let _ = fs::remove_file(&pipe);
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let mut child = started(folder, &command.replace("{}", "pipe"), &scratch);
    let end = fed(&pipe, &mut child);
    signal(name, child.id());
    let output = ended(child);
    drop(end);
    let (status, told) = (output.status, String::from_utf8_lossy(&output.stderr).into_owned());
    let ended = status.signal() == Some(number) || status.code() == Some(128 + number);
    let after = state(folder);
    let left: Vec<&String> = after.iter().filter(|file| !before.contains(file)).map(|(name, _)| name).collect();
    let wrong = !ended || !left.is_empty() || after.len() != before.len() || !scratch.list().is_empty();
    for name in &left {
        let _ = fs::remove_file(folder.path(name));
    }
    wrong.then(|| format!("{name}, {command}: {status}, left {left:?} and in TMPDIR {:?}. {told}", scratch.list()))
}

#[test]
fn a_signal_while_reading_ends_each_command_and_leaves_nothing() {
    let folder = workplace();
    folder.file("out.csv", "of last week").file("out.html", "of last week").file("out.parquet", "of last week");
    let mut failures = Vec::new();
    for command in READING {
        for (name, number) in [("INT", 2), ("TERM", 15), ("HUP", 1), ("KILL", 9)] {
            failures.extend(interrupted(&folder, command, name, number));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Whatever the command is at: reading, computing, drawing or writing.
#[test]
fn a_signal_at_any_moment_leaves_the_old_outputs_or_the_new_ones() {
    let folder = workplace();
    folder.file("long.tsv", rows(400_000));
    let mut failures = Vec::new();
    for command in READING.into_iter().filter(|command| command.contains("out") || command.contains("archive")) {
        let line = command.replace("{}", "long.tsv");
        for (turn, pause) in [0, 5, 15, 30, 60, 120].into_iter().enumerate() {
            for name in folder.list().into_iter().filter(|name| name.starts_with("out")) {
                folder.file(&name, "of last week");
            }
            let child = started(&folder, &line, &folder);
            sleep(Duration::from_millis(pause));
            let _ =
                Command::new("kill").args(["-s", ["INT", "TERM", "KILL"][turn % 3], &child.id().to_string()]).status();
            ended(child);
            for name in folder.list() {
                let bytes = folder.bytes(&name);
                let old = bytes == b"of last week";
                let ends: &[u8] = match Path::new(&name).extension().and_then(|ending| ending.to_str()) {
                    _ if name.contains(".errstat-") || name.starts_with("errstat-") => b"nothing: it is left over",
                    Some("html") => b"</html>\n",
                    Some("png") => b"IEND\xaeB`\x82",
                    Some("json") if name.starts_with("out") => b"}\n",
                    Some("svg") => b"</svg>\n",
                    Some("parquet") => b"PAR1",
                    _ => b"",
                };
                if !old && !bytes.trim_ascii_end().ends_with(ends.trim_ascii_end()) {
                    failures.push(format!("{line} after {pause} ms: {name}"));
                    fs::remove_file(folder.path(&name)).expect("a file");
                }
            }
        }
    }
    folder.errstat("archive verify --archive archive").done();
    assert!(failures.is_empty(), "half-written or left over:\n{}", failures.join("\n"));
}

// Inputs that are made to exhaust memory or time.

/// Enough for 10 million rows five times over; a bomb needs more.
const MEMORY: &str = "ulimit -v 1000000";

/// Runs a call with little memory; gives exit code, standard output and the sentence.
fn bounded(folder: &Folder, line: &str) -> (Option<i32>, String, String) {
    let output = limited(folder, MEMORY, &format!("{line} --threads 2"));
    let told = sentence(&output);
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned(), told)
}

/// Rows, rejected rows and errors of the only input of a summary.
fn counts(json: &str) -> [u64; 3] {
    let summary: serde_json::Value = serde_json::from_str(json).expect("JSON");
    ["rows", "rejected", "errors"].map(|field| summary["inputs"][0][field].as_u64().expect("a number"))
}

/// Bytes that unpack to many copies of a block: packed files may stand one behind the other.
fn bomb(before: &[u8], block: &[u8], times: usize, behind: &[u8]) -> Vec<u8> {
    [gzip(before), gzip(block).repeat(times), gzip(behind)].concat()
}

#[test]
fn ten_gigabytes_of_nothing() {
    let zeros = vec![0; 10_000_000];
    let folder = Folder::with("bomb.gz", bomb(b"", &zeros, 1000, b""));
    for command in ["summary", "inspect", "report -o out"] {
        let (code, _, told) = bounded(&folder, &format!("{command} bomb.gz"));
        assert_eq!(code, Some(2), "{told}");
        assert!(told.contains("bomb.gz") && folder.list() == ["bomb.gz"], "{told}");
    }
}

/// It is one reject, and the rows around it count.
#[test]
fn a_line_of_four_gigabytes() {
    let (before, behind) = (HEADING.to_owned() + GOOD, format!("\n{GOOD}{GOOD}"));
    for byte in [b'x', b'"', 0] {
        let bomb = bomb(before.as_bytes(), &vec![byte; 10_000_000], 400, behind.as_bytes());
        let folder = Folder::with("bomb.gz", bomb);
        let (code, json, told) = bounded(&folder, "summary bomb.gz --format json");
        assert_eq!((code, counts(&json)), (Some(0), [4, 1, 3]), "{told}");
        assert!(json.contains("\"line\":3") || json.contains("\"line\": 3"), "{json}");
    }
}

/// Only so much of a long line is looked at; what is not seen must not be taken for blank.
#[test]
fn a_long_line_that_begins_with_blanks_is_a_reject() {
    for blank in [" ", "\t"] {
        let file = format!("{HEADING}{GOOD}{}{GOOD}{GOOD}", blank.repeat(5 << 20));
        let folder = Folder::with("w.tsv", &file);
        folder.file("w.tsv.gz", gzip(file.as_bytes()));
        for name in ["w.tsv", "w.tsv.gz"] {
            let summary = folder.summary(name);
            assert_eq!((summary.balance(), summary.errors()), (vec![[3, 2, 1]], 2), "{name}");
            assert_eq!(summary.rejects()[0].0, 3, "{name}");
        }
    }
}

#[test]
fn many_lines_that_are_no_rows() {
    // 20 times a million: blank, of delimiters, rejected, of open quotes, and rows without a number.
    for (line, rejected) in [("\n", 0), ("\t\t\t\n", 0), ("x\n", 1), ("\"\n", 1), ("\"\t\"\t\"\n", 1)] {
        let bomb = bomb((HEADING.to_owned() + GOOD).as_bytes(), line.repeat(1_000_000).as_bytes(), 20, b"");
        let folder = Folder::with("bomb.gz", bomb);
        let (code, json, told) = bounded(&folder, "summary bomb.gz --format json");
        let rejected = rejected * 20_000_000;
        assert_eq!((code, counts(&json)), (Some(0), [rejected + 1, rejected, 1]), "{line:?}: {told}");
    }
}

#[test]
fn a_million_details_are_not_held() {
    let folder = workplace();
    let detail = |i: u32| format!("2026-11-16 04:12:33\tcould_not_connect\tdetail {i}\t1\n");
    folder.file("many.tsv", HEADING.to_owned() + &(0..1_000_000).map(detail).collect::<String>());
    let before = state(&folder);
    for command in READING.into_iter().filter(|command| !command.contains("rejects")) {
        let line = command.replace("{}", "many.tsv");
        let (code, _, told) = if line.starts_with("archive") {
            let output = limited(&folder, MEMORY, &line);
            (output.status.code(), String::new(), sentence(&output))
        } else {
            bounded(&folder, &line)
        };
        assert_eq!(code, Some(2), "{line}: {told}");
        assert!(told.contains("many.tsv") && told.contains("detail"), "{line}: {told}");
        assert!(state(&folder) == before, "{line} left {:?}", folder.list());
    }
}

/// The heading again and again, as `cat` puts small downloads together: each table may overlap each other one.
#[test]
fn ten_thousand_tables_in_one_file() {
    let folder = Folder::new();
    for (name, tables) in [("same", (HEADING.to_owned() + GOOD).repeat(10_000)), ("apart", apart(10_000))] {
        folder.file(&format!("{name}.tsv"), tables);
        let (code, _, told) = bounded(&folder, &format!("summary {name}.tsv --channel shop"));
        assert!(matches!(code, Some(0 | 2)), "{name}: {code:?} {told}");
    }
}

/// Tables whose columns change their order each time; packed, so that nothing can be found again without unpacking.
#[test]
fn a_thousand_tables_of_two_kinds_in_one_packed_file() {
    let tables = format!(
        "{HEADING}{GOOD}Reason\tTime\tDetail\tCount\nrequest_timeout\t2026-11-16 05:12:33\tRequest timeout\t1\n"
    );
    let folder = Folder::with("w.gz", gzip(tables.repeat(500).as_bytes()));
    let (code, json, told) = bounded(&folder, "summary w.gz --overlap sum --format json");
    assert_eq!((code, counts(&json)), (Some(0), [1000, 0, 1000]), "{told}");
}

/// One row each, a second apart.
fn apart(count: u32) -> String {
    (0..count).map(one).collect()
}

fn one(second: u32) -> String {
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{HEADING}2026-11-16 {hour:02}:{minute:02}:{second:02}\trequest_timeout\tRequest timeout\t1\n")
}

#[test]
fn ten_thousand_small_files() {
    let folder = Folder::new();
    fs::create_dir(folder.path("many")).expect("a folder");
    for i in 0..10_000 {
        fs::write(folder.path(format!("many/{i:05}.tsv")), one(i)).expect("a file");
    }
    for input in ["many", "many/*.tsv"] {
        let (code, json, told) = bounded(&folder, &format!("summary '{input}' --channel shop --format json"));
        assert_eq!(code, Some(0), "{told}");
        let summary: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(summary["totals"]["errors"], 10_000);
    }
}

/// A zip file with some members.
fn zip(members: impl Iterator<Item = (String, String)>) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in members {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("memory");
        zip.write_all(content.as_bytes()).expect("memory");
    }
    zip.finish().expect("memory").into_inner()
}

#[test]
fn ten_thousand_members_of_a_zip_file() {
    let folder = Folder::with("w.zip", zip((0..10_000).map(|i| (format!("{i:05}.tsv"), one(i)))));
    let (code, json, told) = bounded(&folder, "summary w.zip --channel shop --format json");
    assert_eq!(code, Some(0), "{told}");
    let summary: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(summary["totals"]["errors"], 10_000);
}

/// Nothing is ever unpacked to a place that a zip file names.
#[test]
fn names_that_lead_out_of_a_zip_file_write_nothing() {
    let names = ["../up.tsv", "/tmp/errstat-absolute.tsv", "..\\..\\back.tsv", "C:\\drive.tsv", "a/../../b.tsv"];
    let folder = Folder::new();
    folder.file("deep/er/w.zip", zip(names.iter().enumerate().map(|(i, name)| ((*name).to_owned(), one(i as u32)))));
    let before = folder.list();
    for command in ["summary", "inspect", "report -o out.html", "convert --channel shop -o out.csv"] {
        folder.errstat(&format!("{command} deep/er/w.zip")).done();
    }
    assert_eq!(folder.summary("deep/er/w.zip").errors(), 5);
    let written: Vec<String> = folder.list().into_iter().filter(|name| !name.starts_with("out.")).collect();
    assert_eq!((written, folder.leftovers()), (before, Vec::new()));
    assert!(!Path::new("/tmp/errstat-absolute.tsv").exists());
}

/// Members that unpack to far more than they weigh, and a packed file in each.
#[test]
fn bombs_within_a_zip_file() {
    let zeros = vec![0_u8; 10_000_000];
    let bomb = gzip(&gzip(&zeros).repeat(100));
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for i in 0..100 {
        zip.start_file(format!("{i}.tsv.gz"), zip::write::SimpleFileOptions::default()).expect("memory");
        zip.write_all(&bomb).expect("memory");
        zip.start_file(format!("{i}.tsv"), zip::write::SimpleFileOptions::default()).expect("memory");
        zip.write_all(&zeros).expect("memory");
    }
    let folder = Folder::with("w.zip", zip.finish().expect("memory").into_inner());
    let (code, _, told) = bounded(&folder, "summary w.zip");
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("w.zip"), "{told}");
}

/// Entries of 46 bytes each that all point to one member; a zip file needs no more to claim them.
fn crowded_zip(members: u32) -> Vec<u8> {
    let number = |value: u64, bytes: usize| value.to_le_bytes()[..bytes].to_vec();
    let fields = |fields: &[(u64, usize)]| fields.iter().flat_map(|(value, bytes)| number(*value, *bytes)).collect();
    let local: Vec<u8> =
        fields(&[(0x0403_4b50, 4), (20, 2), (0, 4), (0x21_0000, 4), (0, 4), (0, 4), (0, 4), (1, 2), (0, 2), (0x61, 1)]);
    let mut file = local.clone();
    for name in 0..members {
        let entry: Vec<u8> =
            fields(&[(0x0201_4b50, 4), (20, 2), (20, 2), (0, 4), (0x21_0000, 4), (0, 4), (0, 4), (0, 4)]);
        file.extend(entry);
        let rest: Vec<u8> = fields(&[(8, 2), (0, 2), (0, 2), (0, 2), (0, 2), (0, 4), (0, 4)]);
        file.extend(rest);
        file.extend(format!("{name:08}").bytes());
    }
    let (start, size) = (local.len() as u64, file.len() as u64 - local.len() as u64);
    let members = u64::from(members);
    let end64: Vec<u8> = fields(&[
        (0x0606_4b50, 4),
        (44, 8),
        (45, 2),
        (45, 2),
        (0, 4),
        (0, 4),
        (members, 8),
        (members, 8),
        (size, 8),
        (start, 8),
        (0x0706_4b50, 4),
        (0, 4),
        (start + size, 8),
        (1, 4),
        (0x0605_4b50, 4),
        (0, 4),
        (0xffff, 2),
        (0xffff, 2),
        (0xffff_ffff, 4),
        (0xffff_ffff, 4),
        (0, 2),
    ]);
    file.extend(end64);
    file
}

#[test]
fn a_million_members_of_a_zip_file() {
    let folder = Folder::with("w.zip", crowded_zip(1_000_000));
    let (code, _, told) = bounded(&folder, "summary w.zip");
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("w.zip") && told.contains("100,000"), "{told}");
}

#[test]
fn an_encrypted_member_of_a_zip_file() {
    let mut file = crowded_zip(1);
    // The flag stands at byte 6 of the member and at byte 8 of its entry.
    file[6] |= 1;
    file[31 + 8] |= 1;
    let sentence = Folder::with("w.zip", file).errstat("summary w.zip").refused();
    assert!(sentence.contains("w.zip") && sentence.to_lowercase().contains("password"), "{sentence}");
}

/// A folder with more files than are read at once; hard links, because they are quick to make.
#[test]
fn more_files_than_are_read_at_once() {
    let folder = Folder::new();
    for part in 0..2 {
        folder.file(&format!("many/{part}/w.tsv"), HEADING);
        for i in 0..50_001 {
            let link = folder.path(format!("many/{part}/{i}.tsv"));
            fs::hard_link(folder.path(format!("many/{part}/w.tsv")), link).expect("a link");
        }
    }
    for input in ["many", "many/*/*.tsv"] {
        let (code, _, told) = bounded(&folder, &format!("summary {input:?}"));
        assert_eq!(code, Some(2), "{told}");
        assert!(told.contains("many/1/") && told.contains("100,000"), "{told}");
    }
}

// What the user allows.

#[test]
fn no_more_is_read_than_allowed() {
    let text = rows(1000);
    let folder = Folder::with("a.tsv", &text);
    folder.file("b.tsv", rows(999)).file("a.tsv.gz", gzip(text.as_bytes()));
    folder.file("a.zip", zip([("a.tsv".to_owned(), text.clone())].into_iter()));
    let (exact, less) = (text.len(), text.len() - 1);
    for input in ["a.tsv", "a.tsv.gz", "a.zip"] {
        folder.errstat(&format!("summary {input} --max-bytes {exact}")).done();
        let sentence = folder.errstat(&format!("summary {input} --max-bytes {less}")).refused();
        assert!(sentence.contains(input) && sentence.contains("--max-bytes"), "{sentence}");
        assert!(sentence.contains(&less.to_string()), "{sentence}");
    }
    for packed in [text.as_bytes(), &gzip(text.as_bytes())] {
        folder.errstat(&format!("summary - --max-bytes {exact}")).stdin(packed).done();
        let sentence = folder.errstat(&format!("summary - --max-bytes {less}")).stdin(packed).refused();
        assert!(sentence.contains("--max-bytes"), "{sentence}");
    }
    // What is read a second time for the overlap does not count again.
    let both = exact + folder.text("b.tsv").len();
    folder.errstat(&format!("summary a.tsv.gz b.tsv --overlap max --max-bytes {both}")).done();
    let sentence = folder.errstat(&format!("summary a.tsv.gz b.tsv --overlap max --max-bytes {}", both - 1)).refused();
    assert!(sentence.contains("--max-bytes"), "{sentence}");

    folder.file("errstat.toml", "max_bytes = \"1kB\"");
    let sentence = folder.errstat("summary a.tsv --lang ja").refused();
    assert!(sentence.contains("a.tsv") && sentence.contains("1 kB") && sentence.contains("--max-bytes"), "{sentence}");
    folder.errstat("summary a.tsv --max-bytes 1GiB").done();
    assert!(folder.errstat("summary a.tsv --max-bytes plenty").refused().contains("2GiB"));
}

#[test]
fn an_input_without_end_is_read_as_far_as_allowed() {
    let folder = Folder::new();
    for command in ["summary", "inspect", "report -o out.html"] {
        let (code, _, told) = bounded(&folder, &format!("{command} /dev/zero --max-bytes 100MB"));
        assert_eq!(code, Some(2), "{told}");
        assert!(told.contains("/dev/zero") && told.contains("100 MB") && told.contains("--max-bytes"), "{told}");
    }
    assert_eq!(folder.list(), [""; 0]);
}

/// 20 GiB of zstd, in some hundred kilobytes.
#[test]
fn a_packed_file_without_end_has_a_limit_of_its_own() {
    let zeros = vec![0_u8; 1 << 28];
    let pack = |bytes: &[u8]| zstd::encode_all(bytes, 1).expect("memory");
    let before = pack((HEADING.to_owned() + GOOD).as_bytes());
    let folder = Folder::with("bomb.zst", [before, pack(&zeros).repeat(80)].concat());
    let (code, _, told) = bounded(&folder, "summary bomb.zst");
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("bomb.zst") && told.contains("GiB") && told.contains("--max-bytes"), "{told}");
}
