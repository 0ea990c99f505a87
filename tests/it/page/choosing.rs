//! Reasons switched off and dates chosen: total, timeline, heatmap and tables follow, the report's own words stay.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Fixed, Numbers, Report, assert_quiet, between, export::Row, place, toggle};
use crate::browser::Tab;

fn fragment(tab: &Tab) -> String {
    tab.ask("location.hash")
}

/// Picks an entry of a list by its value.
fn pick(tab: &Tab, selector: &str, value: &str) {
    tab.run(&format!(
        "const list = document.querySelector({selector:?}); list.value = {value:?};
         if (list.value !== {value:?}) throw list.innerHTML;
         list.dispatchEvent(new Event('change', {{ bubbles: true }}));"
    ));
}

/// Chooses windows by drawing the mouse over the timeline.
fn drag(tab: &Tab, first: i64, last: i64) {
    let from = place(tab, first);
    tab.drag(from, place(tab, last));
}

#[test]
fn the_page_opens_with_the_sums_of_its_export() {
    let Some(tab) = Tab::new() else { return };
    for report in [Report::of_sample(), Report::of_two_channels()] {
        report.open_in(&tab);
        assert_eq!(Numbers::shown(&tab), report.numbers(|_| true));
        assert_eq!(Fixed::shown(&tab), report.fixed());
        assert_eq!(fragment(&tab), "");
        assert_quiet(&tab, &report.address());
    }
}

#[test]
fn switching_a_reason_off_takes_its_errors_out_everywhere() {
    let Some(tab) = Tab::new() else { return };
    for report in [Report::of_sample(), Report::of_two_channels()] {
        report.open_in(&tab);
        toggle(&tab, "request_timeout");
        assert_eq!(Numbers::shown(&tab), report.numbers(|row| row.reason != "request_timeout"));
        toggle(&tab, "error_status_code");
        let rest = |row: &Row| row.reason != "request_timeout" && row.reason != "error_status_code";
        assert_eq!(Numbers::shown(&tab), report.numbers(rest));
        assert_eq!(fragment(&tab), "#off=request_timeout&off=error_status_code");
        toggle(&tab, "request_timeout");
        assert_eq!(Numbers::shown(&tab), report.numbers(|row| row.reason != "error_status_code"));
        tab.click(".choice button");
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
        toggle(&tab, reason);
    }
    assert_eq!(Numbers::shown(&tab), report.numbers(|_| false));
    assert!(!tab.ask::<String>("document.body.innerText").contains("NaN"));
    assert_quiet(&tab, &report.address());
}

#[test]
fn chosen_days_take_the_rest_out_everywhere() {
    let Some(tab) = Tab::new() else { return };
    for report in [Report::of_sample(), Report::of_two_channels()] {
        report.open_in(&tab);
        pick(&tab, "#from", "2026-11-18");
        pick(&tab, "#to", "2026-11-20");
        let chosen = |row: &Row| between(row, "2026-11-18 00:00", "2026-11-21 00:00");
        assert_eq!(Numbers::shown(&tab), report.numbers(chosen), "the last day is meant with all its hours");
        assert_eq!(fragment(&tab), "#from=2026-11-18T00:00&to=2026-11-20T23:00");
        // A reason off, within the days.
        toggle(&tab, "request_timeout");
        assert_eq!(Numbers::shown(&tab), report.numbers(|row| chosen(row) && row.reason != "request_timeout"));
        // Beside each switch stand the errors of its reason in the chosen days, on or off.
        let beside: Vec<(String, u64)> = tab.ask(
            "[...document.querySelectorAll('.legend label')]
                .map(label => [label.querySelector('bdi').textContent,
                    Number(label.querySelector('b').textContent.replaceAll(',', ''))])
                .filter(([, errors]) => errors).sort()",
        );
        assert_eq!(beside, report.numbers(chosen).reasons);
        assert_eq!(Fixed::shown(&tab), report.fixed(), "the rest is of the whole report");
        assert_quiet(&tab, &report.address());
    }
}

