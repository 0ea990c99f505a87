//! Numbers beside those of the period before.

use crate::{
    analysis::{Analysis, ChannelRow, DetailRow, History, HostRow, ReasonRow, State, Totals},
    model::{Sentence, key},
    taxonomy::{Lang, sign},
};

/// Differences up to this are no news.
const NO_NEWS: u64 = 2;
/// So many standard deviations of a count are still noise.
const NOISE: f64 = 3.0;
/// Percentages above this are told as times.
const MOST_PERCENT: f64 = 1000.0;

/// Errors, their share of the total (between 0 and 1), and how they compare with the period before.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    pub errors: u64,
    /// There may be more, since inputs are missing.
    pub at_least: bool,
    pub share: f64,
    pub before: Option<u64>,
    /// None where nothing is compared.
    pub change: Option<Change>,
}

/// How a number changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// As short as it gets: `+22 %`, `12×`, `+5`, `±0`.
    pub text: String,
    pub trend: Trend,
}

/// Whether a change is news.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trend {
    /// Beyond what is usual.
    Worse,
    /// Below what is usual.
    Better,
    /// No news: it is shown in grey.
    Same,
}

impl Compared {
    /// The total. It is worse or better only where the like periods before it tell what is usual.
    pub fn total(analysis: &Analysis, lang: Lang) -> Compared {
        let &Totals { errors, previous_errors, change, change_pct, .. } = &analysis.totals;
        // Without a row nothing is known of any period.
        let before = previous_errors.filter(|_| analysis.data_span.is_some());
        let mut compared = Compared::new(lang, (errors, 1.0), before, (change, change_pct), 0.0);
        if let (Some(change), Some((least, most))) = (&mut compared.change, analysis.history.usual) {
            change.trend = match errors {
                _ if errors > most => Trend::Worse,
                _ if errors < least => Trend::Better,
                _ => Trend::Same,
            };
        }
        compared.doubted(analysis)
    }

    pub fn reason(analysis: &Analysis, row: &ReasonRow, lang: Lang) -> Compared {
        Compared::row(analysis, lang, (row.errors, row.share), row.previous_errors, (row.change, row.change_pct))
    }

    pub fn detail(analysis: &Analysis, row: &DetailRow, lang: Lang) -> Compared {
        Compared::row(analysis, lang, (row.errors, row.share), row.previous_errors, (row.change, row.change_pct))
    }

    pub fn channel(analysis: &Analysis, row: &ChannelRow, lang: Lang) -> Compared {
        let told =
            Compared::row(analysis, lang, (row.errors, row.share), row.previous_errors, (row.change, row.change_pct));
        Compared { at_least: row.at_least, ..told }
    }

    /// The errors as they are shown: `1,054`, `≥ 0`.
    pub fn shown(&self, lang: Lang) -> String {
        format!("{}{}", if self.at_least { "≥ " } else { "" }, lang.number(self.errors))
    }

    /// Hosts are not compared; the share is of the errors that name one: connection errors only.
    pub fn host(analysis: &Analysis, row: &HostRow) -> Compared {
        let named: u64 = analysis.by_host.iter().map(|row| row.errors).sum();
        Compared {
            errors: row.errors,
            at_least: false,
            share: row.errors as f64 / named.max(1) as f64,
            before: None,
            change: None,
        }
    }

    fn row(
        analysis: &Analysis,
        lang: Lang,
        errors: (u64, f64),
        before: Option<u64>,
        change: (Option<i64>, Option<f64>),
    ) -> Compared {
        Compared::new(lang, errors, before, change, spread(&analysis.history)).doubted(analysis)
    }

    fn new(
        lang: Lang,
        (errors, share): (u64, f64),
        before: Option<u64>,
        (change, percent): (Option<i64>, Option<f64>),
        spread: f64,
    ) -> Compared {
        let change = change.zip(before).map(|(change, before)| Change {
            text: match percent {
                _ if change == 0 => "±0".to_owned(),
                Some(percent) if percent > MOST_PERCENT => times(lang, errors, before),
                Some(percent) => lang.change(percent),
                None => format!("{}{}", sign(change), lang.number(change.unsigned_abs())),
            },
            trend: trend(errors, before, spread),
        });
        Compared { errors, at_least: false, share, before, change }
    }

    /// Fewer errors are no good news where nobody knows how things stand, and no news where some may be missing.
    fn doubted(mut self, analysis: &Analysis) -> Compared {
        if analysis.limits().0 {
            self.change = self.change.filter(|_| self.before.is_some_and(|before| before <= self.errors));
        }
        let unknown = analysis.state == State::Unknown;
        if let Some(change) = self.change.as_mut().filter(|change| change.trend == Trend::Better && unknown) {
            change.trend = Trend::Same;
        }
        self
    }
}

/// The errors as a multiple of those before.
pub(super) fn times(lang: Lang, errors: u64, before: u64) -> String {
    let times = errors as f64 / before.max(1) as f64;
    let number = if times < 10.0 { format!("{times:.1}") } else { lang.number(times.round() as u64) };
    lang.say(&Sentence::new(key::story::TIMES).with("number", number))
}

/// How far the like periods before usually are from their median, as a part of it; 0 where that is not known.
fn spread(history: &History) -> f64 {
    match (history.usual, history.median) {
        (Some((least, most)), Some(median)) if median > 0 => (most - least) as f64 / 2.0 / median as f64,
        _ => 0.0,
    }
}

/// A count has the noise of its root (Poisson), and what is part of a total varies at least as that does; what is less is
/// no news.
fn trend(errors: u64, before: u64, spread: f64) -> Trend {
    let noise = (NOISE * (before as f64).sqrt()).max(NO_NEWS as f64).max(spread * before as f64);
    match errors.abs_diff(before) as f64 > noise {
        false => Trend::Same,
        true if errors > before => Trend::Worse,
        true => Trend::Better,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_changes_are_no_news() {
        let trend = |errors, before| trend(errors, before, 0.0);
        assert_eq!(trend(2, 0), Trend::Same);
        assert_eq!(trend(3, 0), Trend::Worse);
        // 3 × √100 = 30.
        assert_eq!((trend(130, 100), trend(131, 100)), (Trend::Same, Trend::Worse));
        assert_eq!((trend(70, 100), trend(69, 100)), (Trend::Same, Trend::Better));
    }

    #[test]
    fn what_varies_as_the_total_usually_does_is_no_news() {
        // From 80 to 200 are usual, around 140: 60 of 140 either way, so 120 become news beyond 171.
        let spread = spread(&History { median: Some(140), usual: Some((80, 200)), ..History::default() });
        assert_eq!((trend(171, 120, spread), trend(172, 120, spread)), (Trend::Same, Trend::Worse));
        assert_eq!(trend(3, 0, spread), Trend::Worse);
    }

    #[test]
    fn large_changes_are_told_as_times() {
        let text = |errors: u64, before: u64| {
            let change = errors as i64 - before as i64;
            let percent = (before > 0).then(|| change as f64 / before as f64 * 100.0);
            Compared::new(Lang::En, (errors, 0.0), Some(before), (Some(change), percent), 0.0).change.unwrap().text
        };
        assert_eq!([text(117, 12), text(1_200, 100), text(5, 0), text(7, 7)], ["+875 %", "12×", "+5", "±0"]);
    }
}
