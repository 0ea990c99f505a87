//! Incidents, the worst first, and what is said of all of them.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::{look::Cell, sheet::Sheet};
use crate::{
    model::key,
    render::grid::Grid,
    story::{Event, Story},
};

pub fn sheet(story: &Story<'_>) -> Result<Worksheet, XlsxError> {
    let (mut sheet, lang) = (Sheet::new(story, key::workbook::INCIDENTS)?, story.lang());
    let state = |event: &Event<'_>| {
        let over = event.incident.over.then(|| lang.phrase(key::state::OVER));
        Cell::text(event.state.or(over).unwrap_or_default())
    };
    let mut table = Grid::of(story.events.all())
        .column(sheet.zoned(key::page::START), |event| Cell::Moment(event.incident.start))
        .column(sheet.zoned(key::workbook::END), |event| Cell::Moment(event.incident.end))
        .column(sheet.t(key::workbook::MINUTES), |event| Cell::Count(event.incident.minutes))
        .column(sheet.t(key::page::CHANNEL), |event| sheet.channel(event.incident.channel.as_deref()))
        .column(sheet.t(key::page::ERRORS), |event| Cell::Count(event.incident.errors))
        .column(sheet.t(key::workbook::MOSTLY), |event| Cell::name(&event.what))
        .column(sheet.t(key::page::REASON), |event| Cell::name(&event.incident.reason))
        .column(sheet.t(key::workbook::PEAK), |event| Cell::Count(event.incident.peak_errors))
        .column(sheet.zoned(key::workbook::PEAK_AT), |event| Cell::Moment(event.incident.peak_at))
        .column(sheet.t(key::workbook::STATE), |event| state(event))
        .column(sheet.t(key::page::MADE_OF), |event| Cell::text(&event.made_of))
        .column(sheet.t(key::workbook::REMARK), |event| Cell::of(event.meanwhile.clone(), Cell::Text));
    if story.analysis.server_log.is_some() {
        let says = |event: &&Event<'_>| Cell::text(event.log.clone().unwrap_or_default());
        table = table.column(sheet.t(key::server_page::SAYS), says);
    }
    sheet.list(&table)?;
    let events = &story.events;
    let told = events.none.iter().chain(&events.recovery).chain(&events.patterns);
    told.cloned().for_each(|sentence| sheet.say(sentence));
    // The last stop first.
    let stops = &story.analysis.redelivery_stopped;
    let table = Grid::of(stops.iter().rev())
        .column(sheet.zoned(key::page::REDELIVERY_STOPPED), |stop| sheet.moment(stop.at))
        .column(sheet.t(key::page::CHANNEL), |stop| sheet.channel(stop.channel.as_deref()));
    if !stops.is_empty() {
        sheet.row += 1;
        sheet.table(&table)?;
    }
    sheet.finish()
}
