//! Which column is which: recognised by the headings, else by the content, never assumed.

use encoding_rs::Encoding;

use super::{ColumnName, ReadOptions, Role, headings, split::split_cells, time::TimeForm};
use crate::{
    error::{Error, Result},
    model::{Columns, Sentence, SkippedLine},
    taxonomy,
};

/// How many of the first lines are looked at.
const SAMPLE_LINES: usize = 1000;
/// The heading stands among these.
const HEADING_LINES: usize = 60;
/// LINE's channel ids are numbers of ten digits, and a constant column of such is no count.
const CHANNEL_ID_DIGITS: usize = 9;

/// Everything that is needed to read the rows of a table.
#[derive(Clone, Debug)]
pub struct Layout {
    pub encoding: &'static Encoding,
    pub delimiter: u8,
    /// `\n`, or `\r` in files that have no other line end.
    pub line_end: u8,
    /// Index of the column of each role, in the order of [`Role::ALL`].
    columns: [Option<usize>; Role::ALL.len()],
    /// Number of columns; rows may have fewer as long as all used columns are there.
    pub width: usize,
    /// Number of columns that a row must have.
    pub needed: usize,
    /// Cells of the heading, normalised; none where the columns were recognised by their content.
    pub heading: Option<Vec<String>>,
    pub time: TimeForm,
    /// Names of the columns, to show.
    pub names: Columns,
    pub evidence: Vec<Sentence>,
    /// Titles and blank lines before the heading, and the heading itself: how many lines to skip.
    pub preamble: u64,
    /// Line of the heading within the sample, from 1.
    pub heading_line: Option<u64>,
    pub skipped: Vec<SkippedLine>,
}

impl Layout {
    /// Index of a role's column.
    pub fn column(&self, role: Role) -> Option<usize> {
        self.columns[role as usize]
    }

    /// Whether a line's cells read as the heading of the same columns in the same places.
    pub fn same_columns(&self, other: &Layout) -> bool {
        self.columns == other.columns && self.width == other.width && self.delimiter == other.delimiter
    }

    /// The delimiter's name.
    pub fn delimiter_name(&self) -> &'static str {
        delimiter_name(self.delimiter)
    }
}

fn delimiter_name(delimiter: u8) -> &'static str {
    match delimiter {
        b'\t' => "tab",
        b',' => "comma",
        _ => "semicolon",
    }
}

/// What the first lines of a text are.
#[derive(Debug)]
pub enum Recognition {
    Table(Box<Layout>),
    /// Not an export, and why.
    Other(Sentence),
}

/// A heading or a content that fits one delimiter.
struct Candidate {
    delimiter: u8,
    /// Index into the sample of the heading.
    heading: Option<usize>,
    rows: Vec<Vec<String>>,
    columns: [Option<usize>; Role::ALL.len()],
    score: usize,
}

/// Whether the cells of a line are a heading: at least two roles, one of them the reason or the time.
pub fn is_heading<S: AsRef<str>>(cells: &[S]) -> bool {
    let roles: Vec<Role> = cells.iter().filter_map(|cell| headings::role(cell.as_ref())).collect();
    let mut distinct = roles.clone();
    distinct.sort_unstable();
    distinct.dedup();
    distinct.len() >= 2 && (distinct.contains(&Role::Reason) || distinct.contains(&Role::Time))
}

