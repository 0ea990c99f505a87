//! docs/ci.md and action.yml: what stands there is run here, with the program, and must do what the page promises.
//!
//! Every `sh` block of the page runs in the order of the page; scripts inside the YAML and Groovy examples are taken out
//! of them and run with the variables that their server would set. What only a server can do (checking out, keeping
//! files) is played by the test.

use std::{
    collections::BTreeMap,
    env, fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    program::{Folder, PATIENCE, PROGRAM, text},
    tools,
};

/// The Monday after the sample's bad week, and the one before it.
const BAD: &str = "2026-11-23T09:00:00+09:00";
const GOOD: &str = "2026-11-16T09:00:00+09:00";
/// No export of the sample reaches this.
const STALE: &str = "2026-12-14T09:00:00+09:00";

/// Rules that the bad week breaks and the good one keeps: 991 and 137 errors.
const RULES: &str = "[check]\nperiod = \"last-week\"\nmax_errors = 500\nmax_age = \"8d\"\n";

/// Scripts read errstat.toml, so "now" stands there.
fn rules(as_of: &str) -> String {
    format!("as_of = \"{as_of}\"\n{RULES}")
}

fn source(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

// The page.

/// A block of code in the page.
#[derive(Debug)]
struct Block {
    kind: String,
    text: String,
    /// Its first line's number in the page.
    line: usize,
}

fn blocks() -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for (number, line) in source("docs/ci.md").lines().enumerate() {
        match line.strip_prefix("```") {
            Some(kind) if !open => {
                blocks.push(Block { kind: kind.to_owned(), text: String::new(), line: number + 2 });
                open = true;
            }
            Some(_) => open = false,
            None if open => {
                let block = blocks.last_mut().expect("an open block");
                block.text.push_str(line);
                block.text.push('\n');
            }
            None => {}
        }
    }
    assert!(!open, "the last block is never closed");
    blocks
}

/// The one block of a kind that holds a text.
fn block(kind: &str, holding: &str) -> String {
    let mut found = blocks().into_iter().filter(|block| block.kind == kind && block.text.contains(holding));
    let block = found.next().unwrap_or_else(|| panic!("no {kind} block with {holding}"));
    assert!(found.next().is_none(), "more than one {kind} block with {holding}");
    block.text
}

/// A script file rather than commands to type.
fn is_file(block: &Block) -> bool {
    block.text.starts_with("#!")
}

/// The exit code that the page gives behind the last command of a block; 0 where it says nothing.
fn promised(block: &Block) -> i32 {
    let last = block.text.trim_end().lines().last().unwrap_or_default();
    last.split_once("# exit code ").map_or(0, |(_, code)| code.trim().parse().expect("a number"))
}

/// Finds the lines that the page shows in what a block printed, in their order. `…` stands for whatever is left out, a line
/// or the rest of one.
fn assert_shown(shown: &Block, printed: &str) {
    let mut lines = printed.lines().map(str::trim_end);
    for wanted in shown.text.lines().map(str::trim_end).filter(|line| *line != "…") {
        let there = match wanted.strip_suffix('…') {
            Some(start) => lines.any(|line| line.starts_with(start)),
            None => lines.any(|line| line == wanted),
        };
        assert!(there, "docs/ci.md:{}: “{wanted}” is not (or not there) in\n{printed}", shown.line);
    }
}

// Running scripts.

/// A folder to run scripts in, and the programs that they find.
struct Place {
    folder: Folder,
    /// Programs that stand in front of all others, and what the machine keeps for a while.
    machine: TempDir,
    variables: BTreeMap<String, String>,
    /// There are no other programs than those in `machine`.
    alone: bool,
}

#[derive(Debug)]
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Ran {
    fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

impl Place {
    /// A place with errstat.
    fn new() -> Place {
        let place = Place::without_errstat();
        symlink(PROGRAM, place.machine("bin/errstat")).expect("a link");
        place
    }

    fn without_errstat() -> Place {
        let machine = TempDir::with_prefix("errstat-machine-").expect("a temporary folder");
        for folder in ["bin", "home", "tmp"] {
            fs::create_dir(machine.path().join(folder)).expect("a folder");
        }
        Place { folder: Folder::new(), machine, variables: BTreeMap::new(), alone: false }
    }

    /// The same with the eight exports of the page in `exports/`, below a folder or in the working folder itself (``).
    fn with_exports(self, below: &str) -> Place {
        let at = self.folder.path(below);
        fs::create_dir_all(&at).expect("a folder");
        let first = blocks().into_iter().find(|block| block.kind == "sh").expect("an sh block");
        let ran = self.bash_in(&at, &first.text);
        assert_eq!(ran.code, 0, "{}", ran.all());
        assert_eq!(fs::read_dir(at.join("exports/shop")).expect("exports/shop").count(), 8);
        self
    }

    fn alone(mut self) -> Place {
        self.alone = true;
        self
    }

    fn machine(&self, name: &str) -> PathBuf {
        self.machine.path().join(name)
    }

    /// A program of the machine, as a shell script.
    fn program(&self, name: &str, script: &str) -> &Place {
        let path = self.machine("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a program");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a program");
        self
    }

    fn variable(mut self, name: &str, value: impl Into<String>) -> Place {
        self.variables.insert(name.to_owned(), value.into());
        self
    }

    fn bash(&self, script: &str) -> Ran {
        self.bash_in(&self.folder.path(""), script)
    }

    fn bash_in(&self, folder: &Path, script: &str) -> Ran {
        self.run(folder, &["bash", "-euo", "pipefail", "-c", script], &[])
    }

    fn run(&self, folder: &Path, command: &[&str], more: &[(String, String)]) -> Ran {
        // An errstat that the machine has installed is not the one that is tested.
        let inherited = env::var_os("PATH").unwrap_or_default();
        let others = env::split_paths(&inherited).filter(|folder| !self.alone && !folder.join("errstat").exists());
        let path = env::join_paths(std::iter::once(self.machine("bin")).chain(others)).expect("a PATH");
        let output = Command::new(command[0])
            .args(&command[1..])
            .current_dir(folder)
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.machine("home"))
            .env("TMPDIR", self.machine("tmp"))
            .env("LANG", "C.UTF-8")
            .env("TZ", "America/New_York")
            .env("ERRSTAT_SOURCE", env!("CARGO_MANIFEST_DIR"))
            .envs(&self.variables)
            .envs(more.iter().map(|(name, value)| (name, value)))
            .timeout(PATIENCE)
            .output()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let words = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Ran {
            code: output.status.code().unwrap_or_else(|| panic!("{command:?} was ended")),
            stdout: words(output.stdout),
            stderr: words(output.stderr),
        }
    }

    /// The test cases of a JUnit file by name, and whether each has a failure.
    fn junit(&self, name: &str) -> BTreeMap<String, bool> {
        let xml = self.folder.text(name);
        let document = roxmltree::Document::parse(&xml).unwrap_or_else(|error| panic!("{name}: {error}"));
        let cases = document.descendants().filter(|node| node.has_tag_name("testcase"));
        let failed = |case: &roxmltree::Node<'_, '_>| case.children().any(|child| child.has_tag_name("failure"));
        cases.map(|case| (case.attribute("name").expect("a name").to_owned(), failed(&case))).collect()
    }
}

