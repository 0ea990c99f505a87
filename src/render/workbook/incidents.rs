//! Incidents, the worst first, and what is said of all of them.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::{look::Cell, sheet::Sheet};
use crate::{
    model::{LocalTime, key},
    story::{Event, Story},
};

pub fn sheet(story: &Story<'_>) -> Result<Worksheet, XlsxError> {
    let mut sheet = Sheet::new(story, key::workbook::INCIDENTS)?;
    let mut titles = vec![sheet.zoned(key::page::START), sheet.zoned(key::workbook::END)];
    let phrases = [
        key::workbook::MINUTES,
        key::page::CHANNEL,
        key::page::ERRORS,
        key::workbook::MOSTLY,
        key::page::REASON,
        key::workbook::PEAK,
    ];
    titles.extend(phrases.map(|key| sheet.t(key)));
    titles.push(sheet.zoned(key::workbook::PEAK_AT));
    titles.extend([key::workbook::STATE, key::page::MADE_OF, key::workbook::REMARK].map(|key| sheet.t(key)));
    let logged = story.analysis.server_log.is_some();
    titles.extend(logged.then(|| sheet.t(key::server_page::SAYS)));
    let rows: Vec<Vec<Cell>> = story.events.all().map(|event| row(&sheet, event, logged)).collect();
    sheet.list(&titles, &rows)?;
    let events = &story.events;
    let told = events.none.iter().chain(&events.recovery).chain(&events.patterns);
    told.cloned().for_each(|sentence| sheet.say(sentence));
    stops(&mut sheet)?;
    sheet.finish()
}

fn row(sheet: &Sheet<'_>, event: &Event<'_>, logged: bool) -> Vec<Cell> {
    let incident = event.incident;
    let over = incident.over.then(|| sheet.lang().phrase(key::state::OVER));
    let mut cells = vec![
        Cell::Moment(incident.start),
        Cell::Moment(incident.end),
        Cell::Count(incident.minutes),
        sheet.channel(incident.channel.as_deref()),
        Cell::Count(incident.errors),
        Cell::name(&event.what),
        Cell::name(&incident.reason),
        Cell::Count(incident.peak_errors),
        Cell::Moment(incident.peak_at),
        Cell::text(event.state.or(over).unwrap_or_default()),
        Cell::text(&event.made_of),
        Cell::of(event.meanwhile.clone(), Cell::Text),
    ];
    cells.extend(logged.then(|| Cell::text(event.log.clone().unwrap_or_default())));
    cells
}

/// When LINE stopped redelivering, the last first.
fn stops(sheet: &mut Sheet<'_>) -> Result<(), XlsxError> {
    let stops = &sheet.story.analysis.redelivery_stopped;
    let row = |(at, channel): (LocalTime, Option<&str>)| vec![sheet.moment(at), sheet.channel(channel)];
    let rows: Vec<Vec<Cell>> = stops.iter().rev().map(|stop| row((stop.at, stop.channel.as_deref()))).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let titles = [sheet.zoned(key::page::REDELIVERY_STOPPED), sheet.t(key::page::CHANNEL)];
    sheet.row += 1;
    sheet.table(&titles, &rows).map(|_| ())
}
