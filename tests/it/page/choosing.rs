//! Reasons switched off and dates chosen: total, timeline, heatmap and tables follow, the report's own words stay.

use serde_json::Value;

use super::{Numbers, Report, assert_quiet, between, export::Row, place};
use crate::browser::Tab;

fn fragment(tab: &Tab) -> String {
    tab.ask("location.hash")
}

/// Types into a date input as a person does: into its first part, from there on by the keys alone.
fn type_into(tab: &Tab, selector: &str, keys: &str) {
    tab.ask::<Value>(&format!("document.querySelector({selector:?}).focus()"));
    for key in keys.split(' ') {
        tab.key(key);
    }
}

/// Puts a value into an input and tells the page.
fn set(tab: &Tab, selector: &str, value: &str) {
    tab.run(&format!(
        "const input = document.querySelector({selector:?}); input.value = {value:?};
         for (const kind of ['input', 'change']) input.dispatchEvent(new Event(kind, {{ bubbles: true }}));"
    ));
}

/// Chooses windows by drawing the mouse over the timeline.
fn drag(tab: &Tab, first: i64, last: i64) {
    let from = place(tab, first);
    tab.drag(from, place(tab, last));
}

/// What is said of the report as a whole and does not follow a choice.
fn of_report(tab: &Tab) -> Vec<String> {
    tab.ask(
        "[...document.querySelectorAll(['h1', '.badges', '.incident .facts', '.incident .what', '.sentence',
            '.figure:not(.main) .big', '.worse', '.better'])].map(element => element.textContent)",
    )
}

/// Headings of what does not follow a choice, each with whether it bears a visible label that says so.
fn labels(tab: &Tab) -> Vec<bool> {
    tab.ask(
        "(() => {
            const shown = element => [...(element?.querySelectorAll('.tag') ?? [])].some(tag => tag.checkVisibility());
            return [
                document.querySelector('.of-report-line'),
                document.getElementById('incidents-title'),
                ...[...document.querySelectorAll('.figure:not(.main) dt')],
                [...document.querySelectorAll('#reasons th')].find(heading => heading.textContent.includes('Change')),
                ...[...document.querySelectorAll('figure.picture')].filter(picture => picture.checkVisibility()),
            ].map(shown);
        })()",
    )
}

#[test]
fn the_page_opens_with_the_sums_of_its_export() {
    let Some(tab) = Tab::new() else { return };
    for report in [Report::of_sample(), Report::of_two_channels()] {
        report.open_in(&tab);
        assert_eq!(Numbers::shown(&tab), report.numbers(|_| true));
        assert_eq!(fragment(&tab), "");
        assert_quiet(&tab, &report.address());
    }
}

#[test]
fn switching_a_reason_off_takes_its_errors_out_everywhere() {
    let Some(tab) = Tab::new() else { return };
    for report in [Report::of_sample(), Report::of_two_channels()] {
        report.open_in(&tab);
        tab.click("[data-toggle=request_timeout]");
        assert_eq!(Numbers::shown(&tab), report.numbers(|row| row.reason != "request_timeout"));
        tab.click("[data-toggle=error_status_code]");
        let rest = |row: &Row| row.reason != "request_timeout" && row.reason != "error_status_code";
        assert_eq!(Numbers::shown(&tab), report.numbers(rest));
        assert_eq!(fragment(&tab), "#off=request_timeout&off=error_status_code");
        tab.click("[data-toggle=request_timeout]");
        assert_eq!(Numbers::shown(&tab), report.numbers(|row| row.reason != "error_status_code"));
        tab.click("#choice .reset");
        assert_eq!(Numbers::shown(&tab), report.numbers(|_| true));
        assert_eq!(fragment(&tab), "");
        assert_quiet(&tab, &report.address());
    }
}

#[test]
fn a_page_with_every_reason_off_shows_zeros() {
    let report = Report::of_sample();
    let Some(tab) = report.open() else { return };
    for reason in ["request_timeout", "error_status_code", "could_not_connect", "unclassified"] {
        tab.click(&format!("[data-toggle={reason}]"));
    }
    assert_eq!(Numbers::shown(&tab), report.numbers(|_| false));
    assert!(!tab.ask::<String>("document.body.innerText").contains("NaN"));
    assert_quiet(&tab, &report.address());
}

#[test]
fn chosen_dates_take_the_rest_out_everywhere() {
    let Some(tab) = Tab::new() else { return };
    for report in [Report::of_sample(), Report::of_two_channels()] {
        report.open_in(&tab);
        set(&tab, "#from", "2026-11-18T19:00");
        set(&tab, "#to", "2026-11-20T06:00");
        let chosen = |row: &Row| between(row, "2026-11-18 19:00", "2026-11-20 06:00");
        assert_eq!(Numbers::shown(&tab), report.numbers(chosen));
        assert_eq!(fragment(&tab), "#from=2026-11-18T19:00&to=2026-11-20T06:00");
        // A reason off, within the dates.
        tab.click("[data-toggle=request_timeout]");
        assert_eq!(Numbers::shown(&tab), report.numbers(|row| chosen(row) && row.reason != "request_timeout"));
        // Beside each switch stand the errors of its reason in the chosen dates, on or off.
        let beside: Vec<(String, u64)> = tab.ask(
            "[...document.querySelectorAll('[data-reason-sum]')]
                .map(sum => [sum.dataset.reasonSum, Number(sum.textContent.replaceAll(',', ''))])
                .filter(([, errors]) => errors).sort()",
        );
        assert_eq!(beside, report.numbers(chosen).reasons);
        assert_quiet(&tab, &report.address());
    }
}

