//! The native chart of the time windows, which draws from the sheet that has them.

use rust_xlsxwriter::{
    Chart, ChartFont, ChartFormat, ChartLegendPosition, ChartLine, ChartLineDashType, ChartSolidFill, ChartType, Color,
};

use super::look::color;
use crate::{
    chart::{ReasonInks, theme, unit},
    model::key,
    render::columns::Columns,
    story::Story,
};

/// Columns of the sheet before those of the reasons: start, all errors.
const BEFORE_REASONS: u16 = 2;
/// Width and height in pixels.
pub const SIZE: (u32, u32) = (850, 330);

/// Windows of a day, for sizes under a day.
const PER_DAY: [(&str, u32); 4] = [("5m", 288), ("15m", 96), ("30m", 48), ("hour", 24)];
/// Labels below the columns; more would cover each other.
const MOST_LABELS: u32 = 9;

/// Errors of each window stacked by reason, and a line of what is usual; none where there is no window.
pub fn windows(story: &Story<'_>) -> Option<Chart> {
    let (analysis, lang) = (story.analysis, story.lang());
    let last = analysis.windows.buckets.len() as u32;
    if last == 0 {
        return None;
    }
    let columns = Columns::new(analysis);
    let inks = ReasonInks::new(analysis);
    let sheet = lang.phrase(key::workbook::WINDOWS);
    let range = |column: u16| (sheet, 1, column, last, column);
    let mut chart = Chart::new(ChartType::ColumnStacked);
    let inks = columns.names.iter().map(|name| inks.ink(name)).chain(columns.others.then_some(theme::OTHERS));
    let mut next = BEFORE_REASONS;
    for ink in inks {
        let series = chart.add_series().set_name((sheet, 0, next)).set_categories(range(0)).set_values(range(next));
        series.set_format(ChartFormat::new().set_solid_fill(ChartSolidFill::new().set_color(color(ink)))).set_gap(40);
        next += 1;
    }
    if next == BEFORE_REASONS {
        // Without an error there is no reason to stack.
        let all = BEFORE_REASONS - 1;
        chart.add_series().set_name((sheet, 0, all)).set_categories(range(0)).set_values(range(all));
    }
    if analysis.finer.usual.iter().any(Option::is_some) {
        let mut usual = Chart::new(ChartType::Line);
        let mut line = ChartLine::new();
        line.set_color(color(theme::TEXT)).set_width(1.75).set_dash_type(ChartLineDashType::Dash);
        let series = usual.add_series().set_name((sheet, 0, next)).set_categories(range(0)).set_values(range(next));
        series.set_format(ChartFormat::new().set_line(&line));
        chart.combine(&usual);
    }
    let small = || font(9.0, color(theme::MUTED));
    let mut grid = ChartLine::new();
    grid.set_color(color(theme::GRID)).set_width(0.75);
    let mut title = font(12.0, color(theme::TEXT));
    title.set_bold();
    chart.title().set_name(lang.phrase(unit(analysis.windows.size))).set_font(&title);
    let size = analysis.windows.size;
    let of_day = PER_DAY.iter().find(|(name, _)| *name == size).map_or(1, |(_, windows)| *windows);
    let format = match size {
        "month" => key::workbook::MONTH_FORMAT,
        "day" | "week" => key::workbook::DAY_AXIS,
        _ if last >= 2 * of_day => key::workbook::DAY_AXIS,
        _ => key::workbook::MOMENT_AXIS,
    };
    // Each label is that of a day, if there are several.
    let step = if last >= 2 * of_day { of_day } else { 1 };
    let step = step * last.div_ceil(step * MOST_LABELS);
    // By dates, hours of a day would stand in one column.
    let axis = chart.x_axis().set_text_axis(true).set_num_format(lang.phrase(format)).set_font(&small());
    axis.set_label_interval(step as u16).set_tick_interval(step as u16);
    chart.y_axis().set_num_format("#,##0").set_min(0).set_font(&small()).set_major_gridlines_line(&grid);
    chart.y_axis().set_format(ChartFormat::new().set_no_line());
    chart.legend().set_position(ChartLegendPosition::Bottom).set_font(&small());
    chart.set_width(SIZE.0).set_height(SIZE.1);
    Some(chart)
}

fn font(size: f64, color: Color) -> ChartFont {
    let mut font = ChartFont::new();
    font.set_size(size).set_color(color);
    font
}
