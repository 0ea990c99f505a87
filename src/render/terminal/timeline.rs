//! The windows as a curve over an axis.

use unicode_width::UnicodeWidthStr;

use crate::{
    analysis::{Bucket, Windows},
    model::{Sentence, key},
    render::graph::{skyline, values_per_column},
    story::Clock,
};

use super::{ink::Ink, sheet::Sheet};

/// Lines of the curve, on a narrow sheet and from this width on.
const LOW: usize = 3;
const HIGH: usize = 5;
const WIDE: usize = 64;
/// A column is at most so many cells broad.
const BROADEST: usize = 8;

/// The windows as a curve; neighbours are added up until all fit the width.
pub(super) fn timeline(sheet: &mut Sheet, windows: &Windows, clock: &Clock) {
    let lang = clock.lang;
    let gutter = lang.number(windows.buckets.iter().map(|bucket| bucket.errors).sum()).width() + 2;
    let room = sheet.width().saturating_sub(gutter + 2);
    let together = values_per_column(windows.buckets.len(), room);
    let columns: Vec<&[Bucket]> = windows.buckets.chunks(together).collect();
    let sums: Vec<u64> = columns.iter().map(|column| column.iter().map(|bucket| bucket.errors).sum()).collect();
    let Some(peak) = (0..sums.len()).rev().max_by_key(|&at| sums[at]) else {
        return;
    };
    let highest = lang.number(sums[peak]);
    sheet.heading(&lang.say(&title(windows.size, together)));
    let most = Sentence::new(key::terminal::MOST).with("number", &highest);
    let most = most.with("window", stretch_of(clock, columns[peak], windows.size));
    sheet.paragraph("  ", &lang.say(&most), Ink::Faint);

    let broad = (room / columns.len()).clamp(1, BROADEST);
    let height = if sheet.width() < WIDE { LOW } else { HIGH };
    for (at, row) in skyline(&sums, height, 0).iter().enumerate() {
        let label = if at == 0 { highest.as_str() } else { "" };
        let blanks = " ".repeat(gutter.saturating_sub(label.width()));
        let cells: String = row.chars().map(|c| column(c, broad)).collect();
        sheet.line(format!("{blanks}{} {}{cells}", Ink::Faint.on(label), Ink::Faint.on("│")));
    }
    let (margin, length) = (" ".repeat(gutter + 1), columns.len() * broad);
    sheet.line(format!("{margin}{}", Ink::Faint.on(&format!("└{}", "─".repeat(length)))));
    // The first and the last day stand below the ends.
    let [first, last] = [windows.buckets.first(), windows.buckets.last()]
        .map(|bucket| bucket.map_or_else(String::new, |bucket| lang.short_day(bucket.start.date_naive())));
    let between = length.saturating_sub(first.width() + last.width());
    let last = if between > 0 && first != last { format!("{}{last}", " ".repeat(between)) } else { String::new() };
    sheet.line(format!("{margin} {}", Ink::Faint.on(&(first + &last))));
}

/// The time that a column of the curve stands for.
fn stretch_of(clock: &Clock, column: &[Bucket], size: &str) -> String {
    match column {
        [bucket] => clock.window(size, bucket),
        [first, .., last] => clock.period(first.start, last.end),
        [] => String::new(),
    }
}

/// A curve's character made broad, with a gap to the next one where there is room.
fn column(c: char, broad: usize) -> String {
    let gap = usize::from(broad > 2);
    std::iter::repeat_n(c, broad - gap).chain(std::iter::repeat_n(' ', gap)).collect()
}

/// The curve's heading: what one of its columns holds.
fn title(size: &str, together: usize) -> Sentence {
    let several = |one: key::SentenceKey, many: key::SentenceKey, number: usize| match number {
        1 => Sentence::new(one),
        number => Sentence::new(many).with("number", number),
    };
    let minutes = |minutes: usize| match minutes * together {
        minutes if minutes % 60 == 0 => several(key::terminal::PER_HOUR, key::terminal::PER_HOURS, minutes / 60),
        minutes => Sentence::new(key::terminal::PER_MINUTES).with("number", minutes),
    };
    match size {
        "5m" => minutes(5),
        "15m" => minutes(15),
        "30m" => minutes(30),
        "hour" => minutes(60),
        "month" => several(key::terminal::PER_MONTH, key::terminal::PER_MONTHS, together),
        "week" => several(key::terminal::PER_WEEK, key::terminal::PER_WEEKS, together),
        _ => several(key::terminal::PER_DAY, key::terminal::PER_DAYS, together),
    }
}
