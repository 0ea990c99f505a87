//! `--format markdown`: tables to paste into a chat, an issue or a job summary.
//!
//! Names from files stand in code spans, where Markdown reads no links, mentions, references or emphasis, and other
//! text from files has every sign escaped that means something. `<` is in neither, because some programs that show
//! Markdown let HTML through.

mod escape;
mod verdict;

pub use verdict::verdict;

use crate::{
    model::{for_log, key},
    story::Story,
};

pub(super) use escape::inert;
use escape::{code, prose};

use super::document::{Block, Cell, Column, Kind, Table, Tone, document};

/// The analysis as GitHub-flavoured Markdown, each line ended. Lists have `top` entries and say what they leave out.
pub fn markdown(story: &Story<'_>) -> String {
    let lang = story.lang();
    let mut out = format!("# {}\n", lang.phrase(key::markdown::TITLE));
    let mut listed = false;
    for block in document(story) {
        let list =
            matches!(block, Block::Item(..) | Block::Below(..) | Block::Step(_) | Block::Link(_) | Block::Curve(_));
        let drawn = matches!(block, Block::Timeline);
        if !(drawn || list && listed) {
            out.push('\n');
        }
        listed = list;
        out += &match block {
            Block::Heading(title) => format!("## {title}\n"),
            Block::Headline => format!("**{}** {}\n", story.state.to_uppercase(), prose(&story.headline)),
            Block::Said(tone, text) => format!("{}\n", toned(tone, &text)),
            Block::Item(tone, text) => format!("- {}\n", toned(tone, &text)),
            // These texts are errstat's own, with commands in code spans.
            Block::Below(_, text) | Block::Step(text) => format!("  - {text}\n"),
            Block::Link(link) => format!("  - [{}]({link})\n", lang.phrase(key::markdown::LINK)),
            Block::Curve(curve) => format!("  {}\n", code(&curve)),
            Block::Table(given) => table(&given),
            Block::Timeline => String::new(),
        };
    }
    out.lines().map(|line| for_log(line) + "\n").collect()
}

fn toned(tone: Tone, text: &str) -> String {
    if matches!(tone, Tone::Strong | Tone::Grave) { format!("**{}**", prose(text)) } else { prose(text) }
}

fn table(table: &Table) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let side = |column: &Column| if column.kind == Kind::Number { "---:" } else { "---" }.to_owned();
    let mut out = line(table.columns.iter().map(|column| prose(column.title)).collect());
    out += &line(table.columns.iter().map(side).collect());
    for row in &table.rows {
        out += &line(table.columns.iter().zip(row).map(|(column, written)| cell(column, written)).collect());
    }
    out + &table.more.as_ref().map_or_else(String::new, |more| format!("\n{more}\n"))
}

fn cell(column: &Column, cell: &Cell) -> String {
    let text = match column.kind {
        Kind::Name | Kind::Path | Kind::Curve => code(cell.text()),
        Kind::Words | Kind::Marks => prose(cell.text()),
        Kind::Number => cell.text().to_owned(),
    };
    match cell {
        _ if text.is_empty() => text,
        Cell::Sum(_) | Cell::Mark(_) => format!("**{text}**"),
        Cell::Part(_) => format!("– {text}"),
        Cell::Text(_) | Cell::Change(_) => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        analysis::Analysis,
        render::sample::{HOSTILE, nothing, week, week_named},
        taxonomy::Lang,
    };

    /// Cells of a table's line: what GitHub-flavoured Markdown sees between bars that have no backslash.
    fn cells(line: &str) -> usize {
        line.replace("\\|", "").matches('|').count()
    }

    fn told(analysis: &Analysis) -> String {
        markdown(&Story::of(analysis, Lang::En, 10, &[]))
    }

    #[test]
    fn tables_hold_the_numbers() {
        let text = told(&week());
        assert!(text.starts_with("# Webhook errors\n\n**UNKNOWN** 170 errors on shop"), "{text}");
        assert!(text.contains("shop · 2026-W47 · Mon 16 Nov 2026"), "{text}");
        assert!(text.contains("| **`All errors`** | 170 | 100.0 % | 217 | −22 % |"), "{text}");
        assert!(text.contains("| `502 Bad Gateway` | 117 | 68.8 % | 12 | +875 % |"), "{text}");
        assert!(text.contains("| `Unknown host` | 5 | 2.9 % | 0 | +5 | **NEW** |"), "{text}");
        assert!(text.contains("- Wed 18 Nov 2026, 20:10 – 20:45 (Asia/Tokyo) on shop: 96"), "{text}");
        assert!(text.contains("\n  `▁▂▅█▄▂▁`\n"), "{text}");
        assert!(text.contains("an error rate can't be computed"), "{text}");
    }

    #[test]
    fn nothing_from_a_file_is_markup() {
        for name in [HOSTILE, "a\\|b", "``` <b>", &"x|`<@#".repeat(1_000)] {
            let text = told(&week_named(name));
            assert!(!text.contains('<') && !text.contains("##["), "{text}");
            let mut columns = 0;
            for line in text.lines() {
                if !line.starts_with('|') {
                    columns = 0;
                    continue;
                }
                assert!(columns == 0 || cells(line) == columns, "{line}");
                columns = cells(line);
                assert!(line.len() < 2_000, "{line}");
            }
            // Outside of code spans no link, mention or emphasis is left.
            let outside: String = text.split('`').step_by(2).collect();
            for markup in ["[link]", "https://evil", "@everyone", " *b*", "www.evil"] {
                assert!(!outside.contains(markup), "{markup} in {outside}");
            }
        }
    }

    #[test]
    fn prose_is_escaped_and_code_is_fenced() {
        assert_eq!(prose("1. a"), "1\\. a");
        assert_eq!(prose("- a_b #1 & x@y.z"), "\\- a\\_b #\u{2060}1 &amp; x@\u{2060}y.z");
        assert_eq!(prose("https://a.b WWW.c at 04:12"), "https:/\u{2060}/a.b WWW\u{2060}.c at 04:12");
        assert_eq!(prose(":tada:"), ":\u{2060}tada:");
        assert_eq!(code("a|b`c<d"), "`a\\|bˋc‹d`");
        assert_eq!(code(" "), "");
        assert_eq!(code(&"x".repeat(500)), format!("`{}…`", "x".repeat(120)));
    }

    #[test]
    fn no_errors_are_said_in_words() {
        assert!(told(&nothing()).contains("No rows in the files: no errors, or the error statistics were off."));
    }
}
