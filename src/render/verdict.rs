//! Words about a verdict that its outputs share.

use super::times::Clock;
use crate::{
    check::{DetailErrors, Outcome, Result, Status, Verdict},
    model::Sentence,
    render::wording::detail_name,
    taxonomy::Lang,
};

/// The order in which rules are told: what is broken first.
pub(super) const STATUSES: [Status; 4] = [Status::Failed, Status::Warned, Status::NotJudged, Status::Passed];

/// What to call a rule's result.
pub(super) fn status_word(status: Status, lang: Lang) -> &'static str {
    lang.phrase(match status {
        Status::Passed => "check.passed",
        Status::Warned => "check.warned",
        Status::Failed => "check.failed",
        Status::NotJudged => "check.not_judged",
    })
}

/// The verdict in one sentence.
pub(super) fn title(verdict: &Verdict, lang: Lang) -> String {
    let (passed, failed, all) = (verdict.count(Status::Passed), verdict.count(Status::Failed), verdict.rules.len());
    let key = match verdict.result {
        Result::Passed if passed == all && all == 1 => "check.verdict_passed_one",
        Result::Passed if passed == all => "check.verdict_passed",
        Result::Passed => "check.verdict_passed_but",
        Result::Failed => "check.verdict_failed",
        Result::NotJudged if failed > 0 => "check.verdict_failed_too",
        Result::NotJudged => "check.verdict_not_judged",
    };
    lang.say(&Sentence::new(key).with("passed", passed).with("failed", failed).with("count", all))
}

/// The period that was judged; none where the inputs could not be read.
pub(super) fn period(verdict: &Verdict, lang: Lang) -> Option<String> {
    let judged = verdict.period.as_ref()?;
    let words = Clock::of(lang).period(judged.start, judged.end);
    let sentence =
        Sentence::new("check.period").with("label", &judged.label).with("period", words).with("zone", verdict.timezone);
    Some(lang.say(&sentence))
}

/// Which rules and which baseline were held against the numbers.
pub(super) fn configuration(verdict: &Verdict, lang: Lang) -> Vec<String> {
    let rules = verdict.configuration.as_ref().map(|configuration| {
        Sentence::new("check.configuration").with("path", &configuration.path).with("sha256", &configuration.sha256)
    });
    let baseline = verdict.baseline.as_ref().map(|path| Sentence::new("check.baseline").with("path", path));
    rules.into_iter().chain(baseline).map(|sentence| lang.say(&sentence)).collect()
}

/// The windows that break a rule, at most `top` and how many more.
pub(super) fn windows(outcome: &Outcome, clock: &Clock, top: usize) -> Vec<String> {
    let say = |window: &crate::check::WindowErrors| {
        let when = match outcome.per {
            "day" | "week" => clock.days(window.start, window.end),
            _ => clock.stretch(window.start, window.end),
        };
        with_errors(when, window.errors, clock.lang)
    };
    let mut shown: Vec<String> = outcome.windows.iter().take(top).map(say).collect();
    more(&mut shown, outcome.windows.len(), top, clock.lang);
    shown
}

/// The details that break a rule, at most `top` and how many more.
pub(super) fn details(outcome: &Outcome, lang: Lang, top: usize) -> Vec<String> {
    let mut shown: Vec<String> = outcome.details.iter().take(top).map(|detail| of_detail(detail, lang)).collect();
    more(&mut shown, outcome.details.len(), top, lang);
    shown
}

fn of_detail(detail: &DetailErrors, lang: Lang) -> String {
    let name = if detail.detail.is_empty() {
        detail.reason.clone()
    } else {
        detail_name(lang, &detail.reason, &detail.detail)
    };
    let short: String = name.chars().take(80).collect();
    let name = if short.len() < name.len() { format!("{short}…") } else { short };
    with_errors(name, detail.errors, lang)
}

fn with_errors(what: String, errors: u64, lang: Lang) -> String {
    lang.say(&Sentence::new("check.detail_errors").with("detail", what).with_number("errors", errors))
}

fn more(shown: &mut Vec<String>, all: usize, top: usize, lang: Lang) {
    if all > top {
        shown.push(lang.say(&Sentence::new("check.more").with("count", all - top)));
    }
}
