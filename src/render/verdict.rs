//! A verdict in words: what its outputs share.

use std::collections::HashSet;

use crate::{
    check::{Judgement, Outcome, Status, Verdict},
    model::{Sentence, key},
    story::{Clock, shortened, what},
    taxonomy::Lang,
};

/// Characters of a detail in a list.
const LONGEST_NAME: usize = 80;

/// The order in which rules are told: what is broken first.
pub(super) const STATUSES: [Status; 4] = [Status::Failed, Status::Warned, Status::NotJudged, Status::Passed];

/// The rules, what is broken first, each with its advice unless another has told the same before.
pub(super) fn told(verdict: &Verdict) -> Vec<(&Outcome, Option<&str>)> {
    let mut told = HashSet::new();
    let with = |status: Status| verdict.rules.iter().filter(move |outcome| outcome.status == status);
    let rules = STATUSES.into_iter().flat_map(with);
    rules.map(|outcome| (outcome, outcome.advice.as_deref().filter(|advice| told.insert(*advice)))).collect()
}

/// What to call a rule's result.
pub(super) fn status_word(status: Status, lang: Lang) -> &'static str {
    lang.phrase(match status {
        Status::Passed => key::check::PASSED,
        Status::Warned => key::check::WARNED,
        Status::Failed => key::check::FAILED,
        Status::NotJudged => key::check::NOT_JUDGED,
    })
}

/// The verdict in one sentence.
pub(super) fn title(verdict: &Verdict, lang: Lang) -> String {
    let (passed, failed, all) = (verdict.count(Status::Passed), verdict.count(Status::Failed), verdict.rules.len());
    let key = match verdict.result {
        Judgement::Passed if passed == all && all == 1 => key::check::VERDICT_PASSED_ONE,
        Judgement::Passed if passed == all => key::check::VERDICT_PASSED,
        Judgement::Passed => key::check::VERDICT_PASSED_BUT,
        Judgement::Failed => key::check::VERDICT_FAILED,
        Judgement::NotJudged if failed > 0 => key::check::VERDICT_FAILED_TOO,
        Judgement::NotJudged => key::check::VERDICT_NOT_JUDGED,
    };
    lang.say(&Sentence::new(key).with("passed", passed).with("failed", failed).with("count", all))
}

/// The period that was judged; none where the inputs could not be read.
pub(super) fn period(verdict: &Verdict, lang: Lang) -> Option<String> {
    let judged = verdict.period.as_ref()?;
    let words = Clock::of(lang, verdict.timezone).period(judged.start, judged.end);
    let sentence = Sentence::new(key::check::PERIOD)
        .with("label", &judged.label)
        .with("period", words)
        .with("zone", verdict.timezone);
    Some(lang.say(&sentence))
}

/// Which rules and which baseline were held against the numbers.
pub(super) fn configuration(verdict: &Verdict, lang: Lang) -> Vec<String> {
    let rules = verdict.configuration.as_ref().map(|configuration| {
        Sentence::new(key::check::CONFIGURATION).with("path", &configuration.path).with("sha256", &configuration.sha256)
    });
    let baseline = verdict.baseline.as_ref().map(|path| Sentence::new(key::check::BASELINE).with("path", path));
    rules.into_iter().chain(baseline).map(|sentence| lang.say(&sentence)).collect()
}

/// What breaks a rule, under a title each: its windows and its details, at most `top` and how many more.
pub(super) fn lists(outcome: &Outcome, clock: Clock, top: usize) -> Vec<(&'static str, String)> {
    let lang = clock.lang;
    let windows = outcome.windows.iter().map(|window| {
        let when = match outcome.per {
            "day" | "week" => clock.days(window.start, window.end),
            _ => clock.stretch(window.start, window.end),
        };
        (when, window.errors)
    });
    [
        (lang.phrase(key::check::WINDOWS), listed(windows, lang, top)),
        (lang.phrase(key::check::DETAILS), details(outcome, lang, top)),
    ]
    .into_iter()
    .filter(|(_, items)| !items.is_empty())
    .collect()
}

/// The text of a rule, what breaks it, and what to do; `shown` makes a text safe.
pub(super) fn said(
    outcome: &Outcome,
    advice: Option<&str>,
    (clock, top): (Clock, usize),
    shown: impl Fn(&str) -> String,
) -> Vec<String> {
    let lang = clock.lang;
    let first = advice.map(|advice| (lang.phrase(key::check::FIRST), advice.to_owned()));
    let titled = lists(outcome, clock, top).into_iter().chain(first);
    let titled = titled.map(|(title, text)| lang.lead(title) + &shown(&text));
    [shown(&outcome.text)].into_iter().chain(titled).collect()
}

/// The details that break a rule, at most `top` and how many more.
pub(super) fn details(outcome: &Outcome, lang: Lang, top: usize) -> String {
    let named =
        outcome.details.iter().map(|row| (shortened(&what(lang, &row.reason, &row.detail), LONGEST_NAME), row.errors));
    listed(named, lang, top)
}

fn listed(items: impl ExactSizeIterator<Item = (String, u64)>, lang: Lang, top: usize) -> String {
    let more = items.len().saturating_sub(top);
    let item = |(what, errors)| {
        lang.say(&Sentence::new(key::check::DETAIL_ERRORS).with("detail", what).with_number("errors", errors))
    };
    let mut shown: Vec<String> = items.take(top).map(item).collect();
    shown.extend((more > 0).then(|| lang.say(&Sentence::new(key::check::MORE).with("count", more))));
    lang.list(shown)
}
