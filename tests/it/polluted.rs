//! Polluted exports: a good export with one structural fault in it. Every other row keeps its exact numbers, and
//! the faulty one is accepted rightly or rejected with its line.
//!
//! The faults are those of the literature on messy delimited files: Vitagliano, Hameed, Jiang, Reisener, Wu,
//! Naumann: *Pollock: A Data Loading Benchmark* (PVLDB 16, 2023), and Döhmen, Mühleisen, Boncz: *Multi-Hypothesis
//! CSV Parsing* (SSDBM 2017), and what spreadsheets and people add to them. What another reader makes of the same
//! files is in docs/robustness.md; `files` below writes them down for it.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::json;

use crate::program::{Folder, Summary, text};

/// Rows of the good export. Each has a window of five minutes to itself, so that a window tells a row.
const ROWS: usize = 240;
/// 1 + 2 + … + 240.
const ERRORS: u64 = 28_920;
/// Rows in which a fault is planted, one at a time.
const PLACES: [(&str, usize); 3] = [("first", 0), ("middle", 120), ("last", ROWS - 1)];

const KINDS: [(&str, &str); 4] = [
    ("could_not_connect", "Connection timeout"),
    ("request_timeout", "Request timeout"),
    ("error_status_code", "502"),
    ("unclassified", "Session closed unexpectedly"),
];

/// How the good export is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    /// As it is downloaded: tabs, no quotes, LF.
    Tabs,
    /// As a spreadsheet saves it again: commas, every cell in quotes, CRLF.
    Commas,
}

use Dialect::{Commas, Tabs};

impl Dialect {
    fn delimiter(self) -> &'static str {
        if self == Tabs { "\t" } else { "," }
    }

    fn end(self) -> &'static str {
        if self == Tabs { "\n" } else { "\r\n" }
    }

    fn name(self) -> &'static str {
        if self == Tabs { "w.tsv" } else { "w.csv" }
    }

    fn cell(self, text: &str) -> String {
        if self == Tabs { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
    }

    /// A line with these cells, without its end.
    fn line<T: AsRef<str>>(self, cells: &[T]) -> String {
        cells.iter().map(|cell| self.cell(cell.as_ref())).collect::<Vec<_>>().join(self.delimiter())
    }

    fn heading(self) -> String {
        self.line(&["Time", "Reason", "Detail", "Count"])
    }
}

/// A row of the good export.
struct Row {
    dialect: Dialect,
    index: usize,
    /// Time, reason, detail, count.
    cells: [String; 4],
}

/// The counts are 1 to 240 in an order that neither rises nor falls: 7 and 240 have no common divisor.
fn count(index: usize) -> u64 {
    (index as u64 * 7) % ROWS as u64 + 1
}

impl Row {
    fn new(dialect: Dialect, index: usize) -> Row {
        let (reason, detail) = KINDS[index % 4];
        let minutes = index * 5;
        let time = format!("2026-11-16 {:02}:{:02}:{:02}", minutes / 60, minutes % 60, index % 60);
        Row { dialect, index, cells: [time, reason.into(), detail.into(), count(index).to_string()] }
    }

    fn line(&self) -> String {
        self.dialect.line(&self.cells)
    }

    /// The line with one cell written otherwise, as it stands in the file.
    fn with_raw(&self, column: usize, raw: &str) -> String {
        let mut cells = self.cells.clone().map(|cell| self.dialect.cell(&cell));
        cells[column] = raw.to_owned();
        cells.join(self.dialect.delimiter())
    }

    /// The line with another text in one cell.
    fn with(&self, column: usize, text: &str) -> String {
        self.with_raw(column, &self.dialect.cell(text))
    }

    fn time(&self) -> &str {
        &self.cells[0]
    }

    fn detail(&self) -> &str {
        &self.cells[2]
    }

    fn count(&self) -> &str {
        &self.cells[3]
    }
}

