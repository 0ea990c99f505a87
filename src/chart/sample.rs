//! Analyses made by hand, for tests.

use crate::analysis::{
    Analysis, Bounds, Bucket, ByReason, ChannelRow, Class, ClassErrors, DetailRow, ErrorRate, Finer, Heatmap, History,
    Incident, LikePeriod, LogSpan, MadeOf, Period, ReasonRow, Rejects, RequestDurations, ServerLogReport, State,
    Totals, WindowLog, Windows,
};
use crate::model::{LocalTime, Timestamp, Zone};

pub const REASONS: [&str; 4] = ["could_not_connect", "request_timeout", "error_status_code", "unclassified"];
/// Monday, 2026-11-16, 00:00 in Tokyo.
pub const START: i64 = 1_794_754_800_000;
const MINUTE: i64 = 60_000;

fn stamp(millis: i64) -> LocalTime {
    Zone::console().time(Timestamp(millis))
}

/// An analysis whose windows of `minutes` have the given errors per reason, with one detail per reason.
pub fn analysis(size: &'static str, minutes: i64, windows: &[[u64; 4]]) -> Analysis {
    let sums: Vec<u64> = (0..4).map(|i| windows.iter().map(|window| window[i]).sum()).collect();
    let errors: u64 = sums.iter().sum();
    let end = START + windows.len() as i64 * minutes * MINUTE;
    let share = |part: u64| if errors == 0 { 0.0 } else { part as f64 / errors as f64 };
    let buckets = windows
        .iter()
        .enumerate()
        .map(|(i, window)| {
            let bounds = (START + i as i64 * minutes * MINUTE, START + (i as i64 + 1) * minutes * MINUTE);
            Bucket {
                start: stamp(bounds.0),
                end: stamp(bounds.1),
                errors: window.iter().sum(),
                partial: false,
                by_reason: ByReason(
                    REASONS.iter().zip(window).map(|(reason, errors)| ((*reason).to_owned(), *errors)).collect(),
                ),
                log: WindowLog::default(),
            }
        })
        .collect();
    let mut by_reason: Vec<ReasonRow> = REASONS
        .iter()
        .zip(&sums)
        .filter(|(_, errors)| **errors > 0)
        .map(|(reason, errors)| ReasonRow {
            reason: (*reason).to_owned(),
            errors: *errors,
            share: share(*errors),
            previous_errors: None,
            change: None,
            change_pct: None,
        })
        .collect();
    by_reason.sort_by_key(|row| std::cmp::Reverse(row.errors));
    let by_detail = by_reason.iter().map(|row| detail(&row.reason, "502", row.errors, errors)).collect();
    Analysis {
        silent: Vec::new(),
        told: crate::analysis::Told::All,
        unknown: Vec::new(),
        gap: None,
        begins: None,
        ends: Vec::new(),
        partly_unknown: false,
        tail_unknown: false,
        whole_days: false,
        calendar: crate::analysis::Calendar::default(),
        finer: Finer::default(),
        schema: "errstat/1",
        errstat: "0.1.0",
        generated_at: stamp(end),
        timezone: Zone::tokyo(),
        channels: vec!["shop".into()],
        filter: Vec::new(),
        period: Period {
            start: stamp(START),
            end: stamp(end),
            label: "2026-W47".into(),
            previous: None,
            by_name: false,
            unfinished: false,
            in_part: false,
        },
        data_span: None,
        totals: Totals { errors, rows: errors, previous_errors: None, change: None, change_pct: None },
        by_reason,
        by_detail,
        by_channel: vec![channel(
            Some("shop"),
            errors,
            errors,
            windows.iter().map(|window| window.iter().sum()).collect(),
        )],
        by_host: Vec::new(),
        by_status_class: Vec::new(),
        windows: Windows { size, buckets },
        heatmap: Heatmap { rows: vec!["mon", "tue", "wed", "thu", "fri", "sat", "sun"], hours: vec![vec![0; 24]; 7] },
        usual_hours: None,
        state: State::Unknown,
        history: History::default(),
        incidents: Vec::new(),
        patterns: Vec::new(),
        server_log: None,
        events: Vec::new(),
        maintenance: Vec::new(),
        redelivery_stopped: Vec::new(),
        inputs: Vec::new(),
        rejects: Rejects { count: 0, examples: Vec::new() },
        notes: Vec::new(),
    }
}

/// A detail of LINE's published list.
pub fn detail(reason: &str, detail: &str, errors: u64, total: u64) -> DetailRow {
    DetailRow {
        reason: reason.into(),
        detail: detail.into(),
        status: detail.parse().ok(),
        known: true,
        errors,
        share: if total == 0 { 0.0 } else { errors as f64 / total as f64 },
        previous_errors: None,
        change: None,
        change_pct: None,
        first_seen: None,
        last_seen: None,
        new: false,
        by_window: Vec::new(),
    }
}

