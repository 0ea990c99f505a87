//! `errstat summary`: everything, or what fits a screen.

use crate::{
    analysis::State,
    model::{Sentence, key},
    render::document::{Block, Cell, Table, Tone, causes, document, head, incident},
    story::Story,
};

use super::{
    ink::Ink,
    sheet::{Sheet, TerminalView, excerpt},
    timeline::timeline,
};

/// Lines of the smallest usual terminal, without the one of the next command.
const HEIGHT: usize = 23;
/// More lines of one paragraph are too many on a screen.
const TALLEST: usize = 4;
/// Fewer causes are worth a shorter text around them.
const LEAST_CAUSES: usize = 2;
/// More grave notes than these are only counted on a screen.
const GRAVE: usize = 2;

/// All of it, as text of at most the view's width, each line ended.
pub fn summary(story: &Story<'_>, view: &TerminalView) -> String {
    let mut sheet = Sheet::new(view);
    document(story).iter().for_each(|block| write(&mut sheet, story, block));
    sheet.finish()
}

/// What fits 24 lines of 80 cells: how bad it is, of what, since when, whether it is over, and what to do first.
pub fn answer(story: &Story<'_>, view: &TerminalView) -> String {
    let failing = story.analysis.by_detail.iter().filter(|row| row.errors > 0).count();
    let mut parts = (1..=TALLEST).rev().map(|lines| {
        let (above, below) = (above(story, view, lines), below(story, view, lines));
        let room = HEIGHT.saturating_sub(above.height() + below.height());
        let listed = |most: usize| {
            let mut sheet = cut_sheet(view, lines);
            sheet.blank();
            table(&mut sheet, &causes(story, most));
            (most, sheet)
        };
        let fitting = (1..=failing.min(room)).rev().map(listed).find(|(_, sheet)| sheet.height() <= room);
        let (most, causes) =
            fitting.unwrap_or_else(|| if failing > 0 { listed(1) } else { (0, cut_sheet(view, lines)) });
        ([above, causes, below], most, lines)
    });
    let fits = |(_, causes, lines): &([Sheet; 3], usize, usize)| *lines == 1 || *causes >= LEAST_CAUSES.min(failing);
    let Some((parts, ..)) = parts.find(fits) else { return String::new() };
    parts.into_iter().map(Sheet::finish).collect()
}

fn cut_sheet(view: &TerminalView, lines: usize) -> Sheet {
    let mut sheet = Sheet::new(view);
    sheet.cut_paragraphs(lines);
    sheet
}

fn above(story: &Story<'_>, view: &TerminalView, lines: usize) -> Sheet {
    let mut sheet = cut_sheet(view, lines);
    head(story, GRAVE).iter().for_each(|block| write(&mut sheet, story, block));
    story.log.iter().for_each(|log| sheet.paragraph("", &log.line, Ink::Plain));
    sheet
}

fn below(story: &Story<'_>, view: &TerminalView, lines: usize) -> Sheet {
    let lang = view.lang;
    let mut sheet = cut_sheet(view, lines);
    if let Some(event) = story.events.first() {
        let lead = lang.lead(lang.phrase(key::terminal::WORST));
        sheet.blank();
        for block in incident(event) {
            match block {
                Block::Item(_, sentence) => {
                    sheet.paragraph("", &format!("{}{sentence}", Ink::Strong.on(&lead)), Ink::Plain)
                }
                // The log's sentence stands above.
                Block::Below(..) => {}
                block => write(&mut sheet, story, &block),
            }
        }
    }
    if let Some(block) = story.advice.blocks.first() {
        let lead = Ink::Strong.on(&lang.lead(lang.phrase(key::terminal::ADVICE)));
        let step = block.steps().next().unwrap_or_default();
        sheet.blank();
        // What the incident above is of needs no title.
        match &block.in_logs {
            Some(logs) => {
                sheet.whole_paragraph("", &format!("{lead}{step}"), Ink::Plain);
                sheet.paragraph("", logs, Ink::Plain);
            }
            None => {
                sheet.paragraph("", &format!("{lead}{}", Ink::Strong.on(&block.title)), Ink::Plain);
                sheet.whole_paragraph("", step, Ink::Plain);
            }
        }
    }
    let all = Sentence::new(key::terminal::SEE_ALL).with_number("notes", story.notes().count() as u64);
    sheet.blank();
    sheet.paragraph("", &lang.say(&all), Ink::Faint);
    sheet
}

