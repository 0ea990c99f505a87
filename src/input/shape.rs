//! What a file looks like without what stands in it: for a public question about a file that is not public.

use std::{path::Path, sync::Arc};

use encoding_rs::Encoding;
use strum::VariantNames;

use super::{
    ReadOptions, Role,
    allowance::Allowance,
    encoding, find, headings,
    open::{Opened, open},
    split,
};
use crate::{
    model::{Columns, Filling, Sentence, SourceReport, key, visible},
    taxonomy,
};

/// So many bytes, lines and characters of a file's beginning are shown, of so many files.
const BEGINNING: usize = 4096;
const LINES: usize = 6;
const LONGEST: usize = 200;
const FILES: usize = 10;

/// The report of an input with shapes instead of texts: letters are `a`, other scripts' `あ`, digits `9`. What everybody
/// knows stays: LINE's codes and details, known headings, names of encodings and roles, endings of file names.
pub fn shapes(mut report: SourceReport) -> SourceReport {
    // Each field is named, so that whoever adds one decides whether it tells what nobody may read.
    #[rustfmt::skip]
    let SourceReport {
        path, sheet, channels, columns, doubtful_count, evidence, rejects, skipped, same_as,
        kind: _, packing: _, encoding: _, delimiter: _, heading_line: _, time_form: _, rows: _, accepted: _, rejected: _,
        errors: _, span: _, end: _, precision: _, coverage: _, skipped_lines: _, partial: _,
    } = &mut report;
    let file = sheet.as_ref().and_then(|sheet| path.strip_suffix(sheet.as_str())?.strip_suffix('/'));
    *path = file_shape(file.unwrap_or(path));
    sheet.iter_mut().chain(channels).for_each(|text| *text = letters(text));
    let Columns { date, start, end, time, reason, detail, count, channel_id, channel_name, url } = columns;
    let columns = [date, start, end, time, detail, count, channel_id, channel_name, url].into_iter().flatten();
    let doubtful = doubtful_count.as_mut().map(|(name, _)| name);
    columns.chain([reason]).chain(doubtful).for_each(|name| *name = shape(name));
    evidence.iter_mut().for_each(|it| *it = shaped(it.clone()));
    rejects.iter_mut().for_each(|it| it.text = line_shape(&it.text));
    skipped.iter_mut().for_each(|it| it.text = line_shape(&it.text));
    same_as.iter_mut().for_each(|path| *path = file_shape(path));
    report
}

/// The shapes of the first lines of files, also of those that could not be understood: the shape of each file's name, and
/// of its lines. What comes through a pipe is gone by now, and archives have no lines.
pub fn beginnings(arguments: &[String], options: &ReadOptions) -> Vec<(String, Vec<String>)> {
    let lasting = |argument: &&String| {
        !Path::new(argument).exists() || Path::new(argument).is_file() || Path::new(argument).is_dir()
    };
    let arguments: Vec<String> = arguments.iter().filter(|it| *it != "-").filter(lasting).cloned().collect();
    let allowance = Arc::new(Allowance::new(options.max_bytes));
    let found = find::find(&arguments, options, &allowance);
    let files = found.map(|(files, _)| files).unwrap_or_default();
    let beginning = |file: find::Located| {
        let Ok(Opened::Texts(texts)) = open(&file, options.privacy, &allowance) else { return None };
        let bytes = texts.into_iter().next()?.1.ok()?.head(0, BEGINNING).ok()?;
        let recognised = encoding::recognise(&bytes, options.encoding);
        let text = recognised.encoding.decode(&bytes).0;
        let is_text = !text.is_empty() && !text.contains('\0');
        is_text.then(|| (file_shape(&file.shown), first_lines(&text)))
    };
    files.into_iter().filter_map(beginning).take(FILES).collect()
}

fn first_lines(text: &str) -> Vec<String> {
    let line = |line: &[u8]| {
        let line: String = String::from_utf8_lossy(line).chars().take(LONGEST).collect();
        line_shape(&visible(line.trim_end_matches(['\r', '\n'])))
    };
    split::lines(text.as_bytes()).map(|(text, _)| line(text)).take(LINES).collect()
}

/// What errstat says of a file in its own words: options, patterns, numbers of lines.
const OWN: [&str; 9] = ["option", "role", "pattern", "day_first", "month_first", "form", "line", "rows", "number"];

