//! What failed and where: tables of reasons, details, channels and hosts.

use unicode_width::UnicodeWidthStr;

use crate::{
    analysis::{Analysis, ChannelRow, HostRow},
    model::Sentence,
    render::{
        times::Clock,
        wording::{change, detail_name},
    },
    taxonomy::Lang,
};

use super::{
    graph::bar,
    ink::Ink,
    sheet::{Column, NAME_IN_SENTENCE, Sheet, excerpt},
    summary::left_out,
};

/// From these widths on a table also has the changes, the bars, and the numbers of the previous period.
const WIDTH_FOR_CHANGES: usize = 48;
const WIDTH_FOR_BARS: usize = 64;
const WIDTH_FOR_PREVIOUS: usize = 100;
/// Cells of the longest bar, at least and at most.
const SHORTEST_BAR: usize = 8;
const LONGEST_BAR: usize = 30;
/// Bars stand behind the shares that they show.
const BAR_COLUMN: usize = 3;

/// A line of a table: a name, how many errors, and how it compares.
struct Entry {
    name: String,
    ink: Ink,
    errors: u64,
    share: f64,
    previous: Option<u64>,
    change: Option<i64>,
    change_pct: Option<f64>,
    /// New, or not in LINE's list.
    mark: String,
}

/// Reasons, and under each its details.
pub(super) fn failures(sheet: &mut Sheet, analysis: &Analysis, clock: &Clock, top: usize) {
    let lang = clock.lang;
    let shown = analysis.by_detail.iter().filter(|row| row.errors > 0).take(top).collect::<Vec<_>>();
    let hidden = analysis.by_detail.iter().filter(|row| row.errors > 0).skip(top);
    let (hidden, hidden_errors) = hidden.fold((0, 0u64), |(n, sum), row| (n + 1, sum.saturating_add(row.errors)));
    let mut entries = Vec::new();
    for reason in analysis.by_reason.iter().filter(|row| row.errors > 0) {
        let details: Vec<_> = shown.iter().filter(|row| row.reason == reason.reason).collect();
        if details.is_empty() {
            continue;
        }
        let ink = Ink::of_reason(&reason.reason);
        entries.push(Entry {
            name: Ink::Strong.on(&excerpt(&reason.reason, 4 * sheet.width())),
            ink,
            errors: reason.errors,
            share: reason.share,
            previous: reason.previous_errors,
            change: reason.change,
            change_pct: reason.change_pct,
            mark: String::new(),
        });
        entries.extend(details.into_iter().map(|row| {
            let name = detail_name(lang, &row.reason, &row.detail);
            Entry {
                name: format!("  {}", excerpt(&name, 4 * sheet.width())),
                ink,
                errors: row.errors,
                share: row.share,
                previous: row.previous_errors,
                change: row.change,
                change_pct: row.change_pct,
                mark: mark(lang, row.new, row.known),
            }
        }));
    }
    sheet.heading(lang.phrase("terminal.failed"));
    table(sheet, lang, &entries);
    if hidden > 0 {
        let key = if hidden == 1 { "terminal.more_details_one" } else { "terminal.more_details" };
        let more = Sentence::new(key).with("number", lang.number(hidden)).with("errors", lang.number(hidden_errors));
        sheet.paragraph("    ", &lang.say(&more), Ink::Faint);
    }
    if shown.iter().any(|row| !row.known) {
        sheet.paragraph("  ", lang.phrase("terminal.unknown_legend"), Ink::Faint);
    }
}

fn mark(lang: Lang, new: bool, known: bool) -> String {
    let unknown = if known { "" } else { "?" };
    let new = if new { lang.phrase("terminal.new") } else { "" };
    let both = [new, unknown].into_iter().filter(|mark| !mark.is_empty()).collect::<Vec<_>>().join(" ");
    if both.is_empty() { both } else { Ink::Notice.on(&both) }
}

