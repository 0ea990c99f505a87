//! How far the numbers can be trusted: notes, files, and rows that are not counted.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::{look::Cell, sheet::Sheet};
use crate::{
    analysis::Input,
    model::{Sentence, key},
    render::grid::Grid,
    story::Story,
};

pub fn sheet(story: &Story<'_>) -> Result<Worksheet, XlsxError> {
    let (analysis, lang, clock) = (story.analysis, story.lang(), story.clock);
    let mut sheet = Sheet::new(story, key::workbook::QUALITY)?;
    story.notes().for_each(|note| sheet.say(&note.text));
    [story.caveat, lang.phrase(key::page::ROW_MEANS)].into_iter().for_each(|text| sheet.say(text));
    sheet.row += 1;
    let form = |input: &Input| {
        let precision = input.precision.as_ref().map(|precision| clock.precision(precision).to_owned());
        let same = input.same_as.as_ref().map(|same| lang.say(&Sentence::new(key::page::SAME_AS).with("value", same)));
        let form: Vec<String> = [clock.form(input)].into_iter().chain(precision).chain(same).collect();
        Cell::name(form.join(lang.dot()))
    };
    let files = Grid::of(&analysis.inputs)
        .column(sheet.t(key::page::FILE), |input| Cell::name(&input.path))
        .column(sheet.t(key::page::CHANNEL), |input| Cell::name(lang.list(&input.channels)))
        .column(sheet.t(key::page::ROWS_TITLE), |input| Cell::Count(input.rows))
        .column(sheet.t(key::page::REJECTED), |input| Cell::Count(input.rejected))
        .column(sheet.t(key::page::ERRORS), |input| Cell::Count(input.errors))
        .column(sheet.zoned(key::workbook::FIRST_ROW), |input| Cell::of(input.first, |at| sheet.moment(at)))
        .column(sheet.zoned(key::workbook::LAST_ROW), |input| Cell::of(input.last, |at| sheet.moment(at)))
        .column(sheet.t(key::workbook::COVERAGE), |input| Cell::name(clock.coverage(input)))
        .column(sheet.t(key::workbook::FORM), |input| form(input));
    sheet.table(&files)?;
    let rejects = &analysis.rejects;
    if rejects.count > 0 {
        let count = Sentence::new(key::page::REJECTS).with("value", lang.number(rejects.count));
        sheet.say(lang.say(&count));
        if rejects.count > rejects.examples.len() as u64 {
            sheet.say(lang.phrase(key::page::MORE_REJECTS));
        }
        let examples = Grid::of(&rejects.examples)
            .column(sheet.t(key::page::FILE), |reject| Cell::name(&reject.path))
            .column(sheet.t(key::page::LINE), |reject| Cell::Count(reject.line))
            .column(sheet.t(key::page::WHY), |reject| Cell::name(&reject.why))
            .column(sheet.t(key::page::TEXT), |reject| Cell::name(&reject.text));
        sheet.table(&examples)?;
    }
    sheet.finish()
}
