//! Incidents: a sentence and a curve for each.

use crate::{
    analysis::{Analysis, Incident},
    model::{Sentence, key},
    render::wording::{cut, what},
    story::Clock,
};

use super::{
    graph::sparkline,
    ink::Ink,
    sheet::{NAME_IN_SENTENCE, Sheet, excerpt},
};

/// The worst incidents, each a sentence and a curve.
pub(super) fn incidents(sheet: &mut Sheet, analysis: &Analysis, clock: &Clock, top: usize) {
    let lang = clock.lang;
    let all = &analysis.incidents;
    stops(sheet, analysis, clock, top);
    if all.is_empty() {
        return;
    }
    sheet.heading(lang.phrase(key::terminal::INCIDENTS));
    let (shown, more) = cut(lang, all, top);
    for incident in shown {
        let ink = Ink::of_reason(&incident.reason);
        let lead = format!("  {} ", ink.on(if sheet.unicode() { "●" } else { "*" }));
        sheet.paragraph(&lead, &sentence(clock, incident), Ink::Plain);
        let room = sheet.width().saturating_sub(4);
        let cells = incident.cells();
        let together = cells.len().div_ceil(room.max(1)).max(1);
        let sums: Vec<u64> = cells.chunks(together).map(|cells| cells.iter().sum()).collect();
        if sums.len() > 2 {
            let curve = ink.on(&sparkline(&sums, sheet.unicode()));
            sheet.line(format!("    {curve}"));
        }
    }
    sheet.more(more);
}

/// When LINE stopped redelivering, the last times.
fn stops(sheet: &mut Sheet, analysis: &Analysis, clock: &Clock, top: usize) {
    let stops = &analysis.redelivery_stopped;
    if stops.is_empty() {
        return;
    }
    sheet.heading(clock.lang.phrase(key::page::REDELIVERY_STOPPED));
    for stop in stops.iter().skip(stops.len().saturating_sub(top)) {
        let channel = stop.channel.as_deref().map_or_else(String::new, |name| excerpt(name, NAME_IN_SENTENCE));
        sheet.paragraph("  - ", format!("{} {channel}", clock.moment(stop.at)).trim_end(), Ink::Plain);
    }
    sheet.more(cut(clock.lang, stops, top).1);
}

/// What happened, when, how badly.
fn sentence(clock: &Clock, incident: &Incident) -> String {
    let lang = clock.lang;
    let key = match (incident.is_ongoing(), &incident.channel) {
        (false, None) => key::terminal::INCIDENT,
        (false, Some(_)) => key::terminal::INCIDENT_CHANNEL,
        (true, None) => key::terminal::INCIDENT_ONGOING,
        (true, Some(_)) => key::terminal::INCIDENT_ONGOING_CHANNEL,
    };
    let peak_at = match incident.start.date_naive() == incident.end.date_naive() {
        true => clock.moment_after(incident.start, incident.peak_at),
        false => clock.moment(incident.peak_at),
    };
    lang.say(
        &Sentence::new(key)
            .with("channel", excerpt(incident.channel.as_deref().unwrap_or(""), NAME_IN_SENTENCE))
            .with("when", Ink::Strong.on(&clock.stretch(incident.start, incident.end)))
            .with("duration", clock.duration(incident.minutes))
            .with("errors", lang.number(incident.errors))
            .with("what", excerpt(&what(lang, &incident.reason, &incident.detail), NAME_IN_SENTENCE))
            .with("peak", lang.number(incident.peak_errors))
            .with("peak_at", peak_at),
    )
}
