//! `--format markdown`: tables to paste into a chat, an issue or a job summary.
//!
//! Names from files stand in code spans, where Markdown reads no links, mentions, references or emphasis, and other
//! text from files has every sign escaped that means something. `<` is in neither, because some programs that show
//! Markdown let HTML through.

mod escape;
mod verdict;

pub use verdict::verdict;

use crate::{
    analysis::{Analysis, filter_heading},
    model::{LocalTime, Sentence, for_log, key},
    story::{Clock, Story},
    taxonomy::Lang,
};

use escape::{code, prose};

use super::{
    counts::Counts,
    wording::{compared, counted, cut, detail_name, first_causes, has_rows},
};

/// The analysis as GitHub-flavoured Markdown, each line ended. Lists have `top` entries and say what they leave out.
pub fn markdown(story: &Story<'_>) -> String {
    let mut page = Page {
        story,
        analysis: story.analysis,
        lang: story.lang(),
        top: story.top,
        clock: story.clock,
        out: String::new(),
    };
    page.head();
    page.failures();
    page.places();
    page.incidents();
    page.advice();
    page.files();
    page.rejects();
    page.notes();
    page.out.lines().map(|line| for_log(line) + "\n").collect()
}

/// To which side a column's cells stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}
use Side::{Left, Right};

/// The title of a column, and to which side its cells stand.
type Titles<'a> = Vec<(&'a str, Side)>;

struct Page<'a> {
    story: &'a Story<'a>,
    analysis: &'a Analysis,
    lang: Lang,
    top: usize,
    clock: Clock,
    out: String,
}

impl<'a> Page<'a> {
    fn head(&mut self) {
        let (lang, analysis) = (self.lang, self.analysis);
        self.out += &format!("# {}\n\n", lang.phrase(key::markdown::TITLE));
        let period = Sentence::new(key::markdown::PERIOD)
            .with("label", prose(&analysis.period.label))
            .with("period", prose(&self.clock.period(analysis.period.start, analysis.period.end)))
            .with("zone", prose(&analysis.timezone.to_string()));
        self.out += &format!("{}\n\n", lang.say(&period));
        if let Some(filter) = filter_heading(lang, &analysis.filter) {
            self.out += &format!("**{}**\n\n", prose(&filter));
        }
        let totals = &analysis.totals;
        if totals.errors == 0 {
            let nothing = match has_rows(analysis) {
                true if !analysis.reached => &self.story.headline,
                true if !analysis.filter.is_empty() => lang.phrase(key::terminal::NO_ERRORS_FILTERED),
                true => lang.phrase(key::terminal::NO_ERRORS),
                false => lang.phrase(key::terminal::NO_ROWS),
            };
            self.out += &format!("**{}**\n\n", prose(nothing));
        } else {
            let total = counted(lang, key::markdown::TOTAL_ONE, key::markdown::TOTAL, totals.errors);
            self.out += &format!("{}\n\n", compared(lang, analysis, total, |change| change.to_owned(), prose));
        }
        self.out += &format!("{}\n", prose(lang.phrase(key::page::CAVEAT)));
    }

    fn heading(&mut self, title: &str) {
        self.out += &format!("\n## {title}\n\n");
    }

    fn table(&mut self, columns: &Titles, rows: impl IntoIterator<Item = Vec<String>>) {
        let mut line = |cells: Vec<String>| self.out += &format!("| {} |\n", cells.join(" | "));
        line(columns.iter().map(|(title, _)| (*title).to_owned()).collect());
        line(columns.iter().map(|(_, side)| if *side == Right { "---:" } else { "---" }.to_owned()).collect());
        rows.into_iter().for_each(line);
    }

    /// A table under a heading: the first entries of a list, and how many there are besides.
    fn section<T>(&mut self, title: &str, columns: Titles, list: &[T], row: impl Fn(&T) -> Vec<String>) {
        let (shown, more) = cut(self.lang, list, self.top);
        self.heading(title);
        self.table(&columns, shown.iter().map(row));
        if let Some(more) = more {
            self.out += &format!("\n{more}\n");
        }
    }