#[test]
fn dates_can_be_typed() {
    let report = Report::of_sample();
    let Some(tab) = report.open() else { return };
    // Month, day, year, hour, minute, half of the day: the order of an American English browser, which goes from one
    // part to the next by itself.
    type_into(&tab, "#from", "1 1 1 8 2 0 2 6 0 7 0 0 p");
    assert_eq!(tab.ask::<String>("document.getElementById('from').value"), "2026-11-18T19:00");
    type_into(&tab, "#to", "1 1 2 0 2 0 2 6 0 6 0 0 a");
    assert_eq!(tab.ask::<String>("document.getElementById('to').value"), "2026-11-20T06:00");
    tab.key("Tab");
    let chosen = |row: &Row| between(row, "2026-11-18 19:00", "2026-11-20 06:00");
    assert_eq!(Numbers::shown(&tab), report.numbers(chosen));
    assert_quiet(&tab, &report.address());
}

#[test]
fn drawing_the_mouse_over_the_timeline_chooses_its_hours() {
    let Some(tab) = Tab::new() else { return };
    for report in [Report::of_sample(), Report::of_two_channels()] {
        report.open_in(&tab);
        // From Wednesday's 19th hour to Thursday's third, both included.
        drag(&tab, 67, 75);
        let chosen = |row: &Row| between(row, "2026-11-18 19:00", "2026-11-19 04:00");
        assert_eq!(Numbers::shown(&tab), report.numbers(chosen));
        // And closer, backwards.
        drag(&tab, 70, 68);
        let closer = |row: &Row| between(row, "2026-11-18 20:00", "2026-11-18 23:00");
        assert_eq!(Numbers::shown(&tab), report.numbers(closer));
        assert_eq!(fragment(&tab), "#from=2026-11-18T20:00&to=2026-11-18T23:00");
        // Out again: the strip below shows the whole week.
        let (left, right, y): (f64, f64, f64) = tab.ask(
            "(() => {
                const strip = document.getElementById('strip');
                strip.scrollIntoView({ block: 'center', behavior: 'instant' });
                const box = strip.querySelector('rect').getBoundingClientRect();
                return [box.x, box.right, box.y + box.height / 2];
            })()",
        );
        tab.drag((left + 1.0, y), (right - 1.0, y));
        assert_eq!(Numbers::shown(&tab), report.numbers(|_| true));
        assert_quiet(&tab, &report.address());
    }
}

#[test]
fn the_keyboard_chooses_a_bar_and_takes_it_back() {
    let report = Report::of_sample();
    let Some(tab) = report.open() else { return };
    tab.ask::<Value>("document.getElementById('timeline-drawing').focus()");
    tab.key("Home");
    for _ in 0..68 {
        tab.key("ArrowRight");
    }
    tab.key("Enter");
    assert_eq!(Numbers::shown(&tab), report.numbers(|row| between(row, "2026-11-18 20:00", "2026-11-18 21:00")));
    tab.key("Escape");
    assert_eq!(Numbers::shown(&tab), report.numbers(|_| true));
}

#[test]
fn days_and_weeks_are_chosen_as_wholes() {
    let export = super::export::steady(56, 1500, &["shop"]);
    let days = "2026-09-28..2026-11-22";
    let by_day = Report::of(&export, days, "--window day", chrono::TimeDelta::days(1));
    let Some(tab) = by_day.open() else { return };
    set(&tab, "#from", "2026-10-10");
    set(&tab, "#to", "2026-10-20");
    let chosen = |row: &Row| between(row, "2026-10-10 00:00", "2026-10-21 00:00");
    assert_eq!(Numbers::shown(&tab), by_day.numbers(chosen), "the last day is meant with all its hours");
    let by_week = Report::of(&export, days, "--window week", chrono::TimeDelta::weeks(1));
    by_week.open_in(&tab);
    // Saturday to Tuesday touches two weeks: Monday the 5th to Sunday the 11th, Monday the 12th to Sunday the 25th.
    set(&tab, "#from", "2026-10-10");
    set(&tab, "#to", "2026-10-20");
    let chosen = |row: &Row| between(row, "2026-10-05 00:00", "2026-10-26 00:00");
    assert_eq!(Numbers::shown(&tab), by_week.numbers(chosen), "weeks that are touched count whole");
    assert_eq!(fragment(&tab), "#from=2026-10-05&to=2026-10-25", "and the page says which");
}

