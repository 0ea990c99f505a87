//! The first sheet: how bad it is, against what, and what to do first.

use rust_xlsxwriter::{Format, FormatAlign, Worksheet, XlsxError};

use super::{
    chart,
    look::{self, Cell, SIZE, color},
    sheet::Sheet,
};
use crate::{
    chart::theme,
    model::{Sentence, key},
    story::{Story, Trend},
};

/// Widths of the labels and of what they are of, in characters.
const WIDTHS: [usize; 2] = [18, 104];
/// Sizes of type, in points.
const TITLE: f64 = 18.0;
const HEADLINE: f64 = 14.0;
const HEADING: f64 = 13.0;
/// Steps of advice for each cause; `explain` has all of them.
const FIRST_STEPS: usize = 3;

pub fn sheet(story: &Story<'_>) -> Result<Worksheet, XlsxError> {
    let lang = story.lang();
    let mut sheet = Sheet::new(story, key::workbook::SUMMARY)?;
    sheet.sheet.set_portrait().set_screen_gridlines(false);
    WIDTHS.into_iter().enumerate().for_each(|(column, width)| sheet.widen(column, width));
    let plain = look::plain(lang).set_text_wrap().set_align(FormatAlign::Left).set_indent(1).set_quote_prefix();
    let title = look::plain(lang).set_bold().set_font_size(TITLE);
    sheet.put(0, &Cell::name(lang.phrase(key::page::BRAND)), &title, TITLE)?;
    sheet.row += 1;
    let faint = look::plain(lang).set_font_color(color(theme::MUTED)).set_quote_prefix();
    sheet.put(0, &Cell::name(story.scope.join(lang.dot())), &faint, SIZE)?;
    sheet.row += 2;
    let grave = plain.clone().set_bold().set_font_color(color(theme::WORSE));
    if let Some(filter) = &story.filter {
        line(&mut sheet, filter, &grave)?;
    }
    story.grave.iter().try_for_each(|note| line(&mut sheet, &note.text, &grave))?;
    let badge = look::plain(lang).set_bold().set_font_color(color(theme::ON_BADGE)).set_text_wrap();
    let badge = badge.set_background_color(color(theme::state(story.colour())));
    let badge = badge.set_align(FormatAlign::Center).set_align(FormatAlign::VerticalCenter);
    let headline = plain.clone().set_bold().set_font_size(HEADLINE).set_indent(1);
    sheet.put(0, &Cell::text(story.state.to_uppercase()), &badge, SIZE)?;
    sheet.put(1, &Cell::text(&story.headline), &headline.set_align(FormatAlign::VerticalCenter), HEADLINE)?;
    sheet.row += 1;
    let log = story.log.as_ref().map(|log| log.line.clone());
    story.standing.iter().chain(&log).try_for_each(|sentence| line(&mut sheet, sentence, &plain))?;
    sheet.row += 1;
    figures(&mut sheet)?;
    sheet.row += 1;
    if let Some(chart) = chart::windows(story) {
        sheet.sheet.insert_chart_with_offset(sheet.row, 0, &chart, 8, 0)?;
        let rows = f64::from(chart::SIZE.1) * 0.75 / lang.language().workbook.line;
        sheet.row += rows.ceil() as u32 + 1;
    }
    advice(&mut sheet, &plain)?;
    if !story.warnings.is_empty() {
        heading(&mut sheet, key::page::WARNINGS)?;
        story.warnings.iter().try_for_each(|note| line(&mut sheet, &note.text, &plain))?;
        sheet.row += 1;
    }
    sheet.put(1, &Cell::text(story.caveat), &faint.set_text_wrap().set_align(FormatAlign::Left).set_indent(1), SIZE)?;
    sheet.finish()
}

fn heading(sheet: &mut Sheet<'_>, key: key::SentenceKey) -> Result<(), XlsxError> {
    let format = look::plain(sheet.lang()).set_bold().set_font_size(HEADING).set_font_color(color(theme::CHANNEL));
    sheet.put(0, &Cell::name(sheet.lang().phrase(key)), &format, HEADING)?;
    sheet.row += 1;
    Ok(())
}

