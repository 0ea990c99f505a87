//! Reading: rows of a file into cells of five minutes.

#[path = "export.rs"]
mod export;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use errstat::input::{ReadOptions, Unwatched, read};

const ROWS: u64 = 200_000;

fn reading(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("reading");
    group.throughput(Throughput::Elements(ROWS));
    for (name, quote) in [("plain", ""), ("quoted", "\"")] {
        let file = export::write(ROWS, quote);
        let inputs = [file.path().to_string_lossy().into_owned()];
        for threads in [1, 2] {
            let options = ReadOptions { threads, ..ReadOptions::default() };
            group.bench_function(format!("{name}/{threads} threads"), |bencher| {
                bencher.iter(|| black_box(read(&inputs, options.clone(), &Unwatched).expect("the export is sound")));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, reading);
criterion_main!(benches);
