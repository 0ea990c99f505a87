//! A verdict to paste into a pull request, and for GitHub's job summary.

use super::escape::prose;
use crate::{
    check::{Status, Verdict},
    model::{for_log, key},
    render::verdict::{configuration, period, said, status_word, title, told},
    story::Clock,
    taxonomy::Lang,
};

/// The verdict as GitHub-flavoured Markdown, each line ended. Lists have `top` entries and say what they leave out.
pub fn verdict(verdict: &Verdict, lang: Lang, top: usize) -> String {
    let mut out = format!("## {}\n", prose(&title(verdict, lang)));
    if let Some(period) = period(verdict, lang) {
        out += &format!("\n{}\n", prose(&period));
    }
    if !verdict.problems.is_empty() {
        out += &format!("\n### {}\n\n", lang.phrase(key::check::PROBLEMS));
        verdict.problems.iter().for_each(|problem| out += &format!("- {}\n", prose(problem)));
    }
    if !verdict.rules.is_empty() {
        let columns = [key::check::RESULT, key::check::RULE, key::check::SAID].map(|key| lang.phrase(key));
        out += &format!("\n| {} |\n| --- | --- | --- |\n", columns.join(" | "));
        for (outcome, advice) in told(verdict) {
            let word = status_word(outcome.status, lang);
            let word = if outcome.status == Status::Failed { format!("**{word}**") } else { word.to_owned() };
            let said = said(outcome, advice, (Clock::of(lang, verdict.timezone), top), prose).join("<br>");
            out += &format!("| {word} | {} | {said} |\n", prose(&outcome.name));
        }
    }
    if !verdict.notes.is_empty() {
        out += &format!("\n### {}\n\n", lang.phrase(key::check::NOTES));
        verdict.notes.iter().for_each(|note| out += &format!("- {}\n", prose(&note.text)));
    }
    for line in configuration(verdict, lang) {
        out += &format!("\n{}\n", prose(&line));
    }
    out.lines().map(|line| for_log(line) + "\n").collect()
}
