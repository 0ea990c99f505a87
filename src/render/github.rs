//! GitHub Actions: workflow commands, which a runner shows as annotations.
//!
//! Forms and escapes: "Workflow commands for GitHub Actions" in GitHub's documentation. A step shows at most ten errors
//! and ten warnings, and a message is cut behind 4 KiB, so there are no more of them and none is longer.

use super::verdict::{details, title};
use crate::{
    check::{Judgement, Outcome, Status, Verdict},
    model::{Sentence, disarmed, key},
    taxonomy::Lang,
};

/// Annotations of one kind that a runner shows for a step.
const MOST: usize = 10;
/// Details of a message.
const DETAILS: usize = 3;
/// Characters of a message.
const LONGEST: usize = 1_000;
/// Characters of a title.
const LONGEST_TITLE: usize = 120;

/// The verdict as workflow commands, a line each: what keeps it from being judged, what is broken, what warns, and a
/// notice where all is well.
pub fn github(verdict: &Verdict, lang: Lang) -> String {
    let mut out = String::new();
    let mut errors: Vec<(String, String)> = Vec::new();
    let mut warnings: Vec<(String, String)> = Vec::new();
    if verdict.result == Judgement::NotJudged {
        errors.push((title(verdict, lang), verdict.problems.join("\n")));
    }
    let doubts: Vec<&str> = verdict.not_known().map(|note| note.text.as_str()).collect();
    if !doubts.is_empty() {
        warnings.push((annotation_title(lang.phrase(key::check::DOUBTS), lang), doubts.join("\n")));
    }
    let with = |status: Status| {
        let named = move |outcome: &Outcome| (annotation_title(&outcome.name, lang), message(outcome, lang));
        verdict.rules.iter().filter(move |outcome| outcome.status == status).map(named)
    };
    errors.extend(with(Status::Failed));
    warnings.extend(with(Status::Warned).chain(with(Status::NotJudged)));
    commands(&mut out, "error", errors, lang);
    commands(&mut out, "warning", warnings, lang);
    if verdict.result == Judgement::Passed {
        command(&mut out, "notice", "errstat", &title(verdict, lang));
    }
    out
}

fn annotation_title(name: &str, lang: Lang) -> String {
    lang.say(&Sentence::new(key::check_annotation::TITLE).with("name", name))
}

fn message(outcome: &Outcome, lang: Lang) -> String {
    let details = details(outcome, lang, DETAILS);
    let details = (!details.is_empty()).then(|| lang.lead(lang.phrase(key::check::DETAILS)) + &details);
    let advice = outcome.advice.as_ref().map(|advice| lang.lead(lang.phrase(key::check::FIRST)) + advice);
    [Some(outcome.text.clone()), details, advice].into_iter().flatten().collect::<Vec<_>>().join("\n")
}

fn commands(out: &mut String, kind: &str, all: Vec<(String, String)>, lang: Lang) {
    let shown = if all.len() > MOST { MOST - 1 } else { all.len() };
    for (title, message) in &all[..shown] {
        command(out, kind, title, message);
    }
    if all.len() > shown {
        let more = lang.say(&Sentence::new(key::check::ANNOTATION_MORE).with("count", all.len() - shown));
        command(out, kind, "errstat", &more);
    }
}

fn command(out: &mut String, kind: &str, title: &str, message: &str) {
    out.push_str(&format!(
        "::{kind} title={}::{}\n",
        property(&cut(title, LONGEST_TITLE)),
        data(&cut(message, LONGEST))
    ));
}

fn cut(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A message: the runner turns these back. Older runners obey `##…[` anywhere in a line, for which there is no escape.
fn data(text: &str) -> String {
    disarmed(text, "# ").replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A value between `=` and `::`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_a_command_or_begins_one() {
        let mut out = String::new();
        command(&mut out, "error", "a,b::c%\n::x", "50 %\r\n::error::y");
        assert_eq!(out, "::error title=a%2Cb%3A%3Ac%25%0A%3A%3Ax::50 %25%0D%0A::error::y\n");
    }

    #[test]
    fn a_step_has_ten_annotations_of_a_kind() {
        let mut out = String::new();
        commands(&mut out, "error", vec![("t".to_owned(), "m".to_owned()); 25], Lang::En);
        assert_eq!(out.lines().count(), 10);
        assert!(out.lines().last().unwrap().contains("16 more"), "{out}");
    }
}
