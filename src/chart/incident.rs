//! One incident in steps of five minutes.

use super::{
    canvas::Slot,
    page::{Chart, Draft},
    plot::{self, Plot},
    scales::CountScale,
    scene::Scene,
    stack,
    theme::PAGE,
};
use crate::{
    analysis::Incident,
    model::{Sentence, key},
};

const WIDTH: f64 = 640.0;
const PLOT_HEIGHT: f64 = 120.0;
const CELL_MINUTES: i64 = 5;

/// The incident at an index of the analysis's list; `None` if there is none.
pub fn incident(scene: &Scene, index: usize) -> Option<Chart> {
    let incident = scene.analysis.incidents.get(index)?;
    let detail = scene.detail_name(&incident.reason, &incident.detail);
    let title = scene.say(Sentence::new(key::chart::INCIDENT).with("number", index + 1).with("detail", detail));
    let subtitle = scene.filtered(subtitle(scene, incident));
    let alt = scene.say(
        Sentence::new(key::chart::INCIDENT_ALT)
            .with("title", &title)
            .with("subtitle", &subtitle)
            .with("errors", scene.number(incident.peak_errors))
            .with("when", scene.lang.moment(incident.peak_at.0)),
    );
    let draft = Draft { name: "incident", number: Some(index + 1), title, subtitle, alt, width: WIDTH };
    Some(draft.finish(|canvas, slot| {
        let sizes = &PAGE;
        let counts = CountScale::new(incident.cells.iter().copied().max().unwrap_or(0), 3);
        let slot = Slot { y: slot.y + sizes.small.leading() + 10.0, ..slot };
        let frame = plot::frame(slot, PLOT_HEIGHT, &counts, scene, sizes);
        let stack = stack::single(scene.ink(&incident.reason), &incident.cells, frame.w);
        let plot = Plot::new(scene, sizes, frame, &counts, stack);
        plot.draw_counts(canvas);
        plot.draw_columns(canvas);
        let start = |cell: usize| scene.local(incident.bounds().0 + cell as i64 * CELL_MINUTES * 60_000);
        let starts: Vec<_> = (0..incident.cells.len()).map(start).collect();
        plot.draw_times(canvas, &starts, CELL_MINUTES);
        if let Some(highest) = plot.stack.highest() {
            let when = starts.get(highest.1.window).map(|at| scene.time_within(*at, incident.bounds()));
            plot.label_peak(canvas, highest, when.unwrap_or_default());
        }
        frame.bottom() + plot::below(sizes)
    }))
}

/// When, how long, how many, why, and where.
fn subtitle(scene: &Scene, incident: &Incident) -> String {
    let (start, end) = (scene.local(incident.bounds().0), scene.local(incident.bounds().1));
    let until = match incident.is_ongoing() {
        true => scene.phrase(key::chart::ONGOING_MARK).to_owned(),
        false if start.date_naive() == end.date_naive() => end.format("%H:%M").to_string(),
        false => scene.lang.moment(end),
    };
    let key =
        if incident.channel.is_some() { key::chart::INCIDENT_SUBTITLE } else { key::chart::INCIDENT_SUBTITLE_PLAIN };
    scene.say(
        Sentence::new(key)
            .with("start", scene.lang.moment(start))
            .with("end", until)
            .with("minutes", scene.number(incident.minutes))
            .with("errors", scene.figure(incident.errors))
            .with("reason", &incident.reason)
            .with("channel", incident.channel.as_deref().unwrap_or_default()),
    )
}