// The walk-through.

#[test]
fn the_commands_of_the_page_do_what_it_says() {
    let place = Place::new();
    let page = blocks();
    let mut codes = Vec::new();
    for (at, block) in page.iter().enumerate().filter(|(_, block)| block.kind == "sh" && !is_file(block)) {
        let ran = place.bash(&block.text);
        assert_eq!(ran.code, promised(block), "docs/ci.md:{}\n{}", block.line, ran.all());
        if let Some(shown) = page.get(at + 1).filter(|next| next.kind == "text") {
            assert_shown(shown, &ran.all());
        }
        codes.push(ran.code);
    }
    // From nothing to a failing, then a passing job, and one that refuses.
    let judged: Vec<i32> = codes.iter().copied().skip(2).take(3).collect();
    assert_eq!(judged, [1, 0, 2]);

    let cases = place.junit("verdict/check.xml");
    assert!(cases.len() >= 8 && cases.values().all(|failed| !failed), "{cases:?}");
    let read = |name: &str| -> Value { serde_json::from_str(&place.folder.text(name)).expect(name) };
    let verdict = read("verdict/check.json");
    assert_eq!((text(&verdict, "schema"), &verdict["exit_code"]), ("errstat/check/2", &0.into()));
    for (name, version) in [("check", 2), ("summary", 2)] {
        let schema = read(&format!("verdict/{name}.schema.json"));
        assert_eq!(schema["properties"]["schema"]["const"], format!("errstat/{name}/{version}"));
    }
    assert!(place.folder.text("verdict/check.md").starts_with("## "));
}

#[test]
fn the_exit_code_outlives_a_closed_pipe() {
    let place = Place::new().with_exports("");
    place.folder.file("errstat.toml", rules(BAD));
    let ran = place.bash("errstat check exports | head -n 1");
    assert_eq!(ran.code, 1, "{}", ran.all());
}

#[test]
fn the_rules_of_the_page_are_rules_and_every_key_is_explained() {
    let place = Place::new().with_exports("");
    place.folder.file("errstat.toml", block("toml", "[[check.rule]]"));
    let ran = place.bash(&format!("errstat check exports --as-of {BAD} --format json"));
    let verdict: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.all()));
    let names: Vec<&str> = verdict["rules"].as_array().expect("rules").iter().map(|rule| text(rule, "name")).collect();
    // max_age, three of [check] and three tables.
    assert_eq!(names.len(), 7, "{names:?}");
    assert!(names.contains(&"No evening of 5xx"), "{names:?}");
    // Counted with awk: 546 errors of 5xx on 18 November from 20:00 to 21:00, and at most 50 are allowed.
    assert_eq!(ran.code, 1, "{}", ran.all());

    let page = source("docs/ci.md");
    for (config, least) in [("[check]\nzzzzzz = 1\n", 10), ("[[check.rule]]\nzzzzzz = 1\n", 12)] {
        place.folder.file("errstat.toml", config);
        let ran = place.bash("errstat check exports || true");
        // “… The keys are: period, max_errors, …”
        let sentence = ran.stderr.replace('\n', " ");
        let (_, list) = sentence.split_once("The keys are: ").unwrap_or_else(|| panic!("{sentence}"));
        let (list, _) = list.split_once('.').unwrap_or((list, ""));
        let keys: Vec<&str> = list.split(',').map(str::trim).collect();
        assert!(keys.len() >= least, "{keys:?}");
        for key in keys.iter().filter(|key| **key != "rule") {
            assert!(
                page.contains(&format!("`{key}`")) || page.contains(&format!("`{key} = ")),
                "docs/ci.md does not explain {key}"
            );
        }
    }
}

