//! The page: one HTML file that fetches nothing, complete without its script.
//!
//! `page.html` holds the order of the sections, one template each; the modules here turn an
//! [`Analysis`] into the words and numbers that the templates place.

mod data;
mod drawings;
mod style;
mod words;

use askama::Template;

use crate::{
    analysis::{Analysis, Bucket, DetailRow, Heatmap, Incident, LogMatch, ReasonRow, State},
    chart::{self, Chart, OF_LOGS, ReasonInks, heat_level, strongest, theme, weekday},
    model::{disarmed, key},
    render::{columns::Columns, kept::kept},
    story::{Compared, Event, Story},
    taxonomy::Lang,
};

use self::{
    drawings::SPARK,
    style::{policy, style},
    words::Words,
};

/// Windows with errors, details, places, inputs and rejects that are listed; more would bury the page.
const LISTED: usize = 400;
/// So many incidents get a picture each; more are a table.
const PICTURED: usize = 3;
/// So many further incidents stand beside the advice that holds for them too; the table of incidents has all of them.
const ALSO: usize = 3;

/// One script: its files share a scope of their own.
const SCRIPT: &str = concat!(
    "(() => {\n\"use strict\";\n",
    include_str!("script/choice.js"),
    include_str!("script/timeline.js"),
    include_str!("script/page.js"),
    "})();\n"
);

/// What a page shows beside the story.
#[derive(Clone, Debug)]
pub struct PageView<'a> {
    /// The charts; the page has the timeline for those whose scripts do not run.
    pub charts: &'a [Chart],
    /// The command that makes this page again, safe to show.
    pub command_line: &'a str,
}

/// The page as one HTML text. The same story and view give the same bytes.
pub fn page(story: &Story<'_>, view: &PageView<'_>) -> Result<String, askama::Error> {
    let (analysis, lang) = (story.analysis, story.lang());
    let inks = ReasonInks::new(analysis);
    let incidents: Vec<&Event<'_>> = story.events.all().take(LISTED).collect();
    let columns = Columns::new(analysis);
    let style = style(lang);
    let windows = || analysis.windows.buckets.iter().filter(|bucket| bucket.errors > 0);
    let (failing, windows) = (windows().count(), windows().map(|bucket| (bucket, columns.of_window(bucket))));
    let logged = analysis.server_log.iter().flat_map(|log| &log.matches);
    Page {
        w: Words { clock: story.clock },
        policy: policy(&style, SCRIPT),
        style: &style,
        script: SCRIPT,
        data: data::embedded(analysis, lang, &inks),
        stacked: data::stacked(analysis),
        timeline: view.charts.iter().find(|chart| chart.name == "timeline"),
        log_charts: view.charts.iter().filter(|chart| OF_LOGS.contains(&chart.name)).collect(),
        narrow: chart::for_phone(story),
        matches: logged.filter(|found| found.errors > 0).take(LISTED).collect(),
        drawings: chart::inline(story, if incidents.len() <= PICTURED { PICTURED } else { 0 }),
        highest: analysis.incidents.iter().map(Incident::highest).max().unwrap_or(0),
        incidents,
        windows: if failing <= LISTED { windows.collect() } else { Vec::new() },
        rare: analysis.by_detail.iter().filter(|row| row.errors > 0).skip(story.top).take(LISTED).collect(),
        heat: heat(analysis, lang),
        compared: analysis.totals.previous_errors.is_some(),
        command_line: view.command_line,
        columns,
        inks,
        story,
        analysis,
    }
    .render()
    // A build's log obeys `##…[` in any line that is printed.
    .map(|page| disarmed(&kept(&page, "class=\"kept\""), "&#35;"))
}