/// Recognises the table in a text that starts with `head`, which is decoded as `encoding`.
///
/// # Errors
/// Where more than one reading is possible; the error names the candidates and the option that settles it.
pub fn recognise(head: &[u8], encoding: &'static Encoding, path: &str, options: &ReadOptions) -> Result<Recognition> {
    let line_end = if head.contains(&b'\n') || !head.contains(&b'\r') { b'\n' } else { b'\r' };
    let lines: Vec<String> = head
        .split(|b| *b == line_end)
        .take(SAMPLE_LINES)
        .map(|line| encoding.decode_without_bom_handling(line.strip_suffix(b"\r").unwrap_or(line)).0.into_owned())
        .collect();
    if lines.iter().all(|line| line.trim().is_empty()) {
        return Ok(Recognition::Other(Sentence::new("other.empty")));
    }
    if let Some(why) = made_by_programs(&lines) {
        return Ok(Recognition::Other(why));
    }
    let candidates: Vec<Candidate> =
        [b'\t', b',', b';'].iter().filter_map(|delimiter| candidate(*delimiter, &lines, options)).collect();
    // The first of the best: a tab wins over a comma where both fit.
    let best = candidates.iter().map(|c| c.score).max().unwrap_or(0);
    let Some(candidate) = candidates.into_iter().find(|c| c.score == best) else {
        return Ok(Recognition::Other(what_else(&lines)));
    };
    settle(candidate, &lines, encoding, line_end, path, options)
}

/// Why a text without recognisable columns is no export.
fn what_else(lines: &[String]) -> Sentence {
    let text: String = lines.iter().take(20).map(String::as_str).collect();
    let odd = text.chars().filter(|c| c.is_control() && !matches!(c, '\t' | '\r') || *c == '\u{fffd}').count();
    Sentence::new(if odd * 20 > text.chars().count() { "other.binary" } else { "other.no_columns" })
}

/// errstat's own outputs, and pages and pictures of anybody, which may well mention reasons and times.
fn made_by_programs(lines: &[String]) -> Option<Sentence> {
    let first = lines.iter().find(|line| !line.trim().is_empty())?.trim().to_lowercase();
    let starts = |marks: &[&str]| marks.iter().any(|mark| first.starts_with(mark));
    if starts(&["file,line,why,text", "reason,detail,status,known"])
        || lines.iter().take(5).any(|line| line.contains("\"errstat/summary/"))
    {
        Some(Sentence::new("other.own_output"))
    } else if starts(&["<svg", "<!doctype html", "<html", "<?xml"]) {
        Some(Sentence::new("other.page"))
    } else {
        None
    }
}

fn candidate(delimiter: u8, lines: &[String], options: &ReadOptions) -> Option<Candidate> {
    let rows: Vec<Vec<String>> = lines.iter().map(|line| split_cells(line, delimiter)).collect();
    let asked = |heading: &str| {
        options
            .columns
            .iter()
            .any(|(_, name)| matches!(name, ColumnName::Heading(h) if headings::normal(h) == headings::normal(heading)))
    };
    // A heading, the one with the most known names.
    let known = |row: &Vec<String>| row.iter().filter(|cell| headings::role(cell).is_some() || asked(cell)).count();
    let heading = (0..rows.len().min(HEADING_LINES))
        .filter(|&i| is_heading(&rows[i]) || rows[i].len() > 1 && rows[i].iter().filter(|cell| asked(cell)).count() > 0)
        .max_by_key(|&i| (known(&rows[i]), std::cmp::Reverse(i)));
    if let Some(i) = heading {
        let score = 1_000_000 + known(&rows[i]) * 1000;
        return Some(Candidate { delimiter, heading: Some(i), columns: [None; Role::ALL.len()], score, rows });
    }
    // No heading: the reason codes are unmistakable.
    let reason_column =
        rows.iter().flat_map(|row| row.iter().position(|cell| is_reason(cell))).fold(Vec::new(), |mut counts, i| {
            if counts.len() <= i {
                counts.resize(i + 1, 0);
            }
            counts[i] += 1;
            counts
        });
    let most = reason_column.iter().copied().max().unwrap_or(0);
    let by_number = options.columns.iter().filter(|(_, name)| matches!(name, ColumnName::Number(_))).count() >= 2;
    let several = rows.iter().any(|row| row.len() > 1);
    if !several || most == 0 && !by_number {
        return None;
    }
    let mut columns = [None; Role::ALL.len()];
    columns[Role::Reason as usize] = reason_column.iter().position(|n| *n == most && most > 0);
    Some(Candidate { delimiter, heading: None, columns, score: 1 + most, rows })
}

