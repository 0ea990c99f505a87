//! A sheet, written from top to bottom.

use rust_xlsxwriter::{Format, FormatAlign, IgnoreError, Worksheet, XlsxError};

use super::look::{self, Cell, SIZE};
use crate::{
    model::{LocalTime, Sentence, SentenceKey, key},
    render::{chat::within, grid::Grid},
    story::Story,
    taxonomy::{Lang, lines},
};

/// What Excel takes in a cell, in units of UTF-16.
const LONGEST_TEXT: usize = 32_767;
/// Columns are so many characters wide at least, and at most: longer texts take more lines.
const NARROWEST: usize = 9;
const WIDEST: usize = 48;
/// A title takes more lines sooner; beside it is an arrow, where its column can be filtered.
const WIDEST_TITLE: usize = 28;
const ARROW: usize = 3;
/// A sentence takes more lines beyond this, however wide the table is.
const WIDEST_SENTENCE: usize = 150;
/// Room above and below a title, in points.
const ROOM: f64 = 6.0;
/// Excel has no higher rows, in points.
const HIGHEST: f64 = 409.0;
/// Numbers beyond this have more digits than Excel keeps.
const MOST_EXACT: f64 = 999_999_999_999_999.0;
/// The number of A4 in Excel's list of papers.
const A4: u8 = 9;

pub struct Sheet<'a> {
    pub sheet: Worksheet,
    pub story: &'a Story<'a>,
    /// The next row to write, from 0.
    pub row: u32,
    /// Characters of each column.
    widths: Vec<usize>,
    /// Texts that may need more than a line: row, column, and size of type.
    texts: Vec<(u32, usize, String, f64)>,
    /// Rows of titles.
    titles: Vec<u32>,
    /// Sentences over all columns.
    said: Vec<(u32, String)>,
}

