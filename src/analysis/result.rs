//! The one struct that every output is a function of. Its JSON names are a contract.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Calendar, Class, ClassErrors, Level, Maintenance, Mark, Pattern, State};
use crate::{
    model::{CELL_MILLIS, Columns, LocalTime, Precision, Sentence, Zone, key},
    taxonomy::{self, Lang},
};

/// Everything that is known about a period. Serialised, it is `summary.json`.
///
/// Times are RFC 3339 in [`Analysis::timezone`]. Lists are sorted by errors, most first, then by
/// name. All texts are safe to show: URLs are cut to scheme and host, control characters visible.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Analysis {
    #[schemars(extend("const" = Analysis::SCHEMA))]
    pub schema: &'static str,
    /// Version of the program.
    pub errstat: &'static str,
    pub state: State,
    pub generated_at: LocalTime,
    #[schemars(with = "String")]
    pub timezone: Zone,
    /// Names of the channels met; empty where the inputs name none.
    pub channels: Vec<String>,
    /// What was asked for by `--only` (`detail=404`) and `--exclude` (`detail!=404`); empty where everything counts.
    pub filter: Vec<String>,
    pub period: Period,
    /// First and last row of all inputs, also outside the period; none without rows.
    pub data_span: Option<DataSpan>,
    pub totals: Totals,
    pub by_reason: Vec<ReasonRow>,
    pub by_detail: Vec<DetailRow>,
    pub by_channel: Vec<ChannelRow>,
    pub by_host: Vec<HostRow>,
    pub by_status_class: Vec<StatusClassRow>,
    pub windows: Windows,
    pub heatmap: Heatmap,
    /// The same without the incidents; none where the period is too short to tell habits (under four weeks), or the times
    /// do not tell the hour.
    #[serde(skip)]
    pub usual_hours: Option<Heatmap>,
    /// The worst first: the one with the most errors.
    pub incidents: Vec<Incident>,
    pub history: History,
    /// What comes at the same time of most days, in all data, and so is no incident.
    pub patterns: Vec<Pattern>,
    /// What the server's own access logs say of the same time; null without a log.
    pub server_log: Option<ServerLogReport>,
    /// Deployments and the like, as the user told them, in the order of time; absent without any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub events: Vec<Mark>,
    /// Stretches in which errors are expected, as the user told them, in the order of time; absent without any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub maintenance: Vec<Maintenance>,
    /// When LINE gave up sending failed webhooks again, as mails told; no errors, and not counted.
    pub redelivery_stopped: Vec<RedeliveryStopped>,
    pub inputs: Vec<Input>,
    pub rejects: Rejects,
    /// What a reader of any output must see.
    #[serde(skip)]
    pub notes: Vec<Sentence>,
    /// The channels that are silent and usually not.
    #[serde(skip)]
    pub silent: Vec<Silent>,
    /// How much of the period's errors the inputs tell.
    #[serde(skip)]
    pub told: Told,
    /// The stretches of the period for which inputs of a channel are known to be missing, in milliseconds since
    /// 1970-01-01T00:00:00Z, end exclusive, by their start; those of different channels may overlap.
    #[serde(skip)]
    pub unknown: Vec<(i64, i64)>,
    /// The longest of these, and of which channel it is where others lack nothing there.
    #[serde(skip)]
    pub gap: Option<(Option<String>, (i64, i64))>,
    /// The first row of the inputs, or of a channel's, where it lies behind the period, so that nothing is known there.
    #[serde(skip)]
    pub begins: Option<(Option<String>, LocalTime)>,
    /// Up to when the inputs of each channel are known to tell something: where they are complete, or the last row.
    #[serde(skip)]
    pub ends: Vec<(Option<String>, LocalTime)>,
    /// The period or the one before is known to be covered only in part, so changes are not told.
    #[serde(skip)]
    pub partly_unknown: bool,
    /// The inputs do not say how far they reach, and their last row is far from the period's end.
    #[serde(skip)]
    pub tail_unknown: bool,
    /// No input tells a time of day.
    #[serde(skip)]
    pub whole_days: bool,
    /// What the period was resolved against; the zone is the one that the times are in.
    #[serde(skip)]
    pub calendar: Calendar,
    /// Empty where no output asks for it.
    #[serde(skip)]
    pub finer: Finer,
}

