//! The webhooks of the server's access logs behind LINE's errors, and below them the error rate.

use super::{
    canvas::{Canvas, Frame, Slot},
    legend::{Entry, Sign, legend, pale},
    marks, measure,
    page::Chart,
    plot::{self, Plot},
    scales::CountScale,
    scene::Scene,
    stack::by_reason,
    theme::{AXIS, BADGE, PREVIOUS_BAR, SURFACE, TEXT, Type},
    timeline::{is_calm, window_name},
};
use crate::{
    analysis::{Bucket, ErrorRate},
    model::{Sentence, key},
    story::share,
};

/// Heights of the plots as parts of a timeline's.
const COUNTS: f64 = 0.7;
const RATES: f64 = 0.4;
/// A window with fewer webhooks has no rate worth a column: one error of two is 50 %.
const LEAST: u64 = 10;
/// A rate so many times as high as all without an incident would hide them.
const DWARFS: f64 = 4.0;
/// Rates are counted in millionths.
const MILLION: f64 = 1e6;

/// The picture; none where no log was written in the period.
pub fn webhooks(scene: &Scene) -> Option<Chart> {
    scene.windows.iter().any(|bucket| bucket.log.requests.is_some()).then(|| {
        let title = scene.phrase(key::chart::WEBHOOKS).to_owned();
        Chart::new(scene, "webhooks", title, alt(scene), |canvas, slot| panel(canvas, slot, scene))
    })
}

/// The part of a slot that labels leave; the same for all charts of access logs, so that their windows stand below each
/// other.
pub fn frame(slot: Slot, height: f64, scene: &Scene) -> Frame {
    plot::beside(slot, height, measure::width("1,000 ms", scene.look.small))
}

/// What no log was written in, from the first of the windows to the last, in milliseconds since 1970-01-01T00:00:00Z.
pub fn without_log(scene: &Scene) -> Vec<(i64, i64)> {
    let (first, last) = scene.bounds();
    let log = scene.analysis.server_log.as_ref();
    let (start, end) = log
        .and_then(|log| log.span)
        .map_or((last, last), |span| (span.start.millis().clamp(first, last), span.end.millis().clamp(first, last)));
    let silent = log.into_iter().flat_map(|log| &log.silent).map(|span| (span.start.millis(), span.end.millis()));
    let inside = silent.filter(|span| scene.shows(*span));
    [(first, start)].into_iter().chain(inside).chain([(end, last)]).filter(|of| of.0 < of.1).collect()
}

/// How many webhooks a window had at least: those of the logs, those that could not connect, and never fewer than failed.
fn attempts(bucket: &Bucket) -> u64 {
    let unconnected = bucket.by_reason.0.iter().find(|(reason, _)| reason == "could_not_connect");
    let seen = bucket.log.requests.unwrap_or(0).saturating_add(unconnected.map_or(0, |(_, errors)| *errors));
    seen.max(bucket.errors)
}

fn rate(bucket: &Bucket) -> Option<&ErrorRate> {
    bucket.log.rate.as_ref().filter(|rate| rate.attempts_low >= LEAST)
}

fn alt(scene: &Scene) -> String {
    let analysis = scene.analysis;
    let requests = analysis.server_log.as_ref().map_or(0, |log| log.requests);
    let all = Sentence::new(key::chart::WEBHOOKS_ALT)
        .with("title", scene.phrase(key::chart::WEBHOOKS))
        .with("scope", scene.scope())
        .with_number("requests", requests)
        .with_number("errors", scene.windows.iter().map(|bucket| bucket.errors).sum());
    let mut sentences = vec![scene.say(all)];
    sentences.extend(scene.story.log.as_ref().map(|log| log.rate.clone()));
    if let Some((window, rate)) = highest(scene) {
        let most = Sentence::new(key::chart::RATE_ALT).with("rate", share(rate, scene.lang));
        sentences.push(scene.say(most.with("when", window_name(scene, window))));
    }
    if !without_log(scene).is_empty() {
        sentences.push(scene.phrase(key::chart::NO_LOG_ALT).to_owned());
    }
    sentences.join(scene.lang.between())
}

/// The window with the highest rate.
fn highest<'a>(scene: &Scene<'a>) -> Option<(usize, &'a ErrorRate)> {
    let rates = scene.windows.iter().enumerate().filter_map(|(at, bucket)| Some((at, rate(bucket)?)));
    rates.rev().max_by(|a, b| a.1.high.total_cmp(&b.1.high)).filter(|(_, rate)| rate.high > 0.0)
}

fn panel(canvas: &Canvas, slot: Slot, scene: &Scene) -> f64 {
    let (look, buckets) = (scene.look, scene.windows);
    let across = frame(slot, 0.0, scene);
    let (silent, stack) = (marks::seen(scene, across, without_log(scene)), by_reason(scene, across.w));
    let sent = Entry::plain(PREVIOUS_BAR, Sign::Area, scene.phrase(key::chart::SENT));
    let mut entries = vec![sent];
    entries.extend(stack.layers.iter().map(|layer| Entry::layer(scene, layer)));
    entries.extend((!silent.is_empty()).then(|| Entry::hatched(scene, key::chart::NO_LOG)));
    let y = slot.y + legend(canvas, slot, scene, scene.phrase(each(scene)), &entries) + 12.0;
    let counts = CountScale::new(buckets.iter().map(attempts).max().unwrap_or(0), 3);
    let frame = Frame { y: y.round(), h: (look.plot * COUNTS).round(), ..across };
    let plot = Plot { scene, frame, counts: &counts, stack };
    marks::plans(canvas, frame, scene);
    marks::shade(canvas, frame, scene);
    plot.draw_counts(canvas);
    marks::hatch_seen(canvas, frame, &silent);
    for (i, column) in plot.stack.columns.iter().enumerate() {
        let ((x, w), top) = (plot.column(i), plot.y(attempts(&buckets[column.window])));
        canvas.rect(Frame { x, y: top, w, h: frame.bottom() - top }, PREVIOUS_BAR);
    }
    plot.draw_columns(canvas);
    let mut notes: Vec<String> = plot.pooled().into_iter().collect();
    let bottom = match highest(scene) {
        Some(most) => {
            let y = frame.bottom() + look.small.size + 8.0;
            rates(canvas, Slot { y, ..slot }, &plot, most, &mut notes)
        }
        None => plot::draw_windows(canvas, frame, scene),
    };
    plot::notes(canvas, slot, bottom, scene, notes)
}

