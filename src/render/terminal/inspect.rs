//! `errstat inspect`: how each file was understood, and from which evidence.

use unicode_width::UnicodeWidthStr;

use crate::{
    model::{CoverageBasis, Sentence, SentenceKey, SourceReport, Timestamp, Zone, key},
    story::{Clock, counted, delimiter as delimiter_name, kind as kind_name},
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
    let mut sheet = Sheet::new(view);
    let width = width(&LABELS, view.lang);
    for (at, report) in reports.iter().enumerate() {
        if at > 0 {
            sheet.blank();
        }
        record(&mut sheet, &report.path, fields(report, zone, view.lang, view.top.max(1)), width);
    }
    sheet.finish()
}

/// Names and values. A value without a name continues the one above.
#[derive(PartialEq, Eq)]
pub struct Fields {
    lang: Lang,
    all: Vec<(&'static str, String)>,
}

impl Fields {
    pub fn new(lang: Lang) -> Fields {
        Fields { lang, all: Vec::new() }
    }

    /// Adds values under one name.
    pub fn add(&mut self, name: SentenceKey, values: impl IntoIterator<Item = String>) {
        let names = [self.lang.phrase(name)].into_iter().chain(std::iter::repeat(""));
        self.all.extend(names.zip(values));
    }

    /// Adds a sentence under a name.
    pub fn say(&mut self, name: SentenceKey, sentence: &Sentence) {
        self.add(name, [self.lang.say(sentence)]);
    }

