//! LINE's errors and the server's logs side by side.

use std::collections::BTreeSet;

use indexmap::IndexSet;

use super::{
    judgement::{Said, judge},
    log::ServerLog,
    matching::{self, Tally, Wanted},
    report::Terms,
    request::Answer,
    side::{Side, in_order},
};
use crate::{
    analysis::{Analysis, Class, Incident, LogFinding, LogMatch, WindowLog},
    model::{Kind, Precision, Sentence},
    table::Table,
    taxonomy::Lang,
};

/// Adds to an analysis of a table what logs say of the same time.
pub fn compare(table: &Table, log: &ServerLog, terms: &Terms, analysis: &mut Analysis) {
    let zoned = log.is_zoned() || terms.zone_said;
    // What would fit the logs without a zone does not fit those that have one.
    let mixed = !zoned && log.files.iter().any(|file| file.recognised.answers.contains(&Answer::Zone));
    let side = Side::new(table, log, analysis, zoned, mixed);
    let groups = Groups::of(&side);
    let Groups { wanted, sets, cells, .. } = &groups;
    let tallies = matching::tallies(wanted, sets, cells.len(), &side.failures, &side.alive);
    let in_time = side.offset.map_or(zoned, |offset| offset == 0 || side.moved != 0);
    let findings: Vec<(u64, LogFinding)> = tallies
        .iter()
        .zip(&groups.cells)
        .map(|(tally, (said, cells))| {
            let sentence = judge(*said, tally, &side.around(cells), in_time);
            (tally.errors, finding(tally, sentence, terms.lang))
        })
        .collect();
    let (of_details, of_incidents) = findings.split_at(groups.details.len());
    let matches = groups.details.iter().zip(of_details).map(|((reason, detail), (errors, finding))| LogMatch {
        reason: table.names.reasons[*reason as usize].clone(),
        detail: table.names.details[*detail as usize].clone(),
        errors: *errors,
        finding: finding.clone(),
    });
    let mut matches: Vec<LogMatch> = matches.collect();
    matches.sort_by(|a, b| b.errors.cmp(&a.errors).then_with(|| (&a.reason, &a.detail).cmp(&(&b.reason, &b.detail))));
    let report = side.report(log, terms, matches);
    let notes = side.notes(log, terms, &report);
    let windows: Vec<WindowLog> =
        analysis.windows.buckets.iter().map(|bucket| side.window(bucket, terms.place)).collect();
    for (bucket, log) in analysis.windows.buckets.iter_mut().zip(windows) {
        bucket.log = log;
    }
    for (incident, (_, finding)) in analysis.incidents.iter_mut().zip(of_incidents) {
        incident.log = Some(finding.clone());
    }
    analysis.server_log = Some(report);
    analysis.notes.extend(notes);
}

fn finding(tally: &Tally, sentence: Sentence, lang: Lang) -> LogFinding {
    LogFinding {
        code: sentence.key.code(),
        text: lang.say(&sentence),
        matched: tally.matched,
        chance: tally.chance.map(|share| (share * tally.errors as f64).round() as u64),
        sentence,
    }
}

/// What is judged together: the errors of each reason and detail, and the leading class of each incident.
#[derive(Default)]
struct Groups {
    wanted: Vec<Wanted>,
    /// The groups of each set.
    sets: Vec<Vec<usize>>,
    /// Numbers of the dictionary.
    details: Vec<(u32, u32)>,
    /// What LINE says of the errors of each group, and their five minutes; the details first, then the incidents.
    cells: Vec<(Said, BTreeSet<i64>)>,
}

impl Groups {
    fn of(side: &Side<'_>) -> Groups {
        let mut groups = Groups::default();
        let period = side.analysis.period.bounds();
        let errors = || side.errors(period.start, period.end);
        let details: BTreeSet<(u32, u32)> = errors().map(|(_, kind)| (kind.reason, kind.detail)).collect();
        groups.details = details.into_iter().collect();
        let incidents = &side.analysis.incidents;
        groups.cells = vec![(Said::Other, BTreeSet::new()); groups.details.len() + incidents.len()];
        let kinds = &side.table.names.kinds;
        let of_kind: Vec<Vec<usize>> = kinds.iter().map(|kind| incidents_of(kind, side)).collect();
        let mut sets = IndexSet::new();
        for (sum, kind) in errors() {
            let detail = groups.details.binary_search(&(kind.reason, kind.detail)).unwrap_or_default();
            let span = sum.span;
            let touched = of_kind[sum.kind.0 as usize].iter().filter(|of| {
                let (start, end) = incidents[**of].bounds();
                span.first.0 <= end && start <= span.last.0
            });
            let numbers: Vec<usize> =
                std::iter::once(detail).chain(touched.map(|of| groups.details.len() + of)).collect();
            // What only its hour or its day is known of, no log decides.
            let is_coarse = side.table.precision_of(&sum) >= Precision::Hour;
            let said = if is_coarse { Said::Other } else { side.said(kind).0 };
            for number in &numbers {
                let (known, cells) = &mut groups.cells[*number];
                *known = if cells.is_empty() || *known == said { said } else { Said::Other };
                cells.insert(i64::from(sum.start.0));
            }
            let set = sets.get_index_of(&numbers).unwrap_or_else(|| sets.insert_full(numbers).0);
            groups.wanted.push(side.wanted(&sum, kind, set as u32));
        }
        groups.wanted = in_order(groups.wanted);
        groups.sets = sets.into_iter().collect();
        groups
    }
}

/// The incidents whose leading class a kind of error is of.
fn incidents_of(kind: &Kind, side: &Side<'_>) -> Vec<usize> {
    let (reason, detail) = side.names(kind);
    let channel = &side.table.names.channels[kind.channel as usize];
    let class = Class::of(reason, detail);
    let is_of = |incident: &Incident| incident.channel == *channel && incident.class == class;
    (0..side.analysis.incidents.len()).filter(|of| is_of(&side.analysis.incidents[*of])).collect()
}
