//! Row parsing: the fast ways against the slow one, and the slow one against the csv crate and chrono.

#![no_main]

use std::sync::LazyLock;

use chrono::NaiveDateTime;
use encoding_rs::{Encoding, SHIFT_JIS, UTF_8};
use errstat_fuzz::{
    input::{
        ReadOptions, Role, RowSink,
        layout::{Layout, Recognition, recognise},
        rows::{Break, RowReader, Tally},
    },
    model::{Catalog, KindId, Privacy, Zone},
    taxonomy,
};
use libfuzzer_sys::fuzz_target;
use parking_lot::Mutex;

/// Columns, delimiter, line end, a time, encoding.
type Table = (&'static [Column], u8, u8, &'static str, &'static Encoding);

#[derive(Clone, Copy)]
enum Column {
    Time,
    Reason,
    Detail,
    Count,
    Channel,
    Url,
    Memo,
    Date,
    Start,
    End,
}
use Column::{Channel, Count, Date, Detail, End, Memo, Reason, Start, Time, Url};

const SECONDS: &str = "2026-11-16 10:00:00";

/// One is chosen by the first byte, `a` to `v`. Each way of reading a line has some that take it.
const TABLES: [Table; 22] = [
    (&[Time, Reason, Detail, Count], b'\t', b'\n', SECONDS, UTF_8),
    (&[Time, Reason, Detail], b'\t', b'\n', SECONDS, UTF_8),
    (&[Time, Reason, Detail, Count], b',', b'\n', SECONDS, UTF_8),
    (&[Time, Reason, Detail, Count], b';', b'\r', SECONDS, UTF_8),
    (&[Time, Channel, Reason, Detail, Url, Count], b'\t', b'\n', "2026/11/16 10:00:00", UTF_8),
    (&[Time, Reason, Detail, Count, Memo], b'\t', b'\n', SECONDS, UTF_8),
    (&[Reason, Detail, Time, Count], b'\t', b'\n', SECONDS, UTF_8),
    (&[Count, Time, Detail, Reason], b',', b'\n', SECONDS, UTF_8),
    (&[Time, Reason, Count, Detail], b'\t', b'\n', SECONDS, UTF_8),
    (&[Memo, Time, Reason, Detail, Count], b'\t', b'\n', SECONDS, UTF_8),
    (&[Time, Reason], b'\t', b'\n', SECONDS, UTF_8),
    (&[Time, Reason, Detail, Count], b'\t', b'\n', "2026-11-16T10:00:00+09:00", UTF_8),
    (&[Time, Reason, Detail, Count], b'\t', b'\n', "2026年11月16日 10:00", UTF_8),
    (&[Time, Reason, Detail, Count], b'\t', b'\n', "1794790800", UTF_8),
    (&[Time, Reason, Detail, Count], b',', b'\n', "16/11/2026 午前10:00", SHIFT_JIS),
    (&[Time, Reason, Detail, Count], b'\t', b'\n', "2026-11-16", UTF_8),
    (&[Date, Start, End, Reason, Detail, Count], b'\t', b'\n', SECONDS, UTF_8),
    (&[Date, Start, End, Reason, Detail, Count], b',', b'\n', "2026/11/16 4:00:00", UTF_8),
    (&[Date, Start, End, Channel, Reason, Detail, Url, Count], b'\t', b'\n', SECONDS, UTF_8),
    (&[Count, End, Start, Date, Detail, Reason], b'\t', b'\n', SECONDS, UTF_8),
    (&[Date, Start, Reason, Detail, Count], b'\t', b'\n', SECONDS, UTF_8),
    (&[Date, Reason, Start, End, Detail, Count], b';', b'\r', "2026年11月16日 午前10:00", SHIFT_JIS),
];

static LAYOUTS: LazyLock<Vec<Layout>> = LazyLock::new(|| TABLES.iter().map(layout).collect());

fn layout((columns, delimiter, line_end, time, encoding): &Table) -> Layout {
    let line = |cell: fn(Column, &'static str) -> &'static str| {
        let cells: Vec<&str> = columns.iter().map(|column| cell(*column, time)).collect();
        cells.join(&char::from(*delimiter).to_string()) + &char::from(*line_end).to_string()
    };
    let heading = line(|column, _| match column {
        Time => "Time",
        Date => "Date",
        Start => "Start",
        End => "End",
        Reason => "Reason",
        Detail => "Detail",
        Count => "Count",
        Channel => "Channel name",
        Url => "URL",
        Memo => "memo",
    });
    let row = line(|column, time| match column {
        Time => time,
        Date => time.split_once(' ').map_or(time, |(date, _)| date),
        Start | End => time.split_once(' ').map_or(time, |(_, clock)| clock),
        Reason => "error_status_code",
        Detail => "502",
        Count => "1",
        Channel | Url | Memo => "",
    });
    match recognise(&encoding.encode(&(heading + &row)).0, encoding, "x", &ReadOptions::default()) {
        Ok(Recognition::Table(layout)) => *layout,
        other => panic!("no table: {other:?}"),
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Rows(Vec<(i64, i64, KindId, u64)>);

impl RowSink for Rows {
    fn row(&mut self, at: i64, end: i64, kind: KindId, errors: u64) {
        self.0.push((at, end, kind, errors));
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((choice, text)) = data.split_first() else { return };
    let layout = &LAYOUTS[usize::from(choice.wrapping_sub(b'a')) % LAYOUTS.len()];
    let mut text = text.to_vec();
    text.push(layout.line_end);

    let catalog = Mutex::new(Catalog::default());
    let new = || RowReader::new(layout, Zone::console(), Privacy::default(), &catalog, true);
    // A reader that has met nothing knows no fast way.
    let mut slow = (Tally::new(), Rows::default());
    let mut expected = None;
    let mut offset = 0;
    let (mut plain, mut rows) = (Vec::new(), Vec::new());
    for line in text.split_inclusive(|b| *b == layout.line_end) {
        let before = slow.1.0.len();
        match new().read(line, &mut slow.0, &mut slow.1) {
            Ok(None) => {}
            Ok(Some(stop)) => {
                expected = Some(Break { offset: offset + stop.offset, ..stop });
                break;
            }
            Err(_) => return,
        }
        offset += line.len();
        let lines = line.strip_suffix(&[layout.line_end]).unwrap_or(line);
        let lines = lines.strip_suffix(b"\r").unwrap_or(lines);
        if let [row] = slow.1.0[before..]
            && !lines.contains(&layout.other_line_end())
        {
            plain.extend_from_slice(lines);
            plain.push(b'\n');
            rows.push(row);
        }
    }
    agree_with_others(layout, &plain, &rows, &catalog);
    assert_eq!(slow.0.accepted + slow.0.rejected, slow.0.rows);
    assert_eq!(slow.0.accepted, slow.1.0.len() as u64);

    // The second time all kinds are known from the beginning.
    let mut fast = new();
    for _ in 0..2 {
        let mut read = (Tally::new(), Rows::default());
        assert_eq!(fast.read(&text, &mut read.0, &mut read.1), Ok(expected));
        assert_eq!(read.1, slow.1);
        assert_eq!(format!("{:?}", read.0), format!("{:?}", slow.0));
    }
});

/// What accepted rows mean, in the eyes of the csv crate, chrono and std.
fn agree_with_others(layout: &Layout, lines: &[u8], rows: &[(i64, i64, KindId, u64)], catalog: &Mutex<Catalog>) {
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader.has_headers(false).flexible(true).delimiter(layout.delimiter).from_reader(lines);
    let records: Vec<csv::ByteRecord> = reader.into_byte_records().map(|record| record.expect("in memory")).collect();
    assert_eq!(records.len(), rows.len());
    for (record, row) in records.iter().zip(rows) {
        agrees_with_others(layout, record, *row, &catalog.lock());
    }
}

fn agrees_with_others(
    layout: &Layout,
    cells: &csv::ByteRecord,
    (at, end, kind, errors): (i64, i64, KindId, u64),
    all: &Catalog,
) {
    let cell = |role: Role| {
        let column = layout.column(role)?;
        Some(layout.encoding.decode_without_bom_handling(&cells[column]).0.into_owned())
    };
    let text = |role: Role| cell(role).unwrap_or_default();
    assert!(cells.iter().skip(layout.width).all(|cell| cell.trim_ascii().is_empty()));
    // Numbers in other dress are left to the tests of counts.
    let plain = |count: &String| count.trim().bytes().all(|b| b.is_ascii_digit());
    if cell(Role::Count).is_none_or(|count| plain(&count)) {
        assert_eq!(Some(errors), cell(Role::Count).map_or(Some(1), |count| count.trim().parse().ok()));
    }
    assert!((0..=86_400_000).contains(&(end - at)));
    let time = match cell(Role::Date) {
        Some(date) => format!("{} {}", date.trim(), text(Role::Start).trim()),
        None => text(Role::Time),
    };
    for form in ["%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S"] {
        if let Ok(local) = NaiveDateTime::parse_from_str(time.trim(), form) {
            assert_eq!(at, local.and_utc().timestamp_millis() - 9 * 3_600_000, "{time}");
        }
    }
    let (reason, detail) = (text(Role::Reason), text(Role::Detail));
    let canonical = taxonomy::canonical(&reason, &detail);
    let kind = all.kind(kind);
    let safe = |text: &str| Privacy::default().text(text);
    assert_eq!(all.reasons[kind.reason as usize], safe(&canonical.reason));
    assert_eq!(all.details[kind.detail as usize], safe(&canonical.detail));
    let named = cell(Role::ChannelName).is_some_and(|name| !name.trim().is_empty());
    assert_eq!(named, !all.channels[kind.channel as usize].is_unknown());
}