fn is_reason(cell: &str) -> bool {
    cell.len() < 100 && taxonomy::REASONS.contains(&&*taxonomy::canonical(cell, "").reason)
}

/// Cells of a column below the heading, blank ones left out.
fn column(rows: &[Vec<String>], index: usize) -> impl Iterator<Item = &str> {
    rows.iter().filter_map(move |row| row.get(index)).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
}

fn settle(
    mut found: Candidate,
    lines: &[String],
    encoding: &'static Encoding,
    line_end: u8,
    path: &str,
    options: &ReadOptions,
) -> Result<Recognition> {
    let heading: Option<Vec<String>> = found.heading.map(|i| found.rows[i].clone());
    let body_start = found.heading.map_or(0, |i| i + 1);
    let body: Vec<Vec<String>> = found.rows.split_off(body_start);
    let shown = |cell: &str| options.privacy.excerpt(cell.trim(), 60);
    let title = |index: usize| match heading.as_ref().and_then(|cells| cells.get(index)) {
        Some(cell) if !cell.trim().is_empty() => shown(cell),
        _ => format!("column {}", index + 1),
    };
    let mut width = match &heading {
        Some(cells) => cells.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |i| i + 1),
        None => usual_width(&body),
    };
    let mut columns = found.columns;
    let mut evidence = Vec::new();

    // What the user says goes first.
    for (role, name) in &options.columns {
        let index = match name {
            ColumnName::Number(n) => n - 1,
            ColumnName::Heading(wanted) => {
                let exact = |cell: &&String| cell.trim() == wanted.trim();
                let cells = heading.as_deref().unwrap_or_default();
                let matching: Vec<usize> = (0..cells.len())
                    .filter(|&i| headings::normal(&cells[i]) == headings::normal(wanted) && !cells[i].trim().is_empty())
                    .filter(|&i| cells.iter().filter(exact).count() == 0 || cells[i].trim() == wanted.trim())
                    .collect();
                match matching[..] {
                    [index] => index,
                    [] => {
                        return Err(Error::new("error.column_not_there")
                            .with("path", path)
                            .with("column", shown(wanted))
                            .with("role", role.name())
                            .with("headings", list(cells.iter().map(|c| shown(c)))));
                    }
                    _ => {
                        return Err(Error::new("error.column_twice")
                            .with("path", path)
                            .with("column", shown(wanted))
                            .with("role", role.name()));
                    }
                }
            }
        };
        if index >= width.max(body.iter().map(Vec::len).max().unwrap_or(0)) {
            return Err(Error::new("error.column_beyond")
                .with("path", path)
                .with("role", role.name())
                .with("column", index + 1)
                .with("width", width));
        }
        columns[*role as usize] = Some(index);
        evidence.push(Sentence::new("evidence.column_asked").with("role", role.name()).with("column", title(index)));
    }
    let asked = |role: Role| options.columns.iter().any(|(r, _)| *r == role);

    // Then the headings.
    for role in Role::ALL.into_iter().filter(|role| !asked(*role)) {
        let matching: Vec<usize> = (0..heading.as_ref().map_or(0, Vec::len))
            .filter(|i| heading.as_ref().is_some_and(|cells| headings::role(&cells[*i]) == Some(role)))
            .filter(|i| !columns.iter().enumerate().any(|(r, c)| c == &Some(*i) && asked(Role::ALL[r])))
            .collect();
        match matching[..] {
            [] => {}
            [index] => {
                columns[role as usize] = Some(index);
                evidence.push(
                    Sentence::new("evidence.column_heading").with("role", role.name()).with("column", title(index)),
                );
            }
            _ => {
                return Err(ambiguous(
                    path,
                    role,
                    matching.iter().map(|i| format!("{} ({})", title(*i), i + 1)),
                    &matching,
                ));
            }
        }
    }

    // Then the content.
    let taken = |columns: &[Option<usize>], i: usize| columns.contains(&Some(i));
    let free = |columns: &[Option<usize>]| (0..width).filter(|i| !taken(columns, *i)).collect::<Vec<_>>();
    let by_content = |role: Role, index: usize| {
        Sentence::new("evidence.column_content").with("role", role.name()).with("column", title(index))
    };
    if columns[Role::Reason as usize].is_none() {
        let matching: Vec<usize> =
            free(&columns).into_iter().filter(|i| mostly(column(&body, *i), is_reason)).collect();
        match matching[..] {
            [index] => {
                columns[Role::Reason as usize] = Some(index);
                evidence.push(by_content(Role::Reason, index));
            }
            [] if heading.is_none() => return Ok(Recognition::Other(Sentence::new("other.no_columns"))),
            [] => return Err(missing(path, Role::Reason, heading.as_deref(), shown)),
            _ => return Err(ambiguous(path, Role::Reason, matching.iter().map(|i| title(*i)), &matching)),
        }
    } else if heading.is_none() && !asked(Role::Reason) {
        evidence.push(by_content(Role::Reason, columns[Role::Reason as usize].unwrap_or(0)));
    }
    let pattern = options.time_format.as_ref().map(|pattern| TimeForm::Pattern(pattern.clone()));
    if columns[Role::Time as usize].is_none() {
        let fits = |cell: &str| match &pattern {
            Some(form) => {
                super::time::TimeReader::new(form, options.zone, encoding_rs::UTF_8).read(cell.as_bytes()).is_ok()
            }
            // Channel ids look like epochs, so an epoch needs a heading.
            None => TimeForm::of(cell, false).is_some(),
        };
        let matching: Vec<usize> = free(&columns).into_iter().filter(|i| mostly(column(&body, *i), fits)).collect();
        match matching[..] {
            [index] => {
                columns[Role::Time as usize] = Some(index);
                evidence.push(by_content(Role::Time, index));
            }
            // One mention of a reason makes no export of a text.
            [] if heading.is_none() => return Ok(Recognition::Other(Sentence::new("other.no_columns"))),
            [] => return Err(missing(path, Role::Time, heading.as_deref(), shown)),
            _ => return Err(ambiguous(path, Role::Time, matching.iter().map(|i| title(*i)), &matching)),
        }
    }
    let reason_index = columns[Role::Reason as usize].unwrap_or(0);
    if columns[Role::Detail as usize].is_none() {
        let known = |i: usize| {
            let pairs = body
                .iter()
                .filter_map(|row| Some((row.get(reason_index)?, row.get(i)?.trim())))
                .filter(|(_, d)| !d.is_empty());
            let (mut all, mut hits) = (0, 0);
            for (reason, detail) in pairs {
                let canonical = taxonomy::canonical(reason, detail);
                all += 1;
                hits += usize::from(taxonomy::is_known(&canonical.reason, &canonical.detail));
            }
            all > 0 && hits * 2 >= all
        };
        let matching: Vec<usize> = free(&columns).into_iter().filter(|i| known(*i)).collect();
        match matching[..] {
            [index] => {
                columns[Role::Detail as usize] = Some(index);
                evidence.push(by_content(Role::Detail, index));
            }
            [] => {
                // Free text beside the reason, where nothing else claims it.
                let text: Vec<usize> = if heading.is_none() {
                    free(&columns)
                        .into_iter()
                        .filter(|i| {
                            column(&body, *i).any(|c| !is_whole(c)) && !mostly(column(&body, *i), |c| c.contains("://"))
                        })
                        .collect()
                } else {
                    Vec::new()
                };
                match text[..] {
                    [index] => {
                        columns[Role::Detail as usize] = Some(index);
                        evidence.push(by_content(Role::Detail, index));
                    }
                    _ => evidence.push(Sentence::new("evidence.no_detail")),
                }
            }
            _ => return Err(ambiguous(path, Role::Detail, matching.iter().map(|i| title(*i)), &matching)),
        }
    }
    if heading.is_none() {
        if columns[Role::Url as usize].is_none()
            && let [index] = free(&columns)
                .into_iter()
                .filter(|i| mostly(column(&body, *i), |c| c.contains("://")))
                .collect::<Vec<_>>()[..]
        {
            columns[Role::Url as usize] = Some(index);
            evidence.push(by_content(Role::Url, index));
        }
        let long_constant = |i: usize| {
            let mut cells = column(&body, i);
            let first = cells.next().unwrap_or_default().to_owned();
            first.len() >= CHANNEL_ID_DIGITS && cells.all(|cell| cell == first)
        };
        let whole: Vec<usize> = free(&columns)
            .into_iter()
            .filter(|i| column(&body, *i).next().is_some() && mostly(column(&body, *i), is_whole))
            .collect();
        let (ids, counts): (Vec<usize>, Vec<usize>) = whole.into_iter().partition(|i| long_constant(*i));
        if columns[Role::ChannelId as usize].is_none()
            && let [index] = ids[..]
        {
            columns[Role::ChannelId as usize] = Some(index);
            evidence.push(by_content(Role::ChannelId, index));
        }
        if columns[Role::Count as usize].is_none() {
            match counts[..] {
                [index] => {
                    columns[Role::Count as usize] = Some(index);
                    evidence.push(by_content(Role::Count, index));
                }
                [] => {}
                _ => return Err(ambiguous(path, Role::Count, counts.iter().map(|i| title(*i)), &counts)),
            }
        }
    } else if columns[Role::Count as usize].is_none() {
        // A count under a heading that nobody knows would be a wrong number without a word.
        let whole = free(&columns).into_iter().filter(|i| {
            column(&body, *i).next().is_some() && column(&body, *i).all(|c| is_whole(c) && c.len() < CHANNEL_ID_DIGITS)
        });
        evidence.extend(
            whole.map(|i| Sentence::new("evidence.count_unclear").with("column", title(i)).with("number", i + 1)),
        );
    }
    if columns[Role::Count as usize].is_none() {
        evidence.push(Sentence::new("evidence.no_count"));
    }

    let mut used: Vec<usize> = columns.iter().flatten().copied().collect();
    let needed = used.iter().max().map_or(0, |i| i + 1);
    width = width.max(needed);
    used.sort_unstable();
    if let Some(twice) = used.windows(2).find(|pair| pair[0] == pair[1]) {
        let roles = Role::ALL
            .into_iter()
            .filter(|role| columns[*role as usize] == Some(twice[0]))
            .map(|role| role.name().to_owned());
        return Err(Error::new("error.column_two_roles")
            .with("path", path)
            .with("column", title(twice[0]))
            .with("roles", list(roles)));
    }

    let time_index = columns[Role::Time as usize].unwrap_or(0);
    let time = match pattern {
        Some(form) => form,
        None => {
            let constant = column(&body, time_index).all(|cell| Some(cell) == column(&body, time_index).next());
            let epoch = heading.is_some() || asked(Role::Time);
            // One row alone is constant too, and no proof of a channel id under a time heading.
            let epoch = epoch && !(constant && column(&body, time_index).count() > 1);
            match TimeForm::of_column(column(&body, time_index), epoch) {
                Some(form) => form,
                None if column(&body, time_index).next().is_none() => {
                    TimeForm::of("2000-01-01 00:00:00", false).unwrap_or(TimeForm::Epoch { millis: false })
                }
                None => {
                    return Err(Error::new("error.time_form")
                        .with("path", path)
                        .with("column", title(time_index))
                        .with("example", shown(column(&body, time_index).next().unwrap_or_default())));
                }
            }
        }
    };

    let name = |role: Role| columns[role as usize].map(title);
    let names = Columns {
        time: name(Role::Time).unwrap_or_default(),
        reason: name(Role::Reason).unwrap_or_default(),
        detail: name(Role::Detail),
        count: name(Role::Count),
        channel_id: name(Role::ChannelId),
        channel_name: name(Role::ChannelName),
        url: name(Role::Url),
    };
    let mut layout = Layout {
        encoding,
        delimiter: found.delimiter,
        line_end,
        columns,
        width,
        needed,
        heading: heading.as_ref().map(|cells| cells.iter().map(|cell| headings::normal(cell)).collect()),
        time,
        names,
        evidence,
        preamble: 0,
        heading_line: found.heading.map(|i| i as u64 + 1),
        skipped: Vec::new(),
    };
    layout.preamble = match found.heading {
        Some(i) => i as u64 + 1,
        None => headless_preamble(&body, &layout, options),
    };
    for (i, line) in lines.iter().enumerate().take(usize::try_from(layout.preamble).unwrap_or(0)) {
        let what = if found.heading == Some(i) {
            continue;
        } else if line.trim_matches(|c: char| c.is_whitespace() || c as u32 == u32::from(layout.delimiter)).is_empty() {
            "blank"
        } else {
            "title"
        };
        layout.skipped.push(SkippedLine { line: i as u64 + 1, what, text: options.privacy.excerpt(line, 80) });
    }
    Ok(Recognition::Table(Box::new(layout)))
}