/// The options that a text names, `--like-this`.
fn options(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("--") {
        let starts = !text[..at].ends_with(|before: char| before == '-' || before.is_alphanumeric());
        let name: String =
            text[at + 2..].chars().take_while(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-').collect();
        if starts && name.starts_with(|first: char| first.is_ascii_lowercase()) {
            found.push(format!("--{name}"));
        }
    }
    found
}

#[test]
fn every_option_that_the_page_names_exists() {
    let place = Place::new();
    let known = |command: &str| options(&place.bash(&format!("errstat {command} --help")).stdout);
    let known: BTreeMap<&str, Vec<String>> =
        ["check", "report", "summary", "inspect"].into_iter().map(|command| (command, known(command))).collect();
    assert!(known["check"].contains(&"--update-baseline".to_owned()), "{known:?}");

    let page = source("docs/ci.md").replace("\\\n", " ");
    let mut seen = 0;
    // Commands, in code and in prose: what stands behind `errstat COMMAND` up to the end of the command.
    for (at, _) in page.match_indices("errstat ") {
        let line = page[at + "errstat ".len()..].lines().next().unwrap_or_default();
        let Some((command, rest)) = line.split_once(' ') else { continue };
        let Some(there) = known.get(command) else { continue };
        let rest = rest.split(['`', '|', ';', '>', '&']).next().unwrap_or_default();
        for option in options(rest) {
            assert!(there.contains(&option), "errstat {command} has no {option}: {line}");
            seen += 1;
        }
    }
    assert!(seen >= 20, "only {seen} options were found in commands");
    // Options alone, in code spans of the prose and the tables.
    for span in page.split('`').skip(1).step_by(2).filter(|span| span.starts_with("--")) {
        for option in options(span) {
            assert!(known.values().any(|there| there.contains(&option)), "no command has {option}: {span}");
        }
    }
}

// The examples as data.

/// A YAML text as JSON, read by PyYAML.
fn yaml(text: &str) -> Option<Value> {
    const READ: &str = "import json, sys, yaml\njson.dump(yaml.safe_load(sys.stdin.buffer.read()), sys.stdout)";
    let output =
        Command::new(tools::PYYAML.get()?).args(["-c", READ]).write_stdin(text).output().expect("Python starts");
    assert!(output.status.success(), "{}\n{text}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).expect("JSON"))
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_else(|| panic!("no list: {value}"))
}

fn workflow() -> Option<Value> {
    yaml(&block("yaml", "runs-on:"))
}

fn action() -> Option<Value> {
    yaml(&source("action.yml"))
}

/// Every value of a key, however deep.
fn all<'a>(value: &'a Value, key: &str, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                if name == key {
                    found.push(inner);
                }
                all(inner, key, found);
            }
        }
        Value::Array(list) => list.iter().for_each(|inner| all(inner, key, found)),
        _ => {}
    }
}

#[test]
fn no_script_of_the_examples_holds_an_expression() {
    let examples = blocks().into_iter().filter(|block| block.kind == "yaml").map(|block| yaml(&block.text));
    let Some(examples) = examples.chain([action()]).collect::<Option<Vec<Value>>>() else { return };
    let mut scripts = 0;
    for example in examples {
        let mut found = Vec::new();
        ["run", "script", "before_script", "bash", "command"].iter().for_each(|key| all(&example, key, &mut found));
        for script in found {
            assert!(!script.to_string().contains("${{"), "{script}");
            scripts += 1;
        }
    }
    assert!(scripts >= 5, "only {scripts} scripts were found");
}

#[test]
fn the_workflow_may_only_read_and_trusts_the_protected_branch() {
    let Some(workflow) = workflow() else { return };
    assert_eq!(workflow["permissions"], serde_json::json!({ "contents": "read" }));
    // YAML 1.1 takes the key `on` for true.
    let on = workflow.get("on").or_else(|| workflow.get("true")).expect("what starts it");
    for event in ["schedule", "pull_request", "workflow_dispatch"] {
        assert!(on.get(event).is_some(), "{on}");
    }
    let steps = items(&workflow["jobs"]["check"]["steps"]);
    let of = |step: &Value, name: &str| step["uses"].as_str().is_some_and(|uses| uses.starts_with(name));
    let checkouts: Vec<&Value> = steps.iter().filter(|step| of(step, "actions/checkout@v")).collect();
    assert_eq!(checkouts.len(), 2);
    assert!(checkouts.iter().all(|step| step["with"]["persist-credentials"] == false));
    // What a pull request brings lies beside the rules, so that it cannot hold the folder that they are in.
    let paths: Vec<&str> = checkouts.iter().map(|step| text(&step["with"], "path")).collect();
    assert_eq!(paths, ["archive", "trusted"]);
    assert!(text(&checkouts[1]["with"], "ref").contains("github.event.pull_request.base.sha"));
    let keep = steps.iter().find(|step| of(step, "actions/upload-artifact@v")).expect("an upload");
    assert_eq!(text(keep, "if"), "always()");

    let Some(action) = action() else { return };
    let judge = steps.iter().find(|step| of(step, "OWNER/errstat@")).expect("the action");
    for name in judge["with"].as_object().expect("with").keys() {
        assert!(action["inputs"].get(name).is_some(), "the action has no input {name}");
    }
    let page = source("docs/ci.md");
    for name in action["inputs"].as_object().expect("inputs").keys() {
        assert!(page.contains(&format!("`{name}`")), "docs/ci.md does not name the input {name}");
    }
    for name in action["outputs"].as_object().expect("outputs").keys() {
        assert!(page.contains(&format!("`{name}`")), "docs/ci.md does not name the output {name}");
    }
}

