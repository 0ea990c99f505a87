//! `errstat check`: the verdict, what is broken first.

use unicode_width::UnicodeWidthStr;

use crate::{
    check::{Judgement, Status, Verdict},
    model::{Sentence, key},
    render::verdict::{STATUSES, configuration, lists, period, status_word, title, told},
    story::Clock,
};

use super::{
    ink::Ink,
    sheet::{NAME_IN_SENTENCE, Sheet, TerminalView, excerpt},
};

/// More items than this are for the other formats.
const LIST: usize = 5;

/// The verdict as text of at most the view's width, each line ended.
pub fn check(verdict: &Verdict, view: &TerminalView) -> String {
    let lang = view.lang;
    let mut sheet = Sheet::new(view);
    let ink = match verdict.result {
        Judgement::Passed => Ink::Good,
        Judgement::Failed => Ink::Bad,
        Judgement::NotJudged => Ink::Notice,
    };
    sheet.paragraph("", &title(verdict, lang), ink);
    if let Some(period) = period(verdict, lang) {
        sheet.paragraph("", &period, Ink::Faint);
    }
    for problem in &verdict.problems {
        sheet.paragraph("  - ", problem, Ink::Plain);
    }
    let width = STATUSES.iter().map(|status| status_word(*status, lang).width()).max().unwrap_or(0) + 2;
    let indent = " ".repeat(width);
    for (outcome, advice) in told(verdict) {
        sheet.blank();
        let word = status_word(outcome.status, lang);
        let lead = format!("{}{}", ink_of(outcome.status).on(word), " ".repeat(width - word.width()));
        sheet.paragraph(&lead, &excerpt(&outcome.name, NAME_IN_SENTENCE * 2), Ink::Strong);
        sheet.paragraph(&indent, &outcome.text, Ink::Plain);
        for (title, items) in lists(outcome, Clock::of(lang, verdict.timezone), view.top.min(LIST)) {
            sheet.paragraph(&(indent.clone() + &lang.lead(title)), &items, Ink::Plain);
        }
        if let Some(step) = advice {
            let first =
                Sentence::new(key::check::ADVICE).with("title", lang.phrase(key::check::FIRST)).with("step", step);
            sheet.paragraph(&indent, &lang.say(&first), Ink::Plain);
        }
    }
    if !verdict.notes.is_empty() {
        sheet.heading(lang.phrase(key::check::NOTES));
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

fn ink_of(status: Status) -> Ink {
    match status {
        Status::Failed => Ink::Bad,
        Status::Warned | Status::NotJudged => Ink::Notice,
        Status::Passed => Ink::Good,
    }
}
