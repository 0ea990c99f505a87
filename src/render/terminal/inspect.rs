//! `errstat inspect`: how each file was understood, and from which evidence.

use unicode_width::UnicodeWidthStr;

use crate::{
    model::{Coverage, CoverageBasis, Precision, Sentence, SourceReport, Timestamp, Zone},
    render::wording::counted,
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
    for (at, report) in reports.iter().enumerate() {
        if at > 0 {
            sheet.blank();
        }
        Inspection { report, zone, lang: view.lang, top: view.top.max(1), sheet: &mut sheet }.write();
    }
    sheet.finish()
}

struct Inspection<'a> {
    report: &'a SourceReport,
    zone: &'a Zone,
    lang: Lang,
    top: usize,
    sheet: &'a mut Sheet,
}

impl Inspection<'_> {
    fn write(&mut self) {
        let (lang, report) = (self.lang, self.report);
        self.sheet.paragraph("", &report.path, Ink::Strong);
        let kind = match report.packing {
            Some(packing) => Sentence::new("inspect.packed").with("kind", report.kind.name()).with("packing", packing),
            None => Sentence::new("inspect.unpacked").with("kind", report.kind.name()),
        };
        self.field("inspect.kind", &lang.say(&kind));
        let channel = match &report.channels[..] {
            [] => lang.phrase("inspect.channel_none").to_owned(),
            channels => channels.join(", "),
        };
        self.field("inspect.channel", &channel);
        if let (Some(encoding), Some(delimiter)) = (report.encoding, report.delimiter) {
            self.field("inspect.encoding", encoding);
            self.field("inspect.delimiter", delimiter);
            self.headings();
        }
        if let Some(form) = &report.time_form {
            self.field("inspect.time_form", form);
        }
        if let Some(precision) = report.precision {
            self.field("inspect.precision", lang.phrase(precision_key(precision)));
        }
        self.rows();
        if let Some(span) = report.span {
            let end = self.moment(report.end.unwrap_or(span.last));
            let text = Sentence::new("page.range").with("from", self.moment(span.first)).with("to", end);
            let text = Sentence::new("inspect.in_zone").with("text", lang.say(&text)).with("zone", self.zone);
            self.field("inspect.span", &lang.say(&text));
        }
        let coverage = self.coverage(report.coverage);
        self.field("inspect.coverage", &coverage);
        if let Some(original) = &report.same_as {
            self.field("inspect.same", &lang.say(&Sentence::new("page.same_as").with("value", original)));
        }
        for (at, sentence) in report.evidence.iter().enumerate() {
            self.field(if at == 0 { "inspect.evidence" } else { "" }, &lang.say(sentence));
        }
        self.skipped();
        self.rejects();
    }

    /// How the columns of a table were recognised.
    fn headings(&mut self) {
        let (lang, report) = (self.lang, self.report);
        let heading = match report.heading_line {
            Some(line) => lang.say(&Sentence::new("inspect.heading_line").with("line", line)),
            None => lang.phrase("inspect.no_heading").to_owned(),
        };
        self.field("inspect.heading", &heading);
        for (at, (role, column)) in report.columns.named().enumerate() {
            let text = Sentence::new("inspect.column").with("role", lang.phrase(role)).with("column", column);
            self.field(if at == 0 { "inspect.columns" } else { "" }, &lang.say(&text));
        }
    }

    fn rows(&mut self) {
        let (lang, report) = (self.lang, self.report);
        let rows = Sentence::new("inspect.counted")
            .with("rows", lang.number(report.rows))
            .with("accepted", lang.number(report.accepted))
            .with("rejected", lang.number(report.rejected));
        self.field("inspect.rows", &lang.say(&rows));
        self.field("inspect.errors", &lang.number(report.errors));
    }

    fn coverage(&self, coverage: Coverage) -> String {
        let lang = self.lang;
        let from = coverage.from.map(|from| self.moment(from));
        let until = coverage.until.map(|until| self.moment(until));
        let sentence = match (from, until) {
            (None, None) => return lang.phrase("page.coverage_unknown").to_owned(),
            (Some(from), None) => Sentence::new("inspect.covers_from").with("from", from),
            (None, Some(until)) => Sentence::new("inspect.covers_until").with("until", until),
            (Some(from), Some(until)) => Sentence::new("inspect.covers").with("from", from).with("until", until),
        };
        let by = match coverage.by {
            CoverageBasis::ExportedAt => "inspect.by_option",
            CoverageBasis::Archive => "inspect.by_archive",
            CoverageBasis::FileName => "inspect.by_file_name",
            CoverageBasis::LastRow => "inspect.by_last_row",
        };
        lang.say(&sentence.with("by", lang.phrase(by)))
    }

    fn skipped(&mut self) {
        let (lang, report) = (self.lang, self.report);
        if report.skipped_lines == 0 {
            return;
        }
        let text = counted(lang, "inspect.skipped_lines_one", "inspect.skipped_lines", report.skipped_lines);
        self.field("inspect.skipped", &text);
        for line in report.skipped.iter().take(self.top) {
            let what = match line.what {
                "title" => "inspect.line_title",
                "heading" => "inspect.line_heading",
                "total" => "inspect.line_total",
                "blank" => "inspect.line_blank",
                other => other,
            };
            let text = Sentence::new("inspect.skipped_line")
                .with("line", lang.number(line.line))
                .with("what", lang.phrase(what))
                .with("text", excerpt(&line.text, EXCERPT));
            self.field("", &lang.say(&text));
        }
    }

    fn rejects(&mut self) {
        let (lang, report) = (self.lang, self.report);
        if report.rejected == 0 {
            return;
        }
        let text = counted(lang, "inspect.reject_count_one", "inspect.reject_count", report.rejected);
        self.field("inspect.rejects", &Ink::Notice.on(&text));
        for reject in report.rejects.iter().take(self.top) {
            let text = Sentence::new("inspect.reject")
                .with("line", lang.number(reject.line))
                .with("why", lang.phrase(reject.why.key()))
                .with("text", excerpt(&reject.text, EXCERPT));
            self.field("", &lang.say(&text));
        }
        if report.rejected > report.rejects.len().min(self.top) as u64 {
            self.field("", lang.phrase("terminal.rejects_more"));
        }
    }

    fn moment(&self, at: Timestamp) -> String {
        self.lang.moment(self.zone.local(at))
    }

    /// A named value; without a name it continues the one above.
    fn field(&mut self, key: &'static str, value: &str) {
        let name = if key.is_empty() { "" } else { self.lang.phrase(key) };
        let width = LABELS.iter().map(|key| self.lang.phrase(key).width()).max().unwrap_or(0);
        let blanks = " ".repeat((width + 2).saturating_sub(name.width()));
        let lead = format!("  {}{blanks}", Ink::Faint.on(name));
        self.sheet.paragraph(&lead, value, Ink::Plain);
    }
}

