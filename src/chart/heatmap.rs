//! Errors by weekday and hour, without the incidents: when it fails out of habit.

use super::{
    canvas::{Anchor, Canvas, Frame, Slot},
    figures::compact,
    measure,
    page::Chart,
    scene::Scene,
    theme::{HEAT, MUTED, ON_HEAT, TEXT, Type},
};
use crate::{
    analysis::Heatmap,
    model::{Sentence, key},
    taxonomy::Lang,
};

const GAP: f64 = 2.0;

/// The heatmap as a picture of its own; none where the data do not tell habits.
pub fn heatmap(scene: &Scene) -> Option<Chart> {
    let heatmap = scene.analysis.usual_hours.as_ref()?;
    let title = scene.phrase(key::chart::HEATMAP).to_owned();
    let weekdays = heatmap.rows.iter().zip(&heatmap.hours);
    let weekdays = weekdays.map(|(row, hours)| {
        let errors = hours.iter().fold(0, |sum: u64, errors| sum.saturating_add(*errors));
        scene.counted(weekday(scene.lang, row), errors)
    });
    let mut alt = scene.listed(&title, weekdays);
    if let Some((when, errors)) = hottest(scene, heatmap) {
        let most = Sentence::new(key::chart::MOST_ALT).with("when", when).with_number("errors", errors);
        alt = format!("{alt} {}", scene.say(most));
    }
    Some(Chart::new(scene, "heatmap", title, alt, |canvas, slot| panel(canvas, slot, scene, heatmap)))
}

/// The hour with the most errors in words, the first of equal ones, and how many they are; none where there are no
/// errors.
fn hottest(scene: &Scene, heatmap: &Heatmap) -> Option<(String, u64)> {
    let rows = heatmap.rows.iter().zip(&heatmap.hours);
    let fields = rows.flat_map(|(row, hours)| (0..).zip(hours).map(move |(hour, errors)| (*row, hour, *errors)));
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

/// What has the strongest shade: the most, or four times the average, so that even hours have a middle shade.
pub fn strongest(hours: &[Vec<u64>]) -> u64 {
    let counts = || hours.iter().flatten().copied();
    let average = counts().fold(0, u64::saturating_add) / (counts().count() as u64).max(1);
    counts().max().unwrap_or(0).max(average.saturating_mul(4))
}

/// Draws the heatmap; gives its lower edge.
fn panel(canvas: &Canvas, slot: Slot, scene: &Scene, heatmap: &Heatmap) -> f64 {
    let small = scene.look.small;
    let weekdays = heatmap.rows.iter().map(|row| measure::width(weekday(scene.lang, row), small));
    let gutter = weekdays.fold(0.0, f64::max) + 10.0;
    let (w, h) = ((slot.w - gutter) / 24.0, (small.size * 2.2).round());
    let most = strongest(&heatmap.hours);
    let counts = Type::plain(small.size - 1.0);
    let fits = |errors: &u64| measure::width(&compact(scene.lang, *errors), counts) + 4.0 <= w;
    let numbers_fit = heatmap.hours.iter().flatten().all(fits);
    for (row, (name, hours)) in heatmap.rows.iter().zip(&heatmap.hours).enumerate() {
        let top = slot.y + row as f64 * h;
        let baseline = top + h / 2.0 + small.size * 0.35;
        canvas.text(weekday(scene.lang, name), (slot.x, baseline), small, TEXT, Anchor::Left);
        for (hour, &errors) in hours.iter().take(24).enumerate() {
            let left = (slot.x + gutter + hour as f64 * w).round();
            let right = (slot.x + gutter + (hour + 1) as f64 * w).round();
            let level = level(errors, most);
            canvas.rect(Frame { x: left, y: top.round(), w: right - left - GAP, h: h - GAP }, HEAT[level]);
            if numbers_fit && errors > 0 {
                let ink = ON_HEAT[usize::from(level > 4)];
                let middle = (left + right - GAP) / 2.0;
                canvas.text(&compact(scene.lang, errors), (middle, baseline - 0.5), counts, ink, Anchor::Center);
            }
        }
    }
    let hours = slot.y + heatmap.rows.len() as f64 * h + 6.0 + small.size;
    let every = if measure::width("00:00", small) + 8.0 <= w * 2.0 { 2 } else { 3 };
    for hour in (0..24).step_by(every) {
        let left = slot.x + gutter + f64::from(hour) * w;
        canvas.text(&format!("{hour:02}:00"), (left, hours), small, MUTED, Anchor::Left);
    }
    let baseline = hours + small.leading() + 2.0;
    shades(canvas, (slot.x + gutter, baseline), scene, heatmap);
    baseline + small.size * 0.4
}

/// What the shades mean, and when it was worst.
fn shades(canvas: &Canvas, (mut x, baseline): (f64, f64), scene: &Scene, heatmap: &Heatmap) {
    let small = scene.look.small;
    let Some((when, errors)) = hottest(scene, heatmap) else {
        canvas.text(scene.phrase(key::chart::NO_ERRORS), (x, baseline), small, MUTED, Anchor::Left);
        return;
    };
    canvas.text("0", (x, baseline), small, MUTED, Anchor::Left);
    x += measure::width("0", small) + 6.0;
    for ink in HEAT {
        canvas.rect(Frame { x, y: baseline - small.size * 0.86, w: small.size * 1.2, h: small.size }, ink);
        x += small.size * 1.2;
    }
    let peak = scene.say(Sentence::new(key::chart::PEAK).with("errors", scene.figure(errors)).with("when", when));
    canvas.text(&peak, (x + 8.0, baseline), small, MUTED, Anchor::Left);
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
        // 5 of 20, and 90 of 90.
        assert_eq!(level(5, strongest(&[vec![5; 24], vec![5; 24]])), 4);
        assert_eq!(level(90, strongest(&[vec![1; 24], vec![90; 1]])), 7);
    }
}
