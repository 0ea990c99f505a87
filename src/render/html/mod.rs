//! The page: one HTML file that fetches nothing, complete without its script.
//!
//! `page.html` holds the order of the sections, one template each; the modules here turn an
//! [`Analysis`] into the words and numbers that the templates place.

mod data;
mod head;
mod incidents;
mod inputs;
mod policy;
mod reasons;
mod sparkline;
mod style;
mod windows;
mod words;

use askama::Template;

use crate::{
    analysis::{Analysis, DetailRow},
    chart::{Chart, ReasonInks, theme},
    model::{disarmed, key},
    render::{
        counts::Counts,
        wording::{self, first_causes},
    },
    story::Story,
    taxonomy::Explanation,
};

use self::{
    data::PLACES_LISTED,
    head::{Head, NAMED_CHANNELS},
    incidents::{ShownIncident, incidents},
    reasons::Failures,
    style::STYLE,
    windows::{HeatTable, WindowTable},
    words::Words,
};

/// Channels that get a drawing.
const CHANNELS_DRAWN: usize = 40;

/// One script: its files share a scope of their own.
const SCRIPT: &str = concat!(
    "(() => {\n\"use strict\";\n",
    include_str!("script/sums.js"),
    include_str!("script/words.js"),
    include_str!("script/choice.js"),
    include_str!("script/timeline.js"),
    include_str!("script/tables.js"),
    include_str!("script/page.js"),
    "})();\n"
);

/// What a page shows beside the numbers.
#[derive(Clone, Debug)]
pub struct PageView<'a> {
    /// The charts. Most have their place by their name; those of incidents go by number, in the
    /// order of the analysis.
    pub charts: &'a [Chart],
    /// The command that makes this page again, safe to show.
    pub command_line: &'a str,
}

impl<'a> PageView<'a> {
    /// The chart of this name.
    fn chart(&self, name: &str) -> Option<&'a Chart> {
        self.charts.iter().find(|chart| chart.name == name)
    }

    /// The chart of an incident, counted from 1.
    fn incident(&self, number: &usize) -> Option<&'a Chart> {
        self.charts.iter().find(|chart| chart.name == "incident" && chart.number == Some(*number))
    }
}

/// The page as one HTML text. The same analysis and view give the same bytes.
pub fn page(story: &Story<'_>, view: &PageView<'_>) -> Result<String, askama::Error> {
    let (analysis, lang) = (story.analysis, story.lang());
    let inks = ReasonInks::new(analysis);
    let w = Words { clock: story.clock };
    Page {
        w,
        policy: policy::policy(&STYLE, SCRIPT),
        style: &STYLE,
        script: SCRIPT,
        data: data::embedded(analysis, lang, analysis.slices.as_ref(), &inks),
        head: Head::new(story, w),
        compared: analysis.totals.previous_errors.is_some(),
        windows: WindowTable::new(analysis),
        failures: Failures::new(analysis, lang, &inks),
        incidents: incidents(analysis, w, &inks),
        worst: analysis.worst_incidents(story.top).len(),
        heatmap: HeatTable::new(analysis, lang),
        advice: first_causes(lang, analysis),
        view,
        story,
        analysis,
    }
    .render()
    // A build's log obeys `##…[` in any line that is printed.
    .map(|page| disarmed(&page, "&#35;"))
}

#[derive(Template)]
#[template(path = "page.html", whitespace = "minimize")]
struct Page<'a> {
    w: Words,
    policy: String,
    style: &'static str,
    script: &'static str,
    data: String,
    head: Head<'a>,
    /// Whether there is a previous period to compare with.
    compared: bool,
    windows: WindowTable<'a>,
    failures: Failures<'a>,
    incidents: Vec<ShownIncident<'a>>,
    /// How many of them are shown with their chart.
    worst: usize,
    heatmap: Option<HeatTable<'a>>,
    advice: Vec<(&'a DetailRow, Explanation)>,
    view: &'a PageView<'a>,
    story: &'a Story<'a>,
    analysis: &'a Analysis,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{HOSTILE, nothing, week, week_named};
    use crate::taxonomy::Lang;

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
        let policy = between(&page, "Content-Security-Policy\" content=\"", "\"").replace("&#39;", "'");
        let expected = policy::policy(between(&page, "<style>", "</style>"), between(&page, "<script>", "</script>"));
        assert_eq!(policy, expected);
        assert!(page.find("Content-Security-Policy").unwrap() < page.find("<style>").unwrap());
        let body = &page[page.find("<body>").unwrap()..page.find("<script type").unwrap()];
        for forbidden in [" style=", " onclick=", " src=", "<link", "<iframe", "javascript:"] {
            assert!(!body.contains(forbidden), "{forbidden}");
        }
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import"));
    }

    #[test]
    fn sections_stand_in_the_order_in_which_they_are_read() {
        let page = html(&week());
        let order = ["timeline", "failed", "incidents", "advice", "places", "quality", "reproduce"];
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
        // 170 errors after 217: 47 fewer.
        for shown in [
            ">170<",
            "217 before",
            "−47 (−22 %)",
            "Bad Gateway",
            "new</span>",
            "35 min",
            "peak 20:25 (31 in 5 minutes)",
        ] {
            assert!(body.contains(shown), "{shown}");
        }
    }

    #[test]
    fn text_from_files_stays_text() {
        let page = html(&week_named(HOSTILE));
        assert!(!page.contains("<script>alert"));
        assert_eq!(page.matches("<script").count(), 2);
        let data = between(&page, "id=\"sums\">", "</script>");
        assert!(!data.contains(['<', '>', '&']));
        assert!(serde_json::from_str::<serde_json::Value>(data).unwrap()["reasons"].is_array());
    }

    #[test]
    fn long_and_right_to_left_names_are_cut_and_isolated() {
        let analysis = Analysis { notes: Vec::new(), ..week_named(&format!("خطأ{}", "x".repeat(5_000))) };
        let page = html(&analysis);
        assert!(!page.contains(&"x".repeat(300)));
        assert!(page.contains("<bdi>خطأx"));
        assert!(page.contains("\u{2068}خطأx"));
    }

    #[test]
    fn the_embedded_sums_add_up_to_the_total() {
        let page = html(&week());
        let data: serde_json::Value = serde_json::from_str(between(&page, "id=\"sums\">", "</script>")).unwrap();
        let sums = data["reasons"].as_array().unwrap().iter().flat_map(|reason| reason["sums"].as_array().unwrap());
        assert_eq!(sums.filter_map(serde_json::Value::as_i64).filter(|run| *run > 0).sum::<i64>(), 170);
        assert_eq!(data["keys"].as_array().unwrap().len(), 7 + 1);
        assert_eq!(data["keys"][7], "2026-11-23");
    }

    #[test]
    fn a_period_without_errors_says_so() {
        let page = html(&nothing());
        assert!(page.contains("No errors in this period"));
        assert!(!page.contains("id=\"controls\""));
    }

    #[test]
    fn what_the_script_asks_for_is_handed_to_it() {
        for name in
            SCRIPT.split('"').filter(|name| ["page.", "interactive."].iter().any(|table| name.starts_with(table)))
        {
            let handed = data::WORDS.iter().any(|key| key.name() == name);
            assert!(handed || name == "page.js", "{name}");
        }
    }
}
