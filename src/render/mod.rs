//! Outputs: one file per format, each a function of an analysis or a verdict.

pub mod chat;
mod columns;
pub mod csv;
mod document;
pub mod env;
pub mod github;
mod graph;
mod grid;
pub mod html;
pub mod json;
pub mod junit;
mod kept;
pub mod line;
pub mod mail;
pub mod markdown;
pub mod openmetrics;
#[cfg(test)]
mod sample;
pub mod terminal;
mod verdict;
pub mod workbook;
