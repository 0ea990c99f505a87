//! The channels, and the weeks up to the end of the period.

use rust_xlsxwriter::{Color, ConditionalFormat2ColorScale, Sparkline, SparklineType, Worksheet, XlsxError};

use super::{
    look::{Cell, color},
    sheet::Sheet,
};
use crate::{
    analysis::ChannelRow,
    chart::theme,
    model::key,
    story::{Compared, Story, Trend},
};

pub fn sheet(story: &Story<'_>) -> Result<Worksheet, XlsxError> {
    let analysis = story.analysis;
    let mut sheet = Sheet::new(story, key::workbook::WEEKS)?;
    let phrases = [
        key::page::CHANNEL,
        key::page::ERRORS,
        key::page::SHARE,
        key::page::BEFORE,
        key::page::CHANGE_TITLE,
        key::page::COURSE,
    ];
    let mut titles: Vec<Cell> = phrases.map(|key| sheet.t(key)).into();
    let first = titles.len() as u16;
    let weeks = &analysis.finer.weeks;
    titles.extend(weeks.iter().map(|week| Cell::Week(week.start)));
    let channels = analysis.by_channel.iter().enumerate();
    let rows: Vec<Vec<Cell>> = channels.map(|(at, channel)| row(&sheet, at, channel)).collect();
    let (heading, last) = sheet.list(&titles, &rows)?;
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

fn row(sheet: &Sheet<'_>, at: usize, channel: &ChannelRow) -> Vec<Cell> {
    let compared = Compared::channel(sheet.story.analysis, channel, sheet.lang());
    let trend = compared.change.map_or(Trend::Same, |change| change.trend);
    let mut cells = vec![
        sheet.channel(channel.channel.as_deref()),
        Cell::Count(channel.errors),
        Cell::Share(channel.share),
        Cell::of(channel.previous_errors, Cell::Count),
        Cell::of(channel.change, |change| Cell::Change(change, trend)),
        Cell::Empty,
    ];
    cells.extend(sheet.story.analysis.finer.weeks.iter().map(|week| match week.by_channel[at] {
        (errors, true) => Cell::Count(errors),
        (errors, false) => Cell::AtLeast(errors),
    }));
    cells
}
