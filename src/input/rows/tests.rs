use proptest::{collection::vec, prelude::*, sample::select};

use super::*;
use crate::input::{
    ReadOptions,
    layout::{Recognition, recognise},
};

const TIMES: [&str; 12] = [
    "2026-11-16 10:00:00",
    "2026-11-16 10:00:01",
    "2026-11-16 10:01:01",
    "2026-11-17 23:59:59",
    "2026-11-31 10:00:00",
    "2026-11-16 10:00:60",
    "2026-11-16\t10:00:00",
    "2026-11-16 10:00",
    "",
    "soon",
    "total",
    "2026-11-16 10:00:00 ",
];
const REASONS: [&str; 7] = ["error_status_code", "could_not_connect", "unclassified", "", " ", "新しい", "say \"hi\""];
const DETAILS: [&str; 7] =
    ["502", "", "Connection timeout: https://bot.example.com/callback?x=1", "a,b", "a\tb", "\u{fffd}\0", "\"x"];
const COUNTS: [&str; 11] =
    ["1", "1", "17", "0", "", "-1", " 4", "x", "123456789012345678", "9223372036854775808", "00000000000000000000002"];
const OTHERS: [&str; 6] = ["", "shop", "7", "\"q", "a\rb", "502"];

const DATES: [&str; 5] = ["2026-11-16", "2026-11-17", "2026-11-31", "", "2026-11-16 00:00:00"];
const CLOCKS: [&str; 10] =
    ["10:00:00", "10:00:01", "10:01:59", "23:59:59", "10:00:60", "4:12:33", "10:00", "24:00:00", "", "10:00:00.250"];

/// Orders of the columns: time, reason, detail, count, another one, and of the documented layout date, start, end.
const ORDERS: [&[usize]; 18] = [
    &[0, 1, 2, 3],
    &[0, 1, 2],
    &[0, 1, 2, 3, 4],
    &[0, 4, 1, 2, 3],
    &[1, 2, 0, 3],
    &[3, 0, 2, 1],
    &[0, 1, 3, 2],
    &[4, 0, 1, 2, 3],
    &[2, 3, 1, 4, 0],
    &[0, 1],
    &[0, 3, 1, 2],
    &[5, 6, 7, 1, 2, 3],
    &[5, 6, 7, 1, 2, 4, 3],
    &[5, 6, 7, 1, 2],
    &[5, 6, 1, 2, 3],
    &[1, 2, 5, 3, 6, 7],
    &[7, 6, 5, 4, 3, 2, 1],
    &[4, 5, 6, 7, 1, 2, 3],
];

/// The rows that a sink got.
#[derive(Debug, Default, PartialEq, Eq)]
struct Rows(Vec<(i64, i64, KindId, u64)>);

impl RowSink for Rows {
    fn row(&mut self, at: i64, end: i64, kind: KindId, errors: u64) {
        self.0.push((at, end, kind, errors));
    }
}

