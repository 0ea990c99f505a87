//! Tables sorted by a click, and what is copied by one.

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
fn every_sortable_column_sorts_both_ways() {
    let report = Report::of_two_channels();
    let Some(tab) = report.open() else { return };
    let headings: Vec<(String, usize, bool)> = tab.ask(
        "[...document.querySelectorAll('th[data-sort]')].filter(heading => heading.checkVisibility())
            .map(heading => [heading.closest('table').id, heading.cellIndex, heading.classList.contains('number')])",
    );
    assert!(headings.len() >= 8, "{headings:?}");
    for (table, index, number) in headings {
        let rows = format!("#{table} tbody tr");
        let mut up = column(&tab, &rows, index);
        if number {
            up.sort_by(|a, b| a.1.partial_cmp(&b.1).expect("numbers"));
        } else {
            up.sort_by_key(|row| row.0.to_lowercase());
        }
        let down: Vec<_> = up.iter().rev().cloned().collect();
        let values = |rows: &[(String, Option<f64>)]| -> Vec<String> {
            rows.iter().map(|row| if number { format!("{:?}", row.1) } else { row.0.clone() }).collect()
        };
        // Numbers begin with the most, names with the first.
        let (up, down) = (("ascending", up), ("descending", down));
        for (said, expected) in if number { [down, up] } else { [up, down] } {
            tab.click(&format!("#{table} th:nth-child({}) .sort", index + 1));
            assert_eq!(values(&column(&tab, &rows, index)), values(&expected), "{table}, column {index}, {said}");
            let heading = format!("document.querySelector('#{table} th:nth-child({})').ariaSort", index + 1);
            assert_eq!(tab.ask::<Option<String>>(&heading).as_deref(), Some(said), "{table}, column {index}");
        }
    }
    assert_quiet(&tab, &report.address());
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
    assert!(sentence.contains("692 × 502"), "all that the week has of 502: {sentence}");
    assert!(selected == sentence || button == "Copied", "{selected:?}, {button:?}");
}
