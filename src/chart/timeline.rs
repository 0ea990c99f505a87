//! Errors per window, stacked by reason, with the incidents; where one dwarfs the ordinary windows, these once more on a
//! scale of their own.

use super::{
    canvas::{Anchor, Canvas, Frame, Slot},
    figures::compact,
    legend::{Entry, legend},
    marks, measure,
    page::{self, Chart},
    plot::{self, Plot},
    scales::{self, CountScale},
    scene::Scene,
    stack::{Column, Stack, by_reason},
    svg::UNITS,
    theme::{INCIDENT, MUTED, TEXT, Type},
};
use crate::{
    analysis::{Bucket, State},
    model::{Sentence, key},
};

/// A window with more than so many times what 95 of 100 others have at most hides them.
const DWARFS: u64 = 8;
/// Errors of 95 of 100 windows are at least taken to be so many: fewer are as good as none.
const LEAST: u64 = 1;

/// The timeline as a picture of its own.
///
/// For scripts that draw over it, the root element says in `data-plot` where the plot lies (left, top, width and height
/// in the units of the view box) and in `data-top` which count its upper edge stands for.
pub fn timeline(scene: &Scene) -> Chart {
    let picture = |canvas: &Canvas, slot: Slot| {
        let (bottom, Frame { x, y, w, h }, top) = panel(canvas, slot, scene);
        let place = [x, y, w, h].map(|pixels| format!("{:.0}", pixels * UNITS)).join(" ");
        (bottom, vec![("data-plot", place), ("data-top", top.to_string())])
    };
    Chart::drawn(scene, ("timeline", None), (title(scene).to_owned(), &scene.scope()), alt(scene), picture)
}

pub fn title(scene: &Scene) -> &'static str {
    scene.phrase(unit(scene.analysis.windows.size))
}

/// `Errors per day`, for a size of windows.
pub fn unit(size: &str) -> key::SentenceKey {
    match size {
        "5m" => key::chart::PER_5M,
        "15m" => key::chart::PER_15M,
        "30m" => key::chart::PER_30M,
        "hour" => key::chart::PER_HOUR,
        "week" => key::chart::PER_WEEK,
        "month" => key::chart::PER_MONTH,
        _ => key::chart::PER_DAY,
    }
}

fn alt(scene: &Scene) -> String {
    let analysis = scene.analysis;
    let all = Sentence::new(key::chart::TIMELINE_ALT).with("title", title(scene)).with("scope", scene.scope());
    let mut sentences = vec![scene.say(all.with_number("errors", analysis.totals.errors))];
    let stack = by_reason(scene, f64::INFINITY);
    let reasons = scene.lang.list(stack.layers.iter().map(|layer| scene.counted(&layer.name, layer.errors())));
    if !reasons.is_empty() {
        sentences.push(scene.say(Sentence::new(key::chart::BY_REASON_ALT).with("list", reasons)));
    }
    if let Some((_, column)) = stack.highest() {
        let most = Sentence::new(key::chart::MOST_ALT).with("when", window_name(scene, column.window));
        sentences.push(scene.say(most.with_number("errors", column.errors)));
    }
    if !scene.unseen.is_empty() {
        sentences
            .push(scene.say(Sentence::new(key::chart::UNKNOWN_ALT).with("unseen", scene.phrase(scene.story.unseen()))));
    }
    if !analysis.incidents.is_empty() {
        let incidents = Sentence::new(key::chart::INCIDENTS_ALT);
        sentences.push(scene.say(incidents.with_number("count", analysis.incidents.len() as u64)));
    }
    sentences.join(scene.lang.between())
}

/// Draws the timeline; gives its lower edge, where the plot lies, and the count at its top.
pub fn panel(canvas: &Canvas, slot: Slot, scene: &Scene) -> (f64, Frame, u64) {
    let (look, stack) = (scene.look, by_reason(scene, slot.w));
    let mut entries: Vec<Entry> = stack.layers.iter().map(|layer| Entry::layer(scene, layer)).collect();
    entries.extend((!scene.unseen.is_empty()).then(|| Entry::hatched(scene, scene.story.unseen())));
    let y = slot.y + legend(canvas, slot, scene, "", &entries) + 4.0;
    let ordinary = ordinary(scene, &stack);
    let height = if ordinary.is_some() { look.plot * 0.6 } else { look.plot };
    let counts = scale(&stack, height);
    // Both plots stand one below the other, as wide as the larger counts of the upper one leave.
    let place = |y: f64, h: f64| Frame { y: y.round(), h, ..plot::frame(slot, 0.0, &counts, scene) };
    // Above the plot is room for the label of the highest column.
    let y = marks::names(canvas, place(y, 0.0), scene);
    let frame = place(marks::mark(canvas, place(y, 0.0), scene) + look.small.leading(), height);
    let plot = Plot { scene, frame, counts: &counts, stack };
    let cut = scene.windows.iter().any(|bucket| bucket.partial && bucket.errors > 0);
    let note = plot.pooled().or_else(|| cut.then(|| scene.phrase(key::chart::PARTIAL).to_owned()));
    let mut bottom = columns(canvas, &plot, ordinary.is_none());
    if let Some((rest, left_out)) = ordinary {
        let title = scene.say(Sentence::new(key::chart::REST).with_number("count", left_out.len() as u64));
        let below = canvas.paragraph(Slot { y: bottom + 12.0, ..slot }, &title, look.small, MUTED, 2);
        let frame = place(below + look.small.size + 8.0, look.plot * 0.5);
        let counts = scale(&rest, frame.h);
        let plot = Plot { scene, frame, counts: &counts, stack: rest };
        for column in left_out {
            let x = frame.x + column as f64 * plot.band();
            canvas.rect(Frame { x, w: plot.band().max(2.0), ..frame }, INCIDENT);
        }
        bottom = columns(canvas, &plot, true);
    }
    if let Some(note) = note {
        bottom += look.small.leading() + 4.0;
        canvas.fitted(&note, (slot.x, bottom - 4.0), look.small, MUTED, Anchor::Left, slot.w);
    }
    (bottom, frame, counts.top)
}