/// Lines above the first row of a table without known headings: titles, or headings in a language nobody told us.
/// Only lines whose time and reason both say nothing; a damaged row is a reject.
fn headless_preamble(body: &[Vec<String>], layout: &Layout, options: &ReadOptions) -> u64 {
    let time = layout.column(Role::Time).unwrap_or(0);
    let reason = layout.column(Role::Reason).unwrap_or(0);
    let mut reader = super::time::TimeReader::new(&layout.time, options.zone, encoding_rs::UTF_8);
    let is_row = |row: &Vec<String>| {
        row.get(reason).is_some_and(|cell| is_reason(cell))
            || row.get(time).is_some_and(|cell| reader.read(cell.as_bytes()).is_ok())
    };
    body.iter().position(is_row).unwrap_or(0) as u64
}

fn is_whole(cell: &str) -> bool {
    !cell.is_empty() && cell.bytes().all(|b| b.is_ascii_digit())
}

/// At least half of the cells, and at least one.
fn mostly<'a>(cells: impl Iterator<Item = &'a str>, fits: impl Fn(&str) -> bool) -> bool {
    let (all, hits) = cells.fold((0, 0), |(all, hits), cell| (all + 1, hits + usize::from(fits(cell))));
    hits > 0 && hits * 2 >= all
}

