//! What the server's own access logs say.

use crate::{
    analysis::{Analysis, ErrorRate, LogFinding, ServerLogReport, VerdictRequests},
    model::{Sentence, key},
    taxonomy::Lang,
};

use super::Events;

/// What the access logs say, in at most two sentences.
#[derive(Clone, Debug)]
pub struct AccessLog {
    /// How many of LINE's webhooks failed.
    pub rate: String,
    /// What the logs show of the worst incident that they say anything of.
    pub worst: Option<String>,
    /// What the logs have of LINE's requests, and what of the period they do not have.
    pub lines: Vec<String>,
}

impl AccessLog {
    pub(super) fn of(analysis: &Analysis, lang: Lang, events: &Events<'_>) -> Option<AccessLog> {
        let report = analysis.server_log.as_ref()?;
        let rate = match &report.rate {
            Some(told) => rate(told, lang),
            None => Sentence::new(key::server_log::NO_RATE).with_number("requests", report.requests),
        };
        let worst = events.all().find_map(|event| {
            let finding = event.log.as_ref().filter(|_| is_decided(event.incident.log.as_ref()))?;
            let sentence = Sentence::new(key::server_log::WORST).with("when", &event.when);
            Some(lang.say(&sentence.with("finding", finding)))
        });
        Some(AccessLog { rate: lang.say(&rate), worst, lines: lines(report, lang) })
    }

    /// Both.
    pub fn line(&self) -> String {
        std::iter::once(self.rate.as_str()).chain(self.worst.as_deref()).collect::<Vec<_>>().join(" ")
    }
}

fn lines(report: &ServerLogReport, lang: Lang) -> Vec<String> {
    let count = |sentence: Sentence, count: u64| sentence.with_number("count", count);
    let verdict = |of: &VerdictRequests| {
        let what = match of.verdict {
            "ok" => key::server::OK,
            "ok_or_slow" => key::server::OK_OR_SLOW,
            "timeout" => key::server::TIMEOUT,
            _ => key::server_log::OTHER_STATUS,
        };
        let line = Sentence::new(key::server::VERDICT).with_sentence("what", Sentence::new(what));
        lang.say(&count(line, of.requests))
    };
    let verdicts: Vec<String> = report.by_verdict.iter().map(verdict).collect();
    let requests = Sentence::new(key::server_log::REQUESTS).with_number("requests", report.requests);
    let duration = report.duration.as_ref().map(|took| {
        let seconds = |seconds: f64| format!("{seconds:.2}");
        let line = Sentence::new(key::server::QUANTILES).with("p50", seconds(took.p50)).with("p95", seconds(took.p95));
        line.with("p99", seconds(took.p99)).with("max", seconds(took.max))
    });
    let duration = duration.map(|took| Sentence::new(key::server_log::DURATION).with_sentence("quantiles", took));
    let silent = report.silent.len() as u64;
    let silent = (silent > 0).then(|| count(Sentence::new(key::server_log::SILENT), silent));
    let requests = requests.with("verdicts", verdicts.join(" · "));
    std::iter::once(requests).chain(duration).chain(silent).map(|line| lang.say(&line)).collect()
}

/// Whether the logs say anything of an incident.
fn is_decided(finding: Option<&LogFinding>) -> bool {
    finding.is_some_and(|finding| finding.sentence.key != key::server_says::UNDECIDED)
}

fn rate(rate: &ErrorRate, lang: Lang) -> Sentence {
    let (high, low) = (lang.fine_percent(rate.high), rate.low.map(|low| lang.fine_percent(low)));
    let share = match &low {
        Some(low) if *low == high => high,
        Some(low) => lang.say(&Sentence::new(key::server_log::BETWEEN).with("low", low).with("high", high)),
        None => lang.say(&Sentence::new(key::server_log::AT_MOST).with("high", high)),
    };
    let attempts = match rate.attempts_high {
        Some(high) if high == rate.attempts_low => lang.number(high),
        Some(high) => {
            let between = Sentence::new(key::server_log::ATTEMPTS_BETWEEN).with_number("low", rate.attempts_low);
            lang.say(&between.with_number("high", high))
        }
        None => {
            let least = Sentence::new(key::server_log::AT_LEAST_ATTEMPTS).with_number("attempts", rate.attempts_low);
            lang.say(&least)
        }
    };
    let sentence = Sentence::new(key::server_log::RATE).with("rate", share).with_number("errors", rate.errors);
    sentence.with("attempts", attempts)
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
