//! Judging: rules on one side, the numbers of a period on the other, and a verdict.
//!
//! [`Rules`] come from a configuration ([`Rules::read`]), [`Baseline`] from an accepted `summary.json`; [`judge`] holds
//! them against an analysis and its table. What cannot be judged is told apart from what holds: nothing passes
//! because nothing was known.

mod baseline;
mod demands;
mod doubts;
mod judge;
mod matching;
mod propose;
mod read;
mod rules;
mod ruling;
mod traffic;
mod verdict;

pub use baseline::Baseline;
pub use judge::{Case, judge};
pub use propose::propose;
pub use rules::{Condition, Demand, Level, Limit, MIN_PREVIOUS, Misplaced, Percent, Rule, Rules};
pub use verdict::{Configuration, DetailErrors, Judgement, Measure, Outcome, Status, Unit, Verdict, WindowErrors};