    /// The titles of [`Counts::cells`].
    fn counts(&self) -> Titles<'a> {
        let lang = self.lang;
        vec![
            (lang.phrase(key::page::ERRORS), Right),
            (lang.phrase(key::page::SHARE), Right),
            (lang.phrase(key::markdown::BEFORE), Right),
            (lang.phrase(key::page::CHANGE_TITLE), Right),
        ]
    }

    fn failures(&mut self) {
        let (lang, analysis, clock) = (self.lang, self.analysis, self.clock);
        let mut columns = vec![(lang.phrase(key::page::REASON), Left)];
        columns.extend(self.counts());
        if analysis.totals.errors > 0 {
            self.section(lang.phrase(key::markdown::REASONS), columns.clone(), &analysis.by_reason, |row| {
                let counts = Counts::from(row).cells(lang);
                [code(&row.reason)].into_iter().chain(counts).collect()
            });
        }
        columns.insert(0, (lang.phrase(key::page::DETAIL), Left));
        columns.extend([(lang.phrase(key::page::FIRST_SEEN), Left), (lang.phrase(key::page::LAST_SEEN), Left)]);
        let seen = |time: Option<LocalTime>| time.map_or_else(String::new, |time| prose(&clock.moment(time)));
        if !analysis.by_detail.is_empty() {
            self.section(lang.phrase(key::markdown::DETAILS), columns, &analysis.by_detail, |row| {
                let mut marks = Vec::new();
                marks.extend(row.new.then(|| format!("**{}**", lang.phrase(key::terminal::NEW))));
                marks.extend((!row.known).then(|| prose(lang.phrase(key::page::UNKNOWN))));
                marks.extend(row.has_stopped().then(|| prose(lang.phrase(key::page::STOPPED))));
                let mut what = code(&detail_name(lang, &row.reason, &row.detail));
                if !marks.is_empty() {
                    what = format!("{what} {}", marks.join(", "));
                }
                let counts = Counts::from(row).cells(lang);
                let seen = [seen(row.first_seen), seen(row.last_seen)];
                [what, code(&row.reason)].into_iter().chain(counts).chain(seen).collect()
            });
        }
    }

    /// Channels and hosts, where there are several.
    fn places(&mut self) {
        let (lang, analysis) = (self.lang, self.analysis);
        if analysis.by_channel.len() > 1 {
            let mut columns = vec![(lang.phrase(key::page::CHANNEL), Left)];
            columns.extend(self.counts());
            self.section(lang.phrase(key::terminal::CHANNELS), columns, &analysis.by_channel, |row| {
                let name = row.channel.as_deref().map_or_else(|| prose(lang.phrase(key::page::NO_CHANNEL)), code);
                [name].into_iter().chain(Counts::from(row).cells(lang)).collect()
            });
        }
        if analysis.by_host.len() > 1 {
            let columns = vec![(lang.phrase(key::page::HOST), Left), (lang.phrase(key::page::ERRORS), Right)];
            self.section(lang.phrase(key::terminal::HOSTS), columns, &analysis.by_host, |row| {
                vec![code(&row.host), lang.number(row.errors)]
            });
        }
    }

    /// The worst incidents.
    fn incidents(&mut self) {
        let (lang, clock, all) = (self.lang, self.clock, &self.analysis.incidents);
        if all.is_empty() {
            return;
        }
        let named = all.iter().any(|incident| incident.channel.is_some());
        let mut columns = vec![(lang.phrase(key::page::WINDOW), Left), (lang.phrase(key::page::LASTED), Left)];
        columns.extend(named.then(|| (lang.phrase(key::page::CHANNEL), Left)));
        columns.extend([
            (lang.phrase(key::markdown::MOSTLY), Left),
            (lang.phrase(key::page::ERRORS), Right),
            (lang.phrase(key::page::PEAK), Right),
            (lang.phrase(key::markdown::PEAK_AT), Left),
        ]);
        self.section(lang.phrase(key::terminal::INCIDENTS), columns, all, |incident| {
            let mut when = prose(&clock.stretch(incident.start, incident.end));
            if incident.is_ongoing() {
                when += &format!(" **{}**", lang.phrase(key::page::ONGOING));
            }
            let mut cells = vec![when, prose(&clock.duration(incident.minutes))];
            cells.extend(named.then(|| incident.channel.as_deref().map_or_else(String::new, code)));
            cells.extend([
                code(&detail_name(lang, &incident.reason, &incident.detail)),
                lang.number(incident.errors),
                lang.number(incident.peak_errors),
                prose(&clock.moment(incident.peak_at)),
            ]);
            cells
        });
    }

    fn advice(&mut self) {
        let lang = self.lang;
        let causes = first_causes(lang, self.analysis);
        if causes.is_empty() {
            return;
        }
        self.heading(lang.phrase(key::terminal::ADVICE));
        for (row, explanation) in causes {
            // These texts are errstat's own, with commands in code spans.
            let cause = Sentence::new(key::markdown::CAUSE)
                .with("title", code(&explanation.title))
                .with("share", lang.percent(row.share))
                .with("meaning", explanation.meaning)
                .with("link", explanation.link);
            self.out += &format!("- {}\n", lang.say(&cause));
            explanation.first.iter().for_each(|look| self.out += &format!("  - {look}\n"));
        }
    }

    fn files(&mut self) {
        let (lang, inputs) = (self.lang, &self.analysis.inputs);
        if inputs.is_empty() {
            return;
        }
        let columns = vec![
            (lang.phrase(key::page::FILE), Left),
            (lang.phrase(key::page::CHANNEL), Left),
            (lang.phrase(key::markdown::ENCODING), Left),
            (lang.phrase(key::page::ROWS_TITLE), Right),
            (lang.phrase(key::page::ACCEPTED), Right),
            (lang.phrase(key::page::REJECTED), Right),
            (lang.phrase(key::page::ERRORS), Right),
        ];
        self.section(lang.phrase(key::terminal::FILES), columns, inputs, |input| {
            vec![
                code(&input.path),
                input.channel.as_deref().map_or_else(|| "–".to_owned(), code),
                prose(input.encoding.unwrap_or(input.kind)),
                lang.number(input.rows),
                lang.number(input.accepted),
                lang.number(input.rejected),
                lang.number(input.errors),
            ]
        });
    }

    fn rejects(&mut self) {
        let (lang, rejects) = (self.lang, &self.analysis.rejects);
        if rejects.count == 0 {
            return;
        }
        let columns = vec![
            (lang.phrase(key::page::FILE), Left),
            (lang.phrase(key::page::LINE), Right),
            (lang.phrase(key::page::WHY), Left),
            (lang.phrase(key::page::TEXT), Left),
        ];
        let title = counted(lang, key::terminal::REJECTS_ONE, key::terminal::REJECTS, rejects.count);
        self.out += &format!("\n{}\n\n", prose(&title));
        let rows = cut(lang, &rejects.examples, self.top).0.iter();
        self.table(
            &columns,
            rows.map(|reject| {
                vec![code(&reject.path), lang.number(reject.line), prose(&reject.why), code(&reject.text)]
            }),
        );
    }

    fn notes(&mut self) {
        if self.story.notes().next().is_some() {
            self.heading(self.lang.phrase(key::terminal::NOTES));
        }
        for note in self.story.notes() {
            self.out += &format!("- {}\n", prose(&note.text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{HOSTILE, nothing, week, week_named};

    /// Cells of a table's line: what GitHub-flavoured Markdown sees between bars that have no backslash.
    fn cells(line: &str) -> usize {
        line.replace("\\|", "").matches('|').count()
    }

    fn told(analysis: &Analysis) -> String {
        markdown(&Story::of(analysis, Lang::En, 10, &[]))
    }

    #[test]
    fn tables_hold_the_numbers() {
        let text = told(&week());
        assert!(text.starts_with("# Webhook errors\n\n2026-W47: Mon 16 Nov 2026"), "{text}");
        assert!(text.contains("**170 errors**, −22 % against 217 in 2026-W46"), "{text}");
        assert!(text.contains("| `502 Bad Gateway` | `error_status_code` | 117 | 68.8 % | 12 | +875 % |"), "{text}");
        assert!(text.contains("| `Unknown host` **NEW** |"), "{text}");
        assert!(
            text.contains("| Wed 18 Nov 2026, 20:10 – 20:45 | 35 min | `shop` | `502 Bad Gateway` | 96 | 31 |"),
            "{text}"
        );
        assert!(text.contains("an error rate can't be computed"), "{text}");
    }

    #[test]
    fn nothing_from_a_file_is_markup() {
        for name in [HOSTILE, "a\\|b", "``` <b>", &"x|`<@#".repeat(1_000)] {
            let text = told(&week_named(name));
            assert!(!text.contains('<') && !text.contains("##["), "{text}");
            let mut columns = 0;
            for line in text.lines() {
                if !line.starts_with('|') {
                    columns = 0;
                    continue;
                }
                assert!(columns == 0 || cells(line) == columns, "{line}");
                columns = cells(line);
                assert!(line.len() < 2_000, "{line}");
            }
            // Outside of code spans no link, mention or emphasis is left.
            let outside: String = text.split('`').step_by(2).collect();
            for markup in ["[link]", "https://evil", "@everyone", " *b*", "www.evil"] {
                assert!(!outside.contains(markup), "{markup} in {outside}");
            }
        }
    }

    #[test]
    fn prose_is_escaped_and_code_is_fenced() {
        assert_eq!(prose("1. a"), "1\\. a");
        assert_eq!(prose("- a_b #1 & x@y.z"), "\\- a\\_b #\u{2060}1 &amp; x@\u{2060}y.z");
        assert_eq!(prose("https://a.b WWW.c at 04:12"), "https:/\u{2060}/a.b WWW\u{2060}.c at 04:12");
        assert_eq!(prose(":tada:"), ":\u{2060}tada:");
        assert_eq!(code("a|b`c<d"), "`a\\|bˋc‹d`");
        assert_eq!(code(" "), "");
        assert_eq!(code(&"x".repeat(500)), format!("`{}…`", "x".repeat(120)));
    }

    #[test]
    fn no_errors_are_said_in_words() {
        assert!(told(&nothing()).contains("**No errors: the file is fine"));
    }
}