impl Analysis {
    /// Name and version of the JSON.
    pub const SCHEMA: &'static str = "errstat/summary/2";
}

/// A channel that has no errors where it usually has some.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silent {
    pub channel: Option<String>,
    /// The median of the like periods before.
    pub median: u64,
    /// From how many to how many errors are usual.
    pub usual: (u64, u64),
}

/// How much of a period's errors the inputs tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// All, as far as is known.
    All,
    /// A little is missing: there may be more.
    AtLeast,
    /// A notable part is missing, or may be: how things stand is not known.
    TooLittle,
}

/// The stretch of time that is reported: start inclusive, end exclusive.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Period {
    pub start: LocalTime,
    pub end: LocalTime,
    pub label: String,
    /// The period compared with; none where nothing is compared.
    #[serde(skip)]
    pub previous: Option<Bounds>,
    /// Whether that is one that the user chose, and not the one before.
    #[serde(skip)]
    pub by_name: bool,
    /// The period is not over; `previous` is then the same part of the one compared with.
    #[serde(skip)]
    pub unfinished: bool,
    /// The like periods before it are only as much of theirs as has passed of this one.
    #[serde(skip)]
    pub in_part: bool,
}

impl Period {
    /// Its ends, as those of the previous one are given.
    pub fn bounds(&self) -> Bounds {
        Bounds { start: self.start.millis(), end: self.end.millis(), label: self.label.clone() }
    }
}

/// Start (inclusive) and end (exclusive) in milliseconds since 1970-01-01T00:00:00Z, and a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    pub start: i64,
    pub end: i64,
    pub label: String,
}

/// The like periods before, at most 12, the earliest first.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct History {
    pub periods: Vec<LikePeriod>,
    /// Of the errors of the covered ones; null where none is.
    pub median: Option<u64>,
    /// From how many to how many errors are usual; null with fewer than three covered periods.
    pub usual: Option<(u64, u64)>,
}

impl History {
    /// The errors of the covered periods.
    pub fn covered(&self) -> impl Iterator<Item = u64> {
        self.periods.iter().filter(|period| period.covered).map(|period| period.errors)
    }

    /// The usual range, where there are periods enough to show it; fewer are themselves shown.
    pub fn range(&self) -> Option<(u64, u64)> {
        self.usual.filter(|_| self.covered().count() >= ENOUGH)
    }
}

/// The range of fewer periods is wider than what anybody would call usual.
const ENOUGH: usize = 6;

/// A period as long as the reported one, before it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LikePeriod {
    pub label: String,
    pub errors: u64,
    /// The inputs speak for all of it, as far as is known.
    pub covered: bool,
    #[serde(skip)]
    pub start: LocalTime,
}

/// Exact times of the first and the last row.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DataSpan {
    pub first: LocalTime,
    pub last: LocalTime,
}

/// Sums over the period. `change` is errors minus previous errors; `change_pct` is in percent of
/// the previous ones, rounded to two digits; both are null where there is nothing to compare with.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Totals {
    pub errors: u64,
    /// Accepted rows in the period, before overlaps are merged.
    pub rows: u64,
    pub previous_errors: Option<u64>,
    pub change: Option<i64>,
    pub change_pct: Option<f64>,
}

/// One reason. `share` is of all errors of the period, between 0 and 1.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ReasonRow {
    pub reason: String,
    pub errors: u64,
    pub share: f64,
    pub previous_errors: Option<u64>,
    pub change: Option<i64>,
    pub change_pct: Option<f64>,
}