fn write(sheet: &mut Sheet, story: &Story<'_>, block: &Block) {
    match block {
        Block::Heading(text) => sheet.heading(text),
        Block::Headline => {
            let state = of_state(story.colour()).on(&story.state.to_uppercase());
            sheet.whole_paragraph(&format!("{state}  "), &story.headline, Ink::Strong);
        }
        Block::Said(tone, text) => sheet.paragraph("", text, of_tone(*tone)),
        Block::Item(Tone::Grave, text) => sheet.paragraph(&format!("{} ", Ink::Notice.on("!")), text, Ink::Plain),
        Block::Item(tone, text) => sheet.paragraph("  - ", text, of_tone(*tone)),
        Block::Below(tone, text) => sheet.paragraph("    ", text, of_tone(*tone)),
        Block::Step(text) => sheet.paragraph("    - ", text, Ink::Plain),
        Block::Curve(curve) => sheet.line(format!("    {}", excerpt(curve, sheet.width().saturating_sub(4)))),
        Block::Table(given) => table(sheet, given),
        Block::Link(_) => {}
        Block::Timeline => timeline(sheet, &story.analysis.windows, &story.clock),
    }
}

fn of_tone(tone: Tone) -> Ink {
    match tone {
        Tone::Strong => Ink::Strong,
        Tone::Plain => Ink::Plain,
        Tone::Faint => Ink::Faint,
        Tone::Grave => Ink::Notice,
    }
}

fn of_state(state: State) -> Ink {
    match state {
        State::Ongoing | State::More | State::New => Ink::Bad,
        State::Usual | State::Quiet => Ink::Good,
        State::Over => Ink::Strong,
        State::Unknown => Ink::Notice,
    }
}