#[derive(Template)]
#[template(path = "page.html", whitespace = "minimize")]
struct Page<'a> {
    w: Words,
    policy: String,
    style: &'a str,
    script: &'static str,
    data: String,
    /// The reasons that occur; the script knows them by their place.
    stacked: Vec<&'a ReasonRow>,
    timeline: Option<&'a Chart>,
    /// Those of the access logs, and the same for phones.
    log_charts: Vec<&'a Chart>,
    narrow: Vec<Chart>,
    /// What the access logs show of each detail.
    matches: Vec<&'a LogMatch>,
    /// Those inside the sections.
    drawings: Vec<Chart>,
    /// The most errors in five minutes of an incident.
    highest: u64,
    /// The worst first.
    incidents: Vec<&'a Event<'a>>,
    columns: Columns<'a>,
    /// Those with errors, each with the errors of each column; none where they are too many to list.
    windows: Vec<(&'a Bucket, Vec<u64>)>,
    /// The details that the table of what failed leaves out, the most frequent first.
    rare: Vec<&'a DetailRow>,
    heat: Option<Vec<HeatRow>>,
    /// Whether there is a previous period to compare with.
    compared: bool,
    command_line: &'a str,
    inks: ReasonInks<'a>,
    story: &'a Story<'a>,
    analysis: &'a Analysis,
}

