//! `errstat inspect`: how each file was understood, and from which evidence.

use unicode_width::UnicodeWidthStr;

use crate::{
    model::{Coverage, CoverageBasis, Precision, Sentence, SourceReport, Timestamp, Zone, key},
    story::{counted, delimiter as delimiter_name, kind as kind_name},
    taxonomy::Lang,
};

use super::{
    ink::Ink,
    sheet::{Sheet, TerminalView, excerpt},
};

/// The longest excerpt of a line, in characters.
const EXCERPT: usize = 160;

/// What was decided about each file, as text of at most the view's width, each line ended.
///
/// Times are shown in `zone`. Rejects and skipped lines are the view's `top` first ones of each file.
pub fn inspect(reports: &[SourceReport], zone: &Zone, view: &TerminalView) -> String {
    let lang = view.lang;
    let mut sheet = Sheet::new(view);
    let width = LABELS.iter().map(|key| lang.phrase(*key).width()).max().unwrap_or(0) + 2;
    for (at, report) in reports.iter().enumerate() {
        if at > 0 {
            sheet.blank();
        }
        record(&mut sheet, &report.path, fields(report, zone, lang, view.top.max(1)), width);
    }
    sheet.finish()
}

/// A file, or what else has names and values; the values stand at `width`.
pub fn record(sheet: &mut Sheet, title: &str, fields: Vec<(&'static str, String)>, width: usize) {
    sheet.paragraph("", title, Ink::Strong);
    for (name, value) in fields {
        let blanks = " ".repeat(width.saturating_sub(name.width()));
        sheet.paragraph(&format!("  {}{blanks}", Ink::Faint.on(name)), &value, Ink::Plain);
    }
}

/// What was decided about a file: names and values. A value without a name continues the one above.
fn fields(report: &SourceReport, zone: &Zone, lang: Lang, top: usize) -> Vec<(&'static str, String)> {
    let moment = |at: Timestamp| lang.moment(zone.local(at));
    let kind = match report.packing {
        Some(packing) => Sentence::new(key::inspect::PACKED).with("packing", packing),
        None => Sentence::new(key::inspect::UNPACKED),
    };
    let channels = match &report.channels[..] {
        [] => lang.phrase(key::inspect::CHANNEL_NONE).to_owned(),
        channels => lang.list(channels),
    };
    let mut fields = vec![
        (lang.phrase(key::inspect::KIND), lang.say(&kind.with("kind", kind_name(lang, report.kind.name())))),
        (lang.phrase(key::inspect::CHANNEL), channels),
    ];
    if let (Some(encoding), Some(delimiter)) = (report.encoding, report.delimiter) {
        let heading = match report.heading_line {
            Some(line) => lang.say(&Sentence::new(key::inspect::HEADING_LINE).with("line", line)),
            None => lang.phrase(key::inspect::NO_HEADING).to_owned(),
        };
        fields.extend([
            (lang.phrase(key::inspect::ENCODING), encoding.to_owned()),
            (lang.phrase(key::inspect::DELIMITER), delimiter_name(lang, delimiter).to_owned()),
            (lang.phrase(key::inspect::HEADING), heading),
        ]);
        let column = |(role, column): (key::SentenceKey, &str)| {
            lang.say(&Sentence::new(key::inspect::COLUMN).with("role", lang.phrase(role)).with("column", column))
        };
        several(&mut fields, lang.phrase(key::inspect::COLUMNS), report.columns.named().map(column));
    }
    fields.extend(report.time_form.iter().map(|form| (lang.phrase(key::inspect::TIME_FORM), form.clone())));
    fields.extend(
        report.precision.map(|known| (lang.phrase(key::inspect::PRECISION), precision(known, lang).to_owned())),
    );
    let rows = Sentence::new(key::inspect::COUNTED)
        .with("rows", lang.number(report.rows))
        .with("accepted", lang.number(report.accepted))
        .with("rejected", lang.number(report.rejected));
    fields.push((lang.phrase(key::inspect::ROWS), lang.say(&rows)));
    fields.push((lang.phrase(key::inspect::ERRORS), lang.number(report.errors)));
    if let Some(span) = report.span {
        let range = Sentence::new(key::story::RANGE).with("from", moment(span.first));
        let range = lang.say(&range.with("to", moment(report.end.unwrap_or(span.last))));
        let text = Sentence::new(key::inspect::IN_ZONE).with("text", range).with("zone", zone);
        fields.push((lang.phrase(key::inspect::SPAN), lang.say(&text)));
    }
    fields.push((lang.phrase(key::inspect::COVERAGE), coverage(report.coverage, zone, lang)));
    if let Some(original) = &report.same_as {
        let same = lang.say(&Sentence::new(key::page::SAME_AS).with("value", original));
        fields.push((lang.phrase(key::inspect::SAME), same));
    }
    several(
        &mut fields,
        lang.phrase(key::inspect::EVIDENCE),
        report.evidence.iter().map(|sentence| lang.say(sentence)),
    );
    if report.skipped_lines > 0 {
        let text = counted(lang, key::inspect::SKIPPED_LINES_ONE, key::inspect::SKIPPED_LINES, report.skipped_lines);
        let lines = report.skipped.iter().take(top).map(|line| {
            let what = match line.what {
                "title" => lang.phrase(key::inspect::LINE_TITLE),
                "heading" => lang.phrase(key::inspect::LINE_HEADING),
                "total" => lang.phrase(key::inspect::LINE_TOTAL),
                "blank" => lang.phrase(key::inspect::LINE_BLANK),
                other => other,
            };
            let text =
                Sentence::new(key::inspect::SKIPPED_LINE).with("line", lang.number(line.line)).with("what", what);
            lang.say(&text.with("text", excerpt(&line.text, EXCERPT)))
        });
        several(&mut fields, lang.phrase(key::inspect::SKIPPED), [text].into_iter().chain(lines));
    }
    if report.rejected > 0 {
        let text = counted(lang, key::inspect::REJECT_COUNT_ONE, key::inspect::REJECT_COUNT, report.rejected);
        let rejects = report.rejects.iter().take(top).map(|reject| {
            let text = Sentence::new(key::inspect::REJECT)
                .with("line", lang.number(reject.line))
                .with("why", lang.phrase(reject.why.key()))
                .with("text", excerpt(&reject.text, EXCERPT));
            lang.say(&text)
        });
        let cut = report.rejected > report.rejects.len().min(top) as u64;
        let more = cut.then(|| lang.phrase(key::inspect::REJECTS_MORE).to_owned());
        let all = [Ink::Notice.on(&text)].into_iter().chain(rejects).chain(more);
        several(&mut fields, lang.phrase(key::inspect::REJECTS), all);
    }
    fields
}

/// Adds values under one name.
pub fn several(fields: &mut Vec<(&'static str, String)>, name: &'static str, values: impl IntoIterator<Item = String>) {
    let names = [name].into_iter().chain(std::iter::repeat(""));
    fields.extend(names.zip(values));
}

fn coverage(coverage: Coverage, zone: &Zone, lang: Lang) -> String {
    let moment = |at: Timestamp| lang.moment(zone.local(at));
    let sentence = match (coverage.from.map(moment), coverage.until.map(moment)) {
        (None, None) => return lang.phrase(key::page::COVERAGE_UNKNOWN).to_owned(),
        (Some(from), None) => Sentence::new(key::inspect::COVERS_FROM).with("from", from),
        (None, Some(until)) => Sentence::new(key::inspect::COVERS_UNTIL).with("until", until),
        (Some(from), Some(until)) => Sentence::new(key::inspect::COVERS).with("from", from).with("until", until),
    };
    let by = match coverage.by {
        CoverageBasis::ExportedAt => lang.phrase(key::inspect::BY_OPTION),
        CoverageBasis::Archive => lang.phrase(key::inspect::BY_ARCHIVE),
        CoverageBasis::FileName => lang.phrase(key::inspect::BY_FILE_NAME),
        CoverageBasis::LastRow => lang.phrase(key::inspect::BY_LAST_ROW),
    };
    lang.say(&sentence.with("by", by))
}

fn precision(precision: Precision, lang: Lang) -> &'static str {
    match precision {
        Precision::Second => lang.phrase(key::page::PRECISION_SECOND),
        Precision::Minute => lang.phrase(key::page::PRECISION_MINUTE),
        Precision::FiveMinutes => lang.phrase(key::page::PRECISION_FIVE_MINUTES),
        Precision::Hour => lang.phrase(key::page::PRECISION_HOUR),
        Precision::Day => lang.phrase(key::page::PRECISION_DAY),
    }
}

/// The names of fields, by which values stand below each other.
const LABELS: [key::SentenceKey; 15] = [
    key::inspect::KIND,
    key::inspect::ENCODING,
    key::inspect::DELIMITER,
    key::inspect::HEADING,
    key::inspect::COLUMNS,
    key::inspect::TIME_FORM,
    key::inspect::PRECISION,
    key::inspect::ROWS,
    key::inspect::ERRORS,
    key::inspect::SPAN,
    key::inspect::COVERAGE,
    key::inspect::SAME,
    key::inspect::EVIDENCE,
    key::inspect::SKIPPED,
    key::inspect::REJECTS,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Columns, Reject, SkippedLine, SourceKind, Span, Why};

    fn report() -> SourceReport {
        SourceReport {
            path: "exports/w46.tsv.gz".into(),
            sheet: None,
            kind: SourceKind::Tsv,
            channels: vec!["shop".into()],
            packing: Some("gzip"),
            encoding: Some("Shift_JIS"),
            delimiter: Some("tab"),
            columns: Columns {
                time: Some("発生日時".into()),
                reason: "エラーの原因".into(),
                count: Some("件数".into()),
                ..Columns::default()
            },
            doubtful_count: None,
            heading_line: Some(3),
            time_form: Some("YYYY/M/D h:mm".into()),
            evidence: vec![Sentence::new(key::reject::COUNT_MISSING)],
            rows: 1_200,
            accepted: 1_199,
            rejected: 1,
            errors: 3_400,
            end: Some(Timestamp(1_794_760_200_000)),
            // 2026-11-15T15:00:00Z is midnight in Japan; the last row is 90 minutes later.
            span: Some(Span { first: Timestamp(1_794_754_800_000), last: Timestamp(1_794_760_200_000) }),
            precision: Some(Precision::Minute),
            coverage: Coverage { from: None, until: Some(Timestamp(1_795_359_600_000)), by: CoverageBasis::FileName },
            rejects: vec![Reject { line: 17, why: Why::CountNotWhole, text: "2026/11/16 4:12␉viele".into() }],
            skipped: vec![SkippedLine { line: 1, what: "title", text: "::error::Webhook errors".into() }],
            skipped_lines: 2,
            partial: false,
            same_as: None,
        }
    }

    fn shown(report: SourceReport, width: usize) -> String {
        let view = TerminalView { lang: Lang::En, top: 10, width, color: false, unicode: true };
        inspect(&[report], &Zone::console(), &view)
    }

    #[test]
    fn every_decision_is_shown() {
        let text = shown(report(), 100);
        for part in [
            "exports/w46.tsv.gz\n",
            "tsv, packed with gzip",
            "Shift_JIS",
            "line 3",
            "time: 発生日時",
            "reason: エラーの原因",
            "count: 件数",
            "YYYY/M/D h:mm",
            "Times to the minute",
            "1,200: 1,199 accepted and 1 skipped",
            "3,400",
            "Mon 16 Nov 2026, 00:00 – Mon 16 Nov 2026, 01:30 (+09:00)",
            "Complete until Mon 23 Nov 2026, 00:00 (known from the file name)",
            "count is missing",
            "2 lines",
            "line 1, title: : :error::Webhook errors",
            "line 17, count is not a whole number: 2026/11/16 4:12",
        ] {
            assert!(text.contains(part), "`{part}` is missing:\n{text}");
        }
    }

    #[test]
    fn long_and_wide_texts_stay_within_the_width() {
        let name = "とても長い見出し".repeat(500);
        let columns = Columns { time: Some(name.clone()), reason: name.clone(), ..Columns::default() };
        let skipped = vec![SkippedLine { line: 1, what: "title", text: name.clone() }];
        for width in [40, 80] {
            let text = shown(
                SourceReport { path: name.clone(), columns: columns.clone(), skipped: skipped.clone(), ..report() },
                width,
            );
            assert!(text.lines().all(|line| line.width() <= width), "{text}");
        }
    }

    #[test]
    fn an_empty_file_has_no_span_and_no_rejects() {
        let text = shown(
            SourceReport {
                rows: 0,
                accepted: 0,
                rejected: 0,
                span: None,
                precision: None,
                rejects: vec![],
                ..report()
            },
            80,
        );
        assert!(text.contains("0: 0 accepted and 0 skipped"), "{text}");
        assert!(!text.contains("Span") && !text.contains("Skipped rows"), "{text}");
    }
}
