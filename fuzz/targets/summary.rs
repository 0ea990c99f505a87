//! The whole of summary: any bytes are read, brought together, analysed and rendered, and no number is lost on the way.

#![no_main]

use std::{fs, path::PathBuf, sync::LazyLock};

use encoding_rs::SHIFT_JIS;
use errstat::{
    analysis::{Analysis, AsOf, Asked, Comparison, Options, WeekStart, analyse},
    chart,
    error::Result,
    input::{ReadOptions, Unwatched, read},
    model::{Channel, SourceReport, Timestamp},
    render::{
        csv::csv,
        html, json,
        mail::{self, Address},
        markdown::markdown,
        terminal::{self, TerminalView},
    },
    story::Story,
    table::{self, ChannelRules, NamingLayer, OverlapPolicy, Settings},
    taxonomy::Lang,
};
use libfuzzer_sys::fuzz_target;

/// What parts the inputs in the bytes: the record separator of ASCII.
const NEXT_INPUT: u8 = 0x1e;

/// The first one's name tells until when it was exported.
const NAMES: [&str; 3] = ["webhook-errors-2026-11-20.tsv", "b", "c.csv"];

/// 2026-11-23T00:00:00Z.
const NOW: Timestamp = Timestamp(1_795_392_000_000);

/// Where the inputs of this process lie.
static FOLDER: LazyLock<PathBuf> =
    LazyLock::new(|| tempfile::Builder::new().prefix("errstat-fuzz-").tempdir().expect("a folder").keep());

/// What to compute, by the first byte: `a` to `l`.
fn options(choice: u8) -> Options {
    let (period, window, zone) = match choice {
        b'b' => ("2026-11-16", None, "Asia/Tokyo"),
        b'c' => ("last-week", Some("day"), "UTC"),
        b'd' => ("2026-11", Some("week"), "America/New_York"),
        b'e' => ("2026-11-16T10:02..2026-11-16T10:13", Some("5m"), "Asia/Tokyo"),
        b'f' => ("24h", Some("30m"), "Asia/Kathmandu"),
        b'g' => ("all", Some("hour"), "Asia/Tokyo"),
        b'h' => ("30d", None, "+09:00"),
        b'i' => ("this-month", Some("month"), "Africa/Casablanca"),
        _ => ("all", None, "Asia/Tokyo"),
    };
    Options {
        period: period.parse().expect("a period"),
        window: window.map(|size| size.parse().expect("a size")),
        zone: zone.parse().expect("a zone"),
        as_of: if choice == b'j' { AsOf::Data } else { AsOf::At(NOW) },
        week_start: if choice.is_multiple_of(2) { WeekStart::Sunday } else { WeekStart::Monday },
        compare: if choice == b'k' { Comparison::Nothing } else { Comparison::Previous },
        lang: Lang::ALL[usize::from(choice) % Lang::ALL.len()],
        generated_at: NOW,
        now: NOW,
        max_age: (choice == b'l').then_some(86_400_000),
        finer: true,
        ..Options::default()
    }
}

/// How to read, and what to do with inputs that meet, by the second byte: `0` to `7`.
fn reading(choice: u8) -> (ReadOptions, ChannelRules, OverlapPolicy) {
    let mut options = ReadOptions { threads: 1, ..ReadOptions::default() };
    let mut rules = ChannelRules::default();
    let mut policy = OverlapPolicy::Auto;
    match choice {
        b'1' => policy = OverlapPolicy::Max,
        b'2' => policy = OverlapPolicy::Sum,
        b'3' => options.threads = 2,
        b'4' => rules.layers.push(NamingLayer { names: vec![Channel::given("shop")], files: Vec::new() }),
        b'5' => options.time_format = Some("%d/%m/%Y %H:%M".into()),
        b'6' => options.encoding = Some(SHIFT_JIS),
        b'7' => options.zone = "America/New_York".parse().expect("a zone"),
        _ => {}
    }
    (options, rules, policy)
}

