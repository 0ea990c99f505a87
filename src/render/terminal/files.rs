//! The files that were read, and the rows in them that could not be counted.

use crate::{
    analysis::Analysis,
    model::{Sentence, key},
    render::wording::{counted, cut},
    story::Clock,
};

use super::{
    ink::Ink,
    sheet::{Fit, NAME_IN_SENTENCE, Sheet, excerpt, path_end},
};

/// Examples of rejected rows; `inspect` shows more.
const REJECTS: usize = 3;
/// Cells that a table of files needs beside the files' names.
const NUMBERS: usize = 36;
/// The column of the channel in that table, and the longest name in it.
const CHANNEL: usize = 1;
const LONGEST_CHANNEL: usize = 20;
/// A path in a table is not cut shorter than this.
const SHORTEST_PATH: usize = 12;

/// The files, and the rows in them that could not be counted.
pub(super) fn files(sheet: &mut Sheet, analysis: &Analysis, clock: &Clock, top: usize) {
    let lang = clock.lang;
    let inputs = &analysis.inputs;
    if inputs.is_empty() {
        return;
    }
    sheet.heading(lang.phrase(key::terminal::FILES));
    let (shown, more) = cut(lang, inputs, top);
    // Where no file has a channel there is no column for it.
    let channels = shown.iter().any(|input| input.channel.is_some());
    let mut columns = vec![
        (Fit::Name, ""),
        (Fit::Fixed, lang.phrase(key::page::CHANNEL)),
        (Fit::Number, lang.phrase(key::terminal::ROWS)),
        (Fit::Number, lang.phrase(key::terminal::REJECTED)),
        (Fit::Number, lang.phrase(key::terminal::ERRORS)),
    ];
    let numbers = if channels { NUMBERS + LONGEST_CHANNEL } else { NUMBERS };
    let room = sheet.width().saturating_sub(numbers).max(SHORTEST_PATH);
    let mut rows: Vec<Vec<String>> = Vec::new();
    for input in shown {
        let rejected = lang.number(input.rejected);
        rows.push(vec![
            path_end(&input.path, room),
            input.channel.as_deref().map_or_else(|| "–".to_owned(), |name| excerpt(name, LONGEST_CHANNEL)),
            lang.number(input.rows),
            if input.rejected > 0 { Ink::Notice.on(&rejected) } else { rejected },
            lang.number(input.errors),
        ]);
    }
    if !channels {
        columns.remove(CHANNEL);
        rows.iter_mut().for_each(|row| _ = row.remove(CHANNEL));
    }
    sheet.table(&columns, rows);
    sheet.more(more);
    for input in shown {
        if let Some(original) = &input.same_as {
            let same = Sentence::new(key::terminal::SAME_FILE)
                .with("file", path_end(&input.path, NAME_IN_SENTENCE))
                .with("original", path_end(original, NAME_IN_SENTENCE));
            sheet.paragraph("  ", &lang.say(&same), Ink::Faint);
        }
    }
    rejects(sheet, analysis, clock);
}

/// How many rows could not be counted, and examples.
fn rejects(sheet: &mut Sheet, analysis: &Analysis, clock: &Clock) {
    let lang = clock.lang;
    let rejects = &analysis.rejects;
    if rejects.count == 0 {
        return;
    }
    let text = counted(lang, key::terminal::REJECTS_ONE, key::terminal::REJECTS, rejects.count);
    sheet.paragraph("  ", &text, Ink::Notice);
    for reject in rejects.examples.iter().take(REJECTS) {
        let line = Sentence::new(key::terminal::REJECT)
            .with("path", path_end(&reject.path, NAME_IN_SENTENCE))
            .with("line", reject.line)
            .with("why", &reject.why)
            .with("text", excerpt(&reject.text, 2 * NAME_IN_SENTENCE));
        sheet.paragraph("    ", &lang.say(&line), Ink::Plain);
    }
    sheet.paragraph("  ", lang.phrase(key::terminal::REJECTS_MORE), Ink::Faint);
}
