//! Demands on LINE's requests, which only the server's own access logs count.

use super::{
    Level, Measure, Unit,
    doubts::Mending,
    rules::Percent,
    ruling::{Ruling, unjudged},
};
use crate::{
    analysis::{Analysis, LogSpan, ServerLogReport, SlowRequests},
    model::{Sentence, SentenceKey, key},
    server,
};

/// At most this part of the webhooks failed: the largest possible rate keeps to it, or the smallest one does not.
pub fn error_rate(analysis: &Analysis, most: Percent) -> Ruling {
    let Some(report) = &analysis.server_log else { return not_known(Sentence::new(key::check_unjudged::NO_LOG)) };
    if let Some(other) = server::other_time(report, analysis) {
        return not_known(other);
    }
    let Some(rate) = &report.rate_of_all else { return lacking(report, key::check_unjudged::NO_RATE) };
    let holds = most.holds(rate.errors, rate.attempts_low);
    let broken = rate.attempts_high.is_some_and(|attempts| !most.holds(rate.errors, attempts));
    let said = |key: SentenceKey| {
        let sentence = Sentence::new(key).with_number("errors", rate.errors).with("limit", most);
        let sentence = sentence.with("low", percent(rate.low.unwrap_or(0.0))).with("high", percent(rate.high));
        sentence.with_number("attempts", if broken { rate.attempts_high.unwrap_or(0) } else { rate.attempts_low })
    };
    if !holds && !broken {
        let part = server::part(report, analysis).filter(|_| rate.attempts_high.is_none());
        return not_known(match (part, rate.attempts_high) {
            (Some(part), _) => of_part(said(key::check_unjudged::RATE_PART), part),
            (None, None) if report.unlogged > 0 => {
                said(key::check_unjudged::RATE_UNLOGGED).with_number("count", report.unlogged)
            }
            (None, None) => said(key::check_unjudged::RATE_AT_MOST),
            (None, Some(_)) => match report.rate_span {
                Some(part) => of_part(said(key::check_unjudged::RATE_TOLD), part),
                None => said(key::check_unjudged::RATE),
            },
        });
    }
    // The log's own rate is of its time alone.
    let outside = rate.errors - report.rate.as_ref().map_or(0, |of_logs| of_logs.errors.min(rate.errors));
    let outside = match outside {
        0 => Sentence::new(key::error_nearest::NONE),
        count => Sentence::new(key::check::ERROR_RATE_OUTSIDE).with_number("count", count),
    };
    let share = if broken { rate.low.unwrap_or(rate.high) } else { rate.high };
    let text = said(if holds { key::check::ERROR_RATE } else { key::check::ERROR_RATE_ABOVE });
    ruling(holds, share, most, text.with_sentence("outside", outside))
}

/// At most this part of the requests was aborted or took longer than LINE waits.
pub fn slow(analysis: &Analysis, most: Percent) -> Ruling {
    let Some(report) = &analysis.server_log else { return not_known(Sentence::new(key::check_unjudged::NO_LOG)) };
    if let Some(other) = server::other_time(report, analysis) {
        return not_known(other);
    }
    let Some(SlowRequests { requests, slow, slow_most, requests_most }) = report.slow_requests else {
        return lacking(report, key::check_unjudged::NO_DURATIONS);
    };
    if let Some(part) = server::part(report, analysis) {
        return not_known(of_part(Sentence::new(key::check_unjudged::SLOW_PART), part));
    }
    if let Some(gap) = server::gap(report, analysis) {
        return not_known(of_part(Sentence::new(key::check_unjudged::SLOW_GAP), gap));
    }
    let (low, high) = (slow as f64 / requests_most as f64, slow_most as f64 / requests_most as f64);
    let holds = most.holds(slow_most, requests_most);
    if !holds && most.holds(slow, requests_most) {
        let between = Sentence::new(key::check_unjudged::SLOW).with("low", percent(low)).with("high", percent(high));
        return not_known(between.with("limit", most));
    }
    let share = slow as f64 / requests as f64;
    let text = Sentence::new(key::check::SLOW).with_number("slow", slow).with_number("requests", requests);
    ruling(holds, share, most, text.with("share", percent(share)).with("limit", most))
}

fn of_part(sentence: Sentence, part: LogSpan) -> Sentence {
    sentence.with_moment("first", *part.start).with_moment("last", *part.end)
}

fn ruling(holds: bool, share: f64, most: Percent, text: Sentence) -> Ruling {
    let percent = |value: f64| Measure::of((value * 1e4).round() / 1e4, Unit::Percent);
    let measures = (percent(share * 100.0), percent(most.value()));
    Ruling { mending: Mending::Within, ..Ruling::on(holds, measures, Level::Fail, text) }
}

/// What the logs lack: requests at all, or else what the rule is about.
fn lacking(report: &ServerLogReport, what: SentenceKey) -> Ruling {
    not_known(Sentence::new(if report.requests == 0 { key::check_unjudged::NO_REQUESTS } else { what }))
}

/// A rule that nothing decides passes neither.
fn not_known(why: Sentence) -> Ruling {
    Ruling { open: Some(why.clone()), ..unjudged(why) }
}

fn percent(share: f64) -> String {
    format!("{:.2}", share * 100.0)
}
