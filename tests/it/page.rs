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

    /// What the page must show of all rows, whatever is chosen.
    fn fixed(&self) -> Fixed {
        Fixed::of(&self.rows, self.start, self.window)
    }

    /// What a page must show of the rows for which the question is answered by yes.
    fn numbers(&self, chosen: impl Fn(&Row) -> bool) -> Numbers {
        // One channel alone has no table.
        let channels = self.rows.iter().any(|row| row.channel != self.rows[0].channel);
        Numbers::of(self.rows.iter().filter(|row| chosen(row)), channels, (self.start, self.window))
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

/// The numbers of a page that follow a choice, in the order of their names; what is zero is left out.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
struct Numbers {
    /// By window and reason, of the timeline that the script draws.
    bars: Vec<(i64, String, u64)>,
    reasons: Vec<(String, u64)>,
    details: Vec<(String, String, u64)>,
    channels: Vec<(String, u64)>,
    /// By channel and reason.
    matrix: Vec<(String, String, u64)>,
}

/// Those that are of the report, whatever is chosen.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
struct Fixed {
    total: u64,
    /// By reason; the rows stand in the order of time.
    windows: Vec<(String, u64)>,
    hosts: Vec<(String, u64)>,
}

impl Numbers {
    /// The numbers as they stand to be read in a page, on the screen or folded.
    fn shown(tab: &Tab) -> Numbers {
        let mut numbers: Numbers = tab.ask(SHOWN);
        numbers.bars.sort();
        numbers.reasons.sort();
        numbers.details.sort();
        numbers.channels.sort();
        numbers.matrix.sort();
        numbers
    }

    /// How many errors are chosen.
    fn total(&self) -> u64 {
        self.reasons.iter().map(|(_, errors)| errors).sum()
    }

    /// The same without what only the script draws.
    fn without_bars(self) -> Numbers {
        Numbers { bars: Vec::new(), ..self }
    }
}

/// Reads [`Numbers`].
const SHOWN: &str = r##"(() => {
    const all = (selector, within = document) => [...within.querySelectorAll(selector)];
    const read = element => Number(element.textContent.replaceAll(",", "").trim());
    const name = row => row.querySelector("th bdi")?.textContent ?? "";
    const some = rows => rows.filter(row => row.at(-1) > 0);
    const errors = row => read(row.querySelector("[data-cell=errors]"));
    const reason = row => row.closest("table").id === "rare" ? row.cells[0].textContent.trim()
        : name(row.parentNode.querySelector("tr.reason"));
    const detail = row => reason(row) === "error_status_code" ? name(row).split(" ")[0] : name(row);
    const columns = all("#channels thead th").slice(-all("#channels tbody tr:first-child [data-of]").length);
    return {
        bars: all("#timeline-drawing [data-window]").flatMap(bar => {
            const parts = all("[data-reason]", bar).map(part => [part.dataset.reason, Number(part.dataset.errors)]);
            const sum = parts.reduce((sum, [, errors]) => sum + errors, 0);
            if (sum !== Number(bar.dataset.errors) || bar.dataset.windows !== "1") throw bar.outerHTML;
            return parts.map(([reason, errors]) => [Number(bar.dataset.window), reason, errors]);
        }),
        reasons: some(all("tr[data-reason]").map(row => [name(row), errors(row)])),
        details: some(all("tr[data-detail]").map(row => [reason(row), detail(row), errors(row)])),
        channels: some(all("tr[data-channel]").map(row => [name(row), errors(row)])),
        matrix: some(all("tr[data-channel]").flatMap(row =>
            all("[data-of]", row).map((cell, i) => [name(row), columns[i].textContent.replace(/[↕↓↑]/g, "").trim(), read(cell)]))),
    };
})()"##;

impl Fixed {
    fn shown(tab: &Tab) -> Fixed {
        let mut fixed: Fixed = tab.ask(FIXED);
        fixed.hosts.sort();
        fixed
    }
}

/// Reads [`Fixed`].
const FIXED: &str = r##"(() => {
    const all = (selector, within = document) => [...within.querySelectorAll(selector)];
    const read = element => Number(element.textContent.replaceAll(",", "").trim());
    const columns = all("#windows thead th").map(heading => heading.textContent.trim());
    const windows = all("#windows tbody tr").flatMap(row => {
        const numbers = [...row.cells].slice(2).map((cell, i) => [columns[i + 2], read(cell)]).filter(([, errors]) => errors);
        if (numbers.reduce((sum, [, errors]) => sum + errors, 0) !== read(row.cells[1])) throw row.textContent;
        return numbers.sort();
    });
    return {
        total: read(document.getElementById("total")),
        windows,
        hosts: all("#hosts tbody tr").map(row => [row.querySelector("th bdi").textContent, read(row.cells[1])]),
    };
})()"##;

/// Switches a reason off or on.
fn toggle(tab: &Tab, reason: &str) {
    tab.run(&format!(
        "[...document.querySelectorAll('.legend label')].find(label => label.querySelector('bdi').textContent === {reason:?})
            .querySelector('input').id = 'toggled'"
    ));
    tab.click("#toggled");
    tab.run("document.getElementById('toggled').removeAttribute('id')");
}

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
