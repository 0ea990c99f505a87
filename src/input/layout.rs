//! Which column is which: recognised by the headings, else by the content, never assumed.

use std::{borrow::Cow, collections::HashSet};

use encoding_rs::Encoding;
use strum::EnumCount;

mod body;
mod settle;
mod when;

use body::Body;
use settle::Settling;
pub use when::When;

use super::{
    ColumnName, ReadOptions, Role, headings, other,
    split::{lines, split_lines},
    time::TimeForm,
};
use crate::{
    error::Result,
    model::{Columns, Sentence, SkippedLine, key},
    taxonomy::{self, is_reason},
};

/// How many of the first lines are looked at.
const SAMPLE_LINES: usize = 1000;
/// The heading stands among these.
const HEADING_LINES: usize = 60;

/// Everything that is needed to read the rows of a table.
#[derive(Clone, Debug)]
pub struct Layout {
    pub encoding: &'static Encoding,
    pub delimiter: u8,
    /// `\n`, or `\r` in files that have no other line end.
    pub line_end: u8,
    /// Index of the column of each role, in the order of [`Role`].
    columns: [Option<usize>; Role::COUNT],
    /// Number of columns; rows may have fewer as long as all used columns are there.
    pub width: usize,
    /// Number of columns that a row must have.
    pub needed: usize,
    /// Number of cells that most rows have, at least those that are needed.
    pub usual: usize,
    /// Cells of the heading, normalised; none where the columns were recognised by their content.
    pub heading: Option<Vec<String>>,
    /// The heading's line as it stands in the text, without its end; empty where there is none.
    pub heading_line_bytes: Vec<u8>,
    pub when: When,
    pub time: TimeForm,
    /// A column that may be the count, and nothing says so: its title and its number from 1.
    pub doubtful_count: Option<(String, usize)>,
    /// Names of the columns, to show.
    pub names: Columns,
    pub evidence: Vec<Sentence>,
    /// Line of the heading, from 1; none where the columns were recognised by their content.
    pub heading_line: Option<u64>,
    /// Titles and blank lines before the heading, and the heading itself: how many lines to skip, and how many bytes.
    pub preamble: u64,
    pub rows_at: u64,
    pub skipped: Vec<SkippedLine>,
}

impl Layout {
    /// Index of a role's column.
    pub fn column(&self, role: Role) -> Option<usize> {
        self.columns[role as usize]
    }

    /// Bytes of the table as text.
    pub fn decoded<'t>(&self, bytes: &'t [u8]) -> Cow<'t, str> {
        self.encoding.decode_without_bom_handling(bytes).0
    }

    /// `\r` or `\n`, whichever is not looked for but ends a line all the same.
    pub fn other_line_end(&self) -> u8 {
        if self.line_end == b'\n' { b'\r' } else { b'\n' }
    }

    pub fn delimiter_name(&self) -> &'static str {
        match self.delimiter {
            b'\t' => "tab",
            b',' => "comma",
            _ => "semicolon",
        }
    }

    /// Whether a line is a heading, and not the one of this table.
    pub fn is_other_heading<S: AsRef<str>>(&self, cells: &[S]) -> bool {
        let normal = || cells.iter().map(|cell| headings::normal(cell.as_ref())).collect();
        is_heading(cells) && self.heading != Some(normal())
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
    score: usize,
}

/// Whether the cells of a line are a heading, and no row stands behind it in the same line.
pub fn is_heading<S: AsRef<str>>(cells: &[S]) -> bool {
    names_columns(cells) && !cells.iter().any(|cell| is_reason(cell.as_ref()))
}