fuzz_target!(|data: &[u8]| {
    let [computed, read, data @ ..] = data else { return };
    let inputs: Vec<String> = data
        .split(|b| *b == NEXT_INPUT)
        .zip(NAMES)
        .map(|(bytes, name)| {
            let path = FOLDER.join(name);
            fs::write(&path, bytes).expect("the temporary folder can be written");
            path.to_string_lossy().into_owned()
        })
        .collect();
    if let Err(error) = summary(&inputs, &options(*computed), reading(*read)) {
        for lang in Lang::ALL {
            assert!(!error.text(lang).is_empty());
        }
    }
});

fn summary(inputs: &[String], options: &Options, how: (ReadOptions, ChannelRules, OverlapPolicy)) -> Result<()> {
    let (reading, rules, policy) = how;
    let reading = read(inputs, reading, &Unwatched)?;
    let reports: Vec<SourceReport> = reading.sources.iter().map(|source| source.report.clone()).collect();
    for report in &reports {
        assert_eq!(report.accepted + report.rejected, report.rows);
        assert!(report.rejects.len() as u64 <= report.rejected);
        assert!(report.span.is_none_or(|span| span.first <= span.last));
        assert_eq!(report.span.is_none(), report.accepted == 0);
    }
    let asked = Asked::of(&reading, options)?;
    let settings = Settings { rules, policy, cuts: asked.edges(), ..Settings::default() };
    let table = table::build(reading, settings)?;
    let analysis = analyse(&table, &asked, options)?;
    adds_up(&analysis, &reports);
    rendered(&analysis, &reports, options);
    Ok(())
}

/// Every list tells the same sum.
fn adds_up(analysis: &Analysis, reports: &[SourceReport]) {
    let errors = analysis.totals.errors;
    let all = reports.iter().map(|report| u128::from(report.errors)).sum::<u128>();
    assert!(u128::from(errors) <= all);
    assert!(analysis.totals.rows <= reports.iter().map(|report| report.accepted).sum::<u64>());
    if let ([_], "all") = (reports, &*analysis.period.label) {
        assert_eq!(u128::from(errors), all);
    }
    assert_eq!(errors, analysis.by_reason.iter().map(|row| row.errors).sum::<u64>());
    assert_eq!(errors, analysis.by_detail.iter().map(|row| row.errors).sum::<u64>());
    assert_eq!(errors, analysis.by_channel.iter().map(|row| row.errors).sum::<u64>());
    assert_eq!(errors, analysis.windows.buckets.iter().map(|bucket| bucket.errors).sum::<u64>());
    for bucket in &analysis.windows.buckets {
        assert_eq!(bucket.errors, bucket.by_reason.0.iter().map(|(_, errors)| errors).sum::<u64>());
    }
    if !analysis.heatmap.hours.is_empty() {
        assert_eq!(errors, analysis.heatmap.hours.iter().flatten().sum::<u64>());
    }
    for (i, row) in analysis.by_detail.iter().enumerate() {
        assert_eq!(row.errors, row.by_window.iter().sum::<u64>());
        assert!(i == 0 || row.errors <= analysis.by_detail[i - 1].errors);
    }
    assert_eq!(analysis.rejects.count, reports.iter().map(|report| report.rejected).sum::<u64>());
}

/// All outputs but the pictures.
fn rendered(analysis: &Analysis, reports: &[SourceReport], options: &Options) {
    let lang = options.lang;
    let story = Story::of(analysis, lang, 10, &[]);
    let view = TerminalView { lang, top: 10, width: 80, color: false, unicode: true };
    for text in [terminal::summary(&story, &view), terminal::inspect(reports, &options.zone, &view)] {
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
    }
    json::summary(&story).expect("numbers and texts");
    csv(analysis).expect("numbers and texts");
    markdown(&story);
    let view = html::PageView { charts: &chart::all(&story), command_line: "errstat" };
    let page = html::page(&story, &view).expect("numbers and texts");
    let address: Address = "ops@line.example".parse().expect("an address");
    let view = mail::MailView {
        from: &address,
        to: std::slice::from_ref(&address),
        subject: None,
        pictures: &[],
        page: page.as_bytes(),
    };
    mail::mail(&story, &view).expect("an addressee");
}
