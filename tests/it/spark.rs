//! Beyond one machine: examples/spark/merge.py on Apache Spark, with `errstat convert` as its map step.
//!
//! Spark is the real one (from PyPI; Java from Debian) and so is the cluster: a master and two worker processes on
//! loopback. What it writes must be what `archive add` makes of the same exports on one machine.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use assert_cmd::{Command, assert::Assert};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    program::{Folder, PATIENCE, PROGRAM, Summary, text},
    tools,
};

/// Two workers of one core and 1 GiB each.
const CLUSTER: &str = "local-cluster[2,1,1024]";

/// The first day of the first export, 2026-10-12, in days after 1970-01-01: `date -d 2026-10-12 +%s` / 86,400.
const FIRST_DAY: u64 = 20_738;

const WEEKS: u64 = 6;
/// Each export begins a week after the one before, and holds two days of the next.
const EXPORT_DAYS: u64 = 9;
const LOG_DAYS: u64 = 7 * WEEKS + 2;

const DAY: u64 = 86_400;

const KINDS: [(&str, &str); 8] = [
    ("request_timeout", "Request timeout"),
    ("error_status_code", "502"),
    ("error_status_code", "418"),
    ("could_not_connect", "Connection timeout: https://a.example.com/callback?token=hidden"),
    ("could_not_connect", "Connection timeout: https://b.example.com/callback"),
    // Not in LINE's published list.
    ("unclassified", "Quantum flux"),
    ("flux_reversed", "Too much flux"),
    ("unclassified", ""),
];

/// A log's errors by second and kind.
type Log = BTreeMap<(u64, usize), u64>;

