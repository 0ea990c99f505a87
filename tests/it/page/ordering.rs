//! Tables sorted by a click, groups folded.

use super::{Report, assert_quiet};
use crate::browser::Tab;

/// The rows of a table as texts and values of one column, in the order in which they stand.
fn column(tab: &Tab, rows: &str, column: usize) -> Vec<(String, Option<f64>)> {
    tab.ask(&format!(
        "[...document.querySelectorAll({rows:?})].map(row => {{
            const cell = row.cells[{column}];
            const name = cell.querySelector('bdi, time')?.textContent ?? cell.textContent;
            const number = parseFloat(cell.textContent.replaceAll(',', '').replace('−', '-').replace('±', ''));
            return [cell.querySelector('time')?.dateTime ?? name.trim(), Number.isNaN(number) ? null : number];
        }})"
    ))
}

#[test]
fn every_sortable_column_sorts_both_ways_and_back() {
    let report = Report::of_two_channels();
    let Some(tab) = report.open() else { return };
    let headings: Vec<(String, usize, String)> = tab.ask(
        "[...document.querySelectorAll('th[data-sort]')].filter(heading => heading.checkVisibility())
            .map(heading => [heading.closest('table').id, heading.cellIndex, heading.dataset.sort])",
    );
    assert!(headings.len() >= 10, "{headings:?}");
    for (table, index, kind) in headings {
        // In the table of reasons, groups are sorted by the row of their reason.
        let rows = if table == "reasons" { "#reasons tr.reason".to_owned() } else { format!("#{table} tbody tr") };
        let click = || tab.click(&format!("#{table} th:nth-child({}) .sort", index + 1));
        let heading = || -> Option<String> {
            tab.ask(&format!(
                "document.querySelector('#{table} th:nth-child({})').getAttribute('aria-sort')",
                index + 1
            ))
        };
        let before = column(&tab, &rows, index);
        let mut up = before.clone();
        if kind == "number" {
            up.sort_by(|a, b| a.1.partial_cmp(&b.1).expect("numbers"));
        } else {
            up.sort_by_key(|row| row.0.to_lowercase());
        }
        let mut down: Vec<_> = up.iter().rev().cloned().collect();
        // Rows without a value stand below both ways.
        for rows in [&mut up, &mut down] {
            rows.sort_by_key(|row| row.0 == "–");
        }
        let values = |rows: &[(String, Option<f64>)]| -> Vec<String> {
            rows.iter().map(|row| if kind == "number" { format!("{:?}", row.1) } else { row.0.clone() }).collect()
        };
        let orders = if kind == "number" {
            [("descending", down), ("ascending", up)]
        } else {
            [("ascending", up), ("descending", down)]
        };
        for (said, expected) in orders {
            click();
            assert_eq!(values(&column(&tab, &rows, index)), values(&expected), "{table}, column {index}, {said}");
            assert_eq!(heading().as_deref(), Some(said), "{table}, column {index}");
        }
        click();
        assert_eq!(
            column(&tab, &rows, index),
            before,
            "{table}, column {index}: the third click gives the first order back"
        );
        assert_eq!(heading(), None);
    }
    assert_quiet(&tab, &report.address());
}

#[test]
fn details_stay_below_their_reason_however_it_is_sorted() {
    let Some(tab) = Report::of_two_channels().open() else { return };
    let groups = || -> Vec<Vec<String>> {
        tab.ask(
            "[...document.querySelectorAll('#reasons tbody')]
                .map(group => [...group.rows].map(row => row.querySelector('bdi').textContent))",
        )
    };
    let mut before = groups();
    tab.click("#reasons th:nth-child(1) .sort");
    let mut after = groups();
    assert_ne!(before, after);
    for groups in [&mut before, &mut after] {
        groups.iter_mut().for_each(|group| group[1..].sort());
        groups.sort();
    }
    assert_eq!(before, after);
}

#[test]
fn a_reason_folds_its_details() {
    let Some(tab) = Report::of_sample().open() else { return };
    let row = "tr[data-reason=error_status_code]";
    let state = || -> (usize, String) {
        tab.ask(&format!(
            "(() => {{
                const group = document.querySelector('{row}').parentNode;
                const shown = [...group.querySelectorAll('tr.detail')].filter(row => row.checkVisibility());
                return [shown.length, group.querySelector('.open').getAttribute('aria-expanded')];
            }})()"
        ))
    };
    let (all, expanded) = state();
    assert!(all >= 3 && expanded == "true", "{all} details");
    tab.click(&format!("{row} .open"));
    assert_eq!(state(), (0, "false".to_owned()));
    tab.click(&format!("{row} .open"));
    assert_eq!(state(), (all, "true".to_owned()));
}

#[test]
fn the_sentence_of_an_incident_is_copied() {
    let Some(tab) = Report::of_sample().open() else { return };
    tab.click(".incident .copy");
    tab.settle();
    // Without the right to write to the clipboard the page selects the sentence instead.
    let (sentence, selected, button): (String, String, String) = tab.ask(
        "[document.querySelector('.sentence'), getSelection(), document.querySelector('.incident .copy')]
            .map(found => (found.textContent ?? found.toString()).trim())",
    );
    assert!(sentence.contains("839"), "839 errors between 19:35 and 21:00: {sentence}");
    assert!(selected == sentence || button == "Copied", "{selected:?}, {button:?}");
}