/// Draws the error rates below the counts, on a scale of the time without incidents where these dwarf it; gives the lower
/// edge.
fn rates(
    canvas: &Canvas,
    slot: Slot,
    counts: &Plot,
    (window, most): (usize, &ErrorRate),
    notes: &mut Vec<String>,
) -> f64 {
    let (scene, look) = (counts.scene, counts.scene.look);
    let buckets = scene.windows;
    let known = || buckets.iter().filter_map(rate);
    let open = known().any(|rate| rate.low != Some(rate.high));
    let mut entries = Vec::new();
    if known().any(|rate| rate.low.is_some_and(|low| low > 0.0)) {
        let name = scene.phrase(if open { key::chart::RATE_LEAST } else { key::chart::RATE_EXACT });
        entries.push(Entry::plain(BADGE, Sign::Area, name));
    }
    entries.extend(open.then(|| Entry::plain(BADGE, Sign::Pale, scene.phrase(key::chart::RATE_MOST))));
    // Where LINE's data do not reach, the log alone gives no rate.
    let is_known = |bucket: &Bucket| bucket.log.rate.is_some() || bucket.log.requests == Some(0) && bucket.errors == 0;
    let unknown: Vec<(i64, i64)> = buckets.iter().filter(|bucket| !is_known(bucket)).map(Bucket::bounds).collect();
    let silent = without_log(scene).into_iter().chain(unknown).collect();
    let silent = marks::seen(scene, counts.frame, silent);
    entries.extend((!silent.is_empty()).then(|| Entry::hatched(scene, key::chart::NO_RATE)));
    let y = slot.y + legend(canvas, slot, scene, scene.phrase(key::chart::ERROR_RATE), &entries);
    let frame = Frame { y: (y + look.small.leading() + 4.0).round(), h: (look.plot * RATES).round(), ..counts.frame };
    let calm = buckets.iter().filter(|bucket| is_calm(scene, bucket)).filter_map(rate).map(|rate| rate.high);
    let calm = calm.fold(0.0, f64::max);
    let cut = calm > 0.0 && calm * DWARFS < most.high;
    let scale = CountScale::new((if cut { calm } else { most.high } * MILLION).ceil() as u64, 2);
    let ticks = scale.ticks.iter().map(|tick| (scale.place(*tick), scene.lang.short_percent(*tick as f64 / MILLION)));
    marks::plans(canvas, frame, scene);
    marks::shade(canvas, frame, scene);
    plot::draw_scale(canvas, frame, look.small, ticks);
    marks::hatch_seen(canvas, frame, &silent);
    let top = scale.top as f64 / MILLION;
    let y = |share: f64| frame.bottom() - frame.h * (share / top).min(1.0);
    let mut label = (frame.x, frame.y);
    for (i, column) in counts.stack.columns.iter().enumerate() {
        let Some(rate) = rate(&buckets[column.window]).filter(|rate| rate.high > 0.0) else { continue };
        let ((x, w), top_of) = (counts.column(i), y(rate.high).min(frame.bottom() - 1.5));
        let low = y(rate.low.unwrap_or(0.0)).max(top_of);
        pale(canvas, Frame { x, y: top_of, w, h: low - top_of }, BADGE);
        canvas.rect(Frame { x, y: low, w, h: frame.bottom() - low }, BADGE);
        if rate.high > top {
            // A gap says that the column is cut.
            let (left, right) = ((x - 2.0, frame.y + 13.0), (x + w + 2.0, frame.y + 8.0));
            canvas.line(left, right, SURFACE, 3.0);
        }
        if column.window == window {
            label = (x + w / 2.0, top_of);
        }
    }
    canvas.line((frame.x, frame.bottom()), (frame.right(), frame.bottom()), AXIS, 1.0);
    let peak = Sentence::new(key::chart::PEAK_RATE).with("rate", share(most, scene.lang));
    let peak = scene.say(peak.with("when", window_name(scene, window)));
    plot::label(canvas, frame, label, &peak, Type { bold: true, ..look.small }, TEXT);
    notes.extend(cut.then(|| scene.phrase(key::chart::CUT).to_owned()));
    let few = buckets.iter().any(|bucket| bucket.log.rate.is_some() && rate(bucket).is_none());
    notes.extend(few.then(|| scene.say(Sentence::new(key::chart::FEW_WEBHOOKS).with("least", LEAST))));
    plot::draw_windows(canvas, frame, scene)
}

/// `per hour`, for the windows' size.
pub fn each(scene: &Scene) -> key::SentenceKey {
    match scene.analysis.windows.size {
        "5m" => key::chart::EACH_5M,
        "15m" => key::chart::EACH_15M,
        "30m" => key::chart::EACH_30M,
        "hour" => key::chart::EACH_HOUR,
        "week" => key::chart::EACH_WEEK,
        "month" => key::chart::EACH_MONTH,
        _ => key::chart::EACH_DAY,
    }
}
