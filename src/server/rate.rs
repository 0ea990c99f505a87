//! How many of LINE's webhooks failed: an interval, because neither side counts all of them.

use crate::analysis::ErrorRate;

/// What the user says of a log: whether LINE talks directly to what writes it, and to nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Edge,
    Behind,
}

/// What both sides count of the time of which both tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// LINE's errors.
    pub errors: u64,
    /// Of these, those that never reached a server: no log has them.
    pub unconnected: u64,
    /// Of these, those of which nobody knows whether they did.
    pub unknown: u64,
    /// Of these, those of times at which the log has no line: how many other webhooks came then, nobody knows.
    pub unlogged: u64,
    /// LINE's requests in the log.
    pub requests: u64,
    /// Those of times of which LINE's data do not tell: how many of them failed, nobody knows.
    pub untold: u64,
    /// Lines that may be further ones.
    pub unreadable: u64,
}

/// Errors ÷ attempts. Where the log is not known to be the edge's, something in front may have answered other requests:
/// the attempts are at least, the rate at most. None without attempts.
pub fn rate(counts: Counts, place: Option<Place>) -> Option<ErrorRate> {
    // Each error was an attempt, whatever the log has.
    let known = counts.requests + counts.unconnected + counts.unlogged;
    let least = known.max(counts.errors);
    let most = (place == Some(Place::Edge) && counts.unlogged == 0)
        .then(|| (known + counts.unknown + counts.untold + counts.unreadable).max(counts.errors));
    let share = |attempts: u64| counts.errors as f64 / attempts as f64;
    (least > 0).then(|| ErrorRate {
        low: most.map(share),
        high: share(least),
        errors: counts.errors,
        attempts_low: least,
        attempts_high: most,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_an_interval() {
        // 30 errors, 10 without a connection and 5 unclassified, beside 985 requests: 30 of 995 to 1,000.
        let counts = Counts { errors: 30, unconnected: 10, unknown: 5, requests: 985, ..Counts::default() };
        let told = rate(counts, Some(Place::Edge)).unwrap();
        assert_eq!((told.attempts_low, told.attempts_high, told.low), (995, Some(1000), Some(0.03)));
        assert!((told.high - 30.0 / 995.0).abs() < 1e-12);
        for place in [None, Some(Place::Behind)] {
            let told = rate(counts, place).unwrap();
            assert_eq!((told.low, told.attempts_low, told.attempts_high), (None, 995, None));
        }
    }

    #[test]
    fn errors_of_times_without_a_log_make_it_at_most() {
        // A server was down: 240 of 241 errors are of a time without a line, 2,640 requests of the rest.
        let counts = Counts { errors: 241, unlogged: 240, requests: 2_640, ..Counts::default() };
        let told = rate(counts, Some(Place::Edge)).unwrap();
        assert_eq!((told.low, told.attempts_low, told.attempts_high), (None, 2_880, None));
        assert!((told.high - 241.0 / 2_880.0).abs() < 1e-12);
        // An export of one error, at the end of a week: how many of the requests before it failed, it does not tell.
        let counts = Counts { errors: 1, requests: 60, untold: 20_100, ..Counts::default() };
        let told = rate(counts, Some(Place::Edge)).unwrap();
        assert_eq!((told.attempts_low, told.attempts_high), (60, Some(20_160)));
        // 10 lines that can't be read may be requests.
        let told = rate(Counts { errors: 1, requests: 90, unreadable: 10, ..Counts::default() }, Some(Place::Edge));
        assert_eq!(told.map(|told| (told.low, told.attempts_low)), Some((Some(0.01), 90)));
    }

    #[test]
    fn no_rate_is_above_one() {
        // A CDN answered all but one of them.
        let told = rate(Counts { errors: 20, requests: 1, ..Counts::default() }, Some(Place::Edge)).unwrap();
        assert_eq!((told.low, told.high, told.attempts_low), (Some(1.0), 1.0, 20));
        assert!(rate(Counts::default(), None).is_none());
    }
}
