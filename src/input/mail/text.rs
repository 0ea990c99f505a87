//! The texts of mails as lines, as a person sees them. A tab stands for the border of a cell, and marks for where the
//! elements of a page begin and end.

use mail_parser::decoders::html::html_to_text;

/// Stands in the text of a page where an element within a line begins: it may set a name apart from its value.
pub const OPEN: char = '\u{1e}';
/// Stands where such an element ends.
pub const CLOSE: char = '\u{1f}';
/// Stands before a cell of a page until its row is read.
const CELL: char = '\u{1d}';
/// Stands at the ends of a row likewise.
const ROW: char = '\u{1c}';
const MARKS: [char; 4] = [OPEN, CLOSE, CELL, ROW];

/// Elements that stand on lines of their own.
const BLOCKS: &str = "address article aside blockquote br caption center dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 \
                      header hr li main nav ol p pre section ul";
/// Elements of which only the first four, with what is in them, are not shown.
const UNSHOWN: [&str; 4] = ["head", "script", "style", "template"];
/// Elements that hold nothing.
const EMPTY: &str = "area img input link meta source wbr";

pub fn is_edge(c: char) -> bool {
    c == OPEN || c == CLOSE
}

/// The text as a person sees it.
pub fn without_edges(text: &str) -> String {
    text.replace(is_edge, "")
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
    let text = html_to_text(&marked(html)).replace("\u{1e}\u{1f}", "");
    for row in text.split(ROW) {
        let cells = row.split(CELL).enumerate().filter(|(at, cell)| *at > 0 || cell.contains(|c| !blank(c)));
        let cells: Vec<&str> = cells.map(|(_, cell)| cell.trim_matches(|c: char| c.is_whitespace())).collect();
        // A cell of several lines is a stretch of the page, not a value.
        if cells.len() > 1 && !cells.iter().any(|cell| cell.trim_matches(blank).contains('\n')) {
            lines.push(cells.join("\t"));
            continue;
        }
        for line in cells.iter().flat_map(|cell| cell.split('\n')).map(str::trim) {
            match line.chars().all(blank) {
                false => lines.push(line.to_owned()),
                true if lines.last().is_some_and(|last| !last.is_empty()) => lines.push(String::new()),
                true => {}
            }
        }
    }
    lines
}

/// White space, or a mark that nobody sees.
pub fn blank(c: char) -> bool {
    c.is_whitespace() || is_edge(c)
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
        (inner, rest) = tag[1..].split_once('>').unwrap_or((&tag[1..], ""));
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
            _ => out.push(if closes { CLOSE } else { OPEN }),
        }
    }
    out + rest
}
