//! What the columns of a table look like, from its first rows.

use std::collections::HashMap;

use super::{TimeForm, has_number, is_heading};
use crate::{
    input::{
        ReadOptions,
        count::count,
        time::{TimeCell, is_midnight, time_of_day_millis},
    },
    model::Precision,
    taxonomy::{self, is_reason},
};

/// LINE's channel ids are numbers of ten digits, and a constant column of such is no count.
const CHANNEL_ID_DIGITS: usize = 9;

/// The first rows below the heading.
pub(super) struct Body(pub Vec<Vec<String>>);

fn is_whole(cell: &str) -> bool {
    !cell.is_empty() && cell.bytes().all(|b| b.is_ascii_digit())
}

/// Whether numbers go up by one from 0 or 1.
fn goes_up_by_one(numbers: &[u64]) -> bool {
    numbers.first().is_some_and(|first| *first <= 1) && numbers.windows(2).all(|pair| pair[1] == pair[0] + 1)
}

impl Body {
    /// Leaves out what follows the next heading: a table of its own, whose times may have another form. Headings side by
    /// side are those of tables without rows. A heading may stand behind a row of `width` cells, in its line.
    pub fn end_at_next_heading(&mut self, width: usize) {
        // Headings have no digits, most cells of rows have: no need to look closer at these.
        let digits = |row: &[String]| row.iter().filter(|cell| cell.bytes().any(|b| b.is_ascii_digit())).count();
        let is_heading = |row: &[String]| digits(row) * 2 < row.len() && is_heading(row);
        let behind = |row: &[String]| row.get(width..).is_some_and(is_heading);
        let first = self.0.iter().position(|row| row.len() > 1 && (behind(row) || !is_heading(row)));
        let Some(first) = first else { return };
        let rows = self.0[first..].iter().position(|row| behind(row) || is_heading(row));
        let end = rows.map_or(self.0.len(), |rows| first + rows + usize::from(behind(&self.0[first + rows])));
        self.0.truncate(end);
    }

