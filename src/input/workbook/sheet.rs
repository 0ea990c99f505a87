//! The cells of a sheet as lines of text.

use std::io::{self, Write};

use chrono::{Days, NaiveDate};

/// What spreadsheet programs hold: a sheet has no more rows and columns.
const ROWS: u32 = 1 << 20;
const COLUMNS: u32 = 1 << 14;
/// A sheet whose text is longer repeats its cells without end.
const LONGEST: u64 = 1 << 30;
/// Rows are filled up with empty cells to the width of those above, as in a text that was saved, but not beyond.
const FILLED: u32 = 256;
/// The text is UTF-8, whatever encoding the user asks for.
const MARK: &[u8] = "\u{feff}".as_bytes();

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Writes cells, which come row by row and from left to right, as lines with tabs between the cells. Line 5 of the text is
/// row 5 of the sheet.
pub struct SheetText<W> {
    out: W,
    row: u32,
    /// Cells of the row so far.
    cells: u32,
    /// The most cells of a row so far.
    width: u32,
    written: u64,
}

impl<W: Write> SheetText<W> {
    pub fn new(out: W) -> io::Result<SheetText<W>> {
        let mut text = SheetText { out, row: 0, cells: 0, width: 0, written: 0 };
        text.write(MARK)?;
        Ok(text)
    }

    /// Writes a cell; `row` and `column` count from 0. An empty one need not be written.
    pub fn cell(&mut self, row: u32, column: u32, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        if row >= ROWS || column >= COLUMNS || (row, column) < (self.row, self.cells) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a cell is out of its place"));
        }
        while self.row < row {
            self.end_row()?;
        }
        while self.cells < column {
            self.begin_cell()?;
        }
        self.begin_cell()?;
        // A row is a line, so a line break within a cell is a space.
        let line = text.replace("\r\n", " ").replace(['\r', '\n'], " ");
        if line.contains('\t') || line.starts_with('"') {
            self.write(format!("\"{}\"", line.replace('"', "\"\"")).as_bytes())
        } else {
            self.write(line.as_bytes())
        }
    }

    /// Ends the text.
    pub fn end(mut self) -> io::Result<()> {
        if self.cells > 0 {
            self.end_row()?;
        }
        self.out.flush()
    }

    fn begin_cell(&mut self) -> io::Result<()> {
        if self.cells > 0 {
            self.write(b"\t")?;
        }
        self.cells += 1;
        Ok(())
    }

    fn end_row(&mut self) -> io::Result<()> {
        // A blank row stays blank, and a title is no row.
        if self.cells > 0 {
            self.width = self.width.max(self.cells);
            while self.cells < self.width.min(FILLED) {
                self.begin_cell()?;
            }
        }
        self.row += 1;
        self.cells = 0;
        self.write(b"\n")
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.written += bytes.len() as u64;
        if self.written > LONGEST {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the sheet has more than 1 GiB of text"));
        }
        self.out.write_all(bytes)
    }
}

/// A number as it was typed: 502, not 502.0.
pub fn number(value: f64) -> String {
    value.to_string()
}

/// The date, the time, or both, that a serial number of days stands for: `2026-11-17`, `04:12:33`,
/// `2026-11-17 04:12:33.250`. A number does not tell a date from its midnight.
pub fn moment(serial: f64, since_1904: bool, duration: bool) -> String {
    let millis = (serial * DAY as f64).round();
    // The largest day that a spreadsheet program has is 9999-12-31.
    if !(0.0..3_000_000.0 * DAY as f64).contains(&millis) {
        return number(serial);
    }
    // Exact: whole, and far below 2⁵³.
    let millis = millis as i64;
    let (day, within) = (millis / DAY, millis % DAY);
    if duration {
        return clock(millis);
    }
    // Without a date it is a time of day, whichever day the program shows with it; programs begin to count at 0 or 1.
    if day <= 1 {
        return clock(within);
    }
    let first = if since_1904 { NaiveDate::from_ymd_opt(1904, 1, 1) } else { NaiveDate::from_ymd_opt(1899, 12, 30) };
    match first.and_then(|first| first.checked_add_days(Days::new(day.unsigned_abs()))) {
        None => number(serial),
        Some(date) if within == 0 => date.to_string(),
        Some(date) => format!("{date} {}", clock(within)),
    }
}

/// Hours, minutes and seconds, and a fraction where there is one.
fn clock(millis: i64) -> String {
    let seconds = millis / 1000;
    let whole = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if millis % 1000 == 0 { whole } else { format!("{whole}.{:03}", millis % 1000) }
}

/// A date and time in ISO 8601 as [`moment`] writes them: midnight is the date alone.
pub fn iso_moment(text: &str) -> String {
    let Some((date, time)) = text.split_once('T') else { return text.to_owned() };
    let time = match time.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|b| b == b'0') => whole,
        _ => time,
    };
    // Where programs begin to count days, a time has no date.
    match date {
        _ if time == "00:00:00" => date.to_owned(),
        "1899-12-30" | "1899-12-31" | "1900-01-00" | "1900-01-01" | "1904-01-01" => time.to_owned(),
        _ => format!("{date} {time}"),
    }
}

