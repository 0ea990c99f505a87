//! From an HTML text to its lines.
//!
//! Crates that turn HTML into text draw it for people, with widths and borders, or bring a browser's parser along;
//! mail-parser's own conversion runs the cells of a table together. All that is wanted here is which text stands on
//! which line and in which cell, so tags are only looked at for that.

use mail_parser::decoders::html::add_html_token;

use super::lines::{CLOSE, Line, OPEN};

/// Elements that stand on lines of their own.
const BLOCKS: [&str; 31] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "fieldset",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "ul",
    "caption",
];
/// Elements that hold nothing.
const EMPTY: [&str; 7] = ["area", "img", "input", "link", "meta", "source", "wbr"];
/// Elements whose text is not shown.
const UNSHOWN: [&str; 5] = ["script", "style", "template", "title", "noscript"];
/// No character reference is longer.
const LONGEST_REFERENCE: usize = 32;

/// The lines of an HTML text; the rows of its tables have cells.
pub fn lines(html: &str) -> Vec<Line> {
    let mut page = Page::default();
    let mut quotes = Quotes::default();
    let mut at = 0;
    while let Some(open) = memchr::memchr(b'<', &html.as_bytes()[at..]).map(|open| at + open) {
        page.text(&html[at..open]);
        let rest = &html[open..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            at = memchr::memmem::find(comment.as_bytes(), b"-->").map_or(html.len(), |end| open + 4 + end + 3);
            continue;
        }
        // A bracket that opens no tag is text.
        if !rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)) {
            page.text("<");
            at = open + 1;
            continue;
        }
        let end = quotes.tag_end(html, open + 1);
        let tag = Tag::read(&html[open + 1..end]);
        at = (end + 1).min(html.len());
        if !tag.closes && UNSHOWN.contains(&tag.name.as_str()) {
            at = unshown_end(html, at, &tag.name);
            continue;
        }
        page.tag(&tag);
    }
    page.text(&html[at..]);
    page.end_row();
    page.lines
}

/// Where the element whose text is not shown ends.
fn unshown_end(html: &str, from: usize, name: &str) -> usize {
    let mut at = from;
    while let Some(close) = memchr::memmem::find(&html.as_bytes()[at..], b"</").map(|close| at + close + 2) {
        if html.as_bytes()[close..].get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes())) {
            return memchr::memchr(b'>', &html.as_bytes()[close..]).map_or(html.len(), |end| close + end + 1);
        }
        at = close;
    }
    html.len()
}

struct Tag {
    /// In lower case.
    name: String,
    closes: bool,
}

impl Tag {
    /// Reads what stands between the brackets.
    fn read(inner: &str) -> Tag {
        let (closes, inner) = inner.strip_prefix('/').map_or((false, inner), |inner| (true, inner));
        let end = inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len()).min(20);
        Tag { name: inner[..end].to_ascii_lowercase(), closes }
    }
}

/// Remembers which kind of quote comes no more, so that a text full of open ones is not searched again and again.
#[derive(Default)]
struct Quotes {
    no_more: [bool; 2],
}

impl Quotes {
    /// Where a tag ends: at the next `>` outside quotes.
    fn tag_end(&mut self, html: &str, from: usize) -> usize {
        let bytes = html.as_bytes();
        let mut at = from;
        while let Some(found) = memchr::memchr3(b'>', b'"', b'\'', &bytes[at..]).map(|found| at + found) {
            if bytes[found] == b'>' {
                return found;
            }
            let kind = usize::from(bytes[found] == b'\'');
            // A quote opens a value only behind an equals sign; elsewhere it is a slip of the pen.
            let opens = bytes[from..found].trim_ascii_end().ends_with(b"=");
            at = found + 1;
            if opens && !self.no_more[kind] {
                match memchr::memchr(bytes[found], &bytes[at..]) {
                    Some(close) => at += close + 1,
                    None => self.no_more[kind] = true,
                }
            }
        }
        html.len()
    }
}

/// The lines so far, and the row that is being read.
#[derive(Default)]
struct Page {
    lines: Vec<Line>,
    cells: Vec<String>,
    /// The cell that is being read; line ends in it stand between its blocks.
    text: String,
    /// White space came, which counts once something follows it.
    space: bool,
    /// A block ended, which counts once something follows it in the same cell.
    line_end: bool,
    in_cell: bool,
    verbatim: usize,
}