/// What becomes of the row.
#[derive(Clone, Copy)]
enum Then {
    /// It counts as if nothing were wrong.
    Same,
    /// It counts with its number, under another detail.
    Detail(fn(&Row) -> String),
    /// It is rejected, with a sentence that holds the word.
    Rejected(&'static str),
    /// It counts, and the line that many lines below its first one is rejected.
    Beside(u64, &'static str),
    /// Its line and the one below are rejected.
    TwoRejected(&'static str, &'static str),
}

use Then::{Beside, Detail, Rejected, Same, TwoRejected};

struct Fault {
    name: &'static str,
    /// What stands in the place of the row and its line end.
    write: fn(&Row) -> Vec<u8>,
    then: Then,
}

/// A fault in the row's own line.
macro_rules! fault {
    ($name:literal, $then:expr, $write:expr) => {
        Fault {
            name: $name,
            then: $then,
            write: |row| {
                let write: fn(&Row) -> String = $write;
                (write(row) + row.dialect.end()).into_bytes()
            },
        }
    };
}

/// A fault that has to do with bytes or line ends.
macro_rules! raw {
    ($name:literal, $then:expr, $write:expr) => {
        Fault { name: $name, then: $then, write: $write }
    };
}

/// Faults that mean the same in both dialects.
const FAULTS: &[Fault] = &[
    // Delimiters.
    fault!("a delimiter is missing", Rejected("few"), |row| row.line().replacen(row.dialect.delimiter(), "", 1)),
    fault!("the last delimiter is missing", Rejected("few"), |row| {
        let line = row.line();
        let (before, count) = line.rsplit_once(row.dialect.delimiter()).unwrap();
        format!("{before}{count}")
    }),
    fault!("every delimiter is missing", Rejected("few"), |row| row.line().replace(row.dialect.delimiter(), "")),
    fault!("semicolons in one row", Rejected("few"), |row| row.line().replace(row.dialect.delimiter(), ";")),
    fault!("bars in one row", Rejected("few"), |row| row.line().replace(row.dialect.delimiter(), "|")),
    fault!("spaces in one row", Rejected("few"), |row| row.line().replace(row.dialect.delimiter(), "    ")),
    fault!("an extra delimiter in the middle", Rejected("more cells"), |row| {
        row.line().replacen(row.dialect.delimiter(), &row.dialect.delimiter().repeat(2), 1)
    }),
    fault!("an extra delimiter in front", Rejected("more cells"), |row| row.dialect.delimiter().to_owned()
        + &row.line()),
    fault!("every delimiter twice", Rejected("more cells"), |row| {
        row.line().replace(row.dialect.delimiter(), &row.dialect.delimiter().repeat(2))
    }),
    fault!("a trailing delimiter", Same, |row| row.line() + row.dialect.delimiter()),
    fault!("ten trailing delimiters", Same, |row| row.line() + &row.dialect.delimiter().repeat(10)),
    fault!("one more cell", Rejected("more cells"), |row| row.line()
        + row.dialect.delimiter()
        + &row.dialect.cell("x")),
    fault!("a thousand more cells", Rejected("more cells"), |row| row.line()
        + &(row.dialect.delimiter().to_owned() + "x").repeat(1000)),
    fault!("cut behind the reason", Rejected("few"), |row| row.dialect.line(&row.cells[..2])),
    fault!("cut within the time", Rejected("few"), |row| row.dialect.line(&[&row.time()[..10]])),
    fault!("a row of delimiters below", Same, |row| row.line()
        + row.dialect.end()
        + &row.dialect.delimiter().repeat(3)),
    fault!("columns in another order", Rejected("time"), |row| {
        let [time, reason, detail, count] = &row.cells;
        row.dialect.line(&[count, reason, detail, time])
    }),
    // Length.
    fault!("a detail of 5,000 characters", Rejected("detail"), |row| row.with(2, &"d".repeat(5000))),
    fault!("a line of 3 MB", Rejected("long"), |row| row.with(2, &"d".repeat(3_000_000))),
    // Quotes.
    fault!("all cells in quotes", Same, |row| Commas
        .line(&row.cells)
        .replace("\",\"", &format!("\"{}\"", row.dialect.delimiter()))),
    fault!("no cell in quotes", Same, |row| row.cells.join(row.dialect.delimiter())),
    fault!("a quote opened in front of the count", Rejected("quote"), |row| row
        .with_raw(3, &format!("\"{}", row.count()))),
    fault!("a stray quote within an unquoted detail", Detail(|row| row.detail().replacen('o', "o\"", 1)), |row| {
        row.with_raw(2, &row.detail().replacen('o', "o\"", 1))
    }),
    fault!("a stray quote behind an unquoted count", Rejected("count"), |row| row
        .with_raw(3, &format!("{}\"", row.count()))),
    fault!("doubled quotes within a quoted detail", Detail(|row| format!("a \"{}\"", row.detail())), |row| {
        row.with_raw(2, &format!("\"a \"\"{}\"\"\"", row.detail()))
    }),
    fault!(
        "a delimiter within a quoted detail",
        Detail(|row| format!("a{}b {}", if row.dialect == Tabs { "␉" } else { "," }, row.detail())),
        |row| { row.with_raw(2, &format!("\"a{}b {}\"", row.dialect.delimiter(), row.detail())) }
    ),
    fault!("other quotes around the detail", Detail(|row| format!("'{}'", row.detail())), |row| {
        row.with_raw(2, &format!("'{}'", row.detail()))
    }),
    fault!("other quotes around every cell", Rejected("time"), |row| {
        row.cells.each_ref().map(|cell| format!("'{cell}'")).join(row.dialect.delimiter())
    }),
    fault!("typographic quotes around the detail", Detail(|row| format!("“{}”", row.detail())), |row| {
        row.with_raw(2, &format!("“{}”", row.detail()))
    }),
    fault!("a backslash in front of a delimiter", Rejected("more cells"), |row| {
        row.with_raw(2, &format!("a\\{}{}", row.dialect.delimiter(), row.detail()))
    }),
    fault!("a line break within quotes", TwoRejected("", ""), |row| {
        row.with_raw(2, &format!("\"a{}{}\"", row.dialect.end(), row.detail()))
    }),
    fault!("blanks behind a closing quote", Same, |row| row.with_raw(2, &format!("\"{}\"  ", row.detail()))),
    // Line ends.
    raw!("a row that ends with CRLF", Same, |row| (row.line() + "\r\n").into_bytes()),
    raw!("a row that ends with LF", Same, |row| (row.line() + "\n").into_bytes()),
    raw!("a row that ends with CR", Same, |row| (row.line() + "\r").into_bytes()),
    raw!("a row that ends with CRCRLF", Same, |row| (row.line() + "\r\r\n").into_bytes()),
    raw!("a row that ends with LFCR", Same, |row| (row.line() + "\n\r").into_bytes()),
    // A carriage return alone ends a line, wherever it stands and whatever was read before.
    fault!("CR behind the time", TwoRejected("few", "time"), |row| row.with_raw(0, &format!("{}\r", row.time()))),
    fault!("a blank line above", Same, |row| row.dialect.end().to_owned() + &row.line()),
    fault!("blank lines below", Same, |row| row.line() + &row.dialect.end().repeat(7)),
    fault!("a line of blanks below", Same, |row| row.line() + row.dialect.end() + "  \t  "),
    // Bytes.
    fault!("NUL within the detail", Detail(|row| format!("{}␀", row.detail())), |row| row
        .with(2, &format!("{}\0", row.detail()))),
    fault!("NUL within the time", Rejected("time"), |row| row.with(0, &row.time().replace(' ', "\0"))),
    fault!("NUL within the count", Rejected("count"), |row| row.with(3, &format!("{}\0", row.count()))),
    fault!("a line of NUL below", Beside(1, "few"), |row| row.line() + row.dialect.end() + &"\0".repeat(512)),
    raw!("an invalid byte within the count", Rejected("count"), |row| {
        let mut line = row.with(3, &format!("{}\u{1}", row.count())).into_bytes();
        *line.iter_mut().find(|b| **b == 1).unwrap() = 0xff;
        line.extend(row.dialect.end().bytes());
        line
    }),
    raw!("an invalid byte within the time", Rejected("time"), |row| {
        let mut line = row.with(0, &row.time().replace(' ', "\u{1}")).into_bytes();
        *line.iter_mut().find(|b| **b == 1).unwrap() = 0xff;
        line.extend(row.dialect.end().bytes());
        line
    }),
    raw!("a row in UTF-16", Rejected("few"), |row| {
        let mut line: Vec<u8> = row.line().bytes().flat_map(|b| [b, 0]).collect();
        line.retain(|b| *b != row.dialect.delimiter().as_bytes()[0]);
        line.extend(row.dialect.end().bytes());
        line
    }),
    // Blanks.
    fault!("blanks around every text", Same, |row| row
        .dialect
        .line(&row.cells.each_ref().map(|cell| format!("  {cell} ")))),
    fault!("wide blanks around the reason and the detail", Same, |row| {
        let [time, reason, detail, count] = &row.cells;
        row.dialect.line(&[time, &format!("\u{3000}{reason}\u{a0}"), &format!("\u{a0}{detail}\u{3000}"), count])
    }),
    // Times in another form.
    fault!("day-month-year in one row", Rejected("time"), |row| row
        .with(0, &row.time().replace("2026-11-16", "16/11/2026"))),
    fault!("slashes in one row", Rejected("time"), |row| row.with(0, &row.time().replace('-', "/"))),
    fault!("a name of a month in one row", Rejected("time"), |row| row
        .with(0, &row.time().replace("2026-11-16", "16 Nov 2026"))),
    fault!("no seconds in one row", Same, |row| row.with(0, &row.time()[..16])),
    fault!("an offset in one row", Rejected("time"), |row| row.with(0, &format!("{}Z", row.time().replace(' ', "T")))),
    fault!("a two-digit year in one row", Rejected("time"), |row| row.with(0, &row.time()[2..])),
    fault!("epoch seconds in one row", Rejected("time"), |row| row
        .with(0, &(1_794_754_800 + row.index * 300).to_string())),
    fault!("a spreadsheet's day number in one row", Rejected("time"), |row| row.with(0, "46342.25")),
    fault!("a day that does not exist", Rejected("time"), |row| row.with(0, &row.time().replace("11-16", "11-31"))),
    fault!("a time cut by ###", Rejected("time"), |row| row.with(0, "########")),
    fault!("no time", Rejected("time"), |row| row.with(0, "")),
    // Counts in another form.
    fault!("a thousands separator", Same, |row| row.with(3, &format!("0,{:0>3}", row.count()))),
    fault!("a thousands blank", Same, |row| row.with(3, &format!("0\u{a0}{:0>3}", row.count()))),
    fault!("a decimal point", Same, |row| row.with(3, &format!("{}.0", row.count()))),
    fault!("an exponent", Same, |row| row.with(3, &format!("{}E+0", row.count()))),
    fault!("a sign", Rejected("count"), |row| row.with(3, &format!("-{}", row.count()))),
    fault!("a unit", Rejected("count"), |row| row.with(3, &format!("{} errors", row.count()))),
    fault!("N/A as count", Rejected("count"), |row| row.with(3, "N/A")),
    fault!("no count", Rejected("count"), |row| row.with(3, "")),
    fault!("leading zeros", Same, |row| row.with(3, &format!("000{}", row.count()))),
    fault!("20 digits", Rejected("count"), |row| row.with(3, &format!("99999999999999999{:0>3}", row.count()))),
    // Other cells.
    fault!("no reason", Rejected("reason"), |row| row.with(1, "")),
    fault!("the reason in capitals", Same, |row| row.with(1, &row.cells[1].to_uppercase())),
    fault!("no detail", Detail(|_| String::new()), |row| row.with(2, "")),
    // Lines that are no rows.
    fault!("the heading again above", Same, |row| row.dialect.heading() + row.dialect.end() + &row.line()),
    fault!("the heading again below", Same, |row| row.line() + row.dialect.end() + &row.dialect.heading()),
    fault!("title, blank and heading again above", Same, |row| {
        let end = row.dialect.end();
        format!("{end}Webhook errors page 2{end}{}{end}{}", row.dialect.heading(), row.line())
    }),
    fault!("a byte order mark and the heading again above", Same, |row| {
        format!("\u{feff}{}{}{}", row.dialect.heading(), row.dialect.end(), row.line())
    }),
    fault!("a title below", Beside(1, "few"), |row| row.line() + row.dialect.end() + &row.dialect.cell("Page 2 of 3")),
    fault!("a comment below", Beside(1, "few"), |row| row.line() + row.dialect.end() + "# checked by K."),
    fault!("a padded note below", Beside(1, "time"), |row| {
        row.line() + row.dialect.end() + &row.dialect.line(&["checked by K.", "", "", ""])
    }),
    fault!("a second line of heading below", Beside(1, "time"), |row| {
        row.line() + row.dialect.end() + &row.dialect.line(&["(UTC+9)", "(code)", "(text)", "(times)"])
    }),
    fault!("a subtotal below", Same, |row| row.line()
        + row.dialect.end()
        + &row.dialect.line(&["Subtotal", "", "", "123"])),
    fault!("a rule of dashes below", Beside(1, "few"), |row| row.line() + row.dialect.end() + &"-".repeat(60)),
];

/// Faults that mean something else where the other cells have no quotes.
const FAULTS_OF_TABS: &[Fault] = &[
    fault!("a quote opened in front of the detail", Rejected("quote"), |row| row
        .with_raw(2, &format!("\"{}", row.detail()))),
    fault!("a quote opened in front of the time", Rejected("quote"), |row| row
        .with_raw(0, &format!("\"{}", row.time()))),
    fault!("a stray quote behind the detail", Detail(|row| format!("{}\"", row.detail())), |row| row
        .line()
        .replace(row.detail(), &format!("{}\"", row.detail()))),
    fault!("a backslash in front of a quote", Detail(|row| format!("a \\\"b\\\" {}", row.detail())), |row| {
        row.with_raw(2, &format!("a \\\"b\\\" {}", row.detail()))
    }),
    fault!("a form feed in front", Same, |row| format!("\u{c}{}", row.line())),
    fault!("a byte order mark in front", Rejected("time"), |row| format!("\u{feff}{}", row.line())),
];

/// … and where they have.
const FAULTS_OF_COMMAS: &[Fault] = &[
    // The quote that opens the next cell closes this one.
    fault!("a quote is not closed", Rejected("few"), |row| row.with_raw(2, &format!("\"{}", row.detail()))),
    fault!("the first quote is not closed", Rejected("few"), |row| row.with_raw(0, &format!("\"{}", row.time()))),
    fault!("a quote is not opened", Detail(|row| format!("{}\"", row.detail())), |row| row
        .with_raw(2, &format!("{}\"", row.detail()))),
    fault!("undoubled quotes within the detail", Detail(|row| format!("a b\" {}\"", row.detail())), |row| {
        row.with_raw(2, &format!("\"a \"b\" {}\"", row.detail()))
    }),
    fault!(
        "backslashes in front of quotes within the detail",
        Detail(|row| format!("a \\b\\\" {}\"", row.detail())),
        |row| { row.with_raw(2, &format!("\"a \\\"b\\\" {}\"", row.detail())) }
    ),
    fault!("blanks in front of an opening quote", Detail(|row| format!("\"{}\"", row.detail())), |row| {
        row.with_raw(2, &format!("  \"{}\"", row.detail()))
    }),
    fault!("blanks in front of every quote", Rejected("count"), |row| row.line().replace(",\"", ", \"")),
    fault!("a row of empty quotes below", Same, |row| row.line() + "\r\n\"\",\"\",\"\",\"\""),
    fault!("a form feed in front", Rejected("time"), |row| format!("\u{c}{}", row.line())),
    fault!("a byte order mark in front", Same, |row| format!("\u{feff}{}", row.line())),
];

/// A good export in which one row is written by a fault.
fn planted(dialect: Dialect, fault: &Fault, place: usize) -> Vec<u8> {
    let mut file = (dialect.heading() + dialect.end()).into_bytes();
    for row in (0..ROWS).map(|index| Row::new(dialect, index)) {
        if row.index == place {
            file.extend((fault.write)(&row));
        } else {
            file.extend((row.line() + dialect.end()).bytes());
        }
    }
    file
}

/// What a file must give.
struct Expected {
    /// Rows that count: index of the row, and the detail it counts under.
    rows: BTreeMap<usize, String>,
    /// Line and a word of the sentence.
    rejects: Vec<(u64, &'static str)>,
}

impl Expected {
    fn all() -> Expected {
        let rows = (0..ROWS).map(|index| (index, KINDS[index % 4].1.to_owned())).collect();
        Expected { rows, rejects: Vec::new() }
    }

    /// The heading is line 1, so row `place` is on line `place + 2`.
    fn of(then: Then, row: &Row) -> Expected {
        let mut expected = Expected::all();
        let line = row.index as u64 + 2;
        match then {
            Same => {}
            Detail(detail) => {
                expected.rows.insert(row.index, detail(row));
            }
            Rejected(word) => {
                expected.rows.remove(&row.index);
                expected.rejects.push((line, word));
            }
            Beside(below, word) => expected.rejects.push((line + below, word)),
            TwoRejected(first, second) => {
                expected.rows.remove(&row.index);
                expected.rejects.extend([(line, first), (line + 1, second)]);
            }
        }
        expected
    }

    fn errors(&self) -> u64 {
        self.rows.keys().map(|index| count(*index)).sum()
    }

    /// What is wrong in a summary of windows of five minutes; nothing where all is right.
    fn wrong(&self, summary: &Summary) -> Vec<String> {
        let mut wrong = Vec::new();
        let (accepted, rejected) = (self.rows.len() as u64, self.rejects.len() as u64);
        let balance = summary.balance();
        if balance != [[accepted + rejected, accepted, rejected]] {
            wrong.push(format!(
                "rows, accepted, rejected: {balance:?}, not {accepted} accepted and {rejected} rejected"
            ));
        }
        if summary.errors() != self.errors() {
            wrong.push(format!("{} errors, not {}", summary.errors(), self.errors()));
        }
        let buckets = summary["windows"]["buckets"].as_array().expect("windows.buckets");
        for (index, bucket) in buckets.iter().enumerate() {
            let here = self.rows.contains_key(&index);
            let (expected, reason) = (if here { count(index) } else { 0 }, KINDS[index % 4].0);
            if bucket["errors"] != expected || bucket["by_reason"][reason] != expected {
                wrong.push(format!("row {index} counts {bucket}, not {expected} of {reason}"));
            }
        }
        if buckets.len() != 288 {
            wrong.push(format!("{} windows in a day", buckets.len()));
        }
        let mut details: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for (index, detail) in &self.rows {
            *details.entry((KINDS[index % 4].0, detail)).or_default() += count(*index);
        }
        let found: BTreeMap<(&str, &str), u64> =
            summary.details().into_iter().map(|(reason, detail, errors)| ((reason, detail), errors)).collect();
        if found != details {
            wrong.push(format!("details {found:?}, not {details:?}"));
        }
        let rejects = summary.rejects();
        let as_expected = |((line, why), (at, word)): (&(u64, &str), &(u64, &str))| line == at && why.contains(word);
        if rejects.len() != self.rejects.len() || !rejects.iter().zip(&self.rejects).all(as_expected) {
            wrong.push(format!("rejects {rejects:?}, not {:?}", self.rejects));
        }
        wrong
    }
}

/// Reads a file and says what is wrong with the numbers.
fn wrong(dialect: Dialect, file: &[u8], expected: &Expected) -> Vec<String> {
    let folder = Folder::with(dialect.name(), file);
    let outcome =
        folder.errstat(&format!("summary {} --window 5m --format json --as-of 2026-11-23T09:00", dialect.name())).run();
    if outcome.code != Some(0) {
        return vec![format!("exit {:?}: {}", outcome.code, outcome.stderr.trim())];
    }
    let json = serde_json::from_slice(&outcome.stdout).expect("JSON");
    expected.wrong(&Summary { json, stderr: outcome.stderr })
}

fn assert_right(failures: Vec<String>) {
    assert!(failures.is_empty(), "{} files are read wrongly:\n{}", failures.len(), failures.join("\n"));
}

/// Plants each fault in each place.
fn plant(dialect: Dialect, faults: &[Fault]) {
    let mut failures = Vec::new();
    for fault in faults {
        for (name, place) in PLACES {
            let expected = Expected::of(fault.then, &Row::new(dialect, place));
            for message in wrong(dialect, &planted(dialect, fault, place), &expected) {
                failures.push(format!(
                    "{dialect:?}, {} ({name}): {}",
                    fault.name,
                    message.chars().take(600).collect::<String>()
                ));
            }
        }
    }
    assert_right(failures);
}

#[test]
fn the_good_export_is_read_exactly() {
    assert_eq!(Expected::all().errors(), ERRORS);
    for dialect in [Tabs, Commas] {
        let rows: String = (0..ROWS).map(|index| Row::new(dialect, index).line() + dialect.end()).collect();
        let file = dialect.heading() + dialect.end() + &rows;
        assert_right(wrong(dialect, file.as_bytes(), &Expected::all()));
    }
}

#[test]
fn one_fault_in_a_download() {
    plant(Tabs, FAULTS);
    plant(Tabs, FAULTS_OF_TABS);
}

#[test]
fn one_fault_in_a_spreadsheets_copy() {
    plant(Commas, FAULTS);
    plant(Commas, FAULTS_OF_COMMAS);
}

/// A row without its line end is one line with the next one.
#[test]
fn a_missing_line_end_costs_the_two_rows_of_the_line() {
    let mut failures = Vec::new();
    for dialect in [Tabs, Commas] {
        for place in [0, 120, ROWS - 2] {
            let rows: String = (0..ROWS)
                .map(|index| Row::new(dialect, index).line() + if index == place { "" } else { dialect.end() })
                .collect();
            let mut expected = Expected::all();
            expected.rows.retain(|index, _| ![place, place + 1].contains(index));
            expected.rejects.push((place as u64 + 2, "more cells"));
            failures.extend(wrong(dialect, (dialect.heading() + dialect.end() + &rows).as_bytes(), &expected));
        }
    }
    assert_right(failures);
}

/// A fault of the file, not of a row.
struct Whole {
    name: &'static str,
    write: fn(Dialect) -> Vec<u8>,
    then: Reading,
}

/// What becomes of the file.
enum Reading {
    /// Every row counts, and these lines are rejected, with sentences that hold the words.
    Exact(&'static [(u64, &'static str)]),
    /// As above, and the rows of the second half have no detail.
    HalfWithoutDetail,
    /// Nothing is counted: exit code 2 and a sentence with these words.
    Refused(&'static [&'static str]),
}