    /// Cells of a column, blank ones left out.
    pub fn column(&self, index: usize) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(move |row| row.get(index)).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
    }

    /// At least half of a column's cells, and at least one.
    fn mostly(&self, index: usize, fits: impl Fn(&str) -> bool) -> bool {
        let (all, hits) =
            self.column(index).fold((0, 0), |(all, hits), cell| (all + 1, hits + usize::from(fits(cell))));
        hits > 0 && hits * 2 >= all
    }

    /// The column, among those that may be it, with the most reason codes, and at least half of them: new reasons are news,
    /// but a text that mentions a code is no export. (`Request timeout` is a detail that reads like a reason: of equal
    /// columns the one that spells codes as LINE does, then the first.)
    pub fn reasons(&self, free: &[usize]) -> Option<usize> {
        // A few texts fill these columns; each is looked at once.
        let mut known: HashMap<&str, (bool, bool)> = HashMap::new();
        let mut counts = vec![(0_usize, 0_usize); free.len()];
        let mut filled = vec![0_usize; free.len()];
        for row in self.0.iter().filter(|row| has_number(row)) {
            for (at, cell) in free.iter().enumerate().filter_map(|(at, i)| Some((at, row.get(*i)?))) {
                filled[at] += usize::from(!cell.trim().is_empty());
                let count = &mut counts[at];
                let (reads, spelled) = *known.entry(cell).or_insert_with(|| {
                    (is_reason(cell), taxonomy::REASONS.iter().any(|code| code.eq_ignore_ascii_case(cell.trim())))
                });
                count.0 += usize::from(reads);
                count.1 += usize::from(spelled);
            }
        }
        let best = (0..free.len()).filter(|i| counts[*i].0 > 0 && counts[*i].0 * 2 >= filled[*i]);
        best.max_by_key(|i| (counts[*i], std::cmp::Reverse(*i))).map(|i| free[i])
    }

    /// Whether most cells are times of day without a date.
    pub fn holds_clocks(&self, index: usize) -> bool {
        self.mostly(index, |cell| time_of_day_millis(cell).is_some())
    }

    /// Whether most cells of a column of dates are no more than that.
    pub fn holds_days(&self, index: usize) -> bool {
        self.mostly(index, |cell| {
            TimeForm::of(cell, false).is_some_and(|form| form.precision() == Precision::Day || is_midnight(cell))
        })
    }

    /// Channel ids look like epochs, so an epoch needs a heading.
    pub fn holds_times(&self, index: usize, pattern: Option<&TimeForm>, options: &ReadOptions) -> bool {
        self.mostly(index, |cell| match pattern {
            Some(form) => form.read(TimeCell::Whole(cell), &options.zone).is_ok(),
            None => TimeForm::of(cell, false).is_some(),
        })
    }

    /// Whether most cells are details of the reason beside them.
    pub fn holds_details(&self, index: usize, reason: usize) -> bool {
        let pairs = self.0.iter().filter_map(|row| Some((row.get(reason)?.as_str(), row.get(index)?.trim())));
        let mut known: HashMap<(&str, &str), bool> = HashMap::new();
        let (mut all, mut hits) = (0, 0);
        for pair in pairs.filter(|(_, detail)| !detail.is_empty()) {
            let is_known = known.entry(pair).or_insert_with(|| {
                let canonical = taxonomy::canonical(pair.0, pair.1);
                taxonomy::is_known(&canonical.reason, &canonical.detail)
            });
            all += 1;
            hits += usize::from(*is_known);
        }
        all > 0 && hits * 2 >= all
    }

    /// Text that is neither numbers, in whatever way they are written, nor addresses.
    pub fn holds_text(&self, index: usize) -> bool {
        self.column(index).any(|cell| count(cell).is_err()) && !self.holds_urls(index)
    }

    pub fn holds_urls(&self, index: usize) -> bool {
        self.mostly(index, |cell| cell.contains("://"))
    }

    pub fn holds_numbers(&self, index: usize) -> bool {
        self.mostly(index, |cell| count(cell).is_ok())
    }

    /// Whether a column without a heading holds numbers that are no ids and do not number the rows.
    pub fn holds_bare_numbers(&self, index: usize) -> bool {
        self.holds_numbers(index) && !self.is_channel_id(index) && !self.numbers_rows(index)
    }

    /// Whether most cells are, or may be, whole numbers of the size that counts have: also with a unit, or with signs that
    /// part thousands or decimals elsewhere.
    pub fn holds_counts(&self, index: usize) -> bool {
        let may_be = |cell: &str| {
            let number = cell.trim_end_matches(|c: char| c.is_alphabetic() || c == ' ');
            [number.to_owned(), number.replace('.', ","), number.replace(',', ".")]
                .iter()
                .any(|text| count(text).is_ok())
        };
        self.mostly(index, |cell| may_be(cell) && !(is_whole(cell) && cell.len() >= CHANNEL_ID_DIGITS))
    }

    pub fn is_constant(&self, index: usize) -> bool {
        let mut cells = self.column(index);
        let first = cells.next();
        cells.all(|cell| Some(cell) == first)
    }

    /// Whether the numbers of a column rise with every row, as ids and numbers of rows do. (Counts may, in a few rows.)
    pub fn rises(&self, index: usize) -> bool {
        let numbers: Vec<u64> = self.column(index).filter_map(|cell| count(cell).ok()).collect();
        numbers.len() >= 10 && numbers.is_sorted_by(|a, b| a < b) || numbers.len() > 2 && goes_up_by_one(&numbers)
    }

    /// Whether a column numbers the rows: the first one, and it rises.
    pub fn numbers_rows(&self, index: usize) -> bool {
        index == 0 && self.rises(index)
    }

    /// Whether the first line with several cells says neither a reason nor a time, as headings do.
    pub fn starts_with_heading(&self) -> bool {
        let first = self.0.iter().find(|row| row.iter().filter(|cell| !cell.trim().is_empty()).count() > 1);
        first.is_some_and(|row| {
            let is_data = |cell: &String| {
                is_reason(cell)
                    || TimeForm::of(cell, true).is_some()
                    || time_of_day_millis(cell).is_some()
                    || is_whole(cell.trim())
            };
            !row.iter().any(is_data)
        })
    }

    /// One long number all the way down.
    pub fn is_channel_id(&self, index: usize) -> bool {
        let is_id = |cell: &str| is_whole(cell) && cell.len() >= CHANNEL_ID_DIGITS;
        self.is_constant(index) && self.column(index).next().is_some_and(is_id)
    }

    /// The longest row.
    pub fn longest(&self) -> usize {
        self.0.iter().map(Vec::len).max().unwrap_or(0)
    }

    /// The most frequent number of cells, the larger of equally frequent ones.
    pub fn usual_width(&self) -> usize {
        let mut counts = std::collections::BTreeMap::new();
        for row in self.0.iter().filter(|row| row.len() > 1) {
            *counts.entry(row.len()).or_insert(0) += 1;
        }
        counts.into_iter().max_by_key(|(width, n)| (*n, *width)).map_or(1, |(width, _)| width)
    }
}