pub fn channel(name: Option<&str>, errors: u64, total: u64, by_window: Vec<u64>) -> ChannelRow {
    let share = if total == 0 { 0.0 } else { errors as f64 / total as f64 };
    ChannelRow {
        channel: name.map(str::to_owned),
        errors,
        share,
        previous_errors: None,
        change: None,
        change_pct: None,
        at_least: false,
        by_window,
        by_reason: Vec::new(),
    }
}

/// An incident that starts `start` minutes into the period, with the given five-minute cells.
pub fn incident(start: i64, cells: &[u64], reason: &str, detail: &str) -> Incident {
    let bounds = (START + start * MINUTE, START + (start + 5 * cells.len() as i64) * MINUTE);
    let (peak, peak_errors) =
        cells.iter().copied().enumerate().rev().max_by_key(|(_, errors)| *errors).unwrap_or((0, 0));
    Incident {
        channel: Some("shop".into()),
        start: stamp(bounds.0),
        end: stamp(bounds.1),
        minutes: 5 * cells.len() as u64,
        errors: cells.iter().sum(),
        peak_errors,
        peak_at: stamp(bounds.0 + peak as i64 * 5 * MINUTE),
        reason: reason.into(),
        detail: detail.into(),
        ongoing: Some(false),
        made_of: vec![made(reason, detail, cells.iter().fold(0, |sum: u64, errors| sum.saturating_add(*errors)))],
        quiet_since: Some(stamp(bounds.1)),
        log: None,
        class: Class::of(reason, detail),
        classes: vec![ClassErrors {
            class: Class::of(reason, detail),
            errors: cells.iter().sum(),
            cells: cells.to_vec(),
            inside: cells.to_vec(),
        }],
        cells_start: stamp(bounds.0),
        usual_after: Some(2),
        over: true,
        comparable: true,
    }
}

/// A part of what an incident is made of.
pub fn made(reason: &str, detail: &str, errors: u64) -> MadeOf {
    let at = stamp(START);
    MadeOf { reason: reason.into(), detail: detail.into(), errors, inside: errors, first_seen: at, last_seen: at }
}

/// A covered week so many weeks before the period.
pub fn before(weeks: i64, errors: u64) -> LikePeriod {
    LikePeriod { label: String::new(), errors, covered: true, start: stamp(START - weeks * 7 * 1440 * MINUTE) }
}

/// Adds a previous period with the given errors per window and per reason (in the order of `by_reason`).
pub fn compared(mut analysis: Analysis, windows: &[u64], reasons: &[u64]) -> Analysis {
    let change = |errors: u64, previous: u64| {
        let difference = errors as i64 - previous as i64;
        (
            Some(previous),
            Some(difference),
            (previous > 0).then(|| (difference as f64 * 10_000.0 / previous as f64).round() / 100.0),
        )
    };
    let previous: u64 = windows.iter().sum();
    let length = analysis.period.end.millis() - analysis.period.start.millis();
    analysis.period.previous = Some(Bounds { start: START - length, end: START, label: "2026-W46".into() });
    let totals = &mut analysis.totals;
    (totals.previous_errors, totals.change, totals.change_pct) = change(totals.errors, previous);
    for (i, row) in analysis.by_reason.iter_mut().enumerate() {
        (row.previous_errors, row.change, row.change_pct) = change(row.errors, reasons.get(i).copied().unwrap_or(0));
    }
    for (i, row) in analysis.by_detail.iter_mut().enumerate() {
        (row.previous_errors, row.change, row.change_pct) = change(row.errors, reasons.get(i).copied().unwrap_or(0));
    }
    analysis
}

/// Adds an access log of all windows but those without a count: LINE's requests, and how long they took in seconds (p50,
/// p95, p99).
pub fn logged(mut analysis: Analysis, windows: &[Option<(u64, [f64; 3])>]) -> Analysis {
    let mut silent = Vec::new();
    for (bucket, window) in analysis.windows.buckets.iter_mut().zip(windows) {
        let Some((requests, [p50, p95, p99])) = *window else {
            silent.push(LogSpan { start: bucket.start, end: bucket.end });
            continue;
        };
        let attempts = requests.max(bucket.errors);
        bucket.log = WindowLog {
            requests: Some(requests),
            slow: Some(0),
            rate: (attempts > 0).then(|| ErrorRate {
                low: None,
                high: bucket.errors as f64 / attempts as f64,
                errors: bucket.errors,
                attempts_low: attempts,
                attempts_high: None,
            }),
            duration: (requests > 0).then_some(RequestDurations { p50, p95, p99, max: p99 }),
        };
    }
    let requests = windows.iter().flatten().map(|(requests, _)| requests).sum();
    analysis.server_log = Some(ServerLogReport {
        files: Vec::new(),
        format: Vec::new(),
        answers: Vec::new(),
        span: Some(LogSpan { start: analysis.period.start, end: analysis.period.end }),
        zone: None,
        offset_seconds: Some(0),
        requests,
        by_status: Vec::new(),
        by_verdict: Vec::new(),
        duration: None,
        slow: Some(0.0),
        slow_requests: None,
        rate: None,
        rate_span: None,
        rate_of_all: None,
        unlogged: 0,
        matches: Vec::new(),
        silent,
    });
    analysis
}
