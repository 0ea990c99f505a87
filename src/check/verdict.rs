//! What came of the rules. Its JSON names are a contract.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Number;

use super::Level;
use crate::{
    analysis::{Note, State},
    model::{LocalTime, Zone},
};

/// What came of all rules. Serialised, it is the output of `errstat check --format json`.
///
/// Times are RFC 3339 in [`Verdict::timezone`]. All texts are safe to show.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Verdict {
    #[schemars(extend("const" = Verdict::SCHEMA))]
    pub schema: &'static str,
    /// Version of the program.
    pub errstat: &'static str,
    pub generated_at: LocalTime,
    #[schemars(with = "String")]
    pub timezone: Zone,
    pub result: Judgement,
    /// The exit code of the program: 0, 1 or 2.
    pub exit_code: u8,
    /// Why nothing can be said, or not enough; empty unless `result` is `not_judged`.
    pub problems: Vec<String>,
    /// The stretch of time that was judged; null where the inputs could not be read.
    pub period: Option<JudgedPeriod>,
    /// How things stand at the end of the period, as in `summary.json`; null where the inputs could not be read.
    pub state: Option<State>,
    /// Errors of the period; null where the inputs could not be read.
    pub errors: Option<u64>,
    pub previous_errors: Option<u64>,
    pub configuration: Option<Configuration>,
    /// Path of the baseline, where there is one.
    pub baseline: Option<String>,
    /// One for each rule, in the order of the configuration.
    pub rules: Vec<Outcome>,
    /// What a reader of the numbers must know, as in `summary.json`.
    pub notes: Vec<Note>,
}

impl Verdict {
    /// Name and version of the JSON.
    pub const SCHEMA: &'static str = "errstat/check/2";

    /// Code of the notes that tell what is not known and could not mend a broken rule.
    pub const NOT_KNOWN: &'static str = "not-known";

    /// What is not known and could not mend a broken rule.
    pub fn not_known(&self) -> impl Iterator<Item = &Note> {
        self.notes.iter().filter(|note| note.code == Verdict::NOT_KNOWN)
    }

    /// How many rules came out in a way.
    pub fn count(&self, status: Status) -> usize {
        self.rules.iter().filter(|outcome| outcome.status == status).count()
    }
}

/// Start (inclusive) and end (exclusive).
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct JudgedPeriod {
    pub start: LocalTime,
    pub end: LocalTime,
    pub label: String,
    /// The label of the period compared with.
    pub previous: Option<String>,
}

/// The file with the rules, so that a reader can see which ones were held against the numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Configuration {
    pub path: String,
    /// SHA-256 of the file's bytes, in hexadecimal.
    pub sha256: String,
}

/// What the exit code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Result")]
pub enum Judgement {
    /// All rules hold; some may have warned. Exit code 0.
    Passed,
    /// A rule is broken. Exit code 1.
    Failed,
    /// It cannot be told. Exit code 2.
    NotJudged,
}

impl Judgement {
    /// The exit code of the program.
    pub fn exit_code(self) -> u8 {
        match self {
            Judgement::Passed => 0,
            Judgement::Failed => 1,
            Judgement::NotJudged => 2,
        }
    }
}

/// What came of one rule.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Outcome {
    pub name: String,
    /// The key of the configuration: `max_errors`, `max_share`, `max_increase`, `max_incidents`,
    /// `max_error_rate`, `max_slow`, `max_rejected`, `new_details`, `unknown_details` or `max_age`; of a baseline `baseline_errors`, `baseline_details`,
    /// `baseline_new` or `baseline_incidents`.
    pub rule: &'static str,
    pub level: Level,
    pub status: Status,
    /// `hour`, `day` or `week` where no single window may break the rule, else `period`.
    pub per: &'static str,
    /// What was found; with `per`, in the window that is worst.
    pub actual: Option<Measure>,
    /// What is allowed; what is equal to it holds.
    pub limit: Option<Measure>,
    /// The same in words, or why it was not judged.
    pub text: String,
    /// The windows that break the rule, in the order of time; empty unless `per` names windows.
    pub windows: Vec<WindowErrors>,
    /// The details that break the rule, or that have most errors in what breaks it, most errors first.
    pub details: Vec<DetailErrors>,
    /// What to look at first.
    pub advice: Option<String>,
}

/// How a rule came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Passed,
    /// Broken, but of level `warn`.
    Warned,
    Failed,
    NotJudged,
}

/// A number with its unit.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Measure {
    #[schemars(with = "f64")]
    pub value: Number,
    pub unit: Unit,
}

impl Measure {
    /// A whole number.
    pub fn whole(value: u64, unit: Unit) -> Measure {
        Measure { value: value.into(), unit }
    }

    /// A number that may have a fraction; a whole one is written without a point.
    pub fn of(value: f64, unit: Unit) -> Measure {
        let whole = Number::from(value as i64);
        let value = if value.fract() == 0.0 { whole } else { Number::from_f64(value).unwrap_or(whole) };
        Measure { value, unit }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Errors,
    Percent,
    Incidents,
    Rows,
    Details,
    Hours,
}

/// A window that breaks a rule. `start` and `end` are those of the calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WindowErrors {
    pub start: LocalTime,
    pub end: LocalTime,
    pub errors: u64,
}

/// The errors of one detail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DetailErrors {
    pub reason: String,
    pub detail: String,
    pub errors: u64,
}
