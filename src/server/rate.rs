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
    /// LINE's requests in the log.
    pub requests: u64,
}

/// Errors ÷ attempts. Where the log is not known to be the edge's, something in front may have answered other requests:
/// the attempts are at least, the rate at most. None without attempts.
pub fn rate(counts: Counts, place: Option<Place>) -> Option<ErrorRate> {
    // Each error was an attempt, whatever the log has.
    let least = (counts.requests + counts.unconnected).max(counts.errors);
    let most = (place == Some(Place::Edge))
        .then(|| (counts.requests + counts.unconnected + counts.unknown).max(counts.errors));
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
        let counts = Counts { errors: 30, unconnected: 10, unknown: 5, requests: 985 };
        let told = rate(counts, Some(Place::Edge)).unwrap();
        assert_eq!((told.attempts_low, told.attempts_high, told.low), (995, Some(1000), Some(0.03)));
        assert!((told.high - 30.0 / 995.0).abs() < 1e-12);
        for place in [None, Some(Place::Behind)] {
            let told = rate(counts, place).unwrap();
            assert_eq!((told.low, told.attempts_low, told.attempts_high), (None, 995, None));
        }
    }

    #[test]
    fn no_rate_is_above_one() {
        // A CDN answered all but one of them.
        let told = rate(Counts { errors: 20, requests: 1, ..Counts::default() }, Some(Place::Edge)).unwrap();
        assert_eq!((told.low, told.high, told.attempts_low), (Some(1.0), 1.0, 20));
        assert!(rate(Counts::default(), None).is_none());
    }
}
