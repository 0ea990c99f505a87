//! The JSON Schemas of the outputs, checked by Python's jsonschema: what is printed meets them, and they do not change
//! without a new version.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::{
    program::{AS_OF, Folder},
    tools,
};

/// Reads a schema and then documents, and says what the documents break.
const VALIDATOR: &str = r#"
import json, sys
from jsonschema import Draft202012Validator
schema = json.load(open(sys.argv[1]))
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
broken = []
for path in sys.argv[2:]:
    document = json.load(open(path))
    broken += [f"{path}: {error.json_path}: {error.message}" for error in validator.iter_errors(document)]
print("\n".join(broken))
"#;

fn broken(folder: &Folder, schema: &str, documents: &[String]) -> Option<String> {
    let output = Command::new(tools::JSONSCHEMA.get()?)
        .args(["-c", VALIDATOR, schema])
        .args(documents)
        .current_dir(folder.path(""))
        .stdin(Stdio::null())
        .output()
        .expect("a Python");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn data(name: &str) -> String {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data").join(name).to_string_lossy().into_owned()
}

#[test]
fn summaries_meet_their_schema() {
    let folder = Folder::new();
    folder.file("schema.json", folder.errstat("summary --schema").done().stdout);
    let sample = data("webhook-errors.tsv");
    let hosts = "Time\tReason\tDetail\tCount\tURL\tChannel ID\n2026-11-16 04:12:33\tcould_not_connect\tConnection timeout: https://a.example/x\t3\thttps://a.example/x\t123\nx\ty\tz\t1\t\t\n";
    folder
        .file("hosts.tsv", hosts)
        .file("empty.tsv", "Time\tReason\tDetail\tCount\n")
        .file("days.tsv", "Date\tReason\n2026-11-16\tnew_reason\n");
    let mut documents = Vec::new();
    for (name, line) in [
        ("all.json", format!("{sample} --period all")),
        ("week.json", format!("{sample} --period last-week --window hour")),
        ("hosts.json", "hosts.tsv".to_owned()),
        ("empty.json", "empty.tsv".to_owned()),
        ("days.json", "days.tsv --compare none".to_owned()),
        ("ja.json", format!("{sample} --lang ja")),
    ] {
        let outcome = folder.errstat(&format!("summary {line} --format json --as-of {AS_OF}")).done();
        folder.file(name, outcome.stdout);
        documents.push(name.to_owned());
    }
    let Some(found) = broken(&folder, "schema.json", &documents) else { return };
    assert_eq!(found, "");
    // And the validator does look: a number that is a text is found.
    let mut wrong: Value = serde_json::from_str(&folder.text("all.json")).unwrap();
    wrong["totals"]["errors"] = "many".into();
    folder.file("wrong.json", wrong.to_string());
    let Some(found) = broken(&folder, "schema.json", &["wrong.json".to_owned()]) else { return };
    assert!(found.contains("$.totals.errors"));
}

#[test]
fn verdicts_meet_their_schema() {
    let folder = Folder::new();
    folder.file("schema.json", folder.errstat("check --schema").done().stdout);
    folder.file(
        "all.toml",
        "[check]\nmax_errors = 5\nmax_increase = \"5%\"\nmax_incidents = 0\nmax_rejected = 0\nnew_details = \"warn\"\nunknown_details = \"fail\"\n\
         [[check.rule]]\nstatus = \"5xx\"\nmax_share = \"1.5%\"\nper = \"hour\"\n[[check.rule]]\nchannel = \"nobody\"\nmax_errors = 1\n",
    );
    folder.file("pass.toml", "[check]\nmax_errors = 100000\n");
    let sample = data("webhook-errors.tsv");
    let mut documents = Vec::new();
    for (name, line, code) in [
        ("failed.json", format!("{sample} --config all.toml --period 2026-W47"), 1),
        ("passed.json", format!("{sample} --config pass.toml --max-age 8d --as-of 2026-11-23"), 0),
        ("stale.json", format!("{sample} --config pass.toml --max-age 8d --as-of 2027-11-23"), 2),
        ("unread.json", "missing.tsv --config pass.toml".to_owned(), 2),
    ] {
        let outcome = folder.errstat(&format!("check {line} --format json")).run();
        assert_eq!(outcome.code, Some(code), "{}\n{}", outcome.text(), outcome.stderr);
        folder.file(name, outcome.stdout);
        documents.push(name.to_owned());
    }
    let Some(found) = broken(&folder, "schema.json", &documents) else { return };
    assert_eq!(found, "");
}

/// Whoever reads the outputs relies on their form. A change needs a new version: raise `SCHEMA` of the type, and put
/// what `--schema` prints into a new file beside the old ones.
#[test]
fn a_schema_never_changes_under_its_version() {
    let folder = Folder::new();
    for command in ["summary", "check"] {
        let printed = folder.errstat(&format!("{command} --schema")).done().text();
        let schema: Value = serde_json::from_str(&printed).unwrap();
        let version = schema["properties"]["schema"]["const"].as_str().expect("the name and version of the schema");
        let number = version.strip_prefix(&format!("errstat/{command}/")).expect("errstat/COMMAND/NUMBER");
        let kept = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("docs/schemas/{command}-{number}.json"));
        let kept = fs::read_to_string(&kept).unwrap_or_else(|error| panic!("{}: {error}", kept.display()));
        assert!(printed == kept, "the schema of {version} has changed: give it a new version");
    }
}
