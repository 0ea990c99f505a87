//! What a log says of some of LINE's errors, and when it says nothing. No sentence tells a cause that the data do not have.

use super::{
    log::Durations,
    matching::Tally,
    request::{By, SLOW, Verdict},
};
use crate::model::{Sentence, key};

/// Of fewer errors a share is an accident.
pub const LEAST_ERRORS: u64 = 10;
/// So much is "the same": the rest are requests that the two sides date differently.
pub const MATCHED: f64 = 0.8;
/// What is matched must be so many times what chance matches. On a busy bot unrelated timeouts match nine in ten, and by
/// chance just as many.
pub const ABOVE_CHANCE: f64 = 2.0;
/// So little is nothing: what is left of [`MATCHED`].
const UNMATCHED: f64 = 0.2;
/// LINE's requests are as many as usual from here on …
const USUAL: f64 = 0.67;
/// … and far fewer up to here.
const FAR_FEWER: f64 = 0.33;
/// Of fewer usual requests nobody can say that they are missing.
const LEAST_USUAL: f64 = 10.0;

/// What LINE says of some errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    Status,
    Timeout,
    /// No log can have these.
    NoConnection,
    /// Whether a log can have them is not known.
    Other,
}

/// What the log has in the five minutes of those errors.
#[derive(Clone, Debug, Default)]
pub struct Around {
    pub requests: u64,
    /// Of these, those that got no good answer, or may have got it too late.
    pub failed: u64,
    pub unsure: u64,
    /// Lines of which nobody can say that they are none of those errors: they can't be read, or are LINE's of another path.
    pub unclear: u64,
    /// Requests at the same hours of other days, or else in the hours around; none where the log has neither.
    pub usual: Option<f64>,
    pub durations: Durations,
}

/// The sentence about some errors. `in_time` is whether the log's zone is known, and nothing tells that its clock is not LINE's.
pub fn judge(said: Said, tally: &Tally, around: &Around, in_time: bool) -> Sentence {
    let undecided = Sentence::new(key::server_says::UNDECIDED);
    if tally.errors < LEAST_ERRORS || said == Said::Other {
        return undecided;
    }
    let above_chance = tally.chance.is_some_and(|chance| tally.share() >= ABOVE_CHANCE * chance);
    if tally.share() >= MATCHED && above_chance {
        return matched(said, tally, around).with_number("matched", tally.matched).with_number("errors", tally.errors);
    }
    let Some(usual) = around.usual.filter(|usual| *usual >= LEAST_USUAL && in_time) else { return undecided };
    let (share, few) = (around.requests as f64 / usual, UNMATCHED * tally.errors as f64);
    // A 2xx of which nobody knows whether it came in time may be what LINE calls a timeout.
    let unsure = if said == Said::Timeout { around.unsure } else { 0 };
    let unmatched = (tally.matched + around.unclear + unsure) as f64 <= few;
    // What the log shows at another time may be these errors, on a clock that is off.
    let moved = tally.near.max(tally.chance.unwrap_or(0.0)) > UNMATCHED;
    match () {
        () if !unmatched || moved => undecided,
        () if share <= FAR_FEWER => Sentence::new(key::server_says::NOT_IN_LOG),
        () if share >= USUAL && around.failed as f64 <= few && said != Said::NoConnection => {
            Sentence::new(key::server_says::ELSEWHERE)
        }
        () => undecided,
    }
}

fn matched(said: Said, tally: &Tally, around: &Around) -> Sentence {
    let most = |count: u64| count as f64 >= MATCHED * tally.matched as f64;
    if said == Said::Status {
        let by = |by: By| tally.by.get(&by).copied().unwrap_or(0);
        return Sentence::new(match () {
            () if most(by(By::Proxy)) => key::server_says::PROXY,
            () if most(by(By::Application)) => key::server_says::APPLICATION,
            () => key::server_says::SAME_STATUS,
        });
    }
    let Some(median) = around.durations.median_from(SLOW) else { return Sentence::new(key::server_says::ABORTED) };
    let late = |(status, count): (&Option<u16>, &u64)| {
        let own = status.filter(|status| !matches!(status, 200..=299 | 460 | 499))?;
        most(*count).then_some(own)
    };
    let sentence = match tally.statuses.iter().find_map(late) {
        Some(status) => Sentence::new(key::server_says::LATE_STATUS).with("status", status),
        None => Sentence::new(key::server_says::SLOW),
    };
    sentence.with("median", format!("{:.1}", median / 1000.0))
}