const LABELS: [&str; 15] = [
    "inspect.kind",
    "inspect.encoding",
    "inspect.delimiter",
    "inspect.heading",
    "inspect.columns",
    "inspect.time_form",
    "inspect.precision",
    "inspect.rows",
    "inspect.errors",
    "inspect.span",
    "inspect.coverage",
    "inspect.same",
    "inspect.evidence",
    "inspect.skipped",
    "inspect.rejects",
];

fn precision_key(precision: Precision) -> &'static str {
    match precision {
        Precision::Second => "page.precision_second",
        Precision::Minute => "page.precision_minute",
        Precision::FiveMinutes => "page.precision_five_minutes",
        Precision::Hour => "page.precision_hour",
        Precision::Day => "page.precision_day",
    }
}

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
            evidence: vec![Sentence::new("reject.count_missing")],
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
            "in line 3",
            "time: 発生日時",
            "reason: エラーの原因",
            "count: 件数",
            "YYYY/M/D h:mm",
            "Times to the minute",
            "1,200: 1,199 accepted and 1 rejected",
            "3,400",
            "Mon 16 Nov 2026, 00:00 – Mon 16 Nov 2026, 01:30 (+09:00)",
            "Complete until Mon 23 Nov 2026, 00:00 (by the file's name)",
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
        assert!(text.contains("0: 0 accepted and 0 rejected"), "{text}");
        assert!(!text.contains("Span") && !text.contains("Rejected"), "{text}");
    }
}
