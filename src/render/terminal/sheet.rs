//! What is written on: lines of a limited width, with headings, paragraphs, lists and tables.

use std::borrow::Cow;

use comfy_table::{CellAlignment, ContentArrangement, Row, Table, presets::NOTHING};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::{
    model::for_log,
    render::document::Kind,
    taxonomy::{Lang, lines},
};

use super::ink::{Ink, printed};

/// Narrower than this nothing can be laid out; lines are then cut by the terminal.
const NARROWEST: usize = 30;
/// Wider than this the eye loses the line.
const WIDEST: usize = 120;
/// A name in a sentence has at most so many characters or cells; longer ones are cut.
pub(super) const NAME_IN_SENTENCE: usize = 60;
/// So many cells are enough for marks, over several lines.
const NARROWEST_MARKS: usize = 12;
/// A row of a table has at most so many lines; a name that needs more is cut.
const TALLEST_ROW: usize = 6;
/// A paragraph longer than this is a text from a file gone wild.
const LONGEST_PARAGRAPH: usize = 1_200;

/// How a terminal is to be written on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalView {
    pub lang: Lang,
    /// How many details, channels, hosts, incidents and files a list has at most.
    pub top: usize,
    /// Cells of a line; from 30 to 120 are used.
    pub width: usize,
    /// Whether to write escape codes for colours.
    pub color: bool,
    /// Whether the terminal shows more than ASCII; if not, bars and curves are drawn with `#`.
    pub unicode: bool,
}

/// Lines in the making.
pub(super) struct Sheet {
    lines: Vec<String>,
    width: usize,
    color: bool,
    unicode: bool,
    /// Lines of a paragraph; what is longer is cut.
    tallest: usize,
}

impl Sheet {
    pub fn new(view: &TerminalView) -> Self {
        let width = view.width.clamp(NARROWEST, WIDEST);
        Sheet { lines: Vec::new(), width, color: view.color, unicode: view.unicode, tallest: usize::MAX }
    }

    /// From now on paragraphs have at most so many lines.
    pub fn cut_paragraphs(&mut self, lines: usize) {
        self.tallest = lines;
    }

    /// How many lines there are.
    pub fn height(&self) -> usize {
        self.lines.len()
    }

    /// Cells of a line.
    pub fn width(&self) -> usize {
        self.width
    }

    pub fn blank(&mut self) {
        self.lines.push(String::new());
    }

