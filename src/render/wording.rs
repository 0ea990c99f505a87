//! Words that several text outputs share.

use crate::{
    analysis::{Analysis, DetailRow},
    model::{Sentence, key},
    taxonomy::{self, Explanation, Lang},
};

use super::counts::Counts;

/// More causes than this are a list, not advice.
const CAUSES: usize = 3;
/// A cause with a smaller share of the errors is not where to look first.
const SHARE_WORTH_A_LOOK: f64 = 0.05;

/// One sentence for one, another for any other number; both with the placeholder `number`.
pub(super) fn counted(lang: Lang, one: key::SentenceKey, many: key::SentenceKey, number: u64) -> String {
    lang.say(&Sentence::new(if number == 1 { one } else { many }).with("number", lang.number(number)))
}

/// The total, and how it compares with the previous period where that is known; `change` and `label` dress what is put in.
pub(super) fn compared(
    lang: Lang,
    analysis: &Analysis,
    total: String,
    change: impl Fn(&str) -> String,
    label: impl Fn(&str) -> String,
) -> String {
    let totals = &analysis.totals;
    let (Some(previous), Some(changed)) = (totals.previous_errors, Counts::from(totals).short_change(lang)) else {
        return total;
    };
    let key = if previous == 0 { key::terminal::COMPARED_WITH_NONE } else { key::terminal::COMPARED };
    let sentence = Sentence::new(key).with("total", total).with("change", change(&changed));
    lang.say(&sentence.with_number("previous", previous).with("label", label(previous_label(analysis))))
}

/// What the previous period is called; nothing where nothing is compared.
pub(super) fn previous_label(analysis: &Analysis) -> &str {
    analysis.period.previous.as_ref().map_or("", |bounds| bounds.label.as_str())
}

/// What to call a detail: a status with its name (`502 Bad Gateway`), everything else as it stands.
pub(super) fn detail_name(lang: Lang, reason: &str, detail: &str) -> String {
    if detail.is_empty() {
        return lang.phrase(key::page::NO_DETAIL).to_owned();
    }
    match taxonomy::status(reason, detail) {
        Some(_) => taxonomy::explanation(lang, reason, Some(detail)).map_or_else(|| detail.to_owned(), |e| e.title),
        None => detail.to_owned(),
    }
}

/// What failed: the detail, or the reason where there is none.
pub(super) fn what(lang: Lang, reason: &str, detail: &str) -> String {
    if detail.is_empty() { reason.to_owned() } else { detail_name(lang, reason, detail) }
}

/// The first `top` of a list, at least one, and how many more there are in words.
pub(super) fn cut<T>(lang: Lang, list: &[T], top: usize) -> (&[T], Option<String>) {
    let (shown, rest) = list.split_at(list.len().min(top.max(1)));
    let more =
        (!rest.is_empty()).then(|| counted(lang, key::terminal::MORE_ONE, key::terminal::MORE, rest.len() as u64));
    (shown, more)
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
