//! Words that several text outputs share.

use crate::{
    analysis::{Analysis, DetailRow},
    model::Sentence,
    taxonomy::{self, Explanation, Lang},
};

/// More causes than this are a list, not advice.
const CAUSES: usize = 3;
/// A cause with a smaller share of the errors is not where to look first.
const SHARE_WORTH_A_LOOK: f64 = 0.05;

/// One sentence for one, another for any other number; both with the placeholder `number`.
pub(super) fn counted(lang: Lang, one: &'static str, many: &'static str, number: u64) -> String {
    lang.say(&Sentence::new(if number == 1 { one } else { many }).with("number", lang.number(number)))
}

/// A change as short as it gets: in percent, or as a number where there was nothing before. None where nothing is
/// compared.
pub(super) fn change(lang: Lang, change: Option<i64>, percent: Option<f64>) -> Option<String> {
    Some(match (change?, percent) {
        (0, _) => "±0".to_owned(),
        (_, Some(percent)) => lang.change(percent),
        (change, None) => format!("{}{}", if change < 0 { '-' } else { '+' }, lang.number(change.unsigned_abs())),
    })
}

/// What to call a detail: a status with its name (`502 Bad Gateway`), everything else as it stands.
pub(super) fn detail_name(lang: Lang, reason: &str, detail: &str) -> String {
    if detail.is_empty() {
        return lang.phrase("page.no_detail").to_owned();
    }
    match taxonomy::status(reason, detail) {
        Some(_) => taxonomy::explanation(lang, reason, Some(detail)).map_or_else(|| detail.to_owned(), |e| e.title),
        None => detail.to_owned(),
    }
}

/// The details to do something about first, the most frequent ones, and what is known about each.
pub(super) fn first_causes(lang: Lang, analysis: &Analysis) -> Vec<(&DetailRow, Explanation)> {
    let worth_a_look = |at: usize, row: &DetailRow| row.errors > 0 && (at == 0 || row.share >= SHARE_WORTH_A_LOOK);
    let rows = analysis.by_detail.iter().enumerate().filter(|(at, row)| worth_a_look(*at, row));
    rows.filter_map(|(_, row)| Some((row, taxonomy::explanation(lang, &row.reason, Some(&row.detail))?)))
        .take(CAUSES)
        .collect()
}

/// Whether the inputs hold rows at all, in the period or outside.
pub(super) fn has_rows(analysis: &Analysis) -> bool {
    analysis.inputs.iter().any(|input| input.rows > 0)
}
