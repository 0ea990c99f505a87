//! The report in a few sentences, composed from its numbers.

use super::{Analysis, Bounds};
use crate::{
    model::{Sentence, Timestamp, key},
    taxonomy::{self, Lang},
};

/// Names longer than this are cut in a headline.
const LONGEST_NAME: usize = 60;

/// What dominated, how it compares, when it was worst, whether it goes on.
///
/// Where the inputs do not reach the period, that comes first: it is not a good week.
pub fn headline(analysis: &Analysis, unreached: Option<&Sentence>, lang: Lang) -> String {
    let mut sentences: Vec<Sentence> = unreached.into_iter().cloned().collect();
    let name_of_period = period_name(&analysis.period.bounds(), analysis, lang);
    let period = &match analysis.period.unfinished {
        true => lang.say(&Sentence::new(key::headline::SO_FAR).with("period", name_of_period)),
        false => name_of_period,
    };
    let errors = analysis.totals.errors;
    if errors == 0 && unreached.is_some() {
        // Nothing is known, so nothing is said to be good.
    } else if errors == 0 {
        let key = if analysis.totals.rows > 0 || analysis.data_span.is_some() {
            key::headline::NONE
        } else {
            key::headline::NO_ROWS
        };
        sentences.push(Sentence::new(key).with("period", period));
    } else {
        let top = analysis.by_detail.first();
        let key = if errors == 1 { key::headline::ONE } else { key::headline::ERRORS };
        let sentence = Sentence::new(key).with("errors", lang.number(errors)).with("period", period);
        sentences.push(match top {
            Some(top) => sentence.with("detail", name(&top.reason, &top.detail)).with("share", lang.percent(top.share)),
            None => sentence,
        });
    }
    if unreached.is_none() {
        sentences.extend(compared(analysis, lang));
    }
    if let Some(worst) = analysis.incidents.first() {
        let key = match (analysis.incidents.len(), worst.ongoing) {
            (_, Some(true)) => key::headline::ONGOING,
            (_, None) => key::headline::END_UNKNOWN,
            (1, _) => key::headline::INCIDENT,
            _ => key::headline::INCIDENTS,
        };
        sentences.push(
            Sentence::new(key)
                .with("count", analysis.incidents.len())
                .with("start", lang.moment(worst.start.0))
                .with("minutes", lang.number(worst.minutes))
                .with("errors", lang.number(worst.errors))
                .with("detail", name(&worst.reason, &worst.detail)),
        );
    }
    sentences
        .iter()
        .map(|sentence| lang.say(sentence))
        .collect::<Vec<_>>()
        .join(lang.phrase(key::headline::BETWEEN).trim_matches('|'))
}

fn compared(analysis: &Analysis, lang: Lang) -> Option<Sentence> {
    // Without a change the two cannot be compared, and a note says why.
    analysis.totals.change?;
    let previous = analysis.totals.previous_errors?;
    let period = period_name(analysis.period.previous.as_ref()?, analysis, lang);
    let errors = analysis.totals.errors;
    let key = match (errors.cmp(&previous), previous) {
        (std::cmp::Ordering::Equal, _) => key::headline::SAME,
        (_, 0) => key::headline::FROM_NOTHING,
        (std::cmp::Ordering::Greater, _) => key::headline::MORE,
        (std::cmp::Ordering::Less, _) => key::headline::LESS,
    };
    let percent = analysis.totals.change_pct.map_or_else(String::new, |percent| lang.change(percent));
    Some(Sentence::new(key).with("previous", lang.number(previous)).with("period", period).with("change", percent))
}

/// The detail as people say it: a status with its name.
fn name(reason: &str, detail: &str) -> String {
    match taxonomy::status(reason, detail).and_then(taxonomy::status_name) {
        Some(name) => format!("{detail} {name}"),
        None if detail.is_empty() => shortened(reason),
        None => shortened(detail),
    }
}

/// What to call a period: its label, or its days where the label only lists them.
fn period_name(bounds: &Bounds, analysis: &Analysis, lang: Lang) -> String {
    let zone = analysis.timezone;
    let (first, last) = (zone.day(Timestamp(bounds.start)), zone.day(Timestamp(bounds.end - 1)));
    match bounds.label.split_once("..") {
        Some((start, _)) if start.len() > 10 => {
            let moment = |millis| lang.moment(zone.local(Timestamp(millis)));
            range(lang, moment(bounds.start), moment(bounds.end))
        }
        Some(_) => range(lang, lang.day(first), lang.day(last)),
        None if bounds.label.len() == 10 => lang.day(first),
        None => bounds.label.clone(),
    }
}

fn range(lang: Lang, start: String, end: String) -> String {
    lang.say(&Sentence::new(key::headline::RANGE).with("start", start).with("end", end))
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= LONGEST_NAME {
        text.to_owned()
    } else {
        text.chars().take(LONGEST_NAME - 1).chain(['…']).collect()
    }
}