    /// A line that is laid out already.
    pub fn line(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    /// A heading, apart from what stands above it.
    pub fn heading(&mut self, text: &str) {
        if !self.lines.is_empty() {
            self.blank();
        }
        self.paragraph("", text, Ink::Strong);
    }

    /// A paragraph in one style, its first line behind a lead (an indent, a bullet, a number), the others as far in.
    pub fn paragraph(&mut self, lead: &str, text: &str, ink: Ink) {
        self.lines_of(lead, text, ink, self.tallest);
    }

    /// A paragraph that is never cut.
    pub fn whole_paragraph(&mut self, lead: &str, text: &str, ink: Ink) {
        self.lines_of(lead, text, ink, usize::MAX);
    }

    fn lines_of(&mut self, lead: &str, text: &str, ink: Ink, tallest: usize) {
        let text = excerpt(text, LONGEST_PARAGRAPH);
        let indent = lead.width();
        let lines = textwrap::wrap(&text, lines(self.width.saturating_sub(indent).max(8)));
        for (at, line) in lines.iter().take(tallest).enumerate() {
            let lead = if at == 0 { lead.to_owned() } else { " ".repeat(indent) };
            let cut = at + 1 == tallest && lines.len() > tallest;
            let line = if cut { Cow::from(cut_to(line, self.width.saturating_sub(indent))) } else { line.clone() };
            let line = line.trim_end();
            self.lines.push(if ink == Ink::Plain {
                format!("{lead}{line}")
            } else {
                format!("{lead}{}", ink.on(line))
            });
        }
    }

    /// A table of columns with titles, two cells in, without rules: the columns keep it together. Names and marks take the
    /// width that the others leave, over several lines where that is little.
    pub fn table(&mut self, columns: &[(Kind, &str)], rows: Vec<Vec<String>>) {
        let widths = self.column_widths(columns, &rows);
        let tallest = self.tallest.min(TALLEST_ROW);
        let mut table = Table::new();
        table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(Row::from(columns.iter().map(|(_, title)| Ink::Faint.on(title)).collect::<Vec<_>>()));
        for row in rows {
            let cells = row.iter().zip(columns).zip(&widths).map(|((cell, (kind, _)), width)| match kind {
                Kind::Path => path_end(cell, *width),
                _ => wrapped(cell, *width, tallest),
            });
            table.add_row(Row::from(cells.collect::<Vec<_>>()));
        }
        for (column, (kind, _)) in table.column_iter_mut().zip(columns) {
            column.set_padding((2, 0));
            if *kind == Kind::Number {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        self.lines.extend(table.lines());
    }

    /// How wide each column is. Numbers, times and curves are as wide as they are, and what they leave is for names and marks.
    /// Marks get no more than they need or names leave, but a few letters; names share the rest, and what one does not need
    /// another gets.
    fn column_widths(&self, columns: &[(Kind, &str)], rows: &[Vec<String>]) -> Vec<usize> {
        let longest = |at: usize| rows.iter().map(|row| row[at].width()).max().unwrap_or(0).max(columns[at].1.width());
        let mut widths: Vec<usize> = (0..columns.len()).map(longest).collect();
        let of_kind =
            |kinds: &[Kind]| (0..columns.len()).filter(|at| kinds.contains(&columns[*at].0)).collect::<Vec<_>>();
        let (mut names, marks) = (of_kind(&[Kind::Name, Kind::Path]), of_kind(&[Kind::Marks]));
        let needed = |widths: &[usize], of: &[usize]| of.iter().map(|at| widths[*at]).sum::<usize>();
        let room = self
            .width
            .saturating_sub(2 * columns.len() + needed(&widths, &of_kind(&[Kind::Words, Kind::Number, Kind::Curve])));
        for at in &marks {
            let left = room.saturating_sub(needed(&widths, &names));
            widths[*at] = widths[*at].min(left.max(NARROWEST_MARKS)).min(room.max(1));
        }
        let mut room = room.saturating_sub(needed(&widths, &marks));
        names.sort_by_key(|at| widths[*at]);
        for (done, &at) in names.iter().enumerate() {
            widths[at] = widths[at].min(room / (names.len() - done)).max(1);
            room = room.saturating_sub(widths[at]);
        }
        widths
    }

    /// Says what a list leaves out, if it does.
    pub fn more(&mut self, more: Option<&str>) {
        if let Some(more) = more {
            self.paragraph("    ", more, Ink::Faint);
        }
    }

    /// The text, each line ended.
    pub fn finish(self) -> String {
        let mut out = String::new();
        for line in &self.lines {
            let line = printed(line, self.color);
            out.push_str(&if self.unicode { line } else { line.chars().map(ascii).collect() });
            out.push('\n');
        }
        out
    }
}

/// errstat's own signs for a terminal that has ASCII only. Text from files stays as it is.
fn ascii(c: char) -> String {
    match c {
        '–' | '·' | '−' => "-".to_owned(),
        '×' => "x".to_owned(),
        '≥' => ">=".to_owned(),
        '≤' => "<=".to_owned(),
        '≈' => "~".to_owned(),
        '…' => "...".to_owned(),
        '±' => "+-".to_owned(),
        '▁' | '▂' => ".".to_owned(),
        '▃' | '▄' | '▅' => ":".to_owned(),
        '▆' | '▇' | '█' => "#".to_owned(),
        '░' => "?".to_owned(),
        '─' => "-".to_owned(),
        '│' => "|".to_owned(),
        '└' | '┬' => "+".to_owned(),
        c => c.to_string(),
    }
}

/// A cell over at most so many lines, each in its style and as far in as the first.
fn wrapped(cell: &str, width: usize, tallest: usize) -> String {
    let (style, text) = cell.split_at(cell.chars().next().filter(|c| Ink::is_tag(*c)).map_or(0, char::len_utf8));
    let indent = &text[..text.len() - text.trim_start().len()];
    let broken = textwrap::wrap(text, lines(width.max(1)).subsequent_indent(indent));
    let shown =
        broken.iter().take(tallest).enumerate().map(|(at, line)| match at + 1 == tallest && broken.len() > tallest {
            true => format!("{style}{}{}", cut_to(line, width), Ink::end()),
            false => format!("{style}{line}{}", Ink::end()),
        });
    shown.collect::<Vec<_>>().join("\n")
}

/// A line's text with an ellipsis at its end, at most so many cells wide.
fn cut_to(line: &str, width: usize) -> String {
    let mut cut = line.trim_end().to_owned();
    while cut.width() >= width && cut.pop().is_some() {}
    cut + "…"
}

/// Text from a file, ready for a line: at most so many characters, the last of which is then an ellipsis, and no
/// command to a CI runner. (The finished line is looked at again; here the width is still to be measured.)
pub(super) fn excerpt(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => for_log(&text[..end]).chars().take(limit.saturating_sub(1)).chain(['…']).collect(),
        None => for_log(text),
    }
}

/// The end of a path, at most so many cells wide: a file's name tells more than its folder's.
pub(super) fn path_end(path: &str, width: usize) -> String {
    if path.width() <= width {
        return excerpt(path, width * 4);
    }
    let mut room = width.saturating_sub(1);
    let mut start = path.len();
    for (at, c) in path.char_indices().rev().take(width * 4) {
        let wide = c.width().unwrap_or(0);
        if wide > room {
            break;
        }
        room -= wide;
        start = at;
    }
    for_log(&format!("…{}", &path[start..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(width: usize) -> Sheet {
        Sheet::new(&TerminalView { lang: Lang::En, top: 10, width, color: false, unicode: true })
    }

    #[test]
    fn paragraphs_are_wrapped_between_words_and_hang() {
        let mut sheet = sheet(30);
        sheet.paragraph("  1. ", "one two three four five six seven", Ink::Plain);
        assert_eq!(sheet.finish(), "  1. one two three four five\n     six seven\n");
    }

    #[test]
    fn text_without_blanks_is_wrapped_too_and_wide_characters_count_twice() {
        let mut sheet = sheet(30);
        sheet.paragraph("  ", &"あ".repeat(20), Ink::Plain);
        assert_eq!(sheet.finish(), format!("  {}\n  {}\n", "あ".repeat(14), "あ".repeat(6)));
    }

    #[test]
    fn names_make_room_for_numbers() {
        let mut sheet = sheet(30);
        let row = |name: &str, n: &str| vec![name.to_owned(), n.to_owned()];
        let rows = [row(&"long name ".repeat(500), "1,234"), row("a", "5")];
        sheet.table(&[(Kind::Name, "who"), (Kind::Number, "n")], rows.into());
        let text = sheet.finish();
        let lines: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(lines.len(), TALLEST_ROW + 1, "{text}");
        assert!(lines[0].starts_with("  long name long name") && lines[0].ends_with("  1,234"), "{text}");
        assert!(lines[TALLEST_ROW - 1].ends_with('…'), "{text}");
        assert!(lines.iter().all(|line| line.width() <= 30), "{text}");
        assert!(lines[TALLEST_ROW].ends_with("      5"), "{text}");
    }

    #[test]
    fn the_end_of_a_path_is_kept() {
        assert_eq!(path_end("exports/2026/w46.tsv", 10), "…6/w46.tsv");
        assert_eq!(path_end("エクスポート/週報.tsv", 10), "…/週報.tsv");
        assert_eq!(path_end("w46.tsv", 10), "w46.tsv");
    }
}
