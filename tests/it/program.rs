//! The program in a folder of its own, with an environment of its own.
//!
//! ```ignore
//! let folder = Folder::new();
//! folder.file("w46.tsv", "Time\tReason\n…");
//! let summary = folder.summary("w46.tsv --window day");
//! assert_eq!(summary.errors(), 3);
//! let sentence = folder.errstat("summary missing.tsv").refused();
//! ```

use std::{
    ffi::OsStr,
    fs,
    ops::Index,
    path::{Path, PathBuf},
    process,
    sync::mpsc,
    thread,
    time::Duration,
};

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// Path of the program under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_errstat");

/// The moment of every report, unless the story names one: a Monday morning in Japan.
pub const AS_OF: &str = "2026-11-23T09:00:00+09:00";

/// Zones of the machine. Nothing may depend on them, so every call gets one of them.
const MACHINE_ZONES: [&str; 4] = ["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"];

/// Nothing is waited for any longer. It only ends what hangs: no test is about time, so none fails on a slow machine.
pub const PATIENCE: Duration = Duration::from_secs(600);

/// Signals that end a program, whatever the tests' own process does with them: what a process ignores (SIGHUP below
/// `nohup`), those that it starts ignore too.
const DEFAULT_SIGNALS: &str = "--default-signal=HUP,INT,QUIT,TERM,PIPE";

/// The program, to be started by the test itself and to be ended by signals.
pub fn program() -> process::Command {
    let mut command = process::Command::new("env");
    command.args([DEFAULT_SIGNALS, PROGRAM]);
    command
}

/// What a started program wrote into its pipes, once it has ended. One that goes on too long is killed, and the test
/// fails.
pub fn ended(child: process::Child) -> process::Output {
    let id = child.id().to_string();
    let (done, output) = mpsc::channel();
    thread::spawn(move || done.send(child.wait_with_output()));
    match output.recv_timeout(PATIENCE) {
        Ok(output) => output.expect("an end"),
        Err(_) => {
            let killed = process::Command::new("kill").args(["-s", "KILL", &id]).status();
            panic!("process {id} did not end within {PATIENCE:?}; killed: {killed:?}");
        }
    }
}

/// A temporary folder in which the program runs.
pub struct Folder {
    files: TempDir,
    /// Where the program keeps what it needs for a while only.
    scratch: TempDir,
}

impl Folder {
    pub fn new() -> Folder {
        let make = || TempDir::with_prefix("errstat-story-").expect("a temporary folder");
        Folder { files: make(), scratch: make() }
    }

    /// A folder with one file.
    pub fn with(name: &str, content: impl AsRef<[u8]>) -> Folder {
        let folder = Folder::new();
        folder.file(name, content);
        folder
    }

    /// Writes a file, and the folders above it.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> &Folder {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a name in the folder")).expect("a folder");
        fs::write(path, content).expect("a file");
        self
    }

    /// The full path of a name in the folder.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.files.path().join(name)
    }

    /// The text of a file in the folder.
    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The bytes of a file in the folder.
    pub fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Every file in the folder and below, hidden ones too, by relative path and in order.
    pub fn list(&self) -> Vec<String> {
        files_below(self.files.path())
    }

    /// What the program left in the machine's folder for temporary files.
    pub fn leftovers(&self) -> Vec<String> {
        files_below(self.scratch.path())
    }

    /// A call of the program; the line is cut at white space, anything else goes through [`Call::arg`].
    pub fn errstat(&self, line: &str) -> Call {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        let mut command = Command::new(PROGRAM);
        let zone = MACHINE_ZONES[line.bytes().map(usize::from).sum::<usize>() % MACHINE_ZONES.len()];
        command
            .current_dir(self.files.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.scratch.path())
            .env("TMPDIR", self.scratch.path())
            .env("LANG", "C.UTF-8")
            .env("TZ", zone)
            // 2026-11-23T09:00:00+09:00, computed with `date -d … +%s`.
            .env("SOURCE_DATE_EPOCH", "1795392000")
            .args(&arguments)
            .timeout(PATIENCE);
        Call { command, shown: format!("TZ={zone} errstat {line}") }
    }

    /// What `summary --format json` says, as of [`AS_OF`] unless the line has its own `--as-of`.
    pub fn summary(&self, line: &str) -> Summary {
        self.errstat(&format!("summary {line}")).summary()
    }
}

fn files_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a readable folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(folder).expect("below the folder").to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

/// A call that is being put together.
pub struct Call {
    command: Command,
    shown: String,
}

impl Call {
    /// One more argument, which may hold white space.
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Call {
        self.shown = format!("{} '{}'", self.shown, argument.as_ref().to_string_lossy());
        self.command.arg(argument);
        self
    }

    /// An environment variable.
    pub fn env(mut self, name: &str, value: &str) -> Call {
        self.shown = format!("{name}={value} {}", self.shown);
        self.command.env(name, value);
        self
    }

