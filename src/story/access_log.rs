//! What the server's own access logs say.

use crate::{
    analysis::{Analysis, ErrorRate, LogSpan, RequestDurations, ServerLogReport, VerdictRequests},
    model::{Sentence, SentenceKey, key},
    server,
    taxonomy::Lang,
};

use super::{Clock, Events};

/// What the access logs say, in at most two sentences.
#[derive(Clone, Debug)]
pub struct AccessLog {
    /// How many of LINE's webhooks failed.
    pub rate: String,
    /// What the logs show of the worst incident that they say anything of.
    pub worst: Option<String>,
    /// Both, and of which part of the period.
    pub line: String,
    /// How long answers took; none where the logs have no durations.
    pub duration: Option<String>,
    /// What the logs have of LINE's requests, and what of the period they do not have.
    pub lines: Vec<String>,
}

impl AccessLog {
    pub(super) fn of(analysis: &Analysis, clock: &Clock, events: &Events<'_>) -> Option<AccessLog> {
        let (report, lang) = (analysis.server_log.as_ref()?, clock.lang);
        let rate = match &report.rate {
            Some(told) => rate(told, lang),
            None => Sentence::new(key::server_log::NO_RATE).with_number("requests", report.requests),
        };
        let worst = events.all().find_map(|event| {
            event.incident.log.as_ref().filter(|finding| finding.is_decided())?;
            let sentence = Sentence::new(key::server_log::WORST).with("when", &event.when);
            Some(lang.say(&sentence.with("finding", event.log.as_ref()?)))
        });
        let duration = report.duration.as_ref().map(|took| lang.say(&duration(took)));
        let covers = covers(analysis, report, clock).map(|covers| lang.say(&covers));
        let lines = [requests(report, lang), duration.clone(), covers.clone(), missing(report, lang)];
        let of = report.rate.as_ref().and(report.rate_span);
        let of = of.map(|part| lang.say(&stretch(key::server_log::RATE_COVERS, part, clock)));
        let covers = covers.filter(|_| of.is_none());
        let rate = [Some(lang.say(&rate)), of].into_iter().flatten().collect::<Vec<_>>().join(lang.between());
        let line = [Some(&rate), covers.as_ref(), worst.as_ref()].into_iter().flatten().map(String::as_str);
        let line = line.collect::<Vec<_>>().join(lang.between());
        Some(AccessLog { rate, worst, line, duration, lines: lines.into_iter().flatten().collect() })
    }
}

fn requests(report: &ServerLogReport, lang: Lang) -> Option<String> {
    let verdict = |of: &VerdictRequests| {
        let what = match of.verdict {
            "ok" => key::server::OK,
            "ok_or_slow" => key::server::OK_OR_SLOW,
            "timeout" => key::server::TIMEOUT,
            _ => key::server_log::OTHER_STATUS,
        };
        let line = Sentence::new(key::server::VERDICT).with_sentence("what", Sentence::new(what));
        lang.say(&line.with_number("count", of.requests))
    };
    let verdicts: Vec<String> = report.by_verdict.iter().map(verdict).collect();
    let requests = Sentence::new(key::server_log::REQUESTS).with_number("requests", report.requests);
    (!verdicts.is_empty()).then(|| lang.say(&requests.with("verdicts", verdicts.join(lang.dot()))))
}

fn duration(took: &RequestDurations) -> Sentence {
    Sentence::new(key::server_log::DURATION).with_sentence("quantiles", quantiles(took))
}

/// How long answers took: short times to the millisecond.
pub fn quantiles(took: &RequestDurations) -> Sentence {
    let seconds = |seconds: f64| if seconds < 0.1 { format!("{seconds:.3}") } else { format!("{seconds:.2}") };
    let line = Sentence::new(key::server::QUANTILES).with("p50", seconds(took.p50)).with("p95", seconds(took.p95));
    line.with("p99", seconds(took.p99)).with("max", seconds(took.max))
}

fn stretch(key: SentenceKey, part: LogSpan, clock: &Clock) -> Sentence {
    Sentence::new(key).with("when", clock.stretch(part.start, part.end))
}

/// Which part of the period the logs cover, where it is not all of it.
fn covers(analysis: &Analysis, report: &ServerLogReport, clock: &Clock) -> Option<Sentence> {
    let covers = |part| stretch(key::server_log::COVERS, part, clock);
    server::other_time(report, analysis).or_else(|| server::part(report, analysis).map(covers))
}

/// What the logs lack.
fn missing(report: &ServerLogReport, lang: Lang) -> Option<String> {
    let silent = report.silent.len() as u64;
    let silent = (silent > 0).then(|| Sentence::new(key::server_log::SILENT).with_number("count", silent));
    let no_duration = match report.duration {
        _ if report.requests == 0 || report.slow.is_some() => None,
        Some(_) => Some(Sentence::new(key::server_log::NOT_ALL_DURATIONS)),
        None => Some(Sentence::new(key::server_log::NO_DURATION)),
    };
    let said: Vec<String> = silent.into_iter().chain(no_duration).map(|sentence| lang.say(&sentence)).collect();
    (!said.is_empty()).then(|| said.join(lang.between()))
}

/// A rate with its bounds: `at most 1.2 %`.
pub fn share(rate: &ErrorRate, lang: Lang) -> String {
    let (high, low) = (lang.fine_percent(rate.high), rate.low.map(|low| lang.fine_percent(low)));
    match &low {
        Some(low) if *low == high => high,
        Some(low) => lang.say(&Sentence::new(key::server_log::BETWEEN).with("low", low).with("high", high)),
        None => lang.say(&Sentence::new(key::server_log::AT_MOST).with("high", high)),
    }
}

fn rate(rate: &ErrorRate, lang: Lang) -> Sentence {
    let sentence =
        Sentence::new(key::server_log::RATE).with("rate", share(rate, lang)).with_number("errors", rate.errors);
    let low = rate.attempts_low;
    match rate.attempts_high {
        Some(high) if high == low => sentence.with_number("attempts", high),
        Some(high) => {
            let between = Sentence::new(key::server_log::ATTEMPTS_BETWEEN).with_number("low", low);
            sentence.with_limited("attempts", between.with_number("high", high))
        }
        None => {
            let least = Sentence::new(key::server_log::AT_LEAST_ATTEMPTS).with_number("attempts", low);
            sentence.with_limited("attempts", least)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_told_with_its_bounds() {
        let told = |low, high, attempts_low, attempts_high| {
            let told = ErrorRate { low, high, errors: 12, attempts_low, attempts_high };
            Lang::En.say(&rate(&told, Lang::En))
        };
        assert_eq!(
            told(None, 0.0123, 9_900, None),
            "Access log: at most 1.2 % of the webhooks failed (12 of at least 9,900)."
        );
        assert_eq!(
            told(Some(0.01), 0.01, 1_200, Some(1_200)),
            "Access log: 1.0 % of the webhooks failed (12 of 1,200)."
        );
        // 0.00012 is not 0.0 %.
        assert_eq!(
            told(Some(0.00012), 0.00024, 50_000, Some(100_000)),
            "Access log: 0.012 % to 0.024 % of the webhooks failed (12 of 50,000 to 100,000)."
        );
    }
}
