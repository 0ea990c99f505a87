//! Errors per window, stacked by reason, with incidents and the previous period.

use super::{
    canvas::{Anchor, Canvas, Frame, Slot},
    figures::compact,
    legend::legend,
    marks, measure,
    page::{self, Chart, Draft},
    plot::{self, Plot},
    previous,
    scales::{self, CountScale},
    scene::Scene,
    stack::{Stack, by_reason},
    svg::UNITS,
    theme::{MUTED, PAGE, Sizes, TEXT, Type},
};
use crate::model::{Sentence, key};

/// Height of the plot itself on a page.
const PLOT_HEIGHT: f64 = 240.0;

/// The timeline as a picture of its own.
///
/// For scripts that draw over it, the root element says in `data-plot` where the plot lies (left, top, width and height
/// in the units of the view box) and in `data-top` which count its upper edge stands for.
pub fn timeline(scene: &Scene) -> Chart {
    Draft::new(scene, "timeline", title(scene), alt(scene)).finish_with(|canvas, slot| {
        let (bottom, Frame { x, y, w, h }, top) = panel(canvas, slot, scene, &PAGE, PLOT_HEIGHT);
        let place = [x, y, w, h].map(|pixels| format!("{:.0}", pixels * UNITS)).join(" ");
        (bottom, vec![("data-plot", place), ("data-top", top.to_string())])
    })
}

/// `Errors per day`.
pub fn title(scene: &Scene) -> String {
    scene
        .phrase(match scene.analysis.windows.size {
            "5m" => key::chart::PER_5M,
            "15m" => key::chart::PER_15M,
            "30m" => key::chart::PER_30M,
            "hour" => key::chart::PER_HOUR,
            "week" => key::chart::PER_WEEK,
            "month" => key::chart::PER_MONTH,
            _ => key::chart::PER_DAY,
        })
        .to_owned()
}

fn alt(scene: &Scene) -> String {
    let analysis = scene.analysis;
    let mut sentences = vec![
        scene.say(
            Sentence::new(key::chart::TIMELINE_ALT)
                .with("title", title(scene))
                .with("period", scene.period())
                .with("errors", scene.number(analysis.totals.errors)),
        ),
    ];
    let reasons = scene.reasons().into_iter().filter(|(_, errors)| *errors > 0);
    let reasons = scene.list(reasons.map(|(reason, errors)| scene.counted(reason, errors, None)));
    if !reasons.is_empty() {
        sentences.push(scene.say(Sentence::new(key::chart::BY_REASON_ALT).with("list", reasons)));
    }
    if let Some((window, errors)) = worst_window(scene) {
        sentences.push(
            scene.say(
                Sentence::new(key::chart::MOST_ALT)
                    .with("when", window_name(scene, window))
                    .with("errors", scene.number(errors)),
            ),
        );
    }
    if let (Some(errors), Some(previous)) = (analysis.totals.previous_errors, &analysis.period.previous) {
        sentences.push(scene.say(
            Sentence::new(key::chart::PREVIOUS_ALT).with("label", &previous.label).with("errors", scene.number(errors)),
        ));
    }
    if !analysis.unknown.is_empty() {
        sentences.push(scene.phrase(key::chart::UNKNOWN_ALT).to_owned());
    }
    if !analysis.incidents.is_empty() {
        sentences.push(scene.say(
            Sentence::new(key::chart::INCIDENTS_ALT).with("count", scene.number(analysis.incidents.len() as u64)),
        ));
    }
    sentences.join(" ")
}

