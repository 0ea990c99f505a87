//! Numbers beside those of the period before.

use crate::{
    analysis::{Analysis, ChannelRow, DetailRow, HostRow, ReasonRow, State, Totals},
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
        let mut compared = Compared::new(lang, (errors, 1.0), previous_errors, change, change_pct);
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
        Compared::new(lang, (row.errors, row.share), row.previous_errors, row.change, row.change_pct).doubted(analysis)
    }

    pub fn detail(analysis: &Analysis, row: &DetailRow, lang: Lang) -> Compared {
        Compared::new(lang, (row.errors, row.share), row.previous_errors, row.change, row.change_pct).doubted(analysis)
    }

    pub fn channel(analysis: &Analysis, row: &ChannelRow, lang: Lang) -> Compared {
        Compared::new(lang, (row.errors, row.share), row.previous_errors, row.change, row.change_pct).doubted(analysis)
    }

    /// Hosts are not compared; the share is of the errors that name one: connection errors only.
    pub fn host(analysis: &Analysis, row: &HostRow) -> Compared {
        let named: u64 = analysis.by_host.iter().map(|row| row.errors).sum();
        Compared { errors: row.errors, share: row.errors as f64 / named.max(1) as f64, before: None, change: None }
    }

    fn new(
        lang: Lang,
        (errors, share): (u64, f64),
        before: Option<u64>,
        change: Option<i64>,
        percent: Option<f64>,
    ) -> Compared {
        let change = change.zip(before).map(|(change, before)| Change {
            text: match percent {
                _ if change == 0 => "±0".to_owned(),
                Some(percent) if percent > MOST_PERCENT => times(lang, errors, before),
                Some(percent) => lang.change(percent),
                None => format!("{}{}", sign(change), lang.number(change.unsigned_abs())),
            },
            trend: trend(errors, before),
        });
        Compared { errors, share, before, change }
    }

    /// Fewer errors are no good news where some may be missing.
    fn doubted(mut self, analysis: &Analysis) -> Compared {
        let unknown = analysis.state == State::Unknown || !analysis.unknown.is_empty();
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

/// A count has the noise of its root (Poisson); what is less is no news.
fn trend(errors: u64, before: u64) -> Trend {
    let noise = (NOISE * (before as f64).sqrt()).max(NO_NEWS as f64);
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
        assert_eq!(trend(2, 0), Trend::Same);
        assert_eq!(trend(3, 0), Trend::Worse);
        // 3 × √100 = 30.
        assert_eq!((trend(130, 100), trend(131, 100)), (Trend::Same, Trend::Worse));
        assert_eq!((trend(70, 100), trend(69, 100)), (Trend::Same, Trend::Better));
    }

    #[test]
    fn large_changes_are_told_as_times() {
        let text = |errors: u64, before: u64| {
            let change = errors as i64 - before as i64;
            let percent = (before > 0).then(|| change as f64 / before as f64 * 100.0);
            Compared::new(Lang::En, (errors, 0.0), Some(before), Some(change), percent).change.unwrap().text
        };
        assert_eq!([text(117, 12), text(1_200, 100), text(5, 0), text(7, 7)], ["+875 %", "12×", "+5", "±0"]);
    }
}
