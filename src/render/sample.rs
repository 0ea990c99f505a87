//! Analyses for the tests of the text outputs, made by hand.

use crate::analysis::{
    Analysis, Bounds, Bucket, ByReason, ChannelRow, Class, ClassErrors, DataSpan, DetailRow, Heatmap, HostRow,
    Incident, Input, InputCoverage, MadeOf, Period, ReasonRow, RejectExample, Rejects, Totals, WindowLog, Windows,
};
use crate::model::{Columns, LocalTime, Precision, Sentence, key};

/// A text that tries everything at once.
pub(super) const HOSTILE: &str = "::error::x ##[error]y <script>alert(1)</script> | `code` [link](https://evil.example) @everyone *b* www.evil.example";

fn at(time: &str) -> LocalTime {
    LocalTime(chrono::DateTime::parse_from_rfc3339(&format!("2026-11-{time}:00+09:00")).unwrap())
}

/// 170 errors in a week after 217: 117 of 502, 48 timeouts, 5 of a host unknown for the first time.
pub(super) fn week() -> Analysis {
    let detail = |reason: &str, detail: &str, status, errors, previous: u64, change_pct| DetailRow {
        reason: reason.into(),
        detail: detail.into(),
        status,
        known: true,
        errors,
        share: errors as f64 / 170.0,
        previous_errors: Some(previous),
        change: Some(errors as i64 - previous as i64),
        change_pct,
        first_seen: Some(at("16T08:00")),
        last_seen: Some(at("20T21:30")),
        new: previous == 0,
        by_window: Vec::new(),
    };
    let by_detail = vec![
        detail("error_status_code", "502", Some(502), 117, 12, Some(875.0)),
        detail("request_timeout", "Request timeout", None, 48, 205, Some(-76.59)),
        detail("could_not_connect", "Unknown host", None, 5, 0, None),
    ];
    let cells = vec![4, 9, 20, 31, 18, 10, 4];
    let by_reason = by_detail.iter().map(|row| ReasonRow {
        reason: row.reason.clone(),
        errors: row.errors,
        share: row.share,
        previous_errors: row.previous_errors,
        change: row.change,
        change_pct: row.change_pct,
    });
    let days = [(3, 0), (8, 0), (10, 117), (7, 0), (9, 0), (6, 0), (5, 5)];
    let buckets = days.iter().enumerate().map(|(day, &(timeouts, others))| {
        let (statuses, hosts) = if day == 6 { (0, others) } else { (others, 0) };
        Bucket {
            start: at(&format!("{}T00:00", 16 + day)),
            end: at(&format!("{}T00:00", 17 + day)),
            errors: timeouts + others,
            partial: false,
            by_reason: ByReason(vec![
                ("could_not_connect".into(), hosts),
                ("request_timeout".into(), timeouts),
                ("error_status_code".into(), statuses),
                ("unclassified".into(), 0),
            ]),
            log: WindowLog::default(),
        }
    });
    let bounds = |label: &str| Bounds { start: 0, end: 0, label: label.into() };
    Analysis {
        schema: "errstat/summary/2",
        generated_at: at("23T09:00"),
        period: Period {
            start: at("16T00:00"),
            end: at("23T00:00"),
            label: "2026-W47".into(),
            previous: Some(bounds("2026-W46")),
            by_name: false,
            unfinished: false,
            in_part: false,
        },
        data_span: Some(DataSpan { first: at("01T00:03"), last: at("22T23:58") }),
        totals: Totals {
            errors: 170,
            rows: 120,
            previous_errors: Some(217),
            change: Some(-47),
            change_pct: Some(-21.66),
        },
        by_reason: by_reason.collect(),
        by_detail,
        by_channel: vec![channel("shop", 170)],
        by_host: vec![HostRow { host: "https://bot.example.com".into(), errors: 5 }],
        windows: Windows { size: "day", buckets: buckets.collect() },
        heatmap: Heatmap { rows: Vec::new(), hours: Vec::new() },
        incidents: vec![Incident {
            channel: Some("shop".into()),
            start: at("18T20:10"),
            end: at("18T20:45"),
            minutes: 35,
            errors: 96,
            peak_errors: 31,
            peak_at: at("18T20:25"),
            reason: "error_status_code".into(),
            detail: "502".into(),
            ongoing: Some(false),
            made_of: vec![MadeOf {
                reason: "error_status_code".into(),
                detail: "502".into(),
                errors: 96,
                inside: 96,
                first_seen: at("18T20:10"),
                last_seen: at("18T20:45"),
            }],
            quiet_since: Some(at("18T20:45")),
            log: None,
            class: Class::ServerErrors,
            classes: vec![ClassErrors { class: Class::ServerErrors, errors: 96, cells: cells.clone(), inside: cells }],
            cells_start: at("18T20:10"),
            usual_after: Some(3),
            over: true,
            comparable: true,
        }],
        inputs: vec![input("w46.tsv")],
        rejects: Rejects {
            count: 1,
            examples: vec![RejectExample {
                path: "w46.tsv".into(),
                line: 17,
                why: "count is not a whole number".into(),
                text: "2026-11-16 04:12:33 request_timeout many".into(),
            }],
        },
        notes: vec![Sentence::new(key::note::COVERAGE_UNKNOWN).with("last", "Sun 22 Nov 2026, 23:58")],
        ..crate::chart::sample::analysis("day", 1440, &[])
    }
}