use Reading::{Exact, HalfWithoutDetail, Refused};

/// The good export with something above and something below it.
fn between(dialect: Dialect, above: &str, below: &str) -> Vec<u8> {
    let file = format!("{above}{}\n{}{below}", dialect.heading(), body(dialect, 0..ROWS));
    file.replace('\n', dialect.end()).into_bytes()
}

/// Rows, with LF.
/// The first half of the export, then the second half as a table of its own with other columns.
fn two_tables(dialect: Dialect, headings: &[&str], cells: fn([String; 4]) -> Vec<String>) -> Vec<u8> {
    let second = |index| dialect.line(&cells(Row::new(dialect, index).cells)) + "\n";
    let (heading, rows) = (dialect.line(headings), (120..ROWS).map(second).collect::<String>());
    format!("{}\n{}\n{heading}\n{rows}", dialect.heading(), body(dialect, 0..120)).into_bytes()
}

fn body(dialect: Dialect, rows: std::ops::Range<usize>) -> String {
    rows.map(|index| Row::new(dialect, index).line() + "\n").collect()
}

/// The good export with other text between its cells.
fn delimited(by: &str) -> Vec<u8> {
    let rows: String = (0..ROWS).map(|index| Row::new(Tabs, index).line() + "\n").collect();
    (Tabs.heading() + "\n" + &rows).replace('\t', by).into_bytes()
}