/// One detail of one reason.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DetailRow {
    pub reason: String,
    pub detail: String,
    /// The HTTP status code, where the detail is one.
    pub status: Option<u16>,
    /// Whether LINE's published list has it.
    pub known: bool,
    pub errors: u64,
    pub share: f64,
    pub previous_errors: Option<u64>,
    pub change: Option<i64>,
    pub change_pct: Option<f64>,
    /// Exact times of the first and last row in the period; null for a detail that stopped before it.
    pub first_seen: Option<LocalTime>,
    pub last_seen: Option<LocalTime>,
    /// In the period, and never before it in the inputs.
    pub new: bool,
    /// Errors of each window of [`Windows`], in their order.
    #[serde(skip)]
    pub by_window: Vec<u64>,
}

impl DetailRow {
    /// Whether the previous period had it and this one is known not to.
    pub fn has_stopped(&self) -> bool {
        self.errors == 0 && self.previous_errors.is_some_and(|previous| previous > 0) && self.change.is_some()
    }
}

/// One channel.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ChannelRow {
    /// Null for rows whose input names no channel.
    pub channel: Option<String>,
    pub errors: u64,
    pub share: f64,
    pub previous_errors: Option<u64>,
    pub change: Option<i64>,
    pub change_pct: Option<f64>,
    /// Inputs of it are known to be missing, so there may be more.
    #[serde(skip)]
    pub at_least: bool,
    /// Errors of each window of [`Windows`], in their order.
    #[serde(skip)]
    pub by_window: Vec<u64>,
    /// Errors of each reason, in the order of [`Analysis::by_reason`].
    #[serde(skip)]
    pub by_reason: Vec<u64>,
}

/// One webhook host.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct HostRow {
    pub host: String,
    pub errors: u64,
}

/// One class of HTTP status codes, such as `5xx`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct StatusClassRow {
    pub class: String,
    pub errors: u64,
}

/// The period in windows of equal calendar size, the empty ones included.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Windows {
    /// `5m`, `15m`, `30m`, `hour`, `day`, `week` or `month`.
    pub size: &'static str,
    pub buckets: Vec<Bucket>,
}

/// One window. `start` and `end` are those of the calendar, also where the period cuts it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Bucket {
    pub start: LocalTime,
    pub end: LocalTime,
    pub errors: u64,
    /// The period or the moment of the report cuts this window.
    pub partial: bool,
    /// The four reasons and every unknown one that the period has, in a fixed order.
    pub by_reason: ByReason,
    #[serde(flatten)]
    pub log: WindowLog,
}

/// What the access logs have of a window.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct WindowLog {
    /// LINE's requests in the access logs, and those of them that were aborted or took longer than 1.7 s; null where no log
    /// was written, and `slow` also where the logs have no durations.
    pub requests: Option<u64>,
    pub slow: Option<u64>,
    /// None where not both sides tell of the window, or nobody sent anything.
    #[serde(skip)]
    pub rate: Option<ErrorRate>,
    #[serde(skip)]
    pub duration: Option<RequestDurations>,
}

impl Bucket {
    /// Start and end in milliseconds since 1970-01-01T00:00:00Z.
    pub fn bounds(&self) -> (i64, i64) {
        (self.start.millis(), self.end.millis())
    }
}

/// Errors per reason, in an order that is the same in every window.
#[derive(Clone, Debug, Default)]
pub struct ByReason(pub Vec<(String, u64)>);

impl Serialize for ByReason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(reason, errors)| (reason, errors)))
    }
}

impl JsonSchema for ByReason {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ByReason".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        <std::collections::BTreeMap<String, u64>>::json_schema(generator)
    }
}

/// Errors by weekday (rows, in the order of the week's start) and hour of the local clock (24 columns).
/// `hours` is empty where the inputs' times do not tell the hour.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Heatmap {
    pub rows: Vec<&'static str>,
    pub hours: Vec<Vec<u64>>,
}