/// Whether a text begins as a time does, and no title of a table that follows another one.
pub fn begins_with_digit(text: &str) -> bool {
    text.trim_start_matches(|c: char| c.is_whitespace() || c == '"').starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a line tells of errors, however damaged it is and by whatever its cells are parted: one of LINE's codes behind
/// a digit at its beginning, or beside several cells that begin with digits. A title may name a code and a stretch of time.
pub fn tells_of_errors(line: &str) -> bool {
    let cells = || line.split(['\t', ',', ';', '|']).filter(|cell| begins_with_digit(cell));
    if !begins_with_digit(line) && cells().nth(1).is_none() {
        return false;
    }
    let line = line.to_lowercase();
    taxonomy::REASONS.iter().any(|code| line.contains(code))
}

/// Whether cells name at least two roles, one of them the reason or one of the time's.
fn names_columns<S: AsRef<str>>(cells: &[S]) -> bool {
    let roles: Vec<Role> = cells.iter().filter_map(|cell| headings::role(cell.as_ref())).collect();
    let mut distinct = roles.clone();
    distinct.sort_unstable();
    distinct.dedup();
    distinct.len() >= 2 && distinct.iter().any(|role| *role == Role::Reason || role.tells_time())
}

/// Recognises the table in a text that starts with `head`, which is decoded as `encoding`.
pub fn recognise(head: &[u8], encoding: &'static Encoding, path: &str, options: &ReadOptions) -> Result<Recognition> {
    let lines = sample(head, encoding);
    if lines.iter().all(|line| line.trim().is_empty()) {
        return Ok(Recognition::Other(Sentence::new(key::other::EMPTY)));
    }
    if let Some(why) = other::made_by_programs(head, &lines) {
        return Ok(Recognition::Other(why));
    }
    match best(&lines, options) {
        Some(found) if ends_in_heading(&found, head) && options.columns.is_empty() => {
            Ok(Recognition::Other(Sentence::new(key::other::PARTIAL)))
        }
        Some(found) => settle(found, head, &lines, encoding, path, options),
        None => Ok(Recognition::Other(other::unrecognised(&lines, options.privacy))),
    }
}

/// Whether a text breaks off within its line of headings: in one of them, or before the count of LINE's layout. Spreadsheets
/// leave out the end of the last line too.
fn ends_in_heading(found: &Candidate, head: &[u8]) -> bool {
    let is_last = found.heading.is_some_and(|at| at + 1 == found.rows.len());
    let Some(cells) = found.rows.last().filter(|_| is_last && !head.ends_with(b"\n") && !head.ends_with(b"\r")) else {
        return false;
    };
    let roles: Vec<Role> = cells.iter().filter_map(|cell| headings::role(cell)).collect();
    let has = |role: Role| roles.contains(&role);
    has(Role::Start) && has(Role::End) && !has(Role::Count)
        || cells.last().is_some_and(|last| headings::begins_one(last))
}

/// The first lines, decoded.
fn sample(head: &[u8], encoding: &'static Encoding) -> Vec<String> {
    let decoded = |(line, _)| encoding.decode_without_bom_handling(line).0.into_owned();
    lines(head).take(SAMPLE_LINES).map(decoded).collect()
}

/// Fewer of the lines around a heading have times where a text only mentions the columns of an export.
const FEWEST_TIMES: f64 = 0.1;

/// Whether a text names the columns of an export in one of its lines, and its other lines are no rows.
pub fn is_prose(head: &[u8], encoding: &'static Encoding, options: &ReadOptions) -> bool {
    let lines = sample(head, encoding);
    let Some(Candidate { rows, heading, .. }) = best(&lines, options) else { return false };
    let others = rows.iter().enumerate().filter(|(i, row)| heading != Some(*i) && !is_heading(row));
    let (mut all, mut times) = (0, 0);
    for (_, row) in others.filter(|(_, row)| row.iter().any(|cell| !cell.trim().is_empty())) {
        all += 1;
        times += usize::from(has_time(row));
    }
    (times as f64) < FEWEST_TIMES * f64::from(all)
}

/// Whether a sheet lists errors, though one of its columns is not known: codes beside times in whatever form, or times below
/// several known headings. A sum has no times, or no more than a day and a number.
pub fn lists_errors(head: &[u8], encoding: &'static Encoding) -> bool {
    let rows = split_lines(sample(head, encoding), b'\t');
    let numbers = |cell: &String| cell.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty()).count();
    let timed = |row: &[String]| row.iter().any(|cell| numbers(cell) >= 3);
    let headings = |row: &[String]| row.iter().filter_map(|cell| headings::role(cell)).collect::<HashSet<_>>().len();
    rows.iter().any(|row| timed(row) && row.iter().any(|cell| is_reason(cell)))
        || rows.iter().any(|row| headings(row) >= 3) && rows.iter().any(|row| timed(row))
}