// GitHub Actions.

/// What came of the action.
#[derive(Debug)]
struct Acted {
    code: i32,
    printed: String,
    /// `GITHUB_OUTPUT` of each step with an id, as `id.name`.
    outputs: BTreeMap<String, String>,
}

impl Place {
    /// What the runner tells: it is one for the binaries of x86-64 Linux, and releases lie in a folder.
    fn context(&self, name: &str) -> String {
        match name {
            "github.server_url" => format!("file://{}", self.machine("server").display()),
            "github.action_repository" => "owner/errstat".into(),
            "github.action_ref" => fs::read_to_string(self.machine("tag")).unwrap_or_else(|_| "main".into()),
            "runner.os" => "Linux".into(),
            "runner.arch" => "X64".into(),
            _ => panic!("{name}"),
        }
    }

    /// Runs action.yml as a runner does, with some inputs; the caches are empty.
    fn act(&self, inputs: &[(&str, &str)]) -> Option<Acted> {
        let action = action()?;
        let mut acted = Acted { code: 0, printed: String::new(), outputs: BTreeMap::new() };
        for step in items(&action["runs"]["steps"]) {
            let Some(script) = step["run"].as_str() else {
                assert!(text(step, "uses").starts_with("actions/cache/"), "{step}");
                continue;
            };
            assert_eq!(step["shell"], "bash", "{step}");
            // Conditions are a few comparisons that must all hold; the caches are empty.
            let holds = |comparison: &str| {
                let (output, value) = comparison.split_once('=').unwrap_or_else(|| panic!("{comparison}"));
                let (output, wanted) = (output.trim_end_matches([' ', '!']), output.ends_with('!'));
                let value = value.trim_matches(['=', ' ', '\'']);
                let output = output.trim_start_matches("steps.").replace(".outputs.", ".");
                (acted.outputs.get(&output).map(String::as_str) == Some(value)) != wanted
            };
            if !step["if"].as_str().is_none_or(|condition| condition.split(" && ").all(holds)) {
                continue;
            }
            let id = text(step, "id");
            let output = self.machine(&format!("tmp/output-{id}"));
            fs::write(&output, "").expect("a file");
            let value = |expression: &Value| {
                let expression = expression.as_str().expect("text");
                let inner = expression.trim_start_matches("${{ ").trim_end_matches(" }}");
                match inner.split_once('.') {
                    Some(("inputs", name)) => {
                        let given = inputs.iter().find(|(given, _)| *given == name).map(|(_, value)| *value);
                        given.or_else(|| action["inputs"][name]["default"].as_str()).unwrap_or_default().to_owned()
                    }
                    Some(("github" | "runner", _)) => self.context(inner),
                    Some(("steps", rest)) => acted.outputs[&rest.replace(".outputs.", ".")].clone(),
                    _ => panic!("{expression}"),
                }
            };
            let mut variables: Vec<(String, String)> = step["env"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, expression)| (name.clone(), value(expression)))
                .collect();
            for (name, path) in [
                ("GITHUB_OUTPUT", output.clone()),
                ("GITHUB_STEP_SUMMARY", self.machine("tmp/summary.md")),
                ("GITHUB_ACTION_PATH", self.action()),
                ("RUNNER_TEMP", self.machine("tmp")),
            ] {
                variables.push((name.to_owned(), path.to_str().expect("a path in UTF-8").to_owned()));
            }
            // As runners start `shell: bash`.
            let command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script];
            let ran = self.run(&self.folder.path(""), &command, &variables);
            acted.printed.push_str(&ran.all());
            for line in fs::read_to_string(output).expect("outputs").lines() {
                let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("{line}"));
                acted.outputs.insert(format!("{id}.{name}"), value.to_owned());
            }
            acted.code = ran.code;
            if ran.code != 0 {
                break;
            }
        }
        Some(acted)
    }

    /// The action's own folder: this repository, or a copy with another table of checksums.
    fn action(&self) -> PathBuf {
        let copy = self.machine("action");
        if copy.exists() { copy } else { env!("CARGO_MANIFEST_DIR").into() }
    }

    fn job_summary(&self) -> String {
        fs::read_to_string(self.machine("tmp/summary.md")).expect("a job summary")
    }
}

#[test]
fn the_action_judges_and_says_so_everywhere() {
    let Some(steps) = workflow() else { return };
    let steps = items(&steps["jobs"]["check"]["steps"]);
    let with = steps.iter().find(|step| step["uses"].as_str().is_some_and(|uses| uses.starts_with("OWNER/")));
    let with = with.expect("the action")["with"].as_object().expect("inputs").clone();
    let inputs: Vec<(&str, &str)> =
        with.iter().map(|(name, value)| (name.as_str(), value.as_str().expect("text"))).collect();
    for (as_of, code) in [(BAD, 1), (GOOD, 0), (STALE, 2)] {
        let place = Place::new().with_exports("archive");
        place.folder.file("trusted/errstat.toml", rules(as_of));
        // What a pull request would like to be judged by.
        place.folder.file("archive/errstat.toml", "[check]\nmax_errors = 1000000\n");
        let Some(acted) = place.act(&inputs) else { return };
        assert_eq!((acted.code, acted.outputs["check.exit-code"].as_str()), (code, code.to_string().as_str()));
        // The weeks of the sample have 454, 137 and 991 errors; those after it have no data.
        let wanted = [["137", "-317", "usual"], ["991", "+854", "over"], ["", "", "unknown"]][code as usize];
        let outputs = ["errors", "change", "state"].map(|name| acted.outputs[&format!("check.{name}")].as_str());
        assert_eq!(outputs, wanted);
        let kinds = ["::notice ", "::error ", "::error "];
        assert!(acted.printed.contains(kinds[acted.code as usize]), "{}", acted.printed);
        let summary = place.job_summary();
        assert!(summary.contains("| --- |") && summary.contains("trusted/errstat.toml (SHA-256 "), "{summary}");
        assert_eq!(place.junit("errstat-check.xml").values().any(|failed| *failed), code == 1);
        assert!(place.folder.text("errstat-check.txt").lines().next().is_some_and(|line| !line.is_empty()));
        assert!(place.folder.text("errstat-check.md").starts_with("## "));
    }
}