impl Page {
    fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
            self.plain(&rest[..at]);
            let after = &rest.as_bytes()[at..];
            let name =
                after[1..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'#').take(LONGEST_REFERENCE);
            let end = 1 + name.count();
            let length = if after.get(end) == Some(&b';') { end + 1 } else { 1 };
            let mut character = String::new();
            add_html_token(&mut character, &after[..length], false);
            self.plain(&character);
            rest = &rest[at + length..];
        }
        self.plain(rest);
    }

    /// Text without references.
    fn plain(&mut self, text: &str) {
        for c in text.chars() {
            if c == '\n' && self.verbatim > 0 {
                self.line_end = true;
            } else if c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}' | OPEN | CLOSE) {
                self.space = true;
            } else {
                self.gap();
                self.text.push(c);
            }
        }
    }

    /// Puts down the white space or the line end that came since the last text.
    fn gap(&mut self) {
        if self.line_end && !self.text.is_empty() {
            self.text.push('\n');
        } else if self.space && !self.text.is_empty() {
            self.text.push(' ');
        }
        (self.space, self.line_end) = (false, false);
    }

    /// An element within a line begins or ends.
    fn edge(&mut self, edge: char) {
        if edge == OPEN {
            self.gap();
        }
        // Empty elements say nothing.
        match (edge, self.text.ends_with(OPEN)) {
            (CLOSE, true) => {
                self.text.pop();
            }
            _ => self.text.push(edge),
        }
    }

    fn tag(&mut self, tag: &Tag) {
        match tag.name.as_str() {
            "td" | "th" if tag.closes => self.end_cell(),
            "td" | "th" => {
                // A cell that was never closed, or text before the first one.
                if self.in_cell || !self.text.trim_matches([OPEN, CLOSE]).is_empty() {
                    self.end_cell();
                }
                self.text.clear();
                self.in_cell = true;
            }
            "tr" | "table" | "tbody" | "thead" | "tfoot" => self.end_row(),
            "pre" => {
                self.verbatim = if tag.closes { self.verbatim.saturating_sub(1) } else { self.verbatim + 1 };
                self.end_block();
            }
            name if BLOCKS.contains(&name) => self.end_block(),
            name if name.is_empty() || EMPTY.contains(&name) || UNSHOWN.contains(&name) => {}
            _ => self.edge(if tag.closes { CLOSE } else { OPEN }),
        }
    }

    fn end_block(&mut self) {
        if self.in_cell {
            self.line_end = true;
        } else {
            self.end_row();
        }
    }

    fn end_cell(&mut self) {
        self.cells.push(std::mem::take(&mut self.text));
        (self.space, self.line_end, self.in_cell) = (false, false, false);
    }

    fn end_row(&mut self) {
        let edges = |text: &str| text.chars().all(|c| c == OPEN || c == CLOSE);
        if self.in_cell || !edges(&self.text) {
            self.end_cell();
        }
        // What is left of elements that hold rows.
        self.text.clear();
        let cells = std::mem::take(&mut self.cells);
        if cells.iter().any(|cell| cell.contains('\n')) || cells.len() == 1 {
            // A cell of several lines is a stretch of the page, not a value.
            self.lines.extend(cells.iter().flat_map(|cell| cell.split('\n')).map(Line::text));
        } else if !cells.is_empty() {
            self.lines.push(Line::row(cells));
        } else if self.lines.last().is_some_and(|line| !line.is_blank()) {
            self.lines.push(Line::blank());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::mail::lines::text;

    fn told(html: &str) -> String {
        text(&lines(html)).lines().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn rows_have_cells() {
        assert_eq!(
            told("<table><tr><td>Reason for error</td><td>could_not_connect</td></tr><TR><TH>a<TD>b</table>c"),
            "Reason for error | could_not_connect\na | b\nc"
        );
        // As mail programs write them.
        assert_eq!(
            told("<tr><td>\n <p class=x><b>Reason&nbsp;for</b> error</p>\n</td>\n<td><p>x&#x79;&lt;z</p></td></tr>"),
            "Reason for error | xy<z"
        );
        assert_eq!(told("<tr><td></td><td>b</td></tr>"), " | b");
        assert_eq!(told("<td>Reason<br>x</td><td>y</td>"), "Reason\nx\ny");
        assert_eq!(told("<table><tr><td>a<table><tr><td>b</td><td>c</td></tr></table></td></tr></table>"), "a\nb | c");
    }

    #[test]
    fn blocks_are_lines_and_inline_elements_are_not() {
        assert_eq!(told("<div>a <b>b</b><br/>c</div><ul><li>d<li>e</ul><dl><dt>f<dd>g</dl>h"), "a b\nc\nd\ne\nf\ng\nh");
        assert_eq!(told("a\n  b<pre>c\nd</pre>"), "a b\nc\nd");
    }

    #[test]
    fn what_is_not_shown_is_left_out() {
        assert_eq!(
            told("<head><title>t</title><STYLE>a{}</style></head><!-- x <b> -->a<script>'</scr'<b></script>b"),
            "ab"
        );
        assert_eq!(told("a<!-- never closed"), "a");
        assert_eq!(told("a<style>never closed"), "a");
    }

    #[test]
    fn broken_tags_lose_no_text() {
        for (html, expected) in [
            ("a < b & c > d", "a < b & c > d"),
            ("a<b title=\"x > y\">c", "ac"),
            ("a<b \">c", "ac"),
            ("a<b title=\">c", "ac"),
            ("a<b title='>c</b>d", "acd"),
            ("&unknown; &amp &amp;amp; &#0; &#99999999;", "&unknown; &amp &amp; \0 \u{fffd}"),
            ("a<", "a<"),
            ("<é>", "<é>"),
            ("&é;", "&é;"),
        ] {
            assert_eq!(told(html), expected, "{html}");
        }
    }
}
