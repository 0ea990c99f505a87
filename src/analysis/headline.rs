//! The report in a few sentences, composed from its numbers.

use super::{Analysis, DetailRow};
use crate::{
    model::{Sentence, Timestamp, Zone},
    taxonomy::Lang,
};

/// Names longer than this are cut in a headline.
const LONGEST_NAME: usize = 60;

/// What dominated, how it compares, when it was worst, whether it goes on.
pub fn headline(analysis: &Analysis, lang: Lang) -> String {
    let mut sentences = Vec::new();
    let period = &analysis.period.label;
    let errors = analysis.totals.errors;
    if errors == 0 {
        let key =
            if analysis.totals.rows > 0 || analysis.data_span.is_some() { "headline.none" } else { "headline.no_rows" };
        sentences.push(Sentence::new(key).with("period", period));
    } else {
        let top = analysis.by_detail.first();
        let key = if errors == 1 { "headline.one" } else { "headline.errors" };
        let sentence = Sentence::new(key).with("errors", lang.number(errors)).with("period", period);
        sentences.push(match top {
            Some(top) => sentence.with("detail", name(top)).with("share", lang.percent(top.share)),
            None => sentence,
        });
    }
    sentences.extend(compared(analysis, lang));
    if let Some(worst) =
        analysis.incidents.iter().max_by_key(|incident| (incident.errors, std::cmp::Reverse(incident.bounds.0)))
    {
        let zone: Option<Zone> = analysis.timezone.parse().ok();
        let start = zone.map_or_else(|| worst.start.clone(), |zone| lang.moment(zone.local(Timestamp(worst.bounds.0))));
        let key = match (analysis.incidents.len(), worst.ongoing) {
            (_, true) => "headline.ongoing",
            (1, _) => "headline.incident",
            _ => "headline.incidents",
        };
        let what = if worst.detail.is_empty() { &worst.reason } else { &worst.detail };
        sentences.push(
            Sentence::new(key)
                .with("count", analysis.incidents.len())
                .with("start", start)
                .with("minutes", lang.number(worst.minutes))
                .with("errors", lang.number(worst.errors))
                .with("detail", shortened(what)),
        );
    }
    sentences
        .iter()
        .map(|sentence| lang.say(sentence))
        .collect::<Vec<_>>()
        .join(lang.phrase("headline.between").trim_matches('|'))
}

fn compared(analysis: &Analysis, lang: Lang) -> Option<Sentence> {
    let previous = analysis.totals.previous_errors?;
    let period = &analysis.period.previous.as_ref()?.label;
    let errors = analysis.totals.errors;
    let key = match (errors.cmp(&previous), previous) {
        (std::cmp::Ordering::Equal, _) => "headline.same",
        (_, 0) => "headline.from_nothing",
        (std::cmp::Ordering::Greater, _) => "headline.more",
        (std::cmp::Ordering::Less, _) => "headline.less",
    };
    let percent = analysis.totals.change_pct.map_or_else(String::new, |percent| lang.change(percent));
    Some(Sentence::new(key).with("previous", lang.number(previous)).with("period", period).with("change", percent))
}

fn name(row: &DetailRow) -> String {
    shortened(if row.detail.is_empty() { &row.reason } else { &row.detail })
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= LONGEST_NAME {
        text.to_owned()
    } else {
        text.chars().take(LONGEST_NAME - 1).chain(['…']).collect()
    }
}