#[test]
fn many_windows_on_a_narrow_screen_share_bars() {
    let report = Report::of_two_channels();
    let Some(tab) = report.open() else { return };
    tab.size(375, 800);
    tab.settle();
    let bars: Vec<(usize, usize, u64)> = tab.ask(
        "[...document.querySelectorAll('#timeline-drawing [data-window]')]
            .map(bar => [Number(bar.dataset.window), Number(bar.dataset.windows), Number(bar.dataset.errors)])",
    );
    assert!(bars.len() < 168 && bars.iter().map(|bar| bar.1).sum::<usize>() == 168, "{} bars", bars.len());
    let windows = report.numbers(|_| true).windows;
    for (first, count, errors) in bars {
        let within = |window: i64| (first..first + count).contains(&usize::try_from(window).expect("a window"));
        let expected: u64 = windows.iter().filter(|(window, ..)| within(*window)).map(|(.., errors)| errors).sum();
        assert_eq!(errors, expected, "from window {first}");
    }
}

#[test]
fn the_address_keeps_the_view_for_another_tab() {
    let report = Report::of_two_channels();
    let Some(tab) = report.open() else { return };
    drag(&tab, 30, 100);
    tab.click("[data-toggle=unclassified]");
    tab.click("#channels th:nth-child(2) .sort");
    tab.click("tr[data-reason=could_not_connect] .open");
    let seen = |tab: &Tab| -> (String, String, String) {
        tab.ask(
            "[location.hash, document.getElementById('choice').innerText,
                [...document.querySelectorAll('#reasons, #channels, #hosts, #windows')]
                    .map(table => table.innerText).join()]",
        )
    };
    let numbers =
        report.numbers(|row| between(row, "2026-11-17 06:00", "2026-11-20 05:00") && row.reason != "unclassified");
    assert_eq!(Numbers::shown(&tab), numbers);
    let first = seen(&tab);
    assert!(first.0.contains("from=2026-11-17T06:00&to=2026-11-20T05:00&off=unclassified"), "{}", first.0);
    let Some(other) = Tab::at(&format!("{}{}", report.address(), first.0)) else { return };
    other.settle();
    assert_eq!((Numbers::shown(&other), seen(&other)), (numbers, first.clone()));
    // Back to nothing chosen, by the address alone.
    other.go(&format!("{}#", report.address()));
    other.settle();
    assert_eq!(Numbers::shown(&other), report.numbers(|_| true));
    other.go(&format!("{}{}", report.address(), first.0));
    other.settle();
    assert_eq!(seen(&other), first);
    assert_quiet(&other, &report.address());
}

#[test]
fn an_address_that_makes_no_sense_shows_the_whole_report() {
    let report = Report::of_sample();
    let nonsense = [
        "from=yesterday&to=soon",
        "off=nothing&sort=reasons.99.up&sort=x.1.down&closed=%E0%A4%A",
        "from=&to=&off=&sort=&closed=",
        "%",
        "=&&==&from",
        "failed",
        "no-such-section",
    ];
    // All of it in the address of a page that opens, then one after another while the page stands.
    let Some(tab) = Tab::at(&format!("{}#{}", report.address(), nonsense.join("&"))) else { return };
    for fragment in nonsense {
        tab.settle();
        assert_eq!(Numbers::shown(&tab), report.numbers(|_| true), "before {fragment}");
        assert_eq!(tab.complaints(), [""; 0], "before {fragment}");
        tab.go(&format!("{}#{fragment}", report.address()));
    }
    tab.settle();
    assert_eq!(Numbers::shown(&tab), report.numbers(|_| true));
    assert_eq!(tab.complaints(), [""; 0]);
    // Dates outside the report choose what is nearest, never nothing.
    let Some(tab) = Tab::at(&format!("{}#from=1999-01-01&to=2099-12-31", report.address())) else { return };
    tab.settle();
    assert_eq!(Numbers::shown(&tab), report.numbers(|_| true));
}

#[test]
fn what_is_said_of_the_whole_report_stays_and_is_labelled() {
    let report = Report::of_sample();
    let Some(tab) = report.open() else { return };
    let said = of_report(&tab);
    assert!(said.len() > 8, "{said:?}");
    assert!(labels(&tab).iter().all(|label| !label), "nothing to label while all is shown");
    set(&tab, "#from", "2026-11-20T00:00");
    tab.click("[data-toggle=request_timeout]");
    let labels = labels(&tab);
    assert!(labels.len() >= 6 && labels.iter().all(|label| *label), "{labels:?}");
    let without_labels =
        |texts: Vec<String>| texts.into_iter().map(|text| text.replace("whole report", "")).collect::<Vec<_>>();
    assert_eq!(without_labels(of_report(&tab)), without_labels(said));
    // The choice is said in words, with its own number and that of the report.
    let chosen = report
        .numbers(|row| row.reason != "request_timeout" && row.time >= super::export::moment("2026-11-20 00:00:00"));
    let choice: String = tab.ask("document.getElementById('choice').innerText");
    for part in
        [&chosen.total.to_string(), &report.numbers(|_| true).total.to_string(), "request_timeout", "20 Nov 2026"]
    {
        assert!(choice.contains(part), "{part} in {choice}");
    }
    assert_eq!(
        tab.ask::<String>("document.querySelector('[role=status]').textContent"),
        tab.ask::<String>("document.querySelector('#choice p').textContent")
    );
}