/// A random log: rows on half minutes, so that kinds and hosts meet in one second, and one outage of half an hour.
fn log(seed: u64) -> Log {
    let mut state = seed;
    let mut random = |below: u64| {
        // Knuth's MMIX constants; the upper bits are the good ones.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut log = Log::new();
    for day in 0..LOG_DAYS {
        for _ in 0..20 + random(30) {
            let second = day * DAY + random(2_880) * 30;
            *log.entry((second, random(8) as usize)).or_default() += 1 + random(3);
        }
    }
    for n in 0..200 {
        *log.entry((20 * DAY + 3 * 3_600 + 9 * n, 1)).or_default() += 1;
    }
    log
}

fn total(log: &Log) -> u64 {
    log.values().sum()
}

fn clock(second: u64) -> String {
    let at = chrono::DateTime::from_timestamp((FIRST_DAY * DAY + second) as i64, 0).expect("a time");
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// In LINE's documented columns; a row of more errors ends later, perhaps on the next day.
fn export<'a>(rows: impl Iterator<Item = (&'a (u64, usize), &'a u64)>, shown: impl Fn(&str) -> String) -> String {
    let mut tsv = String::from("Date\tStart\tEnd\tReason\tDetail\tErrors\n");
    for ((second, kind), errors) in rows {
        let (reason, detail) = KINDS[*kind];
        let (start, end) = (clock(*second), clock(second + 7 * (errors - 1)));
        tsv += &format!("{}\t{}\t{}\t{reason}\t{}\t{errors}\n", &start[..10], &start[11..], &end[11..], shown(detail));
    }
    tsv
}

/// Six weekly exports of a log, by name.
fn weekly(log: &Log) -> Vec<(String, String)> {
    let week = |n: u64| {
        let days = 7 * n * DAY..(7 * n + EXPORT_DAYS) * DAY;
        let rows = log.iter().filter(|((second, _), _)| days.contains(second));
        (format!("part-{n}.tsv"), export(rows, str::to_owned))
    };
    (0..WEEKS).map(week).collect()
}

/// The third week without URLs: an error has a host in one export and none in another.
fn without_urls(log: &Log) -> String {
    let rows = log.iter().filter(|((second, _), _)| (14 * DAY..21 * DAY).contains(second));
    export(rows, |detail| detail.split(": http").next().unwrap_or_default().to_owned())
}

/// The second week by days.
fn by_day(log: &Log) -> String {
    let mut days: BTreeMap<(String, usize), u64> = BTreeMap::new();
    for ((second, kind), errors) in log.iter().filter(|((second, _), _)| (7 * DAY..14 * DAY).contains(second)) {
        *days.entry((clock(*second)[..10].to_owned(), *kind)).or_default() += errors;
    }
    let mut tsv = String::from("Date\tReason\tDetail\tCount\n");
    for ((day, kind), errors) in days {
        let (reason, detail) = KINDS[kind];
        tsv += &format!("{day}\t{reason}\t{detail}\t{errors}\n");
    }
    tsv
}

/// The channels: a plain one, one that fits no folder's name, and one that the exports name themselves.
fn channels() -> [String; 3] {
    ["shop".to_owned(), format!("../Shop:A%2F🛒{}", "x".repeat(300)), "ショップ 本店".to_owned()]
}

/// Puts a column for the channel before the others.
fn naming(channel: &str, tsv: &str) -> String {
    let name = |(number, line)| format!("{}\t{line}\n", if number == 0 { "Channel name" } else { channel });
    tsv.lines().enumerate().map(name).collect()
}

#[test]
fn a_cluster_counts_what_one_machine_counts() {
    let folder = Folder::new();
    let [shop, hostile, japanese] = channels();
    let logs = [log(1), log(2), log(3)];
    let mut list = String::new();
    let mut inputs: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (number, (channel, log)) in [&shop, &hostile, &japanese].into_iter().zip(&logs).enumerate() {
        let mut files = weekly(log);
        match number {
            0 => files.push(("week-3-without-urls.tsv".to_owned(), without_urls(log))),
            1 => files.push(("days.tsv".to_owned(), by_day(log))),
            _ => files.iter_mut().for_each(|(_, tsv)| *tsv = naming(channel, tsv)),
        }
        let label = if *channel == japanese { "" } else { channel };
        for (name, tsv) in files {
            let name = format!("exports/{number}/{name}");
            folder.file(&name, tsv);
            list += &format!("{label}\t{name}\n");
            inputs.entry(label).or_default().push(name);
        }
    }
    folder.file("exports.tsv", list);

    let Some(merged) = merge(CLUSTER, &folder, &["--list", "exports.tsv", "--output", "cluster"]) else { return };
    merged.success();
    for (label, files) in &inputs {
        let line = format!("archive add --quiet --archive machine {}", files.join(" "));
        let call = folder.errstat(&line);
        if label.is_empty() { call } else { call.arg("--channel").arg(label) }.done();
    }

    // Every row, to the last byte.
    folder.errstat("convert cluster -o cluster.csv").done();
    folder.errstat("convert machine -o machine.csv").done();
    let [cluster, machine] = ["cluster.csv", "machine.csv"].map(|name| folder.text(name));
    let difference = cluster.lines().zip(machine.lines()).find(|(one, other)| one != other);
    assert_eq!((difference, cluster.lines().count()), (None, machine.lines().count()));

    // All that is computed from them.
    let [cluster, machine] = ["cluster", "machine"].map(|dataset| folder.summary(&format!("{dataset} --period all")));
    assert_eq!(computed(&cluster), computed(&machine));
    let counted: BTreeMap<&str, u64> = cluster
        .list("by_channel")
        .iter()
        .map(|row| (text(row, "channel"), row["errors"].as_u64().expect("errors")))
        .collect();
    let told = [(&*shop, total(&logs[0])), (&*hostile, total(&logs[1])), (&*japanese, total(&logs[2]))];
    assert_eq!(counted, BTreeMap::from(told));
    assert!(!format!("{}", cluster.json).contains("hidden"), "a URL's token is shown");

    // Without the file that tells days only there are hours and incidents; the exports themselves are a third witness.
    let exports = inputs[&*shop].join(" ");
    let witnesses = [
        folder.errstat("summary cluster/channel=shop").summary(),
        folder.errstat("summary machine/channel=shop").summary(),
        folder.errstat(&format!("summary {exports}")).arg("--channel").arg(&shop).summary(),
    ];
    let [by_cluster, by_machine, by_exports] = &witnesses;
    assert_eq!(computed(by_cluster), computed(by_machine));
    for field in ["by_reason", "by_detail", "by_channel", "by_host", "windows", "heatmap", "incidents"] {
        assert_eq!(by_cluster[field], by_exports[field], "{field}");
    }
    assert_eq!(by_cluster.errors(), total(&logs[0]));
    assert_eq!(by_cluster.list("incidents").len(), 1, "{}", by_cluster["incidents"]);
    assert_eq!(by_cluster["incidents"][0]["detail"], "502");
    assert_eq!(by_cluster["heatmap"]["hours"].as_array().map(Vec::len), Some(7));

    // An archive takes it up, and it becomes one.
    folder.errstat("archive add --archive taken cluster").done();
    folder.errstat("archive rebuild --archive cluster").done();
    for archive in ["taken", "cluster"] {
        folder.errstat(&format!("archive verify --archive {archive}")).done();
        assert_eq!(computed(&folder.summary(archive)), computed(&machine), "{archive}");
    }
}

/// A summary without what names the folder it was made from.
fn computed(summary: &Summary) -> BTreeMap<&str, &Value> {
    let fields = summary.json.as_object().expect("an object").iter().map(|(name, value)| (name.as_str(), value));
    fields.filter(|(name, _)| !["inputs", "rejects"].contains(name)).collect()
}

#[test]
fn a_cluster_that_fails_says_why_and_leaves_nothing() {
    let folder = Folder::new();
    folder.file("good.tsv", "Time\tReason\tDetail\tCount\n2026-11-16 04:12:33\terror_status_code\t502\t3\n");
    folder.file("bad.tsv", [0, 159, 146, 150, 0, 1, 2, 3].repeat(50));
    folder.file("list.tsv", "shop\tgood.tsv\nshop\tbad.tsv\nshop\tnot there.tsv\n");
    let before: BTreeSet<String> = folder.list().into_iter().collect();
    let left = || folder.list().into_iter().collect::<BTreeSet<String>>();

    let Some(failed) = merge("local[1]", &folder, &["--list", "list.tsv", "--output", "merged"]) else { return };
    let told = said(&failed.code(2));
    assert!(told.contains("2 of 3 exports could not be read; nothing was written."), "{told}");
    for name in ["bad.tsv", "not there.tsv"] {
        let why = folder.errstat("convert -o x.parquet").arg(folder.path(name)).refused();
        assert!(told.contains(why.trim()), "{why}\n{told}");
    }
    assert_eq!(left(), before);

    // Two channels without a name would be counted as one.
    let Some(failed) = merge("local[1]", &folder, &["--channel", "=good.tsv", "--output", "merged"]) else { return };
    let told = said(&failed.code(2));
    assert!(told.contains("good.tsv: rows name no channel."), "{told}");
    assert_eq!(left(), before);

    // These end before Spark starts.
    folder.file("merged/_SUCCESS", "");
    folder.file("unclear.tsv", "a=b\tgood.tsv\n");
    for (arguments, sentence) in [
        (&["--list", "list.tsv", "--output", "merged"][..], "merged is there already"),
        (&["--output", "new"], "Nothing to merge"),
        (&["--channel", "shop=w*.tsv", "--output", "new"], "no file is found by 'w*.tsv'"),
        (&["--list", "unclear.tsv", "--output", "new"], "The channel 'a=b' needs another label"),
    ] {
        let Some(python) = tools::PYTHON.get() else { return };
        let failed = run(Command::new(python).arg(script()), &folder, arguments).code(2);
        let told = said(&failed);
        assert!(told.contains(sentence), "{told}");
    }
}

/// `spark-submit` has both on its standard output.
fn said(run: &Assert) -> String {
    let output = run.get_output();
    String::from_utf8_lossy(&[&*output.stdout, &*output.stderr].concat()).into_owned()
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/spark/merge.py")
}

/// Runs the example under `spark-submit` on a master, where there is a Spark.
fn merge(master: &str, folder: &Folder, arguments: &[&str]) -> Option<Assert> {
    tools::JAVA.get()?;
    let python = tools::PYSPARK.get()?;
    let mut submit = Command::new(python.with_file_name("spark-submit"));
    submit
        .args(["--master", master, "--driver-memory", "768m"])
        // Nothing listens where another machine, or another test, could meet it.
        .args(["--conf", "spark.driver.host=127.0.0.1", "--conf", "spark.driver.bindAddress=127.0.0.1"])
        .args(["--conf", "spark.ui.enabled=false", "--conf", "spark.sql.shuffle.partitions=4"])
        .env("SPARK_LOCAL_IP", "127.0.0.1")
        .env("PYSPARK_PYTHON", python)
        .arg(script());
    Some(run(&mut submit, folder, arguments))
}

fn run(command: &mut Command, folder: &Folder, arguments: &[&str]) -> Assert {
    let scratch = TempDir::with_prefix("errstat-spark-").expect("a temporary folder");
    command
        .args(arguments)
        .args(["--errstat", PROGRAM])
        .current_dir(folder.path(""))
        .env("SPARK_LOCAL_DIRS", scratch.path())
        .env("TMPDIR", scratch.path())
        .env("TZ", "America/New_York")
        .timeout(PATIENCE)
        .assert()
}