    /// Takes over what others have.
    pub fn join(&mut self, others: Fields) {
        self.all.extend(others.all);
    }
}

/// Where values stand below each other, for some names.
pub fn width(names: &[SentenceKey], lang: Lang) -> usize {
    names.iter().map(|key| lang.phrase(*key).width()).max().unwrap_or(0) + 2
}

/// A file, or what else has names and values; the values stand at `width`.
pub fn record(sheet: &mut Sheet, title: &str, fields: Fields, width: usize) {
    sheet.paragraph("", title, Ink::Strong);
    for (name, value) in fields.all {
        let blanks = " ".repeat(width.saturating_sub(name.width()));
        sheet.paragraph(&format!("  {}{blanks}", Ink::Faint.on(name)), &value, Ink::Plain);
    }
}

/// What kind of file it is: `TSV`, `TSV in zip`.
pub fn kind(packing: Option<&str>, kind: &str) -> Sentence {
    match packing {
        Some(packing) => Sentence::new(key::inspect::PACKED).with("packing", packing),
        None => Sentence::new(key::inspect::UNPACKED),
    }
    .with("kind", kind)
}

/// What was decided about a file.
fn fields(report: &SourceReport, zone: &Zone, lang: Lang, top: usize) -> Fields {
    let moment = |at: Timestamp| lang.moment(zone.local(at));
    let (mut fields, clock) = (Fields::new(lang), Clock::of(lang, *zone));
    fields.say(key::inspect::KIND, &kind(report.packing, kind_name(lang, report.kind.name())));
    let channels = match &report.channels[..] {
        [] => lang.phrase(key::inspect::CHANNEL_NONE).to_owned(),
        channels => lang.list(channels),
    };
    fields.add(key::inspect::CHANNEL, [channels]);
    if let (Some(encoding), Some(delimiter)) = (report.encoding, report.delimiter) {
        fields.add(key::inspect::ENCODING, [encoding.to_owned()]);
        fields.add(key::inspect::DELIMITER, [delimiter_name(lang, delimiter).to_owned()]);
        let heading = match report.heading_line {
            Some(line) => Sentence::new(key::inspect::HEADING_LINE).with("line", line),
            None => Sentence::new(key::inspect::NO_HEADING),
        };
        fields.say(key::inspect::HEADING, &heading);
        let column = |(role, column): (SentenceKey, &str)| {
            lang.say(&Sentence::new(key::inspect::COLUMN).with("role", lang.phrase(role)).with("column", column))
        };
        fields.add(key::inspect::COLUMNS, report.columns.named().map(column));
    }
    fields.add(key::inspect::TIME_FORM, report.time_form.clone());
    fields.add(key::inspect::PRECISION, report.precision.map(|known| clock.precision(&known).to_owned()));
    let rows = Sentence::new(key::inspect::COUNTED)
        .with("rows", lang.number(report.rows))
        .with("accepted", lang.number(report.accepted))
        .with("rejected", lang.number(report.rejected));
    fields.say(key::inspect::ROWS, &rows);
    fields.add(key::inspect::ERRORS, [lang.number(report.errors)]);
    if let Some(span) = report.span {
        let range = Sentence::new(key::story::RANGE).with("from", moment(span.first));
        let range = range.with("to", moment(report.end.unwrap_or(span.last)));
        let text = Sentence::new(key::inspect::IN_ZONE).with_sentence("text", range).with("zone", zone);
        fields.say(key::inspect::SPAN, &text);
    }
    fields.add(key::inspect::COVERAGE, [coverage(report, zone, lang)]);
    if let Some(original) = &report.same_as {
        fields.say(key::inspect::SAME, &Sentence::new(key::page::SAME_AS).with("value", original));
    }
    fields.add(key::inspect::EVIDENCE, report.evidence.iter().map(|sentence| lang.say(sentence)));
    if report.skipped_lines > 0 {
        let text = counted(lang, key::inspect::SKIPPED_LINES_ONE, key::inspect::SKIPPED_LINES, report.skipped_lines);
        let lines = report.skipped.iter().take(top).map(|line| {
            let text = Sentence::new(key::inspect::SKIPPED_LINE).with_number("line", line.line);
            let text = text.with("what", lang.phrase(line.what));
            lang.say(&text.with("text", excerpt(&line.text, EXCERPT)))
        });
        fields.add(key::inspect::SKIPPED, [text].into_iter().chain(lines));
    }
    if report.rejected > 0 {
        let text = counted(lang, key::inspect::REJECT_COUNT_ONE, key::inspect::REJECT_COUNT, report.rejected);
        let rejects = report.rejects.iter().take(top).map(|reject| {
            let text = Sentence::new(key::inspect::REJECT)
                .with("line", lang.number(reject.line))
                .with("why", lang.phrase(reject.why))
                .with("text", excerpt(&reject.text, EXCERPT));
            lang.say(&text)
        });
        let cut = report.rejected > report.rejects.len().min(top) as u64;
        let more = cut.then(|| lang.phrase(key::inspect::REJECTS_MORE).to_owned());
        fields.add(key::inspect::REJECTS, [Ink::Notice.on(&text)].into_iter().chain(rejects).chain(more));
    }
    fields
}

fn coverage(report: &SourceReport, zone: &Zone, lang: Lang) -> String {
    let coverage = report.coverage;
    let moment = |at: Timestamp| lang.moment(zone.local(at));
    let sentence = match (coverage.from.map(moment), coverage.until.map(moment)) {
        (None, None) if report.span.is_none() => return lang.phrase(key::inspect::COVERS_NOTHING).to_owned(),
        (None, None) => return lang.phrase(key::page::COVERAGE_UNKNOWN).to_owned(),
        (Some(from), None) => Sentence::new(key::inspect::COVERS_FROM).with("from", from),
        (None, Some(until)) => Sentence::new(key::inspect::COVERS_UNTIL).with("until", until),
        (Some(from), Some(until)) => Sentence::new(key::inspect::COVERS).with("from", from).with("until", until),
    };
    let by = lang.phrase(match coverage.by {
        CoverageBasis::ExportedAt => key::inspect::BY_OPTION,
        CoverageBasis::Archive => key::inspect::BY_ARCHIVE,
        CoverageBasis::FileName => key::inspect::BY_FILE_NAME,
        CoverageBasis::LastRow => key::inspect::BY_LAST_ROW,
    });
    lang.say(&sentence.with("by", by))
}

/// The names of fields, by which values stand below each other.
const LABELS: [SentenceKey; 15] = [
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
    use crate::model::{Columns, Coverage, Precision, Reject, SkippedLine, SourceKind, Span};

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
            coverage: Coverage {
                until: Some(Timestamp(1_795_359_600_000)),
                by: CoverageBasis::FileName,
                ..Coverage::default()
            },
            rejects: vec![Reject {
                line: 17, why: key::reject::COUNT_NOT_WHOLE, text: "2026/11/16 4:12␉viele".into()
            }],
            skipped: vec![SkippedLine {
                line: 1,
                what: key::inspect::LINE_TITLE,
                text: "::error::Webhook errors".into(),
            }],
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
        let skipped = vec![SkippedLine { line: 1, what: key::inspect::LINE_TITLE, text: name.clone() }];
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
