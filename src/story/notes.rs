//! Notes by their weight, and the mark that grave ones put on the total.

use crate::{
    analysis::{Analysis, Bound, Level, Note, bound},
    taxonomy::Lang,
};

/// Grave ones, warnings, and what is only information.
pub(super) fn by_level(analysis: &Analysis, lang: Lang) -> [Vec<Note>; 3] {
    let of = |level: Level| {
        let notes = analysis.notes.iter().map(|sentence| Note::of(sentence, lang));
        notes.filter(|note| note.level == level).collect()
    };
    [Level::Grave, Level::Warning, Level::Info].map(of)
}

/// The total, with a sign where notes say that it is too low or too high.
pub(super) fn marked(analysis: &Analysis, lang: Lang) -> String {
    let tail = analysis.tail_unknown.then_some(Bound::AtLeast);
    let bounds = || analysis.notes.iter().filter_map(|note| bound(note.key)).chain(tail);
    let sign = match (bounds().any(|bound| bound == Bound::AtLeast), bounds().any(|bound| bound == Bound::AtMost)) {
        (true, true) => "≈ ",
        (true, false) => "≥ ",
        (false, true) => "≤ ",
        (false, false) => "",
    };
    format!("{sign}{}", lang.number(analysis.totals.errors))
}