/// Values that would do something if a shell, or the runner, ever read them.
const HOSTILE: [&str; 8] = [
    "$(touch pwned)",
    "`touch pwned`",
    "\"; touch pwned; \"",
    "'; touch pwned; '",
    "a b\tc * ? [x] ~ {1,2} \\",
    "x\ntouch pwned\n$(touch pwned)",
    "EOF\ntouch pwned\nEOF",
    "exit-code=0\n::error::x",
];

#[test]
fn inputs_of_the_action_reach_errstat_as_they_are() {
    for value in HOSTILE {
        let place = Place::without_errstat();
        place.program("record", "for a; do printf '%s\\0' \"$a\"; done > \"$HOME/arguments\"\nexit 1");
        let inputs = [
            ("inputs", value),
            ("config", value),
            ("baseline", value),
            ("reports", value),
            ("options", value),
            ("errstat", "record"),
        ];
        let Some(acted) = place.act(&inputs) else { return };
        assert_eq!((acted.code, acted.outputs["check.exit-code"].as_str()), (1, "1"), "{}", acted.printed);
        let own = format!("--report=env={}", place.machine("tmp/errstat-verdict.env").display());
        let mut wanted = vec!["check".to_owned(), "--format=github".to_owned(), own];
        wanted.extend([format!("--config={value}"), format!("--baseline={value}")]);
        wanted.extend(value.lines().map(|line| format!("--report={line}")));
        wanted.extend(value.lines().map(str::to_owned));
        wanted.push("--".to_owned());
        wanted.extend(value.lines().map(str::to_owned));
        let got = fs::read_to_string(place.machine("home/arguments")).expect("arguments");
        assert_eq!(got.split_terminator('\0').collect::<Vec<_>>(), wanted);
        assert_eq!(place.folder.list(), [""; 0], "{value}");
    }
}

#[test]
fn blank_lines_and_carriage_returns_are_no_arguments() {
    let place = Place::without_errstat();
    place.program("errstat", "for a; do printf '%s\\0' \"$a\"; done > \"$HOME/arguments\"");
    let Some(_) = place.act(&[("inputs", "my exports/a.tsv\r\n\r\n  \n*.gz\r\n")]) else { return };
    let got = fs::read_to_string(place.machine("home/arguments")).expect("arguments");
    let own = format!("--report=env={}", place.machine("tmp/errstat-verdict.env").display());
    assert_eq!(got, format!("check\0--format=github\0{own}\0--\0my exports/a.tsv\0*.gz\0"));
}

#[test]
fn hostile_inputs_with_the_real_program_do_nothing_but_fail() {
    for value in HOSTILE {
        for name in ["inputs", "config", "baseline", "reports", "options", "errstat"] {
            let place = Place::new().with_exports("");
            place.folder.file("errstat.toml", rules(GOOD));
            let before = place.folder.list();
            let inputs = [("inputs", "exports"), (name, value)];
            // The last one given counts.
            let Some(acted) = place.act(&inputs[usize::from(name == "inputs")..]) else { return };
            assert_eq!(acted.code, 2, "{name}: {value}\n{}", acted.printed);
            assert_eq!(place.folder.list(), before, "{name}: {value}");
            // A runner obeys lines that begin like this; only errstat's own do.
            let obeyed =
                acted.printed.lines().find(|line| line.starts_with("::") && !line.starts_with("::error title="));
            assert_eq!(obeyed, None, "{name}: {value}");
        }
    }
}

#[test]
fn the_action_builds_errstat_where_there_is_none() {
    let place = Place::without_errstat().with_exports("");
    place.folder.file("errstat.toml", rules(BAD));
    let install = format!(
        "printf '%s ' \"$@\" > \"$HOME/cargo\"\nmkdir -p \"$RUNNER_TEMP/errstat/bin\"\nln -s '{PROGRAM}' \"$RUNNER_TEMP/errstat/bin/errstat\""
    );
    place.program("cargo", &install);
    let Some(acted) = place.act(&[("inputs", "exports")]) else { return };
    assert_eq!(acted.code, 1, "{}", acted.printed);
    let call = fs::read_to_string(place.machine("home/cargo")).expect("the call of cargo");
    assert!(call.starts_with("install --path ") && call.contains(" --locked ") && call.contains(" --root "), "{call}");
    // The cache's key depends on nothing but the sources.
    let key = &acted.outputs["release.sources"];
    assert!(key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit()), "{key}");
    let Some(again) = place.act(&[("inputs", "exports")]) else { return };
    assert_eq!(&again.outputs["release.sources"], key);
}