/// The good export with another line end after each row.
fn ended(dialect: Dialect, end: fn(usize) -> &'static str) -> Vec<u8> {
    let rows: String = (0..ROWS).map(|index| Row::new(dialect, index).line() + end(index)).collect();
    (dialect.heading() + end(0) + &rows).into_bytes()
}

/// The good export with a heading of one's own and, for each row, the cells that a function makes of its own.
fn columns(dialect: Dialect, heading: &[&str], cells: impl Fn(&Row) -> Vec<String>) -> Vec<u8> {
    let row = |index| dialect.line(&cells(&Row::new(dialect, index))) + dialect.end();
    (dialect.line(heading) + dialect.end() + &(0..ROWS).map(row).collect::<String>()).into_bytes()
}

const WHOLES: &[Whole] = &[
    Whole { name: "a title above", write: |d| between(d, "Webhook errors\n", ""), then: Exact(&[]) },
    Whole {
        name: "title, source and blank lines above",
        write: |d| between(d, "Webhook errors\nChannel: shop\n\nfrom 2026-11-16\n\n", ""),
        then: Exact(&[]),
    },
    Whole {
        name: "padded titles above",
        write: |d| {
            between(d, &format!("{}\n{}\n", d.line(&["Webhook errors", "", "", ""]), d.line(&["", "", "", ""])), "")
        },
        then: Exact(&[]),
    },
    Whole {
        name: "a spreadsheet's note of the delimiter above",
        write: |d| between(d, &format!("sep={}\n", d.delimiter()), ""),
        then: Exact(&[]),
    },
    Whole { name: "50 lines above", write: |d| between(d, &"A line about nothing\n".repeat(50), ""), then: Exact(&[]) },
    Whole {
        name: "another table above",
        write: |d| between(d, &format!("{}\n{}\n\n", d.line(&["Channel", "Plan"]), d.line(&["shop", "paid"])), ""),
        then: Exact(&[]),
    },
    Whole { name: "a byte order mark above", write: |d| between(d, "\u{feff}", ""), then: Exact(&[]) },
    Whole { name: "blank lines above", write: |d| between(d, "\n\n\n", ""), then: Exact(&[]) },
    Whole { name: "the heading twice", write: |d| between(d, &(d.heading() + "\n"), ""), then: Exact(&[]) },
    Whole {
        name: "a heading of two lines",
        write: |d| between(d, &(d.line(&["When", "Why", "What", "How often"]) + "\n"), ""),
        then: Exact(&[]),
    },
    Whole {
        name: "a total below",
        write: |d| between(d, "", &(d.line(&["Total", "", "", "28920"]) + "\n")),
        then: Exact(&[]),
    },
    Whole {
        name: "blank lines and a note below",
        write: |d| between(d, "", "\n\nDownloaded by K.\n"),
        then: Exact(&[(244, "few")]),
    },
    Whole {
        name: "padded notes below",
        write: |d| {
            between(d, "", &format!("{}\n{}\n", d.delimiter().repeat(3), d.line(&["Downloaded by K.", "", "", ""])))
        },
        then: Exact(&[(243, "time")]),
    },
    Whole {
        name: "another table below",
        write: |d| between(d, "", &format!("\n{}\n{}\n", d.line(&["Channel", "Plan"]), d.line(&["shop", "paid"]))),
        then: Exact(&[(243, "few"), (244, "few")]),
    },
    Whole { name: "blank lines below", write: |d| between(d, "", "\n\n\n\n"), then: Exact(&[]) },
    Whole { name: "an end-of-file sign below", write: |d| between(d, "", "\u{1a}"), then: Exact(&[(242, "few")]) },
    Whole {
        name: "NUL to the end of the block",
        write: |d| between(d, "", &"\0".repeat(3000)),
        then: Exact(&[(242, "few")]),
    },
    Whole {
        name: "no final line end",
        write: |d| {
            let mut file = between(d, "", "");
            file.truncate(file.trim_ascii_end().len());
            file
        },
        then: Exact(&[]),
    },
    Whole { name: "CR only", write: |d| ended(d, |_| "\r"), then: Exact(&[]) },
    Whole { name: "LF only", write: |d| ended(d, |_| "\n"), then: Exact(&[]) },
    Whole { name: "CRLF only", write: |d| ended(d, |_| "\r\n"), then: Exact(&[]) },
    Whole {
        name: "LF, CRLF and CR in turn",
        write: |d| ended(d, |index| ["\n", "\r\n", "\r"][index % 3]),
        then: Exact(&[]),
    },
    Whole { name: "a blank line after each row", write: |d| ended(d, |_| "\n\n"), then: Exact(&[]) },
    Whole { name: "no heading", write: |d| body(d, 0..ROWS).into_bytes(), then: Exact(&[]) },
    Whole {
        name: "two tables, the second with its columns in another order",
        write: |d| {
            two_tables(d, &["Count", "Detail", "Time", "Reason"], |[time, reason, detail, count]| {
                vec![count, detail, time, reason]
            })
        },
        then: Exact(&[]),
    },
    Whole {
        name: "two tables, the second with more columns",
        write: |d| {
            two_tables(d, &["No.", "Time", "Who", "Reason", "Detail", "Count"], |[time, reason, detail, count]| {
                vec!["7".into(), time, "x".into(), reason, detail, count]
            })
        },
        then: Exact(&[]),
    },
    Whole {
        name: "two tables, the second without details",
        write: |d| two_tables(d, &["Time", "Reason", "Count"], |[time, reason, _, count]| vec![time, reason, count]),
        then: HalfWithoutDetail,
    },
    Whole {
        name: "a column without a name",
        write: |d| {
            columns(d, &["Time", "", "Reason", "Detail", "Count"], |row| {
                let [a, b, c, e] = row.cells.clone();
                vec![a, "x".into(), b, c, e]
            })
        },
        then: Exact(&[]),
    },
    Whole {
        name: "a column too many in each row",
        write: |d| {
            columns(d, &["Time", "Reason", "Detail", "Count"], |row| {
                let mut cells = row.cells.to_vec();
                cells.push(String::new());
                cells
            })
        },
        then: Exact(&[]),
    },
    Whole {
        name: "a column with a name of 100,000 characters",
        write: |d| {
            columns(d, &["Time", "Reason", "Detail", "Count", &"N".repeat(100_000)], |row| {
                let mut cells = row.cells.to_vec();
                cells.push("x".into());
                cells
            })
        },
        then: Exact(&[]),
    },
    Whole {
        name: "17,000 columns",
        write: |d| {
            let mut heading = vec!["Time", "Reason", "Detail", "Count"];
            heading.resize(17_000, "x");
            columns(d, &heading, |row| {
                let mut cells = row.cells.to_vec();
                cells.resize(17_000, String::new());
                cells
            })
        },
        then: Exact(&[]),
    },
    Whole {
        name: "two columns of the same name",
        write: |d| {
            columns(d, &["Time", "Reason", "Detail", "Count", "Count"], |row| {
                let mut cells = row.cells.to_vec();
                cells.push("3".into());
                cells
            })
        },
        then: Refused(&["Count", "--columns"]),
    },
    Whole { name: "semicolons", write: |_| delimited(";"), then: Exact(&[]) },
    Whole { name: "commas without quotes", write: |_| delimited(","), then: Exact(&[]) },
    Whole { name: "commas and blanks", write: |_| delimited(", "), then: Exact(&[]) },
    Whole { name: "two tabs", write: |_| delimited("\t\t"), then: Exact(&[]) },
    Whole { name: "bars", write: |_| delimited("|"), then: Refused(&["w."]) },
    Whole { name: "colons", write: |_| delimited(":"), then: Refused(&["w."]) },
    Whole { name: "blanks", write: |_| delimited("    "), then: Refused(&["w."]) },
    Whole { name: "a backslash and t", write: |_| delimited("\\t"), then: Refused(&["w."]) },
    Whole {
        name: "other quotes",
        write: |d| {
            columns(Tabs, &["'Time'", "'Reason'", "'Detail'", "'Count'"], |row| {
                row.cells.iter().map(|cell| format!("'{cell}'")).collect()
            })
            .into_iter()
            .map(|b| if b == b'\t' { d.delimiter().as_bytes()[0] } else { b })
            .collect()
        },
        then: Refused(&["w."]),
    },
    Whole { name: "empty", write: |_| Vec::new(), then: Refused(&["empty"]) },
    Whole {
        name: "times only",
        write: |d| columns(d, &["Time"], |row| vec![row.cells[0].clone()]),
        then: Refused(&["w."]),
    },
];