fn scale(stack: &Stack, height: f64) -> CountScale {
    CountScale::new(stack.highest().map_or(0, |(_, column)| column.errors), if height > 180.0 { 5 } else { 3 })
}

/// The stack without the columns that hide the others, and which those are; none where there are none. What others have
/// is told by the windows without an incident, if those are at least half of all.
fn ordinary(scene: &Scene, stack: &Stack) -> Option<(Stack, Vec<usize>)> {
    let calm = |column: &&Column| is_calm(scene, &scene.windows[column.window]);
    let (calm, all) = (stack.columns.iter().filter(calm), stack.columns.iter());
    let mut counts: Vec<u64> = calm.map(|column| column.errors).collect();
    if counts.len() * 2 < stack.columns.len() {
        counts = all.map(|column| column.errors).collect();
    }
    counts.sort_unstable();
    // Of few the highest is one of the others still.
    let usual = counts.get((counts.len() * 95 / 100).min(counts.len().saturating_sub(2)))?;
    let most = (*usual).max(LEAST).saturating_mul(DWARFS);
    let left_out: Vec<usize> = (0..stack.columns.len()).filter(|i| stack.columns[*i].errors > most).collect();
    let mut rest = stack.clone();
    for column in &left_out {
        let column = &mut rest.columns[*column];
        (column.errors, column.layers) = (0, vec![0; column.layers.len()]);
    }
    (!left_out.is_empty() && rest.highest().is_some()).then_some((rest, left_out))
}

/// Whether no incident touches a window.
pub fn is_calm(scene: &Scene, bucket: &Bucket) -> bool {
    let (start, end) = bucket.bounds();
    scene.analysis.incidents.iter().map(|incident| incident.bounds()).all(|(from, until)| until <= start || end <= from)
}

/// Draws a plot, with labels of times below it if they are wanted; gives the lower edge.
fn columns(canvas: &Canvas, plot: &Plot, times: bool) -> f64 {
    let scene = plot.scene;
    marks::plans(canvas, plot.frame, scene);
    marks::shade(canvas, plot.frame, scene);
    plot.draw_counts(canvas);
    marks::hatch_unknown(canvas, plot.frame, scene);
    plot.draw_columns(canvas);
    let mut bottom = plot.frame.bottom();
    if times {
        bottom = plot::draw_windows(canvas, plot.frame, scene);
    }
    match scene.analysis.state {
        _ if scene.analysis.totals.errors > 0 => column_labels(canvas, plot),
        State::Unknown => {
            marks::hatch(canvas, plot.frame);
            page::instead(canvas, plot.frame, scene.phrase(scene.story.unseen()), scene.look.body);
        }
        _ => page::instead(canvas, plot.frame, scene.phrase(key::chart::NO_ERRORS), scene.look.body),
    }
    bottom
}

/// The count of each column if all have room, else of the highest one with its time.
fn column_labels(canvas: &Canvas, plot: &Plot) {
    let (scene, columns) = (plot.scene, &plot.stack.columns);
    let style = Type { bold: true, ..scene.look.small };
    let counts = columns.iter().map(|column| measure::width(&compact(scene.lang, column.errors), style));
    if columns.len() <= 40 && counts.fold(0.0, f64::max) + 4.0 <= plot.band() {
        for column in columns.iter().enumerate().filter(|(_, column)| column.errors > 0) {
            plot.label(canvas, column, &compact(scene.lang, column.1.errors), TEXT);
        }
    } else {
        plot.label_peak(canvas, |window| window_name(scene, window));
    }
}

/// A window in words: its day, its month, or its day and the time it starts.
pub fn window_name(scene: &Scene, window: usize) -> String {
    let Some(bucket) = scene.windows.get(window) else { return String::new() };
    match scene.analysis.windows.size {
        "day" | "week" => scales::weekday_and_day(scene.lang, bucket.start.date_naive()),
        "month" => scene.lang.month(bucket.start.date_naive()),
        _ => scene.story.clock.short_moment(bucket.start),
    }
}
