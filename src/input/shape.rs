//! What a file looks like without what stands in it: for a public question about a file that is not public.

use encoding_rs::Encoding;

use super::{Role, headings};
use crate::{
    model::{Columns, Filling, Sentence, SourceReport},
    taxonomy,
};

/// The report of an input with shapes instead of texts: letters are `a`, other scripts' `あ`, digits `9`. What everybody
/// knows stays: LINE's codes and details, known headings, names of encodings and roles, endings of file names.
pub fn shapes(report: SourceReport) -> SourceReport {
    let column = |name: String| shape(&name);
    let Columns { time, reason, detail, count, channel_id, channel_name, url } = report.columns;
    SourceReport {
        path: file_shape(&report.path),
        channels: report.channels.iter().map(|name| shape(name)).collect(),
        columns: Columns {
            time: column(time),
            reason: column(reason),
            detail: detail.map(column),
            count: count.map(column),
            channel_id: channel_id.map(column),
            channel_name: channel_name.map(column),
            url: url.map(column),
        },
        evidence: report.evidence.into_iter().map(shaped).collect(),
        rejects: report
            .rejects
            .into_iter()
            .map(|reject| crate::model::Reject { text: line_shape(&reject.text), ..reject })
            .collect(),
        skipped: report
            .skipped
            .into_iter()
            .map(|line| crate::model::SkippedLine { text: line_shape(&line.text), ..line })
            .collect(),
        same_as: report.same_as.map(|path| file_shape(&path)),
        ..report
    }
}

/// A sentence with shapes instead of the texts that were filled in.
pub fn shaped(mut sentence: Sentence) -> Sentence {
    for (key, filling) in &mut sentence.values {
        match filling {
            Filling::Text(text) if *key == "path" => *text = file_shape(text),
            Filling::Text(text) => *text = line_shape(text),
            Filling::Sentence(inner) => *inner = shaped(std::mem::replace(inner, Sentence::new(""))),
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
    let text = cell.trim().trim_matches('"');
    if is_known(text) { cell.to_owned() } else { letters(cell) }
}

/// A text that tells nothing of the one whose file it stands in.
fn is_known(text: &str) -> bool {
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()) && text.len() <= 3;
    headings::role(text).is_some()
        || headings::TOTALS.contains(&headings::normal(text).as_str())
        || Role::ALL.iter().any(|role| role.name() == text)
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
            ("Total of S3cret at bot.example.com", "aaaaa aa a9aaaa aa aaa.aaaaaaa.aaa"),
        ] {
            assert_eq!(line_shape(line), shape);
        }
        assert_eq!(file_shape("/home/anna/shop-2026-11-23.tsv.gz"), "aaaa-9999-99-99.tsv.gz");
    }
}