/// Reads a file with a fault of its own and says what is wrong.
fn wrong_whole(dialect: Dialect, whole: &Whole) -> Vec<String> {
    let file = (whole.write)(dialect);
    let mut expected = Expected::all();
    match whole.then {
        Exact(rejects) => expected.rejects = rejects.to_vec(),
        HalfWithoutDetail => expected.rows.range_mut(120..).for_each(|(_, detail)| detail.clear()),
        Refused(words) => {
            let outcome = Folder::with(dialect.name(), &file).errstat(&format!("summary {}", dialect.name())).run();
            let told = words.iter().all(|word| outcome.stderr.contains(word)) && outcome.stdout.is_empty();
            return if outcome.code == Some(2) && told { Vec::new() } else { vec![format!("{outcome:?}")] };
        }
    }
    wrong(dialect, &file, &expected)
}

#[test]
fn one_fault_of_the_whole_file() {
    let mut failures = Vec::new();
    for dialect in [Tabs, Commas] {
        for whole in WHOLES {
            for message in wrong_whole(dialect, whole) {
                failures.push(format!(
                    "{dialect:?}, {}: {}",
                    whole.name,
                    message.chars().take(600).collect::<String>()
                ));
            }
        }
    }
    assert_right(failures);
}

/// Chunks of a long file are read on several threads, so a fault may stand at any of their ends.
#[test]
fn all_faults_in_one_long_file() {
    const APART: usize = 600;
    let (mut file, mut line) = ((Tabs.heading() + "\n").into_bytes(), 2);
    let (mut rows, mut errors, mut rejects) = (0_u64, 0, Vec::new());
    // A heading would begin another table, and the times of these rows repeat.
    let faults = FAULTS.iter().chain(FAULTS_OF_TABS).filter(|fault| !fault.name.contains("heading again"));
    for (number, fault) in faults.enumerate() {
        for index in number..number + APART {
            let row = Row::new(Tabs, index % ROWS);
            let (written, then) = if index == number + APART / 2 {
                ((fault.write)(&row), fault.then)
            } else {
                ((row.line() + "\n").into_bytes(), Same)
            };
            let (counts, rejected): (bool, &[(u64, &str)]) = match then {
                Same | Detail(_) => (true, &[]),
                Rejected(word) => (false, &[(0, word)]),
                Beside(below, word) => (true, &[(below, word)]),
                TwoRejected(first, second) => (false, &[(0, first), (1, second)]),
            };
            rows += u64::from(counts) + rejected.len() as u64;
            errors += if counts { count(row.index) } else { 0 };
            rejects.extend(rejected.iter().map(|(below, word)| (line + below, *word)));
            line += lines(&written);
            file.extend(written);
        }
    }
    let mut failures = Vec::new();
    let folder = Folder::with("w.tsv", &file);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, &file).expect("memory");
    folder.file("w.tsv.gz", gzip.finish().expect("memory"));
    for line in ["w.tsv --threads 1", "w.tsv --threads 2", "w.tsv --threads 7", "w.tsv.gz"] {
        let summary = folder.summary(&format!("{line} --rejects rejects.csv"));
        let rejected = rejects.len() as u64;
        assert_eq!(summary.balance(), [[rows, rows - rejected, rejected]], "{line}");
        assert_eq!(summary.errors(), errors, "{line}");
        let list = folder.bytes("rejects.csv");
        let found: Vec<(u64, String)> = csv::Reader::from_reader(&*list)
            .records()
            .map(|record| record.expect("a record"))
            .map(|record| (record[1].parse().expect("a line"), record[2].to_owned()))
            .collect();
        let wrong = found.iter().zip(&rejects).find(|((line, why), (at, word))| line != at || !why.contains(word));
        failures.extend(wrong.map(|(found, expected)| format!("{line}: {found:?}, not {expected:?}")));
    }
    assert_right(failures);
}