/// A line in some order of columns: each cell as it is or in quotes, some cells more or fewer, some line end.
fn line() -> impl Strategy<Value = ([(&'static str, bool); 8], i8, &'static str)> {
    let cell = |texts: &'static [&'static str]| (select(texts), prop::bool::weighted(0.1));
    let documented = (cell(&DATES), cell(&CLOCKS), cell(&CLOCKS));
    let cells = (cell(&TIMES), cell(&REASONS), cell(&DETAILS), cell(&COUNTS), cell(&OTHERS), documented);
    let more = prop_oneof![20 => Just(0_i8), 1 => Just(1), 1 => Just(-1), 1 => Just(-4)];
    (
        cells.prop_map(|(a, b, c, d, e, (f, g, h))| [a, b, c, d, e, f, g, h]),
        more,
        select(&["\n", "\n", "\n", "\r\n", "\r\r\n", "\r"][..]),
    )
}

fn written(cells: &[(&str, bool); 8], more: i8, end: &str, order: &[usize], delimiter: char) -> String {
    let quoted = |(text, quoted): (&str, bool)| match quoted {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    };
    let mut cells: Vec<String> = order.iter().map(|column| quoted(cells[*column])).collect();
    if more > 0 {
        cells.push(String::new());
    }
    cells.truncate(cells.len().saturating_sub(usize::from(more.min(0).unsigned_abs())));
    cells.join(&delimiter.to_string()) + end
}

/// What was read, in a form that can be compared.
fn told(tally: &Tally, rows: &Rows, catalog: &Mutex<Catalog>) -> String {
    let catalog = catalog.lock();
    let kinds: Vec<_> = rows
        .0
        .iter()
        .map(|(at, end, kind, errors)| {
            let kind = catalog.kind(*kind);
            let name = (&catalog.reasons[kind.reason as usize], &catalog.details[kind.detail as usize]);
            (
                (at, end),
                name,
                kind.host.map(|host| &catalog.hosts[host as usize]),
                &catalog.channels[kind.channel as usize],
                errors,
            )
        })
        .collect();
    format!("{kinds:#?} {tally:#?}")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn every_way_of_reading_a_line_means_the_same(
        order in select(&ORDERS[..]),
        other in select(&["Channel name", "memo", "URL"][..]),
        delimiter in select(&['\t', ',', ';'][..]),
        lines in vec(line(), 1..40),
    ) {
        let headings = ["Time", "Reason", "Detail", "Count", other, "Date", "Start", "End"];
        let mut head = written(&headings.map(|text| (text, false)), 0, "\n", order, delimiter);
        let heading = head.len();
        let sound = [TIMES[0], REASONS[0], DETAILS[0], "1", "", DATES[0], CLOCKS[0], CLOCKS[1]].map(|text| (text, false));
        head += &written(&sound, 0, "\n", order, delimiter);
        let mut text = head[heading..].to_owned();
        for (cells, more, end) in &lines {
            text += &written(cells, *more, end, order, delimiter);
            // Often once more, so that the kind and the minute are known.
            text += &written(cells, *more, end, order, delimiter);
        }
        text += "\n";
        let recognised = recognise(head.as_bytes(), encoding_rs::UTF_8, "x", &ReadOptions::default());
        let Ok(Recognition::Table(layout)) = recognised else { panic!("{head} is no table: {recognised:?}") };
        let catalogs = [Mutex::new(Catalog::default()), Mutex::new(Catalog::default())];
        let reader = |catalog| RowReader::new(&layout, Zone::console(), Privacy::default(), catalog, true);

        let (mut tally, mut rows) = (Tally::new(), Rows::default());
        let stopped = reader(&catalogs[0]).read(text.as_bytes(), &mut tally, &mut rows).unwrap();
        prop_assert_eq!(stopped, None);

        let (mut slow_tally, mut slow_rows) = (Tally::new(), Rows::default());
        let mut slow = reader(&catalogs[1]);
        for line in text.split_terminator('\n') {
            let line = line.strip_suffix('\r').unwrap_or(line);
            // Nothing is remembered but what the line itself says.
            let steps = slow.time.steps;
            let joint = layout.when.clock.map(|_| layout.delimiter);
            slow.time = TimeReader::new(&layout.time, Zone::console(), layout.encoding, joint);
            slow.time.steps = steps;
            slow.kinds = RawKinds::default();
            prop_assert_eq!(slow.slow(Line { bytes: line.as_bytes(), open: false }, &mut slow_tally, &mut slow_rows).unwrap(), None);
        }
        slow_tally.steps.add(&slow.time.steps);
        prop_assert_eq!(told(&tally, &rows, &catalogs[0]), told(&slow_tally, &slow_rows, &catalogs[1]));
    }
}

#[test]
fn a_line_feed_ends_a_line_too_where_carriage_returns_do() {
    let head = "Time,Reason,Count\r2026-11-16 10:00:00,unclassified,1\r";
    let recognised = recognise(head.as_bytes(), encoding_rs::UTF_8, "x", &ReadOptions::default());
    let Ok(Recognition::Table(layout)) = recognised else { panic!("{recognised:?}") };
    assert_eq!(layout.line_end, b'\r');
    let catalog = Mutex::new(Catalog::default());
    let (mut tally, mut rows) = (Tally::new(), Rows::default());
    let text = "2026-11-16 10:00:00,\"unclassified\",2\n2026-11-16 10:00:01,unclassified,3\r\n2026-11-16 \
                10:00:02,unclassified,4\r\nsoon,unclassified,5\n2026-11-16 10:00:03,unclassified,6\n\r";
    let mut reader = RowReader::new(&layout, Zone::console(), Privacy::default(), &catalog, true);
    assert_eq!(reader.read(text.as_bytes(), &mut tally, &mut rows), Ok(None));
    assert_eq!(rows.0.iter().map(|(.., errors)| *errors).collect::<Vec<_>>(), [2, 3, 4, 6]);
    assert_eq!((tally.rows, tally.accepted, tally.rejects[0].line), (5, 4, 4));
}

#[test]
fn plain_counts_are_digits_only() {
    assert_eq!(digits(b"12"), Some(12));
    for text in [&b" 12"[..], b"", b"1.0", b"1234567890123456789"] {
        assert_eq!(digits(text), None);
    }
}