/// A table with the columns that the width has room for.
fn table(sheet: &mut Sheet, table: &Table) {
    let width = sheet.width();
    let fits: Vec<bool> = table.columns.iter().map(|column| column.from <= width).collect();
    let kept = |at: &usize| fits[*at];
    let columns = table.columns.iter().filter(|column| column.from <= width);
    let columns: Vec<_> = columns.map(|column| (column.kind, column.title)).collect();
    let cell = |cell: &Cell| {
        let text = excerpt(cell.text(), 4 * width);
        match cell {
            Cell::Text(_) => text,
            Cell::Sum(_) => Ink::Strong.on(&text),
            Cell::Part(_) => format!("  {text}"),
            Cell::Mark(_) => Ink::Notice.on(&text),
            Cell::Change(change) => Ink::of_trend(change.trend).on(&text),
        }
    };
    let rows = table.rows.iter().map(|row| (0..row.len()).filter(kept).map(|at| cell(&row[at])).collect());
    sheet.table(&columns, rows.collect());
    sheet.more(table.more.as_deref());
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::{
        analysis::{Analysis, Bucket},
        model::Zone,
        render::sample::{HOSTILE, nothing, week, week_named},
        taxonomy::Lang,
    };

    fn told(analysis: &Analysis, view: &TerminalView) -> String {
        summary(&Story::of(analysis, view.lang, view.top, &[]), view)
    }

    fn view(width: usize) -> TerminalView {
        TerminalView { lang: Lang::En, top: 10, width, color: false, unicode: true }
    }

    fn line_with<'a>(text: &'a str, part: &str) -> &'a str {
        text.lines().find(|line| line.contains(part)).unwrap_or_else(|| panic!("no line with `{part}`:\n{text}"))
    }

    #[test]
    fn the_numbers_are_there_with_their_change() {
        let text = told(&week(), &view(80));
        assert!(text.contains("shop · 2026-W47 · Mon 16 Nov 2026"), "{text}");
        let row = line_with(&text, "All errors");
        assert!(row.contains("170  100.0 %") && row.contains("217   −22 %"), "{row}");
        let row = line_with(&text, "502 Bad Gateway  ");
        assert!(row.contains("117   68.8 %") && row.contains("12  +875 %"), "{row}");
        let row = line_with(&text, "Unknown host  ");
        assert!(row.contains("  5    2.9 %") && row.contains("+5") && row.ends_with("NEW"), "{row}");
        assert!(!text.contains("could_not_connect"), "a reason with one detail takes one line");
        let text = told(&week(), &view(120));
        assert!(text.contains("Peak: 31 in 5 minutes at 20:25."), "{text}");
        assert!(line_with(&text, "502 Bad Gateway  ").ends_with("Mon 16 Nov 08:00  Fri 20 Nov 21:30"), "{text}");
        assert!(text.contains("w46.tsv, line 17: count is not a whole number: 2026-11-16 04:12:33"), "{text}");
    }

    /// Every kind of analysis, in both languages, as it is answered on a screen.
    fn answers(width: usize) -> impl Iterator<Item = String> {
        let long = "long ".repeat(1_000);
        let mut many = week_named(&"決済エラー".repeat(1_000));
        many.by_detail = vec![many.by_detail[0].clone(); 60];
        many.incidents = vec![many.incidents[0].clone(); 25];
        many.notes = vec![Sentence::new(key::note::CHANNEL_UNMATCHED).with("channel", &long).with("pattern", "x"); 9];
        many.notes.extend(vec![Sentence::new(key::note::PERIOD_NOT_COVERED).with("until", &long); 9]);
        let all = [week(), nothing(), week_named(HOSTILE), week_named(&long), week_named("ผู้ใช้ทดสอบ"), many];
        let zones = [Zone::utc(), Zone::console()];
        Lang::ALL.into_iter().flat_map(move |lang| {
            all.clone()
                .map(|analysis| answer(&Story::of(&analysis, lang, 10, &zones), &TerminalView { lang, ..view(width) }))
        })
    }

    #[test]
    fn an_answer_fits_the_smallest_terminal() {
        for text in answers(80) {
            assert!(text.lines().count() <= HEIGHT, "{} lines:\n{text}", text.lines().count());
            assert!(text.lines().all(|line| line.width() <= 80), "{text}");
            assert!(text.contains("--full"), "{text}");
        }
        for width in [40, 120] {
            assert!(answers(width).all(|text| text.lines().all(|line| line.width() <= width)));
        }
    }

    #[test]
    fn an_answer_has_what_is_asked_first() {
        let text = answers(80).next().unwrap();
        for part in
            ["UNKNOWN  170 errors on shop", "502 Bad Gateway  ", "Worst incident: ", "Do first: ", "In your logs: "]
        {
            assert!(text.contains(part), "{part} in {text}");
        }
        // Wednesday, 20:10 in Japan is 11:10 in UTC.
        assert!(text.contains("Wed 18 Nov 11:10–11:45 (UTC)"), "{text}");
    }

    #[test]
    fn many_incidents_are_a_table_on_one_scale() {
        let mut many = week();
        many.incidents = vec![many.incidents[0].clone(); 12];
        many.incidents[1].classes[0].cells[3] += 31;
        assert_eq!(many.incidents[1].highest(), 62);
        let text = told(&many, &view(80));
        // 31 of 62 are four of eight steps; 4 of 62 are less than one.
        let row = line_with(&text, "Wed 18 Nov 20:10  ");
        assert!(row.contains("35 min") && row.contains("shop") && row.ends_with("▁▁▂▄▂▁▁"), "{row}");
        assert_eq!(text.matches("▁▁▂▄▂▁▁").count(), 9, "all but the one of 62");
        assert!(
            text.contains("10 of 12 shown") && text.contains("Time to recover: median 35 min, longest 35 min."),
            "{text}"
        );
    }

    #[test]
    fn the_curve_adds_up_what_its_heading_says() {
        let text = told(&week(), &view(80));
        assert!(text.contains("Errors per day\n  Most: 127, Wed 18 Nov 2026\n"), "{text}");
        assert!(line_with(&text, "127 │").contains('█'), "{text}");
        // 14 days in 7 columns of a narrow sheet would be drawn one by one; 100 days are put together.
        let mut long = week();
        let first = long.windows.buckets[0].clone();
        long.windows.buckets = vec![Bucket { errors: 2, ..first }; 100];
        assert!(told(&long, &view(40)).contains("Errors every 4 days\n  Most: 8,"));
    }

    #[test]
    fn lines_fit_the_width_whatever_the_names() {
        let long = "long ".repeat(1_000);
        let analyses =
            [week(), nothing(), week_named(HOSTILE), week_named(&long), week_named(&"決済エラー".repeat(1_000))];
        for analysis in &analyses {
            for width in [40, 64, 80, 100, 120] {
                let text = told(analysis, &view(width));
                let widest = text.lines().max_by_key(|line| line.width()).unwrap_or("");
                assert!(widest.width() <= width, "{} of {width}: {widest}", widest.width());
                assert!(text.lines().count() < 250, "{} lines at {width}", text.lines().count());
            }
        }
    }

    #[test]
    fn names_from_files_command_no_runner_and_no_terminal() {
        for analysis in [week_named(HOSTILE), week_named("::error::x")] {
            let text = told(&analysis, &TerminalView { color: true, ..view(40) });
            assert!(!text.contains("##["), "{text}");
            assert!(text.lines().all(|line| !line.trim_start().starts_with("::")), "{text}");
        }
    }

    #[test]
    fn colour_changes_nothing_but_the_colour() {
        let colored = told(&week(), &TerminalView { color: true, ..view(80) });
        assert!(colored.contains("\x1b[1mAll errors\x1b[0m"), "{colored}");
        let mut plain = String::new();
        for (at, part) in colored.split("\x1b[").enumerate() {
            plain.push_str(if at == 0 { part } else { part.split_once('m').unwrap().1 });
        }
        let trimmed = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
        assert_eq!(trimmed(&plain), trimmed(&told(&week(), &view(80))));
        assert!(!told(&week(), &view(80)).contains('\x1b'));
    }

    #[test]
    fn a_terminal_without_unicode_gets_ascii() {
        let text = told(&week(), &TerminalView { unicode: false, ..view(80) });
        assert!(text.is_ascii(), "{text}");
        assert!(text.contains("    ..:#:..\n"), "{text}");
    }

    #[test]
    fn unknown_details_are_marked() {
        let text = told(&week_named("Quota exceeded"), &view(80));
        assert!(line_with(&text, "  Quota exceeded: Quota").ends_with("NEW unlisted"), "{text}");
        assert!(!told(&week(), &view(80)).contains("unlisted"));
    }

    #[test]
    fn what_a_list_leaves_out_is_counted() {
        let text = told(&week(), &TerminalView { top: 1, ..view(80) });
        assert!(text.contains("and 2 more details with 53 errors"), "{text}");
        assert!(!text.contains("Request timeout  "), "{text}");
    }

    #[test]
    fn no_rows_and_no_errors_are_told_apart() {
        let text = told(&nothing(), &view(80));
        assert!(text.contains("No rows in the files: no errors, or the error statistics were off."), "{text}");
        let mut quiet = nothing();
        quiet.inputs[0].rows = 9;
        quiet.data_span = week().data_span;
        let text = told(&quiet, &view(80));
        assert!(text.contains("No errors.") && !text.contains("No unusual spikes"), "{text}");
        assert!(text.contains("delivery attempts"), "{text}");
    }

    #[test]
    fn a_detail_that_stopped_is_said_to_have_stopped() {
        let mut analysis = week();
        analysis.by_detail[2].errors = 0;
        analysis.by_detail[2].previous_errors = Some(1_234);
        let text = told(&analysis, &view(80));
        assert!(text.contains("Unknown host: 1,234 before, none in this period"), "{text}");
        // Where a part of either period is unknown there is no change.
        analysis.by_detail[2].change = None;
        assert!(!told(&analysis, &view(80)).contains("Unknown host: 1,234 before"));
    }

    proptest::proptest! {
        #[test]
        fn no_name_breaks_the_layout(name: String, width in 0usize..200, top in 0usize..4, color: bool, unicode: bool) {
            // What comes from a file has been made visible before.
            let analysis = week_named(&crate::model::visible(&name));
            let text = told(&analysis, &TerminalView { lang: Lang::En, top, width, color, unicode });
            proptest::prop_assert!(text.contains("170"));
            proptest::prop_assert!(text.lines().all(|line| !line.trim_start().starts_with("::")));
        }
    }
}