/// How many lines end in some bytes.
fn lines(bytes: &[u8]) -> u64 {
    let ends = |pair: &[u8]| pair[0] == b'\n' || pair[0] == b'\r' && pair[1] != b'\n';
    bytes.windows(2).filter(|pair| ends(pair)).count() as u64 + u64::from(matches!(bytes.last(), Some(b'\n' | b'\r')))
}

/// One byte that is no UTF-8 does not make another encoding of the names beside it.
#[test]
fn one_invalid_byte_leaves_the_texts_of_all_other_rows() {
    let mut failures = Vec::new();
    for (name, place) in PLACES {
        for byte in [0xff, 0x80, 0xe3, 0x92] {
            let mut file = "発生日時\t原因\t詳細\t件数\tチャネル名\n".to_owned().into_bytes();
            for row in (0..ROWS).map(|index| Row::new(Tabs, index)) {
                file.extend(row.line().bytes());
                file.extend("\t東京の店".bytes());
                if row.index == place {
                    file.push(byte);
                }
                file.push(b'\n');
            }
            let summary = Folder::with("w.tsv", file).summary("w.tsv");
            let shop = summary.list("by_channel").iter().find(|channel| text(channel, "channel") == "東京の店");
            let errors = shop.map(|shop| shop["errors"].as_u64().expect("errors"));
            let (encoding, errors_at_least) = (text(&summary["inputs"][0], "encoding"), ERRORS - count(place));
            if errors != Some(errors_at_least) || summary.errors() != ERRORS || encoding != "UTF-8" {
                failures.push(format!("{byte:#x} ({name}): {encoding}, {}", summary["by_channel"]));
            }
        }
    }
    assert_right(failures);
}