/// A duration in ISO 8601, which is how a time of day is stored, as [`moment`] writes it: `PT04H12M33S` is `04:12:33`.
pub fn iso_duration(text: &str) -> String {
    let clock = |text: &str| {
        let (hours, rest) = text.strip_prefix("PT")?.split_once('H')?;
        let (minutes, rest) = rest.split_once('M')?;
        let seconds = rest.strip_suffix('S')?;
        let (whole, fraction) = seconds.split_once(['.', ',']).unwrap_or((seconds, ""));
        let (hours, minutes, whole): (u32, u32, u32) =
            (hours.parse().ok()?, minutes.parse().ok()?, whole.parse().ok()?);
        let digits = fraction.trim_end_matches('0');
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let point = if digits.is_empty() { "" } else { "." };
        Some(format!("{hours:02}:{minutes:02}:{whole:02}{point}{digits}"))
    };
    clock(text).unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(cells: &[(u32, u32, &str)]) -> String {
        let mut out = Vec::new();
        let mut sheet = SheetText::new(&mut out).unwrap();
        for (row, column, text) in cells {
            sheet.cell(*row, *column, text).unwrap();
        }
        sheet.end().unwrap();
        String::from_utf8(out).unwrap().strip_prefix('\u{feff}').unwrap().to_owned()
    }

    #[test]
    fn a_row_is_a_line_of_the_same_number_and_as_wide_as_those_above() {
        assert_eq!(text(&[(1, 0, "a"), (1, 2, "c"), (4, 0, "d")]), "\na\t\tc\n\n\nd\t\t\n");
        assert_eq!(
            text(&[(0, 1, "one\r\ntwo\nthree"), (0, 2, "a\tb \"c\""), (0, 3, "5\" pipe")]),
            "\tone two three\t\"a\tb \"\"c\"\"\"\t5\" pipe\n"
        );
        assert_eq!(text(&[(3, 0, "")]), "");
    }

    #[test]
    fn a_cell_out_of_its_place_is_an_error() {
        let mut sheet = SheetText::new(Vec::new()).unwrap();
        sheet.cell(5, 5, "x").unwrap();
        for (row, column) in [(4, 9), (5, 5), (5, 0), (1 << 20, 0), (6, 1 << 14), (u32::MAX, 0)] {
            assert!(sheet.cell(row, column, "x").is_err(), "{row} {column}");
        }
        assert!(sheet.cell((1 << 20) - 1, (1 << 14) - 1, "x").is_ok());
    }

    #[test]
    fn serial_numbers_are_dates_and_times() {
        // 2026-11-17 is 46343 days after 1899-12-30 and 44881 after 1904-01-01 (Python's datetime.date);
        // 04:12:33 is 15153 seconds of 86400.
        let time = 15153.0 / 86400.0;
        for (serial, since_1904, expected) in [
            (46343.0, false, "2026-11-17"),
            (44881.0, true, "2026-11-17"),
            (46343.0 + time, false, "2026-11-17 04:12:33"),
            (46343.0 + 15153.25 / 86400.0, false, "2026-11-17 04:12:33.250"),
            (time, false, "04:12:33"),
            (time, true, "04:12:33"),
            (1.0 + time, false, "04:12:33"),
            (0.0, false, "00:00:00"),
            (-1.5, false, "-1.5"),
            (f64::NAN, false, "NaN"),
            (1e300, false, "1000000000000000"),
        ] {
            let found = moment(serial, since_1904, false);
            assert!(found == expected || serial == 1e300 && found.starts_with(expected), "{found} {expected}");
        }
        assert_eq!(moment(1.0 + time, false, true), "28:12:33");
        assert_eq!(
            (number(502.0), number(1_653_912_345.0), number(2.5)),
            ("502".into(), "1653912345".into(), "2.5".into())
        );
    }

    #[test]
    fn iso_forms_are_dates_and_times() {
        for (text, expected) in [
            ("2026-11-17", "2026-11-17"),
            ("2026-11-17T04:12:33", "2026-11-17 04:12:33"),
            ("2026-11-17T04:12:33.000000", "2026-11-17 04:12:33"),
            ("2026-11-17T00:00:00", "2026-11-17"),
            ("2026-11-17T04:12:33.25", "2026-11-17 04:12:33.25"),
            ("1899-12-30T04:12:33", "04:12:33"),
        ] {
            assert_eq!(iso_moment(text), expected);
        }
        for (text, expected) in [
            ("PT04H12M33S", "04:12:33"),
            ("PT4H2M3.500S", "04:02:03.5"),
            ("PT00H00M00S", "00:00:00"),
            ("PT04H12M33.0000000S", "04:12:33"),
            ("P1DT", "P1DT"),
            ("PT1H2MxS", "PT1H2MxS"),
        ] {
            assert_eq!(iso_duration(text), expected);
        }
    }
}
