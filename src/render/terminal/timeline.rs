//! The windows as a curve over an axis.

use chrono::{DateTime, FixedOffset};
use unicode_width::UnicodeWidthStr;

use crate::{
    analysis::{Analysis, Bucket},
    model::{Sentence, key},
    story::Clock,
    taxonomy::Lang,
};

use super::{
    graph::{skyline, values_per_column},
    ink::Ink,
    sheet::Sheet,
};

/// Lines of the curve, on a narrow sheet and from this width on.
const LOW: usize = 3;
const HIGH: usize = 5;
const WIDE: usize = 64;
/// A column is at most so many cells broad.
const BROADEST: usize = 8;

/// The windows as a curve, in the colour of each column's main reason.
pub(super) fn timeline(sheet: &mut Sheet, analysis: &Analysis, clock: &Clock) {
    let lang = clock.lang;
    let windows = &analysis.windows;
    // A single window is its total.
    if windows.buckets.len() < 2 {
        return;
    }
    let gutter = lang.number(analysis.totals.errors).width() + 2;
    let room = sheet.width().saturating_sub(gutter + 2);
    let together = values_per_column(windows.buckets.len(), room);
    let columns: Vec<&[Bucket]> = windows.buckets.chunks(together).collect();
    let sums: Vec<u64> = columns.iter().map(|column| column.iter().map(|bucket| bucket.errors).sum()).collect();
    let Some(peak) = (0..sums.len()).rev().max_by_key(|&at| sums[at]) else {
        return;
    };
    let highest = lang.number(sums[peak]);
    sheet.heading(&lang.say(&title(windows.size, together)));
    let most = Sentence::new(key::terminal::MOST)
        .with("number", &highest)
        .with("window", stretch_of(clock, columns[peak], windows.size));
    sheet.paragraph("  ", &lang.say(&most), Ink::Faint);

    let broad = (room / columns.len()).clamp(1, BROADEST);
    let inks: Vec<Ink> = columns.iter().map(|column| main_ink(column)).collect();
    let height = if sheet.width() < WIDE { LOW } else { HIGH };
    let axis = Ink::Faint.on(if sheet.unicode() { "│" } else { "|" });
    for (at, row) in skyline(&sums, height, sheet.unicode()).iter().enumerate() {
        let label = if at == 0 { highest.as_str() } else { "" };
        let blanks = " ".repeat(gutter.saturating_sub(label.width()));
        let cells: String = row.chars().zip(&inks).map(|(c, ink)| ink.on(&column(c, broad))).collect();
        sheet.line(format!("{blanks}{} {axis}{cells}", Ink::Faint.on(label)));
    }
    let ticks = ticks(lang, &columns, windows.size, broad);
    for line in axis_lines(&ticks, columns.len() * broad, sheet.unicode()) {
        sheet.line(format!("{} {}", " ".repeat(gutter), Ink::Faint.on(&line)));
    }
}

/// The time that a column of the curve stands for.
fn stretch_of(clock: &Clock, column: &[Bucket], size: &str) -> String {
    match column {
        [bucket] => clock.window(size, bucket),
        [first, .., last] => {
            let whole = Bucket { end: last.end, ..first.clone() };
            let by_days = matches!(size, "day" | "week" | "month");
            clock.window(if by_days { "week" } else { size }, &whole)
        }
        [] => String::new(),
    }
}

/// The colour of the reason that most of a column's errors have.
fn main_ink(column: &[Bucket]) -> Ink {
    // Every window has the same reasons in the same order.
    let reasons = column.first().map_or(&[][..], |bucket| &bucket.by_reason.0);
    let sum =
        |at: usize| column.iter().filter_map(|bucket| Some(bucket.by_reason.0.get(at)?.1)).fold(0, u64::saturating_add);
    let most = (0..reasons.len()).max_by_key(|&at| sum(at));
    most.map_or(Ink::Plain, |at| Ink::of_reason(&reasons[at].0))
}

