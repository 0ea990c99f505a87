//! Reading: rows of a file into cells of five minutes, and what its stages cost: splitting lines, the forms of time,
//! building cells, joining them.

#[path = "export.rs"]
mod export;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use errstat::{
    input::{CellRuns, CellSink, ReadOptions, RowSink, Unwatched, read},
    model::{Cell, CellStart, KindId},
};
use export::Form;

const ROWS: u64 = 200_000;

/// The older spelling: one column of times.
const FOUR_COLUMNS: &[&str] = &["Time", "Reason", "Detail", "Errors"];

/// Reads an export of some form, on some threads.
fn bench(criterion: &mut Criterion, group: &str, forms: &[(&str, Form, usize)]) {
    let mut group = criterion.benchmark_group(group);
    for (name, form, threads) in forms {
        let file = export::write(ROWS, *form);
        let inputs = [file.path().to_string_lossy().into_owned()];
        let options = ReadOptions { threads: *threads, ..ReadOptions::default() };
        group.throughput(Throughput::Bytes(file.as_file().metadata().expect("a file").len()));
        group.bench_function(*name, |bencher| {
            bencher.iter(|| black_box(read(&inputs, options.clone(), &Unwatched).expect("the export is sound")));
        });
    }
    group.finish();
}

/// The three ways of the row parser.
fn splitting(criterion: &mut Criterion) {
    let plain = Form::default();
    let four = Form { columns: FOUR_COLUMNS, ..plain };
    let quoted = Form { quote: "\"", ..plain };
    let ordered = Form { columns: &["Reason", "Detail", "Date", "Start", "End", "Errors"], ..plain };
    bench(
        criterion,
        "splitting",
        &[
            ("outlined", plain, 1),
            ("outlined, 2 threads", plain, 2),
            ("outlined, four columns", four, 1),
            ("other order", ordered, 1),
            ("quoted", quoted, 1),
        ],
    );
}

/// A second, a minute, an hour and more between rows, and other forms.
fn times(criterion: &mut Criterion) {
    let form = |time, step| Form { columns: FOUR_COLUMNS, time, span: ROWS * step, ..Form::default() };
    let usual = "%Y-%m-%d %H:%M:%S";
    bench(
        criterion,
        "times",
        &[
            ("a second apart", form(usual, 1), 1),
            ("a minute apart", form(usual, 61), 1),
            ("an hour apart", form(usual, 3_661), 1),
            ("with milliseconds", form("%Y-%m-%d %H:%M:%S%.3f", 1), 1),
            ("with an offset", form("%Y-%m-%dT%H:%M:%S+09:00", 1), 1),
            ("to the minute", form("%Y/%m/%d %H:%M", 61), 1),
        ],
    );
}

/// Rows into cells, for a few kinds and for many.
fn cells(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("cells");
    group.throughput(Throughput::Elements(ROWS));
    for kinds in [5, 1_000] {
        group.bench_with_input(BenchmarkId::new("kinds", kinds), &kinds, |bencher, &kinds| {
            bencher.iter(|| {
                let mut sink = CellSink::default();
                for row in 0..ROWS {
                    let kind = KindId(row.wrapping_mul(0x9e37_79b9) as u32 % kinds);
                    let at = 1_700_000_000_000 + row as i64 * 1000;
                    sink.row(at, at + 30_000, kind, 1);
                }
                black_box(sink.finish().expect("small sums"))
            });
        });
    }
    group.finish();
}

/// The cells of chunks into those of a file, in the order of time and mixed up.
fn joining(criterion: &mut Criterion) {
    let run = |number: u32| -> Vec<Cell> {
        let cell = |i: u32| Cell {
            start: CellStart(number * 100 + i / 10),
            kind: KindId(i % 10),
            errors: 1,
            rows: 1,
            first_offset: 0,
            last_offset: 299_999,
            end_offset: 329_999,
        };
        (0..1_000).map(cell).collect()
    };
    let mut group = criterion.benchmark_group("joining");
    for (name, step) in [("in order", 1), ("mixed up", 37)] {
        let runs: Vec<Vec<Cell>> = (0..200).map(|number| run(number * step % 200)).collect();
        group.throughput(Throughput::Elements(200_000));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut all = CellRuns::default();
                for run in &runs {
                    all.push(run).expect("small sums");
                }
                black_box(all.finish().expect("small sums"))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, splitting, times, cells, joining);
criterion_main!(benches);
