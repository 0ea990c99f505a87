//! The whole summary, the merging of two overlapping exports, what each output costs, and what comes in many pieces.

#[path = "export.rs"]
mod export;

use std::{fs, hint::black_box, process::Command};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use errstat::{
    analysis::{Analysis, Asked, Options, analyse},
    chart,
    input::{ReadOptions, Reading, Unwatched, read},
    model::Timestamp,
    render::{html, json},
    story::Story,
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
    let options = Options { finer: true, ..Options::default() };
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
            bencher.iter(|| black_box(json::json(&analysis(&inputs))));
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
    let story = Story::of(&analysis, Lang::default(), 10, &[]);
    let charts = chart::all(&story);
    let overview = chart::overview(&story);
    let view = html::PageView { charts: &charts, command_line: "errstat report" };
    let mut group = criterion.benchmark_group("rendering");
    group.bench_function("JSON", |bencher| bencher.iter(|| black_box(json::summary(&story))));
    group.bench_function("charts as SVG", |bencher| bencher.iter(|| black_box(chart::all(&story))));
    group.bench_function("page", |bencher| bencher.iter(|| black_box(html::page(&story, &view))));
    group.sample_size(20);
    group.bench_function("overview as PNG", |bencher| bencher.iter(|| black_box(chart::png(&overview, 2.0))));
    group.finish();
}

/// Eight times as many must take eight times as long, not sixty-four times: a configuration's rules, in both spellings
/// of TOML, and tables one behind the other in one file, each of which may overlap each other one.
fn many(criterion: &mut Criterion) {
    const ROW: &str = "Time\tReason\tDetail\tCount\n2026-11-16 10:00:00\terror_status_code\t502\t3\n";
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = |name: &str, content: String| fs::write(folder.path().join(name), content).expect("room on the disk");
    file("w.tsv", ROW.to_owned());
    let run = |arguments: &[&str]| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_errstat"));
        let output = program.args(arguments).current_dir(folder.path()).output().expect("the program");
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let mut group = criterion.benchmark_group("many");
    group.sample_size(10);
    for count in [4_000, 32_000] {
        group.throughput(Throughput::Elements(count as u64));
        let tables = "[[check.rule]]\nreason = \"error_status_code\"\nmax_errors = 5\n".repeat(count);
        let line = "{reason = \"error_status_code\", max_errors = 5}, ".repeat(count);
        file("rules.toml", format!("[check]\n{tables}"));
        group.bench_function(format!("{count} rules, a table each"), |bencher| {
            bencher.iter(|| run(&["check", "w.tsv", "--config", "rules.toml", "--format", "json"]));
        });
        file("rules.toml", format!("[check]\nrule = [{line}]\n"));
        group.bench_function(format!("{count} rules in one line"), |bencher| {
            bencher.iter(|| run(&["check", "w.tsv", "--config", "rules.toml", "--format", "json"]));
        });
    }
    for count in [1_250, 10_000] {
        group.throughput(Throughput::Elements(count as u64));
        file("tables.tsv", ROW.repeat(count));
        group.bench_function(format!("{count} tables in one file"), |bencher| {
            bencher.iter(|| run(&["summary", "tables.tsv", "--channel", "shop"]));
        });
    }
    group.finish();
}

criterion_group!(benches, summary, merging, rendering, many);
criterion_main!(benches);
