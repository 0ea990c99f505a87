//! `errstat summary`: the numbers of a period, from the total down to the files.

use crate::{
    analysis::{Analysis, filter_heading},
    model::{Sentence, key},
    render::wording::{compared, first_causes, has_rows, previous_label},
    story::{Clock, Story},
};

use super::{
    breakdown::{failures, places, stopped},
    files::files,
    incidents::incidents,
    ink::{Ink, trend},
    sheet::{NAME_IN_SENTENCE, Sheet, TerminalView, excerpt},
    timeline::timeline,
};

/// Points of advice for each cause; `explain` has all of them.
const FIRST_LOOKS: usize = 2;

/// The analysis as text of at most the view's width, each line ended.
///
/// Lists have the view's `top` entries, and say what they leave out.
pub fn summary(story: &Story<'_>, view: &TerminalView) -> String {
    let (analysis, clock, top) = (story.analysis, story.clock, story.top);
    let mut sheet = Sheet::new(view);
    head(&mut sheet, analysis, &clock);
    if analysis.totals.errors > 0 {
        sheet.paragraph("", &story.headline, Ink::Plain);
        timeline(&mut sheet, analysis, &clock);
        failures(&mut sheet, analysis, &clock, top);
        places(&mut sheet, analysis, &clock, top);
        incidents(&mut sheet, analysis, &clock, top);
        advice(&mut sheet, analysis, &clock);
    } else {
        nothing(&mut sheet, story, &clock);
    }
    stopped(&mut sheet, analysis, &clock, top);
    files(&mut sheet, analysis, &clock, top);
    notes(&mut sheet, story, &clock);
    sheet.finish()
}

fn head(sheet: &mut Sheet, analysis: &Analysis, clock: &Clock) {
    let lang = clock.lang;
    let totals = &analysis.totals;
    let period = &analysis.period;
    let mut place = vec![period.label.clone(), clock.period(period.start, period.end), analysis.timezone.to_string()];
    if let [channel] = &analysis.channels[..] {
        place.insert(0, excerpt(channel, NAME_IN_SENTENCE));
    }
    place.retain(|part| !part.is_empty());
    sheet.paragraph("", &place.join(" · "), Ink::Faint);
    if let Some(filter) = filter_heading(lang, &analysis.filter) {
        sheet.paragraph("", &filter, Ink::Notice);
    }
    if totals.errors == 0 {
        return;
    }
    let number = lang.number(totals.errors);
    let key = if totals.errors == 1 { key::terminal::TOTAL_ONE } else { key::terminal::TOTAL };
    let total = lang.say(&Sentence::new(key).with("number", Ink::Strong.on(&number)));
    let dressed = |change: &str| trend(totals.change).on(change);
    sheet.paragraph("", &compared(lang, analysis, total, dressed, str::to_owned), Ink::Plain);
}

/// What to do about the main causes.
fn advice(sheet: &mut Sheet, analysis: &Analysis, clock: &Clock) {
    let lang = clock.lang;
    let causes = first_causes(lang, analysis);
    if causes.is_empty() {
        return;
    }
    sheet.heading(lang.phrase(key::terminal::ADVICE));
    for (at, (row, explanation)) in causes.iter().enumerate() {
        let title = Sentence::new(key::terminal::CAUSE)
            .with("title", Ink::of_reason(&row.reason).on(&explanation.title))
            .with("share", lang.percent(row.share))
            .with("meaning", explanation.meaning);
        sheet.paragraph(&format!("  {}. ", at + 1), &lang.say(&title), Ink::Plain);
        for look in explanation.first.iter().take(FIRST_LOOKS) {
            sheet.paragraph("     - ", look, Ink::Plain);
        }
    }
    if let Some((row, explanation)) = causes.first() {
        // As it can be typed: a status is a word, every other name has blanks in it.
        let question = row.status.map_or_else(|| format!("'{}'", explanation.title), |status| status.to_string());
        let more = Sentence::new(key::terminal::EXPLAIN_MORE).with("question", question);
        sheet.paragraph("  ", &lang.say(&more), Ink::Faint);
    }
}

