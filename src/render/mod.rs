//! Outputs: one file per format, each a function of an analysis.

pub mod csv;
pub mod html;
pub mod json;
pub mod mail;
pub mod markdown;
#[cfg(test)]
mod sample;
pub mod terminal;
mod times;
mod wording;
