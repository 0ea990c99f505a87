//! The whole summary: reading, merging, analysis and JSON.

#[path = "export.rs"]
mod export;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use errstat::{
    analysis::{Options, analyse},
    cube::{ChannelRules, Cube, OverlapPolicy},
    input::{ReadOptions, Unwatched, read},
    render::json::json,
};

fn summary(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("summary");
    for rows in [1_000, 200_000] {
        let file = export::write(rows, "");
        let inputs = [file.path().to_string_lossy().into_owned()];
        group.throughput(Throughput::Elements(rows));
        group.bench_function(format!("{rows} rows"), |bencher| {
            bencher.iter(|| {
                let reading = read(&inputs, ReadOptions::default(), &Unwatched).expect("the export is sound");
                let mut cube = Cube::build(reading, &ChannelRules::default(), OverlapPolicy::Auto)
                    .expect("one file cannot overlap");
                black_box(json(&analyse(&mut cube, &Options::default()).expect("the period is that of the rows")))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, summary);
criterion_main!(benches);
