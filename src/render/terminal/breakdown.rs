//! What failed and where: tables of reasons, details, channels and hosts.

use unicode_width::UnicodeWidthStr;

use crate::{
    analysis::{Analysis, DetailRow},
    model::{Sentence, key},
    render::{
        counts::Counts,
        wording::{cut, detail_name},
    },
    story::Clock,
    taxonomy::Lang,
};

use super::{
    graph::bar,
    ink::{Ink, trend},
    sheet::{Fit, NAME_IN_SENTENCE, Sheet, excerpt},
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

/// A line of a table: a name, and its numbers.
struct CountedLine {
    name: String,
    ink: Ink,
    counts: Counts,
    /// New, or not in LINE's list.
    mark: String,
}

/// Reasons, and under each its details.
pub(super) fn failures(sheet: &mut Sheet, analysis: &Analysis, clock: &Clock, top: usize) {
    let lang = clock.lang;
    let failed: Vec<&DetailRow> = analysis.by_detail.iter().filter(|row| row.errors > 0).collect();
    let (shown, hidden) = failed.split_at(failed.len().min(top));
    let mut entries = Vec::new();
    for reason in analysis.by_reason.iter().filter(|row| row.errors > 0) {
        let ink = Ink::of_reason(&reason.reason);
        let mut details = shown.iter().filter(|row| row.reason == reason.reason).peekable();
        if details.peek().is_some() {
            let name = Ink::Strong.on(&excerpt(&reason.reason, 4 * sheet.width()));
            entries.push(CountedLine { name, ink, counts: reason.into(), mark: String::new() });
        }
        entries.extend(details.map(|row| {
            let name = excerpt(&detail_name(lang, &row.reason, &row.detail), 4 * sheet.width());
            CountedLine { name: format!("  {name}"), ink, counts: (*row).into(), mark: mark(lang, row) }
        }));
    }
    sheet.heading(lang.phrase(key::terminal::FAILED));
    table(sheet, lang, &entries);
    if !hidden.is_empty() {
        let key = if hidden.len() == 1 { key::terminal::MORE_DETAILS_ONE } else { key::terminal::MORE_DETAILS };
        let errors = hidden.iter().fold(0, |sum: u64, row| sum.saturating_add(row.errors));
        let more = Sentence::new(key).with_number("number", hidden.len() as u64).with_number("errors", errors);
        sheet.more(Some(lang.say(&more)));
    }
    if shown.iter().any(|row| !row.known) {
        sheet.paragraph("  ", lang.phrase(key::terminal::UNKNOWN_LEGEND), Ink::Faint);
    }
}

fn mark(lang: Lang, row: &DetailRow) -> String {
    let marks = [row.new.then(|| lang.phrase(key::terminal::NEW)), (!row.known).then_some("?")];
    let marks = marks.into_iter().flatten().collect::<Vec<_>>().join(" ");
    if marks.is_empty() { marks } else { Ink::Notice.on(&marks) }
}

/// A table of names and numbers, with what the width has room for.
fn table(sheet: &mut Sheet, lang: Lang, entries: &[CountedLine]) {
    let (width, unicode) = (sheet.width(), sheet.unicode());
    let compared = entries.iter().any(|entry| entry.counts.change.is_some());
    let changes = compared && width >= WIDTH_FOR_CHANGES;
    let previous = compared && width >= WIDTH_FOR_PREVIOUS;
    let marks = entries.iter().any(|entry| !entry.mark.is_empty());

    let mut columns = vec![
        (Fit::Name, ""),
        (Fit::Number, lang.phrase(key::terminal::ERRORS)),
        (Fit::Number, lang.phrase(key::terminal::SHARE)),
    ];
    columns.extend(changes.then(|| (Fit::Number, lang.phrase(key::terminal::CHANGE))));
    columns.extend(previous.then(|| (Fit::Number, lang.phrase(key::terminal::BEFORE))));
    columns.extend(marks.then_some((Fit::Fixed, "")));
    let row = |entry: &CountedLine| {
        let [errors, share, before, change] = entry.counts.cells(lang);
        let mut row = vec![entry.name.clone(), errors, share];
        row.extend(changes.then(|| trend(entry.counts.change).on(&change)));
        row.extend(previous.then_some(before));
        row.extend(marks.then(|| entry.mark.clone()));
        row
    };
    let mut rows: Vec<Vec<String>> = entries.iter().map(row).collect();
    if width >= WIDTH_FOR_BARS {
        // Bars take what names and numbers leave.
        let widest = |at: usize| rows.iter().map(|row| row[at].width()).max().unwrap_or(0).max(columns[at].1.width());
        let taken: usize = (0..columns.len()).map(|at| widest(at) + 2).sum();
        let length = width.saturating_sub(taken + 2).clamp(SHORTEST_BAR, LONGEST_BAR);
        for (row, entry) in rows.iter_mut().zip(entries) {
            let bar = bar(entry.counts.share, length, unicode);
            let blanks = " ".repeat(length.saturating_sub(bar.width()));
            row.insert(BAR_COLUMN, format!("{}{blanks}", entry.ink.on(&bar)));
        }
        columns.insert(BAR_COLUMN, (Fit::Fixed, ""));
    }
    sheet.table(&columns, rows);
}

/// Channels and hosts, where there are several.
pub(super) fn places(sheet: &mut Sheet, analysis: &Analysis, clock: &Clock, top: usize) {
    let lang = clock.lang;
    let limit = 4 * sheet.width();
    let entry = |name, counts| CountedLine { name, ink: Ink::Cyan, counts, mark: String::new() };
    let mut section = |title: &str, entries: Vec<CountedLine>, more| {
        sheet.heading(title);
        table(sheet, lang, &entries);
        sheet.more(more);
    };
    if analysis.by_channel.len() > 1 {
        let (channels, more) = cut(lang, &analysis.by_channel, top);
        let name = |channel: Option<&str>| {
            channel.map_or_else(|| lang.phrase(key::page::NO_CHANNEL).to_owned(), |name| excerpt(name, limit))
        };
        let entries = channels.iter().map(|row| entry(name(row.channel.as_deref()), row.into()));
        section(lang.phrase(key::terminal::CHANNELS), entries.collect(), more);
    }
    if analysis.by_host.len() > 1 {
        let (hosts, more) = cut(lang, &analysis.by_host, top);
        let entries = hosts.iter().map(|row| entry(excerpt(&row.host, limit), Counts::of_host(row, &analysis.totals)));
        section(lang.phrase(key::terminal::HOSTS), entries.collect(), more);
    }
}

/// Details of the previous period that this one no longer has.
pub(super) fn stopped(sheet: &mut Sheet, analysis: &Analysis, clock: &Clock, top: usize) {
    let lang = clock.lang;
    let stopped: Vec<&DetailRow> = analysis.by_detail.iter().filter(|row| row.has_stopped()).take(top).collect();
    if !stopped.is_empty() {
        sheet.heading(lang.phrase(key::terminal::STOPPED));
    }
    for row in stopped {
        let name = excerpt(&detail_name(lang, &row.reason, &row.detail), NAME_IN_SENTENCE);
        let sentence = Sentence::new(key::terminal::STOPPED_DETAIL)
            .with("detail", name)
            .with_number("number", row.previous_errors.unwrap_or(0));
        sheet.paragraph("  - ", &lang.say(&sentence), Ink::Plain);
    }
}