pub(super) fn channel(name: &str, errors: u64) -> ChannelRow {
    ChannelRow {
        channel: Some(name.into()),
        errors,
        share: errors as f64 / 170.0,
        previous_errors: Some(217),
        change: Some(-47),
        change_pct: Some(-21.66),
        at_least: false,
        by_window: Vec::new(),
        by_reason: Vec::new(),
    }
}

fn input(path: &str) -> Input {
    Input {
        path: path.into(),
        channels: Vec::new(),
        kind: "tsv",
        encoding: Some("UTF-8"),
        delimiter: Some("tab"),
        columns: Columns {
            date: Some("Date".into()),
            start: Some("Start".into()),
            end: Some("End".into()),
            reason: "Reason".into(),
            detail: Some("Detail".into()),
            count: Some("Errors".into()),
            ..Columns::default()
        },
        rows: 121,
        accepted: 120,
        rejected: 1,
        errors: 170,
        first: Some(at("01T00:03")),
        last: Some(at("22T23:58")),
        precision: Some(Precision::Second),
        coverage: InputCoverage { from: None, until: None, by: "last row" },
        same_as: None,
    }
}

/// The week with one name in every place that a file can write to.
pub(super) fn week_named(name: &str) -> Analysis {
    let mut week = week();
    let name = || name.to_owned();
    week.channels = vec![name()];
    week.by_channel = vec![channel(&name(), 100), channel("shop", 70)];
    week.by_host = vec![HostRow { host: name(), errors: 5 }, HostRow { host: "b".into(), errors: 1 }];
    week.by_reason[2].reason = name();
    week.by_detail[2] = DetailRow { reason: name(), detail: name(), known: false, ..week.by_detail[2].clone() };
    for bucket in &mut week.windows.buckets {
        bucket.by_reason.0.push((name(), 0));
    }
    week.incidents[0] = Incident {
        channel: Some(name()),
        reason: name(),
        detail: name(),
        ongoing: Some(true),
        made_of: vec![MadeOf { reason: name(), detail: name(), ..week.incidents[0].made_of[0].clone() }],
        quiet_since: None,
        log: None,
        over: false,
        usual_after: None,
        ..week.incidents[0].clone()
    };
    week.inputs = vec![Input { same_as: Some(name()), ..input(&name()) }];
    week.rejects.examples[0] = RejectExample { path: name(), line: 1, why: "why".into(), text: name() };
    week.notes[0] = Sentence::new(key::note::CHANNEL_UNMATCHED).with("channel", name()).with("pattern", name());
    week
}

/// A file with headings and nothing below them.
pub(super) fn nothing() -> Analysis {
    let mut nothing = week();
    nothing.channels.clear();
    nothing.data_span = None;
    nothing.totals = Totals { errors: 0, rows: 0, previous_errors: None, change: None, change_pct: None };
    nothing.by_reason.clear();
    nothing.by_detail.clear();
    nothing.by_channel.clear();
    nothing.by_host.clear();
    nothing.windows.buckets.clear();
    nothing.incidents.clear();
    nothing.inputs = vec![Input {
        rows: 0,
        accepted: 0,
        rejected: 0,
        errors: 0,
        first: None,
        last: None,
        precision: None,
        ..input("w46.tsv")
    }];
    nothing.rejects = Rejects { count: 0, examples: Vec::new() };
    nothing
}