/// A stretch of time in which a channel failed more than it usually does.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Incident {
    pub channel: Option<String>,
    /// Start of the first and end of the last row of the leading details: those with at least a twentieth of the errors of
    /// the leading failure class, which is the one with the most errors.
    pub start: LocalTime,
    pub end: LocalTime,
    /// From start to end, a begun one whole.
    pub minutes: u64,
    /// Of all its classes.
    pub errors: u64,
    /// The largest number of errors in five minutes from start to end, and when those five minutes began.
    pub peak_errors: u64,
    pub peak_at: LocalTime,
    /// The detail with the most errors of the leading class.
    pub reason: String,
    pub detail: String,
    /// It touches the end of what the inputs are known to cover; null where nothing is known beyond its last row.
    pub ongoing: Option<bool>,
    /// What it consists of, the most errors first.
    pub made_of: Vec<MadeOf>,
    /// End of the last row of all that it consists of, which may come after its end; null while it goes on or nobody knows.
    pub quiet_since: Option<LocalTime>,
    /// What the access logs say of its leading failure class; null without a log.
    pub log: Option<LogFinding>,
    /// The leading failure class.
    #[serde(skip)]
    pub class: Class,
    /// Errors of each class and of each of its five minutes from `cells_start` on, the leading class first.
    #[serde(skip)]
    pub classes: Vec<ClassErrors>,
    #[serde(skip)]
    pub cells_start: LocalTime,
    /// The most errors of its channel in an hour from its end to the next incident or the end of what is known; none where
    /// nothing is known of an hour behind it.
    #[serde(skip)]
    pub usual_after: Option<u64>,
    /// It is known to have ended: the hour behind it is covered, and usual unless another one begins in it.
    #[serde(skip)]
    pub over: bool,
    /// Whether the data hold anything to compare it with.
    #[serde(skip)]
    pub comparable: bool,
}

/// Errors of one detail in an incident, with the exact times of the first and last row.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MadeOf {
    pub reason: String,
    pub detail: String,
    pub errors: u64,
    /// Those that lie in the period.
    #[serde(skip)]
    pub inside: u64,
    pub first_seen: LocalTime,
    pub last_seen: LocalTime,
}

impl Incident {
    /// Start and end in milliseconds since 1970-01-01T00:00:00Z.
    pub fn bounds(&self) -> (i64, i64) {
        (self.start.millis(), self.end.millis())
    }

    /// Start of the first and end of the last of its five minutes in milliseconds since 1970-01-01T00:00:00Z.
    pub fn cell_bounds(&self) -> (i64, i64) {
        let start = self.cells_start.millis();
        (start, start + self.classes.first().map_or(0, |of| of.cells.len()) as i64 * CELL_MILLIS)
    }

    /// Whether it is known to go on where the inputs end.
    pub fn is_ongoing(&self) -> bool {
        self.ongoing == Some(true)
    }

    /// The most errors in five minutes that a picture of it shows, also outside start and end.
    pub fn highest(&self) -> u64 {
        self.cells().into_iter().max().unwrap_or(0)
    }

    /// Errors of each five minutes from `cells_start` on.
    pub fn cells(&self) -> Vec<u64> {
        ClassErrors::sums(&self.classes)
    }
}

/// LINE stopped redelivering the failed webhooks of a channel.
#[derive(Clone, Debug, Serialize, JsonSchema, PartialEq, Eq)]
pub struct RedeliveryStopped {
    pub channel: Option<String>,
    pub at: LocalTime,
}

