//! The whole summary, the merging of two overlapping exports, and what each output costs.

#[path = "export.rs"]
mod export;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use errstat::{
    analysis::{Analysis, Asked, Options, analyse},
    chart,
    input::{ReadOptions, Reading, Unwatched, read},
    model::Timestamp,
    render::{html, json::json},
    table::{OverlapPolicy, Settings, Table, build},
    taxonomy::Lang,
};
use export::Form;

/// The table of some exports of one channel.
fn table(reading: Reading, cuts: Vec<Timestamp>) -> Table {
    let settings = Settings { policy: OverlapPolicy::Max, cuts, ..Settings::default() };
    build(reading, settings).expect("all are of one channel")
}

fn reading(inputs: &[String]) -> Reading {
    read(inputs, ReadOptions::default(), &Unwatched).expect("the exports are sound")
}

fn analysis(inputs: &[String]) -> Analysis {
    let options = Options { slices: true, ..Options::default() };
    let reading = reading(inputs);
    let asked = Asked::of(&reading, &options).expect("the period is that of the rows");
    analyse(&table(reading, asked.edges()), &asked, &options).expect("few windows")
}

fn summary(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("summary");
    for rows in [1_000, 200_000] {
        let file = export::write(rows, Form::default());
        let inputs = [file.path().to_string_lossy().into_owned()];
        group.throughput(Throughput::Elements(rows));
        group.bench_function(format!("{rows} rows"), |bencher| {
            bencher.iter(|| black_box(json(&analysis(&inputs))));
        });
    }
    group.finish();
}

/// Two downloads that have all their time in common, one with fewer rows: every row is read a second time and compared.
fn merging(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("merging");
    let files = [100_000, 90_000].map(|rows| export::write(rows, Form::default()));
    let inputs = files.each_ref().map(|file| file.path().to_string_lossy().into_owned());
    group.throughput(Throughput::Elements(190_000));
    group.sample_size(20);
    group.bench_function("two files", |bencher| bencher.iter(|| black_box(table(reading(&inputs), Vec::new()))));
    group.finish();
}

fn rendering(criterion: &mut Criterion) {
    let file = export::write(20_000, Form::default());
    let analysis = analysis(&[file.path().to_string_lossy().into_owned()]);
    let lang = Lang::default();
    let charts = chart::all(&analysis, lang, 10);
    let overview = chart::overview(&analysis, lang, 10);
    let view = html::PageView {
        lang,
        charts: &charts,
        command_line: "errstat report",
        top: 10,
        slices: analysis.slices.as_ref(),
    };
    let mut group = criterion.benchmark_group("rendering");
    group.bench_function("JSON", |bencher| bencher.iter(|| black_box(json(&analysis))));
    group.bench_function("charts as SVG", |bencher| bencher.iter(|| black_box(chart::all(&analysis, lang, 10))));
    group.bench_function("page", |bencher| bencher.iter(|| black_box(html::page(&analysis, &view))));
    group.sample_size(20);
    group.bench_function("overview as PNG", |bencher| bencher.iter(|| black_box(chart::png(&overview, 2.0))));
    group.finish();
}

criterion_group!(benches, summary, merging, rendering);
criterion_main!(benches);
