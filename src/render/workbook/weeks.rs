//! The channels, and the weeks up to the end of the period.

use rust_xlsxwriter::{Color, ConditionalFormat2ColorScale, Sparkline, SparklineType, Worksheet, XlsxError};

use super::{
    look::{Cell, color},
    sheet::Sheet,
};
use crate::{
    chart::theme,
    model::key,
    render::grid::Grid,
    story::{Compared, Story, Trend},
};

pub fn sheet(story: &Story<'_>) -> Result<Worksheet, XlsxError> {
    let (mut sheet, analysis) = (Sheet::new(story, key::workbook::WEEKS)?, story.analysis);
    let channels = analysis.by_channel.iter().enumerate();
    let channels = channels.map(|(at, row)| {
        let change = Compared::channel(analysis, row, story.lang()).change;
        (at, row, change.map_or(Trend::Same, |change| change.trend))
    });
    let mut table = Grid::of(channels)
        .column(sheet.t(key::page::CHANNEL), |(_, row, _)| sheet.channel(row.channel.as_deref()))
        .column(sheet.t(key::page::ERRORS), |(_, row, _)| Cell::Count(row.errors))
        .column(sheet.t(key::page::SHARE), |(_, row, _)| Cell::Share(row.share))
        .column(sheet.t(key::page::BEFORE), |(_, row, _)| Cell::of(row.previous_errors, Cell::Count))
        .column(sheet.t(key::page::CHANGE_TITLE), |(_, row, trend)| {
            Cell::of(row.change, |change| Cell::Change(change, *trend))
        })
        .column(sheet.t(key::page::COURSE), |_| Cell::Empty);
    let first = table.headings.len() as u16;
    let weeks = &analysis.finer.weeks;
    for week in weeks {
        table = table.column(Cell::Week(week.start), |(at, ..)| match week.by_channel[*at] {
            (errors, true) => Cell::Count(errors),
            (errors, false) => Cell::AtLeast(errors),
        });
    }
    let (heading, last) = sheet.list(&table)?;
    if let (Some(after), true) = (weeks.len().checked_sub(1), last > heading) {
        let end = first + after as u16;
        let name = story.lang().phrase(key::workbook::WEEKS);
        for row in heading + 1..=last {
            let line = Sparkline::new().set_range((name, row, first, row, end)).set_type(SparklineType::Column);
            sheet.sheet.add_sparkline(row, first - 1, &line.set_sparkline_color(color(theme::CHANNEL)))?;
        }
        let scale = ConditionalFormat2ColorScale::new();
        let scale = scale.set_minimum_color(Color::RGB(0xFF_FF_FF)).set_maximum_color(Color::RGB(0xF4_A9_A0));
        sheet.sheet.add_conditional_format(heading + 1, first, last, end, &scale)?;
    }
    sheet.say(story.lang().phrase(key::workbook::WEEKS_NOTE));
    if weeks.iter().any(|week| week.by_channel.iter().any(|(_, covered)| !covered)) {
        sheet.say(story.lang().phrase(key::workbook::AT_LEAST_NOTE));
    }
    sheet.finish()
}