/// A release as the release workflow makes it, at whose tag the action is used, where curl can fetch it.
fn released() -> Option<Place> {
    tools::CURL.get()?;
    let place = Place::without_errstat().with_exports("");
    place.folder.file("errstat.toml", rules(BAD));
    fs::write(place.machine("tag"), "v0.1.0").expect("a file");
    let made = place.bash(&format!(
        "release=\"$HOME/../server/owner/errstat/releases/download/v0.1.0\"
         mkdir -p \"$release/errstat-x86_64-linux\" && cd \"$release\"
         cp '{PROGRAM}' errstat-x86_64-linux/errstat
         tar czf errstat-x86_64-linux.tar.gz errstat-x86_64-linux
         sha256sum errstat-*.gz > SHA256SUMS"
    ));
    assert_eq!(made.code, 0, "{}", made.all());
    Some(place)
}

#[test]
fn the_action_takes_the_binary_of_its_release() {
    let Some(acted) = released().and_then(|place| place.act(&[("inputs", "exports")])) else { return };
    assert_eq!(acted.code, 1, "{}", acted.printed);
    assert_eq!(acted.outputs["release.taken"], "true");
}

#[test]
fn a_binary_that_is_not_the_released_one_is_not_run() {
    let Some(place) = released() else { return };
    let archive = "server/owner/errstat/releases/download/v0.1.0/errstat-x86_64-linux.tar.gz";
    fs::write(place.machine(archive), "something else").expect("a file");
    let Some(acted) = place.act(&[("inputs", "exports")]) else { return };
    assert_eq!(acted.code, 2, "{}", acted.printed);
    assert!(acted.printed.contains("::error title=errstat::The binary of the release"), "{}", acted.printed);
    assert!(!place.machine("tmp/errstat/bin/errstat").exists());
}

/// A release of which the action, used at a commit, knows a checksum.
fn pinned(sum: &str) -> Option<Place> {
    let place = released()?;
    fs::remove_file(place.machine("tag")).expect("a file");
    let made = place.bash(&format!(
        "mkdir -p \"$HOME/../action/packaging\" && cd \"$HOME/../action\"
         cp -r '{root}/Cargo.toml' '{root}/Cargo.lock' '{root}/askama.toml' '{root}/build.rs' . && mkdir src
         release=\"$HOME/../server/owner/errstat/releases/download/v0.1.0\"
         echo \"v0.1.0 errstat-x86_64-linux.tar.gz {sum}\" > packaging/checksums.txt",
        root = env!("CARGO_MANIFEST_DIR"),
    ));
    assert_eq!(made.code, 0, "{}", made.all());
    Some(place)
}

const SUM: &str = "$(cut -d' ' -f1 \"$release/SHA256SUMS\")";

#[test]
fn the_action_at_a_commit_takes_the_binary_whose_checksum_it_has() {
    for version in ["", "0.1.0", "v0.1.0"] {
        let Some(place) = pinned(SUM) else { return };
        // The server's own list doesn't count.
        fs::remove_file(place.machine("server/owner/errstat/releases/download/v0.1.0/SHA256SUMS")).expect("a file");
        let Some(acted) = place.act(&[("inputs", "exports"), ("version", version)]) else { return };
        assert_eq!((acted.code, acted.outputs["release.taken"].as_str()), (1, "true"), "{}", acted.printed);
    }
}

#[test]
fn the_action_runs_no_release_that_it_has_no_checksum_of() {
    let zeros = "0".repeat(64);
    for (sum, version, why) in [
        (zeros.as_str(), "", "is not the one of its checksums"),
        (zeros.as_str(), "0.1.0", "is not the one of its checksums"),
        (SUM, "0.2.0", "v0.2.0, or its checksum"),
        (SUM, "$(touch pwned)", "is not a version"),
        (SUM, "latest", "is not a version"),
    ] {
        let Some(place) = pinned(sum) else { return };
        let Some(acted) = place.act(&[("inputs", "exports"), ("version", version)]) else { return };
        assert!(acted.code == 2 && acted.printed.contains(why), "{version}: {}", acted.printed);
        assert!(!place.machine("tmp/errstat/bin/errstat").exists());
    }
}

#[test]
fn without_a_release_and_cargo_the_action_says_what_to_install() {
    let place = Place::without_errstat();
    // The only programs of this machine: what the script needs, and no cargo.
    for name in ["bash", "awk", "mkdir"] {
        let found = place.bash(&format!("command -v {name}")).stdout;
        symlink(found.trim(), place.machine(&format!("bin/{name}"))).expect("a link");
    }
    let place = place.alone();
    let Some(acted) = place.act(&[("inputs", "exports"), ("version", "source")]) else { return };
    assert_eq!(acted.code, 2, "{}", acted.printed);
    assert!(acted.printed.contains("no cargo") && acted.printed.contains("https://rustup.rs"), "{}", acted.printed);
}

#[test]
fn a_step_can_decide_by_the_exit_code() {
    let Some(steps) = yaml(&block("yaml", "name: Decide")) else { return };
    let script = text(&items(&steps)[0], "run").to_owned();
    for (given, code) in [("0", 0), ("1", 0), ("2", 2), ("", 2), ("$(touch pwned)", 2)] {
        let place = Place::new().variable("CODE", given);
        assert_eq!(place.bash(&script).code, code, "{given}");
        assert_eq!(place.folder.list(), [""; 0]);
    }
}

// GitLab and Jenkins.

