//! Errors per window, stacked by reason, with incidents and the previous period.

use super::{
    Chart, axes, calendar,
    canvas::{Anchor, Canvas, Frame},
    columns,
    legend::Legend,
    marks, measure, page, previous,
    scale::{CountAxis, compact},
    scene::Scene,
    stack::{Stack, stack},
    svg::UNITS,
    theme::{MUTED, PAGE, Sizes, TEXT, Type},
};
use crate::model::Sentence;

/// Height of the plot itself on a page.
const PLOT_HEIGHT: f64 = 240.0;

/// The plot in a drawing, for scripts that draw over it: where it is, and the count at its top.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plot {
    pub frame: Frame,
    pub top: u64,
}

/// The timeline as a picture of its own.
///
/// The root element says in `data-plot` where the plot lies (left, top, width and height in the
/// units of the view box) and in `data-top` which count its upper edge stands for.
pub fn timeline(scene: &Scene) -> Chart {
    let frame = page::body(page::WIDTH, 0.0);
    let height = height(scene, frame.w, &PAGE, PLOT_HEIGHT);
    let plot = layout(scene, Frame { h: height, ..frame }, &PAGE).plot;
    let units = [plot.frame.x, plot.frame.y, plot.frame.w, plot.frame.h].map(|pixels| format!("{:.0}", pixels * UNITS));
    let mut draft = page::draft(scene, "timeline", title(scene), alt(scene), height);
    draft.data = vec![("data-plot", units.join(" ")), ("data-top", plot.top.to_string())];
    draft.finish(|canvas, frame| panel(canvas, frame, scene, &PAGE))
}

/// `Errors per day`.
pub fn title(scene: &Scene) -> String {
    scene
        .phrase(match scene.analysis.windows.size {
            "5m" => "chart.per_5m",
            "15m" => "chart.per_15m",
            "30m" => "chart.per_30m",
            "hour" => "chart.per_hour",
            "week" => "chart.per_week",
            "month" => "chart.per_month",
            _ => "chart.per_day",
        })
        .to_owned()
}

fn alt(scene: &Scene) -> String {
    let analysis = scene.analysis;
    let mut sentences = vec![
        scene.say(
            Sentence::new("chart.timeline_alt")
                .with("title", title(scene))
                .with("period", scene.period())
                .with("errors", scene.number(analysis.totals.errors)),
        ),
    ];
    let reasons = scene.reasons().into_iter().filter(|(_, errors)| *errors > 0);
    let reasons = scene.list(reasons.map(|(reason, errors)| {
        scene.say(Sentence::new("chart.named_count").with("name", reason).with("errors", scene.number(errors)))
    }));
    if !reasons.is_empty() {
        sentences.push(scene.say(Sentence::new("chart.by_reason_alt").with("list", reasons)));
    }
    if let Some((window, errors)) = worst_window(scene) {
        sentences.push(
            scene.say(
                Sentence::new("chart.most_alt")
                    .with("when", window_name(scene, window))
                    .with("errors", scene.number(errors)),
            ),
        );
    }
    if let (Some(errors), Some(previous)) = (analysis.totals.previous_errors, &analysis.period.previous) {
        sentences.push(scene.say(
            Sentence::new("chart.previous_alt").with("label", &previous.label).with("errors", scene.number(errors)),
        ));
    }
    if !analysis.unknown.is_empty() {
        sentences.push(scene.phrase("chart.unknown_alt").to_owned());
    }
    if !analysis.incidents.is_empty() {
        sentences
            .push(scene.say(
                Sentence::new("chart.incidents_alt").with("count", scene.number(analysis.incidents.len() as u64)),
            ));
    }
    sentences.join(" ")
}

/// Height of the panel around a plot of the given height.
pub fn height(scene: &Scene, width: f64, sizes: &Sizes, plot: f64) -> f64 {
    let stack = stacked(scene, width);
    Legend::new(scene, &stack, width, sizes).height + above_plot(scene, sizes) + plot + below_plot(scene, &stack, sizes)
}

/// The windows in columns that are hardly thinner than a pixel.
fn stacked(scene: &Scene, width: f64) -> Stack {
    stack(scene, (width * 1.2) as usize)
}

/// Room for the marks of incidents and for the labels of the highest columns.
fn above_plot(scene: &Scene, sizes: &Sizes) -> f64 {
    marks::room(scene, sizes) + sizes.small.leading() + 4.0
}

/// Room for two lines of labels, and a note.
fn below_plot(scene: &Scene, stack: &Stack, sizes: &Sizes) -> f64 {
    let note = note(scene, stack).map_or(0.0, |_| sizes.small.leading() + 4.0);
    8.0 + sizes.small.leading() * 2.0 + note
}