/// Every fault of this suite makes another file of the export, but for those that are the dialect's own form. The files
/// and what is in them stay for `docs/robustness/compare.py`.
#[test]
fn every_fault_is_one() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("polluted");
    fs::create_dir_all(&folder).expect("a folder");
    let mut list = Vec::new();
    let mut no_faults: Vec<String> = Vec::new();
    let mut keep = |dialect: Dialect, fault: &str, place: &str, file: Vec<u8>, expected: Option<&Expected>| {
        let name = format!("{:04}-{}", list.len(), dialect.name());
        fs::write(folder.join(&name), &file).expect("a file");
        if file == between(dialect, "", "") {
            no_faults.push(format!("{dialect:?}: {fault} {place}").trim_end().to_owned());
        }
        let (rows, errors) = expected.map(|expected| (expected.rows.len(), expected.errors())).unzip();
        list.push(json!({
            "file": name, "dialect": format!("{dialect:?}"), "fault": fault, "place": place, "rows": rows, "errors": errors,
        }));
    };
    for (dialect, own) in [(Tabs, FAULTS_OF_TABS), (Commas, FAULTS_OF_COMMAS)] {
        keep(dialect, "none", "", between(dialect, "", ""), Some(&Expected::all()));
        for fault in FAULTS.iter().chain(own) {
            for (name, place) in PLACES {
                let expected = Expected::of(fault.then, &Row::new(dialect, place));
                keep(dialect, fault.name, name, planted(dialect, fault, place), Some(&expected));
            }
        }
        for whole in WHOLES {
            let expected = Expected::all();
            let refused = matches!(whole.then, Refused(_));
            keep(dialect, whole.name, "", (whole.write)(dialect), (!refused).then_some(&expected));
        }
    }
    fs::write(folder.join("list.json"), serde_json::to_vec(&list).expect("JSON")).expect("a file");
    let own = |dialect: &str, [row, end, ends]: [&str; 3]| {
        let at = |fault: &str| ["first", "middle", "last"].map(|place| format!("{dialect}: {fault} {place}"));
        let whole = [format!("{dialect}: none"), format!("{dialect}: {ends}")];
        [whole.to_vec(), at(row).to_vec(), at(end).to_vec()].concat()
    };
    let mut expected = [
        own("Tabs", ["no cell in quotes", "a row that ends with LF", "LF only"]),
        own("Commas", ["all cells in quotes", "a row that ends with CRLF", "CRLF only"]),
    ]
    .concat();
    expected.sort();
    no_faults.sort();
    assert_eq!(no_faults, expected);
}