/// A clone of a repository whose protected branch has the rules, on a branch that has weakened them; where there is git.
fn merge_request(as_of: &str) -> Option<Place> {
    tools::GIT.get()?;
    let place = Place::new().with_exports("");
    place.folder.file("errstat.toml", rules(as_of));
    let ran = place.bash(
        "git init --quiet --initial-branch=main
         git config user.name Tester
         git config user.email tester@example.com
         git add . && git commit --quiet -m 'The archive'
         git clone --quiet --bare . \"$HOME/origin.git\"
         git remote add origin \"file://$HOME/origin.git\"
         git checkout --quiet -b weaker
         sed -i 's/max_errors = 500/max_errors = 5000/' errstat.toml
         git commit --quiet -am 'Weaker rules'
         git checkout --quiet --detach",
    );
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(place.folder.text("errstat.toml").contains("5000"));
    Some(place)
}

/// What is there after a check of the protected branch's rules, whatever the request says.
fn assert_judged(place: &Place, as_of: &str, [verdict, junit]: [&str; 2], broken: bool) {
    assert_eq!(place.junit(junit).values().any(|failed| *failed), broken);
    let sum = place.bash(&format!("printf '%s' '{}' | sha256sum", rules(as_of)));
    let sum = sum.stdout.split(' ').next().expect("a sum").to_owned();
    let verdict = place.folder.path(verdict);
    let said = fs::read_to_string(verdict.join("check.md")).expect("check.md");
    assert!(said.contains(&sum), "{said}");
    for name in ["report/report.html", "report/overview.png", "report/summary.json"] {
        assert!(verdict.join(name).is_file(), "{name}");
    }
    assert!(!fs::read_to_string(verdict.join("report/report.html")).expect("the page").contains("nothing happened"));
}

/// Runs the script of an example as a server that judges merge requests into main does.
fn assert_judges(script: &str, place: impl Fn(&str) -> Option<Place>, verdict: &str, junit: &str) {
    for (as_of, code) in [(BAD, 1), (GOOD, 0)] {
        let Some(place) = place(as_of) else { return };
        let ran = place.bash(script);
        assert_eq!(ran.code, code, "{}", ran.all());
        assert_judged(&place, as_of, [verdict, junit], code == 1);
    }
    let Some(place) = place(STALE) else { return };
    assert_eq!(place.bash(script).code, 2);
    assert!(place.folder.path(junit).is_file());
}

