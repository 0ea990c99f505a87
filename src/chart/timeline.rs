//! Errors per window, stacked by reason, with incidents and the previous period.

use super::{
    Chart,
    calendar::{self, Labels},
    canvas::{Anchor, Canvas, Frame},
    columns, measure,
    page,
    scale::{CountAxis, compact},
    scene::Scene,
    stack::{Stack, stack},
    theme::{AXIS, INCIDENT, INCIDENT_MARK, Ink, MUTED, PAGE, PREVIOUS, PREVIOUS_BAR, SURFACE, Sizes, TEXT, Type},
};
use crate::model::Sentence;

/// Height of the plot itself on a page.
const PLOT_HEIGHT: f64 = 240.0;
/// Height of the marks of incidents above the plot.
const MARK: f64 = 6.0;

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
    let units = [plot.frame.x, plot.frame.y, plot.frame.w, plot.frame.h].map(|pixels| format!("{:.0}", pixels * 10.0));
    let mut draft = page::draft(scene, "timeline", title(scene), alt(scene), height);
    draft.data = vec![("data-plot", units.join(" ")), ("data-top", plot.top.to_string())];
    draft.finish(|canvas, frame| panel(canvas, frame, scene, &PAGE))
}

/// `Errors per day`.
pub fn title(scene: &Scene) -> String {
    scene.phrase(match scene.analysis.windows.size {
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
        scene.say(Sentence::new("chart.timeline_alt").with("title", title(scene)).with("period", scene.period()).with("errors", scene.number(analysis.totals.errors))),
    ];
    let reasons = scene.reasons().into_iter().filter(|(_, errors)| *errors > 0);
    let reasons = scene.list(reasons.map(|(reason, errors)| scene.say(Sentence::new("chart.named_count").with("name", reason).with("errors", scene.number(errors)))));
    if !reasons.is_empty() {
        sentences.push(scene.say(Sentence::new("chart.by_reason_alt").with("list", reasons)));
    }
    if let Some((window, errors)) = worst_window(scene) {
        sentences.push(scene.say(Sentence::new("chart.most_alt").with("when", window_name(scene, window)).with("errors", scene.number(errors))));
    }
    if let (Some(errors), Some(previous)) = (analysis.totals.previous_errors, &analysis.period.previous) {
        sentences.push(scene.say(Sentence::new("chart.previous_alt").with("label", &previous.label).with("errors", scene.number(errors))));
    }
    if !analysis.incidents.is_empty() {
        sentences.push(scene.say(Sentence::new("chart.incidents_alt").with("count", scene.number(analysis.incidents.len() as u64))));
    }
    sentences.join(" ")
}

/// An entry of the legend: what is drawn how, and how much of it there is.
struct Entry {
    ink: Ink,
    sign: Sign,
    name: String,
    count: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Area,
    Line,
}

fn legend(scene: &Scene, stack: &Stack) -> Vec<Entry> {
    let mut entries: Vec<Entry> = stack
        .layers
        .iter()
        .map(|layer| Entry { ink: layer.ink, sign: Sign::Area, name: layer.name.clone(), count: scene.figure(layer.errors) })
        .collect();
    if let (Some(errors), Some(previous)) = (scene.analysis.totals.previous_errors, &scene.analysis.period.previous) {
        let name = scene.say(Sentence::new("chart.previous").with("label", &previous.label));
        let (ink, sign) = if crowded(stack) { (PREVIOUS_BAR, Sign::Area) } else { (PREVIOUS, Sign::Line) };
        entries.push(Entry { ink, sign, name, count: scene.figure(errors) });
    }
    entries
}

/// Whether a line over so many columns would hide them; the previous period is then an area behind.
fn crowded(stack: &Stack) -> bool {
    stack.columns.len() > 250
}

const SWATCH: f64 = 13.0;
const SWATCH_GAP: f64 = 7.0;
const ENTRY_GAP: f64 = 12.0;
const NAME_ROOM: f64 = 300.0;

/// Places of the entries, row by row, and the height of all rows.
fn flow(entries: &[Entry], width: f64, sizes: &Sizes) -> (Vec<(f64, f64)>, f64) {
    let leading = sizes.body.leading() + 2.0;
    let (mut x, mut row) = (0.0, 0.0);
    let places = entries
        .iter()
        .map(|entry| {
            let name = measure::width(&entry.name, sizes.body).min(NAME_ROOM);
            let w = SWATCH + 2.0 * SWATCH_GAP + measure::width(&entry.count, sizes.strong) + name;
            if x > 0.0 && x + w > width {
                (x, row) = (0.0, row + 1.0);
            }
            let place = (x, row * leading);
            x += w + ENTRY_GAP;
            place
        })
        .collect();
    (places, if entries.is_empty() { 0.0 } else { (row + 1.0) * leading })
}

/// Height of the panel around a plot of the given height.
pub fn height(scene: &Scene, width: f64, sizes: &Sizes, plot: f64) -> f64 {
    let stack = stack(scene, 1_000);
    let (_, legend) = flow(&legend(scene, &stack), width, sizes);
    legend + above_plot(scene, sizes) + plot + below_plot(scene, sizes)
}

/// Room for the marks of incidents and for the labels of the highest columns.
fn above_plot(scene: &Scene, sizes: &Sizes) -> f64 {
    let marks = if scene.analysis.incidents.is_empty() { 4.0 } else { sizes.small.leading() + MARK + 10.0 };
    marks + sizes.small.leading() + 4.0
}

/// Room for two lines of labels, and a note.
fn below_plot(scene: &Scene, sizes: &Sizes) -> f64 {
    let note = if notes(scene, 1).is_none() { 0.0 } else { sizes.small.leading() + 4.0 };
    8.0 + sizes.small.leading() * 2.0 + note
}

struct Layout {
    stack: Stack,
    entries: Vec<Entry>,
    places: Vec<(f64, f64)>,
    axis: CountAxis,
    plot: Plot,
}

fn layout(scene: &Scene, frame: Frame, sizes: &Sizes) -> Layout {
    // A column is hardly thinner than a pixel.
    let stack = stack(scene, (frame.w * 1.2) as usize);
    let entries = legend(scene, &stack);
    let (places, legend_height) = flow(&entries, frame.w, sizes);
    let windows = &scene.analysis.windows;
    let highest = windows.buckets.iter().map(|bucket| bucket.errors).chain(windows.previous.iter().copied()).max().unwrap_or(0);
    let top = frame.y + legend_height + above_plot(scene, sizes);
    let plot_height = frame.bottom() - below_plot(scene, sizes) - top;
    let axis = CountAxis::new(highest, if plot_height > 180.0 { 5 } else { 3 });
    let gutter = columns::gutter(scene, &axis, sizes);
    let plot = Frame { x: frame.x + gutter, y: top.round(), w: frame.w - gutter, h: plot_height.round() };
    Layout { stack, entries, places, plot: Plot { frame: plot, top: axis.top }, axis }
}

/// Draws the timeline into a frame.
pub fn panel(canvas: &Canvas, frame: Frame, scene: &Scene, sizes: &Sizes) {
    let Layout { stack, entries, places, axis, plot } = layout(scene, frame, sizes);
    let plot = plot.frame;
    for (entry, (x, y)) in entries.iter().zip(places) {
        draw_entry(canvas, entry, (frame.x + x, frame.y + y + sizes.body.size), sizes);
    }
    shade_incidents(canvas, plot, scene);
    columns::count_axis(canvas, plot, &axis, scene, sizes);
    let band = columns::band(plot, &stack);
    if crowded(&stack) {
        previous_area(canvas, plot, &axis, scene, stack.pooled, band);
    }
    columns::draw(canvas, plot, &axis, &stack);
    if !crowded(&stack) {
        previous_line(canvas, plot, &axis, scene, band);
    }
    mark_incidents(canvas, plot, scene, sizes);
    time_axis(canvas, plot, scene, sizes);
    if scene.analysis.totals.errors == 0 {
        page::instead(canvas, plot, scene.phrase("chart.no_errors"), sizes.body);
    } else {
        column_labels(canvas, plot, &axis, &stack, band, scene, sizes);
    }
    if let Some(note) = notes(scene, stack.pooled) {
        canvas.fitted(&note, (plot.x, frame.bottom() - 4.0), sizes.small, MUTED, Anchor::Start, plot.w);
    }
}

/// What must be said about how the columns are drawn; at most one sentence.
fn notes(scene: &Scene, pooled: usize) -> Option<String> {
    let buckets = &scene.analysis.windows.buckets;
    if pooled > 1 || buckets.len() > 800 {
        return Some(scene.say(Sentence::new("chart.pooled").with("count", scene.number(pooled as u64))));
    }
    let cut = buckets.iter().any(|bucket| bucket.partial && bucket.errors > 0);
    cut.then(|| scene.phrase("chart.partial").to_owned())
}

fn draw_entry(canvas: &Canvas, entry: &Entry, (x, baseline): (f64, f64), sizes: &Sizes) {
    let middle = baseline - sizes.body.size * 0.36;
    match entry.sign {
        Sign::Line => canvas.line((x, middle), (x + SWATCH, middle), entry.ink, 2.5),
        Sign::Area => canvas.rect(Frame { x, y: middle - SWATCH / 2.0, w: SWATCH, h: SWATCH }, entry.ink),
    }
    // The count stands first: digits are about as wide in every font, so that the gap stays small.
    let x = x + SWATCH + SWATCH_GAP;
    canvas.text(&entry.count, (x, baseline), sizes.strong, TEXT, Anchor::Start);
    let x = x + measure::width(&entry.count, sizes.strong) + SWATCH_GAP - 2.0;
    canvas.fitted(&entry.name, (x, baseline), sizes.body, TEXT, Anchor::Start, NAME_ROOM);
}

/// The outline of the previous period's windows, laid over this one's in their order; empty where
/// it has no errors. `pooled` windows share a column, which is as high as the highest of them.
fn previous_outline(plot: Frame, axis: &CountAxis, scene: &Scene, pooled: usize, band: f64) -> Vec<(f64, f64)> {
    let windows = &scene.analysis.windows;
    let known = &windows.previous[..windows.previous.len().min(windows.buckets.len())];
    let mut points: Vec<(f64, f64)> = Vec::new();
    if known.iter().all(|errors| *errors == 0) {
        return points;
    }
    for (i, pool) in known.chunks(pooled).enumerate() {
        let y = columns::height_of(plot, axis, pool.iter().copied().max().unwrap_or(0));
        let (left, right) = (plot.x + i as f64 * band, plot.x + (i + 1) as f64 * band);
        match points.last_mut() {
            Some(last) if last.1 == y => last.0 = right,
            _ => points.extend([(left, y), (right, y)]),
        }
    }
    points
}

/// Drawn where there were errors only: along the axis the line would hide the lowest columns.
fn previous_line(canvas: &Canvas, plot: Frame, axis: &CountAxis, scene: &Scene, band: f64) {
    let outline = previous_outline(plot, axis, scene, 1, band);
    let on_axis = |pair: &[(f64, f64)]| pair.iter().all(|(_, y)| *y > plot.bottom() - 2.0);
    let mut strokes: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
    for pair in outline.windows(2) {
        match strokes.last_mut() {
            Some(stroke) if !on_axis(pair) => {
                if stroke.is_empty() {
                    stroke.push(pair[0]);
                }
                stroke.push(pair[1]);
            }
            Some(stroke) if stroke.is_empty() => {}
            _ => strokes.push(Vec::new()),
        }
    }
    strokes.retain(|stroke| !stroke.is_empty());
    if band >= 8.0 {
        strokes.iter().for_each(|stroke| canvas.path(stroke, SURFACE, 4.0));
    }
    strokes.iter().for_each(|stroke| canvas.path(stroke, PREVIOUS, if band >= 8.0 { 2.0 } else { 1.0 }));
}

fn previous_area(canvas: &Canvas, plot: Frame, axis: &CountAxis, scene: &Scene, pooled: usize, band: f64) {
    let mut outline = previous_outline(plot, axis, scene, pooled, band);
    if let (Some(first), Some(last)) = (outline.first().copied(), outline.last().copied()) {
        outline.extend([(last.0, plot.bottom()), (first.0, plot.bottom())]);
        canvas.polygon(&outline, PREVIOUS_BAR);
    }
}

/// Where an instant lies in the plot: within its window, by its share of the window's length.
fn place(scene: &Scene, plot: Frame, millis: i64) -> f64 {
    let buckets = &scene.analysis.windows.buckets;
    let after = buckets.partition_point(|bucket| bucket.bounds.0 <= millis);
    let share = match after.checked_sub(1).map(|window| (window, buckets[window].bounds)) {
        None => 0.0,
        Some((window, (start, end))) => {
            let within = (millis - start) as f64 / (end - start).max(1) as f64;
            (window as f64 + within.min(1.0)) / buckets.len() as f64
        }
    };
    plot.x + plot.w * share
}

/// Left edge and width of an incident, wide enough to be seen.
fn stretch(scene: &Scene, plot: Frame, bounds: (i64, i64)) -> (f64, f64) {
    let (left, right) = (place(scene, plot, bounds.0), place(scene, plot, bounds.1));
    let w = (right - left).max(4.0);
    (left.min(plot.right() - w), w)
}

fn shade_incidents(canvas: &Canvas, plot: Frame, scene: &Scene) {
    for incident in &scene.analysis.incidents {
        let (x, w) = stretch(scene, plot, incident.bounds);
        canvas.rect(Frame { x, w, ..plot }, INCIDENT);
    }
}

/// Marks above the plot, and the details of the largest incidents where they have room.
fn mark_incidents(canvas: &Canvas, plot: Frame, scene: &Scene, sizes: &Sizes) {
    if scene.analysis.incidents.is_empty() {
        return;
    }
    let y = plot.y - sizes.small.leading() - 4.0 - MARK;
    let mut taken: Vec<(f64, f64)> = Vec::new();
    let mut incidents: Vec<_> = scene.analysis.incidents.iter().collect();
    incidents.sort_by_key(|incident| std::cmp::Reverse(incident.errors));
    for incident in incidents {
        let (x, w) = stretch(scene, plot, incident.bounds);
        canvas.rect(Frame { x, y, w, h: MARK }, INCIDENT_MARK);
        let name = measure::shorten(scene.detail_code(&incident.detail), sizes.small, 220.0);
        let label = scene.say(Sentence::new("chart.named_count").with("name", name).with("errors", scene.figure(incident.errors)));
        let room = measure::width(&label, sizes.small);
        let left = (x + w / 2.0 - room / 2.0).clamp(plot.x, (plot.right() - room).max(plot.x));
        if taken.iter().all(|&(start, end)| left > end + 12.0 || left + room + 12.0 < start) {
            canvas.text(&label, (left, y - 6.0), sizes.small, INCIDENT_MARK, Anchor::Start);
            taken.push((left, left + room));
        }
    }
}

fn time_axis(canvas: &Canvas, plot: Frame, scene: &Scene, sizes: &Sizes) {
    let buckets = &scene.analysis.windows.buckets;
    let starts: Vec<_> = buckets.iter().map(|bucket| scene.local(bucket.bounds.0)).collect();
    let window = buckets.iter().map(|bucket| (bucket.bounds.1 - bucket.bounds.0) / 60_000).min().unwrap_or(0);
    let labels = Labels { lang: scene.lang, style: sizes.small, week_start: scene.week_start(), window };
    time_labels(canvas, plot, &starts, labels);
}

/// Labels under a plot whose windows start at the given local times.
pub fn time_labels(canvas: &Canvas, plot: Frame, starts: &[chrono::DateTime<chrono::FixedOffset>], labels: Labels) {
    let style = labels.style;
    let band = plot.w / starts.len().max(1) as f64;
    let first_line = plot.bottom() + 8.0 + style.size;
    for tick in calendar::ticks(starts, band, labels) {
        let left = plot.x + tick.window as f64 * band;
        let x = if tick.whole { left + band / 2.0 } else { left };
        if !tick.whole {
            canvas.line((left, plot.bottom()), (left, plot.bottom() + 5.0), AXIS, 1.0);
        }
        // A label at the very end would leave the picture.
        let half = measure::width(&tick.label, style) / 2.0;
        let x = x.min(plot.right() - half).max(plot.x + if tick.whole { half } else { 0.0 });
        canvas.text(&tick.label, (x, first_line), style, MUTED, Anchor::Middle);
        if let Some(below) = &tick.below {
            let half = measure::width(below, style) / 2.0;
            let x = if tick.whole && starts.len() > 1 && below.chars().count() < 6 { x } else { x.max(plot.x + half) };
            canvas.text(below, (x.min(plot.right() - half), first_line + style.leading()), style, MUTED, Anchor::Middle);
        }
    }
}

/// The count of each column if all have room, else of the highest one with its time.
fn column_labels(canvas: &Canvas, plot: Frame, axis: &CountAxis, stack: &Stack, band: f64, scene: &Scene, sizes: &Sizes) {
    let style = Type { bold: true, ..sizes.small };
    let label = |i, column, text: &str, ink| columns::label_above(canvas, plot, text, columns::above(plot, axis, band, i, column), style, ink);
    let widest = stack.columns.iter().map(|column| measure::width(&compact(scene.lang, column.errors), style)).fold(0.0, f64::max);
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
    let start = scene.local(bucket.bounds.0);
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
    buckets.max_by_key(|(_, bucket)| bucket.errors).map(|(window, bucket)| (window, bucket.errors)).filter(|(_, errors)| *errors > 0)
}