/// A sentence with shapes instead of the texts that were filled in.
pub fn shaped(mut sentence: Sentence) -> Sentence {
    // Why a file is damaged, its reader says in its own words too.
    let is_damaged = sentence.key == key::error::DAMAGED || sentence.key == key::other::DAMAGED;
    for (key, filling) in &mut sentence.values {
        match filling {
            _ if OWN.contains(key) || is_damaged && *key == "cause" => {}
            Filling::Text(text) if *key == "path" => *text = file_shape(text),
            Filling::Text(text) => *text = line_shape(text),
            Filling::List(items) | Filling::OneOf(items) => items.iter_mut().for_each(|item| *item = line_shape(item)),
            Filling::Sentence(inner) | Filling::Limited(inner) => *inner = shaped(inner.clone()),
            Filling::Number(_) | Filling::Moment(_) => {}
        }
    }
    sentence
}

/// The shape of a file's name, without its folders.
pub fn file_shape(path: &str) -> String {
    const ENDINGS: [&str; 10] = ["csv", "eml", "gz", "mbox", "parquet", "tsv", "txt", "xlsx", "zip", "zst"];
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let part = |part: &str| if ENDINGS.contains(&part) { part.to_owned() } else { letters(part) };
    name.split('.').map(part).collect::<Vec<_>>().join(".")
}

/// The shape of a line, cell by cell.
fn line_shape(line: &str) -> String {
    line.split_inclusive(['␉', ',', ';', '|'])
        .map(|cell| {
            let text = cell.trim_end_matches(['␉', ',', ';', '|']);
            shape(text) + &cell[text.len()..]
        })
        .collect()
}

/// The shape of a cell.
fn shape(cell: &str) -> String {
    // The number of a column stands behind its name.
    let number = |text: &str| text.strip_suffix(')').is_some_and(|text| text.bytes().all(|b| b.is_ascii_digit()));
    if let Some((name, number)) = cell.rsplit_once(" (").filter(|(_, behind)| number(behind.trim_end())) {
        return format!("{} ({number}", shape(name));
    }
    let text = cell.trim().trim_matches('"');
    if is_known(text) { cell.to_owned() } else { letters(cell) }
}

/// A text that tells nothing of the one whose file it stands in.
fn is_known(text: &str) -> bool {
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()) && text.len() <= 3;
    headings::role(text).is_some()
        || headings::TOTALS.contains(&headings::normal(text).as_str())
        || Role::VARIANTS.contains(&text)
        || taxonomy::REASONS.iter().any(|reason| text == *reason || taxonomy::details(reason).contains(&text))
        || text.strip_prefix("column ").is_some_and(number)
        || Encoding::for_label(text.as_bytes()).is_some()
}

fn letters(text: &str) -> String {
    let shape = |c: char| match c {
        c if c.is_ascii_alphabetic() => 'a',
        c if c.is_numeric() => '9',
        c if c.is_alphabetic() => 'あ',
        c => c,
    };
    text.chars().map(shape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_keeps_its_shape_and_what_everybody_knows() {
        for (line, shape) in [
            (
                "2026-11-16 10:00:00␉could_not_connect␉Unknown host␉many",
                "9999-99-99 99:99:99␉could_not_connect␉Unknown host␉aaaa",
            ),
            ("Time,Reason,原因,理由書", "Time,Reason,原因,あああ"),
            ("Total␉S3cret", "Total␉a9aaaa"),
            ("Errors (5) | S3cret (16)", "Errors (5) | a9aaaa (16)"),
            ("Total of S3cret at bot.example.com", "aaaaa aa a9aaaa aa aaa.aaaaaaa.aaa"),
        ] {
            assert_eq!(line_shape(line), shape);
        }
        assert_eq!(file_shape("/home/anna/shop-2026-11-23.tsv.gz"), "aaaa-9999-99-99.tsv.gz");
    }

    #[test]
    fn a_sentence_keeps_what_errstat_says_itself() {
        let sentence = Sentence::new(key::error::TIME_FORM_PATTERN)
            .with("path", "shop.tsv")
            .with("column", "S3cret")
            .with("example", "20260101")
            .with("pattern", "%Y%m%d");
        let said = taxonomy::Lang::En.say(&shaped(sentence));
        assert!(said.starts_with("aaaa.tsv: ") && said.contains("“a9aaaa”") && said.contains("“99999999”"), "{said}");
        assert!(said.ends_with("Add --time-format '%Y%m%d'."), "{said}");
    }
}