/// How one input was read. `accepted + rejected = rows`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Input {
    pub path: String,
    /// The channel that its rows are of, or that it was said to be of; the names of several with commas between them; null
    /// where nothing names one.
    #[serde(rename = "channel", serialize_with = "joined")]
    #[schemars(with = "Option<String>")]
    pub channels: Vec<String>,
    /// `tsv`, `csv`, `xlsx`, `xls`, `ods`, `mail`, `archive` or `parquet`.
    pub kind: &'static str,
    /// Null for what is no table.
    pub encoding: Option<&'static str>,
    pub delimiter: Option<&'static str>,
    pub columns: Columns,
    pub rows: u64,
    pub accepted: u64,
    pub rejected: u64,
    pub errors: u64,
    pub first: Option<LocalTime>,
    pub last: Option<LocalTime>,
    #[schemars(with = "Option<String>")]
    pub precision: Option<Precision>,
    pub coverage: InputCoverage,
    /// The input that this one repeats byte for byte.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_as: Option<String>,
}

fn joined<S: serde::Serializer>(channels: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    (!channels.is_empty()).then(|| channels.join(", ")).serialize(serializer)
}

/// The stretch of time that an input speaks for; null where it is not known.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct InputCoverage {
    pub from: Option<LocalTime>,
    pub until: Option<LocalTime>,
    /// `--exported-at`, `file name`, `archive`, or `last row` (then: at least to the last row).
    pub by: &'static str,
}

/// Rows that were not counted.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Rejects {
    pub count: u64,
    /// The first 20 of each file.
    pub examples: Vec<RejectExample>,
}

/// A row that was not counted.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RejectExample {
    pub path: String,
    pub line: u64,
    pub why: String,
    pub text: String,
}

/// A sentence that the reader of any output must see.
#[derive(Clone, Debug, Serialize, JsonSchema, PartialEq, Eq)]
pub struct Note {
    pub code: String,
    pub level: Level,
    pub text: String,
}

impl Note {
    /// The note in a language.
    pub fn of(sentence: &Sentence, lang: Lang) -> Note {
        Note { code: sentence.key.code(), level: Level::of(sentence), text: lang.say(sentence) }
    }
}

/// Finer numbers than those of the summary, for outputs that can hold them.
#[derive(Clone, Debug, Default)]
pub struct Finer {
    /// In the order of time.
    pub facts: Vec<Fact>,
    /// Those of each detail on each channel, the most errors first; a detail is new where it is in all channels together.
    pub by_channel_and_detail: Vec<(Option<String>, DetailRow)>,
    /// For each window the median of the like windows in the like periods before; none where fewer than three of those
    /// are covered and have it.
    pub usual: Vec<Option<u64>>,
    /// The weeks of the like periods before and of the period, as far back as the inputs go, in the order of time.
    pub weeks: Vec<Week>,
}

/// A week of the calendar.
#[derive(Clone, Debug)]
pub struct Week {
    pub start: LocalTime,
    /// Errors of each channel, in the order of [`Analysis::by_channel`], and whether its inputs speak for the whole week, in
    /// which the period does not end.
    pub by_channel: Vec<(u64, bool)>,
}

/// Errors of one channel and one detail in one window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Index in [`Windows::buckets`].
    pub window: usize,
    /// Index in [`Analysis::by_channel`].
    pub channel: usize,
    /// Index in [`Analysis::by_detail`].
    pub detail: usize,
    pub errors: u64,
}