#[test]
fn a_channel_alone_takes_the_others_out_everywhere() {
    let report = Report::of_two_channels();
    let Some(tab) = report.open() else { return };
    let names: Vec<String> = tab.ask("[...document.querySelectorAll('#channel option')].map(option => option.text)");
    for (index, name) in names.iter().skip(1).enumerate() {
        pick(&tab, "#channel", &index.to_string());
        assert_eq!(Numbers::shown(&tab), report.numbers(|row| row.channel.as_deref() == Some(name)));
        assert_eq!(fragment(&tab), format!("#channel={}", index + 1));
    }
    let fragment = fragment(&tab);
    let Some(other) = Tab::at(&format!("{}{fragment}", report.address())) else { return };
    other.settle();
    assert_eq!(Numbers::shown(&other), Numbers::shown(&tab));
    pick(&tab, "#channel", "-1");
    assert_eq!(Numbers::shown(&tab), report.numbers(|_| true));
    assert_quiet(&tab, &report.address());
}

#[test]
fn days_are_named_in_the_language_of_the_page() {
    let export = super::export::sample();
    let Some(tab) = Tab::new() else { return };
    for (lang, first) in [("en", "Mon 16 Nov 2026"), ("ja", "2026年11月16日（月）")] {
        let report = Report::hourly(&export, "2026-11-16..2026-11-22", &format!("--lang {lang}"));
        report.open_in(&tab);
        let days: Vec<String> = tab.ask("[...document.querySelectorAll('#from option')].map(option => option.text)");
        assert_eq!((days.len(), days[0].as_str()), (7, first));
    }
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
        assert_eq!(fragment(&tab), "#from=2026-11-18T20:00&to=2026-11-18T22:00");
        tab.click(".choice button");
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
    pick(&tab, "#from", "2026-10-10");
    pick(&tab, "#to", "2026-10-20");
    let chosen = |row: &Row| between(row, "2026-10-10 00:00", "2026-10-21 00:00");
    assert_eq!(Numbers::shown(&tab), by_day.numbers(chosen), "the last day is meant with all its hours");
    let by_week = Report::of(&export, days, "--window week", chrono::TimeDelta::weeks(1));
    // Saturday to Tuesday touches two weeks: Monday the 5th to Sunday the 11th, Monday the 12th to Sunday the 25th.
    tab.go(&format!("{}#from=2026-10-10&to=2026-10-20", by_week.address()));
    tab.settle();
    let chosen = |row: &Row| between(row, "2026-10-05 00:00", "2026-10-26 00:00");
    assert_eq!(Numbers::shown(&tab), by_week.numbers(chosen), "weeks that are touched count whole");
    assert_eq!(fragment(&tab), "#from=2026-10-05&to=2026-10-19", "and the page says which");
}

#[test]
fn many_windows_on_a_narrow_screen_share_bars() {
    let report = Report::of_two_channels();
    let Some(tab) = report.open() else { return };
    let said = |tab: &Tab| -> Vec<String> {
        tab.ask("[...document.querySelectorAll('#timeline-drawing .peak')].map(text => text.textContent)")
    };
    let on_a_desk = said(&tab);
    tab.size(375, 800);
    tab.settle();
    assert_eq!(said(&tab), on_a_desk, "a narrow screen names the same peak");
    let shared: String = tab.ask("document.getElementById('pooled').innerText");
    assert_eq!(shared, "Each column shows the highest of 2 neighbouring time windows.");
    let bars: Vec<(usize, usize, u64)> = tab.ask(
        "[...document.querySelectorAll('#timeline-drawing [data-window]')]
            .map(bar => [Number(bar.dataset.window), Number(bar.dataset.windows), Number(bar.dataset.errors)])",
    );
    assert!(bars.len() < 168 && bars.iter().map(|bar| bar.1).sum::<usize>() == 168, "{} bars", bars.len());
    let windows = report.numbers(|_| true).bars;
    for (first, count, errors) in bars {
        let within = |window: i64| (first..first + count).contains(&usize::try_from(window).expect("a window"));
        let mut sums: BTreeMap<i64, u64> = BTreeMap::new();
        windows
            .iter()
            .filter(|(window, ..)| within(*window))
            .for_each(|(window, _, errors)| *sums.entry(*window).or_default() += errors);
        assert_eq!(errors, sums.into_values().max().unwrap_or(0), "the highest from window {first} on");
    }
}