impl<'a> Sheet<'a> {
    pub fn new(story: &'a Story<'a>, name: SentenceKey) -> Result<Sheet<'a>, XlsxError> {
        let lang = story.lang();
        let mut sheet = Worksheet::new();
        let period = &story.analysis.period;
        let days = story.clock.period(period.start, period.end);
        let header = format!("&L{}{}{days}&R&A", lang.phrase(key::page::BRAND), lang.dot());
        sheet.set_name(lang.phrase(name))?.set_default_row_height(lang.language().workbook.line);
        sheet.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0);
        sheet.set_header(header).set_footer("&C&P / &N");
        Ok(Sheet { sheet, story, row: 0, widths: Vec::new(), texts: Vec::new(), titles: Vec::new(), said: Vec::new() })
    }

    pub fn lang(&self) -> Lang {
        self.story.lang()
    }

    /// A phrase without placeholders.
    pub fn t(&self, key: SentenceKey) -> Cell {
        Cell::text(self.lang().phrase(key))
    }

    /// The title of a column of times, which names the zone.
    pub fn zoned(&self, key: SentenceKey) -> Cell {
        let zoned = Sentence::new(key::workbook::ZONED).with("what", self.lang().phrase(key));
        Cell::text(self.lang().say(&zoned.with("zone", self.story.analysis.timezone)))
    }

    /// A time, as exactly as the inputs tell it.
    pub fn moment(&self, at: LocalTime) -> Cell {
        if self.story.clock.whole_days { Cell::Day(at) } else { Cell::Moment(at) }
    }

    pub fn channel(&self, name: Option<&str>) -> Cell {
        Cell::name(name.unwrap_or_else(|| self.lang().phrase(key::story::NO_CHANNEL)))
    }

    /// What is special about a row: those of some marks that hold, and names.
    pub fn marks<'b>(&self, marks: &[(bool, SentenceKey)], names: impl Iterator<Item = &'b str>) -> Cell {
        let held = marks.iter().filter(|(so, _)| *so).map(|(_, key)| self.lang().phrase(*key));
        Cell::Mark(self.lang().list(held.chain(names)))
    }

    /// Makes a column so many characters wide, if it is narrower.
    pub fn widen(&mut self, column: usize, width: usize) {
        self.widths.resize(self.widths.len().max(column + 1), NARROWEST);
        self.widths[column] = self.widths[column].max(width);
    }

    /// Writes a cell of the current row, in a size of type.
    pub fn put(&mut self, column: u16, cell: &Cell, format: &Format, size: f64) -> Result<(), XlsxError> {
        let text = match (cell, cell.number()) {
            (Cell::Text(text) | Cell::Mark(text), _) => {
                self.texts.push((self.row, usize::from(column), text.clone(), size));
                fitting(text)
            }
            (Cell::Name(name), _) => {
                // One line, but as high as its type.
                self.texts.push((self.row, usize::from(column), String::new(), size));
                fitting(name)
            }
            (Cell::Count(number) | Cell::AtLeast(number), Some(_)) if *number as f64 > MOST_EXACT => {
                self.lang().number(*number)
            }
            (_, Some(number)) => {
                self.sheet.write_number_with_format(self.row, column, number, format)?;
                return Ok(());
            }
            (_, None) => return Ok(()),
        };
        self.sheet.write_string_with_format(self.row, column, text, format).map(|_| ())
    }

    /// Writes a heading, rows and a blank row; gives the rows of the heading and of the last line.
    pub fn table<T>(&mut self, table: &Grid<T, Cell, Cell>) -> Result<(u32, u32), XlsxError> {
        let (first, lang) = (self.row, self.lang());
        for (column, title) in (0..).zip(&table.headings) {
            let of_numbers = table.rows.iter().any(|row| row[usize::from(column)].is_number());
            let width = (title.width(lang) as f64 / lang.language().workbook.used).ceil() as usize;
            self.widen(usize::from(column), (width + ARROW).min(WIDEST_TITLE));
            self.put(column, title, &look::title(title, of_numbers, lang), SIZE)?;
        }
        self.titles.push(self.row);
        self.row += 1;
        for row in &table.rows {
            for (column, cell) in (0..).zip(row) {
                self.widen(usize::from(column), (cell.width(lang) + 2).min(WIDEST));
                self.put(column, cell, &look::format(cell, lang), SIZE)?;
            }
            self.row += 1;
        }
        let last = self.row - 1;
        self.row += 1;
        Ok((first, last))
    }

    /// Writes the one table of a sheet: its heading stays in sight, and its rows can be filtered.
    pub fn list<T>(&mut self, table: &Grid<T, Cell, Cell>) -> Result<(u32, u32), XlsxError> {
        let (first, last) = self.table(table)?;
        let right = table.headings.len() as u16 - 1;
        self.sheet.set_freeze_panes(first + 1, 1)?;
        self.sheet.autofilter(first, 0, last, right)?;
        self.sheet.set_repeat_rows(first, first)?;
        // A name may well be a number.
        self.sheet.ignore_error_range(first, 0, last, right, IgnoreError::NumberStoredAsText)?;
        Ok((first, last))
    }

    /// Writes a sentence over all columns.
    pub fn say(&mut self, text: impl Into<String>) {
        self.said.push((self.row, text.into()));
        self.row += 1;
    }

    /// The sheet with columns and rows as large as what they hold.
    pub fn finish(mut self) -> Result<Worksheet, XlsxError> {
        let lang = self.lang();
        for (column, width) in (0..).zip(&self.widths) {
            self.sheet.set_column_width(column, *width as f64)?;
        }
        let sentence = look::plain(lang).set_text_wrap().set_align(FormatAlign::Left).set_quote_prefix();
        let (right, all) = (self.widths.len().max(2) - 1, self.widths.iter().sum::<usize>());
        for (row, text) in &self.said {
            self.sheet.merge_range(*row, 0, *row, right as u16, &fitting(text), &sentence)?;
        }
        let cells = self.texts.iter().map(|(row, column, text, size)| (*row, self.widths[*column], text, *size));
        let said = self.said.iter().map(|(row, text)| (*row, all.min(WIDEST_SENTENCE), text, SIZE));
        let mut heights = std::collections::BTreeMap::new();
        for (row, width, text, size) in cells.chain(said) {
            let width = (width as f64 * lang.language().workbook.used * SIZE / size).max(1.0) as usize;
            let needed = textwrap::wrap(text, lines(width)).len() as f64 * lang.language().workbook.line * size / SIZE;
            let height: &mut f64 = heights.entry(row).or_default();
            *height = height.max(needed.min(HIGHEST));
        }
        for (row, height) in heights {
            let room = if self.titles.contains(&row) { ROOM } else { 0.0 };
            self.sheet.set_row_height(row, height + room)?;
        }
        Ok(self.sheet)
    }
}

/// A text as Excel takes it: not too long, and nothing that the writer takes for formatted text of its own.
fn fitting(text: &str) -> String {
    let text = within(text, LONGEST_TEXT);
    if text.starts_with("<r>") && text.ends_with("</r>") { format!("‹r>{}", &text[3..]) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_to_what_excel_takes() {
        let whole = "x".repeat(32_767);
        assert_eq!(fitting(&whole), whole);
        assert_eq!(fitting(&"x".repeat(40_000)), "x".repeat(32_766) + "…");
        // An emoji is two units: 16,383 of them and the ellipsis are 32,767.
        assert_eq!(fitting(&"😀".repeat(20_000)), "😀".repeat(16_383) + "…");
        assert_eq!(fitting("<r><t>x</t></r>"), "‹r><t>x</t></r>");
    }

    #[test]
    fn names_of_sheets_are_what_excel_takes() {
        let names = [
            key::workbook::SUMMARY,
            key::workbook::FAILED,
            key::workbook::WINDOWS,
            key::workbook::INCIDENTS,
            key::workbook::WEEKS,
            key::workbook::SERVER_LOG,
            key::workbook::QUALITY,
        ];
        for name in Lang::ALL.into_iter().flat_map(|lang| names.map(|key| lang.phrase(key))) {
            let length = name.chars().count();
            assert!((1..=31).contains(&length) && !name.contains(['[', ']', ':', '*', '?', '/', '\\', '\'']), "{name}");
        }
    }
}