    /// What the program reads from standard input.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Call {
        self.command.write_stdin(bytes);
        self
    }

    /// Runs it, whatever comes of it.
    pub fn run(mut self) -> Outcome {
        let output = self.command.output().unwrap_or_else(|error| panic!("{}: {error}", self.shown));
        Outcome {
            code: output.status.code(),
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).expect("messages are UTF-8"),
            shown: self.shown,
        }
    }

    /// Runs it and expects exit code 0.
    pub fn done(self) -> Outcome {
        let outcome = self.run();
        assert_eq!(outcome.code, Some(0), "{}\n{}", outcome.shown, outcome.stderr);
        outcome
    }

    /// Runs it and expects exit code 2, nothing on standard output, and a sentence, which it gives back.
    pub fn refused(self) -> String {
        let outcome = self.run();
        assert_eq!(outcome.code, Some(2), "{}\n{}\n{}", outcome.shown, outcome.text(), outcome.stderr);
        assert_eq!(outcome.text(), "", "{}", outcome.shown);
        assert!(outcome.stderr.trim().contains(' '), "{}: no sentence: {:?}", outcome.shown, outcome.stderr);
        assert!(!outcome.stderr.contains("panicked"), "{}\n{}", outcome.shown, outcome.stderr);
        outcome.stderr
    }

    /// Runs a `summary` and reads its JSON, as of [`AS_OF`] unless the call has its own `--as-of`.
    pub fn summary(mut self) -> Summary {
        if !self.shown.contains("--as-of") {
            self = self.arg("--as-of").arg(AS_OF);
        }
        let outcome = self.arg("--format").arg("json").done();
        let json = serde_json::from_slice(&outcome.stdout)
            .unwrap_or_else(|error| panic!("{}: {error}\n{}", outcome.shown, outcome.text()));
        Summary { json, stderr: outcome.stderr }
    }
}

/// What came of a call.
#[derive(Debug)]
pub struct Outcome {
    /// None where a signal ended it.
    pub code: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: String,
    /// The call, for messages.
    pub shown: String,
}

impl Outcome {
    /// Standard output as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }
}

/// A summary.json. Fields are reached as in [`Value`]: `summary["totals"]["errors"]`.
#[derive(Debug, PartialEq)]
pub struct Summary {
    pub json: Value,
    pub stderr: String,
}

impl Index<&str> for Summary {
    type Output = Value;

    fn index(&self, field: &str) -> &Value {
        &self.json[field]
    }
}

impl Summary {
    /// `totals.errors`.
    pub fn errors(&self) -> u64 {
        self["totals"]["errors"].as_u64().expect("totals.errors")
    }

    /// The list behind a field.
    pub fn list(&self, field: &str) -> &[Value] {
        self[field].as_array().map(Vec::as_slice).unwrap_or_else(|| panic!("no list {field}"))
    }

    /// Rows, accepted and rejected of the inputs, in their order. Every reading must balance.
    pub fn balance(&self) -> Vec<[u64; 3]> {
        let number = |input: &Value, field: &str| input[field].as_u64().unwrap_or_else(|| panic!("inputs.{field}"));
        self.list("inputs")
            .iter()
            .map(|input| {
                let [rows, accepted, rejected] = ["rows", "accepted", "rejected"].map(|field| number(input, field));
                assert_eq!(accepted + rejected, rows, "{input}");
                [rows, accepted, rejected]
            })
            .collect()
    }

    /// Reason, detail and errors of `by_detail`, in its order.
    pub fn details(&self) -> Vec<(&str, &str, u64)> {
        self.list("by_detail")
            .iter()
            .map(|row| (text(row, "reason"), text(row, "detail"), row["errors"].as_u64().expect("errors")))
            .collect()
    }

    /// Starts and errors of the windows, in their order.
    pub fn windows(&self) -> Vec<(&str, u64)> {
        let buckets = self["windows"]["buckets"].as_array().expect("windows.buckets");
        buckets.iter().map(|bucket| (text(bucket, "start"), bucket["errors"].as_u64().expect("errors"))).collect()
    }

    /// The codes of the notes.
    pub fn notes(&self) -> Vec<&str> {
        self.list("notes").iter().map(|note| text(note, "code")).collect()
    }

    /// The text of the first note of a code.
    pub fn note(&self, code: &str) -> &str {
        let note = self.list("notes").iter().find(|note| note["code"] == code);
        text(note.unwrap_or_else(|| panic!("no note {code} among {:?}", self.notes())), "text")
    }

    /// Line and reason of each reject, in their order.
    pub fn rejects(&self) -> Vec<(u64, &str)> {
        let examples = self["rejects"]["examples"].as_array().expect("rejects.examples");
        examples.iter().map(|reject| (reject["line"].as_u64().expect("line"), text(reject, "why"))).collect()
    }
}

/// A text field of a JSON object.
pub fn text<'a>(object: &'a Value, field: &str) -> &'a str {
    object[field].as_str().unwrap_or_else(|| panic!("no text {field} in {object}"))
}
