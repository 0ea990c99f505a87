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
    let with = |status: Status| {
        let named = move |outcome: &Outcome| (annotation_title(&outcome.name, lang), message(outcome, lang));
        verdict.rules.iter().filter(move |outcome| outcome.status == status).map(named)
    };
    let not_judged = verdict.result == Judgement::NotJudged;
    let problems = not_judged.then(|| (title(verdict, lang), verdict.problems.join("\n")));
    let doubts: Vec<&str> = verdict.not_known().map(|note| note.text.as_str()).collect();
    let doubtful = annotation_title(lang.phrase(key::check::DOUBTS), lang);
    let doubts = (!doubts.is_empty()).then(|| (doubtful, doubts.join("\n")));
    let errors: Vec<_> = problems.into_iter().chain(with(Status::Failed)).collect();
    let warnings = doubts.into_iter().chain(with(Status::Warned)).chain(with(Status::NotJudged));
    let notice = (verdict.result == Judgement::Passed).then(|| command("notice", "errstat", &title(verdict, lang)));
    let out = commands("error", &errors, lang) + &commands("warning", &warnings.collect::<Vec<_>>(), lang);
    out + &notice.unwrap_or_default()
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

/// Titles and messages as commands, no more than are shown.
fn commands(kind: &str, all: &[(String, String)], lang: Lang) -> String {
    let (shown, rest) = all.split_at(if all.len() > MOST { MOST - 1 } else { all.len() });
    let more = lang.say(&Sentence::new(key::check::ANNOTATION_MORE).with("count", rest.len()));
    let more = (!rest.is_empty()).then(|| command(kind, "errstat", &more));
    shown.iter().map(|(title, message)| command(kind, title, message)).chain(more).collect()
}

fn command(kind: &str, title: &str, message: &str) -> String {
    format!("::{kind} title={}::{}\n", property(&cut(title, LONGEST_TITLE)), data(&cut(message, LONGEST)))
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
        let out = command("error", "a,b::c%\n::x", "50 %\r\n::error::y");
        assert_eq!(out, "::error title=a%2Cb%3A%3Ac%25%0A%3A%3Ax::50 %25%0D%0A::error::y\n");
    }

    #[test]
    fn a_step_has_ten_annotations_of_a_kind() {
        let out = commands("error", &vec![("t".to_owned(), "m".to_owned()); 25], Lang::En);
        assert_eq!(out.lines().count(), 10);
        assert!(out.lines().last().unwrap().contains("16 more"), "{out}");
    }
}