/// A weekday, and the errors of its hours, each with its shade.
type HeatRow = (&'static str, Vec<(u64, usize)>);

/// Errors by weekday and hour; none where there is nothing to see.
fn heat(analysis: &Analysis, lang: Lang) -> Option<Vec<HeatRow>> {
    let Heatmap { rows, hours } = analysis.usual_hours.as_ref()?;
    let most = Some(strongest(hours)).filter(|most| *most > 0)?;
    let row = |(row, hours): (&&'static str, &Vec<u64>)| {
        (weekday(lang, row), hours.iter().map(|errors| (*errors, heat_level(*errors, most))).collect())
    };
    Some(rows.iter().zip(hours).map(row).collect())
}

impl Page<'_> {
    /// The class of the badge.
    fn state(&self) -> &'static str {
        match self.story.colour() {
            State::Ongoing => "bad",
            State::More | State::New => "warn",
            State::Usual | State::Quiet => "good",
            State::Over | State::Unknown => "plain",
        }
    }

    /// A drawing by its name and number.
    fn drawing(&self, name: &str, number: Option<usize>) -> Option<&chart::Svg> {
        self.drawings.iter().find(|chart| (chart.name, chart.number) == (name, number)).map(|chart| &chart.svg)
    }

    /// What the script knows a reason by.
    fn place(&self, reason: &str) -> usize {
        self.stacked.iter().position(|row| row.reason == reason).unwrap_or(usize::MAX)
    }

    /// Where a detail stands in the analysis.
    fn detail(&self, row: &DetailRow) -> usize {
        self.analysis.by_detail.iter().position(|known| std::ptr::eq(known, row)).unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{HOSTILE, nothing, week, week_named};

    fn html(analysis: &Analysis) -> String {
        let chart = Chart {
            name: "timeline",
            number: None,
            title: "Errors per day".into(),
            alt: "Most on Wednesday".into(),
            svg: crate::chart::Svg::default(),
        };
        let view = PageView { charts: &[chart], command_line: "errstat report w46.tsv -o out/" };
        page(&Story::of(analysis, Lang::En, 10, &[]), &view).unwrap()
    }

    fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
        let from = text.find(start).unwrap() + start.len();
        &text[from..from + text[from..].find(end).unwrap()]
    }

    #[test]
    fn the_policy_allows_the_own_style_and_script_and_the_page_needs_no_more() {
        let page = html(&week());
        let found = between(&page, "Content-Security-Policy\" content=\"", "\"").replace("&#39;", "'");
        let expected = policy(between(&page, "<style>", "</style>"), between(&page, "<script>", "</script>"));
        assert_eq!(found, expected);
        assert!(page.find("Content-Security-Policy").unwrap() < page.find("<style>").unwrap());
        let body = &page[page.find("<body>").unwrap()..page.find("<script type").unwrap()];
        for forbidden in [" style=", " onclick=", " src=", "<link", "<iframe", "javascript:"] {
            assert!(!body.contains(forbidden), "{forbidden}");
        }
        let style = between(&page, "<style>", "</style>");
        assert!(!style.contains("url(") && !style.contains("@import"));
    }

    #[test]
    fn sections_stand_in_the_order_in_which_they_are_read() {
        let page = html(&week());
        let order = ["happened", "advice", "timeline", "failed", "places", "numbers", "quality", "reproduce"];
        let places: Vec<usize> = order
            .iter()
            .map(|id| page.find(&format!("<section id=\"{id}\"")).unwrap_or_else(|| panic!("{id}")))
            .collect();
        assert!(places.is_sorted(), "{places:?}");
        assert_eq!(page.matches("LINE publishes no total of webhooks").count(), 1);
        assert_eq!(page.matches("Errors without a status code share one group").count(), 1);
    }

    #[test]
    fn numbers_are_there_without_the_script() {
        let page = html(&week());
        let body = &page[page.find("<body>").unwrap()..page.find("<script type").unwrap()];
        // 170 errors after 217: 47 fewer, which is no good news where the state is unknown.
        for shown in [">170<", "217 before <span class=\"same\">−22 %<", "Bad Gateway", "new</span>", "35 min"] {
            assert!(body.contains(shown), "{shown}");
        }
    }

    #[test]
    fn text_from_files_stays_text() {
        let page = html(&week_named(HOSTILE));
        assert!(!page.contains("<script>alert"));
        assert_eq!(page.matches("<script").count(), 2);
        let data = between(&page, "id=\"data\">", "</script>");
        assert!(!data.contains(['<', '>', '&']));
        assert!(serde_json::from_str::<serde_json::Value>(data).unwrap()["reasons"].is_array());
    }

    #[test]
    fn long_and_right_to_left_names_are_cut_and_isolated() {
        let analysis = Analysis { notes: Vec::new(), ..week_named(&format!("خطأ{}", "x".repeat(5_000))) };
        let page = html(&analysis);
        assert!(!page.contains(&"x".repeat(300)));
        assert!(page.contains("<bdi>خطأx"));
        assert!(page.contains("\u{2068}"));
    }

    #[test]
    fn a_period_without_errors_has_nothing_to_choose() {
        let page = html(&nothing());
        assert!(!page.contains("id=\"controls\"") && !page.contains("id=\"failed\""));
    }

    #[test]
    fn a_period_without_errors_says_what_is_no_longer_seen() {
        let mut quiet = nothing();
        let mut row = week().by_detail[0].clone();
        (row.errors, row.previous_errors, row.change) = (0, Some(12), Some(-12));
        quiet.by_detail = vec![row];
        let page = html(&quiet);
        let failed = between(&page, "id=\"failed\"", "</section>");
        assert!(failed.contains("No longer seen: 502 Bad Gateway (12)") && !failed.contains("<table"), "{failed}");
    }

    #[test]
    fn more_incidents_than_are_listed_are_counted_on_paper_too() {
        let mut many = week();
        many.incidents = vec![many.incidents[0].clone(); 25];
        let page = html(&many);
        assert!(page.contains("on-paper\">10 of 25 shown · The page on screen lists all.<"), "{page}");
        assert!(page.contains("<summary>15 more</summary>"));
    }

    #[test]
    fn a_wide_name_is_cut_beside_numbers_and_whole_where_it_is_pointed_at() {
        let name = "予".repeat(40);
        let page = html(&week_named(&name));
        // A sign is two columns wide, and 64 have room.
        assert!(page.contains(&format!("title=\"{name}\">{}…</bdi>", "予".repeat(32))));
    }

    #[test]
    fn what_the_script_asks_for_is_handed_to_it() {
        for name in
            SCRIPT.split('"').filter(|name| ["page.", "interactive."].iter().any(|table| name.starts_with(table)))
        {
            let handed = data::WORDS.iter().any(|key| key.name() == name);
            assert!(handed || name.ends_with(".js"), "{name}");
        }
    }
}