/// The most frequent number of cells, the larger of equally frequent ones.
fn usual_width(rows: &[Vec<String>]) -> usize {
    let mut counts = std::collections::BTreeMap::new();
    for row in rows.iter().filter(|row| row.len() > 1) {
        *counts.entry(row.len()).or_insert(0) += 1;
    }
    counts.into_iter().max_by_key(|(width, n)| (*n, *width)).map_or(1, |(width, _)| width)
}

fn list(items: impl IntoIterator<Item = String>) -> String {
    items.into_iter().collect::<Vec<_>>().join(" | ")
}

fn ambiguous(path: &str, role: Role, candidates: impl Iterator<Item = String>, columns: &[usize]) -> Error {
    let example = columns.first().map_or(1, |i| i + 1);
    Error::new("error.columns_ambiguous")
        .with("path", path)
        .with("role", role.name())
        .with("candidates", list(candidates))
        .with("option", format!("--columns {}={example}", role.name()))
}

fn missing(path: &str, role: Role, heading: Option<&[String]>, shown: impl Fn(&str) -> String) -> Error {
    let error = Error::new(if heading.is_some() { "error.column_missing" } else { "error.column_missing_headless" });
    error
        .with("path", path)
        .with("role", role.name())
        .with("headings", list(heading.unwrap_or_default().iter().map(|cell| shown(cell))))
}