/// The first of the delimiters that fit best: a tab wins over a comma where both fit.
fn best(lines: &[String], options: &ReadOptions) -> Option<Candidate> {
    let candidates = [b'\t', b',', b';'].into_iter().filter_map(|delimiter| candidate(delimiter, lines, options));
    candidates.reduce(|best, next| if next.score > best.score { next } else { best })
}

fn candidate(delimiter: u8, lines: &[String], options: &ReadOptions) -> Option<Candidate> {
    // Lines of one cell each are no table.
    if !lines.iter().any(|line| line.contains(char::from(delimiter))) {
        return None;
    }
    let mut rows: Vec<Vec<String>> = split_lines(lines, delimiter);
    let asked = |heading: &str| {
        options
            .columns
            .iter()
            .any(|(_, name)| matches!(name, ColumnName::Heading(h) if headings::normal(h) == headings::normal(heading)))
    };
    let known = |row: &Vec<String>| row.iter().filter(|cell| headings::role(cell).is_some() || asked(cell)).count();
    let is_one =
        |row: &Vec<String>| is_heading(row) || row.len() > 1 && row.iter().filter(|cell| asked(cell)).count() > 0;
    let headings: Vec<usize> = (0..rows.len().min(HEADING_LINES)).filter(|&i| is_one(&rows[i])).collect();
    // The heading with the most known names, but none behind the rows of another one.
    let names = |row: &[String], fits: fn(Role) -> bool| row.iter().filter_map(|cell| headings::role(cell)).any(fits);
    let better = |best: usize, &next: &usize| {
        let whole = names(&rows[best], Role::tells_time) && names(&rows[best], |role| role == Role::Reason);
        let tells = |at: usize| tells_of_errors(&lines[at]) || whole && has_time(&rows[at]);
        if (best + 1..next).any(tells) {
            return Err(best);
        }
        Ok(if known(&rows[next]) > known(&rows[best]) { next } else { best })
    };
    let heading =
        headings.first().map(|first| headings[1..].iter().try_fold(*first, better).unwrap_or_else(|best| best));
    if let Some(i) = heading {
        if !rows[..i].iter().any(|row| is_row(row)) {
            let score = 1_000_000 + known(&rows[i]) * 1000;
            return Some(Candidate { delimiter, heading: Some(i), score, rows });
        }
        // Rows above every heading are a table of their own, which has none.
        rows.truncate(headings[0]);
    }
    // No heading: the reason codes are unmistakable.
    let mut reasons: Vec<usize> = Vec::new();
    let told = rows.iter().filter(|row| !names_columns(row) && has_number(row));
    for index in told.filter_map(|row| row.iter().position(|cell| is_reason(cell))) {
        reasons.resize(reasons.len().max(index + 1), 0);
        reasons[index] += 1;
    }
    let most = reasons.iter().copied().max().unwrap_or(0);
    let by_number = options.columns.iter().filter(|(_, name)| matches!(name, ColumnName::Number(_))).count() >= 2;
    let several = rows.iter().any(|row| row.len() > 1);
    if !several || most == 0 && !by_number {
        return None;
    }
    Some(Candidate { delimiter, heading: None, score: 1 + most, rows })
}

/// Whether one of several cells holds a digit, as times and counts do, and the titles of columns do not, which codes may
/// well be.
fn has_number(row: &[String]) -> bool {
    row.len() > 1 && row.iter().any(|cell| cell.contains(char::is_numeric))
}

