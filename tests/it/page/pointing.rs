//! Exact numbers under the mouse and by the keyboard.

use super::{Report, assert_quiet, between, place};
use crate::browser::Tab;

/// The numbers beside the bar that is pointed at, and what else stands there.
fn tip(tab: &Tab) -> Option<(Vec<u64>, String)> {
    tab.ask(
        "(() => {
            const tip = document.getElementById('tip');
            if (!tip.checkVisibility()) return null;
            const numbers = [...tip.querySelectorAll('b')].map(b => Number(b.textContent.replaceAll(',', '')));
            return [numbers, tip.innerText];
        })()",
    )
}

/// The start of an hour of the sample's week, and of the next.
fn hour(index: i64) -> (String, String) {
    let at = |index: i64| format!("2026-11-{:02} {:02}:00", 16 + index / 24, index % 24);
    (at(index), at(index + 1))
}

#[test]
fn the_mouse_on_a_bar_shows_its_numbers() {
    let report = Report::of_sample();
    let Some(tab) = report.open() else { return };
    assert_eq!(tip(&tab), None);
    // Tuesday 04:00, Wednesday 19:00 and 20:00 (the evening of 502s), Sunday 23:00.
    for index in [28, 67, 68, 167] {
        let (from, to) = hour(index);
        let expected = report.numbers(|row| between(row, &from, &to));
        tab.point(place(&tab, index));
        let (numbers, text) = tip(&tab).expect("the numbers");
        let mut parts: Vec<u64> = expected.bars.iter().map(|(_, _, errors)| *errors).collect();
        parts.sort_unstable();
        let mut shown = numbers[1..].to_vec();
        shown.sort_unstable();
        assert_eq!((numbers[0], shown), (expected.total(), parts), "{from}: {text}");
        for (_, reason, _) in &expected.bars {
            assert!(text.contains(reason), "{text}");
        }
    }
    let (_, text) = tip(&tab).expect("the numbers");
    assert!(text.contains("Sun 22 Nov 2026, 23:00"), "{text}");
    tab.point((5.0, 5.0));
    assert_eq!(tip(&tab), None);
    assert_quiet(&tab, &report.address());
}

#[test]
fn the_keyboard_reaches_every_bar() {
    let report = Report::of_sample();
    let Some(tab) = report.open() else { return };
    let focused = || tab.ask::<String>("document.activeElement.id");
    let stops = (0..60).take_while(|_| {
        tab.key("Tab");
        focused() != "timeline-drawing"
    });
    assert!(stops.count() < 60, "the timeline is reached by the Tab key");
    let said = || -> (String, String) {
        let attribute = |name: &str| format!("document.getElementById('timeline-drawing').getAttribute('{name}')");
        tab.ask(&format!("[{}, {}]", attribute("aria-valuenow"), attribute("aria-valuetext")))
    };
    assert!(tip(&tab).is_some(), "focus shows the numbers");
    let name: String = tab.ask("document.activeElement.getAttribute('aria-label')");
    assert!(!name.is_empty());
    tab.key("Home");
    for _ in 0..68 {
        tab.key("ArrowRight");
    }
    let (from, to) = hour(68);
    let expected = report.numbers(|row| between(row, &from, &to));
    let (at, text) = said();
    assert_eq!(at, "69", "of 168");
    assert!(text.contains("Wed 18 Nov 2026, 20:00") && text.contains(&expected.total().to_string()), "{text}");
    assert_eq!(tip(&tab).map(|(numbers, _)| numbers[0]), Some(expected.total()));
    // Two hours later one error is left.
    for _ in 0..2 {
        tab.key("ArrowRight");
    }
    assert!(said().1.contains(": 1 error, "), "{}", said().1);
    tab.key("End");
    tab.key("ArrowLeft");
    assert_eq!(said().0, "167");
    // Out of the picture, and the numbers go.
    tab.key("Tab");
    assert_eq!(tip(&tab), None);
    assert_quiet(&tab, &report.address());
}

#[test]
fn every_control_is_reached_by_the_keyboard_and_has_a_name() {
    let Some(tab) = Report::of_two_channels().open() else { return };
    let nameless: Vec<String> = tab.ask(
        "[...document.querySelectorAll('button, input, select, textarea, a[href], [tabindex=\"0\"], summary')]
            .filter(element => element.checkVisibility())
            .filter(element => {
                const labels = [...(element.labels ?? [])].map(label => label.textContent);
                const by = element.getAttribute('aria-labelledby');
                const text = [element.textContent, element.getAttribute('aria-label'), element.title, ...labels,
                    by && document.getElementById(by)?.textContent];
                return !text.some(text => text?.trim());
            }).map(element => element.outerHTML.slice(0, 200))",
    );
    assert_eq!(nameless, [""; 0]);
    let unreachable: Vec<String> = tab.ask(
        "[...document.querySelectorAll('button, input, a[href], summary')]
            .filter(element => element.checkVisibility() && element.tabIndex < 0).map(element => element.outerHTML)",
    );
    assert_eq!(unreachable, [""; 0]);
}
