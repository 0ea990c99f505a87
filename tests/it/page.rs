//! Stories of the page in a real browser: what a person sees, points at, switches and prints.
//!
//! Every expected number is summed up here from the rows of the export, see [`export`].

mod appearance;
mod choosing;
mod drawings;
mod export;
mod hostile;
mod ordering;
mod pointing;
mod scriptless;

use chrono::{NaiveDateTime, TimeDelta};
use serde::Deserialize;

use crate::{
    browser::Tab,
    program::{AS_OF, Folder},
};

use export::{Row, rows};

/// A page that was made of one export, with the rows that it is about.
struct Report {
    folder: Folder,
    rows: Vec<Row>,
    start: NaiveDateTime,
    window: TimeDelta,
}

impl Report {
    /// The page of an export in windows of an hour.
    ///
    /// The days, `2026-11-16..2026-11-22` for example, are the period that the options give it.
    fn hourly(export: &str, days: &str, options: &str) -> Report {
        Report::of(export, days, &format!("--window hour {options}"), TimeDelta::hours(1))
    }

    fn of(export: &str, days: &str, options: &str, window: TimeDelta) -> Report {
        let (first, last) = days.split_once("..").expect("days");
        let folder = Folder::with("export.tsv", export);
        let call = folder.errstat(&format!("report export.tsv -o report.html --period {days} {options}"));
        call.arg("--as-of").arg(AS_OF).done();
        let day = |row: &Row| row.time.format("%Y-%m-%d").to_string();
        let mut rows = rows(export);
        rows.retain(|row| (first..=last).contains(&day(row).as_str()));
        Report { folder, rows, start: export::moment(&format!("{first} 00:00:00")), window }
    }

    /// The sample's week with an evening of 502s, in hours.
    fn of_sample() -> Report {
        Report::hourly(&export::sample(), "2026-11-16..2026-11-22", "")
    }

    /// A week of two channels and two hosts, in hours.
    fn of_two_channels() -> Report {
        Report::hourly(&export::steady(14, 900, &["shop", "予約 bot"]), "2026-11-16..2026-11-22", "")
    }

    fn address(&self) -> String {
        address(&self.folder, "report.html")
    }

    fn html(&self) -> String {
        self.folder.text("report.html")
    }

    /// The page in a tab of its own.
    fn open(&self) -> Option<Tab> {
        let tab = Tab::new()?;
        self.open_in(&tab);
        Some(tab)
    }

    fn open_in(&self, tab: &Tab) {
        tab.go(&self.address());
        tab.settle();
    }

    /// What a page must show of the rows for which the question is answered by yes.
    fn numbers(&self, chosen: impl Fn(&Row) -> bool) -> Numbers {
        Numbers::of(self.rows.iter().filter(|row| chosen(row)), self.start, self.window)
    }
}

/// The address of a file in a folder.
fn address(folder: &Folder, name: &str) -> String {
    format!("file://{}", folder.path(name).display())
}

/// Whether a row lies in a stretch of time; the end is not part of it.
fn between(row: &Row, from: &str, to: &str) -> bool {
    (export::moment(&format!("{from}:00"))..export::moment(&format!("{to}:00"))).contains(&row.time)
}

/// The middle of a window's place in the timeline, which is scrolled into view. Windows without errors have no bar,
/// so the place is found by those that have one.
fn place(tab: &Tab, window: i64) -> (f64, f64) {
    let (_, y) = tab.middle("#timeline-drawing");
    let [(first, left), (last, right)]: [(f64, f64); 2] = tab.ask(
        "(() => {
            const bars = [...document.querySelectorAll('#timeline-drawing [data-reason]')];
            return [bars[0], bars.at(-1)].map(bar => {
                const box = bar.getBoundingClientRect();
                return [Number(bar.parentNode.dataset.window), box.x + box.width / 2];
            });
        })()",
    );
    (left + (right - left) / (last - first) * (window as f64 - first), y)
}