/// A script that is a list of lines, all run in one shell.
fn lines(script: &Value) -> String {
    items(script).iter().map(|line| line.as_str().expect("a line")).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_job_on_gitlab_judges_by_the_rules_of_the_target_project() {
    let Some(file) = yaml(&block("yaml", "CI_DEFAULT_BRANCH")) else { return };
    let job = &file["webhook-errors"];
    let artifacts = &job["artifacts"];
    assert_eq!((&artifacts["when"], &artifacts["reports"]["junit"]), (&"always".into(), &"verdict/check.xml".into()));
    // The fork's own main has weaker rules; the server is played by the folder of the target project.
    let place = |as_of: &str| {
        let place = merge_request(as_of)?;
        let made =
            place.bash("git clone --quiet --bare . \"$HOME/fork.git\"; mv \"$HOME/origin.git\" \"$HOME/shop.git\"");
        assert_eq!(made.code, 0, "{}", made.all());
        // What the request brings, named as a result.
        place.folder.file("verdict/report/report.html", "nothing happened");
        place.folder.file("verdict/other.html", "nothing happened");
        let home = place.machine("home");
        Some(
            place
                .variable("CI_DEFAULT_BRANCH", "weaker")
                .variable("CI_JOB_TOKEN", "token")
                .variable("CI_SERVER_HOST", "gitlab.example.com")
                .variable("CI_PROJECT_PATH", "fork")
                .variable("CI_MERGE_REQUEST_PROJECT_PATH", "shop")
                .variable("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main")
                .variable("GIT_CONFIG_COUNT", "1")
                .variable("GIT_CONFIG_KEY_0", format!("url.file://{}/.insteadOf", home.display()))
                .variable("GIT_CONFIG_VALUE_0", "https://gitlab-ci-token:token@gitlab.example.com/"),
        )
    };
    assert_judges(&lines(&job["script"]), place, "verdict", "verdict/check.xml");
    let Some(place) = place(BAD) else { return };
    place.bash(&lines(&job["script"]));
    assert!(!place.folder.path("verdict/other.html").exists());
    for path in items(&artifacts["paths"]) {
        assert!(place.folder.path(path.as_str().expect("a path")).exists(), "{path}");
    }
    let env = place.folder.text(artifacts["reports"]["dotenv"].as_str().expect("a path"));
    assert!(env.contains("ERRSTAT_STATE=over\n") && env.contains("ERRSTAT_CHANGE=+854\n"), "{env}");
}

#[test]
fn the_pipeline_on_azure_judges_by_the_protected_rules() {
    let Some(file) = yaml(&block("yaml", "vmImage")) else { return };
    let steps = items(&file["steps"]);
    let place = |as_of: &str| {
        let place = merge_request(as_of)?;
        let temporary = place.folder.path("temporary").display().to_string();
        Some(place.variable("AGENT_TEMPDIRECTORY", temporary).variable("SYSTEM_PULLREQUEST_TARGETBRANCHNAME", "main"))
    };
    assert_judges(text(&steps[1], "bash"), place, "temporary/errstat", "temporary/errstat/check.xml");
    assert!(steps[2..].iter().all(|step| step["condition"] == "always()"));
    assert_eq!(steps[2]["inputs"]["searchFolder"], steps[3]["publish"]);
}

#[test]
fn the_step_on_buildkite_judges_by_the_protected_rules() {
    let Some(file) = yaml(&block("yaml", "buildkite-agent")) else { return };
    let step = &items(&file["steps"])[0];
    // Every `$` is for the shell.
    assert_eq!(text(step, "command").replace("$$", "").matches('$').count(), 0);
    let script = text(step, "command").replace("$$", "$");
    let place = |as_of: &str| {
        let place = merge_request(as_of)?;
        place.program("buildkite-agent", "cat > \"$HOME/annotation.md\"");
        let place = place.variable("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "");
        Some(place.variable("BUILDKITE_PIPELINE_DEFAULT_BRANCH", "main"))
    };
    assert_judges(&script, place, "verdict", "verdict/check.xml");
}

#[test]
fn the_job_on_circleci_judges_by_the_protected_rules() {
    let Some(file) = yaml(&block("yaml", "store_test_results")) else { return };
    let steps = items(&file["jobs"]["webhook-errors"]["steps"]);
    // It has the machine to itself; here its folder is the test's.
    let script = text(&steps[1]["run"], "command").replace("/tmp/verdict", "verdict");
    assert_judges(&script, merge_request, "verdict", "verdict/errstat/check.xml");
    assert_eq!(
        (&steps[2]["store_test_results"]["path"], &steps[3]["store_artifacts"]["path"]),
        (&"/tmp/verdict".into(), &"/tmp/verdict".into())
    );
}

#[test]
fn the_step_on_bitbucket_judges_by_the_protected_rules() {
    let Some(file) = yaml(&block("yaml", "BITBUCKET_PR")) else { return };
    let step = &items(&file["pipelines"]["custom"]["weekly"])[0]["step"];
    assert_judges(&lines(&step["script"]), merge_request, "verdict", "test-results/check.xml");
    assert_eq!(step["artifacts"]["upload"][0]["capture-on"], "always");
}

#[test]
fn the_pipeline_on_jenkins_judges_by_the_protected_rules() {
    let file = block("groovy", "pipeline {");
    let count = |what: &str| file.matches(what).count();
    assert_eq!(count("{"), count("}"));
    assert_eq!(count("("), count(")"));
    // In """ Groovy would put values into the script.
    assert_eq!(count("\"\"\""), 0);
    let scripts: Vec<&str> = file.split("'''").skip(1).step_by(2).collect();
    let [rules, check, report] = scripts[..] else { panic!("{scripts:?}") };
    assert!(file.contains("junit testResults: 'check.xml'") && file.contains("archiveArtifacts"));
    for (as_of, code) in [(BAD, 1), (GOOD, 0)] {
        let Some(place) = merge_request(as_of) else { return };
        let place = place.variable("CHANGE_TARGET", "main");
        // As Jenkins does.
        let sh = |script: &str| place.run(&place.folder.path(""), &["sh", "-xe", "-c", script], &[]);
        assert_eq!(sh(rules).code, 0);
        let ran = sh(check);
        assert_eq!(ran.code, code, "{}", ran.all());
        let ran = sh(report);
        assert_eq!(ran.code, 0, "{}", ran.all());
        assert_judged(&place, as_of, ["", "check.xml"], code == 1);
    }
}

// cron.

/// The machine of the cron example, at some time; mails go to `mail` in its home.
fn cron(as_of: &str) -> Place {
    let place = Place::new().with_exports("");
    place.folder.file("errstat.toml", rules(as_of)).file("weekly.sh", block("sh", "#!/bin/sh"));
    place.program("sendmail", "[ \"$*\" = '-t -oi' ] && cat > \"$HOME/mail\"");
    let folder = place.folder.path("").to_str().expect("a path in UTF-8").to_owned();
    place.variable("LINE_FOLDER", folder)
}

#[test]
fn cron_mails_only_what_somebody_must_know() {
    for (as_of, code, subject) in [(GOOD, 0, None), (BAD, 1, Some("[OVER]")), (STALE, 2, Some("[NOT JUDGED]"))] {
        let place = cron(as_of);
        let elsewhere = place.machine("tmp");
        let script = place.folder.path("weekly.sh");
        let ran = place.run(&elsewhere, &["sh", script.to_str().expect("UTF-8")], &[]);
        assert_eq!(ran.code, code, "{}", ran.all());
        // Cron mails whatever is printed.
        assert_eq!(ran.all(), "");
        let log = place.folder.text("weekly.log");
        assert!(log.lines().count() == 1 && log.contains(&format!("check: {code}, report: 0")), "{log}");
        let mail = fs::read_to_string(place.machine("home/mail")).ok();
        assert_eq!(mail.is_some(), subject.is_some());
        if let (Some(mail), Some(subject)) = (mail, subject) {
            let head: Vec<&str> = mail.lines().take_while(|line| !line.is_empty()).collect();
            assert!(head.iter().any(|line| line.starts_with("Subject: ") && line.contains(subject)), "{head:?}");
            assert!(head.iter().any(|line| line.starts_with("To: ") && line.contains("team@example.com")), "{head:?}");
            assert_eq!(mail.contains("Not judged."), code == 2);
        }
        let written = place.folder.list();
        for name in ["check.xml", "check.txt", "report.html", "report.eml"] {
            assert!(written.iter().any(|path| path.starts_with("reports/") && path.ends_with(name)), "{written:?}");
        }
    }
}

#[test]
fn cron_waits_for_nobody() {
    let place = cron(GOOD);
    let ran = place.bash("exec 8> weekly.lock; flock 8; sh weekly.sh 8>&-");
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("still at work"), "{}", ran.stderr);
    assert!(!place.folder.path("weekly.log").exists());
}
