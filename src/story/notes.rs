//! Notes by their weight, and the mark that grave ones put on the total.

use crate::{
    analysis::{Analysis, Level, Note},
    model::{Sentence, SentenceKey, key},
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

/// The total, with a sign where notes say that it is too low or too high: `≥ 1,054`.
pub(super) fn marked(analysis: &Analysis, lang: Lang) -> String {
    if analysis.data_span.is_none() && analysis.totals.errors == 0 {
        return "–".to_owned();
    }
    let sign = limit(analysis).map_or(String::new(), |(sign, _)| format!("{sign} "));
    sign + &lang.number(analysis.totals.errors)
}

/// A sentence with the total as its `errors`, in words.
pub(super) fn with_total(sentence: Sentence, analysis: &Analysis) -> Sentence {
    let errors = analysis.totals.errors;
    match limit(analysis) {
        Some((_, words)) => sentence.with_limited("errors", Sentence::new(words).with_number("number", errors)),
        None => sentence.with_number("errors", errors),
    }
}

fn limit(analysis: &Analysis) -> Option<(char, SentenceKey)> {
    match analysis.limits() {
        (true, true) => Some(('≈', key::headline::ABOUT)),
        (true, false) => Some(('≥', key::headline::AT_LEAST)),
        (false, true) => Some(('≤', key::headline::AT_MOST)),
        (false, false) => None,
    }
}