/// A table of names and numbers, with what the width has room for.
fn table(sheet: &mut Sheet, lang: Lang, entries: &[Entry]) {
    let (width, unicode) = (sheet.width(), sheet.unicode());
    let compared = entries.iter().any(|entry| entry.change.is_some());
    let changes = compared && width >= WIDTH_FOR_CHANGES;
    let previous = compared && width >= WIDTH_FOR_PREVIOUS;
    let marks = entries.iter().any(|entry| !entry.mark.is_empty());

    let mut columns = vec![(Column::Name, ""), (Column::Number, "terminal.errors"), (Column::Number, "terminal.share")];
    columns.extend(changes.then_some((Column::Number, "terminal.change")));
    columns.extend(previous.then_some((Column::Number, "terminal.before")));
    columns.extend(marks.then_some((Column::Fixed, "")));
    let mut header: Vec<&str> =
        columns.iter().map(|(_, key)| if key.is_empty() { "" } else { lang.phrase(key) }).collect();
    let mut kinds: Vec<Column> = columns.iter().map(|(kind, _)| *kind).collect();
    let row = |entry: &Entry| {
        let mut row = vec![entry.name.clone(), lang.number(entry.errors), lang.percent(entry.share)];
        if changes {
            let text = change(lang, entry.change, entry.change_pct).unwrap_or_default();
            row.push(trend(entry.change).on(&text));
        }
        if previous {
            row.push(entry.previous.map_or_else(String::new, |previous| lang.number(previous)));
        }
        if marks {
            row.push(entry.mark.clone());
        }
        row
    };
    let mut rows: Vec<Vec<String>> = entries.iter().map(row).collect();
    if width >= WIDTH_FOR_BARS {
        // Bars take what names and numbers leave.
        let widest = |at: usize| rows.iter().map(|row| row[at].width()).max().unwrap_or(0).max(header[at].width());
        let taken: usize = (0..kinds.len()).map(|at| widest(at) + 2).sum();
        let length = width.saturating_sub(taken + 2).clamp(SHORTEST_BAR, LONGEST_BAR);
        for (row, entry) in rows.iter_mut().zip(entries) {
            let bar = bar(entry.share, length, unicode);
            let blanks = " ".repeat(length.saturating_sub(bar.width()));
            row.insert(BAR_COLUMN, format!("{}{blanks}", entry.ink.on(&bar)));
        }
        header.insert(BAR_COLUMN, "");
        kinds.insert(BAR_COLUMN, Column::Fixed);
    }
    sheet.table(&kinds, &header, rows);
}

/// Channels and hosts, where there are several.
pub(super) fn places(sheet: &mut Sheet, analysis: &Analysis, clock: &Clock, top: usize) {
    let lang = clock.lang;
    let limit = 4 * sheet.width();
    let channels = &analysis.by_channel;
    if channels.len() > 1 {
        let entry = |row: &ChannelRow| Entry {
            name: row.channel.as_deref().map_or(lang.phrase("page.no_channel").to_owned(), |name| excerpt(name, limit)),
            ink: Ink::Cyan,
            errors: row.errors,
            share: row.share,
            previous: row.previous_errors,
            change: row.change,
            change_pct: row.change_pct,
            mark: String::new(),
        };
        let entries: Vec<Entry> = channels.iter().take(top).map(entry).collect();
        sheet.heading(lang.phrase("terminal.channels"));
        table(sheet, lang, &entries);
        left_out(sheet, lang, channels.len(), top);
    }
    let hosts = &analysis.by_host;
    if hosts.len() > 1 {
        let all = analysis.totals.errors.max(1) as f64;
        let entry = |row: &HostRow| Entry {
            name: excerpt(&row.host, limit),
            ink: Ink::Cyan,
            errors: row.errors,
            share: row.errors as f64 / all,
            previous: None,
            change: None,
            change_pct: None,
            mark: String::new(),
        };
        let entries: Vec<Entry> = hosts.iter().take(top).map(entry).collect();
        sheet.heading(lang.phrase("terminal.hosts"));
        table(sheet, lang, &entries);
        left_out(sheet, lang, hosts.len(), top);
    }
}

/// Details of the previous period that this one no longer has.
pub(super) fn stopped(sheet: &mut Sheet, analysis: &Analysis, clock: &Clock, top: usize) {
    let lang = clock.lang;
    let stopped: Vec<String> = analysis
        .by_detail
        .iter()
        .filter(|row| row.has_stopped())
        .take(top)
        .map(|row| {
            let name = excerpt(&detail_name(lang, &row.reason, &row.detail), NAME_IN_SENTENCE);
            let sentence = Sentence::new("terminal.stopped_detail")
                .with("detail", name)
                .with("number", lang.number(row.previous_errors.unwrap_or(0)));
            lang.say(&sentence)
        })
        .collect();
    if stopped.is_empty() {
        return;
    }
    sheet.heading(lang.phrase("terminal.stopped"));
    for line in stopped {
        sheet.paragraph("  - ", &line, Ink::Plain);
    }
}

/// More errors are worse.
pub(super) fn trend(change: Option<i64>) -> Ink {
    match change {
        Some(1..) => Ink::Bad,
        Some(..=-1) => Ink::Good,
        _ => Ink::Plain,
    }
}