struct Layout {
    stack: Stack,
    legend: Legend,
    axis: CountAxis,
    plot: Plot,
}

fn layout(scene: &Scene, frame: Frame, sizes: &Sizes) -> Layout {
    let stack = stacked(scene, frame.w);
    let legend = Legend::new(scene, &stack, frame.w, sizes);
    let windows = &scene.analysis.windows;
    let highest =
        windows.buckets.iter().map(|bucket| bucket.errors).chain(windows.previous.iter().copied()).max().unwrap_or(0);
    let top = frame.y + legend.height + above_plot(scene, sizes);
    let plot_height = frame.bottom() - below_plot(scene, &stack, sizes) - top;
    let axis = CountAxis::new(highest, if plot_height > 180.0 { 5 } else { 3 });
    let gutter = axes::gutter(scene, &axis, sizes);
    let plot = Frame { x: frame.x + gutter, y: top.round(), w: frame.w - gutter, h: plot_height.round() };
    Layout { stack, legend, plot: Plot { frame: plot, top: axis.top }, axis }
}

/// Draws the timeline into a frame.
pub fn panel(canvas: &Canvas, frame: Frame, scene: &Scene, sizes: &Sizes) {
    let Layout { stack, legend, axis, plot } = layout(scene, frame, sizes);
    let plot = plot.frame;
    legend.draw(canvas, (frame.x, frame.y), sizes);
    marks::shade(canvas, plot, scene);
    axes::counts(canvas, plot, &axis, scene, sizes);
    marks::hatch_unknown(canvas, plot, scene);
    previous::behind(canvas, plot, &axis, scene, &stack);
    columns::draw(canvas, plot, &axis, &stack);
    previous::over(canvas, plot, &axis, scene, &stack);
    marks::mark(canvas, plot, scene, sizes);
    axes::windows(canvas, plot, scene, sizes);
    if scene.analysis.totals.errors == 0 {
        page::instead(canvas, plot, scene.phrase("chart.no_errors"), sizes.body);
    } else {
        column_labels(canvas, plot, &axis, &stack, scene, sizes);
    }
    if let Some(note) = note(scene, &stack) {
        canvas.fitted(&note, (plot.x, frame.bottom() - 4.0), sizes.small, MUTED, Anchor::Start, plot.w);
    }
}

/// What must be said about how the columns are drawn; at most one sentence.
fn note(scene: &Scene, stack: &Stack) -> Option<String> {
    if stack.pooled > 1 {
        return Some(scene.say(Sentence::new("chart.pooled").with("count", scene.number(stack.pooled as u64))));
    }
    let cut = scene.analysis.windows.buckets.iter().any(|bucket| bucket.partial && bucket.errors > 0);
    cut.then(|| scene.phrase("chart.partial").to_owned())
}

/// The count of each column if all have room, else of the highest one with its time.
fn column_labels(canvas: &Canvas, plot: Frame, axis: &CountAxis, stack: &Stack, scene: &Scene, sizes: &Sizes) {
    let band = columns::band(plot, stack);
    let style = Type { bold: true, ..sizes.small };
    let label = |i, column, text: &str, ink| {
        columns::label_above(canvas, plot, text, columns::above(plot, axis, band, i, column), style, ink)
    };
    let widest = stack
        .columns
        .iter()
        .map(|column| measure::width(&compact(scene.lang, column.errors), style))
        .fold(0.0, f64::max);
    // Beside the previous period's line, many labels would be a thicket.
    let most = if scene.compared() { 14 } else { 40 };
    if stack.columns.len() <= most && widest + 4.0 <= band {
        for (i, column) in stack.columns.iter().enumerate() {
            let ink = if column.errors > 0 { TEXT } else { MUTED };
            label(i, column, &compact(scene.lang, column.errors), ink);
        }
        return;
    }
    let Some((i, column)) = stack.highest() else { return };
    let when = window_name(scene, column.window);
    let peak = scene.say(Sentence::new("chart.peak").with("errors", scene.figure(column.errors)).with("when", when));
    label(i, column, &peak, TEXT);
}

/// A window in words: its day, its month, or its day and the time it starts.
pub fn window_name(scene: &Scene, window: usize) -> String {
    let Some(bucket) = scene.analysis.windows.buckets.get(window) else { return String::new() };
    let start = scene.local(bucket.bounds().0);
    let day = calendar::weekday_and_day(scene.lang, start.date_naive());
    match scene.analysis.windows.size {
        "day" | "week" => day,
        "month" => scene.lang.month(start.date_naive()),
        _ => scene.say(Sentence::new("chart.day_and_time").with("day", day).with("time", start.format("%H:%M"))),
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