/// Whether one of several cells is a time.
fn has_time(row: &[String]) -> bool {
    row.len() > 1 && row.iter().any(|cell| TimeForm::of(cell, false).is_some())
}

/// Whether cells are a row beyond doubt: a time and a reason code.
fn is_row(row: &[String]) -> bool {
    row.iter().any(|cell| is_reason(cell)) && has_time(row)
}

/// Settles the columns and the form of the times.
fn settle(
    mut found: Candidate,
    head: &[u8],
    text: &[String],
    encoding: &'static Encoding,
    path: &str,
    options: &ReadOptions,
) -> Result<Recognition> {
    let mut body = Body(found.rows.split_off(found.heading.map_or(0, |i| i + 1)));
    let heading: Option<&[String]> = found.heading.map(|i| &*found.rows[i]);
    body.end_at_next_heading(heading.map_or(usize::MAX, <[String]>::len));
    let width = match heading {
        Some(cells) => cells.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |i| i + 1),
        None => body.usual_width(),
    };
    let mut table = Settling::new(path, options, heading, &body, width);
    let when = match table.settle() {
        Ok(when) => when,
        Err(None) => return Ok(Recognition::Other(other::unrecognised(text, options.privacy))),
        Err(Some(error)) => return Err(error),
    };
    let time = table.time_form(when)?;
    let columns = table.columns();
    // Lines above the heading, or above the first row of a table without known headings, are titles, or headings in a
    // language nobody told us: only lines whose time and reason both say nothing; a damaged row is a reject.
    let has_time = |row: &Vec<String>| when.of(row).is_some_and(|cell| time.read(cell, &options.zone).is_ok());
    let first_row = || (0..body.0.len()).find(|i| tells_of_errors(&text[*i]) || has_time(&body.0[*i]));
    let needed = columns.iter().flatten().max().map_or(0, |i| i + 1);
    // A title may have a date where the times are, and another one behind it.
    let reason = columns[Role::Reason as usize].unwrap_or(0);
    let is_row = |row: &Vec<String>| {
        row.len() >= needed && has_time(row) && !row[reason].trim().is_empty() && !begins_with_digit(&row[reason])
    };
    let above = match found.heading {
        Some(heading) => {
            let rows = (0..heading).find(|i| tells_of_errors(&text[*i]) || is_row(&found.rows[*i]));
            rows.unwrap_or(heading + 1)
        }
        None => first_row().unwrap_or(0),
    };
    let line = |at: usize| lines(head).nth(at).unwrap_or_default();
    let rows_at = above.checked_sub(1).map_or(0, |last| line(last).1);
    let skipped = text[..above].iter().enumerate().filter(|(i, _)| found.heading != Some(*i)).map(|(i, line)| {
        let blank = line.chars().all(|c| c.is_whitespace() || c == char::from(found.delimiter));
        let what = if blank { key::inspect::LINE_BLANK } else { key::inspect::LINE_TITLE };
        SkippedLine { line: i as u64 + 1, what, text: options.privacy.excerpt(line, 80) }
    });
    Ok(Recognition::Table(Box::new(Layout {
        encoding,
        delimiter: found.delimiter,
        line_end: if head.contains(&b'\n') || !head.contains(&b'\r') { b'\n' } else { b'\r' },
        columns,
        width: width.max(needed),
        needed,
        usual: body.usual_width().clamp(needed, width.max(needed)),
        heading: heading.map(|cells| cells.iter().map(|cell| headings::normal(cell)).collect()),
        heading_line_bytes: found.heading.map_or_else(Vec::new, |at| line(at).0.trim_ascii_end().to_vec()),
        heading_line: found.heading.map(|at| at as u64 + 1),
        when,
        doubtful_count: table.doubtful_count(),
        names: table.names(),
        preamble: above as u64,
        rows_at: rows_at as u64,
        skipped: skipped.collect(),
        evidence: table.evidence,
        time,
    })))
}
