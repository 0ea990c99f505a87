//! `--format csv`: a line for each reason and detail, with the fields of `by_detail` in summary.json.

use crate::{
    analysis::{Analysis, DetailRow, LogMatch},
    model::spreadsheet_safe,
};

/// The fields of a line, named and ordered as in summary.json.
const FIELDS: [&str; 12] = [
    "reason",
    "detail",
    "status",
    "known",
    "errors",
    "share",
    "previous_errors",
    "change",
    "change_pct",
    "first_seen",
    "last_seen",
    "new",
];

/// With access logs: what they show of the detail, as `server_log.matches` in summary.json.
const OF_LOG: [&str; 4] = ["log_errors", "log_matched", "log_chance", "log_code"];

/// The details as CSV: UTF-8, commas, a heading, nothing where summary.json has null. Text that a spreadsheet would
/// run as a formula starts with an apostrophe.
pub fn csv(analysis: &Analysis) -> Result<Vec<u8>, csv::Error> {
    // The heading is written here, so that it is there without rows too.
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    let of_log = if analysis.server_log.is_some() { &OF_LOG[..] } else { &[] };
    writer.write_record(FIELDS.iter().chain(of_log))?;
    let matches = analysis.server_log.as_ref().map(|log| &log.matches);
    for row in &analysis.by_detail {
        let found = |found: &&LogMatch| found.reason == row.reason && found.detail == row.detail;
        let shown = matches.map(|matches| {
            let found = matches.iter().find(found);
            let finding = found.map(|found| &found.finding);
            let matched = finding.map(|finding| finding.matched);
            let chance = finding.and_then(|finding| finding.chance);
            (found.map(|found| found.errors), matched, chance, finding.map(|finding| &finding.code))
        });
        let safe =
            DetailRow { reason: spreadsheet_safe(&row.reason), detail: spreadsheet_safe(&row.detail), ..row.clone() };
        match shown {
            Some(shown) => writer.serialize((safe, shown))?,
            None => writer.serialize(safe)?,
        }
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{nothing, week, week_named};

    fn text(analysis: &Analysis) -> String {
        String::from_utf8(csv(analysis).unwrap()).unwrap()
    }

    #[test]
    fn the_heading_has_the_fields_of_the_json_in_their_order() {
        let json = serde_json::to_string(&week().by_detail[0]).unwrap();
        let mut from = 0;
        for field in FIELDS {
            from +=
                json[from..].find(&format!("\"{field}\":")).unwrap_or_else(|| panic!("{field} is not next: {json}"));
        }
        assert_eq!(json.matches("\":").count(), FIELDS.len());
        assert_eq!(text(&nothing()), FIELDS.join(",") + "\n");
    }

    #[test]
    fn null_is_empty_and_numbers_stay_numbers() {
        let text = text(&week());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[2],
            "request_timeout,Request timeout,,true,48,0.2823529411764706,205,-157,-76.59,\
             2026-11-16T08:00:00+09:00,2026-11-20T21:30:00+09:00,false"
        );
        assert!(lines[3].starts_with("could_not_connect,Unknown host,,true,5,"));
        assert!(lines[3].contains(",0,5,,2026-"), "change_pct is null: {}", lines[3]);
    }

    #[test]
    fn no_cell_is_a_formula_or_a_command() {
        for (name, cell) in [("=1+1", "'=1+1"), ("@x", "'@x"), ("::error::x", "'::error::x"), ("a ##[b]", "a ## [b]")] {
            let text = text(&week_named(name));
            assert!(text.contains(&format!("\n{cell},{cell},")), "{text}");
        }
    }

    #[test]
    fn quotes_and_commas_are_read_back() {
        let name = "a \"b\", c\u{240a}d";
        let bytes = csv(&week_named(name)).unwrap();
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let record = reader.records().nth(2).unwrap().unwrap();
        assert_eq!(&record[1], name);
    }
}
