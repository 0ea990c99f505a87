//! The timeline is drawn twice, as a chart and by the page's script: both show the same numbers.

use std::collections::BTreeMap;

use chrono::{Datelike, TimeDelta, Timelike};

use super::{Report, export};
use crate::browser::Tab;

/// A part of a bar as it is drawn: window, class of its colour, and how many errors its upper edge stands for.
type Part = (i64, String, f64);

/// How many errors a unit of a drawing's height stands for, and its parts. A unit is a pixel.
type Drawing = (f64, Vec<Part>);

/// The chart, read off as with a ruler: the frame of its plot stands in attributes of the drawing, and the frame's
/// upper edge is worth `data-top` errors.
const CHART: &str = r##"windows => {
    const chart = document.querySelector("#picture-timeline svg");
    const [x, y, width, height] = chart.dataset.plot.split(" ").map(Number);
    const unit = Number(chart.dataset.top) / height;
    const value = (rect, name) => Number(rect.getAttribute(name));
    const parts = [...chart.querySelectorAll("rect")]
        .filter(rect => !["f-surface", "f-incident", "f-incident-mark"].includes(rect.getAttribute("class")))
        .filter(rect => value(rect, "x") >= x && value(rect, "height") > 0)
        // Ordinary windows are drawn a second time, below.
        .filter(rect => value(rect, "y") >= y && value(rect, "y") < y + height)
        .map(rect => {
            const window = Math.floor((value(rect, "x") + value(rect, "width") / 2 - x) / (width / windows));
            return [window, rect.getAttribute("class"), (y + height - value(rect, "y")) * unit];
        });
    return [unit * chart.viewBox.baseVal.width / chart.width.baseVal.value, parts];
}"##;

/// The script's drawing, by the labels of its axis.
const SCRIPT: &str = r##"() => {
    const drawing = document.getElementById("timeline-drawing");
    const ticks = [...drawing.querySelectorAll("text[text-anchor=end]")]
        .map(text => [text.textContent.replaceAll(",", ""), text.previousElementSibling.getAttribute("d")])
        .map(([errors, path]) => [errors, path.match(/[\d.]+/g)[1]])
        .map(pair => pair.map(Number))
        // The enlarged drawing below has an axis of its own.
        .filter((_, i, all) => all.findLastIndex(([errors], j) => j <= i && errors === 0) === 0);
    const [[zero, ground], [most, top]] = [ticks[0], ticks.at(-1)];
    const unit = (most - zero) / (ground - top);
    const top_of = part => (ground - Number(part.getAttribute("y"))) * unit;
    const parts = [...drawing.querySelectorAll("[data-reason]")].map(part =>
        [Number(part.parentNode.dataset.window), part.getAttribute("class"), top_of(part)]);
    return [unit, parts];
}"##;

/// Each part ends at the sum of its own errors and of those below it. Even a single error beside a million is visible:
/// a bar has some pixels at least, in which the next parts may be too low to be seen; or each part has a pixel.
fn assert_edges((unit, parts): Drawing, bars: &[(i64, String, u64)], what: &str) {
    let least = 4.0 * unit;
    let drawn: BTreeMap<(i64, &str), f64> =
        parts.iter().map(|(window, class, top)| ((*window, class.as_str()), *top)).collect();
    assert_eq!(drawn.len(), parts.len(), "{what}: one part for a window and a reason");
    let mut sums: BTreeMap<i64, (u64, f64)> = BTreeMap::new();
    let mut known = 0;
    for (window, class, errors) in bars {
        let (sum, count) = sums.entry(*window).or_default();
        (*sum, *count) = (*sum + errors, *count + 1.0);
        let below = *sum as f64;
        match drawn.get(&(*window, class.as_str())) {
            Some(top) => {
                known += 1;
                let off = if below < least { least } else { (1.0 + *count) * unit };
                assert!((top - below).abs() <= off, "{what}: window {window}, {class} ends at {top}, not at {below}");
            }
            None => assert!(below < least && below > *errors as f64, "{what}: window {window}, {class} is not drawn"),
        }
    }
    assert_eq!(known, drawn.len(), "{what}: nothing else is drawn");
}

