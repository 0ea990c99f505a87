//! The rows of an archive as CSV, written and read back.
//!
//! Such a file says of each row how exact its time is and whether an export or a mail tells it. A table of the console
//! does not, so it is recognised by its columns, however a spreadsheet program has saved it again, and read as the archive's
//! own rows are: taken for an export, its mails and days would count beside the exact rows that they repeat.

use std::io::Read;

use chrono::{DateTime, SecondsFormat};

use super::{
    columns,
    read::{EachRow, day_in, possible},
};
use crate::{
    error::{Error, Result},
    model::{Channel, Precision, Privacy, Row, Sentence, Timestamp, Why, Zone, key, spreadsheet_safe},
    taxonomy,
};

/// The columns without which a text is no table of ours.
const TELLING: [usize; 4] = [columns::TIME, columns::PRECISION, columns::ROWS, columns::SOURCE];

/// Where each of [`columns::ALL`] stands in a text.
type Places = [Option<usize>; columns::ALL.len()];

fn reader<R: Read>(text: R, delimiter: u8) -> csv::Reader<R> {
    csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text)
}

fn is_blank(record: &csv::StringRecord) -> bool {
    record.iter().all(|cell| cell.trim().is_empty())
}

/// Reads up to the heading, which is the first line that is not blank.
fn heading(reader: &mut csv::Reader<impl Read>) -> csv::Result<Places> {
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record)? && is_blank(&record) {}
    Ok(columns::ALL.map(|column| record.iter().position(|cell| cell.trim() == column.name)))
}

/// What parts the columns of a text that begins so; none where it isn't the archive's rows as CSV.
pub fn csv_delimiter(head: &str) -> Option<u8> {
    [b',', b';', b'\t'].into_iter().find(|delimiter| {
        let places = heading(&mut reader(head.as_bytes(), *delimiter));
        places.is_ok_and(|places| TELLING.iter().all(|column| places[*column].is_some()))
    })
}

/// Rows as CSV. Cells that a spreadsheet would run begin with an apostrophe.
pub fn to_csv(rows: &[Row]) -> Result<Vec<u8>> {
    let unmade = |cause: csv::Error| Error::new(key::error::FRAME).with("cause", cause);
    let moment = |at: Timestamp| at.utc().to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns::ALL.map(|column| column.name)).map_err(unmade)?;
    for row in rows {
        let status = taxonomy::status(&row.reason, &row.detail).map(|status| status.to_string());
        let record = [
            moment(row.time),
            moment(row.end),
            row.precision.name().to_owned(),
            row.channel.id.clone().unwrap_or_default(),
            row.channel.name.clone().unwrap_or_default(),
            row.reason.clone(),
            row.detail.clone(),
            status.unwrap_or_default(),
            row.host.as_ref().map(|host| host.0.clone()).unwrap_or_default(),
            row.errors.to_string(),
            row.rows.to_string(),
            row.origin.name().to_owned(),
        ];
        writer.write_record(record.map(|cell| spreadsheet_safe(&cell))).map_err(unmade)?;
    }
    writer.into_inner().map_err(|cause| Error::new(key::error::FRAME).with("cause", cause))
}

/// Hands out the rows of such a text; days as those of a zone.
///
/// # Errors
/// Where a column is missing or a row cannot be: nothing of the text counts then.
pub fn read_csv(
    text: impl Read,
    delimiter: u8,
    shown: &str,
    privacy: Privacy,
    zone: Zone,
    each: &mut EachRow<'_>,
) -> Result<()> {
    let unreadable = |cause: csv::Error| Error::new(key::error::UNREADABLE).with("path", shown).with("cause", cause);
    let mut reader = reader(text, delimiter);
    let places = heading(&mut reader).map_err(unreadable)?;
    if let Some((column, _)) = columns::ALL.iter().zip(places).find(|(column, place)| column.needed && place.is_none())
    {
        return Err(Error::new(key::archive::COLUMN_MISSING).with("path", shown).with("column", column.name));
    }
    let mut record = csv::StringRecord::new();
    let mut number = 0_u64;
    while reader.read_record(&mut record).map_err(unreadable)? {
        number += 1;
        if is_blank(&record) {
            continue;
        }
        let row = row_of(&record, &places, privacy, &zone).map_err(|why| {
            let refused = Error::new(key::archive::CSV_ROW_IMPOSSIBLE).with("path", shown).with("row", number);
            refused.with_sentence("why", Sentence::new(why))
        })?;
        each(&row)?;
    }
    Ok(())
}

fn row_of(record: &csv::StringRecord, places: &Places, privacy: Privacy, zone: &Zone) -> std::result::Result<Row, Why> {
    let cell = |column: usize| {
        let cell = places[column].and_then(|place| record.get(place)).unwrap_or_default().trim();
        let plain = cell.strip_prefix('\'').filter(|plain| spreadsheet_safe(plain) == cell);
        plain.unwrap_or(cell)
    };
    let moment = |column: usize| {
        let at = DateTime::parse_from_rfc3339(cell(column)).map_err(|_| key::reject::TIME_UNREADABLE)?;
        Ok::<_, Why>(Timestamp::from(at))
    };
    let count = |column: usize| cell(column).parse().map_err(|_| key::archive::NUMBER_IMPOSSIBLE);
    let some = |column: usize| Some(privacy.text(cell(column))).filter(|text| !text.is_empty());
    let host = Some(cell(columns::HOST)).filter(|host| !host.is_empty());
    let mut row = Row {
        time: moment(columns::TIME)?,
        end: moment(places[columns::END].map_or(columns::TIME, |_| columns::END))?,
        precision: cell(columns::PRECISION).parse().map_err(|_| key::archive::PRECISION_UNKNOWN)?,
        channel: Channel { id: some(columns::CHANNEL_ID), name: some(columns::CHANNEL) },
        reason: privacy.text(cell(columns::REASON)),
        detail: privacy.text(cell(columns::DETAIL)),
        host: host.and_then(|host| privacy.host(host)),
        origin: cell(columns::SOURCE).parse().map_err(|_| key::archive::SOURCE_UNKNOWN)?,
        errors: count(columns::ERRORS)?,
        rows: count(columns::ROWS)?,
    };
    possible(&row)?;
    if row.precision == Precision::Day {
        let start = day_in(row.time, zone);
        row.end.0 += start.0 - row.time.0;
        row.time = start;
    }
    Ok(row)
}
