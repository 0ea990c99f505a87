//! `errstat reconcile`: mails against exports.

use crate::{
    analysis::{Reconciliation, filter_heading},
    model::{Sentence, key},
    render::{document::Kind, grid::Grid},
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
    let table = Grid::of(days)
        .column((Kind::Name, lang.phrase(key::reconcile::CHANNEL)), |day| {
            day.channel.clone().unwrap_or_else(|| "–".to_owned())
        })
        .column((Kind::Words, lang.phrase(key::reconcile::DAY)), |day| lang.day(day.date))
        .column((Kind::Number, lang.phrase(key::reconcile::MAILED)), |day| lang.number(day.sums.mailed))
        .column((Kind::Number, lang.phrase(key::reconcile::EXPORTED)), |day| lang.number(day.sums.exported))
        .column((Kind::Number, lang.phrase(key::reconcile::ONLY_MAILED)), |day| lang.number(day.sums.only_mailed))
        .column((Kind::Number, lang.phrase(key::reconcile::MISSING_TITLE)), |day| lang.number(day.sums.missing))
        .column((Kind::Number, lang.phrase(key::reconcile::ONLY_EXPORTED)), |day| lang.number(day.sums.only_exported));
    sheet.table(&table.headings, table.rows);
    sheet.blank();
    sheet.paragraph("", lang.phrase(key::reconcile::EXPLAINED), Ink::Faint);
    sheet.finish()
}
