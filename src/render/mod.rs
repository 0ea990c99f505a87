//! Outputs: one file per format, each a function of an analysis or a verdict.

mod counts;
pub mod csv;
pub mod github;
pub mod html;
pub mod json;
pub mod junit;
pub mod mail;
pub mod markdown;
#[cfg(test)]
mod sample;
pub mod terminal;
mod verdict;
mod wording;
