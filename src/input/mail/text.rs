//! The texts of mails as lines, as a person sees them. A tab stands for the border of a cell.

use mail_parser::decoders::html::html_to_text;

/// Stands where an element within a line of a page begins or ends, which may set a name apart from its value: a space
/// without width.
pub const EDGE: char = '\u{200b}';
/// Stands before a cell of a page until its row is read.
const CELL: char = '\u{1d}';
/// Stands at the ends of a row likewise.
const ROW: char = '\u{1c}';
const MARKS: [char; 3] = [EDGE, CELL, ROW];

/// Elements that stand on lines of their own.
const BLOCKS: &str = "address article aside blockquote br caption center dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 \
                      header hr li main nav ol p pre section ul";
/// Elements of which only the first four, with what is in them, are not shown.
const UNSHOWN: [&str; 4] = ["head", "script", "style", "template"];
/// Elements that hold nothing.
const EMPTY: &str = "area img input link meta source wbr";

/// The text as a person sees it.
pub fn without_edges(text: &str) -> String {
    text.replace(EDGE, "")
}

/// The lines of a plain text, without marks of quotation. A row drawn with bars has cells, and white space before a line
/// is one space.
pub fn plain(text: &str) -> Vec<String> {
    // A lone carriage return ends a line, too.
    let text = text.replace("\r\n", "\n");
    text.split(['\n', '\r', '\u{2028}', '\u{2029}', '\u{c}'])
        .map(|line| {
            let unquoted = line.trim_start_matches(|c: char| c.is_whitespace() || ">＞".contains(c));
            let line = match line[..line.len() - unquoted.len()].rfind(['>', '＞']) {
                // One space belongs to the mark.
                Some(mark) => line[mark..].trim_start_matches(['>', '＞']).strip_prefix(' ').unwrap_or(unquoted),
                None => line,
            };
            let indent = if line.starts_with(char::is_whitespace) { " " } else { "" };
            format!("{indent}{}", row(line.trim()).replace(MARKS, ""))
        })
        .collect()
}

/// The cells of a row drawn with bars (`| a | b |`), or the line as it is.
fn row(line: &str) -> String {
    let bars = ['|', '│', '┃', '｜'];
    match line.strip_prefix(bars) {
        Some(inner) if inner.contains(bars) => {
            let inner = inner.trim_end();
            let cells = inner.strip_suffix(bars).unwrap_or(inner).split(bars).map(str::trim);
            cells.collect::<Vec<_>>().join("\t")
        }
        _ => line.to_owned(),
    }
}

/// The lines of an HTML text. mail-parser knows what is shown and what references stand for; which text stands on which
/// line and in which cell is marked before.
pub fn page(html: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let text = html_to_text(&marked(html)).replace('\u{a0}', " ");
    let blank = |c: char| c.is_whitespace() || c == EDGE;
    for row in text.split(ROW) {
        let cells = row.split(CELL).enumerate().filter(|(at, cell)| *at > 0 || !cell.trim_matches(blank).is_empty());
        let cells: Vec<&str> = cells.map(|(_, cell)| cell.trim_matches(blank)).collect();
        // A cell of several lines is a stretch of the page, not a value.
        if cells.len() > 1 && !cells.iter().any(|cell| cell.contains('\n')) {
            lines.push(cells.join("\t"));
            continue;
        }
        for line in cells.iter().flat_map(|cell| cell.split('\n')).map(|line| line.trim_matches(blank)) {
            match line.is_empty() {
                false => lines.push(line.to_owned()),
                true if lines.last().is_some_and(|last| !last.is_empty()) => lines.push(String::new()),
                true => {}
            }
        }
    }
    lines
}

/// The page with marks instead of tags.
fn marked(html: &str) -> String {
    let html = html.replace(MARKS, " ");
    let mut out = String::with_capacity(html.len());
    let mut verbatim = 0_usize;
    let mut rest = html.as_str();
    while let Some(open) = rest.find('<') {
        let (text, tag) = rest.split_at(open);
        out.push_str(&if verbatim > 0 { text.replace('\n', "<br>") } else { text.to_owned() });
        if let Some(comment) = tag.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, rest)| rest);
            continue;
        }
        // A bracket that opens no tag is text.
        let inner = &tag[1..];
        if !inner.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)) {
            out.push_str("&lt;");
            rest = inner;
            continue;
        }
        let inner;
        (inner, rest) = match tag_end(tag) {
            Some(end) => (&tag[1..end], &tag[end + 1..]),
            None => (&tag[1..], ""),
        };
        let closes = inner.starts_with('/');
        let name = inner.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        let name = name.to_ascii_lowercase();
        let one_of = |names: &str| names.split(' ').any(|known| known == name);
        match name.as_str() {
            "td" | "th" => out.extend((!closes).then_some(CELL)),
            "tr" | "table" | "tbody" | "thead" | "tfoot" => out.push(ROW),
            // Not every head is closed.
            "body" => out.push_str("</head><br>"),
            _ if UNSHOWN.contains(&name.as_str()) => out.extend([if closes { "</" } else { "<" }, &name, ">"]),
            _ if one_of(BLOCKS) => {
                out.push_str("<br>");
                if name == "pre" {
                    verbatim = if closes { verbatim.saturating_sub(1) } else { verbatim + 1 };
                }
            }
            _ if name.is_empty() || one_of(EMPTY) => {}
            _ => out.push(EDGE),
        }
    }
    out + rest
}

/// Where the `>` of a tag stands: not in the value of an attribute, unless its quotes are broken.
fn tag_end(tag: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = tag[from..].find(['>', '"', '\'']).map(|at| from + at) {
        let quote = match tag.as_bytes()[at] {
            b'>' => return Some(at),
            quote => char::from(quote),
        };
        let is_value = tag[..at].trim_ascii_end().ends_with('=');
        let close = if is_value { tag[at + 1..].find(quote).map(|close| at + 1 + close) } else { None };
        let close = close.filter(|close| tag[close + 1..].starts_with([' ', '\t', '\r', '\n', '/', '>']));
        from = close.unwrap_or(at) + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(html: &str) -> String {
        let lines = page(html).into_iter().filter(|line| !line.is_empty());
        without_edges(&lines.collect::<Vec<_>>().join("\n")).replace('\t', " | ")
    }

    #[test]
    fn line_ends_and_quotations_are_taken_off() {
        assert_eq!(plain("a\r\nb\rc\nd"), ["a", "b", "c", "d"]);
        assert_eq!(plain("> a\n>> b\n> > c\n>\n > d"), ["a", "b", "c", "", "d"]);
        assert_eq!(plain(">    x\n  y\n> z"), [" x", " y", "z"]);
        assert_eq!(plain("| a | b |\n|a|b\na | b\n| a |  | c |"), ["a\tb", "a\tb", "a | b", "a\t\tc"]);
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
            ("a<b \">c", "ac"),
            ("a<b title='>c</b>d", "acd"),
            ("<a href=\"x?a>b\" title = 'c > d'>e</a>", "e"),
            ("&unknown; &amp &amp;amp; &#0; &#99999999;", "&unknown; &amp &amp; \0 \u{fffd}"),
            ("a<", "a<"),
            ("<é>", "<é>"),
            ("&é;", "&é;"),
        ] {
            assert_eq!(told(html), expected, "{html}");
        }
    }
}
