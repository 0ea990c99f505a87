//! HTML in which dates and options stay whole, and numbers stay with what they count, in scripts that a browser breaks anywhere.

use unicode_width::UnicodeWidthStr;

use crate::taxonomy::{needs_care, unbroken};

/// Elements whose text has lines of its own, or none.
const SILENT: [&str; 7] = ["script", "style", "svg", "code", "pre", "title", "option"];
/// What is wider, in columns of a terminal, may be broken anywhere: on a phone it would not fit.
const WIDEST: usize = 30;

/// The page with such pieces in elements with an attribute that forbids to break them.
pub fn kept(html: &str, attribute: &str) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 8);
    let mut rest = html;
    while let Some((text, tag)) = rest.split_once('<') {
        mark(text, attribute, &mut out);
        let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        let end = if SILENT.contains(&name) { format!("</{name}>") } else { ">".to_owned() };
        let length = tag.find(&end).map_or(tag.len(), |at| at + end.len());
        out.push('<');
        out.push_str(&tag[..length]);
        rest = &tag[length..];
    }
    mark(rest, attribute, &mut out);
    out
}

fn mark(text: &str, attribute: &str, out: &mut String) {
    if !needs_care(text) {
        return out.push_str(text);
    }
    for (piece, breaks) in unbroken(text) {
        // A date and a time that are too wide together stay whole each.
        let wide = piece.trim_end().width() > WIDEST;
        for part in piece.split_inclusive(|c| wide && matches!(c, ')' | '）')) {
            let whole = part.trim();
            let (before, behind) = part.split_once(whole).unwrap_or_default();
            if !whole.is_empty() && (breaks || whole.contains("--")) && whole.width() <= WIDEST {
                out.extend([before, "<span ", attribute, ">", whole, "</span>", behind]);
            } else {
                out.push_str(part);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_would_break_is_marked_outside_of_code() {
        let shown = |html: &str| kept(html, "class=k");
        assert_eq!(shown("<p>有 36 次</p>"), "<p>有 <span class=k>36 次</span></p>");
        assert_eq!(shown("<b>พบข้อผิดพลาด</b>"), "<b>พบ<span class=k>ข้อผิดพลาด</span></b>");
        for html in [
            "<code>有 36 次</code>",
            "<p title=\"36 次\">x</p>",
            "<p>36 errors, 19:41–20:47</p>",
            "<td>Wed 18 Nov 2026, 19:41 – 20:47</td>",
            "<svg><text>3 次</text></svg>",
        ] {
            assert_eq!(shown(html), html);
        }
        assert_eq!(shown(&"1年".repeat(99)), "1年".repeat(99));
        let sentence = "No errors on shop since the evening of <span class=k>Wed 18 Nov 19:41–20:47</span> in Tokyo";
        assert_eq!(shown(&sentence.replace("<span class=k>", "").replace("</span>", "")), sentence);
        assert_eq!(shown("<p>19:41: 802 × 502 Bad</p>"), "<p>19:41: <span class=k>802 × 502</span> Bad</p>");
        let wide = "พ. 18 พ.ย. 2569 (2026) 20:31 – 20:53";
        let parts = "<span class=k>พ. 18 พ.ย. 2569 (2026)</span> <span class=k>20:31 – 20:53</span>";
        assert_eq!(shown(wide), parts);
        assert_eq!(shown("到（--exported-at）"), "到<span class=k>（--exported-at）</span>");
    }
}
