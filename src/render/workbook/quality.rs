//! How far the numbers can be trusted: notes, files, and rows that are not counted.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::{look::Cell, sheet::Sheet};
use crate::{
    analysis::Input,
    model::{LocalTime, Sentence, key},
    story::Story,
};

pub fn sheet(story: &Story<'_>) -> Result<Worksheet, XlsxError> {
    let (analysis, lang) = (story.analysis, story.lang());
    let mut sheet = Sheet::new(story, key::workbook::QUALITY)?;
    story.notes().for_each(|note| sheet.say(&note.text));
    [story.caveat, lang.phrase(key::page::ROW_MEANS)].into_iter().for_each(|text| sheet.say(text));
    sheet.row += 1;
    let titles = [
        key::page::FILE,
        key::page::CHANNEL,
        key::page::ROWS_TITLE,
        key::page::REJECTED,
        key::page::ERRORS,
        key::workbook::FIRST_ROW,
        key::workbook::LAST_ROW,
        key::workbook::COVERAGE,
        key::workbook::FORM,
    ];
    let zoned = [key::workbook::FIRST_ROW, key::workbook::LAST_ROW];
    let titles = titles.map(|key| if zoned.contains(&key) { sheet.zoned(key) } else { sheet.t(key) });
    let files: Vec<Vec<Cell>> = analysis.inputs.iter().map(|input| file(&sheet, input)).collect();
    sheet.table(&titles, &files)?;
    let rejects = &analysis.rejects;
    if rejects.count > 0 {
        let count = Sentence::new(key::page::REJECTS).with("value", lang.number(rejects.count));
        sheet.say(lang.say(&count));
        if rejects.count > rejects.examples.len() as u64 {
            sheet.say(lang.phrase(key::page::MORE_REJECTS));
        }
        let titles = [key::page::FILE, key::page::LINE, key::page::WHY, key::page::TEXT].map(|key| sheet.t(key));
        let rows = rejects.examples.iter().map(|reject| {
            vec![Cell::name(&reject.path), Cell::Count(reject.line), Cell::name(&reject.why), Cell::name(&reject.text)]
        });
        sheet.table(&titles, &rows.collect::<Vec<_>>())?;
    }
    sheet.finish()
}

fn file(sheet: &Sheet<'_>, input: &Input) -> Vec<Cell> {
    let clock = sheet.story.clock;
    let moment = |at: Option<LocalTime>| Cell::of(at, |at| sheet.moment(at));
    let form = [Some(clock.form(input)), input.precision.map(|precision| clock.precision(precision).to_owned())];
    let same = input.same_as.as_ref().map(|same| {
        let same = Sentence::new(key::page::SAME_AS).with("value", same);
        sheet.lang().say(&same)
    });
    let form: Vec<String> = form.into_iter().chain([same]).flatten().collect();
    vec![
        Cell::name(&input.path),
        Cell::name(input.channel.clone().unwrap_or_default()),
        Cell::Count(input.rows),
        Cell::Count(input.rejected),
        Cell::Count(input.errors),
        moment(input.first),
        moment(input.last),
        Cell::name(clock.coverage(input)),
        Cell::name(form.join(sheet.lang().dot())),
    ]
}
