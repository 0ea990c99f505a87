//! What came of the lines of a table.

use super::EXAMPLES;
use crate::{
    input::time::Steps,
    model::{Reject, SkippedLine, Span, Timestamp, key},
};

/// What came of a stretch of lines. Line numbers are relative to its start, from 1.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub lines: u64,
    pub rows: u64,
    pub accepted: u64,
    pub rejected: u64,
    /// Sum of the counts; `None` once it left 64 bits.
    pub errors: Option<u64>,
    /// First and last start of a row.
    pub span: Option<Span>,
    /// Latest end of a row.
    pub end: Option<Timestamp>,
    pub steps: Steps,
    pub rejects: Vec<Reject>,
    pub skipped: Vec<SkippedLine>,
    pub skipped_lines: u64,
    /// So many of the last lines have one cell each that neither begins as a row does nor tells of errors: rejects, unless
    /// a heading follows, of which they are the titles then.
    pub titles: u64,
}

impl Tally {
    pub fn new() -> Self {
        Tally { errors: Some(0), ..Tally::default() }
    }

    /// Adds accepted rows.
    #[inline]
    pub fn add(&mut self, rows: u64, errors: Option<u64>, span: Span, end: Timestamp) {
        self.rows += rows;
        self.accepted += rows;
        self.errors = self.errors.zip(errors).and_then(|(a, b)| a.checked_add(b));
        self.span = Span::join(self.span, Some(span));
        self.end = self.end.max(Some(end));
        self.titles = 0;
    }

    /// Adds what follows these lines.
    pub fn append(&mut self, next: Tally) {
        let Tally {
            lines,
            rows,
            accepted,
            rejected,
            errors,
            span,
            end,
            steps,
            rejects,
            skipped,
            skipped_lines,
            titles,
        } = next;
        let base = self.lines;
        self.titles = if titles == lines { self.titles + titles } else { titles };
        self.lines += lines;
        self.rows += rows;
        self.accepted += accepted;
        self.rejected += rejected;
        self.errors = self.errors.zip(errors).and_then(|(a, b)| a.checked_add(b));
        self.span = Span::join(self.span, span);
        self.end = self.end.max(end);
        self.steps.add(&steps);
        let room = EXAMPLES.saturating_sub(self.rejects.len());
        self.rejects.extend(rejects.into_iter().take(room).map(|reject| Reject { line: base + reject.line, ..reject }));
        let room = EXAMPLES.saturating_sub(self.skipped.len());
        self.skipped.extend(skipped.into_iter().take(room).map(|line| SkippedLine { line: base + line.line, ..line }));
        self.skipped_lines += skipped_lines;
    }

    /// A heading follows: what looked like its titles is no row.
    pub fn forgive_titles(&mut self) {
        let titles = std::mem::take(&mut self.titles);
        self.rows -= titles;
        self.rejected -= titles;
        self.skipped_lines += titles;
        let lines = self.lines - titles + 1..=self.lines;
        for reject in self.rejects.extract_if(.., |reject| lines.contains(&reject.line)) {
            self.skipped.push(SkippedLine { line: reject.line, what: key::inspect::LINE_TITLE, text: reject.text });
        }
        self.skipped.truncate(EXAMPLES);
    }
}
