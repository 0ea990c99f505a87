//! Where inputs of one channel meet in time: where that is (`geometry`), what counts there (`merge`), and whether they
//! are of one channel at all (`judge`).

pub mod geometry;
pub mod judge;
pub mod merge;