/// What the server's own access logs say of the period.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ServerLogReport {
    pub files: Vec<AccessLogFile>,
    /// The formats of the files, those of most files first.
    pub format: Vec<String>,
    /// What all of them can answer: `agent`, `duration`, `start`, `zone`, `hop`, `gateway`.
    pub answers: Vec<&'static str>,
    /// From the first line of the logs to the last, also outside of the period.
    pub span: Option<LogSpan>,
    /// The zone in which times without one are read; null where all state theirs.
    pub zone: Option<String>,
    /// What is to be added to the logs' times so that they are LINE's; null where nothing tells. It is applied only where
    /// neither the logs nor the user state the zone.
    pub offset_seconds: Option<i64>,
    /// LINE's requests in the period.
    pub requests: u64,
    pub by_status: Vec<StatusRequests>,
    pub by_verdict: Vec<VerdictRequests>,
    /// Null where the logs have no durations.
    pub duration: Option<RequestDurations>,
    /// The share of the requests that were aborted or took longer than 1.7 s, 0 to 1; null where the logs have no durations.
    pub slow: Option<f64>,
    #[serde(skip)]
    pub slow_requests: Option<SlowRequests>,
    /// Null where the logs and the errors are of different times, without a request, or where a filter leaves errors out.
    pub rate: Option<ErrorRate>,
    /// The time that both tell of, where it lacks a tenth of the period or more.
    #[serde(skip)]
    pub rate_span: Option<LogSpan>,
    /// That of the whole period, with the errors before the logs' first line and behind the last.
    #[serde(skip)]
    pub rate_of_all: Option<ErrorRate>,
    /// Errors at whose times the logs have no line.
    #[serde(skip)]
    pub unlogged: u64,
    /// By reason and detail, the most errors first.
    pub matches: Vec<LogMatch>,
    /// When no line of any kind was written for 5 minutes or more, from the first line to the last.
    pub silent: Vec<LogSpan>,
}

/// LINE's requests that were aborted or took longer than 1.7 s: at least `slow` of `requests`, at most `slow_most` of
/// `requests_most`, with those that have no duration, can't be read, or were of times without a line.
#[derive(Clone, Copy, Debug)]
pub struct SlowRequests {
    pub requests: u64,
    pub slow: u64,
    pub slow_most: u64,
    pub requests_most: u64,
}

/// An access log.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AccessLogFile {
    pub path: String,
    pub lines: u64,
    pub requests: u64,
    /// LINE's lines that are not understood.
    pub unreadable: u64,
}

/// A stretch of time of an access log.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct LogSpan {
    pub start: LocalTime,
    pub end: LocalTime,
}

/// Requests by status; null where the log has none, since LINE hung up.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct StatusRequests {
    pub status: Option<u16>,
    pub requests: u64,
}

/// Requests by what LINE saw: `ok`, `ok_or_slow` (2xx in a log without durations), `timeout` or `status`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct VerdictRequests {
    pub verdict: &'static str,
    pub requests: u64,
}

/// How long requests took, in seconds, within 2 %.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RequestDurations {
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
    pub max: f64,
}

/// Errors ÷ attempts in the time of which both LINE's data and the logs tell, 0 to 1. Without `low` and `attempts_high` the
/// logs may lack requests: the attempts are at least, the rate at most.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ErrorRate {
    pub low: Option<f64>,
    pub high: f64,
    pub errors: u64,
    pub attempts_low: u64,
    pub attempts_high: Option<u64>,
}

/// What the access logs show of the errors of one detail.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LogMatch {
    pub reason: String,
    pub detail: String,
    /// Those at times at which the logs were written.
    pub errors: u64,
    #[serde(flatten)]
    pub finding: LogFinding,
}

impl LogFinding {
    /// Whether the logs say anything.
    pub fn is_decided(&self) -> bool {
        self.sentence.key != key::server_says::UNDECIDED
    }
}

impl LogMatch {
    /// Whether a log can have such errors: those without a connection are in none, and of others nobody knows.
    pub fn can_match(&self) -> bool {
        matches!(self.reason.as_str(), taxonomy::ERROR_STATUS_CODE | "request_timeout")
    }
}

/// What the access logs say of some errors.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LogFinding {
    /// `same-status`, `proxy`, `application`, `slow`, `aborted`, `late-status`, `elsewhere`, `not-in-log` or `undecided`.
    pub code: String,
    pub text: String,
    /// Errors that match a request of the logs, one to one.
    pub matched: u64,
    /// So many at most match by chance: when the logs are moved by 1 to 24 hours. Null where they are too short for that.
    pub chance: Option<u64>,
    #[serde(skip)]
    pub sentence: Sentence,
}
