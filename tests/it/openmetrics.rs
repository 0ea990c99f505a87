//! Numbers for Prometheus, as its own client reads them: in the format of OpenMetrics and in the older one, which is what
//! the textfile collector of node_exporter takes.

use std::process::Command;

use serde_json::Value;

use crate::{program::Folder, tools};

/// Prints the samples as both parsers find them. The older one knows neither types nor times of OpenMetrics.
const READER: &str = r#"
import json, sys
from prometheus_client import parser
from prometheus_client.openmetrics import parser as openmetrics
text = open(sys.argv[1], encoding="utf-8").read()
new = list(openmetrics.text_string_to_metric_families(text))
old = list(parser.text_string_to_metric_families(text))
samples = lambda families: [[s.name, s.labels, s.value] for f in families for s in f.samples]
assert samples(new) == samples(old)
assert {f.type for f in new + old} == {"gauge"}
assert all(s.timestamp is None for f in new for s in f.samples)
keys = [json.dumps(sample[:2], sort_keys=True) for sample in samples(new)]
assert len(keys) == len(set(keys)), "twice the same series"
json.dump(samples(new), sys.stdout)
"#;

#[test]
fn both_parsers_of_prometheus_read_the_numbers() {
    let Some(python) = tools::PROMETHEUS.get() else { return };
    let folder = Folder::new();
    let names = ["a \"b\" \\ {c=\"d\"} ##[error]x", "::error::x", "決済\u{202e}", "# EOF"];
    let rows = names.iter().enumerate().map(|(at, name)| {
        // 1 + 10 + 100 + 1,000 errors.
        format!("2026-11-{}\t10:00:00\t10:00:30\tunclassified\t{name}\t{}\t{name}\n", 16 + at, 10_u64.pow(at as u32))
    });
    let head = "Date\tStart\tEnd\tReason\tDetail\tErrors\tChannel name\n".to_owned();
    folder.file("w47.tsv", head + &rows.collect::<String>());
    let line = "w47.tsv --period 2026-W47 --as-of 2026-11-23T09:00 --only reason=unclassified --quiet";
    folder.errstat(&format!("report {line} -o errstat.prom")).done();
    assert_eq!(
        folder.text("errstat.prom"),
        folder.errstat(&format!("summary {line} --format openmetrics")).done().text()
    );
    let mut reader = Command::new(python);
    let output = reader.args(["-c", READER, "errstat.prom"]).current_dir(folder.path("")).output().expect("python");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let samples: Vec<(String, Value, f64)> = serde_json::from_slice(&output.stdout).expect("JSON");
    let of = |wanted: &str| samples.iter().filter(|(name, ..)| name == wanted).cloned().collect::<Vec<_>>();
    let values = |wanted: &str| of(wanted).iter().map(|(_, _, value)| *value).collect::<Vec<f64>>();
    assert_eq!(values("errstat_errors"), [1_111.0]);
    for list in ["errstat_detail_errors", "errstat_channel_errors"] {
        assert_eq!(values(list), [1_000.0, 100.0, 10.0, 1.0], "{list}");
    }
    assert_eq!(values("errstat_state").iter().sum::<f64>(), 1.0);
    // 16 November, midnight in Japan.
    assert_eq!(values("errstat_period_start_timestamp_seconds"), [1_794_754_800.0]);
    let label = |name: &str, label: &str| of(name)[0].1[label].as_str().map(str::to_owned);
    assert_eq!(label("errstat_report_info", "filter").as_deref(), Some("reason=unclassified"));
    assert_eq!(label("errstat_detail_errors", "detail").as_deref(), Some("# EOF"));
}
