//! `errstat check`: the verdict, what is broken first.

use std::collections::HashSet;

use crate::{
    check::{Outcome, Result, Status, Verdict},
    model::Sentence,
};

use super::{
    TerminalView,
    ink::Ink,
    sheet::{NAME_IN_SENTENCE, Sheet, excerpt},
};
use crate::render::{
    times::Clock,
    verdict::{STATUSES, configuration, details, period, status_word, title, windows},
};

/// More items than this are for the other formats.
const LIST: usize = 5;

/// The verdict as text of at most the view's width, each line ended.
pub fn check(verdict: &Verdict, view: &TerminalView) -> String {
    let lang = view.lang;
    let clock = Clock::of(lang);
    let mut sheet = Sheet::new(view);
    let ink = match verdict.result {
        Result::Passed => Ink::Good,
        Result::Failed => Ink::Bad,
        Result::NotJudged => Ink::Notice,
    };
    sheet.paragraph("", &title(verdict, lang), ink);
    if let Some(period) = period(verdict, lang) {
        sheet.paragraph("", &period, Ink::Faint);
    }
    for problem in &verdict.problems {
        sheet.paragraph("  - ", problem, Ink::Plain);
    }
    let width = STATUSES.iter().map(|status| cells(status_word(*status, lang))).max().unwrap_or(0) + 2;
    let found = |status: Status| verdict.rules.iter().filter(move |outcome| outcome.status == status);
    // The same advice is told once.
    let mut told = HashSet::new();
    for status in STATUSES {
        for outcome in found(status) {
            sheet.blank();
            let word = status_word(status, lang);
            let lead = format!("{}{}", ink_of(status).on(word), " ".repeat(width - cells(word)));
            sheet.paragraph(&lead, &excerpt(&outcome.name, NAME_IN_SENTENCE * 2), Ink::Strong);
            let advice = outcome.advice.as_deref().filter(|advice| told.insert(*advice));
            body(&mut sheet, outcome, advice, &" ".repeat(width), &clock, view);
        }
    }
    if !verdict.notes.is_empty() {
        sheet.heading(lang.phrase("check.notes"));
        for note in &verdict.notes {
            sheet.paragraph("- ", &note.text, Ink::Plain);
        }
    }
    let footer = configuration(verdict, lang);
    if !footer.is_empty() {
        sheet.blank();
        footer.iter().for_each(|line| sheet.paragraph("", line, Ink::Faint));
    }
    sheet.finish()
}

fn body(sheet: &mut Sheet, outcome: &Outcome, advice: Option<&str>, indent: &str, clock: &Clock, view: &TerminalView) {
    let lang = view.lang;
    sheet.paragraph(indent, &outcome.text, Ink::Plain);
    let mut list = |key: &'static str, items: Vec<String>| {
        if !items.is_empty() {
            let lead = format!("{indent}{}: ", lang.phrase(key));
            sheet.paragraph(&lead, &items.join(", "), Ink::Plain);
        }
    };
    list("check.windows", windows(outcome, clock, view.top.min(LIST)));
    list("check.details", details(outcome, lang, view.top.min(LIST)));
    if let Some(advice) = advice {
        let first =
            lang.say(&Sentence::new("check.advice").with("title", lang.phrase("check.first")).with("step", advice));
        sheet.paragraph(indent, &first, Ink::Plain);
    }
}

fn cells(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

fn ink_of(status: Status) -> Ink {
    match status {
        Status::Failed => Ink::Bad,
        Status::Warned | Status::NotJudged => Ink::Notice,
        Status::Passed => Ink::Good,
    }
}