#[test]
fn the_address_keeps_the_view_for_another_tab() {
    let report = Report::of_two_channels();
    let Some(tab) = report.open() else { return };
    drag(&tab, 30, 100);
    toggle(&tab, "unclassified");
    pick(&tab, "#channel", "1");
    let seen = |tab: &Tab| -> (String, String, String) {
        tab.ask(
            "[location.hash, document.querySelector('.choice').innerText,
                [...document.querySelectorAll('#reasons, #channels, #hosts')]
                    .map(table => table.innerText).join()]",
        )
    };
    let channel: String = tab.ask("document.querySelector('#channel').selectedOptions[0].text");
    let numbers = report.numbers(|row| {
        between(row, "2026-11-17 06:00", "2026-11-20 05:00")
            && row.reason != "unclassified"
            && row.channel.as_ref() == Some(&channel)
    });
    assert_eq!(Numbers::shown(&tab), numbers);
    let first = seen(&tab);
    assert!(first.0.contains("from=2026-11-17T06:00&to=2026-11-20T04:00&channel=2&off=unclassified"), "{}", first.0);
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
        "off=nothing&channel=99&channel=-1&channel=x&off=%E0%A4%A",
        "from=&to=&off=&channel=",
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
fn what_is_chosen_is_said_where_numbers_follow_it() {
    let report = Report::of_two_channels();
    let Some(tab) = report.open() else { return };
    let said = || -> Vec<String> {
        tab.ask(
            "[...document.querySelectorAll('.choice')].filter(line => line.checkVisibility())
                .map(line => line.querySelector('span').textContent)",
        )
    };
    let before_and_change = || -> bool {
        tab.ask(
            "[...document.querySelectorAll('#reasons .of-report')]
                .some(cell => cell.checkVisibility({ visibilityProperty: true }))",
        )
    };
    assert_eq!(said(), [""; 0]);
    assert!(before_and_change());
    pick(&tab, "#from", "2026-11-20");
    toggle(&tab, "request_timeout");
    let chosen = report
        .numbers(|row| row.reason != "request_timeout" && row.time >= super::export::moment("2026-11-20 00:00:00"));
    let said = said();
    assert_eq!(said.len(), 3, "at the timeline, what failed, and the channels");
    let total = report.fixed().total.to_string();
    for part in [&chosen.total().to_string(), &total, "without request_timeout", "Fri 20 Nov 2026"] {
        assert!(said.iter().all(|said| said.replace(',', "").contains(part)), "{part} in {said:?}");
    }
    assert!(!before_and_change(), "what does not follow is not shown beside what does");
}

#[test]
fn few_windows_say_how_to_get_finer_ones() {
    let report = Report::of_sample();
    let Some(tab) = report.open() else { return };
    let said =
        "document.getElementById('finer').checkVisibility() ? document.querySelector('#finer code').textContent : ''";
    assert_eq!(tab.ask::<String>(said), "", "nothing is chosen");
    tab.go(&format!("{}#from=2026-11-18T19:00&to=2026-11-18T21:00", report.address()));
    tab.settle();
    let options: String = tab.ask(said);
    assert_eq!(options, "--period 2026-11-18T19:00..2026-11-18T22:00 --window auto");
    // What it says works: three hours are 36 windows of five minutes, with the same errors.
    let summary = report.folder.summary(&format!("export.tsv {options}"));
    assert_eq!(summary["windows"]["buckets"].as_array().map(Vec::len), Some(36));
    let chosen = report.numbers(|row| between(row, "2026-11-18 19:00", "2026-11-18 22:00"));
    assert_eq!(summary["totals"]["errors"], chosen.total());
}
