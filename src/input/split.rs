//! Lines with quotes: what a cell holds once its quotes are taken off.
//!
//! Rules are those of RFC 4180 as `csv-core` reads them, with one stated departure: a row is a line,
//! always. A quote that is still open at the end of the line spoils that line and nothing else.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

/// Takes lines with quotes apart.
#[derive(Debug)]
pub struct QuotedSplitter {
    delimiter: u8,
    /// Made when the first quote is met: its tables take longer than reading a small file without quotes.
    reader: Option<Reader>,
    text: Vec<u8>,
    ends: Vec<usize>,
    line: Vec<u8>,
}

/// The line ends inside a quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuoteOpen;

impl QuotedSplitter {
    pub fn new(delimiter: u8) -> Self {
        QuotedSplitter { delimiter, reader: None, text: Vec::new(), ends: Vec::new(), line: Vec::new() }
    }

    /// The cells of a line without its line end.
    pub fn split(&mut self, line: &[u8]) -> Result<impl Iterator<Item = &[u8]>, QuoteOpen> {
        self.line.clear();
        self.line.extend_from_slice(line);
        self.line.push(b'\n');
        self.text.resize(line.len() + 1, 0);
        // A line has at most one cell more than it has bytes.
        self.ends.resize(line.len() + 2, 0);
        let reader = self.reader.get_or_insert_with(|| ReaderBuilder::new().delimiter(self.delimiter).build());
        reader.reset();
        let (result, _, _, cells) = reader.read_record(&self.line, &mut self.text, &mut self.ends);
        if !matches!(result, ReadRecordResult::Record) {
            return Err(QuoteOpen);
        }
        let (text, ends) = (&self.text, &self.ends[..cells]);
        Ok((0..cells).map(move |i| &text[if i == 0 { 0 } else { ends[i - 1] }..ends[i]]))
    }
}

/// The lines of a text, and where each ends with its line end: LF, CRLF or CR, also side by side.
pub fn lines(text: &[u8]) -> impl Iterator<Item = (&[u8], usize)> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
        let line = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let end = if rest[line..].starts_with(b"\r\n") { 2 } else { 1 };
        start = (start + line + end).min(text.len());
        Some((&rest[..line], start))
    })
}

/// The cells of each line as text; where a quote is left open, the line split at every delimiter.
pub fn split_lines<S: AsRef<str>>(lines: impl IntoIterator<Item = S>, delimiter: u8) -> Vec<Vec<String>> {
    let mut splitter = QuotedSplitter::new(delimiter);
    let mut cells = |line: &str| -> Vec<String> {
        if line.contains('"')
            && let Ok(cells) = splitter.split(line.as_bytes())
        {
            return cells.map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
        }
        line.split(char::from(delimiter)).map(str::to_owned).collect()
    };
    lines.into_iter().map(|line| cells(line.as_ref())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(line: &str) -> Result<Vec<String>, QuoteOpen> {
        let mut splitter = QuotedSplitter::new(b',');
        let cells = splitter.split(line.as_bytes())?;
        Ok(cells.map(|c| String::from_utf8_lossy(c).into_owned()).collect())
    }

    #[test]
    fn lines_end_in_any_way() {
        let found: Vec<(&[u8], usize)> = lines(b"a\rbc\r\n\nd\r\r\ne").collect();
        let wanted: [(&[u8], usize); 6] = [(b"a", 2), (b"bc", 6), (b"", 7), (b"d", 9), (b"", 11), (b"e", 12)];
        assert_eq!(found, wanted);
        assert_eq!(lines(b"a\n").collect::<Vec<_>>(), [(&b"a"[..], 2)]);
        assert_eq!(lines(b"").count(), 0);
    }

    #[test]
    fn quotes_are_taken_off() {
        assert_eq!(split(r#"a,"b,c",d"#).unwrap(), ["a", "b,c", "d"]);
        assert_eq!(split(r#""say ""hi""",,"""#.trim_end_matches('"')).unwrap(), [r#"say "hi""#, "", ""]);
        assert_eq!(split(r#"5" pipe,b"#).unwrap(), [r#"5" pipe"#, "b"]);
        assert_eq!(split(r#"a,"b"#), Err(QuoteOpen));
        assert_eq!(split_lines(["a\t\tb", "\"a\tb"], b'\t'), [vec!["a", "", "b"], vec!["\"a", "b"]]);
    }
}
