//! Errors by weekday and hour.

use super::{
    canvas::{Anchor, Canvas, Frame},
    figures::compact,
    measure,
    page::{self, Chart, Draft},
    scene::Scene,
    theme::{HEAT, MUTED, ON_HEAT, PAGE, Sizes, TEXT, Type},
};
use crate::{
    model::{Sentence, key},
    taxonomy::Lang,
};

const GAP: f64 = 2.0;
const CELL_HEIGHT: f64 = 30.0;

/// The heatmap as a picture of its own.
pub fn heatmap(scene: &Scene) -> Chart {
    let title = scene.phrase(key::chart::HEATMAP).to_owned();
    let alt = alt(scene, &title);
    Draft::new(scene, "heatmap", title, alt).finish(|canvas, slot| {
        let rows = scene.analysis.heatmap.rows.len().max(7) as f64;
        let frame = slot.frame(rows * CELL_HEIGHT + labels(&PAGE));
        panel(canvas, frame, scene, &PAGE);
        frame.bottom()
    })
}

/// The room for the hours and the key below.
fn labels(sizes: &Sizes) -> f64 {
    sizes.small.leading() * 2.0 + 14.0
}

/// Whether the inputs' times tell the hour.
pub fn known(scene: &Scene) -> bool {
    !scene.analysis.heatmap.hours.is_empty()
}

fn alt(scene: &Scene, title: &str) -> String {
    let weekdays = scene.analysis.heatmap.rows.iter().zip(&scene.analysis.heatmap.hours);
    let items = weekdays.map(|(row, hours)| {
        let errors = hours.iter().fold(0_u64, |sum, errors| sum.saturating_add(*errors));
        scene.counted(weekday(scene.lang, row), errors, None)
    });
    let mut alt = scene.listed(title, items);
    if let Some((when, errors)) = hottest(scene) {
        let most = Sentence::new(key::chart::MOST_ALT).with("when", when).with("errors", scene.number(errors));
        alt = format!("{alt} {}", scene.say(most));
    }
    alt
}

/// The hour with the most errors in words, and how many they are; none where there are no errors.
fn hottest(scene: &Scene) -> Option<(String, u64)> {
    let heatmap = &scene.analysis.heatmap;
    let rows = heatmap.rows.iter().zip(&heatmap.hours);
    let fields = rows.flat_map(|(row, hours)| (0..).zip(hours).map(move |(hour, errors)| (*row, hour, *errors)));
    // Of equal ones the first.
    let (row, hour, errors) = fields.reduce(|most, next| if next.2 > most.2 { next } else { most })?;
    let time = format!("{hour:02}:00");
    let when = Sentence::new(key::chart::HOUR_OF_WEEKDAY).with("weekday", weekday(scene.lang, row)).with("time", time);
    (errors > 0).then(|| (scene.say(when), errors))
}

/// The name of a heatmap's row in a language.
pub(crate) fn weekday(lang: Lang, row: &'static str) -> &'static str {
    row.parse().map_or(row, |day| lang.weekday(day))
}

/// The shade of a count, an index into [`HEAT`]: 0 for no errors, up to 7 for the most. Roots, since
/// one bad hour must not hide all others.
pub fn level(errors: u64, most: u64) -> usize {
    if errors == 0 {
        return 0;
    }
    let strongest = HEAT.len() - 1;
    let level = ((errors as f64 / most.max(1) as f64).sqrt() * strongest as f64).ceil();
    (level as usize).clamp(1, strongest)
}

/// Draws the heatmap into a frame.
pub fn panel(canvas: &Canvas, frame: Frame, scene: &Scene, sizes: &Sizes) {
    let heatmap = &scene.analysis.heatmap;
    if !known(scene) {
        page::instead(canvas, frame, scene.phrase(key::chart::NO_HOURS), sizes.body);
        return;
    }
    let weekdays =
        heatmap.rows.iter().map(|row| measure::width(weekday(scene.lang, row), sizes.small)).fold(0.0, f64::max);
    let gutter = weekdays + 10.0;
    let (w, h) = ((frame.w - gutter) / 24.0, (frame.h - labels(sizes)) / heatmap.rows.len().max(1) as f64);
    let most = heatmap.hours.iter().flatten().copied().max().unwrap_or(0);
    let counts = Type::plain(sizes.small.size - 1.0);
    let numbers_fit =
        heatmap.hours.iter().flatten().all(|errors| measure::width(&compact(scene.lang, *errors), counts) + 4.0 <= w);
    for (row, (name, hours)) in heatmap.rows.iter().zip(&heatmap.hours).enumerate() {
        let top = frame.y + row as f64 * h;
        let baseline = top + h / 2.0 + sizes.small.size * 0.35;
        canvas.text(weekday(scene.lang, name), (frame.x, baseline), sizes.small, TEXT, Anchor::Start);
        for (hour, &errors) in hours.iter().take(24).enumerate() {
            let left = (frame.x + gutter + hour as f64 * w).round();
            let right = (frame.x + gutter + (hour + 1) as f64 * w).round();
            let level = level(errors, most);
            canvas.rect(Frame { x: left, y: top.round(), w: right - left - GAP, h: h.round() - GAP }, HEAT[level]);
            if numbers_fit && errors > 0 {
                let ink = ON_HEAT[usize::from(level > 4)];
                let middle = (left + right - GAP) / 2.0;
                canvas.text(&compact(scene.lang, errors), (middle, baseline - 0.5), counts, ink, Anchor::Middle);
            }
        }
    }
    let bottom = frame.y + heatmap.rows.len() as f64 * h;
    let hours = bottom + 6.0 + sizes.small.size;
    let every = if measure::width("00:00", sizes.small) + 8.0 <= w * 2.0 { 2 } else { 3 };
    for hour in (0..24).step_by(every) {
        let left = frame.x + gutter + f64::from(hour) * w;
        canvas.text(&format!("{hour:02}:00"), (left, hours), sizes.small, MUTED, Anchor::Start);
    }
    key(canvas, (frame.x + gutter, hours + sizes.small.leading() + 2.0), most, scene, sizes);
}

/// What the shades mean, and when it was worst.
fn key(canvas: &Canvas, (left, baseline): (f64, f64), most: u64, scene: &Scene, sizes: &Sizes) {
    if most == 0 {
        canvas.text(scene.phrase(key::chart::NO_ERRORS), (left, baseline), sizes.small, MUTED, Anchor::Start);
        return;
    }
    let mut x = left;
    let swatch = sizes.small.size;
    canvas.text("0", (x, baseline), sizes.small, MUTED, Anchor::Start);
    x += measure::width("0", sizes.small) + 6.0;
    for ink in HEAT {
        canvas.rect(Frame { x, y: baseline - swatch * 0.86, w: swatch * 1.2, h: swatch }, ink);
        x += swatch * 1.2;
    }
    let Some((when, errors)) = hottest(scene) else { return };
    let peak = scene.say(Sentence::new(key::chart::PEAK).with("errors", scene.figure(errors)).with("when", when));
    canvas.text(&peak, (x + 8.0, baseline), sizes.small, MUTED, Anchor::Start);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_error_is_told_from_none_and_the_most_is_the_strongest() {
        assert_eq!(level(0, 100), 0);
        assert_eq!(level(1, 1_000_000_000_000_000), 1);
        assert_eq!(level(100, 100), 7);
        // A quarter of the most is half of its root: 3.5, rounded up.
        assert_eq!(level(25, 100), 4);
        assert_eq!(level(0, 0), 0);
    }
}