/// A curve's character made broad, with a gap to the next one where there is room.
fn column(c: char, broad: usize) -> String {
    let gap = usize::from(broad > 2);
    std::iter::repeat_n(c, broad - gap).chain(std::iter::repeat_n(' ', gap)).collect()
}

/// The curve's heading: what one of its columns holds.
fn title(size: &str, together: usize) -> Sentence {
    let minutes = match size {
        "5m" => 5 * together,
        "15m" => 15 * together,
        "30m" => 30 * together,
        "hour" => 60 * together,
        _ => 0,
    };
    let several = |one: key::SentenceKey, many: key::SentenceKey, number: usize| match number {
        1 => Sentence::new(one),
        number => Sentence::new(many).with("number", number),
    };
    match (size, minutes) {
        ("month", _) => several(key::terminal::PER_MONTH, key::terminal::PER_MONTHS, together),
        ("week", _) => several(key::terminal::PER_WEEK, key::terminal::PER_WEEKS, together),
        (_, 0) => several(key::terminal::PER_DAY, key::terminal::PER_DAYS, together),
        (_, minutes) if minutes % 60 == 0 => several(key::terminal::PER_HOUR, key::terminal::PER_HOURS, minutes / 60),
        (_, minutes) => Sentence::new(key::terminal::PER_MINUTES).with("number", minutes),
    }
}

/// Where the axis has a tick, in cells from its start, and what stands under it. As many as have room, at even steps.
fn ticks(lang: Lang, columns: &[&[Bucket]], size: &str, broad: usize) -> Vec<(usize, String)> {
    let starts: Vec<Option<DateTime<FixedOffset>>> =
        columns.iter().map(|column| Some(column.first()?.start.0)).collect();
    let days = |a: usize, b: usize| Some((starts[b]?.date_naive() - starts[a]?.date_naive()).num_days());
    let within_days = matches!(size, "5m" | "15m" | "30m" | "hour");
    // On one or two days the hours tell more than the day.
    let by_clock = within_days && days(0, starts.len() - 1).is_some_and(|days| days < 2);
    let starts_day = |at: usize| !within_days || by_clock || at == 0 || days(at - 1, at) != Some(0);
    let label = |at: usize, start: DateTime<FixedOffset>| {
        let text = match size {
            _ if by_clock => start.format("%H:%M").to_string(),
            "month" => lang.month(start.date_naive()),
            _ => lang.short_day(start.date_naive()),
        };
        (at * broad, text)
    };
    let all = (0..columns.len()).filter(|&at| starts_day(at));
    let all: Vec<(usize, String)> = all.filter_map(|at| Some(label(at, starts[at]?))).collect();
    // Every one, every second, every week's or month's worth; of hours, those that divide a day.
    let steps: &[usize] = if by_clock { &[1, 2, 3, 4, 6, 8, 12, 24, 36, 48, 72] } else { &[1, 2, 7, 14, 28, 56, 112] };
    let fits = |step: &usize| {
        let shown: Vec<_> = all.iter().step_by(*step).collect();
        shown.windows(2).all(|pair| pair[0].0 + pair[0].1.width() + 2 <= pair[1].0)
    };
    let step = steps.iter().copied().find(fits).unwrap_or(all.len().max(1));
    all.into_iter().step_by(step).collect()
}

/// The axis with its ticks, and the line under it with their labels.
fn axis_lines(ticks: &[(usize, String)], length: usize, unicode: bool) -> [String; 2] {
    let [corner, dash, tick] = if unicode { ['└', '─', '┬'] } else { ['+', '-', '+'] };
    let mut line: Vec<char> = vec![dash; length];
    let mut labels = String::from(" ");
    for (at, label) in ticks.iter().filter(|(at, label)| at + label.width() <= length) {
        line[*at] = tick;
        labels.push_str(&" ".repeat((at + 1).saturating_sub(labels.width())));
        labels.push_str(label);
    }
    [std::iter::once(corner).chain(line).collect(), labels]
}
