//! `errstat reconcile`: mails against exports.

use crate::{
    analysis::{Reconciliation, filter_heading},
    model::{Sentence, key},
    render::document::Kind,
};

use super::{
    ink::Ink,
    sheet::{Sheet, TerminalView},
};

/// The comparison as text of at most the view's width, each line ended.
pub fn reconcile(found: &Reconciliation, view: &TerminalView) -> String {
    let lang = view.lang;
    let mut sheet = Sheet::new(view);
    let totals = &found.totals;
    // Exports that name no channel are not compared with mails that do.
    let unnamed = found.days.iter().any(|day| day.channel.is_none() && day.sums.exported > 0)
        && found.days.iter().any(|day| day.channel.is_some() && day.sums.only_mailed > 0);
    for note in &found.notes {
        sheet.paragraph("", &note.text, Ink::Notice);
    }
    let (key, ink) = match (totals.mailed, totals.missing) {
        (0, _) => (key::reconcile::NONE_MAILED, Ink::Notice),
        (_, 0) if unnamed => (key::reconcile::UNNAMED, Ink::Notice),
        (_, 0) if totals.only_mailed > 0 => (key::reconcile::BEYOND, Ink::Notice),
        (_, 0) => (key::reconcile::SOUND, Ink::Good),
        _ => (key::reconcile::MISSING, Ink::Bad),
    };
    let sentence = Sentence::new(key)
        .with_number("mailed", totals.mailed)
        .with_number("only_mailed", totals.only_mailed)
        .with_number("missing", totals.missing);
    if let Some(filter) = filter_heading(lang, &found.filter) {
        sheet.paragraph("", &filter, Ink::Notice);
    }
    if found.notes.is_empty() {
        sheet.paragraph("", &lang.say(&sentence), ink);
    }
    // Days without mails have nothing to compare.
    let days: Vec<_> = found.days.iter().filter(|day| day.sums.mailed > 0).collect();
    if days.is_empty() {
        return sheet.finish();
    }
    sheet.blank();
    let columns = [
        (Kind::Name, lang.phrase(key::reconcile::CHANNEL)),
        (Kind::Words, lang.phrase(key::reconcile::DAY)),
        (Kind::Number, lang.phrase(key::reconcile::MAILED)),
        (Kind::Number, lang.phrase(key::reconcile::EXPORTED)),
        (Kind::Number, lang.phrase(key::reconcile::ONLY_MAILED)),
        (Kind::Number, lang.phrase(key::reconcile::MISSING_TITLE)),
        (Kind::Number, lang.phrase(key::reconcile::ONLY_EXPORTED)),
    ];
    let rows = days.into_iter().map(|day| {
        let sums = &day.sums;
        vec![
            day.channel.clone().unwrap_or_else(|| "–".to_owned()),
            lang.day(day.date),
            lang.number(sums.mailed),
            lang.number(sums.exported),
            lang.number(sums.only_mailed),
            lang.number(sums.missing),
            lang.number(sums.only_exported),
        ]
    });
    sheet.table(&columns, rows);
    sheet.blank();
    sheet.paragraph("", lang.phrase(key::reconcile::EXPLAINED), Ink::Faint);
    sheet.finish()
}
