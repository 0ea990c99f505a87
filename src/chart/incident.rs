//! One incident in steps of five minutes.

use super::{
    Chart, axes,
    calendar::Labels,
    canvas::Frame,
    columns,
    page::Draft,
    scale::CountAxis,
    scene::Scene,
    stack,
    theme::{PAGE, TEXT, Type},
};
use crate::{analysis::Incident, model::Sentence};

const WIDTH: f64 = 640.0;
const PLOT_HEIGHT: f64 = 120.0;
const CELL_MINUTES: i64 = 5;

/// The incident at an index of the analysis's list; `None` if there is none.
pub fn incident(scene: &Scene, index: usize) -> Option<Chart> {
    let incident = scene.analysis.incidents.get(index)?;
    let detail = scene.detail_name(&incident.reason, &incident.detail);
    let title = scene.say(Sentence::new("chart.incident").with("number", index + 1).with("detail", detail));
    let subtitle = scene.filtered(subtitle(scene, incident));
    let alt = scene.say(
        Sentence::new("chart.incident_alt")
            .with("title", &title)
            .with("subtitle", &subtitle)
            .with("errors", scene.number(incident.peak_errors))
            .with("when", scene.lang.moment(incident.peak_at.0)),
    );
    let sizes = &PAGE;
    let head = sizes.small.leading() + 10.0;
    let height = head + PLOT_HEIGHT + 8.0 + 2.0 * sizes.small.leading();
    let draft = Draft {
        name: "incident",
        number: Some(index + 1),
        title,
        subtitle,
        alt,
        width: WIDTH,
        height,
        data: Vec::new(),
    };
    Some(draft.finish(|canvas, frame| {
        let axis = CountAxis::new(incident.cells.iter().copied().max().unwrap_or(0), 3);
        let gutter = axes::gutter(scene, &axis, sizes);
        let plot = Frame { x: frame.x + gutter, y: frame.y + head, w: frame.w - gutter, h: PLOT_HEIGHT };
        let stack = stack::single(scene.ink(&incident.reason), &incident.cells, (plot.w * 1.2) as usize);
        axes::counts(canvas, plot, &axis, scene, sizes);
        columns::draw(canvas, plot, &axis, &stack);
        let starts: Vec<_> = (0..incident.cells.len())
            .map(|cell| scene.local(incident.bounds().0 + cell as i64 * CELL_MINUTES * 60_000))
            .collect();
        let labels =
            Labels { lang: scene.lang, style: sizes.small, week_start: scene.week_start(), window: CELL_MINUTES };
        axes::times(canvas, plot, &starts, labels);
        if let Some((i, column)) = stack.highest() {
            let when =
                starts.get(column.window).map(|at| scene.time_within(*at, incident.bounds())).unwrap_or_default();
            let peak =
                scene.say(Sentence::new("chart.peak").with("errors", scene.figure(column.errors)).with("when", when));
            let place = columns::above(plot, &axis, columns::band(plot, &stack), i, column);
            columns::label_above(canvas, plot, &peak, place, Type { bold: true, ..sizes.small }, TEXT);
        }
    }))
}

/// When, how long, how many, why, and where.
fn subtitle(scene: &Scene, incident: &Incident) -> String {
    let (start, end) = (scene.local(incident.bounds().0), scene.local(incident.bounds().1));
    let until = match incident.is_ongoing() {
        true => scene.phrase("chart.ongoing_mark").to_owned(),
        false if start.date_naive() == end.date_naive() => end.format("%H:%M").to_string(),
        false => scene.lang.moment(end),
    };
    let key = if incident.channel.is_some() { "chart.incident_subtitle" } else { "chart.incident_subtitle_plain" };
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
