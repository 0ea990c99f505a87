//! The like periods before, and this one: how much is usual.

use crate::{
    analysis::{Analysis, Told},
    model::{Sentence, key},
    taxonomy::Lang,
};

use super::{headline::Unit, notes::marked};

/// Bars of the like periods and of this one, the earliest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strip {
    pub bars: Vec<StripBar>,
    /// The usual number, where the periods are enough to know it.
    pub median: Option<u64>,
    /// From how many to how many errors are usual.
    pub usual: Option<(u64, u64)>,
    /// This period's: `16 Nov: 991`.
    pub current: String,
    /// What it shows: `Usual: 145 a week (median of 11)`.
    pub caption: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StripBar {
    /// Its first day, as axes show it.
    pub label: String,
    pub errors: u64,
    /// The inputs speak for all of it.
    pub covered: bool,
    /// It is the reported period.
    pub current: bool,
}

impl Strip {
    pub(super) fn of(analysis: &Analysis, lang: Lang) -> Option<Strip> {
        let history = &analysis.history;
        if history.periods.is_empty() {
            return None;
        }
        let unit = Unit::of(&analysis.period);
        let label = |day: crate::model::LocalTime| match unit {
            Unit::Month => lang.month(day.date_naive()),
            _ => lang.short_day(day.date_naive()),
        };
        let before = history.periods.iter().map(|period| StripBar {
            label: label(period.start),
            errors: period.errors,
            covered: period.covered,
            current: false,
        });
        let current = StripBar {
            label: label(analysis.period.start),
            errors: analysis.totals.errors,
            covered: analysis.told != Told::TooLittle && !analysis.tail_unknown && analysis.unknown.is_empty(),
            current: true,
        };
        let median = history.median.filter(|_| history.usual.is_some());
        let caption = match median {
            Some(median) => {
                let number = history.covered().count() as u64;
                let of = lang.say(&Sentence::new(key::story::STRIP_OF).with_number("number", number));
                let unit = lang.phrase(Unit::of_likes(&analysis.period).word());
                let sentence = Sentence::new(key::story::STRIP_USUAL).with_number("median", median);
                lang.say(&sentence.with("unit", unit).with("of", of))
            }
            None if history.median.is_some() => {
                let counts = history.covered().map(|errors| lang.number(errors));
                lang.say(&Sentence::new(key::story::STRIP_FEW).with_list("counts", counts))
            }
            None => lang.phrase(key::story::STRIP_UNKNOWN).to_owned(),
        };
        let counted = Sentence::new(key::chart::NAMED_COUNT).with("name", &current.label);
        Some(Strip {
            current: lang.say(&counted.with("errors", marked(analysis, lang))),
            bars: before.chain([current]).collect(),
            median,
            usual: history.range(),
            caption,
        })
    }
}