/// The numbers of a page, in the order of their names; what is zero is left out.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
struct Numbers {
    total: u64,
    /// By window and reason, of the timeline that the script draws.
    bars: Vec<(i64, String, u64)>,
    /// By window and reason, of the table behind the timeline.
    windows: Vec<(i64, String, u64)>,
    reasons: Vec<(String, u64)>,
    details: Vec<(String, String, u64)>,
    /// By class of status codes.
    classes: Vec<(String, u64)>,
    /// Monday's 24 hours first.
    heat: Vec<u64>,
    channels: Vec<(String, u64)>,
    hosts: Vec<(String, u64)>,
}

impl Numbers {
    /// The numbers as they stand to be read in a page, on the screen or folded.
    fn shown(tab: &Tab) -> Numbers {
        let mut numbers: Numbers = tab.ask(SHOWN);
        for list in [&mut numbers.bars, &mut numbers.windows] {
            list.sort();
        }
        for list in [&mut numbers.reasons, &mut numbers.classes, &mut numbers.channels, &mut numbers.hosts] {
            list.sort();
        }
        numbers.details.sort();
        numbers
    }

    /// The same without what only the script draws.
    fn without_bars(self) -> Numbers {
        Numbers { bars: Vec::new(), ..self }
    }
}

/// Reads [`Numbers`]. A number in a table is its text; where the page's script has put it into an attribute too,
/// both must be the same.
const SHOWN: &str = r##"(() => {
    const all = (selector, within = document) => [...within.querySelectorAll(selector)];
    const read = element => {
        const number = Number(element.textContent.replaceAll(",", "").trim());
        const carrier = element.closest("[data-errors]");
        const same = !carrier || Number(carrier.dataset.errors) === number;
        if (!same) throw `${element.textContent} but ${carrier.outerHTML}`;
        return number;
    };
    const name = row => row.querySelector("th bdi")?.textContent ?? "";
    const some = rows => rows.filter(row => row.at(-1) > 0);
    const cell = row => row.querySelector("[data-cell=errors]");
    const places = attribute => some(all(`tr[data-${attribute}]`).map(row => [name(row), read(cell(row))]))
        .filter(([name]) => name);
    const shown = element => !element.closest("[hidden]");
    const columns = all("#windows thead th").map(heading => heading.dataset.column);
    const windows = all("#windows tbody tr").filter(shown).flatMap(row => {
        const numbers = [...row.cells].map((cell, i) => [columns[i], cell])
            .filter(([reason, cell]) => reason && shown(cell))
            .map(([reason, cell]) => [Number(row.dataset.window), reason, read(cell)]);
        const sum = numbers.reduce((sum, [, , errors]) => sum + errors, 0);
        if (sum !== read(row.cells[1])) throw `${row.textContent} does not add up`;
        return numbers;
    });
    return {
        total: read(document.getElementById("total")),
        bars: all("#timeline-drawing [data-window]").flatMap(bar => {
            const parts = all("[data-reason]", bar).map(part => [part.dataset.reason, Number(part.dataset.errors)]);
            const sum = parts.reduce((sum, [, errors]) => sum + errors, 0);
            if (sum !== Number(bar.dataset.errors) || bar.dataset.windows !== "1") throw bar.outerHTML;
            return parts.map(([reason, errors]) => [Number(bar.dataset.window), reason, errors]);
        }),
        windows: some(windows),
        reasons: some(all("tr[data-reason]").map(row => [row.dataset.reason, read(cell(row))])),
        details: some(all("#reasons tr[data-detail]").map(row =>
            [row.parentNode.querySelector("tr[data-reason]").dataset.reason, name(row), read(cell(row))])),
        classes: some(all("[data-class]").map(chip => [chip.dataset.class, read(chip.querySelector("b"))])),
        heat: all("#heat td").map(read),
        channels: places("channel"),
        hosts: places("host"),
    };
})()"##;

/// Only the page itself, and pictures that stand in it.
fn assert_quiet(tab: &Tab, page: &str) {
    assert_eq!(tab.complaints(), [""; 0], "{page}");
    let requests = tab.requests();
    let (own, others): (Vec<_>, Vec<_>) = requests.into_iter().partition(|address| address.starts_with(page));
    // Chromium draws its own date inputs with pictures of this kind.
    let left: Vec<_> = others.into_iter().filter(|address| !address.starts_with("data:")).collect();
    assert!(left.is_empty(), "{page} asks for {left:?}");
    assert!(own.len() <= 1, "{page} is asked for {} times", own.len());
}