/// A text beside the labels.
fn line(sheet: &mut Sheet<'_>, text: &str, format: &Format) -> Result<(), XlsxError> {
    sheet.put(1, &Cell::text(text), format, SIZE)?;
    sheet.row += 1;
    Ok(())
}

/// The numbers that everything is measured by.
fn figures(sheet: &mut Sheet<'_>) -> Result<(), XlsxError> {
    let (story, lang) = (sheet.story, sheet.lang());
    let (analysis, totals) = (story.analysis, &story.analysis.totals);
    // The total carries the mark of a number that is too low or too high.
    let marked = match story.total.split_once(' ') {
        Some((mark, _)) => look::format(&Cell::Count(0), lang).set_num_format(format!("\"{mark} \"#,##0")),
        None => look::format(&Cell::Count(0), lang),
    };
    let trend = story.compared.change.as_ref().map_or(Trend::Same, |change| change.trend);
    let change = Cell::of(totals.change, |change| Cell::Change(change, trend));
    let percent = Cell::of(totals.change_pct, |percent| Cell::ChangePercent(percent, trend));
    let range = analysis.history.range().map(|(least, most)| {
        let range = Sentence::new(key::story::RANGE).with("from", lang.number(least));
        lang.say(&range.with("to", lang.number(most)))
    });
    let usual = story.strip.as_ref().map(|strip| match strip.median {
        Some(median) => Cell::Count(median),
        None => Cell::text(&strip.caption),
    });
    let plain = |cell: &Cell| look::format(cell, lang);
    let figures = [
        (key::page::ERRORS, Cell::Count(totals.errors), marked),
        (key::page::BEFORE, Cell::of(totals.previous_errors, Cell::Count), plain(&Cell::Count(0))),
        (key::page::CHANGE_TITLE, change, plain(&Cell::Change(0, trend))),
        (key::workbook::CHANGE_PERCENT, percent, plain(&Cell::ChangePercent(0.0, trend))),
        (key::workbook::USUAL, usual.unwrap_or(Cell::Empty), plain(&Cell::Count(0))),
        (key::workbook::USUAL_RANGE, Cell::of(range, Cell::Text), look::plain(lang)),
    ];
    let label = look::plain(lang).set_font_color(color(theme::MUTED));
    for (name, cell, format) in figures.into_iter().filter(|(_, cell, _)| !matches!(cell, Cell::Empty)) {
        sheet.put(0, &sheet.t(name), &label, SIZE)?;
        sheet.put(1, &cell, &format.set_align(FormatAlign::Left).set_indent(1).set_bold().set_quote_prefix(), SIZE)?;
        sheet.row += 1;
    }
    Ok(())
}

fn advice(sheet: &mut Sheet<'_>, plain: &Format) -> Result<(), XlsxError> {
    let advice = &sheet.story.advice;
    if advice.blocks.is_empty() && advice.unadvised.is_none() {
        return Ok(());
    }
    heading(sheet, key::page::ADVICE)?;
    let numbers = look::plain(sheet.lang()).set_align(FormatAlign::Right).set_font_color(color(theme::MUTED));
    for block in &advice.blocks {
        line(sheet, &block.title, &plain.clone().set_bold())?;
        line(sheet, block.explanation.meaning, plain)?;
        block.in_logs.iter().try_for_each(|times| line(sheet, times, plain))?;
        for (number, step) in (1..).zip(block.steps().take(FIRST_STEPS)) {
            sheet.put(0, &Cell::Count(number), &numbers, SIZE)?;
            line(sheet, step, plain)?;
        }
        sheet.row += 1;
    }
    if let Some(unadvised) = &advice.unadvised {
        line(sheet, unadvised, plain)?;
        sheet.row += 1;
    }
    Ok(())
}