/// What a request of a verdict is to LINE's reasons: the verdict that an error's requests have.
pub fn wanted(said: Said, status: Option<u16>) -> Option<Verdict> {
    match said {
        Said::Status => status.map(Verdict::Status),
        Said::Timeout => Some(Verdict::Timeout),
        Said::NoConnection | Said::Other => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::taxonomy::Lang;

    fn tally(errors: u64, matched: u64, chance: Option<f64>) -> Tally {
        Tally { errors, matched, chance, ..Tally::default() }
    }

    fn code(said: Said, tally: &Tally, around: &Around) -> String {
        judge(said, tally, around, true).key.code()
    }

    #[test]
    fn each_threshold_decides_at_its_border() {
        let none = Around::default();
        for (errors, matched, chance, expected) in [
            (10, 8, Some(0.4), "same-status"),
            (9, 9, Some(0.0), "undecided"),
            (100, 79, Some(0.0), "undecided"),
            // 0.9 beside 0.88, as unrelated timeouts on a busy bot are.
            (100, 90, Some(0.88), "undecided"),
            (100, 90, Some(0.451), "undecided"),
            (100, 90, None, "undecided"),
        ] {
            assert_eq!(code(Said::Status, &tally(errors, matched, chance), &none), expected, "{errors} {matched}");
        }
        for (requests, failed, unsure, usual, expected) in [
            (33, 0, 0, Some(100.0), "not-in-log"),
            (34, 0, 0, Some(100.0), "undecided"),
            (67, 4, 0, Some(100.0), "elsewhere"),
            (67, 5, 0, Some(100.0), "undecided"),
            (66, 0, 0, Some(100.0), "undecided"),
            (100, 0, 1, Some(100.0), "undecided"),
            (0, 0, 0, Some(9.9), "undecided"),
            (0, 0, 0, None, "undecided"),
        ] {
            let around = Around { requests, failed, unsure, usual, ..Around::default() };
            let told = code(Said::Timeout, &tally(20, 4, Some(0.0)), &around);
            assert_eq!(told, expected, "{requests} {failed} {unsure} {usual:?}");
            let late = judge(Said::Timeout, &tally(20, 4, None), &around, false);
            assert_eq!(late.key.code(), "undecided", "a clock that is off hides requests");
        }
        let usual = Around { requests: 100, usual: Some(100.0), ..Around::default() };
        let (four, hour) = (tally(20, 4, Some(0.0)), tally(20, 0, Some(0.25)));
        let minutes = Tally { near: 0.25, ..tally(20, 0, Some(0.0)) };
        assert_eq!(
            [&four, &hour, &minutes].map(|of| code(Said::Status, of, &usual)),
            ["elsewhere", "undecided", "undecided"]
        );
        // 4 requests that can't be read or told may be 4 of 20 errors.
        for (unclear, unsure, expected) in
            [(4, 0, "not-in-log"), (5, 0, "undecided"), (2, 2, "not-in-log"), (2, 3, "undecided")]
        {
            let around = Around { unclear, unsure, usual: Some(100.0), ..Around::default() };
            assert_eq!(code(Said::Timeout, &tally(20, 0, Some(0.0)), &around), expected, "{unclear} {unsure}");
        }
        let few = Around { requests: 3, usual: Some(100.0), ..Around::default() };
        assert_eq!(code(Said::NoConnection, &tally(20, 0, None), &few), "not-in-log");
        assert_eq!(code(Said::Other, &tally(20, 0, None), &few), "undecided");
        assert_eq!(code(Said::NoConnection, &tally(20, 0, None), &usual), "undecided");
    }

    #[test]
    fn who_answered_is_said_where_nearly_all_were_answered_by_one() {
        let by = |proxy: u64, application: u64| {
            let by = [(By::Proxy, proxy), (By::Application, application)].into();
            code(Said::Status, &Tally { by, ..tally(20, 20, Some(0.0)) }, &Around::default())
        };
        assert_eq!([by(16, 4), by(15, 5), by(0, 20)], ["proxy", "same-status", "application"]);
    }

    #[test]
    fn late_answers_are_told_with_their_status_and_length() {
        let mut durations = Durations::default();
        [20, 30, 40, 3000, 3000, 3000].into_iter().for_each(|millis| durations.add(millis));
        let around = Around { durations, ..Around::default() };
        let told = |status: Option<u16>| {
            let statuses = [(status, 20)].into();
            let said = judge(Said::Timeout, &Tally { statuses, ..tally(20, 20, Some(0.1)) }, &around, true);
            Lang::En.say(&said)
        };
        assert_eq!(told(Some(503)), "This log says 503 after 3.0 s. LINE had stopped waiting.");
        let slow = "In this log, 20 of 20 were aborted or took longer than LINE waits. Median: 3.0 s.";
        assert_eq!([told(Some(499)), told(Some(200)), told(None)], [slow, slow, slow]);
    }
}