/// No errors: why there are none.
fn nothing(sheet: &mut Sheet, story: &Story<'_>, clock: &Clock) {
    let analysis = story.analysis;
    let lang = clock.lang;
    let (good, why) = match (has_rows(analysis), &analysis.data_span) {
        (true, Some(_)) if !analysis.filter.is_empty() => {
            (lang.phrase(key::terminal::NO_ERRORS_FILTERED), String::new())
        }
        (false, _) => (lang.phrase(key::terminal::NO_ROWS), lang.phrase(key::terminal::NO_ROWS_WHY).to_owned()),
        (true, Some(span)) => {
            let why = Sentence::new(key::terminal::NO_ERRORS_WHY)
                .with("first", clock.moment(span.first))
                .with("last", clock.moment(span.last));
            (lang.phrase(key::terminal::NO_ERRORS), lang.say(&why))
        }
        (true, None) => {
            (lang.phrase(key::terminal::NO_ERRORS), lang.phrase(key::terminal::NO_ROWS_ACCEPTED).to_owned())
        }
    };
    if analysis.reached {
        sheet.paragraph("", good, Ink::Good);
    } else {
        sheet.paragraph("", &story.headline, Ink::Notice);
    }
    if !why.is_empty() {
        sheet.paragraph("", &why, Ink::Plain);
    }
    if let Some(previous) = analysis.totals.previous_errors.filter(|&previous| previous > 0) {
        let before = Sentence::new(key::terminal::BEFORE_THERE_WERE)
            .with_number("number", previous)
            .with("label", previous_label(analysis));
        sheet.paragraph("", &lang.say(&before), Ink::Plain);
    }
}

fn notes(sheet: &mut Sheet, story: &Story<'_>, clock: &Clock) {
    let lang = clock.lang;
    if story.notes().next().is_some() {
        sheet.heading(lang.phrase(key::terminal::NOTES));
    }
    for note in story.notes() {
        sheet.paragraph(&format!("  {} ", Ink::Notice.on("!")), &note.text, Ink::Plain);
    }
    sheet.blank();
    sheet.paragraph("* ", lang.phrase(key::page::CAVEAT), Ink::Faint);
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::analysis::Bucket;
    use crate::render::sample::{HOSTILE, nothing, week, week_named};
    use crate::taxonomy::Lang;

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
        assert!(text.contains("170 errors*, −22 % against 217 in 2026-W46"), "{text}");
        let row = line_with(&text, "502 Bad Gateway  ");
        assert!(row.contains("117  68.8 %") && row.contains("+875 %"), "{row}");
        let row = line_with(&text, "Unknown host");
        assert!(row.contains("  5   2.9 %") && row.contains("+5") && row.ends_with("NEW"), "{row}");
        let text = told(&week(), &view(120));
        assert!(text.contains("96 errors, mostly 502 Bad Gateway, peak 31 in 5 minutes at 20:25"), "{text}");
        assert!(text.contains("w46.tsv, line 17: count is not a whole number: 2026-11-16 04:12:33"), "{text}");
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
                assert!(text.lines().count() < 200, "{} lines at {width}", text.lines().count());
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
        assert!(colored.contains("\x1b[1m170\x1b[0m errors"), "{colored}");
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
        assert!(line_with(&text, "502 Bad Gateway  ").contains("####"), "{text}");
    }

    #[test]
    fn unknown_details_are_marked_and_the_mark_explained() {
        let text = told(&week_named("Quota exceeded"), &view(80));
        assert!(line_with(&text, "    Quota exceeded").ends_with("NEW ?"), "{text}");
        assert!(text.contains("? not in LINE's published list"), "{text}");
        assert!(!told(&week(), &view(80)).contains("published list"));
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
        assert!(text.contains("No errors: the file is fine and has no rows below its headings."), "{text}");
        let mut quiet = nothing();
        quiet.inputs[0].rows = 9;
        quiet.data_span = week().data_span;
        let text = told(&quiet, &view(80));
        assert!(text.contains("No errors in this period."), "{text}");
        assert!(text.contains("from Sun 1 Nov 2026, 00:03 to Sun 22 Nov 2026, 23:58"), "{text}");
        assert!(text.contains("an error rate can't be computed"), "{text}");
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
