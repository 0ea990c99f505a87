//! `--format csv`: a line for each reason and detail, or for what `--by` names on each channel, with the fields of
//! summary.json. All are UTF-8 with commas, a heading, and nothing where summary.json has null. Text that a spreadsheet
//! would run as a formula starts with an apostrophe.

use serde::Serialize;

use crate::{
    analysis::{Analysis, ChannelRow, DetailRow},
    model::spreadsheet_safe,
};

/// What Excel knows UTF-8 by.
pub const MARK: &[u8] = "\u{feff}".as_bytes();

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
/// Those of a line for each channel.
const OF_CHANNEL: [&str; 6] = ["channel", "errors", "share", "previous_errors", "change", "change_pct"];

/// A line for each reason and detail.
pub fn csv(analysis: &Analysis) -> Result<Vec<u8>, csv::Error> {
    let of_log = if analysis.server_log.is_some() { &OF_LOG[..] } else { &[] };
    written(FIELDS.iter().chain(of_log), analysis.by_detail.iter().map(|row| (safe(row), shown(analysis, row))))
}

/// The fields of [`OF_LOG`]; none without access logs.
fn shown(analysis: &Analysis, row: &DetailRow) -> Vec<String> {
    let Some(log) = &analysis.server_log else { return Vec::new() };
    let text = |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
    let found = log.matches.iter().find(|found| found.reason == row.reason && found.detail == row.detail);
    let finding = found.map(|found| &found.finding);
    vec![
        text(found.map(|found| found.errors)),
        text(finding.map(|finding| finding.matched)),
        text(finding.and_then(|finding| finding.chance)),
        finding.map_or_else(String::new, |finding| finding.code.clone()),
    ]
}

/// A line for each reason and detail on each channel.
pub fn by_detail(analysis: &Analysis) -> Result<Vec<u8>, csv::Error> {
    let rows = analysis.finer.by_channel_and_detail.iter();
    written(["channel"].into_iter().chain(FIELDS), rows.map(|(channel, row)| (name(channel), safe(row))))
}

/// A line for each channel.
pub fn by_channel(analysis: &Analysis) -> Result<Vec<u8>, csv::Error> {
    let row = |row: &ChannelRow| ChannelRow { channel: Some(name(&row.channel)), ..row.clone() };
    written(OF_CHANNEL, analysis.by_channel.iter().map(row))
}

/// A line for each time window on each channel, with the errors of each reason.
pub fn by_window(analysis: &Analysis) -> Result<Vec<u8>, csv::Error> {
    let first = analysis.windows.buckets.first();
    let reasons = first.into_iter().flat_map(|bucket| &bucket.by_reason.0).map(|(reason, _)| spreadsheet_safe(reason));
    let fields = ["start", "end", "partial", "channel", "errors"].map(str::to_owned).into_iter().chain(reasons);
    let rows = analysis.channels_in_windows().map(|(bucket, channel, by_reason)| {
        let errors: u64 = by_reason.iter().sum();
        (bucket.start, bucket.end, bucket.partial, name(&channel.channel), errors, by_reason)
    });
    written(fields, rows)
}

fn safe(row: &DetailRow) -> DetailRow {
    DetailRow { reason: spreadsheet_safe(&row.reason), detail: spreadsheet_safe(&row.detail), ..row.clone() }
}

fn name(channel: &Option<String>) -> String {
    channel.as_deref().map_or_else(String::new, spreadsheet_safe)
}

fn written(
    heading: impl IntoIterator<Item = impl AsRef<[u8]>>,
    rows: impl Iterator<Item = impl Serialize>,
) -> Result<Vec<u8>, csv::Error> {
    // The heading is written here, so that it is there without rows too.
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    writer.write_record(heading)?;
    for row in rows {
        writer.serialize(row)?;
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