/// Draws the timeline with a plot of this height; gives its lower edge, where the plot lies, and the count at its top.
pub fn panel(canvas: &Canvas, slot: Slot, scene: &Scene, sizes: &Sizes, plot_height: f64) -> (f64, Frame, u64) {
    let windows = &scene.analysis.windows;
    let errors = windows.buckets.iter().map(|bucket| bucket.errors).chain(windows.previous.iter().copied());
    let counts = CountScale::new(errors.max().unwrap_or(0), if plot_height > 180.0 { 5 } else { 3 });
    let stack = by_reason(scene, slot.w);
    // Above the plot is room for the marks of incidents and for the labels of the highest columns.
    let above = marks::room(scene, sizes) + sizes.small.leading() + 4.0;
    let top = slot.y + legend(canvas, slot, scene, &stack, sizes) + above;
    let frame = plot::frame(Slot { y: top.round(), ..slot }, plot_height, &counts, scene, sizes);
    let plot = Plot::new(scene, sizes, frame, &counts, stack);
    marks::shade(canvas, frame, scene);
    plot.draw_counts(canvas);
    marks::hatch_unknown(canvas, frame, scene);
    previous::behind(canvas, &plot, scene);
    plot.draw_columns(canvas);
    previous::over(canvas, &plot, scene);
    marks::mark(canvas, frame, scene, sizes);
    plot.draw_windows(canvas);
    if scene.analysis.totals.errors == 0 {
        page::instead(canvas, frame, scene.phrase(key::chart::NO_ERRORS), sizes.body);
    } else {
        column_labels(canvas, &plot, scene, sizes);
    }
    let mut bottom = top + plot_height + plot::below(sizes);
    if let Some(note) = note(scene, &plot.stack) {
        bottom += sizes.small.leading() + 4.0;
        canvas.fitted(&note, (frame.x, bottom - 4.0), sizes.small, MUTED, Anchor::Start, frame.w);
    }
    (bottom, frame, counts.top)
}

/// What must be said about how the columns are drawn; at most one sentence.
fn note(scene: &Scene, stack: &Stack) -> Option<String> {
    if stack.pooled > 1 {
        return Some(scene.say(Sentence::new(key::chart::POOLED).with("count", scene.number(stack.pooled as u64))));
    }
    let cut = scene.analysis.windows.buckets.iter().any(|bucket| bucket.partial && bucket.errors > 0);
    cut.then(|| scene.phrase(key::chart::PARTIAL).to_owned())
}

/// The count of each column if all have room, else of the highest one with its time.
fn column_labels(canvas: &Canvas, plot: &Plot, scene: &Scene, sizes: &Sizes) {
    let columns = &plot.stack.columns;
    let style = Type { bold: true, ..sizes.small };
    let counts = columns.iter().map(|column| measure::width(&compact(scene.lang, column.errors), style));
    let widest = counts.fold(0.0, f64::max);
    // Beside the previous period's line, many labels would be a thicket.
    let most = if scene.compared() { 14 } else { 40 };
    if columns.len() <= most && widest + 4.0 <= plot.band() {
        for column in columns.iter().enumerate() {
            let ink = if column.1.errors > 0 { TEXT } else { MUTED };
            plot.label(canvas, column, &compact(scene.lang, column.1.errors), ink);
        }
    } else if let Some(highest) = plot.stack.highest() {
        plot.label_peak(canvas, highest, window_name(scene, highest.1.window));
    }
}

/// A window in words: its day, its month, or its day and the time it starts.
pub fn window_name(scene: &Scene, window: usize) -> String {
    let Some(bucket) = scene.analysis.windows.buckets.get(window) else { return String::new() };
    let start = scene.local(bucket.bounds().0);
    let day = scales::weekday_and_day(scene.lang, start.date_naive());
    match scene.analysis.windows.size {
        "day" | "week" => day,
        "month" => scene.lang.month(start.date_naive()),
        _ => scene.say(Sentence::new(key::chart::DAY_AND_TIME).with("day", day).with("time", start.format("%H:%M"))),
    }
}

/// The window with the most errors, the first of equal ones; none where there are no errors.
pub fn worst_window(scene: &Scene) -> Option<(usize, u64)> {
    let buckets = scene.analysis.windows.buckets.iter().enumerate().rev();
    buckets
        .max_by_key(|(_, bucket)| bucket.errors)
        .map(|(window, bucket)| (window, bucket.errors))
        .filter(|(_, errors)| *errors > 0)
}
