//! LINE's vocabulary and errstat's own words: data files, and how they are looked up.

mod breaks;
mod canonical;
mod codes;
mod explain;
mod explanation;
mod lang;

pub use breaks::{breaks, lines, needs_care, unbroken};
pub use canonical::{Spelling, canonical, is_reason};
pub use codes::{ERROR_STATUS_CODE, REASONS, details, is_known, status, status_class, status_name};
pub use explain::{Topic, did_you_mean, entries, near_status, nearest, resolve, suggestion};
pub use explanation::{Explanation, Piece, explanation, pieces};
pub use lang::{Lang, Language, WorkbookFont, sign};
