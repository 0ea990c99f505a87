//! What cells hold, and how that looks.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

use crate::{
    chart::theme::{self, Ink},
    model::{LocalTime, key},
    story::Trend,
    taxonomy::Lang,
};

/// What a cell holds.
pub enum Cell {
    Empty,
    /// A sentence, on as many lines as it takes.
    Text(String),
    /// A name from a file, of any length, on one line.
    Name(String),
    /// That something is new, unknown, ongoing.
    Mark(String),
    Count(u64),
    /// A count of a time of which data are missing.
    AtLeast(u64),
    Change(i64, Trend),
    /// In percent.
    ChangePercent(f64, Trend),
    /// From 0 to 1.
    Share(f64),
    Moment(LocalTime),
    Day(LocalTime),
    /// The first day of a week, as a title.
    Week(LocalTime),
    Month(LocalTime),
}

impl Cell {
    /// Of a value that may be missing.
    pub fn of<T>(value: Option<T>, cell: impl FnOnce(T) -> Cell) -> Cell {
        value.map_or(Cell::Empty, cell)
    }

    pub fn text(text: impl Into<String>) -> Cell {
        Cell::Text(text.into())
    }

    pub fn name(name: impl Into<String>) -> Cell {
        Cell::Name(name.into())
    }

    /// The number that Excel holds; of times the days since it began to count, by the clock of their zone.
    pub fn number(&self) -> Option<f64> {
        let days = |at: &LocalTime| at.naive_local().and_utc().timestamp_millis() as f64 / 86_400_000.0 + 25_569.0;
        match self {
            Cell::Empty | Cell::Text(_) | Cell::Name(_) | Cell::Mark(_) => None,
            Cell::Count(number) | Cell::AtLeast(number) => Some(*number as f64),
            Cell::Change(number, _) => Some(*number as f64),
            Cell::ChangePercent(percent, _) => Some(percent / 100.0),
            Cell::Share(share) => Some(*share),
            Cell::Moment(at) | Cell::Day(at) | Cell::Week(at) | Cell::Month(at) => Some(days(at)),
        }
    }

    pub fn is_number(&self) -> bool {
        use Cell::{AtLeast, Change, ChangePercent, Count, Share};
        matches!(self, Count(_) | AtLeast(_) | Change(..) | ChangePercent(..) | Share(_))
    }

    /// The characters that it takes, as far as its column shall be that wide.
    pub fn width(&self, lang: Lang) -> usize {
        use unicode_width::UnicodeWidthStr;
        match self {
            Cell::Empty => 0,
            Cell::Text(text) | Cell::Name(text) | Cell::Mark(text) => text.width(),
            Cell::Count(number) | Cell::AtLeast(number) => lang.number(*number).len() + 2,
            Cell::Change(number, _) => lang.number(number.unsigned_abs()).len() + 2,
            Cell::ChangePercent(..) | Cell::Share(_) => 8,
            Cell::Moment(_) => 22,
            Cell::Day(_) => 17,
            Cell::Week(_) | Cell::Month(_) => 10,
        }
    }
}

pub fn color(ink: Ink) -> Color {
    Color::RGB(ink.light)
}

/// Size of type, in points.
pub const SIZE: f64 = 11.0;

/// What all cells have in common. Text that somebody edits stays text, whatever it begins with.
pub fn plain(lang: Lang) -> Format {
    let plain = Format::new().set_align(FormatAlign::Top).set_font_color(color(theme::TEXT)).set_font_size(SIZE);
    plain.set_font_name(&lang.language().workbook.font)
}

/// Of a title of a column.
pub fn title(title: &Cell, of_numbers: bool, lang: Lang) -> Format {
    let format = plain(lang).set_bold().set_text_wrap().set_background_color(color(theme::GRID)).set_quote_prefix();
    let format = format.set_border_bottom(FormatBorder::Thin).set_border_bottom_color(color(theme::AXIS));
    let format = format.set_align(FormatAlign::VerticalCenter);
    let format = match of_numbers {
        // Left of the arrow of a filter.
        true => format.set_align(FormatAlign::Right).set_indent(2),
        false => format.set_align(FormatAlign::Left).set_indent(1),
    };
    if matches!(title, Cell::Week(_)) { format.set_num_format(lang.phrase(key::workbook::WEEK_FORMAT)) } else { format }
}

/// Of what a cell holds.
pub fn format(cell: &Cell, lang: Lang) -> Format {
    let plain = plain(lang);
    let number = |format: &str| plain.clone().set_num_format(format).set_align(FormatAlign::Right).set_indent(1);
    // Not right beside the number before it.
    let apart = |format: Format| format.set_align(FormatAlign::Left).set_indent(1);
    let dated = |key| apart(number(lang.phrase(key)));
    let text = || apart(plain.clone()).set_quote_prefix();
    let changed = |format: &str, trend: &Trend| number(format).set_font_color(color(theme::trend(*trend)));
    match cell {
        Cell::Empty => plain,
        Cell::Text(_) => text().set_text_wrap(),
        Cell::Name(_) => text(),
        Cell::Mark(_) => text().set_bold().set_font_color(color(theme::BADGE)).set_text_wrap(),
        Cell::Count(_) => number("#,##0"),
        Cell::AtLeast(_) => number("\"≥ \"#,##0;;\"?\"").set_font_color(color(theme::MUTED)).set_italic(),
        Cell::Change(_, trend) => changed("+#,##0;−#,##0;±0", trend),
        Cell::ChangePercent(_, trend) => changed(lang.phrase(key::workbook::CHANGE_FORMAT), trend),
        Cell::Share(_) => number(lang.phrase(key::workbook::SHARE_FORMAT)),
        Cell::Moment(_) => dated(key::workbook::MOMENT_FORMAT),
        Cell::Day(_) => dated(key::workbook::DAY_FORMAT),
        Cell::Week(_) => dated(key::workbook::WEEK_FORMAT),
        Cell::Month(_) => dated(key::workbook::MONTH_FORMAT),
    }
}
