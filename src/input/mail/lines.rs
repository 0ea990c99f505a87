//! Lines of a text, as a person sees them.

/// Stands in the text of a page where an element within a line begins: it may set a name apart from its value.
pub const OPEN: char = '\u{1e}';
/// Stands where such an element ends.
pub const CLOSE: char = '\u{1f}';

/// The text as a person sees it.
pub fn without_edges(text: &str) -> String {
    text.replace([OPEN, CLOSE], "")
}

/// A line: one cell, or those of a table's row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    pub cells: Vec<String>,
    /// White space stood before it, as before a line that goes on with the one above.
    pub indented: bool,
}

impl Line {
    pub fn text(text: impl Into<String>) -> Line {
        Line { cells: vec![text.into()], indented: false }
    }

    pub fn row(cells: Vec<String>) -> Line {
        Line { cells, indented: false }
    }

    pub fn blank() -> Line {
        Line::text("")
    }

    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.chars().all(|c| c.is_whitespace() || c == OPEN || c == CLOSE))
    }

    /// Its text, the cells set apart by a space.
    pub fn shown(&self) -> String {
        without_edges(&self.cells.join(" "))
    }
}

/// The lines of a plain text. `flowed` is given for texts in RFC 3676's form, in which a space at the end of a line says
/// that it goes on in the next one, and says whether that space is to be deleted.
pub fn plain(text: &str, flowed: Option<bool>) -> Vec<Line> {
    let text = without_edges(text);
    let mut lines: Vec<Line> = Vec::new();
    // The text of a line that goes on, and whether it was indented.
    let mut open: Option<(String, bool)> = None;
    // A lone carriage return ends a line, too.
    let raw_lines = text
        .split(['\n', '\u{2028}', '\u{2029}', '\u{c}'])
        .flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'));
    for raw in raw_lines {
        let line = unquoted(raw);
        let goes_on = flowed.is_some() && line.ends_with(' ') && !line.trim().is_empty() && line.trim_end() != "--";
        let own = match flowed {
            Some(true) if goes_on => line.strip_suffix(' ').unwrap_or(line),
            _ if goes_on => line,
            _ => line.trim_end(),
        };
        match &mut open {
            // A space at the start was put there to keep the line from looking like something else.
            Some((whole, _)) => whole.push_str(own.strip_prefix(' ').unwrap_or(own)),
            None => open = Some((own.to_owned(), own.starts_with([' ', '\t', '\u{3000}']))),
        }
        if !goes_on && let Some((whole, indented)) = open.take() {
            // Two blank lines say as much as a thousand.
            let blank =
                whole.trim().is_empty() && lines.iter().rev().take(2).filter(|line| line.is_blank()).count() == 2;
            if !blank {
                lines.push(Line { cells: row(whole.trim()), indented });
            }
        }
    }
    lines.extend(open.map(|(whole, indented)| Line { cells: row(whole.trim()), indented }));
    lines
}

/// The line without the marks of quotation before it.
fn unquoted(line: &str) -> &str {
    let mut rest = line;
    let mut quoted = false;
    while let Some(inner) = rest.trim_start().strip_prefix(['>', '＞']) {
        rest = inner;
        quoted = true;
    }
    // One space belongs to the mark.
    if quoted { rest.strip_prefix(' ').unwrap_or(rest) } else { rest }
}

/// The cells of a row drawn with bars (`| a | b |`), or the line as one cell.
fn row(line: &str) -> Vec<String> {
    let bars = ['|', '│', '┃', '｜'];
    match line.strip_prefix(bars) {
        Some(inner) if inner.contains(bars) => {
            let inner = inner.trim_end();
            inner.strip_suffix(bars).unwrap_or(inner).split(bars).map(|cell| cell.trim().to_owned()).collect()
        }
        _ => vec![line.to_owned()],
    }
}

/// The lines as one text.
#[cfg(test)]
pub fn text(lines: &[Line]) -> String {
    without_edges(&lines.iter().map(|line| line.cells.join(" | ")).collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(raw: &str, flowed: Option<bool>) -> String {
        text(&plain(raw, flowed))
    }

    #[test]
    fn line_ends_and_quotations_are_taken_off() {
        assert_eq!(told("a\r\nb\rc\nd", None), "a\nb\nc\nd");
        assert_eq!(told("> a\n>> b\n> > c\n>\n > d", None), "a\nb\nc\n\nd");
        assert_eq!(told(">    x", None), "x");
        assert!(plain(">    x", None)[0].indented && plain("  x", None)[0].indented && !plain("> x", None)[0].indented);
    }

    #[test]
    fn flowed_lines_are_put_together_again() {
        assert_eq!(told("a \nb\nc", Some(false)), "a b\nc");
        assert_eq!(told("> a \n> b \n> c\nd", Some(false)), "a b c\nd");
        assert_eq!(told("エラ \nー: 1", Some(true)), "エラー: 1");
        assert_eq!(told("a\n-- \nb", Some(false)), "a\n--\nb");
        assert_eq!(told("a \nb", None), "a\nb");
    }

    #[test]
    fn rows_drawn_with_bars_have_cells() {
        assert_eq!(plain("| a | b |\n|a|b", None).iter().map(|line| line.cells.len()).collect::<Vec<_>>(), [2, 2]);
        assert_eq!(plain("a | b", None)[0].cells, ["a | b"]);
        assert_eq!(plain("| a |  | c |", None)[0].cells, ["a", "", "c"]);
    }
}
