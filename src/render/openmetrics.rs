//! `--format openmetrics`: numbers for a monitoring system, as the text format of OpenMetrics has them.
//!
//! Everything is a gauge, since a period's errors can become fewer with the next period. The textfile collector of
//! node_exporter reads the older format of Prometheus only (<https://github.com/prometheus/node_exporter/issues/1988>), so
//! the text is valid in both: no type that the older one lacks, and no times of samples.
//! Source: <https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md>

use crate::{
    analysis::{Level, State},
    model::{LocalTime, disarmed},
    story::Story,
};

/// Each entry of a list is a series that is kept for long: at most so many details and channels, the most frequent.
const MOST_SERIES: usize = 50;

/// A story's numbers.
pub fn openmetrics(story: &Story<'_>) -> String {
    let analysis = story.analysis;
    let mut text = String::new();
    let mut label: Vec<(&str, String)> =
        vec![("period", analysis.period.label.clone()), ("timezone", analysis.timezone.to_string())];
    label.extend((!analysis.filter.is_empty()).then(|| ("filter", analysis.filter.join(" "))));
    family(&mut text, "report_info", [(&label[..], 1)]);
    let times = [
        ("report_timestamp", Some(analysis.generated_at)),
        ("period_start_timestamp", Some(analysis.period.start)),
        ("period_end_timestamp", Some(analysis.period.end)),
        ("last_row_timestamp", analysis.data_span.as_ref().map(|span| span.last)),
    ];
    for (name, at) in times {
        seconds(&mut text, name, at);
    }
    // As summary.json names them.
    let states =
        State::ALL.map(|state| ([("state", format!("{state:?}").to_lowercase())], u64::from(state == analysis.state)));
    family(&mut text, "state", states.iter().map(|(label, value)| (&label[..], *value)));
    let ongoing = analysis.incidents.iter().filter(|incident| incident.is_ongoing()).count();
    for (name, value) in [
        ("errors", Some(analysis.totals.errors)),
        ("previous_errors", analysis.totals.previous_errors),
        ("usual_errors", analysis.history.median),
        ("incidents", Some(analysis.incidents.len() as u64)),
        ("ongoing_incidents", Some(ongoing as u64)),
        ("rejected_rows", Some(analysis.rejects.count)),
        ("grave_notes", Some(story.notes().filter(|note| note.level == Level::Grave).count() as u64)),
    ] {
        family(&mut text, name, value.map(|value| (&[][..], value)));
    }
    let details = analysis.by_detail.iter().filter(|row| row.errors > 0).take(MOST_SERIES);
    let details: Vec<_> =
        details.map(|row| ([("reason", row.reason.clone()), ("detail", row.detail.clone())], row.errors)).collect();
    family(&mut text, "detail_errors", details.iter().map(|(label, errors)| (&label[..], *errors)));
    let channels = analysis.by_channel.iter().take(MOST_SERIES);
    let channels: Vec<_> =
        channels.map(|row| ([("channel", row.channel.clone().unwrap_or_default())], row.errors)).collect();
    family(&mut text, "channel_errors", channels.iter().map(|(label, errors)| (&label[..], *errors)));
    text + "# EOF\n"
}

/// A gauge with its samples; none without samples.
fn family<'a>(text: &mut String, name: &str, samples: impl IntoIterator<Item = (&'a [(&'a str, String)], u64)>) {
    for (at, (labels, value)) in samples.into_iter().enumerate() {
        if at == 0 {
            *text += &format!("# TYPE errstat_{name} gauge\n");
        }
        let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        *text += &format!("errstat_{name}{labels} {value}\n");
    }
}

/// A moment, as seconds since 1970.
fn seconds(text: &mut String, name: &str, at: Option<LocalTime>) {
    let Some(at) = at else { return };
    let name = format!("errstat_{name}_seconds");
    *text += &format!("# TYPE {name} gauge\n# UNIT {name} seconds\n{name} {}\n", at.millis() as f64 / 1000.0);
}

/// A label's value; a build's log finds no command in it.
fn escaped(value: &str) -> String {
    disarmed(value, "# ").replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        analysis::Analysis,
        render::sample::{HOSTILE, nothing, week, week_named},
        taxonomy::Lang,
    };

    fn told(analysis: &Analysis) -> String {
        openmetrics(&Story::of(analysis, Lang::En, 10, &[]))
    }

    #[test]
    fn numbers_have_their_names() {
        let text = told(&week());
        for line in [
            "errstat_report_info{period=\"2026-W47\",timezone=\"Asia/Tokyo\"} 1",
            // date -d 2026-11-23T00:00+09:00 +%s
            "errstat_period_end_timestamp_seconds 1795359600",
            "errstat_state{state=\"unknown\"} 1",
            "errstat_state{state=\"over\"} 0",
            "errstat_errors 170",
            "errstat_previous_errors 217",
            "errstat_incidents 1",
            "errstat_rejected_rows 1",
            "errstat_detail_errors{reason=\"error_status_code\",detail=\"502\"} 117",
            "errstat_channel_errors{channel=\"shop\"} 170",
        ] {
            assert!(text.lines().any(|there| there == line), "{line} in\n{text}");
        }
        assert!(text.ends_with("\n# EOF\n") && !told(&nothing()).contains("detail_errors"));
    }

    #[test]
    fn labels_are_escaped_and_bounded() {
        let mut many = week_named("a\"b\\c {x} ##[error]");
        many.by_detail =
            (0..60).map(|at| crate::analysis::DetailRow { errors: 60 - at, ..many.by_detail[2].clone() }).collect();
        let text = told(&many);
        assert_eq!(text.matches("errstat_detail_errors{").count(), MOST_SERIES);
        assert!(text.contains("detail=\"a\\\"b\\\\c {x} ## [error]\"} 60\n"), "{text}");
        assert!(told(&week_named(HOSTILE)).lines().all(|line| line.starts_with("errstat_") || line.starts_with("# ")));
    }
}