#[test]
fn both_drawings_show_the_sums_of_the_export() {
    let quarter = "2026-08-31..2026-11-22";
    let reports = [
        ("the sample's week in hours", Report::of_sample()),
        ("two channels", Report::of_two_channels()),
        ("the sample's quarter in days", Report::of(&export::sample(), quarter, "--window day", TimeDelta::days(1))),
        ("the sample's quarter in weeks", Report::of(&export::sample(), quarter, "--window week", TimeDelta::weeks(1))),
    ];
    // From the ground up, and the class that gives both drawings the reason's colour.
    let order = ["could_not_connect", "request_timeout", "error_status_code", "unclassified"];
    let Some(tab) = Tab::new() else { return };
    for (what, report) in reports {
        report.open_in(&tab);
        let days = export::moment("2026-11-23 00:00:00") - report.start;
        let windows = days.num_seconds() / report.window.num_seconds();
        let mut bars = report.numbers(|_| true).bars;
        bars.sort_by_key(|(window, reason, _)| (*window, order.iter().position(|known| known == reason)));
        for (_, reason, _) in &mut bars {
            *reason = format!("f-{}", reason.replace('_', "-"));
        }
        assert_edges(tab.ask(&format!("({CHART})({windows})")), &bars, &format!("{what}, chart"));
        assert_edges(tab.ask(&format!("({SCRIPT})()")), &bars, &format!("{what}, script"));
    }
}

#[test]
fn the_script_takes_the_charts_place() {
    let Some(tab) = Report::of_sample().open() else { return };
    let seen = |id: &str| tab.ask::<bool>(&format!("document.getElementById('{id}').checkVisibility()"));
    let (chart, drawing) = (seen("picture-timeline"), seen("timeline-drawing"));
    assert_eq!((chart, drawing), (false, true));
}

/// Errors by weekday, Monday first, and hour.
fn heat(tab: &Tab) -> Vec<u64> {
    tab.ask(
        "[...document.querySelectorAll('#heat tbody td')].map(cell => Number(cell.textContent.replaceAll(',', '')))",
    )
}

#[test]
fn the_hours_of_the_day_are_shown_from_four_weeks_on() {
    let Some(tab) = Tab::new() else { return };
    Report::of_two_channels().open_in(&tab);
    assert!(heat(&tab).is_empty(), "a week is no habit");
    let days = "2026-09-28..2026-11-22";
    let report = Report::of(&export::steady(56, 1500, &["shop"]), days, "--window day", TimeDelta::days(1));
    report.open_in(&tab);
    let mut expected = vec![0; 7 * 24];
    for row in &report.rows {
        expected[(row.time.weekday().num_days_from_monday() * 24 + row.time.hour()) as usize] += row.errors;
    }
    assert_eq!(heat(&tab), expected);
    // The table is turned on a phone: the hours go down.
    let places = || -> [(f64, f64); 3] {
        tab.ask(
            "[...document.querySelectorAll('#heat tr:nth-child(-n+2) td')].slice(1, 3)
                .concat(document.querySelectorAll('#heat tbody tr')[1].querySelector('td'))
                .map(cell => cell.getBoundingClientRect()).map(box => [box.x, box.y])",
        )
    };
    let [midnight, one, tuesday] = places();
    assert!(one.0 > midnight.0 && one.1 == midnight.1 && tuesday.1 > midnight.1);
    tab.size(390, 800);
    tab.settle();
    let [midnight, one, tuesday] = places();
    assert!(one.1 > midnight.1 && one.0 == midnight.0 && tuesday.0 > midnight.0);
}

#[test]
fn the_scripts_timeline_has_events_and_maintenance() {
    let options = "--event 2026-11-18T12:00=v3.4 --maintenance 2026-11-20T00:00..2026-11-21T00:00=<b>database";
    let report = Report::hourly(&export::sample(), "2026-11-16..2026-11-22", options);
    let Some(tab) = report.open() else { return };
    let names: Vec<String> =
        tab.ask("[...document.querySelectorAll('#timeline-drawing .plan')].map(text => text.textContent)");
    assert_eq!(names, ["v3.4", "<b>database"]);
    // Noon of the third of seven days, and the fifth day, as shares of the plot's width.
    let [event, from, wide]: [f64; 3] = tab.ask(
        r##"(() => {
            const drawing = document.getElementById("timeline-drawing");
            const numbers = path => path.getAttribute("d").match(/[\d.]+/g).map(Number);
            const [left, , plot] = numbers(drawing.querySelector(".s-axis"));
            const shade = drawing.querySelector(".f-grid");
            const share = x => (x - left) / plot;
            return [share(numbers(drawing.querySelector(".s-muted"))[0]), share(+shade.getAttribute("x")), +shade.getAttribute("width") / plot];
        })()"##,
    );
    for (found, wanted) in [(event, 2.5 / 7.0), (from, 4.0 / 7.0), (wide, 1.0 / 7.0)] {
        assert!((found - wanted).abs() < 1e-3, "{found} for {wanted}");
    }
}
